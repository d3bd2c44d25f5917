//! The laboratory's servers and submissions: started and stopped on demand, and what they tell taken into the state.

use std::net::SocketAddr;
use std::sync::Arc;

use super::App;
use crate::agent::Operation;
use crate::discovery::dcdt::CASES;
use crate::finding::Severity;
use crate::trust::PartyName;
use crate::ui::command::UiCommand;
use crate::ui::document::Source;
use crate::ui::icons::Status;
use crate::ui::lab::{Arrived, Inbox, LabCommand, LabEvent, LabServer, RunningServer, ServerState};
use crate::ui::network::NetworkChoice;
use crate::ui::panes::lab::LabList;
use crate::ui::selection::{DocumentId, Item};
use crate::ui::settings::DrawerTab;
use crate::ui::state::{Overlay, Slot};
use crate::ui::submitting::submittable;
use crate::ui::tasks::{Done, Loaded, NewDocument};
use crate::ui::text;
use crate::ui::text::lab::{self as words, submit};
use crate::workspace::Network;
use crate::workspace::jobs::Wake;
use crate::workspace::submission::{Submission, SubmissionOptions, SubmissionWatch};

/// The servers that run, and what has come from them and is not yet shown.
#[derive(Debug)]
pub(super) struct Servers {
    dns: Option<RunningServer>,
    mail: Option<RunningServer>,
    inbox: Inbox,
    arrived: Vec<Arrived>,
    // The name server is started anew because the workspace has changed: no news to anybody.
    again: bool,
}

impl Servers {
    pub(super) const fn new(inbox: Inbox) -> Self {
        Self { dns: None, mail: None, inbox, arrived: Vec::new(), again: false }
    }

    /// Wakes the window.
    pub(super) fn wake(&self) -> Wake {
        self.inbox.wake()
    }

    const fn running(&mut self, server: LabServer) -> &mut Option<RunningServer> {
        match server {
            LabServer::Dns => &mut self.dns,
            LabServer::Mail => &mut self.mail,
        }
    }
}

impl App {
    pub(super) fn lab_command(&mut self, command: LabCommand) {
        match command {
            LabCommand::Start(server, port) => self.start_server(server, port),
            LabCommand::Stop(server) => self.stop_server(server),
            LabCommand::Submit(id, options) => self.submit(id, *options),
            LabCommand::UseNameServer(address) => self.use_name_server(address),
            LabCommand::RunCases(cases) => self.run_cases(cases),
            LabCommand::StopCases => self.stop_cases(),
        }
    }

    pub(super) fn lab_ui_command(&mut self, command: UiCommand) {
        match command {
            UiCommand::LabDns => self.turn_server(LabServer::Dns),
            UiCommand::LabMail => self.turn_server(LabServer::Mail),
            UiCommand::UseLabDns => {
                if let Some(address) = self.state.lab.dns.address() {
                    self.use_name_server(Some(address));
                }
            }
            UiCommand::DiscoveryCases => self.run_cases(CASES.iter().collect()),
            UiCommand::Submit => {
                if let Some(id) = self.state.submittable().map(|document| document.id) {
                    self.open_overlay(Overlay::Submit(id));
                }
            }
            _ => self.show_lab(None),
        }
    }

    // Starts what does not run, and stops what does.
    fn turn_server(&mut self, server: LabServer) {
        match self.state.lab.server(server) {
            ServerState::On { .. } => self.stop_server(server),
            ServerState::Changing => {}
            ServerState::Off | ServerState::Failed(_) => match self.panes.lab.port(server) {
                Ok(port) => self.start_server(server, port),
                Err(why) => self.state.say(Status::Failed, why),
            },
        }
        self.show_lab(None);
    }

    pub(super) fn show_lab(&mut self, list: Option<LabList>) {
        self.state.welcome = false;
        self.state.settings.drawer_open = true;
        self.state.settings.drawer_tab = DrawerTab::Lab;
        if let Some(list) = list {
            self.panes.lab.show(list);
        }
    }

    fn start_server(&mut self, server: LabServer, port: u16) {
        let Some(loaded) = self.state.workspace.clone() else { return };
        let slot = Slot::Lab(server);
        if self.jobs.is_busy(&slot) {
            return;
        }
        if !self.servers.again {
            self.panes.lab.show(match server {
                LabServer::Dns => LabList::Queries,
                LabServer::Mail => LabList::Sessions,
            });
        }
        *self.state.lab.server_mut(server) = ServerState::Changing;
        let before = self.servers.running(server).take();
        let laboratory = Arc::clone(&self.config.lab);
        let inbox = self.servers.inbox.clone();
        self.jobs.start(slot, words::starting(server), move |_| {
            // Its port has to be free again.
            drop(before);
            let started = match server {
                LabServer::Dns => laboratory.start_dns(&loaded.contents.parties, port, &inbox),
                LabServer::Mail => laboratory.start_mail(&loaded.workspace, port, &inbox),
            };
            Done::LabStarted(server, started)
        });
    }

    pub(super) fn server_started(&mut self, server: LabServer, started: Result<RunningServer, String>) {
        let again = server == LabServer::Dns && std::mem::take(&mut self.servers.again);
        let state = self.state.lab.server_mut(server);
        match started {
            Ok(running) => {
                let (address, about) = (running.address, running.about.clone());
                *state = ServerState::On { address, about };
                *self.servers.running(server) = Some(running);
                if !again {
                    self.state.say(Status::Passed, words::started(server, &address.to_string()));
                } else if self.state.lab_is_asked() {
                    // What asked meanwhile found nobody.
                    self.run_all();
                }
            }
            Err(why) => {
                *state = ServerState::Failed(why.clone());
                self.state.say(Status::Failed, why);
            }
        }
    }

