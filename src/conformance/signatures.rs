//! The signed layer: `multipart/signed`, its two parts, and the signature itself.

use super::subject::{Signed, Subject};
use super::{Check, Judged, Row, RowResult, Suite};
use crate::asn1::oid;
use crate::finding::{Ledger, counted};
use crate::mail::header::HeaderFaultKind;
use crate::mime::{Entity, MimeTree, TransferEncoding, multipart};
use crate::smime::verify::{SignerCheck, verify_embedded_signers, verify_signers};
use crate::smime::{DigestAlgorithm, SignedData};

/// What the ETT's micalg row takes, and what it should have taken, without hyphen.
const MICALG: [&str; 4] = ["sha1", "sha256", "sha384", "sha512"];

const fn row(id: &'static str, rule: &'static str, clause: &'static str, check: fn(&Subject<'_>) -> Judged) -> Row {
    Row::error(id, Suite::Ett, rule, clause, Check::Once(check))
}

const fn stub(id: &'static str, rule: &'static str, clause: &'static str) -> Row {
    Row::error(id, Suite::Ett, rule, clause, Check::Stub).note("The ETT has this row and no check behind it")
}

pub(super) static ROWS: &[Row] = &[
    row("DTS-133b", "What was decrypted is multipart/signed", "RFC 2045 §5; RFC 8551 §3.5.3.2", media_type)
        .expects("multipart/signed"),
    row("DTS-160", "micalg names the digest", "RFC 8551 §3.5.3.2", micalg)
        .expects("sha-256, sha-384 or sha-512")
        .note("The ETT knows sha-1 and sha-256 alone; sha-384 and sha-512 are right too, and sha-1 no longer is"),
    row("DTS-205", "protocol is application/pkcs7-signature", "RFC 8551 §3.5.3.2", protocol)
        .expects("protocol=\"application/pkcs7-signature\"")
        .note("The ETT fails a protocol without quotation marks, which every reader understands"),
    row("DTS-206", "The signed part is 7bit, quoted-printable or base64", "RFC 8551 §3.1.3", transfer_encoding)
        .expects("7bit, quoted-printable or base64"),
    row("DTS-207", "multipart/signed has two parts", "RFC 1847 §2.1", part_count).expects("2 parts"),
    row("DTS-139", "The first part is a MIME entity", "RFC 2046 §5.1.1", first_entity)
        .expects("header fields, an empty line, a body"),
    row("DTS-151", "The body of the first part can be read", "RFC 2046 §5.1.1", first_body)
        .expects("parts and encodings that are complete"),
    row("DTS-152", "The second part is a signature that can be read", "RFC 8551 §3.5.3.1", second_part)
        .expects("a CMS signed-data"),
    row("DTS-155", "The second part is application/pkcs7-signature", "RFC 8551 §3.2.1, §3.5.3.2", second_type)
        .expects("application/pkcs7-signature"),
    row("DTS-158", "The second part is base64", "RFC 8551 §3.1.3", second_encoding).expects("base64"),
    row("DTS-182", "The detached signature carries no content", "RFC 5652 §5.2", no_content).expects("no eContent"),
    row("DTS-164", "There is a signed-data", "RFC 5652 §5.1", has_data).expects("SignedData"),
    row("DTS-166", "The signed content is of the type data", "RFC 5652 §5.2", content_type).expects("id-data"),
    row("DTS-167", "The signature carries a certificate at least", "RFC 5652 §5.1, §10.2.3", has_certificate)
        .expects("1 certificate or more"),
    row(
        "DTS-165",
        "The digest of each signer is the one that micalg names",
        "RFC 5652 §5.3; RFC 8551 §3.5.3.2",
        digest,
    )
    .expects("the digest of micalg; SHA-256, SHA-384 or SHA-512")
    .note("The ETT cites RFC 5280 and knows SHA-1 and SHA-256 alone"),
    row("DTS-C1", "Each signature verifies over the signed octets", "RFC 5652 §5.4", verifies)
        .expects("every signature valid")
        .note("The ETT stops with an error at a signature that is not RSA; here ECDSA, PSS and Ed25519 are checked"),
    stub("DTS-163", "The signature's version is right", "RFC 5652 §5.1"),
    stub("DTS-168", "The signature's revocation lists", "RFC 5652 §5.1"),
    stub("DTS-169", "The signers are listed", "RFC 5652 §5.1"),
    stub("DTS-170", "The version of each signer", "RFC 5652 §5.3"),
    stub("DTS-171", "How each signer is named", "RFC 5652 §5.3"),
    stub("DTS-172", "Issuer and serial number of each signer", "RFC 5652 §10.2.4"),
    stub("DTS-173", "The subject key identifier of each signer", "RFC 5652 §5.3"),
    stub("DTS-174", "The digest algorithm of each signer", "RFC 5652 §5.3"),
    stub("DTS-175", "The signed attributes", "RFC 5652 §5.3, §11"),
    stub("DTS-176", "The message digest attribute", "RFC 5652 §11.2"),
    stub("DTS-177", "The content type attribute", "RFC 5652 §11.1"),
    stub("DTS-178", "The signature algorithm", "RFC 5652 §5.3"),
    stub("DTS-179", "The signature value", "RFC 5652 §5.3"),
    stub("DTS-180", "The unsigned attributes", "RFC 5652 §5.3, §11"),
    stub("DTS-181", "The type of the content", "RFC 5652 §5.2"),
    stub("DTS-183", "The content inside the signature", "RFC 5652 §5.2"),
];

