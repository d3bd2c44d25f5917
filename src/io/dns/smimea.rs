//! SMIMEA records as a way to find certificates (RFC 8162). They count only where DNSSEC vouches for them.

use std::sync::Arc;

use super::{DnsClient, Ending};
use crate::discovery::smimea::{Association, owner};
use crate::discovery::{Dnssec, Lookup, LookupAnswer, Method, Resolution, Resolver, Subject};
use crate::limits::Limits;
use crate::pki::Certificate;

/// Looks for SMIMEA records with a client that others may use too.
#[derive(Clone)]
pub struct SmimeaResolver(Arc<DnsClient>);

impl SmimeaResolver {
    /// A resolver that asks through `client`.
    #[must_use]
    pub const fn new(client: Arc<DnsClient>) -> Self {
        Self(client)
    }
}

impl Resolver for SmimeaResolver {
    fn method(&self) -> Method {
        Method::Smimea
    }

    fn resolve(&self, subject: &Subject) -> Resolution {
        let (found, lookup) = self.look(subject);
        Resolution { found, tried: vec![lookup] }
    }
}

impl SmimeaResolver {
    fn look(&self, subject: &Subject) -> (Vec<Certificate>, Lookup) {
        let client = &self.0;
        let not_asked = |why| (Vec::new(), client.not_asked(Method::Smimea, subject, why));
        let Subject::Address(address) = subject else {
            return not_asked("SMIMEA records are for addresses, not for domains (RFC 8162 §3)".to_owned());
        };
        if let Some(given_up) = client.given_up(Method::Smimea, subject) {
            return (Vec::new(), given_up);
        }
        let owner = match owner(address.unquoted_local_part(), address.domain().ascii()) {
            Ok(owner) => owner,
            Err(error) => return not_asked(error.to_string()),
        };
        let exchange = client.associations(&owner);
        client.heard(&exchange.ending);
        let mut lookup = client.account(Method::Smimea, subject, format!("{owner} SMIMEA"), &exchange);
        let Ending::Answered(records) = exchange.ending else { return (Vec::new(), lookup) };
        if !records.is_empty() && exchange.dnssec != Some(Dnssec::Validated) {
            let count = crate::finding::counted(records.len(), "record");
            lookup.answer = LookupAnswer::Failed(format!(
                "{count} ignored: the server does not say that DNSSEC vouches for the answer (RFC 8162 §1)"
            ));
            return (Vec::new(), lookup);
        }
        let found = certificates(records, &mut lookup.notes);
        let lookup = lookup.brought(&found);
        (found, lookup)
    }
}

fn certificates(records: Vec<Association>, notes: &mut Vec<String>) -> Vec<Certificate> {
    let mut found = Vec::new();
    for record in records.into_iter().take(Limits::DEFAULT.dns_records) {
        match record {
            Association::NoCertificate(why) => notes.push(format!("record passed over: {why}")),
            Association::Certificate(der) => match Certificate::from_der(&der) {
                Ok(certificate) => found.push(certificate),
                Err(error) => notes.push(format!("record passed over: {error}")),
            },
        }
    }
    found
}
