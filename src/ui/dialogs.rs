//! The desktop's file dialogs, behind a trait: tests put their own in its place.

use std::path::PathBuf;
use std::time::Duration;

use super::selection::DocumentId;

/// What a file dialog was opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialogPurpose {
    /// To open files.
    Open,
    /// To load the message that is to be sent.
    ToSend,
    /// To save the secured message of a document.
    Save(DocumentId),
    /// To say where a key or certificate is written to.
    Export,
    /// To open a workspace.
    Workspace,
}

/// Shows the system's file dialogs; tests put their own in its place.
pub trait FileDialog: Send + Sync {
    /// Files to open; `None` when none were chosen or no dialog could be shown.
    fn pick(&self, title: &str) -> Option<Vec<PathBuf>>;
    /// A folder to open; `None` as above, and where the desktop has no dialog for folders.
    fn pick_folder(&self, _title: &str) -> Option<PathBuf> {
        None
    }
    /// Where to save; `None` as above.
    fn save(&self, title: &str, name: &str) -> Option<PathBuf>;
}

/// The dialog of the desktop.
#[derive(Clone, Copy, Debug)]
pub struct SystemDialog;

impl FileDialog for SystemDialog {
    fn pick(&self, title: &str) -> Option<Vec<PathBuf>> {
        rfd::FileDialog::new().set_title(title).pick_files()
    }

    fn pick_folder(&self, title: &str) -> Option<PathBuf> {
        rfd::FileDialog::new().set_title(title).pick_folder()
    }

    fn save(&self, title: &str, name: &str) -> Option<PathBuf> {
        rfd::FileDialog::new().set_title(title).set_file_name(name).save_file()
    }
}

/// An answer that comes sooner than a person can give it means that no dialog was shown.
pub const NO_DIALOG_WITHIN: Duration = Duration::from_millis(300);
