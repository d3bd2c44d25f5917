//! Holds the direction of use between the modules against the source.
//!
//! The table below may change, but only on purpose: a use that it does not allow fails here, and so does a module that
//! it does not name.
#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each top-level module and what it may name. `openssl_ffi` lies below `pki` because `pki` needs it.
const MAY_USE: &[(&str, &[&[&str]])] = &[
    ("limits", &[]),
    ("span", &[]),
    ("finding", &[&["span"]]),
    ("mail", &[&["limits", "span", "finding"]]),
    ("mime", &[&["limits", "span", "finding", "mail"]]),
    ("asn1", &[&["limits", "span", "finding"]]),
    ("openssl_ffi", &[&["limits", "span", "finding", "asn1"]]),
    ("guard", &[&["openssl_ffi"]]),
    ("pki", &[&["limits", "span", "finding", "mail", "asn1", "openssl_ffi"]]),
    ("smime", &[&["limits", "span", "finding", "mail", "mime", "asn1", "openssl_ffi", "pki"]]),
    ("trust", &[&["limits", "span", "finding", "mail", "mime", "asn1", "pki", "smime"]]),
    ("discovery", &[&["limits", "span", "finding", "mail", "mime", "asn1", "pki", "smime", "trust"]]),
    ("agent", &[CORE]),
    ("diagnose", &[CORE, &["agent"]]),
    ("conformance", &[CORE, &["agent"]]),
    ("emulate", &[CORE, &["agent"]]),
    ("what_if", &[CORE, &["agent"]]),
    ("exposure", &[CORE, &["agent"]]),
    ("report", &[CORE, &["agent", "diagnose", "conformance", "emulate", "exposure"]]),
    ("workspace", &[CORE, &["agent", "diagnose"]]),
    ("batch", &[CORE, &["agent", "diagnose", "workspace"]]),
    ("io", &[CORE, &["agent", "workspace"]]),
    ("lab", &[CORE, &["agent", "workspace"]]),
    ("cli", &[CORE, ABOVE, &["openssl_ffi", "io", "lab"]]),
    ("ui", &[CORE, ABOVE]),
];

/// What the agent is made of, `openssl_ffi` left out.
const CORE: &[&str] = &["limits", "span", "finding", "mail", "mime", "asn1", "pki", "smime", "trust", "discovery"];
/// What stands on it and is shown to people.
const ABOVE: &[&str] =
    &["agent", "conformance", "emulate", "exposure", "diagnose", "what_if", "report", "workspace", "batch"];

/// The one file of `ui` that may build adapters: it stands where `main` stands for the command line.
const BUILDS_ADAPTERS: &[&str] = &["ui/app/adapters.rs"];
const ADAPTERS: &[&str] = &["io", "lab"];

const LONGEST_FILE: usize = 500;

struct SourceFile {
    /// Relative to `src`, with `/`.
    path: String,
    text: String,
}

impl SourceFile {
    /// The top-level module that the file belongs to; `None` for `lib.rs` and `main.rs`.
    fn module(&self) -> Option<&str> {
        let first = self.path.split('/').next()?;
        let name = first.strip_suffix(".rs").unwrap_or(first);
        (!matches!(name, "lib" | "main")).then_some(name)
    }

    /// The code up to the unit tests, which may reach where they like to make their fixtures.
    fn code(&self) -> String {
        let text = self.text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
        text.lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .fold(String::new(), |code, line| code + line.split(" // ").next().unwrap_or_default() + "\n")
    }
}

