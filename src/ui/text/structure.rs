//! What the parts of a message are called, and where they lie.

use std::borrow::Cow;

use super::size;
use crate::mime::tree::NodeRole;

/// What a filter over the parts hides.
pub const HIDDEN: &str = "parts";

/// The title of a part with a meaning of its own here; others go by their media type.
#[must_use]
pub fn part(media_type: &str, subtype: &str) -> Cow<'static, str> {
    let known = match (media_type, subtype) {
        ("multipart", "signed") => "Signed message (multipart/signed)",
        ("application", "pkcs7-signature" | "x-pkcs7-signature") => "Detached signature (CMS)",
        ("application", "pkcs7-mime" | "x-pkcs7-mime") => "Encrypted content (CMS)",
        ("message", "rfc822" | "global") => "Wrapped message (message/rfc822)",
        _ => return format!("{media_type}/{subtype}").into(),
    };
    known.into()
}

/// Where a part lies among others, and its size.
#[must_use]
pub fn place(role: NodeRole, label: &str, octets: usize) -> String {
    let size = size(octets);
    match role {
        NodeRole::Root => size,
        NodeRole::Message => format!("the message inside, {size}"),
        NodeRole::Part(_) => format!("part {label}, {size}"),
    }
}
