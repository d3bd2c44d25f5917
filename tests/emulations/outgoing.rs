//! Measured cases of messages that are sent.

use sealscope::agent::{Agent, Stopped};
use sealscope::emulate::{Emulated, EmulatedAgent, emulate_outgoing};
use sealscope::mail::{Domain, Envelope};

use super::bench::Bench;
use super::support::{ALICE, BOB, CAROL, Circle, World, envelope, message};
use super::{code, removed};

struct Case {
    id: &'static str,
    world: World,
    envelope: Envelope,
    local: Option<&'static str>,
    java: &'static str,
    csharp: Option<&'static str>,
    removed: &'static [&'static str],
    cites: Option<&'static str>,
}

fn answers(case: &Case) -> [Emulated; 2] {
    let local: Vec<Domain> = case.local.iter().map(|domain| Domain::parse(domain).unwrap()).collect();
    case.world.with_agent(|agent| {
        let agent = Agent { local_domains: &local, ..agent };
        let ours = match agent.process_outgoing(&case.envelope) {
            Ok(message) => message.report,
            Err(Stopped::Rejected(rejected)) => rejected.report,
            Err(Stopped::Failed(error)) => panic!("{error}"),
        };
        EmulatedAgent::ALL.map(|kind| emulate_outgoing(kind, &case.envelope, &agent, &ours))
    })
}

fn cases(bench: &Bench) -> Vec<Case> {
    let sender = || {
        let mut world = World::default();
        world.key(ALICE, &bench.alice).trusts(ALICE, &bench.root);
        world
    };
    let both = |from: &str, to: &[&str]| envelope(from, to, &message(from, to));
    let case = |id, world, envelope, java| Case {
        id,
        world,
        envelope,
        local: None,
        java,
        csharp: None,
        removed: &[],
        cites: None,
    };
    let eve = Circle::new("Other").address(CAROL);
    let mut one_untrusted = sender();
    one_untrusted.certificate(BOB, bench.bob.certificate()).certificate(CAROL, eve.certificate());
    let mut good = sender();
    good.certificate(BOB, bench.bob.certificate());
    let mut foreign = sender();
    foreign.certificate(BOB, bench.bob.certificate());
    let mut untrusted = sender();
    untrusted.certificate(CAROL, eve.certificate());
    let mut keyless = World::default();
    keyless.trusts(ALICE, &bench.root).certificate(BOB, bench.bob.certificate()).key("x@a.example", &bench.carol);
    let mut wrapped_already = sender();
    wrapped_already.certificate(BOB, bench.bob.certificate());
    let mut fromless = sender();
    fromless.certificate(BOB, bench.bob.certificate());
    let wrapper = b"From: alice@a.example\r\nTo: bob@b.example\r\nSubject: seen\r\nMIME-Version: 1.0\r\n\
        Content-Type: message/rfc822\r\n\r\nFrom: alice@a.example\r\nTo: bob@b.example\r\n\r\nx\r\n";
    vec![
        Case { csharp: Some("accepted"), ..case("", good, both(ALICE, &[BOB]), "accepted") },
        Case {
            removed: &["carol@b.example"],
            csharp: Some("accepted"),
            ..case("E3", one_untrusted, both(ALICE, &[BOB, CAROL]), "accepted")
        },
        Case {
            local: Some("elsewhere.example"),
            csharp: Some("UntrustedSender"),
            ..case("E7", foreign, both(ALICE, &[BOB]), "accepted")
        },
        Case {
            csharp: Some("NoTrustedRecipients"),
            removed: &["bob@b.example"],
            ..case("E8", sender(), both(ALICE, &[BOB]), "NoTrustedRecipients")
        },
        Case {
            csharp: Some("NoTrustedRecipients"),
            removed: &["carol@b.example"],
            ..case("E9", untrusted, both(ALICE, &[CAROL]), "NoTrustedRecipients")
        },
        Case {
            csharp: Some("CouldNotResolvePrivateKey"),
            removed: &["bob@b.example"],
            ..case("E10", keyless, both(ALICE, &[BOB]), "MissingSenderCertificate")
        },
        Case { cites: Some("E11"), ..case("E11", wrapped_already, envelope(ALICE, &[BOB], wrapper), "accepted") },
        Case {
            removed: &["bob@b.example"],
            ..case("", fromless, envelope(ALICE, &[BOB], b"To: bob@b.example\r\n\r\nx\r\n"), "MissingFrom")
        },
    ]
}

/// Each case has the answer that was measured.
pub(crate) fn check() {
    let bench = Bench::new();
    for case in cases(&bench) {
        let [java, csharp] = answers(&case);
        println!("{:5} {:26} {}", case.id, code(&java), code(&csharp));
        assert_eq!(
            (code(&java), removed(&java)),
            (case.java, case.removed.iter().map(ToString::to_string).collect()),
            "{}: {java:?}",
            case.id
        );
        if let Some(expected) = case.csharp {
            assert_eq!(code(&csharp), expected, "{}: {csharp:?}", case.id);
        }
        if let Some(cited) = case.cites {
            assert!(java.deviations.iter().any(|one| one.reference.contains(cited)), "{}: {java:?}", case.id);
        }
    }
}
