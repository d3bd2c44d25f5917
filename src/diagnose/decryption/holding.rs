//! What is held of a key that a RecipientInfo needs.

use crate::pki::Certificate;
use crate::trust::PartyName;

/// How something that is held relates to the certificate that a RecipientInfo names. What comes nearest is first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The private key itself, of a party that serves a recipient of the message.
    Key,
    /// The private key itself, of another party of this workspace.
    KeyOfAnother,
    /// A private key whose certificate is another one, over the same key.
    Twin,
    /// A private key of the same owner whose certificate is newer.
    Successor,
    /// A private key of the same owner whose certificate is older.
    Predecessor,
    /// The named certificate is not known here; this private key's certificate has the same issuer.
    SameIssuer,
    /// The certificate alone, without its private key.
    CertificateOnly,
    /// A private key that is locked, which may be the one.
    Locked,
}

impl Relation {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::KeyOfAnother => "key-of-another",
            Self::Twin => "twin",
            Self::Successor => "successor",
            Self::Predecessor => "predecessor",
            Self::SameIssuer => "same-issuer",
            Self::CertificateOnly => "certificate-only",
            Self::Locked => "locked",
        }
    }
}

/// Whether a private key opens the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opens {
    /// It does: the content decrypts to a MIME entity.
    Yes,
    /// It does not.
    No,
    /// It was not tried: nothing speaks for it, it is locked, or the message was opened anyway.
    NotTried,
}

impl Opens {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::NotTried => "not-tried",
        }
    }
}

/// Something that is held.
#[derive(Clone, Debug)]
pub struct Holding {
    /// What it is to the certificate that is named.
    pub relation: Relation,
    /// Who holds it.
    pub party: PartyName,
    /// The name it is kept under.
    pub name: String,
    /// Its certificate; nothing of a locked key.
    pub certificate: Option<Certificate>,
    /// Whether it opens the message.
    pub opens: Opens,
}
