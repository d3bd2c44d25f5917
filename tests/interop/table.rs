//! The matrix, printed.

use std::fmt::Write as _;

use super::peer::Direction;
use super::recipe::RECIPES;

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

    /// `peer, recipe, direction: why` of every cell that is red.
    pub(crate) fn reds(&self) -> Vec<String> {
        self.told(|cell| match cell {
            Cell::Red(why) => Some(why.clone()),
            _ => None,
        })
    }

    fn told(&self, tell: impl Fn(&Cell) -> Option<String>) -> Vec<String> {
        let mut lines = Vec::new();
        for (direction, word) in [(Direction::Makes, "it makes, we read"), (Direction::Reads, "we make, it reads")] {
            let rows = RECIPES.iter().flat_map(|(_, recipes)| recipes.iter());
            for (recipe, cell) in rows.zip(self.cells(direction)) {
                lines.extend(tell(cell).map(|why| format!("{}, {}, {word}: {why}", self.peer, recipe.title)));
            }
        }
        lines
    }

    fn count(&self, direction: Direction, mark: &str) -> usize {
        self.cells(direction).iter().filter(|cell| cell.mark() == mark).count()
    }
}

/// The whole table with its legend, what the peers cannot, and the sums.
pub(crate) fn printed(columns: &[Column]) -> String {
    let mut text = String::from("Interoperability: in = the peer makes, we read; out = we make, the peer reads\n");
    text.push_str(
        "ok = right outcome;  - = the peer cannot (its words below);  . = never made by us;  RED = a fault\n\n",
    );
    let _ = write!(text, "{:32}", "");
    for column in columns {
        let _ = write!(text, "{:^14}", column.peer);
    }
    let _ = write!(text, "\n{:32}", "");
    for _ in columns {
        let _ = write!(text, "{:^14}", "in    out");
    }
    text.push('\n');
    let mut place = 0;
    for (heading, recipes) in RECIPES {
        let _ = writeln!(text, "{heading}");
        for recipe in *recipes {
            let _ = write!(text, "  {:30}", recipe.title);
            for column in columns {
                let marks = [Direction::Makes, Direction::Reads].map(|way| column.cells(way)[place].mark());
                let _ = write!(text, "{:^14}", format!("{:<5} {:<3}", marks[0], marks[1]));
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
            place += 1;
        }
    }
    text.push_str("\nWhat a peer cannot, in its own words or for want of an option\n");
    for column in columns {
        let cannot = column.told(|cell| match cell {
            Cell::PeerCannot(why) => Some(why.clone()),
            _ => None,
        });
        text.extend(cannot.iter().map(|line| format!("  {line}\n")));
    }
    text.push_str("\nNever made by us\n");
    for (heading_recipe, reason) in never_made() {
        let _ = writeln!(text, "  {heading_recipe}: {reason}");
    }
    text.push('\n');
    for column in columns {
        for (direction, word) in [(Direction::Makes, "it makes, we read"), (Direction::Reads, "we make, it reads")] {
            let counts = ["ok", "-", ".", "RED"].map(|mark| column.count(direction, mark));
            let _ = writeln!(
                text,
                "{} ({}), {word}: {} ok, {} the peer cannot, {} never made, {} red",
                column.peer, column.version, counts[0], counts[1], counts[2], counts[3]
            );
        }
    }
    text
}

fn never_made() -> impl Iterator<Item = (&'static str, &'static str)> {
    RECIPES.iter().flat_map(|(_, recipes)| recipes.iter()).filter_map(|recipe| match recipe.ours {
        super::recipe::Ours::Never(reason) => Some((recipe.title, reason)),
        super::recipe::Ours::Made => None,
    })
}
