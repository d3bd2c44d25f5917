//! The cards before and after a step, painted.

use egui::{Align, Frame, Label, Layout, Margin, RichText, Sense, Stroke, TextStyle, Ui, WidgetInfo, vec2};

use super::digests::{Compared, DigestPair};
use super::pieces::{Cards, Link, Piece};
use crate::span::{Buffer, BufferName, Span};
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::{self, Icon, Status};
use crate::ui::selection::Item;
use crate::ui::text::explain as words;
use crate::ui::tokens::{self, RADIUS, SPACE_S, SPACE_XS, tokens};
use crate::ui::widgets::{fields, paint};
use crate::ui::{Ctx, text};

/// Below this the cards stand one under the other.
const SIDE_BY_SIDE: f32 = 520.0;
const LINES: usize = 7;
const HEX_ROWS: usize = 4;
const LINE: f32 = 17.0;

/// Both cards.
pub(super) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, cards: &Cards) {
    let sides = [(words::BEFORE, &cards.before), (words::AFTER, &cards.after)];
    if ui.available_width() < SIDE_BY_SIDE {
        for (title, pieces) in sides {
            card_ui(ui, ctx, document, title, pieces);
        }
        return;
    }
    ui.columns(2, |columns| {
        for (column, (title, pieces)) in columns.iter_mut().zip(sides) {
            column.with_layout(Layout::top_down(Align::Min), |ui| card_ui(ui, ctx, document, title, pieces));
        }
    });
}

fn card_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, title: &str, pieces: &[Piece]) {
    let look = tokens(ui);
    let frame = Frame::new().fill(look.panel).stroke(Stroke::new(1.0, look.line)).corner_radius(8);
    frame.inner_margin(Margin::same(12)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = SPACE_XS;
        ui.label(RichText::new(title).text_style(tokens::strong_style()));
        for piece in pieces {
            piece_ui(ui, ctx, document, piece);
        }
    });
}

fn piece_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, piece: &Piece) {
    match piece {
        Piece::Fact(name, value) => {
            ui.label(RichText::new(*name).small().color(tokens(ui).dim));
            ui.add(Label::new(value).wrap());
        }
        Piece::State(status, state) => {
            ui.horizontal_top(|ui| {
                icons::status_ui(ui, *status);
                ui.add(Label::new(state).wrap());
            });
        }
        Piece::Octets(caption, span) => octets_ui(ui, ctx, document, caption, *span),
        Piece::Digests(pair) => digests_ui(ui, pair),
        Piece::Chain(links) => chain_ui(ui, ctx, links),
    }
}

fn octets_ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, caption: &str, span: Span) {
    let Some(buffer) = document.buffer(span.buffer) else { return };
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let button = ui.small_button(words::SHOW_OCTETS).on_hover_text(words::SHOW_OCTETS_HINT);
            if button.clicked() {
                ctx.queue.push(Command::Select(Item::Octets(document.id, span)));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let size = RichText::new(text::size(span.len())).small().color(tokens(ui).dim);
                ui.add(Label::new(caption).truncate()).on_hover_text(text::buffer(span.buffer));
                ui.add(Label::new(size).truncate());
            });
        });
    });
    let lines = if is_text(span.buffer) { text_lines(buffer, span) } else { hex_lines(ui, buffer, span) };
    lines_ui(ui, caption, &lines);
}

// What is CMS is no text, whatever its octets look like.
fn is_text(name: BufferName) -> bool {
    !matches!(name, BufferName::EncryptedCms | BufferName::SignatureCms | BufferName::CompressedCms)
}

fn text_lines(buffer: &Buffer, span: Span) -> Vec<String> {
    const MOST_OCTETS: usize = 4_096;
    let octets = buffer.slice(span.start..span.end.min(span.start.saturating_add(MOST_OCTETS)));
    let read = String::from_utf8_lossy(octets);
    // A tab folds a header line; escaped, it would look like a fault.
    let shown = |line: &str| text::plain(&line.replace('\t', "    "));
    let mut lines: Vec<String> = read.lines().take(LINES).map(shown).collect();
    if read.lines().nth(LINES).is_some() {
        lines.push("…".to_owned());
    }
    lines
}

