//! Signatures of the right form over the wrong octets, and of the wrong form.

use openssl::bn::BigNum;
use openssl::hash::{MessageDigest, hash};
use openssl::nid::Nid;
use sealscope::asn1::der;

use super::Group;
use super::certificates::signed_anew;
use super::forge::change;
use super::forge::{
    ECDSA_SHA256, ED25519, Lab, PSS, RSA, RSA_SHA256, SHA256, SHA512, Signature, algorithm, by_digest, by_pss,
    cube_root, message_digest, oid,
};
use crate::support::der::{constructed, element};

/// DigestInfo of SHA-256 up to the digest.
const DIGEST_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];
const BLOCK: usize = 256;

pub(crate) fn groups(lab: &Lab) -> Vec<Group> {
    vec![pkcs1(lab), cubic(lab), pss(lab), ecdsa(lab), ed25519(lab), algorithms(lab)]
}

/// `00 01`, padding, `00`, and what follows, to the length of the key.
fn padded(kind: u8, filler: u8, rest: &[u8]) -> Vec<u8> {
    let filling = vec![filler; BLOCK - 3 - rest.len()];
    [&[0, kind], &filling[..], &[0], rest].concat()
}

fn digest_info(digest: &[u8]) -> Vec<u8> {
    [&DIGEST_INFO[..], digest].concat()
}

fn pkcs1(lab: &Lab) -> Group {
    type Block = fn(&[u8]) -> Vec<u8>;
    let mut group = Group::new("RSA PKCS #1 v1.5 signature");
    let good = Signature::rsa_block(lab, |digest| padded(1, 0xff, &digest_info(digest)));
    group.acceptable(
        "it is right: the blocks here are made as they should be",
        "a block made right",
        lab.mail(&good.build()),
    );
    let blocks: [(&str, Block); 20] = [
        ("block type 0", |digest| padded(0, 0, &digest_info(digest))),
        ("block type 2", |digest| padded(2, 0xff, &digest_info(digest))),
        ("padding of 0xfe", |digest| padded(1, 0xfe, &digest_info(digest))),
        ("padding of zeros", |digest| padded(1, 0, &digest_info(digest))),
        ("one octet of the padding wrong", |digest| {
            let mut block = padded(1, 0xff, &digest_info(digest));
            block[20] = 0x7f;
            block
        }),
        ("padding that ends early, garbage after the digest", |digest| {
            let mut block = [&[0, 1], &[0xff; 8][..], &[0], &digest_info(digest)].concat();
            block.resize(BLOCK, 0x5a);
            block
        }),
        ("padding that ends early, zeros after the digest", |digest| {
            let mut block = [&[0, 1], &[0xff; 8][..], &[0], &digest_info(digest)].concat();
            block.resize(BLOCK, 0);
            block
        }),
        ("no octet 00 before DigestInfo", |digest| {
            let rest = digest_info(digest);
            [&[0, 1], &vec![0xff; BLOCK - 2 - rest.len()][..], &rest].concat()
        }),
        ("the first octet not zero", |digest| {
            let mut block = padded(1, 0xff, &digest_info(digest));
            block[..2].copy_from_slice(&[1, 0]);
            block
        }),
        ("the digest alone, no DigestInfo", |digest| padded(1, 0xff, digest)),
        ("DigestInfo without NULL", |digest| {
            let identifier = algorithm(SHA256, &[]);
            padded(1, 0xff, &constructed(0x30, &[identifier, element(4, digest)]))
        }),
        ("DigestInfo with SHA-512's identifier", |digest| {
            let identifier = algorithm(SHA512, &[5, 0]);
            padded(1, 0xff, &constructed(0x30, &[identifier, element(4, digest)]))
        }),
        ("DigestInfo with SHA-1's identifier", |digest| {
            let identifier = algorithm("1.3.14.3.2.26", &[5, 0]);
            padded(1, 0xff, &constructed(0x30, &[identifier, element(4, digest)]))
        }),
        ("DigestInfo with an OCTET STRING as parameters", |digest| {
            let identifier = algorithm(SHA256, &element(4, &[0x5a; 16]));
            padded(1, 0xff, &constructed(0x30, &[identifier, element(4, digest)]))
        }),
        ("DigestInfo with a longer form of its length", |digest| {
            let inner = digest_info(digest)[2..].to_vec();
            padded(1, 0xff, &[&[0x30, 0x81, 0x31], &inner[..]].concat())
        }),
        ("DigestInfo of indefinite length", |digest| {
            let inner = digest_info(digest)[2..].to_vec();
            padded(1, 0xff, &[&[0x30, 0x80], &inner[..], &[0, 0]].concat())
        }),
        ("DigestInfo with an element more", |digest| {
            let identifier = algorithm(SHA256, &[5, 0]);
            padded(1, 0xff, &constructed(0x30, &[identifier, element(4, digest), vec![5, 0]]))
        }),
        ("the digest as a BIT STRING", |digest| {
            let identifier = algorithm(SHA256, &[5, 0]);
            padded(1, 0xff, &constructed(0x30, &[identifier, element(3, digest)]))
        }),
        ("the digest cut by an octet", |digest| {
            let identifier = algorithm(SHA256, &[5, 0]);
            padded(1, 0xff, &constructed(0x30, &[identifier, element(4, &digest[..31])]))
        }),
        ("the digest of something else", |digest| {
            padded(1, 0xff, &digest_info(&hash(MessageDigest::sha256(), digest).unwrap()))
        }),
    ];
    for (name, block) in blocks {
        group.refused("signature-invalid", name, lab.mail(&Signature::rsa_block(lab, block).build()));
    }
    let changed = |change: fn(Vec<u8>) -> Vec<u8>| {
        let sign = by_digest(&lab.rsa);
        let sign = Box::new(move |octets: &[u8]| change(sign(octets)));
        lab.mail(&Signature::with(lab, &lab.rsa, algorithm(RSA_SHA256, &[5, 0]), sign).build())
    };
    group.refused("signature-invalid", "the number 0", changed(|_| vec![0; BLOCK]));
    group.refused("signature-invalid", "the number 1", changed(|_| [&[0; BLOCK - 1][..], &[1]].concat()));
    group.refused("signature-invalid", "a number above the modulus", changed(|_| vec![0xff; BLOCK]));
    group.refused("signature-invalid", "cut by the last octet", changed(|s| s[..BLOCK - 1].to_vec()));
    group.refused("signature-invalid", "cut by the first octet", changed(|s| s[1..].to_vec()));
    group.refused("signature-invalid", "a zero in front", changed(|s| [&[0], &s[..]].concat()));
    group.refused("signature-invalid", "a zero behind", changed(|s| [&s[..], &[0]].concat()));
    group.refused("signature-invalid", "reversed", changed(|s| s.into_iter().rev().collect()));
    group
}

