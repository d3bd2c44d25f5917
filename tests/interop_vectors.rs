//! What programs that we did not write once made is read as it was when they made it: no program is needed for that.
//!
//! The messages lie under `tests/vectors/interop/<peer>`, with the outcome that each has and with where it comes from.
#![cfg(test)]

mod interop;
mod support;

use std::fs;
use std::path::Path;

use interop::keys::Keys;
use interop::ours::{self, PROFILES};
use interop::vectors;
use serde_json::Value;

const PEERS: [&str; 5] = ["bouncycastle", "gpgsm", "nss", "openssl", "pyca"];

#[test]
fn what_the_peers_made_is_read_with_the_outcome_that_it_was_kept_with() {
    let keys = Keys::load();
    let mut wrong = Vec::new();
    let mut told = 0;
    for peer in PEERS {
        let folder = vectors().join(peer);
        let expected: Value = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
        let messages = expected.as_object().unwrap();
        for (file, row) in messages {
            wrong.extend(check(&keys, &folder, file, row).into_iter().map(|fault| format!("{peer}/{file}: {fault}")));
        }
        println!("{peer:14}{:4} messages", messages.len());
        told += messages.len();
    }
    println!("{:14}{told:4} messages", "all");
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

/// What is not as it was kept.
fn check(keys: &Keys, folder: &Path, file: &str, row: &Value) -> Vec<String> {
    let message = fs::read(folder.join(file)).unwrap();
    let recipients = strings(&row["recipients"]);
    let mut wrong = Vec::new();
    for profile in PROFILES {
        let answer = ours::answer(keys, profile, &recipients, &message);
        let expected = row["outcomes"][profile.as_str()].as_str().unwrap();
        if answer.code != expected {
            wrong.push(format!("{profile} says {} and not {expected}: {}", answer.code, answer.told()));
        }
        let removed = answer.report.recipients.iter().filter(|recipient| recipient.reason().is_some()).count();
        if expected == "accepted" && removed > 0 {
            wrong.push(format!("{profile} removes {removed} recipients: {}", answer.told()));
        }
    }
    for key in strings(&row["keys"]) {
        match ours::opened(keys, key, &message) {
            Ok((_, signers)) if Some(signers) >= row["signers"].as_u64().and_then(|count| count.try_into().ok()) => {}
            Ok((_, signers)) => wrong.push(format!("{key} finds {signers} signers")),
            Err(fault) => wrong.push(format!("{key}: {fault}")),
        }
    }
    wrong
}

fn strings(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect()
}

#[test]
fn the_readme_tells_how_many_messages_are_kept() {
    let readme = include_str!("../README.md");
    let count = |peer: &str| {
        let folder = fs::read_dir(vectors().join(peer)).unwrap();
        let names = folder.map(|file| file.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.ends_with(".eml")).count()
    };
    let [bouncy_castle, gpgsm, nss, openssl, pyca] = PEERS.map(count);
    let all = bouncy_castle + gpgsm + nss + openssl + pyca;
    let sentence = format!(
        "{all} messages as expected: OpenSSL {openssl}, gpgsm {gpgsm}, NSS {nss}, BouncyCastle {bouncy_castle}, pyca {pyca}"
    );
    assert!(readme.contains(&sentence), "README.md does not say: {sentence}");
}

#[test]
fn every_message_that_lies_there_is_read() {
    for peer in PEERS {
        let folder = vectors().join(peer);
        let expected: Value = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
        let mut files: Vec<String> = fs::read_dir(&folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".eml"))
            .collect();
        files.sort();
        let mut told: Vec<&String> = expected.as_object().unwrap().keys().collect();
        told.sort();
        assert!(files.iter().eq(told), "{peer}: the files are {files:?}");
        assert!(folder.join("PROVENANCE.md").is_file(), "{peer}");
    }
}
