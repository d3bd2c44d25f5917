//! What is expected of a message beside what came of it: known of the demo's messages, of no others.

use egui::{Rect, TextStyle, Ui};

use crate::agent::{RecipientOutcome, Report};
use crate::ui::document::{Document, Source};
use crate::ui::icons::Status;
use crate::ui::text::checks as words;
use crate::ui::text::document::NOT_RUN;
use crate::ui::tokens::tokens;
use crate::ui::widgets::paint;
use crate::workspace::demo;

/// What is expected: accepted, accepted for some, or a reason code; nothing where nobody says.
fn expectation(document: &Document) -> Option<String> {
    let Source::Workspace(path) = &document.source else { return None };
    let case = demo::case(path.file_stem()?.to_str()?).filter(|case| case.title == document.name)?;
    let removed = case.recipients.iter().filter(|(_, then)| *then != demo::ExpectedRecipient::Accepted).count();
    Some(match case.rejection {
        Some(code) => code.as_str().to_owned(),
        None => words::accepted(case.recipients.len() - removed, case.recipients.len()),
    })
}

fn actual(report: &Report) -> String {
    match &report.rejection {
        Some(reason) => reason.code.as_str().to_owned(),
        None => {
            let judged: Vec<bool> = report.judged_recipients().map(RecipientOutcome::is_accepted).collect();
            words::accepted(judged.iter().filter(|accepted| **accepted).count(), judged.len())
        }
    }
}

/// Both, read aloud.
pub(super) fn words(document: &Document) -> String {
    let expected = expectation(document);
    let expected = expected.as_deref().unwrap_or(words::NOTHING_EXPECTED);
    let actual = document.report().map(actual);
    words::expected_and_actual(expected, actual.as_deref().unwrap_or(NOT_RUN))
}

/// The heads of the two columns.
pub(super) fn head_ui(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), 20.0), egui::Sense::hover());
    let ink = tokens(ui).dim;
    let [left, right] = columns(paint::between(rect, rect.left() + 32.0, rect.right() - 8.0));
    paint::line(ui, left, words::EXPECTED, TextStyle::Small, ink);
    paint::line(ui, right, words::ACTUAL, TextStyle::Small, ink);
}

/// Both columns of one row; what is not as expected stands out.
pub(super) fn row_ui(ui: &Ui, document: &Document, rect: Rect) {
    let look = tokens(ui);
    let expected = expectation(document);
    let actual = document.report().map(actual);
    let differs = matches!((&expected, &actual), (Some(expected), Some(actual)) if expected != actual);
    let [left, right] = columns(rect);
    let shown = expected.as_deref().unwrap_or(words::NOTHING_EXPECTED);
    paint::line(ui, left, shown, TextStyle::Small, look.dim);
    let ink = if differs { Status::Failed.tone(ui).ink } else { look.dim };
    paint::line(ui, right, actual.as_deref().unwrap_or(NOT_RUN), TextStyle::Small, ink);
}

fn columns(rect: Rect) -> [Rect; 2] {
    let middle = rect.center().x;
    [paint::between(rect, rect.left(), middle - 6.0), paint::between(rect, middle, rect.right())]
}
