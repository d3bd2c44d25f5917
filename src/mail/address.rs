//! Mail addresses: the Mailbox of RFC 5321 §4.1.2, extended by RFC 6531 §3.3.
//!
//! Trust is decided per address, so this parser is strict and keeps the text as it was written: the local-part belongs
//! to the receiving host alone (RFC 5321 §2.4). Header values with names and comments are [`super::mailbox_list()`]'s.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::domain::Domain;
use super::text::{escape_controls, excerpt};
use crate::finding::is_deceptive;

/// RFC 5321 §4.5.3.1.1.
const LOCAL_PART_OCTETS: usize = 64;
/// RFC 5321 §4.5.3.1.3: 256 for a path, less its angle brackets.
const ADDRESS_OCTETS: usize = 254;

/// Why a text is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// A `:`-terminated group name without the `;` that ends the group.
    #[error("the group is not closed: put a semicolon after its last address")]
    GroupUnclosed,
    /// A character that an address cannot hold unless quoted, or not at all.
    #[error(
        "`{}` cannot stand in the local part before the @: remove it, or quote the local part",
        escape_controls(&found.to_string())
    )]
    Character {
        /// The character.
        found: char,
    },
    /// A label that no domain name can have.
    #[error("`{}` is not a domain name: use letters, digits and hyphens between single dots", escape_controls(label))]
    DomainLabel {
        /// The label, or the whole domain where it could not be taken apart.
        label: String,
    },
    /// Nothing after the `@`.
    #[error("the domain after the @ is missing: write the address as name@domain")]
    DomainMissing,
    /// Nothing at all.
    #[error("the address is empty: write it as name@domain")]
    Empty,
    /// Square brackets around something that is no address literal.
    #[error("`{}` is not an address literal: write [192.0.2.1] or [IPv6:2001:db8::1]", escape_controls(literal))]
    Literal {
        /// The literal with its brackets.
        literal: String,
    },
    /// Nothing before the `@`, or a dot at its start, its end or beside another.
    #[error("the local part before the @ is empty or has a dot out of place: put names between single dots")]
    LocalPart,
    /// No `@`.
    #[error("`{}` has no @: write the address as name@domain", escape_controls(text))]
    MissingAt {
        /// The text.
        text: String,
    },
    /// Octets that are not UTF-8.
    #[error("the address is not UTF-8 text: rewrite it in ASCII or UTF-8")]
    NotUtf8,
    /// A quotation mark, bracket or comment that is not closed.
    #[error("a quotation mark, bracket or comment is not closed: close it, or remove its start")]
    Unclosed,
    /// More than an address: words after it, or two addresses without a comma.
    #[error(
        "`{}` is more than one address: separate addresses with commas and put names in front of <address>",
        escape_controls(text)
    )]
    Surplus {
        /// The text that does not belong there.
        text: String,
    },
    /// A part is longer than SMTP allows.
    #[error("the {what} has {octets} octets and may have {limit}: shorten it")]
    TooLong {
        /// Which part.
        what: &'static str,
        /// Its size.
        octets: usize,
        /// The limit of RFC 5321 §4.5.3.1.
        limit: usize,
    },
}

impl AddressError {
    pub(super) fn check_length(what: &'static str, octets: usize, limit: usize) -> Result<(), Self> {
        if octets > limit { Err(Self::TooLong { what, octets, limit }) } else { Ok(()) }
    }
}

/// A mail address. Equal when the local-part is the same, octet for octet and quoting aside, and the domain the same.
#[derive(Clone)]
pub struct Address {
    text: String,
    local_part_octets: usize,
    unquoted: String,
    domain: Domain,
}

