//! In which order the servers of a service are asked (RFC 2782).

use crate::discovery::records::Srv;

/// The servers in the order in which to ask them: lower priority first, and among equals by lot according to their
/// weights.
///
/// `draw` gives the lots: a number from 0 up to and including its argument. A server of weight 0 has a small chance
/// beside others with weights, which is what RFC 2782 wants. Records that say that there is no such service are left
/// out.
#[must_use]
pub fn in_order(records: &[Srv], mut draw: impl FnMut(u32) -> u32) -> Vec<Srv> {
    let mut waiting: Vec<Srv> = records.iter().filter(|record| !record.is_none()).cloned().collect();
    // Weight 0 stands first in its priority, where only the lot 0 meets it.
    waiting.sort_by_key(|record| (record.priority, record.weight != 0));
    let mut ordered = Vec::with_capacity(waiting.len());
    while let Some(priority) = waiting.first().map(|record| record.priority) {
        let equals = waiting.iter().take_while(|record| record.priority == priority);
        let sums: Vec<u32> = equals
            .scan(0_u32, |sum, record| {
                *sum = sum.saturating_add(record.weight.into());
                Some(*sum)
            })
            .collect();
        let lot = draw(sums.last().copied().unwrap_or_default());
        let place = sums.iter().position(|sum| *sum >= lot).unwrap_or_default();
        ordered.push(waiting.remove(place));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(priority: u16, weight: u16, target: &str) -> Srv {
        Srv { priority, weight, port: 389, target: target.to_owned() }
    }

    fn names(records: &[Srv], draw: impl FnMut(u32) -> u32) -> String {
        in_order(records, draw).iter().map(|record| record.target.trim_end_matches('.')).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn lower_priority_comes_first_whatever_the_lots_and_the_order_of_the_answer() {
        let records = [server(20, 100, "c."), server(0, 0, "a."), server(10, 0, "b.")];
        for lot in [0, 1, 50, 100] {
            assert_eq!(names(&records, |most| lot.min(most)), "a b c", "{lot}");
        }
    }

    #[test]
    fn among_equals_the_weight_decides_and_nought_has_one_chance_in_a_hundred_and_one() {
        let records = [server(0, 100, "heavy."), server(0, 0, "light.")];
        let first = |lot| in_order(&records, |_| lot).first().map(|record| record.target.clone());
        assert_eq!(first(0).as_deref(), Some("light."));
        assert!((1..=100).all(|lot| first(lot).as_deref() == Some("heavy.")));
    }

    #[test]
    fn shares_of_the_load_are_as_the_weights_say() {
        let records = [server(0, 10, "a."), server(0, 30, "b.")];
        let firsts = (0..=40).map(|lot| in_order(&records, |most| lot.min(most)).remove(0).target);
        assert_eq!(firsts.filter(|target| target == "b.").count(), 30);
    }

    #[test]
    fn the_lot_is_drawn_among_those_that_are_left() {
        let mut asked = Vec::new();
        let records = [server(0, 10, "a."), server(0, 30, "b."), server(1, 5, "c.")];
        let order = names(&records, |most| {
            asked.push(most);
            most
        });
        assert_eq!((order.as_str(), asked), ("b a c", vec![40, 10, 5]));
    }

    #[test]
    fn a_lot_out_of_range_and_a_service_that_is_decidedly_absent_do_no_harm() {
        assert_eq!(names(&[server(0, 1, "a."), server(0, 1, "b.")], |_| u32::MAX), "a b");
        assert!(in_order(&[server(0, 0, ".")], |_| 0).is_empty());
        assert!(in_order(&[], |_| 0).is_empty());
    }
}
