//! A path that ends in no anchor: the missing certificate, the missing anchor, or the anchor of the other direction.

use super::super::place::{Place, Source};
use super::case::Case;
use super::missing::{Missing, MissingKind};
use super::sources_of;
use crate::agent::Operation;
use crate::pki::certificate::lower_hex;
use crate::pki::{Certificate, ValidatedPath};
use crate::trust::{Party, PartyName};

/// Parties that trust what another does not, told by name.
const TOLD: usize = 5;

/// A chain that is complete, and whose end is not trusted.
pub(super) fn untrusted(case: &Case<'_>, end: &Certificate) -> Missing {
    if let Some(missing) = other_direction(case).or_else(|| trusted_elsewhere(case)) {
        return missing;
    }
    let sentence = format!(
        "The chain of {} is complete and ends at “{}” ({}), which is not among {}",
        named(case.leaf),
        end.common_name(),
        subject(end),
        anchors_of(case),
    );
    let mut missing = Missing::new(MissingKind::Anchor, case.code, sentence).about(end).advising(add_anchor(case, end));
    missing.sources = sources_of(end, case.search.places_of(end));
    missing.shown = shown(case, case.search.with_anchors(case.leaf, std::slice::from_ref(end)), "with it as an anchor");
    missing
}

/// A chain whose next certificate is not known.
pub(super) fn gap(case: &Case<'_>, last: &Certificate) -> Missing {
    if let Some(missing) = other_direction(case).or_else(|| trusted_elsewhere(case)) {
        return missing;
    }
    if case.anchors.is_empty() {
        return nobody_trusted(case, last);
    }
    let stops =
        if last == case.leaf { "stops at once".to_owned() } else { format!("stops at “{}”", last.common_name()) };
    let sentence = format!(
        "The chain of {} {stops}: the certificate of its issuer, {}{}, came neither with the message nor is it known here as \
         an authority",
        named(case.leaf),
        last.issuer(),
        key_identifier(last),
    );
    let mut missing = Missing::new(MissingKind::Intermediate, case.code, sentence).about(last);
    let kept = case.search.issuers_of(last);
    let kept = kept
        .into_iter()
        .map(|known| Source { place: known.kept.clone(), certificate: Some(known.certificate.clone()) });
    missing.sources = kept.chain(urls(last)).collect();
    missing.shown = shown(case, case.search.with_everything(case.leaf, case.anchors), "with it");
    missing.advice = gap_advice(case, last, &missing.sources);
    missing
}

fn nobody_trusted(case: &Case<'_>, last: &Certificate) -> Missing {
    let sentence = format!(
        "{} trusts nobody: there is no {} trust anchor, so the chain of {}, issued by {}, has nowhere to end",
        case.whose(),
        case.direction(),
        named(case.leaf),
        last.issuer(),
    );
    let mut missing = Missing::new(MissingKind::Anchor, case.code, sentence).about(last);
    missing.sources = urls(last).collect();
    missing.advice.push(format!(
        "Once its owner is known, import the certificate of {} as {} trust anchor for {}",
        last.issuer(),
        article(case.direction()),
        case.whose(),
    ));
    missing
}

/// The path holds by the anchors that the same party has for the other direction.
fn other_direction(case: &Case<'_>) -> Option<Missing> {
    let (parties, owner) = (&case.agent.parties, case.owner?);
    let party = match is_incoming(case) {
        true => parties.outgoing_anchors(owner)?.0,
        false => parties.incoming_anchors(owner)?.0,
    };
    let (path, place) = holds_for(case, party, !is_incoming(case))?;
    let anchor = path.anchor();
    let sentence = format!(
        "The chain of {} leads to “{}” ({}), which {} trusts for {} mail and not for {} mail",
        named(case.leaf),
        anchor.common_name(),
        subject(anchor),
        party.name,
        case.other_direction(),
        case.direction(),
    );
    let mut missing = Missing::new(MissingKind::Direction, case.code, sentence).about(anchor);
    missing.sources = sources_of(anchor, vec![place]);
    missing.advice.push(format!(
        "Once that is wanted, add “{}” to the {} trust anchors of {} as well (anchors add FILE --for {} --direction {})",
        anchor.common_name(),
        case.direction(),
        party.name,
        party.name,
        case.direction(),
    ));
    missing.shown = shown(case, Some(path), "with the anchors of that direction");
    Some(missing)
}

