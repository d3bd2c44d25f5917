//! This program once more, under callgrind: one file of counts for each piece of work.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::baseline::{Baseline, Conditions, Counts};
use super::work::Told;

/// The argument with which the work is done and nothing counted.
pub(crate) const DO_THE_WORK: &str = "--do-the-work";

/// The function during which is counted, and the one after which the counts are written, as their names are mangled. They
/// are two, since callgrind heeds one option for each.
const COUNTED: &str = "*work6during*";
const WRITTEN: &str = "*work12written_down*";

/// # Panics
/// Where valgrind cannot be run, or the work fails.
pub(crate) fn count() -> Baseline {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("callgrind");
    let program = std::env::current_exe().unwrap();
    let output = Command::new("valgrind")
        .arg("--tool=callgrind")
        .args(["--quiet", "--demangle=no", "--compress-strings=no", "--compress-pos=no"])
        .args([format!("--toggle-collect={COUNTED}"), format!("--dump-after={WRITTEN}")])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(&program)
        .arg(DO_THE_WORK)
        // Neither AES-NI nor SHA-NI nor wide registers: the code that every x86-64 has.
        .env("OPENSSL_ia32cap", "0:0")
        .output()
        .expect("valgrind cannot be run: install the package valgrind");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Told = serde_json::from_slice(&output.stdout).unwrap();
    let program = program.to_str().unwrap();
    let counted = |(number, work): (usize, super::work::Done)| {
        let file = folder.path().join(format!("callgrind.{}", number + 1));
        let (own, openssl) = instructions(&file, program);
        let octets = |number: usize| u64::try_from(number).unwrap();
        (work.name, Counts { own, openssl, allocations: octets(work.allocations), octets: octets(work.octets) })
    };
    let work: BTreeMap<String, Counts> = told.work.into_iter().enumerate().map(counted).collect();
    Baseline { conditions: conditions(told.openssl, told.vectors), work }
}

fn conditions(openssl: String, vectors: String) -> Conditions {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(compiler).arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
    Conditions { compiler: format!("rustc {}", line("release: ")), machine: line("host: "), openssl, vectors }
}

/// Instructions of Rust functions, and of all others in the program itself.
fn instructions(file: &Path, program: &str) -> (u64, u64) {
    let text = fs::read_to_string(file).unwrap();
    let (mut own, mut openssl) = (0, 0);
    let (mut in_program, mut in_rust, mut of_a_call) = (false, false, false);
    for line in text.lines() {
        if let Some(object) = line.strip_prefix("ob=") {
            in_program = object == program;
        } else if let Some(function) = line.strip_prefix("fn=") {
            in_rust = function.starts_with("_ZN") || function.starts_with("_R");
        } else if line.starts_with("calls=") {
            // What the next line tells is the callee's, and is told there too.
            of_a_call = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit()) {
            let count: u64 = line.split_ascii_whitespace().nth(1).unwrap().parse().unwrap();
            match (std::mem::take(&mut of_a_call), in_program, in_rust) {
                (false, true, true) => own += count,
                (false, true, false) => openssl += count,
                _ => {}
            }
        }
    }
    assert!(own > 0, "no instruction was counted in {}", file.display());
    (own, openssl)
}
