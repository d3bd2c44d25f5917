//! NIST's Public Key Interoperability Test Suite: every path of 4.1 to 4.16, through our own search and validation.
#![cfg(test)]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use sealscope::asn1::Oid;
use sealscope::limits::Limits;
use sealscope::pki::path::{
    AnyPolicy, CertificatePolicies, CheckOutcome, EdgeRule, ExplicitPolicy, InitialPolicies, PathReport, PolicyMapping,
    explain,
};
use sealscope::pki::{Certificate, Crl, DigestPolicy, PathPolicy, Pool, RevocationPolicy};
use serde_json::Value;
use time::OffsetDateTime;
use time::macros::datetime;

/// Within the dates of everything that the suite means to be valid.
const NOW: OffsetDateTime = datetime!(2026-11-23 12:00 UTC);

const SECTIONS: [&str; 16] = [
    "Signature verification",
    "Validity periods",
    "Name chaining",
    "Basic revocation",
    "Self-issued certificates",
    "Basic constraints",
    "Key usage",
    "Certificate policies",
    "Require explicit policy",
    "Policy mappings",
    "Inhibit policy mapping",
    "Inhibit any policy",
    "Name constraints",
    "Distribution points",
    "Delta CRLs",
    "Private extensions",
];

struct Case {
    number: String,
    name: String,
    leaf: Certificate,
    pool: Pool,
    crls: Vec<Crl>,
    policies: CertificatePolicies,
    valid: bool,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/pkits")
}

fn json(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder().join(name)).unwrap()).unwrap()
}

fn certificate(name: &str) -> Certificate {
    Certificate::from_der(&fs::read(folder().join("certs").join(name)).unwrap()).unwrap()
}

fn crl(name: &str) -> Crl {
    Crl::from_der(&fs::read(folder().join("crls").join(name)).unwrap()).unwrap()
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap())
}

fn policies(settings: &Value) -> CertificatePolicies {
    let set = |name: &str| settings[name].as_bool().unwrap_or(false);
    CertificatePolicies {
        initial: match settings.get("policies") {
            Some(policies) => InitialPolicies::Of(texts(policies).map(Oid::from).collect()),
            None => InitialPolicies::Any,
        },
        explicit: if set("require_explicit_policy") {
            ExplicitPolicy::Require
        } else {
            ExplicitPolicy::AsCertificatesSay
        },
        mapping: if set("inhibit_policy_mapping") { PolicyMapping::Inhibit } else { PolicyMapping::Allow },
        any_policy: if set("inhibit_any_policy") { AnyPolicy::Inhibit } else { AnyPolicy::Allow },
    }
}

fn cases() -> Vec<Case> {
    let read = |case: &Value| Case {
        number: case["number"].as_str().unwrap().to_owned(),
        name: case["name"].as_str().unwrap().to_owned(),
        leaf: certificate(case["certificate"].as_str().unwrap()),
        pool: Pool::new(texts(&case["intermediates"]).map(certificate)),
        crls: texts(&case["crls"]).map(crl).collect(),
        policies: policies(&case["settings"]),
        valid: case["expected"] == "valid",
    };
    json("cases.json").as_array().unwrap().iter().map(read).collect()
}

/// The suite has DSA with 1024 bits and no SHA-1; revocation has to be known.
fn report(case: &Case) -> PathReport {
    let policy = PathPolicy {
        certificate_policies: case.policies.clone(),
        ..PathPolicy::new(1024, DigestPolicy::AcceptSha1, RevocationPolicy::Require)
    };
    let anchors = [certificate("TrustAnchorRootCertificate.crt")];
    explain(&case.leaf, &case.pool, &anchors, &case.crls, NOW, &policy, &Limits::DEFAULT)
}

fn section(number: &str) -> usize {
    number.split('.').nth(1).unwrap().parse::<usize>().unwrap() - 1
}

