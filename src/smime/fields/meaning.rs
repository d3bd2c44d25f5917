//! What values say, in words. Each answers `None` where the value is not what it reads.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::attributes;
use super::meaning_pkix::general_names;
use crate::asn1::{Element, Oid, OutlineLine, Tree, escaped, hexadecimal, oid, tag};
use crate::finding::counted;
use crate::limits::Limits;
use crate::smime::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::smime::content_cipher::ContentCipher;
use crate::smime::identifier::CertificateIdentifier;
use crate::smime::key_encryption::KeyEncryption;

/// Values of a list that are spelled out.
pub(super) const LISTED: usize = 32;

pub(super) fn count(element: &Element<'_, '_>) -> Option<String> {
    Some(element.children().count().to_string())
}

pub(super) fn size(element: &Element<'_, '_>) -> Option<String> {
    let octets = match element.octet_string_segments() {
        Some(segments) => segments.iter().map(ExactSizeIterator::len).sum(),
        None => element.content().len(),
    };
    let unused = usize::from(element.is(tag::BIT_STRING) && octets > 0);
    Some(counted(octets.saturating_sub(unused), "octet"))
}

pub(super) fn hex(element: &Element<'_, '_>) -> Option<String> {
    let octets = element.implicit_octet_string()?;
    // A SHA-512 digest is shown whole.
    let (first, second) = octets.split_at_checked(32).unwrap_or((&octets, &[]));
    match second.len() {
        0 => Some(hexadecimal(first)),
        1..=32 => Some(hexadecimal(first) + &hexadecimal(second)),
        _ => Some(hexadecimal(&octets)),
    }
}

pub(super) fn hex_or_number(element: &Element<'_, '_>) -> Option<String> {
    element.small_integer().map(|number| number.to_string()).or_else(|| hex(element))
}

pub(super) fn time(element: &Element<'_, '_>) -> Option<String> {
    element.time().map(timestamp)
}

pub(super) fn timestamp(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_else(|_| time.to_string())
}

pub(super) fn identifier(element: &Element<'_, '_>) -> Option<String> {
    CertificateIdentifier::read(element).map(|identifier| identifier.to_string())
}

/// Issuer and serial number, whatever tag they are under.
pub(super) fn issuer_and_serial(element: &Element<'_, '_>) -> Option<String> {
    let (issuer, serial) = (element.child(0)?, element.child(1)?.integer()?);
    let identifier = CertificateIdentifier::IssuerSerial { issuer: issuer.whole().to_vec(), serial: serial.to_vec() };
    Some(identifier.to_string())
}

/// KEKIdentifier and RecipientKeyIdentifier.
pub(super) fn key_identifier(element: &Element<'_, '_>) -> Option<String> {
    let id = element.child(0)?.octet_string()?;
    let date = element.children().find_map(|field| field.time());
    let date = date.map(|date| format!(", of {}", timestamp(date))).unwrap_or_default();
    Some(format!("key identifier {}{date}", hexadecimal(&id)))
}

pub(super) fn first_oid(element: &Element<'_, '_>) -> Option<String> {
    element.child(0)?.oid().map(|oid| short(&oid))
}

pub(super) fn first_oids(element: &Element<'_, '_>) -> Option<String> {
    Some(element.children().take(LISTED).filter_map(|child| first_oid(&child)).collect::<Vec<_>>().join(", "))
}

pub(super) fn short(oid: &Oid) -> String {
    oid.name().map_or_else(|| oid.to_string(), str::to_owned)
}

/// The plain values inside, one after the other.
pub(super) fn each_value(element: &Element<'_, '_>) -> Option<String> {
    let values = element.children().take(LISTED).filter_map(|child| match child.oid() {
        Some(oid) => Some(short(&oid)),
        None => OutlineLine::of(&child).value.map(String::from),
    });
    Some(values.collect::<Vec<_>>().join(", "))
}

/// Any AlgorithmIdentifier with its parameters, the defaults spelled out.
pub(super) fn algorithm(element: &Element<'_, '_>) -> Option<String> {
    let oid = element.child(0)?.oid()?;
    let parameters = element.child(1);
    Some(match oid.as_str() {
        "1.2.840.113549.1.1.10" => pss(element, parameters.as_ref()).unwrap_or_else(|| short(&oid)),
        "1.2.840.113549.1.1.7" => oaep(element, parameters.as_ref()).unwrap_or_else(|| short(&oid)),
        oid::MGF1 => with_inner("MGF1 with", parameters.as_ref()),
        "1.2.840.113549.1.9.16.3.9" => with_inner("PWRI-KEK with", parameters.as_ref()),
        "1.2.840.113549.1.9.16.3.31" => with_inner("CEK-HKDF-SHA-256 with", parameters.as_ref()),
        oid::EC_PUBLIC_KEY => match parameters.and_then(|curve| curve.oid()) {
            Some(curve) => format!("EC key on {}", short(&curve)),
            None => "EC key, its curve not named".to_owned(),
        },
        "1.2.840.113549.1.5.12" => pbkdf2(parameters.as_ref()),
        "1.2.840.113549.1.5.13" => pbes2(parameters.as_ref()),
        agreement if is_agreement(agreement) => agreed(element, &oid),
        _ => cipher(&oid, parameters.as_ref()).unwrap_or_else(|| short(&oid)),
    })
}

