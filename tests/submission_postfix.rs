//! A message that was secured here and submitted to Debian's Postfix arrives octet for octet.
//!
//! An instance of its own: configuration, queue and mailboxes lie in a temporary folder, on a free port of 127.0.0.1, and
//! go with the test. The system's instance is neither used nor touched. Postfix's `master` needs root; its `smtp-sink`
//! does not.
#![cfg(unix)]
#![cfg(test)]

#[path = "support/command.rs"]
mod command;
#[path = "support/mailers.rs"]
mod mailers;
#[path = "support/mailroom.rs"]
mod mailroom;

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use command::{Scratch, demo_folder, run};
use mailers::Peer;
use mailroom::wait_for;
use sealscope::limits::Limits;
use sealscope::mail::bsmtp;
use tempfile::TempDir;

const DAEMONS: &str = "/usr/lib/postfix/sbin";

/// A number of an account, as `id` tells it.
fn id(kind: &str, account: &str) -> Option<u32> {
    let done = Command::new("id").args([kind, account]).output().ok()?;
    String::from_utf8(done.stdout).ok()?.trim().parse().ok()
}

fn am_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|done| done.stdout.starts_with(b"0\n"))
}

/// Postfix with a folder of its own.
struct Postfix {
    // Dropped in this order: the programs end before their folder goes.
    _master: Master,
    peer: Peer,
    root: TempDir,
}

/// Postfix's `master`, which runs beside the program that started it and does not end with it.
struct Master(PathBuf);

impl Drop for Master {
    fn drop(&mut self) {
        let stopped = Command::new("postfix").arg("-c").arg(&self.0).arg("stop").output();
        if !stopped.is_ok_and(|done| done.status.success()) && !std::thread::panicking() {
            panic!("Postfix goes on running over {}", self.0.display());
        }
    }
}

