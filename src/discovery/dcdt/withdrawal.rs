//! Whether published certificates are withdrawn: each names the web address of its issuer's revocation list, which is
//! fetched and judged (RFC 5280 §4.2.1.13, §6.3).
//!
//! A list counts only when the issuer's own key signed it. Where the issuer's certificate is not at hand, it is fetched
//! from where the certificate says (AIA). What cannot be had is a warning, as in the tool.

use std::collections::HashMap;

use time::OffsetDateTime;

use crate::discovery::fetch::{Fetch, FetchBudget, FetchKind, FetchRequest, Fetched, Fetcher, Purpose};
use crate::finding::{Ledger, Rule};
use crate::limits::Limits;
use crate::pki::revocation::status;
use crate::pki::{Certificate, Crl, RevocationStatus, container, name, published};

const REVOCATION: Rule = Rule::new("hosting.revocation-list", "RFC 5280 §4.2.1.13");

/// What may be fetched of what the certificates point at, and what is known already.
#[derive(Clone, Copy)]
pub struct Fetching<'a> {
    /// Fetches URLs of certificates that nobody has vouched for yet.
    pub fetcher: &'a dyn Fetcher,
    /// Certificates of authorities: whoever signed a list is looked for here first.
    pub issuers: &'a [Certificate],
}

/// The lists of one check, and the account of every fetch.
pub(super) struct Lists<'a> {
    fetching: Option<Fetching<'a>>,
    now: OffsetDateTime,
    budget: FetchBudget,
    fetched: HashMap<(FetchKind, String), Result<Vec<u8>, String>>,
    account: Vec<Fetch>,
}

impl<'a> Lists<'a> {
    pub(super) fn new(fetching: Option<Fetching<'a>>, now: OffsetDateTime) -> Self {
        let budget = FetchBudget::new(&Limits::DEFAULT);
        Self { fetching, now, budget, fetched: HashMap::new(), account: Vec::new() }
    }

    /// Every fetch so far, in order.
    pub(super) fn into_fetches(self) -> Vec<Fetch> {
        self.account
    }

    /// Judges one certificate by the lists that it names.
    pub(super) fn judge(&mut self, certificate: &Certificate, ledger: &mut Ledger) {
        let name = certificate.common_name();
        let urls = &certificate.extensions().list_urls;
        let urls: Vec<&String> = urls.iter().filter(|url| is_on_the_web(url)).collect();
        if urls.is_empty() {
            return ledger.warn(REVOCATION, format!("{name} does not say where on the web its revocation list is"));
        }
        let Some(fetching) = self.fetching else {
            return ledger
                .not_checked(REVOCATION, format!("{name} says where its revocation list is; it was not fetched"));
        };
        let mut lists = Vec::new();
        for url in urls {
            match self.list(fetching, url) {
                Ok(list) if !name::same(certificate.x509().issuer_name(), list.x509_crl().issuer_name()) => {
                    let (found, wanted) = (list.issuer(), certificate.issuer());
                    return ledger.fail(
                        REVOCATION,
                        format!("The revocation list of {name} at {url} is {found}'s, and its issuer is {wanted}"),
                    );
                }
                Ok(list) => lists.push(list),
                Err(why) => {
                    ledger.warn(REVOCATION, format!("The revocation list of {name} cannot be had from {url}: {why}"))
                }
            }
        }
        if !lists.is_empty() {
            self.weigh(fetching, certificate, &lists, ledger);
        }
    }

    fn weigh(&mut self, fetching: Fetching<'_>, certificate: &Certificate, lists: &[Crl], ledger: &mut Ledger) {
        let name = certificate.common_name();
        let Some(issuer) = self.issuer(fetching, certificate) else {
            return ledger.warn(
                REVOCATION,
                format!(
                    "Whether the revocation list of {name} is genuine cannot be told without the certificate of its \
                     issuer, {}: add that to the authorities",
                    certificate.issuer()
                ),
            );
        };
        let told = status(certificate, &issuer, lists, self.now);
        let detail = format!("{name}: {told}");
        match told {
            RevocationStatus::Good => ledger.pass(REVOCATION, detail),
            RevocationStatus::Revoked { .. } => ledger.fail(REVOCATION, detail),
            RevocationStatus::NotChecked | RevocationStatus::Unknown(_) => ledger.warn(REVOCATION, detail),
        }
    }

