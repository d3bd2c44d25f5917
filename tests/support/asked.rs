//! What an agent in a test was asked last, and the same on disk: a workspace that a person can open.

use std::cell::RefCell;
use std::path::Path;

use sealscope::agent::{Operation, Report};
use sealscope::diagnose::{Diagnosis, diagnose};
use sealscope::mail::Envelope;
use sealscope::pki::Passphrase;
use sealscope::pki::container::Item;
use sealscope::trust::{Party, TrustAnchor};
use sealscope::workspace::{AnchorDirection, Clock, Settings, Workspace, Writer};

use super::program::PASSPHRASE;
use super::{NOW, World};

/// A message with all that it was judged by.
pub(crate) struct Asked {
    world: World,
    pub(crate) envelope: Envelope,
    pub(crate) operation: Operation,
}

thread_local! {
    static LAST: RefCell<Option<Asked>> = const { RefCell::new(None) };
}

impl Asked {
    pub(super) fn note(world: &World, envelope: &Envelope, operation: Operation) {
        let asked = Self { world: world.clone(), envelope: envelope.clone(), operation };
        LAST.set(Some(asked));
    }

    /// What was asked last on this thread.
    pub(crate) fn last() -> Self {
        LAST.take().expect("no agent was asked")
    }

    /// Why the agent said so.
    pub(crate) fn diagnose(&self, report: &Report) -> Diagnosis {
        self.world.with_agent(|agent| diagnose(&agent, report))
    }

    /// Writes the workspace with the message in it. Its passphrase is its own hint, as that of the demo is, so that the window opens it.
    pub(crate) fn keep(&self, root: &Path) {
        let writer = Workspace::open_or_create(root).unwrap().writer().unwrap();
        let settings = Settings {
            profile: self.world.profile.name.as_str().to_owned(),
            clock: Clock::Fixed(self.world.now.unwrap_or(NOW)),
            passphrase_hint: Some(PASSPHRASE.to_owned()),
            demo: true,
            ..Settings::default()
        };
        writer.save_settings(&settings).unwrap();
        self.world.parties.iter().for_each(|party| keep_party(&writer, party));
        writer.save_message("asked", &self.envelope).unwrap();
        let authorities: Vec<Item> = self.world.authorities.iter().cloned().map(Item::Certificate).collect();
        if !authorities.is_empty() {
            writer.import_authorities(&authorities).unwrap();
        }
        let crls: Vec<Item> = self.world.crls.iter().cloned().map(Item::Crl).collect();
        if !crls.is_empty() {
            writer.import_crls(&crls).unwrap();
        }
    }
}

fn keep_party(writer: &Writer, party: &Party) {
    let keys = party.keys.iter().map(|key| Item::Key(key.entry.clone()));
    let certificates = party.certificates.iter().map(|known| Item::Certificate(known.certificate.clone()));
    let items: Vec<Item> = keys.chain(certificates).collect();
    if !items.is_empty() {
        writer.import(items, &party.name, Some(&Passphrase::new(PASSPHRASE))).unwrap();
    }
    let keep = |anchors: &[TrustAnchor], direction| {
        let items: Vec<Item> = anchors.iter().map(|anchor| Item::Certificate(anchor.certificate.clone())).collect();
        if !items.is_empty() {
            writer.add_anchors(&items, &party.name, direction).unwrap();
        }
    };
    keep(party.incoming.anchors(), AnchorDirection::Incoming);
    keep(party.outgoing.anchors(), AnchorDirection::Outgoing);
}
