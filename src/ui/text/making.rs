//! How a message is signed and encrypted; the choices themselves have their words from the core.

/// Over all of it.
pub const HEADING: &str = "Signature and encryption";
/// What is not in sight at first.
pub const MORE: &str = "More options";
/// Undoes every choice.
pub const RESET: &str = "As the workspace has it";
/// What that does.
pub const RESET_HINT: &str = "Take back every choice made here";
/// The symmetric cipher.
pub const CIPHER: &str = "Content cipher";
/// How RSA recipients get the content key.
pub const KEY_TRANSPORT: &str = "Key transport";
/// Key transport by profile.
pub const AS_PROFILE: &str = "As the profile has it";
/// What that means.
pub const AS_PROFILE_HINT: &str =
    "PKCS #1 v1.5 under direct-1.2 and legacy, OAEP with SHA-256 under direct-1.3 and strict";
/// The digest of the signature.
pub const DIGEST: &str = "Digest";
/// How RSA keys sign.
pub const RSA_SIGNATURE: &str = "RSA signature padding";
/// Detached or opaque.
pub const LAYOUT: &str = "Signature layout";
/// DER or BER.
pub const ENCODING: &str = "Encoding";
/// What goes with the signature.
pub const CERTIFICATES: &str = "Certificates in the signature";
/// How the SignerInfo names the signer.
pub const SIGNER_ID: &str = "Signers named by";
/// How the RecipientInfo names the recipient.
pub const RECIPIENT_ID: &str = "Recipients named by";
/// Those that may be left out.
pub const ATTRIBUTES: &str = "Signed attributes";
