//! Things that arrive at the window from outside: files dropped on it, text pasted into it.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/dropped.rs"]
mod dropped;
#[path = "support/window/mod.rs"]
mod support;

use std::path::PathBuf;
use std::sync::Arc;

use dropped::Dropped;
use egui::{DroppedFileHandle, Event, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use sealscope::ui::App;
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

fn demo(home: &TempDir) -> Window {
    let mut window = support::window(config(home.path()), vec2(1280.0, 1800.0), Theme::Dark);
    settle(&mut window);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    window
}

fn drop_on(window: &mut Window, paths: &[PathBuf]) {
    let handle = |path: &PathBuf| -> DroppedFileHandle { Arc::new(Dropped(path.clone())) };
    window.input_mut().dropped_files = paths.iter().map(handle).collect();
    settle(window);
}

fn letter() -> &'static [u8] {
    b"From: alice@a.example\r\nTo: bob@b.example\r\nSubject: Dropped\r\n\r\nIn the clear.\r\n"
}

// UX.md §5, point 8.
#[test]
fn files_dropped_together_each_find_their_place() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let message = home.path().join("letter.dat");
    std::fs::write(&message, letter()).unwrap();
    let certificate = home.path().join("certificate.dat");
    std::fs::write(&certificate, window.state().state().parties()[0].certificates[0].certificate.pem()).unwrap();
    drop_on(&mut window, &[message, certificate]);
    assert_eq!(window.state().state().documents.len(), 16);
    assert!(window.query_by_label("Import").is_some(), "{:?}", window.state().state().notice);
}

// Point 10.
#[test]
fn a_dropped_file_that_is_empty_is_answered_with_its_name_and_changes_nothing() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let empty = home.path().join("empty.eml");
    std::fs::write(&empty, b"").unwrap();
    drop_on(&mut window, &[empty]);
    assert_eq!(window.state().state().documents.len(), 15);
    assert!(window.query_all_by_label_contains("empty.eml").next().is_some());
}

// Point 9.
#[test]
fn headers_pasted_outside_a_field_open_as_a_message() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    window.event(Event::Paste(String::from_utf8(letter().to_vec()).unwrap()));
    settle(&mut window);
    assert_eq!(window.state().state().documents.len(), 16);
}
