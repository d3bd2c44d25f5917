//! The panes: what each shows of the state, and what it asks for.

pub(crate) mod addresses;
pub(crate) mod breaking;
pub(crate) mod bytes;
mod checks;
mod drawer;
mod explain;
pub(crate) mod export;
mod hover;
mod inspector;
pub(crate) mod lab;
mod log;
mod messages;
pub(crate) mod report;
mod room;
pub(crate) mod send;
mod structure;
mod welcome;

use crate::ui::widgets::scroll::FollowsFocus as _;
use std::path::Path;

use egui::{
    CentralPanel, Context, Frame, Id, Margin, Panel, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
};

use self::bytes::tools::Field;
use self::drawer::Drawer;
use self::export::ExportForm;
use super::Ctx;
use super::settings::{DrawerTab, Settings, View};
use super::state::State;
use super::text::shell::panes as words;
use super::tokens::{PANEL_MARGIN, tokens};
use super::widgets::rows;

/// What the panes remember from frame to frame: filters, drafts, what is open.
#[derive(Debug, Default)]
pub(crate) struct Panes {
    /// The messages and the answer to the current one.
    pub(crate) messages: messages::MessagesPane,
    /// The composer.
    pub(crate) send: send::SendPane,
    /// Keys, certificates and anchors.
    pub(crate) addresses: addresses::AddressesPane,
    /// The parts of a message.
    pub(crate) structure: structure::StructurePane,
    /// The octets of a message.
    pub(crate) bytes: bytes::BytesPane,
    /// The laboratory.
    pub(crate) lab: lab::LabPane,
    hover: hover::Hover,
    explain: explain::ExplainPane,
    room: room::Room,
    /// Whether the next frame puts the cursor into the filter.
    pub(crate) focus_filter: bool,
    title: String,
}

/// The zones that F6 walks through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Zone {
    List,
    Centre,
    Inspector,
    Drawer,
}

impl Zone {
    const ALL: [Self; 4] = [Self::List, Self::Centre, Self::Inspector, Self::Drawer];

    const fn name(self) -> &'static str {
        match self {
            Self::List => words::LIST,
            Self::Centre => words::CENTRE,
            Self::Inspector => words::INSPECTOR,
            Self::Drawer => words::DRAWER,
        }
    }

    fn id(self) -> Id {
        Id::unique(("zone", self.name()))
    }

    const fn is_open(self, settings: &Settings) -> bool {
        match self {
            Self::List => settings.list_open,
            Self::Centre => true,
            Self::Inspector => settings.inspector_open,
            Self::Drawer => settings.drawer_open,
        }
    }

    /// Marks the zone for the keyboard and for screen readers.
    fn mark(self, ui: &Ui) {
        let rect = ui.max_rect();
        let response = ui.interact(rect, self.id(), Sense::focusable_noninteractive());
        response.widget_info(|| WidgetInfo::labeled(Role::Pane, true, self.name()));
        if response.has_focus() {
            let ring = rect.expand2(egui::vec2(6.0, 5.0));
            let ui_clip = ui.painter().with_clip_rect(ring);
            // All four of its sides lie in sight.
            let ring = ring.intersect(ui_clip.clip_rect());
            ui_clip.rect_stroke(ring, 4.0, Stroke::new(2.0, tokens(ui).accent), StrokeKind::Inside);
        }
    }
}

impl Panes {
    /// The first view.
    pub(crate) fn welcome_ui(&self, ui: &mut Ui, ctx: &Ctx<'_>) {
        welcome::ui(ui, ctx);
    }

