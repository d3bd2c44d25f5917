//! The laboratory as the window knows it: two servers on loopback, what they were asked, and what was submitted.
//!
//! The servers themselves are adapters; the application alone builds them, behind [`Laboratory`]. They tell what happens
//! through an [`Inbox`], which holds a bounded number of lines however seldom the window looks.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use time::OffsetDateTime;

use super::icons::Status;
use super::selection::DocumentId;
use crate::discovery::dcdt::Case;
use crate::mail::{Envelope, Speaker, TranscriptLine};
use crate::trust::Parties;
use crate::workspace::Workspace;
use crate::workspace::jobs::Wake;
use crate::workspace::submission::SubmissionOptions;

/// Lines of one list that are kept; the oldest go first. 5 000: fifty sessions with a hundred lines each.
const LINES: usize = 5_000;
/// Messages that may wait to be shown; more are refused for the moment, and their sender tries again.
const ARRIVALS: usize = 100;

/// One of the two servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LabServer {
    /// The name server that publishes the workspace's certificates.
    Dns,
    /// The mail server that keeps what it gets.
    Mail,
}

impl LabServer {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Dns, Self::Mail];
}

/// The ports that are offered for the two servers; 0 stands for a free one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabPorts {
    /// Of the name server, UDP and TCP.
    pub dns: u16,
    /// Of the mail server.
    pub mail: u16,
}

impl Default for LabPorts {
    fn default() -> Self {
        // None that needs privileges.
        Self { dns: 5300, mail: 2525 }
    }
}

impl LabPorts {
    /// The port of one of them.
    #[must_use]
    pub const fn of(self, server: LabServer) -> u16 {
        match server {
            LabServer::Dns => self.dns,
            LabServer::Mail => self.mail,
        }
    }
}

/// How a line is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// By who said it.
    Said(Speaker),
    /// By how something came out.
    Came(Status),
}

/// A line of a list.
#[derive(Clone, Debug)]
pub struct LabLine {
    /// When the window took note of it.
    pub at: OffsetDateTime,
    /// The session, where there are several.
    pub session: Option<u64>,
    /// How it is marked.
    pub mark: Mark,
    /// What; safe to show.
    pub text: String,
}

/// What happened, as a server or a submission tells it.
#[derive(Clone, Debug)]
pub enum LabEvent {
    /// The name server was asked.
    Asked(Mark, String),
    /// Something happened in a session of the mail server.
    Session(u64, Mark, String),
    /// A line of a submission.
    Submission(TranscriptLine),
}

/// A message that the mail server has stored.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// Its name in the workspace.
    pub id: String,
    /// Its file.
    pub path: PathBuf,
    /// The message.
    pub envelope: Envelope,
}

#[derive(Default)]
struct Waiting {
    events: VecDeque<LabEvent>,
    arrivals: Vec<Arrived>,
}

/// Where the servers put what happens.
#[derive(Clone)]
pub struct Inbox {
    waiting: Arc<Mutex<Waiting>>,
    wake: Wake,
}

impl std::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Inbox({} lines)", self.lock().events.len())
    }
}

impl Inbox {
    /// An empty one; `wake` is called when there is something to take.
    #[must_use]
    pub fn new(wake: Wake) -> Self {
        Self { waiting: Arc::default(), wake }
    }

    // A panic while it was held cannot have left it half-changed.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells what happened; the oldest is forgotten where nobody looks.
    pub fn tell(&self, event: LabEvent) {
        let mut waiting = self.lock();
        if waiting.events.len() >= LINES {
            waiting.events.pop_front();
        }
        waiting.events.push_back(event);
        drop(waiting);
        (self.wake)();
    }

    /// What is called when there is something to take.
    #[must_use]
    pub fn wake(&self) -> Wake {
        Arc::clone(&self.wake)
    }

    /// Whether a further message may be put in.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.lock().arrivals.len() < ARRIVALS
    }

    /// Puts a message in.
    pub fn arrived(&self, message: Arrived) {
        self.lock().arrivals.push(message);
        (self.wake)();
    }

    /// Takes everything out.
    #[must_use]
    pub fn take(&self) -> (VecDeque<LabEvent>, Vec<Arrived>) {
        let waiting = std::mem::take(&mut *self.lock());
        (waiting.events, waiting.arrivals)
    }
}

/// A server that runs until this is dropped.
pub struct RunningServer {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it serves, in words.
    pub about: String,
    /// What keeps it running.
    pub held: Box<dyn Send>,
}

impl std::fmt::Debug for RunningServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RunningServer({})", self.address)
    }
}

/// Starts the servers, on 127.0.0.1 alone.
pub trait Laboratory: Send + Sync {
    /// Starts the name server over these parties; port 0 takes a free one.
    ///
    /// # Errors
    /// A sentence, where it cannot be started.
    fn start_dns(&self, parties: &Parties, port: u16, inbox: &Inbox) -> Result<RunningServer, String>;