#[test]
fn use_goes_one_way() {
    let files = source_files();
    let mut wrong = Vec::new();
    for file in &files {
        let Some(module) = file.module() else { continue };
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == module) else { continue };
        for used in modules_named(&file.code()) {
            let adapter = BUILDS_ADAPTERS.contains(&file.path.as_str()) && ADAPTERS.contains(&used.as_str());
            if used != module && !may(allowed, &used) && !adapter {
                wrong.push(format!("src/{} names crate::{used}, which lies above or beside {module}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_names_every_module_and_no_other() {
    let on_disk: BTreeSet<String> =
        source_files().iter().filter_map(|file| file.module().map(ToOwned::to_owned)).collect();
    let in_table: BTreeSet<String> = MAY_USE.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(on_disk, in_table);
}

#[test]
fn the_table_has_no_way_round() {
    for (position, (module, allowed)) in MAY_USE.iter().enumerate() {
        for used in allowed.iter().copied().flatten() {
            let place = MAY_USE.iter().position(|(name, _)| name == used);
            assert!(place.is_some_and(|place| place < position), "{module} may use {used}, which is not to its left");
        }
    }
}

#[test]
fn adapters_are_named_only_where_they_are_built() {
    let places: Vec<String> = source_files()
        .iter()
        .filter(|file| !modules_named(&file.code()).is_disjoint(&ADAPTERS.iter().map(ToString::to_string).collect()))
        .map(|file| file.path.clone())
        .filter(|path| {
            let own_or_built = ["io/", "lab/", "cli/"].iter().any(|folder| path.starts_with(folder));
            !own_or_built && !BUILDS_ADAPTERS.contains(&path.as_str()) && path != "main.rs"
        })
        .collect();
    assert!(places.is_empty(), "io and lab are named in {places:?}");
}

/// Foreign code, and foreign files: a mapping is as safe as what other programs do to the file.
const UNSAFE: [&str; 2] = ["openssl_ffi/", "span/mapped.rs"];

#[test]
fn unsafe_code_stays_where_it_is_accounted_for() {
    let places: Vec<String> = source_files()
        .into_iter()
        .filter(|file| words(&file.code()).any(|word| word == "unsafe" || word == "unsafe_code"))
        .map(|file| file.path)
        .filter(|path| !UNSAFE.iter().any(|place| path.starts_with(place)))
        .collect();
    assert!(places.is_empty(), "unsafe in {places:?}");
}

#[test]
fn no_file_is_longer_than_five_hundred_lines() {
    let long: Vec<String> = source_files()
        .iter()
        .map(|file| (&file.path, file.text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .map(|(path, lines)| format!("src/{path}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn the_reader_of_use_lines_sees_every_form() {
    let code = "use crate::{mail::Address, mime::{self, Entity}};\nfn f() -> crate::pki::Path { crate::asn1::walk() }\n\
                pub(crate) use crate::span::{\n    Span,\n    Buffer,\n};";
    let expected: BTreeSet<String> = ["asn1", "mail", "mime", "pki", "span"].map(String::from).into();
    assert_eq!(modules_named(code), expected);
}

fn may(allowed: &[&[&str]], used: &str) -> bool {
    allowed.iter().any(|group| group.contains(&used))
}

/// The first segment after each `crate::`, also where it is a group in braces.
fn modules_named(code: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for (at, found) in code.match_indices("crate::").chain(code.match_indices("sealscope::")) {
        let rest = &code[at + found.len()..];
        match rest.strip_prefix('{') {
            Some(group) => named.extend(group_heads(group)),
            None => named.extend(words(rest).next().map(ToOwned::to_owned)),
        }
    }
    named.retain(|name| name.chars().next().is_some_and(char::is_lowercase));
    named
}

/// The first word of each member of a group, up to the brace that closes it.
fn group_heads(group: &str) -> Vec<String> {
    let mut depth = 1;
    let mut members = vec![String::new()];
    for character in group.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => members.push(String::new()),
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if let Some(member) = members.last_mut() {
            member.push(character);
        }
    }
    members.iter().filter_map(|member| words(member).next().map(ToOwned::to_owned)).collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric() && character != '_').filter(|word| !word.is_empty())
}

fn source_files() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(SourceFile { path: relative(&root, &path), text: fs::read_to_string(&path).unwrap() });
            }
        }
    }
    assert!(!files.is_empty());
    files.sort_by(|left, right| left.path.cmp(&right.path));
    files
}

fn relative(root: &Path, path: &Path) -> String {
    let inside: PathBuf = path.strip_prefix(root).unwrap().into();
    inside.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
