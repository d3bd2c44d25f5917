//! Whether an organisation's own certificates are published as they should be: looked up step by step, each checked.
//!
//! The first place with certificates decides. Its certificates are checked one by one; one good one is enough, because
//! an agent chooses it over the others, but what is wrong with the others is said.

use std::time::Duration;

use time::OffsetDateTime;

use super::withdrawal::Lists;
use super::{CASES, Case, CaseResult, Ending, Expected, place_words};
use crate::discovery::fetch::Fetch;
use crate::discovery::order::{Scope, Stage};
use crate::discovery::{Judgement, Method, Resolution, Resolver, Subject};
use crate::finding::{Finding, Ledger, Rule, Severity, counted};
use crate::mail::{Address, Domain};
use crate::pki::{Certificate, Validity};

const VALIDITY: Rule = Rule::new("hosting.validity", "RFC 5280 §4.1.2.5");
const NAMES: Rule = Rule::new("hosting.names", "RFC 5280 §4.2.1.6");
const ADDRESS: Rule = Rule::new("hosting.address", "RFC 5280 §4.2.1.6");
const DOMAIN: Rule = Rule::new("hosting.domain", "RFC 5280 §4.2.1.6");

pub use super::withdrawal::Fetching;

/// The places in the order in which the tool looks.
pub const ORDER: [Stage; 4] = [
    Stage { method: Method::Dns, scope: Scope::Address },
    Stage { method: Method::Dns, scope: Scope::Domain },
    Stage { method: Method::Ldap, scope: Scope::Address },
    Stage { method: Method::Ldap, scope: Scope::Domain },
];

/// What is published for an address.
#[derive(Clone, Debug)]
pub struct Hosting {
    /// The first place with certificates; none where there is none.
    pub place: Option<Stage>,
    /// Every query, and the certificates with what is wrong with them.
    pub resolution: Resolution,
    /// Every fetch of what the certificates point at, in order.
    pub fetches: Vec<Fetch>,
    /// The checks of each certificate.
    pub findings: Vec<Finding>,
    /// How many certificates pass every check.
    pub good: usize,
}

/// Looks for the certificates of `address` and checks them as of `now`. A method without resolver is left out. Without
/// `fetching`, what the certificates point at is left alone, and that it was not checked is said.
#[must_use]
pub fn check(
    address: &Address,
    resolvers: &[&dyn Resolver],
    fetching: Option<Fetching<'_>>,
    now: OffsetDateTime,
) -> Hosting {
    let mut hosting = look(address, resolvers);
    let mut lists = Lists::new(fetching, now);
    for certificate in hosting.resolution.found.clone() {
        let mut ledger = Ledger::new();
        judge(&certificate, address, now, &mut ledger);
        lists.judge(&certificate, &mut ledger);
        let fault = ledger.findings().iter().find(|finding| finding.severity == Severity::Fail);
        let judgement = match fault {
            Some(fault) => Judgement::PassedOver(fault.detail.clone()),
            None => Judgement::Taken,
        };
        hosting.good += usize::from(judgement == Judgement::Taken);
        hosting.resolution.judge(&certificate, &judgement);
        hosting.findings.extend(ledger.into_findings());
    }
    hosting.fetches = lists.into_fetches();
    hosting
}

fn look(address: &Address, resolvers: &[&dyn Resolver]) -> Hosting {
    let mut hosting =
        Hosting { place: None, resolution: Resolution::default(), fetches: Vec::new(), findings: Vec::new(), good: 0 };
    for place in ORDER {
        let Some(resolver) = resolvers.iter().find(|resolver| resolver.method() == place.method) else { continue };
        let subject = match place.scope {
            Scope::Domain => Subject::Domain(address.domain().clone()),
            Scope::Address | Scope::Both => Subject::Address(address.clone()),
        };
        let resolution = resolver.resolve(&subject);
        hosting.resolution.tried.extend(resolution.tried);
        if !resolution.found.is_empty() {
            hosting.place = Some(place);
            hosting.resolution.found = resolution.found;
            break;
        }
    }
    hosting
}

