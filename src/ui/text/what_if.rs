//! Suppositions: the form, the banner, the time of evaluation.

/// The banner's one word.
pub const HYPOTHETICAL: &str = "Hypothetical";
/// The same within a list's row.
pub const IN_A_ROW: &str = "hypothetical";
/// The way back.
pub const BACK: &str = "Back to the real answer";
/// What the way back does.
pub const BACK_HINT: &str = "Judge the message as it is; nothing was saved";
/// The form's title.
pub const TITLE: &str = "What if…";
/// What the form does.
pub const ABOUT: &str = "Judges this message under other circumstances. Nothing is saved, and no trust is added.";
/// What a button does that supposes one thing.
pub const ABOUT_ONE: &str = "Judges this message so, for comparison; nothing is saved";
/// The time in the form.
pub const AT: &str = "Evaluated at (UTC)";
/// What may be typed there.
pub const AT_HINT: &str = "such as 2026-01-30 12:00; empty as it is";
/// The profile.
pub const PROFILE: &str = "Profile";
/// No other profile.
pub const AS_IS: &str = "As it is";
/// The extra anchor.
pub const ANCHOR: &str = "Everybody also trusts";
/// No extra anchor.
pub const NOBODY_ELSE: &str = "Nobody else";
/// Missing keys.
pub const WITHOUT: &str = "Without the keys of";
/// Nobody's are missing.
pub const NOBODY: &str = "Nobody";
/// Runs it.
pub const SUPPOSE: &str = "Suppose this";
/// Closes the form.
pub const CANCEL: &str = "Cancel";
/// The title of the form for all messages.
pub const TIME_TITLE: &str = "Evaluation time";
/// What it does.
pub const TIME_ABOUT: &str =
    "Every certificate is judged as of this time, in all messages, until the window closes. Nothing is saved.";
/// The buttons beside the time.
pub const NOW: &str = "Now";
/// One day earlier.
pub const DAY_EARLIER: &str = "1 day earlier";
/// One day later.
pub const DAY_LATER: &str = "1 day later";
/// One month earlier.
pub const MONTH_EARLIER: &str = "1 month earlier";
/// One month later.
pub const MONTH_LATER: &str = "1 month later";
/// Takes the time over.
pub const APPLY: &str = "Apply";
/// The status bar at the real time.
pub const EVALUATED_NOW: &str = "Evaluated at now";
/// What a click there does.
pub const EVALUATED_HINT: &str = "Certificates are judged as of this time; press to choose another";
/// What cannot be read as a time.
pub const NOT_A_TIME: &str = "Not a time. Write 2026-01-30, 2026-01-30 12:00 or 2026-01-30T12:00:00Z";

/// The status bar at another time.
#[must_use]
pub fn evaluated_at(minute: &str) -> String {
    format!("Evaluated at {minute}")
}

/// What is supposed, after the banner's word.
#[must_use]
pub fn supposed(words: &[String]) -> String {
    super::outcome::sentence(&words.join(", "))
}

/// What is answered where nothing is supposed.
#[must_use]
pub fn real_answer(outcome: &str, cause: &str) -> String {
    format!("{outcome} ({cause})")
}

/// The line that compares.
#[must_use]
pub fn instead_of(real: &str) -> String {
    format!("Real answer: {real}")
}

/// A button that judges at another time.
#[must_use]
pub fn evaluate_at(date: &str) -> String {
    format!("Evaluate at {date}")
}

/// A button that judges under another profile.
#[must_use]
pub fn judge_under(profile: &str) -> String {
    format!("Judge under {profile}")
}
