//! What a case sets up: a zone, directories that run, and what has to come of it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpSocket;

use super::cast::Cast;
use super::directories::{DirectoryMaker, RunningDirectory};
use super::{Fault, scenes};
use crate::agent::ReasonCode;
use crate::discovery::Lookup;
use crate::discovery::dcdt::Case;
use crate::discovery::dns_cert::domain_owner;
use crate::discovery::fetch::Fetch;
use crate::discovery::records::Srv;
use crate::lab::dns::Zone;
use crate::lab::http::{LabHttp, Page, Request};
use crate::lab::ldap::Directory;
use crate::mail::Address;
use crate::pki::PrivateKeyEntry;

/// What has to come of a case.
pub(super) enum Wanted {
    /// The message opens with this key and no other.
    Target(Box<PrivateKeyEntry>),
    /// Nobody gets a message, and for this cause.
    Nothing(ReasonCode),
}

/// What the queries and fetches have to show beside the outcome; else what is wrong.
pub(super) type Demand = fn(&[Lookup], &[Fetch]) -> Result<(), String>;

/// A case that is set up.
pub(super) struct Scene {
    pub(super) recipient: Address,
    pub(super) zone: Zone,
    pub(super) wanted: Wanted,
    pub(super) demand: Demand,
    _directories: Vec<Box<dyn RunningDirectory>>,
    _closed: Vec<TcpSocket>,
    _web: Option<LabHttp>,
}

/// A case that is being set up.
pub(super) struct Stage<'a> {
    pub(super) cast: &'a Cast,
    maker: &'a dyn DirectoryMaker,
    pub(super) recipient: Address,
    pub(super) zone: Zone,
    directories: Vec<Box<dyn RunningDirectory>>,
    // Bound and not listening: whoever connects is refused, and nobody else gets the port.
    closed: Vec<TcpSocket>,
    web: Option<LabHttp>,
    servers: usize,
}

impl Scene {
    pub(super) fn of(case: &Case, cast: &Cast, maker: &dyn DirectoryMaker) -> Result<Self, Fault> {
        let recipient = Address::parse(&format!("{0}@{0}.example", case.id.to_ascii_lowercase()))?;
        let mut stage = Stage {
            cast,
            maker,
            recipient,
            zone: Zone::new(),
            directories: Vec::new(),
            closed: Vec::new(),
            web: None,
            servers: 0,
        };
        let (wanted, demand) = scenes::set_up(case.id, &mut stage)?;
        let Stage { recipient, zone, directories, closed, web, .. } = stage;
        Ok(Self { recipient, zone, wanted, demand, _directories: directories, _closed: closed, _web: web })
    }
}

impl Stage<'_> {
    /// Publishes under the address in the DNS.
    pub(super) fn dns_address(&mut self, entry: &PrivateKeyEntry) -> Result<(), Fault> {
        Ok(self.zone.publish_address(&self.recipient, entry.certificate().der())?)
    }

    /// Publishes under the domain in the DNS.
    pub(super) fn dns_domain(&mut self, entry: &PrivateKeyEntry) -> Result<(), Fault> {
        Ok(self.zone.publish_domain(self.recipient.domain(), entry.certificate().der())?)
    }

    /// Runs a directory with certificates for the address and for the domain, and names it by an SRV record.
    pub(super) fn directory(
        &mut self,
        (priority, weight): (u16, u16),
        address: Option<&PrivateKeyEntry>,
        domain: Option<&PrivateKeyEntry>,
    ) -> Result<(), Fault> {
        let mut directory = Directory::of_domain(self.recipient.domain());
        if let Some(entry) = address {
            directory.publish_address(&self.recipient, entry.certificate().der());
        }
        if let Some(entry) = domain {
            directory.publish_domain(self.recipient.domain(), entry.certificate().der());
        }
        let running = self.maker.start(&directory).map_err(Fault::Directory)?;
        self.name_server(priority, weight, running.address())?;
        self.directories.push(running);
        Ok(())
    }

    /// The URL of a path of the case's web server, which runs from now on.
    pub(super) fn url(&mut self, path: &str) -> Result<String, Fault> {
        Ok(self.web()?.url(path))
    }

    /// Puts octets of a media type under a path of the web server.
    pub(super) fn serve(&mut self, path: &str, media_type: &str, octets: &[u8]) -> Result<(), Fault> {
        self.web()?.publish(path, Page::octets(media_type, octets));
        Ok(())
    }

    fn web(&mut self) -> Result<&LabHttp, Fault> {
        let web = match self.web.take() {
            Some(web) => web,
            None => LabHttp::start(0, Arc::new(|_: &Request| {}))?,
        };
        Ok(self.web.insert(web))
    }

    /// Names a directory where nobody listens.
    pub(super) fn dead_directory(&mut self, priority: u16) -> Result<(), Fault> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        self.name_server(priority, 0, socket.local_addr()?)?;
        self.closed.push(socket);
        Ok(())
    }

    fn name_server(&mut self, priority: u16, weight: u16, at: SocketAddr) -> Result<(), Fault> {
        self.servers += 1;
        let domain = self.recipient.domain().ascii();
        let target = format!("ldap{}.{domain}.", self.servers);
        self.zone.publish_host(&domain_owner(&target)?, Ipv4Addr::LOCALHOST)?;
        let server = Srv { priority, weight, port: at.port(), target };
        Ok(self.zone.publish_server(&domain_owner(&format!("_ldap._tcp.{domain}"))?, &server)?)
    }
}
