//! Faults of this program: where one happened goes into a report file that can be sent to its makers. What the panic
//! said goes there only if it cannot quote a message: a failed slice quotes the text that was sliced.

use std::backtrace::Backtrace;
use std::fs;
use std::io::{self, Write as _};
use std::panic::{self, PanicHookInfo};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use time::OffsetDateTime;

use super::text::fault as words;

/// The folder's name, beside the workspaces.
const FOLDER: &str = "reports";
/// Older reports go when there are more: a fault in every frame must not fill the disk.
const MOST: usize = 20;

// The report of the latest fault; a panic in a job and the window that tells of it are on different threads.
static LATEST: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Where reports go for this user, if the system names such a place.
#[must_use]
pub fn default_folder() -> Option<PathBuf> {
    crate::workspace::default_dir().map(|dir| dir.with_file_name(FOLDER))
}

/// From now on every panic writes a report into `folder` and says where on standard error, except those that `quiet`
/// knows by what they say.
pub fn report_into(folder: Option<PathBuf>, quiet: fn(&str) -> bool) {
    panic::set_hook(Box::new(move |info| {
        if info.payload_as_str().is_some_and(quiet) {
            return;
        }
        let written = folder.as_deref().and_then(|folder| write(folder, &report(info, now_utc())).ok());
        let sentence = words::happened(&place(info), written.as_deref());
        *LATEST.lock().unwrap_or_else(PoisonError::into_inner) = written;
        // Nobody is left to be told when standard error is gone.
        let _ = writeln!(io::stderr(), "{sentence}");
    }));
}

/// The report of the latest fault, once.
pub fn take_latest() -> Option<PathBuf> {
    LATEST.lock().unwrap_or_else(PoisonError::into_inner).take()
}

fn now_utc() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

fn place(info: &PanicHookInfo<'_>) -> String {
    info.location().map_or_else(|| "?".to_owned(), |at| format!("{}:{}:{}", at.file(), at.line(), at.column()))
}

/// Everything that the makers need and nobody else minds: never arguments, environment, messages or keys.
fn report(info: &PanicHookInfo<'_>, at: OffsetDateTime) -> String {
    let said = match info.payload().downcast_ref::<&'static str>() {
        // Written in the source: it quotes nothing.
        Some(fixed) => (*fixed).to_owned(),
        None => info.payload_as_str().map_or_else(|| words::WITHHELD.to_owned(), harmless),
    };
    format!(
        "{} {}\n{}\nsystem {} {}\nthread {}\nplace {}\nsaid {said}\n\n{}\n",
        super::text::NAME,
        crate::VERSION,
        super::text::minute(at),
        std::env::consts::OS,
        std::env::consts::ARCH,
        thread::current().name().unwrap_or("?"),
        place(info),
        Backtrace::force_capture(),
    )
}

/// What a panic said, if it is one of the library's sentences of fixed words and numbers; else that it is withheld.
fn harmless(said: &str) -> String {
    const FIXED: [&str; 6] = [
        "index out of bounds: ",
        "range end index ",
        "range start index ",
        "slice index starts at ",
        "copy_from_slice: ",
        "mid > len",
    ];
    const ERROR: &str = "called `Result::unwrap()` on an `Err` value";
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | ':' | '(' | ')' | '`' | '_' | '.' | ',');
    if FIXED.iter().any(|start| said.starts_with(start)) && said.chars().all(plain) {
        said.to_owned()
    } else if said.starts_with(ERROR) {
        format!("{ERROR}, {}", words::WITHHELD)
    } else {
        words::WITHHELD.to_owned()
    }
}

fn write(folder: &Path, report: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let mut known: Vec<PathBuf> = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    known.sort_unstable();
    for old in known.iter().rev().skip(MOST - 1) {
        fs::remove_file(old)?;
    }
    // By the time, so that names sort by age; the number tells two of one moment apart.
    let stamp = now_utc().unix_timestamp_nanos();
    let path = folder.join(format!("fault-{stamp}.txt"));
    fs::File::create_new(&path)?.write_all(report.as_bytes())?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sentences_of_fixed_words_are_told() {
        assert_eq!(
            harmless("index out of bounds: the len is 3 but the index is 9"),
            "index out of bounds: the len is 3 but the index is 9"
        );
        for said in [
            "byte index 2 is not a char boundary; it is inside 'é' (bytes 1..3) of `dé, secret`",
            "range end index 7 out of range for `\"secret\"`",
            "anything: secret",
        ] {
            assert_eq!(harmless(said), words::WITHHELD, "{said}");
        }
    }
}
