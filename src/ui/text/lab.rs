//! The laboratory: its servers, what they were asked, and handing a message to a mail server.

use crate::ui::icons::Status;
use crate::ui::lab::{LabLine, LabServer, Mark};
use crate::workspace::submission::{Submission, SubmissionOutcome};

/// The tab.
pub const LAB: &str = "Lab";
/// The servers, read aloud.
pub const SERVERS: &str = "Lab servers";
/// The field for a port.
pub const PORT: &str = "Port";
/// What zero means there.
pub const PORT_HINT: &str = "The port on 127.0.0.1; 0 takes a free one";
/// It cannot be read.
pub const BAD_PORT: &str = "A port is a number from 0 to 65535";
/// Starts a server.
pub const START: &str = "Start";
/// Stops it.
pub const STOP: &str = "Stop";
/// It is being started or stopped.
pub const CHANGING: &str = "One moment";
/// Copies where it listens.
pub const COPY_ADDRESS: &str = "Copy address";
/// Copies a whole list.
pub const COPY_ALL: &str = "Copy all";
/// What that gives.
pub const COPY_ALL_HINT: &str = "Copy the lines of this list as text";
/// Lets the workspace ask the name server.
pub const USE_DNS: &str = "Use for this workspace";
/// What that does.
pub const USE_DNS_HINT: &str = "Certificates are then looked up at the lab's name server, and the network is allowed";
/// It is asked already.
pub const IN_USE: &str = "This workspace asks it";
/// Goes back to the system's.
pub const USE_SYSTEM: &str = "Use the system's";
/// What that does.
pub const USE_SYSTEM_HINT: &str = "Certificates are then looked up at the name server of this computer";
/// There is no workspace.
pub const NO_WORKSPACE: &str = "Open a workspace first: the servers publish its certificates and store into it";
/// The servers belonged to another workspace.
pub const STOPPED_WITH_WORKSPACE: &str =
    "The lab servers were stopped: they belong to the workspace that was open before";
/// The name server that the workspace asks is gone.
pub const ASKED_SERVER_STOPPED: &str =
    "The lab's name server was stopped, and this workspace still asks it: start it again, or use the system's";
/// The window cannot take more messages at the moment.
pub const BUSY: &str = "the window is busy: try again";
/// A message could not be written; what lies here is no business of the client's.
pub const NOT_STORED: &str = "the lab server could not write it";
/// How the mail server may be spoken to.
pub const OFFERS_STARTTLS: &str = "With or without STARTTLS, and with any user";
/// The name of the job that takes messages in.
pub const TAKING_IN: &str = "Taking in what arrived";

/// A list of the tab.
#[must_use]
pub fn list(name: &str, lines: usize) -> String {
    format!("{name} ({})", super::grouped(lines))
}

/// What the name server was asked.
pub const QUERIES: &str = "Queries";
/// Nothing yet.
pub const NO_QUERIES: &str = "The name server has not been asked anything yet";
/// What was said to the mail server.
pub const SESSIONS: &str = "Sessions";
/// Nothing yet.
pub const NO_SESSIONS: &str = "No mail client has connected yet";
/// What was said to others.
pub const SUBMISSIONS: &str = "Submissions";
/// Nothing yet.
pub const NO_SUBMISSIONS: &str = "No message has been handed to a mail server yet";

/// A server's name.
#[must_use]
pub const fn server(server: LabServer) -> &'static str {
    match server {
        LabServer::Dns => "Name server",
        LabServer::Mail => "Mail server",
    }
}

/// What it does, in a few words.
#[must_use]
pub const fn about(server: LabServer) -> &'static str {
    match server {
        LabServer::Dns => "Publishes this workspace's certificates in the DNS, on this computer alone",
        LabServer::Mail => "Takes every message, delivers none and keeps it in this workspace",
    }
}

/// The name of the job that starts it.
#[must_use]
pub const fn starting(server: LabServer) -> &'static str {
    match server {
        LabServer::Dns => "Starting the lab's name server",
        LabServer::Mail => "Starting the lab's mail server",
    }
}

/// The name of the job that stops it.
#[must_use]
pub const fn stopping(server: LabServer) -> &'static str {
    match server {
        LabServer::Dns => "Stopping the lab's name server",
        LabServer::Mail => "Stopping the lab's mail server",
    }
}

