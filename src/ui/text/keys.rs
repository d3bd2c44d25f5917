//! Keys, authorities and revocation lists: making them, naming them, and what can be done with them.

use time::OffsetDateTime;

use crate::pki::NewKey;
use crate::workspace::KeyUse;

/// The form for a key.
pub const NEW_KEY: &str = "Create a test key";
/// The form for an authority.
pub const NEW_AUTHORITY: &str = "Create a lab CA";
/// Closes the form.
pub const DO_NOT_CREATE: &str = "Do not create it";
/// What a lab CA is.
pub const AUTHORITY_HINT: &str = "A certificate authority of your own: it issues certificates to try things with, and its key stays in this workspace";
/// Whose key.
pub const FOR: &str = "For the address or domain";
/// Who issues.
pub const ISSUED_BY: &str = "Issued by";
/// Nobody does.
pub const ITSELF: &str = "Itself: self-signed";
/// What that means.
pub const ITSELF_HINT: &str = "Nobody trusts a self-signed certificate, except who takes this very one as an anchor. Create a lab CA to issue for several addresses";
/// The name of an authority.
pub const AUTHORITY_NAME: &str = "Name of the CA";
/// What it might be called.
pub const AUTHORITY_EXAMPLE: &str = "Lab CA";
/// The kind of key.
pub const ALGORITHM: &str = "Algorithm";
/// What the key may do.
pub const USE: &str = "Use";
/// First day.
pub const FROM: &str = "Valid from";
/// Last day.
pub const UNTIL: &str = "Valid until";
/// Who has it as an anchor.
pub const TRUSTED_BY: &str = "Trusted by, for receiving and for sending";
/// Nobody could.
pub const NOBODY_TO_TRUST: &str = "No address is set up yet; import its certificate later as their anchor";
/// Makes it.
pub const CREATE: &str = "Create";
/// Keys have to be open.
pub const LOCKED: &str =
    "The workspace's keys are locked: unlock them first, so that the new one gets the same passphrase";
/// Opens them.
pub const UNLOCK: &str = "Unlock keys…";
/// The first key fixes the passphrase.
pub const FIRST_KEY: &str =
    "This is the workspace's first private key: choose the passphrase that will lock all of them";
/// That passphrase.
pub const NEW_PASSPHRASE: &str = "New passphrase";
/// It may not be empty.
pub const EMPTY_PASSPHRASE: &str = "Choose a passphrase of at least one character";
/// A date that is none.
pub const NO_DATE: &str = "Write the date as year-month-day, for example 2027-03-01";
/// An end before the start.
pub const ENDS_EARLY: &str = "The last day lies before the first";
/// A CA without a name.
pub const NO_NAME: &str = "Give the CA a name, for example Lab CA";
/// The key of the issuer went.
pub const ISSUER_GONE: &str = "The key of this CA is locked or gone: unlock the keys or choose another issuer";

/// Under which name the list and the page have them.
pub const AUTHORITIES: &str = "Authorities and revocation lists";
/// The authorities on that page.
pub const KNOWN_AUTHORITIES: &str = "Authorities";
/// What they are for.
pub const AUTHORITIES_HINT: &str = "Known to everybody here and trusted by nobody for that alone: they complete a chain between a certificate and an anchor";
/// The lists on that page.
pub const LISTS: &str = "Revocation lists";
/// None of the former.
pub const NO_AUTHORITIES: &str =
    "No authority is known yet. A chain with a gap can be completed with the certificate of the CA that is missing";
/// None of the latter.
pub const NO_LISTS: &str = "No revocation list is here, so no certificate can be found revoked offline";
/// Its key is here and open.
pub const CAN_ISSUE: &str = "can issue here";
/// Its key is here and locked.
pub const KEY_LOCKED: &str = "key locked";
/// Its key is not here.
pub const CERTIFICATE_ALONE: &str = "no key here";
/// A root.
pub const ROOT: &str = "root";

/// What waits after this file.
#[must_use]
pub fn place(at: usize, of: usize) -> String {
    format!("{at} of {of}")
}

/// Who issued a CA's certificate, or made a list: the common name where that comes first, else the whole name.
#[must_use]
pub fn issuer(name: &str) -> String {
    let common = name.strip_prefix("CN=").and_then(|rest| rest.split(',').next());
    super::plain(common.unwrap_or(name))
}

/// Who issued a CA's certificate.
#[must_use]
pub fn issued_by(name: &str) -> String {
    format!("from {}", issuer(name))
}

/// When a list was made.
#[must_use]
pub fn made(at: OffsetDateTime) -> String {
    format!("made {}", super::date(at))
}

/// A certificate or a list that counts until then.
#[must_use]
pub fn until(at: OffsetDateTime) -> String {
    format!("until {}", super::date(at))
}

/// A list after which a newer one should have come.
#[must_use]
pub fn overdue(at: OffsetDateTime) -> String {
    format!("overdue {}", super::date(at))
}

