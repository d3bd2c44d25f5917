//! Fetching for one run: missing issuers, and what is known of revocation.
//!
//! Nothing is fetched of a certificate that nobody vouches for, unless whoever runs the program consents to it (RFC 8550
//! §6). Each URL is asked once in a run, whoever needs it, and the run has a budget. What comes is no more trusted than
//! what a message brings: an issuer's certificate has to complete a path, a list or an answer has to be signed by whom
//! it should be. Every fetch leaves a finding and its account.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::time::Duration;

use super::Agent;
use crate::discovery::fetch::{
    Consent, Fetch, FetchBudget, FetchKind, FetchOutcome, FetchRequest, Fetched, Fetcher, Purpose,
};
use crate::finding::{Ledger, Rule, counted, sentence_case};
use crate::limits::Limits;
use crate::pki::container;
use crate::pki::extension::RevocationInformation;
use crate::pki::ocsp::{AnswerAge, OcspAnswer, OcspQuestion};
use crate::pki::path::{self, CertificateSource, PathReport, Pool};
use crate::pki::{
    Certificate, Crl, PathError, PathPolicy, RevocationEvidence, RevocationPolicy, RevocationStatus, RevocationWitness,
    ValidatedPath, published, revocation,
};

const ISSUER: Rule = Rule::new("fetch.issuer", "RFC 5280 §4.2.2.1");
const LIST: Rule = Rule::new("fetch.revocation-list", "RFC 5280 §4.2.1.13");
const OCSP: Rule = Rule::new("fetch.ocsp", "RFC 6960 §3.1");
const OCSP_SAYS: Rule = Rule::new("path.ocsp", "RFC 6960 §3.2");

/// Certificates that one AIA URL may give.
const CERTIFICATES: usize = 20;

/// What a run may use of the network besides its resolvers.
#[derive(Clone, Copy)]
pub struct Online<'a> {
    /// Fetches URLs.
    pub fetcher: &'a dyn Fetcher,
    /// Of whom.
    pub consent: Consent,
}

/// The fetches of one run and what they brought.
pub(super) struct Fetching<'a> {
    online: Online<'a>,
    now: time::OffsetDateTime,
    limits: Limits,
    seed: [u8; 16],
    budget: Cell<FetchBudget>,
    asked: RefCell<HashSet<(FetchKind, String, [u8; 32])>>,
    account: RefCell<Vec<Fetch>>,
    issuers: RefCell<Vec<(CertificateSource, Certificate)>>,
    lists: RefCell<Vec<(String, Crl)>>,
    answers: RefCell<Vec<OcspAnswer>>,
}

/// What a search is about.
pub(super) struct Search<'s> {
    pub(super) leaf: &'s Certificate,
    pub(super) pool: &'s Pool,
    pub(super) anchors: &'s [Certificate],
    pub(super) lists: &'s [Crl],
    pub(super) policy: PathPolicy,
}

impl<'a> Fetching<'a> {
    /// Nothing has been fetched yet; `None` for a run that is offline.
    pub(super) fn of(agent: &Agent<'a>) -> Option<Self> {
        Some(Self {
            online: agent.online?,
            now: agent.now,
            limits: agent.limits,
            seed: agent.seed,
            budget: Cell::new(FetchBudget::new(&agent.limits)),
            asked: RefCell::default(),
            account: RefCell::default(),
            issuers: RefCell::default(),
            lists: RefCell::default(),
            answers: RefCell::default(),
        })
    }

    /// The account of every fetch so far.
    pub(super) fn fetches(&self) -> Vec<Fetch> {
        self.account.borrow().clone()
    }

