//! What would change the answer: other circumstances, the difference that they make, and the dates that make one.
//!
//! A [`WhatIf`] is a set of circumstances that are supposed for one run: another time, other rules, more or fewer anchors
//! and keys. It is laid over what is known and never saved. [`difference`] compares the reports of two runs, step by step
//! and check by check. [`timeline`] runs the agent on either side of every date that can matter and tells when the result
//! changes, and what begins or ends then.
//!
//! Not here: why a message was rejected ([`crate::diagnose`]), and any decision of its own; every answer is the agent's.

mod dates;
mod difference;
mod supposition;

pub use dates::{Answer, Bar, BarKind, Event, EventKind, Interval, Timeline, TimelineError, timeline, timeline_json};
pub use difference::{
    Change, Difference, FindingChange, FindingChangeKind, RecipientDifference, SignerDifference, SignerSide,
    StepDifference, difference, difference_json,
};
pub use supposition::{SupposedAnchor, SupposedKey, WhatIf, Whose};
