//! The table of profiles, cell by cell: what each rule does under each profile, shown by a message or certificate.
#![cfg(test)]

mod support;

use std::collections::BTreeSet;

use openssl::cms::CMSOptions;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use openssl::symm::Cipher;
use sealscope::agent::{Profile, ProfileName, ROWS, Report, profiles_markdown};
use sealscope::finding::Severity;
use sealscope::pki::issue::{Authority, CertificateBuilder, Criticality, CrlBuilder};
use sealscope::pki::{Certificate, KeyUsage, NewKey, PrivateKeyEntry, RevocationReason, SignatureDigest};
use support::account::check_account;
use support::der::{constructed, element, members};
use support::handmade::{
    content_info, detached, enveloped_data, multipart_signed, opaque, opaque_entity, sealed, signature, signed_data,
    wrapped,
};
use support::receiver::{Receiver, answer, signed};
use support::{ALICE, BOB, CAROL, NOT_AFTER, NOT_BEFORE, NOW, World, envelope, message, outcomes};
use time::Duration;

/// Alice and Bob, their circle, and revocation lists of it.
struct Bench {
    receiver: Receiver,
    alice: PrivateKeyEntry,
}

impl Bench {
    fn new() -> Self {
        let receiver = Receiver::new();
        let alice = receiver.circle.address(ALICE);
        Self { receiver, alice }
    }

    /// Forgets what the last message needed.
    fn begin(&mut self, profile: ProfileName) {
        let Receiver { circle, bob, world } = &mut self.receiver;
        *world = World::default();
        world.profile = Profile::named(profile);
        world.key(BOB, bob).trusts(BOB, &circle.root);
        world.crls = [&circle.root, &circle.intermediate].map(list).into();
    }

    fn intermediate(&self) -> &Authority {
        &self.receiver.circle.intermediate
    }

    fn issued(&self, builder: &CertificateBuilder) -> PrivateKeyEntry {
        self.intermediate().issue(builder).unwrap()
    }

    /// An entry for a key that builders do not make.
    fn certified(&self, builder: &CertificateBuilder, curve: Nid) -> PrivateKeyEntry {
        let group = EcGroup::from_curve_name(curve).unwrap();
        let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
        let certificate = self.intermediate().certify(builder, &key).unwrap();
        PrivateKeyEntry::new(certificate, vec![self.intermediate().certificate().clone()], key).unwrap()
    }

    /// Bob, who trusts this root besides, of which nothing was revoked.
    fn trusting(&mut self, root: &Authority) {
        self.receiver.world.trusts(BOB, root);
        self.receiver.world.crls.push(list(root));
    }

    fn receive(&self, entity: &[u8]) -> Report {
        let report = self.receiver.receive(entity);
        check_account(&report);
        report
    }

    fn receive_from(&self, signer: &PrivateKeyEntry) -> Report {
        self.receive(&signed(signer))
    }

    fn receive_cms(&self, cms: &[u8]) -> Report {
        self.arrive(&[BOB], &sealed(ALICE, BOB, cms))
    }

    fn arrive(&self, to: &[&str], message: &[u8]) -> Report {
        let arrived = self.receiver.world.incoming(&envelope(ALICE, to, message));
        let report = arrived.map_or_else(|report| *report, |accepted| accepted.report);
        check_account(&report);
        report
    }

    /// Alice sends to Bob, whose certificate is this one.
    fn send_for(&mut self, bob: &Certificate) -> Report {
        let mut world = World::default();
        (world.profile, world.crls) = (self.receiver.world.profile, self.receiver.world.crls.clone());
        world.key(ALICE, &self.alice).certificate(BOB, bob);
        world.trusts(ALICE, &self.receiver.circle.root);
        send(&world, &[BOB])
    }
}

fn send(world: &World, to: &[&str]) -> Report {
    let sent = world.outgoing(&envelope(ALICE, to, &message(ALICE, &[BOB])));
    let report = sent.map_or_else(|report| *report, |accepted| accepted.report);
    check_account(&report);
    report
}

