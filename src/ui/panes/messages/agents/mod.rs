//! The answer of Sealscope beside those of the two reference agents: three columns, and below them where the others
//! depart, each with its rule and how that is known.

mod answers;

use egui::{Button, Frame, Label, Margin, Rect, RichText, Sense, Ui, UiBuilder, WidgetInfo, vec2};

use crate::agent::Report;
use crate::emulate::{Deviation, Emulated};
use crate::ui::Ctx;
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::{self, Icon, Status};
use crate::ui::selection::Item;
use crate::ui::text::{self, agents as words};
use crate::ui::tokens::{RADIUS, ROW, SPACE_S, SPACE_XS, strong_style, tokens};
use crate::ui::widgets::{fields, verdict};

use answers::{Answer, Row};

/// Below this width of a column they stand under each other.
const NARROWEST: f32 = 150.0;

/// Shows it.
pub(crate) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, ours: &Report, theirs: &[Emulated]) {
    let (status, sentence, reason) = words::sentence(ours, theirs);
    verdict::verdict_ui(ui, status, &sentence, &reason, |_| {});
    ui.add_space(SPACE_XS);
    ui.add(Label::new(RichText::new(words::ABOUT).small().color(tokens(ui).dim)).wrap());
    ui.add_space(SPACE_S);
    let (rows, hidden) = answers::rows(ours, theirs);
    let titles: Vec<&str> = std::iter::once(words::OURS).chain(theirs.iter().map(|one| one.agent.title())).collect();
    table_ui(ui, ctx, document, &titles, &rows);
    if hidden > 0 {
        ui.label(RichText::new(words::more(hidden)).color(tokens(ui).dim));
    }
    if ui.button(words::COPY).on_hover_text(words::COPY_HINT).clicked() {
        ctx.queue.push(Command::Copy(answers::as_text(ours, theirs)));
    }
    for one in theirs {
        departures_ui(ui, one, one.differs_from(ours));
    }
}

fn table_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, titles: &[&str], rows: &[Row]) {
    // Before its rows, which then lie in it; how high they are is not known yet.
    let head = Rect::from_min_size(ui.next_widget_position(), vec2(ui.available_width(), ROW));
    let table = ui.interact(head, ui.make_persistent_id("three-agents"), Sense::hover());
    table.widget_info(|| WidgetInfo::labeled(egui::Role::Table, true, words::TABLE));
    ui.scope_builder(UiBuilder::new().accessibility_parent(table.id), |ui| {
        #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "three columns share a width")]
        let stacked = ui.available_width() / (titles.len().max(1) as f32) < NARROWEST;
        if !stacked {
            heads_ui(ui, titles);
        }
        for row in rows {
            row_ui(ui, ctx, document, titles, row, stacked);
        }
    });
}

fn heads_ui(ui: &mut Ui, titles: &[&str]) {
    ui.columns(titles.len(), |columns| {
        for (column, title) in columns.iter_mut().zip(titles) {
            // A layout of its own: a column would stretch the words over its width.
            let label = Label::new(RichText::new(*title).text_style(strong_style())).wrap();
            let head = column.vertical(|ui| ui.add(label)).inner;
            head.widget_info(|| WidgetInfo::labeled(egui::Role::ColumnHeader, true, *title));
        }
    });
}

fn row_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, titles: &[&str], row: &Row, stacked: bool) {
    let line = tokens(ui).line;
    let left = ui.next_widget_position();
    ui.painter().hline(left.x..=left.x + ui.available_width(), left.y, egui::Stroke::new(1.0, line));
    ui.add_space(SPACE_XS);
    match row.recipient {
        Some(place) => {
            let chip = fields::chip_ui(ui, Icon::Person, &row.head, tokens(ui).accent);
            if chip.on_hover_text(words::RECIPIENT_HINT).clicked() {
                ctx.queue.push(Command::Select(Item::Recipient(document.id, place)));
            }
        }
        None => {
            ui.label(RichText::new(&row.head).small().color(tokens(ui).dim));
        }
    }
    let cells = titles.iter().zip(&row.answers);
    if stacked {
        for (title, answer) in cells {
            ui.label(RichText::new(*title).small().color(tokens(ui).dim));
            cell_ui(ui, ctx, (title, &row.head), answer);
        }
    } else {
        ui.columns(titles.len(), |columns| {
            for (column, (title, answer)) in columns.iter_mut().zip(cells) {
                cell_ui(column, ctx, (title, &row.head), answer);
            }
        });
    }
    ui.add_space(SPACE_XS);
}

fn cell_ui(ui: &mut Ui, ctx: &Ctx<'_>, (title, head): (&str, &str), answer: &Answer) {
    let drawn = ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = SPACE_XS;
        ui.horizontal_wrapped(|ui| {
            icons::status_ui(ui, answer.status);
            let word = RichText::new(answer.word).text_style(strong_style()).color(answer.status.tone(ui).ink);
            ui.label(word);
            if answer.differs {
                verdict::badge_ui(ui, words::DIFFERS, Status::Warning);
            }
        });
        if let Some(code) = answer.code {
            let shown = RichText::new(code).monospace().color(tokens(ui).accent);
            let button = ui.add(Button::new(shown).frame(false).truncate());
            if button.on_hover_text(words::copy_code(code)).clicked() {
                ctx.queue.push(Command::Copy(code.to_owned()));
            }
        }
        if !answer.why.is_empty() {
            ui.add(Label::new(RichText::new(&answer.why).small().color(tokens(ui).text)).wrap());
        }
    });
    let name = format!("{title}, {head}: {}", answer.words());
    drawn.response.widget_info(|| WidgetInfo::labeled(egui::Role::Cell, true, &name));
}

fn departures_ui(ui: &mut Ui, one: &Emulated, differs: bool) {
    verdict::section_ui(ui, &words::departures(one.agent, one.deviations.len()), |_| {});
    if one.deviations.is_empty() && !differs {
        ui.label(RichText::new(words::NO_DEPARTURE).color(tokens(ui).dim));
    }
    for deviation in &one.deviations {
        departure_ui(ui, deviation);
    }
}

fn departure_ui(ui: &mut Ui, deviation: &Deviation) {
    let look = *tokens(ui);
    let guess = deviation.evidence.is_guess();
    let drawn =
        Frame::new().fill(look.raised).corner_radius(RADIUS).inner_margin(Margin::symmetric(12, 8)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = SPACE_XS;
            let what = RichText::new(text::plain(&deviation.what)).text_style(strong_style());
            ui.add(Label::new(what).wrap());
            ui.add(Label::new(RichText::new(deviation.why).color(look.text)).wrap());
            ui.horizontal_wrapped(|ui| {
                let (icon, ink) = if guess { (Icon::Warning, look.warning.ink) } else { (Icon::Info, look.dim) };
                icons::icon_ui(ui, icon, ink);
                ui.label(RichText::new(words::evidence(deviation.evidence)).small().color(ink));
                ui.label(RichText::new(deviation.reference).small().color(look.dim));
            });
        });
    drawn.response.widget_info(|| WidgetInfo::labeled(egui::Role::Note, true, words::departure(deviation)));
    ui.add_space(SPACE_S);
}
