//! The system's keyring in the window: offered where the build has one, asked on a click alone, and never in the way of
//! typing. It is a false one that tests can look into.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use clap::Parser as _;
use egui::accesskit::{Role, Toggled};
use egui::{Key, Modifiers, Theme, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::cli::{self, Cli, Colour, Program};
use sealscope::pki::container::Item;
use sealscope::pki::issue::{Authority, CertificateBuilder};
use sealscope::pki::{NewKey, Passphrase};
use sealscope::ui::App;
use sealscope::ui::state::Overlay;
use sealscope::workspace::keyring::{Keyring, KeyringError};
use sealscope::workspace::{Workspace, party_name};
use support::{NOW, config, settle};
use tempfile::TempDir;
use time::Duration;

type Window = Harness<'static, App>;

const WORDS: &str = "open sesame Ω";
const OTHER_WORDS: &str = "what it was before ß";
const REMEMBER: &str = "Remember in the system's keyring";
const UNLOCK: &str = "Unlock with the keyring";
const FORGET: &str = "Forget the passphrase in the keyring";

/// A keyring that says what it was asked, and fails or waits where a test wants it to.
#[derive(Default)]
struct FalseKeyring {
    kept: Mutex<BTreeMap<PathBuf, String>>,
    asked: Mutex<Vec<&'static str>>,
    failure: Mutex<Option<KeyringError>>,
    gate: Mutex<Option<Receiver<()>>>,
}

impl FalseKeyring {
    fn keeping(workspace: &Path, words: &str) -> Arc<Self> {
        let keyring = Self::default();
        keyring.kept.lock().unwrap().insert(workspace.canonicalize().unwrap(), words.to_owned());
        Arc::new(keyring)
    }

    fn fail(&self, failure: KeyringError) {
        *self.failure.lock().unwrap() = Some(failure);
    }

    /// From now on it answers once for each message that is sent, and once the sender is gone.
    fn wait(&self) -> Sender<()> {
        let (sender, gate) = channel();
        *self.gate.lock().unwrap() = Some(gate);
        sender
    }

    fn kept(&self) -> Vec<String> {
        self.kept.lock().unwrap().values().cloned().collect()
    }

    fn asked(&self) -> Vec<&'static str> {
        self.asked.lock().unwrap().clone()
    }

    fn ask(&self, what: &'static str) -> Result<(), KeyringError> {
        self.asked.lock().unwrap().push(what);
        if let Some(gate) = &*self.gate.lock().unwrap() {
            let _ = gate.recv();
        }
        self.failure.lock().unwrap().clone().map_or(Ok(()), Err)
    }
}

impl Keyring for FalseKeyring {
    fn recall(&self, workspace: &Path) -> Result<Option<Passphrase>, KeyringError> {
        self.ask("recall")?;
        Ok(self.kept.lock().unwrap().get(workspace).map(Passphrase::new))
    }

    fn remember(&self, workspace: &Path, passphrase: &Passphrase) -> Result<(), KeyringError> {
        self.ask("remember")?;
        self.kept.lock().unwrap().insert(workspace.to_owned(), passphrase.expose().to_owned());
        Ok(())
    }

    fn forget(&self, workspace: &Path) -> Result<bool, KeyringError> {
        self.ask("forget")?;
        Ok(self.kept.lock().unwrap().remove(workspace).is_some())
    }
}

/// A workspace with one key, locked by [`WORDS`].
fn workspace(home: &TempDir) -> PathBuf {
    let root = home.path().join("clinic");
    let (begin, end) = (NOW - Duration::days(1), NOW + Duration::days(365));
    let authority = CertificateBuilder::authority("Lab root", begin, end).key(NewKey::P256);
    let alice = CertificateBuilder::for_address("alice@a.example", begin, end).key(NewKey::P256);
    let key = Item::Key(Authority::self_signed(&authority).unwrap().issue(&alice).unwrap());
    let writer = Workspace::open_or_create(&root).unwrap().writer().unwrap();
    writer.import(vec![key], &party_name("alice@a.example").unwrap(), Some(&Passphrase::new(WORDS))).unwrap();
    root
}