    fn stop_server(&mut self, server: LabServer) {
        if server == LabServer::Dns && self.state.lab_is_asked() {
            self.state.say(Status::Warning, words::ASKED_SERVER_STOPPED);
        }
        let Some(running) = self.servers.running(server).take() else { return };
        *self.state.lab.server_mut(server) = ServerState::Changing;
        // Off the window's thread: its sessions are given a moment to end.
        self.jobs.start(Slot::Lab(server), words::stopping(server), move |_| {
            drop(running);
            Done::LabStopped(server)
        });
    }

    pub(super) fn server_stopped(&mut self, server: LabServer) {
        *self.state.lab.server_mut(server) = ServerState::Off;
    }

    /// The servers publish one workspace's certificates and store into it: another has to start its own.
    pub(super) fn stop_lab_of_other_workspace(&mut self) {
        let runs = |server: &LabServer| self.state.lab.server(*server).address().is_some();
        let running: Vec<LabServer> = LabServer::ALL.into_iter().filter(runs).collect();
        if running.is_empty() {
            return;
        }
        running.into_iter().for_each(|server| self.stop_server(server));
        self.state.say(Status::Info, words::STOPPED_WITH_WORKSPACE);
    }

    /// What the name server publishes is what the workspace has now, where that is not what it had `before`.
    pub(super) fn publish_again(&mut self, before: Option<&Loaded>) {
        let now = self.state.workspace.as_deref();
        if before.map(published) == now.map(published) {
            return;
        }
        if let Some(address) = self.state.lab.dns.address() {
            self.servers.again = true;
            self.start_server(LabServer::Dns, address.port());
        }
    }

    /// Takes in what the servers have told since the last frame.
    pub(super) fn hear_lab(&mut self) {
        let (events, arrived) = self.servers.inbox.take();
        for event in events {
            self.state.lab.note(self.state.now, event);
        }
        self.servers.arrived.extend(arrived);
        if self.servers.arrived.is_empty() || self.jobs.is_busy(&Slot::Arrived) {
            return;
        }
        let arrived = std::mem::take(&mut self.servers.arrived);
        self.jobs.start(Slot::Arrived, words::TAKING_IN, move |_| {
            let document = |one: Arrived| NewDocument::new(one.id, Source::Workspace(one.path), one.envelope);
            Done::Arrived(arrived.into_iter().map(document).collect())
        });
    }

    pub(super) fn arrived(&mut self, documents: Vec<NewDocument>) {
        let sender = |document: &NewDocument| text::plain(&document.envelope.reverse_path.to_string());
        let senders: Vec<String> = documents.iter().map(sender).collect();
        self.state.lab.received += documents.len();
        for document in documents {
            let id = self.add(document);
            self.run(id, Operation::Incoming);
            if self.state.current.is_none() {
                self.state.select(Item::Message(id));
            }
        }
        self.state.say(Status::Passed, words::arrived(&senders));
    }

    fn submit(&mut self, id: DocumentId, options: SubmissionOptions) {
        if self.jobs.is_busy(&Slot::Submit) {
            self.state.say(Status::Warning, submit::UNDER_WAY);
            return;
        }
        let Some(document) = self.state.document(id) else { return };
        let Some(envelope) = submittable(document).cloned() else { return };
        let (job, begins) = (submit::job(&document.name, &options.host), submit::begins(&document.name, &options));
        self.close_overlay();
        self.show_lab(Some(LabList::Submissions));
        let now = self.state.now;
        self.state.lab.say_of_submission(now, Status::Info, begins);
        let submitter = Arc::clone(&self.config.submitter);
        let inbox = self.servers.inbox.clone();
        self.jobs.start(Slot::Submit, job, move |job| {
            let cancelled = job.cancel_flag();
            let said = |line: &_| inbox.tell(LabEvent::Submission(Clone::clone(line)));
            let watch = SubmissionWatch { cancelled: &cancelled, said: &said };
            let submission = submitter.submit(&envelope, &options, &watch);
            Done::Submitted(options.host, Box::new(submission))
        });
    }

    pub(super) fn submitted(&mut self, host: &str, submission: &Submission) {
        // The lines that were said come before the end that they led to.
        self.hear_lab();
        let now = self.state.now;
        let (status, sentence) = submit::outcome(submission, host);
        let lab = &mut self.state.lab;
        lab.say_of_submission(now, status, sentence.clone());
        for (address, reply) in &submission.accepted {
            lab.say_of_submission(now, Status::Passed, submit::accepted(address.as_str(), reply));
        }
        for (address, reply) in &submission.refused {
            lab.say_of_submission(now, Status::Failed, submit::refused(address.as_str(), reply));
        }
        for address in &submission.undecided {
            lab.say_of_submission(now, Status::NotChecked, submit::undecided(address.as_str(), submission));
        }
        // What failed is the cause above.
        let worth_telling = |severity| matches!(severity, Severity::Info | Severity::Warning);
        for finding in submission.findings.iter().filter(|finding| worth_telling(finding.severity)) {
            let text = words::noted(&finding.detail, finding.rule.clause);
            lab.say_of_submission(now, Status::from(finding.severity), text);
        }
        self.state.say(status, sentence);
    }

    fn use_name_server(&mut self, address: Option<SocketAddr>) {
        let Some(loaded) = &self.state.workspace else { return };
        let known = NetworkChoice::of(&loaded.settings);
        let network = if address.is_some() { Network::Online } else { known.network };
        self.keep_network(NetworkChoice { network, dns_server: address, ..known });
    }
}

// Whose certificates are published, and which.
fn published(loaded: &Loaded) -> Vec<(&PartyName, &str)> {
    let parties = loaded.contents.parties.all().iter();
    parties.flat_map(|party| party.published().map(|certificate| (&party.name, certificate.sha256()))).collect()
}
