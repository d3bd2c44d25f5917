//! The store as a whole: what goes in comes out, and nothing is lost on the way.

use std::fs;
use std::path::Path;

use time::OffsetDateTime;
use time::macros::datetime;

use super::*;
use crate::limits::Limits;
use crate::mail::{Address, Envelope, EnvelopeOrigin, ReversePath};
use crate::pki::container::{self, Item};
use crate::pki::issue::{Authority, CertificateBuilder};
use crate::pki::{NewKey, Passphrase, PrivateKeyEntry};
use crate::span::{Buffer, BufferName};
use crate::trust::PartyName;

const FROM: OffsetDateTime = datetime!(2024-01-01 0:00 UTC);
const UNTIL: OffsetDateTime = datetime!(2044-01-01 0:00 UTC);

struct Lab {
    folder: tempfile::TempDir,
    workspace: Workspace,
    root: Authority,
}

fn lab() -> Lab {
    let folder = tempfile::tempdir().unwrap();
    let workspace = Workspace::open_or_create(folder.path().join("w")).unwrap();
    let builder = CertificateBuilder::authority("Lab Root", FROM, UNTIL).key(NewKey::P256);
    Lab { folder, workspace, root: Authority::self_signed(&builder).unwrap() }
}

impl Lab {
    fn entry(&self, address: &str) -> PrivateKeyEntry {
        self.root.issue(&CertificateBuilder::for_address(address, FROM, UNTIL).key(NewKey::P256)).unwrap()
    }

    fn anchor(&self) -> Vec<Item> {
        vec![Item::Certificate(self.root.certificate().clone())]
    }
}

fn party(name: &str) -> PartyName {
    party_name(name).unwrap()
}

fn secret() -> Passphrase {
    Passphrase::new("correct horse")
}

fn every_file(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(every_file(&path)) } else { found.push(path.display().to_string()) }
    }
    found.retain(|path| !path.ends_with(".lock"));
    found.sort();
    found
}

#[test]
fn an_imported_key_is_encrypted_and_its_certificate_readable_while_it_is_locked() {
    let lab = lab();
    let entry = lab.entry("bob@b.example");
    let bob = party("bob@b.example");
    let imported =
        lab.workspace.writer().unwrap().import(vec![Item::Key(entry.clone())], &bob, Some(&secret())).unwrap();
    assert_eq!(imported.iter().map(|one| one.kind).collect::<Vec<_>>(), [ImportedKind::Key, ImportedKind::Certificate]);

    let locked = lab.workspace.load(None);
    assert_eq!(locked.unlocking, Unlocking::NotTried);
    let shown = locked.parties.named(&bob).unwrap();
    assert_eq!(shown.locked[0].name, shown.certificates[0].name);
    assert_eq!(shown.certificates[0].certificate, *entry.certificate());

    let open = lab.workspace.load(Some(&secret()));
    assert_eq!(open.unlocking, Unlocking::Opened);
    assert_eq!(open.parties.named(&bob).unwrap().keys[0].entry.certificate(), entry.certificate());
    assert!(open.problems.is_empty());
}

#[test]
fn importing_twice_stores_once() {
    let lab = lab();
    let items = vec![Item::Key(lab.entry("bob@b.example")), lab.anchor().remove(0)];
    let writer = lab.workspace.writer().unwrap();
    writer.import(items.clone(), &party("bob@b.example"), Some(&secret())).unwrap();
    let before = every_file(lab.workspace.root());
    let again = writer.import(items, &party("BOB@B.example"), Some(&secret())).unwrap();
    assert!(again.iter().all(|one| one.state == ImportState::AlreadyThere));
    assert_eq!(every_file(lab.workspace.root()), before);
}

#[test]
fn two_keys_of_one_name_get_two_files() {
    let lab = lab();
    let bob = party("bob@b.example");
    let writer = lab.workspace.writer().unwrap();
    for _ in 0..2 {
        writer.import(vec![Item::Key(lab.entry("bob@b.example"))], &bob, Some(&secret())).unwrap();
    }
    let contents = lab.workspace.load(Some(&secret()));
    let names: Vec<&str> = contents.parties.named(&bob).unwrap().keys.iter().map(|key| &*key.name).collect();
    assert_eq!(names.len(), 2);
    assert_ne!(names[0], names[1]);
}

