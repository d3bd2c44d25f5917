//! The lab's servers as a user runs them: each says where it listens, serves the workspace, and ends when it is asked to.
#![cfg(test)]

#[path = "support/command.rs"]
mod command;

use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStdout, Stdio};

use command::{Scratch, command, demo_folder, one_sentence, run};

/// A server of the lab. Dropping it ends the process.
struct Server {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    port: String,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let mut started = command(arguments);
        started.args(["--port", "0", "--workspace", demo_folder()]);
        let mut process = started.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let (_, rest) = first.split_once("127.0.0.1:").unwrap();
        let port = rest.chars().take_while(char::is_ascii_digit).collect();
        Self { process, lines, port }
    }

    fn line(&mut self) -> String {
        self.lines.next().unwrap().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_directory_that_the_lab_dns_names_is_found_and_asked() {
    let mut directory = Server::start(&["lab", "ldap", "b.example"]);
    let names = Server::start(&["lab", "dns", "--ldap-port", &directory.port]);
    let server = format!("127.0.0.1:{}", names.port);
    let asked = ["lookup", "bob@b.example", "--via", "ldap-address", "--dns-server", &server];
    let refused = run(&asked);
    assert_eq!(refused.exit, 3, "{}", refused.text());
    assert!(refused.text().contains("--allow-private"), "{}", refused.text());
    let found = run(&[&asked[..], &["--allow-private"]].concat());
    assert_eq!(found.exit, 0, "{}{}", found.text(), found.stderr);
    assert!(found.text().contains("(mail=bob@b.example) below dc=b,dc=example"), "{}", found.text());
    assert!(found.text().contains("mail goes to mail.b.example"), "{}", found.text());
    let heard: Vec<String> = (0..3).map(|_| directory.line()).collect();
    assert!(heard[0].contains("bind") && heard[2].contains("(mail=bob@b.example)"), "{heard:?}");
}

#[test]
fn a_zone_file_of_the_users_is_published_beside_the_parties() {
    let scratch = Scratch::new();
    let file = scratch.file("c.example.zone", "$TTL 60\n@ IN MX 5 relay.c.example.\n");
    let names = Server::start(&["lab", "dns", "--zone-file", &file]);
    let server = format!("127.0.0.1:{}", names.port);
    let done = run(&["lookup", "c.example", "--via", "dns", "--dns-server", &server]);
    assert!(done.text().contains("mail goes to relay.c.example (preference 5)"), "{}", done.text());
    let bad = scratch.file("d.example.zone", "@ IN A nowhere\n");
    one_sentence(&run(&["lab", "dns", "--port", "0", "--zone-file", &bad]), 1, &["d.example.zone", "cannot be read"]);
}
