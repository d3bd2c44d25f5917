//! Bob, who gets messages made by hand.

use sealscope::agent::Report;
use sealscope::pki::PrivateKeyEntry;

use super::handmade::{detached, enveloped, multipart_signed, wrapped};
use super::{ALICE, BOB, Circle, World, envelope, message};

/// Bob with one key, and the circle that he trusts.
pub(crate) struct Receiver {
    pub(crate) circle: Circle,
    pub(crate) bob: PrivateKeyEntry,
    pub(crate) world: World,
}

impl Receiver {
    pub(crate) fn new() -> Self {
        let circle = Circle::new("Good");
        let bob = circle.address(BOB);
        let mut world = World::default();
        world.key(BOB, &bob).trusts(BOB, &circle.root);
        Self { circle, bob, world }
    }

    /// What becomes of `entity`, encrypted for Bob and sent by Alice.
    pub(crate) fn receive(&self, entity: &[u8]) -> Report {
        let message = enveloped(ALICE, BOB, entity, &[self.bob.certificate()]);
        match self.world.incoming(&envelope(ALICE, &[BOB], &message)) {
            Ok(accepted) => accepted.report,
            Err(report) => *report,
        }
    }

    /// What becomes of a message that `signer` signs as Alice.
    pub(crate) fn receive_from(&self, signer: &PrivateKeyEntry) -> Report {
        self.receive(&signed(signer))
    }
}

/// A wrapped message from Alice to Bob, signed.
pub(crate) fn signed(signer: &PrivateKeyEntry) -> Vec<u8> {
    let content = wrapped(&message(ALICE, &[BOB]));
    multipart_signed(&content, &detached(&content, signer))
}

/// The code of Bob's removal, or `accepted`.
pub(crate) fn answer(report: &Report) -> &'static str {
    let bob = report.recipients.first().unwrap();
    bob.reason().map_or(bob.state.as_str(), |reason| reason.code.as_str())
}
