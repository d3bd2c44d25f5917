//! Where OpenSSL decides and this module explains, the two must not disagree: held over PKITS, over chains made here with
//! one fault each, and over chains with damaged octets. OpenSSL is asked alone, with everything there is to build from.

use std::fs;
use std::path::PathBuf;

use openssl::x509::X509;
use openssl::x509::verify::X509VerifyFlags;
use serde_json::Value;
use time::macros::datetime;

use super::*;
use crate::asn1::der;
use crate::openssl_ffi::{PathParameters, verify_path};
use crate::pki::certificate::CertificateError;
use crate::pki::issue::{Authority, CertificateBuilder, Criticality};
use crate::pki::key::NewKey;
use crate::pki::key_usage::KeyUsage;

const NOW: OffsetDateTime = datetime!(2026-11-23 12:00 UTC);
const FROM: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);
const EARLY: OffsetDateTime = datetime!(2026-06-01 0:00 UTC);
const UNTIL: OffsetDateTime = datetime!(2030-12-31 23:59:59 UTC);

/// Nothing of what only a profile asks for: OpenSSL is not asked for it either.
const POLICY: PathPolicy = PathPolicy::new(0, DigestPolicy::AcceptSha1, RevocationPolicy::Report);

/// A question: has `leaf` a path to `anchor` over `pool`?
struct Question<'q> {
    what: String,
    leaf: &'q Certificate,
    pool: &'q [Certificate],
    anchor: &'q Certificate,
}

fn openssl_accepts(leaf: &Certificate, pool: &[Certificate], anchor: &Certificate) -> bool {
    let others: Vec<X509> = pool.iter().map(|certificate| certificate.x509().to_owned()).collect();
    let parameters = PathParameters {
        time: NOW.unix_timestamp(),
        depth: Limits::DEFAULT.path_depth,
        policies: &["2.5.29.32.0"],
        flags: X509VerifyFlags::empty(),
    };
    verify_path(leaf.x509(), &others, anchor.x509(), &parameters).is_ok_and(|faults| faults.is_empty())
}

/// Asks both; gives whether the leaf was accepted.
fn ask(question: &Question<'_>) -> bool {
    let Question { what, leaf, pool, anchor } = question;
    let anchors = [(*anchor).clone()];
    let report = explain(leaf, &Pool::new(pool.iter().cloned()), &anchors, &[], NOW, &POLICY, &Limits::DEFAULT);
    let openssl = openssl_accepts(leaf, pool, anchor);
    match &report.outcome {
        Ok(path) => {
            let used: Vec<Certificate> = path.certificates().iter().skip(1).cloned().collect();
            assert!(openssl_accepts(leaf, &used, anchor), "{what}: OpenSSL refuses the path that was found");
            let edges = report.graph.edges.iter().filter(|edge| edge.on_path);
            assert!(edges.clone().all(|edge| edge.state() == "good" && edge.failed().next().is_none()), "{what}");
        }
        Err(error) => {
            // What is ours alone: digests that can be forged, and an extension that occurs twice.
            let ours = matches!(error, PathError::WeakAlgorithm { .. })
                || matches!(error, PathError::Malformed { reason, .. } if reason.contains("more than once"));
            assert!(!openssl || ours, "{what}: OpenSSL accepts what is refused as {error}");
            for tried in &report.tried {
                assert!(!tried.faults.is_empty(), "{what}: a refused path without a fault");
                assert!(is_explained(&report.graph, tried), "{what}: no edge explains {:?}", tried.faults);
            }
        }
    }
    report.outcome.is_ok()
}

/// Whether an edge of this very path, or from its last certificate, has a failed check.
fn is_explained(graph: &PathGraph, tried: &TriedPath) -> bool {
    graph.edges.iter().any(|edge| {
        let place = tried.certificates.iter().position(|step| *step == graph.nodes[edge.child].certificate);
        let above = place.and_then(|place| tried.certificates.get(place + 1));
        let issuer = edge.issuer.map(|issuer| &graph.nodes[issuer].certificate);
        let of_path = above == issuer || above.is_none();
        place.is_some() && of_path && edge.failed().next().is_some()
    })
}

