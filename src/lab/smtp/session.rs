//! One session: greeting, commands in their order, goodbye (RFC 5321 §3.1, §4.1.4).

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use openssl::ssl::SslAcceptor;

use super::command::{self, Command};
use super::config::{Authentication, Security, SmtpConfig};
use super::reply::Reply;
use super::state::State;
use super::transaction::Transaction;
use super::wire::{Ended, Line, Wire};
use super::{EventKind, Keep, NAME, SessionEvent, SessionLog, rules};
use crate::finding::{Finding, Severity};
use crate::mail::{Speaker, TranscriptLine, escape_controls};

/// What all sessions have in common.
pub(super) struct Server {
    pub(super) config: SmtpConfig,
    pub(super) acceptor: Option<SslAcceptor>,
    pub(super) state: Arc<State>,
    pub(super) log: SessionLog,
    pub(super) keep: Keep,
}

/// A session and how far it is.
pub(super) struct Session<'s> {
    pub(super) server: &'s Server,
    pub(super) wire: Wire,
    pub(super) number: u64,
    pub(super) client: SocketAddr,
    /// The client's name, once it has greeted.
    pub(super) hello: Option<String>,
    pub(super) encryption: Option<String>,
    pub(super) user: Option<String>,
    pub(super) transaction: Option<Transaction>,
    pub(super) transactions: usize,
    mistakes: usize,
    pipelining_told: bool,
}

/// Whether the session goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    GoOn,
    /// It is over, for this reason; the last reply has been sent.
    Close(String),
}

impl<'s> Session<'s> {
    /// Serves a connection from greeting to goodbye.
    pub(super) fn serve(server: &'s Server, stream: TcpStream, number: u64, client: SocketAddr) {
        let Ok(wire) = Wire::new(stream, server.config.total, Arc::clone(&server.state)) else { return };
        let mut session = Self {
            server,
            wire,
            number,
            client,
            hello: None,
            encryption: None,
            user: None,
            transaction: None,
            transactions: 0,
            mistakes: 0,
            pipelining_told: false,
        };
        session.tell(EventKind::Opened);
        let why = match session.run() {
            Ok(why) => why,
            Err(ended) => session.broken_off(&ended),
        };
        session.tell(EventKind::Closed(why));
        session.wire.close();
    }

    fn run(&mut self) -> Result<String, Ended> {
        if self.server.config.security == Security::Wrapped {
            self.begin_tls()?;
        }
        self.reply(&Reply::new(220, "", format!("{NAME} ESMTP: a lab server that delivers nothing")))?;
        for _ in 0..self.server.config.commands_per_session {
            match self.next()? {
                Flow::GoOn => {}
                Flow::Close(why) => return Ok(why),
            }
            if self.mistakes >= self.server.config.mistakes {
                let why = "Too many commands in a row were refused";
                return self.end_for(why);
            }
        }
        self.end_for("The session had more commands than are taken")
    }

    // Ends the session because of a limit.
    pub(super) fn end_for(&mut self, why: &str) -> Result<String, Ended> {
        self.note(Finding::new(rules::SESSION, Severity::Warning, why));
        self.reply(&Reply::new(421, "4.7.0", format!("{}: goodbye", why.to_lowercase())))?;
        Ok(why.to_owned())
    }

    fn next(&mut self) -> Result<Flow, Ended> {
        let config = &self.server.config;
        let line = match self.wire.line(config.command_octets, config.idle)? {
            Line::Ended(line) => line,
            Line::BareLf(line) => return self.bare_line_feed(&line),
            Line::TooLong => {
                let limit = config.command_octets;
                let detail = format!("A command line exceeds the {limit} octets that are taken here");
                self.said(Speaker::Client, b"[a line that is too long]");
                self.note(Finding::new(rules::COMMAND_LENGTH, Severity::Fail, detail));
                return self.answer(&Reply::new(500, "5.5.6", "the command line is too long"));
            }
        };
        match command::parse(&line) {
            Ok(command) => {
                self.said(Speaker::Client, shown(&command, &line));
                self.run_command(command)
            }
            Err(misread) => {
                self.said(Speaker::Client, if is_auth(&line) { b"AUTH [not shown]" } else { &line });
                if let Some(finding) = misread.finding {
                    self.note(*finding);
                }
                self.answer(&misread.reply)
            }
        }
    }

