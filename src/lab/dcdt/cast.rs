//! Who takes part: a sender, an authority that both sides trust, and certificates made for the run.

use time::{Duration, OffsetDateTime};

use super::Fault;
use crate::asn1::der;
use crate::mail::{Address, Envelope, EnvelopeOrigin, ReversePath};
use crate::pki::issue::{Authority, CertificateBuilder, Criticality, CrlBuilder};
use crate::pki::{Certificate, Crl, PrivateKeyEntry, RevocationReason};
use crate::span::{Buffer, BufferName};
use crate::trust::{AnchorSet, NamedKey, Parties, Party, PartyName, TrustAnchor};

const SENDER: &str = "alice@sender.example";
/// netscapeComment: an extension that nobody minds and that takes any number of octets.
const COMMENT: &str = "2.16.840.1.113730.1.13";
/// cRLDistributionPoints (RFC 5280 §4.2.1.13).
const DISTRIBUTION_POINTS: &str = "2.5.29.31";

/// Whether a certificate is in its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Validity {
    Valid,
    /// It ended a year ago.
    Expired,
}

pub(super) struct Cast {
    now: OffsetDateTime,
    root: Authority,
    sender: Address,
    sender_key: PrivateKeyEntry,
}

impl Cast {
    pub(super) fn new(now: OffsetDateTime) -> Result<Self, Fault> {
        let years = |years: i64| Duration::days(365 * years);
        let root = CertificateBuilder::authority("Discovery suite root", now - years(10), now + years(10));
        let root = Authority::self_signed(&root)?;
        let sender_key = root.issue(&CertificateBuilder::for_address(SENDER, now - years(1), now + years(1)))?;
        Ok(Self { now, root, sender: Address::parse(SENDER)?, sender_key })
    }

    /// A certificate bound to an address.
    pub(super) fn address(&self, address: &Address, validity: Validity) -> Result<PrivateKeyEntry, Fault> {
        let (from, until) = self.times(validity);
        Ok(self.root.issue(&CertificateBuilder::for_address(address.as_str(), from, until))?)
    }

    /// A certificate bound to the domain of an address.
    pub(super) fn domain(&self, address: &Address, validity: Validity) -> Result<PrivateKeyEntry, Fault> {
        let (from, until) = self.times(validity);
        Ok(self.root.issue(&CertificateBuilder::for_domain(address.domain().as_str(), from, until))?)
    }

    /// A certificate bound to an address that is too large for a UDP answer.
    pub(super) fn large(&self, address: &Address) -> Result<PrivateKeyEntry, Fault> {
        let (from, until) = self.times(Validity::Valid);
        let comment = der::value(0x16, &[b'.'; 1_500]);
        let builder = CertificateBuilder::for_address(address.as_str(), from, until);
        Ok(self.root.issue(&builder.extension(COMMENT, Criticality::NonCritical, &comment))?)
    }

    /// A certificate bound to an address whose revocation list is at this URL.
    pub(super) fn listed_address(&self, address: &Address, list: &str) -> Result<PrivateKeyEntry, Fault> {
        let (from, until) = self.times(Validity::Valid);
        self.listed(CertificateBuilder::for_address(address.as_str(), from, until), list)
    }

    /// A certificate bound to the domain of an address whose revocation list is at this URL.
    pub(super) fn listed_domain(&self, address: &Address, list: &str) -> Result<PrivateKeyEntry, Fault> {
        let (from, until) = self.times(Validity::Valid);
        self.listed(CertificateBuilder::for_domain(address.domain().as_str(), from, until), list)
    }

    fn listed(&self, builder: CertificateBuilder, list: &str) -> Result<PrivateKeyEntry, Fault> {
        let name = der::value(0xa0, &der::value(0xa0, &uri(list)));
        let points = der::sequence(&[&der::sequence(&[&name])]);
        Ok(self.root.issue(&builder.extension(DISTRIBUTION_POINTS, Criticality::NonCritical, &points))?)
    }

    /// The authority's revocation list, which withdraws these.
    pub(super) fn list(&self, withdrawn: &[&PrivateKeyEntry]) -> Result<Crl, Fault> {
        let empty = CrlBuilder::new(self.now - Duration::HOUR, self.now + Duration::DAY);
        let list = withdrawn.iter().fold(empty, |list, entry| {
            list.revoke(entry.certificate(), self.now - Duration::HOUR, RevocationReason::KeyCompromise)
        });
        Ok(self.root.crl(&list)?)
    }

    /// An authority below the one that is trusted, whose certificate is to be published at `url`; and a certificate
    /// bound to an address that it issued and that says so.
    pub(super) fn below_intermediate(
        &self,
        address: &Address,
        url: &str,
    ) -> Result<(Certificate, PrivateKeyEntry), Fault> {
        let (from, until) = self.times(Validity::Valid);
        let builder = CertificateBuilder::authority("Discovery suite intermediate", from, until);
        let intermediate = self.root.issue_authority(&builder)?;
        let builder = CertificateBuilder::for_address(address.as_str(), from, until).issuer_url(url);
        Ok((intermediate.certificate().clone(), intermediate.issue(&builder)?))
    }

    /// The certificate of the authority that both sides trust.
    pub(super) fn root(&self) -> &Certificate {
        self.root.certificate()
    }

    fn times(&self, validity: Validity) -> (OffsetDateTime, OffsetDateTime) {
        let year = Duration::days(365);
        match validity {
            Validity::Valid => (self.now - Duration::days(1), self.now + year),
            Validity::Expired => (self.now - year * 2, self.now - year),
        }
    }

    /// What the sender's agent knows: its key, and the authority.
    pub(super) fn sending(&self) -> Parties {
        Parties::new(vec![self.party(&self.sender, &self.sender_key)])
    }

    /// What the receiver's agent knows: the key that the case is about, and the authority.
    pub(super) fn receiving(&self, recipient: &Address, key: &PrivateKeyEntry) -> Parties {
        Parties::new(vec![self.party(recipient, key)])
    }

    fn party(&self, address: &Address, entry: &PrivateKeyEntry) -> Party {
        let anchor = || {
            let certificate = self.root.certificate().clone();
            vec![TrustAnchor { name: certificate.common_name(), certificate }]
        };
        let mut party = Party::new(PartyName::Address(address.clone()));
        party.keys.push(NamedKey { name: "wanted".to_owned(), entry: entry.clone() });
        party.incoming = AnchorSet::new(anchor());
        party.outgoing = AnchorSet::new(anchor());
        party
    }

    /// The message that is sent in every case.
    pub(super) fn message(&self, recipient: &Address) -> Envelope {
        let text = format!(
            "From: {SENDER}\r\nTo: {recipient}\r\nSubject: Discovery\r\nDate: Mon, 1 Jun 2026 12:00:00 +0000\r\n\
             Message-ID: <discovery@sender.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n\
             Found?\r\n"
        );
        Envelope {
            reverse_path: ReversePath::Mailbox(self.sender.clone()),
            forward_paths: vec![recipient.clone()],
            message: Buffer::new(BufferName::Received, text.as_bytes()),
            origin: EnvelopeOrigin::Explicit,
        }
    }
}

/// A GeneralName of the kind uniformResourceIdentifier.
fn uri(url: &str) -> Vec<u8> {
    der::value(0x86, url.as_bytes())
}
