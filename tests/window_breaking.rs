//! Breaking a copy of a message from the window.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::agent::{ReasonCode, StepName};
use sealscope::ui::App;
use sealscope::ui::document::Document;
use sealscope::ui::selection::Item;
use sealscope::ui::text::breaking as words;
use sealscope::workspace::breaking::Breakage;
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

fn demo(home: &TempDir) -> Window {
    let mut window = support::window(config(home.path()), vec2(1280.0, 1800.0), Theme::Dark);
    settle(&mut window);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    window
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn choose(window: &mut Window, row: &str) {
    window.get_by_label_contains(row).click();
    settle(window);
}

fn offer(window: &mut Window) {
    press(window, Modifiers::COMMAND | Modifiers::SHIFT, Key::B);
}

fn latest(window: &Window) -> &Document {
    window.state().state().documents.last().unwrap()
}

fn code(document: &Document) -> Option<ReasonCode> {
    document.report().unwrap().rejection.as_ref().map(|reason| reason.code)
}

// UX.md §2.6; points 13 and 18.
#[test]
fn each_way_makes_a_copy_that_comes_out_as_it_teaches_and_leaves_the_original_alone() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let ways = [
        (Breakage::FlipContent, Some(ReasonCode::DigestMismatch)),
        (Breakage::FlipSignature, Some(ReasonCode::SignatureInvalid)),
        (Breakage::DropSignature, Some(ReasonCode::Unsigned)),
        (Breakage::SwapCertificate, Some(ReasonCode::SignerCertificateMissing)),
        (Breakage::SwapSigner, Some(ReasonCode::SignerNotBound)),
        (Breakage::Expire, Some(ReasonCode::Expired)),
        (Breakage::RemoveKey, None),
    ];
    for (made, (breakage, outcome)) in ways.into_iter().enumerate() {
        choose(&mut window, "Good message, accepted, 2/2");
        offer(&mut window);
        assert!(window.unnamed_widgets().is_empty(), "{:?}", window.unnamed_widgets());
        window.get_by_label(words::name(breakage)).click();
        settle(&mut window);
        assert_eq!(window.state().state().documents.len(), 16 + made);
        let copy = latest(&window);
        assert_eq!(copy.name, words::copy_name("Good message", breakage));
        assert_eq!(code(copy), outcome, "{breakage:?}");
        let about = copy.about.as_ref().unwrap();
        assert!(about.starts_with("A copy of “Good message” in which "), "{about}");
        assert!(about.ends_with(breakage.shows_in().title()), "{about}");
        assert_eq!(window.state().state().current, Some(copy.id));
    }
    let original = &window.state().state().documents[0];
    assert_eq!((original.name.as_str(), code(original), original.fact().as_str()), ("Good message", None, "2/2"));
    assert_eq!(latest(&window).fact(), "1/2", "without the domain's key Carol is not served, and Bob is");
}

// Point 41.
#[test]
fn a_copy_is_broken_by_keyboard_alone() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    offer(&mut window);
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(window.query_by_label(words::name(Breakage::FlipContent)).is_none());
    offer(&mut window);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(code(latest(&window)), Some(ReasonCode::DigestMismatch));
}

#[test]
fn ways_that_are_not_open_are_disabled_and_say_why() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let is_disabled = |window: &Window, way| window.get_by_label(words::name(way)).accesskit_node().is_disabled();
    choose(&mut window, "Encrypted for the wrong key, ");
    offer(&mut window);
    assert!(is_disabled(&window, Breakage::FlipContent) && !is_disabled(&window, Breakage::FlipCiphertext));
    let why = "Not possible here: it was not decrypted here, so nothing inside it can be changed";
    assert!(window.query_all_by_label(why).next().is_some());
    press(&mut window, Modifiers::NONE, Key::Escape);
    choose(&mut window, "Unsigned inside the encryption, ");
    offer(&mut window);
    assert!(is_disabled(&window, Breakage::DropSignature));
    assert!(window.query_all_by_label("Not possible here: there is no signature inside").next().is_some());
}

// Point 33: locked keys leave only what needs none.
#[test]
fn with_all_keys_locked_only_what_needs_no_key_is_open() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    press(&mut window, Modifiers::COMMAND, Key::L);
    offer(&mut window);
    let open: Vec<Breakage> = Breakage::ALL
        .into_iter()
        .filter(|way| !window.get_by_label(words::name(*way)).accesskit_node().is_disabled())
        .collect();
    assert_eq!(open, [Breakage::FlipCiphertext]);
}

#[test]
fn in_the_layout_explain_a_copy_opens_at_the_step_that_shows_the_damage() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    press(&mut window, Modifiers::NONE, Key::F3);
    window.get_by_label(words::BUTTON).click();
    settle(&mut window);
    window.get_by_label(words::name(Breakage::DropSignature)).click();
    settle(&mut window);
    let id = latest(&window).id;
    let expected = Item::Step(id, StepName::ExtractSignedPart);
    assert_eq!(window.state().state().selection.current(), Some(&expected));
    assert!(window.query_by_label("Step 3, Extract signed part, Failed").is_some());
}

#[test]
fn what_was_sent_can_be_broken_too() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    press(&mut window, Modifiers::COMMAND, Key::Num2);
    for (field, typed) in [("RCPT TO", "bob@b.example"), ("Subject", "Hello")] {
        window.get_by_role_and_label(Role::TextInput, field).focus();
        settle(&mut window);
        window.get_by_role_and_label(Role::TextInput, field).type_text(typed);
        settle(&mut window);
    }
    window.get_by_label("Process").click();
    settle(&mut window);
    window.get_by_label(words::BUTTON).click();
    settle(&mut window);
    window.get_by_label(words::name(Breakage::FlipSignature)).click();
    settle(&mut window);
    assert_eq!(code(latest(&window)), Some(ReasonCode::SignatureInvalid));
    assert_eq!(latest(&window).name, "Sent to bob@b.example, signature changed");
}
