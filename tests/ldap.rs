//! Directories: the client against the lab's own, and against servers that do what no server should, over real sockets.
#![cfg(test)]

mod support;

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sealscope::asn1::der;
use sealscope::discovery::reach::Reach;
use sealscope::discovery::{LookupAnswer, Resolution, Resolver};
use sealscope::io::ldap::{LdapOptions, ServerTrust, TlsMode};
use sealscope::lab::ldap::{Directory, LabLdap, LabLdapError, Protection, Request};
use support::directories::{Names, address_subject, certificate, domain, domain_subject, identity, root, story};

const BOB: &str = "bob@b.example";

fn directory() -> Directory {
    Directory::of_domain(&domain("b.example"))
}

/// A directory with a certificate for Bob.
fn with_bob() -> Directory {
    let mut directory = directory();
    directory.publish(BOB, "userCertificate", certificate(BOB).der());
    directory
}

fn start(directory: Directory) -> LabLdap {
    LabLdap::start(directory, 0, Protection::Plain, Arc::new(|_: &Request| {})).unwrap()
}

fn logged(directory: Directory, protection: Protection) -> (LabLdap, Arc<Mutex<Vec<Request>>>) {
    let log = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&log);
    let server =
        LabLdap::start(directory, 0, protection, Arc::new(move |r: &Request| kept.lock().unwrap().push(r.clone())));
    (server.unwrap(), log)
}

/// A directory for `b.example` at each address, in this order.
fn names(servers: &[SocketAddr]) -> Names {
    let mut names = Names::new();
    for (priority, server) in servers.iter().enumerate() {
        names.server("b.example", u16::try_from(priority).unwrap(), 0, *server);
    }
    names
}

fn bob(names: &Names) -> Resolution {
    names.resolver(LdapOptions::default()).resolve(&address_subject(BOB))
}

/// A port where nobody listens.
fn closed() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

/// A server that takes connections and does what `act` does with each, after it has answered a bind.
fn rogue(act: impl Fn(std::net::TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 512];
            if stream.read(&mut request).unwrap_or(0) == 0 {
                continue;
            }
            let _ = stream.write_all(&message(1, 0x61, &[10, 1, 0, 4, 0, 4, 0]));
            if stream.read(&mut request).unwrap_or(0) > 0 {
                act(stream);
            }
        }
    });
    address
}

fn message(id: u8, operation: u8, content: &[u8]) -> Vec<u8> {
    der::sequence(&[&[2, 1, id], &der::value(operation, content)])
}

fn first_failure(resolution: &Resolution) -> String {
    let failed = resolution.tried.iter().find(|step| matches!(step.answer, LookupAnswer::Failed(_)));
    failed.map(|step| step.answer.to_string()).unwrap_or_default()
}

#[test]
fn an_address_is_found_step_by_step() {
    let server = start(with_bob());
    let resolution = bob(&names(&[server.address()]));
    assert_eq!(resolution.found, [certificate(BOB)]);
    let port = server.address().port();
    assert_eq!(
        story(&resolution),
        [
            format!("_ldap._tcp.b.example. SRV → 1 server: ldap0.b.example:{port} (priority 0, weight 0)"),
            "ldap0.b.example. A → 127.0.0.1".to_owned(),
            format!("connection to 127.0.0.1:{port} → connected, bound as nobody"),
            "namingContexts of the root entry → base dc=b,dc=example".to_owned(),
            "(mail=bob@b.example) below dc=b,dc=example → 1 certificate".to_owned(),
        ]
    );
    let search = resolution.tried.last().unwrap();
    assert_eq!((search.server.clone(), search.transport), (Some(format!("ldap0.b.example:{port}")), Some("ldap")));
    assert!(search.octets > certificate(BOB).der().len());
    assert_eq!(search.certificates.len(), 1);
}

#[test]
fn a_domain_is_found_by_its_own_name() {
    let mut directory = directory();
    directory.publish_domain(&domain("b.example"), certificate("b.example").der());
    let server = start(directory);
    let names = names(&[server.address()]);
    assert_eq!(bob(&names).found, []);
    let resolution = names.resolver(LdapOptions::default()).resolve(&domain_subject("B.example"));
    assert_eq!(resolution.found, [certificate("b.example")]);
}

