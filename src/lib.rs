//! Sealscope opens secured mail, runs the security agent in both directions, and shows why the answer is what it is.

pub mod agent;
pub mod asn1;
pub mod cli;
pub mod discovery;
pub mod finding;
pub mod io;
pub mod lab;
pub mod limits;
pub mod mail;
pub mod mime;
pub mod openssl_ffi;
pub mod pki;
pub mod smime;
pub mod span;
pub mod trust;
#[cfg(feature = "gui")]
pub mod ui;
pub mod workspace;
