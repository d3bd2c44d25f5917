//! Who signed, and the certificates on the way to an anchor.

use std::collections::HashSet;

use super::super::document::{Block, Row, Section, Table, Tone};
use super::super::evidence::Evidence;
use super::super::mask::Mask;
use super::super::shown::Shown;
use super::yes_or_no;
use crate::agent::{SignatureState, SignerOutcome, timestamp};
use crate::pki::Certificate;

pub(super) fn section(run: &Evidence<'_>, mask: &Mask) -> Option<Section> {
    let mut blocks = Vec::new();
    let signers = &run.report.signers;
    for (number, signer) in signers.iter().enumerate() {
        if signers.len() > 1 {
            let heading = [
                "Signer ".into(),
                Shown::number(number.saturating_add(1)),
                " of ".into(),
                Shown::number(signers.len()),
            ];
            blocks.push(Block::Sentence(Shown::joined(&heading)));
        }
        blocks.push(Block::Facts(facts(signer, mask)));
        blocks.extend(trust(signer, mask));
    }
    blocks.extend(certificates(run, mask));
    Section::of("signers", "Signers and certificates", blocks)
}

fn facts(signer: &SignerOutcome, mask: &Mask) -> Vec<(&'static str, Shown)> {
    let mut facts = vec![
        ("Signature", Shown::fixed(signature(signer.signature))),
        ("Named by", mask.name(&signer.identifier)),
        ("Digest", mask.fact(&signer.digest)),
        ("Signature algorithm", mask.fact(&signer.signature_algorithm)),
        ("Certificate names the sender", Shown::fixed(yes_or_no(signer.bound_to_sender))),
    ];
    if let Some(time) = signer.claimed_time {
        facts.push(("Signed at, as the signer says", mask.fact(&timestamp(time))));
    }
    if let Some(certificate) = &signer.certificate {
        facts.push(("Certificate", mask.name(certificate.subject())));
        facts.push(("SHA-256 of the certificate", mask.fact(certificate.sha256())));
    }
    for reason in &signer.reasons {
        let why = Shown::joined(&[Shown::fixed(reason.code.as_str()), ": ".into(), mask.reason(reason)]);
        facts.push(("Does not count, because", why));
    }
    facts
}

const fn signature(state: SignatureState) -> &'static str {
    match state {
        SignatureState::Valid => "valid",
        SignatureState::Invalid => "invalid",
        SignatureState::NotChecked => "could not be checked",
    }
}

fn trust(signer: &SignerOutcome, mask: &Mask) -> Option<Block> {
    let rows = signer.trust.iter().map(|trust| {
        let (tone, code, why) = match &trust.path {
            Ok(path) => (Tone::Good, Shown::default(), mask.name(&path.anchor().common_name())),
            Err(reason) => (Tone::Bad, Shown::fixed(reason.code.as_str()), mask.reason(reason)),
        };
        let trusted = if trust.path.is_ok() { "trusted" } else { "not trusted" };
        Row::new(tone, vec![Shown::fixed(trusted), mask.address(&trust.recipient), code, why])
    });
    Table::of("Who trusts this signer", &["Trust", "Recipient", "Code", "Anchor, or why not"], rows.collect())
}

/// Each certificate of a signer, a recipient or a path, once.
fn certificates(run: &Evidence<'_>, mask: &Mask) -> Option<Block> {
    let mut known = HashSet::new();
    let mut rows = Vec::new();
    let mut add = |role: &'static str, certificate: &Certificate| {
        if known.insert(*certificate.fingerprint()) {
            rows.push(Row::new(Tone::Plain, cells(role, certificate, mask)));
        }
    };
    for signer in &run.report.signers {
        signer.certificate.iter().for_each(|certificate| add("signer", certificate));
        for path in signer.trust.iter().filter_map(|trust| trust.path.as_ref().ok()) {
            add("anchor", path.anchor());
            path.certificates().iter().for_each(|certificate| add("on the path", certificate));
        }
    }
    for candidate in run.report.recipients.iter().flat_map(|recipient| &recipient.candidates) {
        add("recipient", &candidate.certificate);
        if let Ok(path) = &candidate.trust {
            add("anchor", path.anchor());
            path.certificates().iter().for_each(|certificate| add("on the path", certificate));
        }
    }
    Table::of(
        "Certificates",
        &["Role", "Subject", "Issuer", "Serial number", "Valid from", "Valid until", "SHA-256"],
        rows,
    )
}

fn cells(role: &'static str, certificate: &Certificate, mask: &Mask) -> Vec<Shown> {
    vec![
        Shown::fixed(role),
        mask.name(certificate.subject()),
        mask.name(certificate.issuer()),
        mask.fact(certificate.serial()),
        mask.fact(&timestamp(certificate.not_before())),
        mask.fact(&timestamp(certificate.not_after())),
        mask.fact(certificate.sha256()),
    ]
}
