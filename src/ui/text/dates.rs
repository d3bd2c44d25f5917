//! The results over time: the timeline, what was in play, and the list of changes.

use time::OffsetDateTime;

use crate::agent::RecipientState;
use crate::finding::after_colon;
use crate::what_if::{Answer, Bar, BarKind, Interval, Timeline};

/// The timeline, for those who do not see it.
pub const TIMELINE: &str = "Results over time";
/// Before the row of results.
pub const RESULT: &str = "Result";
/// The head of what was in play.
pub const IN_PLAY: &str = "Certificates and revocation lists in play";
/// What their bars show.
pub const IN_PLAY_ABOUT: &str = "Each is valid where its bar is. Hatched: an anchor, whose dates do not count. \
                                 A cross: revoked from then on";
/// The head of the list of intervals.
pub const INTERVALS: &str = "When the result changes";
/// Judges the message within an interval.
pub const SUPPOSE: &str = "Suppose this time";
/// What that does.
pub const SUPPOSE_HINT: &str = "Judges this message as of then; nothing is saved";
/// The interval that the time of evaluation is in.
pub const CURRENT: &str = "The time of evaluation is here";
/// The mark.
pub const MARK: &str = "evaluated";
/// No date of anything known here falls on a change.
pub const ABOUT: &str = "Found by judging the message on both sides of every date of the certificates and lists in play. \
                         Nothing was fetched for it";
/// No end, no beginning.
pub const ALWAYS: &str = "always";
/// No end.
pub const FOR_EVER: &str = "for ever";

/// A second: `2026-03-01 14:05:09 UTC`.
#[must_use]
pub fn second(at: OffsetDateTime) -> String {
    let form = time::macros::format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
    at.format(form).unwrap_or_else(|_| at.to_string())
}

/// The result in plain words, then who is left out and why.
#[must_use]
pub fn answer(answer: &Answer) -> String {
    let removed = answer.recipients.iter().filter_map(|(address, state)| match state {
        RecipientState::Removed(reason) if answer.rejection.as_ref() != Some(reason) => {
            let why = after_colon(super::outcome::reason(reason.code));
            Some(format!("{}: {why}", super::plain(&address.to_string())))
        }
        _ => None,
    });
    let said = match &answer.rejection {
        Some(reason) => format!("{}: {}", short(answer), after_colon(super::outcome::reason(reason.code))),
        None => short(answer),
    };
    std::iter::once(said).chain(removed).collect::<Vec<_>>().join("; ")
}

/// The codes of the result, for who searches a log for them.
#[must_use]
pub fn codes(answer: &Answer) -> String {
    answer.distinct_codes().iter().map(|code| code.as_str()).collect::<Vec<_>>().join(", ")
}

/// The result in one or two words, for a narrow place.
#[must_use]
pub fn short(answer: &Answer) -> String {
    let judged = answer.recipients.len();
    match (answer.is_accepted(), answer.accepted()) {
        (false, _) => "Rejected".to_owned(),
        (true, accepted) if accepted == judged => "Accepted".to_owned(),
        (true, accepted) => format!("Accepted for {accepted} of {judged}"),
    }
}

/// From when until when.
#[must_use]
pub fn span(interval: &Interval) -> String {
    match (interval.from, interval.until) {
        (None, None) => "At any time".to_owned(),
        (None, Some(until)) => format!("Until {}", second(until)),
        (Some(from), None) => format!("From {} on", second(from)),
        (Some(from), Some(until)) => format!("From {} until {}", second(from), second(until)),
    }
}

/// Everything about an interval, for those who do not see it.
#[must_use]
pub fn interval(interval: &Interval, current: bool) -> String {
    let current = if current { ", the time of evaluation" } else { "" };
    format!("{}{current}: {}", span(interval), super::plain(&interval.answer.words()))
}

/// The head: what holds now, and when it changes next.
#[must_use]
pub fn summary(timeline: &Timeline) -> String {
    let next = timeline.intervals.get(timeline.now.saturating_add(1));
    match next.and_then(|next| next.from.map(|from| (next, from))) {
        None if timeline.intervals.len() == 1 => "The result is the same at any time".to_owned(),
        None => "The result does not change any more after the time of evaluation".to_owned(),
        Some((next, from)) => {
            let words = super::plain(&next.answer.words());
            format!("The result changes next at {}: then it is {words}", second(from))
        }
    }
}

/// What a bar is, before its name.
#[must_use]
pub const fn kind(kind: BarKind) -> &'static str {
    match kind {
        BarKind::Anchor => "Anchor",
        BarKind::Authority => "Authority",
        BarKind::Key => "Private key",
        BarKind::List => "Revocation list",
        BarKind::Recipient => "Recipient",
        BarKind::Signer => "Signer",
    }
}

/// Everything about a bar, for those who do not see it, and under the pointer.
#[must_use]
pub fn bar(bar: &Bar) -> String {
    let until = bar.until.map_or_else(|| "with no end given".to_owned(), |until| format!("until {}", second(until)));
    let note = match (bar.kind, bar.revoked) {
        (BarKind::Anchor, _) => "; the dates of an anchor do not count".to_owned(),
        (_, Some(at)) => format!("; revoked as of {}", second(at)),
        _ => String::new(),
    };
    format!("{} {}: from {} {until}{note}", kind(bar.kind), super::plain(&bar.name), second(bar.from))
}

/// Dates that were not tried.
#[must_use]
pub fn left_out(count: usize) -> String {
    let dates = super::count(count, "date was", "dates were");
    format!("{dates} not tried, the farthest ones: there are too many")
}
