//! What came of a run: reason codes, and the outcome of each recipient and signer.

use std::fmt;
use std::sync::Arc;

use time::OffsetDateTime;

use crate::discovery::Lookup;
use crate::finding::{Finding, escape_controls, sentence_case};
use crate::mail::Address;
use crate::pki::{Certificate, PathGraph, ValidatedPath};
use crate::smime::RecipientInfo;

macro_rules! reason_codes {
    ($($variant:ident $name:literal $advice:literal,)+) => {
        /// Why a message was rejected or a recipient removed: a closed list.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ReasonCode {
            $(#[doc = concat!("`", $name, "`. ", $advice, ".")] $variant,)+
        }

        impl ReasonCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable kebab-case name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// A sentence of advice: what would change the answer.
            #[must_use]
            pub const fn advice(self) -> &'static str {
                match self { $(Self::$variant => $advice,)+ }
            }
        }
    };
}

reason_codes! {
    NoSender "no-sender" "Give the sender's address in the envelope: MAIL FROM, or --from on the command line",
    NoRecipients "no-recipients" "Give at least one recipient in the envelope: RCPT TO, or --to on the command line",
    NoLocalRecipients "no-local-recipients" "None of the recipients is in a local domain: check the envelope's RCPT TO and the local domains",
    NoPrivateKey "no-private-key" "Import the private key (PKCS#12) for the address or its domain",
    NoTrustedRecipients "no-trusted-recipients" "Nobody was left to process the message for: see the reason of each recipient",
    CertificateNotFound "certificate-not-found" "Ask the recipient's HISP where the certificate is published, or import it into the workspace",
    CertificateNotBound "certificate-not-bound" "The certificate names somebody else: a subjectAltName must be the address or its domain",
    NoPathToAnchor "no-path-to-anchor" "Add the missing intermediate to the authorities, or, once its owner is known, the issuer to the trust anchors",
    NoAnchors "no-anchors" "Nobody is trusted yet: add a trust anchor for this address or its domain",
    NotACa "not-a-ca" "A certificate that is not an authority's issued another one: ask its owner for one that a certificate authority issued",
    PathLength "path-length" "An authority in the chain may not have that many authorities below it: its owner has to reissue the chain",
    NameConstraints "name-constraints" "An authority in the chain may not vouch for this name: the certificate's owner needs one from an authority that may",
    CertificatePolicy "certificate-policy" "An authority in the chain demands a certificate policy that does not hold along it: its owner has to reissue the chain",
    MalformedCertificate "malformed-certificate" "A certificate in the chain is not well-formed, so nobody should rely on it: its issuer has to correct it",
    UnknownCriticalExtension "unknown-critical-extension" "A certificate says that it must not be used by programs which do not understand one of its extensions, and this one does not: its owner needs one without",
    CertificateSignatureInvalid "certificate-signature-invalid" "A certificate was not signed by the key of its named issuer: compare it with the issuer's copy",
    Expired "expired" "Renew the certificate; to judge an old message, evaluate at a time when it was valid (--at on the command line)",
    NotYetValid "not-yet-valid" "Wait until the certificate is valid, or check this computer's clock and the evaluation time",
    Revoked "revoked" "The issuer has withdrawn the certificate: its owner needs a new one",
    RevocationUnknown "revocation-unknown" "This profile demands to know whether a certificate was revoked: import a current revocation list (CRL) of its issuer",
    KeyUsage "key-usage" "The certificate is not meant for this use: its owner needs one for mail, whose key may sign (senders) or encrypt keys (recipients)",
    WeakKey "weak-key" "The key is too short for this profile: its owner needs one of at least 2048 bits (RSA) or 256 bits (elliptic curve); for old mail there is the profile legacy",
    WeakAlgorithm "weak-algorithm" "The algorithm is no longer accepted: the sender has to use SHA-256 and AES, or evaluate under the profile legacy",
    NotEncrypted "not-encrypted" "The message is not encrypted for anybody: it did not come from a security agent, or something unwrapped it on the way",
    NotDecryptable "not-decryptable" "The message was not encrypted for a key held here: the sender may have an old certificate; compare serial numbers",
    UnsupportedAlgorithm "unsupported-algorithm" "The algorithm is not known here: ask the sender for AES and RSA or elliptic curves",
    MalformedMime "malformed-mime" "The MIME structure is broken: compare the octets with what the sender sent",
    MalformedCms "malformed-cms" "The cryptographic structure is broken: compare the octets with what the sender sent",
    Unsigned "unsigned" "The decrypted content is not signed in a form that this profile takes: the sender's agent has to sign it as multipart/signed before it encrypts",
    DigestMismatch "digest-mismatch" "The content changed after it was signed: find the system on the way that alters mail",
    SignatureInvalid "signature-invalid" "The signature was not made by the key of the certificate shown: the sender's agent mixes keys, or the signature was altered",
    SignedAttributesInvalid "signed-attributes-invalid" "What the signer signed about the content (the signed attributes) is missing, repeated or contradicts the rest: the sender's agent has to be corrected",
    SignerCertificateMissing "signer-certificate-missing" "The sender's agent has to include the signer's certificate in the signature",
    SignerNotBound "signer-not-bound" "The signer's certificate names somebody else than the sender: compare MAIL FROM with its subjectAltName",
    SenderUntrusted "sender-untrusted" "This recipient does not trust the authority at the end of the sender's chain: once its owner is known, add it to the recipient's incoming trust anchors",
    RoutingMismatch "routing-mismatch" "The envelope and the headers name different people, which this profile forbids: name the recipients in To or Cc and the sender in From, or use direct-1.2, which allows blind copies",
    NotWrapped "not-wrapped" "This profile demands that the whole message is wrapped in message/rfc822 before it is signed: the sender's agent has to do that, or evaluate under direct-1.2",
    LimitExceeded "limit-exceeded" "The message passes a limit that protects this program, so it was not judged: the detail names the limit; ask the sender for a smaller or simpler message",
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A code with the particulars of the case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Which of the closed list.
    pub code: ReasonCode,
    /// One sentence, sentence case, no full stop: who and what.
    pub detail: String,
}

