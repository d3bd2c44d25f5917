//! The application: it drains finished work before a frame, draws the panes, and runs what they asked for.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use eframe::CreationContext;
use egui::{CentralPanel, Context, Frame, Margin, Panel, ScrollArea, Stroke, Theme, Ui, ViewportCommand};
use time::OffsetDateTime;

use super::command::{self, Command, Queue, UiCommand};
use super::document::{Document, Run};
use super::icons::Status;
use super::overlays::Overlays;
use super::panes::Panes;
use super::selection::{DocumentId, Item};
use super::settings::{DrawerTab, Settings, ThemeChoice, View};
use super::state::{Overlay, Sent, Slot, State};
use super::tasks::{
    self, DialogPurpose, Done, FileDialog, ImportState, Loaded, NO_DIALOG_WITHIN, NewDocument, OpenedPath,
    OpenedWorkspace, Setting, SystemDialog,
};
use super::tokens::{self, tokens};
use super::{Ctx, chrome, text};
use crate::agent::Operation;
use crate::discovery::Resolver;
use crate::finding::Severity;
use crate::mail::{Envelope, EnvelopeOrigin};
use crate::pki::Passphrase;
use crate::workspace::Jobs;

/// What the window is started with. Time, randomness, dialogs and the network come in here, so that tests decide them.
#[derive(Clone)]
pub struct AppConfig {
    /// Files to open.
    pub files: Vec<PathBuf>,
    /// The workspace to open.
    pub workspace: Option<PathBuf>,
    /// Where the demo workspace lies or is made.
    pub demo: Option<PathBuf>,
    /// Where the settings are kept; `None` keeps none.
    pub settings: Option<PathBuf>,
    /// The real time.
    pub now: Arc<dyn Fn() -> OffsetDateTime + Send + Sync>,
    /// Randomness for MIME boundaries.
    pub seed: Arc<dyn Fn() -> [u8; 16] + Send + Sync>,
    /// File dialogs.
    pub dialog: Arc<dyn FileDialog>,
    /// The DNS, where it may be asked.
    pub dns: Option<Arc<dyn Resolver>>,
}

impl Default for AppConfig {
    fn default() -> Self {
        let data = crate::workspace::default_dir();
        Self {
            files: Vec::new(),
            workspace: None,
            demo: data.map(|dir| dir.with_file_name("demo")),
            settings: Settings::default_path(),
            now: Arc::new(OffsetDateTime::now_utc),
            seed: Arc::new(random_seed),
            dialog: Arc::new(SystemDialog),
            dns: None,
        }
    }
}

fn random_seed() -> [u8; 16] {
    let mut seed = [0; 16];
    // Boundaries need to be unlikely in the text, not secret: without randomness they are merely predictable.
    if openssl::rand::rand_bytes(&mut seed).is_err() {
        seed = OffsetDateTime::now_utc().unix_timestamp_nanos().to_be_bytes();
    }
    seed
}

/// The window's application.
pub struct App {
    config: AppConfig,
    state: State,
    panes: Panes,
    overlays: Overlays,
    queue: Queue,
    jobs: Jobs<Slot, Done>,
    saved: Settings,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("state", &self.state).finish_non_exhaustive()
    }
}

impl App {
    /// Sets up fonts and colours, and starts to open what `config` names.
    #[must_use]
    pub fn new(cc: &CreationContext<'_>, config: AppConfig) -> Self {
        let ctx = cc.egui_ctx.clone();
        tokens::install(&ctx);
        let settings = config.settings.as_deref().map(Settings::load).unwrap_or_default();
        ctx.set_zoom_factor(settings.zoom);
        apply_theme(&ctx, settings.theme);
        let wake = ctx.clone();
        let jobs = Jobs::new(Arc::new(move || wake.request_repaint()));
        let saved = settings.clone();
        let state = State::new(settings, (config.now)());
        let mut app = Self {
            config,
            state,
            panes: Panes::default(),
            overlays: Overlays::default(),
            queue: Queue::default(),
            jobs,
            saved,
        };
        app.start();
        app
    }

