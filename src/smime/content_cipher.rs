//! The ciphers of encrypted content: their names, their parameters, and how they are undone (RFC 3370, 3565, 5084, 8103).

use std::fmt;

use openssl::cipher::{Cipher, CipherRef};
use openssl::cipher_ctx::CipherCtx;
use openssl::error::ErrorStack;
use openssl::lib_ctx::LibCtx;
use openssl::provider::Provider;
use zeroize::Zeroizing;

use super::algorithm::DigestAlgorithm;
use super::cms::{CmsError, Fields, well_formed};
use super::key_agreement::hkdf;
use crate::asn1::{Element, Oid, oid, tag};
use crate::openssl_ffi::{ROOM_BEYOND, cipher_append};

const PARAMETERS: &str = "contentEncryptionAlgorithm parameters";

/// RFC 9709 §2.
const HKDF_SALT: &[u8] = b"The Cryptographic Message Syntax";

/// The symmetric cipher of the content.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ContentCipher {
    /// AES, cipher block chaining (RFC 3565).
    Aes128Cbc,
    /// AES, cipher block chaining (RFC 3565).
    Aes192Cbc,
    /// AES, cipher block chaining (RFC 3565).
    Aes256Cbc,
    /// AES, counter with CBC-MAC (RFC 5084).
    Aes128Ccm,
    /// AES, counter with CBC-MAC (RFC 5084).
    Aes192Ccm,
    /// AES, counter with CBC-MAC (RFC 5084).
    Aes256Ccm,
    /// AES, Galois/counter mode (RFC 5084).
    Aes128Gcm,
    /// AES, Galois/counter mode (RFC 5084).
    Aes192Gcm,
    /// AES, Galois/counter mode (RFC 5084).
    Aes256Gcm,
    /// ChaCha20 and Poly1305 (RFC 8103).
    ChaCha20Poly1305,
    /// DES; broken, and not computed here.
    DesCbc,
    /// RC2; broken, to read old mail only (RFC 3370 §5.2).
    Rc2Cbc {
        /// Bits of the key that count, whatever its length.
        effective_bits: u16,
    },
    /// Triple DES; to read old mail only (RFC 3370 §5.1).
    TripleDesCbc,
    /// One that cannot be computed here.
    Unknown(Oid),
}

/// How the modes differ for whoever runs them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Cbc,
    /// Everything in one call, length and tag told before.
    Ccm,
    /// Galois/counter mode, and ChaCha20-Poly1305, which is used alike.
    Stream,
}

impl ContentCipher {
    /// The cipher of that identifier. RC2 without parameters has 32 bits (RFC 2268 §6).
    #[must_use]
    pub fn from_oid(oid: &Oid) -> Self {
        match oid.as_str() {
            "2.16.840.1.101.3.4.1.2" => Self::Aes128Cbc,
            "2.16.840.1.101.3.4.1.22" => Self::Aes192Cbc,
            "2.16.840.1.101.3.4.1.42" => Self::Aes256Cbc,
            "2.16.840.1.101.3.4.1.7" => Self::Aes128Ccm,
            "2.16.840.1.101.3.4.1.27" => Self::Aes192Ccm,
            "2.16.840.1.101.3.4.1.47" => Self::Aes256Ccm,
            "2.16.840.1.101.3.4.1.6" => Self::Aes128Gcm,
            "2.16.840.1.101.3.4.1.26" => Self::Aes192Gcm,
            "2.16.840.1.101.3.4.1.46" => Self::Aes256Gcm,
            "1.2.840.113549.1.9.16.3.18" => Self::ChaCha20Poly1305,
            "1.2.840.113549.3.2" => Self::Rc2Cbc { effective_bits: 32 },
            "1.2.840.113549.3.7" => Self::TripleDesCbc,
            "1.3.14.3.2.7" => Self::DesCbc,
            _ => Self::Unknown(oid.clone()),
        }
    }

    /// Octets of the key; `None` for a cipher that is not computed here.
    #[must_use]
    pub const fn key_length(&self) -> Option<usize> {
        Some(match self {
            Self::Aes128Cbc | Self::Aes128Ccm | Self::Aes128Gcm => 16,
            Self::Aes192Cbc | Self::Aes192Ccm | Self::Aes192Gcm | Self::TripleDesCbc => 24,
            Self::Aes256Cbc | Self::Aes256Ccm | Self::Aes256Gcm | Self::ChaCha20Poly1305 => 32,
            Self::Rc2Cbc { effective_bits: 128 } => 16,
            Self::Rc2Cbc { effective_bits: 64 } => 8,
            Self::Rc2Cbc { effective_bits: 40 } => 5,
            Self::DesCbc | Self::Rc2Cbc { .. } | Self::Unknown(_) => return None,
        })
    }