fn hex_lines(ui: &Ui, buffer: &Buffer, span: Span) -> Vec<String> {
    let room = ui.available_width() - SPACE_S * 2.0;
    let fits = |octets: &usize| paint::width(ui, &"00 ".repeat(*octets), TextStyle::Monospace) <= room;
    let per_row = [16, 12].into_iter().find(fits).unwrap_or(8);
    let octets = buffer.slice(span.range());
    let row = |row: &[u8]| row.iter().map(|octet| format!("{octet:02x} ")).collect::<String>();
    let mut lines: Vec<String> = octets.chunks(per_row).take(HEX_ROWS).map(row).collect();
    if octets.len() > per_row.saturating_mul(HEX_ROWS) {
        lines.push("…".to_owned());
    }
    lines
}

fn lines_ui(ui: &mut Ui, caption: &str, lines: &[String]) {
    let look = tokens(ui);
    Frame::new().fill(look.canvas).corner_radius(RADIUS).inner_margin(Margin::symmetric(8, 5)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 0.0;
        for line in lines {
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
            response.widget_info(|| {
                let said = if line.is_empty() { caption } else { line.as_str() };
                WidgetInfo::labeled(egui::Role::Label, true, said)
            });
            paint::line(ui, rect, line, TextStyle::Monospace, look.text);
        }
    });
}

fn digests_ui(ui: &mut Ui, pair: &DigestPair) {
    let (status, verdict) = match pair.compared {
        Compared::Equal => (Status::Passed, words::EQUAL),
        Compared::EqualAsCrlf => (Status::Warning, words::EQUAL_AS_CRLF),
        Compared::Different => (Status::Failed, words::DIFFERENT),
        Compared::NoDigest => (Status::Info, words::NO_DIGEST),
    };
    ui.add(Label::new(words::digests_of(&pair.algorithm, &text::plain(&pair.signer))).wrap());
    for (name, digest) in [(words::COMPUTED, &pair.computed), (words::IN_SIGNATURE, &pair.signed)] {
        ui.label(RichText::new(name).small().color(tokens(ui).dim));
        let digest = if digest.is_empty() { words::NO_DIGEST } else { digest.as_str() };
        ui.add(Label::new(RichText::new(digest).monospace()).wrap());
    }
    ui.horizontal_top(|ui| {
        icons::status_ui(ui, status);
        let verdict = RichText::new(verdict).text_style(tokens::strong_style()).color(status.tone(ui).ink);
        ui.add(Label::new(verdict).wrap());
    });
}

fn chain_ui(ui: &mut Ui, ctx: &Ctx<'_>, links: &[Link]) {
    for (place, link) in links.iter().enumerate() {
        if place > 0 {
            stem_ui(ui);
        }
        let icon = if link.is_anchor { Icon::Anchor } else { Icon::Certificate };
        let ink = link.status.tone(ui).ink;
        if fields::chip_ui(ui, icon, &text::plain(&link.certificate.common_name()), ink).clicked() {
            ctx.queue.push(Command::Select(Item::Certificate(link.certificate.clone())));
        }
        ui.horizontal_top(|ui| {
            ui.add_space(SPACE_S);
            icons::sized_icon_ui(ui, link.status.icon(), 12.0, ink);
            ui.add(Label::new(RichText::new(&link.words).small().color(tokens(ui).dim)).wrap());
        });
    }
}

// From a certificate up to its issuer.
fn stem_ui(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(SPACE_S * 2.0 + 1.0, SPACE_S), Sense::hover());
    ui.painter().vline(rect.right() - 1.0, rect.y_range(), Stroke::new(1.5, tokens(ui).edge));
}
