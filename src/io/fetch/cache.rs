//! Good answers kept on disk: one file for each URL, named by a digest, with until when it is fresh.
//!
//! Only what has been checked and found good is kept, and never longer than a day: an authority may revoke at any time,
//! and a list made in a hurry should not wait for the old one to run out. A file that is damaged, out of date or of
//! another version counts as not there. The folder is bounded; what was written longest ago goes first.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use openssl::sha::{Sha256, sha256};
use time::{Duration, OffsetDateTime};

use super::Clock;
use crate::discovery::fetch::{FetchKind, FetchRequest, Purpose};
use crate::limits::Limits;
use crate::pki::certificate::lower_hex;
use crate::workspace::durable::{self, Existing, Readers};

/// The longest time that anything is kept.
const LONGEST: Duration = Duration::DAY;
/// Octets of the whole folder: six of the largest lists.
const FOLDER_OCTETS: u64 = 128 << 20;
/// Files of the folder.
const FILES: usize = 1_000;
/// The first word of every file, with the version of its form.
const MARK: &str = "sealscope-fetched-1";
/// Octets of a file's first line at most.
const LINE_OCTETS: usize = 128;

pub(super) struct Cache {
    folder: PathBuf,
    clock: Clock,
}

impl Cache {
    pub(super) const fn new(folder: PathBuf, clock: Clock) -> Self {
        Self { folder, clock }
    }

    /// What is kept for a request, and until when it is fresh.
    pub(super) fn find(&self, request: &FetchRequest, limits: &Limits) -> Option<(Vec<u8>, OffsetDateTime)> {
        let path = self.path(request);
        let most = request.kind().octets(limits).saturating_add(LINE_OCTETS);
        let length = fs::metadata(&path).ok()?.len();
        if length > u64::try_from(most).ok()? {
            return None;
        }
        let octets = fs::read(&path).ok()?;
        let now = (self.clock)();
        let kept = read(&octets).filter(|(_, until)| now < *until && *until <= now + LONGEST);
        let Some((content, until)) = kept else {
            // It is of no more use; where it cannot be removed it is passed over again.
            let _ = fs::remove_file(&path);
            return None;
        };
        Some((content.to_vec(), until))
    }

    /// Keeps an answer. Without a date only issuers are: nobody can tell how long anything else is true.
    pub(super) fn keep(&self, request: &FetchRequest, content: &[u8], fresh_until: Option<OffsetDateTime>) {
        let now = (self.clock)();
        let longest = now + LONGEST;
        let until = match (fresh_until, request.kind()) {
            (Some(until), _) => until.min(longest),
            (None, FetchKind::Issuer) => longest,
            (None, _) => return,
        };
        if until <= now {
            return;
        }
        let digest = lower_hex(&sha256(content));
        let line = format!("{MARK} {} {digest}\n", until.unix_timestamp());
        let octets = [line.as_bytes(), content].concat();
        let written = durable::create_folder(&self.folder).and_then(|()| {
            self.make_room(u64::try_from(octets.len()).unwrap_or(u64::MAX));
            durable::write(&self.path(request), &octets, Readers::Owner, Existing::Replace)
        });
        if let Err(error) = written {
            tracing::warn!(%error, "a fetched answer was not kept");
        }
    }

    fn path(&self, request: &FetchRequest) -> PathBuf {
        let mut sum = Sha256::new();
        sum.update(request.kind().as_str().as_bytes());
        sum.update(b" ");
        sum.update(request.url.as_bytes());
        if let Purpose::Ocsp { about, .. } = &request.purpose {
            sum.update(b" ");
            sum.update(about);
        }
        self.folder.join(lower_hex(&sum.finish()))
    }

    fn make_room(&self, wanted: u64) {
        let mut files = files_of(&self.folder);
        files.sort_by_key(|(written, ..)| *written);
        let mut total: u64 = files.iter().map(|(_, octets, _)| octets).sum();
        let mut count = files.len();
        for (_, octets, path) in files {
            if total.saturating_add(wanted) <= FOLDER_OCTETS && count < FILES {
                return;
            }
            if fs::remove_file(&path).is_ok() {
                total = total.saturating_sub(octets);
                count = count.saturating_sub(1);
            }
        }
    }
}

fn files_of(folder: &Path) -> Vec<(SystemTime, u64, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let file = |entry: fs::DirEntry| {
        let about = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        Some((about.modified().unwrap_or(SystemTime::UNIX_EPOCH), about.len(), entry.path()))
    };
    entries.filter_map(Result::ok).filter_map(file).collect()
}

