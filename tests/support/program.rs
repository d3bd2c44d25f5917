//! The programs as a user runs them: `sealscope` over a workspace on disk, and `openssl`.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use openssl::pkcs12::Pkcs12;
use openssl::stack::Stack;
use sealscope::pki::{Certificate, PrivateKeyEntry};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const PASSPHRASE: &str = "open sesame";

/// What a program said and how it ended.
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The one JSON object on standard output.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("not JSON ({error}): {self}"))
    }

    /// Fails the test unless the program ended well.
    #[track_caller]
    pub(crate) fn accepted(self) -> Self {
        assert_eq!(self.status, 0, "{self}");
        self
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit {}\n{}\n{}", self.status, String::from_utf8_lossy(&self.stdout), self.stderr)
    }
}

/// A workspace on disk, written by hand in the documented layout, and a place for files beside it.
pub(crate) struct House {
    folder: TempDir,
}

impl House {
    pub(crate) fn new() -> Self {
        let house = Self { folder: tempfile::tempdir().unwrap() };
        house.put("workspace/workspace.toml", b"profile = \"direct-1.2\"\n");
        house
    }

    /// The path of a file beside the workspace, or inside it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, octets: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, octets).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn key(&self, party: &str, entry: &PrivateKeyEntry) -> &Self {
        self.put(&format!("workspace/parties/{party}/keys/own.p12"), &pkcs12(entry, PASSPHRASE));
        self
    }

    pub(crate) fn certificate(&self, party: &str, certificate: &Certificate) -> &Self {
        self.put(&format!("workspace/parties/{party}/certificates/own.pem"), certificate.pem().as_bytes());
        self
    }

    /// `party` trusts this certificate in both directions.
    pub(crate) fn trusts(&self, party: &str, anchor: &Certificate) -> &Self {
        for direction in ["incoming", "outgoing"] {
            let name = format!("workspace/parties/{party}/anchors/{direction}/root.pem");
            self.put(&name, anchor.pem().as_bytes());
        }
        self
    }

    /// Runs `sealscope` over the workspace, with no home and no network to speak of.
    pub(crate) fn sealscope<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_sealscope"))
            .args(arguments)
            .arg("--workspace")
            .arg(self.path("workspace"))
            .current_dir(self.folder.path())
            .env("SEALSCOPE_PASSPHRASE", PASSPHRASE)
            .env("HOME", self.folder.path())
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .output()
            .unwrap();
        Ran::from(output)
    }

    /// Runs `openssl` beside the workspace.
    #[track_caller]
    pub(crate) fn openssl(&self, arguments: &[&str]) -> Ran {
        let output = Command::new("openssl").args(arguments).current_dir(self.folder.path()).output().unwrap();
        Ran::from(output)
    }

    /// Puts key, certificate and chain where `openssl` finds them: `NAME.key`, `NAME.crt`, `NAME.chain`.
    pub(crate) fn for_openssl(&self, name: &str, entry: &PrivateKeyEntry) {
        self.put(&format!("{name}.key"), &entry.key().private_key_to_pem_pkcs8().unwrap());
        self.put(&format!("{name}.crt"), entry.certificate().pem().as_bytes());
        let chain: String = entry.chain().iter().map(Certificate::pem).collect();
        self.put(&format!("{name}.chain"), chain.as_bytes());
    }
}

pub(crate) fn pkcs12(entry: &PrivateKeyEntry, passphrase: &str) -> Vec<u8> {
    let mut chain = Stack::new().unwrap();
    for certificate in entry.chain() {
        chain.push(certificate.x509().to_owned()).unwrap();
    }
    let mut builder = Pkcs12::builder();
    builder.name("own").pkey(entry.key()).cert(entry.certificate().x509()).ca(chain);
    builder.build2(passphrase).unwrap().to_der().unwrap()
}

/// Whether `openssl` can be run. Says so past the test harness, which would swallow it, where it cannot.
pub(crate) fn openssl_is_installed(test: &str) -> bool {
    let installed = Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success());
    if !installed {
        let _ = writeln!(std::io::stderr(), "\n!! SKIPPED {test}: the openssl program is not installed\n");
    }
    installed
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
