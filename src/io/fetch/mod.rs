//! Fetching over HTTP and LDAP what certificates point at, within the caps, and keeping what was found good.
//!
//! A host's name is looked up once, its addresses are checked, and the connection goes to one of those that were
//! checked: a name that answers differently the second time gains nothing. Redirects are followed here, each held to the
//! same rules. One deadline covers everything, and no more is read than the cap of what is fetched.

mod cache;
mod deadline;
mod http;
mod ldap;
mod names;

use std::path::PathBuf;
use std::sync::Arc;

use time::OffsetDateTime;

use crate::discovery::fetch::{
    Fetch, FetchKind, FetchOutcome, FetchRequest, Fetched, Fetcher, Protocol, Purpose, Reach, Refusal, Target,
};
use crate::limits::Limits;
use cache::Cache;
use deadline::Deadline;

pub use names::{Names, system_names};

/// Tells the real time, which decides whether what is kept is fresh.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

/// How a fetcher fetches.
#[derive(Clone)]
pub struct FetchOptions {
    /// Which hosts it may connect to.
    pub reach: Reach,
    /// The folder where good answers are kept; nothing is kept without one. It is made when it is needed.
    pub cache: Option<PathBuf>,
    /// The caps.
    pub limits: Limits,
    /// Looks up hosts.
    pub names: Names,
    /// The real time.
    pub clock: Clock,
}

impl FetchOptions {
    /// The public network over the system's name service, answers kept in the user's cache folder.
    #[must_use]
    pub fn system(reach: Reach) -> Self {
        Self {
            reach,
            cache: cache_folder(),
            limits: Limits::DEFAULT,
            names: system_names(),
            clock: Arc::new(OffsetDateTime::now_utc),
        }
    }
}

/// Where this user's fetched answers are kept, if the system says where such things belong.
#[must_use]
pub fn cache_folder() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "sealscope").map(|dirs| dirs.cache_dir().join("fetched"))
}

/// Fetches over the network.
pub struct NetworkFetcher {
    options: FetchOptions,
    cache: Option<Cache>,
}

impl NetworkFetcher {
    /// A fetcher with these options; nothing is touched yet.
    #[must_use]
    pub fn new(options: FetchOptions) -> Self {
        let cache = options.cache.clone().map(|folder| Cache::new(folder, Arc::clone(&options.clock)));
        Self { options, cache }
    }

    fn kept(&self, request: &FetchRequest) -> Option<Fetched> {
        let started = std::time::Instant::now();
        let (content, until) = self.cache.as_ref()?.find(request, &self.options.limits)?;
        let account = Fetch {
            octets: content.len(),
            duration: started.elapsed(),
            kept_until: Some(until),
            outcome: FetchOutcome::Fetched,
            ..Fetch::new(request)
        };
        Some(Fetched { account, content: Some(content) })
    }

    /// Follows the URL to its end.
    fn follow(&self, request: &FetchRequest, deadline: Deadline, account: &mut Fetch) -> Result<Vec<u8>, FetchOutcome> {
        let limits = &self.options.limits;
        let mut target = Target::parse(&request.url).map_err(FetchOutcome::Refused)?;
        let mut seen = vec![target.url().clone()];
        loop {
            let answer = match target.protocol() {
                Protocol::Http => http::ask(&self.options, request, &target, deadline, account)?,
                Protocol::Ldap => http::Answer::Content(ldap::ask(&self.options, request, &target, deadline, account)?),
            };
            let location = match answer {
                http::Answer::Content(octets) => return Ok(octets),
                http::Answer::Redirect(location) => location,
            };
            let next = target.redirect(&location).map_err(FetchOutcome::Refused)?;
            if seen.contains(next.url()) {
                let place = next.url().to_string();
                return Err(FetchOutcome::Refused(Refusal::RedirectLoop(place)));
            }
            if account.hops.len() >= limits.fetch_redirects {
                return Err(FetchOutcome::Refused(Refusal::RedirectLimit { limit: limits.fetch_redirects }));
            }
            if target.is_protected() && !next.is_protected() {
                account.notes.push(format!("a redirect leads from https to {}, which is not protected", next.url()));
            }
            account.hops.push(next.url().to_string());
            seen.push(next.url().clone());
            target = next;
        }
    }
}

