//! Measured cases of signers' certificates: names, chains, dates, revocation.

use openssl::asn1::Asn1Object;
use sealscope::pki::issue::{Authority, CertificateBuilder, Criticality, CrlBuilder};
use sealscope::pki::{KeyUsage, NewKey, PrivateKeyEntry, RevocationReason, SignatureDigest};
use time::Duration;

use super::bench::{Bench, Case};
use super::support::der::{constructed, element};
use super::support::handmade::{content_info, detached, multipart_signed, signed_data};
use super::support::{ALICE, BOB, NOT_AFTER, NOT_BEFORE, NOW, World};

const AIA: &str = "1.3.6.1.5.5.7.1.1";
const DISTRIBUTION_POINTS: &str = "2.5.29.31";

fn for_alice() -> CertificateBuilder {
    CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOT_AFTER)
}

/// Where the issuer's certificate is said to be.
fn with_issuer_address(builder: CertificateBuilder) -> CertificateBuilder {
    let method = element(6, Asn1Object::from_str("1.3.6.1.5.5.7.48.2").unwrap().as_slice());
    let address = element(0x86, b"http://ca.example/intermediate.cer");
    let value = constructed(0x30, &[constructed(0x30, &[method, address])]);
    builder.extension(AIA, Criticality::NonCritical, &value)
}

/// Where revocation lists are said to be.
fn with_list_address(builder: CertificateBuilder) -> CertificateBuilder {
    let name = constructed(0xa0, &[constructed(0xa0, &[element(0x86, b"http://ca.example/list.crl")])]);
    let value = constructed(0x30, &[constructed(0x30, &[name])]);
    builder.extension(DISTRIBUTION_POINTS, Criticality::NonCritical, &value)
}

pub(crate) fn cases(bench: &Bench) -> Vec<Case> {
    let mut cases = names(bench);
    cases.extend(keys_and_uses(bench));
    cases.extend(chains(bench));
    cases.extend(anchors(bench));
    cases.extend(revocation(bench));
    cases
}

fn signed_by(
    bench: &Bench,
    id: &'static str,
    what: &'static str,
    signer: &PrivateKeyEntry,
    java: &'static str,
) -> Case {
    Case::new(id, what, bench.world(), bench.from(signer), java)
}

fn names(bench: &Bench) -> Vec<Case> {
    let end_entity = |name: &str| CertificateBuilder::end_entity(name, NOT_BEFORE, NOT_AFTER);
    let case = |id, what, builder: CertificateBuilder, java| signed_by(bench, id, what, &bench.issued(&builder), java);
    vec![
        case("", "bound to the domain", end_entity("x").domain("a.example"), "accepted").csharp("accepted"),
        case("v50", "the address as common name", end_entity(ALICE), "MissingSenderSignature").csharp("accepted"),
        case("v51", "the address in the subject", end_entity("Alice").subject_email(ALICE), "MissingSenderSignature")
            .csharp("accepted"),
        case("v52", "two names, the last fits", end_entity("x").email("other@a.example").email(ALICE), "accepted"),
        case(
            "v53",
            "two names, the first fits",
            end_entity("x").email(ALICE).email("other@a.example"),
            "MissingSenderSignature",
        )
        .csharp("accepted")
        .cites("v53"),
        case("", "somebody else", end_entity("x").email("eve@a.example"), "MissingSenderSignature")
            .csharp("MissingSenderSignature"),
    ]
}

fn keys_and_uses(bench: &Bench) -> Vec<Case> {
    let case = |id, what, builder: CertificateBuilder, java| signed_by(bench, id, what, &bench.issued(&builder), java);
    let key_only = for_alice().key_usage(Some(KeyUsage::KEY_ENCIPHERMENT));
    let servers = for_alice().extended_key_usage("1.3.6.1.5.5.7.3.1");
    vec![
        case("v54", "1024 bits", for_alice().key(NewKey::Rsa(1024)), "NoTrustedRecipients").csharp("accepted"),
        case("v70", "key usage without signing", key_only, "accepted").csharp("accepted").cites("v70"),
        case("v71", "extended key usage of servers", servers, "accepted").csharp("accepted").cites("v71"),
        case("v72", "a certificate over SHA-1", for_alice().signature_digest(SignatureDigest::Sha1), "accepted")
            .cites("v72"),
        case(
            "v42",
            "expired",
            CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOW - Duration::days(1)),
            "NoTrustedRecipients",
        )
        .csharp("NoTrustedRecipients"),
        case(
            "v43",
            "not valid yet",
            CertificateBuilder::for_address(ALICE, NOW + Duration::days(1), NOT_AFTER),
            "NoTrustedRecipients",
        )
        .csharp("NoTrustedRecipients"),
    ]
}

