//! The window, driven as a person with a screen reader would: by role and name, through the real application.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::ui::App;
use sealscope::ui::settings::{Settings, View};
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

fn open(home: &TempDir) -> Window {
    let mut window = support::window(config(home.path()), vec2(1280.0, 1800.0), Theme::Dark);
    settle(&mut window);
    window
}

fn demo(home: &TempDir) -> Window {
    let mut window = open(home);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    window
}

fn has(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

fn row_of(window: &Window, role: Role, words: &str) -> bool {
    window.query_all_by_role(role).any(|node| node.accesskit_node().label().is_some_and(|name| name.contains(words)))
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

// UX.md §5, point 1.
#[test]
fn the_first_view_offers_three_ways_to_begin() {
    let home = TempDir::new().unwrap();
    let window = open(&home);
    for name in ["Open message…", "Open by path…", "Explore the demo workspace"] {
        assert!(window.query_by_label(name).is_some(), "{name}");
    }
}

// Points 3, 14, 15, 19.
#[test]
fn the_demo_opens_on_one_of_two_untrusted_and_says_who_was_removed_and_why() {
    let home = TempDir::new().unwrap();
    let window = demo(&home);
    assert_eq!(window.state().state().documents.len(), 15);
    assert!(has(&window, "Accepted for 1 of 2 recipients"));
    assert!(row_of(&window, Role::Row, "bob@b.example Delivered"));
    assert!(row_of(&window, Role::Row, "carol@b.example Removed: "));
    assert!(row_of(&window, Role::Row, "(no-path-to-anchor)"));
    for name in ["Found", "Expected", "Because"] {
        assert!(row_of(&window, Role::TreeItem, name), "{name}");
    }
    assert!(window.state().state().is_demo());
}

// Point 13.
#[test]
fn every_demo_message_shows_the_outcome_that_is_expected_of_it() {
    let home = TempDir::new().unwrap();
    let window = demo(&home);
    for (document, case) in window.state().state().documents.iter().zip(sealscope::workspace::demo::CASES) {
        let report = document.report().unwrap_or_else(|| panic!("{} was not run", case.title));
        assert_eq!(document.name, case.title);
        assert_eq!(report.rejection.as_ref().map(|reason| reason.code), case.rejection, "{}", case.title);
    }
}

// Point 16.
#[test]
fn steps_after_a_failure_say_that_they_were_not_reached() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    window.get_by_label_contains("Tampered body, rejected").click();
    settle(&mut window);
    assert!(row_of(&window, Role::TreeItem, "6 Unwrap Skipped, not reached"));
    assert!(row_of(&window, Role::TreeItem, "4 Verify signature Failed"));
}

// Points 25 and 50.
#[test]
fn a_step_expands_to_its_checks_and_collapses_again() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let closed = window.query_all_by_role(Role::TreeItem).count();
    window.get_by_label_contains("2 Decrypt Passed").click();
    settle(&mut window);
    let selected = window.get_by_label_contains("2 Decrypt Passed");
    assert_eq!(selected.accesskit_node().is_selected(), Some(true));
    window.get_by_label_contains("2 Decrypt Passed").click();
    settle(&mut window);
    assert!(window.query_all_by_role(Role::TreeItem).count() > closed);
    window.get_by_label_contains("2 Decrypt Passed").click();
    settle(&mut window);
    assert_eq!(window.query_all_by_role(Role::TreeItem).count(), closed);
}

// Point 29.
#[test]
fn the_way_back_returns_to_the_previous_selection() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let first = window.state().state().selection.current().cloned();
    window.get_by_label_contains("carol@b.example Removed: ").click();
    settle(&mut window);
    assert_ne!(window.state().state().selection.current().cloned(), first);
    press(&mut window, Modifiers::ALT, Key::ArrowLeft);
    assert_eq!(window.state().state().selection.current().cloned(), first);
}

