//! The window: the same core as the command line, with the answer, the evidence and the octets side by side.
//!
//! Layers: [`tokens`], [`icons`] and [`text`] are data; `widgets` know no message; `panes` read the [`State`] through a
//! [`Ctx`] and push [`command::Command`]s; [`App`] alone changes anything, at the end of the frame. Work runs in jobs
//! off this thread.

pub mod app;
pub mod changes;
mod chrome;
pub mod command;
pub mod document;
pub mod documents;
pub mod generating;
pub mod icons;
pub mod import_queue;
pub mod last_resort;
mod outcome_text;
mod overlays;
mod panes;
mod rules;
mod run;
pub mod selection;
pub mod settings;
pub mod state;
pub mod structure;
pub mod tasks;
pub mod text;
pub mod tokens;
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
            UiCommand::EditEnvelope | UiCommand::WhatIf => state.current().is_some(),
            UiCommand::NewAddress | UiCommand::GenerateKey | UiCommand::GenerateAuthority => state.workspace.is_some(),
            UiCommand::CopyWhy => state.current().is_some_and(|document| document.report().is_some()),
            UiCommand::Save => {
                state.current().and_then(document::Document::ran).is_some_and(|ran| ran.result.is_some())
            }
            UiCommand::Undo => state.history.can_undo(),
            UiCommand::Redo => state.history.can_redo(),
            UiCommand::LockKeys => state.open_keys() > 0,
            UiCommand::UnlockKeys => state.locked_keys() > 0,
            UiCommand::NextProblem | UiCommand::PreviousProblem => state.messages_with_problems() > 0,
            _ => true,
        }
    }
}
