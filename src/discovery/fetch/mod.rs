//! Fetching what certificates point at: issuers (AIA), revocation lists (CRL) and OCSP answers, with an account of each.
//!
//! A [`Fetcher`] gets one URL and always says what became of it. What may be fetched at all is decided here: schemes,
//! addresses, redirects, sizes, and how many for one message. A URL in a certificate is its maker's word, and the maker
//! may be anybody: until a chain is validated, fetching tells them that, when and where their message was opened
//! (RFC 8550 §6). [`Consent`] says how far whoever runs the program goes along with that.

mod target;

pub use target::{Protocol, Target};

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use time::OffsetDateTime;

pub use super::reach::Reach;
use crate::limits::Limits;
use crate::mail::escape_controls;

/// Of whom URLs may be fetched. Where nothing may be, there is no [`Fetcher`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consent {
    /// Only of certificates that have a path to an anchor: their revocation lists and OCSP responders (RFC 8550 §6).
    #[default]
    ValidatedChains,
    /// Also the missing issuers of certificates that nobody vouches for yet.
    AnyChain,
}

impl Reach {
    /// Checks the address that is going to be connected to.
    ///
    /// # Errors
    /// [`Refusal::PrivateAddress`].
    pub fn check(self, address: IpAddr) -> Result<(), Refusal> {
        if self.allows(address) { Ok(()) } else { Err(Refusal::PrivateAddress(address)) }
    }
}

/// What is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FetchKind {
    /// Certificates of an issuer: id-ad-caIssuers (RFC 5280 §4.2.2.1).
    Issuer,
    /// An answer about one certificate: id-ad-ocsp (RFC 6960 §3.1).
    Ocsp,
    /// A revocation list: cRLDistributionPoints (RFC 5280 §4.2.1.13).
    RevocationList,
}

impl FetchKind {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::Ocsp => "ocsp",
            Self::RevocationList => "revocation-list",
        }
    }

    /// How many octets the answer may have.
    #[must_use]
    pub const fn octets(self, limits: &Limits) -> usize {
        match self {
            Self::Issuer => limits.issuer_octets,
            Self::Ocsp => limits.ocsp_octets,
            Self::RevocationList => limits.crl_octets,
        }
    }
}

impl fmt::Display for FetchKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Issuer => "issuer's certificate",
            Self::Ocsp => "OCSP answer",
            Self::RevocationList => "revocation list",
        })
    }
}

/// What a URL is fetched for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The certificate of an issuer.
    Issuer,
    /// An answer to an OCSP request.
    Ocsp {
        /// The request, in DER.
        request: Vec<u8>,
        /// SHA-256 of the CertID asked about: what stays the same when the nonce does not.
        about: [u8; 32],
    },
    /// A revocation list.
    RevocationList,
}

/// One URL to fetch, and what for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FetchRequest {
    /// What for.
    pub purpose: Purpose,
    /// As it stands in the certificate.
    pub url: String,
}

impl FetchRequest {
    /// What is fetched.
    #[must_use]
    pub const fn kind(&self) -> FetchKind {
        match self.purpose {
            Purpose::Issuer => FetchKind::Issuer,
            Purpose::Ocsp { .. } => FetchKind::Ocsp,
            Purpose::RevocationList => FetchKind::RevocationList,
        }
    }
}

/// Why a fetch was not made, or was given up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// This message has had its share.
    #[error("{limit} fetches were made for this message, which is the limit")]
    Budget {
        /// How many a message may have.
        limit: usize,
    },
    /// The answer is of a kind that holds nothing of what was asked for, such as a page for people.
    #[error("the answer is of the type “{0}”, which is not what was asked for")]
    MediaType(String),
    /// Not a URL, or one that lacks what it needs.
    #[error("“{0}” is not a URL that names a host")]
    NotAUrl(String),
    /// A host of the local network, or this very machine.
    #[error("its address {0} lies in a local network; only public hosts are fetched from, unless a lab allows others")]
    PrivateAddress(IpAddr),
    /// A redirect back to where the fetch was before.
    #[error("the redirects lead in a circle, back to {0}")]
    RedirectLoop(String),
    /// Too many of them.
    #[error("there are more than {limit} redirects")]
    RedirectLimit {
        /// How many a fetch may follow.
        limit: usize,
    },
    /// Neither `http:`, `https:`, `ldap:` nor `ldaps:`.
    #[error("URLs of the scheme “{0}:” are not fetched")]
    Scheme(String),
    /// More than the cap: announced, or seen to come.
    #[error("the answer has {} octets, more than the limit of {limit}", .announced.map_or_else(|| format!("more than {limit}"), |octets| octets.to_string()))]
    Size {
        /// As announced by the server, where it was.
        announced: Option<u64>,
        /// The cap.
        limit: usize,
    },
    /// A name or a password in the URL.
    #[error("the URL holds a user name or a password")]
    UserInfo,
}

/// How a fetch ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchOutcome {
    /// The network or the other side failed; in words.
    Failed(String),
    /// There is an answer. Whether it is any good is another question.
    Fetched,
    /// It was not made, or was given up.
    Refused(Refusal),
    /// The server answered with a status that brings nothing (RFC 9110 §15).
    Status(u16),
    /// It took longer than the cap.
    TimedOut,
}

