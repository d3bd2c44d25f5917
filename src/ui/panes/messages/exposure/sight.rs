//! Who learns what: a row for each fact, a column for each observer, and the chosen cell in words.

use egui::{Frame, Label, Margin, RichText, Ui};

use super::select;
use crate::exposure::{Exposure, Fact, Observer, ObserverKind, Seen, Sight};
use crate::ui::document::Document;
use crate::ui::icons::{self, Status};
use crate::ui::selection::DocumentId;
use crate::ui::text::exposure as words;
use crate::ui::tokens::{RADIUS, ROW, SPACE_S, tokens};
use crate::ui::widgets::matrix::{Cell, Matrix};
use crate::ui::widgets::verdict;
use crate::ui::{Ctx, text};

/// The narrowest column that still holds its words.
const NARROWEST: f32 = 104.0;
/// The widest column that still reads as a table.
const WIDEST: f32 = 168.0;

/// Shows it.
pub(super) fn ui(
    ui: &mut Ui,
    ctx: &Ctx<'_>,
    document: &Document,
    exposure: &Exposure,
    chosen: &mut Option<(DocumentId, (usize, usize))>,
) {
    verdict::section_ui(ui, words::SIGHT, |ui| {
        ui.add(Label::new(RichText::new(words::SIGHT_ABOUT).small().color(tokens(ui).dim)).truncate());
    });
    let rows = Fact::ALL.map(|fact| fact.title().to_owned());
    let columns: Vec<String> = exposure.observers.iter().map(words::observer).collect();
    let selected = chosen.filter(|(id, _)| *id == document.id).map(|(_, place)| place);
    let seen = |(row, column): (usize, usize)| {
        let observer = exposure.observers.get(column)?;
        Some((observer, observer.seen.get(row)?))
    };
    let matrix = Matrix {
        salt: "who-learns-what",
        name: words::SIGHT,
        corner: words::FACT,
        rows: &rows,
        columns: &columns,
        selected,
        cell_width: cell_width(ui, columns.len()),
        max_height: ROW.mul_add(16.0, SPACE_S),
    };
    let pressed = matrix.show(ui, |row, column| match seen((row, column)) {
        Some((observer, seen)) => cell(observer, seen),
        None => Cell { status: Status::NotChecked, word: String::new(), name: String::new() },
    });
    if let Some(place) = pressed {
        *chosen = Some((document.id, place));
        if let Some(span) = seen(place).and_then(|(_, seen)| seen.span) {
            select(ctx, document, span);
        }
    }
    if let Some((observer, seen)) = pressed.or(selected).and_then(seen) {
        chosen_ui(ui, observer, seen);
    }
}

/// As wide as there is room for, within what reads well.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a count of columns shares out a width")]
fn cell_width(ui: &Ui, columns: usize) -> f32 {
    // The widest name of a fact takes as much.
    let room = ui.available_width() - 190.0;
    (room / columns.max(1) as f32).clamp(NARROWEST, WIDEST)
}

fn cell(observer: &Observer, seen: &Seen) -> Cell {
    Cell {
        status: status(observer.kind, seen),
        word: words::sight(seen.sight).to_owned(),
        name: words::seen(observer, seen),
    }
}

/// Readers are meant to see; of others it depends on whether the fact has to be outside.
fn status(kind: ObserverKind, seen: &Seen) -> Status {
    let is_reader = matches!(kind, ObserverKind::Agent | ObserverKind::Recipient);
    match (seen.sight, is_reader) {
        (Sight::Sees, true) => Status::Passed,
        (Sight::Sees | Sight::Partly, false) if is_private(seen.fact) => Status::Warning,
        (Sight::Sees | Sight::Partly, _) => Status::Info,
        (Sight::Hidden | Sight::Absent, _) => Status::Skipped,
        (Sight::Unknown, _) => Status::NotChecked,
    }
}

const fn is_private(fact: Fact) -> bool {
    matches!(fact, Fact::Subject | Fact::Body | Fact::AttachmentNames | Fact::Software)
}

fn chosen_ui(ui: &mut Ui, observer: &Observer, seen: &Seen) {
    let look = tokens(ui);
    ui.add_space(SPACE_S);
    Frame::new().fill(look.raised).corner_radius(RADIUS).inner_margin(Margin::symmetric(12, 10)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            icons::status_ui(ui, status(observer.kind, seen));
            ui.add(Label::new(text::plain(&words::seen(observer, seen))).wrap());
        });
    });
}
