//! The parts of a revocation list that OpenSSL's safe interface does not give: extensions, and those of entries.

use super::UnknownCause;
use crate::asn1::Tree;
use crate::limits::Limits;
use crate::pki::distribution_point::Scope;
use crate::pki::extension;

/// Deep enough for the fields of a list; its entries stay unopened, there may be hundreds of thousands.
const FIELDS_ONLY: usize = 2;

/// Entries are SEQUENCEs of a list; their contents stay unopened.
const ENTRIES_ONLY: usize = 1;

/// `BOOLEAN TRUE` in DER: without these octets no entry has a critical extension.
const CRITICAL: [u8; 3] = [0x01, 0x01, 0xff];

/// What a list says of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    /// cRLNumber, highest octet first, without leading zeros.
    pub(super) number: Option<Vec<u8>>,
    /// deltaCRLIndicator: the number of the list that this one changes.
    pub(super) base: Option<Vec<u8>>,
    /// issuingDistributionPoint; everything where there is none.
    pub(super) scope: Scope,
    /// authorityKeyIdentifier, as octets.
    pub(super) authority_key_id: Option<Vec<u8>>,
    /// What keeps it from counting, whoever signed it.
    pub(super) unusable: Option<UnknownCause>,
}

impl Fields {
    pub(super) fn read(der: &[u8]) -> Self {
        let unusable = |cause| Self { unusable: Some(cause), ..Self::default() };
        let fields = Tree::parse(der, &Limits { asn1_depth: FIELDS_ONLY, ..Limits::DEFAULT });
        let Some(list) = fields.root().filter(|_| fields.error.is_none()).and_then(|root| root.child(0)) else {
            return unusable(UnknownCause::Malformed);
        };
        let mut read = match list.children().find(|field| field.is_context(0)) {
            Some(tagged) => Self::read_extensions(tagged.whole()),
            None => Self::default(),
        };
        // revokedCertificates is the one SEQUENCE after the dates.
        let entries = list.children().skip_while(|field| field.time().is_none()).find(|field| field.is(0x10));
        read.unusable = read.unusable.or_else(|| entries.and_then(|entries| critical_entry(entries.whole())));
        read
    }

    fn read_extensions(tagged: &[u8]) -> Self {
        let tree = Tree::parse(tagged, &Limits::DEFAULT);
        let mut read = Self::default();
        let Some(tagged) = tree.root().filter(|_| tree.error.is_none()) else {
            read.unusable = Some(UnknownCause::Malformed);
            return read;
        };
        for extension in extension::list(tagged) {
            let value = Tree::parse(&extension.value, &Limits::DEFAULT);
            let number = || value.root().and_then(|root| root.integer()).map(significant);
            match extension.oid.as_str() {
                "2.5.29.20" => read.number = number(),
                "2.5.29.27" => read.base = Some(number().unwrap_or_default()),
                "2.5.29.28" => match value.root().filter(|_| value.error.is_none()) {
                    Some(root) => read.scope = Scope::read(root),
                    None => read.unusable = Some(UnknownCause::Malformed),
                },
                "2.5.29.35" => read.authority_key_id = Some(extension.value.to_vec()),
                other if extension.critical => {
                    read.unusable = Some(UnknownCause::CriticalExtension(other.to_owned()));
                }
                _ => {}
            }
        }
        read
    }
}

/// A critical extension of an entry that nothing here processes (RFC 5280 §5.3): the whole list must not be used then.
fn critical_entry(entries: &[u8]) -> Option<UnknownCause> {
    if !entries.windows(CRITICAL.len()).any(|window| window == CRITICAL) {
        return None;
    }
    let tree = Tree::parse(entries, &Limits { asn1_depth: ENTRIES_ONLY, ..Limits::DEFAULT });
    let Some(list) = tree.root().filter(|_| tree.error.is_none()) else { return Some(UnknownCause::Malformed) };
    list.children().find_map(|entry| {
        let tree = Tree::parse(entry.whole(), &Limits::DEFAULT);
        let extensions = tree.root()?.child(2)?;
        let unknown = extension::each(extensions).into_iter().find(|extension| {
            // reasonCode, invalidityDate, certificateIssuer
            extension.critical && !["2.5.29.21", "2.5.29.24", "2.5.29.29"].contains(&extension.oid.as_str())
        })?;
        Some(UnknownCause::CriticalEntryExtension(unknown.oid.as_str().to_owned()))
    })
}

fn significant(octets: &[u8]) -> Vec<u8> {
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    octets.get(zeros..).unwrap_or_default().to_vec()
}

/// Whether one number is at least another, both without leading zeros.
pub(super) fn at_least(number: &[u8], least: &[u8]) -> bool {
    (number.len(), number) >= (least.len(), least)
}
