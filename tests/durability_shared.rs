//! Two programs on one workspace, and workspaces of older and newer versions of the program.
#![cfg(test)]
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/durability.rs"]
mod durability;

use std::fs;
use std::path::Path;
use std::process::Stdio;

use command::{Scratch, content, one_sentence, run};
use durability::{Script, stored, whole};
use sealscope::workspace::{Network, Settings, Workspace, party_name};

const OLD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/workspace-format-1/workspace");
const VERDICTS: &str = include_str!("vectors/workspace-format-1/verdicts.txt");
/// When the old workspace was made, so that its certificates are valid.
const THEN: &str = "2026-11-29T03:00:00Z";

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

fn old_workspace(scratch: &Scratch) -> String {
    let root = scratch.path("old");
    copy(Path::new(OLD), Path::new(&root));
    root
}

fn verdicts(root: &str) -> String {
    let lines = VERDICTS.lines().map(|line| {
        let id = line.split(' ').next().unwrap();
        let file = format!("{root}/messages/{id}.bsmtp");
        let outcome = run(&["incoming", &file, "--workspace", root, "--at", THEN, "--json"]).object();
        let code = outcome["rejection"]["code"].as_str().unwrap_or("-").to_owned();
        format!("{id} {} {code}\n", outcome["verdict"].as_str().unwrap())
    });
    lines.collect()
}

#[test]
fn while_one_program_writes_the_other_is_told_by_whom_and_reads_and_changes_nothing() {
    let scratch = Scratch::new();
    let root = scratch.path("w");
    let script = Script::new();
    let certificate = scratch.file("one.pem", script.goods.keys[1].certificate().pem());
    let workspace = Workspace::open_or_create(&root).unwrap();
    let writer = workspace.writer().unwrap();
    writer.add_anchors(&[script.goods.anchor()], &party_name("a@d.example").unwrap(), Default::default()).unwrap();
    let before = content(&root);
    let import = ["certs", "import", &certificate, "--for", "b@d.example", "--workspace", &root];
    let process = format!("(process {})", std::process::id());
    one_sentence(&run(&import), 1, &["is being written by another program", &process, "then try again"]);
    assert_eq!(content(&root), before);
    let listed = run(&["anchors", "list", "--workspace", &root, "--json"]).object();
    assert_eq!(listed["anchors"].as_array().unwrap().len(), 2, "what is there can be read");
    assert_eq!(run(&["workspace", "check", "--workspace", &root, "--json"]).object()["writing"], true);
    drop(writer);
    assert_eq!(run(&import).exit, 0);
    whole(Path::new(&root), None);
}

#[test]
fn of_many_programs_that_write_at_once_each_has_written_or_was_told_that_it_has_not() {
    let scratch = Scratch::new();
    let root = scratch.path("w");
    let script = Script::new();
    Workspace::open_or_create(&root).unwrap();
    let programs: Vec<_> = script
        .goods
        .keys
        .iter()
        .enumerate()
        .map(|(number, key)| {
            let file = scratch.file(&format!("{number}.pem"), key.certificate().pem());
            let import = ["certs", "import", &file, "--for", "b@d.example", "--workspace", &root];
            let child = command::command(&import).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
            (child, key.certificate().sha256())
        })
        .collect();
    let mut written = Vec::new();
    for (child, sha256) in programs {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        if output.status.success() {
            written.push(sha256);
        } else {
            assert!(said.contains("is being written by another program"), "{said}");
        }
    }
    let workspace = whole(Path::new(&root), None);
    let contents = workspace.load(None);
    let mut kept: Vec<&str> =
        contents.parties.all()[0].certificates.iter().map(|kept| kept.certificate.sha256()).collect();
    kept.sort_unstable();
    written.sort_unstable();
    assert_eq!(kept, written);
}

#[test]
fn settings_that_another_program_changed_meanwhile_are_not_written_over() {
    let scratch = Scratch::new();
    let workspace = Workspace::open_or_create(scratch.path("w")).unwrap();
    let stamp = workspace.stamp();
    let other = Workspace::open(workspace.root()).unwrap();
    other
        .writer()
        .unwrap()
        .change_settings(|settings| Settings { profile: "strict".to_owned(), ..settings.clone() })
        .unwrap();
    assert_ne!(workspace.stamp(), stamp, "the change is seen");
    workspace
        .writer()
        .unwrap()
        .change_settings(|settings| Settings { network: Network::Online, ..settings.clone() })
        .unwrap();
    let settings = workspace.settings().unwrap();
    assert_eq!((settings.profile.as_str(), settings.network), ("strict", Network::Online));
}

