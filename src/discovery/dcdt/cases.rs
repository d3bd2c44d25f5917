//! The catalogue. Titles and set-ups are those of the tool's version 3.1; where it leaves decoys open, those here are
//! such that a wrong choice shows.

use super::{Case, Expected};
use crate::discovery::Method;
use crate::discovery::order::{Scope, Stage};

const DNS_ADDRESS: Stage = Stage { method: Method::Dns, scope: Scope::Address };
const DNS_DOMAIN: Stage = Stage { method: Method::Dns, scope: Scope::Domain };
const LDAP_ADDRESS: Stage = Stage { method: Method::Ldap, scope: Scope::Address };
const LDAP_DOMAIN: Stage = Stage { method: Method::Ldap, scope: Scope::Domain };

const DNS_CLAUSE: &str = "RFC 4398 §2.1, Direct AS 1.2 §4.0 and §5.3";
const LDAP_CLAUSE: &str = "RFC 2798 §9.1.2, Direct AS 1.2 §4.0 and §5.3";
const VALIDITY_CLAUSE: &str = "Direct AS 1.2 §4.0, RFC 5280 §4.1.2.5";
const SRV_CLAUSE: &str = "RFC 2782";

/// The cases, in order.
pub static CASES: [Case; 22] = [
    Case {
        id: "D1",
        title: "Valid address-bound certificate in the DNS",
        clause: DNS_CLAUSE,
        setup: "A valid certificate under the address in the DNS; expired ones under the domain and in the directory",
        expected: Expected::Used(DNS_ADDRESS),
    },
    Case {
        id: "D2",
        title: "Valid domain-bound certificate in the DNS",
        clause: DNS_CLAUSE,
        setup: "A valid certificate under the domain in the DNS; expired ones in the directory",
        expected: Expected::Used(DNS_DOMAIN),
    },
    Case {
        id: "D3",
        title: "Valid address-bound certificate in a directory",
        clause: LDAP_CLAUSE,
        setup: "Nothing in the DNS; a valid certificate for the address in the directory, an expired one for the domain",
        expected: Expected::Used(LDAP_ADDRESS),
    },
    Case {
        id: "D4",
        title: "Valid domain-bound certificate in a directory",
        clause: LDAP_CLAUSE,
        setup: "Nothing in the DNS; a valid certificate for the domain in the directory",
        expected: Expected::Used(LDAP_DOMAIN),
    },
    Case {
        id: "D5",
        title: "Expired address-bound certificate in the DNS",
        clause: VALIDITY_CLAUSE,
        setup: "One certificate, under the address in the DNS, which expired a year ago",
        expected: Expected::NothingSent,
    },
    Case {
        id: "D6",
        title: "Expired domain-bound certificate in the DNS",
        clause: VALIDITY_CLAUSE,
        setup: "One certificate, under the domain in the DNS, which expired a year ago",
        expected: Expected::NothingSent,
    },
    Case {
        id: "D7",
        title: "Expired address-bound certificate in a directory",
        clause: VALIDITY_CLAUSE,
        setup: "One certificate, for the address in the directory, which expired a year ago",
        expected: Expected::NothingSent,
    },
    Case {
        id: "D8",
        title: "Expired domain-bound certificate in a directory",
        clause: VALIDITY_CLAUSE,
        setup: "One certificate, for the domain in the directory, which expired a year ago",
        expected: Expected::NothingSent,
    },
    Case {
        id: "D9",
        title: "A valid certificate beside an expired one",
        clause: VALIDITY_CLAUSE,
        setup: "Two certificates under the address in the DNS; one expired a year ago",
        expected: Expected::Used(DNS_ADDRESS),
    },
    Case {
        id: "D10",
        title: "The first directory server is down",
        clause: SRV_CLAUSE,
        setup: "Nobody listens at the server of priority 0; the one of priority 1 has a valid certificate",
        expected: Expected::Used(LDAP_ADDRESS),
    },
    Case {
        id: "D11",
        title: "No certificate and no directory",
        clause: "RFC 4398, RFC 2782",
        setup: "Neither CERT nor SRV records",
        expected: Expected::NothingSent,
    },
    Case {
        id: "D12",
        title: "Every directory server is down",
        clause: SRV_CLAUSE,
        setup: "No certificate in the DNS; nobody listens at the only server",
        expected: Expected::NothingSent,
    },
    Case {
        id: "D13",
        title: "No certificate anywhere",
        clause: "RFC 4398, RFC 2798 §9.1.2",
        setup: "No certificate in the DNS; the directory answers and has no entry",
        expected: Expected::NothingSent,
    },
    Case {
        id: "D14",
        title: "An answer too large for UDP",
        clause: "Direct AS 1.2 §5.4, RFC 1035 §4.2",
        setup: "A certificate under the address in the DNS that does not fit a UDP answer",
        expected: Expected::Used(DNS_ADDRESS),
    },
    Case {
        id: "D15",
        title: "Directory servers of different priority",
        clause: SRV_CLAUSE,
        setup: "Valid certificates at a server of priority 1, named first, and at one of priority 0",
        expected: Expected::Used(LDAP_ADDRESS),
    },
    Case {
        id: "D16",
        title: "Directory servers of different weight",
        clause: SRV_CLAUSE,
        setup: "Valid certificates at a server of weight 0, named first, and at one of weight 100; the lot falls in the \
                middle, where weight 100 has it",
        expected: Expected::Used(LDAP_ADDRESS),
    },
    Case {
        id: "D17",
        title: "Revoked certificates beside a valid one",
        clause: "RFC 5280 §4.2.1.13 and §5.3.1, Direct AS 1.2 §4.0",
        setup: "Three certificates under the address in the DNS; a revocation list, to be fetched, withdraws two for key \
                compromise; an expired one under the domain. The list is good for a day; the tool's own is out of date a \
                millisecond after it was made",
        expected: Expected::Used(DNS_ADDRESS),
    },
    Case {
        id: "D18",
        title: "An intermediate authority to be fetched",
        clause: "RFC 5280 §4.2.2.1, Direct AS 1.2 §4.2.2",
        setup: "A certificate under the address in the DNS whose issuer is neither known nor published there, but to be \
                fetched where the certificate says",
        expected: Expected::Used(DNS_ADDRESS),
    },
    Case {
        id: "H1",
        title: "Own address-bound certificate in the DNS",
        clause: DNS_CLAUSE,
        setup: "The organisation publishes for the address in the DNS; its revocation list is to be fetched",
        expected: Expected::Hosted(DNS_ADDRESS),
    },
    Case {
        id: "H2",
        title: "Own domain-bound certificate in the DNS",
        clause: DNS_CLAUSE,
        setup: "The organisation publishes for the domain in the DNS; its revocation list is to be fetched",
        expected: Expected::Hosted(DNS_DOMAIN),
    },
    Case {
        id: "H3",
        title: "Own address-bound certificate in a directory",
        clause: LDAP_CLAUSE,
        setup: "The organisation publishes for the address in a directory; its revocation list is to be fetched",
        expected: Expected::Hosted(LDAP_ADDRESS),
    },
    Case {
        id: "H4",
        title: "Own domain-bound certificate in a directory",
        clause: LDAP_CLAUSE,
        setup: "The organisation publishes for the domain in a directory; its revocation list is to be fetched",
        expected: Expected::Hosted(LDAP_DOMAIN),
    },
];
