//! The Send options of the window: what is chosen there is how the message is made.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use support::{config, settle};
use tempfile::TempDir;

#[test]
fn what_is_chosen_under_the_send_options_is_how_the_message_is_made() {
    let home = TempDir::new().unwrap();
    let mut window = support::window(config(home.path()), vec2(1280.0, 1800.0), Theme::Dark);
    settle(&mut window);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Num2);
    settle(&mut window);
    window.get_by_label("More options").click();
    settle(&mut window);
    for (choice, way) in [("Content cipher", "AES-256-GCM"), ("Digest", "SHA-512"), ("Encoding", "BER, streamed")] {
        window.get_by_role_and_label(Role::ComboBox, choice).click();
        settle(&mut window);
        window.get_by_label(way).click();
        settle(&mut window);
    }
    for (field, words) in [("RCPT TO", "bob@b.example"), ("Subject", "Hello")] {
        window.get_by_role_and_label(Role::TextInput, field).focus();
        settle(&mut window);
        window.get_by_role_and_label(Role::TextInput, field).type_text(words);
        settle(&mut window);
    }
    assert!(window.unnamed_widgets().is_empty(), "{:?}", window.unnamed_widgets());
    window.get_by_label("Process").click();
    settle(&mut window);
    let made = window.query_all_by_label_contains("SHA-512, AES-256-GCM");
    let shown: Vec<_> = window.root().children_recursive().filter_map(|node| node.accesskit_node().label()).collect();
    assert!(made.count() > 0, "{shown:?}");
}
