//! The store on the command line, and wrong inputs: one sentence each, and nothing stored is lost.
#![cfg(test)]

#[path = "support/command.rs"]
mod command;

use std::fs;

use command::{Done, Scratch, command, content, demo_folder, home, key_files, one_sentence, run};

#[test]
fn inspect_shows_certificates_and_keys_too() {
    let scratch = Scratch::new();
    let (p12, pem) = key_files(&scratch, "dora@d.example", "secret");
    let done = run(&["inspect", &pem]);
    assert_eq!(done.exit, 0, "{}", done.stderr);
    assert!(done.text().contains("dora@d.example"), "{}", done.text());
    let key = run(&["inspect", &p12, "--file-passphrase", "secret", "--json"]);
    assert_eq!(key.object()["items"][0]["kind"], "key", "{}", key.stderr);
    one_sentence(&run(&["inspect", &p12]), 1, &["key.p12", "--file-passphrase"]);
}

#[test]
fn keys_are_imported_listed_exported_and_removed() {
    let scratch = Scratch::new();
    let workspace = scratch.path("workspace");
    let (p12, _) = key_files(&scratch, "dora@d.example", "secret");
    let words = scratch.file("words.txt", "of the workspace\n");
    let store = ["--workspace", &workspace, "--passphrase-file", &words];
    let with = |arguments: &[&str]| run(&[arguments, &store].concat());

    let imported = with(&["keys", "import", &p12, "--for", "dora@d.example", "--file-passphrase", "secret", "--json"]);
    assert_eq!(imported.exit, 0, "{}", imported.stderr);
    let name = imported.object()["imported"][0]["name"].as_str().unwrap().to_owned();

    let listed = with(&["keys", "list", "--json"]).object();
    assert_eq!(listed["schema"], "sealscope.keys/1");
    assert_eq!(listed["keys"][0]["party"], "dora@d.example");
    assert_eq!(listed["keys"][0]["certificate"]["sha256"].as_str().unwrap().len(), 64);

    let out = scratch.path("exported.p12");
    let exported = with(&["keys", "export", &name, "--for", "dora@d.example", "-o", &out, "--file-passphrase", "new"]);
    assert_eq!(exported.exit, 0, "{}", exported.stderr);
    assert_eq!(run(&["inspect", &out, "--file-passphrase", "new"]).exit, 0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
    }

    assert_eq!(with(&["keys", "remove", &name, "--for", "dora@d.example"]).exit, 0);
    assert_eq!(with(&["keys", "list", "--json"]).object()["keys"], serde_json::json!([]));
    one_sentence(&with(&["keys", "remove", &name, "--for", "dora@d.example"]), 1, &["list"]);
}

#[test]
fn a_generated_key_secures_mail_to_itself() {
    let scratch = Scratch::new();
    let workspace = scratch.path("workspace");
    let words = scratch.file("words.txt", "secret");
    let store = ["--workspace", &workspace, "--passphrase-file", &words];
    let with = |arguments: &[&str]| run(&[arguments, &store].concat());
    assert_eq!(with(&["keys", "generate", "--for", "d.example", "--key", "p-256"]).exit, 0);
    let pem = format!("{workspace}/parties/d.example/certificates");
    let pem = fs::read_dir(pem).unwrap().next().unwrap().unwrap().path();
    assert_eq!(with(&["anchors", "add", pem.to_str().unwrap(), "--for", "d.example"]).exit, 0);
    let letter = scratch.file("letter.eml", "From: a@d.example\r\nTo: b@d.example\r\n\r\nhello\r\n");
    let out = scratch.path("out.eml");
    let sent = with(&["outgoing", &letter, "-o", &out]);
    assert_eq!(sent.exit, 0, "{}", sent.text());
    let received = with(&["incoming", &out]);
    assert_eq!(received.exit, 0, "{}", received.text());
}

#[test]
fn anchors_certificates_authorities_and_lists_come_and_go() {
    let scratch = Scratch::new();
    let workspace = scratch.path("workspace");
    let root = fs::read_dir(format!("{}/parties/a.example/anchors/incoming", demo_folder())).unwrap().next();
    let root = root.unwrap().unwrap().path();
    let root = root.to_str().unwrap();
    let crl = fs::read_dir(format!("{}/crls", demo_folder())).unwrap().next().unwrap().unwrap().path();
    let with = |arguments: &[&str]| {
        let done = run(&[arguments, &["--workspace", &workspace, "--json"]].concat());
        assert_eq!(done.exit, 0, "{arguments:?}: {}", done.stderr);
        done.object()
    };
    with(&["anchors", "add", root, "--for", "d.example", "--direction", "incoming"]);
    let anchors = with(&["anchors", "list"]);
    assert_eq!(anchors["anchors"].as_array().unwrap().len(), 1);
    assert_eq!(anchors["anchors"][0]["direction"], "incoming");
    let name = anchors["anchors"][0]["name"].as_str().unwrap();
    with(&["anchors", "remove", name, "--for", "d.example"]);
    assert_eq!(with(&["anchors", "list"])["anchors"], serde_json::json!([]));

    with(&["certs", "import", root, "--for", "dora@d.example"]);
    let certificates = with(&["certs", "list", "--for", "dora@d.example"]);
    let sha256 = certificates["certificates"][0]["certificate"]["sha256"].as_str().unwrap();
    with(&["certs", "remove", sha256, "--for", "dora@d.example"]);

    let imported = with(&["authorities", "import", root]);
    with(&["authorities", "remove", imported["imported"][0]["name"].as_str().unwrap()]);

    with(&["crls", "import", crl.to_str().unwrap()]);
    let lists = with(&["crls", "list"]);
    with(&["crls", "remove", lists["crls"][0]["name"].as_str().unwrap()]);
}

