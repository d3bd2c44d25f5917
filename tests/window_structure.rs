//! The structure of a message in the window: the tree of its parts, their headers and octets, and the way back.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use egui::accesskit::{Role, SortDirection};
use egui::{Event, Key, Modifiers, MouseWheelUnit, Theme, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, Node};
use sealscope::span::BufferName;
use sealscope::ui::App;
use sealscope::ui::selection::{HeaderLayer, Item};
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

fn structure(home: &TempDir) -> Window {
    let mut window = support::window(config(home.path()), vec2(1280.0, 1000.0), Theme::Dark);
    settle(&mut window);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    press(&mut window, Modifiers::COMMAND, Key::Num4);
    window
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn typed(window: &mut Window, words: &str) {
    window.event(Event::Text(words.to_owned()));
    settle(window);
}

fn row<'w>(window: &'w Window, role: Role, begins: &'w str) -> Node<'w> {
    let named = |node: &Node<'_>| node.accesskit_node().label().is_some_and(|name| name.starts_with(begins));
    window.query_all_by_role(role).find(named).unwrap_or_else(|| panic!("no {role:?} begins with {begins}"))
}

fn click(window: &mut Window, role: Role, begins: &str) {
    row(window, role, begins).click();
    settle(window);
}

fn selected(window: &Window) -> Item {
    window.state().state().selection.current().cloned().unwrap()
}

/// The title of the selected node of the structure.
fn selected_node(window: &Window) -> String {
    let Item::Node(_, index) = selected(window) else { panic!("{:?}", selected(window)) };
    let document = window.state().state().current().unwrap();
    document.structure().nodes()[index].title.clone().into_owned()
}

/// The names of the rows of octets that are in view.
fn octets_in_view(window: &Window) -> Vec<String> {
    let rows = window.query_all_by_role(Role::Row).filter_map(|node| node.accesskit_node().label());
    rows.filter(|name| name.get(..8).is_some_and(|offset| offset.bytes().all(|digit| digit.is_ascii_hexdigit())))
        .collect()
}

// UX.md §5, points 25 and 50.
#[test]
fn a_field_that_is_selected_is_open_in_the_tree_and_explained_in_the_inspector() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    click(&mut window, Role::TreeItem, "recipientInfos");
    press(&mut window, Modifiers::NONE, Key::ArrowRight);
    let field = row(&window, Role::TreeItem, "recipientInfos");
    assert_eq!(field.accesskit_node().data().is_expanded(), Some(true));
    assert_eq!(field.accesskit_node().is_selected(), Some(true));
    assert_eq!(field.accesskit_node().data().level(), Some(4));
    assert!(window.query_all_by_label_contains("Encrypted CMS, ").next().is_some(), "the Inspector says where it is");
    assert!(octets_in_view(&window)[0].starts_with("00000000"));
    press(&mut window, Modifiers::NONE, Key::ArrowLeft);
    assert_eq!(row(&window, Role::TreeItem, "recipientInfos").accesskit_node().data().is_expanded(), Some(false));
}

// Point 25.
#[test]
fn a_header_of_a_part_is_selected_with_its_octets_and_its_twin() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    click(&mut window, Role::TreeItem, "Encrypted content (CMS)");
    click(&mut window, Role::Row, "From, ");
    let Item::Header(_, HeaderLayer::Outer, _) = selected(&window) else { panic!("{:?}", selected(&window)) };
    assert!(window.query_all_by_label_contains("As received, ").next().is_some());
    let cells: Vec<String> = window
        .query_all_by_role(Role::Cell)
        .filter_map(|cell| cell.accesskit_node().label())
        .filter(|words| words.contains("oscar@outsider.example") || words == "same")
        .collect();
    assert!(cells.len() >= 2, "value and mark are cells of their own: {cells:?}");
}

// Point 25: the header of a part that is not the message's own is octets of that part.
#[test]
fn headers_stand_in_wire_order_until_a_column_sorts_them_and_a_filter_names_what_it_hides() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    click(&mut window, Role::TreeItem, "Encrypted content (CMS)");
    let names = |window: &Window| -> Vec<String> {
        let table = window.get_by_role_and_label(Role::Table, "Headers in wire order");
        table.query_all_by_role(Role::Row).filter_map(|row| row.accesskit_node().label()).collect()
    };
    let wire = names(&window);
    let document = window.state().state().current().unwrap();
    let message = String::from_utf8_lossy(document.envelope.message.octets()).into_owned();
    let first = message.split(':').next().unwrap();
    assert!(wire.len() > 3 && wire[0].starts_with(first), "{wire:?}");
    click(&mut window, Role::ColumnHeader, "Name");
    let head = row(&window, Role::ColumnHeader, "Name");
    assert_eq!(head.accesskit_node().data().sort_direction(), Some(SortDirection::Ascending));
    let name = |row: &String| row.split(',').next().unwrap().to_lowercase();
    assert!(!wire.is_sorted_by_key(name), "{wire:?}");
    assert!(names(&window).is_sorted_by_key(name), "{:?}", names(&window));
    window.get_by_role_and_label(Role::TextInput, "Filter headers").focus();
    settle(&mut window);
    typed(&mut window, "no such header");
    assert!(window.query_all_by_label_contains("headers hidden").next().is_some());
}