/// The path holds by the anchors of other parties of the workspace.
fn trusted_elsewhere(case: &Case<'_>) -> Option<Missing> {
    let others = case.agent.parties.all().iter().filter(|party| Some(&party.name) != case.party);
    let found: Vec<(&PartyName, ValidatedPath, Place)> = others
        .filter_map(|party| {
            let (path, place) =
                holds_for(case, party, is_incoming(case)).or_else(|| holds_for(case, party, !is_incoming(case)))?;
            Some((&party.name, path, place))
        })
        .take(TOLD)
        .collect();
    let (_, path, _) = found.first()?;
    let anchor = path.anchor().clone();
    let names: Vec<String> = found.iter().map(|(name, ..)| name.to_string()).collect();
    let sentence = format!(
        "The chain of {} leads to “{}” ({}), which is not among {}; {} {} it",
        named(case.leaf),
        anchor.common_name(),
        subject(&anchor),
        anchors_of(case),
        names.join(", "),
        if names.len() == 1 { "trusts" } else { "trust" },
    );
    let mut missing =
        Missing::new(MissingKind::Anchor, case.code, sentence).about(&anchor).advising(add_anchor(case, &anchor));
    missing.shown = shown(case, Some(path.clone()), "with it as an anchor");
    missing.sources = found.into_iter().flat_map(|(_, path, place)| sources_of(path.anchor(), vec![place])).collect();
    Some(missing)
}

fn holds_for(case: &Case<'_>, party: &Party, incoming: bool) -> Option<(ValidatedPath, Place)> {
    let anchors = if incoming { party.incoming.certificates() } else { party.outgoing.certificates() };
    if anchors.is_empty() {
        return None;
    }
    let path = case.search.with_anchors(case.leaf, &anchors)?;
    let place = match incoming {
        true => Place::IncomingAnchors(
            party.name.clone(),
            party.incoming.name_of(path.anchor()).unwrap_or_default().to_owned(),
        ),
        false => Place::OutgoingAnchors(
            party.name.clone(),
            party.outgoing.name_of(path.anchor()).unwrap_or_default().to_owned(),
        ),
    };
    Some((path, place))
}

const fn is_incoming(case: &Case<'_>) -> bool {
    matches!(case.operation, Operation::Incoming)
}

fn gap_advice(case: &Case<'_>, last: &Certificate, sources: &[Source]) -> Vec<String> {
    let url = sources.iter().find(|source| matches!(source.place, Place::Url(_)));
    let kept = sources.iter().find_map(|source| Some((source.certificate.as_ref()?, &source.place)));
    let mut advice = Vec::new();
    if let Some((certificate, place)) = kept {
        advice.push(format!(
            "Import the certificate “{}” into the authorities: {place} have it already",
            certificate.common_name()
        ));
    } else if let Some(Source { place, .. }) = url {
        advice.push(format!(
            "Run again with the network allowed (--online on the command line), or import into the authorities what {place} gives"
        ));
    } else {
        advice.push(format!(
            "Ask the owner of “{}” for the certificate of {}, and import it into the authorities",
            last.common_name(),
            last.issuer()
        ));
    }
    advice.push(match case.operation {
        Operation::Incoming => {
            "Better still, let the sender's agent include the whole chain in its signatures".to_owned()
        }
        Operation::Outgoing => format!(
            "If its owner is to be trusted directly, add that certificate to the outgoing trust anchors of {}",
            case.whose()
        ),
    });
    advice
}

fn add_anchor(case: &Case<'_>, anchor: &Certificate) -> String {
    format!(
        "Once its owner is known, add “{}” (SHA-256 {}) to the {} trust anchors of {}",
        anchor.common_name(),
        anchor.fingerprint_colons(),
        case.direction(),
        case.whose(),
    )
}

fn anchors_of(case: &Case<'_>) -> String {
    match case.anchors {
        [] => format!("the {} trust anchors of {}, who has none", case.direction(), case.whose()),
        [only] => format!(
            "the {} trust anchors of {}, who trusts “{}” alone",
            case.direction(),
            case.whose(),
            only.common_name()
        ),
        several => format!("the {} {} trust anchors of {}", several.len(), case.direction(), case.whose()),
    }
}

fn shown(case: &Case<'_>, path: Option<ValidatedPath>, how: &str) -> Option<String> {
    let path = path?;
    Some(format!(
        "The search was made again {how}, and finds a path from “{}” to “{}” on which every check holds",
        case.leaf.common_name(),
        path.anchor().common_name(),
    ))
}

fn named(leaf: &Certificate) -> String {
    format!("“{}” (serial number {})", leaf.common_name(), leaf.serial())
}

fn subject(certificate: &Certificate) -> &str {
    if certificate.subject().is_empty() { "without a subject" } else { certificate.subject() }
}

fn article(direction: &str) -> String {
    format!("an {direction}")
}

fn key_identifier(last: &Certificate) -> String {
    last.authority_key_id().map(|id| format!(" (key identifier {})", lower_hex(id))).unwrap_or_default()
}

/// Where the certificate says that its issuer's is.
fn urls(certificate: &Certificate) -> impl Iterator<Item = Source> + '_ {
    let urls = certificate.extensions().issuer_urls.iter();
    urls.map(|url| Source { place: Place::Url(url.clone()), certificate: None })
}
