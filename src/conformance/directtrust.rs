//! The rules of the DirectTrust interoperability tool (accreditation profiles ATAB and GTAB).

use time::macros::date;

use super::certificates::each;
use super::mdn;
use super::signatures::data;
use super::subject::Subject;
use super::syntax;
use super::{Check, Judged, Row, RowResult, Suite};
use crate::agent::{ReasonCode, SignerOutcome};
use crate::asn1::Tree;
use crate::mail::decode_text;
use crate::mime::TransferEncoding;
use crate::pki::{Certificate, KeyUsage, RevocationStatus};
use crate::smime::{ContentCipher, DigestAlgorithm, KeyEncryption, RecipientInfo};

/// Where the policies of DirectTrust begin.
const POLICIES: &str = "1.3.6.1.4.1.41179.";
const CERTIFICATE_POLICIES: &str = "2.5.29.32";
const FINAL_DELIVERY: &str = "X-DIRECT-FINAL-DESTINATION-DELIVERY";

const fn row(id: &'static str, rule: &'static str, clause: &'static str, check: fn(&Subject<'_>) -> Judged) -> Row {
    Row::error(id, Suite::DirectTrust, rule, clause, Check::Once(check))
}

pub(super) static ROWS: &[Row] = &[
    row("DT-MEDIA-TYPE", "The outer message is application/pkcs7-mime", "RFC 8551 §3.2", media_type)
        .expects("application/pkcs7-mime"),
    row("DT-BASE64", "The outer message is base64", "RFC 8551 §3.1.3", base64).expects("base64"),
    row("DT-CONTENT-CIPHER", "The content is encrypted with AES-CBC", "DirectTrust interoperability, sending", cipher)
        .expects("AES-128-CBC, AES-192-CBC or AES-256-CBC"),
    row(
        "DT-KEY-TRANSPORT",
        "Each content key is encrypted with RSA-OAEP",
        "DirectTrust interoperability, sending",
        transport,
    )
    .expects("RSA-OAEP")
    .note("In force from 1 January 2026; the tool ignores it unless told otherwise, so that it is a warning here"),
    row(
        "DT-RECIPIENT-KEY-USAGE",
        "Each recipient's certificate may encrypt keys",
        "DirectTrust interoperability, GTAB",
        recipient_usage,
    )
    .expects("keyEncipherment")
    .note("Needs the recipients' certificates, which a message that arrives does not carry"),
    row(
        "DT-SIGNER-DIGEST",
        "Each signer uses SHA-256, SHA-384 or SHA-512",
        "DirectTrust interoperability, sending",
        digest,
    )
    .expects("SHA-256, SHA-384 or SHA-512"),
    row(
        "DT-SIGNER-KEY-USAGE",
        "Each signer's certificate may sign",
        "DirectTrust interoperability, sending",
        signer_usage,
    )
    .expects("digitalSignature"),
    row("DT-WRAPPED", "The first signed part is message/rfc822", "DirectTrust interoperability, sending", wrapped)
        .expects("message/rfc822"),
    row(
        "DT-CERTIFICATE-KEY-USAGE",
        "Each signer's key usage is digitalSignature or keyEncipherment",
        "DirectTrust interopTestCertPolicy",
        one_usage,
    )
    .expects("digitalSignature or keyEncipherment"),
    row(
        "DT-CERTIFICATE-KEY-SIZE",
        "Each signer's key has more than 2047 bits",
        "DirectTrust interopTestCertPolicy",
        key_size,
    )
    .expects("RSA of 2048 bits or more, or an elliptic curve"),
    row(
        "DT-CERTIFICATE-POLICY",
        "Each signer's certificate is issued under a policy of DirectTrust",
        "DirectTrust interopTestCertPolicy",
        policy,
    )
    .warning()
    .expects("1.3.6.1.4.1.41179.1.x or .2.x")
    .note("Only members of DirectTrust have such certificates; elsewhere it is a fact, so that it is a warning"),
    row(
        "DT-VALID-SIGNER",
        "One signer at least has a valid signature",
        "DirectTrust interoperability, invalid digest",
        signature,
    )
    .expects("one valid signature")
    .note("The tool's own case signs with the revoked certificate, and passes for the wrong reason"),
    row(
        "DT-CURRENT-SIGNER",
        "One signer at least has a certificate that is valid now",
        "DirectTrust interoperability, expired",
        current,
    )
    .expects("one current certificate"),
    row(
        "DT-UNREVOKED-SIGNER",
        "One signer at least has a certificate that is not revoked",
        "DirectTrust interoperability, revoked",
        unrevoked,
    )
    .expects("one certificate that is not revoked"),
    row(
        "DT-TRUSTED-SIGNER",
        "One signer at least is trusted by a recipient",
        "DirectTrust interoperability, untrusted",
        trusted,
    )
    .expects("one path to an anchor of a recipient")
    .note("Two signers, one of them expired or untrusted, are accepted, in whichever order they stand"),
    row(
        "DT-DELIVERY-REQUEST",
        "A request for delivery notification is well formed",
        "Direct Delivery Notification IG",
        request,
    )
    .expects("X-DIRECT-FINAL-DESTINATION-DELIVERY=optional,true"),
    row(
        "DT-MDN-DISPOSITION",
        "A notification says processed, dispatched or failed",
        "Direct Delivery Notification IG",
        disposition,
    )
    .expects("processed, dispatched or failed"),
    Row::error(
        "DT-MDN-UNREQUESTED",
        Suite::DirectTrust,
        "Nothing is dispatched that was not asked for, and processed and dispatched have different Message-IDs",
        "DirectTrust interoperability, notifications",
        Check::Once(needs_both),
    )
    .expects("the message and all its notifications"),
];

