//! A certificate's chain as one reads it: link by link from the leaf to the anchor, or to where it breaks off.
//!
//! A search for a path looks at many candidates; a person wants the one that came furthest, what held on each of its
//! links, and which link stopped it. That one is chosen here, once for each run, from the graph that the search left.

use std::collections::HashSet;

use super::icons::Status;
use super::text::{self, outcome as outcome_text};
use crate::pki::path::{CheckOutcome, EdgeRule, NotChecked, PathEdge};
use crate::pki::{Certificate, PathGraph};

/// One certificate of a chain, and the step from it to its issuer.
#[derive(Clone, Debug)]
pub struct Link {
    /// The certificate.
    pub certificate: Certificate,
    /// How the step to its issuer fared.
    pub status: Status,
    /// What held and what did not, one sentence.
    pub words: String,
    /// The clause of the check that failed.
    pub clause: Option<&'static str>,
    /// Whether the chain stops here.
    pub stops: bool,
    checks: Vec<(EdgeRule, Outcome)>,
}

/// How one check of a link came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Held,
    Failed,
    NotChecked,
}

/// Where a chain ends.
#[derive(Clone, Debug)]
pub enum End {
    /// At a trust anchor.
    Anchor(Certificate),
    /// At an authority that vouches for itself and is no anchor here.
    Untrusted(Certificate),
    /// At a certificate whose issuer, of this name, is not known here.
    Gap(String),
}

/// The links of a chain and its end.
#[derive(Clone, Debug)]
pub struct Chain {
    /// From the leaf on; an anchor at the end is not among them.
    pub links: Vec<Link>,
    /// Where it ends.
    pub end: End,
}

impl Chain {
    /// The chain that came furthest.
    #[must_use]
    pub fn of(graph: &PathGraph) -> Self {
        let reaching = reaching(graph);
        let mut links = Vec::new();
        let mut seen = HashSet::from([0]);
        let mut place = 0;
        let end = loop {
            let Some(node) = graph.nodes.get(place) else { break End::Gap(String::new()) };
            let edges = graph.edges.iter().filter(|edge| edge.child == place);
            let best = edges.min_by_key(|edge| rank(edge, &reaching));
            if node.is_anchor() && (place > 0 || best.is_some_and(|edge| edge.on_path && edge.issuer.is_none())) {
                break End::Anchor(node.certificate.clone());
            }
            let next = best.and_then(|edge| edge.issuer).filter(|next| !seen.contains(next));
            links.push(link(&node.certificate, best));
            match next {
                Some(next) => {
                    seen.insert(next);
                    place = next;
                }
                None if node.certificate.is_self_issued() => break End::Untrusted(node.certificate.clone()),
                None => break End::Gap(text::plain(node.certificate.issuer())),
            }
        };
        let mut chain = Self { links, end };
        chain.mark_stop();
        chain
    }

    // The first link that failed stops a chain; one that only ends in the wrong place stops at its last.
    fn mark_stop(&mut self) {
        let failed = self.links.iter().position(|link| link.status == Status::Failed);
        let last = self.links.len().checked_sub(1).filter(|_| !self.is_anchored());
        if let Some(link) = failed.or(last).and_then(|place| self.links.get_mut(place)) {
            link.stops = true;
        }
    }

    /// Whether it ends at an anchor.
    #[must_use]
    pub const fn is_anchored(&self) -> bool {
        matches!(self.end, End::Anchor(_))
    }

    /// Whether each certificate is signed by the next, up to an anchor or an authority that vouches for itself.
    #[must_use]
    pub fn builds(&self) -> Status {
        let signatures = self.worst(&[EdgeRule::Signature, EdgeRule::Name]);
        match (&self.end, signatures) {
            (_, Status::Failed) => Status::Failed,
            (End::Gap(_), _) => Status::Failed,
            (End::Anchor(_), _) => Status::Passed,
            (End::Untrusted(_), found) => found,
        }
    }

    /// The worst outcome of these checks along the chain; not checked where nothing says.
    #[must_use]
    pub fn worst(&self, rules: &[EdgeRule]) -> Status {
        let mut outcomes = self.links.iter().flat_map(|link| &link.checks).filter(|(rule, _)| rules.contains(rule));
        let mut worst = Status::NotChecked;
        let mut unsure = false;
        for (_, outcome) in &mut outcomes {
            match outcome {
                Outcome::Failed => return Status::Failed,
                Outcome::NotChecked => unsure = true,
                Outcome::Held => worst = Status::Passed,
            }
        }
        if unsure { Status::NotChecked } else { worst }
    }

    /// The link that stopped it.
    #[must_use]
    pub fn stop(&self) -> Option<&Link> {
        self.links.iter().find(|link| link.stops)
    }
}

// The places of certificates from which an anchor can be reached over signatures that were not found wrong.
fn reaching(graph: &PathGraph) -> HashSet<usize> {
    let anchors = graph.nodes.iter().enumerate().filter(|(_, node)| node.is_anchor()).map(|(place, _)| place);
    let mut reaching: HashSet<usize> = anchors.collect();
    let mut waiting: Vec<usize> = reaching.iter().copied().collect();
    while let Some(place) = waiting.pop() {
        let below = graph.edges.iter().filter(|edge| edge.issuer == Some(place) && !wrong_key(edge));
        for child in below.map(|edge| edge.child) {
            if reaching.insert(child) {
                waiting.push(child);
            }
        }
    }
    reaching
}

fn wrong_key(edge: &PathEdge) -> bool {
    edge.failed().any(|(rule, _)| rule == EdgeRule::Signature)
}

