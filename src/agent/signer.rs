//! One signer, judged without regard to any recipient: signature, algorithm, key, use, binding, validity, revocation.

use super::Agent;
use super::outcome::{Countersignature, Reason, ReasonCode, SignatureState, SignerOutcome};
use super::paths;
use super::profile::{Demand, SanBinding, Weakness};
use crate::finding::{Finding, Ledger, Rule, Severity, sentence_case};
use crate::mail::Address;
use crate::pki::binding::{self, Binding};
use crate::pki::certificate::lower_hex;
use crate::pki::revocation::{self, RevocationStatus};
use crate::pki::{Certificate, Crl, Validity};
use crate::smime::verify::{SignatureFailure, SignerCheck};
use crate::smime::{DigestAlgorithm, SignatureAlgorithm};

const SIGNATURE: Rule = Rule::new("signer.signature", "RFC 5652 §5.6");
const ATTRIBUTES: Rule = Rule::new("signer.signed-attributes", "RFC 5652 §5.3");
const DIGEST: Rule = Rule::new("signer.digest-algorithm", "RFC 8551 §2.1");
const KEY_SIZE: Rule = Rule::new("signer.key-size", "RFC 8551 §4");
const KEY_USAGE: Rule = Rule::new("signer.key-usage", "RFC 8550 §4.4.2");
const EXTENDED_KEY_USAGE: Rule = Rule::new("signer.extended-key-usage", "RFC 8550 §4.4.4");
const BOUND: Rule = Rule::new("signer.bound-to-sender", "RFC 8550 §3");
const SINGLE_NAME: Rule = Rule::new("signer.single-name", "Direct AS 1.3 §1.4");
const VALIDITY: Rule = Rule::new("signer.validity", "RFC 5280 §4.1.2.5");
const CERTIFICATE: Rule = Rule::new("signer.certificate-signature", "RFC 5280 §6.1.3 (a)");
const REVOCATION: Rule = Rule::new("signer.revocation", "RFC 5280 §6.3");

struct Judgement<'a> {
    agent: &'a Agent<'a>,
    ledger: Ledger,
    reasons: Vec<Reason>,
}

/// Judges one signer. `certificates` are those of the message; they may serve to check a CRL's signature.
pub(super) fn judge(
    agent: &Agent<'_>,
    sender: Option<&Address>,
    check: SignerCheck,
    certificates: &[Certificate],
    crls: &[Crl],
) -> SignerOutcome {
    let mut judgement = Judgement { agent, ledger: Ledger::new(), reasons: Vec::new() };
    for finding in &check.findings {
        judgement.ledger.note(finding.clone());
    }
    let signature = judgement.signature(&check);
    judgement.digest(&check);
    judgement.attributes(&check);
    let mut bound_to_sender = false;
    if let Some(certificate) = &check.certificate {
        judgement.forgery(certificate, certificates);
        judgement.key(certificate);
        judgement.usage(certificate);
        bound_to_sender = judgement.binding(certificate, sender);
        judgement.validity(certificate);
        judgement.revocation(certificate, certificates, crls);
    }
    // What says most comes first.
    judgement.reasons.sort_by_key(|reason| std::cmp::Reverse(reason.code.rank()));
    SignerOutcome {
        identifier: check.identifier.to_string(),
        countersignatures: check.countersignatures.iter().map(countersignature).collect(),
        certificate: check.certificate,
        digest: check.digest_algorithm.to_string(),
        signature_algorithm: check.signature_algorithm.to_string(),
        claimed_time: check.signing_time,
        signature,
        bound_to_sender,
        reasons: judgement.reasons,
        trust: Vec::new(),
        findings: judgement.ledger.into_findings(),
    }
}

