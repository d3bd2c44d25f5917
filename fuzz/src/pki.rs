//! Certificates, revocation lists, containers, records of the DNS (RFC 5280, 7292, 7468, 4398).

use sealscope::discovery::dns_cert::{CertContent, address_owners, domain_owner};
use sealscope::limits::Limits;
use sealscope::mail::Address;
use sealscope::pki::binding::{self, SubjectDnNames};
use sealscope::pki::container::{self, Item, Kind};
use sealscope::pki::revocation;
use sealscope::pki::{Certificate, Crl, DigestPolicy, Passphrase, PathPolicy, Pool, RevocationPolicy, find_path};

use crate::world::{NOW, WORLD};
use crate::{LIMITS, printable};

const POLICY: PathPolicy = PathPolicy::new(1024, DigestPolicy::RefuseSha1, RevocationPolicy::Report);

/// A hundred thousand iterations are within the program's cap, and would leave the fuzzer waiting all day.
const CHEAP: Limits = Limits { passphrase_iterations: 20_000, ..LIMITS };

/// A certificate is read with all its extensions, keeps its octets, and has no path to an anchor that did not issue it.
pub fn certificate(octets: &[u8]) {
    let certificate = match Certificate::from_der(octets) {
        Ok(certificate) => certificate,
        Err(error) => return printable(&error.to_string()),
    };
    assert_eq!(certificate.der(), octets, "the octets were written anew");
    describe(&certificate);
    let again = Certificate::from_der(certificate.der()).expect("its own octets can be read");
    assert_eq!(again, certificate);
    assert_eq!(again.email_addresses(), certificate.email_addresses());
    let bound = binding::bind(&certificate, &WORLD.alice_address, SubjectDnNames::Accept);
    let pool = Pool::new([certificate.clone(), WORLD.intermediate.clone()]);
    let found = find_path(&certificate, &pool, std::slice::from_ref(&WORLD.root), &[], NOW, &POLICY, &LIMITS);
    if let (Ok(path), Some(_)) = (found, bound) {
        assert!(WORLD.issued.contains(path.certificates().first().expect("a path starts with a certificate")));
    }
}

fn describe(certificate: &Certificate) {
    for text in [certificate.subject(), certificate.issuer(), certificate.serial(), &certificate.common_name()] {
        printable(text);
    }
    printable(&binding::names(certificate));
    let _ = (certificate.key_algorithm().to_string(), certificate.signature_digest(), certificate.key_usage());
    let _ = (certificate.fingerprint_colons(), certificate.validity_at(NOW), certificate.is_issued_by(certificate));
    let extensions = certificate.extensions();
    assert!(extensions.email_addresses.len() + extensions.dns_names.len() <= extensions.name_count);
}

/// A list is read, and no list that the authority did not sign says anything about its certificates.
pub fn crl(octets: &[u8]) {
    let crl = match Crl::from_der(octets) {
        Ok(crl) => crl,
        Err(error) => return printable(&error.to_string()),
    };
    printable(crl.issuer());
    let _ = (crl.this_update(), crl.next_update(), crl.entries());
    assert_eq!(Crl::from_der(crl.der()).as_ref(), Ok(&crl));
    let status = revocation::status(&WORLD.alice_certificate, &WORLD.intermediate, std::slice::from_ref(&crl), NOW);
    printable(&status.to_string());
}

/// Whatever a file is: items or one printable sentence. What a passphrase costs is capped before it is tried.
pub fn container(octets: &[u8]) {
    let kind = Kind::of(octets);
    for passphrase in [None, Some(Passphrase::new("sesame"))] {
        match container::read_within(octets, passphrase.as_ref(), &CHEAP) {
            Ok(items) => {
                assert!(kind.is_some() && !items.is_empty());
                items.iter().for_each(item);
            }
            Err(error) => printable(&error.to_string()),
        }
    }
}

fn item(item: &Item) {
    match item {
        Item::Certificate(certificate) => describe(certificate),
        Item::Crl(crl) => printable(crl.issuer()),
        Item::Key(entry) => {
            describe(entry.certificate());
            assert!(entry.certificate().x509().public_key().expect("it has a key").public_eq(entry.key()));
            assert!(!format!("{entry:?}").contains("PRIVATE KEY"));
        }
    }
}

/// Records of the DNS: what is told of them is printable, and owner names fit the DNS.
pub fn dns_cert(octets: &[u8]) {
    let [high, low, data @ ..] = octets else { return };
    let content = CertContent::read(u16::from_be_bytes([*high, *low]), data);
    match (&content, content.skipped()) {
        (CertContent::Pkix(der), None) => assert_eq!(der, data),
        (_, Some(why)) => printable(&why),
        (other, None) => panic!("{other:?} is neither taken nor told"),
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(address) = Address::parse(text)
        && let Ok(owners) = address_owners(address.unquoted_local_part(), address.domain().ascii())
    {
        assert!(!owners.is_empty());
        for (_, owner) in owners {
            assert!(owner.labels().iter().all(|label| (1..=63).contains(&label.len())));
            printable(&owner.to_string());
        }
    }
    if let Ok(owner) = domain_owner(text) {
        printable(&owner.to_string());
    }
}
