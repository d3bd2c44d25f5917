//! Revocation lists and issuers' certificates out of OpenLDAP's server, as Debian packages it (RFC 4516, 4523).
#![cfg(test)]

mod support;

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealscope::discovery::fetch::{FetchOutcome, FetchRequest, Fetched, Fetcher as _, Purpose, Reach};
use sealscope::io::fetch::{FetchOptions, NetworkFetcher};
use sealscope::pki::issue::{Authority, CertificateBuilder, CrlBuilder};
use sealscope::pki::{Crl, NewKey, published};
use support::{NOT_AFTER, NOT_BEFORE, NOW};

const SLAPD: &str = "/usr/sbin/slapd";

/// A directory that is ended when the test is.
struct Directory {
    server: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn directory(entries: &str) -> Option<Directory> {
    if !std::path::Path::new(SLAPD).exists() {
        let words = "SKIPPED: slapd(8) is not installed; no list was fetched from a real directory (Debian: slapd)";
        eprintln!("{words}");
        assert!(std::env::var_os("SEALSCOPE_REQUIRE_PEERS").is_none(), "{words}");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::create_dir(path("data")).unwrap();
    let conf = format!(
        "include /etc/ldap/schema/core.schema\npidfile {}\ndatabase ldif\nsuffix \"o=ca\"\ndirectory {}\n\
         access to * by * read\n",
        path("pid"),
        path("data")
    );
    fs::write(path("slapd.conf"), conf).unwrap();
    let root = "dn: o=ca\nobjectClass: organization\no: ca\n\n";
    fs::write(path("entries.ldif"), format!("{root}{entries}")).unwrap();
    let (conf, entries) = (path("slapd.conf"), path("entries.ldif"));
    let added = Command::new(SLAPD).args(["-Tadd", "-f", &conf, "-l", &entries]).output().unwrap();
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Command::new(SLAPD)
        .args(["-f", &conf, "-h", &format!("ldap://{address}/"), "-d", "0"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let directory = Directory { server, address, _folder: folder };
    let started = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(started.elapsed() < Duration::from_secs(30), "slapd does not listen on {address}");
        std::thread::yield_now();
    }
    Some(directory)
}

fn fetch(directory: &Directory, purpose: Purpose, rest: &str) -> Fetched {
    let options = FetchOptions { cache: None, clock: Arc::new(|| NOW), ..FetchOptions::system(Reach::Anywhere) };
    let url = format!("ldap://{}/{rest}", directory.address);
    NetworkFetcher::new(options).fetch(&FetchRequest { purpose, url })
}

#[test]
fn slapd_gives_lists_and_certificates_by_the_urls_that_certificates_have() {
    let builder = |name: &str| CertificateBuilder::authority(name, NOT_BEFORE, NOT_AFTER).key(NewKey::P256);
    let (one, two) = (Authority::self_signed(&builder("CA")).unwrap(), Authority::self_signed(&builder("CA")).unwrap());
    let list = one.crl(&CrlBuilder::new(NOW, NOW + time::Duration::DAY)).unwrap();
    let certificates: String = [&one, &two]
        .iter()
        .map(|authority| format!("cACertificate;binary:: {}\n", STANDARD.encode(authority.certificate().der())))
        .collect();
    let entries = format!(
        "dn: cn=The CA,o=ca\nobjectClass: applicationProcess\nobjectClass: pkiCA\ncn: The CA\n{certificates}\
         certificateRevocationList;binary:: {}\n",
        STANDARD.encode(list.der())
    );
    let Some(directory) = directory(&entries) else { return };
    for rest in [
        "cn=The%20CA,o=ca?certificateRevocationList;binary?base?objectClass=pkiCA",
        "cn=The%20CA,o=ca?certificateRevocationList;binary",
        "cn=The%20CA,o=ca",
        "o=ca?certificateRevocationList;binary?sub?(cn=The%20CA)",
    ] {
        let fetched = fetch(&directory, Purpose::RevocationList, rest);
        let content = fetched.content.unwrap_or_else(|| panic!("{rest}: {:?}", fetched.account));
        assert_eq!(Crl::from_der(&content).unwrap(), list, "{rest}");
        assert_eq!(fetched.account.address, Some(directory.address));
    }
    let fetched = fetch(&directory, Purpose::Issuer, "cn=The%20CA,o=ca?cACertificate;binary");
    let found = published::certificates(&fetched.content.unwrap(), &sealscope::limits::Limits::DEFAULT).unwrap();
    assert_eq!(found, [one.certificate().clone(), two.certificate().clone()]);
    for (rest, word) in [("cn=Nobody,o=ca", "noSuchObject"), ("o=ca", "no such entry"), ("not a name", "DN")] {
        let fetched = fetch(&directory, Purpose::RevocationList, rest);
        let FetchOutcome::Failed(why) = &fetched.account.outcome else { panic!("{:?}", fetched.account) };
        assert!(why.contains(word), "{rest}: {why}");
    }
}
