//! Planted secrets: unusual passphrases and a known private key go through the program, and are then looked for in
//! everything that it printed and left behind, in its core dump, and in the memory of a process that dropped them.
//! The window's settings, state and accessibility tree are looked through in `tests/window_secrets.rs` and
//! `src/ui/widgets/secret.rs`, the report of a fault in `tests/fault_report.rs`.
#![cfg(test)]
#![cfg(target_os = "linux")]

mod support;

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealscope::guard::{Process, guard};
use sealscope::openssl_ffi::{SecretOctets, SecureHeap, secure_heap_used};
use sealscope::pki::container::{self, Item};
use sealscope::pki::{Certificate, NewKey, Passphrase, PrivateKeyEntry, write_pkcs12};
use support::command::{Done, Scratch, command};
use support::{ALICE, BOB, Circle};

const OF_WORKSPACE: &str = "zürich-Ω-workspace-7391-quokka";
const OF_FILE: &str = "file-words-40182-wombat";
const OF_EXPORT: &str = "export-words-55107-numbat";
const WRONG: &str = "wrong-words-88224-dunnart";

/// What must be nowhere, with a name for it.
struct Planted(Vec<(String, Vec<u8>)>);

impl Planted {
    fn words(words: &[&str]) -> Self {
        let forms = |words: &&str| {
            let hex: String = words.bytes().map(|octet| format!("{octet:02x}")).collect();
            [
                (format!("“{words}”"), words.as_bytes().to_vec()),
                (format!("“{words}” in hex"), hex.into_bytes()),
                (
                    format!("“{words}” in base64"),
                    STANDARD.encode(&words.as_bytes()[..words.len() / 3 * 3]).into_bytes(),
                ),
            ]
        };
        Self(words.iter().flat_map(forms).collect())
    }

    fn and_key(mut self, entry: &PrivateKeyEntry) -> Self {
        let rsa = entry.key().rsa().unwrap();
        let numbers = [("d", Some(rsa.d())), ("p", rsa.p()), ("q", rsa.q()), ("dp", rsa.dmp1()), ("dq", rsa.dmq1())];
        for (name, number) in numbers {
            let octets = number.unwrap().to_vec();
            // From a place inside: a leading zero, or the end, may be written otherwise.
            let inside = &octets[8..56];
            let digits: Vec<String> = inside.iter().map(|octet| format!("{octet:02x}")).collect();
            self.0.push((format!("{name} of the key"), inside.to_vec()));
            self.0.push((format!("{name} in hex"), digits.concat().into_bytes()));
            self.0.push((format!("{name} in upper-case hex"), digits.concat().to_uppercase().into_bytes()));
            self.0.push((format!("{name} in hex with colons"), digits[..12].join(":").into_bytes()));
            for shift in 0..3 {
                let base64 = STANDARD.encode(&inside[shift..shift + 18]);
                self.0.push((format!("{name} in base64, {shift} octets on"), base64.into_bytes()));
            }
        }
        self
    }

    /// The same numbers as they lie in memory: OpenSSL keeps them least significant octet first.
    fn and_key_in_memory(mut self, entry: &PrivateKeyEntry) -> Self {
        let rsa = entry.key().rsa().unwrap();
        for (name, number) in [("d", rsa.d()), ("p", rsa.p().unwrap()), ("q", rsa.q().unwrap())] {
            let mut octets = number.to_vec();
            self.0.push((format!("{name} of the key"), octets[8..56].to_vec()));
            octets.reverse();
            self.0.push((format!("{name} as a number"), octets[8..56].to_vec()));
        }
        self
    }

    fn in_octets(&self, octets: &[u8]) -> Vec<&str> {
        let found = self.0.iter().filter(|(_, needle)| memchr::memmem::find(octets, needle).is_some());
        found.map(|(name, _)| name.as_str()).collect()
    }

    #[track_caller]
    fn absent_from(&self, what: &str, octets: &[u8]) {
        let found = self.in_octets(octets);
        assert!(found.is_empty(), "{what} holds {found:?}");
    }

