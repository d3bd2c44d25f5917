//! What a diagnosis says, for people who operate mail systems.

use super::Effort;
use super::changed::Changes;
use super::key::KeyFinding;
use super::search::Attempt;
use super::transformation::Transformation;
use crate::finding::{counted, sentence_case};
use crate::pki::Certificate;
use crate::smime::{SignatureFailure, SignerCheck};

pub(super) fn digest_differs(check: &SignerCheck) -> String {
    let name = check.certificate.as_ref().map_or_else(|| check.identifier.to_string(), Certificate::common_name);
    format!(
        "The signature by {name} is genuine, but the content is not the one that was signed: its {} digest differs from \
         the signed one",
        check.digest_algorithm
    )
}

pub(super) fn bare_digest_differs() -> String {
    "The signature was made by the key of the signer's certificate, but over another content: the digest inside the \
     signature differs from that of the content"
        .to_owned()
}

pub(super) fn digest_differs_too() -> String {
    "The content's digest differs from the one that the signer states, so it was changed as well".to_owned()
}

pub(super) fn not_searched(algorithm: &str) -> String {
    format!("What changed it was not looked for, since {algorithm} digests are not computed here piece by piece")
}

/// The proof, who does such a thing, and where.
pub(super) fn found(transformations: &[Transformation], changed: &Changes, proven: bool) -> Vec<String> {
    let happened: Vec<&str> = transformations.iter().map(|one| one.happened()).collect();
    let mut sentences = vec![happened.join(", and: ")];
    sentences.push(match proven {
        true => format!(
            "This is proven: with {} undone ({}) the digest is the signed one and the signature is valid",
            if transformations.len() == 1 { "that" } else { "both" },
            places(changed)
        ),
        false => "With that undone the digest is the stated one, but that is no proof: without the certificate nobody \
                  can tell whether the statement is the signer's"
            .to_owned(),
    });
    sentences.extend(transformations.iter().map(|one| one.who().to_owned()));
    sentences
}

fn places(changed: &Changes) -> String {
    let Some(first) = changed.places.first() else { return "in no place".to_owned() };
    if changed.count == 1 {
        return format!("in line {} of {}", first.line, first.span.buffer);
    }
    format!("in {}, the first in line {} of {}", counted(changed.count, "place"), first.line, first.span.buffer)
}

pub(super) fn nothing_found(tried: &[Attempt], effort: &Effort) -> String {
    let (alone, pairs): (Vec<&Attempt>, Vec<&Attempt>) =
        tried.iter().partition(|attempt| attempt.transformations.len() == 1);
    let ended = if effort.exhausted { "; the search ended with its budget, so not everything was tried" } else { "" };
    format!(
        "None of the {} changes that mail systems are known to make restores the signed digest, neither alone nor in {} \
         ({} computed{ended}): words, numbers or attached files may have been changed, or several things at once",
        alone.len(),
        counted(pairs.len(), "pair"),
        counted(effort.candidates, "digest"),
    )
}

pub(super) fn attributes_broken(failure: &SignatureFailure) -> String {
    format!(
        "{}: that is how the signer's program made them, no system on the way does that",
        sentence_case(&failure.to_string())
    )
}

/// What the signature fits, if anything; `digest`: whether the content's digest is the stated one.
pub(super) fn wrong_key(finding: &KeyFinding, check: &SignerCheck, digest: Option<bool>) -> Vec<String> {
    let content = match digest {
        Some(true) => "The content's digest is the one that the signer states, so the content was not changed",
        Some(false) => "The content's digest is not the one that the signer states, so the content does not fit either",
        None => "There is no stated digest to compare the content with",
    };
    vec![content.to_owned(), fits(finding, check)]
}

fn fits(finding: &KeyFinding, check: &SignerCheck) -> String {
    let algorithm = &check.signature_algorithm;
    match finding {
        KeyFinding::AttributesAltered => "The signature was made by the key of the signer's certificate, but over other \
             signed attributes than those in the message: they were altered, or written anew in another encoding, after \
             they were signed"
            .to_owned(),
        KeyFinding::AttributesInOtherOrder => "The signature fits the signed attributes in another order than they have in \
             the message: the signer's program signed them in one order and wrote them in another, and RFC 5652 §5.4 \
             demands the order of DER for both"
            .to_owned(),
        KeyFinding::AttributesUnderTag => "The signature fits the signed attributes as they stand in the message, with \
             their tag [0]: RFC 5652 §5.4 demands that they are signed as a SET OF, so the signer's program is at fault"
            .to_owned(),
        KeyFinding::NotThisKey => "The signature was not made by the key of the signer's certificate, nor by that of any \
             other certificate in the message or of the same name here: the signer's program mixes up keys, or the \
             signature itself was altered"
            .to_owned(),
        KeyFinding::OtherCertificate(certificate, place) => format!(
            "The signature fits another certificate, {} (serial {}, {}): the signer's program signed with one key and \
             named another",
            certificate.common_name(),
            certificate.serial(),
            place.as_deref().map_or_else(|| "in the message".to_owned(), |place| format!("among {place}"))
        ),
        KeyFinding::OverContent => "The signature fits the content itself, not the signed attributes: RFC 5652 §5.4 \
             demands that it is made over the attributes where there are some, so the signer's program is at fault"
            .to_owned(),
        KeyFinding::Undecided => format!(
            "The signature fits no certificate in the message, and none of the same name here; whether the key is a wrong \
             one or the signed attributes were altered cannot be told for {algorithm}"
        ),
    }
}

pub(super) fn wrong_key_advice(finding: &KeyFinding) -> String {
    match finding {
        KeyFinding::OtherCertificate(..) | KeyFinding::NotThisKey => {
            "Let the sender compare the certificate that their agent includes with the key that it signs with"
        }
        KeyFinding::Undecided => {
            "Let the sender compare certificate and key, and send the same message by another way to compare the octets"
        }
        KeyFinding::AttributesAltered => {
            "Compare the signature part with the sender's copy: it must arrive octet for octet"
        }
        KeyFinding::AttributesInOtherOrder | KeyFinding::AttributesUnderTag | KeyFinding::OverContent => {
            "Let the maker of the sender's program correct how it signs attributes"
        }
    }
    .to_owned()
}

pub(super) fn certificate_missing(check: &SignerCheck) -> String {
    format!("The message does not bring the certificate of its signer ({})", check.identifier)
}

pub(super) fn certificate_unknown() -> String {
    "It is not known here either, so nobody can tell whether the signature is genuine".to_owned()
}

pub(super) fn known_certificate(place: &str, failure: Option<&SignatureFailure>) -> String {
    match failure {
        None => {
            format!("It is known here, among {place}; with it the signature is valid, so nothing else is wrong with it")
        }
        Some(_) => format!("It is known here, among {place}; with it the signature does not hold either"),
    }
}