/// Forgeries without the key, which its exponent of 3 allows where a verifier does not look at the whole block.
fn cubic(lab: &Lab) -> Group {
    let mut group = Group::new("RSA with exponent 3, forged");
    let honest = Signature::with(lab, &lab.cubic, algorithm(RSA_SHA256, &[5, 0]), by_digest(&lab.cubic));
    group.acceptable(
        "3 is a valid exponent; the signature is honest",
        "an honest signature",
        lab.mail(&honest.build()),
    );
    for (name, padding) in [("Bleichenbacher 2006: garbage after the digest", 8), ("the same with no padding", 0)] {
        let sign = move |octets: &[u8]| {
            let digest = hash(MessageDigest::sha256(), octets).unwrap();
            let mut target = [&[0, 1], &vec![0xff; padding][..], &[0], &digest_info(&digest)].concat();
            target.resize(BLOCK, 0);
            cube_root(&BigNum::from_slice(&target).unwrap()).to_vec_padded(256).unwrap()
        };
        let forged = Signature::with(lab, &lab.cubic, algorithm(RSA_SHA256, &[5, 0]), Box::new(sign));
        group.refused("signature-invalid", name, lab.mail(&forged.build()));
    }
    let sign = |octets: &[u8]| {
        let digest = hash(MessageDigest::sha256(), octets).unwrap();
        let identifier = constructed(0x30, &[oid(SHA256), element(4, &[0; 120])]);
        let info = constructed(0x30, &[identifier, element(4, &digest)]);
        let target = padded(1, 0xff, &info);
        cube_root(&BigNum::from_slice(&target).unwrap()).to_vec_padded(256).unwrap()
    };
    let forged = Signature::with(lab, &lab.cubic, algorithm(RSA_SHA256, &[5, 0]), Box::new(sign));
    group.refused("signature-invalid", "Kühn 2008: room in the parameters", lab.mail(&forged.build()));
    for small in [1, 2, 3] {
        let sign = move |_: &[u8]| [&[0; BLOCK - 1][..], &[small]].concat();
        let forged = Signature::with(lab, &lab.cubic, algorithm(RSA_SHA256, &[5, 0]), Box::new(sign));
        group.refused("signature-invalid", format!("the number {small}"), lab.mail(&forged.build()));
    }
    group
}

