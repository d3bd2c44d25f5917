//! One signer checked on its own: content, attributes, algorithms and signature (RFC 5652 §5.4, §5.6).
//!
//! The digest is over the octets handed in, and the signature over the attributes as they were received. Whose
//! certificate it is, and whether the algorithms are good enough, is not judged here: both are reported as data.

use time::OffsetDateTime;

use super::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use super::identifier::CertificateIdentifier;
use super::signature::{self, Fault, Signed};
pub use super::signed_attributes::AttributeFault;
use super::signed_attributes::{Canonical, SignedAttributes, Subject};
use super::signed_data::{SignedData, SignerInfo};
use crate::asn1::{Tree, oid, tag};
use crate::finding::{Finding, Ledger, Rule, Severity};
use crate::limits::{LimitExceeded, Limits};
use crate::pki::Certificate;
use crate::span::Span;

const CERTIFICATE: Rule = Rule::new("smime.signer-certificate-included", "RFC 8550 §2.3");
const ALGORITHMS: Rule = Rule::new("cms.same-digest-throughout", "RFC 8933 §3");
const ATTRIBUTES: Rule = Rule::new("cms.signed-attributes-valid", "RFC 5652 §5.3, §11");
const ATTRIBUTES_PRESENT: Rule = Rule::new("cms.signed-attributes-present", "RFC 5652 §5.3");
const ATTRIBUTE_ORDER: Rule = Rule::new("cms.signed-attributes-der", "RFC 5652 §5.4");
const ATTRIBUTES_SIGNED: Rule = Rule::new("cms.attributes-signature-valid", "RFC 5652 §5.4");
const DIGEST: Rule = Rule::new("cms.message-digest-equal", "RFC 5652 §5.6, §11.2");
const SIGNATURE: Rule = Rule::new("cms.signature-valid", "RFC 5652 §5.6");
const DETACHED: Rule = Rule::new("smime.detached-content-absent", "RFC 8551 §3.5.3.1");
const EDWARDS_DIGEST: Rule = Rule::new("cms.ed25519-digest", "RFC 8419 §3");
const ATTRIBUTE_ONCE: Rule = Rule::new("cms.signed-attribute-once", "RFC 8551 §2.5");
const COUNTERSIGNATURE: Rule = Rule::new("cms.countersignature", "RFC 5652 §11.4");

/// Renewals of one key share its identifier; more certificates than this for one signer are an attack on our time.
const MOST_CANDIDATES: usize = 4;

/// The evidence that content, attributes and signature agree; only this module can make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureValid(());

/// Why they do not agree, or cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFailure {
    /// RFC 8933 §3.
    #[error("the content is digested with {content}, but the signature is over {signature}")]
    AlgorithmMismatch {
        /// Of the digestAlgorithm field.
        content: DigestAlgorithm,
        /// Of the signatureAlgorithm field.
        signature: DigestAlgorithm,
    },
    /// A rule of the signed attributes is broken.
    #[error("the signed attributes are not valid: {0}")]
    AttributesInvalid(#[from] AttributeFault),
    /// No certificate in the message is the one the signer names.
    #[error("the message does not carry the signer's certificate ({identifier})")]
    CertificateMissing {
        /// The signer, as it is named.
        identifier: String,
    },
    /// A signature over attributes passed off as one over content.
    #[error("without signed attributes, content that reads as attributes may be a forgery and is refused")]
    ContentParsesAsAttributes,
    /// The content is not what was signed.
    #[error("the content was changed after it was signed: its digest differs from the signed one")]
    DigestMismatch {
        /// Of the octets as received.
        computed: Vec<u8>,
        /// Of the messageDigest attribute.
        claimed: Vec<u8>,
    },
    /// A detached signature that brings content of its own.
    #[error("the detached signature carries content of its own, which may differ from what is shown")]
    EmbeddedContent,
    /// The certificate's key is of another kind than the signature's algorithm.
    #[error("the certificate has a {key} key, but the signature is {algorithm}")]
    KeyOfAnotherKind {
        /// The certificate's.
        key: String,
        /// The signature's.
        algorithm: String,
    },
    /// A cap was passed; nothing was judged.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// An opaque signature without content.
    #[error("the signature carries no content")]
    NoContent,
    /// The numbers do not fit.
    #[error("the signature was not made with the key of the signer's certificate, or it was altered")]
    SignatureInvalid,
    /// Known by name at most.
    #[error("{0} cannot be checked here")]
    UnsupportedAlgorithm(String),
}

