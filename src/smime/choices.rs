//! What can be chosen when a message is made: each choice with its name, and with who can read what it makes.
//!
//! The command line, `workspace.toml` and the window take names, labels and readers from here, so they cannot differ.
//! Who reads what was measured with OpenSSL 3.0, BouncyCastle 1.72, gpgsm 2.2, NSS 3.87 and NSS 3.125 (Thunderbird).

use std::fmt;

use super::identifier::IdentifierForm;

/// One of a few ways to make something.
pub trait Choice: Copy + Eq + fmt::Debug + 'static {
    /// What is chosen, as it stands in a sentence: `content cipher`.
    const WHAT: &'static str;
    /// Every way, the most readable first.
    const CHOICES: &'static [Self];

    /// Name, label and readers.
    fn described(self) -> Described;

    /// The way of that name.
    ///
    /// # Errors
    /// [`UnknownChoice`], which lists the names there are.
    fn named(name: &str) -> Result<Self, UnknownChoice> {
        let found = Self::CHOICES.iter().copied().find(|choice| choice.described().name == name);
        found.ok_or_else(|| UnknownChoice {
            what: Self::WHAT,
            name: name.chars().take(80).collect(),
            names: Self::CHOICES.iter().map(|choice| choice.described().name).collect(),
        })
    }
}

/// The words of one choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Described {
    /// On the command line and in `workspace.toml`.
    pub name: &'static str,
    /// As people write it.
    pub label: &'static str,
    /// Who can read what is made this way, or what it is good for.
    pub readers: &'static str,
}

const fn described(name: &'static str, label: &'static str, readers: &'static str) -> Described {
    Described { name, label, readers }
}

/// A name that is none of the choices.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{}” is not a {what}; there are {}", crate::mail::escape_controls(.name), .names.join(", "))]
pub struct UnknownChoice {
    /// What was to be chosen.
    pub what: &'static str,
    /// What was said.
    pub name: String,
    /// What can be said.
    pub names: Vec<&'static str>,
}

/// The digests that are made; SHA-1 and MD5 are not among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MakingDigest {
    /// Read by every program.
    #[default]
    Sha256,
    /// Longer.
    Sha384,
    /// Longest.
    Sha512,
}

impl MakingDigest {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Sha256, Self::Sha384, Self::Sha512];

    /// The token of the `micalg` parameter (RFC 8551 §3.5.3.2).
    #[must_use]
    pub const fn micalg(self) -> &'static str {
        match self {
            Self::Sha256 => "sha-256",
            Self::Sha384 => "sha-384",
            Self::Sha512 => "sha-512",
        }
    }
}

impl Choice for MakingDigest {
    const WHAT: &'static str = "digest";
    const CHOICES: &'static [Self] = &Self::ALL;

    fn described(self) -> Described {
        match self {
            Self::Sha256 => described("sha256", "SHA-256", "Every program reads it"),
            Self::Sha384 => described("sha384", "SHA-384", "All that were measured read it"),
            Self::Sha512 => described("sha512", "SHA-512", "All that were measured read it"),
        }
    }
}

/// The digest of RSAES-OAEP and of its mask generation function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OaepDigest {
    /// What old agents make and read; no known attack on OAEP comes from it.
    Sha1,
    /// What DirectTrust demands from 2026 on.
    #[default]
    Sha256,
    /// Longer.
    Sha384,
    /// Longest; an RSA key of 1024 bits has no room for it.
    Sha512,
}

impl OaepDigest {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// The name of the digest.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }
}

/// The content ciphers that are made; Triple DES is not among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MakingCipher {
    /// AES-128-CBC
    Aes128Cbc,
    /// AES-192-CBC
    Aes192Cbc,
    /// AES-256-CBC: read by every program.
    #[default]
    Aes256Cbc,
    /// AES-128-GCM: notices changes; the reference agents cannot read it.
    Aes128Gcm,
    /// AES-192-GCM: notices changes; the reference agents cannot read it.
    Aes192Gcm,
    /// AES-256-GCM: notices changes; the reference agents cannot read it.
    Aes256Gcm,
}

impl MakingCipher {
    /// Every one.
    pub const ALL: [Self; 6] =
        [Self::Aes256Cbc, Self::Aes192Cbc, Self::Aes128Cbc, Self::Aes256Gcm, Self::Aes192Gcm, Self::Aes128Gcm];

