//! What all CMS types share: the ContentInfo around them, and fields read in their order (RFC 5652 §3).

use crate::asn1::{Asn1Error, Children, Element, Malformation, Oid, Tree, tag};
use crate::finding::{Finding, Ledger, Rule, Severity};
use crate::limits::{LimitExceeded, Limits};
use crate::span::Buffer;

const TRAILING: Rule = Rule::new("cms.no-trailing-octets", "RFC 5652 §3");
const ENCODING: Rule = Rule::new("cms.encoding", "RFC 5652 §3");

/// Why octets are not the CMS that was looked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CmsError {
    /// Not even BER.
    #[error("the CMS is damaged or incomplete: {0}; compare the octets with what the sender sent")]
    Encoding(Asn1Error),
    /// A cap was passed.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// BER, but not the structure.
    #[error("the CMS has no proper {field} at octet {offset}: compare the octets with what the sender sent")]
    Malformed {
        /// The field by its name in RFC 5652.
        field: &'static str,
        /// Where it was expected.
        offset: usize,
    },
    /// A CMS, then more.
    #[error("{count} octets follow the CMS at octet {offset}: nothing may follow what is signed")]
    TrailingOctets {
        /// Where they begin.
        offset: usize,
        /// How many.
        count: usize,
    },
    /// A CMS of another kind.
    #[error("the CMS is {found}, not {expected}")]
    WrongType {
        /// The kind looked for.
        expected: &'static str,
        /// The contentType found.
        found: Oid,
    },
}

/// Turns what stopped the parse into an error; caps are told apart from damage.
pub(super) fn checked_root<'t, 'o>(tree: &'t Tree<'o>, limits: &Limits) -> Result<Element<'t, 'o>, CmsError> {
    match tree.error {
        Some(Asn1Error { malformation: Malformation::TooManyNodes, .. }) => {
            Limits::check("number of ASN.1 values", tree.nodes.len().saturating_add(1), limits.asn1_nodes)?;
        }
        Some(Asn1Error { malformation: Malformation::TooDeep, .. }) => {
            Limits::check("depth of ASN.1 nesting", limits.asn1_depth.saturating_add(1), limits.asn1_depth)?;
        }
        Some(_) | None => {}
    }
    match (tree.error, tree.root()) {
        (None, Some(root)) => Ok(root),
        (Some(error), _) => Err(CmsError::Encoding(error)),
        (None, None) => Err(CmsError::Malformed { field: "ContentInfo", offset: 0 }),
    }
}

/// The contentType and the content of a ContentInfo.
pub(super) fn content_info<'t, 'o>(tree: &'t Tree<'o>, limits: &Limits) -> Result<(Oid, Element<'t, 'o>), CmsError> {
    let mut fields = Fields::of(&checked_root(tree, limits)?, "ContentInfo")?;
    let kind = fields.oid("contentType")?;
    let content = fields.required("content", |field| field.is_context(0))?;
    let inner = content.child(0).ok_or(CmsError::Malformed { field: "content", offset: content.range().start })?;
    fields.finish("end of ContentInfo")?;
    Ok((kind, inner))
}

/// The contentType of a ContentInfo, if that is what the octets are; reads no further than needed.
#[must_use]
pub fn content_type(octets: &[u8]) -> Option<Oid> {
    // Three values suffice: the sequence, the identifier, the content.
    let start = Limits { asn1_nodes: 2, ..Limits::DEFAULT };
    Tree::parse(octets, &start).root()?.child(0)?.oid()
}

/// How the trailing octets of a transfer are dealt with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Trailing {
    Refuse,
    Report,
}

/// Notes the encoding, and octets after the end. Empty lines after the end are a transport's and always tolerated.
pub(super) fn check_extent(
    tree: &Tree<'_>,
    buffer: &Buffer,
    trailing: Trailing,
    ledger: &mut Ledger,
) -> Result<(), CmsError> {
    let rest = tree.trailing();
    if rest.is_empty() {
        ledger.pass(TRAILING, "The CMS ends where its octets end");
    } else {
        let only_line_ends = buffer.slice(rest.clone()).iter().all(|octet| matches!(octet, b'\r' | b'\n'));
        if trailing == Trailing::Refuse && !only_line_ends {
            return Err(CmsError::TrailingOctets { offset: rest.start, count: rest.len() });
        }
        let detail = format!("{} octets follow the CMS", rest.len());
        ledger.note(Finding::new(TRAILING, Severity::Warning, detail).at(buffer.span(rest)));
    }
    let indefinite = tree.nodes.iter().filter(|node| node.indefinite).count();
    if indefinite > 0 {
        ledger.info(ENCODING, format!("BER: {indefinite} values have indefinite lengths"));
    } else if let Some(node) = tree.nodes.iter().find(|node| !node.minimal) {
        let finding = Finding::new(ENCODING, Severity::Info, "BER: a length is not in its shortest form");
        ledger.note(finding.at(buffer.span(node.range())));
    }
    Ok(())
}

/// The fields of a sequence, one after the other.
pub(super) struct Fields<'t, 'o> {
    rest: Children<'t, 'o>,
    end: usize,
}

impl<'t, 'o> Fields<'t, 'o> {
    pub(super) fn of(parent: &Element<'t, 'o>, name: &'static str) -> Result<Self, CmsError> {
        if !parent.is(tag::SEQUENCE) {
            return Err(CmsError::Malformed { field: name, offset: parent.range().start });
        }
        Ok(Self { rest: parent.children(), end: parent.content_range().end })
    }

    /// As [`Fields::of`] for a sequence under an implicit tag.
    pub(super) fn under(parent: &Element<'t, 'o>) -> Self {
        Self { rest: parent.children(), end: parent.content_range().end }
    }

    /// That nothing follows: the sequences of CMS cannot be extended, and what one program does not read another may.
    pub(super) fn finish(self, field: &'static str) -> Result<(), CmsError> {
        match self.rest.clone().next() {
            None => Ok(()),
            Some(extra) => Err(CmsError::Malformed { field, offset: extra.range().start }),
        }
    }

    pub(super) fn optional(&mut self, wanted: impl Fn(&Element<'t, 'o>) -> bool) -> Option<Element<'t, 'o>> {
        let next = self.rest.clone().next().filter(wanted)?;
        self.rest.next();
        Some(next)
    }

    pub(super) fn required(
        &mut self,
        field: &'static str,
        wanted: impl Fn(&Element<'t, 'o>) -> bool,
    ) -> Result<Element<'t, 'o>, CmsError> {
        let offset = self.rest.clone().next().map_or(self.end, |next| next.range().start);
        self.optional(wanted).ok_or(CmsError::Malformed { field, offset })
    }

    pub(super) fn universal(&mut self, field: &'static str, tag: u32) -> Result<Element<'t, 'o>, CmsError> {
        self.required(field, |element| element.is(tag))
    }

    pub(super) fn oid(&mut self, field: &'static str) -> Result<Oid, CmsError> {
        let element = self.universal(field, tag::OBJECT_IDENTIFIER)?;
        element.oid().ok_or(CmsError::Malformed { field, offset: element.range().start })
    }

    pub(super) fn version(&mut self) -> Result<i64, CmsError> {
        let element = self.universal("version", tag::INTEGER)?;
        element.small_integer().ok_or(CmsError::Malformed { field: "version", offset: element.range().start })
    }
}

/// The value of a reader, or that its field is malformed.
pub(super) fn well_formed<T>(value: Option<T>, field: &'static str, at: &Element<'_, '_>) -> Result<T, CmsError> {
    value.ok_or(CmsError::Malformed { field, offset: at.range().start })
}
