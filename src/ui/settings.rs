//! What the window remembers from one start to the next: a few preferences, never a message, key or passphrase.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::recent::Recent;
use crate::workspace::durable;

/// The four views.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum View {
    /// Received messages.
    #[default]
    Messages,
    /// The composer.
    Send,
    /// Keys, certificates and anchors.
    Addresses,
    /// The parts of a message.
    Structure,
}

impl View {
    /// All views, in the order of the switch.
    pub const ALL: [Self; 4] = [Self::Messages, Self::Send, Self::Addresses, Self::Structure];

    /// Its title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Messages => "Messages",
            Self::Send => "Send",
            Self::Addresses => "Addresses",
            Self::Structure => "Structure",
        }
    }
}

/// What is shown at once, for whom: the same parts, never different features.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// For who asks why: verdict, steps, Inspector.
    #[default]
    Investigate,
    /// For who shows how it works: one step at a time, before and after.
    Explain,
    /// For who tries two programs on each other: every check in a table.
    Test,
}

impl Layout {
    /// All layouts, in order.
    pub const ALL: [Self; 3] = [Self::Investigate, Self::Explain, Self::Test];

    /// Its title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Investigate => "Investigate",
            Self::Explain => "Explain",
            Self::Test => "Test",
        }
    }

    // A class reads from the back of the room.
    const fn magnification(self) -> f32 {
        match self {
            Self::Explain => 1.25,
            Self::Investigate | Self::Test => 1.0,
        }
    }
}

/// Dark, light, or whatever the desktop says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThemeChoice {
    /// As the desktop has it.
    #[default]
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

/// How long private keys stay open once they are unlocked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeepKeys {
    /// Until they are locked or the window closes.
    #[default]
    UntilLocked,
    /// For [`Self::MOST`].
    TenMinutes,
    /// Only for what needs them.
    AskEachTime,
}

impl KeepKeys {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::UntilLocked, Self::TenMinutes, Self::AskEachTime];
    /// How long that is where it is a time.
    pub const MOST: time::Duration = time::Duration::minutes(10);
}

/// Which tab of the drawer is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DrawerTab {
    /// The octets.
    #[default]
    Bytes,
    /// What happened in the program.
    Log,
    /// The laboratory's servers.
    Lab,
}

/// Which view of an answer is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerView {
    /// The verdict and its steps.
    #[default]
    Steps,
    /// Why, with proof.
    Cause,
    /// What other agents would have answered.
    Agents,
    /// How the message conforms.
    Conformance,
    /// When the result changes.
    Dates,
    /// What the message gives away.
    Exposure,
}

impl AnswerView {
    /// All views, in the order of the tabs.
    pub const ALL: [Self; 6] = [Self::Steps, Self::Cause, Self::Agents, Self::Conformance, Self::Dates, Self::Exposure];
}

/// The remembered preferences.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The view that was shown last.
    pub view: View,
    /// What is shown at once.
    pub layout: Layout,
    /// The view of an answer.
    pub answer: AnswerView,
    /// The colours.
    pub theme: ThemeChoice,
    /// The size of everything; 1 is normal.
    pub zoom: f32,
    /// Whether the list is shown.
    pub list_open: bool,
    /// Whether the Inspector is shown.
    pub inspector_open: bool,
    /// Whether the drawer is shown.
    pub drawer_open: bool,
    /// The drawer's tab.
    pub drawer_tab: DrawerTab,
    /// Width of the list.
    pub list_width: f32,
    /// Width of the composer in the Send view.
    pub composer_width: f32,
    /// Width of the tree in the Structure view.
    pub tree_width: f32,
    /// Width of the Inspector.
    pub inspector_width: f32,
    /// Height of the drawer.
    pub drawer_height: f32,
    /// Height of the drawer below a step that fills the centre.
    pub step_drawer_height: f32,
    /// Height of the drawer with the table of the discovery cases.
    pub cases_drawer_height: f32,
    /// How long private keys stay open.
    pub keep_keys: KeepKeys,
    /// The workspace that was open last.
    pub workspace: Option<PathBuf>,
    /// Whether it is kept what large folders hold, senders and recipients included, so that they are listed at once.
    pub remember_folders: bool,
    /// Files and folders opened before, the latest first.
    pub recent: Vec<Recent>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            view: View::default(),
            layout: Layout::default(),
            answer: AnswerView::default(),
            theme: ThemeChoice::default(),
            zoom: 1.0,
            list_open: true,
            inspector_open: true,
            drawer_open: false,
            drawer_tab: DrawerTab::default(),
            list_width: 304.0,
            composer_width: 400.0,
            tree_width: 344.0,
            inspector_width: 320.0,
            drawer_height: 240.0,
            step_drawer_height: 150.0,
            cases_drawer_height: 400.0,
            keep_keys: KeepKeys::default(),
            workspace: None,
            remember_folders: true,
            recent: Vec::new(),
        }
    }
}

