//! What the interoperability tests share: the keys, what is made with them, and the programs that we did not write.
//!
//! `interop_matrix` runs the programs; `interop_vectors` reads what they once made, and needs none of them.
#![allow(dead_code, reason = "each file of tests uses a part of it")]

pub(crate) mod bouncy_castle;
pub(crate) mod gnupg;
pub(crate) mod keys;
pub(crate) mod nss;
pub(crate) mod openssl;
pub(crate) mod ours;
pub(crate) mod peer;
pub(crate) mod recipe;
pub(crate) mod table;

use std::path::PathBuf;

/// `tests/vectors/interop`.
pub(crate) fn vectors() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "vectors", "interop"].iter().collect()
}
