//! Many messages, grouped by cause: the groups in the list, and the page of one.

use super::{count, grouped, outcome, plain};
use crate::agent::ReasonCode;
use crate::batch::{Cause, Verdict};

/// Groups the list.
pub const BY_CAUSE: &str = "By cause";
/// What that does.
pub const BY_CAUSE_HINT: &str = "Put messages together that came out the same way for the same cause";
/// The list of groups.
pub const GROUPS: &str = "Messages by cause";
/// Those that nobody judged yet.
pub const PENDING: &str = "Not judged yet";
/// Those that could not be judged.
pub const NOT_JUDGED: &str = "Could not be judged";
/// Those that reach everybody.
pub const ACCEPTED: &str = "Accepted";
/// Those that came out otherwise, for no cause that has a name.
pub const OTHER: &str = "Rejected";
/// What happened to the messages on their way.
pub const HAPPENED: &str = "On the way";
/// Which system does that.
pub const WHO: &str = "Done by";
/// What would change the answer.
pub const REMEDY: &str = "Try";
/// The cause as scripts and logs name it.
pub const CODE: &str = "Code";
/// Domains of senders.
pub const SENDERS: &str = "Sent from";
/// Domains of recipients who do not get them.
pub const LEFT_OUT: &str = "Not delivered to";
/// Domains of recipients.
pub const RECIPIENTS: &str = "Delivered to";
/// Issuers of signers.
pub const ISSUERS: &str = "Signer's certificate issued by";
/// Who is concerned most.
pub const CONCERNED: &str = "Who is concerned";
/// How many messages a group has.
pub const MESSAGES_OF: &str = "How many";
/// Some of its messages.
pub const MESSAGES: &str = "Messages of this group";
/// What is known of a group that nobody judged.
pub const PENDING_ABOUT: &str = "The agent has not come to these messages yet";
/// The same of those that it could not judge.
pub const NOT_JUDGED_ABOUT: &str = "The agent could not begin with these messages; the log tells why";
/// The same of those that are in order.
pub const ACCEPTED_ABOUT: &str = "Decrypted, verified and trusted for every recipient here";
/// Copies a line for each message.
pub const COPY_TABLE: &str = "Copy table";
/// What that is.
pub const COPY_TABLE_HINT: &str = "A line for each message of the group, for a spreadsheet";
/// Saves for programs that show results of tests.
pub const SAVE_JUNIT: &str = "Save JUnit…";
/// What that is.
pub const SAVE_JUNIT_HINT: &str =
    "A report in JUnit XML with codes and file names only: no address, no header, no content";
/// Saves for scripts.
pub const SAVE_JSON: &str = "Save JSON lines…";
/// What that is.
pub const SAVE_JSON_HINT: &str = "One object a message, as `sealscope batch --json` prints them";
/// The columns of the copied table.
pub const COLUMNS: [&str; 6] = ["Message", "Outcome", "Code", "Transformations", "From", "To"];
/// The file's name, before the code.
pub const FILE: &str = "messages";

/// A group's title.
#[must_use]
pub fn title(cause: Option<&Cause>) -> &'static str {
    let Some(cause) = cause else { return PENDING };
    match (cause.verdict, cause.code) {
        (Verdict::Accepted, _) => ACCEPTED,
        (_, Some(code)) => outcome::reason(code),
        (Verdict::NotJudged | Verdict::NoMessage, None) => NOT_JUDGED,
        (Verdict::AcceptedInPart | Verdict::Rejected, None) => OTHER,
    }
}

/// Beneath it: what happened on the way, else the code.
#[must_use]
pub fn subtitle(cause: Option<&Cause>) -> String {
    let Some(cause) = cause else { return String::new() };
    let happened: Vec<&str> = cause.transformations.iter().map(|one| one.as_str()).collect();
    let code = cause.code.map_or("", ReasonCode::as_str);
    let part = if cause.verdict == Verdict::AcceptedInPart { "accepted for some" } else { "" };
    let words = [part, if happened.is_empty() { code } else { "" }, &happened.join(" and ")].map(ToOwned::to_owned);
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ")
}

/// A group's row, read aloud.
#[must_use]
pub fn row(cause: Option<&Cause>, messages: usize) -> String {
    let beneath = subtitle(cause);
    let counted = count(messages, "message", "messages");
    if beneath.is_empty() {
        format!("{}, {counted}", title(cause))
    } else {
        format!("{}, {beneath}, {counted}", title(cause))
    }
}

/// How many of all.
#[must_use]
pub fn share(messages: usize, of: usize) -> String {
    if messages == of {
        return format!("All {}", count(of, "message", "messages"));
    }
    format!("{} of {}", grouped(messages), count(of, "message", "messages"))
}

/// For how many the cause is proven.
#[must_use]
pub fn proven(proven: usize, of: usize) -> String {
    if proven == of { "Proven for each of them".to_owned() } else { format!("Proven for {}", grouped(proven)) }
}

/// An explanation that is told of one of several.
#[must_use]
pub fn in_the_first(explanation: &str) -> String {
    format!("In the first of them: {}", crate::finding::after_colon(&plain(explanation)))
}

/// A name and how often it came.
#[must_use]
pub fn named(name: &str, times: usize) -> String {
    format!("{} ({})", plain(name), grouped(times))
}

/// Those that are not named.
#[must_use]
pub fn others(names: usize) -> String {
    format!("and {}", count(names, "other", "others"))
}

/// The change that would mend most.
#[must_use]
pub fn mends_most(messages: usize, of: usize) -> String {
    format!(
        "To mend this one cause would mend most: {} of {}",
        grouped(messages),
        count(of, "message that failed", "messages that failed")
    )
}
