//! A report for people: the verdict first, then the reasons with what would change them, then the steps.

use std::time::Duration;

use super::console::{Console, Detail, Tone};
use super::error::CliError;
use super::path_graph;
use crate::agent::{
    Operation, Reason, ReasonCode, RecipientOutcome, RecipientState, Report, SignerOutcome, Step, StepOutcome,
};
use crate::discovery::Lookup;
use crate::discovery::fetch::Fetch;
use crate::finding::{Finding, Severity, after_colon, counted};
use crate::mail::ReversePath;

/// Prints a report as far as the options want it.
pub(super) fn print(report: &Report, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let (tone, word, rest) = sentence(report);
    console.toned("", tone, word, &rest)?;
    if console.detail == Detail::Verdict {
        return Ok(());
    }
    context(report, console)?;
    if let Some(reason) = &report.rejection {
        evidence(&worst_findings(report, reason.code), "  ", console)?;
        console.line(&format!("  Try       {}", reason.code.advice()))?;
    }
    for recipient in &report.recipients {
        recipient_lines(recipient, report.rejection.as_ref(), console)?;
    }
    signers(report, console)?;
    fetches(report, console)?;
    steps(report, console)?;
    findings(report, console)
}

/// The verdict: a word and the rest of its sentence.
pub(super) fn sentence(report: &Report) -> (Tone, &'static str, String) {
    if let Some(reason) = &report.rejection {
        return (Tone::Bad, "Rejected", format!(": {} ({})", reason.detail, reason.code));
    }
    let judged: Vec<_> = report.judged_recipients().collect();
    let accepted = judged.iter().filter(|recipient| recipient.is_accepted()).count();
    let action = match report.operation {
        Operation::Outgoing => "signed and encrypted",
        Operation::Incoming => "decrypted, verified and trusted",
    };
    if accepted == judged.len() {
        return (Tone::Good, "Accepted", format!(" for {}: {action}", counted(accepted, "recipient")));
    }
    let removed: Vec<String> = judged
        .iter()
        .filter_map(|recipient| {
            Some(format!("{} removed: {}", recipient.address, after_colon(&recipient.reason()?.detail)))
        })
        .collect();
    (Tone::Warning, "Accepted", format!(" for {accepted} of {} recipients; {}", judged.len(), removed.join("; ")))
}

fn context(report: &Report, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let sender = match &report.sender {
        ReversePath::Null => "<> (null sender)".to_owned(),
        ReversePath::Mailbox(address) => address.to_string(),
    };
    let direction = report.operation.as_str();
    let time = crate::agent::timestamp(report.evaluated_at);
    console.line(&format!("  {direction}, from {sender}, profile {}, judged as of {time}", report.profile))
}

// What the rejection said of the whole message is not said again of everybody.
fn because(
    reason: &Reason,
    rejection: Option<&Reason>,
    indent: &str,
    console: &mut Console<'_, '_>,
) -> Result<(), CliError> {
    if rejection == Some(reason) {
        return console.line(&format!("{indent}Because   the whole message was rejected ({})", reason.code));
    }
    console.line(&format!("{indent}Because   {} ({})", reason.detail, reason.code))?;
    console.line(&format!("{indent}Try       {}", reason.code.advice()))
}

// Found and expected of the first check that failed with values: the evidence for the reason.
fn evidence(findings: &[&Finding], indent: &str, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let valued = findings.iter().find_map(|finding| Some((finding.found.as_ref()?, finding.expected.as_ref()?)));
    if let Some((found, expected)) = valued {
        console.line(&format!("{indent}Found     {found}"))?;
        console.line(&format!("{indent}Expected  {expected}"))?;
    }
    Ok(())
}

// The step that ended the run holds the evidence; a run that ended because everybody was removed shows theirs instead.
fn worst_findings(report: &Report, code: ReasonCode) -> Vec<&Finding> {
    if code == ReasonCode::NoTrustedRecipients {
        return Vec::new();
    }
    let failed = report.trace.steps.iter().filter(|step| step.outcome == StepOutcome::Failed);
    failed.flat_map(|step| step.findings.iter()).filter(|finding| finding.severity == Severity::Fail).collect()
}

