//! Signatures made: a detached SignedData, and the `multipart/signed` around it (RFC 8551 §3.5.3, RFC 1847 §2.1).

use std::collections::HashSet;

use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::rsa::Padding;
use openssl::sha::sha256;
use time::OffsetDateTime;
use time::macros::format_description;

use super::identifier::IdentifierForm;
use crate::mime::transfer::encode_base64_lines;
use crate::openssl_ffi::{self, NewSigner, SigningTime};
use crate::pki::{Certificate, KeyAlgorithm, PrivateKeyEntry};

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

    /// The name on the command line and in `micalg` (RFC 8551 §3.5.3.2).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha-256",
            Self::Sha384 => "sha-384",
            Self::Sha512 => "sha-512",
        }
    }

    pub(super) fn message_digest(self) -> MessageDigest {
        match self {
            Self::Sha256 => MessageDigest::sha256(),
            Self::Sha384 => MessageDigest::sha384(),
            Self::Sha512 => MessageDigest::sha512(),
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

/// Which certificates go with a signature; never an anchor that signed itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmbedChain {
    /// Only the signers' own.
    SignerOnly,
    /// The CA certificates kept with the keys, too.
    #[default]
    WithIntermediates,
}

/// What a signature is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SigningOptions {
    /// The digest.
    pub digest: MakingDigest,
    /// How signers are named.
    pub identifier: IdentifierForm,
    /// What is included.
    pub chain: EmbedChain,
    /// How RSA keys sign; other keys sign as their kind does.
    pub padding: RsaSignature,
    /// The signing-time attribute.
    pub signing_time: OffsetDateTime,
}

impl SigningOptions {
    /// What most programs read, signed at `signing_time`.
    #[must_use]
    pub fn at(signing_time: OffsetDateTime) -> Self {
        Self {
            digest: MakingDigest::default(),
            identifier: IdentifierForm::default(),
            chain: EmbedChain::default(),
            padding: RsaSignature::default(),
            signing_time,
        }
    }
}

/// Why no signature was made.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SignError {
    /// Nobody signs.
    #[error("there is no key to sign with: import a private key for the sender")]
    NoSigner,
    /// Named by key identifier without having one.
    #[error("the certificate “{certificate}” has no key identifier: name the signer by issuer and serial number")]
    NoKeyIdentifier {
        /// Its common name.
        certificate: String,
    },
    /// OpenSSL refused.
    #[error("the signature could not be made: {0}")]
    OpenSsl(#[from] ErrorStack),
    /// Out of the calendar.
    #[error("the signing time {0} cannot be written in a signature")]
    Time(OffsetDateTime),
}

/// A detached SignedData, in DER, over exactly `content`: one SignerInfo per key, each key once.
///
/// # Errors
/// [`SignError`]
pub fn sign_detached(
    content: &[u8],
    signers: &[PrivateKeyEntry],
    options: &SigningOptions,
) -> Result<Vec<u8>, SignError> {
    let mut included: HashSet<&[u8]> = HashSet::new();
    let mut infos = Vec::new();
    for entry in signers.iter().filter(|entry| included.insert(entry.certificate().der())) {
        let certificate = entry.certificate();
        let by_key_identifier = options.identifier == IdentifierForm::SubjectKeyId;
        if by_key_identifier && certificate.subject_key_id().is_none() {
            return Err(SignError::NoKeyIdentifier { certificate: certificate.common_name() });
        }
        infos.push(NewSigner {
            certificate: certificate.x509(),
            key: entry.key(),
            digest: digest_for(certificate, options.digest).message_digest(),
            padding: match options.padding {
                RsaSignature::Pkcs1V15 => Padding::PKCS1,
                RsaSignature::Pss => Padding::PKCS1_PSS,
            },
            by_key_identifier,
        });
    }
    if infos.is_empty() {
        return Err(SignError::NoSigner);
    }
    let chain: Vec<&Certificate> = match options.chain {
        EmbedChain::SignerOnly => Vec::new(),
        EmbedChain::WithIntermediates => signers
            .iter()
            .flat_map(PrivateKeyEntry::chain)
            .filter(|certificate| !certificate.is_self_issued() && included.insert(certificate.der()))
            .collect(),
    };
    let chain: Vec<_> = chain.into_iter().map(Certificate::x509).collect();
    let (tag, text) = signing_time(options.signing_time)?;
    Ok(openssl_ffi::sign(content, &infos, &chain, &SigningTime { tag, text: &text })?)
}

/// Ed25519 goes with SHA-512 and nothing else (RFC 8419 §3).
fn digest_for(certificate: &Certificate, wanted: MakingDigest) -> MakingDigest {
    if *certificate.key_algorithm() == KeyAlgorithm::Ed25519 { MakingDigest::Sha512 } else { wanted }
}

/// UTCTime until 2049, GeneralizedTime from then on (RFC 8551 §2.5.1).
fn signing_time(moment: OffsetDateTime) -> Result<(i32, String), SignError> {
    let utc = moment.to_offset(time::UtcOffset::UTC);
    let (tag, format) = if (1950..2050).contains(&utc.year()) {
        (23, format_description!("[year repr:last_two][month][day][hour][minute][second]Z"))
    } else {
        (24, format_description!("[year][month][day][hour][minute][second]Z"))
    };
    Ok((tag, utc.format(format).map_err(|_| SignError::Time(moment))?))
}

/// A boundary that neither `content` nor base64 contains; the same for the same octets.
#[must_use]
pub fn boundary(content: &[u8], cms: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut seed = sha256(cms);
    loop {
        let mut boundary = "=_sealscope_".to_owned();
        for octet in seed.iter().take(15) {
            let _ = write!(boundary, "{octet:02x}");
        }
        let needle = boundary.as_bytes();
        if !content.windows(needle.len()).any(|window| window == needle) {
            return boundary;
        }
        seed = sha256(&seed);
    }
}

/// The `micalg` parameter for one digest (RFC 8551 §3.5.3.2).
#[must_use]
pub const fn micalg(digest: MakingDigest) -> &'static str {
    digest.as_str()
}

/// The `micalg` parameter for a signature by these keys: Ed25519 ones have a digest of their own.
#[must_use]
pub fn micalg_of(signers: &[PrivateKeyEntry], options: &SigningOptions) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in signers.iter().map(|entry| digest_for(entry.certificate(), options.digest).as_str()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(",")
}

/// The `multipart/signed` entity over the signed entity `content` and its signature; it ends with the last delimiter.
#[must_use]
pub fn multipart_signed(content: &[u8], cms: &[u8], micalg: &str, boundary: &str) -> Vec<u8> {
    let header = format!(
        "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n\
         \tmicalg=\"{micalg}\"; boundary=\"{boundary}\"\r\n\
         \r\n\
         --{boundary}\r\n"
    );
    let between = format!(
        "\r\n--{boundary}\r\n\
         Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
         Content-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\
         \r\n"
    );
    let signature = encode_base64_lines(cms);
    let end = format!("\r\n--{boundary}--\r\n");
    let signature = signature.strip_suffix(b"\r\n").unwrap_or(&signature);
    [header.as_bytes(), content, between.as_bytes(), signature, end.as_bytes()].concat()
}
