//! Adapters for the traits that the core declares: the only sockets.

pub mod dcdt;
pub mod dns;
pub mod fetch;
#[cfg(feature = "keyring")]
pub mod keyring;
pub mod ldap;
pub mod signal;
pub mod submission;