/// One signer, checked.
#[derive(Clone, Debug)]
pub struct SignerCheck {
    /// Its place among the signers.
    pub index: usize,
    /// Its octets.
    pub span: Span,
    /// How it names its certificate.
    pub identifier: CertificateIdentifier,
    /// The certificate it names; where a key identifier fits several, the one whose key verifies.
    pub certificate: Option<Certificate>,
    /// The digest of the content.
    pub digest_algorithm: DigestAlgorithm,
    /// The signature's algorithm.
    pub signature_algorithm: SignatureAlgorithm,
    /// Whether it signs attributes, and through them the content; `false` is the bare form.
    pub has_signed_attributes: bool,
    /// When it says it signed. Nobody vouches for that.
    pub signing_time: Option<OffsetDateTime>,
    /// The evidence, or what speaks against it.
    pub signature: Result<SignatureValid, SignatureFailure>,
    /// Signatures over this signature, checked alike.
    pub countersignatures: Vec<SignerCheck>,
    /// Every check made.
    pub findings: Vec<Finding>,
}

/// Checks every signer of a detached signature over `content`; each digest is computed once.
#[must_use]
pub fn verify_signers(signed: &SignedData, content: &[u8], limits: &Limits) -> Vec<SignerCheck> {
    let mut digests = ContentDigests::new(Some(content), Form::Detached);
    signed.signers.iter().enumerate().map(|(index, s)| verify(signed, index, s, &mut digests, limits)).collect()
}

/// Checks one signer of a detached signature over `content`; `None` if there is no such signer.
#[must_use]
pub fn verify_signer(signed: &SignedData, index: usize, content: &[u8], limits: &Limits) -> Option<SignerCheck> {
    let signer = signed.signers.get(index)?;
    Some(verify(signed, index, signer, &mut ContentDigests::new(Some(content), Form::Detached), limits))
}

/// Checks every signer of an opaque signature over the content inside.
#[must_use]
pub fn verify_embedded_signers(signed: &SignedData, limits: &Limits) -> Vec<SignerCheck> {
    let content = signed.embedded_content();
    let mut digests = ContentDigests::new(content.as_deref(), Form::Opaque);
    signed.signers.iter().enumerate().map(|(index, s)| verify(signed, index, s, &mut digests, limits)).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Detached,
    Opaque,
    /// The content is a signature.
    Counter,
}

impl Form {
    fn subject(self) -> Subject {
        if self == Self::Counter { Subject::Signature } else { Subject::Content }
    }
}

/// The content, and the digests of it that were computed so far.
struct ContentDigests<'c> {
    octets: Option<&'c [u8]>,
    form: Form,
    computed: Vec<(DigestAlgorithm, Vec<u8>)>,
}

impl<'c> ContentDigests<'c> {
    const fn new(octets: Option<&'c [u8]>, form: Form) -> Self {
        Self { octets, form, computed: Vec::new() }
    }

    fn of(&mut self, algorithm: &DigestAlgorithm) -> Result<(&'c [u8], Vec<u8>), SignatureFailure> {
        let octets = self.octets.ok_or(SignatureFailure::NoContent)?;
        if let Some((_, digest)) = self.computed.iter().find(|(known, _)| known == algorithm) {
            return Ok((octets, digest.clone()));
        }
        let digest = digest_of(algorithm, octets)?;
        self.computed.push((algorithm.clone(), digest.clone()));
        Ok((octets, digest))
    }
}

