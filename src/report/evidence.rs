//! Everything that is known of one run, gathered from those who found it out.

use crate::agent::{Agent, Operation, Report};
use crate::conformance::{self, Checked};
use crate::diagnose::{Diagnosis, diagnose};
use crate::emulate::{Emulated, EmulatedAgent, emulate_incoming, emulate_outgoing};
use crate::exposure::{Exposure, expose};
use crate::mail::Envelope;

/// What a part of a report is made of.
#[derive(Clone, Debug)]
pub struct Evidence<'a> {
    /// The message with its envelope.
    pub envelope: &'a Envelope,
    /// What our agent left behind.
    pub report: &'a Report,
    /// Why.
    pub diagnosis: Diagnosis,
    /// What the reference agents would have answered.
    pub emulated: Vec<Emulated>,
    /// The rows of the test tools.
    pub checked: Vec<Checked>,
    /// What the message gives away.
    pub exposure: Exposure,
    /// Where the message comes from, as its reader calls it.
    pub source: Option<String>,
    /// Whether the run was allowed to fetch what certificates point at.
    pub online: bool,
    /// What the private keys of the workspace are called.
    pub key_names: Vec<String>,
}

impl<'a> Evidence<'a> {
    /// Explains, emulates and checks one run. `agent` is the one that made `report` of `envelope`.
    ///
    /// Takes as long as a diagnosis: of a signature that does not hold up to a second for 100 KB.
    #[must_use]
    pub fn gather(agent: &Agent<'_>, envelope: &'a Envelope, report: &'a Report, source: Option<&str>) -> Self {
        let emulate = |kind| match report.operation {
            Operation::Incoming => emulate_incoming(kind, envelope, agent, report),
            Operation::Outgoing => emulate_outgoing(kind, envelope, agent, report),
        };
        let parties = agent.parties.all().iter();
        let key_names = parties.flat_map(|party| {
            let opened = party.keys.iter().map(|key| key.name.clone());
            opened.chain(party.locked.iter().map(|key| key.name.clone()))
        });
        // The rows are about a message as it travels: what is not sent yet has not got its form.
        let checked = match report.operation {
            Operation::Incoming => conformance::check(envelope, Some(report)),
            Operation::Outgoing => Vec::new(),
        };
        Self {
            envelope,
            report,
            diagnosis: diagnose(agent, report),
            emulated: EmulatedAgent::ALL.map(emulate).into(),
            checked,
            exposure: expose(envelope, Some(report), &agent.limits),
            source: source.map(ToOwned::to_owned),
            online: agent.online.is_some(),
            key_names: key_names.collect(),
        }
    }
}
