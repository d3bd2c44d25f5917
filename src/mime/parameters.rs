//! `value; name=value; …` of Content-Type and Content-Disposition (RFC 2045 §5.1), with the continuations, character
//! sets and languages of RFC 2231.
//!
//! Total: every input gives a list. What is doubtful is a [`ParameterProblem`], since two programs that read a boundary
//! differently see two messages.

use std::collections::HashMap;
use std::fmt;

use mail_parser::decoders::charsets::map::charset_decoder;

use crate::mail::{escape_controls, unfold};

/// Segments of one parameter; RFC 2231 sets no limit.
const SEGMENTS: usize = 1_000;

/// What is doubtful about a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterProblem {
    /// The same name twice, with no rule that says which holds.
    Duplicate(String),
    /// Octets above 127 outside RFC 2231's encoding.
    EightBit(String),
    /// A segment of a continued parameter is missing; what follows the gap is left out.
    Gap(String),
    /// Text where a parameter should be.
    Malformed(String),
    /// Text or a comment at the end of the value, or no value: programs differ about what the value is.
    Surplus(String),
    /// The quotation marks of the value are not closed.
    Unclosed(String),
    /// Characters in the value that need quotation marks and have none; programs agree about it.
    Unquoted(String),
}

impl ParameterProblem {
    /// The parameter's name, or the text that is none.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Duplicate(name)
            | Self::EightBit(name)
            | Self::Gap(name)
            | Self::Malformed(name)
            | Self::Surplus(name)
            | Self::Unclosed(name)
            | Self::Unquoted(name) => name,
        }
    }
}

impl fmt::Display for ParameterProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = escape_controls(self.name());
        match self {
            Self::Duplicate(_) => write!(f, "The parameter {name} is given twice"),
            Self::EightBit(_) => write!(f, "The parameter {name} holds octets above 127 that are not encoded"),
            Self::Gap(_) => write!(f, "A segment of the parameter {name} is missing"),
            Self::Malformed(_) => write!(f, "`{name}` is no parameter"),
            Self::Surplus(_) => write!(f, "It is not clear where the value of the parameter {name} ends"),
            Self::Unclosed(_) => write!(f, "The quotation marks of the parameter {name} are not closed"),
            Self::Unquoted(_) => write!(f, "The value of the parameter {name} needs quotation marks"),
        }
    }
}

/// A value with its parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParameterList {
    /// What stands before the first semicolon, lower case, without blanks and comments.
    pub value: String,
    /// Names in lower case with their values, each name once, in order.
    pub params: Vec<(String, String)>,
    /// What is doubtful.
    pub problems: Vec<ParameterProblem>,
}

impl ParameterList {
    /// Reads a header value as it arrived.
    #[must_use]
    pub fn parse(header_value: &[u8]) -> Self {
        let octets = unfold(header_value);
        let mut reader = Reader { octets: &octets, next: 0, problems: Vec::new() };
        let value = reader.value();
        let mut raw = Vec::new();
        while reader.skip_semicolon() {
            raw.extend(reader.parameter());
        }
        let mut problems = reader.problems;
        let params = combine(raw, &mut problems);
        Self { value, params, problems }
    }

    /// The value of a parameter; `name` in lower case.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

struct RawParameter {
    name: String,
    value: Vec<u8>,
}

struct Reader<'o> {
    octets: &'o [u8],
    next: usize,
    problems: Vec<ParameterProblem>,
}

impl<'o> Reader<'o> {
    fn peek(&self) -> Option<u8> {
        self.octets.get(self.next).copied()
    }

    const fn advance(&mut self) {
        self.next = self.next.saturating_add(1);
    }

    /// Skips blanks and comments, however deep they nest.
    fn skip_cfws(&mut self) {
        let mut depth = 0_usize;
        while let Some(octet) = self.peek() {
            match octet {
                b'(' => depth = depth.saturating_add(1),
                b')' if depth > 0 => depth = depth.saturating_sub(1),
                b'\\' if depth > 0 => self.advance(),
                b' ' | b'\t' | b'\r' | b'\n' => {}
                _ if depth > 0 => {}
                _ => return,
            }
            self.advance();
        }
    }

