//! The C# reference agent of July 2025, receiving (DirectAgent, SMIMECryptographer, TrustModel). Read, not run.

use super::Refusal;
use super::account::{Account, Bound, Known};
use super::chains::{self, DotnetRefusal};
use super::enforce::{self, Candidate, Words};
use super::layers::{self, Content, Opening, Signed, Undoes};
use super::names::{Named, dotnet_names_address, dotnet_names_host};
use crate::agent::ReasonCode;
use crate::finding::sentence_case;
use crate::mail::Address;
use crate::pki::{Certificate, SubjectDnNames, binding};
use crate::smime::verify::SignerCheck;
use crate::smime::{ContentCipher, EnvelopeKind, EnvelopedData};
use crate::span::Buffer;

const WORDS: Words = Words { trusted: "Success", failed: "Failed", why: "A signer is trusted" };

const ONE_FOR_ALL: Known = Known::read(
    "The C# agent decrypts for each domain recipient, and rejects the whole message where one of them cannot, as a guard against \
     somebody in the middle",
    "C# reference agent (2025-07), read (DirectAgent.DecryptSignedContent)",
);
const KEY_FOR_ALL: Known = Known::read(
    "The C# agent gives up where one domain recipient has no private key",
    "C# reference agent (2025-07), read (DirectAgent, binding of addresses)",
);
const CIPHERS: Known = Known::read(
    "The C# agent opens EnvelopedData by RSA keys alone; AES-GCM (AuthEnvelopedData) and agreed keys (ECDH) it cannot read",
    "C# reference agent (2025-07), read (EnvelopedCms, DnsX509Cert)",
);
const OPAQUE: Known = Known::read(
    "The C# agent takes opaque signatures (signed-data) as well as multipart/signed",
    "C# reference agent (2025-07), read (DirectAgent.DecryptSignatures)",
);
const RECIPIENT_MISMATCH: Known = Known::read(
    "The C# agent rejects the whole message where a domain recipient is in none of To, Cc and Bcc; the sender is not compared",
    "C# reference agent (2025-07), read (ValidateRoutingHeaders)",
);
const SUBJECT_NAMES: Known = Known::read(
    "The C# agent finds signers also by emailAddress and common name in the subject, and of several subjectAltNames sees the first of \
     its kind",
    "C# reference agent (2025-07), read (GetNameInfo)",
);
const NO_SIGNER_CERTIFICATE: Known = Known::read(
    "The C# agent fails with a null reference where a signature does not carry its signer's certificate",
    "C# reference agent (2025-07), read (TrustModel)",
);
const WEAK_DIGEST: Known = Known::read(
    "The C# agent checks no digest when it receives, and signs with SHA-1 by default",
    "C# reference agent (2025-07), read (SMIMECryptographer)",
);
const RSA_ONLY: Known = Known::inferred(
    "The C# agent takes certificates with RSA keys alone when it looks them up; that it refuses signers with other keys too is \
     concluded from that",
    "C# reference agent (2025-07), inferred (DnsX509Cert)",
);
pub(super) const OFFLINE: Known = Known::assumed(
    "The C# agent asks for revocation online, and without an answer it refuses (Windows 2012 and later); whether the list could be \
     fetched is not known here, and it is assumed that it could not",
    "C# reference agent (2025-07), assumed (X509ChainEngine, OfflineRevocation)",
);
const CANONICAL: Known = Known::read(
    "The C# agent verifies the octets as they arrived, and tries no other line ends",
    "C# reference agent (2025-07), read (signature verification)",
);

pub(super) fn receive(account: &mut Account<'_>) -> Result<(), Refusal> {
    let Some(sender) = account.envelope.reverse_path.address().cloned() else {
        return Err(Refusal::new("NoSender", "The null sender (MAIL FROM:<>) is no sender"));
    };
    if account.envelope.forward_paths.is_empty() {
        return Err(Refusal::new("NoRecipients", "The envelope names no recipient"));
    }
    if account.judged().is_empty() {
        return Err(Refusal::new("NoDomainRecipients", "No recipient is in a local domain"));
    }
    let bound = bind(account)?;
    let decrypted = decrypt(account, &bound)?;
    let signed = extract(account, &decrypted)?;
    let message = layers::delivered(account.envelope, &signed.content, Undoes::Both, &account.agent.limits);
    routing(account, &message)?;
    enforce(account, &sender, &signed, &bound)
}