fn digest_of(algorithm: &DigestAlgorithm, octets: &[u8]) -> Result<Vec<u8>, SignatureFailure> {
    algorithm.digest(octets).ok_or_else(|| SignatureFailure::UnsupportedAlgorithm(algorithm.to_string()))
}

fn verify(
    signed: &SignedData,
    index: usize,
    signer: &SignerInfo,
    digests: &mut ContentDigests<'_>,
    limits: &Limits,
) -> SignerCheck {
    let mut check = Check { signed, signer, limits, ledger: Ledger::new(), certificate: None, signing_time: None };
    let signature = check.run(digests);
    match &signature {
        Ok(SignatureValid(())) => check.ledger.pass(SIGNATURE, "The signature is valid"),
        Err(failure) => check.note(SIGNATURE, Severity::Fail, sentence(failure)),
    }
    let counter = countersignatures(&mut check);
    SignerCheck {
        index,
        span: signer.span,
        identifier: signer.identifier.clone(),
        certificate: check.certificate,
        digest_algorithm: signer.digest_algorithm.clone(),
        signature_algorithm: signer.signature_algorithm.clone(),
        has_signed_attributes: signer.signed_attributes.is_some(),
        signing_time: check.signing_time,
        signature,
        countersignatures: counter,
        findings: check.ledger.into_findings(),
    }
}

/// Whoever countersigns vouches for a signature, not for the content: no verdict comes of it.
fn countersignatures(check: &mut Check<'_>) -> Vec<SignerCheck> {
    let (signed, signer, limits) = (check.signed, check.signer, check.limits);
    let mut digests = ContentDigests::new(Some(&signer.signature), Form::Counter);
    let verified = signer.countersignatures.iter().enumerate();
    let checks: Vec<_> = verified.map(|(index, info)| verify(signed, index, info, &mut digests, limits)).collect();
    for counter in &checks {
        let name =
            counter.certificate.as_ref().map_or_else(|| counter.identifier.to_string(), Certificate::common_name);
        let (severity, state) = match &counter.signature {
            Ok(_) => (Severity::Info, "is valid".to_owned()),
            Err(failure) => (Severity::Warning, format!("does not hold: {failure}")),
        };
        let detail = format!("A countersignature by {name} {state}; it changes no verdict");
        check.ledger.note(Finding::new(COUNTERSIGNATURE, severity, detail).at(counter.span));
    }
    checks
}

/// An error's text as a finding's: sentence case.
fn sentence(failure: &SignatureFailure) -> String {
    let text = failure.to_string();
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

struct Check<'a> {
    signed: &'a SignedData,
    signer: &'a SignerInfo,
    limits: &'a Limits,
    ledger: Ledger,
    certificate: Option<Certificate>,
    signing_time: Option<OffsetDateTime>,
}

