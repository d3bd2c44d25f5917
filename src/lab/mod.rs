//! Servers for the laboratory, on loopback only.

pub mod dns;
pub mod smtp;