    #[track_caller]
    fn absent_below(&self, folder: &Path) -> usize {
        let files = files_below(folder);
        for file in &files {
            self.absent_from(&file.display().to_string(), &fs::read(file).unwrap());
            self.absent_from("a file's name", file.display().to_string().as_bytes());
        }
        files.len()
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let (mut open, mut found) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found
}

/// Where the program runs: everything it may write lies below `place`, and what it reads beside that.
struct Laboratory {
    place: Scratch,
    given: Scratch,
    alice: PrivateKeyEntry,
}

impl Laboratory {
    fn new() -> Self {
        let circle = Circle::new("planted");
        let (alice, bob) = (circle.address(ALICE), circle.address(BOB));
        let (place, given) = (Scratch::new(), Scratch::new());
        for folder in ["home", "tmp", "runtime", "cache", "out"] {
            fs::create_dir(place.path(folder)).unwrap();
        }
        let chain: String = alice.chain().iter().map(Certificate::pem).collect();
        let key = String::from_utf8(alice.key().private_key_to_pem_pkcs8().unwrap()).unwrap();
        given.file("alice.pem", [key, alice.certificate().pem(), chain].concat());
        given.file("alice.p12", write_pkcs12(&alice, &Passphrase::new(OF_FILE)).unwrap());
        given.file("bob.p12", write_pkcs12(&bob, &Passphrase::new(OF_FILE)).unwrap());
        let whole = fs::read(given.path("alice.p12")).unwrap();
        given.file("cut.p12", &whole[..whole.len() - 40]);
        given.file("root.pem", circle.root.certificate().pem());
        given.file("words.txt", format!("{OF_WORKSPACE}\n"));
        given.file("letter.eml", format!("From: {ALICE}\r\nTo: {BOB}\r\nSubject: hello\r\n\r\nA letter.\r\n"));
        Self { place, given, alice }
    }

    fn planted(&self) -> Planted {
        Planted::words(&[OF_WORKSPACE, OF_FILE, OF_EXPORT, WRONG]).and_key(&self.alice)
    }

    /// A call over the workspace, as talkative as it can be; `@name` is a file that is given, `%name` one to be written.
    fn call(&self, arguments: &[&str]) -> Command {
        let paths: Vec<String> = arguments
            .iter()
            .map(|argument| match (argument.strip_prefix('@'), argument.strip_prefix('%')) {
                (Some(name), _) => self.given.path(name),
                (_, Some(name)) => self.place.path(&format!("out/{name}")),
                _ => (*argument).to_owned(),
            })
            .collect();
        let mut call = command(&paths.iter().map(String::as_str).collect::<Vec<_>>());
        call.args(["--workspace", &self.place.path("workspace")])
            .current_dir(self.place.path("out"))
            .env("HOME", self.place.path("home"))
            .env("XDG_DATA_HOME", self.place.path("home"))
            .env("XDG_CONFIG_HOME", self.place.path("home"))
            .env("XDG_CACHE_HOME", self.place.path("cache"))
            .env("XDG_RUNTIME_DIR", self.place.path("runtime"))
            .env("TMPDIR", self.place.path("tmp"))
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "full");
        call
    }

    fn run(&self, arguments: &[&str], words: Option<&str>) -> Output {
        let mut call = self.call(arguments);
        words.map(|words| call.env(Passphrase::VARIABLE, words));
        call.output().unwrap()
    }

    /// Runs it to that exit status; whatever it printed holds no secret.
    #[track_caller]
    fn ends(&self, exit: i32, arguments: &[&str], words: Option<&str>) {
        let output = self.run(arguments, words);
        let what = arguments.join(" ");
        self.planted().absent_from(&format!("standard output of {what}"), &output.stdout);
        self.planted().absent_from(&format!("standard error of {what}"), &output.stderr);
        let done = Done::from(output);
        assert_eq!(done.exit, exit, "{what}: {}", done.stderr.lines().last().unwrap_or_default());
    }

    fn imported() -> Self {
        let laboratory = Self::new();
        let words = Some(OF_WORKSPACE);
        laboratory.ends(0, &["keys", "import", "@alice.pem", "--for", ALICE, "--verbose"], words);
        laboratory.ends(0, &["keys", "import", "@bob.p12", "--for", BOB, "--file-passphrase", OF_FILE], words);
        for party in [ALICE, BOB] {
            laboratory.ends(0, &["anchors", "add", "@root.pem", "--for", party, "--direction", "both"], None);
        }
        laboratory
    }
}

