//! The folder that holds parties, messages and settings; opened documents and jobs.
//!
//! [`Workspace`] reads without a lock; [`Writer`] is the right to change it. [`document`] opens whatever a user points
//! at, [`jobs`] runs slow work off the window's thread. All of it is testable without a window.

pub mod breaking;
pub mod demo;
pub mod document;
pub mod durable;
pub mod error;
pub mod export;
pub mod format;
pub mod generate;
pub mod import;
pub mod index;
pub mod jobs;
pub mod keyring;
mod large;
pub mod layout;
pub mod listing;
mod load;
pub mod lock;
mod making;
pub mod message_at;
pub mod messages;
pub mod modes;
mod remove;
pub mod settings;
pub mod stamp;
pub mod storage;
mod store;
pub mod submission;
mod sweep;
pub mod undo;

pub use document::{DocumentError, Opened, OpenedMessage, open_file, open_octets, open_with};
pub use error::{Action, FileError, Problem, WorkspaceError, path_text};
pub use generate::{KeyUse, NewAuthority, NewCertificate};
pub use import::{AnchorDirection, ImportState, Imported, ImportedKind};
pub use jobs::Jobs;
pub use load::{Contents, NamedCrl, Unlocking};
pub use message_at::MessageAt;
pub use messages::{SavedMessage, StoredMessage};
pub use settings::{Clock, Network, Settings, SettingsError};
pub use store::{Workspace, Writer, default_dir, party_name};

#[cfg(test)]
mod tests;
