//! The structure of a response (RFC 6960 §4.2.1), read by the octet walker.

use std::borrow::Cow;

use time::OffsetDateTime;

use super::{NONCE, OcspCause};
use crate::asn1::{Element, Tree, tag};
use crate::limits::Limits;
use crate::pki::certificate::Certificate;
use crate::pki::extension;
use crate::pki::revocation::{RevocationReason, RevocationStatus};

/// id-pkix-ocsp-basic.
const BASIC: &str = "1.3.6.1.5.5.7.48.1.1";

/// Certificates of a response that are looked at: a responder sends its own and those above.
const CERTIFICATES: usize = 8;
/// Answers of a response that are looked at.
const ANSWERS: usize = 64;

/// Who says that they signed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ResponderId {
    /// Their name, in DER.
    Name(Vec<u8>),
    /// SHA-1 of their key.
    Key(Vec<u8>),
}

/// A response of the basic type.
#[derive(Debug)]
pub(super) struct Basic {
    pub(super) responder: ResponderId,
    pub(super) answers: Vec<Single>,
    pub(super) nonce: Option<Vec<u8>>,
    pub(super) certificates: Vec<Certificate>,
    /// A critical extension that nothing here processes.
    pub(super) critical: Option<String>,
}

/// What it says of one certificate.
#[derive(Debug)]
pub(super) struct Single {
    pub(super) id: CertId,
    /// Nothing where the responder does not know the certificate.
    pub(super) status: Option<RevocationStatus>,
    pub(super) this_update: OffsetDateTime,
    pub(super) next_update: Option<OffsetDateTime>,
    pub(super) critical: Option<String>,
}

/// A CertID as it came.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CertId {
    /// The digest, dotted.
    pub(super) digest: String,
    pub(super) name: Vec<u8>,
    pub(super) key: Vec<u8>,
    /// The whole INTEGER.
    pub(super) serial: Vec<u8>,
}

/// OCSPResponseStatus, where it is not "successful".
fn refusal(status: &[u8]) -> Option<&'static str> {
    Some(match status {
        [0] => return None,
        [1] => "it could not read the question (malformedRequest)",
        [2] => "it failed (internalError)",
        [3] => "it is busy (tryLater)",
        [5] => "it answers signed questions only (sigRequired)",
        [6] => "it does not answer for this issuer (unauthorized)",
        _ => "it gave a status that is not understood",
    })
}

impl Basic {
    /// Reads an OCSPResponse.
    pub(super) fn read(octets: &[u8]) -> Result<Self, OcspCause> {
        let tree = Tree::parse(octets, &Limits::DEFAULT);
        let root = tree.root().filter(|_| tree.error.is_none()).ok_or(OcspCause::Malformed)?;
        let status = root.child(0).filter(|status| status.is(tag::ENUMERATED)).ok_or(OcspCause::Malformed)?;
        if let Some(refusal) = refusal(status.content()) {
            return Err(OcspCause::Responder(refusal));
        }
        let body = root.child(1).filter(|body| body.is_context(0)).and_then(|body| body.child(0));
        let body = body.ok_or(OcspCause::Malformed)?;
        let kind = body.child(0).and_then(|kind| kind.oid()).ok_or(OcspCause::Malformed)?;
        if kind != BASIC {
            return Err(OcspCause::NotBasic(kind.as_str().to_owned()));
        }
        let inner = body.child(1).and_then(|inner| inner.octet_string()).ok_or(OcspCause::Malformed)?;
        let tree = Tree::parse(&inner, &Limits::DEFAULT);
        let root = tree.root().filter(|_| tree.error.is_none());
        root.and_then(Self::of).ok_or(OcspCause::Malformed)
    }

    /// Reads a BasicOCSPResponse.
    fn of(basic: Element<'_, '_>) -> Option<Self> {
        let data = basic.child(0)?;
        let mut fields = data.children().skip_while(|field| field.is_context(0));
        let responder = fields.next()?;
        let responder = match responder.tag() {
            1 if responder.is_context(1) => ResponderId::Name(responder.child(0)?.whole().to_vec()),
            2 if responder.is_context(2) => ResponderId::Key(responder.child(0)?.octet_string()?.into_owned()),
            _ => return None,
        };
        let _produced_at = fields.next()?.time()?;
        let answers = fields.next()?.children().take(ANSWERS).map(Single::read).collect::<Option<Vec<Single>>>()?;
        let extensions = fields.find(|field| field.is_context(1)).map(extension::list).unwrap_or_default();
        let critical =
            extensions.iter().find(|extension| extension.critical && extension.oid != NONCE).map(|e| e.oid.as_str());
        let certificates = basic.child(3).filter(|field| field.is_context(0)).and_then(|field| field.child(0));
        let certificates = certificates.into_iter().flat_map(|list| list.children()).take(CERTIFICATES);
        Some(Self {
            responder,
            answers,
            nonce: extensions.iter().find(|extension| extension.oid == NONCE).map(|nonce| nonce_of(&nonce.value)),
            certificates: certificates.filter_map(|der| Certificate::from_der(der.whole()).ok()).collect(),
            critical: critical.map(str::to_owned),
        })
    }
}

/// The octets of the nonce; older responders leave out the inner OCTET STRING.
fn nonce_of(value: &[u8]) -> Vec<u8> {
    let tree = Tree::parse(value, &Limits::DEFAULT);
    let inner = tree.root().filter(|_| tree.error.is_none()).and_then(|root| root.octet_string());
    inner.map_or_else(|| value.to_vec(), Cow::into_owned)
}

impl Single {
    fn read(single: Element<'_, '_>) -> Option<Self> {
        let (id, status) = (single.child(0)?, single.child(1)?);
        let mut rest = single.children().skip(3);
        let next_update = rest.find(|field| field.is_context(0));
        let extensions = single.children().skip(3).find(|field| field.is_context(1));
        let critical = extensions.map(extension::list).unwrap_or_default();
        Some(Self {
            id: CertId::read(id)?,
            status: match status.tag() {
                0 if status.is_context(0) => Some(RevocationStatus::Good),
                1 if status.is_context(1) => Some(revoked(status)?),
                2 if status.is_context(2) => None,
                _ => return None,
            },
            this_update: single.child(2)?.time()?,
            next_update: match next_update {
                Some(field) => Some(field.child(0)?.time()?),
                None => None,
            },
            critical: critical.iter().find(|known| known.critical).map(|known| known.oid.as_str().to_owned()),
        })
    }
}

/// RevokedInfo, under an implicit tag.
fn revoked(info: Element<'_, '_>) -> Option<RevocationStatus> {
    let at = info.child(0)?.time()?;
    let code = info.child(1).filter(|field| field.is_context(0)).and_then(|field| field.child(0));
    let code = code.filter(|code| code.is(tag::ENUMERATED)).and_then(|code| code.content().first().copied());
    let reason = code.map(|code| RevocationReason::from_code(i64::from(code))).unwrap_or_default();
    Some(RevocationStatus::Revoked { at, reason })
}

impl CertId {
    fn read(id: Element<'_, '_>) -> Option<Self> {
        Some(Self {
            digest: id.child(0)?.child(0)?.oid()?.as_str().to_owned(),
            name: id.child(1)?.octet_string()?.into_owned(),
            key: id.child(2)?.octet_string()?.into_owned(),
            serial: id.child(3).filter(|serial| serial.integer().is_some())?.whole().to_vec(),
        })
    }
}
