use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::*;
use crate::asn1::der;
use crate::pki::certificate::Validity;
use crate::pki::digest::SignatureDigest;
use crate::pki::issue::{Authority, CertificateBuilder, Criticality, CrlBuilder};
use crate::pki::key::NewKey;
use crate::pki::key_usage::KeyUsage;
use crate::pki::revocation::RevocationReason;

const FROM: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);
const UNTIL: OffsetDateTime = datetime!(2030-12-31 23:59:59 UTC);
const NOW: OffsetDateTime = datetime!(2027-06-01 12:00 UTC);
const EARLY: OffsetDateTime = datetime!(2027-01-01 0:00 UTC);

const POLICY: PathPolicy = PathPolicy::new(2048, DigestPolicy::RefuseSha1, RevocationPolicy::Report);

fn ca(name: &str) -> CertificateBuilder {
    CertificateBuilder::authority(name, FROM, UNTIL).key(NewKey::P256)
}

fn person(address: &str) -> CertificateBuilder {
    CertificateBuilder::for_address(address, FROM, UNTIL).key(NewKey::P256)
}

fn authority(name: &str) -> Authority {
    Authority::self_signed(&ca(name)).unwrap()
}

fn leaf_of(issuer: &Authority) -> Certificate {
    issuer.issue(&person("alice@a.example")).unwrap().certificate().clone()
}

fn certificates(authorities: &[&Authority]) -> Vec<Certificate> {
    authorities.iter().map(|authority| authority.certificate().clone()).collect()
}

struct World {
    pool: Pool,
    anchors: Vec<Certificate>,
    crls: Vec<Crl>,
    policy: PathPolicy,
    limits: Limits,
}

impl World {
    fn new(pool: &[&Authority], anchors: &[&Authority]) -> Self {
        Self::of(certificates(pool), certificates(anchors))
    }

    fn of(pool: Vec<Certificate>, anchors: Vec<Certificate>) -> Self {
        Self { pool: Pool::new(pool), anchors, crls: vec![], policy: POLICY, limits: Limits::DEFAULT }
    }

    fn find(&self, leaf: &Certificate) -> Result<ValidatedPath, PathError> {
        self.find_at(leaf, NOW)
    }

    fn find_at(&self, leaf: &Certificate, now: OffsetDateTime) -> Result<ValidatedPath, PathError> {
        find_path(leaf, &self.pool, &self.anchors, &self.crls, now, &self.policy, &self.limits)
    }
}

#[test]
fn a_path_leads_over_an_intermediate_to_the_root() {
    let root = authority("Root");
    let middle = root.issue_authority(&ca("Middle")).unwrap();
    let leaf = leaf_of(&middle);
    let path = World::new(&[&middle], &[&root]).find(&leaf).unwrap();
    assert_eq!(path.certificates(), [leaf, middle.certificate().clone(), root.certificate().clone()]);
    assert_eq!(path.anchor(), root.certificate());
    assert_eq!(path.revocation(), [RevocationStatus::NotChecked, RevocationStatus::NotChecked]);
}

#[test]
fn an_anchored_intermediate_ends_the_path() {
    let middle = authority("Root").issue_authority(&ca("Middle")).unwrap();
    let leaf = leaf_of(&middle);
    let path = World::new(&[], &[&middle]).find(&leaf).unwrap();
    assert_eq!(path.certificates(), [leaf, middle.certificate().clone()]);
}

#[test]
fn without_anchors_there_is_nothing_to_look_for() {
    let root = authority("Root");
    assert_eq!(World::new(&[&root], &[]).find(&leaf_of(&root)).unwrap_err(), PathError::NoAnchors);
}

#[test]
fn a_missing_intermediate_is_named() {
    let root = authority("Root");
    let middle = root.issue_authority(&ca("Middle")).unwrap();
    let leaf = leaf_of(&middle);
    let error = World::new(&[], &[&root]).find(&leaf).unwrap_err();
    assert_eq!(error, PathError::NoPathToAnchor { certificate: leaf, missing_issuer: "CN=Middle".to_owned() });
}

