//! The list of messages: shape, name, one fact; a filter above, and beside each demo message what was expected of it.
//!
//! What the filter leaves is worked out when the filter or the messages change, never per frame; without a filter there
//! is nothing to work out. So a hundred thousand messages scroll like fifteen.

use std::fmt::Write as _;

use egui::{Id, RichText, Ui};

use super::expected;
use super::triage::Triage;
use crate::ui::Ctx;
use crate::ui::command::{Command, UiCommand};
use crate::ui::document::Document;
use crate::ui::documents::Documents;
use crate::ui::icons::{Icon, Status};
use crate::ui::settings::Layout;
use crate::ui::text::{self, messages as words, what_if};
use crate::ui::tokens::{self, ROW_TALL, SPACE_S, SPACE_XS, tokens};
use crate::ui::widgets::list::{Kind, RowInfo, Rows};
use crate::ui::widgets::{fields, paint, verdict};

/// Which messages the list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Quick {
    #[default]
    All,
    Problems,
    Usable,
}

/// What the list remembers from frame to frame.
#[derive(Debug, Default)]
pub(super) struct ListState {
    filter: String,
    quick: Quick,
    found: Found,
    pub(super) triage: Triage,
}

/// What a filter left, and of what.
#[derive(Debug, Default)]
struct Found {
    revision: u64,
    filter: String,
    quick: Quick,
    places: Vec<usize>,
}

impl Found {
    // Typed on, a filter only takes away: what it left before is all that there is to look through.
    fn refresh(&mut self, documents: &Documents, filter: &str, quick: Quick) {
        let same = self.revision == documents.revision() && self.quick == quick;
        if same && self.filter == filter {
            return;
        }
        let wanted = filter.to_lowercase();
        let mut searched = String::new();
        let mut keep = |place: &usize| {
            documents.get(*place).is_some_and(|document| matches(document, &wanted, quick, &mut searched))
        };
        if same && !self.filter.is_empty() && filter.starts_with(&self.filter) {
            self.places.retain(keep);
        } else {
            self.places = (0..documents.len()).filter(|place| keep(place)).collect();
        }
        (self.revision, self.quick) = (documents.revision(), quick);
        filter.clone_into(&mut self.filter);
    }
}

/// The rows that are shown: all messages, or those that the filter left.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) documents: &'a Documents,
    pub(super) places: Option<&'a [usize]>,
}

impl<'a> Shown<'a> {
    fn len(self) -> usize {
        self.places.map_or(self.documents.len(), <[usize]>::len)
    }

    fn get(self, row: usize) -> Option<&'a Document> {
        match self.places {
            Some(places) => self.documents.get(*places.get(row)?),
            None => self.documents.get(row),
        }
    }

    fn row_of(self, id: Option<crate::ui::selection::DocumentId>) -> Option<usize> {
        let place = self.documents.place_of(id?)?;
        match self.places {
            Some(places) => places.binary_search(&place).ok(),
            None => Some(place),
        }
    }
}

impl ListState {
    /// Shows it.
    pub(super) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, focus: bool) {
        let documents = &ctx.state.documents;
        let filtered = !self.filter.is_empty() || self.quick != Quick::All;
        if filtered {
            self.found.refresh(documents, &self.filter, self.quick);
        }
        let shown = Shown { documents, places: filtered.then_some(self.found.places.as_slice()) };
        // What is typed in this frame narrows the list in the next.
        let by = if filtered { (self.found.quick, self.found.filter.as_str()) } else { (Quick::All, "") };
        head_ui(ui, ctx, shown);
        let response = fields::filter_ui(ui, Id::unique("messages-filter"), &mut self.filter, words::FILTER);
        if focus {
            response.request_focus();
        }
        ui.add_space(SPACE_XS);
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            let quick = [(Quick::All, words::ALL), (Quick::Problems, words::PROBLEMS), (Quick::Usable, words::USABLE)];
            for (quick, words) in quick {
                if ui.selectable_label(self.quick == quick, words).clicked() {
                    self.quick = quick;
                }
            }
            self.triage.toggle_ui(ui, documents.len());
        });
        ui.add_space(SPACE_XS);
        if documents.is_empty() {
            verdict::empty_ui(ui, Icon::Envelope, words::NONE_YET, |ui| {
                if ui.button(words::OPEN).clicked() {
                    ctx.ask(UiCommand::Open);
                }
            });
        } else if shown.len() == 0 {
            let said = words::nothing_matches(&self.filter, documents.len());
            ui.add_space(SPACE_S);
            ui.label(RichText::new(said).color(tokens(ui).dim));
            if ui.button(words::CLEAR).clicked() {
                self.filter.clear();
                self.quick = Quick::All;
            }
        } else if self.triage.is_on(documents.len()) {
            self.triage.rows_ui(ui, ctx, shown, by);
        } else {
            self.triage.leave();
            rows_ui(ui, ctx, shown);
        }
    }
}

