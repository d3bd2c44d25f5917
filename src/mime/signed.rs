//! `multipart/signed` (RFC 1847 §2.1) for S/MIME (RFC 8551 §3.5.3).
//!
//! [`SignedEntity`] can only be had from an entity with exactly two parts, the second labelled as `protocol` says, read
//! in only one way. The content's span is what the digest covers: the first part as it arrived, header included,
//! without the line end that belongs to the delimiter.

use super::entity::Entity;
use super::multipart::{MultipartError, split};
use crate::finding::{Finding, Ledger, Rule, Severity, counted};
use crate::limits::{LimitExceeded, Limits};
use crate::mail::escape_controls;

const PARTS: Rule = Rule::new("mime.signed-parts", "RFC 1847 §2.1");
const PROTOCOL: Rule = Rule::new("mime.signed-protocol", "RFC 1847 §2.1");
const MICALG: Rule = Rule::new("mime.signed-micalg", "RFC 1847 §2.1");
const OUTSIDE: Rule = Rule::new("mime.outside-signature", "RFC 2046 §5.1.1");

const SIGNATURE: &str = "application/pkcs7-signature";

/// Algorithms of one micalg that are kept.
const MICALGS: usize = 16;

/// Why an entity is no signed entity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignedEntityError {
    /// A limit was passed.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// The body cannot be taken apart.
    #[error("the signed message cannot be taken apart: {0}")]
    Multipart(MultipartError),
    /// The second part is not an S/MIME signature.
    #[error("the second part is {}: an S/MIME signature is application/pkcs7-signature", escape_controls(.0))]
    NotSmime(String),
    /// Another type than `multipart/signed`.
    #[error("the entity is {}, not multipart/signed", escape_controls(.0))]
    NotSigned(String),
    /// One part, or three.
    #[error("multipart/signed has {}: it must have two, the content and its signature", counted(*.0, "part"))]
    PartCount(usize),
    /// `protocol` names another type than the second part has.
    #[error(
        "protocol says {} and the second part is {}: they must agree",
        escape_controls(.protocol),
        escape_controls(.signature)
    )]
    ProtocolContradicts {
        /// What the parameter says.
        protocol: String,
        /// What the part says.
        signature: String,
    },
}

impl From<MultipartError> for SignedEntityError {
    fn from(error: MultipartError) -> Self {
        match error {
            MultipartError::Limit(limit) => Self::Limit(limit),
            other => Self::Multipart(other),
        }
    }
}

/// Exactly two parts: the content and, detached, its signature.
#[derive(Clone, Debug)]
pub struct SignedEntity {
    content: Entity,
    signature: Entity,
    micalg: Vec<String>,
}

impl SignedEntity {
    /// Opens a `multipart/signed` entity, and records each check of RFC 1847.
    ///
    /// # Errors
    /// [`SignedEntityError`] says why it is not one, or can be read in more than one way.
    pub fn open(entity: Entity, limits: &Limits, ledger: &mut Ledger) -> Result<Self, SignedEntityError> {
        if !entity.content_type.is("multipart", "signed") {
            return Err(SignedEntityError::NotSigned(entity.content_type.essence()));
        }
        let multipart = split(&entity, limits, ledger)?;
        let [content, signature] = multipart.parts.as_slice() else {
            let count = multipart.parts.len();
            let detail = format!("multipart/signed has {count} parts");
            ledger.note(Finding::new(PARTS, Severity::Fail, detail).at(entity.span()).values(count.to_string(), "2"));
            return Err(SignedEntityError::PartCount(count));
        };
        ledger.pass(PARTS, "multipart/signed has two parts");
        for (outside, place) in [(&multipart.preamble, "before"), (&multipart.epilogue, "after")] {
            if !entity.buffer.slice(outside.clone()).trim_ascii().is_empty() {
                let detail =
                    format!("Text stands {place} the signed parts: no signature covers it, and it is not shown");
                let finding = Finding::new(OUTSIDE, Severity::Warning, detail);
                ledger.note(finding.at(entity.buffer.span(outside.clone())));
            }
        }
        let content = Entity::parse(&entity.buffer, content.clone(), limits, ledger)?;
        let signature = Entity::parse(&entity.buffer, signature.clone(), limits, ledger)?;
        check_protocol(&entity, &signature, ledger)?;
        let micalg = read_micalg(&entity, ledger);
        Ok(Self { content, signature, micalg })
    }

    /// What is signed: its octets are what the digest covers.
    #[must_use]
    pub const fn content(&self) -> &Entity {
        &self.content
    }

    /// The signature part; its decoded body is the CMS.
    #[must_use]
    pub const fn signature(&self) -> &Entity {
        &self.signature
    }

