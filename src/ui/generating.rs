//! Making keys and lab authorities as functions for threads: changes to the workspace like any other, each one undone in
//! one step.

use super::changes::{ChangeKind, Changed, change};
use super::tasks::Loaded;
use super::text;
use crate::pki::Passphrase;
use crate::workspace::{NewAuthority, NewCertificate};

/// What is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A key with its certificate.
    Key {
        /// What it is to be.
        certificate: NewCertificate,
        /// The name of the authority that issues it; without one it signs itself.
        issuer: Option<String>,
    },
    /// An authority.
    Authority(NewAuthority),
}

/// Makes it and keeps it.
///
/// # Errors
///
/// A sentence; nothing was stored then.
pub fn generate(loaded: &Loaded, wanted: &Wanted, first: Option<Passphrase>) -> Result<Box<Changed>, String> {
    let passphrase = loaded.passphrase.clone().or(first);
    match wanted {
        Wanted::Key { certificate, issuer } => {
            let keys = &loaded.contents.authority_keys;
            let issuer = match issuer {
                Some(name) => {
                    let named = keys.iter().find(|key| key.name == *name);
                    Some(&named.ok_or_else(|| text::keys::ISSUER_GONE.to_owned())?.entry)
                }
                None => None,
            };
            change(loaded, ChangeKind::Added(certificate.party.clone()), passphrase.clone(), |writer| {
                writer.generate_key(certificate, issuer, passphrase.as_ref())?;
                Ok(text::keys::created_key(&certificate.party.to_string()))
            })
        }
        Wanted::Authority(authority) => change(loaded, ChangeKind::AuthorityMade, passphrase.clone(), |writer| {
            writer.generate_authority(authority, passphrase.as_ref())?;
            Ok(text::keys::created_authority(&authority.name))
        }),
    }
}
