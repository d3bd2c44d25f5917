//! What lies over the window: the palette, the shortcut sheet, the path field and the passphrase.

mod network;
mod settings;
mod shortcuts;
mod unlock;

use std::path::{Path, PathBuf};

use egui::{Align2, Area, Frame, Id, Key, Margin, Modal, Modifiers, Order, RichText, TextEdit, Ui, vec2};

use super::Ctx;
use super::clock::ClockForm;
use super::command::{Command, Entry, REGISTRY, UiCommand, shortcut_text};
use super::copying::menu::CopyMenu;
use super::panes::breaking;
use super::panes::lab::submit::SubmitForm;
use super::panes::report::ReportForm;
use super::selection::DocumentId;
use super::state::Overlay;
use super::text::shell::palette;
use super::text::{common, files};
use super::tokens::{self, SPACE_M, SPACE_S, tokens};
use super::widgets::list::{Kind, RowInfo, Rows};
use super::widgets::{fields, paint};

/// What is typed into them.
#[derive(Debug, Default)]
pub(crate) struct Overlays {
    search: String,
    chosen: usize,
    path: String,
    unlock: unlock::UnlockForm,
    clock: ClockForm,
    network: network::NetworkForm,
    focus: bool,
    copy: CopyMenu,
    submit: SubmitForm,
    pub(super) report: ReportForm,
}

impl Overlays {
    /// Prepares for an overlay that is about to be shown.
    pub(crate) fn opened(&mut self, overlay: Overlay) {
        self.focus = true;
        self.search.clear();
        self.chosen = 0;
        self.copy = CopyMenu::default();
        self.submit.open();
        self.report.open();
        self.unlock.open();
        if matches!(overlay, Overlay::OpenByPath | Overlay::SaveByPath(_)) {
            self.path.clear();
        }
    }

    /// Shows whatever is open, and what is being dropped.
    pub(crate) fn ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        drop_ui(ui);
        let Some(overlay) = ctx.state.overlay else { return };
        let id = Id::unique(("overlay", std::mem::discriminant(&overlay)));
        // Hung from the top: the palette shrinks while one types, and its field stays where it is.
        let area = Modal::default_area(id).anchor(Align2::CENTER_TOP, vec2(0.0, 88.0));
        let response = Modal::new(id).area(area).frame(Frame::popup(ui.style()).inner_margin(Margin::same(16))).show(
            ui.ctx(),
            |ui| match overlay {
                Overlay::Palette => self.palette_ui(ui, ctx),
                Overlay::Settings => settings::ui(ui, ctx, self.focus),
                Overlay::Network => self.network.ui(ui, ctx, self.focus),
                Overlay::Shortcuts => shortcuts::ui(ui, ctx),
                Overlay::OpenByPath => self.path_ui(ui, ctx, None),
                Overlay::SaveByPath(id) => self.path_ui(ui, ctx, Some(id)),
                Overlay::Unlock => self.unlock.ui(ui, ctx, &mut self.focus),
                Overlay::EvaluationTime => self.clock.ui(ui, ctx, self.focus),
                Overlay::CopyAs => self.copy.ui(ui, ctx),
                Overlay::BreakIt(id) => {
                    if let Some(document) = ctx.state.document(id) {
                        breaking::ui(ui, ctx, document, self.focus);
                    }
                }
                Overlay::Report(id) => self.report.ui(ui, ctx, id),
                Overlay::Submit(id) => {
                    if let Some(document) = ctx.state.document(id) {
                        self.submit.ui(ui, ctx, document);
                    }
                }
            },
        );
        if response.should_close() {
            ctx.queue.push(Command::CloseOverlay);
        }
        // The button that opened it may take the focus back for a frame.
        self.focus &= overlay == Overlay::Unlock;
    }

    /// Brings the keyboard to what is to be typed next, or into view what is to be read.
    pub(crate) const fn call_attention(&mut self) {
        self.focus = true;
    }

    /// Where the file dialog says that the selection is to go.
    pub(crate) fn export_to(&mut self, path: &Path) {
        if let Some(form) = &mut self.copy.export {
            form.set_path(path);
        }
        self.report.set_path(path);
    }

    /// It could not be written.
    pub(crate) fn export_failed(&mut self, why: &str) {
        if let Some(form) = &mut self.copy.export {
            form.set_error(why.to_owned());
        }
        self.report.set_error(why);
    }

    fn palette_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>) {
        ui.set_width(520.0);
        let field = TextEdit::singleline(&mut self.search)
            .hint_text(palette::HINT)
            .desired_width(f32::INFINITY)
            .margin(Margin::symmetric(10, 7));
        let (up, down, enter) = ui.input_mut(|input| {
            let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
            (pressed(Key::ArrowUp), pressed(Key::ArrowDown), pressed(Key::Enter))
        });
        let response = ui.add(field).accessible_name(palette::FIND);
        if self.focus {
            response.request_focus();
        }
        if response.changed() {
            self.chosen = 0;
        }
        let matches = matching(&self.search);
        let last = matches.len().saturating_sub(1);
        self.chosen =
            if down { (self.chosen + 1).min(last) } else { self.chosen.saturating_sub(usize::from(up)).min(last) };
        ui.add_space(SPACE_S);
        if matches.is_empty() {
            ui.label(RichText::new(palette::no_match(&self.search)).color(tokens(ui).dim));
            return;
        }
        let info = |row: usize| RowInfo {
            name: matches.get(row).map(|entry| spoken(ctx, entry)).unwrap_or_default(),
            ..RowInfo::default()
        };
        let height = f32::from(u8::try_from(matches.len().min(12)).unwrap_or(12)) * tokens::ROW;
        let rows = Rows::new("palette", palette::LIST, Kind::List, matches.len())
            .selected(Some(self.chosen))
            .max_height(height);
        let outcome = rows.show(ui, info, |ui, row, rect| {
            let Some(entry) = matches.get(row) else { return };
            let look = tokens(ui);
            let reason = ctx.why_not(entry.command);
            let ink = if reason.is_none() { look.text } else { look.dim };
            let inner = rect.shrink2(vec2(10.0, 0.0));
            let taken = paint::line_right(ui, inner, &shortcut_text(ui.ctx(), entry), egui::TextStyle::Small, look.dim);
            let used = paint::line(ui, inner, entry.name, egui::TextStyle::Body, ink);
            let rest = paint::between(inner, inner.left() + used + 12.0, inner.right() - taken - 12.0);
            paint::line(ui, rest, reason.unwrap_or(entry.tooltip), egui::TextStyle::Small, look.dim);
        });
        let row = outcome.chosen.or_else(|| enter.then_some(self.chosen));
        // What can do nothing now leaves the list open, with the reason beside its name.
        if let Some(entry) = row.and_then(|row| matches.get(row)).filter(|entry| ctx.enabled(entry.command)) {
            ctx.queue.push(Command::CloseOverlay);
            ctx.ask(entry.command);
        }
    }

    fn path_ui(&mut self, ui: &mut Ui, ctx: &Ctx<'_>, save: Option<DocumentId>) {
        ui.set_width(560.0);
        let (title, explanation, verb) = match save {
            None => (files::OPEN_BY_PATH, files::OPEN_BY_PATH_ABOUT, common::OPEN),
            Some(_) => (files::SAVE_BY_PATH, files::SAVE_BY_PATH_ABOUT, common::SAVE),
        };
        ui.heading(title);
        ui.label(RichText::new(explanation).color(tokens(ui).dim));
        ui.add_space(SPACE_S);
        let id = ui.make_persistent_id("path");
        let response = fields::text_field_ui(ui, id, common::PATH, &mut self.path, common::PATH_EXAMPLE);
        if self.focus {
            response.request_focus();
        }
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if let Some(error) = &ctx.state.path_error {
            fields::field_error_ui(ui, error);
        }
        ui.add_space(SPACE_S);
        let mut go = entered;
        ui.horizontal(|ui| {
            go |= fields::primary_ui(ui, verb).clicked();
            if ui.button(common::CANCEL).clicked() {
                ctx.queue.push(Command::CloseOverlay);
            }
        });
        if go && !self.path.trim().is_empty() {
            // The keyboard stays in the field: what comes back may be a reason to type again.
            response.request_focus();
            let path = expanded(self.path.trim());
            ctx.queue.push(match save {
                None => Command::OpenPaths(vec![path]),
                Some(id) => Command::SaveTo(id, path),
            });
        }
    }
}

