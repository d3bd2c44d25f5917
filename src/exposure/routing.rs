//! The routing rule of 1.3: the envelope's sender is From or Sender, its recipients stand in To or Cc.

use super::sources::Sources;
use super::{Layer, Stage};
use crate::agent::{Profile, ProfileName, RoutingMismatch};
use crate::finding::{Finding, Rule, Severity};
use crate::mail::Address;

const ROUTING: Rule = Rule::new("exposure.routing", "Direct AS 1.3, MAIL FROM and RCPT TO");

/// What a profile does with this message's routing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consequence {
    /// The profile.
    pub profile: ProfileName,
    /// Whether it rejects a message that breaks the rule; else it reports and goes on.
    pub demands: bool,
}

/// The rule, judged.
#[derive(Clone, Debug)]
pub struct RoutingRule {
    /// Whether it holds.
    pub holds: bool,
    /// Who is not named where they should be.
    pub mismatch: RoutingMismatch,
    /// By which header it was judged: the inner one, or the outer one where nothing else is open to view.
    pub judged_by: Layer,
    /// The verdict as a finding: a failure under a profile that demands the rule, a warning under any other.
    pub finding: Finding,
    /// What each profile makes of the rule.
    pub consequences: Vec<Consequence>,
}

/// Judges it as the agent does, whatever the profile.
pub(super) fn judge(sources: &Sources<'_>) -> RoutingRule {
    let sender = sources.envelope.reverse_path.address();
    let mismatch = sources
        .read()
        .map(|header| RoutingMismatch::of(sender, served(sources), &header.buffer, &header.section))
        .unwrap_or_default();
    let judged_by = if sources.inner.is_some() { Layer::Inner } else { Layer::Outer };
    let demands = |profile: ProfileName| Profile::named(profile).routing == crate::agent::Demand::Require;
    let applied = sources.report.map(|report| report.profile);
    let severity = match (mismatch.is_none(), applied) {
        (true, _) => Severity::Pass,
        (false, Some(profile)) if demands(profile) => Severity::Fail,
        (false, _) => Severity::Warning,
    };
    let consequences =
        ProfileName::ALL.map(|profile| Consequence { profile, demands: demands(profile) }).into_iter().collect();
    let finding = Finding::new(ROUTING, severity, words(&mismatch, sources));
    RoutingRule { holds: mismatch.is_none(), mismatch, judged_by, finding, consequences }
}

/// The recipients whom the agent judges: those to whom the message goes.
fn served<'a>(sources: &'a Sources<'_>) -> Vec<&'a Address> {
    match sources.report {
        Some(report) if sources.stage == Stage::Leaving => {
            report.recipients.iter().filter(|recipient| recipient.is_accepted()).map(|r| &r.address).collect()
        }
        _ => sources.envelope.forward_paths.iter().collect(),
    }
}

fn words(mismatch: &RoutingMismatch, sources: &Sources<'_>) -> String {
    let said: Vec<String> = [mismatch.sender_words(), mismatch.recipient_words()].into_iter().flatten().collect();
    let mut words = if said.is_empty() {
        "MAIL FROM is From or Sender, and every RCPT TO is in To or Cc".to_owned()
    } else {
        said.join("; ")
    };
    if !sources.knows_inside() {
        words.push_str(", by the outer headers: nothing here opened the message, whose own headers decide");
    }
    words
}