fn countersignature(check: &SignerCheck) -> Countersignature {
    Countersignature {
        identifier: check.identifier.to_string(),
        certificate: check.certificate.clone(),
        claimed_time: check.signing_time,
        signature: match &check.signature {
            Ok(_) => SignatureState::Valid,
            Err(
                SignatureFailure::CertificateMissing { .. }
                | SignatureFailure::UnsupportedAlgorithm(_)
                | SignatureFailure::Limit(_),
            ) => SignatureState::NotChecked,
            Err(_) => SignatureState::Invalid,
        },
    }
}

/// What a signature had, and what it would have passed with.
fn values(failure: &SignatureFailure, check: &SignerCheck) -> (String, String) {
    let (found, expected) = match failure {
        SignatureFailure::DigestMismatch { computed, claimed } => {
            return (
                format!("digest of the content {}", lower_hex(computed)),
                format!("signed digest {}", lower_hex(claimed)),
            );
        }
        SignatureFailure::CertificateMissing { identifier } => {
            return ("no such certificate in the message".to_owned(), identifier.clone());
        }
        SignatureFailure::UnsupportedAlgorithm(_) => {
            return (
                format!("{}, {}", check.digest_algorithm, check.signature_algorithm),
                "SHA-256 or better, with RSA, ECDSA or Ed25519".to_owned(),
            );
        }
        SignatureFailure::AttributesInvalid(_) | SignatureFailure::AlgorithmMismatch { .. } => (
            "signed attributes that contradict the rest",
            "contentType and messageDigest, once each, that agree with it",
        ),
        SignatureFailure::ContentParsesAsAttributes => {
            ("content that reads as signed attributes", "content that is nothing but content")
        }
        SignatureFailure::EmbeddedContent => ("content inside the signature too", "content in the signed part alone"),
        SignatureFailure::NoContent => ("no content", "content that is signed"),
        SignatureFailure::Limit(_) => ("more than is judged", "no more than the limits allow"),
        SignatureFailure::SignatureInvalid | SignatureFailure::KeyOfAnotherKind { .. } => {
            ("a signature that does not verify", "a signature of this certificate's key")
        }
    };
    (found.to_owned(), expected.to_owned())
}

