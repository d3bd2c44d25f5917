use time::Duration;
use time::macros::datetime;

use super::*;
use crate::asn1::der;
use crate::pki::certificate::Certificate;
use crate::pki::issue::{Authority, CertificateBuilder, Criticality, CrlBuilder};
use crate::pki::key::NewKey;
use crate::pki::key_usage::KeyUsage;

const FROM: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);
const UNTIL: OffsetDateTime = datetime!(2030-12-31 23:59:59 UTC);
const MADE: OffsetDateTime = datetime!(2027-01-01 0:00 UTC);
const NEXT: OffsetDateTime = datetime!(2027-02-01 0:00 UTC);
const NOW: OffsetDateTime = datetime!(2027-01-15 0:00 UTC);

fn root() -> Authority {
    Authority::self_signed(&CertificateBuilder::authority("Root", FROM, UNTIL).key(NewKey::P256)).unwrap()
}

fn leaf(issuer: &Authority) -> Certificate {
    let builder = CertificateBuilder::for_domain("a.example", FROM, UNTIL).key(NewKey::P256);
    issuer.issue(&builder).unwrap().certificate().clone()
}

fn unknown(status: RevocationStatus) -> UnknownCause {
    match status {
        RevocationStatus::Unknown(cause) => cause,
        other => panic!("{other}"),
    }
}

#[test]
fn a_listed_certificate_is_revoked_with_date_and_reason_and_another_is_good() {
    let root = root();
    let (listed, other) = (leaf(&root), leaf(&root));
    let crl = root.crl(&CrlBuilder::new(MADE, NEXT).revoke(&listed, MADE, RevocationReason::Superseded)).unwrap();
    let crls = [crl];
    let status = status(&listed, root.certificate(), &crls, NOW);
    assert_eq!(status, RevocationStatus::Revoked { at: MADE, reason: RevocationReason::Superseded });
    assert_eq!(status.to_string(), "revoked since 2027-01-01 (superseded)");
    assert_eq!(super::status(&other, root.certificate(), &crls, NOW), RevocationStatus::Good);
}

#[test]
fn a_certificate_on_hold_is_revoked_now() {
    let root = root();
    let leaf = leaf(&root);
    let crl = root.crl(&CrlBuilder::new(MADE, NEXT).revoke(&leaf, MADE, RevocationReason::CertificateHold)).unwrap();
    let status = status(&leaf, root.certificate(), &[crl], NOW);
    assert_eq!(status, RevocationStatus::Revoked { at: MADE, reason: RevocationReason::CertificateHold });
}

#[test]
fn without_a_list_of_the_issuer_nothing_was_checked() {
    let root = root();
    let builder = CertificateBuilder::authority("Elsewhere", FROM, UNTIL).key(NewKey::P256);
    let elsewhere = Authority::self_signed(&builder).unwrap();
    let crl = elsewhere.crl(&CrlBuilder::new(MADE, NEXT)).unwrap();
    assert_eq!(status(&leaf(&root), root.certificate(), &[crl], NOW), RevocationStatus::NotChecked);
}

#[test]
fn a_list_of_a_namesake_is_neither_good_nor_revoked() {
    let (root, namesake) = (root(), root());
    let leaf = leaf(&root);
    let list = CrlBuilder::new(MADE, NEXT).revoke(&leaf, MADE, RevocationReason::KeyCompromise);
    let crl = namesake.crl(&list).unwrap();
    assert_eq!(unknown(status(&leaf, root.certificate(), &[crl], NOW)), UnknownCause::SignatureInvalid);
}

#[test]
fn a_list_counts_from_its_date_to_the_promised_next_one() {
    let root = root();
    let leaf = leaf(&root);
    let crls = [root.crl(&CrlBuilder::new(MADE, NEXT)).unwrap()];
    let at = |now| status(&leaf, root.certificate(), &crls, now);
    assert_eq!(at(MADE), RevocationStatus::Good);
    assert_eq!(at(NEXT), RevocationStatus::Good);
    let early = unknown(at(MADE - Duration::seconds(1)));
    assert_eq!(early, UnknownCause::NotYetCurrent { this_update: MADE });
    assert_eq!(unknown(at(NEXT + Duration::seconds(1))), UnknownCause::Stale { next_update: NEXT });
}

