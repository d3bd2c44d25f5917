//! Changes to the workspace: importing, removing; and saving and asking for files.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::App;
use crate::pki::{Certificate, Passphrase};
use crate::trust::PartyName;
use crate::ui::changes::{self, ChangeKind, Changed, Export};
use crate::ui::command::{ImportRole, UiCommand};
use crate::ui::document::Document;
use crate::ui::generating::{self, Wanted};
use crate::ui::icons::Status;
use crate::ui::selection::{DocumentId, Item};
use crate::ui::settings::View;
use crate::ui::state::{Overlay, Slot};
use crate::ui::tasks::{self, DialogPurpose, Done, ImportState, Loaded, NO_DIALOG_WITHIN};
use crate::ui::text::{changes as words, files, jobs};
use crate::workspace::undo::Way;

impl App {
    pub(super) fn reload(&mut self, loaded: Loaded) {
        let before = self.state.workspace.replace(Arc::new(loaded));
        self.outside = self.state.now.into();
        self.publish_again(before.as_deref());
        self.forget_trusters();
        self.run_all();
    }

    pub(super) fn forget_trusters(&mut self) {
        for number in 0..self.state.trusters.len() {
            self.jobs.cancel_slot(&Slot::Trust(number));
        }
        self.state.trusters.clear();
        self.jobs.cancel_slot(&Slot::TrustMap);
        self.state.trust_map.forget();
    }

    pub(super) fn try_file_passphrase(&mut self, passphrase: Passphrase) {
        let Some(pending) = &self.state.import else { return };
        let path = pending.path.clone();
        let octets = pending.octets.clone();
        self.jobs.start(Slot::Import, jobs::UNLOCKING_FILE, move |_| {
            let opened = match octets {
                Some(octets) => tasks::open_octets(&crate::workspace::path_text(&path), octets, Some(&passphrase)),
                None => tasks::open_path(&path, Some(&passphrase)),
            };
            Done::Opened(vec![(path, opened)])
        });
    }

    pub(super) fn import(&mut self, party: Option<PartyName>, role: ImportRole, new_passphrase: Option<Passphrase>) {
        let Some(loaded) = self.state.workspace.clone() else {
            self.state.say(Status::Warning, words::NOWHERE_TO_IMPORT);
            return;
        };
        let Some(pending) = &self.state.import else { return };
        let ImportState::Ready(items) = &pending.state else { return };
        let items = items.clone();
        self.jobs.start(Slot::Import, jobs::IMPORTING, move |_| {
            let passphrase = loaded.passphrase.clone().or(new_passphrase);
            Done::Changed(changes::import(&loaded, items, party.as_ref(), role, passphrase))
        });
    }

    /// Opens the form for an address, a key or an authority.
    pub(super) fn start_making(&mut self, command: UiCommand) {
        self.state.show(View::Addresses);
        match command {
            UiCommand::NewAddress => {
                self.state.settings.list_open = true;
                self.panes.addresses.add_address();
            }
            UiCommand::GenerateAuthority => self.panes.addresses.make_authority(&self.state),
            _ => self.panes.addresses.make_key(&self.state),
        }
    }

    pub(super) fn generate(&mut self, wanted: Wanted, first: Option<Passphrase>) {
        let Some(loaded) = self.state.workspace.clone() else { return };
        if self.jobs.is_busy(&Slot::Import) {
            return;
        }
        self.jobs.start(Slot::Import, jobs::MAKING_KEY, move |_| {
            Done::Generated(generating::generate(&loaded, &wanted, first))
        });
    }

    pub(super) fn remove(&mut self, items: Vec<Item>) {
        let Some(loaded) = self.state.workspace.clone() else { return };
        if self.jobs.is_busy(&Slot::Import) {
            return;
        }
        self.jobs.start(Slot::Import, jobs::REMOVING, move |_| Done::Changed(changes::remove(&loaded, &items)));
    }

    pub(super) fn add_party(&mut self, party: PartyName) {
        let Some(loaded) = self.state.workspace.clone() else { return };
        self.jobs
            .start(Slot::Import, jobs::ADDING_ADDRESS, move |_| Done::Changed(changes::add_party(&loaded, &party)));
    }

