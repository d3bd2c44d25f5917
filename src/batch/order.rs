//! Work on all processors whose results come out in the order in which it went in, with a bound on what is under way.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use rayon::ThreadPool;

/// What may be under way: pieces of work, and octets that they hold while they wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) pieces: usize,
    pub(super) octets: usize,
}

/// Does the work of every unit in the pool and hands the results over, in order, on this thread. Stops where `stop` is set
/// or `each` breaks off: what was handed over is then a beginning of the whole. Says whether it was the whole.
pub(super) fn in_order<U: Send, R: Send>(
    units: impl Iterator<Item = (U, usize)>,
    pool: &ThreadPool,
    bounds: Bounds,
    stop: &AtomicBool,
    work: &(dyn Fn(U) -> R + Sync),
    each: &mut dyn FnMut(R) -> ControlFlow<()>,
) -> bool {
    pool.in_place_scope(|scope| {
        let (sender, receiver) = channel();
        let mut order = Order { receiver, next: 0, held: 0, arrived: BTreeMap::new(), broken_off: false, each };
        let mut given = 0_usize;
        for (unit, weight) in units {
            if stop.load(Ordering::Acquire) || order.broken_off {
                order.broken_off = true;
                break;
            }
            let promise = Promise { sender: sender.clone(), place: given, weight, value: None };
            scope.spawn(move |_| promise.keep(unit, stop, work));
            given = given.saturating_add(1);
            order.held = order.held.saturating_add(weight);
            order.take_arrived();
            while given.saturating_sub(order.next) >= bounds.pieces || order.held > bounds.octets {
                if !order.wait() {
                    break;
                }
            }
        }
        drop(sender);
        while order.next < given && order.wait() {}
        order.next == given && !order.broken_off
    })
}

/// A result that will come, also where the work comes to a bad end: then there is none.
struct Promise<R> {
    sender: Sender<Arrival<R>>,
    place: usize,
    weight: usize,
    value: Option<R>,
}

struct Arrival<R> {
    place: usize,
    weight: usize,
    value: Option<R>,
}

impl<R> Promise<R> {
    fn keep<U>(mut self, unit: U, stop: &AtomicBool, work: &(dyn Fn(U) -> R + Sync)) {
        if !stop.load(Ordering::Acquire) {
            self.value = Some(work(unit));
        }
    }
}

impl<R> Drop for Promise<R> {
    fn drop(&mut self) {
        let arrival = Arrival { place: self.place, weight: self.weight, value: self.value.take() };
        // Nobody waits for it where the run was broken off.
        let _ = self.sender.send(arrival);
    }
}

struct Order<'e, R> {
    receiver: Receiver<Arrival<R>>,
    next: usize,
    held: usize,
    arrived: BTreeMap<usize, Option<R>>,
    broken_off: bool,
    each: &'e mut dyn FnMut(R) -> ControlFlow<()>,
}

impl<R> Order<'_, R> {
    fn take_arrived(&mut self) {
        while let Ok(arrival) = self.receiver.try_recv() {
            self.take(arrival);
        }
    }

    /// Waits for one result; false where none will come.
    fn wait(&mut self) -> bool {
        let Ok(arrival) = self.receiver.recv() else { return false };
        self.take(arrival);
        true
    }

    fn take(&mut self, arrival: Arrival<R>) {
        self.held = self.held.saturating_sub(arrival.weight);
        self.arrived.insert(arrival.place, arrival.value);
        while let Some(value) = self.arrived.remove(&self.next) {
            self.next = self.next.saturating_add(1);
            match value {
                // What comes after a gap is no beginning of the whole any more.
                None => self.broken_off = true,
                Some(value) if !self.broken_off => self.broken_off = (self.each)(value).is_break(),
                Some(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { pieces: 8, octets: 100 };

    fn pool() -> ThreadPool {
        rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap()
    }

    fn run(stop_at: Option<usize>, work: &(dyn Fn(usize) -> usize + Sync)) -> (bool, Vec<usize>) {
        let mut seen = Vec::new();
        let mut each = |number| {
            seen.push(number);
            if stop_at == Some(number) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let units = (0..500).map(|number| (number, 30));
        let whole = in_order(units, &pool(), BOUNDS, &AtomicBool::new(false), work, &mut each);
        (whole, seen)
    }

    #[test]
    fn results_come_in_the_order_of_the_work_however_long_each_takes() {
        let slow = |number: usize| {
            for step in 0..(number * 7919 % 13) * 2_000 {
                std::hint::black_box(step);
            }
            number
        };
        assert_eq!(run(None, &slow), (true, (0..500).collect()));
    }

    #[test]
    fn what_is_broken_off_is_a_beginning() {
        assert_eq!(run(Some(41), &|number| number), (false, (0..42).collect()));
    }

    #[test]
    fn no_more_is_under_way_than_allowed() {
        use std::sync::atomic::AtomicUsize;
        let (begun, ended) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let units = (0..200).map(|number| {
            let under_way = begun.fetch_add(1, Ordering::SeqCst) - ended.load(Ordering::SeqCst);
            // Of 30 octets each, four pass 100 and are waited for.
            assert!(under_way <= 4, "{under_way}");
            (number, 30)
        });
        // Work that is done holds nothing any more, also where its turn to be told has not come.
        let work = |number: usize| {
            ended.fetch_add(1, Ordering::SeqCst);
            number
        };
        let mut each = |_| ControlFlow::Continue(());
        assert!(in_order(units, &pool(), BOUNDS, &AtomicBool::new(false), &work, &mut each));
    }

    #[test]
    fn a_stop_before_the_first_leaves_nothing() {
        let mut each = |_| ControlFlow::Continue(());
        let units = std::iter::once((1, 1));
        assert!(!in_order(units, &pool(), BOUNDS, &AtomicBool::new(true), &|number: usize| number, &mut each));
    }
}
