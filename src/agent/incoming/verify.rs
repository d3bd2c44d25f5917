//! From the decrypted entity to signers that were each judged on their own.

use super::super::outcome::{Reason, ReasonCode, SignerOutcome};
use super::super::profile::{Demand, LineEndFallback, SignatureForm};
use super::super::ranking;
use super::super::run::{Halt, LIMITS, Run, limit_reason, refuse};
use super::super::signer;
use super::super::trace::OpenStep;
use super::KeyHolder;
use super::layers::{self, CmsPart, Layer};
use super::open::Decrypted;
use crate::asn1::oid;
use crate::finding::{Finding, Ledger, Rule, Severity, counted, sentence_case};
use crate::limits::Limits;
use crate::mime::signed::{SignedEntity, SignedEntityError};
use crate::mime::transfer::Decoded;
use crate::mime::{Entity, canonical};
use crate::smime::verify::{SignatureFailure, SignerCheck, verify_embedded_signers, verify_signers};
use crate::smime::{CmsError, SignedData};
use crate::span::{Buffer, BufferName, Span};

const FORM: Rule = Rule::new("smime.signed-form", "RFC 8551 §3.5");
const STRUCTURE: Rule = Rule::new("mime.multipart-signed", "RFC 1847 §2.1");
const CONTENT_TYPE: Rule = Rule::new("cms.content-is-data", "RFC 8551 §2.4.1");
const CMS: Rule = Rule::new("cms.signed-data", "RFC 5652 §5");
const TRANSFER: Rule = Rule::new("smime.signature-transfer-encoding", "RFC 2045 §6");
const SIGNERS: Rule = Rule::new("cms.signers", "RFC 5652 §5.1");
const DETACHED: Rule = Rule::new("smime.detached-content-absent", "RFC 8551 §3.5.3.1");
const MICALG: Rule = Rule::new("smime.micalg-agrees", "RFC 1847 §2.1");
const CANONICAL: Rule = Rule::new("smime.canonical-line-ends", "RFC 8551 §3.1.1");
const GOOD_SIGNER: Rule = Rule::new("incoming.good-signer", "Direct AS 1.2, incoming");

/// Names of digests in micalg, without case and hyphens.
const KNOWN_MICALG: [&str; 9] =
    ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3256", "sha3384", "sha3512"];

/// Where the signed octets are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Beside the signature, in the first part.
    Detached,
    /// Inside the signature.
    Opaque,
}

impl Form {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Detached => "multipart/signed",
            Self::Opaque => "signed-data",
        }
    }
}

/// A signature and the content it is said to cover; nothing is verified yet.
pub(super) struct Signed {
    pub(super) content: Entity,
    data: SignedData,
    form: Form,
    micalg: Vec<String>,
}

impl Signed {
    /// Checks each signer over the octets as received, without regard to trust.
    pub(super) fn check(&self, limits: &Limits) -> Vec<SignerCheck> {
        match self.form {
            Form::Detached => verify_signers(&self.data, self.content.octets(), limits),
            Form::Opaque => verify_embedded_signers(&self.data, limits),
        }
    }
}

/// Content with at least one signer for whom every check held that does not depend on a recipient.
pub(super) struct Verified {
    pub(super) content: Entity,
    pub(super) certificates: Vec<crate::pki::Certificate>,
    /// The workspace's revocation lists and those of the signature.
    pub(super) crls: Vec<crate::pki::Crl>,
}

