//! Our answer beside those of the reference agents.

use crate::agent::{Operation, Report};
use crate::emulate::{Deviation, Emulated, EmulatedAgent, EmulatedOutcome, Evidence};
use crate::ui::icons::Status;

/// Our column.
pub const OURS: &str = "Sealscope";
/// The comparison's name.
pub const TABLE: &str = "Three agents";
/// What is compared, and what it is no reason for.
pub const ABOUT: &str = "For the same envelope, keys, anchors and time, under each agent's own code names. Their rules have known \
                         faults: that one of them accepts a message is no reason to trust it";
/// The row of the whole message.
pub const MESSAGE: &str = "The message as a whole";
/// Beside an answer that is not ours.
pub const DIFFERS: &str = "Differs";
/// Copies everything.
pub const COPY: &str = "Copy as text";
/// What that copies.
pub const COPY_HINT: &str = "All three answers, recipient by recipient, with every departure and its reference";
/// Where an agent does nothing that ours does not.
pub const NO_DEPARTURE: &str = "Nothing that matters for this message: it decides as Sealscope does";
/// A recipient whom we would have accepted, had the message not been rejected.
pub const WITH_THE_MESSAGE: &str = "Rejected with the message";
/// What selecting a recipient shows.
pub const RECIPIENT_HINT: &str = "Show in the Inspector what Sealscope decided for this recipient";

const ACCEPTED: &str = "Accepted";
const REJECTED: &str = "Rejected";

/// An agent in a sentence.
#[must_use]
pub const fn agent(agent: EmulatedAgent) -> &'static str {
    match agent {
        EmulatedAgent::Java => "The Java reference agent",
        EmulatedAgent::CSharp => "The C# reference agent",
    }
}

/// What came of the message, in a word.
#[must_use]
pub const fn verdict(accepted: bool) -> (Status, &'static str) {
    if accepted { (Status::Passed, ACCEPTED) } else { (Status::Failed, REJECTED) }
}

/// What came of a recipient, in the words that ours have.
#[must_use]
pub const fn outcome(outcome: EmulatedOutcome, operation: Operation) -> (Status, &'static str) {
    match (outcome, operation) {
        (EmulatedOutcome::Accepted, Operation::Incoming) => (Status::Passed, "Delivered"),
        (EmulatedOutcome::Accepted, Operation::Outgoing) => (Status::Passed, "Kept"),
        (EmulatedOutcome::Removed, _) => (Status::Failed, "Removed"),
        (EmulatedOutcome::NotLocal, _) => (Status::NotChecked, "Not local"),
    }
}

/// The heading over an agent's departures.
#[must_use]
pub fn departures(agent: EmulatedAgent, count: usize) -> String {
    let title = agent.title();
    if count == 0 { title.to_owned() } else { format!("{title}: {}", super::count(count, "departure", "departures")) }
}

/// How a departure is known.
#[must_use]
pub const fn evidence(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Measured => "Measured: the agent was run with such a message",
        Evidence::Read => "Read in the agent's source; it was not run",
        Evidence::Inferred => "A guess: concluded from the agent's source, and seen nowhere",
        Evidence::Assumed => "A guess: it depends on an answer of the network, which is assumed here",
    }
}

/// A departure, read aloud.
#[must_use]
pub fn departure(deviation: &Deviation) -> String {
    format!(
        "{}. {}. {}. {}",
        super::plain(&deviation.what),
        deviation.why,
        evidence(deviation.evidence),
        deviation.reference
    )
}

/// What a click on a code does.
#[must_use]
pub fn copy_code(code: &str) -> String {
    format!("Copy {code}, to search for it in logs")
}

/// How many recipients are not shown.
#[must_use]
pub fn more(hidden: usize) -> String {
    let hidden = super::count(hidden, "more recipient is", "more recipients are");
    format!("{hidden} in the text that is copied; those with differences are shown first")
}

/// The answer at the top: its shape, a sentence, and the reason.
#[must_use]
pub fn sentence(ours: &Report, theirs: &[Emulated]) -> (Status, String, String) {
    let others: Vec<&Emulated> = theirs.iter().filter(|one| one.is_accepted() != ours.is_accepted()).collect();
    if !others.is_empty() {
        return (Status::Warning, disagreement(ours, &others), because(&others));
    }
    let others: Vec<&Emulated> = theirs.iter().filter(|one| one.differs_from(ours)).collect();
    let all = all_three(ours);
    if !others.is_empty() {
        return (Status::Warning, format!("{all}, but not for the same recipients"), because(&others));
    }
    let several = ours.judged_recipients().count() > 1;
    let whom = if several && ours.is_accepted() { ", for the same recipients" } else { "" };
    let on_the_way = if theirs.iter().any(|one| !one.deviations.is_empty()) {
        "What they do otherwise on the way is told below"
    } else {
        "Nothing in which their rules depart from those of Sealscope matters for this message"
    };
    (Status::Info, format!("{all}{whom}"), on_the_way.to_owned())
}

fn all_three(ours: &Report) -> &'static str {
    match (ours.is_accepted(), ours.operation) {
        (true, Operation::Incoming) => "All three accept it",
        (true, Operation::Outgoing) => "All three send it",
        (false, Operation::Incoming) => "All three reject it",
        (false, Operation::Outgoing) => "All three refuse to send it",
    }
}

fn disagreement(ours: &Report, others: &[&Emulated]) -> String {
    let who = match others {
        [one] => agent(one.agent),
        _ => "Both reference agents",
    };
    let (theirs, own) = match (ours.is_accepted(), ours.operation) {
        (true, Operation::Incoming) => ("reject", "accepts"),
        (true, Operation::Outgoing) => ("refuse to send", "sends"),
        (false, Operation::Incoming) => ("accept", "rejects"),
        (false, Operation::Outgoing) => ("send", "refuses to send"),
    };
    format!("{who} would {theirs} this message, which Sealscope {own}")
}

/// The rule that makes the difference; each once, where both agents have one.
fn because(others: &[&Emulated]) -> String {
    let mut rules: Vec<&'static str> = Vec::new();
    for one in others {
        let known = one.deviations.iter().find(|deviation| deviation.evidence != Evidence::Assumed);
        let rule = known.or(one.deviations.first()).map(|deviation| deviation.why);
        rules.extend(rule.filter(|rule| !rules.contains(rule)));
    }
    rules.join(". ")
}

/// Everything as text, for a ticket or a mail.
#[must_use]
pub fn as_text(ours: &Report, rows: &[(String, Vec<String>)], theirs: &[Emulated]) -> String {
    let (_, sentence, reason) = sentence(ours, theirs);
    let mut lines = vec![sentence, reason, String::new()];
    let titles = std::iter::once(OURS).chain(theirs.iter().map(|one| one.agent.title()));
    let titles: Vec<&str> = titles.collect();
    for (head, answers) in rows {
        lines.push(head.clone());
        lines.extend(titles.iter().zip(answers).map(|(title, answer)| format!("  {title}: {answer}")));
    }
    for one in theirs {
        lines.extend([String::new(), departures(one.agent, one.deviations.len())]);
        if one.deviations.is_empty() {
            lines.push(format!("  {NO_DEPARTURE}"));
        }
        for deviation in &one.deviations {
            lines.push(format!("  {}", super::plain(&deviation.what)));
            lines.push(format!("    {}", deviation.why));
            lines.push(format!("    {} ({})", evidence(deviation.evidence), deviation.reference));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}
