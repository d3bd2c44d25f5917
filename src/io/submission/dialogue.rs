//! What is said to the server, in its order, and what it answers.

use std::sync::atomic::AtomicBool;

use lettre::transport::smtp::commands::{Data, Ehlo, Mail, Quit, Rcpt, Starttls};
use lettre::transport::smtp::response::Response;
use native_tls::TlsConnector;

use super::link::{Broken, Link};
use super::login::Mechanism;
use super::message::Prepared;
use super::words::{self, Extensions};
use super::{Account, Stopped};
use crate::finding::{Finding, Rule, Severity, counted};
use crate::mail::{Envelope, Speaker, TranscriptLine};
use crate::pki::Certificate;
use crate::workspace::submission::{
    ServerTrust, SubmissionLogin, SubmissionOptions, SubmissionReply, SubmissionSecurity, SubmissionStep,
};

const CERTIFICATE: Rule = Rule::new("submission.server-certificate", "RFC 8314 §4");
const IN_CLEAR: Rule = Rule::new("submission.in-clear", "RFC 8314 §3");

/// Octets of the message that are handed to the system at a time, so that cancelling is noticed between.
const CHUNK: usize = 64 << 10;

/// Why it did not go on.
#[derive(Debug)]
pub(super) enum Stop {
    Failed(String),
    Refused(SubmissionReply),
}

/// A conversation with a server.
pub(super) struct Dialogue<'o> {
    link: Link<'o>,
    options: &'o SubmissionOptions,
    extensions: Extensions,
    // Nothing can be said any more.
    over: bool,
}

impl<'o> Dialogue<'o> {
    /// Connects; nothing has been said yet.
    pub(super) fn open(
        options: &'o SubmissionOptions,
        cancelled: &'o AtomicBool,
        account: &mut Account<'_>,
    ) -> Result<Self, Stopped> {
        let (host, port) = (options.host.as_str(), options.port);
        account.said(TranscriptLine::remark(&format!("Connecting to {host}, port {port}")));
        let (link, peer) = Link::connect(host, port, options.timeout, cancelled).map_err(|broken| {
            account.said(TranscriptLine::remark(&broken.sentence()));
            (SubmissionStep::Connect, Stop::Failed(broken.sentence()))
        })?;
        account.said(TranscriptLine::remark(&format!("Connected to {peer}")));
        Ok(Self { link, options, extensions: Extensions::default(), over: false })
    }

    /// Hands in the message; gives the server's last word.
    pub(super) fn run(
        &mut self,
        envelope: &Envelope,
        prepared: &Prepared,
        account: &mut Account<'_>,
    ) -> Result<SubmissionReply, Stopped> {
        if self.options.security == SubmissionSecurity::Tls {
            self.begin_tls(account).map_err(at(SubmissionStep::Tls))?;
        }
        let greeting = self.hear(account).map_err(at(SubmissionStep::Greeting))?;
        positive(&greeting).map_err(at(SubmissionStep::Greeting))?;
        self.hello(account).map_err(at(SubmissionStep::Hello))?;
        if self.options.security == SubmissionSecurity::StartTls {
            self.upgrade(account).map_err(at(SubmissionStep::Tls))?;
            self.hello(account).map_err(at(SubmissionStep::Hello))?;
        }
        if let Some(login) = &self.options.login {
            self.log_in(login, account).map_err(at(SubmissionStep::Login))?;
        }
        self.sender(envelope, prepared, account).map_err(at(SubmissionStep::Sender))?;
        self.recipients(envelope, account).map_err(at(SubmissionStep::Recipients))?;
        self.message(prepared, account).map_err(at(SubmissionStep::Message))
    }

    /// Says goodbye where that is still possible.
    pub(super) fn close(mut self, account: &mut Account<'_>) {
        if !self.over {
            // The message has been taken or refused: what the server says to this changes nothing.
            let _ = self.ask(&Quit.to_string(), account);
        }
        self.link.close();
    }

    fn hello(&mut self, account: &mut Account<'_>) -> Result<(), Stop> {
        let reply = self.ask(&Ehlo::new(words::client_id(self.link.local())).to_string(), account)?;
        positive(&reply)?;
        self.extensions = Extensions::of(&reply);
        Ok(())
    }

