//! Suppositions: another time for all messages, other circumstances for one; never saved, never taken for the answer.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, OutputCommand, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::agent::Report;
use sealscope::pki::issue::{Authority, CertificateBuilder};
use sealscope::pki::{NewKey, Passphrase, write_pkcs12};
use sealscope::ui::App;
use sealscope::ui::document::Document;
use support::{config, settle};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};

type Window = Harness<'static, App>;

const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

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

fn click(window: &mut Window, role: Role, words: &str) {
    window.get_by_role_and_label(role, words).click();
    settle(window);
}

// The form stands above the evidence, which has buttons of the same names.
fn choose(window: &mut Window, words: &str) {
    let named = window.get_all_by_role_and_label(Role::Button, words);
    named.min_by(|one, other| one.rect().top().total_cmp(&other.rect().top())).unwrap().click();
    settle(window);
}

fn fill(window: &mut Window, field: &str, words: &str) {
    window.get_by_role_and_label(Role::TextInput, field).focus();
    settle(window);
    press(window, Modifiers::COMMAND, Key::A);
    window.get_by_role_and_label(Role::TextInput, field).type_text(words);
    settle(window);
}

fn has(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

fn show(window: &mut Window, title: &str) {
    let rows = window.get_all_by_role(Role::ListItem);
    let mut named = rows.filter(|node| node.accesskit_node().label().is_some_and(|name| name.starts_with(title)));
    named.next().unwrap_or_else(|| panic!("{title}")).click();
    drop(named);
    settle(window);
}

fn document<'a>(window: &'a Window, title: &str) -> &'a Document {
    window.state().state().documents.iter().find(|document| document.name == title).unwrap()
}

fn accepted(window: &Window, title: &str) -> bool {
    document(window, title).report().is_some_and(Report::is_accepted)
}

const EXPIRED: &str = "Signer's certificate expired";
const TWO: &str = "One of two recipients untrusted";

// UX.md §5, point 24.
#[test]
fn an_earlier_time_flips_the_expired_case_and_the_status_bar_shows_it_until_the_real_time_is_back() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    assert!(has(&window, "Evaluated at now") && !accepted(&window, EXPIRED));
    press(&mut window, Modifiers::COMMAND, Key::T);
    fill(&mut window, "Evaluated at (UTC)", "last winter");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(has(&window, "Not a time"), "what cannot be read is answered under the field");
    fill(&mut window, "Evaluated at (UTC)", "2026-01-20");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(has(&window, "Evaluated at 2026-01-20 00:00 UTC"));
    assert!(accepted(&window, EXPIRED));
    show(&mut window, EXPIRED);
    assert!(has(&window, "Hypothetical") && has(&window, "Real answer: Rejected for bob@b.example"));
    click(&mut window, Role::Button, "Evaluated at 2026-01-20 00:00 UTC");
    click(&mut window, Role::Button, "1 month later");
    assert!(has(&window, "Apply"));
    click(&mut window, Role::Button, "Now");
    click(&mut window, Role::Button, "Apply");
    assert!(has(&window, "Evaluated at now") && !accepted(&window, EXPIRED) && !has(&window, "Hypothetical"));
}

#[test]
fn the_verdict_offers_the_time_at_which_it_would_pass_for_that_message_alone() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    show(&mut window, EXPIRED);
    window.get_all_by_label_contains("Evaluate at 20").next().unwrap().click();
    settle(&mut window);
    assert!(accepted(&window, EXPIRED) && !accepted(&window, "Tampered body"));
    assert!(has(&window, "Hypothetical") && has(&window, "Evaluated at now"));
    let rows = window.get_all_by_role(Role::ListItem);
    let said = rows.filter(|node| node.accesskit_node().label().is_some_and(|name| name.contains("hypothetical")));
    assert_eq!(said.count(), 1);
    let pressed = Event::Key { key: Key::W, physical_key: None, pressed: true, repeat: false, modifiers: CTRL_SHIFT };
    window.input_mut().events.push(pressed);
    window.step();
    let copied = window.output().platform_output.commands.iter().find_map(|command| match command {
        OutputCommand::CopyText(copied) => Some(copied.clone()),
        _ => None,
    });
    let copied = copied.unwrap();
    assert!(copied.starts_with("Hypothetical: Evaluated at ") && copied.contains("Real answer: Rejected"), "{copied}");
    settle(&mut window);
    click(&mut window, Role::Button, "Back to the real answer");
    assert!(!accepted(&window, EXPIRED) && !has(&window, "Hypothetical"));
}

