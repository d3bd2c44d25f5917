//! A message for every reason code, judged by the agent and explained.

use openssl::cms::CMSOptions;
use openssl::symm::Cipher;
use sealscope::agent::{Agent, Profile, ProfileName, Report, Stopped};
use sealscope::diagnose::{Diagnosis, diagnose};
use sealscope::limits::Limits;
use sealscope::mail::{Envelope, ReversePath};
use sealscope::pki::issue::{Authority, CertificateBuilder, Criticality, CrlBuilder};
use sealscope::pki::{Certificate, KeyUsage, NewKey, PrivateKeyEntry, RevocationReason};
use time::Duration;

use super::account::check_account;
use super::der::{constructed, element, members};
use super::handmade::{
    content_info, detached, enveloped, enveloped_data, multipart_signed, sealed, signature, signed_data, wrapped,
};
use super::receiver::{Receiver, answer, signed};
use super::{ALICE, BOB, CAROL, Circle, NOT_AFTER, NOT_BEFORE, NOW, World, envelope, message, verdict};

pub(crate) const DAY: Duration = Duration::DAY;

/// What the agent said, and why.
pub(crate) struct Judged {
    pub(crate) report: Report,
    pub(crate) diagnosis: Diagnosis,
}

/// One fault, or several at once, and the code that tells it.
pub(crate) struct Case {
    pub(crate) what: &'static str,
    pub(crate) code: &'static str,
    pub(crate) run: fn(&mut Receiver) -> Judged,
}

pub(crate) const fn case(code: &'static str, what: &'static str, run: fn(&mut Receiver) -> Judged) -> Case {
    Case { what, code, run }
}

/// The code of Bob's removal; where there is no Bob, that of the rejection.
pub(crate) fn code(report: &Report) -> &'static str {
    if report.recipients.is_empty() { verdict(report) } else { answer(report) }
}

pub(crate) fn alice() -> CertificateBuilder {
    CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER)
}

pub(crate) fn expired() -> CertificateBuilder {
    CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOW - DAY)
}

pub(crate) fn authority() -> CertificateBuilder {
    CertificateBuilder::authority("Other intermediate", NOT_BEFORE, NOT_AFTER)
}

pub(crate) fn content() -> Vec<u8> {
    wrapped(&message(ALICE, &[BOB]))
}

pub(crate) fn issued(receiver: &Receiver, builder: &CertificateBuilder) -> Judged {
    receive(receiver, &signed(&receiver.circle.intermediate.issue(builder).unwrap()))
}

pub(crate) fn below(receiver: &Receiver, intermediate: &CertificateBuilder, leaf: &CertificateBuilder) -> Judged {
    let issuer = receiver.circle.root.issue_authority(intermediate).unwrap();
    receive(receiver, &signed(&issuer.issue(leaf).unwrap()))
}

pub(crate) fn receive(receiver: &Receiver, entity: &[u8]) -> Judged {
    arrive(receiver, &envelope(ALICE, &[BOB], &enveloped(ALICE, BOB, entity, &[receiver.bob.certificate()])))
}

pub(crate) fn arrive(receiver: &Receiver, envelope: &Envelope) -> Judged {
    receiver.world.with_agent(|agent| {
        let report = match agent.process_incoming(envelope) {
            Ok(accepted) => accepted.report,
            Err(stopped) => of(stopped),
        };
        judged(&agent, report)
    })
}

/// Alice sends to Bob in a world where she has a key, and Bob this certificate.
pub(crate) fn send(receiver: &Receiver, bob: Option<&Certificate>) -> Judged {
    let mut world = World::default();
    world.profile = receiver.world.profile;
    world.crls.clone_from(&receiver.world.crls);
    world.key(ALICE, &receiver.circle.address(ALICE)).trusts(ALICE, &receiver.circle.root);
    if let Some(certificate) = bob {
        world.certificate(BOB, certificate);
    }
    leave(&world)
}

