//! What is demanded and what is tolerated: a table, not branches.
//!
//! Each column is a profile, each row a rule with its clause: a field of [`Profile`], and an entry of [`ROWS`], which
//! `sealscope profiles` and docs/profiles.md print. The agent asks the table; nothing else in the program compares
//! profile names.

use std::fmt;
use std::str::FromStr;

use crate::pki::path::PathPolicy;
use crate::pki::{DigestPolicy, KeyAlgorithm, RevocationPolicy, SubjectDnNames};
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
#[error("“{0}” is not a profile; the profiles are direct-1.2, direct-1.3, strict and legacy{hint}", hint = emulation(.0))]
pub struct UnknownProfile(pub String);

// The other agents are no profile: they go by rules of their own, faults included.
fn emulation(name: &str) -> &'static str {
    match name {
        "java-ri" | "csharp-ri" => {
            "; what the Java and the C# reference agent would have answered, `sealscope emulate FILE` shows"
        }
        _ => "",
    }
}

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
    /// It is accepted.
    Accept,
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

/// How a value of the table reads to people.
trait Cell {
    fn cell(&self) -> String;
}

impl Cell for Demand {
    fn cell(&self) -> String {
        match self {
            Self::Report => "reported",
            Self::Require => "required",
        }
        .to_owned()
    }
}

impl Cell for Weakness {
    fn cell(&self) -> String {
        match self {
            Self::Refuse => "refused",
            Self::Warn => "accepted with a warning",
            Self::Accept => "accepted",
        }
        .to_owned()
    }
}

impl Cell for LineEndFallback {
    fn cell(&self) -> String {
        match self {
            Self::Never => "as received only",
            Self::TryCanonical => "tried again as CRLF",
        }
        .to_owned()
    }
}

impl Cell for SignatureForm {
    fn cell(&self) -> String {
        match self {
            Self::DetachedOnly => "multipart/signed only",
            Self::DetachedOrOpaque => "also opaque signed-data, with a warning",
        }
        .to_owned()
    }
}

impl Cell for SanBinding {
    fn cell(&self) -> String {
        match self {
            Self::AnyName => "any number",
            Self::SingleName => "exactly one",
        }
        .to_owned()
    }
}

impl Cell for SubjectDnNames {
    fn cell(&self) -> String {
        match self {
            Self::Ignore => "never bind",
            Self::Accept => "bind where there is no subjectAltName",
        }
        .to_owned()
    }
}

impl Cell for RevocationPolicy {
    fn cell(&self) -> String {
        match self {
            Self::Report => "reported where unknown",
            Self::Require => "must be known",
        }
        .to_owned()
    }
}

impl Cell for KeyTransport {
    fn cell(&self) -> String {
        match self {
            Self::Pkcs1V15 => "RSA PKCS #1 v1.5".to_owned(),
            Self::Oaep(digest) => format!("RSA-OAEP with {}", digest.as_str()),
        }
    }
}

impl Cell for u32 {
    fn cell(&self) -> String {
        format!("{self} bits")
    }
}

/// One rule in which profiles can differ.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The rule's name: that of the field of [`Profile`].
    pub name: &'static str,
    /// What it is about, in words.
    pub about: &'static str,
    /// The specification and section it comes from.
    pub clause: &'static str,
    read: fn(&Profile) -> String,
}

impl Row {
    /// What a profile says, in words.
    #[must_use]
    pub fn value(&self, profile: &Profile) -> String {
        (self.read)(profile)
    }
}

