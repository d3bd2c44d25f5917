//! Trust, recipient by recipient: a good signer's path has to end in one of that recipient's incoming anchors.

use super::super::outcome::{Reason, ReasonCode, SignerTrust};
use super::super::paths;
use super::super::run::{Halt, Removal, Run};
use super::super::trace::OpenStep;
use super::verify::Verified;
use crate::finding::{Ledger, Rule, counted};
use crate::mail::Address;
use crate::mime::Entity;

const TRUST: Rule = Rule::new("incoming.trust", "Direct AS 1.2, incoming");
const ANCHORS: Rule = Rule::new("incoming.anchors", "Direct AS 1.2 §4");

/// Content that at least one local recipient may have.
pub(super) struct Trusted {
    pub(super) content: Entity,
}

pub(super) fn enforce(run: &mut Run<'_>, step: &mut OpenStep, verified: Verified) -> Result<(Trusted, String), Halt> {
    let pool = paths::pool(run.agent, &verified.certificates);
    let remaining = run.remaining();
    let total = remaining.len();
    for index in remaining {
        let Some(address) = run.report.recipients.get(index).map(|outcome| outcome.address.clone()) else { continue };
        if let Err(removal) = trust_for(run, &address, &pool, &mut step.ledger) {
            run.remove(index, removal, &mut step.ledger);
        }
    }
    let trusted = run.remaining().len();
    if trusted == 0 {
        let detail = format!("No local recipient trusts the sender: {}", run.removals());
        return Err(Reason::new(ReasonCode::NoTrustedRecipients, detail).into());
    }
    Ok((
        Trusted { content: verified.content },
        format!("{trusted} of {} trust the sender", counted(total, "recipient")),
    ))
}

fn trust_for(run: &mut Run<'_>, address: &Address, pool: &paths::Pool, ledger: &mut Ledger) -> Result<(), Removal> {
    let agent = run.agent;
    let Some((party, anchors)) = agent.parties.incoming_anchors(address) else {
        let reason = Reason::new(ReasonCode::NoAnchors, "No incoming anchors are set up, so nobody is trusted");
        return Err(Removal {
            rule: ANCHORS,
            reason,
            found: "no anchor".to_owned(),
            expected: "an incoming anchor".to_owned(),
        });
    };
    ledger.info(
        ANCHORS,
        format!("{address} trusts {} of {}", counted(anchors.anchors().len(), "incoming anchor"), party.name),
    );
    if anchors.unread() > 0 {
        let unread = counted(anchors.unread(), "file");
        ledger.warn(ANCHORS, format!("{unread} of the incoming anchors of {} could not be read", party.name));
    }
    let certificates = anchors.certificates();
    let mut failure: Option<paths::Failure> = None;
    let mut found = false;
    for signer in run.report.signers.iter_mut().filter(|signer| signer.is_good()) {
        let Some(leaf) = &signer.certificate else { continue };
        let path = match paths::find(agent, leaf, pool, &certificates, ledger) {
            Ok(path) => {
                let name = anchors.name_of(path.anchor()).unwrap_or("an anchor");
                ledger.pass(TRUST, format!("{address}: the path of {} ends in {name}", leaf.common_name()));
                found = true;
                Ok(path)
            }
            Err(error) => {
                let reason = error.reason.clone();
                failure = paths::Failure::worse(failure, error);
                Err(reason)
            }
        };
        signer.trust.push(SignerTrust { recipient: address.clone(), path });
    }
    if found {
        return Ok(());
    }
    let names: Vec<&str> = anchors.anchors().iter().map(|anchor| anchor.name.as_str()).collect();
    let expected = format!("a valid path to one of {}: {}", counted(names.len(), "anchor"), names.join(", "));
    Err(match failure {
        Some(failure) => Removal { rule: TRUST, reason: failure.reason, found: failure.found, expected },
        None => Removal {
            rule: TRUST,
            reason: Reason::new(ReasonCode::SenderUntrusted, "None of the signers is trusted"),
            found: "no good signer".to_owned(),
            expected,
        },
    })
}
