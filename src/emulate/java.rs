//! The Java reference agent 8.1.0, receiving (DefaultNHINDAgent, SMIMECryptographerImpl, TrustModel).

use super::Refusal;
use super::account::{Account, Bound, Known};
use super::chains::{self, JavaTrust};
use super::enforce::{self, Candidate, Words};
use super::layers::{self, Content, Opening, Signed, Undoes};
use super::names::{Named, java_name};
use crate::finding::sentence_case;
use crate::mail::Address;
use crate::mime::TransferEncoding;
use crate::pki::{Certificate, Validity, binding};
use crate::smime::verify::SignerCheck;
use crate::smime::{ContentCipher, EnvelopeKind, EnvelopedData, RecipientKind};
use crate::span::Buffer;
use crate::trust::NamedKey;

const FAILED: &str = "Failed";
const WORDS: Words = Words {
    trusted: "Success_ThumbprintMismatch",
    failed: FAILED,
    why: "A signer is trusted; its certificate was not looked up beforehand",
};

const ANY_KEY: Known = Known::measured(
    "The Java agent decrypts with every key of every domain recipient until one fits, and gives the result to all of them",
    "Java reference agent 8.1.0, measured (E1)",
);
const OWN_KEY_EXPIRED: Known = Known::measured(
    "The Java agent leaves out private keys whose certificate has expired, is not valid yet or is revoked, also for decrypting",
    "Java reference agent 8.1.0, measured (v47)",
);
const SHORT_KEY: Known = Known::measured(
    "The Java agent passes over RSA keys shorter than 2048 bits without a word, also for decrypting",
    "Java reference agent 8.1.0, measured (v54)",
);
const MEDIA_TYPE: Known = Known::measured(
    "The Java agent takes application/pkcs7-mime alone for an encrypted message",
    "Java reference agent 8.1.0, measured (v76)",
);
const AUTHENTICATED: Known = Known::measured(
    "The Java agent cannot read AuthEnvelopedData, the form of AES-GCM",
    "Java reference agent 8.1.0, measured (f15)",
);
const AGREEMENT: Known = Known::measured(
    "The Java agent cannot use keys that are agreed upon (ECDH)",
    "Java reference agent 8.1.0, measured (f25)",
);
const TRIPLE_DES: Known = Known::measured(
    "The Java agent refuses Triple DES while strong encryption is enforced, which is the default",
    "Java reference agent 8.1.0, measured (v11, f22)",
);
const OPAQUE: Known = Known::measured(
    "The Java agent stops with an error at an opaque signature (application/pkcs7-mime inside)",
    "Java reference agent 8.1.0, measured (f12)",
);
const LENIENT_PARTS: Known = Known::measured(
    "The Java agent takes the last part that is no signature for the content, whatever protocol, micalg and the number of parts say",
    "Java reference agent 8.1.0, measured (f28, f29, f33)",
);
const BASE64_WRAPPER: Known = Known::read(
    "The Java agent undoes quoted-printable around a wrapped message and leaves base64 as it is, so that it finds no header",
    "Java reference agent 8.1.0, read (mail unwrapping)",
);
const TAMPER: Known = Known::measured(
    "The Java agent rejects the whole message where an envelope recipient is in neither To nor Cc, or MAIL FROM is neither \
     From nor Sender",
    "Java reference agent 8.1.0, measured (v57, v58, v60)",
);
const ONE_NAME: Known = Known::measured(
    "The Java agent keeps one name of a certificate: the last rfc822Name, or else the first dNSName",
    "Java reference agent 8.1.0, measured (v52, v53)",
);
const NO_SUBJECT: Known = Known::measured(
    "The Java agent finds signers by subjectAltName alone, not by common name or emailAddress in the subject",
    "Java reference agent 8.1.0, measured (v50, v51)",
);
const WEAK_DIGEST: Known = Known::measured(
    "The Java agent bans SHA-1 and MD5 when it signs, and checks no digest when it receives",
    "Java reference agent 8.1.0, measured (v10, f11)",
);
const KEY_IDENTIFIER: Known = Known::measured(
    "The Java agent trusts any certificate whose subject key identifier equals an anchor's, without looking at a signature or a \
     date: anybody can make one",
    "Java reference agent 8.1.0, measured (v68)",
);
const LEAF_ANCHOR: Known = Known::measured(
    "The Java agent trusts a certificate that is an anchor itself without looking at its dates",
    "Java reference agent 8.1.0, measured (v69)",
);
const SENT_INTERMEDIATES: Known = Known::measured(
    "The Java agent ignores the intermediate certificates that a signature carries, and fetches them by the address (AIA) in the \
     certificate; without one the path breaks off",
    "Java reference agent 8.1.0, measured (f17, v40)",
);
pub(super) const FETCHED: Known = Known::assumed(
    "The Java agent fetches intermediates over the network; here it is assumed that the address answers with the certificate that \
     is known here",
    "Java reference agent 8.1.0, assumed (TrustChainValidator)",
);
const FAIL_OPEN: Known = Known::read(
    "The Java agent asks for revocation of the signer alone, at the first distribution point that its certificate names, and takes \
     silence for a good answer",
    "Java reference agent 8.1.0, read (CRLRevocationManager)",
);
const REEMITTED: Known = Known::measured(
    "The Java agent writes the header of the signed part again with CRLF before it hashes it, and leaves the body as it is",
    "Java reference agent 8.1.0, measured (f05, f34, f35)",
);