impl Reason {
    /// A reason.
    pub fn new(code: ReasonCode, detail: impl AsRef<str>) -> Self {
        Self { code, detail: escape_controls(&sentence_case(detail.as_ref())) }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.detail, self.code)
    }
}

/// What happens for one recipient.
#[derive(Clone, Debug)]
pub enum RecipientState {
    /// The message is sent or delivered to them.
    Accepted,
    /// They are left out, and why.
    Removed(Reason),
    /// Not of a local domain: left alone.
    NotLocal,
}

impl RecipientState {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Removed(_) => "removed",
            Self::NotLocal => "not-local",
        }
    }
}

/// A certificate that was looked at for a recipient, and whether it may be used.
#[derive(Clone, Debug)]
pub struct CandidateCertificate {
    /// The certificate.
    pub certificate: Certificate,
    /// The path to one of the sender's anchors, or why it is passed over.
    pub trust: Result<ValidatedPath, Reason>,
    /// Every candidate path; nothing where the certificate was passed over before one was looked for.
    pub graph: Option<Arc<PathGraph>>,
}

/// One recipient, judged on their own.
#[derive(Clone, Debug)]
pub struct RecipientOutcome {
    /// RCPT TO.
    pub address: Address,
    /// Whether the address is in a local domain.
    pub local: bool,
    /// What happens for them.
    pub state: RecipientState,
    /// Outgoing: every certificate found for them.
    pub candidates: Vec<CandidateCertificate>,
    /// Outgoing: every query made for them.
    pub lookups: Vec<Lookup>,
    /// Incoming: the name of the key that opened the message for them.
    pub opened_with: Option<String>,
    /// Checks that concern this recipient alone.
    pub findings: Vec<Finding>,
}

impl RecipientOutcome {
    /// A recipient about whom nothing is known yet.
    #[must_use]
    pub const fn new(address: Address, local: bool) -> Self {
        Self {
            address,
            local,
            state: if local { RecipientState::Accepted } else { RecipientState::NotLocal },
            candidates: Vec::new(),
            lookups: Vec::new(),
            opened_with: None,
            findings: Vec::new(),
        }
    }

