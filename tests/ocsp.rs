//! OCSP answers: which of them count, and the cause where one does not (RFC 6960, 9654).
//!
//! Made by hand, one fault each, and by OpenSSL's own responder.

#![cfg(test)]

mod support;

use std::fs;
use std::process::Command;

use sealscope::pki::issue::{Authority, CertificateBuilder};
use sealscope::pki::ocsp::{AnswerAge, OcspAnswer, OcspCause, OcspQuestion};
use sealscope::pki::{
    Certificate, KeyUsage, NewKey, PrivateKeyEntry, RevocationReason, RevocationStatus, UnknownCause,
};
use support::ocsp::{Nonce, OCSP_SIGNING, Responder, Says};
use support::{NOT_AFTER, NOT_BEFORE, NOW};
use time::{Duration, OffsetDateTime};

const SEED: [u8; 16] = [3; 16];

struct Pair {
    issuer: Authority,
    leaf: Certificate,
}

fn pair() -> Pair {
    let issuer = CertificateBuilder::authority("Issuer", NOT_BEFORE, NOT_AFTER).key(NewKey::P256);
    let issuer = Authority::self_signed(&issuer).unwrap();
    let leaf = CertificateBuilder::for_address("a@a.example", NOT_BEFORE, NOT_AFTER).key(NewKey::P256);
    let leaf = issuer.issue(&leaf).unwrap().certificate().clone();
    Pair { issuer, leaf }
}

impl Pair {
    fn question(&self) -> OcspQuestion {
        OcspQuestion::new(&self.leaf, self.issuer.certificate(), &SEED).unwrap()
    }

    fn ask(&self, responder: &Responder) -> OcspAnswer {
        let question = self.question();
        question.judge(&responder.answer(&question.request()), "http://o/", AnswerAge::Fresh, NOW)
    }

    fn responder(&self) -> Responder {
        Responder::issuer(&self.issuer, NOW)
    }

    fn delegate(&self, change: impl FnOnce(CertificateBuilder) -> CertificateBuilder) -> PrivateKeyEntry {
        let builder = CertificateBuilder::end_entity("Responder", NOT_BEFORE, NOT_AFTER).key(NewKey::P256);
        self.issuer.issue(&change(builder)).unwrap()
    }
}

