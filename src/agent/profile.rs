//! What is demanded and what is tolerated: a table, not branches.
//!
//! Each column is a profile, each field of [`Profile`] a rule with its clause. The agent asks the table; nothing else
//! in the program compares profile names.

use std::fmt;
use std::str::FromStr;

use crate::pki::{DigestPolicy, RevocationPolicy, SubjectDnNames};
use crate::smime::KeyTransport;

/// The name of a profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ProfileName {
    /// Applicability Statement for Secure Health Transport 1.2.
    #[default]
    Direct12,
    /// The same, 1.3 (ANSI/DS 2019-01-100-2021).
    Direct13,
    /// 1.3, and revocation must be known.
    Strict,
    /// 1.2 for mail of the 2010s.
    Legacy,
}

impl ProfileName {
    /// Every profile.
    pub const ALL: [Self; 4] = [Self::Direct12, Self::Direct13, Self::Strict, Self::Legacy];

    /// The name on the command line, in settings and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Direct12 => "direct-1.2",
            Self::Direct13 => "direct-1.3",
            Self::Strict => "strict",
            Self::Legacy => "legacy",
        }
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ProfileName {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Self, UnknownProfile> {
        Self::ALL.into_iter().find(|profile| profile.as_str() == name).ok_or_else(|| UnknownProfile(name.to_owned()))
    }
}

/// A profile that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a profile; the profiles are direct-1.2, direct-1.3, strict and legacy")]
pub struct UnknownProfile(pub String);

/// What a difference between what is and what should be leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// A finding.
    Report,
    /// A rejection.
    Require,
}

/// What is done with something that is no longer considered safe, on receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// It is refused.
    Refuse,
    /// It is accepted with a warning.
    Warn,
}

/// Whether octets that do not verify as received are tried again in CRLF canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEndFallback {
    /// Only the octets as received count.
    Never,
    /// The canonical form is tried second, and a pass that way is a finding.
    TryCanonical,
}

/// Which forms of signature are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureForm {
    /// Only `multipart/signed`.
    DetachedOnly,
    /// Also `application/pkcs7-mime; smime-type=signed-data`.
    DetachedOrOpaque,
}

/// How many names a certificate may be bound by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SanBinding {
    /// Any of its subjectAltNames.
    AnyName,
    /// Exactly one subjectAltName, an address or a domain.
    SingleName,
}

/// The rules of one profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Which one.
    pub name: ProfileName,
    /// The signed content is a `message/rfc822` (AS 1.3).
    pub wrapping: Demand,
    /// MAIL FROM is From or Sender, and RCPT TO are within To and Cc, after unwrapping (AS 1.3).
    pub routing: Demand,
    /// The forms of signature that are taken (RFC 8551 §3.5).
    pub signature_form: SignatureForm,
    /// Signed attributes are present (RFC 5652 §5.3).
    pub signed_attributes: Demand,
    /// Line ends that changed in transport (RFC 8551 §3.1.1).
    pub line_ends: LineEndFallback,
    /// Names in the subject's DN (RFC 8550 §3).
    pub subject_names: SubjectDnNames,
    /// SubjectAltNames (AS 1.3 §1.4).
    pub san_binding: SanBinding,
    /// The smallest RSA key, in bits, of signers, recipients and CAs (RFC 8551 §4).
    pub rsa_bits: u32,
    /// SHA-1 in signatures of messages and certificates; MD5 is refused by all (RFC 8551 §2.1).
    pub sha1: Weakness,
    /// Triple DES around content (RFC 8551 §2.7).
    pub triple_des: Weakness,
    /// RC2 with 128 bits around content; fewer bits are refused by all (RFC 8551 §2.7.2).
    pub rc2: Weakness,
    /// Revocation of every certificate of a path (RFC 5280 §6.3).
    pub revocation: RevocationPolicy,
    /// How content keys are encrypted when making, unless the caller says otherwise.
    pub key_transport: KeyTransport,
}

const DIRECT_1_2: Profile = Profile {
    name: ProfileName::Direct12,
    wrapping: Demand::Report,
    routing: Demand::Report,
    signature_form: SignatureForm::DetachedOnly,
    signed_attributes: Demand::Report,
    line_ends: LineEndFallback::TryCanonical,
    subject_names: SubjectDnNames::Ignore,
    san_binding: SanBinding::AnyName,
    rsa_bits: 2048,
    sha1: Weakness::Refuse,
    triple_des: Weakness::Refuse,
    rc2: Weakness::Refuse,
    revocation: RevocationPolicy::Report,
    key_transport: KeyTransport::Pkcs1V15,
};

const DIRECT_1_3: Profile = Profile {
    name: ProfileName::Direct13,
    wrapping: Demand::Require,
    routing: Demand::Require,
    san_binding: SanBinding::SingleName,
    key_transport: KeyTransport::OAEP_SHA256,
    ..DIRECT_1_2
};

const STRICT: Profile = Profile {
    name: ProfileName::Strict,
    signed_attributes: Demand::Require,
    line_ends: LineEndFallback::Never,
    revocation: RevocationPolicy::Require,
    ..DIRECT_1_3
};

const LEGACY: Profile = Profile {
    name: ProfileName::Legacy,
    signature_form: SignatureForm::DetachedOrOpaque,
    subject_names: SubjectDnNames::Accept,
    rsa_bits: 1024,
    sha1: Weakness::Warn,
    triple_des: Weakness::Warn,
    rc2: Weakness::Warn,
    ..DIRECT_1_2
};

impl Profile {
    /// The table's column of that name.
    #[must_use]
    pub const fn named(name: ProfileName) -> Self {
        match name {
            ProfileName::Direct12 => DIRECT_1_2,
            ProfileName::Direct13 => DIRECT_1_3,
            ProfileName::Strict => STRICT,
            ProfileName::Legacy => LEGACY,
        }
    }

    /// The digests that certificates may be signed with.
    #[must_use]
    pub const fn digest_policy(&self) -> DigestPolicy {
        match self.sha1 {
            Weakness::Refuse => DigestPolicy::RefuseSha1,
            Weakness::Warn => DigestPolicy::AcceptSha1,
        }
    }
}

impl Default for Profile {
    fn default() -> Self {
        DIRECT_1_2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_found_under_its_own_name() {
        for name in ProfileName::ALL {
            assert_eq!(name.as_str().parse(), Ok(name));
            assert_eq!(Profile::named(name).name, name);
        }
    }

    #[test]
    fn an_unknown_profile_is_answered_with_the_names_there_are() {
        let error = "direct-9".parse::<ProfileName>().unwrap_err().to_string();
        assert!(error.contains("direct-9") && error.contains("direct-1.2"), "{error}");
    }
}
