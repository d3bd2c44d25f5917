//! Leaks of content: what is not encrypted at all, what stands beside the encrypted part, and what its labels tell.

use super::super::sources::Sources;
use super::super::{Protection, Stage};
use super::{Leak, LeakRule};
use crate::finding::{Ledger, Severity, counted};
use crate::mime::transfer::TransferNote;
use crate::mime::{Entity, MimeTree, multipart};
use crate::smime::CmsFacts;
use crate::span::Span;

const OPEN: LeakRule = LeakRule::new(
    "exposure.not-encrypted",
    "RFC 8551 §3.3",
    "Every system on the way can read and keep the subject, the text and the attachments",
    "Run the message outgoing: the sender's agent wraps, signs and encrypts it",
);
const BESIDE: LeakRule = LeakRule::new(
    "exposure.beside-encrypted",
    "RFC 8551 §3.3",
    "Only one part of the message is encrypted; every system on the way can read the others",
    "Put everything into the message before it is encrypted, and let gateways add nothing afterwards",
);
const AROUND: LeakRule = LeakRule::new(
    "exposure.around-parts",
    "RFC 2046 §5.1.1",
    "Text before the first part or after the last one is shown by no program, and everybody on the way can read it",
    "Let the program that makes the message leave preamble and epilogue empty",
);
const AROUND_CMS: LeakRule = LeakRule::new(
    "exposure.around-cms",
    "RFC 2045 §6.8",
    "What stands among the lines of base64 is not encrypted, and readers skip it without a word",
    "Find the system that added it: a footer or a disclaimer does not belong into an encrypted part",
);
const FILE_NAME: LeakRule = LeakRule::new(
    "exposure.file-name",
    "RFC 8551 §3.2.1",
    "A file name outside tells what the content is about to everybody on the way",
    "Name the encrypted part smime.p7m and a detached signature smime.p7s",
);
const DESCRIPTION: LeakRule = LeakRule::new(
    "exposure.description",
    "RFC 2045 §8",
    "A description outside is text of the message that everybody on the way can read",
    "Leave Content-Description out of the outer header",
);
const PARAMETER: LeakRule = LeakRule::new(
    "exposure.content-type-parameter",
    "RFC 8551 §3.2",
    "A parameter that the encrypted part does not need tells of what is inside, such as the digest of the signature",
    "Give the encrypted part smime-type and name, and no other parameter",
);
const ATTRIBUTES: LeakRule = LeakRule::new(
    "exposure.cms-attributes",
    "RFC 5652 §6.1, RFC 5083 §2.1",
    "Attributes of the envelope are not encrypted, and everybody on the way can read them",
    "Make the envelope without attributes that tell of the content or its sender",
);
const ORIGINATOR: LeakRule = LeakRule::new(
    "exposure.originator-certificate",
    "RFC 5652 §6.1",
    "A certificate beside the encrypted content tells who sent it, also where the outer From does not",
    "Leave the originator's certificates out, or use a key made for this message alone",
);
const COMPRESSED: LeakRule = LeakRule::new(
    "exposure.compressed",
    "RFC 8551 §2.4.4",
    "The size of compressed text depends on what it says, so that who can add to it can guess at the rest by sizes",
    "Encrypt without compressing where somebody else decides a part of the content",
);

/// Names by which S/MIME calls its own files.
const PLAIN_NAMES: [&str; 2] = ["smime", "smime-signature"];
/// Parameters that an encrypted part has by RFC 8551 §3.2.
const PARAMETERS: [&str; 2] = ["smime-type", "name"];

pub(super) fn find(sources: &Sources<'_>) -> Vec<Leak> {
    let mut leaks = Vec::new();
    leaks.extend(open(sources));
    beside(sources, &mut leaks);
    around(sources, &mut leaks);
    labels(sources, &mut leaks);
    envelope(sources, &mut leaks);
    leaks
}

