//! Puts the graph together from what a search left behind.

use std::collections::{HashMap, VecDeque};

use super::{CheckOutcome, EdgeCheck, EdgeRule, NotChecked, PathEdge, PathGraph, PathNode, Side};
use crate::pki::certificate::Certificate;
use crate::pki::path::error::PathError;
use crate::pki::path::pool::CertificateSource;
use crate::pki::path::search::Searched;
use crate::pki::path::validate::{PairEnds, Validation};
use crate::pki::path::{TriedPath, ValidatedPath};
use crate::pki::revocation::RevocationStatus;

/// More candidates than this are counted, not listed: nobody reads them.
const MOST_EDGES: usize = 1_000;

/// The checks of an edge that a complete path answers.
const OF_PATHS: [EdgeRule; 4] =
    [EdgeRule::Revocation, EdgeRule::NameConstraints, EdgeRule::Policy, EdgeRule::PathLength];

/// The checks of an edge that its two certificates answer.
const OF_PAIRS: [EdgeRule; 6] = [
    EdgeRule::Digest,
    EdgeRule::Validity,
    EdgeRule::Extensions,
    EdgeRule::Authority,
    EdgeRule::KeyUsage,
    EdgeRule::KeySize,
];

/// The graph around `leaf`, without any check of a signature that the search did not make.
pub(in crate::pki::path) fn build(
    leaf: &Certificate,
    anchors: &[Certificate],
    validation: &Validation<'_>,
    searched: &Searched,
) -> PathGraph {
    let mut builder = Builder {
        anchors,
        validation,
        searched,
        graph: PathGraph::default(),
        places: HashMap::new(),
        edges: HashMap::new(),
        waiting: VecDeque::new(),
    };
    builder.node(leaf);
    builder.candidates();
    for tried in &searched.tried {
        builder.judged(tried);
    }
    if let Ok(path) = &searched.outcome {
        builder.good(path);
    }
    if let Err(PathError::NoAnchors) = &searched.outcome {
        let edge = builder.edge(leaf, None);
        builder.fail(edge, EdgeRule::IssuerKnown, &PathError::NoAnchors);
    }
    for edge in &mut builder.graph.edges {
        edge.checks.sort_by_key(|check| check.rule);
    }
    builder.graph
}

struct Builder<'b> {
    anchors: &'b [Certificate],
    validation: &'b Validation<'b>,
    searched: &'b Searched,
    graph: PathGraph,
    places: HashMap<Certificate, usize>,
    edges: HashMap<(usize, Option<usize>), usize>,
    waiting: VecDeque<Certificate>,
}

