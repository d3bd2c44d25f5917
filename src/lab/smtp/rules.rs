//! What the sink checks, by name and clause.

use crate::finding::Rule;

/// AUTH before TLS shows the password to whoever listens.
pub(super) const AUTH_IN_CLEAR: Rule = Rule::new("smtp.auth-in-clear", "RFC 4954 §4");
/// Lines end in CRLF and in nothing else.
pub(super) const BARE_LINE_END: Rule = Rule::new("smtp.bare-line-end", "RFC 5321 §2.3.8");
/// The length of a command line.
pub(super) const COMMAND_LENGTH: Rule = Rule::new("smtp.command-length", "RFC 5321 §4.5.3.1.4");
/// The order of commands.
pub(super) const COMMAND_ORDER: Rule = Rule::new("smtp.command-order", "RFC 5321 §4.1.4");
/// The form of a command and of its parameters.
pub(super) const COMMAND_SYNTAX: Rule = Rule::new("smtp.command-syntax", "RFC 5321 §4.1.1");
/// Octets above 127 are announced.
pub(super) const EIGHT_BIT: Rule = Rule::new("smtp.eight-bit", "RFC 6152 §3");
/// CRLF, a dot and CRLF end a message, and nothing else does.
pub(super) const END_OF_DATA: Rule = Rule::new("smtp.end-of-data", "RFC 5321 §4.1.1.4");
/// The size of a message.
pub(super) const MESSAGE_SIZE: Rule = Rule::new("smtp.message-size", "RFC 1870 §6");
/// No NUL in a message.
pub(super) const NUL: Rule = Rule::new("smtp.nul", "RFC 2045 §2.8");
/// Commands after which the client waits for the reply.
pub(super) const PIPELINING: Rule = Rule::new("smtp.pipelining", "RFC 2920 §3.1");
/// The number of recipients.
pub(super) const RECIPIENTS: Rule = Rule::new("smtp.recipients", "RFC 5321 §4.5.3.1.8");
/// How long a session lasts, and how much is done in it.
pub(super) const SESSION: Rule = Rule::new("smtp.session", "RFC 5321 §4.5.3.2");
/// Nothing that was sent in the clear counts after STARTTLS.
pub(super) const STARTTLS: Rule = Rule::new("smtp.starttls", "RFC 3207 §4.2");
/// The length of a line of the message.
pub(super) const TEXT_LINE: Rule = Rule::new("smtp.text-line-length", "RFC 5321 §4.5.3.1.6");
/// A line that begins with a dot is sent with one more.
pub(super) const TRANSPARENCY: Rule = Rule::new("smtp.transparency", "RFC 5321 §4.5.2");
