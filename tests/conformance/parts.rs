//! Rows about MIME entities: plain messages, each with one part changed.

use sealscope::conformance::{Place, RowResult};

use super::Case;
use super::fields::{plain, with};
use RowResult::{Fail, Info, Pass, Warning};

const TEXT: &str = "All is well.\r\n";

const CASES: &[(&str, RowResult, &str, &str)] = &[
    ("DTS-190", Pass, "", TEXT),
    ("DTS-190", Fail, "Content-Type: text/plain (as ever)", TEXT),
    ("DTS-190", Pass, "Content-Type: text/plain; name=\"a (1).txt\"", TEXT),
    ("DTS-133-145-146", Pass, "", TEXT),
    ("DTS-133-145-146", Fail, "Content-Type: plain", TEXT),
    ("DTS-191", Pass, "Content-Type: x-ours/plain", TEXT),
    ("DTS-191", Fail, "Content-Type: ours/plain", TEXT),
    ("DTS-192", Pass, "Content-Type: application/pkcs7-signature; name=smime.p7s", TEXT),
    ("DTS-192", Fail, "Content-Type: application/pkcs7-signature", TEXT),
    ("DTS-192", Fail, "Content-Type: application/pkcs7-mime; name=smime.p7m", TEXT),
    ("DTS-192", Info, "", TEXT),
    ("DTS-137-140", Pass, "Content-Type: multipart/mixed; boundary=\"a:b\"", "--a:b\r\n\r\nx\r\n--a:b--\r\n"),
    ("DTS-137-140", Fail, "Content-Type: multipart/mixed; boundary=a:b", "--a:b\r\n\r\nx\r\n--a:b--\r\n"),
    (
        "DTS-137-140",
        Fail,
        "Content-Type: multipart/mixed; boundary=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "x",
    ),
    (
        "DTS-156",
        Pass,
        "Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Disposition: attachment; filename=smime.p7s",
        TEXT,
    ),
    ("DTS-156", Fail, "Content-Type: application/pkcs7-signature; name=smime.p7s", TEXT),
    (
        "DTS-161-194",
        Pass,
        "Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Disposition: attachment; filename=smime.p7s",
        TEXT,
    ),
    (
        "DTS-161-194",
        Warning,
        "Content-Type: application/pkcs7-signature\r\nContent-Disposition: attachment; filename=signature.asc",
        TEXT,
    ),
    ("DTS-134-143", Pass, "Content-ID: <part1@a.example>", TEXT),
    ("DTS-134-143", Fail, "Content-ID: part1", TEXT),
    ("DTS-135-142-144", Info, "Content-Description: a letter", TEXT),
    ("DTS-136-148-157", Pass, "Content-Transfer-Encoding: 7bit", TEXT),
    ("DTS-136-148-157", Warning, "Content-Transfer-Encoding: 8bit", TEXT),
    (
        "DTS-136-148-157",
        Warning,
        "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64",
        "--b\r\n\r\nx\r\n--b--\r\n",
    ),
    ("DTS-138-149", Pass, "Content-Language: en", TEXT),
    ("DTS-138-149", Fail, "Content-Language: ", TEXT),
    ("DTS-195", Pass, "", TEXT),
    ("DTS-195", Fail, "", "All is well.\nReally.\r\n"),
    ("DTS-195", Fail, "", "All is w\u{e9}ll.\r\n"),
    ("DTS-195", Fail, "Content-Transfer-Encoding: quoted-printable", "All\u{1} is well.\r\n"),
    ("DTS-200", Pass, "", TEXT),
    ("DTS-200", Fail, "Content-Type: plain", TEXT),
    ("DTS-204", Pass, "", TEXT),
    ("DTS-204", Fail, "", "All is well.\n"),
];

pub(crate) fn cases() -> Vec<Case> {
    let case = |(id, expected, lines, body): &(&'static str, RowResult, &str, &str)| {
        plain(id, Place::Outer, *expected, &format!("{lines}/{body}"), &with(lines, body))
    };
    CASES.iter().map(case).collect()
}