fn list(authority: &Authority) -> sealscope::pki::Crl {
    authority.crl(&CrlBuilder::new(NOW - Duration::DAY, NOW + Duration::DAY)).unwrap()
}

fn for_alice() -> CertificateBuilder {
    CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER)
}

fn for_bob() -> CertificateBuilder {
    CertificateBuilder::for_address(BOB, NOT_BEFORE, NOT_AFTER)
}

fn content() -> Vec<u8> {
    wrapped(&message(ALICE, &[BOB]))
}

/// A signature without attributes over a digest that OpenSSL's CMS does not take by itself.
fn bare_signature(content: &[u8], signer: &PrivateKeyEntry, digest: MessageDigest, identifier: &[u8]) -> Vec<u8> {
    let options = CMSOptions::BINARY | CMSOptions::DETACHED | CMSOptions::NOATTR;
    let cms = signature(content, signer, options);
    let mut parts = signed_data(&cms);
    let mut info = members(&members(parts.last().unwrap())[0]);
    let mut sign = Signer::new(digest, signer.key()).unwrap();
    sign.update(content).unwrap();
    let place = info.len() - 1;
    info[place] = element(4, &sign.sign_to_vec().unwrap());
    info[2] = constructed(0x30, &[element(6, identifier), vec![5, 0]]);
    *parts.last_mut().unwrap() = constructed(0x31, &[constructed(0x30, &info)]);
    content_info(&cms, &parts)
}

/// The same with signed attributes: messageDigest and contentType over that digest.
fn signature_over(content: &[u8], signer: &PrivateKeyEntry, digest: MessageDigest, identifier: &[u8]) -> Vec<u8> {
    let cms = detached(content, signer);
    let mut parts = signed_data(&cms);
    let mut info = members(&members(parts.last().unwrap())[0]);
    let hash = openssl::hash::hash(digest, content).unwrap();
    let content_type = constructed(
        0x30,
        &[
            element(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3]),
            constructed(0x31, &[element(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1])]),
        ],
    );
    let message_digest = constructed(
        0x30,
        &[element(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4]), constructed(0x31, &[element(4, &hash)])],
    );
    let attributes = [content_type, message_digest];
    let mut sign = Signer::new(digest, signer.key()).unwrap();
    sign.update(&constructed(0x31, &attributes)).unwrap();
    let place = info.len() - 1;
    info[place] = element(4, &sign.sign_to_vec().unwrap());
    info[2] = constructed(0x30, &[element(6, identifier), vec![5, 0]]);
    info[3] = constructed(0xa0, &attributes);
    *parts.last_mut().unwrap() = constructed(0x31, &[constructed(0x30, &info)]);
    content_info(&cms, &parts)
}

/// An envelope with another cipher around the content, which nobody gets to decrypt.
fn with_cipher(cms: &[u8], identifier: &[u8]) -> Vec<u8> {
    let mut parts = signed_data(cms);
    let mut encrypted = members(&parts[2]);
    encrypted[1] = identifier.to_vec();
    parts[2] = constructed(0x30, &encrypted);
    content_info(cms, &parts)
}

