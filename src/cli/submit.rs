//! `sealscope submit`: hands a message to a mail server.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::common::Common;
use super::console::{Console, Detail, Tone};
use super::error::{CliError, Exit};
use super::input::MessageArgs;
use super::session;
use crate::agent::finding_json;
use crate::finding::{Severity, counted};
use crate::io::signal;
use crate::io::submission::SmtpSubmitter;
use crate::mail::{Address, Envelope, TranscriptLine};
use crate::workspace::submission::{
    ServerTrust, Submission, SubmissionLogin, SubmissionOptions, SubmissionOutcome, SubmissionReply,
    SubmissionSecurity, SubmissionWatch, Submitter as _,
};

const AFTER: &str = "\
Connects to the server named and to no other: where a recipient's mail would go is not looked up. The message is sent \
as it is, octet for octet; `sealscope outgoing` secures one first. What SMTP cannot carry is refused or told. \
Prints what is said, without the password and the message, and what the server answered for each recipient. \
The password is the first line of --password-file, or is asked for; it is sent under TLS only, or to this machine.

Examples:
  sealscope submit secured.bsmtp --server mail.example --user alice
  sealscope submit secured.bsmtp --server 127.0.0.1:2525 --tls none              to `sealscope lab smtp`
  sealscope submit secured.bsmtp --server 127.0.0.1:2525 --accept-any-certificate
  sealscope submit letter.eml --from alice@a.example --to bob@b.example --server mail.example --tls tls --json

Exit status: 0 the server took it for all recipients, 3 it refused some or all, 1 could not run, 2 wrong use.";

/// Hand a message with its envelope to a mail server (SMTP)
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct SubmitArgs {
    #[command(flatten)]
    message: MessageArgs,
    /// The server; without a port 587, with --tls tls 465, with --tls none 25
    #[arg(long, value_name = "HOST[:PORT]", value_parser = server)]
    server: Server,
    /// How the connection is encrypted
    #[arg(long, value_enum, default_value_t = Tls::Starttls)]
    tls: Tls,
    /// Log in as this user
    #[arg(long, value_name = "U")]
    user: Option<String>,
    /// The user's password is the first line of this file
    #[arg(long, value_name = "F", requires = "user")]
    password_file: Option<PathBuf>,
    /// Take whatever certificate the server shows: for a lab, since anybody could answer
    #[arg(long)]
    accept_any_certificate: bool,
    /// Seconds that each answer may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Tls {
    /// Not at all
    None,
    /// By STARTTLS, and not without it
    Starttls,
    /// From the first octet
    #[value(name = "tls")]
    Wrapped,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Server {
    host: String,
    port: Option<u16>,
}

fn server(text: &str) -> Result<Server, String> {
    let wrong = || "a server looks like mail.example, mail.example:587, 192.0.2.1:25 or [2001:db8::1]:25".to_owned();
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']').ok_or_else(wrong)?;
            (host, port.strip_prefix(':').or(if port.is_empty() { None } else { Some("") }))
        }
        None if text.matches(':').count() > 1 => (text, None),
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let is_host = |found: char| found.is_alphanumeric() || matches!(found, '.' | '-' | ':' | '_' | '%');
    if host.is_empty() || !host.chars().all(is_host) {
        return Err(wrong());
    }
    let port = port.map(|port| port.parse().ok().filter(|port| *port > 0).ok_or_else(wrong)).transpose()?;
    Ok(Server { host: host.to_owned(), port })
}

impl SubmitArgs {
    fn options(&self, console: &mut Console<'_, '_>) -> Result<SubmissionOptions, CliError> {
        let security = match self.tls {
            Tls::None => SubmissionSecurity::None,
            Tls::Starttls => SubmissionSecurity::StartTls,
            Tls::Wrapped => SubmissionSecurity::Tls,
        };
        Ok(SubmissionOptions {
            host: self.server.host.clone(),
            port: self.server.port.unwrap_or(security.usual_port()),
            security,
            login: self.login(console)?,
            trust: if self.accept_any_certificate { ServerTrust::Anyone } else { ServerTrust::SystemRoots },
            timeout: Duration::from_secs(self.timeout),
        })
    }

    fn login(&self, console: &mut Console<'_, '_>) -> Result<Option<SubmissionLogin>, CliError> {
        let Some(user) = &self.user else { return Ok(None) };
        let password = match &self.password_file {
            Some(path) => session::passphrase_of_file(path, console)?,
            None => {
                let prompt = format!("Password of {user} at {}: ", self.server.host);
                let asked = (console.program.ask)(&prompt).map_err(CliError::failed)?;
                asked.ok_or_else(|| {
                    CliError::usage("there is no terminal to ask for the password: give --password-file".to_owned())
                })?
            }
        };
        Ok(Some(SubmissionLogin { user: user.clone(), password }))
    }
}

pub(super) fn run(args: &SubmitArgs, _common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let envelopes = args.message.envelopes(console)?;
    let options = args.options(console)?;
    let cancelled = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&cancelled);
    signal::on_interrupt(move || flag.store(true, std::sync::atomic::Ordering::Release)).map_err(CliError::failed)?;
    let mut submissions = Vec::new();
    for envelope in &envelopes {
        let submission = submit(envelope, &options, &cancelled, console)?;
        report(&submission, &options, console)?;
        submissions.push(submission);
    }
    if console.wants_json() {
        let objects: Vec<Value> = submissions.iter().map(|submission| object(submission, &options)).collect();
        match objects.as_slice() {
            [only] => console.object(only)?,
            _ => console.object(&json!({ "schema": "sealscope.submissions/1", "submissions": objects }))?,
        }
    }
    Ok(submissions.iter().map(exit).max().unwrap_or(Exit::Success))
}

