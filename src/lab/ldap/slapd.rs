//! OpenLDAP's server as a lab directory, where it is installed: the same entries behind other people's code.
//!
//! It runs in the foreground from a folder of its own, as whoever runs this program, on 127.0.0.1, and ends with its
//! value. Nothing of the system's own directory is read or changed but the schema files.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{Directory, Protection};
use crate::finding::system_words;
use crate::pki::{Passphrase, PrivateKeyEntry};

/// Where Debian puts the programs, which are not on every user's path.
const FOLDERS: [&str; 3] = ["/usr/sbin", "/usr/local/sbin", "/usr/libexec"];
/// Where Debian puts the schema.
const SCHEMA: &str = "/etc/ldap/schema";
/// Where Debian puts the modules.
const MODULES: &str = "/usr/lib/ldap";
/// How long the server may take to listen.
const START: Duration = Duration::from_secs(20);
/// Between two looks at a server that starts.
const LOOK: Duration = Duration::from_millis(10);

/// A running slapd. Dropping it ends the program.
#[derive(Debug)]
pub struct Slapd {
    address: SocketAddr,
    program: Child,
    // Its files, which go with it.
    folder: tempfile::TempDir,
}

/// Why slapd does not run.
#[derive(Debug, thiserror::Error)]
pub enum SlapdError {
    /// The program ended, or did not listen in time; what it said.
    #[error("slapd did not start: {0}")]
    Failed(String),
    /// A file could not be written or read.
    #[error("the files of slapd cannot be written: {}", system_words(.0))]
    Files(#[from] io::Error),
    /// The program is not there.
    #[error("slapd is not installed; on Debian it is in the package slapd")]
    NotInstalled,
    /// The key for TLS cannot be written.
    #[error("the key for TLS cannot be written: {0}")]
    Key(#[from] openssl::error::ErrorStack),
}

impl Slapd {
    /// Whether the programs and the schema are there.
    #[must_use]
    pub fn is_installed() -> bool {
        program("slapd").is_some() && program("slapadd").is_some() && Path::new(SCHEMA).is_dir()
    }

    /// Loads `directory` and serves it on a free port of 127.0.0.1. A directory that refers to another server is not
    /// for slapd, and its entries are served.
    ///
    /// # Errors
    /// [`SlapdError`] when slapd is not there, or does not take the entries, or does not listen.
    pub fn start(directory: &Directory, protection: &Protection) -> Result<Self, SlapdError> {
        let (Some(slapd), Some(slapadd)) = (program("slapd"), program("slapadd")) else {
            return Err(SlapdError::NotInstalled);
        };
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("entries"))?;
        fs::write(at("slapd.conf"), configuration(directory, protection, folder.path())?)?;
        fs::write(at("entries.ldif"), directory.ldif())?;
        let loaded = Command::new(slapadd)
            .env_remove(Passphrase::VARIABLE)
            .arg("-f")
            .arg(at("slapd.conf"))
            .arg("-l")
            .arg(at("entries.ldif"))
            .stdin(Stdio::null())
            .output()?;
        if !loaded.status.success() {
            return Err(SlapdError::Failed(last_words(&loaded.stderr)));
        }
        let address = free_port()?;
        let scheme = if matches!(protection, Protection::Ldaps(_)) { "ldaps" } else { "ldap" };
        let program = Command::new(slapd)
            .env_remove(Passphrase::VARIABLE)
            .arg("-f")
            .arg(at("slapd.conf"))
            .args(["-d", "0", "-h", &format!("{scheme}://{address}/")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(at("words"))?)
            .spawn()?;
        let mut server = Self { address, program, folder };
        server.wait_until_it_listens()?;
        Ok(server)
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    fn wait_until_it_listens(&mut self) -> Result<(), SlapdError> {
        let until = Instant::now() + START;
        while Instant::now() < until {
            if self.program.try_wait()?.is_some() {
                let words = fs::read(self.folder.path().join("words")).unwrap_or_default();
                return Err(SlapdError::Failed(last_words(&words)));
            }
            if TcpStream::connect_timeout(&self.address, LOOK).is_ok() {
                return Ok(());
            }
            thread::sleep(LOOK);
        }
        Err(SlapdError::Failed(format!("it does not listen after {} s", START.as_secs())))
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        // Fails only when the program has ended already.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(FOLDERS.iter().map(PathBuf::from));
    folders.map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn configuration(directory: &Directory, protection: &Protection, folder: &Path) -> Result<String, SlapdError> {
    let shown = folder.display();
    let mut text = String::new();
    for schema in ["core", "cosine", "inetorgperson"] {
        text.push_str(&format!("include {SCHEMA}/{schema}.schema\n"));
    }
    if Path::new(MODULES).join("back_mdb.so").exists() {
        text.push_str(&format!("modulepath {MODULES}\nmoduleload back_mdb\n"));
    }
    text.push_str(&format!("pidfile \"{shown}/pid\"\nargsfile \"{shown}/arguments\"\n"));
    if let Protection::StartTls(identity) | Protection::Ldaps(identity) = protection {
        write_identity(identity, folder)?;
        text.push_str(&format!("TLSCertificateFile \"{shown}/certificate\"\nTLSCertificateKeyFile \"{shown}/key\"\n"));
    }
    text.push_str(&format!(
        "database mdb\nsuffix \"{}\"\ndirectory \"{shown}/entries\"\nindex mail eq\n",
        directory.base()
    ));
    Ok(text)
}

fn write_identity(identity: &PrivateKeyEntry, folder: &Path) -> Result<(), SlapdError> {
    let mut chain = identity.certificate().pem();
    identity.chain().iter().for_each(|above| chain.push_str(&above.pem()));
    fs::write(folder.join("certificate"), chain)?;
    // The folder is its maker's alone.
    fs::write(folder.join("key"), identity.key().private_key_to_pem_pkcs8()?)?;
    Ok(())
}

// Whoever takes the port in between makes slapd end, and that is told.
fn free_port() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

fn last_words(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(3)..).unwrap_or_default();
    crate::finding::escape_controls(&last.join("; "))
}
