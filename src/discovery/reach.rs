//! Which addresses lie in the public network: what others publish must not send this program into the local one.
//!
//! A DNS answer, a certificate or a redirect names a host, and the host's address may be anybody's printer or this very
//! machine. Addresses that nobody can have in the public network are refused unless whoever runs the program allows
//! them, as a lab does.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Where others' answers may send this program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// To public addresses alone.
    #[default]
    Public,
    /// Anywhere, also into the local network and to this machine, as a lab needs it.
    Anywhere,
}

impl Reach {
    /// Whether a host at this address may be asked.
    #[must_use]
    pub fn allows(self, address: IpAddr) -> bool {
        self == Self::Anywhere || is_public(address)
    }
}

/// Whether an address is one that hosts of the public network have: none of those that RFC 6890 sets aside for the
/// machine itself, for private use, for links, for documentation or for groups. An IPv4 address inside an IPv6 address
/// counts as itself.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => inner_v4(address).map_or_else(|| is_public_v6(address), is_public_v4),
    }
}

/// Reads the address of a name server: `IP`, `IP:PORT` or `[IPv6]:PORT`; port 53 where none is given.
#[must_use]
pub fn server_address(text: &str) -> Option<SocketAddr> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, 53)))
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    // RFC 791 §3.2 "this network"; RFC 6598 shared by carriers; RFC 6890 protocol assignments; RFC 2544 benchmarks;
    // RFC 1112 §4 reserved.
    let special = match address.octets() {
        [0, ..] | [192, 0, 0, _] | [240..=255, ..] => true,
        [100, second, ..] => second & 0xc0 == 64,
        [198, second, ..] => second & 0xfe == 18,
        _ => false,
    };
    !(special
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // RFC 4291 §2.4: what is handed out to hosts lies in 2000::/3; RFC 3849 documentation lies within.
    match address.segments() {
        [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

// RFC 4291 §2.5.5 mapped and compatible, RFC 6052 §2.1 translated, RFC 3056 §2 6to4.
fn inner_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let whole = address.to_bits();
    let low = |bits: u128| u32::try_from(bits & 0xffff_ffff).ok().map(Ipv4Addr::from_bits);
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0x0064, 0xff9b, 0, 0, 0, 0, ..] => low(whole),
        [0x2002, ..] => low(whole >> 80),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(addresses: &[&str]) {
        for address in addresses {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    fn taken(addresses: &[&str]) {
        for address in addresses {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn addresses_of_the_machine_and_of_local_networks_are_not_public() {
        refused(&["127.0.0.1", "127.255.255.255", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255"]);
        refused(&["192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.8", "198.18.0.1"]);
        refused(&["192.0.2.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"]);
        refused(&[
            "::",
            "::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001:db8::1",
            "3fff::1",
            "100::",
        ]);
    }

    #[test]
    fn a_local_address_inside_an_ipv6_address_is_not_public_either() {
        refused(&["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::192.168.0.1", "2002:7f00:1::"]);
        refused(&["2002:c0a8:101::1"]);
    }

    #[test]
    fn addresses_just_outside_those_blocks_are_public() {
        taken(&["8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.0.0.1", "128.0.0.1"]);
        taken(&["169.253.0.1", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.167.0.1", "198.17.0.1", "198.20.0.0"]);
        taken(&["223.255.255.255", "2001:4860:4860::8888", "2a00::1", "::ffff:8.8.8.8", "2002:808:808::1"]);
    }
}
