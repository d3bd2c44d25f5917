//! AUTH with PLAIN and LOGIN (RFC 4954, RFC 4616). Lettre has both, and keeps the password in memory that is not wiped.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::workspace::submission::SubmissionLogin;

/// How a password is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mechanism {
    Login,
    Plain,
}

impl Mechanism {
    /// The better of those that a server has.
    pub(super) fn best_of(offered: &[String]) -> Option<Self> {
        let has = |name: &str| offered.iter().any(|mechanism| mechanism == name);
        if has("PLAIN") { Some(Self::Plain) } else { has("LOGIN").then_some(Self::Login) }
    }

    /// The lines that are said one after another, each after the server's challenge, with their CRLF.
    pub(super) fn lines(self, login: &SubmissionLogin) -> Vec<Zeroizing<String>> {
        match self {
            Self::Plain => {
                let words = Zeroizing::new(format!("\0{}\0{}", login.user, login.password.expose()));
                let mut line = Zeroizing::new(String::with_capacity(words.len().saturating_mul(2).saturating_add(32)));
                line.push_str("AUTH PLAIN ");
                STANDARD.encode_string(words.as_bytes(), &mut line);
                line.push_str("\r\n");
                vec![line]
            }
            Self::Login => vec![
                Zeroizing::new("AUTH LOGIN\r\n".to_owned()),
                encoded(&login.user),
                encoded(login.password.expose()),
            ],
        }
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "LOGIN",
            Self::Plain => "PLAIN",
        }
    }
}

// With room for all of it: a string that grows leaves copies behind.
fn encoded(words: &str) -> Zeroizing<String> {
    let mut line = Zeroizing::new(String::with_capacity(words.len().saturating_mul(2).saturating_add(8)));
    STANDARD.encode_string(words, &mut line);
    line.push_str("\r\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::Passphrase;

    fn lines(mechanism: Mechanism) -> Vec<String> {
        let login = SubmissionLogin { user: "alice".to_owned(), password: Passphrase::new("open sesame") };
        mechanism.lines(&login).iter().map(|line| line.to_string()).collect()
    }

    #[test]
    fn the_mechanisms_say_what_their_specifications_have() {
        assert_eq!(lines(Mechanism::Plain), ["AUTH PLAIN AGFsaWNlAG9wZW4gc2VzYW1l\r\n"]);
        assert_eq!(lines(Mechanism::Login), ["AUTH LOGIN\r\n", "YWxpY2U=\r\n", "b3BlbiBzZXNhbWU=\r\n"]);
    }

    #[test]
    fn plain_is_taken_before_login_and_nothing_where_neither_is() {
        let best =
            |names: &[&str]| Mechanism::best_of(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(best(&["LOGIN", "PLAIN"]), Some(Mechanism::Plain));
        assert_eq!(best(&["XOAUTH2", "LOGIN"]), Some(Mechanism::Login));
        assert_eq!(best(&["XOAUTH2"]), None);
    }
}
