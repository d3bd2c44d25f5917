//! The readers of CMS, with and without keys (RFC 5652, 8551).

use sealscope::smime::{
    CmsLayer, CompressedData, EnvelopedData, SignedData, SignerCheck, decrypt, inspect as inspect_message, unwrap_key,
    verify_embedded_signers, verify_signers,
};
use sealscope::span::{Buffer, BufferName};

use crate::world::WORLD;
use crate::{LIMITS, buffer, findings_hold, printable, span_within, within};

/// A signed-data: its parts lie within it, and the caps hold.
pub fn signed_data(octets: &[u8]) {
    let cms = buffer(BufferName::SignatureCms, octets);
    match SignedData::read(&cms, &LIMITS) {
        Ok(signed) => signed_holds(&signed, &cms),
        Err(error) => printable(&error.to_string()),
    }
}

fn signed_holds(signed: &SignedData, cms: &Buffer) {
    assert!(signed.signers.len() <= LIMITS.signers && signed.certificates.len() <= LIMITS.certificates);
    assert!(signed.embedded_content().is_none_or(|content| content.len() <= cms.octets().len()));
    findings_hold(&signed.findings, &[cms]);
    signed.crls.iter().for_each(|span| span_within(*span, &[cms]));
    printable(&signed.micalg());
    for signer in &signed.signers {
        within(&signer.span.range(), cms.octets().len());
        printable(&signer.identifier.to_string());
        printable(&signer.signature_algorithm.to_string());
        assert!(signer.signature.len() <= signer.span.len());
    }
}

/// An envelope: its parts lie within it, and the caps hold.
pub fn enveloped_data(octets: &[u8]) {
    let cms = buffer(BufferName::EncryptedCms, octets);
    match EnvelopedData::read(&cms, &LIMITS) {
        Ok(envelope) => envelope_holds(&envelope, &cms),
        Err(error) => printable(&error.to_string()),
    }
}

fn envelope_holds(envelope: &EnvelopedData, cms: &Buffer) {
    assert!(envelope.recipients.len() <= LIMITS.recipients);
    assert!(envelope.ciphertext_length() <= cms.octets().len());
    findings_hold(&envelope.findings, &[cms]);
    printable(&envelope.cipher.to_string());
    for recipient in &envelope.recipients {
        within(&recipient.span.range(), cms.octets().len());
        recipient.identifier().iter().for_each(|identifier| printable(&identifier.to_string()));
        recipient.key_encryption().iter().for_each(|algorithm| printable(&algorithm.to_string()));
    }
}

/// No signature is valid but Alice's over what she signed: the seeds hold no other.
pub fn verify(octets: &[u8]) {
    let cms = buffer(BufferName::SignatureCms, octets);
    let Ok(signed) = SignedData::read(&cms, &LIMITS) else { return };
    let (detached, other) = (verify_signers(&signed, &WORLD.content, &LIMITS), b"Subject: another\r\n\r\nmessage");
    checks_hold(&detached, &cms, by_alice);
    checks_hold(&verify_signers(&signed, other, &LIMITS), &cms, |check| !by_alice(check));
    let content = signed.embedded_content();
    checks_hold(&verify_embedded_signers(&signed, &LIMITS), &cms, |check| {
        !by_alice(check) || content.as_deref() == Some(&*WORLD.content)
    });
}

fn by_alice(check: &SignerCheck) -> bool {
    let key = |certificate: &sealscope::pki::Certificate| certificate.x509().public_key().ok();
    let alice = key(&WORLD.alice_certificate).expect("she has a key");
    check.certificate.as_ref().and_then(key).is_some_and(|key| key.public_eq(&alice))
}

/// `may_be_valid` says of a good signature whether it can be: a key of another's making may sign anything.
fn checks_hold(checks: &[SignerCheck], cms: &Buffer, may_be_valid: impl Fn(&SignerCheck) -> bool) {
    for check in checks {
        within(&check.span.range(), cms.octets().len());
        findings_hold(&check.findings, &[cms]);
        match &check.signature {
            Ok(_) => assert!(!by_alice(check) || may_be_valid(check), "valid, and Alice did not sign it"),
            Err(failure) => printable(&failure.to_string()),
        }
    }
}

/// What Bob's keys open: no more comes out than went in, and only for a recipient that the envelope names.
pub fn open(octets: &[u8]) {
    let cms = buffer(BufferName::EncryptedCms, octets);
    let Ok(envelope) = EnvelopedData::read(&cms, &LIMITS) else { return };
    for entry in &WORLD.bob {
        if let Some(Ok(key)) = unwrap_key(&envelope, entry) {
            assert!(key.recipient_index() < envelope.recipients.len());
        }
    }
    let keys: Vec<_> = WORLD.bob.iter().collect();
    match decrypt(&envelope, &keys) {
        Ok(opened) => {
            assert!(opened.plaintext.octets().len() <= octets.len());
            assert!(opened.recipient_index < envelope.recipients.len());
        }
        Err(failure) => printable(&failure.to_string()),
    }
}

/// What is compressed expands within the cap, or not at all.
pub fn compressed(octets: &[u8]) {
    let cms = buffer(BufferName::EncryptedCms, octets);
    let compressed = match CompressedData::read(&cms, &LIMITS) {
        Ok(compressed) => compressed,
        Err(error) => return printable(&error.to_string()),
    };
    findings_hold(&compressed.findings, &[&cms]);
    assert!(compressed.compressed_length() <= octets.len());
    match compressed.expand(&LIMITS) {
        Ok(content) => assert!(content.octets().len() <= LIMITS.expanded_octets(octets.len())),
        Err(error) => printable(&error.to_string()),
    }
}

/// A whole message without any key.
pub fn inspect(octets: &[u8]) {
    let message = buffer(BufferName::Received, octets);
    let inspection = inspect_message(&message, &LIMITS);
    findings_hold(&inspection.findings, &[&message]);
    for layer in &inspection.layers {
        span_within(layer.span, &[&message]);
        layer.file_name.iter().for_each(|name| printable(name));
        match &layer.cms {
            Some(CmsLayer::CertificatesOnly(signed) | CmsLayer::Signed { signed, .. }) => {
                signed_holds(signed, signed.buffer());
            }
            Some(CmsLayer::Enveloped(envelope)) => envelope_holds(envelope, envelope.buffer()),
            Some(CmsLayer::Unreadable(error)) => printable(&error.to_string()),
            _ => {}
        }
    }
}
