//! What happened in the program. Verdicts are not errors and do not appear here.

use egui::Ui;

use crate::ui::Ctx;
use crate::ui::command::Command;
use crate::ui::icons::{Icon, Status};
use crate::ui::text::log as words;
use crate::ui::tokens::tokens;
use crate::ui::widgets::list::{Kind, RowInfo, Rows};
use crate::ui::widgets::{paint, verdict};

/// Shows it, the latest line first.
pub(crate) fn ui(ui: &mut Ui, ctx: &Ctx<'_>) {
    let log = &ctx.state.log;
    if log.is_empty() {
        verdict::empty_ui(ui, Icon::Passed, words::NOTHING, |_| {});
        return;
    }
    let line = |row: usize| log.len().checked_sub(row + 1).and_then(|index| log.get(index));
    let info = |row: usize| RowInfo {
        name: line(row).map(|line| words::line(line.severity, &line.message)).unwrap_or_default(),
        ..RowInfo::default()
    };
    let outcome =
        Rows::new("log", words::LIST, Kind::List, log.len()).row_height(24.0).show(ui, info, |ui, row, rect| {
            let Some(line) = line(row) else { return };
            let look = tokens(ui);
            let status = Status::from(line.severity);
            let time = format!("{:02}:{:02}:{:02}", line.at.hour(), line.at.minute(), line.at.second());
            let used = paint::line(
                ui,
                paint::between(rect, rect.left() + 8.0, rect.right()),
                &time,
                egui::TextStyle::Monospace,
                look.dim,
            );
            let left = paint::icon(ui, rect.left() + used + 20.0, rect, status.icon(), status.tone(ui).ink);
            paint::line(
                ui,
                paint::between(rect, left, rect.right() - 8.0),
                &line.message,
                egui::TextStyle::Body,
                look.text,
            );
        });
    if let Some(line) = outcome.activated.and_then(line) {
        ctx.queue.push(Command::Copy(line.message.clone()));
    }
}
