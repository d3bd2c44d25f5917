//! Widgets of our own: egui's have no tree, no table and no view of octets with a meaning for screen readers.

pub(crate) mod bytes;
pub(crate) mod fields;
pub(crate) mod heading;
pub(crate) mod list;
pub(crate) mod matrix;
pub(crate) mod menu;
pub(crate) mod paint;
pub(crate) mod rows;
pub(crate) mod scroll;
mod secret;
pub(crate) mod table;
pub(crate) mod tabs;
pub(crate) mod tree;
pub(crate) mod verdict;