/// One message for one row, and what becomes of it under `direct-1.2`, `direct-1.3`, `strict` and `legacy`: the code of
/// Bob's removal, `accepted`, or `warning`, which is accepted with a warning under the rule.
struct Probe {
    row: &'static str,
    what: &'static str,
    rule: &'static str,
    run: fn(&mut Bench) -> Report,
    expected: [&'static str; 4],
}

const PROBES: &[Probe] = &[
    Probe {
        row: "wrapping",
        what: "text that is signed without a message around it",
        rule: "incoming.wrapped",
        run: |bench| {
            let content = b"Content-Type: text/plain\r\n\r\nNot wrapped.\r\n";
            bench.receive(&multipart_signed(content, &detached(content, &bench.alice)))
        },
        expected: ["warning", "not-wrapped", "not-wrapped", "warning"],
    },
    Probe {
        row: "plain_wrapper",
        what: "a wrapped message in quoted-printable",
        rule: "mime.wrapper-encoding",
        run: |bench| {
            let head = "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
            let content = [head.as_bytes(), &message(ALICE, &[BOB])].concat();
            bench.receive(&multipart_signed(&content, &detached(&content, &bench.alice)))
        },
        expected: ["warning", "warning", "malformed-mime", "warning"],
    },
    Probe {
        row: "routing",
        what: "a message that arrives and names somebody else",
        rule: "message.recipients-agree",
        run: |bench| {
            let content = wrapped(&message(ALICE, &[CAROL]));
            bench.receive(&multipart_signed(&content, &detached(&content, &bench.alice)))
        },
        expected: ["accepted", "routing-mismatch", "routing-mismatch", "accepted"],
    },
    Probe {
        row: "routing",
        what: "a message that arrives from another author than the envelope's",
        rule: "message.sender-agrees",
        run: |bench| {
            let content = wrapped(&message(CAROL, &[BOB]));
            bench.receive(&multipart_signed(&content, &detached(&content, &bench.alice)))
        },
        expected: ["warning", "routing-mismatch", "routing-mismatch", "warning"],
    },
    Probe {
        row: "signature_form",
        what: "an opaque signature",
        rule: "smime.signed-form",
        run: |bench| bench.receive(&opaque_entity(&opaque(&content(), &bench.alice))),
        expected: ["unsigned", "unsigned", "unsigned", "warning"],
    },
    Probe {
        row: "signed_attributes",
        what: "a signature without signed attributes",
        rule: "signer.signed-attributes",
        run: |bench| {
            let options = CMSOptions::BINARY | CMSOptions::DETACHED | CMSOptions::NOATTR;
            bench.receive(&multipart_signed(&content(), &signature(&content(), &bench.alice, options)))
        },
        expected: ["warning", "warning", "signed-attributes-invalid", "warning"],
    },
    Probe {
        row: "micalg",
        what: "micalg=sha-512 where the signature uses SHA-256",
        rule: "smime.micalg-agrees",
        run: |bench| bench.receive(&with_micalg(&bench.alice, "sha-512")),
        expected: ["warning", "warning", "malformed-mime", "warning"],
    },
    Probe {
        row: "micalg",
        what: "micalg=unknown, which says nothing",
        rule: "smime.micalg-agrees",
        run: |bench| bench.receive(&with_micalg(&bench.alice, "unknown")),
        expected: ["accepted"; 4],
    },
    Probe {
        row: "micalg",
        what: "several names in micalg, the right one among them",
        rule: "smime.micalg-agrees",
        run: |bench| bench.receive(&with_micalg(&bench.alice, "\"sha-512,sha256\"")),
        expected: ["accepted"; 4],
    },
    Probe {
        row: "line_ends",
        what: "a signed message that lost its CRs",
        rule: "smime.canonical-line-ends",
        run: |bench| {
            let lost: Vec<u8> = signed(&bench.alice).into_iter().filter(|octet| *octet != b'\r').collect();
            bench.receive(&lost)
        },
        expected: ["warning", "warning", "digest-mismatch", "warning"],
    },
    Probe {
        row: "subject_names",
        what: "a signer with an address in the subject alone",
        rule: "",
        run: |bench| {
            let builder = CertificateBuilder::end_entity("Alice", NOT_BEFORE, NOT_AFTER).subject_email(ALICE);
            bench.receive_from(&bench.issued(&builder))
        },
        expected: ["signer-not-bound", "signer-not-bound", "signer-not-bound", "accepted"],
    },
    Probe {
        row: "subject_names",
        what: "a recipient with an address in the subject alone",
        rule: "",
        run: |bench| {
            let builder = CertificateBuilder::end_entity("Bob", NOT_BEFORE, NOT_AFTER).subject_email(BOB);
            let bob = bench.issued(&builder);
            bench.send_for(bob.certificate())
        },
        expected: ["certificate-not-bound", "certificate-not-bound", "certificate-not-bound", "accepted"],
    },
    Probe {
        row: "san_binding",
        what: "a signer with an address and a domain",
        rule: "",
        run: |bench| bench.receive_from(&bench.issued(&for_alice().domain("a.example"))),
        expected: ["accepted", "signer-not-bound", "signer-not-bound", "accepted"],
    },
    Probe {
        row: "san_binding",
        what: "a recipient with an address and a domain",
        rule: "",
        run: |bench| {
            let bob = bench.issued(&for_bob().domain("b.example"));
            bench.send_for(bob.certificate())
        },
        expected: ["accepted", "certificate-not-bound", "certificate-not-bound", "accepted"],
    },
    Probe {
        row: "rsa_bits",
        what: "a signer's RSA key of 1024 bits",
        rule: "signer.key-size",
        run: |bench| bench.receive_from(&bench.issued(&for_alice().key(NewKey::Rsa(1024)))),
        expected: ["weak-key", "weak-key", "weak-key", "warning"],
    },
    Probe {
        row: "rsa_bits",
        what: "a recipient's RSA key of 1024 bits",
        rule: "outgoing.key-size",
        run: |bench| {
            let bob = bench.issued(&for_bob().key(NewKey::Rsa(1024)));
            bench.send_for(bob.certificate())
        },
        expected: ["weak-key", "weak-key", "weak-key", "warning"],
    },
    Probe {
        row: "rsa_bits",
        what: "an authority's RSA key of 1024 bits",
        rule: "path.key-size",
        run: |bench| {
            let authority = CertificateBuilder::authority("Short", NOT_BEFORE, NOT_AFTER).key(NewKey::Rsa(1024));
            let authority = bench.receiver.circle.root.issue_authority(&authority).unwrap();
            bench.receiver.world.crls.push(list(&authority));
            bench.receive_from(&authority.issue(&for_alice()).unwrap())
        },
        expected: ["weak-key", "weak-key", "weak-key", "warning"],
    },
    Probe {
        row: "rsa_bits",
        what: "an RSA key of 768 bits, which nobody takes",
        rule: "signer.key-size",
        run: |bench| bench.receive_from(&bench.issued(&for_alice().key(NewKey::Rsa(768)))),
        expected: ["weak-key"; 4],
    },
    Probe {
        row: "ec_bits",
        what: "a signer's key on P-192",
        rule: "signer.key-size",
        run: |bench| bench.receive_from(&bench.certified(&for_alice(), Nid::X9_62_PRIME192V1)),
        expected: ["weak-key", "weak-key", "weak-key", "warning"],
    },
    Probe {
        row: "ec_bits",
        what: "a recipient's key on P-192",
        rule: "outgoing.key-size",
        run: |bench| {
            let bob = bench.certified(&for_bob().key_usage(Some(KeyUsage::KEY_AGREEMENT)), Nid::X9_62_PRIME192V1);
            bench.send_for(bob.certificate())
        },
        expected: ["weak-key", "weak-key", "weak-key", "warning"],
    },
    Probe {
        row: "ec_bits",
        what: "a signer's key on P-256",
        rule: "signer.key-size",
        run: |bench| bench.receive_from(&bench.issued(&for_alice().key(NewKey::P256))),
        expected: ["accepted"; 4],
    },
    Probe {
        row: "sha1",
        what: "a signature over SHA-1",
        rule: "signer.digest-algorithm",
        run: |bench| {
            let cms = signature_over(&content(), &bench.alice, MessageDigest::sha1(), SHA1);
            bench.receive(&announced(&cms, "sha-1"))
        },
        expected: ["weak-algorithm", "weak-algorithm", "weak-algorithm", "warning"],
    },
    Probe {
        row: "",
        what: "a signature over SHA-1 without attributes",
        rule: "signer.digest-algorithm",
        run: |bench| {
            let cms = bare_signature(&content(), &bench.alice, MessageDigest::sha1(), SHA1);
            bench.receive(&announced(&cms, "sha-1"))
        },
        expected: ["weak-algorithm", "weak-algorithm", "signed-attributes-invalid", "warning"],
    },
    Probe {
        row: "md5",
        what: "a signature over MD5",
        rule: "signer.digest-algorithm",
        run: |bench| {
            let cms = signature_over(&content(), &bench.alice, MessageDigest::md5(), MD5);
            bench.receive(&announced(&cms, "md5"))
        },
        expected: ["weak-algorithm", "weak-algorithm", "weak-algorithm", "warning"],
    },
    Probe {
        row: "certificate_sha1",
        what: "a signer's certificate that is signed over SHA-1",
        rule: "path.digest",
        run: |bench| {
            let signer = bench.issued(&for_alice().signature_digest(SignatureDigest::Sha1));
            bench.receive_from(&signer)
        },
        expected: ["weak-algorithm", "weak-algorithm", "weak-algorithm", "warning"],
    },
    Probe {
        row: "certificate_sha1",
        what: "a recipient's certificate that is signed over SHA-1",
        rule: "path.digest",
        run: |bench| {
            let bob = bench.issued(&for_bob().signature_digest(SignatureDigest::Sha1));
            bench.send_for(bob.certificate())
        },
        expected: ["weak-algorithm", "weak-algorithm", "weak-algorithm", "warning"],
    },
    Probe {
        row: "certificate_sha1",
        what: "an anchor that is signed over SHA-1, which does not matter",
        rule: "path.digest",
        run: |bench| {
            let root = CertificateBuilder::authority("Old root", NOT_BEFORE, NOT_AFTER);
            let root = Authority::self_signed(&root.signature_digest(SignatureDigest::Sha1)).unwrap();
            bench.trusting(&root);
            bench.receive_from(&root.issue(&for_alice()).unwrap())
        },
        expected: ["accepted"; 4],
    },
    Probe {
        row: "certificate_sha1",
        what: "a certificate that is signed over MD5, which nobody takes",
        rule: "path.digest",
        run: |bench| {
            let signer = bench.issued(&for_alice().signature_digest(SignatureDigest::Md5));
            bench.receive_from(&signer)
        },
        expected: ["weak-algorithm"; 4],
    },
    Probe {
        row: "triple_des",
        what: "content in Triple DES",
        rule: "smime.content-cipher",
        run: |bench| {
            let bob = [bench.receiver.bob.certificate()];
            bench.receive_cms(&enveloped_data(&signed(&bench.alice), &bob, Cipher::des_ede3_cbc()))
        },
        expected: ["weak-algorithm", "weak-algorithm", "weak-algorithm", "warning"],
    },
    Probe {
        row: "rc2",
        what: "content labelled RC2 with 128 bits: legacy goes on and finds that it is not",
        rule: "smime.content-cipher",
        run: |bench| bench.receive_cms(&rc2(bench, 58)),
        expected: ["weak-algorithm", "weak-algorithm", "weak-algorithm", "not-decryptable"],
    },
    Probe {
        row: "rc2",
        what: "content labelled RC2 with 40 bits, which nobody takes",
        rule: "smime.content-cipher",
        run: |bench| bench.receive_cms(&rc2(bench, 160)),
        expected: ["weak-algorithm"; 4],
    },
    Probe {
        row: "pkcs1_key_transport",
        what: "a content key under PKCS #1 v1.5",
        rule: "smime.key-encryption",
        run: |bench| bench.receive_from(&bench.alice),
        expected: ["accepted", "warning", "warning", "accepted"],
    },
    Probe {
        row: "revocation",
        what: "mail from a signer of whose authority no list is known",
        rule: "",
        run: |bench| {
            bench.receiver.world.crls.clear();
            bench.receive_from(&bench.alice)
        },
        expected: ["accepted", "accepted", "revocation-unknown", "accepted"],
    },
    Probe {
        row: "revocation",
        what: "mail to a recipient of whose authority no list is known",
        rule: "",
        run: |bench| {
            bench.receiver.world.crls.clear();
            let bob = bench.receiver.bob.clone();
            bench.send_for(bob.certificate())
        },
        expected: ["accepted", "accepted", "revocation-unknown", "accepted"],
    },
    Probe {
        row: "revocation",
        what: "a list that has run out, which is as good as none",
        rule: "",
        run: |bench| {
            let stale = CrlBuilder::new(NOW - Duration::DAY * 9, NOW - Duration::DAY);
            bench.receiver.world.crls[1] = bench.intermediate().crl(&stale).unwrap();
            bench.receive_from(&bench.alice)
        },
        expected: ["accepted", "accepted", "revocation-unknown", "accepted"],
    },
    Probe {
        row: "revocation",
        what: "a certificate that promises no revocation, which needs no list (RFC 9608)",
        rule: "",
        run: |bench| {
            bench.receiver.world.crls.pop();
            let promise = for_alice().extension("2.5.29.56", Criticality::NonCritical, &[5, 0]);
            bench.receive_from(&bench.issued(&promise))
        },
        expected: ["accepted"; 4],
    },
    Probe {
        row: "revocation",
        what: "a revoked signer, whom nobody takes",
        rule: "",
        run: |bench| {
            let revoked = CrlBuilder::new(NOW - Duration::DAY, NOW + Duration::DAY).revoke(
                bench.alice.certificate(),
                NOW - Duration::DAY,
                RevocationReason::KeyCompromise,
            );
            bench.receiver.world.crls[1] = bench.intermediate().crl(&revoked).unwrap();
            bench.receive_from(&bench.alice)
        },
        expected: ["revoked"; 4],
    },
    Probe {
        row: "key_transport",
        what: "mail to an RSA key",
        rule: "",
        run: |bench| {
            let bob = bench.receiver.bob.clone();
            let report = bench.send_for(bob.certificate());
            let expected = Profile::named(report.profile).key_transport;
            let row = ROWS.iter().find(|row| row.name == "key_transport").unwrap();
            let expected = row.value(&Profile { key_transport: expected, ..Profile::default() });
            assert_eq!(report.recipient_infos[0].key_encryption.replace('-', ""), expected.replace('-', ""));
            report
        },
        expected: ["accepted"; 4],
    },
    Probe {
        row: "",
        what: "a wildcard in a dNSName",
        rule: "",
        run: |bench| {
            let wildcard = CertificateBuilder::end_entity("Any", NOT_BEFORE, NOT_AFTER).domain("*.example");
            bench.receive_from(&bench.issued(&wildcard))
        },
        expected: ["signer-not-bound"; 4],
    },
    Probe {
        row: "",
        what: "an extended key usage for servers alone",
        rule: "",
        run: |bench| bench.receive_from(&bench.issued(&for_alice().extended_key_usage("1.3.6.1.5.5.7.3.1"))),
        expected: ["key-usage"; 4],
    },
    Probe {
        row: "",
        what: "a key usage that does not sign",
        rule: "",
        run: |bench| bench.receive_from(&bench.issued(&for_alice().key_usage(Some(KeyUsage::KEY_ENCIPHERMENT)))),
        expected: ["key-usage"; 4],
    },
    Probe {
        row: "",
        what: "no key usage at all",
        rule: "",
        run: |bench| bench.receive_from(&bench.issued(&for_alice().key_usage(None))),
        expected: ["accepted"; 4],
    },
    Probe {
        row: "",
        what: "content in DES",
        rule: "",
        run: |bench| {
            let cms = enveloped_data(&signed(&bench.alice), &[bench.receiver.bob.certificate()], Cipher::aes_128_cbc());
            let des = constructed(0x30, &[element(6, &[0x2b, 0x0e, 3, 2, 7]), element(4, &[1; 8])]);
            bench.receive_cms(&with_cipher(&cms, &des))
        },
        expected: ["weak-algorithm"; 4],
    },
];

const SHA1: &[u8] = &[0x2b, 0x0e, 3, 2, 0x1a];
const MD5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 5];

