//! Runs that may fetch: issuers by AIA, revocation by list and by OCSP; and those that may not.
#![cfg(test)]

mod support;

use std::sync::{Arc, Mutex};

use sealscope::agent::{
    Agent, IncomingMessage, Online, OutgoingMessage, Profile, ProfileName, Report, Stopped, outcome_json,
};
use sealscope::discovery::fetch::{
    Consent, Fetch, FetchKind, FetchOutcome, FetchRequest, Fetched, Fetcher, Purpose, Reach, Refusal,
};
use sealscope::finding::Severity;
use sealscope::io::fetch::{FetchOptions, NetworkFetcher, system_names};
use sealscope::lab::http::{LabHttp, Page};
use sealscope::limits::Limits;
use sealscope::mail::Envelope;
use sealscope::pki::issue::{Authority, CertificateBuilder, CrlBuilder};
use sealscope::pki::{Certificate, NewKey, PrivateKeyEntry, RevocationReason};
use support::ocsp::{Nonce, OCSP_SIGNING, Responder, Says, access, points};
use support::{ALICE, BOB, CAROL, NOT_AFTER, NOT_BEFORE, NOW, World, arrived, envelope, message};
use time::Duration;

const CERTIFICATE: &str = "application/pkix-cert";
const LIST: &str = "application/pkix-crl";
const RESPONSE: &str = "application/ocsp-response";

/// Hands on to the network and writes down what was asked.
struct Recorder {
    network: NetworkFetcher,
    asked: Mutex<Vec<(FetchKind, String)>>,
}

impl Recorder {
    fn new() -> Self {
        Self::with(None)
    }

    fn with(cache: Option<std::path::PathBuf>) -> Self {
        let options = FetchOptions {
            reach: Reach::Anywhere,
            cache,
            limits: Limits::DEFAULT,
            names: system_names(),
            clock: Arc::new(|| NOW),
        };
        Self { network: NetworkFetcher::new(options), asked: Mutex::default() }
    }

    fn asked(&self) -> Vec<(FetchKind, String)> {
        self.asked.lock().unwrap().clone()
    }
}

impl Fetcher for Recorder {
    fn fetch(&self, request: &FetchRequest) -> Fetched {
        self.asked.lock().unwrap().push((request.kind(), request.url.clone()));
        self.network.fetch(request)
    }

    fn keep(&self, request: &FetchRequest, content: &[u8], fresh_until: Option<time::OffsetDateTime>) {
        self.network.keep(request, content, fresh_until);
    }
}

fn boxed(stopped: Stopped) -> Box<Report> {
    match stopped {
        Stopped::Rejected(rejected) => Box::new(rejected.report),
        Stopped::Failed(error) => panic!("{error}"),
    }
}

fn send(
    world: &World,
    fetcher: &dyn Fetcher,
    consent: Consent,
    envelope: &Envelope,
) -> Result<OutgoingMessage, Box<Report>> {
    world.with_agent(|agent| {
        Agent { online: Some(Online { fetcher, consent }), ..agent }.process_outgoing(envelope).map_err(boxed)
    })
}

fn receive(
    world: &World,
    fetcher: &dyn Fetcher,
    consent: Consent,
    envelope: &Envelope,
) -> Result<IncomingMessage, Box<Report>> {
    world.with_agent(|agent| {
        Agent { online: Some(Online { fetcher, consent }), ..agent }.process_incoming(envelope).map_err(boxed)
    })
}

/// A root and an intermediate, a web server for what they publish, and people below whose certificates say so.
struct Net {
    server: LabHttp,
    root: Authority,
    intermediate: Authority,
    bob: PrivateKeyEntry,
}

fn ca(name: &str) -> CertificateBuilder {
    CertificateBuilder::authority(name, NOT_BEFORE, NOT_AFTER).key(NewKey::P256)
}

fn extended(
    builder: CertificateBuilder,
    (oid, critical, value): (&str, sealscope::pki::issue::Criticality, Vec<u8>),
) -> CertificateBuilder {
    builder.extension(oid, critical, &value)
}

