//! The DNS client and the agent against BIND, which we did not write: large records, faults, aliases, signatures.
#![cfg(test)]

#[path = "support/named.rs"]
mod named;
mod support;

use std::time::Duration;

use named::{Named, cert, is_installed, smimea};
use sealscope::agent::{Agent, OutgoingMessage};
use sealscope::discovery::dns_cert::domain_owner;
use sealscope::discovery::records::MailRoutes as _;
use sealscope::discovery::{Dnssec, Judgement, Lookup, LookupAnswer, Method, Resolution, Resolver, Subject};
use sealscope::io::dns::{DnsClient, SmimeaResolver};
use sealscope::mail::{Address, Domain};
use sealscope::pki::Certificate;
use sealscope::pki::issue::{CertificateBuilder, Criticality};
use support::{ALICE, BOB, Circle, NOT_AFTER, NOT_BEFORE, World, envelope, message};
use time::macros::datetime;

fn client(server: &Named) -> DnsClient {
    DnsClient::new(server.address(), Duration::from_secs(5)).unwrap()
}

fn address(text: &str) -> Subject {
    Subject::Address(Address::parse(text).unwrap())
}

fn only(resolution: &Resolution) -> &Lookup {
    let [lookup] = resolution.tried.as_slice() else { panic!("{:?}", resolution.tried) };
    lookup
}

/// A certificate of more than 4 KB, as those with logos and long policies have.
fn large(circle: &Circle, address: &str) -> Certificate {
    let filling = [[0x04, 0x82, 0x0f, 0xa0].as_slice(), &[b'x'; 4_000]].concat();
    let builder = CertificateBuilder::for_address(address, NOT_BEFORE, NOT_AFTER);
    let builder = builder.extension("1.3.6.1.4.1.55555.1", Criticality::NonCritical, &filling);
    circle.intermediate.issue(&builder).unwrap().certificate().clone()
}

fn expired(circle: &Circle, address: &str) -> Certificate {
    let builder = CertificateBuilder::for_address(address, NOT_BEFORE, datetime!(2025-06-01 0:00 UTC));
    circle.intermediate.issue(&builder).unwrap().certificate().clone()
}

/// Alice, who trusts `circle` and finds certificates by `resolver` alone.
fn send(circle: &Circle, resolver: &dyn Resolver) -> OutgoingMessage {
    let mut world = World::default();
    world.key(ALICE, &circle.address(ALICE)).trusts(ALICE, &circle.root);
    world.authorities.push(circle.intermediate.certificate().clone());
    let envelope = envelope(ALICE, &[BOB], &message(ALICE, &[BOB]));
    let sent = world.with_agent(|agent| Agent { resolvers: &[resolver], ..agent }.process_outgoing(&envelope));
    sent.unwrap_or_else(|stopped| panic!("{stopped:?}"))
}

#[test]
fn a_record_of_four_kilobytes_is_truncated_over_udp_and_comes_over_tcp() {
    if !is_installed() {
        return;
    }
    let circle = Circle::new("Good");
    let bob = large(&circle, BOB);
    let zone = cert("bob", bob.der());
    let server = Named::authority(&[("b.example", Some(&zone))], "b.example");
    let client = client(&server);
    let resolution = client.resolve(&address(BOB));
    assert_eq!(resolution.found, std::slice::from_ref(&bob));
    let lookup = only(&resolution);
    assert_eq!((lookup.transport, &lookup.answer), (Some("tcp"), &LookupAnswer::Found(1)));
    assert_eq!(lookup.query, "bob.b.example. CERT");
    assert_eq!(lookup.server, Some(server.address().to_string()));
    assert_eq!((lookup.dnssec, lookup.from_cache), (Some(Dnssec::Unsigned), None));
    assert!(lookup.octets > 4_096, "{lookup:?}");
    let sent = send(&circle, &client);
    let lookup = &sent.report.recipients[0].lookups[0];
    assert_eq!(lookup.certificates[0].judgement, Judgement::Taken);
    assert!(lookup.from_cache.is_some_and(|seconds| seconds <= 300), "{lookup:?}");
}