    fn upgrade(&mut self, account: &mut Account<'_>) -> Result<(), Stop> {
        if !self.extensions.starttls {
            let host = &self.options.host;
            let cause = format!(
                "{host} does not offer STARTTLS, and nothing is sent without it: choose TLS or, for a server on this \
                 machine, no encryption"
            );
            return Err(Stop::Failed(cause));
        }
        positive(&self.ask(&Starttls.to_string(), account)?)?;
        if self.link.has_more() {
            // CVE-2021-38371 and its kin: what was put on the line in the clear must not count under TLS.
            self.over = true;
            let cause = "The server sent octets in the clear after its answer to STARTTLS: somebody may be on the line";
            return Err(Stop::Failed(cause.to_owned()));
        }
        self.begin_tls(account)
    }

    fn begin_tls(&mut self, account: &mut Account<'_>) -> Result<(), Stop> {
        let anyone = self.options.trust == ServerTrust::Anyone;
        let mut builder = TlsConnector::builder();
        builder.min_protocol_version(Some(native_tls::Protocol::Tlsv12));
        builder.danger_accept_invalid_certs(anyone).danger_accept_invalid_hostnames(anyone);
        let connector = builder.build().map_err(|error| Stop::Failed(format!("TLS cannot be set up: {error}")))?;
        let shown = match self.link.start_tls(&connector, &self.options.host) {
            Ok(shown) => shown,
            Err(broken) => return Err(self.handshake_failed(broken, account)),
        };
        let whose = shown
            .and_then(|der| Certificate::from_der(&der).ok())
            .map(|certificate| format!("{} (SHA-256 {})", certificate.subject(), certificate.sha256()));
        let whose = whose.unwrap_or_else(|| "a certificate that cannot be read".to_owned());
        account.said(TranscriptLine::remark(&format!("TLS begins; the server shows {whose}")));
        let (severity, detail) = if anyone {
            (Severity::Warning, "Any certificate was accepted: whoever answered gets the message")
        } else {
            (Severity::Pass, "The server's certificate is for its name and leads to a root of this system")
        };
        if anyone {
            account.said(TranscriptLine::remark(detail));
        }
        account.findings.push(Finding::new(CERTIFICATE, severity, detail));
        Ok(())
    }

    fn handshake_failed(&mut self, broken: Broken, account: &mut Account<'_>) -> Stop {
        self.over = true;
        let cause = match broken {
            Broken::Failed(words) if words.contains("certificate verify failed") => {
                let detail = "The server's certificate is not for its name, or leads to no root of this system";
                account.findings.push(Finding::new(CERTIFICATE, Severity::Fail, detail));
                // OpenSSL puts the reason last, in parentheses.
                let why = words.rsplit_once('(').map_or(words.as_str(), |(_, why)| why.trim_end_matches(')'));
                format!("{detail} ({why}): check the server's name, or accept any certificate if this is a lab")
            }
            Broken::Failed(words) => format!("TLS could not begin: {words}"),
            other => other.sentence(),
        };
        account.said(TranscriptLine::remark(&cause));
        Stop::Failed(cause)
    }

    fn log_in(&mut self, login: &SubmissionLogin, account: &mut Account<'_>) -> Result<(), Stop> {
        if self.options.security == SubmissionSecurity::None {
            if !self.link.local().ip().is_loopback() {
                let cause = "The password would travel in the clear: choose STARTTLS or TLS";
                return Err(Stop::Failed(cause.to_owned()));
            }
            let detail = "The password goes in the clear, which only a server on this machine may be given";
            account.findings.push(Finding::new(IN_CLEAR, Severity::Warning, detail));
        }
        let Some(mechanism) = Mechanism::best_of(&self.extensions.mechanisms) else {
            let cause = "The server offers neither AUTH PLAIN nor AUTH LOGIN: submit without a user, or elsewhere";
            return Err(Stop::Failed(cause.to_owned()));
        };
        let lines = mechanism.lines(login);
        let last = lines.len().saturating_sub(1);
        for (index, line) in lines.iter().enumerate() {
            let shown =
                if index == 0 { format!("AUTH {} [not shown]", mechanism.as_str()) } else { "[not shown]".to_owned() };
            account.said(TranscriptLine::new(Speaker::Client, shown.as_bytes()));
            self.send(line.as_bytes(), account)?;
            let reply = self.hear(account)?;
            let expected = if index == last { 235 } else { 334 };
            if !reply.has_code(expected) {
                positive(&reply)?;
                return Err(Stop::Failed(format!("The server answered {} where {expected} was due", reply.code())));
            }
        }
        Ok(())
    }

