//! The Explain layout: its labels, and what the specifications say of each step, in our own words.

use crate::agent::{Operation, StepName};

/// Over what a step starts from.
pub const BEFORE: &str = "Before";
/// Over what a step leaves.
pub const AFTER: &str = "After";
/// Over the account of this run.
pub const WHAT_HAPPENED: &str = "What happened";
/// Over the rule behind the step.
pub const SPECIFICATION: &str = "What the specification says";
/// To the step before.
pub const PREVIOUS_STEP: &str = "Previous step";
/// To the step after.
pub const NEXT_STEP: &str = "Next step";
/// How that is done by keyboard.
pub const PREVIOUS_STEP_KEYS: &str = "Left arrow; Home for the first step";
/// How that is done by keyboard.
pub const NEXT_STEP_KEYS: &str = "Right arrow; End for the last step";
/// To the message before in the list.
pub const PREVIOUS_MESSAGE: &str = "Previous message";
/// To the message after in the list.
pub const NEXT_MESSAGE: &str = "Next message";
/// Selects the octets of a preview.
pub const SHOW_OCTETS: &str = "Show octets";
/// What that does.
pub const SHOW_OCTETS_HINT: &str = "Mark these octets in the drawer below";
/// Back from the Inspector to the account of the step.
pub const BACK_TO_STEP: &str = "Back to the step";
/// Without any message.
pub const NO_MESSAGE: &str = "Open a message to see how it is processed, step by step";
/// Its one action.
pub const OPEN_DEMO: &str = "Explore the demo workspace";
/// In the Send view, before anything was sent.
pub const NOTHING_SENT: &str = "Nothing was sent yet: write a message and process it, then its steps are shown here";
/// Its one action.
pub const SHOW_COMPOSER: &str = "Show the composer";
/// While the composer is shown.
pub const COMPOSER_IS_LEFT: &str =
    "Press Process in the composer on the left, then the steps of the message are shown here";
/// For a message that could not be run.
pub const FAILED: &str = "Could not be processed";
/// For a message that has not been run.
pub const NOT_PROCESSED: &str = "This message has not been processed yet";
/// Its one action.
pub const PROCESS: &str = "Process it";
/// For a step that was not reached.
pub const NOTHING_CAME: &str = "Nothing came as far as this step";
/// For a step that was not reached.
pub const NOTHING_LEFT: &str = "Nothing was made here";
/// The message as it was read.
pub const MESSAGE: &str = "The message as it arrived";
/// The message as its sender wrote it.
pub const ORIGINAL: &str = "The message as it was written";
/// The outer layer.
pub const ENCRYPTED: &str = "The encrypted layer";
/// What came out of it.
pub const DECRYPTED: &str = "What was inside the encryption";
/// What the signature covers.
pub const SIGNED_CONTENT: &str = "The signed content";
/// The signature.
pub const SIGNATURE: &str = "The signature";
/// The original inside its wrapper.
pub const WRAPPED: &str = "The wrapped message";
/// The wrapped message with its signature.
pub const SIGNED: &str = "Content and signature together";
/// What leaves.
pub const SECURED: &str = "The new message as it leaves";
/// What is delivered.
pub const DELIVERED: &str = "The message as it is delivered";
/// The symmetric cipher.
pub const CIPHER: &str = "Content cipher";
/// A digest that was computed.
pub const COMPUTED: &str = "Computed";
/// A digest that was signed.
pub const IN_SIGNATURE: &str = "In the signature";
/// Both digests are one.
pub const EQUAL: &str = "Equal";
/// They are not.
pub const DIFFERENT: &str = "Different";
/// Equal once the line ends are made CRLF.
pub const EQUAL_AS_CRLF: &str = "Equal once its line ends are made CRLF";
/// A signature over the content itself.
pub const NO_DIGEST: &str = "none: the signature is over the content itself";
/// Header fields that can be read on the way.
pub const IN_CLEAR: &str = "In the clear";
/// Header fields that cannot.
pub const INSIDE_ONLY: &str = "Inside only";
/// No header field on that side.
pub const NO_FIELDS: &str = "none";
/// The end of a chain without a known issuer.
pub const NO_ISSUER: &str = "its issuer is not known here";
/// The end of a chain at a root that is not trusted.
pub const NOT_AN_ANCHOR: &str = "the chain ends here, and this is no trust anchor of theirs";
/// The end of a chain that leads to an anchor.
pub const IS_ANCHOR: &str = "trust anchor";
/// A certificate of a chain whose checks held.
pub const LINK_HOLDS: &str = "this link holds";
/// A certificate of a chain that was not checked further.
pub const LINK_NOT_CHECKED: &str = "this link was not judged";

