//! What the benches of very large messages and folders share: the files, and how much memory a process holds.
#![allow(dead_code, clippy::unwrap_used, reason = "each bench uses its own part, and stops where it cannot go on")]

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

/// One gigabyte.
pub(crate) const GIGABYTE: usize = 1_000_000_000;
/// Messages of the folder.
pub(crate) const MESSAGES: usize = 100_000;

const LINE: &[u8] = b"TG9yZW0gaXBzdW0gZG9sb3Igc2l0IGFtZXQsIGNvbnNlY3RldHVyIGFkaXBpc2NpbmcgZWxpdA\r\n";

/// A message with a letter and an attachment that fills it up to a gigabyte, and ends in a word that is nowhere else.
pub(crate) fn write_message(path: &Path) {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
    out.write_all(
        b"From: alice@a.example\r\nTo: bob@b.example\r\nSubject: A scan\r\nMIME-Version: 1.0\r\n\
          Content-Type: multipart/mixed; boundary=\"middle\"\r\n\r\n--middle\r\nContent-Type: text/plain\r\n\r\n\
          The scan is attached.\r\n--middle\r\nContent-Type: application/dicom; name=scan.dcm\r\n\
          Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=scan.dcm\r\n\r\n",
    )
    .unwrap();
    (0..GIGABYTE / LINE.len()).for_each(|_| out.write_all(LINE).unwrap());
    out.write_all(b"zzLASTzz\r\n--middle--\r\n").unwrap();
    out.flush().unwrap();
}

/// An encrypted message of a gigabyte: what it holds is the beginning of an envelope, and then whatever fills it.
pub(crate) fn write_enveloped(path: &Path) {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
    out.write_all(
        b"From: alice@a.example\r\nTo: bob@b.example\r\nMIME-Version: 1.0\r\n\
          Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n\
          Content-Transfer-Encoding: base64\r\n\r\n\
          MIAGCSqGSIb3DQEHA6CAMIACAQAxggE0MIIBMAIBADAYMAAwAgYDAgEBMA0GCSqGSIb3DQEBAQUABIIB\r\n",
    )
    .unwrap();
    (0..GIGABYTE / LINE.len()).for_each(|_| out.write_all(LINE).unwrap());
    out.flush().unwrap();
}

/// A folder of so many messages of two kilobytes, a thousand in each folder below.
pub(crate) fn write_folder(folder: &Path, messages: usize) {
    let text = "All is well, and this line is as long as a line of a letter tends to be.\r\n".repeat(24);
    for number in 0..messages {
        let below = folder.join(format!("{:03}", number / 1_000));
        if number % 1_000 == 0 {
            fs::create_dir_all(&below).unwrap();
        }
        let message = format!(
            "From: sender{}@a.example\r\nTo: bob@b.example\r\nSubject: Letter {number}\r\n\
             Date: Mon, 2 Mar 2026 09:30:00 +0000\r\nMessage-ID: <{number}@a.example>\r\n\r\n{text}",
            number % 97
        );
        fs::write(below.join(format!("{number:06}.eml")), message).unwrap();
    }
}

/// Megabytes of memory that this or another process has for itself: neither mapped files nor shared pages.
pub(crate) fn anonymous(process: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes / 1e3)
}
