//! What the lab's name server answers: records of the workspace's parties, and of a zone file.

use std::collections::{HashMap, HashSet};
use std::net::Ipv4Addr;

use hickory_server::proto::op::ResponseCode;
use hickory_server::proto::rr::rdata::cert::{Algorithm, CertType};
use hickory_server::proto::rr::rdata::{A, CERT, CNAME, MX, SOA, SRV};
use hickory_server::proto::rr::{LowerName, Name, RData, Record, RecordType};

use super::zone_file::{self, ZoneFileError};
use crate::discovery::dns_cert::{OwnerName, OwnerNameError, address_owners, domain_owner};
use crate::discovery::records::{Mx, Srv};
use crate::mail::{Address, Domain};

/// Time to live of the records, in seconds: short, so that a lesson's next try sees the change.
const TTL: u32 = 60;
/// Seconds for which "there is nothing" holds.
const NEGATIVE_TTL: u32 = 10;

/// The records of the server, by owner name.
#[derive(Clone, Debug, Default)]
pub struct Zone {
    records: HashMap<LowerName, Vec<Record>>,
    // Names that exist because something lies below them: they have no records, and are not NXDOMAIN (RFC 8020).
    above: HashSet<LowerName>,
    // Domains of parties: each is a zone of its own.
    domains: HashSet<LowerName>,
}

impl Zone {
    /// A zone without records.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Publishes `certificate`, in DER, for an address: under each owner name that RFC 4398 §3 can be read to give.
    ///
    /// # Errors
    /// [`OwnerNameError`] where the address has no owner name.
    pub fn publish_address(&mut self, address: &Address, certificate: &[u8]) -> Result<(), OwnerNameError> {
        for (_, owner) in address_owners(address.unquoted_local_part(), address.domain().ascii())? {
            self.publish(&owner, certificate)?;
        }
        self.domains.insert(LowerName::new(&name_of(&domain_owner(address.domain().ascii())?)?));
        Ok(())
    }

    /// Publishes `certificate`, in DER, for a domain.
    ///
    /// # Errors
    /// [`OwnerNameError`] where the domain has no owner name.
    pub fn publish_domain(&mut self, domain: &Domain, certificate: &[u8]) -> Result<(), OwnerNameError> {
        let owner = domain_owner(domain.ascii())?;
        self.domains.insert(LowerName::new(&name_of(&owner)?));
        self.publish(&owner, certificate)
    }

    /// Publishes any CERT record, also one that no certificate is in.
    ///
    /// # Errors
    /// [`OwnerNameError`] where the owner name does not fit the DNS.
    pub fn publish_record(&mut self, owner: &OwnerName, cert_type: u16, data: &[u8]) -> Result<(), OwnerNameError> {
        let rdata = CERT::new(CertType::from(cert_type), 0, Algorithm::Reserved(0), data.to_vec());
        self.add(name_of(owner)?, RData::CERT(rdata));
        Ok(())
    }

    /// Publishes that `owner` is an alias of `target` (CNAME), which is left to be asked for.
    ///
    /// # Errors
    /// [`OwnerNameError`] where a name does not fit the DNS.
    pub fn publish_alias(&mut self, owner: &OwnerName, target: &OwnerName) -> Result<(), OwnerNameError> {
        self.add(name_of(owner)?, RData::CNAME(CNAME(name_of(target)?)));
        Ok(())
    }

    /// Publishes a server of a service (RFC 2782): `owner` is such as `_ldap._tcp.b.example`.
    ///
    /// # Errors
    /// [`OwnerNameError`] where a name does not fit the DNS.
    pub fn publish_server(&mut self, owner: &OwnerName, server: &Srv) -> Result<(), OwnerNameError> {
        let target = if server.is_none() { Name::root() } else { name_of(&domain_owner(&server.target)?)? };
        let rdata = SRV::new(server.priority, server.weight, server.port, target);
        self.add(name_of(owner)?, RData::SRV(rdata));
        Ok(())
    }

