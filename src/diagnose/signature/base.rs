//! Octets that a search starts from, with their structure: where the headers, the parts and the text are.

use std::ops::Range;

use super::located::Surroundings;
use crate::limits::Limits;
use crate::mail::HeaderSection;
use crate::mail::lines::{Line, LineEnd, lines};
use crate::mime::tree::Node;
use crate::mime::{Entity, MimeTree, TransferEncoding};
use crate::span::{Buffer, BufferName};

/// Headers or bodies that are looked at one by one; of more, only all together.
const EACH: usize = 8;

/// Lines that are looked at one by one; a message of the largest size that is read has fewer, unless they are empty.
const MOST_LINES: usize = 1_000_000;

/// A signed entity as it arrived, or as it was before one transformation.
pub(super) struct Base<'s> {
    buffer: Buffer,
    tree: MimeTree,
    surroundings: Option<&'s Surroundings>,
}

impl<'s> Base<'s> {
    /// Reads the structure of `octets`. `surroundings` are those of the entity as it arrived.
    pub(super) fn new(octets: Vec<u8>, limits: &Limits, surroundings: Option<&'s Surroundings>) -> Self {
        let buffer = Buffer::new(BufferName::Unwrapped, octets);
        let (tree, _) = MimeTree::parse(&buffer, limits);
        Self { buffer, tree, surroundings }
    }

    pub(super) fn octets(&self) -> &[u8] {
        self.buffer.octets()
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &[u8] {
        self.buffer.slice(range)
    }

    pub(super) const fn surroundings(&self) -> Option<&'s Surroundings> {
        self.surroundings
    }

    pub(super) fn nodes(&self) -> &[Node] {
        self.tree.nodes()
    }

    /// The multiparts, outermost first.
    pub(super) fn multiparts(&self) -> impl Iterator<Item = &Entity> {
        self.nodes().iter().map(|node| &node.entity).filter(|entity| entity.content_type.media_type == "multipart")
    }

    /// The entities with nothing inside.
    pub(super) fn leaves(&self) -> Vec<&Entity> {
        self.nodes().iter().filter(|node| node.children.is_empty()).map(|node| &node.entity).collect()
    }

    /// The leaves that are text.
    pub(super) fn texts(&self) -> Vec<&Entity> {
        self.leaves().into_iter().filter(|leaf| leaf.content_type.media_type == "text").collect()
    }

    /// Headers with at least one field.
    pub(super) fn headers(&self) -> Vec<&HeaderSection> {
        let all = self.nodes().iter().map(|node| &node.entity.header);
        all.filter(|header| !header.fields.is_empty()).collect()
    }

    /// Headers that a system may have changed together: all, then each.
    pub(super) fn header_groups(&self) -> Vec<Vec<&HeaderSection>> {
        let headers = self.headers();
        let each: Vec<Vec<&HeaderSection>> = headers.iter().take(EACH).map(|header| vec![*header]).collect();
        if headers.len() < 2 { each } else { [vec![headers], each].concat() }
    }

    /// Leaves that a system may have changed together: all, all texts, then each.
    pub(super) fn leaf_groups<'l>(&self, leaves: Vec<&'l Entity>) -> Vec<Vec<&'l Entity>> {
        let texts: Vec<&Entity> =
            leaves.iter().copied().filter(|leaf| leaf.content_type.media_type == "text").collect();
        let mut groups: Vec<Vec<&Entity>> = leaves.iter().take(EACH).map(|leaf| vec![*leaf]).collect();
        if texts.len() > 1 && texts.len() < leaves.len() {
            groups.insert(0, texts);
        }
        if leaves.len() > 1 {
            groups.insert(0, leaves);
        }
        groups
    }

    /// Places that a system may have changed together: everything, the headers, the bodies, each body, each header.
    pub(super) fn scopes(&self) -> Vec<Vec<Range<usize>>> {
        let headers: Vec<Range<usize>> =
            self.headers().iter().map(|header| header.range.start..header.body_start).collect();
        let bodies: Vec<Range<usize>> =
            self.leaves().iter().map(|leaf| leaf.body.clone()).filter(|body| !body.is_empty()).collect();
        let mut scopes = vec![vec![0..self.octets().len()]];
        let each =
            |ranges: &[Range<usize>]| ranges.iter().take(EACH).map(|range| vec![range.clone()]).collect::<Vec<_>>();
        for scope in [vec![bodies.clone()], each(&bodies), vec![headers.clone()], each(&headers)].concat() {
            if !scope.is_empty() && !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        scopes
    }

    /// The lines of everything.
    pub(super) fn lines(&self) -> Vec<Line> {
        lines(self.octets(), 0..self.octets().len()).take(MOST_LINES).collect()
    }

    /// The lines of the bodies of leaves, without base64: that is changed as a whole or not at all.
    pub(super) fn body_lines(&self) -> Vec<Line> {
        let leaves = self.leaves().into_iter().filter(|leaf| leaf.transfer_encoding != TransferEncoding::Base64);
        leaves.flat_map(|leaf| lines(self.octets(), leaf.body.clone())).take(MOST_LINES).collect()
    }

    /// Every line outside base64.
    pub(super) fn own_lines(&self) -> Vec<Line> {
        let encoded = self.leaves().into_iter().filter(|leaf| leaf.transfer_encoding == TransferEncoding::Base64);
        let encoded: Vec<Range<usize>> = encoded.map(|leaf| leaf.body.clone()).collect();
        let inside = |line: &Line| encoded.iter().any(|body| body.contains(&line.content.start));
        self.lines().into_iter().filter(|line| !inside(line)).collect()
    }

    /// How lines end here: as the first one does.
    pub(super) fn line_end(&self) -> &'static [u8] {
        let first = lines(self.octets(), 0..self.octets().len()).next();
        if first.is_some_and(|line| line.end == LineEnd::Lf) { b"\n" } else { b"\r\n" }
    }
}
