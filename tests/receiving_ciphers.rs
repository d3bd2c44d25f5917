//! Every cipher of content that the field sends, put together by hand and received by the agent.
#![cfg(test)]

mod support;

use openssl::cipher::{Cipher, CipherRef};
use openssl::cipher_ctx::CipherCtx;
use openssl::lib_ctx::LibCtx;
use openssl::provider::Provider;
use sealscope::agent::{Profile, ProfileName, Report};
use sealscope::finding::Severity;
use sealscope::span::BufferName;
use support::cms::{SEQUENCE, identifier, integer, octets, rsa_transport};
use support::der::constructed;
use support::handmade::sealed;
use support::receiver::{Receiver, answer, signed};
use support::{ALICE, BOB, envelope};

const KEY: [u8; 32] = [0x5a; 32];
const HKDF: &str = "1.2.840.113549.1.9.16.3.31";

/// One cipher: its name, OpenSSL's implementation, its identifier and the octets of its tag.
struct Sealer {
    name: &'static str,
    cipher: &'static CipherRef,
    dotted: &'static str,
    nonce: usize,
    tag: usize,
    /// Whether the parameters state the tag's length; 12 is what they mean without.
    stated: bool,
}

fn cbc(name: &'static str, cipher: &'static CipherRef, dotted: &'static str) -> Sealer {
    Sealer { name, cipher, dotted, nonce: cipher.iv_length(), tag: 0, stated: false }
}

fn aead(name: &'static str, cipher: &'static CipherRef, dotted: &'static str, tag: usize, stated: bool) -> Sealer {
    Sealer { name, cipher, dotted, nonce: 12, tag, stated }
}

fn sealers() -> Vec<Sealer> {
    vec![
        cbc("AES-128-CBC", Cipher::aes_128_cbc(), "2.16.840.1.101.3.4.1.2"),
        cbc("AES-192-CBC", Cipher::aes_192_cbc(), "2.16.840.1.101.3.4.1.22"),
        cbc("AES-256-CBC", Cipher::aes_256_cbc(), "2.16.840.1.101.3.4.1.42"),
        aead("AES-128-GCM", Cipher::aes_128_gcm(), "2.16.840.1.101.3.4.1.6", 16, true),
        aead("AES-128-GCM", Cipher::aes_128_gcm(), "2.16.840.1.101.3.4.1.6", 12, false),
        aead("AES-192-GCM", Cipher::aes_192_gcm(), "2.16.840.1.101.3.4.1.26", 16, true),
        aead("AES-256-GCM", Cipher::aes_256_gcm(), "2.16.840.1.101.3.4.1.46", 13, true),
        aead("AES-128-CCM", Cipher::aes_128_ccm(), "2.16.840.1.101.3.4.1.7", 12, false),
        aead("AES-256-CCM", Cipher::aes_256_ccm(), "2.16.840.1.101.3.4.1.47", 16, true),
        aead("ChaCha20-Poly1305", Cipher::chacha20_poly1305(), "1.2.840.113549.1.9.16.3.18", 16, false),
    ]
}

impl Sealer {
    fn key(&self) -> &'static [u8] {
        &KEY[..self.cipher.key_length()]
    }

    fn identifier(&self) -> Vec<u8> {
        let nonce = octets(&vec![7; self.nonce]);
        if self.tag == 0 || self.name.starts_with("ChaCha") {
            return identifier(self.dotted, &[nonce]);
        }
        let stated = self.stated.then(|| integer(u8::try_from(self.tag).unwrap()));
        let fields: Vec<Vec<u8>> = std::iter::once(nonce).chain(stated).collect();
        identifier(self.dotted, &[constructed(SEQUENCE, &fields)])
    }

    /// Ciphertext and tag.
    fn run(&self, key: &[u8], plain: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let nonce = vec![7; self.nonce];
        let mut context = CipherCtx::new().unwrap();
        context.encrypt_init(Some(self.cipher), None, None).unwrap();
        if self.tag > 0 {
            context.set_iv_length(self.nonce).unwrap();
        }
        if self.name.ends_with("CCM") {
            context.set_tag_length(self.tag).unwrap();
        }
        context.encrypt_init(None, Some(key), Some(&nonce)).unwrap();
        let mut ciphertext = Vec::new();
        context.cipher_update_vec(plain, &mut ciphertext).unwrap();
        if !self.name.ends_with("CCM") {
            context.cipher_final_vec(&mut ciphertext).unwrap();
        }
        let mut tag = vec![0; self.tag];
        if self.tag > 0 {
            context.tag(&mut tag).unwrap();
        }
        (ciphertext, tag)
    }

    fn envelope(&self, receiver: &Receiver, identifier: Vec<u8>, ciphertext: &[u8], tag: &[u8]) -> Report {
        let info = rsa_transport(receiver.bob.certificate(), self.key());
        let tag = (self.tag > 0).then_some(tag);
        received(receiver, &support::cms::envelope(&[info], identifier, ciphertext, tag))
    }
}

