//! The messages in the window: verdict, recipients, signers and their chains, the list, what may be copied.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, OutputCommand, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::agent::RecipientState;
use sealscope::ui::App;
use sealscope::ui::facts::{self, FactKind};
use sealscope::ui::icons::Status;
use sealscope::ui::outlook::{Judged, Subject};
use sealscope::ui::selection::{Direction, Item};
use sealscope::ui::settings::View;
use sealscope::workspace::demo;
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

fn open(home: &TempDir) -> Window {
    let mut window = support::window(config(home.path()), vec2(1280.0, 2600.0), Theme::Dark);
    settle(&mut window);
    window
}

fn demo(home: &TempDir) -> Window {
    let mut window = open(home);
    click(&mut window, "Explore the demo workspace");
    window
}

fn click(window: &mut Window, words: &str) {
    window.get_by_label_contains(words).click();
    settle(window);
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn names(window: &Window) -> Vec<String> {
    window
        .root()
        .children_recursive()
        .flat_map(|node| [node.accesskit_node().label(), node.accesskit_node().value()])
        .flatten()
        .collect()
}

fn has(window: &Window, words: &str) -> bool {
    names(window).iter().any(|name| name.contains(words))
}

fn show(window: &mut Window, title: &str) {
    let row = window
        .get_all_by_role(Role::ListItem)
        .find(|node| node.accesskit_node().label().is_some_and(|name| name.starts_with(&format!("{title}, "))));
    row.unwrap_or_else(|| panic!("{title}")).click();
    settle(window);
}

// UX.md §5, points 13, 14 and 15.
#[test]
fn every_demo_message_shows_its_outcome_its_code_and_what_each_failed_check_found_and_expected() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    for case in demo::CASES {
        show(&mut window, case.title);
        let word = match (case.rejection, case.operation) {
            (Some(_), _) => "Rejected for ",
            (None, sealscope::agent::Operation::Incoming) => "Accepted for ",
            (None, sealscope::agent::Operation::Outgoing) => "Secured for ",
        };
        assert!(has(&window, word), "{}: {word}", case.title);
        for (address, then) in case.recipients {
            if let demo::ExpectedRecipient::Removed(code) = then {
                assert!(has(&window, code.as_str()), "{}: {code}", case.title);
                assert!(has(&window, &format!("{address} Removed: ")), "{}: {address}", case.title);
            }
        }
        let failed = window.query_all_by_role(Role::TreeItem).filter(|node| starts(node, "Failed: ")).count();
        for value in ["Found ", "Expected ", "Because "] {
            let told = window.query_all_by_role(Role::TreeItem).filter(|node| starts(node, value)).count();
            assert_eq!(told, failed, "{}: {value}", case.title);
        }
    }
}

fn starts(node: &egui_kittest::Node<'_>, words: &str) -> bool {
    node.accesskit_node().label().is_some_and(|name| name.starts_with(words))
}

// Point 14, and the first of the wishes: which anchor was missing, and the way to it.
#[test]
fn who_was_removed_is_told_with_the_chains_end_and_a_button_that_shows_whom_they_trust() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    assert!(has(&window, "carol@b.example was removed: the chain ends at “DEMO Outsider Root CA”"));
    assert!(has(&window, "NoTrustedRecipients"));
    window.get_by_label("Show carol's anchors").click();
    settle(&mut window);
    let state = window.state().state();
    assert_eq!(state.settings.view, View::Addresses);
    let selected = state.selection.current();
    assert!(
        matches!(selected, Some(Item::Anchor(party, Direction::Incoming, _)) if party.to_string() == "carol@b.example"),
        "{selected:?}"
    );
}

// Point 16.
#[test]
fn steps_after_a_failure_read_skipped_and_not_reached() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    show(&mut window, "Tampered body");
    for step in ["5 Enforce trust", "6 Unwrap"] {
        assert!(has(&window, &format!("{step} Skipped, not reached")), "{step}");
    }
}

