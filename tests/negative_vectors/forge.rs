//! Keys, and CMS put together from parts of any kind.

use openssl::bn::{BigNum, BigNumContext};
use openssl::hash::{MessageDigest, hash};
use openssl::md::Md;
use openssl::pkey::{PKey, Private};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::{Padding, Rsa};
use openssl::sign::{RsaPssSaltlen, Signer};
use openssl::symm::Cipher;
use sealscope::asn1::der;
use sealscope::pki::issue::CertificateBuilder;
use sealscope::pki::{Certificate, NewKey, PrivateKeyEntry};

use crate::support::der::{constructed, element, members};
use crate::support::handmade::{content_info, enveloped_data, multipart_signed, sealed, signed_data, wrapped};
use crate::support::{ALICE, BOB, Circle, NOT_AFTER, NOT_BEFORE, World, message};

pub(crate) const SHA256: &str = "2.16.840.1.101.3.4.2.1";
pub(crate) const SHA512: &str = "2.16.840.1.101.3.4.2.3";
pub(crate) const RSA: &str = "1.2.840.113549.1.1.1";
pub(crate) const RSA_SHA256: &str = "1.2.840.113549.1.1.11";
pub(crate) const PSS: &str = "1.2.840.113549.1.1.10";
pub(crate) const ECDSA_SHA256: &str = "1.2.840.10045.4.3.2";
pub(crate) const ED25519: &str = "1.3.101.112";
pub(crate) const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
pub(crate) const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
pub(crate) const SIGNING_TIME: &str = "1.2.840.113549.1.9.5";

/// Alice with keys of every kind, Bob with two, and everybody's trust in one circle.
pub(crate) struct Lab {
    pub(crate) circle: Circle,
    pub(crate) world: World,
    pub(crate) rsa: PrivateKeyEntry,
    pub(crate) cubic: PrivateKeyEntry,
    pub(crate) p256: PrivateKeyEntry,
    pub(crate) ed25519: PrivateKeyEntry,
    pub(crate) bob_rsa: PrivateKeyEntry,
    pub(crate) bob_p256: PrivateKeyEntry,
    pub(crate) content: Vec<u8>,
}

fn for_alice() -> CertificateBuilder {
    CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER)
}

impl Lab {
    pub(crate) fn new() -> Self {
        let circle = Circle::new("Good");
        let bob = CertificateBuilder::for_address(BOB, NOT_BEFORE, NOT_AFTER);
        let bob_rsa = circle.intermediate.issue(&bob).unwrap();
        let bob_p256 = circle.intermediate.issue(&bob.key(NewKey::P256)).unwrap();
        let mut world = World::default();
        world.key(BOB, &bob_rsa).key(BOB, &bob_p256).trusts(BOB, &circle.root);
        let three = BigNum::from_u32(3).unwrap();
        let cubic = PKey::from_rsa(Rsa::generate_with_e(2048, &three).unwrap()).unwrap();
        Self {
            rsa: circle.address(ALICE),
            cubic: certified(&circle, cubic),
            p256: circle.intermediate.issue(&for_alice().key(NewKey::P256)).unwrap(),
            ed25519: certified(&circle, PKey::generate_ed25519().unwrap()),
            content: wrapped(&message(ALICE, &[BOB])),
            circle,
            world,
            bob_rsa,
            bob_p256,
        }
    }

    /// A message with this detached signature.
    pub(crate) fn mail(&self, cms: &[u8]) -> Vec<u8> {
        self.mail_with(cms, "sha-256")
    }

    pub(crate) fn mail_with(&self, cms: &[u8], micalg: &str) -> Vec<u8> {
        let entity = String::from_utf8(multipart_signed(&self.content, cms)).unwrap();
        let entity = entity.replacen("micalg=sha-256", &format!("micalg={micalg}"), 1);
        sealed(ALICE, BOB, &self.envelope(entity.as_bytes()))
    }

    fn envelope(&self, entity: &[u8]) -> Vec<u8> {
        enveloped_data(entity, &[self.bob_rsa.certificate()], Cipher::aes_128_cbc())
    }

    /// A good signed message, not encrypted yet.
    pub(crate) fn entity(&self) -> Vec<u8> {
        multipart_signed(&self.content, &Signature::rsa(self).build())
    }

    pub(crate) fn attributes(&self) -> Vec<Vec<u8>> {
        let digest = hash(MessageDigest::sha256(), &self.content).unwrap();
        vec![content_type(), message_digest(&digest)]
    }
}