#[test]
fn the_valid_one_of_two_is_taken_and_the_other_is_passed_over_with_its_reason() {
    if !is_installed() {
        return;
    }
    let circle = Circle::new("Good");
    let (old, new) = (expired(&circle, BOB), circle.address(BOB).certificate().clone());
    let alices = circle.address(ALICE).certificate().clone();
    let zone = [&old, &alices, &new].map(|certificate| cert("bob", certificate.der())).concat();
    let server = Named::authority(&[("b.example", Some(&zone))], "b.example");
    let sent = send(&circle, &client(&server));
    let brought = &sent.report.recipients[0].lookups[0].certificates;
    assert_eq!(brought.len(), 3);
    for known in brought {
        match &known.judgement {
            Judgement::Taken => assert_eq!(known.certificate, new),
            Judgement::PassedOver(why) if known.certificate == old => {
                assert!(why.contains("expired on 2025-06-01"), "{why}");
            }
            Judgement::PassedOver(why) => assert!(why.contains("names alice@a.example, not bob@b.example"), "{why}"),
            Judgement::Unjudged => panic!("{known:?}"),
        }
    }
}

#[test]
fn no_such_name_is_kept_as_long_as_the_zone_says_and_asked_for_again_after_forgetting() {
    if !is_installed() {
        return;
    }
    let server = Named::authority(&[("b.example", Some(""))], "b.example");
    let client = client(&server);
    let first = client.resolve(&address(BOB));
    assert_eq!((&only(&first).answer, only(&first).from_cache), (&LookupAnswer::NoSuchName, None));
    let again = client.resolve(&address(BOB));
    assert_eq!(only(&again).answer, LookupAnswer::NoSuchName);
    assert!(only(&again).from_cache.is_some_and(|seconds| seconds <= 120), "{again:?}");
    client.forget();
    assert_eq!(only(&client.resolve(&address(BOB))).from_cache, None);
}

#[test]
fn a_zone_that_did_not_load_is_a_server_failure_and_not_an_empty_answer() {
    if !is_installed() {
        return;
    }
    let server = Named::authority(&[("ready.example", Some("")), ("b.example", None)], "ready.example");
    let resolution = client(&server).resolve(&address(BOB));
    let LookupAnswer::Failed(why) = &only(&resolution).answer else { panic!("{resolution:?}") };
    assert!(why.contains("Server Failure"), "{why}");
}

#[test]
fn a_server_that_is_not_responsible_refuses_or_refers_and_either_is_named() {
    if !is_installed() {
        return;
    }
    let zone = "elsewhere IN NS ns.other.example.\n";
    let server = Named::authority(&[("b.example", Some(zone))], "b.example");
    let refused = client(&server).resolve(&address("bob@c.example"));
    let LookupAnswer::Failed(why) = &only(&refused).answer else { panic!("{refused:?}") };
    assert!(why.contains("Query Refused"), "{why}");
    let referred = client(&server).resolve(&address("bob@elsewhere.b.example"));
    let LookupAnswer::Failed(why) = &only(&referred).answer else { panic!("{referred:?}") };
    assert!(why.contains("refers to ns.other.example."), "{why}");
}

#[test]
fn a_server_that_falls_silent_is_a_timeout_over_both_transports_and_is_not_waited_for_again() {
    if !is_installed() {
        return;
    }
    let server = Named::authority(&[("b.example", Some(""))], "b.example");
    let client = DnsClient::new(server.address(), Duration::from_millis(300)).unwrap();
    server.signal("STOP");
    let resolution = client.resolve(&address(BOB));
    assert_eq!((only(&resolution).transport, &only(&resolution).answer), (Some("tcp"), &LookupAnswer::TimedOut));
    assert_eq!(only(&client.resolve(&address("carol@b.example"))).answer, LookupAnswer::TimedOut);
    let given_up = client.resolve(&address("dave@b.example"));
    assert!(matches!(only(&given_up).answer, LookupAnswer::Skipped(_)), "{given_up:?}");
    server.signal("CONT");
}

