//! Certificates that may complete a path, and where each came from.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

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
    /// Fetched from this URL, which a certificate names (RFC 5280 §4.2.2.1).
    Fetched(String),
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
            Self::Fetched(_) => "fetched",
            Self::Message => "message",
            Self::Party(_) => "party",
        }
    }
}

impl fmt::Display for CertificateSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fetched(url) => write!(f, "fetched from {url}"),
            Self::Party(name) => write!(f, "party {name}"),
            other => f.write_str(other.as_str()),
        }
    }
}

/// Certificates that may complete a path; none of them is trusted for being here.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    /// Certificates that other pools have as well.
    base: Option<Arc<Pool>>,
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

    /// `certificates` and, after them, those of `base`, which are shared.
    pub fn over(base: &Arc<Self>, certificates: impl IntoIterator<Item = (CertificateSource, Certificate)>) -> Self {
        let mut pool = Self { base: Some(Arc::clone(base)), ..Self::default() };
        for (source, certificate) in certificates {
            pool.add(source, certificate);
        }
        pool
    }

    /// The same with further certificates.
    #[must_use]
    pub fn with(&self, certificates: impl IntoIterator<Item = (CertificateSource, Certificate)>) -> Self {
        let mut pool = self.clone();
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
        let [subject, _] = certificate.name_hashes();
        self.by_subject.entry(subject).or_default().push(place);
        self.places.insert(certificate.clone(), place);
        let shared = self.base.as_ref().map(|base| base.sources(&certificate)).unwrap_or_default();
        let also = shared.iter().filter(|known| **known != source).cloned();
        let sources = [source.clone()].into_iter().chain(also).collect();
        self.certificates.push(Pooled { certificate, sources });
    }

    /// Where a certificate came from; nothing for one that is not here.
    #[must_use]
    pub fn sources(&self, certificate: &Certificate) -> &[CertificateSource] {
        let own = self.places.get(certificate).and_then(|place| self.certificates.get(*place));
        match (own, &self.base) {
            (Some(own), _) => &own.sources,
            (None, Some(base)) => base.sources(certificate),
            (None, None) => &[],
        }
    }

    /// Those with the name that `certificate` has as issuer.
    pub(super) fn issuers_of(&self, certificate: &Certificate) -> Vec<&Certificate> {
        let [_, issuer] = certificate.name_hashes();
        let places = self.by_subject.get(&issuer);
        let bucket = places.into_iter().flatten().filter_map(|place| self.certificates.get(*place));
        let own = bucket.map(|pooled| &pooled.certificate);
        let mut issuers: Vec<_> = own.filter(|candidate| certificate.names_as_issuer(candidate)).collect();
        if let Some(base) = &self.base {
            issuers
                .extend(base.issuers_of(certificate).into_iter().filter(|issuer| !self.places.contains_key(*issuer)));
        }
        issuers
    }

    /// Every certificate.
    pub(super) fn certificates(&self) -> Vec<&Certificate> {
        let mut all: Vec<_> = self.certificates.iter().map(|pooled| &pooled.certificate).collect();
        if let Some(base) = &self.base {
            all.extend(base.certificates().into_iter().filter(|known| !self.places.contains_key(*known)));
        }
        all
    }
}
