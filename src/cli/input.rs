//! Reading what a command works on: messages from files or standard input, and other files whole.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;

use super::console::{Console, shown};
use super::error::CliError;
use crate::finding::{Finding, Ledger, counted, system_words};
use crate::limits::Limits;
use crate::mail::{Address, Envelope, EnvelopeError, EnvelopeOrigin, ReversePath, bsmtp, mbox};
use crate::openssl_ffi::SecretOctets;
use crate::pki::container::Kind;
use crate::span::{Buffer, BufferName, MappedFile};
use crate::workspace::modes::exposed_file;

/// A message and the envelope to judge it by.
#[derive(Debug, Args)]
pub(super) struct MessageArgs {
    /// The message: .eml, .bsmtp (envelope and message), mbox, or - for standard input
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// The sender, in place of the envelope's MAIL FROM
    #[arg(long, value_name = "A", value_parser = address)]
    pub(super) from: Option<Address>,
    /// A recipient, in place of the envelope's RCPT TO; repeat for several
    #[arg(long, value_name = "B", value_parser = address)]
    pub(super) to: Vec<Address>,
    /// Of a file with several messages, take only the Nth, counted from 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) transaction: Option<u32>,
}

impl MessageArgs {
    /// Reads the envelopes, with `--from`, `--to` and `--transaction` applied.
    pub(super) fn envelopes(&self, console: &mut Console<'_, '_>) -> Result<Vec<Envelope>, CliError> {
        let octets = read(&self.file, console)?;
        let mut envelopes = self.parse(octets)?;
        if let Some(wanted) = self.transaction {
            let count = envelopes.len();
            let index = usize::try_from(wanted).unwrap_or(usize::MAX).saturating_sub(1);
            if index >= count {
                let file = shown(&self.file);
                let held = counted(count, "message");
                return Err(CliError::usage(format!("--transaction {wanted}: {file} holds {held}")));
            }
            envelopes = vec![envelopes.swap_remove(index)];
        }
        for envelope in &mut envelopes {
            let doubts = envelope.doubts();
            self.replace(envelope);
            // The agent tells them of an envelope that is derived altogether; here the header still gave one half.
            if envelope.origin == EnvelopeOrigin::Edited {
                let replaced = |doubt: &&Finding| match doubt.rule.id {
                    "envelope.sender" => self.from.is_some(),
                    _ => !self.to.is_empty(),
                };
                doubts.iter().filter(|doubt| !replaced(doubt)).for_each(|doubt| console.remark(&doubt.detail));
            }
        }
        Limits::check("number of recipients", self.to.len(), Limits::DEFAULT.recipients)
            .map_err(|exceeded| CliError::usage(format!("--to: {exceeded}")))?;
        Ok(envelopes)
    }

    fn parse(&self, octets: Vec<u8>) -> Result<Vec<Envelope>, CliError> {
        let name = shown(&self.file);
        if octets.is_empty() {
            return Err(CliError::Failed(format!("{name} is empty: there is no message in it")));
        }
        if let Some(sentence) = no_message(&name, &octets) {
            return Err(CliError::Failed(sentence));
        }
        if bsmtp::looks_like(&octets) {
            let envelopes = bsmtp::parse(&octets, &Limits::DEFAULT)
                .map_err(|error| CliError::Failed(format!("{name} is no readable envelope file: {error}")))?;
            return if envelopes.is_empty() {
                Err(CliError::Failed(format!("{name} holds no message: an envelope file needs MAIL FROM and DATA")))
            } else {
                Ok(envelopes)
            };
        }
        if mbox::looks_like(&octets) {
            let messages = mbox::split(&octets).into_iter().filter_map(|range| octets.get(range));
            return messages.map(|message| self.envelope(message.to_vec())).collect();
        }
        Ok(vec![self.envelope(octets)?])
    }

    // Headers route only where the command line does not: with --from and --to they are not even asked.
    fn envelope(&self, octets: Vec<u8>) -> Result<Envelope, CliError> {
        let message = Buffer::new(BufferName::Received, octets);
        if let (Some(from), false) = (&self.from, self.to.is_empty()) {
            return Ok(Envelope {
                reverse_path: ReversePath::Mailbox(from.clone()),
                forward_paths: self.to.clone(),
                message,
                origin: EnvelopeOrigin::Edited,
            });
        }
        // The agent says again, in a finding, that the envelope was derived.
        derive(message).map_err(|error| CliError::Failed(format!("{}: {error}", shown(&self.file))))
    }

    fn replace(&self, envelope: &mut Envelope) {
        if let Some(from) = &self.from {
            envelope.reverse_path = ReversePath::Mailbox(from.clone());
            envelope.origin = EnvelopeOrigin::Edited;
        }
        if !self.to.is_empty() {
            envelope.forward_paths.clone_from(&self.to);
            envelope.origin = EnvelopeOrigin::Edited;
        }
    }
}

// A private key that was mistaken for a letter must not be sent as one.
fn no_message(name: &str, octets: &[u8]) -> Option<String> {
    let armoured = octets.starts_with(b"-----BEGIN ") || octets.starts_with(b"Bag Attributes");
    // No header field begins with these two octets; every DER and BER file of interest does.
    let binary = matches!(octets, [0x30, second, ..] if *second >= 0x80);
    let kind = Kind::of(octets).filter(|_| armoured || binary);
    match kind {
        Some(Kind::Pkcs7) | None if armoured || binary => Some(format!(
            "{name} is a bare CMS or other binary object, not a message: give the whole message, from its first header \
             line on"
        )),
        Some(kind) => Some(format!(
            "{name} is a {}, not a message: keys and certificates are kept with `sealscope keys import`, `certs import` \
             or `anchors add`",
            kind.as_str()
        )),
        None => None,
    }
}

