//! The LDAP method: what a directory is asked, and what its attributes hold. Pure logic, no socket.
//!
//! A domain names its directories by SRV records, and an entry of a person or of the domain itself carries certificates
//! (RFC 2798 §2.8, RFC 4523 §2.1). The value asked for goes into a filter, so it is escaped (RFC 4515 §3): the agents in
//! use do not escape it, and an address with an asterisk finds everybody there. Asking is `io::ldap`'s work.

mod servers;
mod tls;

pub use servers::in_order;
pub use tls::{TlsMode, UnknownTlsMode};

use super::Subject;
use crate::limits::Limits;
use crate::pki::{Certificate, Item, Kind, container};

/// The attributes to ask for, in the order in which their certificates are taken: `userCertificate` in both ways of
/// naming it, since servers differ in which they know (RFC 4522 §4), and its signed form.
pub const ATTRIBUTES: [&str; 4] =
    ["userCertificate;binary", "userCertificate", "userSMIMECertificate;binary", "userSMIMECertificate"];

/// The attribute of the root entry that names the bases of a directory (RFC 4512 §5.1).
pub const NAMING_CONTEXTS: &str = "namingContexts";

/// The filter that finds the entries of a subject, as text of RFC 4515: `(mail=bob@b.example)`, `(mail=b.example)`.
#[must_use]
pub fn mail_filter(subject: &Subject) -> String {
    let value = match subject {
        Subject::Address(address) => format!("{}@{}", address.local_part(), address.domain().ascii()),
        Subject::Domain(domain) => domain.ascii().to_owned(),
    };
    format!("(mail={})", escaped(&value))
}

/// A value as it stands in a filter (RFC 4515 §3): what has a meaning there, and what is not ASCII, as `\` and two
/// hexadecimal digits.
#[must_use]
pub fn escaped(value: &str) -> String {
    value.bytes().fold(String::with_capacity(value.len()), |mut text, octet| {
        match octet {
            b'*' | b'(' | b')' | b'\\' | 0..=0x1f | 0x7f.. => text.push_str(&format!("\\{octet:02x}")),
            _ => text.push(char::from(octet)),
        }
        text
    })
}

/// The base that a domain's directory has by convention (RFC 2247 §2): `dc=b,dc=example`.
#[must_use]
pub fn base_of(domain: &str) -> String {
    let labels = domain.trim_end_matches('.').split('.').map(|label| format!("dc={}", name_value(label)));
    labels.collect::<Vec<_>>().join(",")
}

/// A value as it stands in a distinguished name (RFC 4514 §2.4).
#[must_use]
pub fn name_value(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let written = value.chars().enumerate().map(|(place, found)| match found {
        ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' => format!("\\{found}"),
        '#' if place == 0 => "\\#".to_owned(),
        ' ' if place == 0 || place == last => "\\ ".to_owned(),
        '\0' => "\\00".to_owned(),
        _ => found.to_string(),
    });
    written.collect()
}

/// The certificates of one value of an attribute, given by its description such as `userCertificate;binary`.
///
/// # Errors
/// Why the value gives no certificate, in words for the account.
pub fn certificates(attribute: &str, value: &[u8]) -> Result<Vec<Certificate>, String> {
    if is(attribute, "userCertificate") {
        return Certificate::from_der(value).map(|certificate| vec![certificate]).map_err(|error| error.to_string());
    }
    if !is(attribute, "userSMIMECertificate") {
        return Ok(Vec::new());
    }
    if Kind::of(value) != Some(Kind::Pkcs7) {
        return Err("it is no signed-data, which is what the attribute has to hold (RFC 2798 §2.8)".to_owned());
    }
    let items = container::read_within(value, None, &Limits::DEFAULT).map_err(|error| error.to_string())?;
    let found = items.into_iter().filter_map(|item| match item {
        Item::Certificate(certificate) if !certificate.is_ca() => Some(certificate),
        _ => None,
    });
    Ok(found.collect())
}

/// Whether an attribute description names this attribute, whatever its options (RFC 4512 §2.5).
#[must_use]
pub fn is(description: &str, attribute: &str) -> bool {
    description.split(';').next().is_some_and(|name| name.eq_ignore_ascii_case(attribute))
}

