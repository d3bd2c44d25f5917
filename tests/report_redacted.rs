//! A redacted report contains nothing of the message that it is about.
//!
//! Every message of the demo, in both directions, messages whose signature was broken on the way, messages whose every
//! field is out of the ordinary, and random ones are reported on in all three forms. In none of them may a word of the
//! content, of the subject or of a file's name be found, nor a piece of it as base64, hexadecimal or quoted-printable.
//! That the search can find something is shown by a full report.
#![cfg(test)]

#[path = "support/mangle.rs"]
#[allow(dead_code, reason = "a part of it is used")]
mod mangle;
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use sealscope::agent::{Agent, MakingOptions, NoProgress, Operation, Profile, ProfileName, Report, Stopped};
use sealscope::discovery::Resolver;
use sealscope::discovery::local::LocalResolver;
use sealscope::limits::Limits;
use sealscope::mail::Envelope;
use sealscope::report::{Evidence, Format, Redaction, compose, render};
use sealscope::span::BufferName;
use sealscope::workspace::demo::{self, CASES};
use support::handmade::{detached, enveloped, multipart_signed, opaque, opaque_entity, wrapped};
use support::receiver::Receiver;
use support::{ALICE, BOB, CAROL, World, envelope};
use time::macros::datetime;

const MASKING: [Redaction; 2] = [Redaction::Redacted, Redaction::WithoutNames];

/// Octets of a piece of the content that is searched for.
const WINDOW: usize = 12;

/// What must not be found.
#[derive(Default)]
struct Secret {
    /// Words in lower case.
    words: BTreeSet<String>,
    /// Pieces of the content, and of its encoded forms.
    pieces: Vec<String>,
}

impl Secret {
    /// The body, the subject and the names of files of a message, but for words that are the program's own.
    fn of(message: &[u8]) -> Self {
        let text = String::from_utf8_lossy(message);
        let (header, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let mut secret = Self::default();
        for line in header.lines().filter(|line| line.starts_with("Subject:") || line.contains("name=")) {
            secret.words_of(line.split_once([':', '=']).unwrap().1);
        }
        secret.body(body);
        secret
    }

    fn body(&mut self, body: &str) {
        self.words_of(body);
        let octets = body.trim().as_bytes();
        self.pieces.extend(octets.windows(WINDOW).map(|piece| String::from_utf8_lossy(piece).to_lowercase()));
        // Base64 of the middle looks one of three ways, after where it begins.
        for offset in 0..3 {
            let encoded = STANDARD.encode(octets.get(offset..).unwrap_or_default());
            self.pieces
                .extend(encoded.as_bytes().windows(16).map(|piece| String::from_utf8_lossy(piece).to_lowercase()));
        }
        for separator in ["", " ", ":"] {
            let hex: Vec<String> = octets.iter().map(|octet| format!("{octet:02x}")).collect();
            self.pieces.extend(hex.windows(WINDOW).map(|piece| piece.join(separator)));
        }
        let quoted = mangle::quoted_printable(octets, 76);
        self.pieces.extend(quoted.windows(WINDOW).map(|piece| String::from_utf8_lossy(piece).to_lowercase()));
    }

    fn words_of(&mut self, text: &str) {
        let words = text.split(|character: char| !character.is_alphabetic()).map(str::to_lowercase);
        self.words.extend(words.filter(|word| word.chars().count() >= 5 && !own_words().0.contains(word)));
    }

    /// The first thing that is found in a report.
    fn found_in(&self, report: &str) -> Option<String> {
        let plain = plain(report);
        let words: BTreeSet<&str> = plain.split(|character: char| !character.is_alphabetic()).collect();
        let word = self.words.iter().find(|word| words.contains(word.as_str()));
        let own = &own_words().1;
        let piece = self.pieces.iter().find(|piece| plain.contains(piece.as_str()) && !own.contains(piece.as_str()));
        word.or(piece).cloned()
    }
}

/// A report in lower case, with what its form escapes as it was.
fn plain(report: &str) -> String {
    let mut text = report.to_lowercase();
    for (entity, character) in [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\"")] {
        text = text.replace(entity, character);
    }
    text.replace('\\', "")
}

