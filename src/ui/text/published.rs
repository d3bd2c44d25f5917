//! What is published for an address, and that nobody asks before a person says so.

/// Over the answer.
pub const HEADING: &str = "Published";
/// Nobody has asked.
pub const NOT_ASKED: &str = "Not asked: looking at an address tells nobody who looks";
/// Asks.
pub const ASK: &str = "Look up now";
/// Asks again.
pub const ASK_AGAIN: &str = "Look up again";
/// What asking does.
pub const ASK_HINT: &str =
    "Asks name servers and directories now, in this workspace's order, also while it is offline; every query is shown";
/// The job.
pub const ASKING: &str = "Looking up certificates";
/// The list of queries.
pub const STEPS: &str = "Queries in order";

/// What came of it.
#[must_use]
pub fn found(found: usize, passed_over: usize) -> String {
    let certificates = super::count(found, "certificate", "certificates");
    match (found, passed_over) {
        (0, _) => "No certificate is published".to_owned(),
        (_, 0) => format!("{certificates} found"),
        _ => format!("{certificates} found, {passed_over} of them passed over"),
    }
}

/// A certificate that may be used.
#[must_use]
pub fn usable(name: &str) -> String {
    format!("{name}, may be used if a sender trusts it")
}

/// One that may not.
#[must_use]
pub fn passed_over(name: &str, why: &str) -> String {
    format!("{name}, passed over: {why}")
}