    /// Starts the mail server, which stores into this workspace; port 0 takes a free one.
    ///
    /// # Errors
    /// A sentence, where it cannot be started.
    fn start_mail(&self, workspace: &Workspace, port: u16, inbox: &Inbox) -> Result<RunningServer, String>;
}

/// What a pane asks of the laboratory.
#[derive(Debug)]
pub enum LabCommand {
    /// Start a server on this port.
    Start(LabServer, u16),
    /// Stop it.
    Stop(LabServer),
    /// Hand a message to a mail server.
    Submit(DocumentId, Box<SubmissionOptions>),
    /// Let the workspace ask this name server; none: the system's.
    UseNameServer(Option<SocketAddr>),
    /// Run these discovery cases.
    RunCases(Vec<&'static Case>),
    /// Begin no further discovery case.
    StopCases,
}

/// How far a server is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ServerState {
    /// It does not run.
    #[default]
    Off,
    /// It is being started or stopped.
    Changing,
    /// It runs.
    On {
        /// Where it listens.
        address: SocketAddr,
        /// What it serves, in words.
        about: String,
    },
    /// It could not be started; why.
    Failed(String),
}

impl ServerState {
    /// Where it listens, if it runs.
    #[must_use]
    pub const fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::On { address, .. } => Some(*address),
            _ => None,
        }
    }
}

/// Lines, the latest last, of which a bounded number is kept.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    lines: VecDeque<LabLine>,
}

impl Lines {
    /// Adds one.
    pub fn push(&mut self, line: LabLine) {
        if self.lines.len() >= LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&LabLine> {
        self.lines.get(index)
    }

    /// All of them as text, for the clipboard.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.iter().fold(String::new(), |mut text, line| {
            text.push_str(&super::text::lab::line(line));
            text.push('\n');
            text
        })
    }
}

/// What is so in the laboratory.
#[derive(Clone, Debug, Default)]
pub struct Lab {
    /// The name server.
    pub dns: ServerState,
    /// The mail server.
    pub mail: ServerState,
    /// What the name server was asked.
    pub queries: Lines,
    /// What was said to the mail server.
    pub sessions: Lines,
    /// What was said to mail servers that messages were handed to.
    pub submissions: Lines,
    /// Messages that the mail server has stored since the window was opened.
    pub received: usize,
}

impl Lab {
    /// How far a server is.
    #[must_use]
    pub const fn server(&self, server: LabServer) -> &ServerState {
        match server {
            LabServer::Dns => &self.dns,
            LabServer::Mail => &self.mail,
        }
    }

    /// Changes how far a server is.
    pub const fn server_mut(&mut self, server: LabServer) -> &mut ServerState {
        match server {
            LabServer::Dns => &mut self.dns,
            LabServer::Mail => &mut self.mail,
        }
    }

    /// Takes note of what happened.
    pub fn note(&mut self, at: OffsetDateTime, event: LabEvent) {
        match event {
            LabEvent::Asked(mark, text) => self.queries.push(LabLine { at, session: None, mark, text }),
            LabEvent::Session(session, mark, text) => {
                self.sessions.push(LabLine { at, session: Some(session), mark, text });
            }
            LabEvent::Submission(line) => {
                let mark = Mark::Said(line.speaker);
                self.submissions.push(LabLine { at, session: None, mark, text: line.text });
            }
        }
    }

    /// Adds a line about a submission.
    pub fn say_of_submission(&mut self, at: OffsetDateTime, status: Status, text: String) {
        self.submissions.push(LabLine { at, session: None, mark: Mark::Came(status), text });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inbox_that_nobody_empties_keeps_the_latest_lines_and_takes_no_more_messages() {
        let inbox = Inbox::new(Arc::new(|| {}));
        for number in 0..LINES + 3 {
            inbox.tell(LabEvent::Asked(Mark::Came(Status::Info), number.to_string()));
        }
        let (events, _) = inbox.take();
        assert_eq!(events.len(), LINES);
        assert!(matches!(events.front(), Some(LabEvent::Asked(_, text)) if text == "3"));
        let message = crate::span::Buffer::new(crate::span::BufferName::Received, b"".as_slice());
        let envelope = Envelope {
            reverse_path: crate::mail::ReversePath::Null,
            forward_paths: Vec::new(),
            message,
            origin: crate::mail::EnvelopeOrigin::Explicit,
        };
        for _ in 0..ARRIVALS {
            assert!(inbox.has_room());
            inbox.arrived(Arrived { id: String::new(), path: PathBuf::new(), envelope: envelope.clone() });
        }
        assert!(!inbox.has_room());
        assert_eq!(inbox.take().1.len(), ARRIVALS);
        assert!(inbox.has_room());
    }

    #[test]
    fn lists_keep_the_latest_lines() {
        let mut lab = Lab::default();
        for number in 0..LINES + 2 {
            let number = u64::try_from(number).unwrap();
            lab.note(OffsetDateTime::UNIX_EPOCH, LabEvent::Session(number, Mark::Came(Status::Info), String::new()));
        }
        assert_eq!(lab.sessions.len(), LINES);
        assert_eq!(lab.sessions.get(0).and_then(|line| line.session), Some(2));
    }
}
