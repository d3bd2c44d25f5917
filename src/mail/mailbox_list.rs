//! Header values that hold mailboxes: From, Sender, To, Cc, Bcc, Reply-To (RFC 5322 §3.4, obsolete forms of §4.4).
//!
//! Names and comments are for display and stay raw, encoded words included; the address is the strict [`Address`] or
//! says why it is none. Takes linear time and no stack, however deep comments nest, and memory in proportion: a value
//! is read up to a number of mailboxes, and a mailbox up to a number of words, that nobody means.

use std::ops::Range;

use super::address::{Address, AddressError};
use super::text::{excerpt, unfold};

/// Words, signs and comments of one mailbox that are kept; what has more is no address.
const MOST_TOKENS: usize = 1_000;

/// Mailboxes of one value that are read: ten times as many as an envelope may name.
const MOST_MAILBOXES: usize = 10_000;

/// One mailbox of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailboxEntry {
    /// The display name, quotation marks undone; or else the comment after the address; or else empty.
    pub display: String,
    /// The address, or why there is none.
    pub address: Result<Address, AddressError>,
    /// Where the mailbox stands in the value.
    pub range: Range<usize>,
}

/// Reads a list of mailboxes and groups. Members of groups are listed like the rest; an empty group gives nothing.
#[must_use]
pub fn mailbox_list(field_value: &[u8]) -> Vec<MailboxEntry> {
    let tokens = Tokens { octets: field_value, next: 0 };
    let mut list = List { octets: field_value, segment: Vec::new(), cut_off: None, entries: Vec::new() };
    let mut in_angle = false;
    // Number of entries before the group that is open.
    let mut group: Option<usize> = None;
    for token in tokens {
        if list.entries.len() >= MOST_MAILBOXES {
            break;
        }
        match token.kind {
            TokenKind::Special(b',') if !in_angle => list.flush(),
            TokenKind::Special(b';') if !in_angle && group.is_some() => {
                list.flush();
                group = None;
            }
            TokenKind::Special(b':') if !in_angle && group.is_none() => {
                list.clear();
                group = Some(list.entries.len());
            }
            kind => {
                match kind {
                    TokenKind::Special(b'<') => in_angle = true,
                    TokenKind::Special(b'>') => in_angle = false,
                    _ => {}
                }
                list.push(token);
            }
        }
    }
    list.flush();
    if let Some(before) = group {
        for entry in list.entries.iter_mut().skip(before) {
            entry.address = Err(AddressError::GroupUnclosed);
        }
    }
    list.entries
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TokenKind {
    Atom,
    Quoted,
    Literal,
    Comment,
    Special(u8),
    /// A quoted string, literal or comment that is not closed.
    Unclosed,
}

#[derive(Clone, Debug)]
struct Token {
    kind: TokenKind,
    range: Range<usize>,
}

struct Tokens<'o> {
    octets: &'o [u8],
    next: usize,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let rest = self.octets.get(self.next..)?;
        let blanks = rest.iter().position(|octet| !matches!(octet, b' ' | b'\t' | b'\r' | b'\n'))?;
        let start = self.next.saturating_add(blanks);
        let rest = rest.get(blanks..)?;
        let (kind, octets) = match *rest.first()? {
            b'"' => enclosed(rest, TokenKind::Quoted, b'"'),
            b'[' => enclosed(rest, TokenKind::Literal, b']'),
            b'(' => comment(rest),
            octet if is_special(octet) => (TokenKind::Special(octet), 1),
            _ => {
                let ends = |octet: &u8| is_special(*octet) || matches!(octet, b' ' | b'\t' | b'\r' | b'\n');
                (TokenKind::Atom, rest.iter().position(ends).unwrap_or(rest.len()))
            }
        };
        self.next = start.saturating_add(octets);
        Some(Token { kind, range: start..self.next })
    }
}

/// RFC 5322 §3.2.3.
const fn is_special(octet: u8) -> bool {
    matches!(octet, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b':' | b';' | b'@' | b'\\' | b',' | b'.' | b'"')
}