pub(crate) fn leave(world: &World) -> Judged {
    world.with_agent(|agent| {
        let report = match agent.process_outgoing(&envelope(ALICE, &[BOB], &message(ALICE, &[BOB]))) {
            Ok(accepted) => accepted.report,
            Err(stopped) => of(stopped),
        };
        judged(&agent, report)
    })
}

fn of(stopped: Stopped) -> Report {
    match stopped {
        Stopped::Rejected(rejected) => rejected.report,
        Stopped::Failed(error) => panic!("the run could not be finished: {error}"),
    }
}

fn judged(agent: &Agent<'_>, report: Report) -> Judged {
    check_account(&report);
    let diagnosis = diagnose(agent, &report);
    Judged { report, diagnosis }
}

pub(crate) fn under(receiver: &mut Receiver, profile: ProfileName) {
    receiver.world.profile = Profile::named(profile);
}

/// The intermediate's list of revoked certificates, with this one on it.
pub(crate) fn revoke(receiver: &mut Receiver, certificate: &Certificate) {
    let list =
        CrlBuilder::new(NOW - DAY, NOW + DAY).revoke(certificate, NOW - DAY * 2, RevocationReason::KeyCompromise);
    receiver.world.crls = vec![receiver.circle.intermediate.crl(&list).unwrap()];
}

/// An intermediate that may vouch for nobody but `domain`.
pub(crate) fn constrained(domain: &str) -> CertificateBuilder {
    let subtree = constructed(0x30, &[element(0x81, domain.as_bytes())]);
    authority().extension("2.5.29.30", Criticality::Critical, &constructed(0x30, &[constructed(0xa0, &[subtree])]))
}

pub(crate) fn unknown_extension(builder: CertificateBuilder) -> CertificateBuilder {
    builder.extension("1.2.3.4.5", Criticality::Critical, &[5, 0])
}

/// One part of the only SignerInfo replaced.
pub(crate) fn with_signer(cms: &[u8], change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let mut parts = signed_data(cms);
    let mut info = members(&members(parts.last().unwrap())[0]);
    change(&mut info);
    *parts.last_mut().unwrap() = constructed(0x31, &[constructed(0x30, &info)]);
    content_info(cms, &parts)
}

pub(crate) fn with_broken_signature(cms: &[u8]) -> Vec<u8> {
    with_signer(cms, |info| *info.last_mut().unwrap().last_mut().unwrap() ^= 1)
}

pub(crate) fn with_attribute_twice(cms: &[u8]) -> Vec<u8> {
    with_signer(cms, |info| {
        let mut attributes = members(&info[3]);
        attributes.push(attributes[0].clone());
        info[3] = constructed(0xa0, &attributes);
    })
}

pub(crate) fn detached_then(signer: &PrivateKeyEntry, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    multipart_signed(&content(), &change(&detached(&content(), signer)))
}

/// The content is changed after the signature was made.
pub(crate) fn altered(signer: &PrivateKeyEntry) -> Vec<u8> {
    let changed = String::from_utf8(content()).unwrap().replace("All is well", "All is lost");
    multipart_signed(changed.as_bytes(), &detached(&content(), signer))
}

