//! Counting names, of which there may be more than are kept.

use std::collections::HashMap;

/// Names that are told apart; a summary shows the first few.
const NAMES: usize = 1_000;

/// How often each name came; beyond the first thousand, names are counted together.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    names: HashMap<String, usize>,
    others: usize,
}

impl Tally {
    /// Counts a name once more.
    pub fn add(&mut self, name: &str) {
        if let Some(count) = self.names.get_mut(name) {
            *count = count.saturating_add(1);
        } else if self.names.len() < NAMES {
            self.names.insert(name.to_owned(), 1);
        } else {
            self.others = self.others.saturating_add(1);
        }
    }

    /// The names with their counts: the most frequent first, of equally frequent ones the first in the alphabet.
    #[must_use]
    pub fn ranked(&self) -> Vec<(&str, usize)> {
        let mut ranked: Vec<(&str, usize)> = self.names.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        ranked.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(right.0)));
        ranked
    }

    /// How often names came that are not told apart.
    #[must_use]
    pub const fn others(&self) -> usize {
        self.others
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_name_comes_first() {
        let mut tally = Tally::default();
        ["b", "a", "c", "b", "c"].iter().for_each(|name| tally.add(name));
        assert_eq!(tally.ranked(), [("b", 2), ("c", 2), ("a", 1)]);
    }

    #[test]
    fn names_without_end_take_no_memory_without_end() {
        let mut tally = Tally::default();
        (0..5_000).for_each(|number| tally.add(&number.to_string()));
        tally.add("7");
        assert_eq!((tally.ranked().len(), tally.others()), (NAMES, 4_000));
        assert_eq!(tally.ranked()[0], ("7", 2));
    }
}
