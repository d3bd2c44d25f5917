//! The checks on one candidate path: ours, and OpenSSL's with every fault collected (RFC 5280 §6.1).

use openssl::x509::X509;
use openssl::x509::verify::X509VerifyFlags;
use time::OffsetDateTime;

use super::policy::{AnyPolicy, ExplicitPolicy, InitialPolicies, PolicyMapping};
use super::pool::Pool;
use super::search::{Budget, Search};
use super::{DigestPolicy, PathError, PathPolicy, RevocationPolicy, mailbox_constraints};
use crate::limits::{LimitExceeded, Limits};
use crate::openssl_ffi::{ChainFault, PathParameters, verify_path};
use crate::pki::certificate::{Certificate, Validity};
use crate::pki::digest::SignatureDigest;
use crate::pki::extension::RevocationInformation;
use crate::pki::key_usage::KeyUsage;
use crate::pki::memo::AskedPath;
use crate::pki::revocation::{self, Crl, Judged, RevocationEvidence, RevocationStatus, Signers, UnknownCause};

/// anyPolicy (RFC 5280 §4.2.1.4).
const ANY_POLICY: &str = "2.5.29.32.0";

/// `OPENSSL_POLICY_TREE_NODES_MAX`: OpenSSL gives up on a larger tree of policies (CVE-2023-0464).
const POLICY_NODES: u64 = 1000;

/// v3 is written 2 (RFC 5280 §4.1.2.1).
const VERSION_3: i32 = 2;

/// How many signers of revocation lists may hang on one another's lists.
const NESTED_SIGNERS: usize = 4;

/// What a path is judged by.
#[derive(Clone, Copy)]
pub(super) struct Validation<'v> {
    pub(super) pool: &'v Pool,
    pub(super) evidence: RevocationEvidence<'v>,
    pub(super) now: OffsetDateTime,
    pub(super) policy: &'v PathPolicy,
    pub(super) budget: &'v Budget<'v>,
    /// The signer of a revocation list that is being judged, if this is about one.
    pub(super) within: Option<&'v Within<'v>>,
}

/// Signers of revocation lists that are being judged, the innermost first.
pub(super) struct Within<'v> {
    signer: &'v Certificate,
    outer: Option<&'v Within<'v>>,
}

impl Within<'_> {
    fn depth(&self) -> usize {
        1 + self.outer.map_or(0, Within::depth)
    }

    fn has(&self, certificate: &Certificate) -> bool {
        self.signer == certificate || self.outer.is_some_and(|outer| outer.has(certificate))
    }
}

