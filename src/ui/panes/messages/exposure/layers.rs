//! The three layers side by side: every address on one row, with the names under which each layer has it.
//!
//! The columns are drawn as what they are: two that everybody on the way reads, and one that is closed to them. Each
//! name is a button of its own that selects its octets.

use egui::{Color32, Id, Rect, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, pos2, vec2};

use super::select;
use crate::agent::{HeaderComparison, HeaderMark};
use crate::exposure::{Exposure, Layer, Named, Protection, Stage};
use crate::span::Span;
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::{Icon, Status};
use crate::ui::selection::Item;
use crate::ui::text::exposure as words;
use crate::ui::tokens::{RADIUS, ROW, ROW_TALL, SPACE_S, SPACE_XS, strong_style, tokens};
use crate::ui::widgets::{paint, verdict};
use crate::ui::{Ctx, text};

/// Height of the columns' heads: an icon with a title, and a line below.
const HEAD: f32 = 48.0;
/// Below this width a column has short words in its head.
const NARROW: f32 = 132.0;
/// Fields without an address that belong into the picture.
const FIELDS: [&str; 3] = ["Subject", "Date", "Message-ID"];

/// One row of the picture.
struct Row {
    title: String,
    notes: String,
    is_doubtful: bool,
    cells: [Option<Mentioned>; 3],
}

/// What stands in one layer.
struct Mentioned {
    words: String,
    place: Option<Item>,
    /// A value is text to read; a name is a chip.
    is_value: bool,
}

/// Shows them.
pub(super) fn ui(ui: &mut Ui, ctx: &Ctx<'_>, document: &Document, exposure: &Exposure) {
    verdict::section_ui(ui, words::LAYERS, |ui| {
        let about = egui::RichText::new(words::LAYERS_ABOUT).small().color(tokens(ui).dim);
        ui.add(egui::Label::new(about).truncate());
    });
    let mut rows: Vec<Row> = exposure.names.iter().map(|named| name_row(named, document)).collect();
    rows.extend(FIELDS.iter().filter_map(|name| field_row(name, exposure, document)));
    let height = HEAD + rows.iter().map(Row::height).sum::<f32>() + SPACE_S;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let columns = Columns::of(rect);
    for layer in Layer::ALL {
        column_ui(ui, columns.of_layer(layer), layer, exposure);
    }
    let mut top = rect.top() + HEAD;
    for (number, row) in rows.iter().enumerate() {
        let place = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), row.height()));
        if ui.is_rect_visible(place) {
            row_ui(ui, ctx, document, exposure, (number, row), place);
        }
        top += row.height();
    }
    if exposure.names_left_out > 0 {
        ui.label(words::left_out(exposure.names_left_out));
    }
}

impl Row {
    const fn height(&self) -> f32 {
        if self.notes.is_empty() { ROW } else { ROW_TALL }
    }
}

/// Where the names of the rows and the three columns lie.
struct Columns {
    names: Rect,
    layers: [Rect; 3],
}

impl Columns {
    fn of(rect: Rect) -> Self {
        let names = (rect.width() * 0.3).clamp(120.0, 260.0);
        let width = (rect.width() - names) / 3.0;
        let start = rect.left() + names;
        let layers = [0.0, 1.0, 2.0].map(|number| {
            let left = width.mul_add(number, start);
            paint::between(rect, left + SPACE_XS, left + width - SPACE_XS)
        });
        Self { names: paint::between(rect, rect.left(), start - SPACE_S), layers }
    }

    const fn of_layer(&self, layer: Layer) -> Rect {
        let [envelope, outer, inner] = self.layers;
        match layer {
            Layer::Envelope => envelope,
            Layer::Outer => outer,
            Layer::Inner => inner,
        }
    }
}

/// Whether what stands in this layer is kept from those on the way.
fn is_closed(layer: Layer, exposure: &Exposure) -> bool {
    layer == Layer::Inner && matches!(exposure.protection, Protection::Opened | Protection::Sealed)
}

