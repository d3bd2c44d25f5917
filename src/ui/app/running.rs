//! Running the agent: on a message of the list, on one that is sent, on one that is taken in again.

use std::path::PathBuf;
use std::sync::Arc;

use super::App;
use super::waiting::{Turn, Waiting};
use crate::agent::{Operation, Progress, StepName};
use crate::finding::Severity;
use crate::limits::Limits;
use crate::mail::{Address, Envelope, EnvelopeOrigin};
use crate::span::Buffer;
use crate::ui::document::{Ran, Run, Source};
use crate::ui::judging;
use crate::ui::network::Reachable;
use crate::ui::selection::{DocumentId, Item};
use crate::ui::sending::SendOptions;
use crate::ui::settings::View;
use crate::ui::state::{Sent, Slot};
use crate::ui::tasks::{self, Done, MANY, NewDocument, Setting};
use crate::ui::text::{jobs, sending};
use crate::ui::what_if::WhatIf;
use crate::workspace::jobs::{JobContext, Running};
use crate::workspace::{MessageAt, Network};

// The step that a run is at, for the status bar.
pub(super) struct Steps<'a>(pub(super) &'a JobContext<Done>);

impl Progress for Steps<'_> {
    fn begins(&self, step: StepName) {
        let place = StepName::OUTGOING.iter().chain(&StepName::INCOMING).position(|name| *name == step).unwrap_or(0);
        self.0.report(step.title(), place % StepName::INCOMING.len(), Some(StepName::INCOMING.len()));
    }

    fn is_stopped(&self) -> bool {
        self.0.is_cancelled()
    }
}

/// Reads a message that is not held in memory; whether there was something to read.
///
/// # Errors
///
/// A sentence, where its file is gone or another one.
pub(super) fn read(envelope: &mut Envelope, at: Option<&MessageAt>) -> Result<bool, String> {
    let Some(at) = at.filter(|_| envelope.message.is_empty()) else { return Ok(false) };
    envelope.message = at.read(&Limits::DEFAULT).map_err(|error| error.to_string())?;
    Ok(true)
}

impl App {
    pub(super) fn setting_with(&mut self, options: SendOptions, what_if: WhatIf) -> Setting {
        let online = match options.network {
            Some(network) => network == Network::Online,
            None => self.state.workspace.as_ref().is_some_and(|loaded| loaded.is_online()),
        };
        let network = if online { self.reachable() } else { Reachable::default() };
        let preferred = self.state.workspace.as_ref().map(|loaded| loaded.settings.making).unwrap_or_default();
        Setting {
            loaded: self.state.workspace.clone(),
            network,
            now: (self.config.now)(),
            seed: (self.config.seed)(),
            making: options.making.unwrap_or(preferred),
            what_if,
            signers: options.signers,
        }
    }

    fn reachable(&mut self) -> Reachable {
        let settings = self.state.workspace.as_ref().map(|loaded| loaded.settings.clone()).unwrap_or_default();
        (self.config.network)(&settings).unwrap_or_else(|why| {
            self.state.log(Severity::Warning, jobs::no_network(&why));
            Reachable::default()
        })
    }

    /// Judges messages that came in together, the way each of them goes.
    pub(super) fn run_those(&mut self, ids: &[DocumentId]) {
        for id in ids {
            self.state.documents.change(*id, |document| document.run = Run::Running(document.ran().cloned()));
            self.waiting.add(*id, self.turn_of(*id));
        }
        self.start_waiting();
    }

    fn turn_of(&self, id: DocumentId) -> Turn {
        if self.state.current == Some(id) { Turn::Next } else { Turn::Last }
    }

    /// Judges a message as soon as its turn comes; the earlier outcome stays visible until then.
    pub(super) fn run(&mut self, id: DocumentId, operation: Operation) {
        self.jobs.cancel_slot(&Slot::Run(id));
        self.many.drop_one(id);
        let known = self.state.documents.change(id, |document| {
            document.operation = operation;
            document.run = Run::Running(document.ran().cloned());
        });
        if known.is_none() {
            return;
        }
        self.waiting.add(id, self.turn_of(id));
        self.start_waiting();
    }

    /// Starts runs that wait, while there are processors for them.
    pub(super) fn start_waiting(&mut self) {
        let at_work = |job: &&Running<Slot>| matches!(job.slot, Slot::Run(_) | Slot::Many(_));
        // The list first: judging would take the processors that listing needs.
        if self.waiting.len() > MANY && self.jobs.is_busy(&Slot::Open) {
            return;
        }
        let mut under_way = self.jobs.running().filter(at_work).count();
        while under_way < Waiting::most() {
            if !self.start_many() {
                let Some(id) = self.waiting.next() else { return };
                self.start_run(id);
            }
            under_way += 1;
        }
    }

