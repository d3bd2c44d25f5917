//! The signed layer inside the encryption, and what it is with one thing changed.

use std::borrow::Cow;
use std::ops::Range;

use time::OffsetDateTime;

use super::octets::{flip, octet_of_text, splice, with_body};
use super::{BreakError, Change};
use crate::asn1::{Tree, der};
use crate::finding::Ledger;
use crate::limits::Limits;
use crate::mime::{Entity, SignedEntity};
use crate::pki::{Certificate, PrivateKeyEntry};
use crate::smime::{DigestAlgorithm, MakingDigest, SignedData, SigningOptions, sign_detached, sign_opaque};
use crate::span::{Buffer, BufferName};

const SEQUENCE: u8 = 0x30;
const CONTEXT_0: u8 = 0xa0;

/// Where the signed octets are.
enum Content {
    /// In the first part, at this range of the buffer.
    Beside(Range<usize>),
    /// Inside the signature.
    Inside(Vec<u8>),
}

/// A signature and its content, as one entity.
pub(super) struct SignedLayer {
    whole: Buffer,
    content: Content,
    /// The entity whose body is the CMS.
    carrier: Entity,
    data: SignedData,
}

impl SignedLayer {
    pub(super) fn read(whole: &Buffer) -> Result<Self, BreakError> {
        let limits = Limits::DEFAULT;
        let mut ledger = Ledger::new();
        let entity = Entity::parse_whole(whole, &limits, &mut ledger)?;
        let (content, carrier) = if entity.content_type.is("multipart", "signed") {
            let signed = SignedEntity::open(entity, &limits, &mut ledger).map_err(|_| BreakError::Unsigned)?;
            (Some(signed.content().range.clone()), signed.signature().clone())
        } else {
            (None, entity)
        };
        let cms = Buffer::new(BufferName::SignatureCms, carrier.decoded_body().octets);
        let data = SignedData::read(&cms, &limits).map_err(|_| BreakError::Unsigned)?;
        let content = match (content, data.embedded_content()) {
            (Some(range), _) => Content::Beside(range),
            (None, Some(inside)) => Content::Inside(inside.into_owned()),
            (None, None) => return Err(BreakError::Unsigned),
        };
        Ok(Self { whole: whole.clone(), content, carrier, data })
    }

    /// The signed octets.
    pub(super) fn content(&self) -> &[u8] {
        match &self.content {
            Content::Beside(range) => self.whole.slice(range.clone()),
            Content::Inside(octets) => octets,
        }
    }

    fn cms(&self) -> &[u8] {
        self.data.buffer().octets()
    }

    /// One octet of the text is another.
    pub(super) fn with_content_flipped(&self) -> Result<(Vec<u8>, Change), BreakError> {
        let at = octet_of_text(self.content()).ok_or(BreakError::Nothing)?;
        let mut changed = self.content().to_vec();
        let change = flip(&mut changed, at)?;
        let entity = match &self.content {
            Content::Beside(range) => splice(self.whole.octets(), range.clone(), &changed),
            Content::Inside(octets) => {
                let start = place_of(self.cms(), octets).ok_or(BreakError::InPieces)?;
                let cms = splice(self.cms(), start..start.saturating_add(octets.len()), &changed);
                with_body(&self.carrier, &cms)?
            }
        };
        Ok((entity, change))
    }

    /// The last octet of one signature is another.
    pub(super) fn with_signature_flipped(&self, signer: usize) -> Result<(Vec<u8>, Change), BreakError> {
        let info = self.data.signers.get(signer).ok_or(BreakError::NoSigner)?;
        let within = self.data.buffer().slice(info.span.range());
        let start = place_of(within, &info.signature).ok_or(BreakError::InPieces)?;
        let last = info.signature.len().checked_sub(1).ok_or(BreakError::Nothing)?;
        let mut cms = self.cms().to_vec();
        let place = info.span.start.saturating_add(start).saturating_add(last);
        let change = match flip(&mut cms, place)? {
            Change::Octet { was, is, .. } => Change::Octet { at: last, was, is },
            other => other,
        };
        Ok((with_body(&self.carrier, &cms)?, change))
    }

    /// Another certificate is where the signer's was.
    pub(super) fn with_certificate(&self, was: &Certificate, is: &Certificate) -> Result<Vec<u8>, BreakError> {
        let tree = Tree::parse(self.cms(), &Limits::DEFAULT);
        let rebuilt = tree.root().and_then(|root| {
            let (kind, wrapper) = (root.child(0)?, root.child(1)?);
            let mut swapped = false;
            let fields: Vec<Cow<'_, [u8]>> = wrapper
                .child(0)?
                .children()
                .map(|field| {
                    if !field.is_context(0) {
                        return Cow::Borrowed(field.whole());
                    }
                    let own = |held: &[u8]| held == was.der();
                    swapped = field.children().any(|held| own(held.whole()));
                    let others = field.children().map(|held| held.whole()).filter(|held| !own(held));
                    Cow::Owned(set_under_context_0(others.chain([is.der()]).collect()))
                })
                .collect();
            let signed_data = der::value(SEQUENCE, &fields.concat());
            let content_info = [kind.whole(), &der::value(CONTEXT_0, &signed_data)].concat();
            swapped.then(|| der::value(SEQUENCE, &content_info))
        });
        with_body(&self.carrier, &rebuilt.ok_or(BreakError::NoSignerCertificate)?)
    }

    /// The same content with a signature of `other` alone.
    pub(super) fn signed_by(&self, other: &PrivateKeyEntry, now: OffsetDateTime) -> Result<Vec<u8>, BreakError> {
        let digest = match self.data.signers.first().map(|signer| &signer.digest_algorithm) {
            Some(DigestAlgorithm::Sha384) => MakingDigest::Sha384,
            Some(DigestAlgorithm::Sha512) => MakingDigest::Sha512,
            _ => MakingDigest::Sha256,
        };
        let options = SigningOptions { digest, ..SigningOptions::at(now) };
        let signer = [other.clone()];
        let cms = match &self.content {
            Content::Beside(_) => sign_detached(self.content(), &signer, &options)?,
            Content::Inside(octets) => sign_opaque(octets, &signer, &options)?,
        };
        with_body(&self.carrier, &cms)
    }
}

fn place_of(octets: &[u8], wanted: &[u8]) -> Option<usize> {
    if wanted.is_empty() {
        return None;
    }
    octets.windows(wanted.len()).rposition(|window| window == wanted)
}

/// DER orders the values of a set (X.690 §11.6); the tag takes the place of the set's.
fn set_under_context_0(values: Vec<&[u8]>) -> Vec<u8> {
    let mut set = der::sorted_set(&values);
    if let Some(tag) = set.first_mut() {
        *tag = CONTEXT_0;
    }
    set
}
