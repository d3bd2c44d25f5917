//! Keystores in PKCS#12 (RFC 7292), old and new.
//!
//! OpenSSL checks the passphrase and opens the certificates. It gives out only one key, so the others are found by our
//! walker and opened one by one. RC2 and other old ciphers live in OpenSSL's legacy provider, which is loaded around the
//! one call that needs it and never stays.

use openssl::error::ErrorStack;
use openssl::pkcs12::{ParsedPkcs12_2, Pkcs12};
use openssl::pkey::PKey;
use openssl::provider::Provider;
use openssl::stack::Stack;
use zeroize::Zeroizing;

use super::certificate::Certificate;
use super::container::{ContainerError, Found, Kind, damaged};
use super::key::PrivateKeyEntry;
use super::passphrase::Passphrase;
use crate::asn1::{Element, Tree};
use crate::limits::Limits;
use crate::openssl_ffi::{NewKeystore, c_name, open_keystore, seal_keystore};

const SHROUDED_KEY_BAG: &str = "1.2.840.113549.1.12.10.1.2";
const KEY_BAG: &str = "1.2.840.113549.1.12.10.1.1";

/// How often the passphrase is stretched, once for the MAC and once for the key: a guess costs whoever stole the file
/// the cheaper of the two. That is a hundred times OpenSSL's default and four times Bouncy Castle's; a key opens in a
/// seventh of a second, and every run of the agent opens all of them.
const ITERATIONS: u32 = 210_000;

/// For words that everybody may know: OpenSSL's default.
const ITERATIONS_OF_PUBLISHED: u32 = 2_048;

/// Seals a key with its certificate and chain: the key under PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC, the whole
/// under a MAC of HMAC-SHA-256. Certificates are no secret and stay readable.
///
/// # Errors
/// [`ContainerError::PassphraseEmpty`] or [`ContainerError::PassphraseHasNul`] for a passphrase that does not do, and
/// OpenSSL's errors.
pub fn write_pkcs12(entry: &PrivateKeyEntry, passphrase: &Passphrase) -> Result<Vec<u8>, ContainerError> {
    if passphrase.is_empty() {
        return Err(ContainerError::PassphraseEmpty);
    }
    let words = passphrase.expose_to_c().ok_or(ContainerError::PassphraseHasNul)?;
    let mut chain = Stack::new()?;
    for certificate in entry.chain() {
        chain.push(certificate.x509().to_owned())?;
    }
    let new = NewKeystore {
        name: &c_name(&entry.certificate().common_name().replace('\0', "")),
        key: entry.key(),
        certificate: entry.certificate().x509(),
        chain: &chain,
        iterations: if passphrase.is_published() { ITERATIONS_OF_PUBLISHED } else { ITERATIONS },
    };
    Ok(seal_keystore(&new, words)?.to_der()?)
}

pub(super) fn read(octets: &[u8], passphrase: Option<&Passphrase>, found: &mut Found) -> Result<(), ContainerError> {
    let kind = Kind::Pkcs12;
    let none = Passphrase::default();
    let words = passphrase.unwrap_or(&none);
    let c_words = words.expose_to_c().ok_or(ContainerError::PassphraseHasNul)?;
    found.spend_iterations(octets)?;
    let pkcs12 = Pkcs12::from_der(octets).map_err(|error| damaged(kind, &error))?;
    let parsed = with_legacy(|| open_keystore(&pkcs12, c_words)).map_err(|error| failure(&error, passphrase))?;
    let ParsedPkcs12_2 { pkey, cert, ca } = parsed;
    for x509 in cert.into_iter().chain(ca.into_iter().flatten()) {
        found.add_certificate(Certificate::from_x509(x509)?)?;
    }
    let bags = key_bags(octets);
    // The only one there is has been opened: its passphrase is not stretched once more.
    let others = if pkey.is_some() && bags.len() == 1 { Vec::new() } else { bags };
    if let Some(key) = pkey {
        found.add_key(key);
    }
    for bag in others {
        let key = match bag {
            KeyBag::Plain(octets) => PKey::private_key_from_pkcs8(&octets),
            KeyBag::Shrouded(octets) => {
                with_legacy(|| PKey::private_key_from_pkcs8_passphrase(&octets, words.expose().as_bytes()))
            }
        };
        // A second key under another passphrase is not an error of the first.
        if let Ok(key) = key {
            found.add_key(key);
        }
    }
    Ok(())
}

