//! Paths under load, by every kind of name, and as the agent tells of them.
#![cfg(test)]

mod support;

use openssl::cms::CMSOptions;
use openssl::hash::MessageDigest;
use openssl::sign::Signer;
use sealscope::agent::{Report, outcome_json};
use sealscope::asn1::der;
use sealscope::finding::Severity;
use sealscope::limits::Limits;
use sealscope::pki::issue::{Authority, CertificateBuilder, Criticality, CrlBuilder};
use sealscope::pki::key::NewKey;
use sealscope::pki::path::{CertificateSource, CheckOutcome, EdgeRule, NotChecked, PathReport, explain};
use sealscope::pki::{
    Certificate, DigestPolicy, PathError, PathPolicy, Pool, RevocationPolicy, RevocationReason, RevocationStatus,
};
use support::der::members;
use support::handmade::{content_info, multipart_signed, signature, signed_data, wrapped};
use support::receiver::{Receiver, answer};
use support::{ALICE, BOB, NOT_AFTER, NOT_BEFORE, NOW, message};
use time::Duration;

const POLICY: PathPolicy = PathPolicy::new(2048, DigestPolicy::RefuseSha1, RevocationPolicy::Report);
const DAY: Duration = Duration::DAY;

fn ca(name: &str) -> CertificateBuilder {
    CertificateBuilder::authority(name, NOT_BEFORE, NOT_AFTER).key(NewKey::P256)
}

fn root(name: &str) -> Authority {
    Authority::self_signed(&ca(name)).unwrap()
}

fn person(address: &str) -> CertificateBuilder {
    CertificateBuilder::for_address(address, NOT_BEFORE, NOT_AFTER).key(NewKey::P256)
}

fn leaf_of(issuer: &Authority) -> Certificate {
    issuer.issue(&person(ALICE)).unwrap().certificate().clone()
}

fn look(leaf: &Certificate, pool: &[Certificate], anchors: &[Certificate], limits: &Limits) -> PathReport {
    explain(leaf, &Pool::new(pool.iter().cloned()), anchors, &[], NOW, &POLICY, limits)
}

fn checked_signatures(report: &PathReport) -> usize {
    let signatures = report.graph.edges.iter().flat_map(|edge| &edge.checks);
    signatures
        .filter(|check| check.rule == EdgeRule::Signature && !matches!(check.outcome, CheckOutcome::NotChecked(_)))
        .count()
}

/// Layers of three certificates each, every one certified by each key of the layer above (RFC 4158 §2.5).
fn bush(layers: usize) -> (Certificate, Vec<Certificate>) {
    let mut above: Vec<Authority> = (0..3).map(|_| root("Layer 0")).collect();
    let mut pool: Vec<Certificate> = above.iter().map(|authority| authority.certificate().clone()).collect();
    for layer in 1..layers {
        let name = format!("Layer {layer}");
        let here: Vec<Authority> = (0..3).map(|_| root(&name)).collect();
        for (below, issuer) in here.iter().flat_map(|below| above.iter().map(move |issuer| (below, issuer))) {
            pool.push(issuer.certify(&ca(&name), below.key()).unwrap());
        }
        above = here;
    }
    (leaf_of(&above[0]), pool)
}

#[test]
fn a_bush_without_an_anchor_ends_at_a_limit_after_bounded_work() {
    let (leaf, pool) = bush(6);
    let report = look(&leaf, &pool, &[root("Elsewhere").certificate().clone()], &Limits::DEFAULT);
    assert!(matches!(report.outcome, Err(PathError::LimitExceeded(_))), "{:?}", report.outcome);
    assert!(checked_signatures(&report) <= Limits::DEFAULT.path_signatures);
    assert!(report.tried.len() <= Limits::DEFAULT.path_candidates + 1);
}

#[test]
fn a_bush_with_an_anchor_has_its_path_found_within_few_checks() {
    let (leaf, pool) = bush(5);
    let report = look(&leaf, &pool, &pool[..3], &Limits::DEFAULT);
    assert!(report.outcome.is_ok(), "{:?}", report.outcome);
    assert!(checked_signatures(&report) <= 20, "{}", checked_signatures(&report));
}