#[test]
fn an_issuer_that_may_not_sign_lists_makes_none_that_count() {
    let builder = CertificateBuilder::authority("Root", FROM, UNTIL).key(NewKey::P256);
    let root = Authority::self_signed(&builder.key_usage(Some(KeyUsage::KEY_CERT_SIGN))).unwrap();
    let crl = root.crl(&CrlBuilder::new(MADE, NEXT)).unwrap();
    assert_eq!(unknown(status(&leaf(&root), root.certificate(), &[crl], NOW)), UnknownCause::IssuerMayNotSign);
}

#[test]
fn delta_partial_and_not_understood_lists_are_each_unknown_by_their_own_cause() {
    let root = root();
    let leaf = leaf(&root);
    for (oid, value, cause) in [
        ("2.5.29.27", der::value(0x02, &[1]), UnknownCause::Delta),
        ("2.5.29.28", der::sequence(&[&der::value(0x82, &[0xff])]), UnknownCause::OnlyAuthorities),
        ("1.2.3.4", der::value(0x05, b""), UnknownCause::CriticalExtension("1.2.3.4".to_owned())),
    ] {
        let list = CrlBuilder::new(MADE, NEXT).extension(oid, Criticality::Critical, &value);
        let crl = root.crl(&list).unwrap();
        assert_eq!(unknown(status(&leaf, root.certificate(), &[crl], NOW)), cause, "{oid}");
    }
}

#[test]
fn of_two_lists_the_newer_counts() {
    let root = root();
    let leaf = leaf(&root);
    let old = root.crl(&CrlBuilder::new(MADE, NEXT)).unwrap();
    let newer = CrlBuilder::new(MADE + Duration::days(1), NEXT).number(2);
    let newer = root.crl(&newer.revoke(&leaf, MADE, RevocationReason::Unspecified)).unwrap();
    for crls in [[old.clone(), newer.clone()], [newer, old]] {
        let status = status(&leaf, root.certificate(), &crls, NOW);
        assert_eq!(status, RevocationStatus::Revoked { at: MADE, reason: RevocationReason::Unspecified });
    }
}

#[test]
fn no_flipped_octet_of_a_list_makes_us_panic_or_believe_it() {
    let root = root();
    let leaf = leaf(&root);
    let list = CrlBuilder::new(MADE, NEXT).revoke(&leaf, MADE, RevocationReason::KeyCompromise);
    let crl = root.crl(&list).unwrap();
    for place in 0..crl.der().len() {
        let mut octets = crl.der().to_vec();
        octets[place] ^= 0x41;
        if let Ok(changed) = Crl::from_der(&octets) {
            let status = status(&leaf, root.certificate(), &[changed], NOW);
            assert!(!matches!(status, RevocationStatus::Revoked { .. } | RevocationStatus::Good), "{place}: {status}");
        }
    }
}

#[test]
fn octets_that_are_no_list_are_refused() {
    assert_eq!(Crl::from_der(b"\x30\x03\x02\x01\x05"), Err(CrlError::Malformed));
}

/// An issuingDistributionPoint with these fields.
fn scope(fields: &[&[u8]]) -> Vec<u8> {
    der::sequence(fields)
}

/// DistributionPointName: the full name of one host.
fn point(host: &str) -> Vec<u8> {
    der::value(0xa0, &der::value(0xa0, &der::value(0x86, format!("http://{host}/crl").as_bytes())))
}

fn leaf_with_point(issuer: &Authority, host: &str) -> Certificate {
    let points = der::sequence(&[&der::sequence(&[&point(host)])]);
    let builder = CertificateBuilder::for_domain("a.example", FROM, UNTIL).key(NewKey::P256);
    let builder = builder.extension("2.5.29.31", Criticality::NonCritical, &points);
    issuer.issue(&builder).unwrap().certificate().clone()
}

fn list(root: &Authority, number: u32, extensions: &[(&str, Vec<u8>)], revoked: Option<&Certificate>) -> Crl {
    let mut builder = CrlBuilder::new(MADE + Duration::hours(i64::from(number)), NEXT).number(number);
    for (oid, value) in extensions {
        builder = builder.extension(oid, Criticality::Critical, value);
    }
    if let Some(certificate) = revoked {
        builder = builder.revoke(certificate, MADE, RevocationReason::KeyCompromise);
    }
    root.crl(&builder).unwrap()
}

const SCOPE: &str = "2.5.29.28";
const DELTA: &str = "2.5.29.27";