#[test]
fn another_passphrase_than_the_stored_keys_have_is_refused_and_nothing_is_written() {
    let lab = lab();
    let writer = lab.workspace.writer().unwrap();
    writer.import(vec![Item::Key(lab.entry("a@a.example"))], &party("a@a.example"), Some(&secret())).unwrap();
    let before = every_file(lab.workspace.root());
    let items = vec![Item::Key(lab.entry("b@a.example"))];
    let wrong = Passphrase::new("wrong");
    let error = writer.import(items.clone(), &party("b@a.example"), Some(&wrong)).unwrap_err();
    assert!(matches!(error, WorkspaceError::PassphraseWrong(_)), "{error}");
    let error = writer.import(items, &party("b@a.example"), None).unwrap_err();
    assert!(matches!(error, WorkspaceError::PassphraseNeeded), "{error}");
    assert_eq!(every_file(lab.workspace.root()), before);
}

#[test]
fn a_wrong_passphrase_locks_every_key_and_says_so() {
    let lab = lab();
    let writer = lab.workspace.writer().unwrap();
    writer.import(vec![Item::Key(lab.entry("a@a.example"))], &party("a@a.example"), Some(&secret())).unwrap();
    let contents = lab.workspace.load(Some(&Passphrase::new("wrong")));
    assert_eq!(contents.unlocking, Unlocking::WrongPassphrase);
    assert_eq!(contents.locked_keys(), 1);
}

#[test]
fn a_damaged_file_is_reported_by_name_and_the_rest_loads() {
    let lab = lab();
    let bob = party("bob@b.example");
    let writer = lab.workspace.writer().unwrap();
    writer.import(vec![Item::Key(lab.entry("bob@b.example"))], &bob, Some(&secret())).unwrap();
    writer.add_anchors(&lab.anchor(), &bob, AnchorDirection::Both).unwrap();
    let folder = lab.workspace.root().join("parties/bob@b.example");
    fs::write(folder.join("certificates/broken.pem"), b"-----BEGIN CERTIFICATE-----\nAAAA\n").unwrap();
    fs::write(folder.join("keys/truncated.p12"), b"\x30\x82\x0a\x00\x02\x01\x03").unwrap();
    fs::write(folder.join("notes.txt"), b"mine").unwrap();
    fs::create_dir(lab.workspace.root().join("parties/not a party")).unwrap();

    let contents = lab.workspace.load(Some(&secret()));
    let sentences: Vec<&str> = contents.problems.iter().map(|problem| &*problem.sentence).collect();
    assert_eq!(sentences.len(), 3, "{sentences:?}");
    for name in ["broken.pem", "truncated.p12", "not a party"] {
        assert!(sentences.iter().any(|sentence| sentence.contains(name)), "{name}: {sentences:?}");
    }
    let bob = contents.parties.named(&bob).unwrap();
    assert_eq!((bob.keys.len(), bob.locked.len(), bob.incoming.anchors().len()), (1, 1, 1));
    assert_eq!(contents.unlocking, Unlocking::Opened);
    assert!(folder.join("notes.txt").exists());
}

#[test]
fn a_party_with_any_name_comes_back_from_its_folder() {
    let lab = lab();
    let writer = lab.workspace.writer().unwrap();
    let long = format!("{}@{}.example", "é".repeat(30), ["x".repeat(60).as_str(); 3].join("."));
    let names = ["\"../../up\"@d.example", "\".hidden\"@d.example", "Bob@d.example", "aux.example", long.as_str()];
    for name in names {
        writer.add_anchors(&lab.anchor(), &party(name), AnchorDirection::Incoming).unwrap();
    }
    let contents = lab.workspace.load(None);
    assert!(contents.problems.is_empty(), "{:?}", contents.problems);
    for name in names {
        assert!(contents.parties.all().iter().any(|kept| kept.name == party(name)), "{name}");
    }
    assert_eq!(fs::read_dir(lab.folder.path()).unwrap().count(), 1);
}

