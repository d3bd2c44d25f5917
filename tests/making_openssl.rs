//! What is made, in every variant, read by a program that we did not write: `openssl cms`.
#![cfg(test)]

mod support;

use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::stack::Stack;
use openssl::x509::store::X509StoreBuilder;
use sealscope::pki::issue::CertificateBuilder;
use sealscope::pki::{NewKey, PrivateKeyEntry};
use sealscope::smime::{
    AttributeSet, Choice, EmbedChain, Encoding, EncryptionOptions, IdentifierForm, KeyTransport, MakingCipher,
    MakingDigest, OptionalAttribute, RsaSignature, SigningOptions, encrypt, sign_detached, sign_opaque,
};
use support::program::{House, openssl_is_installed};
use support::{Circle, NOT_AFTER, NOT_BEFORE};
use time::macros::datetime;

const ENTITY: &[u8] = b"Content-Type: text/plain\r\n\r\nAll is well.\r\n";

struct Peer {
    house: House,
    circle: Circle,
}

impl Peer {
    fn new() -> Self {
        let (house, circle) = (House::new(), Circle::new("Good"));
        // The intermediate too: a signature may leave it out.
        let authorities = [circle.root.certificate().pem(), circle.intermediate.certificate().pem()].concat();
        house.put("root.pem", authorities.as_bytes());
        house.put("content", ENTITY);
        Self { house, circle }
    }

    fn entry(&self, name: &str, key: NewKey) -> PrivateKeyEntry {
        let builder = CertificateBuilder::for_address(name, NOT_BEFORE, NOT_AFTER).key(key);
        let entry = self.circle.intermediate.issue(&builder).unwrap();
        self.house.for_openssl(name, &entry);
        entry
    }

    fn decrypts(&self, name: &str, cms: &[u8], what: &dyn std::fmt::Debug) {
        self.house.put("sealed.der", cms);
        let (certificate, key) = (format!("{name}.crt"), format!("{name}.key"));
        self.house.openssl(&[
            "cms",
            "-decrypt",
            "-inform",
            "DER",
            "-in",
            "sealed.der",
            "-recip",
            &certificate,
            "-inkey",
            &key,
            "-out",
            "opened",
        ]);
        assert_eq!(self.house.read("opened"), ENTITY, "{what:?}");
    }

    /// As [`Self::verifies`], by the OpenSSL that is linked here: the program may be of a version whose CMS verifies
    /// no Ed25519 with signed attributes.
    fn library_verifies(&self, detached: bool, cms: &[u8], signers: &[PrivateKeyEntry], what: &dyn std::fmt::Debug) {
        let mut store = X509StoreBuilder::new().unwrap();
        store.add_cert(self.circle.root.certificate().x509().to_owned()).unwrap();
        let mut certificates = Stack::new().unwrap();
        for entry in signers {
            for certificate in entry.chain().iter().chain([entry.certificate()]) {
                certificates.push(certificate.x509().to_owned()).unwrap();
            }
        }
        let mut parsed = CmsContentInfo::from_der(cms).unwrap();
        let mut verified = Vec::new();
        let content = detached.then_some(ENTITY);
        let done =
            parsed.verify(Some(&certificates), Some(&store.build()), content, Some(&mut verified), CMSOptions::BINARY);
        assert!(done.is_ok(), "{what:?}: {done:?}");
        assert_eq!(verified, ENTITY, "{what:?}");
    }

    fn verifies(&self, detached: bool, cms: &[u8], names: &[&str], what: &dyn std::fmt::Debug) {
        self.house.put("signed.der", cms);
        let mut arguments = vec![
            "cms",
            "-verify",
            "-binary",
            "-inform",
            "DER",
            "-in",
            "signed.der",
            "-CAfile",
            "root.pem",
            "-out",
            "verified",
        ];
        if detached {
            arguments.extend(["-content", "content"]);
        }
        let all: String = names
            .iter()
            .flat_map(|name| [self.house.read(&format!("{name}.crt")), self.house.read(&format!("{name}.chain"))])
            .map(|pem| String::from_utf8(pem).unwrap())
            .collect();
        self.house.put("all.pem", all.as_bytes());
        arguments.extend(["-certfile", "all.pem"]);
        self.house.openssl(&arguments);
        assert_eq!(self.house.read("verified"), ENTITY, "{what:?}");
    }
}

#[test]
fn envelopes_of_every_variant_are_opened_by_openssl() {
    if !openssl_is_installed("envelopes_of_every_variant_are_opened_by_openssl") {
        return;
    }
    let peer = Peer::new();
    // X25519 is left out: OpenSSL's CMS does not know RFC 8418.
    let kinds = [("rsa", NewKey::Rsa2048), ("p256", NewKey::P256), ("p384", NewKey::P384), ("p521", NewKey::P521)];
    for (name, key) in kinds {
        let certificates = [peer.entry(name, key).certificate().clone()];
        let transports: &[KeyTransport] = if name == "rsa" { &KeyTransport::ALL } else { &[KeyTransport::Pkcs1V15] };
        for key_transport in transports {
            for content in MakingCipher::ALL {
                for identifier in IdentifierForm::CHOICES {
                    for encoding in Encoding::CHOICES {
                        let options = EncryptionOptions {
                            content,
                            key_transport: *key_transport,
                            identifier: *identifier,
                            encoding: *encoding,
                        };
                        peer.decrypts(name, &encrypt(ENTITY, &certificates, &options).unwrap(), &options);
                    }
                }
            }
        }
    }
}

