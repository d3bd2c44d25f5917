//! Header values as text for people: unfolding (RFC 5322 §2.2.3), encoded words (RFC 2047), control characters.

use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;

pub use crate::finding::escape_controls;

/// A header value longer than this is shown cut: nobody reads it, and the decoder is not ours.
const SHOWN_OCTETS: usize = 64 << 10;

/// Characters of a text that are quoted where it is at fault.
const EXCERPT_CHARACTERS: usize = 80;

/// The characters of a text that stand outside quotation marks, with their places in it (RFC 5321 §4.1.2 quoted strings:
/// a backslash inside takes its meaning from what follows).
pub(crate) fn unquoted(text: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut quoted, mut escaped) = (false, false);
    text.char_indices().filter(move |(_, found)| match found {
        _ if escaped => {
            escaped = false;
            false
        }
        '\\' if quoted => {
            escaped = true;
            false
        }
        '"' => {
            quoted = !quoted;
            false
        }
        _ => !quoted,
    })
}

/// Undoes folding: removes a line end that is followed by a blank or tab, and nothing else.
#[must_use]
pub fn unfold(value: &[u8]) -> Vec<u8> {
    let mut unfolded = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((&octet, after)) = rest.split_first() {
        rest = match rest {
            [b'\r', b'\n', b' ' | b'\t', ..] => rest.get(2..).unwrap_or_default(),
            [b'\n', b' ' | b'\t', ..] => after,
            _ => {
                unfolded.push(octet);
                after
            }
        };
    }
    unfolded
}

/// A header value as text: unfolded, encoded words decoded, blanks around it removed, controls escaped.
///
/// Safe to show: octets that are no UTF-8 become U+FFFD, and nothing in it can move a cursor or turn text round.
#[must_use]
pub fn decode_text(value: &[u8]) -> String {
    let unfolded = unfold(value.get(..SHOWN_OCTETS).unwrap_or(value));
    let trimmed = unfolded.trim_ascii();
    if !trimmed.windows(2).any(|pair| pair == b"=?") {
        return escape_controls(&String::from_utf8_lossy(trimmed));
    }
    // The decoder wants a line end, and stops at one: there is none left inside.
    let mut line: Vec<u8> =
        trimmed.iter().map(|&octet| if matches!(octet, b'\r' | b'\n') { b' ' } else { octet }).collect();
    line.push(b'\n');
    match MessageStream::new(&line).parse_unstructured() {
        HeaderValue::Text(text) => escape_controls(&text),
        _ => escape_controls(&String::from_utf8_lossy(trimmed)),
    }
}

/// The start of a text that is quoted in a message to the user.
pub(super) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT_CHARACTERS) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfolding_removes_only_line_ends_before_blanks() {
        for (folded, unfolded) in [
            (b"a\r\n\tb".as_slice(), b"a\tb".as_slice()),
            (b"a\n b", b"a b"),
            (b"a\r\nb", b"a\r\nb"),
            (b"a\r b", b"a\r b"),
            (b"a\r\n", b"a\r\n"),
            (b"a\r\n \r\n b", b"a  b"),
        ] {
            assert_eq!(unfold(folded), unfolded, "{folded:?}");
        }
    }

    #[test]
    fn encoded_words_are_decoded_and_joined() {
        for (value, text) in [
            (b" plain ".as_slice(), "plain"),
            (b"=?utf-8?Q?J=C3=BCrgen?= Smith", "Jürgen Smith"),
            (b"=?utf-8?B?SsO8cmdlbg==?=\r\n =?utf-8?Q?_x?=", "Jürgen x"),
            (b"=?iso-8859-1?Q?J=FCrgen?=", "Jürgen"),
            (b"=?nonsense", "=?nonsense"),
            (b"=?utf-8?Q?=1B[31m?=", "\\u{1b}[31m"),
            (b"a\0b\xff", "a\\u{00}b\u{fffd}"),
            ("x\u{202e}y".as_bytes(), "x\\u{202e}y"),
        ] {
            assert_eq!(decode_text(value), text, "{}", String::from_utf8_lossy(value));
        }
    }

    #[test]
    fn escaping_twice_changes_nothing_more() {
        let once = escape_controls("a\x1b[2J\u{85}\u{2066}b");
        assert_eq!(once, "a\\u{1b}[2J\\u{85}\\u{2066}b");
        assert_eq!(escape_controls(&once), once);
    }
}