impl Validation<'_> {
    /// Judges `path`, leaf first, whose last certificate is `anchor`.
    pub(super) fn judge(&self, path: &[Certificate], anchor: &Certificate) -> (Vec<Judged>, Vec<PathError>) {
        let mut faults = vec![];
        if let Err(exceeded) = self.check_comparisons(path) {
            return (vec![], vec![PathError::LimitExceeded(exceeded)]);
        }
        for (depth, certificate) in path.iter().enumerate() {
            let is_anchor = depth + 1 == path.len();
            self.check_key(certificate, &mut faults);
            // Of an anchor that issued something, nothing but name and key counts here; OpenSSL looks at its extensions.
            if !is_anchor || depth == 0 {
                self.check_dates(certificate, &mut faults);
                check_extensions(certificate, &mut faults);
            }
            if !is_anchor {
                self.check_digest(certificate, &mut faults);
            }
            if !is_anchor && depth > 0 {
                check_issuer(certificate, intermediates(path, depth), &mut faults);
            }
        }
        mailbox_constraints::check(path, &mut faults);
        self.check_by_openssl(path, anchor, &mut faults);
        let revocation = self.check_revocation(path, &mut faults);
        (revocation, faults)
    }

    /// The checks that a certificate and a candidate for its issuer answer without the rest of a path.
    pub(super) fn pair(&self, child: &Certificate, issuer: &Certificate, ends: PairEnds) -> Vec<PathError> {
        let mut faults = vec![];
        if ends.leaf {
            self.check_key(child, &mut faults);
        }
        self.check_key(issuer, &mut faults);
        self.check_dates(child, &mut faults);
        self.check_digest(child, &mut faults);
        check_extensions(child, &mut faults);
        if !ends.anchor {
            check_issuer(issuer, 0, &mut faults);
        }
        faults
    }

    /// Every name below an authority is compared with every constraint of the authority (RFC 5280 §6.1.3 (b) and (c)).
    fn check_comparisons(&self, path: &[Certificate]) -> Result<(), LimitExceeded> {
        let (mut names, mut comparisons) = (0_usize, 0_usize);
        for certificate in path {
            let constraints = certificate.extensions().constrained_names;
            comparisons = comparisons.saturating_add(names.saturating_mul(constraints));
            names += 1 + certificate.name_count() + certificate.subject_email_addresses().len();
        }
        Limits::check("comparisons of names with constraints", comparisons, self.budget.limits.name_comparisons)
    }

    fn check_dates(&self, certificate: &Certificate, faults: &mut Vec<PathError>) {
        let certificate = certificate.clone();
        match certificate.validity_at(self.now) {
            Validity::Valid => {}
            Validity::Expired => faults.push(PathError::Expired { not_after: certificate.not_after(), certificate }),
            Validity::NotYetValid => {
                faults.push(PathError::NotYetValid { not_before: certificate.not_before(), certificate })
            }
        }
    }

    fn check_key(&self, certificate: &Certificate, faults: &mut Vec<PathError>) {
        let algorithm = certificate.key_algorithm();
        if let Err(exceeded) = certificate.check_rsa_size(self.budget.limits) {
            faults.push(PathError::LimitExceeded(exceeded));
            return;
        }
        let minimum = if algorithm.rsa_bits().is_some() { self.policy.rsa_bits } else { self.policy.ec_bits };
        match algorithm.rsa_bits().or(algorithm.ec_bits()) {
            Some(bits) if bits < minimum => {
                faults.push(PathError::WeakKey { certificate: certificate.clone(), bits, minimum });
            }
            _ => {}
        }
    }

    fn check_digest(&self, certificate: &Certificate, faults: &mut Vec<PathError>) {
        let digest = certificate.signature_digest();
        let tolerated = digest == SignatureDigest::Sha1 && self.policy.digests == DigestPolicy::AcceptSha1;
        if digest.is_weak() && !tolerated {
            faults.push(PathError::WeakAlgorithm { certificate: certificate.clone(), digest });
        }
    }

    fn check_by_openssl(&self, path: &[Certificate], anchor: &Certificate, faults: &mut Vec<PathError>) {
        let [leaf, others @ ..] = path else { return };
        let between = others.split_last().map_or(&[][..], |(_, between)| between);
        let untrusted: Vec<X509> = between.iter().map(|certificate| certificate.x509().to_owned()).collect();
        let any = [ANY_POLICY];
        let named: Vec<&str>;
        let policies = match &self.policy.certificate_policies.initial {
            InitialPolicies::Any => any.as_slice(),
            InitialPolicies::Of(policies) => {
                named = policies.iter().map(|policy| policy.as_str()).collect();
                &named
            }
        };
        let (time, depth) = (self.now.unix_timestamp(), self.budget.limits.path_depth);
        let parameters = PathParameters { time, depth, policies, flags: self.policy_flags() };
        let asked = AskedPath::new(path, &format!("{depth} {policies:?} {:x}", parameters.flags.bits()));
        if asked.is_known_good(time) {
            return;
        }
        let found = match verify_path(leaf.x509(), &untrusted, anchor.x509(), &parameters) {
            Ok(found) => found,
            Err(errors) => {
                let reason = format!("OpenSSL could not check it ({errors})");
                faults.push(PathError::Malformed { certificate: leaf.clone(), reason });
                return;
            }
        };
        if found.is_empty() {
            asked.keep_good(path, time);
        }
        for fault in found {
            // Ours are exact: OpenSSL lets validity end a second early, and an anchor's dates do not count.
            if is_about_dates(fault.code) {
                continue;
            }
            let certificate = at_fault(&fault, path).unwrap_or_else(|| leaf.clone());
            let error = self.translate(&fault, certificate);
            let explained = matches!(error, PathError::NoPathToAnchor { .. }) && !faults.is_empty();
            if !explained && !faults.iter().any(|known| same_fault(known, &error)) {
                faults.push(error);
            }
        }
    }

    fn policy_flags(&self) -> X509VerifyFlags {
        let policies = &self.policy.certificate_policies;
        let when = |wanted: bool, flag| if wanted { flag } else { X509VerifyFlags::empty() };
        when(policies.explicit == ExplicitPolicy::Require, X509VerifyFlags::EXPLICIT_POLICY)
            | when(policies.mapping == PolicyMapping::Inhibit, X509VerifyFlags::INHIBIT_MAP)
            | when(policies.any_policy == AnyPolicy::Inhibit, X509VerifyFlags::INHIBIT_ANY)
    }

    /// OpenSSL's codes as our errors; the numbers are `X509_V_ERR_…` of `openssl/x509_vfy.h`.
    fn translate(&self, fault: &ChainFault, certificate: Certificate) -> PathError {
        let reason = fault.message.clone();
        match fault.code {
            // UNABLE_TO_DECRYPT_CERT_SIGNATURE, UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY, CERT_SIGNATURE_FAILURE
            4 | 6 | 7 => PathError::CertificateSignatureInvalid { certificate },
            // No issuer, self-signed at depth zero or in the chain, unverifiable leaf, untrusted
            2 | 18..=21 | 27 => {
                PathError::NoPathToAnchor { missing_issuer: certificate.issuer().to_owned(), certificate }
            }
            // OUT_OF_MEM, which is how OpenSSL says that the tree of policies grew too large
            17 => PathError::LimitExceeded(LimitExceeded {
                what: "nodes of the tree of policies",
                found: POLICY_NODES + 1,
                limit: POLICY_NODES,
            }),
            22 => {
                let limit = u64::try_from(self.budget.limits.path_depth).unwrap_or(u64::MAX);
                let found = limit.saturating_add(1);
                PathError::LimitExceeded(LimitExceeded { what: "certificates of one path", found, limit })
            }
            25 => PathError::PathLength { certificate },
            // KEYUSAGE_NO_CERTSIGN
            32 => PathError::KeyUsage { usage: certificate.key_usage().unwrap_or_default(), certificate },
            34 => {
                let oid = certificate.unknown_critical_extensions().first().cloned().unwrap_or_default();
                PathError::UnknownCriticalExtension { certificate, oid }
            }
            // INVALID_POLICY_EXTENSION, NO_EXPLICIT_POLICY
            42 | 43 => PathError::CertificatePolicy { certificate, reason },
            // INVALID_NON_CA, INVALID_CA
            37 | 79 => PathError::NotACa { certificate },
            // PERMITTED_VIOLATION, EXCLUDED_VIOLATION, SUBTREE_MINMAX, UNSUPPORTED_CONSTRAINT_…, UNSUPPORTED_NAME_SYNTAX
            47..=49 | 51..=53 => PathError::NameConstraints { certificate, reason },
            _ => PathError::Malformed { certificate, reason },
        }
    }

    fn check_revocation(&self, path: &[Certificate], faults: &mut Vec<PathError>) -> Vec<Judged> {
        let Some(anchor) = path.last() else { return vec![] };
        let mut judged = vec![];
        for (place, (certificate, issuer)) in path.iter().zip(path.iter().skip(1)).enumerate() {
            let signers = ListSigners { validation: self, above: path.get(place + 1..).unwrap_or_default(), anchor };
            match revocation::judge(certificate, issuer, self.evidence.lists, self.now, &signers) {
                Ok(told) => {
                    let known = Judged::of(certificate, issuer, told, self.evidence.answers);
                    faults.extend(self.revocation_fault(certificate, &known.status));
                    judged.push(known);
                }
                Err(exceeded) => {
                    faults.push(PathError::LimitExceeded(exceeded));
                    return judged;
                }
            }
        }
        judged
    }

    fn revocation_fault(&self, certificate: &Certificate, status: &RevocationStatus) -> Option<PathError> {
        let certificate = certificate.clone();
        match (status, self.policy.revocation) {
            (RevocationStatus::Revoked { at, reason }, _) => {
                Some(PathError::Revoked { certificate, at: *at, reason: *reason })
            }
            (RevocationStatus::NotChecked, RevocationPolicy::Require)
                if certificate.extensions().revocation == RevocationInformation::NotAvailable
                    // RFC 9608 §3: not for authorities.
                    && !certificate.is_ca() =>
            {
                None
            }
            (RevocationStatus::NotChecked | RevocationStatus::Unknown(_), RevocationPolicy::Require) => {
                Some(PathError::RevocationUnknown { certificate, status: status.clone() })
            }
            (RevocationStatus::Good, _) | (_, RevocationPolicy::Report) => None,
        }
    }
}

