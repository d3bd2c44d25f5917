//! Messages and folders that are too large to be held in memory: what is shown of them, and what is said when their
//! files change meanwhile.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::ui::state::Slot;
use sealscope::ui::{App, AppConfig};
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

fn open(home: &TempDir, path: PathBuf) -> Window {
    let indexes = Some(home.path().join("indexes"));
    let config = AppConfig { files: vec![path], indexes, ..config(home.path()) };
    support::window(config, vec2(1280.0, 800.0), Theme::Dark)
}

fn has(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

/// A letter and an attachment that is a hole in the file: 65 MiB, written at once.
fn large(home: &TempDir) -> PathBuf {
    let path = home.path().join("scan.eml");
    let mut file = File::create(&path).unwrap();
    file.write_all(
        b"From: alice@a.example\r\nTo: bob@b.example\r\nSubject: A scan\r\n\
          Content-Type: multipart/mixed; boundary=\"middle\"\r\n\r\n--middle\r\n\r\nThe scan is attached.\r\n\
          --middle\r\nContent-Type: application/dicom\r\n\r\n",
    )
    .unwrap();
    file.set_len(65 << 20).unwrap();
    path
}

fn folder(home: &TempDir, messages: usize) -> PathBuf {
    let folder = home.path().join("letters");
    fs::create_dir(&folder).unwrap();
    for number in 0..messages {
        let octets = format!("From: alice@a.example\nTo: bob@b.example\nSubject: {number}\n\nText\n");
        fs::write(folder.join(format!("letter-{number:05}.eml")), octets).unwrap();
    }
    folder
}

/// Draws frames until the folder is listed; what is judged after that is given up with the window.
fn listed(window: &mut Window) {
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        window.step();
        let state = window.state().state();
        let busy = state.running.iter().any(|job| job.slot == Slot::Open);
        if !busy && !state.documents.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "not listed: {:?}", state.notice);
        std::thread::yield_now();
    }
}

fn press(window: &mut Window, key: Key) {
    window.key_press_modifiers(Modifiers::NONE, key);
    settle(window);
}

fn show(window: &mut Window, name: &str) {
    let items: Vec<_> = window.get_all_by_role(Role::TreeItem).collect();
    let row = items.iter().find(|node| node.accesskit_node().label().is_some_and(|label| label.contains(name)));
    row.unwrap_or_else(|| panic!("{name} is not in the list")).click();
    settle(window);
}

#[test]
fn a_message_that_is_too_large_to_be_judged_shows_its_parts_and_says_why() {
    let home = TempDir::new().unwrap();
    let mut window = open(&home, large(&home));
    settle(&mut window);
    let document = window.state().state().current().unwrap();
    assert_eq!(document.octets(), 65 << 20);
    let titles: Vec<&str> = document.structure().nodes().iter().map(|node| &*node.title).collect();
    assert_eq!(titles, ["As received", "multipart/mixed", "text/plain", "application/dicom"]);
    assert!(has(&window, "exceeds the limit of 67,108,864") || has(&window, "exceeds the limit of 67108864"));
    assert!(document.envelope.message.octets().starts_with(b"From: alice"));
}

#[test]
fn a_large_file_that_is_cut_off_while_it_is_shown_is_told_of() {
    let home = TempDir::new().unwrap();
    let path = large(&home);
    let mut window = open(&home, path.clone());
    settle(&mut window);
    File::options().write(true).open(&path).unwrap().set_len(1_000).unwrap();
    for _ in 0..5 {
        window.step();
    }
    assert!(has(&window, "was changed by another program while it was shown"));
}

#[test]
fn a_folder_of_twelve_thousand_messages_is_listed_and_none_of_them_held() {
    let home = TempDir::new().unwrap();
    let folder = folder(&home, 12_000);
    let mut window = open(&home, folder.clone());
    listed(&mut window);
    let documents = &window.state().state().documents;
    assert_eq!(documents.len(), 12_000);
    assert_eq!(documents[11_999].route(), "alice@a.example → bob@b.example");
    assert!(documents.iter().skip(1).all(|document| document.envelope.message.is_empty()));
    assert_eq!(kept(home.path()).len(), 1);
    drop(window);

    let mut window = open(&home, folder);
    listed(&mut window);
    assert_eq!(window.state().state().documents.len(), 12_000);
}

fn kept(home: &Path) -> Vec<PathBuf> {
    fs::read_dir(home.join("indexes")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_listed_file_that_vanishes_or_changes_is_told_of_in_a_sentence() {
    let home = TempDir::new().unwrap();
    let folder = folder(&home, 250);
    let mut window = open(&home, folder.clone());
    settle(&mut window);
    assert!(window.state().state().documents.iter().all(|document| document.brief.is_some()));
    fs::remove_file(folder.join("letter-00003.eml")).unwrap();
    fs::write(folder.join("letter-00004.eml"), b"From: mallory@evil.example\n\n").unwrap();
    File::options().write(true).open(folder.join("letter-00005.eml")).unwrap().set_len(3).unwrap();
    window.get_all_by_role(Role::TreeItem).next().unwrap().click();
    settle(&mut window);
    press(&mut window, Key::ArrowRight);
    show(&mut window, "letter-00002");
    assert!(window.state().state().current().unwrap().report().is_some());
    show(&mut window, "letter-00003");
    assert!(has(&window, "there is no such file"));
    for name in ["letter-00004", "letter-00005"] {
        show(&mut window, name);
        assert!(has(&window, "has changed since it was listed"), "{name}");
    }
}