impl Check<'_> {
    fn note(&mut self, rule: Rule, severity: Severity, detail: impl Into<String>) {
        self.ledger.note(Finding::new(rule, severity, detail).at(self.signer.span));
    }

    fn run(&mut self, digests: &mut ContentDigests<'_>) -> Result<SignatureValid, SignatureFailure> {
        let candidates = self.candidates();
        self.certificate = candidates.first().cloned();
        self.check_form(digests.form)?;
        self.check_algorithms()?;
        let (content, computed) = digests.of(&self.signer.digest_algorithm)?;
        if self.signer.signed_attributes.is_none() {
            self.check_bare(content, digests.form.subject())?;
            return self.check_signature(candidates, content, &computed);
        }
        let attributes = SignedAttributes::read(self.signed, self.signer, digests.form.subject())?;
        self.note_repeated();
        self.signing_time = attributes.signing_time;
        let equal = self.check_digest(&computed, &attributes.message_digest);
        let valid = self.check_attributes_signature(candidates, &attributes)?;
        self.ledger.pass(ATTRIBUTES_SIGNED, "The signature is over these signed attributes");
        if let Some(certificate) = &self.certificate {
            attributes.check_signing_certificate(certificate)?;
        }
        self.ledger.pass(ATTRIBUTES, "The signed attributes follow the rules");
        equal.map(|()| valid)
    }

    fn candidates(&mut self) -> Vec<Certificate> {
        let named = |certificate: &&Certificate| self.signer.identifier.names(certificate);
        let certificates = self.signed.certificates.iter().filter(named);
        let found: Vec<Certificate> = certificates.take(MOST_CANDIDATES).cloned().collect();
        match found.as_slice() {
            [] => self.note(CERTIFICATE, Severity::Fail, "The signer's certificate is not included"),
            [_] => self.ledger.pass(CERTIFICATE, "The signer's certificate is included"),
            [..] => {
                let detail = format!("{} certificates fit how the signer is named; each is tried", found.len());
                self.note(CERTIFICATE, Severity::Warning, detail);
            }
        }
        found
    }

    fn check_form(&mut self, form: Form) -> Result<(), SignatureFailure> {
        if form == Form::Detached && self.signed.embedded_content().is_some() {
            self.note(DETACHED, Severity::Fail, "The detached signature carries content of its own");
            return Err(SignatureFailure::EmbeddedContent);
        }
        Ok(())
    }

    fn check_algorithms(&mut self) -> Result<(), SignatureFailure> {
        let (content, algorithm) = (&self.signer.digest_algorithm, &self.signer.signature_algorithm);
        if let SignatureAlgorithm::Unknown(oid) = algorithm {
            return Err(SignatureFailure::UnsupportedAlgorithm(oid.to_string()));
        }
        let companion = match algorithm {
            SignatureAlgorithm::Ed25519 => Some(DigestAlgorithm::Sha512),
            SignatureAlgorithm::Ed448 => Some(DigestAlgorithm::Shake256),
            _ => None,
        };
        if let Some(companion) = companion.filter(|companion| companion != content) {
            let detail = format!("{algorithm} goes with {companion}, but the content is digested with {content}");
            self.note(EDWARDS_DIGEST, Severity::Warning, detail);
        }
        match algorithm.digest() {
            Some(digest) if digest != content => {
                Err(SignatureFailure::AlgorithmMismatch { content: content.clone(), signature: digest.clone() })
            }
            _ => {
                self.ledger.pass(ALGORITHMS, format!("{content} and {algorithm}"));
                Ok(())
            }
        }
    }

    /// The bare form: what is signed is the content itself.
    fn check_bare(&mut self, content: &[u8], subject: Subject) -> Result<(), SignatureFailure> {
        if subject == Subject::Content && self.signed.content_type != oid::DATA {
            let fault = AttributeFault::RequiredFor { content: self.signed.content_type.clone() };
            return Err(SignatureFailure::AttributesInvalid(fault));
        }
        if parses_as_attributes(content, self.limits) {
            return Err(SignatureFailure::ContentParsesAsAttributes);
        }
        self.note(
            ATTRIBUTES_PRESENT,
            Severity::Warning,
            "There are no signed attributes: the content is signed directly",
        );
        Ok(())
    }

    /// What one signer says of their programs can only be said once; it decides nothing here.
    fn note_repeated(&mut self) {
        for (oid, name) in [
            (oid::SMIME_CAPABILITIES, "SMIMECapabilities"),
            (oid::ENCRYPTION_KEY_PREFERENCE, "SMIMEEncryptionKeyPreference"),
        ] {
            if self.signer.signed(oid).nth(1).is_some() {
                self.note(ATTRIBUTE_ONCE, Severity::Warning, format!("{name} is there more than once"));
            }
        }
    }

    fn check_digest(&mut self, computed: &[u8], claimed: &[u8]) -> Result<(), SignatureFailure> {
        if computed == claimed {
            self.ledger.pass(DIGEST, "The digest of the content is the signed one");
            return Ok(());
        }
        let finding = Finding::new(DIGEST, Severity::Fail, "The digest of the content is not the signed one");
        self.ledger.note(finding.values(hexadecimal(computed), hexadecimal(claimed)).at(self.signer.span));
        Err(SignatureFailure::DigestMismatch { computed: computed.to_vec(), claimed: claimed.to_vec() })
    }

    /// In the order received, as OpenSSL does it; failing that in DER's, as BouncyCastle and GnuTLS do it.
    fn check_attributes_signature(
        &mut self,
        candidates: Vec<Certificate>,
        attributes: &SignedAttributes,
    ) -> Result<SignatureValid, SignatureFailure> {
        let digest = digest_of(&self.signer.digest_algorithm, &attributes.received)?;
        let outcome = self.check_signature(candidates.clone(), &attributes.received, &digest);
        let Some(Canonical { octets, difference }) = &attributes.canonical else {
            self.ledger.pass(ATTRIBUTE_ORDER, "The signed attributes are in DER");
            return outcome;
        };
        if outcome == Err(SignatureFailure::SignatureInvalid) {
            let digest = digest_of(&self.signer.digest_algorithm, octets)?;
            let outcome = self.check_signature(candidates, octets, &digest);
            if outcome.is_ok() {
                let detail = format!("The signed attributes are {difference}, but the signature is over their DER");
                self.note(ATTRIBUTE_ORDER, Severity::Warning, detail);
                return outcome;
            }
        }
        let detail = format!("The signed attributes are {difference}: BouncyCastle and GnuTLS refuse such a signature");
        self.note(ATTRIBUTE_ORDER, Severity::Warning, detail);
        outcome
    }

    /// Tries each certificate that fits; the first that verifies is the signer's.
    fn check_signature(
        &mut self,
        candidates: Vec<Certificate>,
        octets: &[u8],
        digest: &[u8],
    ) -> Result<SignatureValid, SignatureFailure> {
        let mut failure = SignatureFailure::CertificateMissing { identifier: self.signer.identifier.to_string() };
        for (place, certificate) in candidates.into_iter().enumerate() {
            match self.check_with(&certificate, octets, digest) {
                Ok(valid) => {
                    self.certificate = Some(certificate);
                    return Ok(valid);
                }
                Err(fault) if place == 0 => failure = fault,
                Err(_) => {}
            }
        }
        Err(failure)
    }

    fn check_with(
        &self,
        certificate: &Certificate,
        octets: &[u8],
        digest: &[u8],
    ) -> Result<SignatureValid, SignatureFailure> {
        let (signer, algorithm) = (self.signer, &self.signer.signature_algorithm);
        certificate.check_rsa_size(self.limits)?;
        let kinds_differ = || SignatureFailure::KeyOfAnotherKind {
            key: certificate.key_algorithm().to_string(),
            algorithm: algorithm.to_string(),
        };
        let key = certificate.x509().public_key().map_err(|_| kinds_differ())?;
        let signed = Signed { octets, digest, digest_algorithm: &signer.digest_algorithm };
        signature::check(&key, algorithm, &signed, &signer.signature).map(|()| SignatureValid(())).map_err(|fault| {
            match fault {
                Fault::KeyOfAnotherKind => kinds_differ(),
                Fault::NotEqual => SignatureFailure::SignatureInvalid,
                Fault::Unsupported => SignatureFailure::UnsupportedAlgorithm(algorithm.to_string()),
            }
        })
    }
}

/// Whether the octets could be what a signature over signed attributes is over: whoever takes the attributes out of a
/// SignerInfo and serves them as content would have a valid bare signature over it.
fn parses_as_attributes(content: &[u8], limits: &Limits) -> bool {
    if content.first() != Some(&0x31) {
        return false;
    }
    let tree = Tree::parse(content, limits);
    let Some(set) = tree.root().filter(|_| tree.error.is_none() && tree.trailing().is_empty()) else { return false };
    set.children().next().is_some()
        && set.children().all(|attribute| {
            let mut fields = attribute.children();
            attribute.is(tag::SEQUENCE)
                && fields.next().is_some_and(|kind| kind.is(tag::OBJECT_IDENTIFIER))
                && fields.next().is_some_and(|values| values.is(tag::SET))
                && fields.next().is_none()
        })
}

fn hexadecimal(octets: &[u8]) -> String {
    use std::fmt::Write as _;
    octets.iter().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}