/// Whether a pair of certificates is at the ends of a path.
#[derive(Clone, Copy)]
pub(super) struct PairEnds {
    /// The child is the leaf.
    pub(super) leaf: bool,
    /// The issuer is an anchor.
    pub(super) anchor: bool,
}

/// The signers of lists about one certificate: those above it in its path, and those in the pool.
struct ListSigners<'v> {
    validation: &'v Validation<'v>,
    above: &'v [Certificate],
    anchor: &'v Certificate,
}

impl Signers for ListSigners<'_> {
    fn count(&self) -> Result<(), LimitExceeded> {
        self.validation.budget.list()
    }

    fn named(&self, crl: &Crl) -> Vec<Certificate> {
        let named = |certificate: &&Certificate| certificate.has_subject(crl.x509_crl().issuer_name());
        let mut found: Vec<Certificate> = self.above.iter().filter(named).cloned().collect();
        let pooled = self.validation.pool.certificates().into_iter().filter(named).cloned();
        found.extend(pooled.filter(|certificate| !self.above.contains(certificate)));
        found
    }

    fn validate(&self, signer: &Certificate) -> Result<Result<(), UnknownCause>, LimitExceeded> {
        let outer = self.validation.within;
        // An authority above is judged with the path. One below is not: it would vouch for whom it hangs on.
        if self.above.contains(signer) {
            return Ok(Ok(()));
        }
        if outer.is_some_and(|outer| outer.has(signer) || outer.depth() >= NESTED_SIGNERS) {
            return Ok(Err(UnknownCause::Circular));
        }
        let within = Within { signer, outer };
        let validation = Validation { within: Some(&within), ..*self.validation };
        match Search::new(std::slice::from_ref(self.anchor), validation).run(signer).outcome {
            Ok(_) => Ok(Ok(())),
            Err(PathError::LimitExceeded(exceeded)) => Err(exceeded),
            Err(error) => Ok(Err(UnknownCause::SignerUntrusted(error.to_string()))),
        }
    }
}