// Point 27: the pointer outlines, and neither selects nor scrolls.
#[test]
fn a_field_under_the_pointer_is_outlined_in_the_octets_and_nothing_else_happens() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    click(&mut window, Role::TreeItem, "version 0");
    let (before, rows) = (selected(&window), octets_in_view(&window));
    row(&window, Role::Button, "Save part…").hover();
    settle(&mut window);
    let plain = window.render().unwrap();
    let octets = window.get_by_role(Role::Grid).rect();
    row(&window, Role::TreeItem, "encryptedContentInfo").hover();
    settle(&mut window);
    let outlined = window.render().unwrap();
    assert_eq!((selected(&window), octets_in_view(&window)), (before, rows));
    let inside = |x: u32, y: u32| {
        octets.contains(egui::pos2(f32::from(u16::try_from(x).unwrap()), f32::from(u16::try_from(y).unwrap())))
    };
    let changed =
        plain.enumerate_pixels().filter(|(x, y, pixel)| inside(*x, *y) && *pixel != outlined.get_pixel(*x, *y));
    assert!(changed.count() > 20, "its octets have an outline");
}

// Point 29.
#[test]
fn the_way_back_returns_to_what_was_selected_and_to_what_was_in_view() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    click(&mut window, Role::TreeItem, "version 0");
    let first = selected(&window);
    window.get_by_role(Role::Grid).hover();
    settle(&mut window);
    window.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, -400.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    settle(&mut window);
    let seen = octets_in_view(&window);
    assert!(!seen[0].starts_with("00000000"), "scrolled away from the selection");
    click(&mut window, Role::TreeItem, "contentType id-envelopedData");
    assert!(octets_in_view(&window)[0].starts_with("00000000"), "a new selection comes into view");
    press(&mut window, Modifiers::ALT, Key::ArrowLeft);
    assert_eq!(selected(&window), first);
    assert_eq!(octets_in_view(&window), seen);
    press(&mut window, Modifiers::ALT, Key::ArrowRight);
    assert_eq!(selected_node(&window), "contentType");
    assert!(octets_in_view(&window)[0].starts_with("00000000"));
}

// Point 50: letters that are typed one after the other add up; one again and again goes on.
#[test]
fn letters_go_to_the_row_that_begins_with_them() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    click(&mut window, Role::TreeItem, "As received");
    typed(&mut window, "e");
    let once = selected_node(&window);
    assert!(once.starts_with('E'), "{once}");
    click(&mut window, Role::TreeItem, "As received");
    for letter in ["d", "e", "t"] {
        window.event(Event::Text(letter.to_owned()));
        window.step();
    }
    settle(&mut window);
    assert_eq!(selected_node(&window), "Detached signature (CMS)");
}

// Point 50: what the secondary button opens, Shift+F10 opens too, and it is worked by the arrows and Enter.
#[test]
fn the_menu_of_a_part_opens_by_keyboard_and_opens_all_below_it() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    click(&mut window, Role::TreeItem, "recipientInfos");
    let before = window.query_all_by_role(Role::TreeItem).count();
    press(&mut window, Modifiers::SHIFT, Key::F10);
    assert!(window.query_by_label("Hexadecimal").is_some(), "the menu is open");
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(window.query_by_label("Hexadecimal").is_none(), "Escape closes it");
    press(&mut window, Modifiers::SHIFT, Key::F10);
    // The last two items open and close all.
    press(&mut window, Modifiers::NONE, Key::ArrowUp);
    press(&mut window, Modifiers::NONE, Key::ArrowUp);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(window.query_all_by_role(Role::TreeItem).count() > before + 3);
    assert!(window.query_by_label("Hexadecimal").is_none());
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    assert_ne!(selected_node(&window), "recipientInfos", "the tree has the keyboard again");
}

// Point 25: bare CMS that the agent does not open has a structure as well.
#[test]
fn bare_cms_is_shown_field_by_field() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    let document = window.state().state().current().unwrap();
    let signature = document.buffer(BufferName::SignatureCms).unwrap().octets().to_vec();
    let path = home.path().join("signature.p7s");
    std::fs::write(&path, signature).unwrap();
    press(&mut window, Modifiers::ALT | Modifiers::COMMAND, Key::O);
    typed(&mut window, path.to_str().unwrap());
    press(&mut window, Modifiers::NONE, Key::Enter);
    press(&mut window, Modifiers::COMMAND, Key::Num4);
    for field in ["ContentInfo", "SignedData", "signerInfos"] {
        assert!(row(&window, Role::TreeItem, field).accesskit_node().data().level().is_some());
    }
}