// Point 17.
#[test]
fn revocation_passes_only_where_a_list_was_consulted_for_every_certificate() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    assert!(has(&window, "Revocation: Not checked"), "the outsider's root publishes no list");
    show(&mut window, "Good message");
    assert!(has(&window, "Revocation: Passed"));
    let mut seen = 0;
    for document in &window.state().state().documents {
        let ran = document.ran().unwrap();
        for (place, signer) in ran.report.signers.iter().enumerate() {
            let judged: Vec<&Judged> = ran.chains.iter().filter(|j| j.subject == Subject::Signer(place)).collect();
            let facts = facts::of(signer, &judged);
            let revocation = facts.iter().find(|fact| fact.kind == FactKind::Revocation).unwrap();
            for path in signer.trust.iter().filter_map(|trust| trust.path.as_ref().ok()) {
                let known = path.revocation().iter().all(|status| *status == sealscope::pki::RevocationStatus::Good);
                assert!(known || revocation.status != Status::Passed, "{}: {revocation:?}", document.name);
                seen += 1;
            }
        }
    }
    assert!(seen > 3);
}

// Point 18.
#[test]
fn a_tampered_body_fails_integrity_while_chain_and_trust_keep_their_own_results() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    show(&mut window, "Tampered body");
    for fact in [
        "Integrity: Failed",
        "Signature: Passed",
        "Chain: Passed",
        "Trust: Passed",
        "Validity: Passed",
        "Revocation: Passed",
        "Address: Passed",
        "Strength: Passed",
    ] {
        assert!(window.query_by_label(fact).is_some(), "{fact}: {:?}", names(&window));
    }
    show(&mut window, "Tampered signature");
    assert!(window.query_by_label("Integrity: Passed").is_some());
    assert!(window.query_by_label("Signature: Failed").is_some());
    show(&mut window, "Signer's certificate expired");
    assert!(window.query_by_label("Signature: Passed").is_some());
    assert!(window.query_by_label("Validity: Failed").is_some());
}

// Point 19.
#[test]
fn of_two_recipients_the_removed_one_is_listed_with_the_reason() {
    let home = TempDir::new().unwrap();
    let window = demo(&home);
    assert!(has(&window, "Accepted for 1 of 2 recipients"));
    let reason = window.state().state().current().and_then(|document| match &document.recipient(1)?.state {
        RecipientState::Removed(reason) => Some(reason.detail.clone()),
        _ => None,
    });
    assert!(has(&window, &format!("carol@b.example Removed: {}", reason.unwrap())));
}

// Point 20, and the matrix of signers and recipients, by pointer and by keyboard (points 41 and 50).
#[test]
fn two_signers_have_a_row_each_and_with_two_recipients_a_grid_whose_cells_are_selected_by_keyboard() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    show(&mut window, "Two signers, one trusted");
    let signers: Vec<String> =
        names(&window).into_iter().filter(|name| name.starts_with("DEMO alice@a.example: ")).collect();
    assert_eq!(signers.len(), 2, "{signers:?}");
    assert_eq!(signers.iter().filter(|name| name.ends_with("used")).count(), 1, "{signers:?}");
    assert!(window.query_by_role(Role::Grid).is_none(), "one recipient needs no grid");
    press(&mut window, Modifiers::COMMAND, Key::E);
    window.get_by_role_and_label(Role::TextInput, "RCPT TO").focus();
    settle(&mut window);
    press(&mut window, Modifiers::COMMAND, Key::End);
    window.get_by_role_and_label(Role::TextInput, "RCPT TO").type_text(", bob@b.example");
    settle(&mut window);
    click(&mut window, "Apply and run");
    assert!(window.query_by_role(Role::Grid).is_some());
    assert_eq!(window.query_all_by_role(Role::Cell).count(), 4);
    click(&mut window, "carol@b.example, 2 issued by DEMO Intermediate CA: Accepts");
    let id = window.state().state().current.unwrap();
    assert_eq!(window.state().state().selection.current(), Some(&Item::Trust(id, 1, 0)));
    assert!(has(&window, "Show the signer"), "the Inspector explains the cell");
    press(&mut window, Modifiers::NONE, Key::ArrowLeft);
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    assert_eq!(window.state().state().selection.current(), Some(&Item::Trust(id, 0, 1)));
    let cell = window.get_by_label_contains("bob@b.example, 1 issued by DEMO Outsider Root CA: Not reached");
    assert_eq!(cell.accesskit_node().is_selected(), Some(true));
}

