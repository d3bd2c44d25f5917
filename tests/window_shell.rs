//! The frame around the panes: the first view, what is remembered, commands and their keys, settings, the status bar.
#![cfg(feature = "gui")]
#![cfg(test)]

#[path = "support/dropped.rs"]
mod dropped;
#[path = "support/window/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dropped::Dropped;
use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::ui::App;
use sealscope::ui::command::{Menu, REGISTRY, UiCommand, chord_text, shortcut_text};
use sealscope::ui::settings::{Layout, Settings, ThemeChoice, View};
use sealscope::ui::tasks::FileDialog;
use support::{config, settle};
use tempfile::TempDir;
use time::macros::datetime;

type Window = Harness<'static, App>;

fn open(home: &TempDir) -> Window {
    let mut window = support::window(config(home.path()), vec2(1280.0, 800.0), Theme::Dark);
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

fn click(window: &mut Window, name: &str) {
    window.get_by_label(name).click();
    settle(window);
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn letter(home: &TempDir, name: &str) -> PathBuf {
    let path = home.path().join(name);
    std::fs::write(&path, "From: a@a.example\r\nTo: b@b.example\r\nSubject: Secret subject\r\n\r\nBody\r\n").unwrap();
    path
}

fn kept(home: &TempDir) -> Settings {
    Settings::load(&home.path().join("window.toml"))
}

fn zoom(window: &Window) -> String {
    format!("{:.0} %", window.ctx.zoom_factor() * 100.0)
}

// UX.md §5, point 5.
#[test]
fn workspace_view_layout_panes_size_and_colours_are_as_they_were_left() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    press(&mut window, Modifiers::NONE, Key::F4);
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::D);
    press(&mut window, Modifiers::COMMAND, Key::Plus);
    let edge = window.get_by_label("List pane").rect();
    let grip = egui::pos2(edge.right() + 12.0, edge.center().y);
    window.drag_at(grip);
    settle(&mut window);
    window.drop_at(grip - vec2(60.0, 0.0));
    settle(&mut window);
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    let left = kept(&home);
    drop(window);
    let window = open(&home);
    let now = &window.state().state().settings;
    assert_eq!(*now, left);
    assert_eq!((now.view, now.layout, now.theme), (View::Addresses, Layout::Test, ThemeChoice::Light));
    assert!(now.list_width < Settings::default().list_width, "{}", now.list_width);
    assert_eq!(zoom(&window), "110 %");
    assert!(window.state().state().is_demo() && !window.state().state().welcome);
}

// Point 5: the file holds places and sizes, nothing out of a message.
#[test]
fn what_is_remembered_quotes_no_message() {
    let home = TempDir::new().unwrap();
    let path = letter(&home, "case-17.eml");
    let mut settings = config(home.path());
    settings.files = vec![path];
    let mut window = support::window(settings, vec2(1280.0, 800.0), Theme::Dark);
    settle(&mut window);
    let written = std::fs::read_to_string(home.path().join("window.toml")).unwrap();
    assert!(written.contains("case-17.eml") && written.contains("1 message"), "{written}");
    for words in ["Secret subject", "a@a.example", "Body"] {
        assert!(!written.contains(words), "{written}");
    }
}

// Point 12.
#[test]
fn the_recent_list_tells_name_contents_folder_and_age() {
    let home = TempDir::new().unwrap();
    let path = letter(&home, "referral.eml");
    let mut settings = config(home.path());
    settings.files = vec![path];
    let mut window = support::window(settings, vec2(1280.0, 800.0), Theme::Dark);
    settle(&mut window);
    drop(window);
    let mut later = config(home.path());
    later.now = Arc::new(|| datetime!(2026-03-02 11:40 UTC));
    let mut window = support::window(later, vec2(1280.0, 800.0), Theme::Dark);
    settle(&mut window);
    let folder = home.path().display().to_string();
    let row = window.get_by_label_contains("Open referral.eml again");
    let name = row.accesskit_node().label().unwrap_or_default();
    for words in ["1 message", &folder, "2 h ago"] {
        assert!(name.contains(words), "{words}: {name}");
    }
    row.click();
    settle(&mut window);
    assert_eq!(window.state().state().documents.len(), 1);
}

