//! The fetcher against servers that behave badly: bounded, refused or given up, and explained.
#![cfg(test)]

#[path = "support/allocations.rs"]
mod allocations;
mod support;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sealscope::asn1::der;
use sealscope::discovery::fetch::{Fetch, FetchOutcome, FetchRequest, Fetched, Fetcher as _, Purpose, Reach, Refusal};
use sealscope::io::fetch::{FetchOptions, Names, NetworkFetcher, system_names};
use sealscope::lab::http::{LabHttp, Page};
use sealscope::limits::Limits;
use support::hostile::{Hostile, ok, redirect};
use time::OffsetDateTime;
use time::macros::datetime;

const CRL: &str = "application/pkix-crl";
const NOW: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);

fn options() -> FetchOptions {
    FetchOptions {
        reach: Reach::Anywhere,
        cache: None,
        limits: Limits::DEFAULT,
        names: system_names(),
        clock: Arc::new(|| NOW),
    }
}

fn list(url: &str) -> FetchRequest {
    FetchRequest { purpose: Purpose::RevocationList, url: url.to_owned() }
}

fn fetch_with(options: FetchOptions, url: &str) -> Fetched {
    NetworkFetcher::new(options).fetch(&list(url))
}

fn fetch(url: &str) -> Fetched {
    fetch_with(options(), url)
}

#[track_caller]
fn refused(fetched: &Fetched) -> Refusal {
    assert!(fetched.content.is_none());
    match &fetched.account.outcome {
        FetchOutcome::Refused(refusal) => refusal.clone(),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn failed(fetched: &Fetched) -> String {
    match &fetched.account.outcome {
        FetchOutcome::Failed(why) => why.clone(),
        other => panic!("{other:?}"),
    }
}

fn lab() -> LabHttp {
    LabHttp::start(0, Arc::new(|_| ())).unwrap()
}

#[test]
fn a_list_is_fetched_with_its_account() {
    let server = lab();
    server.publish("/a.crl", Page::octets(CRL, b"list"));
    server.publish("/old", Page::Redirect("/a.crl".to_owned()));
    let url = server.url("/old");
    let fetched = fetch(&url);
    assert_eq!(fetched.content.as_deref(), Some(b"list".as_slice()));
    let Fetch { outcome, hops, address, octets, media_type, notes, kept_until, .. } = fetched.account;
    assert_eq!((outcome, hops), (FetchOutcome::Fetched, vec![server.url("/a.crl")]));
    assert_eq!((address, octets, media_type.as_deref()), (Some(server.address()), 4, Some(CRL)));
    assert!(notes.is_empty() && kept_until.is_none());
    let missing = fetch(&server.url("/nothing"));
    assert_eq!((missing.account.outcome, missing.content), (FetchOutcome::Status(404), None));
}

#[test]
fn an_ocsp_request_is_posted_with_its_type_and_redirects_keep_it() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let server = LabHttp::start(0, Arc::new(move |request| log.lock().unwrap().push(request.clone()))).unwrap();
    server.publish("/ocsp", Page::responder("application/ocsp-response", |body| [b"re: ", body].concat()));
    server.publish("/old", Page::Redirect(server.url("/ocsp")));
    let purpose = Purpose::Ocsp { request: b"question".to_vec(), about: [0; 32] };
    let request = FetchRequest { purpose, url: server.url("/old") };
    let fetched = NetworkFetcher::new(options()).fetch(&request);
    assert_eq!(fetched.content.as_deref(), Some(b"re: question".as_slice()), "{:?}", fetched.account);
    let seen = seen.lock().unwrap();
    assert!(seen.iter().all(|request| request.method == "POST" && request.body == 8), "{seen:?}");
    let head = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&head);
    let other = Hostile::answering(move |request| {
        *kept.lock().unwrap() = request.to_ascii_lowercase();
        ok("text/plain", b"no")
    });
    let request = FetchRequest { url: other.url("/"), ..request };
    assert_eq!(refused(&NetworkFetcher::new(options()).fetch(&request)), Refusal::MediaType("text/plain".to_owned()));
    let head = head.lock().unwrap();
    assert!(head.contains("content-type: application/ocsp-request") && head.contains("content-length: 8"), "{head}");
    assert!(!head.contains("gzip"), "{head}");
}

