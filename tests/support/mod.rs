//! A small world to test the agent in: circles of trust, parties, messages by hand, the program itself.
#![allow(
    dead_code,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "each file of tests and benchmarks uses its own part, and fails by panicking"
)]

pub(crate) mod account;
pub(crate) mod asked;
pub(crate) mod cms;
pub(crate) mod coded;
pub(crate) mod command;
pub(crate) mod der;
pub(crate) mod directories;
pub(crate) mod handmade;
pub(crate) mod hostile;
pub(crate) mod ocsp;
pub(crate) mod program;
pub(crate) mod receiver;

use sealscope::agent::{
    Agent, IncomingMessage, MakingOptions, NoProgress, Operation, OutgoingMessage, Profile, Report, Stopped,
};
use sealscope::discovery::local::LocalResolver;
use sealscope::limits::Limits;
use sealscope::mail::{Address, Domain, Envelope, EnvelopeOrigin, ReversePath};
use sealscope::pki::issue::{Authority, CertificateBuilder};
use sealscope::pki::{Certificate, Crl, PrivateKeyEntry};
use sealscope::span::{Buffer, BufferName};
use sealscope::trust::{AnchorSet, NamedCertificate, NamedKey, Parties, Party, PartyName, TrustAnchor};
use time::OffsetDateTime;
use time::macros::datetime;

use asked::Asked;

pub(crate) const ALICE: &str = "alice@a.example";
pub(crate) const BOB: &str = "bob@b.example";
pub(crate) const CAROL: &str = "carol@b.example";

pub(crate) const NOT_BEFORE: OffsetDateTime = datetime!(2020-01-01 00:00 UTC);
pub(crate) const NOT_AFTER: OffsetDateTime = datetime!(2049-01-01 00:00 UTC);
pub(crate) const NOW: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);

/// A circle of trust: a root, and an intermediate that issues.
pub(crate) struct Circle {
    pub(crate) root: Authority,
    pub(crate) intermediate: Authority,
}

impl Circle {
    pub(crate) fn new(name: &str) -> Self {
        let root = CertificateBuilder::authority(&format!("{name} root"), NOT_BEFORE, NOT_AFTER);
        let root = Authority::self_signed(&root).unwrap();
        let intermediate = CertificateBuilder::authority(&format!("{name} intermediate"), NOT_BEFORE, NOT_AFTER);
        let intermediate = root.issue_authority(&intermediate).unwrap();
        Self { root, intermediate }
    }

    /// A key whose certificate is bound to `address`.
    pub(crate) fn address(&self, address: &str) -> PrivateKeyEntry {
        self.intermediate.issue(&CertificateBuilder::for_address(address, NOT_BEFORE, NOT_AFTER)).unwrap()
    }

    /// A key whose certificate is bound to `domain`.
    pub(crate) fn domain(&self, domain: &str) -> PrivateKeyEntry {
        self.intermediate.issue(&CertificateBuilder::for_domain(domain, NOT_BEFORE, NOT_AFTER)).unwrap()
    }
}

/// Everything that an agent needs to know.
#[derive(Clone, Default)]
pub(crate) struct World {
    parties: Vec<Party>,
    pub(crate) authorities: Vec<Certificate>,
    pub(crate) crls: Vec<Crl>,
    pub(crate) making: MakingOptions,
    pub(crate) profile: Profile,
    pub(crate) limits: Limits,
    /// As of when certificates are judged, if not [`NOW`].
    pub(crate) now: Option<OffsetDateTime>,
}

impl World {
    fn party(&mut self, name: &str) -> &mut Party {
        let name = match Address::parse(name) {
            Ok(address) => PartyName::Address(address),
            Err(_) => PartyName::Domain(Domain::parse(name).unwrap()),
        };
        let place = self.parties.iter().position(|party| party.name == name).unwrap_or_else(|| {
            self.parties.push(Party::new(name));
            self.parties.len() - 1
        });
        &mut self.parties[place]
    }

    /// `name` holds this private key.
    pub(crate) fn key(&mut self, name: &str, entry: &PrivateKeyEntry) -> &mut Self {
        let party = self.party(name);
        let name = format!("key{}", party.keys.len() + 1);
        party.keys.push(NamedKey { name, entry: entry.clone() });
        self
    }

    /// This certificate is kept for `name`.
    pub(crate) fn certificate(&mut self, name: &str, certificate: &Certificate) -> &mut Self {
        let party = self.party(name);
        let name = format!("certificate{}", party.certificates.len() + 1);
        party.certificates.push(NamedCertificate { name, certificate: certificate.clone() });
        self
    }

