//! Very many messages: they are judged some at a time on one thread, and of each only what it comes to is kept. One that
//! is looked at is judged again, on its own and whole.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::App;
use super::running::read;
use crate::finding::Severity;
use crate::ui::brief::Brief;
use crate::ui::document::{Document, Run};
use crate::ui::judging;
use crate::ui::selection::DocumentId;
use crate::ui::sending::SendOptions;
use crate::ui::state::{Slot, State};
use crate::ui::tasks::{Done, MANY};
use crate::ui::text::{files, jobs};

/// Messages that one job judges: a frame's time or so, since each finished job makes one.
const TOGETHER: usize = 32;
/// Whole runs that are kept, those that were looked at last.
const KEPT: usize = 200;
/// Octets of the messages whose runs are kept: each run holds some copies, decrypted and unwrapped.
const KEPT_OCTETS: usize = 64 << 20;

/// What of very many messages is under way, and whose runs are kept whole.
#[derive(Debug, Default)]
pub(super) struct Many {
    under_way: BTreeMap<u64, Vec<DocumentId>>,
    next: u64,
    in_the_mass: bool,
    kept: VecDeque<DocumentId>,
}

impl Many {
    /// How many messages are under way.
    pub(super) fn len(&self) -> usize {
        self.under_way.values().map(Vec::len).sum()
    }

    /// The outcome of this one is no longer wanted: it is going to be judged anew.
    pub(super) fn drop_one(&mut self, id: DocumentId) {
        self.under_way.values_mut().for_each(|ids| ids.retain(|known| *known != id));
    }
}

impl App {
    /// Starts a job for some of those that wait, once there are very many of them, to the last; false where each is judged
    /// alone.
    pub(super) fn start_many(&mut self) -> bool {
        self.many.in_the_mass = self.waiting.len() > MANY || (self.many.in_the_mass && self.waiting.len() > 0);
        if !self.many.in_the_mass {
            return false;
        }
        let current = self.state.current;
        let mut messages = Vec::with_capacity(TOGETHER);
        while messages.len() < TOGETHER
            && let Some(id) = self.waiting.next()
        {
            if Some(id) == current {
                self.start_run(id);
                continue;
            }
            if let Some(document) = self.state.document(id) {
                let (envelope, at) = (document.envelope.clone(), document.at.clone());
                messages.push((id, envelope, at, document.operation, document.what_if.clone()));
            }
        }
        if messages.is_empty() {
            return true;
        }
        let what_if = self.state.what_if.clone();
        let setting = self.setting_with(SendOptions::default(), what_if);
        let number = self.many.next;
        self.many.next = number.wrapping_add(1);
        self.many.under_way.insert(number, messages.iter().map(|(id, ..)| *id).collect());
        self.jobs.start(Slot::Many(number), jobs::PROCESSING_MANY, move |job| {
            let mut told = Vec::with_capacity(messages.len());
            for (id, mut envelope, at, operation, what_if) in messages {
                if job.is_cancelled() {
                    break;
                }
                let mut setting = setting.clone();
                setting.what_if = what_if.unwrap_or(setting.what_if);
                let brief = read(&mut envelope, at.as_ref())
                    .and_then(|_| judging::brief(&setting, &envelope, operation))
                    .map(Arc::new);
                told.push((id, brief));
            }
            Done::Told(number, told)
        });
        true
    }

    /// Takes in what some of many messages come to, those left out that were started anew meanwhile.
    pub(super) fn told(&mut self, number: u64, told: Vec<(DocumentId, Result<Arc<Brief>, String>)>) {
        let wanted = self.many.under_way.remove(&number).unwrap_or_default();
        for (id, told) in told.into_iter().filter(|(id, _)| wanted.contains(id)) {
            let why = told.as_ref().err().cloned();
            let name = self.state.documents.change(id, |document| {
                document.told(told);
                document.name.clone()
            });
            if let Some(why) = why {
                self.state.log(Severity::Fail, jobs::not_processed(&name.unwrap_or_default(), &why));
            }
        }
    }

    /// Stops all of them; gives back those that were not done.
    pub(super) fn stop_many(&mut self) -> Vec<DocumentId> {
        let under_way = std::mem::take(&mut self.many.under_way);
        under_way.keys().for_each(|number| self.jobs.cancel_slot(&Slot::Many(*number)));
        under_way.into_values().flatten().collect()
    }

    /// Judges the message that is shown, where more is to be shown of it than was kept.
    pub(super) fn judge_what_is_looked_at(&mut self) {
        let Some(document) = self.state.current() else { return };
        let (id, operation) = (document.id, document.operation);
        if document.awaits_a_look() {
            self.run(id, operation);
        } else if !document.envelope.message.is_intact() && !matches!(document.run, Run::Failed(_)) {
            let why = files::changed_meanwhile(&document.source.words());
            self.state.documents.change(id, |document| document.failed(why));
        }
    }

    /// Keeps the whole run of this message, and forgets those that were looked at longest ago.
    pub(super) fn keep_run(&mut self, id: DocumentId) {
        self.many.kept.retain(|kept| *kept != id);
        self.many.kept.push_back(id);
        let octets_of = |state: &State, id: DocumentId| state.document(id).map_or(0, Document::octets);
        let mut octets: usize = self.many.kept.iter().map(|kept| octets_of(&self.state, *kept)).sum();
        while self.many.kept.len() > KEPT || (octets > KEPT_OCTETS && self.many.kept.len() > 1) {
            let Some(oldest) = self.many.kept.pop_front() else { return };
            octets = octets.saturating_sub(octets_of(&self.state, oldest));
            if self.state.current != Some(oldest) {
                self.state.documents.change(oldest, |document| document.forget_run());
            }
        }
    }
}
