//! The command line in the hands of somebody in a hurry: wrong files, wrong places, wrong passphrases in the environment.
#![cfg(test)]

#[path = "support/command.rs"]
mod command;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use sealscope::pki::NewKey;
use sealscope::pki::issue::{Authority, CertificateBuilder};
use time::{Duration, OffsetDateTime};

use command::{Done, Scratch, command, content, demo_folder, key_files, message, one_sentence, run, run_with_input};

#[test]
fn the_demo_opens_with_its_own_passphrase_whatever_the_environment_says() {
    let scratch = Scratch::new();
    let mut demo = command(&["demo", "--workspace", &scratch.path("demo"), "--quiet"]);
    let done = Done::from(demo.env("SEALSCOPE_PASSPHRASE", "of another workspace").output().unwrap());
    assert_eq!(done.exit, 0, "{}", done.stderr);
}

#[test]
fn a_result_is_not_written_over_its_own_message() {
    let scratch = Scratch::new();
    let secured = scratch.file("secured.bsmtp", fs::read(message("02-one-of-two-untrusted")).unwrap());
    let before = fs::read(&secured).unwrap();
    let done = run(&["incoming", &secured, "--workspace", demo_folder(), "-o", &secured]);
    one_sentence(&done, 2, &["secured.bsmtp", "name another file"]);
    assert_eq!(fs::read(&secured).unwrap(), before);
}

#[test]
fn an_output_that_cannot_be_written_is_one_sentence() {
    let scratch = Scratch::new();
    let to =
        |out: &str| run(&["incoming", &message("02-one-of-two-untrusted"), "--workspace", demo_folder(), "-o", out]);
    one_sentence(&to(&scratch.path("nowhere/out.eml")), 1, &["out.eml", "folder does not exist"]);
    let folder = scratch.path("folder");
    fs::create_dir(&folder).unwrap();
    one_sentence(&to(&folder), 1, &["it is a folder"]);
}

