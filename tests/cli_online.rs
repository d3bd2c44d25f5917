//! `--online` as a user gives it: what is fetched, from where, and what is told; with other people's servers.
#![cfg(test)]

mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::ssl::{SslAcceptor, SslMethod};
use openssl::x509::extension::SubjectAlternativeName;
use openssl::x509::{X509, X509Name};
use sealscope::lab::http::{LabHttp, Page};
use sealscope::pki::PrivateKeyEntry;
use sealscope::pki::issue::{Authority, CertificateBuilder, CrlBuilder};
use support::command::{self, Done};
use support::hostile::redirect;
use support::ocsp::{access, points};
use support::program::{House, PASSPHRASE};
use support::{ALICE, BOB, NOT_AFTER, NOT_BEFORE, message};
use time::{Duration, OffsetDateTime};

/// Two people in one workspace, whose issuer is known only by the URLs of their certificates.
struct Place {
    house: House,
    server: LabHttp,
    intermediate: Authority,
}

fn place(alice: impl FnOnce(&LabHttp, CertificateBuilder) -> CertificateBuilder) -> Place {
    let server = LabHttp::start(0, Arc::new(|_| ())).unwrap();
    let house = House::new();
    let root = CertificateBuilder::authority("Net root", NOT_BEFORE, NOT_AFTER);
    let root = Authority::self_signed(&root).unwrap();
    let intermediate = CertificateBuilder::authority("Net intermediate", NOT_BEFORE, NOT_AFTER);
    let intermediate = root.issue_authority(&intermediate).unwrap();
    server.publish("/ca.cer", Page::octets("application/pkix-cert", intermediate.certificate().der()));
    let own = CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER).serial(&[0x12, 0x34]);
    let (oid, critical, value) = access(&[server.url("/ca.cer")], &[]);
    let bob = CertificateBuilder::for_address(BOB, NOT_BEFORE, NOT_AFTER).extension(oid, critical, &value);
    for (address, builder) in [(ALICE, alice(&server, own)), (BOB, bob)] {
        let entry = intermediate.issue(&builder).unwrap();
        let entry = PrivateKeyEntry::new(entry.certificate().clone(), vec![], entry.key().to_owned()).unwrap();
        house.key(address, &entry).trusts(address, root.certificate());
    }
    house.put("letter.eml", &message(ALICE, &[BOB]));
    Place { house, server, intermediate }
}

fn with_issuer(server: &LabHttp, builder: CertificateBuilder) -> CertificateBuilder {
    let (oid, critical, value) = access(&[server.url("/ca.cer")], &[]);
    builder.extension(oid, critical, &value)
}

impl Place {
    fn knows_the_issuer(&self) -> &Self {
        self.house.put("workspace/authorities/ca.pem", self.intermediate.certificate().pem().as_bytes());
        self
    }

    fn send(&self, arguments: &[&str]) -> Done {
        let common = ["outgoing", "letter.eml", "-o", "secured.bsmtp"];
        self.house.sealscope(&[&common, arguments].concat())
    }

    fn receive(&self, arguments: &[&str]) -> Done {
        self.house.sealscope(&[&["incoming", "secured.bsmtp"], arguments].concat())
    }
}

#[test]
fn online_both_agents_find_what_they_lack_and_say_so_and_offline_they_do_not() {
    let place = place(with_issuer);
    let done = place.send(&[]);
    assert_eq!(done.exit, 3, "{}", done.text());
    assert!(!done.text().contains("Fetches"), "{}", done.text());
    let done = place.send(&["--online", "--via", "local", "--allow-private"]);
    assert_eq!(done.exit, 0, "{}{}", done.text(), done.stderr);
    let url = place.server.url("/ca.cer");
    assert!(done.text().contains(&format!("issuer's certificate {url} at {}: fetched", place.server.address())));
    let offline = place.receive(&["--json"]);
    assert_eq!((offline.exit, offline.object().get("fetches")), (3, None));
    let online = place.receive(&["--json", "--online", "--allow-private"]);
    assert_eq!(online.exit, 0, "{}", online.text());
    let object = online.object();
    assert_eq!(object["fetches"][0]["url"], url);
    // What the sender's run had found good is in the user's cache.
    assert_eq!(object["fetches"][0]["from_cache"], true);
    let written = include_str!("../docs/json.md");
    let members = object["fetches"][0].as_object().unwrap();
    assert!(members.keys().all(|name| written.contains(&format!("`{name}`"))), "{:?}", members.keys());
}

