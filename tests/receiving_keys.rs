//! Every way in which content keys travel: key transport, key agreement, and the kinds that are named only.
#![cfg(test)]

mod support;

use openssl::aes::{AesKey, wrap_key};
use openssl::cipher::Cipher;
use openssl::cipher_ctx::{CipherCtx, CipherCtxFlags};
use openssl::derive::Deriver;
use openssl::ec::{EcGroup, EcKey, PointConversionForm};
use openssl::encrypt::Encrypter;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Padding;
use openssl::sign::Signer;
use openssl::symm;
use sealscope::agent::Report;
use sealscope::finding::Severity;
use sealscope::pki::issue::CertificateBuilder;
use sealscope::pki::{KeyUsage, PrivateKeyEntry};
use support::cms::{SEQUENCE, identifier, integer, issuer_and_serial, key_transport, octets, rsa_transport};
use support::der::{constructed, element};
use support::handmade::sealed;
use support::receiver::{answer, signed};
use support::{ALICE, BOB, Circle, NOT_AFTER, NOT_BEFORE, World, envelope};

const CONTENT_KEY: [u8; 32] = [0x42; 32];
const AES256_WRAP: &str = "2.16.840.1.101.3.4.1.45";
const SHA1: &str = "1.3.14.3.2.26";
const SHA224: &str = "2.16.840.1.101.3.4.2.4";
const SHA256: &str = "2.16.840.1.101.3.4.2.1";
const SHA384: &str = "2.16.840.1.101.3.4.2.2";
const SHA512: &str = "2.16.840.1.101.3.4.2.3";

/// Bob with a key of any kind, in a circle that he trusts.
struct Holder {
    circle: Circle,
    bob: PrivateKeyEntry,
    world: World,
}

impl Holder {
    fn new(key: PKey<Private>) -> Self {
        let circle = Circle::new("Good");
        let builder = CertificateBuilder::for_address(BOB, NOT_BEFORE, NOT_AFTER);
        let certificate = circle.intermediate.certify(&builder, &key).unwrap();
        let bob = PrivateKeyEntry::new(certificate, Vec::new(), key).unwrap();
        let mut world = World::default();
        world.key(BOB, &bob).trusts(BOB, &circle.root);
        Self { circle, bob, world }
    }

    fn rsa() -> Self {
        Self::new(PKey::from_rsa(openssl::rsa::Rsa::generate(2048).unwrap()).unwrap())
    }

    /// An envelope of AES-256-CBC with these RecipientInfos, whatever they hold.
    fn receive(&self, infos: &[Vec<u8>], originator: Option<Vec<u8>>) -> Report {
        let plain = signed(&self.circle.address(ALICE));
        let ciphertext = symm::encrypt(symm::Cipher::aes_256_cbc(), &CONTENT_KEY, Some(&[9; 16]), &plain).unwrap();
        let cipher = identifier("2.16.840.1.101.3.4.1.42", &[octets(&[9; 16])]);
        let content =
            constructed(SEQUENCE, &[support::cms::oid(support::cms::DATA), cipher, element(0x80, &ciphertext)]);
        let mut fields = vec![integer(2)];
        fields.extend(originator);
        fields.extend([constructed(support::cms::SET, infos), content]);
        let cms = support::cms::info(support::cms::ENVELOPED, constructed(SEQUENCE, &fields));
        match self.world.incoming(&envelope(ALICE, &[BOB], &sealed(ALICE, BOB, &cms))) {
            Ok(accepted) => accepted.report,
            Err(report) => *report,
        }
    }
}

fn told(report: &Report, rule: &str, severity: Severity) -> bool {
    report.findings().any(|finding| finding.rule.id == rule && finding.severity == severity)
}

fn digest(dotted: &str) -> MessageDigest {
    match dotted {
        SHA1 => MessageDigest::sha1(),
        SHA224 => MessageDigest::sha224(),
        SHA256 => MessageDigest::sha256(),
        SHA384 => MessageDigest::sha384(),
        _ => MessageDigest::sha512(),
    }
}

