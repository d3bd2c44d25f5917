//! A report as a document in three forms: what stands in it, and that nothing of a message can become a part of its form.
#![cfg(test)]

mod support;

use sealscope::agent::{Operation, Report};
use sealscope::mail::Envelope;
use sealscope::pki::PrivateKeyEntry;
use sealscope::report::{Block, Document, Evidence, Format, Redaction, compose, html, markdown, render, report_json};
use support::handmade::{detached, enveloped, multipart_signed, wrapped};
use support::receiver::{Receiver, signed};
use support::{ALICE, BOB, CAROL, Circle, World, alice_and_bob, envelope, message};

fn run(world: &World, operation: Operation, envelope: &Envelope) -> Report {
    world.with_agent(|agent| agent.account(envelope, operation)).unwrap()
}

fn composed(world: &World, runs: &[(&Envelope, &Report)], redaction: Redaction) -> Document {
    world.with_agent(|agent| {
        let runs: Vec<Evidence<'_>> =
            runs.iter().map(|(envelope, report)| Evidence::gather(&agent, envelope, report, Some("a.eml"))).collect();
        compose(&runs, redaction)
    })
}

/// A letter from Alice to Bob that got a footer after she signed it.
fn with_footer(receiver: &Receiver, footer: &str) -> Envelope {
    let content = wrapped(&message(ALICE, &[BOB]));
    let cms = detached(&content, &receiver.circle.address(ALICE));
    let arrived = [content.as_slice(), footer.as_bytes()].concat();
    let sealed = enveloped(ALICE, BOB, &multipart_signed(&arrived, &cms), &[receiver.bob.certificate()]);
    envelope(ALICE, &[BOB], &sealed)
}

fn rejected(redaction: Redaction) -> Document {
    let receiver = Receiver::new();
    let envelope = with_footer(&receiver, "-- \r\na mailing list\r\n");
    let report = run(&receiver.world, Operation::Incoming, &envelope);
    composed(&receiver.world, &[(&envelope, &report)], redaction)
}

#[test]
fn a_proven_cause_is_told_with_its_place_and_without_its_octets() {
    let document = rejected(Redaction::Redacted);
    let part = &document.parts[0];
    assert_eq!((part.word, part.code), ("Rejected", Some("digest-mismatch")));
    let text = markdown(&document);
    for told in [
        "# Rejected",
        "**Proven**: yes",
        "**What happened on the way**: footer-added",
        "| nothing | 2 × sign",
        "NoTrustedRecipients",
        "sealscope incoming message.eml --from sender@a.example --to recipient-1@b.example",
    ] {
        assert!(text.contains(told) || text.contains(&told.replace("2 × sign", "2 signs")), "{told}\n{text}");
    }
    assert!(!text.contains("mailing list\\r") && !text.contains("a mailing list"), "{text}");
    assert!(markdown(&rejected(Redaction::Full)).contains("a mailing list"));
}

// Found by reading a report: a proof of trust was told as one of the signed octets.
#[test]
fn what_is_proven_of_trust_is_told_as_that_with_advice_for_this_message() {
    let receiver = Receiver::new();
    let stranger = Circle::new("Stranger");
    let chain = [&stranger.intermediate, &stranger.root].map(|known| known.certificate().clone());
    let signer = stranger.address(ALICE);
    let signer = PrivateKeyEntry::new(signer.certificate().clone(), chain.into(), signer.key().to_owned()).unwrap();
    let sealed = enveloped(ALICE, BOB, &signed(&signer), &[receiver.bob.certificate()]);
    let envelope = envelope(ALICE, &[BOB], &sealed);
    let report = run(&receiver.world, Operation::Incoming, &envelope);
    let text = markdown(&composed(&receiver.world, &[(&envelope, &report)], Redaction::Redacted));
    assert!(text.contains("**Proven**: yes") && text.contains("**Proof**: The search was made again"), "{text}");
    assert!(!text.contains("octets were found again"), "{text}");
    let mut advice = text.lines().filter(|line| line.contains("What would change it"));
    assert!(advice.any(|line| line.contains("Stranger root")), "{text}");
}

