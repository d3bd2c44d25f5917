//! Why a message was rejected: the cause, with proof where there is one.
//!
//! [`diagnose`] works on the [`Report`] that a run of the agent leaves. For a signature that does not hold it looks at the
//! octets again, as they arrived, and finds what was done to them ([`Transformation`]); this it does also where the agent
//! stopped earlier, because a message was not encrypted or no key is held for it, since a signature needs no key to be
//! explained. For an envelope that stays shut it compares every RecipientInfo with all that is held ([`Addressed`]). For
//! trust it says what is missing, and where that could come from ([`Missing`]), over all candidate paths ([`Candidates`]).
//! What else is wrong with an envelope or a message is told with the place where it shows.
//!
//! A cause is called proven where it was shown by doing it once more with the one thing mended, or where it is plain from
//! the octets and the settings alone; [`Diagnosis::proof`] says how. What somebody may have done on the way is never plain.
//! The code of a cause is the agent's: a diagnosis explains an answer, it does not give another.
//!
//! Not here: what would change the answer (the agent run again with other settings), and anything that a sender could
//! learn from; a diagnosis stays with those who operate the agent.

mod causes;
mod decryption;
mod fault;
mod json;
mod known;
mod place;
mod signature;
mod trust;

pub use causes::Cause;
pub use decryption::{Addressed, Holding, Opens, Relation};
pub use json::diagnosis_json;
pub use place::{Place, Source};
pub use signature::{Attempt, Change, Changes, Effort, Transformation};
pub use trust::{CandidatePath, Candidates, Missing, MissingKind, PathEnd, PathLink};

use crate::agent::{Agent, Reason, ReasonCode, Report, SignerOutcome};
use causes::Findings;
use known::Known;
use signature::SignatureDiagnosis;

/// Why a message was rejected.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// What the agent said of the whole message; `None` where it accepted it for somebody.
    pub rejection: Option<Reason>,
    /// The cause; `None` where there is nothing to explain.
    pub cause: Option<ReasonCode>,
    /// Whether the cause is proven: for a changed content, the signed octets were found again, and the signature over them
    /// is valid; for everything else see [`Self::proof`].
    pub proven: bool,
    /// How the cause is proven, one sentence; `None` where it is not, and of a signature, whose explanation tells.
    pub proof: Option<String>,
    /// Every distinct cause, worst first, with whose it is.
    pub causes: Vec<Cause>,
    /// What happened to the message on its way, in the order of the closed list.
    pub transformations: Vec<Transformation>,
    /// Sentences, each in sentence case and without full stop.
    pub explanation: Vec<String>,
    /// What would change the answer, likewise.
    pub advice: Vec<String>,
    /// Where the octets were changed.
    pub changed: Changes,
    /// What was undone to find the signed octets, in the order in which it was tried.
    pub tried: Vec<Attempt>,
    /// What that cost; `None` where nothing had to be searched.
    pub effort: Option<Effort>,
    /// What is missing for trust, and where it could come from, worst first.
    pub missing: Vec<Missing>,
    /// The RecipientInfos of the envelope that stayed shut, else of the outermost, with what is held: fifty at most, first
    /// those of which something is held, in the order of the envelope.
    pub recipient_infos: Vec<Addressed>,
    /// How many more RecipientInfos there are.
    pub recipient_infos_omitted: usize,
    /// The candidate paths of each signer, or of each certificate found for a recipient.
    pub candidates: Vec<Candidates>,
}

impl Diagnosis {
    /// The explanation as one text of whole sentences.
    #[must_use]
    pub fn text(&self) -> String {
        let sentences: Vec<String> = self.explanation.iter().map(|sentence| format!("{sentence}.")).collect();
        sentences.join(" ")
    }
}

/// Explains a run. `agent` is the one that made the report: its keys, certificates and anchors explain the answer.
#[must_use]
pub fn diagnose(agent: &Agent<'_>, report: &Report) -> Diagnosis {
    let known = Known::of(agent);
    let decryption = decryption::diagnose(agent, report, &known);
    let trust = trust::diagnose(agent, report);
    let signature = signature::diagnose(report, &known, &agent.limits);
    let findings = Findings { agent, report, decryption: &decryption, trust: &trust };
    let mut diagnosis = match signature {
        Some(found) => of_signature(report, found),
        None => findings.diagnosis(),
    };
    if diagnosis.transformations.is_empty() {
        diagnosis.explanation.extend(decryption.garbled);
    }
    diagnosis.causes = causes::all(report);
    diagnosis.missing = causes::worst_first(trust.missing);
    diagnosis.recipient_infos = decryption.addressed;
    diagnosis.recipient_infos_omitted = decryption.omitted;
    diagnosis.candidates = trust.candidates;
    diagnosis
}

fn of_signature(report: &Report, found: SignatureDiagnosis) -> Diagnosis {
    let mut explanation = found.explanation;
    explanation.extend(signer(report, &explanation));
    match &report.rejection {
        None => explanation.push(
            "The profile tolerates that, and the agent accepted the message all the same; other agents may not"
                .to_owned(),
        ),
        Some(reason) if reason.code != found.code => {
            explanation.push(format!("The agent stopped before it came to the signature: {reason}"));
        }
        Some(_) => {}
    }
    Diagnosis {
        proven: found.proven,
        transformations: found.transformations,
        advice: found.advice,
        changed: found.changed,
        tried: found.tried,
        effort: found.effort,
        ..causes::told(report, Some(found.code), explanation)
    }
}

/// Whose signature it is, where nothing said it yet.
fn signer(report: &Report, told: &[String]) -> Option<String> {
    let certificate = report.signers.iter().find_map(|signer: &SignerOutcome| signer.certificate.as_ref())?;
    let name = certificate.common_name();
    (!told.iter().any(|sentence| sentence.contains(&name))).then(|| {
        format!(
            "The signer's certificate is “{name}” (serial number {}, issued by {})",
            certificate.serial(),
            certificate.issuer()
        )
    })
}
