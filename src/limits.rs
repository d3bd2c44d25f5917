//! Every cap with its source, so that hostile input costs bounded time and memory.
//!
//! Passing a cap is [`LimitExceeded`], never "untrusted": the message was not judged. Caps are arguments, not globals,
//! so that a test can set a small one.

use std::fmt;
use std::time::Duration;

/// A cap was passed; the input was not judged further.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} {found} exceeds the limit of {limit}")]
pub struct LimitExceeded {
    /// What was counted, with its unit: `message size in octets`.
    pub what: &'static str,
    /// How much there was; a lower bound where counting stopped.
    pub found: u64,
    /// The cap.
    pub limit: u64,
}

/// The caps of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Octets of a message or of any file that is read whole. 64 MiB: twice what public HISPs accept.
    pub message_octets: usize,
    /// Octets of a message that is shown: above `message_octets` it is mapped and not judged. 4 GiB: more than any server
    /// hands on, and what a process may map nearly anywhere.
    pub opened_octets: u64,
    /// Octets of one header section. 1 MiB: two hundred times the largest seen in the field.
    pub header_octets: usize,
    /// Fields of one header section that are kept; more are counted, not kept.
    pub header_fields: usize,
    /// MIME entities of one message.
    pub mime_parts: usize,
    /// Depth of MIME nesting.
    pub mime_depth: usize,
    /// Layers of S/MIME inside one another.
    pub smime_layers: usize,
    /// Octets that compressed content may always expand to. 1 MiB: forms and tables shrink to a hundredth.
    pub expansion_free: usize,
    /// How many times its own size compressed content may expand to, above that.
    pub expansion_factor: usize,
    /// Octets that compressed content may expand to at most.
    pub expansion_octets: usize,
    /// Depth of ASN.1 nesting that is explained; deeper is opaque octets.
    pub asn1_depth: usize,
    /// ASN.1 nodes of one tree.
    pub asn1_nodes: usize,
    /// SignerInfos of one signed-data.
    pub signers: usize,
    /// RecipientInfos of one envelope, and RCPT TO addresses of one transaction.
    pub recipients: usize,
    /// Certificates from one CMS.
    pub certificates: usize,
    /// Certificates of one path, anchor included. 8: what pyca/cryptography's verifier allows.
    pub path_depth: usize,
    /// Signature checks while a path is looked for. 100: webpki's default, after Go's CVE-2018-16875 fix.
    pub path_signatures: usize,
    /// Candidate paths that are followed to their end, good, bad or broken off. Checks of one signature count once however
    /// many candidates share it; this bounds the candidates.
    pub path_candidates: usize,
    /// Names of a path times constraints on them. 250 000: webpki's default.
    pub name_comparisons: usize,
    /// Checks of signatures on revocation lists for one path. 100: as for certificates.
    pub revocation_signatures: usize,
    /// Bits of an RSA modulus. 16 384: what OpenSSL does arithmetic with.
    pub rsa_bits: u32,
    /// Bits of an RSA key's public exponent. 64: what OpenSSL takes of keys above 3 072 bits; 65 537 has 17.
    pub rsa_exponent_bits: u32,
    /// Revocation lists in one signature.
    pub crls: usize,
    /// Octets of one CRL.
    pub crl_octets: usize,
    /// How long the fetching of one URL may take, redirects included. 10 s: a person waits for it.
    pub fetch_time: Duration,
    /// Redirects that one fetch follows. 3: what authorities in the field need is one.
    pub fetch_redirects: usize,
    /// Fetches for one message. 8: two certificates of a chain with both kinds of revocation, twice.
    pub fetches: usize,
    /// Octets of what an AIA URL gives: a certificate, or a chain of them. The largest seen in the field has 8 KiB.
    pub issuer_octets: usize,
    /// Octets of an OCSP response. Commonly under 4 KiB, with the responder's chain.
    pub ocsp_octets: usize,
    /// Records of one DNS answer that are looked at.
    pub dns_records: usize,
    /// Octets of one message from a directory. 1 MiB: sixteen certificates with their chains take a tenth of it.
    pub ldap_message_octets: usize,
    /// Octets that are read from one directory server for one question.
    pub ldap_octets: usize,
    /// Entries of one answer of a directory that are looked at, which the server is asked to keep to as well.
    pub ldap_entries: usize,
    /// Certificates that are taken from one answer of a directory.
    pub ldap_certificates: usize,
    /// Octets that are hashed while it is looked for what changed a signed content. 384 MiB: a third of a second.
    pub diagnosis_octets: usize,
    /// Runs of the agent that look for the dates at which a result changes, two for each date. 256: a chain of three with
    /// its revocation lists has ten dates.
    pub timeline_runs: usize,
    /// Private-key operations of one diagnosis. 200: with RSA keys of 4096 bits a second, and more keys than people hold.
    pub diagnosis_unwraps: usize,
    /// Searches for a path that a diagnosis makes to show what would mend it. 200: the anchors of two hundred parties.
    pub diagnosis_searches: usize,
    /// Addresses of one message that are set beside one another. 2 000: twice what an envelope may name.
    pub exposure_addresses: usize,
    /// Iterations of a passphrase's stretching, over one file of keys; commonly 2 048 to 600 000.
    pub passphrase_iterations: u64,
}