/// `Step 4 of 6`.
#[must_use]
pub fn step_of(place: usize, all: usize) -> String {
    format!("Step {} of {all}", place.saturating_add(1))
}

/// `Message 2 of 15, received`.
#[must_use]
pub fn message_of(place: usize, all: usize, operation: Operation) -> String {
    format!("Message {} of {all}, {}", place.saturating_add(1), way(operation))
}

/// Which way a message went.
#[must_use]
pub const fn way(operation: Operation) -> &'static str {
    match operation {
        Operation::Incoming => "received",
        Operation::Outgoing => "sent",
    }
}

/// What is read aloud of a step in the row of steps.
#[must_use]
pub fn step_name(place: usize, step: StepName, outcome: &str) -> String {
    format!("Step {}, {}, {outcome}", place.saturating_add(1), step.title())
}

/// The digests of one signer.
#[must_use]
pub fn digests_of(algorithm: &str, signer: &str) -> String {
    format!("{algorithm} digests, signer {signer}")
}

/// A RecipientInfo.
#[must_use]
pub fn key_for(identifier: &str, how: &str, held_by: &[String]) -> String {
    let held = if held_by.is_empty() {
        "key held by nobody here".to_owned()
    } else {
        format!("key held by {}", held_by.join(", "))
    };
    format!("Content key for {identifier}, {how}, {held}")
}

/// Whose key opened it.
#[must_use]
pub fn opened_for(address: &str, key: &str) -> String {
    format!("Opened for {address} with the key {key}")
}

/// A signer on the way into the judgement of trust.
#[must_use]
pub fn signer(name: &str, bound: bool) -> String {
    let bound = if bound { "bound to the sender" } else { "not bound to the sender" };
    format!("Signed by {name}, {bound}")
}

/// How a signature came out.
#[must_use]
pub fn signature_of(name: &str, state: &str) -> String {
    format!("{state}, signer {name}")
}

/// Whether a recipient trusts.
#[must_use]
pub fn trusted_by(address: &str, trusted: bool) -> String {
    if trusted { format!("{address} trusts this chain") } else { format!("{address} does not trust this chain") }
}

/// A recipient that is sent to.
#[must_use]
pub fn kept(address: &str) -> String {
    format!("{address} is kept")
}

/// A certificate beside the one that is used.
#[must_use]
pub fn passed_over(why: &str) -> String {
    format!("Another certificate is not used: {}", crate::finding::after_colon(why))
}

/// A recipient that is not.
#[must_use]
pub fn left_out(address: &str, why: &str) -> String {
    format!("{address} is left out: {}", crate::finding::after_colon(why))
}

/// What was found for a recipient.
#[must_use]
pub fn certificates_for(address: &str, count: usize) -> String {
    match count {
        0 => format!("No certificate was found for {address}"),
        _ => format!("{} found for {address}", super::count(count, "certificate", "certificates")),
    }
}

/// One place that was asked.
#[must_use]
pub fn lookup(method: &str, query: &str, answer: &str) -> String {
    format!("Looked in {method} for {query}: {answer}")
}

/// A header field that is another outside than inside.
#[must_use]
pub fn differs(name: &str, outer: &str, inner: &str) -> String {
    format!("{name} is “{outer}” outside and “{inner}” inside; what is inside counts")
}

/// What a step is by the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Specification {
    /// The heading under which it stands.
    pub heading: &'static str,
    /// The documents and clauses.
    pub clause: &'static str,
    /// What they say, in our words.
    pub words: &'static str,
}

const fn specification(heading: &'static str, clause: &'static str, words: &'static str) -> Specification {
    Specification { heading, clause, words }
}

