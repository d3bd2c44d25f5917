//! Commands as the client's lines have them (RFC 5321 §4.1).

use zeroize::Zeroizing;

use super::reply::Reply;
use super::rules;
use crate::finding::{Finding, Severity};
use crate::mail::text::unquoted;
use crate::mail::{Address, ReversePath, escape_controls};

/// One command.
#[derive(Debug)]
pub(super) enum Command {
    Auth {
        mechanism: String,
        initial: Option<Zeroizing<String>>,
    },
    Data,
    Hello {
        extended: bool,
        name: String,
    },
    Mail {
        path: ReversePath,
        parameters: MailParameters,
    },
    Noop,
    Quit,
    Recipient(Recipient),
    Reset,
    StartTls,
    /// A command that this server knows and does not have.
    Unsupported(&'static str),
    Verify,
}

/// To whom.
#[derive(Debug)]
pub(super) enum Recipient {
    Mailbox(Address),
    /// `<Postmaster>` without a domain, which every server takes (RFC 5321 §4.5.1).
    Postmaster,
}

/// What MAIL FROM says beside the sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct MailParameters {
    /// SIZE, in octets (RFC 1870).
    pub(super) size: Option<u64>,
    /// BODY=8BITMIME (RFC 6152).
    pub(super) eight_bit: bool,
    /// SMTPUTF8 (RFC 6531).
    pub(super) utf8: bool,
}

/// A command that is not run.
#[derive(Debug)]
pub(super) struct Misread {
    pub(super) reply: Reply,
    pub(super) finding: Option<Box<Finding>>,
}

impl Misread {
    fn new(code: u16, enhanced: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        let finding = Finding::new(rules::COMMAND_SYNTAX, Severity::Fail, format!("A command was refused: {text}"));
        Self { reply: Reply::new(code, enhanced, text), finding: Some(Box::new(finding)) }
    }

    // What this server does not have is no fault of the client's.
    fn unfamiliar(code: u16, enhanced: &'static str, text: impl Into<String>) -> Self {
        Self { reply: Reply::new(code, enhanced, text), finding: None }
    }
}

/// Reads a line without its CRLF.
pub(super) fn parse(line: &[u8]) -> Result<Command, Misread> {
    if line.contains(&b'\r') || line.contains(&0) {
        let mut misread = Misread::new(500, "5.5.2", "a command line has a bare CR or a NUL in it");
        if let Some(finding) = &mut misread.finding {
            finding.rule = rules::BARE_LINE_END;
        }
        return Err(misread);
    }
    let text = std::str::from_utf8(line).map_err(|_| Misread::new(500, "5.5.2", "a command is ASCII or UTF-8 text"))?;
    let text = text.trim_end_matches([' ', '\t']);
    let (verb, argument) = text.split_once(' ').unwrap_or((text, ""));
    match verb.to_ascii_uppercase().as_str() {
        "AUTH" => auth(argument),
        "DATA" => bare(argument, Command::Data),
        "EHLO" => hello(argument, true),
        "HELO" => hello(argument, false),
        "MAIL" => mail(argument),
        "NOOP" => Ok(Command::Noop),
        "QUIT" => bare(argument, Command::Quit),
        "RCPT" => recipient(argument),
        "RSET" => bare(argument, Command::Reset),
        "STARTTLS" => bare(argument, Command::StartTls),
        "VRFY" => Ok(Command::Verify),
        "BDAT" => Ok(Command::Unsupported("BDAT: CHUNKING is not announced; send DATA")),
        "EXPN" => Ok(Command::Unsupported("EXPN: there are no lists here")),
        "HELP" => Ok(Command::Unsupported("HELP: this is a lab server; RFC 5321 says what it takes")),
        "" => Err(Misread::new(500, "5.5.2", "an empty line is not a command")),
        _ => Err(Misread::new(500, "5.5.1", format!("{} is not a command here", shown(verb)))),
    }
}

fn bare(argument: &str, command: Command) -> Result<Command, Misread> {
    if argument.is_empty() {
        return Ok(command);
    }
    Err(Misread::new(501, "5.5.4", "this command takes no argument"))
}

fn hello(argument: &str, extended: bool) -> Result<Command, Misread> {
    let name = argument.trim_ascii();
    if name.is_empty() {
        return Err(Misread::new(501, "5.5.4", "EHLO and HELO take the name of the client"));
    }
    Ok(Command::Hello { extended, name: name.to_owned() })
}

fn auth(argument: &str) -> Result<Command, Misread> {
    let mut words = argument.split_ascii_whitespace();
    let Some(mechanism) = words.next() else {
        return Err(Misread::new(501, "5.5.4", "AUTH takes the name of a mechanism"));
    };
    let initial = words.next().map(|word| Zeroizing::new(word.to_owned()));
    Ok(Command::Auth { mechanism: mechanism.to_ascii_uppercase(), initial })
}

fn mail(argument: &str) -> Result<Command, Misread> {
    let rest = after_keyword(argument, "FROM:").ok_or_else(|| syntax("MAIL FROM:<address>"))?;
    let (path, parameters) = path_and_parameters(rest, "MAIL FROM:<address>")?;
    let path = match path {
        "<>" => ReversePath::Null,
        path => ReversePath::Mailbox(address(path, "5.1.7")?),
    };
    Ok(Command::Mail { path, parameters: mail_parameters(parameters)? })
}

