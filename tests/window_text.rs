//! Text that comes from strangers: other scripts, names without end, characters that steer a screen.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use egui::{Event, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT as _;
use sealscope::ui::App;
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

fn opened(home: &TempDir, name: &str, message: &str) -> Window {
    let path = home.path().join(name);
    std::fs::write(&path, message).unwrap();
    let mut config = config(home.path());
    config.files = vec![path];
    let mut window = support::window(config, vec2(1280.0, 800.0), Theme::Dark);
    settle(&mut window);
    window
}

fn words(window: &Window) -> Vec<String> {
    let of = |node: egui_kittest::Node<'_>| [node.accesskit_node().label(), node.value()];
    window.root().children_recursive().flat_map(of).flatten().collect()
}

// UX.md §5, points 48 and 51: a character that no font has is drawn as its code point, never as an empty box. The
// harness panics where a glyph is missing.
#[test]
fn scripts_without_a_font_are_drawn_as_code_points() {
    let home = TempDir::new().unwrap();
    let message = "From: alice@a.example\r\nTo: bob@b.example\r\nSubject: 医生 رسالة שלום 🦀\r\n\r\nHi\r\n";
    let mut window = opened(&home, "医生.eml", message);
    assert!(words(&window).iter().any(|words| words.contains("医生")));
    assert!(window.render().is_ok());
}

// Point 51.
#[test]
fn characters_that_reorder_or_control_text_are_escaped_and_the_verdict_stays_in_order() {
    let home = TempDir::new().unwrap();
    let long = "x".repeat(60);
    let message = format!(
        "From: alice@a.example\r\nTo: bob@b.example\r\nSubject: \u{202e}detpecca\u{7}\r\nX-{long}: {}\r\n\r\nHi\r\n",
        "y".repeat(900)
    );
    let mut window = opened(&home, "a\u{202e}lme.gpj", &message);
    window.event(Event::Paste("From: \u{202e}evil@e.example\r\nTo: bob@b.example\r\n\r\n\u{2066}\r\n".to_owned()));
    settle(&mut window);
    let shown = words(&window);
    let steers = |character: char| matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{7}');
    let steering: Vec<&String> = shown.iter().filter(|words| words.contains(steers)).collect();
    assert!(steering.is_empty(), "{steering:?}");
    assert!(shown.iter().any(|words| words.contains("Rejected")), "{shown:?}");
}
