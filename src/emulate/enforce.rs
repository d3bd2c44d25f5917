//! The end of both agents' way: each recipient is asked whether they trust any signer, and nobody left is a refusal.

use std::collections::HashMap;

use super::account::{Account, Bound};
use super::{EmulatedOutcome, Refusal};
use crate::mail::Address;
use crate::pki::Certificate;
use crate::smime::verify::SignerCheck;

/// A signer who may be the sender.
pub(super) type Candidate<'c> = (&'c SignerCheck, &'c Certificate);

/// An agent's own words for what it decides.
pub(super) struct Words {
    /// The status of who trusts a signer.
    pub(super) trusted: &'static str,
    /// The status of who does not.
    pub(super) failed: &'static str,
    /// Why somebody is accepted.
    pub(super) why: &'static str,
}

/// Decides for each of `bound`, by whether `trusts` lets any candidate pass for them.
pub(super) fn enforce<'b>(
    account: &mut Account<'_>,
    bound: impl IntoIterator<Item = &'b Bound<'b>>,
    candidates: &[Candidate<'_>],
    words: &Words,
    trusts: impl Fn(&mut Account<'_>, &Address, Candidate<'_>) -> Result<(), String>,
) -> Result<(), Refusal> {
    let mut known = HashMap::new();
    for one in bound {
        // Recipients who share anchors share the answer: a thousand of them cost what one does.
        let circle = account.agent.parties.incoming_anchors(&one.address).map(|(party, _)| party.name.clone());
        let answer = match known.get(&circle) {
            Some(answer) => Clone::clone(answer),
            None => {
                let answer = first_trusted(candidates, |candidate| trusts(account, &one.address, candidate));
                known.insert(circle, answer.clone());
                answer
            }
        };
        match answer {
            Ok(()) => account.accept(one.recipient, words.trusted, words.why),
            Err(faults) => account.remove(one.recipient, words.failed, faults),
        }
    }
    if account.any_accepted() {
        return Ok(());
    }
    let removed = account.recipients.iter().find(|one| one.outcome == EmulatedOutcome::Removed);
    let why = removed.map_or_else(|| "Nobody trusts the sender".to_owned(), |one| one.why.clone());
    Err(Refusal::new("NoTrustedRecipients", why))
}

// Whether any candidate does; else what ails each.
fn first_trusted(
    candidates: &[Candidate<'_>],
    mut trusts: impl FnMut(Candidate<'_>) -> Result<(), String>,
) -> Result<(), String> {
    let mut faults = Vec::new();
    for candidate in candidates {
        match trusts(*candidate) {
            Ok(()) => return Ok(()),
            Err(fault) => faults.push(fault),
        }
    }
    Err(faults.join("; "))
}
