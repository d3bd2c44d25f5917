//! What can be told of a message without any key: its entities, and the facts of each CMS (RFC 8551 §3).
//!
//! Signatures that are open to view are checked; whose certificates they are is not judged. What is encrypted stays
//! closed: inspect the decrypted buffer to see on.

use super::cms::{CmsError, content_type};
use super::compressed::CompressedData;
use super::enveloped_data::EnvelopedData;
use super::facts::CmsFacts;
use super::signed_data::SignedData;
use super::verify::{SignerCheck, verify_embedded_signers, verify_signers};
use super::versions;
use crate::asn1::{Oid, oid};
use crate::finding::{Finding, Ledger, Rule, Severity, sentence_case};
use crate::limits::Limits;
use crate::mime::tree::Node;
use crate::mime::{Entity, MimeTree, SignedEntity};
use crate::span::{Buffer, BufferName, Span};

const LAYER: Rule = Rule::new("smime.layer", "RFC 8551 §3.2");
const SMIME_TYPE: Rule = Rule::new("smime.smime-type-agrees", "RFC 8551 §3.2.2");
const EXPANDED: Rule = Rule::new("smime.content-expands", "RFC 3274 §1.1");
const DEPTH: Rule = Rule::new("smime.layers-within-limit", "RFC 8551 §3.7");

/// The layers of a message, outermost first.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// Each entity, before those in it.
    pub layers: Vec<Layer>,
    /// What is out of order.
    pub findings: Vec<Finding>,
}

/// One MIME entity, and the CMS in it.
#[derive(Clone, Debug)]
pub struct Layer {
    /// How deep it is, the content of opaque signatures included.
    pub depth: usize,
    /// Its number among the parts of its buffer: `1.2`; empty for the outermost.
    pub label: String,
    /// The media type: `multipart/signed`.
    pub media_type: String,
    /// The file name the sender gave, made safe to show.
    pub file_name: Option<String>,
    /// Its octets.
    pub span: Span,
    /// The CMS it is, or is signed by.
    pub cms: Option<CmsLayer>,
    /// Every fact of that CMS; the spans of its findings are octets of its buffer.
    pub facts: Option<Box<CmsFacts>>,
}

/// What a CMS is.
#[derive(Clone, Debug)]
pub enum CmsLayer {
    /// Certificates for whom it may concern; nobody signs.
    CertificatesOnly(Box<SignedData>),
    /// Compressed content; expanded, it is a layer of its own.
    Compressed(Box<CompressedData>),
    /// Encrypted content.
    Enveloped(Box<EnvelopedData>),
    /// Another type, by its identifier: it is told of and not opened.
    Other(Oid),
    /// Signed content: the first part of a `multipart/signed`, or what is inside.
    Signed {
        /// The signature.
        signed: Box<SignedData>,
        /// Each signer, checked as far as that goes without trust.
        checks: Vec<SignerCheck>,
    },
    /// Damaged, or past a cap.
    Unreadable(CmsError),
}

/// Tells what there is to tell of `message`.
#[must_use]
pub fn inspect(message: &Buffer, limits: &Limits) -> Inspection {
    let octets = message.octets().len();
    let mut inspector =
        Inspector { limits, layers: Vec::new(), ledger: Ledger::new(), octets, expanded: 0, checked: 0 };
    inspector.enter(message, 0, 0);
    let mut findings = inspector.ledger.into_findings();
    findings.iter_mut().for_each(|finding| finding.span = finding.span.or_else(|| Some(message.whole())));
    Inspection { layers: inspector.layers, findings }
}

/// Tells what there is to tell of a CMS that no message is around; its facts are the first layer.
#[must_use]
pub fn inspect_cms(cms: &[u8], limits: &Limits) -> Inspection {
    let mut message = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n".to_vec();
    message.extend_from_slice(cms);
    inspect(&Buffer::new(BufferName::Received, message), limits)
}

struct Inspector<'l> {
    limits: &'l Limits,
    layers: Vec<Layer>,
    ledger: Ledger,
    /// Octets of the message, which bound what may become of it.
    octets: usize,
    /// Octets that compressed content has become so far.
    expanded: usize,
    /// Signers that were checked so far.
    checked: usize,
}