pub(super) fn receive(account: &mut Account<'_>) -> Result<(), Refusal> {
    if account.envelope.forward_paths.is_empty() {
        return Err(Refusal::new("NoRecipients", "The envelope names no recipient"));
    }
    let Some(sender) = account.envelope.reverse_path.address().cloned() else {
        return Err(Refusal::new("UntrustedSender", "The null sender (MAIL FROM:<>) is nobody whom it could trust"));
    };
    if account.judged().is_empty() {
        return Err(Refusal::new("NoTrustedRecipients", "No recipient is in a local domain"));
    }
    let bound = bind(account);
    let decrypted = decrypt(account, &bound)?;
    let signed = extract(account, &decrypted)?;
    let message = unwrap(account, &signed);
    tamper(account, &sender, &message)?;
    enforce(account, &sender, &signed, &bound)
}

fn bind<'a>(account: &mut Account<'a>) -> Vec<Bound<'a>> {
    let agent = account.agent;
    let all = account.bind(|_| true);
    let bound = account.bind(|key| chains::is_usable_for_java(agent, key.entry.certificate()));
    for (all, usable) in all.iter().zip(&bound) {
        if usable.keys.is_empty()
            && let Some(key) = all.keys.first()
        {
            let what = format!("The key {} of {} is not used: its certificate is not valid now", key.name, all.address);
            account.deviates(what, &OWN_KEY_EXPIRED);
        }
    }
    bound
}

fn untrusted(why: impl Into<String>) -> Refusal {
    Refusal::new("UntrustedMessage", why)
}

fn decrypt(account: &mut Account<'_>, bound: &[Bound<'_>]) -> Result<Buffer, Refusal> {
    let limits = account.agent.limits;
    let outer = layers::outer(account.envelope, &limits).ok_or_else(|| untrusted("The message cannot be read"))?;
    let data = layers::read_envelope(&outer, &limits);
    if !outer.content_type.is("application", "pkcs7-mime") {
        if data.is_some() {
            account.deviates(format!("The type {} is not taken", outer.content_type.essence()), &MEDIA_TYPE);
        }
        return Err(untrusted(format!("The message is {}, not encrypted", outer.content_type.essence())));
    }
    let Some(data) = data else { return Err(untrusted("The message is no envelope that it can read")) };
    accept_cipher(account, &data)?;
    let long = |key: &&NamedKey| !chains::is_short_for_java(key.entry.certificate());
    let usable: Vec<Bound<'_>> = bound
        .iter()
        .map(|one| Bound {
            recipient: one.recipient,
            address: one.address.clone(),
            keys: one.keys.iter().copied().filter(long).collect(),
        })
        .collect();
    let mut opening = Opening::of(&data);
    let all: Vec<&NamedKey> = usable.iter().flat_map(|one| one.keys.iter().copied()).collect();
    if !opening.opens(&all) {
        note_unused_ways(account, &data, bound);
        return Err(untrusted("No private key of the local recipients decrypts the message"));
    }
    for one in usable.iter().filter(|one| !one.keys.is_empty()) {
        if !opening.opens(&one.keys) {
            let what = format!("{} gets the message, though none of the keys of {} opens it", one.address, one.address);
            account.deviates(what, &ANY_KEY);
        }
    }
    opening.content().ok_or_else(|| untrusted("Nobody decrypts the message"))
}

/// Which way to the content there would have been.
fn note_unused_ways(account: &mut Account<'_>, data: &EnvelopedData, bound: &[Bound<'_>]) {
    let keys: Vec<&NamedKey> = bound.iter().flat_map(|one| one.keys.iter().copied()).collect();
    if Opening::of(data).opens(&keys) {
        account.deviates("A key that would open the message has fewer than 2048 bits", &SHORT_KEY);
    }
    if data.recipients.iter().any(|info| matches!(info.kind, RecipientKind::KeyAgreement { .. })) {
        account.deviates("The content key is agreed upon (ECDH), so that no key opens the message", &AGREEMENT);
    }
}

