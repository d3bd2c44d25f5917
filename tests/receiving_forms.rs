//! The forms in which secured messages arrive: types and names, transfer encodings, layers in any order.
#![cfg(test)]

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::symm::Cipher;
use sealscope::agent::{Profile, ProfileName, Report};
use sealscope::finding::Severity;
use sealscope::limits::Limits;
use support::cms::{SEQUENCE, SET, compressed};
use support::der::{constructed, element, members};
use support::handmade::{
    content_info, detached, enveloped_data, multipart_signed, multipart_signed_between, opaque, opaque_entity,
    signed_data, wrapped,
};
use support::receiver::{Receiver, answer, signed};
use support::{ALICE, BOB, CAROL, envelope, message, verdict};

fn told(report: &Report, rule: &str, severity: Severity) -> bool {
    report.findings().any(|finding| finding.rule.id == rule && finding.severity == severity)
}

/// What becomes of a message of these octets, and what is delivered.
fn receive(receiver: &Receiver, octets: &[u8]) -> (Report, Option<Vec<u8>>) {
    match receiver.world.incoming(&envelope(ALICE, &[BOB], octets)) {
        Ok(accepted) => (accepted.report, Some(accepted.envelope.message.octets().to_vec())),
        Err(report) => (*report, None),
    }
}

fn under(profile: ProfileName) -> Receiver {
    let mut receiver = Receiver::new();
    receiver.world.profile = Profile::named(profile);
    receiver
}

fn entity(content_type: &str, cms: &[u8]) -> Vec<u8> {
    let text = STANDARD.encode(cms);
    let lines: Vec<&str> = text.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let body = lines.join("\r\n");
    format!("Content-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}\r\n").into_bytes()
}

fn pkcs7_mime(kind: &str, cms: &[u8]) -> Vec<u8> {
    entity(&format!("application/pkcs7-mime; smime-type={kind}; name=smime.p7m"), cms)
}

/// An entity as a message from Alice to Bob.
fn mail(entity: &[u8]) -> Vec<u8> {
    let header = "From: alice@a.example\r\nTo: bob@b.example\r\nDate: Mon, 1 Jun 2026 11:59:00 +0000\r\n\
                  Message-ID: <2@a.example>\r\nMIME-Version: 1.0\r\n";
    [header.as_bytes(), entity].concat()
}

/// An encrypted layer around an entity.
fn sealing(receiver: &Receiver, entity: &[u8]) -> Vec<u8> {
    let cms = enveloped_data(entity, &[receiver.bob.certificate()], Cipher::aes_256_cbc());
    pkcs7_mime("enveloped-data", &cms)
}

/// A detached signature around an entity.
fn signing(receiver: &Receiver, entity: &[u8]) -> Vec<u8> {
    let signature = detached(entity, &receiver.circle.address(ALICE));
    multipart_signed_between(entity, &signature, &format!("=_{}", entity.len()))
}

fn squeezed(entity: &[u8]) -> Vec<u8> {
    pkcs7_mime("compressed-data", &compressed(entity))
}

fn original() -> Vec<u8> {
    message(ALICE, &[BOB])
}

#[test]
fn types_count_and_names_count_for_untyped_octets_alone() {
    let receiver = Receiver::new();
    let cms =
        enveloped_data(&signed(&receiver.circle.address(ALICE)), &[receiver.bob.certificate()], Cipher::aes_256_cbc());
    for (content_type, expected, warned) in [
        ("application/pkcs7-mime; smime-type=enveloped-data", "accepted", false),
        ("application/x-pkcs7-mime; smime-type=enveloped-data", "accepted", true),
        ("application/octet-stream; name=smime.p7m", "accepted", true),
        ("application/octet-stream; name=SMIME.P7Z", "accepted", true),
        ("application/octet-stream; name=report.pdf", "not-encrypted", false),
        ("text/html; name=smime.p7m", "not-encrypted", false),
    ] {
        let (report, _) = receive(&receiver, &mail(&entity(content_type, &cms)));
        assert_eq!(answer(&report), expected, "{content_type}: {:?}", report.rejection);
        assert_eq!(told(&report, "smime.enveloped-media-type", Severity::Warning), warned, "{content_type}");
    }
}

