//! Commands, carried out at the end of the frame.

use std::path::PathBuf;

use egui::{Context, Theme, ViewportCommand};

use super::App;
use crate::agent::Operation;
use crate::finding::Severity;
use crate::ui::command::{Command, Form, UiCommand};
use crate::ui::copying::forms::LIMIT;
use crate::ui::document::Document;
use crate::ui::icons::Status;
use crate::ui::panes::bytes::tools::Field;
use crate::ui::selection::{DocumentId, Item};
use crate::ui::settings::{AnswerView, DrawerTab, Layout, ThemeChoice, View};
use crate::ui::state::{Overlay, Sent, Slot};
use crate::ui::tasks::{self, DialogPurpose};
use crate::ui::text::outcome as outcome_text;
use crate::ui::widgets::menu;
use crate::ui::widgets::rows::Seen;
use crate::ui::{Ctx, copying, text};
use crate::workspace::undo::Way;

impl App {
    pub(super) fn execute(&mut self, ctx: &Context) {
        let asked = self.queue.drain();
        if !asked.is_empty() {
            self.state.selection.note(Seen::now(ctx));
        }
        for command in asked {
            self.carry_out(ctx, command);
        }
    }

    pub(super) fn carry_out(&mut self, ctx: &Context, command: Command) {
        match command {
            Command::Ui(command) => self.ui_command(ctx, command),
            Command::Show(view) => self.state.show(view),
            Command::Select(item) => self.state.select(item),
            Command::ShowMessage(id) => self.state.select(Item::Message(id)),
            Command::OpenPaths(paths) => self.open_paths(paths),
            Command::OpenOctets { name, octets } => {
                let opened = tasks::open_octets(&name, octets.into(), None);
                self.opened(vec![(PathBuf::from(name), opened)]);
            }
            Command::Run(id, operation) => self.run(id, operation),
            Command::SetEnvelope(id, envelope) => {
                self.state.documents.change(id, |document| document.envelope = envelope);
                self.run_again(id);
            }
            Command::Suppose(id, what_if) => {
                self.state.documents.change(id, |document| document.what_if = what_if.filter(|w| !w.is_nothing()));
                self.run_again(id);
            }
            Command::SupposeKeys(wanted) => self.suppose_keys(*wanted),
            Command::SupposeAll(what_if) => {
                self.state.what_if = what_if;
                self.forget_trusters();
                self.run_all();
            }
            Command::Break(id, breakage) => self.break_it(id, breakage),
            Command::Send(envelope, options) => self.send(envelope, options),
            Command::ChooseToSend => self.show_dialog(DialogPurpose::ToSend, String::new()),
            Command::LoadToSend(path) => self.load_to_send(path),
            Command::ReceiveBack(id) => self.receive_back(id, None),
            Command::ReceiveAs(id, address) => self.receive_back(id, Some(address)),
            Command::SaveAs(id, form) => self.save_as(id, form),
            Command::SaveTo(id, path) => self.save_to(id, path),
            Command::Import { party, role, passphrase } => self.import(party, role, passphrase),
            Command::Generate(wanted, first) => self.generate(*wanted, first),
            Command::ChooseImport => self.show_dialog(DialogPurpose::Open, String::new()),
            Command::FilePassphrase(passphrase) => self.try_file_passphrase(passphrase),
            Command::WorkspacePassphrase(passphrase, origin) => self.unlock(passphrase, origin),
            Command::KeepKeys(keep) => self.state.settings.keep_keys = keep,
            Command::DropImport => self.state.next_import(),
            Command::Remove(item) => self.remove(vec![item]),
            Command::RemoveAll(items) => self.remove(items),
            Command::AddParty(party) => self.add_party(party),
            Command::Export(what, path) => self.export(*what, path),
            Command::ChooseExport(name) => self.show_dialog(DialogPurpose::Export, name),
            Command::AskTrust(certificate) => self.ask_trust(certificate),
            Command::AskTrustMap => self.ask_trust_map(),
            Command::CloseTrustMap => self.close_trust_map(),
            Command::Copy(copied) => ctx.copy_text(copied),
            Command::DismissNotice => self.state.notice = None,
            Command::CancelJob => self.cancel_job(),
            Command::Shell(command) => self.shell_command(ctx, command),
            Command::Lab(command) => self.lab_command(command),
            Command::Examine(id, what) => self.examine(id, what),
            Command::CloseOverlay => self.close_overlay(),
        }
    }

