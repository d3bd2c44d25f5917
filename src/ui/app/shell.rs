//! What belongs to no message: colours and sizes, the first view and its list, whether the network may be asked.

use std::collections::HashSet;

use egui::{Context, ThemePreference};

use super::App;
use crate::ui::command::ShellCommand;
use crate::ui::icons::Status;
use crate::ui::network::NetworkChoice;
use crate::ui::recent;
use crate::ui::settings::{Layout, Settings, ThemeChoice};
use crate::ui::state::Slot;
use crate::ui::tasks::{Done, Loaded};
use crate::ui::text::jobs;
use crate::workspace::Network;

/// Shows these colours.
pub(super) fn apply_theme(ctx: &Context, choice: ThemeChoice) {
    match choice {
        // As long as nothing was chosen, egui follows the desktop by itself.
        ThemeChoice::System => {}
        ThemeChoice::Dark => ctx.set_theme(ThemePreference::Dark),
        ThemeChoice::Light => ctx.set_theme(ThemePreference::Light),
    }
}

impl App {
    pub(super) fn shell_command(&mut self, ctx: &Context, command: ShellCommand) {
        match command {
            ShellCommand::Allow(network) => self.allow(network),
            ShellCommand::Survey(party) => self.survey(party),
            ShellCommand::KeepNetwork(choice) => self.keep_network(*choice),
            ShellCommand::Colour(choice) => self.colour(ctx, choice),
            ShellCommand::Forget(path) => recent::forget(&mut self.state.settings.recent, &path),
            ShellCommand::ForgetAll => self.forget_all(),
            ShellCommand::RememberFolders(remember) => {
                self.state.settings.remember_folders = remember;
                if !remember {
                    self.forget_folders();
                }
            }
            ShellCommand::OpenDemoFor(layout) => self.open_demo_for(ctx, layout),
            ShellCommand::ResetPanes => self.reset_panes(ctx),
            ShellCommand::UnlockWithKeyring => self.unlock_with_keyring(),
            ShellCommand::ForgetInKeyring => self.forget_in_keyring(),
            ShellCommand::Zoom(zoom) => ctx.set_zoom_factor(zoom),
        }
    }

    // What is remembered of folders goes with the list of them.
    fn forget_all(&mut self) {
        self.state.settings.recent.clear();
        self.forget_folders();
    }

    fn forget_folders(&mut self) {
        let Some(indexes) = self.config.indexes.clone() else { return };
        if let Err(error) = crate::workspace::index::clear(&indexes) {
            self.state.say(Status::Failed, error.to_string());
        }
    }

    pub(super) fn colour(&mut self, ctx: &Context, choice: ThemeChoice) {
        self.state.settings.theme = choice;
        if choice == ThemeChoice::System {
            ctx.set_theme(ThemePreference::System);
        }
        apply_theme(ctx, choice);
    }

    pub(super) fn welcome(&mut self) {
        self.state.welcome = true;
        self.look_for_recent();
    }

    // Off the window's thread: a folder on a server that is gone keeps whoever asks for it waiting.
    pub(super) fn look_for_recent(&mut self) {
        let paths: Vec<_> = self.state.settings.recent.iter().map(|recent| recent.path.clone()).collect();
        if paths.is_empty() {
            return;
        }
        self.jobs.start(Slot::Recent, jobs::LOOKING_FOR_RECENT, move |_| {
            let gone: HashSet<_> = paths.into_iter().filter(|path| !path.exists()).collect();
            Done::Missing(gone)
        });
    }

    fn open_demo_for(&mut self, ctx: &Context, layout: Layout) {
        self.state.settings.arrange(layout);
        ctx.set_zoom_factor(self.state.settings.zoom);
        self.open_demo();
    }

    // Panes keep the size that they have in memory: egui is told to forget it too.
    fn reset_panes(&mut self, ctx: &Context) {
        let first = Settings::default();
        let settings = &mut self.state.settings;
        settings.list_width = first.list_width;
        settings.composer_width = first.composer_width;
        settings.tree_width = first.tree_width;
        settings.inspector_width = first.inspector_width;
        settings.drawer_height = first.drawer_height;
        settings.step_drawer_height = first.step_drawer_height;
        settings.cases_drawer_height = first.cases_drawer_height;
        ctx.data_mut(|data| data.remove_by_type::<egui::containers::panel::PanelState>());
    }

    fn allow(&mut self, network: Network) {
        if let Some(loaded) = &self.state.workspace {
            self.keep_network(NetworkChoice { network, ..NetworkChoice::of(&loaded.settings) });
        }
    }

    pub(super) fn keep_network(&mut self, choice: NetworkChoice) {
        let Some(before) = self.state.workspace.clone() else { return };
        if NetworkChoice::of(&before.settings) == choice {
            return;
        }
        self.jobs.start(Slot::Workspace, jobs::CHANGING_SETTINGS, move |_| {
            let written = before
                .workspace
                .writer()
                // Over what the file says now: another program may have changed other settings since it was read here.
                .and_then(|writer| writer.change_settings(|settings| choice.over(settings)));
            let read = written
                .map_err(|error| error.to_string())
                .and_then(|()| Loaded::read(before.workspace.root(), before.passphrase.clone()));
            Done::Settled(read.map(Box::new))
        });
    }
}
