//! The certificates of those who signed (RFC 5280 §4, Direct AS 1.3 §1.4, §2.8).

use super::subject::Subject;
use super::{Check, Judged, Row, RowResult, Suite};
use crate::finding::counted;
use crate::mail::{Address, Domain};
use crate::pki::{Certificate, SignatureDigest, Validity, binding};

const RSA_BITS: u32 = 2048;
const EC_BITS: u32 = 256;

const fn row(id: &'static str, rule: &'static str, clause: &'static str, check: fn(&Subject<'_>) -> Judged) -> Row {
    Row::error(id, Suite::Ett, rule, clause, Check::Once(check))
}

pub(super) static ROWS: &[Row] = &[
    row("DTS-225", "The signer's certificate has a subject", "RFC 5280 §4.1.2.4, §4.1.2.6", subject_name)
        .expects("a subject")
        .note("RFC 5280 allows an empty subject where subjectAltName is critical; that is a warning here"),
    row("DTS-240", "The signer's certificate has one subjectAltName", "RFC 5280 §4.2.1.6", names)
        .expects("one subjectAltName"),
    row("DTS-C4", "A subjectAltName names an address or a domain", "RFC 5280 §4.2.1.6", names_somebody)
        .expects("an rfc822Name or a dNSName")
        .note("The ETT never reaches this check"),
    row("DTS-C5", "Each rfc822Name is an address", "RFC 5280 §4.2.1.6; RFC 5321 §4.1.2", valid_addresses)
        .expects("local-part@domain")
        .note("The ETT never reaches this check"),
    row("DTS-C7", "Each dNSName is a domain name", "RFC 5280 §4.2.1.6; RFC 1034 §3.5", valid_domains)
        .expects("labels of letters, digits and hyphens")
        .note("The ETT never reaches this check"),
    row(
        "DTS-SVAP-ALGORITHM",
        "The signer's certificate is signed over SHA-256 or better",
        "Direct AS 1.3 §2.8",
        digest,
    )
    .expects("SHA-256, SHA-384 or SHA-512 with RSA or ECDSA")
    .note("The ETT knows SHA-256 alone"),
    row("DTS-SVAP-NAMES", "No address stands among several subjectAltNames", "Direct AS 1.3 §1.4", mixed_names)
        .expects("an address alone"),
    row("DTS-SVAP-WILDCARD", "No name of the certificate is a wildcard", "Direct AS 1.3 §1.4", wildcard)
        .expects("no *"),
    row("DTS-SVAP-VALIDITY", "The signer's certificate is valid now", "RFC 5280 §4.1.2.5", validity)
        .expects("a time between notBefore and notAfter"),
    row("DTS-SVAP-KEY", "The signer's key is long enough", "Direct AS 1.3 §2.8", key_length)
        .expects("RSA of 2048 bits or more, or an elliptic curve of 256")
        .note("The ETT stops with an error at a key that is not RSA, and warns of RSA keys above 2048 bits"),
];

/// Judges each signer's certificate and gives the gravest.
pub(super) fn each(subject: &Subject<'_>, check: impl Fn(&Certificate) -> Judged) -> Judged {
    let certificates = subject.signer_certificates();
    let worst = certificates.into_iter().map(|certificate| (certificate, check(certificate))).max_by(|left, right| {
        // The first of equals.
        left.1.result.cmp(&right.1.result).then(std::cmp::Ordering::Greater)
    });
    match worst {
        Some((certificate, judged)) => {
            let found = format!("{}: {}", certificate.common_name(), judged.found);
            Judged { found, ..judged }
        }
        None if subject.data().is_some() => Judged::not_checked("The signature carries no certificate of its signers"),
        None => Judged::not_checked(subject.why_closed()),
    }
}

fn subject_name(subject: &Subject<'_>) -> Judged {
    each(subject, |certificate| match certificate.subject() {
        "" if !certificate.hides_its_names() && certificate.name_count() > 0 => {
            Judged::warn("No subject; a critical subjectAltName names it")
        }
        "" => Judged::fail("No subject"),
        subject => Judged::pass(subject),
    })
}

fn names(subject: &Subject<'_>) -> Judged {
    each(subject, |certificate| match certificate.name_count() {
        0 => Judged::fail("No subjectAltName"),
        1 => Judged::pass(binding::names(certificate)),
        several => Judged::warn(format!("{several} names: {}", binding::names(certificate))),
    })
}

fn names_somebody(subject: &Subject<'_>) -> Judged {
    each(subject, |certificate| {
        let named = !certificate.email_addresses().is_empty() || !certificate.dns_names().is_empty();
        Judged::when(named, binding::names(certificate))
    })
}

fn all_valid(names: &[String], is_valid: impl Fn(&str) -> bool, none: &str) -> Judged {
    match names.iter().find(|name| !is_valid(name)) {
        Some(bad) => Judged::fail(bad.clone()),
        None if names.is_empty() => Judged::info(none),
        None => Judged::pass(names.join(", ")),
    }
}

fn valid_addresses(subject: &Subject<'_>) -> Judged {
    each(subject, |certificate| match certificate.extensions().malformed_names.first() {
        Some(bad) => Judged::fail(bad.clone()),
        None => all_valid(certificate.email_addresses(), |name| Address::parse(name).is_ok(), "No rfc822Name"),
    })
}

fn valid_domains(subject: &Subject<'_>) -> Judged {
    each(subject, |certificate| all_valid(certificate.dns_names(), |name| Domain::parse(name).is_ok(), "No dNSName"))
}

pub(super) fn digest(subject: &Subject<'_>) -> Judged {
    each(subject, |certificate| {
        let digest = certificate.signature_digest();
        let good = matches!(digest, SignatureDigest::Sha256 | SignatureDigest::Sha384 | SignatureDigest::Sha512);
        Judged::when(good, certificate.signature_algorithm())
    })
}

fn mixed_names(subject: &Subject<'_>) -> Judged {
    each(subject, |certificate| {
        let mixed = certificate.name_count() > 1 && !certificate.email_addresses().is_empty();
        Judged::when(!mixed, format!("{}: {}", counted(certificate.name_count(), "name"), binding::names(certificate)))
    })
}

pub(super) fn wildcard(subject: &Subject<'_>) -> Judged {
    each(subject, |certificate| {
        let common = certificate.common_name();
        let names = certificate.dns_names().iter().chain(certificate.email_addresses()).chain([&common]);
        let star = names.into_iter().find(|name| name.contains('*')).cloned();
        match star {
            Some(star) => Judged::fail(star),
            None => Judged::pass("No wildcard"),
        }
    })
}

pub(super) fn validity(subject: &Subject<'_>) -> Judged {
    let Some(report) = subject.report else { return Judged::not_checked("The message was not judged as of any time") };
    each(subject, |certificate| {
        let dates = format!("{} to {}", certificate.not_before().date(), certificate.not_after().date());
        let result = match certificate.validity_at(report.evaluated_at) {
            Validity::Valid => RowResult::Pass,
            Validity::Expired | Validity::NotYetValid => RowResult::Fail,
        };
        Judged::new(result, dates)
    })
}

pub(super) fn key_length(subject: &Subject<'_>) -> Judged {
    each(subject, |certificate| {
        let algorithm = certificate.key_algorithm();
        let long = match (algorithm.rsa_bits(), algorithm.ec_bits()) {
            (Some(bits), _) => bits >= RSA_BITS,
            (None, Some(bits)) => bits >= EC_BITS,
            (None, None) => true,
        };
        Judged::when(long, algorithm.to_string())
    })
}
