//! What of the network a run may use. The application alone builds it, since adapters are no business of a pane's.

use std::net::SocketAddr;
use std::sync::Arc;

use super::tasks::Setting;
use crate::agent::Online;
use crate::discovery::fetch::{Consent, Fetcher, Reach};
use crate::discovery::ldap::TlsMode;
use crate::discovery::order::{self, Scoped, Stage};
use crate::discovery::records::MailRoutes;
use crate::discovery::survey::Survey;
use crate::discovery::{Method, Resolver};
use crate::workspace::{Network, Settings};

/// The parts of the network that were built for one run; empty when it is offline.
#[derive(Clone, Default)]
pub struct Reachable {
    /// Those who may be asked for certificates.
    pub resolvers: Vec<Arc<dyn Resolver>>,
    /// Finds out where mail goes.
    pub routes: Option<Arc<dyn MailRoutes>>,
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

/// What is known of what is published for a party.
#[derive(Debug)]
pub enum Surveyed {
    /// It is being asked.
    Asked,
    /// Everything that was asked, and what came of it.
    Known(Box<Survey>),
    /// Nobody could be asked; why.
    Failed(String),
}

/// What a person chooses of it for the workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkChoice {
    /// Whether anything may be asked.
    pub network: Network,
    /// The name server; the system's where there is none.
    pub dns_server: Option<SocketAddr>,
    /// Where certificates are looked for.
    pub order: Vec<Stage>,
    /// How connections to directories are protected.
    pub ldap: TlsMode,
    /// Of whom URLs in certificates are fetched.
    pub consent: Consent,
    /// Whether hosts of the local network may be asked.
    pub reach: Reach,
}

impl NetworkChoice {
    /// What the settings say.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        Self {
            network: settings.network,
            dns_server: settings.dns_server,
            order: settings.resolver_order.clone(),
            ldap: settings.ldap,
            consent: settings.consent,
            reach: settings.reach,
        }
    }

    /// The settings with this choice.
    #[must_use]
    pub fn over(self, settings: &Settings) -> Settings {
        let Self { network, dns_server, order, ldap, consent, reach } = self;
        Settings { network, dns_server, resolver_order: order, ldap, consent, reach, ..settings.clone() }
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