fn column_ui(ui: &Ui, rect: Rect, layer: Layer, exposure: &Exposure) {
    let look = tokens(ui);
    let is_closed = is_closed(layer, exposure) || exposure.stage == Stage::Stopped;
    let tone = if is_closed { look.passed } else { look.neutral };
    ui.painter().rect_filled(rect, RADIUS, tone.tint);
    let inner = rect.shrink2(vec2(SPACE_S, 0.0));
    let title = Rect::from_min_size(inner.min + vec2(0.0, SPACE_XS), vec2(inner.width(), 22.0));
    let icon = match layer {
        Layer::Envelope => Icon::Send,
        Layer::Outer => Icon::Envelope,
        Layer::Inner => Icon::Lock,
    };
    let left = paint::icon(ui, title.left(), title, icon, tone.ink);
    let full = (words::layer(layer), words::about(layer, exposure));
    let (named, told) = if rect.width() < NARROW { words::short(layer, exposure) } else { full };
    paint::line(ui, paint::between(title, left, title.right()), named, strong_style(), look.text);
    let about = Rect::from_min_size(pos2(inner.left(), title.bottom()), vec2(inner.width(), 18.0));
    paint::line(ui, about, told, TextStyle::Small, tone.ink);
    // Read aloud as the head of its column.
    let head = Rect::from_min_max(rect.min, pos2(rect.right(), rect.top() + HEAD));
    let response = ui.interact(head, ui.scope_id().with(("layer", layer)), Sense::hover());
    let said = format!("{}. {}", words::layer(layer), words::about(layer, exposure));
    response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, &said));
    response.on_hover_text(said);
}

fn row_ui(ui: &Ui, ctx: &Ctx<'_>, document: &Document, exposure: &Exposure, (number, row): (usize, &Row), rect: Rect) {
    let look = tokens(ui);
    let columns = Columns::of(rect);
    if number > 0 {
        ui.painter().hline(rect.x_range(), rect.top(), Stroke::new(1.0, look.line));
    }
    let line = Rect::from_min_size(columns.names.min, vec2(columns.names.width(), ROW));
    paint::line(ui, line, &row.title, TextStyle::Body, look.text);
    let said = if row.notes.is_empty() { row.title.clone() } else { format!("{}. {}", row.title, row.notes) };
    let response = ui.interact(columns.names, ui.scope_id().with(("exposed-row", number)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::RowHeader, true, &said));
    response.on_hover_text(said);
    if !row.notes.is_empty() {
        let status = if row.is_doubtful { Status::Warning } else { Status::Info };
        let ink = status.tone(ui).ink;
        let below = Rect::from_min_size(pos2(line.left(), line.bottom() - 6.0), vec2(line.width(), 18.0));
        let left = paint::icon(ui, below.left(), below, status.icon(), ink);
        paint::line(ui, paint::between(below, left, below.right()), &row.notes, TextStyle::Small, ink);
    }
    for (layer, cell) in Layer::ALL.into_iter().zip(&row.cells) {
        let place = columns.of_layer(layer).shrink2(vec2(SPACE_XS, 3.0));
        let place = Rect::from_center_size(pos2(place.center().x, rect.center().y), vec2(place.width(), ROW - 6.0));
        let id = ui.scope_id().with(("exposed", number, layer));
        match cell {
            Some(mentioned) => mentioned_ui(ui, ctx, document, (row, layer), mentioned, (place, id)),
            None => {
                let nothing =
                    if layer == Layer::Inner && !exposure.has_inner { words::CLOSED } else { text::headers::NO_VALUE };
                let place = place.shrink2(vec2(SPACE_S, 0.0));
                paint::line(ui, place, nothing, TextStyle::Body, look.dim);
            }
        }
    }
}