#[test]
fn a_root_that_is_known_and_not_an_anchor_ends_no_path() {
    let (root, other) = (authority("Root"), authority("Other"));
    let error = World::new(&[&root], &[&other]).find(&leaf_of(&root)).unwrap_err();
    let missing_issuer = "CN=Root".to_owned();
    assert_eq!(error, PathError::NoPathToAnchor { certificate: root.certificate().clone(), missing_issuer });
}

// The Java reference agent trusts a leaf whose subjectKeyIdentifier equals an anchor's, before it looks at any path.
#[test]
fn leaf_with_anchor_key_id_is_not_trusted() {
    let root = authority("Root");
    let key_id = root.certificate().subject_key_id().unwrap().to_vec();
    let rogue = Authority::self_signed(&person("alice@a.example").subject_key_id(&key_id)).unwrap();
    assert_eq!(rogue.certificate().subject_key_id(), root.certificate().subject_key_id());
    let error = World::new(&[], &[&root]).find(rogue.certificate()).unwrap_err();
    assert!(matches!(error, PathError::NoPathToAnchor { .. }), "{error}");
    let named = root.forge(&person("alice@a.example").subject_key_id(&key_id)).unwrap();
    let error = World::new(&[], &[&root]).find(named.certificate()).unwrap_err();
    assert!(matches!(error, PathError::CertificateSignatureInvalid { .. }), "{error}");
}

#[test]
fn an_expired_anchor_still_ends_the_path_and_says_so() {
    let anchor = Authority::self_signed(&CertificateBuilder::authority("Root", FROM, EARLY).key(NewKey::P256)).unwrap();
    let path = World::new(&[], &[&anchor]).find(&leaf_of(&anchor)).unwrap();
    assert_eq!(path.anchor_validity_at(NOW), Validity::Expired);
}

#[test]
fn a_leaf_that_is_an_anchor_is_trusted_within_its_own_dates() {
    let leaf = leaf_of(&authority("Root"));
    let world = World::of(vec![], vec![leaf.clone()]);
    assert_eq!(world.find(&leaf).unwrap().certificates(), std::slice::from_ref(&leaf));
    let error = world.find_at(&leaf, UNTIL + Duration::seconds(1)).unwrap_err();
    assert_eq!(error, PathError::Expired { certificate: leaf, not_after: UNTIL });
}

#[test]
fn the_key_of_an_anchored_leaf_cannot_write_itself_another_address() {
    let mallory = Authority::self_signed(&person("mallory@a.example")).unwrap();
    let renamed = mallory
        .certify(
            &CertificateBuilder::end_entity("mallory@a.example", FROM, UNTIL).email("alice@a.example"),
            mallory.key(),
        )
        .unwrap();
    assert!(renamed.same_name_and_key(mallory.certificate()));
    let error = World::new(&[], &[&mallory]).find(&renamed).unwrap_err();
    assert!(matches!(error, PathError::NoPathToAnchor { .. } | PathError::NotACa { .. }), "{error}");
}

#[test]
fn validity_includes_both_its_ends() {
    let root = authority("Root");
    let leaf = leaf_of(&root);
    let world = World::new(&[], &[&root]);
    assert!(world.find_at(&leaf, FROM).is_ok());
    assert!(world.find_at(&leaf, UNTIL).is_ok());
    let early = world.find_at(&leaf, FROM - Duration::seconds(1)).unwrap_err();
    assert!(matches!(early, PathError::NotYetValid { .. }), "{early}");
    let late = world.find_at(&leaf, UNTIL + Duration::seconds(1)).unwrap_err();
    assert!(matches!(late, PathError::Expired { .. }), "{late}");
}

#[test]
fn an_expired_intermediate_is_expired_and_not_a_missing_path() {
    let root = authority("Root");
    let middle = root.issue_authority(&CertificateBuilder::authority("Middle", FROM, EARLY).key(NewKey::P256)).unwrap();
    let error = World::new(&[&middle], &[&root]).find(&leaf_of(&middle)).unwrap_err();
    assert_eq!(error, PathError::Expired { certificate: middle.certificate().clone(), not_after: EARLY });
}

