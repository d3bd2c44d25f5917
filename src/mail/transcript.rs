//! What was said in an SMTP session, line by line, for people.
//!
//! A line is cut where it is too long to be read and holds nothing that could steer a terminal. Passwords and messages
//! are never in it: who speaks puts a remark in their place.

use std::fmt;

use super::text::escape_controls;

/// Characters of one line that are kept. 1000: a reply line of RFC 5321 §4.5.3.1.5 twice over.
const LINE_CHARACTERS: usize = 1_000;

/// Who said a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// The side that sends mail.
    Client,
    /// This program, about the session; nothing of it went over the wire.
    Remark,
    /// The side that takes mail.
    Server,
}

impl Speaker {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Remark => "remark",
            Self::Server => "server",
        }
    }

    /// The one letter in front of a line, as the RFC's examples have it; a dash before a remark.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Client => "C",
            Self::Remark => "-",
            Self::Server => "S",
        }
    }
}

/// One line of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranscriptLine {
    /// Who said it.
    pub speaker: Speaker,
    /// What, without its line end; safe to show.
    pub text: String,
}

impl TranscriptLine {
    /// Takes a line as it went over the wire: its line end goes, octets that are no UTF-8 become U+FFFD, controls are
    /// escaped, and what is too long to read is cut.
    #[must_use]
    pub fn new(speaker: Speaker, line: &[u8]) -> Self {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        // A character has four octets at most.
        let start = line.get(..LINE_CHARACTERS.saturating_mul(4)).unwrap_or(line);
        let text = String::from_utf8_lossy(start);
        let kept: String = text.chars().take(LINE_CHARACTERS).collect();
        let cut = kept.len() < text.len() || start.len() < line.len();
        Self { speaker, text: escape_controls(&kept) + if cut { "…" } else { "" } }
    }

    /// A remark of this program.
    #[must_use]
    pub fn remark(text: &str) -> Self {
        Self::new(Speaker::Remark, text.as_bytes())
    }
}

impl fmt::Display for TranscriptLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.speaker.letter(), self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_shown_without_its_end_and_cannot_steer_a_terminal() {
        let line = TranscriptLine::new(Speaker::Client, b"NOOP \x1b[2J\xff\r\n");
        assert_eq!(line.to_string(), "C: NOOP \\u{1b}[2J\u{fffd}");
        assert_eq!(TranscriptLine::remark("closed").to_string(), "-: closed");
    }

    #[test]
    fn a_line_at_the_cap_is_whole_and_one_above_is_cut() {
        for (characters, cut) in [(LINE_CHARACTERS, false), (LINE_CHARACTERS + 1, true), (10 * LINE_CHARACTERS, true)] {
            let line = TranscriptLine::new(Speaker::Server, "é".repeat(characters).as_bytes());
            assert_eq!(line.text.ends_with('…'), cut, "{characters}");
            assert!(line.text.chars().count() <= LINE_CHARACTERS + 1);
        }
    }
}
