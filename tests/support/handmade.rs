//! Secured messages put together by hand, right and wrong, without the code under test.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::stack::Stack;
use openssl::symm::Cipher;
use sealscope::pki::{Certificate, PrivateKeyEntry};

use super::der::{constructed, content, members};

const SET: u8 = 0x31;
const SEQUENCE: u8 = 0x30;

/// A detached signature over `octets`, with signed attributes and all certificates of the entry.
pub(crate) fn detached(octets: &[u8], signer: &PrivateKeyEntry) -> Vec<u8> {
    signature(octets, signer, CMSOptions::BINARY | CMSOptions::DETACHED)
}

/// A signature that carries `octets` itself.
pub(crate) fn opaque(octets: &[u8], signer: &PrivateKeyEntry) -> Vec<u8> {
    signature(octets, signer, CMSOptions::BINARY)
}

pub(crate) fn signature(octets: &[u8], signer: &PrivateKeyEntry, options: CMSOptions) -> Vec<u8> {
    let mut chain = Stack::new().unwrap();
    for certificate in signer.chain() {
        chain.push(certificate.x509().to_owned()).unwrap();
    }
    let certificate = signer.certificate().x509();
    let signed = CmsContentInfo::sign(Some(certificate), Some(signer.key()), Some(&chain), Some(octets), options);
    signed.unwrap().to_der().unwrap()
}

/// The parts of a signed-data, so that one can be changed: version, digest algorithms, content, …, signer infos.
pub(crate) fn signed_data(cms: &[u8]) -> Vec<Vec<u8>> {
    members(content(&members(cms)[1]))
}

/// The reverse of [`signed_data`].
pub(crate) fn content_info(cms: &[u8], signed_data: &[Vec<u8>]) -> Vec<u8> {
    let content_type = members(cms)[0].clone();
    constructed(SEQUENCE, &[content_type, constructed(0xa0, &[constructed(SEQUENCE, signed_data)])])
}

/// The same signed-data with no SignerInfo left.
pub(crate) fn without_signers(cms: &[u8]) -> Vec<u8> {
    let mut parts = signed_data(cms);
    *parts.last_mut().unwrap() = constructed(SET, &[]);
    content_info(cms, &parts)
}

/// The signed-data of both, each with its signers and certificates.
pub(crate) fn joined(first: &[u8], second: &[u8]) -> Vec<u8> {
    let (mut parts, others) = (signed_data(first), signed_data(second));
    let certificates = parts.iter().position(|part| part[0] == 0xa0).unwrap();
    let last = parts.len() - 1;
    for place in [certificates, last] {
        let both = [members(&parts[place]), members(&others[place])].concat();
        parts[place] = constructed(parts[place][0], &both);
    }
    content_info(first, &parts)
}

/// The attack of "forged attributes" (RFC 5652 §5.4): what was signed as attributes is served as the content of a
/// signature that has none. Gives content and signature; the mathematics agree.
pub(crate) fn attributes_as_content(cms: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut parts = signed_data(cms);
    let signer_infos = parts.last().unwrap();
    let mut signer = members(&members(signer_infos)[0]);
    let place = signer.iter().position(|part| part[0] == 0xa0).unwrap();
    let mut attributes = signer.remove(place);
    attributes[0] = SET;
    *parts.last_mut().unwrap() = constructed(SET, &[constructed(SEQUENCE, &signer)]);
    (attributes, content_info(cms, &parts))
}

/// An entity of two parts: `octets` and the signature (RFC 1847).
pub(crate) fn multipart_signed(octets: &[u8], cms: &[u8]) -> Vec<u8> {
    multipart_signed_between(octets, cms, "=_hand")
}

/// The same with a boundary that is chosen, so that one can be inside another.
pub(crate) fn multipart_signed_between(octets: &[u8], cms: &[u8], boundary: &str) -> Vec<u8> {
    let mut entity = format!(
        "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n \
         micalg=sha-256; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n"
    )
    .into_bytes();
    entity.extend_from_slice(octets);
    let second = format!(
        "\r\n--{boundary}\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n"
    );
    entity.extend_from_slice(second.as_bytes());
    entity.extend(lines(cms));
    entity.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    entity
}

/// An entity that is the signature with its content inside (RFC 8551 §3.5.2).
pub(crate) fn opaque_entity(cms: &[u8]) -> Vec<u8> {
    let mut entity = b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n\
        Content-Transfer-Encoding: base64\r\n\r\n"
        .to_vec();
    entity.extend(lines(cms));
    entity
}

/// A message that is `entity`, encrypted for the owners of these certificates.
pub(crate) fn enveloped(from: &str, to: &str, entity: &[u8], recipients: &[&Certificate]) -> Vec<u8> {
    sealed(from, to, &enveloped_data(entity, recipients, Cipher::aes_256_cbc()))
}

/// The bare envelope around `entity`.
pub(crate) fn enveloped_data(entity: &[u8], recipients: &[&Certificate], cipher: Cipher) -> Vec<u8> {
    let mut stack = Stack::new().unwrap();
    for certificate in recipients {
        stack.push(certificate.x509().to_owned()).unwrap();
    }
    CmsContentInfo::encrypt(&stack, entity, cipher, CMSOptions::BINARY).unwrap().to_der().unwrap()
}

/// A message that carries an envelope.
pub(crate) fn sealed(from: &str, to: &str, cms: &[u8]) -> Vec<u8> {
    let mut message = format!(
        "From: {from}\r\nTo: {to}\r\nDate: Mon, 1 Jun 2026 11:59:00 +0000\r\nMessage-ID: <2@a.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n"
    )
    .into_bytes();
    message.extend(lines(cms));
    message
}

/// A whole message as an entity that can be signed (RFC 8551 §3.1).
pub(crate) fn wrapped(message: &[u8]) -> Vec<u8> {
    [b"Content-Type: message/rfc822\r\n\r\n", message].concat()
}

fn lines(octets: &[u8]) -> Vec<u8> {
    let text = STANDARD.encode(octets);
    text.as_bytes().chunks(76).flat_map(|line| [line, b"\r\n"].concat()).collect()
}
