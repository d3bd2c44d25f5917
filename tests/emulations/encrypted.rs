//! Measured cases of the encrypted layer and of several recipients.

use openssl::symm::Cipher;
use sealscope::limits::Limits;
use sealscope::pki::issue::CertificateBuilder;
use sealscope::pki::{Certificate, NewKey};
use sealscope::smime::{
    EncryptionOptions, EnvelopedData, IdentifierForm, KeyTransport, MakingCipher, RecipientKind, encrypt,
};
use sealscope::span::{Buffer, BufferName};
use time::Duration;

use super::bench::{Bench, Case};
use super::support::handmade::{detached, enveloped_data, multipart_signed, sealed, wrapped};
use super::support::{ALICE, BOB, CAROL, Circle, NOT_AFTER, NOT_BEFORE, NOW, envelope, message};

const DAVE: &str = "dave@c.example";

pub(crate) fn cases(bench: &Bench) -> Vec<Case> {
    let mut cases = ways_to_the_key(bench);
    cases.extend(ciphers(bench));
    cases.extend(damage(bench));
    cases.extend(recipients(bench));
    cases.extend(envelopes(bench));
    cases
}

fn made(bench: &Bench, options: &EncryptionOptions) -> Vec<u8> {
    let recipients: &[Certificate] = std::slice::from_ref(bench.bob.certificate());
    sealed(ALICE, BOB, &encrypt(&bench.entity(), recipients, options).unwrap())
}

fn ways_to_the_key(bench: &Bench) -> Vec<Case> {
    let mut cases = Vec::new();
    for transport in KeyTransport::ALL {
        let options = EncryptionOptions { key_transport: transport, ..EncryptionOptions::default() };
        let envelope = envelope(ALICE, &[BOB], &made(bench, &options));
        cases.push(Case::new("v01", "each key transport", bench.world(), envelope, "accepted").csharp("accepted"));
    }
    let by_identifier = EncryptionOptions { identifier: IdentifierForm::SubjectKeyId, ..EncryptionOptions::default() };
    let named = envelope(ALICE, &[BOB], &made(bench, &by_identifier));
    cases.push(Case::new("f14", "recipient named by key identifier", bench.world(), named, "accepted"));

    let curve = bench.issued(&CertificateBuilder::for_address(BOB, NOT_BEFORE, NOT_AFTER).key(NewKey::P256));
    let mut world = super::support::World::default();
    world.key(BOB, &curve).trusts(BOB, &bench.root);
    let agreed = bench.to(&[curve.certificate()], &[BOB], &bench.entity());
    cases.push(
        Case::new("f25", "a key that is agreed upon", world, agreed, "UntrustedMessage")
            .csharp("InvalidEncryption")
            .cites("f25"),
    );
    let short = bench.issued(&CertificateBuilder::for_address(BOB, NOT_BEFORE, NOT_AFTER).key(NewKey::Rsa(1024)));
    let mut world = super::support::World::default();
    world.key(BOB, &short).trusts(BOB, &bench.root);
    let to_short = bench.to(&[short.certificate()], &[BOB], &bench.entity());
    cases.push(Case::new("", "own key of 1024 bits", world, to_short, "UntrustedMessage").cites("v54"));
    cases
}