pub(crate) const CASES: &[Case] = &[
    case("no-sender", "a notification, which has no sender", |receiver| {
        let mut bounce = envelope(ALICE, &[], b"");
        bounce.reverse_path = ReversePath::Null;
        arrive(receiver, &bounce)
    }),
    case("no-recipients", "an envelope without recipients", |receiver| arrive(receiver, &envelope(ALICE, &[], b""))),
    case("no-local-recipients", "a message for somebody elsewhere", |receiver| {
        let mut judged = arrive(receiver, &envelope(ALICE, &["dora@d.example"], b""));
        judged.report.recipients.clear();
        judged
    }),
    case("no-private-key", "a sender without a key", |receiver| {
        let mut world = World::default();
        world.certificate(BOB, receiver.bob.certificate()).trusts(ALICE, &receiver.circle.root);
        leave(&world)
    }),
    case("no-trusted-recipients", "mail to nobody who is trusted", |receiver| {
        let mut judged = send(receiver, None);
        judged.report.recipients.clear();
        judged
    }),
    case("certificate-not-found", "a recipient without a certificate", |receiver| send(receiver, None)),
    case("certificate-not-bound", "a recipient with somebody else's certificate", |receiver| {
        send(receiver, Some(receiver.circle.address(CAROL).certificate()))
    }),
    case("no-path-to-anchor", "a chain with a gap", |receiver| {
        let whole = receiver.circle.root.issue_authority(&authority()).unwrap().issue(&alice()).unwrap();
        let bare = PrivateKeyEntry::new(whole.certificate().clone(), vec![], whole.key().to_owned()).unwrap();
        receive(receiver, &signed(&bare))
    }),
    case("no-anchors", "a recipient who trusts nobody", |receiver| {
        receiver.world = World::default();
        receiver.world.key(BOB, &receiver.bob);
        issued(receiver, &alice())
    }),
    case("not-a-ca", "a certificate issued by a person", |receiver| {
        let mallory = Authority::from_entry(&receiver.circle.address("mallory@m.example"));
        receive(receiver, &signed(&mallory.issue(&alice()).unwrap()))
    }),
    case("path-length", "an authority below one that allows none", |receiver| {
        let narrow = receiver.circle.root.issue_authority(&authority().path_len(0)).unwrap();
        let third = CertificateBuilder::authority("Third", NOT_BEFORE, NOT_AFTER);
        receive(receiver, &signed(&narrow.issue_authority(&third).unwrap().issue(&alice()).unwrap()))
    }),
    case("name-constraints", "an authority that may vouch for another domain alone", |receiver| {
        below(receiver, &constrained("b.example"), &alice())
    }),
    case("certificate-policy", "an authority that demands a policy which nobody has", |receiver| {
        // requireExplicitPolicy: 0
        let demand = constructed(0x30, &[element(0x80, &[0])]);
        below(receiver, &authority().extension("2.5.29.36", Criticality::Critical, &demand), &alice())
    }),
    case("malformed-certificate", "a certificate with an extension that is there twice", |receiver| {
        let twice = alice().extension("1.2.3.4.5", Criticality::NonCritical, &[5, 0]);
        issued(receiver, &twice.extension("1.2.3.4.5", Criticality::NonCritical, &[5, 0]))
    }),
    case("unknown-critical-extension", "an extension that must be understood and is not", |receiver| {
        issued(receiver, &unknown_extension(alice()))
    }),
    case("certificate-signature-invalid", "a forged certificate", |receiver| {
        receive(receiver, &signed(&receiver.circle.intermediate.forge(&alice()).unwrap()))
    }),
    case("expired", "an expired certificate", |receiver| issued(receiver, &expired())),
    case("not-yet-valid", "a certificate of tomorrow", |receiver| {
        issued(receiver, &CertificateBuilder::for_address(ALICE, NOW + DAY, NOT_AFTER))
    }),
    case("revoked", "a revoked certificate", |receiver| {
        let signer = receiver.circle.address(ALICE);
        revoke(receiver, signer.certificate());
        receive(receiver, &signed(&signer))
    }),
    case("revocation-unknown", "no revocation list where one is demanded", |receiver| {
        under(receiver, ProfileName::Strict);
        issued(receiver, &alice())
    }),
    case("key-usage", "a key that may not sign", |receiver| {
        issued(receiver, &alice().key_usage(Some(KeyUsage::KEY_ENCIPHERMENT)))
    }),
    case("weak-key", "an RSA key of 1024 bits", |receiver| issued(receiver, &alice().key(NewKey::Rsa(1024)))),
    case("weak-algorithm", "content in Triple DES", |receiver| {
        let entity = signed(&receiver.circle.address(ALICE));
        let cms = enveloped_data(&entity, &[receiver.bob.certificate()], Cipher::des_ede3_cbc());
        arrive(receiver, &envelope(ALICE, &[BOB], &sealed(ALICE, BOB, &cms)))
    }),
    case("not-encrypted", "plain text", |receiver| arrive(receiver, &envelope(ALICE, &[BOB], &message(ALICE, &[BOB])))),
    case("not-decryptable", "a message for an older key", |receiver| {
        let older = receiver.circle.address(BOB);
        let entity = signed(&receiver.circle.address(ALICE));
        arrive(receiver, &envelope(ALICE, &[BOB], &enveloped(ALICE, BOB, &entity, &[older.certificate()])))
    }),
    case("unsupported-algorithm", "a cipher that nobody knows", |receiver| {
        let entity = signed(&receiver.circle.address(ALICE));
        let cms = enveloped_data(&entity, &[receiver.bob.certificate()], Cipher::aes_256_cbc());
        let mut parts = signed_data(&cms);
        let mut encrypted = members(&parts[2]);
        encrypted[1] = constructed(0x30, &[element(6, &[0x2a, 3, 4, 5])]);
        parts[2] = constructed(0x30, &encrypted);
        arrive(receiver, &envelope(ALICE, &[BOB], &sealed(ALICE, BOB, &content_info(&cms, &parts))))
    }),
    case("malformed-mime", "a signed message of one part", |receiver| {
        let entity = String::from_utf8(signed(&receiver.circle.address(ALICE))).unwrap();
        let end = entity.rfind("--=_hand\r\nContent-Type: application/pkcs7-signature").unwrap();
        receive(receiver, format!("{}--=_hand--\r\n", &entity[..end]).as_bytes())
    }),
    case("malformed-cms", "half a signature", |receiver| {
        let signer = receiver.circle.address(ALICE);
        receive(receiver, &detached_then(&signer, |cms| cms[..cms.len() / 2].to_vec()))
    }),
    case("unsigned", "encrypted text that nobody signed", |receiver| receive(receiver, &content())),
    case("digest-mismatch", "content that was changed", |receiver| {
        receive(receiver, &altered(&receiver.circle.address(ALICE)))
    }),
    case("signature-invalid", "a flipped bit in the signature", |receiver| {
        receive(receiver, &detached_then(&receiver.circle.address(ALICE), with_broken_signature))
    }),
    case("signed-attributes-invalid", "a signed attribute that is there twice", |receiver| {
        receive(receiver, &detached_then(&receiver.circle.address(ALICE), with_attribute_twice))
    }),
    case("signer-certificate-missing", "a signature without certificates", |receiver| {
        let options = CMSOptions::BINARY | CMSOptions::DETACHED | CMSOptions::CMS_NOCERTS;
        let cms = signature(&content(), &receiver.circle.address(ALICE), options);
        receive(receiver, &multipart_signed(&content(), &cms))
    }),
    case("signer-not-bound", "a signer who is not the sender", |receiver| {
        receive(receiver, &signed(&receiver.circle.address(CAROL)))
    }),
    case("sender-untrusted", "a whole chain of a stranger, with its root", |receiver| {
        let stranger = Circle::new("Stranger");
        let chain = [&stranger.intermediate, &stranger.root].map(|known| known.certificate().clone());
        let signer = stranger.address(ALICE);
        let signer = PrivateKeyEntry::new(signer.certificate().clone(), chain.into(), signer.key().to_owned()).unwrap();
        receive(receiver, &signed(&signer))
    }),
    case("routing-mismatch", "a blind copy under 1.3", |receiver| {
        under(receiver, ProfileName::Direct13);
        let content = wrapped(&message(ALICE, &[CAROL]));
        receive(receiver, &multipart_signed(&content, &detached(&content, &receiver.circle.address(ALICE))))
    }),
    case("not-wrapped", "signed text under 1.3", |receiver| {
        under(receiver, ProfileName::Direct13);
        let content = b"Content-Type: text/plain\r\n\r\nNot wrapped.\r\n";
        receive(receiver, &multipart_signed(content, &detached(content, &receiver.circle.address(ALICE))))
    }),
    case("limit-exceeded", "more signers than are judged", |receiver| {
        receiver.world.limits = Limits { signers: 0, ..Limits::DEFAULT };
        issued(receiver, &alice())
    }),
];
