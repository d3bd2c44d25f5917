//! The conformance rows in the window: all of them, filtered, sorted, selected, copied.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use egui::accesskit::Role;
use egui::{Key, Modifiers, OutputCommand, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::conformance::{Checked, RowResult, Suite, check, count};
use sealscope::ui::App;
use sealscope::ui::document::Document;
use sealscope::ui::examining::{Examination, Examined, Known};
use sealscope::ui::selection::Item;
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

fn demo(home: &TempDir) -> Window {
    // High enough for every row: only those in sight are there.
    let mut window = support::window(config(home.path()), vec2(1900.0, 6000.0), Theme::Light);
    settle(&mut window);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    press(&mut window, Modifiers::ALT, Key::Num4);
    window
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn current(window: &Window) -> &Document {
    window.state().state().current().unwrap()
}

fn checked(window: &Window) -> Vec<Checked> {
    match window.state().state().examinations.of(current(window), Examination::Conformance) {
        Known::Done(Examined::Conformance(rows)) => rows.clone(),
        other => panic!("{other:?}"),
    }
}

fn show(window: &mut Window, title: &str) {
    let items = window.get_all_by_role(Role::ListItem);
    let mut named = items.filter(|node| node.accesskit_node().label().is_some_and(|name| name.starts_with(title)));
    named.next().unwrap_or_else(|| panic!("{title}")).click();
    drop(named);
    settle(window);
    // What is found out about a message is asked for once it is shown.
    settle(window);
}

fn rows(window: &Window) -> Vec<String> {
    window.query_all_by_role(Role::Row).filter_map(|node| node.accesskit_node().label()).collect()
}

fn suite_card(window: &mut Window, starts: &str) {
    window
        .get_by(|node| node.role() == Role::Button && node.label().is_some_and(|name| name.starts_with(starts)))
        .click();
    settle(window);
}

// Issue item 7: one table, each row with its name, result, rule, place, what was found and expected, and its clause.
#[test]
fn the_table_has_the_rows_that_the_check_gives() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    for title in ["Good message", "Tampered body", "Encrypted for the wrong key"] {
        show(&mut window, title);
        let document = current(&window);
        let mut expected = check(&document.envelope, document.report());
        // What does not hold stands first.
        expected.sort_by_key(|row| std::cmp::Reverse(row.result.max(RowResult::NotChecked)));
        let listed = rows(&window);
        assert_eq!(listed.len(), expected.len(), "{title}");
        for (row, expected) in listed.iter().zip(&expected) {
            let begins = format!("{}, ", expected.row.id);
            assert!(row.starts_with(&begins) && row.contains(expected.row.rule), "{row} is not {begins}");
            assert!(row.contains(&expected.found) && row.ends_with(expected.row.clause), "{row}");
        }
        assert!(window.unnamed_widgets().is_empty(), "{:?}", window.unnamed_widgets());
    }
}

// What is checked is what travels: the message that was made, and nothing where none was.
#[test]
fn of_a_message_to_be_sent_the_one_that_leaves_is_checked() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    show(&mut window, "Recipient's certificate missing");
    let made = checked(&window);
    assert!(made.iter().any(|row| row.row.id == "DT-CONTENT-CIPHER" && row.result == RowResult::Pass));
    assert_eq!(rows(&window).len(), made.len());
    show(&mut window, "Sender has no key");
    assert!(checked(&window).is_empty() && rows(&window).is_empty());
    assert!(window.query_by_label_contains("Nothing leaves").is_some());
}

#[test]
fn rows_are_filtered_by_suite_result_and_word() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    show(&mut window, "Tampered body");
    let all = checked(&window);
    suite_card(&mut window, "DirectTrust: ");
    let of_suite = all.iter().filter(|row| row.row.suite == Suite::DirectTrust).count();
    assert_eq!(rows(&window).len(), of_suite);
    window.get_by_role_and_label(Role::ComboBox, "Result").click();
    settle(&mut window);
    window.get_by_label_contains("Failed (").click();
    settle(&mut window);
    let left = rows(&window);
    assert!(
        !left.is_empty() && left.iter().all(|row| row.starts_with("DT-") && row.contains(", Failed, ")),
        "{left:?}"
    );
    suite_card(&mut window, "DirectTrust: ");
    assert_eq!(rows(&window).len(), count(&all, RowResult::Fail));
    window.get_by_role_and_label(Role::TextInput, "Filter rows").focus();
    settle(&mut window);
    window.get_by_role_and_label(Role::TextInput, "Filter rows").type_text("no such row");
    settle(&mut window);
    assert!(rows(&window).is_empty());
    window.get_by_role_and_label(Role::Button, "Show all rows").click();
    settle(&mut window);
    assert_eq!(rows(&window).len(), all.len());
}

// UX.md §5, points 25 and 41: by keyboard to the octets of a row, and to its note.
#[test]
fn a_row_is_selected_by_keyboard_and_read_whole() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    show(&mut window, "Good message");
    window.get_by_role_and_label(Role::TextInput, "Filter rows").focus();
    settle(&mut window);
    window.get_by_role_and_label(Role::TextInput, "Filter rows").type_text("DTS-117");
    settle(&mut window);
    assert_eq!(rows(&window).len(), 2);
    window.get_by_role_and_label(Role::Table, "Conformance").focus();
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    assert!(window.query_by_label_contains("DTS-117 of the message inside").is_some());
    assert!(window.query_by_label_contains("RFC 5322 does not ask for the field").is_some());
}

#[test]
fn a_row_with_octets_selects_them() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    show(&mut window, "Good message");
    let rows = checked(&window);
    let row = rows.iter().find(|row| row.row.id == "DTS-114" && row.span.is_some()).unwrap();
    let document = current(&window).id;
    let begins = format!("{}, ", row.row.id);
    window
        .get_all_by(|node| node.role() == Role::Row && node.label().is_some_and(|name| name.starts_with(&begins)))
        .next()
        .unwrap()
        .click();
    settle(&mut window);
    assert_eq!(window.state().state().selection.current(), Some(&Item::Octets(document, row.span.unwrap())));
}

#[test]
fn failures_are_sorted_to_the_top_and_the_table_is_copied_with_all_its_columns() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    show(&mut window, "Tampered body");
    let failed = count(&checked(&window), RowResult::Fail);
    window.get_by_role_and_label(Role::ColumnHeader, "Status").click();
    settle(&mut window);
    let sorted = rows(&window);
    assert!(failed > 0 && sorted.iter().take(failed).all(|row| row.contains(", Failed, ")), "{sorted:?}");
    window.get_by_label("Copy table").click();
    let copied = (0..24).find_map(|_| {
        window.step();
        window.output().platform_output.commands.iter().find_map(|command| match command {
            OutputCommand::CopyText(copied) => Some(copied.clone()),
            _ => None,
        })
    });
    let copied = copied.expect("the table was copied");
    assert!(copied.starts_with("Row,Status,Suite,Place,Rule,Found,Expected,Clause\r\n"), "{copied}");
    assert_eq!(copied.lines().count(), sorted.len() + 1);
}

// UX.md §2.3: the Test layout has both tables.
#[test]
fn the_test_layout_has_the_checks_of_the_run_and_the_rows_of_the_tools() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    press(&mut window, Modifiers::NONE, Key::F4);
    assert!(window.query_by_role_and_label(Role::Table, "Conformance").is_some());
    window.get_by_role_and_label(Role::Tab, "Checks of the run").click();
    settle(&mut window);
    assert!(window.query_by_role_and_label(Role::Table, "Checks").is_some());
}
