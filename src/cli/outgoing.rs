//! `sealscope outgoing`: the sender's agent.

use std::path::PathBuf;

use clap::Args;

use super::common::Common;
use super::console::{Console, Detail};
use super::error::{CliError, Exit};
use super::input::MessageArgs;
use super::making::MakingArgs;
use super::output;
use super::process;
use super::resolvers;
use super::session::{Keys, Session};

const AFTER: &str = "\
Reads the message, the workspace's keys, anchors and certificates. Writes nothing but OUT. \
The envelope decides who it is from and for; a bare .eml gets one made from its headers, and says so. \
The DNS, which the specification demands, is asked only with --online, --dns-server or the workspace's leave. \
With --online the revocation of recipients' certificates and missing issuers are fetched too (--help of incoming). \
What no option chooses is as the [making] table of workspace.toml says; --help tells who can read each choice.

Examples:
  sealscope outgoing letter.eml -o secured.eml
  sealscope outgoing letter.eml --from alice@a.example --to bob@b.example -o secured.bsmtp
  sealscope outgoing letter.bsmtp --dns-server 127.0.0.1:5300 --json
  sealscope outgoing letter.eml --cipher aes-256-gcm -o - | sealscope inspect -
  sealscope outgoing letter.eml --key-transport oaep-sha256 --rsa-signature pss --encoding ber -o secured.eml

Exit status: 0 accepted for at least one recipient, 3 rejected, 1 could not run, 2 wrong use.";

/// Sign and encrypt a message as the sender's agent does
///
/// Finds the sender's private keys and each recipient's certificates, removes the recipients whose certificate is not
/// trusted, wraps, signs and encrypts. Says for every recipient why they were kept or removed.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct OutgoingArgs {
    #[command(flatten)]
    message: MessageArgs,
    /// Write the secured message here; .bsmtp writes it with its envelope, - is standard output
    #[arg(short, long, value_name = "OUT")]
    out: Option<PathBuf>,
    #[command(flatten)]
    making: MakingArgs,
}

pub(super) fn run(args: &OutgoingArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    output::keep_apart(&args.message.file, args.out.as_deref())?;
    let envelopes = args.message.envelopes(console)?;
    output::prepare(args.out.as_deref(), envelopes.len(), console)?;
    let session = Session::load(Keys::Opened, common, console)?;
    let making = args.making.over(session.settings.making);
    let finished = resolvers::with_agent(&session, common, making, |agent| {
        process::each(&envelopes, |envelope| agent.process_outgoing(envelope).map(process::Passed::from))
    })?;
    if args.out.is_none() && console.detail > Detail::Verdict && finished.has_passed() {
        console.remark("nothing was written: -o OUT writes the secured message");
    }
    finished.conclude(args.out.as_deref(), console)
}
