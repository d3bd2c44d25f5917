//! `sealscope lab smtp`: a mail server on loopback that stores what it gets in the workspace.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use crate::agent::finding_json;
use crate::cli::common::Common;
use crate::cli::console::{Console, Detail, Tone};
use crate::cli::error::{CliError, Exit};
use crate::cli::session;
use crate::finding::{Finding, Severity, counted};
use crate::io::signal;
use crate::lab::smtp::{EventKind, Keep, LabSmtp, Received, Security, SessionEvent, SmtpConfig, keep_in};
use crate::limits::Limits;
use crate::mail::Speaker;
use crate::pki::Certificate;
use crate::workspace::Workspace;

const AFTER: &str = "\
Takes every message for every recipient, delivers none, and keeps each with its envelope in the workspace's messages \
folder, octet for octet. Listens on 127.0.0.1 only. Prints what is said, without passwords and messages. Every user is \
let in with every password. What RFC 5321 forbids is refused and told, above all line ends that other servers take \
for the end of a message. STARTTLS shows a certificate that is made when the server starts and that nobody vouches for. \
With --json the first object says where it listens, and one follows for each message.

Examples:
  sealscope lab smtp
  sealscope lab smtp --port 0 --count 1 --json
  sealscope submit secured.bsmtp --server 127.0.0.1:2525 --tls none       in another terminal
  swaks --server 127.0.0.1:2525 --to bob@b.example --tls

Exit status: 0 ended by Ctrl+C or after --count messages, 1 could not run, 2 wrong use.";

/// How often is looked whether the server has ended by itself.
const POLL: Duration = Duration::from_millis(100);
/// Events that wait to be printed; a session waits when there are more.
const WAITING_EVENTS: usize = 1_024;

/// A mail server that keeps what it gets and delivers nothing
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(in crate::cli) struct SmtpArgs {
    /// The port; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 2525)]
    port: u16,
    /// End after so many messages
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    count: Option<u32>,
    /// Octets of the largest message that is taken
    #[arg(long, value_name = "OCTETS", value_parser = octets)]
    max_size: Option<usize>,
    /// Do not offer STARTTLS
    #[arg(long, conflicts_with = "tls_wrapped")]
    no_tls: bool,
    /// Begin with TLS at once, as on port 465
    #[arg(long)]
    tls_wrapped: bool,
}

enum Event {
    Happened(SessionEvent),
    Interrupted,
}

fn octets(text: &str) -> Result<usize, String> {
    let limit = Limits::DEFAULT.message_octets;
    match text.parse() {
        Ok(octets) if (1..=limit).contains(&octets) => Ok(octets),
        _ => Err(format!("a number of octets from 1 to {limit}")),
    }
}

impl SmtpArgs {
    fn config(&self) -> SmtpConfig {
        let mut config = SmtpConfig {
            count: self.count.map(|count| usize::try_from(count).unwrap_or(usize::MAX)),
            security: match (self.no_tls, self.tls_wrapped) {
                (true, _) => Security::None,
                (false, true) => Security::Wrapped,
                (false, false) => Security::StartTls,
            },
            ..SmtpConfig::default()
        };
        if let Some(octets) = self.max_size {
            config.message_octets = octets;
        }
        config
    }
}

pub(super) fn run(args: &SmtpArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let workspace = session::created(common)?;
    let (events, happened) = mpsc::sync_channel(WAITING_EVENTS);
    let interrupted = events.clone();
    // A send fails only once the loop below has ended.
    signal::on_interrupt(move || drop(interrupted.send(Event::Interrupted))).map_err(CliError::failed)?;
    let log = Arc::new(move |event: &SessionEvent| drop(events.send(Event::Happened(event.clone()))));
    let failure = Arc::new(Mutex::new(None));
    let keep = keep(&workspace, &failure);
    let server = LabSmtp::start(args.config(), args.port, log, keep).map_err(CliError::failed)?;
    let told = announce(args, &server, &workspace, console).and_then(|()| follow(&happened, &server, console));
    // A session that waits to be printed must not be waited for.
    drop(happened);
    server.shut_down();
    told?;
    match failure.lock().ok().and_then(|mut failure| failure.take()) {
        Some(sentence) => Err(CliError::Failed(format!("a message could not be stored: {sentence}"))),
        None => Ok(Exit::Success),
    }
}

