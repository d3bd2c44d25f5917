//! What was checked, as tables: every check of the agent's run, and the rows of the test tools.

mod conformance;
mod run;
mod suites;

pub(crate) use conformance::ConformancePane;
pub(crate) use run::ChecksPane;
