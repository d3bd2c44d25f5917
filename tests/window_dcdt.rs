//! The discovery cases in the window: real servers on loopback, the real agent, and the steps of each case.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers, OutputCommand, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::discovery::dcdt::{CASES, Case, CaseResult, Ending, Watch};
use sealscope::ui::App;
use sealscope::ui::app::AppConfig;
use sealscope::ui::dcdt::{CaseRow, DiscoverySuite, Turn};
use support::{config, settle};
use tempfile::TempDir;
use time::OffsetDateTime;

type Window = Harness<'static, App>;

const COMMAND: &str = "Run the discovery cases (DCDT)";

fn open(configured: AppConfig) -> Window {
    let mut window = support::window(configured, vec2(1280.0, 1000.0), Theme::Dark);
    settle(&mut window);
    window
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.step();
    window.step();
}

fn call(window: &mut Window, name: &str) {
    press(window, Modifiers::COMMAND, Key::P);
    window.get_by_role_and_label(Role::TextInput, "Find command").type_text(name);
    window.step();
    press(window, Modifiers::NONE, Key::Enter);
}

fn wait(window: &mut Window, what: &str, is_so: impl Fn(&Window) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(120);
    while !is_so(window) {
        assert!(Instant::now() < deadline, "{what}: {:#?}", told(window));
        window.step();
        std::thread::yield_now();
    }
}

fn rows(window: &Window) -> &[CaseRow] {
    window.state().state().cases.rows()
}

fn told(window: &Window) -> Vec<String> {
    let told = |row: &CaseRow| format!("{} {:?} {:?}", row.case.id, row.turn, row.result.as_ref().map(|r| &r.ending));
    rows(window).iter().map(told).collect()
}

fn names(window: &Window, role: Role) -> Vec<String> {
    window.query_all_by_role(role).filter_map(|node| node.accesskit_node().label()).collect()
}

fn shows(window: &Window, role: Role, words: &[&str]) -> bool {
    names(window, role).iter().any(|name| words.iter().all(|word| name.contains(word)))
}

/// Runs the real suite, and holds each case back until it is let go.
struct Gated {
    suite: Arc<dyn DiscoverySuite>,
    gate: Mutex<Receiver<()>>,
    begun: AtomicUsize,
}

struct GatedWatch<'a> {
    watch: &'a dyn Watch,
    gated: &'a Gated,
}

impl Gated {
    fn new() -> (Arc<Self>, Sender<()>) {
        let (release, gate) = channel();
        let suite = AppConfig::default().discovery;
        (Arc::new(Self { suite, gate: Mutex::new(gate), begun: AtomicUsize::new(0) }), release)
    }
}

impl DiscoverySuite for Gated {
    fn run(&self, cases: &[&'static Case], now: OffsetDateTime, seed: [u8; 16], watch: &dyn Watch) {
        self.suite.run(cases, now, seed, &GatedWatch { watch, gated: self });
    }
}

impl Watch for GatedWatch<'_> {
    fn begins(&self, case: &'static Case) {
        self.gated.begun.fetch_add(1, Ordering::Relaxed);
        self.watch.begins(case);
        let _ = self.gated.gate.lock().unwrap().recv_timeout(Duration::from_secs(120));
    }

    fn ended(&self, result: &CaseResult) {
        self.watch.ended(result);
    }

    fn is_cancelled(&self) -> bool {
        self.watch.is_cancelled()
    }
}

