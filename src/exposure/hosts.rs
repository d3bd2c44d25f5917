//! Names and addresses of machines that headers tell: which of them no stranger should know.

use std::net::IpAddr;

/// Endings of names that exist inside a network only: RFC 6762 §3 and appendix G, RFC 8375, and ICANN's `internal`.
const INSIDE: [&str; 9] =
    [".local", ".localdomain", ".internal", ".intranet", ".private", ".corp", ".home", ".home.arpa", ".lan"];

/// The hosts that a Received field tells of: what follows `from` and `by`, and addresses in brackets (RFC 5321 §4.4).
pub(super) fn of_received(value: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |host: &str| {
        let host = host.trim_matches(|edge: char| !edge.is_ascii_alphanumeric() && edge != ':');
        if !host.is_empty() && !found.iter().any(|known| known == host) {
            found.push(host.to_owned());
        }
    };
    let clauses = value.split(';').next().unwrap_or_default();
    let mut words = clauses.split_ascii_whitespace().peekable();
    while let Some(word) = words.next() {
        if matches!(word.to_ascii_lowercase().as_str(), "from" | "by")
            && let Some(host) = words.peek()
        {
            add(host.trim_start_matches('['));
        }
        // `(name [192.0.2.1])`, and the name that a reverse lookup gave.
        if let Some((_, literal)) = word.split_once('[') {
            let literal = literal.split(']').next().unwrap_or_default();
            add(literal.strip_prefix("IPv6:").unwrap_or(literal));
        } else if word.starts_with('(') && word.contains('.') {
            add(word);
        }
    }
    found
}

/// The right side of a Message-ID: `<left@right>`.
pub(super) fn of_message_id(value: &str) -> Option<&str> {
    let inside = value.trim().strip_prefix('<')?.strip_suffix('>')?;
    Some(inside.rsplit_once('@')?.1.trim_matches(['[', ']']))
}

/// Whether this machine lies inside somebody's network: a private address, or a name that means nothing outside. The
/// machine itself (`localhost`) tells nothing.
pub(super) fn is_internal(host: &str) -> bool {
    let host = host.strip_prefix("IPv6:").unwrap_or(host).trim_end_matches('.').to_ascii_lowercase();
    if let Ok(address) = host.parse::<IpAddr>() {
        return is_private(address);
    }
    let is_name = host.bytes().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_'));
    if !is_name || host.starts_with("localhost") || !host.bytes().any(|octet| octet.is_ascii_alphabetic()) {
        return false;
    }
    INSIDE.iter().any(|ending| host.ends_with(ending))
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_a_received_field_are_found_with_their_addresses() {
        let value = "from ws-12.ward.local (ws-12.ward.local [10.1.2.3]) by mx.a.example (Postfix) with ESMTPS id 9; Mon, 1 Jun";
        assert_eq!(of_received(value), ["ws-12.ward.local", "10.1.2.3", "mx.a.example"]);
        assert_eq!(of_received("from [IPv6:fd00::1] by b.example"), ["IPv6:fd00::1", "fd00::1", "b.example"]);
        assert!(of_received("").is_empty());
    }

    #[test]
    fn private_addresses_and_names_without_meaning_outside_are_internal() {
        for host in [
            "10.1.2.3",
            "192.168.0.9",
            "172.16.0.1",
            "fd00::1",
            "IPv6:fe80::1",
            "ws.ward.local",
            "a.home.arpa",
            "X.LAN.",
        ] {
            assert!(is_internal(host), "{host}");
        }
        for host in [
            "192.0.2.1",
            "127.0.0.1",
            "2001:db8::1",
            "mx.a.example",
            "localhost",
            "localhost.localdomain",
            "a.example",
            "",
            ".",
        ] {
            assert!(!is_internal(host), "{host}");
        }
    }

    #[test]
    fn the_host_of_a_message_id_is_what_follows_the_last_at() {
        assert_eq!(of_message_id(" <1.a@b@ws.ward.local> "), Some("ws.ward.local"));
        assert_eq!(of_message_id("<x@[10.0.0.1]>"), Some("10.0.0.1"));
        assert_eq!(of_message_id("<no-at>"), None);
    }
}