fn parameters(digest: Option<&str>, mask: Option<&str>, salt: Option<&[u8]>, trailer: Option<u8>) -> Vec<u8> {
    let mask = mask.map(|mask| algorithm("1.2.840.113549.1.1.8", &algorithm(mask, &[5, 0])));
    let fields = [
        digest.map(|digest| constructed(0xa0, &[algorithm(digest, &[5, 0])])),
        mask.map(|mask| constructed(0xa1, &[mask])),
        salt.map(|salt| constructed(0xa2, &[element(2, salt)])),
        trailer.map(|trailer| constructed(0xa3, &[element(2, &[trailer])])),
    ];
    constructed(0x30, &fields.into_iter().flatten().collect::<Vec<_>>())
}

fn pss(lab: &Lab) -> Group {
    let mut group = Group::new("RSA-PSS");
    let (sha256, sha512) = (MessageDigest::sha256, MessageDigest::sha512);
    let made = |identifier: Vec<u8>, mask: MessageDigest, salt: i32| {
        let sign = by_pss(&lab.rsa, sha256(), mask, salt);
        lab.mail(&Signature::with(lab, &lab.rsa, identifier, sign).build())
    };
    let with = |p: Vec<u8>| algorithm(PSS, &p);
    let right = parameters(Some(SHA256), Some(SHA256), Some(&[32]), None);
    group.acceptable("it is right", "SHA-256, MGF1 with SHA-256, salt of 32", made(with(right.clone()), sha256(), 32));
    let empty = parameters(Some(SHA256), Some(SHA256), Some(&[0]), None);
    group.acceptable(
        "a salt of no octets is allowed (RFC 8017 §9.1)",
        "no salt, and so said",
        made(with(empty), sha256(), 0),
    );
    let other_mask = parameters(Some(SHA256), Some(SHA512), Some(&[32]), None);
    let why = "the two digests may differ (RFC 4055 §3.1)";
    group.acceptable(why, "MGF1 with SHA-512, and so said", made(with(other_mask.clone()), sha512(), 32));
    let trailer = parameters(Some(SHA256), Some(SHA256), Some(&[32]), Some(1));
    group.acceptable("the default is spelled out", "trailer field 1", made(with(trailer), sha256(), 32));
    for (name, identifier, mask, salt) in [
        ("MGF1 said to be SHA-512, made with SHA-256", other_mask, sha256(), 32),
        ("MGF1 said to be SHA-256, made with SHA-512", right.clone(), sha512(), 32),
        ("salt said to be 32, made with 20", right.clone(), sha256(), 20),
        ("salt said to be 32, made with 0", right, sha256(), 0),
        (
            "salt said to be 20 by default, made with 32",
            parameters(Some(SHA256), Some(SHA256), None, None),
            sha256(),
            32,
        ),
        ("salt longer than the block", parameters(Some(SHA256), Some(SHA256), Some(&[1, 0]), None), sha256(), 32),
        ("MGF1 said to be SHA-1 by default", parameters(Some(SHA256), None, Some(&[32]), None), sha256(), 32),
    ] {
        group.refused("signature-invalid", name, made(with(identifier), mask, salt));
    }
    for (name, identifier, code) in [
        ("no parameters, which stands for SHA-1", algorithm(PSS, &[]), "signed-attributes-invalid"),
        (
            "empty parameters, which stand for SHA-1",
            with(parameters(None, None, None, None)),
            "signed-attributes-invalid",
        ),
        (
            "the digest of PSS is SHA-512, that of the signer SHA-256",
            with(parameters(Some(SHA512), Some(SHA512), Some(&[32]), None)),
            "signed-attributes-invalid",
        ),
        (
            "trailer field 2",
            with(parameters(Some(SHA256), Some(SHA256), Some(&[32]), Some(2))),
            "unsupported-algorithm",
        ),
        (
            "trailer field 0",
            with(parameters(Some(SHA256), Some(SHA256), Some(&[32]), Some(0))),
            "unsupported-algorithm",
        ),
        (
            "negative salt length",
            with(parameters(Some(SHA256), Some(SHA256), Some(&[0xe0]), None)),
            "unsupported-algorithm",
        ),
        (
            "salt length of 2^31",
            with(parameters(Some(SHA256), Some(SHA256), Some(&[0, 0x80, 0, 0, 0]), None)),
            "unsupported-algorithm",
        ),
        (
            "an unknown mask generation function",
            with(constructed(
                0x30,
                &[
                    constructed(0xa0, &[algorithm(SHA256, &[])]),
                    constructed(0xa1, &[algorithm("1.2.3.4", &[])]),
                    constructed(0xa2, &[element(2, &[32])]),
                ],
            )),
            "unsupported-algorithm",
        ),
    ] {
        group.refused(code, name, made(identifier, sha256(), 32));
    }
    let v15 = Signature::with(
        lab,
        &lab.rsa,
        with(parameters(Some(SHA256), Some(SHA256), Some(&[32]), None)),
        by_digest(&lab.rsa),
    );
    group.refused("signature-invalid", "PKCS #1 v1.5 said to be PSS", lab.mail(&v15.build()));
    group.refused(
        "signature-invalid",
        "PSS said to be PKCS #1 v1.5",
        made(algorithm(RSA_SHA256, &[5, 0]), sha256(), 32),
    );
    // The key's own parameters allow SHA-512 alone (RFC 4055 §1.2).
    let rsa = lab.rsa.key().rsa().unwrap().public_key_to_der_pkcs1().unwrap();
    let only = parameters(Some(SHA512), Some(SHA512), Some(&[64]), None);
    let spki = constructed(0x30, &[algorithm(PSS, &only), element(3, &[&[0], &rsa[..]].concat())]);
    let certificate = change(lab.rsa.certificate().der(), &[0, 6], |_| spki);
    let certificate = signed_anew(lab, &certificate);
    let identifier = with(parameters(Some(SHA256), Some(SHA256), Some(&[32]), None));
    let mut signature = Signature::with(lab, &lab.rsa, identifier, by_pss(&lab.rsa, sha256(), sha256(), 32));
    signature.certificates[0] = certificate;
    group.refused("signature-invalid", "SHA-256 with a key for SHA-512 alone", lab.mail(&signature.build()));
    group
}