    pub(super) fn apply_change(&mut self, way: Way) {
        let next = match way {
            Way::Undo => self.state.history.last_done(),
            Way::Redo => self.state.history.last_undone(),
        };
        let (Some((what, change)), Some(loaded)) = (next.cloned(), self.state.workspace.clone()) else { return };
        if self.jobs.is_busy(&Slot::Import) {
            return;
        }
        self.jobs
            .start(Slot::Import, jobs::UNDOING, move |_| Done::Changed(changes::apply(&loaded, &change, way, &what)));
    }

    pub(super) fn changed(&mut self, changed: Changed) {
        match &changed.kind {
            ChangeKind::Imported => self.state.next_import(),
            ChangeKind::AuthorityMade => self.state.select(Item::Authorities),
            ChangeKind::Removed | ChangeKind::Undone | ChangeKind::Redone => {
                let gone = self.state.selection.current().is_some_and(|item| item.document().is_none());
                if gone {
                    self.state.selection.clear();
                }
            }
            ChangeKind::Added(party) => self.state.select(Item::Party(party.clone())),
        }
        match (&changed.kind, changed.change) {
            (ChangeKind::Undone, _) => self.state.history.undone(),
            (ChangeKind::Redone, _) => self.state.history.redone(),
            (_, Some(change)) => self.state.history.push(changed.sentence.clone(), change),
            (_, None) => {}
        }
        self.state.say(Status::Passed, changed.sentence);
        // The change was written with keys that were open when it began: who has locked them since wants them locked.
        let loaded = if self.state.keys_are_locked() { changed.loaded.locked() } else { changed.loaded };
        self.reload(loaded);
    }

    pub(super) fn export(&mut self, what: Export, path: PathBuf) {
        let loaded = self.state.workspace.clone();
        self.jobs.start(Slot::Save, jobs::EXPORTING, move |_| {
            Done::Exported(changes::export(loaded.as_deref(), &what, &path))
        });
    }

    pub(super) fn ask_trust(&mut self, certificate: Certificate) {
        let Some(loaded) = self.state.workspace.clone() else { return };
        if self.state.trusters.contains_key(certificate.sha256()) {
            return;
        }
        let slot = Slot::Trust(self.state.trusters.len());
        self.state.trusters.insert(certificate.sha256().to_owned(), None);
        let at = self.state.evaluated_at();
        self.jobs.start(slot, jobs::FINDING_TRUSTERS, move |_| {
            let trusters = changes::who_trusts(&loaded, &certificate, at);
            Done::Trusters(certificate, trusters)
        });
    }

    pub(super) fn show_dialog(&mut self, purpose: DialogPurpose, suggestion: String) {
        let dialog = Arc::clone(&self.config.dialog);
        self.jobs.start(Slot::Dialog, jobs::WAITING_FOR_DIALOG, move |_| {
            let asked = Instant::now();
            let chosen = match purpose {
                DialogPurpose::Open => dialog.pick(files::DIALOG_OPEN),
                DialogPurpose::ToSend => dialog.pick(files::DIALOG_TO_SEND),
                DialogPurpose::Workspace => dialog.pick_folder(files::DIALOG_WORKSPACE).map(|path| vec![path]),
                DialogPurpose::Export => dialog.save(files::DIALOG_EXPORT, &suggestion).map(|path| vec![path]),
                DialogPurpose::Save(_) => dialog.save(files::DIALOG_SAVE, &suggestion).map(|path| vec![path]),
            };
            Done::Dialog(purpose, chosen, asked.elapsed())
        });
    }

    pub(super) fn dialog_answered(&mut self, purpose: DialogPurpose, chosen: Option<Vec<PathBuf>>, took: Duration) {
        match (purpose, chosen) {
            (DialogPurpose::Open | DialogPurpose::Workspace, Some(paths)) => self.open_paths(paths),
            (DialogPurpose::ToSend, Some(paths)) => {
                if let Some(path) = paths.into_iter().next() {
                    self.load_to_send(path);
                }
            }
            (DialogPurpose::Export, Some(paths)) => {
                if let Some(path) = paths.into_iter().next() {
                    self.panes.export_to(&path);
                    self.overlays.export_to(&path);
                }
            }
            (DialogPurpose::Export, None) if took < NO_DIALOG_WITHIN => {
                self.state.say(Status::Warning, files::NO_DIALOG);
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
                    DialogPurpose::Open | DialogPurpose::ToSend | DialogPurpose::Export | DialogPurpose::Workspace => {
                        Overlay::OpenByPath
                    }
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
        self.jobs.start(Slot::Save, jobs::SAVING, move |_| Done::Saved(tasks::save(&result, &path)));
    }
}