fn received(receiver: &Receiver, cms: &[u8]) -> Report {
    match receiver.world.incoming(&envelope(ALICE, &[BOB], &sealed(ALICE, BOB, cms))) {
        Ok(accepted) => accepted.report,
        Err(report) => *report,
    }
}

fn plain(receiver: &Receiver) -> Vec<u8> {
    signed(&receiver.circle.address(ALICE))
}

#[test]
fn every_cipher_of_the_field_is_opened() {
    let receiver = Receiver::new();
    let plain = plain(&receiver);
    for sealer in sealers() {
        let (ciphertext, tag) = sealer.run(sealer.key(), &plain);
        let report = sealer.envelope(&receiver, sealer.identifier(), &ciphertext, &tag);
        assert_eq!(answer(&report), "accepted", "{} {}: {:?}", sealer.name, sealer.tag, report.rejection);
        assert_eq!(report.content_encryption.as_deref(), Some(sealer.name));
    }
}

#[test]
fn no_octet_of_a_plaintext_is_given_out_where_the_tag_is_cut_or_does_not_fit() {
    let receiver = Receiver::new();
    let plain = plain(&receiver);
    for sealer in sealers().into_iter().filter(|sealer| sealer.tag > 0) {
        let (mut ciphertext, tag) = sealer.run(sealer.key(), &plain);
        let cut = sealer.envelope(&receiver, sealer.identifier(), &ciphertext, &tag[..tag.len() - 1]);
        let last = ciphertext.len() - 1;
        ciphertext[last] ^= 1;
        let changed = sealer.envelope(&receiver, sealer.identifier(), &ciphertext, &tag);
        for report in [cut, changed] {
            assert_eq!(answer(&report), "not-decryptable", "{}", sealer.name);
            assert!(report.buffer(BufferName::Decrypted).is_none(), "{}", sealer.name);
        }
    }
}

/// RFC 5869 by way of HMAC alone.
fn hkdf(secret: &[u8], salt: &[u8], information: &[u8], length: usize) -> Vec<u8> {
    let hmac = |key: &[u8], octets: &[u8]| {
        let key = openssl::pkey::PKey::hmac(key).unwrap();
        let mut signer = openssl::sign::Signer::new(openssl::hash::MessageDigest::sha256(), &key).unwrap();
        signer.sign_oneshot_to_vec(octets).unwrap()
    };
    let extracted = hmac(salt, secret);
    hmac(&extracted, &[information, &[1]].concat())[..length].to_vec()
}

#[test]
fn content_keys_that_are_derived_open_the_content_until_the_cipher_is_relabelled() {
    let receiver = Receiver::new();
    let plain = plain(&receiver);
    for sealer in sealers() {
        let inner = sealer.identifier();
        let key = hkdf(sealer.key(), b"The Cryptographic Message Syntax", &inner, sealer.key().len());
        let (ciphertext, tag) = sealer.run(&key, &plain);
        let report = sealer.envelope(&receiver, identifier(HKDF, std::slice::from_ref(&inner)), &ciphertext, &tag);
        assert_eq!(answer(&report), "accepted", "{}: {:?}", sealer.name, report.rejection);
        assert!(report.findings().any(|finding| finding.rule.id == "cms.content-key-derivation"));
        let without = sealer.envelope(&receiver, inner, &ciphertext, &tag);
        assert_eq!(answer(&without), "not-decryptable", "{}", sealer.name);
    }
}

