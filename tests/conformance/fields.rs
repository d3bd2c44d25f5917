//! Rows about fields of the header and of a notification: plain messages, each with one field changed.

use sealscope::conformance::{Place, RowResult};

use super::Case;
use super::support::{ALICE, BOB, envelope};
use RowResult::{Fail, Info, Pass, Warning};

/// The fields of a good message.
const BASE: [(&str, &str); 7] = [
    ("From", "alice@a.example"),
    ("To", "bob@b.example"),
    ("Subject", "Results"),
    ("Date", "Mon, 1 Jun 2026 11:59:00 +0000"),
    ("Message-ID", "<1@a.example>"),
    ("MIME-Version", "1.0"),
    ("Content-Type", "text/plain"),
];

/// A good message with these lines in place of its fields of the same names; a line without a colon takes a field away.
pub(crate) fn with(lines: &str, body: &str) -> Vec<u8> {
    let changed: Vec<String> =
        lines.split("\r\n").map(|line| line.split(':').next().unwrap_or_default().to_lowercase()).collect();
    let mut message = String::new();
    for (name, value) in BASE.iter().filter(|(name, _)| !changed.contains(&name.to_lowercase())) {
        message.push_str(&format!("{name}: {value}\r\n"));
    }
    for line in lines.split("\r\n").filter(|line| line.contains(':') || line.starts_with(' ')) {
        message.push_str(&format!("{line}\r\n"));
    }
    message.push_str(&format!("\r\n{body}"));
    message.into_bytes()
}

pub(crate) fn plain(id: &'static str, place: Place, expected: RowResult, what: &str, message: &[u8]) -> Case {
    let envelope = envelope(ALICE, &[BOB], message);
    Case { id, place, expected, what: what.to_owned(), envelope, report: None }
}