/// Every word of the program's source but for the demo's, and its text: a report may say these of its own accord.
fn own_words() -> &'static (BTreeSet<String>, String) {
    static WORDS: OnceLock<(BTreeSet<String>, String)> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut words = BTreeSet::new();
        let mut all = String::new();
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let in_report = ["ui", "demo", "lab", "io"].iter().all(|left_out| !path.ends_with(left_out));
                if path.is_dir() && in_report {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let text = fs::read_to_string(path).unwrap().to_lowercase();
                    let text = text.split("\n#[cfg(test)]\nmod tests").next().unwrap();
                    words.extend(text.split(|one: char| !one.is_alphabetic()).map(ToOwned::to_owned));
                    all.push_str(text);
                }
            }
        }
        (words, all)
    })
}

fn run(agent: &Agent<'_>, operation: Operation, envelope: &Envelope) -> Report {
    let ended = match operation {
        Operation::Incoming => agent.process_incoming(envelope).map(|message| message.report),
        Operation::Outgoing => agent.process_outgoing(envelope).map(|message| message.report),
    };
    match ended {
        Ok(report) => report,
        Err(Stopped::Rejected(rejected)) => rejected.report,
        Err(Stopped::Failed(error)) => panic!("{error}"),
    }
}

fn gathered<'a>(agent: &Agent<'_>, envelope: &'a Envelope, report: &'a Report) -> Evidence<'a> {
    Evidence::gather(agent, envelope, report, Some("letter to grandmother.eml"))
}

fn reports(evidence: &Evidence<'_>, redaction: Redaction) -> Vec<String> {
    let document = compose(std::slice::from_ref(evidence), redaction);
    Format::ALL.map(|format| render(&document, format)).into()
}

/// Fails where a redacted report holds something of `secret`.
fn check(what: &str, evidence: &Evidence<'_>, secret: &Secret) {
    for redaction in MASKING {
        for text in reports(evidence, redaction) {
            let found = secret.found_in(&text);
            assert_eq!(found, None, "{what}, {redaction}: {}", around(&text, found.as_deref()));
            for always in ["private key-----", "grandmother", ALICE, BOB, CAROL] {
                assert!(!plain(&text).contains(always), "{what}, {redaction}: {}", around(&text, Some(always)));
            }
        }
    }
}

fn around(text: &str, found: Option<&str>) -> String {
    let text = plain(text);
    let at = found.and_then(|found| text.find(found)).unwrap_or_default();
    let before: String = text[..at].chars().rev().take(300).collect();
    before.chars().rev().chain(text[at..].chars().take(100)).collect()
}

#[test]
fn no_report_of_the_demo_has_anything_of_the_plaintext() {
    let folder = tempfile::tempdir().unwrap();
    let now = datetime!(2026-03-01 9:30 UTC);
    let workspace = demo::create(&folder.path().join("demo"), now).unwrap();
    let contents = workspace.load(Some(&demo::passphrase()));
    let settings = workspace.settings().unwrap();
    let authorities: Vec<_> = contents.authorities.iter().map(|kept| kept.certificate.clone()).collect();
    let local = LocalResolver::new(&contents.parties);
    let resolvers: [&dyn Resolver; 1] = [&local];
    let agent = Agent {
        parties: &contents.parties,
        authorities: &authorities,
        crls: &[],
        local_domains: &settings.local_domains,
        profile: Profile::default(),
        now,
        limits: Limits::DEFAULT,
        resolvers: &resolvers,
        online: None,
        making: MakingOptions::default(),
        seed: [7; 16],
        progress: &NoProgress,
    };
    let mut tripped = 0;
    for case in &CASES {
        let envelope = workspace.message(case.id).unwrap().remove(0);
        let report = run(&agent, case.operation, &envelope);
        let secret = plaintext(case.operation, &report);
        for operation in [Operation::Incoming, Operation::Outgoing] {
            let report = run(&agent, operation, &envelope);
            check(case.id, &gathered(&agent, &envelope, &report), &secret);
        }
        let full = reports(&gathered(&agent, &envelope, &report), Redaction::Full);
        tripped += usize::from(full.iter().all(|text| secret.found_in(text).is_some()));
        for text in full {
            assert!(!plain(&text).contains("private key-----"));
        }
    }
    // Nothing can be said of the one that nobody here can open.
    assert_eq!(tripped, 14);
}