fn media_type(subject: &Subject<'_>) -> Judged {
    match &subject.outer {
        Some(outer) => Judged::when(outer.content_type.is("application", "pkcs7-mime"), outer.content_type.essence()),
        None => Judged::not_checked("The header is larger than is read"),
    }
}

fn base64(subject: &Subject<'_>) -> Judged {
    match &subject.outer {
        Some(outer) => {
            Judged::when(outer.transfer_encoding == TransferEncoding::Base64, outer.transfer_encoding.to_string())
        }
        None => Judged::not_checked("The header is larger than is read"),
    }
}

pub(super) fn not_encrypted() -> Judged {
    Judged::not_checked("The message is not encrypted, or the envelope cannot be read")
}

fn cipher(subject: &Subject<'_>) -> Judged {
    let Some(data) = &subject.enveloped else { return not_encrypted() };
    let good = matches!(data.cipher, ContentCipher::Aes128Cbc | ContentCipher::Aes192Cbc | ContentCipher::Aes256Cbc);
    Judged::when(good, data.cipher.to_string()).at(Some(data.buffer().whole()))
}

/// The first RecipientInfo that does not do, or else how all of them encrypt.
pub(super) fn transports(infos: &[RecipientInfo], good: impl Fn(&KeyEncryption) -> bool) -> Judged {
    let name = |info: &RecipientInfo| info.algorithm_name().unwrap_or_else(|| "not named".to_owned());
    match infos.iter().find(|info| !info.key_encryption().is_some_and(&good)) {
        Some(bad) => Judged::fail(name(bad)).at(Some(bad.span)),
        None => {
            let mut names: Vec<String> = infos.iter().map(name).collect();
            names.dedup();
            Judged::when(!infos.is_empty(), names.join(", ")).at(infos.first().map(|info| info.span))
        }
    }
}

fn transport(subject: &Subject<'_>) -> Judged {
    let Some(data) = &subject.enveloped else { return not_encrypted() };
    let judged = transports(&data.recipients, |algorithm| matches!(algorithm, KeyEncryption::RsaOaep { .. }));
    let in_force = subject.report.is_none_or(|report| report.evaluated_at.date() >= date!(2026 - 01 - 01));
    match judged.result {
        RowResult::Fail if in_force => judged.softened(),
        RowResult::Fail => Judged::info(judged.found + ": the rule is in force from 1 January 2026").at(judged.span),
        _ => judged,
    }
}

fn recipient_usage(subject: &Subject<'_>) -> Judged {
    let candidates = subject.report.into_iter().flat_map(|report| &report.recipients).flat_map(|one| &one.candidates);
    let used: Vec<&Certificate> =
        candidates.filter(|candidate| candidate.trust.is_ok()).map(|candidate| &candidate.certificate).collect();
    if used.is_empty() {
        return Judged::not_checked("The recipients' certificates are not known");
    }
    let bad = used.iter().find(|certificate| !may(certificate, KeyUsage::KEY_ENCIPHERMENT));
    match bad {
        Some(bad) => Judged::fail(format!("{}: {}", bad.common_name(), usage(bad))),
        None => Judged::pass(crate::finding::counted(used.len(), "certificate")),
    }
}

