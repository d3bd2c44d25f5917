//! A signature that does not fit its attributes: the wrong key, or other attributes.
//!
//! Each explanation is a variant of the SignedData that is verified like any other: with the attributes in another order,
//! with another certificate, with the attributes under the tag that they have in the SignerInfo, or over the content
//! itself. An RSA signature (PKCS #1 v1.5) tells more: if its padding is in order under the certificate's key, that key
//! made it, over other octets than these.

use openssl::rsa::Padding;

use super::super::known::Known;
use super::probe::{ON, Stop};
use super::undo::permute;
use crate::asn1::{Tree, der, oid};
use crate::limits::Limits;
use crate::pki::Certificate;
use crate::smime::{
    AttributeFault, CertificateIdentifier, SignatureAlgorithm, SignatureFailure, SignedData, SignerCheck, SignerInfo,
    verify_embedded_signers, verify_signer,
};

/// Attributes of which every order is tried: 720.
const ALL_ORDERS: usize = 6;
/// Certificates that are tried in place of the signer's.
const MOST_CERTIFICATES: usize = 200;

/// Why the signature does not fit.
#[derive(Clone, Debug)]
pub(super) enum KeyFinding {
    /// The key of the certificate made the signature, over attributes that are not these.
    AttributesAltered,
    /// It is over the attributes in another order.
    AttributesInOtherOrder,
    /// It is over the attributes with their tag `[0]` in place of SET OF (RFC 5652 §5.4).
    AttributesUnderTag,
    /// The key of the certificate did not make the signature, or the signature was altered.
    NotThisKey,
    /// It fits another certificate: of the message, or known here under this name.
    OtherCertificate(Certificate, Option<String>),
    /// It is over the content, not over the attributes.
    OverContent,
    /// Neither can be told for this algorithm.
    Undecided,
}

/// A signer of a signature, and what it is over.
#[derive(Clone, Copy)]
pub(super) struct Subject<'s> {
    pub(super) data: &'s SignedData,
    pub(super) index: usize,
    /// The content beside the signature; `None` where it is inside.
    pub(super) content: Option<&'s [u8]>,
    pub(super) limits: &'s Limits,
}

impl Subject<'_> {
    /// Verifies the signer.
    pub(super) fn check(&self) -> Option<SignerCheck> {
        match self.content {
            Some(content) => verify_signer(self.data, self.index, content, self.limits),
            None => verify_embedded_signers(self.data, self.limits).into_iter().nth(self.index),
        }
    }
}

/// Octets of an opaque content up to which variants are tried: its digest is computed anew for each.
const OPAQUE: usize = 1 << 20;

impl<'s> Subject<'s> {
    /// The same over no content, since only the attributes are in question; `None` where that would take too long.
    fn without_content(self) -> Option<Self> {
        match self.content {
            Some(_) => Some(Self { content: Some(&[]), ..self }),
            None => (self.data.buffer().octets().len() <= OPAQUE).then_some(self),
        }
    }
}

/// Looks for what the signature fits.
pub(super) fn explain(subject: &Subject<'_>, known: &[Known]) -> KeyFinding {
    let Subject { data, index, content, limits } = *subject;
    let Some(signer) = data.signers.get(index) else { return KeyFinding::Undecided };
    if in_other_order(subject) {
        return KeyFinding::AttributesInOtherOrder;
    }
    if let Some(found) = other_certificate(subject, known) {
        return found;
    }
    if let Some(attributes) = &signer.signed_attributes {
        let members: Vec<&[u8]> = attributes.iter().map(|one| data.buffer().slice(one.range.clone())).collect();
        let tagged = der::value(0xa0, &members.concat());
        if bare_fits(data, index, &tagged, limits) {
            return KeyFinding::AttributesUnderTag;
        }
        if content.is_some_and(|content| bare_fits(data, index, content, limits)) {
            return KeyFinding::OverContent;
        }
    }
    if !matches!(signer.signature_algorithm, SignatureAlgorithm::RsaPkcs1V15(_)) {
        return KeyFinding::Undecided;
    }
    match named(data, signer).and_then(|certificate| signed_digest(certificate, signer)) {
        Some(_) => KeyFinding::AttributesAltered,
        None => KeyFinding::NotThisKey,
    }
}

/// The digest that an RSA signature (RFC 8017 §9.2) is over, if the certificate's key made it.
pub(super) fn signed_digest(certificate: &Certificate, signer: &SignerInfo) -> Option<Vec<u8>> {
    let SignatureAlgorithm::RsaPkcs1V15(_) = signer.signature_algorithm else { return None };
    let length = signer.digest_algorithm.message_digest()?.size();
    let key = certificate.x509().public_key().ok()?.rsa().ok()?;
    let mut block = vec![0; usize::try_from(key.size()).ok()?];
    let opened = key.public_decrypt(&signer.signature, &mut block, Padding::NONE);
    drop(openssl::error::ErrorStack::get());
    let block = block.get(..opened.ok()?)?;
    let padded = block.strip_prefix(&[0, 1])?;
    let filling = padded.iter().take_while(|octet| **octet == 0xff).count();
    let info = padded.get(filling..)?.strip_prefix(&[0])?;
    let tree = Tree::parse(info, &Limits::DEFAULT);
    let digest = tree.root()?.child(1)?.octet_string()?.into_owned();
    (filling >= 8 && digest.len() == length).then_some(digest)
}

