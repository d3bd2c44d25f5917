//! Which messages belong together, worked out when the messages or the filter change, never per frame; while many are
//! being judged, twice a second.

use std::collections::BTreeMap;

use super::Key;
use crate::batch::{Cause, Verdict};
use crate::ui::document::{Document, Run};
use crate::ui::panes::messages::list::{Quick, Shown};

/// Seconds between two looks at all messages while their outcomes come in.
const PAUSE: f64 = 0.5;

/// The groups, those to be mended first, the largest of them first.
#[derive(Debug, Default)]
pub(super) struct Groups {
    list: Vec<Group>,
    revision: u64,
    filter: (Quick, String),
    made: f64,
    /// Changes whenever the groups are made anew.
    pub(super) generation: u64,
}

/// The messages of a group, by their places in the list of all.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) key: Key,
    pub(super) places: Vec<usize>,
}

impl Groups {
    /// Makes them anew where the messages or the filter changed.
    pub(super) fn refresh(&mut self, shown: Shown<'_>, filter: (Quick, &str), busy: bool, now: f64) {
        let same_filter = self.filter.0 == filter.0 && self.filter.1 == filter.1;
        let same = same_filter && self.revision == shown.documents.revision();
        if same || (busy && same_filter && now - self.made < PAUSE) {
            return;
        }
        let mut groups: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        let mut add = |place: usize| {
            if let Some(document) = shown.documents.get(place) {
                groups.entry(key_of(document)).or_default().push(place);
            }
        };
        match shown.places {
            Some(places) => places.iter().copied().for_each(&mut add),
            None => (0..shown.documents.len()).for_each(&mut add),
        }
        self.list = groups.into_iter().map(|(key, places)| Group { key, places }).collect();
        self.list.sort_by_key(|group| (rank(group.key.as_ref()), std::cmp::Reverse(group.places.len())));
        (self.revision, self.filter) = (shown.documents.revision(), (filter.0, filter.1.to_owned()));
        (self.made, self.generation) = (now, self.generation.wrapping_add(1));
    }

    pub(super) fn list(&self) -> &[Group] {
        &self.list
    }

    /// The group with this key, if it has messages.
    pub(super) fn of(&self, key: &Key) -> Option<&Group> {
        self.list.iter().find(|group| group.key == *key)
    }

    /// How many messages somebody did not get, and the group that most of them belong to.
    pub(super) fn troubles(&self) -> (usize, Option<&Group>) {
        let troubled = || self.list.iter().filter(|group| group.key.as_ref().is_some_and(Cause::is_trouble));
        (troubled().map(|group| group.places.len()).sum(), troubled().max_by_key(|group| group.places.len()))
    }
}

/// What a message has in common with others.
pub(super) fn key_of(document: &Document) -> Key {
    if let Run::Failed(_) = document.run {
        return Some(Cause { verdict: Verdict::NotJudged, code: None, transformations: Vec::new() });
    }
    document.brief.as_ref().map(|brief| Cause::of_judged(&brief.judged))
}

/// What is to be mended comes first, what is in order after it, and last what is not known yet.
fn rank(key: Option<&Cause>) -> u8 {
    match key {
        Some(cause) if cause.is_trouble() => 0,
        Some(_) => 1,
        None => 2,
    }
}