    /// Bits of security, where they are known.
    #[must_use]
    pub const fn strength_bits(&self) -> Option<u16> {
        Some(match self {
            Self::Aes128Cbc | Self::Aes128Ccm | Self::Aes128Gcm => 128,
            Self::Aes192Cbc | Self::Aes192Ccm | Self::Aes192Gcm => 192,
            Self::Aes256Cbc | Self::Aes256Ccm | Self::Aes256Gcm | Self::ChaCha20Poly1305 => 256,
            Self::DesCbc => 56,
            Self::Rc2Cbc { effective_bits } => *effective_bits,
            Self::TripleDesCbc => 112,
            Self::Unknown(_) => return None,
        })
    }

    /// Whether a change of the ciphertext is always noticed.
    #[must_use]
    pub const fn is_authenticated(&self) -> bool {
        matches!(
            self,
            Self::Aes128Ccm
                | Self::Aes192Ccm
                | Self::Aes256Ccm
                | Self::Aes128Gcm
                | Self::Aes192Gcm
                | Self::Aes256Gcm
                | Self::ChaCha20Poly1305
        )
    }

    /// Whether it protects no more than old mail that is there already.
    #[must_use]
    pub const fn is_weak(&self) -> bool {
        matches!(self, Self::DesCbc | Self::Rc2Cbc { .. } | Self::TripleDesCbc)
    }

    const fn mode(&self) -> Mode {
        match self {
            Self::Aes128Ccm | Self::Aes192Ccm | Self::Aes256Ccm => Mode::Ccm,
            Self::Aes128Gcm | Self::Aes192Gcm | Self::Aes256Gcm | Self::ChaCha20Poly1305 => Mode::Stream,
            _ => Mode::Cbc,
        }
    }

    /// OpenSSL's implementation, where the default provider has it.
    fn implementation(&self) -> Option<&'static CipherRef> {
        Some(match self {
            Self::Aes128Cbc => Cipher::aes_128_cbc(),
            Self::Aes192Cbc => Cipher::aes_192_cbc(),
            Self::Aes256Cbc => Cipher::aes_256_cbc(),
            Self::Aes128Ccm => Cipher::aes_128_ccm(),
            Self::Aes192Ccm => Cipher::aes_192_ccm(),
            Self::Aes256Ccm => Cipher::aes_256_ccm(),
            Self::Aes128Gcm => Cipher::aes_128_gcm(),
            Self::Aes192Gcm => Cipher::aes_192_gcm(),
            Self::Aes256Gcm => Cipher::aes_256_gcm(),
            Self::ChaCha20Poly1305 => Cipher::chacha20_poly1305(),
            Self::TripleDesCbc => Cipher::des_ede3_cbc(),
            Self::DesCbc | Self::Rc2Cbc { .. } | Self::Unknown(_) => return None,
        })
    }

    /// The name under which OpenSSL's legacy provider has it.
    const fn legacy_name(&self) -> Option<&'static str> {
        match self {
            Self::Rc2Cbc { effective_bits: 128 } => Some("RC2-CBC"),
            Self::Rc2Cbc { effective_bits: 64 } => Some("RC2-64-CBC"),
            Self::Rc2Cbc { effective_bits: 40 } => Some("RC2-40-CBC"),
            _ => None,
        }
    }
}

impl fmt::Display for ContentCipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aes128Cbc => "AES-128-CBC",
            Self::Aes192Cbc => "AES-192-CBC",
            Self::Aes256Cbc => "AES-256-CBC",
            Self::Aes128Ccm => "AES-128-CCM",
            Self::Aes192Ccm => "AES-192-CCM",
            Self::Aes256Ccm => "AES-256-CCM",
            Self::Aes128Gcm => "AES-128-GCM",
            Self::Aes192Gcm => "AES-192-GCM",
            Self::Aes256Gcm => "AES-256-GCM",
            Self::ChaCha20Poly1305 => "ChaCha20-Poly1305",
            Self::DesCbc => "DES CBC",
            Self::Rc2Cbc { effective_bits } => return write!(f, "RC2 CBC ({effective_bits} bits)"),
            Self::TripleDesCbc => "Triple DES CBC",
            Self::Unknown(oid) => return oid.fmt(f),
        })
    }
}

/// A contentEncryptionAlgorithm with its parameters.
#[derive(Clone, Debug)]
pub(super) struct ContentAlgorithm {
    pub(super) cipher: ContentCipher,
    /// The initialisation vector or nonce.
    pub(super) vector: Vec<u8>,
    /// Octets of the authentication tag.
    pub(super) tag_length: usize,
    /// The cipher's own identifier, where the key is derived with it from the one transported (RFC 9709).
    pub(super) derivation: Option<Vec<u8>>,
}