fn usage(certificate: &Certificate) -> String {
    certificate.key_usage().map_or_else(|| "no key usage".to_owned(), |usage| usage.to_string())
}

/// An absent key usage does not restrict.
fn may(certificate: &Certificate, wanted: KeyUsage) -> bool {
    certificate.key_usage().is_none_or(|usage| usage.contains(wanted))
}

pub(super) fn digests(subject: &Subject<'_>, good: impl Fn(&DigestAlgorithm) -> bool) -> Judged {
    data(subject, |data| {
        let names: Vec<String> = data.signers.iter().map(|signer| signer.digest_algorithm.to_string()).collect();
        match data.signers.iter().find(|signer| !good(&signer.digest_algorithm)) {
            Some(bad) => Judged::fail(bad.digest_algorithm.to_string()),
            None => Judged::when(!names.is_empty(), names.join(", ")),
        }
    })
}

fn digest(subject: &Subject<'_>) -> Judged {
    digests(subject, |digest| {
        matches!(digest, DigestAlgorithm::Sha256 | DigestAlgorithm::Sha384 | DigestAlgorithm::Sha512)
    })
}

fn signer_usage(subject: &Subject<'_>) -> Judged {
    each(subject, |certificate| Judged::when(may(certificate, KeyUsage::DIGITAL_SIGNATURE), usage(certificate)))
}

fn one_usage(subject: &Subject<'_>) -> Judged {
    each(subject, |certificate| {
        let stated = certificate.key_usage().unwrap_or(KeyUsage::NONE);
        Judged::when(
            stated.intersects(KeyUsage::DIGITAL_SIGNATURE.union(KeyUsage::KEY_ENCIPHERMENT)),
            usage(certificate),
        )
    })
}

pub(super) fn wrapped(subject: &Subject<'_>) -> Judged {
    match subject.signed.as_ref().and_then(|signed| signed.content.as_ref()) {
        Some(content) => {
            Judged::when(content.content_type.is_message(), content.content_type.essence()).at(Some(content.span()))
        }
        None => Judged::not_checked(subject.why_closed()),
    }
}

fn key_size(subject: &Subject<'_>) -> Judged {
    each(subject, |certificate| {
        let algorithm = certificate.key_algorithm();
        Judged::when(algorithm.rsa_bits().is_none_or(|bits| bits > 2047), algorithm.to_string())
    })
}

fn policy(subject: &Subject<'_>) -> Judged {
    each(subject, |certificate| {
        let policies = certificate_policies(certificate);
        let good = policies.iter().any(|policy| {
            ["1.", "2."].iter().any(|branch| policy.strip_prefix(POLICIES).is_some_and(|rest| rest.starts_with(branch)))
        });
        let found = if policies.is_empty() { "no certificate policy".to_owned() } else { policies.join(", ") };
        Judged::when(good, found).softened()
    })
}

/// The policies that a certificate names (RFC 5280 §4.2.1.4).
fn certificate_policies(certificate: &Certificate) -> Vec<String> {
    let limits = crate::limits::Limits::DEFAULT;
    let tree = Tree::parse(certificate.der(), &limits);
    let find = || {
        let body = tree.root()?.child(0)?;
        let extensions = body.children().find(|field| field.is_context(3))?.child(0)?;
        let is_policies = |extension: &crate::asn1::Element<'_, '_>| {
            extension.child(0).and_then(|kind| kind.oid()).is_some_and(|kind| kind.as_str() == CERTIFICATE_POLICIES)
        };
        let extension = extensions.children().find(is_policies)?;
        let value = extension.children().last()?.octet_string()?;
        let inside = Tree::parse(&value, &limits);
        let policies = inside.root()?.children().filter_map(|policy| policy.child(0)?.oid());
        Some(policies.map(|policy| policy.as_str().to_owned()).collect())
    };
    find().unwrap_or_default()
}

/// Whether one signer at least is free of these faults.
pub(super) fn some_signer(subject: &Subject<'_>, faults: &[ReasonCode], good: &str) -> Judged {
    let signers = subject.signers();
    if signers.is_empty() {
        return not_judged(subject);
    }
    let fault = |signer: &SignerOutcome| signer.reasons.iter().find(|reason| faults.contains(&reason.code)).cloned();
    let free = signers.iter().find(|signer| fault(signer).is_none());
    match (free, signers.iter().find_map(fault)) {
        (Some(signer), _) => Judged::pass(format!("{}: {good}", name(signer))),
        (None, Some(reason)) => Judged::fail(reason.detail),
        (None, None) => Judged::fail("No signer"),
    }
}

