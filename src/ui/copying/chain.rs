//! The certificates above one, as far as they are known here.

use crate::pki::Certificate;
use crate::ui::state::State;
use crate::workspace::export::issuer_chain;

/// A certificate and its issuers; it ends where nobody is known to have issued the last.
pub(super) fn of(state: &State, leaf: &Certificate) -> Vec<Certificate> {
    issuer_chain(leaf, known(state).iter())
}

fn known(state: &State) -> Vec<Certificate> {
    let of_parties = state.parties().iter().flat_map(|party| {
        let anchors = party.incoming.anchors().iter().map(|anchor| &anchor.certificate);
        let outgoing = party.outgoing.anchors().iter().map(|anchor| &anchor.certificate);
        party.authorities().chain(anchors).chain(outgoing)
    });
    let loaded = state.workspace.iter();
    let authorities = loaded.flat_map(|loaded| loaded.contents.authorities.iter().map(|named| &named.certificate));
    let mut known: Vec<Certificate> = of_parties.chain(authorities).cloned().collect();
    known.extend(carried(state));
    known
}

// What the current message's signature carries.
fn carried(state: &State) -> Vec<Certificate> {
    let Some(document) = state.current() else { return Vec::new() };
    let nodes = document.structure().nodes().iter().filter(|node| node.title == super::CERTIFICATE_TITLE);
    let octets = nodes.filter_map(|node| Some(document.buffer(node.span.buffer)?.slice(node.span.range())));
    octets.filter_map(|der| Certificate::from_der(der).ok()).filter(Certificate::is_ca).collect()
}
