//! BIND, a name server that we did not write, over zones that a test wrote.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sealscope::discovery::dns_cert::domain_owner;
use sealscope::io::dns::{DnsClient, Ending};
use tempfile::TempDir;

const PROGRAM: &str = "named";

/// A running server. Dropping it ends the process.
pub(crate) struct Named {
    process: Child,
    folder: TempDir,
    address: SocketAddr,
}

/// Whether BIND is here; where it is not, that is said, and is a failure where every peer is demanded.
pub(crate) fn is_installed() -> bool {
    let found = Command::new(PROGRAM).arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        let words = "SKIPPED: BIND is not installed (Debian package bind9); nothing was asked of a real name server";
        assert!(std::env::var_os("SEALSCOPE_REQUIRE_PEERS").is_none(), "{words}");
        eprintln!("{words}");
    }
    found
}

impl Named {
    /// An authority for these zones. `ready` is a name that it has a SOA for. A zone without text is one whose file is
    /// missing.
    pub(crate) fn authority(zones: &[(&str, Option<&str>)], ready: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let mut text = String::from("recursion no; };\n");
        for (zone, records) in zones {
            if let Some(records) = records {
                fs::write(folder.path().join(format!("{zone}.zone")), zone_file(records)).unwrap();
            }
            text.push_str(&format!("zone \"{zone}\" {{ type primary; file \"{zone}.zone\"; }};\n"));
        }
        Self::start(folder, &text, ready)
    }

    /// An authority for one zone that it signs itself.
    pub(crate) fn signed(zone: &str, records: &str) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join(format!("{zone}.zone")), zone_file(records)).unwrap();
        let text = format!(
            "recursion no; }};\nzone \"{zone}\" {{ type primary; file \"{zone}.zone\"; dnssec-policy default; \
             inline-signing yes; }};\n"
        );
        Self::start(folder, &text, zone)
    }

    /// A server that asks `authority` about `zone` and validates what it hears with the key that the authority signs by.
    pub(crate) fn validating(authority: &Self, zone: &str) -> Self {
        let anchor = authority.key(zone);
        let text = format!(
            "recursion yes; dnssec-validation yes; empty-zones-enable no; }};\n\
             trust-anchors {{ \"{zone}\" static-key {anchor}; }};\n\
             zone \"{zone}\" {{ type forward; forward only; forwarders {{ 127.0.0.1 port {}; }}; }};\n",
            authority.address.port()
        );
        Self::start(TempDir::new().unwrap(), &text, zone)
    }

    // `257 3 13 "…"`, from the file that BIND keeps the key in.
    fn key(&self, zone: &str) -> String {
        let mut files = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let is_key = |path: &std::path::PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name.starts_with(&format!("K{zone}.")) && name.ends_with(".key")
        };
        let text = fs::read_to_string(files.find(is_key).expect("BIND keeps a key")).unwrap();
        let (_, fields) = text.lines().find_map(|line| line.split_once(" DNSKEY ")).unwrap();
        let fields: Vec<&str> = fields.split_whitespace().collect();
        format!("{} {} {} \"{}\"", fields[0], fields[1], fields[2], fields[3..].concat())
    }

    fn start(folder: TempDir, rest: &str, ready: &str) -> Self {
        let address = free_address();
        let path = folder.path().display();
        let port = address.port();
        let text = format!(
            "controls {{}};\noptions {{ directory \"{path}\"; key-directory \"{path}\"; \
             managed-keys-directory \"{path}\"; pid-file none; session-keyfile none; \
             listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; allow-transfer {{ none; }}; {rest}"
        );
        fs::write(folder.path().join("named.conf"), text).unwrap();
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let mut command = Command::new(PROGRAM);
        command.arg("-g").arg("-n").arg("1").arg("-c").arg(folder.path().join("named.conf"));
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let server = Self { process, folder, address };
        server.wait_until_it_answers(ready);
        server
    }

    fn wait_until_it_answers(&self, zone: &str) {
        let client = DnsClient::new(self.address, Duration::from_millis(500)).unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        let owner = domain_owner(zone).unwrap();
        while !matches!(client.query(&owner).ending, Ending::Answered(_)) {
            let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(Instant::now() < deadline, "BIND does not answer for {zone}:\n{log}");
            std::thread::yield_now();
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops or continues the process, which then keeps its sockets and says nothing.
    pub(crate) fn signal(&self, name: &str) {
        let done = Command::new("sh").arg("-c").arg(format!("kill -{name} {}", self.process.id())).status().unwrap();
        assert!(done.success());
    }
}

impl Drop for Named {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn zone_file(records: &str) -> String {
    format!("$TTL 300\n@ IN SOA ns hostmaster 1 3600 600 86400 120\n@ IN NS ns\nns IN A 127.0.0.1\n{records}")
}

// A port that is free for both transports, as far as one can know.
fn free_address() -> SocketAddr {
    loop {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = tcp.local_addr().unwrap();
        if UdpSocket::bind(address).is_ok() {
            return address;
        }
    }
}

/// A CERT record of type PKIX.
pub(crate) fn cert(owner: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("{owner} IN CERT PKIX 0 0 ( {} )\n", lines.join("\n  "))
}

/// An SMIMEA record with a whole certificate.
pub(crate) fn smimea(owner: &str, der: &[u8]) -> String {
    let text: Vec<String> = der.iter().map(|octet| format!("{octet:02x}")).collect();
    let lines: Vec<String> = text.chunks(32).map(<[String]>::concat).collect();
    format!("{owner} IN TYPE53 \\# {} ( 030000 {} )\n", der.len() + 3, lines.join("\n  "))
}
