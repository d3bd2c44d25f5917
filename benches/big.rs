//! What a message of a gigabyte and a folder of a hundred thousand messages take on the command line and in the library.
//!
//! `cargo bench --bench big --no-default-features` makes them below the system's folder for temporary files (2.5 GB),
//! looks at them, and deletes them. Memory is what the process has for itself at its peak (RssAnon); pages of a mapped file
//! are the system's, which takes them back whenever it likes. The window's part is `cargo bench --bench window`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench stops where it cannot go on")]

mod large;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sealscope::limits::Limits;
use sealscope::workspace::index::Index;
use sealscope::workspace::listing::{Account, ListedMessage, list};

fn main() {
    let home = tempfile::tempdir().unwrap();
    println!("sealscope inspect                         time        memory of its own");
    for what in ["1 GB, an attachment", "1 GB, encrypted"] {
        let file = home.path().join("large.eml");
        if what.ends_with("encrypted") {
            large::write_enveloped(&file)
        } else {
            large::write_message(&file)
        }
        let (took, anonymous) = inspected(&file, home.path());
        println!("{what:<36} {:>8.2} s {anonymous:>14.1} MB", took.as_secs_f64());
        std::fs::remove_file(&file).unwrap();
    }
    folder(home.path());
}

fn inspected(file: &Path, home: &Path) -> (Duration, f64) {
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_sealscope"))
        .arg("inspect")
        .arg(file)
        // Where there is no workspace, none is read.
        .env("HOME", home)
        .env_remove("XDG_DATA_HOME")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let process = child.id().to_string();
    let mut most = 0.0_f64;
    loop {
        most = most.max(large::anonymous(&process).unwrap_or_default());
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return (started.elapsed(), most);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[derive(Default)]
struct First {
    started: Option<Instant>,
    first: Option<Duration>,
    messages: Vec<ListedMessage>,
}

impl Account for First {
    fn found(&mut self, messages: Vec<ListedMessage>, _done: usize, _of: usize) {
        self.first = self.first.or(self.started.map(|started| started.elapsed()));
        self.messages.extend(messages);
    }

    fn is_stopped(&self) -> bool {
        false
    }
}

fn folder(home: &Path) {
    let (folder, indexes) = (home.join("folder"), home.join("indexes"));
    large::write_folder(&folder, large::MESSAGES);
    println!("\n100,000 messages of 2 KB             first portion      all       read   memory of its own");
    for what in ["listed for the first time", "listed again"] {
        let before = large::anonymous("self").unwrap_or_default();
        let started = Instant::now();
        let mut account = First { started: Some(started), ..First::default() };
        let mut index = Index::open(&indexes, &folder);
        let listing = list(&folder, &Limits::DEFAULT, &mut index, &mut account).unwrap();
        index.save().unwrap();
        let took = started.elapsed();
        assert_eq!(account.messages.len(), large::MESSAGES);
        println!(
            "{what:<36} {:>10.2} s {:>8.2} s {:>9} {:>14.1} MB",
            account.first.unwrap_or_default().as_secs_f64(),
            took.as_secs_f64(),
            large::MESSAGES - listing.known,
            large::anonymous("self").unwrap_or_default() - before,
        );
    }
}
