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
