//! Suppositions: another time for all messages, other circumstances for one; never saved, never taken for the answer.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, OutputCommand, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::agent::Report;
use sealscope::ui::App;
use sealscope::ui::document::Document;
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

fn demo(home: &TempDir) -> Window {
    let mut window = support::window(config(home.path()), vec2(1280.0, 1800.0), Theme::Dark);
    settle(&mut window);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    window
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn click(window: &mut Window, role: Role, words: &str) {
    window.get_by_role_and_label(role, words).click();
    settle(window);
}

// The form stands above the evidence, which has buttons of the same names.
fn choose(window: &mut Window, words: &str) {
    let named = window.get_all_by_role_and_label(Role::Button, words);
    named.min_by(|one, other| one.rect().top().total_cmp(&other.rect().top())).unwrap().click();
    settle(window);
}

fn fill(window: &mut Window, field: &str, words: &str) {
    window.get_by_role_and_label(Role::TextInput, field).focus();
    settle(window);
    press(window, Modifiers::COMMAND, Key::A);
    window.get_by_role_and_label(Role::TextInput, field).type_text(words);
    settle(window);
}

fn has(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

fn show(window: &mut Window, title: &str) {
    let rows = window.get_all_by_role(Role::ListItem);
    let mut named = rows.filter(|node| node.accesskit_node().label().is_some_and(|name| name.starts_with(title)));
    named.next().unwrap_or_else(|| panic!("{title}")).click();
    drop(named);
    settle(window);
}

fn document<'a>(window: &'a Window, title: &str) -> &'a Document {
    window.state().state().documents.iter().find(|document| document.name == title).unwrap()
}

fn accepted(window: &Window, title: &str) -> bool {
    document(window, title).report().is_some_and(Report::is_accepted)
}

const EXPIRED: &str = "Signer's certificate expired";
const TWO: &str = "One of two recipients untrusted";

// UX.md §5, point 24.
#[test]
fn an_earlier_time_flips_the_expired_case_and_the_status_bar_shows_it_until_the_real_time_is_back() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    assert!(has(&window, "Evaluated at now") && !accepted(&window, EXPIRED));
    press(&mut window, Modifiers::COMMAND, Key::T);
    fill(&mut window, "Evaluated at (UTC)", "last winter");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(has(&window, "Not a time"), "what cannot be read is answered under the field");
    fill(&mut window, "Evaluated at (UTC)", "2026-01-20");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(has(&window, "Evaluated at 2026-01-20 00:00 UTC"));
    assert!(accepted(&window, EXPIRED));
    show(&mut window, EXPIRED);
    assert!(has(&window, "Hypothetical") && has(&window, "Real answer: Rejected for bob@b.example"));
    click(&mut window, Role::Button, "Evaluated at 2026-01-20 00:00 UTC");
    click(&mut window, Role::Button, "1 month later");
    assert!(has(&window, "Apply"));
    click(&mut window, Role::Button, "Now");
    click(&mut window, Role::Button, "Apply");
    assert!(has(&window, "Evaluated at now") && !accepted(&window, EXPIRED) && !has(&window, "Hypothetical"));
}

#[test]
fn the_verdict_offers_the_time_at_which_it_would_pass_for_that_message_alone() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    show(&mut window, EXPIRED);
    window.get_all_by_label_contains("Evaluate at 20").next().unwrap().click();
    settle(&mut window);
    assert!(accepted(&window, EXPIRED) && !accepted(&window, "Tampered body"));
    assert!(has(&window, "Hypothetical") && has(&window, "Evaluated at now"));
    let rows = window.get_all_by_role(Role::ListItem);
    let said = rows.filter(|node| node.accesskit_node().label().is_some_and(|name| name.contains("hypothetical")));
    assert_eq!(said.count(), 1);
    let pressed = Event::Key { key: Key::W, physical_key: None, pressed: true, repeat: false, modifiers: CTRL_SHIFT };
    window.input_mut().events.push(pressed);
    window.step();
    let copied = window.output().platform_output.commands.iter().find_map(|command| match command {
        OutputCommand::CopyText(copied) => Some(copied.clone()),
        _ => None,
    });
    let copied = copied.unwrap();
    assert!(copied.starts_with("Hypothetical: Evaluated at ") && copied.contains("Real answer: Rejected"), "{copied}");
    settle(&mut window);
    click(&mut window, Role::Button, "Back to the real answer");
    assert!(!accepted(&window, EXPIRED) && !has(&window, "Hypothetical"));
}

#[test]
fn an_anchor_that_is_supposed_trusts_nobody_for_real_and_is_gone_at_the_next_start() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let anchors = |window: &Window| -> usize {
        window.state().state().parties().iter().map(|party| party.anchors().count()).sum()
    };
    let before = anchors(&window);
    press(&mut window, CTRL_SHIFT, Key::I);
    click(&mut window, Role::ComboBox, "Everybody also trusts");
    choose(&mut window, "DEMO Outsider Root CA");
    click(&mut window, Role::Button, "Suppose this");
    assert!(has(&window, "Accepted for all 2 recipients"));
    assert!(has(&window, "With “DEMO Outsider Root CA” as an anchor for everybody"));
    assert!(has(&window, "Real answer: Accepted for 1 of 2 recipients"));
    assert_eq!(anchors(&window), before);
    let kept = std::fs::read_to_string(home.path().join("window.toml")).unwrap();
    assert!(!kept.contains("Outsider"), "{kept}");
    drop(window);
    let mut window = support::window(config(home.path()), vec2(1280.0, 1800.0), Theme::Dark);
    settle(&mut window);
    let document = document(&window, TWO);
    assert!(document.what_if.is_none() && !document.is_hypothetical());
    assert_eq!(anchors(&window), before);
}

#[test]
fn without_somebodys_keys_and_under_another_profile_the_answer_is_another_one() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    press(&mut window, CTRL_SHIFT, Key::I);
    assert!(window.unnamed_widgets().is_empty(), "{:?}", window.unnamed_widgets());
    click(&mut window, Role::ComboBox, "Without the keys of");
    choose(&mut window, "bob@b.example");
    click(&mut window, Role::ComboBox, "Profile");
    click(&mut window, Role::Button, "strict");
    click(&mut window, Role::Button, "Suppose this");
    let supposed = document(&window, TWO).report().unwrap();
    assert_eq!(supposed.profile.as_str(), "strict");
    assert!(!supposed.is_accepted());
    assert!(has(&window, "Under the profile strict, without the private keys of bob@b.example"));
    click(&mut window, Role::Button, "Back to the real answer");
    assert!(accepted(&window, TWO));
}