#[test]
fn five_hundred_certificates_of_other_names_are_never_touched_and_not_in_the_graph() {
    let (top, elsewhere) = (root("Root"), root("Elsewhere"));
    let middle = top.issue_authority(&ca("Middle")).unwrap();
    let mut pool: Vec<Certificate> = (0..500)
        .map(|number| elsewhere.certify(&ca(&format!("Unrelated {number}")), elsewhere.key()).unwrap())
        .collect();
    pool.push(middle.certificate().clone());
    let limits = Limits { path_signatures: 2, ..Limits::DEFAULT };
    let report = look(&leaf_of(&middle), &pool, &[top.certificate().clone()], &limits);
    assert!(report.outcome.is_ok());
    assert_eq!((report.graph.nodes.len(), report.graph.edges.len()), (3, 2));
}

#[test]
fn five_hundred_namesakes_of_the_issuer_end_at_a_limit_only_where_the_right_one_cannot_be_told() {
    let top = root("Root");
    let leaf = leaf_of(&top);
    let pool: Vec<Certificate> = (0..500)
        .map(|number| {
            let key_id = [u8::try_from(number % 256).unwrap(); 20];
            root("Elsewhere").certify(&ca("Root").subject_key_id(&key_id), top.key()).unwrap()
        })
        .collect();
    let report = look(&leaf, &pool, &[top.certificate().clone()], &Limits::DEFAULT);
    assert!(report.outcome.is_ok());
    let report = look(&leaf, &pool, &[root("Nobody").certificate().clone()], &Limits::DEFAULT);
    assert!(matches!(report.outcome, Err(PathError::LimitExceeded(_))));
}

/// Two policies in each certificate, each mapped to both of the layer below (RFC 9618 §1).
fn exponential_policies(layers: u8) -> (Certificate, Vec<Certificate>, Certificate) {
    let policy = |layer: u8, which: u8| der::oid(&format!("1.2.3.{layer}.{which}")).unwrap();
    let policies = |layer: u8| {
        let each = |which| der::sequence(&[&policy(layer, which)]);
        der::sequence(&[&each(0), &each(1)])
    };
    let mappings = |layer: u8| {
        let pairs: Vec<Vec<u8>> =
            (0..4).map(|pair| der::sequence(&[&policy(layer, pair / 2), &policy(layer + 1, pair % 2)])).collect();
        der::sequence(&pairs.iter().map(Vec::as_slice).collect::<Vec<_>>())
    };
    let demand = der::sequence(&[&der::value(0x80, &[0])]);
    let top = root("Root");
    let mut above = top.clone();
    let mut pool = vec![];
    for layer in 0..layers {
        let builder = ca(&format!("Layer {layer}"))
            .extension("2.5.29.32", Criticality::NonCritical, &policies(layer))
            .extension("2.5.29.33", Criticality::NonCritical, &mappings(layer))
            .extension("2.5.29.36", Criticality::Critical, &demand);
        above = above.issue_authority(&builder).unwrap();
        pool.push(above.certificate().clone());
    }
    let leaf = person(ALICE).extension("2.5.29.32", Criticality::NonCritical, &policies(layers));
    (above.issue(&leaf).unwrap().certificate().clone(), pool, top.certificate().clone())
}

#[test]
fn policies_that_double_with_each_layer_end_at_a_limit_and_not_in_a_verdict() {
    let limits = Limits { path_depth: 30, ..Limits::DEFAULT };
    let (leaf, pool, anchor) = exponential_policies(4);
    let report = look(&leaf, &pool, &[anchor], &limits);
    assert!(report.outcome.is_ok(), "{:?}", report.outcome);
    let (leaf, pool, anchor) = exponential_policies(20);
    let report = look(&leaf, &pool, &[anchor], &limits);
    match report.outcome {
        Err(PathError::LimitExceeded(exceeded)) => assert!(exceeded.what.contains("policies"), "{exceeded}"),
        other => panic!("{other:?}"),
    }
}

fn subtrees(tag: u8, name: &[u8]) -> Vec<u8> {
    der::sequence(&[&der::value(tag, &der::sequence(&[name]))])
}

fn smtp_utf8(mailbox: &str) -> Vec<u8> {
    let value = der::value(0xa0, &der::value(0x0c, mailbox.as_bytes()));
    der::value(0xa0, &[der::oid("1.3.6.1.5.5.7.8.9").unwrap(), value].concat())
}

