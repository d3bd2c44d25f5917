//! AUTH with PLAIN and LOGIN (RFC 4954, RFC 4616).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::memcmp;
use zeroize::Zeroizing;

use super::config::Authentication;
use super::reply::Reply;
use super::rules;
use super::session::{Flow, Session};
use super::wire::{Ended, Line};
use crate::finding::{Finding, Severity};
use crate::mail::{Speaker, escape_controls};

/// Octets of an answer with its CRLF: RFC 4954 §4.
const ANSWER_OCTETS: usize = 12_288;

/// What a client says about itself.
struct Claim {
    user: String,
    password: Zeroizing<Vec<u8>>,
}

impl Session<'_> {
    pub(super) fn authenticate(&mut self, mechanism: &str, initial: Option<Zeroizing<String>>) -> Result<Flow, Ended> {
        if self.server.config.authentication == Authentication::NotOffered {
            return self.answer(&Reply::new(502, "5.5.1", "nobody needs to log in here"));
        }
        if self.user.is_some() || self.transaction.is_some() || self.hello.is_none() {
            return self.out_of_order("AUTH came before EHLO, in a transaction, or a second time");
        }
        if self.encryption.is_none() {
            let detail = "The client gave its password in the clear";
            self.note(Finding::new(rules::AUTH_IN_CLEAR, Severity::Warning, detail));
        }
        let claim = match mechanism {
            "PLAIN" => self.plain(initial)?,
            "LOGIN" => self.login(initial)?,
            _ => return self.answer(&Reply::new(504, "5.5.4", "the mechanisms here are PLAIN and LOGIN")),
        };
        let Some(claim) = claim else {
            return self.answer(&Reply::new(501, "5.5.2", "the login was broken off, or is not Base64"));
        };
        if !self.is_let_in(&claim) {
            return self.answer(&Reply::new(535, "5.7.8", "user or password is wrong"));
        }
        self.user = Some(escape_controls(&claim.user));
        self.answer(&Reply::new(235, "2.7.0", "logged in"))
    }

    fn is_let_in(&self, claim: &Claim) -> bool {
        match &self.server.config.authentication {
            Authentication::Anybody => true,
            Authentication::NotOffered => false,
            Authentication::Only { user, password } => {
                let expected = password.expose().as_bytes();
                let same = expected.len() == claim.password.len() && memcmp::eq(expected, &claim.password);
                same && *user == claim.user
            }
        }
    }

    // RFC 4616 §2: who to act as, who one is, and the password, with NUL between.
    fn plain(&mut self, initial: Option<Zeroizing<String>>) -> Result<Option<Claim>, Ended> {
        let answer = match initial {
            Some(initial) => decode(initial.as_bytes()),
            None => self.challenge("")?,
        };
        let Some(answer) = answer else { return Ok(None) };
        let mut parts = answer.splitn(3, |octet| *octet == 0);
        let (Some(_), Some(user), Some(password)) = (parts.next(), parts.next(), parts.next()) else { return Ok(None) };
        Ok(claim(user, password))
    }

    fn login(&mut self, initial: Option<Zeroizing<String>>) -> Result<Option<Claim>, Ended> {
        let user = match initial {
            Some(initial) => decode(initial.as_bytes()),
            None => self.challenge("Username:")?,
        };
        let Some(user) = user else { return Ok(None) };
        let Some(password) = self.challenge("Password:")? else { return Ok(None) };
        Ok(claim(&user, &password))
    }

    fn challenge(&mut self, words: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Ended> {
        self.reply(&Reply::new(334, "", STANDARD.encode(words)))?;
        let answer = self.wire.line(ANSWER_OCTETS, self.server.config.idle)?;
        self.said(Speaker::Client, b"[not shown]");
        match answer {
            Line::Ended(line) => Ok(decode(&Zeroizing::new(line))),
            Line::TooLong => Ok(None),
            // What is after it could be taken for a command.
            Line::BareLf(_) => Err(Ended::LineWithoutEnd),
        }
    }
}

fn claim(user: &[u8], password: &[u8]) -> Option<Claim> {
    let user = std::str::from_utf8(user).ok()?.to_owned();
    Some(Claim { user, password: Zeroizing::new(password.to_vec()) })
}

// `=` stands for nothing at all (RFC 4954 §4), `*` for breaking off.
fn decode(answer: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    if answer == b"=" {
        return Some(Zeroizing::default());
    }
    STANDARD.decode(answer).ok().map(Zeroizing::new)
}
