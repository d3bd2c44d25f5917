//! `sealscope exposure`: what a message gives away, and to whom.

use clap::Args;
use serde_json::json;

use super::common::Common;
use super::console::{Console, Detail, Tone};
use super::error::{CliError, Exit};
use super::input::MessageArgs;
use super::output;
use super::resolvers::{self, Asking};
use super::session::{Keys, Session};
use crate::agent::{MakingOptions, Operation};
use crate::discovery::Resolver;
use crate::exposure::{
    Exposure, Fact, Layer, Leak, Named, ObserverKind, Protection, RoutingRule, Sight, Stage, expose, exposure_json,
};
use crate::finding::{Severity, counted};
use crate::limits::Limits;
use crate::mail::Envelope;

const AFTER: &str = "\
Reads the message and the workspace's keys; writes nothing. Opens the message as `incoming` does, or with --outgoing \
secures it as `outgoing` does and looks at what would leave. Without a key it tells what can be read without one: that is \
what everybody on the way can read. Header values are printed, the text of the message never.

Three layers name people: the envelope (MAIL FROM, RCPT TO) routes the message, the outer headers travel in the clear, \
the inner headers are signed and encrypted. A leak is what lies open without need; From, To, Date and Message-ID have to \
be outside and are none.

Examples:
  sealscope exposure secured.eml
  sealscope exposure letter.eml --outgoing --from alice@a.example --to bob@b.example
  sealscope exposure secured.eml --without-keys
  sealscope exposure secured.eml --json | jq '.leaks[] | select(.severity == \"fail\")'

Exit status: 0 nothing of the content leaks, 3 a leak is a failure (a subject, a text, blind recipients in the open), \
1 could not run, 2 wrong use.";

/// Say what a message gives away: its three sets of addresses side by side, who learns what, and what leaks
///
/// Sets envelope, outer and inner headers beside one another, judges the routing rule of Direct 1.3, tells of everybody
/// from the relays to the recipients what they learn, and lists what lies open without need, with what keeps it in.
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct ExposureArgs {
    #[command(flatten)]
    message: MessageArgs,
    /// Secure the message as its sender's agent does, and look at what would leave
    #[arg(long, conflicts_with = "without_keys")]
    outgoing: bool,
    /// Look at the message as those on the way do, without any private key
    #[arg(long)]
    without_keys: bool,
}

pub(super) fn run(args: &ExposureArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let envelopes = args.message.envelopes(console)?;
    let all = if args.without_keys {
        envelopes.iter().map(|envelope| expose(envelope, None, &Limits::DEFAULT)).collect()
    } else {
        judged(args, &envelopes, common, console)?
    };
    if console.wants_json() {
        console.object(&object(&all))?;
    } else {
        print_all(&all, console)?;
    }
    let leaks = all.iter().any(|exposure| exposure.worst() == Severity::Fail);
    Ok(if leaks { Exit::Rejected } else { Exit::Success })
}

fn judged(
    args: &ExposureArgs,
    envelopes: &[Envelope],
    common: &Common,
    console: &mut Console<'_, '_>,
) -> Result<Vec<Exposure>, CliError> {
    let session = Session::load(Keys::Opened, common, console)?;
    let asking = if args.outgoing && session.is_online(common) { Asking::Allowed } else { Asking::Forbidden };
    let resolvers = resolvers::build(&session, asking, common)?;
    let arranged = resolvers.arranged();
    let asked: Vec<&dyn Resolver> = arranged.iter().map(|scoped| -> &dyn Resolver { scoped }).collect();
    let resolvers: &[&dyn Resolver] = if args.outgoing { &asked } else { &[] };
    let making = if args.outgoing { session.settings.making } else { MakingOptions::default() };
    let agent = session.agent(resolvers, making);
    let operation = if args.outgoing { Operation::Outgoing } else { Operation::Incoming };
    envelopes
        .iter()
        .map(|envelope| {
            let report = agent.account(envelope, operation).map_err(CliError::failed)?;
            Ok(expose(envelope, Some(&report), &Limits::DEFAULT))
        })
        .collect()
}

// One message gives its object, several a list of them, as outcomes do.
fn object(all: &[Exposure]) -> serde_json::Value {
    match all {
        [only] => exposure_json(only),
        several => json!({
            "schema": "sealscope.exposures/1",
            "exposures": several.iter().map(exposure_json).collect::<Vec<_>>(),
        }),
    }
}

fn print_all(all: &[Exposure], console: &mut Console<'_, '_>) -> Result<(), CliError> {
    for (number, exposure) in all.iter().enumerate() {
        if all.len() > 1 {
            console.line(&format!("Message {} of {}", number.saturating_add(1), all.len()))?;
        }
        print(exposure, console)?;
        if number.saturating_add(1) < all.len() {
            console.line("")?;
        }
    }
    Ok(())
}

fn print(exposure: &Exposure, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    headline(exposure, console)?;
    if console.detail == Detail::Verdict {
        return Ok(());
    }
    console.line(&format!("  {}", standing(exposure)))?;
    for leak in &exposure.leaks {
        leak_lines(leak, console)?;
    }
    console.line("")?;
    names(exposure, console)?;
    console.line("")?;
    routing(&exposure.routing, console)?;
    for finding in &exposure.mismatches {
        let tone = tone(finding.severity);
        console.toned("  ", tone, finding.severity.as_str(), &format!("  {}", finding.detail))?;
    }
    console.line("")?;
    matrix(exposure, console)
}

