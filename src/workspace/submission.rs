//! Handing an envelope to a mail server: what is asked for and what came of it, without the network.
//!
//! The window and the command line name these types; whoever builds the program gives them a [`Submitter`]. That a
//! server refuses is data; that nothing could be said to it is [`SubmissionOutcome::Failed`], with the step and the
//! cause.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::finding::Finding;
use crate::mail::{Address, Envelope, TranscriptLine};
use crate::pki::Passphrase;

/// Whether and how the connection is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SubmissionSecurity {
    /// In the clear: for a server on this machine.
    None,
    /// STARTTLS, without which nothing is sent (RFC 3207).
    #[default]
    StartTls,
    /// TLS from the first octet (RFC 8314 §3.3).
    Tls,
}

impl SubmissionSecurity {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::StartTls, Self::Tls, Self::None];

    /// The name on the command line and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::StartTls => "starttls",
            Self::Tls => "tls",
        }
    }

    /// The port that is usual: 25, 587 (RFC 6409) or 465 (RFC 8314).
    #[must_use]
    pub const fn usual_port(self) -> u16 {
        match self {
            Self::None => 25,
            Self::StartTls => 587,
            Self::Tls => 465,
        }
    }
}

/// Which certificates a server may show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServerTrust {
    /// Any at all: for a lab, since whoever answers gets the message and the password.
    Anyone,
    /// One for the server's name that leads to a root of this system.
    #[default]
    SystemRoots,
}

/// Who logs in (RFC 4954). The password is in no `Debug` and is wiped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmissionLogin {
    /// The user.
    pub user: String,
    /// The user's password.
    pub password: Passphrase,
}

/// Where an envelope is handed in, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmissionOptions {
    /// The server's name or address; the certificate has to name it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether and how the connection is encrypted.
    pub security: SubmissionSecurity,
    /// Who logs in; none: nobody.
    pub login: Option<SubmissionLogin>,
    /// Which certificates it may show.
    pub trust: ServerTrust,
    /// How long each answer may take.
    pub timeout: Duration,
}

impl SubmissionOptions {
    /// How long each answer may take unless told otherwise. 60 s: RFC 5321 §4.5.3.2 asks for minutes, where nobody sits
    /// and waits.
    pub const TIMEOUT: Duration = Duration::from_secs(60);
}

/// A step of a submission, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubmissionStep {
    /// Whether the message can travel over SMTP at all.
    Prepare,
    /// Finding and reaching the server.
    Connect,
    /// The server's first line.
    Greeting,
    /// EHLO.
    Hello,
    /// STARTTLS and the handshake.
    Tls,
    /// AUTH.
    Login,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipients,
    /// DATA and the message.
    Message,
}

impl SubmissionStep {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
            Self::Connect => "connect",
            Self::Greeting => "greeting",
            Self::Hello => "hello",
            Self::Tls => "tls",
            Self::Login => "login",
            Self::Sender => "sender",
            Self::Recipients => "recipients",
            Self::Message => "message",
        }
    }

    /// What is done in it, to go on after "while".
    #[must_use]
    pub const fn doing(self) -> &'static str {
        match self {
            Self::Prepare => "preparing the message",
            Self::Connect => "connecting",
            Self::Greeting => "waiting for the server's greeting",
            Self::Hello => "greeting the server",
            Self::Tls => "beginning TLS",
            Self::Login => "logging in",
            Self::Sender => "naming the sender",
            Self::Recipients => "naming the recipients",
            Self::Message => "sending the message",
        }
    }
}

impl fmt::Display for SubmissionStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmissionReply {
    /// Three digits: 2 accepted, 4 not now, 5 never (RFC 5321 §4.2.1).
    pub code: u16,
    /// Its words, several lines in one; safe to show.
    pub text: String,
}

impl SubmissionReply {
    /// Whether the server did what it was asked.
    #[must_use]
    pub const fn is_positive(&self) -> bool {
        matches!(self.code, 200..=399)
    }

    /// Whether it may be asked again later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self.code, 400..=499)
    }
}

impl fmt::Display for SubmissionReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.text)
    }
}

/// How a submission ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubmissionOutcome {
    /// The server has the message and answers for it, for the recipients it took.
    Accepted(SubmissionReply),
    /// It could not be done.
    Failed {
        /// Where it stopped.
        step: SubmissionStep,
        /// Why, as a sentence without a full stop.
        cause: String,
    },
    /// The server refused it for everybody.
    Refused {
        /// What it refused.
        step: SubmissionStep,
        /// With what words.
        reply: SubmissionReply,
    },
}

/// What came of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// The recipients for whom the server has the message, with what it said to each.
    pub accepted: Vec<(Address, SubmissionReply)>,
    /// Those for whom it refused it.
    pub refused: Vec<(Address, SubmissionReply)>,
    /// Those for whom nothing is known, since it did not come to an end.
    pub undecided: Vec<Address>,
    /// What was said.
    pub transcript: Vec<TranscriptLine>,
    /// What was checked about the message and the server.
    pub findings: Vec<Finding>,
    /// How it ended.
    pub outcome: SubmissionOutcome,
}

impl Submission {
    /// Whether those who are undecided may have got the message all the same: it was on its way when it broke off.
    #[must_use]
    pub const fn may_have_been_taken(&self) -> bool {
        matches!(self.outcome, SubmissionOutcome::Failed { step: SubmissionStep::Message, .. })
    }

    /// Whether every recipient was accepted.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        matches!(self.outcome, SubmissionOutcome::Accepted(_)) && self.refused.is_empty()
    }
}

/// Follows a submission and may break it off.
pub struct SubmissionWatch<'w> {
    /// Set when nobody wants it any more.
    pub cancelled: &'w AtomicBool,
    /// Told each line as it is said.
    pub said: &'w dyn Fn(&TranscriptLine),
}

impl SubmissionWatch<'_> {
    /// Whether it is to be broken off.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }
}

/// Hands envelopes to mail servers.
pub trait Submitter: Send + Sync {
    /// Hands in one envelope, for all its recipients, and waits for the answer.
    fn submit(&self, envelope: &Envelope, options: &SubmissionOptions, watch: &SubmissionWatch<'_>) -> Submission;
}