fn bind<'a>(account: &mut Account<'a>) -> Result<Vec<Bound<'a>>, Refusal> {
    let bound = account.bind(|_| true);
    let Some(without) = bound.iter().find(|one| one.keys.is_empty()) else { return Ok(bound) };
    let why = format!("{} has no private key", without.address);
    if bound.len() > 1 {
        account.deviates(format!("{why}, so that nobody gets the message"), &KEY_FOR_ALL);
    }
    Err(Refusal::new("CouldNotResolvePrivateKey", why))
}

fn decrypt(account: &mut Account<'_>, bound: &[Bound<'_>]) -> Result<Buffer, Refusal> {
    let limits = account.agent.limits;
    let untrusted = |why: &str| Refusal::new("UntrustedMessage", why);
    let outer = layers::outer(account.envelope, &limits).ok_or_else(|| untrusted("The message cannot be read"))?;
    let kind = &outer.content_type;
    if !kind.is("application", "pkcs7-mime") && !kind.is("application", "x-pkcs7-mime") {
        return Err(Refusal::new("UntrustedMessage", format!("The message is {}, not encrypted", kind.essence())));
    }
    let invalid = |why: String| Refusal::new("InvalidEncryption", why);
    let data = layers::read_envelope(&outer, &limits)
        .ok_or_else(|| invalid("The message is no envelope that it can read".to_owned()))?;
    if let Some(why) = unreadable(&data) {
        account.deviates(why.clone(), &CIPHERS);
        return Err(invalid(why));
    }
    let mut opening = Opening::of(&data);
    for one in bound {
        if opening.opens(&one.keys) {
            continue;
        }
        let why = format!("No key of {} decrypts the message", one.address);
        if bound.len() > 1 {
            account.deviates(format!("{why}, so that nobody gets it"), &ONE_FOR_ALL);
        }
        return Err(invalid(why));
    }
    opening.content().ok_or_else(|| invalid("Nobody decrypts the message".to_owned()))
}

fn unreadable(data: &EnvelopedData) -> Option<String> {
    if data.kind == EnvelopeKind::AuthEnveloped || data.cipher.is_authenticated() {
        return Some(format!("The content is encrypted with {}", data.cipher));
    }
    let agreed = data.recipients.iter().all(|info| info.kind_name() != "key-transport");
    if agreed {
        return Some("No content key is encrypted with RSA".to_owned());
    }
    matches!(data.cipher, ContentCipher::Unknown(_)).then(|| format!("The content is encrypted with {}", data.cipher))
}

fn extract(account: &mut Account<'_>, decrypted: &Buffer) -> Result<Signed, Refusal> {
    match layers::signed(decrypted, &account.agent.limits) {
        Content::Detached(signed) => Ok(signed),
        Content::Opaque(Some(signed)) => {
            if !account.ours.is_accepted() {
                account.deviates("The opaque signature is read", &OPAQUE);
            }
            Ok(signed)
        }
        Content::Opaque(None) | Content::Unsigned => {
            Err(Refusal::new("UnsignedMessage", "What was decrypted is not signed"))
        }
    }
}

fn routing(account: &mut Account<'_>, message: &Buffer) -> Result<(), Refusal> {
    let readers = Named::in_fields(message, &["To", "Cc", "Bcc"]);
    let judged = account.judged();
    let missing =
        judged.into_iter().filter_map(|place| account.address(place)).find(|address| !readers.contains(address));
    let Some(missing) = missing else { return Ok(()) };
    let why = format!("RCPT TO {missing} is in none of To, Cc and Bcc of the message");
    account.deviates(why.clone(), &RECIPIENT_MISMATCH);
    Err(Refusal::new("RecipientMismatch", why))
}

/// The signers whose certificate names the sender, or else the sender's host.
fn candidates<'c>(checks: &'c [SignerCheck], sender: &Address) -> Vec<(&'c SignerCheck, &'c Certificate)> {
    let signers: Vec<_> = checks.iter().filter_map(|check| Some((check, check.certificate.as_ref()?))).collect();
    let by = |named: fn(&Certificate, &Address) -> bool| -> Vec<_> {
        signers.iter().filter(|(_, certificate)| named(certificate, sender)).copied().collect()
    };
    let individual = by(dotnet_names_address);
    if individual.is_empty() { by(dotnet_names_host) } else { individual }
}

