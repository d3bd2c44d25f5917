//! The syntax of single field values (RFC 5322 §3.3, §3.6.4; RFC 5321 §4.4), as far as a row asks for it.
//!
//! Finding fields, unfolding them and reading mailboxes is [`crate::mail`]'s; here is only what nothing else needs.

use crate::mail::{Address, mailbox_list, unfold};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// RFC 5322 §4.3: zones that may be read.
const ZONES: [&str; 10] = ["ut", "gmt", "est", "edt", "cst", "cdt", "mst", "mdt", "pst", "pdt"];

/// How well a value keeps to its syntax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As the grammar has it.
    Good,
    /// Readable; blanks or a form that is obsolete.
    Loose(&'static str),
    /// Not.
    Bad(&'static str),
}

/// The text of a value: unfolded, without the blanks around it.
pub(super) fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(unfold(value).trim_ascii()).into_owned()
}

/// A value without its comments, quoted strings left alone; `None` where a comment is not closed.
pub(super) fn without_comments(value: &str) -> Option<String> {
    let mut kept = String::with_capacity(value.len());
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for found in value.chars() {
        match found {
            _ if escaped => {
                escaped = false;
                if depth == 0 {
                    kept.push(found);
                }
                continue;
            }
            '\\' => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => {
                depth = depth.saturating_add(1);
                continue;
            }
            ')' if !quoted && depth > 0 => {
                depth = depth.saturating_sub(1);
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            kept.push(found);
        }
    }
    (depth == 0).then_some(kept)
}

/// `[day ","] day month year hour ":" minute [":" second] zone` (RFC 5322 §3.3).
pub(super) fn date_time(value: &[u8]) -> Form {
    let text = text(value);
    let Some(plain) = without_comments(&text) else { return Form::Bad("a comment is not closed") };
    let plain = plain.trim();
    let rest = match plain.split_once(',') {
        Some((day, _)) if !DAYS.contains(&day.trim().to_ascii_lowercase().as_str()) => {
            return Form::Bad("the day of the week is not one of Mon … Sun");
        }
        Some((_, rest)) => rest,
        None => plain,
    };
    let words: Vec<&str> = rest.split_ascii_whitespace().collect();
    let [day, month, year, time, zone] = words.as_slice() else {
        return Form::Bad("a date has day, month, year, time and zone");
    };
    if !is_number(day, 1, 31) || !MONTHS.contains(&month.to_ascii_lowercase().as_str()) {
        return Form::Bad("day or month is none");
    }
    if !is_time(time) {
        return Form::Bad("the time is not hour:minute or hour:minute:second");
    }
    if !year.bytes().all(|octet| octet.is_ascii_digit()) || year.len() < 2 {
        return Form::Bad("the year is none");
    }
    let numeric =
        zone.len() == 5 && zone.starts_with(['+', '-']) && zone.bytes().skip(1).all(|octet| octet.is_ascii_digit());
    if !numeric {
        let known = ZONES.contains(&zone.to_ascii_lowercase().as_str()) || zone.len() == 1;
        return if known { Form::Loose("the zone is of an obsolete form") } else { Form::Bad("the zone is none") };
    }
    if year.len() < 4 {
        return Form::Loose("the year has fewer than four digits");
    }
    if text.contains("  ") || text.contains('\t') {
        return Form::Loose("there are more blanks than one between words");
    }
    Form::Good
}

fn is_number(text: &str, least: u32, most: u32) -> bool {
    text.len() <= 2
        && text.bytes().all(|octet| octet.is_ascii_digit())
        && text.parse::<u32>().is_ok_and(|number| (least..=most).contains(&number))
}

fn is_time(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let two = |text: &&str, most| text.len() == 2 && is_number(text, 0, most);
    match parts.as_slice() {
        [hour, minute] => two(hour, 23) && two(minute, 59),
        [hour, minute, second] => two(hour, 23) && two(minute, 59) && two(second, 60),
        _ => false,
    }
}

/// `<left@right>` (RFC 5322 §3.6.4).
pub(super) fn message_id(value: &[u8]) -> Form {
    let text = text(value);
    let Some(plain) = without_comments(&text) else { return Form::Bad("a comment is not closed") };
    one_id(plain.trim())
}

/// One or more of them (In-Reply-To, References).
pub(super) fn message_ids(value: &[u8]) -> Form {
    let text = text(value);
    let Some(plain) = without_comments(&text) else { return Form::Bad("a comment is not closed") };
    let mut rest = plain.trim();
    if rest.is_empty() {
        return Form::Bad("there is no identifier");
    }
    while !rest.is_empty() {
        let end = rest.find('>').map_or(rest.len(), |end| end.saturating_add(1));
        let (id, more) = rest.split_at(end);
        let form = one_id(id.trim());
        if form != Form::Good {
            return form;
        }
        rest = more.trim_start();
    }
    Form::Good
}

fn one_id(text: &str) -> Form {
    let Some(inside) = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')) else {
        return Form::Bad("an identifier stands in angle brackets");
    };
    let Some((left, right)) = inside.split_once('@') else { return Form::Bad("an identifier has an @ inside") };
    let in_order = |part: &str| {
        !part.is_empty()
            && part.chars().all(|found| (found.is_ascii_graphic() && !"<>@,;\\()".contains(found)) || !found.is_ascii())
    };
    let quoted = left.len() > 2 && left.starts_with('"') && left.ends_with('"');
    if inside.contains([' ', '\t']) && !quoted {
        return Form::Bad("an identifier has no blanks inside");
    }
    let literal = right.starts_with('[') && right.ends_with(']');
    if (in_order(left) || quoted) && (in_order(right) || literal) {
        Form::Good
    } else {
        Form::Bad("the identifier is not <left@right>")
    }
}

