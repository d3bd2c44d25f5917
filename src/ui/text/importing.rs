//! Taking files in, and giving copies out.

/// Closes the form.
pub const DO_NOT_IMPORT: &str = "Do not import";
/// The file asks for a passphrase.
pub const FILE_IS_LOCKED: &str = "The file is locked with a passphrase of its own";
/// What it is to be.
pub const USE_AS: &str = "Use it as";
/// There is nowhere to keep it.
pub const NO_WORKSPACE: &str = "No workspace is open: imported things are kept in one";
/// Takes it in.
pub const IMPORT: &str = "Import";
/// A file, by a dialog.
pub const CHOOSE_FILE: &str = "Choose a file…";
/// A file, by its path.
pub const BY_PATH: &str = "By path…";
/// What was copied.
pub const FROM_CLIPBOARD: &str = "From the clipboard";
/// The fourth way.
pub const OR_DROP: &str = "or drop PEM, DER, .p12 or .p7b here";

/// Where a certificate is saved to.
pub const SAVE_CERTIFICATE: &str = "Save the certificate to";
/// Where octets are saved to.
pub const SAVE_OCTETS: &str = "Save the octets to";
/// What a path looks like.
pub const PATH_EXAMPLE: &str = "/home/me/file";
/// What protects a key that leaves.
pub const OWN_PASSPHRASE: &str = "The file gets a passphrase of its own; the workspace's stays here";
/// Saves a key.
pub const EXPORT: &str = "Export";
/// A key does not leave unprotected.
pub const NO_PASSPHRASE: &str = "Choose a passphrase for the file";
/// Asks for the place.
pub const CHOOSE_PLACE: &str = "Choose a place…";
/// Why a key cannot leave.
pub const KEY_IS_LOCKED: &str = "The key is locked: unlock it first";

/// Over the form.
#[must_use]
pub fn heading(file: &str) -> String {
    format!("Import {file}")
}

/// A key in the file.
#[must_use]
pub fn key_with_certificate(subject: &str) -> String {
    format!("Private key with certificate {subject}")
}

/// An authority in the file.
#[must_use]
pub fn ca_certificate(subject: &str) -> String {
    format!("CA certificate {subject}")
}

/// Somebody's certificate in the file.
#[must_use]
pub fn certificate(subject: &str) -> String {
    format!("Certificate {subject}")
}