    /// Publishes the IPv4 address of a host.
    ///
    /// # Errors
    /// [`OwnerNameError`] where the name does not fit the DNS.
    pub fn publish_host(&mut self, owner: &OwnerName, address: Ipv4Addr) -> Result<(), OwnerNameError> {
        self.add(name_of(owner)?, RData::A(A(address)));
        Ok(())
    }

    /// Publishes that mail for `domain` goes to a host (RFC 5321 §5.1).
    ///
    /// # Errors
    /// [`OwnerNameError`] where a name does not fit the DNS.
    pub fn publish_mail_host(&mut self, domain: &OwnerName, host: &Mx) -> Result<(), OwnerNameError> {
        let exchange = name_of(&domain_owner(&host.exchange)?)?;
        self.add(name_of(domain)?, RData::MX(MX::new(host.preference, exchange)));
        Ok(())
    }

    /// Publishes the records of a zone file (RFC 1035 §5.1) and says how many there were. A file that names no `$ORIGIN`
    /// has its names below `origin`.
    ///
    /// # Errors
    /// [`ZoneFileError`], and nothing of the file is published then.
    pub fn publish_file(&mut self, text: &str, origin: Option<&str>) -> Result<usize, ZoneFileError> {
        let records = zone_file::read(text, origin)?;
        let count = records.len();
        records.into_iter().for_each(|record| self.add_record(record));
        Ok(count)
    }

    fn add(&mut self, name: Name, rdata: RData) {
        self.add_record(Record::from_rdata(name, TTL, rdata));
    }

    fn add_record(&mut self, record: Record) {
        let name = record.name.clone();
        let mut parent = name.base_name();
        while !parent.is_root() && self.above.insert(LowerName::new(&parent)) {
            parent = parent.base_name();
        }
        let records = self.records.entry(LowerName::new(&name)).or_default();
        if !records.contains(&record) {
            records.push(record);
        }
    }

    /// Owner names that have records.
    #[must_use]
    pub fn names(&self) -> usize {
        self.records.len()
    }

    /// Records in all.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.values().map(Vec::len).sum()
    }

    /// Whether nothing is published.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    fn publish(&mut self, owner: &OwnerName, certificate: &[u8]) -> Result<(), OwnerNameError> {
        self.publish_record(owner, CertType::PKIX.into(), certificate)
    }

    /// Where the zone that holds `name` begins, for the answer that there is nothing (RFC 2308 §2): as a zone file says, or
    /// made up for the domains of parties.
    pub(super) fn start_above(&self, name: &LowerName) -> Option<Record> {
        let mut at = Name::from(name);
        while !at.is_root() {
            let key = LowerName::new(&at);
            let starts = |record: &&Record| record.record_type() == RecordType::SOA;
            if let Some(start) = self.records.get(&key).and_then(|records| records.iter().find(starts)) {
                return Some(start.clone());
            }
            if self.domains.contains(&key) {
                let start = SOA::new(at.clone(), at.clone(), 1, 3_600, 600, 86_400, NEGATIVE_TTL);
                return Some(Record::from_rdata(at, NEGATIVE_TTL, RData::SOA(start)));
            }
            at = at.base_name();
        }
        None
    }

    // An alias stands for every type of its name (RFC 1034 §3.6.2).
    pub(super) fn answer(&self, name: &LowerName, record_type: RecordType) -> (ResponseCode, Vec<&Record>) {
        let belongs = |record: &&Record| {
            let found = record.record_type();
            record_type == RecordType::ANY || found == record_type || found == RecordType::CNAME
        };
        match self.records.get(name) {
            Some(records) => (ResponseCode::NoError, records.iter().filter(belongs).collect()),
            None if self.above.contains(name) => (ResponseCode::NoError, Vec::new()),
            None => (ResponseCode::NXDomain, Vec::new()),
        }
    }
}

fn name_of(owner: &OwnerName) -> Result<Name, OwnerNameError> {
    let labels = owner.labels().iter().map(Vec::as_slice);
    Name::from_labels(labels).map_err(|_| OwnerNameError::Name { octets: owner.to_string().len() })
}