    /// The digest algorithms that `micalg` names, lower case; empty where it is missing.
    #[must_use]
    pub fn micalg(&self) -> &[String] {
        &self.micalg
    }
}

/// RFC 8551 §3.2.1 writes the type without `x-`, old programs with it; the two are one type.
fn without_x(essence: &str) -> String {
    essence.trim().to_ascii_lowercase().replacen("application/x-pkcs7-", "application/pkcs7-", 1)
}

/// RFC 8551 §3.10: a gateway that does not know the type leaves the name.
fn is_untyped_signature(signature: &Entity) -> bool {
    let named = || signature.safe_file_name().is_some_and(|name| name.to_ascii_lowercase().ends_with(".p7s"));
    signature.content_type.is("application", "octet-stream") && named()
}

fn check_protocol(entity: &Entity, signature: &Entity, ledger: &mut Ledger) -> Result<(), SignedEntityError> {
    let found = signature.content_type.essence();
    let protocol = entity.content_type.param("protocol");
    let place = entity.field("Content-Type").map_or(0..0, |field| field.whole.clone());
    let place = entity.buffer.span(place);
    if is_untyped_signature(signature) && protocol.is_none_or(|protocol| without_x(protocol) == SIGNATURE) {
        let detail = "The second part is application/octet-stream; its name, .p7s, says that it is a signature";
        ledger.note(Finding::new(PROTOCOL, Severity::Warning, detail).at(place).values(found, SIGNATURE));
        return Ok(());
    }
    if let Some(protocol) = protocol
        && without_x(protocol) != without_x(&found)
    {
        let finding =
            Finding::new(PROTOCOL, Severity::Fail, "protocol and the type of the second part contradict each other");
        ledger.note(finding.at(place).values(escape_controls(protocol), escape_controls(&found)));
        return Err(SignedEntityError::ProtocolContradicts { protocol: protocol.to_owned(), signature: found });
    }
    if without_x(&found) != SIGNATURE {
        return Err(SignedEntityError::NotSmime(found));
    }
    match protocol {
        None => {
            let finding = Finding::new(PROTOCOL, Severity::Warning, "multipart/signed has no protocol parameter");
            ledger.note(finding.at(place).values("none", "application/pkcs7-signature"));
        }
        Some(protocol) if !protocol.eq_ignore_ascii_case(&found) => {
            let detail = "protocol and the second part name the same type, one with x- and one without";
            ledger.note(
                Finding::new(PROTOCOL, Severity::Info, detail).at(place).values(escape_controls(protocol), found),
            );
        }
        Some(_) => ledger.pass(PROTOCOL, "protocol names the type of the second part"),
    }
    Ok(())
}