const HEADER: &[(&str, RowResult, &str)] = &[
    ("DTS-196", Pass, "X-Note: plain"),
    ("DTS-196", Warning, "X-Note: h\u{e9}"),
    ("DTS-114", Pass, ""),
    ("DTS-114", Fail, "Date"),
    ("DTS-114", Fail, "Date: 2026-06-01"),
    ("DTS-114", Warning, "Date: Mon, 1  Jun 2026 11:59:00 +0000"),
    ("DTS-115", Pass, "From: Alice <alice@a.example>"),
    ("DTS-115", Fail, "From"),
    ("DTS-115", Fail, "From: nobody"),
    ("DTS-115", Fail, "From: a@a.example\r\nFrom: b@a.example"),
    ("DTS-116", Pass, "Sender: secretary@a.example"),
    ("DTS-116", Fail, "From: a@a.example, b@a.example"),
    ("DTS-116", Warning, "Sender: alice@a.example"),
    ("DTS-116", Fail, "Sender: a@a.example, b@a.example"),
    ("DTS-116", Info, ""),
    ("DTS-117", Pass, "Reply-To: other@a.example"),
    ("DTS-117", Warning, ""),
    ("DTS-117", Fail, "Reply-To: nobody at all"),
    ("DTS-118", Pass, ""),
    ("DTS-118", Pass, "To: undisclosed-recipients:;"),
    ("DTS-118", Fail, "To"),
    ("DTS-118", Fail, "To: bob"),
    ("DTS-119", Pass, "Cc: carol@b.example"),
    ("DTS-119", Info, ""),
    ("DTS-119", Fail, "Cc: carol@"),
    ("DTS-120", Pass, ""),
    ("DTS-120", Info, "Bcc: dave@b.example"),
    ("DTS-120", Fail, "Bcc: dave"),
    ("DTS-121", Pass, ""),
    ("DTS-121", Fail, "Message-ID"),
    ("DTS-121", Fail, "Message-ID: 1@a.example"),
    ("DTS-121", Fail, "Message-ID: <1 2@a.example>"),
    ("DTS-122", Pass, "In-Reply-To: <0@b.example>"),
    ("DTS-122", Fail, "In-Reply-To: yours of yesterday"),
    ("DTS-123", Pass, "References: <0@b.example> <1@b.example>"),
    ("DTS-123", Fail, "References: 0@b.example"),
    ("DTS-124", Pass, ""),
    ("DTS-124", Fail, "Subject"),
    ("DTS-125", Info, "Comments: none"),
    ("DTS-126", Info, "Keywords: none"),
    ("DTS-127", Info, "X-Mailer: none"),
    ("DTS-128", Pass, "Disposition-Notification-To: alice@a.example"),
    ("DTS-128", Fail, "Disposition-Notification-To: alice"),
    ("DTS-102b", Pass, ""),
    ("DTS-102b", Warning, "MIME-Version: 1.0 (ours)"),
    ("DTS-102b", Fail, "MIME-Version: 2.0"),
    ("DTS-102b", Fail, "MIME-Version"),
    ("DTS-199", Pass, ""),
    ("DTS-199", Fail, "Date"),
    ("DTS-199", Fail, "Return-Path: alice"),
    ("DTS-200", Fail, "MIME-Version: 2.0"),
    ("DTS-103-105", Pass, "Return-Path: <alice@a.example>"),
    ("DTS-103-105", Pass, "Return-Path: <>"),
    ("DTS-103-105", Warning, ""),
    ("DTS-103-105", Fail, "Return-Path: alice@a.example"),
    (
        "DTS-104-106",
        Pass,
        "Received: from mx.a.example by mx.b.example with ESMTPS id 1 for <bob@b.example>; Mon, 1 Jun 2026 11:59:00 +0000",
    ),
    (
        "DTS-104-106",
        Warning,
        "Received: from mx.a.example by mx.b.example with pigeons; Mon, 1 Jun 2026 11:59:00 +0000",
    ),
    ("DTS-104-106", Warning, "Received: by mx.b.example; Mon, 1 Jun 2026 11:59:00 +0000"),
    ("DTS-104-106", Fail, "Received: yesterday"),
    ("DTS-104-106", Info, ""),
    ("DTS-197", Pass, "Resent-Date: Mon, 1 Jun 2026 11:59:00 +0000\r\nResent-From: carol@b.example"),
    ("DTS-197", Fail, "Resent-Date: Mon, 1 Jun 2026 11:59:00 +0000\r\nX-Between: x\r\nResent-From: carol@b.example"),
    ("DTS-107", Pass, "Resent-Date: Mon, 1 Jun 2026 11:59:00 +0000"),
    ("DTS-107", Fail, "Resent-Date: yesterday"),
    ("DTS-108", Pass, "Resent-From: carol@b.example"),
    ("DTS-108", Fail, "Resent-From: carol"),
    ("DTS-109", Pass, "Resent-From: carol@b.example\r\nResent-Sender: dave@b.example"),
    ("DTS-109", Fail, "Resent-From: carol@b.example\r\nResent-Sender: carol@b.example"),
    ("DTS-110", Pass, "Resent-To: carol@b.example"),
    ("DTS-110", Fail, "Resent-To: carol"),
    ("DTS-111", Pass, "Resent-Cc: carol@b.example"),
    ("DTS-111", Fail, "Resent-Cc: carol"),
    ("DTS-112", Pass, "Resent-Bcc: carol@b.example"),
    ("DTS-112", Fail, "Resent-Bcc: carol"),
    ("DTS-113", Pass, "Resent-Message-ID: <2@b.example>"),
    ("DTS-113", Fail, "Resent-Message-ID: 2"),
];

/// The part of a notification that a program reads, good.
const REPORT: [(&str, &str); 4] = [
    ("Reporting-UA", "agent.b.example; Sealscope"),
    ("Final-Recipient", "rfc822; bob@b.example"),
    ("Original-Message-ID", "<1@a.example>"),
    ("Disposition", "automatic-action/MDN-sent-automatically; processed"),
];

