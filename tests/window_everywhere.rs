//! What holds everywhere: in every view, dialog, menu and layout, in both themes, in every size of the window.
#![cfg(feature = "gui")]
#![cfg(test)]

#[path = "support/window/mod.rs"]
mod support;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Rect, Theme, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::ui::App;
use sealscope::ui::command::{Menu, REGISTRY};
use sealscope::ui::settings::View;
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);
const NONE: Modifiers = Modifiers::NONE;

/// Keys that lead to every view, layout and dialog, each from where the one before left the window.
const PLACES: &[(&str, &[(Modifiers, Key)])] = &[
    ("Messages", &[(CTRL, Key::Num1)]),
    ("Send", &[(CTRL, Key::Num2)]),
    ("Addresses", &[(CTRL, Key::Num3)]),
    ("Structure", &[(CTRL, Key::Num4)]),
    ("Structure with drawer", &[(CTRL, Key::J)]),
    ("layout Explain", &[(Modifiers::NONE, Key::F3)]),
    ("layout Test", &[(Modifiers::NONE, Key::F4)]),
    ("layout Investigate", &[(Modifiers::NONE, Key::F2)]),
    ("palette", &[(CTRL, Key::P)]),
    ("shortcuts", &[(NONE, Key::Escape), (NONE, Key::F1)]),
    ("settings", &[(NONE, Key::Escape), (CTRL, Key::Comma)]),
    ("open by path", &[(NONE, Key::Escape), (CTRL.plus(Modifiers::ALT), Key::O)]),
    ("edit envelope", &[(NONE, Key::Escape), (CTRL, Key::E)]),
    ("what if", &[(NONE, Key::Escape), (CTRL_SHIFT, Key::I)]),
    ("evaluation time", &[(NONE, Key::Escape), (CTRL, Key::T)]),
    ("break it", &[(NONE, Key::Escape), (CTRL_SHIFT, Key::B)]),
    ("submit", &[(NONE, Key::Escape), (CTRL_SHIFT, Key::S)]),
    ("lab", &[(NONE, Key::Escape), (CTRL_SHIFT, Key::J)]),
    ("lab that runs", &[(CTRL_SHIFT, Key::Y), (CTRL_SHIFT, Key::M)]),
    ("unlock", &[(NONE, Key::Escape), (CTRL, Key::L), (CTRL_SHIFT, Key::L)]),
];

fn made_demo() -> TempDir {
    let home = TempDir::new().unwrap();
    sealscope::workspace::demo::create(&home.path().join("demo"), support::NOW).unwrap();
    home
}

// Making keys takes long: one demo for all.
fn demo_folder() -> PathBuf {
    static HOME: OnceLock<TempDir> = OnceLock::new();
    HOME.get_or_init(made_demo).path().join("demo")
}

fn open(home: &Path, size: Vec2, theme: Theme) -> Window {
    let mut settings = config(home);
    settings.demo = Some(demo_folder());
    settings.workspace = Some(demo_folder());
    let mut window = support::window(settings, size, theme);
    settle(&mut window);
    window
}