fn read_micalg(entity: &Entity, ledger: &mut Ledger) -> Vec<String> {
    let stated = entity.content_type.param("micalg").unwrap_or_default();
    let words = stated.split(',').map(|word| word.trim().to_ascii_lowercase());
    let micalg: Vec<String> = words.filter(|word| !word.is_empty()).take(MICALGS).collect();
    if micalg.is_empty() {
        ledger.warn(MICALG, "multipart/signed has no micalg parameter");
    }
    micalg
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::{Buffer, BufferName};

    const TYPE: &str = "multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=SHA-256; boundary=b";
    const BODY: &str = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n\r\n--b\r\nContent-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\nMA==\r\n--b--\r\n";

    fn open(content_type: &str, body: &str) -> (Result<SignedEntity, SignedEntityError>, Vec<Finding>) {
        let octets = format!("Content-Type: {content_type}\r\n\r\n{body}").into_bytes();
        let buffer = Buffer::new(BufferName::Decrypted, octets);
        let mut ledger = Ledger::new();
        let entity = Entity::parse_whole(&buffer, &Limits::DEFAULT, &mut ledger).unwrap();
        (SignedEntity::open(entity, &Limits::DEFAULT, &mut ledger), ledger.into_findings())
    }

    #[test]
    fn the_content_is_the_first_part_without_the_delimiters_line_end() {
        let (signed, findings) = open(TYPE, BODY);
        let signed = signed.unwrap();
        assert_eq!(signed.content().octets(), b"Content-Type: text/plain\r\n\r\nx\r\n");
        assert_eq!(signed.content().span().buffer, BufferName::Decrypted);
        assert_eq!(signed.signature().decoded_body().octets, b"0");
        assert_eq!(signed.micalg(), ["sha-256"]);
        assert!(findings.iter().all(|finding| finding.severity == Severity::Pass), "{findings:?}");
    }

    /// As in the messages of NIST's PKITS.
    #[test]
    fn a_header_with_bare_lf_may_stand_before_a_signed_entity_with_crlf() {
        let octets = format!("MIME-Version: 1.0\nContent-Type: {TYPE}\n\n{BODY}");
        let buffer = Buffer::new(BufferName::Received, octets.into_bytes());
        let mut ledger = Ledger::new();
        let entity = Entity::parse_whole(&buffer, &Limits::DEFAULT, &mut ledger).unwrap();
        let signed = SignedEntity::open(entity, &Limits::DEFAULT, &mut ledger).unwrap();
        assert_eq!(signed.content().octets(), b"Content-Type: text/plain\r\n\r\nx\r\n");
    }

    #[test]
    fn other_than_two_parts_are_refused() {
        assert_eq!(open(TYPE, "--b\r\n\r\nx\r\n--b--").0.unwrap_err(), SignedEntityError::PartCount(1));
        assert_eq!(
            open(TYPE, &BODY.replacen("--b\r\n", "--b\r\n\r\n--b\r\n", 1)).0.unwrap_err(),
            SignedEntityError::PartCount(3)
        );
        assert_eq!(open(TYPE, "x").0.unwrap_err(), SignedEntityError::PartCount(0));
    }

    #[test]
    fn protocol_must_agree_with_the_second_part() {
        let pgp = BODY.replace("pkcs7-signature", "pgp-signature");
        assert!(matches!(open(TYPE, &pgp).0, Err(SignedEntityError::ProtocolContradicts { .. })));
        assert!(matches!(
            open(&TYPE.replace("pkcs7", "pgp"), BODY).0,
            Err(SignedEntityError::ProtocolContradicts { .. })
        ));
        assert!(matches!(open(&TYPE.replace("pkcs7", "pgp"), &pgp).0, Err(SignedEntityError::NotSmime(_))));
        assert!(matches!(open("multipart/signed; boundary=b", &pgp).0, Err(SignedEntityError::NotSmime(_))));
    }

    #[test]
    fn a_missing_protocol_and_an_x_prefix_are_tolerated_with_a_finding() {
        let severity = |content_type: &str, body: &str| {
            let (signed, findings) = open(content_type, body);
            assert!(signed.is_ok());
            findings.iter().find(|finding| finding.rule == PROTOCOL).map(|finding| finding.severity)
        };
        assert_eq!(severity("multipart/signed; boundary=b", BODY), Some(Severity::Warning));
        assert_eq!(severity(TYPE, &BODY.replace("pkcs7", "x-pkcs7")), Some(Severity::Info));
        assert_eq!(severity(&TYPE.replace("pkcs7", "X-pkcs7"), BODY), Some(Severity::Info));
        assert_eq!(severity(TYPE, BODY), Some(Severity::Pass));
    }

    #[test]
    fn doubtful_structure_is_refused() {
        let twice = format!("{TYPE}; boundary=c");
        assert_eq!(open(&twice, BODY).0.unwrap_err(), SignedEntityError::Multipart(MultipartError::Ambiguous));
        let two_fields = format!("{TYPE}\r\nContent-Type: text/plain");
        assert_eq!(open(&two_fields, BODY).0.unwrap_err(), SignedEntityError::Multipart(MultipartError::Ambiguous));
        assert!(matches!(open("multipart/mixed; boundary=b", BODY).0, Err(SignedEntityError::NotSigned(_))));
    }

    #[test]
    fn text_outside_the_signed_parts_is_named() {
        let (signed, findings) = open(TYPE, &format!("evil\r\n{BODY}more\r\n"));
        assert_eq!(signed.unwrap().content().body_octets(), b"x\r\n");
        let outside: Vec<_> = findings.iter().filter(|finding| finding.rule == OUTSIDE).collect();
        assert_eq!(outside.len(), 2);
    }

    #[test]
    fn a_missing_closing_delimiter_is_tolerated_with_a_finding() {
        let (signed, findings) = open(TYPE, BODY.trim_end_matches("--b--\r\n"));
        assert_eq!(signed.unwrap().signature().decoded_body().octets, b"0");
        assert!(
            findings
                .iter()
                .any(|finding| finding.rule.id == "mime.boundary-closed" && finding.severity == Severity::Warning)
        );
    }

    #[test]
    fn micalg_may_list_several_algorithms() {
        let (signed, _) = open(&TYPE.replace("SHA-256", "\"sha-256, sha-512\""), BODY);
        assert_eq!(signed.unwrap().micalg(), ["sha-256", "sha-512"]);
        let (signed, findings) = open(&TYPE.replace("micalg=SHA-256;", ""), BODY);
        assert!(signed.unwrap().micalg().is_empty());
        assert!(findings.iter().any(|finding| finding.rule == MICALG));
    }
}
