//! Trust in a certificate, as either agent has it, over this workspace's certificates and lists.

use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::x509::CrlStatus;

use crate::agent::Agent;
use crate::pki::path::{Pool, find_path};
use crate::pki::{
    Certificate, DigestPolicy, KeyAlgorithm, PathError, PathPolicy, RevocationPolicy, RevocationStatus, ValidatedPath,
    Validity,
};

/// The Java agent follows a chain over so many certificates: the leaf, five issuers, the anchor.
const JAVA_PATH: usize = 7;
const SHORTEST_JAVA_RSA: u32 = 2048;

/// Why the Java agent trusts a certificate.
pub(super) enum JavaTrust {
    /// It is one of the anchors itself.
    LeafIsAnchor,
    /// Its key identifier is an anchor's, and nothing else was looked at.
    KeyIdentifier,
    /// A path was found.
    Path {
        /// Whether an intermediate had to be fetched for it.
        fetched: bool,
    },
}

/// Whether a key is one that the Java agent leaves out without a word.
pub(super) fn is_short_for_java(certificate: &Certificate) -> bool {
    certificate.key_algorithm().rsa_bits().is_some_and(|bits| bits < SHORTEST_JAVA_RSA)
}

/// Whether a key is of the one kind that the C# agent knows.
pub(super) fn has_rsa_key(certificate: &Certificate) -> bool {
    matches!(certificate.key_algorithm(), KeyAlgorithm::Rsa { .. } | KeyAlgorithm::RsaPss { .. })
}

/// The policy of a path that asks for nothing beyond RFC 5280.
fn policy() -> PathPolicy {
    PathPolicy::new(0, DigestPolicy::AcceptSha1, RevocationPolicy::Report)
}

/// Whether a certificate says where its issuer's certificate can be fetched.
fn has_issuer_address(certificate: &Certificate) -> bool {
    let access = certificate.x509().authority_info();
    forget_errors();
    access.is_some_and(|access| access.iter().any(|one| one.method().nid() == Nid::AD_CA_ISSUERS))
}

fn has_distribution_point(certificate: &Certificate) -> bool {
    let points = certificate.x509().crl_distribution_points();
    forget_errors();
    points.is_some_and(|points| !points.is_empty())
}

/// An extension that cannot be read leaves errors behind; they are not the next caller's.
fn forget_errors() {
    drop(ErrorStack::get());
}

/// Whether a certificate says where its revocation can be asked for.
fn has_revocation_address(certificate: &Certificate) -> bool {
    let points = has_distribution_point(certificate);
    let responder = certificate.x509().ocsp_responders().is_ok_and(|responders| !responders.is_empty());
    points || responder
}

fn known_authorities<'a>(agent: &'a Agent<'_>, sent: &'a [Certificate]) -> Vec<&'a Certificate> {
    agent.authorities.iter().chain(agent.parties.authorities()).chain(sent).collect()
}

/// The intermediates that a fetch from the addresses in certificates would bring, as far as they are known here.
fn fetched(leaf: &Certificate, known: &[&Certificate]) -> Vec<Certificate> {
    let mut found: Vec<Certificate> = Vec::new();
    let mut next = vec![leaf.clone()];
    for _ in 0..JAVA_PATH {
        let mut issuers = Vec::new();
        for certificate in next.iter().filter(|certificate| has_issuer_address(certificate)) {
            for issuer in known.iter().filter(|issuer| certificate.is_issued_by(issuer)) {
                if !found.contains(issuer) && !issuers.contains(*issuer) {
                    issuers.push((*issuer).clone());
                }
            }
        }
        if issuers.is_empty() {
            break;
        }
        found.extend(issuers.iter().cloned());
        next = issuers;
    }
    found
}

/// The Java agent's TrustChainValidator: an anchor itself, an anchor's key identifier, or a path over what can be fetched.
pub(super) fn java(
    agent: &Agent<'_>,
    leaf: &Certificate,
    sent: &[Certificate],
    anchors: &[Certificate],
) -> Result<JavaTrust, PathError> {
    if anchors.contains(leaf) {
        return Ok(JavaTrust::LeafIsAnchor);
    }
    let intermediates = fetched(leaf, &known_authorities(agent, sent));
    let mut limits = agent.limits;
    limits.path_depth = limits.path_depth.min(JAVA_PATH);
    let path = find_path(leaf, &Pool::new(intermediates), anchors, &[], agent.now, &policy(), &limits);
    match path {
        Ok(path) => Ok(JavaTrust::Path { fetched: path.certificates().len() > 2 }),
        Err(_) if has_key_identifier_of(leaf, anchors) => Ok(JavaTrust::KeyIdentifier),
        Err(error) => Err(error),
    }
}

fn has_key_identifier_of(leaf: &Certificate, anchors: &[Certificate]) -> bool {
    leaf.subject_key_id().is_some_and(|own| anchors.iter().any(|anchor| anchor.subject_key_id() == Some(own)))
}

/// Whether a path would be there with the certificates that the message itself carries.
pub(super) fn is_path_over_sent(
    agent: &Agent<'_>,
    leaf: &Certificate,
    sent: &[Certificate],
    anchors: &[Certificate],
) -> bool {
    let known = known_authorities(agent, sent).into_iter().cloned();
    find_path(leaf, &Pool::new(known), anchors, &[], agent.now, &policy(), &agent.limits).is_ok()
}

/// What the Java agent makes of revocation: the leaf alone, and only where it names a distribution point; whose list it
/// is, and whether it is current, is not asked.
pub(super) fn is_revoked_for_java(agent: &Agent<'_>, certificate: &Certificate) -> bool {
    let points = has_distribution_point(certificate);
    let listed = agent
        .crls
        .iter()
        .any(|crl| matches!(crl.x509_crl().get_by_cert(&certificate.x509().to_owned()), CrlStatus::Revoked(_)));
    points && listed
}

/// Whether a certificate passes the Java agent's CertificateStore: valid now, and not revoked.
pub(super) fn is_usable_for_java(agent: &Agent<'_>, certificate: &Certificate) -> bool {
    certificate.validity_at(agent.now) == Validity::Valid && !is_revoked_for_java(agent, certificate)
}

/// Why the C# agent does not trust a certificate.
pub(super) enum DotnetRefusal {
    NoPath(PathError),
    /// Its revocation cannot be asked for here.
    RevocationOffline(String),
}

/// The C# agent's X509ChainEngine: exclusive roots, wrong usages ignored, revocation asked online and closed where that
/// fails.
pub(super) fn dotnet(
    agent: &Agent<'_>,
    leaf: &Certificate,
    sent: &[Certificate],
    anchors: &[Certificate],
) -> Result<ValidatedPath, DotnetRefusal> {
    let known = known_authorities(agent, sent).into_iter().cloned();
    let path = find_path(leaf, &Pool::new(known), anchors, agent.crls, agent.now, &policy(), &agent.limits)
        .map_err(DotnetRefusal::NoPath)?;
    let open =
        path.certificates().iter().zip(path.revocation()).find(|(certificate, status)| {
            has_revocation_address(certificate) && !matches!(status, RevocationStatus::Good)
        });
    match open {
        Some((certificate, _)) => Err(DotnetRefusal::RevocationOffline(certificate.common_name())),
        None => Ok(path),
    }
}