impl Inspector<'_> {
    /// All entities of a buffer. Calls itself for the content of opaque signatures, at most `smime_layers` times.
    fn enter(&mut self, buffer: &Buffer, depth: usize, opened: usize) {
        let (tree, findings) = MimeTree::parse(buffer, self.limits);
        self.ledger.extend(findings);
        let mut signatures: Vec<Span> = Vec::new();
        for (index, node) in tree.nodes().iter().enumerate() {
            // Counted over all layers: what is inside a layer may hold as many again, and compressed content more.
            if self.layers.len() >= self.limits.mime_parts {
                self.ledger.warn(DEPTH, "There are more entities in all layers together than are looked into");
                return;
            }
            let entity = &node.entity;
            let depth = depth.saturating_add(node.depth);
            let cms = if entity.content_type.is("multipart", "signed") {
                self.open_multipart(entity, &mut signatures)
            } else if signatures.contains(&entity.span()) || !is_cms(node) {
                None
            } else {
                self.open_cms(entity)
            };
            let inside = cms.as_ref().and_then(|(layer, _)| self.content_of(layer));
            let (cms, facts) = match cms {
                Some((cms, buffer)) => (Some(cms), Some(Box::new(CmsFacts::of(&buffer, self.limits)))),
                None => (None, None),
            };
            let cms = cms.map(|cms| located(cms, facts.as_deref()));
            self.layers.push(Layer {
                depth,
                label: tree.label(index),
                media_type: entity.content_type.essence(),
                file_name: entity.safe_file_name(),
                span: entity.span(),
                cms,
                facts,
            });
            match inside {
                Some(_) if opened >= self.limits.smime_layers => {
                    self.ledger.warn(DEPTH, "There are more layers of S/MIME than are looked into");
                }
                Some(content) => {
                    self.enter(&content, depth.saturating_add(1), opened.saturating_add(1));
                }
                None => {}
            }
        }
    }

    /// What is inside and open to view.
    fn content_of(&mut self, layer: &CmsLayer) -> Option<Buffer> {
        match layer {
            CmsLayer::Signed { signed, .. } => {
                signed.embedded_content().map(|content| Buffer::new(BufferName::SignedContent, content.into_owned()))
            }
            CmsLayer::Compressed(_) if self.expanded >= self.limits.expanded_octets(self.octets) => {
                self.ledger.warn(EXPANDED, "There is more compressed content in all layers together than is expanded");
                None
            }
            CmsLayer::Compressed(data) => match data.expand(self.limits) {
                Ok(content) => {
                    self.expanded = self.expanded.saturating_add(content.octets().len());
                    Some(content)
                }
                Err(error) => {
                    self.ledger.warn(EXPANDED, sentence_case(&error.to_string()));
                    None
                }
            },
            _ => None,
        }
    }

    /// Whether an entity is one that is opened: undoing its encoding or canonicalising it takes as much memory as it has
    /// octets.
    fn is_within_limit(&mut self, entity: &Entity) -> bool {
        let within = Limits::check("size of an S/MIME part in octets", entity.range.len(), self.limits.message_octets);
        if let Err(limit) = &within {
            let detail = format!("The part is not opened: {limit}");
            self.ledger.note(Finding::new(LAYER, Severity::Warning, detail).at(entity.span()));
        }
        within.is_ok()
    }

    fn open_multipart(&mut self, entity: &Entity, signatures: &mut Vec<Span>) -> Option<(CmsLayer, Buffer)> {
        if !self.is_within_limit(entity) {
            return None;
        }
        let opened = match SignedEntity::open(entity.clone(), self.limits, &mut self.ledger) {
            Ok(opened) => opened,
            Err(error) => {
                self.ledger.note(Finding::new(LAYER, Severity::Warning, error.to_string()).at(entity.span()));
                return None;
            }
        };
        signatures.push(opened.signature().span());
        let cms = Buffer::new(BufferName::SignatureCms, opened.signature().decoded_body().octets);
        let layer = match SignedData::read(&cms, self.limits) {
            Ok(signed) => {
                let checks = self.check(&signed, |limits| verify_signers(&signed, opened.content().octets(), limits));
                CmsLayer::Signed { signed: Box::new(signed), checks }
            }
            Err(error) => CmsLayer::Unreadable(error),
        };
        Some((layer, cms))
    }

    /// Checks the signers, unless as many were checked in other layers as all layers of one message may have.
    fn check(&mut self, signed: &SignedData, check: impl FnOnce(&Limits) -> Vec<SignerCheck>) -> Vec<SignerCheck> {
        self.checked = self.checked.saturating_add(signed.signers.len());
        if self.checked > self.limits.signers.saturating_mul(self.limits.smime_layers.saturating_add(1)) {
            self.ledger.warn(DEPTH, "There are more signers in all layers together than are checked");
            return Vec::new();
        }
        check(self.limits)
    }

    fn open_cms(&mut self, entity: &Entity) -> Option<(CmsLayer, Buffer)> {
        if !self.is_within_limit(entity) {
            return None;
        }
        let octets = entity.decoded_body().octets;
        let kind = content_type(&octets);
        // A name or the type octet-stream is only a hint that this might be CMS.
        if kind.is_none() && entity.content_type.is("application", "octet-stream") {
            return None;
        }
        let name = match kind.as_ref().map(Oid::as_str) {
            Some(oid::SIGNED_DATA) => BufferName::SignatureCms,
            Some(oid::COMPRESSED_DATA) => BufferName::CompressedCms,
            _ => BufferName::EncryptedCms,
        };
        let cms = Buffer::new(name, octets);
        let layer = self.read(kind, &cms).unwrap_or_else(CmsLayer::Unreadable);
        self.check_smime_type(entity, &layer);
        Some((layer, cms))
    }

    fn read(&mut self, kind: Option<Oid>, cms: &Buffer) -> Result<CmsLayer, CmsError> {
        match kind.as_ref().map(Oid::as_str) {
            Some(oid::SIGNED_DATA) => {
                let signed = SignedData::read(cms, self.limits)?;
                if signed.signers.is_empty() {
                    return Ok(CmsLayer::CertificatesOnly(Box::new(signed)));
                }
                let checks = self.check(&signed, |limits| verify_embedded_signers(&signed, limits));
                Ok(CmsLayer::Signed { signed: Box::new(signed), checks })
            }
            Some(oid::COMPRESSED_DATA) => Ok(CmsLayer::Compressed(Box::new(CompressedData::read(cms, self.limits)?))),
            Some(oid::ENVELOPED_DATA | oid::AUTH_ENVELOPED_DATA) | None => {
                Ok(CmsLayer::Enveloped(Box::new(EnvelopedData::read(cms, self.limits)?)))
            }
            Some(other) => Ok(CmsLayer::Other(Oid::from(other))),
        }
    }

    /// The parameter is a hint; what the CMS is decides.
    fn check_smime_type(&mut self, entity: &Entity, layer: &CmsLayer) {
        let Some(stated) = entity.content_type.param("smime-type") else { return };
        let found = match layer {
            CmsLayer::CertificatesOnly(_) => "certs-only",
            CmsLayer::Compressed(_) => "compressed-data",
            CmsLayer::Enveloped(envelope) => envelope.kind.smime_type(),
            CmsLayer::Signed { .. } => "signed-data",
            CmsLayer::Other(_) | CmsLayer::Unreadable(_) => return,
        };
        if stated.eq_ignore_ascii_case(found) {
            self.ledger.pass(SMIME_TYPE, format!("smime-type is {found}, and so is the CMS"));
        } else {
            let detail = "smime-type says another kind than the CMS is; the CMS decides";
            let finding = Finding::new(SMIME_TYPE, Severity::Warning, detail).at(entity.span());
            self.ledger.note(finding.values(crate::mail::escape_controls(stated), found));
        }
    }
}

