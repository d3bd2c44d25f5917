//! CMS put together octet by octet: signatures over attributes that are chosen, envelopes of any cipher and key.

use openssl::asn1::Asn1Object;
use openssl::hash::MessageDigest;
use sealscope::pki::{Certificate, PrivateKeyEntry};

use super::der::{constructed, element};

pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
pub(crate) const DATA: &str = "1.2.840.113549.1.7.1";
pub(crate) const ENVELOPED: &str = "1.2.840.113549.1.7.3";
pub(crate) const AUTH_ENVELOPED: &str = "1.2.840.113549.1.9.16.1.23";
pub(crate) const COMPRESSED: &str = "1.2.840.113549.1.9.16.1.9";
pub(crate) const SHA256: &str = "2.16.840.1.101.3.4.2.1";
pub(crate) const SHA512: &str = "2.16.840.1.101.3.4.2.3";

pub(crate) fn oid(dotted: &str) -> Vec<u8> {
    element(6, Asn1Object::from_str(dotted).unwrap().as_slice())
}

pub(crate) fn identifier(dotted: &str, parameters: &[Vec<u8>]) -> Vec<u8> {
    constructed(SEQUENCE, &[&[oid(dotted)], parameters].concat())
}

pub(crate) fn integer(number: u8) -> Vec<u8> {
    element(2, &[number])
}

pub(crate) fn octets(octets: &[u8]) -> Vec<u8> {
    element(4, octets)
}

pub(crate) fn info(content_type: &str, content: Vec<u8>) -> Vec<u8> {
    constructed(SEQUENCE, &[oid(content_type), constructed(0xa0, &[content])])
}

/// IssuerAndSerialNumber
pub(crate) fn issuer_and_serial(certificate: &Certificate) -> Vec<u8> {
    let x509 = certificate.x509();
    let mut serial = x509.serial_number().to_bn().unwrap().to_vec();
    if serial[0] & 0x80 != 0 {
        serial.insert(0, 0);
    }
    constructed(SEQUENCE, &[x509.issuer_name().to_der().unwrap(), element(2, &serial)])
}

pub(crate) fn key_transport(certificate: &Certificate, algorithm: Vec<u8>, encrypted_key: &[u8]) -> Vec<u8> {
    constructed(SEQUENCE, &[integer(0), issuer_and_serial(certificate), algorithm, octets(encrypted_key)])
}

/// The content key under RSA PKCS #1 v1.5.
pub(crate) fn rsa_transport(certificate: &Certificate, content_key: &[u8]) -> Vec<u8> {
    let key = certificate.x509().public_key().unwrap().rsa().unwrap();
    let mut encrypted = vec![0; usize::try_from(key.size()).unwrap()];
    key.public_encrypt(content_key, &mut encrypted, openssl::rsa::Padding::PKCS1).unwrap();
    key_transport(certificate, identifier("1.2.840.113549.1.1.1", &[vec![5, 0]]), &encrypted)
}

/// EnvelopedData, or, with a tag, AuthEnvelopedData.
pub(crate) fn envelope(infos: &[Vec<u8>], cipher: Vec<u8>, ciphertext: &[u8], tag: Option<&[u8]>) -> Vec<u8> {
    let content = constructed(SEQUENCE, &[oid(DATA), cipher, element(0x80, ciphertext)]);
    let mut fields = vec![integer(if tag.is_some() { 0 } else { 2 }), constructed(SET, infos), content];
    fields.extend(tag.map(octets));
    let kind = if tag.is_some() { AUTH_ENVELOPED } else { ENVELOPED };
    info(kind, constructed(SEQUENCE, &fields))
}

/// CompressedData of these octets.
pub(crate) fn compressed(plain: &[u8]) -> Vec<u8> {
    let zlib = miniz_oxide::deflate::compress_to_vec_zlib(plain, 9);
    let content = constructed(SEQUENCE, &[oid(DATA), constructed(0xa0, &[octets(&zlib)])]);
    let algorithm = identifier("1.2.840.113549.1.9.16.3.8", &[]);
    info(COMPRESSED, constructed(SEQUENCE, &[integer(0), algorithm, content]))
}

/// The parts of one SignerInfo that is to be made.
pub(crate) struct Maker<'a> {
    pub(crate) signer: &'a PrivateKeyEntry,
    pub(crate) digest: (&'a str, MessageDigest),
    /// The identifier of the signature algorithm, with parameters.
    pub(crate) algorithm: Vec<u8>,
    /// Makes the signature over these octets.
    pub(crate) sign: &'a dyn Fn(&[u8]) -> Vec<u8>,
}

impl Maker<'_> {
    fn attributes(&self, content: &[u8]) -> Vec<Vec<u8>> {
        let attribute = |kind: &str, value: Vec<u8>| constructed(SEQUENCE, &[oid(kind), constructed(SET, &[value])]);
        let digest = openssl::hash::hash(self.digest.1, content).unwrap();
        vec![attribute("1.2.840.113549.1.9.3", oid(DATA)), attribute("1.2.840.113549.1.9.4", octets(&digest))]
    }

    pub(crate) fn signer_info(&self, content: &[u8], unsigned: &[Vec<u8>]) -> Vec<u8> {
        self.signer_info_with(&self.attributes(content), unsigned)
    }

    pub(crate) fn signer_info_with(&self, attributes: &[Vec<u8>], unsigned: &[Vec<u8>]) -> Vec<u8> {
        let signature = (self.sign)(&constructed(SET, attributes));
        let mut fields = vec![
            integer(1),
            issuer_and_serial(self.signer.certificate()),
            identifier(self.digest.0, &[]),
            constructed(0xa0, attributes),
            self.algorithm.clone(),
            octets(&signature),
        ];
        if !unsigned.is_empty() {
            fields.push(constructed(0xa1, unsigned));
        }
        constructed(SEQUENCE, &fields)
    }

    /// A detached signature with the signer's certificate and chain.
    pub(crate) fn detached(&self, content: &[u8]) -> Vec<u8> {
        signed_data(&[self.signer], &[self.signer_info(content, &[])])
    }
}

pub(crate) fn signed_data(signers: &[&PrivateKeyEntry], infos: &[Vec<u8>]) -> Vec<u8> {
    let own = signers.iter().flat_map(|signer| std::iter::once(signer.certificate()).chain(signer.chain()));
    let certificates: Vec<Vec<u8>> = own.map(|certificate| certificate.der().to_vec()).collect();
    let fields = [
        integer(1),
        constructed(SET, &[identifier(SHA256, &[])]),
        constructed(SEQUENCE, &[oid(DATA)]),
        constructed(0xa0, &certificates),
        constructed(SET, infos),
    ];
    info("1.2.840.113549.1.7.2", constructed(SEQUENCE, &fields))
}
