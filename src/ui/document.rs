//! A message in the window: what was opened or made, and what the agent said of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use time::OffsetDateTime;

use super::brief::Brief;
use super::icons::Status;
use super::outlook::Judged;
use super::selection::{CheckPlace, DocumentId};
use super::structure::Structure;
use super::text::{self, document as words, outcome as outcome_text};
use super::what_if::WhatIf;
use crate::agent::{HeaderComparison, Operation, RecipientOutcome, Report, SignerOutcome, Step, StepName};
use crate::batch::{Judgement, MessageOutcome, Place};
use crate::finding::{Finding, Severity};
use crate::mail::Envelope;
use crate::span::{Buffer, BufferName};
use crate::what_if::{Difference, difference};
use crate::workspace::MessageAt;

/// Where a message came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file somewhere.
    File(PathBuf),
    /// The workspace's own messages.
    Workspace(PathBuf),
    /// The clipboard, or a drop without a path.
    Clipboard,
    /// Made in the Send view.
    Made,
}

impl Source {
    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::File(path) => crate::workspace::path_text(path),
            Self::Workspace(path) => {
                let name = path.file_name().map(|name| crate::workspace::path_text(Path::new(name)));
                words::of_workspace(&name.unwrap_or_default())
            }
            Self::Clipboard => words::CLIPBOARD.to_owned(),
            Self::Made => words::MADE.to_owned(),
        }
    }
}

/// What a finished run left, with what is derived from it once.
#[derive(Debug)]
pub struct Ran {
    /// The agent's record.
    pub report: Report,
    /// The same in short.
    pub brief: Arc<Brief>,
    /// What goes on: the secured message, or the delivered one.
    pub result: Option<Envelope>,
    /// Outer headers beside the wrapped ones; empty where nothing was unwrapped.
    pub headers: Vec<HeaderComparison>,
    /// The parts of each layer.
    pub structure: Structure,
    /// What was supposed, of the message or of the whole window; nothing for an answer that counts.
    pub supposed: WhatIf,
    /// When the run ended.
    pub finished: OffsetDateTime,
    /// The chains of signers, or of certificates found for recipients.
    pub chains: Vec<Judged>,
    /// What is answered where nothing is supposed; nothing for an answer that counts.
    pub real: Option<RealAnswer>,
}

/// An answer that counts, in short: what a supposition is compared with.
#[derive(Clone, Debug)]
pub struct RealAnswer {
    /// How it came out.
    pub status: Status,
    /// The outcome, for whom, and the code of the cause.
    pub words: String,
    /// From this answer to the one that is supposed.
    pub difference: Difference,
}

impl RealAnswer {
    /// What `report` says, in short, and in what the run that rests on a supposition differs from it.
    #[must_use]
    pub fn of(report: &Report, supposed: &Report) -> Self {
        let outcome = outcome_text::headline(report);
        let words = match outcome_text::main_reason(report) {
            Some(reason) => text::what_if::real_answer(&outcome, outcome_text::reason(reason.code)),
            None => outcome,
        };
        Self { status: outcome_text::report_status(report), words, difference: difference(report, supposed) }
    }
}

/// How far the agent is with a message.
#[derive(Clone, Debug)]
pub enum Run {
    /// Not asked yet.
    NotRun,
    /// At work; the earlier outcome stays visible.
    Running(Option<Arc<Ran>>),
    /// Done.
    Done(Arc<Ran>),
    /// It could not run.
    Failed(String),
}

/// What stands for a message that was not read yet.
#[must_use]
pub fn unread() -> Buffer {
    Buffer::new(BufferName::Received, Vec::new())
}

/// One message of the list.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its identity.
    pub id: DocumentId,
    /// What it is called.
    pub name: String,
    /// What it shows, for messages of the demo.
    pub about: Option<String>,
    /// Where it came from.
    pub source: Source,
    /// The message with its envelope.
    pub envelope: Envelope,
    /// Where it is read when it is judged or looked at; nothing for a message that is held in memory.
    pub at: Option<MessageAt>,
    /// Which way it is processed.
    pub operation: Operation,
    /// Its parts as received, before any run.
    pub structure: Arc<Structure>,
    /// Supposed for this message alone; nothing where it is judged as it is.
    pub what_if: Option<WhatIf>,
    /// The outcome.
    pub run: Run,
    /// The latest outcome in short, which stays when the run is forgotten.
    pub brief: Option<Arc<Brief>>,
}

