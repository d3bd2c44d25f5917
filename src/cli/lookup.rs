//! `sealscope lookup`: where an address's certificates are published, and what is there.

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
use crate::discovery::{LookupAnswer, Method, Resolution, Resolver as _, Subject};
use crate::finding::counted;
use crate::mail::Address;
use crate::pki::Certificate;
use crate::pki::binding::{self, Binding};
use crate::trust::PartyName;

const AFTER: &str = "\
Asks every method in the order of --via, for the address and for its domain, and prints what each query gave. Unlike \
other commands it uses the network unasked: the system's name server, or the one of --dns-server. What is found is not \
thereby trusted: `sealscope outgoing` judges it against the sender's anchors.

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
    let subjects = match &args.subject {
        PartyName::Address(address) => {
            vec![Subject::Address(address.clone()), Subject::Domain(address.domain().clone())]
        }
        PartyName::Domain(domain) => vec![Subject::Domain(domain.clone())],
    };
    let mut answers: Vec<(Method, Subject, Resolution)> = Vec::new();
    for resolver in resolvers.arranged() {
        for subject in subjects.iter().filter(|subject| resolver.scope().includes(subject)) {
            answers.push((resolver.method(), subject.clone(), resolver.resolve(subject)));
        }
    }
    if console.wants_json() {
        console.object(&object(&args.subject, &answers, session.profile.subject_names))?;
    } else {
        print(&args.subject, &answers, &session, console)?;
    }
    Ok(exit(&answers))
}

fn exit(answers: &[(Method, Subject, Resolution)]) -> Exit {
    if answers.iter().any(|(_, _, resolution)| !resolution.found.is_empty()) {
        return Exit::Success;
    }
    let unanswered = answers
        .iter()
        .flat_map(|(_, _, resolution)| &resolution.tried)
        .any(|lookup| matches!(lookup.answer, LookupAnswer::Failed(_) | LookupAnswer::TimedOut));
    if unanswered { Exit::Failed } else { Exit::Rejected }
}

fn print(
    subject: &PartyName,
    answers: &[(Method, Subject, Resolution)],
    session: &Session,
    console: &mut Console<'_, '_>,
) -> Result<(), CliError> {
    let found: usize = answers.iter().map(|(_, _, resolution)| resolution.found.len()).sum();
    match found {
        0 => console.toned("", Tone::Bad, "Nothing found", &format!(" for {subject}"))?,
        _ => console.toned("", Tone::Good, "Found", &format!(" {} for {subject}", counted(found, "certificate")))?,
    }
    for (_, _, resolution) in answers {
        resolution.tried.iter().try_for_each(|lookup| console.line(&format!("  {}", lookup_line(lookup))))?;
        for certificate in &resolution.found {
            let bound = bound_words(subject, certificate, session.profile.subject_names);
            let validity = validity(certificate, session.now);
            console.line(&format!("    {} — {validity}, {}", certificate.subject(), short(certificate.sha256())))?;
            console.line(&format!("    issued by {}; {bound}", certificate.issuer()))?;
        }
    }
    Ok(())
}

fn binding_of(subject: &PartyName, certificate: &Certificate, names: binding::SubjectDnNames) -> Option<Binding> {
    match subject {
        PartyName::Address(address) => binding::bind(certificate, address, names),
        // Any address of the domain will do: only the domain is compared.
        PartyName::Domain(domain) => {
            let any = Address::parse(&format!("postmaster@{}", domain.ascii())).ok()?;
            binding::bind(certificate, &any, names).filter(|binding| matches!(binding, Binding::Domain(_)))
        }
    }
}

fn bound_words(subject: &PartyName, certificate: &Certificate, names: binding::SubjectDnNames) -> String {
    match binding_of(subject, certificate, names) {
        Some(Binding::Address(name)) => format!("bound to the address {name}"),
        Some(Binding::Domain(name)) => format!("bound to the domain {name}"),
        None => format!("not bound to {subject}: it names {}", binding::names(certificate)),
    }
}

fn object(subject: &PartyName, answers: &[(Method, Subject, Resolution)], names: binding::SubjectDnNames) -> Value {
    let certificates = answers.iter().flat_map(|(method, asked, resolution)| {
        resolution.found.iter().map(move |certificate| {
            let binding = match binding_of(subject, certificate, names) {
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
    let lookups = answers.iter().flat_map(|(_, _, resolution)| resolution.tried.iter().map(lookup_json));
    json!({
        "schema": "sealscope.lookup/1",
        "subject": subject.to_string(),
        "certificates": certificates.collect::<Vec<_>>(),
        "lookups": lookups.collect::<Vec<_>>(),
    })
}
