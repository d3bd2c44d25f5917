//! The only door to OpenSSL functions that the safe crate lacks; the only `unsafe` code beside the mapping of files.
//!
//! No raw pointer leaves this module, and every function leaves OpenSSL's error queue empty. What is decided here is
//! nothing: faults are collected and handed on, policy is the caller's.

#![expect(unsafe_code, reason = "functions of libcrypto that the openssl crate does not wrap")]

mod cipher;
mod keystore;
mod path;
mod secret;

pub use cipher::{ROOM_BEYOND, cipher_append};
pub use keystore::{NewKeystore, c_name, open_keystore, seal_keystore};
pub use path::{ChainFault, PathParameters, verify_path};
pub use secret::{SecretOctets, SecureHeap, make_secure_heap, secure_heap_used, wipe_what_openssl_gives_back};

use std::ffi::c_int;

use openssl::error::ErrorStack;

/// What OpenSSL's convention "1 or above is success" comes to.
fn succeeded(returned: c_int) -> Result<(), ErrorStack> {
    if returned > 0 { Ok(()) } else { Err(ErrorStack::get()) }
}
