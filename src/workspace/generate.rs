//! Making keys and lab authorities in the workspace, to try things with.
//!
//! An authority's key lies beside its certificate in `authorities/`, under the workspace's passphrase like every other.

use time::OffsetDateTime;

use super::error::WorkspaceError;
use super::import::AnchorDirection;
use super::store::Writer;
use crate::pki::container::Item;
use crate::pki::issue::{Authority, CertificateBuilder};
use crate::pki::{Certificate, KeyUsage, NewKey, Passphrase, PrivateKeyEntry};
use crate::trust::PartyName;

/// What a key is allowed to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum KeyUse {
    /// Sign messages, and receive encrypted ones.
    #[default]
    SignAndEncrypt,
    /// Sign messages.
    SignOnly,
    /// Receive encrypted messages.
    EncryptOnly,
}

impl KeyUse {
    /// What a kind of key can do at all, the usual first.
    #[must_use]
    pub const fn of(key: NewKey) -> &'static [Self] {
        match key {
            NewKey::Ed25519 => &[Self::SignOnly],
            NewKey::X25519 => &[Self::EncryptOnly],
            _ => &[Self::SignAndEncrypt, Self::SignOnly, Self::EncryptOnly],
        }
    }

    // RFC 8551 §2.3 and RFC 8550 §4.4.2: RSA keys encipher content keys, the others agree on them.
    const fn key_usage(self, key: NewKey) -> KeyUsage {
        let encrypt = match key {
            NewKey::Rsa(_) | NewKey::Rsa2048 => KeyUsage::KEY_ENCIPHERMENT,
            _ => KeyUsage::KEY_AGREEMENT,
        };
        match self {
            Self::SignAndEncrypt => KeyUsage::DIGITAL_SIGNATURE.union(encrypt),
            Self::SignOnly => KeyUsage::DIGITAL_SIGNATURE,
            Self::EncryptOnly => encrypt,
        }
    }
}

/// A key to be made for an address or a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCertificate {
    /// Whose it will be.
    pub party: PartyName,
    /// The kind of key.
    pub key: NewKey,
    /// What it is allowed to do.
    pub usage: KeyUse,
    /// The first moment at which it is valid.
    pub from: OffsetDateTime,
    /// The last one.
    pub until: OffsetDateTime,
}

impl NewCertificate {
    fn builder(&self) -> CertificateBuilder {
        let builder = match &self.party {
            PartyName::Address(address) => CertificateBuilder::for_address(address.as_str(), self.from, self.until),
            PartyName::Domain(domain) => CertificateBuilder::for_domain(domain.ascii(), self.from, self.until),
        };
        builder.key(self.key).key_usage(Some(self.usage.key_usage(self.key)))
    }
}

/// A lab authority to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAuthority {
    /// Its common name.
    pub name: String,
    /// The kind of key.
    pub key: NewKey,
    /// The first moment at which it is valid.
    pub from: OffsetDateTime,
    /// The last one.
    pub until: OffsetDateTime,
    /// Who trusts it from the start, for mail that arrives and for mail that leaves.
    pub trusted_by: Vec<PartyName>,
}

impl Writer {
    /// Makes a key for an address or a domain, with a certificate of `issuer` or one that signs itself, and keeps it.
    ///
    /// # Errors
    /// OpenSSL's refusal, and those of [`Writer::import`]; nothing was stored then.
    pub fn generate_key(
        &self,
        wanted: &NewCertificate,
        issuer: Option<&PrivateKeyEntry>,
        passphrase: Option<&Passphrase>,
    ) -> Result<Certificate, WorkspaceError> {
        let entry = make_entry(wanted, issuer)?;
        let certificate = entry.certificate().clone();
        self.import(vec![Item::Key(entry)], &wanted.party, passphrase)?;
        Ok(certificate)
    }

    /// Makes a lab authority, keeps its certificate and key, and makes it an anchor of those who are to trust it.
    ///
    /// # Errors
    /// OpenSSL's refusal, and those of [`Writer::import`].
    pub fn generate_authority(
        &self,
        wanted: &NewAuthority,
        passphrase: Option<&Passphrase>,
    ) -> Result<Certificate, WorkspaceError> {
        let builder = CertificateBuilder::authority(&wanted.name, wanted.from, wanted.until).key(wanted.key);
        let entry = Authority::self_signed(&builder)?.entry()?;
        let certificate = entry.certificate().clone();
        self.import_authority_keys(&[entry], passphrase)?;
        for party in &wanted.trusted_by {
            self.add_anchors(&[Item::Certificate(certificate.clone())], party, AnchorDirection::Both)?;
        }
        Ok(certificate)
    }
}

