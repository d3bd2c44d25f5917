//! What was counted before, in a file under version control.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// All that was counted, and under which conditions.
#[derive(Serialize, Deserialize)]
pub(crate) struct Baseline {
    pub(crate) conditions: Conditions,
    pub(crate) work: BTreeMap<String, Counts>,
}

/// What counts depend on besides our code.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Conditions {
    pub(crate) compiler: String,
    pub(crate) machine: String,
    pub(crate) openssl: String,
    /// The widest registers that searches and base64 make use of.
    pub(crate) vectors: String,
}

impl fmt::Display for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}, {}, {}", self.compiler, self.machine, self.vectors, self.openssl)
    }
}

/// What one piece of work takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) own: u64,
    pub(crate) openssl: u64,
    pub(crate) allocations: u64,
    pub(crate) octets: u64,
}

impl Counts {
    pub(crate) const NAMES: [&str; 4] = ["own", "OpenSSL", "allocations", "octets"];

    /// In the order of the names.
    pub(crate) const fn all(&self) -> [u64; 4] {
        [self.own, self.openssl, self.allocations, self.octets]
    }
}

impl Baseline {
    /// `None` where there is no such file.
    pub(crate) fn read(file: &Path) -> Option<Self> {
        fs::read(file).ok().map(|text| serde_json::from_slice(&text).unwrap())
    }

    pub(crate) fn write(&self, file: &Path) {
        let text = serde_json::to_string_pretty(self).unwrap();
        fs::write(file, text + "\n").unwrap();
    }
}
