//! Many messages at once: judged on all processors, summed up by cause, compared with what was expected of them.
//!
//! A [`Source`] is read as the work goes on: of a folder of a hundred thousand messages only those lie in memory that are
//! being judged. Each message becomes one [`MessageOutcome`], handed over in the order of the source, whatever happens to
//! it: a file that cannot be read, one that vanished, and a fault of this program are outcomes too. What is kept of all of
//! them is a [`Summary`], whose size depends on how many causes there are and not on how many messages.
//!
//! The agent is the one that judges single messages, and so is the diagnosis; only its search has a smaller budget.

mod expectation;
mod json;
mod judge;
mod junit;
mod order;
mod outcome;
mod run;
mod source;
mod summary;
mod tally;
mod units;
mod walk;

pub use expectation::{Comparison, Difference, Expectation, ExpectationError, Expectations, expectation_line};
pub use json::{message_json, summary_json};
pub use junit::{JunitError, JunitReport};
pub use outcome::{JudgedMessage, JudgedRecipient, Judgement, MessageOutcome, Place, Verdict};
pub use run::{Batch, BatchError, Ended};
pub use source::{Extent, Source};
pub use summary::{Cause, Group, Summary};
pub use tally::Tally;
