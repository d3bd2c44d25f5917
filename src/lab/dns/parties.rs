//! What a workspace's parties publish: certificates as CERT records, and where their mail goes.

use std::net::Ipv4Addr;

use super::Zone;
use crate::discovery::dns_cert::{OwnerNameError, domain_owner};
use crate::discovery::records::{Mx, Srv};
use crate::mail::Domain;
use crate::trust::{Parties, Party, PartyName};

impl Zone {
    /// The records of all parties that have certificates, and sentences about those that cannot have any. Mail for their
    /// domains goes to `mail.` of the domain, which is this machine.
    #[must_use]
    pub fn of_parties(parties: &Parties) -> (Self, Vec<String>) {
        let mut zone = Self::new();
        let mut left_out = Vec::new();
        for party in parties.all() {
            if let Err(error) = zone.publish_party(party) {
                left_out.push(format!("{} is not published: {error}", party.name));
            }
        }
        (zone, left_out)
    }

    fn publish_party(&mut self, party: &Party) -> Result<(), OwnerNameError> {
        for certificate in party.published() {
            match &party.name {
                PartyName::Address(address) => self.publish_address(address, certificate.der())?,
                PartyName::Domain(domain) => self.publish_domain(domain, certificate.der())?,
            }
            self.publish_mail(domain_of(&party.name))?;
        }
        Ok(())
    }

    fn publish_mail(&mut self, domain: &Domain) -> Result<(), OwnerNameError> {
        let host = domain_owner(&format!("mail.{}", domain.ascii()))?;
        let exchange = Mx { preference: 10, exchange: host.to_string() };
        self.publish_mail_host(&domain_owner(domain.ascii())?, &exchange)?;
        self.publish_host(&host, Ipv4Addr::LOCALHOST)
    }

    /// Publishes that every party's domain has its directory at `port` of this machine.
    ///
    /// # Errors
    /// [`OwnerNameError`] where a domain does not fit the DNS.
    pub fn publish_directory(&mut self, parties: &Parties, port: u16) -> Result<(), OwnerNameError> {
        for party in parties.all() {
            let domain = domain_of(&party.name).ascii();
            let host = domain_owner(&format!("ldap.{domain}"))?;
            let server = Srv { priority: 0, weight: 0, port, target: host.to_string() };
            self.publish_server(&domain_owner(&format!("_ldap._tcp.{domain}"))?, &server)?;
            self.publish_host(&host, Ipv4Addr::LOCALHOST)?;
        }
        Ok(())
    }
}

const fn domain_of(name: &PartyName) -> &Domain {
    match name {
        PartyName::Address(address) => address.domain(),
        PartyName::Domain(domain) => domain,
    }
}