fn head_ui(ui: &mut Ui, ctx: &Ctx<'_>, shown: Shown<'_>) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(words::LIST).text_style(tokens::strong_style()));
        let counted = words::counted(shown.len(), shown.documents.len(), shown.documents.problems());
        ui.add(egui::Label::new(RichText::new(counted).color(tokens(ui).dim)).truncate());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if fields::icon_button_ui(ui, Icon::Plus, words::OPEN, false).clicked() {
                ctx.ask(UiCommand::Open);
            }
        });
    });
}

fn rows_ui(ui: &mut Ui, ctx: &Ctx<'_>, shown: Shown<'_>) {
    let testing = ctx.state.settings.layout == Layout::Test;
    if testing {
        expected::head_ui(ui);
    }
    let info = |row: usize| RowInfo {
        name: shown.get(row).map(|document| name_of(document, testing)).unwrap_or_default(),
        ..RowInfo::default()
    };
    let outcome = Rows::new("messages", words::LIST, Kind::List, shown.len())
        .row_height(ROW_TALL)
        .selected(shown.row_of(ctx.state.current))
        .show(ui, info, |ui, row, rect| {
            if let Some(document) = shown.get(row) {
                row_ui(ui, document, testing, rect);
            }
        });
    if let Some(document) = outcome.chosen.and_then(|row| shown.get(row)) {
        ctx.queue.push(Command::ShowMessage(document.id));
    }
    if let Some(document) = outcome.activated.and_then(|row| shown.get(row)) {
        ctx.queue.push(Command::Run(document.id, document.operation));
    }
}

pub(super) fn name_of(document: &Document, testing: bool) -> String {
    let mut name = format!("{}, {}, {}", text::plain(&document.name), word(document), document.fact());
    if document.is_hypothetical() {
        name.push_str(", ");
        name.push_str(what_if::IN_A_ROW);
    }
    if testing {
        name.push_str(", ");
        name.push_str(&expected::words(document));
    }
    name
}

pub(super) fn row_ui(ui: &Ui, document: &Document, testing: bool, rect: egui::Rect) {
    let look = tokens(ui);
    let status = document.status();
    let inner = rect.shrink2(egui::vec2(8.0, 5.0));
    let (upper, lower) = inner.split_top_bottom_at_fraction(0.52);
    let left = paint::icon(ui, inner.left(), inner, status.icon(), status.tone(ui).ink);
    let name = text::plain(&document.name);
    if testing {
        paint::line(ui, paint::between(upper, left, upper.right()), &name, egui::TextStyle::Body, look.text);
        expected::row_ui(ui, document, paint::between(lower, left, lower.right()));
        return;
    }
    let fact = paint::line_right(ui, upper, &document.fact(), egui::TextStyle::Small, look.dim);
    let cell = paint::between(upper, left, upper.right() - fact - 8.0);
    paint::line(ui, cell, &name, egui::TextStyle::Body, look.text);
    let mut rest = paint::between(lower, left, lower.right());
    if document.is_hypothetical() {
        let ink = look.warning.ink;
        let used = paint::line_right(ui, rest, what_if::IN_A_ROW, egui::TextStyle::Small, ink);
        rest = paint::between(rest, rest.left(), rest.right() - used - 8.0);
    }
    paint::line(ui, rest, &document.route(), egui::TextStyle::Small, look.dim);
}

/// The outcome as a word.
fn word(document: &Document) -> &'static str {
    if document.status() == Status::NotChecked {
        return text::document::NOT_RUN;
    }
    text::document::outcome(document.status())
}

// `searched` is one for all messages, so that looking through many makes no text for each.
fn matches(document: &Document, wanted: &str, quick: Quick, searched: &mut String) -> bool {
    let status = document.status();
    let of_kind = match quick {
        Quick::All => true,
        Quick::Problems => matches!(status, Status::Failed | Status::Warning),
        Quick::Usable => matches!(status, Status::Passed | Status::Warning),
    };
    if !of_kind || wanted.is_empty() {
        return of_kind;
    }
    searched.clear();
    searched.push_str(&document.name);
    // Writing to a String cannot fail.
    let _ = write!(searched, " {}", document.envelope.reverse_path);
    for path in &document.envelope.forward_paths {
        let _ = write!(searched, " {path}");
    }
    if searched.is_ascii() {
        searched.make_ascii_lowercase();
        return searched.contains(wanted);
    }
    searched.to_lowercase().contains(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_is_typed_on_looks_through_what_it_left() {
        let documents = Documents::default();
        let mut found = Found { filter: "a".to_owned(), places: vec![7], ..Found::default() };
        found.refresh(&documents, "ab", Quick::All);
        assert!(found.places.is_empty());
        assert_eq!(found.filter, "ab");
    }
}
