//! One MIME entity: a header section and a body, as spans of the buffer it arrived in (RFC 2045 §2.4).
//!
//! Parsing reads the entity's own header and nothing inside the body; what is inside is asked for step by step.

use std::ops::Range;

use super::content_type::ContentType;
use super::parameters::{ParameterList, ParameterProblem};
use super::transfer::{Decoded, TransferEncoding, decode};
use crate::finding::{Finding, Ledger, Rule, Severity};
use crate::limits::{LimitExceeded, Limits};
use crate::mail::header::HeaderFaultKind;
use crate::mail::{HeaderField, HeaderSection, escape_controls};
use crate::span::{Buffer, Span};

const CONTENT_TYPE: Rule = Rule::new("mime.content-type", "RFC 2045 §5.1");
const CONTENT_TYPE_ONCE: Rule = Rule::new("mime.content-type-once", "RFC 2045 §5.1");
const TRANSFER_ENCODING: Rule = Rule::new("mime.transfer-encoding", "RFC 2045 §6.1");
const COMPOSITE_ENCODING: Rule = Rule::new("mime.composite-encoding", "RFC 2045 §6.4");

/// Problems of one field that get a finding each.
const SHOWN_PROBLEMS: usize = 10;

/// What an entity without Content-Type is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DefaultType {
    /// `message/rfc822`, inside `multipart/digest` (RFC 2046 §5.1.5).
    MessageRfc822,
    /// `text/plain` (RFC 2045 §5.2).
    #[default]
    TextPlain,
}

/// Content-Disposition (RFC 2183).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disposition {
    /// `inline`, `attachment` or another word, lower case.
    pub kind: String,
    /// The file name as the sender gave it: hostile until [`safe_file_name`] has seen it.
    pub file_name: Option<String>,
}

/// An entity. Cloning is cheap: the octets are shared.
#[derive(Clone, Debug)]
pub struct Entity {
    /// The buffer that holds it.
    pub buffer: Buffer,
    /// Header section, empty line and body.
    pub range: Range<usize>,
    /// The header section.
    pub header: HeaderSection,
    /// The body, as it arrived.
    pub body: Range<usize>,
    /// What the body is.
    pub content_type: ContentType,
    /// How the body is encoded.
    pub transfer_encoding: TransferEncoding,
    /// How the sender wants it shown.
    pub disposition: Option<Disposition>,
}

impl Entity {
    /// Reads the header of the entity that takes up `range` of the buffer, and records what is out of order.
    ///
    /// # Errors
    /// [`LimitExceeded`] when the header section is larger than its cap.
    pub fn parse(
        buffer: &Buffer,
        range: Range<usize>,
        limits: &Limits,
        ledger: &mut Ledger,
    ) -> Result<Self, LimitExceeded> {
        Self::parse_with(buffer, range, DefaultType::TextPlain, limits, ledger)
    }

    /// Reads a whole buffer as one entity.
    ///
    /// # Errors
    /// [`LimitExceeded`] when the header section is larger than its cap.
    pub fn parse_whole(buffer: &Buffer, limits: &Limits, ledger: &mut Ledger) -> Result<Self, LimitExceeded> {
        Self::parse(buffer, 0..buffer.octets().len(), limits, ledger)
    }

    /// [`Entity::parse`] where the surroundings say what an entity without Content-Type is.
    ///
    /// # Errors
    /// [`LimitExceeded`] when the header section is larger than its cap.
    pub fn parse_with(
        buffer: &Buffer,
        range: Range<usize>,
        default_type: DefaultType,
        limits: &Limits,
        ledger: &mut Ledger,
    ) -> Result<Self, LimitExceeded> {
        let range = buffer.span(range).range();
        let header = HeaderSection::scan(buffer.octets(), range.clone(), limits);
        header.check_size(limits)?;
        header.note_faults(buffer, ledger);
        let body = header.body_start..range.end;
        let mut content_type = read_content_type(buffer, &header, default_type, ledger);
        content_type.ambiguous |= header.has_fault(HeaderFaultKind::ContentTypePastCap);
        let transfer_encoding = read_transfer_encoding(buffer, &header, ledger);
        let disposition = read_disposition(buffer, &header);
        let entity = Self { buffer: buffer.clone(), range, header, body, content_type, transfer_encoding, disposition };
        entity.note_composite_encoding(ledger);
        Ok(entity)
    }

