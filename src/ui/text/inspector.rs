//! The Inspector: the names of what it shows of each kind of item.

use time::OffsetDateTime;

use super::{date, plain};
use crate::agent::SignerOutcome;
use crate::pki::{Certificate, Validity};
use crate::ui::icons::Status;
use crate::ui::selection::Direction;

/// The pane.
pub const TITLE: &str = "Inspector";
/// Nothing is selected.
pub const NOTHING: &str = "Select anything to see what it is and where it came from";
/// The link from an item to its message.
pub const CRUMB_HINT: &str = "The message this belongs to";
/// Over the place of the octets.
pub const WHERE: &str = "Where it is";
/// Over the checks of an item, and how many there are.
pub const CHECKS: &str = "Checks";

/// The value of a part.
pub const DETAIL: &str = "Detail";
/// The type of a value.
pub const ASN1_TYPE: &str = "ASN.1 type";
/// Octets that are no part.
pub const OCTETS: &str = "Octets";

/// How many octets a message has.
pub const SIZE: &str = "Size";
/// Where a message came from.
pub const SOURCE: &str = "From where";
/// The rules that it was judged by.
pub const PROFILE: &str = "Judged by profile";
/// The time that it was judged for.
pub const EVALUATED_AT: &str = "Evaluated at";
/// The cipher.
pub const CONTENT_ENCRYPTION: &str = "Content encryption";
/// Whose keys open it.
pub const ENCRYPTED_FOR: &str = "Encrypted for";
/// Shows its parts.
pub const SHOW_STRUCTURE: &str = "Show structure";

/// The result of a step.
pub const CAME_OF_IT: &str = "What came of it";
/// How long a step took.
pub const TIME: &str = "Time";
/// A rule's identifier.
pub const RULE: &str = "Rule";

/// The code of a reason.
pub const REASON_CODE: &str = "Reason code";
/// The key that opened a message.
pub const OPENED_WITH: &str = "Opened with key";
/// Over what a recipient makes of the signers.
pub const TRUST_IN_SIGNERS: &str = "Trust in the signers";
/// Over the anchors of a recipient.
pub const INCOMING_ANCHORS: &str = "Anchors for mail that arrives";
/// There are none.
pub const NO_ANCHORS: &str = "Trusts nobody yet, so every message is rejected";
/// Over the certificates of a recipient.
pub const CERTIFICATES_FOUND: &str = "Certificates found";

/// Whether a signer is the sender.
pub const BOUND: &str = "Bound to the sender";
/// Signature and digest.
pub const ALGORITHMS: &str = "Algorithms";
/// The time that the signer states.
pub const CLAIMED_TIME: &str = "Signed, as the signer says";
/// Over the recipients of a signer.
pub const WHO_ACCEPTS: &str = "Who accepts this signer";
/// One of them does.
pub const ACCEPTS: &str = "accepts it";

/// Over the candidates for a chain.
pub const CANDIDATE_PATHS: &str = "Candidate paths";
/// A candidate that ends a chain.
pub const IS_ANCHOR: &str = "is itself an anchor";
/// A candidate that leads nowhere.
pub const ISSUER_UNKNOWN: &str = "no issuer is known";

/// How many keys a party has.
pub const PRIVATE_KEYS: &str = "Private keys";
/// How many certificates.
pub const CERTIFICATES: &str = "Certificates";
/// How many anchors for mail that arrives.
pub const TRUSTS_RECEIVING: &str = "Trusts when receiving";
/// How many for mail that leaves.
pub const TRUSTS_SENDING: &str = "Trusts when sending";
/// A key without its passphrase.
pub const LOCKED: &str = "Locked";
/// A key that is open.
pub const UNLOCKED: &str = "Unlocked";
/// Deletes a key.
pub const REMOVE_KEY: &str = "Remove this key…";
/// What that does.
pub const REMOVE_KEY_HINT: &str = "The key is deleted; its certificate stays";
/// Deletes an anchor.
pub const REMOVE_ANCHOR: &str = "Stop trusting it…";
/// What that does.
pub const REMOVE_ANCHOR_HINT: &str = "Chains that end here no longer count for this party";
/// Does so.
pub const REMOVE: &str = "Yes, remove it";