#[test]
fn an_alias_is_followed_and_named() {
    if !is_installed() {
        return;
    }
    let circle = Circle::new("Good");
    let bob = circle.address(BOB).certificate().clone();
    let near = format!("bob IN CNAME robert\n{}", cert("robert", bob.der()));
    let server = Named::authority(&[("b.example", Some(&near))], "b.example");
    let resolution = client(&server).resolve(&address(BOB));
    assert_eq!(resolution.found, [bob]);
    assert_eq!(only(&resolution).notes, ["an alias of robert.b.example."]);
}

#[test]
fn records_that_lead_to_servers_are_read() {
    if !is_installed() {
        return;
    }
    let zone = "@ IN MX 20 late\n@ IN MX 10 early\n_ldap._tcp IN SRV 5 7 3890 early\nearly IN A 192.0.2.7\n\
                late IN AAAA 2001:db8::7\n";
    let server = Named::authority(&[("b.example", Some(zone)), ("n.example", Some("@ IN MX 0 .\n"))], "b.example");
    let client = client(&server);
    let of = |name: &str| domain_owner(name).unwrap();
    let subject = Subject::Domain(Domain::parse("b.example").unwrap());
    let lookup = client.mail_route(&subject).unwrap();
    let words = "mail goes to early.b.example (preference 10), then late.b.example (preference 20)";
    assert_eq!((lookup.answer.to_string(), lookup.query.as_str()), (words.to_owned(), "b.example. MX"));
    let lookup = client.mail_route(&Subject::Domain(Domain::parse("n.example").unwrap())).unwrap();
    assert!(lookup.answer.to_string().contains("takes no mail"), "{lookup:?}");
    let servers = client.servers(&of("_ldap._tcp.b.example"));
    assert_eq!(servers.ending.records()[0].to_string(), "early.b.example:3890 (priority 5, weight 7)");
    assert_eq!(client.addresses(&of("early.b.example")).ending.records()[0].to_string(), "192.0.2.7");
    assert_eq!(client.addresses(&of("late.b.example")).ending.records()[0].to_string(), "2001:db8::7");
}

#[test]
fn an_smimea_record_counts_only_where_the_server_has_validated_it() {
    if !is_installed() {
        return;
    }
    let circle = Circle::new("Good");
    let bob = circle.address(BOB).certificate().clone();
    let owner = sealscope::discovery::smimea::owner("bob", "b.example").unwrap().to_string();
    let zone = [smimea(&owner, bob.der()), cert("bob", bob.der())].concat();
    let authority = Named::signed("b.example", &zone);
    let direct = SmimeaResolver::new(std::sync::Arc::new(wait_for_signatures(&authority)));
    assert_eq!(direct.method(), Method::Smimea);
    let resolution = direct.resolve(&address(BOB));
    let LookupAnswer::Failed(why) = &only(&resolution).answer else { panic!("{resolution:?}") };
    assert!(resolution.found.is_empty() && why.contains("1 record ignored"), "{why}");
    assert_eq!(only(&resolution).dnssec, Some(Dnssec::Signed));

    let validating = Named::validating(&authority, "b.example");
    let through = std::sync::Arc::new(client(&validating));
    let resolution = SmimeaResolver::new(std::sync::Arc::clone(&through)).resolve(&address(BOB));
    assert_eq!((resolution.found.as_slice(), only(&resolution).dnssec), ([bob].as_slice(), Some(Dnssec::Validated)));
    assert_eq!(only(&through.resolve(&address(BOB))).dnssec, Some(Dnssec::Validated));
}

// BIND signs in the background.
fn wait_for_signatures(server: &Named) -> DnsClient {
    let client = client(server);
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    loop {
        client.forget();
        let exchange = client.query(&domain_owner("bob.b.example").unwrap());
        if exchange.dnssec == Some(Dnssec::Signed) {
            return client;
        }
        assert!(std::time::Instant::now() < deadline, "{exchange:?}");
        std::thread::yield_now();
    }
}