fn certified(circle: &Circle, key: PKey<Private>) -> PrivateKeyEntry {
    let certificate = circle.intermediate.certify(&for_alice(), &key).unwrap();
    PrivateKeyEntry::new(certificate, vec![circle.intermediate.certificate().clone()], key).unwrap()
}

pub(crate) fn oid(dotted: &str) -> Vec<u8> {
    der::oid(dotted).unwrap()
}

pub(crate) fn algorithm(dotted: &str, parameters: &[u8]) -> Vec<u8> {
    constructed(0x30, &[oid(dotted), parameters.to_vec()])
}

pub(crate) fn attribute(dotted: &str, values: &[Vec<u8>]) -> Vec<u8> {
    constructed(0x30, &[oid(dotted), constructed(0x31, values)])
}

pub(crate) fn content_type() -> Vec<u8> {
    attribute(CONTENT_TYPE, &[oid("1.2.840.113549.1.7.1")])
}

pub(crate) fn message_digest(digest: &[u8]) -> Vec<u8> {
    attribute(MESSAGE_DIGEST, &[element(4, digest)])
}

/// How attributes are signed.
type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// A detached signature of which every part can be another.
pub(crate) struct Signature {
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) signer: Certificate,
    pub(crate) digest: Vec<u8>,
    pub(crate) algorithm: Vec<u8>,
    pub(crate) attributes: Vec<Vec<u8>>,
    pub(crate) sign: Sign,
}

impl Signature {
    pub(crate) fn with(lab: &Lab, entry: &PrivateKeyEntry, algorithm: Vec<u8>, sign: Sign) -> Self {
        let chain = [entry.certificate(), lab.circle.intermediate.certificate()];
        Self {
            certificates: chain.map(|certificate| certificate.der().to_vec()).into(),
            signer: entry.certificate().clone(),
            digest: self::algorithm(SHA256, &[]),
            algorithm,
            attributes: lab.attributes(),
            sign,
        }
    }

    /// RSA PKCS #1 v1.5 over SHA-256.
    pub(crate) fn rsa(lab: &Lab) -> Self {
        Self::with(lab, &lab.rsa, algorithm(RSA_SHA256, &[5, 0]), by_digest(&lab.rsa))
    }

    /// The same with the octets of the RSA block made from the digest.
    pub(crate) fn rsa_block(lab: &Lab, block: impl Fn(&[u8]) -> Vec<u8> + 'static) -> Self {
        let key = lab.rsa.key().rsa().unwrap();
        let sign = move |attributes: &[u8]| {
            let block = block(&hash(MessageDigest::sha256(), attributes).unwrap());
            let mut signature = vec![0; 256];
            key.private_encrypt(&block, &mut signature, Padding::NONE).unwrap();
            signature
        };
        Self::with(lab, &lab.rsa, algorithm(RSA_SHA256, &[5, 0]), Box::new(sign))
    }

    pub(crate) fn attributes(mut self, attributes: Vec<Vec<u8>>) -> Self {
        self.attributes = attributes;
        self
    }

    pub(crate) fn signer_info(&self) -> Vec<u8> {
        let x509 = self.signer.x509();
        let serial = der::unsigned_integer(&x509.serial_number().to_bn().unwrap().to_vec());
        let signature = (self.sign)(&constructed(0x31, &self.attributes));
        constructed(
            0x30,
            &[
                element(2, &[1]),
                constructed(0x30, &[x509.issuer_name().to_der().unwrap(), serial]),
                self.digest.clone(),
                constructed(0xa0, &self.attributes),
                self.algorithm.clone(),
                element(4, &signature),
            ],
        )
    }

    pub(crate) fn build(&self) -> Vec<u8> {
        let signed = constructed(
            0x30,
            &[
                element(2, &[1]),
                constructed(0x31, std::slice::from_ref(&self.digest)),
                constructed(0x30, &[oid("1.2.840.113549.1.7.1")]),
                constructed(0xa0, &self.certificates),
                constructed(0x31, &[self.signer_info()]),
            ],
        );
        constructed(0x30, &[oid("1.2.840.113549.1.7.2"), constructed(0xa0, &[signed])])
    }
}

/// Signs as the key's kind does, over SHA-256.
pub(crate) fn by_digest(entry: &PrivateKeyEntry) -> Sign {
    let key = entry.key().to_owned();
    Box::new(move |octets| {
        let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
        signer.sign_oneshot_to_vec(octets).unwrap()
    })
}