/// Judges the signed layer where there is one.
pub(super) fn signed(subject: &Subject<'_>, check: impl FnOnce(&Signed) -> Judged) -> Judged {
    match &subject.signed {
        Some(signed) => check(signed),
        None => Judged::not_checked(subject.why_closed()),
    }
}

pub(super) fn data(subject: &Subject<'_>, check: impl FnOnce(&SignedData) -> Judged) -> Judged {
    match subject.data() {
        Some(data) => check(data).at(Some(data.buffer().whole())),
        None => Judged::not_checked(subject.why_closed()),
    }
}

fn place(entity: &Entity, name: &str) -> Option<crate::span::Span> {
    let field = entity.field(name);
    Some(field.map_or_else(|| entity.span(), |field| entity.buffer.span(field.whole.clone())))
}

/// Rows about the parts of the multipart have nothing to say of an opaque signature.
fn detached(subject: &Subject<'_>, check: impl FnOnce(&Signed) -> Judged) -> Judged {
    signed(subject, |signed| {
        if signed.is_detached() {
            check(signed)
        } else {
            Judged::not_checked("The signature is opaque: there are no parts")
        }
    })
}

fn media_type(subject: &Subject<'_>) -> Judged {
    match &subject.inner {
        Some(inner) => Judged::when(inner.content_type.is("multipart", "signed"), inner.content_type.essence())
            .at(place(inner, "Content-Type")),
        None => Judged::not_checked(subject.why_closed()),
    }
}

fn micalg_words(signed: &Signed) -> Vec<String> {
    let stated = signed.entity.content_type.param("micalg").unwrap_or_default();
    stated.split(',').map(|word| word.trim().to_ascii_lowercase()).filter(|word| !word.is_empty()).collect()
}

fn micalg(subject: &Subject<'_>) -> Judged {
    detached(subject, |signed| {
        let words = micalg_words(signed);
        let plain: Vec<String> = words.iter().map(|word| word.replace('-', "")).collect();
        let found = words.join(", ");
        let judged = if words.is_empty() {
            Judged::fail("No micalg parameter")
        } else if !plain.iter().all(|word| MICALG.contains(&word.as_str())) {
            Judged::fail(found)
        } else if plain.iter().any(|word| word == "sha1") {
            Judged::warn(format!("{found}: SHA-1 is no longer safe"))
        } else {
            Judged::pass(found)
        };
        judged.at(place(&signed.entity, "Content-Type"))
    })
}

fn protocol(subject: &Subject<'_>) -> Judged {
    detached(subject, |signed| {
        let judged = match signed.entity.content_type.param("protocol") {
            None => Judged::fail("No protocol parameter"),
            Some(protocol) => Judged::when(protocol.eq_ignore_ascii_case("application/pkcs7-signature"), protocol),
        };
        judged.at(place(&signed.entity, "Content-Type"))
    })
}

