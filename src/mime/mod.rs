//! MIME entities as spans of one immutable buffer (RFC 2045, 2046, 1847).
//!
//! What is signed is found here, octet for octet, by a strict delimiter scanner; nothing is re-serialised. Each module
//! takes an [`Entity`] and the caps of the run, and records what is out of order in the ledger.

pub mod canonical;
pub mod content_type;
pub mod entity;
pub mod multipart;
pub mod parameters;
pub mod seven_bit;
pub mod signed;
pub mod transfer;
pub mod tree;
pub mod wrap;

pub use content_type::ContentType;
pub use entity::{DefaultType, Disposition, Entity};
pub use multipart::{Multipart, MultipartError};
pub use signed::{SignedEntity, SignedEntityError};
pub use transfer::TransferEncoding;
pub use tree::MimeTree;
