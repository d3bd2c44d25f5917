//! The matrix: programs that we did not write make what we read, and read what we make.
//!
//! ```sh
//! cargo test --test interop_matrix -- --nocapture
//! ```
//!
//! prints it. A peer that is not installed is skipped, loudly; with `SEALSCOPE_REQUIRE_PEERS=1` that is a failure. With
//! `SEALSCOPE_REGENERATE=1` what the peers make is kept under `tests/vectors/interop`, where `interop_vectors` reads it.
#![cfg(test)]

mod interop;
mod support;

use std::fs;
use std::io::Write as _;

use interop::bouncy_castle::BouncyCastle;
use interop::gnupg::GnuPg;
use interop::keys::Keys;
use interop::nss::Nss;
use interop::openssl::OpenSsl;
use interop::ours::{self, PROFILES};
use interop::peer::{Direction, Fault, Peer};
use interop::recipe::{self, Ours, Recipe};
use interop::table::{Cell, Column, printed};
use interop::vectors;
use serde_json::{Map, Value, json};

/// A peer by its title, started where its programs are.
struct Candidate {
    title: &'static str,
    packages: &'static str,
    start: fn(&Keys) -> Option<Box<dyn Peer>>,
}

fn boxed<P: Peer + 'static>(peer: Option<P>) -> Option<Box<dyn Peer>> {
    peer.map(|peer| -> Box<dyn Peer> { Box::new(peer) })
}

const CANDIDATES: [Candidate; 4] = [
    Candidate { title: "OpenSSL", packages: "openssl", start: |keys| boxed(OpenSsl::start(keys)) },
    Candidate { title: "gpgsm", packages: "gpgsm gpg-agent", start: |keys| boxed(GnuPg::start(keys)) },
    Candidate { title: "NSS", packages: "libnss3-tools", start: |keys| boxed(Nss::start(keys)) },
    Candidate {
        title: "BouncyCastle",
        packages: "libbcmail-java default-jre-headless",
        start: |keys| boxed(BouncyCastle::start(keys)),
    },
];

#[test]
fn the_matrix_has_no_red_cell() {
    let keys = Keys::load();
    let columns: Vec<Column> = std::thread::scope(|scope| {
        let running: Vec<_> = CANDIDATES.iter().map(|candidate| scope.spawn(|| column(&keys, candidate))).collect();
        running.into_iter().filter_map(|peer| peer.join().unwrap()).collect()
    });
    let mut out = std::io::stdout();
    let _ = writeln!(out, "\n{}", printed(&columns));
    let reds: Vec<String> = columns.iter().flat_map(Column::reds).collect();
    assert!(reds.is_empty(), "{} red cells:\n{}", reds.len(), reds.join("\n"));
}

fn column(keys: &Keys, candidate: &Candidate) -> Option<Column> {
    let Some(mut peer) = (candidate.start)(keys) else {
        let packages = candidate.packages;
        let words = format!("{} is not installed; on Debian: apt-get install {packages}", candidate.title);
        assert!(std::env::var_os("SEALSCOPE_REQUIRE_PEERS").is_none(), "{words}");
        let _ = writeln!(std::io::stderr(), "\n!! SKIPPED a column of the_matrix_has_no_red_cell: {words}\n");
        return None;
    };
    let mut kept = Kept::default();
    let makes = recipe::all().map(|recipe| they_make(keys, peer.as_mut(), recipe, &mut kept)).collect();
    if std::env::var_os("SEALSCOPE_REGENERATE").is_some() {
        kept.write(peer.as_ref());
    }
    let reads = recipe::all().map(|recipe| we_make(keys, peer.as_mut(), recipe)).collect();
    Some(Column { peer: candidate.title, version: peer.version(), makes, reads })
}

/// What a fault is: known of the peer, or ours to look into.
fn cell(peer: &dyn Peer, direction: Direction, recipe: &Recipe, fault: Fault) -> Cell {
    let words = match fault {
        Fault::NoWay(words) => return Cell::PeerCannot(words.to_owned()),
        Fault::Failed(words) => words,
    };
    let known = peer
        .limits()
        .iter()
        .find(|limit| limit.direction == direction && limit.recipe == recipe.name && words.contains(limit.words));
    known.map_or(Cell::Red(words), |limit| Cell::PeerCannot(format!("“{}”", limit.words)))
}

fn they_make(keys: &Keys, peer: &mut dyn Peer, recipe: &'static Recipe, kept: &mut Kept) -> Cell {
    peer.commands();
    match ours::assembled(peer, recipe) {
        Err(fault) => cell(peer, Direction::Makes, recipe, fault),
        Ok(message) => match read_by_us(keys, recipe, &message) {
            Ok(()) => {
                kept.messages.push((recipe, message, peer.commands()));
                Cell::Green
            }
            Err(why) => {
                if let Some(folder) = std::env::var_os("SEALSCOPE_KEEP_RED") {
                    let name = format!("{}-{}.eml", peer.name(), recipe.name);
                    fs::write(std::path::Path::new(&folder).join(name), &message).unwrap();
                }
                Cell::Red(why)
            }
        },
    }
}