fn transfer_encoding(subject: &Subject<'_>) -> Judged {
    detached(subject, |signed| {
        let Some(content) = &signed.content else { return Judged::fail("There is no signed part") };
        let encoding = &content.transfer_encoding;
        let judged = match (content.field("Content-Transfer-Encoding"), encoding) {
            (None, _) => Judged::warn("No Content-Transfer-Encoding field, which means 7bit"),
            (Some(_), TransferEncoding::Base64 | TransferEncoding::QuotedPrintable)
                if content.content_type.is_composite() =>
            {
                Judged::warn(format!("{encoding}, which a body of this type may not have (RFC 2046 §5.2.1)"))
            }
            (Some(_), TransferEncoding::Base64 | TransferEncoding::QuotedPrintable | TransferEncoding::SevenBit) => {
                Judged::pass(encoding.to_string())
            }
            _ => Judged::fail(encoding.to_string()),
        };
        judged.at(place(content, "Content-Transfer-Encoding"))
    })
}

fn part_count(subject: &Subject<'_>) -> Judged {
    detached(subject, |signed| {
        let count = signed.parts.len();
        Judged::when(count == 2, counted(count, "part")).at(Some(signed.entity.span()))
    })
}

fn first_entity(subject: &Subject<'_>) -> Judged {
    signed(subject, |signed| {
        let Some(content) = &signed.content else { return Judged::fail("There is no signed part") };
        let faults = [HeaderFaultKind::NotAField, HeaderFaultKind::NoEmptyLine, HeaderFaultKind::SpaceBeforeColon];
        let fault = content.header.faults.iter().find(|fault| faults.contains(&fault.kind));
        let judged = match fault {
            Some(fault) => Judged::fail("The header of the signed part is broken")
                .at(Some(content.buffer.span(fault.first.clone()))),
            None => Judged::pass(content.content_type.essence()).at(Some(content.span())),
        };
        if content.content_type.stated {
            judged
        } else {
            judged.max_with(Judged::warn("The signed part has no Content-Type"))
        }
    })
}

impl Judged {
    /// The graver of two.
    fn max_with(self, other: Self) -> Self {
        if other.result > self.result { Self { span: self.span, ..other } } else { self }
    }
}

/// What ails the body of an entity, if something does.
pub(super) fn body_fault(entity: &Entity, limits: &crate::limits::Limits) -> Option<String> {
    if entity.content_type.media_type == "multipart" {
        return match multipart::split(entity, limits, &mut Ledger::new()) {
            Ok(split) if split.closed => None,
            Ok(_) => Some("the last boundary is missing".to_owned()),
            Err(error) => Some(error.to_string()),
        };
    }
    let notes = entity.decoded_body();
    if notes.is_exact() { None } else { notes.notes.first().map(ToString::to_string) }
}

fn first_body(subject: &Subject<'_>) -> Judged {
    signed(subject, |signed| {
        let Some(content) = &signed.content else { return Judged::fail("There is no signed part") };
        let (tree, _) = MimeTree::parse(&content.buffer, &subject.limits);
        let inside =
            |entity: &&Entity| entity.range.start >= content.range.start && entity.range.end <= content.range.end;
        let parts = tree.nodes().iter().map(|node| &node.entity).filter(inside);
        let fault =
            parts.map(|part| (part, body_fault(part, &subject.limits))).find_map(|(part, fault)| Some((part, fault?)));
        match fault {
            Some((part, fault)) => {
                Judged::fail(format!("{}: {fault}", part.content_type.essence())).at(Some(part.body_span()))
            }
            None => Judged::pass("Complete").at(Some(content.body_span())),
        }
    })
}

fn second(subject: &Subject<'_>, check: impl FnOnce(&Entity) -> Judged) -> Judged {
    detached(subject, |signed| match &signed.signature {
        Some(signature) => check(signature),
        None => Judged::fail("There is no second part").at(Some(signed.entity.span())),
    })
}

fn second_part(subject: &Subject<'_>) -> Judged {
    let readable = subject.data().is_some();
    second(subject, |signature| {
        let notes = signature.decoded_body();
        let judged = match (readable, notes.is_exact()) {
            (true, true) => Judged::pass("A signature"),
            (true, false) => Judged::warn(notes.notes.first().map(ToString::to_string).unwrap_or_default()),
            (false, _) => Judged::fail("The octets are no signature"),
        };
        judged.at(Some(signature.body_span()))
    })
}

