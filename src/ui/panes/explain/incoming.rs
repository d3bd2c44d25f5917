//! Before and after each step of a message that arrives.

use super::digests::DigestPair;
use super::pieces::{Cards, Piece, addressees, broken_chain, envelope, findings, good_chain, name_of, octets, whole};
use crate::agent::{HeaderMark, RecipientOutcome, Report, SignatureState, Step, StepName};
use crate::finding::Severity;
use crate::span::BufferName;
use crate::ui::document::Document;
use crate::ui::icons::Status;
use crate::ui::text;
use crate::ui::text::{explain as words, outcome as outcome_text};

const MOST: usize = 6;

pub(super) fn cards(document: &Document, report: &Report, step: &Step, digests: &[DigestPair]) -> Cards {
    match step.name {
        StepName::FindRecipientKeys => find_keys(document, report, step),
        StepName::Decrypt => decrypt(document, report, step),
        StepName::ExtractSignedPart => Cards {
            before: octets(step.before, words::DECRYPTED).into_iter().collect(),
            after: [octets(step.after, words::SIGNED_CONTENT)]
                .into_iter()
                .chain([step.after.and_then(|_| whole(document, BufferName::SignatureCms, words::SIGNATURE))])
                .flatten()
                .chain(findings(step, &["cms.signers", "smime.signed-form"]))
                .collect(),
        },
        StepName::VerifySignature => verify(report, step, digests),
        StepName::EnforceTrust => trust(report),
        _ => unwrap(document, step),
    }
}

fn find_keys(document: &Document, report: &Report, step: &Step) -> Cards {
    Cards {
        before: envelope(report).into_iter().chain(whole(document, BufferName::Received, words::MESSAGE)).collect(),
        after: findings(step, &["incoming.local-recipients", "incoming.private-key", "envelope.complete"]).collect(),
    }
}

fn decrypt(document: &Document, report: &Report, step: &Step) -> Cards {
    let cipher = report.content_encryption.clone().map(|cipher| Piece::Fact(words::CIPHER, cipher));
    let ways = report.recipient_infos.iter().take(MOST).map(|info| {
        let status = if info.held_by.is_empty() { Status::NotChecked } else { Status::Info };
        let identifier = text::plain(&info.identifier);
        Piece::State(status, words::key_for(&identifier, &info.key_encryption, &info.held_by))
    });
    let opened = |recipient: &RecipientOutcome| {
        let key = recipient.opened_with.as_ref()?;
        let words = words::opened_for(&text::plain(&recipient.address.to_string()), &text::plain(key));
        Some(Piece::State(Status::Passed, words))
    };
    let refused = step.findings.iter().filter(|finding| finding.severity == Severity::Fail).take(MOST);
    let refused = refused.map(|finding| Piece::State(Status::Failed, text::plain(&finding.detail)));
    Cards {
        before: whole(document, BufferName::EncryptedCms, words::ENCRYPTED)
            .or_else(|| whole(document, BufferName::Received, words::MESSAGE))
            .into_iter()
            .chain(cipher)
            .chain(ways)
            .collect(),
        after: octets(step.after, words::DECRYPTED)
            .into_iter()
            .chain(report.recipients.iter().filter_map(opened).take(MOST))
            .chain(refused)
            .collect(),
    }
}

fn verify(report: &Report, step: &Step, digests: &[DigestPair]) -> Cards {
    let mut after: Vec<Piece> = digests.iter().take(2).cloned().map(Piece::Digests).collect();
    for signer in report.signers.iter().take(2) {
        let status = match signer.signature {
            SignatureState::Valid => Status::Passed,
            SignatureState::Invalid => Status::Failed,
            SignatureState::NotChecked => Status::NotChecked,
        };
        let state = words::signature_of(&name_of(signer), outcome_text::signature(signer.signature));
        after.push(Piece::State(status, state));
        let reasons = signer.reasons.iter().map(|reason| outcome_text::sentence(&reason.detail));
        after.extend(reasons.map(|reason| Piece::State(Status::Failed, reason)));
    }
    Cards { before: octets(step.before, words::SIGNED_CONTENT).into_iter().collect(), after }
}

fn trust(report: &Report) -> Cards {
    let signers = report.signers.iter().take(MOST).map(|signer| {
        let status = if signer.is_good() { Status::Passed } else { Status::Failed };
        Piece::State(status, words::signer(&name_of(signer), signer.bound_to_sender))
    });
    let before = signers.chain([addressees(&report.recipients)]).collect();
    let mut after = Vec::new();
    for signer in &report.signers {
        for trust in signer.trust.iter().take(MOST) {
            let status = if trust.path.is_ok() { Status::Passed } else { Status::Failed };
            let whom = text::plain(&trust.recipient.to_string());
            after.push(Piece::State(status, words::trusted_by(&whom, trust.path.is_ok())));
            match (&trust.path, &signer.certificate) {
                (Ok(path), _) => after.push(good_chain(path.certificates())),
                (Err(_), Some(leaf)) => after.push(broken_chain(leaf, Some(&trust.graph))),
                (Err(_), None) => {}
            }
        }
    }
    Cards { before, after }
}

fn unwrap(document: &Document, step: &Step) -> Cards {
    let rows = document.ran().map(|ran| ran.headers.as_slice()).unwrap_or_default();
    let inside: Vec<String> =
        rows.iter().filter(|row| row.mark == HeaderMark::InnerOnly).map(|row| text::plain(&row.name)).collect();
    let differing = rows.iter().filter(|row| row.mark == HeaderMark::Differs).map(|row| {
        let [outer, inner] = [&row.outer, &row.inner].map(|value| text::plain(value.as_deref().unwrap_or_default()));
        Piece::State(Status::Warning, words::differs(&text::plain(&row.name), &outer, &inner))
    });
    let kept = (!inside.is_empty()).then(|| Piece::Fact(words::INSIDE_ONLY, inside.join(", ")));
    Cards {
        before: octets(step.before, words::SIGNED_CONTENT).into_iter().collect(),
        after: octets(step.after, words::DELIVERED).into_iter().chain(kept).chain(differing).collect(),
    }
}
