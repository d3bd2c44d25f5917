//! What stands on the cards before and after a step.

use super::digests::DigestPair;
use crate::agent::{RecipientOutcome, Report, SignerOutcome, Step, StepOutcome};
use crate::finding::Finding;
use crate::pki::{Certificate, PathGraph};
use crate::span::{BufferName, Span};
use crate::ui::document::Document;
use crate::ui::icons::Status;
use crate::ui::text;
use crate::ui::text::explain as words;

/// Most recipients, signers or ways that are listed; all are in the other layouts.
const MOST: usize = 6;

/// One thing on a card.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// A name with a value.
    Fact(&'static str, String),
    /// How something came out.
    State(Status, String),
    /// The first octets of something, as text or in hexadecimal.
    Octets(&'static str, Span),
    /// The digests of one signer.
    Digests(DigestPair),
    /// Certificates from the leaf on.
    Chain(Vec<Link>),
}

/// One certificate of a chain.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) certificate: Certificate,
    pub(super) status: Status,
    pub(super) words: String,
    pub(super) is_anchor: bool,
}

/// Both cards of a step.
#[derive(Clone, Debug, Default)]
pub(super) struct Cards {
    pub(super) before: Vec<Piece>,
    pub(super) after: Vec<Piece>,
}

impl Cards {
    /// A step that was not reached starts from nothing; one that left nothing says why.
    pub(super) fn completed(mut self, step: &Step) -> Self {
        if step.outcome == StepOutcome::Skipped {
            self.before = vec![Piece::State(Status::Skipped, words::NOTHING_CAME.to_owned())];
            self.after = vec![Piece::State(Status::Skipped, words::NOTHING_LEFT.to_owned())];
            return self;
        }
        if self.before.is_empty() {
            self.before.push(Piece::State(Status::Skipped, words::NOTHING_CAME.to_owned()));
        }
        let tells_failure = |piece: &Piece| matches!(piece, Piece::State(Status::Failed, _));
        if step.outcome == StepOutcome::Failed && !self.after.iter().any(tells_failure) {
            self.after.push(Piece::State(Status::Failed, text::plain(&step.summary)));
        }
        if self.after.is_empty() {
            self.after.push(Piece::State(Status::from(step.outcome), text::plain(&step.summary)));
        }
        self
    }
}

/// The whole of a buffer, where the run has it.
pub(super) fn whole(document: &Document, name: BufferName, caption: &'static str) -> Option<Piece> {
    document.buffer(name).map(|buffer| Piece::Octets(caption, buffer.whole()))
}

/// A span, where there is one.
pub(super) fn octets(span: Option<Span>, caption: &'static str) -> Option<Piece> {
    span.map(|span| Piece::Octets(caption, span))
}

/// The findings of these rules, as they came out.
pub(super) fn findings<'s>(step: &'s Step, rules: &'s [&str]) -> impl Iterator<Item = Piece> + 's {
    let wanted = step.findings.iter().filter(move |finding| rules.contains(&finding.rule.id));
    let state = |finding: &Finding| Piece::State(Status::from(finding.severity), text::plain(&finding.detail));
    wanted.take(MOST).map(state)
}

/// Sender and recipients of the envelope.
pub(super) fn envelope(report: &Report) -> [Piece; 2] {
    [Piece::Fact(text::document::MAIL_FROM, text::plain(&report.sender.to_string())), addressees(&report.recipients)]
}

/// The recipients of the envelope.
pub(super) fn addressees(recipients: &[RecipientOutcome]) -> Piece {
    let mut named: Vec<String> =
        recipients.iter().take(MOST).map(|recipient| text::plain(&recipient.address.to_string())).collect();
    let more = recipients.len().saturating_sub(MOST);
    if more > 0 {
        named.push(text::count(more, "more", "more"));
    }
    Piece::Fact(text::document::RCPT_TO, if named.is_empty() { words::NO_FIELDS.to_owned() } else { named.join(", ") })
}

/// How the signature names its signer, or whose certificate it is.
pub(super) fn name_of(signer: &SignerOutcome) -> String {
    text::plain(&signer.certificate.as_ref().map_or_else(|| signer.identifier.clone(), Certificate::common_name))
}

/// A chain that holds.
pub(super) fn good_chain(certificates: &[Certificate]) -> Piece {
    let last = certificates.len().saturating_sub(1);
    let link = |(place, certificate): (usize, &Certificate)| Link {
        certificate: certificate.clone(),
        status: Status::Passed,
        words: if place == last { words::IS_ANCHOR } else { words::LINK_HOLDS }.to_owned(),
        is_anchor: place == last,
    };
    Piece::Chain(certificates.iter().enumerate().map(link).collect())
}

/// The chain as far as it came, with what stopped it.
pub(super) fn broken_chain(leaf: &Certificate, graph: Option<&PathGraph>) -> Piece {
    let mut links = Vec::new();
    let Some(graph) = graph else { return Piece::Chain(vec![link_without_graph(leaf)]) };
    let mut at = graph.nodes.iter().position(|node| node.certificate == *leaf);
    while let Some(place) = at {
        let Some(node) = graph.nodes.get(place) else { break };
        let of_node = || graph.edges.iter().filter(move |edge| edge.child == place);
        let edge = of_node().find(|edge| edge.issuer.is_some()).or_else(|| of_node().next());
        let fault = edge.and_then(|edge| edge.failed().next()).map(|(_, error)| text::plain(&error.to_string()));
        let next = edge.and_then(|edge| edge.issuer).filter(|issuer| *issuer != place);
        let (status, words) = match (fault, next) {
            (Some(fault), _) => (Status::Failed, fault),
            (None, Some(_)) => (Status::NotChecked, words::LINK_NOT_CHECKED.to_owned()),
            (None, None) if node.is_anchor() => (Status::Passed, words::IS_ANCHOR.to_owned()),
            (None, None) if node.certificate.is_self_issued() => (Status::Failed, words::NOT_AN_ANCHOR.to_owned()),
            (None, None) => (Status::Failed, words::NO_ISSUER.to_owned()),
        };
        links.push(Link { certificate: node.certificate.clone(), status, words, is_anchor: node.is_anchor() });
        at = next.filter(|_| links.len() < MOST);
    }
    if links.is_empty() {
        links.push(link_without_graph(leaf));
    }
    Piece::Chain(links)
}

fn link_without_graph(leaf: &Certificate) -> Link {
    Link {
        certificate: leaf.clone(),
        status: Status::NotChecked,
        words: words::LINK_NOT_CHECKED.to_owned(),
        is_anchor: false,
    }
}
