//! What of the network may be asked, and where certificates are looked for first.

use crate::discovery::Method;
use crate::discovery::ldap::TlsMode;
use crate::discovery::order::{Scope, Stage};

/// The title.
pub const TITLE: &str = "Network and lookups";
/// What is kept, and where.
pub const ABOUT: &str = "Kept with the workspace. Nothing leaves this computer while it is offline.";
/// The heading over offline and online.
pub const NETWORK: &str = "Network";
/// Nothing is asked.
pub const OFFLINE: &str = "Offline";
/// Servers may be asked.
pub const ONLINE: &str = "Online";
/// What online allows.
pub const ONLINE_ABOUT: &str =
    "Online, sending asks name servers and directories for certificates; every query is shown with its answer";
/// The name server's field.
pub const SERVER: &str = "Name server";
/// What to type.
pub const SERVER_HINT: &str = "The system's; or an address such as 192.0.2.1:53";
/// It is no address.
pub const NOT_A_SERVER: &str =
    "A name server is an IP address, with a port if it is not 53: 192.0.2.1:5300 or [2001:db8::1]:53";
/// The heading over the places.
pub const ORDER: &str = "Where certificates are looked for, in this order";
/// What the order does.
pub const ORDER_ABOUT: &str = "The search for a recipient ends with the first place that has a trusted certificate";
/// How directories are reached.
pub const LDAP: &str = "Connections to directories";
/// The heading over what may be fetched.
pub const FETCHING: &str = "What may be fetched while online";
/// What online allows anyway.
pub const FETCHING_ABOUT: &str =
    "Revocation lists and OCSP answers are fetched for certificates that lead to one of your anchors";
/// Issuers of certificates that nobody vouches for.
pub const ISSUERS: &str = "Missing issuers too, for certificates that lead to no anchor yet";
/// What that tells whom.
pub const ISSUERS_HINT: &str =
    "A certificate that anybody may have written then chooses a server to ask, which learns that you look at it";
/// Hosts of the local network.
pub const PRIVATE: &str = "Also from this computer and the local network, as a lab needs it";
/// Why that is not so from the start.
pub const PRIVATE_HINT: &str =
    "Otherwise what strangers publish could make this program ask machines that only you can reach";
/// Puts the default order back.
pub const RESTORE: &str = "Default order";
/// Keeps it.
pub const SAVE: &str = "Save";
/// Nothing is asked where nothing is looked.
pub const NOWHERE: &str = "Choose at least one place, or no recipient has a certificate";
/// There is no workspace.
pub const NO_WORKSPACE: &str = "Open a workspace first: these choices are kept with it";

/// A protection of connections, in words.
#[must_use]
pub const fn tls(mode: TlsMode) -> &'static str {
    match mode {
        TlsMode::Plain => "Not protected",
        TlsMode::StartTls => "StartTLS",
        TlsMode::Ldaps => "TLS (ldaps)",
    }
}

/// A place, in words.
#[must_use]
pub fn place(stage: Stage) -> String {
    let way = match stage.method {
        Method::Dns => "DNS, CERT records",
        Method::Smimea => "DNS, SMIMEA records under DNSSEC",
        Method::Ldap => "Directory (LDAP)",
        Method::Local => "This workspace",
    };
    match stage.scope {
        Scope::Both => way.to_owned(),
        Scope::Address => format!("{way}: the address"),
        Scope::Domain => format!("{way}: its domain"),
    }
}

/// Moves a place towards the first.
#[must_use]
pub fn earlier(stage: Stage) -> String {
    format!("Earlier: {}", place(stage))
}

/// Moves a place towards the last.
#[must_use]
pub fn later(stage: Stage) -> String {
    format!("Later: {}", place(stage))
}
