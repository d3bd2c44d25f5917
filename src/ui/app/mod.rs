//! The application: it drains finished work before a frame, draws the panes, and runs what they asked for.

mod adapters;
mod breaking;
mod commands;
mod dcdt;
mod examining;
mod explaining;
mod keeping;
mod keyring;
mod lab;
mod many;
mod opening;
mod outside;
mod reporting;
mod results;
mod running;
mod secrets;
mod shell;
mod supposing;
mod surveying;
mod trust_map;
mod waiting;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::CreationContext;
use egui::{CentralPanel, Context, Frame, Margin, Panel, ScrollArea, Ui};
use time::OffsetDateTime;

use crate::finding::Severity;
use crate::ui::command::{self, Command, Queue};
use crate::ui::dcdt::DiscoverySuite;
use crate::ui::lab::{Inbox, LabPorts, Laboratory};
use crate::ui::network::NetworkMaker;
use crate::ui::overlays::Overlays;
use crate::ui::panes::Panes;
use crate::ui::settings::Settings;
use crate::ui::state::{Slot, State};
use crate::ui::tasks::{Done, FileDialog, SystemDialog};
use crate::ui::tokens::{self, tokens};
use crate::ui::widgets::scroll::FollowsFocus as _;
use crate::ui::{Ctx, chrome, text};
use crate::workspace::keyring::SharedKeyring;
use crate::workspace::submission::Submitter;
use crate::workspace::{Jobs, Workspace};

/// What the window is started with. Time, randomness, dialogs and the network come in here, so that tests decide them.
#[derive(Clone)]
pub struct AppConfig {
    /// Files to open.
    pub files: Vec<PathBuf>,
    /// The workspace to open.
    pub workspace: Option<PathBuf>,
    /// Where this user's own workspace lies or is made.
    pub home: Option<PathBuf>,
    /// Where the demo workspace lies or is made.
    pub demo: Option<PathBuf>,
    /// Where the settings are kept; `None` keeps none.
    pub settings: Option<PathBuf>,
    /// Where it is kept what large folders hold, so that they are listed at once the next time; `None` keeps nothing.
    pub indexes: Option<PathBuf>,
    /// The real time.
    pub now: Arc<dyn Fn() -> OffsetDateTime + Send + Sync>,
    /// Randomness for MIME boundaries.
    pub seed: Arc<dyn Fn() -> [u8; 16] + Send + Sync>,
    /// File dialogs.
    pub dialog: Arc<dyn FileDialog>,
    /// Makes what a workspace that may ask the network asks it with.
    pub network: Arc<NetworkMaker>,
    /// Starts the laboratory's servers.
    pub lab: Arc<dyn Laboratory>,
    /// The ports that are offered for them.
    pub lab_ports: LabPorts,
    /// Hands messages to mail servers.
    pub submitter: Arc<dyn Submitter>,
    /// Runs the discovery cases.
    pub discovery: Arc<dyn DiscoverySuite>,
    /// The system's keyring; `None` in a build without.
    pub keyring: Option<SharedKeyring>,
}

impl Default for AppConfig {
    fn default() -> Self {
        let data = crate::workspace::default_dir();
        Self {
            files: Vec::new(),
            workspace: None,
            home: data.clone(),
            demo: data.map(|dir| dir.with_file_name("demo")),
            settings: Settings::default_path(),
            indexes: None,
            now: Arc::new(OffsetDateTime::now_utc),
            seed: Arc::new(random_seed),
            dialog: Arc::new(SystemDialog),
            network: Arc::new(adapters::system_network),
            lab: Arc::new(adapters::Loopback),
            lab_ports: LabPorts::default(),
            submitter: adapters::submitter(),
            discovery: Arc::new(adapters::LoopbackSuite),
            keyring: None,
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
    waiting: waiting::Waiting,
    many: many::Many,
    servers: lab::Servers,
    saved: Settings,
    outside: outside::Outside,
    watch: watch::Watch,
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
        // The registry has the zoom keys, so that menus and the sheet of shortcuts can name them.
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        shell::apply_theme(&ctx, settings.theme);
        let wake = ctx.clone();
        let wake: crate::workspace::jobs::Wake = Arc::new(move || wake.request_repaint());
        let jobs = Jobs::new(Arc::clone(&wake));
        let saved = settings.clone();
        let mut state = State::new(settings, (config.now)());
        state.keyring.is_offered = config.keyring.is_some();
        let outside = outside::Outside::from(state.now);
        let mut app = Self {
            config,
            state,
            panes: Panes::default(),
            overlays: Overlays::default(),
            queue: Queue::default(),
            jobs,
            waiting: waiting::Waiting::default(),
            many: many::Many::default(),
            servers: lab::Servers::new(Inbox::new(Arc::clone(&wake))),
            saved,
            outside,
            watch: watch::Watch::start(outside::EVERY, wake),
        };
        app.panes.lab.offer(app.config.lab_ports);
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
        self.jobs.running().next().is_none() && self.waiting.len() == 0
    }

    fn start(&mut self) {
        let there = |root: &PathBuf| Workspace::is_at(root);
        let remembered = self.state.settings.workspace.clone().filter(there);
        let own = self.config.home.clone().filter(there);
        if let Some(root) = self.config.workspace.clone().or(remembered).or(own) {
            self.open_workspace(root);
        }
        self.look_for_recent();
        let files = std::mem::take(&mut self.config.files);
        if !files.is_empty() {
            self.open_paths(files);
        }
    }

    fn input(&mut self, ctx: &Context) {
        for command in command::pressed(ctx) {
            self.queue.push(Command::Ui(command));
        }
        let dropped = ctx.input(|input| input.raw.dropped_files.clone());
        let paths: Vec<PathBuf> = dropped.iter().map(|file| file.path().to_owned()).collect();
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
        let bar = |margin| Frame::new().fill(look.panel).inner_margin(margin);
        let ctx = Ctx { state: &self.state, queue: &self.queue };
        Panel::top("top").exact_size(46.0).frame(bar(Margin::symmetric(12, 0))).show(ui, |ui| chrome::top_ui(ui, &ctx));
        if ctx.state.notice.is_some() {
            Panel::top("notice").frame(Frame::new()).show(ui, |ui| chrome::notice_ui(ui, &ctx));
        }
        Panel::bottom("status").exact_size(28.0).frame(bar(Margin::symmetric(12, 0))).show(ui, |ui| {
            chrome::status_ui(ui, &ctx);
        });
        if ctx.state.welcome {
            CentralPanel::default().frame(Frame::new().fill(look.canvas)).show(ui, |ui| {
                ScrollArea::vertical().auto_shrink(false).show_following(ui, |ui| self.panes.welcome_ui(ui, &ctx));
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
            let place = crate::workspace::path_text(path);
            let line = text::files::settings_not_kept(&place, &error.to_string());
            self.state.log(Severity::Warning, line);
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.state.now = (self.config.now)();
        self.hear_lab();
        self.state.cases.hear();
        self.drain();
        self.lock_in_time(ctx);
        self.look_outside();
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        self.input(&ctx);
        self.draw(ui);
        self.execute(&ctx);
        self.judge_what_is_looked_at();
        self.state.running = self.jobs_to_show();
        self.state.batch = self.waiting.batch(self.runs_under_way());
        let title = match &self.state.workspace {
            Some(loaded) => text::shell::window_title(&loaded.title()),
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
