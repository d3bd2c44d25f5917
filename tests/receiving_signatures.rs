//! Signatures of every kind that the field sends, and of some that nobody should take.
#![cfg(test)]

mod support;

use openssl::bn::BigNum;
use openssl::hash::{MessageDigest, hash, hash_xof};
use openssl::pkey::{PKey, Private};
use openssl::rsa::{Padding, Rsa};
use openssl::sign::{RsaPssSaltlen, Signer};
use sealscope::agent::{Profile, ProfileName, Report, SignatureState};
use sealscope::finding::Severity;
use sealscope::pki::issue::CertificateBuilder;
use sealscope::pki::{NewKey, PrivateKeyEntry};
use support::cms::{Maker, SEQUENCE, SET, SHA256, SHA512, identifier, integer, octets, oid, signed_data};
use support::der::{constructed, content, element, members};
use support::handmade::{multipart_signed, wrapped};
use support::receiver::{Receiver, answer};
use support::{ALICE, BOB, CAROL, NOT_AFTER, NOT_BEFORE, message};

const RSA: &str = "1.2.840.113549.1.1.1";
const ECDSA_SHA256: &str = "1.2.840.10045.4.3.2";
const MGF1: &str = "1.2.840.113549.1.1.8";
const PSS: &str = "1.2.840.113549.1.1.10";

fn certified(receiver: &Receiver, address: &str, key: PKey<Private>) -> PrivateKeyEntry {
    let builder = CertificateBuilder::for_address(address, NOT_BEFORE, NOT_AFTER);
    let certificate = receiver.circle.intermediate.certify(&builder, &key).unwrap();
    let chain = vec![receiver.circle.intermediate.certificate().clone()];
    PrivateKeyEntry::new(certificate, chain, key).unwrap()
}

fn body() -> Vec<u8> {
    wrapped(&message(ALICE, &[BOB]))
}

fn receive(receiver: &Receiver, cms: &[u8]) -> Report {
    receiver.receive(&multipart_signed(&body(), cms))
}

fn told(report: &Report, rule: &str, severity: Severity) -> bool {
    report.findings().any(|finding| finding.rule.id == rule && finding.severity == severity)
}

/// Signs with `key` and a digest, as OpenSSL does it.
fn signing(key: &PKey<Private>, digest: MessageDigest) -> impl Fn(&[u8]) -> Vec<u8> + use<> {
    let key = key.clone();
    move |octets| Signer::new(digest, &key).unwrap().sign_oneshot_to_vec(octets).unwrap()
}

fn ec_key() -> PKey<Private> {
    NewKey::P256.generate().unwrap()
}

#[test]
fn elliptic_curve_signatures_over_every_digest_of_today_verify() {
    let receiver = Receiver::new();
    let key = ec_key();
    let signer = certified(&receiver, ALICE, key.clone());
    for (digest, algorithm, implementation) in [
        ("2.16.840.1.101.3.4.2.4", "1.2.840.10045.4.3.1", MessageDigest::sha224()),
        (SHA256, ECDSA_SHA256, MessageDigest::sha256()),
        ("2.16.840.1.101.3.4.2.2", "1.2.840.10045.4.3.3", MessageDigest::sha384()),
        (SHA512, "1.2.840.10045.4.3.4", MessageDigest::sha512()),
        ("2.16.840.1.101.3.4.2.8", "2.16.840.1.101.3.4.3.10", MessageDigest::sha3_256()),
        ("2.16.840.1.101.3.4.2.10", "2.16.840.1.101.3.4.3.12", MessageDigest::sha3_512()),
    ] {
        let sign = signing(&key, implementation);
        let maker = Maker {
            signer: &signer,
            digest: (digest, implementation),
            algorithm: identifier(algorithm, &[]),
            sign: &sign,
        };
        let report = receive(&receiver, &maker.detached(&body()));
        assert_eq!(answer(&report), "accepted", "{algorithm}: {:?}", report.rejection);
    }
}