#[test]
fn hosts_of_this_machine_are_not_fetched_from_unless_that_is_allowed() {
    let place = place(with_issuer);
    let done = place.send(&["--json", "--online", "--via", "local"]);
    assert_eq!(done.exit, 3);
    let fetch = done.object()["fetches"][0].clone();
    assert_eq!(fetch["outcome"], "refused");
    assert!(fetch["detail"].as_str().unwrap().contains("127.0.0.1"), "{fetch}");
}

#[test]
fn a_workspace_that_is_online_fetches_revocation_and_issuers_only_where_it_says_so() {
    let place = place(|server, builder| {
        let (oid, critical, value) = points(&[server.url("/a.crl")]);
        with_issuer(server, builder).extension(oid, critical, &value)
    });
    let now = OffsetDateTime::now_utc();
    let list = place.intermediate.crl(&CrlBuilder::new(now - Duration::HOUR, now + Duration::HOUR)).unwrap();
    place.server.publish("/a.crl", Page::octets("application/pkix-crl", list.der()));
    assert_eq!(place.send(&["--online", "--via", "local", "--allow-private"]).exit, 0);
    let settings = |more: &str| {
        let text = format!("profile = \"direct-1.2\"\nnetwork = \"online\"\nallow_private = true\n{more}");
        place.house.put("workspace/workspace.toml", text.as_bytes());
    };
    settings("");
    let done = place.receive(&["--json"]);
    assert_eq!((done.exit, done.object().get("fetches")), (3, None), "{}", done.text());
    settings("fetch_issuers = true\n");
    let done = place.receive(&["--json"]);
    assert_eq!(done.exit, 0, "{}", done.text());
    let kinds: Vec<String> =
        done.object()["fetches"].as_array().unwrap().iter().map(|fetch| fetch["kind"].to_string()).collect();
    assert_eq!(kinds, ["\"issuer\"", "\"revocation-list\""]);
    settings("");
    place.knows_the_issuer();
    let done = place.receive(&["--json"]);
    assert_eq!((done.exit, done.object()["fetches"][0]["kind"].as_str()), (0, Some("revocation-list")));
}

/// A program that is ended when the test is.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `openssl ocsp` as a server of its own, and the port that it says it took.
fn openssl_responder(house: &House, index: &str, authority: &Authority) -> Option<(Running, u16)> {
    let words = "SKIPPED: openssl(1) is not installed; its OCSP responder was not asked (Debian: openssl)";
    house.put("index.txt", index.as_bytes());
    house.put("ca.pem", authority.certificate().pem().as_bytes());
    house.put("ca.key", &authority.key().private_key_to_pem_pkcs8().unwrap());
    let arguments =
        ["ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", "ca.pem", "-rkey", "ca.key", "-port", "0"];
    let started = Command::new("openssl")
        .args(arguments)
        .args(["-nmin", "10"])
        .current_dir(house.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(child) = started else {
        eprintln!("{words}");
        assert!(std::env::var_os("SEALSCOPE_REQUIRE_PEERS").is_none(), "{words}");
        return None;
    };
    let mut running = Running(child);
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines();
    let line = lines.find_map(|line| line.ok().filter(|line| line.starts_with("ACCEPT"))).unwrap();
    let port = line.split_whitespace().nth(1).unwrap().rsplit(':').next().unwrap().parse().unwrap();
    Some((running, port))
}

#[test]
fn openssls_responder_is_asked_over_the_network_and_its_answer_decides() {
    for (status, exit, word) in [
        ("V\t491231235959Z\t", 0, "not revoked (OCSP answer from"),
        ("R\t491231235959Z\t240601120000Z,keyCompromise", 3, "revoked since 2024-06-01 (keyCompromise) (OCSP answer"),
    ] {
        let root = CertificateBuilder::authority("Root", NOT_BEFORE, NOT_AFTER);
        let root = Authority::self_signed(&root).unwrap();
        let house = House::new();
        let index = format!("{status}\t1234\tunknown\t/CN={ALICE}\n");
        let Some((_responder, port)) = openssl_responder(&house, &index, &root) else { return };
        let (oid, critical, value) = access(&[], &[format!("http://127.0.0.1:{port}/")]);
        let alice = CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER).serial(&[0x12, 0x34]);
        let alice = root.issue(&alice.extension(oid, critical, &value)).unwrap();
        let bob = root.issue(&CertificateBuilder::for_address(BOB, NOT_BEFORE, NOT_AFTER)).unwrap();
        house.key(ALICE, &alice).trusts(ALICE, root.certificate()).key(BOB, &bob).trusts(BOB, root.certificate());
        house.put("letter.eml", &message(ALICE, &[BOB]));
        assert_eq!(house.sealscope(&["outgoing", "letter.eml", "-o", "secured.bsmtp"]).exit, 0);
        let done = house.sealscope(&["incoming", "secured.bsmtp", "--online", "--allow-private", "--verbose"]);
        assert_eq!(done.exit, exit, "{}", done.text());
        assert!(done.text().contains(word), "{}", done.text());
    }
}

