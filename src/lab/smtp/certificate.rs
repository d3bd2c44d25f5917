//! The sink's own certificate: made when it starts, for 127.0.0.1 and localhost, and gone with it.

use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{SslAcceptor, SslMethod};
use openssl::x509::extension::{BasicConstraints, ExtendedKeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509NameBuilder};
use time::{Duration, OffsetDateTime};

/// Days for which the certificate is valid: the sink does not run longer.
const VALID_DAYS: i64 = 30;

/// What TLS needs on the server's side.
pub(super) struct Identity {
    pub(super) acceptor: SslAcceptor,
    /// The certificate, in DER.
    pub(super) certificate: Vec<u8>,
}

impl Identity {
    /// Makes a key and a certificate that is its own issuer.
    pub(super) fn new(now: OffsetDateTime) -> Result<Self, ErrorStack> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
        let key = PKey::from_ec_key(EcKey::generate(&group)?)?;
        let certificate = self_signed(&key, now)?;
        let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server())?;
        builder.set_private_key(&key)?;
        builder.set_certificate(&certificate)?;
        builder.check_private_key()?;
        Ok(Self { acceptor: builder.build(), certificate: certificate.to_der()? })
    }
}

fn self_signed(key: &PKey<Private>, now: OffsetDateTime) -> Result<X509, ErrorStack> {
    let mut name = X509NameBuilder::new()?;
    name.append_entry_by_nid(Nid::COMMONNAME, "Sealscope lab SMTP")?;
    let name = name.build();
    let mut serial = BigNum::new()?;
    serial.rand(127, MsbOption::MAYBE_ZERO, false)?;
    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    builder.set_serial_number(&*Asn1Integer::from_bn(&serial)?)?;
    builder.set_subject_name(&name)?;
    builder.set_issuer_name(&name)?;
    builder.set_pubkey(key)?;
    // A clock that is a day behind is no reason to refuse it.
    builder.set_not_before(&*moment(now.saturating_sub(Duration::days(1)))?)?;
    builder.set_not_after(&*moment(now.saturating_add(Duration::days(VALID_DAYS)))?)?;
    builder.append_extension(BasicConstraints::new().critical().build()?)?;
    builder.append_extension(ExtendedKeyUsage::new().server_auth().build()?)?;
    let names =
        SubjectAlternativeName::new().dns("localhost").ip("127.0.0.1").build(&builder.x509v3_context(None, None))?;
    builder.append_extension(names)?;
    builder.sign(key, MessageDigest::sha256())?;
    Ok(builder.build())
}

fn moment(at: OffsetDateTime) -> Result<Asn1Time, ErrorStack> {
    Asn1Time::from_unix(at.unix_timestamp())
}
