//! `sealscope lab dns`: a name server on loopback over this workspace.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::cli::common::Common;
use crate::cli::console::{Console, shown};
use crate::cli::error::{CliError, Exit};
use crate::cli::input;
use crate::cli::session::{Keys, Session};
use crate::finding::counted;
use crate::lab::dns::{LabDns, Query, Zone};

const AFTER: &str = "\
Publishes what `sealscope certs list` shows as CERT records (RFC 4398): an address under user.domain, a domain under its \
own name; a dotted local part under both readings of the RFC. Mail for the domains goes to this machine (MX), and with \
--ldap-port their directory is there too (SRV). Zone files add records of any type. Listens on 127.0.0.1 only and prints \
each query. With --json the one object says where it listens.

Examples:
  sealscope lab dns
  sealscope lab dns --port 0 --json
  sealscope lab dns --zone-file c.example.zone --ldap-port 3890
  sealscope lookup bob@b.example --dns-server 127.0.0.1:5300       in another terminal
  dig -p 5300 @127.0.0.1 bob.b.example CERT

Exit status: 0 ended by Ctrl+C, 1 could not run, 2 wrong use.";

/// A name server that publishes the workspace's certificates
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(in crate::cli) struct DnsArgs {
    /// The port, UDP and TCP; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 5300)]
    port: u16,
    /// Publish the records of this zone file too; it begins with $ORIGIN or is named after its zone, as b.example.zone
    #[arg(long = "zone-file", value_name = "FILE")]
    zone_files: Vec<PathBuf>,
    /// Publish that the directories of the parties' domains are at this port of this machine (SRV)
    #[arg(long, value_name = "N")]
    ldap_port: Option<u16>,
}

pub(super) fn run(args: &DnsArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let session = Session::load(Keys::Locked, common, console)?;
    let (mut zone, left_out) = Zone::of_parties(&session.contents.parties);
    if let Some(port) = args.ldap_port {
        zone.publish_directory(&session.contents.parties, port).map_err(CliError::failed)?;
    }
    for path in &args.zone_files {
        publish_file(path, &mut zone, console)?;
    }
    left_out.iter().for_each(|sentence| console.remark(sentence));
    let (names, records) = (zone.names(), zone.len());
    let (log, happened) = super::log()?;
    let server = LabDns::start(zone, args.port, log).map_err(CliError::failed)?;
    let address = server.address();
    if console.wants_json() {
        let address = address.to_string();
        console.object(
            &json!({ "schema": "sealscope.lab-dns/1", "address": address, "names": names, "records": records }),
        )?;
    } else {
        console.line(&format!(
            "Listening on {address}, UDP and TCP: {} under {}. Ctrl+C ends.",
            counted(records, "record"),
            counted(names, "name")
        ))?;
    }
    super::follow(&happened, console, line)?;
    server.shut_down();
    Ok(Exit::Success)
}

fn line(query: &Query) -> String {
    let answer = if query.records > 0 { counted(query.records, "record") } else { query.response.clone() };
    format!("{} {} asked over {}: {} → {answer}", query.client, query.record_type, query.transport, query.name)
}

fn publish_file(path: &Path, zone: &mut Zone, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let wrong = |error: &dyn std::fmt::Display| CliError::Failed(format!("{}: {error}", shown(path)));
    let octets = input::read(path, console)?;
    let text = std::str::from_utf8(&octets).map_err(|_| wrong(&"the zone file is not UTF-8 text"))?;
    let origin = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".zone"));
    zone.publish_file(text, origin).map(drop).map_err(|error| wrong(&error))
}