impl Document {
    /// The latest outcome, also while a new one is under way.
    #[must_use]
    pub fn ran(&self) -> Option<&Arc<Ran>> {
        match &self.run {
            Run::Done(ran) | Run::Running(Some(ran)) => Some(ran),
            _ => None,
        }
    }

    /// Takes in a finished run.
    pub fn finished(&mut self, ran: Arc<Ran>) {
        self.brief = Some(Arc::clone(&ran.brief));
        self.run = Run::Done(ran);
    }

    /// Takes in what stays of a run that nobody looks at.
    pub fn told(&mut self, told: Result<Arc<Brief>, String>) {
        match told {
            Ok(brief) => (self.brief, self.run) = (Some(brief), Run::NotRun),
            Err(why) => self.failed(why),
        }
    }

    /// The agent could not run.
    pub fn failed(&mut self, why: String) {
        (self.brief, self.run) = (None, Run::Failed(why));
    }

    /// Gives up all of a run but what it comes to; it can be made again.
    pub fn forget_run(&mut self) {
        let made_here = matches!(self.source, Source::Made);
        if self.brief.is_some() && matches!(self.run, Run::Done(_)) && !made_here && self.what_if.is_none() {
            self.run = Run::NotRun;
            if self.at.is_some() {
                self.envelope.message = unread();
            }
        }
    }

    /// Octets of the message, read or not.
    #[must_use]
    pub fn octets(&self) -> usize {
        match &self.at {
            Some(at) if self.envelope.message.is_empty() => usize::try_from(at.octets()).unwrap_or(usize::MAX),
            _ => self.envelope.message.len(),
        }
    }

    /// Whether there is more to show than is known: the run was forgotten, or nobody asked yet for one of many.
    #[must_use]
    pub fn awaits_a_look(&self) -> bool {
        matches!(self.run, Run::NotRun) && (self.brief.is_some() || self.structure.nodes().is_empty())
    }

    /// What came of it, as a batch tells it; nothing where it was not judged.
    #[must_use]
    pub fn outcome(&self) -> Option<MessageOutcome> {
        let brief = self.brief.as_deref()?;
        let file = match &self.source {
            Source::File(path) | Source::Workspace(path) => path.clone(),
            Source::Clipboard | Source::Made => PathBuf::from(&self.name),
        };
        Some(MessageOutcome {
            index: 0,
            place: Place { file, path: self.name.clone(), number: None },
            operation: self.operation,
            octets: self.octets(),
            duration: brief.duration,
            judgement: Judgement::Judged(Box::new(brief.judged.clone())),
        })
    }

    /// Whether what is shown rests on a supposition.
    #[must_use]
    pub fn is_hypothetical(&self) -> bool {
        self.ran().is_some_and(|ran| !ran.supposed.is_nothing())
    }

    /// A run was given up: what was known before stands.
    pub fn run_stopped(&mut self) {
        self.run = match &self.run {
            Run::Running(Some(before)) => Run::Done(Arc::clone(before)),
            Run::Running(None) => Run::NotRun,
            _ => return,
        };
    }

