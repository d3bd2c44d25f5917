//! The views that change things: sending, and the keys and anchors of addresses, driven by role and name.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::pki::Passphrase;
use sealscope::ui::App;
use sealscope::ui::selection::Item;
use sealscope::workspace::{Workspace, demo, party_name};
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

fn demo_in(home: &TempDir) -> Window {
    let mut window = support::window(config(home.path()), vec2(1280.0, 1800.0), Theme::Light);
    settle(&mut window);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
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

fn type_into(window: &mut Window, role: Role, name: &str, words: &str) {
    window.get_by_role_and_label(role, name).focus();
    settle(window);
    window.get_by_role_and_label(role, name).type_text(words);
    settle(window);
}

fn has(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

fn rows(window: &Window, words: &str) -> usize {
    let named = |role| {
        window
            .query_all_by_role(role)
            .filter(|node| node.accesskit_node().label().is_some_and(|name| name.contains(words)))
            .count()
    };
    named(Role::Row) + named(Role::TreeItem) + named(Role::ListItem)
}

fn files_under(folder: &Path) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut open = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push((path.display().to_string(), fs::read(&path)?));
            }
        }
    }
    found.sort();
    Ok(found)
}

#[test]
fn a_certificate_is_shown_once_and_an_expired_one_says_so_in_words() {
    let home = TempDir::new().unwrap();
    let mut window = demo_in(&home);
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    click_row(&mut window, "alice@a.example, 1 key");
    assert_eq!(rows(&window, "demo-alice@a.example, private key"), 1);
    assert_eq!(rows(&window, "demo-alice@a.example, certificate"), 0);
    assert_eq!(rows(&window, "expired 2"), 1);
    assert_eq!(rows(&window, "for sending and receiving"), 1);
}

// UX.md §5, point 30.
#[test]
fn a_locked_key_still_shows_its_certificate() {
    let home = TempDir::new().unwrap();
    let mut window = demo_in(&home);
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    press(&mut window, Modifiers::COMMAND, Key::L);
    click_row(&mut window, "bob@b.example, 1 key");
    assert_eq!(rows(&window, "locked key, bob@b.example, until"), 1);
    assert!(has(&window, "has keys, and they are locked"));
    assert!(window.query_by_label("Unlock…").is_some());
}

// Point 35.
#[test]
fn who_trusts_an_address_is_who_has_an_anchor_that_its_chain_reaches() {
    let home = TempDir::new().unwrap();
    let mut window = demo_in(&home);
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    click_row(&mut window, "oscar@outsider.example, ");
    assert!(has(&window, "As a signer through DEMO Outsider Root CA, as a recipient not"));
    assert!(has(&window, "No path to a trust anchor"));
}

// Points 34 and 43.
#[test]
fn removing_an_anchor_changes_outcomes_and_undo_brings_everything_back() {
    let home = TempDir::new().unwrap();
    let mut window = demo_in(&home);
    let parties = home.path().join("demo/parties");
    let before = files_under(&parties).unwrap();
    let accepted = |window: &Window| {
        let documents = &window.state().state().documents;
        documents.iter().filter(|document| document.report().is_some_and(|report| report.is_accepted())).count()
    };
    let first = accepted(&window);
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    click_row(&mut window, "bob@b.example, 1 key");
    click_row(&mut window, "DEMO Root CA, for sending and receiving");
    click(&mut window, "Stop trusting");
    assert!(accepted(&window) < first);
    assert_ne!(files_under(&parties).unwrap(), before);
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(files_under(&parties).unwrap(), before);
    assert_eq!(accepted(&window), first);
    press(&mut window, Modifiers::COMMAND, Key::Y);
    assert!(accepted(&window) < first);
    assert!(!window.state().state().history.can_redo());
}