#[test]
fn an_output_that_exists_keeps_its_access_rights() {
    let scratch = Scratch::new();
    let out = scratch.file("letter.eml", "old");
    fs::set_permissions(&out, fs::Permissions::from_mode(0o600)).unwrap();
    let done = run(&["incoming", &message("02-one-of-two-untrusted"), "--workspace", demo_folder(), "-o", &out, "-q"]);
    assert_eq!(done.exit, 0, "{}", done.stderr);
    assert_ne!(fs::read(&out).unwrap(), b"old");
    assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_link_given_as_output_stays_a_link() {
    let scratch = Scratch::new();
    let (real, link) = (scratch.file("real.eml", "old"), scratch.path("link.eml"));
    std::os::unix::fs::symlink("real.eml", &link).unwrap();
    let done = run(&["incoming", &message("02-one-of-two-untrusted"), "--workspace", demo_folder(), "-o", &link, "-q"]);
    assert_eq!(done.exit, 0, "{}", done.stderr);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_ne!(fs::read(&real).unwrap(), b"old");
}

#[test]
fn a_key_store_is_not_taken_for_a_letter() {
    let scratch = Scratch::new();
    let (p12, pem) = key_files(&scratch, "dora@d.example", "secret");
    let key = openssl::pkey::PKey::generate_ed25519().unwrap().private_key_to_pem_pkcs8().unwrap();
    let key = scratch.file("key.pem", key);
    for file in [&p12, &pem, &key] {
        for verb in ["outgoing", "incoming"] {
            let done =
                run(&[verb, file, "--from", "alice@a.example", "--to", "bob@b.example", "--workspace", demo_folder()]);
            one_sentence(&done, 1, &[file, "not a message", "keys import"]);
        }
    }
    let bare = scratch.file("smime.p7m", b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x80\0\0\0\0");
    one_sentence(&run(&["incoming", &bare, "--workspace", demo_folder()]), 1, &["smime.p7m", "whole message"]);
}

#[test]
fn a_letter_that_quotes_a_certificate_is_a_letter() {
    let scratch = Scratch::new();
    let (_, pem) = key_files(&scratch, "dora@d.example", "secret");
    let letter = format!("From: alice@a.example\r\nTo: bob@b.example\r\n\r\n{}", fs::read_to_string(pem).unwrap());
    let letter = scratch.file("letter.eml", letter);
    assert_eq!(run(&["outgoing", &letter, "--workspace", demo_folder(), "--via", "local", "-q"]).exit, 0);
}

#[test]
fn a_file_without_what_is_imported_is_named() {
    let scratch = Scratch::new();
    let (_, pem) = key_files(&scratch, "dora@d.example", "secret");
    let store = scratch.path("store");
    let done = run(&["crls", "import", &pem, "--workspace", &store]);
    one_sentence(&done, 1, &["certificate.pem", "no revocation list", "one certificate"]);
}

#[test]
fn every_import_takes_the_passphrase_that_it_asks_for() {
    let scratch = Scratch::new();
    let (p12, _) = key_files(&scratch, "dora@d.example", "secret");
    let store = scratch.path("store");
    let imports: [&[&str]; 4] = [
        &["certs", "import", &p12, "--for", "dora@d.example"],
        &["anchors", "add", &p12, "--for", "dora@d.example"],
        &["authorities", "import", &p12],
        &["crls", "import", &p12],
    ];
    for import in imports {
        let locked = run(&[import, &["--workspace", &store]].concat());
        one_sentence(&locked, 1, &["key.p12", "--file-passphrase"]);
        let opened = run(&[import, &["--workspace", &store, "--file-passphrase", "secret"]].concat());
        assert_ne!(opened.exit, 2, "{import:?} refuses the option: {}", opened.stderr);
    }
}

#[test]
fn a_certificate_that_is_no_ca_is_kept_as_an_authority_with_a_remark() {
    let scratch = Scratch::new();
    let now = OffsetDateTime::now_utc();
    let root = CertificateBuilder::authority("Root", now - Duration::days(1), now + Duration::days(30));
    let root = Authority::self_signed(&root.key(NewKey::P256)).unwrap();
    let leaf = CertificateBuilder::for_address("dora@d.example", now - Duration::days(1), now + Duration::days(30));
    let leaf = root.issue(&leaf.key(NewKey::P256)).unwrap();
    let leaf = scratch.file("leaf.pem", leaf.certificate().pem());
    let done = run(&["authorities", "import", &leaf, "--workspace", &scratch.path("store")]);
    assert_eq!(done.exit, 0, "{}", done.stderr);
    assert!(done.stderr.contains("no CA certificate"), "{}", done.stderr);
}

#[test]
fn a_domain_that_is_none_is_named_whole() {
    let letter = message("02-one-of-two-untrusted");
    let wrong = |domain: &str| run(&["incoming", &letter, "--workspace", demo_folder(), "--domain", domain]);
    let done = wrong("b..example");
    assert_eq!(done.exit, 2);
    assert!(done.stderr.contains("`b..example` is not a domain name"), "{}", done.stderr);
    assert!(wrong("").stderr.contains("looks like b.example"));
}

#[test]
fn more_recipients_than_the_limit_are_refused() {
    let scratch = Scratch::new();
    let letter = scratch.file("letter.eml", "From: alice@a.example\r\n\r\nx\r\n");
    let recipients: Vec<String> =
        (0..1001).flat_map(|number| ["--to".to_owned(), format!("r{number}@b.example")]).collect();
    let mut arguments = vec!["outgoing", letter.as_str(), "--workspace", demo_folder()];
    arguments.extend(recipients.iter().map(String::as_str));
    one_sentence(&run(&arguments), 2, &["1001", "1000"]);
}

#[test]
fn a_usage_error_does_not_steer_the_terminal() {
    let done = run(&["incoming", "one.eml", "\u{1b}]0;title\u{7}two.eml", "--workspace", demo_folder()]);
    assert_eq!(done.exit, 2);
    assert!(!done.stderr.contains(['\u{1b}', '\u{7}']), "{:?}", done.stderr);
}

#[test]
fn verbose_logs_the_steps_and_no_secret() {
    let scratch = Scratch::new();
    let (workspace, secured) = mail_to_dora(&scratch);
    let words = words(&scratch);
    let mut incoming =
        command(&["incoming", &secured, "--workspace", &workspace, "--passphrase-file", &words, "--verbose"]);
    let done = Done::from(incoming.env("RUST_LOG", "trace").output().unwrap());
    assert_eq!(done.exit, 0, "{}", done.stderr);
    assert!(done.stderr.contains("enforce-trust"), "{}", done.stderr);
    for text in [&done.stderr, &done.text()] {
        assert!(!text.contains(WORDS) && !text.contains("PRIVATE KEY"), "{text}");
    }
}

#[test]
fn an_address_whose_anchor_is_damaged_is_not_judged_by_its_domains() {
    let scratch = Scratch::new();
    let (workspace, secured) = mail_to_dora(&scratch);
    let judge =
        || run(&["incoming", &secured, "--workspace", &workspace, "--passphrase-file", &words(&scratch), "--json"]);
    assert_eq!(judge().exit, 0, "trusted by the domain's anchor: {}", judge().stderr);

    let own = format!("{workspace}/parties/dora@d.example/anchors/incoming");
    fs::create_dir_all(&own).unwrap();
    fs::write(format!("{own}/cut.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n").unwrap();
    let done = judge();
    assert_eq!(done.exit, 3, "{}", done.text());
    assert!(done.stderr.contains("cut.pem"), "{}", done.stderr);
    assert_eq!(done.object()["recipients"][0]["reason"]["code"], "no-anchors");
}

#[test]
fn where_no_party_can_be_seen_nothing_is_judged() {
    let scratch = Scratch::new();
    let (workspace, secured) = mail_to_dora(&scratch);
    // A file in the folder's place is unreadable as a folder for everybody, root included.
    fs::rename(format!("{workspace}/parties"), scratch.path("kept")).unwrap();
    fs::write(format!("{workspace}/parties"), "").unwrap();
    for arguments in [&["incoming", &secured][..], &["keys", "list"], &["lookup", "dora@d.example", "--via", "local"]] {
        one_sentence(&run(&[arguments, &["--workspace", &workspace]].concat()), 1, &["parties"]);
    }
}

const WORDS: &str = "correct horse battery";

fn words(scratch: &Scratch) -> String {
    scratch.file("words.txt", WORDS)
}

/// A workspace in which dora writes to herself and her domain trusts her certificate; and that message, secured.
fn mail_to_dora(scratch: &Scratch) -> (String, String) {
    let (p12, pem) = key_files(scratch, "dora@d.example", "secret");
    let (workspace, words) = (scratch.path("workspace"), words(scratch));
    let with = ["--workspace", &workspace, "--passphrase-file", &words];
    let dora = ["--for", "dora@d.example"];
    let done = |arguments: &[&str]| {
        let done = run(&[arguments, &with].concat());
        assert_eq!(done.exit, 0, "{arguments:?}: {}{}", done.stderr, done.text());
    };
    done(&[&["keys", "import", &p12, "--file-passphrase", "secret"], &dora[..]].concat());
    done(&["anchors", "add", &pem, "--for", "d.example"]);
    let letter = scratch.file("letter.eml", "From: dora@d.example\r\nTo: dora@d.example\r\n\r\nx\r\n");
    let secured = scratch.path("secured.eml");
    done(&["outgoing", &letter, "-o", &secured]);
    assert!(!content(&workspace).is_empty());
    (workspace, secured)
}

#[test]
fn a_key_under_another_passphrase_is_named() {
    let scratch = Scratch::new();
    let (workspace, secured) = mail_to_dora(&scratch);
    let (p12, _) = key_files(&scratch, "carol@d.example", "of another workspace");
    let keys = format!("{workspace}/parties/carol@d.example/keys");
    fs::create_dir_all(&keys).unwrap();
    fs::copy(p12, format!("{keys}/carol.p12")).unwrap();
    let done = run(&["incoming", &secured, "--workspace", &workspace, "--passphrase-file", &words(&scratch)]);
    assert_eq!(done.exit, 0, "{}", done.stderr);
    assert!(done.stderr.contains("key “carol” of carol@d.example is locked"), "{}", done.stderr);
}

#[test]
fn standard_input_is_read_once() {
    let words = ["incoming", "-", "--passphrase-file", "-", "--workspace"];
    let scratch = Scratch::new();
    let (workspace, secured) = mail_to_dora(&scratch);
    let done = run_with_input(&[&words[..], &[&workspace]].concat(), &fs::read(secured).unwrap());
    one_sentence(&done, 2, &["standard input", "once"]);
}

#[test]
fn a_key_given_as_an_anchor_is_told_apart_from_its_certificate() {
    let scratch = Scratch::new();
    let (p12, _) = key_files(&scratch, "dora@d.example", "secret");
    let anchor = ["anchors", "add", &p12, "--for", "d.example", "--file-passphrase", "secret", "--workspace"];
    let done = run(&[&anchor[..], &[&scratch.path("store")]].concat());
    one_sentence(&done, 1, &["key.p12", "one private key with its certificate"]);
}

#[test]
fn a_directory_whose_name_server_cannot_be_reached_is_an_error_and_not_an_empty_answer() {
    let closed = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let server = closed.local_addr().unwrap().to_string();
    let done = run(&["lookup", "bob@b.example", "--via", "ldap", "--dns-server", &server]);
    assert_eq!(done.exit, 1, "{}", done.text());
    assert!(done.text().contains("_ldap._tcp.b.example. SRV") && done.text().contains("cannot be reached"));
}

#[test]
fn what_cannot_be_inspected_is_named() {
    let scratch = Scratch::new();
    let garbage = scratch.file("garbage.bin", [0x8f, 0x00, 0x31, 0xff, 0x0a, 0x01]);
    one_sentence(&run(&["inspect", &garbage]), 1, &["garbage.bin", "neither"]);
    let cut = scratch.file("cut.bsmtp", "MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nx\r\n");
    one_sentence(&run(&["inspect", &cut]), 1, &["cut.bsmtp", "line 4"]);
}

#[test]
fn a_bounce_is_shown_with_its_null_sender() {
    let scratch = Scratch::new();
    let text = "MAIL FROM:<>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nSubject: lost\r\n\r\nx\r\n.\r\n";
    let done = run(&["inspect", &scratch.file("bounce.bsmtp", text)]);
    assert!(done.text().starts_with("Envelope    from <>, to c@d.example"), "{}", done.text());
}

#[test]
fn a_recipient_whose_address_cannot_be_read_is_not_left_out_in_silence() {
    let scratch = Scratch::new();
    let letter = "From: alice@a.example\r\nTo: bob@b.example, dave at b.example\r\n\r\nx\r\n";
    let letter = scratch.file("letter.eml", letter);
    let send =
        |more: &[&str]| run(&[&["outgoing", &letter, "--workspace", demo_folder(), "--via", "local"], more].concat());
    assert!(send(&[]).text().contains("An address in To cannot be read"), "{}", send(&[]).text());
    let edited = send(&["--from", "alice@a.example"]);
    assert!(edited.stderr.contains("An address in To cannot be read"), "{}", edited.stderr);
}

#[test]
fn a_file_before_the_command_is_told_where_it_belongs() {
    one_sentence(&run(&["letter.eml", "incoming", "other.eml"]), 2, &["after the command", "incoming FILE"]);
}
