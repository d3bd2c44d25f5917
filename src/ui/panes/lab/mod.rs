//! The Lab tab of the drawer: two servers on loopback, and what was said to them and by this window, as it happens.

mod dcdt;
mod servers;
pub(crate) mod submit;

use egui::{ScrollArea, TextStyle, Ui, UiBuilder, vec2};

use crate::mail::Speaker;
use crate::ui::Ctx;
use crate::ui::command::Command;
use crate::ui::icons::{Icon, Status};
use crate::ui::lab::{Lab, LabLine, LabPorts, LabServer, Lines, Mark};
use crate::ui::text::{dcdt as cases, lab as words};
use crate::ui::tokens::{SPACE_L, tokens};
use crate::ui::widgets::list::{Kind, RowInfo, Rows};
use crate::ui::widgets::scroll::FollowsFocus as _;
use crate::ui::widgets::{paint, verdict};

/// Width of the servers beside the list.
const SERVERS: f32 = 404.0;
const LINE: f32 = 22.0;

/// Which list is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LabList {
    /// What the name server was asked.
    Queries,
    /// What was said to the mail server.
    #[default]
    Sessions,
    /// What was said to the servers that messages were handed to.
    Submissions,
    /// The discovery cases, in place of the servers and a list.
    Cases,
}

impl LabList {
    const ALL: [Self; 4] = [Self::Queries, Self::Sessions, Self::Submissions, Self::Cases];

    const fn name(self) -> &'static str {
        match self {
            Self::Queries => words::QUERIES,
            Self::Sessions => words::SESSIONS,
            Self::Submissions => words::SUBMISSIONS,
            Self::Cases => cases::CASES,
        }
    }

    const fn nothing(self) -> &'static str {
        match self {
            Self::Queries => words::NO_QUERIES,
            Self::Sessions => words::NO_SESSIONS,
            Self::Submissions => words::NO_SUBMISSIONS,
            Self::Cases => cases::NO_STEPS,
        }
    }

    /// Its lines; the cases are a table.
    const fn lines(self, lab: &Lab) -> Option<&Lines> {
        match self {
            Self::Queries => Some(&lab.queries),
            Self::Sessions => Some(&lab.sessions),
            Self::Submissions => Some(&lab.submissions),
            Self::Cases => None,
        }
    }
}

/// What is remembered of the tab.
#[derive(Debug, Default)]
pub(crate) struct LabPane {
    ports: servers::Ports,
    shown: LabList,
    // The line that was chosen; none: the latest is followed.
    cursor: Option<usize>,
    cases: dcdt::CasesPane,
}

impl LabPane {
    /// Offers other ports than the usual ones.
    pub(crate) fn offer(&mut self, ports: LabPorts) {
        self.ports = servers::Ports::offering(ports);
    }

    /// Shows a list, and follows its latest line.
    pub(crate) fn show(&mut self, list: LabList) {
        self.shown = list;
        self.cursor = None;
    }

    /// Whether the discovery cases are shown.
    pub(crate) const fn shows_cases(&self) -> bool {
        matches!(self.shown, LabList::Cases)
    }

    /// The port that is typed for a server; the error is a sentence, which the pane shows too.
    pub(crate) fn port(&mut self, server: LabServer) -> Result<u16, String> {
        self.ports.read(server)
    }

