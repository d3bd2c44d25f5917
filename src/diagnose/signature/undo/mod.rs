//! For each transformation, the candidates for what the octets were before it.
//!
//! A family of candidates is bounded and deterministic, and its likeliest members come first: where candidates are
//! gathered for pairs, only the first few of them are taken. No family knows what is looked for; whether a candidate is
//! the one is decided by the digest alone.

mod encoded;
mod encoders;
mod folding;
mod header;
mod line_ends;
mod lines;
mod parameters;
mod reencoded;
mod surroundings;
mod text;

pub(super) use header::permute;

use super::base::Base;
use super::probe::{Flow, Probe};
use super::transformation::Transformation;

/// Offers every candidate for what `base` was before the transformation.
pub(super) fn undo(transformation: Transformation, base: &Base<'_>, probe: &mut Probe<'_>) -> Flow {
    let family = match transformation {
        Transformation::LineEndsLf => line_ends::line_ends_lf,
        Transformation::LineEndsCrlf => line_ends::line_ends_crlf,
        Transformation::FinalLineEndAdded => line_ends::final_line_end_added,
        Transformation::FinalLineEndRemoved => line_ends::final_line_end_removed,
        Transformation::BareCr => line_ends::bare_cr,
        Transformation::TrailingBlanksStripped => lines::trailing_blanks_stripped,
        Transformation::HeaderSpace => header::header_space,
        Transformation::FoldWhitespace => folding::fold_whitespace,
        Transformation::HeaderRefolded => folding::header_refolded,
        Transformation::HeaderCase => header::header_case,
        Transformation::HeaderOrder => header::header_order,
        Transformation::FromEscaped => lines::from_escaped,
        Transformation::DotStuffed => lines::dot_stuffed,
        Transformation::DotUnstuffed => lines::dot_unstuffed,
        Transformation::BomAdded => lines::bom_added,
        Transformation::SoftBreaks => encoded::soft_breaks,
        Transformation::Base64Rewrapped => encoded::base64_rewrapped,
        Transformation::BoundaryIncluded => surroundings::boundary_included,
        Transformation::PreambleIncluded => surroundings::preamble_included,
        Transformation::EpilogueIncluded => surroundings::epilogue_included,
        Transformation::FooterAdded => surroundings::footer_added,
        Transformation::LinesBroken => lines::lines_broken,
        Transformation::TransferEncodingChanged => reencoded::transfer_encoding_changed,
        Transformation::CharsetRecoded => text::charset_recoded,
        Transformation::UnicodeNormalised => text::unicode_normalised,
    };
    family(base, probe)
}