// RFC 9598 §6: constraints of rfc822Name hold for SmtpUTF8Mailbox.
#[test]
fn constraints_on_addresses_hold_for_addresses_that_are_not_ascii() {
    let (permitted, excluded) = (0xa0, 0xa1);
    for (tag, constraint, mailbox, good) in [
        (excluded, ".a.example", "医生@sub.a.example", false),
        (excluded, ".a.example", "医生@b.example", true),
        (excluded, "a.example", "医生@A.example", false),
        (excluded, "xn--bcher-kva.example", "医生@xn--bcher-kva.example", false),
        (permitted, "a.example", "医生@a.example", true),
        (permitted, "a.example", "医生@b.example", false),
    ] {
        let value = subtrees(tag, &der::value(0x81, constraint.as_bytes()));
        let top = root("Root");
        let middle = top.issue_authority(&ca("Middle").extension("2.5.29.30", Criticality::Critical, &value)).unwrap();
        let names = der::sequence(&[&smtp_utf8(mailbox)]);
        let builder = CertificateBuilder::end_entity("x", NOT_BEFORE, NOT_AFTER).key(NewKey::P256);
        let leaf = middle.issue(&builder.extension("2.5.29.17", Criticality::NonCritical, &names)).unwrap();
        let pool = [middle.certificate().clone()];
        let report = look(leaf.certificate(), &pool, &[top.certificate().clone()], &Limits::DEFAULT);
        match report.outcome {
            Ok(_) => assert!(good, "{constraint} {mailbox}"),
            Err(PathError::NameConstraints { .. }) => assert!(!good, "{constraint} {mailbox}"),
            Err(error) => panic!("{constraint} {mailbox}: {error}"),
        }
    }
}

#[test]
fn comparisons_of_names_with_constraints_are_bounded_together() {
    let names: Vec<Vec<u8>> = (0..60).map(|number| der::value(0x82, format!("h{number}.example").as_bytes())).collect();
    let names: Vec<&[u8]> = names.iter().map(Vec::as_slice).collect();
    let subtree = |host: &[u8]| der::sequence(&[host]);
    let permitted: Vec<u8> = names.iter().flat_map(|name| subtree(name)).collect();
    let value = der::sequence(&[&der::value(0xa0, &permitted)]);
    let top = root("Root");
    let middle = top.issue_authority(&ca("Middle").extension("2.5.29.30", Criticality::Critical, &value)).unwrap();
    let builder = CertificateBuilder::end_entity("x", NOT_BEFORE, NOT_AFTER).key(NewKey::P256);
    let leaf = middle.issue(&builder.extension("2.5.29.17", Criticality::NonCritical, &der::sequence(&names))).unwrap();
    let pool = [middle.certificate().clone()];
    // 61 names (the subject is one) times 60 constraints.
    for (name_comparisons, enough) in [(3_660, true), (3_659, false)] {
        let limits = Limits { name_comparisons, ..Limits::DEFAULT };
        let report = look(leaf.certificate(), &pool, &[top.certificate().clone()], &limits);
        assert_eq!(report.outcome.is_ok(), enough, "{:?}", report.outcome);
        assert!(enough || matches!(report.outcome, Err(PathError::LimitExceeded(_))));
    }
}

#[test]
fn a_differing_key_identifier_is_tolerated_and_told() {
    let top = root("Root");
    let middle = top.issue_authority(&ca("Middle")).unwrap();
    let renamed = top.certify(&ca("Middle").subject_key_id(&[9; 20]), middle.key()).unwrap();
    let report = look(&leaf_of(&middle), &[renamed], &[top.certificate().clone()], &Limits::DEFAULT);
    assert!(report.outcome.is_ok(), "{:?}", report.outcome);
    let edge = report.graph.edges.iter().find(|edge| edge.child == 0).unwrap();
    let check = edge.checks.iter().find(|check| check.rule == EdgeRule::KeyIdentifier).unwrap();
    assert_eq!((edge.state(), &check.outcome), ("good", &CheckOutcome::Tolerated));
}

