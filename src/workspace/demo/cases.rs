//! What each of the fifteen messages is to show, and how it comes out under the default profile.

use crate::agent::{Operation, ReasonCode};

/// One message of the demo.
#[derive(Clone, Copy, Debug)]
pub struct DemoCase {
    /// The message's name in the workspace.
    pub id: &'static str,
    /// A title for lists.
    pub title: &'static str,
    /// What one learns from it, one sentence.
    pub lesson: &'static str,
    /// Which way it is to be run.
    pub operation: Operation,
    /// The code with which the whole message is rejected; `None` where it is accepted for somebody.
    pub rejection: Option<ReasonCode>,
    /// What happens for each recipient; a fault of the message itself removes them all.
    pub recipients: &'static [(&'static str, ExpectedRecipient)],
}

/// What happens for a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectedRecipient {
    /// The message goes to them.
    Accepted,
    /// They are removed.
    Removed(ReasonCode),
}

use ExpectedRecipient::{Accepted, Removed};
use Operation::{Incoming, Outgoing};

pub(super) const ALICE: &str = "alice@a.example";
pub(super) const BOB: &str = "bob@b.example";
pub(super) const CAROL: &str = "carol@b.example";
pub(super) const OSCAR: &str = "oscar@outsider.example";
pub(super) const STRANGER: &str = "eve@elsewhere.example";

/// The message on which the demo opens: the most instructive one.
pub const OPENS_ON: &str = "02-one-of-two-untrusted";

/// The fifteen, in the order in which they teach.
pub const CASES: [DemoCase; 15] = [
    DemoCase {
        id: "01-good",
        title: "Good message",
        lesson: "Alice's signature holds, and both recipients trust the root that her certificate leads to.",
        operation: Incoming,
        rejection: None,
        recipients: &[(BOB, Accepted), (CAROL, Accepted)],
    },
    DemoCase {
        id: OPENS_ON,
        title: "One of two recipients untrusted",
        lesson: "Trust belongs to each recipient: Bob trusts the outsider's root and gets the message, Carol does not.",
        operation: Incoming,
        rejection: None,
        recipients: &[(BOB, Accepted), (CAROL, Removed(ReasonCode::NoPathToAnchor))],
    },
    DemoCase {
        id: "03-no-trusted-recipients",
        title: "No trusted recipients",
        lesson: "Oscar's certificate is known, but it leads to no root that Alice trusts, so nothing is sent to him.",
        operation: Outgoing,
        rejection: Some(ReasonCode::NoTrustedRecipients),
        recipients: &[(OSCAR, Removed(ReasonCode::NoPathToAnchor))],
    },
    DemoCase {
        id: "04-sender-has-no-key",
        title: "Sender has no key",
        lesson: "No private key of Oscar or his domain lies here, so nobody can sign in his name.",
        operation: Outgoing,
        rejection: Some(ReasonCode::NoPrivateKey),
        recipients: &[(BOB, Removed(ReasonCode::NoPrivateKey))],
    },
    DemoCase {
        id: "05-recipient-certificate-missing",
        title: "Recipient's certificate missing",
        lesson: "Eve's certificate is found nowhere, so she is left out; Bob still gets the message.",
        operation: Outgoing,
        rejection: None,
        recipients: &[(BOB, Accepted), (STRANGER, Removed(ReasonCode::CertificateNotFound))],
    },
    DemoCase {
        id: "06-tampered-body",
        title: "Tampered body",
        lesson: "One digit changed after signing: the digest of the content is not the one that Alice signed.",
        operation: Incoming,
        rejection: Some(ReasonCode::DigestMismatch),
        recipients: &[(BOB, Removed(ReasonCode::DigestMismatch))],
    },
    DemoCase {
        id: "07-tampered-signature",
        title: "Tampered signature",
        lesson: "The content is untouched and its digest agrees, but the signature over it was altered.",
        operation: Incoming,
        rejection: Some(ReasonCode::SignatureInvalid),
        recipients: &[(BOB, Removed(ReasonCode::SignatureInvalid))],
    },
    DemoCase {
        id: "08-wrong-key",
        title: "Encrypted for the wrong key",
        lesson: "The sender used Bob's former certificate, whose private key is gone: compare the serial numbers.",
        operation: Incoming,
        rejection: Some(ReasonCode::NoTrustedRecipients),
        recipients: &[(BOB, Removed(ReasonCode::NotDecryptable))],
    },
    DemoCase {
        id: "09-expired-signer",
        title: "Signer's certificate expired",
        lesson: "The mathematics hold, but the certificate ran out a month ago; evaluate at an earlier time to see it pass.",
        operation: Incoming,
        rejection: Some(ReasonCode::Expired),
        recipients: &[(BOB, Removed(ReasonCode::Expired))],
    },
    DemoCase {
        id: "10-signer-not-yet-valid",
        title: "Signer's certificate not yet valid",
        lesson: "The certificate begins in the future: somebody's clock is wrong, or a new key was used too early.",
        operation: Incoming,
        rejection: Some(ReasonCode::NotYetValid),
        recipients: &[(BOB, Removed(ReasonCode::NotYetValid))],
    },
    DemoCase {
        id: "11-missing-intermediate",
        title: "Missing intermediate",
        lesson: "The certificate between signer and root is neither in the message nor known here, so the path breaks off.",
        operation: Incoming,
        rejection: Some(ReasonCode::NoTrustedRecipients),
        recipients: &[(BOB, Removed(ReasonCode::NoPathToAnchor))],
    },
    DemoCase {
        id: "12-signer-not-bound-to-sender",
        title: "Signer is not the sender",
        lesson: "Bob's certificate is trusted, but it is Bob's: it cannot sign for Alice.",
        operation: Incoming,
        rejection: Some(ReasonCode::SignerNotBound),
        recipients: &[(BOB, Removed(ReasonCode::SignerNotBound))],
    },
    DemoCase {
        id: "13-two-signers-one-trusted",
        title: "Two signers, one trusted",
        lesson: "One good signer whose path ends at one of Carol's roots is enough; the other does no harm.",
        operation: Incoming,
        rejection: None,
        recipients: &[(CAROL, Accepted)],
    },
    DemoCase {
        id: "14-unsigned-inside",
        title: "Unsigned inside the encryption",
        lesson: "Anybody can encrypt for Bob: without a signature inside, nothing says who wrote it.",
        operation: Incoming,
        rejection: Some(ReasonCode::Unsigned),
        recipients: &[(BOB, Removed(ReasonCode::Unsigned))],
    },
    DemoCase {
        id: "15-outer-from-differs",
        title: "Outer and wrapped From differ",
        lesson: "The outer header is unprotected and may say anything; the wrapped one is signed and counts.",
        operation: Incoming,
        rejection: None,
        recipients: &[(BOB, Accepted)],
    },
];

/// The case of a message's name.
#[must_use]
pub fn case(id: &str) -> Option<&'static DemoCase> {
    CASES.iter().find(|case| case.id == id)
}