#[test]
fn edwards_curves_go_with_a_digest_of_their_own_and_others_are_told() {
    let receiver = Receiver::new();
    let shake = |octets: &[u8]| {
        let mut digest = vec![0; 64];
        hash_xof(MessageDigest::shake_256(), octets, &mut digest).unwrap();
        digest
    };
    let sha = |digest: MessageDigest| move |octets: &[u8]| hash(digest, octets).unwrap().to_vec();
    type Digest<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;
    let (ed25519, ed448) = (PKey::generate_ed25519().unwrap(), PKey::generate_ed448().unwrap());
    let cases: [(&PKey<Private>, &str, &str, Digest<'_>, bool); 4] = [
        (&ed25519, "1.3.101.112", SHA512, &sha(MessageDigest::sha512()), false),
        (&ed25519, "1.3.101.112", SHA256, &sha(MessageDigest::sha256()), true),
        (&ed448, "1.3.101.113", "2.16.840.1.101.3.4.2.12", &shake, false),
        (&ed448, "1.3.101.113", SHA512, &sha(MessageDigest::sha512()), true),
    ];
    for (key, algorithm, digest, implementation, odd) in cases {
        let signer = certified(&receiver, ALICE, key.clone());
        let attribute = |kind: &str, value: Vec<u8>| constructed(SEQUENCE, &[oid(kind), constructed(SET, &[value])]);
        let attributes = [
            attribute("1.2.840.113549.1.9.3", oid(support::cms::DATA)),
            attribute("1.2.840.113549.1.9.4", octets(&implementation(&body()))),
        ];
        let sign = |octets: &[u8]| Signer::new_without_digest(key).unwrap().sign_oneshot_to_vec(octets).unwrap();
        let maker = Maker {
            signer: &signer,
            digest: (digest, MessageDigest::sha256()),
            algorithm: identifier(algorithm, &[]),
            sign: &sign,
        };
        let report = receive(&receiver, &signed_data(&[&signer], &[maker.signer_info_with(&attributes, &[])]));
        assert_eq!(answer(&report), "accepted", "{algorithm} {digest}: {:?}", report.rejection);
        assert_eq!(told(&report, "cms.ed25519-digest", Severity::Warning), odd, "{algorithm} {digest}");
    }
}

fn pss_parameters(digest: &str, mask: &str, salt: u8) -> Vec<u8> {
    constructed(
        SEQUENCE,
        &[
            constructed(0xa0, &[identifier(digest, &[])]),
            constructed(0xa1, &[identifier(MGF1, &[identifier(mask, &[])])]),
            constructed(0xa2, &[integer(salt)]),
        ],
    )
}

fn pss_signing(key: &PKey<Private>, mask: MessageDigest, salt: i32) -> impl Fn(&[u8]) -> Vec<u8> + use<> {
    let key = key.clone();
    move |octets| {
        let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
        signer.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
        signer.set_rsa_mgf1_md(mask).unwrap();
        signer.set_rsa_pss_saltlen(RsaPssSaltlen::custom(salt)).unwrap();
        signer.sign_oneshot_to_vec(octets).unwrap()
    }
}

#[test]
fn parameters_of_pss_count_as_they_are_stated() {
    let receiver = Receiver::new();
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let signer = certified(&receiver, ALICE, key.clone());
    let sha384 = "2.16.840.1.101.3.4.2.2";
    for (made, stated, expected) in [
        ((MessageDigest::sha256(), 32), (SHA256, 32), "accepted"),
        ((MessageDigest::sha384(), 20), (sha384, 20), "accepted"),
        ((MessageDigest::sha256(), 32), (SHA256, 20), "signature-invalid"),
        ((MessageDigest::sha256(), 32), (sha384, 32), "signature-invalid"),
    ] {
        let sign = pss_signing(&key, made.0, made.1);
        let algorithm = identifier(PSS, &[pss_parameters(SHA256, stated.0, stated.1)]);
        let maker = Maker { signer: &signer, digest: (SHA256, MessageDigest::sha256()), algorithm, sign: &sign };
        let report = receive(&receiver, &maker.detached(&body()));
        assert_eq!(answer(&report), expected, "{stated:?}: {:?}", report.rejection);
    }
}

/// A key that its own algorithm identifier restricts to RSA-PSS with these parameters.
fn pss_key(parameters: Option<Vec<u8>>) -> PKey<Private> {
    let der = Rsa::generate(2048).unwrap().private_key_to_der().unwrap();
    let algorithm = identifier(PSS, &parameters.into_iter().collect::<Vec<_>>());
    let pkcs8 = constructed(SEQUENCE, &[integer(0), algorithm, octets(&der)]);
    PKey::private_key_from_der(&pkcs8).unwrap()
}

#[test]
fn a_key_for_pss_signs_with_pss_and_its_own_parameters_only() {
    let receiver = Receiver::new();
    let pss = |salt| identifier(PSS, &[pss_parameters(SHA256, SHA256, salt)]);
    let free = pss_key(None);
    let bound = pss_key(Some(pss_parameters(SHA256, SHA256, 32)));
    // What the label says, and what was really done, with a key that OpenSSL lets do it.
    let unbound = |key: &PKey<Private>| {
        let der = key.rsa().unwrap().private_key_to_der().unwrap();
        PKey::from_rsa(Rsa::private_key_from_der(&der).unwrap()).unwrap()
    };
    let digest = (SHA256, MessageDigest::sha256());
    for (key, algorithm, salt, expected) in [
        (&free, pss(32), 32, "accepted"),
        (&free, pss(20), 20, "accepted"),
        (&bound, pss(32), 32, "accepted"),
        (&bound, pss(20), 20, "signature-invalid"),
    ] {
        let signer = certified(&receiver, ALICE, key.clone());
        let sign = pss_signing(&unbound(key), MessageDigest::sha256(), salt);
        let report = receive(&receiver, &Maker { signer: &signer, digest, algorithm, sign: &sign }.detached(&body()));
        assert_eq!(answer(&report), expected, "salt {salt}: {:?}", report.rejection);
    }
    // RFC 4056 §2: such a key makes no signature of PKCS #1 v1.5, and one that verifies is refused all the same.
    let signer = certified(&receiver, ALICE, free.clone());
    let sign = signing(&unbound(&free), MessageDigest::sha256());
    let maker = Maker { signer: &signer, digest, algorithm: identifier(RSA, &[vec![5, 0]]), sign: &sign };
    let report = receive(&receiver, &maker.detached(&body()));
    assert_eq!(answer(&report), "signature-invalid");
    assert!(report.signers[0].reasons[0].detail.contains("RSA-PSS"), "{:?}", report.signers[0].reasons);
}

/// Bleichenbacher's forgery of 2006: the digest stands right behind a short padding, and anything after it.
#[test]
fn garbage_behind_the_digest_of_a_signature_is_no_signature_whatever_the_exponent() {
    let receiver = Receiver::new();
    let exponent = BigNum::from_u32(3).unwrap();
    let rsa = Rsa::generate_with_e(2048, &exponent).unwrap();
    let signer = certified(&receiver, ALICE, PKey::from_rsa(rsa.clone()).unwrap());
    let block = |octets: &[u8], padding: usize| {
        let info = constructed(
            SEQUENCE,
            &[identifier(SHA256, &[vec![5, 0]]), element(4, &hash(MessageDigest::sha256(), octets).unwrap())],
        );
        let mut block = [&[0, 1][..], &vec![0xff; padding], &[0], &info].concat();
        block.resize(256, 0xa5);
        block
    };
    let sign_block = |block: &[u8]| {
        let mut signature = vec![0; 256];
        rsa.private_encrypt(block, &mut signature, Padding::NONE).unwrap();
        signature
    };
    let digest = (SHA256, MessageDigest::sha256());
    for (padding, expected) in [(256 - 3 - 51, "accepted"), (8, "signature-invalid"), (100, "signature-invalid")] {
        let sign = |octets: &[u8]| sign_block(&block(octets, padding));
        let maker = Maker { signer: &signer, digest, algorithm: identifier(RSA, &[vec![5, 0]]), sign: &sign };
        assert_eq!(answer(&receive(&receiver, &maker.detached(&body()))), expected, "{padding} octets of padding");
    }
}

#[test]
fn parameters_of_a_digest_may_be_null_or_absent() {
    let receiver = Receiver::new();
    let key = ec_key();
    let signer = certified(&receiver, ALICE, key.clone());
    let sign = signing(&key, MessageDigest::sha256());
    let digest = (SHA256, MessageDigest::sha256());
    let maker = Maker { signer: &signer, digest, algorithm: identifier(ECDSA_SHA256, &[]), sign: &sign };
    let absent = maker.signer_info(&body(), &[]);
    let mut fields = members(&absent);
    fields[2] = identifier(SHA256, &[vec![5, 0]]);
    for info in [absent, constructed(SEQUENCE, &fields)] {
        assert_eq!(answer(&receive(&receiver, &signed_data(&[&signer], &[info]))), "accepted");
    }
}

#[test]
fn digests_of_the_past_are_named_and_refused_as_weak() {
    let mut receiver = Receiver::new();
    let key = ec_key();
    let signer = certified(&receiver, ALICE, key.clone());
    for profile in ProfileName::ALL {
        receiver.world.profile = Profile::named(profile);
        for (name, dotted, implementation) in [
            ("MD2", "1.2.840.113549.2.2", MessageDigest::md5()),
            ("MD4", "1.2.840.113549.2.4", MessageDigest::md5()),
            ("MD5", "1.2.840.113549.2.5", MessageDigest::md5()),
            ("SHA-1", "1.3.14.3.2.26", MessageDigest::sha1()),
        ] {
            let sign = signing(&key, implementation);
            let algorithm = identifier("1.2.840.10045.2.1", &[]);
            let maker = Maker { signer: &signer, digest: (dotted, implementation), algorithm, sign: &sign };
            let report = receive(&receiver, &maker.detached(&body()));
            let legacy = profile == ProfileName::Legacy && ["SHA-1", "MD5"].contains(&name);
            let expected = if legacy { "accepted" } else { "weak-algorithm" };
            assert_eq!((answer(&report), report.signers[0].digest.as_str()), (expected, name), "{profile}");
        }
    }
}

#[test]
fn algorithms_of_tomorrow_cannot_be_judged_and_are_not_bad() {
    let receiver = Receiver::new();
    let key = ec_key();
    let signer = certified(&receiver, ALICE, key.clone());
    let sign = signing(&key, MessageDigest::sha256());
    let digest = (SHA256, MessageDigest::sha256());
    for (dotted, name) in [
        ("2.16.840.1.101.3.4.3.18", "ML-DSA-65"),
        ("2.16.840.1.101.3.4.3.24", "SLH-DSA-SHA2-256s"),
        ("1.2.840.10040.4.3", "dsa-with-sha1"),
    ] {
        let maker = Maker { signer: &signer, digest, algorithm: identifier(dotted, &[]), sign: &sign };
        let report = receive(&receiver, &maker.detached(&body()));
        assert_eq!(answer(&report), "unsupported-algorithm", "{name}");
        assert_eq!(report.signers[0].signature, SignatureState::NotChecked, "{name}");
        assert!(report.signers[0].signature_algorithm.contains(name), "{}", report.signers[0].signature_algorithm);
        // Beside one that can be judged, it spoils nothing.
        let good = Maker { algorithm: identifier(ECDSA_SHA256, &[]), ..maker };
        let unknown = Maker { algorithm: identifier(dotted, &[]), signer: &signer, digest, sign: &sign };
        let infos = [unknown.signer_info(&body(), &[]), good.signer_info(&body(), &[])];
        let report = receive(&receiver, &signed_data(&[&signer], &infos));
        assert_eq!((answer(&report), report.signers.len()), ("accepted", 2), "{name}");
    }
}

#[test]
fn each_of_several_signers_has_an_outcome_of_their_own() {
    let receiver = Receiver::new();
    let (alice_key, carol_key) = (ec_key(), ec_key());
    let alice = certified(&receiver, ALICE, alice_key.clone());
    let carol = certified(&receiver, CAROL, carol_key.clone());
    let digest = (SHA256, MessageDigest::sha256());
    let sign_alice = signing(&alice_key, MessageDigest::sha256());
    let sign_carol = signing(&carol_key, MessageDigest::sha256());
    let maker = |signer, sign| Maker { signer, digest, algorithm: identifier(ECDSA_SHA256, &[]), sign };
    let good = maker(&alice, &sign_alice).signer_info(&body(), &[]);
    let changed = maker(&alice, &sign_alice).signer_info(b"other content", &[]);
    let mixed = maker(&alice, &sign_carol).signer_info(&body(), &[]);
    let stranger = maker(&carol, &sign_carol).signer_info(&body(), &[]);
    let cms = signed_data(&[&alice, &carol], &[good, changed, mixed, stranger]);
    let report = receive(&receiver, &cms);
    assert_eq!(answer(&report), "accepted", "{:?}", report.rejection);
    let codes: Vec<Option<&str>> =
        report.signers.iter().map(|signer| signer.reasons.first().map(|reason| reason.code.as_str())).collect();
    assert_eq!(codes, [None, Some("digest-mismatch"), Some("signature-invalid"), Some("signer-not-bound")]);
}

/// The signature's octets in a SignerInfo.
fn signature_of(info: &[u8]) -> Vec<u8> {
    let fields = members(info);
    content(fields.iter().rfind(|field| field[0] == 4).unwrap()).to_vec()
}

/// A SignerInfo over another's signature (RFC 5652 §11.4).
fn countersignature(maker: &Maker<'_>, signature: &[u8], content_type: bool) -> Vec<u8> {
    let attribute = |kind: &str, value: Vec<u8>| constructed(SEQUENCE, &[oid(kind), constructed(SET, &[value])]);
    let mut attributes = Vec::new();
    if content_type {
        attributes.push(attribute("1.2.840.113549.1.9.3", oid(support::cms::DATA)));
    }
    let digest = hash(MessageDigest::sha256(), signature).unwrap();
    attributes.push(attribute("1.2.840.113549.1.9.4", octets(&digest)));
    let info = maker.signer_info_with(&attributes, &[]);
    attribute("1.2.840.113549.1.9.6", info)
}

#[test]
fn countersignatures_are_checked_and_shown_and_change_no_verdict() {
    let receiver = Receiver::new();
    let (alice_key, notary_key) = (ec_key(), ec_key());
    let alice = certified(&receiver, ALICE, alice_key.clone());
    let notary = certified(&receiver, CAROL, notary_key.clone());
    let digest = (SHA256, MessageDigest::sha256());
    let sign_alice = signing(&alice_key, MessageDigest::sha256());
    let sign_notary = signing(&notary_key, MessageDigest::sha256());
    let algorithm = || identifier(ECDSA_SHA256, &[]);
    let by_alice = Maker { signer: &alice, digest, algorithm: algorithm(), sign: &sign_alice };
    let by_notary = Maker { signer: &notary, digest, algorithm: algorithm(), sign: &sign_notary };
    // ECDSA signs with fresh randomness: the countersignature goes over the very signature it is put beside.
    let countersigned = |signed: &[u8], over: &dyn Fn(&[u8]) -> Vec<u8>| {
        let info = by_alice.signer_info(signed, &[]);
        let counter = over(&signature_of(&info));
        let mut fields = members(&info);
        fields.push(constructed(0xa1, &[counter]));
        signed_data(&[&alice, &notary], &[constructed(SEQUENCE, &fields)])
    };
    let good = |signature: &[u8]| countersignature(&by_notary, signature, false);
    let other = |_: &[u8]| countersignature(&by_notary, b"another signature", false);
    let forbidden = |signature: &[u8]| countersignature(&by_notary, signature, true);
    type Over<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;
    let cases: [(&[u8], Over<'_>, &str, SignatureState); 4] = [
        (&body(), &good, "accepted", SignatureState::Valid),
        (&body(), &other, "accepted", SignatureState::Invalid),
        (&body(), &forbidden, "accepted", SignatureState::Invalid),
        (b"other content", &good, "digest-mismatch", SignatureState::Valid),
    ];
    for (row, (signed, over, expected, state)) in cases.into_iter().enumerate() {
        let report = receive(&receiver, &countersigned(signed, over));
        assert_eq!(answer(&report), expected, "row {row}: {:?}", report.rejection);
        let counter = &report.signers[0].countersignatures;
        assert_eq!(counter.iter().map(|counter| counter.signature).collect::<Vec<_>>(), [state], "row {row}");
        assert!(report.findings().any(|finding| finding.rule.id == "cms.countersignature"), "row {row}");
        let json = sealscope::agent::outcome_json(&report);
        assert_eq!(json["signers"][0]["countersignatures"][0]["signature"], state.as_str());
    }
}

/// Attributes as BER may spell them: the signature is over their DER (RFC 5652 §5.4).
#[test]
fn attributes_that_are_not_in_der_verify_over_their_der_with_a_finding() {
    let receiver = Receiver::new();
    let key = ec_key();
    let signer = certified(&receiver, ALICE, key.clone());
    let sign = signing(&key, MessageDigest::sha256());
    let digest = (SHA256, MessageDigest::sha256());
    let maker = Maker { signer: &signer, digest, algorithm: identifier(ECDSA_SHA256, &[]), sign: &sign };
    let info = maker.signer_info(&body(), &[]);
    let mut fields = members(&info);
    let attributes = members(&fields[3]);
    let indefinite = |element: &[u8]| [&[element[0], 0x80][..], content(element), &[0, 0]].concat();
    fields[3] = constructed(0xa0, &[indefinite(&attributes[0]), attributes[1].clone()]);
    let report = receive(&receiver, &signed_data(&[&signer], &[constructed(SEQUENCE, &fields)]));
    assert_eq!(answer(&report), "accepted", "{:?}", report.rejection);
    assert!(told(&report, "cms.signed-attributes-der", Severity::Warning));
}
