//! What lies open without need, and whether the envelope agrees with the headers.

use super::super::document::{Block, Row, Section, Table};
use super::super::evidence::Evidence;
use super::super::mask::Mask;
use super::super::shown::Shown;
use super::{place, tone, yes_or_no};
use crate::exposure::Leak;

pub(super) fn section(run: &Evidence<'_>, mask: &Mask) -> Option<Section> {
    let routing = &run.exposure.routing;
    let mut blocks =
        vec![Block::Facts(vec![("Envelope and headers name the same people", Shown::fixed(yes_or_no(routing.holds)))])];
    blocks.extend(Table::of(
        "What lies open without need",
        &["Result", "Rule", "Clause", "What", "Because", "What keeps it in", "Place"],
        run.exposure.leaks.iter().map(|leak| row(leak, mask)).collect(),
    ));
    Section::of("exposure", "What the message gives away", blocks)
}

fn row(leak: &Leak, mask: &Mask) -> Row {
    let finding = &leak.finding;
    let cells = vec![
        Shown::fixed(finding.severity.as_str()),
        Shown::fixed(finding.rule.id),
        Shown::fixed(finding.rule.clause),
        mask.detail(finding),
        Shown::fixed(leak.because),
        Shown::fixed(leak.remedy),
        place(finding.span),
    ];
    Row::new(tone(finding.severity), cells)
}