#[test]
fn an_anchor_is_added_for_one_direction_and_removed_by_fingerprint() {
    let lab = lab();
    let bob = party("b.example");
    let writer = lab.workspace.writer().unwrap();
    writer.add_anchors(&lab.anchor(), &bob, AnchorDirection::Outgoing).unwrap();
    let contents = lab.workspace.load(None);
    let kept = contents.parties.named(&bob).unwrap();
    assert!(kept.incoming.is_empty() && kept.outgoing.anchors()[0].name == "lab-root");
    let fingerprint = lab.root.certificate().fingerprint_colons();
    writer.remove_anchor(&bob, &fingerprint, AnchorDirection::Both).unwrap();
    assert!(lab.workspace.load(None).parties.named(&bob).unwrap().outgoing.is_empty());
    let error = writer.remove_anchor(&bob, "lab-root", AnchorDirection::Both).unwrap_err();
    assert!(matches!(error, WorkspaceError::NotFound { .. }), "{error}");
}

#[test]
fn one_certificate_of_a_bundle_is_removed_and_the_others_stay() {
    let lab = lab();
    let writer = lab.workspace.writer().unwrap();
    let folder = lab.workspace.root().join("authorities");
    fs::create_dir(&folder).unwrap();
    let (one, two) = (lab.entry("a@a.example"), lab.entry("b@a.example"));
    fs::write(folder.join("bundle.pem"), export::chain_pem([one.certificate(), two.certificate()])).unwrap();
    writer.remove_authority("bundle").unwrap();
    let kept = lab.workspace.load(None).authorities;
    assert_eq!(kept.iter().map(|kept| &kept.certificate).collect::<Vec<_>>(), [two.certificate()]);
}

#[test]
fn an_exported_key_opens_with_its_own_passphrase() {
    let lab = lab();
    let entry = lab.entry("bob@b.example");
    let bob = party("bob@b.example");
    lab.workspace.writer().unwrap().import(vec![Item::Key(entry.clone())], &bob, Some(&secret())).unwrap();
    let taken = Passphrase::new("to go");
    let octets = lab.workspace.export_key(&bob, entry.certificate().sha256(), &secret(), &taken).unwrap();
    let items = container::read(&octets, Some(&taken)).unwrap();
    assert!(items.iter().any(|item| matches!(item, Item::Key(key) if key.certificate() == entry.certificate())));
    let error = lab.workspace.export_key(&bob, "bob@b.example", &taken, &taken).unwrap_err();
    assert!(matches!(error, WorkspaceError::PassphraseWrong(_)), "{error}");
}

#[test]
fn a_removed_key_leaves_its_certificate() {
    let lab = lab();
    let entry = lab.entry("bob@b.example");
    let bob = party("bob@b.example");
    let writer = lab.workspace.writer().unwrap();
    writer.import(vec![Item::Key(entry.clone())], &bob, Some(&secret())).unwrap();
    writer.remove_key(&bob, entry.certificate().sha256()).unwrap();
    let contents = lab.workspace.load(Some(&secret()));
    assert_eq!(contents.unlocking, Unlocking::NoKeys);
    assert_eq!(contents.parties.named(&bob).unwrap().certificates.len(), 1);
}

#[test]
fn the_second_writer_is_told_and_a_reader_is_not_stopped() {
    let lab = lab();
    let _first = lab.workspace.writer().unwrap();
    assert!(matches!(lab.workspace.writer(), Err(WorkspaceError::Locked { .. })));
    assert!(lab.workspace.load(None).problems.is_empty());
}

#[test]
fn a_damaged_settings_file_is_an_error_and_is_not_written_over() {
    let lab = lab();
    let path = lab.workspace.root().join("workspace.toml");
    fs::write(&path, "profile = [").unwrap();
    let sentence = lab.workspace.settings().unwrap_err().to_string();
    assert!(sentence.contains("workspace.toml, line 1"), "{sentence}");
    assert!(lab.workspace.writer().unwrap().save_settings(&Settings::default()).is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), "profile = [");
}