impl Limits {
    /// The caps that hold unless a caller says otherwise.
    pub const DEFAULT: Self = Self {
        message_octets: 64 << 20,
        opened_octets: 4 << 30,
        header_octets: 1 << 20,
        header_fields: 1_000,
        mime_parts: 1_000,
        mime_depth: 32,
        smime_layers: 10,
        expansion_free: 1 << 20,
        expansion_factor: 16,
        expansion_octets: 256 << 20,
        asn1_depth: 64,
        asn1_nodes: 1_000_000,
        signers: 16,
        recipients: 1_000,
        certificates: 500,
        path_depth: 8,
        path_signatures: 100,
        path_candidates: 200,
        name_comparisons: 250_000,
        revocation_signatures: 100,
        rsa_bits: 16_384,
        rsa_exponent_bits: 64,
        crls: 100,
        crl_octets: 20 << 20,
        fetch_time: Duration::from_secs(10),
        fetch_redirects: 3,
        fetches: 8,
        issuer_octets: 256 << 10,
        ocsp_octets: 64 << 10,
        dns_records: 16,
        ldap_message_octets: 1 << 20,
        ldap_octets: 4 << 20,
        ldap_entries: 100,
        ldap_certificates: 100,
        diagnosis_octets: 384 << 20,
        timeline_runs: 256,
        diagnosis_unwraps: 200,
        diagnosis_searches: 200,
        exposure_addresses: 2_000,
        passphrase_iterations: 10_000_000,
    };

    /// How many octets so much compressed content may expand to.
    #[must_use]
    pub fn expanded_octets(&self, compressed: usize) -> usize {
        let proportional = compressed.saturating_mul(self.expansion_factor);
        proportional.max(self.expansion_free).min(self.expansion_octets)
    }

    /// Checks a count against its cap.
    ///
    /// # Errors
    /// [`LimitExceeded`] when `found` is above `limit`.
    pub fn check(what: &'static str, found: usize, limit: usize) -> Result<(), LimitExceeded> {
        if found <= limit {
            return Ok(());
        }
        Err(LimitExceeded { what, found: widen(found), limit: widen(limit) })
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "messages up to {} MiB, {} MIME parts, depth {}",
            self.message_octets >> 20,
            self.mime_parts,
            self.mime_depth
        )
    }
}

fn widen(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_expands_in_proportion_between_a_floor_and_a_ceiling() {
        let limits = Limits::DEFAULT;
        assert_eq!(limits.expanded_octets(10), 1 << 20);
        assert_eq!(limits.expanded_octets(1 << 20), 16 << 20);
        assert_eq!(limits.expanded_octets(64 << 20), 256 << 20);
    }

    #[test]
    fn at_the_cap_passes_and_one_above_fails() {
        assert_eq!(Limits::check("parts", 10, 10), Ok(()));
        assert_eq!(Limits::check("parts", 11, 10), Err(LimitExceeded { what: "parts", found: 11, limit: 10 }));
    }
}