/// A key with its certificate and nothing of its chain.
fn alone(entry: &PrivateKeyEntry) -> PrivateKeyEntry {
    PrivateKeyEntry::new(entry.certificate().clone(), vec![], entry.key().to_owned()).unwrap()
}

impl Net {
    fn new() -> Self {
        Self::with(|_, builder| builder)
    }

    fn with(intermediate: impl FnOnce(&LabHttp, CertificateBuilder) -> CertificateBuilder) -> Self {
        let server = LabHttp::start(0, Arc::new(|_| ())).unwrap();
        let root = Authority::self_signed(&ca("Net root")).unwrap();
        let intermediate = root.issue_authority(&intermediate(&server, ca("Net intermediate"))).unwrap();
        server.publish("/intermediate.cer", Page::octets(CERTIFICATE, intermediate.certificate().der()));
        let bob = alone(&intermediate.issue(&CertificateBuilder::for_address(BOB, NOT_BEFORE, NOT_AFTER)).unwrap());
        Self { server, root, intermediate, bob }
    }

    /// Somebody whose certificate names these paths, and comes without its chain.
    fn person(&self, address: &str, issuers: &[&str], responders: &[&str], lists: &[&str]) -> PrivateKeyEntry {
        let urls = |paths: &[&str]| paths.iter().map(|path| self.server.url(path)).collect::<Vec<String>>();
        let mut builder = CertificateBuilder::for_address(address, NOT_BEFORE, NOT_AFTER);
        if issuers.len() + responders.len() > 0 {
            builder = extended(builder, access(&urls(issuers), &urls(responders)));
        }
        if !lists.is_empty() {
            builder = extended(builder, points(&urls(lists)));
        }
        let entry = self.intermediate.issue(&builder).unwrap();
        alone(&entry)
    }

    /// Alice, who has the certificate in question, and Bob; both trust the root. The intermediate is kept where
    /// `authorities` says so.
    fn world(&self, alice: &PrivateKeyEntry, authorities: bool) -> World {
        let mut world = World::default();
        world.key(ALICE, alice).trusts(ALICE, &self.root);
        world.key(BOB, &self.bob).trusts(BOB, &self.root);
        if authorities {
            world.authorities.push(self.intermediate.certificate().clone());
        }
        world
    }

    fn list(&self, builder: &CrlBuilder) -> Page {
        Page::octets(LIST, self.intermediate.crl(builder).unwrap().der())
    }
}

fn current() -> CrlBuilder {
    CrlBuilder::new(NOW - Duration::HOUR, NOW + Duration::DAY)
}

/// What Alice sends to Bob, made by a world that has everything.
fn letter(net: &Net, alice: &PrivateKeyEntry) -> Envelope {
    let sent = net.world(alice, true).outgoing(&envelope(ALICE, &[BOB], &message(ALICE, &[BOB]))).unwrap();
    arrived(&sent)
}

#[track_caller]
fn code(report: &Report) -> &'static str {
    let reason = report.judged_recipients().find_map(|recipient| recipient.reason());
    reason.map_or("accepted", |reason| reason.code.as_str())
}

fn says(report: &Report, rule: &str, words: &str) -> bool {
    report.findings().any(|finding| finding.rule.id == rule && finding.detail.contains(words))
}

fn told(report: &Report) -> String {
    report.findings().map(|finding| format!("{} {} {}\n", finding.severity, finding.rule.id, finding.detail)).collect()
}

