//! Runs that wait for their turn: as many at once as there are processors, so that a folder of messages does not start a
//! thread for each.

use std::collections::{HashSet, VecDeque};
use std::thread;

use crate::ui::selection::DocumentId;

/// The messages that are to be judged, in order.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    order: VecDeque<DocumentId>,
    known: HashSet<DocumentId>,
    // Those that were added since nothing waited or ran.
    added: usize,
}

/// Whether a message may go before those that wait already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is the one that is looked at.
    Next,
    /// It is one of many.
    Last,
}

impl Waiting {
    /// How many runs go on at once.
    pub(super) fn most() -> usize {
        thread::available_parallelism().map_or(2, usize::from).max(2)
    }

    /// Adds a message, once.
    pub(super) fn add(&mut self, id: DocumentId, turn: Turn) {
        if !self.known.contains(&id) {
            self.added = self.added.saturating_add(1);
        }
        match (self.known.insert(id), turn) {
            (true, Turn::Last) => self.order.push_back(id),
            (true, Turn::Next) => self.order.push_front(id),
            (false, Turn::Last) => {}
            (false, Turn::Next) => {
                self.order.retain(|waiting| *waiting != id);
                self.order.push_front(id);
            }
        }
    }

    /// The message whose turn it is.
    pub(super) fn next(&mut self) -> Option<DocumentId> {
        let id = self.order.pop_front()?;
        self.known.remove(&id);
        Some(id)
    }

    /// Gives up all of them.
    pub(super) fn clear(&mut self) -> Vec<DocumentId> {
        self.known.clear();
        self.order.drain(..).collect()
    }

    /// How far it is with those that were added together: how many are done, of how many; nothing for a single one.
    pub(super) fn batch(&mut self, under_way: usize) -> Option<(usize, usize)> {
        let left = self.len().saturating_add(under_way);
        if left == 0 {
            self.added = 0;
        }
        (self.added > 1).then(|| (self.added.saturating_sub(left), self.added))
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_that_is_looked_at_comes_first_and_none_waits_twice() {
        let mut waiting = Waiting::default();
        for id in [1, 2, 3, 2] {
            waiting.add(DocumentId(id), Turn::Last);
        }
        waiting.add(DocumentId(3), Turn::Next);
        let order: Vec<u64> = std::iter::from_fn(|| waiting.next()).map(|id| id.0).collect();
        assert_eq!(order, [3, 1, 2]);
        assert_eq!(waiting.len(), 0);
    }

    #[test]
    fn a_batch_counts_what_is_done_until_nothing_is_left() {
        let mut waiting = Waiting::default();
        for id in 1..=5 {
            waiting.add(DocumentId(id), Turn::Last);
        }
        assert_eq!(waiting.next().map(|id| id.0), Some(1));
        assert_eq!(waiting.batch(1), Some((0, 5)));
        while waiting.next().is_some() {}
        assert_eq!(waiting.batch(2), Some((3, 5)));
        assert_eq!(waiting.batch(0), None);
        waiting.add(DocumentId(6), Turn::Next);
        assert_eq!(waiting.batch(0), None, "one message is no batch");
    }
}
