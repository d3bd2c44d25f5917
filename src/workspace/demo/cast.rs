//! The demo's authorities and people, with their keys and certificates.

use std::thread;

use time::{Duration, OffsetDateTime};

use super::DemoError;
use super::cases::{ALICE, BOB, CAROL, OSCAR};
use super::passphrase;
use crate::pki::container::Item;
use crate::pki::issue::{Authority, CertificateBuilder, CrlBuilder, IssueError};
use crate::pki::{Certificate, Crl, NewKey, PrivateKeyEntry, RevocationReason};
use crate::workspace::import::AnchorDirection;
use crate::workspace::store::{Writer, party_name};

/// id-kp-emailProtection (RFC 5280 §4.2.1.12).
const EMAIL_PROTECTION: &str = "1.3.6.1.5.5.7.3.4";
const ORGANIZATION: &str = "DEMO made up by Sealscope";
const SENDING_DOMAIN: &str = "a.example";
const RECEIVING_DOMAIN: &str = "b.example";
/// Where the intermediate's certificate is said to be: agents that take no intermediate out of a signature ask there.
/// The name is a made-up one (RFC 2606).
const INTERMEDIATE_URL: &str = "http://pki.demo.example/intermediate.cer";

/// The demo's moments, all relative to when it was made.
struct Calendar {
    now: OffsetDateTime,
}

impl Calendar {
    fn days(&self, days: i64) -> OffsetDateTime {
        self.now.saturating_add(Duration::days(days))
    }
}

/// Everybody, with all keys: also those that the workspace is not to hold.
pub(super) struct Cast {
    root: Authority,
    intermediate: Authority,
    outsider_root: Authority,
    sending_domain: PrivateKeyEntry,
    bob_revoked: PrivateKeyEntry,
    crls: Vec<Crl>,
    pub(super) alice: PrivateKeyEntry,
    pub(super) alice_early: PrivateKeyEntry,
    pub(super) alice_expired: PrivateKeyEntry,
    /// Issued below an intermediate that is published nowhere; its chain is left out.
    pub(super) alice_without_chain: PrivateKeyEntry,
    pub(super) alice_from_outside: PrivateKeyEntry,
    pub(super) bob: PrivateKeyEntry,
    pub(super) bob_former: PrivateKeyEntry,
    pub(super) oscar: PrivateKeyEntry,
    pub(super) receiving_domain: PrivateKeyEntry,
}

impl Cast {
    pub(super) fn make(now: OffsetDateTime) -> Result<Self, IssueError> {
        let dates = Calendar { now };
        let root = Authority::self_signed(&authority("DEMO Root CA", &dates))?;
        let intermediate = root.issue_authority(&authority("DEMO Intermediate CA", &dates).path_len(0))?;
        let unpublished = root.issue_authority(&authority("DEMO Unpublished CA", &dates).path_len(0))?;
        let outsider_root = Authority::self_signed(&authority("DEMO Outsider Root CA", &dates))?;
        let current = (dates.days(-60), dates.days(1095));

        // Making RSA keys is nearly all of the work: one thread each.
        let rsa = [
            for_address(ALICE, current).key(NewKey::Rsa2048),
            for_address(BOB, current).key(NewKey::Rsa2048),
            for_address(BOB, (dates.days(-800), dates.days(400))).key(NewKey::Rsa2048),
            for_domain(SENDING_DOMAIN, current),
            for_domain(RECEIVING_DOMAIN, current),
        ]
        .map(|builder| builder.issuer_url(INTERMEDIATE_URL));
        let [alice, bob, bob_former, sending_domain, receiving_domain] = issue_all(&intermediate, &rsa)?;
        let elliptic = |address: &str, times| for_address(address, times).key(NewKey::P256);
        let issued = |address: &str, times| intermediate.issue(&elliptic(address, times).issuer_url(INTERMEDIATE_URL));
        let bob_revoked = issued(BOB, (dates.days(-300), dates.days(800)))?;
        // Says nothing of where the intermediate is: nobody can fetch it.
        let hidden = unpublished.issue(&elliptic(ALICE, current))?;
        Ok(Self {
            alice_early: issued(ALICE, (dates.days(730), dates.days(1460)))?,
            alice_expired: issued(ALICE, (dates.days(-760), dates.days(-30)))?,
            alice_without_chain: without_chain(&hidden)?,
            alice_from_outside: outsider_root.issue(&elliptic(ALICE, current))?,
            oscar: outsider_root.issue(&elliptic(OSCAR, current))?,
            crls: revocation_lists(&root, &intermediate, bob_revoked.certificate(), &dates)?,
            root,
            intermediate,
            outsider_root,
            sending_domain,
            bob_revoked,
            alice,
            bob,
            bob_former,
            receiving_domain,
        })
    }

