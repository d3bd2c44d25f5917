//! What finished jobs gave, taken into the state.

use super::App;
use crate::ui::icons::Status;
use crate::ui::state::{Overlay, Slot};
use crate::ui::tasks::Done;
use crate::ui::{fault, text};
use crate::workspace::jobs::JobError;

impl App {
    pub(super) fn drain(&mut self) {
        for finished in self.jobs.drain() {
            match finished.result {
                Ok(done) => self.finished(done),
                // What the panic said may quote a message: it is neither shown nor logged.
                Err(JobError::Panicked { name, .. }) => {
                    let report = fault::take_latest();
                    self.job_failed(&finished.slot, text::fault::job(&name, report.as_deref()));
                }
                Err(error) => self.job_failed(&finished.slot, error.to_string()),
            }
        }
        self.start_waiting();
        self.state.running = self.jobs_to_show();
    }

    fn job_failed(&mut self, slot: &Slot, why: String) {
        if let Slot::Examine(id, what) = *slot {
            self.examined(id, what, Err(why.clone()));
        }
        if *slot == Slot::Report {
            self.overlays.report.prepared(Err(why.clone()));
        }
        self.state.say(Status::Failed, why);
    }

    pub(super) fn finished(&mut self, done: Done) {
        match done {
            Done::Workspace(Ok(opened)) => self.workspace_opened(*opened),
            Done::Unlocked(origin, read) => self.unlocked(origin, read),
            Done::Keyring(answer) => self.keyring_answered(answer),
            Done::Settled(Ok(loaded)) => self.reload(*loaded),
            Done::Outside(found) => self.looked(found),
            Done::Opened(opened) => self.opened(opened),
            Done::Listed(documents) => self.listed(documents),
            Done::Read(id, message) => self.has_read(id, message),
            Done::Ran(id, ran) => self.ran(id, ran),
            Done::Told(number, told) => self.told(number, told),
            Done::LoadedToSend(path, loaded) => self.panes.send.loaded(path, loaded.map(|envelope| *envelope)),
            Done::Sent(envelope, ran) => self.sent(*envelope, ran),
            Done::Broken(breakage, made) => self.broken(breakage, made),
            Done::Changed(Ok(changed)) => self.changed(*changed),
            Done::Generated(Ok(changed)) => {
                self.panes.addresses.generated();
                self.changed(*changed);
            }
            Done::Generated(Err(why)) => self.panes.addresses.not_generated(why),
            Done::Trusters(certificate, trusters) => {
                self.state.trusters.insert(certificate.sha256().to_owned(), Some(trusters));
            }
            Done::Surveyed(party, survey) => self.surveyed(party, *survey),
            Done::TrustMap(map) => self.trust_map_known(map),
            Done::Exported(Ok(sentence)) => {
                self.panes.exported();
                if matches!(self.state.overlay, Some(Overlay::CopyAs | Overlay::Report(_))) {
                    self.state.overlay = None;
                }
                self.state.say(Status::Passed, sentence);
            }
            Done::Exported(Err(why)) => {
                self.panes.export_failed(&why);
                self.overlays.export_failed(&why);
            }
            Done::Saved(Ok((path, octets))) => {
                let place = crate::workspace::path_text(&path);
                self.state.say(Status::Passed, text::files::saved(octets, &place));
                self.state.overlay = None;
            }
            Done::Saved(Err(why)) if matches!(self.state.overlay, Some(Overlay::SaveByPath(_))) => {
                self.state.path_error = Some(why);
            }
            Done::Workspace(Err(why)) | Done::Settled(Err(why)) | Done::Changed(Err(why)) | Done::Saved(Err(why)) => {
                self.state.say(Status::Failed, why)
            }
            Done::Missing(missing) => self.state.missing = missing,
            Done::LabStarted(server, started) => self.server_started(server, started),
            Done::LabStopped(server) => self.server_stopped(server),
            Done::Arrived(documents) => self.arrived(documents),
            Done::Submitted(host, submission) => self.submitted(&host, &submission),
            Done::CasesRun(cases) => self.cases_run(&cases),
            Done::Examined(id, what, found) => self.examined(id, what, found),
            Done::Supposed(wanted, keys) => self.keys_supposed(*wanted, keys),
            Done::Reported(id, prepared) => {
                if self.state.overlay == Some(Overlay::Report(id)) {
                    self.overlays.report.prepared(*prepared);
                }
            }
            Done::Dialog(purpose, chosen, took) => self.dialog_answered(purpose, chosen, took),
        }
    }
}
