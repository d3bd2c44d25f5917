//! `sealscope outgoing`: the sender's agent.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::common::Common;
use super::console::{Console, Detail};
use super::error::{CliError, Exit};
use super::input::MessageArgs;
use super::output;
use super::process;
use super::resolvers::{self, Asking};
use super::session::{Keys, Session};
use crate::agent::{LineEndPolicy, MakingOptions};
use crate::discovery::Resolver;
use crate::smime::{KeyTransport, MakingCipher, MakingDigest};

const AFTER: &str = "\
Reads the message, the workspace's keys, anchors and certificates. Writes nothing but OUT. \
The envelope decides who it is from and for; a bare .eml gets one made from its headers, and says so. \
The DNS, which the specification demands, is asked only with --online, --dns-server or the workspace's leave.

Examples:
  sealscope outgoing letter.eml -o secured.eml
  sealscope outgoing letter.eml --from alice@a.example --to bob@b.example -o secured.bsmtp
  sealscope outgoing letter.bsmtp --dns-server 127.0.0.1:5300 --json
  sealscope outgoing letter.eml --cipher aes-256-gcm -o - | sealscope inspect -

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

#[derive(Debug, Args)]
#[command(next_help_heading = "Making options")]
struct MakingArgs {
    /// The cipher of the content
    #[arg(long, value_enum, default_value_t = Cipher::Aes256Cbc)]
    cipher: Cipher,
    /// How the content key is encrypted for RSA keys; default: as the profile says
    #[arg(long, value_enum)]
    key_transport: Option<Transport>,
    /// The digest of the signature
    #[arg(long, value_enum, default_value_t = Digest::Sha256)]
    digest: Digest,
    /// Send the octets as they are, also where a file has bare LF line ends throughout
    #[arg(long)]
    keep_line_ends: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Cipher {
    #[value(name = "aes-128-cbc")]
    Aes128Cbc,
    #[value(name = "aes-192-cbc")]
    Aes192Cbc,
    #[value(name = "aes-256-cbc")]
    Aes256Cbc,
    #[value(name = "aes-128-gcm")]
    Aes128Gcm,
    #[value(name = "aes-256-gcm")]
    Aes256Gcm,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Transport {
    #[value(name = "pkcs1")]
    Pkcs1,
    #[value(name = "oaep-sha256")]
    OaepSha256,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Digest {
    Sha256,
    Sha384,
    Sha512,
}

impl MakingArgs {
    const fn options(&self) -> MakingOptions {
        MakingOptions {
            content: match self.cipher {
                Cipher::Aes128Cbc => MakingCipher::Aes128Cbc,
                Cipher::Aes192Cbc => MakingCipher::Aes192Cbc,
                Cipher::Aes256Cbc => MakingCipher::Aes256Cbc,
                Cipher::Aes128Gcm => MakingCipher::Aes128Gcm,
                Cipher::Aes256Gcm => MakingCipher::Aes256Gcm,
            },
            key_transport: match self.key_transport {
                None => None,
                Some(Transport::Pkcs1) => Some(KeyTransport::Pkcs1V15),
                Some(Transport::OaepSha256) => Some(KeyTransport::OAEP_SHA256),
            },
            digest: match self.digest {
                Digest::Sha256 => MakingDigest::Sha256,
                Digest::Sha384 => MakingDigest::Sha384,
                Digest::Sha512 => MakingDigest::Sha512,
            },
            line_ends: if self.keep_line_ends { LineEndPolicy::Keep } else { LineEndPolicy::Canonical },
        }
    }
}

pub(super) fn run(args: &OutgoingArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    output::keep_apart(&args.message.file, args.out.as_deref())?;
    let envelopes = args.message.envelopes(console)?;
    output::prepare(args.out.as_deref(), envelopes.len(), console)?;
    let session = Session::load(Keys::Opened, common, console)?;
    let asking = if session.is_online(common) { Asking::Allowed } else { Asking::Forbidden };
    let resolvers = resolvers::build(&session, asking, common, console)?;
    let asked: Vec<&dyn Resolver> = resolvers.iter().map(AsRef::as_ref).collect();
    let agent = session.agent(&asked, args.making.options());
    let finished = process::each(&envelopes, |envelope| agent.process_outgoing(envelope).map(process::Passed::from))?;
    if args.out.is_none() && console.detail > Detail::Verdict && finished.has_passed() {
        console.remark("nothing was written: -o OUT writes the secured message");
    }
    finished.conclude(args.out.as_deref(), console)
}
