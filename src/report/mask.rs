//! The policy of a report: what it shows, and what it masks.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use super::evidence::Evidence;
use super::pseudonyms::Pseudonyms;
use super::quoting::{self, MEDIA_TYPES, Telling};
use super::shown::Shown;
use crate::agent::{Reason, Report};
use crate::conformance::Checked;
use crate::finding::{Finding, after_colon, counted};
use crate::mail::{Address, ReversePath};

/// A shorter quoted text could stand in a sentence by chance.
const QUOTED: usize = 12;

/// How much a report gives away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Redaction {
    /// Everything that is known but keys and passphrases: header values, addresses, and the content of the message.
    Full,
    /// No octet of the message inside, no header value, no name of its file or of a key; addresses are pseudonyms that keep
    /// their domain. Certificates, which are public, are named, with their addresses as pseudonyms.
    #[default]
    Redacted,
    /// The same, and nobody is named: no domain, no subject of a certificate, no sentence of the run. Codes, rules, serial
    /// numbers and fingerprints stay.
    WithoutNames,
}

impl Redaction {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Redacted => "redacted",
            Self::WithoutNames => "without-names",
        }
    }

    /// What the report says of itself.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Full => {
                "Nothing is masked: this report quotes header values, addresses and the content of the message"
            }
            Self::Redacted => {
                "Redacted: header values and content are masked, and in place of the local parts of addresses, and of the \
                 names of private keys, stand pseudonyms"
            }
            Self::WithoutNames => {
                "Redacted without names: besides header values and content, domains, the names in certificates and \
                 every sentence that could name somebody are masked"
            }
        }
    }
}

impl fmt::Display for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What kind of thing was masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Masked {
    /// An address, or a text that holds some or the name of a private key.
    Address,
    /// The name of somebody in a certificate.
    Name,
    /// The value of a header field.
    HeaderValue,
    /// A text that may quote the message.
    Quotation,
    /// Octets of the message, or a digest by which they could be guessed.
    Content,
}

impl Masked {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Name => "name",
            Self::HeaderValue => "header-value",
            Self::Quotation => "quotation",
            Self::Content => "content",
        }
    }

    /// What it is, for people; `count` of them.
    #[must_use]
    pub fn words(self, count: usize) -> String {
        let (one, several) = match self {
            Self::Address => ("text with addresses or names of keys", "texts with addresses or names of keys"),
            Self::Name => ("name, or sentence with one", "names, or sentences with them"),
            Self::HeaderValue => ("header value", "header values"),
            Self::Quotation => ("text that may quote the message", "texts that may quote the message"),
            Self::Content => ("place with content, or its digest", "places with content, or its digest"),
        };
        format!("{count} {}", if count == 1 { one } else { several })
    }
}

/// How often each kind of thing was masked.
pub type Tally = BTreeMap<Masked, usize>;

/// Turns what is known of a run into text that may be shown.
pub(super) struct Mask {
    redaction: Redaction,
    pseudonyms: Pseudonyms,
    /// Texts of the runs that may quote the message, and stand within other sentences.
    quoting: Vec<String>,
    tally: RefCell<Tally>,
}

