//! Encodings that DER forbids, and structures that are not what they should be.

use super::Group;
use super::forge::{Lab, Signature, at, attribute, change, message_digest, oid};
use crate::support::der::{constructed, content, element, members};

/// Where the parts of a signature are.
const SIGNED_DATA: &[usize] = &[1, 0];
const VERSION: &[usize] = &[1, 0, 0];
const DIGESTS: &[usize] = &[1, 0, 1];
const ENCAPSULATED: &[usize] = &[1, 0, 2];
const CERTIFICATES: &[usize] = &[1, 0, 3];
const SIGNERS: &[usize] = &[1, 0, 4];
const SIGNER: &[usize] = &[1, 0, 4, 0];
const SIGNER_VERSION: &[usize] = &[1, 0, 4, 0, 0];
const SERIAL: &[usize] = &[1, 0, 4, 0, 1, 1];
const SIGNER_DIGEST: &[usize] = &[1, 0, 4, 0, 2];
const ATTRIBUTES: &[usize] = &[1, 0, 4, 0, 3];
const ALGORITHM: &[usize] = &[1, 0, 4, 0, 4];
const SIGNATURE: &[usize] = &[1, 0, 4, 0, 5];

const BER: &str = "BER is allowed outside of attributes and certificates (RFC 5652 §3)";

pub(crate) fn groups(lab: &Lab) -> Vec<Group> {
    vec![lengths(lab), structures(lab), versions(lab), attributes(lab), resigned_attributes(lab)]
}

/// A length with a leading zero octet.
fn long(element: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content(element).len()).unwrap().to_be_bytes();
    [&[element[0], 0x84], &length[..], content(element)].concat()
}

fn indefinite(element: &[u8]) -> Vec<u8> {
    [&[element[0] | 0x20, 0x80], content(element), &[0, 0]].concat()
}

/// A string in two segments.
fn segmented(element: &[u8]) -> Vec<u8> {
    let (first, second) = content(element).split_at(content(element).len() / 2);
    constructed(element[0] | 0x20, &[super::forge_element(first), super::forge_element(second)])
}

fn with_tag(tag: u8) -> impl FnOnce(&[u8]) -> Vec<u8> {
    move |old| element(tag, content(old))
}

fn cut(octets: &[u8]) -> Vec<u8> {
    element(octets[0], &content(octets)[1..])
}

fn empty(octets: &[u8]) -> Vec<u8> {
    vec![octets[0], 0]
}

fn with_more(more: &'static [u8]) -> impl FnOnce(&[u8]) -> Vec<u8> {
    move |old| element(old[0], &[content(old), more].concat())
}

fn lengths(lab: &Lab) -> Group {
    let mut group = Group::new("BER and DER lengths");
    let cms = Signature::rsa(lab).build();
    for (name, path) in [
        ("ContentInfo", &[][..]),
        ("SignedData", SIGNED_DATA),
        ("signerInfos", SIGNERS),
        ("SignerInfo", SIGNER),
        ("certificates", CERTIFICATES),
        ("encapContentInfo", ENCAPSULATED),
        ("signature", SIGNATURE),
        ("version", VERSION),
        ("digestAlgorithm", SIGNER_DIGEST),
        ("signatureAlgorithm", ALGORITHM),
        ("signedAttrs", ATTRIBUTES),
    ] {
        let changed = change(&cms, path, long);
        group.told("cms.encoding", BER, format!("length of {name} not in its shortest form"), lab.mail(&changed));
    }
    for (name, path) in [
        ("ContentInfo", &[][..]),
        ("SignedData", SIGNED_DATA),
        ("signerInfos", SIGNERS),
        ("SignerInfo", SIGNER),
        ("certificates", CERTIFICATES),
        ("signedAttrs", ATTRIBUTES),
    ] {
        let changed = change(&cms, path, indefinite);
        group.told("cms.encoding", BER, format!("indefinite length of {name}"), lab.mail(&changed));
    }
    group.acceptable(BER, "signature in two segments", lab.mail(&change(&cms, SIGNATURE, segmented)));
    for (name, path) in [("version", VERSION), ("signature", SIGNATURE), ("serial number", SERIAL)] {
        let primitive = |old: &[u8]| [&[old[0], 0x80], content(old), &[0, 0]].concat();
        let changed = change(&cms, path, primitive);
        group.refused("malformed-cms", format!("indefinite length of the primitive {name}"), lab.mail(&changed));
    }
    let beyond = |old: &[u8]| [&[old[0], 0x84, 0x7f, 0xff, 0xff, 0xff], content(old)].concat();
    group.refused("malformed-cms", "length of SignerInfo beyond the end", lab.mail(&change(&cms, SIGNER, beyond)));
    let reserved = |old: &[u8]| [&[old[0], 0xff], content(old)].concat();
    group.refused("malformed-cms", "reserved length octet 0xff", lab.mail(&change(&cms, SIGNER, reserved)));
    let nine = |old: &[u8]| [&[old[0], 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0], content(old)].concat();
    group.refused("malformed-cms", "length in nine octets", lab.mail(&change(&cms, SIGNER, nine)));
    let open = [&[0x30, 0x80], content(&cms)].concat();
    group.refused("malformed-cms", "indefinite length that never ends", lab.mail(&open));
    group
}

