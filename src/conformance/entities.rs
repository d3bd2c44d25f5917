//! The fields and bodies of MIME entities, part by part (RFC 2045, 2046, RFC 8551 §3.2).

use super::syntax::{self, Form};
use super::{Check, Judged, Row, Suite};
use crate::mail::{HeaderField, decode_text};
use crate::mime::{ContentType, Entity, TransferEncoding};
use crate::span::Span;

/// RFC 2046 §5.1.1.
const BOUNDARY_CHARACTERS: usize = 70;
/// RFC 8551 §3.2.1: eight characters and an extension of three.
const NAME_CHARACTERS: usize = 8;
const ENDINGS: [&str; 4] = ["p7m", "p7c", "p7z", "p7s"];
/// The top-level types of the registry.
const TYPES: [&str; 10] =
    ["application", "audio", "example", "font", "image", "message", "model", "multipart", "text", "video"];
/// The fields of RFC 2045 and 2183; others that begin with Content- are extensions.
const OWN_FIELDS: [&str; 5] =
    ["content-type", "content-transfer-encoding", "content-id", "content-description", "content-disposition"];

const ENTITY_FIELDS: &[&str] = &[
    "DTS-102b",
    "DTS-190",
    "DTS-133-145-146",
    "DTS-191",
    "DTS-192",
    "DTS-137-140",
    "DTS-156",
    "DTS-161-194",
    "DTS-134-143",
    "DTS-136-148-157",
    "DTS-138-149",
];

const fn row(id: &'static str, rule: &'static str, clause: &'static str, check: fn(&Entity) -> Option<Judged>) -> Row {
    Row::error(id, Suite::Ett, rule, clause, Check::Entities(check))
}

pub(super) static ROWS: &[Row] = &[
    row("DTS-190", "Content fields have no comments", "RFC 2045 §1; RFC 5322 §3.2.2", comments).expects("no comment"),
    row("DTS-133-145-146", "Content-Type has a type and a subtype", "RFC 2045 §5", type_and_subtype)
        .expects("type/subtype"),
    row("DTS-191", "The type is a registered one, or begins with X-", "RFC 2045 §5; RFC 2046 §6", registered_type)
        .expects("text, image, application, multipart, message, …"),
    row("DTS-192", "Parts of S/MIME have a name, and say what they are", "RFC 8551 §3.2.1, §3.2.2", smime_parameters)
        .expects("name, and smime-type of application/pkcs7-mime")
        .note("The ETT asks for smime-type on application/pkcs7-signature too, where RFC 8551 §3.2.2 has none"),
    row("DTS-137-140", "The boundary keeps to its characters and its length", "RFC 2045 §5; RFC 2046 §5.1.1", boundary)
        .expects("at most 70 characters of US-ASCII; a colon in quotation marks only"),
    row("DTS-156", "Parts of S/MIME have a Content-Disposition", "RFC 8551 §3.2.1", disposition)
        .expects("attachment; filename=smime.p7…"),
    row("DTS-161-194", "Their file name is smime with an ending of S/MIME", "RFC 8551 §3.2.1", file_name)
        .warning()
        .expects("smime.p7m, .p7c, .p7z or .p7s"),
    row("DTS-134-143", "Content-ID has the form <left@right>", "RFC 2045 §7", content_id).expects("<left@right>"),
    row("DTS-135-142-144", "Content-Description is shown", "RFC 2045 §8", description).info(),
    row(
        "DTS-136-148-157",
        "The transfer encoding is one that the type may have",
        "RFC 2045 §6; RFC 8551 §3.1.2",
        encoding,
    )
    .warning()
    .expects("7bit, 8bit or binary around parts; else 7bit, quoted-printable or base64"),
    row("DTS-138-149", "Other Content fields have a name and a value", "RFC 2045 §9", extensions)
        .expects("Content-…: a value"),
    row(
        "DTS-195",
        "Bodies have CRLF line ends, ASCII, and no control characters",
        "RFC 2046 §4.1.1; RFC 2045 §6.7",
        body,
    )
    .expects("CRLF, octets below 128"),
    Row::error("DTS-200", Suite::Ett, "Every MIME field is in order", "RFC 2045 §3", Check::RollUp(ENTITY_FIELDS))
        .expects("no failed row"),
    Row::error(
        "DTS-204",
        Suite::Ett,
        "Every MIME entity is in order",
        "RFC 2045 §2.4",
        Check::RollUp(&["DTS-200", "DTS-195"]),
    )
    .expects("no failed row"),
];

