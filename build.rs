//! Tells a release build which commit it was made from, so that a version names one source and no moment.
//!
//! Sets `SEALSCOPE_REVISION`: ` (0123456789ab)`, with `-modified` behind it where files differ from the commit. The
//! commit is git's, or that of the package that cargo made. Debug builds have none, since each commit would have all
//! of it compiled anew.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

const DIGITS: usize = 12;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let revision = if release { packaged().or_else(committed) } else { None };
    let shown = revision.map(|revision| format!(" ({revision})")).unwrap_or_default();
    println!("cargo::rustc-env=SEALSCOPE_REVISION={shown}");
}

/// The commit of a package from a registry: cargo writes it into each.
fn packaged() -> Option<String> {
    const FILE: &str = ".cargo_vcs_info.json";
    let text = fs::read_to_string(FILE).ok()?;
    println!("cargo::rerun-if-changed={FILE}");
    let hash = text.split("\"sha1\"").nth(1)?.split('"').nth(1)?;
    Some(hash.get(..DIGITS)?.to_owned())
}

fn committed() -> Option<String> {
    let top = git(&["rev-parse", "--show-prefix"])?;
    // Within the repository of somebody else this is not our commit.
    if !top.is_empty() {
        return None;
    }
    for watched in ["HEAD", "index"] {
        let path = git(&["rev-parse", "--git-path", watched])?;
        println!("cargo::rerun-if-changed={path}");
    }
    for watched in ["Cargo.toml", "Cargo.lock", "src", "assets"] {
        if Path::new(watched).exists() {
            println!("cargo::rerun-if-changed={watched}");
        }
    }
    let hash = git(&["rev-parse", "HEAD"])?;
    let clean = git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty();
    Some(format!("{}{}", hash.get(..DIGITS)?, if clean { "" } else { "-modified" }))
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