#[test]
fn a_message_of_gcm_that_is_relabelled_as_cbc_does_not_open() {
    let receiver = Receiver::new();
    let all = sealers();
    let (gcm, cbc) = (&all[3], &all[0]);
    let (mut ciphertext, tag) = gcm.run(gcm.key(), &plain(&receiver));
    ciphertext.truncate(ciphertext.len() / 16 * 16);
    let report = cbc.envelope(&receiver, cbc.identifier(), &ciphertext, &[]);
    assert_eq!(answer(&report), "not-decryptable");
    // The new cipher under the old type is no better.
    let report = gcm.envelope(&receiver, cbc.identifier(), &ciphertext, &tag);
    assert_eq!(answer(&report), "unsupported-algorithm");
}

/// A message under RC2 with this many bits that count.
fn rc2(receiver: &Receiver, name: &str, version: u8, length: usize) -> Vec<u8> {
    let context = LibCtx::new().unwrap();
    let _legacy = Provider::load(Some(&context), "legacy").unwrap();
    let cipher = Cipher::fetch(Some(&context), name, None).unwrap();
    let mut running = CipherCtx::new().unwrap();
    running.encrypt_init(Some(&cipher), Some(&KEY[..length]), Some(&[7; 8])).unwrap();
    let mut ciphertext = Vec::new();
    running.cipher_update_vec(&plain(receiver), &mut ciphertext).unwrap();
    running.cipher_final_vec(&mut ciphertext).unwrap();
    let version = if version >= 0x80 { vec![2, 2, 0, version] } else { integer(version) };
    let parameters = constructed(SEQUENCE, &[version, octets(&[7; 8])]);
    let info = rsa_transport(receiver.bob.certificate(), &KEY[..length]);
    support::cms::envelope(&[info], identifier("1.2.840.113549.3.2", &[parameters]), &ciphertext, None)
}

#[test]
fn old_ciphers_are_named_and_the_profile_legacy_alone_opens_them() {
    let mut receiver = Receiver::new();
    let triple_des = cbc("Triple DES CBC", Cipher::des_ede3_cbc(), "1.2.840.113549.3.7");
    let (ciphertext, _) = triple_des.run(triple_des.key(), &plain(&receiver));
    let info = rsa_transport(receiver.bob.certificate(), triple_des.key());
    let triple_des = support::cms::envelope(&[info], triple_des.identifier(), &ciphertext, None);
    let rc2_128 = rc2(&receiver, "RC2-CBC", 58, 16);
    let rc2_40 = rc2(&receiver, "RC2-40-CBC", 160, 5);
    for (profile, expected) in [
        (ProfileName::Direct12, ["weak-algorithm"; 3]),
        (ProfileName::Direct13, ["weak-algorithm"; 3]),
        (ProfileName::Strict, ["weak-algorithm"; 3]),
        (ProfileName::Legacy, ["accepted", "accepted", "weak-algorithm"]),
    ] {
        receiver.world.profile = Profile::named(profile);
        let cases = [("Triple DES CBC", &triple_des), ("RC2 CBC (128 bits)", &rc2_128), ("RC2 CBC (40 bits)", &rc2_40)];
        for ((name, cms), expected) in cases.into_iter().zip(expected) {
            let report = received(&receiver, cms);
            assert_eq!(answer(&report), expected, "{profile} {name}: {:?}", report.rejection);
            assert_eq!(report.content_encryption.as_deref(), Some(name));
            let warned = |finding: &sealscope::finding::Finding| {
                finding.rule.id == "smime.content-cipher" && finding.severity == Severity::Warning
            };
            assert_eq!(report.findings().any(warned), expected == "accepted", "{profile} {name}");
        }
    }
}