#[test]
fn every_form_says_the_same_of_every_section() {
    let document = rejected(Redaction::Redacted);
    let (page, text, object) = (html(&document), markdown(&document), report_json(&document));
    let sections: Vec<&str> = document.parts[0].sections.iter().map(|section| section.title).collect();
    for wanted in
        ["Verdict", "Why", "What was judged", "Recipients", "Steps", "Signers and certificates", "Every check"]
    {
        assert!(sections.contains(&wanted), "{sections:?}");
    }
    let told: Vec<&str> = object["parts"][0]["sections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|section| section["title"].as_str().unwrap())
        .collect();
    assert_eq!(told, sections);
    for title in sections {
        assert!(page.contains(&format!("<h2>{title}</h2>")) && text.contains(&format!("## {title}\n")), "{title}");
    }
    for format in Format::ALL {
        assert!(render(&document, format).ends_with(['\n', '>']), "{format}");
    }
}

#[test]
fn every_row_has_a_cell_for_each_column() {
    for redaction in [Redaction::Full, Redaction::Redacted, Redaction::WithoutNames] {
        let document = rejected(redaction);
        for block in document.parts.iter().flat_map(|part| &part.sections).flat_map(|section| &section.blocks) {
            if let Block::Table(table) = block {
                assert!(table.rows.iter().all(|row| row.cells.len() == table.columns.len()), "{:?}", table.caption);
            }
        }
    }
}

#[test]
fn the_page_stands_alone_and_runs_nothing() {
    for redaction in [Redaction::Full, Redaction::Redacted] {
        let page = html(&rejected(redaction));
        for absent in
            ["<script", "<link", "<img", "src=", "url(", "@import", "http-equiv=\"refresh\"", " onclick", "<iframe"]
        {
            assert!(!page.contains(absent), "{absent}");
        }
        assert!(page.contains("default-src 'none'") && page.contains("<html lang=\"en\">"));
        // Links lead to places within.
        let links = page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        for link in links {
            let target = link.strip_prefix('#').unwrap_or_else(|| panic!("{link}"));
            assert!(page.contains(&format!("id=\"{target}\"")), "{link}");
        }
        assert_eq!(page.matches("<h1>").count(), 1);
        let heads = page.matches("<th scope=\"col\">").count() + page.matches("<th scope=\"row\">").count();
        assert_eq!(page.matches("<th").count() - page.matches("<thead>").count(), heads);
    }
}

#[test]
fn nothing_of_a_message_becomes_a_part_of_the_form() {
    let evil = "<script>alert(1)</script>&<b>|[a](http://evil.example)|`x`\u{202e}# **z**";
    let letter = String::from_utf8(message(ALICE, &[BOB])).unwrap().replace("Results", evil).replace("All is", evil);
    let circle = Circle::new("Good <i>root</i> | `a`");
    let world = alice_and_bob(&circle);
    let envelope = envelope(ALICE, &[BOB], letter.as_bytes());
    let report = run(&world, Operation::Outgoing, &envelope);
    for redaction in [Redaction::Full, Redaction::Redacted] {
        let document = composed(&world, &[(&envelope, &report)], redaction);
        let (page, text) = (html(&document), markdown(&document));
        assert!(!page.contains("<script>alert") && !page.contains("<i>root") && !page.contains("<b>|"), "{page}");
        for line in text.lines().filter(|line| !line.starts_with("000")) {
            assert!(
                !line.contains("<script>") && !line.replace("\\]", "").contains("](") && !line.contains('\u{202e}'),
                "{line}"
            );
        }
        // A bar that is not escaped would make a cell.
        let mut columns = 0;
        for line in text.lines() {
            let bars = line.replace("\\|", "").matches('|').count();
            if line.starts_with("| ---") || line.starts_with("|") && columns == 0 {
                columns = bars;
            } else if line.starts_with('|') {
                assert_eq!(bars, columns, "{line}");
            } else {
                columns = 0;
            }
        }
    }
    let full = markdown(&composed(&world, &[(&envelope, &report)], Redaction::Full));
    assert!(full.contains("\\<script\\>alert(1)"), "{full}");
}

#[test]
fn several_messages_are_parts_of_one_report_in_which_people_keep_their_names() {
    let receiver = Receiver::new();
    let first = with_footer(&receiver, "x\r\n");
    let mut second = with_footer(&receiver, "");
    second.forward_paths = envelope(ALICE, &[CAROL, BOB], b"").forward_paths;
    let reports = [&first, &second].map(|envelope| run(&receiver.world, Operation::Incoming, envelope));
    let document = composed(&receiver.world, &[(&first, &reports[0]), (&second, &reports[1])], Redaction::Redacted);
    assert_eq!(document.parts.iter().map(|part| part.word).collect::<Vec<_>>(), ["Rejected", "Accepted for some"]);
    let text = markdown(&document);
    assert!(text.starts_with("# Sealscope report on 2 messages\n"), "{text}");
    assert!(text.contains("## Message 2: Accepted for some") && text.contains("### Verdict"), "{text}");
    let (one, other) = text.split_once("## Message 2").unwrap();
    assert!(one.contains("recipient-1\\@b.example") && !one.contains("recipient-2"), "{one}");
    assert!(
        other.contains("| accepted | recipient-1\\@b.example") && other.contains("recipient-2\\@b.example"),
        "{other}"
    );
    let page = html(&document);
    assert!(page.contains("id=\"message-2-verdict\"") && page.contains("<h3>Verdict</h3>"));
}

#[test]
fn a_digest_by_which_a_text_could_be_guessed_is_masked() {
    let circle = Circle::new("Good");
    let world = alice_and_bob(&circle);
    let letter = envelope(ALICE, &[BOB], &message(ALICE, &[BOB]));
    let report = run(&world, Operation::Outgoing, &letter);
    let digest: String =
        openssl::sha::sha256(letter.message.octets()).iter().map(|octet| format!("{octet:02x}")).collect();
    let told = |redaction| markdown(&composed(&world, &[(&letter, &report)], redaction)).contains(&digest);
    assert!(!told(Redaction::Redacted) && told(Redaction::Full));
    // That of ciphertext says nothing of the text.
    let receiver = Receiver::new();
    let sealed = with_footer(&receiver, "");
    let report = run(&receiver.world, Operation::Incoming, &sealed);
    let text = markdown(&composed(&receiver.world, &[(&sealed, &report)], Redaction::Redacted));
    let digest: String =
        openssl::sha::sha256(sealed.message.octets()).iter().map(|octet| format!("{octet:02x}")).collect();
    assert!(text.contains(&digest));
}

#[test]
fn without_names_nobody_is_named_and_certificates_are_told_by_number() {
    let document = rejected(Redaction::WithoutNames);
    for format in Format::ALL {
        let text = render(&document, format);
        for name in ["a.example", "b.example", "Good root", "Good intermediate", "alice"] {
            assert!(!text.contains(name), "{name} in {format}\n{text}");
        }
        assert!(text.contains("domain-1.invalid") && text.contains("digest-mismatch") && text.contains("footer-added"));
    }
}
