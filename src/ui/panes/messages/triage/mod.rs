//! Messages by cause: the list as groups that open and close, and the page that says what the messages of one have in
//! common. Of very many messages that is where one begins.

mod groups;
mod page;
mod rows;
mod table;

use std::collections::HashSet;

use egui::Ui;

use super::list::{Quick, Shown};
use crate::batch::Cause;
use crate::ui::Ctx;
use crate::ui::panes::export::ExportForm;
use crate::ui::selection::DocumentId;
use crate::ui::tasks::MANY;
use crate::ui::text::triage as words;
use groups::Groups;
use page::Page;

/// What a group has in common; `None` for messages that nobody judged yet.
type Key = Option<Cause>;

/// What the groups remember from frame to frame.
#[derive(Debug, Default)]
pub(super) struct Triage {
    /// Chosen by the person; else very many messages are grouped.
    chosen: Option<bool>,
    groups: Groups,
    open: HashSet<Key>,
    /// The group that is looked at, and the message that was when it was chosen.
    selected: Option<(Key, Option<DocumentId>)>,
    page: Page,
}

impl Triage {
    /// Whether so many messages are grouped.
    pub(super) fn is_on(&self, messages: usize) -> bool {
        self.chosen.unwrap_or(messages > MANY)
    }

    /// The switch beside the filter.
    pub(super) fn toggle_ui(&mut self, ui: &mut Ui, messages: usize) {
        let on = self.is_on(messages);
        if ui.selectable_label(on, words::BY_CAUSE).on_hover_text(words::BY_CAUSE_HINT).clicked() {
            self.chosen = Some(!on);
        }
    }

    /// No group is looked at any more.
    pub(super) fn leave(&mut self) {
        self.selected = None;
    }

    /// The groups with the messages of those that are open.
    pub(super) fn rows_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, shown: Shown<'_>, filter: (Quick, &str)) {
        self.groups.refresh(shown, filter, ctx.state.batch.is_some(), ui.input(|input| input.time));
        // Another message is looked at meanwhile.
        if self.selected.as_ref().is_some_and(|(_, current)| *current != ctx.state.current) {
            self.selected = None;
        }
        rows::ui(self, ui, ctx, shown);
    }

    /// Whether a group is looked at, and no message.
    pub(super) fn is_looked_at(&self, ctx: &Ctx<'_>) -> bool {
        self.looked_at(ctx).is_some_and(|key| self.groups.of(key).is_some())
    }

    fn looked_at(&self, ctx: &Ctx<'_>) -> Option<&Key> {
        let (key, current) = self.selected.as_ref()?;
        (*current == ctx.state.current).then_some(key)
    }

    /// The page of the group that is looked at; false where none is.
    pub(super) fn page_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) -> bool {
        let key = self.looked_at(ctx).cloned();
        let Some(group) = key.and_then(|key| self.groups.of(&key)) else { return false };
        self.page.ui(ui, ctx, group, &self.groups);
        true
    }

    /// The file that waits for its place.
    pub(super) fn export(&mut self) -> Option<&mut ExportForm> {
        self.page.export()
    }

    /// It is written.
    pub(super) fn exported(&mut self) {
        self.page.exported();
    }
}