    /// Looks for a path and fetches what it lacks. That revocation is known is demanded at the end alone: until then a
    /// path without it is one that may be asked about.
    pub(super) fn find(&self, search: &Search<'_>, ledger: &mut Ledger) -> PathReport {
        let lenient = PathPolicy { revocation: RevocationPolicy::Report, ..search.policy.clone() };
        let mut report = self.explain(search, &lenient);
        for _ in 0..self.limits.path_depth {
            if !breaks_off(&report) || !self.fetch_issuers(&report, ledger) {
                break;
            }
            report = self.explain(search, &lenient);
        }
        for _ in 0..self.limits.path_depth {
            let Ok(path) = &report.outcome else { break };
            if !self.ask_about(path, search.lists, ledger) {
                break;
            }
            report = self.explain(search, &lenient);
        }
        if search.policy == lenient { report } else { self.explain(search, &search.policy) }
    }

    fn explain(&self, search: &Search<'_>, policy: &PathPolicy) -> PathReport {
        let issuers = self.issuers.borrow();
        let pool = (!issuers.is_empty()).then(|| search.pool.with(issuers.iter().cloned()));
        let fetched = self.lists.borrow();
        let lists: Vec<Crl> = search.lists.iter().chain(fetched.iter().map(|(_, list)| list)).cloned().collect();
        let answers = self.answers.borrow();
        let evidence = RevocationEvidence { lists: &lists, answers: &answers };
        let pool = pool.as_ref().unwrap_or(search.pool);
        path::explain_over(search.leaf, pool, search.anchors, evidence, self.now, policy, &self.limits)
    }

    /// Fetches the issuers of the certificates at which the search broke off; whether anything new came.
    fn fetch_issuers(&self, report: &PathReport, ledger: &mut Ledger) -> bool {
        let ends = report.tried.iter().filter(|tried| tried.anchor.is_none()).filter_map(|t| t.certificates.last());
        let mut seen: Vec<&Certificate> = Vec::new();
        let mut came = false;
        for end in ends.filter(|end| !end.is_self_issued()) {
            if seen.contains(&end) {
                continue;
            }
            seen.push(end);
            for url in &end.extensions().issuer_urls {
                match self.online.consent {
                    Consent::AnyChain => came |= self.fetch_issuer(end, url, ledger),
                    Consent::ValidatedChains => self.leave_issuer(end, url, ledger),
                }
            }
        }
        came
    }

    fn leave_issuer(&self, certificate: &Certificate, url: &str, ledger: &mut Ledger) {
        if self.is_new(FetchKind::Issuer, url, [0; 32]) {
            let name = certificate.common_name();
            let detail = format!(
                "{name} says that its issuer's certificate is at {url}; that was not fetched, since nobody vouches for \
                 {name} yet: allow fetching missing issuers to let it be"
            );
            ledger.not_checked(ISSUER, detail);
        }
    }

    fn fetch_issuer(&self, certificate: &Certificate, url: &str, ledger: &mut Ledger) -> bool {
        let request = FetchRequest { purpose: Purpose::Issuer, url: url.to_owned() };
        let Some(content) = self.fetch(&request, [0; 32], &certificate.common_name(), ledger) else { return false };
        let limits = Limits { certificates: CERTIFICATES, ..self.limits };
        let certificates = match published::certificates(&content, &limits) {
            Ok(certificates) => certificates,
            Err(error) => {
                ledger.warn(ISSUER, format!("What {url} gave holds no certificate: {error}"));
                return false;
            }
        };
        if certificates.iter().any(|issuer| certificate.is_issued_by(issuer)) {
            self.online.fetcher.keep(&request, &content, None);
        } else {
            let found = counted(certificates.len(), "certificate");
            let name = certificate.common_name();
            ledger.warn(ISSUER, format!("{url} gave {found}, and none is of the issuer of {name}"));
        }
        let mut issuers = self.issuers.borrow_mut();
        let before = issuers.len();
        for issuer in certificates {
            if !issuers.iter().any(|(_, known)| *known == issuer) {
                issuers.push((CertificateSource::Fetched(url.to_owned()), issuer));
            }
        }
        issuers.len() > before
    }