    /// Puts into the workspace what its owner would have: keys of both domains' people, certificates of others,
    /// anchors and revocation lists.
    pub(super) fn store(&self, writer: &Writer) -> Result<(), DemoError> {
        let words = passphrase();
        let keys = [
            (ALICE, &self.alice),
            (BOB, &self.bob),
            (SENDING_DOMAIN, &self.sending_domain),
            (RECEIVING_DOMAIN, &self.receiving_domain),
        ];
        for (party, entry) in keys {
            writer.import(vec![Item::Key(entry.clone())], &party_name(party)?, Some(&words))?;
        }
        let certificates = [(ALICE, &self.alice_expired), (BOB, &self.bob_revoked), (OSCAR, &self.oscar)];
        for (party, entry) in certificates {
            writer.import_certificates(&[public(entry.certificate())], &party_name(party)?)?;
        }
        let root = [public(self.root.certificate())];
        for party in [ALICE, BOB, CAROL, SENDING_DOMAIN, RECEIVING_DOMAIN] {
            writer.add_anchors(&root, &party_name(party)?, AnchorDirection::Both)?;
        }
        let outsider_root = [public(self.outsider_root.certificate())];
        writer.add_anchors(&outsider_root, &party_name(BOB)?, AnchorDirection::Incoming)?;
        // Known is not trusted: with the outsider's root here, the answer is "not Carol's anchor", not "unknown issuer".
        writer.import_authorities(&outsider_root)?;
        writer.import_authorities(&[public(self.intermediate.certificate())])?;
        let crls: Vec<Item> = self.crls.iter().cloned().map(Item::Crl).collect();
        writer.import_crls(&crls)?;
        Ok(())
    }
}

fn public(certificate: &Certificate) -> Item {
    Item::Certificate(certificate.clone())
}

fn authority(name: &str, dates: &Calendar) -> CertificateBuilder {
    CertificateBuilder::authority(name, dates.days(-1000), dates.days(3650))
        .organization(ORGANIZATION)
        .key(NewKey::P256)
}

fn for_address(address: &str, (from, until): (OffsetDateTime, OffsetDateTime)) -> CertificateBuilder {
    let builder = CertificateBuilder::end_entity(&format!("DEMO {address}"), from, until).email(address);
    builder.organization(ORGANIZATION).extended_key_usage(EMAIL_PROTECTION)
}

fn for_domain(domain: &str, (from, until): (OffsetDateTime, OffsetDateTime)) -> CertificateBuilder {
    let builder = CertificateBuilder::end_entity(&format!("DEMO {domain}"), from, until).domain(domain);
    builder.organization(ORGANIZATION).extended_key_usage(EMAIL_PROTECTION).key(NewKey::Rsa2048)
}

fn issue_all<const N: usize>(
    authority: &Authority,
    builders: &[CertificateBuilder; N],
) -> Result<[PrivateKeyEntry; N], IssueError> {
    let made: Vec<Result<PrivateKeyEntry, IssueError>> = thread::scope(|scope| {
        let threads: Vec<_> = builders.iter().map(|builder| scope.spawn(|| authority.issue(builder))).collect();
        threads
            .into_iter()
            .zip(builders)
            // A thread that died is made up for here, where its failure has a name.
            .map(|(thread, builder)| thread.join().unwrap_or_else(|_| authority.issue(builder)))
            .collect()
    });
    let made = made.into_iter().collect::<Result<Vec<_>, _>>()?;
    made.try_into().map_err(|_| IssueError::OpenSsl(openssl::error::ErrorStack::get()))
}

fn without_chain(entry: &PrivateKeyEntry) -> Result<PrivateKeyEntry, IssueError> {
    Ok(PrivateKeyEntry::new(entry.certificate().clone(), vec![], entry.key().to_owned())?)
}

fn revocation_lists(
    root: &Authority,
    intermediate: &Authority,
    revoked: &Certificate,
    dates: &Calendar,
) -> Result<Vec<Crl>, IssueError> {
    let list = || CrlBuilder::new(dates.days(-1), dates.days(1095));
    let with_entry = list().revoke(revoked, dates.days(-20), RevocationReason::KeyCompromise);
    Ok(vec![root.crl(&list())?, intermediate.crl(&with_entry)?])
}
