use std::sync::OnceLock;

use tempfile::TempDir;
use time::macros::datetime;

use super::*;
use crate::agent::{Agent, MakingOptions, NoProgress, ProfileName, ReasonCode, Stopped};
use crate::discovery::Resolver;
use crate::discovery::local::LocalResolver;
use crate::limits::Limits;
use crate::smime::{EnvelopedData, MakingCipher, SignatureLayout, decrypt};
use crate::workspace::{Contents, Settings, Workspace, demo};

const NOW: OffsetDateTime = datetime!(2026-03-01 9:30 UTC);

/// The demo, made once: keys are what takes long.
struct Bench {
    _folder: TempDir,
    workspace: Workspace,
    settings: Settings,
    contents: Contents,
}

fn bench() -> &'static Bench {
    static BENCH: OnceLock<Bench> = OnceLock::new();
    BENCH.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let workspace = demo::create(&folder.path().join("demo"), NOW).unwrap();
        let settings = workspace.settings().unwrap();
        let contents = workspace.load(Some(&demo::passphrase()));
        Bench { _folder: folder, workspace, settings, contents }
    })
}

impl Bench {
    fn message(&self, case: &str) -> Envelope {
        self.workspace.message(case).unwrap().remove(0)
    }

    fn run(&self, envelope: &Envelope, operation: Operation, making: MakingOptions) -> (Report, Option<Envelope>) {
        self.judge(envelope, operation, making, &self.contents.parties, NOW, ProfileName::default())
    }

    fn judge(
        &self,
        envelope: &Envelope,
        operation: Operation,
        making: MakingOptions,
        parties: &Parties,
        now: OffsetDateTime,
        profile: ProfileName,
    ) -> (Report, Option<Envelope>) {
        let authorities: Vec<_> = self.contents.authorities.iter().map(|kept| kept.certificate.clone()).collect();
        let local = LocalResolver::new(parties);
        let resolvers: [&dyn Resolver; 1] = [&local];
        let agent = Agent {
            parties,
            authorities: &authorities,
            crls: &[],
            local_domains: &self.settings.local_domains,
            profile: Profile::named(profile),
            now,
            limits: Limits::DEFAULT,
            resolvers: &resolvers,
            online: None,
            making,
            seed: [7; 16],
            progress: &NoProgress,
        };
        let stopped = match operation {
            Operation::Incoming => agent.process_incoming(envelope).map(|made| (made.report, Some(made.envelope))),
            Operation::Outgoing => agent.process_outgoing(envelope).map(|made| (made.report, Some(made.envelope))),
        };
        match stopped {
            Ok((report, result)) => (report, result),
            Err(Stopped::Rejected(rejected)) => (rejected.report, None),
            Err(Stopped::Failed(error)) => panic!("{error}"),
        }
    }

    fn receive(&self, broken: &Broken) -> Report {
        self.receive_under(broken, ProfileName::default())
    }

    fn receive_under(&self, broken: &Broken, profile: ProfileName) -> Report {
        let now = if let Change::Time(at) = &broken.change { *at } else { NOW };
        let parties = self.contents.parties.all().iter().cloned().map(|mut party| {
            if matches!(&broken.change, Change::Keys(name) if *name == party.name) {
                party.keys.clear();
            }
            party
        });
        let parties = Parties::new(parties.collect());
        self.judge(&broken.envelope, Operation::Incoming, MakingOptions::default(), &parties, now, profile).0
    }

    fn open(&self, message: &Buffer) -> Vec<u8> {
        let entity = crate::mime::Entity::parse_whole(message, &Limits::DEFAULT, &mut Default::default()).unwrap();
        let cms = Buffer::new(BufferName::EncryptedCms, entity.decoded_body().octets);
        let data = EnvelopedData::read(&cms, &Limits::DEFAULT).unwrap();
        let keys: Vec<_> = self.contents.parties.all().iter().flat_map(|party| &party.keys).map(|k| &k.entry).collect();
        decrypt(&data, &keys).unwrap().plaintext.octets().to_vec()
    }
}

fn code(report: &Report) -> Option<ReasonCode> {
    report.rejection.as_ref().map(|reason| reason.code)
}

/// The octets in which two runs of the same length differ.
fn differing(one: &[u8], other: &[u8]) -> usize {
    assert_eq!(one.len(), other.len());
    one.iter().zip(other).filter(|(one, other)| one != other).count()
}

#[test]
fn each_way_of_breaking_a_good_message_gives_the_outcome_that_it_teaches() {
    let bench = bench();
    let message = bench.message("01-good");
    let (report, _) = bench.run(&message, Operation::Incoming, MakingOptions::default());
    let specimen = Specimen { envelope: &message, report: &report, parties: &bench.contents.parties };
    let expected = [
        (Breakage::FlipContent, Some(ReasonCode::DigestMismatch)),
        (Breakage::FlipSignature, Some(ReasonCode::SignatureInvalid)),
        (Breakage::DropSignature, Some(ReasonCode::Unsigned)),
        (Breakage::SwapCertificate, Some(ReasonCode::SignerCertificateMissing)),
        (Breakage::SwapSigner, Some(ReasonCode::SignerNotBound)),
        (Breakage::Expire, Some(ReasonCode::Expired)),
        // Carol is served by her domain's key alone, so she is removed and Bob is left.
        (Breakage::RemoveKey, None),
    ];
    for (breakage, outcome) in expected {
        specimen.check(breakage).unwrap();
        let broken = specimen.broken(breakage).unwrap();
        let copy = bench.receive(&broken);
        assert_eq!(code(&copy), outcome, "{breakage:?}: {:?}", copy.rejection);
        assert_eq!(broken.left_out, 0);
        let step = copy.trace.step(breakage.shows_in()).unwrap();
        assert!(step.findings.iter().any(|finding| finding.severity == crate::finding::Severity::Fail), "{breakage:?}");
    }
}