#[test]
fn nothing_that_the_program_prints_or_writes_holds_a_passphrase_or_a_private_key() {
    let laboratory = Laboratory::imported();
    let words = Some(OF_WORKSPACE);
    let calls: &[(i32, &[&str], Option<&str>)] = &[
        (0, &["keys", "list", "--json"], None),
        (0, &["keys", "export", ALICE, "--for", ALICE, "-o", "%a.p12", "--file-passphrase", OF_EXPORT], words),
        (0, &["keys", "generate", "--for", "carol@b.example", "--key", "p-256"], words),
        (0, &["outgoing", "@letter.eml", "-o", "%sent.bsmtp", "--via", "local", "--verbose"], words),
        (0, &["incoming", "%sent.bsmtp", "-o", "%back.eml", "--domain", "b.example", "--verbose"], words),
        (0, &["incoming", "%sent.bsmtp", "--domain", "b.example", "--json", "--passphrase-file", "@words.txt"], None),
        (0, &["diagnose", "%sent.bsmtp", "--domain", "b.example", "--json", "--verbose"], words),
        (0, &["report", "%sent.bsmtp", "--domain", "b.example", "-o", "%report.html", "--verbose"], words),
        (0, &["batch", "%sent.bsmtp", "--domain", "b.example", "--verbose"], words),
        (0, &["inspect", "@alice.p12", "--file-passphrase", OF_FILE, "--verbose"], None),
        (0, &["inspect", "@alice.p12", "--file-passphrase", OF_FILE, "--json"], None),
        (1, &["incoming", "%sent.bsmtp", "--domain", "b.example", "--json", "--verbose"], Some(WRONG)),
        (1, &["keys", "import", "@alice.p12", "--for", ALICE, "--file-passphrase", WRONG, "--verbose"], words),
        (1, &["keys", "import", "@cut.p12", "--for", ALICE, "--file-passphrase", OF_FILE, "--json"], words),
        (1, &["keys", "import", "@alice.p12", "--for", ALICE, "--file-passphrase", OF_FILE], Some(WRONG)),
    ];
    for (exit, arguments, words) in calls {
        laboratory.ends(*exit, arguments, *words);
    }
    let files = laboratory.planted().absent_below(Path::new(&laboratory.place.path("")));
    assert!(files > 10, "{files} files");
    assert_eq!(files_below(Path::new(&laboratory.place.path("tmp"))), Vec::<PathBuf>::new());
    // And the net catches what it is for.
    let caught = laboratory.planted();
    assert!(!caught.in_octets(&fs::read(laboratory.given.path("alice.pem")).unwrap()).is_empty());
    assert!(!caught.in_octets(&laboratory.alice.key().private_key_to_der().unwrap()).is_empty());
}

#[test]
fn no_temporary_folder_is_needed_and_none_is_written_to() {
    let laboratory = Laboratory::imported();
    for arguments in [
        ["outgoing", "@letter.eml", "-o", "%sent.bsmtp", "--via", "local"].as_slice(),
        &["incoming", "%sent.bsmtp", "-o", "%back.eml", "--domain", "b.example"],
        &["report", "%sent.bsmtp", "-o", "%report.html", "--domain", "b.example"],
        &["keys", "generate", "--for", "dora@b.example", "--key", "p-256"],
    ] {
        let mut call = laboratory.call(arguments);
        let output = call.env(Passphrase::VARIABLE, OF_WORKSPACE).env("TMPDIR", "/nonexistent").output().unwrap();
        let done = Done::from(output);
        assert_eq!(done.exit, 0, "{}: {}", arguments.join(" "), done.stderr.lines().last().unwrap_or_default());
    }
}

#[test]
fn a_program_that_is_killed_while_it_stores_a_key_leaves_no_secret_behind() {
    let laboratory = Laboratory::new();
    let keys = PathBuf::from(laboratory.place.path(&format!("workspace/parties/{ALICE}")));
    let mut killed = 0;
    for _ in 0..3 {
        let mut call = laboratory.call(&["keys", "import", "@alice.pem", "--for", ALICE]);
        let mut child = call.env(Passphrase::VARIABLE, OF_WORKSPACE).stderr(Stdio::null()).spawn().unwrap();
        // The party's folder is made first; then the key is sealed, read back and written.
        while !keys.exists() && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        killed += usize::from(child.wait().unwrap().signal().is_some());
        laboratory.planted().absent_below(Path::new(&laboratory.place.path("")));
        let _ = fs::remove_dir_all(&keys);
    }
    assert!(killed > 0, "it was always done before it could be killed");
}

/// A command that waits for its message with the passphrase in its hands, started where core dumps are allowed.
fn waiting(laboratory: &Laboratory) -> Child {
    let wanted = laboratory.call(&["incoming", "-", "--domain", "b.example"]);
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -c unlimited; exec \"$0\" \"$@\""]).arg(wanted.get_program()).args(wanted.get_args());
    for (name, value) in wanted.get_envs() {
        value.map(|value| shell.env(name, value));
    }
    shell.env(Passphrase::VARIABLE, OF_WORKSPACE).current_dir(laboratory.place.path("out"));
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn a_process_that_is_aborted_leaves_no_core_dump() {
    let folder = Scratch::new();
    let mut control = Command::new("sh");
    control.args(["-c", "ulimit -c unlimited; kill -ABRT $$"]).current_dir(folder.path(""));
    let dumps = control.status().unwrap().core_dumped();
    let laboratory = Laboratory::imported();
    let mut child = waiting(&laboratory);
    // The log's first line comes after the process has guarded itself.
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("process guarded"), "{line}");
    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert!(core.split_whitespace().nth(4) == Some("1"), "{core}");
    assert!(Command::new("kill").args(["-ABRT", &child.id().to_string()]).status().unwrap().success());
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(6), "{status}");
    assert!(!status.core_dumped());
    laboratory.planted().absent_below(Path::new(&laboratory.place.path("")));
    if !dumps {
        eprintln!(
            "a_process_that_is_aborted_leaves_no_core_dump: this system dumps no core at all; the limit alone was looked at"
        );
    }
}