/// Every finding with its octets, and what the readers left to the inspection.
fn located(mut layer: CmsLayer, facts: Option<&CmsFacts>) -> CmsLayer {
    let Some(facts) = facts else { return layer };
    let place = |findings: &mut Vec<Finding>| findings.iter_mut().for_each(|one| versions::place(facts, one));
    match &mut layer {
        CmsLayer::CertificatesOnly(signed) => place(&mut signed.findings),
        CmsLayer::Compressed(data) => place(&mut data.findings),
        CmsLayer::Enveloped(data) => {
            let mut ledger = Ledger::new();
            versions::check(facts, &mut ledger);
            data.findings.extend(ledger.into_findings());
            place(&mut data.findings);
        }
        CmsLayer::Signed { signed, checks } => {
            place(&mut signed.findings);
            for check in checks {
                let index = check.index;
                check.findings.iter_mut().for_each(|one| versions::place_of_signer(facts, index, one));
            }
        }
        CmsLayer::Other(_) | CmsLayer::Unreadable(_) => {}
    }
    layer
}

/// Whether the type, or of untyped octets the file name, is one of S/MIME's (RFC 8551 §3.10).
fn is_cms(node: &Node) -> bool {
    let kind = &node.entity.content_type;
    let smime = ["pkcs7-mime", "x-pkcs7-mime", "pkcs7-signature", "x-pkcs7-signature"];
    if smime.iter().any(|subtype| kind.is("application", subtype)) {
        return true;
    }
    let named = |name: &str| {
        let name = name.to_ascii_lowercase();
        [".p7m", ".p7s", ".p7c", ".p7z"].iter().any(|ending| name.ends_with(ending))
    };
    kind.is("application", "octet-stream") && node.entity.safe_file_name().is_some_and(|name| named(&name))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::mime::multipart::unused_boundary;
    use crate::pki::NewKey;
    use crate::pki::issue::{Authority, CertificateBuilder};
    use crate::smime::{EncryptionOptions, SigningOptions, encrypt, enveloped_entity, multipart_signed, sign_detached};

    fn message() -> (Vec<u8>, Vec<u8>) {
        let (begin, end) = (datetime!(2020-01-01 0:00 UTC), datetime!(2040-01-01 0:00 UTC));
        let root = CertificateBuilder::authority("Lab root", begin, end).key(NewKey::P256);
        let authority = Authority::self_signed(&root).unwrap();
        let bob = CertificateBuilder::for_address("bob@example.test", begin, end).key(NewKey::P256);
        let bob = authority.issue(&bob).unwrap();
        let content = b"Content-Type: text/plain\r\n\r\nHello.";
        let options = SigningOptions::at(datetime!(2026-01-02 3:04 UTC));
        let cms = sign_detached(content, std::slice::from_ref(&bob), &options).unwrap();
        let signed = multipart_signed(content, &cms, "sha-256", &unused_boundary(content, &cms));
        let sealed = encrypt(&signed, &[bob.certificate().clone()], &EncryptionOptions::default()).unwrap();
        (signed, enveloped_entity(&sealed))
    }

    fn look(octets: Vec<u8>) -> Inspection {
        inspect(&Buffer::new(BufferName::Received, octets), &Limits::DEFAULT)
    }

    #[test]
    fn an_encrypted_message_tells_for_whom_it_is_and_no_more() {
        let inspection = look(message().1);
        assert_eq!(inspection.layers.len(), 1);
        let Some(CmsLayer::Enveloped(envelope)) = &inspection.layers[0].cms else { panic!("{inspection:?}") };
        assert_eq!(envelope.recipients.len(), 1);
        assert!(inspection.findings.iter().all(|finding| finding.severity <= Severity::Info), "{inspection:?}");
    }

    #[test]
    fn a_signed_message_shows_its_parts_and_checks_its_signers() {
        let inspection = look(message().0);
        let types: Vec<&str> = inspection.layers.iter().map(|layer| layer.media_type.as_str()).collect();
        assert_eq!(types, ["multipart/signed", "text/plain", "application/pkcs7-signature"]);
        let Some(CmsLayer::Signed { checks, .. }) = &inspection.layers[0].cms else { panic!("{inspection:?}") };
        assert!(checks.iter().all(|check| check.signature.is_ok()));
        assert!(inspection.layers[2].cms.is_none());
        assert!(inspection.findings.iter().all(|finding| finding.severity <= Severity::Info), "{inspection:?}");
    }

    #[test]
    fn a_smime_type_that_the_content_contradicts_is_a_finding() {
        let text = String::from_utf8(message().1).unwrap().replace("enveloped-data", "signed-data");
        let inspection = look(text.into_bytes());
        assert!(matches!(inspection.layers[0].cms, Some(CmsLayer::Enveloped(_))));
        assert!(
            inspection
                .findings
                .iter()
                .any(|finding| finding.rule == SMIME_TYPE && finding.severity == Severity::Warning)
        );
    }

    #[test]
    fn a_file_name_is_only_a_hint() {
        let text =
            b"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=a.p7m\r\n\r\nno";
        assert!(look(text.to_vec()).layers[0].cms.is_none());
    }
}