/// A web server with TLS that sends everybody to another URL; its certificate is in the file named.
fn protected_redirect(house: &House, to: String) -> u16 {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut builder = X509::builder().unwrap();
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_nid(Nid::COMMONNAME, "localhost").unwrap();
    let name = name.build();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(2).unwrap()).unwrap();
    let mut names = SubjectAlternativeName::new();
    let names = names.dns("localhost").build(&builder.x509v3_context(None, None)).unwrap();
    builder.append_extension(names).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    let certificate = builder.build();
    house.put("tls.pem", &certificate.to_pem().unwrap());
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls()).unwrap();
    acceptor.set_private_key(&key).unwrap();
    acceptor.set_certificate(&certificate).unwrap();
    let acceptor = acceptor.build();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let Ok(mut stream) = acceptor.accept(stream) else { continue };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(&redirect(&to));
            let _ = stream.shutdown();
        }
    });
    port
}

// Where the system's trusted certificates can be named by a variable.
#[cfg(unix)]
#[test]
fn a_redirect_from_https_to_http_is_followed_and_noted_and_an_unknown_server_is_not_believed() {
    let (house, port) = (House::new(), std::cell::Cell::new(0));
    let place = place(|server, builder| {
        port.set(protected_redirect(&house, server.url("/ca.cer")));
        let (oid, critical, value) = access(&[format!("https://localhost:{}/x", port.get())], &[]);
        builder.extension(oid, critical, &value)
    });
    assert_eq!(place.send(&["--online", "--via", "local", "--allow-private"]).exit, 0);
    let run = |trusted: &str| -> Done {
        let mut command = command::command(&["incoming", "secured.bsmtp", "--online", "--allow-private", "--json"]);
        command.arg("--workspace").arg(place.house.path("workspace")).current_dir(place.house.path(""));
        command.env("SEALSCOPE_PASSPHRASE", PASSPHRASE).env("SSL_CERT_FILE", house.path(trusted));
        command.env("SSL_CERT_DIR", house.path("nothing")).output().unwrap().into()
    };
    house.put("empty.pem", b"");
    let done = run("empty.pem");
    assert_eq!((done.exit, done.object()["fetches"][0]["outcome"].as_str()), (3, Some("failed")), "{}", done.text());
    let done = run("tls.pem");
    assert_eq!(done.exit, 0, "{}", done.text());
    let fetch = done.object()["fetches"][0].clone();
    assert!(fetch["notes"][0].as_str().unwrap().contains("not protected"), "{fetch}");
    assert_eq!(fetch["redirects"][0], place.server.url("/ca.cer"));
}
