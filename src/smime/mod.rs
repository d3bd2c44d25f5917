//! S/MIME layers, one verb a file (RFC 5652, 8551).
//!
//! What is received is read by our walker over the octets as they came ([`SignedData`], [`EnvelopedData`]); what is made
//! is written by us in one pass, DER or streamed BER, with OpenSSL's primitives. Mathematics and structure are judged here, each with its evidence; which algorithms and whose
//! certificates are good enough is the agent's to say.

pub mod algorithm;
pub mod choices;
pub mod compressed;
pub mod content_cipher;
pub mod decrypt;
pub mod encrypt;
pub mod enveloped_data;
pub mod facts;
pub mod fields;
pub mod identifier;
pub mod inspect;
pub mod key_encryption;
pub mod recipient_info;
pub mod sign;
pub mod signed_data;
pub mod verify;

mod attribute;
mod cms;
mod key_agreement;
mod make_recipients;
mod make_signers;

mod signature;
mod signed_attributes;
mod signed_entity;
mod versions;

mod write;

pub use algorithm::{DigestAlgorithm, SignatureAlgorithm};
pub use attribute::Attribute;
pub use choices::{
    AttributeSet, Choice, Described, EmbedChain, Encoding, KeyTransport, MakingCipher, MakingDigest, OaepDigest,
    OptionalAttribute, RsaSignature, SignatureLayout, UnknownChoice,
};
pub use cms::{CmsError, content_type};
pub use compressed::{CompressedData, ExpandError};
pub use content_cipher::ContentCipher;
pub use decrypt::{
    ContentError, ContentKey, DecryptFailure, Decryption, UnwrapError, decrypt, decrypt_content, unwrap_key,
    unwrap_key_of,
};
pub use encrypt::{EncryptError, EncryptionOptions, encrypt, enveloped_entity, push_enveloped_entity};
pub use enveloped_data::{EnvelopeKind, EnvelopedData};
pub use facts::{AttributeFacts, CmsFacts, CrlFacts, RecipientFacts, SignerFacts};
pub use fields::{Dissection, Field, FieldName};
pub use identifier::{CertificateIdentifier, IdentifierForm};
pub use inspect::{CmsLayer, Inspection, Layer, inspect, inspect_cms};
pub use key_encryption::{DhScheme, KeyDerivation, KeyEncryption, KeyWrap};
pub use recipient_info::{KeyAgreement, Originator, RecipientInfo, RecipientKind};
pub use sign::{SignError, SigningOptions, micalg_of, opaque_entity, sign_detached, sign_opaque};
pub use signed_data::{SignedData, SignerInfo};
pub use signed_entity::{SignedEntity, multipart_signed, multipart_signed_around, room_for};
pub use verify::{
    AttributeFault, SignatureFailure, SignatureValid, SignerCheck, verify_embedded_signers, verify_signer,
    verify_signers,
};
