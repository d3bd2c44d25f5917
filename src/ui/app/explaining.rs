//! The layout Explain, entered: from the first step, so that the octets below belong to what is explained.

use super::App;
use crate::agent::{Operation, StepName};
use crate::ui::selection::Item;

impl App {
    /// Selects the first step of the message that is shown, unless one of its steps is selected already.
    pub(super) fn explain_from_the_start(&mut self) {
        let Some(document) = self.state.subject() else { return };
        let (id, operation) = (document.id, document.report().map_or(document.operation, |report| report.operation));
        let is_step = matches!(self.state.selection.current(), Some(Item::Step(of, _)) if *of == id);
        let first = match operation {
            Operation::Incoming => StepName::FindRecipientKeys,
            Operation::Outgoing => StepName::FindSenderKeys,
        };
        if !is_step {
            self.state.select(Item::Step(id, first));
        }
    }
}