    /// The four zones; gives back the settings with the sizes that the zones have now.
    pub(crate) fn workbench_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) -> Settings {
        let mut settings = ctx.state.settings.clone();
        let look = tokens(ui);
        let panel = Frame::new().fill(look.panel).inner_margin(PANEL_MARGIN);
        let mut open = settings.drawer_open;
        let drawer = Drawer::of(&settings, &self.lab);
        let height = *drawer.height(&mut settings);
        let most = room::Room::drawer(ui.available_height());
        let panel_of = Panel::bottom(drawer.salt()).resizable(true).default_size(height).min_size(120.0).max_size(most);
        let shown = panel_of
            .frame(panel.inner_margin(Margin { left: 12, right: 12, top: 6, bottom: 6 }))
            .show_collapsible(ui, &mut open, |ui| {
                Zone::Drawer.mark(ui);
                self.drawer_ui(ui, ctx, &mut settings);
            });
        if let Some(shown) = shown.filter(|_| open && ctx.state.settings.drawer_open) {
            let height = shown.response.rect.height().round();
            *drawer.height(&mut settings) = height;
        }
        settings.drawer_open = open;
        let (list_most, inspector_most) = self.room.make(&mut settings, ui.available_width());
        let mut open = settings.list_open;
        // A composer and a tree of parts need more room than a list of names.
        let (salt, width) = match settings.view {
            View::Send => ("composer", settings.composer_width),
            View::Structure => ("tree", settings.tree_width),
            View::Messages | View::Addresses => ("list", settings.list_width),
        };
        let list = Panel::left(salt).resizable(true).default_size(width).min_size(200.0).max_size(list_most);
        let shown = list.frame(panel).show_collapsible(ui, &mut open, |ui| {
            Zone::List.mark(ui);
            self.list_ui(ui, ctx);
        });
        if let Some(shown) = shown.filter(|_| open && ctx.state.settings.list_open) {
            let width = shown.response.rect.width().round();
            match settings.view {
                View::Send => settings.composer_width = width,
                View::Structure => settings.tree_width = width,
                View::Messages | View::Addresses => settings.list_width = width,
            }
        }
        settings.list_open = open;
        let mut open = settings.inspector_open;
        let inspector = Panel::right("inspector")
            .resizable(true)
            .default_size(settings.inspector_width)
            .min_size(200.0)
            .max_size(inspector_most);
        let shown = inspector.frame(panel).show_collapsible(ui, &mut open, |ui| {
            Zone::Inspector.mark(ui);
            if !(ctx.state.settings.explains() && self.explain.side_ui(ui, ctx)) {
                inspector::ui(ui, ctx);
            }
        });
        if let Some(shown) = shown.filter(|_| open && ctx.state.settings.inspector_open) {
            settings.inspector_width = shown.response.rect.width().round();
        }
        settings.inspector_open = open;
        let centre = Frame::new().fill(look.canvas).inner_margin(Margin { left: 20, right: 6, top: 14, bottom: 0 });
        CentralPanel::default().frame(centre).show(ui, |ui| {
            Zone::Centre.mark(ui);
            self.centre_ui(ui, ctx);
        });
        self.focus_filter = false;
        self.hover.turn(ui.ctx());
        settings
    }

    fn list_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let focus = self.focus_filter;
        match ctx.state.settings.view {
            View::Messages => self.messages.list_ui(ui, ctx, focus),
            View::Send => self.send.list_ui(ui, ctx),
            View::Addresses => self.addresses.list_ui(ui, ctx, focus),
            View::Structure => self.structure.list_ui(ui, ctx, focus, &mut self.hover),
        }
    }

    fn centre_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        match ctx.state.settings.view {
            _ if ctx.state.settings.explains() => scrolled(ui, |ui| self.explain.centre_ui(ui, ctx)),
            View::Messages if messages::MessagesPane::is_table(ctx.state) => self.messages.table_ui(ui, ctx),
            View::Messages => scrolled(ui, |ui| self.messages.centre_ui(ui, ctx)),
            View::Send => scrolled(ui, |ui| self.send.centre_ui(ui, ctx)),
            View::Addresses => scrolled(ui, |ui| self.addresses.centre_ui(ui, ctx)),
            View::Structure => self.structure.centre_ui(ui, ctx, &mut self.hover),
        }
    }

    fn drawer_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, settings: &mut Settings) {
        ui.horizontal(|ui| {
            let log = words::log(ctx.state.log.len());
            let tabs = [(DrawerTab::Bytes, words::BYTES), (DrawerTab::Log, log.as_str()), (DrawerTab::Lab, words::LAB)];
            for (tab, name) in tabs {
                if ui.selectable_label(settings.drawer_tab == tab, name).clicked() {
                    settings.drawer_tab = tab;
                }
            }
            if settings.drawer_tab == DrawerTab::Bytes {
                ui.separator();
                self.bytes.tabs_ui(ui, ctx);
            }
            if settings.drawer_tab == DrawerTab::Lab {
                ui.separator();
                self.lab.tabs_ui(ui, ctx);
            }
        });
        match settings.drawer_tab {
            DrawerTab::Bytes => self.bytes.ui(ui, ctx, &mut self.hover),
            DrawerTab::Log => log::ui(ui, ctx),
            DrawerTab::Lab => self.lab.ui(ui, ctx),
        }
    }

    /// Puts the cursor into a field of the octets: those of the Structure view where it is shown, else the drawer's.
    pub(crate) fn focus_octets(&mut self, view: View, field: Field) {
        match view {
            View::Structure => self.structure.focus(field),
            _ => self.bytes.focus(field),
        }
    }

    /// Where the file dialog says that octets, certificates or keys are to go.
    pub(crate) fn export_to(&mut self, path: &Path) {
        self.addresses.export_to(path);
        for form in self.exports() {
            form.set_path(path);
        }
    }

    /// They are written.
    pub(crate) fn exported(&mut self) {
        self.messages.exported();
        self.addresses.exported();
        self.structure.exported();
        self.bytes.exported();
    }

    /// They could not be written.
    pub(crate) fn export_failed(&mut self, why: &str) {
        self.addresses.export_failed(why);
        for form in self.exports() {
            form.set_error(why.to_owned());
        }
    }

    fn exports(&mut self) -> impl Iterator<Item = &mut ExportForm> {
        self.structure.export().into_iter().chain(self.bytes.export()).chain(self.messages.export())
    }

    /// Moves the keyboard to the next zone, or to the previous one.
    pub(crate) fn move_focus(&self, ctx: &Context, state: &State, forwards: bool) {
        let open: Vec<Zone> = Zone::ALL.into_iter().filter(|zone| zone.is_open(&state.settings)).collect();
        let focused = ctx.memory(egui::Memory::focused);
        let at = open.iter().position(|zone| Some(zone.id()) == focused);
        let next = match (at, forwards) {
            (Some(at), true) => (at + 1) % open.len().max(1),
            (Some(at), false) => at.checked_sub(1).unwrap_or_else(|| open.len().saturating_sub(1)),
            (None, _) => 0,
        };
        if let Some(zone) = open.get(next) {
            ctx.memory_mut(|memory| memory.request_focus(zone.id()));
        }
    }

    /// Says in the title bar what is open.
    pub(crate) fn set_title(&mut self, ctx: &Context, title: String) {
        if self.title != title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }
}

fn scrolled(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    let output = ScrollArea::vertical().id_salt("centre").auto_shrink(false).show_following(ui, |ui| {
        // Room for the scroll bar, so that it never lies over words.
        ui.set_width(ui.available_width() - 14.0);
        add(ui);
        ui.add_space(24.0);
    });
    rows::note_area(ui.ctx(), output.id, output.state);
}