/// Its button, read aloud.
#[must_use]
pub fn button(verb: &str, which: LabServer) -> String {
    format!("{verb}: {}", server(which).to_lowercase())
}

/// It runs.
#[must_use]
pub fn started(which: LabServer, address: &str) -> String {
    format!("The lab's {} listens on {address}", server(which).to_lowercase())
}

/// What the mail server offers, and how many messages it has taken.
#[must_use]
pub fn and_received(offers: &str, messages: usize) -> String {
    match messages {
        0 => format!("{offers}; nothing received yet"),
        number => format!("{offers}; {} received", super::count(number, "message", "messages")),
    }
}

/// What the name server publishes.
#[must_use]
pub fn publishes(records: usize, names: usize) -> String {
    let records = super::count(records, "record", "records");
    format!("{records} under {}", super::count(names, "name", "names"))
}

/// What the name server answered.
#[must_use]
pub fn answer(records: usize, response: &str) -> String {
    match (records, response) {
        (0, "No Error") => "the name exists, without such a record".to_owned(),
        (0, "Non-Existent Domain") => "no such name".to_owned(),
        (0, response) => response.to_owned(),
        (records, _) => super::count(records, "record", "records"),
    }
}

/// A question and its answer.
#[must_use]
pub fn query(name: &str, record_type: &str, transport: &str, client: &str, answer: &str) -> String {
    format!("{name} {record_type} over {} from {client}: {answer}", transport.to_uppercase())
}

/// A client of the mail server.
#[must_use]
pub fn connected(client: &str) -> String {
    format!("{client} is connected")
}

/// A check of the mail server that did not hold.
#[must_use]
pub fn noted(detail: &str, clause: &str) -> String {
    format!("{detail} ({clause})")
}

/// A message was stored.
#[must_use]
pub fn stored(id: &str, sender: &str, recipients: usize, octets: usize) -> String {
    let recipients = super::count(recipients, "recipient", "recipients");
    format!("Stored as {id}: from {sender}, {recipients}, {}", super::size(octets))
}

/// Messages have arrived.
#[must_use]
pub fn arrived(senders: &[String]) -> String {
    match senders {
        [only] => format!("A message from {only} arrived; it is stored and among the messages"),
        several => format!("{} messages arrived; they are stored and among the messages", several.len()),
    }
}

/// A line as it is read aloud and copied.
#[must_use]
pub fn line(line: &LabLine) -> String {
    let session = line.session.map(|number| format!("[{number}] ")).unwrap_or_default();
    match line.mark {
        Mark::Said(speaker) => format!("{session}{}: {}", speaker.letter(), line.text),
        Mark::Came(status) => format!("{session}{}{}", came(status), line.text),
    }
}

const fn came(status: Status) -> &'static str {
    match status {
        Status::Failed => "Failed: ",
        Status::Warning => "Warning: ",
        _ => "",
    }
}

/// The dialog that hands a message to a mail server, and what came of it.
pub mod submit {
    use super::{Status, Submission, SubmissionOutcome};
    use crate::ui::text::{count, plain};
    use crate::workspace::submission::{SubmissionOptions, SubmissionReply, SubmissionSecurity};

    /// Opens it.
    pub const BUTTON: &str = "Submit…";
    /// What that does.
    pub const HINT: &str = "Hand the message to a mail server (SMTP)";
    /// Its title.
    pub const TITLE: &str = "Submit to a mail server";
    /// What the server is called.
    pub const SERVER: &str = "Server";
    /// What that looks like.
    pub const SERVER_EXAMPLE: &str = "mail.example";
    /// Its port.
    pub const PORT: &str = "Port";
    /// Whether and how the connection is encrypted.
    pub const SECURITY: &str = "Encryption";
    /// Takes any certificate.
    pub const ANYONE: &str = "Accept any certificate (lab)";
    /// What that means.
    pub const ANYONE_HINT: &str = "Whoever answers gets the message and the password: only for servers of a lab";
    /// Who logs in.
    pub const USER: &str = "User";
    /// What an empty field means.
    pub const USER_HINT: &str = "Leave empty to submit without logging in";
    /// The user's password.
    pub const PASSWORD: &str = "Password";
    /// Hands it in.
    pub const SUBMIT: &str = "Submit";
    /// The message can be read on the way.
    pub const IN_THE_CLEAR: &str =
        "Without encryption everybody on the way sees the envelope and the message as it is sent";
    /// The lab's own server is filled in.
    pub const LAB_FILLED_IN: &str = "The lab's mail server is filled in";
    /// The server's name is wrong.
    pub const BAD_HOST: &str = "Type the server's name or address, such as mail.example";
    /// The port is wrong.
    pub const BAD_PORT: &str = "A port is a number from 1 to 65535";
    /// There is one already.
    pub const UNDER_WAY: &str = "A message is being submitted already: wait for it, or cancel it";
    /// There is nothing to hand in.
    pub const NOTHING: &str = "Secure or open a message first";