#[test]
fn an_anchor_that_is_supposed_trusts_nobody_for_real_and_is_gone_at_the_next_start() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let anchors = |window: &Window| -> usize {
        window.state().state().parties().iter().map(|party| party.anchors().count()).sum()
    };
    let before = anchors(&window);
    press(&mut window, CTRL_SHIFT, Key::I);
    click(&mut window, Role::ComboBox, "Also a trust anchor");
    choose(&mut window, "DEMO Outsider Root CA");
    click(&mut window, Role::Button, "Suppose this");
    assert!(has(&window, "Accepted for all 2 recipients"));
    assert!(has(&window, "With “DEMO Outsider Root CA” as an anchor for everybody"));
    assert!(has(&window, "Real answer: Accepted for 1 of 2 recipients"));
    assert_eq!(anchors(&window), before);
    let kept = std::fs::read_to_string(home.path().join("window.toml")).unwrap();
    assert!(!kept.contains("Outsider"), "{kept}");
    drop(window);
    let mut window = support::window(config(home.path()), vec2(1280.0, 1800.0), Theme::Dark);
    settle(&mut window);
    let document = document(&window, TWO);
    assert!(document.what_if.is_none() && !document.is_hypothetical());
    assert_eq!(anchors(&window), before);
}

#[test]
fn without_somebodys_keys_and_under_another_profile_the_answer_is_another_one() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    press(&mut window, CTRL_SHIFT, Key::I);
    assert!(window.unnamed_widgets().is_empty(), "{:?}", window.unnamed_widgets());
    click(&mut window, Role::ComboBox, "Without the keys of");
    choose(&mut window, "bob@b.example");
    click(&mut window, Role::ComboBox, "Profile");
    click(&mut window, Role::Button, "strict");
    click(&mut window, Role::Button, "Suppose this");
    let supposed = document(&window, TWO).report().unwrap();
    assert_eq!(supposed.profile.as_str(), "strict");
    assert!(!supposed.is_accepted());
    assert!(has(&window, "Under the profile strict, without the private keys of bob@b.example"));
    click(&mut window, Role::Button, "Back to the real answer");
    assert!(accepted(&window, TWO));
}

fn named(window: &Window, words: &str) -> usize {
    window.query_all_by_label_contains(words).count()
}

#[test]
fn the_banner_says_what_differs_step_by_step_and_no_more() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    show(&mut window, EXPIRED);
    window.get_all_by_label_contains("Evaluate at 20").next().unwrap().click();
    settle(&mut window);
    assert!(has(&window, "What differs"));
    assert!(has(&window, "bob@b.example: Delivered instead of Removed (expired)"));
    assert!(has(&window, "Verify signature: Passed instead of Failed"));
    assert!(
        has(&window, "Enforce trust: Passed instead of Skipped")
            || has(&window, "Enforce trust: Warning instead of Skipped")
    );
    assert!(has(&window, "The certificate is valid from "), "the check that turned is named");
    for step in ["Find recipient keys:", "Decrypt:", "Extract signed part:"] {
        assert_eq!(named(&window, step), 0, "{step} is the same");
    }
    assert!(has(&window, "Everything else is the same"));
    assert!(window.unnamed_widgets().is_empty(), "{:?}", window.unnamed_widgets());
}