// DCDT D18, AS v1.2 §4.2.2: an intermediate that is found by AIA alone.
#[test]
fn a_missing_issuer_is_fetched_on_consent_and_completes_the_path() {
    let net = Net::new();
    let alice = net.person(ALICE, &["/intermediate.cer"], &[], &[]);
    let letter = letter(&net, &alice);
    let world = net.world(&alice, false);
    assert_eq!(code(&world.incoming(&letter).unwrap_err()), "no-path-to-anchor");
    let recorder = Recorder::new();
    let message = receive(&world, &recorder, Consent::AnyChain, &letter).unwrap();
    let url = net.server.url("/intermediate.cer");
    assert_eq!(recorder.asked(), [(FetchKind::Issuer, url.clone())]);
    let report = &message.report;
    assert!(says(report, "fetch.issuer", &url), "{}", told(report));
    let [fetch] = report.fetches.as_slice() else { panic!("{:?}", report.fetches) };
    assert_eq!((fetch.outcome.clone(), fetch.url.as_str()), (FetchOutcome::Fetched, url.as_str()));
    let json = outcome_json(report);
    assert_eq!(json["fetches"][0]["url"], url);
    assert_eq!(json["fetches"][0]["kind"], "issuer");
}

#[test]
fn issuers_come_as_der_as_pem_and_as_a_bundle() {
    let net = Net::new();
    let pem = net.intermediate.certificate().pem();
    net.server.publish("/pem", Page::octets("text/plain", pem.as_bytes()));
    let mut stack = openssl::stack::Stack::new().unwrap();
    stack.push(net.intermediate.certificate().x509().to_owned()).unwrap();
    let bundle = bundle(&[net.root.certificate(), net.intermediate.certificate()]);
    net.server.publish("/p7c", Page::octets("application/pkcs7-mime", &bundle));
    for path in ["/pem", "/p7c"] {
        let alice = net.person(ALICE, &[path], &[], &[]);
        let letter = letter(&net, &alice);
        let message = receive(&net.world(&alice, false), &Recorder::new(), Consent::AnyChain, &letter);
        assert!(message.is_ok(), "{path}: {}", told(&message.unwrap_err()));
    }
}

/// certs-only signed-data (RFC 5652 §5.1).
fn bundle(certificates: &[&Certificate]) -> Vec<u8> {
    use sealscope::asn1::der;
    let oid = |dotted| der::oid(dotted).unwrap();
    let all: Vec<u8> = certificates.iter().flat_map(|certificate| certificate.der().to_vec()).collect();
    let inner = der::sequence(&[&oid("1.2.840.113549.1.7.1")]);
    let data = der::sequence(&[&der::value(2, &[1]), &der::set(&[]), &inner, &der::value(0xa0, &all), &der::set(&[])]);
    der::sequence(&[&oid("1.2.840.113549.1.7.2"), &der::value(0xa0, &data)])
}

#[test]
fn a_chain_of_issuers_is_fetched_link_by_link_also_when_sending() {
    let net = Net::with(|server, builder| extended(builder, access(&[server.url("/upper.cer")], &[])));
    // The root is known to nobody here: another anchor stands above it.
    let top = Authority::self_signed(&ca("Top")).unwrap();
    let upper = top.certify(&ca("Net root"), net.root.key()).unwrap();
    net.server.publish("/upper.cer", Page::octets(CERTIFICATE, upper.der()));
    let bob = net.person(BOB, &["/intermediate.cer"], &[], &[]);
    let alice = net.person(ALICE, &[], &[], &[]);
    let mut world = World::default();
    world.key(ALICE, &alice).trusts(ALICE, &top).certificate(BOB, bob.certificate());
    let envelope = envelope(ALICE, &[BOB], &message(ALICE, &[BOB]));
    let recorder = Recorder::new();
    let sent = send(&world, &recorder, Consent::AnyChain, &envelope).unwrap_or_else(|r| panic!("{}", told(&r)));
    assert_eq!(sent.report.fetches.len(), 2, "{:?}", sent.report.fetches);
    assert!(sent.report.trace.findings().any(|finding| finding.rule.id == "fetch.issuer"));
}

