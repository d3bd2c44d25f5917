//! Where a revocation list is meant for: the distribution points of a certificate (RFC 5280 §4.2.1.13) and the scope of
//! a list (§5.2.5), and whether the two fit.

use openssl::x509::{X509Name, X509NameRef};

use super::name;
use crate::asn1::{Element, Tree, der};
use crate::limits::Limits;

/// The reasons a list covers, or a distribution point is for (RFC 5280 §4.2.1.13): a bit for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reasons(u16);

impl Reasons {
    pub(super) const NONE: Self = Self(0);
    /// Bits 1 to 8; bit 0 is unused.
    pub(super) const ALL: Self = Self(0b1_1111_1110);

    /// The content of a BIT STRING, the count of unused bits first.
    fn from_bit_string(content: &[u8]) -> Self {
        let bits = content.get(1..).unwrap_or_default();
        let set = (1..=8_u16).filter(|bit| {
            let (octet, mask) = (usize::from(bit / 8), 0x80_u8 >> (bit % 8));
            bits.get(octet).is_some_and(|octet| octet & mask != 0)
        });
        Self(set.fold(0, |all, bit| all | (1 << bit)))
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every reason of `other` is in here.
    pub(super) const fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A GeneralName, compared as RFC 5280 §7 wants it: names of the directory by their parts, all others by their octets.
#[derive(Clone, Debug)]
pub(super) enum GeneralName {
    /// directoryName, as DER of the Name.
    Directory(Vec<u8>),
    /// Any other, tag and all.
    Other(Vec<u8>),
}

impl GeneralName {
    fn read(element: Element<'_, '_>) -> Self {
        match element.child(0).filter(|_| element.is_context(4)) {
            Some(directory) => Self::Directory(directory.whole().to_vec()),
            None => Self::Other(element.whole().to_vec()),
        }
    }

    /// The directoryName of `name`.
    pub(super) fn of(name: &X509NameRef) -> Self {
        Self::Directory(name.to_der().unwrap_or_default())
    }

    /// The uniformResourceIdentifier, where it is one of printable characters.
    fn url(&self) -> Option<String> {
        let Self::Other(octets) = self else { return None };
        let tree = Tree::parse(octets, &Limits::DEFAULT);
        let content = tree.root().filter(|name| name.is_context(6))?.content();
        let clean = !content.is_empty() && content.iter().all(|octet| (0x20..0x7f).contains(octet));
        clean.then(|| String::from_utf8_lossy(content).into_owned())
    }

    pub(super) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Directory(one), Self::Directory(other)) if one == other => true,
            (Self::Directory(one), Self::Directory(other)) => {
                match (X509Name::from_der(one), X509Name::from_der(other)) {
                    (Ok(one), Ok(other)) => name::same(&one, &other),
                    _ => false,
                }
            }
            (Self::Other(one), Self::Other(other)) => one == other,
            _ => false,
        }
    }
}

/// DistributionPointName: full names, or a part that is put after the issuer's name.
#[derive(Clone, Debug)]
enum PointName {
    Full(Vec<GeneralName>),
    /// The content of a RelativeDistinguishedName.
    Relative(Vec<u8>),
}

impl PointName {
    fn read(element: Element<'_, '_>) -> Option<Self> {
        let choice = element.child(0)?;
        match choice.tag() {
            0 => Some(Self::Full(choice.children().map(GeneralName::read).collect())),
            1 => Some(Self::Relative(choice.content().to_vec())),
            _ => None,
        }
    }

    /// The names, given the issuer of the list.
    fn names(&self, crl_issuer: &GeneralName) -> Vec<GeneralName> {
        match (self, crl_issuer) {
            (Self::Full(names), _) => names.clone(),
            (Self::Relative(part), GeneralName::Directory(issuer)) => {
                let tree = Tree::parse(issuer, &Limits::DEFAULT);
                let above = tree.root().map(|root| root.content().to_vec()).unwrap_or_default();
                vec![GeneralName::Directory(der::value(0x30, &[above, der::value(0x31, part)].concat()))]
            }
            (Self::Relative(_), GeneralName::Other(_)) => vec![],
        }
    }
}

/// One DistributionPoint of a certificate.
#[derive(Clone, Debug, Default)]
pub(super) struct DistributionPoint {
    name: Option<PointName>,
    reasons: Option<Reasons>,
    crl_issuer: Vec<GeneralName>,
}

