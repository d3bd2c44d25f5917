//! What is known of a certificate that was found, before anybody's anchors are asked: whom it names, and when it holds.
//!
//! Found is not trusted, and here nobody is trusted yet: a certificate that passes may still have no path. One that fails
//! would be passed over by every agent.

use time::OffsetDateTime;

use super::{Judgement, Resolution, Subject};
use crate::mail::Address;
use crate::pki::binding::{self, Binding, SubjectDnNames};
use crate::pki::{Certificate, Validity};

/// By what name a certificate is bound to what is looked for.
#[must_use]
pub fn binding_to(subject: &Subject, certificate: &Certificate, names: SubjectDnNames) -> Option<Binding> {
    match subject {
        Subject::Address(address) => binding::bind(certificate, address, names),
        // Any address of the domain will do: only the domain is compared.
        Subject::Domain(domain) => {
            let any = Address::parse(&format!("postmaster@{}", domain.ascii())).ok()?;
            binding::bind(certificate, &any, names).filter(|binding| matches!(binding, Binding::Domain(_)))
        }
    }
}

/// Why a certificate cannot serve `wanted` at `now`; none where nothing speaks against it yet.
#[must_use]
pub fn fault(
    wanted: &Subject,
    certificate: &Certificate,
    names: SubjectDnNames,
    now: OffsetDateTime,
) -> Option<String> {
    if binding_to(wanted, certificate, names).is_none() {
        return Some(format!("it names {}, not {wanted}", binding::names(certificate)));
    }
    match certificate.validity_at(now) {
        Validity::Valid => None,
        Validity::Expired => Some(format!("it expired on {}", certificate.not_after().date())),
        Validity::NotYetValid => Some(format!("it is not valid before {}", certificate.not_before().date())),
    }
}

/// Writes into the account of a lookup for `wanted` which certificates were taken.
pub fn screen(resolution: &mut Resolution, wanted: &Subject, names: SubjectDnNames, now: OffsetDateTime) {
    for certificate in resolution.found.clone() {
        let judgement = fault(wanted, &certificate, names, now).map_or(Judgement::Taken, Judgement::PassedOver);
        resolution.judge(&certificate, &judgement);
    }
}