#[test]
fn every_path_of_the_suite_gets_the_expected_answer_or_a_reason() {
    let exceptions = json("exceptions.json");
    let exceptions: BTreeMap<&str, &str> = exceptions
        .as_object()
        .unwrap()
        .iter()
        .map(|(number, reason)| (number.as_str(), reason.as_str().unwrap()))
        .collect();
    let mut table = [(0, 0); SECTIONS.len()];
    let mut surprises = vec![];
    for case in cases() {
        let outcome = report(&case).outcome;
        let as_expected = outcome.is_ok() == case.valid;
        let (passed, total) = &mut table[section(&case.number)];
        *passed += usize::from(as_expected);
        *total += 1;
        let answer = outcome.as_ref().map(|_| "valid".to_owned()).unwrap_or_else(ToString::to_string);
        let excepted = exceptions.get(case.number.as_str());
        assert!(case.valid || outcome.is_err(), "{} {} is invalid and was accepted", case.number, case.name);
        if as_expected == excepted.is_some() {
            surprises.push(format!("{} {}: {answer} (exception: {excepted:?})", case.number, case.name));
        }
    }
    println!("PKITS            as expected");
    for (number, (name, (passed, total))) in SECTIONS.iter().zip(table).enumerate() {
        println!("4.{:<3} {name:<26} {passed:>3} of {total:>3}", number + 1);
    }
    let (passed, total) = table.iter().fold((0, 0), |(passed, total), row| (passed + row.0, total + row.1));
    println!("all                              {passed:>3} of {total:>3}");
    assert!(surprises.is_empty(), "not as stated:\n{}", surprises.join("\n"));
    assert!(exceptions.values().all(|reason| !reason.is_empty()));
}

#[test]
fn each_refused_path_has_a_check_that_explains_it() {
    for case in cases() {
        let report = report(&case);
        if let Ok(path) = &report.outcome {
            let good = report.graph.edges.iter().filter(|edge| edge.on_path);
            assert!(good.clone().all(|edge| edge.failed().next().is_none()), "{} {}", case.number, case.name);
            assert_eq!(good.count() + 1, path.certificates().len(), "{}", case.number);
            continue;
        }
        assert!(!report.tried.is_empty(), "{}", case.number);
        for tried in &report.tried {
            assert!(!tried.faults.is_empty(), "{} {}", case.number, case.name);
            let explained = report.graph.edges.iter().any(|edge| {
                let child = &report.graph.nodes[edge.child].certificate;
                tried.certificates.contains(child) && edge.failed().next().is_some()
            });
            assert!(explained, "{} {}: {:?}", case.number, case.name, tried.faults);
        }
    }
}

#[test]
fn a_revoked_authority_fails_on_the_edge_above_it() {
    let case = cases().into_iter().find(|case| case.number == "4.4.2").unwrap();
    let report = report(&case);
    let revoked = report.graph.edges.iter().find(|edge| edge.failed().any(|(rule, _)| rule == EdgeRule::Revocation));
    let edge = revoked.unwrap();
    assert_eq!(report.graph.nodes[edge.child].certificate.common_name(), "Revoked subCA");
    let held = edge.checks.iter().filter(|check| check.outcome == CheckOutcome::Held).count();
    assert!(held >= 6, "{:?}", edge.checks);
}

#[test]
fn each_way_in_which_a_list_does_not_count_has_a_cause_of_its_own() {
    let mut wrong = vec![];
    for (number, words) in [
        ("4.4.4", "signature is not its issuer's"),
        ("4.4.5", "no revocation list of its issuer is known"),
        ("4.4.8", "an entry of the revocation list has the critical extension"),
        ("4.4.9", "the revocation list has the critical extension"),
        ("4.4.11", "out of date"),
        ("4.4.21", "the certificate that signed the revocation list is not trusted"),
        ("4.7.4", "does not allow it to sign revocation lists"),
        ("4.14.3", "another distribution point"),
        ("4.14.11", "about end entities only"),
        ("4.14.12", "about certification authorities only"),
        ("4.14.14", "about attribute certificates only"),
        ("4.14.17", "only some of the reasons"),
        ("4.14.30", "depends on that list"),
        ("4.15.1", "only the changes since another list"),
    ] {
        let case = cases().into_iter().find(|case| case.number == number).unwrap();
        let answer = report(&case).outcome.unwrap_err().to_string();
        if !answer.contains(words) {
            wrong.push(format!("{number}: {answer}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
