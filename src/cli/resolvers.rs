//! Which resolvers a run asks, in which order.

use super::common::Common;
use super::console::Console;
use super::error::CliError;
use super::session::Session;
use crate::discovery::local::LocalResolver;
use crate::discovery::{Method, Resolver};
use crate::io::dns::{DnsClient, TIMEOUT, system_server};

/// The resolvers of a run, in the order of the options or the workspace, without those that may not be asked.
///
/// `asking` is whether the network may be used at all: `lookup` may always, the agent only where it was allowed.
pub(super) fn build<'a>(
    session: &'a Session,
    asking: Asking,
    common: &Common,
    console: &mut Console<'_, '_>,
) -> Result<Vec<Box<dyn Resolver + 'a>>, CliError> {
    if common.via == [Method::Ldap] {
        return Err(CliError::Failed(
            "LDAP directories are not asked by this version: use --via dns or local".to_owned(),
        ));
    }
    let mut resolvers: Vec<Box<dyn Resolver + 'a>> = Vec::new();
    for method in session.methods(common) {
        match method {
            Method::Local => resolvers.push(Box::new(LocalResolver::new(&session.contents.parties))),
            Method::Dns if asking == Asking::Allowed => resolvers.push(Box::new(dns(session, common)?)),
            Method::Dns => {}
            Method::Ldap if common.via.contains(&Method::Ldap) => {
                console.remark("LDAP directories are not asked by this version; the other methods are");
            }
            Method::Ldap => {}
        }
    }
    Ok(resolvers)
}

/// Whether name servers may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asking {
    /// They may.
    Allowed,
    /// Nothing leaves this machine.
    Forbidden,
}

fn dns(session: &Session, common: &Common) -> Result<DnsClient, CliError> {
    let server = match common.dns_server.or(session.settings.dns_server) {
        Some(server) => server,
        None => system_server().map_err(CliError::failed)?,
    };
    DnsClient::new(server, TIMEOUT).map_err(CliError::failed)
}