    /// Stops the oldest job; with the run of one message go those that wait for their turn.
    pub(super) fn cancel_job(&mut self) {
        let Some(job) = self.jobs.running().next().cloned() else { return };
        self.jobs.cancel(job.id);
        match job.slot {
            Slot::Run(_) | Slot::Many(_) => {
                let mut stopped = self.waiting.clear();
                stopped.extend(self.stop_many());
                if let Slot::Run(id) = job.slot {
                    stopped.push(id);
                }
                for id in stopped {
                    self.state.documents.change(id, Document::run_stopped);
                }
            }
            Slot::Send => self.state.sent = Sent::Nothing,
            Slot::TrustMap => self.close_trust_map(),
            Slot::Survey => self.forget_asked(),
            Slot::Lab(server) => self.server_stopped(server),
            Slot::Cases => self.state.cases.stop(),
            Slot::Examine(id, what) => self.examined(id, what, Err(text::examining::CANCELLED.to_owned())),
            Slot::Report => self.overlays.report.prepared(Err(text::report::CANCELLED.to_owned())),
            // What it was asked cannot be taken back.
            Slot::Keyring(_) => self.state.say(Status::Warning, text::keyring::NOT_WAITED_FOR),
            _ => {}
        }
        self.state.log(Severity::Info, text::jobs::cancelled(&job.name));
    }

    pub(super) fn close_overlay(&mut self) {
        self.state.overlay = None;
        self.state.path_error = None;
        self.state.passphrase_error = None;
        self.state.keyring.told = None;
    }

    pub(super) fn ui_command(&mut self, ctx: &Context, command: UiCommand) {
        let enabled = Ctx { state: &self.state, queue: &self.queue }.enabled(command);
        if !enabled {
            return;
        }
        match command {
            UiCommand::Open => self.show_dialog(DialogPurpose::Open, String::new()),
            UiCommand::OpenByPath => self.open_overlay(Overlay::OpenByPath),
            UiCommand::OpenWorkspace => self.show_dialog(DialogPurpose::Workspace, String::new()),
            UiCommand::Settings => self.open_overlay(Overlay::Settings),
            UiCommand::Network => self.open_overlay(Overlay::Network),
            UiCommand::Palette => self.open_overlay(Overlay::Palette),
            UiCommand::Shortcuts => self.open_overlay(Overlay::Shortcuts),
            UiCommand::UnlockKeys => self.open_overlay(Overlay::Unlock),
            UiCommand::EvaluationTime => self.open_overlay(Overlay::EvaluationTime),
            UiCommand::EditEnvelope | UiCommand::WhatIf => {
                self.state.show(View::Messages);
                self.panes.messages.open_form(&self.state, command);
            }
            UiCommand::BreakIt => self.offer_to_break(),
            UiCommand::Paste => ctx.send_viewport_cmd(ViewportCommand::RequestPaste),
            UiCommand::OpenDemo => self.open_demo(),
            UiCommand::OpenOwn => self.open_own(),
            UiCommand::NewMessage => {
                self.panes.send.clear();
                self.state.sent = Sent::Nothing;
                self.state.show(View::Send);
            }
            UiCommand::Save => self.save(),
            UiCommand::Run => self.run_current(),
            UiCommand::RunOtherWay => self.run_other_way(),
            UiCommand::Cancel => self.cancel(),
            UiCommand::CopyWhy => {
                if let Some(why) = self.state.current().and_then(outcome_text::why) {
                    ctx.copy_text(why);
                    self.state.say(Status::Passed, text::jobs::COPIED_WHY);
                }
            }
            UiCommand::SaveReport => self.offer_report(),
            UiCommand::Copy => self.copy_selected(ctx),
            UiCommand::CopyAs => self.open_overlay(Overlay::CopyAs),
            UiCommand::NewAddress | UiCommand::GenerateKey | UiCommand::GenerateAuthority => self.start_making(command),
            UiCommand::TrustMap => self.open_trust_map(),
            UiCommand::LockKeys => self.lock(),
            UiCommand::Undo => self.apply_change(Way::Undo),
            UiCommand::Redo => self.apply_change(Way::Redo),
            UiCommand::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            UiCommand::Welcome => self.welcome(),
            UiCommand::ViewLab
            | UiCommand::LabDns
            | UiCommand::LabMail
            | UiCommand::UseLabDns
            | UiCommand::DiscoveryCases
            | UiCommand::Submit => self.lab_ui_command(command),
            _ => self.view_command(ctx, command),
        }
    }