fn place(entity: &Entity, field: &HeaderField) -> Option<Span> {
    Some(entity.buffer.span(field.whole.clone()))
}

fn value<'e>(entity: &'e Entity, field: &HeaderField) -> &'e [u8] {
    entity.buffer.slice(field.value.clone())
}

fn with_field(entity: &Entity, name: &str, check: impl FnOnce(&[u8]) -> Judged) -> Option<Judged> {
    let field = entity.field(name)?;
    Some(check(value(entity, field)).at(place(entity, field)))
}

/// The fields that begin with Content-.
fn content_fields(entity: &Entity) -> impl Iterator<Item = (String, &HeaderField)> {
    let octets = entity.buffer.octets();
    let named = entity.header.fields.iter().map(|field| (field.name(octets).to_ascii_lowercase(), field));
    named.filter(|(name, _)| name.starts_with("content-"))
}

fn comments(entity: &Entity) -> Option<Judged> {
    let mut fields = content_fields(entity).filter(|(name, _)| name != "content-description").peekable();
    fields.peek()?;
    let commented = fields.find(|(_, field)| {
        let text = syntax::text(value(entity, field));
        syntax::without_comments(&text).is_none_or(|plain| plain != text)
    });
    Some(match commented {
        None => Judged::pass("No comment"),
        Some((_, field)) => Judged::fail(decode_text(value(entity, field))).at(place(entity, field)),
    })
}

fn type_and_subtype(entity: &Entity) -> Option<Judged> {
    with_field(entity, "Content-Type", |value| {
        Judged::when(
            ContentType::parse(value).stated,
            decode_text(value.split(|octet| *octet == b';').next().unwrap_or(value)),
        )
    })
}

fn registered_type(entity: &Entity) -> Option<Judged> {
    let kind = &entity.content_type;
    with_field(entity, "Content-Type", |_| {
        let known = TYPES.contains(&kind.media_type.as_str()) || kind.media_type.starts_with("x-");
        Judged::when(known, kind.essence())
    })
    .filter(|_| kind.stated)
}

fn is_mime_cms(entity: &Entity) -> bool {
    ["pkcs7-mime", "x-pkcs7-mime"].iter().any(|subtype| entity.content_type.is("application", subtype))
}

fn is_signature(entity: &Entity) -> bool {
    ["pkcs7-signature", "x-pkcs7-signature"].iter().any(|subtype| entity.content_type.is("application", subtype))
}

fn is_smime(entity: &Entity) -> bool {
    is_mime_cms(entity) || is_signature(entity)
}

fn smime_parameters(entity: &Entity) -> Option<Judged> {
    if !is_smime(entity) {
        return None;
    }
    let kind = &entity.content_type;
    let wanted: &[&str] = if is_mime_cms(entity) { &["name", "smime-type"] } else { &["name"] };
    let missing: Vec<&str> = wanted.iter().copied().filter(|name| kind.param(name).is_none()).collect();
    let judged = if missing.is_empty() {
        Judged::pass(kind.param("name").unwrap_or_default())
    } else {
        Judged::fail(format!("{} without {}", kind.essence(), missing.join(" and ")))
    };
    Some(judged.at(entity.field("Content-Type").and_then(|field| place(entity, field))))
}

fn boundary(entity: &Entity) -> Option<Judged> {
    if entity.content_type.media_type != "multipart" {
        return None;
    }
    with_field(entity, "Content-Type", |value| {
        let Some(boundary) = entity.content_type.param("boundary") else { return Judged::fail("No boundary") };
        let text = syntax::text(value);
        let unquoted = boundary.contains(':') && !text.contains(&format!("\"{boundary}\""));
        if boundary.chars().count() > BOUNDARY_CHARACTERS {
            Judged::fail(crate::finding::counted(boundary.chars().count(), "character"))
        } else if !boundary.is_ascii() {
            Judged::fail(format!("{boundary}: not ASCII"))
        } else if unquoted {
            Judged::fail(format!("{boundary}: a colon without quotation marks"))
        } else {
            Judged::pass(boundary)
        }
    })
}