#[test]
fn certificates_of_all_attributes_are_taken_once_each() {
    let (one, two) = (certificate("one@b.example"), certificate("two@b.example"));
    let content = der::sequence(&[&der::oid("1.2.840.113549.1.7.1").unwrap()]);
    let both = [one.der(), two.der()].concat();
    let signed = der::sequence(&[&[2, 1, 1], &der::set(&[]), &content, &der::value(0xa0, &both), &der::set(&[])]);
    let signed = der::sequence(&[&der::oid("1.2.840.113549.1.7.2").unwrap(), &der::value(0xa0, &signed)]);
    let mut directory = directory();
    directory.publish(BOB, "userSMIMECertificate", &signed);
    directory.publish(BOB, "userCertificate", two.der());
    directory.publish(BOB, "userCertificate", b"no certificate");
    directory.publish(BOB, "jpegPhoto", b"no certificate");
    let server = start(directory);
    let resolution = bob(&names(&[server.address()]));
    assert_eq!(resolution.found, [two, one]);
    let notes = &resolution.tried.last().unwrap().notes;
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].starts_with("a value of userCertificate;binary of cn=bob@b.example"), "{notes:?}");
}

#[test]
fn the_lower_priority_is_asked_first_and_the_other_not_at_all() {
    let (low, _) = logged(with_bob(), Protection::Plain);
    let (high, log) = logged(directory(), Protection::Plain);
    let mut names = Names::new();
    names.server("b.example", 20, 0, high.address());
    names.server("b.example", 10, 0, low.address());
    assert_eq!(bob(&names).found.len(), 1);
    assert_eq!(*log.lock().unwrap(), []);
}

#[test]
fn the_weight_decides_among_equals() {
    let (heavy, light) = (start(with_bob()), start(directory()));
    let mut names = Names::new();
    names.server("b.example", 0, 0, light.address());
    names.server("b.example", 0, 100, heavy.address());
    for (lot, found) in [(1, 1), (50, 1), (100, 1), (0, 0)] {
        let options = LdapOptions { draw: Arc::new(move |most| lot.min(most)), ..LdapOptions::default() };
        let resolution = names.resolver(options).resolve(&address_subject(BOB));
        assert_eq!(resolution.found.len(), found, "{lot}");
    }
}

#[test]
fn a_server_that_is_down_hands_over_to_the_next() {
    let server = start(with_bob());
    let resolution = bob(&names(&[closed(), server.address()]));
    assert_eq!(resolution.found.len(), 1);
    assert_eq!(first_failure(&resolution), "failed: nobody listens at that address and port");
}

#[test]
fn where_all_servers_are_down_the_account_names_each() {
    let resolution = bob(&names(&[closed(), closed()]));
    assert_eq!(resolution.found, []);
    let refused = resolution.tried.iter().filter(|step| step.answer.to_string().contains("nobody listens"));
    assert_eq!(refused.count(), 2);
}

#[test]
fn a_domain_without_directories_ends_the_search_at_once() {
    let resolution = bob(&Names::new());
    assert_eq!(story(&resolution), ["_ldap._tcp.b.example. SRV → no such name"]);
    let mut names = Names::new();
    names.no_server("b.example");
    assert_eq!(story(&bob(&names)), ["_ldap._tcp.b.example. SRV → the domain says that it has no directory"]);
}

#[test]
fn a_server_without_an_address_is_passed_over() {
    let server = start(with_bob());
    let mut names = names(&[]);
    names.nameless_server("b.example", 0, 389);
    names.server("b.example", 1, 0, server.address());
    let resolution = bob(&names);
    assert_eq!(resolution.found.len(), 1);
    assert_eq!(resolution.tried[1].answer, LookupAnswer::NoSuchName);
}

#[test]
fn nothing_found_is_an_answer_and_the_next_server_is_not_asked() {
    let (empty, second) = (start(directory()), start(with_bob()));
    let resolution = bob(&names(&[empty.address(), second.address()]));
    assert_eq!(resolution.found, []);
    assert_eq!(resolution.tried.last().unwrap().answer, LookupAnswer::Empty);
    assert_eq!(resolution.tried.len(), 5);
}

