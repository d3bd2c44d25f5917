//! Opening: by path, by drop, by clipboard; what is refused, and what that leaves as it was.
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
use egui::{DroppedFileHandle, Event, HoveredFile, Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use sealscope::ui::App;
use sealscope::ui::document::Run;
use sealscope::ui::settings::View;
use sealscope::ui::tasks::ImportState;
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

fn demo(home: &TempDir) -> Window {
    let mut window = support::window(config(home.path()), vec2(1280.0, 1400.0), Theme::Dark);
    settle(&mut window);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    window
}

fn has(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn open_by_path(window: &mut Window, path: &Path) {
    if window.query_by_label("Path").is_none() {
        press(window, Modifiers::COMMAND | Modifiers::ALT, Key::O);
    }
    window.get_by_label("Path").focus();
    settle(window);
    press(window, Modifiers::COMMAND, Key::A);
    window.get_by_label("Path").type_text(&path.display().to_string());
    settle(window);
    press(window, Modifiers::NONE, Key::Enter);
}

fn drop_on(window: &mut Window, paths: &[PathBuf]) {
    let handle = |path: &PathBuf| -> DroppedFileHandle { Arc::new(Dropped(path.clone())) };
    window.input_mut().dropped_files = paths.iter().map(handle).collect();
    settle(window);
}

fn letter(subject: &str) -> String {
    format!("From: alice@a.example\r\nTo: bob@b.example\r\nSubject: {subject}\r\n\r\nIn the clear.\r\n")
}

fn first_certificate(window: &Window) -> sealscope::pki::Certificate {
    window.state().state().parties()[0].certificates[0].certificate.clone()
}

fn is_import(window: &Window) -> bool {
    window.state().state().import.is_some()
}

// The octets of the CMS that a message of the demo carries.
fn encrypted_cms(window: &Window) -> Vec<u8> {
    let name = sealscope::span::BufferName::EncryptedCms;
    let found = window.state().state().documents.iter().find_map(|document| document.buffer(name));
    found.expect("the demo has encrypted messages").octets().to_vec()
}

// UX.md §5, point 6: the content decides what each is, whatever its name says.
#[test]
fn every_kind_of_file_opens_by_path_under_a_wrong_name() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let certificate = first_certificate(&window);
    let cms = encrypted_cms(&window);
    let signature = signature_cms(&window);
    let messages: [(&str, Vec<u8>); 3] =
        [("letter.pem", letter("Named wrongly").into_bytes()), ("enveloped.txt", cms), ("signature.jpg", signature)];
    for (name, octets) in messages {
        let before = window.state().state().documents.len();
        let path = home.path().join(name);
        std::fs::write(&path, octets).unwrap();
        open_by_path(&mut window, &path);
        let state = window.state().state();
        assert_eq!(state.documents.len(), before + 1, "{name}: {:?}", state.path_error);
        assert_eq!(state.settings.view, View::Messages, "{name}");
    }
    let certificates: [(&str, Vec<u8>); 2] =
        [("certificate.eml", certificate.pem().into_bytes()), ("certificate.doc", certificate.der().to_vec())];
    for (name, octets) in certificates {
        let path = home.path().join(name);
        std::fs::write(&path, octets).unwrap();
        open_by_path(&mut window, &path);
        let state = window.state().state();
        let ready = matches!(state.import.as_ref().map(|import| &import.state), Some(ImportState::Ready(items)) if items.len() == 1);
        assert!(ready, "{name}: {:?}", state.path_error);
        assert_eq!(state.settings.view, View::Addresses, "{name}");
        window.get_by_label("Do not import").click();
        settle(&mut window);
    }
    let store = home.path().join("store.eml");
    std::fs::copy(key_of(&home.path().join("demo")), &store).unwrap();
    open_by_path(&mut window, &store);
    let locked = window.state().state().import.as_ref().map(|import| matches!(import.state, ImportState::Locked(None)));
    assert_eq!(locked, Some(true), "{:?}", window.state().state().path_error);
    open_by_path(&mut window, &home.path().join("demo"));
    assert!(window.state().state().is_demo());
}

fn signature_cms(window: &Window) -> Vec<u8> {
    let name = sealscope::span::BufferName::SignatureCms;
    let found = window.state().state().documents.iter().find_map(|document| document.buffer(name));
    found.expect("the demo has signed messages").octets().to_vec()
}

fn key_of(workspace: &Path) -> PathBuf {
    let mut folders = vec![workspace.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "p12") {
                return path;
            }
        }
    }
    panic!("the demo has keys")
}

