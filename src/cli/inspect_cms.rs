//! The cryptographic layer of an inspected message, as far as it can be seen without a key.

use serde_json::{Value, json};

use super::console::{Console, Tone};
use super::error::CliError;
use super::store::validity;
use super::verdict::short;
use crate::agent::{certificate_json, finding_json, timestamp};
use crate::finding::counted;
use crate::smime::inspect::CmsLayer;
use crate::smime::{RecipientInfo, SignedData, SignerCheck};

/// Prints a layer under `indent`.
pub(super) fn print(layer: &CmsLayer, indent: &str, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    match layer {
        CmsLayer::Enveloped(data) => {
            console.line(&format!(
                "{indent}Encrypted ({}) with {}, {} for {}",
                data.kind.smime_type(),
                data.cipher,
                counted(data.ciphertext_length(), "octet"),
                counted(data.recipients.len(), "recipient")
            ))?;
            data.recipients.iter().try_for_each(|info| console.line(&format!("{indent}  for {}", recipient(info))))
        }
        CmsLayer::CertificatesOnly(data) => {
            let held = counted(data.certificates.len(), "certificate");
            console.line(&format!("{indent}{held} for whom it may concern, signed by nobody"))?;
            certificate_lines(data, indent, console)
        }
        CmsLayer::Signed { signed, checks } => signed_lines(signed, checks, indent, console),
        CmsLayer::Other(kind) => {
            let name = crate::asn1::oid::name(kind.as_str()).unwrap_or(kind.as_str());
            console.line(&format!("{indent}CMS of type {name}"))
        }
        CmsLayer::Unreadable(error) => console.toned(indent, Tone::Bad, "Not readable as CMS", &format!(": {error}")),
    }
}

/// The layer as an object.
pub(super) fn json(layer: &CmsLayer) -> Value {
    match layer {
        CmsLayer::Enveloped(data) => json!({
            "kind": data.kind.smime_type(),
            "content_encryption": data.cipher.to_string(),
            "ciphertext_octets": data.ciphertext_length(),
            "recipient_infos": data.recipients.iter().map(recipient_json).collect::<Vec<_>>(),
            "findings": data.findings.iter().map(finding_json).collect::<Vec<_>>(),
        }),
        CmsLayer::CertificatesOnly(data) => signed_json("certs-only", data, &[]),
        CmsLayer::Signed { signed, checks } => signed_json("signed-data", signed, checks),
        CmsLayer::Other(kind) => json!({ "kind": "other", "type": kind.as_str() }),
        CmsLayer::Unreadable(error) => json!({ "kind": "unreadable", "detail": error.to_string() }),
    }
}

fn signed_json(kind: &str, data: &SignedData, checks: &[SignerCheck]) -> Value {
    let signers = data.signers.iter().enumerate().map(|(index, signer)| {
        json!({
            "identifier": signer.identifier.to_string(),
            "digest": signer.digest_algorithm.to_string(),
            "signature_algorithm": signer.signature_algorithm.to_string(),
            "check": checks.iter().find(|check| check.index == index).map(check_json),
        })
    });
    json!({
        "kind": kind,
        "signers": signers.collect::<Vec<_>>(),
        "certificates": data.certificates.iter().map(certificate_json).collect::<Vec<_>>(),
        "crls": data.crls.len(),
        "findings": data.findings.iter().map(finding_json).collect::<Vec<_>>(),
    })
}

fn recipient(info: &RecipientInfo) -> String {
    let identifier = info.identifier().map_or_else(|| "somebody unnamed".to_owned(), ToString::to_string);
    let how = info.key_encryption().map(|algorithm| format!(", {algorithm}")).unwrap_or_default();
    format!("{identifier} ({}{how})", info.kind_name())
}

fn recipient_json(info: &RecipientInfo) -> Value {
    json!({
        "kind": info.kind_name(),
        "identifier": info.identifier().map(ToString::to_string),
        "key_encryption": info.key_encryption().map(ToString::to_string),
    })
}

fn signed_lines(
    data: &SignedData,
    checks: &[SignerCheck],
    indent: &str,
    console: &mut Console<'_, '_>,
) -> Result<(), CliError> {
    let held = counted(data.certificates.len(), "certificate");
    console.line(&format!("{indent}Signed: {}, {held}", counted(data.signers.len(), "signer")))?;
    for (index, signer) in data.signers.iter().enumerate() {
        let (name, digest, algorithm) = (&signer.identifier, &signer.digest_algorithm, &signer.signature_algorithm);
        console.line(&format!("{indent}  by {name} ({digest}, {algorithm})"))?;
        let before = format!("{indent}    signature ");
        match checks.iter().find(|check| check.index == index).map(|check| &check.signature) {
            Some(Ok(_)) => {
                let trust = ", which says nothing about trust: `sealscope incoming` does";
                console.toned(&before, Tone::Good, "valid", trust)?;
            }
            Some(Err(failure)) => console.toned(&before, Tone::Bad, "not valid", &format!(": {failure}"))?,
            None => console.toned(&before, Tone::Dim, "not checked", "")?,
        }
    }
    certificate_lines(data, indent, console)
}

fn certificate_lines(data: &SignedData, indent: &str, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    for certificate in &data.certificates {
        let validity = validity(certificate, console.program.now);
        let print = short(certificate.sha256());
        console.line(&format!("{indent}  holds {} — {validity}, {print}", certificate.subject()))?;
        console.line(&format!("{indent}    issued by {}", certificate.issuer()))?;
    }
    Ok(())
}

fn check_json(check: &SignerCheck) -> Value {
    json!({
        "signature": if check.signature.is_ok() { "valid" } else { "invalid" },
        "detail": check.signature.as_ref().err().map(ToString::to_string),
        "signing_time": check.signing_time.map(timestamp),
        "findings": check.findings.iter().map(finding_json).collect::<Vec<_>>(),
    })
}