#[test]
fn oaep_of_every_digest_mask_and_label_gives_the_content_key() {
    let holder = Holder::rsa();
    let public = holder.bob.certificate().x509().public_key().unwrap();
    for (hash, mask, label) in [
        (SHA1, SHA1, &b""[..]),
        (SHA224, SHA224, b""),
        (SHA256, SHA256, b""),
        (SHA384, SHA384, b""),
        (SHA512, SHA512, b""),
        (SHA256, SHA1, b""),
        (SHA512, SHA256, b"a label"),
    ] {
        let mut encrypter = Encrypter::new(&public).unwrap();
        encrypter.set_rsa_padding(Padding::PKCS1_OAEP).unwrap();
        encrypter.set_rsa_oaep_md(digest(hash)).unwrap();
        encrypter.set_rsa_mgf1_md(digest(mask)).unwrap();
        if !label.is_empty() {
            encrypter.set_rsa_oaep_label(label).unwrap();
        }
        let mut encrypted = vec![0; encrypter.encrypt_len(&CONTENT_KEY).unwrap()];
        let length = encrypter.encrypt(&CONTENT_KEY, &mut encrypted).unwrap();
        let mut parameters = vec![
            constructed(0xa0, &[identifier(hash, &[])]),
            constructed(0xa1, &[identifier("1.2.840.113549.1.1.8", &[identifier(mask, &[])])]),
        ];
        if !label.is_empty() {
            parameters.push(constructed(0xa2, &[identifier("1.2.840.113549.1.1.9", &[octets(label)])]));
        }
        let algorithm = identifier("1.2.840.113549.1.1.7", &[constructed(SEQUENCE, &parameters)]);
        let info = key_transport(holder.bob.certificate(), algorithm, &encrypted[..length]);
        let report = holder.receive(&[info], None);
        assert_eq!(answer(&report), "accepted", "{hash} {mask}: {:?}", report.rejection);
        // The same octets under other parameters are no content key.
        let wrong = identifier(
            "1.2.840.113549.1.1.7",
            &[constructed(
                SEQUENCE,
                &[constructed(0xa0, &[identifier(if hash == SHA384 { SHA512 } else { SHA384 }, &[])])],
            )],
        );
        let info = key_transport(holder.bob.certificate(), wrong, &encrypted[..length]);
        assert_eq!(answer(&holder.receive(&[info], None)), "not-decryptable");
    }
}

/// How a content key is agreed upon, made without the code under test.
struct Agreement<'a> {
    scheme: &'a str,
    hash: &'a str,
    hkdf: bool,
    wrap: &'a str,
    material: Option<&'a [u8]>,
}

impl Agreement<'_> {
    fn wrapping_length(&self) -> usize {
        match self.wrap {
            "2.16.840.1.101.3.4.1.5" => 16,
            AES256_WRAP => 32,
            _ => 24,
        }
    }

    fn wrapped(&self, own: &PKey<Private>, holder: &Holder) -> Vec<u8> {
        let public = holder.bob.certificate().x509().public_key().unwrap();
        let mut deriver = Deriver::new(own).unwrap();
        deriver.set_peer(&public).unwrap();
        let secret = deriver.derive_to_vec().unwrap();
        let length = self.wrapping_length();
        let mut information = vec![identifier(self.wrap, &[])];
        information.extend(self.material.map(|material| constructed(0xa0, &[octets(material)])));
        information.push(constructed(0xa2, &[octets(&u32::try_from(length * 8).unwrap().to_be_bytes())]));
        let information = constructed(SEQUENCE, &information);
        let hash = digest(self.hash);
        let key = if self.hkdf {
            let hmac = |key: &[u8], octets: &[u8]| {
                let key = PKey::hmac(key).unwrap();
                Signer::new(hash, &key).unwrap().sign_oneshot_to_vec(octets).unwrap()
            };
            let salt = self.material.map_or_else(|| vec![0; hash.size()], <[u8]>::to_vec);
            hmac(&hmac(&salt, &secret), &[&information[..], &[1]].concat())
        } else {
            let block = |counter: u8| {
                openssl::hash::hash(hash, &[&secret[..], &[0, 0, 0, counter], &information].concat()).unwrap().to_vec()
            };
            [block(1), block(2)].concat()
        };
        wrap(self.wrap, &key[..length])
    }

    fn info(&self, own: &PKey<Private>, originator: Vec<u8>, holder: &Holder) -> Vec<u8> {
        let wrapped = self.wrapped(own, holder);
        let recipient = constructed(SEQUENCE, &[issuer_and_serial(holder.bob.certificate()), octets(&wrapped)]);
        let mut fields = vec![integer(3), constructed(0xa0, &[originator])];
        fields.extend(self.material.map(|material| constructed(0xa1, &[octets(material)])));
        fields.push(identifier(self.scheme, &[identifier(self.wrap, &[])]));
        fields.push(constructed(SEQUENCE, &[recipient]));
        constructed(0xa1, &fields)
    }
}

