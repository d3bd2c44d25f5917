//! The clients that the cases of the Direct Certificate Discovery Tool are run with.

use std::net::SocketAddr;
use std::sync::Arc;

use super::dns::DnsClient;
use super::fetch::{FetchOptions, NetworkFetcher};
use super::ldap::{LdapOptions, LdapResolver};
use crate::discovery::Resolver;
use crate::discovery::dcdt::{Clients, Lots, TIMEOUT};
use crate::discovery::fetch::Fetcher;
use crate::discovery::reach::Reach;

/// The clients of a run, which may go to this machine.
#[derive(Clone, Copy, Debug)]
pub struct LoopbackClients;

impl Clients for LoopbackClients {
    fn resolvers(&self, name_server: SocketAddr, lots: Lots) -> Result<Vec<Box<dyn Resolver>>, String> {
        let dns = Arc::new(DnsClient::new(name_server, TIMEOUT).map_err(|error| error.to_string())?);
        let options = LdapOptions { reach: Reach::Anywhere, draw: Arc::new(lots), ..LdapOptions::default() };
        let ldap = LdapResolver::new(Arc::clone(&dns), options).map_err(|error| error.to_string())?;
        Ok(vec![Box::new(dns), Box::new(ldap)])
    }

    fn fetcher(&self) -> Option<Box<dyn Fetcher>> {
        let options = FetchOptions { cache: None, ..FetchOptions::system(Reach::Anywhere) };
        Some(Box::new(NetworkFetcher::new(options)))
    }
}
