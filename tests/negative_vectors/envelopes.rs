//! Envelopes that were altered: content keys, ciphertext, tags.

use openssl::rsa::Padding;
use openssl::symm::Cipher;
use sealscope::smime::{EncryptionOptions, MakingCipher, encrypt};

use super::Group;
use super::forge::{Lab, RSA, SHA256, SHA512, algorithm, at, change, oaep, oid, raw_encrypt, transported};
use crate::support::der::{constructed, content, element, members};
use crate::support::handmade::{enveloped_data, sealed};
use crate::support::{ALICE, BOB};

const VERSION: &[usize] = &[1, 0, 0];
const RECIPIENTS: &[usize] = &[1, 0, 1];
const RECIPIENT_VERSION: &[usize] = &[1, 0, 1, 0, 0];
const CIPHER: &[usize] = &[1, 0, 2, 1];
const VECTOR: &[usize] = &[1, 0, 2, 1, 1];
const CIPHERTEXT: &[usize] = &[1, 0, 2, 2];
const GCM_NONCE: &[usize] = &[1, 0, 2, 1, 1, 0];
const TAG: &[usize] = &[1, 0, 3];

const AES_128_CBC: &str = "2.16.840.1.101.3.4.1.2";
const AES_128_GCM: &str = "2.16.840.1.101.3.4.1.6";
const OAEP: &str = "1.2.840.113549.1.1.7";

pub(crate) fn groups(lab: &Lab) -> Vec<Group> {
    vec![pkcs1(lab), oaep_parameters(lab), cbc(lab), gcm(lab), structures(lab)]
}

fn mail(cms: &[u8]) -> Vec<u8> {
    sealed(ALICE, BOB, cms)
}

fn flipped(place: impl Fn(usize) -> usize) -> impl FnOnce(&[u8]) -> Vec<u8> {
    move |old| {
        let mut octets = content(old).to_vec();
        let place = place(octets.len());
        octets[place] ^= 1;
        element(old[0], &octets)
    }
}

fn pkcs1(lab: &Lab) -> Group {
    type Block = fn(&[u8]) -> Vec<u8>;
    let mut group = Group::new("RSA PKCS #1 v1.5 encryption");
    let identifier = algorithm(RSA, &[5, 0]);
    let block = |make: Block| mail(&transported(lab, &identifier, |key| raw_encrypt(lab, &make(key))));
    let raw = |octets: Vec<u8>| mail(&transported(lab, &identifier, |_| octets));
    fn padded(kind: u8, rest: &[u8]) -> Vec<u8> {
        [&[0, kind], &vec![0x11; 256 - 3 - rest.len()][..], &[0], rest].concat()
    }
    group.acceptable(
        "it is right: the blocks here are made as they should be",
        "a block made right",
        block(|key| padded(2, key)),
    );
    let blocks: [(&str, Block); 13] = [
        ("block type 1", |key| padded(1, key)),
        ("block type 0", |key| padded(0, key)),
        ("the first octet not zero", |key| {
            let mut block = padded(2, key);
            block[0] = 1;
            block
        }),
        ("a zero in the first octet of the padding", |key| {
            let mut block = padded(2, key);
            block[2] = 0;
            block
        }),
        ("a zero in the eighth octet of the padding", |key| {
            let mut block = padded(2, key);
            block[9] = 0;
            block
        }),
        ("a zero in the middle of the padding", |key| {
            let mut block = padded(2, key);
            block[100] = 0;
            block
        }),
        ("no zero that ends the padding", |key| {
            let mut block = padded(2, key);
            block[256 - 17] = 0x11;
            block
        }),
        ("a key shorter by an octet", |key| padded(2, &key[1..])),
        ("a key longer by an octet", |key| padded(2, &[key, &[1]].concat())),
        ("no key", |_| padded(2, &[])),
        ("a key of twice the length", |key| padded(2, &[key, key].concat())),
        ("zeros", |_| vec![0; 256]),
        ("the key alone", |key| [&[0; 240][..], key].concat()),
    ];
    for (name, make) in blocks {
        group.refused("not-decryptable", name, block(make));
    }
    group.refused("not-decryptable", "a number above the modulus", raw(vec![0xff; 256]));
    group.refused("not-decryptable", "one octet", raw(vec![1]));
    group.refused("not-decryptable", "no octets", raw(Vec::new()));
    group.refused("not-decryptable", "257 octets", raw(vec![1; 257]));
    let mut cut = raw_encrypt(lab, &padded(2, &[0x5a; 16]));
    cut.pop();
    group.refused("not-decryptable", "cut by an octet", raw(cut));
    let other = |key: &[u8]| {
        let public = lab.rsa.key().rsa().unwrap();
        let mut encrypted = vec![0; 256];
        public.public_encrypt(key, &mut encrypted, Padding::PKCS1).unwrap();
        encrypted
    };
    group.refused("not-decryptable", "for another key", mail(&transported(lab, &identifier, other)));
    let oaep_there = mail(&transported(lab, &identifier, |key| oaep(lab, key, "sha256", "sha256", b"")));
    group.refused("not-decryptable", "OAEP said to be PKCS #1 v1.5", oaep_there);
    group
}

