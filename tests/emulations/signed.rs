//! Measured cases of the signed layer, of wrapping, and of the comparison with the envelope.

use openssl::cms::CMSOptions;
use openssl::hash::MessageDigest;
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Signer};
use sealscope::pki::NewKey;
use sealscope::pki::issue::CertificateBuilder;

use super::bench::{Bench, Case};
use super::support::cms::{Maker, identifier};
use super::support::der::{constructed, element};
use super::support::handmade::{
    content_info, detached, joined, multipart_signed, opaque, opaque_entity, signature, signed_data, wrapped,
};
use super::support::{ALICE, BOB, CAROL, NOT_AFTER, NOT_BEFORE, envelope, message};

pub(crate) fn cases(bench: &Bench) -> Vec<Case> {
    let mut cases = algorithms(bench);
    cases.extend(forms(bench));
    cases.extend(line_ends(bench));
    cases.extend(wrapping(bench));
    cases.extend(routing(bench));
    cases
}

fn by(bench: &Bench, digest: (&'static str, MessageDigest)) -> Vec<u8> {
    let sign = |octets: &[u8]| {
        let mut signer = Signer::new(digest.1, bench.alice.key()).unwrap();
        signer.sign_oneshot_to_vec(octets).unwrap()
    };
    let algorithm = identifier("1.2.840.113549.1.1.1", &[vec![5, 0]]);
    let content = bench.content();
    let cms = Maker { signer: &bench.alice, digest, algorithm, sign: &sign }.detached(&content);
    multipart_signed(&content, &cms)
}

fn by_pss(bench: &Bench) -> Vec<u8> {
    let sign = |octets: &[u8]| {
        let mut signer = Signer::new(MessageDigest::sha256(), bench.alice.key()).unwrap();
        signer.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
        signer.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH).unwrap();
        signer.sign_oneshot_to_vec(octets).unwrap()
    };
    let sha256 = identifier("2.16.840.1.101.3.4.2.1", &[]);
    let mask = identifier("1.2.840.113549.1.1.8", std::slice::from_ref(&sha256));
    let parameters = constructed(
        0x30,
        &[constructed(0xa0, &[sha256]), constructed(0xa1, &[mask]), constructed(0xa2, &[element(2, &[32])])],
    );
    let algorithm = identifier("1.2.840.113549.1.1.10", &[parameters]);
    let digest = ("2.16.840.1.101.3.4.2.1", MessageDigest::sha256());
    let content = bench.content();
    let cms = Maker { signer: &bench.alice, digest, algorithm, sign: &sign }.detached(&content);
    multipart_signed(&content, &cms)
}

fn algorithms(bench: &Bench) -> Vec<Case> {
    let case = |id, what, entity: &[u8], java| Case::new(id, what, bench.world(), bench.to_bob(entity), java);
    let elliptic = bench.issued(&CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER).key(NewKey::P256));
    let content = bench.content();
    let sha1 = by(bench, ("1.3.14.3.2.26", MessageDigest::sha1()));
    let md5 = by(bench, ("1.2.840.113549.2.5", MessageDigest::md5()));
    let sha512 = by(bench, ("2.16.840.1.101.3.4.2.3", MessageDigest::sha512()));
    let ecdsa = multipart_signed(&content, &detached(&content, &elliptic));
    vec![
        case("v10", "SHA-1", &sha1, "accepted").csharp("accepted").cites("v10"),
        case("f11", "MD5", &md5, "accepted").cites("f11"),
        case("", "SHA-512", &sha512, "accepted").csharp("accepted"),
        case("f20", "RSA-PSS", &by_pss(bench), "accepted"),
        case("f24", "ECDSA", &ecdsa, "accepted").csharp("NoTrustedRecipients"),
    ]
}

fn forms(bench: &Bench) -> Vec<Case> {
    let case = |id, what, entity: &[u8], java| Case::new(id, what, bench.world(), bench.to_bob(entity), java);
    let content = bench.content();
    let text = String::from_utf8(bench.entity()).unwrap();
    let edited = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to).into_bytes()
    };
    let by_identifier =
        signature(&content, &bench.alice, CMSOptions::BINARY | CMSOptions::DETACHED | CMSOptions::USE_KEYID);
    let bare = signature(&content, &bench.alice, CMSOptions::BINARY | CMSOptions::DETACHED | CMSOptions::NOATTR);
    let without = {
        let cms = detached(&content, &bench.alice);
        let mut parts = signed_data(&cms);
        parts.retain(|part| part[0] != 0xa0);
        content_info(&cms, &parts)
    };
    let second = bench.issued(&CertificateBuilder::for_domain("a.example", NOT_BEFORE, NOT_AFTER));
    let two = joined(&detached(&content, &bench.alice), &detached(&content, &second));
    let preamble =
        edited("\r\n\r\n--=_hand\r\nContent-Type: message", "\r\n\r\nBefore.\r\n--=_hand\r\nContent-Type: message");
    let epilogue = [preamble, b"After.\r\n".to_vec()].concat();
    let three = edited("--=_hand--", "--=_hand\r\nContent-Type: text/plain\r\n\r\nmore\r\n--=_hand--");
    vec![
        case("v17", "two signers", &multipart_signed(&content, &two), "accepted").csharp("accepted"),
        case("f12", "opaque", &opaque_entity(&opaque(&content, &bench.alice)), "MimeException.Unexpected")
            .csharp("accepted"),
        case("f13", "signer named by key identifier", &multipart_signed(&content, &by_identifier), "accepted"),
        case("f16", "no certificates", &multipart_signed(&content, &without), "MissingSenderSignature")
            .csharp("NullReferenceException"),
        case("f19", "no signed attributes", &multipart_signed(&content, &bare), "accepted"),
        case(
            "f28-f33",
            "x-pkcs7-signature",
            &edited("application/pkcs7-signature", "application/x-pkcs7-signature"),
            "accepted",
        ),
        case(
            "f28-f33",
            "no protocol",
            &edited("protocol=\"application/pkcs7-signature\";\r\n micalg", "micalg"),
            "accepted",
        ),
        case("f28-f33", "another micalg", &edited("micalg=sha-256", "micalg=sha-512"), "accepted"),
        case("f28-f33", "text before and after the parts", &epilogue, "accepted"),
        case("", "a third part takes the content's place", &three, "NoTrustedRecipients"),
        case("v64", "altered content", &edited("All is well", "All is lost"), "NoTrustedRecipients")
            .csharp("NoTrustedRecipients"),
        case("", "not signed", &content, "UnsignedMessage").csharp("UnsignedMessage"),
    ]
}

