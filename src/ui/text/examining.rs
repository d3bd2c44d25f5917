//! What is found out about a run beyond the run itself: the tabs over an answer, and what is said while it is found out.

use super::plain;
use crate::ui::examining::Examination;
use crate::ui::settings::AnswerView;

/// The tabs, for those who do not see them.
pub const TABS: &str = "Views of the answer";
/// Nobody asked the agent yet.
pub const NOT_RUN: &str = "Process the message first";
/// It is being found out.
pub const UNDER_WAY: &str = "Working it out…";
/// It could not be found out.
pub const FAILED: &str = "This could not be worked out";
/// It was given up.
pub const CANCELLED: &str = "It was cancelled. Process the message again with F5 to work it out";

/// The title of a view.
#[must_use]
pub const fn title(view: AnswerView) -> &'static str {
    match view {
        AnswerView::Steps => "Steps",
        AnswerView::Cause => "Cause",
        AnswerView::Agents => "Other agents",
        AnswerView::Conformance => "Conformance",
    }
}

/// A job's name.
#[must_use]
pub fn examining(what: Examination, message: &str) -> String {
    let message = plain(message);
    match what {
        Examination::Cause => format!("Looking for the cause in {message}"),
        Examination::Agents => format!("Asking what other agents say of {message}"),
        Examination::Conformance => format!("Checking how {message} conforms"),
    }
}