#[test]
fn the_graph_tells_where_each_candidate_came_from_and_which_were_not_tried() {
    let (top, other) = (root("Root"), root("Other root"));
    let middle = top.issue_authority(&ca("Middle")).unwrap();
    let cross = other.certify(&ca("Middle"), middle.key()).unwrap();
    let sources = [
        (CertificateSource::Message, middle.certificate().clone()),
        (CertificateSource::Authorities, middle.certificate().clone()),
        (CertificateSource::Party("b.example".to_owned()), cross.clone()),
    ];
    let pool = Pool::from_sources(sources.clone());
    let (leaf, anchors) = (leaf_of(&middle), [top.certificate().clone()]);
    let report = explain(&leaf, &pool, &anchors, &[], NOW, &POLICY, &Limits::DEFAULT);
    assert!(report.outcome.is_ok());
    let graph = &report.graph;
    let node =
        |certificate: &Certificate| graph.nodes.iter().position(|node| node.certificate == *certificate).unwrap();
    assert_eq!(graph.nodes[node(middle.certificate())].sources, [sources[0].0.clone(), sources[1].0.clone()]);
    assert_eq!(graph.nodes[node(&cross)].sources, [sources[2].0.clone()]);
    assert!(graph.nodes[node(&anchors[0])].is_anchor());
    let to_cross = graph.edges.iter().find(|edge| edge.issuer == Some(node(&cross))).unwrap();
    let states: Vec<&str> = graph.edges.iter().filter(|edge| edge.on_path).map(|edge| edge.state()).collect();
    assert_eq!(states, ["good", "good"]);
    let signature = to_cross.checks.iter().find(|check| check.rule == EdgeRule::Signature).unwrap();
    let not_tried =
        to_cross.state() == "not-tried" && signature.outcome == CheckOutcome::NotChecked(NotChecked::NotTried);
    let dead_end = to_cross.state() == "open" && signature.outcome == CheckOutcome::Held;
    assert!(not_tried || dead_end, "{to_cross:?}");
}

/// A message from Alice whose signature carries these lists.
fn with_lists(receiver: &Receiver, alice: &sealscope::pki::PrivateKeyEntry, lists: &[&[u8]]) -> Report {
    let content = wrapped(&message(ALICE, &[BOB]));
    let cms = signature(&content, alice, CMSOptions::DETACHED | CMSOptions::BINARY);
    let mut parts = signed_data(&cms);
    let place = parts.len() - 1;
    parts.insert(place, der::value(0xa1, &lists.concat()));
    receiver.receive(&multipart_signed(&content, &content_info(&cms, &parts)))
}

// RFC 8550 §4.1.
#[test]
fn lists_in_a_message_are_used_and_the_newest_of_all_wins() {
    let mut receiver = Receiver::new();
    let alice = receiver.circle.address(ALICE);
    let issuer = receiver.circle.intermediate.clone();
    let good = issuer.crl(&CrlBuilder::new(NOW - DAY * 3, NOW + DAY)).unwrap();
    let hold = CrlBuilder::new(NOW - DAY * 2, NOW + DAY).number(2);
    let hold = issuer.crl(&hold.revoke(alice.certificate(), NOW - DAY * 2, RevocationReason::CertificateHold)).unwrap();
    let released = issuer.crl(&CrlBuilder::new(NOW - DAY, NOW + DAY).number(3)).unwrap();
    for (message, workspace, expected) in [
        (vec![&good], vec![], "accepted"),
        (vec![&hold], vec![], "revoked"),
        (vec![&good], vec![&hold], "revoked"),
        (vec![&released], vec![&hold], "accepted"),
        (vec![&hold], vec![&released], "accepted"),
        (vec![&good, &hold, &released], vec![], "accepted"),
    ] {
        receiver.world.crls = workspace.iter().copied().cloned().collect();
        let lists: Vec<&[u8]> = message.iter().map(|crl| crl.der()).collect();
        let report = with_lists(&receiver, &alice, &lists);
        let code = report.rejection.as_ref().map_or_else(|| answer(&report), |reason| reason.code.as_str());
        assert_eq!(code, expected, "{message:?} {workspace:?}");
    }
}

#[test]
fn a_list_in_a_message_that_cannot_be_read_is_told_and_ends_nothing() {
    let receiver = Receiver::new();
    let alice = receiver.circle.address(ALICE);
    let report = with_lists(&receiver, &alice, &[&der::sequence(&[b"\x02\x01\x05"])]);
    assert_eq!(answer(&report), "accepted");
    let told = report
        .findings()
        .any(|finding| finding.rule.id == "path.lists-in-message" && finding.severity == Severity::Warning);
    assert!(told);
}

#[test]
fn the_report_of_a_run_has_the_graph_of_each_signer() {
    let receiver = Receiver::new();
    let stranger = support::Circle::new("Stranger");
    for (signer, state) in [(receiver.circle.address(ALICE), "good"), (stranger.address(ALICE), "refused")] {
        let report = receiver.receive_from(&signer);
        let json = outcome_json(&report);
        let graph = &json["signers"][0]["path_graphs"][0];
        assert_eq!(graph["addresses"][0], BOB);
        assert_eq!(graph["nodes"][0]["certificate"]["sha256"], signer.certificate().sha256());
        let states: Vec<&str> =
            graph["edges"].as_array().unwrap().iter().map(|edge| edge["state"].as_str().unwrap()).collect();
        assert!(states.contains(&state), "{states:?}");
        assert_eq!(graph["nodes"][1]["sources"][0], "message");
    }
}