impl Address {
    /// Reads an address and nothing else: no name, no angle brackets, no blanks around it.
    ///
    /// # Errors
    /// [`AddressError`] says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        let (local_part_octets, unquoted) =
            if text.starts_with('"') { quoted_string(text)? } else { dot_string(text)? };
        AddressError::check_length("local part", local_part_octets, LOCAL_PART_OCTETS)?;
        AddressError::check_length("address", text.len(), ADDRESS_OCTETS)?;
        let after = text.get(local_part_octets..).unwrap_or_default();
        let Some(domain) = after.strip_prefix('@') else {
            return Err(AddressError::MissingAt { text: excerpt(text) });
        };
        let domain = Domain::parse_or_literal(domain)?;
        Ok(Self { text: text.to_owned(), local_part_octets, unquoted, domain })
    }

    /// Reads a forward or reverse path: `<address>`, a source route in front of it dropped (RFC 5321 §4.1.2,
    /// appendix C). The angle brackets may be missing, as they are in many hand-written files.
    ///
    /// # Errors
    /// [`AddressError`] says what is wrong with the text; `<>` is [`AddressError::Empty`].
    pub fn parse_path(text: &str) -> Result<Self, AddressError> {
        let trimmed = text.trim_matches([' ', '\t']);
        let inner = match trimmed.strip_prefix('<') {
            Some(rest) => rest.strip_suffix('>').ok_or(AddressError::Unclosed)?,
            None => trimmed,
        };
        let mailbox = match inner.strip_prefix('@').and_then(|route| route.split_once(':')) {
            Some((route, mailbox)) => {
                for hop in route.split(',') {
                    Domain::parse_or_literal(hop.trim_start_matches('@'))?;
                }
                mailbox
            }
            None => inner,
        };
        Self::parse(mailbox)
    }

    /// An address from a local-part as the mailbox has it, quoted here where it must be.
    pub(super) fn from_unquoted(unquoted: &str, domain: &str) -> Result<Self, AddressError> {
        Self::parse(&format!("{}@{domain}", quote_local_part(unquoted)))
    }

    /// The part before the `@` as it was written, quotation marks included.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.text.get(..self.local_part_octets).unwrap_or_default()
    }

    /// The part before the `@` as the mailbox has it: quotation marks and backslashes undone.
    #[must_use]
    pub fn unquoted_local_part(&self) -> &str {
        &self.unquoted
    }

    /// The part after the `@`.
    #[must_use]
    pub const fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The whole address as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The address without its `+suffix`: `bob+x@d` gives `bob@d`. `None` where there is no suffix, or nothing else.
    #[must_use]
    pub fn without_suffix(&self) -> Option<Self> {
        let (base, _) = self.unquoted.split_once('+')?;
        if base.is_empty() {
            return None;
        }
        Self::from_unquoted(base, self.domain.as_str()).ok()
    }

    /// Whether this is the same mailbox for hosts that ignore ASCII case in local-parts, as nearly all do.
    #[must_use]
    pub fn same_mailbox(&self, other: &Self) -> bool {
        self.domain == other.domain && self.unquoted.eq_ignore_ascii_case(&other.unquoted)
    }
}

/// RFC 5321 Dot-string with RFC 6531's non-ASCII atoms; gives its size and its text.
fn dot_string(text: &str) -> Result<(usize, String), AddressError> {
    let Some((local, _)) = text.split_once('@') else {
        return Err(AddressError::MissingAt { text: excerpt(text) });
    };
    if let Some(found) = local.chars().find(|&found| found != '.' && !is_atext(found)) {
        return Err(AddressError::Character { found });
    }
    if local.split('.').any(str::is_empty) {
        return Err(AddressError::LocalPart);
    }
    Ok((local.len(), local.to_owned()))
}

/// RFC 5321 Quoted-string; gives its size with quotation marks and its text without.
fn quoted_string(text: &str) -> Result<(usize, String), AddressError> {
    let mut unquoted = String::new();
    let mut escaped = false;
    for (offset, found) in text.char_indices().skip(1) {
        if found.is_control() || is_deceptive(found) {
            return Err(AddressError::Character { found });
        }
        match found {
            _ if escaped && !found.is_ascii() => return Err(AddressError::Character { found }),
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            '"' if !escaped && unquoted.is_empty() => return Err(AddressError::LocalPart),
            '"' if !escaped => return Ok((offset.saturating_add(1), unquoted)),
            _ => unquoted.push(found),
        }
        escaped = false;
    }
    Err(AddressError::Unclosed)
}

/// RFC 5322 atext, and RFC 6532 §3.2 UTF8-non-ascii without what draws nothing or turns the text round.
pub(super) fn is_atext(found: char) -> bool {
    if found.is_ascii() {
        return found.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(found);
    }
    !found.is_control() && !found.is_whitespace() && !is_deceptive(found)
}

/// Quotes a local-part where it is no Dot-string (RFC 5321 §4.1.2: the least quoting possible).
fn quote_local_part(unquoted: &str) -> String {
    if unquoted.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atext)) {
        return unquoted.to_owned();
    }
    let mut quoted = String::from("\"");
    for found in unquoted.chars() {
        if matches!(found, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(found);
    }
    quoted.push('"');
    quoted
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.unquoted == other.unquoted && self.domain == other.domain
    }
}

impl Eq for Address {}

impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.unquoted.hash(state);
        self.domain.hash(state);
    }
}

impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Address {
    fn cmp(&self, other: &Self) -> Ordering {
        self.unquoted.cmp(&other.unquoted).then_with(|| self.domain.cmp(&other.domain))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({:?})", self.text)
    }
}

