//! Keys and trust of addresses in the window: what a change does to answers, who trusts whom, and what is said where
//! there is nothing.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use sealscope::ui::App;
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

fn demo_in(home: &TempDir) -> Window {
    let mut window = support::window(config(home.path()), vec2(1280.0, 1800.0), Theme::Light);
    settle(&mut window);
    click(&mut window, "Explore the demo workspace");
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

fn click_row(window: &mut Window, words: &str) {
    window.get_by_label_contains(words).click();
    settle(window);
}

fn has(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

fn show_party(window: &mut Window, row: &str) {
    press(window, Modifiers::COMMAND, Key::Num3);
    click_row(window, row);
}

fn files_under(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut open = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let octets = fs::read(&path).unwrap();
                found.push((path, octets));
            }
        }
    }
    found.sort();
    found
}

fn accepted(window: &Window) -> usize {
    let documents = &window.state().state().documents;
    documents.iter().filter(|document| document.report().is_some_and(|report| report.is_accepted())).count()
}

/// Takes the outsider's root in as an anchor of the party that is shown.
fn trust_the_outsider(window: &mut Window, home: &Path) {
    let pem = {
        let state = window.state().state();
        let anchors = state.parties().iter().flat_map(|party| party.anchors());
        let outsider = anchors.map(|anchor| &anchor.certificate).find(|found| found.common_name().contains("Outsider"));
        outsider.unwrap().pem()
    };
    let path = home.join("outsider.pem");
    fs::write(&path, pem).unwrap();
    press(window, Modifiers::COMMAND | Modifiers::ALT, Key::O);
    window.get_by_label("Path").type_text(&path.display().to_string());
    settle(window);
    press(window, Modifiers::NONE, Key::Enter);
    window.query_all_by_role_and_label(Role::Button, "Import").next().unwrap().click();
    settle(window);
}

// UX.md §5, points 34 and 35.
#[test]
fn an_anchor_that_is_added_changes_answers_and_who_trusts_and_undo_restores_both() {
    let home = TempDir::new().unwrap();
    let mut window = demo_in(&home);
    let parties = home.path().join("demo/parties");
    let (before, first) = (files_under(&parties), accepted(&window));
    show_party(&mut window, "alice@a.example, 1 key");
    trust_the_outsider(&mut window, home.path());
    assert!(accepted(&window) > first);
    let with = accepted(&window);
    show_party(&mut window, "oscar@outsider.example, ");
    let through = |window: &Window| window.query_all_by_label_contains("Yes, through DEMO Outsider Root CA").count();
    let trusting = through(&window);
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!((accepted(&window), files_under(&parties)), (first, before));
    show_party(&mut window, "oscar@outsider.example, ");
    assert_eq!(through(&window) + 1, trusting);
    press(&mut window, Modifiers::COMMAND, Key::Y);
    assert_eq!(accepted(&window), with);
}

// UX.md §5, point 43.
#[test]
fn fifty_undone_and_redone_steps_leave_the_workspace_byte_identical_and_nothing_else_adds_one() {
    let home = TempDir::new().unwrap();
    let mut window = demo_in(&home);
    let parties = home.path().join("demo/parties");
    let before = files_under(&parties);
    press(&mut window, Modifiers::NONE, Key::F5);
    for key in [Key::B, Key::I, Key::J, Key::B, Key::I, Key::J] {
        press(&mut window, Modifiers::COMMAND, key);
    }
    assert!(!window.state().state().history.can_undo());
    show_party(&mut window, "bob@b.example, 1 key");
    click_row(&mut window, "DEMO Root CA, for sending and receiving");
    click(&mut window, "Stop trusting");
    let after = files_under(&parties);
    assert_ne!(after, before);
    for _ in 0..25 {
        press(&mut window, Modifiers::COMMAND, Key::Z);
        assert!(!window.state().state().history.can_undo());
        press(&mut window, Modifiers::COMMAND, Key::Y);
        assert!(!window.state().state().history.can_redo());
    }
    assert_eq!(files_under(&parties), after);
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(files_under(&parties), before);
}

// UX.md §5, point 53.
#[test]
fn an_address_without_anything_says_what_it_lacks_with_one_action_each() {
    let home = TempDir::new().unwrap();
    let mut window = demo_in(&home);
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    click(&mut window, "Add an address or a domain");
    window.get_by_role_and_label(Role::TextInput, "New address or domain").type_text("dora@d.example");
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::Enter);
    for sentence in [
        "No private key for dora@d.example, so nothing sent to it can be decrypted here",
        "dora@d.example trusts nobody yet, so every message to it is rejected",
        "Cannot send, because it has no private key",
        "Cannot receive, because it has no private key",
        "The domain is not local",
    ] {
        assert!(has(&window, sentence), "{sentence}");
    }
    for action in ["Import .p12…", "Add anchor…"] {
        assert_eq!(window.query_all_by_role_and_label(Role::Button, action).count(), 1, "{action}");
    }
}

#[test]
fn an_address_says_until_when_it_can_send_and_receive_and_while_locked_how_to_get_there() {
    let home = TempDir::new().unwrap();
    let mut window = demo_in(&home);
    show_party(&mut window, "bob@b.example, 1 key");
    assert!(has(&window, "Can send until 2") && has(&window, "Can receive until 2"));
    assert!(has(&window, "The domain is local"));
    press(&mut window, Modifiers::COMMAND, Key::L);
    assert!(has(&window, "Cannot receive, because it has keys, and they are locked"));
    assert_eq!(window.query_all_by_role_and_label(Role::Button, "Unlock…").count(), 1);
}