    const fn key_octets(self) -> u32 {
        match self {
            Self::Aes128Cbc | Self::Aes128Gcm => 16,
            Self::Aes192Cbc | Self::Aes192Gcm => 24,
            Self::Aes256Cbc | Self::Aes256Gcm => 32,
        }
    }

    /// Whether a change of the ciphertext is always noticed; such content goes into AuthEnvelopedData (RFC 5083).
    #[must_use]
    pub const fn is_authenticated(self) -> bool {
        matches!(self, Self::Aes128Gcm | Self::Aes192Gcm | Self::Aes256Gcm)
    }
}

impl Choice for MakingCipher {
    const WHAT: &'static str = "content cipher";
    const CHOICES: &'static [Self] = &Self::ALL;

    fn described(self) -> Described {
        const ALL_READ: &str = "Every program reads it";
        const NOT_192: &str = "Most programs read it; pyca/cryptography does not";
        const GCM: &str = "Notices every change; not gpgsm 2.2, NSS and Thunderbird, nor the reference agents";
        match self {
            Self::Aes128Cbc => described("aes-128-cbc", "AES-128-CBC", ALL_READ),
            Self::Aes192Cbc => described("aes-192-cbc", "AES-192-CBC", NOT_192),
            Self::Aes256Cbc => described("aes-256-cbc", "AES-256-CBC", ALL_READ),
            Self::Aes128Gcm => described("aes-128-gcm", "AES-128-GCM", GCM),
            Self::Aes192Gcm => described("aes-192-gcm", "AES-192-GCM", GCM),
            Self::Aes256Gcm => described("aes-256-gcm", "AES-256-GCM", GCM),
        }
    }
}

/// How the content key is encrypted for RSA keys; elliptic curve keys always agree on one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeyTransport {
    /// RSAES-OAEP; the digest is the mask's too.
    Oaep(OaepDigest),
    /// RSAES-PKCS1-v1_5: read by every program.
    #[default]
    Pkcs1V15,
}

impl KeyTransport {
    /// What DirectTrust demands from 2026 on.
    pub const OAEP_SHA256: Self = Self::Oaep(OaepDigest::Sha256);

    /// Every one.
    pub const ALL: [Self; 5] = [
        Self::Pkcs1V15,
        Self::OAEP_SHA256,
        Self::Oaep(OaepDigest::Sha384),
        Self::Oaep(OaepDigest::Sha512),
        Self::Oaep(OaepDigest::Sha1),
    ];

    /// The smallest RSA key that has room for the key of that cipher (RFC 8017 §7.1.1, §7.2.1).
    #[must_use]
    pub const fn fewest_bits(self, cipher: MakingCipher) -> u32 {
        let digest = match self {
            Self::Pkcs1V15 => return 8 * (11 + cipher.key_octets()),
            Self::Oaep(OaepDigest::Sha1) => 20,
            Self::Oaep(OaepDigest::Sha256) => 32,
            Self::Oaep(OaepDigest::Sha384) => 48,
            Self::Oaep(OaepDigest::Sha512) => 64,
        };
        8 * (2 * digest + 2 + cipher.key_octets())
    }
}

impl Choice for KeyTransport {
    const WHAT: &'static str = "key transport";
    const CHOICES: &'static [Self] = &Self::ALL;

    fn described(self) -> Described {
        const SHA2: &str = "OpenSSL, BouncyCastle and Thunderbird read it; not gpgsm 2.2 nor NSS 3.87";
        const SHA1: &str = "For agents that know OAEP with its default digest only; not gpgsm 2.2 nor NSS 3.87";
        match self {
            Self::Pkcs1V15 => described("pkcs1", "RSA PKCS #1 v1.5", "Every program reads it"),
            Self::Oaep(OaepDigest::Sha1) => described("oaep-sha1", "RSA-OAEP, SHA-1", SHA1),
            Self::Oaep(OaepDigest::Sha256) => described("oaep-sha256", "RSA-OAEP, SHA-256", SHA2),
            Self::Oaep(OaepDigest::Sha384) => described("oaep-sha384", "RSA-OAEP, SHA-384", SHA2),
            Self::Oaep(OaepDigest::Sha512) => described("oaep-sha512", "RSA-OAEP, SHA-512", SHA2),
        }
    }
}

