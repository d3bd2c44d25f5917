//! The trust map: what it says of the demo, that it follows changes of anchors, and how it is walked and left.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::ui::App;
use sealscope::workspace::{Workspace, party_name};
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

const BOB_ON_OSCAR: &str = "bob@b.example accepts oscar@outsider.example: yes, through DEMO Outsider Root CA";
const CAROL_ON_OSCAR: &str = "carol@b.example accepts oscar@outsider.example: no, ";

fn addresses(home: &TempDir) -> Window {
    let mut window = support::window(config(home.path()), vec2(1600.0, 1000.0), Theme::Light);
    settle(&mut window);
    click(&mut window, "Explore the demo workspace");
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    window.get_by_label_contains("bob@b.example, 1 key").click();
    settle(&mut window);
    window
}

fn map(home: &TempDir) -> Window {
    let mut window = addresses(home);
    window.get_by_role_and_label(Role::Button, "Trust map").click();
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

fn is_open(window: &Window) -> bool {
    window.query_by_role_and_label(Role::Grid, "Trust map").is_some()
}

fn selected_cell(window: &Window) -> Option<String> {
    let cells = window.query_all_by_role(Role::Cell).find(|cell| cell.accesskit_node().is_selected() == Some(true));
    cells.and_then(|cell| cell.accesskit_node().label())
}

// UX.md §2.4, wireframe D.
#[test]
fn one_table_says_that_bob_accepts_the_outsider_and_carol_does_not_and_why() {
    let home = TempDir::new().unwrap();
    let mut window = map(&home);
    assert!(window.query_by_label(BOB_ON_OSCAR).is_some());
    assert!(window.query_by_label("Select a cell to see why").is_some());
    window.get_by_label_contains(CAROL_ON_OSCAR).click();
    settle(&mut window);
    assert!(window.query_by_label("carol@b.example does not accept oscar@outsider.example as a signer").is_some());
    let why = selected_cell(&window).unwrap().strip_prefix(CAROL_ON_OSCAR).unwrap().to_lowercase();
    assert!(!why.is_empty());
    let said = |label: Option<String>| label.is_some_and(|label| label.to_lowercase() == why);
    assert!(window.query_all_by_role(Role::Label).any(|line| said(line.accesskit_node().value())), "{why}");
}

// UX.md §5, point 50.
#[test]
fn arrows_walk_over_the_cells_and_stop_at_the_edge() {
    let home = TempDir::new().unwrap();
    let mut window = map(&home);
    window.get_by_role_and_label(Role::Grid, "Trust map").focus();
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    let first = selected_cell(&window).unwrap();
    press(&mut window, Modifiers::NONE, Key::ArrowRight);
    assert_ne!(selected_cell(&window).unwrap(), first);
    press(&mut window, Modifiers::NONE, Key::ArrowLeft);
    press(&mut window, Modifiers::NONE, Key::ArrowLeft);
    press(&mut window, Modifiers::NONE, Key::ArrowUp);
    assert_eq!(selected_cell(&window).unwrap(), first);
    press(&mut window, Modifiers::NONE, Key::End);
    let last = window.state().state().parties().last().unwrap().name.to_string();
    let reached = selected_cell(&window).unwrap();
    assert!(reached.starts_with(&format!("{last} accepts ")), "{reached} is scrolled to");
}

#[test]
fn the_map_opens_by_its_command_and_closes_by_escape_by_its_button_and_by_choosing_an_address() {
    let home = TempDir::new().unwrap();
    let mut window = addresses(&home);
    press(&mut window, Modifiers::NONE, Key::Escape);
    press(&mut window, Modifiers::COMMAND, Key::Num1);
    press(&mut window, Modifiers::COMMAND, Key::P);
    window.get_by_role_and_label(Role::TextInput, "Find command").type_text("Trust map");
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(is_open(&window));
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(!is_open(&window));
    click(&mut window, "Trust map");
    click(&mut window, "Back to addresses");
    assert!(!is_open(&window) && window.query_by_label("Trusted by").is_some());
    click(&mut window, "Trust map");
    window.get_by_label_contains("carol@b.example, ").click();
    settle(&mut window);
    assert!(!is_open(&window));
}

// UX.md §5, points 34 and 35.
#[test]
fn an_anchor_that_is_removed_and_one_that_is_brought_back_change_the_map() {
    let home = TempDir::new().unwrap();
    let mut window = addresses(&home);
    window.get_by_label_contains("DEMO Outsider Root CA, for ").click();
    settle(&mut window);
    click(&mut window, "Stop trusting");
    click(&mut window, "Trust map");
    assert!(window.query_by_label(BOB_ON_OSCAR).is_none());
    assert!(window.query_by_label_contains("bob@b.example accepts oscar@outsider.example: no, ").is_some());
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert!(is_open(&window) && window.query_by_label(BOB_ON_OSCAR).is_some());
}

// The time that is supposed counts here as well.
#[test]
fn at_a_time_when_no_certificate_is_valid_the_map_says_no_throughout() {
    let home = TempDir::new().unwrap();
    let mut window = map(&home);
    press(&mut window, Modifiers::COMMAND, Key::T);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.get_by_role_and_label(Role::TextInput, "Evaluated at (UTC)").type_text("2001-01-01 00:00");
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(is_open(&window) && window.query_all_by_label_contains(": no, ").next().is_some());
    assert!(window.query_all_by_label_contains(": yes, ").next().is_none());
}

#[test]
fn of_many_parties_the_first_200_are_shown_and_only_the_cells_in_sight_are_laid_out() {
    let home = TempDir::new().unwrap();
    let workspace = Workspace::open_or_create(home.path().join("own")).unwrap();
    let writer = workspace.writer().unwrap();
    for number in 0..207 {
        writer.add_party(&party_name(&format!("p{number:03}@d.example")).unwrap()).unwrap();
    }
    drop(writer);
    let mut window = support::window(config(home.path()), vec2(1280.0, 800.0), Theme::Dark);
    settle(&mut window);
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    press(&mut window, Modifiers::COMMAND, Key::P);
    window.get_by_role_and_label(Role::TextInput, "Find command").type_text("Trust map");
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(window.query_by_label("The first 200 are shown; 7 more are left out").is_some());
    let cells = window.query_all_by_role(Role::Cell).count();
    assert!((10..400).contains(&cells), "{cells}");
    window.get_by_role_and_label(Role::Grid, "Trust map").focus();
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    press(&mut window, Modifiers::NONE, Key::End);
    assert_eq!(selected_cell(&window).unwrap(), "p199@d.example accepts p000@d.example: no certificate");
    assert!(window.query_by_label("No certificate of p000@d.example is kept here").is_some());
}
