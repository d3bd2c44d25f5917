//! Candidate paths for people: a line for each candidate issuer, with what failed and what was not checked.

use std::sync::Arc;

use super::console::{Console, Tone};
use super::error::CliError;
use crate::agent::SignerTrust;
use crate::pki::PathGraph;
use crate::pki::path::{CheckOutcome, EdgeCheck, PathEdge};

/// Prints each graph once, for whom it holds.
pub(super) fn print(trust: &[SignerTrust], console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let mut shown: Vec<&Arc<PathGraph>> = vec![];
    for first in trust {
        if shown.iter().any(|graph| Arc::ptr_eq(graph, &first.graph)) {
            continue;
        }
        shown.push(&first.graph);
        let sharing = trust.iter().filter(|other| Arc::ptr_eq(&other.graph, &first.graph));
        let addresses: Vec<String> = sharing.map(|trust| trust.recipient.to_string()).collect();
        console.line(&format!("    Candidate paths for {}", addresses.join(", ")))?;
        print_graph(&first.graph, "      ", console)?;
    }
    Ok(())
}

/// Prints one graph.
pub(super) fn print_graph(graph: &PathGraph, indent: &str, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    for edge in &graph.edges {
        print_edge(graph, edge, indent, console)?;
    }
    if graph.omitted > 0 {
        console.line(&format!("{indent}{} more candidates are not shown", graph.omitted))?;
    }
    Ok(())
}

fn print_edge(graph: &PathGraph, edge: &PathEdge, indent: &str, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let name = |place: usize| graph.nodes.get(place).map(|node| node.certificate.common_name()).unwrap_or_default();
    let issuer = match edge.issuer.and_then(|place| graph.nodes.get(place)) {
        Some(node) => {
            let sources: Vec<String> = node.sources.iter().map(ToString::to_string).collect();
            format!("“{}” (from {})", node.certificate.common_name(), sources.join(", "))
        }
        None if edge.on_path => "itself an anchor".to_owned(),
        None => "nobody known".to_owned(),
    };
    let tone = match edge.state() {
        "good" => Tone::Good,
        "refused" => Tone::Bad,
        _ => Tone::Dim,
    };
    let held = edge.checks.iter().filter(|check| check.outcome == CheckOutcome::Held).count();
    let after = format!(", {held} of {} checks held", edge.checks.len());
    console.toned(&format!("{indent}“{}” ← {issuer}: ", name(edge.child)), tone, edge.state(), &after)?;
    edge.checks.iter().try_for_each(|check| print_check(check, indent, console))
}

/// Prints one check that has particulars.
pub(super) fn print_check(check: &EdgeCheck, indent: &str, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let Some(detail) = check.outcome.detail() else { return Ok(()) };
    let (rule, clause) = (check.rule.as_str(), check.rule.clause());
    console.line(&format!("{indent}  {rule} {}: {detail} [{clause}]", check.outcome.as_str()))
}