impl ContentAlgorithm {
    /// Reads the AlgorithmIdentifier of encrypted content.
    pub(super) fn read(identifier: &Element<'_, '_>) -> Result<Self, CmsError> {
        const FIELD: &str = "contentEncryptionAlgorithm";
        let name = |identifier: &Element<'_, '_>| {
            well_formed(identifier.child(0).and_then(|field| field.oid()), FIELD, identifier)
        };
        let outer = name(identifier)?;
        if outer != oid::CEK_HKDF_SHA256 {
            return Self::read_cipher(&ContentCipher::from_oid(&outer), identifier);
        }
        let inner = identifier.child(1).filter(|inner| inner.is(tag::SEQUENCE));
        let inner = well_formed(inner, PARAMETERS, identifier)?;
        let algorithm = Self::read_cipher(&ContentCipher::from_oid(&name(&inner)?), &inner)?;
        Ok(Self { derivation: Some(inner.whole().to_vec()), ..algorithm })
    }

    fn read_cipher(cipher: &ContentCipher, identifier: &Element<'_, '_>) -> Result<Self, CmsError> {
        let algorithm = |vector, tag_length| Self { cipher: cipher.clone(), vector, tag_length, derivation: None };
        if matches!(cipher, ContentCipher::Unknown(_) | ContentCipher::DesCbc) {
            return Ok(algorithm(Vec::new(), 0));
        }
        let parameters = well_formed(identifier.child(1), PARAMETERS, identifier)?;
        match cipher.mode() {
            Mode::Cbc if parameters.is(tag::SEQUENCE) => Self::read_rc2(cipher, &parameters),
            Mode::Cbc => Ok(algorithm(octets(&parameters)?, 0)),
            // RFC 8103 §3: the nonce alone; the tag has its full length.
            Mode::Stream if *cipher == ContentCipher::ChaCha20Poly1305 => Ok(algorithm(octets(&parameters)?, 16)),
            Mode::Stream | Mode::Ccm => {
                let (vector, tag_length) = read_aead(&parameters, cipher.mode())?;
                Ok(algorithm(vector, tag_length))
            }
        }
    }

    /// RC2-CBC-Parameter (RFC 3370 §5.2): the version stands for a number of bits.
    fn read_rc2(cipher: &ContentCipher, parameters: &Element<'_, '_>) -> Result<Self, CmsError> {
        if !matches!(cipher, ContentCipher::Rc2Cbc { .. }) {
            return Err(CmsError::Malformed { field: PARAMETERS, offset: parameters.range().start });
        }
        let mut fields = Fields::of(parameters, PARAMETERS)?;
        let version = fields.optional(|field| field.is(tag::INTEGER)).and_then(|field| field.small_integer());
        let effective_bits = match version {
            Some(160) => 40,
            Some(120) => 64,
            Some(58) => 128,
            Some(bits) if bits >= 256 => u16::try_from(bits).unwrap_or_default(),
            Some(_) => 0,
            None => 32,
        };
        let vector = octets(&fields.universal(PARAMETERS, tag::OCTET_STRING)?)?;
        let cipher = ContentCipher::Rc2Cbc { effective_bits };
        Ok(Self { cipher, vector, tag_length: 0, derivation: None })
    }

    /// The plaintext. With a tag, nothing is given out before it was checked.
    ///
    /// # Errors
    /// `None` as the error stands for a cipher that is not computed here; everything else is one and the same failure.
    pub(super) fn decrypt(&self, key: &[u8], message: &Ciphertext<'_>) -> Result<Vec<u8>, Option<ErrorStack>> {
        let derived = match &self.derivation {
            Some(identifier) => Some(derive_content_key(key, identifier).ok_or(None)?),
            None => None,
        };
        let key = derived.as_ref().map_or(key, |key| key.as_slice());
        let decrypted = if let Some(cipher) = self.cipher.implementation() {
            self.run(cipher, key, message)
        } else {
            // A library context of its own: nothing else of the program sees the legacy provider.
            let name = self.cipher.legacy_name().ok_or(None)?;
            let context = LibCtx::new()?;
            let _legacy = Provider::load(Some(&context), "legacy")?;
            let cipher = Cipher::fetch(Some(&context), name, None)?;
            self.run(&cipher, key, message)
        };
        Ok(decrypted?)
    }

