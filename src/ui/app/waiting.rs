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
}
