//! The hand-made messages of the tests: made without the code under test.
#![allow(dead_code, reason = "the tests use more of it")]

#[path = "../../tests/support/der.rs"]
pub(crate) mod der;
#[path = "../../tests/support/handmade.rs"]
pub(crate) mod handmade;