/// Elliptic curve or modular Diffie-Hellman with a key wrap as its parameter (RFC 5753 §7.1.4, 8418 §2.2).
pub(super) fn is_agreement(oid: &str) -> bool {
    let families = ["1.3.132.1.11.", "1.3.132.1.14.", "1.3.132.1.15.", "1.3.133.16.840.63.0."];
    let hkdf = ["19", "20", "21"].iter().any(|last| oid.strip_prefix("1.2.840.113549.1.9.16.3.") == Some(last));
    hkdf || families.iter().any(|family| oid.starts_with(family))
}

fn agreed(element: &Element<'_, '_>, oid: &Oid) -> String {
    match KeyEncryption::read(element) {
        Some(KeyEncryption::Unknown(_)) | None => {
            let wrap = element.child(1).and_then(|wrap| wrap.child(0)?.oid());
            let wrap = wrap.map(|wrap| format!(" and {}", short(&wrap))).unwrap_or_default();
            format!("{}{wrap}", short(oid))
        }
        Some(known) => format!("{known} ({})", short(oid)),
    }
}

fn with_inner(words: &str, parameters: Option<&Element<'_, '_>>) -> String {
    let inner = parameters.and_then(algorithm).unwrap_or_else(|| "nothing named".to_owned());
    format!("{words} {inner}")
}

// `, by default` after what is left out: the defaults are SHA-1, and a reader has to see it.
fn stated(parameters: Option<&Element<'_, '_>>, number: u32) -> &'static str {
    let given = parameters.is_some_and(|set| set.children().any(|field| field.is_context(number)));
    if given { "" } else { " (default)" }
}

fn pss(element: &Element<'_, '_>, parameters: Option<&Element<'_, '_>>) -> Option<String> {
    let SignatureAlgorithm::RsaPss { digest, mask_digest, salt_length } = SignatureAlgorithm::read(element)? else {
        return Some("RSA-PSS with parameters that cannot be read".to_owned());
    };
    let by = |number| stated(parameters, number);
    Some(format!(
        "RSA-PSS with {digest}{}, MGF1 with {mask_digest}{}, salt of {}{}, trailer 1{}",
        by(0),
        by(1),
        counted(usize::from(salt_length), "octet"),
        by(2),
        by(3)
    ))
}

fn oaep(element: &Element<'_, '_>, parameters: Option<&Element<'_, '_>>) -> Option<String> {
    let KeyEncryption::RsaOaep { digest, mask_digest, label } = KeyEncryption::read(element)? else {
        return Some("RSA-OAEP with parameters that cannot be read".to_owned());
    };
    let by = |number| stated(parameters, number);
    let label = if label.is_empty() { "empty label".to_owned() } else { format!("label {}", hexadecimal(&label)) };
    Some(format!("RSA-OAEP with {digest}{}, MGF1 with {mask_digest}{}, {label}{}", by(0), by(1), by(2)))
}

fn pbkdf2(parameters: Option<&Element<'_, '_>>) -> String {
    let Some(parameters) = parameters else { return "PBKDF2 without parameters".to_owned() };
    let salt = parameters.child(0).and_then(|salt| size(&salt)).unwrap_or_else(|| "unknown size".to_owned());
    let iterations = parameters.child(1).and_then(|count| count.small_integer()).unwrap_or_default();
    let prf = parameters.children().skip(2).find(|field| field.is(tag::SEQUENCE));
    let prf = prf.and_then(|prf| algorithm(&prf)).unwrap_or_else(|| "HMAC-SHA-1 (default)".to_owned());
    format!("PBKDF2 with {prf}, {iterations} iterations, salt of {salt}")
}

fn pbes2(parameters: Option<&Element<'_, '_>>) -> String {
    let inner = |place| parameters.and_then(|set| set.child(place)).and_then(|inner| algorithm(&inner));
    let words = [inner(0), inner(1)].into_iter().flatten().collect::<Vec<_>>().join(" and ");
    format!("PBES2 with {words}")
}

