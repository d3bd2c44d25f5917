//! What a diagnosis rests on: where what is missing could come from, what is held of each key, every candidate path.

use super::super::console::{Console, Detail, Tone};
use super::super::error::CliError;
use super::super::path_graph::print_check;
use crate::diagnose::{CandidatePath, Candidates, Diagnosis, Holding, Missing, Opens, PathEnd, Place, Source};
use crate::finding::counted;

/// Sources of one missing thing that are printed; --verbose prints all.
const SHOWN: usize = 3;

/// Prints where what is missing could come from.
pub(super) fn sources(diagnosis: &Diagnosis, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let everything = console.detail == Detail::Everything;
    let causes = |missing: &&Missing| everything || diagnosis.causes.iter().any(|one| one.reason.code == missing.code);
    for missing in diagnosis.missing.iter().filter(causes) {
        let shown = if everything { usize::MAX } else { SHOWN };
        for source in missing.sources.iter().take(shown) {
            console.line(&format!("  From      {}", from(source)))?;
        }
        let more = missing.sources.len().saturating_sub(shown);
        if more > 0 {
            console.line(&format!("            and {}", counted(more, "other place")))?;
        }
    }
    Ok(())
}

fn from(source: &Source) -> String {
    match (&source.place, &source.certificate) {
        (Place::Url(url), _) => format!("{url} (named in the certificate; nothing was fetched)"),
        (place, Some(certificate)) => {
            format!("{place}: “{}”, serial number {}", certificate.common_name(), certificate.serial())
        }
        (place, None) => place.to_string(),
    }
}

/// Prints each RecipientInfo with what is held of the key that it needs.
pub(super) fn recipient_infos(diagnosis: &Diagnosis, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    if diagnosis.recipient_infos.is_empty() {
        return Ok(());
    }
    console.line("")?;
    console.toned("", Tone::Strong, "Keys", " that the envelope needs, and what is held of them")?;
    for addressed in &diagnosis.recipient_infos {
        console.line(&format!("  {}.", addressed.sentence))?;
        let (span, kind) = (addressed.span, addressed.kind);
        let place = format!("{} {}..{}", span.buffer, span.start, span.end);
        console.line(&format!("    {kind}, {}, octets {place}", addressed.key_encryption))?;
        for held in &addressed.holdings {
            console.line(&format!("    {}", holding(held)))?;
        }
    }
    if diagnosis.recipient_infos_omitted > 0 {
        console.line(&format!("  {} not shown", counted(diagnosis.recipient_infos_omitted, "other RecipientInfo")))?;
    }
    Ok(())
}

fn holding(holding: &Holding) -> String {
    let serial = holding.certificate.as_ref().map(|certificate| format!(", serial number {}", certificate.serial()));
    let opens = match holding.opens {
        Opens::Yes => ": opens the message",
        Opens::No => ": does not open the message",
        Opens::NotTried => "",
    };
    let (relation, serial) = (holding.relation.as_str(), serial.unwrap_or_default());
    format!("{relation:<16} {} “{}”{serial}{opens}", holding.party, holding.name)
}

/// Prints every candidate path, one line a link, with the checks that did not hold or were not made.
pub(super) fn candidates(diagnosis: &Diagnosis, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    for candidates in &diagnosis.candidates {
        console.line("")?;
        console.toned("", Tone::Strong, "Candidate paths", &heading(candidates))?;
        for (number, path) in candidates.paths.iter().enumerate() {
            print_path(number.saturating_add(1), path, console)?;
        }
        if candidates.omitted > 0 {
            console.line(&format!("  {} not shown", counted(candidates.omitted, "other candidate")))?;
        }
    }
    Ok(())
}

fn heading(candidates: &Candidates) -> String {
    let names: Vec<String> = candidates.recipients.iter().map(ToString::to_string).collect();
    let anchors = match &candidates.party {
        Some(party) => format!("by the anchors of {party}"),
        None => "without any anchor".to_owned(),
    };
    let asked = if candidates.asked { "" } else { " (the run ended before it asked)" };
    format!(" of “{}” for {}, {anchors}{asked}", candidates.certificate.common_name(), names.join(", "))
}

fn print_path(number: usize, path: &CandidatePath, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let (tone, word) = if path.is_good() { (Tone::Good, "good") } else { (Tone::Bad, "stops") };
    console.toned(&format!("  {number} "), tone, word, &format!(": {}", path.why))?;
    for (place, link) in path.links.iter().enumerate() {
        let sources: Vec<String> = link.sources.iter().map(ToString::to_string).collect();
        let from = if sources.is_empty() { String::new() } else { format!(" (from {})", sources.join(", ")) };
        let checks = match link.checks.len() {
            0 => String::new(),
            all => format!(": {} of {} held", link.held(), counted(all, "check")),
        };
        let mark = if path.stops_at == Some(place) { " ← stops here" } else { "" };
        console.line(&format!("    “{}”{from}{checks}{mark}", link.certificate.common_name()))?;
        link.checks.iter().try_for_each(|check| print_check(check, "    ", console))?;
    }
    if let PathEnd::Gap(issuer) = &path.end {
        console.line(&format!("    missing: {issuer}"))?;
    }
    Ok(())
}