// Point 8.
#[test]
fn files_that_hover_are_named_and_three_of_them_each_find_their_place() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let write = |name: &str, octets: &[u8]| {
        let path = home.path().join(name);
        std::fs::write(&path, octets).unwrap();
        path
    };
    let pem = first_certificate(&window).pem();
    let paths = [
        write("first.dat", letter("First").as_bytes()),
        write("anchor.dat", pem.as_bytes()),
        write("second.dat", letter("Second").as_bytes()),
    ];
    window.input_mut().hovered_files =
        paths.iter().map(|path| HoveredFile { path: Some(path.clone()), ..HoveredFile::default() }).collect();
    window.step();
    window.step();
    for name in ["Drop to open", "first.dat", "anchor.dat", "second.dat"] {
        assert!(has(&window, name), "{name}");
    }
    window.input_mut().hovered_files.clear();
    drop_on(&mut window, &paths);
    assert!(!has(&window, "Drop to open"));
    assert_eq!(window.state().state().documents.len(), 17);
    assert!(is_import(&window));
}

// Point 9.
#[test]
fn what_is_pasted_outside_a_field_opens_by_its_content() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    window.event(Event::Paste(letter("Pasted")));
    settle(&mut window);
    assert_eq!(window.state().state().documents.len(), 16);
    window.event(Event::Paste(first_certificate(&window).pem()));
    settle(&mut window);
    assert!(is_import(&window));
    let base64 = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(encrypted_cms(&window))
    };
    window.event(Event::Paste(base64));
    settle(&mut window);
    assert_eq!(window.state().state().documents.len(), 17, "{:?}", window.state().state().notice);
}

// Point 9.
#[test]
fn what_is_pasted_into_a_field_stays_there() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    press(&mut window, Modifiers::COMMAND, Key::F);
    window.event(Event::Paste("Subject: pasted".to_owned()));
    settle(&mut window);
    let field = window.get_by_label("Filter messages");
    assert!(field.is_focused());
    assert_eq!(field.value().as_deref(), Some("Subject: pasted"));
    assert_eq!(window.state().state().documents.len(), 15);
}

// Point 10: each is one line under the field, and nothing else happens. What is too large is refused by its size: the
// file has holes where its octets would be, and reading them would take seconds.
#[test]
fn what_cannot_be_opened_is_answered_in_one_line_and_changes_nothing() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let place = |name: &str| home.path().join(name);
    std::fs::write(place("empty.eml"), b"").unwrap();
    std::fs::create_dir(place("folder.eml")).unwrap();
    std::fs::File::create(place("huge.eml")).unwrap().set_len(200 << 20).unwrap();
    std::fs::write(place("noise.eml"), [0xff, 0x00, 0x10, 0x80].repeat(64)).unwrap();
    let selected = window.state().state().selection.current().cloned();
    for (name, words) in [
        ("missing.eml", "there is no such file"),
        ("empty.eml", "is empty"),
        ("folder.eml", "holds no message"),
        ("huge.eml", "200 MiB, more than the 64 MiB"),
        ("noise.eml", "neither a message nor a key"),
    ] {
        let begun = Instant::now();
        open_by_path(&mut window, &place(name));
        let state = window.state().state();
        let error = state.path_error.as_deref().unwrap_or_default();
        assert!(error.contains(words) && error.contains(name) && !error.contains('\n'), "{name}: {error}");
        assert!(has(&window, error), "{name}: it is not shown");
        assert_eq!(state.documents.len(), 15, "{name}");
        assert_eq!(state.selection.current().cloned(), selected, "{name}");
        assert!(state.settings.recent.iter().all(|recent| recent.path != place(name)), "{name}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{name} was read");
    }
}