    /// Whether the message is for them.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        matches!(self.state, RecipientState::Accepted)
    }

    /// Why they were removed, if they were.
    #[must_use]
    pub const fn reason(&self) -> Option<&Reason> {
        match &self.state {
            RecipientState::Removed(reason) => Some(reason),
            _ => None,
        }
    }
}

/// How one signer fares with one recipient.
#[derive(Clone, Debug)]
pub struct SignerTrust {
    /// The recipient.
    pub recipient: Address,
    /// The path to one of that recipient's anchors, or why there is none.
    pub path: Result<ValidatedPath, Reason>,
    /// Every candidate path; recipients with the same anchors share it.
    pub graph: Arc<PathGraph>,
}

/// One SignerInfo, judged on its own.
#[derive(Clone, Debug)]
pub struct SignerOutcome {
    /// How the signature names its signer: issuer and serial number, or key identifier.
    pub identifier: String,
    /// The signer's certificate, if the message carries it.
    pub certificate: Option<Certificate>,
    /// Name of the digest algorithm.
    pub digest: String,
    /// Name of the signature algorithm.
    pub signature_algorithm: String,
    /// When the signer says that it signed; nobody vouches for it.
    pub claimed_time: Option<OffsetDateTime>,
    /// Whether content, attributes and signature agree.
    pub signature: SignatureState,
    /// Whether a subjectAltName of the certificate is the sender or the sender's domain.
    pub bound_to_sender: bool,
    /// Who signed this signature; they decide nothing.
    pub countersignatures: Vec<Countersignature>,
    /// Why this signer does not count; empty for a good one.
    pub reasons: Vec<Reason>,
    /// How the signer fares with each recipient; empty unless the signer is good.
    pub trust: Vec<SignerTrust>,
    /// The checks.
    pub findings: Vec<Finding>,
}

/// A signature over a signature (RFC 5652 §11.4), checked without regard to trust.
#[derive(Clone, Debug)]
pub struct Countersignature {
    /// How it names its signer.
    pub identifier: String,
    /// Its signer's certificate, if the message carries it.
    pub certificate: Option<Certificate>,
    /// When it says it was made; nobody vouches for it.
    pub claimed_time: Option<OffsetDateTime>,
    /// Whether the signatures agree.
    pub signature: SignatureState,
}

impl SignerOutcome {
    /// Whether every check that does not depend on a recipient held.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.reasons.is_empty()
    }

    /// Whether at least one recipient accepted this signer.
    #[must_use]
    pub fn is_used(&self) -> bool {
        self.trust.iter().any(|trust| trust.path.is_ok())
    }
}

/// The mathematics of a signature, told apart from trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureState {
    /// Content, attributes and signature agree.
    Valid,
    /// They do not.
    Invalid,
    /// Could not be checked: no certificate, or an unknown algorithm.
    NotChecked,
}

impl SignatureState {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::NotChecked => "not-checked",
        }
    }
}

/// One RecipientInfo of the encrypted layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipientInfoOutcome {
    /// `key-transport`, `key-agreement`, ….
    pub kind: String,
    /// Issuer and serial number, or key identifier.
    pub identifier: String,
    /// Name of the key-encryption algorithm.
    pub key_encryption: String,
    /// Parties of this workspace that hold the key.
    pub held_by: Vec<String>,
}

impl RecipientInfoOutcome {
    /// What a RecipientInfo says of itself.
    pub(super) fn of(info: &RecipientInfo) -> Self {
        let name = |text: Option<String>| text.unwrap_or_else(|| "not named".to_owned());
        Self {
            kind: info.kind_name().to_owned(),
            identifier: name(info.recipient_name()),
            key_encryption: name(info.algorithm_name()),
            held_by: Vec::new(),
        }
    }
}

/// Whether a RecipientInfo names this certificate.
pub(super) fn is_for(info: &RecipientInfo, certificate: &Certificate) -> bool {
    info.identifier().is_some_and(|identifier| identifier.names(certificate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_name_of_its_own_and_advice() {
        let mut names: Vec<&str> = ReasonCode::ALL.iter().map(|code| code.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 38);
        assert!(ReasonCode::ALL.iter().all(|code| !code.advice().is_empty() && !code.advice().ends_with('.')));
    }
}
