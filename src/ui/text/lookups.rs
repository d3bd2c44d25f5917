//! Where certificates were looked for, query by query.

use super::{count, plain, took};
use crate::discovery::{Brought, Judgement, Lookup};

/// The heading over the queries for one recipient.
pub const HEADING: &str = "Where certificates were looked for";

/// One query: its number, the way, the server, what came of it and how long it took.
#[must_use]
pub fn lookup(number: usize, lookup: &Lookup) -> String {
    let place = match &lookup.server {
        Some(server) => format!("{} at {server}", lookup.method),
        None => lookup.method.to_string(),
    };
    format!("{number}. {place}: {}, {}", lookup.answer, took(lookup.duration))
}

/// How the answer came: transport, size, what DNSSEC says, and whether it is one of before. None for the workspace.
#[must_use]
pub fn answered(lookup: &Lookup) -> Option<String> {
    let transport = lookup.transport.map(|transport| format!("over {transport}"));
    let octets = (lookup.octets > 0).then(|| count(lookup.octets, "octet", "octets"));
    let dnssec = lookup.dnssec.map(|dnssec| dnssec.to_string());
    let kept = lookup.from_cache.map(|seconds| format!("kept from an earlier query, good for {seconds} s"));
    let facts: Vec<String> = [transport, octets, dnssec, kept].into_iter().flatten().collect();
    (!facts.is_empty()).then(|| facts.join(", "))
}

/// A certificate that the query brought and that was not used; why.
#[must_use]
pub fn passed_over(brought: &Brought) -> Option<String> {
    match &brought.judgement {
        Judgement::PassedOver(why) => Some(format!("Passed over: {}", plain(why))),
        Judgement::Taken | Judgement::Unjudged => None,
    }
}
