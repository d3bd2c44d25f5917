//! Which texts of a run may quote the message.
//!
//! The text of a finding is written for whoever may read the message, and may quote header values. Rules whose text is
//! known not to do that are listed here; the text of any other rule, also of one that is added later, counts as quoting.

use crate::agent::ReasonCode;
use crate::finding::{Finding, Severity};

/// How much of a finding does not come from the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Telling {
    /// Nothing but the rule itself.
    Rule,
    /// The sentence; the values found and expected come from the message, or are digests of its content.
    Sentence,
    /// All of it: algorithms, counts, certificates, addresses of the envelope.
    Whole,
}

/// Families of rules about certificates, keys, CMS and the envelope.
const WHOLE: &[&str] = &[
    "cms.",
    "envelope.complete",
    "envelope.origin",
    "envelope.recipient-once",
    "fetch.",
    "incoming.",
    "outgoing.",
    "path.",
    "run.limits",
    "signer.",
    "smime.canonical-line-ends",
    "smime.content-cipher",
    "smime.content-expands",
    "smime.detached-content-absent",
    "smime.key-encryption",
    "smime.layers-within-limit",
    "smime.signer-certificate-included",
];

/// Rules whose sentence is the program's own, with at most a media type or the name of a field in it.
const SENTENCE: &[&str] = &[
    "cms.message-digest-equal",
    "header.field-count",
    "header.sender",
    "incoming.headers-agree",
    "incoming.plaintext-is-mime",
    "message.line-ends",
    "message.recipients-agree",
    "message.routing",
    "message.sender-agrees",
    "mime.boundary-closed",
    "mime.multipart-signed",
    "mime.content-type-once",
    "mime.outside-signature",
    "mime.signed-protocol",
    "mime.signed-parts",
    "signer.signature",
    "smime.enveloped-media-type",
    "smime.micalg-agrees",
    "smime.signed-form",
];

/// Rules that quote where they do not hold, and else say so in words of their own.
const HOLDING: &[&str] = &["mime.boundary-lookalike", "mime.wrapper-encoding", "smime.smime-type-agrees"];

/// Rules of those families that quote all the same.
const RULE: &[&str] = &["incoming.wrapper-encoding"];

/// How much of a finding may be told.
pub(super) fn of(finding: &Finding) -> Telling {
    if finding.severity == Severity::Pass && HOLDING.contains(&finding.rule.id) {
        return Telling::Sentence;
    }
    of_rule(finding.rule.id)
}

fn of_rule(id: &str) -> Telling {
    if RULE.contains(&id) {
        Telling::Rule
    } else if SENTENCE.contains(&id) {
        Telling::Sentence
    } else if WHOLE.iter().any(|family| id == *family || (family.ends_with('.') && id.starts_with(family))) {
        Telling::Whole
    } else {
        Telling::Rule
    }
}

/// Rows of the test tools that find algorithms, certificates, signers and addresses of the envelope; what any other row
/// finds may be the value of a field.
const ROWS: &[&str] = &[
    "AS12-BOUND",
    "AS12-CERTIFICATE-ATTACHED",
    "AS12-CIPHER",
    "AS12-CURRENT",
    "AS12-DIGEST",
    "AS12-RECIPIENTS",
    "AS12-SIGNATURE",
    "AS12-TRUSTED",
    "AS12-UNREVOKED",
    "AS13-BOUND",
    "AS13-CERTIFICATE-DIGEST",
    "AS13-CIPHER",
    "AS13-CURRENT",
    "AS13-DIGEST",
    "AS13-KEY-SIZE",
    "AS13-KEY-TRANSPORT",
    "AS13-MAIL-FROM",
    "AS13-NO-WILDCARD",
    "AS13-RCPT-TO",
    "AS13-SIGNATURE",
    "AS13-SINGLE-NAME",
    "AS13-TRUSTED",
    "AS13-UNREVOKED",
    "DT-CERTIFICATE-KEY-SIZE",
    "DT-CERTIFICATE-KEY-USAGE",
    "DT-CERTIFICATE-POLICY",
    "DT-CONTENT-CIPHER",
    "DT-CURRENT-SIGNER",
    "DT-KEY-TRANSPORT",
    "DT-RECIPIENT-KEY-USAGE",
    "DT-SIGNER-DIGEST",
    "DT-SIGNER-KEY-USAGE",
    "DT-TRUSTED-SIGNER",
    "DT-UNREVOKED-SIGNER",
    "DT-VALID-SIGNER",
    "DTS-225",
    "DTS-240",
    "DTS-C4",
    "DTS-C5",
    "DTS-C7",
    "DTS-SVAP-ALGORITHM",
    "DTS-SVAP-KEY",
    "DTS-SVAP-NAMES",
    "DTS-SVAP-VALIDITY",
    "DTS-SVAP-WILDCARD",
];

/// Whether what a row finds comes from the message.
pub(super) fn is_quoting_row(id: &str) -> bool {
    !ROWS.contains(&id)
}

/// Whether the particulars of a reason with this code may quote the message.
pub(super) const fn is_quoting(code: ReasonCode) -> bool {
    matches!(code, ReasonCode::MalformedMime | ReasonCode::MalformedCms | ReasonCode::LimitExceeded)
}

/// The media types that a message secured with S/MIME is made of; the name of another one is the sender's word.
pub(super) const MEDIA_TYPES: &[&str] = &[
    "application/octet-stream",
    "application/pdf",
    "application/pkcs7-mime",
    "application/pkcs7-signature",
    "application/x-pkcs7-mime",
    "application/x-pkcs7-signature",
    "application/xml",
    "application/zip",
    "message/delivery-status",
    "message/disposition-notification",
    "message/rfc822",
    "multipart/alternative",
    "multipart/encrypted",
    "multipart/mixed",
    "multipart/related",
    "multipart/report",
    "multipart/signed",
    "text/html",
    "text/plain",
    "text/xml",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_nobody_listed_tells_nothing_but_itself() {
        assert_eq!(of_rule("mime.added-tomorrow"), Telling::Rule);
        assert_eq!(of_rule("pathological"), Telling::Rule);
        assert_eq!(of_rule("run.limits-of-something"), Telling::Rule);
    }

    #[test]
    fn an_exception_goes_before_its_family() {
        assert_eq!(of_rule("incoming.trust"), Telling::Whole);
        assert_eq!(of_rule("incoming.headers-agree"), Telling::Sentence);
        assert_eq!(of_rule("incoming.wrapper-encoding"), Telling::Rule);
    }
}
