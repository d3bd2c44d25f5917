//! Keys of a file that are supposed to be held: read by a job, and laid over one message; nothing is stored.

use super::App;
use crate::ui::command::Command;
use crate::ui::state::Slot;
use crate::ui::tasks::Done;
use crate::ui::text::what_if as words;
use crate::ui::what_if::KeysFromFile;
use crate::what_if::SupposedKey;

impl App {
    /// Reads the keys; the message is judged with them as soon as they are there.
    pub(super) fn suppose_keys(&mut self, wanted: KeysFromFile) {
        self.state.keys_refused = None;
        self.jobs.cancel_slot(&Slot::Suppose);
        self.jobs.start(Slot::Suppose, words::READING_KEYS, move |_| {
            let keys = wanted.read();
            Done::Supposed(Box::new(wanted), keys)
        });
    }

    pub(super) fn keys_supposed(&mut self, wanted: KeysFromFile, keys: Result<Vec<SupposedKey>, String>) {
        match keys {
            Ok(keys) => {
                let mut what_if = wanted.what_if;
                what_if.keys = keys;
                self.queue.push(Command::Suppose(wanted.document, Some(what_if)));
            }
            Err(why) => self.state.keys_refused = Some((wanted.document, why)),
        }
    }
}
