//! The messages: their list, the verdict and what may be tried, recipients and signers.

/// The list of messages.
pub const LIST: &str = "Messages";
/// Its filter.
pub const FILTER: &str = "Filter messages";
/// It is empty.
pub const NONE_YET: &str = "No messages yet";
/// The same in the middle of the window.
pub const NONE_YET_DROP: &str = "No messages yet. Drop an .eml here";
/// Opens one.
pub const OPEN: &str = "Open message…";
/// The agent could not begin.
pub const COULD_NOT_PROCESS: &str = "Could not be processed";
/// The agent is at it.
pub const PROCESSING: &str = "Processing…";
/// What that means.
pub const PROCESSING_ABOUT: &str = "The agent is at work";
/// Nobody asked the agent.
pub const NOT_PROCESSED: &str = "Not processed yet";
/// What that means.
pub const NOT_PROCESSED_ABOUT: &str = "Nothing is known about this message until the agent has judged it";
/// Asks it, of a message that arrives.
pub const PROCESS_INCOMING: &str = "Process as incoming";
/// Asks it, of a message that leaves.
pub const PROCESS_OUTGOING: &str = "Process as outgoing";
/// Asks it again.
pub const RUN: &str = "Run  F5";
/// What that does.
pub const RUN_HINT: &str = "Process this message again";
/// The check behind a verdict.
pub const SHOW_CHECK: &str = "Show the check";
/// What that does.
pub const SHOW_CHECK_HINT: &str = "Select the check that decided, with its octets";
/// Saves what leaves.
pub const SAVE_SECURED: &str = "Save secured message…";
/// Saves what is delivered.
pub const SAVE_DELIVERED: &str = "Save delivered message…";
/// How either is saved.
pub const SAVE_HINT: &str = "Octet for octet; with its envelope where the name ends in .bsmtp";
/// Takes in what leaves.
pub const RECEIVE: &str = "Receive it";
/// What that does.
pub const RECEIVE_HINT: &str = "Take the secured message in again, as its recipients would";
/// What unlocking asks for.
pub const UNLOCK_HINT: &str = "Give the passphrase of the workspace's private keys";
/// What importing asks for.
pub const IMPORT_HINT: &str = "Choose a file to take into the workspace";
/// What may be changed in an envelope.
pub const EDIT_ENVELOPE_HINT: &str = "Change who the message is from and for";
/// What may be typed for the sender.
pub const SENDER_HINT: &str = "the sender's address; empty for the null sender";
/// What may be typed for the recipients.
pub const RECIPIENTS_HINT: &str = "recipients, separated by commas";
/// Takes the edited envelope.
pub const APPLY: &str = "Apply and run";
/// Leaves it as it was.
pub const CANCEL: &str = "Cancel";
/// Over the steps of a run.
pub const STEPS: &str = "Steps";
/// The tree of them.
pub const STEPS_TREE: &str = "Steps and checks";
/// The table of recipients.
pub const RECIPIENTS: &str = "Recipients";
/// The table of signers.
pub const SIGNERS: &str = "Signers";
/// A recipient for whom nothing is done.
pub const IN_NO_DOMAIN: &str = "In no local domain, so nothing is done for them here";
/// The signer of a message that leaves.
pub const SIGNED: &str = "Signed with this key";
/// A signer whose trust nobody asked for.
pub const TRUST_NOT_REACHED: &str = "Signature valid, trust not reached";
/// A signer that no recipient trusts.
pub const TRUSTED_BY_NOBODY: &str = "Signature valid, but no recipient trusts it";
/// A signer whose certificate is not there.
pub const NO_CERTIFICATE: &str = "The message does not carry this signer's certificate";
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

/// How long a run took.
#[must_use]
pub fn in_all(took: &str) -> String {
    format!("{took} in all")
}

/// A heading with how many there are.
#[must_use]
pub fn numbered(heading: &str, number: usize) -> String {
    format!("{heading} ({number})")
}

/// The key that opened a message for a recipient.
#[must_use]
pub fn opened_with(key: &str) -> String {
    format!("Opened with the key {}", super::plain(key))
}

/// The anchor of a recipient's certificate.
#[must_use]
pub fn certificate_trusted(anchor: &str) -> String {
    format!("Certificate trusted through {}", super::plain(anchor))
}

/// How many recipients trust a signer, and whether it is the one that counted.
#[must_use]
pub fn signature_trusted(some: usize, all: usize, used: bool) -> String {
    let by = if some < all { format!("{some} of {all}") } else { super::count(all, "recipient", "recipients") };
    let used = if used { ", used" } else { "" };
    format!("Signature valid, trusted by {by}{used}")
}

/// Who issued a certificate, and until when it is valid.
#[must_use]
pub fn issued_by(issuer: &str, until: &str) -> String {
    format!("Issued by {issuer}, valid until {until}")
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