fn lf(octets: &[u8]) -> Vec<u8> {
    octets.iter().copied().filter(|octet| *octet != b'\r').collect()
}

fn line_ends(bench: &Bench) -> Vec<Case> {
    let case = |id, what, entity: &[u8], java| Case::new(id, what, bench.world(), bench.to_bob(entity), java);
    let content = bench.content();
    let bare = lf(&content);
    let signed_bare = multipart_signed(&bare, &detached(&bare, &bench.alice));
    // The wrapper's header in CRLF, the message in LF.
    let mixed = [b"Content-Type: message/rfc822\r\n\r\n".as_slice(), &lf(&message(ALICE, &[BOB]))].concat();
    let signed_mixed = multipart_signed(&mixed, &detached(&mixed, &bench.alice));
    let changed_on_the_way = multipart_signed(&bare, &detached(&content, &bench.alice));
    vec![
        case("f05", "signed with bare LF", &signed_bare, "NoTrustedRecipients").cites("f05"),
        case("f35", "CRLF in the header, LF in the body", &signed_mixed, "accepted").csharp("accepted"),
        case("f34", "CRLF became LF on the way", &changed_on_the_way, "NoTrustedRecipients"),
    ]
}

fn wrapping(bench: &Bench) -> Vec<Case> {
    let case = |id, what, content: &[u8], java| {
        let entity = multipart_signed(content, &detached(content, &bench.alice));
        Case::new(id, what, bench.world(), bench.to_bob(&entity), java)
    };
    let plain = b"Content-Type: text/plain\r\n\r\nAll is well.\r\n";
    let printable = [
        b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n".as_slice(),
        &message(ALICE, &[BOB]),
    ]
    .concat();
    let base64 = {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(message(ALICE, &[BOB]));
        let lines: Vec<String> =
            text.as_bytes().chunks(76).map(|line| String::from_utf8(line.to_vec()).unwrap()).collect();
        format!("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n", lines.join("\r\n"))
    };
    let binary = {
        let mut inner = message(ALICE, &[BOB]);
        inner.extend_from_slice(b"\0\x01\n\r\xff\xfe");
        [b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: binary\r\n\r\n".as_slice(), &inner].concat()
    };
    vec![
        case("v25", "not wrapped", plain, "accepted").csharp("accepted"),
        case("v77", "wrapped in quoted-printable", &printable, "accepted").csharp("accepted"),
        case("", "wrapped in base64", base64.as_bytes(), "MessageTamperDectection").csharp("accepted"),
        case("v22", "a binary body", &binary, "accepted"),
    ]
}

fn routing(bench: &Bench) -> Vec<Case> {
    let case = |id, what, inner: &[u8], java| {
        let content = wrapped(inner);
        let entity = multipart_signed(&content, &detached(&content, &bench.alice));
        Case::new(id, what, bench.world(), bench.to_bob(&entity), java)
    };
    let copied =
        String::from_utf8(message(ALICE, &[CAROL])).unwrap().replacen("Subject:", "Bcc: bob@b.example\r\nSubject:", 1);
    let sent_by = String::from_utf8(message("eve@a.example", &[BOB])).unwrap().replacen(
        "Subject:",
        "Sender: alice@a.example\r\nSubject:",
        1,
    );
    let cased = {
        let content = wrapped(&message("Alice@A.Example", &[BOB]));
        let entity = multipart_signed(&content, &detached(&content, &bench.alice));
        let message = bench.to_bob(&entity);
        Case::new(
            "v35",
            "another case",
            bench.world(),
            envelope("Alice@A.EXAMPLE", &[BOB], message.message.octets()),
            "accepted",
        )
    };
    vec![
        case("v57", "a blind copy", &message(ALICE, &[CAROL]), "MessageTamperDectection")
            .csharp("RecipientMismatch")
            .cites("v57"),
        case("", "a blind copy that is written down", copied.as_bytes(), "MessageTamperDectection").csharp("accepted"),
        case("v58", "another author", &message("eve@a.example", &[BOB]), "MessageTamperDectection")
            .csharp("accepted")
            .cites("v58"),
        case("", "another author, and a Sender", sent_by.as_bytes(), "accepted"),
        cased,
    ]
}
