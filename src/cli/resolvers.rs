//! Which resolvers a run asks, in which order, and the agent that asks them.

use std::sync::Arc;

use super::common::Common;
use super::error::CliError;
use super::session::Session;
use crate::agent::{Agent, MakingOptions, Online};
use crate::discovery::local::LocalResolver;
use crate::discovery::order::{Scoped, Stage, arranged};
use crate::discovery::records::MailRoutes;
use crate::discovery::{Method, Resolver};
use crate::io::dns::{DnsClient, SmimeaResolver, TIMEOUT, system_server};
use crate::io::ldap::{LdapOptions, LdapResolver};

/// The resolvers of a run, those that may not be asked left out.
pub(super) struct Resolvers<'a> {
    available: Vec<Box<dyn Resolver + 'a>>,
    order: Vec<Stage>,
    dns: Option<Arc<DnsClient>>,
}

impl Resolvers<'_> {
    /// In the order of the options or the workspace.
    pub(super) fn arranged(&self) -> Vec<Scoped<'_>> {
        let available: Vec<&dyn Resolver> = self.available.iter().map(AsRef::as_ref).collect();
        arranged(&self.order, &available)
    }

    /// Finds out where mail goes, if the DNS may be asked at all.
    pub(super) fn mail_routes(&self) -> Option<&dyn MailRoutes> {
        self.dns.as_deref().map(|dns| -> &dyn MailRoutes { dns })
    }
}

/// Makes the resolvers of a run. `asking` is whether the network may be used at all: `lookup` may always, the agent only
/// where it was allowed.
pub(super) fn build<'a>(session: &'a Session, asking: Asking, common: &Common) -> Result<Resolvers<'a>, CliError> {
    let order = session.order(common);
    let mut available: Vec<Box<dyn Resolver + 'a>> = vec![Box::new(LocalResolver::new(&session.contents.parties))];
    let mut client = None;
    if asking == Asking::Allowed && order.iter().any(|stage| stage.method != Method::Local) {
        let asked = Arc::new(dns(session, common)?);
        available.push(Box::new(SmimeaResolver::new(Arc::clone(&asked))));
        let directories = LdapResolver::new(Arc::clone(&asked), ldap(session, common));
        available.push(Box::new(directories.map_err(CliError::failed)?));
        available.push(Box::new(Arc::clone(&asked)));
        client = Some(asked);
    }
    Ok(Resolvers { available, order, dns: client })
}

/// Lends the agent of a run: with the resolvers that may be asked, and with what may be fetched.
pub(super) fn with_agent<T>(
    session: &Session,
    common: &Common,
    making: MakingOptions,
    work: impl FnOnce(&Agent<'_>) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let asking = if session.is_online(common) { Asking::Allowed } else { Asking::Forbidden };
    let resolvers = build(session, asking, common)?;
    let arranged = resolvers.arranged();
    let asked: Vec<&dyn Resolver> = arranged.iter().map(|scoped| -> &dyn Resolver { scoped }).collect();
    let fetching = session.fetching(common);
    let online = fetching.as_ref().map(|(fetcher, consent)| Online { fetcher, consent: *consent });
    work(&Agent { online, ..session.agent(&asked, making) })
}

/// Whether name servers may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asking {
    /// They may.
    Allowed,
    /// Nothing leaves this machine.
    Forbidden,
}

fn ldap(session: &Session, common: &Common) -> LdapOptions {
    LdapOptions {
        tls: common.ldap.unwrap_or(session.settings.ldap),
        reach: session.reach(common),
        ..LdapOptions::default()
    }
}

fn dns(session: &Session, common: &Common) -> Result<DnsClient, CliError> {
    let server = match common.dns_server.or(session.settings.dns_server) {
        Some(server) => server,
        None => system_server().map_err(CliError::failed)?,
    };
    DnsClient::new(server, TIMEOUT).map_err(CliError::failed)
}