/// What was inside, as far as the run opened it; of a letter that is to be sent, the letter.
fn plaintext(operation: Operation, report: &Report) -> Secret {
    if operation == Operation::Outgoing {
        return Secret::of(report.buffer(BufferName::Received).unwrap().octets());
    }
    let decrypted = report.buffer(BufferName::Decrypted).map(|buffer| buffer.octets().to_vec()).unwrap_or_default();
    let text = String::from_utf8_lossy(&decrypted).into_owned();
    // The letter begins after the header of the wrapper, and ends where the next delimiter is.
    let letter = text.find("From: ").and_then(|start| text.get(start..)).unwrap_or_default();
    Secret::of(letter.split("\r\n--").next().unwrap().as_bytes())
}

/// Words that stand nowhere else, for every place where a sender can put some.
const MARK: &str = "zyxwvu";

/// A letter with a mark in everything that its sender chooses.
fn marked_letter(body: &str) -> String {
    format!(
        "From: Qzyxwvua <alice@a.example>\r\nTo: \"Qzyxwvub\" <bob@b.example>\r\nSubject: Qzyxwvuc\r\n\
         Date: Mon, 1 Jun 2026 11:59:00 +0000 (qzyxwvud)\r\nMessage-ID: <qzyxwvue@zyxwvu.example>\r\n\
         User-Agent: Qzyxwvuf/1.0\r\nMIME-Version: 1.0 (zyxwvu)\r\n\
         Content-Type: multipart/mixed; boundary=qzyxwvug\r\n\r\n\
         --qzyxwvug\r\nContent-Type: text/plain; charset=qzyxwvuh\r\nContent-Transfer-Encoding: qzyxwvui\r\n\r\n{body}\r\n\
         --qzyxwvug\r\nContent-Type: application/x-zyxwvu; name=\"zyxwvu.pdf\"\r\n\
         Content-Disposition: attachment; filename=\"zyxwvu report.pdf\"\r\nContent-ID: <zyxwvu>\r\n\r\nzyxwvu\r\n\
         --qzyxwvug--\r\nzyxwvu\r\n"
    )
}

fn odd(octets: &[u8], old: &str, new: &str) -> Vec<u8> {
    if old.is_empty() { octets.to_vec() } else { mangle::replace(octets, old.as_bytes(), new.as_bytes()) }
}

fn mark() -> Secret {
    Secret { words: BTreeSet::new(), pieces: vec![MARK.to_owned()] }
}

/// Fields of the layers, with what stands in their place.
const ODDITIES: &[(&str, &str)] = &[
    ("", ""),
    ("micalg=sha-256", "micalg=zyxwvu"),
    ("protocol=\"application/pkcs7-signature\"", "protocol=\"application/zyxwvu\""),
    ("protocol=\"application/pkcs7-signature\"", "protocol=\"zyxwvu\""),
    ("boundary=\"=_hand\"", "boundary=\"zyxwvu\""),
    ("boundary=\"=_hand\"", "boundary=\"=_hand\"; zyxwvu"),
    ("multipart/signed", "multipart/zyxwvu"),
    ("multipart/signed", "zyxwvu"),
    ("Content-Type: multipart/signed", "Content-Type: text/zyxwvu\r\nContent-Type: multipart/signed"),
    ("Content-Type: message/rfc822", "Content-Type: message/zyxwvu"),
    ("Content-Type: message/rfc822", "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: zyxwvu"),
    ("Content-Type: message/rfc822", "zyxwvu no colon\r\nContent-Type: message/rfc822"),
    ("Content-Type: message/rfc822", "Zyxwvu-Field: zyxwvu\r\nContent-Type: message/rfc822; x=zyxwvu"),
    ("application/pkcs7-signature; name=smime.p7s", "application/zyxwvu; name=zyxwvu.p7s"),
    ("Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: zyxwvu"),
    ("Subject: ", "Subject: zyxwvu\r\nSubject: "),
    ("From: ", "Sender: zyxwvu@zyxwvu\r\nFrom: zyxwvu, zyxwvu@x.example, "),
    ("Date: ", "Date: zyxwvu\r\nX-Date: "),
    ("--=_hand--", "--=_handzyxwvu"),
    ("--qzyxwvug--", "--qzyxwvugzyxwvu--"),
    ("MIME-Version: 1.0", "MIME-Version: zyxwvu\r\nContent-Description: zyxwvu"),
];

