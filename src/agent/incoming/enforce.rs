//! Trust, recipient by recipient: a good signer's path has to end in one of that recipient's incoming anchors.

use std::collections::HashMap;

use super::super::outcome::{Reason, ReasonCode, SignerOutcome, SignerTrust};
use super::super::paths;
use super::super::run::{Halt, Removal, Run};
use super::super::trace::OpenStep;
use super::verify::Verified;
use crate::finding::{Ledger, Rule, counted};
use crate::mail::Address;
use crate::mime::Entity;
use crate::pki::Certificate;
use crate::trust::PartyName;

const TRUST: Rule = Rule::new("incoming.trust", "Direct AS 1.2, incoming");
const ANCHORS: Rule = Rule::new("incoming.anchors", "Direct AS 1.2 §4");

/// Content that at least one local recipient may have.
pub(super) struct Trusted {
    pub(super) content: Entity,
}

pub(super) fn enforce(run: &mut Run<'_>, step: &mut OpenStep, verified: Verified) -> Result<(Trusted, String), Halt> {
    let mut search = Search {
        known: paths::known_with_lists(run.agent, &verified.certificates, verified.crls).fetching(run.fetching.clone()),
        sent: verified.certificates,
        found: HashMap::new(),
    };
    let remaining = run.remaining();
    let total = remaining.len();
    for index in remaining {
        let Some(address) = run.report.recipients.get(index).map(|outcome| outcome.address.clone()) else { continue };
        if let Err(removal) = trust_for(run, &address, &mut search, &mut step.ledger) {
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
        format!("the sender is trusted by {trusted} of {}", counted(total, "recipient")),
    ))
}

/// Recipients that share the anchors of one party share the search: a thousand of them cost what one does.
struct Search<'a> {
    known: paths::Known<'a>,
    /// The certificates of the message.
    sent: Vec<Certificate>,
    found: HashMap<PartyName, Vec<Option<paths::Found>>>,
}

impl Search<'_> {
    /// For each signer the path to one of `anchors`, which are those of `party`; nothing for a signer that is not good.
    fn paths(
        &mut self,
        run: &Run<'_>,
        party: &PartyName,
        anchors: &[Certificate],
        ledger: &mut Ledger,
    ) -> &[Option<paths::Found>] {
        let (known, sent) = (&self.known, self.sent.as_slice());
        self.found.entry(party.clone()).or_insert_with(|| {
            let find = |signer: &SignerOutcome| {
                let leaf = signer.certificate.as_ref().filter(|_| signer.is_good())?;
                let mut found = paths::find(run.agent, leaf, known, anchors, ledger);
                found.path = found.path.map_err(|failure| failure.of_sender(sent));
                Some(found)
            };
            run.report.signers.iter().map(find).collect()
        })
    }
}

fn trust_for(
    run: &mut Run<'_>,
    address: &Address,
    search: &mut Search<'_>,
    ledger: &mut Ledger,
) -> Result<(), Removal> {
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
    let paths = search.paths(run, &party.name, &anchors.certificates(), ledger);
    let mut failure: Option<paths::Failure> = None;
    let mut found = false;
    for (signer, searched) in run.report.signers.iter_mut().zip(paths) {
        let Some(searched) = searched.clone() else { continue };
        let path = match searched.path {
            Ok(path) => {
                let name = anchors.name_of(path.anchor()).unwrap_or("an anchor");
                let path_of = signer.certificate.as_ref().map(Certificate::common_name).unwrap_or_default();
                ledger.pass(TRUST, format!("{address}: the path of {path_of} ends in {name}"));
                found = true;
                Ok(path)
            }
            Err(error) => {
                let reason = error.reason.clone();
                failure = paths::Failure::worse(failure, error);
                Err(reason)
            }
        };
        signer.trust.push(SignerTrust { recipient: address.clone(), path, graph: searched.graph });
    }
    if found {
        return Ok(());
    }
    let names: Vec<&str> = anchors.anchors().iter().map(|anchor| anchor.name.as_str()).collect();
    let expected = match names.as_slice() {
        [only] => format!("a valid path to the anchor {only}"),
        several => format!("a valid path to one of {} anchors: {}", several.len(), several.join(", ")),
    };
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
