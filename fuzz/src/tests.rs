//! Every target holds for every seed. The fuzzer is a build of its own; this keeps the targets compiling and true in
//! between.

use std::path::Path;

use crate::seeds::Seeds;
use crate::{agent, asn1, mail, mime, net, pki, settings, smime, why};

type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 34] = [
    ("address", mail::address),
    ("asn1", asn1::tree),
    ("certificate", pki::certificate),
    ("compressed", smime::compressed),
    ("container", pki::container),
    ("content_type", mime::content_type),
    ("crl", pki::crl),
    ("diagnose", why::diagnose),
    ("dns_cert", pki::dns_cert),
    ("document", mail::document),
    ("entities", mime::entities),
    ("envelope_file", mail::envelope_file),
    ("enveloped_data", smime::enveloped_data),
    ("expectations", why::expectations),
    ("header", mail::header),
    ("incoming", agent::incoming),
    ("inspect", smime::inspect),
    ("ldap", net::ldap),
    ("mailboxes", mail::mailboxes),
    ("masking", why::masking),
    ("mbox", mail::mbox),
    ("ocsp", net::ocsp),
    ("oid", asn1::oid),
    ("open", smime::open),
    ("outgoing", agent::outgoing),
    ("settings", settings::settings),
    ("signed_data", smime::signed_data),
    ("smtp", net::smtp),
    ("text", mail::text),
    ("transcript", net::transcript),
    ("transfer", mime::transfer),
    ("verify", smime::verify),
    ("wrapping", mime::wrapping),
    ("zone_file", net::zone_file),
];

fn folder(name: &str) -> std::path::PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = if here.ends_with("fuzz") { here.join("..") } else { here.to_owned() };
    root.join(name)
}

#[test]
fn every_target_has_a_file_and_every_file_a_target() {
    let files = std::fs::read_dir(folder("fuzz/fuzz_targets")).unwrap();
    let mut files: Vec<String> =
        files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    files.sort();
    assert_eq!(files, TARGETS.map(|(name, _)| name));
}

#[test]
fn every_target_holds_for_its_seeds() {
    let seeds = Seeds::gather(&folder("tests/vectors"));
    for (name, target) in TARGETS {
        let inputs = seeds.of(name);
        assert!(!inputs.is_empty(), "{name} has no seed");
        inputs.iter().for_each(|input| target(input));
    }
}
