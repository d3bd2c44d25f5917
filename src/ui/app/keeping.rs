//! Changes to the workspace: unlocking, importing, removing; and saving and asking for files.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::App;
use crate::agent::Operation;
use crate::pki::Passphrase;
use crate::trust::PartyName;
use crate::ui::command::ImportRole;
use crate::ui::document::Document;
use crate::ui::icons::Status;
use crate::ui::selection::{DocumentId, Item};
use crate::ui::state::{Overlay, Slot};
use crate::ui::tasks::{self, DialogPurpose, Done, ImportState, Loaded, NO_DIALOG_WITHIN};

impl App {
    pub(super) fn reload(&mut self, loaded: Loaded) {
        self.state.workspace = Some(Arc::new(loaded));
        let ids: Vec<(DocumentId, Operation)> =
            self.state.documents.iter().map(|document| (document.id, document.operation)).collect();
        for (id, operation) in ids {
            self.run(id, operation);
        }
    }

    pub(super) fn unlock(&mut self, passphrase: Passphrase) {
        let Some(loaded) = self.state.workspace.clone() else { return };
        let root = loaded.workspace.root().to_owned();
        self.jobs.start(Slot::Workspace, "Unlocking keys", move |_| {
            let read = Loaded::read(&root, Some(passphrase)).and_then(|loaded| {
                if loaded.passphrase.is_some() {
                    Ok(Box::new(loaded))
                } else {
                    Err("Wrong passphrase: no key was unlocked".to_owned())
                }
            });
            Done::Reloaded(read)
        });
    }

    pub(super) fn lock(&mut self) {
        let Some(before) = self.state.workspace.clone() else { return };
        let contents = before.workspace.load(None);
        let workspace = before.workspace.clone();
        let settings = before.settings.clone();
        drop(before);
        self.reload(Loaded { workspace, settings, contents, passphrase: None });
        self.state.say(Status::Info, "All private keys are locked; outcomes are those without keys");
    }

    pub(super) fn try_file_passphrase(&mut self, passphrase: Passphrase) {
        let Some(pending) = &self.state.import else { return };
        let path = pending.path.clone();
        self.jobs.start(Slot::Import, "Unlocking the file", move |_| {
            let opened = tasks::open_path(&path, Some(&passphrase));
            Done::Opened(vec![(path, opened)])
        });
    }

    pub(super) fn import(&mut self, party: PartyName, role: ImportRole, new_passphrase: Option<Passphrase>) {
        let Some(loaded) = self.state.workspace.clone() else {
            self.state.say(Status::Warning, "Open or create a workspace first: imported things are kept there");
            return;
        };
        let Some(pending) = &self.state.import else { return };
        let ImportState::Ready(items) = &pending.state else { return };
        let items = items.clone();
        self.jobs.start(Slot::Import, "Importing", move |_| {
            let passphrase = loaded.passphrase.clone().or(new_passphrase);
            let done = tasks::import(&loaded, items, &party, role, passphrase.as_ref());
            let root = loaded.workspace.root().to_owned();
            Done::Imported(done.and_then(|imported| Ok((imported, Box::new(Loaded::read(&root, passphrase)?)))))
        });
    }

    pub(super) fn remove(&mut self, item: Item) {
        let Some(loaded) = self.state.workspace.clone() else { return };
        self.jobs.start(Slot::Import, "Removing", move |_| {
            let done = tasks::remove(&loaded, &item);
            let root = loaded.workspace.root().to_owned();
            let passphrase = loaded.passphrase.clone();
            Done::Removed(done.and_then(|what| Ok((what, Box::new(Loaded::read(&root, passphrase)?)))))
        });
    }

    pub(super) fn show_dialog(&mut self, purpose: DialogPurpose, suggestion: String) {
        let dialog = Arc::clone(&self.config.dialog);
        self.jobs.start(Slot::Dialog, "Waiting for the file dialog", move |_| {
            let asked = Instant::now();
            let chosen = match purpose {
                DialogPurpose::Open => dialog.pick("Open messages, keys or certificates"),
                DialogPurpose::ToSend => dialog.pick("Open the message to send"),
                DialogPurpose::Save(_) => dialog.save("Save the message", &suggestion).map(|path| vec![path]),
            };
            Done::Dialog(purpose, chosen, asked.elapsed())
        });
    }

    pub(super) fn dialog_answered(&mut self, purpose: DialogPurpose, chosen: Option<Vec<PathBuf>>, took: Duration) {
        match (purpose, chosen) {
            (DialogPurpose::Open, Some(paths)) => self.open_paths(paths),
            (DialogPurpose::ToSend, Some(paths)) => {
                if let Some(path) = paths.into_iter().next() {
                    self.load_to_send(path);
                }
            }
            (DialogPurpose::ToSend, None) if took < NO_DIALOG_WITHIN => {
                self.panes.send.no_dialog();
            }
            (DialogPurpose::Save(id), Some(paths)) => {
                if let Some(path) = paths.into_iter().next() {
                    self.save_to(id, path);
                }
            }
            (_, None) if took < NO_DIALOG_WITHIN => {
                self.open_overlay(match purpose {
                    DialogPurpose::Open | DialogPurpose::ToSend => Overlay::OpenByPath,
                    DialogPurpose::Save(id) => Overlay::SaveByPath(id),
                });
            }
            (_, None) => {}
        }
    }

    pub(super) fn save_to(&mut self, id: DocumentId, path: PathBuf) {
        let Some(result) = self.state.document(id).and_then(Document::ran).and_then(|ran| ran.result.clone()) else {
            return;
        };
        self.jobs.start(Slot::Save, "Saving", move |_| Done::Saved(tasks::save(&result, &path)));
    }
}
