//! One certificate with the anchors that judge it, and what its candidate paths lack.

use super::candidate::{self, CandidatePath, Candidates, PathEnd};
use super::missing::Missing;
use super::search::Search;
use super::{ends, faults};
use crate::agent::{Agent, Operation, ReasonCode};
use crate::mail::Address;
use crate::pki::{Certificate, PathGraph};
use crate::trust::PartyName;

/// Recipients that are named in a sentence.
const NAMED: usize = 3;

/// One certificate, judged for some recipients by one party's anchors.
pub(super) struct Case<'c> {
    pub(super) agent: &'c Agent<'c>,
    pub(super) search: &'c Search<'c>,
    pub(super) operation: Operation,
    pub(super) leaf: &'c Certificate,
    pub(super) recipients: &'c [Address],
    pub(super) party: Option<&'c PartyName>,
    /// The address whose anchors they are: a recipient's of mail that arrives, the sender's of mail that leaves.
    pub(super) owner: Option<&'c Address>,
    pub(super) anchors: &'c [Certificate],
    /// The agent's code for a path that ends in none of the anchors.
    pub(super) code: ReasonCode,
}

impl Case<'_> {
    /// The candidate paths of a graph.
    pub(super) fn candidates(&self, graph: &PathGraph, asked: bool) -> Candidates {
        let (paths, omitted) = candidate::paths(graph);
        Candidates {
            certificate: self.leaf.clone(),
            recipients: self.recipients.to_vec(),
            party: self.party.cloned(),
            asked,
            paths,
            omitted: omitted.saturating_add(graph.omitted),
        }
    }

    /// What the path lacks that came furthest.
    pub(super) fn of_paths(&self, candidates: &Candidates) -> Vec<Missing> {
        match candidates.paths.first() {
            Some(path) if !path.is_good() => self.of_path(path),
            _ => Vec::new(),
        }
    }

    fn of_path(&self, path: &CandidatePath) -> Vec<Missing> {
        let failed = path.links.iter().filter_map(|link| link.failed());
        let mut missing: Vec<Missing> = failed.filter_map(|(_, error)| faults::of_error(self, path, error)).collect();
        let end = match (&path.end, path.last()) {
            (PathEnd::Untrusted, Some(last)) => Some(ends::untrusted(self, last)),
            (PathEnd::Gap(_), Some(last)) => Some(ends::gap(self, last)),
            _ => None,
        };
        missing.extend(end);
        missing
    }

    /// Adds what is missing; what is missing for others as well is told once, for all of them.
    pub(super) fn note(&self, found: impl IntoIterator<Item = Missing>, all: &mut Vec<Missing>) {
        for mut missing in found {
            missing.recipients = self.recipients.to_vec();
            match all.iter_mut().find(|known| known.is_same(&missing)) {
                Some(known) => {
                    let new = missing.recipients.into_iter().filter(|address| !known.recipients.contains(address));
                    let new: Vec<Address> = new.collect();
                    known.recipients.extend(new);
                }
                None => all.push(missing),
            }
        }
    }

    /// Whose anchors count, in words.
    pub(super) fn whose(&self) -> String {
        match self.party {
            Some(party) => party.to_string(),
            None if self.operation == Operation::Outgoing => {
                self.owner.map_or_else(|| "the sender".to_owned(), ToString::to_string)
            }
            None => {
                let mut names: Vec<String> = self.recipients.iter().take(NAMED).map(ToString::to_string).collect();
                if self.recipients.len() > NAMED {
                    names.push("others".to_owned());
                }
                names.join(", ")
            }
        }
    }

    /// `incoming`, `outgoing`.
    pub(super) const fn direction(&self) -> &'static str {
        match self.operation {
            Operation::Incoming => "incoming",
            Operation::Outgoing => "outgoing",
        }
    }

    /// The other one.
    pub(super) const fn other_direction(&self) -> &'static str {
        match self.operation {
            Operation::Incoming => "outgoing",
            Operation::Outgoing => "incoming",
        }
    }
}
