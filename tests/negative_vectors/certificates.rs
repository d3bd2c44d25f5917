//! Certificates of the signer that are not as RFC 5280 wants them, each signed by the authority as it is.

use openssl::hash::MessageDigest;
use openssl::sign::Signer;

use super::Group;
use super::forge::{Lab, RSA_SHA256, Signature, algorithm, at, change, oid};
use crate::support::der::{constructed, content, element, members};

/// Where the parts of a certificate are.
const VERSION: &[usize] = &[0, 0];
const SERIAL: &[usize] = &[0, 1];
const INNER_ALGORITHM: &[usize] = &[0, 2];
const VALIDITY: &[usize] = &[0, 4];
const EXTENSIONS: &[usize] = &[0, 7, 0];
const OUTER_ALGORITHM: &[usize] = &[1];

pub(crate) fn groups(lab: &Lab) -> Vec<Group> {
    vec![certificates(lab)]
}

/// The certificate with its contents signed anew.
pub(crate) fn signed_anew(lab: &Lab, certificate: &[u8]) -> Vec<u8> {
    let mut parts = members(certificate);
    let mut signer = Signer::new(MessageDigest::sha256(), lab.circle.intermediate.key()).unwrap();
    let signature = signer.sign_oneshot_to_vec(&parts[0]).unwrap();
    parts[2] = element(3, &[&[0], &signature[..]].concat());
    constructed(0x30, &parts)
}

/// A message whose signer has this certificate, under the serial number that it has.
fn mail(lab: &Lab, certificate: &[u8]) -> Vec<u8> {
    let mut signature = Signature::rsa(lab);
    signature.certificates[0] = certificate.to_vec();
    let serial = at(certificate, SERIAL);
    lab.mail(&change(&signature.build(), &[1, 0, 4, 0, 1, 1], |_| serial))
}

fn extension(dotted: &str, critical: &[u8], value: &[u8]) -> Vec<u8> {
    constructed(0x30, &[oid(dotted), critical.to_vec(), element(4, value)])
}