/// On what belongs to the demo.
pub const DEMO: &str = "DEMO";
/// From when to when.
pub const VALIDITY: &str = "Validity";
/// Whom a certificate is for.
pub const NAMES: &str = "Names";
/// Its subject.
pub const SUBJECT: &str = "Subject";
/// Its issuer.
pub const ISSUER: &str = "Issuer";
/// Whether it may issue.
pub const KIND: &str = "Kind";
/// Its key's algorithm.
pub const KEY: &str = "Key";
/// Its signature's algorithm.
pub const SIGNED_WITH: &str = "Signed with";
/// Its number.
pub const SERIAL: &str = "Serial number";
/// Its fingerprint.
pub const SHA256: &str = "SHA-256";
/// Copies that.
pub const COPY_FINGERPRINT: &str = "Copy fingerprint";
/// Over those that trust it.
pub const WHO_TRUSTS: &str = "Who trusts this?";
/// There is none.
pub const NOBODY_TRUSTS: &str = "Nobody here: no path from it ends at an anchor";

/// A recipient of the encryption, with those that hold the key.
#[must_use]
pub fn encrypted_for(identifier: &str, algorithm: &str, held_by: &[String]) -> String {
    let held = if held_by.is_empty() { "nobody here".to_owned() } else { held_by.join(", ") };
    format!("{}\n{algorithm}, key held by {held}", plain(identifier))
}

/// The anchor of a signer.
#[must_use]
pub fn through(anchor: &str) -> String {
    format!("through {}", plain(anchor))
}

/// The anchor of a recipient's certificate.
#[must_use]
pub fn trusted_through(anchor: &str) -> String {
    format!("trusted through {}", plain(anchor))
}

/// Whose anchors they are.
#[must_use]
pub fn set_up_for(party: &str) -> String {
    format!("Set up for {}", plain(party))
}

/// Whether a name in the signer's certificate is the sender's.
#[must_use]
pub const fn bound(signer: &SignerOutcome) -> &'static str {
    if signer.bound_to_sender { "yes, a name in the certificate is the sender's" } else { "no" }
}

/// Over the candidates for the chain of a signer.
#[must_use]
pub fn candidate_paths_for(recipients: &str) -> String {
    format!("{CANDIDATE_PATHS} for {recipients}")
}

/// Too many to show.
#[must_use]
pub fn not_shown(more: usize) -> String {
    format!("{more} more are not shown")
}

/// Where a candidate for an issuer came from.
#[must_use]
pub fn issued_by_candidate(sources: &[String]) -> String {
    format!("issued by, as a candidate from {}", sources.join(", "))
}

/// What held between two certificates.
#[must_use]
pub fn checks_held(held: usize, of: usize) -> String {
    format!("{held} of {of} checks held")
}

/// How many anchors.
#[must_use]
pub fn anchors(number: usize) -> String {
    super::count(number, "anchor", "anchors")
}

/// Whose key it is.
#[must_use]
pub fn key_of(party: &str) -> String {
    format!("Private key of {}", plain(party))
}

/// Whose anchor it is, and for what.
#[must_use]
pub fn trusts_this(party: &str, direction: Direction) -> String {
    let way = match direction {
        Direction::Incoming => "mail that arrives",
        Direction::Outgoing => "mail that leaves",
    };
    format!("{} trusts this for {way}", plain(party))
}

/// Whether a certificate is within its dates, and the shape of that.
#[must_use]
pub fn validity(certificate: &Certificate, at: OffsetDateTime) -> (Status, String) {
    match certificate.validity_at(at) {
        Validity::Valid => (Status::Passed, "Valid now".to_owned()),
        Validity::Expired => (Status::Failed, format!("Expired on {}", date(certificate.not_after()))),
        Validity::NotYetValid => (Status::Failed, format!("Not valid before {}", date(certificate.not_before()))),
    }
}

/// From when to when it is valid.
#[must_use]
pub fn valid_range(certificate: &Certificate) -> String {
    format!("{} to {}", date(certificate.not_before()), date(certificate.not_after()))
}

/// Whether it may issue others.
#[must_use]
pub const fn kind(is_authority: bool) -> &'static str {
    if is_authority { "certificate authority" } else { "end entity: a person, a domain or a service" }
}

/// The addresses and domains that it is bound to, a line for each.
#[must_use]
pub fn names(certificate: &Certificate) -> String {
    let addresses = certificate.email_addresses().iter().map(|name| format!("{} (address)", plain(name)));
    let domains = certificate.dns_names().iter().map(|name| format!("{} (domain)", plain(name)));
    let names: Vec<String> = addresses.chain(domains).collect();
    if names.is_empty() { "none: it is bound to no address and no domain".to_owned() } else { names.join("\n") }
}
