//! One path through OpenSSL's validation, with every fault and not only the first (RFC 5280 §6.1).

use std::ffi::{CString, c_int, c_void};

use foreign_types::{ForeignType, ForeignTypeRef};
use openssl::error::ErrorStack;
use openssl::stack::Stack;
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::verify::{X509VerifyFlags, X509VerifyParam};
use openssl::x509::{X509, X509Ref, X509StoreContext, X509VerifyResult};
use openssl_sys as ffi;

use super::succeeded;

/// A hostile chain can raise a fault per certificate and check; more than this says nothing new.
const MOST_FAULTS: usize = 64;

/// `X509_V_ERR_OUT_OF_MEM`.
const OUT_OF_MEMORY: c_int = 17;

/// Index 0 is what `X509_STORE_CTX_set_app_data` uses.
const APP_DATA: c_int = 0;

/// `X509_V_ERR_AKID_SKID_MISMATCH`, `X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH`, and `X509_V_ERR_KEYUSAGE_NO_CERTSIGN`,
/// which is asked again once the path is together.
const STILL_ISSUED: [c_int; 3] = [30, 31, 32];

type VerifyCallback = unsafe extern "C" fn(c_int, *mut ffi::X509_STORE_CTX) -> c_int;
type IssuedCallback = unsafe extern "C" fn(*mut ffi::X509_STORE_CTX, *mut ffi::X509, *mut ffi::X509) -> c_int;

unsafe extern "C" {
    fn X509_STORE_CTX_set_verify_cb(context: *mut ffi::X509_STORE_CTX, callback: Option<VerifyCallback>);
    fn X509_STORE_CTX_set_ex_data(context: *mut ffi::X509_STORE_CTX, index: c_int, data: *mut c_void) -> c_int;
    fn X509_VERIFY_PARAM_add0_policy(param: *mut ffi::X509_VERIFY_PARAM, policy: *mut ffi::ASN1_OBJECT) -> c_int;
    fn X509_STORE_set_check_issued(store: *mut ffi::X509_STORE, check: Option<IssuedCallback>);
}

/// What a path is checked by, beyond its certificates.
#[derive(Clone, Copy, Debug)]
pub struct PathParameters<'p> {
    /// The moment, in seconds since 1970.
    pub time: i64,
    /// Certificates of one path, anchor included.
    pub depth: usize,
    /// The initial policy set, dotted (RFC 5280 §6.1.1 (c)).
    pub policies: &'p [&'p str],
    /// `EXPLICIT_POLICY`, `INHIBIT_ANY`, `INHIBIT_MAP`: the initial settings (RFC 5280 §6.1.1 (e) to (g)).
    pub flags: X509VerifyFlags,
}

/// One fault of a path, in the order OpenSSL came upon them.
#[derive(Clone, Debug)]
pub struct ChainFault {
    /// An `X509_V_ERR_…` code.
    pub code: i32,
    /// Which certificate: 0 is the leaf, the anchor is the highest.
    pub depth: usize,
    /// OpenSSL's words for the code.
    pub message: String,
    /// The certificate at fault, where OpenSSL names one.
    pub certificate: Option<X509>,
}

