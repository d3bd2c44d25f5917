//! The security agent: outgoing, incoming, and what came of it.
//!
//! [`Agent::process_outgoing`] and [`Agent::process_incoming`] follow the Direct Applicability Statement step by step
//! and per recipient. A rejection is data: it carries the same [`Report`] as an acceptance. Time, randomness, trust and
//! lookups come in through [`Agent`]'s fields, so the same input gives the same answer on any day.
//!
//! Not here: files, windows, sockets. Why a signature fails, beyond naming the check, is the business of a diagnosis.

mod headers;
mod incoming;
mod json;
mod making;
mod online;
mod outcome;
mod outgoing;
mod path_json;
mod paths;
mod profile;
mod profile_text;
mod ranking;
mod report;
mod routing;
mod run;
mod signer;
mod trace;

pub use headers::{HeaderComparison, HeaderMark, compare_headers};
pub use json::outcome_json;
pub(crate) use json::{certificate_json, fetch_json, finding_json, lookup_json, span_json, timestamp};
pub use making::{AS_PROFILE, LineEndPolicy, MakingOptions};
pub use online::Online;
pub use outcome::{
    CandidateCertificate, Countersignature, Reason, ReasonCode, RecipientInfoOutcome, RecipientOutcome, RecipientState,
    SignatureState, SignerOutcome, SignerTrust,
};
pub use outgoing::why_not_signing;
pub use profile::{
    COMMON, CommonRule, Demand, LineEndFallback, Profile, ProfileName, ROWS, Row, SanBinding, SignatureForm,
    UnknownProfile, Weakness,
};
pub use profile_text::profiles_markdown;
pub use report::{IncomingMessage, Operation, OutgoingMessage, Rejected, Report};
pub use routing::RoutingMismatch;
pub(crate) use routing::mailbox_key;
pub use trace::{Step, StepName, StepOutcome, Trace};

use std::collections::HashSet;

use time::OffsetDateTime;

use crate::discovery::Resolver;
use crate::limits::Limits;
use crate::mail::{Domain, Envelope};
use crate::pki::{Certificate, Crl};
use crate::smime::KeyTransport;
use crate::trust::Parties;

/// Hears which step a run is at.
pub trait Progress: Send + Sync {
    /// A step begins.
    fn begins(&self, step: StepName);

    /// Whether nobody waits any longer for what is being found out.
    fn is_stopped(&self) -> bool {
        false
    }
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn begins(&self, _step: StepName) {}
}

/// The security agent with all that it needs to know.
#[derive(Clone, Copy)]
pub struct Agent<'a> {
    /// Keys, certificates and anchors.
    pub parties: &'a Parties,
    /// CA certificates that may complete a path, never end one.
    pub authorities: &'a [Certificate],
    /// Revocation lists by hand.
    pub crls: &'a [Crl],
    /// The domains mail is received for; where empty, those of the parties that hold keys.
    pub local_domains: &'a [Domain],
    /// The rules.
    pub profile: Profile,
    /// The time at which certificates are judged.
    pub now: OffsetDateTime,
    /// The caps.
    pub limits: Limits,
    /// Where recipient certificates are looked for, in this order. Leave out those that may not be asked.
    pub resolvers: &'a [&'a dyn Resolver],
    /// What may be fetched of what certificates point at; nothing for a run that is offline.
    pub online: Option<Online<'a>>,
    /// Choices made when sending.
    pub making: MakingOptions,
    /// Randomness for MIME boundaries.
    pub seed: [u8; 16],
    /// Hears which step the run is at.
    pub progress: &'a dyn Progress,
}

impl Agent<'_> {
    /// The account of a run in either direction, whatever the agent says of the message.
    ///
    /// # Errors
    ///
    /// [`AgentError`] where the run could not be finished.
    pub fn account(&self, envelope: &Envelope, operation: Operation) -> Result<Report, AgentError> {
        let ended = match operation {
            Operation::Incoming => self.process_incoming(envelope).map(|message| message.report),
            Operation::Outgoing => self.process_outgoing(envelope).map(|message| message.report),
        };
        match ended {
            Ok(report) => Ok(report),
            Err(Stopped::Rejected(rejected)) => Ok(rejected.report),
            Err(Stopped::Failed(error)) => Err(error),
        }
    }

    /// How content keys are encrypted for RSA keys: as was chosen, else as the profile has it.
    fn key_transport(&self) -> KeyTransport {
        self.making.key_transport.unwrap_or(self.profile.key_transport)
    }

    /// The domains mail is received for.
    fn local_domains(&self) -> HashSet<Domain> {
        if self.local_domains.is_empty() {
            return self.parties.key_domains().into_iter().collect();
        }
        self.local_domains.iter().cloned().collect()
    }
}

/// A run that could not be finished: nothing is known about the message.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// OpenSSL refused to make a signature or an envelope.
    #[error("the message could not be secured: {0}")]
    Making(String),
}

/// Why there is no message to go on with.
#[derive(Debug)]
pub enum Stopped {
    /// The agent said no; the report tells why.
    Rejected(Box<Rejected>),
    /// The agent could not say.
    Failed(AgentError),
}
