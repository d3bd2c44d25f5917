//! The octets of one buffer with everything that can be done there: find, go to, select, copy, save. The drawer and the
//! Structure view share it.

use egui::{Key, Modifiers, Response, RichText, TextEdit, Ui};

use super::find::Search;
use super::span_of;
use crate::span::{Buffer, BufferName, Span};
use crate::ui::command::Command;
use crate::ui::copying::{Copyable, menu};
use crate::ui::document::Document;
use crate::ui::icons::Icon;
use crate::ui::panes::export::ExportForm;
use crate::ui::panes::hover::{Hover, Hovered};
use crate::ui::selection::{DocumentId, Item};
use crate::ui::tokens::{SPACE_S, tokens};
use crate::ui::widgets::bytes::{BytesView, Marks, Outcome};
use crate::ui::widgets::fields;
use crate::ui::{Ctx, text};

/// A field that a command puts the cursor into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// An offset.
    GoTo,
    /// Text or octets.
    Find,
}

/// The octets and their tools.
#[derive(Debug, Default)]
pub(crate) struct Octets {
    view: BytesView,
    shown: Option<(DocumentId, BufferName, usize)>,
    followed: Option<Item>,
    go_to: String,
    refused: Option<String>,
    find: String,
    search: Search,
    focus: Option<Field>,
    /// Where the marked octets are saved.
    pub(crate) export: Option<ExportForm>,
}

impl Octets {
    /// Puts the cursor into a field.
    pub(crate) const fn focus(&mut self, field: Field) {
        self.focus = Some(field);
    }

    /// What is marked in a buffer: the selection where it lies in it.
    fn marked(ctx: &Ctx<'_>, document: &Document, buffer: &Buffer) -> Option<(Span, Option<usize>)> {
        let item = ctx.state.selection.current().filter(|item| item.document() == Some(document.id))?;
        let span = span_of(document, item).filter(|span| span.buffer == buffer.name())?;
        let node = match item {
            Item::Node(_, index) => Some(*index),
            _ => None,
        };
        Some((span, node))
    }