fn oaep_parameters(lab: &Lab) -> Group {
    let mut group = Group::new("RSA-OAEP");
    let parameters = |digest: &str, mask: &str, label: Option<&[u8]>| {
        let mask = algorithm("1.2.840.113549.1.1.8", &algorithm(mask, &[5, 0]));
        let mut fields = vec![constructed(0xa0, &[algorithm(digest, &[5, 0])]), constructed(0xa1, &[mask])];
        fields.extend(label.map(|label| constructed(0xa2, &[algorithm("1.2.840.113549.1.1.9", &element(4, label))])));
        algorithm(OAEP, &constructed(0x30, &fields))
    };
    let right = parameters(SHA256, SHA256, None);
    let made = |identifier: &[u8], digest: &'static str, mask: &'static str, label: &'static [u8]| {
        mail(&transported(lab, identifier, |key| oaep(lab, key, digest, mask, label)))
    };
    group.acceptable("it is right", "SHA-256 and MGF1 with SHA-256", made(&right, "sha256", "sha256", b""));
    let sha1 = "the default of RFC 4055 §4.1, for old mail";
    group.acceptable(
        sha1,
        "no parameters, which stands for SHA-1",
        made(&algorithm(OAEP, &constructed(0x30, &[])), "sha1", "sha1", b""),
    );
    let differ = "the two digests may differ (RFC 4055 §4.1)";
    group.acceptable(
        differ,
        "SHA-256 and MGF1 with SHA-512, and so said",
        made(&parameters(SHA256, SHA512, None), "sha256", "sha512", b""),
    );
    let labelled = parameters(SHA256, SHA256, Some(b"label"));
    group.acceptable("a label is allowed", "a label, and so said", made(&labelled, "sha256", "sha256", b"label"));
    for (name, identifier, digest, mask, label) in [
        ("the digest is another than said", &right, "sha512", "sha256", &b""[..]),
        ("the digest of MGF1 is another than said", &right, "sha256", "sha512", b""),
        ("both are SHA-1, said to be SHA-256", &right, "sha1", "sha1", b""),
        ("a label where none is said", &right, "sha256", "sha256", b"label"),
        ("no label where one is said", &labelled, "sha256", "sha256", b""),
        ("another label than said", &labelled, "sha256", "sha256", b"other"),
    ] {
        group.refused("not-decryptable", name, made(identifier, digest, mask, label));
    }
    let v15 = |key: &[u8]| raw_encrypt(lab, &[&[0, 2], &[0x11; 237][..], &[0], key].concat());
    group.refused("not-decryptable", "PKCS #1 v1.5 said to be OAEP", mail(&transported(lab, &right, v15)));
    let changed = |key: &[u8]| {
        let mut encrypted = oaep(lab, key, "sha256", "sha256", b"");
        encrypted[100] ^= 1;
        encrypted
    };
    group.refused("not-decryptable", "one bit changed", mail(&transported(lab, &right, changed)));
    let long = mail(&transported(lab, &right, |key| oaep(lab, &[key, key].concat(), "sha256", "sha256", b"")));
    group.refused("not-decryptable", "a key of twice the length", long);
    for (name, identifier) in [
        ("an unknown digest", parameters("1.2.3.4", SHA256, None)),
        ("an unknown digest of MGF1", parameters(SHA256, "1.2.3.4", None)),
        (
            "an unknown mask generation function",
            algorithm(OAEP, &constructed(0x30, &[constructed(0xa1, &[algorithm("1.2.3.4", &[])])])),
        ),
    ] {
        group.refused("unsupported-algorithm", name, made(&identifier, "sha256", "sha256", b""));
    }
    group
}

