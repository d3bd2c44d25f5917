//! What the header says that a layer of S/MIME is, beside what it is (RFC 8551 §3.2).

use super::super::outcome::{Reason, ReasonCode};
use super::layers::has_smime_name;
use crate::asn1::{Oid, oid};
use crate::finding::{Finding, Ledger, Rule, Severity};
use crate::mail::escape_controls;
use crate::mime::{ContentType, Entity};

pub(super) const MEDIA_TYPE: Rule = Rule::new("smime.enveloped-media-type", "RFC 8551 §3.2");
const SMIME_TYPE: Rule = Rule::new("smime.smime-type-agrees", "RFC 8551 §3.2.2");

/// Whether the type, or of untyped octets the name, is S/MIME's; `kind` is what the octets are.
pub(super) fn check(entity: &Entity, kind: Option<&Oid>, ledger: &mut Ledger) -> Result<(), Reason> {
    let content_type = &entity.content_type;
    let found = content_type.essence();
    if content_type.is("application", "pkcs7-mime") {
        ledger.pass(MEDIA_TYPE, format!("The message is {found}"));
    } else if content_type.is("application", "x-pkcs7-mime") {
        ledger.warn(MEDIA_TYPE, format!("The message is {found}, the name used before the type was registered"));
    } else if content_type.is("application", "octet-stream") && has_smime_name(entity) {
        ledger.warn(MEDIA_TYPE, "The message is application/octet-stream; its file name is one of S/MIME's".to_owned());
    } else {
        let detail = format!("The message is {found}, not application/pkcs7-mime");
        let finding = Finding::new(MEDIA_TYPE, Severity::Fail, detail.clone()).at(entity.span());
        ledger.note(finding.values(found, "application/pkcs7-mime"));
        return Err(Reason::new(ReasonCode::NotEncrypted, detail));
    }
    check_smime_type(content_type, kind, ledger);
    Ok(())
}

/// The parameter is a hint; what the octets are decides.
fn check_smime_type(content_type: &ContentType, kind: Option<&Oid>, ledger: &mut Ledger) {
    let found = match kind.map(Oid::as_str) {
        Some(oid::ENVELOPED_DATA) => "enveloped-data",
        Some(oid::AUTH_ENVELOPED_DATA) => "authEnveloped-data",
        Some(oid::SIGNED_DATA) => "signed-data",
        Some(oid::COMPRESSED_DATA) => "compressed-data",
        _ => return,
    };
    match content_type.param("smime-type") {
        Some(stated) if stated.eq_ignore_ascii_case(found) => {
            ledger.pass(SMIME_TYPE, format!("smime-type is {found}, and so is the CMS"));
        }
        Some(stated) => {
            let stated = escape_controls(stated).to_string();
            let detail = format!("smime-type says {stated}; it is only a hint");
            ledger.note(Finding::new(SMIME_TYPE, Severity::Warning, detail).values(stated, found));
        }
        None => ledger.info(SMIME_TYPE, "The optional smime-type parameter is missing"),
    }
}

/// Repeated parameters are harmless here, since only what is inside is delivered; two types are not: other programs read
/// another message.
pub(super) fn check_one_type(entity: &Entity, ledger: &mut Ledger) -> Result<(), Reason> {
    let octets = entity.buffer.octets();
    for field in entity.header.all(octets, "Content-Type") {
        let essence = ContentType::parse(field.value(octets)).essence();
        if essence != entity.content_type.essence() {
            let detail = format!("The message is {} and {essence} at once", entity.content_type.essence());
            let finding = Finding::new(MEDIA_TYPE, Severity::Fail, detail.clone());
            ledger.note(finding.at(entity.buffer.span(field.whole.clone())).values(essence, "one Content-Type"));
            return Err(Reason::new(ReasonCode::MalformedMime, detail));
        }
    }
    Ok(())
}