fn announced(cms: &[u8], micalg: &str) -> Vec<u8> {
    let entity = String::from_utf8(multipart_signed(&content(), cms)).unwrap();
    entity.replacen("micalg=sha-256", &format!("micalg={micalg}"), 1).into_bytes()
}

fn with_micalg(signer: &PrivateKeyEntry, micalg: &str) -> Vec<u8> {
    announced(&detached(&content(), signer), micalg)
}

fn rc2(bench: &Bench, version: u8) -> Vec<u8> {
    let cms = enveloped_data(&signed(&bench.alice), &[bench.receiver.bob.certificate()], Cipher::aes_128_cbc());
    let version = if version < 0x80 { element(2, &[version]) } else { element(2, &[0, version]) };
    let parameters = constructed(0x30, &[version, element(4, &[1; 8])]);
    let identifier = constructed(0x30, &[element(6, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 3, 2]), parameters]);
    with_cipher(&cms, &identifier)
}

fn told(report: &Report, rule: &str) -> bool {
    let findings = report.findings().chain(report.signers.iter().flat_map(|signer| &signer.findings));
    findings.into_iter().any(|finding| finding.rule.id == rule && finding.severity == Severity::Warning)
}

#[test]
fn every_cell_of_the_table_is_what_the_agent_does() {
    let mut wrong = Vec::new();
    let mut bench = Bench::new();
    for profile in ProfileName::ALL {
        let place = ProfileName::ALL.iter().position(|name| *name == profile).unwrap();
        for probe in PROBES {
            bench.begin(profile);
            let report = (probe.run)(&mut bench);
            let found = match answer(&report) {
                "accepted" if told(&report, probe.rule) => "warning",
                other => other,
            };
            if found != probe.expected[place] {
                let reason = report.rejection.map(|reason| reason.to_string());
                wrong.push(format!("{profile}: {} is {found}, not {}: {reason:?}", probe.what, probe.expected[place]));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_row_has_a_message_that_shows_it_and_its_cells_differ_as_its_outcomes_do() {
    for row in ROWS {
        let probes: Vec<&Probe> = PROBES.iter().filter(|probe| probe.row == row.name).collect();
        assert!(!probes.is_empty(), "no message shows {}", row.name);
        if row.name == "key_transport" {
            continue;
        }
        let cells = ProfileName::ALL.map(|name| row.value(&Profile::named(name)));
        for (first, second) in (0..4).flat_map(|first| (0..first).map(move |second| (first, second))) {
            let shown = probes.iter().any(|probe| probe.expected[first] != probe.expected[second]);
            assert_eq!(cells[first] != cells[second], shown, "{}: {} and {}", row.name, cells[first], cells[second]);
        }
    }
    let known: BTreeSet<&str> = ROWS.iter().map(|row| row.name).collect();
    assert!(PROBES.iter().all(|probe| probe.row.is_empty() || known.contains(probe.row)));
}

#[test]
fn one_blind_copy_under_1_3_rejects_the_message_for_everybody() {
    for (profile, accepted) in ProfileName::ALL.into_iter().zip([true, false, false, true]) {
        let mut bench = Bench::new();
        bench.begin(profile);
        let carol = bench.receiver.circle.address(CAROL);
        let (circle, alice, bob) = (&bench.receiver.circle, &bench.alice, &bench.receiver.bob);
        bench.receiver.world.key(CAROL, &carol).trusts(CAROL, &circle.root);
        bench.receiver.world.key(ALICE, alice).trusts(ALICE, &circle.root);
        let expected = match accepted {
            true => ["bob@b.example accepted", "carol@b.example accepted"],
            false => ["bob@b.example removed routing-mismatch", "carol@b.example removed routing-mismatch"],
        };
        assert_eq!(outcomes(&send(&bench.receiver.world, &[BOB, CAROL])), expected, "{profile}");
        let cms = enveloped_data(&signed(alice), &[bob.certificate(), carol.certificate()], Cipher::aes_256_cbc());
        let report = bench.arrive(&[BOB, CAROL], &sealed(ALICE, BOB, &cms));
        assert_eq!(outcomes(&report), expected, "{profile}");
    }
}

#[test]
fn the_documentation_is_the_table() {
    let written = include_str!("../docs/profiles.md");
    assert_eq!(written, profiles_markdown(), "write it again with: sealscope profiles --markdown > docs/profiles.md");
}
