//! The checks on a response (RFC 6960 §3.2, §4.2.2.2).

use openssl::error::ErrorStack;
use openssl::hash::{MessageDigest, hash};
use openssl::ocsp::{OcspFlag, OcspResponse};
use openssl::stack::Stack;
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::{X509, X509Name};
use time::{Duration, OffsetDateTime};

use super::response::{Basic, CertId, ResponderId, Single};
use super::{AnswerAge, OcspCause, OcspQuestion, public_key, serial};
use crate::pki::certificate::{Certificate, Validity};
use crate::pki::key_usage::KeyUsage;
use crate::pki::name;
use crate::pki::revocation::RevocationStatus;

/// Clocks differ by as much.
const SKEW: Duration = Duration::minutes(5);
/// An answer that does not say how long it is true is taken for as long.
const MOMENT: Duration = Duration::HOUR;
/// id-kp-OCSPSigning.
const OCSP_SIGNING: &str = "1.3.6.1.5.5.7.3.9";
/// id-pkix-ocsp-nocheck.
const NO_CHECK: &str = "1.3.6.1.5.5.7.48.1.5";

/// What is known, and until when.
type Known = (RevocationStatus, Option<OffsetDateTime>);

pub(super) fn judge(
    question: &OcspQuestion,
    octets: &[u8],
    age: AnswerAge,
    now: OffsetDateTime,
    notes: &mut Vec<String>,
) -> Result<Known, OcspCause> {
    let basic = Basic::read(octets)?;
    check_signer(question, octets, &basic, now, notes)?;
    if let Some(oid) = basic.critical {
        return Err(OcspCause::CriticalExtension(oid));
    }
    match &basic.nonce {
        Some(nonce) if age == AnswerAge::Fresh && nonce.as_slice() != question.nonce => {
            return Err(OcspCause::NonceDiffers);
        }
        None if age == AnswerAge::Fresh => notes.push(
            "the response does not repeat the nonce of the question: it may have been made beforehand".to_owned(),
        ),
        _ => {}
    }
    let about = basic.answers.into_iter().filter(|answer| is_about(&answer.id, question));
    let newest = about.max_by_key(|answer| answer.this_update).ok_or(OcspCause::OtherCertificate)?;
    current(newest, now)
}

/// Whether a CertID means the question's certificate, by whatever digest.
fn is_about(id: &CertId, question: &OcspQuestion) -> bool {
    let digest = match id.digest.as_str() {
        "1.3.14.3.2.26" => MessageDigest::sha1(),
        "2.16.840.1.101.3.4.2.1" => MessageDigest::sha256(),
        "2.16.840.1.101.3.4.2.2" => MessageDigest::sha384(),
        "2.16.840.1.101.3.4.2.3" => MessageDigest::sha512(),
        _ => return false,
    };
    let is_digest_of = |sum: &[u8], octets: &[u8]| hash(digest, octets).is_ok_and(|own| *own == *sum);
    let name = question.certificate.x509().issuer_name().to_der().unwrap_or_default();
    let key = public_key(&question.issuer).unwrap_or_default();
    Some(&id.serial) == serial(&question.certificate).as_ref()
        && is_digest_of(&id.name, &name)
        && is_digest_of(&id.key, &key)
}

fn current(answer: Single, now: OffsetDateTime) -> Result<Known, OcspCause> {
    if let Some(oid) = answer.critical {
        return Err(OcspCause::CriticalExtension(oid));
    }
    let this_update = answer.this_update;
    if this_update > now.saturating_add(SKEW) {
        return Err(OcspCause::NotYetCurrent { this_update });
    }
    match answer.next_update {
        Some(next_update) if next_update < now.saturating_sub(SKEW) => return Err(OcspCause::Stale { next_update }),
        None if this_update < now.saturating_sub(MOMENT) => return Err(OcspCause::NoNextUpdate { this_update }),
        _ => {}
    }
    let status = answer.status.ok_or(OcspCause::UnknownCertificate)?;
    Ok((status, answer.next_update))
}

/// Who signed, and whether they may.
fn check_signer(
    question: &OcspQuestion,
    octets: &[u8],
    basic: &Basic,
    now: OffsetDateTime,
    notes: &mut Vec<String>,
) -> Result<(), OcspCause> {
    let mut refused = OcspCause::SignerUnknown;
    let candidates = std::iter::once(&question.issuer).chain(&basic.certificates);
    for signer in candidates.filter(|candidate| is_named(&basic.responder, candidate)) {
        if !is_signed_by(octets, signer)? {
            refused = OcspCause::SignatureInvalid;
            continue;
        }
        match may_sign(signer, &question.issuer, now) {
            Ok(()) => {
                notes.extend(note_on(signer, &question.issuer));
                return Ok(());
            }
            Err(cause) => refused = cause,
        }
    }
    Err(refused)
}

fn is_named(responder: &ResponderId, candidate: &Certificate) -> bool {
    match responder {
        ResponderId::Name(der) => {
            X509Name::from_der(der).is_ok_and(|named| name::same(&named, candidate.x509().subject_name()))
        }
        ResponderId::Key(sum) => public_key(candidate)
            .and_then(|key| hash(MessageDigest::sha1(), &key).ok())
            .is_some_and(|own| *own == *sum.as_slice()),
    }
}

/// OpenSSL is asked for the signature alone. It signs what it would write: octets that it would write otherwise could
/// mean one thing to it and another to the reader here.
fn is_signed_by(octets: &[u8], signer: &Certificate) -> Result<bool, OcspCause> {
    let checked = (|| -> Result<Option<bool>, ErrorStack> {
        let response = OcspResponse::from_der(octets)?;
        if response.to_der()? != octets {
            return Ok(None);
        }
        let mut signers: Stack<X509> = Stack::new()?;
        signers.push(signer.x509().to_owned())?;
        let nobody = X509StoreBuilder::new()?.build();
        let flags = OcspFlag::NO_INTERN | OcspFlag::TRUST_OTHER;
        Ok(Some(response.basic()?.verify(&signers, &nobody, flags).is_ok()))
    })();
    // What went wrong inside is not the next caller's.
    drop(ErrorStack::get());
    checked.ok().flatten().ok_or(OcspCause::Malformed)
}

/// RFC 6960 §4.2.2.2: the issuer itself, or whom its very key has charged with it.
fn may_sign(signer: &Certificate, issuer: &Certificate, now: OffsetDateTime) -> Result<(), OcspCause> {
    if signer.same_name_and_key(issuer) {
        return Ok(());
    }
    if !signer.is_issued_by(issuer) {
        return Err(OcspCause::SignerNotIssued);
    }
    let purposes = signer.extended_key_usage().unwrap_or_default();
    let signs = signer.key_usage().is_none_or(|usage| usage.contains(KeyUsage::DIGITAL_SIGNATURE));
    if !signs || !purposes.iter().any(|purpose| purpose == OCSP_SIGNING) {
        return Err(OcspCause::SignerMayNotSign);
    }
    if signer.validity_at(now) != Validity::Valid {
        return Err(OcspCause::SignerOutOfDate);
    }
    Ok(())
}

/// RFC 6960 §4.2.2.2.1: whether a responder is itself revoked is asked only where nocheck does not say not to.
fn note_on(signer: &Certificate, issuer: &Certificate) -> Option<String> {
    let has_no_check = crate::pki::extension::oids(signer.der()).iter().any(|oid| oid == NO_CHECK);
    let open = !signer.same_name_and_key(issuer) && !has_no_check;
    let name = signer.common_name();
    open.then(|| format!("whether the responder's own certificate “{name}” is revoked was not checked"))
}
