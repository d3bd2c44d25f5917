//! What came of one message of many: all that a list, a summary or a comparison needs, and nothing of its content.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::agent::{Operation, Reason, ReasonCode};
use crate::diagnose::Transformation;
use crate::mail::{Address, ReversePath};

/// Where a message lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// The file's path below the folder that was named, with `/`; of a file that was named itself, its name.
    pub path: String,
    /// Which message of the file, counted from 1; `None` where the file is one message.
    pub number: Option<usize>,
}

impl Place {
    /// The path, with `#` and the number where the file holds several: the name by which a message is expected.
    #[must_use]
    pub fn name(&self) -> String {
        match self.number {
            Some(number) => format!("{}#{number}", self.path),
            None => self.path.clone(),
        }
    }

    /// The folder in which the file lies, as a part of [`Place::path`]; empty for the one that was named.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// What came of one message.
#[derive(Clone, Debug)]
pub struct MessageOutcome {
    /// Its place in the order of the source, counted from 0.
    pub index: usize,
    /// Where it lies.
    pub place: Place,
    /// Which way it was run.
    pub operation: Operation,
    /// Octets of the message; 0 where it could not be read.
    pub octets: usize,
    /// How long reading, judging and explaining took.
    pub duration: Duration,
    /// What the agent said.
    pub judgement: Judgement,
}

/// What the agent said of a message, or why it was not asked.
#[derive(Clone, Debug)]
pub enum Judgement {
    /// It was judged.
    Judged(Box<JudgedMessage>),
    /// The file is no message, and was passed over: a sentence.
    NoMessage(String),
    /// It could not be read or judged.
    NotJudged {
        /// Only [`ReasonCode::LimitExceeded`], where it is a limit of this program.
        code: Option<ReasonCode>,
        /// A sentence that names the file.
        why: String,
    },
}

/// A message that was judged.
#[derive(Clone, Debug)]
pub struct JudgedMessage {
    /// MAIL FROM.
    pub sender: ReversePath,
    /// RCPT TO, each with what happens for them.
    pub recipients: Vec<JudgedRecipient>,
    /// Why the message goes to nobody, if it does.
    pub rejection: Option<Reason>,
    /// Issuers of the certificates that signed, each once.
    pub issuers: Vec<String>,
    /// Why, where it was rejected or somebody was left out.
    pub cause: Option<ReasonCode>,
    /// Whether the cause is proven ([`crate::diagnose::Diagnosis::proven`]).
    pub proven: bool,
    /// What happened to it on its way.
    pub transformations: Vec<Transformation>,
    /// The cause in whole sentences; empty where there is none. They may quote addresses and certificates.
    pub explanation: String,
    /// What would change the answer.
    pub advice: Vec<String>,
}

/// What happens for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedRecipient {
    /// RCPT TO.
    pub address: Address,
    /// Whether the address is in a local domain.
    pub local: bool,
    /// `accepted`, `removed` or `not-local`, as in an outcome.
    pub outcome: &'static str,
    /// Why they were removed.
    pub code: Option<ReasonCode>,
}

/// The answer in one word, from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Accepted for everybody in question.
    Accepted,
    /// Accepted, with recipients left out.
    AcceptedInPart,
    /// Goes to nobody.
    Rejected,
    /// Could not be read or judged.
    NotJudged,
    /// A file that is no message.
    NoMessage,
}

impl Verdict {
    /// The name in JSON; a message that is accepted in part is `accepted`, as in an outcome.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted | Self::AcceptedInPart => "accepted",
            Self::Rejected => "rejected",
            Self::NotJudged => "not-judged",
            Self::NoMessage => "no-message",
        }
    }
}

impl MessageOutcome {
    /// The answer in one word.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match &self.judgement {
            Judgement::Judged(judged) => judged.verdict(),
            Judgement::NotJudged { .. } => Verdict::NotJudged,
            Judgement::NoMessage(_) => Verdict::NoMessage,
        }
    }

    /// What is known of it, where it was judged.
    #[must_use]
    pub fn judged(&self) -> Option<&JudgedMessage> {
        match &self.judgement {
            Judgement::Judged(judged) => Some(judged),
            Judgement::NoMessage(_) | Judgement::NotJudged { .. } => None,
        }
    }

    /// The code with which the whole message was rejected, or was not judged.
    #[must_use]
    pub fn code(&self) -> Option<ReasonCode> {
        match &self.judgement {
            Judgement::Judged(judged) => judged.rejection.as_ref().map(|reason| reason.code),
            Judgement::NotJudged { code, .. } => *code,
            Judgement::NoMessage(_) => None,
        }
    }

    /// The cause: where a signature or a recipient is at fault, more precise than [`MessageOutcome::code`].
    #[must_use]
    pub fn cause(&self) -> Option<ReasonCode> {
        self.judged().map_or_else(|| self.code(), |judged| judged.cause)
    }

    /// Why, in whole sentences.
    #[must_use]
    pub fn explanation(&self) -> &str {
        match &self.judgement {
            Judgement::Judged(judged) => &judged.explanation,
            Judgement::NoMessage(why) | Judgement::NotJudged { why, .. } => why,
        }
    }
}

impl JudgedMessage {
    /// The answer in one word.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.rejection.is_some() {
            Verdict::Rejected
        } else if self.removed().next().is_some() {
            Verdict::AcceptedInPart
        } else {
            Verdict::Accepted
        }
    }

    /// Those that were left out.
    pub fn removed(&self) -> impl Iterator<Item = &JudgedRecipient> {
        self.recipients.iter().filter(|recipient| recipient.code.is_some())
    }
}
