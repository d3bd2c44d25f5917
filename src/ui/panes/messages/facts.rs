//! The eight facts about a signer as a row of shapes with their names and words.

use egui::{Rect, Sense, TextStyle, Ui, WidgetInfo, vec2};

use crate::agent::SignerOutcome;
use crate::ui::document::Ran;
use crate::ui::facts::{self, Fact};
use crate::ui::outlook::{Judged, Subject};
use crate::ui::text::facts as words;
use crate::ui::tokens::tokens;
use crate::ui::widgets::paint;

// Room for the longest name with its word.
const CELL: f32 = 184.0;
const HEIGHT: f32 = 22.0;

/// The facts of a signer for all recipients of a run: those whom the run asked, else all that there are.
pub(crate) fn of_signer(ran: &Ran, place: usize, signer: &SignerOutcome) -> [Fact; 8] {
    let of_signer = ran.chains.iter().filter(|judged| judged.subject == Subject::Signer(place));
    let all: Vec<&Judged> = of_signer.collect();
    let asked: Vec<&Judged> = all.iter().copied().filter(|judged| judged.asked).collect();
    let judged = if asked.is_empty() { all } else { asked };
    facts::of(signer, &judged)
}

/// As many beside one another as there is room for.
pub(super) fn ui(ui: &mut Ui, facts: &[Fact]) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        ui.horizontal_wrapped(|ui| {
            for fact in facts {
                fact_ui(ui, fact);
            }
        });
    });
}

fn fact_ui(ui: &mut Ui, fact: &Fact) {
    let (rect, response) = ui.allocate_exact_size(vec2(CELL, HEIGHT), Sense::hover());
    let name = words::name(fact.kind);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, words::line(fact.kind, &fact.word)));
    let ink = fact.status.tone(ui).ink;
    let small = Rect::from_center_size(rect.left_center() + vec2(8.0, 0.0), vec2(13.0, 13.0));
    crate::ui::icons::paint(ui.painter(), fact.status.icon(), small, ink, tokens(ui).canvas);
    let cell = paint::between(rect, rect.left() + 22.0, rect.right() - 4.0);
    let used = paint::line(ui, cell, name, TextStyle::Body, tokens(ui).text);
    paint::line(ui, paint::between(cell, cell.left() + used + 6.0, cell.right()), &fact.word, TextStyle::Small, ink);
    response.on_hover_text(words::question(fact.kind));
}
