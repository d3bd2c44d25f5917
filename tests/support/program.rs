//! The programs as a user runs them: `sealscope` over a workspace on disk, and `openssl`.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use openssl::pkcs12::Pkcs12;
use openssl::stack::Stack;
use sealscope::pki::{Certificate, PrivateKeyEntry};

use super::command::{self, Done};

pub(crate) const PASSPHRASE: &str = "open sesame";

/// A workspace on disk, written by hand in the documented layout, and a place for files beside it.
pub(crate) struct House {
    scratch: command::Scratch,
}

impl House {
    pub(crate) fn new() -> Self {
        let house = Self { scratch: command::Scratch::new() };
        house.put("workspace/workspace.toml", b"profile = \"direct-1.2\"\n");
        house
    }

    /// The path of a file beside the workspace, or inside it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        PathBuf::from(self.scratch.path(name))
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

    /// Runs `sealscope` over the workspace, beside which the files named are looked for.
    pub(crate) fn sealscope(&self, arguments: &[&str]) -> Done {
        let mut command = command::command(arguments);
        command.arg("--workspace").arg(self.path("workspace"));
        command.current_dir(self.path("")).env("SEALSCOPE_PASSPHRASE", PASSPHRASE).output().unwrap().into()
    }

    /// Runs `openssl` beside the workspace; it has to end well.
    #[track_caller]
    pub(crate) fn openssl(&self, arguments: &[&str]) -> Done {
        let done: Done = Command::new("openssl").args(arguments).current_dir(self.path("")).output().unwrap().into();
        assert_eq!(done.exit, 0, "openssl {}: {}", arguments.join(" "), done.stderr);
        done
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
