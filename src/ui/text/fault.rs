//! What is said when this program itself is at fault.

use std::path::Path;

use crate::workspace::path_text;

/// In place of what a panic said.
pub const WITHHELD: &str = "(withheld: it may quote a message)";

/// That and where it happened, and where the report lies.
#[must_use]
pub fn happened(place: &str, report: Option<&Path>) -> String {
    match report {
        Some(path) => format!("A fault in this program at {place}; {}", lies(path)),
        None => format!("A fault in this program at {place}; no report could be written"),
    }
}

/// That a job came to nothing.
#[must_use]
pub fn job(name: &str, report: Option<&Path>) -> String {
    match report {
        Some(path) => format!("“{name}” stopped because of a fault in this program; {}", lies(path)),
        None => format!("“{name}” stopped because of a fault in this program; please report it"),
    }
}

/// That the window had to close.
#[must_use]
pub fn window(report: &Path) -> String {
    format!("the window was closed by a fault in this program; {}", lies(report))
}

fn lies(report: &Path) -> String {
    format!("a report without message content lies in {}", path_text(report))
}