fn certificates(lab: &Lab) -> Group {
    let mut group = Group::new("certificates");
    let good = lab.rsa.certificate().der().to_vec();
    let made =
        |path: &[usize], make: &dyn Fn(&[u8]) -> Vec<u8>| mail(lab, &signed_anew(lab, &change(&good, path, make)));
    group.acceptable(
        "it is right: certificates here are signed as they should be",
        "signed anew",
        made(VERSION, &<[u8]>::to_vec),
    );
    let with = |extra: Vec<u8>| {
        made(EXTENSIONS, &|old: &[u8]| constructed(0x30, &[members(old), vec![extra.clone()]].concat()))
    };
    let critical = [1, 1, 0xff];
    let san = || {
        let all = members(&at(&good, EXTENSIONS));
        all.into_iter().find(|extension| members(extension)[0] == oid("2.5.29.17")).unwrap()
    };
    let without_san = |replacement: Vec<u8>| {
        made(EXTENSIONS, &move |old: &[u8]| {
            let mut all = members(old);
            all.retain(|extension| members(extension)[0] != oid("2.5.29.17"));
            all.push(replacement.clone());
            constructed(0x30, &all)
        })
    };
    let name =
        |tag: u8, text: &[u8]| without_san(extension("2.5.29.17", &[], &constructed(0x30, &[element(tag, text)])));
    group.refused(
        "unknown-critical-extension",
        "an unknown extension, critical",
        with(extension("1.2.3.4.5", &critical, &[5, 0])),
    );
    group.refused("malformed-certificate", "an extension repeated", with(san()));
    let twice = extension("1.2.3.4.5", &[], &[5, 0]);
    let repeated = made(EXTENSIONS, &|old: &[u8]| constructed(0x30, &[members(old), vec![twice.clone(); 2]].concat()));
    group.refused("malformed-certificate", "an unknown extension repeated", repeated);
    let why = "what is not critical and not known is passed over (RFC 5280 §4.2)";
    group.acceptable(why, "an unknown extension, not critical", with(extension("1.2.3.4.5", &[], &[5, 0])));
    group.refused(
        "no-path-to-anchor",
        "nameConstraints that cannot be read",
        with(extension("2.5.29.30", &critical, &[0x30, 3, 1])),
    );
    group.refused(
        "signer-not-bound",
        "a subjectAltName with NUL inside",
        name(0x81, b"alice@a.example\0.evil.example"),
    );
    group.refused("signer-not-bound", "a subjectAltName with NUL at the end", name(0x81, b"alice@a.example\0"));
    group.refused("signer-not-bound", "a subjectAltName with a space in front", name(0x81, b" alice@a.example"));
    group.refused("signer-not-bound", "a subjectAltName in angle brackets", name(0x81, b"<alice@a.example>"));
    group.refused(
        "signer-not-bound",
        "two addresses in one subjectAltName",
        name(0x81, b"alice@a.example,carol@a.example"),
    );
    group.refused("signer-not-bound", "the address as a dNSName", name(0x82, b"alice@a.example"));
    group.refused("signer-not-bound", "the address as a URI", name(0x86, b"mailto:alice@a.example"));
    group.refused("signer-not-bound", "a wildcard", name(0x82, b"*.example"));
    group.refused("signer-not-bound", "a domain that ends in the sender's", name(0x82, b"evila.example"));
    group.refused("signer-not-bound", "a domain above the sender's", name(0x82, b"example"));
    group.refused(
        "signer-not-bound",
        "no name in the subjectAltName",
        without_san(extension("2.5.29.17", &[], &[0x30, 0])),
    );
    group.acceptable("the case of a domain does not count", "the domain in capitals", name(0x82, b"A.EXAMPLE"));
    let odd = "readers have to cope with numbers that issuers must not give (RFC 5280 §4.1.2.2)";
    let serial = |octets: &[u8]| {
        let octets = octets.to_vec();
        made(SERIAL, &move |_: &[u8]| element(2, &octets))
    };
    group.told("path.serial-number", odd, "a negative serial number", serial(&[0x80, 1]));
    group.told("path.serial-number", odd, "the serial number 0", serial(&[0]));
    group.told("path.serial-number", odd, "a serial number of 21 octets", serial(&[1; 21]));
    group.refused(
        "malformed-certificate",
        "version 2 with extensions",
        made(VERSION, &|_: &[u8]| constructed(0xa0, &[element(2, &[1])])),
    );
    let sha512 = algorithm("1.2.840.113549.1.1.13", &[5, 0]);
    let inner = sha512.clone();
    group.refused(
        "certificate-signature-invalid",
        "the algorithm inside is another",
        made(INNER_ALGORITHM, &move |_: &[u8]| inner.clone()),
    );
    group.refused(
        "certificate-signature-invalid",
        "the algorithm outside is another",
        made(OUTER_ALGORITHM, &move |_: &[u8]| sha512.clone()),
    );
    let without_null = change(&signed_anew(lab, &good), OUTER_ALGORITHM, |_| algorithm(RSA_SHA256, &[]));
    group.refused("certificate-signature-invalid", "NULL outside left out", mail(lab, &without_null));
    let mut altered = good.clone();
    let last = altered.len() - 1;
    altered[last] ^= 1;
    group.refused("certificate-signature-invalid", "the signature changed", mail(lab, &altered));
    let longer = change(&good, &[2], |old| element(3, &[content(old), &[0]].concat()));
    group.refused("certificate-signature-invalid", "the signature longer by an octet", mail(lab, &longer));
    let time = |from: &'static [u8], until: &'static [u8]| {
        let tag = |text: &[u8]| if text.len() > 13 { 0x18 } else { 0x17 };
        made(VALIDITY, &move |_: &[u8]| constructed(0x30, &[element(tag(from), from), element(tag(until), until)]))
    };
    group.refused("expired", "expired a second ago", time(b"200101000000Z", b"260601115959Z"));
    group.acceptable("the last second counts", "expires this second", time(b"200101000000Z", b"260601120000Z"));
    group.acceptable("the first second counts", "valid from this second", time(b"260601120000Z", b"490101000000Z"));
    group.refused("not-yet-valid", "valid from the next second", time(b"260601120001Z", b"490101000000Z"));
    group.refused("expired", "1950 in two digits", time(b"500101000000Z", b"500601000000Z"));
    group.acceptable(
        "dates from 2050 on are GeneralizedTime",
        "until 9999",
        time(b"200101000000Z", b"99991231235959Z"),
    );
    group
}
