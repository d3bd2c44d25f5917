//! The messages: their list, the verdict and what may be tried, recipients and signers.

/// Why a run was not asked for somebody.
pub const NOT_REACHED: &str = "Not reached";
/// The matrix's title.
pub const MATRIX: &str = "Who accepts which signer";
/// What the matrix is.
pub const MATRIX_ABOUT: &str = "One accepted signer is enough for a recipient";
/// A cell that holds.
pub const ACCEPTS: &str = "Accepts";
/// A cell that does not.
pub const REJECTS: &str = "Does not";
/// Over the recipients of the matrix.
pub const RECIPIENT: &str = "Recipient";
/// The edit of an envelope.
pub const EDIT_ENVELOPE: &str = "Edit envelope";
/// A key is missing.
pub const IMPORT_KEY: &str = "Import key…";
/// A certificate is missing.
pub const IMPORT_CERTIFICATE: &str = "Import certificate…";
/// A revocation list is missing.
pub const IMPORT_CRL: &str = "Import revocation list…";
/// Keys are locked.
pub const UNLOCK: &str = "Unlock keys…";
/// Selects the anchors that were consulted.
pub const SHOW_ANCHORS_HINT: &str = "Select whom they trust, in Addresses";
/// The same beside a chain.
pub const SHOW_IN_ADDRESSES: &str = "Show in Addresses";
/// Selects a signer.
pub const SHOW_SIGNER: &str = "Show the signer";
/// Selects a recipient.
pub const SHOW_RECIPIENT: &str = "Show the recipient";
/// A message without an envelope.
pub const ASSUMED: &str = "Sender and recipients are assumed from the headers: the file has no envelope";
/// The filter over the headers.
pub const FILTER_HEADERS: &str = "Filter headers";
/// Nothing left of them.
pub const NO_HEADER: &str = "No header matches";
/// The quick filters.
pub const ALL: &str = "All";
/// Those that were rejected, or accepted for some only.
pub const PROBLEMS: &str = "Problems";
/// Those that were accepted for somebody.
pub const USABLE: &str = "Usable";
/// Ends the filter.
pub const CLEAR: &str = "Clear";

/// The button that leads to a recipient's anchors.
#[must_use]
pub fn show_anchors(whose: &str) -> String {
    format!("Show {whose}'s anchors")
}

/// A cell of the matrix, read aloud.
#[must_use]
pub fn cell(signer: &str, recipient: &str, word: &str) -> String {
    format!("{recipient}, {signer}: {word}")
}

/// What a filter hides.
#[must_use]
pub fn nothing_matches(filter: &str, hidden: usize) -> String {
    let hidden = super::grouped(hidden);
    if filter.is_empty() {
        format!("Nothing to show. {hidden} hidden")
    } else {
        format!("Nothing matches “{}”. {hidden} hidden", super::plain(&super::elided(filter, 60)))
    }
}

/// How many there are, and how many of them are shown.
#[must_use]
pub fn counted(shown: usize, all: usize, problems: usize) -> String {
    let all_words = if shown == all {
        super::grouped(all)
    } else {
        format!("{} of {}", super::grouped(shown), super::grouped(all))
    };
    if problems == 0 { all_words } else { format!("{all_words}, {}", super::count(problems, "problem", "problems")) }
}

/// A signer in the head of a column.
#[must_use]
pub fn signer(number: usize, issuer: &str) -> String {
    format!("{number} issued by {issuer}")
}

/// The anchor that made it good.
#[must_use]
pub fn through(anchor: &str) -> String {
    format!("Through {anchor}")
}

/// A list that goes on.
#[must_use]
pub fn and_more(names: &str, more: usize) -> String {
    format!("{names} and {more} more")
}

/// What a recipient makes of a signer.
#[must_use]
pub fn trust_of(recipient: &str, signer: &str) -> String {
    format!("{recipient} and the signer issued by {signer}")
}
