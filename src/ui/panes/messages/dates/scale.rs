//! From times to places on a line: each stretch of one result has a width that can be seen, and within it time runs evenly.
#![expect(clippy::as_conversions, reason = "seconds are counted in integers and placed in pixels")]
#![expect(clippy::cast_precision_loss, reason = "a pixel is coarser than the seconds that are lost")]

use egui::Rangef;
use time::OffsetDateTime;

use crate::what_if::Timeline;

/// The narrowest that a stretch of one result may be.
const NARROWEST: f32 = 30.0;
/// How far beyond the outermost change bars are shown, in seconds: five years.
const BEYOND: i64 = 5 * 365 * 86_400;

/// Seconds and places, in order; between two of them time runs evenly.
#[derive(Clone, Debug)]
pub(super) struct Scale {
    stops: Vec<(i64, f32)>,
}

impl Scale {
    /// The scale of a timeline between these two places.
    pub(super) fn of(timeline: &Timeline, across: Rangef) -> Self {
        let now = timeline.evaluated_at.unix_timestamp();
        let changes: Vec<i64> =
            timeline.changes().filter_map(|interval| interval.from).map(OffsetDateTime::unix_timestamp).collect();
        let first = changes.first().copied().unwrap_or(now).min(now);
        let last = changes.last().copied().unwrap_or(now).max(now);
        let begin = timeline.bars.iter().map(|bar| bar.from.unix_timestamp()).min().unwrap_or(first);
        let ends = timeline.bars.iter().filter_map(|bar| bar.until);
        let end = ends.map(OffsetDateTime::unix_timestamp).max().unwrap_or(last);
        // A day on either side, so that nothing lies on the very edge.
        let start = begin.clamp(first.saturating_sub(BEYOND), first).saturating_sub(86_400);
        let stop = end.clamp(last, last.saturating_add(BEYOND)).saturating_add(86_400);
        let edges: Vec<i64> = std::iter::once(start).chain(changes).chain([stop]).collect();
        let stretches = edges.len().saturating_sub(1).max(1) as f32;
        let spare = NARROWEST.mul_add(-stretches, across.span()).max(0.0);
        let all = stop.saturating_sub(start).max(1) as f32;
        let mut stops = vec![(start, across.min)];
        let mut place = across.min;
        for (from, to) in edges.iter().zip(edges.iter().skip(1)) {
            let share = to.saturating_sub(*from) as f32 / all;
            place += spare.mul_add(share, NARROWEST.min(across.span() / stretches));
            stops.push((*to, place));
        }
        Self { stops }
    }

    /// Where a time lies; at the edge where it lies beyond.
    pub(super) fn place(&self, at: OffsetDateTime) -> f32 {
        let second = at.unix_timestamp();
        let pairs = self.stops.iter().zip(self.stops.iter().skip(1));
        for ((from, left), (to, right)) in pairs {
            if second <= *to {
                let share = second.saturating_sub(*from).max(0) as f32 / to.saturating_sub(*from).max(1) as f32;
                return (right - left).mul_add(share, *left);
            }
        }
        self.stops.last().map_or(0.0, |(_, place)| *place)
    }

    /// The left and the right edge of a stretch.
    pub(super) fn stretch(&self, number: usize) -> Option<Rangef> {
        let (_, left) = self.stops.get(number)?;
        let (_, right) = self.stops.get(number.saturating_add(1))?;
        Some(Rangef::new(*left, *right))
    }
}
