//! The parts of a message as one list of nodes: each layer's MIME parts, and the values of its cryptographic
//! structures, every one with its octets.

use std::borrow::Cow;
use std::ops::Range;

use crate::limits::Limits;
use crate::mime::MimeTree;
use crate::smime::Dissection;
use crate::span::{Buffer, BufferName, Span};

use super::icons::Icon;
use super::text;

/// One part.
#[derive(Clone, Debug)]
pub struct Node {
    /// How deep it lies.
    pub depth: usize,
    /// What it is.
    pub title: Cow<'static, str>,
    /// More about it: a name, a value.
    pub detail: String,
    /// The ASN.1 type, where the title is a field's name.
    pub kind: Option<Cow<'static, str>>,
    /// Its picture.
    pub icon: Icon,
    /// Its octets.
    pub span: Span,
    /// How many of them are tag and length; none where it is no ASN.1 value.
    pub head: usize,
    /// Of a MIME part, its header section.
    pub headers: Option<Range<usize>>,
    /// Whether the nodes that follow lie in it.
    pub parent: bool,
    /// The node that it lies in.
    pub within: Option<usize>,
}

/// Every part of every layer, each before those in it.
#[derive(Clone, Debug, Default)]
pub struct Structure {
    nodes: Vec<Node>,
    places: Vec<Places>,
}

/// Which node is the deepest where, in one buffer: each entry holds from its offset on.
#[derive(Clone, Debug)]
struct Places {
    buffer: BufferName,
    deepest: Vec<(usize, Option<usize>)>,
}

impl Structure {
    /// The parts of these buffers, in the order given.
    #[must_use]
    pub fn of<'a>(buffers: impl IntoIterator<Item = &'a Buffer>, limits: &Limits) -> Self {
        let mut structure = Self::default();
        for buffer in buffers {
            structure.add(buffer, limits);
        }
        structure.relate();
        structure
    }

    // Who lies in whom, from the depths.
    fn relate(&mut self) {
        let mut around: Vec<usize> = Vec::new();
        let depths: Vec<usize> = self.nodes.iter().map(|node| node.depth).collect();
        for (index, node) in self.nodes.iter_mut().enumerate() {
            node.parent = depths.get(index + 1).is_some_and(|next| *next > node.depth);
            while around.last().and_then(|last| depths.get(*last)).is_some_and(|depth| *depth >= node.depth) {
                around.pop();
            }
            node.within = around.last().copied();
            around.push(index);
        }
    }

    /// The parts.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The smallest part that holds the octet at `offset` of `buffer`.
    #[must_use]
    pub fn deepest_at(&self, buffer: BufferName, offset: usize) -> Option<usize> {
        let places = self.places.iter().find(|places| places.buffer == buffer)?;
        let after = places.deepest.partition_point(|(from, _)| *from <= offset);
        places.deepest.get(after.checked_sub(1)?)?.1
    }

    /// A part and those that it lies in, the outermost last.
    pub fn around(&self, index: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(index), |index| self.nodes.get(*index)?.within)
    }

    /// The parts that lie in one, to any depth.
    #[must_use]
    pub fn inside(&self, index: usize) -> Range<usize> {
        let first = index + 1;
        let depth = self.nodes.get(index).map_or(0, |node| node.depth);
        let deeper = self.nodes.iter().skip(first).take_while(|node| node.depth > depth);
        first..first + deeper.count()
    }

    fn add(&mut self, buffer: &Buffer, limits: &Limits) {
        let first = self.nodes.len();
        let cryptographic =
            matches!(buffer.name(), BufferName::EncryptedCms | BufferName::SignatureCms | BufferName::CompressedCms);
        self.nodes.push(Node {
            depth: 0,
            title: text::buffer(buffer.name()).into(),
            detail: text::size(buffer.octets().len()),
            kind: None,
            icon: if cryptographic { Icon::Lock } else { Icon::Layers },
            span: buffer.whole(),
            head: 0,
            headers: None,
            parent: false,
            within: None,
        });
        if cryptographic {
            self.add_values(buffer, limits);
        } else {
            self.add_parts(buffer, limits);
        }
        let nodes = self.nodes.iter().enumerate().skip(first);
        let deepest = deepest(nodes.map(|(index, node)| (index, node.span.range())));
        self.places.push(Places { buffer: buffer.name(), deepest });
    }

    fn add_parts(&mut self, buffer: &Buffer, limits: &Limits) {
        let (tree, _) = MimeTree::parse(buffer, limits);
        for (index, node) in tree.nodes().iter().enumerate() {
            let entity = &node.entity;
            let kind = &entity.content_type;
            self.nodes.push(Node {
                depth: node.depth + 1,
                title: text::structure::part(&kind.media_type, &kind.subtype),
                detail: text::structure::place(node.role, &tree.label(index), entity.range.len()),
                kind: None,
                icon: part_icon(&kind.media_type, &kind.subtype),
                span: buffer.span(entity.range.clone()),
                head: 0,
                headers: Some(entity.range.start..entity.body.start),
                parent: false,
                within: None,
            });
        }
    }

    fn add_values(&mut self, buffer: &Buffer, limits: &Limits) {
        let dissection = Dissection::of(buffer.octets(), limits);
        // Hostile structures have a value in every six octets: what is known of one is taken over, not copied.
        self.nodes.reserve_exact(dissection.fields.len());
        for field in dissection.fields {
            let (depth, span) = (field.line.depth() + 1, buffer.span(field.line.range()));
            let (kind, head) = (field.line.kind(), field.line.header_length());
            let detail = field.meaning.or(field.line.value).unwrap_or_default().into();
            let (title, kind) = match field.name.map(|name| name.label()) {
                Some(label) if !label.is_empty() => (label, Some(kind)),
                _ => (kind, None),
            };
            self.nodes.push(Node {
                depth,
                title,
                detail,
                kind,
                icon: Icon::Info,
                span,
                head,
                headers: None,
                parent: false,
                within: None,
            });
        }
    }
}