fn recipient_lines(
    recipient: &RecipientOutcome,
    rejection: Option<&Reason>,
    console: &mut Console<'_, '_>,
) -> Result<(), CliError> {
    console.line("")?;
    let address = format!("{}  ", recipient.address);
    match &recipient.state {
        RecipientState::Accepted => {
            let opened = recipient.opened_with.as_ref().map(|key| format!(", opened with key {key}"));
            console.toned(&address, Tone::Good, "accepted", &opened.unwrap_or_default())?;
        }
        RecipientState::NotLocal => {
            console.toned(
                &address,
                Tone::Dim,
                "not local",
                ": left alone, mail for this domain is not received here",
            )?;
        }
        RecipientState::Removed(reason) => {
            console.toned(&address, Tone::Bad, "removed", "")?;
            because(reason, rejection, "  ", console)?;
            let failed: Vec<_> =
                recipient.findings.iter().filter(|finding| finding.severity == Severity::Fail).collect();
            evidence(&failed, "  ", console)?;
        }
    }
    for candidate in &recipient.candidates {
        let name = candidate.certificate.subject();
        let print = &short(candidate.certificate.sha256());
        match &candidate.trust {
            Ok(path) => {
                let end = path.anchor().common_name();
                console.line(&format!("  certificate {name} ({print}): trusted by anchor “{end}”"))?;
            }
            Err(reason) => console.line(&format!("  certificate {name} ({print}): {reason}"))?,
        }
        if let (Detail::Everything, Some(graph)) = (console.detail, &candidate.graph) {
            path_graph::print_graph(graph, "    ", console)?;
        }
    }
    recipient.lookups.iter().try_for_each(|lookup| console.line(&format!("  {}", lookup_line(lookup))))
}

/// One query and its answer on one line.
pub(super) fn lookup_line(lookup: &Lookup) -> String {
    let server = lookup.server.as_ref().map(|server| format!(" at {server}")).unwrap_or_default();
    let transport = lookup.transport.map(|transport| format!(" over {transport}")).unwrap_or_default();
    let size = if lookup.octets > 0 { format!(", {} octets", lookup.octets) } else { String::new() };
    let notes: String = lookup.notes.iter().map(|note| format!("; {note}")).collect();
    let took = match lookup.from_cache {
        Some(seconds) => format!("kept from an earlier query, good for {seconds} s"),
        None => milliseconds(lookup.duration),
    };
    let dnssec = lookup.dnssec.map(|dnssec| format!("; {dnssec}")).unwrap_or_default();
    let asked = format!("asked {}{server}{transport}: {}", lookup.method, lookup.query);
    format!("{asked} → {}{size}, {took}{dnssec}{notes}", lookup.answer)
}

/// The first octets of a fingerprint: enough to tell certificates apart.
pub(super) fn short(fingerprint: &str) -> String {
    format!("SHA-256 {}…", fingerprint.chars().take(16).collect::<String>())
}

fn signers(report: &Report, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    if report.signers.is_empty() {
        return Ok(());
    }
    console.line("")?;
    console.toned("", Tone::Strong, "Signers", "")?;
    report.signers.iter().try_for_each(|signer| signer_lines(signer, report.rejection.as_ref(), console))
}

fn signer_lines(
    signer: &SignerOutcome,
    rejection: Option<&Reason>,
    console: &mut Console<'_, '_>,
) -> Result<(), CliError> {
    let name =
        signer.certificate.as_ref().map_or_else(|| signer.identifier.clone(), |known| known.subject().to_owned());
    let used = if signer.is_used() { ", used" } else { "" };
    console.line(&format!(
        "  {name}: signature {}{used} ({}, {})",
        signer.signature.as_str(),
        signer.digest,
        signer.signature_algorithm
    ))?;
    for reason in &signer.reasons {
        because(reason, rejection, "    ", console)?;
    }
    for trust in &signer.trust {
        match &trust.path {
            Ok(path) => {
                let names: Vec<String> = path.certificates().iter().map(|step| step.common_name()).collect();
                console.line(&format!("    {} trusts it: {}", trust.recipient, names.join(" ← ")))?;
            }
            Err(reason) => console.line(&format!("    {} does not: {reason}", trust.recipient))?,
        }
    }
    if console.detail == Detail::Everything {
        path_graph::print(&signer.trust, console)?;
    }
    Ok(())
}