impl Settings {
    /// Where the settings lie for this user, if the system names such a place.
    #[must_use]
    pub fn default_path() -> Option<PathBuf> {
        directories::ProjectDirs::from("", "", "sealscope").map(|dirs| dirs.config_dir().join("window.toml"))
    }

    /// Reads the settings; what is missing or damaged is as at the first start.
    #[must_use]
    pub fn load(path: &Path) -> Self {
        let read = fs::read_to_string(path).ok().and_then(|text| toml::from_str::<Self>(&text).ok());
        let mut settings = read.unwrap_or_default();
        settings.zoom = if settings.zoom.is_finite() { settings.zoom.clamp(0.5, 3.0) } else { 1.0 };
        settings
    }

    /// Writes the settings.
    ///
    /// # Errors
    ///
    /// Where the file or its folder cannot be written.
    pub fn save(&self, path: &Path) -> std::io::Result<()> {
        let text = toml::to_string(self).map_err(std::io::Error::other)?;
        if let Some(folder) = path.parent() {
            durable::create_folder(folder).map_err(|error| error.source)?;
        }
        // A full disk leaves what was kept before, and no half of a file beside it.
        durable::write(path, text.as_bytes(), durable::Readers::Owner, durable::Existing::Replace)
            .map_err(|error| error.source)
    }

    /// Whether one step at a time fills the centre.
    #[must_use]
    pub const fn explains(&self) -> bool {
        matches!((self.layout, self.view), (Layout::Explain, View::Messages | View::Send))
    }

    /// Opens and closes the panes that `layout` is for, and shows the messages at its size.
    pub fn arrange(&mut self, layout: Layout) {
        // Relative to the size that was chosen: who needs large letters needs them in every layout.
        self.zoom = (self.zoom * layout.magnification() / self.layout.magnification()).clamp(0.5, 3.0);
        self.layout = layout;
        (self.list_open, self.inspector_open, self.drawer_open) = match layout {
            Layout::Investigate => (true, true, false),
            Layout::Explain => (false, true, true),
            Layout::Test => (true, true, true),
        };
        self.drawer_tab = DrawerTab::Bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_as_they_were_saved() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nested/window.toml");
        let mut settings = Settings { view: View::Addresses, zoom: 1.25, drawer_open: true, ..Settings::default() };
        let opened = time::macros::datetime!(2026-03-02 09:30 UTC);
        settings.recent.push(Recent::new(Path::new("/tmp/a.eml"), "1 message".to_owned(), opened));
        settings.save(&path).unwrap();
        assert_eq!(Settings::load(&path), settings);
    }

    #[test]
    fn explain_is_a_quarter_larger_than_what_was_chosen_and_leaving_it_undoes_that() {
        let mut settings = Settings { zoom: 1.2, ..Settings::default() };
        settings.arrange(Layout::Explain);
        assert!((settings.zoom - 1.5).abs() < 0.001 && !settings.list_open);
        settings.arrange(Layout::Test);
        assert!((settings.zoom - 1.2).abs() < 0.001 && settings.list_open);
    }

    #[test]
    fn a_damaged_file_is_as_at_the_first_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("window.toml");
        fs::write(&path, "view = 7\n").unwrap();
        assert_eq!(Settings::load(&path), Settings::default());
    }

    // As versions before this one wrote it.
    #[test]
    fn a_file_that_remembers_paths_alone_still_loads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("window.toml");
        fs::write(&path, "zoom = 1.5\nrecent = [\"/cases/a.eml\", \"/cases/b\"]\n").unwrap();
        let settings = Settings::load(&path);
        let paths: Vec<&Path> = settings.recent.iter().map(|recent| recent.path.as_path()).collect();
        assert_eq!(paths, [Path::new("/cases/a.eml"), Path::new("/cases/b")]);
        assert!((settings.zoom - 1.5).abs() < f32::EPSILON);
    }
}