#[test]
fn a_list_for_a_distribution_point_counts_for_the_certificates_of_that_point() {
    let root = root();
    let leaf = leaf_with_point(&root, "one.example");
    let here = list(&root, 1, &[(SCOPE, scope(&[&point("one.example")]))], Some(&leaf));
    let elsewhere = list(&root, 2, &[(SCOPE, scope(&[&point("two.example")]))], None);
    assert!(matches!(
        status(&leaf, root.certificate(), &[here.clone(), elsewhere.clone()], NOW),
        RevocationStatus::Revoked { .. }
    ));
    let cause = unknown(status(&leaf, root.certificate(), std::slice::from_ref(&elsewhere), NOW));
    assert_eq!(cause, UnknownCause::DistributionPoint);
    // A list without a distribution point is about all of them.
    let all = list(&root, 3, &[], None);
    assert_eq!(status(&leaf, root.certificate(), &[all, elsewhere], NOW), RevocationStatus::Good);
}

#[test]
fn lists_of_some_reasons_count_once_they_cover_all_of_them() {
    let root = root();
    let leaf = leaf(&root);
    // keyCompromise and cACompromise; all others.
    let compromise = list(&root, 1, &[(SCOPE, scope(&[&der::value(0x83, &[5, 0x60])]))], None);
    let others = [(SCOPE, scope(&[&der::value(0x83, &[7, 0x1f, 0x80])]))];
    let cause = unknown(status(&leaf, root.certificate(), std::slice::from_ref(&compromise), NOW));
    assert_eq!(cause, UnknownCause::OnlySomeReasons);
    let rest = list(&root, 2, &others, None);
    assert_eq!(status(&leaf, root.certificate(), &[compromise.clone(), rest], NOW), RevocationStatus::Good);
    let rest = list(&root, 2, &others, Some(&leaf));
    assert!(matches!(status(&leaf, root.certificate(), &[compromise, rest], NOW), RevocationStatus::Revoked { .. }));
}

#[test]
fn changes_add_to_the_list_that_they_name_and_to_no_other() {
    let root = root();
    let leaf = leaf(&root);
    let complete = list(&root, 5, &[], None);
    let base = |number: u8| vec![(DELTA, der::value(0x02, &[number]))];
    let ask = |lists: &[Crl]| status(&leaf, root.certificate(), lists, NOW);
    let revoking = list(&root, 6, &base(5), Some(&leaf));
    assert!(matches!(ask(&[complete.clone(), revoking.clone()]), RevocationStatus::Revoked { .. }));
    assert_eq!(unknown(ask(std::slice::from_ref(&revoking))), UnknownCause::Delta);
    // Made for a later list than the one that is here.
    let later = list(&root, 8, &base(7), Some(&leaf));
    assert_eq!(ask(&[complete.clone(), later]), RevocationStatus::Good);
    // Of another scope.
    let narrow = [base(5), vec![(SCOPE, scope(&[&der::value(0x81, &[0xff])]))]].concat();
    assert_eq!(ask(&[complete.clone(), list(&root, 6, &narrow, Some(&leaf))]), RevocationStatus::Good);
    // Of another key.
    let namesake = self::root();
    assert_eq!(ask(&[complete, list(&namesake, 6, &base(5), Some(&leaf))]), RevocationStatus::Good);
}

#[test]
fn a_removal_in_the_changes_lifts_a_hold() {
    let root = root();
    let leaf = leaf(&root);
    let complete = CrlBuilder::new(MADE, NEXT).number(5);
    let complete = root.crl(&complete.revoke(&leaf, MADE, RevocationReason::CertificateHold)).unwrap();
    let ask = |lists: &[Crl]| status(&leaf, root.certificate(), lists, NOW);
    assert!(matches!(ask(std::slice::from_ref(&complete)), RevocationStatus::Revoked { .. }));
    let removal = CrlBuilder::new(MADE + Duration::hours(1), NEXT).number(6).release(&leaf, MADE);
    let removal = root.crl(&removal.extension(DELTA, Criticality::Critical, &der::value(0x02, &[5]))).unwrap();
    assert_eq!(ask(&[complete, removal]), RevocationStatus::Good);
}

#[test]
fn a_critical_extension_of_any_entry_keeps_the_whole_list_from_counting() {
    let root = root();
    let (listed, other) = (leaf(&root), leaf(&root));
    let builder = CrlBuilder::new(MADE, NEXT).revoke_with(&listed, MADE, "1.2.3.4", &der::value(0x05, b""));
    let crl = root.crl(&builder).unwrap();
    let cause = unknown(status(&other, root.certificate(), &[crl], NOW));
    assert_eq!(cause, UnknownCause::CriticalEntryExtension("1.2.3.4".to_owned()));
}