macro_rules! profiles {
    ($($field:ident: $type:ty, $about:literal, $clause:literal, [$v12:expr, $v13:expr, $strict:expr, $legacy:expr];)+) => {
        /// The rules of one profile.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Profile {
            /// Which one.
            pub name: ProfileName,
            $(#[doc = concat!($about, " (", $clause, ").")] pub $field: $type,)+
        }

        impl Profile {
            /// The table's column of that name.
            #[must_use]
            pub const fn named(name: ProfileName) -> Self {
                match name {
                    ProfileName::Direct12 => Self { name, $($field: $v12,)+ },
                    ProfileName::Direct13 => Self { name, $($field: $v13,)+ },
                    ProfileName::Strict => Self { name, $($field: $strict,)+ },
                    ProfileName::Legacy => Self { name, $($field: $legacy,)+ },
                }
            }
        }

        /// Every rule in which profiles can differ, in the order of the table.
        pub const ROWS: &[Row] = &[
            $(Row {
                name: stringify!($field),
                about: $about,
                clause: $clause,
                read: |profile| profile.$field.cell(),
            },)+
        ];
    };
}

// Columns: direct-1.2, direct-1.3, strict, legacy. What all four agree on in every direction is in `COMMON` below.
profiles! {
    wrapping: Demand,
        "The signed content is a whole message (message/rfc822)",
        "Direct AS 1.3; RFC 8551 §3.1",
        [Demand::Report, Demand::Require, Demand::Require, Demand::Report];
    plain_wrapper: Demand,
        "The wrapped message has no transfer encoding (quoted-printable, base64)",
        "RFC 2046 §5.2.1",
        [Demand::Report, Demand::Report, Demand::Require, Demand::Report];
    routing: Demand,
        "MAIL FROM is From or Sender, and each RCPT TO is in To or Cc",
        "Direct AS 1.3; RFC 5321 §3.3",
        [Demand::Report, Demand::Require, Demand::Require, Demand::Report];
    signature_form: SignatureForm,
        "Forms of signature",
        "RFC 8551 §3.5",
        [
            SignatureForm::DetachedOnly,
            SignatureForm::DetachedOnly,
            SignatureForm::DetachedOnly,
            SignatureForm::DetachedOrOpaque
        ];
    signed_attributes: Demand,
        "Signed attributes are present",
        "RFC 5652 §5.3",
        [Demand::Report, Demand::Report, Demand::Require, Demand::Report];
    micalg: Demand,
        "micalg names the digest that the signature uses",
        "RFC 1847 §2.1",
        [Demand::Report, Demand::Report, Demand::Require, Demand::Report];
    line_ends: LineEndFallback,
        "Signed octets whose line ends changed in transport",
        "RFC 8551 §3.1.1",
        [
            LineEndFallback::TryCanonical,
            LineEndFallback::TryCanonical,
            LineEndFallback::Never,
            LineEndFallback::TryCanonical
        ];
    subject_names: SubjectDnNames,
        "Addresses and domains in a certificate's subject",
        "RFC 8550 §3",
        [SubjectDnNames::Ignore, SubjectDnNames::Ignore, SubjectDnNames::Ignore, SubjectDnNames::Accept];
    san_binding: SanBinding,
        "subjectAltNames of a signer's or recipient's certificate",
        "Direct AS 1.3 §1.4",
        [SanBinding::AnyName, SanBinding::SingleName, SanBinding::SingleName, SanBinding::AnyName];
    rsa_bits: u32,
        "The shortest RSA key of signers, recipients and CAs; one below 2048 bits is reported",
        "RFC 8551 §4",
        [2048, 2048, 2048, 1024];
    ec_bits: u32,
        "The shortest elliptic curve key of signers, recipients and CAs; one below 256 bits is reported",
        "RFC 8551 §2.2, §2.3",
        [256, 256, 256, 192];
    sha1: Weakness,
        "SHA-1 in a message's signature",
        "RFC 8551 §2.1",
        [Weakness::Refuse, Weakness::Refuse, Weakness::Refuse, Weakness::Warn];
    md5: Weakness,
        "MD5 in a message's signature",
        "RFC 8551 §2.1",
        [Weakness::Refuse, Weakness::Refuse, Weakness::Refuse, Weakness::Warn];
    certificate_sha1: Weakness,
        "SHA-1 in the signature of a certificate below the anchor",
        "RFC 8550 §4.3",
        [Weakness::Refuse, Weakness::Refuse, Weakness::Refuse, Weakness::Warn];
    triple_des: Weakness,
        "Triple DES around content, on receipt",
        "RFC 8551 §2.7.2",
        [Weakness::Refuse, Weakness::Refuse, Weakness::Refuse, Weakness::Warn];
    rc2: Weakness,
        "RC2 with 128 bits around content, on receipt",
        "RFC 8551 §2.7.2",
        [Weakness::Refuse, Weakness::Refuse, Weakness::Refuse, Weakness::Warn];
    pkcs1_key_transport: Weakness,
        "RSA PKCS #1 v1.5 around content keys, on receipt",
        "RFC 8551 §2.3",
        [Weakness::Accept, Weakness::Warn, Weakness::Warn, Weakness::Accept];
    revocation: RevocationPolicy,
        "Revocation of every certificate of a path but the anchor",
        "RFC 5280 §6.3",
        [RevocationPolicy::Report, RevocationPolicy::Report, RevocationPolicy::Require, RevocationPolicy::Report];
    key_transport: KeyTransport,
        "How content keys are encrypted for RSA keys when making, unless the caller says otherwise",
        "RFC 8551 §2.3, RFC 3560",
        [KeyTransport::Pkcs1V15, KeyTransport::OAEP_SHA256, KeyTransport::OAEP_SHA256, KeyTransport::Pkcs1V15];
}