#[test]
fn no_value_that_a_sender_chooses_comes_through_whatever_is_wrong_with_it() {
    let receiver = receiver();
    let alice = receiver.circle.address(ALICE);
    let letter = wrapped(marked_letter("zyxwvu zyxwvu").as_bytes());
    for (number, (old, new)) in ODDITIES.iter().enumerate() {
        // What is odd in the letter is signed as it is; what is odd around it comes after.
        let content = odd(&letter, old, new);
        let inside = content != letter;
        let around = |entity: Vec<u8>| if inside { entity } else { odd(&entity, old, new) };
        let layers: [(&str, Vec<u8>); 4] = [
            ("signed", around(multipart_signed(&content, &detached(&content, &alice)))),
            ("opaque", around(opaque_entity(&opaque(&content, &alice)))),
            ("unsigned", content.clone()),
            ("no entity", b"zyxwvu zyxwvu\xff zyxwvu".to_vec()),
        ];
        // Bytes that are no entity have nothing to be odd in.
        for (layer, entity) in layers.iter().take(if number == 0 { 4 } else { 3 }) {
            let sealed = enveloped(ALICE, BOB, entity, &[receiver.bob.certificate()]);
            let what = format!("{layer}, {old:?} made {new:?}");
            both_profiles(&what, &receiver.world, &envelope(ALICE, &[BOB, CAROL], &sealed));
        }
    }
}

/// Bob with his keys, made once.
fn receiver() -> &'static Receiver {
    static RECEIVER: OnceLock<Receiver> = OnceLock::new();
    RECEIVER.get_or_init(Receiver::new)
}

#[test]
fn no_value_of_the_outer_header_comes_through_whatever_is_wrong_with_it() {
    let receiver = receiver();
    let alice = receiver.circle.address(ALICE);
    let content = wrapped(marked_letter("zyxwvu zyxwvu").as_bytes());
    let entity = multipart_signed(&content, &detached(&content, &alice));
    let sealed = enveloped(ALICE, BOB, &entity, &[receiver.bob.certificate()]);
    let oddities: &[(&str, &str)] = &[
        ("smime-type=enveloped-data", "smime-type=zyxwvu"),
        ("application/pkcs7-mime", "application/zyxwvu"),
        ("application/pkcs7-mime", "text/plain; zyxwvu=zyxwvu"),
        ("Content-Type: ", "Content-Type: text/zyxwvu\r\nContent-Type: "),
        ("Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: zyxwvu"),
        ("name=smime.p7m", "name=zyxwvu"),
        ("From: ", "Received: zyxwvu (zyxwvu\r\nReturn-Path: zyxwvu\r\nFrom: Zyxwvu "),
        ("To: ", "Cc: zyxwvu\r\nBcc: zyxwvu@x.example\r\nTo: zyxwvu: "),
        ("Date: ", "zyxwvu\r\nDate: "),
        ("Date: ", "Subject: zyxwvu\r\nReply-To: zyxwvu\r\nIn-Reply-To: zyxwvu\r\nDate: zyxwvu"),
        ("\r\n\r\n", "\r\n\r\nzyxwvu"),
    ];
    for (old, new) in oddities {
        let message = odd(&sealed, old, new);
        both_profiles(&format!("{old:?} made {new:?}"), &receiver.world, &envelope(ALICE, &[BOB], &message));
    }
    // In the clear: what is signed lies open, and what is not signed either.
    for entity in [entity, opaque_entity(&opaque(&content, &alice)), marked_letter("zyxwvu").into_bytes()] {
        let message = [b"From: zyxwvu <alice@a.example>\r\nTo: bob@b.example\r\n", entity.as_slice()].concat();
        both_profiles("in the clear", &receiver.world, &envelope(ALICE, &[BOB], &message));
    }
}

