//! Words that nobody may read over a shoulder or out of memory: egui's field, its undo history, the clipboard and
//! assistive technology are given one bullet for each character, and the characters themselves lie in memory that never
//! moves and is wiped.
//!
//! A field of egui keeps what was typed in its undo history, in plain strings that are freed and not wiped; masking is
//! only what it paints. Here there is nothing to keep.

use std::any::TypeId;
use std::ops::Range;

use egui::text::CharIndex;
use egui::{Event, ImeEvent, TextBuffer};
use zeroize::Zeroize as _;

use crate::pki::Passphrase;

// Octets. What does not fit is not taken in: growing would leave a copy behind.
const ROOM: usize = 1_024;
// What egui shows for a character of a password.
const BULLET: char = '•';

/// Text that reads as bullets.
pub(crate) struct SecretText {
    secret: Passphrase,
    // What was taken out of the input and waits for its bullets.
    arriving: Passphrase,
    shown: String,
}

impl Default for SecretText {
    fn default() -> Self {
        Self { secret: room(), arriving: room(), shown: String::new() }
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretText(…)")
    }
}

fn room() -> Passphrase {
    Passphrase::with_room(ROOM)
}

impl SecretText {
    /// Takes the characters out, without a copy; nothing is left.
    pub(crate) fn submit(&mut self) -> Passphrase {
        self.shown.clear();
        std::mem::replace(&mut self.secret, room())
    }

    /// Takes what was typed or pasted in this frame out of the input, before the field with that id is shown: egui copies
    /// its input, and wipes none of the copies. Bullets are left in its place, which come back as the words.
    pub(crate) fn take_over(&mut self, ui: &egui::Ui, field: egui::Id) {
        self.arriving.clear();
        if ui.memory(|memory| memory.has_focus(field)) {
            ui.input_mut(|input| {
                input.events.iter_mut().filter_map(text_of).for_each(|text| self.swap(text));
                input.raw.events.iter_mut().filter_map(text_of).for_each(|text| text.zeroize());
            });
        }
    }

    fn swap(&mut self, text: &mut String) {
        let mut bullets = String::new();
        for character in text.chars() {
            // As the field has it, which is of one line.
            let character = if matches!(character, '\r' | '\n') { ' ' } else { character };
            let (end, mut octets) = (self.arriving.expose().len(), [0; 4]);
            let taken = self.arriving.insert(end, character.encode_utf8(&mut octets));
            bullets.extend((!taken.is_empty()).then_some(BULLET));
            octets.zeroize();
        }
        std::mem::swap(text, &mut bullets);
        bullets.zeroize();
    }

    // The octet at which a character begins; the end where there is no such character.
    fn octet(&self, character: usize) -> usize {
        let words = self.secret.expose();
        words.char_indices().nth(character).map_or(words.len(), |(at, _)| at)
    }

    fn mask(&mut self) {
        let characters = self.secret.expose().chars().count();
        self.shown.clear();
        self.shown.extend(std::iter::repeat_n(BULLET, characters));
    }
}

fn text_of(event: &mut Event) -> Option<&mut String> {
    match event {
        Event::Paste(text) => Some(text),
        // The Enter key is no character of it.
        Event::Text(text) | Event::Ime(ImeEvent::Commit(text)) => {
            (!matches!(text.as_str(), "\r" | "\n")).then_some(text)
        }
        _ => None,
    }
}

impl TextBuffer for SecretText {
    fn is_mutable(&self) -> bool {
        true
    }

    fn as_str(&self) -> &str {
        &self.shown
    }

    fn insert_text(&mut self, text: &str, char_index: CharIndex) -> usize {
        let at = self.octet(char_index.0);
        let wanted = text.chars().count();
        let arrived = self.arriving.expose();
        let taken = if arrived.is_empty() {
            self.secret.insert(at, text).chars().count()
        } else {
            let end = arrived.char_indices().nth(wanted).map_or(arrived.len(), |(end, _)| end);
            let taken = self.secret.insert(at, arrived.get(..end).unwrap_or_default()).chars().count();
            self.arriving.remove(0..end);
            taken
        };
        self.mask();
        taken
    }

    fn delete_char_range(&mut self, char_range: Range<CharIndex>) {
        let (start, end) = (self.octet(char_range.start.0), self.octet(char_range.end.0));
        if start < end {
            self.secret.remove(start..end);
        }
        self.mask();
    }

    fn clear(&mut self) {
        self.secret.clear();
        self.shown.clear();
    }

    // Undo and redo give back bullets, and those are not the words: better nothing than something else.
    fn replace_with(&mut self, _bullets: &str) {
        self.clear();
    }

    fn take(&mut self) -> String {
        let bullets = self.shown.clone();
        self.clear();
        bullets
    }

    fn type_id(&self) -> TypeId {
        TypeId::of::<Self>()
    }
}

#[cfg(test)]
mod tests {
    use egui::accesskit::Role;
    use egui::text_edit::TextEditState;
    use egui::{Id, Key, Modifiers, TextEdit};
    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;

    const WORDS: &str = "zürich Ω 🔑 7";

    fn typed(words: &str) -> SecretText {
        let mut secret = SecretText::default();
        secret.insert_text(words, CharIndex(0));
        secret
    }