    /// Asks about every certificate of a path of which nothing is known; whether anything new came.
    fn ask_about(&self, path: &ValidatedPath, lists: &[Crl], ledger: &mut Ledger) -> bool {
        let pairs = path.certificates().iter().zip(path.certificates().iter().skip(1));
        let mut came = false;
        for ((certificate, issuer), status) in pairs.zip(path.revocation()) {
            let open = matches!(status, RevocationStatus::NotChecked | RevocationStatus::Unknown(_));
            // RFC 9608 §3: an end entity of whom nothing is published.
            let silent =
                certificate.extensions().revocation == RevocationInformation::NotAvailable && !certificate.is_ca();
            if !open || silent {
                continue;
            }
            let told = self.ask_responders(certificate, issuer, ledger, &mut came);
            if !told {
                self.fetch_lists(certificate, issuer, lists, ledger, &mut came);
            }
        }
        came
    }

    /// Whether an answer counts.
    fn ask_responders(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        ledger: &mut Ledger,
        came: &mut bool,
    ) -> bool {
        let name = certificate.common_name();
        for url in &certificate.extensions().responder_urls {
            let question = match OcspQuestion::new(certificate, issuer, &self.seed) {
                Ok(question) => question,
                Err(cause) => {
                    ledger.not_checked(OCSP, format!("{name}: {cause}"));
                    return false;
                }
            };
            let about = question.about();
            let request =
                FetchRequest { purpose: Purpose::Ocsp { request: question.request(), about }, url: url.clone() };
            let Some((content, age)) = self.fetch_aged(&request, about, &name, ledger) else { continue };
            let answer = question.judge(&content, url, age, self.now);
            note_answer(&answer, &name, ledger);
            let counts = answer.counts();
            if counts && age == AnswerAge::Fresh {
                self.online.fetcher.keep(&request, &content, answer.fresh_until);
            }
            self.answers.borrow_mut().push(answer);
            *came = true;
            if counts {
                return true;
            }
        }
        false
    }

    fn fetch_lists(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        lists: &[Crl],
        ledger: &mut Ledger,
        came: &mut bool,
    ) {
        // The web before directories, which few can reach.
        let mut urls: Vec<&String> = certificate.extensions().list_urls.iter().collect();
        urls.sort_by_key(|url| !url.starts_with("http"));
        for url in urls {
            let request = FetchRequest { purpose: Purpose::RevocationList, url: url.clone() };
            let Some(content) = self.fetch(&request, [0; 32], &certificate.common_name(), ledger) else { continue };
            let list = match read_list(&content) {
                Ok(list) => list,
                Err(error) => {
                    ledger.warn(LIST, sentence_case(&format!("{url} gave no revocation list: {error}")));
                    continue;
                }
            };
            *came = true;
            self.lists.borrow_mut().push((url.clone(), list.clone()));
            let known: Vec<Crl> =
                lists.iter().chain(self.lists.borrow().iter().map(|(_, list)| list)).cloned().collect();
            let status = revocation::status(certificate, issuer, &known, self.now);
            if matches!(status, RevocationStatus::Good | RevocationStatus::Revoked { .. }) {
                self.online.fetcher.keep(&request, &content, list.next_update());
                return;
            }
        }
    }

    fn is_new(&self, kind: FetchKind, url: &str, about: [u8; 32]) -> bool {
        self.asked.borrow_mut().insert((kind, url.to_owned(), about))
    }

    fn fetch(&self, request: &FetchRequest, about: [u8; 32], name: &str, ledger: &mut Ledger) -> Option<Vec<u8>> {
        self.fetch_aged(request, about, name, ledger).map(|(content, _)| content)
    }

    /// Fetches a URL that was not asked in this run before, within the budget.
    fn fetch_aged(
        &self,
        request: &FetchRequest,
        about: [u8; 32],
        name: &str,
        ledger: &mut Ledger,
    ) -> Option<(Vec<u8>, AnswerAge)> {
        if !self.is_new(request.kind(), &request.url, about) {
            return None;
        }
        let mut budget = self.budget.get();
        let fetched = match budget.take() {
            Ok(()) => self.online.fetcher.fetch(request),
            Err(refusal) => Fetched::refused(request, refusal),
        };
        let kept = fetched.account.kept_until.is_some();
        if kept {
            budget.give_back();
        }
        self.budget.set(budget);
        note_fetch(&fetched.account, name, ledger);
        self.account.borrow_mut().push(fetched.account);
        let age = if kept { AnswerAge::Kept } else { AnswerAge::Fresh };
        fetched.content.map(|content| (content, age))
    }