/// A rule on which all profiles agree.
#[derive(Clone, Copy, Debug)]
pub struct CommonRule {
    /// What is demanded or done.
    pub about: &'static str,
    /// The specification and section it comes from.
    pub clause: &'static str,
}

/// What no profile changes and people ask about.
pub const COMMON: &[CommonRule] = &[
    CommonRule { about: "A wildcard in a dNSName binds nobody", clause: "Direct AS 1.3 §1.4" },
    CommonRule {
        about: "A key usage without digitalSignature and nonRepudiation does not sign; an absent key usage does not restrict",
        clause: "RFC 8550 §4.4.2",
    },
    CommonRule {
        about: "An extended key usage has to allow mail; an absent one does not restrict",
        clause: "RFC 8550 §4.4.4",
    },
    CommonRule { about: "A revoked certificate ends a path", clause: "RFC 5280 §6.1.3" },
    CommonRule { about: "A certificate signed over MD5 ends a path", clause: "RFC 8550 §4.3" },
    CommonRule {
        about: "DES, and RC2 with fewer than 128 bits, are refused around content",
        clause: "RFC 8551 §2.7.2",
    },
    CommonRule {
        about: "Content that parses as DER attributes is refused without signed attributes",
        clause: "RFC 5652 §5.4",
    },
    CommonRule {
        about: "A private key whose certificate has expired decrypts, and never signs",
        clause: "RFC 5280 §4.1.2.5",
    },
    CommonRule {
        about: "What is made is signed over SHA-256, SHA-384 or SHA-512 and encrypted with AES",
        clause: "RFC 8551 §2.1, §2.7",
    },
];

impl Profile {
    /// The number of bits a key has and the number it needs, where it is too short.
    #[must_use]
    pub const fn short_key(&self, key: &KeyAlgorithm) -> Option<(u32, u32)> {
        match (key.rsa_bits(), key.ec_bits()) {
            (Some(bits), _) if bits < self.rsa_bits => Some((bits, self.rsa_bits)),
            (_, Some(bits)) if bits < self.ec_bits => Some((bits, self.ec_bits)),
            _ => None,
        }
    }

    /// What this profile wants of a path.
    #[must_use]
    pub const fn path_policy(&self) -> PathPolicy {
        let mut policy = PathPolicy::new(self.rsa_bits, self.digest_policy(), self.revocation);
        policy.ec_bits = self.ec_bits;
        policy
    }

    /// The digests that certificates may be signed with.
    #[must_use]
    pub const fn digest_policy(&self) -> DigestPolicy {
        match self.certificate_sha1 {
            Weakness::Refuse => DigestPolicy::RefuseSha1,
            Weakness::Warn | Weakness::Accept => DigestPolicy::AcceptSha1,
        }
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self::named(ProfileName::Direct12)
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
