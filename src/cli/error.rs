//! How a command ends: exit statuses, and errors as sentences.

use std::fmt::Display;
use std::io;

/// What the program exits with; scripts depend on the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: done, or the message was accepted.
    Success,
    /// 3: the agent rejected the message.
    Rejected,
    /// 2: wrong use of the command line.
    Usage,
    /// 1: could not run.
    Failed,
}

impl Exit {
    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Rejected => 3,
        }
    }
}

/// Why a command did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The arguments do not fit together, or one cannot be read.
    #[error("{0}")]
    Usage(String),
    /// It could not run.
    #[error("{0}")]
    Failed(String),
    /// Standard output or standard error is gone.
    #[error("cannot write the result: {}", super::input::reason(.0))]
    Output(#[from] io::Error),
}

impl CliError {
    pub(super) const fn usage(sentence: String) -> Self {
        Self::Usage(sentence)
    }

    /// Takes any error whose text is a sentence for the user.
    pub(super) fn failed(error: impl Display) -> Self {
        Self::Failed(error.to_string())
    }

    /// What the program exits with because of it.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::Failed(_) | Self::Output(_) => Exit::Failed,
        }
    }
}