// Points 6 and 10.
#[test]
fn a_path_that_cannot_be_opened_is_answered_under_the_field_and_changes_nothing() {
    let home = TempDir::new().unwrap();
    std::fs::write(home.path().join("empty.eml"), b"").unwrap();
    let mut window = open(&home);
    press(&mut window, Modifiers::COMMAND | Modifiers::ALT, Key::O);
    for (path, words) in [("nowhere.eml", "nowhere.eml"), ("empty.eml", "is empty")] {
        let whole = home.path().join(path);
        let state = window.state_mut();
        assert!(state.state().documents.is_empty());
        window.get_by_label("Path").focus();
        settle(&mut window);
        press(&mut window, Modifiers::COMMAND, Key::A);
        window.get_by_label("Path").type_text(&whole.display().to_string());
        settle(&mut window);
        press(&mut window, Modifiers::NONE, Key::Enter);
        assert!(has(&window, words), "{path}: {:?}", window.state().state().path_error);
        assert!(window.get_by_label("Path").is_focused(), "{path}");
        assert!(window.state().state().documents.is_empty());
    }
}

// Points 6, 7 and 21: with no dialog on this desktop, Open… shows the path field; a bare .eml says what was assumed.
#[test]
fn a_bare_message_opens_by_path_where_there_is_no_file_dialog() {
    let home = TempDir::new().unwrap();
    let path = home.path().join("note.txt");
    std::fs::write(&path, "From: alice@a.example\r\nTo: bob@b.example\r\nSubject: Hello\r\n\r\nHi\r\n").unwrap();
    let mut window = open(&home);
    window.get_by_label("Open message…").click();
    settle(&mut window);
    window.get_by_label("Path").type_text(&path.display().to_string());
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(window.state().state().documents.len(), 1, "{:?}", window.state().state().path_error);
    assert!(has(&window, "assumed from the headers"));
    assert!(window.query_all_by_label("Edit envelope").next().is_some());
    assert!(has(&window, "Rejected"));
}

// Points 31, 32 and 33.
#[test]
fn a_passphrase_is_masked_and_a_wrong_one_is_answered_under_the_field() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    press(&mut window, Modifiers::COMMAND, Key::L);
    assert!(window.state().state().locked_keys() > 0);
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
    let type_words = |window: &mut Window, words: &str| {
        window.get_by_role(Role::PasswordInput).focus();
        settle(window);
        window.get_by_role(Role::PasswordInput).type_text(words);
        settle(window);
    };
    type_words(&mut window, "open sesame");
    let shown = window.get_by_role(Role::PasswordInput).value().unwrap_or_default();
    assert!(!shown.contains("sesame"), "{shown}");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(has(&window, "Wrong passphrase"));
    assert!(window.get_by_role(Role::PasswordInput).is_focused());
    type_words(&mut window, sealscope::workspace::demo::PASSPHRASE);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(window.state().state().locked_keys(), 0);
    assert!(window.query_by_role(Role::PasswordInput).is_none());
    let kept = std::fs::read_to_string(home.path().join("window.toml")).unwrap();
    assert!(!kept.contains("sesame"), "{kept}");
}

// Point 40.
#[test]
fn the_palette_finds_a_command_and_runs_it() {
    let home = TempDir::new().unwrap();
    let mut window = open(&home);
    press(&mut window, Modifiers::COMMAND, Key::P);
    window.get_by_label("Find command").type_text("addresses");
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(window.state().state().settings.view, View::Addresses);
    assert!(!window.state().state().welcome);
}

// Points 36, 38 and 39.
#[test]
fn a_message_is_secured_for_whom_it_can_be_and_taken_in_again() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    press(&mut window, Modifiers::COMMAND, Key::Num2);
    for (field, words) in [("RCPT TO", "bob@b.example, eve@elsewhere.example"), ("Subject", "Hello")] {
        window.get_by_role_and_label(Role::TextInput, field).focus();
        settle(&mut window);
        window.get_by_role_and_label(Role::TextInput, field).type_text(words);
        settle(&mut window);
    }
    window.get_by_label("Process").click();
    settle(&mut window);
    assert!(has(&window, "Secured for 1 of 2 recipients"));
    assert!(has(&window, "bob@b.example Kept"));
    assert!(has(&window, "eve@elsewhere.example Removed"));
    assert!(row_of(&window, Role::Row, "Subject wrapped only"));
    window.get_by_label("Receive as bob@b.example").click();
    settle(&mut window);
    assert!(has(&window, "Accepted for bob@b.example"));
}

// Point 5.
#[test]
fn the_next_start_finds_workspace_view_and_panes_as_they_were_left() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    press(&mut window, Modifiers::COMMAND, Key::J);
    press(&mut window, Modifiers::COMMAND, Key::I);
    let left = Settings::load(&home.path().join("window.toml"));
    drop(window);
    let window = open(&home);
    let state = window.state().state();
    assert!(left.drawer_open && !left.inspector_open);
    assert_eq!((state.settings.drawer_open, state.settings.inspector_open), (true, false));
    assert!(state.is_demo() && state.documents.len() == 15);
}

