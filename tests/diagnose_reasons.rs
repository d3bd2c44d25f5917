//! Every reason code gets an explanation of its own, with things of the very message, and advice.
#![cfg(test)]

mod support;

use std::collections::BTreeMap;

use sealscope::diagnose::Diagnosis;
use support::asked::Asked;
use support::coded::{CASES, Cast};
use support::{ALICE, BOB, CAROL};

/// Names, addresses, dates, serial numbers and places that a sentence about this message can only have from it.
fn is_concrete(text: &str) -> bool {
    let named = [ALICE, BOB, CAROL, "dora@d.example", "a.example", "b.example", "intermediate", "Stranger"];
    let numbered = text.split(|sign: char| !sign.is_ascii_alphanumeric());
    let is_number = |word: &str| {
        word.len() >= 2
            && word.chars().all(|sign| sign.is_ascii_hexdigit())
            && word.chars().any(|sign| sign.is_ascii_digit())
    };
    text.contains(" octets)") || named.iter().any(|name| text.contains(name)) || numbered.into_iter().any(is_number)
}

#[test]
fn every_reason_code_is_explained_by_things_of_its_message_and_in_words_of_its_own() {
    let mut cast = Cast::new();
    let mut told: BTreeMap<String, &str> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in CASES {
        let report = cast.run(case);
        let Diagnosis { explanation, advice, cause, proven, proof, .. } = Asked::last().diagnose(&report);
        let text = explanation.join(". ");
        eprintln!(
            "\n{} ({})\n  {}\n  {}",
            case.code,
            case.what,
            explanation.join("\n  "),
            proof.as_deref().map_or_else(|| format!("proven: {proven}"), |proof| format!("Proof: {proof}"))
        );
        advice.iter().for_each(|one| eprintln!("  → {one}"));
        if text.is_empty() || advice.is_empty() {
            wrong.push(format!("{}: nothing is said: {explanation:?} {advice:?}", case.code));
        }
        // Where nobody is left, the reason of each recipient is the cause.
        if cause.map(|cause| cause.as_str()) != Some(case.code) && case.code != "no-trusted-recipients" {
            wrong.push(format!("{}: the cause is told as {cause:?}", case.code));
        }
        if !is_concrete(&text) {
            wrong.push(format!("{}: nothing of this message is in it: {text}", case.code));
        }
        for sentence in explanation.iter().chain(&advice) {
            let starts = sentence.chars().next().is_some_and(|first| first.is_uppercase() || !first.is_alphabetic());
            let name = sentence.starts_with(|first: char| first.is_lowercase())
                && sentence.split(' ').next().is_some_and(|word| word.contains(['@', '/', '.']));
            if sentence.ends_with('.') || !(starts || name) {
                wrong.push(format!("{}: no sentence: {sentence}", case.code));
            }
        }
        if let Some(other) = told.insert(text.clone(), case.code).filter(|other| *other != case.code) {
            let twice = ["no-trusted-recipients", "certificate-not-found"];
            if !(twice.contains(&other) && twice.contains(&case.code)) {
                wrong.push(format!("{} and {other} say the same: {text}", case.code));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