/// Checks the path from `leaf` over `untrusted` to `anchor`.
///
/// An empty list is a valid path. The anchor need not be self-signed. Bound names, revocation and strength of algorithms
/// are not looked at; certificate policies are. A key identifier that differs does not keep an issuer from being one:
/// it guides a search (RFC 5280 §4.2.1.1), and is not part of validation (§6.1). Each call has its own store and its own
/// context, so calls may run side by side.
///
/// # Errors
/// OpenSSL's errors, if the check could not be run.
pub fn verify_path(
    leaf: &X509Ref,
    untrusted: &[X509],
    anchor: &X509Ref,
    wanted: &PathParameters<'_>,
) -> Result<Vec<ChainFault>, ErrorStack> {
    let mut store = X509StoreBuilder::new()?;
    store.add_cert(anchor.to_owned())?;
    store.set_param(&*parameters(wanted)?)?;
    // SAFETY: the store is alive, and the function keeps to OpenSSL's signature for it.
    unsafe { X509_STORE_set_check_issued(store.as_ptr(), Some(is_issued)) };
    let store = store.build();
    let mut others = Stack::new()?;
    for certificate in untrusted {
        others.push(certificate.clone())?;
    }
    let mut faults: Vec<ChainFault> = Vec::new();
    let collected: *mut Vec<ChainFault> = &mut faults;
    let mut context = X509StoreContext::new()?;
    let ran = context.init(&store, leaf, &others, |context| {
        // SAFETY: the context lives as long as this closure, `faults` outlives it, and nothing else touches `faults`
        // until `init` has returned and cleaned the context up.
        succeeded(unsafe { X509_STORE_CTX_set_ex_data(context.as_ptr(), APP_DATA, collected.cast()) })?;
        unsafe { X509_STORE_CTX_set_verify_cb(context.as_ptr(), Some(collect)) };
        match context.verify_cert() {
            // A tree of policies that grew too large is an error beside the callback (CVE-2023-0464).
            Err(_) if context.error().as_raw() == OUT_OF_MEMORY => Ok((false, context.error())),
            verified => Ok((verified?, context.error())),
        }
    });
    drop(ErrorStack::get());
    let (verified, last) = ran?;
    let given_up = last.as_raw() == OUT_OF_MEMORY;
    if !verified && (faults.is_empty() || given_up) {
        let message = last.error_string().to_owned();
        faults.push(ChainFault { code: last.as_raw(), depth: 0, message, certificate: None });
    }
    Ok(faults)
}

fn parameters(wanted: &PathParameters<'_>) -> Result<X509VerifyParam, ErrorStack> {
    let mut param = X509VerifyParam::new()?;
    param.set_flags(X509VerifyFlags::PARTIAL_CHAIN | X509VerifyFlags::POLICY_CHECK | wanted.flags)?;
    param.set_time(wanted.time);
    // OpenSSL counts what is between the leaf and the anchor.
    param.set_depth(c_int::try_from(wanted.depth.saturating_sub(2)).unwrap_or(c_int::MAX));
    param.set_auth_level(0);
    for policy in wanted.policies {
        add_policy(&mut param, policy)?;
    }
    Ok(param)
}

fn add_policy(param: &mut X509VerifyParam, dotted: &str) -> Result<(), ErrorStack> {
    // A NUL ends the text for OpenSSL, which then refuses what is left or takes it for another policy.
    let text = CString::new(dotted).map_err(|_| ErrorStack::get())?;
    // SAFETY: the text is NUL-terminated; the parameters take the object over unless they refuse it.
    unsafe {
        let policy = ffi::OBJ_txt2obj(text.as_ptr(), 1);
        if policy.is_null() {
            return Err(ErrorStack::get());
        }
        if let Err(error) = succeeded(X509_VERIFY_PARAM_add0_policy(param.as_ptr(), policy)) {
            ffi::ASN1_OBJECT_free(policy);
            return Err(error);
        }
    }
    Ok(())
}

/// Called by OpenSSL while it puts the path together: its own check, without the key identifiers.
unsafe extern "C" fn is_issued(
    _context: *mut ffi::X509_STORE_CTX,
    subject: *mut ffi::X509,
    issuer: *mut ffi::X509,
) -> c_int {
    // SAFETY: OpenSSL hands over two certificates that live longer than the call.
    let answer = unsafe { ffi::X509_check_issued(issuer, subject) };
    c_int::from(answer == X509VerifyResult::OK.as_raw() || STILL_ISSUED.contains(&answer))
}

/// Called by OpenSSL after each check; answering 1 makes it go on and find the next fault.
unsafe extern "C" fn collect(passed: c_int, context: *mut ffi::X509_STORE_CTX) -> c_int {
    if passed != 0 {
        return 1;
    }
    // SAFETY: `verify_path` stored a live `Vec<ChainFault>` in this context, which only this thread uses; the current
    // certificate belongs to the context and is copied, by reference count, before the context ends.
    unsafe {
        let faults = ffi::X509_STORE_CTX_get_ex_data(context, APP_DATA).cast::<Vec<ChainFault>>();
        let Some(faults) = faults.as_mut() else { return 0 };
        if faults.len() >= MOST_FAULTS {
            return 0;
        }
        let code = ffi::X509_STORE_CTX_get_error(context);
        let current = ffi::X509_STORE_CTX_get_current_cert(context);
        faults.push(ChainFault {
            code,
            depth: usize::try_from(ffi::X509_STORE_CTX_get_error_depth(context)).unwrap_or_default(),
            message: X509VerifyResult::from_raw(code).error_string().to_owned(),
            certificate: (!current.is_null()).then(|| X509Ref::from_ptr(current).to_owned()),
        });
    }
    1
}

