//! A message in a list or a title: where it came from, who it is from and for, and how far it is judged.

use crate::agent::Operation;
use crate::ui::icons::Status;

/// The envelope's sender.
pub const MAIL_FROM: &str = "MAIL FROM";
/// The envelope's recipients.
pub const RCPT_TO: &str = "RCPT TO";
/// It was pasted, or dropped without a path.
pub const CLIPBOARD: &str = "clipboard";
/// It was made in the Send view.
pub const MADE: &str = "made in this window";
/// The agent is at it.
pub const RUNNING: &str = "running";
/// The agent could not begin.
pub const COULD_NOT_RUN: &str = "could not run";
/// The agent has not judged it.
pub const NOT_RUN: &str = "not run";

/// It is one of the workspace's own.
#[must_use]
pub fn of_workspace(name: &str) -> String {
    format!("workspace, {name}")
}

/// The null sender, in words.
const NOBODY_SENT: &str = "nobody (the null sender <>)";
/// An envelope without recipients, in words.
const NOBODY: &str = "nobody";

/// From whom to whom, in a row of the list.
#[must_use]
pub fn route(sender: &str, first: Option<&str>, more: usize) -> String {
    match (first, more) {
        (None, _) => format!("{sender} → nobody"),
        (Some(only), 0) => format!("{sender} → {only}"),
        (Some(first), more) => format!("{sender} → {}", super::messages::and_more(first, more)),
    }
}

/// The same as a sentence under the title.
#[must_use]
pub fn route_sentence(operation: Operation, sender: &str, recipients: &[String], more: usize) -> String {
    let way = match operation {
        Operation::Incoming => "Received",
        Operation::Outgoing => "To be sent",
    };
    let sender = if sender == "<>" { NOBODY_SENT } else { sender };
    let names = if recipients.is_empty() { NOBODY.to_owned() } else { recipients.join(", ") };
    let names = if more == 0 { names } else { super::messages::and_more(&names, more) };
    format!("{way} from {sender} for {names}")
}

/// What came of it, as a word of its row.
#[must_use]
pub const fn outcome(status: Status) -> &'static str {
    match status {
        Status::Passed => "accepted",
        Status::Warning => "accepted for some",
        _ => "rejected",
    }
}
