//! A report as a document: parts of sections of blocks, whatever it is rendered to.

use super::mask::{Redaction, Tally};
use super::octets::Excerpt;
use super::shown::Shown;

/// A report, ready to be rendered. What its policy masks is not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Which program made it, with its version.
    pub program: Shown,
    /// How much it gives away.
    pub redaction: Redaction,
    /// What was masked, and how often.
    pub masked: Tally,
    /// One for each message.
    pub parts: Vec<Part>,
}

/// One message and its run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Whether the message goes to anybody, to some, or to nobody.
    pub tone: Tone,
    /// The verdict in a word.
    pub word: &'static str,
    /// The code of the rejection.
    pub code: Option<&'static str>,
    /// The rest of the verdict's sentence.
    pub sentence: Shown,
    /// In the order in which they are read.
    pub sections: Vec<Section>,
}

/// A chapter with a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its stable name, kebab-case.
    pub id: &'static str,
    /// Its heading, sentence case.
    pub title: &'static str,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// One sentence, without a full stop.
    Sentence(Shown),
    /// Names with their values.
    Facts(Vec<(&'static str, Shown)>),
    /// Sentences in order.
    List(Vec<Shown>),
    /// Rows under columns.
    Table(Table),
    /// Octets of a structure.
    Octets(Excerpt),
    /// A command line.
    Command(Shown),
}

/// Rows under columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What the table is about.
    pub caption: Shown,
    /// The heads of the columns.
    pub columns: &'static [&'static str],
    /// The rows, each with as many cells as there are columns.
    pub rows: Vec<Row>,
}

/// A row; how its fact came out colours its first cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// How it came out.
    pub tone: Tone,
    /// Its cells.
    pub cells: Vec<Shown>,
}

/// How a fact came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tone {
    /// Neither.
    Plain,
    /// As it should be.
    Good,
    /// Out of the ordinary.
    Warning,
    /// Not as it should be.
    Bad,
}

impl Tone {
    /// The name in JSON, and of the class in HTML.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

impl Section {
    /// A section, or nothing where there is nothing to say.
    pub(super) fn of(id: &'static str, title: &'static str, blocks: Vec<Block>) -> Option<Self> {
        (!blocks.is_empty()).then_some(Self { id, title, blocks })
    }
}

impl Table {
    /// A table as a block, or nothing where it has no rows.
    pub(super) fn of(caption: impl Into<Shown>, columns: &'static [&'static str], rows: Vec<Row>) -> Option<Block> {
        (!rows.is_empty()).then(|| Block::Table(Self { caption: caption.into(), columns, rows }))
    }
}

impl Row {
    pub(super) const fn new(tone: Tone, cells: Vec<Shown>) -> Self {
        Self { tone, cells }
    }
}