    /// `name` trusts this authority in both directions.
    pub(crate) fn trusts(&mut self, name: &str, authority: &Authority) -> &mut Self {
        self.trusts_certificate(name, authority.certificate())
    }

    /// `name` trusts this certificate in both directions.
    pub(crate) fn trusts_certificate(&mut self, name: &str, certificate: &Certificate) -> &mut Self {
        let party = self.party(name);
        let add = |anchors: &[TrustAnchor]| [anchors, &[anchor(certificate)]].concat();
        party.incoming = AnchorSet::new(add(party.incoming.anchors()));
        party.outgoing = AnchorSet::new(add(party.outgoing.anchors()));
        self
    }

    /// `name` trusts this authority for mail that arrives, and for nothing else.
    pub(crate) fn trusts_incoming(&mut self, name: &str, authority: &Authority) -> &mut Self {
        let party = self.party(name);
        let mut anchors = party.incoming.anchors().to_vec();
        anchors.push(anchor(authority.certificate()));
        party.incoming = AnchorSet::new(anchors);
        self
    }

    pub(crate) fn outgoing(&self, envelope: &Envelope) -> Result<OutgoingMessage, Box<Report>> {
        Asked::note(self, envelope, Operation::Outgoing);
        self.with_agent(|agent| agent.process_outgoing(envelope)).map_err(report)
    }

    pub(crate) fn incoming(&self, envelope: &Envelope) -> Result<IncomingMessage, Box<Report>> {
        Asked::note(self, envelope, Operation::Incoming);
        self.with_agent(|agent| agent.process_incoming(envelope)).map_err(report)
    }

    pub(crate) fn with_agent<T>(&self, run: impl FnOnce(Agent<'_>) -> T) -> T {
        let parties = Parties::new(self.parties.clone());
        let resolver = LocalResolver::new(&parties);
        run(Agent {
            parties: &parties,
            authorities: &self.authorities,
            crls: &self.crls,
            local_domains: &[],
            profile: self.profile,
            now: self.now.unwrap_or(NOW),
            limits: self.limits,
            resolvers: &[&resolver],
            online: None,
            making: self.making,
            seed: [7; 16],
            progress: &NoProgress,
        })
    }
}

fn anchor(certificate: &Certificate) -> TrustAnchor {
    TrustAnchor { name: certificate.common_name(), certificate: certificate.clone() }
}

fn report(stopped: Stopped) -> Box<Report> {
    match stopped {
        Stopped::Rejected(rejected) => Box::new(rejected.report),
        Stopped::Failed(error) => panic!("the run could not be finished: {error}"),
    }
}

/// Alice sends, Bob receives, and both trust one circle.
pub(crate) fn alice_and_bob(circle: &Circle) -> World {
    let mut world = World::default();
    world
        .key(ALICE, &circle.address(ALICE))
        .trusts(ALICE, &circle.root)
        .key(BOB, &circle.address(BOB))
        .trusts(BOB, &circle.root);
    world
}

pub(crate) fn envelope(from: &str, to: &[&str], message: &[u8]) -> Envelope {
    Envelope {
        reverse_path: ReversePath::Mailbox(Address::parse(from).unwrap()),
        forward_paths: to.iter().map(|address| Address::parse(address).unwrap()).collect(),
        message: Buffer::new(BufferName::Received, message),
        origin: EnvelopeOrigin::Explicit,
    }
}

/// What arrives when `sent` has crossed the network: other octets, the envelope as it left.
pub(crate) fn arrived(sent: &OutgoingMessage) -> Envelope {
    Envelope { message: sent.envelope.message.renamed(BufferName::Received), ..sent.envelope.clone() }
}

pub(crate) fn message(from: &str, to: &[&str]) -> Vec<u8> {
    let to = to.join(", ");
    format!(
        "From: {from}\r\nTo: {to}\r\nSubject: Results\r\nDate: Mon, 1 Jun 2026 11:59:00 +0000\r\n\
         Message-ID: <1@a.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nAll is well.\r\n"
    )
    .into_bytes()
}

/// `outcome` or `outcome (reason)` of each recipient, in the envelope's order.
pub(crate) fn outcomes(report: &Report) -> Vec<String> {
    let tell = |recipient: &sealscope::agent::RecipientOutcome| match recipient.reason() {
        Some(reason) => format!("{} {} {}", recipient.address, recipient.state.as_str(), reason.code),
        None => format!("{} {}", recipient.address, recipient.state.as_str()),
    };
    report.recipients.iter().map(tell).collect()
}

/// The code of the rejection, or `accepted`.
pub(crate) fn verdict(report: &Report) -> &'static str {
    report.rejection.as_ref().map_or("accepted", |reason| reason.code.as_str())
}
