//! One signer, judged without regard to any recipient: signature, algorithm, key, use, binding, validity, revocation.

use super::outcome::{Reason, ReasonCode, SignatureState, SignerOutcome};
use super::profile::{Demand, SanBinding, Weakness};
use super::Agent;
use crate::finding::{Ledger, Rule};
use crate::mail::Address;
use crate::pki::binding::{self, Binding};
use crate::pki::revocation::{self, RevocationStatus};
use crate::pki::{Certificate, Validity};
use crate::smime::DigestAlgorithm;
use crate::smime::verify::{SignatureFailure, SignerCheck};

const SIGNATURE: Rule = Rule::new("signer.signature", "RFC 5652 §5.6");
const ATTRIBUTES: Rule = Rule::new("signer.signed-attributes", "RFC 5652 §5.3");
const DIGEST: Rule = Rule::new("signer.digest-algorithm", "RFC 8551 §2.1");
const KEY_SIZE: Rule = Rule::new("signer.key-size", "RFC 8551 §4");
const KEY_USAGE: Rule = Rule::new("signer.key-usage", "RFC 8550 §4.4.2");
const BOUND: Rule = Rule::new("signer.bound-to-sender", "RFC 8550 §3");
const SINGLE_NAME: Rule = Rule::new("signer.single-name", "Direct AS 1.3 §1.4");
const VALIDITY: Rule = Rule::new("signer.validity", "RFC 5280 §4.1.2.5");
const REVOCATION: Rule = Rule::new("signer.revocation", "RFC 5280 §6.3");

struct Judgement<'a> {
    agent: &'a Agent<'a>,
    ledger: Ledger,
    reasons: Vec<Reason>,
}

/// Judges one signer. `certificates` are those of the message; they may serve to check a CRL's signature.
pub(super) fn judge(agent: &Agent<'_>, sender: Option<&Address>, check: SignerCheck, certificates: &[Certificate]) -> SignerOutcome {
    let mut judgement = Judgement { agent, ledger: Ledger::new(), reasons: Vec::new() };
    for finding in &check.findings {
        judgement.ledger.note(finding.clone());
    }
    let signature = judgement.signature(&check);
    judgement.digest(&check);
    judgement.attributes(&check);
    let mut bound_to_sender = false;
    if let Some(certificate) = &check.certificate {
        judgement.key(certificate);
        judgement.usage(certificate);
        bound_to_sender = judgement.binding(certificate, sender);
        judgement.validity(certificate);
        judgement.revocation(certificate, certificates);
    }
    SignerOutcome {
        identifier: check.identifier.to_string(),
        certificate: check.certificate,
        digest: check.digest_algorithm.to_string(),
        signature_algorithm: check.signature_algorithm,
        claimed_time: check.signing_time,
        signature,
        bound_to_sender,
        reasons: judgement.reasons,
        trust: Vec::new(),
        findings: judgement.ledger.into_findings(),
    }
}