/// The certificate that the signer names, in the message.
pub(super) fn named<'d>(data: &'d SignedData, signer: &SignerInfo) -> Option<&'d Certificate> {
    data.certificates.iter().find(|certificate| signer.identifier.names(certificate))
}

/// The digest that the signer says the content has.
pub(super) fn claimed_digest(data: &SignedData, signer: &SignerInfo) -> Option<Vec<u8>> {
    let value = signer.signed(oid::MESSAGE_DIGEST).next()?.values.first()?.clone();
    let tree = Tree::parse(data.buffer().slice(value), &Limits::DEFAULT);
    tree.root()?.octet_string().map(std::borrow::Cow::into_owned)
}

/// The same signature with another certificate as the signer's.
pub(super) fn with_certificate(data: &SignedData, index: usize, certificate: &Certificate) -> Option<SignedData> {
    let mut data = data.clone();
    let signer = data.signers.get_mut(index)?;
    signer.identifier = identifier_of(certificate)?;
    data.certificates = vec![certificate.clone()];
    Some(data)
}

/// Whether attributes and signature agree, whatever the content is.
pub(super) fn attributes_hold(check: &SignerCheck) -> bool {
    match &check.signature {
        Ok(_) => true,
        Err(SignatureFailure::DigestMismatch { .. }) => check.has_signed_attributes,
        Err(SignatureFailure::AttributesInvalid(fault)) => *fault == AttributeFault::SigningCertificate,
        Err(_) => false,
    }
}

fn in_other_order(subject: &Subject<'_>) -> bool {
    let Some(subject) = subject.without_content() else { return false };
    let signer = subject.data.signers.get(subject.index);
    let Some(attributes) = signer.and_then(|signer| signer.signed_attributes.clone()) else { return false };
    if attributes.len() > ALL_ORDERS {
        return false;
    }
    let mut data = subject.data.clone();
    let mut order: Vec<usize> = (0..attributes.len()).collect();
    let flow = permute(&mut order, attributes.len(), &mut |order| {
        if let Some(signer) = data.signers.get_mut(subject.index) {
            let moved = order.iter().filter_map(|place| attributes.get(*place)).cloned();
            signer.signed_attributes = Some(moved.collect());
        }
        let fits = Subject { data: &data, ..subject }.check().is_some_and(|check| attributes_hold(&check));
        if fits { std::ops::ControlFlow::Break(Stop::Proven) } else { ON }
    });
    flow.is_break()
}

fn other_certificate(subject: &Subject<'_>, known: &[Known]) -> Option<KeyFinding> {
    let subject = subject.without_content()?;
    let data = subject.data;
    let own = data.signers.get(subject.index).and_then(|signer| named(data, signer));
    let inside = data.certificates.iter().map(|certificate| (certificate, None));
    let alike = known.iter().filter(|known| own.is_none_or(|own| known.is_of_same_name(own)));
    let outside = alike.map(|known| (&known.certificate, Some(known.place.clone())));
    let others = inside.chain(outside).filter(|(other, _)| own.is_none_or(|own| own != *other));
    others.take(MOST_CERTIFICATES).find_map(|(certificate, place)| {
        let with = with_certificate(data, subject.index, certificate)?;
        let check = Subject { data: &with, ..subject }.check()?;
        attributes_hold(&check).then(|| KeyFinding::OtherCertificate(certificate.clone(), place))
    })
}

/// Whether the signature is over these octets, as if there were no attributes.
fn bare_fits(data: &SignedData, index: usize, octets: &[u8], limits: &Limits) -> bool {
    let mut data = data.clone();
    if let Some(signer) = data.signers.get_mut(index) {
        signer.signed_attributes = None;
    }
    verify_signer(&data, index, octets, limits).is_some_and(|check| check.signature.is_ok())
}

fn identifier_of(certificate: &Certificate) -> Option<CertificateIdentifier> {
    if let Some(id) = certificate.subject_key_id() {
        return Some(CertificateIdentifier::SubjectKeyId(id.to_vec()));
    }
    let number = certificate.x509().serial_number().to_bn().ok().filter(|number| !number.is_negative())?.to_vec();
    let padding: &[u8] = if number.first().is_none_or(|first| first & 0x80 != 0) { &[0] } else { &[] };
    let issuer = certificate.x509().issuer_name().to_der().ok()?;
    Some(CertificateIdentifier::IssuerSerial { issuer, serial: [padding, &number].concat() })
}
