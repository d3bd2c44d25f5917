//! Opening: workspaces, files, the clipboard, and what becomes of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::App;
use crate::finding::Severity;
use crate::trust::PartyName;
use crate::ui::document::{Document, Run, Source};
use crate::ui::icons::Status;
use crate::ui::listing;
use crate::ui::selection::{DocumentId, Item};
use crate::ui::settings::View;
use crate::ui::state::{History, Overlay, Slot};
use crate::ui::tasks::{self, Done, NewDocument, OpenedPath, OpenedWorkspace};
use crate::ui::text::{self, files, jobs};
use crate::workspace::listing::{Listing, is_mbox};
use crate::workspace::modes::exposed_file;

impl App {
    pub(super) fn open_workspace(&mut self, root: PathBuf) {
        self.jobs.start(Slot::Workspace, jobs::OPENING_WORKSPACE, move |_| {
            Done::Workspace(tasks::open_workspace(&root, None).map(Box::new))
        });
    }

    pub(super) fn open_demo(&mut self) {
        let Some(root) = self.config.demo.clone() else {
            self.state.say(Status::Failed, files::NO_DEMO_FOLDER);
            return;
        };
        let now = (self.config.now)();
        // What it opens on is a message, whatever was looked at before.
        self.state.settings.view = View::Messages;
        self.jobs.start(Slot::Workspace, jobs::MAKING_DEMO, move |_| {
            Done::Workspace(tasks::open_demo(&root, now).map(Box::new))
        });
    }

    pub(super) fn open_own(&mut self) {
        let Some(root) = self.config.home.clone() else {
            self.state.say(Status::Failed, files::NO_OWN_FOLDER);
            return;
        };
        self.jobs
            .start(Slot::Workspace, jobs::OPENING_OWN, move |_| Done::Workspace(tasks::open_own(&root).map(Box::new)));
    }

    pub(super) fn open_paths(&mut self, paths: Vec<PathBuf>) {
        let indexes = self.config.indexes.clone().filter(|_| self.state.settings.remember_folders);
        self.jobs.start(Slot::Open, jobs::OPENING_FILES, move |job| {
            let total = paths.len();
            let mut opened = Vec::new();
            for (index, path) in paths.into_iter().enumerate() {
                if job.is_cancelled() {
                    break;
                }
                job.report(crate::workspace::path_text(&path), index, Some(total));
                let result = if is_mbox(&path) {
                    listing::open(&path, indexes.as_deref(), job)
                } else {
                    match tasks::open_path(&path, None) {
                        OpenedPath::Folder(root) => listing::open(&root, indexes.as_deref(), job),
                        opened => opened,
                    }
                };
                opened.push((path, result));
            }
            Done::Opened(opened)
        });
    }

    pub(super) fn add(&mut self, new: NewDocument) -> DocumentId {
        let id = self.state.next_id();
        self.state.documents.push(Document {
            id,
            name: text::plain(&new.name),
            about: new.about,
            source: new.source,
            envelope: new.envelope,
            at: new.at,
            operation: new.operation,
            structure: Arc::new(new.structure),
            what_if: new.what_if,
            run: Run::NotRun,
            brief: None,
        });
        id
    }

    /// Takes in some of very many messages, while more are looked for.
    pub(super) fn listed(&mut self, documents: Vec<NewDocument>) {
        let ids: Vec<DocumentId> = documents.into_iter().map(|document| self.add(document)).collect();
        // The first of them is looked at, unless somebody looks at one of them already.
        let shown = self.state.current().is_some_and(|document| document.at.is_some());
        if let Some(first) = ids.first().filter(|_| !shown) {
            self.state.show(View::Messages);
            self.state.select(Item::Message(*first));
            self.state.overlay = None;
        }
        self.run_those(&ids);
    }

