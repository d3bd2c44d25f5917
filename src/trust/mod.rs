//! Who trusts whom: anchors, parties and their fallback.
//!
//! A [`Party`] is an address or a domain with what was set up for it: private keys, certificates, and the anchors it
//! trusts for each direction. What an address lacks is taken from the address without its `+suffix`, then from its
//! domain; keys and anchors fall back independently of each other.

mod anchors;
mod holding;
mod party;

pub use anchors::{AnchorSet, Incoming, Outgoing, TrustAnchor};
pub use holding::KeyHolding;
pub use party::{LockedKey, NamedCertificate, NamedKey, Parties, Party, PartyName};
