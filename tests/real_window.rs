//! The program as it is shipped, in a real window on a screen of its own, by keyboard alone.
//!
//! Without Xvfb, xdotool and xclip these tests say that they were skipped; `SEALSCOPE_REQUIRE_WINDOW=1`
//! makes that a failure. `cargo test --release --test real_window -- --nocapture` prints what is measured.
#![cfg(all(feature = "gui", target_os = "linux"))]
#![cfg(test)]

#[path = "support/screen.rs"]
mod screen;

use std::fs;
use std::path::Path;
use std::time::Duration;

use screen::{Screen, wait_for};
use tempfile::TempDir;

const SOON: Duration = Duration::from_secs(60);

fn kept(home: &Path) -> Option<String> {
    fs::read_to_string(home.join(".config/sealscope/window.toml")).ok()
}

fn letter(home: &TempDir) -> String {
    let path = home.path().join("letter.dat");
    fs::write(&path, "From: alice@a.example\r\nTo: bob@b.example\r\nSubject: Hello\r\n\r\nHi\r\n").unwrap();
    path.display().to_string()
}

// The clipboard belongs to the window: an earlier press may have come before there was anything to copy.
fn copied_why(screen: &Screen, window: &screen::Window<'_>) -> String {
    wait_for("the verdict in the clipboard", SOON, || {
        window.press(&["ctrl+shift+w"]);
        screen.clipboard()
    })
}

// UX.md §5, points 2, 47 and 54. Times are printed, not judged: other work on the machine would decide.
#[test]
fn the_window_appears_listens_nowhere_and_then_rests() {
    if screen::is_missing() {
        return;
    }
    let home = TempDir::new().unwrap();
    let screen = Screen::start();
    let mut window = screen.open(home.path(), &[]);
    let listening = listening_sockets(window.process());
    assert!(listening.is_empty(), "{listening:?}");
    let before = processor_ticks(window.process());
    // What is measured is the time itself.
    std::thread::sleep(Duration::from_secs(3));
    let ticks = processor_ticks(window.process()) - before;
    println!("idle: {ticks} hundredths of a second of processor time in 3 s");
    assert!(ticks < 100, "{ticks} of 300: the window repaints though nothing moves");
    assert!(window.runs());
}

// Sockets of a process that wait for somebody to connect, of IPv4 and IPv6, and bound UDP ones.
fn listening_sockets(process: u32) -> Vec<String> {
    let folder = format!("/proc/{process}/fd");
    let own: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|link| Some(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let mut listening = Vec::new();
    for (table, state) in [("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")] {
        let lines = fs::read_to_string(format!("/proc/{process}/net/{table}")).unwrap_or_default();
        listening.extend(lines.lines().skip(1).map(str::to_owned).filter(|line| {
            let columns: Vec<&str> = line.split_whitespace().collect();
            columns.get(3) == Some(&state) && columns.get(9).is_some_and(|inode| own.iter().any(|known| known == inode))
        }));
    }
    listening
}

// In user and in system mode, proc(5): fields 14 and 15, counted from the bracket that ends the name.
fn processor_ticks(process: u32) -> u64 {
    let line = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let rest = line.rsplit(')').next().unwrap();
    rest.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}

// Point 41.
#[test]
fn by_keyboard_alone_the_demo_is_opened_and_the_reason_of_a_rejection_copied() {
    if screen::is_missing() {
        return;
    }
    let home = TempDir::new().unwrap();
    let screen = Screen::start();
    let window = screen.open(home.path(), &[]);
    window.press_to_see(&["ctrl+p"]);
    window.write("explore the demo");
    window.press(&["Return"]);
    wait_for("the demo", SOON, || window.title().filter(|title| title.contains("DEMO")));
    window.press(&["F8"]);
    let why = copied_why(&screen, &window);
    for words in ["Accepted for 1 of 2", "carol@b.example", "no-path-to-anchor"] {
        assert!(why.contains(words), "{words}: {why}");
    }
}

// Points 6 and 7: no portal and no zenity answers here, so Open… leads to the field for a path.
#[test]
fn open_leads_to_the_field_for_a_path_where_the_desktop_has_no_dialog() {
    if screen::is_missing() {
        return;
    }
    let home = TempDir::new().unwrap();
    let screen = Screen::start();
    let path = letter(&home);
    let window = screen.open(home.path(), &[]);
    window.press_to_see(&["ctrl+o"]);
    window.write(&path);
    window.press(&["Return"]);
    wait_for("the file among the recent ones", SOON, || kept(home.path()).filter(|kept| kept.contains(&path)));
    assert!(copied_why(&screen, &window).contains("Rejected"));
}

// Point 11.
#[test]
fn a_file_that_is_named_on_the_command_line_is_shown_and_judged() {
    if screen::is_missing() {
        return;
    }
    let home = TempDir::new().unwrap();
    let screen = Screen::start();
    let path = letter(&home);
    let window = screen.open(home.path(), &[&path]);
    wait_for("the file among the recent ones", SOON, || kept(home.path()).filter(|kept| kept.contains(&path)));
    let why = copied_why(&screen, &window);
    assert!(why.contains("Rejected") && why.contains("bob@b.example"), "{why}");
}
