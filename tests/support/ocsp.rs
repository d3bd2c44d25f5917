//! A responder made by hand, which can be wrong in one chosen way (RFC 6960).

use openssl::hash::{MessageDigest, hash};
use openssl::pkey::{PKey, Private};
use openssl::sign::Signer;
use sealscope::asn1::{Tree, der};
use sealscope::limits::Limits;
use sealscope::pki::issue::{Authority, Criticality};
use sealscope::pki::{Certificate, PrivateKeyEntry};
use time::OffsetDateTime;

pub(crate) const OCSP_SIGNING: &str = "1.3.6.1.5.5.7.3.9";
const NONCE: &str = "1.3.6.1.5.5.7.48.1.2";

#[derive(Clone)]
pub(crate) enum Says {
    Good,
    Revoked(OffsetDateTime, u8),
    Unknown,
}

#[derive(Clone)]
pub(crate) enum Nonce {
    Repeat,
    Omit,
    Other,
}

/// What a responder answers, whoever asks.
#[derive(Clone)]
pub(crate) struct Responder {
    pub(crate) certificate: Certificate,
    pub(crate) key: PKey<Private>,
    pub(crate) says: Says,
    pub(crate) this_update: OffsetDateTime,
    pub(crate) next_update: Option<OffsetDateTime>,
    pub(crate) nonce: Nonce,
    /// Names itself by its key instead of its name.
    pub(crate) by_key: bool,
    /// Sends its certificate.
    pub(crate) sends_certificate: bool,
    /// Answers about this serial number instead of the one asked about.
    pub(crate) serial: Option<u8>,
    /// A critical extension of the response.
    pub(crate) critical: Option<&'static str>,
}

impl Responder {
    pub(crate) fn issuer(authority: &Authority, at: OffsetDateTime) -> Self {
        Self::with(authority.certificate(), authority.key().to_owned(), at)
    }

    pub(crate) fn delegate(entry: &PrivateKeyEntry, at: OffsetDateTime) -> Self {
        Self::with(entry.certificate(), entry.key().to_owned(), at)
    }

    fn with(certificate: &Certificate, key: PKey<Private>, at: OffsetDateTime) -> Self {
        Self {
            certificate: certificate.clone(),
            key,
            says: Says::Good,
            this_update: at - time::Duration::HOUR,
            next_update: Some(at + time::Duration::HOUR),
            nonce: Nonce::Repeat,
            by_key: false,
            sends_certificate: true,
            serial: None,
            critical: None,
        }
    }

    pub(crate) fn answer(&self, request: &[u8]) -> Vec<u8> {
        let tree = Tree::parse(request, &Limits::DEFAULT);
        let tbs = tree.root().unwrap().child(0).unwrap();
        let cert_id = tbs.child(0).unwrap().child(0).unwrap().child(0).unwrap();
        let asked = tbs.child(1).map(|tagged| tagged.child(0).unwrap().child(0).unwrap().whole().to_vec());
        let data = self.data(&self.id(cert_id.children().map(|part| part.whole()).collect()), asked);
        let mut signer = Signer::new(MessageDigest::sha256(), &self.key).unwrap();
        let signature = signer.sign_oneshot_to_vec(&data).unwrap();
        let algorithm = match self.key.id() {
            openssl::pkey::Id::RSA => der::sequence(&[&der::oid("1.2.840.113549.1.1.11").unwrap(), &[5, 0]]),
            _ => der::sequence(&[&der::oid("1.2.840.10045.4.3.2").unwrap()]),
        };
        let bits = der::value(0x03, &[&[0], signature.as_slice()].concat());
        let certificates = der::value(0xa0, &der::sequence(&[self.certificate.der()]));
        let certificates = if self.sends_certificate { certificates } else { vec![] };
        let basic = der::sequence(&[&data, &algorithm, &bits, &certificates]);
        let body = der::sequence(&[&der::oid("1.3.6.1.5.5.7.48.1.1").unwrap(), &der::value(0x04, &basic)]);
        der::sequence(&[&der::value(0x0a, &[0]), &der::value(0xa0, &body)])
    }

