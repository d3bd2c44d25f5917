//! Runs the cases of the Direct Certificate Discovery Tool: servers on loopback, fresh certificates, the real agent.
//!
//! Each case has its own zone, directories and certificates, made for the run and gone with it. The message that the
//! agent made is opened again: it has to be encrypted for the one certificate that the case is about, and its signature
//! has to hold. What asks the servers comes in through [`Clients`], because this module knows no client; which program
//! serves the directories, through [`DirectoryMaker`].

mod cast;
mod directories;
mod scene;
mod scenes;

pub use directories::{DirectoryMaker, LabDirectories, RunningDirectory, SlapdDirectories};

use std::sync::Arc;
use std::time::Instant;

use time::OffsetDateTime;

use crate::agent::{
    Agent, IncomingMessage, MakingOptions, NoProgress, Online, OutgoingMessage, Profile, Reason, ReasonCode, Report,
    Stopped,
};
use crate::discovery::dcdt::hosting::{self, Fetching};
use crate::discovery::dcdt::{Case, CaseResult, Clients, Ending, Expected, Watch};
use crate::discovery::fetch::{Consent, Fetch, Fetcher};
use crate::discovery::order::{DEFAULT, arranged};
use crate::discovery::{Lookup, Resolver};
use crate::finding::{Finding, after_colon};
use crate::lab::dns::{LabDns, Query};
use crate::limits::Limits;
use crate::mail::Envelope;
use crate::trust::Parties;
use cast::Cast;
use scene::{Scene, Wanted};

/// A run of the suite.
pub struct Suite<'a> {
    /// The time at which certificates are judged, and by which they are made.
    pub now: OffsetDateTime,
    /// Randomness for MIME boundaries.
    pub seed: [u8; 16],
    /// Who asks.
    pub clients: &'a dyn Clients,
    /// Who serves the directories.
    pub directories: &'a dyn DirectoryMaker,
}

/// What came of one case, before it is timed.
struct Came {
    ending: Ending,
    lookups: Vec<Lookup>,
    fetches: Vec<Fetch>,
    findings: Vec<Finding>,
}