/// A token from its first octet to `close`, quoted-pairs respected.
fn enclosed(rest: &[u8], kind: TokenKind, close: u8) -> (TokenKind, usize) {
    let mut escaped = false;
    for (offset, &octet) in rest.iter().enumerate().skip(1) {
        if !escaped && octet == close {
            return (kind, offset.saturating_add(1));
        }
        escaped = !escaped && octet == b'\\';
    }
    (TokenKind::Unclosed, rest.len())
}

fn comment(rest: &[u8]) -> (TokenKind, usize) {
    let mut depth = 0_usize;
    let mut escaped = false;
    for (offset, &octet) in rest.iter().enumerate() {
        if !escaped {
            match octet {
                b'(' => depth = depth.saturating_add(1),
                b')' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        if depth == 0 {
            return (TokenKind::Comment, offset.saturating_add(1));
        }
        escaped = !escaped && octet == b'\\';
    }
    (TokenKind::Unclosed, rest.len())
}

struct List<'o> {
    octets: &'o [u8],
    segment: Vec<Token>,
    /// Where the mailbox ends whose words are too many to keep.
    cut_off: Option<usize>,
    entries: Vec<MailboxEntry>,
}

impl List<'_> {
    /// Ends a mailbox: what was gathered becomes an entry, unless it is empty (obs-mbox-list allows `a@b,,c@d`).
    fn flush(&mut self) {
        let segment = std::mem::take(&mut self.segment);
        let cut_off = self.cut_off.take();
        if cut_off.is_none() && segment.iter().all(|token| token.kind == TokenKind::Comment) {
            return;
        }
        let (Some(first), Some(last)) = (segment.first(), segment.last()) else { return };
        let range = first.range.start..cut_off.unwrap_or(last.range.end);
        let (display, address) = match cut_off {
            Some(_) => {
                let error = AddressError::TooLong { what: "mailbox", octets: range.len(), limit: MOST_TOKENS };
                (String::new(), Err(error))
            }
            None => self.mailbox(&segment),
        };
        self.entries.push(MailboxEntry { display, address, range });
    }

    fn push(&mut self, token: Token) {
        if self.segment.len() < MOST_TOKENS {
            self.segment.push(token);
        } else {
            self.cut_off = Some(token.range.end);
        }
    }

    fn clear(&mut self) {
        self.segment.clear();
        self.cut_off = None;
    }

    fn mailbox(&self, segment: &[Token]) -> (String, Result<Address, AddressError>) {
        let comment = segment.iter().rev().find(|token| token.kind == TokenKind::Comment);
        let comment = comment.map(|token| self.inner_text(token)).unwrap_or_default();
        let Some(open) = segment.iter().position(|token| token.kind == TokenKind::Special(b'<')) else {
            return (comment, self.addr_spec(segment));
        };
        let (before, angle) = segment.split_at(open);
        let display = match self.phrase(before) {
            phrase if phrase.is_empty() => comment,
            phrase => phrase,
        };
        if before.iter().any(|token| token.kind == TokenKind::Unclosed) {
            return (display, Err(AddressError::Unclosed));
        }
        let Some(close) = angle.iter().position(|token| token.kind == TokenKind::Special(b'>')) else {
            return (display, Err(AddressError::Unclosed));
        };
        let (inside, after) = angle.split_at(close);
        if let Some(surplus) = after.iter().skip(1).find(|token| token.kind != TokenKind::Comment) {
            return (display, Err(AddressError::Surplus { text: excerpt(&self.raw(surplus)) }));
        }
        (display, self.addr_spec(without_route(inside.get(1..).unwrap_or_default())))
    }

    /// `word *("." word) "@" domain`, comments and blanks between them dropped (obs-local-part, obs-domain).
    fn addr_spec(&self, tokens: &[Token]) -> Result<Address, AddressError> {
        let tokens: Vec<&Token> = tokens.iter().filter(|token| token.kind != TokenKind::Comment).collect();
        if tokens.is_empty() {
            return Err(AddressError::Empty);
        }
        if tokens.iter().any(|token| token.kind == TokenKind::Unclosed) {
            return Err(AddressError::Unclosed);
        }
        let Some(at) = tokens.iter().position(|token| token.kind == TokenKind::Special(b'@')) else {
            let text: Vec<String> = tokens.iter().map(|token| self.raw(token)).collect();
            return Err(AddressError::MissingAt { text: excerpt(&text.join(" ")) });
        };
        let (local, domain) = tokens.split_at(at);
        let domain = self
            .joined(domain.get(1..).unwrap_or_default(), |kind| matches!(kind, TokenKind::Atom | TokenKind::Literal))?;
        let words = |kind| matches!(kind, TokenKind::Atom | TokenKind::Quoted);
        match local {
            [word] => Address::parse(&format!("{}@{domain}", self.verbatim(word)?)),
            _ if local.iter().any(|token| token.kind == TokenKind::Quoted) => {
                let unquoted = self.joined_with(local, words, |token| Ok(self.inner_text(token)))?;
                Address::from_unquoted(&unquoted, &domain)
            }
            _ => Address::parse(&format!("{}@{domain}", self.joined(local, words)?)),
        }
    }

    fn joined(&self, tokens: &[&Token], is_word: impl Fn(TokenKind) -> bool) -> Result<String, AddressError> {
        self.joined_with(tokens, is_word, |token| self.verbatim(token))
    }

    /// Words with single dots between them, as one text.
    fn joined_with(
        &self,
        tokens: &[&Token],
        is_word: impl Fn(TokenKind) -> bool,
        text: impl Fn(&Token) -> Result<String, AddressError>,
    ) -> Result<String, AddressError> {
        let mut joined = String::new();
        let mut after_word = false;
        for token in tokens {
            match token.kind {
                TokenKind::Special(b'.') => {
                    joined.push('.');
                    after_word = false;
                }
                kind if is_word(kind) && !after_word => {
                    joined.push_str(&text(token)?);
                    after_word = true;
                }
                TokenKind::Special(found) if found != b'@' => {
                    return Err(AddressError::Character { found: char::from(found) });
                }
                _ => return Err(AddressError::Surplus { text: excerpt(&self.raw(token)) }),
            }
        }
        Ok(joined)
    }

    /// The token's text as it stands, folding undone; it must be UTF-8, since a replaced octet is another address.
    fn verbatim(&self, token: &Token) -> Result<String, AddressError> {
        String::from_utf8(unfold(self.octets(token))).map_err(|_| AddressError::NotUtf8)
    }

    /// What is inside quotation marks or parentheses, quoted-pairs undone; or the token itself.
    fn inner_text(&self, token: &Token) -> String {
        let octets = self.octets(token);
        if !matches!(token.kind, TokenKind::Quoted | TokenKind::Comment) {
            return String::from_utf8_lossy(octets).into_owned();
        }
        let inner = octets.get(1..octets.len().saturating_sub(1)).unwrap_or_default();
        let mut text = Vec::with_capacity(inner.len());
        let mut escaped = false;
        for octet in unfold(inner) {
            if octet == b'\\' && !escaped {
                escaped = true;
                continue;
            }
            text.push(octet);
            escaped = false;
        }
        String::from_utf8_lossy(&text).into_owned()
    }

    /// The words in front of an angle bracket, with one blank where there were any.
    fn phrase(&self, tokens: &[Token]) -> String {
        let mut phrase = String::new();
        let mut end = None;
        for token in tokens.iter().filter(|token| token.kind != TokenKind::Comment) {
            if end.is_some_and(|end| end < token.range.start) {
                phrase.push(' ');
            }
            phrase.push_str(&self.inner_text(token));
            end = Some(token.range.end);
        }
        phrase
    }

    fn raw(&self, token: &Token) -> String {
        String::from_utf8_lossy(self.octets(token)).into_owned()
    }

    fn octets(&self, token: &Token) -> &[u8] {
        self.octets.get(token.range.clone()).unwrap_or_default()
    }
}