fn cbc(lab: &Lab) -> Group {
    let mut group = Group::new("AES-CBC content");
    let cms = enveloped_data(&lab.entity(), &[lab.bob_rsa.certificate()], Cipher::aes_128_cbc());
    let mut refused = |name: &str, cms: Vec<u8>| group.refused("not-decryptable", name, mail(&cms));
    for (name, vector) in [("no octets", 0), ("15 octets", 15), ("17 octets", 17), ("8 octets", 8), ("32 octets", 32)] {
        refused(&format!("a vector of {name}"), change(&cms, VECTOR, |_| element(4, &vec![0; vector])));
    }
    refused(
        "the vector changed in its first octet",
        change(&cms, VECTOR, |old| {
            // "Content-Type" begins with another letter then, so that there is no header that says what it is.
            let mut octets = content(old).to_vec();
            octets[0] ^= 0x80;
            element(4, &octets)
        }),
    );
    refused("ciphertext empty", change(&cms, CIPHERTEXT, |old| vec![old[0], 0]));
    refused(
        "ciphertext cut by an octet",
        change(&cms, CIPHERTEXT, |old| element(old[0], &content(old)[..content(old).len() - 1])),
    );
    refused(
        "ciphertext longer by an octet",
        change(&cms, CIPHERTEXT, |old| element(old[0], &[content(old), &[0]].concat())),
    );
    refused(
        "ciphertext cut by a block, which takes the padding",
        change(&cms, CIPHERTEXT, |old| element(old[0], &content(old)[..content(old).len() - 16])),
    );
    refused("the last octet changed", change(&cms, CIPHERTEXT, flipped(|length| length - 1)));
    refused("one block of zeros", change(&cms, CIPHERTEXT, |old| element(old[0], &[0; 16])));
    refused(
        "another cipher of the same mode",
        change(&cms, CIPHER, |old| constructed(0x30, &[oid("2.16.840.1.101.3.4.1.42"), members(old)[1].clone()])),
    );
    group.refused("malformed-cms", "the vector left out", mail(&change(&cms, CIPHER, |_| algorithm(AES_128_CBC, &[]))));
    group.refused(
        "malformed-cms",
        "the vector as NULL",
        mail(&change(&cms, CIPHER, |_| algorithm(AES_128_CBC, &[5, 0]))),
    );
    let relabelled = change(&cms, CIPHER, |old| {
        let nonce = content(&members(old)[1])[..12].to_vec();
        algorithm(AES_128_GCM, &constructed(0x30, &[element(4, &nonce), element(2, &[16])]))
    });
    group.refused("unsupported-algorithm", "said to be GCM, without a tag", mail(&relabelled));
    group
}

fn gcm(lab: &Lab) -> Group {
    let mut group = Group::new("AES-GCM content");
    let options = EncryptionOptions { content: MakingCipher::Aes128Gcm, ..EncryptionOptions::default() };
    let cms = encrypt(&lab.entity(), &[lab.bob_rsa.certificate().clone()], &options).unwrap();
    group.acceptable("it is right", "as it is", mail(&cms));
    let mut refused = |code, name: String, cms: Vec<u8>| group.refused(code, name, mail(&cms));
    for (name, place) in [("first", 0), ("middle", 1), ("last", 2)] {
        let at = move |length: usize| [0, length / 2, length - 1][place];
        refused(
            "not-decryptable",
            format!("{name} octet of the ciphertext changed"),
            change(&cms, CIPHERTEXT, flipped(at)),
        );
        refused("not-decryptable", format!("{name} octet of the tag changed"), change(&cms, TAG, flipped(at)));
        refused("not-decryptable", format!("{name} octet of the nonce changed"), change(&cms, GCM_NONCE, flipped(at)));
    }
    for length in [0, 1, 4, 8, 11, 12, 15] {
        let cut = change(&cms, TAG, |old| element(old[0], &content(old)[..length]));
        refused("not-decryptable", format!("the tag cut to {length} octets, 16 said"), cut);
    }
    refused("not-decryptable", "the tag of zeros".to_owned(), change(&cms, TAG, |old| element(old[0], &[0; 16])));
    refused(
        "not-decryptable",
        "the tag longer by an octet".to_owned(),
        change(&cms, TAG, |old| element(old[0], &[content(old), &[0]].concat())),
    );
    let said = |length: u8| {
        change(&cms, CIPHER, |old| {
            let nonce = at(old, &[1, 0]);
            constructed(0x30, &[members(old)[0].clone(), constructed(0x30, &[nonce, element(2, &[length])])])
        })
    };
    refused("not-decryptable", "a tag of 12 said, 16 there".to_owned(), said(12));
    for length in [0, 1, 4, 8, 11, 17, 32, 0xff] {
        refused("malformed-cms", format!("a tag length of {length}"), said(length));
    }
    refused(
        "not-decryptable",
        "the tag's length left out, which stands for 12".to_owned(),
        change(&cms, &[1, 0, 2, 1, 1], |old| constructed(0x30, &[members(old)[0].clone()])),
    );
    for length in [0, 1, 11, 13, 16] {
        let other = change(&cms, GCM_NONCE, |_| element(4, &vec![0; length]));
        refused("not-decryptable", format!("a nonce of {length} octets"), other);
    }
    refused(
        "not-decryptable",
        "an authenticated attribute added".to_owned(),
        change(&cms, &[1, 0], |old| {
            let mut parts = members(old);
            let attribute = super::forge::attribute("1.2.3.4", &[vec![5, 0]]);
            parts.insert(3, constructed(0xa1, &[attribute]));
            constructed(0x30, &parts)
        }),
    );
    refused(
        "malformed-cms",
        "the tag left out".to_owned(),
        change(&cms, &[1, 0], |old| {
            let mut parts = members(old);
            parts.truncate(3);
            constructed(0x30, &parts)
        }),
    );
    refused(
        "unsupported-algorithm",
        "said to be CBC in an authenticated envelope".to_owned(),
        change(&cms, CIPHER, |_| algorithm(AES_128_CBC, &element(4, &[0; 16]))),
    );
    group
}