impl DistributionPoint {
    /// The points of a cRLDistributionPoints extension.
    pub(super) fn list(value: Element<'_, '_>) -> Vec<Self> {
        value.children().map(Self::read).collect()
    }

    fn read(point: Element<'_, '_>) -> Self {
        let field = |number| point.children().find(|field| field.is_context(number));
        Self {
            name: field(0).and_then(PointName::read),
            reasons: field(1).map(|bits| Reasons::from_bit_string(bits.content())),
            crl_issuer: field(2).map(|names| names.children().map(GeneralName::read).collect()).unwrap_or_default(),
        }
    }

    /// The point that every certificate has besides those it names: its issuer (RFC 5280 §6.3.3, last paragraph).
    pub(super) fn of_issuer(issuer: &X509NameRef) -> Self {
        Self { name: Some(PointName::Full(vec![GeneralName::of(issuer)])), reasons: None, crl_issuer: vec![] }
    }

    /// The URLs of its full name, as written.
    pub(super) fn urls(&self) -> Vec<String> {
        let Some(PointName::Full(names)) = &self.name else { return vec![] };
        names.iter().filter_map(GeneralName::url).collect()
    }

    /// The reasons that lists of this point can be about.
    pub(super) fn reasons(&self) -> Reasons {
        self.reasons.unwrap_or(Reasons::ALL)
    }

    /// Whose lists this point is about: another's, or the certificate's own issuer's.
    pub(super) fn is_issued_by(&self, crl_issuer: &X509NameRef, certificate_issuer: &X509NameRef) -> bool {
        if self.crl_issuer.is_empty() {
            return name::same(crl_issuer, certificate_issuer);
        }
        let crl_issuer = GeneralName::of(crl_issuer);
        self.crl_issuer.iter().any(|named| named.same(&crl_issuer))
    }

    /// Whether the point names another issuer of lists.
    pub(super) fn names_crl_issuer(&self) -> bool {
        !self.crl_issuer.is_empty()
    }
}

/// IssuingDistributionPoint: which certificates a list is about.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    name: Option<PointName>,
    pub(super) certificates: CertificateScope,
    reasons: Option<Reasons>,
    pub(super) issuers: IssuerScope,
    /// The extension's octets; a list of changes has the same (RFC 5280 §5.2.4).
    pub(super) octets: Vec<u8>,
}

/// The kinds of certificates that a list is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum CertificateScope {
    #[default]
    All,
    AttributeCertificates,
    Authorities,
    /// More than one kind is said to be the only one.
    Contradictory,
    EndEntities,
}

/// Whose certificates a list is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum IssuerScope {
    /// Also those of others: an indirect list.
    Indirect,
    #[default]
    Own,
}

impl Scope {
    pub(super) fn read(value: Element<'_, '_>) -> Self {
        let field = |number| value.children().find(|field| field.is_context(number));
        let set = |number| field(number).is_some_and(|flag| flag.content().iter().any(|octet| *octet != 0));
        let certificates = match (set(1), set(2), set(5)) {
            (false, false, false) => CertificateScope::All,
            (true, false, false) => CertificateScope::EndEntities,
            (false, true, false) => CertificateScope::Authorities,
            (false, false, true) => CertificateScope::AttributeCertificates,
            _ => CertificateScope::Contradictory,
        };
        Self {
            name: field(0).and_then(PointName::read),
            certificates,
            reasons: field(3).map(|bits| Reasons::from_bit_string(bits.content())),
            issuers: if set(4) { IssuerScope::Indirect } else { IssuerScope::Own },
            octets: value.whole().to_vec(),
        }
    }

    /// The reasons the list covers.
    pub(super) fn reasons(&self) -> Reasons {
        self.reasons.unwrap_or(Reasons::ALL)
    }

    /// RFC 5280 §6.3.3 (b)(2)(i): a name of the list is one of the point's.
    pub(super) fn is_for(&self, point: &DistributionPoint, crl_issuer: &X509NameRef) -> bool {
        let Some(wanted) = &self.name else { return true };
        let crl_issuer = GeneralName::of(crl_issuer);
        let wanted = wanted.names(&crl_issuer);
        let offered = match &point.name {
            Some(name) => name.names(&crl_issuer),
            None => point.crl_issuer.clone(),
        };
        offered.iter().any(|name| wanted.iter().any(|wanted| wanted.same(name)))
    }
}
