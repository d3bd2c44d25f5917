//! The cryptographic layer of an inspected message, as far as it can be seen without a key, for people.

use super::console::{Console, Detail, Tone};
use super::error::CliError;
use super::store::validity;
use super::verdict::{finding_lines, short};
use crate::agent::timestamp;
use crate::asn1::{Oid, oid};
use crate::finding::{Finding, Severity, counted};
use crate::smime::inspect::{CmsLayer, Layer};
use crate::smime::{AttributeFacts, CmsFacts, RecipientFacts, SignedData, SignerCheck, SignerFacts};
use crate::trust::Parties;

/// Prints the CMS of a layer under `indent`; with parties, who of them holds which key.
pub(super) fn print(
    layer: &Layer,
    parties: Option<&Parties>,
    indent: &str,
    console: &mut Console<'_, '_>,
) -> Result<(), CliError> {
    let (Some(cms), Some(facts)) = (&layer.cms, layer.facts.as_deref()) else { return Ok(()) };
    match cms {
        CmsLayer::Enveloped(data) => {
            console.line(&format!(
                "{indent}Encrypted ({}) with {}, {} for {}",
                data.kind.smime_type(),
                data.cipher,
                counted(data.ciphertext_length(), "octet"),
                counted(facts.recipients.len(), "recipient")
            ))?;
            envelope_lines(facts, parties, indent, console)?;
            findings(&data.findings, console)
        }
        CmsLayer::CertificatesOnly(data) => {
            let held = counted(data.certificates.len(), "certificate");
            console.line(&format!("{indent}{held} for whom it may concern, signed by nobody"))?;
            certificate_lines(data, indent, console)?;
            crl_lines(facts, indent, console)?;
            findings(&data.findings, console)
        }
        CmsLayer::Compressed(data) => {
            let algorithm = data.algorithm.name().unwrap_or_else(|| data.algorithm.as_str());
            let size = counted(data.compressed_length(), "octet");
            console.line(&format!("{indent}Compressed with {algorithm}, {size}"))?;
            findings(&data.findings, console)
        }
        CmsLayer::Signed { signed, checks } => signed_lines(signed, checks, facts, indent, console),
        CmsLayer::Other(kind) => {
            console.line(&format!("{indent}{}", unsupported(kind)))?;
            envelope_lines(facts, parties, indent, console)
        }
        CmsLayer::Unreadable(error) => {
            console.toned(indent, Tone::Bad, "Not readable as CMS", &format!(": {error}"))?;
            let read = counted(facts.dissection.fields.len(), "value");
            let break_ = facts.dissection.error.map(|error| format!(", then {error}")).unwrap_or_default();
            console.line(&format!("{indent}  what is there: {read}{break_}; --asn1 shows them"))?;
            envelope_lines(facts, parties, indent, console)?;
            facts.signers.iter().try_for_each(|signer| signer_lines(signer, "signed by", indent, console))
        }
    }?;
    all_fields(facts, indent, console)
}

/// A type that is told of and not opened, with what it is for.
pub(super) fn unsupported(kind: &Oid) -> String {
    let what = match kind.as_str() {
        oid::DIGESTED_DATA => "digested-data: content with its digest, protected by nothing",
        oid::ENCRYPTED_DATA => "encrypted-data: content under a key that is agreed upon elsewhere",
        oid::AUTHENTICATED_DATA => "authenticated-data: content with a MAC under a shared key",
        "1.2.840.113549.1.7.4" => "signed-and-enveloped-data of PKCS #7, which CMS does not have",
        oid::DATA => "plain data",
        _ => return format!("CMS of type {kind}, which mail does not use: it is not opened"),
    };
    format!("CMS of type {what}; not supported in mail (RFC 8551 §2.4): it is not opened")
}