impl Hosting {
    /// How a case of hosting ends with this; a case of discovery is not run.
    #[must_use]
    pub fn ending(&self, case: &Case) -> Ending {
        let Expected::Hosted(wanted) = case.expected else {
            return Ending::NotRun(format!("{} is about an agent that sends, not about what is published", case.id));
        };
        let Some(place) = self.place else {
            return Ending::Failed("no certificate is published anywhere".to_owned());
        };
        let found = counted(self.resolution.found.len(), "certificate");
        let words = format!("{found} for {}, of which {} good", place_words(place), self.good);
        match (place == wanted, self.good) {
            (true, 1..) => Ending::Passed(words),
            (true, 0) => Ending::Failed(words),
            (false, _) => Ending::Failed(format!("{words}; the case looks for {}", place_words(wanted))),
        }
    }

    /// The four cases as they end with this.
    #[must_use]
    pub fn results(&self) -> Vec<CaseResult> {
        let cases = CASES.iter().filter(|case| matches!(case.expected, Expected::Hosted(_)));
        let result = |case| CaseResult {
            case,
            ending: self.ending(case),
            lookups: self.resolution.tried.clone(),
            fetches: self.fetches.clone(),
            findings: self.findings.clone(),
            duration: self.duration(),
        };
        cases.map(result).collect()
    }

    fn duration(&self) -> Duration {
        let lookups = self.resolution.tried.iter().map(|lookup| lookup.duration);
        lookups.chain(self.fetches.iter().map(|fetch| fetch.duration)).sum()
    }
}

fn judge(certificate: &Certificate, address: &Address, now: OffsetDateTime, ledger: &mut Ledger) {
    let name = certificate.common_name();
    match certificate.validity_at(now) {
        Validity::Valid => ledger.pass(VALIDITY, format!("{name} is valid")),
        Validity::Expired => ledger.fail(VALIDITY, format!("{name} expired on {}", certificate.not_after().date())),
        Validity::NotYetValid => {
            ledger.fail(VALIDITY, format!("{name} is not valid before {}", certificate.not_before().date()));
        }
    }
    judge_names(certificate, address, &name, ledger);
}