// Ranges come each before those in it: what has ended gives way to what was around it.
fn deepest(ranges: impl Iterator<Item = (usize, Range<usize>)>) -> Vec<(usize, Option<usize>)> {
    let mut places: Vec<(usize, Option<usize>)> = Vec::new();
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut note = |from: usize, node: Option<usize>| match places.last_mut() {
        // Of several that begin at one octet the last is the deepest.
        Some(last) if last.0 >= from => last.1 = node,
        _ => places.push((from, node)),
    };
    for (index, range) in ranges.filter(|(_, range)| !range.is_empty()) {
        while let Some((_, end)) = open.pop_if(|(_, end)| *end <= range.start) {
            note(end, open.last().map(|(around, _)| *around));
        }
        let end = open.last().map_or(range.end, |(_, end)| range.end.min(*end));
        note(range.start, Some(index));
        open.push((index, end));
    }
    while let Some((_, end)) = open.pop() {
        note(end, open.last().map(|(around, _)| *around));
    }
    places
}

// A signature is not an attachment, whatever its name says.
fn part_icon(media_type: &str, subtype: &str) -> Icon {
    match (media_type, subtype) {
        ("multipart", "signed") | ("application", "pkcs7-signature" | "x-pkcs7-signature") => Icon::Certificate,
        ("application", "pkcs7-mime" | "x-pkcs7-mime") => Icon::Lock,
        ("message", "rfc822" | "global") => Icon::Envelope,
        ("multipart", _) => Icon::Layers,
        _ => Icon::Info,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_gives_way_to_what_is_around_it() {
        let ranges = [(0, 0..100), (1, 0..40), (2, 4..10), (3, 10..40), (4, 30..40), (5, 50..60)];
        let places = deepest(ranges.iter().cloned());
        for offset in 0..110 {
            let holding = ranges.iter().filter(|(_, range)| range.contains(&offset));
            let smallest = holding.min_by_key(|(index, range)| (range.len(), usize::MAX - index));
            let after = places.partition_point(|(from, _)| *from <= offset);
            assert_eq!(places[after - 1].1, smallest.map(|(index, _)| *index), "at {offset}");
        }
    }

    #[test]
    fn every_part_knows_what_it_lies_in() {
        let message = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b--\r\n".as_slice();
        let structure = Structure::of([&Buffer::new(BufferName::Received, message)], &Limits::DEFAULT);
        assert_eq!(structure.around(2).collect::<Vec<_>>(), [2, 1, 0]);
        assert_eq!(structure.inside(0), 1..3);
        assert_eq!(structure.inside(2), 3..3);
    }

    #[test]
    fn the_deepest_part_that_holds_an_octet_is_found() {
        let message = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b--\r\n".as_slice();
        let buffer = Buffer::new(BufferName::Received, message);
        let structure = Structure::of([&buffer], &Limits::DEFAULT);
        let titles: Vec<&str> = structure.nodes().iter().map(|node| &*node.title).collect();
        assert_eq!(titles, ["As received", "multipart/mixed", "text/plain"]);
        let offset = message.windows(5).position(|window| window == b"hello").unwrap();
        assert_eq!(structure.deepest_at(BufferName::Received, offset), Some(2));
        assert_eq!(structure.deepest_at(BufferName::Received, 3), Some(1));
        assert_eq!(structure.deepest_at(BufferName::Decrypted, 3), None);
    }
}