fn envelope_lines(
    facts: &CmsFacts,
    parties: Option<&Parties>,
    indent: &str,
    console: &mut Console<'_, '_>,
) -> Result<(), CliError> {
    let mut words = Vec::new();
    words.extend(facts.version.map(|version| format!("version {version}")));
    words.extend(facts.inner_type.as_ref().map(|inner| format!("content {}", inner.name().unwrap_or(inner.as_str()))));
    words.extend(facts.content_encryption.clone());
    words.extend(facts.mac_octets.map(|octets| format!("authenticated by {}", counted(octets, "octet"))));
    words.extend(facts.originator.as_ref().map(|originator| format!("the originator adds {originator}")));
    if !words.is_empty() {
        console.line(&format!("{indent}  {}", words.join(", ")))?;
    }
    for info in &facts.recipients {
        recipient_lines(info, parties, indent, console)?;
    }
    attribute_lines(&facts.authenticated_attributes, "authenticated", indent, console)?;
    attribute_lines(&facts.unprotected_attributes, "unprotected", indent, console)
}

fn recipient_lines(
    info: &RecipientFacts,
    parties: Option<&Parties>,
    indent: &str,
    console: &mut Console<'_, '_>,
) -> Result<(), CliError> {
    let how = match (&info.key_encryption, &info.key_encryption_parameters) {
        (Some(_), Some(all)) if all.contains("with") => format!(", {all}"),
        (Some(algorithm), _) => format!(", {algorithm}"),
        (None, _) => String::new(),
    };
    console.line(&format!("{indent}  for {} ({}{how})", info.whom(), info.kind))?;
    if let (Some(parties), Some(_)) = (parties, &info.certificate) {
        let holding = parties.holding(|certificate| info.names(certificate));
        console.line(&format!("{indent}    {}", holding.words()))?;
    }
    let mut words = Vec::new();
    words.extend(info.version.map(|version| format!("version {version}")));
    words.push(format!("encrypted key of {}", counted(info.encrypted_key_octets, "octet")));
    words.extend(info.originator.as_ref().map(|key| match info.kind {
        "key-encapsulation" => format!("KEM {key}"),
        _ => format!("originator {key}"),
    }));
    words.extend(info.key_derivation.as_ref().map(|kdf| format!("key derived by {kdf}")));
    words.extend(info.user_keying_material.as_ref().map(|material| format!("keying material {material}")));
    console.line(&format!("{indent}    {}", words.join(", ")))
}

fn signed_lines(
    data: &SignedData,
    checks: &[SignerCheck],
    facts: &CmsFacts,
    indent: &str,
    console: &mut Console<'_, '_>,
) -> Result<(), CliError> {
    let held = counted(data.certificates.len(), "certificate");
    console.line(&format!("{indent}Signed: {}, {held}", counted(data.signers.len(), "signer")))?;
    let inner = data.content_type.name().unwrap_or_else(|| data.content_type.as_str());
    let form = if data.embedded_content().is_some() { "inside" } else { "detached" };
    let digests = facts.digest_algorithms.join(", ");
    console.line(&format!("{indent}  version {}, content {inner} {form}, digests {digests}", data.version))?;
    for (index, signer) in facts.signers.iter().enumerate() {
        signer_lines(signer, "by", indent, console)?;
        let check = checks.iter().find(|check| check.index == index);
        let before = format!("{indent}    signature ");
        match check.map(|check| &check.signature) {
            Some(Ok(_)) => {
                let trust = ", which says nothing about trust: `sealscope incoming` does";
                console.toned(&before, Tone::Good, "valid", trust)?;
            }
            Some(Err(failure)) => console.toned(&before, Tone::Bad, "not valid", &format!(": {failure}"))?,
            None => console.toned(&before, Tone::Dim, "not checked", "")?,
        }
        if let Some(check) = check {
            findings(&check.findings, console)?;
        }
    }
    certificate_lines(data, indent, console)?;
    crl_lines(facts, indent, console)?;
    findings(&data.findings, console)
}

