//! A fault of the program itself: its report says where, and nothing of what was being read. In a process of its own, since
//! there is one hook for all threads.
#![cfg(feature = "gui")]
#![cfg(test)]

use std::fs;
use std::hint::black_box;
use std::thread;

use sealscope::ui::fault::{report_into, take_latest};

const SECRET: &str = "the patient's diagnosis";

fn quoting(kind: usize) {
    match kind {
        0 => panic!("cannot read {SECRET}"),
        1 => {
            black_box(format!("{SECRET}é").split_at(SECRET.len() + 1));
        }
        _ => {
            black_box(SECRET.parse::<u8>().map_err(|_| SECRET)).unwrap();
        }
    }
}

fn counting(from: usize) {
    black_box(&black_box([1, 2, 3].as_slice())[from..]);
}

fn fails(work: impl FnOnce() + Send + 'static) -> Option<String> {
    assert!(thread::Builder::new().name("job".to_owned()).spawn(work).unwrap().join().is_err());
    take_latest().map(|path| fs::read_to_string(path).unwrap())
}

#[test]
fn a_report_says_where_and_holds_nothing_of_what_was_being_read() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("nested");
    report_into(Some(place.clone()), |said| said.contains("libEGL"));
    for kind in 0..3 {
        let report = fails(move || quoting(kind)).expect("a report was written");
        assert!(!report.contains("diagnosis"), "{kind}: {report}");
        for words in [env!("CARGO_PKG_VERSION"), "thread job", "place ", "withheld: it may quote a message"] {
            assert!(report.contains(words), "{kind}: {words}: {report}");
        }
    }
    let report = fails(|| counting(9)).expect("a report was written");
    assert!(report.contains("range start index 9 out of range for slice of length 3"), "{report}");
    assert!(report.contains("place tests/fault_report.rs:"), "{report}");
    assert_eq!(fails(|| panic!("libEGL is missing")), None);
    for _ in 0..30 {
        fails(|| panic!("again"));
    }
    assert_eq!(fs::read_dir(&place).unwrap().count(), 20, "old reports go");
}