fn accept_cipher(account: &mut Account<'_>, data: &EnvelopedData) -> Result<(), Refusal> {
    if data.kind == EnvelopeKind::AuthEnveloped {
        account.deviates(format!("The content is encrypted with {}", data.cipher), &AUTHENTICATED);
        return Err(untrusted("The message is AuthEnvelopedData, which it cannot read"));
    }
    match &data.cipher {
        ContentCipher::Aes128Cbc | ContentCipher::Aes192Cbc | ContentCipher::Aes256Cbc => Ok(()),
        ContentCipher::TripleDesCbc => {
            if account.ours.is_accepted() {
                account.deviates("The content is encrypted with Triple DES", &TRIPLE_DES);
            }
            Err(untrusted("The content is encrypted with Triple DES (DisallowedEncryptionAlgorithm)"))
        }
        other => Err(untrusted(format!("The content is encrypted with {other}"))),
    }
}

fn extract(account: &mut Account<'_>, decrypted: &Buffer) -> Result<Signed, Refusal> {
    let limits = account.agent.limits;
    match layers::signed(decrypted, &limits) {
        Content::Unsigned => Err(Refusal::new("UnsignedMessage", "What was decrypted is not signed")),
        Content::Opaque(_) => {
            account.deviates("The signature is opaque", &OPAQUE);
            Err(Refusal::new("MimeException.Unexpected", "The signature is opaque, which it cannot read"))
        }
        Content::Detached(signed) => {
            let ours = &account.ours.rejection;
            if ours.as_ref().is_some_and(|reason| reason.code == crate::agent::ReasonCode::MalformedMime) {
                account.deviates(
                    "The parts of multipart/signed are read although they contradict the standard",
                    &LENIENT_PARTS,
                );
            }
            Ok(signed)
        }
    }
}

fn unwrap(account: &mut Account<'_>, signed: &Signed) -> Buffer {
    let encoded =
        signed.content.content_type.is_message() && signed.content.transfer_encoding == TransferEncoding::Base64;
    if encoded {
        account.deviates("The wrapped message is base64, and is not decoded", &BASE64_WRAPPER);
    }
    layers::delivered(account.envelope, &signed.content, Undoes::QuotedPrintable, &account.agent.limits)
}

fn tamper(account: &mut Account<'_>, sender: &Address, message: &Buffer) -> Result<(), Refusal> {
    let readers = Named::in_fields(message, &["To", "Cc"]);
    let authors = Named::in_fields(message, &["From", "Sender"]);
    let missing = account.envelope.forward_paths.iter().find(|address| !readers.contains(address)).cloned();
    let fault = match missing {
        Some(address) => format!("RCPT TO {address} is in neither To nor Cc of the message"),
        None if !authors.contains(sender) => format!("MAIL FROM {sender} is neither From nor Sender of the message"),
        None => return Ok(()),
    };
    account.deviates(fault.clone(), &TAMPER);
    // The name is spelt so in the agent.
    Err(Refusal::new("MessageTamperDectection", fault))
}

/// The signers whose certificate names the sender, or else the sender's host, by the one name that is kept.
fn candidates<'c>(checks: &'c [SignerCheck], sender: &Address) -> Vec<(&'c SignerCheck, &'c Certificate)> {
    let signers: Vec<_> = checks.iter().filter_map(|check| Some((check, check.certificate.as_ref()?))).collect();
    let by = |wanted: &str| -> Vec<_> {
        let named =
            |certificate: &Certificate| java_name(certificate).is_some_and(|name| name.eq_ignore_ascii_case(wanted));
        signers.iter().filter(|(_, certificate)| named(certificate)).copied().collect()
    };
    let individual = by(sender.as_str());
    if individual.is_empty() { by(sender.domain().as_str()) } else { individual }
}

fn enforce(account: &mut Account<'_>, sender: &Address, signed: &Signed, bound: &[Bound<'_>]) -> Result<(), Refusal> {
    let limits = account.agent.limits;
    let sent = signed.data.as_ref().map(|data| data.certificates.clone()).unwrap_or_default();
    let checks = signed.check(&layers::reemitted(&signed.content), &limits);
    if checks.is_empty() {
        return Err(untrusted("There is no signature"));
    }
    let candidates = candidates(&checks, sender);
    if candidates.is_empty() {
        note_missed_signers(account, &checks, sender);
        return Err(Refusal::new(
            "MissingSenderSignature",
            format!("No signer's certificate names {sender} by the one name that is read of it"),
        ));
    }
    note_line_ends(account, signed, &checks);
    let (keyed, keyless): (Vec<_>, Vec<_>) = bound.iter().partition(|one| !one.keys.is_empty());
    for one in keyless {
        account.remove(one.recipient, FAILED, "There is no usable private key, and so nobody to judge for");
    }
    enforce::enforce(account, keyed, &candidates, &WORDS, |account, recipient, candidate| {
        trusts(account, recipient, candidate, &sent)
    })
}

