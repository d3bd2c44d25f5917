//! `sealscope lab dns`: a name server on loopback over this workspace.

use std::sync::{Arc, mpsc};

use clap::Args;
use serde_json::json;

use crate::cli::common::Common;
use crate::cli::console::Console;
use crate::cli::error::{CliError, Exit};
use crate::cli::session::{Keys, Session};
use crate::finding::counted;
use crate::io::signal;
use crate::lab::dns::{LabDns, Query, Zone};
use crate::trust::{Parties, Party, PartyName};

const AFTER: &str = "\
Publishes what `sealscope certs list` shows as CERT records (RFC 4398): an address under user.domain, a domain under its \
own name; a dotted local part under both readings of the RFC. Listens on 127.0.0.1 only and prints each query. \
With --json the one object says where it listens.

Examples:
  sealscope lab dns
  sealscope lab dns --port 0 --json
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
}

enum Event {
    Asked(Query),
    Interrupted,
}

pub(super) fn run(args: &DnsArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let session = Session::load(Keys::Locked, common, console)?;
    let (zone, left_out) = zone(&session.contents.parties);
    left_out.iter().for_each(|sentence| console.remark(sentence));
    let (names, records) = (zone.names(), zone.len());
    let (events, happened) = mpsc::channel();
    let interrupted = events.clone();
    // A send fails only once the loop below has ended.
    signal::on_interrupt(move || drop(interrupted.send(Event::Interrupted))).map_err(CliError::failed)?;
    let log = Arc::new(move |query: &Query| drop(events.send(Event::Asked(query.clone()))));
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
            counted(records, "CERT record"),
            counted(names, "name")
        ))?;
    }
    console.flush()?;
    while let Ok(Event::Asked(query)) = happened.recv() {
        console.line(&format!(
            "{} {} asked over {}: {} → {}",
            query.client,
            query.record_type,
            query.transport,
            query.name,
            if query.records > 0 { counted(query.records, "record") } else { query.response }
        ))?;
        console.flush()?;
    }
    server.shut_down();
    Ok(Exit::Success)
}

/// The records that a workspace's parties have published, and sentences about those that cannot be.
pub(in crate::cli) fn zone(parties: &Parties) -> (Zone, Vec<String>) {
    let mut zone = Zone::new();
    let mut left_out = Vec::new();
    for party in parties.all() {
        if let Err(error) = publish(party, &mut zone) {
            left_out.push(format!("{} is not published: {error}", party.name));
        }
    }
    (zone, left_out)
}

fn publish(party: &Party, zone: &mut Zone) -> Result<(), crate::discovery::dns_cert::OwnerNameError> {
    let kept = party.certificates.iter().map(|kept| &kept.certificate);
    let own = party.keys.iter().map(|key| key.entry.certificate());
    for certificate in kept.chain(own).filter(|certificate| !certificate.is_ca()) {
        match &party.name {
            PartyName::Address(address) => zone.publish_address(address, certificate.der())?,
            PartyName::Domain(domain) => zone.publish_domain(domain, certificate.der())?,
        }
    }
    Ok(())
}