    /// The whole entity as it arrived: what a signature over it covers.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.buffer.slice(self.range.clone())
    }

    /// Where the entity is.
    #[must_use]
    pub fn span(&self) -> Span {
        self.buffer.span(self.range.clone())
    }

    /// The body as it arrived, still encoded.
    #[must_use]
    pub fn body_octets(&self) -> &[u8] {
        self.buffer.slice(self.body.clone())
    }

    /// Where the body is.
    #[must_use]
    pub fn body_span(&self) -> Span {
        self.buffer.span(self.body.clone())
    }

    /// The body with its transfer encoding undone.
    #[must_use]
    pub fn decoded_body(&self) -> Decoded {
        decode(&self.transfer_encoding, self.body_octets())
    }

    /// The first header field of that name, case aside.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&HeaderField> {
        self.header.first(self.buffer.octets(), name)
    }

    /// The value of the first header field of that name, as it arrived.
    #[must_use]
    pub fn field_value(&self, name: &str) -> Option<&[u8]> {
        self.field(name).map(|field| field.value(self.buffer.octets()))
    }

    /// A file name for the body that is safe to write to a folder, from Content-Disposition or Content-Type's `name`.
    #[must_use]
    pub fn safe_file_name(&self) -> Option<String> {
        let disposition = self.disposition.as_ref().and_then(|disposition| disposition.file_name.as_deref());
        disposition.or_else(|| self.content_type.param("name")).and_then(safe_file_name)
    }

    fn note_composite_encoding(&self, ledger: &mut Ledger) {
        if !self.content_type.is_composite() || self.transfer_encoding.is_identity() {
            return;
        }
        let detail = format!(
            "A body of type {} is encoded: only 7bit, 8bit and binary are allowed",
            self.content_type.essence()
        );
        let place = self.field("Content-Transfer-Encoding").map_or(0..0, |field| field.whole.clone());
        ledger.note(
            Finding::new(COMPOSITE_ENCODING, Severity::Warning, escape_controls(&detail))
                .at(self.buffer.span(place))
                .values(self.transfer_encoding.to_string(), "7bit, 8bit or binary"),
        );
    }
}

fn read_content_type(
    buffer: &Buffer,
    header: &HeaderSection,
    default_type: DefaultType,
    ledger: &mut Ledger,
) -> ContentType {
    let mut fields = header.all(buffer.octets(), "Content-Type");
    let Some(first) = fields.next() else {
        return match default_type {
            DefaultType::MessageRfc822 => ContentType::message_rfc822(),
            DefaultType::TextPlain => ContentType::text_plain(),
        };
    };
    let mut content_type = ContentType::parse(first.value(buffer.octets()));
    if !content_type.stated {
        let finding =
            Finding::new(CONTENT_TYPE, Severity::Warning, "The Content-Type cannot be read: text/plain is assumed");
        ledger.note(finding.at(buffer.span(first.whole.clone())));
    }
    note_problems(buffer, first, &content_type.problems, ledger);
    if let Some(second) = fields.next() {
        content_type.ambiguous = true;
        let finding = Finding::new(
            CONTENT_TYPE_ONCE,
            Severity::Warning,
            "Content-Type is given twice: programs differ about which one holds",
        );
        ledger.note(finding.at(buffer.span(second.whole.clone())));
    }
    content_type
}

fn note_problems(buffer: &Buffer, field: &HeaderField, problems: &[ParameterProblem], ledger: &mut Ledger) {
    for problem in problems.iter().take(SHOWN_PROBLEMS) {
        // `=` or `:` without quotation marks is common and harmless; RFC 2045 wants them all the same.
        let severity =
            if matches!(problem, ParameterProblem::Unquoted(_)) { Severity::Info } else { Severity::Warning };
        ledger.note(Finding::new(CONTENT_TYPE, severity, problem.to_string()).at(buffer.span(field.whole.clone())));
    }
}

fn read_transfer_encoding(buffer: &Buffer, header: &HeaderSection, ledger: &mut Ledger) -> TransferEncoding {
    let mut fields = header.all(buffer.octets(), "Content-Transfer-Encoding");
    let Some(first) = fields.next() else { return TransferEncoding::SevenBit };
    let encoding = TransferEncoding::parse(first.value(buffer.octets()));
    if let TransferEncoding::Other(_) = encoding {
        let detail = format!("The transfer encoding {encoding} is not known: the body is taken as it is");
        ledger.note(Finding::new(TRANSFER_ENCODING, Severity::Warning, detail).at(buffer.span(first.whole.clone())));
    }
    if let Some(second) = fields.next() {
        let finding = Finding::new(
            TRANSFER_ENCODING,
            Severity::Warning,
            "Content-Transfer-Encoding is given twice: the first is used, programs differ about it",
        );
        ledger.note(finding.at(buffer.span(second.whole.clone())));
    }
    encoding
}