// Point 12.
#[test]
fn a_recent_file_that_is_gone_is_greyed_and_can_be_taken_off_the_list() {
    let home = TempDir::new().unwrap();
    let path = letter(&home, "gone.eml");
    let mut settings = config(home.path());
    settings.files = vec![path.clone()];
    let mut window = support::window(settings, vec2(1280.0, 800.0), Theme::Dark);
    settle(&mut window);
    drop(window);
    std::fs::remove_file(path).unwrap();
    let mut window = open(&home);
    assert!(has(&window, "gone.eml, no longer there"));
    assert!(!has(&window, "Open gone.eml again"));
    click(&mut window, "Remove");
    assert!(!has(&window, "gone.eml"));
    assert!(kept(&home).recent.is_empty());
}

// Point 12: a workspace is told by what it holds.
#[test]
fn the_demo_is_remembered_with_its_addresses_and_messages() {
    let home = TempDir::new().unwrap();
    drop(demo(&home));
    assert_eq!(kept(&home).recent[0].contents.as_deref(), Some("4 addresses, 2 domains, 15 messages"));
}

// Point 4: in the title bar. The certificates' names are checked with the demo itself.
#[test]
fn the_demo_is_marked_in_the_title_and_in_every_name_of_a_certificate() {
    let home = TempDir::new().unwrap();
    let mut window = open(&home);
    window.get_by_label("Explore the demo workspace").click();
    let mut title = None;
    let deadline = Instant::now() + Duration::from_secs(120);
    while title.is_none() && Instant::now() < deadline {
        window.step();
        let commands = window.output().viewport_output.values().flat_map(|viewport| viewport.commands.iter());
        title = commands
            .filter_map(|command| match command {
                egui::ViewportCommand::Title(title) if title.contains("DEMO") => Some(title.clone()),
                _ => None,
            })
            .next();
    }
    assert_eq!(title.as_deref(), Some("DEMO workspace, Sealscope"));
    settle(&mut window);
    for party in window.state().state().parties() {
        for held in &party.certificates {
            let certificate = &held.certificate;
            assert!(certificate.subject().to_string().contains("DEMO"), "{}", certificate.subject());
        }
    }
}

// Points 1 and 3.
#[test]
fn what_somebody_wants_opens_the_demo_in_the_layout_for_it() {
    for (purpose, layout, percent) in [
        ("Investigate a rejected message", Layout::Investigate, 100),
        ("Show how it works", Layout::Explain, 125),
        ("Test another HISP", Layout::Test, 100),
    ] {
        let home = TempDir::new().unwrap();
        let mut window = open(&home);
        click(&mut window, purpose);
        let state = window.state().state();
        assert!(state.is_demo() && !state.welcome, "{purpose}");
        assert_eq!((state.settings.layout, state.settings.view), (layout, View::Messages), "{purpose}");
        assert_eq!(zoom(&window), format!("{percent} %"), "{purpose}");
    }
}

/// A desktop on which one folder is chosen.
struct Chooses(PathBuf);

impl FileDialog for Chooses {
    fn pick(&self, _title: &str) -> Option<Vec<PathBuf>> {
        None
    }

    fn pick_folder(&self, _title: &str) -> Option<PathBuf> {
        Some(self.0.clone())
    }

    fn save(&self, _title: &str, _name: &str) -> Option<PathBuf> {
        None
    }
}

// Point 6.
#[test]
fn a_workspace_is_opened_by_the_dialog_for_folders_and_by_path_where_there_is_none() {
    let home = TempDir::new().unwrap();
    drop(demo(&home));
    let root = home.path().join("demo");
    let fresh = TempDir::new().unwrap();
    let mut settings = config(fresh.path());
    settings.dialog = Arc::new(Chooses(root));
    let mut window = support::window(settings, vec2(1280.0, 800.0), Theme::Dark);
    settle(&mut window);
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
    assert!(window.state().state().is_demo());
    let bare = TempDir::new().unwrap();
    let mut window = open(&bare);
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
    assert!(window.query_by_label("Path").is_some());
}

