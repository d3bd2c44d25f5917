//! What is chosen for one message that is sent, and which of the sender's keys are then there to sign with.

use std::borrow::Cow;

use crate::agent::{MakingOptions, Operation};
use crate::mail::Envelope;
use crate::trust::{Parties, Party};
use crate::workspace::Network;

/// What is chosen for one message that is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SendOptions {
    /// Whether the network may be asked; as the workspace has it where nothing is chosen.
    pub network: Option<Network>,
    /// How it is signed and encrypted; as the workspace has it where nothing is chosen.
    pub making: Option<MakingOptions>,
    /// The names of the sender's keys that sign; all that may where nothing is chosen.
    pub signers: Option<Vec<String>>,
}

/// The parties, of whom the sender has the keys of those names alone; as they are where nothing is chosen.
#[must_use]
pub fn signing_with<'a>(
    parties: Cow<'a, Parties>,
    envelope: &Envelope,
    operation: Operation,
    chosen: Option<&[String]>,
) -> Cow<'a, Parties> {
    let (Some(chosen), Operation::Outgoing) = (chosen, operation) else { return parties };
    let sender = envelope.reverse_path.address();
    let Some(holder) = sender.and_then(|sender| parties.key_holder(sender)).map(|party| party.name.clone()) else {
        return parties;
    };
    let restricted = |party: &Party| {
        let mut party = party.clone();
        if party.name == holder {
            party.keys.retain(|key| chosen.contains(&key.name));
        }
        party
    };
    Cow::Owned(Parties::new(parties.all().iter().map(restricted).collect()))
}