#[test]
fn nothing_is_fetched_offline_or_of_a_chain_that_nobody_vouches_for_without_consent() {
    let net = Net::new();
    let alice = net.person(ALICE, &["/intermediate.cer"], &["/ocsp"], &["/a.crl"]);
    let letter = letter(&net, &alice);
    let world = net.world(&alice, false);
    let offline = world.incoming(&letter).unwrap_err();
    assert!(offline.fetches.is_empty() && outcome_json(&offline).get("fetches").is_none());
    let recorder = Recorder::new();
    let report = receive(&world, &recorder, Consent::ValidatedChains, &letter).unwrap_err();
    assert_eq!((code(&report), recorder.asked()), ("no-path-to-anchor", vec![]));
    assert!(says(&report, "fetch.issuer", "was not fetched"), "{}", told(&report));
    // A stranger whose root is nobody's anchor stays one, whatever may be fetched: of a chain without an anchor no
    // list and no responder is asked.
    let stranger = Net::new();
    let mallory = stranger.person(ALICE, &[], &["/ocsp"], &["/a.crl"]);
    let letter = self::letter(&stranger, &mallory);
    let mut world = World::default();
    world.key(BOB, &stranger.bob).trusts(BOB, &net.root);
    world.authorities.push(stranger.intermediate.certificate().clone());
    for consent in [Consent::ValidatedChains, Consent::AnyChain] {
        let recorder = Recorder::new();
        let report = receive(&world, &recorder, consent, &letter).unwrap_err();
        assert_eq!((code(&report), recorder.asked()), ("no-path-to-anchor", vec![]));
    }
}

#[test]
fn issuers_that_name_each_other_end_with_every_url_asked_once() {
    let server = LabHttp::start(0, Arc::new(|_| ())).unwrap();
    let (ring, other) =
        (Authority::self_signed(&ca("Ring A")).unwrap(), Authority::self_signed(&ca("Ring B")).unwrap());
    let below = |issuer: &Authority, name: &str, key: &Authority, path: &str| {
        issuer.certify(&extended(ca(name), access(&[server.url(path)], &[])), key.key()).unwrap()
    };
    let (a, b) = (below(&other, "Ring A", &ring, "/b"), below(&ring, "Ring B", &other, "/a"));
    server.publish("/a", Page::octets(CERTIFICATE, a.der()));
    server.publish("/b", Page::octets(CERTIFICATE, b.der()));
    let alice =
        extended(CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER), access(&[server.url("/a")], &[]));
    let alice = ring.issue(&alice).unwrap();
    let net = Net::new();
    let mut world = net.world(&alice, false);
    world.trusts(ALICE, &net.root).certificate(BOB, net.bob.certificate());
    let sent = net.world(&alice, true).outgoing(&envelope(ALICE, &[BOB], &message(ALICE, &[BOB]))).unwrap();
    let recorder = Recorder::new();
    let report = receive(&world, &recorder, Consent::AnyChain, &arrived(&sent)).unwrap_err();
    assert_eq!(code(&report), "no-path-to-anchor", "{}", told(&report));
    let asked: Vec<String> = recorder.asked().into_iter().map(|(_, url)| url).collect();
    assert_eq!(asked, [server.url("/a"), server.url("/b")]);
}

fn judged(
    net: &Net,
    alice: &PrivateKeyEntry,
    profile: ProfileName,
) -> (Result<IncomingMessage, Box<Report>>, Recorder) {
    let letter = letter(net, alice);
    let mut world = net.world(alice, true);
    world.profile = Profile { revocation: Profile::named(profile).revocation, ..Profile::default() };
    let recorder = Recorder::new();
    let outcome = receive(&world, &recorder, Consent::ValidatedChains, &letter);
    (outcome, recorder)
}

#[track_caller]
fn refused(net: &Net, alice: &PrivateKeyEntry, profile: ProfileName, expected: &str) -> Box<Report> {
    let report = judged(net, alice, profile).0.map(|message| told(&message.report)).unwrap_err();
    assert_eq!(code(&report), expected, "{}", told(&report));
    report
}

