//! Why a message cannot be broken in a way.

use crate::limits::LimitExceeded;
use crate::smime::{CmsError, EncryptError, SignError};

/// What is missing, or did not work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BreakError {
    /// The message cannot be read as a CMS.
    #[error("the cryptographic structure cannot be read: {0}")]
    Cms(#[from] CmsError),
    /// Encryption failed.
    #[error(transparent)]
    Encrypt(#[from] EncryptError),
    /// The content is in pieces, so that no octet of it stands for itself.
    #[error("the signed content is stored in pieces, so no single octet of it can be changed in place")]
    InPieces,
    /// A cap was passed.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// Nothing is there to change.
    #[error("there is no octet to change")]
    Nothing,
    /// No certificate of somebody else.
    #[error("no certificate of anybody but the sender is known here")]
    NobodyElse,
    /// No key of somebody else.
    #[error("nobody but the sender has an open key here that could sign")]
    NobodyElseSigns,
    /// Nobody to encrypt for.
    #[error("no certificate of its recipients is known here, so the copy could not be encrypted again")]
    NobodyToEncryptFor,
    /// Nothing of a recipient to do without.
    #[error("no private key of its recipients is open here")]
    NoRecipientKey,
    /// Nobody signed.
    #[error("nobody is known to have signed it")]
    NoSigner,
    /// The signer is named and not shown.
    #[error("the message does not carry its signer's certificate")]
    NoSignerCertificate,
    /// The outermost layer is no encryption.
    #[error("its outermost layer is no encryption")]
    NotEncrypted,
    /// Nothing inside is known.
    #[error("it was not decrypted here, so nothing inside it can be changed")]
    NotOpened,
    /// Signing failed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// An encoding of the body that is not written here.
    #[error("its body is encoded as {0}, which is not written here")]
    TransferEncoding(String),
    /// There is no signature.
    #[error("there is no signature inside")]
    Unsigned,
}