fn structures(lab: &Lab) -> Group {
    let mut group = Group::new("structure of an envelope");
    let cms = enveloped_data(&lab.entity(), &[lab.bob_rsa.certificate()], Cipher::aes_128_cbc());
    let why = "a wrong version says nothing about what is encrypted";
    for number in [1, 2, 3, 4, 5, 127] {
        let changed = mail(&change(&cms, VERSION, |_| element(2, &[number])));
        group.told("cms.enveloped-data-version", why, format!("EnvelopedData version {number}"), changed);
        let changed = mail(&change(&cms, RECIPIENT_VERSION, |_| element(2, &[number])));
        group.told("cms.recipient-info-version", why, format!("RecipientInfo version {number}"), changed);
    }
    for (code, name, changed) in [
        ("not-decryptable", "no RecipientInfo", change(&cms, RECIPIENTS, |_| vec![0x31, 0])),
        ("malformed-cms", "recipientInfos as a SEQUENCE", change(&cms, RECIPIENTS, |old| element(0x30, content(old)))),
        ("malformed-cms", "no content", change(&cms, &[1, 0], |old| constructed(0x30, &members(old)[..2]))),
        (
            "malformed-cms",
            "content of another type than data",
            change(&cms, &[1, 0, 2, 0], |_| oid("1.2.840.113549.1.7.2")),
        ),
        ("malformed-cms", "said to be signed-data", change(&cms, &[0], |_| oid("1.2.840.113549.1.7.2"))),
        ("not-encrypted", "said to be data", change(&cms, &[0], |_| oid("1.2.840.113549.1.7.1"))),
        ("malformed-cms", "the ciphertext under tag [1]", change(&cms, CIPHERTEXT, |old| element(0x81, content(old)))),
        (
            "malformed-cms",
            "the encrypted key as a BIT STRING",
            change(&cms, &[1, 0, 1, 0, 3], |old| element(3, content(old))),
        ),
        ("malformed-cms", "half of it", cms[..cms.len() / 2].to_vec()),
        ("malformed-cms", "all but the last octet", cms[..cms.len() - 1].to_vec()),
        ("malformed-cms", "text", b"This is not what you think it is.".to_vec()),
    ] {
        group.refused(code, name, mail(&changed));
    }
    let both = change(&cms, RECIPIENTS, |old| constructed(0x31, &[members(old)[0].clone(), members(old)[0].clone()]));
    group.acceptable("the first that opens is enough", "the same RecipientInfo twice", mail(&both));
    let trailing = [&cms[..], &[0, 0, 0]].concat();
    group.told(
        "cms.no-trailing-octets",
        "nothing after it is read, and the signature is inside",
        "zeros after it",
        mail(&trailing),
    );
    let open = [&[0x30, 0x80], content(&cms), &[0, 0]].concat();
    group.told("cms.encoding", "BER is allowed (RFC 5652 §3)", "indefinite length", mail(&open));
    group
}
