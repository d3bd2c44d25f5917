//! What the pointer is on: a part in the tree or an octet. Either outlines the other; nothing is selected by it.

use std::ops::Range;

use egui::Context;

use crate::span::{BufferName, Span};
use crate::ui::selection::DocumentId;

/// A place in a message under the pointer, and the part it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hovered {
    /// The message.
    pub(crate) document: DocumentId,
    /// The octets.
    pub(crate) span: Span,
    /// The part in the message's structure.
    pub(crate) node: Option<usize>,
}

/// What the pointer was on in the frame before, and is on in this one: panes that are drawn first see it too.
#[derive(Debug, Default)]
pub(crate) struct Hover {
    before: Option<Hovered>,
    now: Option<Hovered>,
}

impl Hover {
    /// The pointer is on it.
    pub(crate) const fn set(&mut self, hovered: Hovered) {
        self.now = Some(hovered);
    }

    /// The octets of a buffer that are to be outlined.
    pub(crate) fn octets(&self, document: DocumentId, buffer: BufferName) -> Option<Range<usize>> {
        let hovered = self.before.filter(|hovered| hovered.document == document)?;
        (hovered.span.buffer == buffer).then(|| hovered.span.range())
    }

    /// The part that is to be outlined.
    pub(crate) fn node(&self, document: DocumentId) -> Option<usize> {
        self.before.filter(|hovered| hovered.document == document)?.node
    }

    /// Ends the frame.
    pub(crate) fn turn(&mut self, ctx: &Context) {
        let now = self.now.take();
        if now != self.before {
            ctx.request_repaint();
        }
        self.before = now;
    }
}