    /// What is so in the window.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Whether nothing is under way.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.jobs.running().next().is_none()
    }

    fn start(&mut self) {
        let remembered = self.state.settings.workspace.clone().filter(|root| crate::workspace::Workspace::is_at(root));
        if let Some(root) = self.config.workspace.clone().or(remembered) {
            self.open_workspace(root);
        }
        let files = std::mem::take(&mut self.config.files);
        if !files.is_empty() {
            self.open_paths(files);
        }
    }

    // ---- opening ----

    fn open_workspace(&mut self, root: PathBuf) {
        self.jobs.start(Slot::Workspace, "Opening the workspace", move |_| {
            Done::Workspace(tasks::open_workspace(&root, None).map(Box::new))
        });
    }

    fn open_demo(&mut self) {
        let Some(root) = self.config.demo.clone() else {
            self.state.say(Status::Failed, "This system names no folder for the demo workspace: start with --workspace DIR");
            return;
        };
        let now = (self.config.now)();
        self.jobs.start(Slot::Workspace, "Making the demo workspace", move |_| {
            Done::Workspace(tasks::open_demo(&root, now).map(Box::new))
        });
    }

    fn open_paths(&mut self, paths: Vec<PathBuf>) {
        self.jobs.start(Slot::Open, "Opening files", move |job| {
            let total = paths.len();
            let mut opened = Vec::new();
            for (index, path) in paths.into_iter().enumerate() {
                if job.is_cancelled() {
                    break;
                }
                job.report(crate::workspace::path_text(&path), index, Some(total));
                let result = tasks::open_path(&path, None);
                opened.push((path, result));
            }
            Done::Opened(opened)
        });
    }

    fn add(&mut self, new: NewDocument) -> DocumentId {
        let id = self.state.next_id();
        self.state.documents.push(Document {
            id,
            name: new.name,
            about: new.about,
            source: new.source,
            envelope: new.envelope,
            operation: new.operation,
            structure: Arc::new(new.structure),
            run: Run::NotRun,
        });
        id
    }

    fn opened(&mut self, opened: Vec<(PathBuf, OpenedPath)>) {
        let single = opened.len() == 1;
        for (path, result) in opened {
            match result {
                OpenedPath::Documents(documents) => {
                    self.state.remember(&path);
                    let ids: Vec<DocumentId> = documents.into_iter().map(|document| self.add(document)).collect();
                    for id in &ids {
                        self.run(*id, Operation::Incoming);
                    }
                    if let Some(first) = ids.first() {
                        self.state.show(View::Messages);
                        self.state.select(Item::Message(*first));
                    }
                    self.state.overlay = None;
                }
                OpenedPath::Import(pending) => {
                    self.state.show(View::Addresses);
                    self.state.import = Some(pending);
                    self.state.overlay = None;
                }
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

    fn workspace_opened(&mut self, opened: OpenedWorkspace) {
        let root = opened.loaded.workspace.root().to_owned();
        let demo = opened.loaded.settings.demo;
        for problem in &opened.loaded.contents.problems {
            self.state.log(Severity::Warning, problem.sentence.clone());
        }
        self.state.settings.workspace = Some(root);
        self.state.workspace = Some(Arc::new(opened.loaded));
        self.state.documents.retain(|document| !matches!(document.source, super::document::Source::Workspace(_)));
        let ids: Vec<DocumentId> = opened.documents.into_iter().map(|document| self.add(document)).collect();
        for id in ids.iter().copied() {
            let operation = self.state.document(id).map_or(Operation::Incoming, |document| document.operation);
            self.run(id, operation);
        }
        self.state.selection.retain(|_| false);
        let first = self.first_to_show(demo, &ids);
        if let Some(first) = first {
            self.state.select(Item::Message(first));
        }
        self.state.log(Severity::Info, format!("Opened the workspace with {}", text::count(ids.len(), "message", "messages")));
        self.state.welcome = false;
        if self.state.settings.view == View::Messages && ids.is_empty() && !demo {
            self.state.settings.view = View::Addresses;
        } else if demo {
            self.state.settings.view = View::Messages;
        }
    }

    // The demo opens on the case that teaches most.
    fn first_to_show(&self, demo: bool, ids: &[DocumentId]) -> Option<DocumentId> {
        let stem = |document: &Document| match &document.source {
            super::document::Source::Workspace(path) => path.file_stem().map(|stem| stem.to_string_lossy().into_owned()),
            _ => None,
        };
        let opening = ids.iter().copied().find(|id| {
            demo && self.state.document(*id).and_then(stem).is_some_and(|stem| stem == crate::workspace::demo::OPENS_ON)
        });
        opening.or_else(|| ids.first().copied())
    }

    // ---- running ----

    fn setting(&self) -> Setting {
        let online = self.state.workspace.as_ref().is_some_and(|loaded| loaded.is_online());
        Setting {
            loaded: self.state.workspace.clone(),
            dns: self.config.dns.clone().filter(|_| online),
            now: (self.config.now)(),
            seed: (self.config.seed)(),
        }
    }

    fn run(&mut self, id: DocumentId, operation: Operation) {
        let setting = self.setting();
        let Some(document) = self.state.document_mut(id) else { return };
        let before = document.ran().cloned();
        document.operation = operation;
        document.run = Run::Running(before);
        let envelope = document.envelope.clone();
        let name = format!("Processing {}", document.name);
        self.jobs.start(Slot::Run(id), name, move |_| {
            Done::Ran(id, tasks::run(&setting, &envelope, operation).map(Box::new))
        });
    }

    fn send(&mut self, envelope: Envelope) {
        let setting = self.setting();
        self.state.sent = Sent::Running;
        self.jobs.start(Slot::Send, "Securing the message", move |_| {
            let ran = tasks::run(&setting, &envelope, Operation::Outgoing).map(Box::new);
            Done::Sent(Box::new(envelope), ran)
        });
    }

    fn sent(&mut self, envelope: Envelope, ran: Result<Box<super::document::Ran>, String>) {
        match ran {
            Err(why) => self.state.sent = Sent::Failed(why),
            Ok(ran) => {
                let name = format!("Sent to {}", text::count(envelope.forward_paths.len(), "recipient", "recipients"));
                let mut new = NewDocument::new(name, super::document::Source::Made, envelope);
                new.operation = Operation::Outgoing;
                if let Sent::Done(before) = self.state.sent {
                    self.state.documents.retain(|document| document.id != before);
                }
                let id = self.add(new);
                if let Some(document) = self.state.document_mut(id) {
                    document.run = Run::Done(Arc::from(ran));
                }
                self.state.sent = Sent::Done(id);
                self.state.select(Item::Message(id));
            }
        }
    }

    fn receive_back(&mut self, id: DocumentId) {
        let Some(document) = self.state.document(id) else { return };
        let Some(result) = document.ran().and_then(|ran| ran.result.clone()) else { return };
        let message = result.message.renamed(crate::span::BufferName::Received);
        let envelope = Envelope { message, origin: EnvelopeOrigin::Explicit, ..result };
        let name = format!("{} (received)", document.name);
        let new = self.add(NewDocument::new(name, super::document::Source::Made, envelope));
        self.run(new, Operation::Incoming);
        self.state.show(View::Messages);
        self.state.select(Item::Message(new));
    }

    // ---- the workspace ----

    fn reload(&mut self, loaded: Loaded) {
        self.state.workspace = Some(Arc::new(loaded));
        let ids: Vec<(DocumentId, Operation)> =
            self.state.documents.iter().map(|document| (document.id, document.operation)).collect();
        for (id, operation) in ids {
            self.run(id, operation);
        }
    }

    fn unlock(&mut self, passphrase: Passphrase) {
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

    fn lock(&mut self) {
        let Some(before) = self.state.workspace.clone() else { return };
        let contents = before.workspace.load(None);
        let workspace = before.workspace.clone();
        let settings = before.settings.clone();
        drop(before);
        self.reload(Loaded { workspace, settings, contents, passphrase: None });
        self.state.say(Status::Info, "All private keys are locked; outcomes are those without keys");
    }

    fn try_file_passphrase(&mut self, passphrase: Passphrase) {
        let Some(pending) = &self.state.import else { return };
        let path = pending.path.clone();
        self.jobs.start(Slot::Import, "Unlocking the file", move |_| {
            let opened = tasks::open_path(&path, Some(&passphrase));
            Done::Opened(vec![(path, opened)])
        });
    }

    fn import(&mut self, party: crate::trust::PartyName, role: command::ImportRole, new_passphrase: Option<Passphrase>) {
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

    fn remove(&mut self, item: Item) {
        let Some(loaded) = self.state.workspace.clone() else { return };
        self.jobs.start(Slot::Import, "Removing", move |_| {
            let done = tasks::remove(&loaded, &item);
            let root = loaded.workspace.root().to_owned();
            let passphrase = loaded.passphrase.clone();
            Done::Removed(done.and_then(|what| Ok((what, Box::new(Loaded::read(&root, passphrase)?)))))
        });
    }

    // ---- results ----

    fn drain(&mut self) {
        for finished in self.jobs.drain() {
            match finished.result {
                Ok(done) => self.finished(done),
                Err(error) => self.state.say(Status::Failed, error.to_string()),
            }
        }
        self.state.running = self.jobs.running().cloned().collect();
    }

    fn finished(&mut self, done: Done) {
        match done {
            Done::Workspace(Ok(opened)) => self.workspace_opened(*opened),
            Done::Reloaded(Ok(loaded)) => {
                self.state.passphrase_error = None;
                self.state.overlay = None;
                self.reload(*loaded);
            }
            Done::Reloaded(Err(why)) => self.state.passphrase_error = Some(why),
            Done::Opened(opened) => self.opened(opened),
            Done::Ran(id, ran) => self.ran(id, ran),
            Done::Sent(envelope, ran) => self.sent(*envelope, ran),
            Done::Imported(Ok((imported, loaded))) => {
                self.state.import = None;
                self.state.say(Status::Passed, imported_sentence(&imported));
                self.reload(*loaded);
            }
            Done::Removed(Ok((what, loaded))) => {
                self.state.selection.clear();
                self.state.say(Status::Passed, what);
                self.reload(*loaded);
            }
            Done::Saved(Ok((path, octets))) => {
                let place = crate::workspace::path_text(&path);
                self.state.say(Status::Passed, format!("Saved {} to {place}", text::size(octets)));
                self.state.overlay = None;
            }
            Done::Saved(Err(why)) if matches!(self.state.overlay, Some(Overlay::SaveByPath(_))) => {
                self.state.path_error = Some(why);
            }
            Done::Workspace(Err(why))
            | Done::Imported(Err(why))
            | Done::Removed(Err(why))
            | Done::Saved(Err(why)) => self.state.say(Status::Failed, why),
            Done::Dialog(purpose, chosen, took) => self.dialog_answered(purpose, chosen, took),
        }
    }

    fn ran(&mut self, id: DocumentId, ran: Result<Box<super::document::Ran>, String>) {
        let Some(document) = self.state.document_mut(id) else { return };
        match ran {
            Ok(ran) => document.run = Run::Done(Arc::from(ran)),
            Err(why) => {
                let line = format!("{} could not be processed: {why}", document.name);
                document.run = Run::Failed(why);
                self.state.log(Severity::Fail, line);
            }
        }
    }

    fn show_dialog(&mut self, purpose: DialogPurpose, suggestion: String) {
        let dialog = Arc::clone(&self.config.dialog);
        self.jobs.start(Slot::Dialog, "Waiting for the file dialog", move |_| {
            let asked = Instant::now();
            let chosen = match purpose {
                DialogPurpose::Open => dialog.pick("Open messages, keys or certificates"),
                DialogPurpose::Save(_) => dialog.save("Save the message", &suggestion).map(|path| vec![path]),
            };
            Done::Dialog(purpose, chosen, asked.elapsed())
        });
    }

    fn dialog_answered(&mut self, purpose: DialogPurpose, chosen: Option<Vec<PathBuf>>, took: std::time::Duration) {
        match (purpose, chosen) {
            (DialogPurpose::Open, Some(paths)) => self.open_paths(paths),
            (DialogPurpose::Save(id), Some(paths)) => {
                if let Some(path) = paths.into_iter().next() {
                    self.save_to(id, path);
                }
            }
            (_, None) if took < NO_DIALOG_WITHIN => {
                self.state.path_error = None;
                self.state.overlay = Some(match purpose {
                    DialogPurpose::Open => Overlay::OpenByPath,
                    DialogPurpose::Save(id) => Overlay::SaveByPath(id),
                });
            }
            (_, None) => {}
        }
    }

    fn save_to(&mut self, id: DocumentId, path: PathBuf) {
        let Some(result) = self.state.document(id).and_then(Document::ran).and_then(|ran| ran.result.clone()) else {
            return;
        };
        self.jobs.start(Slot::Save, "Saving", move |_| Done::Saved(tasks::save(&result, &path)));
    }

    // ---- commands ----

    fn execute(&mut self, ctx: &Context) {
        for command in self.queue.drain() {
            self.carry_out(ctx, command);
        }
    }

    fn carry_out(&mut self, ctx: &Context, command: Command) {
        match command {
            Command::Ui(command) => self.ui_command(ctx, command),
            Command::Show(view) => self.state.show(view),
            Command::Select(item) => self.state.select(item),
            Command::ShowMessage(id) => self.state.select(Item::Message(id)),
            Command::OpenPaths(paths) => self.open_paths(paths),
            Command::OpenOctets { name, octets } => {
                let opened = tasks::open_octets(&name, &octets);
                self.opened(vec![(PathBuf::from(name), opened)]);
            }
            Command::Run(id, operation) => self.run(id, operation),
            Command::SetEnvelope(id, envelope) => {
                let operation = self.state.document(id).map_or(Operation::Incoming, |document| document.operation);
                if let Some(document) = self.state.document_mut(id) {
                    document.envelope = envelope;
                }
                self.run(id, operation);
            }
            Command::Send(envelope) => self.send(envelope),
            Command::ReceiveBack(id) => self.receive_back(id),
            Command::SaveTo(id, path) => self.save_to(id, path),
            Command::Import { party, role, passphrase } => self.import(party, role, passphrase),
            Command::ChooseImport => self.show_dialog(DialogPurpose::Open, String::new()),
            Command::FilePassphrase(passphrase) => self.try_file_passphrase(passphrase),
            Command::WorkspacePassphrase(passphrase) => self.unlock(passphrase),
            Command::DropImport => self.state.import = None,
            Command::Remove(item) => self.remove(item),
            Command::Copy(copied) => ctx.copy_text(copied),
            Command::DismissNotice => self.state.notice = None,
            Command::CancelJob => self.cancel_job(),
            Command::CloseOverlay => self.close_overlay(),
        }
    }

    fn cancel_job(&mut self) {
        if let Some(job) = self.jobs.running().next().cloned() {
            self.jobs.cancel(job.id);
            match job.slot {
                Slot::Run(id) => {
                    if let Some(document) = self.state.document_mut(id) {
                        document.run = match &document.run {
                            Run::Running(Some(before)) => Run::Done(Arc::clone(before)),
                            _ => Run::NotRun,
                        };
                    }
                }
                Slot::Send => self.state.sent = Sent::Nothing,
                _ => {}
            }
            self.state.log(Severity::Info, format!("Cancelled: {}", job.name));
        }
    }

    fn close_overlay(&mut self) {
        self.state.overlay = None;
        self.state.path_error = None;
        self.state.passphrase_error = None;
    }

    fn ui_command(&mut self, ctx: &Context, command: UiCommand) {
        let enabled = Ctx { state: &self.state, queue: &self.queue }.enabled(command);
        if !enabled {
            return;
        }
        match command {
            UiCommand::Open => self.show_dialog(DialogPurpose::Open, String::new()),
            UiCommand::OpenByPath => self.open_overlay(Overlay::OpenByPath),
            UiCommand::Palette => self.open_overlay(Overlay::Palette),
            UiCommand::Shortcuts => self.open_overlay(Overlay::Shortcuts),
            UiCommand::UnlockKeys => self.open_overlay(Overlay::Unlock),
            UiCommand::Paste => ctx.send_viewport_cmd(ViewportCommand::RequestPaste),
            UiCommand::OpenDemo => self.open_demo(),
            UiCommand::NewMessage => {
                self.panes.send.clear();
                self.state.sent = Sent::Nothing;
                self.state.show(View::Send);
            }
            UiCommand::Save => self.save(),
            UiCommand::Run => self.run_current(),
            UiCommand::Cancel => self.cancel(),
            UiCommand::CopyWhy => {
                if let Some(why) = self.state.current().and_then(super::outcome_text::why) {
                    ctx.copy_text(why);
                    self.state.say(Status::Passed, "Copied the verdict and its causes");
                }
            }
            UiCommand::LockKeys => self.lock(),
            UiCommand::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            UiCommand::Welcome => self.state.welcome = true,
            _ => self.view_command(ctx, command),
        }
    }

    fn view_command(&mut self, ctx: &Context, command: UiCommand) {
        let settings = &mut self.state.settings;
        match command {
            UiCommand::ViewMessages => self.state.show(View::Messages),
            UiCommand::ViewSend => self.state.show(View::Send),
            UiCommand::ViewAddresses => self.state.show(View::Addresses),
            UiCommand::ViewStructure => self.state.show(View::Structure),
            UiCommand::ToggleList => settings.list_open = !settings.list_open,
            UiCommand::ToggleInspector => settings.inspector_open = !settings.inspector_open,
            UiCommand::ToggleDrawer => settings.drawer_open = !settings.drawer_open,
            UiCommand::ToggleTheme => {
                let dark = ctx.theme() == Theme::Dark;
                settings.theme = if dark { ThemeChoice::Light } else { ThemeChoice::Dark };
                apply_theme(ctx, settings.theme);
            }
            UiCommand::Filter => self.panes.focus_filter = true,
            UiCommand::NextProblem => self.go_to_problem(Forwards::Yes),
            UiCommand::PreviousProblem => self.go_to_problem(Forwards::No),
            UiCommand::Back => {
                if self.state.selection.back() {
                    self.follow_selection();
                }
            }
            UiCommand::Forward => {
                if self.state.selection.forward() {
                    self.follow_selection();
                }
            }
            UiCommand::NextPane => self.panes.move_focus(ctx, &self.state, true),
            UiCommand::PreviousPane => self.panes.move_focus(ctx, &self.state, false),
            _ => {}
        }
    }

    fn open_overlay(&mut self, overlay: Overlay) {
        self.close_overlay();
        self.overlays.opened(overlay);
        self.state.overlay = Some(overlay);
    }

    fn follow_selection(&mut self) {
        let document = self.state.selection.current().and_then(Item::document);
        if let Some(id) = document
            && self.state.document(id).is_some()
        {
            self.state.current = Some(id);
        }
    }

    fn save(&mut self) {
        let Some(document) = self.state.current() else { return };
        let id = document.id;
        let ending = if document.operation == Operation::Outgoing { "bsmtp" } else { "eml" };
        let stem: String =
            document.name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
        self.show_dialog(DialogPurpose::Save(id), format!("{stem}.{ending}"));
    }

    fn run_current(&mut self) {
        if self.state.settings.view == View::Send && !self.state.welcome {
            self.panes.send.process = true;
        } else if let Some((id, operation)) = self.state.current().map(|document| (document.id, document.operation)) {
            self.run(id, operation);
        }
    }

    fn cancel(&mut self) {
        if self.state.overlay.is_some() {
            self.close_overlay();
        } else if self.is_idle() {
            self.state.notice = None;
        } else {
            self.cancel_job();
        }
    }

    fn go_to_problem(&mut self, forwards: Forwards) {
        let mut places: Vec<Item> = Vec::new();
        for document in &self.state.documents {
            places.extend(document.problems().into_iter().map(|place| Item::Check(document.id, place)));
        }
        let current = self.state.selection.current();
        let document = self.state.current;
        let at = places.iter().position(|item| Some(item) == current);
        let next = match (at, forwards) {
            (Some(at), Forwards::Yes) => (at + 1) % places.len().max(1),
            (Some(at), Forwards::No) => at.checked_sub(1).unwrap_or_else(|| places.len().saturating_sub(1)),
            (None, _) => places.iter().position(|item| item.document() == document).unwrap_or(0),
        };
        if let Some(item) = places.into_iter().nth(next) {
            self.state.show(View::Messages);
            self.state.settings.inspector_open = true;
            self.state.select(item);
        }
    }

    // ---- drawing ----

    fn input(&mut self, ctx: &Context) {
        for command in command::pressed(ctx) {
            self.queue.push(Command::Ui(command));
        }
        let dropped = ctx.input(|input| input.raw.dropped_files.clone());
        let mut paths = Vec::new();
        for file in dropped {
            match (file.path, file.bytes) {
                (Some(path), _) => paths.push(path),
                (None, Some(octets)) => {
                    self.queue.push(Command::OpenOctets { name: file.name, octets: octets.to_vec() });
                }
                (None, None) => {}
            }
        }
        if !paths.is_empty() {
            self.queue.push(Command::OpenPaths(paths));
        }
        if ctx.memory(|memory| memory.focused().is_none()) {
            let pasted = ctx.input(|input| {
                input.events.iter().find_map(|event| match event {
                    egui::Event::Paste(pasted) => Some(pasted.clone()),
                    _ => None,
                })
            });
            if let Some(pasted) = pasted {
                self.queue.push(Command::OpenOctets { name: "clipboard".to_owned(), octets: pasted.into_bytes() });
            }
        }
    }

    fn draw(&mut self, ui: &mut Ui) {
        let look = *tokens(ui);
        let line = Stroke::new(1.0, look.line);
        let bar = |margin| Frame::new().fill(look.panel).inner_margin(margin).stroke(Stroke::NONE);
        let ctx = Ctx { state: &self.state, queue: &self.queue };
        Panel::top("top").exact_size(46.0).frame(bar(Margin::symmetric(12, 0))).show(ui, |ui| chrome::top_ui(ui, &ctx));
        if ctx.state.notice.is_some() {
            Panel::top("notice").frame(Frame::new()).show(ui, |ui| chrome::notice_ui(ui, &ctx));
        }
        Panel::bottom("status").exact_size(28.0).frame(bar(Margin::symmetric(12, 0))).show(ui, |ui| {
            chrome::status_ui(ui, &ctx);
        });
        let _ = line;
        if ctx.state.welcome {
            CentralPanel::default().frame(Frame::new().fill(look.canvas)).show(ui, |ui| {
                ScrollArea::vertical().auto_shrink(false).show(ui, |ui| self.panes.welcome_ui(ui, &ctx));
            });
        } else {
            let settings = self.panes.workbench_ui(ui, &ctx);
            self.state.settings = settings;
        }
        let ctx = Ctx { state: &self.state, queue: &self.queue };
        self.overlays.ui(ui, &ctx);
    }

    fn keep_settings(&mut self, ctx: &Context) {
        self.state.settings.zoom = ctx.zoom_factor();
        if self.state.settings == self.saved {
            return;
        }
        // Written when the pointer is up, so that dragging an edge is one write and not a hundred.
        if ctx.input(|input| input.pointer.any_down()) {
            return;
        }
        self.saved = self.state.settings.clone();
        if let Some(path) = self.config.settings.clone() {
            self.write_settings(&path);
        }
    }

    fn write_settings(&mut self, path: &Path) {
        if let Err(error) = self.saved.save(path) {
            let line = format!("The window's settings could not be kept in {}: {error}", crate::workspace::path_text(path));
            self.state.log(Severity::Warning, line);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Forwards {
    Yes,
    No,
}

fn imported_sentence(imported: &[crate::workspace::Imported]) -> String {
    match imported {
        [] => "Nothing new: the workspace has it all".to_owned(),
        [only] => format!("Imported {}", text::plain(&only.subject)),
        [first, rest @ ..] => format!("Imported {} and {} more", text::plain(&first.subject), rest.len()),
    }
}

fn apply_theme(ctx: &Context, choice: ThemeChoice) {
    match choice {
        ThemeChoice::System => {}
        ThemeChoice::Dark => ctx.set_theme(Theme::Dark),
        ThemeChoice::Light => ctx.set_theme(Theme::Light),
    }
}

impl eframe::App for App {
    fn logic(&mut self, _ctx: &Context, _frame: &mut eframe::Frame) {
        self.state.now = (self.config.now)();
        self.drain();
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        self.input(&ctx);
        self.draw(ui);
        self.execute(&ctx);
        self.state.running = self.jobs.running().cloned().collect();
        let title = match &self.state.workspace {
            Some(loaded) => format!("{}, {}", loaded.title(), text::NAME),
            None => text::NAME.to_owned(),
        };
        self.panes.set_title(&ctx, title);
        self.keep_settings(&ctx);
    }

    // What egui remembers holds the text of fields; what this window remembers is in its own settings.
    fn persist_egui_memory(&self) -> bool {
        false
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.jobs.cancel_all();
    }
}

