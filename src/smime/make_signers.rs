//! SignerInfos made: attributes, their digest, and one signature per key (RFC 5652 §5.3, 5754, 4056, 8419).

use openssl::error::ErrorStack;
use openssl::hash::{MessageDigest, hash};
use openssl::md::{Md, MdRef};
use openssl::pkey::{PKeyRef, Private};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Signer};
use time::OffsetDateTime;
use time::macros::format_description;

use super::choices::{MakingDigest, OaepDigest, OptionalAttribute, RsaSignature};
use super::identifier::IdentifierForm;
use super::sign::{SignError, SigningOptions};
use super::write::{
    CONTEXT_0, CONTEXT_1, NULL, OCTET_STRING, algorithm, digest_algorithm, digest_and_mask, identifier, object,
    serial_number, small,
};
use crate::asn1::{der, oid};
use crate::pki::{Certificate, KeyAlgorithm, PrivateKeyEntry};

const RSA_ENCRYPTION: &str = "1.2.840.113549.1.1.1";
const RSASSA_PSS: &str = "1.2.840.113549.1.1.10";
const ED25519: &str = "1.3.101.112";
const CAPABILITIES: &str = "1.2.840.113549.1.9.15";
/// `[2]`, constructed.
const CONTEXT_2: u8 = 0xa2;
/// directoryName among GeneralNames.
const CONTEXT_4: u8 = 0xa4;

/// What is announced, best first (RFC 8551 §2.5.2): what everybody reads, then what notices changes.
const DECRYPTED: [&str; 5] = [
    "2.16.840.1.101.3.4.1.42",
    "2.16.840.1.101.3.4.1.22",
    "2.16.840.1.101.3.4.1.2",
    "2.16.840.1.101.3.4.1.46",
    "2.16.840.1.101.3.4.1.6",
];

/// How one key signs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Ecdsa,
    Ed25519,
    RsaPkcs1V15,
    RsaPss,
}

impl Scheme {
    fn of(certificate: &Certificate, padding: RsaSignature) -> Result<Self, SignError> {
        match (certificate.key_algorithm(), padding) {
            (KeyAlgorithm::Rsa { .. }, RsaSignature::Pkcs1V15) => Ok(Self::RsaPkcs1V15),
            // A key that is restricted to PSS signs with it whatever was asked for.
            (KeyAlgorithm::Rsa { .. }, RsaSignature::Pss) | (KeyAlgorithm::RsaPss { .. }, _) => Ok(Self::RsaPss),
            (KeyAlgorithm::Ec { .. }, _) => Ok(Self::Ecdsa),
            (KeyAlgorithm::Ed25519, _) => Ok(Self::Ed25519),
            (other, _) => {
                Err(SignError::UnsupportedKey { certificate: certificate.common_name(), key: other.to_string() })
            }
        }
    }

    /// signatureAlgorithm. rsaEncryption leaves the digest to the SignerInfo, which is what every program reads
    /// (RFC 5754 §3.2); the others name it.
    fn identifier(self, digest: MakingDigest) -> Vec<u8> {
        match self {
            Self::RsaPkcs1V15 => algorithm(RSA_ENCRYPTION, &NULL),
            Self::RsaPss => {
                let salt = der::value(CONTEXT_2, &small(salt_length(digest)));
                let fields = digest_and_mask(mask_digest(digest));
                algorithm(RSASSA_PSS, &der::sequence(&[&fields, &salt]))
            }
            Self::Ecdsa => algorithm(
                match digest {
                    MakingDigest::Sha256 => "1.2.840.10045.4.3.2",
                    MakingDigest::Sha384 => "1.2.840.10045.4.3.3",
                    MakingDigest::Sha512 => "1.2.840.10045.4.3.4",
                },
                &[],
            ),
            Self::Ed25519 => algorithm(ED25519, &[]),
        }
    }

    fn sign(self, key: &PKeyRef<Private>, digest: MakingDigest, octets: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        if self == Self::Ed25519 {
            return Signer::new_without_digest(key)?.sign_oneshot_to_vec(octets);
        }
        let mut context = PkeyCtx::new(key)?;
        context.sign_init()?;
        match self {
            Self::RsaPkcs1V15 => context.set_rsa_padding(Padding::PKCS1)?,
            Self::RsaPss => context.set_rsa_padding(Padding::PKCS1_PSS)?,
            Self::Ecdsa | Self::Ed25519 => {}
        }
        context.set_signature_md(md(digest))?;
        if self == Self::RsaPss {
            context.set_rsa_mgf1_md(md(digest))?;
            // Longer ones, which OpenSSL would choose, are not read by every program.
            context.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
        }
        let mut signature = Vec::new();
        context.sign_to_vec(&hash(message_digest(digest), octets)?, &mut signature)?;
        Ok(signature)
    }
}

const fn salt_length(digest: MakingDigest) -> u8 {
    match digest {
        MakingDigest::Sha256 => 32,
        MakingDigest::Sha384 => 48,
        MakingDigest::Sha512 => 64,
    }
}

const fn mask_digest(digest: MakingDigest) -> OaepDigest {
    match digest {
        MakingDigest::Sha256 => OaepDigest::Sha256,
        MakingDigest::Sha384 => OaepDigest::Sha384,
        MakingDigest::Sha512 => OaepDigest::Sha512,
    }
}

pub(super) fn message_digest(digest: MakingDigest) -> MessageDigest {
    match digest {
        MakingDigest::Sha256 => MessageDigest::sha256(),
        MakingDigest::Sha384 => MessageDigest::sha384(),
        MakingDigest::Sha512 => MessageDigest::sha512(),
    }
}

fn md(digest: MakingDigest) -> &'static MdRef {
    match digest {
        MakingDigest::Sha256 => Md::sha256(),
        MakingDigest::Sha384 => Md::sha384(),
        MakingDigest::Sha512 => Md::sha512(),
    }
}