fn both_profiles(what: &str, world: &World, envelope: &Envelope) {
    for profile in [ProfileName::Direct12, ProfileName::Direct13] {
        world.with_agent(|agent| {
            let agent = Agent { profile: Profile::named(profile), ..agent };
            let report = run(&agent, Operation::Incoming, envelope);
            check(&format!("{what}, {profile}"), &gathered(&agent, envelope, &report), &mark());
        });
    }
}

#[test]
fn a_letter_that_is_to_be_sent_does_not_come_through() {
    let circle = support::Circle::new("Good");
    let mut world = support::alice_and_bob(&circle);
    world.trusts(CAROL, &circle.root);
    for (old, new) in ODDITIES {
        let letter = odd(marked_letter("zyxwvu zyxwvu").as_bytes(), old, new);
        for letter in [letter.clone(), mangle::replace(&letter, b"\r\n", b"\n")] {
            world.with_agent(|agent| {
                let envelope = envelope(ALICE, &[BOB, CAROL], &letter);
                let report = run(&agent, Operation::Outgoing, &envelope);
                check(&format!("{old:?} made {new:?}"), &gathered(&agent, &envelope, &report), &mark());
            });
        }
    }
}

#[test]
fn a_signature_that_was_broken_on_the_way_is_explained_without_the_content() {
    let receiver = receiver();
    let alice = receiver.circle.address(ALICE);
    let letter =
        marked_letter("From zyxwvu: zyxwvu  \r\n.zyxwvu zyxwvu").replace("Content-Transfer-Encoding: qzyxwvui\r\n", "");
    let content = wrapped(letter.as_bytes());
    let cms = detached(&content, &alice);
    let mut explained = 0;
    for mangler in mangle::MANGLERS {
        let changed = (mangler.change)(&content);
        let sealed = enveloped(ALICE, BOB, &multipart_signed(&changed, &cms), &[receiver.bob.certificate()]);
        let envelope = envelope(ALICE, &[BOB], &sealed);
        receiver.world.with_agent(|agent| {
            let report = run(&agent, Operation::Incoming, &envelope);
            let evidence = gathered(&agent, &envelope, &report);
            check(mangler.variant, &evidence, &mark());
            explained += usize::from(evidence.diagnosis.proven);
        });
    }
    assert!(explained >= 10, "{explained} of {} were proven", mangle::MANGLERS.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn a_random_content_does_not_come_through(
        body in "[ -~]{12,200}",
        word in "[a-z]{9,14}",
        footer in proptest::option::of("[ -~]{1,40}"),
    ) {
        let receiver = receiver();
        let alice = receiver.circle.address(ALICE);
        let letter = format!(
            "From: alice@a.example\r\nTo: bob@b.example\r\nSubject: {word}\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; name={word}.txt\r\n\r\n{word} {body} {word}\r\n"
        );
        let content = wrapped(letter.as_bytes());
        let cms = detached(&content, &alice);
        let arrived = footer.map_or(content.clone(), |footer| [content.as_slice(), footer.as_bytes(), b"\r\n"].concat());
        let sealed = enveloped(ALICE, BOB, &multipart_signed(&arrived, &cms), &[receiver.bob.certificate()]);
        let mut secret = Secret { words: BTreeSet::from([word.clone()]), pieces: Vec::new() };
        secret.body(&format!("{word} {body} {word}"));
        receiver.world.with_agent(|agent| {
            let envelope = envelope(ALICE, &[BOB], &sealed);
            let report = run(&agent, Operation::Incoming, &envelope);
            let evidence = gathered(&agent, &envelope, &report);
            check("random", &evidence, &secret);
            let full = reports(&evidence, Redaction::Full);
            assert!(full.iter().all(|text| secret.found_in(text).is_some()));
        });
    }
}