fn structures(lab: &Lab) -> Group {
    let mut group = Group::new("structure of a signature");
    let cms = Signature::rsa(lab).build();
    let mut refused = |code, name: &str, cms: Vec<u8>| group.refused(code, name, lab.mail(&cms));
    refused("malformed-cms", "octets after ContentInfo", [&cms[..], &[5, 0]].concat());
    refused("malformed-cms", "a second ContentInfo after the first", [&cms[..], &cms[..]].concat());
    refused("malformed-cms", "nothing at all", Vec::new());
    refused("malformed-cms", "ContentInfo without content", constructed(0x30, &[at(&cms, &[0])]));
    refused("malformed-cms", "content under tag [1]", change(&cms, &[1], with_tag(0xa1)));
    refused("malformed-cms", "content under a tag of class application", change(&cms, &[1], with_tag(0x60)));
    refused("unsigned", "contentType data around a signature", change(&cms, &[0], |_| oid("1.2.840.113549.1.7.1")));
    refused("unsigned", "contentType enveloped-data around it", change(&cms, &[0], |_| oid("1.2.840.113549.1.7.3")));
    refused("malformed-cms", "SignedData as a SET", change(&cms, SIGNED_DATA, with_tag(0x31)));
    refused("malformed-cms", "SignedData as a primitive", change(&cms, SIGNED_DATA, with_tag(0x10)));
    refused("malformed-cms", "version as an OCTET STRING", change(&cms, VERSION, with_tag(4)));
    refused("malformed-cms", "version without octets", change(&cms, VERSION, empty));
    refused("malformed-cms", "digestAlgorithms as a SEQUENCE", change(&cms, DIGESTS, with_tag(0x30)));
    refused("malformed-cms", "signerInfos as a SEQUENCE", change(&cms, SIGNERS, with_tag(0x30)));
    refused("unsigned", "no SignerInfo in signerInfos", change(&cms, SIGNERS, empty));
    refused("malformed-cms", "SignerInfo as a SET", change(&cms, SIGNER, with_tag(0x31)));
    refused("malformed-cms", "SignerInfo without octets", change(&cms, SIGNER, empty));
    refused("malformed-cms", "signature as a BIT STRING", change(&cms, SIGNATURE, with_tag(3)));
    refused("signature-invalid", "signature without octets", change(&cms, SIGNATURE, empty));
    refused("malformed-cms", "digestAlgorithm without an identifier", change(&cms, SIGNER_DIGEST, empty));
    refused("malformed-cms", "signatureAlgorithm without an identifier", change(&cms, ALGORITHM, empty));
    refused("malformed-cms", "an identifier that breaks off", change(&cms, &[0], |_| vec![6, 2, 0x2a, 0x86]));
    refused("malformed-cms", "an identifier without octets", change(&cms, &[0], empty));
    refused("signer-certificate-missing", "the issuer's name cut by an octet", change(&cms, SERIAL, cut));
    refused("signer-certificate-missing", "no certificates", without(&cms, SIGNED_DATA, 3));
    refused("signer-certificate-missing", "an empty set of certificates", change(&cms, CERTIFICATES, empty));
    refused("malformed-cms", "signerInfos missing", without(&cms, SIGNED_DATA, 4));
    refused("malformed-cms", "encapContentInfo missing", without(&cms, SIGNED_DATA, 2));
    refused("malformed-cms", "sid missing", without(&cms, SIGNER, 1));
    refused("malformed-cms", "signature missing", without(&cms, SIGNER, 5));
    refused(
        "malformed-cms",
        "content of its own in a detached signature",
        change(&cms, ENCAPSULATED, |old| {
            let own = constructed(0xa0, &[element(4, &lab.content)]);
            constructed(0x30, &[members(old)[0].clone(), own])
        }),
    );
    refused(
        "malformed-cms",
        "content that is no OCTET STRING",
        change(&cms, ENCAPSULATED, |old| {
            constructed(0x30, &[members(old)[0].clone(), constructed(0xa0, &[element(0x0c, b"text")])])
        }),
    );
    refused(
        "malformed-cms",
        "eContentType of another kind than data",
        change(&cms, ENCAPSULATED, |_| constructed(0x30, &[oid("1.2.840.113549.1.9.16.1.4")])),
    );
    refused("malformed-cms", "an element more at the end of SignerInfo", change(&cms, SIGNER, with_more(&[5, 0])));
    refused("malformed-cms", "an element more at the end of SignedData", change(&cms, SIGNED_DATA, with_more(&[5, 0])));
    refused("malformed-cms", "an element more at the end of ContentInfo", change(&cms, &[], with_more(&[5, 0])));
    let why = "line ends after the end are the transport's";
    group.acceptable(why, "line ends after ContentInfo", lab.mail(&[&cms[..], b"\r\n"].concat()));
    group.refused("malformed-cms", "zeros after ContentInfo", lab.mail(&[&cms[..], &[0, 0]].concat()));
    group
}

