//! The lab name server and the DNS client against one another, over real sockets on loopback.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sealscope::discovery::dns_cert::{CertContent, OwnerName, address_owners, domain_owner};
use sealscope::io::dns::{DnsClient, Ending, Exchange, Transport, server_address};
use sealscope::lab::dns::{LabDns, LabDnsError, Query, Zone};

const SMALL: &[u8] = &[7; 300];
/// Too large for UDP with EDNS, as three certificates with long chains are.
const LARGE: &[u8] = &[9; 2_000];

fn start(zone: Zone) -> LabDns {
    LabDns::start(zone, 0, Arc::new(|_: &Query| {})).unwrap()
}

fn ask(server: SocketAddr, owner: &OwnerName) -> Exchange {
    DnsClient::new(server, Duration::from_secs(5)).unwrap().query(owner)
}

#[test]
fn a_published_certificate_is_found_over_udp() {
    let mut zone = Zone::new();
    zone.publish_domain("x.example", SMALL).unwrap();
    let server = start(zone);
    let exchange = ask(server.address(), &domain_owner("X.Example").unwrap());
    assert_eq!(exchange.ending, Ending::Answered(vec![CertContent::Pkix(SMALL.to_vec())]));
    assert_eq!(exchange.transport, Transport::Udp);
    assert!(exchange.octets > SMALL.len());
}

#[test]
fn an_answer_too_large_for_udp_is_fetched_over_tcp() {
    let mut zone = Zone::new();
    zone.publish_domain("x.example", LARGE).unwrap();
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
    zone.publish_address("a.b", "x.example", SMALL).unwrap();
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
    zone.publish_address("bob", "x.example", SMALL).unwrap();
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
