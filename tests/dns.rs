//! The lab name server and the DNS client against one another, over real sockets on loopback.
#![cfg(test)]

use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sealscope::discovery::dns_cert::{CertContent, OwnerName, address_owners, domain_owner};
use sealscope::discovery::reach::server_address;
use sealscope::discovery::{Judgement, LookupAnswer, Resolver, Subject};
use sealscope::io::dns::{DnsClient, Ending, Exchange, Transport};
use sealscope::lab::dns::{LabDns, LabDnsError, Query, Zone};
use sealscope::mail::{Address, Domain};
use sealscope::pki::NewKey;
use sealscope::pki::issue::{Authority, CertificateBuilder};
use time::macros::datetime;

const SMALL: &[u8] = &[7; 300];
/// Too large for UDP with EDNS, as three certificates with long chains are.
const LARGE: &[u8] = &[9; 2_000];

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

fn start(zone: Zone) -> LabDns {
    LabDns::start(zone, 0, Arc::new(|_: &Query| {})).unwrap()
}

fn ask(server: SocketAddr, owner: &OwnerName) -> Exchange {
    DnsClient::new(server, Duration::from_secs(5)).unwrap().query(owner)
}

#[test]
fn a_published_certificate_is_found_over_udp() {
    let mut zone = Zone::new();
    zone.publish_domain(&domain("x.example"), SMALL).unwrap();
    let server = start(zone);
    let exchange = ask(server.address(), &domain_owner("X.Example").unwrap());
    assert_eq!(exchange.ending, Ending::Answered(vec![CertContent::Pkix(SMALL.to_vec())]));
    assert_eq!(exchange.transport, Transport::Udp);
    assert!(exchange.octets > SMALL.len());
}

#[test]
fn an_answer_too_large_for_udp_is_fetched_over_tcp() {
    let mut zone = Zone::new();
    zone.publish_domain(&domain("x.example"), LARGE).unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    let server =
        LabDns::start(zone, 0, Arc::new(move |query: &Query| log.lock().unwrap().push(query.transport))).unwrap();
    let exchange = ask(server.address(), &domain_owner("x.example").unwrap());
    assert_eq!(exchange.ending, Ending::Answered(vec![CertContent::Pkix(LARGE.to_vec())]));
    assert_eq!(exchange.transport, Transport::Tcp);
    assert!(exchange.octets > LARGE.len());
    assert_eq!(*asked.lock().unwrap(), ["udp", "tcp"]);
}

#[test]
fn a_dotted_local_part_is_published_and_found_in_both_forms() {
    let mut zone = Zone::new();
    zone.publish_address(&address("a.b@x.example"), SMALL).unwrap();
    let server = start(zone);
    let owners = address_owners("a.b", "x.example").unwrap();
    assert_eq!(owners.len(), 2);
    for (_, owner) in owners {
        let found = ask(server.address(), &owner).ending;
        assert_eq!(found, Ending::Answered(vec![CertContent::Pkix(SMALL.to_vec())]), "{owner}");
    }
}

#[test]
fn a_name_that_does_not_exist_is_told_from_one_without_certificates() {
    let mut zone = Zone::new();
    zone.publish_address(&address("bob@x.example"), SMALL).unwrap();
    let server = start(zone);
    assert_eq!(ask(server.address(), &domain_owner("x.example").unwrap()).ending, Ending::Answered(Vec::new()));
    assert_eq!(ask(server.address(), &domain_owner("y.example").unwrap()).ending, Ending::NoSuchName);
}

#[test]
fn records_of_other_types_are_named_and_not_taken_for_certificates() {
    let mut zone = Zone::new();
    let owner = domain_owner("x.example").unwrap();
    zone.publish_record(&owner, 4, b"http://ca.example/x.cer").unwrap();
    let server = start(zone);
    let Ending::Answered(contents) = ask(server.address(), &owner).ending else { panic!("no answer") };
    assert_eq!(contents, [CertContent::Ipkix("http://ca.example/x.cer".to_owned())]);
}

#[test]
fn a_server_that_never_answers_is_a_timeout() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let client = DnsClient::new(silent.local_addr().unwrap(), Duration::from_millis(200)).unwrap();
    let exchange = client.query(&domain_owner("x.example").unwrap());
    assert_eq!((exchange.ending, exchange.octets), (Ending::TimedOut, 0));
    assert!(exchange.duration < Duration::from_secs(5));
}

#[test]
fn a_port_where_nobody_listens_is_not_a_timeout() {
    let closed = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let client = DnsClient::new(closed.local_addr().unwrap(), Duration::from_millis(200)).unwrap();
    let exchange = client.query(&domain_owner("x.example").unwrap());
    assert!(matches!(exchange.ending, Ending::Unreachable(_)), "{exchange:?}");
    assert_eq!(exchange.transport, Transport::Tcp);
}

