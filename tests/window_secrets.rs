//! Passphrases and private keys in the window: asked for in place, shown as bullets, kept as long as was chosen, and
//! nowhere else.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use sealscope::pki::Passphrase;
use sealscope::ui::App;
use sealscope::ui::settings::KeepKeys;
use sealscope::ui::state::Overlay;
use sealscope::workspace::{demo, party_name};
use support::{NOW, config, settle};
use tempfile::TempDir;
use time::Duration;

type Window = Harness<'static, App>;

/// A clock that a test moves.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicI64>);

impl Clock {
    fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

fn window_with(home: &TempDir, clock: &Clock) -> Window {
    let clock = clock.clone();
    let mut config = config(home.path());
    config.now = Arc::new(move || NOW + Duration::seconds(clock.0.load(Ordering::Relaxed)));
    let mut window = support::window(config, vec2(1280.0, 1100.0), Theme::Dark);
    settle(&mut window);
    window
}

fn demo_with(home: &TempDir, clock: &Clock) -> Window {
    let mut window = window_with(home, clock);
    click(&mut window, "Explore the demo workspace");
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

fn has(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

fn open_by_path(window: &mut Window, path: &Path) {
    press(window, Modifiers::COMMAND | Modifiers::ALT, Key::O);
    window.get_by_label("Path").type_text(&path.display().to_string());
    settle(window);
    press(window, Modifiers::NONE, Key::Enter);
}

/// Types into the only passphrase field there is, which has the keyboard.
fn enter_passphrase(window: &mut Window, words: &str) {
    let field = window.get_by_role(Role::PasswordInput);
    assert!(field.is_focused(), "before {words}");
    field.type_text(words);
    settle(window);
    let shown = window.get_by_role(Role::PasswordInput).value();
    assert_eq!(shown, Some("•".repeat(words.chars().count())));
    press(window, Modifiers::NONE, Key::Enter);
}

fn unlock_demo(window: &mut Window, keep: KeepKeys) {
    press(window, Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
    let choice = match keep {
        KeepKeys::UntilLocked => "Until they are locked or the window closes",
        KeepKeys::TenMinutes => "For ten minutes",
        KeepKeys::AskEachTime => "Only while they are needed",
    };
    click(window, choice);
    window.get_by_role(Role::PasswordInput).focus();
    settle(window);
    enter_passphrase(window, demo::PASSPHRASE);
}

fn open_keys(window: &Window) -> usize {
    window.state().state().open_keys()
}

fn accepted(window: &Window) -> usize {
    let documents = &window.state().state().documents;
    documents.iter().filter(|document| document.report().is_some_and(|report| report.is_accepted())).count()
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut open = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found
}

/// A `.p12` of Alice's key with a passphrase of its own, in a folder of its own.
fn exported_key(home: &Path, words: &str) -> PathBuf {
    let made = TempDir::new().unwrap();
    let demo = demo::create(&made.path().join("demo"), NOW).unwrap();
    let alice = party_name("alice@a.example").unwrap();
    let stored = Passphrase::new(demo::PASSPHRASE);
    let octets = demo.export_key(&alice, "demo-alice@a.example", &stored, &Passphrase::new(words)).unwrap();
    let path = home.join("alice.p12");
    fs::write(&path, octets).unwrap();
    path
}

// UX.md §5, point 30.
#[test]
fn a_locked_key_lists_its_certificate_and_says_that_it_is_locked() {
    let home = TempDir::new().unwrap();
    let mut window = demo_with(&home, &Clock::default());
    press(&mut window, Modifiers::COMMAND, Key::L);
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    window.get_by_label_contains("bob@b.example, 1 key").click();
    settle(&mut window);
    window.get_by_label_contains("locked key, bob@b.example, until").click();
    settle(&mut window);
    assert!(has(&window, "Locked") && has(&window, "SHA-256"));
    assert!(window.query_by_label("Save key…").is_none());
}

// UX.md §5, points 31 and 32.
#[test]
fn passphrases_are_asked_for_in_place_twice_if_need_be_and_are_written_nowhere() {
    const OF_FILE: &str = "opens the file Ω";
    const OF_WORKSPACE: &str = "locks the workspace ß";
    let home = TempDir::new().unwrap();
    let file = exported_key(home.path(), OF_FILE);
    let mut window = window_with(&home, &Clock::default());
    open_by_path(&mut window, &file);
    enter_passphrase(&mut window, "something else");
    assert!(has(&window, "Wrong passphrase") && window.state().state().overlay.is_none());
    enter_passphrase(&mut window, OF_FILE);
    click(&mut window, "Open my workspace");
    window.get_by_role(Role::PasswordInput).focus();
    settle(&mut window);
    enter_passphrase(&mut window, OF_WORKSPACE);
    assert_eq!(open_keys(&window), 1);

    press(&mut window, Modifiers::COMMAND, Key::L);
    assert_eq!(open_keys(&window), 0);
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
    enter_passphrase(&mut window, OF_FILE);
    assert!(has(&window, "Wrong passphrase: no key was unlocked"));
    assert_eq!(window.state().state().overlay, Some(Overlay::Unlock));
    enter_passphrase(&mut window, OF_WORKSPACE);
    assert_eq!((open_keys(&window), window.state().state().overlay), (1, None));

    let files = files_under(home.path());
    assert!(
        files.contains(&home.path().join("window.toml")) && files.iter().any(|path| path.ends_with("workspace.toml"))
    );
    for path in files {
        let octets = fs::read(&path).unwrap();
        for words in [OF_FILE, OF_WORKSPACE] {
            let there = octets.windows(words.len()).any(|window| window == words.as_bytes());
            assert!(!there, "{words} in {}", path.display());
        }
    }
    assert!(!format!("{:?}", window.state()).contains(OF_WORKSPACE));
}

// UX.md §5, point 33.
#[test]
fn locking_locks_every_key_and_the_next_run_asks_for_the_passphrase() {
    let home = TempDir::new().unwrap();
    let mut window = demo_with(&home, &Clock::default());
    let (keys, before) = (open_keys(&window), accepted(&window));
    assert!(keys > 0 && before > 0);
    press(&mut window, Modifiers::COMMAND, Key::L);
    assert_eq!((open_keys(&window), accepted(&window)), (0, 0));
    press(&mut window, Modifiers::NONE, Key::F5);
    click(&mut window, "Unlock keys…");
    enter_passphrase(&mut window, demo::PASSPHRASE);
    assert_eq!((open_keys(&window), accepted(&window)), (keys, before));
}

#[test]
fn keys_are_locked_after_ten_minutes_and_not_before() {
    let (home, clock) = (TempDir::new().unwrap(), Clock::default());
    let mut window = demo_with(&home, &clock);
    press(&mut window, Modifiers::COMMAND, Key::L);
    unlock_demo(&mut window, KeepKeys::TenMinutes);
    assert!(open_keys(&window) > 0 && accepted(&window) > 0);
    clock.advance(599);
    settle(&mut window);
    assert!(open_keys(&window) > 0);
    clock.advance(1);
    settle(&mut window);
    assert_eq!((open_keys(&window), accepted(&window)), (0, 0));
    assert!(has(&window, "Ten minutes are over"));
    let kept = fs::read_to_string(home.path().join("window.toml")).unwrap();
    assert!(kept.contains("keep_keys = \"ten-minutes\""), "{kept}");
}

#[test]
fn keys_that_are_asked_for_each_time_are_locked_once_they_have_served_and_outcomes_stay() {
    let home = TempDir::new().unwrap();
    let mut window = demo_with(&home, &Clock::default());
    let before = accepted(&window);
    press(&mut window, Modifiers::COMMAND, Key::L);
    unlock_demo(&mut window, KeepKeys::AskEachTime);
    assert_eq!((open_keys(&window), accepted(&window)), (0, before));
    assert!(has(&window, "The private keys are locked again"));
    press(&mut window, Modifiers::NONE, Key::F5);
    assert!(window.query_by_label("Unlock keys…").is_some());
}

#[test]
fn keys_that_are_asked_for_each_time_stay_open_while_they_are_looked_after() {
    let home = TempDir::new().unwrap();
    let mut window = demo_with(&home, &Clock::default());
    press(&mut window, Modifiers::COMMAND, Key::L);
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    unlock_demo(&mut window, KeepKeys::AskEachTime);
    assert!(open_keys(&window) > 0);
    press(&mut window, Modifiers::COMMAND, Key::Num1);
    assert_eq!(open_keys(&window), 0);
}

// The demo's keys open with its own hint, but not behind the back of who locked them.
#[test]
fn a_change_to_the_workspace_leaves_locked_keys_locked() {
    let home = TempDir::new().unwrap();
    let mut window = demo_with(&home, &Clock::default());
    press(&mut window, Modifiers::COMMAND, Key::L);
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::N);
    window.get_by_label("New address or domain").type_text("dora@d.example");
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(window.state().state().party(&party_name("dora@d.example").unwrap()).is_some());
    assert_eq!(open_keys(&window), 0);
}

#[cfg(unix)]
#[test]
fn a_workspace_whose_keys_others_can_read_is_told_as_it_opens_with_the_remedy() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = TempDir::new().unwrap();
    let root = demo::create(&home.path().join("demo"), NOW).unwrap().root().to_owned();
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let key = root.join("parties/alice@a.example/keys/demo-alice@a.example.p12");
    for place in
        [home.path(), &root, &root.join("parties"), &root.join("parties/alice@a.example"), key.parent().unwrap()]
    {
        set(place, 0o755);
    }
    set(&key, 0o644);
    if sealscope::workspace::modes::exposed_file(&key).is_none() {
        eprintln!(
            "a_workspace_whose_keys_others_can_read_is_told_as_it_opens_with_the_remedy: nobody else reaches TMPDIR"
        );
        return;
    }
    let window = demo_with(&home, &Clock::default());
    assert!(has(&window, "can be read or replaced by other users") && has(&window, "chmod -R go-rwx"));
}