fn second_type(subject: &Subject<'_>) -> Judged {
    second(subject, |signature| {
        Judged::when(signature.content_type.is("application", "pkcs7-signature"), signature.content_type.essence())
            .at(place(signature, "Content-Type"))
    })
}

fn second_encoding(subject: &Subject<'_>) -> Judged {
    second(subject, |signature| {
        let encoding = &signature.transfer_encoding;
        Judged::when(*encoding == TransferEncoding::Base64, encoding.to_string())
            .at(place(signature, "Content-Transfer-Encoding"))
    })
}

fn no_content(subject: &Subject<'_>) -> Judged {
    detached(subject, |_| {
        data(subject, |data| match data.embedded_content() {
            None => Judged::pass("No eContent"),
            Some(content) => Judged::fail(counted(content.len(), "octet") + " of eContent"),
        })
    })
}

fn has_data(subject: &Subject<'_>) -> Judged {
    match (subject.data(), &subject.signed) {
        (Some(data), _) => Judged::pass(counted(data.signers.len(), "signer")).at(Some(data.buffer().whole())),
        (None, Some(signed)) => Judged::fail("No signed-data that can be read").at(Some(signed.entity.span())),
        (None, None) => Judged::not_checked(subject.why_closed()),
    }
}

fn content_type(subject: &Subject<'_>) -> Judged {
    data(subject, |data| Judged::when(data.content_type.as_str() == oid::DATA, data.content_type.to_string()))
}

fn has_certificate(subject: &Subject<'_>) -> Judged {
    data(subject, |data| Judged::when(!data.certificates.is_empty(), counted(data.certificates.len(), "certificate")))
}

const fn is_current(digest: &DigestAlgorithm) -> bool {
    matches!(digest, DigestAlgorithm::Sha256 | DigestAlgorithm::Sha384 | DigestAlgorithm::Sha512)
}

fn digest(subject: &Subject<'_>) -> Judged {
    let named = subject.signed.as_ref().filter(|signed| signed.is_detached()).map(micalg_words).unwrap_or_default();
    let named: Vec<String> = named.iter().map(|word| word.replace('-', "")).collect();
    data(subject, |data| {
        let mut worst = Judged::pass(
            data.signers.iter().map(|signer| signer.digest_algorithm.to_string()).collect::<Vec<_>>().join(", "),
        );
        for signer in &data.signers {
            let digest = &signer.digest_algorithm;
            let agrees = named.is_empty() || named.contains(&digest.micalg().replace('-', ""));
            let result = match (agrees, digest) {
                (false, _) => RowResult::Fail,
                (true, digest) if is_current(digest) => RowResult::Pass,
                (true, DigestAlgorithm::Sha1) => RowResult::Warning,
                (true, _) => RowResult::Fail,
            };
            if result > worst.result {
                let found =
                    if agrees { digest.to_string() } else { format!("{digest}, and micalg says {}", named.join(", ")) };
                worst = Judged::new(result, found);
            }
        }
        worst
    })
}

/// Each signer over the octets as they arrived, without regard to trust.
pub(super) fn checks(subject: &Subject<'_>) -> Vec<SignerCheck> {
    let (Some(signed), Some(data)) = (&subject.signed, subject.data()) else { return Vec::new() };
    match (&signed.content, signed.is_detached()) {
        (Some(content), true) => verify_signers(data, content.octets(), &subject.limits),
        (_, true) => Vec::new(),
        (_, false) => verify_embedded_signers(data, &subject.limits),
    }
}

fn verifies(subject: &Subject<'_>) -> Judged {
    data(subject, |_| {
        let checks = checks(subject);
        if checks.is_empty() {
            return Judged::fail("Nobody signs");
        }
        let failure = checks.iter().find_map(|check| check.signature.as_ref().err());
        match failure {
            None => Judged::pass(counted(checks.len(), "signature") + " valid"),
            Some(failure) => Judged::fail(crate::finding::sentence_case(&failure.to_string())),
        }
    })
}
