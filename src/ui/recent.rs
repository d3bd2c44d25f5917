//! What was opened before: where it lies, what it held and when that was. Never a name or a word out of a message.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// How many are remembered.
const MOST: usize = 8;

/// A file or folder that was opened before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct Recent {
    /// Where it lies.
    pub path: PathBuf,
    /// What it held: `3 addresses, 12 messages`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contents: Option<String>,
    /// When it was opened last, in seconds of Unix time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened: Option<i64>,
}

// Earlier versions wrote the path alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Path(PathBuf),
    Whole {
        path: PathBuf,
        #[serde(default)]
        contents: Option<String>,
        #[serde(default)]
        opened: Option<i64>,
    },
}

impl From<Written> for Recent {
    fn from(written: Written) -> Self {
        match written {
            Written::Path(path) => Self { path, contents: None, opened: None },
            Written::Whole { path, contents, opened } => Self { path, contents, opened },
        }
    }
}

impl Recent {
    /// `path` as it was at `now`; relative paths are made whole, since the next start may be elsewhere.
    #[must_use]
    pub fn new(path: &Path, contents: String, now: OffsetDateTime) -> Self {
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Self { path: whole, contents: Some(contents), opened: Some(now.unix_timestamp()) }
    }

    /// How long ago it was opened, in seconds; a clock that was set back counts as just now.
    #[must_use]
    pub fn age_secs(&self, now: OffsetDateTime) -> Option<u64> {
        let opened = self.opened?;
        Some(u64::try_from(now.unix_timestamp().saturating_sub(opened)).unwrap_or(0))
    }
}

/// Puts `new` first; what is known of the same path is replaced.
pub fn remember(recent: &mut Vec<Recent>, new: Recent) {
    forget(recent, &new.path);
    recent.insert(0, new);
    recent.truncate(MOST);
}

/// Forgets one.
pub fn forget(recent: &mut Vec<Recent>, path: &Path) {
    recent.retain(|known| known.path != path);
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-03-02 09:30 UTC);

    #[test]
    fn the_latest_comes_first_only_once_and_as_it_was_last() {
        let mut recent = Vec::new();
        for (path, contents) in [("/a", "1 message"), ("/b", "2 messages"), ("/a", "3 messages")] {
            remember(&mut recent, Recent::new(Path::new(path), contents.to_owned(), NOW));
        }
        let known: Vec<_> = recent.iter().map(|known| (known.path.to_str(), known.contents.as_deref())).collect();
        assert_eq!(known, [(Some("/a"), Some("3 messages")), (Some("/b"), Some("2 messages"))]);
    }

    #[test]
    fn a_clock_that_was_set_back_gives_no_age_in_the_future() {
        let recent = Recent::new(Path::new("/a"), String::new(), NOW);
        assert_eq!(recent.age_secs(NOW - time::Duration::hours(1)), Some(0));
        assert_eq!(recent.age_secs(NOW + time::Duration::hours(2)), Some(7_200));
    }
}
