//! Who serves the directories of a case: the lab's own, or OpenLDAP's server.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::lab::ldap::{Directory, LabLdap, Protection, Request, Slapd};

/// A directory that runs as long as its value lives.
pub trait RunningDirectory {
    /// Where it listens.
    fn address(&self) -> SocketAddr;
}

/// Makes directories run.
pub trait DirectoryMaker {
    /// The program, for people.
    fn name(&self) -> &'static str;

    /// Serves a directory on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// Why it does not run, in words.
    fn start(&self, directory: &Directory) -> Result<Box<dyn RunningDirectory>, String>;
}

/// The lab's own directory server.
#[derive(Clone, Copy, Debug, Default)]
pub struct LabDirectories;

/// OpenLDAP's server, where it is installed.
#[derive(Clone, Copy, Debug, Default)]
pub struct SlapdDirectories;

impl RunningDirectory for LabLdap {
    fn address(&self) -> SocketAddr {
        Self::address(self)
    }
}

impl RunningDirectory for Slapd {
    fn address(&self) -> SocketAddr {
        Self::address(self)
    }
}

impl DirectoryMaker for LabDirectories {
    fn name(&self) -> &'static str {
        "the lab's own directory"
    }

    fn start(&self, directory: &Directory) -> Result<Box<dyn RunningDirectory>, String> {
        let server = LabLdap::start(directory.clone(), 0, Protection::Plain, Arc::new(|_: &Request| {}));
        server.map(|server| -> Box<dyn RunningDirectory> { Box::new(server) }).map_err(|error| error.to_string())
    }
}

impl DirectoryMaker for SlapdDirectories {
    fn name(&self) -> &'static str {
        "OpenLDAP's slapd"
    }

    fn start(&self, directory: &Directory) -> Result<Box<dyn RunningDirectory>, String> {
        let server = Slapd::start(directory, &Protection::Plain);
        server.map(|server| -> Box<dyn RunningDirectory> { Box::new(server) }).map_err(|error| error.to_string())
    }
}