#[test]
fn an_address_is_added_and_a_wrong_one_is_answered_under_the_field() {
    let home = TempDir::new().unwrap();
    let mut window = demo_in(&home);
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    click(&mut window, "Add an address or a domain");
    type_into(&mut window, Role::TextInput, "New address or domain", "no address");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(window.query_by_label("New address or domain").is_some() && window.state().state().parties().len() == 6);
    window.get_by_role_and_label(Role::TextInput, "New address or domain").focus();
    settle(&mut window);
    press(&mut window, Modifiers::COMMAND, Key::A);
    type_into(&mut window, Role::TextInput, "New address or domain", "dora@d.example");
    press(&mut window, Modifiers::NONE, Key::Enter);
    let dora = party_name("dora@d.example").unwrap();
    assert!(window.state().state().party(&dora).is_some());
    assert!(window.state().state().selection.is(&Item::Party(dora)));
    assert!(has(&window, "dora@d.example trusts nobody yet, so every message to it is rejected"));
    assert!(has(&window, "No private key for dora@d.example"));
}

// Points 31 and 32: a file with a passphrase of its own.
#[test]
fn a_locked_file_asks_in_place_and_is_imported_after_the_second_try() {
    let home = TempDir::new().unwrap();
    let mut window = demo_in(&home);
    let workspace = Workspace::open(home.path().join("demo")).unwrap();
    let alice = party_name("alice@a.example").unwrap();
    let (stored, own) = (Passphrase::new(demo::PASSPHRASE), Passphrase::new("of the file"));
    let file = home.path().join("alice.p12");
    fs::write(&file, workspace.export_key(&alice, "demo-alice@a.example", &stored, &own).unwrap()).unwrap();
    press(&mut window, Modifiers::COMMAND | Modifiers::ALT, Key::O);
    window.get_by_label("Path").type_text(&file.display().to_string());
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::Enter);
    for (words, opens) in [("wrong", false), ("of the file", true)] {
        assert!(window.get_by_role(Role::PasswordInput).is_focused(), "{words}");
        window.get_by_role(Role::PasswordInput).type_text(words);
        settle(&mut window);
        press(&mut window, Modifiers::NONE, Key::Enter);
        assert_eq!(has(&window, "Wrong passphrase"), !opens, "{words}");
    }
    assert_eq!(window.get_by_label("For the address or domain").value().as_deref(), Some("alice@a.example"));
    click(&mut window, "Import");
    assert!(window.state().state().import.is_none());
}

// Point 37.
#[test]
fn nothing_can_be_saved_when_no_recipient_is_left() {
    let home = TempDir::new().unwrap();
    let mut window = demo_in(&home);
    press(&mut window, Modifiers::COMMAND, Key::Num2);
    type_into(&mut window, Role::TextInput, "RCPT TO", "eve@elsewhere.example");
    press(&mut window, Modifiers::COMMAND, Key::Enter);
    assert!(has(&window, "Rejected for eve@elsewhere.example"));
    for name in ["Save .eml…", "Save .bsmtp…"] {
        assert!(window.get_by_label(name).accesskit_node().is_disabled(), "{name}");
    }
    assert_eq!(rows(&window, "Looked in local for parties/eve@elsewhere.example: no certificate"), 1);
}

// Points 36, 38 and 39.
#[test]
fn recipients_are_added_one_by_one_and_one_of_them_receives_it() {
    let home = TempDir::new().unwrap();
    let mut window = demo_in(&home);
    press(&mut window, Modifiers::COMMAND, Key::Num2);
    for address in ["bob@b.example", "carol@b.example", "dave@nowhere.example"] {
        type_into(&mut window, Role::TextInput, "RCPT TO", address);
        press(&mut window, Modifiers::NONE, Key::Enter);
    }
    click(&mut window, "Remove dave@nowhere.example");
    press(&mut window, Modifiers::COMMAND, Key::Enter);
    assert!(has(&window, "Secured for all 2 recipients"));
    assert!(has(&window, "The wrapped message is the original, octet for octet"));
    click(&mut window, "Receive as…");
    let menu = window.query_all_by_role_and_label(Role::Button, "bob@b.example").next().expect("a menu of recipients");
    menu.click();
    settle(&mut window);
    assert!(has(&window, "Accepted for bob@b.example"));
}

