//! The rows of the test tools and of the Applicability Statement.

use crate::conformance::{Checked, Place, RowResult, Suite};

/// The columns, of which a narrow table leaves some out.
pub const COLUMNS: [&str; 8] = ["Row", "Status", "Suite", "Place", "Rule", "Found", "Expected", "Clause"];
/// The table's name, and that of its tab.
pub const TABLE: &str = "Conformance";
/// What it is.
pub const ABOUT: &str = "What the test tools of the Direct Project and its Applicability Statement ask of a message, one row a check. \
                         Nothing here decides whether a message is accepted";
/// The filter above it.
pub const FILTER: &str = "Filter rows";
/// The choice of results.
pub const RESULT: &str = "Result";
/// Copies it.
pub const COPY: &str = "Copy table";
/// What that copies.
pub const COPY_HINT: &str = "The rows that are shown with all their columns, as comma-separated values";
/// Nothing left to show.
pub const NO_MATCH: &str = "No row matches";
/// Takes every choice back.
pub const SHOW_ALL: &str = "Show all rows";
/// What a suite's card does.
pub const SUITE_HINT: &str = "Show the rows of this suite alone; once more shows all";
/// Where a row is not taken over as the tool has it.
pub const REMARK: &str = "Remark";
/// Where nothing is expected.
pub const NOTHING_EXPECTED: &str = "Nothing: the row is only shown";
/// Where nothing was made that could conform.
pub const NOTHING_SENT: &str = "Nothing leaves, so there is no message that these rows could judge";

/// The name of a suite.
#[must_use]
pub const fn suite(suite: Suite) -> &'static str {
    match suite {
        Suite::Ett => "Edge Testing Tool",
        Suite::DirectTrust => "DirectTrust",
        Suite::Statement12 => "Statement 1.2",
        Suite::Statement13 => "Statement 1.3",
    }
}

/// Whose rules a suite has.
#[must_use]
pub const fn about_suite(suite: Suite) -> &'static str {
    match suite {
        Suite::Ett => "The message checks of the Edge Testing Tool (ETT), with its own errors corrected and noted",
        Suite::DirectTrust => "The rules of the interoperability tool of DirectTrust",
        Suite::Statement12 => "Applicability Statement for Secure Health Transport 1.2 (2015)",
        Suite::Statement13 => "Applicability Statement for Secure Health Transport 1.3 (ANSI/DS 2019-01-100-2021)",
    }
}

/// What a row is about.
#[must_use]
pub const fn place(place: Place) -> &'static str {
    match place {
        Place::Outer => "Outer",
        Place::Inner => "Inner",
        Place::Wrapped => "Wrapped",
        Place::Whole => "Whole",
    }
}

/// The same in a sentence.
#[must_use]
pub const fn about_place(place: Place) -> &'static str {
    match place {
        Place::Outer => "the message as it travels",
        Place::Inner => "what was decrypted, with all its parts",
        Place::Wrapped => "the message inside, which was wrapped",
        Place::Whole => "the message as a whole",
    }
}

/// A result that rows are chosen by.
#[must_use]
pub const fn result(result: RowResult) -> &'static str {
    match result {
        RowResult::Fail => "Failed",
        RowResult::Warning => "Warnings",
        RowResult::NotChecked => "Not checked",
        RowResult::Info => "Notes",
        RowResult::Pass => "Passed",
    }
}

/// A choice of results with the number of rows that it shows.
#[must_use]
pub fn choice(chosen: Option<RowResult>, count: usize) -> String {
    format!("{} ({count})", chosen.map_or("All results", result))
}

/// How the rows of a suite came out, read aloud.
#[must_use]
pub fn counted(suite: Suite, failed: usize, warned: usize, passed: usize, open: usize) -> String {
    let failed = super::count(failed, "failed", "failed");
    let warned = super::count(warned, "warning", "warnings");
    format!("{}: {failed}, {warned}, {passed} passed, {open} not checked", self::suite(suite))
}

/// How many of the rows are shown.
#[must_use]
pub fn shown(shown: usize, all: usize) -> String {
    if shown == all {
        super::count(all, "row", "rows")
    } else {
        format!("{shown} of {}", super::count(all, "row", "rows"))
    }
}

/// The head of a row's details.
#[must_use]
pub fn title(checked: &Checked) -> String {
    let row = checked.row;
    format!("{} of {}: {}", row.id, about_place(checked.place), row.rule)
}
