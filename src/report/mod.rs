//! A report of runs that may leave the house: what was judged, the verdict, and the evidence, for whoever is on the other
//! side of a ticket.
//!
//! [`compose`] gathers what the agent, the diagnosis, the emulations and the conformance rows found out into one
//! [`Document`], which is rendered as one HTML file ([`html()`]), as Markdown ([`markdown()`]) or as JSON
//! ([`report_json`]). Nothing is decided or computed here that these did not find.
//!
//! # Redaction
//!
//! By default a report is redacted, and that by construction: a document is made of [`Shown`] texts, and whatever comes
//! from a run becomes one only through the report's policy, under a name that says what it is. Under
//! [`Redaction::Redacted`]
//!
//! - no octet of the message inside is shown, and no digest of it, by which a guess could be confirmed; of a changed place
//!   only its position and the kinds of its octets;
//! - header values are masked with their length, names of fields stay;
//! - an address keeps its domain, by which the other side knows which party is meant, and gets a pseudonym for its local
//!   part, the same one everywhere, also within the names of certificates;
//! - certificates stay: they are public, and say which one is meant. Where a subject names a person,
//!   [`Redaction::WithoutNames`] leaves serial number, fingerprint and dates alone;
//! - the name of the message's file is not told, and the names of private keys are numbers; those of trust anchors stay;
//! - the text of a finding is shown where its rule is known not to quote the message; of any other rule the identifier, the
//!   clause and the place are shown. Media types are shown where they are common ones.
//!
//! Private keys and passphrases are not known here, and are in no report.

mod document;
mod evidence;
mod html;
mod json;
mod markdown;
mod mask;
mod octets;
mod pseudonyms;
mod quoting;
mod sections;
mod shown;

pub use document::{Block, Document, Part, Row, Section, Table, Tone};
pub use evidence::Evidence;
pub use html::html;
pub use json::report_json;
pub use markdown::markdown;
pub use mask::{Masked, Redaction, Tally};
pub use octets::Excerpt;
pub use shown::Shown;

use std::fmt;
use std::str::FromStr;

use mask::Mask;

/// What a report is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// One file with everything in it, for a browser or a printer.
    Html,
    /// CommonMark with tables, for a ticket.
    #[default]
    Markdown,
    /// `sealscope.report/1`, for programs.
    Json,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Html, Self::Markdown, Self::Json];

    /// The name on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Json => "json",
        }
    }

    /// The ending of a file's name.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Markdown => "md",
            Self::Json => "json",
        }
    }

    /// The format that a file's ending asks for.
    #[must_use]
    pub fn of_ending(ending: &str) -> Option<Self> {
        match ending.to_ascii_lowercase().as_str() {
            "html" | "htm" => Some(Self::Html),
            "md" | "markdown" => Some(Self::Markdown),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A format that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a format; the formats are html, markdown and json")]
pub struct UnknownFormat(pub String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.into_iter().find(|format| format.as_str() == name).ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

/// Makes one document of these runs, each a part of its own, under one policy.
#[must_use]
pub fn compose(runs: &[Evidence<'_>], redaction: Redaction) -> Document {
    let mask = Mask::new(redaction, runs);
    let parts = runs.iter().map(|run| sections::part(run, &mask)).collect();
    Document { program: mask.fact(&format!("Sealscope {}", crate::VERSION)), redaction, masked: mask.tally(), parts }
}

/// Renders a document; the text ends in a line end.
#[must_use]
pub fn render(document: &Document, format: Format) -> String {
    match format {
        Format::Html => html(document),
        Format::Markdown => markdown(document),
        Format::Json => {
            // A map of strings and numbers always has a form as text.
            let text = serde_json::to_string_pretty(&report_json(document)).unwrap_or_default();
            text + "\n"
        }
    }
}