#[test]
fn a_list_at_the_certificates_url_says_good_or_revoked_and_where_that_comes_from() {
    let net = Net::new();
    let alice = net.person(ALICE, &[], &[], &["/a.crl"]);
    let url = net.server.url("/a.crl");
    net.server.publish("/a.crl", net.list(&current()));
    let (outcome, recorder) = judged(&net, &alice, ProfileName::Direct12);
    let report = outcome.unwrap().report;
    assert_eq!(recorder.asked(), [(FetchKind::RevocationList, url.clone())]);
    assert!(
        says(&report, "path.revocation", &format!("not revoked (revocation list from {url})")),
        "{}",
        told(&report)
    );
    let revoked = current().revoke(alice.certificate(), NOW - Duration::DAY, RevocationReason::KeyCompromise);
    net.server.publish("/a.crl", net.list(&revoked));
    let report = refused(&net, &alice, ProfileName::Direct12, "revoked");
    assert!(says(&report, "path.revocation", &format!("(revocation list from {url})")), "{}", told(&report));
}

#[test]
fn a_list_that_does_not_count_leaves_revocation_unknown_which_only_strict_refuses() {
    let net = Net::new();
    let alice = net.person(ALICE, &[], &[], &["/a.crl"]);
    let stale = CrlBuilder::new(NOW - Duration::WEEK, NOW - Duration::DAY);
    let stranger = Authority::self_signed(&ca("Net intermediate")).unwrap();
    let forged = Page::octets(LIST, stranger.crl(&current()).unwrap().der());
    for (page, why) in [(net.list(&stale), "out of date"), (forged, "signature is not its issuer's")] {
        net.server.publish("/a.crl", page);
        let report = judged(&net, &alice, ProfileName::Direct12).0.unwrap().report;
        assert!(says(&report, "path.revocation", why), "{}", told(&report));
    }
    for page in
        [Page::octets("text/html", b"<p>"), Page::octets(LIST, b"\x30\x03\x02\x01\x05"), Page::octets(LIST, b"")]
    {
        net.server.publish("/a.crl", page);
        let report = judged(&net, &alice, ProfileName::Direct12).0.unwrap().report;
        let warned = |finding: &&sealscope::finding::Finding| {
            finding.rule.id == "fetch.revocation-list" && finding.severity == Severity::Warning
        };
        assert!(report.findings().any(|finding| warned(&finding)), "{}", told(&report));
    }
    net.server.withdraw("/a.crl");
    let report = refused(&net, &alice, ProfileName::Strict, "revocation-unknown");
    assert!(says(&report, "fetch.revocation-list", "status 404"), "{}", told(&report));
}

#[test]
fn strict_is_content_once_every_certificate_below_the_anchor_is_known() {
    let net = Net::with(|server, builder| extended(builder, points(&[server.url("/root.crl")])));
    let alice = net.person(ALICE, &[], &[], &["/a.crl"]);
    net.server.publish("/a.crl", net.list(&current()));
    let root_list = |builder: &CrlBuilder| Page::octets(LIST, net.root.crl(builder).unwrap().der());
    net.server.publish("/root.crl", root_list(&current()));
    let (outcome, recorder) = judged(&net, &alice, ProfileName::Strict);
    assert!(outcome.is_ok(), "{}", told(&outcome.unwrap_err()));
    assert_eq!(recorder.asked().len(), 2);
    let revoked = current().revoke(net.intermediate.certificate(), NOW - Duration::DAY, RevocationReason::CaCompromise);
    net.server.publish("/root.crl", root_list(&revoked));
    let report = refused(&net, &alice, ProfileName::Direct12, "revoked");
    assert!(says(&report, "path.revocation", "Net intermediate"), "{}", told(&report));
}

fn responder(net: &Net, responder: Responder) {
    net.server.publish("/ocsp", Page::responder(RESPONSE, move |request| responder.answer(request)));
}

