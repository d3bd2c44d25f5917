//! The form for a report that may be sent away: redacted unless one chooses otherwise, looked at before it is saved
//! (UX.md §4, wish 29).
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use std::fs;

use egui::accesskit::Role;
use egui::{Key, Modifiers, OutputCommand, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use sealscope::ui::App;
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

fn demo(home: &TempDir) -> Window {
    let mut window = support::window(config(home.path()), vec2(1280.0, 1200.0), Theme::Dark);
    settle(&mut window);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    window
}

fn click(window: &mut Window, role: Role, words: &str) {
    window.get_by_role_and_label(role, words).click();
    settle(window);
}

fn opened(home: &TempDir) -> Window {
    let mut window = demo(home);
    window.key_press_modifiers(CTRL_SHIFT, Key::R);
    settle(&mut window);
    window
}

fn fill(window: &mut Window, words: &str) {
    window.get_by_role_and_label(Role::TextInput, "Path").focus();
    settle(window);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    settle(window);
    window.get_by_role_and_label(Role::TextInput, "Path").type_text(words);
    settle(window);
}

fn has(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

#[test]
fn the_form_shows_what_is_masked_before_anything_is_saved() {
    let home = tempfile::tempdir().unwrap();
    let window = opened(&home);
    assert!(has(&window, "header values") && has(&window, "texts with addresses"), "what is masked is not told");
    assert!(has(&window, "# Accepted for some"), "no preview");
    assert!(!has(&window, "made-up result"), "the preview shows the content");
    assert!(!has(&window, "It will contain header values"), "a warning where nothing is to be warned of");
}

#[test]
fn everything_is_a_choice_with_a_plain_warning_and_is_not_kept_for_the_next_time() {
    let home = tempfile::tempdir().unwrap();
    let mut window = opened(&home);
    click(&mut window, Role::RadioButton, "Everything");
    assert!(has(&window, "send it only to who may read the message"));
    window.key_press(Key::Escape);
    settle(&mut window);
    window.key_press_modifiers(CTRL_SHIFT, Key::R);
    settle(&mut window);
    assert!(!has(&window, "send it only to who may read the message"));
}

#[test]
fn the_ending_follows_the_format_and_the_file_is_what_the_preview_showed() {
    let home = tempfile::tempdir().unwrap();
    let mut window = opened(&home);
    let out = home.path().join("ticket.html");
    fill(&mut window, out.to_str().unwrap());
    click(&mut window, Role::RadioButton, "Markdown, for a ticket");
    click(&mut window, Role::RadioButton, "HTML, for a browser or a printer");
    click(&mut window, Role::Button, "Save");
    let page = fs::read_to_string(&out).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Accepted for some"), "{page}");
    assert!(!page.contains("made-up result") && !page.contains("oscar@"), "{page}");
    assert!(!has(&window, "Preview"), "the form is still open");
}

#[test]
fn a_file_that_exists_is_kept_and_the_form_says_so() {
    let home = tempfile::tempdir().unwrap();
    let mut window = opened(&home);
    let out = home.path().join("ticket.md");
    fs::write(&out, "mine").unwrap();
    fill(&mut window, out.to_str().unwrap());
    click(&mut window, Role::Button, "Save");
    assert_eq!(fs::read_to_string(&out).unwrap(), "mine");
    assert!(has(&window, "Preview") && has(&window, "exists"), "nothing was said");
}

#[test]
fn the_report_goes_to_the_clipboard_as_markdown() {
    let home = tempfile::tempdir().unwrap();
    let mut window = opened(&home);
    window.get_by_role_and_label(Role::Button, "Copy as Markdown").click();
    let mut copied = None;
    for _ in 0..10 {
        window.step();
        copied = window.output().platform_output.commands.iter().find_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
        if copied.is_some() {
            break;
        }
    }
    let copied = copied.expect("nothing was copied");
    assert!(copied.starts_with("# Accepted for some") && !copied.contains("oscar@"), "{copied}");
}

#[test]
fn the_command_stands_beside_copy_why() {
    let home = tempfile::tempdir().unwrap();
    let mut window = demo(&home);
    let [why, report] =
        ["Copy why", "Save report…"].map(|words| window.get_by_role_and_label(Role::Button, words).rect());
    assert!((why.center().y - report.center().y).abs() < 60.0, "{why:?} {report:?}");
    click(&mut window, Role::Button, "Save report…");
    assert!(has(&window, "Verdict, cause and evidence in one file"));
}