fn without(cms: &[u8], path: &[usize], place: usize) -> Vec<u8> {
    change(cms, path, |old| {
        let mut parts = members(old);
        parts.remove(place);
        constructed(old[0], &parts)
    })
}

fn versions(lab: &Lab) -> Group {
    let mut group = Group::new("version numbers");
    let cms = Signature::rsa(lab).build();
    let why = "a wrong version says nothing about the octets that are signed";
    for number in [0, 2, 3, 4, 5, 127] {
        let signed = change(&cms, VERSION, |_| element(2, &[number]));
        group.told("cms.signed-data-version", why, format!("SignedData version {number}"), lab.mail(&signed));
        let signer = change(&cms, SIGNER_VERSION, |_| element(2, &[number]));
        group.told("cms.signer-info-version", why, format!("SignerInfo version {number}"), lab.mail(&signer));
    }
    let negative = change(&cms, VERSION, |_| element(2, &[0xff]));
    group.told("cms.signed-data-version", why, "SignedData version -1", lab.mail(&negative));
    let padded = change(&cms, VERSION, |_| element(2, &[0, 1]));
    group.acceptable(BER, "version with a leading zero", lab.mail(&padded));
    let huge = change(&cms, VERSION, |_| element(2, &[0x7f; 9]));
    group.refused("malformed-cms", "version beyond 64 bits", lab.mail(&huge));
    group
}

/// Attributes changed after they were signed.
fn attributes(lab: &Lab) -> Group {
    let mut group = Group::new("attributes changed after signing");
    let good = Signature::rsa(lab);
    let time = super::forge_time("260601115900Z");
    let mut all = lab.attributes();
    all.push(time);
    let cms = good.attributes(all.clone()).build();
    let names = ["contentType", "messageDigest", "signingTime"];
    let set = |attributes: &[Vec<u8>]| change(&cms, ATTRIBUTES, |_| constructed(0xa0, attributes));
    for (place, name) in names.iter().enumerate() {
        let removed: Vec<Vec<u8>> =
            all.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, a)| a.clone()).collect();
        let code = if place == 2 { "signature-invalid" } else { "signed-attributes-invalid" };
        group.refused(code, format!("{name} removed"), lab.mail(&set(&removed)));
        let doubled = [&all[..], &all[place..=place]].concat();
        group.refused("signed-attributes-invalid", format!("{name} repeated"), lab.mail(&set(&doubled)));
        for (what, values) in [("without a value", 0), ("with two values", 2)] {
            let mut changed = all.clone();
            let value = at(&all[place], &[1, 0]);
            changed[place] = constructed(0x30, &[at(&all[place], &[0]), constructed(0x31, &vec![value; values])]);
            group.refused("signed-attributes-invalid", format!("{name} {what}"), lab.mail(&set(&changed)));
        }
    }
    let (mut other_digest, mut other_type, mut later) = (all.clone(), all.clone(), all.clone());
    other_digest[1] = message_digest(&[0; 32]);
    other_type[0] = attribute(super::forge::CONTENT_TYPE, &[oid("1.2.840.113549.1.7.3")]);
    later[2] = super::forge_time("490101000000Z");
    group.refused("signature-invalid", "messageDigest changed", lab.mail(&set(&other_digest)));
    group.refused("signed-attributes-invalid", "contentType changed", lab.mail(&set(&other_type)));
    group.refused("signature-invalid", "signingTime changed", lab.mail(&set(&later)));
    group.refused("signed-attributes-invalid", "no attribute in the set", lab.mail(&set(&[])));
    group.refused("signature-invalid", "the whole set left out", lab.mail(&without(&cms, SIGNER, 3)));
    let as_unsigned = change(&cms, SIGNER, |old| {
        let mut parts = members(old);
        let mut attributes = parts.remove(3);
        attributes[0] = 0xa1;
        parts.push(attributes);
        constructed(0x30, &parts)
    });
    group.refused("signature-invalid", "signed attributes moved to the unsigned ones", lab.mail(&as_unsigned));
    let long_inside = change(&cms, &[1, 0, 4, 0, 3, 1, 1, 0], long);
    group.refused("signature-invalid", "a length inside an attribute made longer", lab.mail(&long_inside));
    group.refused("malformed-cms", "an attribute that is no SEQUENCE", lab.mail(&set(&[element(4, &[1])])));
    let why = "signed over the order of DER, whatever the order on the way (RFC 5652 §5.4)";
    let mut sorted = all;
    sorted.sort_unstable();
    let cms = Signature::rsa(lab).attributes(sorted.clone()).build();
    sorted.reverse();
    let reversed = change(&cms, ATTRIBUTES, |_| constructed(0xa0, &sorted));
    group.told("cms.signed-attributes-der", why, "attributes not in the order of DER", lab.mail(&reversed));
    group
}

