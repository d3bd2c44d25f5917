//! The matrix, printed.

use std::fmt::Write as _;

use super::peer::Direction;
use super::recipe::{self, Ours, RECIPES};

/// What became of one recipe, with one peer, in one direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Made by one, read by the other, with the right outcome.
    Green,
    /// The peer does not have it; its words.
    PeerCannot(String),
    /// We never make it; the reason.
    NeverMade(&'static str),
    /// It should work, and does not.
    Red(String),
}

impl Cell {
    fn mark(&self) -> &'static str {
        match self {
            Self::Green => "ok",
            Self::PeerCannot(_) => "-",
            Self::NeverMade(_) => ".",
            Self::Red(_) => "RED",
        }
    }
}

/// Both columns of one peer, in the order of the recipes.
pub(crate) struct Column {
    pub(crate) peer: &'static str,
    pub(crate) version: String,
    pub(crate) makes: Vec<Cell>,
    pub(crate) reads: Vec<Cell>,
}

impl Column {
    pub(crate) fn cells(&self, direction: Direction) -> &[Cell] {
        match direction {
            Direction::Makes => &self.makes,
            Direction::Reads => &self.reads,
        }
    }

    /// `peer, direction, recipe: why` of every cell that is red.
    pub(crate) fn reds(&self) -> Vec<String> {
        let told = self.told(|cell| match cell {
            Cell::Red(why) => Some(why.clone()),
            _ => None,
        });
        told.into_iter().map(|(way, why, rows)| format!("{}, {way}, {}: {why}", self.peer, rows.join("; "))).collect()
    }

    /// Direction and words, with the rows that they are true of.
    fn told(&self, tell: impl Fn(&Cell) -> Option<String>) -> Vec<(&'static str, String, Vec<&'static str>)> {
        let mut told: Vec<(&'static str, String, Vec<&'static str>)> = Vec::new();
        for (direction, way) in WAYS {
            for (recipe, cell) in recipe::all().zip(self.cells(direction)) {
                let Some(why) = tell(cell) else { continue };
                match told.iter_mut().find(|(known, words, _)| *known == way && *words == why) {
                    Some((.., rows)) => rows.push(recipe.title),
                    None => told.push((way, why, vec![recipe.title])),
                }
            }
        }
        told
    }

    fn count(&self, direction: Direction, mark: &str) -> usize {
        self.cells(direction).iter().filter(|cell| cell.mark() == mark).count()
    }
}

const WAYS: [(Direction, &str); 2] = [(Direction::Makes, "in"), (Direction::Reads, "out")];

/// The whole table with its legend, what the peers cannot, and the sums.
pub(crate) fn printed(columns: &[Column]) -> String {
    let mut text = String::from(
        "Interoperability: in = the peer makes, we read; out = we make, the peer reads\n\
         ok = the right outcome;  - = the peer cannot, see below;  . = never made by us;  RED = a fault\n\n",
    );
    let mut line = |cells: Vec<String>, title: &str| {
        let line = format!("{title:34}{}", cells.concat());
        let _ = writeln!(text, "{}", line.trim_end());
    };
    line(columns.iter().map(|column| format!("{:14}", column.peer)).collect(), "");
    line(columns.iter().map(|_| format!("{:14}", "in   out")).collect(), "");
    let mut place = 0;
    for (heading, recipes) in RECIPES {
        line(Vec::new(), heading);
        for recipe in *recipes {
            let marks = columns.iter().map(|column| {
                let [makes, reads] = WAYS.map(|(way, _)| column.cells(way)[place].mark());
                format!("{:14}", format!("{makes:<5}{reads}"))
            });
            line(marks.collect(), &format!("  {}", recipe.title));
            place += 1;
        }
    }
    text.push_str(&below(columns));
    text
}

fn below(columns: &[Column]) -> String {
    let mut text = String::from("\nWhat a peer cannot, in its own words or for want of an option\n");
    for column in columns {
        let cannot = column.told(|cell| match cell {
            Cell::PeerCannot(why) => Some(why.clone()),
            _ => None,
        });
        for (way, why, rows) in cannot {
            let _ = writeln!(text, "  {} {way}: {why}\n      {}", column.peer, rows.join("; "));
        }
    }
    text.push_str("\nNever made by us\n");
    for recipe in recipe::all() {
        if let Ours::Never(reason) = recipe.ours {
            let _ = writeln!(text, "  {}: {reason}", recipe.title);
        }
    }
    text.push_str("\nSums                                     ok   peer cannot   never made   red\n");
    for column in columns {
        for (direction, way) in WAYS {
            let [ok, cannot, never, red] = ["ok", "-", ".", "RED"].map(|mark| column.count(direction, mark));
            let title = format!("{} {way}", column.version);
            let _ = writeln!(text, "{title:38}{ok:5}{cannot:14}{never:13}{red:6}");
        }
    }
    text
}
