//! Storing what was received in a workspace.

use std::thread;
use std::time::{Duration, Instant};

use super::Received;
use crate::workspace::{SavedMessage, Workspace, WorkspaceError};

/// How long another program's writing is waited for: much longer than one change takes, much shorter than a client waits.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(20);

/// Stores a transaction as `messages/<time>-<sender>.bsmtp`. A name that is taken gets a number; nothing is written over.
///
/// # Errors
/// [`WorkspaceError`]: another program goes on writing, or the system refuses.
pub fn keep_in(workspace: &Workspace, received: &Received) -> Result<SavedMessage, WorkspaceError> {
    let started = Instant::now();
    let writer = loop {
        match workspace.writer() {
            Err(WorkspaceError::Locked { .. }) if started.elapsed() < PATIENCE => thread::sleep(PAUSE),
            outcome => break outcome?,
        }
    };
    writer.save_message(&hint(received), &received.envelope)
}

fn hint(received: &Received) -> String {
    let at = received.at;
    let sender = match received.envelope.reverse_path.address() {
        Some(address) => address.as_str(),
        None => "null-sender",
    };
    format!(
        "{:04}{:02}{:02}-{:02}{:02}{:02}-{sender}",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}
