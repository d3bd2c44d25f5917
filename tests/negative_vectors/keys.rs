//! Content keys that were agreed upon: points, wraps and what goes into the derivation.

use openssl::bn::BigNumContext;
use openssl::ec::{EcGroup, EcKey, EcPoint, PointConversionForm};
use openssl::nid::Nid;
use openssl::symm::Cipher;

use super::Group;
use super::forge::{Lab, algorithm, at, change};
use crate::support::der::{constructed, content, element};
use crate::support::handmade::{enveloped_data, sealed};
use crate::support::{ALICE, BOB};

/// Where the parts of the first RecipientInfo, a kari, are.
const POINT: &[usize] = &[1, 0, 1, 0, 1, 0, 1];
const ORIGINATOR_ALGORITHM: &[usize] = &[1, 0, 1, 0, 1, 0, 0];
const KEY_ENCRYPTION: &[usize] = &[1, 0, 1, 0, 2];
const ENCRYPTED_KEY: &[usize] = &[1, 0, 1, 0, 3, 0, 1];

pub(crate) fn groups(lab: &Lab) -> Vec<Group> {
    let cms = enveloped_data(&lab.entity(), &[lab.bob_p256.certificate()], Cipher::aes_128_cbc());
    vec![points(lab, &cms), wraps(&cms)]
}

fn mail(cms: &[u8]) -> Vec<u8> {
    sealed(ALICE, BOB, cms)
}

fn bit_string(octets: &[u8]) -> Vec<u8> {
    element(3, &[&[0], octets].concat())
}

fn points(lab: &Lab, cms: &[u8]) -> Group {
    let mut group = Group::new("ECDH points");
    group.acceptable("it is right", "the point as it is", mail(cms));
    let point = content(&at(cms, POINT))[1..].to_vec();
    let group_of = |curve| EcGroup::from_curve_name(curve).unwrap();
    let mut context = BigNumContext::new().unwrap();
    let p256 = group_of(Nid::X9_62_PRIME256V1);
    let parsed = EcPoint::from_bytes(&p256, &point, &mut context).unwrap();
    let form = |form, context: &mut BigNumContext| parsed.to_bytes(&p256, form, context).unwrap();
    let (compressed, hybrid) =
        (form(PointConversionForm::COMPRESSED, &mut context), form(PointConversionForm::HYBRID, &mut context));
    let with = |octets: &[u8]| mail(&change(cms, POINT, |_| bit_string(octets)));
    let why = "the compressed form of the same point may be taken (RFC 5480 §2.2)";
    group.acceptable(why, "the same point, compressed", with(&compressed));
    group.acceptable("the hybrid form names the same point (SEC 1 §2.3.3)", "the same point, hybrid", with(&hybrid));
    let mut wrong_hybrid = hybrid;
    wrong_hybrid[0] ^= 1;
    let mut off = point.clone();
    off[64] ^= 1;
    let mut mirrored = compressed.clone();
    mirrored[0] ^= 1;
    let other = EcKey::generate(&group_of(Nid::SECP384R1)).unwrap();
    let other = other
        .public_key()
        .to_bytes(&group_of(Nid::SECP384R1), PointConversionForm::UNCOMPRESSED, &mut context)
        .unwrap();
    let koblitz = EcKey::generate(&group_of(Nid::SECP256K1)).unwrap();
    let koblitz = koblitz
        .public_key()
        .to_bytes(&group_of(Nid::SECP256K1), PointConversionForm::UNCOMPRESSED, &mut context)
        .unwrap();
    let stranger = EcKey::generate(&p256).unwrap();
    let stranger = stranger.public_key().to_bytes(&p256, PointConversionForm::UNCOMPRESSED, &mut context).unwrap();
    let own = lab.bob_p256.key().ec_key().unwrap();
    let own = own.public_key().to_bytes(&p256, PointConversionForm::UNCOMPRESSED, &mut context).unwrap();
    let wrong: [(&str, Vec<u8>); 16] = [
        ("off the curve by one bit", off),
        ("the point at infinity", vec![0]),
        ("the point at infinity, padded", vec![0; 65]),
        ("x = 0, y = 0", [&[4], &[0; 64][..]].concat()),
        ("x and y above the prime", [&[4], &[0xff; 64][..]].concat()),
        ("nothing", Vec::new()),
        ("without the octet that tells the form", point[1..].to_vec()),
        ("cut by an octet", point[..64].to_vec()),
        ("longer by an octet", [&point[..], &[0]].concat()),
        ("an unknown form", [&[5], &point[1..]].concat()),
        ("hybrid with the wrong sign", wrong_hybrid),
        ("compressed, of another x", vec![2; 33]),
        ("a point of P-384", other),
        ("a point of secp256k1", koblitz),
        ("somebody else's point", stranger),
        ("the recipient's own point", own),
    ];
    for (name, octets) in wrong {
        group.refused("not-decryptable", name, with(&octets));
    }
    // The x-coordinate alone makes the secret, so that a mirrored point gives the same one.
    let why = "a mirrored point gives the same secret; whoever mirrors it learns nothing";
    group.acceptable(why, "the mirrored point", with(&mirrored));
    let unused = mail(&change(cms, POINT, |old| {
        let mut octets = content(old).to_vec();
        octets[0] = 1;
        element(3, &octets)
    }));
    group.refused("unsupported-algorithm", "a BIT STRING with unused bits", unused);
    let string = mail(&change(cms, POINT, |old| element(4, &content(old)[1..])));
    group.refused("unsupported-algorithm", "the point as an OCTET STRING", string);
    group
}