/// A cipher with the sizes of its vector, nonce and check value.
fn cipher(oid: &Oid, parameters: Option<&Element<'_, '_>>) -> Option<String> {
    let known = ContentCipher::from_oid(oid);
    let parameters = parameters?;
    let words = match &known {
        ContentCipher::Unknown(oid) => short(oid),
        known => known.to_string(),
    };
    if let Some(vector) = parameters.octet_string() {
        return Some(format!("{words}, initialisation vector of {}", counted(vector.len(), "octet")));
    }
    if oid.as_str() == "1.2.840.113549.3.2" {
        return Some(format!("{words}, {}", rc2_bits(&parameters.child(0)?)?));
    }
    let nonce = parameters.child(0)?.octet_string()?;
    let tag = match parameters.child(1) {
        Some(length) => counted(usize::try_from(length.small_integer()?).ok()?, "octet"),
        None => "12 octets (default)".to_owned(),
    };
    Some(format!("{words}, nonce of {}, check value of {tag}", counted(nonce.len(), "octet")))
}

// RFC 2268 §6: the version stands for the effective bits.
fn rc2_bits(version: &Element<'_, '_>) -> Option<String> {
    Some(match version.small_integer()? {
        160 => "40 bits".to_owned(),
        120 => "64 bits".to_owned(),
        58 => "128 bits".to_owned(),
        other => format!("parameter version {other}"),
    })
}

/// SubjectPublicKeyInfo and OriginatorPublicKey.
pub(super) fn public_key(element: &Element<'_, '_>) -> Option<String> {
    let algorithm = algorithm(&element.child(0)?)?;
    let octets = element.child(1)?.content().len().saturating_sub(1);
    Some(format!("{algorithm}, {}", counted(octets, "octet")))
}

/// The type of an attribute and what its values say.
pub(super) fn attribute(element: &Element<'_, '_>) -> Option<String> {
    let oid = element.child(0)?.oid()?;
    let values: Vec<String> =
        element.child(1)?.children().take(LISTED).filter_map(|value| attribute_value(oid.as_str(), &value)).collect();
    Some(match values.as_slice() {
        [] => format!("{oid}: no value"),
        values => format!("{}: {}", short(&oid), values.join("; ")),
    })
}

/// What one value of an attribute says; of an unknown one, its outline.
fn attribute_value(oid: &str, value: &Element<'_, '_>) -> Option<String> {
    match attributes::values(oid) {
        Some(known) => (known.meaning)(value).or_else(|| Some(sketch(value))),
        None => Some(sketch(value)),
    }
}

/// The types and plain values of something unknown, in one line.
pub(in crate::smime) fn sketch(element: &Element<'_, '_>) -> String {
    let mut text = String::new();
    add_sketch(element, 0, &mut text);
    text
}

// Calls itself a few levels deep; what is deeper or too much is `…`.
fn add_sketch(element: &Element<'_, '_>, depth: usize, text: &mut String) {
    let line = OutlineLine::of(element);
    match &line.value {
        Some(value) if matches!(element.tag(), tag::OBJECT_IDENTIFIER | tag::UTF8_STRING) && depth == 0 => {
            text.push_str(value);
        }
        Some(value) => {
            text.push_str(&line.kind());
            text.push(' ');
            text.push_str(value);
        }
        None => {
            text.push_str(&line.kind());
            text.push_str(" {");
            for (place, child) in element.children().enumerate() {
                text.push_str(if place == 0 { " " } else { ", " });
                if depth > 3 || text.len() > 400 {
                    text.push('…');
                    break;
                }
                add_sketch(&child, depth.saturating_add(1), text);
            }
            text.push_str(" }");
        }
    }
}

pub(super) fn capabilities(element: &Element<'_, '_>) -> Option<String> {
    Some(element.children().take(LISTED).filter_map(|one| capability(&one)).collect::<Vec<_>>().join(", "))
}

/// One capability: RC2 has its key size as a number, the others what their identifier says.
pub(super) fn capability(element: &Element<'_, '_>) -> Option<String> {
    let oid = element.child(0)?.oid()?;
    let name = short(&oid);
    Some(match element.child(1) {
        Some(bits) if bits.is(tag::INTEGER) => format!("{name} ({} bits)", bits.small_integer()?),
        Some(parameters) if parameters.is(tag::SEQUENCE) => algorithm(element)
            .filter(|words| *words != name)
            .unwrap_or_else(|| format!("{name} ({})", sketch(&parameters))),
        _ => name,
    })
}

pub(super) fn algorithm_protection(element: &Element<'_, '_>) -> Option<String> {
    let digest = DigestAlgorithm::read(&element.child(0)?)?;
    let other = element.child(1).and_then(|identifier| algorithm(&identifier)).unwrap_or_default();
    Some(format!("{digest}, {other}"))
}

