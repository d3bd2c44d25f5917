//! Mail addresses: the Mailbox of RFC 5321 §4.1.2, extended by RFC 6531 §3.3.
//!
//! Trust is decided per address, so this parser is strict and keeps the text as it was written: the local-part belongs
//! to the receiving host alone (RFC 5321 §2.4). Header values with names and comments are [`super::mailbox_list`]'s.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::domain::Domain;
use super::text::{escape_controls, excerpt};

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
    #[error("`{}` cannot stand in the local part before the @: remove it, or quote the local part", escape_controls(&found.to_string()))]
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
        if found.is_control() || is_bidi_control(found) {
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
    !found.is_control() && !found.is_whitespace() && !is_bidi_control(found)
}

/// The characters that change the direction of text around them (Unicode UAX #9), and the byte order mark.
pub(super) const fn is_bidi_control(found: char) -> bool {
    matches!(found, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
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