// The lowest comes furthest: the path that was found, then what leads to an anchor, then what was signed by its issuer.
fn rank(edge: &PathEdge, reaching: &HashSet<usize>) -> (bool, bool, bool, bool, usize) {
    let leads = edge.issuer.is_some_and(|issuer| reaching.contains(&issuer));
    (!edge.on_path, wrong_key(edge), !leads, edge.issuer.is_none(), edge.failed().count())
}

fn link(certificate: &Certificate, edge: Option<&PathEdge>) -> Link {
    let mut link = Link {
        certificate: certificate.clone(),
        status: Status::NotChecked,
        words: text::chains::NO_ISSUER.to_owned(),
        clause: None,
        stops: false,
        checks: Vec::new(),
    };
    let Some(edge) = edge else {
        if certificate.is_self_issued() {
            text::chains::SELF_ISSUED.clone_into(&mut link.words);
        }
        return link;
    };
    link.checks = edge.checks.iter().map(|check| (check.rule, outcome(&check.outcome))).collect();
    if let Some((rule, error)) = edge.failed().next() {
        link.status = Status::Failed;
        link.words = outcome_text::sentence(&error.to_string());
        link.clause = Some(rule.clause());
        return link;
    }
    let not_tried = |check: &CheckOutcome| matches!(check, CheckOutcome::NotChecked(NotChecked::NotTried));
    if edge.checks.iter().any(|check| not_tried(&check.outcome)) {
        text::chains::NOT_TRIED.clone_into(&mut link.words);
        return link;
    }
    let tolerated = edge.checks.iter().any(|check| check.outcome == CheckOutcome::Tolerated);
    link.status = if tolerated { Status::Warning } else { Status::Passed };
    let held = link.checks.iter().filter(|(_, outcome)| *outcome == Outcome::Held).count();
    let open: Vec<&'static str> = link
        .checks
        .iter()
        .filter(|(_, outcome)| *outcome == Outcome::NotChecked)
        .map(|(rule, _)| text::chains::rule(*rule))
        .collect();
    link.words = text::chains::held(held, &open, tolerated);
    link
}

const fn outcome(outcome: &CheckOutcome) -> Outcome {
    match outcome {
        CheckOutcome::Held | CheckOutcome::Tolerated => Outcome::Held,
        CheckOutcome::Failed(_) => Outcome::Failed,
        // An anchor's name and key end the path, so nothing is missing where it ended.
        CheckOutcome::NotChecked(NotChecked::AnchorEndsPath) => Outcome::Held,
        CheckOutcome::NotChecked(_) => Outcome::NotChecked,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::agent::Profile;
    use crate::limits::Limits;
    use crate::pki::issue::{Authority, CertificateBuilder};
    use crate::pki::{NewKey, Pool, path};

    fn lab() -> (Authority, Certificate) {
        let (begin, end) = (datetime!(2020-01-01 0:00 UTC), datetime!(2040-01-01 0:00 UTC));
        let root = CertificateBuilder::authority("Lab root", begin, end).key(NewKey::P256);
        let root = Authority::self_signed(&root).unwrap();
        let leaf = CertificateBuilder::end_entity("alice@a.example", begin, end).email("alice@a.example");
        let leaf = root.issue(&leaf.key(NewKey::P256)).unwrap();
        (root, leaf.certificate().clone())
    }

    fn chain(leaf: &Certificate, known: &[Certificate], anchors: &[Certificate]) -> Chain {
        let pool = Pool::new(known.iter().cloned());
        let policy = Profile::default().path_policy();
        let now = datetime!(2026-01-01 0:00 UTC);
        Chain::of(&path::explain(leaf, &pool, anchors, &[], now, &policy, &Limits::DEFAULT).graph)
    }

    #[test]
    fn a_chain_ends_at_the_anchor_and_each_link_says_what_held() {
        let (root, leaf) = lab();
        let anchor = root.certificate().clone();
        let chain = chain(&leaf, &[], std::slice::from_ref(&anchor));
        assert!(matches!(&chain.end, End::Anchor(found) if *found == anchor), "{:?}", chain.end);
        assert_eq!(chain.links.iter().map(|link| link.status).collect::<Vec<_>>(), [Status::Passed]);
        assert!(chain.stop().is_none());
        assert_eq!(chain.worst(&[EdgeRule::Revocation]), Status::NotChecked);
    }

    #[test]
    fn a_missing_issuer_is_a_gap_that_names_it() {
        let (_, leaf) = lab();
        let (other, _) = lab();
        let (begin, end) = (datetime!(2020-01-01 0:00 UTC), datetime!(2040-01-01 0:00 UTC));
        let builder = CertificateBuilder::authority("Somebody else", begin, end).key(NewKey::P256);
        let anchors = [other.issue_authority(&builder).unwrap().certificate().clone()];
        let chain = chain(&leaf, &[], &anchors);
        assert!(matches!(&chain.end, End::Gap(issuer) if issuer.contains("Lab root")), "{:?}", chain.end);
        assert!(chain.stop().is_some_and(|link| link.certificate == leaf));
        assert_eq!(chain.builds(), Status::Failed);
    }

    #[test]
    fn a_root_that_is_no_anchor_ends_a_chain_that_builds_all_the_same() {
        let (root, leaf) = lab();
        let (other, _) = lab();
        let stranger = other.certificate().clone();
        let chain = chain(&leaf, &[root.certificate().clone()], &[stranger]);
        assert!(matches!(&chain.end, End::Untrusted(found) if found == root.certificate()), "{:?}", chain.end);
        assert_eq!(chain.builds(), Status::Passed);
        assert!(!chain.is_anchored());
    }
}
