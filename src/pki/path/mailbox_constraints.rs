//! Constraints of rfc822Name on SmtpUTF8Mailbox names (RFC 9598 §6).
//!
//! OpenSSL 3.6 checks them too, and misses: it puts a second dot before a constraint like `.a.example`, which then fits
//! nothing, and it compares U-labels where RFC 9598 has A-labels. What is excluded would pass. It stays the judge of all
//! other names; here an address is refused that it lets through, never the reverse.

use super::PathError;
use crate::mail::Domain;
use crate::pki::certificate::Certificate;
use crate::pki::name::printable;

/// Adds a fault for each certificate of `path`, leaf first, with an address that an authority above does not allow.
pub(super) fn check(path: &[Certificate], faults: &mut Vec<PathError>) {
    for (place, certificate) in path.iter().enumerate() {
        // RFC 5280 §6.1.3 (b): not of self-issued certificates but the last.
        if place > 0 && certificate.is_self_issued() {
            continue;
        }
        let hosts = certificate.email_addresses().iter().filter_map(|address| smtp_utf8_host(address));
        let above = path.iter().skip(place + 1);
        let broken = hosts.flat_map(|host| above.clone().filter_map(move |issuer| refusal(&host, issuer))).next();
        if let Some(reason) = broken {
            faults.push(PathError::NameConstraints { certificate: certificate.clone(), reason });
        }
    }
}

/// The host in A-labels, of an address that is not ASCII.
fn smtp_utf8_host(address: &str) -> Option<String> {
    let (local_part, host) = address.rsplit_once('@')?;
    (!local_part.is_ascii()).then(|| a_labels(host))
}

fn refusal(host: &str, issuer: &Certificate) -> Option<String> {
    let constraints = &issuer.extensions().mailbox_constraints;
    let name = issuer.common_name();
    if let Some(excluded) = constraints.excluded.iter().find(|base| covers(base, host)) {
        return Some(format!("“{name}” excludes the addresses of {}", printable(excluded)));
    }
    let permitted = constraints.permitted.is_empty() || constraints.permitted.iter().any(|base| covers(base, host));
    (!permitted).then(|| format!("“{name}” does not permit addresses of {}", printable(host)))
}

/// Whether a constraint is about the host: a host, the hosts below `.domain`, or one mailbox, which is ASCII and so
/// never an address of this kind.
fn covers(base: &str, host: &str) -> bool {
    if base.is_empty() {
        return true;
    }
    if base.contains('@') {
        return false;
    }
    match base.strip_prefix('.') {
        Some(domain) => {
            host.strip_suffix(&a_labels(domain)).is_some_and(|below| below.len() > 1 && below.ends_with('.'))
        }
        None => a_labels(base) == host,
    }
}

fn a_labels(host: &str) -> String {
    Domain::parse(host).map_or_else(|_| host.to_ascii_lowercase(), |domain| domain.ascii().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_covered_by_itself_and_those_below_by_a_leading_dot() {
        for (base, host, covered) in [
            ("a.example", "a.example", true),
            ("A.Example", "a.example", true),
            ("a.example", "b.a.example", false),
            (".a.example", "b.a.example", true),
            (".a.example", "a.example", false),
            (".a.example", "ba.example", false),
            ("x@a.example", "a.example", false),
            ("xn--bcher-kva.example", "xn--bcher-kva.example", true),
            ("", "a.example", true),
        ] {
            assert_eq!(covers(base, &a_labels(host)), covered, "{base} {host}");
        }
        assert_eq!(smtp_utf8_host("b\u{f6}b@b\u{fc}cher.example").as_deref(), Some("xn--bcher-kva.example"));
        assert_eq!(smtp_utf8_host("bob@a.example"), None);
    }
}