#[test]
fn expired_and_badly_signed_is_reported_as_the_signature() {
    let root = authority("Root");
    let forged = root.forge(&CertificateBuilder::for_address("a@a.example", FROM, EARLY).key(NewKey::P256)).unwrap();
    let error = World::new(&[], &[&root]).find(forged.certificate()).unwrap_err();
    assert_eq!(error, PathError::CertificateSignatureInvalid { certificate: forged.certificate().clone() });
}

#[test]
fn another_authority_of_the_same_name_is_a_missing_path_where_key_identifiers_tell() {
    let (root, namesake) = (authority("Root"), authority("Root"));
    let error = World::new(&[], &[&namesake]).find(&leaf_of(&root)).unwrap_err();
    assert!(matches!(error, PathError::NoPathToAnchor { .. }), "{error}");
}

#[test]
fn two_certificates_of_one_authority_are_both_tried() {
    let root = authority("Root");
    let middle = root.issue_authority(&CertificateBuilder::authority("Middle", FROM, EARLY).key(NewKey::P256)).unwrap();
    let renewed = root.certify(&ca("Middle"), middle.key()).unwrap();
    let leaf = leaf_of(&middle);
    for pool in [[middle.certificate().clone(), renewed.clone()], [renewed.clone(), middle.certificate().clone()]] {
        let path = World::of(pool.to_vec(), certificates(&[&root])).find(&leaf).unwrap();
        assert_eq!(path.certificates()[1], renewed);
    }
}

#[test]
fn an_anchor_with_another_certificate_of_the_same_key_ends_the_path() {
    let root = authority("Root");
    let middle = root.issue_authority(&ca("Middle")).unwrap();
    let other = authority("Other root");
    let cross = other.certify(&ca("Middle"), middle.key()).unwrap();
    let path = World::of(certificates(&[&middle]), vec![cross.clone()]).find(&leaf_of(&middle)).unwrap();
    assert_eq!(path.anchor(), &cross);
}

#[test]
fn a_ring_of_cross_certificates_comes_to_an_end() {
    let (one, two) = (authority("One"), authority("Two"));
    let one_by_two = two.certify(&ca("One"), one.key()).unwrap();
    let two_by_one = one.certify(&ca("Two"), two.key()).unwrap();
    let leaf = leaf_of(&one);
    let mut pool = certificates(&[&one, &two]);
    pool.extend([one_by_two, two_by_one]);
    let error = World::of(pool.clone(), certificates(&[&authority("Elsewhere")])).find(&leaf).unwrap_err();
    assert!(matches!(error, PathError::NoPathToAnchor { .. }), "{error}");
    assert!(World::of(pool, certificates(&[&two])).find(&leaf).is_ok());
}