/// A signature without the certificates of its signer's chain.
fn alone(bench: &Bench, signer: &PrivateKeyEntry) -> sealscope::mail::Envelope {
    let content = bench.content();
    let cms = detached(&content, signer);
    let mut parts = signed_data(&cms);
    let place = parts.iter().position(|part| part[0] == 0xa0).unwrap();
    parts[place] = constructed(0xa0, &[signer.certificate().der().to_vec()]);
    bench.to_bob(&multipart_signed(&content, &content_info(&cms, &parts)))
}

fn intermediate(bench: &Bench, until: time::OffsetDateTime) -> Authority {
    bench.root.issue_authority(&CertificateBuilder::authority("Measured intermediate", NOT_BEFORE, until)).unwrap()
}

fn chains(bench: &Bench) -> Vec<Case> {
    let good = intermediate(bench, NOT_AFTER);
    let known = |authority: &Authority| {
        let mut world = bench.world();
        world.authorities.push(authority.certificate().clone());
        world
    };
    let bare = good.issue(&for_alice()).unwrap();
    let addressed = good.issue(&with_issuer_address(for_alice())).unwrap();
    let expired = intermediate(bench, NOW - Duration::days(1));
    let under_expired = expired.issue(&with_issuer_address(for_alice())).unwrap();
    let mut anchored = bench.world();
    anchored.trusts(BOB, &good);
    vec![
        Case::new("v40", "no address of the issuer", known(&good), alone(bench, &bare), "NoTrustedRecipients")
            .csharp("accepted")
            .cites("v40"),
        Case::new("f17", "the intermediate comes along", bench.world(), bench.from(&bare), "NoTrustedRecipients")
            .cites("f17"),
        Case::new("", "an address of the issuer", known(&good), alone(bench, &addressed), "accepted"),
        Case::new(
            "v44",
            "an expired intermediate",
            known(&expired),
            alone(bench, &under_expired),
            "NoTrustedRecipients",
        )
        .csharp("NoTrustedRecipients"),
        Case::new("v37", "an anchor that is no root", anchored, alone(bench, &bare), "accepted").csharp("accepted"),
    ]
}

fn anchors(bench: &Bench) -> Vec<Case> {
    let other = Authority::self_signed(&CertificateBuilder::authority("Other root", NOT_BEFORE, NOT_AFTER)).unwrap();
    let mut wrong = World::default();
    wrong.key(BOB, &bench.bob).trusts(BOB, &other);
    // Anybody's authority, and the key identifier of the root that Bob trusts.
    let copied = bench.root.certificate().subject_key_id().unwrap().to_vec();
    let spoofed = other.issue(&for_alice().subject_key_id(&copied)).unwrap();
    let expired = CertificateBuilder::for_address(ALICE, NOT_BEFORE, NOW - Duration::days(1));
    let own = Authority::self_signed(&expired).unwrap().entry().unwrap();
    let mut listed = World::default();
    listed.key(BOB, &bench.bob).trusts_certificate(BOB, own.certificate());
    vec![
        Case::new("v41", "another anchor", wrong, bench.from(&bench.alice), "NoTrustedRecipients")
            .csharp("NoTrustedRecipients"),
        signed_by(bench, "v68", "an anchor's key identifier, copied", &spoofed, "accepted")
            .csharp("NoTrustedRecipients")
            .cites("v68"),
        Case::new("v69", "an expired certificate that is an anchor", listed, bench.from(&own), "accepted").cites("v69"),
    ]
}

fn revocation(bench: &Bench) -> Vec<Case> {
    let listed = |certificate: &sealscope::pki::Certificate| {
        let list = CrlBuilder::new(NOW - Duration::days(1), NOW + Duration::days(1));
        let list = list.revoke(certificate, NOW - Duration::hours(1), RevocationReason::KeyCompromise);
        bench.root.crl(&list).unwrap()
    };
    let with_list = |signer: &PrivateKeyEntry| {
        let mut world = bench.world();
        world.crls = vec![listed(signer.certificate())];
        world
    };
    let addressed = bench.issued(&with_list_address(for_alice()));
    vec![
        Case::new("v45", "revoked", with_list(&addressed), bench.from(&addressed), "NoTrustedRecipients")
            .csharp("NoTrustedRecipients"),
        Case::new(
            "",
            "revoked, and no address of a list",
            with_list(&bench.alice),
            bench.from(&bench.alice),
            "accepted",
        )
        .csharp("NoTrustedRecipients"),
        Case::new("", "no list could be asked for", bench.world(), bench.from(&addressed), "accepted")
            .csharp("NoTrustedRecipients"),
    ]
}
