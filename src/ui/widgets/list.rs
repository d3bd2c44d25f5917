//! Rows that one can walk through by keyboard: the list, the tree and the table of the window.
//!
//! Only the rows in view are laid out, so that a hundred thousand cost no more than thirty. The list itself holds the
//! keyboard's focus, its rows are what assistive technology sees: each with a role, a name, whether it is selected and,
//! in a tree, how deep it lies and whether it is open (WAI-ARIA 1.2 listbox, tree and grid patterns).
#![expect(clippy::as_conversions, reason = "rows are counted in integers and placed in pixels")]
#![expect(clippy::cast_precision_loss, reason = "a screen does not show 16 million rows at once")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a position on the screen is small and not negative"
)]

use egui::{
    Event, EventFilter, Id, Key, Modifiers, Rect, Response, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};

use super::paint::take_elided;
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

/// Rows of equal height.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    salt: &'a str,
    name: &'a str,
    kind: Kind,
    len: usize,
    height: f32,
    selected: Option<usize>,
    max_height: f32,
}

impl<'a> Rows<'a> {
    /// `len` rows; `salt` tells this list from others, `name` is read aloud.
    #[must_use]
    pub(crate) const fn new(salt: &'a str, name: &'a str, kind: Kind, len: usize) -> Self {
        Self { salt, name, kind, len, height: ROW, selected: None, max_height: f32::INFINITY }
    }

    /// Which row is selected.
    #[must_use]
    pub(crate) const fn selected(mut self, selected: Option<usize>) -> Self {
        self.selected = selected;
        self
    }

    /// The height of a row.
    #[must_use]
    pub(crate) const fn row_height(mut self, height: f32) -> Self {
        self.height = height;
        self
    }

    /// The greatest height of the list.
    #[must_use]
    pub(crate) const fn max_height(mut self, height: f32) -> Self {
        self.max_height = height;
        self
    }

    /// Shows the rows: `info` names one, `paint` paints it into its rectangle.
    pub(crate) fn show(
        self,
        ui: &mut Ui,
        info: impl Fn(usize) -> RowInfo,
        mut paint: impl FnMut(&mut Ui, usize, Rect),
    ) -> Outcome {
        let id = ui.make_persistent_id(self.salt);
        let focused = ui.memory(|memory| memory.has_focus(id));
        let mut outcome = Outcome::default();
        let moved = if focused { self.keys(ui, id, &info, &mut outcome) } else { None };
        let revealed = moved.or_else(|| self.newly_selected(ui, id));
        let (list_role, _) = self.kind.roles();
        // Inside another scroll area a list of bounded height is as high as it needs to be: one scroll bar, not two.
        let content = self.height * self.len as f32;
        let output = ScrollArea::vertical()
            .id_salt(self.salt)
            .max_height(self.max_height)
            .min_scrolled_height(if self.max_height.is_finite() { self.max_height.min(content) } else { 64.0 })
            .auto_shrink([false, self.max_height.is_finite()])
            .show_viewport(ui, |ui, viewport| {
                ui.set_width(ui.available_width());
                ui.set_height(content);
                if let Some(row) = revealed {
                    let top = ui.max_rect().top() + self.height * row as f32;
                    let rect = Rect::from_min_size(pos2(ui.max_rect().left(), top), vec2(1.0, self.height));
                    ui.scroll_to_rect(rect, None);
                }
                let first = (viewport.top() / self.height).floor().max(0.0) as usize;
                let last = ((viewport.bottom() / self.height).ceil().max(0.0) as usize).min(self.len);
                for row in first..last {
                    self.row(ui, id, row, focused, &info, &mut paint, &mut outcome);
                }
            });
        if let Some(row) = revealed {
            // Once more for what this list lies in: its own scroll area has used up the first.
            let top = output.inner_rect.top() + self.height * row as f32;
            let rect = Rect::from_min_size(pos2(output.inner_rect.left(), top), vec2(1.0, self.height));
            if output.inner_rect.contains_rect(rect) {
                ui.scroll_to_rect(rect, None);
            }
        }
        let list = ui.interact(output.inner_rect, id, Sense::focusable_noninteractive());
        list.widget_info(|| WidgetInfo::labeled(list_role, true, self.name));
        // Not before: egui takes a click on a row for one beside the list, and the focus away.
        if outcome.chosen.is_some() {
            list.request_focus();
        }
        outcome.chosen = outcome.chosen.or(moved);
        outcome
    }

    // The selected row, if the selection is new: it may have been made elsewhere, and has to come into view.
    fn newly_selected(&self, ui: &Ui, id: Id) -> Option<usize> {
        let key = id.with("followed");
        let before = ui.data(|data| data.get_temp::<Option<usize>>(key));
        if before == Some(self.selected) {
            return None;
        }
        ui.data_mut(|data| data.insert_temp(key, self.selected));
        self.selected
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one row")]
    fn row(
        &self,
        ui: &mut Ui,
        list: Id,
        row: usize,
        focused: bool,
        info: &impl Fn(usize) -> RowInfo,
        paint: &mut impl FnMut(&mut Ui, usize, Rect),
        outcome: &mut Outcome,
    ) {
        let top = ui.max_rect().top() + self.height * row as f32;
        let rect = Rect::from_min_size(pos2(ui.max_rect().left(), top), vec2(ui.max_rect().width(), self.height));
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
        if selected && focused {
            ui.painter().rect_stroke(plate, RADIUS, Stroke::new(1.5, look.accent), StrokeKind::Inside);
        }
        take_elided(ui);
        paint(ui, row, rect);
        // What did not fit is read by resting the pointer on it.
        if take_elided(ui) {
            response.on_hover_text(info(row).name);
        }
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

    fn keys(&self, ui: &Ui, id: Id, info: &impl Fn(usize) -> RowInfo, outcome: &mut Outcome) -> Option<usize> {
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
        let page = ((ui.available_height() / self.height) as usize).saturating_sub(1).max(1);
        if let Some(row) = current {
            if pressed(Key::Enter) {
                outcome.activated = Some(row);
            }
            if self.kind == Kind::Tree
                && let Some(target) = tree_keys(row, info, &pressed, outcome)
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
            typed_ahead(ui, self.len, current, info)?
        };
        Some(target)
    }
}

fn tree_keys(
    row: usize,
    info: &impl Fn(usize) -> RowInfo,
    pressed: &impl Fn(Key) -> bool,
    outcome: &mut Outcome,
) -> Option<usize> {
    let here = info(row);
    if pressed(Key::ArrowRight) {
        match here.expanded {
            Some(false) => outcome.toggled = Some((row, true)),
            Some(true) => return Some(row + 1),
            None => {}
        }
    } else if pressed(Key::ArrowLeft) {
        if here.expanded == Some(true) {
            outcome.toggled = Some((row, false));
        } else {
            return (0..row).rev().find(|above| info(*above).level < here.level);
        }
    }
    None
}

// A letter goes to the next row whose name starts with it.
fn typed_ahead(ui: &Ui, len: usize, current: Option<usize>, info: &impl Fn(usize) -> RowInfo) -> Option<usize> {
    let typed = ui.input(|input| {
        input.events.iter().find_map(|event| match event {
            Event::Text(text) if !text.trim().is_empty() => Some(text.to_lowercase()),
            _ => None,
        })
    })?;
    let start = current.map_or(0, |row| row + 1);
    // Enough for any list that a person looks through; the bound keeps a key press cheap in a huge one.
    (start..len).chain(0..start).take(5_000).find(|row| info(*row).name.to_lowercase().starts_with(&typed))
}
