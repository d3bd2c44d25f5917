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
/// A message without an envelope.
pub const ASSUMED: &str = "Sender and recipients are assumed from the headers: the file has no envelope";
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