#[test]
fn an_authority_without_the_flag_issues_nothing() {
    let root = authority("Root");
    let usage = KeyUsage::KEY_CERT_SIGN.union(KeyUsage::DIGITAL_SIGNATURE);
    let person = CertificateBuilder::end_entity("Person", FROM, UNTIL).key(NewKey::P256);
    for (builder, expected) in [
        (person.clone().key_usage(None), "not a certification"),
        (person.key_usage(Some(usage)), "not a certification"),
    ] {
        let middle = root.issue_authority(&builder).unwrap();
        let error = World::new(&[&middle], &[&root]).find(&leaf_of(&middle)).unwrap_err();
        assert!(matches!(error, PathError::NotACa { .. }), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn an_authority_that_may_not_sign_certificates_issues_nothing() {
    let root = authority("Root");
    let middle = root.issue_authority(&ca("Middle").key_usage(Some(KeyUsage::CRL_SIGN))).unwrap();
    let error = World::new(&[&middle], &[&root]).find(&leaf_of(&middle)).unwrap_err();
    let certificate = middle.certificate().clone();
    assert_eq!(error, PathError::KeyUsage { certificate, usage: KeyUsage::CRL_SIGN });
}

#[test]
fn one_authority_more_than_the_path_length_allows_fails() {
    let root = authority("Root");
    let middle = root.issue_authority(&ca("Middle").path_len(0)).unwrap();
    assert!(World::new(&[&middle], &[&root]).find(&leaf_of(&middle)).is_ok());
    let low = middle.issue_authority(&ca("Low")).unwrap();
    let error = World::new(&[&middle, &low], &[&root]).find(&leaf_of(&low)).unwrap_err();
    assert_eq!(error, PathError::PathLength { certificate: middle.certificate().clone() });
}

#[test]
fn rfc822_name_constraints_hold() {
    // permitted: `.a.example` is hosts below it, `a.example` is that host alone.
    for (constraint, address, permitted) in [
        ("a.example", "alice@a.example", true),
        ("a.example", "alice@sub.a.example", false),
        (".a.example", "alice@sub.a.example", true),
        (".a.example", "alice@a.example", false),
        ("alice@a.example", "alice@a.example", true),
        ("alice@a.example", "bob@a.example", false),
    ] {
        let subtree = der::sequence(&[&der::value(0x81, constraint.as_bytes())]);
        let value = der::sequence(&[&der::value(0xa0, &subtree)]);
        let root = authority("Root");
        let middle = root.issue_authority(&ca("Middle").extension("2.5.29.30", Criticality::Critical, &value)).unwrap();
        let leaf =
            middle.issue(&CertificateBuilder::end_entity("x", FROM, UNTIL).email(address).key(NewKey::P256)).unwrap();
        let found = World::new(&[&middle], &[&root]).find(leaf.certificate());
        match found {
            Ok(_) => assert!(permitted, "{constraint} {address}"),
            Err(error) => {
                assert!(
                    !permitted && matches!(error, PathError::NameConstraints { .. }),
                    "{constraint} {address}: {error}"
                );
            }
        }
    }
}

#[test]
fn an_excluded_domain_beats_a_permitted_one() {
    let subtree = |name: &str| der::sequence(&[&der::value(0x82, name.as_bytes())]);
    let permitted = der::value(0xa0, &subtree("example"));
    let excluded = der::value(0xa1, &subtree("a.example"));
    let value = der::sequence(&[&permitted, &excluded]);
    let root = authority("Root");
    let middle = root.issue_authority(&ca("Middle").extension("2.5.29.30", Criticality::Critical, &value)).unwrap();
    let world = World::new(&[&middle], &[&root]);
    let domain = |name: &str| {
        let builder = CertificateBuilder::end_entity("x", FROM, UNTIL).domain(name).key(NewKey::P256);
        middle.issue(&builder).unwrap().certificate().clone()
    };
    assert!(world.find(&domain("b.example")).is_ok());
    let error = world.find(&domain("a.example")).unwrap_err();
    assert!(matches!(error, PathError::NameConstraints { .. }), "{error}");
}

#[test]
fn an_unknown_critical_extension_fails_and_an_uncritical_one_does_not() {
    let root = authority("Root");
    let world = World::new(&[], &[&root]);
    let with = |critical| {
        let builder = person("alice@a.example").extension("1.2.3.4", critical, &der::value(0x05, b""));
        root.issue(&builder).unwrap().certificate().clone()
    };
    assert!(world.find(&with(Criticality::NonCritical)).is_ok());
    let certificate = with(Criticality::Critical);
    let error = world.find(&certificate).unwrap_err();
    assert_eq!(error, PathError::UnknownCriticalExtension { certificate, oid: "1.2.3.4".to_owned() });
}

#[test]
fn the_same_extension_twice_fails() {
    let root = authority("Root");
    let basic = der::sequence(&[]);
    let builder = person("alice@a.example").extension("2.5.29.19", Criticality::NonCritical, &basic).extension(
        "2.5.29.19",
        Criticality::NonCritical,
        &basic,
    );
    let leaf = root.issue(&builder).unwrap();
    let error = World::new(&[], &[&root]).find(leaf.certificate()).unwrap_err();
    assert!(matches!(error, PathError::Malformed { .. }), "{error}");
}

#[test]
fn sha1_is_weak_on_a_leaf_and_does_not_matter_on_an_anchor() {
    let anchor = Authority::self_signed(&ca("Root").signature_digest(SignatureDigest::Sha1)).unwrap();
    assert!(World::new(&[], &[&anchor]).find(&leaf_of(&anchor)).is_ok());
    let leaf = anchor.issue(&person("a@a.example").signature_digest(SignatureDigest::Sha1)).unwrap();
    let mut world = World::new(&[], &[&anchor]);
    let error = world.find(leaf.certificate()).unwrap_err();
    let certificate = leaf.certificate().clone();
    assert_eq!(error, PathError::WeakAlgorithm { certificate, digest: SignatureDigest::Sha1 });
    world.policy.digests = DigestPolicy::AcceptSha1;
    assert!(world.find(leaf.certificate()).is_ok());
}

#[test]
fn a_short_rsa_key_is_weak_where_the_policy_says_so() {
    let root = authority("Root");
    let leaf = root.issue(&person("a@a.example").key(NewKey::Rsa(1024))).unwrap();
    let mut world = World::new(&[], &[&root]);
    let error = world.find(leaf.certificate()).unwrap_err();
    assert_eq!(error, PathError::WeakKey { certificate: leaf.certificate().clone(), bits: 1024, minimum: 2048 });
    world.policy.rsa_bits = 1024;
    assert!(world.find(leaf.certificate()).is_ok());
}

#[test]
fn a_revoked_leaf_and_a_revoked_intermediate_fail() {
    let root = authority("Root");
    let middle = root.issue_authority(&ca("Middle")).unwrap();
    let leaf = leaf_of(&middle);
    let mut world = World::new(&[&middle], &[&root]);
    for (issuer, revoked) in [(&middle, &leaf), (&root, middle.certificate())] {
        let list = CrlBuilder::new(EARLY, UNTIL).revoke(revoked, EARLY, RevocationReason::KeyCompromise);
        world.crls = vec![issuer.crl(&list).unwrap()];
        let error = world.find(&leaf).unwrap_err();
        let reason = RevocationReason::KeyCompromise;
        assert_eq!(error, PathError::Revoked { certificate: revoked.clone(), at: EARLY, reason });
    }
}

#[test]
fn unknown_revocation_fails_only_where_it_must_be_known() {
    let root = authority("Root");
    let leaf = leaf_of(&root);
    let mut world = World::new(&[], &[&root]);
    assert_eq!(world.find(&leaf).unwrap().revocation(), [RevocationStatus::NotChecked]);
    world.policy.revocation = RevocationPolicy::Require;
    let error = world.find(&leaf).unwrap_err();
    let status = RevocationStatus::NotChecked;
    assert_eq!(error, PathError::RevocationUnknown { certificate: leaf.clone(), status });
    world.crls = vec![root.crl(&CrlBuilder::new(EARLY, UNTIL)).unwrap()];
    assert_eq!(world.find(&leaf).unwrap().revocation(), [RevocationStatus::Good]);
}

#[test]
fn an_issuer_that_publishes_no_revocation_satisfies_the_demand() {
    let root = authority("Root");
    let builder = person("a@a.example").extension("2.5.29.56", Criticality::NonCritical, &der::value(0x05, b""));
    let leaf = root.issue(&builder).unwrap();
    let mut world = World::new(&[], &[&root]);
    world.policy.revocation = RevocationPolicy::Require;
    assert!(world.find(leaf.certificate()).is_ok());
}

#[test]
fn five_hundred_unrelated_certificates_cost_no_signature_check() {
    let root = authority("Root");
    let middle = root.issue_authority(&ca("Middle")).unwrap();
    let leaf = leaf_of(&middle);
    let mut pool: Vec<Certificate> =
        (0..60).map(|number| authority(&format!("Unrelated {number}")).certificate().clone()).collect();
    pool.push(middle.certificate().clone());
    let mut world = World::of(pool, certificates(&[&root]));
    world.limits.path_signatures = 2;
    assert!(world.find(&leaf).is_ok());
}

#[test]
fn a_spent_budget_is_a_limit_and_not_a_verdict() {
    let root = authority("Root");
    let leaf = leaf_of(&root);
    let namesakes: Vec<Authority> = (0..4).map(|_| authority("Root")).collect();
    let mut world = World::new(&namesakes.iter().collect::<Vec<_>>(), &[&authority("Elsewhere")]);
    world.limits.path_signatures = 4;
    assert!(matches!(world.find(&leaf).unwrap_err(), PathError::NoPathToAnchor { .. }));
    world.limits.path_signatures = 3;
    assert!(matches!(world.find(&leaf).unwrap_err(), PathError::LimitExceeded(_)));
}

#[test]
fn the_deepest_path_allowed_passes_and_one_deeper_is_a_limit() {
    let root = authority("Root");
    let mut authorities = vec![root.issue_authority(&ca("A0")).unwrap()];
    for number in 1..3 {
        let next = authorities.last().unwrap().issue_authority(&ca(&format!("A{number}"))).unwrap();
        authorities.push(next);
    }
    let leaf = leaf_of(authorities.last().unwrap());
    let mut world = World::new(&authorities.iter().collect::<Vec<_>>(), &[&root]);
    world.limits.path_depth = 5;
    assert!(world.find(&leaf).is_ok());
    world.limits.path_depth = 4;
    assert!(matches!(world.find(&leaf).unwrap_err(), PathError::LimitExceeded(_)));
}

#[test]
fn the_report_lists_every_candidate_with_its_faults() {
    let root = authority("Root");
    let middle = root.issue_authority(&CertificateBuilder::authority("Middle", FROM, EARLY).key(NewKey::P256)).unwrap();
    let cross = authority("Elsewhere").certify(&ca("Middle"), middle.key()).unwrap();
    let world = World::of(vec![middle.certificate().clone(), cross.clone()], certificates(&[&root]));
    let report = explain(&leaf_of(&middle), &world.pool, &world.anchors, &[], NOW, &world.policy, &world.limits);
    assert!(matches!(report.outcome, Err(PathError::Expired { .. })));
    assert_eq!(report.tried.len(), 2);
    assert!(report.tried.iter().any(|tried| tried.anchor.is_none() && tried.certificates.last() == Some(&cross)));
    assert!(report.tried.iter().any(|tried| tried.anchor.as_ref() == Some(root.certificate())));
}

#[test]
fn names_chain_whatever_their_string_type() {
    let root = authority("Lab Root");
    let printable = der::sequence(&[&der::set(&[&der::sequence(&[
        &der::oid("2.5.4.3").unwrap(),
        &der::value(0x13, b"lab  ROOT"),
    ])])]);
    let utf8 = root.certificate().x509().subject_name().to_der().unwrap();
    let leaf = leaf_of(&root);
    let at = leaf.der().windows(utf8.len()).position(|window| window == utf8).unwrap();
    assert_ne!(utf8, printable);
    // The signature is over the name as it was: only the search by name is looked at here.
    let mut changed = leaf.der().to_vec();
    changed.splice(at..at + utf8.len(), printable.iter().copied());
    for length_at in [2, 6] {
        let length = u16::from_be_bytes([changed[length_at], changed[length_at + 1]]) + 1;
        changed[length_at..length_at + 2].copy_from_slice(&length.to_be_bytes());
    }
    let changed = Certificate::from_der(&changed).unwrap();
    assert!(changed.names_as_issuer(root.certificate()));
    let error = World::new(&[], &[&root]).find(&changed).unwrap_err();
    assert!(matches!(error, PathError::CertificateSignatureInvalid { .. }), "{error}");
}
