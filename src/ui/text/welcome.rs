//! The first view: what can be opened, and the demo for those who have nothing to open.

/// What the program is for.
pub const PURPOSE: &str = "See why secured mail is accepted or rejected";
/// Over the ways to open something.
pub const OPEN_HEADING: &str = "Open what you have";
/// What may be opened, and how.
pub const OPEN_ABOUT: &str = "Drop a message, certificate, .p12 or trust anchor anywhere in this window, or choose a file. Its content decides what it is, not its name.";
/// Asks for a file.
pub const OPEN_MESSAGE: &str = "Open message…";
/// Takes the clipboard.
pub const PASTE: &str = "Paste";
/// Over the demo.
pub const DEMO_HEADING: &str = "New here?";
/// What the demo is.
pub const DEMO_ABOUT: &str = "15 messages between made-up addresses, each with a different outcome: accepted, tampered with, expired, untrusted… Keys are made on this computer. Nothing touches the network.";

/// What is being done meanwhile.
#[must_use]
pub fn doing(job: &str) -> String {
    format!("{job}…")
}

/// Something that was opened before, read aloud.
#[must_use]
pub fn open_again(name: &str, facts: &[&str]) -> String {
    format!("Open {name} again, {}", facts.join(", "))
}

/// Something that is gone, read aloud.
#[must_use]
pub fn gone(name: &str) -> String {
    format!("{name}, {}", super::shell::MISSING)
}