    /// The way to encrypt.
    #[must_use]
    pub const fn security(security: SubmissionSecurity) -> &'static str {
        match security {
            SubmissionSecurity::None => "None",
            SubmissionSecurity::StartTls => "STARTTLS",
            SubmissionSecurity::Tls => "TLS",
        }
    }

    /// What it means.
    #[must_use]
    pub const fn security_hint(security: SubmissionSecurity) -> &'static str {
        match security {
            SubmissionSecurity::None => "In the clear, usually port 25: for a server on this computer",
            SubmissionSecurity::StartTls => {
                "Begins in the clear and turns to TLS before anything is said, usually port 587"
            }
            SubmissionSecurity::Tls => "TLS from the first octet, usually port 465",
        }
    }

    /// A user without a password.
    #[must_use]
    pub fn password_missing(user: &str) -> String {
        format!("Type the password of {}, or leave the user empty", plain(user))
    }

    /// What is handed in.
    #[must_use]
    pub fn what(message: &str, sender: &str, recipients: usize, octets: usize) -> String {
        let recipients = count(recipients, "recipient", "recipients");
        format!("{message}: from {sender} to {recipients}, {}", crate::ui::text::size(octets))
    }

    /// The name of the job.
    #[must_use]
    pub fn job(message: &str, host: &str) -> String {
        format!("Submitting {message} to {host}")
    }

    /// Where a submission begins in the list.
    #[must_use]
    pub fn begins(message: &str, options: &SubmissionOptions) -> String {
        format!("Submitting {message} to {}, port {}", plain(&options.host), options.port)
    }

    /// How it ended, as a status and a sentence.
    #[must_use]
    pub fn outcome(submission: &Submission, host: &str) -> (Status, String) {
        let accepted = submission.accepted.len();
        let all = accepted + submission.refused.len() + submission.undecided.len();
        let host = plain(host);
        match &submission.outcome {
            SubmissionOutcome::Accepted(_) if submission.is_complete() => {
                (Status::Passed, format!("{host} accepted the message for {}", for_all(all)))
            }
            SubmissionOutcome::Accepted(_) => {
                (Status::Warning, format!("{host} accepted the message for {accepted} of {all} recipients"))
            }
            SubmissionOutcome::Refused { step, reply } => {
                (Status::Failed, format!("{host} refused the message while {}: {reply}", step.doing()))
            }
            SubmissionOutcome::Failed { step, cause } => {
                (Status::Failed, format!("The message was not submitted, while {}: {cause}", step.doing()))
            }
        }
    }

    fn for_all(recipients: usize) -> String {
        if recipients == 1 { "its recipient".to_owned() } else { format!("all {recipients} recipients") }
    }

    /// A recipient for whom the server has the message.
    #[must_use]
    pub fn accepted(address: &str, reply: &SubmissionReply) -> String {
        format!("{}: accepted, {reply}", plain(address))
    }

    /// One for whom it refused it.
    #[must_use]
    pub fn refused(address: &str, reply: &SubmissionReply) -> String {
        let again = if reply.is_transient() { "; it may be tried again later" } else { "" };
        format!("{}: refused, {reply}{again}", plain(address))
    }

    /// One whom it has neither accepted nor refused.
    #[must_use]
    pub fn undecided(address: &str, submission: &Submission) -> String {
        let fate =
            if submission.may_have_been_taken() { "not known whether it was taken" } else { "nothing was sent for it" };
        format!("{}: {fate}", plain(address))
    }
}
