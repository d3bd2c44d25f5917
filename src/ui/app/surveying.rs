//! What is published for an address: asked when a person says so, off this thread.

use super::App;
use crate::agent::{Profile, ProfileName};
use crate::discovery::Resolver;
use crate::discovery::Subject;
use crate::discovery::local::LocalResolver;
use crate::discovery::order::arranged;
use crate::discovery::survey::{Rules, Survey};
use crate::finding::Severity;
use crate::trust::PartyName;
use crate::ui::network::Surveyed;
use crate::ui::state::Slot;
use crate::ui::tasks::Done;
use crate::ui::text::{jobs, published as words};

impl App {
    pub(super) fn survey(&mut self, party: PartyName) {
        let Some(loaded) = self.state.workspace.clone() else { return };
        let network = match (self.config.network)(&loaded.settings) {
            Ok(network) => network,
            Err(why) => {
                let sentence = jobs::no_network(&why);
                self.state.log(Severity::Warning, sentence.clone());
                self.state.surveys.insert(party, Surveyed::Failed(sentence));
                return;
            }
        };
        let wanted = match &party {
            PartyName::Address(address) => Subject::Address(address.clone()),
            PartyName::Domain(domain) => Subject::Domain(domain.clone()),
        };
        let profile = loaded.settings.profile.parse::<ProfileName>().unwrap_or_default();
        let rules = Rules { names: Profile::named(profile).subject_names, now: self.state.evaluated_at() };
        self.jobs.cancel_slot(&Slot::Survey);
        self.forget_asked();
        self.state.surveys.insert(party.clone(), Surveyed::Asked);
        self.jobs.start(Slot::Survey, words::ASKING, move |_| {
            let local = LocalResolver::new(&loaded.contents.parties);
            let remote = network.resolvers.iter().map(AsRef::as_ref);
            let available: Vec<&dyn Resolver> = std::iter::once::<&dyn Resolver>(&local).chain(remote).collect();
            let arranged = arranged(&loaded.settings.resolver_order, &available);
            let asked: Vec<&dyn Resolver> = arranged.iter().map(|scoped| -> &dyn Resolver { scoped }).collect();
            Done::Surveyed(party, Box::new(Survey::ask(&wanted, &asked, network.routes.as_deref(), rules)))
        });
    }

    /// Nobody waits for what was asked and not answered.
    pub(super) fn forget_asked(&mut self) {
        self.state.surveys.retain(|_, surveyed| !matches!(surveyed, Surveyed::Asked));
    }

    pub(super) fn surveyed(&mut self, party: PartyName, survey: Survey) {
        self.state.surveys.insert(party, Surveyed::Known(Box::new(survey)));
    }
}