#[test]
fn what_the_structure_is_decides_and_smime_type_is_a_hint() {
    let receiver = Receiver::new();
    let cms =
        enveloped_data(&signed(&receiver.circle.address(ALICE)), &[receiver.bob.certificate()], Cipher::aes_256_cbc());
    for (parameter, severity) in [
        ("; smime-type=enveloped-data", Severity::Pass),
        ("; smime-type=ENVELOPED-DATA", Severity::Pass),
        ("; smime-type=signed-data", Severity::Warning),
        ("; smime-type=authEnveloped-data", Severity::Warning),
        ("", Severity::Info),
    ] {
        let (report, _) = receive(&receiver, &mail(&entity(&format!("application/pkcs7-mime{parameter}"), &cms)));
        assert_eq!(answer(&report), "accepted", "{parameter}");
        assert!(told(&report, "smime.smime-type-agrees", severity), "{parameter}");
    }
}

#[test]
fn the_signature_part_may_have_an_old_type_or_only_a_name() {
    let receiver = Receiver::new();
    let good = String::from_utf8(signed(&receiver.circle.address(ALICE))).unwrap();
    for (from, to, expected) in [
        ("Type: application/pkcs7-signature", "Type: application/x-pkcs7-signature", "accepted"),
        ("Type: application/pkcs7-signature", "Type: application/octet-stream", "accepted"),
        (" protocol=\"application/pkcs7-signature\";", "", "accepted"),
        ("Type: application/pkcs7-signature", "Type: text/plain", "malformed-mime"),
        ("Type: application/pkcs7-signature; name=smime.p7s", "Type: application/octet-stream", "malformed-mime"),
        ("protocol=\"application/pkcs7-signature\"", "protocol=\"application/pgp-signature\"", "malformed-mime"),
    ] {
        assert!(good.contains(from), "{from}");
        let report = receiver.receive(good.replacen(from, to, 1).as_bytes());
        assert_eq!(answer(&report), expected, "{to}: {:?}", report.rejection);
        assert!(
            expected != "accepted"
                || report.findings().any(|f| f.rule.id == "mime.signed-protocol" && f.severity > Severity::Pass),
            "{to}"
        );
    }
}

#[test]
fn a_micalg_that_contradicts_the_signature_is_told_and_strict_refuses_it() {
    for profile in ProfileName::ALL {
        let receiver = under(profile);
        let good = String::from_utf8(signed(&receiver.circle.address(ALICE))).unwrap();
        let receive = |micalg: &str| receiver.receive(good.replacen("micalg=sha-256", micalg, 1).as_bytes());
        for micalg in ["micalg=sha-1", "micalg=\"sha-384, sha-512\""] {
            let report = receive(micalg);
            let strict = profile == ProfileName::Strict;
            let severity = if strict { Severity::Fail } else { Severity::Warning };
            assert!(told(&report, "smime.micalg-agrees", severity), "{profile} {micalg}");
            assert_eq!(answer(&report) == "malformed-mime", strict, "{profile} {micalg}: {:?}", report.rejection);
        }
        for micalg in ["micalg=SHA256", "micalg=\"sha-1, sha-256\""] {
            assert!(told(&receive(micalg), "smime.micalg-agrees", Severity::Pass), "{profile} {micalg}");
        }
        // What is missing or names nothing announces nothing (RFC 8551 §3.5.3.2).
        for micalg in ["x=y", "micalg=unknown"] {
            assert_ne!(answer(&receive(micalg)), "malformed-mime", "{profile} {micalg}");
        }
    }
}