    fn id(&self, parts: Vec<&[u8]>) -> Vec<u8> {
        match self.serial {
            Some(serial) => der::sequence(&[parts[0], parts[1], parts[2], &der::value(0x02, &[serial])]),
            None => der::sequence(&parts),
        }
    }

    fn data(&self, id: &[u8], asked: Option<Vec<u8>>) -> Vec<u8> {
        let status = match self.says {
            Says::Good => der::value(0x80, &[]),
            Says::Revoked(at, reason) => {
                let reason = der::value(0xa0, &der::value(0x0a, &[reason]));
                der::value(0xa1, &[generalized(at), reason].concat())
            }
            Says::Unknown => der::value(0x82, &[]),
        };
        let next = self.next_update.map(|at| der::value(0xa0, &generalized(at))).unwrap_or_default();
        let single = der::sequence(&[id, &status, &generalized(self.this_update), &next]);
        let responder = if self.by_key {
            let bits = self.certificate.x509().pubkey_bitstring_sha1();
            der::value(0xa2, &der::value(0x04, &bits))
        } else {
            der::value(0xa1, &self.certificate.x509().subject_name().to_der().unwrap())
        };
        let other = der::sequence(&[&der::oid(NONCE).unwrap(), &der::value(0x04, &der::value(0x04, &[7; 32]))]);
        let nonce = match self.nonce {
            Nonce::Repeat => asked.unwrap_or_default(),
            Nonce::Omit => vec![],
            Nonce::Other => other,
        };
        let critical = self.critical.map(|oid| {
            der::sequence(&[&der::oid(oid).unwrap(), &der::value(0x01, &[0xff]), &der::value(0x04, &[5, 0])])
        });
        let extensions = [nonce, critical.unwrap_or_default()].concat();
        let extensions = if extensions.is_empty() { vec![] } else { der::value(0xa1, &der::value(0x30, &extensions)) };
        let produced = generalized(self.this_update);
        der::sequence(&[&responder, &produced, &der::sequence(&[&single]), &extensions])
    }
}

trait KeyHash {
    fn pubkey_bitstring_sha1(&self) -> Vec<u8>;
}

impl KeyHash for openssl::x509::X509Ref {
    fn pubkey_bitstring_sha1(&self) -> Vec<u8> {
        let spki = self.public_key().unwrap().public_key_to_der().unwrap();
        let tree = Tree::parse(&spki, &Limits::DEFAULT);
        let bits = tree.root().unwrap().child(1).unwrap().bit_string().unwrap().to_vec();
        hash(MessageDigest::sha1(), &bits).unwrap().to_vec()
    }
}

fn generalized(at: OffsetDateTime) -> Vec<u8> {
    let text = format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    );
    der::value(0x18, text.as_bytes())
}

/// authorityInfoAccess with these URLs, as an extension's dotted name, criticality and value.
pub(crate) fn access(issuers: &[String], responders: &[String]) -> (&'static str, Criticality, Vec<u8>) {
    let one =
        |method: &str, url: &String| der::sequence(&[&der::oid(method).unwrap(), &der::value(0x86, url.as_bytes())]);
    let issuers = issuers.iter().map(|url| one("1.3.6.1.5.5.7.48.2", url));
    let all: Vec<Vec<u8>> = issuers.chain(responders.iter().map(|url| one("1.3.6.1.5.5.7.48.1", url))).collect();
    ("1.3.6.1.5.5.7.1.1", Criticality::NonCritical, der::value(0x30, &all.concat()))
}

/// cRLDistributionPoints with one point of these URLs.
pub(crate) fn points(urls: &[String]) -> (&'static str, Criticality, Vec<u8>) {
    let names: Vec<u8> = urls.iter().flat_map(|url| der::value(0x86, url.as_bytes())).collect();
    let point = der::sequence(&[&der::value(0xa0, &der::value(0xa0, &names))]);
    ("2.5.29.31", Criticality::NonCritical, der::sequence(&[&point]))
}