fn ciphers(bench: &Bench) -> Vec<Case> {
    let mut cases = Vec::new();
    for content in [MakingCipher::Aes128Cbc, MakingCipher::Aes192Cbc, MakingCipher::Aes256Cbc] {
        let options = EncryptionOptions { content, ..EncryptionOptions::default() };
        let envelope = envelope(ALICE, &[BOB], &made(bench, &options));
        cases.push(Case::new("", "each AES", bench.world(), envelope, "accepted").csharp("accepted"));
    }
    let options = EncryptionOptions { content: MakingCipher::Aes256Gcm, ..EncryptionOptions::default() };
    let authenticated = envelope(ALICE, &[BOB], &made(bench, &options));
    cases.push(
        Case::new("f15", "AES-GCM", bench.world(), authenticated, "UntrustedMessage")
            .csharp("InvalidEncryption")
            .cites("f15"),
    );
    let old = enveloped_data(&bench.entity(), &[bench.bob.certificate()], Cipher::des_ede3_cbc());
    let old = envelope(ALICE, &[BOB], &sealed(ALICE, BOB, &old));
    cases.push(Case::new("v11", "Triple DES", bench.world(), old, "UntrustedMessage").csharp("accepted"));
    let typed = String::from_utf8(bench.to_bob(&bench.entity()).message.octets().to_vec()).unwrap();
    let other = typed.replacen("application/pkcs7-mime", "application/x-pkcs7-mime", 1);
    let other = envelope(ALICE, &[BOB], other.as_bytes());
    cases.push(Case::new("v76", "x-pkcs7-mime", bench.world(), other, "UntrustedMessage").cites("v76"));
    cases
}

/// The place of a word of the content in the ciphertext, and of the encrypted key in the envelope.
fn flipped(bench: &Bench, what: &str) -> Vec<u8> {
    // Long enough that the block which is lost, and the bit of the next one, lie in the middle of the text.
    let text = String::from_utf8(message(ALICE, &[BOB])).unwrap().replace("All is well", &"All is well, ".repeat(20));
    let content = wrapped(text.as_bytes());
    let entity = multipart_signed(&content, &detached(&content, &bench.alice));
    let mut cms = enveloped_data(&entity, &[bench.bob.certificate()], Cipher::aes_256_cbc());
    let place = if what == "key" {
        let buffer = Buffer::new(BufferName::EncryptedCms, cms.as_slice());
        let data = EnvelopedData::read(&buffer, &Limits::DEFAULT).unwrap();
        let RecipientKind::KeyTransport { encrypted_key, .. } = &data.recipients[0].kind else {
            panic!("key transport")
        };
        cms.windows(encrypted_key.len()).position(|window| window == encrypted_key.as_slice()).unwrap() + 7
    } else {
        let text = entity.windows(what.len()).position(|window| window == what.as_bytes()).unwrap();
        let ciphertext = (entity.len() / 16 + 1) * 16;
        cms.len() - ciphertext + text + 96
    };
    cms[place] ^= 1;
    sealed(ALICE, BOB, &cms)
}

fn damage(bench: &Bench) -> Vec<Case> {
    let case =
        |id, what, message: &[u8], java| Case::new(id, what, bench.world(), envelope(ALICE, &[BOB], message), java);
    let cms = enveloped_data(&bench.entity(), &[bench.bob.certificate()], Cipher::aes_256_cbc());
    let cut = sealed(ALICE, BOB, &cms[..cms.len() * 2 / 3]);
    let signed =
        [b"From: alice@a.example\r\nTo: bob@b.example\r\nMIME-Version: 1.0\r\n".as_slice(), &bench.entity()].concat();
    let stranger = Circle::new("Other").address(BOB);
    let elsewhere = bench.to(&[stranger.certificate()], &[BOB], &bench.entity());
    vec![
        case("v61", "a bit of the ciphertext flipped", &flipped(bench, "All is well"), "NoTrustedRecipients"),
        case("v62", "a bit of the encrypted key flipped", &flipped(bench, "key"), "UntrustedMessage")
            .csharp("InvalidEncryption"),
        case("v63", "cut off", &cut, "UntrustedMessage").csharp("InvalidEncryption"),
        case("v66", "signed, not encrypted", &signed, "UntrustedMessage").csharp("UntrustedMessage"),
        case("v67", "neither", &message(ALICE, &[BOB]), "UntrustedMessage").csharp("UntrustedMessage"),
        Case::new("v55", "for another key", bench.world(), elsewhere, "UntrustedMessage").csharp("InvalidEncryption"),
    ]
}

