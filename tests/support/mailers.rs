//! Mail programs of Debian as peers: whether they are there, and that they end with the test.
#![allow(dead_code, reason = "each file of tests uses a part of it")]

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command};

/// Set where every peer has to be installed: a missing one then fails.
pub(crate) const REQUIRE: &str = "SEALSCOPE_REQUIRE_PEERS";

/// Whether a program is missing. Says so past the test harness, which would swallow it.
pub(crate) fn is_missing(program: &str, package: &str, test: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/sbin", "/sbin"].map(std::path::PathBuf::from);
    let found = std::env::split_paths(&folders).chain(system).any(|folder| folder.join(program).is_file());
    if found {
        return false;
    }
    skip(&format!("{program} is not installed (Debian package {package})"), test);
    true
}

/// Says loudly that a test is not run, or fails where peers are required.
pub(crate) fn skip(why: &str, test: &str) {
    let required = std::env::var(REQUIRE).is_ok_and(|value| value == "1");
    assert!(!required, "{test}: {why}");
    let _ = writeln!(std::io::stderr(), "\n!! SKIPPED {test}: {why}\n");
}

/// A port of 127.0.0.1 on which nobody listens.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// A program that runs until the test is over, however it ends.
pub(crate) struct Peer {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Peer {
    /// Starts it and waits until it takes connections on `port` of 127.0.0.1.
    pub(crate) fn start(command: &mut Command, port: u16) -> Self {
        let child = command.spawn().unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut peer = Self { child, address };
        super::mailroom::wait_for("the peer to listen", || {
            assert!(peer.child.try_wait().unwrap().is_none(), "the peer ended: {command:?}");
            TcpStream::connect(address).is_ok()
        });
        peer
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Asked first: it has children of its own to end.
        let asked = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.child.id())]).status();
        let started = std::time::Instant::now();
        while asked.as_ref().is_ok_and(std::process::ExitStatus::success)
            && started.elapsed() < std::time::Duration::from_secs(10)
        {
            if self.child.try_wait().is_ok_and(|ended| ended.is_some()) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