/// How an RSA key signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RsaSignature {
    /// RSASSA-PKCS1-v1_5: read by every program.
    #[default]
    Pkcs1V15,
    /// RSASSA-PSS with a salt as long as the digest.
    Pss,
}

impl Choice for RsaSignature {
    const WHAT: &'static str = "signature padding";
    const CHOICES: &'static [Self] = &[Self::Pkcs1V15, Self::Pss];

    fn described(self) -> Described {
        match self {
            Self::Pkcs1V15 => described("pkcs1", "RSA PKCS #1 v1.5", "Every program reads it"),
            Self::Pss => described("pss", "RSA-PSS", "All that were measured read it; agents of the 2010s may not"),
        }
    }
}

impl Choice for IdentifierForm {
    const WHAT: &'static str = "form of identifier";
    const CHOICES: &'static [Self] = &[Self::IssuerSerial, Self::SubjectKeyId];

    fn described(self) -> Described {
        const KEY_ID: &str =
            "OpenSSL, BouncyCastle and NSS read it; not gpgsm 2.2. The certificate must have a key identifier";
        match self {
            Self::IssuerSerial => described("issuer-serial", "Issuer and serial number", "Every program reads it"),
            Self::SubjectKeyId => described("key-id", "Subject key identifier", KEY_ID),
        }
    }
}

/// How lengths are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Every length is known, and a SET OF is sorted (X.690 §10).
    #[default]
    Der,
    /// Indefinite lengths and content in pieces, as programs write that do not hold the message in memory (X.690 §8).
    StreamedBer,
}

impl Choice for Encoding {
    const WHAT: &'static str = "encoding";
    const CHOICES: &'static [Self] = &[Self::Der, Self::StreamedBer];

    fn described(self) -> Described {
        const BER: &str = "As streaming programs write; not pyca/cryptography";
        match self {
            Self::Der => described("der", "DER", "Every program reads it"),
            Self::StreamedBer => described("ber", "BER, streamed", BER),
        }
    }
}

/// Which certificates go with a signature; never an anchor that signed itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmbedChain {
    /// None: whoever reads it must have the signer's certificate already.
    Nothing,
    /// Only the signers' own.
    SignerOnly,
    /// The CA certificates kept with the keys, too.
    #[default]
    WithIntermediates,
}

impl Choice for EmbedChain {
    const WHAT: &'static str = "choice of certificates";
    const CHOICES: &'static [Self] = &[Self::WithIntermediates, Self::SignerOnly, Self::Nothing];

    fn described(self) -> Described {
        const CHAIN: &str = "Whoever trusts the root can check it";
        const SIGNER: &str = "Readers must know the intermediate CAs";
        const NOTHING: &str = "Readers must have the signer's certificate; Direct agents refuse it";
        match self {
            Self::WithIntermediates => described("chain", "Signer and intermediates", CHAIN),
            Self::SignerOnly => described("signer", "Signer", SIGNER),
            Self::Nothing => described("none", "None", NOTHING),
        }
    }
}

/// Where the signed content is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignatureLayout {
    /// Beside the signature: `multipart/signed` (RFC 8551 §3.5.3).
    #[default]
    Detached,
    /// Inside it: `application/pkcs7-mime; smime-type=signed-data` (RFC 8551 §3.5.2).
    Opaque,
}

impl Choice for SignatureLayout {
    const WHAT: &'static str = "signature layout";
    const CHOICES: &'static [Self] = &[Self::Detached, Self::Opaque];

    fn described(self) -> Described {
        match self {
            Self::Detached => described("detached", "multipart/signed", "What Direct demands; every program reads it"),
            Self::Opaque => described("opaque", "Opaque signed-data", "Mail programs read it; Direct agents refuse it"),
        }
    }
}

/// A signed attribute that may be left out; content-type and message-digest never are (RFC 5652 §5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OptionalAttribute {
    /// When the signer says it was signed (RFC 5652 §11.3).
    SigningTime,
    /// What the signer can decrypt (RFC 8551 §2.5.2).
    Capabilities,
    /// The hash of the signer's certificate: signingCertificateV2 (RFC 5035 §3).
    SigningCertificate,
    /// The algorithms of the SignerInfo under the signature (RFC 6211).
    AlgorithmProtection,
}

