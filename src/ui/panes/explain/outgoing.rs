//! Before and after each step of a message that is sent.

use super::digests::DigestPair;
use super::pieces::{Cards, Piece, addressees, broken_chain, envelope, findings, good_chain, octets, whole};
use crate::agent::{HeaderMark, RecipientOutcome, Report, Step, StepName};
use crate::span::BufferName;
use crate::ui::document::Document;
use crate::ui::icons::Status;
use crate::ui::text;
use crate::ui::text::{explain as words, outcome as outcome_text};

const MOST: usize = 6;

pub(super) fn cards(document: &Document, report: &Report, step: &Step, digests: &[DigestPair]) -> Cards {
    match step.name {
        StepName::FindSenderKeys => Cards {
            before: envelope(report)
                .into_iter()
                .chain(whole(document, BufferName::Received, words::ORIGINAL))
                .collect(),
            after: findings(step, &["outgoing.sender-key", "outgoing.sender-bound", "outgoing.signer-count"]).collect(),
        },
        StepName::FindRecipientCertificates => Cards {
            before: vec![addressees(&report.recipients)],
            after: report.recipients.iter().take(MOST).flat_map(looked_for).collect(),
        },
        StepName::EnforceTrust => Cards {
            before: report.recipients.iter().take(MOST).map(found).collect(),
            after: report.recipients.iter().take(MOST).flat_map(judged).collect(),
        },
        StepName::Wrap => Cards {
            before: whole(document, BufferName::Received, words::ORIGINAL).into_iter().collect(),
            after: octets(step.after, words::WRAPPED).into_iter().collect(),
        },
        StepName::SignAndEncrypt => secure(document, report, step, digests),
        _ => envelop(document, step),
    }
}

fn found(recipient: &RecipientOutcome) -> Piece {
    let count = recipient.candidates.len();
    let status = if count == 0 { Status::Failed } else { Status::Info };
    Piece::State(status, words::certificates_for(&text::plain(&recipient.address.to_string()), count))
}

fn looked_for(recipient: &RecipientOutcome) -> Vec<Piece> {
    let asked = recipient.lookups.iter().take(MOST).map(|lookup| {
        let query = text::plain(&lookup.query);
        Piece::State(Status::Info, words::lookup(lookup.method.as_str(), &query, &lookup.answer.to_string()))
    });
    [found(recipient)].into_iter().chain(asked).collect()
}

fn judged(recipient: &RecipientOutcome) -> Vec<Piece> {
    let status = outcome_text::recipient_status(&recipient.state);
    let whom = text::plain(&recipient.address.to_string());
    let state = match recipient.reason() {
        Some(reason) => words::left_out(&whom, &outcome_text::sentence(&reason.detail)),
        None => words::kept(&whom),
    };
    let mut pieces = vec![Piece::State(status, state)];
    let good = recipient.candidates.iter().find_map(|candidate| candidate.trust.as_ref().ok());
    if let Some(path) = good {
        pieces.push(good_chain(path.certificates()));
    }
    for candidate in recipient.candidates.iter().take(MOST) {
        match &candidate.trust {
            Err(reason) if good.is_some() => {
                let why = outcome_text::sentence(&reason.detail);
                pieces.push(Piece::State(Status::Info, words::passed_over(&why)));
            }
            Err(_) => pieces.push(broken_chain(&candidate.certificate, candidate.graph.as_deref())),
            Ok(_) => {}
        }
    }
    pieces
}

fn secure(document: &Document, report: &Report, step: &Step, digests: &[DigestPair]) -> Cards {
    let ways = report.recipient_infos.iter().take(MOST).map(|info| {
        let identifier = text::plain(&info.identifier);
        Piece::State(Status::Info, words::key_for(&identifier, &info.key_encryption, &info.held_by))
    });
    Cards {
        before: octets(step.before, words::WRAPPED).into_iter().collect(),
        after: whole(document, BufferName::Signed, words::SIGNED)
            .into_iter()
            .chain(digests.iter().take(2).cloned().map(Piece::Digests))
            .chain(octets(step.after, words::ENCRYPTED))
            .chain(ways)
            .collect(),
    }
}

fn envelop(document: &Document, step: &Step) -> Cards {
    let rows = document.ran().map(|ran| ran.headers.as_slice()).unwrap_or_default();
    let names = |inside: bool| {
        let wanted = rows.iter().filter(|row| (row.mark == HeaderMark::InnerOnly) == inside);
        let names: Vec<String> = wanted.map(|row| text::plain(&row.name)).collect();
        if names.is_empty() { words::NO_FIELDS.to_owned() } else { names.join(", ") }
    };
    let fields = || [Piece::Fact(words::IN_CLEAR, names(false)), Piece::Fact(words::INSIDE_ONLY, names(true))];
    Cards {
        before: whole(document, BufferName::EncryptedCms, words::ENCRYPTED).into_iter().collect(),
        after: octets(step.after, words::SECURED)
            .into_iter()
            .chain(step.after.into_iter().flat_map(|_| fields()))
            .collect(),
    }
}
