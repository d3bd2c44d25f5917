//! What a message gives away: the three layers, who learns what, and leaks.

use super::{outcome, plain};
use crate::exposure::{Exposure, Layer, Named, Observer, ObserverKind, Protection, RoutingRule, Seen, Sight, Stage};
use crate::finding::{Severity, counted};

/// Over the three columns.
pub const LAYERS: &str = "Envelope, outer, inner";
/// What they are for.
pub const LAYERS_ABOUT: &str = "Mail names people three times; choose a name to see its octets";
/// Over the rule.
pub const ROUTING: &str = "Routing rule of 1.3";
/// Over the grid.
pub const SIGHT: &str = "Who learns what";
/// How to read it.
pub const SIGHT_ABOUT: &str = "Choose a cell to read what is learned, and where it stands";
/// The grid's corner.
pub const FACT: &str = "Fact";
/// Over the leaks.
pub const LEAKS: &str = "Leaks";
/// What is none.
pub const LEAKS_ABOUT: &str = "From, To, Date and Message-ID have to be outside and are no leaks";
/// Where there is none.
pub const NO_LEAKS: &str = "Nothing lies open that need not";
/// Over what does not agree.
pub const DIFFERENCES: &str = "Where the layers differ";
/// Why it matters.
pub const BECAUSE: &str = "Because";
/// What keeps it in.
pub const TRY: &str = "Try";
/// Selects the octets of a leak.
pub const SHOW: &str = "Show octets";
/// On a field that says something else inside.
pub const DIFFERS: &str = "Differs inside";
/// In a cell of a layer that is closed.
pub const CLOSED: &str = "?";

/// The title of a layer.
#[must_use]
pub const fn layer(layer: Layer) -> &'static str {
    match layer {
        Layer::Envelope => "Envelope",
        Layer::Outer => "Outer headers",
        Layer::Inner => "Inner headers",
    }
}

/// The title and what it is for, where a column is narrow.
#[must_use]
pub const fn short(layer: Layer, exposure: &Exposure) -> (&'static str, &'static str) {
    match (layer, exposure.protection) {
        (Layer::Envelope, _) => ("Envelope", "Routes it"),
        (Layer::Outer, _) => ("Outer", "Open to all"),
        (Layer::Inner, Protection::Sealed) => ("Inner", "Closed"),
        (Layer::Inner, Protection::Opened) => ("Inner", "Encrypted"),
        (Layer::Inner, _) => ("Inner", "Open to all"),
    }
}

/// What a layer is for, and who sees it.
#[must_use]
pub const fn about(layer: Layer, exposure: &Exposure) -> &'static str {
    match (layer, exposure.stage, exposure.protection) {
        (Layer::Envelope, Stage::Stopped, _) => "Where it was to go",
        (Layer::Envelope, ..) => "Routes the message",
        (Layer::Outer, Stage::Stopped, _) => "Nothing left",
        (Layer::Outer, ..) => "Open to everybody",
        (Layer::Inner, Stage::Stopped, _) => "What the sender wrote",
        (Layer::Inner, _, Protection::Sealed) => "Closed: no key here opened it",
        (Layer::Inner, _, Protection::Opened) if exposure.has_inner => "Signed and encrypted",
        (Layer::Inner, _, Protection::SignedOnly) if exposure.has_inner => "Signed, open to everybody",
        (Layer::Inner, ..) => "None: nothing is wrapped",
    }
}

/// The answer in one line.
#[must_use]
pub fn headline(exposure: &Exposure) -> String {
    let count = |severity| exposure.leaks.iter().filter(|leak| leak.finding.severity == severity).count();
    let (failed, warned, told) = (count(Severity::Fail), count(Severity::Warning), count(Severity::Info));
    match (failed, warned, told) {
        _ if exposure.stage == Stage::Stopped => "Nothing leaves".to_owned(),
        (0, 0, 0) => "Nothing leaks".to_owned(),
        (0, 0, _) => format!("Nothing of weight leaks, {} worth knowing", counted(told, "fact")),
        (0, ..) => format!("Gives something away, in {}", counted(warned, "place")),
        (_, 0, _) => format!("Content lies open, in {}", counted(failed, "place")),
        _ => format!("Content lies open, in {}, and {} tell of it", counted(failed, "place"), counted(warned, "other")),
    }
}

/// What was looked at.
#[must_use]
pub const fn standing(exposure: &Exposure) -> &'static str {
    match (exposure.stage, exposure.protection) {
        (Stage::Stopped, _) => "The sender's agent refuses the message, so nobody on the way learns anything",
        (Stage::Leaving, _) => "This is the message as the sender's agent lets it go",
        (Stage::AsItStands, Protection::Plain) => {
            "This is the message as it stands. Process it as outgoing to see what would leave"
        }
        (_, Protection::Opened) => "The message is encrypted, and a key held here opened it",
        (_, Protection::Sealed) => {
            "The message is encrypted, and nothing here opened it: this is what everybody on the way sees"
        }
        (_, Protection::SignedOnly) => "The message is signed and not encrypted: a signature hides nothing",
        (_, Protection::Plain) => "The message is neither signed nor encrypted: whoever carries it reads it",
    }
}

/// A cell of the layers, read aloud.
#[must_use]
pub fn mentioned(row: &str, in_layer: Layer, what: &str) -> String {
    format!("{row}, {}: {what}", layer(in_layer))
}

/// A row's address, safe to show.
#[must_use]
pub fn address(named: &Named) -> String {
    plain(&named.address)
}

/// Addresses past the cap.
#[must_use]
pub fn left_out(count: usize) -> String {
    format!("{} of addresses not listed", counted(count, "more mention"))
}

/// The verdict on the rule.
#[must_use]
pub fn routing(rule: &RoutingRule) -> String {
    let verdict = if rule.holds { "It holds" } else { "It does not hold" };
    format!("{verdict}. {}", outcome::sentence(&rule.finding.detail))
}

/// What the profiles make of it.
#[must_use]
pub fn consequences(rule: &RoutingRule) -> String {
    let named = |demands: bool| {
        let names = rule.consequences.iter().filter(|one| one.demands == demands).map(|one| one.profile.as_str());
        names.collect::<Vec<_>>().join(" and ")
    };
    if rule.holds {
        return format!("{} demand it; {} would only report that it does not", named(true), named(false));
    }
    format!("{} reject the message for it; {} report it and go on", named(true), named(false))
}

/// An observer's column.
#[must_use]
pub fn observer(observer: &Observer) -> String {
    match (observer.kind, &observer.name) {
        (ObserverKind::Recipient | ObserverKind::Removed, Some(name)) => plain(name),
        (kind, _) => kind.title().to_owned(),
    }
}

/// An observer in a sentence.
#[must_use]
pub fn observer_in_full(observer: &Observer) -> String {
    match (observer.kind, &observer.name) {
        (ObserverKind::Recipient, Some(name)) => plain(name),
        (kind, Some(name)) => format!("{} ({})", kind.title(), plain(name)),
        (kind, None) => kind.title().to_owned(),
    }
}

/// The word of a cell.
#[must_use]
pub const fn sight(sight: Sight) -> &'static str {
    sight.title()
}

/// A cell, in full.
#[must_use]
pub fn seen(observer: &Observer, seen: &Seen) -> String {
    let who = observer_in_full(observer);
    format!("{who}. {}: {}. {}", seen.fact.title(), sight(seen.sight).to_lowercase(), plain(&seen.detail))
}
