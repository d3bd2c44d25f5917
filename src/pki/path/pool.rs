//! Certificates that may complete a path, and where each came from.

use std::collections::HashMap;
use std::fmt;

use crate::pki::certificate::Certificate;

/// Where a certificate came from. It says how to come by it again, never how far to trust it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CertificateSource {
    /// It is one of the trust anchors.
    Anchors,
    /// The workspace's authorities.
    Authorities,
    /// The caller, who did not say.
    Caller,
    /// The message that is judged.
    Message,
    /// Kept with a party of this name.
    Party(String),
}

impl CertificateSource {
    /// The kind, kebab-case.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Anchors => "anchors",
            Self::Authorities => "authorities",
            Self::Caller => "caller",
            Self::Message => "message",
            Self::Party(_) => "party",
        }
    }
}

impl fmt::Display for CertificateSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Party(name) => write!(f, "party {name}"),
            other => f.write_str(other.as_str()),
        }
    }
}

/// Certificates that may complete a path; none of them is trusted for being here.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    certificates: Vec<Pooled>,
    places: HashMap<Certificate, usize>,
    /// By OpenSSL's hash of the canonical subject; a hash is no proof, names are compared besides.
    by_subject: HashMap<u32, Vec<usize>>,
}

#[derive(Clone, Debug)]
struct Pooled {
    certificate: Certificate,
    sources: Vec<CertificateSource>,
}

impl Pool {
    /// Gathers certificates; what occurs twice is kept once.
    pub fn new(certificates: impl IntoIterator<Item = Certificate>) -> Self {
        Self::from_sources(certificates.into_iter().map(|certificate| (CertificateSource::Caller, certificate)))
    }

    /// Gathers certificates with where they came from; what occurs twice is kept once, with both its sources.
    pub fn from_sources(certificates: impl IntoIterator<Item = (CertificateSource, Certificate)>) -> Self {
        let mut pool = Self::default();
        for (source, certificate) in certificates {
            pool.add(source, certificate);
        }
        pool
    }

    fn add(&mut self, source: CertificateSource, certificate: Certificate) {
        let known = self.places.get(&certificate).and_then(|place| self.certificates.get_mut(*place));
        if let Some(known) = known {
            if !known.sources.contains(&source) {
                known.sources.push(source);
            }
            return;
        }
        let place = self.certificates.len();
        self.by_subject.entry(certificate.x509().subject_name_hash()).or_default().push(place);
        self.places.insert(certificate.clone(), place);
        self.certificates.push(Pooled { certificate, sources: vec![source] });
    }

    /// Where a certificate came from; nothing for one that is not here.
    #[must_use]
    pub fn sources(&self, certificate: &Certificate) -> &[CertificateSource] {
        let known = self.places.get(certificate).and_then(|place| self.certificates.get(*place));
        known.map(|known| known.sources.as_slice()).unwrap_or_default()
    }

    /// Those with the name that `certificate` has as issuer.
    pub(super) fn issuers_of<'p>(&'p self, certificate: &'p Certificate) -> impl Iterator<Item = &'p Certificate> {
        let places = self.by_subject.get(&certificate.x509().issuer_name_hash());
        let bucket = places.into_iter().flatten().filter_map(|place| self.certificates.get(*place));
        bucket.map(|pooled| &pooled.certificate).filter(|candidate| certificate.names_as_issuer(candidate))
    }

    /// Every certificate.
    pub(super) fn certificates(&self) -> impl Iterator<Item = &Certificate> {
        self.certificates.iter().map(|pooled| &pooled.certificate)
    }
}
