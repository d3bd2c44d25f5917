//! MAIL FROM, RCPT TO, DATA: one transaction (RFC 5321 §3.3).

use std::sync::Arc;
use std::time::Duration;

use super::command::{MailParameters, Recipient};
use super::config::Authentication;
use super::data::{Data, DataLimits, DataReader, Fault};
use super::reply::Reply;
use super::session::{Flow, Session};
use super::state::Phase;
use super::wire::Ended;
use super::{EventKind, NAME, Received, rules};
use crate::finding::{Finding, Severity, counted};
use crate::mail::{Address, Envelope, EnvelopeOrigin, ReversePath, Speaker};
use crate::span::{Buffer, BufferName};

/// How long a client is waited for that seems to believe it has ended its message, and has not.
const FALSE_END_PATIENCE: Duration = Duration::from_secs(5);

/// A transaction that has begun.
pub(super) struct Transaction {
    pub(super) reverse_path: ReversePath,
    pub(super) forward_paths: Vec<Address>,
    pub(super) parameters: MailParameters,
    pub(super) findings: Vec<Finding>,
    /// The message is on its way.
    pub(super) in_data: bool,
}

impl Session<'_> {
    pub(super) fn mail(&mut self, path: ReversePath, parameters: MailParameters) -> Result<Flow, Ended> {
        let config = &self.server.config;
        if self.server.state.phase() != Phase::Running || self.server.state.has_enough() {
            self.reply(&Reply::new(421, "4.3.2", "as many messages as were asked for have come: goodbye"))?;
            return Ok(Flow::Close("As many messages as were asked for have come".to_owned()));
        }
        if self.transactions >= config.transactions_per_session {
            return self.end_for("The session had more transactions than are taken").map(Flow::Close);
        }
        if self.hello.is_none() {
            return self.out_of_order("MAIL FROM came before EHLO");
        }
        if self.transaction.is_some() {
            return self.out_of_order("A second MAIL FROM came before the transaction was over");
        }
        if matches!(config.authentication, Authentication::Only { .. }) && self.user.is_none() {
            return self.answer(&Reply::new(530, "5.7.0", "log in first"));
        }
        if !parameters.utf8 && path.address().is_some_and(|address| !address.as_str().is_ascii()) {
            return self.not_ascii("5.6.7");
        }
        let limit = u64::try_from(config.message_octets).unwrap_or(u64::MAX);
        if let Some(size) = parameters.size.filter(|size| *size > limit) {
            let detail = format!("A message of {size} octets was announced, and {limit} are taken here");
            self.note(Finding::new(rules::MESSAGE_SIZE, Severity::Fail, detail));
            return self.answer(&Reply::new(552, "5.3.4", format!("a message may have {limit} octets here")));
        }
        self.transactions = self.transactions.saturating_add(1);
        self.transaction = Some(Transaction {
            reverse_path: path,
            forward_paths: Vec::new(),
            parameters,
            findings: Vec::new(),
            in_data: false,
        });
        self.answer(&Reply::new(250, "2.1.0", "the sender is taken"))
    }

    fn not_ascii(&mut self, enhanced: &'static str) -> Result<Flow, Ended> {
        let detail = "An address outside ASCII came without SMTPUTF8";
        self.note(Finding::new(rules::COMMAND_SYNTAX, Severity::Fail, detail));
        self.answer(&Reply::new(553, enhanced, "an address outside ASCII needs SMTPUTF8 with MAIL FROM"))
    }

    pub(super) fn recipient(&mut self, recipient: Recipient) -> Result<Flow, Ended> {
        let limit = self.server.config.recipients;
        let Some(transaction) = &mut self.transaction else {
            return self.out_of_order("RCPT TO came before MAIL FROM");
        };
        if transaction.forward_paths.len() >= limit {
            let detail = format!("More than the {limit} recipients that are taken here");
            let told = transaction.findings.iter().any(|finding| finding.rule == rules::RECIPIENTS);
            if !told {
                self.note(Finding::new(rules::RECIPIENTS, Severity::Warning, detail));
            }
            return self.answer(&Reply::new(452, "4.5.3", format!("a message may have {limit} recipients here")));
        }
        let address = match recipient {
            Recipient::Mailbox(address) => Some(address),
            Recipient::Postmaster => Address::parse(&format!("postmaster@{NAME}")).ok(),
        };
        let Some(address) = address else {
            return self.answer(&Reply::new(550, "5.1.1", "there is no such mailbox"));
        };
        if !address.as_str().is_ascii() && !transaction.parameters.utf8 {
            return self.not_ascii("5.6.7");
        }
        transaction.forward_paths.push(address);
        self.answer(&Reply::new(250, "2.1.5", "the recipient is taken"))
    }

    pub(super) fn data(&mut self) -> Result<Flow, Ended> {
        match &mut self.transaction {
            None => return self.out_of_order("DATA came before MAIL FROM"),
            Some(transaction) if transaction.forward_paths.is_empty() => {
                return self.out_of_order("DATA came before a recipient was taken");
            }
            Some(transaction) => transaction.in_data = true,
        }
        self.reply(&Reply::new(354, "", "send the message; end it with CRLF, a dot and CRLF"))?;
        let server = self.server;
        let limits = DataLimits { message: server.config.message_octets, line: server.config.line_octets };
        let mut reader = DataReader::new(limits);
        let mut memory = server.state.reserve(server.config.memory_octets);
        loop {
            match reader.feed(self.wire.buffered()) {
                Some(own) => {
                    self.wire.consume(own);
                    break;
                }
                None => self.wire.discard(),
            }
            if !memory.grow_to(reader.kept()) {
                reader.give_up();
                memory.release();
            }
            let patience = if reader.seems_ended() { FALSE_END_PATIENCE } else { server.config.idle };
            match self.wire.fill(patience.min(server.config.idle)) {
                Err(Ended::Idle) if reader.seems_ended() => return self.never_ended(reader.finish()),
                outcome => outcome?,
            }
        }
        self.ended(reader.finish())
    }

    // The client waits for the reply to an end that is none, and would wait for ever.
    fn never_ended(&mut self, data: Data) -> Result<Flow, Ended> {
        data.findings.into_iter().for_each(|finding| self.note(finding));
        self.transaction = None;
        self.reply(&Reply::new(554, "5.6.0", "only CRLF, a dot and CRLF end a message; this one is refused: goodbye"))?;
        Ok(Flow::Close("A message seemed to end in a way that ends none".to_owned()))
    }

    fn ended(&mut self, data: Data) -> Result<Flow, Ended> {
        let size = counted(data.octets, "octet");
        self.said(Speaker::Client, format!("[the message, {size}, and a line with a single dot]").as_bytes());
        let (failed, held): (Vec<_>, Vec<_>) =
            data.findings.into_iter().partition(|finding| finding.severity > Severity::Pass);
        failed.into_iter().for_each(|finding| self.note(finding));
        let Some(mut transaction) = self.transaction.take() else { return Ok(Flow::GoOn) };
        if let Some(fault) = data.fault {
            return self.answer(&refusal(fault, self.server.config.message_octets));
        }
        transaction.findings.extend(held);
        transaction.findings.extend(eight_bit(&data.message, transaction.parameters));
        self.keep(transaction, data.message)
    }

    fn keep(&mut self, transaction: Transaction, message: Vec<u8>) -> Result<Flow, Ended> {
        let received = Arc::new(Received {
            session: self.number,
            client: self.client,
            at: (self.server.config.clock)(),
            hello: self.hello.clone().unwrap_or_default(),
            encryption: self.encryption.clone(),
            user: self.user.clone(),
            envelope: Envelope {
                reverse_path: transaction.reverse_path,
                forward_paths: transaction.forward_paths,
                message: Buffer::new(BufferName::Received, message),
                origin: EnvelopeOrigin::Explicit,
            },
            findings: transaction.findings,
        });
        let server = self.server;
        match server.state.take(|| (server.keep)(&received)) {
            Some(Ok(id)) => {
                self.tell(EventKind::Kept { id: id.clone(), received });
                let flow = self.answer(&Reply::new(250, "2.0.0", format!("stored as {id}")));
                if server.state.has_enough() {
                    server.state.advance(Phase::Draining);
                }
                flow
            }
            Some(Err(sentence)) => self.answer(&Reply::new(451, "4.3.0", format!("not stored: {sentence}"))),
            None => self.answer(&Reply::new(451, "4.3.2", "as many messages as were asked for have come")),
        }
    }
}

fn refusal(fault: Fault, limit: usize) -> Reply {
    match fault {
        Fault::BareCr => Reply::new(554, "5.6.0", "the message has a CR without an LF; it is refused as a whole"),
        Fault::BareLf => Reply::new(554, "5.6.0", "the message has an LF without a CR; it is refused as a whole"),
        Fault::LineTooLong => Reply::new(554, "5.6.0", "the message has a line that is too long"),
        Fault::NoRoom => Reply::new(452, "4.3.1", "too many messages are being received: try again"),
        Fault::Nul => Reply::new(554, "5.6.0", "the message has a NUL octet"),
        Fault::TooLarge => Reply::new(552, "5.3.4", format!("a message may have {limit} octets here")),
    }
}

fn eight_bit(message: &[u8], parameters: MailParameters) -> Option<Finding> {
    if message.is_ascii() {
        return None;
    }
    Some(if parameters.eight_bit || parameters.utf8 {
        Finding::new(rules::EIGHT_BIT, Severity::Pass, "Octets above 127 were announced")
    } else {
        let detail = "The message has octets above 127, and MAIL FROM did not say BODY=8BITMIME";
        Finding::new(rules::EIGHT_BIT, Severity::Warning, detail)
    })
}
