//! The program is killed at random moments while it writes: everything that it had committed is there and whole.
//!
//! `SEALSCOPE_KILLS=500 cargo test --test durability_kill -- --nocapture` kills 500 times each way and prints the figures;
//! `SEALSCOPE_SEED` repeats a run. A kill does not lose what the system still holds in memory: what a loss of power does is
//! tested in `durability_power.rs`.
#![cfg(test)]
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/durability.rs"]
mod durability;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Lines, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use command::Scratch;
use durability::{May, STEPS, Script, Step, digests, no_key_in_the_clear, private_folder, secret, temporaries, whole};
use sealscope::pki::container::write_pkcs12;
use sealscope::workspace::Workspace;

const WRITE_INTO: &str = "SEALSCOPE_TEST_WRITE_INTO";
const FEW: u64 = 10;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

fn kills() -> u64 {
    number("SEALSCOPE_KILLS").unwrap_or(FEW)
}

/// Marsaglia's xorshift64: repeatable by its seed.
struct Random(u64);

impl Random {
    fn new() -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let seed = number("SEALSCOPE_SEED").unwrap_or(u64::from(now.subsec_nanos()) | 1);
        writeln!(std::io::stderr(), "seed {seed}: SEALSCOPE_SEED={seed} repeats the moments").unwrap();
        Self(seed.max(1))
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit.max(1)
    }
}

fn wait_micros(micros: u64) {
    let until = Instant::now() + Duration::from_micros(micros);
    while Instant::now() < until {
        std::hint::spin_loop();
    }
}

/// The process that is killed: this program again, told by a variable where to write. As a test it does nothing.
#[test]
fn the_writer_that_is_killed_does_nothing_unless_it_is_told_where_to_write() {
    let Some(root) = std::env::var_os(WRITE_INTO) else { return };
    let script = Script::new();
    let workspace = Workspace::open(PathBuf::from(root)).unwrap();
    let mut out = std::io::stdout();
    let state = || serde_json::to_string(&digests(workspace.root())).unwrap();
    writeln!(out, "\n@{}", state()).unwrap();
    // Several rounds, so that nobody waits for a kill that comes late.
    for _ in 0..50 {
        for step in &STEPS {
            step.run(&script, &workspace.writer().unwrap()).unwrap();
            // After the call has given back, and with the right to write given up: this is committed.
            writeln!(out, "@{}", state()).unwrap();
            out.flush().unwrap();
        }
    }
}

struct Victim {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    state: State,
}

/// The digest of each file by its path.
type State = BTreeMap<String, String>;

impl Victim {
    fn start(root: &Path) -> Self {
        let name = "the_writer_that_is_killed_does_nothing_unless_it_is_told_where_to_write";
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture", "--test-threads=1"])
            .env(WRITE_INTO, root)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut victim = Self { child, lines, state: State::new() };
        assert!(victim.hear(), "the writer did not start");
        victim
    }

    /// Waits for the next thing that is committed.
    fn hear(&mut self) -> bool {
        let told = self.lines.by_ref().map_while(Result::ok).find_map(|line| state_in(&line));
        told.map(|state| self.state = state).is_some()
    }

    /// Kills it. Gives how many more steps it had finished by then, and the last state that it told.
    fn kill(mut self) -> (usize, State) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let mut more = 0;
        while self.hear() {
            more += 1;
        }
        (more, self.state)
    }
}

// The last line may be cut off by the kill.
fn state_in(line: &str) -> Option<State> {
    serde_json::from_str(line.trim().strip_prefix('@')?).ok()
}

/// What was told as committed is there, but for what the step under way may do.
fn committed_is_there(told: &State, found: &State, step: &Step) {
    let touched = |path: &str| step.touches.iter().any(|start| path.starts_with(start));
    for (path, digest) in told {
        match found.get(path) {
            Some(here) => {
                assert!(here == digest || (step.may != May::Add && touched(path)), "{path} changed in {}", step.name)
            }
            None => assert!(step.may == May::Remove && touched(path), "{path} is gone in {}", step.name),
        }
    }
    for path in found.keys().filter(|path| !told.contains_key(*path)) {
        assert!(touched(path), "{path} appeared in {}", step.name);
    }
}

#[test]
fn a_writer_that_is_killed_at_any_moment_leaves_everything_it_had_committed() {
    let folder = private_folder();
    let mut random = Random::new();
    let (mut half_written, mut swept, mut moments) = (0, 0, BTreeMap::<&str, usize>::new());
    for kill in 0..kills() {
        // Each writer brings keys of its own, and all that are left are opened after each kill.
        let root = folder.path().join(format!("w{}", kill / 10));
        Workspace::open_or_create(&root).unwrap();
        let mut victim = Victim::start(&root);
        // Through a whole round sooner or later, to the end of a step, and then somewhere into the next ones.
        let through = usize::try_from(random.below(u64::try_from(STEPS.len()).unwrap())).unwrap();
        for _ in 0..through {
            assert!(victim.hear(), "a step failed before kill {kill}");
        }
        wait_micros(random.below(12_000));
        let (more, told) = victim.kill();
        let step = &STEPS[(through + more) % STEPS.len()];
        *moments.entry(step.name).or_default() += 1;
        let left = temporaries(&root);
        half_written += usize::from(!left.is_empty());
        let workspace = whole(&root, Some(&secret()));
        committed_is_there(&told, &digests(&root), step);
        drop(workspace.writer().unwrap());
        swept += left.len();
        assert_eq!(temporaries(&root), Vec::<PathBuf>::new(), "the next writer clears up");
        if kill % 10 == 0 {
            let checked = command::run(&["workspace", "check", "--workspace", root.to_str().unwrap(), "--json"]);
            assert_eq!(checked.exit, 0, "{}{}", checked.text(), checked.stderr);
        }
    }
    let figures = format!(
        "{} kills of a writer: {half_written} left a half-written file, {swept} such files cleared up, nothing lost; during {moments:?}",
        kills()
    );
    writeln!(std::io::stderr(), "{figures}").unwrap();
}

