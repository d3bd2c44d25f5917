//! PKCS#12 with the passphrase where it lies: the safe crate copies it into memory that is not wiped.

use std::ffi::{CStr, CString, c_int};
use std::ptr;

use foreign_types::{ForeignType, ForeignTypeRef};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::{ParsedPkcs12_2, Pkcs12, Pkcs12Ref};
use openssl::pkey::{PKey, PKeyRef, Private};
use openssl::stack::{Stack, StackRef};
use openssl::x509::{X509, X509Ref};
use openssl_sys as ffi;

use super::succeeded;

/// No encryption of the certificates, and no MAC yet.
const NONE: c_int = -1;

/// Opens a keystore: the MAC is checked, where there is one, and what it holds is given out.
///
/// # Errors
/// OpenSSL's: wrong passphrase, damage, ciphers that are not loaded.
pub fn open_keystore(keystore: &Pkcs12Ref, passphrase: &CStr) -> Result<ParsedPkcs12_2, ErrorStack> {
    let (mut key, mut certificate, mut others) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    // SAFETY: the keystore and the passphrase outlive the call, and the three places are empty and ours.
    let parsed = unsafe {
        ffi::PKCS12_parse(keystore.as_ptr(), passphrase.as_ptr(), &raw mut key, &raw mut certificate, &raw mut others)
    };
    succeeded(parsed)?;
    // SAFETY: on success each place is empty or holds an object of its type that is ours to free.
    unsafe {
        Ok(ParsedPkcs12_2 {
            pkey: (!key.is_null()).then(|| PKey::from_ptr(key)),
            cert: (!certificate.is_null()).then(|| X509::from_ptr(certificate)),
            ca: (!others.is_null()).then(|| Stack::from_ptr(others)),
        })
    }
}

/// What goes into a keystore.
#[derive(Clone, Copy)]
pub struct NewKeystore<'k> {
    /// What programs show for it.
    pub name: &'k CStr,
    /// The key.
    pub key: &'k PKeyRef<Private>,
    /// The key's certificate.
    pub certificate: &'k X509Ref,
    /// Further certificates.
    pub chain: &'k StackRef<X509>,
    /// Iterations of the stretching of the passphrase, for the key and for the MAC each.
    pub iterations: u32,
}

/// Seals a keystore: the key under PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC (RFC 8018), the certificates open, the
/// whole under a MAC of HMAC-SHA-256 (RFC 7292 §4).
///
/// # Errors
/// OpenSSL's, when it has no memory or no randomness.
pub fn seal_keystore(new: &NewKeystore<'_>, passphrase: &CStr) -> Result<Pkcs12, ErrorStack> {
    let iterations = c_int::try_from(new.iterations).unwrap_or(c_int::MAX);
    let length = c_int::try_from(passphrase.count_bytes()).unwrap_or(c_int::MAX);
    // SAFETY: all objects outlive the call, which takes its own references; the result is ours to free.
    let made = unsafe {
        ffi::PKCS12_create(
            passphrase.as_ptr(),
            new.name.as_ptr(),
            new.key.as_ptr(),
            new.certificate.as_ptr(),
            new.chain.as_ptr(),
            Nid::AES_256_CBC.as_raw(),
            NONE,
            iterations,
            NONE,
            0,
        )
    };
    if made.is_null() {
        return Err(ErrorStack::get());
    }
    // SAFETY: not null, and ours.
    let keystore = unsafe { Pkcs12::from_ptr(made) };
    // SAFETY: the salt is absent, so OpenSSL makes one of its default length; the digest is static.
    let sealed = unsafe {
        ffi::PKCS12_set_mac(
            keystore.as_ptr(),
            passphrase.as_ptr(),
            length,
            ptr::null_mut(),
            0,
            iterations,
            MessageDigest::sha256().as_ptr(),
        )
    };
    succeeded(sealed)?;
    Ok(keystore)
}

/// A name as C has it: what follows a NUL is left out.
#[must_use]
pub fn c_name(name: &str) -> CString {
    CString::new(name.split('\0').next().unwrap_or_default()).unwrap_or_default()
}
