//! The layout Explain: one step at a time, before and after, for every message of the demo.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::agent::{Operation, StepName, StepOutcome};
use sealscope::ui::App;
use sealscope::ui::document::Document;
use sealscope::ui::selection::Item;
use sealscope::ui::text::explain as words;
use sealscope::ui::text::what_happened::what_happened;
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

fn open(home: &TempDir) -> Window {
    let mut window = support::window(config(home.path()), vec2(1600.0, 2400.0), Theme::Dark);
    settle(&mut window);
    window
}

fn explained(home: &TempDir) -> Window {
    let mut window = open(home);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::F3);
    window
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn click(window: &mut Window, name: &str) {
    window.get_by_label(name).click();
    settle(window);
}

fn has(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

fn document(window: &Window) -> &Document {
    window.state().state().current().unwrap()
}

fn show(window: &mut Window, title: &str) {
    let place = |window: &Window| {
        let documents = &window.state().state().documents;
        let wanted = documents.iter().position(|document| document.name == title).unwrap();
        let shown = documents.iter().position(|document| document.id == self::document(window).id).unwrap();
        (wanted, shown)
    };
    loop {
        let (wanted, shown) = place(window);
        match wanted.cmp(&shown) {
            std::cmp::Ordering::Equal => return,
            std::cmp::Ordering::Greater => click(window, words::NEXT_MESSAGE),
            std::cmp::Ordering::Less => click(window, words::PREVIOUS_MESSAGE),
        }
    }
}

fn selected_step(window: &Window) -> StepName {
    match window.state().state().selection.current() {
        Some(Item::Step(_, step)) => *step,
        other => panic!("no step is selected: {other:?}"),
    }
}

/// Everything that a step has to show.
fn check_step(window: &Window, place: usize) {
    let document = document(window);
    let report = document.report().unwrap();
    let step = &report.trace.steps[place];
    let case = format!("{}, {}", document.name, step.name.title());
    assert_eq!(selected_step(window), step.name, "{case}");
    for name in [words::BEFORE, words::AFTER, words::WHAT_HAPPENED, words::SPECIFICATION] {
        assert!(window.query_by_label(name).is_some(), "{case} lacks {name}");
    }
    let specification = words::specification_of(step.name, report.operation);
    assert!(has(window, specification.words) && has(window, specification.clause), "{case}");
    if step.outcome == StepOutcome::Skipped {
        assert!(has(window, "This step was not reached. The run had ended before, at"), "{case}");
        assert!(has(window, words::NOTHING_CAME) && has(window, words::NOTHING_LEFT), "{case}");
    } else {
        let sentences = what_happened(report, step, "");
        assert!((1..=6).contains(&sentences.len()), "{case}: {sentences:?}");
        assert!(sentences.iter().all(|sentence| sentence.ends_with('.') && !sentence.contains("..")), "{sentences:?}");
        assert!(has(window, &sentences.join(" ")), "{case}: {sentences:?}");
        assert!(!has(window, words::NOTHING_CAME), "{case} starts from nothing");
        if step.after.is_some() {
            assert!(window.query_all_by_label(words::SHOW_OCTETS).next().is_some(), "{case}");
        }
    }
    assert!(window.unnamed_widgets().is_empty(), "{case}: {:?}", window.unnamed_widgets());
}

// UX.md §5, points 16 and 50.
#[test]
fn every_step_of_every_demo_message_shows_before_after_what_happened_and_the_specification() {
    let home = TempDir::new().unwrap();
    let mut window = explained(&home);
    show(&mut window, "Good message");
    let total = window.state().state().documents.len();
    assert_eq!(total, 15);
    let mut directions = Vec::new();
    for message in 0..total {
        press(&mut window, Modifiers::NONE, Key::Home);
        for place in 0..6 {
            check_step(&window, place);
            press(&mut window, Modifiers::NONE, Key::ArrowRight);
        }
        directions.push(document(&window).report().unwrap().operation);
        if message + 1 < total {
            click(&mut window, words::NEXT_MESSAGE);
        }
    }
    assert!(directions.contains(&Operation::Incoming) && directions.contains(&Operation::Outgoing));
}

// UX.md §2.3, wireframe F.
#[test]
fn the_arrow_keys_go_through_the_steps_and_another_message_keeps_the_step() {
    let home = TempDir::new().unwrap();
    let mut window = explained(&home);
    assert_eq!(selected_step(&window), StepName::FindRecipientKeys);
    press(&mut window, Modifiers::NONE, Key::ArrowRight);
    press(&mut window, Modifiers::NONE, Key::ArrowRight);
    assert_eq!(selected_step(&window), StepName::ExtractSignedPart);
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    press(&mut window, Modifiers::NONE, Key::ArrowLeft);
    assert_eq!(selected_step(&window), StepName::Decrypt);
    press(&mut window, Modifiers::NONE, Key::End);
    press(&mut window, Modifiers::NONE, Key::ArrowRight);
    assert_eq!(selected_step(&window), StepName::Unwrap);
    click(&mut window, "Step 4, Verify signature, Passed");
    assert_eq!(selected_step(&window), StepName::VerifySignature);
    show(&mut window, "Tampered signature");
    assert_eq!(selected_step(&window), StepName::VerifySignature);
    click(&mut window, words::PREVIOUS_STEP);
    assert_eq!(selected_step(&window), StepName::ExtractSignedPart);
}

// Point 9: a field keeps its own keys.
#[test]
fn the_arrow_keys_stay_in_a_field_that_is_typed_in() {
    let home = TempDir::new().unwrap();
    let mut window = explained(&home);
    window.get_by_role_and_label(Role::TextInput, "Go to offset").focus();
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::ArrowRight);
    press(&mut window, Modifiers::NONE, Key::End);
    assert_eq!(selected_step(&window), StepName::FindRecipientKeys);
}