fn fetches(report: &Report, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    if report.fetches.is_empty() {
        return Ok(());
    }
    console.line("")?;
    console.toned("", Tone::Strong, "Fetches", "")?;
    report.fetches.iter().try_for_each(|fetch| console.line(&format!("  {}", fetch_line(fetch))))
}

/// One fetch and what came of it on one line.
pub(super) fn fetch_line(fetch: &Fetch) -> String {
    let hops: String = fetch.hops.iter().map(|hop| format!(" → {hop}")).collect();
    let address = fetch.address.map(|address| format!(" at {address}")).unwrap_or_default();
    let kept = if fetch.kept_until.is_some() { " (kept from before)" } else { "" };
    let size = if fetch.octets > 0 { format!(", {} octets", fetch.octets) } else { String::new() };
    let notes: String = fetch.notes.iter().map(|note| format!("; {note}")).collect();
    let took = milliseconds(fetch.duration);
    format!("{} {}{hops}{address}: {}{kept}{size}, {took}{notes}", fetch.kind, fetch.url, fetch.outcome)
}

fn steps(report: &Report, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    console.line("")?;
    console.toned("", Tone::Strong, "Steps", "")?;
    let wide = report.trace.steps.iter().map(|step| step.name.title().len()).max().unwrap_or_default();
    for (number, step) in report.trace.steps.iter().enumerate() {
        let before = format!("  {}  {:wide$}  ", number + 1, step.name.title());
        let took = if step.outcome == StepOutcome::Skipped { String::new() } else { milliseconds(step.duration) };
        let after = format!("{:pad$}  {}  {took}", "", step.summary, pad = 7 - word(step).len().min(7));
        console.toned(&before, tone(step.outcome), word(step), &after)?;
    }
    Ok(())
}

const fn word(step: &Step) -> &'static str {
    step.outcome.as_str()
}

const fn tone(outcome: StepOutcome) -> Tone {
    match outcome {
        StepOutcome::Passed => Tone::Good,
        StepOutcome::Warning => Tone::Warning,
        StepOutcome::Failed => Tone::Bad,
        StepOutcome::Skipped => Tone::Dim,
    }
}

fn findings(report: &Report, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let everything = console.detail == Detail::Everything;
    let shown: Vec<_> = report.findings().filter(|finding| everything || finding.severity != Severity::Pass).collect();
    let held = report.findings().filter(|finding| finding.severity == Severity::Pass).count();
    console.line("")?;
    let rest = match (everything, held) {
        (false, 1..) => format!(" ({} that held not shown: --verbose)", counted(held, "check")),
        _ => String::new(),
    };
    console.toned("", Tone::Strong, "Findings", &rest)?;
    shown.into_iter().try_for_each(|finding| finding_lines(finding, console))
}

/// Prints one finding with its rule, clause and values.
pub(super) fn finding_lines(finding: &Finding, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let place = finding.span.map(|span| format!(", {} {}..{}", span.buffer, span.start, span.end)).unwrap_or_default();
    let severity = finding.severity.as_str();
    let after = format!(
        "{:pad$}  {}  [{}, {}{place}]",
        "",
        finding.detail,
        finding.rule.id,
        finding.rule.clause,
        pad = 11 - severity.len().min(11)
    );
    console.toned("  ", severity_tone(finding.severity), severity, &after)?;
    if let (Some(found), Some(expected)) = (&finding.found, &finding.expected) {
        console.line(&format!("               found {found}; expected {expected}"))?;
    }
    Ok(())
}

const fn severity_tone(severity: Severity) -> Tone {
    match severity {
        Severity::Pass => Tone::Good,
        Severity::Info | Severity::NotChecked => Tone::Dim,
        Severity::Warning => Tone::Warning,
        Severity::Fail => Tone::Bad,
    }
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}