/// Drops `@a,@b:` in front of an address (RFC 5322 §4.4 obs-route).
fn without_route(tokens: &[Token]) -> &[Token] {
    let at_first = tokens.iter().find(|token| token.kind != TokenKind::Comment);
    if at_first.is_none_or(|token| token.kind != TokenKind::Special(b'@')) {
        return tokens;
    }
    match tokens.iter().position(|token| token.kind == TokenKind::Special(b':')) {
        Some(colon) => tokens.get(colon.saturating_add(1)..).unwrap_or_default(),
        None => tokens,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `display|address` of each entry, `!` for an address that is none.
    fn shown(value: &[u8]) -> String {
        let entries = mailbox_list(value).into_iter().map(|entry| match entry.address {
            Ok(address) => format!("{}|{address}", entry.display),
            Err(_) => format!("{}|!", entry.display),
        });
        entries.collect::<Vec<_>>().join(" ; ")
    }

    #[test]
    fn a_mailbox_of_more_words_than_anybody_means_is_none_and_the_next_is_read() {
        for unit in ["\\", "(x)", "a ", "<", "\"\"", "."] {
            let value = format!("{}, a@b.example", unit.repeat(MOST_TOKENS + 1));
            let entries = mailbox_list(value.as_bytes());
            assert!(matches!(entries[0].address, Err(AddressError::TooLong { .. })), "{unit}: {:?}", entries[0]);
            let rest = value.len() - "a@b.example".len();
            assert!(unit == "<" || entries[1].range == (rest..value.len()), "{unit}");
        }
    }

    #[test]
    fn more_mailboxes_than_anybody_means_are_not_read() {
        assert_eq!(mailbox_list("a,".repeat(MOST_MAILBOXES + 1).as_bytes()).len(), MOST_MAILBOXES);
    }

    #[test]
    fn mailboxes_are_read_as_the_grammar_has_them() {
        for (value, expected) in [
            ("a@b.example", "|a@b.example"),
            ("  a@b.example \t", "|a@b.example"),
            ("<a@b.example>", "|a@b.example"),
            ("Bob <a@b.example>", "Bob|a@b.example"),
            ("Bob<a@b.example>", "Bob|a@b.example"),
            ("\"Bob, Jr.\" <a@b.example>", "Bob, Jr.|a@b.example"),
            ("\"Bob \\\"B\\\" \\\\\" <a@b.example>", "Bob \"B\" \\|a@b.example"),
            ("John Q. Public <a@b.example>", "John Q. Public|a@b.example"),
            ("=?utf-8?Q?J=C3=BCrgen?= <a@b.example>", "=?utf-8?Q?J=C3=BCrgen?=|a@b.example"),
            ("Jürgen <a@b.example>", "Jürgen|a@b.example"),
            ("a@b.example (Bob)", "Bob|a@b.example"),
            ("a@b.example (Bob (the (third)) \\) )", "Bob (the (third)) ) |a@b.example"),
            ("(x) Bob (y) <(z)a@b.example(w)> (v)", "Bob|a@b.example"),
            ("(a)b(c)@(d)e(f).(g)example(h)", "h|b@e.example"),
            ("a@b.example, c@d.example", "|a@b.example ; |c@d.example"),
            ("a@b.example,,c@d.example,", "|a@b.example ; |c@d.example"),
            (",", ""),
            ("", ""),
            ("(only a comment)", ""),
            ("A <a@b.example>, \"c, d\" <c@d.example>", "A|a@b.example ; c, d|c@d.example"),
            ("team: a@b.example, C <c@d.example>;", "|a@b.example ; C|c@d.example"),
            ("team:;", ""),
            ("undisclosed-recipients: ;", ""),
            ("\"te:am\": a@b.example;, c@d.example", "|a@b.example ; |c@d.example"),
            ("a@b.example, team: c@d.example;, e@f.example", "|a@b.example ; |c@d.example ; |e@f.example"),
            ("\"a b\"@d.example", "|\"a b\"@d.example"),
            ("\"a@b\"@d.example", "|\"a@b\"@d.example"),
            ("\"a,b\"@d.example, c@d.example", "|\"a,b\"@d.example ; |c@d.example"),
            ("\"a>b\"@d.example", "|\"a>b\"@d.example"),
            ("<\"a>b\"@d.example>", "|\"a>b\"@d.example"),
            ("\"(x)\"@d.example", "|\"(x)\"@d.example"),
            ("\"ab\"@d.example", "|\"ab\"@d.example"),
            ("a . b@c . example", "|a.b@c.example"),
            ("a.\"b c\".d@e.example", "|\"a.b c.d\"@e.example"),
            ("\"a\".\"b\"@e.example", "|a.b@e.example"),
            ("\"a\r\n b\"@e.example", "|\"a b\"@e.example"),
            ("Bob\r\n <a@b.example>", "Bob|a@b.example"),
            ("<@r.example:a@b.example>", "|a@b.example"),
            ("<@r.example,@s.example:a@b.example>", "|a@b.example"),
            ("Bob <@r.example,@s.example:a@b.example>, c@d.example", "Bob|a@b.example ; |c@d.example"),
            ("a@[192.0.2.1]", "|a@[192.0.2.1]"),
            ("a@[IPv6:2001:db8::1]", "|a@[IPv6:2001:db8::1]"),
            ("医生@例.example", "|医生@例.example"),
            ("a+b@c.example", "|a+b@c.example"),
            ("o'brien=x@c.example", "|o'brien=x@c.example"),
            ("bob@x.example <a@b.example>", "bob@x.example|a@b.example"),
            ("\"bob@x.example\" <a@b.example>", "bob@x.example|a@b.example"),
            // What is no mailbox.
            ("Bob", "|!"),
            ("Bob <>", "Bob|!"),
            ("Bob <a@b.example", "Bob|!"),
            ("a@b.example c@d.example", "|!"),
            ("<a@b.example> <c@d.example>", "|!"),
            ("<a@b.example> c", "|!"),
            ("<a@b.example>@c.example", "|!"),
            ("a@b@c.example", "|!"),
            ("a b@c.example", "|!"),
            ("a..b@c.example", "|!"),
            (".a@c.example", "|!"),
            ("a@c..example", "|!"),
            ("a@", "|!"),
            ("@c.example", "|!"),
            ("a@[192.0.2.1", "|!"),
            ("\"a@b.example", "|!"),
            ("a@b.example (Bob", "|!"),
            ("team: a@b.example", "|!"),
            ("a;b@c.example", "|!"),
            ("a\\b@c.example", "|!"),
            ("a\0@c.example", "|!"),
            ("a@b.example\0", "|!"),
            ("a@b.example\0@c.example", "|!"),
            ("x, a@b.example", "|! ; |a@b.example"),
        ] {
            assert_eq!(shown(value.as_bytes()), expected, "{value:?}");
        }
    }

    #[test]
    fn octets_that_are_not_utf_8_make_no_other_address() {
        assert_eq!(mailbox_list(b"a\xff@b.example")[0].address, Err(AddressError::NotUtf8));
        assert_eq!(shown(b"J\xfcrgen <a@b.example>"), "J\u{fffd}rgen|a@b.example");
    }

    #[test]
    fn an_entry_knows_its_place() {
        let value = b" A <a@b.example>, c@d.example ";
        let places: Vec<&[u8]> = mailbox_list(value).into_iter().map(|entry| &value[entry.range]).collect();
        assert_eq!(places, [b"A <a@b.example>".as_slice(), b"c@d.example"]);
    }

    #[test]
    fn deep_comments_and_long_lists_take_linear_time() {
        let deep = [b"(".repeat(200_000), b"a@b.example".to_vec(), b")".repeat(200_000)].concat();
        assert!(mailbox_list(&deep).is_empty());
        assert_eq!(mailbox_list(&b"a@b.example,".repeat(MOST_MAILBOXES)).len(), MOST_MAILBOXES);
        assert_eq!(mailbox_list(&b"<".repeat(200_000)).len(), 1);
        assert_eq!(mailbox_list(&b"\"".repeat(200_001)).len(), 1);
        assert_eq!(mailbox_list(&b"a:b;".repeat(50_000)).len(), MOST_MAILBOXES);
    }

    proptest! {
        #[test]
        fn any_octets_are_read_without_panic(value in proptest::collection::vec(prop_oneof![
            proptest::sample::select(b"ab.@<>()[]:;,\"\\ \r\n\t\0\xc3".to_vec()), any::<u8>()], 0..60)) {
            for entry in mailbox_list(&value) {
                prop_assert!(entry.range.end <= value.len());
                if let Ok(address) = entry.address {
                    prop_assert_eq!(&Address::parse(address.as_str()).unwrap(), &address);
                }
            }
        }
    }
}
