//! `sealscope lookup`: where an address's certificates are published, what is there, and where its mail would go.

use clap::Args;
use serde_json::{Value, json};

use super::common::Common;
use super::console::{Console, Tone};
use super::error::{CliError, Exit};
use super::resolvers::{self, Asking, Resolvers};
use super::session::{Keys, Session};
use super::store::{party, validity};
use super::verdict::{lookup_line, short};
use crate::agent::{certificate_json, lookup_json};
use crate::discovery::screen::{binding_to, screen};
use crate::discovery::{Brought, Judgement, Lookup, LookupAnswer, Method, Resolution, Resolver as _, Subject};
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

/// Everything that was asked, in order.
struct Account {
    wanted: Subject,
    asked: Vec<(Method, Subject, Resolution)>,
    mail: Option<Lookup>,
}

impl Account {
    fn brought(&self) -> impl Iterator<Item = &Brought> {
        self.steps().flat_map(|lookup| &lookup.certificates)
    }

    fn steps(&self) -> impl Iterator<Item = &Lookup> {
        self.asked.iter().flat_map(|(_, _, resolution)| &resolution.tried)
    }

    fn exit(&self) -> Exit {
        if self.asked.iter().any(|(_, _, resolution)| !resolution.found.is_empty()) {
            return Exit::Success;
        }
        let silent = |lookup: &Lookup| matches!(lookup.answer, LookupAnswer::Failed(_) | LookupAnswer::TimedOut);
        if self.steps().any(silent) { Exit::Failed } else { Exit::Rejected }
    }
}

pub(super) fn run(args: &LookupArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let session = Session::load(Keys::Locked, common, console)?;
    let resolvers = resolvers::build(&session, Asking::Allowed, common)?;
    let account = ask(&args.subject, &resolvers, &session);
    if console.wants_json() {
        console.object(&object(&args.subject, &account, session.profile.subject_names))?;
    } else {
        print(&account, &session, console)?;
    }
    Ok(account.exit())
}

fn ask(subject: &PartyName, resolvers: &Resolvers<'_>, session: &Session) -> Account {
    // As the agent asks: the address, the address without its suffix, the domain.
    let (wanted, subjects) = match subject {
        PartyName::Address(address) => {
            let wanted = Subject::Address(address.clone());
            let base = address.without_suffix().map(Subject::Address);
            let domain = Subject::Domain(address.domain().clone());
            (wanted.clone(), [Some(wanted), base, Some(domain)])
        }
        PartyName::Domain(domain) => {
            (Subject::Domain(domain.clone()), [Some(Subject::Domain(domain.clone())), None, None])
        }
    };
    let mut asked = Vec::new();
    for resolver in resolvers.arranged() {
        for subject in subjects.iter().flatten().filter(|subject| resolver.scope().includes(subject)) {
            let mut resolution = resolver.resolve(subject);
            screen(&mut resolution, &wanted, session.profile.subject_names, session.now);
            asked.push((resolver.method(), subject.clone(), resolution));
        }
    }
    let mail = resolvers.mail_route(&wanted);
    Account { wanted, asked, mail }
}

fn print(account: &Account, session: &Session, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let wanted = &account.wanted;
    let found: usize = account.asked.iter().map(|(_, _, resolution)| resolution.found.len()).sum();
    let passed_over = account.brought().filter(|brought| brought.judgement != Judgement::Taken).count();
    let but = if passed_over > 0 { format!(", {passed_over} of them passed over") } else { String::new() };
    match found {
        0 => console.toned("", Tone::Bad, "Nothing found", &format!(" for {wanted}"))?,
        _ => {
            console.toned("", Tone::Good, "Found", &format!(" {} for {wanted}{but}", counted(found, "certificate")))?
        }
    }
    for (number, lookup) in account.steps().chain(&account.mail).enumerate() {
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

fn object(subject: &PartyName, account: &Account, names: binding::SubjectDnNames) -> Value {
    let certificates = account.asked.iter().flat_map(|(method, asked, resolution)| {
        resolution.found.iter().map(move |certificate| {
            let binding = match binding_to(&account.wanted, certificate, names) {
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
        "lookups": account.steps().map(lookup_json).collect::<Vec<_>>(),
        "mail": account.mail.as_ref().map(lookup_json),
    })
}