/// A list that says nothing of the next.
pub const NO_END: &str = "no end stated";
/// A locked key whose certificate is not kept.
pub const NOT_READABLE: &str = "not readable";
/// Takes a file in.
pub const IMPORT: &str = "Import…";
/// Gives a key out.
pub const EXPORT_KEY: &str = "Export key…";
/// Gives a list out.
pub const SAVE_THE_LIST: &str = "Save list…";
/// Into the clipboard.
pub const COPY_PEM: &str = "Copy PEM";

/// A key was made.
#[must_use]
pub fn created_key(party: &str) -> String {
    format!("Created a key for {}", super::plain(party))
}

/// An authority was made.
#[must_use]
pub fn created_authority(name: &str) -> String {
    format!("Created the CA “{}”", super::plain(name))
}

/// An authority went.
#[must_use]
pub fn removed_authority(name: &str) -> String {
    format!("Removed the authority {}, and its key where that was here", super::plain(name))
}

/// A list went.
#[must_use]
pub fn removed_list(name: &str) -> String {
    format!("Removed the revocation list {}", super::plain(name))
}

/// For whom authorities and lists are taken in.
pub const EVERYBODY_HERE: &str = "the workspace";

/// The issuer is in the same file.
#[must_use]
pub fn issuer_in_file(issuer: &str) -> String {
    format!("issued by {issuer}, which is in this file")
}

/// The issuer is in the workspace.
#[must_use]
pub fn issuer_in_workspace(issuer: &str) -> String {
    format!("issued by {issuer}, which the workspace has")
}

/// The issuer is nowhere.
#[must_use]
pub fn issuer_missing(issuer: &str) -> String {
    format!("a gap: the issuer {issuer} is not here")
}

/// It is its own issuer.
pub const ISSUER_ITSELF: &str = "issued by itself: a root";
/// A list of an import.
pub const LIST: &str = "Revocation list of";
/// Where lists go.
pub const LISTS_ARE_SHARED: &str = "Revocation lists are kept for the whole workspace";
/// A CA key that is to issue.
pub const ISSUING_KEY: &str = "Lab CA that can issue here";
/// A key that is to sign and decrypt.
pub const OWN_KEY: &str = "Key of an address or domain";

/// A list by its age.
#[must_use]
pub fn revoked(entries: usize) -> String {
    format!("{} revoked", super::grouped(entries))
}

/// The forms of a saved certificate.
pub const AS_PEM: &str = "PEM";
/// Binary.
pub const AS_DER: &str = "DER";
/// With its issuers.
#[must_use]
pub fn as_chain(certificates: usize) -> String {
    format!("PEM with its chain, {}", super::count(certificates, "certificate", "certificates"))
}

/// Copies a command for a terminal.
pub const COPY_OPENSSL: &str = "Copy as openssl command";
/// What that is.
pub const COPY_OPENSSL_HINT: &str = "For a Unix shell; the certificate itself goes with the command";

/// The command that shows a certificate.
#[must_use]
pub fn openssl_command(pem: &str) -> String {
    format!("openssl x509 -in /dev/stdin -noout -text <<'END'\n{}\nEND\n", pem.trim_end())
}

/// Where a key is exported to.
pub const SAVE_KEY: &str = "Export the key to";
/// Where a list is saved to.
pub const SAVE_LIST: &str = "Save the revocation list to";

/// The kinds of keys that are offered, the usual first.
pub const KEYS: [NewKey; 8] = [
    NewKey::Rsa2048,
    NewKey::Rsa(3072),
    NewKey::Rsa(4096),
    NewKey::P256,
    NewKey::P384,
    NewKey::P521,
    NewKey::Ed25519,
    NewKey::X25519,
];

/// The name of a kind of key.
#[must_use]
pub fn key(key: NewKey) -> String {
    match key {
        NewKey::Rsa2048 => "RSA 2048".to_owned(),
        NewKey::Rsa(bits) => format!("RSA {bits}"),
        NewKey::P256 => "P-256".to_owned(),
        NewKey::P384 => "P-384".to_owned(),
        NewKey::P521 => "P-521".to_owned(),
        NewKey::Ed25519 => "Ed25519".to_owned(),
        NewKey::X25519 => "X25519".to_owned(),
    }
}

/// What a key may do.
#[must_use]
pub const fn key_use(usage: KeyUse) -> &'static str {
    match usage {
        KeyUse::SignAndEncrypt => "Sign and encrypt",
        KeyUse::SignOnly => "Sign only",
        KeyUse::EncryptOnly => "Encrypt only",
    }
}

/// An authority whose key is open.
pub const KEY_IS_HERE: &str = "Its private key is here and open: it can issue certificates";
/// A list whose next edition is due.
pub const LIST_OVERDUE: &str = "Overdue: a newer list should exist";
/// A list that is not.
pub const LIST_CURRENT: &str = "Current";
/// Who made a list.
pub const LIST_ISSUER: &str = "Issuer";
/// When.
pub const LIST_MADE: &str = "Made";
/// When the next one is due.
pub const LIST_NEXT: &str = "Next list due";
/// Nothing is said of it.
pub const NO_NEXT: &str = "not stated";
/// How many certificates are on it.
pub const LIST_ENTRIES: &str = "Revoked certificates";
