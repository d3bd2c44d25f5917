//! What every CMS that is made is written with: frames in DER or streamed BER, identifiers of algorithms and
//! certificates (RFC 5652 §5, §6, §10, X.690 §8, §10).

use openssl::error::ErrorStack;

use super::choices::{Encoding, MakingDigest, OaepDigest};
use super::identifier::IdentifierForm;
use crate::asn1::{der, oid};
use crate::pki::Certificate;

pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const OCTET_STRING: u8 = 0x04;
/// `[0]`, primitive.
pub(super) const IMPLICIT_0: u8 = 0x80;
/// `[0]`, constructed.
pub(super) const CONTEXT_0: u8 = 0xa0;
/// `[1]`, constructed.
pub(super) const CONTEXT_1: u8 = 0xa1;

const SHA256: &str = "2.16.840.1.101.3.4.2.1";
const SHA384: &str = "2.16.840.1.101.3.4.2.2";
const SHA512: &str = "2.16.840.1.101.3.4.2.3";

const CONSTRUCTED: u8 = 0x20;
const INDEFINITE: u8 = 0x80;
const END_OF_CONTENTS: [u8; 2] = [0, 0];

/// Octets of content in one piece of a streamed string; a multiple of every cipher's block.
pub(super) const PIECE: usize = 16 << 10;

/// One frame around the next: its tag, and what stands in it before and after the next one.
pub(super) struct Frame<'a> {
    pub(super) tag: u8,
    pub(super) before: &'a [u8],
    /// Octets that follow; they are written by [`Frames::close`].
    pub(super) after: usize,
}

impl<'a> Frame<'a> {
    pub(super) const fn new(tag: u8, before: &'a [u8]) -> Self {
        Self { tag, before, after: 0 }
    }

    pub(super) const fn followed_by(self, after: usize) -> Self {
        Self { after, ..self }
    }
}

/// Frames from the outermost inwards, and the string in the innermost.
pub(super) struct Frames<'a> {
    pub(super) encoding: Encoding,
    pub(super) frames: Vec<Frame<'a>>,
    /// The primitive tag of the string; `None` where the innermost frame has none.
    pub(super) string: Option<u8>,
}

impl Frames<'_> {
    /// Everything up to the string's content, which is `length` octets long: room is made for all that follows.
    pub(super) fn open(&self, length: usize) -> Vec<u8> {
        let mut lengths = Vec::with_capacity(self.frames.len());
        let mut inner = self.string.map_or(0, |_| der::header_length(length).saturating_add(length));
        for frame in self.frames.iter().rev() {
            inner = inner.saturating_add(frame.before.len()).saturating_add(frame.after);
            lengths.push(inner);
            inner = inner.saturating_add(der::header_length(inner));
        }
        let pieces = length / PIECE + 1;
        let streaming = match self.encoding {
            Encoding::Der => 0,
            Encoding::StreamedBer => pieces.saturating_mul(5).saturating_add(self.frames.len().saturating_mul(4)),
        };
        // A cipher wants room for one block more than it writes.
        let mut out = Vec::with_capacity(inner.saturating_add(streaming).saturating_add(64));
        for (frame, length) in self.frames.iter().zip(lengths.into_iter().rev()) {
            self.header(&mut out, frame.tag, length);
            out.extend_from_slice(frame.before);
        }
        match (self.string, self.encoding) {
            (Some(tag), Encoding::Der) => der::push_header(&mut out, tag, length),
            (Some(tag), Encoding::StreamedBer) => self.header(&mut out, tag | CONSTRUCTED, length),
            (None, _) => {}
        }
        out
    }

    fn header(&self, out: &mut Vec<u8>, tag: u8, length: usize) {
        match self.encoding {
            Encoding::Der => der::push_header(out, tag, length),
            Encoding::StreamedBer => out.extend_from_slice(&[tag, INDEFINITE]),
        }
    }

    /// Begins one piece of the string.
    pub(super) fn piece(&self, out: &mut Vec<u8>, length: usize) {
        if self.encoding == Encoding::StreamedBer {
            der::push_header(out, OCTET_STRING, length);
        }
    }

    /// Ends string and frames; `after` goes where a frame said that something follows.
    pub(super) fn close(&self, out: &mut Vec<u8>, after: &[u8]) {
        let streamed = self.encoding == Encoding::StreamedBer;
        if streamed && self.string.is_some() {
            out.extend_from_slice(&END_OF_CONTENTS);
        }
        for frame in self.frames.iter().rev() {
            if frame.after > 0 {
                out.extend_from_slice(after);
            }
            if streamed {
                out.extend_from_slice(&END_OF_CONTENTS);
            }
        }
    }
}