fn ecdsa(lab: &Lab) -> Group {
    let mut group = Group::new("ECDSA");
    let made = |change: Box<dyn Fn(Vec<u8>, Vec<u8>) -> Vec<u8>>| {
        let sign = by_digest(&lab.p256);
        let sign = Box::new(move |octets: &[u8]| {
            let parsed = openssl::ecdsa::EcdsaSig::from_der(&sign(octets)).unwrap();
            change(parsed.r().to_vec(), parsed.s().to_vec())
        });
        lab.mail(&Signature::with(lab, &lab.p256, algorithm(ECDSA_SHA256, &[]), sign).build())
    };
    let number = |octets: &[u8]| der::unsigned_integer(octets);
    group.acceptable(
        "it is right",
        "r and s as they are",
        made(Box::new(move |r, s| constructed(0x30, &[number(&r), number(&s)]))),
    );
    let order = openssl::ec::EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let mut n = BigNum::new().unwrap();
    order.order(&mut n, &mut openssl::bn::BigNumContext::new().unwrap()).unwrap();
    let n = n.to_vec();
    let why =
        "a second signature over the same octets, which anybody can make; nothing here depends on there being one";
    let order = n.clone();
    group.acceptable(
        why,
        "s replaced by n - s",
        made(Box::new(move |r, s| {
            let (n, s) = (BigNum::from_slice(&order).unwrap(), BigNum::from_slice(&s).unwrap());
            constructed(0x30, &[number(&r), number(&(&n - &s).to_vec())])
        })),
    );
    let fixed: [(&str, Vec<u8>, Vec<u8>); 8] = [
        ("r = 0 and s = 0", vec![2, 1, 0], vec![2, 1, 0]),
        ("r = 1 and s = 1", vec![2, 1, 1], vec![2, 1, 1]),
        ("r = 0 and s = 1", vec![2, 1, 0], vec![2, 1, 1]),
        ("r = 1 and s = 0", vec![2, 1, 1], vec![2, 1, 0]),
        ("r = n and s = n", number(&n), number(&n)),
        ("r = -1 and s = -1", vec![2, 1, 0xff], vec![2, 1, 0xff]),
        ("r and s without octets", vec![2, 0], vec![2, 0]),
        ("r and s as NULL", vec![5, 0], vec![5, 0]),
    ];
    for (name, r, s) in fixed {
        group.refused(
            "signature-invalid",
            name,
            made(Box::new(move |_, _| constructed(0x30, &[r.clone(), s.clone()]))),
        );
    }
    let changes: Vec<(&str, Box<dyn Fn(Vec<u8>, Vec<u8>) -> Vec<u8>>)> = vec![
        ("r and s exchanged", Box::new(move |r, s| constructed(0x30, &[number(&s), number(&r)]))),
        ("s + n", {
            let n = n.clone();
            Box::new(move |r, s| {
                let sum = &BigNum::from_slice(&n).unwrap() + &BigNum::from_slice(&s).unwrap();
                constructed(0x30, &[number(&r), number(&sum.to_vec())])
            })
        }),
        ("r + n", {
            let n = n.clone();
            Box::new(move |r, s| {
                let sum = &BigNum::from_slice(&n).unwrap() + &BigNum::from_slice(&r).unwrap();
                constructed(0x30, &[number(&sum.to_vec()), number(&s)])
            })
        }),
        (
            "r negated",
            Box::new(move |r, s| {
                let negative: Vec<u8> = [&[0xff], &r.iter().map(|octet| !octet).collect::<Vec<_>>()[..]].concat();
                constructed(0x30, &[element(2, &negative), number(&s)])
            }),
        ),
        (
            "r without its leading zero, or negative",
            Box::new(move |r, s| {
                let mut high = r;
                high[0] |= 0x80;
                constructed(0x30, &[element(2, &high), number(&s)])
            }),
        ),
        (
            "r with two zeros in front",
            Box::new(move |r, s| constructed(0x30, &[element(2, &[&[0, 0], &r[..]].concat()), number(&s)])),
        ),
        (
            "a length not in its shortest form",
            Box::new(move |r, s| {
                let inner = [number(&r), number(&s)].concat();
                [&[0x30, 0x81, u8::try_from(inner.len()).unwrap()], &inner[..]].concat()
            }),
        ),
        (
            "indefinite length",
            Box::new(move |r, s| [&[0x30, 0x80], &[number(&r), number(&s)].concat()[..], &[0, 0]].concat()),
        ),
        (
            "octets after the SEQUENCE",
            Box::new(move |r, s| [constructed(0x30, &[number(&r), number(&s)]), vec![0]].concat()),
        ),
        ("a third number", Box::new(move |r, s| constructed(0x30, &[number(&r), number(&s), vec![2, 1, 1]]))),
        ("a SET", Box::new(move |r, s| constructed(0x31, &[number(&r), number(&s)]))),
        ("raw r and s, as IEEE P1363 has them", Box::new(|r, s| [r, s].concat())),
        ("s missing", Box::new(move |r, _| constructed(0x30, &[number(&r)]))),
        ("nothing", Box::new(|_, _| Vec::new())),
    ];
    for (name, change) in changes {
        group.refused("signature-invalid", name, made(change));
    }
    let other = openssl::pkey::PKey::from_ec_key(
        openssl::ec::EcKey::generate(&openssl::ec::EcGroup::from_curve_name(Nid::SECP384R1).unwrap()).unwrap(),
    )
    .unwrap();
    let sign = Box::new(move |octets: &[u8]| {
        openssl::sign::Signer::new(MessageDigest::sha256(), &other).unwrap().sign_oneshot_to_vec(octets).unwrap()
    });
    let swapped = Signature::with(lab, &lab.p256, algorithm(ECDSA_SHA256, &[]), sign);
    group.refused("signature-invalid", "signed with a key on P-384", lab.mail(&swapped.build()));
    group
}

