//! Asking about one certificate, and judging the answer (RFC 6960).
//!
//! An answer counts only when the certificate's issuer, or somebody whom that very key has charged with it, signed it,
//! it is about this certificate, it is current, and it repeats the nonce of the question where it has one. Otherwise
//! what is known is `Unknown` with the cause: never "revoked", never "good". Nothing is sent from here.

mod cause;
mod judge;
mod response;

pub use cause::OcspCause;

use openssl::hash::{MessageDigest, hash};
use openssl::sha::{Sha256, sha256};
use time::OffsetDateTime;

use super::certificate::Certificate;
use super::revocation::RevocationStatus;
use crate::asn1::{Tree, der};
use crate::limits::Limits;

/// id-sha1: what responders in the field understand, and no signature hangs on it (RFC 5019 §2.1.1).
const SHA1: &str = "1.3.14.3.2.26";
/// id-pkix-ocsp-nonce (RFC 9654 §2.1).
const NONCE: &str = "1.3.6.1.5.5.7.48.1.2";

/// A question about one certificate.
#[derive(Clone, Debug)]
pub struct OcspQuestion {
    certificate: Certificate,
    issuer: Certificate,
    cert_id: Vec<u8>,
    nonce: [u8; 32],
}

/// Whether an answer is one to this very question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerAge {
    /// It has just come: its nonce, if it has one, has to be the question's.
    Fresh,
    /// It came to an earlier question and was found good then; its nonce was another.
    Kept,
}

/// What a responder said about one certificate, as far as it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspAnswer {
    /// The certificate.
    pub certificate: Certificate,
    /// The issuer's certificate that the question was made with.
    pub issuer: Certificate,
    /// The responder's URL.
    pub from: String,
    /// What is known now.
    pub status: RevocationStatus,
    /// Until when.
    pub fresh_until: Option<OffsetDateTime>,
    /// Out of the ordinary, and tolerated.
    pub notes: Vec<String>,
}

impl OcspAnswer {
    /// Whether it says something that counts.
    #[must_use]
    pub const fn counts(&self) -> bool {
        matches!(self.status, RevocationStatus::Good | RevocationStatus::Revoked { .. })
    }
}

impl OcspQuestion {
    /// A question about `certificate`, which `issuer` issued. The nonce comes from `seed`, which should be random.
    ///
    /// # Errors
    /// [`OcspCause::Unaskable`] where OpenSSL has no SHA-1, or the issuer's key cannot be read.
    pub fn new(certificate: &Certificate, issuer: &Certificate, seed: &[u8]) -> Result<Self, OcspCause> {
        let cert_id = cert_id(certificate, issuer).ok_or(OcspCause::Unaskable)?;
        let mut nonce = Sha256::new();
        for piece in [b"sealscope ocsp nonce ".as_slice(), seed, certificate.fingerprint(), issuer.fingerprint()] {
            nonce.update(piece);
        }
        Ok(Self { certificate: certificate.clone(), issuer: issuer.clone(), cert_id, nonce: nonce.finish() })
    }

    /// The request in DER: one CertID and a nonce of 32 octets (RFC 6960 §4.1.1, RFC 9654 §2.1).
    #[must_use]
    pub fn request(&self) -> Vec<u8> {
        let oid = der::oid(NONCE).unwrap_or_default();
        let nonce = der::sequence(&[&oid, &der::value(0x04, &der::value(0x04, &self.nonce))]);
        let list = der::sequence(&[&der::sequence(&[&self.cert_id])]);
        der::sequence(&[&der::sequence(&[&list, &der::value(0xa2, &der::sequence(&[&nonce]))])])
    }

    /// SHA-256 of the CertID: the same for every question about this certificate.
    #[must_use]
    pub fn about(&self) -> [u8; 32] {
        sha256(&self.cert_id)
    }

    /// Judges what came back from the responder at the URL `from`, as of `now`.
    #[must_use]
    pub fn judge(&self, response: &[u8], from: &str, age: AnswerAge, now: OffsetDateTime) -> OcspAnswer {
        let mut notes = vec![];
        let judged = judge::judge(self, response, age, now, &mut notes);
        let (status, fresh_until) = match judged {
            Ok((status, fresh_until)) => (status, fresh_until),
            Err(cause) => (RevocationStatus::Unknown(cause.into()), None),
        };
        OcspAnswer {
            certificate: self.certificate.clone(),
            issuer: self.issuer.clone(),
            from: from.to_owned(),
            status,
            fresh_until,
            notes,
        }
    }
}

/// CertID: digests of the issuer's name and key, and the serial number (RFC 6960 §4.1.1).
fn cert_id(certificate: &Certificate, issuer: &Certificate) -> Option<Vec<u8>> {
    let name = certificate.x509().issuer_name().to_der().ok()?;
    let key = public_key(issuer)?;
    let sha1 = |octets: &[u8]| hash(MessageDigest::sha1(), octets).ok().map(|sum| der::value(0x04, &sum));
    let algorithm = der::sequence(&[&der::oid(SHA1)?, &der::value(0x05, &[])]);
    Some(der::sequence(&[&algorithm, &sha1(&name)?, &sha1(&key)?, &serial(certificate)?]))
}

/// The serial number as it is encoded.
fn serial(certificate: &Certificate) -> Option<Vec<u8>> {
    let tree = Tree::parse(certificate.der(), &Limits::DEFAULT);
    let tbs = tree.root()?.child(0)?;
    let serial = tbs.children().find(|field| !field.is_context(0))?;
    serial.integer().map(|_| serial.whole().to_vec())
}

/// The octets of subjectPublicKey, without tag, length and count of unused bits.
fn public_key(certificate: &Certificate) -> Option<Vec<u8>> {
    let tree = Tree::parse(certificate.der(), &Limits::DEFAULT);
    let tbs = tree.root()?.child(0)?;
    let key = tbs.children().filter(|field| !field.is_context(0)).nth(5)?;
    key.child(1)?.bit_string().map(<[u8]>::to_vec)
}
