//! The parts of a message as one list of nodes: each layer's MIME parts, and the values of its cryptographic
//! structures, every one with its octets.

use crate::limits::Limits;
use crate::mime::MimeTree;
use crate::mime::tree::NodeRole;
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
    pub title: String,
    /// More about it: a name, a value.
    pub detail: String,
    /// The ASN.1 type, where the title is a field's name.
    pub kind: Option<String>,
    /// Its picture.
    pub icon: Icon,
    /// Its octets.
    pub span: Span,
    /// Whether the nodes that follow lie in it.
    pub parent: bool,
}

/// Every part of every layer, each before those in it.
#[derive(Clone, Debug, Default)]
pub struct Structure {
    nodes: Vec<Node>,
}

impl Structure {
    /// The parts of these buffers, in the order given.
    #[must_use]
    pub fn of<'a>(buffers: impl IntoIterator<Item = &'a Buffer>, limits: &Limits) -> Self {
        let mut structure = Self::default();
        for buffer in buffers {
            structure.add(buffer, limits);
        }
        let depths: Vec<usize> = structure.nodes.iter().map(|node| node.depth).collect();
        for (index, node) in structure.nodes.iter_mut().enumerate() {
            node.parent = depths.get(index + 1).is_some_and(|next| *next > node.depth);
        }
        structure
    }

    /// The parts.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The smallest part that holds the octet at `offset` of `buffer`.
    #[must_use]
    pub fn deepest_at(&self, buffer: BufferName, offset: usize) -> Option<usize> {
        let holds = |node: &Node| node.span.buffer == buffer && node.span.range().contains(&offset);
        let around = self.nodes.iter().enumerate().filter(|(_, node)| holds(node));
        around.min_by_key(|(index, node)| (node.span.len(), usize::MAX - index)).map(|(index, _)| index)
    }

    fn add(&mut self, buffer: &Buffer, limits: &Limits) {
        let cryptographic =
            matches!(buffer.name(), BufferName::EncryptedCms | BufferName::SignatureCms | BufferName::CompressedCms);
        self.nodes.push(Node {
            depth: 0,
            title: text::buffer(buffer.name()).to_owned(),
            detail: text::size(buffer.octets().len()),
            kind: None,
            icon: if cryptographic { Icon::Lock } else { Icon::Layers },
            span: buffer.whole(),
            parent: false,
        });
        if cryptographic { self.add_values(buffer, limits) } else { self.add_parts(buffer, limits) }
    }

    fn add_parts(&mut self, buffer: &Buffer, limits: &Limits) {
        let (tree, _) = MimeTree::parse(buffer, limits);
        for (index, node) in tree.nodes().iter().enumerate() {
            let entity = &node.entity;
            let kind = &entity.content_type;
            let label = tree.label(index);
            let place = match node.role {
                NodeRole::Root => String::new(),
                NodeRole::Message => "the message inside, ".to_owned(),
                NodeRole::Part(_) => format!("part {label}, "),
            };
            let (title, icon) = part_title(&kind.media_type, &kind.subtype);
            self.nodes.push(Node {
                depth: node.depth + 1,
                title,
                detail: format!("{place}{}", text::size(entity.range.len())),
                kind: None,
                icon,
                span: buffer.span(entity.range.clone()),
                parent: false,
            });
        }
    }

    fn add_values(&mut self, buffer: &Buffer, limits: &Limits) {
        let dissection = Dissection::of(buffer.octets(), limits);
        for field in dissection.fields {
            let detail = field.text().unwrap_or_default().to_owned();
            let kind = field.line.kind.into_owned();
            let (title, kind) = match &field.name {
                Some(name) if !name.label().is_empty() => (name.label().into_owned(), Some(kind)),
                _ => (kind, None),
            };
            self.nodes.push(Node {
                depth: field.line.depth + 1,
                title,
                detail,
                kind,
                icon: Icon::ChevronRight,
                span: buffer.span(field.line.range),
                parent: false,
            });
        }
    }
}

// A signature is not an attachment, whatever its name says.
fn part_title(media_type: &str, subtype: &str) -> (String, Icon) {
    match (media_type, subtype) {
        ("multipart", "signed") => ("Signed message (multipart/signed)".to_owned(), Icon::Certificate),
        ("application", "pkcs7-signature" | "x-pkcs7-signature") => {
            ("Detached signature (CMS)".to_owned(), Icon::Certificate)
        }
        ("application", "pkcs7-mime" | "x-pkcs7-mime") => ("Encrypted content (CMS)".to_owned(), Icon::Lock),
        ("message", "rfc822" | "global") => ("Wrapped message (message/rfc822)".to_owned(), Icon::Envelope),
        ("multipart", _) => (format!("{media_type}/{subtype}"), Icon::Layers),
        _ => (format!("{media_type}/{subtype}"), Icon::Info),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_part_that_holds_an_octet_is_found() {
        let message = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b--\r\n".as_slice();
        let buffer = Buffer::new(BufferName::Received, message);
        let structure = Structure::of([&buffer], &Limits::DEFAULT);
        let titles: Vec<&str> = structure.nodes().iter().map(|node| node.title.as_str()).collect();
        assert_eq!(titles, ["As received", "multipart/mixed", "text/plain"]);
        let offset = message.windows(5).position(|window| window == b"hello").unwrap();
        assert_eq!(structure.deepest_at(BufferName::Received, offset), Some(2));
        assert_eq!(structure.deepest_at(BufferName::Received, 3), Some(1));
        assert_eq!(structure.deepest_at(BufferName::Decrypted, 3), None);
    }
}