    // A client that ends its lines so, or a text that was smuggled into a command: neither is run, and nothing after it.
    fn bare_line_feed(&mut self, line: &[u8]) -> Result<Flow, Ended> {
        self.said(Speaker::Client, if is_auth(line) { b"AUTH [not shown]" } else { line });
        let detail = "A command ended in a bare LF; neither it nor what followed was run";
        self.note(Finding::new(rules::BARE_LINE_END, Severity::Fail, detail));
        self.reply(&Reply::new(500, "5.5.2", "commands end in CRLF, this one ended in LF alone: goodbye"))?;
        Ok(Flow::Close("A command ended in a bare LF".to_owned()))
    }

    fn run_command(&mut self, command: Command) -> Result<Flow, Ended> {
        self.check_pipelining(&command);
        match command {
            Command::Auth { mechanism, initial } => self.authenticate(&mechanism, initial),
            Command::Data => self.data(),
            Command::Hello { extended, name } => self.greeted(extended, &name),
            Command::Mail { path, parameters } => self.mail(path, parameters),
            Command::Noop => self.answer(&Reply::new(250, "2.0.0", "nothing done")),
            Command::Quit => {
                self.reply(&Reply::new(221, "2.0.0", format!("{NAME} says goodbye")))?;
                Ok(Flow::Close("The client said goodbye".to_owned()))
            }
            Command::Recipient(recipient) => self.recipient(recipient),
            Command::Reset => {
                self.transaction = None;
                self.answer(&Reply::new(250, "2.0.0", "the transaction is forgotten"))
            }
            Command::StartTls => self.start_tls(),
            Command::Unsupported(what) => self.answer(&Reply::new(502, "5.5.1", what)),
            Command::Verify => self.answer(&Reply::new(252, "2.0.0", "every address is taken here")),
        }
    }

    // RFC 2920 §3.1: after these the client waits. Told once: a client does it always or never.
    fn check_pipelining(&mut self, command: &Command) {
        let waits = matches!(
            command,
            Command::Auth { .. } | Command::Data | Command::Hello { .. } | Command::Noop | Command::Verify
        );
        if waits && !self.wire.buffered().is_empty() && !self.pipelining_told {
            self.pipelining_told = true;
            let detail = "The client went on without waiting for a reply that it has to wait for";
            self.note(Finding::new(rules::PIPELINING, Severity::Warning, detail));
        }
    }

    fn greeted(&mut self, extended: bool, name: &str) -> Result<Flow, Ended> {
        self.transaction = None;
        self.hello = Some(escape_controls(name));
        if !extended {
            return self.answer(&Reply::new(250, "", NAME));
        }
        let config = &self.server.config;
        let mut lines = vec![
            format!("{NAME} greets you"),
            format!("SIZE {}", config.message_octets),
            "8BITMIME".to_owned(),
            "SMTPUTF8".to_owned(),
            "PIPELINING".to_owned(),
            "ENHANCEDSTATUSCODES".to_owned(),
        ];
        if config.security == Security::StartTls && self.encryption.is_none() {
            lines.push("STARTTLS".to_owned());
        }
        if config.authentication != Authentication::NotOffered {
            lines.push("AUTH PLAIN LOGIN".to_owned());
        }
        let last = lines.len().saturating_sub(1);
        let text = lines.iter().enumerate().fold(String::new(), |mut text, (index, line)| {
            text.push_str(if index == last { "250 " } else { "250-" });
            text.push_str(line);
            text.push_str("\r\n");
            text
        });
        self.mistakes = 0;
        self.send(&text)?;
        Ok(Flow::GoOn)
    }

    fn start_tls(&mut self) -> Result<Flow, Ended> {
        if self.encryption.is_some() {
            return self.out_of_order("STARTTLS came under TLS");
        }
        if self.server.config.security != Security::StartTls {
            return self.answer(&Reply::new(502, "5.5.1", "there is no TLS here"));
        }
        if !self.wire.buffered().is_empty() {
            // CVE-2011-0411: whoever sits on the line could have put it there, and it would run as if it were secret.
            self.wire.discard();
            let detail = "Octets followed STARTTLS in the clear; they were thrown away and the session was ended";
            self.note(Finding::new(rules::STARTTLS, Severity::Fail, detail));
            self.reply(&Reply::new(554, "5.7.0", "nothing may follow STARTTLS before its reply: goodbye"))?;
            return Ok(Flow::Close("Octets followed STARTTLS in the clear".to_owned()));
        }
        self.reply(&Reply::new(220, "2.0.0", "go ahead"))?;
        self.begin_tls()?;
        Ok(Flow::GoOn)
    }