// A shell would have done this; a path typed here gets it too.
fn expanded(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(path),
    }
}

fn spoken(ctx: &Ctx<'_>, entry: &Entry) -> String {
    match ctx.why_not(entry.command) {
        Some(reason) => palette::not_now(entry.name, reason),
        None => entry.name.to_owned(),
    }
}

// Every word of the search must occur in the name or the explanation; names that start with it come first.
fn matching(search: &str) -> Vec<&'static Entry> {
    let words: Vec<String> = search.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let says = |entry: &&Entry| {
        let all = format!("{} {}", entry.name, entry.tooltip).to_lowercase();
        entry.command != UiCommand::Palette && words.iter().all(|word| all.contains(word))
    };
    let mut found: Vec<&Entry> = REGISTRY.iter().filter(says).collect();
    found.sort_by_key(|entry| {
        let name = entry.name.to_lowercase();
        let first = words.first().map(String::as_str).unwrap_or_default();
        (!name.starts_with(first), !name.contains(first))
    });
    found
}

// Files that hover over the window are named before they are let go.
fn drop_ui(ui: &Ui) {
    let names: Vec<String> = ui.ctx().input(|input| {
        let name = |file: &egui::HoveredFile| {
            let path = file.path.as_deref().and_then(Path::file_name);
            path.map_or_else(|| files::A_FILE.to_owned(), |name| super::text::plain(&name.to_string_lossy()))
        };
        input.raw.hovered_files.iter().map(name).collect()
    });
    if names.is_empty() {
        return;
    }
    Area::new(Id::unique("drop")).order(Order::Foreground).anchor(Align2::CENTER_CENTER, vec2(0.0, 0.0)).show(
        ui.ctx(),
        |ui| {
            Frame::popup(ui.style()).inner_margin(Margin::same(24)).show(ui, |ui| {
                ui.heading(files::DROP_HEADING);
                for name in names.iter().take(8) {
                    ui.label(name);
                }
                if names.len() > 8 {
                    ui.label(common::and_more(names.len() - 8));
                }
                ui.add_space(SPACE_M);
                ui.label(RichText::new(files::DROP_ABOUT).color(tokens(ui).dim));
            });
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_finds_commands_by_name_and_by_what_they_do() {
        assert_eq!(matching("open by").first().map(|entry| entry.command), Some(UiCommand::OpenByPath));
        assert!(matching("passphrase").iter().any(|entry| entry.command == UiCommand::UnlockKeys));
        assert!(matching("zebra").is_empty());
        assert_eq!(matching("").len(), REGISTRY.len() - 1);
    }
}
