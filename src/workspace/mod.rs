//! The folder that holds parties, messages and settings; opened documents and jobs.

pub mod durable;
pub mod error;
pub mod jobs;
pub mod layout;
pub mod lock;
pub mod settings;

pub use error::{Action, FileError, Problem, WorkspaceError, path_text};
pub use jobs::Jobs;
pub use settings::{Clock, Network, ResolverName, Settings, SettingsError};
