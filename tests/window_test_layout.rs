//! The layout Test: every check of a run in one table, and beside each demo message what was expected of it.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use egui::accesskit::Role;
use egui::{Key, Modifiers, OutputCommand, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::ui::App;
use sealscope::ui::selection::Item;
use sealscope::ui::settings::Layout;
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

fn testing(home: &TempDir) -> Window {
    let mut window = support::window(config(home.path()), vec2(1280.0, 2400.0), Theme::Light);
    settle(&mut window);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::F4);
    assert!(window.state().state().settings.drawer_open);
    // The rows of octets would be taken for those of the table.
    press(&mut window, Modifiers::COMMAND, Key::J);
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

fn rows(window: &Window, role: Role) -> Vec<String> {
    window.query_all_by_role(role).filter_map(|node| node.accesskit_node().label()).collect()
}

fn show(window: &mut Window, title: &str) {
    let items = window.get_all_by_role(Role::ListItem);
    let mut named = items.filter(|node| node.accesskit_node().label().is_some_and(|name| name.starts_with(title)));
    named.next().unwrap_or_else(|| panic!("{title}")).click();
    drop(named);
    settle(window);
}

// UX.md §2.3 and §5, point 13.
#[test]
fn every_demo_message_comes_out_as_is_expected_of_it() {
    let home = TempDir::new().unwrap();
    let window = testing(&home);
    let listed = rows(&window, Role::ListItem);
    assert_eq!(listed.len(), 15);
    for row in &listed {
        let (_, outcome) = row.split_once("expected ").unwrap_or_else(|| panic!("{row}"));
        let (expected, actual) = outcome.split_once(", actual ").unwrap();
        assert_eq!(expected, actual, "{row}");
        assert_ne!(expected, "—", "{row}");
    }
}

// Point 15, and wish 23: found, expected and reference of every check, sorted, filtered, copied.
#[test]
fn all_checks_stand_in_one_table_that_is_sorted_filtered_and_copied() {
    let home = TempDir::new().unwrap();
    let mut window = testing(&home);
    show(&mut window, "Tampered body");
    assert_eq!(rows(&window, Role::ColumnHeader), ["Step", "Name", "Status", "Found", "Expected", "Reference"]);
    let all = rows(&window, Role::Row);
    assert!(all.first().is_some_and(|row| row.starts_with("Envelope: ")), "{all:?}");
    assert!(all.iter().any(|row| row == "6, Unwrap, Skipped, not reached"), "{all:?}");
    click(&mut window, Role::ColumnHeader, "Status");
    let sorted = rows(&window, Role::Row);
    let failed = sorted.iter().filter(|row| row.contains(", Failed, ")).count();
    assert!(failed > 0 && sorted.iter().take(failed).all(|row| row.contains(", Failed, ")), "{sorted:?}");
    assert_eq!(sorted.len(), all.len());
    window.get_by_role_and_label(Role::TextInput, "Filter checks").focus();
    settle(&mut window);
    window.get_by_role_and_label(Role::TextInput, "Filter checks").type_text("digest of the content");
    settle(&mut window);
    let left = rows(&window, Role::Row);
    assert!(!left.is_empty() && left.len() < all.len());
    window.get_by_label("Copy table").click();
    let copied = (0..8).find_map(|_| {
        window.step();
        window.output().platform_output.commands.iter().find_map(|command| match command {
            OutputCommand::CopyText(copied) => Some(copied.clone()),
            _ => None,
        })
    });
    let copied = copied.expect("the table was copied");
    assert!(copied.starts_with("Step,Name,Status,Found,Expected,Reference\r\n"), "{copied}");
    assert_eq!(copied.lines().count(), left.len() + 1, "{copied}");
}

// Points 25 and 50.
#[test]
fn a_check_is_selected_in_the_table_by_pointer_and_keyboard() {
    let home = TempDir::new().unwrap();
    let mut window = testing(&home);
    window.get_all_by_role(Role::Row).next().unwrap().click();
    settle(&mut window);
    let first = window.state().state().selection.current().cloned();
    assert!(matches!(first, Some(Item::Check(_, _))), "{first:?}");
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    let second = window.state().state().selection.current().cloned();
    assert!(matches!(second, Some(Item::Check(_, _))) && second != first, "{second:?}");
    assert!(window.unnamed_widgets().is_empty(), "{:?}", window.unnamed_widgets());
}

#[test]
fn the_layout_is_switched_in_the_top_bar_and_changes_only_what_is_shown() {
    let home = TempDir::new().unwrap();
    let mut window = testing(&home);
    assert!(window.query_by_role_and_label(Role::Table, "Checks").is_some());
    click(&mut window, Role::ComboBox, "Layout");
    click(&mut window, Role::Button, "Investigate");
    let settings = &window.state().state().settings;
    assert_eq!(settings.layout, Layout::Investigate);
    assert!(settings.list_open && settings.inspector_open && !settings.drawer_open);
    assert!(window.query_by_role_and_label(Role::Tree, "Steps and checks").is_some());
    assert!(rows(&window, Role::ListItem).iter().all(|row| !row.contains("expected ")));
}
