//! What of the network a run may use. The application alone builds it, since adapters are no business of a pane's.

use std::sync::Arc;

use super::tasks::Setting;
use crate::agent::Online;
use crate::discovery::fetch::{Consent, Fetcher};
use crate::discovery::order::{self, Scoped, Stage};
use crate::discovery::{Method, Resolver};
use crate::workspace::Settings;

/// The parts of the network that were built for one run; empty when it is offline.
#[derive(Clone, Default)]
pub struct Reachable {
    /// Those who may be asked for certificates.
    pub resolvers: Vec<Arc<dyn Resolver>>,
    /// Fetches what certificates point at.
    pub fetcher: Option<Arc<dyn Fetcher>>,
    /// Of whom.
    pub consent: Consent,
}

impl Reachable {
    /// What a run may fetch.
    #[must_use]
    pub fn online(&self) -> Option<Online<'_>> {
        self.fetcher.as_deref().map(|fetcher| Online { fetcher, consent: self.consent })
    }
}

/// Makes what a workspace with these settings may ask.
pub type NetworkMaker = dyn Fn(&Settings) -> Result<Reachable, String> + Send + Sync;

impl std::fmt::Debug for Reachable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.resolvers.iter().map(|resolver| resolver.method())).finish()
    }
}

/// Those who are asked for certificates, in the workspace's order; without a workspace nobody but it.
pub(super) fn arranged<'a>(setting: &'a Setting, local: &'a dyn Resolver) -> Vec<Scoped<'a>> {
    const ALONE: &[Stage] = &[Stage::of(Method::Local)];
    let order = setting.loaded.as_deref().map_or(ALONE, |loaded| loaded.settings.resolver_order.as_slice());
    let remote = setting.network.resolvers.iter().map(AsRef::as_ref);
    let available: Vec<&dyn Resolver> = std::iter::once(local).chain(remote).collect();
    order::arranged(order, &available)
}
