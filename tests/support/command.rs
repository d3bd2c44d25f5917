//! Calls of the program, as scripts and people make them.
#![allow(dead_code, reason = "each file of tests uses a part of it")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use sealscope::pki::container::write_pkcs12;
use sealscope::pki::issue::{Authority, CertificateBuilder};
use sealscope::pki::{NewKey, Passphrase};
use sealscope::workspace::demo;
use serde_json::Value;
use time::{Duration, OffsetDateTime};

/// What a call of the program did.
pub(crate) struct Done {
    pub(crate) exit: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Done {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.stdout.clone()).unwrap()
    }

    /// The one object of `--json`; fails where anything else was printed.
    pub(crate) fn object(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        let stderr = String::from_utf8(output.stderr).unwrap();
        Self { exit: output.status.code().unwrap(), stdout: output.stdout, stderr }
    }
}

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sealscope"));
    for variable in ["SEALSCOPE_PASSPHRASE", "RUST_LOG", "DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        command.env_remove(variable);
    }
    // A home of its own: no test sees or makes a workspace of the person who runs it.
    command
        .env("HOME", home())
        .env("XDG_DATA_HOME", home())
        .env("XDG_CACHE_HOME", home().join("cache"))
        .args(arguments)
        .stdin(Stdio::null());
    command
}

pub(crate) fn home() -> &'static Path {
    static HOME: OnceLock<tempfile::TempDir> = OnceLock::new();
    HOME.get_or_init(|| tempfile::tempdir().unwrap()).path()
}

pub(crate) fn run(arguments: &[&str]) -> Done {
    command(arguments).output().unwrap().into()
}

pub(crate) fn run_with_input(arguments: &[&str], input: &[u8]) -> Done {
    let mut child =
        command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap().into()
}

/// One demo workspace for the tests that only read it.
pub(crate) fn demo_folder() -> &'static str {
    static DEMO: OnceLock<(tempfile::TempDir, String)> = OnceLock::new();
    let (_, path) = DEMO.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("demo");
        demo::create(&root, OffsetDateTime::now_utc()).unwrap();
        let path = root.to_str().unwrap().to_owned();
        (folder, path)
    });
    path
}

pub(crate) fn message(id: &str) -> String {
    format!("{}/messages/{id}.bsmtp", demo_folder())
}

/// Closed to others, as a home is: keys in it are no reason to warn.
fn private_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    #[cfg(unix)]
    fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    folder
}

pub(crate) struct Scratch(tempfile::TempDir);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self(private_folder())
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        fs::write(self.path(name), content).unwrap();
        self.path(name)
    }
}

/// Every file below a folder with its content: to show that nothing was lost or changed.
pub(crate) fn content(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut left = vec![PathBuf::from(folder)];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else if path.file_name().is_some_and(|name| !name.to_string_lossy().contains("lock")) {
                files.push((path.clone(), fs::read(path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

pub(crate) fn one_sentence(done: &Done, exit: i32, words: &[&str]) {
    assert_eq!(done.exit, exit, "{}", done.stderr);
    assert_eq!(done.stderr.lines().count(), 1, "{}", done.stderr);
    for word in words {
        assert!(done.stderr.contains(word), "no “{word}” in: {}", done.stderr);
    }
    assert!(done.stdout.is_empty(), "{}", done.text());
}

/// A p12 of a fresh key for that address, and the certificate alone.
pub(crate) fn key_files(scratch: &Scratch, address: &str, passphrase: &str) -> (String, String) {
    let now = OffsetDateTime::now_utc();
    let builder = CertificateBuilder::for_address(address, now - Duration::days(1), now + Duration::days(30));
    let entry = Authority::self_signed(&builder.key(NewKey::P256)).unwrap().entry().unwrap();
    let p12 = write_pkcs12(&entry, &Passphrase::new(passphrase)).unwrap();
    (scratch.file("key.p12", p12), scratch.file("certificate.pem", entry.certificate().pem()))
}
