//! The list of messages: shape, name, one fact; a filter above.

use egui::{Id, RichText, Ui};

use super::{MessagesPane, Quick};
use crate::ui::Ctx;
use crate::ui::command::{Command, UiCommand};
use crate::ui::document::Document;
use crate::ui::icons::{Icon, Status};
use crate::ui::text;
use crate::ui::tokens::{self, ROW_TALL, SPACE_S, SPACE_XS, tokens};
use crate::ui::widgets::list::{Kind, RowInfo, Rows};
use crate::ui::widgets::{fields, paint, verdict};

/// Shows it.
pub(crate) fn ui(pane: &mut MessagesPane, ui: &mut Ui, ctx: &Ctx<'_>, focus: bool) {
    let documents = &ctx.state.documents;
    ui.horizontal(|ui| {
        ui.label(RichText::new("Messages").text_style(tokens::strong_style()));
        ui.label(RichText::new(documents.len().to_string()).color(tokens(ui).dim));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if fields::icon_button_ui(ui, Icon::Plus, "Open message…", false).clicked() {
                ctx.ask(UiCommand::Open);
            }
        });
    });
    let response = fields::filter_ui(ui, Id::unique("messages-filter"), &mut pane.filter, "Filter messages");
    if focus {
        response.request_focus();
    }
    ui.add_space(SPACE_XS);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for (quick, words) in [(Quick::All, "All"), (Quick::Problems, "Problems"), (Quick::Accepted, "Accepted")] {
            if ui.selectable_label(pane.quick == quick, words).clicked() {
                pane.quick = quick;
            }
        }
    });
    ui.add_space(SPACE_XS);
    let shown: Vec<&Document> = documents.iter().filter(|document| matches(pane, document)).collect();
    if documents.is_empty() {
        verdict::empty_ui(ui, Icon::Envelope, "No messages yet", |ui| {
            if ui.button("Open message…").clicked() {
                ctx.ask(UiCommand::Open);
            }
        });
        return;
    }
    if shown.is_empty() {
        let hidden = text::count(documents.len(), "message is", "messages are");
        let what = if pane.filter.is_empty() {
            "Nothing to show".to_owned()
        } else {
            format!("Nothing matches “{}”", pane.filter)
        };
        ui.add_space(SPACE_S);
        ui.label(RichText::new(format!("{what}. {hidden} hidden")).color(tokens(ui).dim));
        if ui.button("Clear").clicked() {
            pane.filter.clear();
            pane.quick = Quick::All;
        }
        return;
    }
    rows_ui(ui, ctx, &shown);
}

fn rows_ui(ui: &mut Ui, ctx: &Ctx<'_>, shown: &[&Document]) {
    let selected = shown.iter().position(|document| Some(document.id) == ctx.state.current);
    let info = |row: usize| RowInfo {
        name: shown
            .get(row)
            .map(|document| format!("{}, {}, {}", document.name, word(document), document.fact()))
            .unwrap_or_default(),
        ..RowInfo::default()
    };
    let outcome = Rows::new("messages", "Messages", Kind::List, shown.len())
        .row_height(ROW_TALL)
        .selected(selected)
        .show(ui, info, |ui, row, rect| {
            if let Some(document) = shown.get(row) {
                row_ui(ui, document, rect);
            }
        });
    if let Some(document) = outcome.chosen.and_then(|row| shown.get(row)) {
        ctx.queue.push(Command::ShowMessage(document.id));
    }
    if let Some(document) = outcome.activated.and_then(|row| shown.get(row)) {
        ctx.queue.push(Command::Run(document.id, document.operation));
    }
}

fn row_ui(ui: &Ui, document: &Document, rect: egui::Rect) {
    let look = tokens(ui);
    let status = document.status();
    let inner = rect.shrink2(egui::vec2(8.0, 5.0));
    let (upper, lower) = inner.split_top_bottom_at_fraction(0.52);
    let left = paint::icon(ui, inner.left(), inner, status.icon(), status.tone(ui).ink);
    let fact = paint::line_right(ui, upper, &document.fact(), egui::TextStyle::Small, look.dim);
    let name = paint::between(upper, left, upper.right() - fact - 8.0);
    paint::line(ui, name, &text::plain(&document.name), egui::TextStyle::Body, look.text);
    paint::line(ui, paint::between(lower, left, lower.right()), &document.route(), egui::TextStyle::Small, look.dim);
}

/// The outcome as a word.
pub(crate) fn word(document: &Document) -> &'static str {
    if document.report().is_none() {
        return "not run";
    }
    match document.status() {
        Status::Passed => "accepted",
        Status::Warning => "accepted for some",
        _ => "rejected",
    }
}

fn matches(pane: &MessagesPane, document: &Document) -> bool {
    let status = document.status();
    let quick = match pane.quick {
        Quick::All => true,
        Quick::Problems => matches!(status, Status::Failed | Status::Warning),
        Quick::Accepted => matches!(status, Status::Passed | Status::Warning),
    };
    let wanted = pane.filter.to_lowercase();
    quick
        && (wanted.is_empty()
            || format!("{} {}", document.name, document.route()).to_lowercase().contains(&wanted)
            || document.envelope.forward_paths.iter().any(|path| path.to_string().to_lowercase().contains(&wanted)))
}