fn wrap(dotted: &str, key: &[u8]) -> Vec<u8> {
    if dotted == "1.2.840.113549.1.9.16.3.6" {
        let mut context = CipherCtx::new().unwrap();
        context.set_flags(CipherCtxFlags::FLAG_WRAP_ALLOW);
        let cipher = Cipher::from_nid(Nid::ID_SMIME_ALG_CMS3DESWRAP).unwrap();
        context.encrypt_init(Some(cipher), Some(key), None).unwrap();
        let mut wrapped = Vec::new();
        context.cipher_update_vec(&CONTENT_KEY, &mut wrapped).unwrap();
        return wrapped;
    }
    let mut wrapped = vec![0; CONTENT_KEY.len() + 8];
    wrap_key(&AesKey::new_encrypt(key).unwrap(), None, &mut wrapped, &CONTENT_KEY).unwrap();
    wrapped
}

fn curve(nid: Nid) -> PKey<Private> {
    PKey::from_ec_key(EcKey::generate(&EcGroup::from_curve_name(nid).unwrap()).unwrap()).unwrap()
}

/// originatorKey: `[1]`, algorithm and point.
fn originator_key(key: &PKey<Private>) -> Vec<u8> {
    let (algorithm, point) = match key.ec_key() {
        Ok(ec) => {
            let mut context = openssl::bn::BigNumContext::new().unwrap();
            let form = PointConversionForm::UNCOMPRESSED;
            ("1.2.840.10045.2.1", ec.public_key().to_bytes(ec.group(), form, &mut context).unwrap())
        }
        Err(_) => ("1.3.101.110", key.raw_public_key().unwrap()),
    };
    constructed(0xa1, &[identifier(algorithm, &[]), element(3, &[&[0][..], &point].concat())])
}