fn follow(happened: &mpsc::Receiver<Event>, server: &LabSmtp, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    loop {
        match happened.recv_timeout(POLL) {
            Ok(Event::Happened(event)) => print(&event, console)?,
            Err(mpsc::RecvTimeoutError::Timeout) if !server.is_finished() => {}
            Ok(Event::Interrupted) | Err(_) => return Ok(()),
        }
    }
}

fn keep(workspace: &Workspace, failure: &Arc<Mutex<Option<String>>>) -> Keep {
    let workspace = workspace.clone();
    let failure = Arc::clone(failure);
    Arc::new(move |received: &Received| match keep_in(&workspace, received) {
        Ok(saved) => Ok(saved.id),
        Err(error) => {
            if let Ok(mut failure) = failure.lock() {
                *failure = Some(error.to_string());
            }
            // What lies on this machine is no business of the client's.
            Err("the lab server could not write it".to_owned())
        }
    })
}

fn announce(
    args: &SmtpArgs,
    server: &LabSmtp,
    workspace: &Workspace,
    console: &mut Console<'_, '_>,
) -> Result<(), CliError> {
    let address = server.address().to_string();
    let folder = workspace.root().join("messages");
    if console.wants_json() {
        let certificate = server.certificate().and_then(|der| Certificate::from_der(der).ok());
        let sha256 = certificate.map(|certificate| certificate.sha256().to_owned());
        console.object(&json!({
            "schema": "sealscope.lab-smtp/1",
            "address": address,
            "folder": folder.display().to_string(),
            "tls": tls(args),
            "sha256": sha256,
        }))?;
    } else {
        let words = match tls(args) {
            "none" => "without TLS",
            "wrapped" => "TLS from the start",
            _ => "STARTTLS offered",
        };
        let folder = folder.display();
        console.line(&format!("Listening on {address}, {words}. Messages go to {folder}. Ctrl+C ends."))?;
    }
    console.flush()
}

const fn tls(args: &SmtpArgs) -> &'static str {
    match (args.no_tls, args.tls_wrapped) {
        (true, _) => "none",
        (false, true) => "wrapped",
        (false, false) => "starttls",
    }
}

fn print(event: &SessionEvent, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let session = event.session;
    match &event.kind {
        EventKind::Kept { id, received } => kept(id, received, console)?,
        EventKind::Noted(finding) => noted(session, finding, console)?,
        _ if console.detail == Detail::Verdict => {}
        EventKind::Opened => console.line(&format!("[{session}] {} is connected", event.client))?,
        EventKind::Closed(why) => console.line(&format!("[{session}] {why}"))?,
        EventKind::Said(line) => {
            let tone = if line.speaker == Speaker::Client { Tone::Strong } else { Tone::Dim };
            console.toned(&format!("[{session}] "), tone, line.speaker.letter(), &format!(": {}", line.text))?;
        }
    }
    console.flush()
}

fn noted(session: u64, finding: &Finding, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let tone = if finding.severity == Severity::Fail { Tone::Bad } else { Tone::Warning };
    let after = format!(": {} ({}, {})", finding.detail, finding.rule.id, finding.rule.clause);
    console.toned(&format!("[{session}] "), tone, finding.severity.as_str(), &after)
}

fn kept(id: &str, received: &Received, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let envelope = &received.envelope;
    if console.wants_json() {
        return console.object(&message_json(id, received));
    }
    let after = format!(
        " {id}: from {}, {}, {}",
        envelope.reverse_path,
        counted(envelope.forward_paths.len(), "recipient"),
        counted(envelope.message.octets().len(), "octet")
    );
    console.toned(&format!("[{}] ", received.session), Tone::Good, "Stored", &after)
}

fn message_json(id: &str, received: &Received) -> Value {
    let envelope = &received.envelope;
    json!({
        "schema": "sealscope.lab-smtp-message/1",
        "id": id,
        "from": envelope.reverse_path.address().map(|address| address.as_str().to_owned()).unwrap_or_default(),
        "to": envelope.forward_paths.iter().map(|address| address.as_str().to_owned()).collect::<Vec<_>>(),
        "octets": envelope.message.octets().len(),
        "hello": received.hello,
        "encryption": received.encryption,
        "user": received.user,
        "findings": received.findings.iter().map(finding_json).collect::<Vec<_>>(),
    })
}