    /// How many messages are being judged.
    pub(super) fn runs_under_way(&self) -> usize {
        self.jobs.running().filter(|job| matches!(job.slot, Slot::Run(_))).count() + self.many.len()
    }

    pub(super) fn start_run(&mut self, id: DocumentId) {
        let supposed = self.state.document(id).and_then(|document| document.what_if.clone());
        let what_if = supposed.unwrap_or_else(|| self.state.what_if.clone());
        let setting = self.setting_with(SendOptions::default(), what_if);
        let Some(document) = self.state.document(id) else { return };
        let (mut envelope, operation) = (document.envelope.clone(), document.operation);
        let at = document.at.clone();
        let name = jobs::processing(&document.name);
        self.jobs.start(Slot::Run(id), name, move |job| {
            match read(&mut envelope, at.as_ref()) {
                Ok(false) => {}
                Ok(true) => job.hand_over(Done::Read(id, envelope.message.clone())),
                Err(why) => return Done::Ran(id, Err(why)),
            }
            Done::Ran(id, judging::judge(&setting, &envelope, operation, &Steps(job)).map(Box::new))
        });
    }

    /// Takes in the octets of a message that is looked at.
    pub(super) fn has_read(&mut self, id: DocumentId, message: Buffer) {
        self.state.documents.change(id, |document| document.envelope.message = message);
    }

    /// Runs a message again, the way it goes.
    pub(super) fn run_again(&mut self, id: DocumentId) {
        if let Some(operation) = self.state.document(id).map(|document| document.operation) {
            self.run(id, operation);
        }
    }

    /// Runs every message again.
    pub(super) fn run_all(&mut self) {
        let ids: Vec<DocumentId> = self.state.documents.iter().map(|document| document.id).collect();
        for id in &ids {
            self.jobs.cancel_slot(&Slot::Run(*id));
        }
        self.stop_many();
        self.run_those(&ids);
    }

    pub(super) fn load_to_send(&mut self, path: PathBuf) {
        self.panes.send.loading();
        self.jobs.start(Slot::Open, jobs::READING_TO_SEND, move |_| {
            let loaded = tasks::load_to_send(&path).map(Box::new);
            Done::LoadedToSend(path, loaded)
        });
    }

    pub(super) fn send(&mut self, envelope: Envelope, options: SendOptions) {
        let what_if = self.state.what_if.clone();
        let setting = self.setting_with(options, what_if);
        self.state.sent = Sent::Running;
        self.jobs.start(Slot::Send, sending::actions::SECURING, move |job| {
            let ran = judging::run(&setting, &envelope, Operation::Outgoing, &Steps(job)).map(Box::new);
            Done::Sent(Box::new(envelope), ran)
        });
    }

    pub(super) fn sent(&mut self, envelope: Envelope, ran: Result<Box<Ran>, String>) {
        match ran {
            Err(why) => self.state.sent = Sent::Failed(why),
            Ok(ran) => {
                let name = jobs::sent_to(&envelope.forward_paths);
                let mut new = NewDocument::new(name, Source::Made, envelope);
                new.operation = Operation::Outgoing;
                if let Sent::Done(before) = self.state.sent {
                    self.state.documents.retain(|document| document.id != before);
                }
                let id = self.add(new);
                self.state.documents.change(id, |document| document.finished(Arc::from(ran)));
                self.state.sent = Sent::Done(id);
                self.state.select(Item::Message(id));
            }
        }
    }

    // As all its recipients, or as one of them.
    pub(super) fn receive_back(&mut self, id: DocumentId, recipient: Option<Address>) {
        let Some(document) = self.state.document(id) else { return };
        let Some(mut result) = document.ran().and_then(|ran| ran.result.clone()) else { return };
        let name = match recipient {
            Some(address) => {
                let name = jobs::received_by(&document.name, &address);
                result.forward_paths = vec![address];
                name
            }
            None => jobs::received(&document.name),
        };
        let message = result.message.renamed(crate::span::BufferName::Received);
        let envelope = Envelope { message, origin: EnvelopeOrigin::Explicit, ..result };
        let new = self.add(NewDocument::new(name, Source::Made, envelope));
        self.run(new, Operation::Incoming);
        self.state.show(View::Messages);
        self.state.select(Item::Message(new));
    }

    pub(super) fn ran(&mut self, id: DocumentId, ran: Result<Box<Ran>, String>) {
        match ran {
            Ok(ran) => {
                self.state.documents.change(id, |document| document.finished(Arc::from(ran)));
                self.keep_run(id);
            }
            Err(why) => {
                let name = self.state.documents.change(id, |document| {
                    document.failed(why.clone());
                    document.name.clone()
                });
                let line = jobs::not_processed(&name.unwrap_or_default(), &why);
                self.state.log(Severity::Fail, line);
            }
        }
    }
}