/// Runs once, and once more with the legacy provider where only an old cipher is missing.
pub(super) fn with_legacy<T>(open: impl Fn() -> Result<T, ErrorStack>) -> Result<T, ErrorStack> {
    match open() {
        Err(error) if is_unsupported(&error) => {
            let _legacy = Provider::try_load(None, "legacy", true)?;
            open()
        }
        other => other,
    }
}

/// Whether OpenSSL said that it lacks a cipher, a digest or a scheme.
pub(super) fn is_unsupported(error: &ErrorStack) -> bool {
    error.errors().iter().any(|error| {
        error.reason().is_some_and(|reason| {
            let reason = reason.to_ascii_lowercase();
            reason.contains("unsupported") || reason.contains("unknown") || reason.contains("inner_evp_generic_fetch")
        })
    })
}

fn failure(error: &ErrorStack, passphrase: Option<&Passphrase>) -> ContainerError {
    let kind = Kind::Pkcs12;
    let reasons: Vec<String> =
        error.errors().iter().filter_map(|error| error.reason()).map(str::to_ascii_lowercase).collect();
    let says = |words: &str| reasons.iter().any(|reason| reason.contains(words));
    if says("mac verify failure") || says("bad decrypt") || says("mac verify error") {
        return if passphrase.is_none_or(Passphrase::is_empty) {
            ContainerError::PassphraseNeeded { kind }
        } else {
            ContainerError::WrongPassphrase { kind }
        };
    }
    if is_unsupported(error) {
        return ContainerError::UnsupportedEncryption { kind, detail: reasons.join(", ") };
    }
    damaged(kind, error)
}

enum KeyBag {
    Plain(Zeroizing<Vec<u8>>),
    Shrouded(Vec<u8>),
}

/// The keys in those safe contents that are not encrypted as a whole, which is where every program puts them.
fn key_bags(octets: &[u8]) -> Vec<KeyBag> {
    let tree = Tree::parse(octets, &Limits::DEFAULT);
    let Some(safe) = tree.root().and_then(|root| root.child(1)).and_then(data) else { return vec![] };
    let safe = Tree::parse(&safe, &Limits::DEFAULT);
    let infos = safe.root().map(|root| root.children().collect::<Vec<_>>()).unwrap_or_default();
    let contents = infos.into_iter().filter_map(data);
    contents.flat_map(|content| bags_of(&content)).collect()
}

fn bags_of(safe_contents: &[u8]) -> Vec<KeyBag> {
    let tree = Tree::parse(safe_contents, &Limits::DEFAULT);
    let Some(root) = tree.root() else { return vec![] };
    let bags = root.children().filter_map(|bag| {
        let value = bag.child(1)?.child(0)?.whole().to_vec();
        match bag.child(0)?.oid()?.as_str() {
            SHROUDED_KEY_BAG => Some(KeyBag::Shrouded(value)),
            KEY_BAG => Some(KeyBag::Plain(Zeroizing::new(value))),
            _ => None,
        }
    });
    bags.collect()
}

/// The octets of a ContentInfo of type data.
fn data(content_info: Element<'_, '_>) -> Option<Zeroizing<Vec<u8>>> {
    let content = content_info.child(1)?.child(0)?;
    content_info.child(0)?.oid().filter(|oid| *oid == "1.2.840.113549.1.7.1")?;
    content.octet_string().map(|octets| Zeroizing::new(octets.into_owned()))
}