// Point 40.
#[test]
fn every_menu_item_is_in_the_palette_with_the_same_name_and_shortcut() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    for menu in Menu::ALL {
        window.get_by_role_and_label(Role::Button, menu.title()).click();
        settle(&mut window);
        for entry in REGISTRY.iter().filter(|entry| entry.menu == menu) {
            let shown = window.query_all_by_role(Role::Button).any(|node| {
                let name = node.accesskit_node().label().unwrap_or_default();
                name.starts_with(entry.name) && name.ends_with(&shortcut_text(&window.ctx, entry))
            });
            assert!(shown, "{menu:?}: {}", entry.name);
        }
        press(&mut window, Modifiers::NONE, Key::Escape);
    }
    press(&mut window, Modifiers::COMMAND, Key::P);
    for entry in REGISTRY.iter().filter(|entry| entry.command != UiCommand::Palette) {
        window.get_by_role_and_label(Role::TextInput, "Find command").focus();
        settle(&mut window);
        press(&mut window, Modifiers::COMMAND, Key::A);
        window.get_by_role_and_label(Role::TextInput, "Find command").type_text(entry.name);
        settle(&mut window);
        let rows: Vec<String> =
            window.query_all_by_role(Role::ListItem).filter_map(|node| node.accesskit_node().label()).collect();
        assert!(rows.iter().any(|row| row.starts_with(entry.name)), "{}: {rows:?}", entry.name);
    }
}

// Point 40: what can do nothing now says why, and choosing it changes nothing.
#[test]
fn the_palette_tells_why_a_command_can_do_nothing_now() {
    let home = TempDir::new().unwrap();
    let mut window = open(&home);
    press(&mut window, Modifiers::COMMAND, Key::P);
    window.get_by_role_and_label(Role::TextInput, "Find command").type_text("Copy why");
    settle(&mut window);
    assert!(has(&window, "Copy why, not now: Process a message first"));
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(has(&window, "Copy why, not now"), "the list stays open");
}

// Point 40: the sheet lists every shortcut that there is.
#[test]
fn the_sheet_of_shortcuts_names_every_command_that_has_one() {
    let home = TempDir::new().unwrap();
    let mut window = open(&home);
    press(&mut window, Modifiers::NONE, Key::F1);
    for entry in REGISTRY.iter().filter(|entry| !entry.shortcuts.is_empty()) {
        let keys: Vec<String> = entry.shortcuts.iter().map(|shortcut| chord_text(&window.ctx, shortcut)).collect();
        let line = format!("{}: {}", entry.name, keys.join(" or "));
        assert!(window.query_by_label(&line).is_some(), "{line}");
    }
    click(&mut window, "Close");
    assert!(!has(&window, "Find command…: "));
}

fn has_ring(window: &Window, around: egui::Rect) -> bool {
    let accent = sealscope::ui::tokens::DARK.accent;
    window.output().shapes.iter().any(|clipped| match &clipped.shape {
        egui::Shape::Rect(shape) => {
            shape.rect.intersects(around)
                && shape.rect.size().min_elem() > 0.9 * around.size().min_elem()
                && shape.stroke.color == accent
                && shape.stroke.width >= 2.0
                && clipped.clip_rect.expand(0.5).contains_rect(shape.rect)
        }
        _ => false,
    })
}

// Point 42.
#[test]
fn f6_walks_through_the_panes_and_draws_a_ring_around_the_one_it_is_at() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    press(&mut window, Modifiers::COMMAND, Key::J);
    let panes = ["List pane", "Main pane", "Inspector pane", "Drawer pane"];
    for pane in panes {
        press(&mut window, Modifiers::NONE, Key::F6);
        assert!(window.get_by_role_and_label(Role::Pane, pane).is_focused(), "{pane}");
        let ring = window.get_by_role_and_label(Role::Pane, pane).rect().expand2(vec2(6.0, 5.0));
        assert!(has_ring(&window, ring), "{pane}: where the keyboard is cannot be seen");
    }
    press(&mut window, Modifiers::SHIFT, Key::F6);
    assert!(window.get_by_role_and_label(Role::Pane, "Inspector pane").is_focused());
    press(&mut window, Modifiers::COMMAND, Key::I);
    press(&mut window, Modifiers::NONE, Key::F6);
    assert!(!window.query_by_role_and_label(Role::Pane, "Inspector pane").is_some_and(|pane| pane.is_focused()));
}