fn enforce(account: &mut Account<'_>, sender: &Address, signed: &Signed, bound: &[Bound<'_>]) -> Result<(), Refusal> {
    let limits = account.agent.limits;
    let sent = signed.data.as_ref().map(|data| data.certificates.clone()).unwrap_or_default();
    let checks = signed.check(signed.content.octets(), &limits);
    if checks.is_empty() {
        return Err(Refusal::new("UnsignedMessage", "There is no signature"));
    }
    if let Some(bare) = checks.iter().find(|check| check.certificate.is_none()) {
        let why = format!("The certificate of the signer {} is not in the signature", bare.identifier);
        account.deviates(why.clone(), &NO_SIGNER_CERTIFICATE);
        return Err(Refusal::new("NullReferenceException", why));
    }
    let candidates = candidates(&checks, sender);
    note_names(account, &candidates, &checks, sender);
    if candidates.is_empty() {
        return Err(Refusal::new("MissingSenderSignature", format!("No signer's certificate names {sender}")));
    }
    enforce::enforce(account, bound, &candidates, &WORDS, |account, recipient, candidate| {
        trusts(account, recipient, candidate, &sent)
    })
}

fn trusts(
    account: &mut Account<'_>,
    recipient: &Address,
    (check, certificate): Candidate<'_>,
    sent: &[Certificate],
) -> Result<(), String> {
    let agent = account.agent;
    let name = certificate.common_name();
    if !chains::has_rsa_key(certificate) {
        let why = format!("The key of {name} is {}, not RSA", certificate.key_algorithm());
        let kind = certificate.key_algorithm();
        account.deviates(format!("The signature of {name} does not count: its key is {kind}, not RSA"), &RSA_ONLY);
        return Err(why);
    }
    if let Err(failure) = &check.signature {
        if account.ours.is_accepted() {
            account.deviates(format!("The signature of {name} does not verify as it arrived"), &CANONICAL);
        }
        return Err(sentence_case(&failure.to_string()));
    }
    let anchors =
        agent.parties.incoming_anchors(recipient).map(|(_, anchors)| anchors.certificates()).unwrap_or_default();
    chains::dotnet(agent, certificate, sent, &anchors).map_err(|refusal| match refusal {
        DotnetRefusal::NoPath(error) => sentence_case(&error.to_string()),
        DotnetRefusal::RevocationOffline(whose) => {
            let why = format!("Whether {whose} is revoked cannot be asked");
            account.deviates(why.clone(), &OFFLINE);
            why
        }
    })?;
    if check.digest_algorithm.is_weak() && !account.ours.is_accepted() {
        account.deviates(format!("The signature of {name} over {} is accepted", check.digest_algorithm), &WEAK_DIGEST);
    }
    Ok(())
}

/// Where its names find another signer than ours do.
fn note_names(
    account: &mut Account<'_>,
    candidates: &[(&SignerCheck, &Certificate)],
    checks: &[SignerCheck],
    sender: &Address,
) {
    let bound = |certificate: &Certificate| binding::bind(certificate, sender, SubjectDnNames::Ignore).is_some();
    let ours_would_not = candidates.iter().find(|(_, certificate)| !bound(certificate));
    let not_bound = account
        .ours
        .signers
        .iter()
        .any(|signer| signer.reasons.iter().any(|reason| reason.code == ReasonCode::SignerNotBound));
    if let (Some((_, certificate)), true) = (ours_would_not, not_bound) {
        let what = format!("{} is taken for the sender's by a name in its subject", certificate.common_name());
        account.deviates(what, &SUBJECT_NAMES);
    }
    let missed = checks.iter().filter_map(|check| check.certificate.as_ref()).find(|certificate| bound(certificate));
    if let (Some(certificate), true) = (missed, candidates.is_empty()) {
        account
            .deviates(format!("The name of {} that binds it is not seen", certificate.common_name()), &SUBJECT_NAMES);
    }
}