#[test]
fn transfer_encodings_out_of_order_are_undone_as_far_as_they_can_be() {
    let receiver = Receiver::new();
    let cms =
        enveloped_data(&signed(&receiver.circle.address(ALICE)), &[receiver.bob.certificate()], Cipher::aes_256_cbc());
    // One octet or two short of a group of three, so that there is padding to leave out.
    let padded = |cms: &[u8]| STANDARD.encode([cms, &vec![b'\n'; 4 - cms.len() % 3][..]].concat());
    let text = padded(&cms);
    assert!(text.ends_with('='));
    let quoted: String = cms.iter().map(|octet| format!("={octet:02X}")).collect();
    let quoted: Vec<String> = quoted.as_bytes().chunks(72).map(|l| String::from_utf8(l.to_vec()).unwrap()).collect();
    let noise: Vec<String> = text.as_bytes().chunks(60).map(|l| String::from_utf8(l.to_vec()).unwrap()).collect();
    let cases: [(&str, &str, Vec<u8>, bool); 7] = [
        ("one line", "base64", text.clone().into_bytes(), false),
        ("noise", "base64", noise.join("!\r\n  ").into_bytes(), true),
        ("no padding", "base64", text.trim_end_matches('=').as_bytes().to_vec(), true),
        ("after padding", "base64", format!("{text}\r\n-- \r\nA mailing list\r\n").into_bytes(), true),
        ("no end of line", "BASE64", text.trim_end().as_bytes().to_vec(), false),
        ("binary", "binary", cms.clone(), false),
        ("quoted-printable", "quoted-printable", quoted.join("=\r\n").into_bytes(), false),
    ];
    for (name, encoding, body, warned) in cases {
        let header = format!(
            "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
        );
        let (report, delivered) = receive(&receiver, &mail(&[header.as_bytes(), &body].concat()));
        assert_eq!(answer(&report), "accepted", "{name}: {:?}", report.rejection);
        assert_eq!(told(&report, "smime.enveloped-transfer-encoding", Severity::Warning), warned, "{name}");
        assert_eq!(delivered, Some(original()), "{name}");
    }
}

#[test]
fn opaque_content_in_segments_is_read_where_the_profile_takes_it() {
    let body = wrapped(&original());
    for (profile, expected) in [(ProfileName::Legacy, "accepted"), (ProfileName::Direct12, "unsigned")] {
        let receiver = under(profile);
        let cms = opaque(&body, &receiver.circle.address(ALICE));
        let mut parts = signed_data(&cms);
        let mut encapsulated = members(&parts[2]);
        let segments: Vec<Vec<u8>> = body.chunks(7).map(|segment| element(4, segment)).collect();
        let string = constructed(0x24, &segments);
        encapsulated[1] = constructed(0xa0, &[string]);
        parts[2] = constructed(SEQUENCE, &encapsulated);
        let report = receiver.receive(&opaque_entity(&content_info(&cms, &parts)));
        assert_eq!(answer(&report), expected, "{:?}", report.rejection);
        // Content of another type than octets is PKCS #7's, and digested otherwise.
        encapsulated[1] = constructed(0xa0, &[constructed(SEQUENCE, &[])]);
        parts[2] = constructed(SEQUENCE, &encapsulated);
        let report = receiver.receive(&opaque_entity(&content_info(&cms, &parts)));
        assert_eq!(answer(&report), "malformed-cms");
    }
}