#[test]
fn an_answer_that_is_no_dns_message_is_malformed_or_ignored_and_never_believed() {
    let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = server.local_addr().unwrap();
    let answering = std::thread::spawn(move || {
        let mut question = [0; 1_500];
        let (length, client) = server.recv_from(&mut question).unwrap();
        let mut answer = question[..length].to_vec();
        answer.truncate(14);
        answer[2] |= 0x80;
        server.send_to(&answer, client).unwrap();
    });
    let client = DnsClient::new(address, Duration::from_millis(500)).unwrap();
    let ending = client.query(&domain_owner("x.example").unwrap()).ending;
    assert!(matches!(ending, Ending::Malformed(_) | Ending::TimedOut), "{ending:?}");
    answering.join().unwrap();
}

#[test]
fn a_server_that_fails_says_so() {
    let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = server.local_addr().unwrap();
    let answering = std::thread::spawn(move || {
        let mut question = [0; 1_500];
        let (length, client) = server.recv_from(&mut question).unwrap();
        let mut answer = question[..length].to_vec();
        answer[2] |= 0x80;
        answer[3] = 0x02;
        server.send_to(&answer, client).unwrap();
    });
    let ending = ask(address, &domain_owner("x.example").unwrap()).ending;
    assert_eq!(ending, Ending::ServerSaid("Server Failure".to_owned()));
    answering.join().unwrap();
}

#[test]
fn a_port_in_use_is_refused_with_the_way_out() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = LabDns::start(Zone::new(), port, Arc::new(|_: &Query| {})).err().unwrap();
    assert!(matches!(error, LabDnsError::Bind { .. }));
    assert!(error.to_string().contains("--port"), "{error}");
}

#[test]
fn a_server_that_was_shut_down_leaves_its_port_free() {
    let server = start(Zone::new());
    let address = server.address();
    server.shut_down();
    assert!(UdpSocket::bind(address).is_ok());
    assert!(TcpListener::bind(address).is_ok());
}

#[test]
fn a_name_server_is_named_by_address_with_or_without_port() {
    assert_eq!(server_address("192.0.2.1:5353"), "192.0.2.1:5353".parse().ok());
    assert_eq!(server_address("192.0.2.1"), "192.0.2.1:53".parse().ok());
    assert_eq!(server_address("::1"), "[::1]:53".parse().ok());
    assert_eq!(server_address("dns.example"), None);
}

fn certificate_for(email: &str) -> Vec<u8> {
    let (from, to) = (datetime!(2026-01-01 0:00 UTC), datetime!(2036-01-01 0:00 UTC));
    let builder = CertificateBuilder::for_address(email, from, to).key(NewKey::P256);
    Authority::self_signed(&builder).unwrap().certificate().der().to_vec()
}

fn resolver(server: &LabDns) -> DnsClient {
    DnsClient::new(server.address(), Duration::from_secs(5)).unwrap()
}

#[test]
fn the_resolver_gives_certificates_and_the_account_of_every_query() {
    let bob = address("bob.b@x.example");
    let der = certificate_for("bob.b@x.example");
    let mut zone = Zone::new();
    // Only the form with the escaped label is published: the plain one is asked for first all the same.
    let (_, escaped) = address_owners("bob.b", "x.example").unwrap().pop().unwrap();
    zone.publish_record(&escaped, 1, &der).unwrap();
    zone.publish_record(&escaped, 1, b"no certificate").unwrap();
    zone.publish_record(&escaped, 3, b"a PGP packet").unwrap();
    let server = start(zone);
    let resolution = resolver(&server).resolve(&Subject::Address(bob));
    assert_eq!(resolution.found.iter().map(|found| found.der().to_vec()).collect::<Vec<_>>(), [der]);
    let queries: Vec<_> = resolution.tried.iter().map(|lookup| (lookup.query.as_str(), &lookup.answer)).collect();
    assert_eq!(
        queries,
        [("bob.b.x.example. CERT", &LookupAnswer::NoSuchName), (r"bob\.b.x.example. CERT", &LookupAnswer::Found(1)),]
    );
    let last = resolution.tried.last().unwrap();
    assert_eq!((last.transport, last.server.clone()), (Some("udp"), Some(server.address().to_string())));
    let passed_over = last.notes.iter().filter(|note| note.starts_with("record passed over")).count();
    assert_eq!(passed_over, 2, "{:?}", last.notes);
    assert!(last.notes.iter().any(|note| note.contains("one label with its dots escaped")), "{:?}", last.notes);
    assert_eq!(last.certificates.iter().map(|brought| &brought.judgement).collect::<Vec<_>>(), [&Judgement::Unjudged]);
}

#[test]
fn the_resolver_asks_for_a_domain_by_its_own_name() {
    let der = certificate_for("x.example");
    let mut zone = Zone::new();
    zone.publish_domain(&domain("x.example"), &der).unwrap();
    let server = start(zone);
    assert_eq!(resolver(&server).resolve(&Subject::Address(address("bob@x.example"))).found.len(), 0);
    assert_eq!(resolver(&server).resolve(&Subject::Domain(domain("X.example"))).found.len(), 1);
}

#[test]
fn a_subject_without_owner_name_is_not_asked_for_and_the_account_says_why() {
    let server = start(Zone::new());
    let resolution = resolver(&server).resolve(&Subject::Address(address(&format!("{}@x.example", "a".repeat(64)))));
    assert!(matches!(resolution.tried[0].answer, LookupAnswer::Skipped(_)), "{:?}", resolution.tried);
}

