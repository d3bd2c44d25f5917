//! The form for a report that may be sent away.

use crate::report::{Format, Redaction};

/// The form's title.
pub const TITLE: &str = "Save report";
/// What it is for.
pub const ABOUT: &str =
    "Verdict, cause and evidence in one file, to be attached to a ticket or sent to whoever is on the other side";
/// The choice of the file's form.
pub const FORMAT: &str = "Format";
/// The choice of what is masked.
pub const SHOWS: &str = "The report shows";
/// The heading of what is masked.
pub const MASKED: &str = "Masked in it";
/// Nothing is.
pub const NOTHING_MASKED: &str = "Nothing";
/// The heading of the text.
pub const PREVIEW: &str = "Preview";
/// Before it is ready.
pub const PREPARING: &str = "Preparing the report…";
/// Under the choice of everything.
pub const WARNING: &str =
    "It will contain header values, addresses and the content of the message: send it only to who may read the message";
/// The button that puts it into the clipboard.
pub const COPY: &str = "Copy as Markdown";
/// What that does.
pub const COPY_HINT: &str = "Copy the report as text that tickets show with headings and tables";
/// The button that asks for a place.
pub const CHOOSE: &str = "Choose a place…";
/// What that does.
pub const CHOOSE_HINT: &str = "Ask for folder and name by the system's dialog";
/// The name of the file, without its ending.
pub const FILE: &str = "sealscope-report";
/// It was stopped.
pub const CANCELLED: &str = "The report was not prepared: it was cancelled";

/// A format.
#[must_use]
pub const fn format(format: Format) -> &'static str {
    match format {
        Format::Html => "HTML, for a browser or a printer",
        Format::Markdown => "Markdown, for a ticket",
        Format::Json => "JSON, for programs",
    }
}

/// A policy.
#[must_use]
pub const fn redaction(redaction: Redaction) -> &'static str {
    match redaction {
        Redaction::Redacted => "Redacted",
        Redaction::WithoutNames => "Redacted, without names",
        Redaction::Full => "Everything",
    }
}

/// The job that prepares it.
#[must_use]
pub fn preparing(message: &str) -> String {
    format!("Preparing a report on {}", super::elided(message, 60))
}
