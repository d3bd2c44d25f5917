//! The view of what a message gives away: driven by keyboard, role and label, before a run and after it.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::span::BufferName;
use sealscope::ui::App;
use sealscope::ui::examining::{Examination, Examined, Known};
use sealscope::ui::selection::Item;
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

fn demo(home: &TempDir, size: Vec2) -> Window {
    let mut window = support::window(config(home.path()), size, Theme::Dark);
    settle(&mut window);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    window
}

/// Runs the message of that title and opens what it gives away.
fn expose(window: &mut Window, title: &str) {
    let row = window
        .get_all_by_role(Role::ListItem)
        .find(|node| node.accesskit_node().label().is_some_and(|name| name.starts_with(&format!("{title}, "))));
    row.unwrap_or_else(|| panic!("{title}")).click();
    settle(window);
    window.key_press(Key::F5);
    settle(window);
    window.key_press_modifiers(Modifiers::ALT, Key::Num6);
    settle(window);
}

fn chosen(window: &Window) -> Option<String> {
    let state = window.state().state();
    let document = state.current()?;
    let Item::Octets(id, span) = state.selection.current()? else { return None };
    assert_eq!(*id, document.id);
    let kept = document.ran().and_then(|ran| ran.report.buffer(span.buffer)).unwrap_or(&document.envelope.message);
    Some(String::from_utf8_lossy(kept.slice(span.range())).into_owned())
}

#[test]
fn three_layers_stand_side_by_side_and_a_name_selects_its_octets() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home, vec2(1280.0, 1600.0));
    expose(&mut window, "Outer and wrapped From differ");
    let examined =
        window.state().state().examinations.of(window.state().state().current().unwrap(), Examination::Exposure);
    assert!(matches!(examined, Known::Done(Examined::Exposure(_))));
    for head in
        ["Envelope. Routes the message", "Outer headers. Open to everybody", "Inner headers. Signed and encrypted"]
    {
        window.get_by_role_and_label(Role::ColumnHeader, head);
    }
    window.get_by_role_and_label(Role::RowHeader, "office@a.example. Outer From only");
    window.get_by_role_and_label(Role::Button, "office@a.example, Outer headers: From").click();
    settle(&mut window);
    assert_eq!(chosen(&window).as_deref(), Some("Head Office <office@a.example>"));
    window.get_by_role_and_label(Role::Button, "alice@a.example, Inner headers: From").click();
    settle(&mut window);
    assert_eq!(chosen(&window).as_deref(), Some("alice@a.example"));
    let Some(Item::Octets(_, span)) = window.state().state().selection.current() else { panic!("octets are selected") };
    assert_eq!(span.buffer, BufferName::Unwrapped);
}

#[test]
fn the_rule_of_1_3_and_what_the_profiles_make_of_it_are_told() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home, vec2(1280.0, 1600.0));
    expose(&mut window, "Good message");
    window.get_by_label_contains("It holds. MAIL FROM is From or Sender");
    window.get_by_label_contains("direct-1.3 and strict demand it");
    window.get_by_label("Nothing leaks");
}

// UX.md §5: everything works by keyboard.
#[test]
fn who_learns_what_is_a_grid_that_the_arrows_walk_over_and_says_what_is_learned() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home, vec2(1280.0, 1700.0));
    expose(&mut window, "Good message");
    let relay = "Any relay. Subject: hidden. It lies inside the encryption";
    window.get_by_role_and_label(Role::Cell, relay).click();
    settle(&mut window);
    assert!(window.query_all_by_label(relay).count() > 1, "the chosen cell is told in words");
    window.key_press(Key::ArrowRight);
    settle(&mut window);
    assert!(window.query_all_by_label_contains("Recipients' agent. Subject: sees. DEMO referral").count() > 1);
    assert_eq!(chosen(&window).as_deref().map(str::trim_end), Some("Subject: DEMO referral"));
}

#[test]
fn a_leak_says_why_and_what_to_do_and_shows_its_octets() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home, vec2(1280.0, 1700.0));
    expose(&mut window, "Recipient's certificate missing");
    window.get_by_label_contains("was left out, and the message inside still names them in To");
    window.get_by_label_contains("Tell the sender who was left out");
    window.get_by_role_and_label(Role::Button, "Show octets").click();
    settle(&mut window);
    assert_eq!(chosen(&window).as_deref(), Some("eve@elsewhere.example"));
}

#[test]
fn a_message_that_nobody_encrypted_has_no_inside_and_says_so() {
    let home = TempDir::new().unwrap();
    let message = home.path().join("letter.eml");
    std::fs::write(&message, "From: a@a.example\r\nTo: b@b.example\r\nSubject: Hello\r\n\r\nText\r\n").unwrap();
    let mut window = support::window(
        sealscope::ui::AppConfig { files: vec![message], ..config(home.path()) },
        vec2(1280.0, 1600.0),
        Theme::Light,
    );
    settle(&mut window);
    window.key_press_modifiers(Modifiers::ALT, Key::Num6);
    settle(&mut window);
    window.get_by_label("Content lies open, in 1 place");
    window.get_by_label_contains("neither signed nor encrypted");
    window.get_by_role_and_label(Role::ColumnHeader, "Inner headers. None: nothing is wrapped");
    window.get_by_role_and_label(Role::Button, "Subject, Outer headers: Hello").click();
    settle(&mut window);
    assert_eq!(chosen(&window).as_deref(), Some("Subject: Hello\r\n"));
}
