//! Who asks the servers of a case.

use std::net::SocketAddr;
use std::time::Duration;

use crate::discovery::Resolver;
use crate::discovery::fetch::Fetcher;

/// How long the servers of a case may be silent: they are on this machine.
pub const TIMEOUT: Duration = Duration::from_secs(5);

/// Gives a number from 0 up to and including its argument.
pub type Lots = fn(u32) -> u32;

/// The clients of a run, made by whoever may reach the network.
pub trait Clients {
    /// A resolver for the DNS and one for directories, which ask this name server, may go to this machine, and draw
    /// these lots among servers.
    ///
    /// # Errors
    /// Why they cannot be made, in words.
    fn resolvers(&self, name_server: SocketAddr, lots: Lots) -> Result<Vec<Box<dyn Resolver>>, String>;

    /// What fetches URLs that certificates point at, may go to this machine, and keeps nothing; `None` for a run that
    /// fetches nothing.
    fn fetcher(&self) -> Option<Box<dyn Fetcher>>;
}
