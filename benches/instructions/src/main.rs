//! How many instructions fixed pieces of work take, beside those that were counted before: the same on a busy machine.
//!
//! `benches/instructions/run` builds it and runs it, under valgrind's callgrind: it prints a table and fails where a
//! count has grown by more than [`TOLERATED_PERCENT`]. `UPDATE_BASELINE=1 benches/instructions/run` writes the counts
//! down as those to compare with (`benches/instructions/baseline.json`).
//!
//! Four things are counted. `own` are the instructions of Rust code: ours, and that of the crates and the standard library
//! on our behalf. `OpenSSL` are those of the C and assembler code in the program, with the processor's special
//! instructions switched off, so that every machine runs the same code: a signature checked twice shows there.
//! Allocations and the octets allocated show what is copied, which the C library does. Counts are compared only with those
//! of the same compiler, the same OpenSSL and the same kind of machine; of others it is said that nothing was compared.
#![allow(clippy::unwrap_used, reason = "it stops where it cannot go on")]

mod baseline;
mod callgrind;
mod work;
mod world;

#[path = "../../../tests/support/allocations.rs"]
mod allocations;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use baseline::{Baseline, Counts};

/// How much more a piece of work may take than it did.
const TOLERATED_PERCENT: u64 = 5;

const HOW_TO_KEEP: &str = "UPDATE_BASELINE=1 benches/instructions/run";

const BASELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/baseline.json");

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == callgrind::DO_THE_WORK) {
        work::run();
        return ExitCode::SUCCESS;
    }
    let mut out = std::io::stdout().lock();
    let now = callgrind::count();
    if std::env::var_os("UPDATE_BASELINE").is_some_and(|value| value == "1") {
        print(&mut out, &now, None);
        now.write(Path::new(BASELINE));
        writeln!(out, "written to {BASELINE}").unwrap();
        return ExitCode::SUCCESS;
    }
    let Some(before) = Baseline::read(Path::new(BASELINE)) else {
        print(&mut out, &now, None);
        writeln!(out, "\n!! NOT COMPARED: no counts are kept; {HOW_TO_KEEP} writes these down").unwrap();
        return ExitCode::SUCCESS;
    };
    if before.conditions != now.conditions {
        print(&mut out, &now, None);
        let (kept, these) = (before.conditions, now.conditions);
        writeln!(out, "\n!! NOT COMPARED: the counts kept are of {kept}; these are of {these}").unwrap();
        return ExitCode::SUCCESS;
    }
    print(&mut out, &now, Some(&before));
    report(&mut out, &before, &now)
}

fn print(out: &mut impl std::io::Write, now: &Baseline, before: Option<&Baseline>) {
    writeln!(out, "{}", now.conditions).unwrap();
    write!(out, "{:32}", "").unwrap();
    Counts::NAMES.iter().for_each(|name| write!(out, "{name:>16}        ").unwrap());
    writeln!(out).unwrap();
    for (name, counts) in &now.work {
        let before = before.and_then(|before| before.work.get(name));
        write!(out, "{name:32}").unwrap();
        for (place, count) in counts.all().into_iter().enumerate() {
            let change = before.map_or_else(String::new, |before| change(before.all()[place], count));
            write!(out, "{:>16}{change:>8}", grouped(count)).unwrap();
        }
        writeln!(out).unwrap();
    }
}

/// Says what has grown, shrunk, come or gone; fails for what has grown or is not known.
fn report(out: &mut impl std::io::Write, before: &Baseline, now: &Baseline) -> ExitCode {
    let (mut grown, mut shrunk) = (Vec::new(), Vec::new());
    for (name, counts) in &now.work {
        let Some(before) = before.work.get(name) else {
            grown.push(format!("{name}: not counted before"));
            continue;
        };
        for ((what, before), count) in Counts::NAMES.iter().zip(before.all()).zip(counts.all()) {
            let told = format!("{name}: {what} {} after {}", grouped(count), grouped(before));
            if count * 100 > before * (100 + TOLERATED_PERCENT) {
                grown.push(told);
            } else if count * 100 < before * (100 - TOLERATED_PERCENT) {
                shrunk.push(told);
            }
        }
    }
    grown.extend(before.work.keys().filter(|name| !now.work.contains_key(*name)).map(|name| format!("{name}: gone")));
    if !shrunk.is_empty() {
        writeln!(out, "\nless than before: {}", shrunk.join("; ")).unwrap();
    }
    if grown.is_empty() {
        writeln!(out, "\nnothing takes {TOLERATED_PERCENT} % more than before").unwrap();
        if !shrunk.is_empty() {
            writeln!(out, "to hold what was gained, write the counts down with {HOW_TO_KEEP}").unwrap();
        }
        return ExitCode::SUCCESS;
    }
    writeln!(out, "\n!! MORE THAN {TOLERATED_PERCENT} % ABOVE WHAT WAS COUNTED BEFORE\n{}", grown.join("\n")).unwrap();
    writeln!(out, "make it cheaper, or where it is worth its price write the counts down with {HOW_TO_KEEP}").unwrap();
    ExitCode::FAILURE
}

/// In percent with one decimal, signed.
fn change(before: u64, now: u64) -> String {
    let per_mille = (now.abs_diff(before) * 1000).checked_div(before).unwrap_or_default();
    let sign = if now < before { '-' } else { '+' };
    format!("{sign}{}.{}%", per_mille / 10, per_mille % 10)
}

/// With a comma between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