impl Judgement<'_> {
    fn refuse(&mut self, rule: Rule, reason: Reason, found: impl Into<String>, expected: impl Into<String>) {
        self.ledger.note(Finding::new(rule, Severity::Fail, reason.detail.clone()).values(found, expected));
        self.reasons.push(reason);
    }

    fn signature(&mut self, check: &SignerCheck) -> SignatureState {
        let failure = match &check.signature {
            Ok(_) => {
                self.ledger.pass(
                    SIGNATURE,
                    format!("The signature is valid ({}, {})", check.digest_algorithm, check.signature_algorithm),
                );
                return SignatureState::Valid;
            }
            Err(failure) => failure,
        };
        // A digest that is refused for its weakness is named as such, whether it could be computed or not.
        if matches!(failure, SignatureFailure::UnsupportedAlgorithm(_)) && check.digest_algorithm.is_weak() {
            self.ledger.not_checked(SIGNATURE, sentence_case(&failure.to_string()));
            return SignatureState::NotChecked;
        }
        let (code, state) = match failure {
            SignatureFailure::CertificateMissing { .. } => {
                (ReasonCode::SignerCertificateMissing, SignatureState::NotChecked)
            }
            SignatureFailure::UnsupportedAlgorithm(_) => (ReasonCode::UnsupportedAlgorithm, SignatureState::NotChecked),
            SignatureFailure::Limit(_) => (ReasonCode::LimitExceeded, SignatureState::NotChecked),
            SignatureFailure::DigestMismatch { .. } => (ReasonCode::DigestMismatch, SignatureState::Invalid),
            SignatureFailure::SignatureInvalid | SignatureFailure::KeyOfAnotherKind { .. } => {
                (ReasonCode::SignatureInvalid, SignatureState::Invalid)
            }
            SignatureFailure::AlgorithmMismatch { .. }
            | SignatureFailure::AttributesInvalid(_)
            | SignatureFailure::ContentParsesAsAttributes => {
                (ReasonCode::SignedAttributesInvalid, SignatureState::Invalid)
            }
            SignatureFailure::EmbeddedContent | SignatureFailure::NoContent => {
                (ReasonCode::MalformedCms, SignatureState::NotChecked)
            }
        };
        let (found, expected) = values(failure, check);
        self.refuse(SIGNATURE, Reason::new(code, failure.to_string()), found, expected);
        state
    }

    fn digest(&mut self, check: &SignerCheck) {
        let name = check.digest_algorithm.to_string();
        let weak = format!("The signature uses {name}, which is no longer safe");
        match check.digest_algorithm {
            DigestAlgorithm::Sha1 if self.agent.profile.sha1 == Weakness::Warn => self.ledger.warn(DIGEST, weak),
            DigestAlgorithm::Md5 if self.agent.profile.md5 == Weakness::Warn => self.ledger.warn(DIGEST, weak),
            _ if check.digest_algorithm.is_weak() => {
                self.refuse(DIGEST, Reason::new(ReasonCode::WeakAlgorithm, weak), name, "SHA-256 or better");
            }
            _ => self.ledger.pass(DIGEST, format!("The digest is {name}")),
        }
        // A mask is no place for collisions; it is told because other agents refuse it.
        if let SignatureAlgorithm::RsaPss { digest, mask_digest, .. } = &check.signature_algorithm
            && mask_digest.is_weak()
            && digest != mask_digest
        {
            self.ledger.warn(DIGEST, format!("The mask of the RSA-PSS signature uses {mask_digest}"));
        }
    }

    fn attributes(&mut self, check: &SignerCheck) {
        if check.has_signed_attributes {
            return;
        }
        let detail = "The signer has no signed attributes".to_owned();
        match self.agent.profile.signed_attributes {
            Demand::Report => self.ledger.warn(ATTRIBUTES, detail),
            Demand::Require => {
                self.refuse(
                    ATTRIBUTES,
                    Reason::new(ReasonCode::SignedAttributesInvalid, detail),
                    "none",
                    "signed attributes",
                );
            }
        }
    }

    fn key(&mut self, certificate: &Certificate) {
        let algorithm = certificate.key_algorithm();
        if let Some((bits, minimum)) = self.agent.profile.short_key(algorithm) {
            let detail = format!("The signer's key ({algorithm}) has {bits} bits, fewer than {minimum}");
            let reason = Reason::new(ReasonCode::WeakKey, detail);
            self.refuse(KEY_SIZE, reason, format!("{bits} bits"), format!("at least {minimum} bits"));
        } else if let Some(detail) = paths::short_key(certificate) {
            self.ledger.warn(KEY_SIZE, detail);
        } else {
            self.ledger.pass(KEY_SIZE, format!("The signer's key is {algorithm}"));
        }
    }

    fn usage(&mut self, certificate: &Certificate) {
        match certificate.key_usage() {
            None => self.ledger.pass(KEY_USAGE, "The certificate does not restrict the use of its key"),
            Some(usage) if usage.allows_signing() => self.ledger.pass(KEY_USAGE, "The certificate's key may sign"),
            Some(usage) => {
                let detail = format!("The certificate's key may not sign messages; its key usage is {usage}");
                let expected = "digitalSignature or nonRepudiation";
                self.refuse(KEY_USAGE, Reason::new(ReasonCode::KeyUsage, detail), usage.to_string(), expected);
            }
        }
        if !certificate.allows_email_protection() {
            let detail = "The certificate's extended key usage does not allow mail".to_owned();
            let found = certificate.extended_key_usage().unwrap_or_default().join(", ");
            self.refuse(EXTENDED_KEY_USAGE, Reason::new(ReasonCode::KeyUsage, detail), found, "emailProtection");
        }
    }

    fn binding(&mut self, certificate: &Certificate, sender: Option<&Address>) -> bool {
        let Some(sender) = sender else { return false };
        let bound = binding::bind(certificate, sender, self.agent.profile.subject_names);
        let names = certificate.name_count();
        if self.agent.profile.san_binding == SanBinding::SingleName && names != 1 {
            let detail = format!("The certificate has {names} subjectAltNames where this profile wants exactly one");
            self.refuse(SINGLE_NAME, Reason::new(ReasonCode::SignerNotBound, detail), names.to_string(), "1");
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
                let detail =
                    format!("The signer's certificate names {}, not the sender {sender}", binding::names(certificate));
                let expected = format!("{sender} or {}", sender.domain());
                self.refuse(
                    BOUND,
                    Reason::new(ReasonCode::SignerNotBound, detail),
                    binding::names(certificate),
                    expected,
                );
                false
            }
        }
    }

    fn validity(&mut self, certificate: &Certificate) {
        let [from, until, now] =
            [certificate.not_before(), certificate.not_after(), self.agent.now].map(super::json::timestamp);
        match certificate.validity_at(self.agent.now) {
            Validity::Valid => self.ledger.pass(VALIDITY, format!("The certificate is valid from {from} to {until}")),
            Validity::Expired => {
                let detail = format!("The signer's certificate {} expired on {until}", certificate.common_name());
                self.refuse(
                    VALIDITY,
                    Reason::new(ReasonCode::Expired, detail),
                    format!("valid until {until}"),
                    format!("valid at {now}"),
                );
            }
            Validity::NotYetValid => {
                let detail =
                    format!("The signer's certificate {} is not valid before {from}", certificate.common_name());
                self.refuse(
                    VALIDITY,
                    Reason::new(ReasonCode::NotYetValid, detail),
                    format!("valid from {from}"),
                    format!("valid at {now}"),
                );
            }
        }
    }

    // What is not signed by its issuer says nothing about anybody, so neither do its dates and names. With one that is
    // good otherwise, the search for a path tells it, recipient by recipient.
    fn forgery(&mut self, certificate: &Certificate, certificates: &[Certificate]) {
        if certificate.validity_at(self.agent.now) == Validity::Valid {
            return;
        }
        let mut issuers =
            known(self.agent, certificates).filter(|issuer| certificate.names_as_issuer(issuer)).peekable();
        if issuers.peek().is_none() || issuers.any(|issuer| certificate.is_issued_by(issuer)) {
            return;
        }
        let name = certificate.common_name();
        let detail =
            format!("The signature on the certificate {name} is not that of its issuer {}", certificate.issuer());
        let reason = Reason::new(ReasonCode::CertificateSignatureInvalid, detail);
        self.refuse(CERTIFICATE, reason, "another key's signature", "a signature of the issuer's key");
    }

    // Only a proven revocation counts here; what is unknown is weighed with the path, recipient by recipient.
    fn revocation(&mut self, certificate: &Certificate, certificates: &[Certificate], crls: &[Crl]) {
        for issuer in known(self.agent, certificates).filter(|candidate| certificate.is_issued_by(candidate)) {
            let status = revocation::status(certificate, issuer, crls, self.agent.now);
            if let RevocationStatus::Revoked { .. } = status {
                let detail = format!("The signer's certificate {} is {status}", certificate.common_name());
                self.refuse(REVOCATION, Reason::new(ReasonCode::Revoked, detail), status.to_string(), "not revoked");
                return;
            }
        }
    }
}

/// Every certificate there is, of the message and of this place.
fn known<'c>(agent: &Agent<'c>, certificates: &'c [Certificate]) -> impl Iterator<Item = &'c Certificate> {
    let anchors = agent.parties.all().iter().flat_map(|party| party.anchors().map(|anchor| &anchor.certificate));
    certificates.iter().chain(agent.authorities).chain(anchors)
}
