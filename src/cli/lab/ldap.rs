//! `sealscope lab ldap`: a directory on loopback over this workspace.

use clap::Args;
use serde_json::json;

use crate::cli::common::Common;
use crate::cli::console::Console;
use crate::cli::error::{CliError, Exit};
use crate::cli::session::{Keys, Session};
use crate::discovery::ldap::result_code;
use crate::finding::counted;
use crate::lab::ldap::{Directory, LabLdap, Protection, Request};
use crate::mail::Domain;
use crate::trust::PartyName;

const AFTER: &str = "\
Publishes what `sealscope certs list` shows for one domain as entries with `mail` and `userCertificate` (RFC 2798), the \
domain's own certificates under `mail=DOMAIN`. Listens on 127.0.0.1 only, binds nobody but anonymous, and prints each \
request. With --json the one object says where it listens.

Examples:
  sealscope lab ldap b.example
  sealscope lab dns --ldap-port 3890                                       in another terminal
  sealscope lookup bob@b.example --via ldap --dns-server 127.0.0.1:5300 --allow-private
  ldapsearch -x -H ldap://127.0.0.1:3890 -b dc=b,dc=example mail=bob@b.example

Exit status: 0 ended by Ctrl+C, 1 could not run, 2 wrong use.";

/// A directory that publishes the workspace's certificates of one domain
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct LdapArgs {
    /// The domain whose directory this is
    #[arg(value_name = "DOMAIN", value_parser = domain)]
    of: Domain,
    /// The port; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 3890)]
    port: u16,
}

fn domain(text: &str) -> Result<Domain, String> {
    Domain::parse(text).map_err(|error| error.to_string())
}

pub(super) fn run(args: &LdapArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let session = Session::load(Keys::Locked, common, console)?;
    let directory = directory(&args.of, &session);
    let entries = directory.entries().len();
    let base = directory.base().to_owned();
    let (log, happened) = super::log()?;
    let server = LabLdap::start(directory, args.port, Protection::Plain, log).map_err(CliError::failed)?;
    let address = server.address().to_string();
    if console.wants_json() {
        let object = json!({ "schema": "sealscope.lab-ldap/1", "address": address, "base": base, "entries": entries });
        console.object(&object)?;
    } else {
        let count = counted(entries, "entry");
        console.line(&format!("Listening on {address}: {count} below {base}. Ctrl+C ends."))?;
    }
    super::follow(&happened, console, line)?;
    server.shut_down();
    Ok(Exit::Success)
}

fn line(request: &Request) -> String {
    let asked = format!("{} {} {}", request.client, request.operation, request.detail);
    let answer = match (request.result, request.operation) {
        (0, "search") => counted(request.entries, "entry"),
        (code, _) => result_code(code.into()),
    };
    format!("{} → {answer}", asked.trim_end())
}

fn directory(domain: &Domain, session: &Session) -> Directory {
    let mut directory = Directory::of_domain(domain);
    for party in session.contents.parties.all() {
        for certificate in party.published() {
            match &party.name {
                PartyName::Address(address) if address.domain() == domain => {
                    directory.publish_address(address, certificate.der());
                }
                PartyName::Domain(name) if name == domain => directory.publish_domain(name, certificate.der()),
                _ => {}
            }
        }
    }
    directory
}