#[test]
fn a_file_is_sent_with_its_own_envelope_and_octet_for_octet() {
    let home = TempDir::new().unwrap();
    let file = home.path().join("note.eml");
    let octets = b"From: alice@a.example\nTo: bob@b.example\nSubject: local form\n\nHello\n";
    fs::write(&file, octets).unwrap();
    let mut window = demo_in(&home);
    press(&mut window, Modifiers::COMMAND, Key::Num2);
    click(&mut window, "From file");
    type_into(&mut window, Role::TextInput, "Path", &file.display().to_string());
    click(&mut window, "Load");
    assert!(window.query_by_label("Remove bob@b.example").is_some());
    click(&mut window, "Process");
    assert!(has(&window, "Secured for bob@b.example"));
    assert!(has(&window, "with its line ends made CRLF"));
}

#[test]
fn a_cms_is_shown_by_the_names_of_its_fields() {
    let home = TempDir::new().unwrap();
    let mut window = demo_in(&home);
    press(&mut window, Modifiers::COMMAND, Key::Num4);
    for name in ["EnvelopedData", "recipientInfos 2", "SignedData", "signerInfos 1", "encapContentInfo"] {
        assert_eq!(rows(&window, name), 1, "{name}");
    }
    click(&mut window, "Save part…");
    let field = window.get_by_role_and_label(Role::TextInput, "Save the octets to");
    field.focus();
    settle(&mut window);
    press(&mut window, Modifiers::COMMAND, Key::A);
    let path = home.path().join("part.eml");
    window.get_by_role_and_label(Role::TextInput, "Save the octets to").type_text(&path.display().to_string());
    settle(&mut window);
    click(&mut window, "Save");
    let message = window.state().state().current().unwrap().envelope.message.clone();
    assert_eq!(fs::read(&path).unwrap(), message.octets());
}

/// A window whose clock the test moves.
fn demo_with_clock(home: &TempDir) -> (Window, Arc<AtomicI64>) {
    let clock = Arc::new(AtomicI64::new(0));
    let mut config = config(home.path());
    let (start, seconds) = (Arc::clone(&config.now), Arc::clone(&clock));
    config.now = Arc::new(move || start() + time::Duration::seconds(seconds.load(Ordering::SeqCst)));
    let mut window = support::window(config, vec2(1280.0, 1800.0), Theme::Light);
    settle(&mut window);
    click(&mut window, "Explore the demo workspace");
    (window, clock)
}

#[test]
fn what_another_program_stores_appears_here_and_looking_changes_nothing() {
    let home = TempDir::new().unwrap();
    let (mut window, clock) = demo_with_clock(&home);
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    let other = Workspace::open(home.path().join("demo")).unwrap();
    other.writer().unwrap().add_party(&party_name("zoe@z.example").unwrap()).unwrap();
    assert_eq!(rows(&window, "zoe@z.example"), 0);
    clock.fetch_add(3, Ordering::SeqCst);
    window.step();
    settle(&mut window);
    let rest = other.stamp();
    assert!(has(&window, "Another program changed this workspace"), "it is said");
    assert!(rows(&window, "zoe@z.example") > 0, "and shown");
    assert!(window.state().state().running.is_empty());
    clock.fetch_add(3, Ordering::SeqCst);
    window.step();
    settle(&mut window);
    assert_eq!(other.stamp(), rest, "looking changes nothing");
}

#[test]
fn a_window_at_rest_asks_for_no_frame() {
    let home = TempDir::new().unwrap();
    let (mut window, _) = demo_with_clock(&home);
    settle(&mut window);
    let asked = window.output().viewport_output.get(&egui::ViewportId::ROOT).map(|output| output.repaint_delay);
    // Open keys are locked some minutes later.
    assert!(asked.unwrap() > std::time::Duration::from_secs(60), "{asked:?}");
}

#[test]
fn a_workspace_of_a_newer_version_is_not_opened_and_the_window_says_why() {
    let home = TempDir::new().unwrap();
    let (mut window, clock) = demo_with_clock(&home);
    let settings = home.path().join("demo/workspace.toml");
    fs::write(&settings, "format = 9\nwritten_by = \"4.0.0\"\n").unwrap();
    clock.fetch_add(3, Ordering::SeqCst);
    window.step();
    settle(&mut window);
    assert!(has(&window, "has format 9, written by Sealscope 4.0.0"));
    assert_eq!(fs::read_to_string(&settings).unwrap(), "format = 9\nwritten_by = \"4.0.0\"\n");
}
