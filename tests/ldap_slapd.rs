//! The same facts against OpenLDAP's server, as Debian packages it.
#![cfg(test)]

mod support;

use sealscope::asn1::der;
use sealscope::discovery::{LookupAnswer, Resolver};
use sealscope::io::ldap::{LdapOptions, ServerTrust, TlsMode};
use sealscope::lab::ldap::{Directory, Protection, Slapd, SlapdError};
use support::directories::{
    Names, address_subject, certificate, domain, domain_subject, identity, root, slapd_is_installed, story,
};

const BOB: &str = "bob@b.example";

fn directory() -> Directory {
    Directory::of_domain(&domain("b.example"))
}

fn with_bob() -> Directory {
    let mut directory = directory();
    directory.publish(BOB, "userCertificate", certificate(BOB).der());
    directory
}

fn start(directory: &Directory) -> Slapd {
    Slapd::start(directory, &Protection::Plain).unwrap()
}

fn names(servers: &[&Slapd]) -> Names {
    let mut names = Names::new();
    for (priority, server) in servers.iter().enumerate() {
        names.server("b.example", u16::try_from(priority).unwrap(), 0, server.address());
    }
    names
}

#[test]
fn slapd_is_asked_step_by_step_for_an_address_and_for_a_domain() {
    if !slapd_is_installed("slapd_is_asked_step_by_step_for_an_address_and_for_a_domain") {
        return;
    }
    let mut directory = with_bob();
    directory.publish_domain(&domain("b.example"), certificate("b.example").der());
    let server = start(&directory);
    let resolver = names(&[&server]).resolver(LdapOptions::default());
    let resolution = resolver.resolve(&address_subject("BOB@b.example"));
    assert_eq!(resolution.found, [certificate(BOB)]);
    assert_eq!(
        story(&resolution)[2..],
        [
            format!("connection to {} → connected, bound as nobody", server.address()),
            "namingContexts of the root entry → base dc=b,dc=example".to_owned(),
            "(mail=BOB@b.example) below dc=b,dc=example → 1 certificate".to_owned(),
        ]
    );
    assert_eq!(resolver.resolve(&domain_subject("b.example")).found, [certificate("b.example")]);
}

#[test]
fn slapd_gives_every_attribute_that_holds_certificates() {
    if !slapd_is_installed("slapd_gives_every_attribute_that_holds_certificates") {
        return;
    }
    let (one, two) = (certificate("one@b.example"), certificate("two@b.example"));
    let content = der::sequence(&[&der::oid("1.2.840.113549.1.7.1").unwrap()]);
    let signed = der::sequence(&[&[2, 1, 1], &der::set(&[]), &content, &der::value(0xa0, one.der()), &der::set(&[])]);
    let signed = der::sequence(&[&der::oid("1.2.840.113549.1.7.2").unwrap(), &der::value(0xa0, &signed)]);
    let mut directory = with_bob();
    directory.publish(BOB, "userSMIMECertificate", &signed);
    directory.publish(BOB, "userCertificate", two.der());
    directory.publish_referral("elsewhere", "ldap://127.0.0.1:1/dc=b,dc=example");
    let server = start(&directory);
    let resolution = names(&[&server]).resolver(LdapOptions::default()).resolve(&address_subject(BOB));
    assert_eq!(resolution.found, [certificate(BOB), two, one]);
    let notes = &resolution.tried.last().unwrap().notes;
    assert!(notes.iter().any(|note| note.ends_with("which is not followed")), "{notes:?}");
}

#[test]
fn slapd_finds_nothing_for_an_address_that_looks_like_a_filter() {
    if !slapd_is_installed("slapd_finds_nothing_for_an_address_that_looks_like_a_filter") {
        return;
    }
    let server = start(&with_bob());
    let resolver = names(&[&server]).resolver(LdapOptions::default());
    for hostile in [r#""*)(mail=*"@b.example"#, "*@b.example", "nobody@b.example"] {
        let resolution = resolver.resolve(&address_subject(hostile));
        assert_eq!(resolution.found, [], "{hostile}");
        assert_eq!(resolution.tried.last().unwrap().answer, LookupAnswer::Empty, "{hostile}");
    }
}

#[test]
fn slapd_that_has_gone_hands_over_to_the_next() {
    if !slapd_is_installed("slapd_that_has_gone_hands_over_to_the_next") {
        return;
    }
    let (first, second) = (start(&directory()), start(&with_bob()));
    let names = names(&[&first, &second]);
    let resolver = names.resolver(LdapOptions::default());
    assert_eq!(resolver.resolve(&address_subject(BOB)).found, [], "the first answers that there is nothing");
    drop(first);
    let resolution = resolver.resolve(&address_subject(BOB));
    assert_eq!(resolution.found.len(), 1, "{:#?}", story(&resolution));
    drop(second);
    let resolution = resolver.resolve(&address_subject(BOB));
    assert_eq!(resolution.found, []);
    let down = resolution.tried.iter().filter(|step| step.answer.to_string().contains("nobody listens"));
    assert_eq!(down.count(), 2, "{:#?}", story(&resolution));
}

#[test]
fn slapd_is_asked_within_tls_and_only_under_the_name_of_its_certificate() {
    if !slapd_is_installed("slapd_is_asked_within_tls_and_only_under_the_name_of_its_certificate") {
        return;
    }
    for (host, found) in [("ldap0.b.example", 1), ("other.example", 0)] {
        let own = Box::new(identity(host));
        for (protection, tls) in
            [(Protection::Ldaps(own.clone()), TlsMode::Ldaps), (Protection::StartTls(own), TlsMode::StartTls)]
        {
            let server = Slapd::start(&with_bob(), &protection).unwrap();
            let trust = ServerTrust::Only(vec![root().certificate().clone()]);
            let options = LdapOptions { tls, trust, ..LdapOptions::default() };
            let resolution = names(&[&server]).resolver(options).resolve(&address_subject(BOB));
            assert_eq!(resolution.found.len(), found, "{host} {tls:?}: {:#?}", story(&resolution));
        }
    }
}

#[test]
fn slapd_refuses_entries_it_cannot_hold_and_says_why() {
    if !slapd_is_installed("slapd_refuses_entries_it_cannot_hold_and_says_why") {
        return;
    }
    let mut directory = directory();
    directory.publish(BOB, "noSuchAttribute", b"value");
    let error = Slapd::start(&directory, &Protection::Plain).unwrap_err();
    assert!(matches!(error, SlapdError::Failed(_)), "{error}");
    assert!(error.to_string().contains("noSuchAttribute"), "{error}");
}