    fn sender(&mut self, envelope: &Envelope, prepared: &Prepared, account: &mut Account<'_>) -> Result<(), Stop> {
        let sender = envelope.reverse_path.address();
        let addresses = sender.into_iter().chain(&envelope.forward_paths);
        let utf8 = addresses.clone().any(|address| !address.as_str().is_ascii());
        if utf8 && !self.extensions.utf8 {
            let cause = "An address is not ASCII, and the server does not offer SMTPUTF8";
            return Err(Stop::Failed(cause.to_owned()));
        }
        if !prepared.is_ascii && !self.extensions.eight_bit {
            let cause = "The message has octets above 127, and the server does not offer 8BITMIME";
            return Err(Stop::Failed(cause.to_owned()));
        }
        let parameters = self.extensions.parameters(prepared.octets, prepared.is_ascii, utf8);
        positive(&self.ask(&Mail::new(sender.map(words::path), parameters).to_string(), account)?)
    }

    // A server may take some and refuse others; only where it takes nobody is there nothing to send.
    fn recipients(&mut self, envelope: &Envelope, account: &mut Account<'_>) -> Result<(), Stop> {
        let mut last = None;
        for address in &envelope.forward_paths {
            let reply = self.ask(&Rcpt::new(words::path(address), Vec::new()).to_string(), account)?;
            let reply = words::reported(&reply);
            let gone = reply.code == 421;
            account.answers.push((address.clone(), reply.clone()));
            if gone {
                self.over = true;
                return Err(Stop::Refused(reply));
            }
            last = Some(reply);
        }
        match last {
            Some(reply) if !account.answers.iter().any(|(_, answer)| answer.is_positive()) => Err(Stop::Refused(reply)),
            _ => Ok(()),
        }
    }

    fn message(&mut self, prepared: &Prepared, account: &mut Account<'_>) -> Result<SubmissionReply, Stop> {
        let reply = self.ask(&Data.to_string(), account)?;
        positive(&reply)?;
        if !reply.has_code(354) {
            return Err(Stop::Failed(format!("The server answered {} where 354 was due", reply.code())));
        }
        let size = counted(prepared.octets, "octet");
        let shown = format!("[the message, {size}, and a line with a single dot]");
        account.said(TranscriptLine::new(Speaker::Client, shown.as_bytes()));
        let mut sent = Ok(());
        for chunk in prepared.wire.chunks(CHUNK) {
            sent = self.link.send(chunk);
            if sent.is_err() {
                break;
            }
        }
        match (sent, self.hear(account)) {
            // A server may say why before it closes.
            (_, Ok(reply)) => positive(&reply).map(|()| words::reported(&reply)),
            (Err(broken @ (Broken::Cancelled | Broken::TimedOut(_) | Broken::TookTooLong)), Err(_)) => {
                Err(Stop::Failed(broken.sentence()))
            }
            (_, Err(stop)) => Err(stop),
        }
    }

    fn ask(&mut self, command: &str, account: &mut Account<'_>) -> Result<Response, Stop> {
        account.said(TranscriptLine::new(Speaker::Client, command.as_bytes()));
        self.send(command.as_bytes(), account)?;
        self.hear(account)
    }

    fn send(&mut self, octets: &[u8], account: &mut Account<'_>) -> Result<(), Stop> {
        self.link.send(octets).map_err(|broken| self.broke(&broken, account))
    }

    fn hear(&mut self, account: &mut Account<'_>) -> Result<Response, Stop> {
        let octets = self.link.reply().map_err(|broken| self.broke(&broken, account))?;
        for line in octets.split_inclusive(|octet| *octet == b'\n') {
            account.said(TranscriptLine::new(Speaker::Server, line));
        }
        words::reply(&octets).ok_or_else(|| {
            self.over = true;
            Stop::Failed("The server's answer is not one of SMTP: is it a mail server?".to_owned())
        })
    }

    fn broke(&mut self, broken: &Broken, account: &mut Account<'_>) -> Stop {
        self.over = true;
        account.said(TranscriptLine::remark(&broken.sentence()));
        Stop::Failed(broken.sentence())
    }
}

fn at(step: SubmissionStep) -> impl Fn(Stop) -> Stopped {
    move |stop| (step, stop)
}

fn positive(reply: &Response) -> Result<(), Stop> {
    if reply.is_positive() { Ok(()) } else { Err(Stop::Refused(words::reported(reply))) }
}
