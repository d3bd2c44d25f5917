//! Finding recipient certificates, with an account of every lookup.

pub mod dns_cert;