pub(super) fn extract(
    run: &mut Run<'_>,
    step: &mut OpenStep,
    decrypted: Decrypted,
    holders: &[KeyHolder<'_>],
) -> Result<(Signed, String), Halt> {
    let Decrypted { mut entity, mut layers } = decrypted;
    step.before = Some(entity.span());
    loop {
        let place = entity.span();
        let layer = layers::classify(entity);
        if !matches!(layer, Layer::Plain(_)) {
            layers.enter_or_stop(run, &mut step.ledger)?;
        }
        let signed = read_signed(run, step, layer)?;
        let Some((part, between)) = layers::sealed_inside(run, step, &signed.content, holders, &mut layers)? else {
            check_form(run, signed.form, place, &mut step.ledger)?;
            step.after = Some(signed.content.span());
            let summary = format!("{}, {}", signed.form.as_str(), counted(signed.data.signers.len(), "signer"));
            return Ok((signed, summary));
        };
        for outer in std::iter::once(&signed).chain(&between) {
            layers::report_outer(outer, run, &mut step.ledger);
        }
        entity = super::open::open_inner(run, step, part, holders, &mut layers)?;
    }
}

/// The Applicability Statement wants `multipart/signed`; the Java reference agent cannot read the other form.
fn check_form(run: &Run<'_>, form: Form, place: Span, ledger: &mut Ledger) -> Result<(), Reason> {
    if form == Form::Detached {
        return Ok(());
    }
    if run.agent.profile.signature_form == SignatureForm::DetachedOrOpaque {
        ledger.warn(FORM, "The signature is opaque (signed-data), not multipart/signed");
        return Ok(());
    }
    let detail = "The signature is opaque (signed-data); this profile takes detached signatures (multipart/signed) only, \
                  as the Applicability Statement demands";
    let finding = Finding::new(FORM, Severity::Fail, detail).at(place);
    ledger.note(finding.values("application/pkcs7-mime", "multipart/signed"));
    Err(Reason::new(ReasonCode::Unsigned, detail))
}

/// A signature of either form, with its content; nothing is verified.
pub(super) fn read_signed(run: &mut Run<'_>, step: &mut OpenStep, layer: Layer) -> Result<Signed, Halt> {
    let (entity, kind) = match layer {
        Layer::Multipart(entity) => return detached(run, step, entity),
        Layer::Cms(part) if part.is_signed() => return opaque(run, step, part),
        Layer::Cms(part) => (part.entity, part.kind),
        Layer::Plain(entity) => (entity, None),
    };
    let content_type = entity.content_type.essence();
    let detail = match kind {
        Some(kind) => format!("The decrypted content is {content_type} of the kind {kind}: it carries no signature"),
        None => format!("The decrypted content is {content_type}: it carries no signature"),
    };
    let finding = Finding::new(FORM, Severity::Fail, detail.clone()).at(entity.span());
    step.ledger.note(finding.values(content_type, "multipart/signed"));
    Err(Reason::new(ReasonCode::Unsigned, detail).into())
}

fn detached(run: &mut Run<'_>, step: &mut OpenStep, entity: Entity) -> Result<Signed, Halt> {
    let limits = run.agent.limits;
    let span = entity.span();
    let signed = SignedEntity::open(entity, &limits, &mut step.ledger).map_err(|error| {
        let code = match error {
            SignedEntityError::Limit(_) => ReasonCode::LimitExceeded,
            _ => ReasonCode::MalformedMime,
        };
        step.ledger.note(Finding::new(STRUCTURE, Severity::Fail, sentence_case(&error.to_string())).at(span));
        Reason::new(code, error.to_string())
    })?;
    step.ledger.note(
        Finding::new(STRUCTURE, Severity::Pass, "multipart/signed with two parts: content and signature")
            .at(signed.content().span()),
    );
    let data = read_signed_data(run, step, signed.signature().decoded_body())?;
    if data.embedded_content().is_some() {
        let detail = "The detached signature also carries content of its own; which of the two is signed is ambiguous";
        step.ledger.fail(DETACHED, detail);
        return Err(Reason::new(ReasonCode::MalformedCms, detail).into());
    }
    step.ledger.pass(DETACHED, "The signature carries no content of its own");
    Ok(Signed { content: signed.content().clone(), data, form: Form::Detached, micalg: signed.micalg().to_vec() })
}

fn opaque(run: &mut Run<'_>, step: &mut OpenStep, part: CmsPart) -> Result<Signed, Halt> {
    if part.entity.content_type.ambiguous {
        let detail = "The Content-Type of the decrypted content can be read in more than one way";
        return Err(refuse(FORM, Reason::new(ReasonCode::MalformedMime, detail), &mut step.ledger).into());
    }
    let data = read_signed_data(run, step, part.decoded)?;
    let Some(content) = data.embedded_content() else {
        let detail = "The signed-data carries no content";
        step.ledger.fail(FORM, detail);
        return Err(Reason::new(ReasonCode::Unsigned, detail).into());
    };
    let buffer = layers::keep(run, Buffer::new(BufferName::SignedContent, content.into_owned()));
    let content = Entity::parse_whole(&buffer, &run.agent.limits, &mut step.ledger)
        .map_err(|limit| refuse(LIMITS, limit_reason(&limit), &mut step.ledger))?;
    Ok(Signed { content, data, form: Form::Opaque, micalg: Vec::new() })
}

fn read_signed_data(run: &mut Run<'_>, step: &mut OpenStep, decoded: Decoded) -> Result<SignedData, Halt> {
    for note in &decoded.notes {
        step.ledger.warn(TRANSFER, sentence_case(&note.to_string()));
    }
    let cms = layers::keep(run, Buffer::new(BufferName::SignatureCms, decoded.octets));
    let data = SignedData::read(&cms, &run.agent.limits)
        .map_err(|error| refuse(CMS, cms_reason(&error, ReasonCode::Unsigned), &mut step.ledger))?;
    for finding in &data.findings {
        step.ledger.note(finding.clone());
    }
    if data.signers.is_empty() {
        let detail = if data.embedded_content().is_none() && !data.certificates.is_empty() {
            let held = counted(data.certificates.len(), "certificate");
            format!("There are {held} and nothing else (certs-only): nobody signs, and there is no message")
        } else {
            "The signature has no signer: it proves nothing".to_owned()
        };
        step.ledger.fail(SIGNERS, detail.clone());
        return Err(Reason::new(ReasonCode::Unsigned, detail).into());
    }
    if data.content_type != oid::DATA {
        let detail = format!("The signed content is {}, not the data that mail is", data.content_type);
        return Err(refuse(CONTENT_TYPE, Reason::new(ReasonCode::MalformedCms, detail), &mut step.ledger).into());
    }
    let held = counted(data.certificates.len(), "certificate");
    step.ledger.pass(SIGNERS, format!("The signature has {} and {held}", counted(data.signers.len(), "signer")));
    Ok(data)
}

/// The code of a CMS that cannot be read; `other_type` where it is well formed but of another type.
pub(super) fn cms_reason(error: &CmsError, other_type: ReasonCode) -> Reason {
    let code = match error {
        CmsError::Limit(_) => ReasonCode::LimitExceeded,
        CmsError::WrongType { .. } => other_type,
        _ => ReasonCode::MalformedCms,
    };
    Reason::new(code, error.to_string())
}

pub(super) fn verify(run: &mut Run<'_>, step: &mut OpenStep, signed: Signed) -> Result<(Verified, String), Halt> {
    let Signed { content, data, form, micalg } = signed;
    step.before = Some(content.span());
    let checks = match form {
        Form::Detached => check_detached(run, &data, &content, &mut step.ledger),
        Form::Opaque => verify_embedded_signers(&data, &run.agent.limits),
    };
    let crls = super::super::paths::lists(run.agent, &data, &mut step.ledger)
        .map_err(|limit| refuse(LIMITS, limit_reason(&limit), &mut step.ledger))?;
    let certificates = data.certificates;
    let mut signers: Vec<SignerOutcome> = Vec::with_capacity(checks.len());
    for check in checks {
        let mut outcome = signer::judge(run.agent, run.sender(), check, &certificates, &crls);
        for finding in &outcome.findings {
            step.ledger.note(finding.clone());
        }
        outcome.reasons.extend(check_micalg(&micalg, &outcome, run.agent.profile.micalg, &mut step.ledger));
        signers.push(outcome);
    }
    let good = signers.iter().filter(|signer| signer.is_good()).count();
    let total = signers.len();
    // Of several bad signers the one that came closest to good tells most.
    let closest = signers.iter().min_by_key(|signer| signer.reasons.len());
    let rejection = closest.and_then(|signer| ranking::most_specific(signer.reasons.iter().cloned()));
    run.report.signers = signers;
    if let Some(reason) = rejection {
        step.ledger.fail(
            GOOD_SIGNER,
            match total {
                1 => "The signer is not good".to_owned(),
                _ => format!("None of the {total} signers is good"),
            },
        );
        return Err(reason.into());
    }
    let summary = format!("{good} of {} good", counted(total, "signer"));
    step.ledger.pass(GOOD_SIGNER, summary.clone());
    Ok((Verified { content, certificates, crls }, summary))
}

// The octets as received come first; their canonical form only for signers that fail, and where the profile allows it.
fn check_detached(run: &Run<'_>, data: &SignedData, content: &Entity, ledger: &mut Ledger) -> Vec<SignerCheck> {
    let limits = run.agent.limits;
    let mut checks = verify_signers(data, content.octets(), &limits);
    // Without signed attributes there is no digest to compare: changed content shows as a signature that does not fit.
    let changed = |check: &SignerCheck| match &check.signature {
        Err(SignatureFailure::DigestMismatch { .. }) => true,
        Err(SignatureFailure::SignatureInvalid) => !check.has_signed_attributes,
        _ => false,
    };
    if !checks.iter().any(changed) || run.agent.profile.line_ends == LineEndFallback::Never {
        return checks;
    }
    let canonical = canonical::to_crlf(content.octets());
    if canonical == content.octets() {
        return checks;
    }
    let second = verify_signers(data, &canonical, &limits);
    for (check, second) in checks.iter_mut().zip(second) {
        if changed(check) && second.signature.is_ok() {
            let detail =
                "The content verifies only after its line ends are made CRLF: something on the way changed them";
            ledger.note(Finding::new(CANONICAL, Severity::Warning, detail).at(content.span()));
            *check = second;
        }
    }
    checks
}

// A reader that digests in passing, by the name that is announced, finds the signature broken (RFC 1847 §2.1). A name
// that nobody knows announces nothing: the digest is then the signature's (RFC 8551 §3.5.3.2).
fn check_micalg(micalg: &[String], signer: &SignerOutcome, demand: Demand, ledger: &mut Ledger) -> Option<Reason> {
    let plain = |name: &str| name.to_ascii_lowercase().replace('-', "");
    let digest = plain(&signer.digest);
    // That it is missing was noted with the structure; an opaque signature has none.
    if micalg.is_empty() {
        return None;
    }
    if micalg.iter().any(|name| plain(name) == digest) {
        ledger.pass(MICALG, format!("micalg names the digest used, {}", signer.digest));
        return None;
    }
    let known = |name: &String| KNOWN_MICALG.contains(&plain(name).as_str());
    let (severity, detail) = match (micalg.iter().any(known), demand) {
        (false, _) => (Severity::Info, "micalg names no digest that is known; the signature itself does"),
        (true, Demand::Report) => (Severity::Warning, "micalg names another digest than the signature uses"),
        (true, Demand::Require) => (Severity::Fail, "micalg names another digest than the signature uses"),
    };
    ledger.note(Finding::new(MICALG, severity, detail).values(micalg.join(", "), signer.digest.clone()));
    (severity == Severity::Fail).then(|| Reason::new(ReasonCode::MalformedMime, detail))
}