#[test]
fn a_responder_is_asked_before_a_list_and_its_answer_is_enough() {
    let net = Net::new();
    let alice = net.person(ALICE, &[], &["/ocsp"], &["/a.crl"]);
    let url = net.server.url("/ocsp");
    responder(&net, Responder::issuer(&net.intermediate, NOW));
    let (outcome, recorder) = judged(&net, &alice, ProfileName::Direct12);
    let report = outcome.unwrap().report;
    assert_eq!(recorder.asked(), [(FetchKind::Ocsp, url.clone())]);
    assert!(says(&report, "path.revocation", &format!("not revoked (OCSP answer from {url})")), "{}", told(&report));
    let revoked = Says::Revoked(NOW - Duration::DAY, 4);
    responder(&net, Responder { says: revoked, ..Responder::issuer(&net.intermediate, NOW) });
    let report = refused(&net, &alice, ProfileName::Direct12, "revoked");
    assert!(says(&report, "path.revocation", "superseded"), "{}", told(&report));
}

#[test]
fn an_answer_that_does_not_count_is_told_and_the_list_is_asked_after_it() {
    let net = Net::new();
    let alice = net.person(ALICE, &[], &["/ocsp"], &["/a.crl"]);
    net.server.publish("/a.crl", net.list(&current()));
    let good = || Responder::issuer(&net.intermediate, NOW);
    let past = NOW - Duration::WEEK;
    let plain = net.intermediate.issue(&CertificateBuilder::end_entity("R", NOT_BEFORE, NOT_AFTER)).unwrap();
    let stranger = CertificateBuilder::end_entity("R", NOT_BEFORE, NOT_AFTER).extended_key_usage(OCSP_SIGNING);
    let stranger = net.root.issue(&stranger).unwrap();
    for (bad, why) in [
        (Responder { says: Says::Unknown, ..good() }, "does not know the certificate"),
        (Responder { this_update: past, next_update: Some(past), ..good() }, "out of date"),
        (Responder { nonce: Nonce::Other, ..good() }, "another nonce"),
        (Responder::delegate(&plain, NOW), "OCSPSigning"),
        (Responder::delegate(&stranger, NOW), "was not issued by the issuer"),
    ] {
        responder(&net, bad);
        let (outcome, recorder) = judged(&net, &alice, ProfileName::Direct12);
        let report = outcome.unwrap().report;
        assert!(says(&report, "path.ocsp", why), "{why}: {}", told(&report));
        assert!(says(&report, "path.revocation", "(revocation list from"), "{}", told(&report));
        let kinds: Vec<FetchKind> = recorder.asked().into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, [FetchKind::Ocsp, FetchKind::RevocationList]);
    }
    // Without a list there is the cause of the answer.
    let alice = net.person(ALICE, &[], &["/ocsp"], &[]);
    let report = judged(&net, &alice, ProfileName::Direct12).0.unwrap().report;
    assert!(says(&report, "path.revocation", "was not issued by the issuer"), "{}", told(&report));
}

#[test]
fn recipients_who_need_the_same_url_fetch_it_once() {
    let net = Net::new();
    let alice = net.person(ALICE, &[], &[], &["/a.crl"]);
    net.server.publish("/a.crl", net.list(&current()));
    let (bob, carol) = (net.person(BOB, &[], &[], &["/a.crl"]), net.person(CAROL, &[], &[], &["/a.crl"]));
    let mut world = World::default();
    world.key(ALICE, &alice).trusts(ALICE, &net.root);
    world.certificate(BOB, bob.certificate()).certificate(CAROL, carol.certificate());
    world.authorities.push(net.intermediate.certificate().clone());
    let recorder = Recorder::new();
    let envelope = envelope(ALICE, &[BOB, CAROL], &message(ALICE, &[BOB, CAROL]));
    let report = send(&world, &recorder, Consent::ValidatedChains, &envelope).unwrap().report;
    assert_eq!(recorder.asked().len(), 1, "{:?}", recorder.asked());
    assert_eq!(report.findings().filter(|f| f.detail.contains("(revocation list from")).count(), 2);
}

