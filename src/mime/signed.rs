//! `multipart/signed` (RFC 1847 §2.1) for S/MIME (RFC 8551 §3.5.3).
//!
//! [`SignedEntity`] can only be had from an entity with exactly two parts, the second labelled as `protocol` says, read
//! in only one way. The content's span is what the digest covers: the first part as it arrived, header included,
//! without the line end that belongs to the delimiter.

use super::entity::Entity;
use super::multipart::{MultipartError, split};
use crate::finding::{Finding, Ledger, Rule, Severity};
use crate::limits::{LimitExceeded, Limits};
use crate::mail::escape_controls;

const PARTS: Rule = Rule::new("mime.signed-parts", "RFC 1847 §2.1");
const PROTOCOL: Rule = Rule::new("mime.signed-protocol", "RFC 1847 §2.1");
const MICALG: Rule = Rule::new("mime.signed-micalg", "RFC 1847 §2.1");
const OUTSIDE: Rule = Rule::new("mime.outside-signature", "RFC 2046 §5.1.1");

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
    #[error("multipart/signed has {0} parts: it must have two, the content and its signature")]
    PartCount(usize),
    /// `protocol` names another type than the second part has.
    #[error("protocol says {} and the second part is {}: they must agree", escape_controls(.protocol), escape_controls(.signature))]
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

fn check_protocol(entity: &Entity, signature: &Entity, ledger: &mut Ledger) -> Result<(), SignedEntityError> {
    let found = signature.content_type.essence();
    let protocol = entity.content_type.param("protocol");
    let place = entity.field("Content-Type").map_or(0..0, |field| field.whole.clone());
    let place = entity.buffer.span(place);
    if let Some(protocol) = protocol
        && without_x(protocol) != without_x(&found)
    {
        let finding =
            Finding::new(PROTOCOL, Severity::Fail, "protocol and the type of the second part contradict each other");
        ledger.note(finding.at(place).values(escape_controls(protocol), escape_controls(&found)));
        return Err(SignedEntityError::ProtocolContradicts { protocol: protocol.to_owned(), signature: found });
    }
    if without_x(&found) != "application/pkcs7-signature" {
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
