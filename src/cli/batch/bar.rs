//! The progress bar on the terminal, which stays out of the way of what is printed.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::super::error::CliError;
use crate::batch::{Extent, MessageOutcome, Verdict};
use crate::finding::counted;

const TEMPLATE: &str = "{bar:30} {percent:>3}%  {msg}  {eta} left";
/// How often it is drawn at most.
const PER_SECOND: u8 = 10;

/// A bar on standard error. It goes by octets: how many messages an mbox holds is known at its end only.
pub(super) struct Bar {
    bar: ProgressBar,
    messages: usize,
    rejected: usize,
}

impl Bar {
    pub(super) fn new(extent: Extent) -> Self {
        let target = ProgressDrawTarget::stderr_with_hz(PER_SECOND);
        let bar = ProgressBar::with_draw_target(Some(extent.octets), target);
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, messages: 0, rejected: 0 }
    }

    pub(super) fn advance(&mut self, outcome: &MessageOutcome, done: u64) {
        let verdict = outcome.verdict();
        self.messages = self.messages.saturating_add(usize::from(verdict != Verdict::NoMessage));
        self.rejected = self.rejected.saturating_add(usize::from(verdict == Verdict::Rejected));
        self.bar.set_position(done);
        self.bar.set_message(format!("{}, {} rejected", counted(self.messages, "message"), self.rejected));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Prints with the bar taken away for that long.
pub(super) fn aside(bar: Option<&Bar>, print: impl FnOnce() -> Result<(), CliError>) -> Result<(), CliError> {
    match bar {
        Some(bar) => bar.bar.suspend(print),
        None => print(),
    }
}
