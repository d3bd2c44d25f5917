//! The window: the same core as the command line, with the answer, the evidence and the octets side by side.
//!
//! Layers: [`tokens`], [`icons`] and [`text`] are data; `widgets` know no message; `panes` read the [`State`] through a
//! [`Ctx`] and push [`command::Command`]s; [`App`] alone changes anything, at the end of the frame. Work runs in jobs
//! off this thread.

pub mod app;
pub mod breaking;
pub mod brief;
pub mod chain;
pub mod changes;
mod chrome;
mod clock;
pub mod command;
mod copying;
pub mod dcdt;
pub mod dialogs;
pub mod document;
pub mod documents;
pub mod examining;
pub mod facts;
pub mod fault;
pub mod generating;
pub mod icons;
pub mod import_queue;
pub mod judging;
pub mod keyring;
pub mod lab;
pub mod last_resort;
mod layouts;
mod listing;
pub mod network;
pub mod outlook;
mod overlays;
mod panes;
pub mod recent;
pub mod reporting;
mod run;
pub mod selection;
pub mod sending;
pub mod settings;
pub mod state;
pub mod structure;
pub mod submitting;
pub mod tasks;
pub mod text;
pub mod tokens;
pub mod trust_map;
pub mod what_if;
mod widgets;

pub use app::{App, AppConfig};
pub use run::{WindowError, run};

use command::{Command, Queue, UiCommand};
use state::State;

/// What a pane is given: everything to read, and a place for what it asks.
#[derive(Debug)]
pub struct Ctx<'a> {
    /// What is so.
    pub state: &'a State,
    /// What is asked.
    pub queue: &'a Queue,
}

impl Ctx<'_> {
    /// Asks for a command by name.
    pub fn ask(&self, command: UiCommand) {
        self.queue.push(Command::Ui(command));
    }

    /// Whether a command can do anything now.
    #[must_use]
    pub fn enabled(&self, command: UiCommand) -> bool {
        let state = self.state;
        match command {
            UiCommand::Back => state.selection.can_go_back(),
            UiCommand::Forward => state.selection.can_go_forward(),
            UiCommand::Run => state.current().is_some() || state.settings.view == settings::View::Send,
            UiCommand::EditEnvelope
            | UiCommand::RunOtherWay
            | UiCommand::WhatIf
            | UiCommand::AnswerSteps
            | UiCommand::AnswerCause
            | UiCommand::AnswerAgents
            | UiCommand::AnswerConformance
            | UiCommand::AnswerDates => state.current().is_some(),
            UiCommand::BreakIt => state.subject().is_some_and(|document| document.report().is_some()),
            UiCommand::NewAddress
            | UiCommand::GenerateKey
            | UiCommand::GenerateAuthority
            | UiCommand::LabDns
            | UiCommand::LabMail => state.workspace.is_some(),
            UiCommand::UseLabDns => {
                state.workspace.is_some() && state.lab.dns.address().is_some() && !state.lab_is_asked()
            }
            UiCommand::DiscoveryCases => !state.cases.is_running(),
            UiCommand::Submit => state.submittable().is_some(),
            UiCommand::TrustMap => !state.parties().is_empty(),
            UiCommand::CopyWhy | UiCommand::SaveReport => {
                state.current().is_some_and(|document| document.report().is_some())
            }
            UiCommand::Save => {
                state.current().and_then(document::Document::ran).is_some_and(|ran| ran.result.is_some())
            }
            UiCommand::Undo => state.history.can_undo(),
            UiCommand::Redo => state.history.can_redo(),
            UiCommand::LockKeys => state.open_keys() > 0,
            UiCommand::UnlockKeys => state.locked_keys() > 0,
            UiCommand::NextProblem | UiCommand::PreviousProblem => state.messages_with_problems() > 0,
            UiCommand::Cancel => {
                state.overlay.is_some()
                    || state.notice.is_some()
                    || !state.running.is_empty()
                    || state.shows_trust_map()
            }
            UiCommand::Welcome
            | UiCommand::Filter
            | UiCommand::NextPane
            | UiCommand::PreviousPane
            | UiCommand::ToggleList
            | UiCommand::ToggleInspector
            | UiCommand::ToggleDrawer => !state.welcome,
            UiCommand::Copy | UiCommand::CopyAs => state.selection.current().is_some(),
            UiCommand::GoToOffset | UiCommand::FindOctets => state.current().is_some(),
            _ => true,
        }
    }

    /// Why a command can do nothing now.
    #[must_use]
    pub fn why_not(&self, command: UiCommand) -> Option<&'static str> {
        (!self.enabled(command)).then(|| text::shell::unavailable(command))
    }
}
