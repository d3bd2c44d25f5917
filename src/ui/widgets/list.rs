//! Rows that one can walk through by keyboard: what a list, a tree and a table have in common.
//!
//! Only the rows in view are laid out, so that a hundred thousand cost no more than thirty. The list itself holds the
//! keyboard's focus, its rows are what assistive technology sees: each with a role, a name, whether it is selected and,
//! in a tree, how deep it lies and whether it is open (WAI-ARIA 1.2 listbox, tree and grid patterns).
#![expect(clippy::as_conversions, reason = "rows are counted in integers and placed in pixels")]
#![expect(clippy::cast_precision_loss, reason = "only where few rows are as high as they need to be")]

use egui::{
    Event, EventFilter, Id, Key, Modifiers, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder,
    WidgetInfo, vec2,
};

use super::paint::take_elided;
use super::rows::{self, Scroller};
use super::{menu, tree};
use crate::ui::tokens::{RADIUS, ROW, tokens};

/// What kind of rows these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A flat list.
    List,
    /// Rows that lie within others.
    Tree,
    /// Rows of cells.
    Table,
}

impl Kind {
    const fn roles(self) -> (Role, Role) {
        match self {
            Self::List => (Role::List, Role::ListItem),
            Self::Tree => (Role::Tree, Role::TreeItem),
            Self::Table => (Role::Table, Role::Row),
        }
    }
}

/// What assistive technology is told of a row.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowInfo {
    /// Everything that the row says, as text.
    pub(crate) name: String,
    /// In a tree: whether it is open; `None` for a leaf.
    pub(crate) expanded: Option<bool>,
    /// In a tree: how deep it lies, from 0.
    pub(crate) level: usize,
}

/// What became of the rows in this frame.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The row that was chosen by pointer or keyboard.
    pub(crate) chosen: Option<usize>,
    /// The row that was opened: by Enter or by a second click.
    pub(crate) activated: Option<usize>,
    /// The row to be opened (`true`) or closed.
    pub(crate) toggled: Option<(usize, bool)>,
    /// The row under the pointer.
    pub(crate) hovered: Option<usize>,
}

/// A row in view.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Its number.
    pub(super) index: usize,
    /// Its identity.
    pub(super) id: Id,
}

/// What a row's context menu shows.
type MenuUi<'a> = Box<dyn FnMut(&mut Ui, usize) + 'a>;

/// Rows of equal height.
pub(crate) struct Rows<'a> {
    salt: &'a str,
    name: &'a str,
    kind: Kind,
    len: usize,
    height: f32,
    selected: Option<usize>,
    ringed: Option<usize>,
    max_height: f32,
    menu: Option<MenuUi<'a>>,
}

impl<'a> Rows<'a> {
    /// `len` rows; `salt` tells this list from others, `name` is read aloud.
    #[must_use]
    pub(crate) const fn new(salt: &'a str, name: &'a str, kind: Kind, len: usize) -> Self {
        Self { salt, name, kind, len, height: ROW, selected: None, ringed: None, max_height: f32::INFINITY, menu: None }
    }

    /// Which row is selected.
    #[must_use]
    pub(crate) fn selected(mut self, selected: Option<usize>) -> Self {
        self.selected = selected;
        self
    }

    /// Which row is outlined: the pointer is on what it stands for elsewhere.
    #[must_use]
    pub(crate) fn ringed(mut self, ringed: Option<usize>) -> Self {
        self.ringed = ringed;
        self
    }

    /// The height of a row.
    #[must_use]
    pub(crate) fn row_height(mut self, height: f32) -> Self {
        self.height = height;
        self
    }

    /// The greatest height of the list.
    #[must_use]
    pub(crate) fn max_height(mut self, height: f32) -> Self {
        self.max_height = height;
        self
    }

    /// What can be done with a row: opened by the secondary button of the pointer or by Shift+F10.
    #[must_use]
    pub(crate) fn menu(mut self, menu: impl FnMut(&mut Ui, usize) + 'a) -> Self {
        self.menu = Some(Box::new(menu));
        self
    }

    /// Shows the rows: `info` names one, `paint` paints it into its rectangle.
    pub(crate) fn show(
        self,
        ui: &mut Ui,
        info: impl Fn(usize) -> RowInfo,
        mut paint: impl FnMut(&mut Ui, usize, Rect),
    ) -> Outcome {
        self.show_rows(ui, info, |ui, row, rect| paint(ui, row.index, rect))
    }

