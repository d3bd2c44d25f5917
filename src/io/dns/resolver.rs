//! CERT records as a way to find certificates (RFC 4398).

use std::sync::atomic::Ordering;

use super::{DnsClient, Ending, Exchange};
use crate::discovery::dns_cert::{CertContent, OwnerForm, OwnerName, OwnerNameError, address_owners, domain_owner};
use crate::discovery::records::{MailRoute, MailRoutes};
use crate::discovery::{Lookup, LookupAnswer, Method, Resolution, Resolver, Subject};
use crate::limits::Limits;
use crate::pki::Certificate;

/// So many queries in a row without an answer, and the resolver asks no more: a message to a thousand recipients must
/// not wait for a dead server a thousand times.
const PATIENCE: usize = 2;

impl Resolver for DnsClient {
    fn method(&self) -> Method {
        Method::Dns
    }

    fn resolve(&self, subject: &Subject) -> Resolution {
        let mut resolution = Resolution::default();
        if let Some(given_up) = self.given_up(Method::Dns, subject) {
            resolution.tried.push(given_up);
            return resolution;
        }
        let owners = match owners(subject) {
            Ok(owners) => owners,
            Err(error) => {
                resolution.tried.push(self.not_asked(Method::Dns, subject, error.to_string()));
                return resolution;
            }
        };
        for (form, owner) in owners {
            let exchange = self.query(&owner);
            let silent = self.heard(&exchange.ending);
            let mut lookup = self.account(Method::Dns, subject, format!("{owner} CERT"), &exchange);
            lookup.notes.extend(form_words(form).map(str::to_owned));
            self.take(exchange, lookup, &mut resolution);
            // The other reading of the same address waits for nobody either.
            if silent || !resolution.found.is_empty() {
                break;
            }
        }
        resolution
    }
}

impl MailRoutes for DnsClient {
    fn mail_route(&self, subject: &Subject) -> Option<Lookup> {
        let domain = match subject {
            Subject::Address(address) => address.domain(),
            Subject::Domain(domain) => domain,
        };
        let owner = domain_owner(domain.ascii()).ok()?;
        let exchange = self.mail_exchangers(&owner);
        let route = match &exchange.ending {
            Ending::Answered(records) => Some(MailRoute::of(records.clone())),
            Ending::NoSuchName => Some(MailRoute::NoSuchDomain),
            _ => None,
        };
        let mut lookup = self.account(Method::Dns, subject, format!("{owner} MX"), &exchange);
        if let Some(route) = route {
            lookup.answer = LookupAnswer::Told(format!("mail goes to {route}"));
        }
        Some(lookup)
    }
}

impl DnsClient {
    /// The account of a query that is not made because the server has been silent too often.
    pub(super) fn given_up(&self, method: Method, subject: &Subject) -> Option<Lookup> {
        let silent = self.unanswered.load(Ordering::Relaxed) >= PATIENCE;
        silent
            .then(|| self.not_asked(method, subject, format!("the server left the last {PATIENCE} queries unanswered")))
    }

    pub(super) fn not_asked(&self, method: Method, subject: &Subject, why: String) -> Lookup {
        Lookup {
            server: Some(self.server.to_string()),
            answer: LookupAnswer::Skipped(why),
            ..Lookup::new(method, subject, subject.to_string())
        }
    }

    /// Counts the server's silences; whether this was one.
    pub(super) fn heard<R>(&self, ending: &Ending<R>) -> bool {
        let silent = matches!(ending, Ending::TimedOut | Ending::Unreachable(_));
        let unanswered = if silent { self.unanswered.load(Ordering::Relaxed) + 1 } else { 0 };
        self.unanswered.store(unanswered, Ordering::Relaxed);
        silent
    }

    fn take(&self, exchange: Exchange, mut lookup: Lookup, resolution: &mut Resolution) {
        if let Ending::Answered(contents) = exchange.ending {
            let found = certificates(contents, &mut lookup.notes);
            lookup = lookup.brought(&found);
            for certificate in found {
                if !resolution.found.contains(&certificate) {
                    resolution.found.push(certificate);
                }
            }
        }
        resolution.tried.push(lookup);
    }
}

fn owners(subject: &Subject) -> Result<Vec<(OwnerForm, OwnerName)>, OwnerNameError> {
    match subject {
        Subject::Address(address) => address_owners(address.unquoted_local_part(), address.domain().ascii()),
        Subject::Domain(domain) => domain_owner(domain.ascii()).map(|owner| vec![(OwnerForm::Only, owner)]),
    }
}

const fn form_words(form: OwnerForm) -> Option<&'static str> {
    match form {
        OwnerForm::Only => None,
        OwnerForm::PlainLabels => Some("the dots of the local part separate labels, as the Direct agents publish"),
        OwnerForm::EscapedLabel => Some("the local part is one label with its dots escaped (RFC 1035 §8)"),
    }
}

// Records that are no certificate, and those past the cap, are passed over and said to be.
fn certificates(contents: Vec<CertContent>, notes: &mut Vec<String>) -> Vec<Certificate> {
    let limit = Limits::DEFAULT.dns_records;
    if contents.len() > limit {
        notes.push(format!("{} records; only the first {limit} were looked at", contents.len()));
    }
    let mut found = Vec::new();
    for content in contents.into_iter().take(limit) {
        match (content.skipped(), content) {
            (Some(why), _) => notes.push(format!("record passed over: {why}")),
            (None, CertContent::Pkix(der)) => match Certificate::from_der(&der) {
                Ok(certificate) => found.push(certificate),
                Err(error) => notes.push(format!("record passed over: {error}")),
            },
            (None, _) => {}
        }
    }
    found
}
