//! Why a signature does not hold, with proof.
//!
//! Three things are told apart: the content's digest is not the signed one; the digest is right, but the signature over
//! the attributes does not fit; the certificate is missing. For the first, the content is searched for among what it may
//! have been before one or two transformations of the closed list; what is found is a proof, since nobody can make other
//! octets with the same digest. It is called proven only where the signature over the attributes, and thereby the digest
//! itself, verifies too.

mod base;
mod changed;
mod key;
mod located;
mod probe;
mod search;
mod sentences;
mod transformation;
mod undo;

pub use changed::{Change, Changes};
pub use search::Attempt;
pub use transformation::Transformation;

use openssl::hash::MessageDigest;

use super::known::Known;
use crate::agent::{ReasonCode, Report};
use crate::limits::Limits;
use crate::smime::{SignatureFailure, SignedData, SignerCheck, verify_embedded_signers, verify_signers};
use key::{KeyFinding, Subject};
use located::Located;
use probe::Goal;

/// What a search cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Candidates whose digest was computed.
    pub candidates: usize,
    /// Octets that were hashed for it.
    pub octets: usize,
    /// The budget ([`Limits::diagnosis_octets`]) ended the search before everything was tried.
    pub exhausted: bool,
}

/// Why a signature does not hold.
pub(super) struct SignatureDiagnosis {
    pub(super) code: ReasonCode,
    pub(super) proven: bool,
    pub(super) transformations: Vec<Transformation>,
    pub(super) explanation: Vec<String>,
    pub(super) advice: Vec<String>,
    pub(super) changed: Changes,
    pub(super) tried: Vec<Attempt>,
    pub(super) effort: Option<Effort>,
}

/// Diagnoses the signature of a run; `None` where there is none to be found, where it holds over the octets as they
/// arrived, or where something else than the signature is at fault.
pub(super) fn diagnose(report: &Report, known: &[Known], limits: &Limits) -> Option<SignatureDiagnosis> {
    let located = Located::find(report, limits)?;
    let checks = if located.opaque {
        verify_embedded_signers(&located.data, limits)
    } else {
        verify_signers(&located.data, located.octets(), limits)
    };
    if checks.iter().any(|check| check.signature.is_ok()) {
        return None;
    }
    // Of several signers the one that comes closest to good says most.
    let check = checks.iter().max_by_key(|check| (closeness(check), std::cmp::Reverse(check.index)))?;
    Case { located: &located, data: &located.data, check, known, limits }.diagnose()
}

fn closeness(check: &SignerCheck) -> u8 {
    match &check.signature {
        Ok(_) => 9,
        Err(SignatureFailure::DigestMismatch { .. }) => 5,
        Err(SignatureFailure::CertificateMissing { .. }) => 4,
        Err(SignatureFailure::SignatureInvalid | SignatureFailure::KeyOfAnotherKind { .. }) => 3,
        Err(SignatureFailure::AttributesInvalid(_)) => 2,
        Err(_) => 0,
    }
}

/// One signer whose signature does not hold.
struct Case<'c> {
    located: &'c Located,
    data: &'c SignedData,
    check: &'c SignerCheck,
    known: &'c [Known],
    limits: &'c Limits,
}