// The chain link by link: where it breaks off, and each certificate a chip that selects it.
#[test]
fn a_chain_without_its_intermediate_stops_at_a_gap_that_names_the_missing_issuer() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    assert!(has(&window, "Not the one anchor that carol@b.example trusts"));
    assert!(has(&window, "A trust anchor of bob@b.example"));
    show(&mut window, "Missing intermediate");
    assert!(window.query_by_label("The chain stops here").is_some());
    let gap = names(&window).into_iter().find(|name| name.starts_with("Gap: no certificate of “"));
    assert!(gap.as_ref().is_some_and(|gap| gap.contains("CN=")), "{gap:?}");
    let leaf = window.state().state().current().unwrap().signer(0).unwrap().certificate.clone().unwrap();
    window.get_by_role_and_label(Role::Button, &leaf.common_name()).click();
    settle(&mut window);
    assert_eq!(window.state().state().selection.current(), Some(&Item::Certificate(leaf)));
}

// Point 21.
#[test]
fn a_bare_message_says_what_is_assumed_and_its_envelope_can_be_edited_by_keyboard() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let letter = "From: alice@a.example\r\nTo: bob@b.example\r\nSubject: Hello\r\n\r\nHi\r\n";
    window.event(Event::Paste(letter.to_owned()));
    settle(&mut window);
    assert!(has(&window, "assumed from the headers"));
    assert!(window.query_by_label("Edit envelope").is_some());
    press(&mut window, Modifiers::COMMAND, Key::E);
    assert!(window.query_by_role_and_label(Role::TextInput, "MAIL FROM").is_some());
    click(&mut window, "Apply and run");
    assert!(!has(&window, "assumed from the headers"));
}

fn copied(window: &mut Window) -> String {
    let modifiers = Modifiers::COMMAND | Modifiers::SHIFT;
    let pressed = Event::Key { key: Key::W, physical_key: None, pressed: true, repeat: false, modifiers };
    window.input_mut().events.push(pressed);
    window.step();
    let commands = &window.output().platform_output.commands;
    let copied = commands.iter().find_map(|command| match command {
        OutputCommand::CopyText(copied) => Some(copied.clone()),
        _ => None,
    });
    copied.expect("something was copied")
}

// Point 23.
#[test]
fn copy_why_has_outcome_codes_fingerprints_and_time_and_no_key_passphrase_or_body() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    for case in demo::CASES {
        show(&mut window, case.title);
        let copied = copied(&mut window);
        settle(&mut window);
        let document = window.state().state().current().unwrap();
        let report = document.report().unwrap();
        assert!(copied.contains("Evaluated at  2026-03-02 09:30 UTC"), "{copied}");
        if let Some(code) = case.rejection {
            assert!(copied.contains(code.as_str()), "{copied}");
        }
        for certificate in report.signers.iter().filter_map(|signer| signer.certificate.as_ref()) {
            assert!(copied.contains(&certificate.fingerprint_colons()), "{copied}");
        }
        assert!(!copied.contains("PRIVATE KEY") && !copied.contains(demo::PASSPHRASE), "{copied}");
        let bodies = document.buffers().into_iter().filter_map(|buffer| std::str::from_utf8(buffer.octets()).ok());
        let lines = bodies.flat_map(|body| body.split("\r\n\r\n").skip(1)).flat_map(str::lines);
        for line in lines.filter(|line| line.len() > 24 && !line.starts_with("Content-")) {
            assert!(!copied.contains(line), "{}: {line}", case.title);
        }
    }
}