#[test]
fn a_changed_ciphertext_does_not_come_out_as_it_was_sent() {
    let bench = bench();
    let message = bench.message("01-good");
    let (report, result) = bench.run(&message, Operation::Incoming, MakingOptions::default());
    let specimen = Specimen { envelope: &message, report: &report, parties: &bench.contents.parties };
    let broken = specimen.broken(Breakage::FlipCiphertext).unwrap();
    assert!(differing(broken.envelope.message.octets(), message.message.octets()) <= 2, "more than one quartet");
    let copy = bench.receive(&broken);
    assert!(result.is_some());
    assert!(copy.rejection.is_some(), "a message that was changed on its way was accepted");
}

#[test]
fn nothing_but_the_meant_octet_differs_before_encryption() {
    let bench = bench();
    let message = bench.message("01-good");
    let (report, _) = bench.run(&message, Operation::Incoming, MakingOptions::default());
    let specimen = Specimen { envelope: &message, report: &report, parties: &bench.contents.parties };
    let before = bench.open(&message.message);
    let content = specimen.broken(Breakage::FlipContent).unwrap();
    assert_eq!(differing(&bench.open(&content.envelope.message), &before), 1);
    let signature = specimen.broken(Breakage::FlipSignature).unwrap();
    let changed = differing(&bench.open(&signature.envelope.message), &before);
    assert!((1..=2).contains(&changed), "one octet is in at most two characters of base64, not {changed}");
    let dropped = specimen.broken(Breakage::DropSignature).unwrap();
    let content = bench.open(&dropped.envelope.message);
    assert!(before.windows(content.len()).any(|window| window == content), "the content is another");
    let outer = |message: &Buffer| {
        let octets = message.octets();
        octets.windows(4).position(|window| window == b"\r\n\r\n").map(|end| octets[..end].to_vec())
    };
    assert_eq!(outer(&dropped.envelope.message), outer(&message.message));
}

#[test]
fn what_was_sent_is_broken_like_what_was_received_in_either_form_and_cipher() {
    let bench = bench();
    let original = bench.message("05-recipient-certificate-missing");
    for (layout, content) in
        [(SignatureLayout::Detached, MakingCipher::Aes256Gcm), (SignatureLayout::Opaque, MakingCipher::Aes128Cbc)]
    {
        let making = MakingOptions { layout, content, ..MakingOptions::default() };
        let (report, result) = bench.run(&original, Operation::Outgoing, making);
        let result = result.unwrap();
        let specimen = Specimen { envelope: &result, report: &report, parties: &bench.contents.parties };
        for (breakage, outcome) in [
            (Breakage::FlipContent, ReasonCode::DigestMismatch),
            (Breakage::FlipSignature, ReasonCode::SignatureInvalid),
            (Breakage::DropSignature, ReasonCode::Unsigned),
            (Breakage::SwapCertificate, ReasonCode::SignerCertificateMissing),
            (Breakage::SwapSigner, ReasonCode::SignerNotBound),
        ] {
            let copy = bench.receive_under(&specimen.broken(breakage).unwrap(), ProfileName::Legacy);
            assert_eq!(code(&copy), Some(outcome), "{layout:?} {breakage:?}: {:?}", copy.rejection);
        }
    }
    let making = MakingOptions { content: MakingCipher::Aes256Gcm, ..MakingOptions::default() };
    let (report, result) = bench.run(&original, Operation::Outgoing, making);
    let result = result.unwrap();
    let specimen = Specimen { envelope: &result, report: &report, parties: &bench.contents.parties };
    let copy = bench.receive(&specimen.broken(Breakage::FlipCiphertext).unwrap());
    let bob = copy.recipients.first().and_then(RecipientOutcome::reason).map(|reason| reason.code);
    assert_eq!(bob, Some(ReasonCode::NotDecryptable), "a cipher with a tag notices every change");
}

#[test]
fn what_is_not_possible_says_what_is_missing() {
    let bench = bench();
    let check = |case: &str, breakage| {
        let message = bench.message(case);
        let (report, _) = bench.run(&message, Operation::Incoming, MakingOptions::default());
        Specimen { envelope: &message, report: &report, parties: &bench.contents.parties }.check(breakage)
    };
    assert!(matches!(check("08-wrong-key", Breakage::FlipContent), Err(BreakError::NotOpened)));
    assert!(check("08-wrong-key", Breakage::FlipCiphertext).is_ok());
    assert!(matches!(check("14-unsigned-inside", Breakage::DropSignature), Err(BreakError::Unsigned)));
    assert!(matches!(check("14-unsigned-inside", Breakage::Expire), Err(BreakError::NoSigner)));
    let alone = Parties::default();
    let message = bench.message("01-good");
    let (report, _) = bench.run(&message, Operation::Incoming, MakingOptions::default());
    let specimen = Specimen { envelope: &message, report: &report, parties: &alone };
    assert!(matches!(specimen.check(Breakage::SwapSigner), Err(BreakError::NobodyElseSigns)));
    assert!(matches!(specimen.check(Breakage::SwapCertificate), Err(BreakError::NobodyElse)));
    assert!(matches!(specimen.check(Breakage::RemoveKey), Err(BreakError::NoRecipientKey)));
    assert!(matches!(specimen.broken(Breakage::FlipContent), Err(BreakError::NobodyToEncryptFor)));
}