/// Whether one candidate does for one recipient: list, key size, chain, signature, in this order.
fn trusts(
    account: &mut Account<'_>,
    recipient: &Address,
    (check, certificate): Candidate<'_>,
    sent: &[Certificate],
) -> Result<(), String> {
    let agent = account.agent;
    let name = certificate.common_name();
    if chains::is_revoked_for_java(agent, certificate) {
        return Err(format!("The certificate {name} is revoked"));
    }
    if chains::is_short_for_java(certificate) {
        return Err(format!("The key of {name} has fewer than 2048 bits"));
    }
    let anchors =
        agent.parties.incoming_anchors(recipient).map(|(_, anchors)| anchors.certificates()).unwrap_or_default();
    let trust = match chains::java(agent, certificate, sent, &anchors) {
        Ok(trust) => trust,
        Err(error) => {
            if chains::is_path_over_sent(agent, certificate, sent, &anchors) {
                account.deviates(format!("The path of {name} breaks off for {recipient}"), &SENT_INTERMEDIATES);
            }
            return Err(sentence_case(&error.to_string()));
        }
    };
    check.signature.as_ref().map_err(|failure| sentence_case(&failure.to_string()))?;
    note_trust(account, &trust, check, certificate);
    Ok(())
}

/// The rules that let this signer pass, and that ours does not have.
fn note_trust(account: &mut Account<'_>, trust: &JavaTrust, check: &SignerCheck, certificate: &Certificate) {
    let name = certificate.common_name();
    let agent = account.agent;
    match trust {
        JavaTrust::KeyIdentifier => {
            account
                .deviates(format!("{name} is trusted for its key identifier, which is an anchor's"), &KEY_IDENTIFIER);
        }
        JavaTrust::LeafIsAnchor if certificate.validity_at(agent.now) != Validity::Valid => {
            account.deviates(format!("{name} is an anchor itself, and its dates do not count"), &LEAF_ANCHOR);
        }
        JavaTrust::Path { fetched: true } => {
            account.assumes(format!("The intermediates of {name} are fetched"), &FETCHED);
        }
        JavaTrust::LeafIsAnchor | JavaTrust::Path { .. } => {}
    }
    let weak = check.digest_algorithm.is_weak();
    if weak && !account.ours.is_accepted() {
        let what = format!("The signature of {name} over {} is accepted", check.digest_algorithm);
        account.deviates(what, &WEAK_DIGEST);
    }
    let revoked_for_us = account.ours.signers.iter().any(|signer| {
        signer.certificate.as_ref() == Some(certificate)
            && signer.reasons.iter().any(|reason| reason.code == crate::agent::ReasonCode::Revoked)
    });
    if revoked_for_us {
        account.deviates(format!("That {name} is revoked is not noticed"), &FAIL_OPEN);
    }
}

fn note_missed_signers(account: &mut Account<'_>, checks: &[SignerCheck], sender: &Address) {
    let certificates: Vec<&Certificate> = checks.iter().filter_map(|check| check.certificate.as_ref()).collect();
    for certificate in certificates {
        let by_name = binding::bind(certificate, sender, crate::pki::SubjectDnNames::Ignore).is_some();
        let by_subject = binding::bind(certificate, sender, crate::pki::SubjectDnNames::Accept).is_some();
        let name = certificate.common_name();
        if by_name {
            let kept = java_name(certificate).unwrap_or("none");
            account.deviates(format!("Of the names of {name} only {kept} is kept"), &ONE_NAME);
        } else if by_subject && account.ours.is_accepted() {
            account.deviates(format!("{name} names the sender in its subject only"), &NO_SUBJECT);
        }
    }
}

/// That the octets which are hashed are not those that arrived, where that changes the answer.
fn note_line_ends(account: &mut Account<'_>, signed: &Signed, checks: &[SignerCheck]) {
    let as_received = signed.check(signed.content.octets(), &account.agent.limits);
    for (theirs, received) in checks.iter().zip(&as_received) {
        if theirs.signature.is_ok() != received.signature.is_ok() {
            let what = if received.signature.is_ok() {
                "The header of the signed part has bare LF, is hashed with CRLF, and the signature does not verify any more"
            } else {
                "The header of the signed part lost its CRLF on the way, is hashed with CRLF, and the signature verifies"
            };
            account.deviates(what, &REEMITTED);
        }
    }
}