    /// The agent's record, if there is one.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        self.ran().map(|ran| &ran.report)
    }

    /// Every buffer that can be looked at.
    #[must_use]
    pub fn buffers(&self) -> Vec<&Buffer> {
        match self.report() {
            Some(report) if !report.buffers.is_empty() => report.buffers.iter().collect(),
            _ => vec![&self.envelope.message],
        }
    }

    /// The buffer of that name.
    #[must_use]
    pub fn buffer(&self, name: BufferName) -> Option<&Buffer> {
        self.buffers().into_iter().find(|buffer| buffer.name() == name)
    }

    /// The parts of the message, as deep as they are known.
    #[must_use]
    pub fn structure(&self) -> &Structure {
        self.ran().map_or(&self.structure, |ran| &ran.structure)
    }

    /// The shape in the list.
    #[must_use]
    pub fn status(&self) -> Status {
        match (&self.run, self.report()) {
            (Run::Failed(_), _) => Status::Failed,
            (_, Some(report)) => outcome_text::report_status(report),
            _ => self.brief.as_ref().map_or(Status::NotChecked, |brief| brief.status),
        }
    }

    /// The one fact in the list.
    #[must_use]
    pub fn fact(&self) -> String {
        match (&self.run, self.report()) {
            (Run::Running(_), _) => words::RUNNING.to_owned(),
            (Run::Failed(_), _) => words::COULD_NOT_RUN.to_owned(),
            (_, Some(report)) => outcome_text::report_fact(report),
            _ => self.brief.as_ref().map_or_else(|| words::NOT_RUN.to_owned(), |brief| brief.fact.clone()),
        }
    }

    /// From whom to whom.
    #[must_use]
    pub fn route(&self) -> String {
        let sender = text::plain(&self.envelope.reverse_path.to_string());
        let recipients = &self.envelope.forward_paths;
        let first = recipients.first().map(|path| text::plain(&path.to_string()));
        words::route(&sender, first.as_deref(), recipients.len().saturating_sub(1))
    }

    /// A step of the run.
    #[must_use]
    pub fn step(&self, name: StepName) -> Option<&Step> {
        self.report()?.trace.step(name)
    }

    /// A recipient of the run.
    #[must_use]
    pub fn recipient(&self, index: usize) -> Option<&RecipientOutcome> {
        self.report()?.recipients.get(index)
    }

    /// A signer of the run.
    #[must_use]
    pub fn signer(&self, index: usize) -> Option<&SignerOutcome> {
        self.report()?.signers.get(index)
    }

    /// A check of the run.
    #[must_use]
    pub fn check(&self, place: CheckPlace) -> Option<&Finding> {
        let report = self.report()?;
        match place {
            CheckPlace::Envelope(index) => report.envelope_findings.get(index),
            CheckPlace::Step(name, index) => report.trace.step(name)?.findings.get(index),
            CheckPlace::Recipient(index, check) => report.recipients.get(index)?.findings.get(check),
            CheckPlace::Signer(index, check) => report.signers.get(index)?.findings.get(check),
        }
    }

    /// The check that says most about why: the first that failed, in the order of the steps.
    #[must_use]
    pub fn decisive_check(&self) -> Option<(CheckPlace, &Finding)> {
        let report = self.report()?;
        let failed = |finding: &Finding| finding.severity == Severity::Fail;
        let in_steps = report.trace.steps.iter().flat_map(|step| {
            let places = step.findings.iter().enumerate();
            places.map(move |(index, finding)| (CheckPlace::Step(step.name, index), finding))
        });
        let in_signers = report.signers.iter().enumerate().flat_map(|(signer, outcome)| {
            let places = outcome.findings.iter().enumerate();
            places.map(move |(index, finding)| (CheckPlace::Signer(signer, index), finding))
        });
        let with_values = |(_, finding): &(CheckPlace, &Finding)| failed(finding) && finding.found.is_some();
        let all: Vec<(CheckPlace, &Finding)> = in_steps.chain(in_signers).collect();
        let best = all.iter().find(|check| with_values(check)).or_else(|| all.iter().find(|(_, f)| failed(f)));
        best.copied()
    }

    /// Every place of a check that failed or warns, in the order of the steps.
    #[must_use]
    pub fn problems(&self) -> Vec<CheckPlace> {
        let Some(report) = self.report() else { return Vec::new() };
        let grave = |finding: &Finding| matches!(finding.severity, Severity::Fail | Severity::Warning);
        let envelope = report.envelope_findings.iter().enumerate();
        let mut places: Vec<CheckPlace> =
            envelope.filter(|(_, f)| grave(f)).map(|(index, _)| CheckPlace::Envelope(index)).collect();
        for step in &report.trace.steps {
            let findings = step.findings.iter().enumerate();
            places.extend(findings.filter(|(_, f)| grave(f)).map(|(index, _)| CheckPlace::Step(step.name, index)));
        }
        places
    }
}