    fn field(words: &str) -> Harness<'static, SecretText> {
        let show = |ui: &mut egui::Ui, secret: &mut SecretText| {
            secret.take_over(ui, Id::unique("secret"));
            let field = TextEdit::singleline(secret).id(Id::unique("secret")).password(true);
            ui.add(field).accessible_name("Passphrase");
        };
        let mut harness = Harness::new_ui_state(show, SecretText::default());
        harness.get_by_role(Role::PasswordInput).focus();
        harness.run();
        for character in words.chars() {
            harness.get_by_role(Role::PasswordInput).type_text(&character.to_string());
            harness.run();
        }
        harness
    }

    #[test]
    fn characters_go_in_and_out_where_the_cursor_is_and_read_as_bullets() {
        let mut secret = typed("aΩc🔑");
        assert_eq!(secret.insert_text("ß", CharIndex(2)), 1);
        secret.delete_char_range(CharIndex(3)..CharIndex(4));
        assert_eq!((secret.as_str(), secret.secret.expose()), ("••••", "aΩß🔑"));
        secret.delete_char_range(CharIndex(0)..CharIndex(9));
        assert_eq!((secret.as_str(), secret.secret.expose()), ("", ""));
    }

    #[test]
    fn what_does_not_fit_is_left_out_at_a_character_and_memory_stays_where_it_is() {
        let mut secret = SecretText::default();
        let place = secret.secret.expose().as_ptr();
        assert_eq!(secret.insert_text(&"a".repeat(ROOM - 1), CharIndex(0)), ROOM - 1);
        assert_eq!(secret.insert_text("Ω", CharIndex(0)), 0);
        assert_eq!(secret.insert_text("b", CharIndex(0)), 1);
        assert_eq!(secret.secret.expose().as_ptr(), place);
        TextBuffer::clear(&mut secret);
        secret.insert_text(&"Ω".repeat(ROOM), CharIndex(0));
        assert_eq!((secret.secret.expose().as_ptr(), secret.secret.expose().len()), (place, ROOM));
    }

    #[test]
    fn submitting_hands_the_characters_on_without_a_copy_and_leaves_nothing() {
        let mut secret = typed(WORDS);
        let place = secret.secret.expose().as_ptr();
        let words = secret.submit();
        assert_eq!((words.expose(), words.expose().as_ptr()), (WORDS, place));
        assert_eq!((secret.as_str(), secret.secret.expose()), ("", ""));
        assert_eq!(secret.insert_text(&"a".repeat(ROOM + 1), CharIndex(0)), ROOM);
    }

    #[test]
    fn clearing_keeps_the_memory_and_debug_output_tells_nothing() {
        let mut secret = typed(WORDS);
        let place = secret.secret.expose().as_ptr();
        TextBuffer::clear(&mut secret);
        assert_eq!((secret.secret.expose(), secret.secret.expose().as_ptr()), ("", place));
        assert_eq!(format!("{:?}", typed(WORDS)), "SecretText(…)");
    }

    #[test]
    fn neither_the_field_nor_its_history_nor_assistive_technology_holds_a_character() {
        let harness = field(WORDS);
        assert_eq!(harness.state().secret.expose(), WORDS);
        let bullets = "•".repeat(WORDS.chars().count());
        let node = harness.get_by_role(Role::PasswordInput);
        assert_eq!(node.accesskit_node().value().as_deref(), Some(bullets.as_str()));
        let mut history = TextEditState::load(&harness.ctx, Id::unique("secret")).unwrap().undoer();
        let mut now = (egui::text::CCursorRange::default(), bullets);
        let mut steps = 0;
        while let Some(before) = history.undo(&now).cloned() {
            assert!(before.1.chars().all(|character| character == BULLET), "{}", before.1);
            (now, steps) = (before, steps + 1);
        }
        assert!(steps > 0);
    }

    #[test]
    fn what_is_pasted_is_taken_out_of_the_input_and_lands_in_the_field() {
        let mut harness = field("ab");
        harness.key_press(Key::ArrowLeft);
        harness.run();
        harness.event(Event::Paste(format!("{WORDS}\n")));
        harness.event(Event::Text("Ω".to_owned()));
        harness.step();
        harness.ctx.input(|input| {
            let told = format!("{:?}{:?}", input.events, input.raw.events);
            assert!(WORDS.split(' ').all(|word| !told.contains(word)) && told.contains(BULLET), "{told}");
        });
        assert_eq!(harness.state().secret.expose(), format!("a{WORDS} Ωb"));
        assert!(harness.state().arriving.is_empty());
    }

    #[test]
    fn what_is_copied_or_cut_out_of_the_field_is_no_character_of_it() {
        for event in [Event::Copy, Event::Cut] {
            let mut harness = field(WORDS);
            harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
            harness.run();
            harness.event(event);
            harness.step();
            for command in &harness.output().platform_output.commands {
                let told = format!("{command:?}");
                assert!(WORDS.split(' ').all(|word| !told.contains(word)), "{told}");
            }
        }
    }

    #[test]
    fn undo_in_the_field_clears_it_and_redo_brings_no_bullets_back_as_words() {
        let mut harness = field("abc");
        harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
        harness.run();
        assert_eq!((harness.state().as_str(), harness.state().secret.expose()), ("", ""));
        harness.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
        harness.run();
        assert_eq!((harness.state().as_str(), harness.state().secret.expose()), ("", ""));
    }
}