    fn take_while(&mut self, belongs: impl Fn(u8) -> bool) -> &'o [u8] {
        let rest = self.octets.get(self.next..).unwrap_or_default();
        let taken = rest.iter().position(|&octet| !belongs(octet)).unwrap_or(rest.len());
        self.next = self.next.saturating_add(taken);
        rest.get(..taken).unwrap_or_default()
    }

    /// What stands before the first semicolon.
    fn value(&mut self) -> String {
        let mut value = Vec::new();
        loop {
            self.skip_cfws();
            match self.peek() {
                None | Some(b';') => break,
                Some(_) => {
                    let before = self.next;
                    value.extend_from_slice(self.take_while(is_value_octet));
                    // A stray octet ends no loop by itself.
                    if self.next == before {
                        self.advance();
                    }
                }
            }
        }
        String::from_utf8_lossy(&value).to_lowercase()
    }

    fn skip_semicolon(&mut self) -> bool {
        self.take_while(|octet| octet != b';');
        let found = self.peek().is_some();
        self.advance();
        found
    }

    fn parameter(&mut self) -> Option<RawParameter> {
        self.skip_cfws();
        let name = self.take_while(|octet| is_value_octet(octet) && octet != b'=');
        let name = String::from_utf8_lossy(name).to_lowercase();
        self.skip_cfws();
        if name.is_empty() || self.peek() != Some(b'=') {
            let rest = self.take_while(|octet| octet != b';');
            if !name.is_empty() || !rest.trim_ascii().is_empty() {
                let text = format!("{name}{}", String::from_utf8_lossy(rest));
                self.problems.push(ParameterProblem::Malformed(text.chars().take(80).collect()));
            }
            return None;
        }
        self.advance();
        self.skip_cfws();
        let value = if self.peek() == Some(b'"') { self.quoted(&name) } else { self.unquoted(&name) };
        if !value.is_ascii() {
            self.problems.push(ParameterProblem::EightBit(name.clone()));
        }
        Some(RawParameter { name, value })
    }

    fn quoted(&mut self, name: &str) -> Vec<u8> {
        self.advance();
        let mut value = Vec::new();
        loop {
            let Some(octet) = self.peek() else {
                self.problems.push(ParameterProblem::Unclosed(name.to_owned()));
                return value;
            };
            self.advance();
            match octet {
                b'"' => break,
                b'\\' => {
                    value.extend(self.peek());
                    self.advance();
                }
                _ => value.push(octet),
            }
        }
        self.skip_cfws();
        if !matches!(self.peek(), None | Some(b';')) {
            self.problems.push(ParameterProblem::Surplus(name.to_owned()));
        }
        value
    }

    /// A token; one that needs quotation marks and has none is taken to the semicolon.
    fn unquoted(&mut self, name: &str) -> Vec<u8> {
        let start = self.next;
        let token = self.take_while(|octet| is_value_octet(octet) && octet != b'"');
        let commented = self.peek() == Some(b'(');
        self.skip_cfws();
        let whole = matches!(self.peek(), None | Some(b';'));
        if token.is_empty() || commented || !whole {
            self.problems.push(ParameterProblem::Surplus(name.to_owned()));
        } else if token.iter().any(|octet| b"<>@,:\\/[]?=)".contains(octet)) {
            self.problems.push(ParameterProblem::Unquoted(name.to_owned()));
        }
        if whole {
            return token.to_vec();
        }
        self.take_while(|octet| octet != b';');
        self.octets.get(start..self.next).unwrap_or_default().trim_ascii().to_vec()
    }
}

const fn is_value_octet(octet: u8) -> bool {
    !matches!(octet, b' ' | b'\t' | b'\r' | b'\n' | b'(' | b';')
}

/// What was given under one name.
#[derive(Default)]
struct Gathered {
    plain: Option<Vec<u8>>,
    extended: Option<Vec<u8>>,
    segments: HashMap<usize, Segment>,
    twice: bool,
}

struct Segment {
    value: Vec<u8>,
    encoded: bool,
}

