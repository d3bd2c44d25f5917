//! Suppositions in the window: what is supposed is the core's [`WhatIf`]; here is how people write and step through times.
//! It is never written down, and every answer that it gave says so.

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime};

pub use crate::what_if::WhatIf;

/// A time as people write it: a date, a date with hour and minute, or RFC 3339. Without an offset it is UTC.
#[must_use]
pub fn time_of(typed: &str) -> Option<OffsetDateTime> {
    let typed = typed.trim().trim_end_matches("UTC").trim_end();
    let date = format_description!("[year]-[month]-[day]");
    let minute = format_description!("[year]-[month]-[day] [hour]:[minute]");
    let second = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    let at_midnight = || Date::parse(typed, date).ok().map(|date| date.midnight().assume_utc());
    let spelled = || {
        let parsed = PrimitiveDateTime::parse(typed, minute).or_else(|_| PrimitiveDateTime::parse(typed, second));
        parsed.ok().map(PrimitiveDateTime::assume_utc)
    };
    OffsetDateTime::parse(typed, &Rfc3339).ok().or_else(spelled).or_else(at_midnight)
}

/// The same day and hour of the month before (−1) or after (1); the last day of a shorter month.
#[must_use]
pub fn months_on(at: OffsetDateTime, months: i8) -> OffsetDateTime {
    let (month, year) = match (months, at.month()) {
        (..0, time::Month::January) => (time::Month::December, at.year() - 1),
        (..0, month) => (month.previous(), at.year()),
        (_, time::Month::December) => (time::Month::January, at.year() + 1),
        (_, month) => (month.next(), at.year()),
    };
    let day = at.day().min(month.length(year));
    Date::from_calendar_date(year, month, day).map_or(at, |date| at.replace_date(date))
}

/// So many days later, or earlier.
#[must_use]
pub fn days_on(at: OffsetDateTime, days: i64) -> OffsetDateTime {
    at.saturating_add(Duration::days(days))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_time_may_be_written_in_three_ways_and_is_utc_without_an_offset() {
        assert_eq!(time_of("2026-01-30"), Some(datetime!(2026-01-30 0:00 UTC)));
        assert_eq!(time_of(" 2026-01-30 12:05 UTC "), Some(datetime!(2026-01-30 12:05 UTC)));
        assert_eq!(time_of("2026-01-30T12:00:00+02:00"), Some(datetime!(2026-01-30 10:00 UTC)));
        assert_eq!(time_of("yesterday"), None);
    }

    #[test]
    fn a_month_on_is_the_last_day_of_a_shorter_month() {
        assert_eq!(months_on(datetime!(2026-01-31 9:30 UTC), 1), datetime!(2026-02-28 9:30 UTC));
        assert_eq!(months_on(datetime!(2026-01-05 9:30 UTC), -1), datetime!(2025-12-05 9:30 UTC));
    }
}
