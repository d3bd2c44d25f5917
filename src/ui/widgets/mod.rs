//! Widgets of our own: egui's have no tree, no table and no view of octets with a meaning for screen readers.

pub mod bytes;
pub mod fields;
pub mod list;
pub mod paint;
pub mod verdict;