    fn list(&mut self, fetching: Fetching<'_>, url: &str) -> Result<Crl, String> {
        let content = self.fetch(fetching, Purpose::RevocationList, url)?;
        let encoding = container::encoding(&content).ok_or("what is there is no revocation list")?;
        Crl::from_der(&encoding).map_err(|error| error.to_string())
    }

    fn issuer(&mut self, fetching: Fetching<'_>, certificate: &Certificate) -> Option<Certificate> {
        if let Some(known) = fetching.issuers.iter().find(|issuer| certificate.is_issued_by(issuer)) {
            return Some(known.clone());
        }
        let urls = certificate.extensions().issuer_urls.iter();
        urls.filter_map(|url| self.fetch(fetching, Purpose::Issuer, url).ok())
            .filter_map(|content| published::certificates(&content, &Limits::DEFAULT).ok())
            .flatten()
            .find(|issuer| certificate.is_issued_by(issuer))
    }

    /// Fetches a URL once, within the budget.
    fn fetch(&mut self, fetching: Fetching<'_>, purpose: Purpose, url: &str) -> Result<Vec<u8>, String> {
        let request = FetchRequest { purpose, url: url.to_owned() };
        let key = (request.kind(), request.url.clone());
        if let Some(known) = self.fetched.get(&key) {
            return known.clone();
        }
        let Fetched { account, content } = match self.budget.take() {
            Ok(()) => fetching.fetcher.fetch(&request),
            Err(refusal) => Fetched::refused(&request, refusal),
        };
        let came = content.ok_or_else(|| account.outcome.to_string());
        self.account.push(account);
        self.fetched.insert(key, came.clone());
        came
    }
}