    // RFC 3207 §4.2: what was said before counts no longer.
    fn begin_tls(&mut self) -> Result<(), Ended> {
        let Some(acceptor) = &self.server.acceptor else { return Ok(()) };
        let began = self.wire.start_tls(acceptor, self.server.config.idle).map_err(|ended| match ended {
            Ended::Failed(words) => Ended::Failed(format!("the TLS handshake failed ({words})")),
            Ended::Gone => Ended::Failed("the client left in the middle of the TLS handshake".to_owned()),
            other => other,
        })?;
        self.tell(EventKind::Said(TranscriptLine::remark(&format!("{began} begins"))));
        self.hello = None;
        self.user = None;
        self.transaction = None;
        self.encryption = Some(began);
        Ok(())
    }

    /// Refuses a command that came out of order.
    pub(super) fn out_of_order(&mut self, detail: &str) -> Result<Flow, Ended> {
        self.note(Finding::new(rules::COMMAND_ORDER, Severity::Fail, detail));
        let mut text = detail.to_owned();
        if let Some(first) = text.get(..1).filter(|_| text.starts_with("A ")).map(str::to_lowercase) {
            text.replace_range(..1, &first);
        }
        self.answer(&Reply::new(503, "5.5.1", text))
    }

    /// Sends a reply to a command that may have been wrong.
    pub(super) fn answer(&mut self, reply: &Reply) -> Result<Flow, Ended> {
        self.mistakes = if reply.is_refusal() { self.mistakes.saturating_add(1) } else { 0 };
        self.reply(reply)?;
        Ok(Flow::GoOn)
    }

    /// Sends a reply.
    pub(super) fn reply(&mut self, reply: &Reply) -> Result<(), Ended> {
        self.send(&reply.line())
    }

    fn send(&mut self, lines: &str) -> Result<(), Ended> {
        for line in lines.lines() {
            self.said(Speaker::Server, line.as_bytes());
        }
        self.wire.send(lines.as_bytes())
    }

    // What the client is told at the end, where it is still there, and what the log says.
    fn broken_off(&mut self, ended: &Ended) -> String {
        let within = match &self.transaction {
            Some(transaction) if transaction.in_data => " in the middle of a message, which is not stored",
            Some(_) => " in the middle of a transaction",
            None => "",
        };
        let (reply, why) = match ended {
            Ended::Failed(words) => (None, format!("The connection broke{within}: {words}")),
            Ended::Gone => (None, format!("The client left without a goodbye{within}")),
            Ended::Idle => {
                (Some(("4.4.2", "silent for too long")), format!("The client was silent for too long{within}"))
            }
            Ended::LineWithoutEnd => (Some(("4.7.0", "a line without an end")), "A line did not end".to_owned()),
            Ended::Stopping => (Some(("4.3.2", "the lab server ends")), format!("The lab server ended{within}")),
            Ended::TooLong => {
                (Some(("4.4.2", "the session took too long")), format!("The session took too long{within}"))
            }
        };
        if let Some((enhanced, words)) = reply {
            // The client may have gone meanwhile.
            let _ = self.reply(&Reply::new(421, enhanced, format!("{words}: goodbye")));
        }
        why
    }

    /// Records a check in the session and in the transaction that is open.
    pub(super) fn note(&mut self, finding: Finding) {
        if let Some(transaction) = &mut self.transaction {
            transaction.findings.push(finding.clone());
        }
        self.tell(EventKind::Noted(finding));
    }

    pub(super) fn said(&self, speaker: Speaker, line: &[u8]) {
        self.tell(EventKind::Said(TranscriptLine::new(speaker, line)));
    }

    pub(super) fn tell(&self, kind: EventKind) {
        (self.server.log)(&SessionEvent { session: self.number, client: self.client, kind });
    }
}

// A password in the first line is not shown.
fn shown<'l>(command: &Command, line: &'l [u8]) -> &'l [u8] {
    match command {
        Command::Auth { initial: Some(_), mechanism } if mechanism == "LOGIN" => b"AUTH LOGIN [not shown]",
        Command::Auth { initial: Some(_), mechanism } if mechanism == "PLAIN" => b"AUTH PLAIN [not shown]",
        Command::Auth { initial: Some(_), .. } => b"AUTH [not shown]",
        _ => line,
    }
}

fn is_auth(line: &[u8]) -> bool {
    line.get(..4).is_some_and(|verb| verb.eq_ignore_ascii_case(b"AUTH"))
}