#[test]
fn the_command_fills_the_table_with_twenty_two_passes() {
    let home = TempDir::new().unwrap();
    let mut window = open(config(home.path()));
    call(&mut window, COMMAND);
    settle(&mut window);
    let passed = |row: &&CaseRow| matches!(&row.result, Some(result) if matches!(result.ending, Ending::Passed(_)));
    assert_eq!(rows(&window).iter().filter(passed).count(), 22, "{:#?}", told(&window));
    assert!(window.query_all_by_label_contains("All 22 discovery cases passed").next().is_some());
    assert!(window.query_by_label("22 of 22 passed").is_some());
    assert!(shows(&window, Role::Row, &["D1, Passed, Valid address-bound certificate in the DNS", "wanted key alone"]));
    assert!(window.unnamed_widgets().is_empty(), "{:?}", window.unnamed_widgets());

    window.get_by_label("Copy table").click();
    window.step();
    let copied = window.output().platform_output.commands.iter().find_map(|command| match command {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    let copied = copied.unwrap();
    assert!(copied.starts_with("Case,Status,What is tried,Expected,Outcome\r\nD1,Passed,"), "{copied}");
    assert_eq!(copied.lines().count(), 23);
}

#[test]
fn one_case_is_chosen_run_and_read_step_by_step_with_the_keyboard_alone() {
    let home = TempDir::new().unwrap();
    let mut window = open(config(home.path()));
    press(&mut window, Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::J);
    window.get_by_label("Discovery cases").focus();
    window.step();
    press(&mut window, Modifiers::NONE, Key::Space);
    window.get_by_role_and_label(Role::Table, "Discovery cases").focus();
    window.step();
    press(&mut window, Modifiers::NONE, Key::End);
    for _ in 0..5 {
        press(&mut window, Modifiers::NONE, Key::ArrowUp);
    }
    assert!(shows(&window, Role::Row, &["D17, Not run"]));
    assert!(window.query_all_by_label_contains("Run the case to see its queries").next().is_some());
    press(&mut window, Modifiers::NONE, Key::Enter);
    settle(&mut window);
    assert_eq!(rows(&window).iter().filter(|row| row.result.is_some()).count(), 1, "{:#?}", told(&window));
    for words in [
        &["1. dns at 127.0.0.1", "d17.d17.example. CERT"][..],
        &["Passed over: the certificate “d17@d17.example” was revoked", "keyCompromise"],
        &["Taken: d17@d17.example"],
        &["2. revocation list: fetched", "/root.crl"],
    ] {
        assert!(shows(&window, Role::ListItem, words), "{words:?}: {:#?}", names(&window, Role::ListItem));
    }
    assert!(window.query_all_by_label_contains("RFC 5280 §4.2.1.13").next().is_some());

    window.get_by_role_and_label(Role::List, "Steps of the case").focus();
    window.step();
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    press(&mut window, Modifiers::NONE, Key::ArrowDown);
    settle(&mut window);
    let whole = |node: egui_kittest::Node<'_>| node.value().is_some_and(|words| words.ends_with("(keyCompromise)"));
    assert!(window.query_all_by_role(Role::Label).any(whole), "what did not fit its row is not to be read");
    let selected = window.state().state().selection.current().cloned();
    assert!(matches!(selected, Some(sealscope::ui::selection::Item::Certificate(_))), "{selected:?}");
}

#[test]
fn cancel_lets_the_case_under_way_end_and_begins_no_other() {
    for by_button in [true, false] {
        let (gated, release) = Gated::new();
        let home = TempDir::new().unwrap();
        let mut window = open(AppConfig { discovery: gated.clone(), ..config(home.path()) });
        call(&mut window, COMMAND);
        wait(&mut window, "the first case begins", |window| rows(window)[0].turn == Turn::Running);
        assert!(shows(&window, Role::Row, &["D1, Running"]) && shows(&window, Role::Row, &["D2, Waiting"]));
        if by_button {
            let pane = |node: &egui_kittest::Node<'_>| node.rect().bottom() < 1000.0 - 28.0;
            window.query_all_by_role_and_label(Role::Button, "Cancel").find(pane).unwrap().click();
        } else {
            press(&mut window, Modifiers::NONE, Key::Escape);
        }
        wait(&mut window, "the others are given up", |window| !window.state().state().cases.is_waiting());
        assert_eq!(rows(&window)[0].turn, Turn::Running);
        release.send(()).unwrap();
        wait(&mut window, "the first case ends", |window| !window.state().state().cases.is_running());
        let ended: Vec<&str> = rows(&window).iter().filter(|row| row.result.is_some()).map(|row| row.case.id).collect();
        assert_eq!(ended, ["D1"]);
        assert_eq!(gated.begun.load(Ordering::Relaxed), 1);
        window.step();
        assert!(shows(&window, Role::Row, &["D1, Passed"]) && shows(&window, Role::Row, &["D2, Not run"]));
    }
}

#[test]
fn a_suite_that_breaks_off_leaves_no_case_at_work() {
    struct Broken;
    impl DiscoverySuite for Broken {
        fn run(&self, cases: &[&'static Case], _: OffsetDateTime, _: [u8; 16], watch: &dyn Watch) {
            watch.begins(cases[0]);
            panic!("no such thing");
        }
    }
    let home = TempDir::new().unwrap();
    let mut window = open(AppConfig { discovery: Arc::new(Broken), ..config(home.path()) });
    call(&mut window, COMMAND);
    settle(&mut window);
    assert!(!window.state().state().cases.is_running());
    assert_eq!(rows(&window).len(), CASES.len());
    assert!(shows(&window, Role::Row, &["D1, Not run"]));
}