#[test]
fn odd_certificates_are_told_of_and_not_refused() {
    let receiver = Receiver::new();
    let names = der::sequence(&[&der::value(0x81, ALICE.as_bytes())]);
    let nameless = CertificateBuilder::end_entity("", NOT_BEFORE, NOT_AFTER).extension(
        "2.5.29.17",
        Criticality::NonCritical,
        &names,
    );
    let alice = CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER);
    for (builder, rule) in [
        (alice.clone().serial(&[0x7f; 21]), "path.serial-number"),
        (alice.serial(&[0]), "path.serial-number"),
        (nameless, "path.empty-subject"),
    ] {
        let signer = receiver.circle.intermediate.issue(&builder).unwrap();
        let report = receiver.receive_from(&signer);
        assert_eq!(answer(&report), "accepted", "{rule}");
        assert!(report.findings().any(|finding| finding.rule.id == rule), "{rule}");
    }
}

#[test]
fn a_certificate_that_is_not_well_formed_and_a_policy_that_does_not_hold_have_codes_of_their_own() {
    let receiver = Receiver::new();
    let basic = der::sequence(&[]);
    let twice = CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER)
        .extension("1.2.3.4", Criticality::NonCritical, &basic)
        .extension("1.2.3.4", Criticality::NonCritical, &basic);
    let signer = receiver.circle.intermediate.issue(&twice).unwrap();
    assert_eq!(answer(&receiver.receive_from(&signer)), "malformed-certificate");
    let demand = der::sequence(&[&der::value(0x80, &[0])]);
    let strict = CertificateBuilder::authority("Strict", NOT_BEFORE, NOT_AFTER);
    let strict =
        receiver.circle.root.issue_authority(&strict.extension("2.5.29.36", Criticality::Critical, &demand)).unwrap();
    let signer = strict.issue(&CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER)).unwrap();
    assert_eq!(answer(&receiver.receive_from(&signer)), "certificate-policy");
}

#[test]
fn a_forged_flood_of_lists_is_a_limit_and_not_a_verdict() {
    let top = root("Root");
    let forger = root("Root");
    let leaf = leaf_of(&top);
    let crls: Vec<_> = (0..5).map(|_| forger.crl(&CrlBuilder::new(NOW - DAY, NOW + DAY)).unwrap()).collect();
    let look = |revocation_signatures| {
        let limits = Limits { revocation_signatures, ..Limits::DEFAULT };
        let anchors = [top.certificate().clone()];
        explain(&leaf, &Pool::default(), &anchors, &crls, NOW, &POLICY, &limits).outcome
    };
    assert!(matches!(look(5).unwrap().revocation(), [RevocationStatus::Unknown(_)]));
    assert!(matches!(look(4), Err(PathError::LimitExceeded(_))));
}

/// The certificate with its signed part changed and signed again.
fn resigned(certificate: &Certificate, issuer: &Authority, from: &[u8], to: &[u8]) -> Certificate {
    let parts = members(certificate.der());
    let signed = replaced(&parts[0], from, to);
    let mut signer = Signer::new(MessageDigest::sha256(), issuer.key()).unwrap();
    let signature = signer.sign_oneshot_to_vec(&signed).unwrap();
    let signature = der::value(0x03, &[&[0], signature.as_slice()].concat());
    Certificate::from_der(&der::sequence(&[&signed, &parts[1], &signature])).unwrap()
}

/// The first place of `from` with `to` instead, of the same length.
fn replaced(octets: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let place = octets.windows(from.len()).position(|window| window == from).unwrap();
    let mut octets = octets.to_vec();
    octets[place..place + to.len()].copy_from_slice(to);
    octets
}

const VERSION_3: [u8; 5] = [0xa0, 3, 2, 1, 2];
const VERSION_2: [u8; 5] = [0xa0, 3, 2, 1, 1];

