//! The candidate paths of a certificate, one by one, with the checks on each of their links.

use crate::finding::sentence_case;
use crate::mail::Address;
use crate::pki::path::{CertificateSource, CheckOutcome, EdgeCheck, EdgeRule, PathEdge};
use crate::pki::{Certificate, PathError, PathGraph};
use crate::trust::PartyName;

/// Paths that are listed of one graph; more are counted.
const MOST_PATHS: usize = 24;
/// Paths that are followed of one graph.
const MOST_FOLLOWED: usize = 1_000;
/// Certificates of one path that are followed: more than any path that is found good has.
const MOST_LINKS: usize = 12;

/// One certificate of a path, and the step from it to the next.
#[derive(Clone, Debug)]
pub struct PathLink {
    /// The certificate.
    pub certificate: Certificate,
    /// Where it came from.
    pub sources: Vec<CertificateSource>,
    /// What was checked between it and the next, in the order of RFC 5280 §6.1.3; nothing at the end of a path.
    pub checks: Vec<EdgeCheck>,
    /// `good`, `refused`, `not-tried` or `open`, as [`PathEdge::state`] has it.
    pub state: &'static str,
}

impl PathLink {
    /// The check that did not hold; that no issuer is known is told by how the path ends.
    #[must_use]
    pub fn failed(&self) -> Option<(EdgeRule, &PathError)> {
        self.checks.iter().find_map(|check| match &check.outcome {
            CheckOutcome::Failed(error) if check.rule != EdgeRule::IssuerKnown => Some((check.rule, error)),
            _ => None,
        })
    }

    /// How many checks held.
    #[must_use]
    pub fn held(&self) -> usize {
        self.checks.iter().filter(|check| check.outcome == CheckOutcome::Held).count()
    }
}

/// Where a path ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathEnd {
    /// At a trust anchor, which is the last link.
    Anchor,
    /// At an authority that vouches for itself and is no anchor here.
    Untrusted,
    /// At a certificate whose issuer, of this name, is not known here.
    Gap(String),
    /// At a signature that is not that of the issuer's key.
    WrongKey,
}

impl PathEnd {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Anchor => "anchor",
            Self::Untrusted => "untrusted",
            Self::Gap(_) => "gap",
            Self::WrongKey => "wrong-key",
        }
    }
}

/// One candidate path.
#[derive(Clone, Debug)]
pub struct CandidatePath {
    /// From the leaf on.
    pub links: Vec<PathLink>,
    /// Where it ends.
    pub end: PathEnd,
    /// The link that stops it, as a place in `links`; nothing for a good path.
    pub stops_at: Option<usize>,
    /// Why, one sentence without full stop.
    pub why: String,
}

impl CandidatePath {
    /// Whether it is the path that was found good.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.stops_at.is_none()
    }

    /// The last certificate.
    #[must_use]
    pub fn last(&self) -> Option<&Certificate> {
        self.links.last().map(|link| &link.certificate)
    }

    // The lowest came furthest.
    fn rank(&self) -> (bool, u8, usize, std::cmp::Reverse<usize>) {
        let end = match self.end {
            PathEnd::Anchor => 0,
            PathEnd::Untrusted => 1,
            PathEnd::Gap(_) => 2,
            PathEnd::WrongKey => 3,
        };
        let failed = self.links.iter().filter(|link| link.failed().is_some()).count();
        (!self.is_good(), end, failed, std::cmp::Reverse(self.links.len()))
    }
}

/// The candidate paths of one certificate, judged by one set of anchors.
#[derive(Clone, Debug)]
pub struct Candidates {
    /// Whose certificate it is: a signer's of mail that arrives, a recipient's of mail that leaves.
    pub certificate: Certificate,
    /// The recipients for whom it was judged so.
    pub recipients: Vec<Address>,
    /// The party whose anchors counted; nobody where none are set up.
    pub party: Option<PartyName>,
    /// Whether the run itself asked for a path; else it ended before, and the paths are shown for what they are worth.
    pub asked: bool,
    /// What came furthest is first.
    pub paths: Vec<CandidatePath>,
    /// Paths beyond the most that are listed.
    pub omitted: usize,
}

