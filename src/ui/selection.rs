//! What is selected: one thing in the whole window, with the way back to what was selected before.

use crate::pki::Certificate;
use crate::span::Span;
use crate::trust::PartyName;

use super::widgets::rows::Seen;
use crate::agent::StepName;

/// An opened message, for as long as the window lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId(pub u64);

/// Where a check is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CheckPlace {
    /// Among those of the envelope.
    Envelope(usize),
    /// In a step.
    Step(StepName, usize),
    /// With a recipient: which one, which check.
    Recipient(usize, usize),
    /// With a signer: which one, which check.
    Signer(usize, usize),
}

/// One of the two header sections of a wrapped message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HeaderLayer {
    /// Around the encryption: what the network saw, unprotected.
    Outer,
    /// Inside: what the sender wrote.
    Wrapped,
}

/// Which way an anchor is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// For mail that arrives.
    Incoming,
    /// For mail that leaves.
    Outgoing,
}

/// Anything that can be selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A whole message.
    Message(DocumentId),
    /// A step of its run.
    Step(DocumentId, StepName),
    /// One check.
    Check(DocumentId, CheckPlace),
    /// One recipient's outcome.
    Recipient(DocumentId, usize),
    /// One signer's outcome.
    Signer(DocumentId, usize),
    /// What one recipient makes of one signer: which signer, which recipient.
    Trust(DocumentId, usize, usize),
    /// A field of a header section.
    Header(DocumentId, HeaderLayer, usize),
    /// A node of the structure.
    Node(DocumentId, usize),
    /// Octets without a decoded meaning.
    Octets(DocumentId, Span),
    /// A certificate, wherever it came from.
    Certificate(Certificate),
    /// An address or a domain of the workspace.
    Party(PartyName),
    /// A private key of a party, by its file's name.
    Key(PartyName, String),
    /// A certificate kept for a party.
    PartyCertificate(PartyName, Certificate),
    /// A trust anchor of a party, by its file's name.
    Anchor(PartyName, Direction, String),
    /// The authorities and revocation lists of the workspace.
    Authorities,
    /// An authority of the workspace, by its file's name.
    Authority(String),
    /// A revocation list of the workspace, by its file's name.
    RevocationList(String),
}

impl Item {
    /// The message that the item belongs to, if it belongs to one.
    #[must_use]
    pub const fn document(&self) -> Option<DocumentId> {
        match self {
            Self::Message(id)
            | Self::Step(id, _)
            | Self::Check(id, _)
            | Self::Recipient(id, _)
            | Self::Signer(id, _)
            | Self::Trust(id, _, _)
            | Self::Header(id, _, _)
            | Self::Node(id, _)
            | Self::Octets(id, _) => Some(*id),
            Self::Certificate(_)
            | Self::Party(_)
            | Self::Key(_, _)
            | Self::PartyCertificate(_, _)
            | Self::Anchor(_, _, _)
            | Self::Authorities
            | Self::Authority(_)
            | Self::RevocationList(_) => None,
        }
    }
}

/// The current selection and the way to it.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    past: Vec<Visited>,
    current: Option<Item>,
    future: Vec<Visited>,
    seen: Seen,
}

/// What was selected, and where everything was scrolled to when it was left.
#[derive(Clone, Debug)]
struct Visited {
    item: Item,
    seen: Seen,
}

impl Selection {
    const MOST: usize = 200;

    /// What is selected.
    #[must_use]
    pub const fn current(&self) -> Option<&Item> {
        self.current.as_ref()
    }

    /// Whether `item` is selected.
    #[must_use]
    pub fn is(&self, item: &Item) -> bool {
        self.current.as_ref() == Some(item)
    }

    /// Notes where everything is scrolled to, for when the selection is left.
    pub(crate) fn note(&mut self, seen: Seen) {
        self.seen = seen;
    }

    /// Selects `item`; the way forward is lost.
    pub fn select(&mut self, item: Item) {
        if self.is(&item) {
            return;
        }
        self.future.clear();
        // Octets that are chosen more and more are one step of the way.
        let grows = matches!((&self.current, &item), (Some(Item::Octets(..)), Item::Octets(..)));
        if let Some(before) = self.current.replace(item).filter(|_| !grows) {
            self.past.push(self.visited(before));
            if self.past.len() > Self::MOST {
                self.past.remove(0);
            }
        }
    }

    /// Selects nothing.
    pub fn clear(&mut self) {
        if let Some(before) = self.current.take() {
            self.past.push(self.visited(before));
        }
    }

    /// Goes back to what was selected before, and says where everything was scrolled to.
    pub(crate) fn back(&mut self) -> Option<Seen> {
        let before = self.past.pop()?;
        let left = self.current.replace(before.item).map(|item| self.visited(item));
        self.future.extend(left);
        Some(before.seen)
    }

    /// Undoes going back.
    pub(crate) fn forward(&mut self) -> Option<Seen> {
        let next = self.future.pop()?;
        let left = self.current.replace(next.item).map(|item| self.visited(item));
        self.past.extend(left);
        Some(next.seen)
    }

    fn visited(&self, item: Item) -> Visited {
        Visited { item, seen: self.seen.clone() }
    }

    /// Whether there is a way back.
    #[must_use]
    pub const fn can_go_back(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is a way forward.
    #[must_use]
    pub const fn can_go_forward(&self) -> bool {
        !self.future.is_empty()
    }

    /// Forgets whatever no longer exists.
    pub fn retain(&mut self, exists: impl Fn(&Item) -> bool) {
        self.past.retain(|visited| exists(&visited.item));
        self.future.retain(|visited| exists(&visited.item));
        if self.current.as_ref().is_some_and(|item| !exists(item)) {
            self.current = self.past.pop().map(|visited| visited.item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn message(id: u64) -> Item {
        Item::Message(DocumentId(id))
    }

    #[test]
    fn back_returns_to_the_previous_item_and_forward_undoes_it() {
        let mut selection = Selection::default();
        selection.select(message(1));
        selection.select(message(2));
        assert!(selection.back().is_some());
        assert!(selection.is(&message(1)));
        assert!(selection.forward().is_some());
        assert!(selection.is(&message(2)));
        assert!(selection.forward().is_none());
    }

    #[test]
    fn octets_that_are_chosen_more_and_more_are_one_step() {
        let octets =
            |end| Item::Octets(DocumentId(1), Span { buffer: crate::span::BufferName::Received, start: 0, end });
        let mut selection = Selection::default();
        selection.select(message(1));
        (1..9).for_each(|end| selection.select(octets(end)));
        assert!(selection.is(&octets(8)));
        selection.back();
        assert!(selection.is(&message(1)));
    }

    #[test]
    fn what_no_longer_exists_is_forgotten() {
        let mut selection = Selection::default();
        selection.select(message(1));
        selection.select(message(2));
        selection.retain(|item| *item != message(2));
        assert!(selection.is(&message(1)));
        assert!(!selection.can_go_back());
    }

    #[test]
    fn selecting_the_same_again_leaves_no_trace() {
        let mut selection = Selection::default();
        selection.select(message(1));
        selection.select(message(1));
        assert!(!selection.can_go_back());
    }
}
