//! What issuers publish of themselves: certificates without secrets, and nothing that costs work to open.

use super::certificate::Certificate;
use super::container::{ContainerError, Item, Kind, read_within};
use super::pem;
use crate::limits::Limits;

/// The PEM blocks that hold certificates alone.
const LABELS: [&str; 5] = ["CERTIFICATE", "X509 CERTIFICATE", "PKCS7", "CMS", "PKCS #7 SIGNED DATA"];

/// The certificates that an AIA URL gives: one in DER, several in a certs-only CMS (RFC 5280 §4.2.2.1), or PEM, which
/// is not provided for and occurs. A keystore would have its passphrase stretched, and is not opened.
///
/// # Errors
/// [`ContainerError`] for anything else, and where there are more than `limits` allow.
pub fn certificates(octets: &[u8], limits: &Limits) -> Result<Vec<Certificate>, ContainerError> {
    let labelled = |block: &Result<pem::Block, _>| {
        block.as_ref().is_ok_and(|block: &pem::Block| LABELS.contains(&block.label.as_str()))
    };
    let plain = match Kind::of(octets) {
        Some(Kind::Certificate | Kind::Pkcs7) => true,
        Some(Kind::Pem) => pem::blocks(octets).iter().all(labelled),
        _ => false,
    };
    if !plain {
        return Err(ContainerError::NotRecognised);
    }
    let certificate = |item| match item {
        Item::Certificate(certificate) => Some(certificate),
        Item::Crl(_) | Item::Key(_) => None,
    };
    let found: Vec<Certificate> = read_within(octets, None, limits)?.into_iter().filter_map(certificate).collect();
    Limits::check("certificates of one URL", found.len(), limits.certificates)?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::pki::issue::{Authority, CertificateBuilder};
    use crate::pki::key::NewKey;
    use crate::pki::passphrase::Passphrase;

    #[test]
    fn certificates_are_read_and_keys_and_keystores_are_not_even_opened() {
        let (from, until) = (datetime!(2026-01-01 0:00 UTC), datetime!(2030-01-01 0:00 UTC));
        let authority = Authority::self_signed(&CertificateBuilder::authority("x", from, until).key(NewKey::P256));
        let authority = authority.unwrap();
        let (der, text) = (authority.certificate().der(), authority.certificate().pem());
        let read = |octets: &[u8]| certificates(octets, &Limits::DEFAULT);
        assert_eq!(read(der).unwrap(), [authority.certificate().clone()]);
        assert_eq!(read([text.clone(), text.clone()].concat().as_bytes()).unwrap()[0], *authority.certificate());
        let entry = authority.entry().unwrap();
        let store = crate::pki::write_pkcs12(&entry, &Passphrase::new("secret")).unwrap();
        let key = String::from_utf8(entry.key().private_key_to_pem_pkcs8().unwrap()).unwrap();
        for refused in [store.as_slice(), key.as_bytes(), [text, key.clone()].concat().as_bytes(), b"", b"MIIB", b"x"] {
            assert!(matches!(read(refused), Err(ContainerError::NotRecognised)), "{:?}", read(refused));
        }
    }
}