#[track_caller]
fn unknown(answer: &OcspAnswer) -> OcspCause {
    match &answer.status {
        RevocationStatus::Unknown(UnknownCause::Ocsp(cause)) => cause.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn good_is_good_from_the_issuer_named_by_name_or_by_key_with_or_without_its_certificate() {
    let pair = pair();
    for by_key in [false, true] {
        for sends_certificate in [false, true] {
            let answer = pair.ask(&Responder { by_key, sends_certificate, ..pair.responder() });
            assert_eq!(answer.status, RevocationStatus::Good, "{by_key} {sends_certificate}");
            assert_eq!(answer.fresh_until, Some(NOW + Duration::HOUR));
            assert!(answer.notes.is_empty() && answer.counts(), "{:?}", answer.notes);
        }
    }
}

#[test]
fn revoked_has_its_reason_and_date() {
    let pair = pair();
    let at = NOW - Duration::DAY;
    let answer = pair.ask(&Responder { says: Says::Revoked(at, 1), ..pair.responder() });
    assert_eq!(answer.status, RevocationStatus::Revoked { at, reason: RevocationReason::KeyCompromise });
}

#[test]
fn unknown_is_not_good() {
    let pair = pair();
    let answer = pair.ask(&Responder { says: Says::Unknown, ..pair.responder() });
    assert_eq!(unknown(&answer), OcspCause::UnknownCertificate);
}

#[test]
fn a_delegate_of_the_issuer_may_answer_and_without_the_extended_key_usage_may_not() {
    let pair = pair();
    let charged = pair.delegate(|builder| builder.extended_key_usage(OCSP_SIGNING));
    let answer = pair.ask(&Responder::delegate(&charged, NOW));
    assert_eq!(answer.status, RevocationStatus::Good);
    assert!(answer.notes.iter().any(|note| note.contains("Responder")), "{:?}", answer.notes);
    for builder in [
        pair.delegate(|builder| builder),
        pair.delegate(|builder| builder.extended_key_usage("1.3.6.1.5.5.7.3.4")),
        pair.delegate(|builder| builder.extended_key_usage("2.5.29.37.0")),
        pair.delegate(|builder| builder.extended_key_usage(OCSP_SIGNING).key_usage(Some(KeyUsage::KEY_ENCIPHERMENT))),
    ] {
        assert_eq!(unknown(&pair.ask(&Responder::delegate(&builder, NOW))), OcspCause::SignerMayNotSign);
    }
}

#[test]
fn a_delegate_that_says_nocheck_leaves_nothing_open() {
    let pair = pair();
    let builder = |builder: CertificateBuilder| {
        builder.extended_key_usage(OCSP_SIGNING).extension(
            "1.3.6.1.5.5.7.48.1.5",
            sealscope::pki::issue::Criticality::NonCritical,
            &[5, 0],
        )
    };
    let answer = pair.ask(&Responder::delegate(&pair.delegate(builder), NOW));
    assert!(answer.counts() && answer.notes.is_empty(), "{:?}", answer.notes);
}

#[test]
fn a_delegate_of_somebody_else_or_out_of_its_time_may_not_answer() {
    let (pair, other) = (pair(), pair());
    let stranger = other.delegate(|builder| builder.extended_key_usage(OCSP_SIGNING));
    assert_eq!(unknown(&pair.ask(&Responder::delegate(&stranger, NOW))), OcspCause::SignerNotIssued);
    let expired = CertificateBuilder::end_entity("Responder", NOT_BEFORE, NOW - Duration::DAY);
    let expired = pair.issuer.issue(&expired.extended_key_usage(OCSP_SIGNING).key(NewKey::P256)).unwrap();
    assert_eq!(unknown(&pair.ask(&Responder::delegate(&expired, NOW))), OcspCause::SignerOutOfDate);
}

#[test]
fn another_authority_of_the_same_name_may_not_answer() {
    let (pair, other) = (pair(), pair());
    let answer = pair.ask(&Responder { sends_certificate: false, ..other.responder() });
    assert_eq!(unknown(&answer), OcspCause::SignatureInvalid);
    assert_eq!(unknown(&pair.ask(&other.responder())), OcspCause::SignerNotIssued);
    assert_eq!(
        unknown(&pair.ask(&Responder { by_key: true, sends_certificate: false, ..other.responder() })),
        OcspCause::SignerUnknown
    );
}

#[test]
fn an_answer_about_another_certificate_is_none() {
    let pair = pair();
    assert_eq!(unknown(&pair.ask(&Responder { serial: Some(5), ..pair.responder() })), OcspCause::OtherCertificate);
}

#[test]
fn an_old_answer_sent_again_does_not_count_and_neither_does_one_from_later() {
    let pair = pair();
    let (past, future) = (NOW - Duration::WEEK, NOW + Duration::WEEK);
    let replayed = Responder { this_update: past, next_update: Some(past + Duration::DAY), ..pair.responder() };
    assert!(matches!(unknown(&pair.ask(&replayed)), OcspCause::Stale { .. }));
    let later = Responder { this_update: future, next_update: None, ..pair.responder() };
    assert!(matches!(unknown(&pair.ask(&later)), OcspCause::NotYetCurrent { .. }));
    let endless = Responder { this_update: past, next_update: None, ..pair.responder() };
    assert!(matches!(unknown(&pair.ask(&endless)), OcspCause::NoNextUpdate { .. }));
    let moment = Responder { this_update: NOW, next_update: None, ..pair.responder() };
    let answer = pair.ask(&moment);
    assert_eq!((answer.status, answer.fresh_until), (RevocationStatus::Good, None));
}

#[test]
fn a_wrong_nonce_is_refused_a_missing_one_is_noted_and_a_kept_answer_has_an_older_one() {
    let pair = pair();
    let other = Responder { nonce: Nonce::Other, ..pair.responder() };
    assert_eq!(unknown(&pair.ask(&other)), OcspCause::NonceDiffers);
    let without = pair.ask(&Responder { nonce: Nonce::Omit, ..pair.responder() });
    assert!(without.counts() && without.notes.iter().any(|note| note.contains("nonce")), "{:?}", without.notes);
    let question = pair.question();
    let kept = question.judge(&other.answer(&question.request()), "http://o/", AnswerAge::Kept, NOW);
    assert!(kept.counts() && kept.notes.is_empty());
}

#[test]
fn the_nonce_has_32_octets_and_follows_from_the_seed_while_the_rest_of_the_question_stays() {
    let pair = pair();
    let with = |seed: &[u8]| OcspQuestion::new(&pair.leaf, pair.issuer.certificate(), seed).unwrap();
    let (one, same, other) = (with(&SEED), with(&SEED), with(b"other"));
    assert_eq!(one.request(), same.request());
    assert_ne!(one.request(), other.request());
    assert_eq!((one.about(), one.request().len()), (other.about(), other.request().len()));
    let end = one.request().split_off(one.request().len() - 36);
    assert_eq!(end[..4], [0x04, 34, 0x04, 32]);
}

#[test]
fn a_critical_extension_that_nobody_knows_keeps_an_answer_from_counting() {
    let pair = pair();
    let answer = pair.ask(&Responder { critical: Some("1.2.3.4"), ..pair.responder() });
    assert_eq!(unknown(&answer), OcspCause::CriticalExtension("1.2.3.4".to_owned()));
}

#[test]
fn a_refusal_is_told_in_the_words_of_the_rfc() {
    let pair = pair();
    for (octet, word) in [(1, "malformedRequest"), (3, "tryLater"), (6, "unauthorized"), (9, "not understood")] {
        let response = [0x30, 0x03, 0x0a, 0x01, octet];
        let answer = pair.question().judge(&response, "http://o/", AnswerAge::Fresh, NOW);
        assert!(answer.status.to_string().contains(word), "{}", answer.status);
    }
}

#[test]
fn no_flipped_octet_of_an_answer_makes_us_panic_or_believe_another_one() {
    let pair = pair();
    let question = pair.question();
    let good = Responder { nonce: Nonce::Omit, ..pair.responder() }.answer(&question.request());
    for place in 0..good.len() {
        for flip in [0x01, 0x02, 0x80, 0xff] {
            let mut octets = good.clone();
            octets[place] ^= flip;
            let answer = question.judge(&octets, "http://o/", AnswerAge::Fresh, NOW);
            // The certificates that a response carries are not signed by it; the issuer's own is known here.
            assert!(!matches!(answer.status, RevocationStatus::Revoked { .. }), "{place}");
            assert!(!answer.counts() || answer.fresh_until == Some(NOW + Duration::HOUR), "{place}");
        }
    }
    for end in 0..good.len() {
        let answer = question.judge(&good[..end], "http://o/", AnswerAge::Fresh, NOW);
        assert_eq!(unknown(&answer), OcspCause::Malformed, "{end}");
    }
    let more = [good.as_slice(), b"x"].concat();
    assert!(!question.judge(&more, "http://o/", AnswerAge::Fresh, NOW).counts());
}

/// A workspace for `openssl ocsp`, which answers from an index of certificates (RFC 6960 by other people's hands).
struct OpenSsl {
    folder: tempfile::TempDir,
    pair: Pair,
}

impl OpenSsl {
    fn new(status: &str) -> Option<Self> {
        if Command::new("openssl").arg("version").output().is_err() {
            let words = "SKIPPED: openssl(1) is not installed; its OCSP responder was not asked (Debian: openssl)";
            eprintln!("{words}");
            assert!(std::env::var_os("SEALSCOPE_REQUIRE_PEERS").is_none(), "{words}");
            return None;
        }
        let (folder, pair) = (tempfile::tempdir().unwrap(), pair());
        let write = |name: &str, octets: &[u8]| fs::write(folder.path().join(name), octets).unwrap();
        write("ca.pem", pair.issuer.certificate().pem().as_bytes());
        write("ca.key", &pair.issuer.key().private_key_to_pem_pkcs8().unwrap());
        let serial = pair.leaf.serial();
        let serial = if serial.len() % 2 == 1 { format!("0{serial}") } else { serial.to_owned() };
        write("index.txt", format!("{status}\t{serial}\tunknown\t/CN=a@a.example\n").as_bytes());
        Some(Self { folder, pair })
    }

    fn answer(&self, request: &[u8], more: &[&str]) -> Vec<u8> {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        fs::write(path("request"), request).unwrap();
        let (index, ca, key) = (path("index.txt"), path("ca.pem"), path("ca.key"));
        let (request, response) = (path("request"), path("response"));
        let mut arguments = vec!["ocsp", "-index", &index, "-CA", &ca, "-rsigner", &ca, "-rkey", &key];
        arguments.extend(["-reqin", &request, "-respout", &response]);
        arguments.extend(more);
        let done = Command::new("openssl").args(arguments).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        fs::read(response).unwrap()
    }

    fn judged(&self, more: &[&str], now: OffsetDateTime) -> OcspAnswer {
        let question = self.pair.question();
        question.judge(&self.answer(&question.request(), more), "http://o/", AnswerAge::Fresh, now)
    }
}

#[test]
fn openssls_responder_understands_the_question_and_its_answers_are_understood() {
    let now = OffsetDateTime::now_utc();
    let Some(good) = OpenSsl::new("V\t491231235959Z\t") else { return };
    for more in [&[][..], &["-nmin", "5"], &["-ndays", "1", "-resp_key_id"], &["-resp_no_certs"], &["-rmd", "sha512"]] {
        let answer = good.judged(more, now);
        assert_eq!(answer.status, RevocationStatus::Good, "{more:?}");
        assert!(answer.notes.is_empty(), "{more:?}: {:?}", answer.notes);
    }
    let revoked = OpenSsl::new("R\t491231235959Z\t240601120000Z,superseded").unwrap();
    let status = revoked.judged(&["-nmin", "5"], now).status;
    let at = time::macros::datetime!(2024-06-01 12:00 UTC);
    assert_eq!(status, RevocationStatus::Revoked { at, reason: RevocationReason::Superseded });
    // Another certificate's index knows nothing of this one.
    let question = good.pair.question();
    let stranger = Pair { leaf: pair().leaf, issuer: good.pair.issuer.clone() };
    let asked = OcspQuestion::new(&stranger.leaf, good.pair.issuer.certificate(), &SEED).unwrap();
    let answer = asked.judge(&good.answer(&asked.request(), &[]), "http://o/", AnswerAge::Fresh, now);
    assert_eq!(unknown(&answer), OcspCause::UnknownCertificate);
    // An answer to an earlier question, and one that has run out.
    let old = good.answer(&asked.request(), &[]);
    assert!(!question.judge(&old, "http://o/", AnswerAge::Fresh, now).counts());
    let nonce = OcspQuestion::new(&good.pair.leaf, good.pair.issuer.certificate(), b"another").unwrap();
    let replayed = good.answer(&nonce.request(), &["-nmin", "5"]);
    assert_eq!(unknown(&question.judge(&replayed, "http://o/", AnswerAge::Fresh, now)), OcspCause::NonceDiffers);
    let later = question.judge(
        &good.answer(&question.request(), &["-nmin", "5"]),
        "http://o/",
        AnswerAge::Fresh,
        now + Duration::DAY,
    );
    assert!(matches!(unknown(&later), OcspCause::Stale { .. }), "{}", later.status);
}