#[test]
fn the_ninth_fetch_of_a_message_is_refused_and_told() {
    let net = Net::new();
    let alice = net.person(ALICE, &[], &[], &[]);
    let mut world = World::default();
    world.key(ALICE, &alice).trusts(ALICE, &net.root);
    world.authorities.push(net.intermediate.certificate().clone());
    let addresses: Vec<String> = (0..10).map(|number| format!("p{number}@b.example")).collect();
    for (number, address) in addresses.iter().enumerate() {
        let path = format!("/{number}.crl");
        // Were it current, the first list would tell of everybody below the same authority.
        net.server.publish(&path, net.list(&CrlBuilder::new(NOW - Duration::WEEK, NOW - Duration::DAY)));
        world.certificate(address, net.person(address, &[], &[], &[&path]).certificate());
    }
    let to: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let recorder = Recorder::new();
    let envelope = envelope(ALICE, &to, &message(ALICE, &to));
    let report = send(&world, &recorder, Consent::ValidatedChains, &envelope).unwrap().report;
    assert_eq!((recorder.asked().len(), report.fetches.len()), (8, 10));
    let refused: Vec<&Fetch> =
        report.fetches.iter().filter(|f| f.outcome == FetchOutcome::Refused(Refusal::Budget { limit: 8 })).collect();
    assert_eq!(refused.len(), 2);
    assert!(says(&report, "fetch.revocation-list", "which is the limit"), "{}", told(&report));
}

#[test]
fn a_second_run_asks_nobody_for_what_was_good_and_everybody_for_what_was_not() {
    let net = Net::new();
    let alice = net.person(ALICE, &["/intermediate.cer"], &["/ocsp"], &[]);
    responder(&net, Responder::issuer(&net.intermediate, NOW));
    let letter = letter(&net, &alice);
    let world = net.world(&alice, false);
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        let recorder = Recorder::with(Some(folder.path().to_owned()));
        receive(&world, &recorder, Consent::AnyChain, &letter).unwrap().report
    };
    let kept = |report: &Report| report.fetches.iter().filter(|fetch| fetch.kept_until.is_some()).count();
    assert_eq!(kept(&run()), 0);
    let second = run();
    assert_eq!((kept(&second), second.fetches.len()), (2, 2), "{:?}", second.fetches);
    // A kept answer has the nonce of another question, and counts.
    assert!(says(&second, "path.revocation", "not revoked (OCSP answer from"), "{}", told(&second));
    // An answer that did not count is not kept.
    std::fs::remove_dir_all(folder.path()).unwrap();
    responder(&net, Responder { nonce: Nonce::Other, ..Responder::issuer(&net.intermediate, NOW) });
    assert_eq!(kept(&run()), 0);
    let again = run();
    assert_eq!(kept(&again), 1, "{:?}", again.fetches);
    assert!(again.fetches.iter().any(|fetch| fetch.kind == FetchKind::Ocsp && fetch.kept_until.is_none()));
}

/// Answers at once with octets of its own.
struct Canned(Vec<u8>);

impl Fetcher for Canned {
    fn fetch(&self, request: &FetchRequest) -> Fetched {
        let account = Fetch { outcome: FetchOutcome::Fetched, octets: self.0.len(), ..Fetch::new(request) };
        assert!(!matches!(request.purpose, Purpose::Ocsp { .. }));
        Fetched { account, content: Some(self.0.clone()) }
    }
}

#[test]
fn whatever_a_url_gives_nothing_panics_and_nobody_becomes_trusted() {
    let net = Net::new();
    let alice = net.person(ALICE, &["/intermediate.cer"], &[], &[]);
    let letter = letter(&net, &alice);
    let world = net.world(&alice, false);
    let der = net.intermediate.certificate().der();
    let imposter = Authority::self_signed(&ca("Net intermediate")).unwrap();
    let many = bundle(&vec![net.root.certificate(); 600]);
    for octets in
        [b"".to_vec(), vec![0x30; 64], der[..der.len() - 1].to_vec(), imposter.certificate().der().to_vec(), many]
    {
        let report = receive(&world, &Canned(octets), Consent::AnyChain, &letter).unwrap_err();
        assert!(matches!(code(&report), "no-path-to-anchor" | "certificate-signature-invalid"), "{}", code(&report));
    }
}