impl Case<'_> {
    fn diagnose(&self) -> Option<SignatureDiagnosis> {
        let failure = self.check.signature.as_ref().err()?;
        Some(match failure {
            SignatureFailure::DigestMismatch { claimed, .. } => self.digest_mismatch(claimed.clone()),
            SignatureFailure::CertificateMissing { .. } => self.certificate_missing(),
            SignatureFailure::SignatureInvalid if !self.check.has_signed_attributes => self.bare(),
            SignatureFailure::SignatureInvalid | SignatureFailure::KeyOfAnotherKind { .. } => self.wrong_key(),
            SignatureFailure::AlgorithmMismatch { .. }
            | SignatureFailure::AttributesInvalid(_)
            | SignatureFailure::ContentParsesAsAttributes => {
                let explanation = vec![sentences::attributes_broken(failure)];
                Self::unproven(ReasonCode::SignedAttributesInvalid, explanation)
            }
            SignatureFailure::EmbeddedContent
            | SignatureFailure::NoContent
            | SignatureFailure::Limit(_)
            | SignatureFailure::UnsupportedAlgorithm(_) => return None,
        })
    }

    fn unproven(code: ReasonCode, explanation: Vec<String>) -> SignatureDiagnosis {
        SignatureDiagnosis {
            code,
            proven: false,
            transformations: Vec::new(),
            explanation,
            advice: vec![code.advice().to_owned()],
            changed: Changes::default(),
            tried: Vec::new(),
            effort: None,
        }
    }

    fn subject(&self) -> Subject<'_> {
        let content = (!self.located.opaque).then(|| self.located.octets());
        Subject { data: self.data, index: self.check.index, content, limits: self.limits }
    }

    /// The signature over the attributes holds, and they name another digest.
    fn digest_mismatch(&self, claimed: Vec<u8>) -> SignatureDiagnosis {
        let intro = vec![sentences::digest_differs(self.check)];
        match self.algorithm() {
            Some(algorithm) => self.searched(&Goal { algorithm, expected: claimed }, true, intro),
            None => self.not_searched(intro),
        }
    }

    fn algorithm(&self) -> Option<MessageDigest> {
        self.check.digest_algorithm.message_digest()
    }

    fn not_searched(&self, mut explanation: Vec<String>) -> SignatureDiagnosis {
        explanation.push(sentences::not_searched(&self.check.digest_algorithm.to_string()));
        Self::unproven(ReasonCode::DigestMismatch, explanation)
    }

    /// Searches for the octets with that digest. `vouched`: the signature over the attributes holds.
    fn searched(&self, goal: &Goal, vouched: bool, mut explanation: Vec<String>) -> SignatureDiagnosis {
        let outcome = search::search(self.located.octets(), self.located.surroundings.as_ref(), goal, self.limits);
        let effort = Effort { candidates: outcome.candidates, octets: outcome.octets, exhausted: outcome.exhausted };
        let mut diagnosis = Self::unproven(ReasonCode::DigestMismatch, Vec::new());
        if let Some((transformations, signed)) = outcome.proven {
            // The search compares digests; what is called a proof is the whole verification over the octets found.
            diagnosis.proven = vouched && self.holds_over(&signed);
            diagnosis.changed = changed::compare(self.located, &signed);
            explanation.extend(sentences::found(&transformations, &diagnosis.changed, diagnosis.proven));
            diagnosis.advice = transformations.iter().map(|one| one.remedy().to_owned()).collect();
            diagnosis.transformations = transformations;
        } else {
            explanation.push(sentences::nothing_found(&outcome.tried, &effort));
        }
        diagnosis.explanation = explanation;
        diagnosis.tried = outcome.tried;
        diagnosis.effort = Some(effort);
        diagnosis
    }

    /// Whether everything verifies over these octets in place of those that arrived.
    fn holds_over(&self, octets: &[u8]) -> bool {
        if self.located.opaque {
            // The content of an opaque signature cannot be exchanged; digest and attributes were compared one by one.
            return true;
        }
        Subject { content: Some(octets), ..self.subject() }.check().is_some_and(|check| check.signature.is_ok())
    }

    /// There are no attributes, so nothing tells a changed content from a wrong key but an RSA signature itself.
    fn bare(&self) -> SignatureDiagnosis {
        let signer = self.data.signers.get(self.check.index);
        let digest = signer.and_then(|signer| key::signed_digest(self.check.certificate.as_ref()?, signer));
        match (digest, self.algorithm()) {
            (Some(expected), Some(algorithm)) => {
                self.searched(&Goal { algorithm, expected }, true, vec![sentences::bare_digest_differs()])
            }
            _ => self.wrong_key(),
        }
    }

    /// The signature does not fit the attributes.
    fn wrong_key(&self) -> SignatureDiagnosis {
        let finding = key::explain(&self.subject(), self.known);
        let code = match finding {
            KeyFinding::AttributesAltered
            | KeyFinding::AttributesInOtherOrder
            | KeyFinding::AttributesUnderTag
            | KeyFinding::OverContent => ReasonCode::SignedAttributesInvalid,
            KeyFinding::NotThisKey | KeyFinding::OtherCertificate(..) | KeyFinding::Undecided => {
                ReasonCode::SignatureInvalid
            }
        };
        let digest = self.data.signers.get(self.check.index).and_then(|signer| {
            Some(key::claimed_digest(self.data, signer)? == signer.digest_algorithm.digest(self.located.octets())?)
        });
        let fits = !matches!(finding, KeyFinding::AttributesAltered | KeyFinding::NotThisKey | KeyFinding::Undecided);
        let mut diagnosis = Self::unproven(code, sentences::wrong_key(&finding, self.check, digest));
        diagnosis.proven = fits && digest == Some(true);
        diagnosis.advice = vec![sentences::wrong_key_advice(&finding)];
        diagnosis
    }

    /// The message does not bring the signer's certificate; it may be known here.
    fn certificate_missing(&self) -> SignatureDiagnosis {
        let named = |known: &&Known| self.check.identifier.names(&known.certificate);
        let mut explanation = vec![sentences::certificate_missing(self.check)];
        if let Some(known) = self.known.iter().find(named) {
            return self.with_known(known, explanation);
        }
        explanation.push(sentences::certificate_unknown());
        let signer = self.data.signers.get(self.check.index);
        let claimed = signer.and_then(|signer| key::claimed_digest(self.data, signer));
        let computed = self.check.digest_algorithm.digest(self.located.octets());
        if let (Some(expected), Some(algorithm)) =
            (claimed.filter(|claimed| Some(claimed) != computed.as_ref()), self.algorithm())
        {
            explanation.push(sentences::digest_differs_too());
            let diagnosis = self.searched(&Goal { algorithm, expected }, false, explanation);
            return SignatureDiagnosis { code: ReasonCode::SignerCertificateMissing, ..diagnosis };
        }
        Self::unproven(ReasonCode::SignerCertificateMissing, explanation)
    }

    /// Judges the signature with a certificate that is known here.
    fn with_known(&self, known: &Known, mut explanation: Vec<String>) -> SignatureDiagnosis {
        let mut data = self.data.clone();
        data.certificates.push(known.certificate.clone());
        let check = Subject { data: &data, ..self.subject() }.check();
        let code = ReasonCode::SignerCertificateMissing;
        let Some(check) = check else { return Self::unproven(code, explanation) };
        explanation.push(sentences::known_certificate(&known.place, check.signature.as_ref().err()));
        if check.signature.is_ok() {
            return SignatureDiagnosis { proven: true, ..Self::unproven(code, explanation) };
        }
        let case = Case { data: &data, check: &check, ..*self };
        let Some(mut diagnosis) = case.diagnose() else { return Self::unproven(code, explanation) };
        explanation.append(&mut diagnosis.explanation);
        let advice = [vec![code.advice().to_owned()], diagnosis.advice].concat();
        SignatureDiagnosis { code, explanation, advice, ..diagnosis }
    }
}