/// The digest of one signer: Ed25519 goes with SHA-512 and nothing else (RFC 8419 §3).
pub(super) fn digest_for(certificate: &Certificate, wanted: MakingDigest) -> MakingDigest {
    if *certificate.key_algorithm() == KeyAlgorithm::Ed25519 { MakingDigest::Sha512 } else { wanted }
}

/// The version of a SignerInfo; it is that of the SignedData too, since data is signed and no certificate is of another
/// format (RFC 5652 §5.1, §5.3).
pub(super) const fn version(identifier: IdentifierForm) -> u8 {
    match identifier {
        IdentifierForm::IssuerSerial => 1,
        IdentifierForm::SubjectKeyId => 3,
    }
}

/// The SignerInfo of one key over a content of that digest.
pub(super) fn signer_info(
    entry: &PrivateKeyEntry,
    content_digest: &[u8],
    options: &SigningOptions,
) -> Result<Vec<u8>, SignError> {
    let certificate = entry.certificate();
    let digest = digest_for(certificate, options.digest);
    let scheme = Scheme::of(certificate, options.padding)?;
    let named = identifier(certificate, options.identifier)?
        .ok_or_else(|| SignError::NoKeyIdentifier { certificate: certificate.common_name() })?;
    let algorithms = Algorithms { digest: digest_algorithm(digest), signature: scheme.identifier(digest) };
    let attributes = attributes(certificate, content_digest, &algorithms, options)?;
    let attributes: Vec<&[u8]> = attributes.iter().map(Vec::as_slice).collect();
    let mut signed = der::sorted_set(&attributes);
    let signature = scheme.sign(entry.key(), digest, &signed)?;
    // The set is signed under its own tag and sent under [0] (RFC 5652 §5.4).
    if let Some(tag) = signed.first_mut() {
        *tag = CONTEXT_0;
    }
    let signature = der::value(OCTET_STRING, &signature);
    Ok(der::sequence(&[
        &small(version(options.identifier)),
        &named,
        &algorithms.digest,
        &signed,
        &algorithms.signature,
        &signature,
    ]))
}

struct Algorithms {
    digest: Vec<u8>,
    signature: Vec<u8>,
}

fn attribute(dotted: &str, value: &[u8]) -> Vec<u8> {
    der::sequence(&[&object(dotted), &der::set(&[value])])
}

fn attributes(
    certificate: &Certificate,
    content_digest: &[u8],
    algorithms: &Algorithms,
    options: &SigningOptions,
) -> Result<Vec<Vec<u8>>, SignError> {
    let mut attributes = vec![
        attribute(oid::CONTENT_TYPE, &object(oid::DATA)),
        attribute(oid::MESSAGE_DIGEST, &der::value(OCTET_STRING, content_digest)),
    ];
    for optional in options.attributes.iter() {
        attributes.push(match optional {
            OptionalAttribute::SigningTime => attribute(oid::SIGNING_TIME, &signing_time(options.signing_time)?),
            OptionalAttribute::Capabilities => attribute(CAPABILITIES, &capabilities()),
            OptionalAttribute::SigningCertificate => {
                attribute(oid::SIGNING_CERTIFICATE_V2, &signing_certificate(certificate)?)
            }
            OptionalAttribute::AlgorithmProtection => {
                attribute(oid::ALGORITHM_PROTECTION, &algorithm_protection(algorithms))
            }
        });
    }
    Ok(attributes)
}

/// UTCTime until 2049, GeneralizedTime from then on (RFC 8551 §2.5.1).
fn signing_time(moment: OffsetDateTime) -> Result<Vec<u8>, SignError> {
    const UTC_TIME: u8 = 23;
    const GENERALIZED_TIME: u8 = 24;
    let utc = moment.to_offset(time::UtcOffset::UTC);
    let (tag, format) = if (1950..2050).contains(&utc.year()) {
        (UTC_TIME, format_description!("[year repr:last_two][month][day][hour][minute][second]Z"))
    } else {
        (GENERALIZED_TIME, format_description!("[year][month][day][hour][minute][second]Z"))
    };
    let text = utc.format(format).map_err(|_| SignError::Time(moment))?;
    Ok(der::value(tag, text.as_bytes()))
}

/// SMIMECapabilities (RFC 8551 §2.5.2); AES has no parameters there (RFC 3565 §4.1).
fn capabilities() -> Vec<u8> {
    der::sequence(&[&DECRYPTED.map(|cipher| algorithm(cipher, &[])).concat()])
}

/// SigningCertificateV2 with the hash and the name of the signer's certificate (RFC 5035 §3). SHA-256 is the default of
/// its hashAlgorithm, so DER leaves that out.
fn signing_certificate(certificate: &Certificate) -> Result<Vec<u8>, SignError> {
    let digest = der::value(OCTET_STRING, &hash(MessageDigest::sha256(), certificate.der())?);
    let issuer = certificate.x509().issuer_name().to_der()?;
    let names = der::sequence(&[&der::value(CONTEXT_4, &issuer)]);
    let issuer_serial = der::sequence(&[&names, &serial_number(certificate)?]);
    let identifier = der::sequence(&[&digest, &issuer_serial]);
    Ok(der::sequence(&[&der::sequence(&[&identifier])]))
}

/// CMSAlgorithmProtection: both identifiers as they stand in the SignerInfo (RFC 6211 §2).
fn algorithm_protection(algorithms: &Algorithms) -> Vec<u8> {
    let mut signature = algorithms.signature.clone();
    if let Some(tag) = signature.first_mut() {
        *tag = CONTEXT_1;
    }
    der::sequence(&[&algorithms.digest, &signature])
}
