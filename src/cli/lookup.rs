//! `sealscope lookup`: where an address's certificates are published, what is there, and where its mail would go.

use clap::Args;
use serde_json::{Value, json};

use super::common::Common;
use super::console::{Console, Tone};
use super::error::{CliError, Exit};
use super::resolvers::{self, Asking};
use super::session::{Keys, Session};
use super::store::{party, validity};
use super::verdict::{lookup_line, short};
use crate::agent::{certificate_json, lookup_json};
use crate::discovery::screen::binding_to;
use crate::discovery::survey::{Rules, Survey};
use crate::discovery::{Brought, Judgement, Lookup, LookupAnswer, Resolver, Subject};
use crate::finding::counted;
use crate::pki::Certificate;
use crate::pki::binding::{self, Binding};
use crate::trust::PartyName;

const AFTER: &str = "\
Asks every method in the order of --via, for the address and for its domain, and prints what each query gave, step by \
step, and where mail for the domain goes. Unlike other commands it uses the network unasked: the system's name server, or \
the one of --dns-server. A certificate is passed over if it names somebody else or is not valid at this time. What is \
taken is not thereby trusted: `sealscope outgoing` judges it against the sender's anchors.

Examples:
  sealscope lookup bob@b.example
  sealscope lookup b.example --via dns --dns-server 192.0.2.1:53
  sealscope lookup bob@b.example --via local --json

Exit status: 0 a certificate was found, 3 there is none, 1 could not run or nobody answered, 2 wrong use.";

/// Look for the certificates of an address or domain, and say where was looked
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct LookupArgs {
    /// An address, or a domain
    #[arg(value_name = "ADDRESS", value_parser = party)]
    subject: PartyName,
}

pub(super) fn run(args: &LookupArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let session = Session::load(Keys::Locked, common, console)?;
    let resolvers = resolvers::build(&session, Asking::Allowed, common)?;
    let arranged = resolvers.arranged();
    let asked: Vec<&dyn Resolver> = arranged.iter().map(|scoped| -> &dyn Resolver { scoped }).collect();
    let wanted = match &args.subject {
        PartyName::Address(address) => Subject::Address(address.clone()),
        PartyName::Domain(domain) => Subject::Domain(domain.clone()),
    };
    let rules = Rules { names: session.profile.subject_names, now: session.now };
    let survey = Survey::ask(&wanted, &asked, resolvers.mail_routes(), rules);
    if console.wants_json() {
        console.object(&object(&args.subject, &survey, session.profile.subject_names))?;
    } else {
        print(&survey, &session, console)?;
    }
    Ok(exit(&survey))
}

fn exit(survey: &Survey) -> Exit {
    if survey.counts().0 > 0 {
        return Exit::Success;
    }
    let silent = |lookup: &Lookup| matches!(lookup.answer, LookupAnswer::Failed(_) | LookupAnswer::TimedOut);
    if survey.steps().any(silent) { Exit::Failed } else { Exit::Rejected }
}

fn print(survey: &Survey, session: &Session, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let wanted = &survey.wanted;
    let (found, passed_over) = survey.counts();
    let but = if passed_over > 0 { format!(", {passed_over} of them passed over") } else { String::new() };
    match found {
        0 => console.toned("", Tone::Bad, "Nothing found", &format!(" for {wanted}"))?,
        _ => {
            console.toned("", Tone::Good, "Found", &format!(" {} for {wanted}{but}", counted(found, "certificate")))?
        }
    }
    for (number, lookup) in survey.steps().chain(&survey.mail).enumerate() {
        console.line(&format!("{:3}. {}", number + 1, lookup_line(lookup)))?;
        for brought in &lookup.certificates {
            let certificate = &brought.certificate;
            let validity = validity(certificate, session.now);
            console.line(&format!("     {} — {validity}, {}", certificate.subject(), short(certificate.sha256())))?;
            let fate = fate(wanted, brought, session.profile.subject_names);
            console.line(&format!("       issued by {}; {fate}", certificate.issuer()))?;
        }
    }
    Ok(())
}

fn fate(wanted: &Subject, brought: &Brought, names: binding::SubjectDnNames) -> String {
    match &brought.judgement {
        Judgement::PassedOver(why) => format!("passed over: {why}"),
        Judgement::Taken | Judgement::Unjudged => bound_words(wanted, &brought.certificate, names),
    }
}

fn bound_words(wanted: &Subject, certificate: &Certificate, names: binding::SubjectDnNames) -> String {
    match binding_to(wanted, certificate, names) {
        Some(Binding::Address(name)) => format!("bound to the address {name}"),
        Some(Binding::Domain(name)) => format!("bound to the domain {name}"),
        None => format!("not bound to {wanted}: it names {}", binding::names(certificate)),
    }
}

fn object(subject: &PartyName, survey: &Survey, names: binding::SubjectDnNames) -> Value {
    let certificates = survey.asked.iter().flat_map(|(method, asked, resolution)| {
        resolution.found.iter().map(move |certificate| {
            let binding = match binding_to(&survey.wanted, certificate, names) {
                Some(Binding::Address(_)) => Some("address"),
                Some(Binding::Domain(_)) => Some("domain"),
                None => None,
            };
            json!({
                "method": method.as_str(),
                "asked_for": asked.to_string(),
                "bound_by": binding,
                "certificate": certificate_json(certificate),
            })
        })
    });
    json!({
        "schema": "sealscope.lookup/1",
        "subject": subject.to_string(),
        "certificates": certificates.collect::<Vec<_>>(),
        "lookups": survey.steps().map(lookup_json).collect::<Vec<_>>(),
        "mail": survey.mail.as_ref().map(lookup_json),
    })
}