/// Why nothing was said of any signer.
fn not_judged(subject: &Subject<'_>) -> Judged {
    match subject.data() {
        Some(_) => Judged::not_checked("The message was rejected before a signer was judged"),
        None => Judged::not_checked(subject.why_closed()),
    }
}

fn name(signer: &SignerOutcome) -> String {
    signer.certificate.as_ref().map_or_else(|| signer.identifier.clone(), Certificate::common_name)
}

pub(super) fn signature(subject: &Subject<'_>) -> Judged {
    use ReasonCode::{
        DigestMismatch, MalformedCms, SignatureInvalid, SignedAttributesInvalid, SignerCertificateMissing,
    };
    let faults = [DigestMismatch, SignatureInvalid, SignedAttributesInvalid, SignerCertificateMissing, MalformedCms];
    some_signer(subject, &faults, "valid")
}

pub(super) fn current(subject: &Subject<'_>) -> Judged {
    some_signer(subject, &[ReasonCode::Expired, ReasonCode::NotYetValid], "current")
}

pub(super) fn unrevoked(subject: &Subject<'_>) -> Judged {
    let judged = some_signer(subject, &[ReasonCode::Revoked], "");
    if judged.result != RowResult::Pass {
        return judged;
    }
    // A list that nobody has seen says nothing good: only the one of the issuer passes this row.
    let mut states = subject.signers().iter().filter_map(|signer| {
        let path = signer.trust.iter().find_map(|trust| trust.path.as_ref().ok())?;
        Some((name(signer), path.revocation().first()?.clone()))
    });
    let mut first = None;
    let good = states.find(|state| {
        first.get_or_insert_with(|| state.clone());
        state.1 == RevocationStatus::Good
    });
    match good.or(first) {
        Some((name, status @ RevocationStatus::Good)) => Judged::pass(format!("{name}: {status}")),
        Some((name, status)) => Judged::not_checked(format!("{name}: {status}")),
        None => Judged::not_checked("No path was found, so that nobody asked whether its certificates are revoked"),
    }
}

pub(super) fn trusted(subject: &Subject<'_>) -> Judged {
    let signers = subject.signers();
    if signers.is_empty() {
        return not_judged(subject);
    }
    let asked = || signers.iter().flat_map(|signer| signer.trust.iter().map(move |trust| (signer, trust)));
    if let Some((signer, trust)) = asked().find(|(_, trust)| trust.path.is_ok()) {
        return Judged::pass(format!("{}: trusted by {}", name(signer), trust.recipient));
    }
    match (asked().find_map(|(_, trust)| trust.path.as_ref().err()), signers.first()) {
        (Some(reason), _) => Judged::fail(reason.detail.clone()),
        // What is wrong with the signer itself is told by the row that asks for it, and says nothing of the anchors.
        (None, Some(signer)) => {
            Judged::not_checked(format!("{} does not count, so that no anchor was looked for", name(signer)))
        }
        (None, None) => not_judged(subject),
    }
}

fn request(subject: &Subject<'_>) -> Judged {
    let Some(message) = subject.message() else { return Judged::not_checked(subject.why_closed()) };
    let Some(field) = message.field("Disposition-Notification-Options") else { return Judged::info("No request") };
    let value = message.value(field);
    let text = syntax::text(&value);
    let wanted = |part: &str| {
        let (name, rest) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case(FINAL_DELIVERY).then(|| rest.replace(' ', "").to_ascii_lowercase())
    };
    let judged = match text.split(';').find_map(wanted) {
        None => Judged::info(decode_text(&value)),
        Some(rest) => Judged::when(rest == "optional,true", decode_text(&value)),
    };
    judged.at(message.place_of(field))
}

fn disposition(subject: &Subject<'_>) -> Judged {
    mdn::notification(subject, |subject| {
        let fields = mdn::Fields::of(subject);
        let Some(value) = fields.as_ref().and_then(|fields| fields.value("Disposition")) else {
            return Judged::fail("No Disposition field");
        };
        let text = syntax::text(value);
        let kind = text
            .rsplit(';')
            .next()
            .unwrap_or_default()
            .split('/')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        Judged::when(["processed", "dispatched", "failed"].contains(&kind.as_str()), decode_text(value))
    })
}

fn needs_both(_: &Subject<'_>) -> Judged {
    Judged::not_checked("One message does not show it: the request and every notification are needed together")
}