// Point 18.
#[test]
fn the_digests_stand_side_by_side_and_are_called_equal_or_different() {
    let home = TempDir::new().unwrap();
    let mut window = explained(&home);
    click(&mut window, "Step 4, Verify signature, Passed");
    assert!(window.query_by_label(words::EQUAL).is_some() && window.query_by_label(words::DIFFERENT).is_none());
    show(&mut window, "Tampered body");
    assert!(window.query_by_label(words::DIFFERENT).is_some() && window.query_by_label(words::EQUAL).is_none());
    show(&mut window, "Tampered signature");
    assert!(window.query_by_label(words::EQUAL).is_some(), "the content is untouched");
    assert!(has(&window, "Signature invalid, signer DEMO alice@a.example"));
}

// Points 19 and 25.
#[test]
fn the_chain_is_drawn_link_by_link_for_each_recipient_and_a_link_opens_in_the_inspector() {
    let home = TempDir::new().unwrap();
    let mut window = explained(&home);
    click(&mut window, "Step 5, Enforce trust, Warning");
    assert!(has(&window, "bob@b.example trusts this chain"));
    assert!(has(&window, "carol@b.example does not trust this chain"));
    let roots = window.query_all_by_role_and_label(Role::Button, "DEMO Outsider Root CA").count();
    assert_eq!(roots, 2, "one chain ends at a trust anchor, the other only ends");
    window.query_all_by_role_and_label(Role::Button, "DEMO Outsider Root CA").next().unwrap().click();
    settle(&mut window);
    assert!(has(&window, "Who trusts this?") && !has(&window, words::WHAT_HAPPENED));
    click(&mut window, words::BACK_TO_STEP);
    assert_eq!(selected_step(&window), StepName::EnforceTrust);
    assert!(has(&window, words::WHAT_HAPPENED));
}

// Point 25.
#[test]
fn the_octets_of_a_preview_are_marked_in_the_drawer() {
    let home = TempDir::new().unwrap();
    let mut window = explained(&home);
    click(&mut window, "Step 4, Verify signature, Passed");
    click(&mut window, words::SHOW_OCTETS);
    let content = document(&window).step(StepName::VerifySignature).unwrap().before.unwrap();
    let id = document(&window).id;
    assert_eq!(window.state().state().selection.current(), Some(&Item::Octets(id, content)));
    assert!(has(&window, words::WHAT_HAPPENED), "the account stays beside the octets");
}

// Point 53.
#[test]
fn without_a_message_it_says_so_and_offers_one_action() {
    let home = TempDir::new().unwrap();
    let mut window = open(&home);
    press(&mut window, Modifiers::NONE, Key::F3);
    assert!(window.query_by_label(words::NO_MESSAGE).is_some());
    assert!(window.query_by_role_and_label(Role::Button, words::OPEN_DEMO).is_some());
    press(&mut window, Modifiers::COMMAND, Key::Num2);
    click(&mut window, words::SHOW_COMPOSER);
    assert!(window.query_by_label(words::COMPOSER_IS_LEFT).is_some());
    assert!(window.query_by_label("Process").is_some());
}

// Point 36.
#[test]
fn what_was_sent_is_explained_in_the_send_view() {
    let home = TempDir::new().unwrap();
    let mut window = explained(&home);
    press(&mut window, Modifiers::COMMAND, Key::Num2);
    click(&mut window, words::SHOW_COMPOSER);
    for (field, typed) in [("RCPT TO", "bob@b.example"), ("Subject", "Hello")] {
        window.get_by_role_and_label(Role::TextInput, field).focus();
        settle(&mut window);
        window.get_by_role_and_label(Role::TextInput, field).type_text(typed);
        settle(&mut window);
    }
    click(&mut window, "Process");
    assert!(has(&window, "Step 1, Find sender keys, Passed"));
    click(&mut window, "Step 6, New envelope, Passed");
    assert!(has(&window, words::SECURED) && has(&window, words::IN_CLEAR));
    let kept = window.query_all_by_label(words::INSIDE_ONLY).count();
    assert_eq!(kept, 1);
    let subject = window
        .root()
        .children_recursive()
        .any(|node| node.accesskit_node().label().is_some_and(|label| label.split(", ").any(|name| name == "Subject")));
    assert!(subject, "the subject stays inside");
}
