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
/// The domains that mail is received for.
pub const DOMAINS: &str = "Mail is received for";
/// What may be typed there.
pub const DOMAINS_HINT: &str = "such as b.example, c.example; empty as it is";
/// What cannot be read as domains.
pub const NOT_DOMAINS: &str = "Not a domain. Write b.example, several with commas between them";
/// The extra anchor.
pub const ANCHOR: &str = "Also a trust anchor";
/// No extra anchor.
pub const NO_OTHER: &str = "No other";
/// Who trusts it.
pub const ANCHOR_OF: &str = "Trusted by";
/// Every party does.
pub const EVERYBODY: &str = "Everybody";
/// A certificate that is not known here.
pub const WITHOUT_CERTIFICATE: &str = "Without the certificate";
/// None is taken away.
pub const NONE: &str = "None";
/// Keys that are held besides.
pub const KEYS_OF: &str = "Also holds the private keys of the file";
/// What may be typed there.
pub const KEYS_HINT: &str = "path of a .p12 or .pem; empty for none";
/// That file's passphrase.
pub const KEYS_PASSPHRASE: &str = "Passphrase of that file";
/// The file cannot be opened without one.
pub const KEYS_LOCKED: &str = "The file is locked. Type its passphrase";
/// The file is of another kind.
pub const NO_KEYS: &str = "The file holds no private key with its certificate";
/// Its certificates do not say whose keys they are.
pub const NAMES_NOBODY: &str = "The certificate of the key names no address and no domain, so nobody would hold it";
/// The job that reads them.
pub const READING_KEYS: &str = "Reading keys that are supposed";
/// What differs from the real answer.
pub const DIFFERS: &str = "What differs";
/// What does not.
pub const REST_SAME: &str = "Everything else is the same";
/// Nothing does.
pub const NOTHING_DIFFERS: &str = "Nothing differs: every step and every check comes out the same";
/// A run did not come to it, or does not have it.
pub const NOT_THERE: &str = "Not there";
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

/// One of several certificates of the same name, with the beginning of its fingerprint.
#[must_use]
pub fn told_apart(name: &str, print: &str) -> String {
    format!("{name} ({print}…)")
}

/// Checks of a step that came or went without a fault.
#[must_use]
pub fn quiet_checks(appeared: usize, vanished: usize) -> Option<String> {
    let more = super::count(appeared, "more check", "more checks");
    let fewer = super::count(vanished, "fewer check", "fewer checks");
    let checks = match (appeared, vanished) {
        (0, 0) => return None,
        (_, 0) => more,
        (0, _) => fewer,
        _ => format!("{more} and {fewer}"),
    };
    Some(format!("{checks} without a fault"))
}

/// A check that the real answer does not have.
pub const NEW_CHECK: &str = "new";
/// A check that only the real answer has.
pub const GONE_CHECK: &str = "not made";

/// A line of what differs, for those who do not see the arrow.
#[must_use]
pub fn changed(what: &str, before: &str, after: &str) -> String {
    format!("{what}: {after} instead of {before}")
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