/// The agent answers as expected under each profile, and the library opens every layer.
fn read_by_us(keys: &Keys, recipe: &Recipe, message: &[u8]) -> Result<(), String> {
    let addresses = ours::recipients(recipe);
    for profile in PROFILES {
        let answer = ours::answer(keys, profile, &addresses, message);
        let expected = recipe.expected.under(profile.as_str());
        if answer.code != expected {
            return Err(format!("{profile} says {} and not {expected}: {}", answer.code, answer.told()));
        }
        let delivered = answer.delivered.is_none_or(|octets| octets == ours::original(recipe));
        if !delivered {
            return Err(format!("{profile} delivers other octets than were sent"));
        }
    }
    for key in recipe.sealing.recipients {
        let (content, signers) = ours::opened(keys, key, message)?;
        if content != ours::content(recipe) {
            return Err("the library finds other octets than were sent".to_owned());
        }
        if signers < recipe.signing.signers.len() {
            return Err(format!("the library finds {signers} signers"));
        }
    }
    Ok(())
}

fn we_make(keys: &Keys, peer: &mut dyn Peer, recipe: &Recipe) -> Cell {
    if let Ours::Never(reason) = recipe.ours {
        return Cell::NeverMade(reason);
    }
    let message = match ours::made(keys, recipe) {
        Ok(message) => message,
        Err(why) => return Cell::Red(format!("it is not made: {why}")),
    };
    let cells = recipe.sealing.recipients.iter().map(|key| match ours::read_by(peer, recipe, key, &message) {
        Ok(content) if content == ours::content(recipe) => Cell::Green,
        Ok(_) => Cell::Red("it finds other octets than were sent".to_owned()),
        Err(fault) => cannot_read(peer, recipe, key, fault),
    });
    let cells: Vec<Cell> = cells.collect();
    let worst = cells.iter().find(|cell| matches!(cell, Cell::Red(_)));
    worst.or_else(|| cells.iter().find(|cell| **cell != Cell::Green)).cloned().unwrap_or(Cell::Green)
}

/// A peer that cannot read a thing cannot read it from the other peers either; otherwise the fault is ours.
fn cannot_read(peer: &mut dyn Peer, recipe: &Recipe, key: &str, fault: Fault) -> Cell {
    let cell = cell(peer, Direction::Reads, recipe, fault);
    let Cell::PeerCannot(words) = &cell else { return cell };
    for other in ["openssl", "bouncycastle"] {
        let file = vectors().join(other).join(format!("{}.eml", recipe.name));
        if let Ok(theirs) = fs::read(file)
            && ours::read_by(peer, recipe, key, &theirs).is_ok()
        {
            return Cell::Red(format!("it reads what {other} made so, but ours not: {words}"));
        }
    }
    cell
}

/// What one peer made and we read.
#[derive(Default)]
struct Kept {
    messages: Vec<(&'static Recipe, Vec<u8>, Vec<String>)>,
}

impl Kept {
    /// The messages, what is to be answered, and how they came about.
    fn write(&self, peer: &dyn Peer) {
        let folder = vectors().join(peer.name());
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let mut expected = Map::new();
        let mut provenance = format!(
            "# Messages by {}\n\nMade by `SEALSCOPE_REGENERATE=1 cargo test --test interop_matrix` for the keys in \
             `../keys`. The program ran as\nfollows; `in` and `out` are what goes in and comes out, and the MIME around \
             each CMS is ours but for `mime.eml`.\n",
            peer.version()
        );
        for (recipe, message, commands) in &self.messages {
            let name = format!("{}.eml", recipe.name);
            fs::write(folder.join(&name), message).unwrap();
            expected.insert(name.clone(), expectation(recipe));
            provenance.push_str(&format!("\n`{name}` ({}):\n\n```\n{}\n```\n", recipe.title, commands.join("\n")));
        }
        let text = serde_json::to_string_pretty(&Value::Object(expected)).unwrap();
        fs::write(folder.join("expected.json"), text + "\n").unwrap();
        fs::write(folder.join("PROVENANCE.md"), provenance).unwrap();
    }
}

fn expectation(recipe: &Recipe) -> Value {
    let outcomes: Map<String, Value> = PROFILES
        .iter()
        .map(|profile| (profile.as_str().to_owned(), recipe.expected.under(profile.as_str()).into()))
        .collect();
    json!({
        "about": recipe.title,
        "recipients": ours::recipients(recipe),
        "keys": recipe.sealing.recipients,
        "signers": recipe.signing.signers.len(),
        "outcomes": outcomes,
    })
}
