//! The groups as a tree: a row for each, and below an open one its messages.

use egui::{TextStyle, Ui};

use super::groups::{Group, Groups, key_of};
use super::{Key, Triage};
use crate::batch::Verdict;
use crate::ui::Ctx;
use crate::ui::command::Command;
use crate::ui::document::Document;
use crate::ui::icons::Status;
use crate::ui::panes::messages::list::{self, Shown};
use crate::ui::text::{self, triage as words};
use crate::ui::tokens::{ROW_TALL, strong_style, tokens};
use crate::ui::widgets::list::RowInfo;
use crate::ui::widgets::{paint, tree};

/// What a row stands for.
#[derive(Clone, Copy)]
enum RowOf<'a> {
    Group(&'a Group),
    /// The place of the message in the list of all.
    Message(usize),
}

/// The rows, found without going through the messages.
#[derive(Clone, Copy)]
struct Tree<'a> {
    groups: &'a Groups,
    open: &'a std::collections::HashSet<Key>,
}

impl<'a> Tree<'a> {
    fn below(self, group: &Group) -> usize {
        if self.open.contains(&group.key) { group.places.len() } else { 0 }
    }

    fn len(self) -> usize {
        self.groups.list().iter().map(|group| self.below(group).saturating_add(1)).sum()
    }

    fn row(self, row: usize) -> Option<RowOf<'a>> {
        let mut left = row;
        for group in self.groups.list() {
            if left == 0 {
                return Some(RowOf::Group(group));
            }
            left = left.saturating_sub(1);
            let below = self.below(group);
            if left < below {
                return group.places.get(left).copied().map(RowOf::Message);
            }
            left = left.saturating_sub(below);
        }
        None
    }

    /// The row of a group, or of the message at `place` in it where it is open.
    fn row_of(self, key: &Key, place: Option<usize>) -> Option<usize> {
        let mut row = 0_usize;
        for group in self.groups.list() {
            if group.key == *key {
                let Some(place) = place else { return Some(row) };
                let below = group.places.binary_search(&place).ok().filter(|_| self.below(group) > 0)?;
                return Some(row.saturating_add(below).saturating_add(1));
            }
            row = row.saturating_add(self.below(group)).saturating_add(1);
        }
        None
    }
}

pub(super) fn ui(triage: &mut Triage, ui: &mut Ui, ctx: &Ctx<'_>, shown: Shown<'_>) {
    let tree = Tree { groups: &triage.groups, open: &triage.open };
    let message = |row: usize| match tree.row(row) {
        Some(RowOf::Message(place)) => shown.documents.get(place),
        _ => None,
    };
    let info = |row: usize| match tree.row(row) {
        Some(RowOf::Group(group)) => RowInfo {
            name: words::row(group.key.as_ref(), group.places.len()),
            expanded: Some(triage.open.contains(&group.key)),
            level: 0,
        },
        _ => RowInfo {
            name: message(row).map(|document| list::name_of(document, false)).unwrap_or_default(),
            expanded: None,
            level: 1,
        },
    };
    let rows =
        tree::rows("triage", words::GROUPS, tree.len()).row_height(ROW_TALL).selected(selected(triage, ctx, tree));
    let outcome = tree::show(rows, ui, info, |ui, row, rect| match tree.row(row) {
        Some(RowOf::Group(group)) => group_ui(ui, group, rect),
        _ => {
            if let Some(document) = message(row) {
                list::row_ui(ui, document, false, rect);
            }
        }
    });
    let group = |row: usize| match tree.row(row) {
        Some(RowOf::Group(group)) => Some(group.key.clone()),
        _ => None,
    };
    let chosen = outcome.chosen.and_then(group);
    let toggled = outcome.toggled.and_then(|(row, open)| Some((group(row)?, open)));
    if let Some(document) = outcome.chosen.and_then(message) {
        ctx.queue.push(Command::ShowMessage(document.id));
    }
    if let Some(document) = outcome.activated.and_then(message) {
        ctx.queue.push(Command::Run(document.id, document.operation));
    }
    let left = outcome.chosen.is_some() && chosen.is_none();
    match toggled {
        Some((key, true)) => drop(triage.open.insert(key)),
        Some((key, false)) => drop(triage.open.remove(&key)),
        None => {}
    }
    if let Some(key) = chosen {
        triage.selected = Some((key, ctx.state.current));
    } else if left {
        triage.selected = None;
    }
}

fn selected(triage: &Triage, ctx: &Ctx<'_>, tree: Tree<'_>) -> Option<usize> {
    if let Some((key, _)) = &triage.selected {
        return tree.row_of(key, None);
    }
    let document: &Document = ctx.state.current()?;
    let place = ctx.state.documents.place_of(document.id)?;
    tree.row_of(&key_of(document), Some(place))
}

/// How the messages of a group came out, as far as a shape tells it.
pub(super) fn status(key: &Key) -> Status {
    match key.as_ref().map(|cause| cause.verdict) {
        Some(Verdict::Accepted) => Status::Passed,
        Some(Verdict::AcceptedInPart) => Status::Warning,
        Some(Verdict::Rejected | Verdict::NotJudged) => Status::Failed,
        Some(Verdict::NoMessage) | None => Status::NotChecked,
    }
}

fn group_ui(ui: &Ui, group: &Group, rect: egui::Rect) {
    let look = tokens(ui);
    let status = status(&group.key);
    let inner = rect.shrink2(egui::vec2(4.0, 5.0));
    let beneath = words::subtitle(group.key.as_ref());
    let (upper, lower) = if beneath.is_empty() { (inner, inner) } else { inner.split_top_bottom_at_fraction(0.52) };
    let left = paint::icon(ui, inner.left(), inner, status.icon(), status.tone(ui).ink);
    let count = paint::line_right(ui, upper, &text::grouped(group.places.len()), strong_style(), look.text);
    let cell = paint::between(upper, left, upper.right() - count - 8.0);
    paint::line(ui, cell, words::title(group.key.as_ref()), TextStyle::Body, look.text);
    if !beneath.is_empty() {
        paint::line(ui, paint::between(lower, left, lower.right()), &beneath, TextStyle::Small, look.dim);
    }
}