#[test]
fn layers_in_any_order_lead_to_the_same_message() {
    let receiver = Receiver::new();
    let body = wrapped(&original());
    let (seal, sign) = (|e: &[u8]| sealing(&receiver, e), |e: &[u8]| signing(&receiver, e));
    let plain = sign(&body);
    let opaque_around = |e: &[u8]| opaque_entity(&opaque(e, &receiver.circle.address(CAROL)));
    for (name, entity) in [
        ("E S", seal(&plain)),
        ("E E S", seal(&seal(&plain))),
        ("E C S", seal(&squeezed(&plain))),
        ("E S C", seal(&sign(&squeezed(&body)))),
        ("S E S", sign(&seal(&plain))),
        ("S opaque, E S", opaque_around(&seal(&plain))),
        ("C E S", squeezed(&seal(&plain))),
        ("E S E S", seal(&sign(&seal(&plain)))),
        ("E S S E S", seal(&sign(&sign(&seal(&plain))))),
        ("E S C E S", seal(&sign(&squeezed(&seal(&plain))))),
        ("E E C C S", seal(&seal(&squeezed(&squeezed(&plain))))),
    ] {
        let (report, delivered) = receive(&receiver, &mail(&entity));
        assert_eq!(answer(&report), "accepted", "{name}: {:?}", report.rejection);
        assert_eq!(delivered, Some(original()), "{name}");
        assert_eq!(report.signers.len(), 1, "{name}");
        let outer = name.rfind('E').is_some_and(|innermost| name[..innermost].contains('S'));
        assert_eq!(told(&report, "incoming.outer-signature", Severity::Info), outer, "{name}");
        let encryptions = report.content_encryption.as_deref().unwrap_or_default().matches("AES-256-CBC").count();
        assert_eq!(encryptions, name.matches('E').count(), "{name}");
        // No two buffers have one name, so that every span has one place.
        let mut names: Vec<&str> = report.buffers.iter().map(|buffer| buffer.name().as_str()).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all, "{name}: {names:?}");
    }
}

#[test]
fn a_signature_outside_the_encryption_never_replaces_the_one_inside() {
    let receiver = Receiver::new();
    let body = wrapped(&original());
    // Good outside, nothing inside.
    let (report, _) = receive(&receiver, &mail(&signing(&receiver, &sealing(&receiver, &body))));
    assert_eq!(verdict(&report), "unsigned");
    // Good outside and between, changed inside.
    let changed = multipart_signed(&body, &detached(b"other content", &receiver.circle.address(ALICE)));
    let triple = sealing(&receiver, &signing(&receiver, &sealing(&receiver, &changed)));
    let (report, _) = receive(&receiver, &mail(&triple));
    assert_eq!(verdict(&report), "digest-mismatch");
    // Changed outside, good inside: that somebody broke the outer one is told.
    let outer = sealing(&receiver, &signing(&receiver, &body));
    let broken = multipart_signed(&outer, &detached(b"other content", &receiver.circle.address(ALICE)));
    let (report, _) = receive(&receiver, &mail(&broken));
    assert_eq!(answer(&report), "accepted");
    assert!(told(&report, "incoming.outer-signature", Severity::Warning));
}

#[test]
fn what_is_encrypted_for_somebody_else_is_content_like_any_other() {
    let receiver = Receiver::new();
    let stranger = receiver.circle.address(CAROL);
    let sealed = enveloped_data(b"Content-Type: text/plain\r\n\r\nx", &[stranger.certificate()], Cipher::aes_256_cbc());
    let inner = pkcs7_mime("enveloped-data", &sealed);
    let report = receiver.receive(&signing(&receiver, &inner));
    assert_eq!(answer(&report), "accepted", "{:?}", report.rejection);
    assert!(told(&report, "incoming.inner-layer", Severity::Info));
}

#[test]
fn a_signature_inside_the_judged_one_is_delivered_with_the_content() {
    let receiver = Receiver::new();
    let inner = signing(&receiver, b"Content-Type: text/plain\r\n\r\nx");
    let (report, delivered) = receive(&receiver, &mail(&sealing(&receiver, &signing(&receiver, &inner))));
    assert_eq!(answer(&report), "accepted");
    assert!(told(&report, "incoming.inner-layer", Severity::Info));
    let delivered = delivered.unwrap();
    assert!(delivered.windows(inner.len()).any(|window| window == inner), "the signed octets are kept");
}