fn empty(home: &Path) -> Window {
    let mut settings = config(home);
    settings.demo = Some(demo_folder());
    let mut window = support::window(settings, vec2(1280.0, 800.0), Theme::Dark);
    settle(&mut window);
    window
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn has(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

// By its name: what the centre has scrolled away lies under the bar too.
fn stands_in_the_bar(name: &str) -> bool {
    let shown = REGISTRY.iter().filter(|entry| matches!(entry.menu, Menu::View | Menu::Go));
    let mut names = shown.map(|entry| entry.name).chain(Menu::ALL.map(Menu::title)).chain(["Menu"]);
    names.any(|known| name.split("  ").next() == Some(known))
}

// Every control of the bars lies in the window and beside the others.
fn bars_have_room(window: &Window, place: &str) {
    let screen = Rect::from_min_size(egui::Pos2::ZERO, window.ctx.content_rect().size());
    let mut bar: Vec<(String, Rect)> = Vec::new();
    for role in [Role::Button, Role::Tab] {
        for node in window.query_all_by_role(role) {
            let rect = node.rect();
            let name = node.accesskit_node().label().unwrap_or_default();
            if rect.top() >= 0.0 && rect.bottom() <= 46.0 && stands_in_the_bar(&name) {
                bar.push((name, rect));
            }
        }
    }
    assert!(bar.len() > 4, "{place}: {bar:?}");
    for (index, (name, rect)) in bar.iter().enumerate() {
        assert!(screen.expand(0.5).contains_rect(*rect), "{place}: {name} lies outside: {rect:?}");
        for (other, beside) in bar.iter().skip(index + 1) {
            let common = rect.intersect(*beside);
            assert!(common.width() < 1.0 || common.height() < 1.0, "{place}: {name} lies over {other}");
        }
    }
}

// UX.md §5, points 48 and 50. A glyph that no font has panics in the harness while it is laid out.
#[test]
fn every_place_has_names_glyphs_and_room_in_every_size_and_theme() {
    let sizes = [
        (vec2(1024.0, 700.0), 1.0, Theme::Dark),
        (vec2(1280.0, 800.0), 1.0, Theme::Light),
        (vec2(2560.0, 1440.0), 1.0, Theme::Dark),
        (vec2(1280.0, 800.0), 2.0, Theme::Light),
        (vec2(1024.0, 700.0), 2.0, Theme::Dark),
    ];
    for (size, zoom, theme) in sizes {
        let home = TempDir::new().unwrap();
        let mut window = open(home.path(), size, theme);
        for (place, keys) in PLACES {
            let place = format!("{place} in {size:?} at {zoom} in {theme:?}");
            for (modifiers, key) in *keys {
                press(&mut window, *modifiers, *key);
            }
            // A layout has a size of its own.
            window.ctx.set_zoom_factor(zoom);
            settle(&mut window);
            let unnamed = window.unnamed_widgets();
            assert!(unnamed.is_empty(), "{place}: {unnamed:?}");
            bars_have_room(&window, &place);
        }
    }
}

// Nothing that is said in the middle runs on under the pane beside it, and nothing of that pane into the middle.
fn centre_has_room(window: &Window, place: &str) {
    let Some(centre) = window.query_by_role_and_label(Role::Pane, "Main pane").map(|pane| pane.rect()) else { return };
    for node in window.query_all_by_role(Role::Label) {
        let rect = node.rect();
        let words = node.value().unwrap_or_default();
        let inside = centre.contains(rect.left_center());
        assert!(!inside || rect.right() <= centre.right() + 8.0, "{place}: “{words}” is cut: {rect:?} in {centre:?}");
        let beside = centre.y_range().contains(rect.center().y) && rect.left() < centre.left() - 20.0;
        assert!(!beside || rect.right() <= centre.left() - 8.0, "{place}: “{words}” is cut: {rect:?} by {centre:?}");
    }
}

// Point 48.
#[test]
fn nothing_in_the_middle_is_cut_in_a_small_window() {
    let sizes = [(vec2(1024.0, 700.0), 1.0), (vec2(1280.0, 800.0), 1.0), (vec2(1280.0, 800.0), 2.0)];
    for (size, zoom) in sizes.into_iter().chain([(vec2(1280.0, 800.0), 1.5), (vec2(1024.0, 700.0), 2.0)]) {
        let home = TempDir::new().unwrap();
        let mut window = open(home.path(), size, Theme::Dark);
        let letter = "From: alice@a.example\r\nTo: bob@b.example\r\nSubject: Referral\r\n\r\nIn the clear.\r\n";
        window.event(egui::Event::Paste(letter.to_owned()));
        settle(&mut window);
        for (place, keys) in &PLACES[..8] {
            for (modifiers, key) in *keys {
                press(&mut window, *modifiers, *key);
            }
            window.ctx.set_zoom_factor(zoom);
            settle(&mut window);
            centre_has_room(&window, &format!("{place} in {size:?} at {zoom}"));
        }
    }
}

/// Of what has the keyboard, how much lies in sight.
fn in_sight(window: &Window) -> Option<(egui::Id, Rect, Rect)> {
    let id = window.ctx.memory(egui::Memory::focused)?;
    window.ctx.read_response(id).map(|response| (id, response.rect, response.interact_rect))
}

/// Goes through a place with Tab until it comes round.
fn tab_through(window: &mut Window, place: &str) {
    let mut met = HashSet::new();
    for _ in 0..40 {
        press(window, NONE, Key::Tab);
        let Some((id, whole, seen)) = in_sight(window) else { continue };
        if !met.insert(id) {
            return;
        }
        // A list is one stop, and as high as its room.
        let is_seen = seen.height() > whole.height().min(20.0) - 2.0 && seen.width() > 2.0;
        assert!(is_seen, "{place}: {whole:?} has the keyboard, {seen:?} of it is seen");
    }
}

// UX.md §5, point 40: without a mouse nobody could bring it into view.
#[test]
fn wherever_tab_leads_what_has_the_keyboard_is_in_sight() {
    let home = TempDir::new().unwrap();
    let mut window = open(home.path(), vec2(1024.0, 700.0), Theme::Dark);
    for (place, keys) in PLACES {
        for (modifiers, key) in *keys {
            press(&mut window, *modifiers, *key);
        }
        window.ctx.set_zoom_factor(1.0);
        tab_through(&mut window, place);
    }
    for (place, modifiers, key) in [("settings", CTRL, Key::Comma), ("network", CTRL_SHIFT, Key::U)] {
        press(&mut window, NONE, Key::Escape);
        press(&mut window, modifiers, key);
        window.ctx.set_zoom_factor(2.0);
        tab_through(&mut window, &format!("{place} at 200 %"));
    }
}

// The same where everything is larger.
#[test]
fn wherever_tab_leads_in_a_large_size_what_has_the_keyboard_is_in_sight() {
    let home = TempDir::new().unwrap();
    let mut window = open(home.path(), vec2(1280.0, 800.0), Theme::Dark);
    for (zoom, name) in [(1.0, "100 %"), (1.25, "125 %"), (2.0, "200 %")] {
        for (place, keys) in PLACES {
            for (modifiers, key) in *keys {
                press(&mut window, *modifiers, *key);
            }
            window.ctx.set_zoom_factor(zoom);
            tab_through(&mut window, &format!("{place} at {name}"));
        }
    }
}

// Points 40 and 50: each menu opens by keyboard or pointer, and all of it lies in the window or scrolls.
#[test]
fn every_menu_has_names_and_fits_into_a_low_window() {
    for size in [vec2(1280.0, 800.0), vec2(1024.0, 700.0), vec2(960.0, 420.0)] {
        let home = TempDir::new().unwrap();
        let mut window = open(home.path(), size, Theme::Dark);
        for menu in Menu::ALL {
            window.get_by_role_and_label(Role::Button, menu.title()).click();
            settle(&mut window);
            assert!(window.unnamed_widgets().is_empty(), "{menu:?}: {:?}", window.unnamed_widgets());
            press(&mut window, NONE, Key::Escape);
        }
    }
}

// Point 50: what one can walk through tells assistive technology what it is.
#[test]
fn trees_tables_and_lists_tell_what_is_selected_and_open() {
    let home = TempDir::new().unwrap();
    let mut window = open(home.path(), vec2(1280.0, 1400.0), Theme::Dark);
    for (place, key, role) in [
        ("Messages", Key::Num1, Role::ListItem),
        ("Messages", Key::Num1, Role::TreeItem),
        ("Messages", Key::Num1, Role::Row),
        ("Addresses", Key::Num3, Role::ListItem),
        ("Structure", Key::Num4, Role::TreeItem),
    ] {
        press(&mut window, CTRL, key);
        let rows: Vec<_> = window.query_all_by_role(role).collect();
        assert!(!rows.is_empty(), "{place}: no {role:?}");
        assert!(rows.iter().all(|row| row.accesskit_node().label().is_some_and(|name| !name.is_empty())), "{place}");
        if role == Role::ListItem {
            assert!(rows.iter().any(|row| row.accesskit_node().is_selected() == Some(true)), "{place}");
        }
        if role == Role::TreeItem {
            let opens = rows.iter().any(|row| row.accesskit_node().data().is_expanded().is_some());
            assert!(opens, "{place}: nothing in the tree can be opened");
        }
    }
}

// Point 41 and 50: Tab comes to every control of the first view, and to each of them once in a round.
#[test]
fn tab_reaches_every_control_of_the_first_view() {
    let home = TempDir::new().unwrap();
    let mut window = empty(home.path());
    let mut wanted: Vec<String> = [
        "File",
        "Message",
        "View",
        "Go",
        "Help",
        "Messages",
        "Send",
        "Addresses",
        "Structure",
        "Open message…",
        "Open by path…",
        "Paste",
        "Explore the demo workspace",
        "Investigate a rejected message",
        "Show how it works",
        "Test another HISP",
    ]
    .map(str::to_owned)
    .to_vec();
    for _ in 0..40 {
        press(&mut window, NONE, Key::Tab);
        let focused = [Role::Button, Role::Tab]
            .into_iter()
            .flat_map(|role| window.query_all_by_role(role))
            .find(egui_kittest::Node::is_focused)
            .and_then(|node| node.accesskit_node().label());
        wanted.retain(|name| Some(name) != focused.as_ref());
    }
    assert!(wanted.is_empty(), "Tab never came to {wanted:?}");
}

// Point 53: each says what is missing, and offers one way on.
#[test]
fn every_empty_view_says_so_and_offers_a_way_on() {
    let home = TempDir::new().unwrap();
    let mut window = empty(home.path());
    for (key, sentence, action) in [
        (Key::Num1, "No messages yet", "Open message…"),
        (Key::Num3, "No workspace is open", "Explore the demo workspace"),
        (Key::Num4, "Open a message to see what it is made of", "Explore the demo workspace"),
    ] {
        press(&mut window, CTRL, key);
        assert!(has(&window, sentence), "{sentence}");
        assert!(window.query_all_by_label(action).next().is_some(), "{sentence}: {action}");
    }
    assert!(has(&window, "Select anything to see what it is and where it came from"));
    press(&mut window, CTRL, Key::J);
    assert!(has(&window, "Select an item to see its bytes"));
    window.get_by_label_contains("Log (").click();
    settle(&mut window);
    assert!(has(&window, "Nothing has gone wrong"));
}

// Point 53: the filter tells how many it hides and clears itself.
#[test]
fn a_filter_that_matches_nothing_tells_what_it_hides() {
    let home = TempDir::new().unwrap();
    let mut window = open(home.path(), vec2(1280.0, 800.0), Theme::Dark);
    press(&mut window, CTRL, Key::F);
    window.get_by_label("Filter messages").type_text("zebra");
    settle(&mut window);
    assert!(has(&window, "Nothing matches “zebra”. 15 hidden"));
    window.get_by_label("Clear").click();
    settle(&mut window);
    assert!(!has(&window, "Nothing matches"));
}

// Point 53: a workspace without anybody in it.
#[test]
fn an_empty_workspace_says_what_to_put_into_it() {
    let home = TempDir::new().unwrap();
    let mut window = empty(home.path());
    press(&mut window, CTRL, Key::P);
    window.get_by_role_and_label(Role::TextInput, "Find command").type_text("Open my workspace");
    settle(&mut window);
    press(&mut window, NONE, Key::Enter);
    assert_eq!(window.state().state().settings.view, View::Addresses);
    assert!(has(&window, "No address has keys or anchors yet"));
    assert!(window.query_all_by_label("Import…").next().is_some());
}