#[test]
fn openssl_and_the_graph_agree_on_the_paths_of_pkits() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/pkits");
    let read = |name: &str| Certificate::from_der(&fs::read(folder.join("certs").join(name)).unwrap()).unwrap();
    let cases: Value = serde_json::from_str(&fs::read_to_string(folder.join("cases.json")).unwrap()).unwrap();
    let anchor = read("TrustAnchorRootCertificate.crt");
    let mut accepted = 0;
    let cases = cases.as_array().unwrap();
    for case in cases {
        let pool: Vec<Certificate> =
            case["intermediates"].as_array().unwrap().iter().map(|name| read(name.as_str().unwrap())).collect();
        let leaf = read(case["certificate"].as_str().unwrap());
        let what = format!("{} {}", case["number"], case["name"]);
        accepted += usize::from(ask(&Question { what, leaf: &leaf, pool: &pool, anchor: &anchor }));
    }
    assert!(accepted > 80 && accepted < cases.len() - 60, "{accepted} of {}", cases.len());
}

fn ca(name: &str) -> CertificateBuilder {
    CertificateBuilder::authority(name, FROM, UNTIL).key(NewKey::P256)
}

fn leaf_of(issuer: &Authority) -> Certificate {
    let builder = CertificateBuilder::for_address("alice@a.example", FROM, UNTIL).key(NewKey::P256);
    issuer.issue(&builder).unwrap().certificate().clone()
}

fn permitting(name: &str) -> Vec<u8> {
    der::sequence(&[&der::value(0xa0, &der::sequence(&[&der::value(0x81, name.as_bytes())]))])
}

#[test]
fn openssl_and_the_graph_agree_on_chains_with_one_fault_each() {
    let root = Authority::self_signed(&ca("Root")).unwrap();
    let demand = der::sequence(&[&der::value(0x80, &[0])]);
    let critical = Criticality::Critical;
    let middles: [(&str, bool, CertificateBuilder); 11] = [
        ("good", true, ca("Middle")),
        ("expired", false, CertificateBuilder::authority("Middle", FROM, EARLY).key(NewKey::P256)),
        ("no authority", false, CertificateBuilder::end_entity("Middle", FROM, UNTIL).key(NewKey::P256)),
        ("no keyCertSign", false, ca("Middle").key_usage(Some(KeyUsage::CRL_SIGN))),
        ("no key usage", true, ca("Middle").key_usage(None)),
        ("unknown extension", false, ca("Middle").extension("1.2.3.4", critical, &der::value(0x05, b""))),
        ("another host", false, ca("Middle").extension("2.5.29.30", critical, &permitting("b.example"))),
        ("the right host", true, ca("Middle").extension("2.5.29.30", critical, &permitting("a.example"))),
        ("a policy is demanded", false, ca("Middle").extension("2.5.29.36", critical, &demand)),
        ("no key identifier of its own", true, ca("Middle").subject_key_id(&[7; 20])),
        ("path length", true, ca("Middle").path_len(0)),
    ];
    for (what, good, builder) in middles {
        let middle = root.issue_authority(&builder).unwrap();
        let leaf = leaf_of(&middle);
        let pool = [middle.certificate().clone()];
        let what = what.to_owned();
        let question = Question { what: what.clone(), leaf: &leaf, pool: &pool, anchor: root.certificate() };
        assert_eq!(ask(&question), good, "{what}");
        let low = middle.issue_authority(&ca("Low")).unwrap();
        let pool = [pool[0].clone(), low.certificate().clone()];
        let what = format!("{what}, one more below");
        let good = good && !what.starts_with("path length");
        let question = Question { what, leaf: &leaf_of(&low), pool: &pool, anchor: root.certificate() };
        assert_eq!(ask(&question), good, "{}", question.what);
    }
}

#[test]
fn openssl_and_the_graph_agree_on_damaged_chains() {
    let root = Authority::self_signed(&ca("Root")).unwrap();
    let middle = root.issue_authority(&ca("Middle")).unwrap();
    let leaf = leaf_of(&middle);
    let mut asked = 0;
    for damaged in [&leaf, middle.certificate()] {
        for place in (0..damaged.der().len()).step_by(3) {
            let mut octets = damaged.der().to_vec();
            octets[place] ^= 0x11;
            let changed: Result<Certificate, CertificateError> = Certificate::from_der(&octets);
            let Ok(changed) = changed else { continue };
            let what = format!("octet {place} of {}", damaged.common_name());
            let (leaf, pool) =
                if *damaged == leaf { (changed, [middle.certificate().clone()]) } else { (leaf.clone(), [changed]) };
            let accepted = ask(&Question { what, leaf: &leaf, pool: &pool, anchor: root.certificate() });
            assert!(!accepted, "octet {place} of {}", damaged.common_name());
            asked += 1;
        }
    }
    assert!(asked > 100, "{asked}");
}
