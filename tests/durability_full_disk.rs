//! The disk is full, a quota is used up, or the disk fails, at every step of every write: the sentence says what to do, what
//! was committed is whole, nothing half written stays, and the same change succeeds once there is room.
#![cfg(test)]
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/durability.rs"]
mod durability;

use std::io::{self, BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use command::Scratch;
use durability::{STEPS, Script, in_memory, neither, private_folder, secret, stored, temporaries, whole};
use sealscope::workspace::Workspace;
use sealscope::workspace::durable::{Disk, Existing, Readers};
use sealscope::workspace::storage::{Storage, System};
use tempfile::NamedTempFile;

/// Refuses one step, the `n`th, and those after it; of a content half is written first.
#[derive(Debug)]
struct Failing {
    left: AtomicUsize,
    errno: i32,
}

impl Failing {
    fn after(steps: usize, errno: i32) -> Arc<Self> {
        Arc::new(Self { left: AtomicUsize::new(steps), errno })
    }

    fn was_reached(&self) -> bool {
        self.left.load(Ordering::SeqCst) == 0
    }

    fn pass(&self) -> io::Result<()> {
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.map(drop).map_err(|_| io::Error::from_raw_os_error(self.errno))
    }
}

impl Storage for Failing {
    fn begin(&self, folder: &Path, readers: Readers) -> io::Result<NamedTempFile> {
        self.pass().and_then(|()| System.begin(folder, readers))
    }

    fn fill(&self, file: &mut NamedTempFile, octets: &[u8]) -> io::Result<()> {
        if let Err(error) = self.pass() {
            System.fill(file, &octets[..octets.len() / 2])?;
            return Err(error);
        }
        System.fill(file, octets)
    }

    fn sync_file(&self, file: &NamedTempFile) -> io::Result<()> {
        self.pass().and_then(|()| System.sync_file(file))
    }

    fn place(&self, file: NamedTempFile, path: &Path, existing: Existing) -> io::Result<()> {
        self.pass().and_then(|()| System.place(file, path, existing))
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.pass().and_then(|()| System.sync_folder(folder))
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.pass().and_then(|()| System.create_folder(path))
    }
}

const KINDS: [(&str, i32, &str); 3] = [
    ("ENOSPC", 28, "the disk is full; free some space and try again"),
    ("EDQUOT", if cfg!(target_os = "linux") { 122 } else { 69 }, "free some space and try again"),
    ("EIO", 5, ""),
];

#[test]
fn a_write_that_is_refused_at_any_step_leaves_what_was_there_and_succeeds_later() {
    let folder = in_memory();
    let root = folder.path().join("w");
    Workspace::open_or_create(&root).unwrap();
    let script = Script::new();
    let (mut refusals, mut at) = (0, 0);
    for step in &STEPS {
        let before = stored(&root);
        loop {
            let (kind, errno, words) = KINDS[at % KINDS.len()];
            let storage = Failing::after(at / KINDS.len(), errno);
            let workspace = Workspace::open(&root).unwrap().on(Disk::on(Arc::<Failing>::clone(&storage)));
            let outcome = step.run(&script, &workspace.writer().unwrap());
            let Err(error) = outcome else { break };
            let sentence = error.to_string();
            assert!(sentence.starts_with("Cannot ") && sentence.contains(root.to_str().unwrap()), "{sentence}");
            assert!(sentence.contains(words), "{kind} in {}: {sentence}", step.name);
            assert_eq!(temporaries(&root), Vec::<PathBuf>::new(), "{kind} in {}", step.name);
            whole(&root, None);
            assert!(storage.was_reached());
            (refusals, at) = (refusals + 1, at + 1);
        }
        at = 0;
        // There was room in the end: the change that was refused before is done, over whatever the refusals left.
        let after = stored(&root);
        assert_eq!(neither(&after, &before, &after), None);
        step.run(&script, &Workspace::open(&root).unwrap().writer().unwrap()).unwrap();
    }
    whole(&root, Some(&secret()));
    writeln!(io::stderr(), "{} changes refused {refusals} times, at each step, nothing lost", STEPS.len()).unwrap();
}

/// A file system of its own that is small, in a namespace of its own; it goes away with the shell that mounted it.
struct SmallDisk {
    shell: Child,
    answers: BufReader<std::process::ChildStdout>,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl SmallDisk {
    fn mount(octets: usize) -> Option<Self> {
        let folder = private_folder();
        let mut shell = Command::new("unshare")
            .args(["--mount", "--map-root-user", "sh"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let answers = BufReader::new(shell.stdout.take().unwrap());
        let inside = PathBuf::from(format!("/proc/{}/root{}", shell.id(), folder.path().display()));
        let mut disk = Self { shell, answers, path: inside, _folder: folder };
        let place = disk._folder.path().display().to_string();
        let mounted = disk.tell(&format!("mount -t tmpfs -o size={octets} tmpfs {place}"));
        mounted.then_some(disk)
    }

    fn enlarge(&mut self, octets: usize) {
        let place = self._folder.path().display().to_string();
        assert!(self.tell(&format!("mount -o remount,size={octets} {place}")), "no more room could be made");
    }

    fn tell(&mut self, command: &str) -> bool {
        let written = self.shell.stdin.as_mut().map(|stdin| writeln!(stdin, "{command} && echo done || echo failed"));
        let mut answer = String::new();
        written.is_some_and(|written| written.is_ok())
            && self.answers.read_line(&mut answer).is_ok()
            && answer.trim() == "done"
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

/// A small disk, or a loud word that there is none; with `SEALSCOPE_REQUIRE_PEERS=1` that is a failure.
fn small_disk(octets: usize) -> Option<SmallDisk> {
    let disk = SmallDisk::mount(octets);
    if disk.is_none() {
        assert!(std::env::var_os("SEALSCOPE_REQUIRE_PEERS").is_none(), "no small file system could be mounted");
        writeln!(io::stderr(), "SKIPPED: no small file system could be mounted here").unwrap();
    }
    disk
}

#[test]
fn a_disk_that_is_really_full_is_said_and_the_same_command_succeeds_once_there_is_room() {
    let Some(mut disk) = small_disk(128 << 10) else { return };
    let scratch = Scratch::new();
    let words = scratch.file("words", "of the workspace\n");
    let root = disk.path.join("w");
    let root_name = root.to_str().unwrap().to_owned();
    let generate = |number: usize| {
        let party = format!("user{number}@d.example");
        let with = ["--workspace", &root_name, "--passphrase-file", &words];
        command::run(&[&["keys", "generate", "--key", "p-256", "--for", &party], &with[..]].concat())
    };
    let mut committed = stored_after(&generate(0), &root);
    let refused = (1..60).find_map(|number| {
        let done = generate(number);
        if done.exit == 0 {
            committed = stored_after(&done, &root);
            return None;
        }
        Some((number, done))
    });
    let (number, done) = refused.expect("the disk never was full");
    assert_eq!(done.exit, 1);
    assert!(done.stderr.contains("the disk is full; free some space and try again"), "{}", done.stderr);
    assert!(done.stderr.contains(&root_name), "{}", done.stderr);
    let after = stored(&root);
    for (path, octets) in &committed {
        assert_eq!(after.get(path), Some(octets), "{}", path.display());
    }
    assert_eq!(temporaries(&root), Vec::<PathBuf>::new());
    whole(&root, Some(&secret()));
    disk.enlarge(1 << 20);
    let again = generate(number);
    assert_eq!(again.exit, 0, "{}", again.stderr);
    whole(&root, Some(&secret()));
    writeln!(io::stderr(), "a disk of 128 KiB was full after {number} keys; what was stored is whole").unwrap();
}

fn stored_after(done: &command::Done, root: &Path) -> std::collections::BTreeMap<PathBuf, Vec<u8>> {
    assert_eq!(done.exit, 0, "{}", done.stderr);
    stored(root)
}

#[test]
fn a_full_disk_leaves_a_report_and_a_message_as_they_were() {
    let Some(disk) = small_disk(64 << 10) else { return };
    let message = command::message("01-good");
    let outputs =
        [("report", "report.html", "--force"), ("incoming", "opened.eml", "--quiet")].map(|(verb, name, how)| {
            let out = disk.path.join(name);
            std::fs::write(&out, "kept").unwrap();
            (verb, out, how)
        });
    let mut filler = std::fs::File::create(disk.path.join("filler")).unwrap();
    while filler.write_all(&[0; 512]).is_ok() {}
    for (verb, out, how) in outputs {
        let name = out.to_str().unwrap();
        let done = command::run(&[verb, &message, "--workspace", command::demo_folder(), "-o", name, how]);
        assert_eq!(done.exit, 1, "{verb}: {}", done.stderr);
        assert!(done.stderr.contains(name), "{}", done.stderr);
        assert!(done.stderr.contains("the disk is full: free some space and try again"), "{}", done.stderr);
        assert_eq!(std::fs::read(&out).unwrap(), b"kept", "{verb}");
    }
    assert_eq!(std::fs::read_dir(&disk.path).unwrap().count(), 3, "no half of a file stays");
}

#[cfg(feature = "gui")]
#[test]
fn a_full_disk_leaves_the_windows_settings_as_they_were() {
    let Some(disk) = small_disk(32 << 10) else { return };
    let path = disk.path.join("own/window.toml");
    let kept = sealscope::ui::settings::Settings { zoom: 1.25, ..Default::default() };
    kept.save(&path).unwrap();
    // Whatever is left is taken, down to the last block.
    let mut filler = std::fs::File::create(disk.path.join("filler")).unwrap();
    while filler.write_all(&[0; 512]).is_ok() {}
    let changed = sealscope::ui::settings::Settings { zoom: 2.0, ..Default::default() };
    assert_eq!(changed.save(&path).unwrap_err().kind(), io::ErrorKind::StorageFull);
    assert_eq!(sealscope::ui::settings::Settings::load(&path), kept);
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no half of a file stays");
}