fn open(sources: &Sources<'_>) -> Option<Leak> {
    // Of a header that is too large to read nothing is said.
    let span = Some(sources.outer_tree.root()?.entity.body_span());
    match (sources.protection, sources.stage) {
        (_, Stage::Stopped) | (Protection::Opened | Protection::Sealed, _) => None,
        (Protection::SignedOnly, _) => {
            Some(OPEN.leak(Severity::Fail, "The message is signed and not encrypted: a signature hides nothing", span))
        }
        (Protection::Plain, Stage::AsItStands) => Some(OPEN.leak(
            Severity::Warning,
            "As it stands the message is not encrypted: sent like this, whoever carries it reads it",
            span,
        )),
        (Protection::Plain, _) => {
            Some(OPEN.leak(Severity::Fail, "The message is not encrypted: whoever carries it reads it", span))
        }
    }
}

/// Parts outside the encrypted one.
fn beside(sources: &Sources<'_>, leaks: &mut Vec<Leak>) {
    let Some(sealed) = &sources.sealed else { return };
    let others = sources.outer_tree.nodes().iter().map(|node| &node.entity).filter(|entity| {
        let is_smime =
            entity.content_type.media_type == "application" && entity.content_type.subtype.contains("pkcs7-");
        let is_other = !entity.content_type.is_composite() && entity.range != sealed.part.range;
        is_other && !is_smime && !entity.body_octets().trim_ascii().is_empty()
    });
    for entity in others {
        let name = entity.safe_file_name().map(|name| format!(" called “{name}”")).unwrap_or_default();
        let size = counted(entity.body.len(), "octet");
        let detail = format!(
            "A part of type {}{name} with {size} stands beside the encrypted one, in the clear",
            entity.content_type.essence()
        );
        leaks.push(BESIDE.leak(Severity::Fail, detail, Some(entity.span())));
    }
}

/// Preamble, epilogue, and text among base64.
fn around(sources: &Sources<'_>, leaks: &mut Vec<Leak>) {
    for entity in sources.outer_tree.nodes().iter().map(|node| &node.entity) {
        if entity.content_type.media_type != "multipart" {
            continue;
        }
        let Ok(parts) = multipart::split(entity, sources.limits, &mut Ledger::new()) else { continue };
        for (range, place) in [(parts.preamble, "before the first part"), (parts.epilogue, "after the last part")] {
            let text = entity.buffer.slice(range.clone()).trim_ascii();
            if text.is_empty() {
                continue;
            }
            // What old programs are told is the same in all messages.
            let is_customary = range.start == entity.body.start && is_notice(text);
            let severity = if is_customary { Severity::Info } else { Severity::Warning };
            let detail = format!(
                "{} of text {} {place}, outside every part",
                counted(text.len(), "octet"),
                if text.len() == 1 { "stands" } else { "stand" }
            );
            leaks.push(AROUND.leak(severity, detail, Some(entity.buffer.span(range))));
        }
    }
    let Some(sealed) = &sources.sealed else { return };
    let notes = sealed.part.decoded_body().notes;
    if notes.iter().any(|note| matches!(note, TransferNote::ForeignCharacters | TransferNote::DataAfterPadding)) {
        let detail = "The base64 of the encrypted part holds text that is no base64";
        leaks.push(AROUND_CMS.leak(Severity::Warning, detail, stray_line(&sealed.part)));
    }
}

/// `This is a multi-part message in MIME format.` and the like.
fn is_notice(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text).to_ascii_lowercase();
    text.len() < 200 && text.contains("mime") && text.lines().count() <= 3
}

/// The first line that no base64 can be.
fn stray_line(part: &Entity) -> Option<Span> {
    let octets = part.buffer.octets();
    let is_base64 = |octet: &u8| octet.is_ascii_alphanumeric() || b"+/= \t".contains(octet);
    let mut lines = crate::mail::lines::lines(octets, part.body.clone());
    let stray = lines.find(|line| !octets.get(line.content.clone()).unwrap_or_default().iter().all(is_base64));
    Some(stray.map_or_else(|| part.body_span(), |line| part.buffer.span(line.content)))
}

