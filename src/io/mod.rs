//! Adapters for the traits that the core declares: the only sockets.

pub mod dns;
pub mod ldap;
pub mod fetch;
pub mod signal;