/// Attributes that the signer got wrong.
fn resigned_attributes(lab: &Lab) -> Group {
    let mut group = Group::new("attributes wrong and signed");
    let [content_type, digest] = <[Vec<u8>; 2]>::try_from(lab.attributes()).unwrap();
    let signed = |attributes: &[Vec<u8>]| lab.mail(&Signature::rsa(lab).attributes(attributes.to_vec()).build());
    let time = super::forge_time("260601115900Z");
    let typed = |tag: u8| attribute(super::forge::MESSAGE_DIGEST, &[element(tag, content(&at(&digest, &[1, 0])))]);
    let value = at(&digest, &[1, 0]);
    let two = attribute(super::forge::MESSAGE_DIGEST, &[value.clone(), value]);
    let invalid: [(&str, Vec<Vec<u8>>); 13] = [
        ("contentType missing", vec![digest.clone()]),
        ("messageDigest missing", vec![content_type.clone()]),
        ("messageDigest repeated", vec![content_type.clone(), digest.clone(), digest.clone()]),
        ("messageDigest with two values", vec![content_type.clone(), two]),
        ("messageDigest without a value", vec![content_type.clone(), attribute(super::forge::MESSAGE_DIGEST, &[])]),
        ("messageDigest as a BIT STRING", vec![content_type.clone(), typed(3)]),
        ("messageDigest as a UTF8String", vec![content_type.clone(), typed(0x0c)]),
        ("contentType repeated", vec![content_type.clone(), content_type.clone(), digest.clone()]),
        ("contentType of another kind", vec![attribute(super::forge::CONTENT_TYPE, &[oid("1.2.3")]), digest.clone()]),
        ("contentType as an INTEGER", vec![attribute(super::forge::CONTENT_TYPE, &[element(2, &[1])]), digest.clone()]),
        ("signingTime repeated", vec![content_type.clone(), digest.clone(), time.clone(), time.clone()]),
        (
            "signingTime without a value",
            vec![content_type.clone(), digest.clone(), attribute(super::forge::SIGNING_TIME, &[])],
        ),
        ("signingTime that is no time", vec![content_type.clone(), digest.clone(), super::forge_time("never")]),
    ];
    for (name, attributes) in invalid {
        group.refused("signed-attributes-invalid", name, signed(&attributes));
    }
    let cut = message_digest(&content(&at(&digest, &[1, 0]))[..31]);
    group.refused("digest-mismatch", "messageDigest cut by an octet", signed(&[content_type.clone(), cut]));
    let longer = message_digest(&[content(&at(&digest, &[1, 0])), &[0]].concat());
    group.refused("digest-mismatch", "messageDigest longer by an octet", signed(&[content_type.clone(), longer]));
    group.refused("digest-mismatch", "messageDigest empty", signed(&[content_type.clone(), message_digest(&[])]));
    let repeated = [content_type.clone(), digest.clone(), capabilities(), capabilities()];
    let why = "what the signer says of other programs decides nothing here (RFC 8551 §2.5.2)";
    group.told("cms.signed-attribute-once", why, "smimeCapabilities repeated", signed(&repeated));
    let both = vec![content_type.clone(), digest.clone()];
    group.acceptable("signing time is optional (RFC 8551 §2.5)", "no signingTime", signed(&both));
    let unknown = [both, vec![attribute("1.2.3.4.5", &[vec![5, 0]])]].concat();
    group.acceptable("unknown attributes are tolerated (RFC 8551 §2.5)", "an unknown attribute", signed(&unknown));
    let generalized = attribute(super::forge::SIGNING_TIME, &[element(0x18, b"20260601115900Z")]);
    let why = "the time is a claim that nothing depends on";
    group.acceptable(why, "signingTime as GeneralizedTime before 2050", signed(&[content_type, digest, generalized]));
    group
}

fn capabilities() -> Vec<u8> {
    attribute("1.2.840.113549.1.9.15", &[constructed(0x30, &[])])
}