fn mentioned_ui(
    ui: &Ui,
    ctx: &Ctx<'_>,
    document: &Document,
    (row, layer): (&Row, Layer),
    mentioned: &Mentioned,
    (rect, id): (Rect, Id),
) {
    let look = tokens(ui);
    let sense = if mentioned.place.is_some() { Sense::click() } else { Sense::hover() };
    let response = ui.interact(rect, id, sense);
    let said = words::mentioned(&row.title, layer, &mentioned.words);
    let role = if mentioned.place.is_some() { Role::Button } else { Role::Label };
    response.widget_info(|| WidgetInfo::labeled(role, true, &said));
    let is_selected = mentioned.place.is_some() && ctx.state.selection.current() == mentioned.place.as_ref();
    response.ctx.accesskit_node_builder(response.id, |node| node.set_selected(is_selected));
    let (fill, edge) = if is_selected {
        (look.selected, look.accent)
    } else if response.hovered() && mentioned.place.is_some() {
        (look.hover, look.edge)
    } else if mentioned.is_value {
        (Color32::TRANSPARENT, Color32::TRANSPARENT)
    } else {
        (look.canvas, look.edge)
    };
    ui.painter().rect(rect, RADIUS, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
    if response.has_focus() {
        ui.painter().rect_stroke(rect, RADIUS, Stroke::new(1.5, look.accent), StrokeKind::Outside);
    }
    paint::line(ui, rect.shrink2(vec2(SPACE_S, 0.0)), &mentioned.words, TextStyle::Body, look.text);
    if response.clicked()
        && let Some(item) = &mentioned.place
    {
        match item {
            Item::Octets(_, span) => select(ctx, document, *span),
            other => ctx.queue.push(Command::Select(other.clone())),
        }
    }
    response.on_hover_text(said);
}

fn name_row(named: &Named, document: &Document) -> Row {
    let cells = Layer::ALL.map(|layer| {
        let mut fields: Vec<&str> = named.within(layer).map(|mention| mention.field).collect();
        fields.dedup();
        let span = named.within(layer).find_map(|mention| mention.span);
        let place = match span {
            Some(span) => Some(octets(document, span)),
            None => recipient(named, layer, document),
        };
        (!fields.is_empty()).then(|| Mentioned { words: fields.join(", "), place, is_value: false })
    });
    Row { title: words::address(named), notes: named.notes.join(", "), is_doubtful: named.is_doubtful, cells }
}

fn octets(document: &Document, span: Span) -> Item {
    Item::Octets(document.id, span)
}

/// The outcome of a recipient of the envelope, where a run has one.
fn recipient(named: &Named, layer: Layer, document: &Document) -> Option<Item> {
    if layer != Layer::Envelope || !named.within(layer).any(|mention| mention.field.starts_with("RCPT TO")) {
        return None;
    }
    let report = &document.ran()?.report;
    let place = report.recipients.iter().position(|recipient| Some(&recipient.address) == named.mailbox.as_ref())?;
    Some(Item::Recipient(document.id, place))
}

fn field_row(name: &str, exposure: &Exposure, document: &Document) -> Option<Row> {
    let field = exposure.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))?;
    let cell = |layer: Layer| {
        let (value, span) = match layer {
            Layer::Envelope => (None, None),
            Layer::Outer => (field.outer.as_deref(), field.outer_span),
            Layer::Inner => (field.inner.as_deref(), field.inner_span),
        };
        let place = span.map(|span| octets(document, span));
        value.map(|value| Mentioned { words: text::plain(value), place, is_value: true })
    };
    Some(Row {
        title: text::plain(&field.name),
        notes: differs(field).to_owned(),
        is_doubtful: field.mark == HeaderMark::Differs,
        cells: Layer::ALL.map(cell),
    })
}

const fn differs(field: &HeaderComparison) -> &'static str {
    match field.mark {
        HeaderMark::Differs => words::DIFFERS,
        _ => "",
    }
}
