//! What the values of certificates and revocation lists say, in words (RFC 5280).

use openssl::x509::X509Name;

use super::meaning::{LISTED, first_oid, hex, short, sketch, time, timestamp};
use crate::asn1::{Class, Element, Oid, OutlineLine, Tree, escaped, hexadecimal, tag};
use crate::limits::Limits;
use crate::pki::{KeyUsage, name as pki_name};

/// A distinguished name, RFC 4514.
pub(super) fn name(element: &Element<'_, '_>) -> Option<String> {
    let name = X509Name::from_der(element.whole()).ok()?;
    let text = pki_name::rfc4514(&name);
    Some(if text.is_empty() { "empty name".to_owned() } else { text })
}

pub(super) fn name_part(element: &Element<'_, '_>) -> Option<String> {
    let value = element.child(1)?.string()?;
    Some(format!("{}: {}", first_oid(element)?, escaped(&value)))
}

pub(super) fn subject(element: &Element<'_, '_>) -> Option<String> {
    let tbs = element.child(0)?;
    let skipped = usize::from(tbs.child(0)?.is_context(0));
    name(&tbs.child(skipped.saturating_add(4))?)
}

pub(super) fn crl(element: &Element<'_, '_>) -> Option<String> {
    let tbs = element.child(0)?;
    let issuer = tbs.children().filter(|field| field.is(tag::SEQUENCE)).nth(1)?;
    let updated = tbs.children().find_map(|field| field.time())?;
    Some(format!("{}, of {}", name(&issuer)?, timestamp(updated)))
}

pub(super) fn revoked(element: &Element<'_, '_>) -> Option<String> {
    let (serial, date) = (hex(&element.child(0)?)?, time(&element.child(1)?)?);
    Some(format!("{serial} on {date}"))
}

pub(super) fn x509_version(element: &Element<'_, '_>) -> Option<String> {
    Some(format!("v{}", element.small_integer()?.checked_add(1)?))
}

pub(super) fn validity(element: &Element<'_, '_>) -> Option<String> {
    Some(format!("{} to {}", time(&element.child(0)?)?, time(&element.child(1)?)?))
}

/// An extension's name, that it is critical, and what it says.
pub(super) fn extension(element: &Element<'_, '_>) -> Option<String> {
    let oid = element.child(0)?.oid()?;
    let critical = element.child(1).and_then(|field| field.boolean()) == Some(true);
    let octets = element.children().find_map(|field| field.octet_string())?;
    let tree = Tree::parse(&octets, &Limits::DEFAULT);
    let type_ = super::pkix::extension(oid.as_str())?;
    let says = tree.root().filter(|_| tree.error.is_none()).and_then(|value| match (type_.meaning)(&value) {
        Some(words) => Some(words),
        None => OutlineLine::of(&value).value.map(String::from),
    });
    let critical = if critical { ", critical" } else { "" };
    let says = says.map(|says| format!(": {says}")).unwrap_or_default();
    Some(format!("{}{critical}{says}", short(&oid)))
}

pub(super) fn key_usage(element: &Element<'_, '_>) -> Option<String> {
    element.is(tag::BIT_STRING).then(|| KeyUsage::from_bit_string(element.content()).to_string())
}

pub(super) fn basic_constraints(element: &Element<'_, '_>) -> Option<String> {
    let is_ca = element.child(0).and_then(|first| first.boolean()) == Some(true);
    let length = element.children().find_map(|field| field.small_integer());
    let length = length.map(|length| format!(", at most {length} intermediate certificates below")).unwrap_or_default();
    Some(format!("{}{length}", if is_ca { "a certification authority" } else { "no certification authority" }))
}

// RFC 5280 §5.3.1.
pub(super) fn crl_reason(element: &Element<'_, '_>) -> Option<String> {
    let [code] = element.content() else { return None };
    Some(
        match code {
            0 => "unspecified",
            1 => "keyCompromise",
            2 => "cACompromise",
            3 => "affiliationChanged",
            4 => "superseded",
            5 => "cessationOfOperation",
            6 => "certificateHold",
            8 => "removeFromCRL",
            9 => "privilegeWithdrawn",
            10 => "aACompromise",
            _ => return None,
        }
        .to_owned(),
    )
}

pub(super) fn general_names(element: &Element<'_, '_>) -> Option<String> {
    Some(element.children().take(LISTED).filter_map(|one| general_name(&one)).collect::<Vec<_>>().join(", "))
}

pub(super) fn general_name(element: &Element<'_, '_>) -> Option<String> {
    let text = || escaped(&String::from_utf8_lossy(element.content()));
    Some(match element.tag() {
        _ if element.class() != Class::ContextSpecific => return None,
        0 => {
            let value = element.child(1)?.child(0)?;
            let said = value.string().map_or_else(|| sketch(&value), |text| escaped(&text));
            format!("{} {said}", first_oid(element)?)
        }
        4 => name(&element.child(0)?)?,
        7 => address(element.content()),
        8 => Oid::from_content(element.content())?.to_string(),
        1 | 2 | 6 => text(),
        _ => sketch(element),
    })
}

fn address(octets: &[u8]) -> String {
    if let Ok(four) = <[u8; 4]>::try_from(octets) {
        return std::net::Ipv4Addr::from(four).to_string();
    }
    match <[u8; 16]>::try_from(octets) {
        Ok(sixteen) => std::net::Ipv6Addr::from(sixteen).to_string(),
        Err(_) => hexadecimal(octets),
    }
}

pub(super) fn access(element: &Element<'_, '_>) -> Option<String> {
    Some(format!("{} at {}", first_oid(element)?, general_name(&element.child(1)?)?))
}