fn headline(exposure: &Exposure, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let count = |severity| exposure.leaks.iter().filter(|leak| leak.finding.severity == severity).count();
    let (failed, warned, told) = (count(Severity::Fail), count(Severity::Warning), count(Severity::Info));
    let rest = format!(
        ": {}, {}, {}",
        counted(failed, "failure"),
        counted(warned, "warning"),
        counted(told, "fact") + " worth knowing"
    );
    match exposure.worst() {
        Severity::Fail => console.toned("", Tone::Bad, "Leaks", &rest),
        Severity::Warning => console.toned("", Tone::Warning, "Gives something away", &rest),
        _ => console.toned("", Tone::Good, "Nothing leaks", &rest),
    }
}

/// What was looked at, in one sentence.
fn standing(exposure: &Exposure) -> &'static str {
    match (exposure.stage, exposure.protection) {
        (Stage::Stopped, _) => "The sender's agent refuses the message: nothing leaves, so nobody learns anything",
        (Stage::Leaving, _) => "The message as the sender's agent lets it go",
        (_, Protection::Opened) => "The message is encrypted and was opened here",
        (_, Protection::Sealed) => "The message is encrypted and was not opened here: what is inside is not known",
        (_, Protection::SignedOnly) => "The message is signed and not encrypted: all of it lies open",
        (_, Protection::Plain) => "The message is neither signed nor encrypted: all of it lies open",
    }
}

fn leak_lines(leak: &Leak, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let finding = &leak.finding;
    console.line("")?;
    console.toned("  ", tone(finding.severity), finding.severity.as_str(), &format!("  {}", finding.detail))?;
    console.line(&format!("    Because   {} ({}, {})", leak.because, finding.rule.id, finding.rule.clause))?;
    console.line(&format!("    Try       {}", leak.remedy))
}

const fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Pass => Tone::Good,
        Severity::Info | Severity::NotChecked => Tone::Dim,
        Severity::Warning => Tone::Warning,
        Severity::Fail => Tone::Bad,
    }
}

fn names(exposure: &Exposure, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let mut rows = vec![["address", "envelope", "outer headers", "inner headers", ""].map(ToOwned::to_owned).to_vec()];
    rows.extend(exposure.names.iter().map(|named| name_row(named, exposure)));
    output::table(&rows, console)?;
    if exposure.names_left_out > 0 {
        console.line(&format!("and {} not listed", counted(exposure.names_left_out, "further mention")))?;
    }
    Ok(())
}

fn name_row(named: &Named, exposure: &Exposure) -> Vec<String> {
    let cell = |layer: Layer| {
        let mut fields: Vec<&str> = named.within(layer).map(|mention| mention.field).collect();
        fields.dedup();
        match (fields.is_empty(), layer) {
            (false, _) => fields.join(", "),
            (true, Layer::Inner) if !exposure.has_inner => "?".to_owned(),
            (true, _) => "-".to_owned(),
        }
    };
    let [envelope, outer, inner] = Layer::ALL.map(cell);
    vec![named.address.clone(), envelope, outer, inner, named.notes.join(", ")]
}

fn routing(routing: &RoutingRule, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let (tone, word) =
        if routing.holds { (Tone::Good, "holds") } else { (tone(routing.finding.severity), "does not hold") };
    let finding = &routing.finding;
    console.toned("Routing rule of 1.3 ", tone, word, &format!(": {} ({})", finding.detail, finding.rule.clause))?;
    if !routing.holds {
        let named = |demands: bool| {
            let names = routing.consequences.iter().filter(|one| one.demands == demands);
            names.map(|one| one.profile.as_str()).collect::<Vec<_>>().join(", ")
        };
        console.line(&format!(
            "  {} report it and go on; {} reject the message (routing-mismatch)",
            named(false),
            named(true)
        ))?;
    }
    Ok(())
}

fn matrix(exposure: &Exposure, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let head = |(number, observer): (usize, &crate::exposure::Observer)| match (observer.kind, &observer.name) {
        (ObserverKind::Recipient, Some(name)) => name.clone(),
        (ObserverKind::Removed, Some(name)) => format!("{name} (left out)"),
        (ObserverKind::Relay | ObserverKind::Agent, _) => observer.kind.title().to_lowercase(),
        (kind, _) => format!("{} [{number}]", kind.title().to_lowercase()),
    };
    let mut first = vec!["who learns what".to_owned()];
    first.extend(exposure.observers.iter().enumerate().map(head));
    let mut rows = vec![first];
    for (place, fact) in Fact::ALL.into_iter().enumerate() {
        let mut row = vec![fact.title().to_owned()];
        row.extend(
            exposure
                .observers
                .iter()
                .map(|observer| observer.seen.get(place).map_or("", |seen| word(seen.sight)).to_owned()),
        );
        rows.push(row);
    }
    output::table(&rows, console)?;
    for (number, observer) in exposure.observers.iter().enumerate() {
        if matches!(observer.kind, ObserverKind::NameServer | ObserverKind::Directory | ObserverKind::Authority) {
            console.line(&format!("  [{number}] {}", observer.name.as_deref().unwrap_or_default()))?;
        }
    }
    if console.detail == Detail::Everything {
        details(exposure, console)?;
    }
    Ok(())
}

const fn word(sight: Sight) -> &'static str {
    match sight {
        Sight::Absent => "-",
        Sight::Hidden => "hidden",
        Sight::Partly => "partly",
        Sight::Sees => "sees",
        Sight::Unknown => "?",
    }
}

/// What everybody learns, in words.
fn details(exposure: &Exposure, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    for observer in &exposure.observers {
        console.line("")?;
        let name = observer.name.as_ref().map(|name| format!(": {name}")).unwrap_or_default();
        console.line(&format!("{}{name}", observer.kind.title()))?;
        for seen in &observer.seen {
            console.line(&format!("  {:<25} {:<7} {}", seen.fact.title(), word(seen.sight), seen.detail))?;
        }
    }
    Ok(())
}