fn recipient(argument: &str) -> Result<Command, Misread> {
    let rest = after_keyword(argument, "TO:").ok_or_else(|| syntax("RCPT TO:<address>"))?;
    let (path, parameters) = path_and_parameters(rest, "RCPT TO:<address>")?;
    if let Some(first) = parameters.split_ascii_whitespace().next() {
        return Err(Misread::unfamiliar(555, "5.5.4", format!("{} is no parameter of RCPT TO here", shown(first))));
    }
    if path.eq_ignore_ascii_case("<postmaster>") {
        return Ok(Command::Recipient(Recipient::Postmaster));
    }
    Ok(Command::Recipient(Recipient::Mailbox(address(path, "5.1.3")?)))
}

fn syntax(form: &str) -> Misread {
    Misread::new(501, "5.5.4", format!("the form of this command is {form}"))
}

fn address(path: &str, enhanced: &'static str) -> Result<Address, Misread> {
    Address::parse_path(path).map_err(|error| Misread::new(553, enhanced, error.to_string()))
}

fn after_keyword<'t>(text: &'t str, keyword: &str) -> Option<&'t str> {
    let (start, rest) = text.trim_start_matches(' ').split_at_checked(keyword.len())?;
    // RFC 5321 §3.3 has no blank before the path; many clients send one all the same.
    start.eq_ignore_ascii_case(keyword).then(|| rest.trim_start_matches(' '))
}

// The path with its angle brackets, which may stand in a quoted local part too, and what is after it.
fn path_and_parameters<'t>(text: &'t str, form: &str) -> Result<(&'t str, &'t str), Misread> {
    if !text.starts_with('<') {
        return Err(syntax(form));
    }
    let end = unquoted(text).find(|(_, found)| *found == '>').map(|(offset, _)| offset.saturating_add(1));
    let parts = end.and_then(|end| text.split_at_checked(end));
    parts.filter(|(_, rest)| rest.is_empty() || rest.starts_with(' ')).ok_or_else(|| syntax(form))
}

fn mail_parameters(text: &str) -> Result<MailParameters, Misread> {
    let mut parameters = MailParameters::default();
    let mut seen = Vec::new();
    for word in text.split_ascii_whitespace() {
        let (keyword, value) = word.split_once('=').map_or((word, None), |(keyword, value)| (keyword, Some(value)));
        let keyword = keyword.to_ascii_uppercase();
        match (keyword.as_str(), value) {
            ("SIZE", Some(value)) if value.len() <= 20 && value.bytes().all(|digit| digit.is_ascii_digit()) => {
                // Twenty digits may be more than fit: then it is too large, whatever it is.
                parameters.size = Some(value.parse().unwrap_or(u64::MAX));
            }
            ("BODY", Some(value)) if value.eq_ignore_ascii_case("8BITMIME") => parameters.eight_bit = true,
            ("BODY", Some(value)) if value.eq_ignore_ascii_case("7BIT") => {}
            ("SMTPUTF8", None) => parameters.utf8 = true,
            // RFC 4954 §5: who submitted it first; nothing here depends on it.
            ("AUTH", Some(_)) => {}
            ("SIZE" | "BODY" | "SMTPUTF8" | "AUTH", _) => {
                return Err(Misread::new(501, "5.5.4", format!("{} is not a value of {keyword}", shown(word))));
            }
            _ => return Err(Misread::unfamiliar(555, "5.5.4", format!("{} is no parameter here", shown(word)))),
        }
        if seen.contains(&keyword) {
            return Err(Misread::new(501, "5.5.4", format!("{keyword} is there twice")));
        }
        seen.push(keyword);
    }
    Ok(parameters)
}

// The client's words in a reply, short.
fn shown(word: &str) -> String {
    let start: String = word.chars().take(40).collect();
    escape_controls(&start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &str) -> u16 {
        parse(line.as_bytes()).err().unwrap_or_else(|| panic!("`{line}` was taken")).reply.code
    }

    #[test]
    fn a_sender_is_read_with_its_parameters() {
        let Ok(Command::Mail { path, parameters }) =
            parse(b"mail from:<\"a >\"@b.example> SIZE=10 body=8bitmime SMTPUTF8")
        else {
            panic!("not taken")
        };
        assert_eq!(path.to_string(), "\"a >\"@b.example");
        assert_eq!(parameters, MailParameters { size: Some(10), eight_bit: true, utf8: true });
        assert!(matches!(parse(b"MAIL FROM:<>"), Ok(Command::Mail { path: ReversePath::Null, .. })));
    }

    #[test]
    fn postmaster_needs_no_domain_and_a_source_route_is_dropped() {
        assert!(matches!(parse(b"RCPT TO:<PostMaster>"), Ok(Command::Recipient(Recipient::Postmaster))));
        let Ok(Command::Recipient(Recipient::Mailbox(address))) = parse(b"RCPT TO:<@a.example,@b.example:c@d.example>")
        else {
            panic!("not taken")
        };
        assert_eq!(address.as_str(), "c@d.example");
    }

    #[test]
    fn what_is_not_a_command_is_refused_with_the_code_of_its_kind() {
        for (line, code) in [
            ("", 500),
            ("HALLO", 500),
            ("NOOP\rMAIL FROM:<a@b.example>", 500),
            ("EHLO", 501),
            ("DATA now", 501),
            ("MAIL", 501),
            ("MAIL FROM:a@b.example", 501),
            ("MAIL FROM:<a@b.example", 501),
            ("MAIL FROM:<a@b.example>SIZE=1", 501),
            ("MAIL FROM:<a@b.example> SIZE=x", 501),
            ("MAIL FROM:<a@b.example> SIZE=1 SIZE=2", 501),
            ("MAIL FROM:<a b@c.example>", 553),
            ("MAIL FROM:<a@b.example> RET=FULL", 555),
            ("RCPT TO:<>", 553),
            ("RCPT TO:<a@b.example> NOTIFY=NEVER", 555),
        ] {
            assert_eq!(refused(line), code, "`{line}`");
        }
    }
}