fn wraps(cms: &[u8]) -> Group {
    let mut group = Group::new("key agreement and AES key wrap");
    let key = at(cms, ENCRYPTED_KEY);
    for place in [0, 7, 8, content(&key).len() - 1] {
        let flipped = mail(&change(cms, ENCRYPTED_KEY, |old| {
            let mut octets = content(old).to_vec();
            octets[place] ^= 0x80;
            element(4, &octets)
        }));
        group.refused("not-decryptable", format!("wrapped key with octet {place} changed"), flipped);
    }
    let resized: [(&str, fn(&[u8]) -> Vec<u8>); 7] = [
        ("empty", |_| Vec::new()),
        ("the check value alone", |old| old[..8].to_vec()),
        ("cut by an octet", |old| old[..old.len() - 1].to_vec()),
        ("cut by a block", |old| old[..old.len() - 8].to_vec()),
        ("longer by a block", |old| [old, &[0; 8]].concat()),
        ("longer by an octet", |old| [old, &[0]].concat()),
        ("of zeros", |old| vec![0; old.len()]),
    ];
    for (name, make) in resized {
        let changed = mail(&change(cms, ENCRYPTED_KEY, |old| element(4, &make(content(old)))));
        group.refused("not-decryptable", format!("wrapped key {name}"), changed);
    }
    let scheme = |oid: &str, wrap: &str| mail(&change(cms, KEY_ENCRYPTION, |_| algorithm(oid, &algorithm(wrap, &[]))));
    let (sha256, aes256) = ("1.3.132.1.11.1", "2.16.840.1.101.3.4.1.45");
    for (name, message) in [
        ("another digest in the derivation", scheme("1.3.132.1.11.3", "2.16.840.1.101.3.4.1.5")),
        ("a longer wrapping key", scheme(sha256, aes256)),
    ] {
        group.refused("not-decryptable", name, message);
    }
    let keying = mail(&change(cms, &[1, 0, 1, 0], |old| {
        let mut parts = crate::support::der::members(old);
        parts.insert(2, constructed(0xa1, &[element(4, b"material")]));
        constructed(old[0], &parts)
    }));
    group.refused("not-decryptable", "keying material added", keying);
    for (name, message) in [
        ("an unknown scheme", scheme("1.2.3.4", "2.16.840.1.101.3.4.1.5")),
        ("an unknown wrap", scheme(sha256, "1.2.3.4")),
        ("a digest for a wrap", scheme(sha256, "2.16.840.1.101.3.4.2.1")),
    ] {
        group.refused("unsupported-algorithm", name, message);
    }
    let no_wrap = mail(&change(cms, KEY_ENCRYPTION, |_| algorithm(sha256, &[])));
    group.refused("unsupported-algorithm", "no wrap at all", no_wrap);
    let why = "the recipient's own key says what the point is on; the identifier beside it is not needed";
    let unnamed = mail(&change(cms, ORIGINATOR_ALGORITHM, |_| algorithm("1.2.3.4", &[])));
    group.acceptable(why, "an originator's key of an unknown kind", unnamed);
    group
}
