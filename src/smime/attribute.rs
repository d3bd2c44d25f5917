//! Attributes of signers and envelopes (RFC 5652 §5.3, §11).

use std::ops::Range;

use super::cms::{CmsError, Fields};
use crate::asn1::{Element, Oid, tag};

/// One attribute: its type, and where its values are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The type.
    pub oid: Oid,
    /// The octets of the attribute.
    pub range: Range<usize>,
    /// The octets of each value.
    pub values: Vec<Range<usize>>,
}

impl Attribute {
    /// Reads the attributes in a set, under whatever tag the set has.
    pub(super) fn read_all(set: &Element<'_, '_>) -> Result<Vec<Self>, CmsError> {
        set.children().map(|attribute| Self::read(&attribute)).collect()
    }

    fn read(attribute: &Element<'_, '_>) -> Result<Self, CmsError> {
        let mut fields = Fields::of(attribute, "Attribute")?;
        let oid = fields.oid("attrType")?;
        let values = fields.universal("attrValues", tag::SET)?;
        let values = values.children().map(|value| value.range()).collect();
        Ok(Self { oid, range: attribute.range(), values })
    }
}
