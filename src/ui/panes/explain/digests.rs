//! The two digests of each signer: of the content as it is here, and the one that was signed.

use crate::agent::{Operation, Report, SignerOutcome, StepName};
use crate::asn1::{Tree, oid};
use crate::limits::Limits;
use crate::mime::canonical;
use crate::pki::Certificate;
use crate::pki::certificate::lower_hex;
use crate::smime::{DigestAlgorithm, SignedData, SignerInfo};
use crate::span::{Buffer, BufferName};

/// How the two compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compared {
    /// They are one.
    Equal,
    /// They are, once the line ends are made CRLF.
    EqualAsCrlf,
    /// They are not.
    Different,
    /// There is no signed digest.
    NoDigest,
}

/// The digests of one signer.
#[derive(Clone, Debug)]
pub(super) struct DigestPair {
    pub(super) signer: String,
    pub(super) algorithm: String,
    pub(super) computed: String,
    pub(super) signed: String,
    pub(super) compared: Compared,
}

/// Those of every signer of the run.
pub(super) fn pairs(report: &Report) -> Vec<DigestPair> {
    let Some(content) = content(report) else { return Vec::new() };
    let Some(cms) = report.buffer(BufferName::SignatureCms) else { return Vec::new() };
    let Ok(data) = SignedData::read(cms, &Limits::DEFAULT) else { return Vec::new() };
    let outcomes = report.signers.iter().map(Some).chain(std::iter::repeat(None));
    data.signers.iter().zip(outcomes).map(|(info, outcome)| pair(info, outcome, cms, content)).collect()
}

fn content(report: &Report) -> Option<&[u8]> {
    let span = match report.operation {
        Operation::Incoming => report.trace.step(StepName::VerifySignature)?.before?,
        Operation::Outgoing => report.buffer(BufferName::Wrapped)?.whole(),
    };
    report.buffer(span.buffer).map(|buffer| buffer.slice(span.range()))
}

fn pair(info: &SignerInfo, outcome: Option<&SignerOutcome>, cms: &Buffer, content: &[u8]) -> DigestPair {
    let algorithm = &info.digest_algorithm;
    let computed = algorithm.digest(content).unwrap_or_default();
    let signed = signed_digest(info, cms);
    let compared = match &signed {
        None => Compared::NoDigest,
        Some(signed) if *signed == computed => Compared::Equal,
        Some(signed) if is_digest_of_crlf(algorithm, signed, content) => Compared::EqualAsCrlf,
        Some(_) => Compared::Different,
    };
    let certificate = outcome.and_then(|outcome| outcome.certificate.as_ref());
    DigestPair {
        signer: certificate.map_or_else(|| info.identifier.to_string(), Certificate::common_name),
        algorithm: algorithm.to_string(),
        computed: lower_hex(&computed),
        signed: signed.as_deref().map(lower_hex).unwrap_or_default(),
        compared,
    }
}

fn is_digest_of_crlf(algorithm: &DigestAlgorithm, signed: &[u8], content: &[u8]) -> bool {
    let form = canonical::to_crlf(content);
    form != content && algorithm.digest(&form).as_deref() == Some(signed)
}

fn signed_digest(info: &SignerInfo, cms: &Buffer) -> Option<Vec<u8>> {
    let value = info.signed(oid::MESSAGE_DIGEST).next()?.values.first()?.clone();
    let tree = Tree::parse(cms.slice(value), &Limits::DEFAULT);
    let digest = tree.root()?.octet_string()?.into_owned();
    Some(digest)
}
