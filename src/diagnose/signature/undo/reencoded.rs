//! Undoing a change of transfer encoding.

use std::ops::Range;

use super::super::base::Base;
use super::super::probe::{Edit, Flow, ON, Probe};
use super::encoded::LastLine;
use super::encoders::{QuotedPrintable, base64, line_end_of};
use crate::mime::{Entity, TransferEncoding};

/// Octets of a body that is written as quoted-printable; each takes several while that is done.
pub(super) const WRITTEN: usize = 16 << 20;

/// Leaves of which each is tried alone; of more, only all together.
const EACH: usize = 8;

/// `transfer-encoding-changed`: bodies that are quoted-printable or base64 are decoded; bodies that are not, or are base64,
/// become quoted-printable in every way of [`QuotedPrintable::ways`]; bodies become base64 in lines of 76, 64, 72
/// characters or one line. Each with the transfer encoding 8bit, 7bit, binary, quoted-printable or base64 written in place,
/// put after each field, or taken away, and with the encodings of the multiparts around made 8bit or 7bit or taken away;
/// in each leaf, in all of the same encoding, in all. `X-MIME-Autoconverted` goes, where it stands.
pub(super) fn transfer_encoding_changed(base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    let leaves = base.leaves();
    let mut groups: Vec<Vec<&Entity>> = leaves.iter().take(EACH).map(|leaf| vec![*leaf]).collect();
    for encoding in [
        TransferEncoding::QuotedPrintable,
        TransferEncoding::Base64,
        TransferEncoding::SevenBit,
        TransferEncoding::EightBit,
    ] {
        let alike: Vec<&Entity> = leaves.iter().copied().filter(|leaf| leaf.transfer_encoding == encoding).collect();
        if alike.len() > 1 {
            groups.insert(0, alike);
        }
    }
    if leaves.len() > 1 {
        groups.push(leaves);
    }
    let recipes = recipes(probe.is_thorough());
    for group in &groups {
        for recipe in &recipes {
            attempt(base, group, *recipe, probe)?;
        }
    }
    ON
}

/// What a body was.
#[derive(Clone, Copy)]
enum Recipe {
    Base64(usize, LastLine),
    /// As it is, under another label.
    Decoded,
    QuotedPrintable(QuotedPrintable),
}

fn recipes(all: bool) -> Vec<Recipe> {
    let mut recipes = vec![Recipe::Decoded];
    let ways = QuotedPrintable::ways();
    recipes.extend(ways.iter().take(if all { ways.len() } else { 2 }).map(|way| Recipe::QuotedPrintable(*way)));
    for width in [76, 64, 72, usize::MAX] {
        recipes.extend(LastLine::ALL.map(|last| Recipe::Base64(width, last)));
    }
    recipes
}

/// One recipe on a group of leaves, with each way to have written the field.
fn attempt(base: &Base<'_>, group: &[&Entity], recipe: Recipe, probe: &mut Probe<'_>) -> Flow {
    let bodies: Option<Vec<Edit>> = group.iter().map(|leaf| body(base, leaf, recipe)).collect();
    let Some(bodies) = bodies else { return ON };
    let names: &[&'static [u8]] = match recipe {
        Recipe::Base64(..) => &[b"base64", b"BASE64", b"Base64"],
        Recipe::Decoded => &[b"8bit", b"7bit", b"binary", b"8BIT", b"7BIT"],
        Recipe::QuotedPrintable(_) => &[b"quoted-printable", b"QUOTED-PRINTABLE", b"Quoted-Printable"],
    };
    let composites = composites(base);
    let mut labels: Vec<Label> = names.iter().map(|name| Label::InPlace(name)).collect();
    if matches!(recipe, Recipe::Decoded) {
        labels.push(Label::Absent);
    }
    for label in labels.iter().chain(&[Label::AsIs]) {
        let fields: Option<Vec<Vec<Edit>>> = group.iter().map(|leaf| label.edits(base, leaf)).collect();
        let Some(fields) = fields else { continue };
        for around in &composites {
            probe.attempt([bodies.as_slice(), &fields.concat(), around].concat())?;
        }
    }
    // The field was taken away altogether: it stood after one of the others.
    let [leaf] = group else { return ON };
    if leaf.field("Content-Transfer-Encoding").is_none() {
        for name in names.iter().take(1) {
            for place in leaf.header.fields.iter().map(|field| field.whole.end).chain([leaf.header.range.start]) {
                let field = [b"Content-Transfer-Encoding: ", *name, base.line_end()].concat();
                probe.attempt([bodies.as_slice(), &[Edit::insert(place, field)]].concat())?;
            }
        }
    }
    ON
}