    fn run(&self, cipher: &CipherRef, key: &[u8], message: &Ciphertext<'_>) -> Result<Vec<u8>, ErrorStack> {
        let mode = self.cipher.mode();
        let vector_fits = match mode {
            Mode::Cbc => self.vector.len() == cipher.iv_length(),
            Mode::Ccm => (7..=13).contains(&self.vector.len()),
            Mode::Stream => !self.vector.is_empty() && self.vector.len() <= 128,
        };
        if key.len() != cipher.key_length() || !vector_fits || message.tag.len() != self.tag_length {
            return Err(ErrorStack::get());
        }
        let mut context = CipherCtx::new()?;
        context.decrypt_init(Some(cipher), None, None)?;
        if mode != Mode::Cbc {
            context.set_iv_length(self.vector.len())?;
        }
        if mode == Mode::Ccm {
            context.set_tag(message.tag)?;
        }
        context.decrypt_init(None, Some(key), Some(&self.vector))?;
        if mode == Mode::Ccm {
            return run_ccm(&mut context, message);
        }
        if let Some(attributes) = message.authenticated {
            context.cipher_update(attributes, None)?;
        }
        let length = message.segments.iter().map(|segment| segment.len()).sum::<usize>();
        let mut plaintext = Vec::with_capacity(length.saturating_add(ROOM_BEYOND));
        for segment in message.segments {
            cipher_append(&mut context, segment, &mut plaintext)?;
        }
        if mode == Mode::Stream {
            context.set_tag(message.tag)?;
        }
        context.cipher_final_vec(&mut plaintext)?;
        Ok(plaintext)
    }
}

/// CCM wants to know the length first and gets everything at once; its tag is checked in that call.
fn run_ccm(context: &mut CipherCtx, message: &Ciphertext<'_>) -> Result<Vec<u8>, ErrorStack> {
    let joined = message.segments.concat();
    if let Some(attributes) = message.authenticated {
        context.set_data_len(joined.len())?;
        context.cipher_update(attributes, None)?;
    }
    let mut plaintext = Vec::with_capacity(joined.len());
    context.cipher_update_vec(&joined, &mut plaintext)?;
    Ok(plaintext)
}

/// What is decrypted.
pub(super) struct Ciphertext<'a> {
    pub(super) segments: &'a [&'a [u8]],
    /// The authenticated attributes as they were digested.
    pub(super) authenticated: Option<&'a [u8]>,
    pub(super) tag: &'a [u8],
}

/// RFC 9709 §2: whoever changes the cipher's identifier changes its key.
fn derive_content_key(key: &[u8], identifier: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    hkdf(&DigestAlgorithm::Sha256, key, HKDF_SALT, identifier, key.len()).ok()
}

fn octets(field: &Element<'_, '_>) -> Result<Vec<u8>, CmsError> {
    Ok(well_formed(field.octet_string(), PARAMETERS, field)?.into_owned())
}

/// GCMParameters and CCMParameters (RFC 5084 §3.1, §3.2): nonce, and length of the tag.
fn read_aead(parameters: &Element<'_, '_>, mode: Mode) -> Result<(Vec<u8>, usize), CmsError> {
    let mut fields = Fields::of(parameters, PARAMETERS)?;
    let vector = octets(&fields.universal(PARAMETERS, tag::OCTET_STRING)?)?;
    let allowed = |length: &usize| match mode {
        Mode::Ccm => (4..=16).contains(length) && length.is_multiple_of(2),
        _ => (12..=16).contains(length),
    };
    let tag_length = match fields.optional(|field| field.is(tag::INTEGER)) {
        Some(field) => field.small_integer().and_then(|length| usize::try_from(length).ok()).filter(allowed),
        None => Some(12),
    };
    Ok((vector, well_formed(tag_length, PARAMETERS, parameters)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn octets(hexadecimal: &str) -> Vec<u8> {
        let digit = |place: usize| u8::from_str_radix(&hexadecimal[place..place + 2], 16).unwrap();
        (0..hexadecimal.len()).step_by(2).map(digit).collect()
    }

    #[test]
    fn content_keys_are_derived_as_in_appendix_b_of_rfc_9709() {
        let key = octets("c702e7d0a9e064b09ba55245fb733cf3");
        for (identifier, expected) in [
            ("301b0609608648016503040106300e040c5c79058ba2f43447639d29e2", "2124ffb29fac4e0fbbc7d5d87492bff3"),
            ("301d06096086480165030401020410651f722ffd512c52fe072e507d72b377", "9cd102c52f1e19ece8729b35bfeceb50"),
        ] {
            assert_eq!(**derive_content_key(&key, &octets(identifier)).unwrap(), octets(expected));
        }
    }

    #[test]
    fn the_legacy_provider_is_seen_by_rc2_alone() {
        let algorithm = ContentAlgorithm {
            cipher: ContentCipher::Rc2Cbc { effective_bits: 128 },
            vector: vec![1; 8],
            tag_length: 0,
            derivation: None,
        };
        let message = Ciphertext { segments: &[&[2; 16]], authenticated: None, tag: &[] };
        let wrong_padding = algorithm.decrypt(&[3; 16], &message);
        assert!(matches!(wrong_padding, Err(Some(_)) | Ok(_)));
        assert!(Cipher::fetch(None, "RC2-CBC", None).is_err());
    }
}