fn make_entry(wanted: &NewCertificate, issuer: Option<&PrivateKeyEntry>) -> Result<PrivateKeyEntry, WorkspaceError> {
    let builder = wanted.builder();
    Ok(match issuer {
        Some(issuer) => Authority::from_entry(issuer).issue(&builder)?,
        None => Authority::self_signed(&builder)?.entry()?,
    })
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::workspace::{Workspace, party_name};

    const FROM: OffsetDateTime = datetime!(2026-03-01 00:00 UTC);
    const UNTIL: OffsetDateTime = datetime!(2027-03-01 00:00 UTC);

    fn workspace(folder: &tempfile::TempDir) -> Workspace {
        Workspace::open_or_create(folder.path().join("w")).unwrap()
    }

    fn lab(trusted_by: Vec<PartyName>) -> NewAuthority {
        NewAuthority { name: "Lab CA".to_owned(), key: NewKey::P256, from: FROM, until: UNTIL, trusted_by }
    }

    fn alice(key: NewKey, usage: KeyUse) -> NewCertificate {
        NewCertificate { party: party_name("alice@a.example").unwrap(), key, usage, from: FROM, until: UNTIL }
    }

    #[test]
    fn an_authority_is_kept_with_its_key_locked_and_issues_once_that_is_open() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = workspace(&folder);
        let words = Passphrase::new("open sesame");
        let bob = party_name("bob@b.example").unwrap();
        let root = workspace.writer().unwrap().generate_authority(&lab(vec![bob]), Some(&words)).unwrap();
        let locked = workspace.load(None);
        assert_eq!((locked.authorities.len(), locked.locked_keys(), locked.authority_keys.len()), (1, 1, 0));
        let open = workspace.load(Some(&words));
        let party = &open.parties.all()[0];
        assert_eq!((party.incoming.anchors().len(), party.outgoing.anchors().len()), (1, 1));
        let issuer = &open.authority_keys[0].entry;
        let wanted = alice(NewKey::P256, KeyUse::SignAndEncrypt);
        let made = workspace.writer().unwrap().generate_key(&wanted, Some(issuer), Some(&words)).unwrap();
        assert!(made.is_issued_by(&root));
        assert_eq!(made.email_addresses(), ["alice@a.example"]);
    }

    #[test]
    fn an_authority_as_the_first_key_fixes_the_passphrase() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = workspace(&folder);
        let writer = workspace.writer().unwrap();
        writer.generate_authority(&lab(Vec::new()), Some(&Passphrase::new("first"))).unwrap();
        let other = writer.generate_key(&alice(NewKey::P256, KeyUse::SignOnly), None, Some(&Passphrase::new("second")));
        assert!(matches!(other, Err(WorkspaceError::PassphraseWrong(_))));
        assert!(workspace.load(None).parties.all().is_empty());
    }

    #[test]
    fn without_a_passphrase_no_key_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = workspace(&folder);
        let made = workspace.writer().unwrap().generate_authority(&lab(Vec::new()), None);
        assert!(matches!(made, Err(WorkspaceError::PassphraseNeeded)));
        assert!(workspace.load(None).authorities.is_empty());
    }

    #[test]
    fn a_certificate_states_what_its_key_is_for() {
        let (signs, agrees, enciphers) =
            (KeyUsage::DIGITAL_SIGNATURE, KeyUsage::KEY_AGREEMENT, KeyUsage::KEY_ENCIPHERMENT);
        for (key, usage, stated) in [
            (NewKey::P256, KeyUse::SignAndEncrypt, signs.union(agrees)),
            (NewKey::P256, KeyUse::SignOnly, signs),
            (NewKey::Rsa2048, KeyUse::EncryptOnly, enciphers),
            (NewKey::Ed25519, KeyUse::SignOnly, signs),
        ] {
            let made = make_entry(&alice(key, usage), None).unwrap();
            assert_eq!(made.certificate().key_usage(), Some(stated), "{key:?} {usage:?}");
        }
    }
}