const NOTIFICATION: &[(&str, RowResult, &str, &str)] = &[
    ("DTS-451", Info, "", ""),
    ("DTS-452", Pass, "", ""),
    ("DTS-452", Fail, "Disposition-Notification-To: bob@b.example", ""),
    ("DTS-453", Info, "", ""),
    ("DTS-454", Pass, "Original-Recipient: rfc822; bob@b.example", ""),
    ("DTS-454", Warning, "Original-Recipient: bob@b.example", ""),
    ("DTS-454", Fail, "Original-Recipient: x400; bob@b.example", ""),
    ("DTS-455", Info, "", ""),
    ("DTS-456", Pass, "", ""),
    ("DTS-456", Fail, "", "no field at all\r\nX-A"),
    ("DTS-457", Pass, "", ""),
    ("DTS-457", Warning, "", "Reporting-UA"),
    ("DTS-457", Fail, "", "Reporting-UA: "),
    ("DTS-458", Pass, "", "MDN-Gateway: smtp; gw.b.example"),
    ("DTS-458", Fail, "", "MDN-Gateway: gw.b.example"),
    ("DTS-459", Pass, "", "Original-Recipient: rfc822;bob@b.example"),
    ("DTS-459", Fail, "", "Original-Recipient: rfc822;bob"),
    ("DTS-460", Pass, "", ""),
    ("DTS-460", Fail, "", "Final-Recipient"),
    ("DTS-460", Fail, "", "Final-Recipient: bob@b.example"),
    ("DTS-461", Pass, "", ""),
    ("DTS-461", Warning, "", "Original-Message-ID"),
    ("DTS-461", Fail, "", "Original-Message-ID: 1"),
    ("DTS-462", Pass, "", ""),
    ("DTS-462", Fail, "", "Disposition"),
    ("DTS-462", Fail, "", "Disposition: processed"),
    ("DTS-463", Pass, "", "Failure: no room"),
    ("DTS-463", Fail, "", "Failure: "),
    ("DTS-464", Pass, "", "Error: no room"),
    ("DTS-464", Fail, "", "Error: "),
    ("DTS-465", Pass, "", "Warning: no room"),
    ("DTS-465", Fail, "", "Warning: "),
    ("DTS-466", Pass, "", "X-DIRECT-FINAL-DESTINATION-DELIVERY: optional,true"),
    ("DTS-466", Fail, "", "X-Nothing: "),
    ("DT-MDN-DISPOSITION", Pass, "", ""),
    ("DT-MDN-DISPOSITION", Fail, "", "Disposition: manual-action/MDN-sent-manually; displayed"),
    ("DTS-450", Fail, "", ""),
];

/// A notification with these lines in its header and in its report.
pub(crate) fn notification(header: &str, report: &str) -> Vec<u8> {
    let changed: Vec<&str> = report.split("\r\n").map(|line| line.split(':').next().unwrap_or_default()).collect();
    let mut fields = String::new();
    for (name, value) in REPORT.iter().filter(|(name, _)| !changed.contains(name)) {
        fields.push_str(&format!("{name}: {value}\r\n"));
    }
    let taken_away = REPORT.iter().any(|(name, _)| *name == report);
    if !report.is_empty() && !taken_away {
        fields.push_str(&format!("{report}\r\n"));
    }
    let body = format!(
        "--r\r\nContent-Type: text/plain\r\n\r\nIt was processed.\r\n--r\r\n\
         Content-Type: message/disposition-notification\r\n\r\n{fields}\r\n--r--\r\n"
    );
    let kind = "Content-Type: multipart/report; report-type=disposition-notification; boundary=r";
    let lines = if header.is_empty() { kind.to_owned() } else { format!("{kind}\r\n{header}") };
    with(&lines, &body)
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (id, expected, lines) in HEADER {
        cases.push(plain(id, Place::Outer, *expected, lines, &with(lines, "All is well.\r\n")));
    }
    let zip = "Content-Type: application/zip; name=ccda.zip\r\nContent-Transfer-Encoding: base64";
    for (expected, subject) in [(Fail, "Subject: Results"), (Pass, "Subject: XDM/1.0/DDM results")] {
        let message = with(&format!("{zip}\r\n{subject}"), "UEsDBA==\r\n");
        cases.push(plain("DTS-124", Place::Outer, expected, subject, &message));
    }
    for (id, expected, header, report) in NOTIFICATION {
        let place = Place::Whole;
        cases.push(plain(id, place, *expected, &format!("{header}/{report}"), &notification(header, report)));
    }
    for (expected, value) in [
        (Pass, "X-DIRECT-FINAL-DESTINATION-DELIVERY=optional,true"),
        (Fail, "X-DIRECT-FINAL-DESTINATION-DELIVERY=true"),
        (Info, "other=optional,true"),
    ] {
        let message = with(&format!("Disposition-Notification-Options: {value}"), "All is well.\r\n");
        cases.push(plain("DT-DELIVERY-REQUEST", Place::Whole, expected, value, &message));
    }
    cases
}