fn ed25519(lab: &Lab) -> Group {
    let mut group = Group::new("Ed25519");
    let digest = hash(MessageDigest::sha512(), &lab.content).unwrap();
    let made = |change: fn(Vec<u8>) -> Vec<u8>| {
        let key = lab.ed25519.key().to_owned();
        let sign = Box::new(move |octets: &[u8]| {
            change(openssl::sign::Signer::new_without_digest(&key).unwrap().sign_oneshot_to_vec(octets).unwrap())
        });
        let mut signature = Signature::with(lab, &lab.ed25519, algorithm(ED25519, &[]), sign);
        signature.digest = algorithm(SHA512, &[]);
        signature.attributes[1] = message_digest(&digest);
        lab.mail_with(&signature.build(), "sha-512")
    };
    group.acceptable("it is right", "as it is", made(|signature| signature));
    let changes: [(&str, fn(Vec<u8>) -> Vec<u8>); 9] = [
        ("nothing", |_| Vec::new()),
        ("63 octets", |s| s[..63].to_vec()),
        ("65 octets", |s| [&s[..], &[0]].concat()),
        ("R alone", |s| s[..32].to_vec()),
        ("zeros", |_| vec![0; 64]),
        ("R and S exchanged", |s| [&s[32..], &s[..32]].concat()),
        ("S + L, the same number modulo the order", |s| {
            let order =
                BigNum::from_hex_str("1000000000000000000000000000000014DEF9DEA2F79CD65812631A5CF5D3ED").unwrap();
            let little: Vec<u8> = s[32..].iter().rev().copied().collect();
            let mut sum = (&order + &BigNum::from_slice(&little).unwrap()).to_vec_padded(32).unwrap();
            sum.reverse();
            [&s[..32], &sum].concat()
        }),
        ("S with its highest bits set", |mut s| {
            s[63] |= 0xe0;
            s
        }),
        ("the point of order 1 as R", |s| [&[1], &[0; 31][..], &s[32..]].concat()),
    ];
    for (name, change) in changes {
        group.refused("signature-invalid", name, made(change));
    }
    group
}

