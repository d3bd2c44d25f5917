//! What a package installs beside the program: manual pages, completions, desktop file, icons.
#![cfg(test)]

#[path = "support/command.rs"]
mod command;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use command::{Scratch, one_sentence, run};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_version_names_the_package_and_the_openssl_in_it() {
    let long = run(&["--version"]).text();
    let lines: Vec<&str> = long.lines().collect();
    assert_eq!(lines[0], concat!("sealscope ", env!("CARGO_PKG_VERSION")), "a debug build names no commit");
    assert!(lines[1].starts_with("OpenSSL 3."), "{long}");
    assert!(lines[2].ends_with("the window"), "{long}");
    assert_eq!(run(&["-V"]).text().lines().count(), 1);
}

#[test]
fn every_command_has_a_manual_page_with_its_examples_and_exit_status() {
    let scratch = Scratch::new();
    let folder = scratch.path("deep/man1");
    let done = run(&["man", &folder]);
    assert_eq!(done.exit, 0, "{}", done.stderr);
    let pages: BTreeSet<String> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let help = run(&["--help"]).text();
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let mut held = 0;
    // A long explanation goes on in lines that are set in further.
    let heads = commands.filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    for name in heads.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        let page = format!("sealscope-{name}.1");
        assert!(pages.contains(&page), "no {page} in {pages:?}");
        let text = fs::read_to_string(Path::new(&folder).join(&page)).unwrap();
        assert!(text.contains(".SH EXAMPLES\n.nf\n") && text.contains(".SH \"EXIT STATUS\"\n"), "{text}");
        held += 1;
    }
    assert!(held > 20, "only {held} commands are listed");
    assert!(pages.contains("sealscope.1") && pages.contains("sealscope-keys-import.1"), "{pages:?}");
    let page = run(&["man"]).text();
    assert_eq!(page, fs::read_to_string(Path::new(&folder).join("sealscope.1")).unwrap());
}

#[test]
fn a_folder_that_cannot_be_made_for_the_manual_is_named() {
    let scratch = Scratch::new();
    let file = scratch.file("file", "x");
    one_sentence(&run(&["man", &format!("{file}/man1")]), 1, &["manual pages", "file/man1"]);
}

#[test]
fn bash_takes_the_completions_and_offers_every_command_with_them() {
    let scratch = Scratch::new();
    let script = scratch.file("sealscope.bash", run(&["completions", "bash"]).text());
    let asked = format!(
        ". {script}; COMP_WORDS=(sealscope inc); COMP_CWORD=1; _sealscope sealscope inc sealscope; echo \"${{COMPREPLY[*]}}\""
    );
    match Command::new("bash").args(["--norc", "-c", &asked]).output() {
        Ok(output) => {
            assert_eq!(
                String::from_utf8_lossy(&output.stdout).trim(),
                "incoming",
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Err(error) => eprintln!("SKIPPED: the completions were not tried, since bash cannot be run: {error}"),
    }
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        let text = run(&["completions", shell]).text();
        assert!(text.contains("diagnose") && text.contains("workspace"), "{shell}");
    }
}

#[test]
fn what_the_debian_package_takes_is_there() {
    let manifest: toml::Table = fs::read_to_string(repository().join("Cargo.toml")).unwrap().parse().unwrap();
    let assets = manifest["package"]["metadata"]["deb"]["assets"].as_array().unwrap();
    let sources: Vec<&str> = assets.iter().map(|asset| asset[0].as_str().unwrap()).collect();
    for source in sources.iter().filter(|source| !source.starts_with("target/") && !source.contains('*')) {
        assert!(repository().join(source).is_file(), "{source} is missing");
    }
    let desktop = fs::read_to_string(repository().join("assets/linux/sealscope.desktop")).unwrap();
    let icon = desktop.lines().find_map(|line| line.strip_prefix("Icon=")).unwrap();
    assert!(assets.iter().any(|asset| asset[1].as_str().unwrap().ends_with(&format!("256x256/apps/{icon}.png"))));
    // The window's class, by which a desktop finds this file and its icon.
    let window = fs::read_to_string(repository().join("src/ui/run.rs")).unwrap();
    assert!(window.contains(".with_app_id(\"sealscope\")") && desktop.contains("StartupWMClass=sealscope\n"));
}
