//! Files of keys and certificates that came together: one is offered after the other, and none is lost.

use std::collections::VecDeque;

use super::tasks::PendingImport;

/// What waits behind the file that is offered.
#[derive(Debug, Default)]
pub struct ImportQueue {
    waiting: VecDeque<PendingImport>,
    offered: usize,
}

impl ImportQueue {
    /// A file came: it takes the place of the one that is offered if it is the same, else it waits for its turn.
    pub fn offer(&mut self, current: &mut Option<PendingImport>, pending: PendingImport) {
        match current {
            Some(same) if same.path == pending.path => *same = pending,
            Some(_) => self.waiting.push_back(pending),
            None => {
                self.offered = 1;
                *current = Some(pending);
            }
        }
    }

    /// The file that was offered is done with: the next one is offered.
    pub fn next(&mut self, current: &mut Option<PendingImport>) {
        *current = self.waiting.pop_front();
        self.offered = if current.is_some() { self.offered.saturating_add(1) } else { 0 };
    }

    /// Which of how many is offered, where there is more than one.
    #[must_use]
    pub fn place(&self) -> Option<(usize, usize)> {
        let of = self.offered.saturating_add(self.waiting.len());
        (of > 1).then_some((self.offered, of))
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::ui::tasks::ImportState;

    fn file(name: &str) -> PendingImport {
        PendingImport { path: PathBuf::from(name), octets: None, state: ImportState::Locked(None) }
    }

    #[test]
    fn files_are_offered_in_turn_and_an_unlocked_one_keeps_its_place() {
        let (mut queue, mut current) = (ImportQueue::default(), None);
        for name in ["a.p12", "b.pem", "a.p12"] {
            queue.offer(&mut current, file(name));
        }
        assert_eq!(queue.place(), Some((1, 2)));
        queue.next(&mut current);
        assert_eq!(queue.place(), Some((2, 2)));
        queue.next(&mut current);
        assert!(current.is_none() && queue.place().is_none());
    }
}
