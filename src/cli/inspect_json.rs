//! The same as one JSON object, schema `sealscope.inspect/1`. Members may be added, never renamed.

use serde_json::{Value, json};

use super::inspect_cms::unsupported;
use crate::agent::{certificate_json, finding_json, timestamp};
use crate::asn1::Oid;
use crate::pki::Certificate;
use crate::smime::inspect::{CmsLayer, Layer};
use crate::smime::{
    AttributeFacts, CmsFacts, CrlFacts, Dissection, RecipientFacts, SignedData, SignerCheck, SignerFacts,
};
use crate::span::Span;
use crate::trust::Parties;

/// What is asked for beside the facts.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'p> {
    pub(super) parties: Option<&'p Parties>,
    pub(super) asn1: bool,
}

/// A layer with its CMS.
pub(super) fn layer_json(layer: &Layer, wanted: Wanted<'_>) -> Value {
    json!({
        "depth": layer.depth,
        "part": layer.label,
        "type": layer.media_type,
        "file_name": layer.file_name,
        "span": span_json(layer.span),
        "cms": cms_json(layer, wanted),
    })
}

/// The CMS of a layer as an object.
pub(super) fn cms_json(layer: &Layer, wanted: Wanted<'_>) -> Value {
    let (Some(cms), Some(facts)) = (&layer.cms, layer.facts.as_deref()) else { return Value::Null };
    let mut value = match cms {
        CmsLayer::Enveloped(data) => json!({
            "kind": data.kind.smime_type(),
            "content_encryption": data.cipher.to_string(),
            "ciphertext_octets": data.ciphertext_length(),
            "findings": data.findings.iter().map(finding_json).collect::<Vec<_>>(),
        }),
        CmsLayer::CertificatesOnly(data) => signed_json("certs-only", data, &[], facts),
        CmsLayer::Signed { signed, checks } => signed_json("signed-data", signed, checks, facts),
        CmsLayer::Compressed(data) => json!({
            "kind": "compressed-data",
            "compression": data.algorithm.to_string(),
            "compressed_octets": data.compressed_length(),
            "findings": data.findings.iter().map(finding_json).collect::<Vec<_>>(),
        }),
        CmsLayer::Other(kind) => json!({ "kind": "other", "type": kind.as_str(), "detail": unsupported(kind) }),
        CmsLayer::Unreadable(error) => json!({ "kind": "unreadable", "detail": error.to_string() }),
    };
    if let Some(members) = value.as_object_mut() {
        add_facts(members, facts, wanted);
        if matches!(cms, CmsLayer::Unreadable(_) | CmsLayer::Other(_)) {
            let signers = facts.signers.iter().map(|signer| signer_json(signer, None, &facts.dissection));
            members.insert("signers".to_owned(), signers.collect());
        }
    }
    value
}

fn add_facts(members: &mut serde_json::Map<String, Value>, facts: &CmsFacts, wanted: Wanted<'_>) {
    let mut add = |name: &str, value: Value| members.insert(name.to_owned(), value);
    let d = &facts.dissection;
    add("octets", json!(facts.buffer.octets().len()));
    add("version", json!(facts.version));
    add("content_type", json!(facts.content_type.as_ref().map(Oid::as_str)));
    add("inner_content_type", json!(facts.inner_type.as_ref().map(Oid::as_str)));
    add("fields", facts.own_fields().into_iter().filter_map(|index| field_json(d, index)).collect());
    if !facts.recipients.is_empty() {
        add("content_encryption_parameters", json!(facts.content_encryption));
        add("mac_octets", json!(facts.mac_octets));
        add("originator_info", json!(facts.originator));
        add("recipient_infos", facts.recipients.iter().map(|info| recipient_json(info, d, wanted.parties)).collect());
        add("authenticated_attributes", attributes_json(&facts.authenticated_attributes, d));
        add("unprotected_attributes", attributes_json(&facts.unprotected_attributes, d));
    }
    if let Some(error) = d.error {
        add("broken_at", json!({ "offset": error.offset, "detail": error.malformation.to_string() }));
    }
    if !d.trailing.is_empty() {
        add("trailing_octets", json!(d.trailing.len()));
    }
    if wanted.asn1 {
        add("asn1", asn1_json(d));
    }
}

/// Every value of a structure.
pub(super) fn asn1_json(dissection: &Dissection) -> Value {
    let one = |(index, field): (usize, &crate::smime::Field)| {
        json!({
            "depth": field.line.depth(),
            "start": field.line.range().start,
            "end": field.line.range().end,
            "header_octets": field.line.header_length(),
            "constructed": field.line.constructed,
            "indefinite": field.line.indefinite,
            "asn1_type": field.line.kind(),
            "name": field.name.as_ref().map(|name| name.label()),
            "path": dissection.path(index),
            "value": field.line.value,
            "meaning": field.meaning,
        })
    };
    dissection.fields.iter().enumerate().map(one).collect()
}

// A named field with something to say.
fn field_json(dissection: &Dissection, index: usize) -> Option<Value> {
    let field = dissection.fields.get(index)?;
    let (path, text) = (dissection.path(index), field.text()?);
    let range = field.line.range();
    (!path.is_empty()).then(|| json!({ "path": path, "value": text, "start": range.start, "end": range.end }))
}