/// An OBJECT IDENTIFIER. Only constants are written, and a test reads them all.
pub(super) fn object(dotted: &str) -> Vec<u8> {
    der::oid(dotted).unwrap_or_default()
}

/// An INTEGER below 128.
pub(super) const fn small(number: u8) -> [u8; 3] {
    [0x02, 1, number]
}

/// An AlgorithmIdentifier; no parameters are none at all.
pub(super) fn algorithm(dotted: &str, parameters: &[u8]) -> Vec<u8> {
    der::sequence(&[&object(dotted), parameters])
}

pub(super) const NULL: [u8; 2] = [0x05, 0];

/// The identifier of a digest where CMS has it: without parameters (RFC 5754 §2).
pub(super) fn digest_algorithm(digest: MakingDigest) -> Vec<u8> {
    algorithm(digest_oid(digest), &[])
}

pub(super) const fn digest_oid(digest: MakingDigest) -> &'static str {
    match digest {
        MakingDigest::Sha256 => SHA256,
        MakingDigest::Sha384 => SHA384,
        MakingDigest::Sha512 => SHA512,
    }
}

/// The fields that PSS and OAEP parameters begin with: digest and mask generation function, where they are not the
/// defaults, which are SHA-1 (RFC 4055 §2.1, §3.1, §4.1).
pub(super) fn digest_and_mask(digest: OaepDigest) -> Vec<u8> {
    let dotted = match digest {
        OaepDigest::Sha1 => return Vec::new(),
        OaepDigest::Sha256 => SHA256,
        OaepDigest::Sha384 => SHA384,
        OaepDigest::Sha512 => SHA512,
    };
    let digest = algorithm(dotted, &NULL);
    let mask = algorithm(oid::MGF1, &digest);
    [der::value(CONTEXT_0, &digest), der::value(CONTEXT_1, &mask)].concat()
}

/// IssuerAndSerialNumber (RFC 5652 §10.2.4).
pub(super) fn issuer_and_serial(certificate: &Certificate) -> Result<Vec<u8>, ErrorStack> {
    let issuer = certificate.x509().issuer_name().to_der()?;
    Ok(der::sequence(&[&issuer, &serial_number(certificate)?]))
}

/// CertificateSerialNumber. There are certificates with negative ones.
pub(super) fn serial_number(certificate: &Certificate) -> Result<Vec<u8>, ErrorStack> {
    let number = certificate.x509().serial_number().to_bn()?;
    let magnitude = number.to_vec();
    if !number.is_negative() {
        return Ok(der::unsigned_integer(&magnitude));
    }
    let mut complement = [&[0], magnitude.as_slice()].concat();
    let mut carry = true;
    for octet in complement.iter_mut().rev() {
        (*octet, carry) = (!*octet).overflowing_add(u8::from(carry));
    }
    // The first octet is all ones: it is needed only where the next does not say the sign.
    let shorter = complement.get(1).is_some_and(|second| second & 0x80 != 0);
    Ok(der::value(0x02, complement.get(usize::from(shorter)..).unwrap_or_default()))
}

/// SignerIdentifier and RecipientIdentifier; `None` where the certificate has no key identifier to be named by.
pub(super) fn identifier(certificate: &Certificate, form: IdentifierForm) -> Result<Option<Vec<u8>>, ErrorStack> {
    match form {
        IdentifierForm::IssuerSerial => issuer_and_serial(certificate).map(Some),
        IdentifierForm::SubjectKeyId => Ok(certificate.subject_key_id().map(|id| der::value(IMPLICIT_0, id))),
    }
}