impl Builder<'_> {
    fn node(&mut self, certificate: &Certificate) -> usize {
        if let Some(place) = self.places.get(certificate) {
            return *place;
        }
        let mut sources = self.validation.pool.sources(certificate).to_vec();
        if self.anchors.contains(certificate) {
            sources.push(CertificateSource::Anchors);
        }
        let place = self.graph.nodes.len();
        self.graph.nodes.push(PathNode { certificate: certificate.clone(), sources });
        self.places.insert(certificate.clone(), place);
        self.waiting.push_back(certificate.clone());
        place
    }

    fn edge(&mut self, child: &Certificate, issuer: Option<&Certificate>) -> usize {
        let ends = (self.node(child), issuer.map(|issuer| self.node(issuer)));
        if let Some(place) = self.edges.get(&ends) {
            return *place;
        }
        let place = self.graph.edges.len();
        self.graph.edges.push(PathEdge { child: ends.0, issuer: ends.1, on_path: false, checks: vec![] });
        self.edges.insert(ends, place);
        place
    }

    /// Breadth first from the leaf, over every candidate by name; a wrong key ends the way, and so does an anchor.
    fn candidates(&mut self) {
        while let Some(child) = self.waiting.pop_front() {
            if self.anchors.contains(&child) && !self.is_leaf(&child) {
                continue;
            }
            let anchors = self.anchors.iter().filter(|anchor| **anchor != child && child.names_as_issuer(anchor));
            let pooled = self.validation.pool.issuers_of(&child);
            let pooled = pooled.into_iter().filter(|issuer| **issuer != child && !self.anchors.contains(issuer));
            let issuers: Vec<Certificate> = anchors.chain(pooled).cloned().collect();
            for issuer in &issuers {
                if self.graph.edges.len() >= MOST_EDGES {
                    self.graph.omitted += 1;
                    continue;
                }
                self.candidate(&child, issuer);
            }
        }
    }

    fn is_leaf(&self, certificate: &Certificate) -> bool {
        self.places.get(certificate) == Some(&0)
    }

    fn ends(&self, child: &Certificate, issuer: &Certificate) -> PairEnds {
        PairEnds { leaf: self.is_leaf(child), anchor: self.anchors.contains(issuer) }
    }

    fn candidate(&mut self, child: &Certificate, issuer: &Certificate) {
        let checked =
            self.searched.signatures.iter().find(|known| known.certificate == *child && known.issuer == *issuer);
        let signature = match checked.map(|known| known.valid) {
            Some(true) => CheckOutcome::Held,
            Some(false) => CheckOutcome::Failed(PathError::CertificateSignatureInvalid { certificate: child.clone() }),
            None if self.anchors.iter().any(|anchor| anchor.same_name_and_key(issuer)) => {
                CheckOutcome::NotChecked(NotChecked::AnchorEndsPath)
            }
            None => CheckOutcome::NotChecked(NotChecked::NotTried),
        };
        let wrong_key = matches!(signature, CheckOutcome::Failed(_));
        let mut checks = vec![
            EdgeCheck { rule: EdgeRule::Name, outcome: CheckOutcome::Held },
            EdgeCheck { rule: EdgeRule::KeyIdentifier, outcome: key_identifier(child, issuer) },
            EdgeCheck { rule: EdgeRule::Signature, outcome: signature },
        ];
        if wrong_key {
            // What follows such an issuer is no way to an anchor: it is a node and not expanded.
            let unasked = OF_PAIRS.iter().chain(&OF_PATHS);
            checks.extend(unasked.map(|rule| not_checked(*rule, NotChecked::WrongKey)));
        } else {
            let faults = self.validation.pair(child, issuer, self.ends(child, issuer));
            checks.extend(of_pair(&faults));
            checks.extend(OF_PATHS.iter().map(|rule| not_checked(*rule, NotChecked::NoCompletePath)));
        }
        let known = self.places.contains_key(issuer);
        let edge = self.edge(child, Some(issuer));
        if wrong_key && !known {
            self.waiting.pop_back();
        }
        if let Some(edge) = self.graph.edges.get_mut(edge) {
            edge.checks = checks;
        }
    }

    /// Puts the faults of one candidate path on the edges they are about, and what held on the others.
    fn judged(&mut self, tried: &TriedPath) {
        let Some(last) = tried.certificates.last() else { return };
        let mut edges: Vec<usize> =
            tried.certificates.windows(2).filter_map(|pair| Some(self.edge(pair.first()?, pair.last()))).collect();
        if tried.anchor.is_some() {
            for (place, edge) in edges.iter().enumerate() {
                self.answered(*edge, tried.revocation.get(place));
            }
        }
        let ends_nowhere = tried.anchor.is_none() || edges.is_empty();
        for fault in &tried.faults {
            if matches!(fault, PathError::CertificateSignatureInvalid { .. }) && tried.anchor.is_none() {
                // The edges to the candidates whose keys did not make the signature say it, if there are any.
                continue;
            }
            if ends_nowhere && fault.certificate().is_none_or(|at| at == last) {
                let edge = self.edge(last, None);
                self.fail(edge, fault.rule().0, fault);
                continue;
            }
            let edge = edge_at(fault, &tried.certificates, &mut edges);
            match edge {
                Some(edge) => self.fail(edge, fault.rule().0, fault),
                None => {
                    let edge = self.edge(last, None);
                    self.fail(edge, fault.rule().0, fault);
                }
            }
        }
    }

    /// The checks that a complete path answers: they hold unless a fault says otherwise.
    fn answered(&mut self, edge: usize, revocation: Option<&RevocationStatus>) {
        let Some(edge) = self.graph.edges.get_mut(edge) else { return };
        for check in &mut edge.checks {
            if !matches!(check.outcome, CheckOutcome::NotChecked(NotChecked::NoCompletePath)) {
                continue;
            }
            check.outcome = match (check.rule, revocation) {
                (EdgeRule::Revocation, Some(RevocationStatus::Good)) => CheckOutcome::Held,
                (EdgeRule::Revocation, Some(status)) => {
                    CheckOutcome::NotChecked(NotChecked::Revocation(status.clone()))
                }
                (EdgeRule::Revocation, None) => continue,
                _ => CheckOutcome::Held,
            };
        }
    }

    fn fail(&mut self, edge: usize, rule: EdgeRule, error: &PathError) {
        let Some(edge) = self.graph.edges.get_mut(edge) else { return };
        let failed = CheckOutcome::Failed(error.clone());
        if edge.checks.iter().any(|check| check.outcome == failed) {
            return;
        }
        edge.checks.retain(|check| check.rule != rule || matches!(check.outcome, CheckOutcome::Failed(_)));
        edge.checks.push(EdgeCheck { rule, outcome: failed });
    }

    fn good(&mut self, path: &ValidatedPath) {
        for pair in path.certificates().windows(2) {
            let Some((child, issuer)) = pair.first().zip(pair.last()) else { continue };
            let edge = self.edge(child, Some(issuer));
            if let Some(edge) = self.graph.edges.get_mut(edge) {
                edge.on_path = true;
            }
        }
        if let [only] = path.certificates() {
            let edge = self.edge(only, None);
            if let Some(edge) = self.graph.edges.get_mut(edge) {
                edge.on_path = true;
                let held = |rule| EdgeCheck { rule, outcome: CheckOutcome::Held };
                edge.checks = vec![held(EdgeRule::Validity), held(EdgeRule::Extensions), held(EdgeRule::KeySize)];
            }
        }
    }
}