// Points 44 and 53: what a filter hides is told, with the way back.
#[test]
fn a_filter_that_nothing_matches_says_how_many_it_hides_and_is_cleared_by_a_click() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    press(&mut window, Modifiers::COMMAND, Key::F);
    window.get_by_label("Filter messages").type_text("zebra");
    settle(&mut window);
    assert!(has(&window, "Nothing matches “zebra”. 15 hidden"));
    click(&mut window, "Clear");
    assert_eq!(window.query_all_by_role(Role::ListItem).count(), 15);
    window.get_by_label("Usable").click();
    settle(&mut window);
    let usable = window.query_all_by_role(Role::ListItem).count();
    window.get_by_label("Problems").click();
    settle(&mut window);
    let problems = window.query_all_by_role(Role::ListItem).count();
    assert_eq!(problems, window.state().state().messages_with_problems());
    assert!(usable > 0 && usable < 15 && problems < 15, "{usable} {problems}");
    window.get_by_label("Filter messages").focus();
    settle(&mut window);
    window.get_by_label("Filter messages").type_text("OSCAR");
    settle(&mut window);
    assert!(window.query_all_by_role(Role::ListItem).count() < problems);
}

// Wish 25: the headers stay in wire order, and a filter leaves those that were asked for.
#[test]
fn headers_are_filtered_without_losing_their_order() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    show(&mut window, "Outer and wrapped From differ");
    assert!(has(&window, "From differs: outer "));
    window.get_by_label("Filter headers").focus();
    settle(&mut window);
    window.get_by_label("Filter headers").type_text("from differs");
    settle(&mut window);
    assert!(has(&window, "From differs: outer ") && !has(&window, "Subject wrapped only"));
}

// F8 leads to checks that failed, one after the other, and Shift+F8 back.
#[test]
fn the_next_problem_is_selected_by_keyboard_and_so_is_the_previous_one() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    press(&mut window, Modifiers::NONE, Key::F8);
    let first = window.state().state().selection.current().cloned();
    assert!(matches!(first, Some(Item::Check(_, _))), "{first:?}");
    press(&mut window, Modifiers::NONE, Key::F8);
    assert_ne!(window.state().state().selection.current().cloned(), first);
    press(&mut window, Modifiers::SHIFT, Key::F8);
    assert_eq!(window.state().state().selection.current().cloned(), first);
}

// Point 51.
#[test]
fn names_that_would_reorder_or_break_a_line_are_shown_escaped_and_long_ones_elided() {
    let home = TempDir::new().unwrap();
    let long = "x".repeat(200);
    let name = format!("\u{202e}gnp\u{7}{long}.eml");
    let path = home.path().join(name);
    let letter = "From: \u{202e}ecila <alice@a.example>\r\nTo: bob@b.example\r\nSubject: \u{2067}\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{4f60}\u{597d}\r\n\r\nHi\r\n";
    std::fs::write(&path, letter).unwrap();
    let mut settings = config(home.path());
    settings.files = vec![path];
    let mut window = support::window(settings, vec2(1280.0, 1800.0), Theme::Light);
    settle(&mut window);
    assert_eq!(window.state().state().documents.len(), 1);
    window.get_by_label("Filter messages").focus();
    settle(&mut window);
    window.get_by_label("Filter messages").type_text("\u{202e}nothing");
    settle(&mut window);
    // What somebody types is theirs; everything else is said by the window.
    let typed = [Role::TextInput, Role::TextRun];
    let nodes = window.root().children_recursive();
    let said: Vec<String> = nodes
        .filter(|node| !typed.contains(&node.accesskit_node().role()))
        .flat_map(|node| [node.accesskit_node().label(), node.accesskit_node().value()])
        .flatten()
        .collect();
    let steers = |found: char| found.is_control() && found != '\n' || ('\u{202a}'..='\u{202e}').contains(&found);
    assert!(said.iter().any(|name| name.contains("\\u{202e}gnp\\u{07}")), "{said:?}");
    assert!(!said.iter().any(|name| name.contains(steers) || name.contains('\u{2067}')), "{said:?}");
}