#[test]
fn keys_agreed_upon_on_every_curve_with_every_derivation_and_wrap_open_the_message() {
    let (aes128, aes192, triple_des) =
        ("2.16.840.1.101.3.4.1.5", "2.16.840.1.101.3.4.1.25", "1.2.840.113549.1.9.16.3.6");
    let x963 = |scheme, hash, wrap| Agreement { scheme, hash, hkdf: false, wrap, material: None };
    let hkdf = |scheme, hash, wrap| Agreement { scheme, hash, hkdf: true, wrap, material: None };
    let schemes = [
        x963("1.3.133.16.840.63.0.2", SHA1, AES256_WRAP),
        x963("1.3.132.1.11.0", SHA224, aes128),
        x963("1.3.132.1.11.1", SHA256, AES256_WRAP),
        x963("1.3.132.1.11.2", SHA384, aes192),
        Agreement { material: Some(b"material"), ..x963("1.3.132.1.11.3", SHA512, AES256_WRAP) },
        x963("1.3.132.1.11.1", SHA256, triple_des),
        hkdf("1.2.840.113549.1.9.16.3.19", SHA256, AES256_WRAP),
        hkdf("1.2.840.113549.1.9.16.3.20", SHA384, AES256_WRAP),
        Agreement { material: Some(b"salt"), ..hkdf("1.2.840.113549.1.9.16.3.21", SHA512, AES256_WRAP) },
    ];
    let cofactor = [
        x963("1.3.133.16.840.63.0.3", SHA1, AES256_WRAP),
        x963("1.3.132.1.14.0", SHA224, AES256_WRAP),
        x963("1.3.132.1.14.1", SHA256, AES256_WRAP),
        x963("1.3.132.1.14.2", SHA384, AES256_WRAP),
        x963("1.3.132.1.14.3", SHA512, AES256_WRAP),
    ];
    type Make = fn() -> PKey<Private>;
    let makers: [(&str, Make); 6] = [
        ("P-256", || curve(Nid::X9_62_PRIME256V1)),
        ("P-384", || curve(Nid::SECP384R1)),
        ("P-521", || curve(Nid::SECP521R1)),
        ("brainpool", || curve(Nid::BRAINPOOL_P256R1)),
        ("X25519", || PKey::generate_x25519().unwrap()),
        ("X448", || PKey::generate_x448().unwrap()),
    ];
    for (name, make) in makers {
        let holder = Holder::new(make());
        let cofactor = if name.starts_with('X') { &[][..] } else { &cofactor[..] };
        for agreement in schemes.iter().chain(cofactor) {
            let ephemeral = make();
            let info = agreement.info(&ephemeral, originator_key(&ephemeral), &holder);
            let report = holder.receive(&[info], None);
            let label = format!("{name} {} {}", agreement.scheme, agreement.wrap);
            assert_eq!(answer(&report), "accepted", "{label}: {:?}", report.rejection);
            let weaker = agreement.wrap != AES256_WRAP;
            assert_eq!(told(&report, "cms.wrap-strength", Severity::Warning), weaker, "{label}");
        }
    }
}

#[test]
fn keying_material_that_is_no_salt_opens_as_bouncycastle_makes_it() {
    let holder = Holder::new(PKey::generate_x25519().unwrap());
    let ephemeral = PKey::generate_x25519().unwrap();
    let scheme = "1.2.840.113549.1.9.16.3.19";
    let salted = Agreement { scheme, hash: SHA256, hkdf: true, wrap: AES256_WRAP, material: Some(&[0; 32]) };
    // A salt of zeros is the same as none.
    let info = salted.info(&ephemeral, originator_key(&ephemeral), &holder);
    assert_eq!(answer(&holder.receive(&[info], None)), "accepted");
}

#[test]
fn a_point_of_low_order_gives_no_key() {
    let holder = Holder::new(PKey::generate_x25519().unwrap());
    let ephemeral = PKey::generate_x25519().unwrap();
    let agreement =
        Agreement { scheme: "1.2.840.113549.1.9.16.3.19", hash: SHA256, hkdf: true, wrap: AES256_WRAP, material: None };
    let zero = constructed(0xa1, &[identifier("1.3.101.110", &[]), element(3, &[0; 33])]);
    let report = holder.receive(&[agreement.info(&ephemeral, zero, &holder)], None);
    assert_eq!(answer(&report), "not-decryptable");
}

#[test]
fn a_long_term_key_of_the_originator_works_where_its_certificate_is_there() {
    let mut holder = Holder::new(curve(Nid::X9_62_PRIME256V1));
    let key = curve(Nid::X9_62_PRIME256V1);
    let builder =
        CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER).key_usage(Some(KeyUsage::KEY_AGREEMENT));
    let certificate = holder.circle.intermediate.certify(&builder, &key).unwrap();
    let key_id = element(0x80, certificate.subject_key_id().unwrap());
    let agreement =
        Agreement { scheme: "1.3.132.1.11.1", hash: SHA256, hkdf: false, wrap: AES256_WRAP, material: Some(b"once") };
    for name in [issuer_and_serial(&certificate), key_id] {
        let info = agreement.info(&key, name, &holder);
        let carried = constructed(0xa0, &[constructed(0xa0, &[certificate.der().to_vec()])]);
        let report = holder.receive(std::slice::from_ref(&info), Some(carried));
        assert_eq!(answer(&report), "accepted", "{:?}", report.rejection);
        let report = holder.receive(&[info], None);
        assert_eq!(answer(&report), "unsupported-algorithm");
        let reason = report.recipients[0].reason().unwrap();
        assert!(reason.detail.contains("key of the certificate"), "{reason}");
    }
    // One that is kept for the sender is as good as one that is brought along.
    let info = agreement.info(&key, issuer_and_serial(&certificate), &holder);
    holder.world.certificate(ALICE, &certificate);
    let report = holder.receive(&[info], None);
    assert_eq!(answer(&report), "accepted", "{:?}", report.rejection);
    assert!(told(&report, "cms.originator-certificate", Severity::Info));
}