#[test]
fn schemes_users_and_local_addresses_are_refused_before_anything_is_connected_to() {
    let server = Hostile::answering(|_| ok(CRL, b"list"));
    let port = server.address().port();
    let public = || FetchOptions { reach: Reach::Public, ..options() };
    for url in [
        server.url("/"),
        format!("http://localhost:{port}/"),
        format!("http://0x7f.1:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("ldap://127.0.0.1:{port}/cn=x"),
    ] {
        let refusal = refused(&fetch_with(public(), &url));
        assert!(matches!(refusal, Refusal::PrivateAddress(_)), "{url}: {refusal}");
    }
    assert_eq!(refused(&fetch("file:///etc/passwd")), Refusal::Scheme("file".to_owned()));
    assert_eq!(refused(&fetch(&format!("http://me:secret@127.0.0.1:{port}/"))), Refusal::UserInfo);
    assert_eq!(server.connections(), 0);
}

/// A name that is looked up again and again answers with the next address each time, and the last one for ever.
fn names(answers: &[SocketAddr], asked: &Arc<AtomicUsize>) -> Names {
    let (answers, asked) = (answers.to_vec(), Arc::clone(asked));
    Arc::new(move |_, _| {
        let turn = asked.fetch_add(1, Ordering::SeqCst);
        Ok(answers.get(turn).or(answers.last()).into_iter().copied().collect())
    })
}

#[test]
fn a_name_that_changes_its_address_after_the_check_gains_nothing() {
    let (checked, other) = (Hostile::answering(|_| ok(CRL, b"list")), Hostile::answering(|_| ok(CRL, b"inside")));
    let asked = Arc::new(AtomicUsize::new(0));
    let names = names(&[checked.address(), other.address()], &asked);
    let fetched = fetch_with(FetchOptions { names, ..options() }, "http://rebinding.example/");
    assert_eq!(fetched.content.as_deref(), Some(b"list".as_slice()));
    assert_eq!(fetched.account.address, Some(checked.address()));
    assert_eq!((asked.load(Ordering::SeqCst), other.connections()), (1, 0));
}

#[test]
fn a_name_with_a_local_address_is_refused_and_of_several_only_allowed_ones_are_tried() {
    let asked = Arc::new(AtomicUsize::new(0));
    let options =
        FetchOptions { reach: Reach::Public, names: names(&["10.0.0.7:80".parse().unwrap()], &asked), ..options() };
    let refusal = refused(&fetch_with(options, "http://inside.example/"));
    assert_eq!(refusal, Refusal::PrivateAddress("10.0.0.7".parse().unwrap()));
    assert!(refusal.to_string().contains("10.0.0.7") && refusal.to_string().contains("local network"));
}

#[test]
fn a_host_with_a_dead_address_is_reached_at_its_next_one() {
    let server = Hostile::answering(|_| ok(CRL, b"list"));
    let (dead, live) = (closed_port(), server.address());
    let names: Names = Arc::new(move |_, _| Ok(vec![dead, live]));
    let fetched = fetch_with(FetchOptions { names, ..options() }, "http://two.example/");
    assert_eq!(fetched.content.as_deref(), Some(b"list".as_slice()), "{:?}", fetched.account);
    assert_eq!(fetched.account.address, Some(live));
}

fn closed_port() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

#[test]
fn redirects_to_this_machine_to_files_and_into_directories_are_refused() {
    let target = Hostile::answering(|_| ok(CRL, b"inside"));
    for (to, word) in [("file:///etc/passwd", "file"), ("ldap://x.example/", "ldap"), ("ftp://x.example/", "ftp")] {
        let server = Hostile::answering(move |_| redirect(to));
        assert_eq!(refused(&fetch(&server.url("/"))), Refusal::Scheme(word.to_owned()));
    }
    // The first hop is public as far as anybody knows; the name of the second is this machine's.
    let inside = target.address();
    let server = Hostile::answering(move |_| redirect(&format!("http://inside.example:{}/", inside.port())));
    let outside = server.address();
    let checked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&checked);
    let names: Names = Arc::new(move |host, port| {
        log.lock().unwrap().push(host.to_owned());
        match host {
            "outside.example" => Ok(vec![outside]),
            _ => Ok(vec![SocketAddr::new("127.0.0.1".parse().unwrap(), port)]),
        }
    });
    let both = fetch_with(FetchOptions { names: Arc::clone(&names), ..options() }, "http://outside.example/");
    assert_eq!(both.content.as_deref(), Some(b"inside".as_slice()));
    assert_eq!(*checked.lock().unwrap(), ["outside.example", "inside.example"]);
    let public = FetchOptions { names, reach: Reach::Public, ..options() };
    assert!(matches!(refused(&fetch_with(public, "http://inside.example/")), Refusal::PrivateAddress(_)));
}

