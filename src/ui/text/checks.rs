//! The table of all checks of a run, and the switch between layouts.

/// The columns.
pub const COLUMNS: [&str; 6] = ["Step", "Name", "Status", "Found", "Expected", "Reference"];
/// The table's name.
pub const TABLE: &str = "Checks";
/// The choice between the tables.
pub const SHOWN: &str = "Table";
/// The table of the run's checks, as that choice has it.
pub const OF_THE_RUN: &str = "Checks of the run";
/// The filter above it.
pub const FILTER: &str = "Filter checks";
/// Copies it.
pub const COPY: &str = "Copy table";
/// What that copies.
pub const COPY_HINT: &str = "The rows that are shown, as comma-separated values";
/// Nothing left to show.
pub const NO_MATCH: &str = "No check matches";
/// A step that was not reached has no checks.
pub const SKIPPED: &str = "Skipped";
/// What is said of it.
pub const NOT_REACHED: &str = "not reached";
/// The switch between layouts.
pub const LAYOUT: &str = "Layout";
/// The expectation of a demo message.
pub const EXPECTED: &str = "Expected";
/// What came of it.
pub const ACTUAL: &str = "Actual";
/// Where nothing is expected.
pub const NOTHING_EXPECTED: &str = "—";

/// For how many a message is accepted.
#[must_use]
pub fn accepted(some: usize, all: usize) -> String {
    format!("accepted {some} of {all}")
}

/// Both, read aloud.
#[must_use]
pub fn expected_and_actual(expected: &str, actual: &str) -> String {
    format!("expected {expected}, actual {actual}")
}

/// A check of somebody, or of the envelope.
#[must_use]
pub fn of(whose: &str, rule: &str) -> String {
    format!("{whose}: {rule}")
}

/// How many checks there are, and how they came out.
#[must_use]
pub fn counted(shown: usize, failed: usize, warned: usize) -> String {
    let failed = super::count(failed, "failed", "failed");
    let warned = super::count(warned, "warning", "warnings");
    format!("{}, {failed}, {warned}", super::count(shown, "check", "checks"))
}

/// A signer, by its place in the signature.
#[must_use]
pub fn signer(number: usize) -> String {
    format!("Signer {number}")
}

/// Where checks of the envelope are made.
pub const ENVELOPE: &str = "Envelope";