/// The edge that a fault of a complete path is about.
fn edge_at(fault: &PathError, path: &[Certificate], edges: &mut [usize]) -> Option<usize> {
    let at = fault.certificate().and_then(|certificate| path.iter().position(|step| step == certificate));
    let place = match (fault.rule().1, at) {
        (Side::Issuer, Some(at)) => at.saturating_sub(1),
        (Side::Child, Some(at)) => at.min(edges.len().saturating_sub(1)),
        (_, None) => 0,
    };
    edges.get(place).copied()
}

fn key_identifier(child: &Certificate, issuer: &Certificate) -> CheckOutcome {
    match (child.authority_key_id(), issuer.subject_key_id()) {
        (None, _) | (_, None) => CheckOutcome::NotChecked(NotChecked::NotStated),
        _ if child.differs_from_key_of(issuer) => CheckOutcome::Tolerated,
        _ => CheckOutcome::Held,
    }
}

fn of_pair(faults: &[PathError]) -> impl Iterator<Item = EdgeCheck> {
    OF_PAIRS.iter().flat_map(|rule| {
        let failed: Vec<EdgeCheck> = faults
            .iter()
            .filter(|fault| fault.rule().0 == *rule)
            .map(|fault| EdgeCheck { rule: *rule, outcome: CheckOutcome::Failed(fault.clone()) })
            .collect();
        if failed.is_empty() { vec![EdgeCheck { rule: *rule, outcome: CheckOutcome::Held }] } else { failed }
    })
}

const fn not_checked(rule: EdgeRule, cause: NotChecked) -> EdgeCheck {
    EdgeCheck { rule, outcome: CheckOutcome::NotChecked(cause) }
}