// Points 23 and 51.
#[test]
fn copy_why_gives_the_verdict_without_keys_or_content() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let modifiers = Modifiers::COMMAND | Modifiers::SHIFT;
    let pressed = egui::Event::Key { key: Key::W, physical_key: None, pressed: true, repeat: false, modifiers };
    window.input_mut().events.push(pressed);
    window.step();
    let copied = window.output().platform_output.commands.iter().find_map(|command| match command {
        egui::OutputCommand::CopyText(copied) => Some(copied.clone()),
        _ => None,
    });
    let copied = copied.expect("something was copied");
    for words in ["Accepted for 1 of 2", "no-path-to-anchor", "SHA-256", "Evaluated at"] {
        assert!(copied.contains(words), "{words}: {copied}");
    }
    assert!(!copied.contains("PRIVATE KEY") && !copied.to_lowercase().contains("passphrase"), "{copied}");
}

// Point 25: what is selected is marked in the octets, and an octet finds its part.
#[test]
fn a_part_of_the_structure_is_selected_by_keyboard() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    press(&mut window, Modifiers::COMMAND, Key::Num4);
    window.get_by_label_contains("Encrypted content (CMS)").click();
    settle(&mut window);
    let before = window.state().state().selection.current().cloned();
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    assert_ne!(window.state().state().selection.current().cloned(), before);
    let open = window.get_by_label_contains("As received");
    assert_eq!(open.accesskit_node().data().is_expanded(), Some(true));
}

// Point 50: every view has a name for every input, in both themes. The harness checks this on every settled frame.
#[test]
fn every_view_names_its_inputs() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    for key in [Key::Num1, Key::Num2, Key::Num3, Key::Num4] {
        press(&mut window, Modifiers::COMMAND, key);
        assert!(window.unnamed_widgets().is_empty(), "{:?}", window.unnamed_widgets());
    }
    for key in [Key::F1, Key::Escape] {
        press(&mut window, Modifiers::NONE, key);
        assert!(window.unnamed_widgets().is_empty(), "{:?}", window.unnamed_widgets());
    }
}

// A first certificate of one's own: dropped, and kept in a workspace that is made for it.
#[test]
fn a_dropped_certificate_finds_a_workspace_to_be_kept_in() {
    let home = TempDir::new().unwrap();
    let window = demo(&home);
    let certificate = window.state().state().parties()[0].certificates[0].certificate.pem();
    drop(window);
    let fresh = TempDir::new().unwrap();
    let path = fresh.path().join("certificate.txt");
    std::fs::write(&path, certificate).unwrap();
    let mut settings = config(fresh.path());
    settings.files = vec![path];
    let mut window = support::window(settings, vec2(1280.0, 1800.0), Theme::Light);
    settle(&mut window);
    window.get_by_label("Open my workspace").click();
    settle(&mut window);
    window.get_by_label("Import").click();
    settle(&mut window);
    let state = window.state().state();
    assert_eq!(state.parties().len(), 1, "{:?}", state.notice);
    assert!(sealscope::workspace::Workspace::is_at(&fresh.path().join("own")));
}

// Point 11.
#[test]
fn a_file_of_the_command_line_is_selected_and_judged_with_the_workspaces_keys() {
    let home = TempDir::new().unwrap();
    drop(demo(&home));
    let first = sealscope::workspace::demo::CASES[0].id;
    let stored = home.path().join(format!("demo/messages/{first}.bsmtp"));
    let copy = home.path().join("copy.bsmtp");
    std::fs::copy(stored, &copy).unwrap();
    let mut settings = config(home.path());
    settings.files = vec![copy];
    settings.workspace = Some(home.path().join("demo"));
    let mut window = support::window(settings, vec2(1280.0, 1800.0), Theme::Dark);
    settle(&mut window);
    let state = window.state().state();
    let current = state.current().expect("a message is shown");
    assert_eq!(current.name, "copy");
    assert!(current.report().is_some_and(sealscope::agent::Report::is_accepted), "{:?}", current.report());
    assert_eq!(state.documents.len(), 16);
}
