//! The choices made when a message is signed and encrypted.

use crate::smime::{
    AttributeSet, Choice, Described, EmbedChain, Encoding, IdentifierForm, KeyTransport, MakingCipher, MakingDigest,
    RsaSignature, SignatureLayout,
};

/// The name that stands for the profile's way where a key transport is chosen.
pub const AS_PROFILE: &str = "profile";

/// What is done with the line ends of a message that is sent (RFC 8551 §3.1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineEndPolicy {
    /// A file with bare LF throughout is the local form of a CRLF message and is made CRLF; all else is left alone.
    #[default]
    Canonical,
    /// The octets are sent as they are.
    Keep,
}

impl Choice for LineEndPolicy {
    const WHAT: &'static str = "treatment of line ends";
    const CHOICES: &'static [Self] = &[Self::Canonical, Self::Keep];

    fn described(self) -> Described {
        match self {
            Self::Canonical => Described {
                name: "canonical",
                label: "CRLF",
                readers: "A file with bare LF throughout is made CRLF; all else is left alone",
            },
            Self::Keep => Described {
                name: "keep",
                label: "Keep line ends as they are",
                readers: "Bare LF is signed as it is; an agent that changes it breaks the signature",
            },
        }
    }
}

/// Choices made when a message is signed and encrypted. The default is what most programs read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MakingOptions {
    /// The cipher of the content.
    pub content: MakingCipher,
    /// How the content key is encrypted for RSA keys; the profile's way where none is chosen.
    pub key_transport: Option<KeyTransport>,
    /// How recipients are named.
    pub recipient_id: IdentifierForm,
    /// The digest of the signature.
    pub digest: MakingDigest,
    /// How RSA keys sign.
    pub rsa_signature: RsaSignature,
    /// How signers are named.
    pub signer_id: IdentifierForm,
    /// Which certificates go with the signature.
    pub certificates: EmbedChain,
    /// Which attributes are signed besides those that must be.
    pub attributes: AttributeSet,
    /// Where the signed content is.
    pub layout: SignatureLayout,
    /// How signature and envelope are encoded.
    pub encoding: Encoding,
    /// Line ends of the original.
    pub line_ends: LineEndPolicy,
}