#[test]
fn an_address_that_looks_like_a_filter_is_a_value_and_finds_nothing() {
    let (server, log) = logged(with_bob(), Protection::Plain);
    let names = names(&[server.address()]);
    let hostile = address_subject(r#""*)(mail=*"@b.example"#);
    let resolution = names.resolver(LdapOptions::default()).resolve(&hostile);
    assert_eq!(resolution.found, []);
    let asked = r#"(mail="\2a\29\28mail=\2a"@b.example) below “dc=b,dc=example”"#.to_owned();
    let searches: Vec<_> = log.lock().unwrap().iter().map(|request| request.detail.clone()).collect();
    assert!(searches.contains(&asked), "{searches:?}");
}

#[test]
fn a_referral_is_named_and_not_followed_so_a_loop_ends_at_once() {
    let (server, log) = logged(directory().referring_to("ldap://ldap0.b.example/dc=b,dc=example"), Protection::Plain);
    let resolution = bob(&names(&[server.address()]));
    let last = resolution.tried.last().unwrap();
    assert_eq!(last.answer.to_string(), "failed: the server only names others: referral (10)");
    assert_eq!(last.notes, ["the server refers to ldap://ldap0.b.example/dc=b,dc=example, which is not followed"]);
    let searches = log.lock().unwrap().iter().filter(|request| request.operation == "search").count();
    assert_eq!(searches, 2, "the root entry and one search");
}

#[test]
fn what_another_server_is_said_to_know_is_named_and_not_asked_for() {
    let mut directory = with_bob();
    directory.publish_referral("elsewhere", "ldap://127.0.0.1:1/dc=b,dc=example");
    let server = start(directory);
    let resolution = bob(&names(&[server.address()]));
    assert_eq!(resolution.found.len(), 1);
    let notes = &resolution.tried.last().unwrap().notes;
    assert_eq!(*notes, ["the server refers to ldap://127.0.0.1:1/dc=b,dc=example, which is not followed"]);
}

#[test]
fn a_server_that_stays_silent_is_a_timeout_and_then_left_alone() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let names = names(&[silent.local_addr().unwrap()]);
    let wait = Duration::from_millis(100);
    let resolver = names.resolver(LdapOptions { connect: wait, operation: wait, ..LdapOptions::default() });
    let answers: Vec<LookupAnswer> =
        (0..3).map(|_| resolver.resolve(&address_subject(BOB)).tried.pop().unwrap().answer).collect();
    assert_eq!(answers[..2], [LookupAnswer::TimedOut, LookupAnswer::TimedOut]);
    assert!(matches!(answers[2], LookupAnswer::Skipped(_)), "{answers:?}");
}

#[test]
fn servers_that_fail_in_an_answer_hand_over_with_their_cause() {
    let good = start(with_bob());
    let bases = |stream: &mut std::net::TcpStream| {
        let values = der::set(&[&der::value(4, b"dc=b,dc=example")]);
        let contexts = der::sequence(&[&der::value(4, b"namingContexts"), &values]);
        let entry = [&[4, 0][..], &der::sequence(&[&contexts])].concat();
        stream.write_all(&message(2, 0x64, &entry)).unwrap();
        stream.write_all(&message(2, 0x65, &[10, 1, 0, 4, 0, 4, 0])).unwrap();
        let _ = stream.read(&mut [0; 512]).unwrap();
    };
    let deep = (0..100_000).fold(vec![4, 0], |inner, _| {
        let mut outer = Vec::with_capacity(inner.len() + 6);
        der::push_header(&mut outer, 0x30, inner.len());
        outer.extend(inner);
        outer
    });
    type Act = Box<dyn Fn(std::net::TcpStream) + Send>;
    let cases: Vec<(&str, Act)> = vec![
        (
            "closed the connection in the middle of a message",
            Box::new(move |mut stream| {
                bases(&mut stream);
                stream.write_all(&[0x30, 0x82, 0x10, 0, 2, 1, 3]).unwrap();
            }),
        ),
        ("before it had answered", Box::new(drop)),
        (
            "announced a message of 1073741824 octets",
            Box::new(|mut stream| {
                stream.write_all(&[0x30, 0x84, 0x40, 0, 0, 0]).unwrap();
                let _ = stream.read(&mut [0; 512]);
            }),
        ),
        (
            "more than the 4194304 octets",
            Box::new(|mut stream| {
                let entry = message(2, 0x64, &[&der::value(4, &[b'x'; 60_000])[..], &[0x30, 0]].concat());
                while stream.write_all(&entry).is_ok() {}
            }),
        ),
        (
            "a message begins with octet 48",
            Box::new(|mut stream| {
                let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
            }),
        ),
        (
            "nested too deep",
            Box::new(move |mut stream| {
                let _ = stream.write_all(&message(2, 0x64, &deep));
                let _ = stream.read(&mut [0; 512]);
            }),
        ),
        (
            "answers nothing",
            Box::new(|mut stream| {
                let _ = stream.write_all(&message(2, 0x61, &[10, 1, 0, 4, 0, 4, 0]));
                let _ = stream.read(&mut [0; 512]);
            }),
        ),
        (
            "a result is malformed",
            Box::new(|mut stream| {
                let _ = stream.write_all(&message(2, 0x65, &[]));
                let _ = stream.read(&mut [0; 512]);
            }),
        ),
        (
            "ended the connection and said: unavailable (52), “going down”",
            Box::new(|mut stream| {
                let words = der::value(4, b"going down");
                let _ = stream.write_all(&message(0, 0x78, &[&[10, 1, 52, 4, 0][..], &words].concat()));
                let _ = stream.read(&mut [0; 512]);
            }),
        ),
    ];
    for (cause, act) in cases {
        let resolution = bob(&names(&[rogue(act), good.address()]));
        assert!(first_failure(&resolution).contains(cause), "{cause}: {:#?}", story(&resolution));
        assert_eq!(resolution.found.len(), 1, "{cause}");
    }
}

