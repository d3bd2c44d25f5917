//! Power fails: whatever was not synced may be lost, names and contents each by themselves. What was committed is there.
//!
//! A kill leaves what the system holds in memory; a loss of power does not. Here the real steps of every write are
//! recorded, and the disk is rebuilt as it may be found after each of them. Run with `--nocapture`, it prints the figures.
#![cfg(test)]
#![cfg(unix)]

#[path = "support/durability.rs"]
mod durability;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use durability::{STEPS, Script, in_memory, neither, private_folder, stored, whole};
use sealscope::workspace::Workspace;
use sealscope::workspace::durable::{Disk, Existing, Readers};
use sealscope::workspace::storage::{Storage, System};
use tempfile::NamedTempFile;

/// One step of the storage, as it was done.
#[derive(Clone, Debug)]
enum Done {
    Began(PathBuf),
    Filled(PathBuf, Vec<u8>),
    SyncedFile(PathBuf),
    Placed(PathBuf, PathBuf),
    SyncedFolder(PathBuf),
    RemovedFile(PathBuf),
    MadeFolder(PathBuf),
    RemovedFolder(PathBuf),
    /// The change as a whole: its call gave back.
    Committed,
}

/// Does what the system does and writes down what that was.
#[derive(Debug, Default)]
struct Recorder(Mutex<Vec<Done>>);

impl Recorder {
    fn note(&self, done: Done) -> io::Result<()> {
        self.0.lock().unwrap().push(done);
        Ok(())
    }
}

impl Storage for Recorder {
    fn begin(&self, folder: &Path, readers: Readers) -> io::Result<NamedTempFile> {
        let file = System.begin(folder, readers)?;
        self.note(Done::Began(file.path().to_owned()))?;
        Ok(file)
    }

    fn fill(&self, file: &mut NamedTempFile, octets: &[u8]) -> io::Result<()> {
        System.fill(file, octets)?;
        self.note(Done::Filled(file.path().to_owned(), octets.to_vec()))
    }

    fn sync_file(&self, file: &NamedTempFile) -> io::Result<()> {
        System.sync_file(file)?;
        self.note(Done::SyncedFile(file.path().to_owned()))
    }

    fn place(&self, file: NamedTempFile, path: &Path, existing: Existing) -> io::Result<()> {
        let temporary = file.path().to_owned();
        System.place(file, path, existing)?;
        self.note(Done::Placed(temporary, path.to_owned()))
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        System.sync_folder(folder)?;
        self.note(Done::SyncedFolder(folder.to_owned()))
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        System.remove_file(path)?;
        self.note(Done::RemovedFile(path.to_owned()))
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        System.create_folder(path)?;
        self.note(Done::MadeFolder(path.to_owned()))
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        System.remove_folder(path)?;
        self.note(Done::RemovedFolder(path.to_owned()))
    }
}

/// What lies behind a name.
#[derive(Clone, Debug)]
enum Node {
    File { kept: Vec<u8>, now: Vec<u8> },
    Folder { kept: Names, now: Names, waiting: Vec<Names> },
}

type Names = BTreeMap<OsString, usize>;

/// How much of what was not synced has reached the disk all the same.
#[derive(Clone, Copy, Debug)]
enum Luck {
    Nothing,
    /// The names have, the contents have not: files are empty.
    Names,
    /// The contents have half.
    HalfOfContents,
    /// Of each folder's changes of names the first half.
    HalfOfNames,
    Everything,
}

const LUCK: [Luck; 5] = [Luck::Nothing, Luck::Names, Luck::HalfOfContents, Luck::HalfOfNames, Luck::Everything];

/// A disk that knows what it holds and what would survive.
struct Model {
    root: PathBuf,
    nodes: Vec<Node>,
}

impl Model {
    /// The folder as it is, all of it synced.
    fn of(root: &Path) -> Self {
        let mut model = Self { root: root.to_owned(), nodes: Vec::new() };
        model.take(root);
        model
    }

    fn take(&mut self, path: &Path) -> usize {
        let at = self.nodes.len();
        if path.is_file() {
            let octets = fs::read(path).unwrap();
            self.nodes.push(Node::File { kept: octets.clone(), now: octets });
            return at;
        }
        self.nodes.push(Node::Folder { kept: Names::new(), now: Names::new(), waiting: Vec::new() });
        let mut names = Names::new();
        for entry in fs::read_dir(path).unwrap() {
            let entry = entry.unwrap();
            names.insert(entry.file_name(), self.take(&entry.path()));
        }
        self.nodes[at] = Node::Folder { kept: names.clone(), now: names, waiting: Vec::new() };
        at
    }

    fn at(&self, path: &Path) -> usize {
        path.strip_prefix(&self.root).unwrap().iter().fold(0, |at, name| match &self.nodes[at] {
            Node::Folder { now, .. } => now[name],
            Node::File { .. } => panic!("{} is no folder", path.display()),
        })
    }

    fn rename(&mut self, folder: &Path, change: impl FnOnce(&mut Names)) {
        let at = self.at(folder);
        let Node::Folder { now, waiting, .. } = &mut self.nodes[at] else { panic!("no folder") };
        change(now);
        waiting.push(now.clone());
    }

