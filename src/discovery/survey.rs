//! Everything that can be found out about one address or domain: every place of the order, and where its mail goes.
//!
//! An agent stops at the first place that serves; who investigates wants to know what all of them say.

use std::collections::HashSet;

use time::OffsetDateTime;

use super::records::MailRoutes;
use super::screen::screen;
use super::{Brought, Judgement, Lookup, Method, Resolution, Resolver, Subject};
use crate::pki::binding::SubjectDnNames;

/// What was asked, in order, and what came of it.
#[derive(Clone, Debug)]
pub struct Survey {
    /// Whose certificates were looked for.
    pub wanted: Subject,
    /// Each place and what it gave; what was passed over is marked.
    pub asked: Vec<(Method, Subject, Resolution)>,
    /// Where mail goes; none where the DNS was not asked.
    pub mail: Option<Lookup>,
}

/// By which rules certificates are passed over.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Whether names in the subject's distinguished name bind.
    pub names: SubjectDnNames,
    /// As of when.
    pub now: OffsetDateTime,
}

impl Survey {
    /// Asks `resolvers` in their order for `wanted` and whatever stands in for it, as the agent would: the address, the
    /// address without its suffix, the domain.
    pub fn ask(wanted: &Subject, resolvers: &[&dyn Resolver], routes: Option<&dyn MailRoutes>, rules: Rules) -> Self {
        let subjects = match wanted {
            Subject::Address(address) => {
                let base = address.without_suffix().map(Subject::Address);
                [Some(wanted.clone()), base, Some(Subject::Domain(address.domain().clone()))]
            }
            Subject::Domain(_) => [Some(wanted.clone()), None, None],
        };
        let mut asked = Vec::new();
        for resolver in resolvers {
            for subject in subjects.iter().flatten().filter(|subject| resolver.scope().includes(subject)) {
                let mut resolution = resolver.resolve(subject);
                screen(&mut resolution, wanted, rules.names, rules.now);
                asked.push((resolver.method(), subject.clone(), resolution));
            }
        }
        let mail = routes.and_then(|routes| routes.mail_route(wanted));
        Self { wanted: wanted.clone(), asked, mail }
    }

    /// Every query for certificates.
    pub fn steps(&self) -> impl Iterator<Item = &Lookup> {
        self.asked.iter().flat_map(|(_, _, resolution)| &resolution.tried)
    }

    /// Every certificate that came.
    pub fn brought(&self) -> impl Iterator<Item = &Brought> {
        self.steps().flat_map(|lookup| &lookup.certificates)
    }

    /// How many certificates came, each counted once, and how many of them are passed over.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let passed_over = |brought: &&Brought| matches!(brought.judgement, Judgement::PassedOver(_));
        (distinct(self.brought()), distinct(self.brought().filter(passed_over)))
    }
}

// The workspace may keep what the DNS publishes.
fn distinct<'b>(brought: impl Iterator<Item = &'b Brought>) -> usize {
    brought.map(|brought| brought.certificate.fingerprint()).collect::<HashSet<_>>().len()
}