impl Judgement<'_> {
    fn refuse(&mut self, rule: Rule, code: ReasonCode, detail: String) {
        self.ledger.fail(rule, detail.clone());
        self.reasons.push(Reason::new(code, detail));
    }

    fn signature(&mut self, check: &SignerCheck) -> SignatureState {
        let failure = match &check.signature {
            Ok(_) => {
                self.ledger.pass(SIGNATURE, format!("The signature is valid ({}, {})", check.digest_algorithm, check.signature_algorithm));
                return SignatureState::Valid;
            }
            Err(failure) => failure,
        };
        let (code, state) = match failure {
            SignatureFailure::CertificateMissing => (ReasonCode::SignerCertificateMissing, SignatureState::NotChecked),
            SignatureFailure::UnsupportedAlgorithm(_) => (ReasonCode::UnsupportedAlgorithm, SignatureState::NotChecked),
            SignatureFailure::KeyTooLarge { .. } => (ReasonCode::LimitExceeded, SignatureState::NotChecked),
            SignatureFailure::DigestMismatch { .. } => (ReasonCode::DigestMismatch, SignatureState::Invalid),
            SignatureFailure::SignatureInvalid => (ReasonCode::SignatureInvalid, SignatureState::Invalid),
            SignatureFailure::AttributesInvalid(_) | SignatureFailure::ContentParsesAsAttributes => {
                (ReasonCode::SignedAttributesInvalid, SignatureState::Invalid)
            }
        };
        self.refuse(SIGNATURE, code, failure.to_string());
        state
    }

    fn digest(&mut self, check: &SignerCheck) {
        let name = check.digest_algorithm.to_string();
        let weak = format!("The signature uses {name}, which is no longer safe");
        match check.digest_algorithm {
            DigestAlgorithm::Sha1 if self.agent.profile.sha1 == Weakness::Warn => self.ledger.warn(DIGEST, weak),
            DigestAlgorithm::Sha1 | DigestAlgorithm::Md5 => self.refuse(DIGEST, ReasonCode::WeakAlgorithm, weak),
            _ => self.ledger.pass(DIGEST, format!("The digest is {name}")),
        }
    }

    fn attributes(&mut self, check: &SignerCheck) {
        if check.has_signed_attributes {
            return;
        }
        let detail = "The signer has no signed attributes".to_owned();
        match self.agent.profile.signed_attributes {
            Demand::Report => self.ledger.warn(ATTRIBUTES, detail),
            Demand::Require => self.refuse(ATTRIBUTES, ReasonCode::SignedAttributesInvalid, detail),
        }
    }

    fn key(&mut self, certificate: &Certificate) {
        let minimum = self.agent.profile.rsa_bits;
        match certificate.key_algorithm().rsa_bits() {
            Some(bits) if bits < minimum => {
                let detail = format!("The signer's RSA key has {bits} bits, fewer than {minimum}");
                self.refuse(KEY_SIZE, ReasonCode::WeakKey, detail);
            }
            Some(bits) if bits < 2048 => self.ledger.warn(KEY_SIZE, format!("The signer's RSA key has only {bits} bits")),
            _ => self.ledger.pass(KEY_SIZE, format!("The signer's key is {}", certificate.key_algorithm())),
        }
    }

    fn usage(&mut self, certificate: &Certificate) {
        match certificate.key_usage() {
            None => self.ledger.pass(KEY_USAGE, "The certificate does not restrict the use of its key"),
            Some(usage) if usage.may_sign() => self.ledger.pass(KEY_USAGE, "The certificate's key may sign"),
            Some(usage) => {
                let detail = format!("The certificate's key may not sign messages; its key usage is {usage}");
                self.refuse(KEY_USAGE, ReasonCode::KeyUsage, detail);
            }
        }
        if !certificate.allows_email_protection() {
            let detail = "The certificate's extended key usage does not allow mail".to_owned();
            self.refuse(KEY_USAGE, ReasonCode::KeyUsage, detail);
        }
    }

    fn binding(&mut self, certificate: &Certificate, sender: Option<&Address>) -> bool {
        let Some(sender) = sender else { return false };
        let bound = binding::bind(certificate, sender, self.agent.profile.subject_names);
        let names = certificate.name_count();
        if self.agent.profile.san_binding == SanBinding::SingleName && names != 1 {
            let detail = format!("The certificate has {names} subjectAltNames where this profile wants exactly one");
            self.refuse(SINGLE_NAME, ReasonCode::SignerNotBound, detail);
        }
        match bound {
            Some(Binding::Address(name)) => {
                self.ledger.pass(BOUND, format!("The certificate is bound to the sender's address ({name})"));
                true
            }
            Some(Binding::Domain(name)) => {
                self.ledger.pass(BOUND, format!("The certificate is bound to the sender's domain ({name})"));
                true
            }
            None => {
                let detail = format!("The signer's certificate names {}, not the sender {sender}", binding::names(certificate));
                self.refuse(BOUND, ReasonCode::SignerNotBound, detail);
                false
            }
        }
    }

    fn validity(&mut self, certificate: &Certificate) {
        let (from, until) = (super::json::timestamp(certificate.not_before()), super::json::timestamp(certificate.not_after()));
        match certificate.validity_at(self.agent.now) {
            Validity::Valid => self.ledger.pass(VALIDITY, format!("The certificate is valid from {from} to {until}")),
            Validity::Expired => {
                let detail = format!("The signer's certificate {} expired on {until}", certificate.common_name());
                self.refuse(VALIDITY, ReasonCode::Expired, detail);
            }
            Validity::NotYetValid => {
                let detail = format!("The signer's certificate {} is not valid before {from}", certificate.common_name());
                self.refuse(VALIDITY, ReasonCode::NotYetValid, detail);
            }
        }
    }

    // Only a proven revocation counts here; what is unknown is weighed with the path, recipient by recipient.
    fn revocation(&mut self, certificate: &Certificate, certificates: &[Certificate]) {
        let anchors = self.agent.parties.all().iter().flat_map(|party| party.anchors().map(|anchor| &anchor.certificate));
        let pool = certificates.iter().chain(self.agent.authorities).chain(anchors);
        let issuers: Vec<&Certificate> = pool.filter(|candidate| certificate.is_issued_by(candidate)).collect();
        for issuer in issuers {
            let status = revocation::status(certificate, issuer, self.agent.crls, self.agent.now);
            if let RevocationStatus::Revoked { .. } = status {
                let detail = format!("The signer's certificate {} is {status}", certificate.common_name());
                self.refuse(REVOCATION, ReasonCode::Revoked, detail);
                return;
            }
        }
    }
}