#[test]
fn an_envelope_for_all_kinds_of_keys_opens_with_each() {
    if !openssl_is_installed("an_envelope_for_all_kinds_of_keys_opens_with_each") {
        return;
    }
    let peer = Peer::new();
    let kinds = [("rsa", NewKey::Rsa2048), ("p256", NewKey::P256), ("p521", NewKey::P521), ("x", NewKey::X25519)];
    let certificates = kinds.map(|(name, key)| peer.entry(name, key).certificate().clone());
    for content in [MakingCipher::Aes192Cbc, MakingCipher::Aes256Gcm] {
        let options = EncryptionOptions { content, ..EncryptionOptions::default() };
        let cms = encrypt(ENTITY, &certificates, &options).unwrap();
        for (name, _) in &kinds[..3] {
            peer.decrypts(name, &cms, &options);
        }
    }
}

#[test]
fn signatures_of_every_variant_are_verified_by_openssl() {
    if !openssl_is_installed("signatures_of_every_variant_are_verified_by_openssl") {
        return;
    }
    let peer = Peer::new();
    let kinds = [
        ("rsa", NewKey::Rsa2048, RsaSignature::Pkcs1V15),
        ("rsa", NewKey::Rsa2048, RsaSignature::Pss),
        ("p256", NewKey::P256, RsaSignature::Pkcs1V15),
        ("p384", NewKey::P384, RsaSignature::Pkcs1V15),
        ("p521", NewKey::P521, RsaSignature::Pkcs1V15),
        ("ed25519", NewKey::Ed25519, RsaSignature::Pkcs1V15),
    ];
    for (name, key, padding) in kinds {
        let signer = [peer.entry(name, key)];
        for digest in MakingDigest::ALL {
            for identifier in IdentifierForm::CHOICES {
                for encoding in Encoding::CHOICES {
                    let options = SigningOptions {
                        digest,
                        identifier: *identifier,
                        encoding: *encoding,
                        padding,
                        ..SigningOptions::at(datetime!(2026-06-01 12:00 UTC))
                    };
                    let detached = sign_detached(ENTITY, &signer, &options).unwrap();
                    let opaque = sign_opaque(ENTITY, &signer, &options).unwrap();
                    peer.library_verifies(true, &detached, &signer, &options);
                    peer.library_verifies(false, &opaque, &signer, &options);
                    if key != NewKey::Ed25519 {
                        peer.verifies(true, &detached, &[name], &options);
                        peer.verifies(false, &opaque, &[name], &options);
                    }
                }
            }
        }
    }
}

#[test]
fn certificates_and_attributes_in_every_choice_are_verified_by_openssl() {
    if !openssl_is_installed("certificates_and_attributes_in_every_choice_are_verified_by_openssl") {
        return;
    }
    let peer = Peer::new();
    let signers = [peer.entry("rsa", NewKey::Rsa2048), peer.entry("p256", NewKey::P256)];
    let all = AttributeSet::of(OptionalAttribute::CHOICES);
    let single = OptionalAttribute::CHOICES.iter().map(|attribute| AttributeSet::of(&[*attribute]));
    for attributes in single.chain([AttributeSet::NONE, all]) {
        for chain in EmbedChain::CHOICES {
            // Past 2049 the time has another type.
            for signing_time in [datetime!(2026-06-01 12:00 UTC), datetime!(2050-01-01 0:00 UTC)] {
                let options = SigningOptions { attributes, chain: *chain, ..SigningOptions::at(signing_time) };
                let cms = sign_detached(ENTITY, &signers, &options).unwrap();
                peer.verifies(true, &cms, &["rsa", "p256"], &options);
            }
        }
    }
}

/// What was written is what OpenSSL writes when it has read it: DER, sets sorted and all.
#[test]
fn openssl_finds_nothing_to_change_in_what_is_der() {
    if !openssl_is_installed("openssl_finds_nothing_to_change_in_what_is_der") {
        return;
    }
    let peer = Peer::new();
    let kinds = [NewKey::Rsa2048, NewKey::P256, NewKey::P384, NewKey::Ed25519];
    let signers: Vec<PrivateKeyEntry> = kinds.iter().map(|key| peer.entry("any", *key)).collect();
    let options = SigningOptions {
        attributes: AttributeSet::of(OptionalAttribute::CHOICES),
        padding: RsaSignature::Pss,
        ..SigningOptions::at(datetime!(2026-06-01 12:00 UTC))
    };
    let certificates: Vec<_> = signers[..3].iter().map(|entry| entry.certificate().clone()).collect();
    let gcm = EncryptionOptions {
        content: MakingCipher::Aes128Gcm,
        key_transport: KeyTransport::OAEP_SHA256,
        identifier: IdentifierForm::SubjectKeyId,
        ..EncryptionOptions::default()
    };
    let made = [
        sign_detached(ENTITY, &signers, &options).unwrap(),
        sign_opaque(ENTITY, &signers, &options).unwrap(),
        encrypt(ENTITY, &certificates, &EncryptionOptions::default()).unwrap(),
        encrypt(ENTITY, &certificates, &gcm).unwrap(),
    ];
    for cms in made {
        peer.house.put("made.der", &cms);
        peer.house.openssl(&[
            "cms",
            "-cmsout",
            "-inform",
            "DER",
            "-in",
            "made.der",
            "-outform",
            "DER",
            "-out",
            "again.der",
        ]);
        assert_eq!(peer.house.read("again.der"), cms);
        peer.house.openssl(&["asn1parse", "-inform", "DER", "-in", "made.der", "-out", "tree"]);
    }
}
