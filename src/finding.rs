//! What a check found: the ledger that every verdict is made of.
//!
//! Each check, passed or failed, leaves one [`Finding`] with its rule and clause. The window, the command line and the
//! JSON show the same ledger. A finding's text is for people and may quote header values and names from certificates;
//! it never holds key material, passphrases or message bodies.

use std::fmt::{self, Write as _};

use crate::span::Span;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The check was made and held.
    Pass,
    /// A fact worth knowing; it changes nothing.
    Info,
    /// The check could not be made here, and counts neither way.
    NotChecked,
    /// Out of the ordinary, tolerated by the profile.
    Warning,
    /// The check was made and did not hold.
    Fail,
}

impl Severity {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Info => "info",
            Self::NotChecked => "not-checked",
            Self::Warning => "warning",
            Self::Fail => "fail",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A check's stable name and the clause it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// Stable, dotted, kebab-case: `mime.boundary-closed`.
    pub id: &'static str,
    /// The clause, as one would cite it: `RFC 2046 §5.1.1`.
    pub clause: &'static str,
}

impl Rule {
    /// Names a rule; call it in a `const`.
    #[must_use]
    pub const fn new(id: &'static str, clause: &'static str) -> Self {
        Self { id, clause }
    }
}

/// One check and how it came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which check, and by which clause.
    pub rule: Rule,
    /// How it came out.
    pub severity: Severity,
    /// Where, if the fact has octets.
    pub span: Option<Span>,
    /// One sentence, sentence case, no full stop: what is so.
    pub detail: String,
    /// The value that was there, where "found and expected" says more than the sentence.
    pub found: Option<String>,
    /// The value that would have passed.
    pub expected: Option<String>,
}

impl Finding {
    /// A finding without place or values. What of its text could steer a terminal is escaped here.
    pub fn new(rule: Rule, severity: Severity, detail: impl Into<String>) -> Self {
        Self { rule, severity, span: None, detail: escaped(detail.into()), found: None, expected: None }
    }

    /// Adds the place.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// Adds what was there and what would have passed.
    #[must_use]
    pub fn values(mut self, found: impl Into<String>, expected: impl Into<String>) -> Self {
        self.found = Some(escaped(found.into()));
        self.expected = Some(escaped(expected.into()));
        self
    }
}

/// An ordered list of findings under construction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    findings: Vec<Finding>,
}

impl Ledger {
    /// An empty ledger.
    #[must_use]
    pub const fn new() -> Self {
        Self { findings: Vec::new() }
    }

    /// Adds one finding.
    pub fn note(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Records a check that held.
    pub fn pass(&mut self, rule: Rule, detail: impl Into<String>) {
        self.note(Finding::new(rule, Severity::Pass, detail));
    }

    /// Records a fact.
    pub fn info(&mut self, rule: Rule, detail: impl Into<String>) {
        self.note(Finding::new(rule, Severity::Info, detail));
    }

    /// Records something tolerated.
    pub fn warn(&mut self, rule: Rule, detail: impl Into<String>) {
        self.note(Finding::new(rule, Severity::Warning, detail));
    }

    /// Records a check that did not hold.
    pub fn fail(&mut self, rule: Rule, detail: impl Into<String>) {
        self.note(Finding::new(rule, Severity::Fail, detail));
    }

    /// Records a check that could not be made.
    pub fn not_checked(&mut self, rule: Rule, detail: impl Into<String>) {
        self.note(Finding::new(rule, Severity::NotChecked, detail));
    }

    /// Appends another ledger's findings, in order.
    pub fn extend(&mut self, other: Self) {
        self.findings.extend(other.findings);
    }

    /// What has been recorded.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Gives up the list.
    #[must_use]
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    /// The gravest severity recorded; `Pass` for an empty ledger.
    #[must_use]
    pub fn worst(&self) -> Severity {
        self.findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Pass)
    }
}

