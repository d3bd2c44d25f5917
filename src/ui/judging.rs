//! Runs of the agent for the window: the agent as the workspace and the supposition have it, what is derived from its
//! record once, so that no frame derives it again, and the answer that counts beside one that rests on a supposition.

use std::sync::Arc;

use super::brief::Brief;
use super::document::{Ran, RealAnswer};
use super::structure::Structure;
use super::tasks::Setting;
use super::what_if::WhatIf;
use super::{network, outlook, sending};
use crate::agent::{
    Agent, HeaderComparison, NoProgress, Operation, Profile, ProfileName, Progress, Report, Stopped, compare_headers,
};
use crate::discovery::Resolver;
use crate::discovery::local::LocalResolver;
use crate::limits::Limits;
use crate::mail::Envelope;
use crate::pki::{Certificate, Crl};
use crate::span::{Buffer, BufferName};
use crate::trust::Parties;

/// Runs the agent on a message of the list; where something is supposed, the answer without it is kept beside.
///
/// # Errors
///
/// A sentence, where it could not run.
pub fn judge(
    setting: &Setting,
    envelope: &Envelope,
    operation: Operation,
    progress: &dyn Progress,
) -> Result<Ran, String> {
    let mut ran = run(setting, envelope, operation, progress)?;
    if !setting.what_if.is_nothing() {
        let as_it_is = Setting { what_if: WhatIf::default(), ..setting.clone() };
        let real = run(&as_it_is, envelope, operation, progress)?;
        ran.real = Some(RealAnswer::of(&real.report, &ran.report));
    }
    Ok(ran)
}

/// Runs the agent on a message.
///
/// # Errors
///
/// A sentence, where it could not run.
pub fn run(
    setting: &Setting,
    envelope: &Envelope,
    operation: Operation,
    progress: &dyn Progress,
) -> Result<Ran, String> {
    with_agent(setting, envelope, operation, progress, |agent| {
        let (mut report, result) = process(agent, envelope, operation)?;
        if operation == Operation::Incoming {
            add_unopened(&mut report, &envelope.message);
        }
        Ok(told(setting, agent, report, result))
    })
}

/// Runs the agent on one of many messages: what stays is the outcome in short.
///
/// # Errors
///
/// A sentence, where it could not run.
pub fn brief(setting: &Setting, envelope: &Envelope, operation: Operation) -> Result<Brief, String> {
    with_agent(setting, envelope, operation, &NoProgress, |agent| {
        let (report, _) = process(agent, envelope, operation)?;
        Ok(Brief::of(agent, &report))
    })
}

/// Lends the agent that a message is judged by.
///
/// # Errors
///
/// A sentence, where the workspace names no profile that there is; and whatever `work` gives.
pub(super) fn with_agent<T>(
    setting: &Setting,
    envelope: &Envelope,
    operation: Operation,
    progress: &dyn Progress,
    work: impl FnOnce(&Agent<'_>) -> Result<T, String>,
) -> Result<T, String> {
    let nobody = Parties::default();
    let loaded = setting.loaded.as_deref();
    let known = loaded.map_or(&nobody, |loaded| &loaded.contents.parties);
    let supposed = setting.what_if.parties(known);
    let parties = &sending::signing_with(supposed, envelope, operation, setting.signers.as_deref());
    let authorities: Vec<Certificate> =
        loaded.iter().flat_map(|l| l.contents.authorities.iter().map(|named| named.certificate.clone())).collect();
    let authorities = setting.what_if.authorities(&authorities);
    let crls: Vec<Crl> = loaded.iter().flat_map(|l| l.contents.crls.iter().map(|named| named.crl.clone())).collect();
    let local = LocalResolver::new(parties);
    let arranged = network::arranged(setting, &local);
    let resolvers: Vec<&dyn Resolver> = arranged.iter().map(|scoped| -> &dyn Resolver { scoped }).collect();
    let profile: ProfileName = match (setting.what_if.profile, loaded) {
        (Some(supposed), _) => supposed,
        (None, Some(loaded)) => loaded.settings.profile.parse().map_err(|error| format!("{error}"))?,
        (None, None) => ProfileName::default(),
    };
    work(&Agent {
        parties,
        authorities: &authorities,
        crls: &crls,
        local_domains: setting
            .what_if
            .local_domains(loaded.map(|loaded| loaded.settings.local_domains.as_slice()).unwrap_or_default()),
        profile: Profile::named(profile),
        now: setting
            .what_if
            .at
            .unwrap_or_else(|| loaded.map_or(setting.now, |loaded| loaded.settings.clock.at(setting.now))),
        limits: Limits::DEFAULT,
        resolvers: &resolvers,
        online: setting.network.online(),
        making: setting.making,
        seed: setting.seed,
        progress,
    })
}

// What the agent did not come to open is shown all the same: structure needs no key.
fn add_unopened(report: &mut Report, message: &Buffer) {
    let is_cms = |buffer: &Buffer| {
        matches!(buffer.name(), BufferName::EncryptedCms | BufferName::SignatureCms | BufferName::CompressedCms)
    };
    if report.buffers.iter().any(is_cms) {
        return;
    }
    let layers = crate::smime::inspect(message, &Limits::DEFAULT).layers;
    if report.buffers.is_empty() {
        report.buffers.push(message.clone());
    }
    for buffer in layers.into_iter().filter_map(|layer| layer.facts).map(|facts| facts.buffer) {
        if report.buffers.iter().all(|known| known.name() != buffer.name()) {
            report.buffers.push(buffer);
        }
    }
}

fn process(agent: &Agent<'_>, envelope: &Envelope, operation: Operation) -> Result<(Report, Option<Envelope>), String> {
    let stopped = match operation {
        Operation::Incoming => match agent.process_incoming(envelope) {
            Ok(message) => return Ok((message.report, Some(message.envelope))),
            Err(stopped) => stopped,
        },
        Operation::Outgoing => match agent.process_outgoing(envelope) {
            Ok(message) => return Ok((message.report, Some(message.envelope))),
            Err(stopped) => stopped,
        },
    };
    match stopped {
        Stopped::Rejected(rejected) => Ok((rejected.report, None)),
        Stopped::Failed(error) => Err(error.to_string()),
    }
}

// A finished run with all that is derived from it; `agent` is the one that made it.
fn told(setting: &Setting, agent: &Agent<'_>, report: Report, result: Option<Envelope>) -> Ran {
    Ran {
        brief: Arc::new(Brief::of(agent, &report)),
        headers: headers_of(&report),
        structure: Structure::of(&report.buffers, &Limits::DEFAULT),
        chains: outlook::all(&report, setting, agent.parties),
        supposed: setting.what_if.clone(),
        finished: setting.now,
        real: None,
        report,
        result,
    }
}

fn headers_of(report: &Report) -> Vec<HeaderComparison> {
    let (outer, inner) = match report.operation {
        Operation::Incoming => (BufferName::Received, BufferName::Unwrapped),
        Operation::Outgoing => (BufferName::Secured, BufferName::Received),
    };
    match (report.buffer(outer), report.buffer(inner)) {
        (Some(outer), Some(inner)) => compare_headers(outer, inner, &Limits::DEFAULT),
        _ => Vec::new(),
    }
}