#[test]
fn three_redirects_are_followed_and_a_fourth_is_not() {
    let server = lab();
    for step in 0..6 {
        server.publish(&format!("/{step}"), Page::Redirect(format!("/{}", step + 1)));
    }
    server.publish("/6", Page::octets(CRL, b"list"));
    let three = fetch(&server.url("/3"));
    assert_eq!((three.content.as_deref(), three.account.hops.len()), (Some(b"list".as_slice()), 3));
    let four = fetch(&server.url("/2"));
    assert_eq!(refused(&four), Refusal::RedirectLimit { limit: 3 });
    assert_eq!(four.account.hops.len(), 3);
}

#[test]
fn redirects_in_a_circle_end_at_once() {
    let server = lab();
    server.publish("/a", Page::Redirect("/b".to_owned()));
    server.publish("/b", Page::Redirect("/a#other".to_owned()));
    assert_eq!(refused(&fetch(&server.url("/a"))), Refusal::RedirectLoop(server.url("/a")));
}

#[test]
fn a_page_for_people_is_no_answer() {
    let server = Hostile::answering(|_| ok("text/html; charset=utf-8", b"<h1>Log in</h1>"));
    assert_eq!(refused(&fetch(&server.url("/"))), Refusal::MediaType("text/html".to_owned()));
    let packed = Hostile::answering(|_| {
        b"HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx"
            .to_vec()
    });
    assert_eq!(refused(&fetch(&packed.url("/"))), Refusal::MediaType("gzip encoding".to_owned()));
}

#[test]
fn a_list_of_a_gigabyte_is_refused_by_its_announcement_before_it_is_read() {
    let server = Hostile::start(|client| {
        client.request();
        client.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\nContent-Length: 1073741824\r\n\r\n");
        while client.send(&[0; 65_536]) {}
    });
    let (fetched, taken) = allocations::counted(|| fetch(&server.url("/big.crl")));
    let limit = Limits::DEFAULT.crl_octets;
    assert_eq!(refused(&fetched), Refusal::Size { announced: Some(1 << 30), limit });
    assert_eq!(fetched.account.octets, 0);
    assert!(fetched.account.outcome.to_string().contains("1073741824 octets"), "{}", fetched.account.outcome);
    assert!(taken.peak < 1 << 20, "{taken:?}");
}

// Peak memory is what this thread allocated and had not freed, counted by the allocator.
#[test]
fn a_list_without_end_is_cut_off_at_the_cap_in_bounded_memory() {
    for head in [
        "HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\n\r\n",
    ] {
        let chunked = head.contains("chunked");
        let server = Hostile::start(move |client| {
            client.request();
            client.send(head.as_bytes());
            let piece = vec![b'x'; 65_536];
            let chunk = [b"10000\r\n", piece.as_slice(), b"\r\n"].concat();
            while client.send(if chunked { &chunk } else { &piece }) {}
        });
        let (fetched, taken) = allocations::counted(|| fetch(&server.url("/endless.crl")));
        let limit = Limits::DEFAULT.crl_octets;
        assert_eq!(refused(&fetched), Refusal::Size { announced: None, limit });
        assert!(fetched.account.octets <= limit + 65_536, "{}", fetched.account.octets);
        // A vector that grows holds the old octets and twice as many new ones for a moment.
        assert!(taken.peak < 3 * limit, "{taken:?}");
        assert!(server.sent() < limit + (16 << 20), "{}", server.sent());
    }
}

#[test]
fn a_server_that_dies_in_the_middle_of_its_answer_is_told_of() {
    for answer in [
        &b"HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\nContent-Length: 1000\r\n\r\nhalf"[..],
        b"HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ] {
        let server = Hostile::answering(move |_| answer.to_vec());
        let fetched = fetch(&server.url("/"));
        assert_eq!(failed(&fetched), "the answer broke off after 4 octets");
        assert!(fetched.content.is_none());
    }
    for answer in [&b""[..], b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nContent-Ty"] {
        let server = Hostile::answering(move |_| answer.to_vec());
        assert!(!failed(&fetch(&server.url("/"))).is_empty());
    }
}