// Point 42: the size of everything, by the keys that every program has for it.
#[test]
fn the_keys_for_size_work_with_either_plus() {
    let home = TempDir::new().unwrap();
    let mut window = open(&home);
    for (key, percent) in
        [(Key::Plus, 110), (Key::Equals, 120), (Key::Minus, 110), (Key::Minus, 100), (Key::Plus, 110), (Key::Num0, 100)]
    {
        press(&mut window, Modifiers::COMMAND, key);
        assert_eq!(zoom(&window), format!("{percent} %"), "{key:?}");
    }
}

// Points 5 and 48.
#[test]
fn settings_change_colours_size_and_layout_and_forget_what_was_opened() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    press(&mut window, Modifiers::COMMAND, Key::Comma);
    for choice in ["Light", "150 %", "Test"] {
        click(&mut window, choice);
    }
    click(&mut window, "Clear the list");
    let now = kept(&home);
    assert_eq!((now.theme, now.layout), (ThemeChoice::Light, Layout::Test));
    assert!(now.recent.is_empty());
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(!has(&window, "Clear the list"));
}

// The choice lies with the workspace: the command line and the next start find it there.
#[test]
fn the_network_is_allowed_for_one_workspace_and_kept_with_it() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    assert!(has(&window, "Offline"));
    press(&mut window, Modifiers::COMMAND, Key::Comma);
    click(&mut window, "Online");
    assert!(window.state().state().workspace.as_ref().is_some_and(|loaded| loaded.is_online()));
    let kept = sealscope::workspace::Workspace::open(home.path().join("demo")).unwrap().settings().unwrap();
    assert_eq!(kept.network, sealscope::workspace::Network::Online);
}

// Point 45: many messages are one line of the status bar, with one Cancel for all.
#[test]
fn many_messages_are_counted_in_the_status_bar_and_cancelled_together() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let folder = home.path().join("many");
    std::fs::create_dir(&folder).unwrap();
    let stored = first_stored(&home.path().join("demo/messages"));
    for number in 0..60 {
        std::fs::copy(&stored, folder.join(format!("{number:02}.bsmtp"))).unwrap();
    }
    let state = |window: &Window| window.state().state().batch;
    window.input_mut().dropped_files = vec![Arc::new(Dropped(folder))];
    step_until(&mut window, |window| state(window).is_some_and(|(_, of)| of == 60));
    window.step();
    assert!(has(&window, " of 60"), "{:?}", state(&window));
    assert!(has(&window, "Processing "));
    window.get_by_label("Cancel").click();
    settle(&mut window);
    assert_eq!(state(&window), None);
    assert!(window.state().is_idle());
}

fn first_stored(folder: &Path) -> PathBuf {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.swap_remove(0)
}

fn step_until(window: &mut Window, so: impl Fn(&Window) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        window.step();
        if so(window) {
            return;
        }
        assert!(Instant::now() < deadline, "{:?}", window.state());
        std::thread::yield_now();
    }
}

// Point 54: what a release is built from has nothing that listens.
#[test]
fn a_build_with_default_features_has_no_inspection() {
    let manifest: toml::Table = include_str!("../Cargo.toml").parse().unwrap();
    let features = &manifest["features"];
    let names = |feature: &str| -> Vec<String> {
        features[feature].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("default"), ["gui"]);
    assert!(names("inspection").contains(&"eframe/inspection".to_owned()));
    let depends =
        [names("gui"), manifest_features(&manifest, "dependencies"), manifest_features(&manifest, "dev-dependencies")];
    assert!(depends.iter().flatten().all(|name| !name.contains("inspection")), "{depends:?}");
}

fn manifest_features(manifest: &toml::Table, table: &str) -> Vec<String> {
    let features = manifest[table]["eframe"]["features"].as_array().unwrap();
    features.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}