    pub(super) fn view_command(&mut self, ctx: &Context, command: UiCommand) {
        let settings = &mut self.state.settings;
        match command {
            UiCommand::ViewMessages => self.state.show(View::Messages),
            UiCommand::ViewSend => self.state.show(View::Send),
            UiCommand::ViewAddresses => self.state.show(View::Addresses),
            UiCommand::ViewStructure => self.state.show(View::Structure),
            UiCommand::LayoutInvestigate => self.arrange(ctx, Layout::Investigate),
            UiCommand::LayoutExplain => self.arrange(ctx, Layout::Explain),
            UiCommand::LayoutTest => self.arrange(ctx, Layout::Test),
            UiCommand::AnswerSteps => self.answer(AnswerView::Steps),
            UiCommand::AnswerCause => self.answer(AnswerView::Cause),
            UiCommand::AnswerAgents => self.answer(AnswerView::Agents),
            UiCommand::AnswerConformance => self.answer(AnswerView::Conformance),
            UiCommand::AnswerDates => self.answer(AnswerView::Dates),
            UiCommand::AnswerExposure => self.answer(AnswerView::Exposure),
            UiCommand::ZoomIn => egui::gui_zoom::zoom_in(ctx),
            UiCommand::ZoomOut => egui::gui_zoom::zoom_out(ctx),
            UiCommand::ZoomReset => ctx.set_zoom_factor(1.0),
            UiCommand::ToggleList => settings.list_open = !settings.list_open,
            UiCommand::ToggleInspector => settings.inspector_open = !settings.inspector_open,
            UiCommand::ToggleDrawer => settings.drawer_open = !settings.drawer_open,
            UiCommand::ToggleTheme => {
                let dark = ctx.theme() == Theme::Dark;
                self.colour(ctx, if dark { ThemeChoice::Light } else { ThemeChoice::Dark });
            }
            UiCommand::Filter => self.panes.focus_filter = true,
            UiCommand::ContextMenu => menu::ask(ctx),
            UiCommand::GoToOffset => self.focus_octets(Field::GoTo),
            UiCommand::FindOctets => self.focus_octets(Field::Find),
            UiCommand::NextProblem => self.go_to_problem(Forwards::Yes),
            UiCommand::PreviousProblem => self.go_to_problem(Forwards::No),
            UiCommand::Back => {
                let seen = self.state.selection.back();
                self.went_to(ctx, seen);
            }
            UiCommand::Forward => {
                let seen = self.state.selection.forward();
                self.went_to(ctx, seen);
            }
            UiCommand::NextPane => self.panes.move_focus(ctx, &self.state, true),
            UiCommand::PreviousPane => self.panes.move_focus(ctx, &self.state, false),
            _ => {}
        }
    }

    fn answer(&mut self, view: AnswerView) {
        self.state.settings.answer = view;
        self.state.show(View::Messages);
    }

    fn arrange(&mut self, ctx: &Context, layout: Layout) {
        self.state.settings.arrange(layout);
        ctx.set_zoom_factor(self.state.settings.zoom);
        if !matches!(self.state.settings.view, View::Messages | View::Send) {
            self.state.show(View::Messages);
        }
        self.state.welcome = false;
        if layout == Layout::Explain {
            self.explain_from_the_start();
        }
    }