/// RecipientInfos for a shared key, a password, a key encapsulation and something new.
fn others(holder: &Holder) -> Vec<Vec<u8>> {
    let wrap = identifier(AES256_WRAP, &[]);
    let shared =
        constructed(0xa2, &[integer(4), constructed(SEQUENCE, &[octets(b"\x01\x02")]), wrap.clone(), octets(&[0; 40])]);
    let derivation = constructed(0xa0, &[support::cms::oid("1.2.840.113549.1.5.12"), constructed(SEQUENCE, &[])]);
    let encryption = identifier("1.2.840.113549.1.9.16.3.9", &[]);
    let password = constructed(0xa3, &[integer(0), derivation, encryption, octets(&[0; 40])]);
    let encapsulation = constructed(
        SEQUENCE,
        &[
            integer(0),
            issuer_and_serial(holder.bob.certificate()),
            identifier("2.16.840.1.101.3.4.4.2", &[]),
            octets(&[0; 1088]),
            identifier("1.2.840.113549.1.9.16.3.28", &[]),
            integer(32),
            wrap,
            octets(&[0; 40]),
        ],
    );
    let encapsulation = constructed(0xa4, &[support::cms::oid("1.2.840.113549.1.9.16.13.3"), encapsulation]);
    let new = constructed(0xa4, &[support::cms::oid("1.2.3.4"), constructed(SEQUENCE, &[])]);
    vec![shared, password, encapsulation, new]
}

#[test]
fn recipients_of_other_kinds_are_named_and_spoil_nothing() {
    let holder = Holder::rsa();
    let mut infos = others(&holder);
    infos.push(rsa_transport(holder.bob.certificate(), &CONTENT_KEY));
    let report = holder.receive(&infos, None);
    assert_eq!(answer(&report), "accepted", "{:?}", report.rejection);
    let listed: Vec<String> = report
        .recipient_infos
        .iter()
        .map(|info| format!("{} | {} | {}", info.kind, info.identifier, info.key_encryption))
        .collect();
    let find = |words: &[&str]| listed.iter().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(find(&["key-encryption-key", "shared key 0102", "AES-256-wrap"]), "{listed:?}");
    assert!(find(&["password", "PBKDF2", "PWRI-KEK"]), "{listed:?}");
    assert!(find(&["key-encapsulation", "ML-KEM-768", "serial number"]), "{listed:?}");
    assert!(find(&["other", "1.2.3.4"]), "{listed:?}");
    assert!(find(&["key-transport", "RSA PKCS #1 v1.5"]), "{listed:?}");
}

#[test]
fn why_no_key_opens_a_message_is_told_apart() {
    let holder = Holder::rsa();
    let all = others(&holder);
    let stranger = Holder::rsa();
    let for_stranger = rsa_transport(stranger.bob.certificate(), &CONTENT_KEY);
    // Named, but by an algorithm that is not computed here.
    assert_eq!(answer(&holder.receive(&[all[2].clone()], None)), "unsupported-algorithm");
    // Nobody's certificate is named, so no key could be the right one.
    assert_eq!(answer(&holder.receive(&[all[0].clone(), all[1].clone()], None)), "unsupported-algorithm");
    // Somebody else's is.
    assert_eq!(answer(&holder.receive(&[all[0].clone(), for_stranger], None)), "not-decryptable");
}
