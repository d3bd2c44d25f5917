//! The rows of the party that is shown, made once and not in every frame: with 500 certificates that is what scrolls.

use std::rc::Rc;
use std::sync::{Arc, Weak};

use super::rows::{self, Row};
use crate::trust::{Party, PartyName};
use crate::ui::Ctx;
use crate::ui::tasks::Loaded;

/// What there is to show of a party.
#[derive(Debug)]
pub(super) struct Facts {
    /// Its keys and certificates.
    pub(super) keys: Vec<Row>,
    /// Its anchors.
    pub(super) anchors: Vec<Row>,
}

/// The facts that were shown last, and what they were made of.
#[derive(Debug, Default)]
pub(super) struct FactsCache {
    // Weak: the cache must not keep unlocked keys, and while it exists no other workspace lies at that address.
    workspace: Weak<Loaded>,
    made: Option<(PartyName, i64, Rc<Facts>)>,
}

impl FactsCache {
    /// The facts of a party, judged to the minute.
    pub(super) fn of(&mut self, ctx: &Ctx<'_>, party: &Party) -> Rc<Facts> {
        let minute = ctx.state.evaluated_at().unix_timestamp().div_euclid(60);
        let workspace = ctx.state.workspace.as_ref().map(Arc::downgrade).unwrap_or_default();
        if let Some((name, then, facts)) = &self.made
            && *name == party.name
            && *then == minute
            && workspace.ptr_eq(&self.workspace)
        {
            return Rc::clone(facts);
        }
        let facts = Rc::new(Facts { keys: rows::keys(ctx, party), anchors: rows::anchors(ctx, party) });
        self.workspace = workspace;
        self.made = Some((party.name.clone(), minute, Rc::clone(&facts)));
        facts
    }
}