impl std::str::FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    #[test]
    fn addresses_are_kept_as_written_and_compared_by_domain_without_case() {
        let bob = address("Bob@EX.org");
        assert_eq!(bob.to_string(), "Bob@EX.org");
        assert_eq!(bob, address("Bob@ex.ORG"));
        assert_ne!(bob, address("bob@ex.org"));
        assert!(bob.same_mailbox(&address("bob@ex.org")));
        assert!(!bob.same_mailbox(&address("bob@ex.net")));
        assert_eq!((bob.local_part(), bob.domain().as_str()), ("Bob", "EX.org"));
    }

    #[test]
    fn quoting_makes_no_other_mailbox() {
        assert_eq!(address(r#""bob"@d.example"#), address("bob@d.example"));
        assert_eq!(address(r#""b\o b"@d.example"#), address(r#""bo b"@d.example"#));
        assert_ne!(address(r#""bo b"@d.example"#), address("bob@d.example"));
        assert_eq!(address(r#""a\"@\\"@d.example"#).unquoted_local_part(), r#"a"@\"#);
        assert_eq!(address(r#""a\"@\\"@d.example"#).local_part(), r#""a\"@\\""#);
    }

    #[test]
    fn the_suffix_is_dropped() {
        for (text, base) in [
            ("bob+x@d.example", Some("bob@d.example")),
            ("bob+x+y@D.example", Some("bob@D.example")),
            ("bob+@d.example", Some("bob@d.example")),
            (r#""b b+x"@d.example"#, Some(r#""b b"@d.example"#)),
            ("bob@d.example", None),
            ("+x@d.example", None),
        ] {
            assert_eq!(address(text).without_suffix().as_ref().map(Address::as_str), base, "{text}");
        }
    }

    #[test]
    fn international_addresses_are_addresses() {
        let address = address("医生@Bücher.example");
        assert_eq!(address.local_part(), "医生");
        assert_eq!(address.domain().ascii(), "xn--bcher-kva.example");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "bob",
            "@d.example",
            "bob@",
            "bob@@d.example",
            "a@b@c.example",
            ".a@d.example",
            "a.@d.example",
            "a..b@d.example",
            "a b@d.example",
            " a@d.example",
            "a@d.example ",
            "a@d.example\r\n",
            "a(c)@d.example",
            "<a@d.example>",
            "\"a@d.example",
            "\"\"@d.example",
            "\"a\"b@d.example",
            "\"a\0\"@d.example",
            "a\0@d.example",
            "\"a\u{202e}\"@d.example",
            "a\u{202e}@d.example",
            "a@[1.2.3]",
            "a@d_e.example",
            "a\u{a0}b@d.example",
            "\"a\\é\"@d",
        ] {
            assert!(Address::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_limits_of_smtp_hold_and_are_named() {
        assert!(Address::parse(&format!("{}@d.example", "a".repeat(64))).is_ok());
        let error = Address::parse(&format!("{}@d.example", "a".repeat(65))).unwrap_err();
        assert_eq!(error.to_string(), "the local part has 65 octets and may have 64: shorten it");
        let domain = |labels: usize| [["d".repeat(47).as_str(); 4].join(".").as_str(), &"e".repeat(labels)].join(".");
        assert!(Address::parse(&format!("a@{}", domain(60))).is_ok());
        assert!(Address::parse(&format!("a@{}", domain(61))).is_err());
    }

    #[test]
    fn errors_show_no_control_characters() {
        let error = Address::parse("a\x1b[2J").unwrap_err();
        assert!(!error.to_string().contains('\x1b'), "{error}");
    }

    #[test]
    fn a_source_route_is_dropped() {
        for (path, expected) in [
            ("<a@d.example>", "a@d.example"),
            ("a@d.example", "a@d.example"),
            (r#"<@a.example,@b.example:"x y"@[192.0.2.1]>"#, r#""x y"@[192.0.2.1]"#),
            (" <\"a>b\"@d.example> ", "\"a>b\"@d.example"),
        ] {
            assert_eq!(Address::parse_path(path).unwrap().as_str(), expected, "{path}");
        }
        assert_eq!(Address::parse_path("<>"), Err(AddressError::Empty));
        assert!(Address::parse_path("<a@d.example").is_err());
        assert!(Address::parse_path("<@a b:a@d.example>").is_err());
    }

    proptest! {
        #[test]
        fn any_local_part_can_be_quoted_and_read_back(local in "[ -~é医]{1,30}") {
            let made = Address::from_unquoted(&local, "d.example").unwrap();
            prop_assert_eq!(made.unquoted_local_part(), local.as_str());
            prop_assert_eq!(&Address::parse(&made.to_string()).unwrap(), &made);
            let listed = crate::mail::mailbox_list(format!("x <{made}>").as_bytes());
            prop_assert_eq!(listed[0].address.as_ref().unwrap(), &made);
        }

        #[test]
        fn whatever_is_read_prints_as_it_was(text in "[a-c.\"\\\\@+ \\[\\]1é-]{0,20}") {
            if let Ok(read) = Address::parse(&text) {
                prop_assert_eq!(read.to_string(), text);
            }
        }
    }
}