    /// Where what is known of a revocation comes from, in words.
    pub(super) fn source(&self, witness: &RevocationWitness, by_hand: &[Crl]) -> String {
        match witness {
            RevocationWitness::Answer(answer) => format!("OCSP answer from {}", answer.from),
            RevocationWitness::List(list) if by_hand.contains(list) => "revocation list kept by hand".to_owned(),
            RevocationWitness::List(list) => match self.lists.borrow().iter().find(|(_, known)| known == list) {
                Some((url, _)) => format!("revocation list from {url}"),
                None => "revocation list in the message".to_owned(),
            },
        }
    }
}

/// Whether nothing is wrong with any path but that it ends too early.
fn breaks_off(report: &PathReport) -> bool {
    matches!(&report.outcome, Err(PathError::NoPathToAnchor { .. } | PathError::CertificateSignatureInvalid { .. }))
}

/// RFC 5280 §4.2.1.13 has lists in DER; some are published as PEM.
fn read_list(content: &[u8]) -> Result<Crl, String> {
    let encoding = container::encoding(content).ok_or("it is neither DER nor PEM")?;
    Crl::from_der(&encoding).map_err(|error| error.to_string())
}

const fn rule(kind: FetchKind) -> Rule {
    match kind {
        FetchKind::Issuer => ISSUER,
        FetchKind::Ocsp => OCSP,
        FetchKind::RevocationList => LIST,
    }
}

fn note_fetch(account: &Fetch, name: &str, ledger: &mut Ledger) {
    let what = match account.kind {
        FetchKind::Issuer => format!("the issuer's certificate for {name}"),
        FetchKind::Ocsp => format!("the OCSP answer about {name}"),
        FetchKind::RevocationList => format!("the revocation list for {name}"),
    };
    let place = account.hops.last().map(|last| format!(", redirected to {last}")).unwrap_or_default();
    let notes: String = account.notes.iter().map(|note| format!("; {note}")).collect();
    let (url, octets) = (&account.url, counted(account.octets, "octet"));
    let rule = rule(account.kind);
    match (&account.outcome, account.kept_until) {
        (FetchOutcome::Fetched, Some(until)) => {
            let until = super::timestamp(until);
            ledger.pass(rule, format!("Kept since an earlier fetch, {what} from {url}: {octets}, good until {until}"));
        }
        (FetchOutcome::Fetched, None) => {
            let took = milliseconds(account.duration);
            ledger.pass(rule, format!("Fetched {what} from {url}{place}: {octets} in {took}{notes}"));
        }
        (outcome, _) => {
            let took = milliseconds(account.duration);
            ledger.warn(
                rule,
                format!("{what} from {url}{place}: {outcome} ({took}){notes}", what = sentence_case(&what)),
            );
        }
    }
}

fn note_answer(answer: &OcspAnswer, name: &str, ledger: &mut Ledger) {
    let detail = format!("{name}: {} (OCSP answer from {})", answer.status, answer.from);
    match answer.status {
        RevocationStatus::Good => ledger.pass(OCSP_SAYS, detail),
        RevocationStatus::Revoked { .. } => ledger.fail(OCSP_SAYS, detail),
        RevocationStatus::NotChecked | RevocationStatus::Unknown(_) => ledger.warn(OCSP_SAYS, detail),
    }
    for note in &answer.notes {
        ledger.info(OCSP_SAYS, format!("{name}: {note}"));
    }
}

fn milliseconds(duration: Duration) -> String {
    format!("{} ms", duration.as_millis())
}
