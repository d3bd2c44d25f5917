//! Making CMS: several signers with parameters of their own, several recipients of any kind (RFC 5652 §5, §6).

use std::ffi::{c_int, c_uint, c_void};
use std::ptr;

use foreign_types::{ForeignType, ForeignTypeRef};
use openssl::cms::CmsContentInfo;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::md::MdRef;
use openssl::pkey::{Id, PKeyRef, Private};
use openssl::pkey_ctx::PkeyCtxRef;
use openssl::rsa::Padding;
use openssl::sign::RsaPssSaltlen;
use openssl::symm::Cipher;
use openssl::x509::X509Ref;
use openssl_sys as ffi;

use super::succeeded;

type SignerInfo = c_void;
type RecipientInfo = c_void;

unsafe extern "C" {
    fn CMS_add1_signer(
        cms: *mut ffi::CMS_ContentInfo,
        certificate: *mut ffi::X509,
        key: *mut ffi::EVP_PKEY,
        digest: *const ffi::EVP_MD,
        flags: c_uint,
    ) -> *mut SignerInfo;
    fn CMS_SignerInfo_get0_pkey_ctx(signer: *mut SignerInfo) -> *mut ffi::EVP_PKEY_CTX;
    fn CMS_signed_add1_attr_by_NID(
        signer: *mut SignerInfo,
        nid: c_int,
        kind: c_int,
        octets: *const c_void,
        length: c_int,
    ) -> c_int;
    fn CMS_add1_cert(cms: *mut ffi::CMS_ContentInfo, certificate: *mut ffi::X509) -> c_int;
    fn CMS_final(cms: *mut ffi::CMS_ContentInfo, data: *mut ffi::BIO, detached: *mut ffi::BIO, flags: c_uint) -> c_int;
    fn CMS_EnvelopedData_create(cipher: *const ffi::EVP_CIPHER) -> *mut ffi::CMS_ContentInfo;
    fn CMS_AuthEnvelopedData_create(cipher: *const ffi::EVP_CIPHER) -> *mut ffi::CMS_ContentInfo;
    fn CMS_set_detached(cms: *mut ffi::CMS_ContentInfo, detached: c_int) -> c_int;
    fn CMS_add1_recipient_cert(
        cms: *mut ffi::CMS_ContentInfo,
        certificate: *mut ffi::X509,
        flags: c_uint,
    ) -> *mut RecipientInfo;
    fn CMS_RecipientInfo_get0_pkey_ctx(recipient: *mut RecipientInfo) -> *mut ffi::EVP_PKEY_CTX;
    fn EVP_PKEY_CTX_set_ecdh_kdf_md(context: *mut ffi::EVP_PKEY_CTX, digest: *const ffi::EVP_MD) -> c_int;
}

/// One signer of a signature to be made.
pub struct NewSigner<'a> {
    /// Its certificate.
    pub certificate: &'a X509Ref,
    /// The private key of that certificate.
    pub key: &'a PKeyRef<Private>,
    /// The digest of content and attributes.
    pub digest: MessageDigest,
    /// The padding, where the key is RSA.
    pub padding: Padding,
    /// Whether it is named by key identifier instead of issuer and serial number.
    pub by_key_identifier: bool,
}

/// The signing-time attribute's value.
pub struct SigningTime<'a> {
    /// Universal tag of the time's type.
    pub tag: c_int,
    /// The time as it is encoded.
    pub text: &'a str,
}

/// One recipient of an envelope to be made.
pub struct NewRecipient<'a> {
    /// Its certificate.
    pub certificate: &'a X509Ref,
    /// How the content key is encrypted, where the key is RSA.
    pub transport: Transport<'a>,
    /// Whether it is named by key identifier instead of issuer and serial number.
    pub by_key_identifier: bool,
}

/// RSA paddings for content keys.
#[derive(Clone, Copy)]
pub enum Transport<'a> {
    /// RSAES-OAEP; the digest is the mask's too.
    Oaep(&'a MdRef),
    /// RSAES-PKCS1-v1_5.
    Pkcs1V15,
}

/// The input of a CMS, freed at the end.
struct Input<'a> {
    bio: *mut ffi::BIO,
    _octets: &'a [u8],
}

impl<'a> Input<'a> {
    fn new(octets: &'a [u8]) -> Result<Self, ErrorStack> {
        // OpenSSL counts in `int`; the caps of this program are far below.
        let length = c_int::try_from(octets.len()).unwrap_or(-1);
        if length < 0 {
            return Err(ErrorStack::get());
        }
        ffi::init();
        // SAFETY: the octets outlive the BIO, which only reads them.
        let bio = unsafe { ffi::BIO_new_mem_buf(octets.as_ptr().cast(), length) };
        if bio.is_null() { Err(ErrorStack::get()) } else { Ok(Self { bio, _octets: octets }) }
    }
}

impl Drop for Input<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `new`, freed once.
        unsafe { ffi::BIO_free_all(self.bio) };
    }
}