/// A command that ended, or was killed, changed only what it may touch.
fn untouched_is_the_same(before: &State, after: &State, touches: &[&str]) {
    let touched = |path: &str| touches.iter().any(|start| path.starts_with(start));
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for path in paths {
        assert!(touched(path) || before.get(path) == after.get(path), "{path} is not as it was");
    }
}

/// Commands that write, each with what it may touch.
struct Commands {
    scratch: Scratch,
    root: String,
    script: Script,
}

impl Commands {
    fn new() -> Self {
        let scratch = Scratch::new();
        let root = scratch.path("w");
        let script = Script::new();
        scratch.file("words", "of the workspace\n");
        scratch.file("key.p12", write_pkcs12(&script.goods.keys[0], &secret()).unwrap());
        let certificates: String = script.goods.keys.iter().map(|key| key.certificate().pem()).collect();
        scratch.file("certificates.pem", certificates);
        scratch.file("ca.pem", script.goods.authority.certificate().pem());
        scratch.file("list.crl", script.goods.crl.pem());
        Self { scratch, root, script }
    }

    fn all(&self) -> Vec<(Vec<String>, &'static [&'static str])> {
        let at = |name: &str| self.scratch.path(name);
        let sha = self.script.goods.keys[2].certificate().sha256();
        let key = self.script.goods.keys[0].certificate().sha256();
        let lines: [(&str, &'static [&'static str]); 11] = [
            ("keys import key.p12 --for user0@d.example --file-passphrase of_the_workspace", &["parties/user0"]),
            ("certs import certificates.pem --for user0@d.example", &["parties/user0"]),
            ("anchors add ca.pem --for user0@d.example", &["parties/user0"]),
            ("authorities import ca.pem", &["authorities"]),
            ("crls import list.crl", &["crls"]),
            ("keys generate --key p-256 --for made@d.example", &["parties/made"]),
            ("keys remove made@d.example --for made@d.example", &["parties/made"]),
            ("certs remove SHA --for user0@d.example", &["parties/user0"]),
            ("anchors remove durable-ca --for user0@d.example", &["parties/user0"]),
            ("authorities remove durable-ca", &["authorities"]),
            ("keys remove KEY --for user0@d.example", &["parties/user0"]),
        ];
        let lines = lines.map(|(line, touches)| {
            let words = line.split(' ').map(|word| match word {
                "SHA" => sha.to_owned(),
                "KEY" => key.to_owned(),
                "of_the_workspace" => "of the workspace".to_owned(),
                file if file.contains('.') && !file.contains('@') => at(file),
                word => word.to_owned(),
            });
            let mut words: Vec<String> = words.collect();
            words.extend(["--workspace".to_owned(), self.root.clone(), "--passphrase-file".to_owned(), at("words")]);
            (words, touches)
        });
        lines.into()
    }
}

#[test]
fn the_program_that_is_killed_at_any_moment_leaves_a_workspace_that_opens() {
    let commands = Commands::new();
    let all = commands.all();
    let root = PathBuf::from(&commands.root);
    Workspace::open_or_create(&root).unwrap();
    let mut random = Random::new();
    let (mut finished, mut half_written) = (0, 0);
    // As long as it takes here and now: the moments are spread over the whole of a run.
    let started = Instant::now();
    assert_eq!(command::run(&all[0].0.iter().map(String::as_str).collect::<Vec<_>>()).exit, 0);
    let mut longest = started.elapsed();
    for kill in 0..kills() {
        let (arguments, touches) = &all[usize::try_from(kill).unwrap() % all.len()];
        let before = digests(&root);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut child = command::command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let started = Instant::now();
        wait_micros(random.below(u64::try_from(longest.as_micros()).unwrap()));
        child.kill().unwrap();
        let ended = child.wait().unwrap();
        if ended.success() {
            finished += 1;
            longest = longest.min(started.elapsed() * 2);
        }
        half_written += usize::from(!temporaries(&root).is_empty());
        no_key_in_the_clear(&root, &commands.script.goods.keys);
        let workspace = whole(&root, Some(&secret()));
        untouched_is_the_same(&before, &digests(&root), touches);
        drop(workspace.writer().unwrap());
        assert_eq!(temporaries(&root), Vec::<PathBuf>::new(), "the next writer clears up");
    }
    let figures = format!(
        "{} kills of the program itself, {finished} after it was done: {half_written} left a half-written file, every workspace opened, nothing lost",
        kills()
    );
    writeln!(std::io::stderr(), "{figures}").unwrap();
}
