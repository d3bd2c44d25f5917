//! What reaches beyond this process, built here and nowhere else in the window: the network of a run, submission, and the
//! laboratory's servers. Tests bring their own.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;

use crate::discovery::dcdt::{Case, Watch};
use crate::discovery::records::MailRoutes;
use crate::io::dcdt::LoopbackClients;
use crate::io::dns;
use crate::io::fetch::{FetchOptions, NetworkFetcher};
use crate::io::ldap::{LdapOptions, LdapResolver};
use crate::io::submission::SmtpSubmitter;
use crate::lab::dcdt::{LabDirectories, Suite};
use crate::lab::dns::{LabDns, Query, Zone};
use crate::lab::smtp::{EventKind, LabSmtp, Received, SessionEvent, SmtpConfig, keep_in};
use crate::mail::Speaker;
use crate::trust::Parties;
use crate::ui::dcdt::DiscoverySuite;
use crate::ui::icons::Status;
use crate::ui::lab::{Arrived, Inbox, LabEvent, Laboratory, Mark, RunningServer};
use crate::ui::network::Reachable;
use crate::ui::text;
use crate::workspace::submission::Submitter;
use crate::workspace::{SavedMessage, Workspace};

/// Hands messages to mail servers.
pub(super) fn submitter() -> Arc<dyn Submitter> {
    Arc::new(SmtpSubmitter)
}

// Of the name servers the workspace's own, else the system's.
pub(super) fn system_network(settings: &crate::workspace::Settings) -> Result<Reachable, String> {
    const EACH_QUERY: Duration = Duration::from_secs(5);
    let server = settings.dns_server.map_or_else(dns::system_server, Ok).map_err(|error| error.to_string())?;
    let client = Arc::new(dns::DnsClient::new(server, EACH_QUERY).map_err(|error| error.to_string())?);
    let smimea = dns::SmimeaResolver::new(Arc::clone(&client));
    let fetcher = NetworkFetcher::new(FetchOptions::system(settings.reach));
    let options = LdapOptions { tls: settings.ldap, reach: settings.reach, ..LdapOptions::default() };
    let directories = LdapResolver::new(Arc::clone(&client), options).map_err(|error| error.to_string())?;
    let routes: Arc<dyn MailRoutes> = client.clone();
    Ok(Reachable {
        resolvers: vec![client, Arc::new(smimea), Arc::new(directories)],
        routes: Some(routes),
        fetcher: Some(Arc::new(fetcher)),
        consent: settings.consent,
    })
}

/// The laboratory's servers, on 127.0.0.1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loopback;

impl Laboratory for Loopback {
    fn start_dns(&self, parties: &Parties, port: u16, inbox: &Inbox) -> Result<RunningServer, String> {
        let (zone, left_out) = Zone::of_parties(parties);
        for sentence in left_out {
            inbox.tell(LabEvent::Asked(Mark::Came(Status::Warning), sentence));
        }
        let about = text::lab::publishes(zone.len(), zone.names());
        let told = inbox.clone();
        let log = Arc::new(move |query: &Query| told.tell(asked(query)));
        let server = LabDns::start(zone, port, log).map_err(|error| error.to_string())?;
        Ok(RunningServer { address: server.address(), about, held: Box::new(server) })
    }

    fn start_mail(&self, workspace: &Workspace, port: u16, inbox: &Inbox) -> Result<RunningServer, String> {
        let (told, taken, workspace) = (inbox.clone(), inbox.clone(), workspace.clone());
        let log = Arc::new(move |event: &SessionEvent| {
            let (mark, text) = said(event);
            told.tell(LabEvent::Session(event.session, mark, text));
        });
        let keep = Arc::new(move |received: &Received| {
            if !taken.has_room() {
                return Err(text::lab::BUSY.to_owned());
            }
            match keep_in(&workspace, received) {
                Ok(SavedMessage { id, path, .. }) => {
                    taken.arrived(Arrived { id: id.clone(), path, envelope: received.envelope.clone() });
                    Ok(id)
                }
                Err(error) => {
                    let why = error.to_string();
                    taken.tell(LabEvent::Session(received.session, Mark::Came(Status::Failed), why));
                    Err(text::lab::NOT_STORED.to_owned())
                }
            }
        });
        let server = LabSmtp::start(SmtpConfig::default(), port, log, keep).map_err(|error| error.to_string())?;
        let about = text::lab::OFFERS_STARTTLS.to_owned();
        Ok(RunningServer { address: server.address(), about, held: Box::new(server) })
    }
}

/// The discovery cases, with everything on 127.0.0.1.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoopbackSuite;

impl DiscoverySuite for LoopbackSuite {
    fn run(&self, cases: &[&'static Case], now: OffsetDateTime, seed: [u8; 16], watch: &dyn Watch) {
        // `watch` has heard every result.
        let _ = Suite { now, seed, clients: &LoopbackClients, directories: &LabDirectories }.run(cases, watch);
    }
}

fn asked(query: &Query) -> LabEvent {
    let found = query.records > 0;
    let mark = Mark::Came(if found { Status::Passed } else { Status::Skipped });
    let answer = text::lab::answer(query.records, &query.response);
    let client = query.client.to_string();
    LabEvent::Asked(
        mark,
        text::plain(&text::lab::query(&query.name, &query.record_type, query.transport, &client, &answer)),
    )
}

fn said(event: &SessionEvent) -> (Mark, String) {
    let remark = Mark::Said(Speaker::Remark);
    match &event.kind {
        EventKind::Opened => (remark, text::lab::connected(&event.client.to_string())),
        EventKind::Closed(why) => (remark, why.clone()),
        EventKind::Noted(finding) => {
            (Mark::Came(Status::from(finding.severity)), text::lab::noted(&finding.detail, finding.rule.clause))
        }
        EventKind::Said(line) => (Mark::Said(line.speaker), line.text.clone()),
        EventKind::Kept { id, received } => {
            let envelope = &received.envelope;
            let sender = text::plain(&envelope.reverse_path.to_string());
            let octets = envelope.message.octets().len();
            (Mark::Came(Status::Passed), text::lab::stored(id, &sender, envelope.forward_paths.len(), octets))
        }
    }
}
