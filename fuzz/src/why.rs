//! The diagnosis, reports without names, and expectations.

use openssl::symm::Cipher;
use sealscope::agent::Operation;
use sealscope::batch::Expectations;
use sealscope::diagnose::{diagnose as explain, diagnosis_json};
use sealscope::limits::Limits;
use sealscope::report::{Evidence, Format, Redaction, compose, render};
use sealscope::span::Buffer;

use crate::support::handmade::{detached, enveloped_data, multipart_signed, sealed};
use crate::world::{ALICE, BOB, WORLD, envelope};
use crate::{LIMITS, printable, span_within};

/// The search is cut short, so that an input costs milliseconds.
const SHORT: Limits = Limits { diagnosis_octets: 1 << 20, ..LIMITS };

/// Alice signs what comes before the last NUL, and what comes after it arrives under her signature.
fn altered(input: &[u8]) -> Vec<u8> {
    let place = input.iter().rposition(|octet| *octet == 0);
    let (signed, arrived) = place.map_or((input, input), |place| (&input[..place], &input[place + 1..]));
    let entity = multipart_signed(arrived, &detached(signed, &WORLD.alice));
    sealed(ALICE, BOB, &enveloped_data(&entity, &[WORLD.bob[1].certificate()], Cipher::aes_128_cbc()))
}

/// A diagnosis of an altered content: what is proven is true, places lie in what arrived, sentences are printable.
pub fn diagnose(input: &[u8]) {
    let message = envelope(ALICE, BOB, &altered(input));
    WORLD.with_agent(|agent| {
        let agent = sealscope::agent::Agent { limits: SHORT, ..agent };
        let report = agent.account(&message, Operation::Incoming).expect("receiving does not fail");
        let diagnosis = explain(&agent, &report);
        let buffers: Vec<&Buffer> = report.buffers.iter().collect();
        for change in &diagnosis.changed.places {
            span_within(change.span, &buffers);
            printable(&change.signed_excerpt());
            printable(&change.received_excerpt());
        }
        diagnosis.explanation.iter().chain(&diagnosis.advice).for_each(|sentence| printable(sentence));
        // One that went through has nothing that was undone.
        assert!(!report.is_accepted() || diagnosis.rejection.is_none());
        assert!(diagnosis.transformations.is_empty() || diagnosis.cause.is_some());
        assert!(diagnosis_json(&diagnosis).is_object());
    });
}

/// A word that is in every message inside, and that no report may hold which leaves the house.
const SECRET: &str = "pneumonoultramicroscopic";

/// Whatever stands in a message, a report without its content does not hold the words of it.
pub fn masking(input: &[u8]) {
    // Only letters, so that no encoding of the word is another word.
    let text: String = String::from_utf8_lossy(input).into_owned();
    if text.to_ascii_lowercase().contains("pneumono") {
        return;
    }
    let inner = format!("Subject: {SECRET}\r\n{text}\r\nX-Secret: {SECRET}\r\n\r\n{SECRET}\r\n{text}");
    let message = envelope(ALICE, BOB, &altered(inner.as_bytes()));
    WORLD.with_agent(|agent| {
        let agent = sealscope::agent::Agent { limits: SHORT, ..agent };
        let report = agent.account(&message, Operation::Incoming).expect("receiving does not fail");
        let evidence = Evidence::gather(&agent, &message, &report, None);
        for redaction in [Redaction::Redacted, Redaction::WithoutNames] {
            let document = compose(std::slice::from_ref(&evidence), redaction);
            for format in Format::ALL {
                let rendered = render(&document, format);
                assert!(!rendered.contains(SECRET), "{redaction} {format} holds the message's words");
                assert!(!rendered.contains(ALICE) && !rendered.contains(BOB), "{redaction} {format} holds addresses");
            }
        }
    });
}

/// Expectations, or one sentence with the line.
pub fn expectations(octets: &[u8]) {
    let Ok(text) = std::str::from_utf8(octets) else { return };
    match Expectations::parse(text) {
        Ok(all) => {
            assert!(all.len() <= text.lines().count());
            #[allow(clippy::len_zero, reason = "that the two agree is what is held")]
            let has_none = all.len() == 0;
            assert_eq!(all.is_empty(), has_none);
        }
        Err(error) => {
            assert!(error.line >= 1 && error.line <= text.lines().count());
            printable(&error.to_string());
        }
    }
}