fn is_on_the_web(url: &str) -> bool {
    let scheme = url.split(':').next().unwrap_or_default();
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::Mutex;

    use time::macros::datetime;

    use super::*;
    use crate::asn1::der;
    use crate::discovery::fetch::FetchOutcome;
    use crate::finding::Severity;
    use crate::pki::issue::{Authority, CertificateBuilder, Criticality, CrlBuilder};
    use crate::pki::{NewKey, RevocationReason};

    const FROM: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);
    const UNTIL: OffsetDateTime = datetime!(2027-01-01 0:00 UTC);
    const NOW: OffsetDateTime = datetime!(2026-06-01 0:00 UTC);
    const LIST: &str = "http://ca.example/list.crl";
    const ISSUER: &str = "http://ca.example/ca.cer";

    /// Serves octets from a table.
    struct Table(HashMap<&'static str, Vec<u8>>, Mutex<Cell<usize>>);

    impl Table {
        fn of(pages: &[(&'static str, &[u8])]) -> Self {
            Self(pages.iter().map(|(url, octets)| (*url, octets.to_vec())).collect(), Mutex::default())
        }

        fn asked(&self) -> usize {
            self.1.lock().unwrap().get()
        }
    }

    impl Fetcher for Table {
        fn fetch(&self, request: &FetchRequest) -> Fetched {
            let asked = self.1.lock().unwrap();
            asked.set(asked.get() + 1);
            let content = self.0.get(request.url.as_str()).cloned();
            let outcome = if content.is_some() { FetchOutcome::Fetched } else { FetchOutcome::Status(404) };
            Fetched { account: Fetch { outcome, ..Fetch::new(request) }, content }
        }
    }

    fn authority(name: &str) -> Authority {
        Authority::self_signed(&CertificateBuilder::authority(name, FROM, UNTIL).key(NewKey::P256)).unwrap()
    }

    fn bob(authority: &Authority, url: &str) -> Certificate {
        let name = der::value(0x86, url.as_bytes());
        let point = der::sequence(&[&der::value(0xa0, &der::value(0xa0, &name))]);
        let method = der::oid("1.3.6.1.5.5.7.48.2").unwrap();
        let access = der::sequence(&[&method, &der::value(0x86, ISSUER.as_bytes())]);
        let builder = CertificateBuilder::for_address("bob@b.example", FROM, UNTIL)
            .key(NewKey::P256)
            .extension("2.5.29.31", Criticality::NonCritical, &der::sequence(&[&point]))
            .extension("1.3.6.1.5.5.7.1.1", Criticality::NonCritical, &der::sequence(&[&access]));
        authority.issue(&builder).unwrap().certificate().clone()
    }

    fn current() -> CrlBuilder {
        CrlBuilder::new(FROM, UNTIL)
    }

    fn judged(certificate: &Certificate, table: &Table, issuers: &[Certificate]) -> (Severity, String) {
        let mut ledger = Ledger::new();
        Lists::new(Some(Fetching { fetcher: table, issuers }), NOW).judge(certificate, &mut ledger);
        let finding = ledger.findings().first().unwrap();
        (finding.severity, finding.detail.clone())
    }

    #[test]
    fn a_list_of_the_issuer_says_whether_a_certificate_is_withdrawn() {
        let ca = authority("Own");
        let bob = bob(&ca, LIST);
        let known = [ca.certificate().clone()];
        let revoking = current().revoke(&bob, FROM, RevocationReason::KeyCompromise);
        let stale = CrlBuilder::new(FROM, FROM + time::Duration::DAY);
        for (list, severity, words) in [
            (ca.crl(&current()).unwrap(), Severity::Pass, "not revoked"),
            (ca.crl(&revoking).unwrap(), Severity::Fail, "keyCompromise"),
            (ca.crl(&stale).unwrap(), Severity::Warning, "out of date"),
            (authority("Own").crl(&revoking).unwrap(), Severity::Warning, "signature"),
            (authority("Other").crl(&current()).unwrap(), Severity::Fail, "Other"),
        ] {
            let (found, detail) = judged(&bob, &Table::of(&[(LIST, list.der())]), &known);
            assert_eq!(found, severity, "{detail}");
            assert!(detail.contains(words), "{detail}");
        }
    }

    #[test]
    fn a_list_that_cannot_be_had_is_a_warning_and_says_where_it_should_be() {
        let ca = authority("Own");
        let known = [ca.certificate().clone()];
        for table in [Table::of(&[]), Table::of(&[(LIST, b"<html>")])] {
            let (severity, detail) = judged(&bob(&ca, LIST), &table, &known);
            assert_eq!(severity, Severity::Warning);
            assert!(detail.contains(LIST), "{detail}");
        }
        let (severity, detail) = judged(&bob(&ca, "ldap://ca.example/cn=ca"), &Table::of(&[]), &known);
        assert_eq!(severity, Severity::Warning);
        assert!(detail.contains("does not say where on the web"), "{detail}");
    }

    #[test]
    fn the_issuer_that_signed_the_list_is_fetched_where_it_is_not_known() {
        let ca = authority("Own");
        let list = ca.crl(&current()).unwrap();
        let bob = bob(&ca, LIST);
        let table = Table::of(&[(LIST, list.der()), (ISSUER, ca.certificate().der())]);
        assert_eq!(judged(&bob, &table, &[]).0, Severity::Pass);
        assert_eq!(table.asked(), 2);
        let namesake = authority("Own");
        let table = Table::of(&[(LIST, list.der()), (ISSUER, namesake.certificate().der())]);
        let (severity, detail) = judged(&bob, &table, &[]);
        assert_eq!(severity, Severity::Warning);
        assert!(detail.contains("genuine"), "{detail}");
    }

    #[test]
    fn one_list_is_fetched_once_and_nothing_is_fetched_unless_it_may_be() {
        let ca = authority("Own");
        let list = ca.crl(&current()).unwrap();
        let table = Table::of(&[(LIST, list.der())]);
        let known = [ca.certificate().clone()];
        let mut lists = Lists::new(Some(Fetching { fetcher: &table, issuers: &known }), NOW);
        let mut ledger = Ledger::new();
        lists.judge(&bob(&ca, LIST), &mut ledger);
        lists.judge(&bob(&ca, LIST), &mut ledger);
        assert_eq!((table.asked(), lists.into_fetches().len()), (1, 1));
        let mut ledger = Ledger::new();
        Lists::new(None, NOW).judge(&bob(&ca, LIST), &mut ledger);
        assert_eq!(ledger.findings()[0].severity, Severity::NotChecked);
    }
}