#[test]
fn the_dates_are_buttons_on_a_line_and_each_may_be_supposed() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    show(&mut window, EXPIRED);
    press(&mut window, Modifiers::ALT, Key::Num5);
    assert!(window.unnamed_widgets().is_empty(), "{:?}", window.unnamed_widgets());
    assert!(has(&window, "Results over time") && has(&window, "The time of evaluation is here"));
    assert!(has(&window, "Signer DEMO alice@a.example: from 20"), "the bar of the signer's certificate has a name");
    assert!(has(&window, "the dates of an anchor do not count"));
    assert!(has(&window, "The certificate “DEMO alice@a.example” has expired; its last second was "));
    let end = document(&window, EXPIRED).report().unwrap().signers[0].certificate.as_ref().unwrap().not_after();
    let words = sealscope::ui::text::dates::second(end);
    let stretch = format!("until {words}: accepted for 1 recipient");
    let stretches = window.get_all_by_role(Role::Button);
    let named: Vec<_> =
        stretches.filter(|node| node.accesskit_node().label().is_some_and(|name| name.contains(&stretch))).collect();
    assert_eq!(named.len(), 1, "{stretch}");
    named[0].click();
    drop(named);
    settle(&mut window);
    let offers: Vec<_> = window.get_all_by_role_and_label(Role::Button, "Suppose this time").collect();
    assert_eq!(offers.len(), 2, "before the certificate began, and while it was valid; after it is now");
    offers[1].click();
    drop(offers);
    settle(&mut window);
    assert!(accepted(&window, EXPIRED) && has(&window, "Hypothetical"));
    assert!(has(&window, "Real answer: Rejected for bob@b.example"));
}

#[test]
fn mail_for_other_domains_and_a_certificate_less_are_supposed_in_the_form() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    press(&mut window, CTRL_SHIFT, Key::I);
    fill(&mut window, "Mail is received for", "not a domain!");
    click(&mut window, Role::Button, "Suppose this");
    assert!(has(&window, "Not a domain. Write b.example"));
    fill(&mut window, "Mail is received for", "elsewhere.example");
    click(&mut window, Role::Button, "Suppose this");
    assert!(has(&window, "With mail received for elsewhere.example"));
    assert!(!accepted(&window, TWO));
    click(&mut window, Role::Button, "Back to the real answer");
    press(&mut window, CTRL_SHIFT, Key::I);
    click(&mut window, Role::ComboBox, "Without the certificate");
    choose(&mut window, "DEMO Outsider Root CA");
    click(&mut window, Role::Button, "Suppose this");
    assert!(has(&window, "Without the certificate “DEMO Outsider Root CA”") && !accepted(&window, TWO));
}

#[test]
fn keys_of_a_file_are_supposed_once_its_passphrase_fits_and_are_kept_nowhere() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let (begin, end) = (OffsetDateTime::now_utc() - Duration::days(1), OffsetDateTime::now_utc() + Duration::days(30));
    let builder = CertificateBuilder::for_address("dora@d.example", begin, end).key(NewKey::P256);
    let entry = Authority::self_signed(&builder).unwrap().entry().unwrap();
    let file = home.path().join("dora.p12");
    std::fs::write(&file, write_pkcs12(&entry, &Passphrase::new("open sesame")).unwrap()).unwrap();
    press(&mut window, CTRL_SHIFT, Key::I);
    fill(&mut window, "Also holds the private keys of the file", file.to_str().unwrap());
    click(&mut window, Role::Button, "Suppose this");
    assert!(has(&window, "The file is locked. Type its passphrase"));
    window.get_by_role_and_label(Role::PasswordInput, "Passphrase of that file").focus();
    settle(&mut window);
    window.get_by_role_and_label(Role::PasswordInput, "Passphrase of that file").type_text("open sesame");
    settle(&mut window);
    click(&mut window, Role::Button, "Suppose this");
    assert!(has(&window, "held by dora@d.example"), "the banner names the key and its holder");
    assert!(!has(&window, "Also holds the private keys of the file"), "the form is done with");
    let parties = window.state().state().parties();
    assert!(parties.iter().all(|party| party.name.to_string() != "dora@d.example"));
}