impl std::fmt::Debug for NetworkFetcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NetworkFetcher").field("reach", &self.options.reach).finish_non_exhaustive()
    }
}

impl Fetcher for NetworkFetcher {
    fn fetch(&self, request: &FetchRequest) -> Fetched {
        if let Some(kept) = self.kept(request) {
            tracing::debug!(kind = request.kind().as_str(), url = %kept.account.url, "kept");
            return kept;
        }
        let mut account = Fetch::new(request);
        let deadline = Deadline::after(self.options.limits.fetch_time);
        let content = match self.follow(request, deadline, &mut account) {
            Ok(content) => {
                account.outcome = FetchOutcome::Fetched;
                Some(content)
            }
            Err(outcome) => {
                account.outcome = outcome;
                None
            }
        };
        account.duration = deadline.elapsed();
        let outcome = account.outcome.as_str();
        tracing::debug!(kind = request.kind().as_str(), url = %account.url, outcome, octets = account.octets, "fetch");
        Fetched { account, content }
    }

    fn keep(&self, request: &FetchRequest, content: &[u8], fresh_until: Option<OffsetDateTime>) {
        if let Some(cache) = &self.cache {
            cache.keep(request, content, fresh_until);
        }
    }
}

/// What the type of an answer says: nothing to mind, something to note, or that it cannot be what was asked for.
fn judge_media_type(kind: FetchKind, media_type: &str) -> Result<Option<String>, Refusal> {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let usual: &[&str] = match kind {
        FetchKind::Issuer => &[
            "application/pkix-cert",
            "application/pkcs7-mime",
            "application/x-pkcs7-certificates",
            "application/x-x509-ca-cert",
        ],
        FetchKind::Ocsp => &["application/ocsp-response"],
        FetchKind::RevocationList => &["application/pkix-crl", "application/x-pkcs7-crl"],
    };
    if usual.contains(&essence.as_str()) {
        return Ok(None);
    }
    // Certificates and lists come under many names in the field; a page for people is none of them.
    let is_page = matches!(essence.as_str(), "text/html" | "application/xhtml+xml");
    if is_page || (kind == FetchKind::Ocsp && !essence.is_empty()) {
        return Err(Refusal::MediaType(crate::mail::escape_controls(&essence)));
    }
    let called = if essence.is_empty() { "no type".to_owned() } else { format!("the type “{essence}”") };
    let wanted = usual.first().copied().unwrap_or_default();
    Ok(Some(format!("the answer has {called}, not {wanted}")))
}

/// What is sent with a request.
const fn body(purpose: &Purpose) -> Option<&[u8]> {
    match purpose {
        Purpose::Ocsp { request, .. } => Some(request.as_slice()),
        Purpose::Issuer | Purpose::RevocationList => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_for_people_is_no_answer_and_other_names_are_noted() {
        let refused = |kind, media_type| judge_media_type(kind, media_type).is_err();
        for kind in [FetchKind::Issuer, FetchKind::Ocsp, FetchKind::RevocationList] {
            assert!(refused(kind, "text/html; charset=utf-8") && refused(kind, "Application/XHTML+xml"));
        }
        assert!(refused(FetchKind::Ocsp, "application/octet-stream"));
        assert_eq!(judge_media_type(FetchKind::Ocsp, "Application/OCSP-response"), Ok(None));
        assert_eq!(judge_media_type(FetchKind::RevocationList, "application/pkix-crl"), Ok(None));
        for odd in ["application/octet-stream", "text/plain", ""] {
            assert!(judge_media_type(FetchKind::RevocationList, odd).unwrap().is_some(), "{odd}");
        }
    }
}