fn disposition(entity: &Entity) -> Option<Judged> {
    if !is_smime(entity) {
        return None;
    }
    let judged = match &entity.disposition {
        Some(disposition) => Judged::pass(disposition.kind.clone()),
        None => Judged::fail(format!("{} without Content-Disposition", entity.content_type.essence())),
    };
    Some(judged.at(Some(entity.buffer.span(entity.header.range.clone()))))
}

fn file_name(entity: &Entity) -> Option<Judged> {
    if !is_smime(entity) {
        return None;
    }
    let name = entity.disposition.as_ref().and_then(|disposition| disposition.file_name.clone())?;
    let lower = name.to_ascii_lowercase();
    let fits = lower.rsplit_once('.').is_some_and(|(stem, ending)| {
        stem == "smime" && stem.chars().count() <= NAME_CHARACTERS && ENDINGS.contains(&ending)
    });
    let at = entity.field("Content-Disposition").and_then(|field| place(entity, field));
    Some(if fits { Judged::pass(name) } else { Judged::warn(name) }.at(at))
}

fn content_id(entity: &Entity) -> Option<Judged> {
    with_field(entity, "Content-ID", |value| {
        let text = decode_text(value);
        match syntax::message_id(value) {
            Form::Good => Judged::pass(text),
            Form::Loose(why) | Form::Bad(why) => Judged::fail(format!("{text}: {why}")),
        }
    })
}

fn description(entity: &Entity) -> Option<Judged> {
    with_field(entity, "Content-Description", |value| Judged::info(decode_text(value)))
}

fn encoding(entity: &Entity) -> Option<Judged> {
    with_field(entity, "Content-Transfer-Encoding", |_| {
        let encoding = &entity.transfer_encoding;
        let allowed = if entity.content_type.is_composite() {
            encoding.is_identity()
        } else {
            use TransferEncoding::{Base64, QuotedPrintable, SevenBit};
            matches!(encoding, Base64 | QuotedPrintable | SevenBit)
        };
        Judged::when(allowed, format!("{encoding} of {}", entity.content_type.essence()))
    })
}

fn extensions(entity: &Entity) -> Option<Judged> {
    let mut others = content_fields(entity).filter(|(name, _)| !OWN_FIELDS.contains(&name.as_str())).peekable();
    others.peek()?;
    let mut names = Vec::new();
    for (name, field) in others {
        if name == "content-" || value(entity, field).trim_ascii().is_empty() {
            return Some(Judged::fail(format!("{name} says nothing")).at(place(entity, field)));
        }
        names.push(name);
    }
    Some(Judged::pass(names.join(", ")))
}

fn body(entity: &Entity) -> Option<Judged> {
    let octets = entity.body_octets();
    let encoding = &entity.transfer_encoding;
    if entity.content_type.is_composite() || octets.is_empty() || *encoding == TransferEncoding::Binary {
        return None;
    }
    let at = |offset: usize| {
        let start = entity.body.start.saturating_add(offset);
        Some(entity.buffer.span(start..start.saturating_add(1)))
    };
    if let Some(offset) = bare_line_end(octets) {
        return Some(Judged::fail("A line end that is not CRLF").at(at(offset)));
    }
    if let Some(offset) = octets.iter().position(|octet| !octet.is_ascii()) {
        return Some(Judged::fail("An octet above 127").at(at(offset)));
    }
    let controls = |octet: &u8| octet.is_ascii_control() && !matches!(octet, b'\r' | b'\n' | b'\t');
    if *encoding == TransferEncoding::QuotedPrintable
        && let Some(offset) = octets.iter().position(controls)
    {
        return Some(Judged::fail("A control character in quoted-printable").at(at(offset)));
    }
    Some(Judged::pass("CRLF and ASCII"))
}

/// The first CR or LF that is not half of a CRLF.
fn bare_line_end(octets: &[u8]) -> Option<usize> {
    let mut previous = 0_u8;
    for (offset, &octet) in octets.iter().enumerate() {
        if octet == b'\n' && previous != b'\r' {
            return Some(offset);
        }
        if previous == b'\r' && octet != b'\n' {
            return offset.checked_sub(1);
        }
        previous = octet;
    }
    (previous == b'\r').then(|| octets.len().saturating_sub(1))
}
