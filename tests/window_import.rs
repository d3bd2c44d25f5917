//! Files of keys, certificates and revocation lists taken into the workspace, driven by role and name.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{DroppedFile, DroppedFileHandle, Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use sealscope::pki::issue::{Authority, CertificateBuilder, CrlBuilder};
use sealscope::pki::{Certificate, NewKey, Passphrase, PrivateKeyEntry, write_pkcs12};
use sealscope::ui::App;
use sealscope::workspace::{Workspace, party_name};
use support::{NOW, config, settle};
use tempfile::TempDir;
use time::Duration;

type Window = Harness<'static, App>;

const FILE_WORDS: &str = "of the file";

#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// A root, an authority below it, and a key below that, with the root's revocation list.
struct Cast {
    root: Authority,
    below: Authority,
    leaf: PrivateKeyEntry,
}

impl Cast {
    fn new() -> Self {
        let (from, to) = (NOW - Duration::days(1), NOW + Duration::days(300));
        let authority = |name: &str| CertificateBuilder::authority(name, from, to).key(NewKey::P256);
        let root = Authority::self_signed(&authority("Far Root")).unwrap();
        let below = root.issue_authority(&authority("Far Issuing CA")).unwrap();
        let leaf = CertificateBuilder::for_address("far@far.example", from, to).key(NewKey::P256);
        let leaf = below.issue(&leaf).unwrap();
        Self { root, below, leaf }
    }

    /// Writes `key.p12`, `chain.p7b`, `root.pem` and `list.crl`, none of them named for what it is.
    fn write(&self, folder: &Path) -> Vec<PathBuf> {
        let list = self.root.crl(&CrlBuilder::new(NOW - Duration::days(1), NOW + Duration::days(30))).unwrap();
        let chain = [self.leaf.certificate(), self.below.certificate()];
        let files = [
            ("1.dat", write_pkcs12(&self.leaf, &Passphrase::new(FILE_WORDS)).unwrap()),
            ("2.dat", certificates_only(&chain)),
            ("3.dat", self.root.certificate().pem().into_bytes()),
            ("4.dat", list.der().to_vec()),
        ];
        files
            .map(|(name, octets)| {
                let path = folder.join(name);
                fs::write(&path, octets).unwrap();
                path
            })
            .to_vec()
    }
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82], length.as_slice(), content].concat()
}

/// A .p7b: a SignedData without signers (RFC 8551 §3.8).
fn certificates_only(certificates: &[&Certificate]) -> Vec<u8> {
    const SIGNED_DATA: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
    const DATA: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
    let all: Vec<u8> = certificates.iter().flat_map(|certificate| certificate.der().to_vec()).collect();
    let inner = [vec![0x02, 0x01, 0x01, 0x31, 0x00], der(0x30, &DATA), der(0xa0, &all), vec![0x31, 0x00]].concat();
    der(0x30, &[SIGNED_DATA.to_vec(), der(0xa0, &der(0x30, &inner))].concat())
}

fn demo_in(home: &TempDir) -> Window {
    let mut window = support::window(config(home.path()), vec2(1280.0, 1800.0), Theme::Light);
    settle(&mut window);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    window
}

