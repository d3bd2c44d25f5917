//! What each of the three answers, row by row: the message, then its recipients.

use crate::agent::{RecipientState, Report};
use crate::emulate::Emulated;
use crate::ui::icons::Status;
use crate::ui::text::{self, agents as words, outcome as outcome_text};

/// Recipients that are shown; a message may have a thousand.
const MOST: usize = 40;

/// What one agent answers in one row.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: Status,
    pub(super) word: &'static str,
    /// The agent's own name for it.
    pub(super) code: Option<&'static str>,
    pub(super) why: String,
    /// Whether it is another answer than ours.
    pub(super) differs: bool,
}

impl Answer {
    /// The answer in one line.
    pub(super) fn words(&self) -> String {
        let code = self.code.map(|code| format!(" ({code})")).unwrap_or_default();
        let differs = if self.differs { format!("; {}", words::DIFFERS.to_lowercase()) } else { String::new() };
        let why = if self.why.is_empty() { String::new() } else { format!(": {}", self.why) };
        format!("{}{code}{differs}{why}", self.word)
    }
}

/// One row of the comparison.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) head: String,
    /// Which recipient; none for the message as a whole.
    pub(super) recipient: Option<usize>,
    /// Ours, then theirs.
    pub(super) answers: Vec<Answer>,
}

/// The rows that are shown, and how many recipients are not.
pub(super) fn rows(ours: &Report, theirs: &[Emulated]) -> (Vec<Row>, usize) {
    let differs = |place: &usize| theirs.iter().any(|one| one.differs_for(*place, ours));
    let mut places: Vec<usize> = (0..ours.recipients.len()).collect();
    if places.len() > MOST {
        places.sort_by_key(|place| !differs(place));
    }
    let hidden = places.len().saturating_sub(MOST);
    let recipients = places.into_iter().take(MOST).filter_map(|place| recipient(ours, theirs, place));
    (std::iter::once(message(ours, theirs)).chain(recipients).collect(), hidden)
}

/// Everything as text.
pub(super) fn as_text(ours: &Report, theirs: &[Emulated]) -> String {
    let recipients = (0..ours.recipients.len()).filter_map(|place| recipient(ours, theirs, place));
    let rows = std::iter::once(message(ours, theirs)).chain(recipients);
    let rows: Vec<(String, Vec<String>)> =
        rows.map(|row| (row.head, row.answers.iter().map(Answer::words).collect())).collect();
    words::as_text(ours, &rows, theirs)
}

fn message(ours: &Report, theirs: &[Emulated]) -> Row {
    let (status, word) = words::verdict(ours.is_accepted());
    let code = ours.rejection.as_ref().map(|reason| reason.code.as_str());
    let own = Answer { status, word, code, why: outcome_text::cause(ours), differs: false };
    let others = theirs.iter().map(|one| {
        let (status, word) = words::verdict(one.is_accepted());
        let differs = one.is_accepted() != ours.is_accepted();
        Answer { status, word, code: one.code, why: text::plain(&one.why), differs }
    });
    Row { head: words::MESSAGE.to_owned(), recipient: None, answers: std::iter::once(own).chain(others).collect() }
}

fn recipient(ours: &Report, theirs: &[Emulated], place: usize) -> Option<Row> {
    let outcome = ours.recipients.get(place)?;
    let code = outcome.reason().map(|reason| reason.code.as_str());
    let why = outcome.reason().map(|reason| outcome_text::sentence(&reason.detail));
    // Said once, of the message.
    let why = why.filter(|why| *why != outcome_text::cause(ours)).unwrap_or_default();
    let own = match &outcome.state {
        RecipientState::Accepted if !ours.is_accepted() => {
            Answer { status: Status::Failed, word: words::WITH_THE_MESSAGE, code, why, differs: false }
        }
        state => {
            let word = outcome_text::recipient_word(state, ours.operation);
            Answer { status: outcome_text::recipient_status(state), word, code, why, differs: false }
        }
    };
    let others = theirs.iter().filter_map(|one| {
        let emulated = one.recipients.get(place)?;
        let (status, word) = words::outcome(emulated.outcome, one.operation);
        let why = if emulated.why == one.why { String::new() } else { text::plain(&emulated.why) };
        Some(Answer { status, word, code: emulated.status, why, differs: one.differs_for(place, ours) })
    });
    let head = text::plain(&outcome.address.to_string());
    Some(Row { head, recipient: Some(place), answers: std::iter::once(own).chain(others).collect() })
}