/// Writes control characters, and those that turn text round or draw nothing, as `\u{..}`: neither a terminal nor a
/// label can be steered by what comes out.
#[must_use]
pub fn escape_controls(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for found in text.chars() {
        if steers(found) {
            // Writing to a String cannot fail.
            let _ = write!(escaped, "\\u{{{:02x}}}", u32::from(found));
        } else {
            escaped.push(found);
        }
    }
    escaped
}

fn steers(found: char) -> bool {
    found.is_control() || is_deceptive(found) || matches!(found, '\u{2028}' | '\u{2029}')
}

/// The same for a text that is at hand, which mostly has nothing to escape.
fn escaped(text: String) -> String {
    if text.contains(steers) { escape_controls(&text) } else { text }
}

/// The characters that turn the text around them (Unicode UAX #9), and those that draw nothing: blanks without width,
/// the soft hyphen and the byte order mark.
pub(crate) const fn is_deceptive(found: char) -> bool {
    let turns =
        matches!(found, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let draws_nothing = matches!(found, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}');
    turns || draws_nothing
}

/// `1 certificate`, `2 certificates`.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    match noun.strip_suffix("ry") {
        _ if count == 1 => format!("1 {noun}"),
        Some(stem) => format!("{count} {stem}ries"),
        None => format!("{count} {noun}s"),
    }
}

/// What the system said, without its error number.
#[must_use]
pub fn system_words(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error ").next().unwrap_or(&text).to_owned()
}

/// Begins a sentence with a capital, unless its first word is a name of another kind: an address, a media type, a field.
#[must_use]
pub fn sentence_case(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) if first_word(text).chars().all(char::is_lowercase) => {
            first.to_uppercase().chain(characters).collect()
        }
        _ => text.to_owned(),
    }
}

/// A sentence as it goes on after a colon: its first word in lower case, unless it is a name or an abbreviation.
#[must_use]
pub fn after_colon(sentence: &str) -> String {
    let word = first_word(sentence);
    let is_word = word == "A" || word.chars().count() > 1 && word.chars().skip(1).all(char::is_lowercase);
    let mut characters = sentence.chars();
    match characters.next() {
        Some(first) if is_word && first.is_alphabetic() => first.to_lowercase().chain(characters).collect(),
        _ => sentence.to_owned(),
    }
}

fn first_word(text: &str) -> &str {
    text.split([' ', ',']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Found by the fuzz target `incoming`: a tab in a folded smime-type.
    #[test]
    fn what_a_message_could_steer_a_terminal_with_is_escaped_in_every_finding() {
        const RULE: Rule = Rule::new("test.rule", "none");
        let finding = Finding::new(RULE, Severity::Info, "a\tb\u{202e}").values("\u{1b}[2J", "\r\n");
        assert_eq!(finding.detail, "a\\u{09}b\\u{202e}");
        assert_eq!(
            (finding.found.as_deref(), finding.expected.as_deref()),
            (Some("\\u{1b}[2J"), Some("\\u{0d}\\u{0a}"))
        );
    }

    #[test]
    fn one_is_counted_without_an_s() {
        assert_eq!([0, 1, 2].map(|count| counted(count, "key")), ["0 keys", "1 key", "2 keys"]);
        assert_eq!([1, 2].map(|count| counted(count, "entry")), ["1 entry", "2 entries"]);
    }

    #[test]
    fn a_sentence_begins_with_a_capital_and_loses_it_after_a_colon() {
        for (fragment, sentence) in [
            ("the key is locked", "The key is locked"),
            ("no certificate, none at all", "No certificate, none at all"),
            ("a name is not allowed", "A name is not allowed"),
        ] {
            assert_eq!(sentence_case(fragment), sentence);
            assert_eq!(after_colon(sentence), fragment);
        }
        for kept in
            ["bob@b.example holds none", "multipart/signed has three parts", "RSA keys", "messageDigest is missing", ""]
        {
            assert_eq!((sentence_case(kept).as_str(), after_colon(kept).as_str()), (kept, kept));
        }
    }
}