    pub(super) fn opened(&mut self, opened: Vec<(PathBuf, OpenedPath)>) {
        let single = opened.len() == 1;
        for (path, result) in opened {
            match result {
                OpenedPath::Documents(documents) => {
                    // Pasted text lies nowhere.
                    if !matches!(documents.first().map(|first| &first.source), Some(Source::Clipboard)) {
                        self.state.remember(&path, text::shell::messages_held(documents.len()));
                    }
                    let ids: Vec<DocumentId> = documents.into_iter().map(|document| self.add(document)).collect();
                    self.run_those(&ids);
                    if let Some(first) = ids.first() {
                        self.state.show(View::Messages);
                        self.state.select(Item::Message(*first));
                    }
                    self.state.overlay = None;
                }
                OpenedPath::Import(pending) => {
                    self.state.show(View::Addresses);
                    if let Some(why) = exposed_file(&pending.path).filter(|_| pending.state.holds_a_key()) {
                        self.state.say(Status::Warning, why);
                    }
                    self.state.offer_import(pending);
                    self.state.overlay = None;
                }
                OpenedPath::Listed(listing) => self.all_listed(&path, &listing),
                OpenedPath::Folder(root) => self.open_paths(vec![root]),
                OpenedPath::Workspace(root) => {
                    self.state.overlay = None;
                    self.open_workspace(root);
                }
                OpenedPath::Failed(why) if single && self.state.overlay == Some(Overlay::OpenByPath) => {
                    self.state.path_error = Some(why);
                }
                OpenedPath::Failed(why) => self.state.say(Status::Failed, why),
            }
        }
    }

    fn all_listed(&mut self, path: &Path, listing: &Listing) {
        self.state.remember(path, text::shell::messages_held(listing.messages));
        for problem in &listing.problems {
            self.state.log(Severity::Warning, problem.sentence.clone());
        }
        if listing.passed_over > 0 {
            let folder = crate::workspace::path_text(path);
            self.state.log(Severity::Warning, files::passed_over(&folder, listing.passed_over));
        }
    }

    pub(super) fn workspace_opened(&mut self, opened: OpenedWorkspace) {
        let root = opened.loaded.workspace.root().to_owned();
        let demo = opened.loaded.settings.demo;
        for problem in &opened.loaded.contents.problems {
            // Of the folder as a whole is said who else can use it.
            if problem.path == root {
                self.state.say(Status::Warning, problem.sentence.clone());
            } else {
                self.state.log(Severity::Warning, problem.sentence.clone());
            }
        }
        let parties = opened.loaded.contents.parties.all();
        let domains = parties.iter().filter(|party| matches!(party.name, PartyName::Domain(_))).count();
        let addresses = parties.len().saturating_sub(domains);
        let contents = text::shell::workspace_contents(addresses, domains, opened.documents.len());
        self.state.remember(&root, contents);
        if self.state.workspace.as_ref().is_some_and(|before| before.workspace.root() != root) {
            self.stop_lab_of_other_workspace();
        }
        self.state.settings.workspace = Some(root);
        self.jobs.cancel_slot(&Slot::Survey);
        self.state.surveys.clear();
        let before = self.state.workspace.replace(Arc::new(opened.loaded));
        self.publish_again(before.as_deref());
        self.state.history = History::default();
        self.forget_trusters();
        self.state.documents.retain(|document| !matches!(document.source, Source::Workspace(_)));
        let ids: Vec<DocumentId> = opened.documents.into_iter().map(|document| self.add(document)).collect();
        // Messages that were opened before are judged again: now there may be keys and anchors for them.
        self.run_all();
        let opened = self.state.documents.iter().map(|document| document.id).find(|id| !ids.contains(id));
        self.state.selection.retain(|_| false);
        if let Some(first) = opened.or_else(|| self.first_to_show(demo, &ids)) {
            self.state.select(Item::Message(first));
        }
        self.state.log(Severity::Info, files::opened_workspace(ids.len()));
        self.state.welcome = false;
        let nothing_to_read = self.state.settings.view == View::Messages && self.state.documents.is_empty();
        if self.state.import.is_some() || nothing_to_read {
            self.state.settings.view = View::Addresses;
        }
    }

    // The demo opens on the case that teaches most.
    pub(super) fn first_to_show(&self, demo: bool, ids: &[DocumentId]) -> Option<DocumentId> {
        let stem = |document: &Document| match &document.source {
            Source::Workspace(path) => path.file_stem().map(|stem| stem.to_string_lossy().into_owned()),
            _ => None,
        };
        let opening = ids.iter().copied().find(|id| {
            demo && self.state.document(*id).and_then(stem).is_some_and(|stem| stem == crate::workspace::demo::OPENS_ON)
        });
        opening.or_else(|| ids.first().copied())
    }
}
