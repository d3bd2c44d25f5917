//! What was judged, how it came out for whom, and how to do it again.

use super::super::document::{Block, Row, Section, Table, Tone};
use super::super::evidence::Evidence;
use super::super::mask::{Mask, Redaction};
use super::super::shown::Shown;
use crate::agent::{Operation, RecipientOutcome, RecipientState, timestamp};
use crate::emulate::Emulated;
use crate::mail::{EnvelopeOrigin, ReversePath};

/// The code, in all three vocabularies, and the advice.
pub(super) fn verdict(run: &Evidence<'_>, mask: &Mask) -> Option<Section> {
    let own = match &run.report.rejection {
        Some(reason) => Shown::fixed(reason.code.as_str()),
        None => Shown::fixed("accepted"),
    };
    let mut facts = vec![("Code", own)];
    if let Some(reason) = &run.report.rejection {
        facts.push(("What would change it", Shown::fixed(reason.code.advice())));
    }
    facts.extend(run.emulated.iter().map(|emulated| (emulated.agent.title(), answer(emulated, mask))));
    Section::of("verdict", "Verdict", vec![Block::Facts(facts)])
}

fn answer(emulated: &Emulated, mask: &Mask) -> Shown {
    match emulated.code {
        Some(code) => Shown::joined(&["would reject it: ".into(), code.into()]),
        None => Shown::joined(&["would accept it: ".into(), mask.fact(&accepted_for(emulated))]),
    }
}

pub(super) fn accepted_for(emulated: &Emulated) -> String {
    use crate::emulate::EmulatedOutcome::{Accepted, NotLocal};
    let judged = emulated.recipients.iter().filter(|one| one.outcome != NotLocal).count();
    let accepted = emulated.recipients.iter().filter(|one| one.outcome == Accepted).count();
    format!("for {accepted} of {}", crate::finding::counted(judged, "recipient"))
}

/// The message, and under which circumstances it was judged.
pub(super) fn message(run: &Evidence<'_>, mask: &Mask) -> Option<Section> {
    let report = run.report;
    let octets = run.envelope.message.octets();
    let digest = openssl::sha::sha256(octets).iter().map(|octet| format!("{octet:02x}")).collect::<String>();
    // Whoever knows how such a message looks could try texts until the digest fits, unless it is of ciphertext.
    let is_encrypted = report.operation == Operation::Incoming && !report.recipient_infos.is_empty();
    let digest = if is_encrypted { mask.fact(&digest) } else { mask.content(&digest, digest.len() / 2) };
    let mut facts = Vec::new();
    if let (Some(source), Redaction::Full) = (&run.source, mask.redaction()) {
        facts.push(("File", mask.fact(source)));
    }
    facts.extend([
        ("SHA-256 of the message", digest),
        ("Size", Shown::counted(octets.len(), "octet")),
        ("Operation", Shown::fixed(operation(report.operation))),
        ("Sender (MAIL FROM)", mask.reverse_path(&report.sender)),
        ("Envelope", Shown::fixed(origin(run.envelope.origin))),
        ("Profile", Shown::fixed(report.profile.as_str())),
        ("Judged as of", mask.fact(&timestamp(report.evaluated_at))),
        ("Network", Shown::fixed(network(run))),
    ]);
    Section::of("message", "What was judged", vec![Block::Facts(facts)])
}

const fn operation(operation: Operation) -> &'static str {
    match operation {
        Operation::Incoming => "incoming: decrypted and verified for its recipients",
        Operation::Outgoing => "outgoing: signed and encrypted by its sender",
    }
}

const fn origin(origin: EnvelopeOrigin) -> &'static str {
    match origin {
        EnvelopeOrigin::Explicit => "as it came, with MAIL FROM and RCPT TO",
        EnvelopeOrigin::Edited => "sender or recipients were given by hand",
        EnvelopeOrigin::Derived => "none came with the message: sender and recipients are assumed from its headers",
    }
}

fn network(run: &Evidence<'_>) -> &'static str {
    let asked = run.report.recipients.iter().flat_map(|one| &one.lookups).any(|lookup| lookup.server.is_some());
    match (run.online, asked) {
        (false, false) => "offline: nothing was asked or fetched",
        (false, true) => "certificates were looked up; nothing that they point at was fetched",
        (true, _) => "online: what certificates point at could be fetched",
    }
}

/// Everybody, judged on their own.
pub(super) fn recipients(run: &Evidence<'_>, mask: &Mask) -> Option<Section> {
    let rows = run.report.recipients.iter().map(|recipient| {
        let (tone, outcome) = outcome(recipient, run.report.is_accepted());
        let reason = recipient.reason();
        let cells = vec![
            Shown::fixed(outcome),
            mask.address(&recipient.address),
            Shown::fixed(yes_local(recipient.local)),
            reason.map(|reason| Shown::fixed(reason.code.as_str())).unwrap_or_default(),
            reason.map(|reason| mask.reason(reason)).unwrap_or_default(),
            reason.map(|reason| Shown::fixed(reason.code.advice())).unwrap_or_default(),
        ];
        Row::new(tone, cells)
    });
    let table = Table::of(
        "Each recipient is judged on their own",
        &["Outcome", "Recipient", "Domain", "Code", "Why", "What would change it"],
        rows.collect(),
    );
    Section::of("recipients", "Recipients", table.into_iter().collect())
}

const fn yes_local(local: bool) -> &'static str {
    if local { "local" } else { "elsewhere" }
}

const fn outcome(recipient: &RecipientOutcome, accepted: bool) -> (Tone, &'static str) {
    match (&recipient.state, accepted) {
        (RecipientState::Accepted, true) => (Tone::Good, "accepted"),
        (RecipientState::Accepted, false) => (Tone::Bad, "rejected with the message"),
        (RecipientState::Removed(_), _) => (Tone::Bad, "removed"),
        (RecipientState::NotLocal, _) => (Tone::Plain, "not judged here"),
    }
}

/// The command line that judges the message so again.
pub(super) fn reproduce(run: &Evidence<'_>, mask: &Mask) -> Option<Section> {
    let report = run.report;
    let file = match (&run.source, mask.redaction()) {
        (Some(source), Redaction::Full) => mask.fact(&quoted(source)),
        _ => Shown::fixed("message.eml"),
    };
    let mut words = vec!["sealscope".into(), Shown::fixed(report.operation.as_str()), file];
    if let ReversePath::Mailbox(sender) = &report.sender {
        words.extend(["--from".into(), mask.address(sender)]);
    }
    for recipient in &report.recipients {
        words.extend(["--to".into(), mask.address(&recipient.address)]);
    }
    words.extend(["--profile".into(), Shown::fixed(report.profile.as_str())]);
    words.extend(["--at".into(), mask.fact(&timestamp(report.evaluated_at))]);
    if run.online {
        words.push("--online".into());
    }
    let mut blocks = vec![Block::Command(Shown::list(&words, " "))];
    blocks.push(Block::Sentence(Shown::fixed(match mask.redaction() {
        Redaction::Full => "The workspace has to hold the same keys, certificates and trust anchors",
        Redaction::Redacted | Redaction::WithoutNames => {
            "Put the real file and addresses in place of the pseudonyms; the workspace has to hold the same keys, \
             certificates and trust anchors"
        }
    })));
    Section::of("reproduce", "How to see it again", blocks)
}

fn quoted(name: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_./".contains(character);
    if name.chars().all(plain) { name.to_owned() } else { format!("'{}'", name.replace('\'', "'\\''")) }
}
