//! The cause of an answer: how sure it is, what was done to the message, which keys and anchors are missing.

use super::{count, plain};
use crate::diagnose::{Candidates, MissingKind, Opens, Place, Relation};

/// The cause was shown, or is plain.
pub const PROVEN: &str = "Proven";
/// The cause was not shown.
pub const NOT_PROVEN: &str = "Not proven";
/// There is none.
pub const NO_CAUSE: &str = "Nothing to explain";
/// Before how it is proven.
pub const PROOF: &str = "Proof";
/// Over what would change the answer.
pub const TRY: &str = "What to try";
/// Over what happened to the message.
pub const DONE: &str = "What was done to the message";
/// Before the systems that do it.
pub const WHO: &str = "Who does it";
/// Before the remedy.
pub const REMEDY: &str = "Remedy";
/// Over the places where octets changed.
pub const CHANGED: &str = "Where the octets changed";
/// What the places show.
pub const CHANGED_ABOUT: &str = "Choose a place to see its octets";
/// Before the octets as they were signed.
pub const SIGNED: &str = "Signed";
/// Before the octets as they arrived.
pub const ARRIVED: &str = "Arrived";
/// Over what was undone in search of the signed octets.
pub const TRIED: &str = "What was tried";
/// Over the RecipientInfos.
pub const KEYS: &str = "Keys that the envelope needs, and what is held";
/// What a RecipientInfo is.
pub const KEYS_ABOUT: &str = "One RecipientInfo for each certificate";
/// Nothing that belongs to a RecipientInfo.
pub const NOTHING_HELD: &str = "Nothing here belongs to it";
/// Over what is missing for trust.
pub const MISSING: &str = "What is missing for trust";
/// Before the places where it could come from.
pub const FROM: &str = "It could come from";
/// Over the candidate paths.
pub const PATHS: &str = "Candidate paths";
/// What they are.
pub const PATHS_ABOUT: &str = "From each certificate to a trust anchor, or to where the path stops";
/// A path on which all held.
pub const PATH_GOOD: &str = "Every check held";
/// A path that stops.
pub const PATH_STOPS: &str = "Stops";
/// The end of a path with a gap.
pub const PATH_GAP: &str = "Not known here";
/// A button that copies the account.
pub const COPY: &str = "Copy the diagnosis";
/// What it copies.
pub const COPY_HINT: &str = "Copy cause, proof and advice as text, without anything of the message's content";
/// A button that copies an address of the web.
pub const COPY_URL: &str = "Copy the address";
/// What is at such an address.
pub const URL_HINT: &str = "Named in the certificate; nothing was fetched";
/// What a RecipientInfo's button does.
pub const SHOW_OCTETS: &str = "Show its octets";

/// One more cause, whose it is.
#[must_use]
pub fn cause_of(code: &str, addresses: &[String]) -> String {
    match addresses {
        [] => code.to_owned(),
        some => format!("{code} for {}", some.join(", ")),
    }
}

/// A place where octets changed.
#[must_use]
pub fn line(line: usize, buffer: &str, start: usize, octets: usize) -> String {
    match octets {
        0 => format!("Line {line} of {buffer}, at octet {start}: taken away"),
        many => format!("Line {line} of {buffer}, octet {start}, {}", count(many, "octet", "octets")),
    }
}

/// How many more places there are.
#[must_use]
pub fn more_places(places: usize) -> String {
    format!("And {}", count(places, "other place", "other places"))
}

/// What a search cost.
#[must_use]
pub fn tried(alone: usize, pairs: usize, digests: usize, exhausted: bool) -> String {
    let ended = if exhausted { "; the budget ended the search" } else { "" };
    format!(
        "{} undone, alone and in {}: {} computed{ended}",
        count(alone, "kind of change", "kinds of change"),
        count(pairs, "pair", "pairs"),
        count(digests, "digest", "digests")
    )
}

/// The name of a RecipientInfo.
#[must_use]
pub fn recipient_info(number: usize) -> String {
    format!("RecipientInfo {number}")
}

/// How something that is held relates to what is needed.
#[must_use]
pub const fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Key => "The key itself",
        Relation::KeyOfAnother => "The key itself, of another party",
        Relation::Twin => "The same key under another certificate",
        Relation::Successor => "The key of its successor",
        Relation::Predecessor => "The key of its predecessor",
        Relation::SameIssuer => "A key of the same issuer's certificate",
        Relation::CertificateOnly => "The certificate, without its key",
        Relation::Locked => "A locked key, which may be the one",
    }
}

/// Whether a key opens the message.
#[must_use]
pub const fn opens(opens: Opens) -> Option<&'static str> {
    match opens {
        Opens::Yes => Some("Opens the message"),
        Opens::No => Some("Does not open it"),
        Opens::NotTried => None,
    }
}

/// Who holds it and under which name.
#[must_use]
pub fn holder(party: &str, name: &str) -> String {
    format!("{}: {}", plain(party), plain(name))
}

/// A serial number.
#[must_use]
pub fn serial(serial: &str) -> String {
    format!("serial number {serial}")
}

/// What kind of thing is missing.
#[must_use]
pub const fn missing(kind: MissingKind) -> &'static str {
    match kind {
        MissingKind::Anchor => "This anchor",
        MissingKind::Certificate => "A certificate",
        MissingKind::Constraint => "The authority's permission",
        MissingKind::Date => "The date",
        MissingKind::Direction => "The direction",
        MissingKind::Form => "A well-formed certificate",
        MissingKind::Intermediate => "This intermediate",
        MissingKind::Name => "The name",
        MissingKind::Revocation => "Revocation",
        MissingKind::Signature => "The issuer's signature",
        MissingKind::Strength => "A strong key or digest",
        MissingKind::Use => "The use",
    }
}

/// A place where something could come from.
#[must_use]
pub fn source(place: &Place, certificate: Option<&str>) -> String {
    match certificate {
        Some(name) => format!("{} in {}", plain(name), plain(&place.to_string())),
        None => plain(&place.to_string()),
    }
}

/// Over the candidate paths of one certificate.
#[must_use]
pub fn paths_of(candidates: &Candidates) -> String {
    let names: Vec<String> = candidates.recipients.iter().take(3).map(|address| plain(&address.to_string())).collect();
    let name = plain(&candidates.certificate.common_name());
    let asked = if candidates.asked { "" } else { " (the run ended before it asked)" };
    match &candidates.party {
        Some(party) => {
            format!("{name} for {}, by the anchors of {}{asked}", names.join(", "), plain(&party.to_string()))
        }
        None => format!("{name} for {}, who has no anchors{asked}", names.join(", ")),
    }
}

/// How many more RecipientInfos there are.
#[must_use]
pub fn more_recipient_infos(infos: usize) -> String {
    format!("And {} of which nothing nearer is held", count(infos, "RecipientInfo", "RecipientInfos"))
}

/// How many more paths there are.
#[must_use]
pub fn more_paths(paths: usize) -> String {
    format!("And {} that came less far", count(paths, "candidate", "candidates"))
}
