//! What bad input gets from the program: one sentence that names the file, the right exit status, and nothing lost.
#![cfg(test)]

mod support;

use std::fs;
use std::time::{Duration, Instant};

use support::command::{Done, content, one_sentence};
use support::program::{House, pkcs12};
use support::{ALICE, BOB, Circle, message};

const COULD_NOT_RUN: i32 = 1;

/// A workspace in which Bob has a key and an anchor, and a second key that is not stored yet.
fn house() -> (House, sealscope::pki::PrivateKeyEntry) {
    let circle = Circle::new("Good");
    let house = House::new();
    house.key(BOB, &circle.address(BOB)).trusts(BOB, circle.root.certificate());
    (house, circle.address(BOB))
}

/// Runs a command that cannot work: it says so in one line that names `culprit`, and changes nothing.
#[track_caller]
fn refused(house: &House, arguments: &[&str], culprit: &str) -> Done {
    let before = stored(house);
    let done = house.sealscope(arguments);
    one_sentence(&done, COULD_NOT_RUN, &[culprit]);
    assert_eq!(stored(house), before, "{arguments:?} changed what was stored");
    done
}

fn stored(house: &House) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    content(&house.path("workspace").to_string_lossy())
}

#[test]
fn a_wrong_passphrase_of_a_file_is_told_and_nothing_is_stored() {
    let (house, entry) = house();
    house.put("new.p12", &pkcs12(&entry, "another"));
    let import = ["keys", "import", "new.p12", "--for", BOB, "--file-passphrase", "wrong"];
    let done = refused(&house, &import, "new.p12");
    assert!(done.stderr.contains("passphrase"), "{}", done.stderr);
}

#[test]
fn a_wrong_passphrase_of_the_workspace_locks_keys_and_loses_none() {
    let (house, _) = house();
    house.put("message.eml", &message(ALICE, &[BOB]));
    house.put("wrong.txt", b"not the passphrase\n");
    let before = stored(&house);
    let done = house.sealscope(&["incoming", "message.eml", "--to", BOB, "--passphrase-file", "wrong.txt"]);
    assert_eq!(done.exit, COULD_NOT_RUN, "{}", done.stderr);
    assert!(done.stderr.contains("passphrase"), "{}", done.stderr);
    assert_eq!(stored(&house), before);
}

#[test]
fn a_truncated_container_is_told_and_nothing_is_stored() {
    let (house, entry) = house();
    let whole = pkcs12(&entry, "another");
    for length in [1, 20, whole.len() / 2, whole.len() - 1] {
        house.put("cut.p12", &whole[..length]);
        refused(&house, &["keys", "import", "cut.p12", "--for", BOB, "--file-passphrase", "another"], "cut.p12");
    }
}

#[test]
fn a_key_without_its_certificate_is_told() {
    let (house, entry) = house();
    house.put("key.pem", &entry.key().private_key_to_pem_pkcs8().unwrap());
    let done = refused(&house, &["keys", "import", "key.pem", "--for", BOB], "key.pem");
    assert!(done.stderr.contains("certificate"), "{}", done.stderr);
}

#[test]
fn a_file_that_is_no_key_is_told() {
    let (house, _) = house();
    house.put("letter.txt", b"Dear Bob, this is no key.\n");
    refused(&house, &["keys", "import", "letter.txt", "--for", BOB], "letter.txt");
    refused(&house, &["certs", "import", "letter.txt", "--for", BOB], "letter.txt");
    refused(&house, &["anchors", "add", "letter.txt", "--for", BOB], "letter.txt");
    refused(&house, &["authorities", "import", "letter.txt"], "letter.txt");
    refused(&house, &["crls", "import", "letter.txt"], "letter.txt");
}

#[test]
fn an_empty_file_is_told() {
    let (house, _) = house();
    house.put("empty.eml", b"");
    refused(&house, &["incoming", "empty.eml", "--from", ALICE, "--to", BOB], "empty.eml");
    refused(&house, &["outgoing", "empty.eml", "--from", BOB, "--to", ALICE], "empty.eml");
    refused(&house, &["inspect", "empty.eml"], "empty.eml");
    refused(&house, &["keys", "import", "empty.eml", "--for", BOB], "empty.eml");
}

#[test]
fn a_file_of_five_gigabytes_is_told_at_once() {
    let (house, _) = house();
    let path = house.put("huge.eml", b"From: alice@a.example\r\n\r\n");
    fs::OpenOptions::new().write(true).open(path).unwrap().set_len(5 << 30).unwrap();
    let started = Instant::now();
    refused(&house, &["incoming", "huge.eml", "--from", ALICE, "--to", BOB], "huge.eml");
    refused(&house, &["inspect", "huge.eml"], "huge.eml");
    refused(&house, &["keys", "import", "huge.eml", "--for", BOB], "huge.eml");
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}

#[test]
fn a_folder_in_place_of_a_file_is_told() {
    let (house, _) = house();
    fs::create_dir(house.path("folder.p12")).unwrap();
    refused(&house, &["incoming", "folder.p12", "--from", ALICE, "--to", BOB], "folder.p12");
    refused(&house, &["keys", "import", "folder.p12", "--for", BOB], "folder.p12");
    refused(&house, &["anchors", "add", "folder.p12", "--for", BOB], "folder.p12");
}

#[test]
fn a_file_where_the_workspace_should_be_is_told() {
    let (house, _) = house();
    fs::remove_dir_all(house.path("workspace")).unwrap();
    let path = house.put("workspace", b"not a folder");
    let done = house.sealscope(&["keys", "list"]);
    assert_eq!(done.exit, COULD_NOT_RUN, "{}", done.stderr);
    assert!(done.stderr.contains("workspace"), "{}", done.stderr);
    assert_eq!(fs::read(path).unwrap(), b"not a folder");
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_read_is_told_and_the_rest_still_loads() {
    use std::os::unix::fs::PermissionsExt;

    let (house, entry) = house();
    house.key("carol@b.example", &entry);
    let folder = house.path("workspace/parties/bob@b.example/keys");
    let lock = |mode| fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
    lock(0o000);
    if fs::read_dir(&folder).is_ok() {
        // Root reads everything: a file in the folder's place is unreadable as a folder for anybody.
        lock(0o700);
        fs::rename(&folder, house.path("kept")).unwrap();
        fs::write(&folder, b"").unwrap();
    }
    let done = house.sealscope(&["keys", "list"]);
    if folder.is_dir() {
        lock(0o700);
    }
    assert!(done.stderr.contains("bob@b.example"), "{}", done.stderr);
    assert!(done.text().contains("carol@b.example"), "{}", done.stderr);
}

#[test]
fn a_damaged_file_in_the_workspace_is_named_and_the_rest_still_loads() {
    let (house, _) = house();
    house.put("workspace/parties/bob@b.example/keys/damaged.p12", b"\x30\x82garbage");
    house.put("workspace/authorities/damaged.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n");
    house.put("message.eml", &message(ALICE, &[BOB]));
    let done = house.sealscope(&["incoming", "message.eml", "--json"]);
    assert!(done.stderr.contains("keys/damaged.p12"), "{}", done.stderr);
    assert!(done.stderr.contains("authorities/damaged.pem"), "{}", done.stderr);
    assert_eq!(done.object()["rejection"]["code"], "not-encrypted", "the rest did not load: {}", done.stderr);
}