impl OptionalAttribute {
    const fn bit(self) -> u8 {
        match self {
            Self::SigningTime => 1,
            Self::Capabilities => 1 << 1,
            Self::SigningCertificate => 1 << 2,
            Self::AlgorithmProtection => 1 << 3,
        }
    }
}

impl Choice for OptionalAttribute {
    const WHAT: &'static str = "signed attribute";
    const CHOICES: &'static [Self] =
        &[Self::SigningTime, Self::Capabilities, Self::SigningCertificate, Self::AlgorithmProtection];

    fn described(self) -> Described {
        const TIME: &str = "When the signer says it was signed; mail programs show it";
        const CAPABILITIES: &str = "The ciphers that replies may use; mail programs remember them";
        const CERTIFICATE: &str = "Binds the signature to one certificate; programs that do not know it pass over it";
        const PROTECTION: &str = "Keeps the algorithms from being exchanged; programs that do not know it pass over it";
        match self {
            Self::SigningTime => described("signing-time", "Signing time", TIME),
            Self::Capabilities => described("capabilities", "S/MIME capabilities", CAPABILITIES),
            Self::SigningCertificate => described("signing-certificate", "Signing certificate v2", CERTIFICATE),
            Self::AlgorithmProtection => described("algorithm-protection", "CMS algorithm protection", PROTECTION),
        }
    }
}

/// Which of the optional attributes are signed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AttributeSet(u8);

impl AttributeSet {
    /// Only what must be there.
    pub const NONE: Self = Self(0);

    /// These.
    #[must_use]
    pub fn of(attributes: &[OptionalAttribute]) -> Self {
        attributes.iter().fold(Self::NONE, |set, attribute| set.with(*attribute))
    }

    /// Whether it is in the set.
    #[must_use]
    pub const fn contains(self, attribute: OptionalAttribute) -> bool {
        self.0 & attribute.bit() != 0
    }

    /// The set and this one.
    #[must_use]
    pub const fn with(self, attribute: OptionalAttribute) -> Self {
        Self(self.0 | attribute.bit())
    }

    /// The set without this one.
    #[must_use]
    pub const fn without(self, attribute: OptionalAttribute) -> Self {
        Self(self.0 & !attribute.bit())
    }

    /// The attributes in the set.
    pub fn iter(self) -> impl Iterator<Item = OptionalAttribute> {
        OptionalAttribute::CHOICES.iter().copied().filter(move |attribute| self.contains(*attribute))
    }
}

/// What OpenSSL and Outlook sign: the time, and what replies may use.
impl Default for AttributeSet {
    fn default() -> Self {
        Self::of(&[OptionalAttribute::SigningTime, OptionalAttribute::Capabilities])
    }
}

impl fmt::Debug for AttributeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn check<T: Choice>() {
        let mut names = HashSet::new();
        for choice in T::CHOICES {
            let words = choice.described();
            assert!(names.insert(words.name), "{} has two choices named {}", T::WHAT, words.name);
            assert!(!words.label.is_empty() && !words.readers.ends_with('.'), "{words:?}");
            assert_eq!(T::named(words.name), Ok(*choice));
        }
        let sentence = T::named("no\u{7}thing").unwrap_err().to_string();
        assert!(sentence.contains(T::WHAT) && !sentence.contains('\u{7}'), "{sentence}");
        assert!(names.iter().all(|name| sentence.contains(name)), "{sentence}");
    }

    #[test]
    fn every_choice_is_found_under_its_own_name_and_no_other() {
        check::<MakingCipher>();
        check::<KeyTransport>();
        check::<MakingDigest>();
        check::<RsaSignature>();
        check::<IdentifierForm>();
        check::<Encoding>();
        check::<EmbedChain>();
        check::<SignatureLayout>();
        check::<OptionalAttribute>();
    }

    #[test]
    fn attributes_are_put_in_and_taken_out_one_by_one() {
        let set = AttributeSet::default().with(OptionalAttribute::AlgorithmProtection);
        let left = set.without(OptionalAttribute::SigningTime);
        assert_eq!(
            left.iter().collect::<Vec<_>>(),
            [OptionalAttribute::Capabilities, OptionalAttribute::AlgorithmProtection]
        );
        assert_eq!(AttributeSet::NONE.iter().count(), 0);
    }
}
