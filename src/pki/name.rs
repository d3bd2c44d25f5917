//! Distinguished names: as text for people (RFC 4514), and compared as RFC 5280 §7.1 wants it.

use std::cmp::Ordering;
use std::fmt::Write as _;
use std::sync::Arc;

use openssl::asn1::{Asn1Object, Asn1StringRef};
use openssl::nid::Nid;
use openssl::x509::{X509Name, X509NameRef};

use super::certificate::lower_hex;
use super::memo;
use crate::asn1::{Element, Tree};
use crate::limits::Limits;

/// The name as RFC 4514 text, most specific part first. What could disturb a terminal or a reader is escaped.
#[must_use]
pub fn rfc4514(name: &X509NameRef) -> String {
    let octets = name.to_der().unwrap_or_default();
    let tree = Tree::parse(&octets, &Limits::DEFAULT);
    let mut parts: Vec<String> =
        tree.root().map(|root| root.children().map(relative_name).collect()).unwrap_or_default();
    parts.reverse();
    parts.join(",")
}

/// [`rfc4514`] of a name as it is encoded; `None` where it cannot be read.
#[must_use]
pub fn rfc4514_of(der: &[u8]) -> Option<Arc<str>> {
    memo::name(der, || X509Name::from_der(der).ok().map(|name| rfc4514(&name)))
}

fn relative_name(set: Element<'_, '_>) -> String {
    let parts: Vec<String> = set.children().filter_map(attribute_and_value).collect();
    parts.join("+")
}

fn attribute_and_value(pair: Element<'_, '_>) -> Option<String> {
    let oid = pair.child(0)?.oid()?;
    let value = pair.child(1)?;
    let text = value.string().map_or_else(|| format!("#{}", lower_hex(value.whole())), |text| escape(&text));
    Some(format!("{}={text}", attribute(oid.as_str())))
}

/// Every value of one attribute, as text, control characters and all; a value with a NUL in it is left out, because
/// programs disagree on where it ends.
pub(crate) fn values(name: &X509NameRef, attribute: Nid) -> Vec<String> {
    name.entries_by_nid(attribute).map(|entry| text(entry.data())).filter(|value| !value.contains('\0')).collect()
}

/// Whether two names are the same: case, spaces and string types do not count (RFC 5280 §7.1).
pub(crate) fn same(one: &X509NameRef, other: &X509NameRef) -> bool {
    one.try_cmp(other).is_ok_and(|order| order == Ordering::Equal)
}

/// The text with control and direction-changing characters made visible.
pub(crate) fn printable(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, character| {
        push_visible(&mut out, character);
        out
    })
}

fn text(value: &Asn1StringRef) -> String {
    value.to_string().unwrap_or_else(|_| String::from_utf8_lossy(value.as_slice()).into_owned())
}

fn attribute(dotted: &str) -> String {
    let nid = Asn1Object::from_str(dotted).map_or(Nid::UNDEF, |object| object.nid());
    match nid {
        Nid::PKCS9_EMAILADDRESS => "emailAddress".to_owned(),
        Nid::UNDEF => dotted.to_owned(),
        known => known.short_name().unwrap_or(dotted).to_owned(),
    }
}

fn escape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (index, character) in value.chars().enumerate() {
        match character {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            '#' if index == 0 => out.push_str("\\#"),
            ' ' if index == 0 || index == last => out.push_str("\\ "),
            other => push_visible(&mut out, other),
        }
    }
    out
}

/// RFC 4514 §2.4's `\` and two hexadecimal digits per octet, for what must not reach a screen as it is.
fn push_visible(out: &mut String, character: char) {
    if !character.is_control() && !changes_direction(character) {
        out.push(character);
        return;
    }
    let mut octets = [0_u8; 4];
    for octet in character.encode_utf8(&mut octets).bytes() {
        // Writing to a String cannot fail.
        let _ = write!(out, "\\{octet:02X}");
    }
}

const fn changes_direction(character: char) -> bool {
    matches!(character, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use openssl::x509::X509Name;

    fn name(parts: &[(Nid, &str)]) -> X509Name {
        let mut builder = X509Name::builder().unwrap();
        for (attribute, value) in parts {
            builder.append_entry_by_nid(*attribute, value).unwrap();
        }
        builder.build()
    }

    #[test]
    fn the_most_specific_part_comes_first() {
        let name = name(&[(Nid::ORGANIZATIONNAME, "Alpha"), (Nid::COMMONNAME, "Alice")]);
        assert_eq!(rfc4514(&name), "CN=Alice,O=Alpha");
    }

    #[test]
    fn separators_and_controls_are_escaped() {
        let name = name(&[(Nid::COMMONNAME, "#a,b\u{1b}[31m\u{202e}c ")]);
        assert_eq!(rfc4514(&name), "CN=\\#a\\,b\\1B[31m\\E2\\80\\AEc\\ ");
    }

    #[test]
    fn string_type_and_case_do_not_count_in_comparison() {
        use openssl::asn1::Asn1Type;
        let mut one = X509Name::builder().unwrap();
        one.append_entry_by_nid_with_type(Nid::COMMONNAME, "Lab  Root", Asn1Type::PRINTABLESTRING).unwrap();
        let mut other = X509Name::builder().unwrap();
        other.append_entry_by_nid_with_type(Nid::COMMONNAME, "lab root", Asn1Type::UTF8STRING).unwrap();
        assert!(same(&one.build(), &other.build()));
    }

    #[test]
    fn the_parts_of_one_relative_name_are_joined_by_a_plus() {
        use crate::asn1::der;
        let pair =
            |oid: &str, value: &str| der::sequence(&[&der::oid(oid).unwrap(), &der::value(0x0c, value.as_bytes())]);
        let set = der::set(&[&pair("2.5.4.3", "Alice"), &pair("1.2.3.4", "7")]);
        let name = X509Name::from_der(&der::sequence(&[&set])).unwrap();
        assert_eq!(rfc4514(&name), "CN=Alice+1.2.3.4=7");
    }
}