#[test]
fn as_many_layers_as_the_cap_are_opened_and_one_more_is_not_judged() {
    let mut receiver = Receiver::new();
    receiver.world.limits = Limits { smime_layers: 4, ..Limits::DEFAULT };
    let plain = signing(&receiver, &wrapped(&original()));
    let three = sealing(&receiver, &sealing(&receiver, &sealing(&receiver, &plain)));
    assert_eq!(verdict(&receive(&receiver, &mail(&three)).0), "accepted");
    let four = sealing(&receiver, &three);
    assert_eq!(verdict(&receive(&receiver, &mail(&four)).0), "limit-exceeded");
    let squeezed_often = squeezed(&squeezed(&squeezed(&sealing(&receiver, &plain))));
    assert_eq!(verdict(&receive(&receiver, &mail(&squeezed_often)).0), "limit-exceeded");
    let signed_often = sealing(&receiver, &signing(&receiver, &signing(&receiver, &signing(&receiver, &plain))));
    assert_eq!(verdict(&receive(&receiver, &mail(&signed_often)).0), "limit-exceeded");
}

#[test]
fn a_bomb_of_ten_kilobytes_goes_off_in_no_more_than_the_cap() {
    let receiver = Receiver::new();
    let bomb = [b"Content-Type: text/plain\r\n\r\n".to_vec(), vec![b'a'; 10 << 20]].concat();
    let squeezed_bomb = squeezed(&bomb);
    assert!(squeezed_bomb.len() < 20_000, "{}", squeezed_bomb.len());
    for entity in
        [sealing(&receiver, &squeezed_bomb), squeezed_bomb, sealing(&receiver, &signing(&receiver, &squeezed(&bomb)))]
    {
        let (report, _) = receive(&receiver, &mail(&entity));
        assert_eq!(verdict(&report), "limit-exceeded");
        let largest = report.buffers.iter().map(|buffer| buffer.octets().len()).max().unwrap_or_default();
        assert!(largest < 1 << 20, "{largest}");
    }
}

#[test]
fn compressed_content_that_is_damaged_is_malformed() {
    let receiver = Receiver::new();
    let mut cms = compressed(&signing(&receiver, &wrapped(&original())));
    let last = cms.len() - 1;
    cms[last] ^= 1;
    let entity = sealing(&receiver, &pkcs7_mime("compressed-data", &cms));
    assert_eq!(verdict(&receive(&receiver, &mail(&entity)).0), "malformed-cms");
}

/// A signed-data without content and signers (RFC 8551 §3.8).
fn certificates_only(receiver: &Receiver) -> Vec<u8> {
    let cms = detached(b"", &receiver.circle.address(ALICE));
    let mut parts = signed_data(&cms);
    *parts.last_mut().unwrap() = constructed(SET, &[]);
    content_info(&cms, &parts)
}

#[test]
fn certificates_alone_are_named_as_such_and_never_signed() {
    for profile in [ProfileName::Direct12, ProfileName::Legacy] {
        let receiver = under(profile);
        let entity = pkcs7_mime("certs-only", &certificates_only(&receiver));
        let (inside, _) = receive(&receiver, &mail(&sealing(&receiver, &entity)));
        let (outside, _) = receive(&receiver, &mail(&entity));
        for (report, expected) in [(inside, "unsigned"), (outside, "not-encrypted")] {
            let rejection = report.rejection.as_ref().unwrap();
            assert_eq!(rejection.code.as_str(), expected);
            assert!(rejection.detail.contains("certs-only"), "{rejection}");
            assert!(report.signers.is_empty());
        }
    }
}

#[test]
fn what_is_only_signed_is_not_encrypted_in_either_form() {
    let receiver = Receiver::new();
    let body = wrapped(&original());
    let opaque = opaque_entity(&opaque(&body, &receiver.circle.address(ALICE)));
    for entity in [signing(&receiver, &body), opaque, signing(&receiver, &signing(&receiver, &body))] {
        assert_eq!(verdict(&receive(&receiver, &mail(&entity)).0), "not-encrypted");
    }
}