/// Signs with RSA-PSS.
pub(crate) fn by_pss(entry: &PrivateKeyEntry, digest: MessageDigest, mask: MessageDigest, salt: i32) -> Sign {
    let key = entry.key().to_owned();
    Box::new(move |octets| {
        let mut signer = Signer::new(digest, &key).unwrap();
        signer.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
        signer.set_rsa_mgf1_md(mask).unwrap();
        signer.set_rsa_pss_saltlen(RsaPssSaltlen::custom(salt)).unwrap();
        signer.sign_oneshot_to_vec(octets).unwrap()
    })
}

/// The same structure with the element at `path` made another.
pub(crate) fn change(octets: &[u8], path: &[usize], make: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let Some((first, rest)) = path.split_first() else { return make(octets) };
    let mut parts = members(octets);
    parts[*first] = change(&parts[*first], rest, make);
    constructed(octets[0], &parts)
}

/// The element at `path`.
pub(crate) fn at(octets: &[u8], path: &[usize]) -> Vec<u8> {
    path.iter().fold(octets.to_vec(), |octets, place| members(&octets)[*place].clone())
}

/// An envelope for Bob's RSA key with the ktri replaced: identifier of the algorithm, and what stands for the key.
pub(crate) fn transported(lab: &Lab, identifier: &[u8], encrypt: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let content_key = [0x5a; 16];
    let vector = [7; 16];
    let ciphertext = openssl::symm::encrypt(Cipher::aes_128_cbc(), &content_key, Some(&vector), &lab.entity()).unwrap();
    let template = enveloped_data(b"x", &[lab.bob_rsa.certificate()], Cipher::aes_128_cbc());
    let mut parts = signed_data(&template);
    let mut recipient = members(&members(&parts[1])[0]);
    recipient[2] = identifier.to_vec();
    recipient[3] = element(4, &encrypt(&content_key));
    parts[1] = constructed(0x31, &[constructed(0x30, &recipient)]);
    let mut encrypted = members(&parts[2]);
    encrypted[1] = algorithm("2.16.840.1.101.3.4.1.2", &element(4, &vector));
    encrypted[2] = element(0x80, &ciphertext);
    parts[2] = constructed(0x30, &encrypted);
    content_info(&template, &parts)
}

/// RSA-OAEP by OpenSSL.
pub(crate) fn oaep(lab: &Lab, octets: &[u8], digest: &str, mask: &str, label: &[u8]) -> Vec<u8> {
    let md = |name: &str| match name {
        "sha1" => Md::sha1(),
        "sha256" => Md::sha256(),
        _ => Md::sha512(),
    };
    let public = lab.bob_rsa.certificate().x509().public_key().unwrap();
    let mut context = PkeyCtx::new(&public).unwrap();
    context.encrypt_init().unwrap();
    context.set_rsa_padding(Padding::PKCS1_OAEP).unwrap();
    context.set_rsa_oaep_md(md(digest)).unwrap();
    context.set_rsa_mgf1_md(md(mask)).unwrap();
    if !label.is_empty() {
        context.set_rsa_oaep_label(label).unwrap();
    }
    let mut encrypted = Vec::new();
    context.encrypt_to_vec(octets, &mut encrypted).unwrap();
    encrypted
}

/// The public operation on a block of octets.
pub(crate) fn raw_encrypt(lab: &Lab, block: &[u8]) -> Vec<u8> {
    let key = lab.bob_rsa.key().rsa().unwrap();
    let mut encrypted = vec![0; 256];
    key.public_encrypt(block, &mut encrypted, Padding::NONE).unwrap();
    encrypted
}

/// The least number whose cube is at least `target`.
pub(crate) fn cube_root(target: &BigNum) -> BigNum {
    let mut context = BigNumContext::new().unwrap();
    let mut root = BigNum::new().unwrap();
    for bit in (0..=target.num_bits() / 3 + 1).rev() {
        root.set_bit(bit).unwrap();
        if cube(&root, &mut context) > *target {
            root.clear_bit(bit).unwrap();
        }
    }
    root.add_word(1).unwrap();
    root
}

fn cube(number: &BigNum, context: &mut BigNumContext) -> BigNum {
    let (mut square, mut cube) = (BigNum::new().unwrap(), BigNum::new().unwrap());
    square.sqr(number, context).unwrap();
    cube.checked_mul(&square, number, context).unwrap();
    cube
}