/// Joins RFC 2231's segments; each name comes out once.
fn combine(raw: Vec<RawParameter>, problems: &mut Vec<ParameterProblem>) -> Vec<(String, String)> {
    let mut order = Vec::new();
    let mut gathered: HashMap<String, Gathered> = HashMap::new();
    for RawParameter { name, value } in raw {
        let (base, form) = form_of(&name);
        let entry = gathered.entry(base.to_owned()).or_insert_with(|| {
            order.push(base.to_owned());
            Gathered::default()
        });
        let twice = match form {
            Form::Plain => keep_first(&mut entry.plain, value),
            Form::Extended => keep_first(&mut entry.extended, value),
            Form::Segment { number, encoded } => match entry.segments.entry(number) {
                std::collections::hash_map::Entry::Occupied(_) => true,
                std::collections::hash_map::Entry::Vacant(vacant) => {
                    vacant.insert(Segment { value, encoded });
                    false
                }
            },
        };
        entry.twice |= twice;
    }
    let mut params = Vec::with_capacity(order.len());
    for name in order {
        if let Some(found) = gathered.remove(&name) {
            let value = found.resolve(&name, problems);
            params.push((name, value));
        }
    }
    params
}

fn keep_first(slot: &mut Option<Vec<u8>>, value: Vec<u8>) -> bool {
    match slot {
        Some(_) => true,
        None => {
            *slot = Some(value);
            false
        }
    }
}

enum Form {
    Plain,
    Extended,
    Segment { number: usize, encoded: bool },
}

fn form_of(name: &str) -> (&str, Form) {
    let (stem, encoded) = match name.strip_suffix('*') {
        Some(stem) => (stem, true),
        None => (name, false),
    };
    if let Some((base, digits)) = stem.rsplit_once('*')
        && !base.is_empty()
        && let Some(number) = segment_number(digits)
    {
        return (base, Form::Segment { number, encoded });
    }
    if encoded && !stem.is_empty() { (stem, Form::Extended) } else { (name, Form::Plain) }
}

fn segment_number(digits: &str) -> Option<usize> {
    let plain = digits.bytes().all(|octet| octet.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    if plain { digits.parse().ok().filter(|&number| number < SEGMENTS) } else { None }
}

impl Gathered {
    fn resolve(mut self, name: &str, problems: &mut Vec<ParameterProblem>) -> String {
        let plain = self.plain.take().map(|value| String::from_utf8_lossy(&value).into_owned());
        let extended = match self.extended.take() {
            Some(value) => Some(decode_extended(&value)),
            None => self.join_segments(name, problems),
        };
        let differ = matches!((&plain, &extended), (Some(plain), Some(extended)) if plain != extended);
        // RFC 6266 §4.3: a plain file name beside an encoded one is for readers that do not know the latter.
        if self.twice || (differ && !matches!(name, "filename" | "name")) {
            problems.push(ParameterProblem::Duplicate(name.to_owned()));
        }
        extended.or(plain).unwrap_or_default()
    }

    fn join_segments(&self, name: &str, problems: &mut Vec<ParameterProblem>) -> Option<String> {
        if self.segments.is_empty() {
            return None;
        }
        let mut octets = Vec::new();
        let mut charset = None;
        let mut joined = 0;
        while let Some(segment) = self.segments.get(&joined) {
            let mut value = segment.value.as_slice();
            if segment.encoded {
                if joined == 0 {
                    let (found, rest) = charset_and_text(value);
                    charset = found;
                    value = rest;
                }
                octets.extend(percent_decoded(value));
            } else {
                octets.extend_from_slice(value);
            }
            joined = joined.saturating_add(1);
        }
        if joined < self.segments.len() {
            problems.push(ParameterProblem::Gap(name.to_owned()));
        }
        Some(decode_charset(charset, &octets))
    }
}

fn decode_extended(value: &[u8]) -> String {
    let (charset, text) = charset_and_text(value);
    decode_charset(charset, &percent_decoded(text))
}

/// Splits `charset'language'text`.
fn charset_and_text(value: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let mut parts = value.splitn(3, |&octet| octet == b'\'');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(charset), Some(_language), Some(text)) => (Some(charset), text),
        _ => (None, value),
    }
}

fn decode_charset(charset: Option<&[u8]>, octets: &[u8]) -> String {
    match charset.and_then(charset_decoder) {
        Some(decoder) => decoder(octets),
        None => String::from_utf8_lossy(octets).into_owned(),
    }
}

fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&octet, after)) = rest.split_first() {
        rest = after;
        if octet == b'%'
            && let [high, low, ..] = after
            && let Some(value) = super::transfer::hex_octet(*high, *low)
        {
            decoded.push(value);
            rest = after.get(2..).unwrap_or_default();
        } else {
            decoded.push(octet);
        }
    }
    decoded
}
