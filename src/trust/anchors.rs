//! Trust anchors, told apart by the direction they serve.

use std::marker::PhantomData;

use crate::pki::Certificate;

/// Marks anchors that judge signers of mail that arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incoming;

/// Marks anchors that judge certificates of recipients of mail that leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outgoing;

/// A name and a key that end a path (RFC 5280 §6.1.1 (d)). It need not be self-signed, nor a root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustAnchor {
    /// What its owner called it: the file's name without the ending.
    pub name: String,
    /// The certificate that carries name and key.
    pub certificate: Certificate,
}

/// The anchors of one party for one direction. An `AnchorSet<Incoming>` cannot be used where outgoing ones are due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnchorSet<Direction> {
    anchors: Vec<TrustAnchor>,
    unread: usize,
    direction: PhantomData<Direction>,
}

impl<Direction> AnchorSet<Direction> {
    /// A set of these anchors.
    #[must_use]
    pub const fn new(anchors: Vec<TrustAnchor>) -> Self {
        Self { anchors, unread: 0, direction: PhantomData }
    }

    /// The same set, of which so many files or folders could not be read. They make nobody trusted, and a set of which
    /// nothing else is left is still a set: the wider one of the domain does not take its place.
    #[must_use]
    pub fn with_unread(self, unread: usize) -> Self {
        Self { unread, ..self }
    }

    /// How many files or folders of the set could not be read.
    #[must_use]
    pub const fn unread(&self) -> usize {
        self.unread
    }

    /// Whether anchors were set up for this party and direction, readable or not.
    #[must_use]
    pub const fn is_set_up(&self) -> bool {
        !self.anchors.is_empty() || self.unread > 0
    }

    /// The anchors, in the order they were given.
    #[must_use]
    pub fn anchors(&self) -> &[TrustAnchor] {
        &self.anchors
    }

    /// Their certificates.
    #[must_use]
    pub fn certificates(&self) -> Vec<Certificate> {
        self.anchors.iter().map(|anchor| anchor.certificate.clone()).collect()
    }

    /// Whether nobody is trusted in this direction.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    /// What the owner called the anchor that has this certificate.
    #[must_use]
    pub fn name_of(&self, certificate: &Certificate) -> Option<&str> {
        self.anchors.iter().find(|anchor| anchor.certificate == *certificate).map(|anchor| anchor.name.as_str())
    }
}

impl<Direction> Default for AnchorSet<Direction> {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}