/// The body that the leaf had; `None` where it cannot have been.
fn body(base: &Base<'_>, leaf: &Entity, recipe: Recipe) -> Option<Edit> {
    let text = base.slice(leaf.body.clone());
    let decoded = leaf.decoded_body();
    let identity = leaf.transfer_encoding.is_identity();
    let new = match recipe {
        Recipe::Decoded if identity => text.to_vec(),
        Recipe::Decoded => decoded.octets,
        Recipe::QuotedPrintable(_)
            if leaf.transfer_encoding == TransferEncoding::QuotedPrintable || decoded.octets.len() > WRITTEN =>
        {
            return None;
        }
        Recipe::QuotedPrintable(way) => way.encode(&decoded.octets),
        Recipe::Base64(..) if leaf.transfer_encoding == TransferEncoding::Base64 => return None,
        Recipe::Base64(width, last) => last.wrapped(&base64(&decoded.octets), width, line_end_of(text)),
    };
    Some(Edit::replace(leaf.body.clone(), new))
}

/// What became of the field that names the encoding.
#[derive(Clone, Copy)]
enum Label {
    Absent,
    AsIs,
    InPlace(&'static [u8]),
}

impl Label {
    /// The edits of one leaf's header; `None` where there is no field to change.
    fn edits(self, base: &Base<'_>, leaf: &Entity) -> Option<Vec<Edit>> {
        let mut edits: Vec<Edit> = leaf
            .header
            .fields
            .iter()
            .filter(|field| field.is_named(base.octets(), "X-MIME-Autoconverted"))
            .map(|field| Edit::remove(field.whole.clone()))
            .collect();
        match self {
            Self::AsIs => {}
            Self::Absent => edits.push(Edit::remove(leaf.field("Content-Transfer-Encoding")?.whole.clone())),
            Self::InPlace(name) => edits.push(Edit::replace(encoding_range(base, leaf)?, name)),
        }
        Some(edits)
    }
}

/// Where the encoding is named, without the blanks around.
fn encoding_range(base: &Base<'_>, entity: &Entity) -> Option<Range<usize>> {
    let field = entity.field("Content-Transfer-Encoding")?;
    let value = base.slice(field.value.clone());
    let start = field.value.start.saturating_add(value.len().saturating_sub(value.trim_ascii_start().len()));
    Some(start..start.saturating_add(value.trim_ascii().len()))
}

/// What may have become of the encodings that the multiparts around state: nothing, or the same everywhere.
fn composites(base: &Base<'_>) -> Vec<Vec<Edit>> {
    let stated: Vec<&Entity> = base
        .nodes()
        .iter()
        .filter(|node| !node.children.is_empty())
        .map(|node| &node.entity)
        .filter(|entity| encoding_range(base, entity).is_some())
        .collect();
    let mut ways = vec![Vec::new()];
    if stated.is_empty() {
        return ways;
    }
    for name in [b"8bit".as_slice(), b"7bit", b"binary"] {
        let edits = stated.iter().filter_map(|entity| Some(Edit::replace(encoding_range(base, entity)?, name)));
        ways.push(edits.collect());
    }
    let fields = stated.iter().filter_map(|entity| entity.field("Content-Transfer-Encoding"));
    ways.push(fields.map(|field| Edit::remove(field.whole.clone())).collect());
    ways
}