/// The paths of a graph, and how many more there are.
pub(super) fn paths(graph: &PathGraph) -> (Vec<CandidatePath>, usize) {
    let mut found = Vec::new();
    let mut waiting: Vec<Vec<(usize, Option<&PathEdge>)>> = vec![vec![(0, None)]];
    // Depth first, so that a graph of many authorities with many certificates each does not fill the memory.
    while let Some(way) = waiting.pop() {
        if found.len() >= MOST_FOLLOWED {
            break;
        }
        let ends = follow(graph, way, &mut waiting);
        found.extend(ends);
    }
    found.sort_by_key(CandidatePath::rank);
    let omitted = found.len().saturating_sub(MOST_PATHS);
    found.truncate(MOST_PATHS);
    (found, omitted)
}

type Way<'g> = Vec<(usize, Option<&'g PathEdge>)>;

/// Goes one step on from the last certificate of `way`: the paths that end there, and the longer ways to follow.
fn follow<'g>(graph: &'g PathGraph, way: Way<'g>, waiting: &mut Vec<Way<'g>>) -> Vec<CandidatePath> {
    let Some((place, _)) = way.last().copied() else { return Vec::new() };
    let Some(node) = graph.nodes.get(place) else { return Vec::new() };
    if node.is_anchor() && way.len() > 1 {
        return vec![path(graph, &way, PathEnd::Anchor)];
    }
    let edges: Vec<&PathEdge> = graph.edges.iter().filter(|edge| edge.child == place).collect();
    let mut ended = Vec::new();
    let mut went_on = false;
    for edge in edges.iter().rev() {
        let with = |edge| {
            let mut way = way.clone();
            if let Some(last) = way.last_mut() {
                last.1 = Some(edge);
            }
            way
        };
        let Some(issuer) = edge.issuer else { continue };
        if edge.failed().any(|(rule, _)| rule == EdgeRule::Signature) {
            ended.push(path(graph, &with(edge), PathEnd::WrongKey));
        } else if way.len() < MOST_LINKS && !way.iter().any(|(known, _)| *known == issuer) {
            went_on = true;
            let mut way = with(edge);
            way.push((issuer, None));
            waiting.push(way);
        }
    }
    if !went_on && ended.is_empty() {
        let alone = edges.iter().find(|edge| edge.issuer.is_none()).copied();
        let mut way = way;
        if let Some(last) = way.last_mut() {
            last.1 = alone;
        }
        let end = match alone {
            Some(edge) if edge.on_path => PathEnd::Anchor,
            _ if node.certificate.is_self_issued() => PathEnd::Untrusted,
            _ => PathEnd::Gap(node.certificate.issuer().to_owned()),
        };
        ended.push(path(graph, &way, end));
    }
    ended
}

fn path(graph: &PathGraph, way: &Way<'_>, end: PathEnd) -> CandidatePath {
    let link = |(place, edge): &(usize, Option<&PathEdge>)| {
        let node = graph.nodes.get(*place)?;
        Some(PathLink {
            certificate: node.certificate.clone(),
            sources: node.sources.clone(),
            checks: edge.map(|edge| edge.checks.clone()).unwrap_or_default(),
            state: edge.map_or(if node.is_anchor() { "good" } else { "open" }, PathEdge::state),
        })
    };
    let links: Vec<PathLink> = way.iter().filter_map(link).collect();
    let failed = links.iter().position(|link| link.failed().is_some());
    let last = links.len().checked_sub(1).filter(|_| end != PathEnd::Anchor);
    let stops_at = failed.or(last);
    let why = why(&links, &end, stops_at);
    CandidatePath { links, end, stops_at, why }
}

fn why(links: &[PathLink], end: &PathEnd, stops_at: Option<usize>) -> String {
    let Some(link) = stops_at.and_then(|place| links.get(place)) else {
        return "Every check held that was made".to_owned();
    };
    let name = link.certificate.common_name();
    match (link.failed(), end) {
        (Some((_, error)), _) => sentence_case(&error.to_string()),
        (None, PathEnd::Untrusted) => {
            format!("The chain is complete and ends at “{name}”, which is not among the trust anchors")
        }
        (None, PathEnd::Gap(issuer)) => format!("No certificate of {issuer}, the issuer of “{name}”, is known here"),
        (None, PathEnd::Anchor | PathEnd::WrongKey) => format!("The path stops at “{name}”"),
    }
}
