//! Candidate paths in JSON.

use std::sync::Arc;

use serde_json::{Value, json};

use super::json::certificate_json;
use super::outcome::SignerTrust;
use crate::pki::PathGraph;
use crate::pki::path::{EdgeCheck, PathEdge, PathNode};

/// The graphs of one signer, each once: recipients with the same anchors share theirs.
pub(super) fn path_graphs(trust: &[SignerTrust]) -> Vec<Value> {
    let mut graphs: Vec<(&Arc<PathGraph>, Vec<String>)> = vec![];
    for trust in trust {
        let address = trust.recipient.to_string();
        match graphs.iter_mut().find(|(graph, _)| Arc::ptr_eq(graph, &trust.graph)) {
            Some((_, addresses)) => addresses.push(address),
            None => graphs.push((&trust.graph, vec![address])),
        }
    }
    let with_addresses = |(graph, addresses): (&Arc<PathGraph>, Vec<String>)| {
        let mut value = path_graph(graph);
        if let Some(members) = value.as_object_mut() {
            members.insert("addresses".to_owned(), json!(addresses));
        }
        value
    };
    graphs.into_iter().map(with_addresses).collect()
}

/// One graph.
pub(super) fn path_graph(graph: &PathGraph) -> Value {
    json!({
        "nodes": graph.nodes.iter().map(node).collect::<Vec<_>>(),
        "edges": graph.edges.iter().map(edge).collect::<Vec<_>>(),
        "omitted": graph.omitted,
    })
}

fn node(node: &PathNode) -> Value {
    json!({
        "certificate": certificate_json(&node.certificate),
        "anchor": node.is_anchor(),
        "sources": node.sources.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn edge(edge: &PathEdge) -> Value {
    json!({
        "child": edge.child,
        "issuer": edge.issuer,
        "state": edge.state(),
        "checks": edge.checks.iter().map(check).collect::<Vec<_>>(),
    })
}

fn check(check: &EdgeCheck) -> Value {
    json!({
        "rule": check.rule.as_str(),
        "clause": check.rule.clause(),
        "outcome": check.outcome.as_str(),
        "detail": check.outcome.detail(),
    })
}
