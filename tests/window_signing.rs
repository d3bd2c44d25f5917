//! The Send view: which of the sender's keys sign, and the wrapped message beside the original.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::pki::NewKey;
use sealscope::pki::container::Item;
use sealscope::pki::issue::{Authority, CertificateBuilder};
use sealscope::ui::App;
use sealscope::ui::text::sending as words;
use sealscope::workspace::{demo, party_name};
use support::{NOW, config, settle};
use tempfile::TempDir;
use time::Duration;

type Window = Harness<'static, App>;

fn composer(home: &TempDir) -> Window {
    let mut window = support::window(config(home.path()), vec2(1280.0, 1800.0), Theme::Dark);
    settle(&mut window);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Num2);
    settle(&mut window);
    for (field, typed) in [("RCPT TO", "bob@b.example"), ("Subject", "Hello")] {
        window.get_by_role_and_label(Role::TextInput, field).focus();
        settle(&mut window);
        window.get_by_role_and_label(Role::TextInput, field).type_text(typed);
        settle(&mut window);
    }
    window
}

fn process(window: &mut Window) -> usize {
    window.get_by_label("Process").click();
    settle(window);
    window.state().state().documents.last().unwrap().report().unwrap().signers.len()
}

// UX.md §2.5, wireframe C.
#[test]
fn of_several_keys_those_that_are_chosen_sign_and_one_always_stays() {
    let home = TempDir::new().unwrap();
    let workspace = demo::create(&home.path().join("demo"), NOW).unwrap();
    let (begin, end) = (NOW - Duration::days(1), NOW + Duration::days(365));
    let root =
        Authority::self_signed(&CertificateBuilder::authority("Lab root", begin, end).key(NewKey::P256)).unwrap();
    let second = CertificateBuilder::for_address("alice@a.example", begin, end).key(NewKey::P256);
    let second = Item::Key(root.issue(&second).unwrap());
    let writer = workspace.writer().unwrap();
    writer.import(vec![second], &party_name("alice@a.example").unwrap(), Some(&demo::passphrase())).unwrap();
    drop(writer);
    let mut window = composer(&home);
    let keys = |window: &Window| -> Vec<(String, bool)> {
        let boxes = window.query_all_by_role(Role::CheckBox);
        let boxes = boxes.map(|node| {
            let node = node.accesskit_node();
            (node.label().unwrap_or_default(), node.is_disabled())
        });
        boxes.filter(|(name, _)| name.contains(", until ")).collect()
    };
    let offered = keys(&window);
    assert_eq!(offered.len(), 2, "{offered:?}");
    assert!(offered.iter().all(|(_, disabled)| !disabled));
    assert_eq!(process(&mut window), 2);
    window.get_by_label(&offered[0].0).click();
    settle(&mut window);
    assert_eq!(keys(&window).iter().map(|(_, disabled)| *disabled).collect::<Vec<_>>(), [false, true]);
    assert_eq!(process(&mut window), 1);
    let signed = window.state().state().documents.last().unwrap().report().unwrap().trace.steps[0].summary.clone();
    let left = offered[1].0.split(", until ").next().unwrap();
    assert!(signed.starts_with(left), "{signed} is not by {left}");
}

// Point 39.
#[test]
fn the_wrapped_message_is_laid_beside_the_original_line_by_line() {
    let home = TempDir::new().unwrap();
    let mut window = composer(&home);
    process(&mut window);
    window.get_by_label(words::COMPARE).click();
    settle(&mut window);
    let rows: Vec<String> = window
        .query_all_by_role(Role::Row)
        .filter_map(|node| node.accesskit_node().label())
        .filter(|name| name.starts_with("Line "))
        .collect();
    assert!(rows.iter().any(|row| row.contains("Subject: Hello CRLF")), "{rows:?}");
    assert!(rows.iter().all(|row| row.contains(", equal, ")), "{rows:?}");
    assert!(window.query_all_by_label_contains("lines are equal").next().is_some());
    window.get_by_label(words::COMPARED).click();
    settle(&mut window);
    assert!(window.query_all_by_label_contains("lines are equal").next().is_none());
}
