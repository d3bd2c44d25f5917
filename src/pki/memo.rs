//! What was found out before about the same octets, so that the tenth message of a correspondent costs less than the
//! first: certificates read, signatures of certificates checked, paths that OpenSSL found nothing wrong with.
//!
//! Nothing here is a judgement of its own. What is kept follows from octets alone, or is asked for again as soon as the
//! time leaves the span in which it must be the same. Only what passed is kept, under SHA-256 of all that went in.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use openssl::sha::Sha256;

use super::certificate::Certificate;

/// Entries of a generation; twice as many are remembered at most.
const GENERATION: usize = 512;

/// A larger certificate is read again each time, so that hostile ones cost no lasting memory.
const CERTIFICATE_OCTETS: usize = 16 << 10;

/// The same for distinguished names.
const NAME_OCTETS: usize = 4 << 10;

/// SHA-256 of what was asked.
type Key = [u8; 32];

static CERTIFICATES: LazyLock<Mutex<Generations<Key, Certificate>>> = LazyLock::new(Mutex::default);
static SIGNATURES: LazyLock<Mutex<Generations<Key, ()>>> = LazyLock::new(Mutex::default);
static NAMES: LazyLock<Mutex<Generations<Key, Arc<str>>>> = LazyLock::new(Mutex::default);
static PATHS: LazyLock<Mutex<Generations<Key, Span>>> = LazyLock::new(Mutex::default);

/// Moments in seconds since 1970, both included.
#[derive(Clone, Copy)]
struct Span {
    from: i64,
    until: i64,
}

/// The last few hundred things that were asked: a full generation replaces the one before it.
struct Generations<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
}

impl<K, V> Default for Generations<K, V> {
    fn default() -> Self {
        Self { young: HashMap::new(), old: HashMap::new() }
    }
}

impl<K: Eq + Hash, V: Clone> Generations<K, V> {
    fn recall(&mut self, key: K) -> Option<V> {
        if let Some(value) = self.young.get(&key) {
            return Some(value.clone());
        }
        let value = self.old.remove(&key)?;
        self.keep(key, value.clone());
        Some(value)
    }

    fn keep(&mut self, key: K, value: V) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

fn recall<V: Clone>(memory: &Mutex<Generations<Key, V>>, key: Key) -> Option<V> {
    memory.lock().unwrap_or_else(PoisonError::into_inner).recall(key)
}

fn keep<V: Clone>(memory: &Mutex<Generations<Key, V>>, key: Key, value: V) {
    memory.lock().unwrap_or_else(PoisonError::into_inner).keep(key, value);
}

fn digest(pieces: &[&[u8]]) -> Key {
    let mut sum = Sha256::new();
    for piece in pieces {
        sum.update(piece);
    }
    sum.finish()
}

/// The certificate that these octets were read as before.
pub(super) fn certificate(der: &[u8]) -> Option<Certificate> {
    let known = recall(&CERTIFICATES, digest(&[der]))?;
    (known.der() == der).then_some(known)
}

/// Remembers a certificate that was read from exactly its own octets.
pub(super) fn keep_certificate(certificate: &Certificate) {
    if certificate.der().len() <= CERTIFICATE_OCTETS {
        keep(&CERTIFICATES, *certificate.fingerprint(), certificate.clone());
    }
}

/// The distinguished name in these octets as text: `write` is asked where it is not known.
pub(super) fn name(der: &[u8], write: impl FnOnce() -> Option<String>) -> Option<Arc<str>> {
    if der.len() > NAME_OCTETS {
        return write().map(Arc::from);
    }
    let key = digest(&[der]);
    if let Some(known) = recall(&NAMES, key) {
        return Some(known);
    }
    let text: Arc<str> = write()?.into();
    keep(&NAMES, key, Arc::clone(&text));
    Some(text)
}

/// Whether the key of `issuer` made the signature of `certificate`: `check` is asked unless it said yes before.
pub(super) fn is_signed(certificate: &Certificate, issuer: &Certificate, check: impl FnOnce() -> bool) -> bool {
    let key = digest(&[certificate.fingerprint(), issuer.fingerprint()]);
    if recall(&SIGNATURES, key).is_some() {
        return true;
    }
    let signed = check();
    if signed {
        keep(&SIGNATURES, key, ());
    }
    signed
}

/// A path and what it was checked by.
pub(super) struct AskedPath(Key);

impl AskedPath {
    /// `settings` are all that the check depends on besides certificates and time.
    pub(super) fn new(path: &[Certificate], settings: &str) -> Self {
        let count = path.len().to_be_bytes();
        let certificates = path.iter().map(|certificate| certificate.fingerprint().as_slice());
        let pieces: Vec<&[u8]> =
            [count.as_slice()].into_iter().chain(certificates).chain([settings.as_bytes()]).collect();
        Self(digest(&pieces))
    }

