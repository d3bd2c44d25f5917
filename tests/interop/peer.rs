//! A program that we did not write, as the matrix asks it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::recipe::{Sealing, Signing};

/// Why a peer has not done what it was asked.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// It has no option or function that says it: told in our words.
    NoWay(&'static str),
    /// It was asked and failed: told in its own.
    Failed(String),
}

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// The peer makes, we read.
    Makes,
    /// We make, the peer reads.
    Reads,
}

/// Something that a peer is known not to do, with words out of what it says then.
pub(crate) struct Limit {
    pub(crate) direction: Direction,
    pub(crate) recipe: &'static str,
    pub(crate) words: &'static str,
}

pub(crate) const fn makes(recipe: &'static str, words: &'static str) -> Limit {
    Limit { direction: Direction::Makes, recipe, words }
}

pub(crate) const fn reads(recipe: &'static str, words: &'static str) -> Limit {
    Limit { direction: Direction::Reads, recipe, words }
}

/// Refuses what there is no option for.
pub(crate) fn no_way(asked: bool, words: &'static str) -> Result<(), Fault> {
    if asked { Err(Fault::NoWay(words)) } else { Ok(()) }
}

/// Keys are named as their files are. CMS goes in and out as octets, without MIME.
pub(crate) trait Peer {
    /// As its folder is called.
    fn name(&self) -> &'static str;

    /// Program and version.
    fn version(&self) -> String;

    /// The Debian packages it comes in.
    fn packages(&self) -> &'static str;

    fn limits(&self) -> &'static [Limit];

    fn sign(&mut self, content: &[u8], how: &Signing) -> Result<Vec<u8>, Fault>;

    fn encrypt(&mut self, content: &[u8], how: &Sealing) -> Result<Vec<u8>, Fault>;

    /// Checks every signer and its path; gives the content that was signed.
    fn verify(&mut self, cms: &[u8], detached: Option<&[u8]>) -> Result<Vec<u8>, Fault>;

    fn decrypt(&mut self, cms: &[u8], key: &str) -> Result<Vec<u8>, Fault>;

    fn compress(&mut self, _content: &[u8]) -> Result<Vec<u8>, Fault> {
        Err(Fault::NoWay("it has no CompressedData"))
    }

    fn uncompress(&mut self, _cms: &[u8]) -> Result<Vec<u8>, Fault> {
        Err(Fault::NoWay("it has no CompressedData"))
    }

    /// A whole message from Alice to Bob, MIME and all, around `entity`.
    fn make_mime(&mut self, _entity: &[u8]) -> Result<Vec<u8>, Fault> {
        Err(Fault::NoWay("it writes CMS without MIME"))
    }

    /// The entity that a whole message carries and Alice signed.
    fn read_mime(&mut self, _message: &[u8]) -> Result<Vec<u8>, Fault> {
        Err(Fault::NoWay("it reads CMS without MIME"))
    }

    /// What was run since the last time, as one would type it.
    fn commands(&mut self) -> Vec<String>;
}

/// A folder of its own for a program to work in, gone when dropped.
pub(crate) struct Workbench {
    folder: tempfile::TempDir,
    commands: Vec<String>,
}

impl Workbench {
    pub(crate) fn new() -> Self {
        // Sockets have short paths only: not in a TMPDIR that may be deep.
        let folder = tempfile::Builder::new().prefix("interop").tempdir_in("/tmp").or_else(|_| tempfile::tempdir());
        Self { folder: folder.unwrap(), commands: Vec::new() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, octets: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, octets).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> Result<Vec<u8>, Fault> {
        std::fs::read(self.path(name)).map_err(|error| Fault::Failed(format!("{name}: {error}")))
    }

    /// Removes what an earlier run may have left, so that it is not taken for the result of the next.
    pub(crate) fn clear(&self, name: &str) {
        let _ = std::fs::remove_file(self.path(name));
    }

    pub(crate) fn note(&mut self, command: String) {
        self.commands.push(command);
    }

    pub(crate) fn commands(&mut self) -> Vec<String> {
        std::mem::take(&mut self.commands)
    }

    /// Runs a program in the folder; gives its standard output, or what it said where it ended badly.
    pub(crate) fn run(&mut self, program: &str, arguments: &[&str], input: &str) -> Result<String, Fault> {
        self.note(format!("{program} {}", arguments.join(" ")));
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.folder.path()).env("LC_ALL", "C").env("GNUPGHOME", self.folder.path());
        let (exit, output, words) = run(&mut command, input);
        match exit {
            Some(0) => Ok(output),
            Some(_) => Err(Fault::Failed(format!("{words} {output}").split_whitespace().collect::<Vec<_>>().join(" "))),
            None => Err(Fault::Failed(format!("it was ended by a signal: {words}"))),
        }
    }
}

fn run(command: &mut Command, input: &str) -> (Option<i32>, String, String) {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that asks for nothing may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Whether a program is there to be run.
pub(crate) fn is_installed(program: &str) -> bool {
    Path::new(program).is_file()
        || std::env::var_os("PATH")
            .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// The first line of what a program says of its version, on whichever stream.
pub(crate) fn first_line(program: &str, arguments: &[&str]) -> String {
    if !is_installed(program) {
        return String::new();
    }
    let (_, output, words) = run(Command::new(program).args(arguments), "");
    let line = |text: &str| text.lines().find(|line| !line.trim().is_empty()).map(|line| line.trim().to_owned());
    line(&output).or_else(|| line(&words)).unwrap_or_default()
}
