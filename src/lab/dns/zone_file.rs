//! Zone files (RFC 1035 §5.1), read by hickory, which knows the types of CERT records by number alone.

use std::str::FromStr as _;

use hickory_server::proto::rr::rdata::cert::CertType;
use hickory_server::proto::rr::{Name, Record};
use hickory_server::proto::serialize::txt::Parser;

/// Why a zone file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ZoneFileError {
    /// Names of the file are relative, and nothing says to what.
    #[error("nothing says which zone this is: begin the file with `$ORIGIN b.example.` or name it b.example.zone")]
    NoOrigin,
    /// The name of the zone is none.
    #[error("`{0}` is no name of a zone: begin the file with `$ORIGIN b.example.` or name it b.example.zone")]
    Origin(String),
    /// Nothing says how long records may be kept.
    #[error("nothing says how long the records may be kept: begin the file with `$TTL 300`")]
    NoTtl,
    /// A record cannot be read.
    #[error("the zone file cannot be read: {0}")]
    Malformed(String),
}

/// The records of a zone file, in no order.
pub(super) fn read(text: &str, origin: Option<&str>) -> Result<Vec<Record>, ZoneFileError> {
    let named = text.lines().any(|line| line.trim_start().to_ascii_uppercase().starts_with("$ORIGIN"));
    let origin = match origin.filter(|_| !named) {
        None if !named => return Err(ZoneFileError::NoOrigin),
        None => None,
        Some(name) => Some(absolute(name)?),
    };
    // What hickory says of a file without any, in the words that a person can do something with.
    let timed = text.lines().any(|line| line.trim_start().to_ascii_uppercase().starts_with("$TTL"));
    let malformed = |error: &dyn std::fmt::Display| match error.to_string() {
        said if said.contains("ttl not specified") && !timed => ZoneFileError::NoTtl,
        said => ZoneFileError::Malformed(said),
    };
    let (_, sets) = Parser::new(plain(text), None, origin).parse().map_err(|error| malformed(&error))?;
    Ok(sets.into_values().flat_map(|set| set.records_without_rrsigs().cloned().collect::<Vec<_>>()).collect())
}

fn absolute(name: &str) -> Result<Name, ZoneFileError> {
    let mut name = Name::from_str(name).map_err(|_| ZoneFileError::Origin(name.to_owned()))?;
    name.set_fqdn(true);
    Ok(name)
}

/// The mnemonics of RFC 4398 §2.1.
const CERT_TYPES: [(&str, CertType); 10] = [
    ("PKIX", CertType::PKIX),
    ("SPKI", CertType::SPKI),
    ("PGP", CertType::PGP),
    ("IPKIX", CertType::IPKIX),
    ("ISPKI", CertType::ISPKI),
    ("IPGP", CertType::IPGP),
    ("ACPKIX", CertType::ACPKIX),
    ("IACPKIX", CertType::IACPKIX),
    ("URI", CertType::URI),
    ("OID", CertType::OID),
];

// hickory takes one word for the data of a CERT record, and a number for its type: each is written so.
fn plain(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    for entry in entries(text) {
        let words: Vec<&str> = entry.split_whitespace().collect();
        let cert = words.iter().position(|word| word.eq_ignore_ascii_case("CERT"));
        match cert.map(|place| words.split_at(place + 1)) {
            Some((before, [kind, tag, algorithm, data @ ..])) if !entry.contains('"') => {
                let known = CERT_TYPES.iter().find(|(mnemonic, _)| mnemonic.eq_ignore_ascii_case(kind));
                let kind = known.map_or_else(|| (*kind).to_owned(), |(_, number)| u16::from(*number).to_string());
                // A blank at the start stands for the owner of the entry before.
                let owner = if entry.starts_with(char::is_whitespace) { " " } else { "" };
                lines.push_str(&format!("{owner}{} {kind} {tag} {algorithm} {}", before.join(" "), data.concat()));
            }
            _ => lines.push_str(&entry),
        }
        lines.push('\n');
    }
    lines
}

// The entries of a file, each on one line: parentheses join lines, a semicolon begins a comment (RFC 1035 §5.1).
fn entries(text: &str) -> Vec<String> {
    let mut entries = vec![String::new()];
    let (mut quoted, mut comment, mut depth) = (false, false, 0_usize);
    for character in text.chars() {
        let Some(entry) = entries.last_mut() else { break };
        match character {
            '\n' if !quoted && depth == 0 => {
                comment = false;
                entries.push(String::new());
            }
            '\n' if !quoted => {
                comment = false;
                entry.push(' ');
            }
            _ if comment => {}
            '"' => {
                quoted = !quoted;
                entry.push(character);
            }
            ';' if !quoted => comment = true,
            '(' if !quoted => {
                depth += 1;
                entry.push(' ');
            }
            ')' if !quoted => {
                depth = depth.saturating_sub(1);
                entry.push(' ');
            }
            _ => entry.push(character),
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cert_record_becomes_one_line_with_numbers() {
        for (given, expected) in [
            ("bob IN CERT  PKIX 0 0 ( AA\n  BB== ) ; text", "bob IN CERT 1 0 0 AABB=="),
            (" IN cert ipkix 0 0 AA==", "  IN cert 4 0 0 AA=="),
            ("PKIX IN TXT \"CERT PKIX 0 0 ; (\"", "PKIX IN TXT \"CERT PKIX 0 0 ; (\""),
        ] {
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(words(&plain(given)), words(expected));
            assert_eq!(plain(given).starts_with(' '), given.starts_with(' '));
        }
    }
}