fn recipients(bench: &Bench) -> Vec<Case> {
    let inner = |to: &[&str]| {
        let content = wrapped(&message(ALICE, to));
        multipart_signed(&content, &detached(&content, &bench.alice))
    };
    let both = inner(&[BOB, CAROL]);
    let dave = bench.issued(&CertificateBuilder::for_address(DAVE, NOT_BEFORE, NOT_AFTER));
    let domain = bench.issued(&CertificateBuilder::for_domain("b.example", NOT_BEFORE, NOT_AFTER));
    let expired = bench.issued(&CertificateBuilder::for_address(BOB, NOT_BEFORE, NOW - Duration::days(1)));

    let mut three = bench.world();
    three.key(CAROL, &bench.carol).trusts(CAROL, &bench.root).key(DAVE, &dave).trusts(DAVE, &bench.root);
    let all = [bench.bob.certificate(), bench.carol.certificate(), dave.certificate()];
    let to_three = bench.to(&all, &[BOB, CAROL, DAVE], &inner(&[BOB, CAROL, DAVE]));

    let mut shared = super::support::World::default();
    shared.key("b.example", &domain).trusts("b.example", &bench.root);
    let to_shared = bench.to(&[domain.certificate()], &[BOB, CAROL], &both);

    let mut two = bench.world();
    two.key(CAROL, &bench.carol).trusts(CAROL, &bench.root);
    let for_bob_alone = bench.to(&[bench.bob.certificate()], &[BOB, CAROL], &both);

    let mut keyless = bench.world();
    keyless.trusts(CAROL, &bench.root);
    let mut partial = bench.world();
    partial.key(CAROL, &bench.carol).trusts(CAROL, &Circle::new("Other").root);
    let for_two = bench.to(&[bench.bob.certificate(), bench.carol.certificate()], &[BOB, CAROL], &both);

    let mut others_key = super::support::World::default();
    others_key.key(CAROL, &bench.carol).trusts(BOB, &bench.root);
    let mut own_expired = super::support::World::default();
    own_expired.key(BOB, &expired).trusts(BOB, &bench.root);
    let to_expired = bench.to(&[expired.certificate()], &[BOB], &bench.entity());
    let suffixed = bench.to(&[bench.bob.certificate()], &["bob+x@b.example"], &inner(&["bob+x@b.example"]));
    vec![
        Case::new("v13", "three recipients, two domains", three, to_three, "accepted").csharp("accepted").removes(&[]),
        Case::new("v15", "two recipients share the key of their domain", shared, to_shared, "accepted")
            .csharp("accepted"),
        Case::new("v34", "an address with a suffix", bench.world(), suffixed, "accepted"),
        Case::new("E1", "carol has no RecipientInfo", two, for_bob_alone.clone(), "accepted")
            .csharp("InvalidEncryption")
            .removes(&[])
            .cites("E1"),
        Case::new("E2", "carol has no key", keyless, for_bob_alone, "accepted")
            .csharp("CouldNotResolvePrivateKey")
            .removes(&["carol@b.example"]),
        Case::new("v83", "carol trusts somebody else", partial, for_two, "accepted")
            .csharp("accepted")
            .removes(&["carol@b.example"]),
        Case::new("v56", "no key", others_key, bench.to_bob(&bench.entity()), "UntrustedMessage")
            .csharp("CouldNotResolvePrivateKey"),
        Case::new("v47", "own certificate expired", own_expired, to_expired, "UntrustedMessage").cites("v47"),
    ]
}

fn envelopes(bench: &Bench) -> Vec<Case> {
    let good = bench.to_bob(&bench.entity());
    let octets = good.message.octets();
    let null = sealscope::mail::Envelope { reverse_path: sealscope::mail::ReversePath::Null, ..good.clone() };
    vec![
        Case::new("", "the null sender", bench.world(), null, "UntrustedSender").csharp("NoSender"),
        Case::new("", "no recipient", bench.world(), envelope(ALICE, &[], octets), "NoRecipients")
            .csharp("NoRecipients"),
        Case::new(
            "",
            "no local recipient",
            bench.world(),
            envelope(ALICE, &["x@y.example"], octets),
            "NoTrustedRecipients",
        )
        .csharp("NoDomainRecipients"),
    ]
}