/// File names, descriptions and parameters of what travels in the clear.
fn labels(sources: &Sources<'_>, leaks: &mut Vec<Leak>) {
    // Of a message that lies open as a whole, the names are the least.
    let labelled: Vec<&Entity> = match (&sources.sealed, sources.lies_open()) {
        (Some(sealed), _) => vec![&sealed.part],
        (None, true) => signatures(&sources.outer_tree),
        (None, false) => Vec::new(),
    };
    let inside: Vec<String> =
        sources.inside.nodes().iter().filter_map(|node| node.entity.safe_file_name()).map(|name| stem(&name)).collect();
    for entity in labelled {
        file_name(entity, &inside, leaks);
        if let Some(field) = entity.field("Content-Description") {
            let text = crate::mail::decode_text(field.value(entity.buffer.octets()));
            let span = entity.buffer.span(field.whole.clone());
            if !is_customary_description(&text) {
                leaks.push(DESCRIPTION.leak(
                    Severity::Warning,
                    format!("Content-Description outside says “{text}”"),
                    Some(span),
                ));
            }
        }
    }
    let Some(sealed) = &sources.sealed else { return };
    let surplus = sealed.part.content_type.params.iter().filter(|(name, _)| !PARAMETERS.contains(&name.as_str()));
    for (name, value) in surplus {
        let severity =
            if matches!(name.as_str(), "micalg" | "protocol" | "charset") { Severity::Info } else { Severity::Warning };
        let span = sealed.part.field("Content-Type").map(|field| sealed.part.buffer.span(field.whole.clone()));
        leaks.push(PARAMETER.leak(severity, format!("The Content-Type outside has {name}={value}"), span));
    }
}

fn signatures(tree: &MimeTree) -> Vec<&Entity> {
    let signature = |entity: &&Entity| {
        ["pkcs7-signature", "x-pkcs7-signature"].iter().any(|subtype| entity.content_type.is("application", subtype))
    };
    tree.nodes().iter().map(|node| &node.entity).filter(signature).collect()
}

fn file_name(entity: &Entity, inside: &[String], leaks: &mut Vec<Leak>) {
    let octets = entity.buffer.octets();
    let disposition = entity.disposition.as_ref().and_then(|disposition| disposition.file_name.as_deref());
    let names = [("Content-Disposition", disposition), ("Content-Type", entity.content_type.param("name"))];
    let mut told: Vec<String> = Vec::new();
    for (field, name) in names {
        let Some(name) = name.and_then(crate::mime::entity::safe_file_name) else { continue };
        let stem = stem(&name);
        if PLAIN_NAMES.contains(&stem.as_str()) || told.contains(&name) {
            continue;
        }
        let span = entity.header.first(octets, field).map(|field| entity.buffer.span(field.whole.clone()));
        let (severity, more) = if inside.contains(&stem) {
            (Severity::Fail, ", which is the name of an attachment inside")
        } else {
            (Severity::Warning, "")
        };
        leaks.push(FILE_NAME.leak(severity, format!("{field} outside names the file “{name}”{more}"), span));
        told.push(name);
    }
}

/// A file's name without the ending, in lower case.
fn stem(name: &str) -> String {
    let name = name.to_lowercase();
    name.split_once('.').map_or(name.as_str(), |(stem, _)| stem).to_owned()
}

/// What programs write on every encrypted or signed part.
fn is_customary_description(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.is_empty() || (text.contains("s/mime") || text.contains("smime")) && text.len() < 60
}

/// What the CMS tells beside for whom it is.
fn envelope(sources: &Sources<'_>, leaks: &mut Vec<Leak>) {
    if sources.is_compressed && sources.sealed.is_some() {
        leaks.push(COMPRESSED.leak(Severity::Info, "The content was compressed before it was encrypted", None));
    }
    let Some(sealed) = &sources.sealed else { return };
    for certificate in &sealed.data.originator_certificates {
        let detail = format!("The envelope carries a certificate of {} in the clear", certificate.subject());
        leaks.push(ORIGINATOR.leak(Severity::Warning, detail, Some(sealed.cms.whole())));
    }
    let facts = CmsFacts::of(&sealed.cms, sources.limits);
    for attribute in &facts.unprotected_attributes {
        let detail = format!("The envelope has the attribute {}, which nothing protects", attribute.name);
        leaks.push(ATTRIBUTES.leak(Severity::Warning, detail, Some(attribute.span)));
    }
    // The type of the content has to be told; its digest comes with it.
    let needed = |name: &str| ["contentType", "messageDigest"].contains(&name);
    for attribute in facts.authenticated_attributes.iter().filter(|attribute| !needed(&attribute.name)) {
        let detail =
            format!("The envelope has the attribute {}, protected from change and open to view", attribute.name);
        leaks.push(ATTRIBUTES.leak(Severity::Info, detail, Some(attribute.span)));
    }
}
