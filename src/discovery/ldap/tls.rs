//! How a connection to a directory is protected.

/// How a connection is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsMode {
    /// Not at all: certificates are public, and prove themselves.
    #[default]
    Plain,
    /// TLS from the first octet.
    Ldaps,
    /// TLS by the StartTLS operation (RFC 4511 §4.14).
    StartTls,
}

impl TlsMode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Plain, Self::StartTls, Self::Ldaps];

    /// The transport in accounts, settings and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "ldap",
            Self::Ldaps => "ldaps",
            Self::StartTls => "starttls",
        }
    }
}

impl std::str::FromStr for TlsMode {
    type Err = UnknownTlsMode;

    fn from_str(name: &str) -> Result<Self, UnknownTlsMode> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == name).ok_or_else(|| UnknownTlsMode(name.to_owned()))
    }
}

/// A protection of connections that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no way to connect to a directory; the ways are ldap, starttls and ldaps")]
pub struct UnknownTlsMode(pub String);
