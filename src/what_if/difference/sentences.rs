//! The difference for people.

use super::{Change, Difference, RecipientDifference, SignerDifference, SignerSide, StepDifference};
use crate::agent::{Reason, RecipientState, SignatureState, StepOutcome};
use crate::finding::{after_colon, counted, escape_controls};
use crate::what_if::supposition::listed;

impl Difference {
    /// What differs, most important first: whole sentences, sentence case, no full stop.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences = vec![self.verdict()];
        let recipients = self.recipients.iter().filter(|recipient| !recipient.is_same());
        sentences.extend(recipients.map(RecipientDifference::sentence));
        let signers = self.signers.iter().filter(|signer| !signer.is_same());
        sentences.extend(signers.map(SignerDifference::sentence));
        sentences.extend(self.changed_steps().map(StepDifference::sentence));
        let same: Vec<String> =
            self.steps.iter().filter(|step| step.is_same()).map(|step| format!("“{}”", step.name.title())).collect();
        if !same.is_empty() && same.len() < self.steps.len() {
            sentences.push(format!("Nothing changes in {}", listed(&same)));
        }
        sentences.iter().map(|sentence| escape_controls(sentence)).collect()
    }

    /// Both verdicts in one sentence.
    #[must_use]
    pub fn verdict(&self) -> String {
        let before = verdict(&self.rejection.before, self.accepted.before, self.judged.before);
        let after = verdict(&self.rejection.after, self.accepted.after, self.judged.after);
        if self.is_nothing() {
            return format!("The message is {after}, and every check comes out as before");
        }
        if self.is_same_result() {
            return format!("The message is {after}, as before; some checks come out differently");
        }
        format!("The message is {after}; before, it was {before}")
    }
}

fn verdict(rejection: &Option<Reason>, accepted: usize, judged: usize) -> String {
    match rejection {
        Some(reason) => format!("rejected ({})", reason.code),
        None if accepted == judged => format!("accepted for {}", counted(accepted, "recipient")),
        None => format!("accepted for {accepted} of {}", counted(judged, "recipient")),
    }
}

impl RecipientDifference {
    /// What happened to the recipient in each run, in a few words.
    #[must_use]
    pub fn words(&self) -> Change<String> {
        Change { before: state(&self.state.before), after: state(&self.state.after) }
    }

    fn sentence(&self) -> String {
        let Change { before, after } = self.words();
        let why = match &self.state.after {
            Some(RecipientState::Removed(reason)) => format!(": {}", after_colon(&reason.detail)),
            _ => String::new(),
        };
        format!("{} is {after} instead of {before}{why}", self.address)
    }
}

fn state(state: &Option<RecipientState>) -> String {
    match state {
        None => "not a recipient".to_owned(),
        Some(RecipientState::Accepted) => "accepted".to_owned(),
        Some(RecipientState::NotLocal) => "not local".to_owned(),
        Some(RecipientState::Removed(reason)) => format!("removed ({})", reason.code),
    }
}

impl SignerDifference {
    fn sentence(&self) -> String {
        let Change { before, after } = self.words();
        format!("The signer “{}” is {after} instead of {before}", self.name)
    }

    /// How the signer fared in each run, in a few words.
    #[must_use]
    pub fn words(&self) -> Change<String> {
        let words =
            |side: &Option<SignerSide>| side.as_ref().map_or_else(|| "not reached".to_owned(), SignerSide::words);
        let Change { before, after } = Change { before: words(&self.sides.before), after: words(&self.sides.after) };
        match (&self.sides.before, &self.sides.after) {
            // The same words for two answers: what differs is a path.
            (Some(one), Some(other)) if before == after => Change { before: one.paths(), after: other.paths() },
            _ => Change { before, after },
        }
    }
}

impl SignerSide {
    /// Why the signer does not count; of a good one, how many recipients trust it.
    #[must_use]
    pub fn words(&self) -> String {
        if !self.reasons.is_empty() {
            let codes: Vec<&str> = self.reasons.iter().map(|reason| reason.code.as_str()).collect();
            return format!("not good ({})", codes.join(", "));
        }
        if self.signature != SignatureState::Valid {
            return format!("of a signature that is {}", self.signature.as_str());
        }
        let trusted = self.trust.iter().filter(|(_, path)| path.is_ok()).count();
        match self.trust.len() {
            0 => "good".to_owned(),
            asked => format!("good and trusted by {trusted} of {}", counted(asked, "recipient")),
        }
    }

    fn paths(&self) -> String {
        let of = |(address, path): &(crate::mail::Address, Result<Vec<String>, Reason>)| match path {
            Ok(names) => format!("trusted by {address} over {}", names.join(", ")),
            Err(reason) => format!("not trusted by {address} ({})", reason.code),
        };
        self.trust.iter().map(of).collect::<Vec<_>>().join("; ")
    }
}

impl StepDifference {
    /// How the step came out in each run.
    #[must_use]
    pub fn words(&self) -> Change<&'static str> {
        let word = |outcome: Option<StepOutcome>| match outcome {
            None => "not part of the run",
            Some(StepOutcome::Skipped) => "not reached",
            Some(StepOutcome::Warning) => "passed with a warning",
            Some(outcome) => outcome.as_str(),
        };
        Change { before: word(self.outcome.before), after: word(self.outcome.after) }
    }

    fn sentence(&self) -> String {
        let (title, words) = (self.name.title(), self.words());
        let checks = match self.findings.len() {
            0 => String::new(),
            1 => "; 1 check comes out differently".to_owned(),
            several => format!("; {several} checks come out differently"),
        };
        if words.is_same() {
            return format!("The step “{title}” is {} as before{checks}", words.after);
        }
        format!("The step “{title}” is {} instead of {}{checks}", words.after, words.before)
    }
}
