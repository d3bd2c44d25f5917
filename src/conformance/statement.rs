//! The Applicability Statement for Secure Health Transport: 1.2 (2015) and 1.3 (ANSI/DS 2019-01-100-2021).

use std::collections::HashSet;

use super::certificates;
use super::directtrust::{
    current, digests, not_encrypted, signature, some_signer, transports, trusted, unrevoked, wrapped,
};
use super::subject::Subject;
use super::{Check, Judged, Row, RowResult, Suite};
use crate::agent::{ReasonCode, RecipientState};
use crate::mail::{Address, Domain, mailbox_list};
use crate::smime::{ContentCipher, DigestAlgorithm, KeyEncryption};

/// Recipients that are told by name.
const TOLD: usize = 5;

const fn row(
    suite: Suite,
    id: &'static str,
    rule: &'static str,
    clause: &'static str,
    check: fn(&Subject<'_>) -> Judged,
) -> Row {
    Row::error(id, suite, rule, clause, Check::Once(check))
}

const AS12: Suite = Suite::Statement12;
const AS13: Suite = Suite::Statement13;

pub(super) static ROWS_12: &[Row] = &[
    row(AS12, "AS12-ENCRYPTED", "The message is encrypted", "Direct AS 1.2; RFC 8551 §3.3", encrypted)
        .expects("enveloped-data"),
    row(AS12, "AS12-SIGNED", "What was decrypted is multipart/signed", "Direct AS 1.2; RFC 8551 §3.5.3", detached)
        .expects("multipart/signed"),
    row(AS12, "AS12-CIPHER", "The content is encrypted with AES", "Direct AS 1.2; RFC 8551 §2.7", aes).expects("AES"),
    row(AS12, "AS12-DIGEST", "Each signer uses SHA-256 or better", "Direct AS 1.2; RFC 8551 §2.1", digest_12)
        .expects("SHA-256, SHA-384 or SHA-512")
        .note("AS 1.2 still allows SHA-1, which is no longer safe: a warning"),
    row(
        AS12,
        "AS12-CERTIFICATE-ATTACHED",
        "The signature carries the signer's certificate",
        "Direct AS 1.2 §4",
        attached,
    )
    .expects("the certificate of a signer"),
    row(AS12, "AS12-WRAPPED", "The whole message is wrapped", "Direct AS 1.2; RFC 8551 §3.1", wrapped)
        .warning()
        .expects("message/rfc822")
        .note("AS 1.2 recommends it, AS 1.3 demands it"),
    row(AS12, "AS12-CURRENT", "The signer's certificate has not expired", "Direct AS 1.2 §4", current)
        .expects("one current certificate"),
    row(AS12, "AS12-SIGNATURE", "The signature is valid", "Direct AS 1.2 §4", signature).expects("one valid signature"),
    row(AS12, "AS12-UNREVOKED", "The signer's certificate is not revoked", "Direct AS 1.2 §4", unrevoked)
        .expects("one certificate that is not revoked"),
    row(
        AS12,
        "AS12-BOUND",
        "The signer's certificate names the sender or the sender's domain",
        "Direct AS 1.2 §4",
        bound,
    )
    .expects("one certificate that names MAIL FROM"),
    row(
        AS12,
        "AS12-TRUSTED",
        "The signer's certificate has a path to an anchor of a recipient",
        "Direct AS 1.2 §4",
        trusted,
    )
    .expects("one path to an anchor of a recipient"),
    row(
        AS12,
        "AS12-RECIPIENTS",
        "Each local recipient can read the message and trusts its sender",
        "Direct AS 1.2, incoming",
        recipients,
    )
    .warning()
    .expects("no recipient removed"),
    row(
        AS12,
        "AS12-SUBJECT-HIDDEN",
        "The outer message does not show the subject",
        "Direct AS 1.2; RFC 8551 §3.1",
        subject_hidden,
    )
    .warning()
    .expects("no outer Subject, or another one"),
];

pub(super) static ROWS_13: &[Row] = &[
    row(AS13, "AS13-ENCRYPTED", "The message is encrypted", "Direct AS 1.3; RFC 8551 §3.3", encrypted)
        .expects("enveloped-data"),
    row(AS13, "AS13-SIGNED", "What was decrypted is multipart/signed", "Direct AS 1.3; RFC 8551 §3.5.3", detached)
        .expects("multipart/signed"),
    row(AS13, "AS13-WRAPPED", "The whole message is wrapped", "Direct AS 1.3; RFC 8551 §3.1", wrapped)
        .expects("message/rfc822"),
    row(AS13, "AS13-MAIL-FROM", "MAIL FROM is From or Sender", "Direct AS 1.3, routing", mail_from)
        .expects("From or Sender names MAIL FROM"),
    row(AS13, "AS13-RCPT-TO", "Each RCPT TO is in To or Cc", "Direct AS 1.3, routing", rcpt_to)
        .expects("To or Cc names every RCPT TO")
        .note("AS 1.2 allows blind copies, which this forbids"),
    row(
        AS13,
        "AS13-SINGLE-NAME",
        "Each signer's certificate has exactly one subjectAltName",
        "Direct AS 1.3 §1.4",
        single_name,
    )
    .expects("exactly one subjectAltName"),
    row(
        AS13,
        "AS13-NO-WILDCARD",
        "No name of the certificate is a wildcard",
        "Direct AS 1.3 §1.4",
        certificates::wildcard,
    )
    .expects("no *"),
    row(AS13, "AS13-KEY-SIZE", "The signer's key is long enough", "Direct AS 1.3 §2.8", certificates::key_length)
        .expects("RSA of 2048 bits or more, or an elliptic curve of 256"),
    row(AS13, "AS13-DIGEST", "Each signer uses SHA-256 or better", "Direct AS 1.3 §2.8", digest_13)
        .expects("SHA-256, SHA-384 or SHA-512"),
    row(
        AS13,
        "AS13-CERTIFICATE-DIGEST",
        "The signer's certificate is signed over SHA-256 or better",
        "Direct AS 1.3 §2.8",
        certificates::digest,
    )
    .expects("SHA-256, SHA-384 or SHA-512"),
    row(AS13, "AS13-CIPHER", "The content is encrypted with AES", "Direct AS 1.3 §2.8", aes).expects("AES"),
    row(
        AS13,
        "AS13-KEY-TRANSPORT",
        "Each content key is encrypted with RSA-OAEP or agreed upon",
        "Direct AS 1.3 §2.8; RFC 8551 §2.3",
        transport,
    )
    .warning()
    .expects("RSA-OAEP or ECDH"),
    row(AS13, "AS13-CURRENT", "The signer's certificate has not expired", "Direct AS 1.3 §4", current)
        .expects("one current certificate"),
    row(AS13, "AS13-SIGNATURE", "The signature is valid", "Direct AS 1.3 §4", signature).expects("one valid signature"),
    row(AS13, "AS13-UNREVOKED", "The signer's certificate is not revoked", "Direct AS 1.3 §4", unrevoked)
        .expects("one certificate that is not revoked"),
    row(
        AS13,
        "AS13-BOUND",
        "The signer's certificate names the sender or the sender's domain",
        "Direct AS 1.3 §4",
        bound,
    )
    .expects("one certificate that names MAIL FROM"),
    row(
        AS13,
        "AS13-TRUSTED",
        "The signer's certificate has a path to an anchor of a recipient",
        "Direct AS 1.3 §4",
        trusted,
    )
    .expects("one path to an anchor of a recipient"),
];

fn encrypted(subject: &Subject<'_>) -> Judged {
    match (&subject.enveloped, &subject.outer) {
        (Some(data), _) => Judged::pass(data.kind.smime_type()).at(Some(data.buffer().whole())),
        (None, Some(outer)) => Judged::fail(outer.content_type.essence()).at(Some(outer.span())),
        (None, None) => Judged::not_checked("The header is larger than is read"),
    }
}

fn detached(subject: &Subject<'_>) -> Judged {
    match &subject.inner {
        None => Judged::not_checked(subject.why_closed()),
        Some(inner) => {
            let fault = subject.signed.as_ref().and_then(|signed| signed.multipart.clone().err());
            let judged = match (inner.content_type.is("multipart", "signed"), fault) {
                (true, None) => Judged::pass("multipart/signed"),
                (true, Some(fault)) => Judged::fail(crate::finding::sentence_case(&fault)),
                (false, _) => Judged::fail(inner.content_type.essence()),
            };
            judged.at(Some(inner.span()))
        }
    }
}

fn aes(subject: &Subject<'_>) -> Judged {
    use ContentCipher::{
        Aes128Cbc, Aes128Ccm, Aes128Gcm, Aes192Cbc, Aes192Ccm, Aes192Gcm, Aes256Cbc, Aes256Ccm, Aes256Gcm,
    };
    let Some(data) = &subject.enveloped else { return not_encrypted() };
    let good = matches!(
        data.cipher,
        Aes128Cbc | Aes192Cbc | Aes256Cbc | Aes128Ccm | Aes192Ccm | Aes256Ccm | Aes128Gcm | Aes192Gcm | Aes256Gcm
    );
    Judged::when(good, data.cipher.to_string()).at(Some(data.buffer().whole()))
}

const fn is_sha2(digest: &DigestAlgorithm) -> bool {
    matches!(digest, DigestAlgorithm::Sha256 | DigestAlgorithm::Sha384 | DigestAlgorithm::Sha512)
}

fn digest_12(subject: &Subject<'_>) -> Judged {
    let judged = digests(subject, is_sha2);
    let tolerable = digests(subject, |digest| is_sha2(digest) || *digest == DigestAlgorithm::Sha1);
    if tolerable.result == RowResult::Pass { judged.softened() } else { judged }
}

fn digest_13(subject: &Subject<'_>) -> Judged {
    digests(subject, is_sha2)
}

fn attached(subject: &Subject<'_>) -> Judged {
    let certificates = subject.signer_certificates();
    match (certificates.first(), subject.data()) {
        (Some(certificate), _) => Judged::pass(certificate.common_name()),
        (None, Some(_)) => Judged::fail("No certificate of a signer"),
        (None, None) => Judged::not_checked(subject.why_closed()),
    }
}

fn bound(subject: &Subject<'_>) -> Judged {
    some_signer(subject, &[ReasonCode::SignerNotBound, ReasonCode::SignerCertificateMissing], "names the sender")
}

fn recipients(subject: &Subject<'_>) -> Judged {
    let Some(report) = subject.report else { return Judged::not_checked("The agent judged no recipient") };
    let removed: Vec<String> = report
        .recipients
        .iter()
        .filter_map(|recipient| match &recipient.state {
            RecipientState::Removed(reason) => Some(format!("{} ({})", recipient.address, reason.code)),
            _ => None,
        })
        .collect();
    match (&report.rejection, removed.is_empty()) {
        (_, false) => {
            Judged::fail(format!("Removed: {}", removed.iter().take(TOLD).cloned().collect::<Vec<_>>().join(", ")))
        }
        (Some(reason), true) => Judged::fail(reason.detail.clone()),
        (None, true) => Judged::pass("Nobody removed"),
    }
}

fn subject_hidden(subject: &Subject<'_>) -> Judged {
    let mut messages = subject.messages();
    let (Some(outer), true) = (messages.next(), subject.is_encrypted()) else { return not_encrypted() };
    let inner = messages.next().and_then(|message| message.field("Subject").map(|field| message.value(field)));
    match outer.field("Subject") {
        None => Judged::pass("No outer Subject"),
        Some(field) => {
            let value = outer.value(field);
            let same = inner.is_none_or(|inner| inner == value);
            let text = crate::mail::decode_text(&value);
            Judged::when(!same, text).at(outer.place_of(field))
        }
    }
}

/// The mailboxes in fields of the message that counts, without regard to the case of the local part.
fn named_in(subject: &Subject<'_>, names: &[&str]) -> Option<HashSet<(String, Domain)>> {
    let message = subject.message()?;
    let fields = names.iter().flat_map(|name| message.all(name));
    let entries = fields.flat_map(|field| mailbox_list(&message.value(field)));
    Some(entries.filter_map(|entry| entry.address.ok()).map(|address| key(&address)).collect())
}

fn key(address: &Address) -> (String, Domain) {
    (address.unquoted_local_part().to_ascii_lowercase(), address.domain().clone())
}

fn mail_from(subject: &Subject<'_>) -> Judged {
    let Some(authors) = named_in(subject, &["From", "Sender"]) else {
        return Judged::not_checked(subject.why_closed());
    };
    match subject.envelope.reverse_path.address() {
        None => Judged::fail("MAIL FROM is the null sender"),
        Some(sender) => Judged::when(authors.contains(&key(sender)), format!("MAIL FROM {sender}")),
    }
}

fn rcpt_to(subject: &Subject<'_>) -> Judged {
    let Some(readers) = named_in(subject, &["To", "Cc"]) else { return Judged::not_checked(subject.why_closed()) };
    let paths = &subject.envelope.forward_paths;
    let missing: Vec<String> =
        paths.iter().filter(|address| !readers.contains(&key(address))).take(TOLD).map(ToString::to_string).collect();
    match (paths.len(), missing.is_empty()) {
        (0, _) => Judged::fail("No RCPT TO"),
        (count, true) => Judged::pass(crate::finding::counted(count, "recipient") + " named"),
        (_, false) => Judged::fail(format!("Not in To or Cc: {}", missing.join(", "))),
    }
}

fn single_name(subject: &Subject<'_>) -> Judged {
    certificates::each(subject, |certificate| {
        let count = certificate.name_count();
        let counted = crate::finding::counted(count, "name");
        Judged::when(count == 1, format!("{counted}: {}", crate::pki::binding::names(certificate)))
    })
}

fn transport(subject: &Subject<'_>) -> Judged {
    let Some(data) = &subject.enveloped else { return not_encrypted() };
    let good =
        |algorithm: &KeyEncryption| matches!(algorithm, KeyEncryption::RsaOaep { .. } | KeyEncryption::Ecdh { .. });
    transports(&data.recipients, good)
}
