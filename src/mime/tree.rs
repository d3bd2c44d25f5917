//! All entities of a message, for people: the structure pane and `inspect`.
//!
//! A flat list of nodes, walked without recursion and cut at the caps on parts and depth with a finding, so that no
//! nesting costs stack. Signatures are not decided here: that is [`super::SignedEntity`]'s.

use super::entity::{DefaultType, Entity};
use super::multipart::scan_entity;
use crate::finding::{Finding, Ledger, Rule, Severity};
use crate::limits::Limits;
use crate::span::Buffer;

use std::ops::Range;

const STRUCTURE: Rule = Rule::new("mime.structure", "RFC 2046 §5");
const LIMIT: Rule = Rule::new("mime.limit", "Sealscope limits");

/// What an entity is to the one it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeRole {
    /// The message inside a `message/rfc822`.
    Message,
    /// A part of a multipart, counted from 1.
    Part(usize),
    /// The outermost entity.
    Root,
}

/// One entity of the tree.
#[derive(Clone, Debug)]
pub struct Node {
    /// The entity.
    pub entity: Entity,
    /// The entity it is in, as an index into the nodes.
    pub parent: Option<usize>,
    /// The entities in it.
    pub children: Vec<usize>,
    /// How deep it is; the root is at 0.
    pub depth: usize,
    /// What it is to its parent.
    pub role: NodeRole,
}

/// The entities of a message, each before those in it.
#[derive(Clone, Debug, Default)]
pub struct MimeTree {
    nodes: Vec<Node>,
}

struct Work {
    range: Range<usize>,
    default_type: DefaultType,
    parent: Option<usize>,
    depth: usize,
    role: NodeRole,
}

impl MimeTree {
    /// Reads the whole structure of a message, as far as the limits allow. Findings say what is out of order.
    #[must_use]
    pub fn parse(buffer: &Buffer, limits: &Limits) -> (Self, Ledger) {
        let mut ledger = Ledger::new();
        let mut tree = Self::default();
        let mut left = vec![Work {
            range: 0..buffer.octets().len(),
            default_type: DefaultType::TextPlain,
            parent: None,
            depth: 0,
            role: NodeRole::Root,
        }];
        while let Some(work) = left.pop() {
            if tree.nodes.len() >= limits.mime_parts {
                note_cut(buffer, &work.range, "The message has more parts than are shown", &mut ledger);
                break;
            }
            let (range, default_type) = (work.range.clone(), work.default_type);
            match Entity::parse_with(buffer, range, default_type, limits, &mut ledger) {
                Ok(entity) => {
                    let room = limits.mime_parts.saturating_sub(tree.nodes.len()).saturating_sub(left.len());
                    let index = tree.nodes.len();
                    tree.add(work, entity);
                    tree.enter(index, room, limits, &mut left, &mut ledger);
                }
                Err(limit) => note_cut(buffer, &work.range, &format!("A part is not shown: {limit}"), &mut ledger),
            }
        }
        (tree, ledger)
    }

    fn add(&mut self, work: Work, entity: Entity) {
        let index = self.nodes.len();
        if let Some(parent) = work.parent.and_then(|parent| self.nodes.get_mut(parent)) {
            parent.children.push(index);
        }
        self.nodes.push(Node { entity, parent: work.parent, children: Vec::new(), depth: work.depth, role: work.role });
    }

    /// Puts what is inside a node on the list of work, first part last so that it is taken first.
    fn enter(&self, index: usize, room: usize, limits: &Limits, left: &mut Vec<Work>, ledger: &mut Ledger) {
        let Some(node) = self.nodes.get(index) else { return };
        let entity = &node.entity;
        if !entity.content_type.is_composite() {
            return;
        }
        let depth = node.depth.saturating_add(1);
        if depth > limits.mime_depth {
            note_cut(&entity.buffer, &entity.body, "The parts nest deeper than is shown", ledger);
            return;
        }
        let inside =
            |range: Range<usize>, default_type, role| Work { range, default_type, parent: Some(index), depth, role };
        if entity.content_type.is_message() {
            // An encoded message has been noted; its text is no header.
            if entity.transfer_encoding.is_identity() {
                left.push(inside(entity.body.clone(), DefaultType::TextPlain, NodeRole::Message));
            }
            return;
        }
        let digest = entity.content_type.is("multipart", "digest");
        let default_type = if digest { DefaultType::MessageRfc822 } else { DefaultType::TextPlain };
        match scan_entity(entity, room, ledger) {
            Ok(scan) => {
                if scan.truncated {
                    note_cut(&entity.buffer, &entity.body, "The message has more parts than are shown", ledger);
                }
                let parts = scan.multipart.parts.into_iter().enumerate().rev();
                left.extend(
                    parts.map(|(part, range)| inside(range, default_type, NodeRole::Part(part.saturating_add(1)))),
                );
            }
            Err(error) => {
                let detail = format!("A multipart is not taken apart: {error}");
                ledger.note(Finding::new(STRUCTURE, Severity::Warning, detail).at(entity.span()));
            }
        }
    }