fn fields_json(dissection: &Dissection, index: usize) -> Value {
    dissection.inside(index).filter_map(|inner| field_json(dissection, inner)).collect()
}

fn signed_json(kind: &str, data: &SignedData, checks: &[SignerCheck], facts: &CmsFacts) -> Value {
    let signers = facts.signers.iter().enumerate().map(|(index, signer)| {
        let check = checks.iter().find(|check| check.index == index);
        signer_json(signer, check, &facts.dissection)
    });
    json!({
        "kind": kind,
        "detached": data.embedded_content().is_none(),
        "digest_algorithms": facts.digest_algorithms,
        "signers": signers.collect::<Vec<_>>(),
        "certificates": data.certificates.iter().map(whole_certificate_json).collect::<Vec<_>>(),
        "crls": data.crls.len(),
        "crl_list": facts.crls.iter().map(crl_json).collect::<Vec<_>>(),
        "findings": data.findings.iter().map(finding_json).collect::<Vec<_>>(),
    })
}

fn signer_json(signer: &SignerFacts, check: Option<&SignerCheck>, dissection: &Dissection) -> Value {
    json!({
        "identifier": signer.identifier,
        "version": signer.version,
        "digest": signer.digest,
        "signature_algorithm": signer.signature_algorithm,
        "signature_parameters": signer.signature_parameters,
        "signature_octets": signer.signature_octets,
        "attributes_in_der_order": signer.attributes_sorted,
        "signed_attributes": attributes_json(&signer.signed_attributes, dissection),
        "unsigned_attributes": attributes_json(&signer.unsigned_attributes, dissection),
        "span": span_json(signer.span),
        "fields": fields_json(dissection, signer.field),
        "check": check.map(check_json),
    })
}

fn attributes_json(attributes: &[AttributeFacts], dissection: &Dissection) -> Value {
    let one = |attribute: &AttributeFacts| {
        let signers = attribute.countersigners.iter().map(|signer| signer_json(signer, None, dissection));
        json!({
            "type": attribute.oid.as_ref().map(Oid::as_str),
            "name": attribute.name,
            "values": attribute.values,
            "span": span_json(attribute.span),
            "countersigners": signers.collect::<Vec<_>>(),
        })
    };
    attributes.iter().map(one).collect()
}

fn recipient_json(info: &RecipientFacts, dissection: &Dissection, parties: Option<&Parties>) -> Value {
    let named = info.certificate.as_ref();
    let holding = parties.filter(|_| named.is_some()).map(|parties| parties.holding(|one| info.names(one)));
    let held = holding.as_ref().map(|holding| {
        let parties = holding.held.iter().map(|(party, _)| party.to_string());
        parties.collect::<Vec<_>>()
    });
    json!({
        "kind": info.kind,
        "identifier": info.identifier,
        "key_encryption": info.key_encryption,
        "key_encryption_parameters": info.key_encryption_parameters,
        "version": info.version,
        "encrypted_key_octets": info.encrypted_key_octets,
        "key_derivation": info.key_derivation,
        "originator": info.originator,
        "user_keying_material": info.user_keying_material,
        "key_held_by": held,
        "key_holding": holding.map(|holding| holding.words()),
        "span": span_json(info.span),
        "fields": fields_json(dissection, info.field),
    })
}

/// A certificate with what a reader asks of it beyond its name.
pub(super) fn whole_certificate_json(certificate: &Certificate) -> Value {
    let mut value = certificate_json(certificate);
    if let Some(members) = value.as_object_mut() {
        let usage = certificate.key_usage().map(|usage| usage.names().collect::<Vec<_>>());
        let more = [
            ("key", json!(certificate.key_algorithm().to_string())),
            ("signature_algorithm", json!(certificate.signature_algorithm())),
            ("email_addresses", json!(certificate.email_addresses())),
            ("dns_names", json!(certificate.dns_names())),
            ("key_usage", json!(usage)),
            ("extended_key_usage", json!(certificate.extended_key_usage())),
            ("is_ca", json!(certificate.is_ca())),
        ];
        members.extend(more.map(|(name, value)| (name.to_owned(), value)));
    }
    value
}

fn crl_json(list: &CrlFacts) -> Value {
    let crl = list.crl.as_ref();
    json!({
        "issuer": crl.map(|crl| crl.issuer()),
        "this_update": crl.map(|crl| timestamp(crl.this_update())),
        "next_update": crl.and_then(|crl| crl.next_update()).map(timestamp),
        "revoked": crl.map(|crl| crl.entries()),
        "span": span_json(list.span),
    })
}

fn check_json(check: &SignerCheck) -> Value {
    json!({
        "signature": if check.signature.is_ok() { "valid" } else { "invalid" },
        "detail": check.signature.as_ref().err().map(ToString::to_string),
        "signing_time": check.signing_time.map(timestamp),
        "findings": check.findings.iter().map(finding_json).collect::<Vec<_>>(),
    })
}

fn span_json(span: Span) -> Value {
    json!({ "buffer": span.buffer.as_str(), "start": span.start, "end": span.end })
}
