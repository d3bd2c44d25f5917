use time::macros::datetime;

use super::*;
use crate::limits::Limits;
use crate::pki::issue::{Authority, CertificateBuilder};
use crate::pki::{NewKey, PrivateKeyEntry};
use crate::smime::{EncryptionOptions, SigningOptions, encrypt, sign_detached};

fn bob(key: NewKey) -> PrivateKeyEntry {
    let (begin, end) = (datetime!(2020-01-01 0:00 UTC), datetime!(2040-01-01 0:00 UTC));
    let root = CertificateBuilder::authority("Lab root", begin, end).key(NewKey::P256);
    let authority = Authority::self_signed(&root).unwrap();
    authority.issue(&CertificateBuilder::for_address("bob@example.test", begin, end).key(key)).unwrap()
}

fn names(der: &[u8]) -> Vec<(Cow<'static, str>, Option<String>)> {
    let named = Dissection::of(der, &Limits::DEFAULT).fields.into_iter();
    named.filter_map(|field| Some((field.name?.label(), field.meaning.map(String::from)))).collect()
}

#[test]
fn the_fields_of_a_signature_have_the_names_of_the_standard() {
    let options = SigningOptions::at(datetime!(2026-01-02 3:04 UTC));
    let cms = sign_detached(b"content", &[bob(NewKey::P256)], &options).unwrap();
    let names = names(&cms);
    let plain: Vec<&str> = names.iter().map(|(name, _)| name.as_ref()).collect();
    for name in ["SignedData", "digestAlgorithms", "encapContentInfo", "certificates", "tbsCertificate", "subject"] {
        assert!(plain.contains(&name), "{name}: {plain:?}");
    }
    for name in ["signerInfos", "SignerInfo", "signedAttrs", "signatureAlgorithm", "signature"] {
        assert!(plain.contains(&name), "{name}: {plain:?}");
    }
    assert!(names.contains(&("signerInfos".into(), Some("1".to_owned()))), "{names:?}");
}

#[test]
fn the_fields_of_an_envelope_are_named_for_both_kinds_of_keys() {
    for (key, kind) in [(NewKey::P256, "KeyAgreeRecipientInfo"), (NewKey::Rsa2048, "KeyTransRecipientInfo")] {
        let bob = bob(key);
        let cms = encrypt(b"content", &[bob.certificate().clone()], &EncryptionOptions::default()).unwrap();
        let names: Vec<Cow<'_, str>> = names(&cms).into_iter().map(|(name, _)| name).collect();
        for name in [kind, "keyEncryptionAlgorithm", "encryptedKey", "contentEncryptionAlgorithm"] {
            assert!(names.contains(&Cow::Borrowed(name)), "{name}: {names:?}");
        }
    }
}

#[test]
fn what_is_no_cms_gets_no_names_but_the_first() {
    assert!(names(b"\x30\x05\x06\x03\x55\x04\x03").len() <= 2);
    assert!(names(b"").is_empty());
}

fn dissect(der: &[u8]) -> Dissection {
    Dissection::of(der, &Limits::DEFAULT)
}

fn meaning_at(dissection: &Dissection, path: &str) -> Option<String> {
    let index = (0..dissection.fields.len()).find(|index| dissection.path(*index) == path)?;
    dissection.fields[index].text().map(str::to_owned)
}

#[test]
fn a_path_leads_from_the_message_to_the_field() {
    let options = SigningOptions::at(datetime!(2026-01-02 3:04 UTC));
    let signed = dissect(&sign_detached(b"content", &[bob(NewKey::P256)], &options).unwrap());
    let paths: Vec<String> = (0..signed.fields.len()).map(|index| signed.path(index)).collect();
    for path in [
        "version",
        "encapContentInfo.eContentType",
        "signerInfos[0].sid.issuerAndSerialNumber",
        "signerInfos[0].signedAttrs[0].attrType",
        "certificates[0].certificate.tbsCertificate.subjectPublicKeyInfo.algorithm",
    ] {
        assert!(paths.iter().any(|one| one == path), "{path}: {paths:#?}");
    }
    let sealed = encrypt(b"content", &[bob(NewKey::Rsa2048).certificate().clone()], &EncryptionOptions::default());
    let sealed = dissect(&sealed.unwrap());
    let rid = meaning_at(&sealed, "recipientInfos[0].ktri.rid.issuerAndSerialNumber").unwrap();
    assert!(rid.starts_with("issuer CN=Lab root, serial number "), "{rid}");
    let cipher = meaning_at(&sealed, "encryptedContentInfo.contentEncryptionAlgorithm").unwrap();
    assert_eq!(cipher, "AES-256-CBC, initialisation vector of 16 octets");
}

#[test]
fn every_value_keeps_its_octets_also_inside_octet_strings() {
    let options = SigningOptions::at(datetime!(2026-01-02 3:04 UTC));
    let der = sign_detached(b"content", &[bob(NewKey::Rsa2048)], &options).unwrap();
    let dissection = dissect(&der);
    assert!(dissection.fields.is_sorted_by_key(|field| field.line.range().start));
    for (index, field) in dissection.fields.iter().enumerate() {
        let again = dissect(&der[field.line.range()]);
        assert_eq!(again.fields[0].line.kind(), field.line.kind());
        assert_eq!(dissection.at(field.line.range().start), Some(index));
        let parent = field.parent().map(|parent| dissection.fields[parent].line.range());
        assert!(
            parent.is_none_or(|parent| parent.start < field.line.range().start && parent.end >= field.line.range().end)
        );
    }
    let usage = "certificates[0].certificate.tbsCertificate.extensions";
    assert!((0..dissection.fields.len()).any(|index| dissection.path(index).starts_with(usage)));
    assert!(dissection.fields.iter().any(|field| field.name.as_ref().is_some_and(|name| name.label() == "modulus")));
}

#[test]
fn what_breaks_off_is_dissected_up_to_there() {
    let cms =
        encrypt(b"content", &[bob(NewKey::Rsa2048).certificate().clone()], &EncryptionOptions::default()).unwrap();
    let whole = dissect(&cms).fields.len();
    for end in 0..cms.len() {
        let part = dissect(&cms[..end]);
        assert!(part.error.is_some() && part.fields.len() <= whole, "{end}");
    }
    let part = dissect(&cms[..cms.len() - 4]);
    let last = part.fields.last().unwrap();
    assert_eq!(
        (part.error.unwrap().offset, last.name.as_ref().unwrap().label()),
        (last.line.range().start, "encryptedContent".into())
    );
    assert!(meaning_at(&part, "recipientInfos[0].ktri.rid.issuerAndSerialNumber").is_some());
}

#[test]
fn a_name_that_would_steer_a_terminal_is_escaped() {
    let cms = sign_detached(b"content", &[bob(NewKey::P256)], &SigningOptions::at(datetime!(2026-01-02 3:04 UTC)));
    let mut cms = cms.unwrap();
    let place = cms.windows(8).position(|window| window == b"Lab root").unwrap();
    cms[place + 3] = 0x1b;
    let meanings: Vec<String> = names(&cms).into_iter().filter_map(|(_, meaning)| meaning).collect();
    assert!(meanings.contains(&"CN=Lab\\1Broot".to_owned()), "{meanings:?}");
    assert!(!meanings.concat().contains(char::is_control));
}