/// Why a case could not be run.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Certificates(#[from] crate::pki::issue::IssueError),
    #[error("{0}")]
    Clients(String),
    #[error("a directory could not be started: {0}")]
    Directory(String),
    #[error("a certificate has no place in the DNS: {0}")]
    Names(#[from] crate::discovery::dns_cert::OwnerNameError),
    #[error("there is no set-up for this case")]
    NoSetUp,
    #[error(transparent)]
    NameServer(#[from] crate::lab::dns::LabDnsError),
    #[error(transparent)]
    WebServer(#[from] crate::lab::http::LabHttpError),
    #[error("a name of the case is malformed: {0}")]
    Address(#[from] crate::mail::AddressError),
    #[error("no port could be had: {}", crate::finding::system_words(.0))]
    Port(#[from] std::io::Error),
}

/// The lot falls in the middle, so that the weights alone decide.
const fn middle(most: u32) -> u32 {
    most.div_ceil(2)
}

impl Suite<'_> {
    /// Runs cases one after the other, until the last or until no more are wanted.
    #[must_use]
    pub fn run(&self, cases: &[&'static Case], watch: &dyn Watch) -> Vec<CaseResult> {
        let mut results = Vec::with_capacity(cases.len());
        let cast = Cast::new(self.now);
        for case in cases {
            if watch.is_cancelled() {
                break;
            }
            watch.begins(case);
            let result = self.run_one(case, cast.as_ref());
            watch.ended(&result);
            results.push(result);
        }
        results
    }

    fn run_one(&self, case: &'static Case, cast: Result<&Cast, &Fault>) -> CaseResult {
        let started = Instant::now();
        let came = match cast {
            Ok(cast) => self.play(case, cast).unwrap_or_else(|fault| not_run(&fault)),
            Err(fault) => not_run(fault),
        };
        let Came { ending, lookups, fetches, findings } = came;
        CaseResult { case, ending, lookups, fetches, findings, duration: started.elapsed() }
    }

    fn play(&self, case: &'static Case, cast: &Cast) -> Result<Came, Fault> {
        let scene = Scene::of(case, cast, self.directories)?;
        let server = LabDns::start(scene.zone.clone(), 0, Arc::new(|_: &Query| {}))?;
        let resolvers = self.clients.resolvers(server.address(), middle).map_err(Fault::Clients)?;
        let available: Vec<&dyn Resolver> = resolvers.iter().map(AsRef::as_ref).collect();
        let fetcher = self.clients.fetcher();
        match case.expected {
            Expected::Hosted(_) => Ok(self.look(case, cast, &scene, &available, fetcher.as_deref())),
            Expected::Used(_) | Expected::NothingSent => self.send(cast, &scene, &available, fetcher.as_deref()),
        }
    }

    fn look(
        &self,
        case: &Case,
        cast: &Cast,
        scene: &Scene,
        resolvers: &[&dyn Resolver],
        fetcher: Option<&dyn Fetcher>,
    ) -> Came {
        let issuers = [cast.root().clone()];
        let fetching = fetcher.map(|fetcher| Fetching { fetcher, issuers: &issuers });
        let hosting = hosting::check(&scene.recipient, resolvers, fetching, self.now);
        let ending = hosting.ending(case);
        Came { ending, lookups: hosting.resolution.tried, fetches: hosting.fetches, findings: hosting.findings }
    }

    fn send(
        &self,
        cast: &Cast,
        scene: &Scene,
        available: &[&dyn Resolver],
        fetcher: Option<&dyn Fetcher>,
    ) -> Result<Came, Fault> {
        let parties = cast.sending();
        let arranged = arranged(&DEFAULT, available);
        let resolvers: Vec<&dyn Resolver> = arranged.iter().map(|scoped| -> &dyn Resolver { scoped }).collect();
        let online = fetcher.map(|fetcher| Online { fetcher, consent: Consent::AnyChain });
        let agent = Agent { online, ..self.agent(&parties, &resolvers) };
        let (sent, report) = match agent.process_outgoing(&cast.message(&scene.recipient)) {
            Ok(OutgoingMessage { envelope, report }) => (Some(envelope), report),
            Err(Stopped::Rejected(rejected)) => (None, rejected.report),
            Err(Stopped::Failed(error)) => return Err(Fault::Clients(error.to_string())),
        };
        let lookups: Vec<Lookup> = report.recipients.iter().flat_map(|recipient| recipient.lookups.clone()).collect();
        let ending = self.judge(scene, cast, sent.as_ref(), &report, &lookups);
        Ok(Came { ending, lookups, fetches: report.fetches, findings: Vec::new() })
    }

    fn agent<'a>(&self, parties: &'a Parties, resolvers: &'a [&'a dyn Resolver]) -> Agent<'a> {
        Agent {
            parties,
            authorities: &[],
            crls: &[],
            local_domains: &[],
            profile: Profile::default(),
            now: self.now,
            limits: Limits::DEFAULT,
            resolvers,
            making: MakingOptions::default(),
            seed: self.seed,
            progress: &NoProgress,
            online: None,
        }
    }

    fn judge(
        &self,
        scene: &Scene,
        cast: &Cast,
        sent: Option<&Envelope>,
        report: &Report,
        lookups: &[Lookup],
    ) -> Ending {
        let judged = match (&scene.wanted, sent) {
            (Wanted::Target(target), Some(sent)) => self.opens_with(sent, &cast.receiving(&scene.recipient, target)),
            (Wanted::Nothing(code), None) => refused_for(*code, report),
            (Wanted::Target(_), None) => {
                let why = report.rejection.as_ref().map(|reason| reason.detail.as_str()).unwrap_or_default();
                Err(format!("nothing was sent: {why}"))
            }
            (Wanted::Nothing(_), Some(_)) => Err("a message was sent".to_owned()),
        };
        let judged = judged.and_then(|words| (scene.demand)(lookups, &report.fetches).map(|()| words));
        judged.map_or_else(Ending::Failed, Ending::Passed)
    }

    // One RecipientInfo, and the target's key alone: no other certificate was used beside it.
    fn opens_with(&self, sent: &Envelope, receiving: &Parties) -> Result<String, String> {
        let report = match self.agent(receiving, &[]).process_incoming(sent) {
            Ok(IncomingMessage { report, .. }) => report,
            Err(Stopped::Rejected(rejected)) => {
                return Err(format!("the message does not open with the wanted key: {}", rejected.reason.detail));
            }
            Err(Stopped::Failed(error)) => return Err(error.to_string()),
        };
        match report.recipient_infos.len() {
            1 => Ok("the message opens with the wanted key alone, and its signature holds".to_owned()),
            count => Err(format!("the message is encrypted for {count} certificates")),
        }
    }
}

fn refused_for(code: ReasonCode, report: &Report) -> Result<String, String> {
    let mut reasons = report.recipients.iter().filter_map(|recipient| recipient.reason());
    // Where was looked, which the sentence goes on to tell, stands in the steps.
    let words = |reason: &Reason| after_colon(reason.detail.split(';').next().unwrap_or_default());
    match reasons.next() {
        Some(reason) if reason.code == code => Ok(format!("nothing was sent: {}", words(reason))),
        Some(reason) => Err(format!("nothing was sent, but for another cause: {}", words(reason))),
        None => Err("nothing was sent, and no cause is given".to_owned()),
    }
}

fn not_run(fault: &Fault) -> Came {
    Came { ending: Ending::NotRun(fault.to_string()), lookups: Vec::new(), fetches: Vec::new(), findings: Vec::new() }
}