/// The addresses of a mailbox list, or which of them is none.
pub(super) fn mailboxes(value: &[u8]) -> Result<Vec<Address>, String> {
    mailbox_list(value).into_iter().map(|entry| entry.address.map_err(|error| error.to_string())).collect()
}

/// `<mailbox>` or `<>` (RFC 5321 §4.4).
pub(super) fn is_path(value: &[u8]) -> bool {
    let text = text(value);
    let Some(plain) = without_comments(&text) else { return false };
    let plain = plain.trim();
    plain == "<>" || (plain.starts_with('<') && Address::parse_path(plain).is_ok())
}

/// An RFC 3798 address: `rfc822; someone@example.org`.
pub(super) fn typed_address(value: &[u8]) -> Form {
    let text = text(value);
    match text.split_once(';') {
        None => Form::Loose("there is no address type before the address"),
        Some((kind, _))
            if !kind.trim().eq_ignore_ascii_case("rfc822") && !kind.trim().eq_ignore_ascii_case("utf-8") =>
        {
            Form::Bad("the address type is not rfc822")
        }
        Some((_, address)) if Address::parse_path(address.trim()).is_err() => Form::Bad("what follows is no address"),
        Some(_) => Form::Good,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_told_from_what_looks_like_one() {
        for text in [
            "Mon, 1 Jun 2026 11:59:00 +0000",
            "1 Jun 2026 11:59 -0500",
            "Mon, 01 Jun 2026 11:59:00 +0000 (UTC)",
            " Mon,\r\n 1 Jun 2026 11:59:00 +0000",
        ] {
            assert_eq!(date_time(text.as_bytes()), Form::Good, "{text}");
        }
        for text in ["Mon, 1 Jun 26 11:59 GMT", "Mon, 1  Jun 2026 11:59:00 +0000", "Mon, 1 Jun 26 11:59:00 +0000"] {
            assert!(matches!(date_time(text.as_bytes()), Form::Loose(_)), "{text}");
        }
        for text in [
            "",
            "2026-06-01T11:59:00Z",
            "Moo, 1 Jun 2026 11:59:00 +0000",
            "Mon, 41 Jun 2026 11:59:00 +0000",
            "Mon, 1 Jun 2026 25:59:00 +0000",
            "Mon, 1 Jun 2026 11:59:00",
            "Mon, 1 Jun 2026 11:59:00 +0000 (",
        ] {
            assert!(matches!(date_time(text.as_bytes()), Form::Bad(_)), "{text}");
        }
    }

    #[test]
    fn identifiers_stand_in_angle_brackets_and_have_no_blanks() {
        for text in ["<1@a.example>", " <a.b-c@[192.0.2.1]> ", "<\"a b\"@c>", "<1@a> (comment)"] {
            assert_eq!(message_id(text.as_bytes()), Form::Good, "{text}");
        }
        for text in ["", "1@a.example", "<1>", "<1 2@a.example>", "<@a>", "<1@>", "<1@a", "<1@a@b>"] {
            assert!(matches!(message_id(text.as_bytes()), Form::Bad(_)), "{text}");
        }
        assert_eq!(message_ids(b"<1@a>\r\n <2@b><3@c>"), Form::Good);
        assert!(matches!(message_ids(b"<1@a> 2@b"), Form::Bad(_)));
        assert!(matches!(message_ids(b""), Form::Bad(_)));
    }

    #[test]
    fn comments_are_taken_out_and_quoted_strings_left() {
        assert_eq!(without_comments("a (b (c) \\) d) e").as_deref(), Some("a  e"));
        assert_eq!(without_comments("\"(a)\" b").as_deref(), Some("\"(a)\" b"));
        assert_eq!(without_comments("a (b"), None);
    }

    #[test]
    fn a_path_and_a_typed_address_are_addresses_in_their_dress() {
        assert!(is_path(b" <a@b.example>") && is_path(b"<>"));
        assert!(!is_path(b"a@b.example") && !is_path(b"<a>"));
        assert_eq!(typed_address(b"rfc822;a@b.example"), Form::Good);
        assert!(matches!(typed_address(b"a@b.example"), Form::Loose(_)));
        assert!(matches!(typed_address(b"x400; a@b.example"), Form::Bad(_)));
        assert!(matches!(typed_address(b"rfc822; nobody"), Form::Bad(_)));
    }
}