/// What a result code is called (RFC 4511 §4.1.9), with its number: `noSuchObject (32)`.
#[must_use]
pub fn result_code(code: u32) -> String {
    let name = match code {
        0 => "success",
        1 => "operationsError",
        2 => "protocolError",
        3 => "timeLimitExceeded",
        4 => "sizeLimitExceeded",
        7 => "authMethodNotSupported",
        8 => "strongerAuthRequired",
        10 => "referral",
        11 => "adminLimitExceeded",
        12 => "unavailableCriticalExtension",
        13 => "confidentialityRequired",
        16 => "noSuchAttribute",
        17 => "undefinedAttributeType",
        18 => "inappropriateMatching",
        32 => "noSuchObject",
        33 => "aliasProblem",
        34 => "invalidDNSyntax",
        36 => "aliasDereferencingProblem",
        48 => "inappropriateAuthentication",
        49 => "invalidCredentials",
        50 => "insufficientAccessRights",
        51 => "busy",
        52 => "unavailable",
        53 => "unwillingToPerform",
        54 => "loopDetect",
        80 => "other",
        _ => return format!("result code {code}"),
    };
    format!("{name} ({code})")
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::asn1::der;
    use crate::mail::{Address, Domain};
    use crate::pki::NewKey;
    use crate::pki::issue::{Authority, CertificateBuilder};

    fn filter(address: &str) -> String {
        mail_filter(&Subject::Address(Address::parse(address).unwrap()))
    }

    fn certificate() -> Certificate {
        let (from, to) = (datetime!(2026-01-01 0:00 UTC), datetime!(2036-01-01 0:00 UTC));
        let builder = CertificateBuilder::for_address("bob@b.example", from, to).key(NewKey::P256);
        Authority::self_signed(&builder).unwrap().certificate().clone()
    }

    /// Signed-data with certificates and no signer (RFC 5652 §5.1).
    fn certs_only(certificates: &[u8]) -> Vec<u8> {
        let content = der::sequence(&[&der::oid("1.2.840.113549.1.7.1").unwrap()]);
        let signed =
            der::sequence(&[&[2, 1, 1], &der::set(&[]), &content, &der::value(0xa0, certificates), &der::set(&[])]);
        der::sequence(&[&der::oid("1.2.840.113549.1.7.2").unwrap(), &der::value(0xa0, &signed)])
    }

    #[test]
    fn a_subject_is_asked_for_by_its_mail_attribute() {
        assert_eq!(filter("bob@B.example"), "(mail=bob@b.example)");
        assert_eq!(mail_filter(&Subject::Domain(Domain::parse("B.Example").unwrap())), "(mail=b.example)");
    }

    #[test]
    fn what_has_a_meaning_in_a_filter_is_escaped() {
        assert_eq!(escaped("*)(mail=*\\\0"), r"\2a\29\28mail=\2a\5c\00");
        assert_eq!(escaped("é"), r"\c3\a9");
        assert_eq!(filter("*@b.example"), r"(mail=\2a@b.example)");
        assert_eq!(filter(r#""*)(mail=*"@b.example"#), r#"(mail="\2a\29\28mail=\2a"@b.example)"#);
        assert_eq!(filter("médecin@b.example"), r"(mail=m\c3\a9decin@b.example)");
    }

    #[test]
    fn a_domain_has_its_base_by_convention() {
        assert_eq!(base_of("b.example."), "dc=b,dc=example");
        assert_eq!(name_value("#a, b=c "), r"\#a\, b\=c\ ");
    }

    #[test]
    fn certificates_come_from_either_attribute_under_any_option() {
        let certificate = certificate();
        let signed = certs_only(certificate.der());
        for (attribute, value) in [
            ("userCertificate;binary", certificate.der()),
            ("USERCERTIFICATE", certificate.der()),
            ("userSMIMECertificate;binary", signed.as_slice()),
        ] {
            assert_eq!(certificates(attribute, value).unwrap(), std::slice::from_ref(&certificate), "{attribute}");
        }
        assert_eq!(certificates("jpegPhoto", certificate.der()), Ok(Vec::new()));
    }

    #[test]
    fn a_value_that_is_no_certificate_says_so() {
        assert!(certificates("userCertificate", b"nonsense").is_err());
        let why = certificates("userSMIMECertificate", certificate().der()).unwrap_err();
        assert!(why.contains("RFC 2798"), "{why}");
        assert!(certificates("userSMIMECertificate", &certs_only(b"\x30\x01")).is_err());
    }

    #[test]
    fn result_codes_have_names_as_far_as_they_are_known() {
        assert_eq!(result_code(32), "noSuchObject (32)");
        assert_eq!(result_code(4096), "result code 4096");
    }
}