// RFC 5280 §4.1.2.1.
#[test]
fn extensions_in_a_certificate_before_version_3_fail_on_a_leaf_and_on_an_authority() {
    let top = root("Root");
    let middle = top.issue_authority(&ca("Middle")).unwrap();
    let leaf = leaf_of(&middle);
    let old_leaf = resigned(&leaf, &middle, &VERSION_3, &VERSION_2);
    let old_middle = resigned(middle.certificate(), &top, &VERSION_3, &VERSION_2);
    for (leaf, middle) in [(&old_leaf, middle.certificate()), (&leaf, &old_middle)] {
        let anchors = [top.certificate().clone()];
        let report = look(leaf, std::slice::from_ref(middle), &anchors, &Limits::DEFAULT);
        match report.outcome {
            Err(PathError::Malformed { reason, .. }) => assert!(reason.contains("version 3"), "{reason}"),
            other => panic!("{other:?}"),
        }
    }
}

// RFC 5280 §4.1.1.2.
#[test]
fn the_two_algorithms_of_a_certificate_have_to_be_one() {
    let top = root("Root");
    let leaf = leaf_of(&top);
    let parts = members(leaf.der());
    let (sha256, sha384) = (der::oid("1.2.840.10045.4.3.2").unwrap(), der::oid("1.2.840.10045.4.3.3").unwrap());
    let outer = replaced(&parts[1], &sha256, &sha384);
    let differing = Certificate::from_der(&der::sequence(&[&parts[0], &outer, &parts[2]])).unwrap();
    let inner = resigned(&leaf, &top, &sha256, &sha384);
    for certificate in [differing, inner] {
        let report = look(&certificate, &[], &[top.certificate().clone()], &Limits::DEFAULT);
        assert!(matches!(report.outcome, Err(PathError::CertificateSignatureInvalid { .. })), "{:?}", report.outcome);
    }
}

// RFC 5280 §6.1.4 (k) to (n): as an issuer the leaf is nobody.
#[test]
fn a_leaf_issues_nothing_and_its_key_usage_does_not_matter_for_that() {
    let top = root("Root");
    let mallory = top.issue(&person("mallory@a.example")).unwrap();
    let mallory = Authority::from_entry(&mallory);
    let report =
        look(&leaf_of(&mallory), &[mallory.certificate().clone()], &[top.certificate().clone()], &Limits::DEFAULT);
    assert!(matches!(report.outcome, Err(PathError::NotACa { .. })), "{:?}", report.outcome);
    let edge = report.graph.edges.iter().find(|edge| edge.child == 0).unwrap();
    let failed: Vec<EdgeRule> = edge.failed().map(|(rule, _)| rule).collect();
    assert!(failed.contains(&EdgeRule::Authority), "{failed:?}");
}

// The owner of a revoked authority makes one below it with the name of its issuer, and signs a newer list as that.
#[test]
fn a_revoked_authority_cannot_clear_itself_by_a_namesake_of_its_issuer() {
    let top = root("Root");
    let middle = top.issue_authority(&ca("Middle")).unwrap();
    let namesake = middle.issue_authority(&ca("Root")).unwrap();
    let other = middle.issue_authority(&ca("Root")).unwrap();
    let list = CrlBuilder::new(NOW - DAY * 2, NOW + DAY);
    let genuine = list.revoke(middle.certificate(), NOW - DAY * 2, RevocationReason::CaCompromise);
    let genuine = top.crl(&genuine).unwrap();
    let forged = namesake.crl(&CrlBuilder::new(NOW - DAY, NOW + DAY).number(9)).unwrap();
    let forged_too = other.crl(&CrlBuilder::new(NOW - DAY, NOW + DAY).number(9)).unwrap();
    let authorities = [&middle, &namesake, &other].map(|authority| authority.certificate().clone());
    let pool = Pool::new(authorities);
    let crls = [forged, forged_too, genuine];
    for leaf in [leaf_of(&namesake), leaf_of(&middle), leaf_of(&other)] {
        for revocation in [RevocationPolicy::Report, RevocationPolicy::Require] {
            let policy = PathPolicy { revocation, ..POLICY };
            let anchors = [top.certificate().clone()];
            let report = explain(&leaf, &pool, &anchors, &crls, NOW, &policy, &Limits::DEFAULT);
            let revoked = |fault: &PathError| fault.certificate() == Some(middle.certificate());
            assert!(report.tried.iter().flat_map(|tried| &tried.faults).any(revoked), "{:?}", report.outcome);
            assert!(matches!(report.outcome, Err(PathError::Revoked { .. })), "{:?}", report.outcome);
        }
    }
}