// The lines are printed as they are said: a server that does not answer is seen not to.
fn submit(
    envelope: &Envelope,
    options: &SubmissionOptions,
    cancelled: &AtomicBool,
    console: &mut Console<'_, '_>,
) -> Result<Submission, CliError> {
    let console = std::cell::RefCell::new(console);
    let trouble = std::cell::RefCell::new(Ok(()));
    let said = |line: &TranscriptLine| {
        let mut console = console.borrow_mut();
        let told = tell(line, &mut console);
        if told.is_err() {
            // Whoever read the account has gone; the message is on its way all the same.
            *trouble.borrow_mut() = told;
        }
    };
    let submission = SmtpSubmitter.submit(envelope, options, &SubmissionWatch { cancelled, said: &said });
    trouble.into_inner()?;
    Ok(submission)
}

fn tell(line: &TranscriptLine, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    if console.detail == Detail::Verdict {
        return Ok(());
    }
    console.line(&format!("  {line}"))?;
    console.flush()
}

fn exit(submission: &Submission) -> Exit {
    match submission.outcome {
        SubmissionOutcome::Failed { .. } => Exit::Failed,
        _ if submission.is_complete() => Exit::Success,
        _ => Exit::Rejected,
    }
}

fn report(submission: &Submission, options: &SubmissionOptions, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let (accepted, refused) = (submission.accepted.len(), submission.refused.len());
    let all = accepted.saturating_add(refused).saturating_add(submission.undecided.len());
    let host = &options.host;
    match &submission.outcome {
        SubmissionOutcome::Accepted(reply) => {
            let whom = format!(" by {host} for {accepted} of {}: {reply}", counted(all, "recipient"));
            console.toned("", Tone::Good, "Accepted", &whom)?;
        }
        SubmissionOutcome::Refused { step, reply } => {
            console.toned("", Tone::Bad, "Refused", &format!(" by {host} while {}: {reply}", step.doing()))?;
        }
        SubmissionOutcome::Failed { step, cause } => {
            let after = format!(" while {}: {cause}", step.doing());
            console.toned("", Tone::Bad, "Not submitted", &after)?;
            if console.wants_json() || console.detail == Detail::Verdict {
                console.diagnostic(&format!("not submitted, while {}: {cause}", step.doing()));
            }
        }
    }
    for (address, reply) in &submission.accepted {
        console.line(&format!("  {address}: accepted, {reply}"))?;
    }
    for (address, reply) in &submission.refused {
        let again = if reply.is_transient() { "; it may be tried again later" } else { "" };
        console.line(&format!("  {address}: refused, {reply}{again}"))?;
    }
    for address in &submission.undecided {
        let fate =
            if submission.may_have_been_taken() { "not known whether it was taken" } else { "nothing was sent for it" };
        console.line(&format!("  {address}: {fate}"))?;
    }
    let told = |severity: Severity| severity > Severity::Pass || console.detail == Detail::Everything;
    let findings: Vec<_> = submission.findings.iter().filter(|finding| told(finding.severity)).collect();
    findings.iter().try_for_each(|finding| {
        console.line(&format!("  {}: {} ({})", finding.severity, finding.detail, finding.rule.clause))
    })
}

fn object(submission: &Submission, options: &SubmissionOptions) -> Value {
    let answered = |list: &[(Address, SubmissionReply)]| -> Vec<Value> {
        list.iter()
            .map(|(address, reply)| json!({ "address": address.as_str(), "code": reply.code, "text": reply.text }))
            .collect()
    };
    let (outcome, step, detail) = match &submission.outcome {
        SubmissionOutcome::Accepted(reply) => ("accepted", None, reply.to_string()),
        SubmissionOutcome::Refused { step, reply } => ("refused", Some(step.as_str()), reply.to_string()),
        SubmissionOutcome::Failed { step, cause } => ("failed", Some(step.as_str()), cause.clone()),
    };
    let transcript: Vec<Value> = submission
        .transcript
        .iter()
        .map(|line| json!({ "speaker": line.speaker.as_str(), "text": line.text }))
        .collect();
    json!({
        "schema": "sealscope.submission/1",
        "server": format!("{}:{}", options.host, options.port),
        "tls": options.security.as_str(),
        "outcome": outcome,
        "step": step,
        "detail": detail,
        "accepted": answered(&submission.accepted),
        "refused": answered(&submission.refused),
        "undecided": submission.undecided.iter().map(|address| address.as_str().to_owned()).collect::<Vec<_>>(),
        "findings": submission.findings.iter().map(finding_json).collect::<Vec<_>>(),
        "transcript": transcript,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_a_name_or_address_with_or_without_a_port() {
        for (text, host, port) in [
            ("mail.example", "mail.example", None),
            ("mail.example:587", "mail.example", Some(587)),
            ("192.0.2.1:25", "192.0.2.1", Some(25)),
            ("[2001:db8::1]:25", "2001:db8::1", Some(25)),
            ("[2001:db8::1]", "2001:db8::1", None),
            ("2001:db8::1", "2001:db8::1", None),
        ] {
            assert_eq!(server(text), Ok(Server { host: host.to_owned(), port }), "{text}");
        }
        for text in
            ["", ":25", "a b", "mail.example:0", "mail.example:x", "mail.example:70000", "[::1", "[::1]25", "a\r\nb"]
        {
            assert!(server(text).is_err(), "{text}");
        }
    }
}
