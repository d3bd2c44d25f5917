//! Messages that are too large to be judged: they are mapped, so that their parts and octets can be looked at.
//!
//! Of other files of that size nothing is opened: keys, certificates and envelopes are never so large.

use std::path::Path;

use super::document::{DocumentError, Opened, OpenedMessage, names_mail};
use super::error::{Action, FileError};
use crate::finding::Ledger;
use crate::limits::Limits;
use crate::mail::{Envelope, HeaderSection, bsmtp, mbox};
use crate::span::{Buffer, BufferName, MappedFile};

/// Maps the file at `path`, of so many octets, and tells what it is.
pub(super) fn open(path: &Path, octets: u64, limits: &Limits) -> Result<Opened, DocumentError> {
    if octets > limits.opened_octets {
        return Err(DocumentError::too_large(path, octets, limits.opened_octets));
    }
    let mapped = MappedFile::open(path).map_err(|error| FileError::new(path, Action::Read, error))?;
    let message = Buffer::new(BufferName::Received, mapped);
    let head = message.slice(0..limits.header_octets);
    if mbox::looks_like(head) {
        return Ok(Opened::Folder(path.to_owned()));
    }
    let wrong = |why: String| DocumentError::Message { path: path.to_owned(), why };
    if bsmtp::looks_like(head) {
        let most = limits.message_octets >> 20;
        return Err(wrong(format!("an envelope file may have {most} MiB; open the message alone, as .eml")));
    }
    if !names_mail(head, &HeaderSection::scan(head, 0..head.len(), limits)) {
        let most = u64::try_from(limits.message_octets).unwrap_or(u64::MAX);
        return Err(DocumentError::too_large(path, octets, most));
    }
    let mut ledger = Ledger::new();
    let envelope = Envelope::derive_within(message, limits, &mut ledger).map_err(|error| wrong(error.to_string()))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let findings = ledger.into_findings();
    let message = OpenedMessage { name, source: path.to_owned(), envelope, findings };
    Ok(Opened::Messages(vec![message]))
}