impl Mask {
    /// The policy for a report of these runs.
    pub(super) fn new(redaction: Redaction, runs: &[Evidence<'_>]) -> Self {
        let keys: Vec<&str> = runs.iter().flat_map(|run| run.key_names.iter().map(String::as_str)).collect();
        let mut quoting: Vec<String> = runs.iter().flat_map(|run| quotations(run.report)).collect();
        // A longer text may hold a shorter one.
        quoting.sort_unstable_by_key(|text| std::cmp::Reverse(text.len()));
        quoting.dedup();
        Self {
            redaction,
            pseudonyms: Pseudonyms::of(runs.iter().map(|run| run.envelope), &keys),
            quoting,
            tally: RefCell::default(),
        }
    }

    pub(super) const fn redaction(&self) -> Redaction {
        self.redaction
    }

    pub(super) fn tally(&self) -> Tally {
        self.tally.borrow().clone()
    }

    /// What says nothing of anybody: algorithms, times, sizes, serial numbers, fingerprints of certificates.
    pub(super) fn fact(&self, text: &str) -> Shown {
        Shown::pass(text)
    }

    /// An address of the envelope.
    pub(super) fn address(&self, address: &Address) -> Shown {
        match self.redaction {
            Redaction::Full => Shown::pass(address.as_str()),
            Redaction::Redacted => self.counting(Masked::Address, &self.pseudonyms.address(address)),
            Redaction::WithoutNames => self.counting(Masked::Address, &self.pseudonyms.nameless(address)),
        }
    }

    /// MAIL FROM.
    pub(super) fn reverse_path(&self, path: &ReversePath) -> Shown {
        match path {
            ReversePath::Null => Shown::fixed("<> (nobody: the null sender)"),
            ReversePath::Mailbox(address) => self.address(address),
        }
    }

    /// A name out of a certificate, which is public, or one of the party that it is kept for.
    pub(super) fn name(&self, name: &str) -> Shown {
        match self.redaction {
            Redaction::Full => Shown::pass(name),
            Redaction::Redacted => self.pseudonymous(name),
            Redaction::WithoutNames => self.masked(Masked::Name, name.len()),
        }
    }

    /// The value of a header field.
    pub(super) fn header_value(&self, value: &str) -> Shown {
        match self.redaction {
            Redaction::Full => Shown::pass(value),
            Redaction::Redacted | Redaction::WithoutNames => self.masked(Masked::HeaderValue, value.len()),
        }
    }

    /// Octets of the message, told in words, or a digest of what could be guessed.
    pub(super) fn content(&self, told: &str, octets: usize) -> Shown {
        match self.redaction {
            Redaction::Full => Shown::pass(told),
            Redaction::Redacted | Redaction::WithoutNames => self.masked(Masked::Content, octets),
        }
    }

    /// A sentence of the program about this run: it names addresses, certificates and keys, and may repeat one that quotes
    /// the message.
    pub(super) fn sentence(&self, sentence: &str) -> Shown {
        match self.redaction {
            Redaction::Full => Shown::pass(sentence),
            Redaction::Redacted => self.pseudonymous(&self.without_media_types(&self.without_quotations(sentence))),
            Redaction::WithoutNames => self.masked(Masked::Name, sentence.len()),
        }
    }

    /// A text that may quote the message.
    pub(super) fn quotation(&self, text: &str) -> Shown {
        match self.redaction {
            Redaction::Full => Shown::pass(text),
            Redaction::Redacted | Redaction::WithoutNames => self.masked(Masked::Quotation, text.len()),
        }
    }

    /// The particulars of the reason that a message is rejected for; where they may quote it, what would change that.
    pub(super) fn verdict(&self, reason: &Reason) -> Shown {
        let is_shown = self.redaction == Redaction::Full
            || (self.redaction == Redaction::Redacted && !quoting::is_quoting(reason.code));
        if is_shown { self.reason(reason) } else { Shown::fixed(reason.code.advice()) }
    }

    /// The particulars of a reason.
    pub(super) fn reason(&self, reason: &Reason) -> Shown {
        if quoting::is_quoting(reason.code) { self.quotation(&reason.detail) } else { self.sentence(&reason.detail) }
    }

    /// The sentence of a finding.
    pub(super) fn detail(&self, finding: &Finding) -> Shown {
        match quoting::of(finding) {
            Telling::Rule => self.quotation(&finding.detail),
            Telling::Sentence | Telling::Whole => self.sentence(&finding.detail),
        }
    }

    /// What a row of the test tools found or expected.
    pub(super) fn row(&self, checked: &Checked, value: &str) -> Shown {
        if quoting::is_quoting_row(checked.row.id) { self.quotation(value) } else { self.sentence(value) }
    }

    /// A value of a finding: what was found, or what was expected.
    pub(super) fn value(&self, finding: &Finding, value: &str) -> Shown {
        match quoting::of(finding) {
            Telling::Rule | Telling::Sentence => self.quotation(value),
            Telling::Whole => self.sentence(value),
        }
    }

    fn pseudonymous(&self, text: &str) -> Shown {
        let told = self.pseudonyms.replaced(text);
        if told != text {
            self.count(Masked::Address);
        }
        Shown::pass(&told)
    }

    fn without_quotations(&self, sentence: &str) -> String {
        let mut told = sentence.to_owned();
        for quoting in &self.quoting {
            for form in [quoting.clone(), after_colon(quoting)] {
                if told.contains(&form) {
                    self.count(Masked::Quotation);
                    told = told.replace(&form, &marker(form.len()));
                }
            }
        }
        told
    }

    /// What looks like a media type and is none of those that everybody uses is the sender's word.
    fn without_media_types(&self, text: &str) -> String {
        let token = |character: char| character.is_ascii_alphanumeric() || "!#$&-^_.+/".contains(character);
        let mut told = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(token) {
            let (before, from) = rest.split_at(start);
            let (word, after) = from.split_at(from.find(|character| !token(character)).unwrap_or(from.len()));
            told.push_str(before);
            told.push_str(&self.media_type(word, before.ends_with(':')));
            rest = after;
        }
        told.push_str(rest);
        told
    }

    fn media_type(&self, word: &str, in_url: bool) -> String {
        let (plain, mark) = match word.strip_suffix('.') {
            Some(plain) => (plain, "."),
            None => (word, ""),
        };
        let Some((kind, subtype)) = plain.split_once('/') else { return word.to_owned() };
        let is_type = !kind.is_empty() && !subtype.is_empty() && !subtype.contains('/') && !in_url;
        let is_number = plain.chars().all(|character| !character.is_ascii_alphabetic());
        if !is_type || is_number || MEDIA_TYPES.contains(&plain) || ALGORITHMS.contains(&plain) {
            return word.to_owned();
        }
        self.count(Masked::HeaderValue);
        format!("{}{mark}", marker(plain.len()))
    }

    fn masked(&self, kind: Masked, octets: usize) -> Shown {
        if octets == 0 {
            return Shown::default();
        }
        self.counting(kind, &marker(octets))
    }

    fn counting(&self, kind: Masked, text: &str) -> Shown {
        self.count(kind);
        Shown::pass(text)
    }

    fn count(&self, kind: Masked) {
        let mut tally = self.tally.borrow_mut();
        let count = tally.entry(kind).or_default();
        *count = count.saturating_add(1);
    }
}

/// Names of algorithms that are written with a stroke.
const ALGORITHMS: &[&str] = &["RSA/SHA-1", "RSA/SHA-256", "SHA-512/224", "SHA-512/256"];

fn marker(octets: usize) -> String {
    format!("[masked, {}]", counted(octets, "octet"))
}

/// The texts of a run that may quote the message.
fn quotations(report: &Report) -> Vec<String> {
    let reasons = report.rejection.iter().chain(report.recipients.iter().filter_map(|one| one.reason()));
    let reasons = reasons.chain(report.signers.iter().flat_map(|signer| &signer.reasons));
    let reasons = reasons.filter(|reason| quoting::is_quoting(reason.code)).map(|reason| reason.detail.clone());
    let findings = report.findings().filter(|finding| quoting::of(finding) == Telling::Rule);
    let findings = findings.flat_map(|finding| [Some(&finding.detail), finding.found.as_ref()]).flatten().cloned();
    reasons.chain(findings).filter(|text| text.len() >= QUOTED).collect()
}
