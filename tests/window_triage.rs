//! Very many messages in the window: grouped by cause, judged in the mass, each whole again once it is looked at.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use std::fs;
use std::path::PathBuf;

use egui::accesskit::Role;
use egui::{Key, Modifiers, OutputCommand, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::limits::Limits;
use sealscope::mail::bsmtp;
use sealscope::ui::{App, AppConfig};
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

const CLEAR: usize = 1_200;
const NOT_LOCAL: usize = 720;
const TAMPERED: usize = 40;
const GOOD: usize = 40;

fn letter(number: usize, to: &str) -> Vec<u8> {
    format!("From: alice@a.example\nTo: {to}\nSubject: {number}\n\nIn the clear.\n").into_bytes()
}

/// The demo, and beside it an mbox of two thousand messages that come out in four ways.
fn open(home: &TempDir, size: egui::Vec2) -> Window {
    let demo = home.path().join("demo");
    sealscope::workspace::demo::create(&demo, support::NOW).unwrap();
    let secured = |id: &str| {
        let file = fs::read(demo.join(format!("messages/{id}.bsmtp"))).unwrap();
        bsmtp::parse(&file, &Limits::DEFAULT).unwrap().remove(0).message.octets().to_vec()
    };
    let (tampered, good) = (secured("06-tampered-body"), secured("01-good"));
    let messages = (0..CLEAR)
        .map(|number| letter(number, "bob@b.example"))
        .chain((0..NOT_LOCAL).map(|number| letter(number, "zoe@elsewhere.example")))
        .chain((0..TAMPERED).map(|_| tampered.clone()))
        .chain((0..GOOD).map(|_| good.clone()));
    let from = b"From alice@a.example Mon Mar  2 09:00:00 2026\n".as_slice();
    let file: Vec<u8> = messages.flat_map(|message| [from, &message, b"\n"].concat()).collect();
    let path = home.path().join("archive.mbox");
    fs::write(&path, file).unwrap();
    let config = AppConfig { files: vec![path], workspace: Some(demo), ..config(home.path()) };
    let mut window = support::window(config, size, Theme::Dark);
    settle(&mut window);
    window
}

fn click(window: &mut Window, words: &str) {
    window.get_by_label_contains(words).click();
    settle(window);
}

fn press(window: &mut Window, key: Key) {
    window.key_press_modifiers(Modifiers::NONE, key);
    settle(window);
}

fn rows(window: &Window) -> Vec<String> {
    let items = window.get_all_by_role(Role::TreeItem);
    items.filter_map(|node| node.accesskit_node().label()).collect()
}

fn has(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

fn whole_runs(window: &Window) -> usize {
    window.state().state().documents.iter().filter(|document| document.report().is_some()).count()
}

fn copied(window: &Window) -> Option<String> {
    window.output().platform_output.commands.iter().find_map(|command| match command {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    })
}

// UX.md §5, points 44 to 47: what is shown of many costs no more than what is shown of a few.
#[test]
fn two_thousand_messages_become_groups_by_cause_and_one_that_is_looked_at_is_whole() {
    let home = TempDir::new().unwrap();
    let mut window = open(&home, vec2(1280.0, 800.0));
    let judged = window.state().state().documents.iter().filter(|document| document.brief.is_some()).count();
    assert_eq!(judged, CLEAR + NOT_LOCAL + TAMPERED + GOOD + 15);
    // The current one, and those of the small list that was there before.
    assert!(whole_runs(&window) < 60, "{}", whole_runs(&window));
    let groups = rows(&window);
    assert!(groups.iter().any(|name| name.contains("not-encrypted") && name.contains("1,20")), "{groups:?}");
    assert!(groups.iter().any(|name| name.contains("no-local-recipients, 72")), "{groups:?}");
    assert!(groups.iter().any(|name| name.contains("digest-mismatch, 41 messages")), "{groups:?}");

    click(&mut window, "digest-mismatch, 41 messages");
    assert!(has(&window, "41 of 2,015 messages"), "{groups:?}");
    assert!(has(&window, "a.example (41)"));
    press(&mut window, Key::ArrowRight);
    press(&mut window, Key::ArrowRight);
    let state = window.state().state();
    let current = state.current().unwrap();
    assert!(current.report().is_some_and(|report| !report.is_accepted()), "{:?}", current.run);
    // The first of the group: the demo's own or one of the archive, whichever was read first.
    assert!(current.name == "Tampered body" || current.name.starts_with("archive ("), "{}", current.name);
    assert!(has(&window, "Rejected for "));
    press(&mut window, Key::ArrowLeft);
    assert!(has(&window, "41 of 2,015 messages"), "back on the group");
    press(&mut window, Key::ArrowLeft);
    assert!(rows(&window).iter().all(|name| !name.starts_with("archive (")), "{:?}", rows(&window));
}

#[test]
fn a_group_is_copied_and_saved_and_the_filter_narrows_it() {
    let home = TempDir::new().unwrap();
    let mut window = open(&home, vec2(1280.0, 1200.0));
    click(&mut window, "digest-mismatch, 41 messages");
    window.get_by_label("Copy table").click();
    window.step();
    let table = copied(&window).or_else(|| {
        window.step();
        copied(&window)
    });
    let table = table.expect("a table in the clipboard");
    assert_eq!(table.lines().count(), 42);
    assert!(table.starts_with("Message\tOutcome\tCode\t"), "{table}");
    for (button, name) in [("Save JUnit…", "group.xml"), ("Save JSON lines…", "group.jsonl")] {
        settle(&mut window);
        click(&mut window, button);
        let path: PathBuf = home.path().join(name);
        let field = window.get_by_role_and_label(Role::TextInput, "Save the octets to");
        field.focus();
        settle(&mut window);
        window.key_press_modifiers(Modifiers::COMMAND, Key::A);
        settle(&mut window);
        window.get_by_role_and_label(Role::TextInput, "Save the octets to").type_text(&path.display().to_string());
        settle(&mut window);
        window.get_by_label("Save").click();
        settle(&mut window);
        assert!(path.exists(), "{name}");
    }
    let lines = fs::read_to_string(home.path().join("group.jsonl")).unwrap();
    assert_eq!(lines.lines().count(), 41);
    let xml = fs::read_to_string(home.path().join("group.xml")).unwrap();
    assert!(xml.contains("tests=\"41\"") && !xml.contains("b.example"), "{xml}");

    window.get_by_label("Filter messages").focus();
    settle(&mut window);
    window.get_by_label("Filter messages").type_text("zoe@");
    settle(&mut window);
    let groups: Vec<String> = rows(&window).into_iter().filter(|name| name.ends_with(" messages")).collect();
    assert_eq!(groups.len(), 1, "{groups:?}");
    assert!(groups[0].contains("720 messages"), "{groups:?}");
    click(&mut window, "By cause");
    assert!(window.query_all_by_role(Role::ListItem).next().is_some(), "the flat list is one click away");
}