pub(super) fn receipt_request(element: &Element<'_, '_>) -> Option<String> {
    let id = element.child(0)?.octet_string()?;
    let from = element.child(1)?;
    let from = tier(&from).unwrap_or_else(|| counted(from.children().count(), "named recipient"));
    let to: Vec<String> = element.child(2)?.children().take(LISTED).filter_map(|names| general_names(&names)).collect();
    Some(format!("receipts from {from} to {}, message {}", to.join(", "), hexadecimal(&id)))
}

pub(super) fn tier(element: &Element<'_, '_>) -> Option<String> {
    match (element.is_context(0), element.content()) {
        (true, [0]) => Some("all recipients".to_owned()),
        (true, [1]) => Some("recipients of the first tier".to_owned()),
        _ => None,
    }
}

pub(super) fn security_label(element: &Element<'_, '_>) -> Option<String> {
    let policy = element.children().find_map(|field| field.oid())?;
    let class = element.children().find_map(|field| classification(&field));
    let mark = element.children().find_map(|field| field.string()).map(|mark| format!("“{}”", escaped(&mark)));
    let categories =
        element.children().find(|field| field.is(tag::SET)).map(|set| counted(set.children().count(), "category"));
    let rest: Vec<String> = [class, mark, categories].into_iter().flatten().collect();
    Some(if rest.is_empty() { policy.to_string() } else { format!("{}, policy {policy}", rest.join(", ")) })
}

// RFC 2634 §3.2; numbers above 5 are the policy's own.
pub(super) fn classification(element: &Element<'_, '_>) -> Option<String> {
    Some(match element.small_integer()? {
        0 => "unmarked".to_owned(),
        1 => "unclassified".to_owned(),
        2 => "restricted".to_owned(),
        3 => "confidential".to_owned(),
        4 => "secret".to_owned(),
        5 => "top secret".to_owned(),
        other => format!("classification {other}"),
    })
}

pub(super) fn equivalent_labels(element: &Element<'_, '_>) -> Option<String> {
    Some(element.children().take(LISTED).filter_map(|label| security_label(&label)).collect::<Vec<_>>().join("; "))
}

pub(super) fn implicit_oid(element: &Element<'_, '_>) -> Option<String> {
    Oid::from_content(element.content()).map(|oid| oid.to_string())
}

pub(super) fn key_preference(element: &Element<'_, '_>) -> Option<String> {
    if element.is_context(0) {
        issuer_and_serial(element)
    } else if element.is_context(1) {
        key_identifier(element)
    } else {
        element.implicit_octet_string().map(|id| format!("key identifier {}", hexadecimal(&id)))
    }
}

pub(super) fn signing_certificate(element: &Element<'_, '_>) -> Option<String> {
    certificate_hashes(element, "SHA-1")
}

pub(super) fn signing_certificate_v2(element: &Element<'_, '_>) -> Option<String> {
    certificate_hashes(element, "SHA-256")
}

fn certificate_hashes(element: &Element<'_, '_>, default: &str) -> Option<String> {
    let one = |id: Element<'_, '_>| {
        let hash = id.children().find_map(|field| field.octet_string())?;
        let stated =
            id.child(0).filter(|first| first.is(tag::SEQUENCE)).and_then(|first| DigestAlgorithm::read(&first));
        let digest = stated.map_or_else(|| default.to_owned(), |digest| digest.to_string());
        let issuer_serial = id.children().skip(1).filter(|field| field.is(tag::SEQUENCE)).last();
        let named = issuer_serial.and_then(|field| {
            let (issuer, serial) = (general_names(&field.child(0)?)?, field.child(1)?.integer()?.to_vec());
            Some(format!(", {issuer}, serial number {}", hexadecimal(&serial)))
        });
        Some(format!("{digest} {}{}", hexadecimal(&hash), named.unwrap_or_default()))
    };
    let list: Vec<String> = element.child(0)?.children().take(LISTED).filter_map(one).collect();
    Some(list.join("; "))
}

pub(super) fn binary_time(element: &Element<'_, '_>) -> Option<String> {
    OffsetDateTime::from_unix_timestamp(element.small_integer()?).ok().map(timestamp)
}

/// When a time stamp was made, by which policy, over what (RFC 3161 §2.4.2).
pub(super) fn time_stamp(element: &Element<'_, '_>) -> Option<String> {
    let signed = element.child(1)?.child(0)?;
    let content = signed.child(2)?.child(1)?.child(0)?.octet_string()?;
    let tree = Tree::parse(&content, &Limits::DEFAULT);
    let info = tree.root()?;
    let made = info.children().find_map(|field| field.time())?;
    let policy = info.child(1)?.oid()?;
    let imprint = DigestAlgorithm::read(&info.child(2)?.child(0)?)?;
    Some(format!("time stamp of {}, over {imprint}, policy {policy}; its signature is not checked", timestamp(made)))
}