/// What one process holds of the planted secrets: read from outside, so that looking leaves no trace of its own.
fn in_memory_of(process: u32, planted: &Planted) -> std::io::Result<Vec<String>> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps"))?;
    let mut memory = File::open(format!("/proc/{process}/mem"))?;
    let mut found = Vec::new();
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (Some((start, end)), Some(rights)) = (words.next().and_then(|range| range.split_once('-')), words.next())
        else {
            continue;
        };
        if !rights.starts_with("rw") {
            continue;
        }
        let (start, end) = (u64::from_str_radix(start, 16).unwrap(), u64::from_str_radix(end, 16).unwrap());
        memory.seek(SeekFrom::Start(start))?;
        let mut octets = Vec::new();
        // Pages that cannot be read hold nothing of ours.
        let _ = (&mut memory).take(end - start).read_to_end(&mut octets);
        found.extend(planted.in_octets(&octets).iter().map(|name| format!("{name} in {line}")));
    }
    Ok(found)
}

const CHILD: &str = "SEALSCOPE_TEST_MEMORY_OF";

#[test]
fn a_passphrase_and_a_private_key_are_gone_from_memory_once_they_are_dropped() {
    let test = "a_passphrase_and_a_private_key_are_gone_from_memory_once_they_are_dropped";
    if let Some(folder) = std::env::var_os(CHILD) {
        return hold_and_drop(Path::new(&folder));
    }
    let alice = Circle::new("planted").address(ALICE);
    let given = Scratch::new();
    given.file("alice.p12", write_pkcs12(&alice, &Passphrase::new(OF_FILE)).unwrap());
    given.file("words.txt", OF_FILE);
    let planted = Planted(vec![("the passphrase".to_owned(), OF_FILE.as_bytes().to_vec())]).and_key_in_memory(&alice);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(CHILD, given.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.any(|line| line.contains("memory: held")));
    match in_memory_of(child.id(), &planted) {
        Err(error) => eprintln!("{test}: the memory of another process cannot be read here: {error}"),
        Ok(held) => {
            for name in ["the passphrase", "p as a number"] {
                assert!(held.iter().any(|found| found.starts_with(name)), "{name} is not seen: {held:?}");
            }
            stdin.write_all(b"drop\n").unwrap();
            assert!(said.any(|line| line.contains("memory: dropped")));
            let left = in_memory_of(child.id(), &planted).unwrap();
            assert!(left.is_empty(), "{left:#?}");
        }
    }
    drop(stdin);
    child.wait().unwrap();
}

// In a process of its own, since what other tests plant lies in the same memory.
fn hold_and_drop(folder: &Path) {
    let guarded = guard(Process::Window);
    assert!(guarded.heap != SecureHeap::Absent && guarded.wiped, "{guarded:?}");
    // What an RSA key of 2048 bits takes says how many there is room for.
    let before = secure_heap_used();
    let keys: Vec<_> = (0..4).map(|_| NewKey::Rsa2048.generate().unwrap()).collect();
    let each = (secure_heap_used() - before) / keys.len();
    assert!((600..4_096).contains(&each), "{each} octets for each key");
    let mut file = File::open(folder.join("words.txt")).unwrap();
    let mut line = SecretOctets::zeroed(64);
    let read = file.read(&mut line).unwrap();
    let words = Passphrase::from_file_content(&line[..read]).unwrap();
    drop(line);
    let octets = fs::read(folder.join("alice.p12")).unwrap();
    let mut items = container::read(&octets, Some(&words)).unwrap();
    let Some(Item::Key(entry)) = items.pop() else { panic!("a key") };
    // Everything that is done with the two.
    let mut signer = openssl::sign::Signer::new(openssl::hash::MessageDigest::sha256(), entry.key()).unwrap();
    assert!(signer.sign_oneshot_to_vec(b"something").is_ok());
    drop(signer);
    let again = write_pkcs12(&entry, &words).unwrap();
    assert!(container::read(&again, Some(&words.clone())).is_ok());
    assert!(container::read(&again, Some(&Passphrase::new("another"))).is_err());
    assert!(secure_heap_used() > 0);
    println!("memory: held");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    drop((entry, words, items));
    println!("memory: dropped");
    std::io::stdin().read_line(&mut line).unwrap();
}
