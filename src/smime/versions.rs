//! The version numbers that a CMS has to state, and where a finding about it lies (RFC 5652 §6.2, 9629 §3).
//!
//! A wrong number is a finding and no failure: every reader goes by what is there. The readers check those of signatures,
//! envelopes and key transport themselves; here are those of the other recipients, for the inspection.

use super::facts::{CmsFacts, RecipientFacts};
use crate::finding::{Finding, Ledger, Rule, Severity};
use crate::span::Span;

const RECIPIENT: Rule = Rule::new("cms.recipient-info-version", "RFC 5652 §6.2");
const KEM: Rule = Rule::new("cms.kem-recipient-info-version", "RFC 9629 §3");

/// Notes the version of each RecipientInfo, whether it is the one demanded or not.
pub(super) fn check(facts: &CmsFacts, ledger: &mut Ledger) {
    let mut told = None;
    for info in facts.recipients.iter().filter(|info| info.kind != "key-transport") {
        // The recipients of one key agreement share its version.
        if told.replace(info.field) == Some(info.field) {
            continue;
        }
        if let (Some(found), Some(expected)) = (info.version, recipient(info)) {
            let rule = if info.kind == "key-encapsulation" { KEM } else { RECIPIENT };
            note(rule, (found, expected), facts.span_inside(info.field, "version"), ledger);
        }
    }
}

fn note(rule: Rule, (found, expected): (i64, i64), span: Span, ledger: &mut Ledger) {
    if found == expected {
        let detail = format!("The version of the RecipientInfo is {found}, as its content demands");
        ledger.note(Finding::new(rule, Severity::Pass, detail).at(span));
        return;
    }
    let finding =
        Finding::new(rule, Severity::Warning, "The version does not fit what the RecipientInfo holds").at(span);
    ledger.note(finding.values(found.to_string(), expected.to_string()));
}

fn recipient(info: &RecipientFacts) -> Option<i64> {
    Some(match info.kind {
        "key-agreement" => 3,
        "key-encryption-key" => 4,
        "password" | "key-encapsulation" => 0,
        _ => return None,
    })
}

/// Gives a finding of a reader the octets that it is about, where the reader had none at hand.
pub(super) fn place(facts: &CmsFacts, finding: &mut Finding) {
    if finding.span.is_some() {
        return;
    }
    let first = |wanted: &dyn Fn(&crate::asn1::OutlineLine) -> bool| {
        let found = facts.dissection.fields.iter().find(|field| wanted(&field.line));
        found.map(|field| facts.buffer.span(field.line.range()))
    };
    let span = match finding.rule.id {
        "cms.encoding" => first(&|line| line.indefinite),
        "cms.content-encryption" => {
            facts.span_of("encryptedContentInfo").or_else(|| facts.span_of("authEncryptedContentInfo"))
        }
        id if id.ends_with("-version") => facts.span_of("version"),
        "cms.certificates-readable" => facts.span_of("certificates"),
        _ => None,
    };
    finding.span = Some(span.unwrap_or_else(|| facts.buffer.whole()));
}

/// As [`place`] for what was found of one signer.
pub(super) fn place_of_signer(facts: &CmsFacts, signer: usize, finding: &mut Finding) {
    let Some(signer) = facts.signers.get(signer) else { return place(facts, finding) };
    let part = match finding.rule.id {
        "cms.message-digest-equal" => {
            signer.signed_attributes.iter().find(|one| one.name == "messageDigest").map(|one| one.span)
        }
        id if id.starts_with("cms.signed-attributes") || id == "cms.attributes-signature-valid" => {
            facts.find_inside(signer.field, "signedAttrs")
        }
        "cms.signature-valid" => facts.find_inside(signer.field, "signature"),
        "smime.signer-certificate-included" => facts.find_inside(signer.field, "sid"),
        "cms.same-digest-throughout" | "cms.ed25519-digest" => facts.find_inside(signer.field, "digestAlgorithm"),
        _ => None,
    };
    // The readers point at the whole SignerInfo; what they are about is a part of it.
    if finding.span.is_none_or(|span| span == signer.span) {
        finding.span = Some(part.unwrap_or(signer.span));
    }
}
