//! The passphrase out of a keyring: a false one that tests can look into, and the system's own where there is one.
#![cfg(test)]

mod support;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use sealscope::cli::{self, Cli, Colour, Program};
use sealscope::pki::{Passphrase, write_pkcs12};
use sealscope::workspace::keyring::{Keyring, KeyringError};
use support::command::Scratch;
use support::{ALICE, Circle, NOW};

const WORDS: &str = "open sesame";

#[derive(Default)]
struct FalseKeyring {
    kept: RefCell<BTreeMap<PathBuf, String>>,
    is_locked: bool,
}

impl Keyring for FalseKeyring {
    fn recall(&self, workspace: &Path) -> Result<Option<Passphrase>, KeyringError> {
        if self.is_locked {
            return Err(KeyringError::Refused("it is locked".to_owned()));
        }
        Ok(self.kept.borrow().get(workspace).map(Passphrase::new))
    }

    fn remember(&self, workspace: &Path, passphrase: &Passphrase) -> Result<(), KeyringError> {
        self.kept.borrow_mut().insert(workspace.to_owned(), passphrase.expose().to_owned());
        Ok(())
    }

    fn forget(&self, workspace: &Path) -> Result<bool, KeyringError> {
        Ok(self.kept.borrow_mut().remove(workspace).is_some())
    }
}

struct Said {
    exit: u8,
    out: String,
    err: String,
}

fn run(arguments: &[&str], workspace: &str, keyring: Option<&dyn Keyring>, words: Option<&str>) -> Said {
    let all = ["sealscope"].into_iter().chain(arguments.iter().copied()).chain(["--workspace", workspace]);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut program = Program {
        stdin: &mut io::empty(),
        stdout: &mut out,
        stderr: &mut err,
        colour: Colour::Avoid,
        progress: false,
        now: NOW,
        seed: [0; 16],
        passphrase: words.map(Passphrase::new),
        keyring,
        ask: &|_| Ok(None),
        open_window: &|_, _| Ok(()),
    };
    let exit = cli::run(&Cli::try_parse_from(all).unwrap(), &mut program).code();
    Said { exit, out: String::from_utf8(out).unwrap(), err: String::from_utf8(err).unwrap() }
}

fn workspace(scratch: &Scratch) -> String {
    let file = scratch
        .file("alice.p12", write_pkcs12(&Circle::new("keyring").address(ALICE), &Passphrase::published("x")).unwrap());
    let folder = scratch.path("workspace");
    let imported =
        run(&["keys", "import", &file, "--for", ALICE, "--file-passphrase", "x"], &folder, None, Some(WORDS));
    assert_eq!(imported.exit, 0, "{}", imported.err);
    folder
}

#[test]
fn a_passphrase_is_kept_used_and_forgotten_for_its_workspace_and_no_other() {
    let scratch = Scratch::new();
    let (folder, keyring) = (workspace(&scratch), FalseKeyring::default());
    let export = ["keys", "export", ALICE, "--for", ALICE, "--keyring", "-o", &scratch.path("out.p12")];
    let nothing_yet = run(&export, &folder, Some(&keyring), None);
    assert!(nothing_yet.exit == 1 && nothing_yet.err.contains("put it there with `sealscope keys remember`"));

    let remembered = run(&["keys", "remember"], &folder, Some(&keyring), Some(WORDS));
    assert!(remembered.exit == 0 && !remembered.out.contains(WORDS), "{}", remembered.err);
    assert_eq!(keyring.kept.borrow().values().collect::<Vec<_>>(), [WORDS]);
    // The environment's is for another workspace, as it were: the keyring was asked for.
    let exported = run(&export, &folder, Some(&keyring), Some("something else"));
    assert_eq!(exported.exit, 0, "{}", exported.err);
    assert_eq!(run(&export, &scratch.path("other"), Some(&keyring), None).exit, 1);

    let forgotten = run(&["keys", "forget", "--json"], &folder, Some(&keyring), None);
    assert!(forgotten.out.contains("\"forgotten\": true") && keyring.kept.borrow().is_empty(), "{}", forgotten.out);
    assert!(run(&["keys", "forget"], &folder, Some(&keyring), None).out.contains("kept no passphrase"));
}

#[test]
fn a_passphrase_that_opens_nothing_is_not_kept() {
    let scratch = Scratch::new();
    let (folder, keyring) = (workspace(&scratch), FalseKeyring::default());
    let refused = run(&["keys", "remember"], &folder, Some(&keyring), Some("wrong"));
    assert!(refused.exit == 1 && refused.err.contains("does not open"), "{}", refused.err);
    assert!(keyring.kept.borrow().is_empty());
}

#[test]
fn a_keyring_that_refuses_and_a_build_without_one_are_told_with_the_remedy() {
    let scratch = Scratch::new();
    let folder = workspace(&scratch);
    let locked = FalseKeyring { is_locked: true, ..FalseKeyring::default() };
    let refused = run(&["outgoing", "-", "--keyring"], &folder, Some(&locked), None);
    assert_eq!(refused.exit, 1, "{}", refused.err);
    let refused = run(&["keys", "export", ALICE, "--for", ALICE, "--keyring", "-o", "-"], &folder, Some(&locked), None);
    assert!(refused.exit == 1 && refused.err.contains("unlock it and try again"), "{}", refused.err);
    let without = run(&["keys", "remember"], &folder, None, Some(WORDS));
    assert!(without.exit == 1 && without.err.contains("--features keyring"), "{}", without.err);
}

#[cfg(feature = "keyring")]
#[test]
fn the_systems_keyring_keeps_and_forgets_or_says_that_it_is_not_there() {
    let keyring = sealscope::io::keyring::SystemKeyring;
    let place = Path::new("/nonexistent/sealscope-test");
    match keyring.remember(place, &Passphrase::new(WORDS)) {
        Ok(()) => {
            assert_eq!(keyring.recall(place).unwrap().unwrap().expose(), WORDS);
            assert!(keyring.forget(place).unwrap());
            assert_eq!(keyring.recall(place), Ok(None));
        }
        Err(error) => eprintln!("the_systems_keyring_keeps_and_forgets_or_says_that_it_is_not_there: skipped: {error}"),
    }
}
