//! Keys and lab CAs made in the window, driven by role and name.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::pki::container::{self, Item as Content};
use sealscope::pki::{Certificate, KeyUsage, Passphrase};
use sealscope::ui::App;
use sealscope::ui::selection::Item;
use sealscope::workspace::{Workspace, party_name};
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

const WORDS: &str = "open sesame";

fn empty_workspace(home: &TempDir) -> Window {
    let root = home.path().join("lab");
    Workspace::open_or_create(&root).unwrap();
    let mut settings = config(home.path());
    settings.workspace = Some(root);
    let mut window = support::window(settings, vec2(1280.0, 1800.0), Theme::Light);
    settle(&mut window);
    window
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn click(window: &mut Window, role: Role, name: &str) {
    window.get_by_role_and_label(role, name).click();
    settle(window);
}

fn fill(window: &mut Window, role: Role, name: &str, words: &str) {
    window.get_by_role_and_label(role, name).focus();
    settle(window);
    press(window, Modifiers::COMMAND, Key::A);
    window.get_by_role_and_label(role, name).type_text(words);
    settle(window);
}

fn choose(window: &mut Window, list: &str, choice: &str) {
    click(window, Role::ComboBox, list);
    let choices = window.query_all_by_label(choice);
    choices.last().expect("the choice is offered").click();
    settle(window);
}

fn has(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

fn add_address(window: &mut Window, address: &str) {
    press(window, Modifiers::COMMAND | Modifiers::SHIFT, Key::N);
    window.get_by_role_and_label(Role::TextInput, "New address or domain").type_text(address);
    settle(window);
    press(window, Modifiers::NONE, Key::Enter);
}

/// A lab CA with a quick key, trusted by those named.
fn make_authority(window: &mut Window, trusted_by: &[&str]) {
    press(window, Modifiers::COMMAND | Modifiers::SHIFT, Key::K);
    window.get_by_role_and_label(Role::TextInput, "Name of the CA").type_text("Lab CA");
    settle(window);
    choose(window, "Algorithm", "P-256");
    for party in trusted_by {
        click(window, Role::CheckBox, party);
    }
    window.get_by_role(Role::PasswordInput).focus();
    settle(window);
    window.get_by_role(Role::PasswordInput).type_text(WORDS);
    settle(window);
    click(window, Role::Button, "Create");
}

fn make_key(window: &mut Window, address: &str) {
    press(window, Modifiers::COMMAND, Key::K);
    fill(window, Role::TextInput, "For the address or domain", address);
    choose(window, "Algorithm", "P-256");
    click(window, Role::Button, "Create");
}

fn certificate_of<'a>(window: &'a Window, address: &str) -> &'a Certificate {
    let party = window.state().state().party(&party_name(address).unwrap()).expect("the party is there");
    party.keys.first().expect("it has an open key").entry.certificate()
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut open = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

// UX.md §5, points 34, 38 and 43: the whole way from nothing to a message that is delivered, and back.
#[test]
fn from_an_empty_workspace_to_a_delivered_message_and_back() {
    let home = TempDir::new().unwrap();
    let mut window = empty_workspace(&home);
    add_address(&mut window, "alice@a.example");
    add_address(&mut window, "bob@b.example");
    make_authority(&mut window, &["alice@a.example", "bob@b.example"]);
    assert!(window.state().state().selection.is(&Item::Authorities));
    assert!(has(&window, "Lab CA, can issue here, root"));
    for address in ["alice@a.example", "bob@b.example"] {
        make_key(&mut window, address);
        assert!(has(&window, &format!("{address}, private key")));
        assert_eq!(certificate_of(&window, address).issuer(), "CN=Lab CA");
    }
    press(&mut window, Modifiers::COMMAND, Key::Num2);
    fill(&mut window, Role::TextInput, "MAIL FROM", "alice@a.example");
    window.get_by_role_and_label(Role::TextInput, "RCPT TO").focus();
    settle(&mut window);
    window.get_by_role_and_label(Role::TextInput, "RCPT TO").type_text("bob@b.example");
    settle(&mut window);
    press(&mut window, Modifiers::COMMAND, Key::Enter);
    assert!(has(&window, "Secured for bob@b.example"), "{:?}", window.state().state().notice);
    click(&mut window, Role::Button, "Receive as bob@b.example");
    assert!(has(&window, "Accepted for bob@b.example"));
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    for _ in 0..5 {
        press(&mut window, Modifiers::COMMAND, Key::Z);
    }
    assert!(!window.state().state().history.can_undo());
    assert!(window.state().state().parties().is_empty());
    for folder in ["parties", "authorities"] {
        assert_eq!(files_under(&home.path().join("lab").join(folder)), Vec::<PathBuf>::new());
    }
    for _ in 0..5 {
        press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    }
    // Without a key left there was nothing that the passphrase opened: it is forgotten, and asked for again.
    let bob = window.state().state().party(&party_name("bob@b.example").unwrap()).unwrap();
    assert_eq!((bob.locked.len(), bob.certificates[0].certificate.issuer()), (1, "CN=Lab CA"));
}

// Point 32.
#[test]
fn the_key_of_a_lab_ca_is_locked_with_the_others_and_no_file_holds_the_passphrase() {
    let home = TempDir::new().unwrap();
    let mut window = empty_workspace(&home);
    make_authority(&mut window, &[]);
    press(&mut window, Modifiers::COMMAND, Key::L);
    assert!(has(&window, "Lab CA, key locked, root"));
    assert_eq!(window.state().state().locked_keys(), 1);
    press(&mut window, Modifiers::COMMAND, Key::K);
    assert!(has(&window, "The workspace's keys are locked"));
    for path in files_under(home.path()) {
        let octets = fs::read(&path).unwrap();
        assert!(!octets.windows(WORDS.len()).any(|part| part == WORDS.as_bytes()), "{}", path.display());
    }
}

#[test]
fn what_cannot_be_made_is_said_under_its_field_and_makes_nothing() {
    let home = TempDir::new().unwrap();
    let mut window = empty_workspace(&home);
    make_authority(&mut window, &[]);
    press(&mut window, Modifiers::COMMAND, Key::K);
    fill(&mut window, Role::TextInput, "For the address or domain", "not an address");
    click(&mut window, Role::Button, "Create");
    assert!(window.state().state().parties().is_empty());
    fill(&mut window, Role::TextInput, "For the address or domain", "a.example");
    fill(&mut window, Role::TextInput, "Valid until", "soon");
    click(&mut window, Role::Button, "Create");
    assert!(has(&window, "Write the date as year-month-day"));
    fill(&mut window, Role::TextInput, "Valid until", "2025-01-01");
    click(&mut window, Role::Button, "Create");
    assert!(has(&window, "The last day lies before the first"));
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(!has(&window, "Create a test key"));
    assert!(window.state().state().parties().is_empty());
}

#[test]
fn a_key_is_made_with_the_algorithm_the_use_and_the_dates_that_were_chosen() {
    let home = TempDir::new().unwrap();
    let mut window = empty_workspace(&home);
    make_authority(&mut window, &[]);
    press(&mut window, Modifiers::COMMAND, Key::K);
    fill(&mut window, Role::TextInput, "For the address or domain", "a.example");
    choose(&mut window, "Issued by", "Itself: self-signed");
    assert!(has(&window, "Nobody trusts a self-signed certificate"));
    choose(&mut window, "Algorithm", "P-384");
    choose(&mut window, "Use", "Sign only");
    fill(&mut window, Role::TextInput, "Valid until", "2026-06-30");
    click(&mut window, Role::Button, "Create");
    let certificate = certificate_of(&window, "a.example");
    assert_eq!(certificate.dns_names(), ["a.example"]);
    assert_eq!(certificate.key_algorithm().to_string(), "EC P-384");
    assert_eq!(certificate.key_usage(), Some(KeyUsage::DIGITAL_SIGNATURE));
    assert_eq!(certificate.not_after(), time::macros::datetime!(2026-06-30 23:59:59 UTC));
    assert!(certificate.is_self_issued());
}

/// Saves to a path by the form that is open, and gives back what was written.
fn save(window: &mut Window, field: &str, path: &Path) -> Vec<u8> {
    fill(window, Role::TextInput, field, &path.display().to_string());
    click(window, Role::Button, "Save");
    fs::read(path).unwrap()
}

// Point 52.
#[test]
fn what_is_exported_is_read_by_openssl() {
    let installed = Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success());
    if !installed {
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), "\n!! SKIPPED what_is_exported_is_read_by_openssl: no openssl program\n");
        return;
    }
    let home = TempDir::new().unwrap();
    let mut window = empty_workspace(&home);
    make_authority(&mut window, &[]);
    make_key(&mut window, "alice@a.example");
    let key = window
        .query_all_by_role(Role::Row)
        .find(|row| row.accesskit_node().label().is_some_and(|name| name.contains("private key")));
    key.expect("a row of the key").click();
    settle(&mut window);
    let expected = certificate_of(&window, "alice@a.example").clone();
    for (form, name, count) in
        [("PEM", "one.pem", 1), ("DER", "one.der", 1), ("PEM with its chain, 2 certificates", "chain.pem", 2)]
    {
        click(&mut window, Role::Button, "Save certificate…");
        click(&mut window, Role::RadioButton, form);
        let path = home.path().join(name);
        let items = container::read(&save(&mut window, "Save the certificate to", &path), None).unwrap();
        assert_eq!(items.len(), count, "{form}");
        assert!(matches!(&items[0], Content::Certificate(first) if *first == expected), "{form}");
        assert_eq!(openssl(&["x509", "-noout", "-fingerprint", "-sha256", "-in"], &path), fingerprint(&expected));
    }
    click(&mut window, Role::Button, "Export key…");
    let path = home.path().join("alice.p12");
    fill(&mut window, Role::TextInput, "Export the key to", &path.display().to_string());
    window.get_by_role(Role::PasswordInput).focus();
    settle(&mut window);
    window.get_by_role(Role::PasswordInput).type_text("of the file");
    settle(&mut window);
    click(&mut window, Role::Button, "Export");
    openssl(&["pkcs12", "-nodes", "-passin", "pass:of the file", "-in"], &path);
    let items = container::read(&fs::read(&path).unwrap(), Some(&Passphrase::new("of the file"))).unwrap();
    assert!(items.iter().any(|item| matches!(item, Content::Key(entry) if *entry.certificate() == expected)));
}

fn fingerprint(certificate: &Certificate) -> String {
    format!("sha256 Fingerprint={}", certificate.fingerprint_colons())
}

fn openssl(arguments: &[&str], path: &Path) -> String {
    let output = Command::new("openssl").args(arguments).arg(path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