#[test]
fn a_saved_message_comes_back_with_its_envelope() {
    let lab = lab();
    let writer = lab.workspace.writer().unwrap();
    let envelope = Envelope {
        reverse_path: ReversePath::Mailbox(Address::parse("a@a.example").unwrap()),
        forward_paths: vec![Address::parse("b@b.example").unwrap()],
        message: Buffer::new(BufferName::Received, b"From: a@a.example\r\n\r\n.dots\r\n..\r\n".as_slice()),
        origin: EnvelopeOrigin::Explicit,
    };
    let first = writer.save_message("Lab result", &envelope).unwrap();
    let second = writer.save_message("Lab result", &envelope).unwrap();
    assert_eq!((first.id.as_str(), second.id.as_str()), ("lab-result", "lab-result-2"));
    let kept = lab.workspace.message("lab-result").unwrap().remove(0);
    assert_eq!(kept.message.octets(), envelope.message.octets());
    assert_eq!(kept.forward_paths, envelope.forward_paths);

    writer.save_outcome("lab-result", &serde_json::json!({"verdict": "accepted"})).unwrap();
    assert_eq!(lab.workspace.outcome("lab-result").unwrap().unwrap()["verdict"], "accepted");
    writer.remove_message("lab-result").unwrap();
    assert_eq!(lab.workspace.outcome("lab-result").unwrap(), None);
    assert_eq!(lab.workspace.messages().0.len(), 1);
}

#[test]
fn an_import_that_fails_half_way_leaves_nothing_behind() {
    let lab = lab();
    let folder = lab.workspace.root().join("parties/bob@b.example");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("certificates"), b"in the way").unwrap();
    let before = every_file(lab.workspace.root());
    let items = vec![Item::Key(lab.entry("bob@b.example"))];
    let error = lab.workspace.writer().unwrap().import(items, &party("bob@b.example"), Some(&secret())).unwrap_err();
    assert!(error.to_string().contains("certificates"), "{error}");
    assert_eq!(every_file(lab.workspace.root()), before);
}

#[test]
fn a_folder_that_cannot_be_listed_is_reported_by_name() {
    let lab = lab();
    fs::write(lab.workspace.root().join("parties"), b"a file").unwrap();
    let problems = lab.workspace.load(None).problems;
    assert!(problems.len() == 1 && problems[0].sentence.contains("parties"), "{problems:?}");
}

#[test]
fn a_workspace_that_is_not_there_or_is_a_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none");
    assert!(Workspace::open(&missing).unwrap_err().to_string().contains("There is no workspace at"));
    fs::write(&missing, b"x").unwrap();
    assert!(Workspace::open_or_create(&missing).unwrap_err().to_string().contains("is a file, not a workspace folder"));
}

mod documents {
    use super::*;

    fn sentence(path: &Path) -> String {
        let text = open_file(path, &Limits::DEFAULT).unwrap_err().to_string();
        assert!(text.contains(&path.display().to_string()) && !text.contains('\n'), "{text}");
        text
    }

