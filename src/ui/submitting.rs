//! What can be handed to a mail server, and what is typed to say to which.

use std::net::IpAddr;

use super::document::Document;
use super::state::State;
use super::text::lab::submit as words;
use crate::agent::Operation;
use crate::mail::Envelope;
use crate::pki::Passphrase;
use crate::workspace::submission::{ServerTrust, SubmissionLogin, SubmissionOptions, SubmissionSecurity};

/// The envelope of a document that can be handed in: the secured message where there is one, a received message as it
/// came.
#[must_use]
pub fn submittable(document: &Document) -> Option<&Envelope> {
    match document.operation {
        Operation::Outgoing => document.ran().and_then(|ran| ran.result.as_ref()),
        Operation::Incoming => Some(&document.envelope),
    }
}

/// What is typed of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerDraft {
    /// Its name or address.
    pub host: String,
    /// Its port; what is usual where nothing is typed.
    pub port: String,
    /// Whether and how the connection is encrypted.
    pub security: SubmissionSecurity,
    /// Which certificates it may show.
    pub trust: ServerTrust,
    /// Who logs in; nobody where nothing is typed.
    pub user: String,
}

impl ServerDraft {
    /// The lab's mail server, where it runs; else as it was typed last.
    pub fn prefill(&mut self, state: &State) {
        if let Some(address) = state.lab.mail.address() {
            *self = Self {
                host: address.ip().to_string(),
                port: address.port().to_string(),
                security: SubmissionSecurity::None,
                ..Self::default()
            };
        }
    }

    /// What is asked for.
    ///
    /// # Errors
    /// A sentence about what is typed wrongly.
    pub fn options(&self, password: Passphrase) -> Result<SubmissionOptions, String> {
        let host = self.host.trim();
        let is_host = |found: char| found.is_alphanumeric() || matches!(found, '.' | '-' | '_' | ':' | '%');
        if host.is_empty() || !host.chars().all(is_host) {
            return Err(words::BAD_HOST.to_owned());
        }
        let port = match self.port.trim() {
            "" => self.security.usual_port(),
            typed => typed.parse().ok().filter(|port| *port > 0).ok_or(words::BAD_PORT)?,
        };
        let login = match self.user.trim() {
            "" => None,
            user if password.is_empty() => return Err(words::password_missing(user)),
            user => Some(SubmissionLogin { user: user.to_owned(), password }),
        };
        Ok(SubmissionOptions {
            host: host.to_owned(),
            port,
            security: self.security,
            login,
            trust: self.trust,
            timeout: SubmissionOptions::TIMEOUT,
        })
    }

    /// Whether the message leaves this computer in the clear.
    #[must_use]
    pub fn is_in_the_clear(&self) -> bool {
        let host = self.host.trim();
        let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        self.security == SubmissionSecurity::None && !host.is_empty() && !here
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(host: &str, port: &str, user: &str) -> ServerDraft {
        ServerDraft { host: host.to_owned(), port: port.to_owned(), user: user.to_owned(), ..ServerDraft::default() }
    }

    #[test]
    fn a_port_that_is_not_typed_is_the_usual_one() {
        let nobody = || Passphrase::new("");
        assert_eq!(draft("mail.example", "", "").options(nobody()).unwrap().port, 587);
        assert_eq!(draft(" mail.example ", "2525", "").options(nobody()).unwrap().port, 2525);
        for (host, port) in [("", ""), ("a b", ""), ("mail.example", "0"), ("mail.example", "x"), ("m", "70000")] {
            assert!(draft(host, port, "").options(nobody()).is_err(), "{host}:{port}");
        }
    }

    #[test]
    fn a_user_needs_a_password_and_nobody_logs_in_without_a_user() {
        assert!(draft("m", "", "alice").options(Passphrase::new("")).is_err());
        assert_eq!(draft("m", "", "").options(Passphrase::new("typed")).unwrap().login, None);
        let login = draft("m", "", "alice").options(Passphrase::new("x")).unwrap().login.unwrap();
        assert_eq!((login.user.as_str(), login.password.expose()), ("alice", "x"));
    }

    #[test]
    fn only_a_message_to_another_computer_is_in_the_clear() {
        let clear = |host: &str| ServerDraft { security: SubmissionSecurity::None, ..draft(host, "", "") };
        assert!(clear("mail.example").is_in_the_clear());
        for host in ["", "localhost", "127.0.0.1", "::1"] {
            assert!(!clear(host).is_in_the_clear(), "{host}");
        }
        assert!(!draft("mail.example", "", "").is_in_the_clear());
    }
}