    /// The same for rows that hold widgets: what `add` adds lies in the row for assistive technology too.
    pub(super) fn show_nested(
        self,
        ui: &mut Ui,
        info: impl Fn(usize) -> RowInfo,
        mut add: impl FnMut(&mut Ui, Row, Rect),
    ) -> Outcome {
        self.show_rows(ui, info, |ui, row, rect| {
            let inside = UiBuilder::new().max_rect(rect).accessibility_parent(row.id);
            add(&mut ui.new_child(inside), row, rect);
        })
    }

    fn show_rows(
        mut self,
        ui: &mut Ui,
        info: impl Fn(usize) -> RowInfo,
        mut paint: impl FnMut(&mut Ui, Row, Rect),
    ) -> Outcome {
        let id = ui.make_persistent_id(self.salt);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), self.room(ui)), Sense::hover());
        let scroller = Scroller { id, rows: self.len, height: self.height };
        let focused = ui.memory(|memory| memory.has_focus(id));
        let mut outcome = Outcome::default();
        let page = scroller.page(rect).saturating_sub(1).max(1);
        let moved = if focused { self.keys(ui, id, page, &info, &mut outcome) } else { None };
        let revealed = moved.or_else(|| self.newly_selected(ui, id));
        // Before its rows, which then lie in it.
        let list = ui.interact(rect, id, Sense::focusable_noninteractive());
        list.widget_info(|| WidgetInfo::labeled(self.kind.roles().0, true, self.name));
        let asked = focused && self.menu.is_some() && menu::take_asked(ui.ctx());
        let mut opened = None;
        scroller.show(ui, rect, revealed, |ui, row, place| {
            if revealed == Some(row) {
                // For what this list lies in.
                ui.scroll_to_rect(place, None);
            }
            let response = self.row(ui, id, row, place, focused, &info, &mut outcome);
            take_elided(ui);
            paint(ui, Row { index: row, id: response.id }, place);
            // What did not fit is read by resting the pointer on it.
            if take_elided(ui) {
                response.clone().on_hover_text(info(row).name);
            }
            if response.secondary_clicked() && self.menu.is_some() {
                outcome.chosen = Some(row);
                opened = response.interact_pointer_pos().map(|pos| (pos, row));
            } else if asked && self.selected == Some(row) {
                opened = Some((menu_place(place), row));
            }
        });
        // Not before: egui takes a click on a row for one beside the list, and the focus away.
        if outcome.chosen.is_some() {
            list.request_focus();
        }
        if let Some(add) = &mut self.menu {
            menu::show(ui, id, opened, add);
        }
        outcome.chosen = outcome.chosen.or(moved);
        outcome
    }

    // Inside another scroll area a list of bounded height is as high as it needs to be: one scroll bar, not two.
    fn room(&self, ui: &Ui) -> f32 {
        let content = self.height * self.len as f32;
        if self.max_height.is_finite() {
            return content.min(self.max_height);
        }
        let room = ui.available_height();
        if room.is_finite() { room.max(self.height * 2.0) } else { content }
    }

    // The selected row, if the selection is new: it may have been made elsewhere, and has to come into view.
    fn newly_selected(&self, ui: &Ui, id: Id) -> Option<usize> {
        let key = id.with("followed");
        let before = ui.data(|data| data.get_temp::<Option<usize>>(key));
        if before == Some(self.selected) {
            return None;
        }
        ui.data_mut(|data| data.insert_temp(key, self.selected));
        self.selected.filter(|_| rows::may_follow(ui.ctx()))
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one row")]
    fn row(
        &self,
        ui: &Ui,
        list: Id,
        row: usize,
        rect: Rect,
        focused: bool,
        info: &impl Fn(usize) -> RowInfo,
        outcome: &mut Outcome,
    ) -> Response {
        let response = ui.interact(rect, list.with(row), Sense::CLICK);
        let selected = self.selected == Some(row);
        self.describe(&response, selected, &info(row));
        if response.clicked() {
            outcome.chosen = Some(row);
        }
        if response.double_clicked() {
            outcome.activated = Some(row);
        }
        if response.hovered() {
            outcome.hovered = Some(row);
        }
        let look = tokens(ui);
        let plate = rect.shrink2(vec2(0.0, 1.0));
        if selected {
            ui.painter().rect_filled(plate, RADIUS, look.selected);
        } else if response.hovered() {
            ui.painter().rect_filled(plate, RADIUS, look.hover);
        }
        if (selected && focused) || self.ringed == Some(row) {
            ui.painter().rect_stroke(plate, RADIUS, Stroke::new(1.5, look.accent), StrokeKind::Inside);
        }
        response
    }

    fn describe(&self, response: &Response, selected: bool, info: &RowInfo) {
        let (_, role) = self.kind.roles();
        response.widget_info(|| WidgetInfo::labeled(role, true, &info.name));
        response.ctx.accesskit_node_builder(response.id, |node| {
            node.set_selected(selected);
            if let Some(expanded) = info.expanded {
                node.set_expanded(expanded);
            }
            if self.kind == Kind::Tree {
                node.set_level(info.level);
            }
        });
    }

    fn keys(
        &self,
        ui: &Ui,
        id: Id,
        page: usize,
        info: &impl Fn(usize) -> RowInfo,
        outcome: &mut Outcome,
    ) -> Option<usize> {
        let filter =
            EventFilter { vertical_arrows: true, horizontal_arrows: self.kind == Kind::Tree, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        let last = self.len.checked_sub(1)?;
        let current = self.selected;
        let pressed = |key: Key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let step = |by: usize, forward: bool| match (current, forward) {
            (None, _) => 0,
            (Some(row), true) => row.saturating_add(by).min(last),
            (Some(row), false) => row.saturating_sub(by),
        };
        if let Some(row) = current {
            if pressed(Key::Enter) {
                outcome.activated = Some(row);
            }
            if self.kind == Kind::Tree
                && let Some(target) = tree::keys(row, info, &pressed, outcome)
            {
                return Some(target);
            }
        }
        let target = if pressed(Key::ArrowDown) {
            step(1, true)
        } else if pressed(Key::ArrowUp) {
            step(1, false)
        } else if pressed(Key::PageDown) {
            step(page, true)
        } else if pressed(Key::PageUp) {
            step(page, false)
        } else if pressed(Key::Home) {
            0
        } else if pressed(Key::End) {
            last
        } else {
            typed_ahead(ui, id, self.len, current, info)?
        };
        Some(target)
    }
}

// Below the start of the row's name, so that the row stays in sight.
fn menu_place(row: Rect) -> Pos2 {
    row.left_bottom() + vec2(ROW, 0.0)
}

/// Letters that were typed one soon after the other.
#[derive(Clone, Debug, Default)]
struct Typed {
    letters: String,
    at: f64,
}

const LETTERS_ADD_UP_WITHIN: f64 = 1.0;

// The next row whose name starts with what was typed; one letter again and again goes through the rows that have it.
fn typed_ahead(ui: &Ui, id: Id, len: usize, current: Option<usize>, info: &impl Fn(usize) -> RowInfo) -> Option<usize> {
    let (typed, now) = ui.input(|input| {
        let typed = input.events.iter().filter_map(|event| match event {
            Event::Text(text) => Some(text.to_lowercase()),
            _ => None,
        });
        (typed.collect::<String>(), input.time)
    });
    let before = ui.data(|data| data.get_temp::<Typed>(id)).unwrap_or_default();
    let goes_on = !before.letters.is_empty() && now - before.at < LETTERS_ADD_UP_WITHIN;
    if typed.is_empty() || (!goes_on && typed.trim().is_empty()) {
        return None;
    }
    let letters = if goes_on { before.letters + &typed } else { typed };
    ui.data_mut(|data| data.insert_temp(id, Typed { letters: letters.clone(), at: now }));
    let first = letters.chars().next()?;
    let (wanted, after) =
        if letters.chars().all(|letter| letter == first) { (first.to_string(), true) } else { (letters, false) };
    let start = current.map_or(0, |row| if after { row + 1 } else { row });
    // Enough for any list that a person looks through; the bound keeps a key press cheap in a huge one.
    (start..len).chain(0..start.min(len)).take(5_000).find(|row| info(*row).name.to_lowercase().starts_with(&wanted))
}