    #[test]
    fn what_cannot_be_opened_is_one_sentence_with_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        assert!(sentence(&at("missing.eml")).contains("there is no such file"));
        fs::write(at("empty.eml"), b"").unwrap();
        assert!(sentence(&at("empty.eml")).contains("is empty"));
        fs::write(at("noise.bin"), b"\x00\xff\xfe\x01noise").unwrap();
        assert!(sentence(&at("noise.bin")).contains("neither a message nor a key"));
        fs::File::create(at("huge.eml")).unwrap().set_len(200 << 20).unwrap();
        assert!(sentence(&at("huge.eml")).contains("200 MiB, more than the 64 MiB"));
    }

    #[test]
    fn a_locked_container_asks_for_its_passphrase_and_a_wrong_one_is_told_from_damage() {
        let lab = lab();
        let octets = container::write_pkcs12(&lab.entry("a@a.example"), &secret()).unwrap();
        let path = lab.folder.path().join("key.p12");
        fs::write(&path, &octets).unwrap();
        assert!(matches!(open_file(&path, &Limits::DEFAULT), Err(DocumentError::PassphraseNeeded(_))));
        let wrong = open_with(&path, Some(&Passphrase::new("x")), &Limits::DEFAULT);
        assert!(matches!(wrong, Err(DocumentError::PassphraseWrong(_))), "{wrong:?}");
        let opened = open_with(&path, Some(&secret()), &Limits::DEFAULT).unwrap();
        assert!(matches!(opened, Opened::Items(items) if !items.is_empty()));
        fs::write(&path, &octets[..octets.len() / 2]).unwrap();
        let cut = open_with(&path, Some(&secret()), &Limits::DEFAULT);
        assert!(matches!(cut, Err(DocumentError::Container { .. })), "{cut:?}");
    }

    #[test]
    fn a_message_is_known_by_its_header_whatever_the_file_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("message.p12");
        fs::write(&path, b"From: a@a.example\r\nTo: b@b.example\r\n\r\nHi\r\n").unwrap();
        let Opened::Messages(messages) = open_file(&path, &Limits::DEFAULT).unwrap() else { panic!("a message") };
        assert_eq!(messages[0].envelope.origin, EnvelopeOrigin::Derived);
        assert!(!messages[0].findings.is_empty());
    }

    #[test]
    fn a_workspace_folder_is_known() {
        let lab = lab();
        let opened = open_file(lab.workspace.root(), &Limits::DEFAULT).unwrap();
        assert!(matches!(opened, Opened::Workspace(root) if root == lab.workspace.root()));
    }

    #[test]
    fn a_message_that_is_too_large_to_be_judged_is_mapped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large.eml");
        let octets = b"From: a@a.example\r\nTo: b@b.example\r\n\r\nHi\r\n";
        fs::write(&path, octets).unwrap();
        let limits = |message_octets, opened_octets| Limits { message_octets, opened_octets, ..Limits::DEFAULT };
        let Ok(Opened::Messages(messages)) = open_file(&path, &limits(10, 100)) else { panic!("a message") };
        assert_eq!((messages[0].name.as_str(), messages[0].envelope.forward_paths.len()), ("large", 1));
        fs::write(&path, [octets.as_slice(), b"more"].concat()).unwrap();
        assert!(!messages[0].envelope.message.is_intact() && messages[0].envelope.message.octets().is_empty());
        let opened = open_file(&path, &limits(10, 20));
        assert!(matches!(opened, Err(DocumentError::TooLarge { limit: 20, .. })), "{opened:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_refused_before_it_can_block() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert!(sentence(&path).contains("pipe or a device"));
    }
}

#[test]
fn a_bare_cms_opens_as_the_message_that_would_carry_it_and_a_bundle_as_its_certificates() {
    let lab = lab();
    let bob = lab.entry("bob@b.example");
    let sealed = crate::smime::encrypt(b"hello", &[bob.certificate().clone()], &Default::default()).unwrap();
    for octets in [sealed.clone(), crate::pki::pem::encode("CMS", &sealed).into_bytes()] {
        let opened = open_octets(Path::new("a/smime.p7m"), octets, None, &Limits::DEFAULT).unwrap();
        let Opened::Messages(messages) = opened else { panic!("{opened:?}") };
        assert_eq!((messages.len(), messages[0].name.as_str()), (1, "smime"));
        let inspection = crate::smime::inspect(&messages[0].envelope.message, &Limits::DEFAULT);
        assert_eq!(inspection.layers[0].facts.as_ref().unwrap().buffer.octets(), sealed);
    }
    let options = crate::smime::SigningOptions::at(FROM);
    let signed = crate::smime::sign_detached(b"hello", std::slice::from_ref(&bob), &options).unwrap();
    let opened = open_octets(Path::new("smime.p7s"), signed, None, &Limits::DEFAULT).unwrap();
    assert!(matches!(opened, Opened::Messages(_)));
    let pem = bob.certificate().pem().into_bytes();
    let opened = open_octets(Path::new("bob.pem"), pem, None, &Limits::DEFAULT).unwrap();
    assert!(matches!(opened, Opened::Items(items) if items.len() == 1));
}
