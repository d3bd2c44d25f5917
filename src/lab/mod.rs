//! Servers for the laboratory, on loopback only.

mod background;
pub mod dcdt;
pub mod dns;
pub mod http;
pub mod ldap;
pub mod smtp;