#[test]
fn an_answer_with_hundreds_of_records_is_cut_at_the_cap() {
    let mut zone = Zone::new();
    let owner = domain_owner("x.example").unwrap();
    for number in 0..200_u16 {
        zone.publish_record(&owner, 1, &number.to_be_bytes()).unwrap();
    }
    let server = start(zone);
    let resolution = resolver(&server).resolve(&Subject::Domain(domain("x.example")));
    assert_eq!(resolution.tried[0].transport, Some("tcp"));
    assert!(resolution.tried[0].notes[0].starts_with("200 records"), "{:?}", resolution.tried[0].notes[0]);
    assert_eq!(resolution.tried[0].notes.len(), 17);
}

#[test]
fn an_alias_is_followed_once_and_the_account_says_so() {
    let der = certificate_for("bob@x.example");
    let owner = |text: &str| domain_owner(text).unwrap();
    let mut zone = Zone::new();
    zone.publish_alias(&owner("bob.x.example"), &owner("bob.host.example")).unwrap();
    zone.publish_domain(&domain("bob.host.example"), &der).unwrap();
    zone.publish_alias(&owner("loop.example"), &owner("loop.example")).unwrap();
    zone.publish_alias(&owner("one.example"), &owner("two.example")).unwrap();
    zone.publish_alias(&owner("two.example"), &owner("one.example")).unwrap();
    let server = start(zone);
    let resolution = resolver(&server).resolve(&Subject::Address(address("bob@x.example")));
    assert_eq!(resolution.found.len(), 1);
    assert_eq!(resolution.tried[0].notes, ["an alias of bob.host.example."]);
    for name in ["loop.example", "one.example"] {
        assert_eq!(ask(server.address(), &owner(name)).ending, Ending::Answered(Vec::new()), "{name}");
    }
}

#[test]
fn a_dead_server_is_not_waited_for_again_and_again() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let client = DnsClient::new(silent.local_addr().unwrap(), Duration::from_millis(100)).unwrap();
    let answers: Vec<LookupAnswer> = (0..4)
        .flat_map(|_| client.resolve(&Subject::Domain(domain("x.example"))).tried)
        .map(|lookup| lookup.answer)
        .collect();
    assert_eq!(answers[..2], [LookupAnswer::TimedOut, LookupAnswer::TimedOut]);
    assert!(answers[2..].iter().all(|answer| matches!(answer, LookupAnswer::Skipped(_))), "{answers:?}");
}

const ZONE_FILE: &str = "$TTL 120\n@ IN SOA ns hostmaster 7 3600 600 86400 30\n@ IN MX 10 mail\nmail IN A 192.0.2.25\n\
    _ldap._tcp IN SRV 1 2 3890 mail\nbob IN CERT PKIX 0 0 ( MAMC\n  AQU= ) ; a comment\nrob IN CNAME bob\n";

#[test]
fn a_zone_file_is_served_with_records_of_every_type() {
    let mut zone = Zone::new();
    assert_eq!(zone.publish_file(ZONE_FILE, Some("b.example")), Ok(6));
    let server = start(zone);
    let client = resolver(&server);
    let of = |name: &str| domain_owner(name).unwrap();
    assert_eq!(client.mail_exchangers(&of("b.example")).ending.records()[0].exchange, "mail.b.example.");
    assert_eq!(client.addresses(&of("mail.b.example")).ending.records()[0].to_string(), "192.0.2.25");
    assert_eq!(client.servers(&of("_ldap._tcp.b.example")).ending.records()[0].port, 3890);
    let expected = Ending::Answered(vec![CertContent::Pkix(vec![0x30, 3, 2, 1, 5])]);
    assert_eq!(client.query(&of("bob.b.example")).ending, expected);
    let alias = client.query(&of("rob.b.example"));
    assert_eq!((alias.ending, alias.alias.as_deref()), (expected, Some("bob.b.example.")));
}

#[test]
fn a_zone_file_that_cannot_be_used_says_why_and_publishes_nothing() {
    for (text, origin, words) in [
        ("bob IN A 192.0.2.1\n", None, "begin the file with `$ORIGIN b.example.`"),
        ("bob IN A nowhere\n", Some("b.example"), "cannot be read"),
        ("bob IN CERT\n", Some("b.example"), "cannot be read"),
    ] {
        let mut zone = Zone::new();
        let error = zone.publish_file(text, origin).unwrap_err().to_string();
        assert!(error.contains(words) && zone.is_empty(), "{error}");
    }
}

#[test]
fn that_there_is_nothing_is_kept_for_as_long_as_the_lab_says() {
    let mut zone = Zone::new();
    zone.publish_domain(&domain("x.example"), SMALL).unwrap();
    let server = start(zone);
    let client = resolver(&server);
    let nobody = domain_owner("nobody.x.example").unwrap();
    assert_eq!((client.query(&nobody).ending, client.query(&nobody).from_cache.is_some()), (Ending::NoSuchName, true));
}