fn window(home: &TempDir, root: Option<&Path>, keyring: Option<Arc<FalseKeyring>>) -> Window {
    window_of(home, root, keyring, vec2(1280.0, 800.0))
}

fn window_of(home: &TempDir, root: Option<&Path>, keyring: Option<Arc<FalseKeyring>>, size: Vec2) -> Window {
    let mut config = config(home.path());
    config.workspace = root.map(Path::to_owned);
    config.keyring = keyring.map(|keyring| -> Arc<dyn Keyring + Send + Sync> { keyring });
    let mut window = support::window(config, size, Theme::Dark);
    settle(&mut window);
    window
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn open_dialog(window: &mut Window) {
    press(window, Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
    assert_eq!(window.state().state().overlay, Some(Overlay::Unlock));
}

/// Goes there by the Tab key.
fn tab_to(window: &mut Window, name: &str) {
    for _ in 0..40 {
        if window.get_by_label(name).is_focused() {
            return;
        }
        press(window, Modifiers::NONE, Key::Tab);
    }
    panic!("Tab does not come to {name}");
}

/// Presses the button, or ticks the box, of that name by the keyboard.
fn use_by_keyboard(window: &mut Window, name: &str) {
    tab_to(window, name);
    press(window, Modifiers::NONE, Key::Space);
}

fn field_has_the_keyboard(window: &Window) -> bool {
    window.get_by_role(Role::PasswordInput).is_focused()
}

fn enter_passphrase(window: &mut Window, words: &str) {
    if !field_has_the_keyboard(window) {
        window.get_by_role(Role::PasswordInput).focus();
        settle(window);
    }
    window.get_by_role(Role::PasswordInput).type_text(words);
    settle(window);
    press(window, Modifiers::NONE, Key::Enter);
}

fn is_ticked(window: &Window) -> bool {
    window.get_by_label(REMEMBER).accesskit_node().toggled() == Some(Toggled::True)
}

fn open_keys(window: &Window) -> usize {
    window.state().state().open_keys()
}

fn notice(window: &Window) -> String {
    window.state().state().notice.as_ref().map(|notice| notice.sentence.clone()).unwrap_or_default()
}

/// All that assistive technology is told.
fn words(window: &Window) -> Vec<String> {
    let of = |node: egui_kittest::Node<'_>| {
        let node = node.accesskit_node();
        [node.label(), node.value(), node.data().description().map(ToOwned::to_owned)]
    };
    window.root().children_recursive().flat_map(of).flatten().collect()
}

fn has(window: &Window, sentence: &str) -> bool {
    words(window).iter().any(|words| words.contains(sentence))
}

/// That nothing of it is where somebody could read it.
fn assert_hidden(window: &Window, home: &TempDir, secret: &str) {
    assert!(!has(window, secret));
    assert!(!format!("{:?}", window.state()).contains(secret));
    let log = &window.state().state().log;
    assert!(log.iter().all(|line| !line.message.contains(secret)));
    let settings = fs::read_to_string(home.path().join("window.toml")).unwrap_or_default();
    assert!(!settings.contains(secret));
}

#[test]
fn a_build_without_a_keyring_shows_nothing_of_one() {
    let home = TempDir::new().unwrap();
    let root = workspace(&home);
    let mut window = window(&home, Some(&root), None);
    open_dialog(&mut window);
    assert!(!has(&window, "keyring") && has(&window, "is never written down"));
    press(&mut window, Modifiers::NONE, Key::Escape);
    press(&mut window, Modifiers::COMMAND, Key::Comma);
    assert!(has(&window, "Large folders") && !has(&window, "eyring"));
}

#[test]
fn a_passphrase_is_remembered_once_it_has_opened_the_keys_and_unlocks_them_without_typing() {
    let home = TempDir::new().unwrap();
    let root = workspace(&home);
    let keyring = Arc::new(FalseKeyring::default());
    let mut window = window(&home, Some(&root), Some(Arc::clone(&keyring)));
    open_dialog(&mut window);
    assert!(!is_ticked(&window) && has(&window, "every program that runs as you"));
    use_by_keyboard(&mut window, REMEMBER);
    assert!(is_ticked(&window));
    enter_passphrase(&mut window, OTHER_WORDS);
    assert!(has(&window, "Wrong passphrase: no key was unlocked") && is_ticked(&window));
    assert!(keyring.asked().is_empty(), "a wrong passphrase is not kept");
    enter_passphrase(&mut window, WORDS);
    assert_eq!((open_keys(&window), keyring.kept()), (1, vec![WORDS.to_owned()]));
    assert!(notice(&window).contains("remembers the passphrase"), "{}", notice(&window));

    press(&mut window, Modifiers::COMMAND, Key::L);
    open_dialog(&mut window);
    assert!(!is_ticked(&window) && open_keys(&window) == 0);
    assert_eq!(keyring.asked(), ["remember"], "nothing is asked before the click");
    use_by_keyboard(&mut window, UNLOCK);
    assert_eq!((open_keys(&window), window.state().state().overlay), (1, None));
    assert_eq!(keyring.asked(), ["remember", "recall"]);
    assert_hidden(&window, &home, WORDS);
    assert_hidden(&window, &home, OTHER_WORDS);
}

#[test]
fn a_passphrase_that_is_typed_without_the_box_goes_to_no_keyring() {
    let home = TempDir::new().unwrap();
    let root = workspace(&home);
    let keyring = Arc::new(FalseKeyring::default());
    let mut window = window(&home, Some(&root), Some(Arc::clone(&keyring)));
    open_dialog(&mut window);
    enter_passphrase(&mut window, WORDS);
    assert_eq!((open_keys(&window), keyring.asked().len()), (1, 0));
}

#[test]
fn a_remembered_passphrase_that_was_changed_since_is_told_and_replaced_by_the_one_that_is_typed() {
    let home = TempDir::new().unwrap();
    let root = workspace(&home);
    let keyring = FalseKeyring::keeping(&root, OTHER_WORDS);
    let mut window = window(&home, Some(&root), Some(Arc::clone(&keyring)));
    open_dialog(&mut window);
    use_by_keyboard(&mut window, UNLOCK);
    assert!(has(&window, "The passphrase in the keyring opens no key here"));
    assert!(open_keys(&window) == 0 && field_has_the_keyboard(&window));
    assert_hidden(&window, &home, OTHER_WORDS);
    use_by_keyboard(&mut window, REMEMBER);
    enter_passphrase(&mut window, WORDS);
    assert_eq!((open_keys(&window), keyring.kept()), (1, vec![WORDS.to_owned()]));
}

#[test]
fn a_keyring_that_keeps_nothing_or_refuses_or_is_not_there_says_so_and_leaves_the_field() {
    let home = TempDir::new().unwrap();
    let root = workspace(&home);
    let keyring = Arc::new(FalseKeyring::default());
    let mut window = window(&home, Some(&root), Some(Arc::clone(&keyring)));
    open_dialog(&mut window);
    let failures = [
        (None, "The keyring keeps no passphrase for this workspace: type it"),
        (Some(KeyringError::Refused("it is locked".to_owned())), "refused (it is locked): unlock it and try again"),
        (Some(KeyringError::Absent("it cannot be reached".to_owned())), "start one, then start Sealscope anew"),
    ];
    for (failure, sentence) in failures {
        failure.into_iter().for_each(|failure| keyring.fail(failure));
        use_by_keyboard(&mut window, UNLOCK);
        assert!(has(&window, sentence) && !has(&window, "--passphrase-file"), "{:?}", words(&window));
        assert!(field_has_the_keyboard(&window), "after {sentence}");
    }
    use_by_keyboard(&mut window, REMEMBER);
    enter_passphrase(&mut window, WORDS);
    assert_eq!((open_keys(&window), keyring.kept().len()), (1, 0));
    let told = notice(&window);
    assert!(told.contains("unlocked, but the passphrase is not remembered") && told.contains("start one"), "{told}");
    assert_hidden(&window, &home, WORDS);
}

#[test]
fn the_settings_have_it_forgotten_and_say_what_came_of_it() {
    let home = TempDir::new().unwrap();
    let root = workspace(&home);
    let keyring = FalseKeyring::keeping(&root, WORDS);
    let mut window = window(&home, Some(&root), Some(Arc::clone(&keyring)));
    press(&mut window, Modifiers::COMMAND, Key::Comma);
    use_by_keyboard(&mut window, FORGET);
    assert!(has(&window, "no longer keeps the passphrase") && keyring.kept().is_empty());
    use_by_keyboard(&mut window, FORGET);
    assert!(has(&window, "kept no passphrase for this workspace") && !has(&window, "no longer keeps"));
    keyring.fail(KeyringError::Refused("it is locked".to_owned()));
    use_by_keyboard(&mut window, FORGET);
    assert!(has(&window, "not forgotten, because") && has(&window, "unlock it and try again"));
    press(&mut window, Modifiers::NONE, Key::Escape);
    press(&mut window, Modifiers::COMMAND, Key::Comma);
    assert!(!has(&window, "not forgotten, because"), "what was told belongs to what was done");
    assert_eq!(keyring.asked(), ["forget"; 3]);
}

// The smallest window at 200 %.
#[test]
fn where_there_is_little_room_the_keyboard_brings_into_view_what_it_comes_to() {
    let home = TempDir::new().unwrap();
    let root = workspace(&home);
    let keyring = FalseKeyring::keeping(&root, WORDS);
    let mut window = window_of(&home, Some(&root), Some(keyring), vec2(640.0, 400.0));
    open_dialog(&mut window);
    for name in [UNLOCK, "Only while they are needed", REMEMBER] {
        tab_to(&mut window, name);
        let place = window.get_by_label(name).rect();
        assert!(place.top() > 120.0 && place.bottom() < 380.0, "{name} at {place}");
    }
    press(&mut window, Modifiers::NONE, Key::Escape);
    press(&mut window, Modifiers::COMMAND, Key::Comma);
    use_by_keyboard(&mut window, FORGET);
    let told = window.get_by_label_contains("no longer keeps the passphrase").rect();
    let below = window.get_by_label("Close").rect();
    assert!(told.top() > 120.0 && told.bottom() < below.top(), "{told} above {below}");
}

#[test]
fn without_a_workspace_there_is_nothing_to_forget() {
    let home = TempDir::new().unwrap();
    let keyring = Arc::new(FalseKeyring::default());
    let mut window = window(&home, None, Some(Arc::clone(&keyring)));
    press(&mut window, Modifiers::COMMAND, Key::Comma);
    assert!(window.get_by_label(FORGET).accesskit_node().is_disabled());
    assert!(keyring.asked().is_empty());
}

/// Draws frames until the keyring is being asked; what it waits for holds up none of them.
fn ask_and_wait(window: &mut Window, keyring: &FalseKeyring, times: usize) {
    tab_to(window, UNLOCK);
    window.key_press(Key::Space);
    while keyring.asked().len() < times {
        window.step();
        std::thread::yield_now();
    }
    (0..4).for_each(|_| window.step());
}

#[test]
fn while_the_keyring_asks_the_user_the_passphrase_can_be_typed_and_its_late_answer_opens_nothing() {
    let home = TempDir::new().unwrap();
    let root = workspace(&home);
    let keyring = FalseKeyring::keeping(&root, WORDS);
    let mut window = window(&home, Some(&root), Some(Arc::clone(&keyring)));
    open_dialog(&mut window);
    let answer = keyring.wait();
    ask_and_wait(&mut window, &keyring, 1);
    assert!(has(&window, "Waiting for the keyring") && window.get_by_label(UNLOCK).accesskit_node().is_disabled());
    assert!(field_has_the_keyboard(&window));
    enter_passphrase_meanwhile(&mut window);
    assert_eq!((open_keys(&window), window.state().state().overlay), (1, None));
    press(&mut window, Modifiers::COMMAND, Key::L);
    drop(answer);
    (0..50).for_each(|_| settle(&mut window));
    assert_eq!(open_keys(&window), 0);
}

// What waits for the keyring keeps the window from being idle until the passphrase has superseded it.
fn enter_passphrase_meanwhile(window: &mut Window) {
    window.get_by_role(Role::PasswordInput).type_text(WORDS);
    (0..4).for_each(|_| window.step());
    press(window, Modifiers::NONE, Key::Enter);
}

#[test]
fn waiting_for_the_keyring_ends_by_escape_and_the_window_says_that_it_may_still_ask() {
    let home = TempDir::new().unwrap();
    let root = workspace(&home);
    let keyring = FalseKeyring::keeping(&root, WORDS);
    let mut window = window(&home, Some(&root), Some(Arc::clone(&keyring)));
    open_dialog(&mut window);
    let answer = keyring.wait();
    ask_and_wait(&mut window, &keyring, 1);
    window.key_press(Key::Escape);
    (0..4).for_each(|_| window.step());
    assert_eq!(window.state().state().overlay, None);
    window.key_press(Key::Escape);
    settle(&mut window);
    assert!(notice(&window).contains("no longer waited for"), "{}", notice(&window));
    drop(answer);
    (0..50).for_each(|_| settle(&mut window));
    assert_eq!(open_keys(&window), 0);
}

#[test]
fn keys_that_are_asked_for_each_time_are_locked_while_the_keyring_still_waits_for_the_user() {
    let home = TempDir::new().unwrap();
    let root = workspace(&home);
    let keyring = Arc::new(FalseKeyring::default());
    let mut window = window(&home, Some(&root), Some(Arc::clone(&keyring)));
    press(&mut window, Modifiers::COMMAND, Key::Num1);
    open_dialog(&mut window);
    use_by_keyboard(&mut window, "Only while they are needed");
    use_by_keyboard(&mut window, REMEMBER);
    let answer = keyring.wait();
    window.get_by_role(Role::PasswordInput).focus();
    settle(&mut window);
    window.get_by_role(Role::PasswordInput).type_text(WORDS);
    settle(&mut window);
    window.key_press(Key::Enter);
    while !notice(&window).contains("The private keys are locked again") {
        window.step();
        std::thread::yield_now();
    }
    assert!(open_keys(&window) == 0 && keyring.kept().is_empty());
    drop(answer);
    settle(&mut window);
    assert_eq!(keyring.kept(), [WORDS]);
}

// The command line keeps it under the same name, however the folder is named.
#[cfg(unix)]
#[test]
fn what_the_window_has_remembered_is_what_the_command_line_finds() {
    let home = TempDir::new().unwrap();
    let root = workspace(&home);
    let link = home.path().join("link");
    std::os::unix::fs::symlink(&root, &link).unwrap();
    let keyring = Arc::new(FalseKeyring::default());
    let mut window = window(&home, Some(&link), Some(Arc::clone(&keyring)));
    open_dialog(&mut window);
    use_by_keyboard(&mut window, REMEMBER);
    enter_passphrase(&mut window, WORDS);
    assert_eq!(keyring.kept(), [WORDS]);
    let said = forget_by_command(&root, &*keyring);
    assert!(said.contains("\"forgotten\": true") && keyring.kept().is_empty(), "{said}");
}

fn forget_by_command(root: &Path, keyring: &dyn Keyring) -> String {
    let arguments = ["sealscope", "keys", "forget", "--json", "--workspace", root.to_str().unwrap()];
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut program = Program {
        stdin: &mut io::empty(),
        stdout: &mut out,
        stderr: &mut err,
        colour: Colour::Avoid,
        progress: false,
        now: NOW,
        seed: [0; 16],
        passphrase: None,
        keyring: Some(keyring),
        ask: &|_| Ok(None),
        open_window: &|_, _| Ok(()),
    };
    assert_eq!(cli::run(&Cli::try_parse_from(arguments).unwrap(), &mut program).code(), 0);
    String::from_utf8(out).unwrap()
}