    pub(super) fn open_overlay(&mut self, overlay: Overlay) {
        self.close_overlay();
        self.overlays.opened(overlay);
        self.state.overlay = Some(overlay);
    }

    fn copy_selected(&mut self, ctx: &Context) {
        let Some(thing) = copying::selected(&self.state) else { return };
        if thing.octets.len() > LIMIT {
            self.state.say(Status::Warning, text::octets::TOO_LARGE);
            return;
        }
        ctx.copy_text(thing.usual.write(&self.state, &thing));
        let said = text::octets::copied(&text::elided(&thing.what, 60), thing.usual.name());
        self.state.say(Status::Passed, said);
    }

    fn focus_octets(&mut self, field: Field) {
        let settings = &mut self.state.settings;
        if settings.view != View::Structure {
            settings.drawer_open = true;
            settings.drawer_tab = DrawerTab::Bytes;
        }
        self.state.welcome = false;
        self.panes.focus_octets(settings.view, field);
    }

    // What one saw with it comes back as well.
    fn went_to(&mut self, ctx: &Context, seen: Option<Seen>) {
        if let Some(seen) = seen {
            seen.restore(ctx);
        }
        self.follow_selection();
    }

    pub(super) fn follow_selection(&mut self) {
        let document = self.state.selection.current().and_then(Item::document);
        if let Some(id) = document
            && self.state.document(id).is_some()
        {
            self.state.current = Some(id);
        }
    }

    pub(super) fn save(&mut self) {
        let sent = match self.state.sent {
            Sent::Done(id) if self.state.settings.view == View::Send => Some(id),
            _ => None,
        };
        let Some(document) = sent.map_or_else(|| self.state.current(), |id| self.state.document(id)) else { return };
        let form = if document.operation == Operation::Outgoing { Form::Bsmtp } else { Form::Message };
        self.save_as(document.id, form);
    }

    pub(super) fn save_as(&mut self, id: DocumentId, form: Form) {
        let Some(document) = self.state.document(id) else { return };
        let stem: String = document
            .name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .collect();
        self.show_dialog(DialogPurpose::Save(id), format!("{stem}.{}", form.ending()));
    }

    pub(super) fn run_current(&mut self) {
        if self.state.settings.view == View::Send && !self.state.welcome {
            self.panes.send.process = true;
        } else if let Some((id, operation)) = self.state.current().map(|document| (document.id, document.operation)) {
            self.run(id, operation);
        }
    }

    fn run_other_way(&mut self) {
        let Some((id, operation)) = self.state.current().map(|document| (document.id, document.operation)) else {
            return;
        };
        self.state.show(View::Messages);
        self.run(id, operation.other());
    }

    pub(super) fn cancel(&mut self) {
        if self.state.overlay.is_some() {
            self.close_overlay();
        } else if self.panes.addresses.close_form(&self.state) {
            // The form is gone; a notice above it stays for the next time.
        } else if self.state.shows_trust_map() {
            self.close_trust_map();
        } else if self.is_idle() {
            self.state.notice = None;
        } else {
            self.cancel_job();
        }
    }

    fn go_to_problem(&mut self, forwards: Forwards) {
        let mut places: Vec<Item> = Vec::new();
        for document in &self.state.documents {
            places.extend(document.problems().into_iter().map(|place| Item::Check(document.id, place)));
            // Of a run that was forgotten the checks come back once it is looked at.
            if document.report().is_none() && matches!(document.status(), Status::Failed | Status::Warning) {
                places.push(Item::Message(document.id));
            }
        }
        let current = self.state.selection.current();
        let document = self.state.current;
        let at = places.iter().position(|item| Some(item) == current);
        let next = match (at, forwards) {
            (Some(at), Forwards::Yes) => (at + 1) % places.len().max(1),
            (Some(at), Forwards::No) => at.checked_sub(1).unwrap_or_else(|| places.len().saturating_sub(1)),
            (None, _) => places.iter().position(|item| item.document() == document).unwrap_or(0),
        };
        if let Some(item) = places.into_iter().nth(next) {
            self.state.show(View::Messages);
            self.state.settings.inspector_open = true;
            self.state.select(item);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Forwards {
    Yes,
    No,
}