#[test]
fn a_server_that_dribbles_for_ever_ends_with_the_time_for_one_server() {
    let server = rogue(|mut stream| {
        let _ = stream.write_all(&[0x30, 0x82, 0xff, 0xff]);
        while stream.write_all(&[2]).is_ok() {
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let names = names(&[server]);
    let options = LdapOptions { server: Duration::from_millis(300), ..LdapOptions::default() };
    let started = Instant::now();
    let resolution = names.resolver(options).resolve(&address_subject(BOB));
    assert_eq!(resolution.tried.last().unwrap().answer, LookupAnswer::TimedOut);
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}

#[test]
fn result_codes_are_named_and_what_came_before_a_limit_is_kept() {
    let bases = |stream: &mut std::net::TcpStream, code: u8| {
        let values = der::set(&[&der::value(4, b"dc=b,dc=example")]);
        let contexts = der::sequence(&[&der::value(4, b"namingContexts"), &values]);
        stream.write_all(&message(2, 0x64, &[&[4, 0][..], &der::sequence(&[&contexts])].concat())).unwrap();
        stream.write_all(&message(2, 0x65, &[10, 1, 0, 4, 0, 4, 0])).unwrap();
        let _ = stream.read(&mut [0; 512]).unwrap();
        if code == 4 {
            let values = der::set(&[&der::value(4, certificate(BOB).der())]);
            let held = der::sequence(&[&der::value(4, b"userCertificate;binary"), &values]);
            stream.write_all(&message(3, 0x64, &[&[4, 0][..], &der::sequence(&[&held])].concat())).unwrap();
        }
        stream.write_all(&message(3, 0x65, &[10, 1, code, 4, 0, 4, 0])).unwrap();
        let _ = stream.read(&mut [0; 512]);
    };
    let limited = bob(&names(&[rogue(move |mut stream| bases(&mut stream, 4))]));
    assert_eq!(limited.found.len(), 1);
    assert_eq!(limited.tried.last().unwrap().notes, ["the server answered sizeLimitExceeded (4)"]);
    let absent = bob(&names(&[rogue(move |mut stream| bases(&mut stream, 32)), closed()]));
    assert_eq!(absent.tried.last().unwrap().answer, LookupAnswer::Empty);
    assert_eq!(absent.tried.last().unwrap().notes, ["the server answered noSuchObject (32)"]);
    let busy = bob(&names(&[rogue(move |mut stream| bases(&mut stream, 51)), closed()]));
    assert_eq!(first_failure(&busy), "failed: the server answered busy (51)");
    assert!(busy.tried.last().unwrap().answer.to_string().contains("nobody listens"));
}

#[test]
fn entries_past_the_cap_are_not_looked_at() {
    let server = rogue(|mut stream| {
        let values = der::set(&[&der::value(4, b"dc=b,dc=example")]);
        let contexts = der::sequence(&[&der::value(4, b"namingContexts"), &values]);
        stream.write_all(&message(2, 0x64, &[&[4, 0][..], &der::sequence(&[&contexts])].concat())).unwrap();
        stream.write_all(&message(2, 0x65, &[10, 1, 0, 4, 0, 4, 0])).unwrap();
        let _ = stream.read(&mut [0; 512]).unwrap();
        let values = der::set(&[&der::value(4, certificate(BOB).der())]);
        let held = der::sequence(&[&der::value(4, b"userCertificate;binary"), &values]);
        let entry = message(3, 0x64, &[&[4, 0][..], &der::sequence(&[&held])].concat());
        stream.write_all(&entry.repeat(101)).unwrap();
        let _ = stream.read(&mut [0; 512]);
    });
    let resolution = bob(&names(&[server]));
    assert_eq!(resolution.found.len(), 1);
    assert_eq!(resolution.tried.last().unwrap().notes, ["more entries came than the 100 that are looked at"]);
}

#[test]
fn an_address_in_a_local_network_is_not_asked() {
    let (server, log) = logged(with_bob(), Protection::Plain);
    let names = names(&[server.address()]);
    let resolution = names.resolver_within(LdapOptions::default(), Reach::Public).resolve(&address_subject(BOB));
    assert_eq!(resolution.found, []);
    let last = resolution.tried.last().unwrap().answer.to_string();
    assert!(
        last.starts_with("not asked: 127.0.0.1 is in a local network") && last.contains("--allow-private"),
        "{last}"
    );
    assert_eq!(*log.lock().unwrap(), []);
}

#[test]
fn an_address_literal_has_no_directory() {
    let resolution = Names::new().resolver(LdapOptions::default()).resolve(&address_subject("bob@[192.0.2.1]"));
    assert!(matches!(resolution.tried[0].answer, LookupAnswer::Skipped(_)), "{:?}", resolution.tried);
}

#[test]
fn tls_is_used_from_the_first_octet_or_when_asked_for() {
    let own = Box::new(identity("ldap0.b.example"));
    for (protection, tls) in
        [(Protection::Ldaps(own.clone()), TlsMode::Ldaps), (Protection::StartTls(own), TlsMode::StartTls)]
    {
        let (server, log) = logged(with_bob(), protection);
        let names = names(&[server.address()]);
        let trust = ServerTrust::Only(vec![root().certificate().clone()]);
        let options = LdapOptions { tls, trust, ..LdapOptions::default() };
        let resolution = names.resolver(options).resolve(&address_subject(BOB));
        assert_eq!(resolution.found.len(), 1, "{:#?}", story(&resolution));
        assert_eq!(resolution.tried.last().unwrap().transport, Some(tls.as_str()));
        let log = log.lock().unwrap();
        assert!(log.iter().filter(|request| request.operation == "search").all(|request| request.secured), "{log:?}");
    }
}

#[test]
fn a_server_whose_certificate_is_not_trusted_or_anothers_is_not_asked() {
    for (host, trust, cause) in [
        ("ldap0.b.example", ServerTrust::System, "unable to get local issuer certificate"),
        ("other.example", ServerTrust::Only(vec![root().certificate().clone()]), "hostname mismatch"),
    ] {
        let (server, log) = logged(with_bob(), Protection::Ldaps(Box::new(identity(host))));
        let names = names(&[server.address()]);
        let options = LdapOptions { tls: TlsMode::Ldaps, trust, ..LdapOptions::default() };
        let resolution = names.resolver(options).resolve(&address_subject(BOB));
        assert_eq!(resolution.found, []);
        let why = first_failure(&resolution);
        assert!(why.starts_with("failed: no TLS connection came about: "), "{why}");
        assert!(why.ends_with(cause), "{why}");
        assert_eq!(*log.lock().unwrap(), []);
    }
}

#[test]
fn a_server_that_does_not_begin_tls_is_not_asked_in_the_open() {
    let (server, log) = logged(with_bob(), Protection::Plain);
    let names = names(&[server.address()]);
    let options = LdapOptions { tls: TlsMode::StartTls, ..LdapOptions::default() };
    let resolution = names.resolver(options).resolve(&address_subject(BOB));
    assert_eq!(first_failure(&resolution), "failed: the server does not begin TLS: protocolError (2)");
    assert!(log.lock().unwrap().iter().all(|request| request.operation == "StartTLS"));
}

#[test]
fn a_port_in_use_is_refused_with_the_way_out() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = LabLdap::start(directory(), port, Protection::Plain, Arc::new(|_: &Request| {})).err().unwrap();
    assert!(matches!(error, LabLdapError::Bind { .. }));
    assert!(error.to_string().contains("--port"), "{error}");
}

#[test]
fn a_lab_directory_that_was_shut_down_leaves_its_port_free_and_its_clients_without_it() {
    let server = start(with_bob());
    let address = server.address();
    let mut client = std::net::TcpStream::connect(address).unwrap();
    server.shut_down();
    assert!(TcpListener::bind(address).is_ok());
    client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    assert!(matches!(client.read(&mut [0; 1]), Ok(0) | Err(_)));
}

#[test]
fn the_lab_directory_closes_on_nonsense_and_answers_the_next() {
    let server = start(with_bob());
    for nonsense in [b"GET / HTTP/1.1\r\n\r\n".as_slice(), &[0x30, 0x84, 0x7f, 0xff, 0xff, 0xff], &[0x30, 0]] {
        let mut client = std::net::TcpStream::connect(server.address()).unwrap();
        client.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        client.write_all(nonsense).unwrap();
        assert!(matches!(client.read(&mut [0; 1]), Ok(0) | Err(_)), "{nonsense:?}");
    }
    assert_eq!(bob(&names(&[server.address()])).found.len(), 1);
}