    /// Find, go to, copy and save in one line.
    pub(crate) fn tools_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, buffer: &Buffer) {
        self.find_ui(ui, ctx, document, buffer);
        self.go_to_ui(ui, ctx, document, buffer);
    }

    /// Copy and save.
    pub(crate) fn actions_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, buffer: &Buffer) {
        let (span, node) = Self::marked(ctx, document, buffer).unwrap_or((buffer.whole(), None));
        menu::button_ui(ui, ctx, || Copyable::octets(document, span, node));
        if ui.button(text::octets::SAVE_PART).on_hover_text(text::octets::SAVE_HINT).clicked()
            && let Some(thing) = Copyable::octets(document, span, node)
        {
            self.export = Some(ExportForm::copyable(ctx, &thing));
        }
    }

    /// What is marked, in words.
    pub(crate) fn words_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, buffer: &Buffer) {
        let words = match Self::marked(ctx, document, buffer).filter(|(span, _)| *span != buffer.whole()) {
            Some((span, node)) => {
                let title = node.and_then(|index| document.structure().nodes().get(index));
                text::octets::marked(title.map(|node| &*node.title), span.start, span.len())
            }
            None => text::octets::whole(buffer.octets().len()),
        };
        ui.add(egui::Label::new(RichText::new(words).color(tokens(ui).dim)).truncate());
    }

    fn find_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, buffer: &Buffer) {
        let shown = (document.id, buffer.name(), buffer.octets().len());
        if self.shown != Some(shown) {
            self.shown = Some(shown);
            let typed = self.find.clone();
            self.search.start(&typed);
        }
        let id = ui.make_persistent_id("find-octets");
        let (enter, back) = enter_in(ui, id);
        let field = TextEdit::singleline(&mut self.find)
            .id(id)
            .hint_text(text::octets::FIND)
            .align(egui::Align2::LEFT_CENTER)
            .desired_width(150.0);
        let response = ui.add(field).accessible_name(text::octets::FIND).on_hover_text(text::octets::FIND_FORMS);
        self.take_focus(&response, Field::Find);
        if self.find != self.search.typed() {
            let typed = self.find.clone();
            self.search.start(&typed);
        }
        if !self.search.is_on() {
            return;
        }
        if self.search.go_on(buffer.octets()) {
            ui.ctx().request_repaint();
        }
        let previous = fields::icon_button_ui(ui, Icon::ChevronUp, text::octets::PREVIOUS, false).clicked();
        let next = fields::icon_button_ui(ui, Icon::ChevronDown, text::octets::NEXT, false).clicked();
        let words = match (self.search.hits().len(), self.search.is_done()) {
            (0, true) => text::octets::NOT_FOUND.to_owned(),
            (0, false) => text::octets::searching(self.search.scanned(), buffer.len()),
            (hits, done) => text::octets::hit(self.search.at, hits, self.search.has_more() || !done),
        };
        let ink = if self.search.hits().is_empty() { tokens(ui).warning.ink } else { tokens(ui).dim };
        ui.label(RichText::new(words).color(ink));
        let forwards = (next || (enter && !back)).then_some(true).or_else(|| (previous || back).then_some(false));
        if let Some(forwards) = forwards
            && let Some(hit) = self.search.turn(self.view.caret(), forwards)
        {
            self.select(ctx, Item::Octets(document.id, buffer.span(hit..hit + self.search.len())));
            self.view.reveal(hit);
        }
    }

    fn go_to_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, buffer: &Buffer) {
        let id = ui.make_persistent_id("go-to-offset");
        let (enter, _) = enter_in(ui, id);
        let field = TextEdit::singleline(&mut self.go_to)
            .id(id)
            .hint_text(text::octets::GO_TO_HINT)
            .align(egui::Align2::LEFT_CENTER)
            .desired_width(92.0);
        let response = ui.add(field).accessible_name(text::octets::GO_TO).on_hover_text(text::octets::GO_TO_FORMS);
        self.take_focus(&response, Field::GoTo);
        if response.changed() {
            self.refused = None;
        }
        if enter {
            let len = buffer.octets().len();
            match offset_of(&self.go_to, self.view.caret()) {
                Some(offset) if offset < len => {
                    self.select(ctx, Item::Octets(document.id, buffer.span(offset..offset + 1)));
                    self.view.reveal(offset);
                }
                Some(_) => self.refused = Some(text::octets::past_the_end(len)),
                None => self.refused = Some(text::octets::NOT_AN_OFFSET.to_owned()),
            }
        }
        if let Some(why) = &self.refused {
            ui.label(RichText::new(why).color(tokens(ui).failed.ink));
        }
    }

    fn take_focus(&mut self, response: &Response, field: Field) {
        if self.focus == Some(field) {
            self.focus = None;
            response.request_focus();
        }
    }

    fn select(&mut self, ctx: &Ctx<'_>, item: Item) {
        self.followed = Some(item.clone());
        ctx.queue.push(Command::Select(item));
    }

    /// A new selection brings its octets into view, and says in which buffer they are; one's own scrolling afterwards
    /// is left alone.
    pub(crate) fn follow(&mut self, ctx: &Ctx<'_>, document: &Document) -> Option<BufferName> {
        let current = ctx.state.selection.current();
        if self.followed.as_ref() == current {
            return None;
        }
        self.followed = current.cloned();
        let span = current.and_then(|item| span_of(document, item))?;
        self.view.follow(span.start);
        Some(span.buffer)
    }

    /// The octets; gives back the one under the pointer.
    pub(crate) fn ui(
        &mut self,
        ui: &mut Ui,
        ctx: &Ctx<'_>,
        document: &Document,
        buffer: &Buffer,
        hover: &mut Hover,
    ) -> Option<usize> {
        if let Some(form) = &mut self.export {
            if form.ui(ui, ctx) {
                self.export = None;
            }
            ui.add_space(SPACE_S);
        }
        // A whole buffer needs no mark.
        let marked = Self::marked(ctx, document, buffer);
        let shown = marked.filter(|(span, _)| *span != buffer.whole());
        let node = shown.and_then(|(_, node)| document.structure().nodes().get(node?));
        let marks = Marks {
            marked: shown.map(|(span, _)| span.range()),
            head: node.map_or(0, |node| node.head),
            rings: [hover.octets(document.id, buffer.name()), None],
            hits: self.search.hits(),
            hit_len: self.search.len(),
        };
        let (span, node) = marked.unwrap_or((buffer.whole(), None));
        let salt = (document.id, buffer.name());
        let outcome = self.view.ui(ui, salt, buffer.octets(), marks, |ui| {
            if let Some(thing) = Copyable::octets(document, span, node) {
                menu::forms_ui(ui, ctx, &thing);
            }
        });
        self.chosen(ctx, document, buffer, &outcome);
        let at = outcome.hovered?;
        let node = document.structure().deepest_at(buffer.name(), at);
        let around = node.and_then(|index| document.structure().nodes().get(index)).map(|node| node.span);
        let span = around.unwrap_or_else(|| buffer.span(at..at + 1));
        hover.set(Hovered { document: document.id, span, node });
        Some(at)
    }

    fn chosen(&mut self, ctx: &Ctx<'_>, document: &Document, buffer: &Buffer, outcome: &Outcome) {
        if let Some(range) = outcome.ranged.clone() {
            self.select(ctx, Item::Octets(document.id, buffer.span(range)));
        } else if let Some(offset) = outcome.chosen {
            let item = match document.structure().deepest_at(buffer.name(), offset) {
                Some(node) => Item::Node(document.id, node),
                None => Item::Octets(document.id, buffer.span(offset..offset + 1)),
            };
            self.select(ctx, item);
        }
    }
}

// Enter and Shift+Enter in a field that keeps the cursor.
fn enter_in(ui: &Ui, id: egui::Id) -> (bool, bool) {
    if !ui.memory(|memory| memory.has_focus(id)) {
        return (false, false);
    }
    ui.input_mut(|input| {
        let back = input.consume_key(Modifiers::SHIFT, Key::Enter);
        (input.consume_key(Modifiers::NONE, Key::Enter), back)
    })
}

fn offset_of(typed: &str, here: usize) -> Option<usize> {
    let typed = typed.trim();
    if let Some(by) = typed.strip_prefix('+') {
        return here.checked_add(number(by)?);
    }
    if let Some(by) = typed.strip_prefix('-') {
        return here.checked_sub(number(by)?);
    }
    number(typed)
}

fn number(typed: &str) -> Option<usize> {
    let typed = typed.trim();
    match typed.strip_prefix("0x").or_else(|| typed.strip_prefix("0X")) {
        Some(hex) => usize::from_str_radix(hex, 16).ok(),
        None => typed.replace(',', "").parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_may_be_typed_in_either_base_and_from_here() {
        assert_eq!(offset_of(" 0x1f ", 0), Some(31));
        assert_eq!(offset_of("1,984", 0), Some(1_984));
        assert_eq!(offset_of("+0x10", 4), Some(20));
        assert_eq!(offset_of("-3", 4), Some(1));
        assert_eq!(offset_of("-5", 4), None);
        assert_eq!(offset_of("here", 0), None);
    }
}