/// The content of a file, if all of it is there as it was written.
fn read(octets: &[u8]) -> Option<(&[u8], OffsetDateTime)> {
    let end = octets.iter().take(LINE_OCTETS).position(|octet| *octet == b'\n')?;
    let line = std::str::from_utf8(octets.get(..end)?).ok()?;
    let content = octets.get(end.checked_add(1)?..)?;
    let mut words = line.split(' ');
    if words.next()? != MARK {
        return None;
    }
    let until = OffsetDateTime::from_unix_timestamp(words.next()?.parse().ok()?).ok()?;
    let digest = words.next()?;
    (words.next().is_none() && digest == lower_hex(&sha256(content))).then_some((content, until))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);

    struct Shelf {
        folder: tempfile::TempDir,
        now: Arc<Mutex<OffsetDateTime>>,
        cache: Cache,
    }

    fn shelf() -> Shelf {
        let folder = tempfile::tempdir().unwrap();
        let now = Arc::new(Mutex::new(NOW));
        let told = Arc::clone(&now);
        let cache = Cache::new(folder.path().join("deep/fetched"), Arc::new(move || *told.lock().unwrap()));
        Shelf { folder, now, cache }
    }

    fn request(purpose: Purpose, url: &str) -> FetchRequest {
        FetchRequest { purpose, url: url.to_owned() }
    }

    fn list(url: &str) -> FetchRequest {
        request(Purpose::RevocationList, url)
    }

    #[test]
    fn what_was_kept_is_found_until_its_time_and_no_longer_than_a_day() {
        let shelf = shelf();
        let find = |url: &str| shelf.cache.find(&list(url), &Limits::DEFAULT).map(|(content, _)| content);
        shelf.cache.keep(&list("http://a/"), b"a", Some(NOW + Duration::HOUR));
        shelf.cache.keep(&list("http://b/"), b"b", Some(NOW + Duration::WEEK));
        shelf.cache.keep(&list("http://c/"), b"c", Some(NOW - Duration::HOUR));
        shelf.cache.keep(&list("http://d/"), b"d", None);
        assert_eq!((find("http://a/"), find("http://b/")), (Some(b"a".to_vec()), Some(b"b".to_vec())));
        assert_eq!((find("http://c/"), find("http://d/")), (None, None));
        *shelf.now.lock().unwrap() = NOW + Duration::HOUR;
        assert_eq!((find("http://a/"), find("http://b/")), (None, Some(b"b".to_vec())));
        *shelf.now.lock().unwrap() = NOW + Duration::DAY;
        assert_eq!(find("http://b/"), None);
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_make_an_answer_fresher() {
        let shelf = shelf();
        shelf.cache.keep(&list("http://a/"), b"a", Some(NOW + Duration::DAY));
        *shelf.now.lock().unwrap() = NOW - Duration::WEEK;
        assert!(shelf.cache.find(&list("http://a/"), &Limits::DEFAULT).is_none());
    }

    #[test]
    fn kinds_urls_and_certificates_asked_about_are_kept_apart() {
        let shelf = shelf();
        let ocsp = |about| Purpose::Ocsp { request: vec![about], about: [about; 32] };
        let requests = [
            list("http://a/"),
            list("http://b/"),
            request(Purpose::Issuer, "http://a/"),
            request(ocsp(1), "http://a/"),
            request(ocsp(2), "http://a/"),
        ];
        for (number, request) in requests.iter().enumerate() {
            shelf.cache.keep(request, &[u8::try_from(number).unwrap()], Some(NOW + Duration::HOUR));
        }
        for (number, request) in requests.iter().enumerate() {
            let kept = shelf.cache.find(request, &Limits::DEFAULT).unwrap().0;
            assert_eq!(kept, [u8::try_from(number).unwrap()]);
        }
        let other_nonce = request(Purpose::Ocsp { request: vec![9, 9], about: [1; 32] }, "http://a/");
        assert!(shelf.cache.find(&other_nonce, &Limits::DEFAULT).is_some());
    }

    #[test]
    fn a_damaged_file_counts_as_not_there_and_is_removed() {
        let shelf = shelf();
        shelf.cache.keep(&list("http://a/"), b"content", Some(NOW + Duration::HOUR));
        let path = shelf.cache.path(&list("http://a/"));
        let good = fs::read(&path).unwrap();
        for place in 0..good.len() {
            let mut bad = good.clone();
            bad[place] ^= 0x10;
            fs::write(&path, &bad).unwrap();
            let found = shelf.cache.find(&list("http://a/"), &Limits::DEFAULT);
            // A changed digit of the date may still be a date; the content is the same then.
            assert!(found.is_none_or(|(content, _)| content == b"content"), "{place}");
        }
        for bad in [&b""[..], b"\n", b"sealscope-fetched-1", &good[..good.len() - 1], &[0xff; 4096]] {
            fs::write(&path, bad).unwrap();
            assert!(shelf.cache.find(&list("http://a/"), &Limits::DEFAULT).is_none());
            assert!(!path.exists());
        }
    }

    #[test]
    fn the_folder_is_the_owners_alone_and_stays_bounded() {
        let shelf = shelf();
        for number in 0..FILES + 5 {
            let path = shelf.cache.folder.join(format!("filler{number}"));
            durable::create_folder(&shelf.cache.folder).unwrap();
            fs::write(path, b"x").unwrap();
        }
        shelf.cache.keep(&list("http://a/"), b"a", Some(NOW + Duration::HOUR));
        assert!(files_of(&shelf.cache.folder).len() <= FILES);
        assert!(shelf.cache.find(&list("http://a/"), &Limits::DEFAULT).is_some());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&shelf.cache.folder).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700);
        }
        drop(shelf.folder);
    }
}
