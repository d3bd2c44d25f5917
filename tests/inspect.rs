//! What `inspect` tells of messages that other programs made, and of some that no program makes.
#![cfg(test)]

mod support;

use openssl::cms::CMSOptions;
use sealscope::finding::Severity;
use sealscope::limits::Limits;
use sealscope::pki::issue::{Authority, CertificateBuilder, CrlBuilder};
use sealscope::pki::{NewKey, PrivateKeyEntry, RevocationReason};
use sealscope::smime::{CmsFacts, CmsLayer, Inspection, inspect_cms};
use serde_json::Value;
use support::der::{constructed, content, element, members};
use support::handmade;
use support::program::{House, openssl_is_installed};
use time::macros::datetime;

const LETTER: &[u8] = b"Content-Type: text/plain\r\n\r\nAll is well.\r\n";

fn authority() -> Authority {
    let (begin, end) = (datetime!(2020-01-01 0:00 UTC), datetime!(2040-01-01 0:00 UTC));
    Authority::self_signed(&CertificateBuilder::authority("Lab root", begin, end).key(NewKey::P256)).unwrap()
}

fn person(authority: &Authority, address: &str, key: NewKey) -> PrivateKeyEntry {
    let (begin, end) = (datetime!(2020-01-01 0:00 UTC), datetime!(2040-01-01 0:00 UTC));
    authority.issue(&CertificateBuilder::for_address(address, begin, end).key(key)).unwrap()
}

/// A house with bob, who has an RSA key, and carol, who has one on a curve; `openssl` knows both and the letter.
fn house() -> (House, PrivateKeyEntry, PrivateKeyEntry) {
    let authority = authority();
    let (bob, carol) =
        (person(&authority, "bob@b.example", NewKey::Rsa2048), person(&authority, "carol@c.example", NewKey::P256));
    let house = House::new();
    house.put("letter", LETTER);
    house.for_openssl("bob", &bob);
    house.for_openssl("carol", &carol);
    (house, bob, carol)
}

fn cms(house: &House, arguments: &str) -> Vec<u8> {
    let fixed = "-binary -in letter -outform DER -out made";
    let all: Vec<&str> = ["cms"].into_iter().chain(arguments.split(' ')).chain(fixed.split(' ')).collect();
    house.openssl(&all);
    house.read("made")
}

fn look(cms: &[u8]) -> Inspection {
    inspect_cms(cms, &Limits::DEFAULT)
}

fn facts(inspection: &Inspection) -> &CmsFacts {
    inspection.layers[0].facts.as_deref().unwrap()
}

fn json(house: &House, file: &str) -> Value {
    let done = house.sealscope(&["inspect", file, "--json"]);
    assert_eq!(done.exit, 0, "{}{}", done.text(), done.stderr);
    done.object()["cms"].clone()
}

fn attribute<'a>(list: &'a Value, name: &str) -> &'a str {
    let found = list.as_array().unwrap().iter().find(|one| one["name"] == name);
    found.unwrap_or_else(|| panic!("{name}: {list:#}"))["values"][0].as_str().unwrap()
}