fn read_disposition(buffer: &Buffer, header: &HeaderSection) -> Option<Disposition> {
    let field = header.first(buffer.octets(), "Content-Disposition")?;
    let list = ParameterList::parse(field.value(buffer.octets()));
    let file_name = list.param("filename").map(str::to_owned);
    Some(Disposition { kind: list.value, file_name })
}

/// The last component of a sender's file name, without anything that a file system or a reader could take for more than
/// a name (RFC 2183 §2.3); `None` where nothing is left.
#[must_use]
pub fn safe_file_name(file_name: &str) -> Option<String> {
    const CHARACTERS: usize = 120;
    let leaf = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = leaf
        .chars()
        .filter(|found| escape_controls(&found.to_string()).chars().count() == 1)
        .map(|found| if "<>:\"|?*".contains(found) { '_' } else { found })
        .take(CHARACTERS)
        .collect();
    let trimmed = plain.trim_matches([' ', '.']);
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::BufferName;

    fn parse(octets: &[u8]) -> (Entity, Vec<Finding>) {
        let mut ledger = Ledger::new();
        let buffer = Buffer::new(BufferName::Received, octets);
        let entity = Entity::parse_whole(&buffer, &Limits::DEFAULT, &mut ledger).unwrap();
        (entity, ledger.into_findings())
    }

    #[test]
    fn a_header_with_bare_lf_may_stand_before_a_crlf_body() {
        let octets =
            b"MIME-Version: 1.0\nContent-Type: multipart/signed;\n boundary=b\n\n--b\r\nX: y\r\n\r\nz\r\n--b--\r\n";
        let (entity, findings) = parse(octets);
        assert!(findings.is_empty());
        assert!(entity.body_octets().starts_with(b"--b\r\nX"));
        assert_eq!(entity.body_span().end, octets.len());
        assert_eq!(entity.octets(), octets);
        assert_eq!(entity.field_value("mime-version"), Some(b" 1.0".as_slice()));
    }

    #[test]
    fn what_is_missing_has_its_default() {
        let (entity, findings) = parse(b"Subject: x\r\n\r\ny");
        assert!(entity.content_type.is("text", "plain") && !entity.content_type.stated);
        assert_eq!(entity.transfer_encoding, TransferEncoding::SevenBit);
        assert_eq!((entity.disposition.as_ref(), findings.len()), (None, 0));
    }

    #[test]
    fn two_content_types_are_ambiguous() {
        let (entity, findings) = parse(b"Content-Type: text/plain\r\nContent-type: text/html\r\n\r\n");
        assert!(entity.content_type.ambiguous);
        assert_eq!(findings[0].rule.id, "mime.content-type-once");
        assert_eq!(findings[0].severity, Severity::Warning);
    }

    #[test]
    fn an_encoded_multipart_is_a_finding() {
        let (_, findings) =
            parse(b"Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64\r\n\r\n");
        assert_eq!(findings[0].rule.id, "mime.composite-encoding");
        assert_eq!(findings[0].found.as_deref(), Some("base64"));
    }

    #[test]
    fn a_content_type_past_the_cap_is_ambiguous() {
        let limits = Limits { header_fields: 1, ..Limits::DEFAULT };
        let parse = |octets: &[u8]| {
            let buffer = Buffer::new(BufferName::Received, octets);
            Entity::parse_whole(&buffer, &limits, &mut Ledger::new()).unwrap().content_type.ambiguous
        };
        assert!(parse(b"A: b\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n"));
        assert!(!parse(b"A: b\r\nC: d\r\n\r\n"));
    }

    #[test]
    fn file_names_are_made_safe() {
        for (name, expected) in [
            ("report.pdf", Some("report.pdf")),
            ("../../etc/passwd", Some("passwd")),
            ("C:\\x\\y.exe", Some("y.exe")),
            ("a\0b\u{202e}fdp.exe", Some("abfdp.exe")),
            ("a<b>:c?.txt", Some("a_b__c_.txt")),
            ("..", None),
            ("x/", None),
            ("", None),
            (" . ", None),
        ] {
            assert_eq!(safe_file_name(name).as_deref(), expected, "{name:?}");
        }
        let (entity, _) = parse(b"Content-Disposition: Attachment; filename=\"../a.txt\"\r\n\r\n");
        assert_eq!(entity.safe_file_name().as_deref(), Some("a.txt"));
        assert_eq!(entity.disposition.unwrap().kind, "attachment");
    }

    #[test]
    fn a_header_past_its_cap_is_a_limit() {
        let limits = Limits { header_octets: 10, ..Limits::DEFAULT };
        let buffer = Buffer::new(BufferName::Received, b"Subject: xyz\r\n\r\n".as_slice());
        assert!(Entity::parse_whole(&buffer, &limits, &mut Ledger::new()).is_err());
    }
}