/// What the specifications say of a step.
#[must_use]
pub const fn specification_of(step: StepName, operation: Operation) -> Specification {
    match (step, operation) {
        (StepName::FindRecipientKeys, _) => specification(
            "Incoming messages, recipients",
            "Direct AS 1.2, incoming; RFC 5321 §3.3",
            "The addresses of the envelope decide for whom a message is, not its headers. An agent serves recipients of its own domains only, each with the private key of the address or, failing that, of its domain.",
        ),
        (StepName::Decrypt, _) => specification(
            "Incoming messages, decryption",
            "Direct AS 1.2, incoming; RFC 5652 §6, RFC 8551 §3.3",
            "The content is encrypted once with a random key, and that key is encrypted for each recipient. A recipient whose private key does not give the content key is left out; the key of one recipient never opens the message for another.",
        ),
        (StepName::ExtractSignedPart, _) => specification(
            "Signed messages",
            "Direct AS 1.2, incoming; RFC 1847 §2.1, RFC 8551 §3.5",
            "What was encrypted has to be multipart/signed: the content first, its signature second. A message without a signature is rejected, because anybody can encrypt for somebody whose certificate is public.",
        ),
        (StepName::VerifySignature, _) => specification(
            "Signature Verification",
            "Direct AS 1.2, incoming; RFC 5652 §5.4 and §5.6, RFC 8550 §3",
            "The digest of the content, octet for octet as it was received, has to be the digest that the signer signed, and the signature has to fit the key of the signer's certificate. The certificate has to name the sender's address or domain, and to be valid.",
        ),
        (StepName::EnforceTrust, Operation::Incoming) => specification(
            "Trust Verification",
            "Direct AS 1.2 §4; RFC 5280 §6",
            "At least one good signer needs a chain of certificates that ends at a trust anchor of the recipient. Every recipient has anchors of their own, so one may get the message while another does not.",
        ),
        (StepName::Unwrap, _) => specification(
            "Message Wrapping",
            "Direct AS 1.2, incoming; RFC 8551 §3.1",
            "The sender's whole message travels as message/rfc822 under the signature. It is delivered octet for octet; the headers outside were protected by nothing, so those inside count.",
        ),
        (StepName::FindSenderKeys, _) => specification(
            "Outgoing messages, sender",
            "Direct AS 1.2, outgoing; RFC 8550 §3 and §4.4",
            "Every message leaves signed, so the sender needs a private key: that of the address or, failing that, of its domain. A key whose certificate has expired, or is not for signing, does not sign.",
        ),
        (StepName::FindRecipientCertificates, _) => specification(
            "Certificate Discovery",
            "Direct AS 1.2 §5.3; RFC 4398 §3",
            "A certificate of each recipient is looked for, first for the address and then for its domain. An agent must be able to ask the DNS; other places may be asked as well. Finding a certificate is not yet trusting it.",
        ),
        (StepName::EnforceTrust, Operation::Outgoing) => specification(
            "Trust Verification",
            "Direct AS 1.2 §4; RFC 5280 §6",
            "A certificate is used only if it is valid, is bound to the recipient, and leads to a trust anchor of the sender. Recipients without such a certificate are removed; if nobody is left, nothing is sent.",
        ),
        (StepName::Wrap, _) => specification(
            "Message Wrapping",
            "Direct AS 1.2, outgoing; RFC 8551 §3.1",
            "The whole message, with its headers, becomes the content of a message/rfc822 part. So the subject and every other header are signed and encrypted together with the text.",
        ),
        (StepName::SignAndEncrypt, _) => specification(
            "Signed and encrypted messages",
            "Direct AS 1.2, outgoing; RFC 1847 §2.1, RFC 5652 §5 and §6, RFC 8551 §3.3 and §3.5",
            "The wrapped message is signed first, as multipart/signed, and the result is encrypted for all remaining recipients at once. So the signature is hidden, and nobody on the way can take it off.",
        ),
        (StepName::NewEnvelope, _) => specification(
            "Outer headers",
            "Direct AS 1.2, outgoing; RFC 5322 §3.6",
            "The new message gets only the headers that transport needs: who, to whom, when, and which message. The subject stays inside, and recipients that were removed are named neither in the envelope nor in the outer headers.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_of_both_directions_has_a_heading_a_clause_and_words() {
        for (operation, steps) in [(Operation::Incoming, StepName::INCOMING), (Operation::Outgoing, StepName::OUTGOING)]
        {
            for step in steps {
                let found = specification_of(step, operation);
                assert!(!found.heading.is_empty() && found.clause.contains("AS 1.2"), "{step:?}");
                assert!(found.words.ends_with('.') && found.words.len() > 80, "{step:?}");
            }
        }
        let [incoming, outgoing] =
            [Operation::Incoming, Operation::Outgoing].map(|way| specification_of(StepName::EnforceTrust, way));
        assert_ne!(incoming, outgoing);
    }
}
