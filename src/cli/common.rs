//! The options that every command takes.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::agent::ProfileName;
use crate::discovery::ldap::TlsMode;
use crate::discovery::order::Stage;
use crate::discovery::reach::server_address;
use crate::mail::{AddressError, Domain};

const HEADING: &str = "Common options";

/// Options that every command takes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = HEADING)]
pub struct Common {
    /// The workspace folder; a command that writes creates it
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) workspace: Option<PathBuf>,
    /// The rules to judge by: direct-1.2, direct-1.3, strict or legacy
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) profile: Option<ProfileName>,
    /// Judge certificates as of this time, such as 2021-03-01T12:00:00Z
    #[arg(long, global = true, value_name = "RFC3339", value_parser = moment)]
    pub(super) at: Option<OffsetDateTime>,
    /// A domain that mail is received for; repeat for several. Default: the workspace's, else those with keys
    #[arg(long = "domain", global = true, value_name = "D", value_parser = domain)]
    pub(super) domains: Vec<Domain>,
    /// The workspace's passphrase is the first line of this file
    #[arg(long, global = true, value_name = "F")]
    pub(super) passphrase_file: Option<PathBuf>,
    /// Take the workspace's passphrase from the system's keyring, where `keys remember` put it
    #[arg(long, global = true, conflicts_with = "passphrase_file")]
    pub(super) keyring: bool,
    /// Where to look for certificates, in this order: dns, smimea, ldap, local; dns-address and dns-domain part a method
    #[arg(long, global = true, value_name = "METHODS", value_delimiter = ',')]
    pub(super) via: Vec<Stage>,
    /// Ask this DNS server, and thereby allow DNS queries
    #[arg(long, global = true, value_name = "IP:PORT", value_parser = name_server)]
    pub(super) dns_server: Option<SocketAddr>,
    /// How to connect to directories: ldap (not protected), starttls or ldaps
    #[arg(long, global = true, value_name = "MODE")]
    pub(super) ldap: Option<TlsMode>,
    /// Allow the network: DNS queries, and missing issuers (AIA), revocation lists and OCSP at the URLs of certificates
    #[arg(long, global = true)]
    pub(super) online: bool,
    /// Fetch from hosts of the local network and this machine as well, and ask directories there, for a lab; without it
    /// only public ones
    #[arg(long, global = true)]
    pub(super) allow_private: bool,
    /// Print one JSON object on standard output and nothing else
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// Print the verdict only; errors are still printed
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
    /// Print every finding, also of checks that held, and log what the program does to standard error
    #[arg(long, short, global = true)]
    pub(super) verbose: bool,
}

impl Common {
    /// Whether the log is wanted.
    #[must_use]
    pub const fn verbose(&self) -> bool {
        self.verbose
    }
}

/// Reads a time argument.
pub(super) fn moment(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| "a time looks like 2021-03-01T12:00:00Z".to_owned())
}

/// Reads a domain argument.
pub(super) fn domain(text: &str) -> Result<Domain, String> {
    Domain::parse(text).map_err(|error| match error {
        AddressError::DomainMissing => "a domain looks like b.example".to_owned(),
        error => error.to_string(),
    })
}

fn name_server(text: &str) -> Result<SocketAddr, String> {
    server_address(text).ok_or_else(|| "a DNS server looks like 192.0.2.1:53 or [2001:db8::1]:53".to_owned())
}
