//! BER and DER as a tree of octet spans (X.690).
//!
//! Every node knows where its octets are, so that what is hashed, decrypted or shown is a slice of what arrived; nothing
//! is encoded again. [`Tree`] is the parse, [`Element`] reads values from it, [`outline`] shows it. Input that breaks off
//! gives the part that was there together with the error. Modules of ASN.1 are not known here: what a value means is
//! `smime`'s and `pki`'s to say.

pub mod der;
mod element;
pub mod oid;
mod oid_names;
mod outline;
mod tree;

pub use element::{Children, Element};
pub use oid::Oid;
pub use outline::{OutlineLine, escaped, hexadecimal, outline};
pub(crate) use tree::Place;
pub use tree::{Asn1Error, Class, Malformation, Node, Tree};

/// Universal tag numbers (X.680 §8.4).
pub mod tag {
    /// BOOLEAN
    pub const BOOLEAN: u32 = 1;
    /// INTEGER
    pub const INTEGER: u32 = 2;
    /// BIT STRING
    pub const BIT_STRING: u32 = 3;
    /// OCTET STRING
    pub const OCTET_STRING: u32 = 4;
    /// NULL
    pub const NULL: u32 = 5;
    /// OBJECT IDENTIFIER
    pub const OBJECT_IDENTIFIER: u32 = 6;
    /// ENUMERATED
    pub const ENUMERATED: u32 = 10;
    /// UTF8String
    pub const UTF8_STRING: u32 = 12;
    /// SEQUENCE
    pub const SEQUENCE: u32 = 16;
    /// SET
    pub const SET: u32 = 17;
    /// PrintableString
    pub const PRINTABLE_STRING: u32 = 19;
    /// TeletexString
    pub const TELETEX_STRING: u32 = 20;
    /// IA5String
    pub const IA5_STRING: u32 = 22;
    /// UTCTime
    pub const UTC_TIME: u32 = 23;
    /// GeneralizedTime
    pub const GENERALIZED_TIME: u32 = 24;
    /// UniversalString
    pub const UNIVERSAL_STRING: u32 = 28;
    /// BMPString
    pub const BMP_STRING: u32 = 30;
}