/// Every finding of the layer, wherever it is kept.
fn layer_findings(inspection: &Inspection) -> Vec<&sealscope::finding::Finding> {
    match inspection.layers[0].cms.as_ref().unwrap() {
        CmsLayer::Enveloped(data) => data.findings.iter().collect(),
        CmsLayer::CertificatesOnly(data) => data.findings.iter().collect(),
        CmsLayer::Signed { signed, checks } => {
            signed.findings.iter().chain(checks.iter().flat_map(|check| &check.findings)).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn every_kind_of_recipient_of_openssl_is_told_with_its_parameters() {
    if !openssl_is_installed("every_kind_of_recipient_of_openssl_is_told_with_its_parameters") {
        return;
    }
    let (house, bob, _) = house();
    house.key("bob@b.example", &bob);
    let oaep = "-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256";
    cms(
        &house,
        &format!(
            "-encrypt -aes256 -secretkey 000102030405060708090a0b0c0d0e0f -secretkeyid C0FFEE -pwri_password pass \
             -recip bob.crt {oaep} -keyid -recip carol.crt"
        )
        .replace("             ", ""),
    );
    let told = json(&house, "made");
    assert_eq!((&told["kind"], &told["version"]), (&Value::from("enveloped-data"), &Value::from(3)));
    let infos = told["recipient_infos"].as_array().unwrap();
    let of =
        |kind: &str| infos.iter().find(|info| info["kind"] == kind).unwrap_or_else(|| panic!("{kind}: {infos:#?}"));
    let transport = of("key-transport");
    assert_eq!(
        transport["key_encryption_parameters"],
        "RSA-OAEP with SHA-256, MGF1 with SHA-256, empty label (default)"
    );
    assert_eq!((&transport["version"], &transport["encrypted_key_octets"]), (&Value::from(2), &Value::from(256)));
    assert_eq!(transport["key_held_by"][0], "bob@b.example");
    let agreement = of("key-agreement");
    assert!(agreement["identifier"].as_str().unwrap().starts_with("key identifier"), "{agreement:#}");
    assert!(agreement["originator"].as_str().unwrap().contains("EC key"), "{agreement:#}");
    assert!(agreement["key_encryption_parameters"].as_str().unwrap().contains("-wrap"), "{agreement:#}");
    assert_eq!(agreement["key_holding"], "key held by nobody here");
    assert_eq!(of("key-encryption-key")["identifier"], "key identifier C0FFEE");
    assert!(of("password")["key_derivation"].as_str().unwrap().starts_with("PBKDF2 with HMAC-"), "{infos:#?}");
    assert!(of("password")["key_encryption"].as_str().unwrap().starts_with("PWRI-KEK with AES-256-CBC"));
    let path = "recipientInfos[";
    let fields = transport["fields"].as_array().unwrap();
    assert!(fields.iter().all(|field| field["path"].as_str().unwrap().starts_with(path)), "{fields:#?}");
    assert!(fields.iter().any(|field| field["path"].as_str().unwrap().ends_with("].ktri.rid.subjectKeyIdentifier")));
}

#[test]
fn locked_keys_are_said_to_be_locked() {
    let (house, bob, _) = house();
    house.key("bob@b.example", &bob);
    let sealed = handmade::enveloped_data(LETTER, &[bob.certificate()], openssl::symm::Cipher::aes_128_cbc());
    house.put("sealed.p7m", &sealed);
    let mut command = support::command::command(&["inspect", "sealed.p7m", "--workspace", "workspace"]);
    let done: support::command::Done = command.current_dir(house.path("")).output().unwrap().into();
    assert!(done.text().contains("locked: not known whose key, with 1 private key locked here"), "{}", done.text());
}

#[test]
fn gcm_tells_nonce_and_tag() {
    if !openssl_is_installed("gcm_tells_nonce_and_tag") {
        return;
    }
    let (house, ..) = house();
    cms(&house, "-encrypt -aes-256-gcm -stream -recip bob.crt");
    let told = json(&house, "made");
    assert_eq!(told["kind"], "authEnveloped-data");
    let parameters = "AES-256-GCM, nonce of 12 octets, check value of 16 octets";
    assert_eq!(
        (&told["content_encryption_parameters"], &told["mac_octets"]),
        (&Value::from(parameters), &Value::from(16))
    );
}

#[test]
fn every_signed_attribute_of_openssl_is_decoded() {
    if !openssl_is_installed("every_signed_attribute_of_openssl_is_decoded") {
        return;
    }
    let (house, ..) = house();
    let pss = "-keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:32 -md sha256";
    cms(
        &house,
        &format!(
            "-sign -nodetach -cades -receipt_request_to bob@b.example -receipt_request_all -signer bob.crt -inkey bob.key {pss}"
        ),
    );
    let told = json(&house, "made");
    let signer = &told["signers"][0];
    let spelled = "RSA-PSS with SHA-256, MGF1 with SHA-256, salt of 32 octets, trailer 1 (default)";
    assert_eq!(signer["signature_parameters"], spelled);
    assert_eq!(
        (&signer["attributes_in_der_order"], &signer["check"]["signature"]),
        (&Value::from(true), &Value::from("valid"))
    );
    let list = &signer["signed_attributes"];
    assert_eq!(attribute(list, "contentType"), "id-data (1.2.840.113549.1.7.1)");
    assert_eq!(attribute(list, "messageDigest").len(), 64);
    assert!(attribute(list, "signingTime").ends_with('Z'));
    assert!(attribute(list, "SMIMECapabilities").starts_with("AES-256-CBC, "), "{list:#}");
    assert!(attribute(list, "signingCertificateV2").starts_with("SHA-256 "), "{list:#}");
    assert!(attribute(list, "receiptRequest").starts_with("receipts from all recipients to bob@b.example"), "{list:#}");
}

/// A signature of bob's over the letter with these unsigned attributes.
fn with_unsigned(attributes: &[Vec<u8>]) -> (Vec<u8>, Vec<u8>) {
    let bob = person(&authority(), "bob@b.example", NewKey::P256);
    let cms = handmade::signature(LETTER, &bob, CMSOptions::BINARY);
    let mut parts = handmade::signed_data(&cms);
    let signer = members(parts.last().unwrap())[0].clone();
    let attributes: Vec<Vec<u8>> =
        if attributes.is_empty() { vec![unsigned(COUNTERSIGNATURE, &signer)] } else { attributes.to_vec() };
    let mut changed = members(&signer);
    changed.push(constructed(0xa1, &attributes));
    *parts.last_mut().unwrap() = constructed(0x31, &[constructed(0x30, &changed)]);
    (handmade::content_info(&cms, &parts), signer)
}

const COUNTERSIGNATURE: &str = "1.2.840.113549.1.9.6";

fn oid(dotted: &str) -> Vec<u8> {
    sealscope::asn1::der::oid(dotted).unwrap()
}

fn unsigned(kind: &str, value: &[u8]) -> Vec<u8> {
    constructed(0x30, &[oid(kind), constructed(0x31, &[value.to_vec()])])
}

#[test]
fn a_countersignature_is_a_signer_that_is_shown() {
    let (cms, _) = with_unsigned(&[]);
    let inspection = look(&cms);
    let unsigned = &facts(&inspection).signers[0].unsigned_attributes;
    assert_eq!((unsigned.len(), unsigned[0].countersigners.len()), (1, 1));
    let counter = &unsigned[0].countersigners[0];
    assert!(counter.identifier.starts_with("issuer CN=Lab root"), "{counter:?}");
    assert!(counter.signed_attributes.iter().any(|one| one.name == "messageDigest"));
}

#[test]
fn odd_attributes_are_decoded_or_outlined() {
    let imprint = constructed(0x30, &[constructed(0x30, &[oid("2.16.840.1.101.3.4.2.1")]), element(0x04, &[7; 32])]);
    let info = [element(2, &[1]), oid("1.2.3.4"), imprint, element(2, &[9]), element(0x18, b"20260102030405Z")];
    let info = element(0x04, &constructed(0x30, &info));
    let inner = constructed(0x30, &[oid("1.2.840.113549.1.9.16.1.4"), constructed(0xa0, &[info])]);
    let signed = [element(2, &[3]), constructed(0x31, &[]), inner, constructed(0x31, &[])];
    let token = constructed(0x30, &[oid("1.2.840.113549.1.7.2"), constructed(0xa0, &[constructed(0x30, &signed)])]);
    let name = constructed(0x30, &[constructed(0x31, &[constructed(0x30, &[oid("2.5.4.3"), element(0x0c, b"CA")])])]);
    let serial = [name.clone(), element(2, &[5])];
    let label = constructed(0x31, &[element(2, &[3]), oid("1.2.3.5"), element(0x0c, b"eyes only")]);
    let hint = constructed(0x30, &[element(0x0c, b"a letter"), oid("1.2.840.113549.1.7.1")]);
    let reference = constructed(0x30, &[oid("1.2.840.113549.1.7.1"), element(4, b"id"), element(4, b"sig")]);
    let unknown = constructed(0x30, &[oid("1.2.3.6"), element(4, &[0xab, 0xcd])]);
    let (cms, _) = with_unsigned(&[
        unsigned("1.2.840.113549.1.9.16.2.14", &token),
        unsigned("1.2.840.113549.1.9.16.2.11", &constructed(0xa0, &serial)),
        unsigned("1.3.6.1.4.1.311.16.4", &constructed(0x30, &serial)),
        unsigned("1.2.840.113549.1.9.16.2.2", &label),
        unsigned("1.2.840.113549.1.9.16.2.9", &constructed(0x30, std::slice::from_ref(&label))),
        unsigned("1.2.840.113549.1.9.16.2.4", &hint),
        unsigned("1.2.840.113549.1.9.16.2.10", &reference),
        unsigned("1.2.3.7", &unknown),
    ]);
    let inspection = look(&cms);
    let told: Vec<(&str, &str)> = facts(&inspection).signers[0]
        .unsigned_attributes
        .iter()
        .map(|one| (one.name.as_str(), one.values[0].as_str()))
        .collect();
    let expected = [
        (
            "signatureTimeStampToken",
            "time stamp of 2026-01-02T03:04:05Z, over SHA-256, policy 1.2.3.4; its signature is not checked",
        ),
        ("SMIMEEncryptionKeyPreference", "issuer CN=CA, serial number 05"),
        ("microsoftEncryptionKeyPreference", "issuer CN=CA, serial number 05"),
        ("securityLabel", "confidential, “eyes only”, policy 1.2.3.5"),
        ("equivalentLabels", "confidential, “eyes only”, policy 1.2.3.5"),
        ("contentHint", "a letter, id-data"),
        ("contentReference", "id-data, 6964, 736967"),
        ("1.2.3.7", "SEQUENCE { OBJECT IDENTIFIER 1.2.3.6, OCTET STRING ABCD }"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_kem_recipient_is_named_with_its_parts() {
    let (_, bob, _) = house();
    let sealed = handmade::enveloped_data(LETTER, &[bob.certificate()], openssl::symm::Cipher::aes_128_cbc());
    let mut parts = handmade::signed_data(&sealed);
    let place = parts.iter().position(|part| part[0] == 0x31).unwrap();
    let kem = constructed(
        0x30,
        &[
            element(2, &[0]),
            element(0x80, &[1, 2, 3]),
            constructed(0x30, &[oid("2.16.840.1.101.3.4.4.2")]),
            element(4, &[0; 1088]),
            constructed(0x30, &[oid("1.2.840.113549.1.9.16.3.28")]),
            element(2, &[32]),
            constructed(0x30, &[oid("2.16.840.1.101.3.4.1.45")]),
            element(4, &[0; 40]),
        ],
    );
    let other = constructed(0xa4, &[oid("1.2.840.113549.1.9.16.13.3"), kem]);
    parts[place] = constructed(0x31, &[members(&parts[place])[0].clone(), other]);
    let inspection = look(&handmade::content_info(&sealed, &parts));
    let info = &facts(&inspection).recipients[1];
    assert_eq!((info.kind, info.identifier.as_deref()), ("key-encapsulation", Some("key identifier 010203")));
    assert_eq!(
        (info.originator.as_deref(), info.key_derivation.as_deref()),
        (Some("ML-KEM-768"), Some("HKDF-SHA-256"))
    );
    assert_eq!((info.key_encryption.as_deref(), info.encrypted_key_octets), (Some("AES-256-wrap"), 40));
    // Two of its recipients' kinds demand version 3, and the envelope says 0.
    let version =
        layer_findings(&inspection).into_iter().find(|one| one.rule.id == "cms.enveloped-data-version").unwrap();
    assert_eq!((version.severity, version.expected.as_deref()), (Severity::Warning, Some("3")));
    let span = version.span.unwrap();
    assert_eq!(facts(&inspection).buffer.slice(span.range()), [2, 1, 0]);
}

#[test]
fn every_finding_of_a_layer_points_at_its_octets() {
    if !openssl_is_installed("every_finding_of_a_layer_points_at_its_octets") {
        return;
    }
    let (house, ..) = house();
    let made = [
        "-encrypt -des3 -recip bob.crt -recip carol.crt",
        "-encrypt -aes128 -stream -recip bob.crt",
        "-sign -nodetach -signer bob.crt -inkey bob.key",
        "-sign -nodetach -noattr -nocerts -signer bob.crt -inkey bob.key",
        "-sign -nodetach -keyid -md sha1 -signer carol.crt -inkey carol.key",
    ];
    for arguments in made {
        let cms = cms(&house, arguments);
        for octets in [cms.clone(), [cms.as_slice(), b"more"].concat()] {
            let inspection = look(&octets);
            for finding in layer_findings(&inspection) {
                assert!(finding.span.is_some_and(|span| span.end <= octets.len()), "{arguments}: {finding:?}");
            }
            assert!(inspection.findings.iter().all(|finding| finding.span.is_some()), "{arguments}");
        }
    }
}

#[test]
fn what_follows_an_envelope_is_a_finding_and_a_signature_with_more_is_refused() {
    let (_, bob, _) = house();
    let sealed = handmade::enveloped_data(LETTER, &[bob.certificate()], openssl::symm::Cipher::aes_128_cbc());
    let inspection = look(&[sealed.as_slice(), b"more"].concat());
    let trailing = layer_findings(&inspection).into_iter().find(|one| one.rule.id == "cms.no-trailing-octets").unwrap();
    assert_eq!(
        (trailing.severity, trailing.span.unwrap().range()),
        (Severity::Warning, sealed.len()..sealed.len() + 4)
    );
    let signed = handmade::opaque(LETTER, &bob);
    let inspection = look(&[signed.as_slice(), b"more"].concat());
    assert!(matches!(inspection.layers[0].cms, Some(CmsLayer::Unreadable(_))));
    assert_eq!(facts(&inspection).signers.len(), 1, "what is there is still told");
    assert_eq!(facts(&inspection).dissection.trailing, signed.len()..signed.len() + 4);
}

#[test]
fn a_cut_off_envelope_still_tells_for_whom_it_is() {
    let (house, bob, _) = house();
    let sealed = handmade::enveloped_data(LETTER, &[bob.certificate()], openssl::symm::Cipher::aes_128_cbc());
    house.put("cut.p7m", &sealed[..sealed.len() - 5]);
    let done = house.sealscope(&["inspect", "cut.p7m"]);
    assert_eq!(done.exit, 1);
    assert!(done.text().contains("for issuer CN=Lab root, serial number"), "{}", done.text());
    assert!(done.text().contains("not BER at octet"), "{}", done.text());
}

#[test]
fn the_types_that_mail_does_not_use_are_named() {
    if !openssl_is_installed("the_types_that_mail_does_not_use_are_named") {
        return;
    }
    let (house, ..) = house();
    for (arguments, word) in [
        ("-digest_create -md sha256", "digested-data"),
        ("-EncryptedData_encrypt -aes128 -secretkey 000102030405060708090a0b0c0d0e0f", "encrypted-data"),
    ] {
        cms(&house, arguments);
        let text = house.sealscope(&["inspect", "made"]).text();
        assert!(text.contains(word) && text.contains("not supported"), "{text}");
    }
}

#[test]
fn armour_base64_and_ber_of_one_cms_tell_the_same() {
    if !openssl_is_installed("armour_base64_and_ber_of_one_cms_tell_the_same") {
        return;
    }
    let (house, ..) = house();
    let made = cms(&house, "-sign -nodetach -stream -signer bob.crt -inkey bob.key");
    let text = sealscope::pki::pem::encode("CMS", &made);
    let bare: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let plain = json(&house, "made");
    for (name, octets) in [
        ("cms.pem", text.clone()),
        ("pkcs7.pem", text.replace("CMS", "PKCS7")),
        ("signed.pem", text.replace("CMS", "PKCS #7 SIGNED DATA")),
        ("noisy.pem", format!("From somewhere:\n\n{text}")),
        ("bare.b64", bare),
    ] {
        house.put(name, octets.as_bytes());
        assert_eq!(json(&house, name), plain, "{name}");
    }
}

#[test]
fn a_bundle_tells_its_certificates_and_lists() {
    let authority = authority();
    let bob = person(&authority, "bob@b.example", NewKey::P256);
    let (from, until) = (datetime!(2026-01-01 0:00 UTC), datetime!(2026-02-01 0:00 UTC));
    let builder = CrlBuilder::new(from, until).revoke(bob.certificate(), from, RevocationReason::KeyCompromise);
    let crl = authority.crl(&builder).unwrap();
    let signed = handmade::without_signers(&handmade::opaque(LETTER, &bob));
    let mut parts = handmade::signed_data(&signed);
    let last = parts.len() - 1;
    parts.insert(last, constructed(0xa1, &[crl.der().to_vec()]));
    let house = House::new();
    house.put("bundle.p7b", &handmade::content_info(&signed, &parts));
    let told = json(&house, "bundle.p7b");
    assert_eq!(told["kind"], "certs-only");
    assert_eq!((&told["crls"], &told["crl_list"][0]["revoked"]), (&Value::from(1), &Value::from(1)));
    assert_eq!(told["crl_list"][0]["this_update"], "2026-01-01T00:00:00Z");
    assert_eq!(told["certificates"][0]["email_addresses"][0], "bob@b.example");
    assert_eq!(content(&parts[last])[..2], crl.der()[..2]);
}

#[test]
fn any_structure_is_listed_as_asn1_with_names() {
    let house = House::new();
    let root = authority();
    house.put("root.pem", root.certificate().pem().as_bytes());
    let done = house.sealscope(&["inspect", "root.pem", "--asn1"]);
    assert_eq!(done.exit, 0, "{}", done.stderr);
    let text = done.text();
    assert!(text.starts_with("      0:d=0  hl=4 l="), "{text}");
    assert!(text.contains("tbsCertificate.subject: CN=Lab root"), "{text}");
    assert!(text.contains("basicConstraints, critical: a certification authority"), "{text}");
    house.put("other.der", &[0x30, 0x03, 0x02, 0x01, 0x05]);
    let other = house.sealscope(&["inspect", "other.der", "--asn1", "--json"]);
    assert_eq!(other.object()["asn1"][1]["value"], "5");
}

#[test]
fn the_values_of_a_bare_private_key_are_not_listed() {
    let (house, ..) = house();
    let done = house.sealscope(&["inspect", "carol.key", "--asn1"]);
    assert_eq!(done.exit, 1);
    assert!(done.stderr.contains("without encryption") && done.stdout.is_empty(), "{}", done.stderr);
}