fn drop_on(window: &mut Window, paths: &[PathBuf]) {
    let handle = |path: &PathBuf| -> DroppedFileHandle { Arc::new(Dropped(path.clone())) };
    window.input_mut().dropped_files = paths.iter().map(handle).collect();
    settle(window);
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn click(window: &mut Window, role: Role, name: &str) {
    window.get_by_role_and_label(role, name).click();
    settle(window);
}

fn fill(window: &mut Window, name: &str, words: &str) {
    window.get_by_role_and_label(Role::TextInput, name).focus();
    settle(window);
    press(window, Modifiers::COMMAND, Key::A);
    window.get_by_role_and_label(Role::TextInput, name).type_text(words);
    settle(window);
}

fn has(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

fn choose(window: &mut Window, list: &str, choice: &str) {
    click(window, Role::ComboBox, list);
    window.query_all_by_label(choice).last().expect("the choice is offered").click();
    settle(window);
}

// UX.md §5, points 6, 8, 34 and 43.
#[test]
fn four_files_dropped_together_are_offered_in_turn_and_each_lands_where_it_belongs() {
    let home = TempDir::new().unwrap();
    let mut window = demo_in(&home);
    let workspace = Workspace::open(home.path().join("demo")).unwrap();
    let (before, start) = (workspace.load(None), workspace.snapshot().unwrap());
    let cast = Cast::new();
    drop_on(&mut window, &cast.write(home.path()));
    assert!(has(&window, "1 of 4"));
    window.get_by_role(Role::PasswordInput).type_text(FILE_WORDS);
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(has(&window, "1 of 4"));
    click(&mut window, Role::Button, "Import");
    assert!(has(&window, "2 of 4"));
    assert!(has(&window, "issued by Far Issuing CA, which is in this file"));
    assert!(has(&window, "a gap: the issuer CN=Far Root is not here"));
    choose(&mut window, "Use it as", "Authority, not trusted");
    assert!(window.query_by_role_and_label(Role::TextInput, "For the address or domain").is_none());
    click(&mut window, Role::Button, "Import");
    assert!(has(&window, "3 of 4"));
    fill(&mut window, "For the address or domain", "bob@b.example");
    click(&mut window, Role::Button, "Import");
    assert!(has(&window, "Revocation lists are kept for the whole workspace"));
    click(&mut window, Role::Button, "Import");
    assert!(window.state().state().import.is_none());

    let after = workspace.load(None);
    let far = after.parties.all().iter().find(|party| party.name == party_name("far@far.example").unwrap()).unwrap();
    assert_eq!(far.locked.len(), 1);
    let bob = after.parties.all().iter().find(|party| party.name == party_name("bob@b.example").unwrap()).unwrap();
    let is_root = |certificate: &Certificate| certificate == cast.root.certificate();
    assert!(bob.incoming.anchors().iter().any(|anchor| is_root(&anchor.certificate)));
    assert!(bob.outgoing.anchors().iter().any(|anchor| is_root(&anchor.certificate)));
    assert!(after.authorities.iter().any(|named| named.certificate == *cast.below.certificate()));
    assert_eq!(after.crls.len(), before.crls.len() + 1);
    for _ in 0..4 {
        press(&mut window, Modifiers::COMMAND, Key::Z);
    }
    assert!(start.change_to(workspace.snapshot().unwrap()).is_none(), "everything is as it was");
}

#[test]
fn a_file_that_is_not_wanted_makes_room_for_the_next() {
    let home = TempDir::new().unwrap();
    let mut window = demo_in(&home);
    let files = Cast::new().write(home.path());
    drop_on(&mut window, &files[2..]);
    assert!(has(&window, "1 of 2"));
    click(&mut window, Role::Button, "Do not import");
    assert!(has(&window, "2 of 2") && has(&window, "Revocation list of CN=Far Root"));
    click(&mut window, Role::Button, "Do not import");
    assert!(window.state().state().import.is_none() && !window.state().state().history.can_undo());
}

// Point 43.
#[test]
fn authorities_and_lists_have_a_page_from_which_each_is_removed_and_brought_back() {
    let home = TempDir::new().unwrap();
    let mut window = demo_in(&home);
    drop_on(&mut window, &Cast::new().write(home.path())[3..]);
    click(&mut window, Role::Button, "Import");
    window.get_by_label_contains("Far Root, 0 revoked").click();
    settle(&mut window);
    assert!(has(&window, "Next list due"));
    let lists = |window: &Window| window.state().state().workspace.as_ref().map_or(0, |open| open.contents.crls.len());
    let with = lists(&window);
    click(&mut window, Role::Button, "Remove");
    assert_eq!(lists(&window), with - 1);
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(lists(&window), with);
}

#[test]
fn the_key_of_an_authority_is_taken_in_to_issue() {
    let home = TempDir::new().unwrap();
    let mut window = demo_in(&home);
    let file = home.path().join("ca.p12");
    let entry = Cast::new().root.entry().unwrap();
    fs::write(&file, write_pkcs12(&entry, &Passphrase::new(FILE_WORDS)).unwrap()).unwrap();
    drop_on(&mut window, &[file]);
    window.get_by_role(Role::PasswordInput).type_text(FILE_WORDS);
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::Enter);
    click(&mut window, Role::Button, "Import");
    assert!(has(&window, "Far Root, can issue here, root"));
}
