//! The cryptographic layer of an inspected message, as far as it can be seen without a key.

use serde_json::{Value, json};

use super::console::{Console, Tone};
use super::error::CliError;
use super::output::counted;
use super::store::validity;
use super::verdict::short;
use crate::agent::{certificate_json, finding_json, timestamp};
use crate::limits::Limits;
use crate::smime::{
    self, EnvelopedData, RecipientInfo, SignedData, SignerCheck, verify_embedded_signers, verify_signers,
};
use crate::span::Buffer;

/// One CMS structure.
pub(super) enum Cms {
    /// Encrypted: for whom is in the clear.
    Enveloped(Box<EnvelopedData>),
    /// Signed, or a carrier of certificates.
    Signed {
        data: Box<SignedData>,
        checks: Vec<SignerCheck>,
        /// Whether there was something to check the signatures against.
        has_content: bool,
    },
    /// Another type, by its object identifier.
    Other(String),
    /// Not readable as CMS; the reason.
    Unreadable(String),
}

impl Cms {
    /// Reads a structure; `content` is what a detached signature is over.
    pub(super) fn read(buffer: Buffer, content: Option<&[u8]>) -> Self {
        let limits = Limits::DEFAULT;
        let kind = smime::content_type(buffer.octets()).map(|oid| oid.as_str().to_owned());
        match kind.as_deref() {
            Some(crate::asn1::oid::SIGNED_DATA) => match SignedData::read(&buffer, &limits) {
                Ok(data) => Self::signed(data, content, &limits),
                Err(error) => Self::Unreadable(error.to_string()),
            },
            Some(crate::asn1::oid::ENVELOPED_DATA | crate::asn1::oid::AUTH_ENVELOPED_DATA) => {
                match EnvelopedData::read(&buffer, &limits) {
                    Ok(data) => Self::Enveloped(Box::new(data)),
                    Err(error) => Self::Unreadable(error.to_string()),
                }
            }
            Some(other) => Self::Other(crate::asn1::oid::name(other).unwrap_or(other).to_owned()),
            None => Self::Unreadable("the octets are not a CMS ContentInfo".to_owned()),
        }
    }

    fn signed(data: SignedData, content: Option<&[u8]>, limits: &Limits) -> Self {
        let embedded = data.embedded_content().is_some();
        let checks = match content {
            Some(content) => verify_signers(&data, content, limits),
            None if embedded => verify_embedded_signers(&data, limits),
            None => Vec::new(),
        };
        Self::Signed { data: Box::new(data), checks, has_content: content.is_some() || embedded }
    }

    pub(super) const fn is_readable(&self) -> bool {
        !matches!(self, Self::Unreadable(_))
    }

    /// Prints the layer under `indent`.
    pub(super) fn print(&self, indent: &str, console: &mut Console<'_, '_>) -> Result<(), CliError> {
        match self {
            Self::Enveloped(data) => {
                console.line(&format!(
                    "{indent}Encrypted ({}) with {}, {} for {}",
                    data.kind.smime_type(),
                    data.cipher,
                    counted(data.ciphertext_length(), "octet"),
                    counted(data.recipients.len(), "recipient")
                ))?;
                data.recipients.iter().try_for_each(|info| console.line(&format!("{indent}  for {}", recipient(info))))
            }
            Self::Signed { data, checks, has_content } => signed_lines(data, checks, *has_content, indent, console),
            Self::Other(name) => console.line(&format!("{indent}CMS of type {name}")),
            Self::Unreadable(why) => console.toned(indent, Tone::Bad, "Not readable as CMS", &format!(": {why}")),
        }
    }

    /// The layer as an object.
    pub(super) fn json(&self) -> Value {
        match self {
            Self::Enveloped(data) => json!({
                "kind": data.kind.smime_type(),
                "content_encryption": data.cipher.to_string(),
                "ciphertext_octets": data.ciphertext_length(),
                "recipient_infos": data.recipients.iter().map(recipient_json).collect::<Vec<_>>(),
                "findings": data.findings.iter().map(finding_json).collect::<Vec<_>>(),
            }),
            Self::Signed { data, checks, .. } => json!({
                "kind": "signed-data",
                "signers": data.signers.iter().enumerate().map(|(index, signer)| json!({
                    "identifier": signer.identifier.to_string(),
                    "digest": signer.digest_algorithm.to_string(),
                    "signature_algorithm": signer.signature_algorithm.to_string(),
                    "check": checks.iter().find(|check| check.index == index).map(check_json),
                })).collect::<Vec<_>>(),
                "certificates": data.certificates.iter().map(certificate_json).collect::<Vec<_>>(),
                "crls": data.crls.len(),
                "findings": data.findings.iter().map(finding_json).collect::<Vec<_>>(),
            }),
            Self::Other(name) => json!({ "kind": "other", "type": name }),
            Self::Unreadable(why) => json!({ "kind": "unreadable", "detail": why }),
        }
    }
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
    has_content: bool,
    indent: &str,
    console: &mut Console<'_, '_>,
) -> Result<(), CliError> {
    let what = if data.signers.is_empty() { "Certificates, signed by nobody" } else { "Signed" };
    let held = counted(data.certificates.len(), "certificate");
    console.line(&format!("{indent}{what}: {}, {held}", counted(data.signers.len(), "signer")))?;
    for (index, signer) in data.signers.iter().enumerate() {
        console.line(&format!(
            "{indent}  by {} ({}, {})",
            signer.identifier, signer.digest_algorithm, signer.signature_algorithm
        ))?;
        let before = format!("{indent}    signature ");
        match checks.iter().find(|check| check.index == index).map(|check| &check.signature) {
            Some(Ok(_)) => {
                console.toned(
                    &before,
                    Tone::Good,
                    "valid",
                    ", which says nothing about trust: `sealscope incoming` does",
                )?;
            }
            Some(Err(failure)) => console.toned(&before, Tone::Bad, "invalid", &format!(": {failure}"))?,
            None if has_content => console.toned(&before, Tone::Dim, "not checked", "")?,
            None => console.toned(&before, Tone::Dim, "not checked", ": the content is not in this file")?,
        }
    }
    for certificate in &data.certificates {
        let validity = validity(certificate, console.program.now);
        console.line(&format!(
            "{indent}  holds {} — {validity}, {}",
            certificate.subject(),
            short(certificate.sha256())
        ))?;
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