    /// The choice of the list, beside the tabs of the drawer.
    pub(crate) fn tabs_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        for list in LabList::ALL {
            let lines = list.lines(&ctx.state.lab);
            let name = lines.map_or_else(|| list.name().to_owned(), |lines| words::list(list.name(), lines.len()));
            if ui.selectable_label(self.shown == list, name).clicked() {
                self.show(list);
            }
        }
        let Some(lines) = self.shown.lines(&ctx.state.lab) else {
            ui.separator();
            return self.cases.bar_ui(ui, ctx);
        };
        // What has no room in a large font is done line by line, with Enter.
        if ui.available_width() < 90.0 {
            return;
        }
        let copy = ui.add_enabled(!lines.is_empty(), egui::Button::new(words::COPY_ALL));
        if copy.on_hover_text(words::COPY_ALL_HINT).clicked() {
            ctx.queue.push(Command::Copy(lines.text()));
        }
    }

    /// The servers and the list.
    pub(crate) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        let Some(lines) = self.shown.lines(&ctx.state.lab) else { return self.cases.ui(ui, ctx) };
        let room = ui.available_rect_before_wrap();
        let (left, right) = room.split_left_right_at_x(room.left() + SERVERS.min(room.width() * 0.45));
        let mut column = ui.new_child(UiBuilder::new().max_rect(left));
        ScrollArea::vertical().id_salt("lab-servers").auto_shrink(false).show_following(&mut column, |ui| {
            ui.set_width(ui.available_width() - 12.0);
            servers::ui(&mut self.ports, ui, ctx);
        });
        let right = right.with_min_x(right.left() + SPACE_L);
        self.list_ui(&mut ui.new_child(UiBuilder::new().max_rect(right)), ctx, lines);
        ui.allocate_exact_size(vec2(room.width(), room.height()), egui::Sense::hover());
    }

    fn list_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, lines: &Lines) {
        if lines.is_empty() {
            verdict::empty_ui(ui, Icon::Info, self.shown.nothing(), |_| {});
            return;
        }
        let last = lines.len().saturating_sub(1);
        let selected = self.cursor.unwrap_or(last).min(last);
        let info =
            |row: usize| RowInfo { name: lines.get(row).map(words::line).unwrap_or_default(), ..RowInfo::default() };
        let outcome = Rows::new(self.shown.name(), self.shown.name(), Kind::List, lines.len())
            .row_height(LINE)
            .selected(Some(selected))
            .show(ui, info, |ui, row, rect| {
                if let Some(line) = lines.get(row) {
                    line_ui(ui, line, rect);
                }
            });
        if let Some(row) = outcome.chosen {
            self.cursor = (row < last).then_some(row);
        }
        if let Some(line) = outcome.activated.and_then(|row| lines.get(row)) {
            ctx.queue.push(Command::Copy(words::line(line)));
        }
    }
}

fn line_ui(ui: &Ui, line: &LabLine, rect: egui::Rect) {
    let look = tokens(ui);
    let time = format!("{:02}:{:02}:{:02}", line.at.hour(), line.at.minute(), line.at.second());
    let mut left = rect.left() + 8.0;
    left += paint::line(ui, paint::between(rect, left, rect.right()), &time, TextStyle::Monospace, look.dim) + 12.0;
    if let Some(session) = line.session {
        let number = format!("[{session}]");
        let used = paint::line(ui, paint::between(rect, left, rect.right()), &number, TextStyle::Monospace, look.dim);
        left += used.max(28.0) + 8.0;
    }
    let ink = match line.mark {
        Mark::Said(Speaker::Client) => look.text,
        Mark::Said(Speaker::Server | Speaker::Remark) => look.dim,
        Mark::Came(status) => status.tone(ui).ink,
    };
    match line.mark {
        Mark::Said(speaker) => {
            paint::line(
                ui,
                paint::between(rect, left + 3.0, rect.right()),
                speaker.letter(),
                TextStyle::Monospace,
                ink,
            );
            left += 26.0;
        }
        Mark::Came(status) => left = paint::icon(ui, left, rect, status.icon(), ink),
    }
    let (style, ink) = match line.mark {
        Mark::Said(Speaker::Remark) => (TextStyle::Body, look.dim),
        Mark::Said(_) => (TextStyle::Monospace, look.text),
        Mark::Came(Status::Failed | Status::Warning) => (TextStyle::Body, ink),
        Mark::Came(_) => (TextStyle::Body, look.text),
    };
    paint::line(ui, paint::between(rect, left, rect.right() - 8.0), &line.text, style, ink);
}