/// Identifiers that do not fit each other or the key.
fn algorithms(lab: &Lab) -> Group {
    let mut group = Group::new("algorithm identifiers");
    let made = |digest: Vec<u8>, identifier: Vec<u8>| {
        let mut signature = Signature::with(lab, &lab.rsa, identifier, by_digest(&lab.rsa));
        signature.digest = digest;
        lab.mail(&signature.build())
    };
    let sha256 = || algorithm(SHA256, &[]);
    let why = "parameters absent or NULL are the same (RFC 5754 §2)";
    group.acceptable(why, "digest with NULL", made(algorithm(SHA256, &[5, 0]), algorithm(RSA_SHA256, &[5, 0])));
    group.acceptable(why, "signature without NULL", made(sha256(), algorithm(RSA_SHA256, &[])));
    group.acceptable(
        "rsaEncryption leaves the digest to digestAlgorithm (RFC 3370 §3.2)",
        "rsaEncryption",
        made(sha256(), algorithm(RSA, &[5, 0])),
    );
    for (name, identifier, code) in [
        ("SHA-512 with RSA over SHA-256", "1.2.840.113549.1.1.13", "signed-attributes-invalid"),
        ("SHA-1 with RSA over SHA-256", "1.2.840.113549.1.1.5", "signed-attributes-invalid"),
        ("MD5 with RSA over SHA-256", "1.2.840.113549.1.1.4", "signed-attributes-invalid"),
        ("ECDSA with an RSA key", ECDSA_SHA256, "signature-invalid"),
        ("Ed25519 with an RSA key", ED25519, "signature-invalid"),
        ("a digest where a signature belongs", SHA256, "unsupported-algorithm"),
        ("RSA-OAEP as a signature", "1.2.840.113549.1.1.7", "unsupported-algorithm"),
        ("DSA", "1.2.840.10040.4.3", "unsupported-algorithm"),
        ("ML-DSA-65", "2.16.840.1.101.3.4.3.18", "unsupported-algorithm"),
        ("an identifier that nobody has", "1.2.3.4.5.6", "unsupported-algorithm"),
    ] {
        group.refused(code, name, made(sha256(), algorithm(identifier, &[5, 0])));
    }
    for (name, digest, code) in [
        ("digest SHA-512, where the rest is SHA-256", SHA512, "signed-attributes-invalid"),
        ("a digest that nobody has", "1.2.3.4.5.6", "signed-attributes-invalid"),
    ] {
        group.refused(code, name, made(algorithm(digest, &[]), algorithm(RSA_SHA256, &[5, 0])));
    }
    let unknown = made(algorithm("1.2.3.4.5.6", &[]), algorithm(RSA, &[5, 0]));
    group.refused("unsupported-algorithm", "a digest that nobody has, with rsaEncryption", unknown);
    group.refused(
        "signature-invalid",
        "digest SHA-512 with rsaEncryption",
        made(algorithm(SHA512, &[]), algorithm(RSA, &[5, 0])),
    );
    group
}
