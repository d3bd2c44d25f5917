//! Servers for the laboratory, on loopback only.

pub mod dcdt;
pub mod dns;
pub mod http;
pub mod ldap;
pub mod smtp;