fn signer_lines(signer: &SignerFacts, role: &str, indent: &str, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let (name, digest) = (&signer.identifier, &signer.digest);
    let pss = signer.signature_parameters.starts_with("RSA-PSS");
    let algorithm = if pss { &signer.signature_parameters } else { &signer.signature_algorithm };
    console.line(&format!("{indent}  {role} {name} ({digest}, {algorithm})"))?;
    let order = match signer.attributes_sorted {
        Some(true) => ", signed attributes in the order of DER",
        Some(false) => ", signed attributes not in the order of DER: BouncyCastle and GnuTLS refuse such a signature",
        None => ", no signed attributes",
    };
    let version = signer.version.map_or_else(|| "unreadable".to_owned(), |version| version.to_string());
    let size = counted(signer.signature_octets, "octet");
    console.line(&format!("{indent}    version {version}, signature of {size}{order}"))?;
    attribute_lines(&signer.signed_attributes, "signed", &format!("{indent}  "), console)?;
    attribute_lines(&signer.unsigned_attributes, "unsigned", &format!("{indent}  "), console)
}

// Countersignatures may be countersigned: the reader of the facts ends that.
fn attribute_lines(
    attributes: &[AttributeFacts],
    role: &str,
    indent: &str,
    console: &mut Console<'_, '_>,
) -> Result<(), CliError> {
    for attribute in attributes {
        if attribute.countersigners.is_empty() {
            console.line(&format!("{indent}  {role} {}: {}", attribute.name, attribute.values.join("; ")))?;
        }
        for signer in &attribute.countersigners {
            let inner = format!("{indent}  ");
            signer_lines(signer, "countersigned (shown, not checked) by", &inner, console)?;
        }
    }
    Ok(())
}

fn certificate_lines(data: &SignedData, indent: &str, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    for certificate in &data.certificates {
        let validity = validity(certificate, console.program.now);
        let print = short(certificate.sha256());
        console.line(&format!("{indent}  holds {} — {validity}, {print}", certificate.subject()))?;
        console.line(&format!("{indent}    issued by {}, serial {}", certificate.issuer(), certificate.serial()))?;
        let names = crate::pki::binding::names(certificate);
        let usage = certificate.key_usage().map(|usage| format!(", key usage {usage}")).unwrap_or_default();
        let (key, signed) = (certificate.key_algorithm(), certificate.signature_algorithm());
        console.line(&format!("{indent}    {names}; {key}, signed with {signed}{usage}"))?;
    }
    Ok(())
}

fn crl_lines(facts: &CmsFacts, indent: &str, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    for list in &facts.crls {
        let Some(crl) = &list.crl else {
            console.line(&format!("{indent}  holds a revocation list that cannot be read"))?;
            continue;
        };
        let next = crl.next_update().map(|next| format!(" to {}", timestamp(next))).unwrap_or_default();
        let (from, entries) = (timestamp(crl.this_update()), counted(crl.entries(), "entry"));
        console.line(&format!("{indent}  holds the revocation list of {}, {from}{next}, {entries}", crl.issuer()))?;
    }
    Ok(())
}

// As with a message: what is out of order always, everything on request.
fn findings(findings: &[Finding], console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let everything = console.detail == Detail::Everything;
    let shown = findings.iter().filter(|one| everything || one.severity >= Severity::Warning);
    shown.into_iter().try_for_each(|finding| finding_lines(finding, console))
}

fn all_fields(facts: &CmsFacts, indent: &str, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    if console.detail != Detail::Everything {
        return Ok(());
    }
    console.line(&format!("{indent}  every field:"))?;
    for (index, field) in facts.dissection.fields.iter().enumerate() {
        let path = facts.dissection.path(index);
        if let (false, Some(text)) = (path.is_empty(), field.text()) {
            console.line(&format!("{indent}    {path}: {text}"))?;
        }
    }
    Ok(())
}
