//! The options as suppositions: files read, parties and fingerprints found.

use std::path::Path;

use super::{Direction, SupposedArgs};
use crate::agent::{Operation, Profile};
use crate::cli::console::{Console, shown};
use crate::cli::error::CliError;
use crate::cli::session::Session;
use crate::cli::store;
use crate::pki::container::Item;
use crate::pki::{Certificate, PrivateKeyEntry};
use crate::trust::PartyName;
use crate::what_if::{SupposedAnchor, SupposedKey, WhatIf, Whose};

/// Reads what is supposed.
pub(super) fn read(args: &SupposedArgs, session: &Session, console: &mut Console<'_, '_>) -> Result<WhatIf, CliError> {
    if args.party.is_some() && args.suppose_anchor.is_empty() && args.suppose_keys.is_empty() {
        return Err(CliError::usage("--for says who trusts --suppose-anchor or holds --suppose-keys".to_owned()));
    }
    let without_keys_of = args.without_keys_of.iter().map(|party| holder(party, session)).collect::<Result<_, _>>()?;
    Ok(WhatIf {
        at: args.suppose_at,
        profile: args.suppose_profile,
        local_domains: args.suppose_domain.clone(),
        anchors: anchors(args, session, console)?,
        keys: keys(args, session, console)?,
        without_keys_of,
        without: without(args, session, console)?,
    })
}

/// Lays what is supposed over what was loaded; the workspace's files stay as they are.
pub(super) fn lay_over(what_if: &WhatIf, session: &mut Session) {
    session.contents.parties = what_if.parties(&session.contents.parties).into_owned();
    session.authorities = what_if.authorities(&session.authorities);
    session.local_domains = what_if.local_domains(&session.local_domains).to_vec();
    if let Some(profile) = what_if.profile {
        session.profile = Profile::named(profile);
    }
    session.now = what_if.at.unwrap_or(session.now);
}

/// The name that a party has here, in its own spelling.
fn spelled(party: &PartyName, session: &Session) -> PartyName {
    session.contents.parties.named(party).map_or_else(|| party.clone(), |known| known.name.clone())
}

fn holder(party: &PartyName, session: &Session) -> Result<PartyName, CliError> {
    let holds =
        session.contents.parties.named(party).filter(|known| !known.keys.is_empty() || !known.locked.is_empty());
    holds.map(|known| known.name.clone()).ok_or_else(|| {
        CliError::Failed(format!(
            "--without-keys-of {party}: no private key of that party is held here; `sealscope keys list` shows whose are"
        ))
    })
}

fn anchors(
    args: &SupposedArgs,
    session: &Session,
    console: &mut Console<'_, '_>,
) -> Result<Vec<SupposedAnchor>, CliError> {
    let mut anchors = Vec::new();
    for file in &args.suppose_anchor {
        let whose = args.party.as_ref().map_or(Whose::Everybody, |party| Whose::Party(spelled(party, session)));
        let direction = match args.direction {
            Direction::Incoming => Some(Operation::Incoming),
            Direction::Outgoing => Some(Operation::Outgoing),
            Direction::Both => None,
        };
        for certificate in certificates(file, args, console)? {
            anchors.push(SupposedAnchor { certificate, whose: whose.clone(), direction });
        }
    }
    Ok(anchors)
}

fn keys(args: &SupposedArgs, session: &Session, console: &mut Console<'_, '_>) -> Result<Vec<SupposedKey>, CliError> {
    let mut keys = Vec::new();
    for file in &args.suppose_keys {
        let items = store::items(file, args.file_passphrase.as_ref(), console)?;
        let found: Vec<PrivateKeyEntry> = items
            .into_iter()
            .filter_map(|item| match item {
                Item::Key(entry) => Some(entry),
                _ => None,
            })
            .collect();
        if found.is_empty() {
            return Err(CliError::Failed(format!("{} holds no private key with its certificate", shown(file))));
        }
        for entry in found {
            let parties = match &args.party {
                Some(party) => vec![party.clone()],
                None => SupposedKey::parties_of(entry.certificate()),
            };
            if parties.is_empty() {
                let name = entry.certificate().common_name();
                return Err(CliError::Failed(format!(
                    "{}: the certificate “{name}” names no address and no domain: say with --for who holds its key",
                    shown(file)
                )));
            }
            let held = parties.iter().map(|party| SupposedKey { party: spelled(party, session), entry: entry.clone() });
            keys.extend(held);
        }
    }
    Ok(keys)
}

/// The certificates of a file, those of its keys too.
fn certificates(file: &Path, args: &SupposedArgs, console: &mut Console<'_, '_>) -> Result<Vec<Certificate>, CliError> {
    let items = store::items(file, args.file_passphrase.as_ref(), console)?;
    let found: Vec<Certificate> = items
        .into_iter()
        .filter_map(|item| match item {
            Item::Certificate(certificate) => Some(certificate),
            Item::Key(entry) => Some(entry.certificate().clone()),
            Item::Crl(_) => None,
        })
        .collect();
    if found.is_empty() {
        return Err(CliError::Failed(format!("{} holds no certificate", shown(file))));
    }
    Ok(found)
}

fn without(
    args: &SupposedArgs,
    session: &Session,
    console: &mut Console<'_, '_>,
) -> Result<Vec<Certificate>, CliError> {
    let known = known(session);
    let mut gone = Vec::new();
    for named in &args.without {
        let file = Path::new(named);
        if file.is_file() {
            gone.extend(certificates(file, args, console)?);
            continue;
        }
        let wanted = named.replace([':', ' '], "").to_ascii_lowercase();
        let found = known.iter().find(|certificate| certificate.sha256() == wanted).ok_or_else(|| {
            CliError::Failed(format!(
                "--without {named}: neither a file nor the SHA-256 of a certificate that is known here; `sealscope anchors \
                 list`, `authorities list` and `certs list` show them"
            ))
        })?;
        gone.push(found.clone());
    }
    for certificate in gone.iter().filter(|certificate| !known.contains(certificate)) {
        let name = certificate.common_name();
        console.remark(&format!("the certificate “{name}” is not known here: without it nothing is different"));
    }
    Ok(gone)
}

/// Every certificate of the workspace.
fn known(session: &Session) -> Vec<Certificate> {
    let of_parties = session.contents.parties.all().iter().flat_map(|party| {
        let anchors = party.anchors().map(|anchor| &anchor.certificate);
        let kept = party.certificates.iter().map(|kept| &kept.certificate);
        let keys = party.keys.iter().flat_map(|key| std::iter::once(key.entry.certificate()).chain(key.entry.chain()));
        anchors.chain(kept).chain(keys)
    });
    session.authorities.iter().chain(of_parties).cloned().collect()
}
