//! How the sink is set up: what it announces, and every cap with its source.

use std::fmt;
use std::time::Duration;

use time::OffsetDateTime;

use crate::limits::Limits;
use crate::pki::Passphrase;

/// How a sink is set up.
#[derive(Clone)]
pub struct SmtpConfig {
    /// Octets of one message; announced with SIZE (RFC 1870). Default: [`Limits::message_octets`].
    pub message_octets: usize,
    /// Octets of all messages that are being received together. 256 MiB: four of the largest.
    pub memory_octets: usize,
    /// Recipients of one transaction. Default: [`Limits::recipients`]; RFC 5321 §4.5.3.1.8 wants 100 at least.
    pub recipients: usize,
    /// Connections at once. 20: what Postfix allows one client by its default of 50, and this is a lab.
    pub connections: usize,
    /// Transactions of one session. 100: the number of sessions a client may open instead is not limited.
    pub transactions_per_session: usize,
    /// Commands of one session. 20 000: ten transactions with as many recipients as are taken, and each twice.
    pub commands_per_session: usize,
    /// Commands in a row that were refused, before the session is ended. 20: Postfix's `smtpd_hard_error_limit`.
    pub mistakes: usize,
    /// Transactions in all, after which the sink ends; none: it goes on.
    pub count: Option<usize>,
    /// Octets of a command line with its CRLF. 1 024: 512 of RFC 5321 §4.5.3.1.4 and what extensions add, doubled.
    pub command_octets: usize,
    /// Octets of a line of the message with its CRLF. 64 KiB; above the 1 000 of RFC 5321 §4.5.3.1.6 it is a finding.
    pub line_octets: usize,
    /// How long a client may be silent. 1 minute; RFC 5321 §4.5.3.2.7 asks for 5, where nobody sits and waits.
    pub idle: Duration,
    /// How long a session may take. 10 minutes, as a 64 MiB message takes at 1 Mbit/s.
    pub total: Duration,
    /// Whether and how there is TLS.
    pub security: Security,
    /// Whether users are asked for.
    pub authentication: Authentication,
    /// Tells the time.
    pub clock: fn() -> OffsetDateTime,
}

/// Whether and how there is TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Security {
    /// None.
    None,
    /// STARTTLS is announced (RFC 3207).
    #[default]
    StartTls,
    /// TLS from the first octet (RFC 8314 §3.3).
    Wrapped,
}

/// Whether users are asked for (RFC 4954).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Authentication {
    /// AUTH is announced, and every user with every password is let in: a client that must log in can be tried.
    #[default]
    Anybody,
    /// AUTH is not announced.
    NotOffered,
    /// Mail is taken from this user alone.
    Only {
        /// The user.
        user: String,
        /// The user's password.
        password: Passphrase,
    },
}

impl Default for SmtpConfig {
    fn default() -> Self {
        Self {
            message_octets: Limits::DEFAULT.message_octets,
            memory_octets: 256 << 20,
            recipients: Limits::DEFAULT.recipients,
            connections: 20,
            transactions_per_session: 100,
            commands_per_session: 20_000,
            mistakes: 20,
            count: None,
            command_octets: 1_024,
            line_octets: 64 << 10,
            idle: Duration::from_secs(60),
            total: Duration::from_secs(600),
            security: Security::default(),
            authentication: Authentication::default(),
            clock: OffsetDateTime::now_utc,
        }
    }
}

impl fmt::Debug for SmtpConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpConfig")
            .field("message_octets", &self.message_octets)
            .field("recipients", &self.recipients)
            .field("count", &self.count)
            .field("security", &self.security)
            .field("authentication", &self.authentication)
            .finish_non_exhaustive()
    }
}