fn judge_names(certificate: &Certificate, address: &Address, name: &str, ledger: &mut Ledger) {
    let (addresses, domains) = (certificate.email_addresses(), certificate.dns_names());
    match (addresses.is_empty(), domains.is_empty()) {
        (true, true) => ledger.fail(NAMES, format!("{name} names neither an address nor a domain")),
        (false, false) => ledger.warn(NAMES, format!("{name} names an address and a domain, where one is meant")),
        _ => ledger.pass(NAMES, format!("{name} names one kind of owner")),
    }
    let same_address = |text: &String| Address::parse(text).is_ok_and(|named| named.same_mailbox(address));
    let same_domain = |text: &String| Domain::parse(text).is_ok_and(|named| named == *address.domain());
    if !addresses.is_empty() {
        let subject = certificate.subject_email_addresses();
        if !addresses.iter().any(same_address) {
            ledger.fail(ADDRESS, format!("{name} names {} and not {address}", addresses.join(", ")));
        } else if !subject.is_empty() && !subject.iter().any(same_address) {
            ledger.fail(ADDRESS, format!("{name} has another address in its subject: {}", subject.join(", ")));
        } else {
            ledger.pass(ADDRESS, format!("{name} names {address}"));
        }
    }
    if !domains.is_empty() {
        let wanted = address.domain();
        if domains.iter().any(same_domain) {
            ledger.pass(DOMAIN, format!("{name} names {wanted}"));
        } else {
            ledger.fail(DOMAIN, format!("{name} names {} and not {wanted}", domains.join(", ")));
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::discovery::Lookup;
    use crate::pki::NewKey;
    use crate::pki::issue::{Authority, CertificateBuilder};

    const FROM: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);
    const UNTIL: OffsetDateTime = datetime!(2027-01-01 0:00 UTC);
    const NOW: OffsetDateTime = datetime!(2026-06-01 0:00 UTC);

    /// Answers each subject from a table.
    struct Table(Method, Vec<(Subject, Certificate)>);

    impl Resolver for Table {
        fn method(&self) -> Method {
            self.0
        }

        fn resolve(&self, subject: &Subject) -> Resolution {
            let found: Vec<_> =
                self.1.iter().filter(|(name, _)| name == subject).map(|(_, found)| found.clone()).collect();
            let tried = vec![Lookup::new(self.0, subject, subject.to_string()).brought(&found)];
            Resolution { found, tried }
        }
    }

    fn bob() -> Address {
        Address::parse("bob@b.example").unwrap()
    }

    fn certificate(builder: &CertificateBuilder) -> Certificate {
        Authority::self_signed(&builder.clone().key(NewKey::P256)).unwrap().certificate().clone()
    }

    fn end_entity() -> CertificateBuilder {
        CertificateBuilder::end_entity("Bob", FROM, UNTIL)
    }

    fn verdict(builder: &CertificateBuilder) -> (Severity, String) {
        let mut ledger = Ledger::new();
        judge(&certificate(builder), &bob(), NOW, &mut ledger);
        let worst = ledger.findings().iter().max_by_key(|finding| finding.severity).unwrap();
        (worst.severity, worst.rule.id.to_owned())
    }

    #[test]
    fn each_fault_of_a_published_certificate_has_its_rule() {
        let expired = CertificateBuilder::end_entity("Bob", FROM, FROM).email("bob@b.example");
        for (builder, severity, rule) in [
            (end_entity().email("BOB@B.example"), Severity::Pass, None),
            (end_entity().domain("B.example"), Severity::Pass, None),
            (end_entity().email("bob@b.example").domain("b.example"), Severity::Warning, Some(NAMES)),
            (end_entity(), Severity::Fail, Some(NAMES)),
            (end_entity().email("eve@b.example"), Severity::Fail, Some(ADDRESS)),
            (end_entity().email("bob@b.example").subject_email("eve@b.example"), Severity::Fail, Some(ADDRESS)),
            (end_entity().domain("a.b.example"), Severity::Fail, Some(DOMAIN)),
            (expired, Severity::Fail, Some(VALIDITY)),
        ] {
            let (found, by) = verdict(&builder);
            assert_eq!(found, severity, "{by}");
            assert!(rule.is_none_or(|rule| rule.id == by), "{by}");
        }
    }

    #[test]
    fn the_first_place_with_certificates_decides_also_where_they_are_bad() {
        let domain = Subject::Domain(bob().domain().clone());
        let stale = certificate(&CertificateBuilder::end_entity("Bob", FROM, FROM).domain("b.example"));
        let good = certificate(&end_entity().email("bob@b.example"));
        let dns = Table(Method::Dns, vec![(domain, stale)]);
        let ldap = Table(Method::Ldap, vec![(Subject::Address(bob()), good.clone())]);
        let hosting = check(&bob(), &[&ldap, &dns], None, NOW);
        assert_eq!((hosting.place, hosting.good), (Some(ORDER[1]), 0));
        let endings: Vec<&str> = hosting.results().iter().map(|result| result.ending.as_str()).collect();
        assert_eq!(endings, ["failed"; 4]);
        let hosting = check(&bob(), &[&ldap, &Table(Method::Dns, vec![])], None, NOW);
        let endings: Vec<&str> = hosting.results().iter().map(|result| result.ending.as_str()).collect();
        assert_eq!(endings, ["failed", "failed", "passed", "failed"]);
    }

    #[test]
    fn one_good_certificate_beside_a_bad_one_is_enough() {
        let subject = Subject::Address(bob());
        let stale = certificate(&CertificateBuilder::end_entity("Bob", FROM, FROM).email("bob@b.example"));
        let good = certificate(&end_entity().email("bob@b.example"));
        let dns = Table(Method::Dns, vec![(subject.clone(), stale), (subject, good)]);
        let hosting = check(&bob(), &[&dns], None, NOW);
        assert_eq!(hosting.good, 1);
        assert!(matches!(hosting.ending(&CASES[18]), Ending::Passed(_)));
        let judged: Vec<_> = hosting.resolution.tried[0].certificates.iter().map(|one| &one.judgement).collect();
        assert!(matches!(judged.as_slice(), [Judgement::PassedOver(_), Judgement::Taken]), "{judged:?}");
    }
}