/// Makes an envelope of the headers of a bare message.
pub(super) fn derive(message: Buffer) -> Result<Envelope, EnvelopeError> {
    Envelope::derive(message, &mut Ledger::new())
}

/// A file as [`read`] gives it, or mapped where it is too large to be judged: it can be looked at all the same.
pub(super) fn open(path: &Path, console: &mut Console<'_, '_>) -> Result<Buffer, CliError> {
    let limits = Limits::DEFAULT;
    let octets = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map_or(0, |found| found.len());
    if usize::try_from(octets).is_ok_and(|octets| octets <= limits.message_octets) {
        return Ok(Buffer::new(BufferName::Received, read(path, console)?));
    }
    if octets > limits.opened_octets {
        let most = limits.opened_octets >> 30;
        return Err(CliError::Failed(format!("{} is larger than {most} GiB, the most that is opened", shown(path))));
    }
    let mapped = MappedFile::open(path)
        .map_err(|error| CliError::Failed(format!("cannot read {}: {}", shown(path), reason(&error))))?;
    Ok(Buffer::new(BufferName::Received, mapped))
}

/// Reads a file whole, or standard input for `-`; more than a message may have is refused before it is read.
pub(super) fn read(path: &Path, console: &mut Console<'_, '_>) -> Result<Vec<u8>, CliError> {
    if path == Path::new("-") {
        return bounded(console.standard_input()?, path);
    }
    let failed = |error: std::io::Error| CliError::Failed(format!("cannot read {}: {}", shown(path), reason(&error)));
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return Err(CliError::Failed(format!("{} is a folder: name a file", shown(path))));
    }
    if usize::try_from(metadata.len()).unwrap_or(usize::MAX) > Limits::DEFAULT.message_octets {
        return Err(too_large(path));
    }
    bounded(&mut File::open(path).map_err(failed)?, path)
}

/// Octets of the first line of a passphrase file, at most: a passphrase of a thousand characters, four times over.
const SECRET_OCTETS: usize = 4_096;

/// Reads the beginning of a file that holds a secret, or of standard input for `-`, into memory that does not grow and is
/// wiped. Says so where other people can read the file.
pub(super) fn read_secret(path: &Path, console: &mut Console<'_, '_>) -> Result<SecretOctets, CliError> {
    let failed = |error: std::io::Error| CliError::Failed(format!("cannot read {}: {}", shown(path), reason(&error)));
    let mut file;
    let source: &mut dyn Read = if path == Path::new("-") {
        console.standard_input()?
    } else {
        if path.is_dir() {
            return Err(CliError::Failed(format!("{} is a folder: name a file", shown(path))));
        }
        warn_if_exposed(path, console);
        file = File::open(path).map_err(failed)?;
        &mut file
    };
    let mut octets = SecretOctets::zeroed(SECRET_OCTETS.saturating_add(1));
    let mut read = 0;
    while let Some(free) = octets.get_mut(read..).filter(|free| !free.is_empty()) {
        match source.read(free) {
            Ok(0) => break,
            Ok(count) => read = read.saturating_add(count),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    }
    if read > SECRET_OCTETS && !octets.contains(&b'\n') {
        let sentence = format!("{} begins with a line of more than {SECRET_OCTETS} octets, no passphrase", shown(path));
        return Err(CliError::Failed(sentence));
    }
    // What was not read is NUL: one line end keeps it out of the line.
    if let Some(end) = octets.get_mut(read) {
        *end = b'\n';
    }
    Ok(octets)
}

/// Tells where other people can read a file that holds a secret.
pub(super) fn warn_if_exposed(path: &Path, console: &mut Console<'_, '_>) {
    if let Some(sentence) = exposed_file(path) {
        console.remark(&sentence);
    }
}

// The size may be unknown beforehand, as of a pipe, or grow while it is read.
fn bounded(source: &mut dyn Read, path: &Path) -> Result<Vec<u8>, CliError> {
    let limit = Limits::DEFAULT.message_octets;
    let mut octets = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    source
        .take(most)
        .read_to_end(&mut octets)
        .map_err(|error| CliError::Failed(format!("cannot read {}: {}", shown(path), reason(&error))))?;
    if octets.len() > limit { Err(too_large(path)) } else { Ok(octets) }
}

/// What is larger than anything that is judged.
pub(super) fn too_large(path: &Path) -> CliError {
    let mebibytes = Limits::DEFAULT.message_octets >> 20;
    CliError::Failed(format!("{} is larger than {mebibytes} MiB, the most that is read", shown(path)))
}

/// The system's reason without its error number.
pub(super) fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied: check who owns it and its access rights".to_owned(),
        std::io::ErrorKind::StorageFull => "the disk is full: free some space and try again".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a folder: name a file".to_owned(),
        std::io::ErrorKind::NotADirectory => "a part of the path is a file and no folder".to_owned(),
        std::io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only: name another folder".to_owned(),
        std::io::ErrorKind::InvalidFilename => "the name is too long: choose a shorter one".to_owned(),
        _ => system_words(error),
    }
}

/// Reads an address argument.
pub(super) fn address(text: &str) -> Result<Address, String> {
    Address::parse(text).map_err(|error| error.to_string())
}
