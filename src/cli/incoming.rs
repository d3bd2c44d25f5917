//! `sealscope incoming`: the recipients' agent.

use std::path::PathBuf;

use clap::Args;

use super::common::Common;
use super::console::Console;
use super::error::{CliError, Exit};
use super::input::MessageArgs;
use super::output;
use super::process;
use super::session::{Keys, Session};
use crate::agent::{Agent, MakingOptions, Online};

const AFTER: &str = "\
Reads the message, the workspace's keys and anchors. Writes nothing but OUT, which is the message as its sender wrote \
it, octet for octet. --from and --to replace MAIL FROM and RCPT TO; a bare .eml gets them from its headers. \
--at judges as of another time: was this certificate valid when the message came?

--online fetches what is missing at the URLs that certificates name: an issuer's certificate (AIA), and for every \
certificate below the anchor an OCSP answer or a revocation list. An issuer is fetched before anybody vouches for the \
sender, so whoever made the certificate can learn that the message is looked at. A workspace with network = \"online\" \
fetches the revocation of trusted chains only, unless it says fetch_issuers = true. Public hosts only, unless \
--allow-private or allow_private = true; 8 fetches a message, 10 seconds each.

Examples:
  sealscope incoming secured.eml -o letter.eml
  sealscope incoming secured.eml --from alice@a.example --to bob@b.example
  sealscope incoming old.bsmtp --at 2021-03-01T00:00:00Z --profile legacy
  sealscope incoming secured.eml --online --profile strict
  sealscope incoming - --json < secured.eml | jq .recipients

Exit status: 0 accepted for at least one recipient, 3 rejected, 1 could not run, 2 wrong use.";

/// Decrypt a message and judge its signers as the recipients' agent does
///
/// Decrypts for each local recipient on their own, verifies every signer, and asks for each recipient whether one of
/// their trust anchors vouches for a signer who is bound to the sender. Says for everybody why.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct IncomingArgs {
    #[command(flatten)]
    message: MessageArgs,
    /// Write the unwrapped message here; .bsmtp writes it with its envelope, - is standard output
    #[arg(short, long, value_name = "OUT")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &IncomingArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    output::keep_apart(&args.message.file, args.out.as_deref())?;
    let envelopes = args.message.envelopes(console)?;
    output::prepare(args.out.as_deref(), envelopes.len(), console)?;
    let session = Session::load(Keys::Opened, common, console)?;
    let fetching = session.fetching(common);
    let online = fetching.as_ref().map(|(fetcher, consent)| Online { fetcher, consent: *consent });
    let agent = Agent { online, ..session.agent(&[], MakingOptions::default()) };
    process::each(&envelopes, |envelope| agent.process_incoming(envelope).map(process::Passed::from))?
        .conclude(args.out.as_deref(), console)
}
