//! The cause of an answer in the window: the sentence with its proof, and the way to what it rests on.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use std::path::PathBuf;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::pki::NewKey;
use sealscope::pki::issue::{Authority, CertificateBuilder};
use sealscope::smime::{SigningOptions, multipart_signed, sign_detached};
use sealscope::ui::App;
use sealscope::ui::selection::Item;
use sealscope::ui::settings::View;
use sealscope::ui::text::cause as words;
use support::{config, settle};
use tempfile::TempDir;
use time::macros::datetime;

type Window = Harness<'static, App>;

/// The demo workspace with the causes shown.
fn demo(home: &TempDir, files: Vec<PathBuf>) -> Window {
    let mut settings = config(home.path());
    settings.files = files;
    let mut window = support::window(settings, vec2(1280.0, 1800.0), Theme::Dark);
    settle(&mut window);
    if window.query_by_label("Explore the demo workspace").is_some() {
        window.get_by_label("Explore the demo workspace").click();
        settle(&mut window);
    }
    window.key_press_modifiers(Modifiers::ALT, Key::Num2);
    settle(&mut window);
    window
}

fn choose(window: &mut Window, row: &str) {
    window.get_by_label_contains(row).click();
    settle(window);
    assert!(window.unnamed_widgets().is_empty(), "{:?}", window.unnamed_widgets());
}

fn is_there(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

fn selected(window: &Window) -> Option<&Item> {
    window.state().state().selection.current()
}

/// A signed message whose text got a footer after it was signed.
fn with_footer(home: &TempDir) -> PathBuf {
    let (begin, end) = (datetime!(2020-01-01 0:00 UTC), datetime!(2040-01-01 0:00 UTC));
    let root = Authority::self_signed(&CertificateBuilder::authority("root", begin, end).key(NewKey::P256)).unwrap();
    let alice = root.issue(&CertificateBuilder::for_address("alice@a.example", begin, end).key(NewKey::P256)).unwrap();
    let entity = b"Content-Type: text/plain\r\n\r\nAll is well.\r\n";
    let cms = sign_detached(entity, &[alice], &SigningOptions::at(datetime!(2026-01-01 0:00 UTC))).unwrap();
    let arrived = [entity.as_slice(), b"-- \r\ncare mailing list\r\n"].concat();
    let signed = multipart_signed(&arrived, &cms, "sha-256", "=_signed");
    let file = home.path().join("footer.eml");
    let header = b"From: alice@a.example\r\nTo: bob@b.example\r\nMIME-Version: 1.0\r\n";
    std::fs::write(&file, [header, signed.as_slice()].concat()).unwrap();
    file
}

#[test]
fn a_changed_content_is_proven_and_its_place_selects_its_octets() {
    let home = TempDir::new().unwrap();
    let file = with_footer(&home);
    let mut window = demo(&home, vec![file]);
    assert!(is_there(&window, words::PROVEN) && is_there(&window, "footer-added"));
    assert!(is_there(&window, words::WHO) && is_there(&window, words::REMEDY));
    let place = window.get_by_role_and_label(Role::Link, "Line 12 of received, octet 232, 24 octets");
    place.click();
    settle(&mut window);
    assert!(matches!(selected(&window), Some(Item::Octets(_, span)) if span.len() == 24), "{:?}", selected(&window));
    assert!(window.unnamed_widgets().is_empty(), "{:?}", window.unnamed_widgets());
}

#[test]
fn a_message_for_a_former_key_shows_what_is_held_and_leads_to_it() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home, vec![]);
    choose(&mut window, "Encrypted for the wrong key, ");
    assert!(is_there(&window, &words::recipient_info(1)) && is_there(&window, words::KEYS));
    assert!(is_there(&window, words::PROVEN));
    let key = window
        .query_all_by_role(Role::Button)
        .find(|button| button.accesskit_node().label().is_some_and(|label| label.starts_with("bob@b.example: ")));
    key.unwrap().click();
    settle(&mut window);
    assert!(matches!(selected(&window), Some(Item::Key(..) | Item::PartyCertificate(..))), "{:?}", selected(&window));
}

#[test]
fn what_is_missing_for_trust_is_named_and_leads_to_the_anchors() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home, vec![]);
    choose(&mut window, "One of two recipients untrusted, ");
    assert!(is_there(&window, words::MISSING) && is_there(&window, "This anchor"));
    assert!(is_there(&window, "bob@b.example trusts it"), "who here does is told");
    assert!(is_there(&window, words::PATHS) && is_there(&window, words::PATH_STOPS));
    let anchors = sealscope::ui::text::messages::show_anchors("carol");
    window.get_by_role_and_label(Role::Button, &anchors).click();
    settle(&mut window);
    assert_eq!(window.state().state().settings.view, View::Addresses);
}

#[test]
fn a_date_is_supposed_otherwise_by_a_button() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home, vec![]);
    choose(&mut window, "Signer's certificate expired, ");
    assert!(is_there(&window, "The date") && is_there(&window, "Judged as of "));
    let button = window
        .query_all_by_role(Role::Button)
        .find(|button| button.accesskit_node().label().is_some_and(|label| label.starts_with("Evaluate at ")));
    button.unwrap().click();
    settle(&mut window);
    assert!(is_there(&window, "Hypothetical"));
    assert!(is_there(&window, words::NO_CAUSE), "as of then there is nothing to explain");
}
