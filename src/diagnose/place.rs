//! Where a certificate is, or could be had.

use std::fmt;

use crate::pki::Certificate;
use crate::trust::PartyName;

/// A place where a certificate is kept, or from where it can be had.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The workspace's authorities: known, not trusted.
    Authorities,
    /// Among the certificates kept for a party, under a name.
    Certificates(PartyName, String),
    /// With a private key of a party, under the key's name: its certificate, or one of its chain.
    Keys(PartyName, String),
    /// Among the anchors of a party for mail that arrives, under a name.
    IncomingAnchors(PartyName, String),
    /// Among the anchors of a party for mail that leaves, under a name.
    OutgoingAnchors(PartyName, String),
    /// The message itself brings it.
    Message,
    /// An address that a certificate names for its issuer's (id-ad-caIssuers, RFC 5280 §4.2.2.1) or for a revocation
    /// list. A diagnosis fetches nothing.
    Url(String),
}

impl Place {
    /// The kind, kebab-case.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Authorities => "authorities",
            Self::Certificates(..) => "certificates",
            Self::Keys(..) => "keys",
            Self::IncomingAnchors(..) => "incoming-anchors",
            Self::OutgoingAnchors(..) => "outgoing-anchors",
            Self::Message => "message",
            Self::Url(_) => "url",
        }
    }

    /// The party that has it, where one has.
    #[must_use]
    pub const fn party(&self) -> Option<&PartyName> {
        match self {
            Self::Certificates(party, _)
            | Self::Keys(party, _)
            | Self::IncomingAnchors(party, _)
            | Self::OutgoingAnchors(party, _) => Some(party),
            Self::Authorities | Self::Message | Self::Url(_) => None,
        }
    }

    /// The name that it is kept under, where it is kept with a party.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Certificates(_, name)
            | Self::Keys(_, name)
            | Self::IncomingAnchors(_, name)
            | Self::OutgoingAnchors(_, name) => Some(name),
            Self::Authorities | Self::Message | Self::Url(_) => None,
        }
    }

    /// Whether it is among somebody's trust anchors.
    #[must_use]
    pub const fn is_anchor(&self) -> bool {
        matches!(self, Self::IncomingAnchors(..) | Self::OutgoingAnchors(..))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authorities => f.write_str("the authorities of this workspace"),
            Self::Certificates(party, name) => write!(f, "the certificates of {party} (“{name}”)"),
            Self::Keys(party, name) => write!(f, "the keys of {party} (“{name}”)"),
            Self::IncomingAnchors(party, name) => write!(f, "the incoming trust anchors of {party} (“{name}”)"),
            Self::OutgoingAnchors(party, name) => write!(f, "the outgoing trust anchors of {party} (“{name}”)"),
            Self::Message => f.write_str("the message itself"),
            Self::Url(url) => write!(f, "{url}"),
        }
    }
}

/// Where something that is missing could come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where.
    pub place: Place,
    /// The certificate that is there, where it is known.
    pub certificate: Option<Certificate>,
}