impl FetchOutcome {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Failed(_) => "failed",
            Self::Fetched => "fetched",
            Self::Refused(_) => "refused",
            Self::Status(_) => "status",
            Self::TimedOut => "timed-out",
        }
    }
}

impl fmt::Display for FetchOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(why) => write!(f, "failed: {why}"),
            Self::Fetched => f.write_str("fetched"),
            Self::Refused(why) => write!(f, "refused: {why}"),
            Self::Status(status) => write!(f, "the server answered with status {status}"),
            Self::TimedOut => f.write_str("timed out"),
        }
    }
}

/// The account of one fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// What was fetched.
    pub kind: FetchKind,
    /// As it stands in the certificate.
    pub url: String,
    /// Where redirects led, in order.
    pub hops: Vec<String>,
    /// The address that was connected to last.
    pub address: Option<SocketAddr>,
    /// The answer's Content-Type, where it has one.
    pub media_type: Option<String>,
    /// Octets of the answer, or of as much as was read.
    pub octets: usize,
    /// How long it took.
    pub duration: Duration,
    /// Until when a kept answer is good; nothing where the network was asked.
    pub kept_until: Option<OffsetDateTime>,
    /// Out of the ordinary, and tolerated.
    pub notes: Vec<String>,
    /// How it ended.
    pub outcome: FetchOutcome,
}

impl Fetch {
    /// A fetch of which nothing is known but what was asked for; it has failed until it has not.
    #[must_use]
    pub fn new(request: &FetchRequest) -> Self {
        Self {
            kind: request.kind(),
            url: escape_controls(&request.url),
            hops: Vec::new(),
            address: None,
            media_type: None,
            octets: 0,
            duration: Duration::ZERO,
            kept_until: None,
            notes: Vec::new(),
            outcome: FetchOutcome::Failed("nothing was tried".to_owned()),
        }
    }
}

/// What a fetch gave.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// What became of it.
    pub account: Fetch,
    /// The octets; nothing unless the outcome is [`FetchOutcome::Fetched`].
    pub content: Option<Vec<u8>>,
}

impl Fetched {
    /// A fetch that is not made.
    #[must_use]
    pub fn refused(request: &FetchRequest, refusal: Refusal) -> Self {
        let outcome = FetchOutcome::Refused(refusal);
        Self { account: Fetch { outcome, ..Fetch::new(request) }, content: None }
    }
}

/// Fetches URLs. Implementations that use a network live in `io`.
pub trait Fetcher: Send + Sync {
    /// Fetches one URL, within the caps. A failure is part of the account, not an error.
    fn fetch(&self, request: &FetchRequest) -> Fetched;

    /// Hears that what a URL gave has been checked and found good, and until when; it may be given again until then.
    /// Nothing else is ever kept.
    fn keep(&self, _request: &FetchRequest, _content: &[u8], _fresh_until: Option<OffsetDateTime>) {}
}

impl<F: Fetcher + ?Sized> Fetcher for std::sync::Arc<F> {
    fn fetch(&self, request: &FetchRequest) -> Fetched {
        (**self).fetch(request)
    }

    fn keep(&self, request: &FetchRequest, content: &[u8], fresh_until: Option<OffsetDateTime>) {
        (**self).keep(request, content, fresh_until);
    }
}

/// How many fetches a message still has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchBudget {
    limit: usize,
    left: usize,
}

impl FetchBudget {
    /// What one message may have.
    #[must_use]
    pub const fn new(limits: &Limits) -> Self {
        Self { limit: limits.fetches, left: limits.fetches }
    }

    /// Takes one.
    ///
    /// # Errors
    /// [`Refusal::Budget`] where none is left.
    pub const fn take(&mut self) -> Result<(), Refusal> {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Refusal::Budget { limit: self.limit }),
        }
    }

    /// Gives one back that did not touch the network.
    pub const fn give_back(&mut self) {
        if self.left < self.limit {
            self.left += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_that_counts_is_public_unless_a_lab_allows_others() {
        let (local, public): (IpAddr, IpAddr) = ("127.0.0.1".parse().unwrap(), "8.8.8.8".parse().unwrap());
        assert_eq!(Reach::Public.check(local), Err(Refusal::PrivateAddress(local)));
        assert_eq!(Reach::Public.check(public), Ok(()));
        assert_eq!(Reach::Anywhere.check(local), Ok(()));
    }

    #[test]
    fn the_ninth_fetch_of_a_message_is_refused_and_what_was_kept_costs_nothing() {
        let mut budget = FetchBudget::new(&Limits::DEFAULT);
        for _ in 0..8 {
            assert_eq!(budget.take(), Ok(()));
        }
        assert_eq!(budget.take(), Err(Refusal::Budget { limit: 8 }));
        budget.give_back();
        assert_eq!(budget.take(), Ok(()));
        let mut full = FetchBudget::new(&Limits::DEFAULT);
        full.give_back();
        assert_eq!(full, FetchBudget::new(&Limits::DEFAULT));
    }
}