impl Postfix {
    fn start() -> Self {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        let reader = id("-u", "nobody").unwrap();
        for (folder, owner) in [("config", 0), ("queue", 0), ("data", id("-u", "postfix").unwrap()), ("mail", reader)] {
            fs::create_dir(path(folder)).unwrap();
            chown(path(folder), Some(owner), None).unwrap();
        }
        for folder in [root.path().to_owned(), path("config"), path("queue"), path("data"), path("mail")] {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let port = mailers::free_port();
        fs::write(path("config/main.cf"), main_cf(root.path(), reader)).unwrap();
        fs::write(path("config/master.cf"), master_cf(port)).unwrap();
        let master = Master(path("config"));
        let mut command = Command::new("postfix");
        command.arg("-c").arg(path("config")).arg("start-fg").stdout(Stdio::null()).stderr(Stdio::null());
        Self { _master: master, peer: Peer::start(&mut command, port), root }
    }

    /// The one message that has been delivered.
    fn delivered(&self) -> Vec<u8> {
        let folder = self.root.path().join("mail/everybody/new");
        wait_for("Postfix to deliver", || fs::read_dir(&folder).is_ok_and(|found| found.count() == 1));
        let only = fs::read_dir(folder).unwrap().next().unwrap().unwrap();
        fs::read(only.path()).unwrap()
    }
}

// `local_header_rewrite_clients`: a client on this machine is not to be taken for one whose header is to be completed.
fn main_cf(root: &Path, reader: u32) -> String {
    let root = root.display();
    format!(
        "compatibility_level = 3.6\nqueue_directory = {root}/queue\ndata_directory = {root}/data\n\
         command_directory = /usr/sbin\ndaemon_directory = {DAEMONS}\nmail_owner = postfix\nsetgid_group = postdrop\n\
         myhostname = mx.b.example\nmydestination =\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\n\
         mynetworks = 127.0.0.0/8\nlocal_header_rewrite_clients =\nalias_maps =\nalias_database =\n\
         default_transport = error:nothing leaves this machine\nvirtual_mailbox_domains = b.example\n\
         virtual_mailbox_base = {root}/mail\nvirtual_mailbox_maps = static:everybody/\n\
         virtual_uid_maps = static:{reader}\nvirtual_gid_maps = static:{reader}\nmaillog_file = /dev/stdout\n"
    )
}

fn master_cf(port: u16) -> String {
    format!(
        "127.0.0.1:{port} inet n - n - - smtpd\ncleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\n\
         rewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\n\
         trace unix - - n - 0 bounce\nerror unix - - n - - error\nvirtual unix - n n - - virtual\n\
         anvil unix - - n - 1 anvil\npostlog unix-dgram n - n - 1 postlogd\nproxymap unix - - n - - proxymap\n"
    )
}

/// A letter that `outgoing` has secured: its file, and its octets.
fn secured(scratch: &Scratch) -> (String, Vec<u8>) {
    let letter = "From: alice@a.example\r\nTo: bob@b.example\r\nSubject: Hello\r\nDate: Sat, 28 Nov 2026 12:00:00 +0000\r\n\
                  Message-ID: <1@a.example>\r\n\r\n.A line with a dot\r\n";
    let letter = scratch.file("letter.eml", letter);
    let out = scratch.path("secured.bsmtp");
    let done = run(&["outgoing", &letter, "-o", &out, "--workspace", demo_folder(), "--via", "local"]);
    assert_eq!(done.exit, 0, "{}{}", done.text(), done.stderr);
    let envelopes = bsmtp::parse(&fs::read(&out).unwrap(), &Limits::DEFAULT).unwrap();
    (out, envelopes[0].message.octets().to_vec())
}

fn submit(file: &str, peer: &Peer) {
    let done = run(&["submit", file, "--server", &peer.address.to_string(), "--tls", "none"]);
    assert_eq!(done.exit, 0, "{}{}", done.text(), done.stderr);
}

/// What arrived, with CRLF again in place of the local line ends: the fields that were put before it, and the message.
fn parted(arrived: &[u8], message: &[u8]) -> (Vec<String>, Vec<u8>) {
    let arrived = sealscope::mime::canonical::to_crlf(arrived);
    let before = arrived.len().checked_sub(message.len()).expect("less has arrived than was sent");
    let trace = String::from_utf8(arrived[..before].to_vec()).unwrap();
    let names = trace.lines().filter(|line| !line.starts_with([' ', '\t']));
    (names.map(|line| line.split(':').next().unwrap().to_owned()).collect(), arrived[before..].to_vec())
}

#[test]
fn postfix_delivers_what_was_secured_here_octet_for_octet() {
    let test = "postfix_delivers_what_was_secured_here_octet_for_octet";
    if mailers::is_missing("postfix", "postfix", test) {
        return;
    }
    if !am_root() {
        // No fault of the machine: an ordinary user cannot have it, whatever is installed.
        eprintln!("!! SKIPPED {test}: Postfix's master program needs root");
        return;
    }
    let scratch = Scratch::new();
    let (file, message) = secured(&scratch);
    let postfix = Postfix::start();
    submit(&file, &postfix.peer);
    let arrived = postfix.delivered();
    let (trace, octets) = parted(&arrived, &message);
    assert_eq!(trace, ["Return-Path", "X-Original-To", "Delivered-To", "Received"]);
    assert!(octets == message, "the octets differ");
    let arrived = scratch.file("arrived.eml", arrived);
    let envelope = ["--from", "alice@a.example", "--to", "bob@b.example"];
    let done = run(&[["incoming", &arrived, "--workspace", demo_folder()].as_slice(), &envelope].concat());
    assert_eq!(done.exit, 0, "{}{}", done.text(), done.stderr);
}

#[test]
fn postfixs_own_sink_gets_what_was_secured_here_octet_for_octet() {
    if mailers::is_missing("smtp-sink", "postfix", "postfixs_own_sink_gets_what_was_secured_here_octet_for_octet") {
        return;
    }
    let scratch = Scratch::new();
    let (file, message) = secured(&scratch);
    let folder = tempfile::tempdir().unwrap();
    let port = mailers::free_port();
    let program =
        ["/usr/sbin/smtp-sink", "smtp-sink"].iter().find(|path| Path::new(path).is_file()).unwrap_or(&"smtp-sink");
    let mut command = Command::new(program);
    if am_root() {
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        command.args(["-u", "nobody"]);
    }
    let template = folder.path().join("m.");
    command.arg("-d").arg(&template).arg(format!("127.0.0.1:{port}")).arg("10").stderr(Stdio::null());
    let sink = Peer::start(&mut command, port);
    submit(&file, &sink);
    let kept = || -> Option<PathBuf> {
        let mut files = fs::read_dir(folder.path()).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
        files.find(|path| fs::read(path).is_ok_and(|octets| octets.ends_with(b"\n\n")))
    };
    wait_for("the file of the sink", || kept().is_some());
    let arrived = fs::read(kept().unwrap()).unwrap();
    // It ends each file with an empty line of its own.
    let (trace, octets) = parted(arrived.strip_suffix(b"\n").unwrap(), &message);
    assert_eq!(trace.last().map(String::as_str), Some("Received"));
    assert!(octets == message, "the octets differ");
}
