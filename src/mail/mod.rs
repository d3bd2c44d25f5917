//! RFC 5321 and 5322 words: address, envelope, header. No cryptography, no I/O.
//!
//! [`Address`] and [`Domain`] are the strict types that trust depends on; [`header`] finds fields as spans of the
//! octets that arrived; [`Envelope`] is MAIL FROM, RCPT TO and the message. Batch SMTP and mbox files are read here as
//! octets; opening files is the workspace's.

pub mod address;
pub mod bsmtp;
pub mod domain;
pub mod envelope;
pub mod header;
pub mod lines;
pub mod mailbox_list;
pub mod mbox;
pub mod message;
pub mod text;
pub mod transcript;

pub use address::{Address, AddressError};
pub use domain::Domain;
pub use envelope::{Envelope, EnvelopeError, EnvelopeOrigin, ReversePath};
pub use header::{HeaderField, HeaderSection};
pub use lines::{LineEnds, TextForm};
pub use mailbox_list::{MailboxEntry, mailbox_list};
pub use text::{decode_text, escape_controls, unfold};
pub use transcript::{Speaker, TranscriptLine};