#[test]
fn nonsense_and_heads_without_end_are_not_http() {
    let nonsense = Hostile::answering(|_| b"220 smtp.example ESMTP\r\n".to_vec());
    assert!(!failed(&fetch(&nonsense.url("/"))).is_empty());
    let endless = Hostile::start(|client| {
        client.request();
        client.send(b"HTTP/1.1 200 OK\r\n");
        let field = [b"X-Field: ".as_slice(), &[b'x'; 1000], b"\r\n"].concat();
        while client.send(&field) {}
    });
    let (fetched, taken) = allocations::counted(|| fetch(&endless.url("/")));
    assert!(!failed(&fetched).is_empty());
    assert!(taken.peak < 4 << 20, "{taken:?}");
}

fn in_time(url: &str) -> Fetched {
    let limits = Limits { fetch_time: Duration::from_millis(400), ..Limits::DEFAULT };
    let started = Instant::now();
    let fetched = fetch_with(FetchOptions { limits, ..options() }, url);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    fetched
}

#[test]
fn the_deadline_holds_against_silence_and_against_one_octet_at_a_time() {
    let silent = Hostile::start(|client| client.wait());
    assert_eq!(in_time(&silent.url("/")).account.outcome, FetchOutcome::TimedOut);
    let ldap = format!("ldap://{}/cn=x", silent.address());
    assert_eq!(in_time(&ldap).account.outcome, FetchOutcome::TimedOut);
    for head in [
        "HTTP/1.1 200 OK\r\nX-Field: ",
        "HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\nContent-Length: 100000\r\n\r\n",
    ] {
        let dripping = Hostile::start(move |client| {
            client.request();
            client.send(head.as_bytes());
            // The pace is what is tested: each octet comes well before a timeout that begins anew with it.
            while client.send(b"H") {
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let fetched = in_time(&dripping.url("/"));
        assert_eq!(fetched.account.outcome, FetchOutcome::TimedOut, "{head}");
        assert!(fetched.content.is_none());
    }
    let slow: Names = Arc::new(|_, _| {
        std::thread::sleep(Duration::from_secs(2));
        Ok(vec![])
    });
    let limits = Limits { fetch_time: Duration::from_millis(200), ..Limits::DEFAULT };
    let fetched = fetch_with(FetchOptions { limits, names: slow, ..options() }, "http://slow.example/");
    assert_eq!(fetched.account.outcome, FetchOutcome::TimedOut);
}

#[test]
fn nobody_there_and_no_such_host_are_told_apart() {
    assert_eq!(failed(&fetch(&format!("http://{}/", closed_port()))), "nothing listens there");
    assert_eq!(failed(&fetch(&format!("ldap://{}/cn=x", closed_port()))), "nothing listens there");
    let names: Names = Arc::new(|_, _| Err(io::Error::new(io::ErrorKind::NotFound, "no such name")));
    let fetched = fetch_with(FetchOptions { names, ..options() }, "http://nowhere.example/");
    assert_eq!(failed(&fetched), "the host nowhere.example cannot be found: no such name");
}

struct Shelf {
    folder: tempfile::TempDir,
    now: Arc<Mutex<OffsetDateTime>>,
    server: Hostile,
}

impl Shelf {
    fn new() -> Self {
        let server = Hostile::answering(|_| ok(CRL, b"list"));
        Self { folder: tempfile::tempdir().unwrap(), now: Arc::new(Mutex::new(NOW)), server }
    }

    fn fetcher(&self) -> NetworkFetcher {
        let now = Arc::clone(&self.now);
        let clock = Arc::new(move || *now.lock().unwrap());
        NetworkFetcher::new(FetchOptions { cache: Some(self.folder.path().to_owned()), clock, ..options() })
    }

    fn files(&self) -> Vec<PathBuf> {
        std::fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect()
    }
}

#[test]
fn what_was_found_good_is_not_asked_again_until_it_is_out_of_date_or_damaged() {
    let shelf = Shelf::new();
    let request = list(&shelf.server.url("/a.crl"));
    let asked = |expected| assert_eq!(shelf.server.connections(), expected);
    assert!(shelf.fetcher().fetch(&request).content.is_some());
    asked(1);
    // Nothing is kept that nobody has checked.
    assert!(shelf.files().is_empty());
    shelf.fetcher().keep(&request, b"list", Some(NOW + time::Duration::HOUR));
    let kept = shelf.fetcher().fetch(&request);
    assert_eq!(kept.content.as_deref(), Some(b"list".as_slice()));
    assert_eq!(kept.account.kept_until, Some(NOW + time::Duration::HOUR));
    asked(1);
    *shelf.now.lock().unwrap() = NOW + time::Duration::HOUR;
    assert!(shelf.fetcher().fetch(&request).account.kept_until.is_none());
    asked(2);
    *shelf.now.lock().unwrap() = NOW;
    shelf.fetcher().keep(&request, b"list", Some(NOW + time::Duration::HOUR));
    let path = shelf.files().pop().unwrap();
    std::fs::write(&path, b"sealscope-fetched-1 damaged").unwrap();
    assert!(shelf.fetcher().fetch(&request).account.kept_until.is_none());
    asked(3);
}

#[test]
fn failures_are_never_kept() {
    let shelf = Shelf::new();
    let dead = list(&format!("http://{}/", closed_port()));
    assert!(shelf.fetcher().fetch(&dead).content.is_none());
    assert!(shelf.files().is_empty());
}

fn message(operation: &[u8]) -> Vec<u8> {
    der::sequence(&[&der::value(2, &[1]), operation])
}

fn entry(values: &[&[u8]]) -> Vec<u8> {
    let values: Vec<Vec<u8>> = values.iter().map(|value| der::value(4, value)).collect();
    let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
    let attribute = der::sequence(&[&der::value(4, b"certificateRevocationList;binary"), &der::set(&values)]);
    message(&der::value(0x64, &[der::value(4, b"cn=x"), der::sequence(&[&attribute])].concat()))
}

fn done(code: u8) -> Vec<u8> {
    message(&der::value(0x65, &[der::value(10, &[code]), der::value(4, b""), der::value(4, b"")].concat()))
}

fn directory(answer: Vec<u8>) -> (Hostile, String) {
    let server = Hostile::start(move |client| {
        let mut request = [0; 4096];
        let _ = io::Read::read(&mut client.stream, &mut request);
        client.send(&answer);
        client.wait();
    });
    let url = format!("ldap://{}/cn=x,o=y?certificateRevocationList;binary", server.address());
    (server, url)
}

#[test]
fn a_directory_gives_a_list_and_its_refusals_are_told() {
    let (_server, url) = directory([entry(&[b"list"]), done(0)].concat());
    let fetched = fetch(&url);
    assert_eq!(fetched.content.as_deref(), Some(b"list".as_slice()), "{:?}", fetched.account);
    let (_server, url) = directory(done(32));
    assert!(failed(&fetch(&url)).contains("noSuchObject"));
    let (_server, url) = directory(done(0));
    assert!(failed(&fetch(&url)).contains("no such entry"));
    let reference = message(&der::value(0x73, &der::value(4, b"ldap://127.0.0.1/")));
    let (_server, url) = directory([reference, done(0)].concat());
    let referred = fetch(&url);
    assert!(referred.account.notes.iter().any(|note| note.contains("not followed")), "{:?}", referred.account);
}

#[test]
fn certificates_of_a_directory_come_all_together() {
    let (server, _) = directory([entry(&[b"one", b"two"]), done(0)].concat());
    let url = format!("ldap://{}/cn=x?cACertificate;binary", server.address());
    let fetched = NetworkFetcher::new(options()).fetch(&FetchRequest { purpose: Purpose::Issuer, url });
    let text = String::from_utf8(fetched.content.unwrap()).unwrap();
    assert_eq!(text.matches("BEGIN CERTIFICATE").count(), 2);
}

#[test]
fn a_directory_that_lies_about_lengths_or_nests_without_end_is_refused_in_bounded_memory() {
    let gigabyte = [0x30, 0x84, 0x40, 0, 0, 0];
    let (_server, url) = directory(gigabyte.to_vec());
    let limit = Limits::DEFAULT.crl_octets;
    let (fetched, taken) = allocations::counted(|| fetch(&url));
    assert_eq!(refused(&fetched), Refusal::Size { announced: Some(1 << 30), limit });
    assert!(taken.peak < 1 << 20, "{taken:?}");
    let mut nested = Vec::new();
    for _ in 0..5_000 {
        nested = der::value(0x30, &nested);
    }
    for (answer, why) in
        [(nested, "not LDAP"), (b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), "LDAP"), (vec![0x30, 0x80, 0, 0], "LDAP")]
    {
        let (_server, url) = directory(answer);
        let told = failed(&in_time(&url));
        assert!(told.contains(why), "{told}");
    }
    let endless = Hostile::start(|client| {
        let piece = entry(&[&[b'x'; 60_000]]);
        while client.send(&piece) {}
    });
    let (fetched, taken) = allocations::counted(|| fetch(&format!("ldap://{}/cn=x", endless.address())));
    assert!(matches!(refused(&fetched), Refusal::Size { .. }), "{:?}", fetched.account);
    assert!(taken.peak < 4 * limit, "{taken:?}");
}
