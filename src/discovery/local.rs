//! The workspace as a source of certificates: those kept for a party, and those of its own keys.

use std::time::Instant;

use super::{Lookup, Method, Resolution, Resolver, Subject};
use crate::pki::Certificate;
use crate::trust::{Parties, PartyName};

/// Looks among the parties of a workspace.
#[derive(Clone, Copy, Debug)]
pub struct LocalResolver<'a> {
    parties: &'a Parties,
}

impl<'a> LocalResolver<'a> {
    /// A resolver over `parties`.
    #[must_use]
    pub const fn new(parties: &'a Parties) -> Self {
        Self { parties }
    }
}

impl Resolver for LocalResolver<'_> {
    fn method(&self) -> Method {
        Method::Local
    }

    fn resolve(&self, subject: &Subject) -> Resolution {
        let started = Instant::now();
        let name = match subject {
            Subject::Address(address) => PartyName::Address(address.clone()),
            Subject::Domain(domain) => PartyName::Domain(domain.clone()),
        };
        let mut found: Vec<Certificate> = Vec::new();
        if let Some(party) = self.parties.named(&name) {
            for certificate in party.published() {
                if !found.contains(certificate) {
                    found.push(certificate.clone());
                }
            }
        }
        let lookup = Lookup::new(Method::Local, subject, format!("parties/{subject}")).brought(&found);
        let lookup = Lookup { duration: started.elapsed(), ..lookup };
        Resolution { found, tried: vec![lookup] }
    }
}