#[cfg(test)]
mod tests {
    use openssl::asn1::Asn1Time;
    use openssl::bn::BigNum;
    use openssl::ec::{EcGroup, EcKey};
    use openssl::hash::MessageDigest;
    use openssl::nid::Nid;
    use openssl::pkey::{PKey, Private};
    use openssl::x509::extension::BasicConstraints;
    use openssl::x509::{X509Builder, X509NameBuilder};

    use super::*;

    const CERTIFICATE_HAS_EXPIRED: i32 = 10;
    const NOON: i64 = 1_700_000_000;
    const AT_NOON: PathParameters<'_> =
        PathParameters { time: NOON, depth: 8, policies: &["2.5.29.32.0"], flags: X509VerifyFlags::empty() };

    fn key() -> PKey<Private> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
    }

    fn certificate(name: &str, key: &PKey<Private>, issuer: (&str, &PKey<Private>), ends: i64, ca: bool) -> X509 {
        let named = |name: &str| {
            let mut builder = X509NameBuilder::new().unwrap();
            builder.append_entry_by_text("CN", name).unwrap();
            builder.build()
        };
        let mut builder = X509Builder::new().unwrap();
        builder.set_version(2).unwrap();
        builder.set_serial_number(&BigNum::from_u32(7).unwrap().to_asn1_integer().unwrap()).unwrap();
        builder.set_subject_name(&named(name)).unwrap();
        builder.set_issuer_name(&named(issuer.0)).unwrap();
        builder.set_not_before(&Asn1Time::from_unix(NOON - 1000).unwrap()).unwrap();
        builder.set_not_after(&Asn1Time::from_unix(ends).unwrap()).unwrap();
        builder.set_pubkey(key).unwrap();
        if ca {
            builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
        }
        builder.sign(issuer.1, MessageDigest::sha256()).unwrap();
        builder.build()
    }

    fn depths_and_codes(faults: &[ChainFault]) -> Vec<(usize, i32)> {
        faults.iter().map(|fault| (fault.depth, fault.code)).collect()
    }

    #[test]
    fn a_path_to_an_intermediate_anchor_is_valid() {
        let (root, middle, end) = (key(), key(), key());
        let anchor = certificate("middle", &middle, ("root", &root), NOON + 1000, true);
        let leaf = certificate("leaf", &end, ("middle", &middle), NOON + 1000, false);
        let faults = verify_path(&leaf, &[], &anchor, &AT_NOON).unwrap();
        assert_eq!(depths_and_codes(&faults), []);
    }

    #[test]
    fn every_fault_is_collected_not_only_the_first() {
        let (root, middle, end) = (key(), key(), key());
        let anchor = certificate("root", &root, ("root", &root), NOON + 1000, true);
        let between = certificate("middle", &middle, ("root", &root), NOON - 10, true);
        let leaf = certificate("leaf", &end, ("middle", &middle), NOON - 20, false);
        let faults = verify_path(&leaf, &[between], &anchor, &AT_NOON).unwrap();
        assert_eq!(depths_and_codes(&faults), [(1, CERTIFICATE_HAS_EXPIRED), (0, CERTIFICATE_HAS_EXPIRED)]);
    }

    #[test]
    fn another_key_of_the_same_name_is_no_anchor() {
        let (root, other, end) = (key(), key(), key());
        let anchor = certificate("root", &other, ("root", &other), NOON + 1000, true);
        let leaf = certificate("leaf", &end, ("root", &root), NOON + 1000, false);
        let faults = verify_path(&leaf, &[], &anchor, &AT_NOON).unwrap();
        assert!(!faults.is_empty());
        assert!(ErrorStack::get().errors().is_empty());
    }
}