    /// Whether nothing was wrong with it before, at a moment that differs from `now` for none of its certificates.
    pub(super) fn is_known_good(&self, now: i64) -> bool {
        recall(&PATHS, self.0).is_some_and(|span| (span.from..=span.until).contains(&now))
    }

    /// Remembers that nothing was wrong at `now`. It holds while every certificate is valid: OpenSSL looks at the time
    /// for nothing else, and lets validity end a second early.
    pub(super) fn keep_good(&self, path: &[Certificate], now: i64) {
        let from = path.iter().map(|certificate| certificate.not_before().unix_timestamp()).max();
        let until = path.iter().map(|certificate| certificate.not_after().unix_timestamp().saturating_sub(1)).min();
        if let (Some(from), Some(until)) = (from, until)
            && (from..=until).contains(&now)
        {
            keep(&PATHS, self.0, Span { from, until });
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::pki::issue::{Authority, CertificateBuilder};
    use crate::pki::key::NewKey;

    fn authority(name: &str) -> Authority {
        let (from, until) = (datetime!(2026-01-01 0:00 UTC), datetime!(2026-12-31 0:00 UTC));
        Authority::self_signed(&CertificateBuilder::authority(name, from, until).key(NewKey::P256)).unwrap()
    }

    #[test]
    fn what_is_asked_for_again_outlives_what_is_not() {
        let mut memory = Generations::default();
        for number in 0..10 * GENERATION {
            memory.keep(number, number);
            assert_eq!(memory.recall(0), Some(0), "{number}");
            assert!(memory.young.len() + memory.old.len() <= 2 * GENERATION);
        }
        assert_eq!(memory.recall(1), None);
    }

    #[test]
    fn the_same_octets_are_read_once_and_others_are_others() {
        let first = authority("a").certificate().clone();
        let read = Certificate::from_der(first.der()).unwrap();
        let again = Certificate::from_der(first.der()).unwrap();
        assert_eq!(read.der().as_ptr(), again.der().as_ptr());
        let trailing = [first.der(), b"x"].concat();
        assert!(Certificate::from_der(&trailing).is_err());
        let mut altered = first.der().to_vec();
        *altered.last_mut().unwrap() ^= 1;
        let altered = Certificate::from_der(&altered).unwrap();
        assert_ne!(altered, first);
        assert!(first.is_signed_by(&first) && first.is_signed_by(&first));
        assert!(!altered.is_signed_by(&first) && !altered.is_signed_by(&first));
    }

    #[test]
    fn a_name_is_written_once_and_what_is_none_is_asked_again() {
        assert_eq!(name(b"memo test", || None), None);
        assert_eq!(name(b"memo test", || Some("CN=x".to_owned())).as_deref(), Some("CN=x"));
        assert_eq!(name(b"memo test", || None).as_deref(), Some("CN=x"));
        assert_eq!(name(&[0; NAME_OCTETS + 1], || None), None);
    }

    #[test]
    fn a_good_path_is_known_while_its_certificates_are_valid_and_no_longer() {
        let path = [authority("b").certificate().clone()];
        let now = datetime!(2026-06-01 0:00 UTC).unix_timestamp();
        let asked = AskedPath::new(&path, "x");
        assert!(!asked.is_known_good(now));
        asked.keep_good(&path, datetime!(2027-06-01 0:00 UTC).unix_timestamp());
        assert!(!asked.is_known_good(now));
        asked.keep_good(&path, now);
        for (moment, known) in [
            (datetime!(2026-01-01 0:00 UTC), true),
            (datetime!(2025-12-31 23:59:59 UTC), false),
            (datetime!(2026-12-30 23:59:59 UTC), true),
            (datetime!(2026-12-31 0:00 UTC), false),
        ] {
            assert_eq!(asked.is_known_good(moment.unix_timestamp()), known, "{moment}");
        }
        assert!(!AskedPath::new(&path, "y").is_known_good(now));
        assert!(!AskedPath::new(&[authority("b").certificate().clone()], "x").is_known_good(now));
    }
}