fn check_extensions(certificate: &Certificate, faults: &mut Vec<PathError>) {
    for oid in certificate.unknown_critical_extensions() {
        faults.push(PathError::UnknownCriticalExtension { certificate: certificate.clone(), oid: oid.clone() });
    }
    // OpenSSL takes them. RFC 5280 §4.1.2.1 has them in version 3 alone, and lets no older certificate issue (§6.1.4 (k)).
    if certificate.extensions().count > 0 && certificate.x509().version() != VERSION_3 {
        let reason = "it has extensions and is not of version 3".to_owned();
        faults.push(PathError::Malformed { certificate: certificate.clone(), reason });
    }
    for oid in &certificate.extensions().duplicates {
        let reason = format!("the extension {oid} occurs more than once");
        faults.push(PathError::Malformed { certificate: certificate.clone(), reason });
    }
}

fn check_issuer(certificate: &Certificate, below: usize, faults: &mut Vec<PathError>) {
    let certificate = certificate.clone();
    if !certificate.is_ca() {
        faults.push(PathError::NotACa { certificate: certificate.clone() });
    }
    if let Some(usage) = certificate.key_usage().filter(|usage| !usage.contains(KeyUsage::KEY_CERT_SIGN)) {
        faults.push(PathError::KeyUsage { certificate: certificate.clone(), usage });
    }
    if certificate.path_len().is_some_and(|most| u32::try_from(below).is_ok_and(|below| below > most)) {
        faults.push(PathError::PathLength { certificate });
    }
}

/// Intermediates between the leaf and the certificate at `depth`; self-issued ones do not count (RFC 5280 §4.2.1.9).
fn intermediates(path: &[Certificate], depth: usize) -> usize {
    path.iter().take(depth).skip(1).filter(|certificate| !certificate.is_self_issued()).count()
}

fn at_fault(fault: &ChainFault, path: &[Certificate]) -> Option<Certificate> {
    let named = fault.certificate.clone().and_then(|x509| Certificate::from_x509(x509).ok());
    named.or_else(|| path.get(fault.depth).cloned())
}

/// CERT_NOT_YET_VALID, CERT_HAS_EXPIRED.
const fn is_about_dates(code: i32) -> bool {
    matches!(code, 9 | 10)
}

/// Both our checks and OpenSSL's may find the same fault. OpenSSL tells the path length of another certificate, and calls
/// an issuer without keyCertSign no authority.
fn same_fault(known: &PathError, found: &PathError) -> bool {
    let same_certificate = known.certificate() == found.certificate();
    match (known, found) {
        (PathError::PathLength { .. }, PathError::PathLength { .. }) => true,
        (PathError::KeyUsage { .. }, PathError::NotACa { .. }) => same_certificate,
        _ => same_certificate && std::mem::discriminant(known) == std::mem::discriminant(found),
    }
}