#[test]
fn a_file_that_cannot_be_read_is_one_sentence() {
    let scratch = Scratch::new();
    let empty = scratch.file("empty.eml", "");
    let sparse = scratch.path("sparse.eml");
    fs::File::create(&sparse).unwrap().set_len(200 << 20).unwrap();
    let folder = scratch.path("folder");
    fs::create_dir(&folder).unwrap();
    for verb in ["incoming", "outgoing", "inspect"] {
        one_sentence(&run(&[verb, &scratch.path("missing.eml")]), 1, &["missing.eml", "no such file"]);
        one_sentence(&run(&[verb, &empty]), 1, &["empty.eml", "empty"]);
        one_sentence(&run(&[verb, &sparse]), 1, &["sparse.eml", "64 MiB"]);
        one_sentence(&run(&[verb, &folder]), 1, &["folder", "name a file"]);
    }
    for file in [&empty, &sparse, &folder] {
        let store = scratch.path("store");
        assert_eq!(run(&["anchors", "add", file, "--for", "d.example", "--workspace", &store]).exit, 1);
    }
}

#[test]
fn a_wrong_passphrase_is_one_sentence_and_nothing_is_lost() {
    let scratch = Scratch::new();
    let (p12, _) = key_files(&scratch, "dora@d.example", "secret");
    let workspace = scratch.path("workspace");
    let words = scratch.file("words.txt", "right");
    let wrong = scratch.file("wrong.txt", "wrong");
    let import = ["keys", "import", &p12, "--for", "dora@d.example", "--workspace", &workspace, "--file-passphrase"];
    assert_eq!(run(&[&import[..], &["secret", "--passphrase-file", &words]].concat()).exit, 0);
    let before = content(&workspace);

    one_sentence(&run(&[&import[..], &["guess", "--passphrase-file", &words]].concat()), 1, &["key.p12", "passphrase"]);
    one_sentence(&run(&[&import[..], &["secret", "--passphrase-file", &wrong]].concat()), 1, &["passphrase"]);
    let letter = scratch.file("letter.eml", "From: dora@d.example\r\nTo: dora@d.example\r\n\r\nx\r\n");
    let opened = run(&["incoming", &letter, "--workspace", &workspace, "--passphrase-file", &wrong]);
    one_sentence(&opened, 1, &["passphrase", "SEALSCOPE_PASSPHRASE"]);
    let unasked = run(&["incoming", &letter, "--workspace", &workspace]);
    one_sentence(&unasked, 1, &["--passphrase-file", "SEALSCOPE_PASSPHRASE"]);
    assert_eq!(content(&workspace), before);

    let mut by_environment = command(&["incoming", &letter, "--workspace", &workspace]);
    let done = Done::from(by_environment.env("SEALSCOPE_PASSPHRASE", "right").output().unwrap());
    assert_eq!(done.exit, 3, "the message is not encrypted, but the keys opened: {}", done.stderr);
}

#[test]
fn damaged_and_incomplete_keys_are_refused_and_nothing_is_lost() {
    let scratch = Scratch::new();
    let (p12, pem) = key_files(&scratch, "dora@d.example", "secret");
    let workspace = scratch.path("workspace");
    let words = scratch.file("words.txt", "right");
    let store = ["--for", "dora@d.example", "--workspace", &workspace, "--passphrase-file", &words];
    let import = |file: &str| run(&[&["keys", "import", file, "--file-passphrase", "secret"][..], &store].concat());
    assert_eq!(import(&p12).exit, 0);
    let before = content(&workspace);

    let whole = fs::read(&p12).unwrap();
    let truncated = scratch.file("truncated.p12", &whole[..whole.len() / 2]);
    one_sentence(&import(&truncated), 1, &["truncated.p12"]);
    one_sentence(&import(&pem), 1, &["certificate.pem", "no private key"]);
    let bare = openssl::pkey::PKey::generate_ed25519().unwrap().private_key_to_pem_pkcs8().unwrap();
    let bare = scratch.file("bare.pem", bare);
    one_sentence(&import(&bare), 1, &["bare.pem", "certificate"]);
    let text = scratch.file("text.p12", "this is no key");
    one_sentence(&import(&text), 1, &["text.p12"]);
    assert_eq!(content(&workspace), before);
}

#[test]
fn a_workspace_that_cannot_be_used_is_one_sentence() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    one_sentence(&run(&["keys", "list", "--workspace", &scratch.path("none")]), 1, &["none", "no workspace"]);
    let file = scratch.file("file", "x");
    one_sentence(&run(&["keys", "list", "--workspace", &file]), 1, &["file", "folder"]);
    let locked = scratch.path("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    // Whoever runs the tests as root can read every folder: then there is nothing to refuse.
    if fs::read_dir(&locked).is_err() {
        one_sentence(&run(&["keys", "list", "--workspace", &locked]), 1, &["locked", "permission denied"]);
    }
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn reading_the_default_workspace_does_not_make_it() {
    let done = run(&["keys", "list", "--json"]);
    assert_eq!(done.exit, 0, "{}", done.stderr);
    assert_eq!(done.object()["keys"], serde_json::json!([]));
    assert_eq!(fs::read_dir(home()).unwrap().count(), 0);
}