// Point 10. Root reads everything, so that there the rights do not matter; the log says that nothing was tried.
#[cfg(unix)]
#[test]
fn a_file_without_the_right_to_read_it_is_answered_with_what_to_do() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let path = home.path().join("locked-away.eml");
    std::fs::write(&path, letter("Hidden")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o0)).unwrap();
    if std::fs::File::open(&path).is_ok() {
        println!("not tried: this user reads every file");
        return;
    }
    open_by_path(&mut window, &path);
    let error = window.state().state().path_error.clone().unwrap_or_default();
    assert!(error.contains("permission denied; check who owns it"), "{error}");
}

fn large_message() -> Vec<u8> {
    let mut message = letter("Large").into_bytes();
    let line = [b'x'; 76];
    while message.len() < 25_000_000 {
        message.extend_from_slice(&line);
        message.extend_from_slice(b"\r\n");
    }
    message
}

// Point 45: frames are drawn while a job is at work, and Cancel leaves nothing half done.
#[test]
fn a_message_of_25_mb_keeps_the_window_drawing_and_leaves_nothing_when_it_is_cancelled() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let path = home.path().join("large.eml");
    std::fs::write(&path, large_message()).unwrap();
    let handle: DroppedFileHandle = Arc::new(Dropped(path));
    window.input_mut().dropped_files = vec![Arc::clone(&handle)];
    let mut slowest = Duration::ZERO;
    let mut frames = 0;
    let deadline = Instant::now() + Duration::from_secs(120);
    while frames == 0 || !window.state().is_idle() {
        let begun = Instant::now();
        window.step();
        slowest = slowest.max(begun.elapsed());
        frames += 1;
        assert!(Instant::now() < deadline, "{:?}", window.state());
    }
    println!("25 MB: {frames} frames while it was read and judged, the slowest took {} ms", slowest.as_millis());
    assert_eq!(window.state().state().documents.len(), 16);
    let large = window.state().state().current().map(|document| document.id).unwrap();
    window.get_by_label_contains("Run").click();
    window.step();
    window.step();
    let running = |window: &Window| {
        matches!(window.state().state().document(large).map(|document| &document.run), Some(Run::Running(_)))
    };
    if running(&window) {
        let begun = Instant::now();
        press_now(&mut window, Key::Escape);
        assert!(begun.elapsed() < Duration::from_millis(500) || cfg!(debug_assertions), "{:?}", begun.elapsed());
        assert!(!running(&window));
        assert!(window.state().state().running.is_empty());
    }
    settle(&mut window);
    let run = &window.state().state().document(large).unwrap().run;
    assert!(matches!(run, Run::Done(_) | Run::NotRun), "{run:?}");
}

fn press_now(window: &mut Window, key: Key) {
    window.key_press(key);
    window.step();
}

// Point 45: what is being opened when Cancel is pressed is not in the list afterwards.
#[test]
fn a_cancelled_opening_adds_nothing() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let path = home.path().join("large.eml");
    std::fs::write(&path, large_message()).unwrap();
    let handle: DroppedFileHandle = Arc::new(Dropped(path));
    window.input_mut().dropped_files = vec![handle];
    window.step();
    press_now(&mut window, Key::Escape);
    settle(&mut window);
    let added = window.state().state().documents.len() - 15;
    let cancelled = window.state().state().log.iter().any(|line| line.message.starts_with("Cancelled: "));
    assert!(added == 0 || !cancelled, "it was cancelled and is in the list");
    assert!(window.state().is_idle());
}