    fn do_again(&mut self, done: &Done) {
        let name = |path: &Path| path.file_name().unwrap().to_owned();
        match done {
            Done::Began(path) => self.add(path, Node::File { kept: Vec::new(), now: Vec::new() }),
            Done::MadeFolder(path) => {
                self.add(path, Node::Folder { kept: Names::new(), now: Names::new(), waiting: Vec::new() });
            }
            Done::Filled(path, octets) => {
                let at = self.at(path);
                self.nodes[at] = Node::File { kept: Vec::new(), now: octets.clone() };
            }
            Done::SyncedFile(path) => {
                let at = self.at(path);
                if let Node::File { kept, now } = &mut self.nodes[at] {
                    kept.clone_from(now);
                }
            }
            Done::Placed(from, to) => {
                let (from, to) = (name(from), (name(to), to.parent().unwrap()));
                self.rename(to.1, |names| {
                    let node = names.remove(&from).unwrap();
                    names.insert(to.0, node);
                });
            }
            Done::RemovedFile(path) | Done::RemovedFolder(path) => {
                let name = name(path);
                self.rename(path.parent().unwrap(), |names| {
                    names.remove(&name);
                });
            }
            Done::SyncedFolder(path) => {
                // What lies above the workspace is synced too when it is made; that was before this began.
                if !path.starts_with(&self.root) {
                    return;
                }
                let at = self.at(path);
                if let Node::Folder { kept, now, waiting } = &mut self.nodes[at] {
                    kept.clone_from(now);
                    waiting.clear();
                }
            }
            Done::Committed => {}
        }
    }

    fn add(&mut self, path: &Path, node: Node) {
        let at = self.nodes.len();
        self.nodes.push(node);
        let name = path.file_name().unwrap().to_owned();
        self.rename(path.parent().unwrap(), |names| {
            names.insert(name, at);
        });
    }

    /// Writes what is found after power failed now.
    fn found(&self, luck: Luck, into: &Path) {
        self.write(0, luck, into);
    }

    fn write(&self, at: usize, luck: Luck, path: &Path) {
        match &self.nodes[at] {
            Node::File { kept, now } => {
                let octets = match luck {
                    Luck::Everything => now.as_slice(),
                    _ if kept == now => now,
                    Luck::HalfOfContents => &now[..now.len() / 2],
                    Luck::Nothing | Luck::Names | Luck::HalfOfNames => kept,
                };
                fs::write(path, octets).unwrap();
            }
            Node::Folder { kept, now, waiting } => {
                let names = match luck {
                    Luck::Nothing => kept,
                    Luck::HalfOfNames => waiting.get(waiting.len() / 2).unwrap_or(kept),
                    Luck::Names | Luck::HalfOfContents | Luck::Everything => now,
                };
                fs::create_dir_all(path).unwrap();
                for (name, node) in names {
                    self.write(*node, luck, &path.join(name));
                }
            }
        }
    }
}

type State = BTreeMap<PathBuf, Vec<u8>>;

/// What was recorded: the disk before it, what was done, and what was stored after each change.
struct Recorded {
    root: tempfile::TempDir,
    model: Model,
    done: Vec<Done>,
    states: Vec<State>,
}

fn record() -> Recorded {
    let folder = private_folder();
    let root = folder.path().join("w");
    Workspace::open_or_create(&root).unwrap();
    let model = Model::of(&root);
    let script = Script::new();
    let recorder = Arc::new(Recorder::default());
    let workspace = Workspace::open(&root).unwrap().on(Disk::on(Arc::<Recorder>::clone(&recorder)));
    let mut states = vec![stored(&root)];
    for step in &STEPS {
        step.run(&script, &workspace.writer().unwrap()).unwrap();
        recorder.note(Done::Committed).unwrap();
        states.push(stored(&root));
    }
    let done = recorder.0.lock().unwrap().clone();
    Recorded { root: folder, model, done, states }
}

/// Loses power after every step that was recorded, in each way. Gives how often, or where something was lost.
fn lose_power(recorded: Recorded, leave_out: fn(&Done) -> bool) -> Result<usize, String> {
    let Recorded { root: _root, mut model, done, states } = recorded;
    let (mut committed, mut losses) = (0, 0);
    for (at, step) in done.iter().enumerate() {
        if !leave_out(step) {
            model.do_again(step);
        }
        committed += usize::from(matches!(step, Done::Committed));
        let before = &states[committed];
        let after = states.get(committed + 1).unwrap_or(before);
        for luck in LUCK {
            let disk = in_memory();
            let root = disk.path().join("w");
            model.found(luck, &root);
            if let Some(wrong) = neither(&stored(&root), before, after) {
                return Err(format!("after step {at} ({} changes committed), {luck:?}: {wrong}", committed));
            }
            whole(&root, None);
            losses += 1;
        }
    }
    Ok(losses)
}

#[test]
fn power_that_fails_after_any_step_of_any_write_loses_nothing_that_was_committed() {
    let recorded = record();
    let steps = recorded.done.len();
    let losses = lose_power(recorded, |_| false).unwrap();
    writeln!(
        io::stderr(),
        "{} changes, {steps} steps on the disk: power lost {losses} times, nothing lost",
        STEPS.len()
    )
    .unwrap();
}

// The test can fail: without either of the two syncs something is lost.
#[test]
fn a_write_without_a_sync_of_the_file_or_of_the_folder_would_lose_something() {
    let syncs: [fn(&Done) -> bool; 2] =
        [|done| matches!(done, Done::SyncedFile(_)), |done| matches!(done, Done::SyncedFolder(_))];
    for leave_out in syncs {
        let lost = std::panic::catch_unwind(|| lose_power(record(), leave_out));
        assert!(!matches!(lost, Ok(Ok(_))), "nothing was lost");
    }
}