#[test]
fn a_workspace_of_format_1_is_read_as_it_is_and_judges_as_it_did() {
    let scratch = Scratch::new();
    let root = old_workspace(&scratch);
    let before = content(&root);
    assert_eq!(verdicts(&root), VERDICTS);
    let checked = run(&["workspace", "check", "--workspace", &root, "--json"]);
    assert_eq!((checked.exit, &checked.object()["format"]), (0, &serde_json::json!(1)), "{}", checked.text());
    assert_eq!(content(&root), before, "reading changes nothing");
}

#[test]
fn the_first_change_brings_format_1_to_this_format_says_so_and_keeps_what_it_changed() {
    let scratch = Scratch::new();
    let root = old_workspace(&scratch);
    let old = stored(Path::new(OLD));
    let script = Script::new();
    let certificate = scratch.file("one.pem", script.goods.keys[1].certificate().pem());
    let import = ["certs", "import", &certificate, "--for", "new@d.example", "--workspace", &root];
    let done = run(&import);
    assert_eq!(done.exit, 0, "{}", done.stderr);
    for words in ["from format 1 to 2", "one result without a message", "backup/format-1"] {
        assert!(done.stderr.contains(words) || words.starts_with("one"), "no “{words}” in: {}", done.stderr);
    }
    let new = stored(Path::new(&root));
    for (path, octets) in &old {
        let changed = new.get(path) != Some(octets);
        let kept = new.get(&Path::new("backup/format-1").join(path));
        assert!(!changed || kept == Some(octets), "{} changed without a copy", path.display());
    }
    assert!(new.keys().any(|path| path.ends_with("backup/format-1/outcomes/interrupted-removal.json")));
    assert!(!new.contains_key(Path::new("outcomes/interrupted-removal.json")));
    assert_eq!(verdicts(&root), VERDICTS);
    let checked = run(&["workspace", "check", "--workspace", &root, "--json"]).object();
    assert_eq!((&checked["format"], &checked["outcomes"]), (&serde_json::json!(2), &serde_json::json!(2)));
    assert!(!run(&import).stderr.contains("format"), "it is said once");
}

#[test]
fn a_newer_format_is_refused_with_its_version_and_nothing_is_written() {
    let scratch = Scratch::new();
    let root = old_workspace(&scratch);
    let settings = format!("{root}/workspace.toml");
    fs::write(&settings, "format = 7\nwritten_by = \"3.1.0\"\nprofile = \"of-the-future\"\n").unwrap();
    let before = content(&root);
    let words = ["format 7", "3.1.0", "update Sealscope", "nothing was changed"];
    one_sentence(&run(&["keys", "list", "--workspace", &root]), 1, &words);
    let certificate = scratch.file("one.pem", Script::new().goods.keys[1].certificate().pem());
    one_sentence(&run(&["certs", "import", &certificate, "--for", "a@d.example", "--workspace", &root]), 1, &words);
    assert_eq!(content(&root), before);
}

#[test]
fn a_migration_that_is_stopped_anywhere_is_finished_by_the_next_change() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use sealscope::workspace::durable::{Disk, Existing};
    use sealscope::workspace::storage::{Storage, System};

    /// Lets so many files be placed or removed, and no more.
    #[derive(Debug)]
    struct Stopping(AtomicUsize);
    impl Stopping {
        fn pass(&self) -> std::io::Result<()> {
            let left = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            left.map(drop).map_err(|_| std::io::Error::from_raw_os_error(28))
        }
    }
    impl Storage for Stopping {
        fn place(&self, file: tempfile::NamedTempFile, path: &Path, existing: Existing) -> std::io::Result<()> {
            self.pass().and_then(|()| System.place(file, path, existing))
        }
        fn remove_file(&self, path: &Path) -> std::io::Result<()> {
            self.pass().and_then(|()| System.remove_file(path))
        }
        fn create_folder(&self, path: &Path) -> std::io::Result<()> {
            self.pass().and_then(|()| System.create_folder(path))
        }
    }

    let scratch = Scratch::new();
    let finished = scratch.path("finished");
    copy(Path::new(OLD), Path::new(&finished));
    drop(Workspace::open(&finished).unwrap().writer().unwrap());
    let expected = stored(Path::new(&finished));
    let mut stops = 0;
    loop {
        let root = scratch.path(&format!("stopped-{stops}"));
        copy(Path::new(OLD), Path::new(&root));
        let stopping = Disk::on(Arc::new(Stopping(AtomicUsize::new(stops))));
        if Workspace::open(&root).unwrap().on(stopping).writer().is_ok() {
            break;
        }
        let workspace = whole(Path::new(&root), None);
        drop(workspace.writer().unwrap());
        assert_eq!(stored(Path::new(&root)), expected, "stopped before step {stops}");
        stops += 1;
    }
    assert!(stops >= 6, "{stops}");
}
