//! URLs that may be fetched, as far as their words tell.

use url::Url;

use super::Refusal;
use crate::mail::escape_controls;

/// Over what a URL is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `http:` and `https:` (RFC 9110).
    Http,
    /// `ldap:` and `ldaps:` (RFC 4516).
    Ldap,
}

/// A URL that may be fetched, as far as its words tell; its address is checked when it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    url: Url,
    protocol: Protocol,
}

/// Octets of a URL that is looked at.
const URL_OCTETS: usize = 4096;

impl Target {
    /// Checks a URL as it stands in a certificate.
    ///
    /// # Errors
    /// The [`Refusal`].
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let not_a_url = || Refusal::NotAUrl(escape_controls(&text.chars().take(200).collect::<String>()));
        if text.len() > URL_OCTETS {
            return Err(not_a_url());
        }
        Self::of(Url::parse(text).map_err(|_| not_a_url())?)
    }

    /// Checks where a redirect leads from here.
    ///
    /// # Errors
    /// The [`Refusal`].
    pub fn redirect(&self, location: &str) -> Result<Self, Refusal> {
        let not_a_url = || Refusal::NotAUrl(escape_controls(&location.chars().take(200).collect::<String>()));
        if location.len() > URL_OCTETS {
            return Err(not_a_url());
        }
        let target = Self::of(self.url.join(location).map_err(|_| not_a_url())?)?;
        // The web does not send one into directories.
        if target.protocol == self.protocol { Ok(target) } else { Err(Refusal::Scheme(target.url.scheme().to_owned())) }
    }

    fn of(mut url: Url) -> Result<Self, Refusal> {
        let protocol = match url.scheme() {
            "http" | "https" => Protocol::Http,
            "ldap" | "ldaps" => Protocol::Ldap,
            other => return Err(Refusal::Scheme(other.to_owned())),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::UserInfo);
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(Refusal::NotAUrl(escape_controls(url.as_str())));
        }
        url.set_fragment(None);
        Ok(Self { url, protocol })
    }

    /// Over what it is fetched.
    #[must_use]
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// The URL.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Whether the way there is protected by TLS.
    #[must_use]
    pub fn is_protected(&self) -> bool {
        matches!(self.url.scheme(), "https" | "ldaps")
    }

    /// The host as names are looked up, without the brackets of an IPv6 address.
    #[must_use]
    pub fn host(&self) -> &str {
        let host = self.url.host_str().unwrap_or_default();
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        let usual = match self.url.scheme() {
            "ldap" => 389,
            "ldaps" => 636,
            "https" => 443,
            _ => 80,
        };
        self.url.port().unwrap_or(usual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_four_schemes_are_fetched_and_the_refused_one_is_named() {
        for good in ["http://a.example/x", "HTTPS://a.example", "ldap://a.example/cn=x?y", "ldaps://a.example:1/"] {
            assert!(Target::parse(good).is_ok(), "{good}");
        }
        for (bad, scheme) in [
            ("file:///etc/passwd", "file"),
            ("ftp://a.example/x", "ftp"),
            ("gopher://a.example/", "gopher"),
            ("data:text/plain,x", "data"),
            ("javascript:1", "javascript"),
        ] {
            assert_eq!(Target::parse(bad), Err(Refusal::Scheme(scheme.to_owned())));
        }
    }

    #[test]
    fn a_url_without_a_host_or_with_a_user_is_refused() {
        for bad in ["", "x", "http://", "ldap:///cn=x", "http://a b/", "http://[::1"] {
            assert!(matches!(Target::parse(bad), Err(Refusal::NotAUrl(_))), "{bad}");
        }
        for bad in ["http://me@a.example/", "http://me:secret@a.example/", "ldap://:x@a.example/"] {
            assert_eq!(Target::parse(bad), Err(Refusal::UserInfo), "{bad}");
            assert!(!Refusal::UserInfo.to_string().contains("secret"));
        }
        assert!(matches!(Target::parse(&format!("http://a.example/{}", "x".repeat(5000))), Err(Refusal::NotAUrl(_))));
    }

    #[test]
    fn host_and_port_are_those_to_connect_to() {
        for (url, host, port) in [
            ("http://a.example/x", "a.example", 80),
            ("https://[2001:db8::1]/x", "2001:db8::1", 443),
            ("ldap://a.example:1389/", "a.example", 1389),
            ("ldaps://a.example/", "a.example", 636),
            ("http://0x7f.1/", "127.0.0.1", 80),
        ] {
            let target = Target::parse(url).unwrap();
            assert_eq!((target.host(), target.port()), (host, port), "{url}");
        }
    }

    #[test]
    fn a_redirect_is_held_to_the_same_rules_and_to_the_same_protocol() {
        let from = Target::parse("http://a.example/b/c").unwrap();
        assert_eq!(from.redirect("../d#part").unwrap().url().as_str(), "http://a.example/d");
        assert_eq!(from.redirect("file:///etc/passwd"), Err(Refusal::Scheme("file".to_owned())));
        assert_eq!(from.redirect("ldap://a.example/"), Err(Refusal::Scheme("ldap".to_owned())));
        assert_eq!(from.redirect("//me:x@b.example/"), Err(Refusal::UserInfo));
    }
}