/// A detached SignedData in DER over `content` as it is, with the signers' certificates and `certificates` inside.
///
/// The salt of RSA-PSS is as long as the digest, which every reader takes.
///
/// # Errors
/// OpenSSL's errors.
pub fn sign(
    content: &[u8],
    signers: &[NewSigner<'_>],
    certificates: &[&X509Ref],
    time: &SigningTime<'_>,
) -> Result<Vec<u8>, ErrorStack> {
    let input = Input::new(content)?;
    let flags = ffi::CMS_BINARY | ffi::CMS_DETACHED | ffi::CMS_PARTIAL;
    // SAFETY: null is "no signer, no certificates, no data yet"; the result is checked and owned by `cms`.
    let cms = unsafe {
        let cms = ffi::CMS_sign(ptr::null_mut(), ptr::null_mut(), ptr::null_mut(), ptr::null_mut(), flags);
        owned(cms)?
    };
    for signer in signers {
        add_signer(&cms, signer, time)?;
    }
    for certificate in certificates {
        // SAFETY: both are live; the function takes its own reference.
        succeeded(unsafe { CMS_add1_cert(cms.as_ptr(), certificate.as_ptr()) })?;
    }
    // SAFETY: `cms` and `input` are live.
    succeeded(unsafe { CMS_final(cms.as_ptr(), input.bio, ptr::null_mut(), flags) })?;
    cms.to_der()
}

fn add_signer(cms: &CmsContentInfo, signer: &NewSigner<'_>, time: &SigningTime<'_>) -> Result<(), ErrorStack> {
    const SIGNING_TIME: c_int = 52;
    let mut flags = ffi::CMS_NOSMIMECAP | ffi::CMS_PARTIAL;
    if signer.by_key_identifier {
        flags |= ffi::CMS_USE_KEYID;
    }
    // A key that is restricted to PSS signs with it whatever was asked for.
    let with_parameters =
        signer.key.id() == Id::RSA_PSS || (signer.key.id() == Id::RSA && signer.padding == Padding::PKCS1_PSS);
    if with_parameters {
        flags |= ffi::CMS_KEY_PARAM;
    }
    // SAFETY: all arguments are live and reference-counted by the callee; what it returns belongs to `cms` and is used
    // here only.
    unsafe {
        let (certificate, key) = (signer.certificate.as_ptr(), signer.key.as_ptr());
        let info = CMS_add1_signer(cms.as_ptr(), certificate, key, signer.digest.as_ptr(), flags);
        if info.is_null() {
            return Err(ErrorStack::get());
        }
        let length = c_int::try_from(time.text.len()).unwrap_or_default();
        let text = time.text.as_ptr().cast();
        succeeded(CMS_signed_add1_attr_by_NID(info, SIGNING_TIME, time.tag, text, length))?;
        if with_parameters {
            let context = CMS_SignerInfo_get0_pkey_ctx(info);
            if context.is_null() {
                return Err(ErrorStack::get());
            }
            let context = PkeyCtxRef::<Private>::from_ptr_mut(context);
            context.set_rsa_padding(Padding::PKCS1_PSS)?;
            context.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
        }
    }
    Ok(())
}

/// An EnvelopedData, or an AuthEnvelopedData for a cipher with a tag, in DER over `content` as it is.
///
/// # Errors
/// OpenSSL's errors.
pub fn envelope(content: &[u8], recipients: &[NewRecipient<'_>], cipher: Cipher) -> Result<Vec<u8>, ErrorStack> {
    let input = Input::new(content)?;
    // Of the ciphers there are for content, those with a tag have blocks of one octet.
    let authenticated = cipher.block_size() == 1;
    // SAFETY: the cipher is static; the result is checked and owned by `cms`.
    let cms = unsafe {
        owned(if authenticated {
            CMS_AuthEnvelopedData_create(cipher.as_ptr())
        } else {
            CMS_EnvelopedData_create(cipher.as_ptr())
        })?
    };
    // A fresh envelope counts as detached, and would leave the ciphertext out.
    // SAFETY: `cms` is live.
    succeeded(unsafe { CMS_set_detached(cms.as_ptr(), 0) })?;
    for recipient in recipients {
        add_recipient(&cms, recipient)?;
    }
    // SAFETY: `cms` and `input` are live.
    succeeded(unsafe { CMS_final(cms.as_ptr(), input.bio, ptr::null_mut(), ffi::CMS_BINARY) })?;
    cms.to_der()
}

fn add_recipient(cms: &CmsContentInfo, recipient: &NewRecipient<'_>) -> Result<(), ErrorStack> {
    let mut flags = ffi::CMS_KEY_PARAM;
    if recipient.by_key_identifier {
        flags |= ffi::CMS_USE_KEYID;
    }
    let kind = recipient.certificate.public_key()?.id();
    // SAFETY: `cms` and the certificate are live; what is returned belongs to `cms` and is used here only.
    unsafe {
        let info = CMS_add1_recipient_cert(cms.as_ptr(), recipient.certificate.as_ptr(), flags);
        if info.is_null() {
            return Err(ErrorStack::get());
        }
        let context = CMS_RecipientInfo_get0_pkey_ctx(info);
        if context.is_null() {
            return Err(ErrorStack::get());
        }
        match (kind, recipient.transport) {
            (Id::RSA, Transport::Oaep(digest)) => {
                let context = PkeyCtxRef::<Private>::from_ptr_mut(context);
                context.set_rsa_padding(Padding::PKCS1_OAEP)?;
                context.set_rsa_oaep_md(digest)?;
                context.set_rsa_mgf1_md(digest)?;
            }
            (Id::EC, _) => {
                succeeded(EVP_PKEY_CTX_set_ecdh_kdf_md(context, MessageDigest::sha256().as_ptr()))?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Takes a new CMS over.
///
/// # Safety
/// `cms` is null or a new CMS that nobody else frees.
unsafe fn owned(cms: *mut ffi::CMS_ContentInfo) -> Result<CmsContentInfo, ErrorStack> {
    if cms.is_null() {
        return Err(ErrorStack::get());
    }
    // SAFETY: by this function's own contract.
    Ok(unsafe { CmsContentInfo::from_ptr(cms) })
}