    /// The entities, each before those in it.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The outermost entity; `None` only where its header is past a limit.
    #[must_use]
    pub fn root(&self) -> Option<&Node> {
        self.nodes.first()
    }

    /// The place of a node as IMAP counts parts (RFC 9051 §6.4.5.1): `1.2`, and a message inside by its part's number.
    /// Empty for the root.
    #[must_use]
    pub fn label(&self, index: usize) -> String {
        let mut numbers = Vec::new();
        let mut next = Some(index);
        while let Some(node) = next.and_then(|index| self.nodes.get(index)) {
            if let NodeRole::Part(number) = node.role {
                numbers.push(number.to_string());
            }
            next = node.parent;
        }
        numbers.reverse();
        numbers.join(".")
    }
}

fn note_cut(buffer: &Buffer, range: &Range<usize>, detail: &str, ledger: &mut Ledger) {
    ledger.note(Finding::new(LIMIT, Severity::Warning, detail).at(buffer.span(range.clone())));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::BufferName;

    fn tree(octets: &[u8]) -> (MimeTree, Ledger) {
        MimeTree::parse(&Buffer::new(BufferName::Received, octets), &Limits::DEFAULT)
    }

    #[test]
    fn parts_and_messages_are_listed_in_order() {
        let octets = b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\n1\r\n\
            --a\r\nContent-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: d\r\n\r\n2\r\n--b--\r\n\
            --a\r\nContent-Type: text/html\r\n\r\n3\r\n--a--\r\n";
        let (tree, ledger) = tree(octets);
        let found: Vec<(String, String, usize)> = tree
            .nodes()
            .iter()
            .enumerate()
            .map(|(index, node)| (tree.label(index), node.entity.content_type.essence(), node.depth))
            .collect();
        let expected = [
            ("", "multipart/mixed", 0),
            ("1", "text/plain", 1),
            ("2", "multipart/digest", 1),
            ("2.1", "message/rfc822", 2),
            ("2.1", "text/plain", 3),
            ("3", "text/html", 1),
        ];
        assert_eq!(found, expected.map(|(label, essence, depth)| (label.to_owned(), essence.to_owned(), depth)));
        assert_eq!(tree.root().unwrap().children, [1, 2, 5]);
        assert_eq!(tree.nodes()[4].role, NodeRole::Message);
        assert_eq!(tree.nodes()[4].entity.body_octets(), b"2");
        assert_eq!(ledger.worst(), Severity::Pass);
    }

    #[test]
    fn the_outer_delimiter_ends_an_unclosed_inner_multipart() {
        let octets = b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
            --b\r\n\r\n1\r\n--a\r\n\r\n2\r\n--a--\r\n";
        let (tree, ledger) = tree(octets);
        let bodies: Vec<&[u8]> = tree.nodes().iter().skip(2).map(|node| node.entity.body_octets()).collect();
        assert_eq!(bodies, [b"1".as_slice(), b"2"]);
        assert_eq!(ledger.worst(), Severity::Warning);
    }

    #[test]
    fn the_tree_is_cut_at_its_caps_with_a_finding() {
        let parts =
            [b"Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_vec(), b"--b\r\n\r\n".repeat(2_000)].concat();
        let (tree_of_parts, ledger) = tree(&parts);
        assert!((999..=1_000).contains(&tree_of_parts.nodes().len()), "{}", tree_of_parts.nodes().len());
        assert!(ledger.findings().iter().any(|finding| finding.rule == LIMIT));
        let deep = b"Content-Type: message/rfc822\r\n\r\n".repeat(40);
        let (tree_of_depth, ledger) = tree(&deep);
        assert_eq!(tree_of_depth.nodes().len(), 33);
        assert!(ledger.findings().iter().any(|finding| finding.rule == LIMIT));
    }
}
