//! The fifteen messages, made with the keys of the cast.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::DemoError;
use super::cases::{ALICE, BOB, CAROL, OPENS_ON, OSCAR, STRANGER};
use super::cast::Cast;
use crate::mail::{Address, Envelope, EnvelopeOrigin, ReversePath};
use crate::mime::wrap;
use crate::pki::{Certificate, PrivateKeyEntry};
use crate::smime::{
    EncryptionOptions, MakingDigest, SigningOptions, encrypt, enveloped_entity, multipart_signed, sign_detached,
};
use crate::span::{Buffer, BufferName};

/// What is written in the tampered message, and what it becomes after signing.
const DOSE: (&str, &str) = ("take 1 tablet", "take 9 tablet");

/// A message before anything is secured.
struct Draft<'a> {
    id: &'static str,
    from: &'a str,
    to: &'a [&'a str],
    subject: &'a str,
    text: &'a str,
    date: String,
    now: OffsetDateTime,
}

impl Draft<'_> {
    /// What the sender wrote: the whole message.
    fn original(&self) -> String {
        format!(
            "{}Subject: DEMO {}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n",
            self.outer_fields(self.from),
            self.subject,
            self.text
        )
    }

    /// The fields that leave in the clear.
    fn outer_fields(&self, from: &str) -> String {
        format!(
            "From: {from}\r\nTo: {}\r\nDate: {}\r\nMessage-ID: <demo-{}@{}>\r\n",
            self.to.join(", "),
            self.date,
            self.id,
            self.from.rsplit('@').next().unwrap_or_default()
        )
    }

    fn envelope(&self, message: Vec<u8>) -> Result<Envelope, DemoError> {
        let to = self.to.iter().map(|address| Address::parse(address)).collect::<Result<_, _>>()?;
        Ok(Envelope {
            reverse_path: ReversePath::Mailbox(Address::parse(self.from)?),
            forward_paths: to,
            message: Buffer::new(BufferName::Received, message),
            origin: EnvelopeOrigin::Explicit,
        })
    }

    /// As it was written, to be run outgoing.
    fn plain(&self) -> Result<Envelope, DemoError> {
        self.envelope(self.original().into_bytes())
    }

    /// Signed and encrypted, to be run incoming.
    fn secured(&self, signers: &[&PrivateKeyEntry], to: &[&PrivateKeyEntry]) -> Result<Envelope, DemoError> {
        self.sealed(&self.signed(signers)?, to, self.from)
    }

    fn wrapped(&self) -> Vec<u8> {
        wrap::wrap(self.original().as_bytes(), b"")
    }

    fn signed(&self, signers: &[&PrivateKeyEntry]) -> Result<Vec<u8>, DemoError> {
        let content = self.wrapped();
        let signature = self.signature(&content, signers)?;
        Ok(self.multipart(&content, &signature))
    }

    fn multipart(&self, content: &[u8], signature: &[u8]) -> Vec<u8> {
        multipart_signed(content, signature, MakingDigest::Sha256.micalg(), &format!("demo-{}", self.id))
    }

    fn signature(&self, content: &[u8], signers: &[&PrivateKeyEntry]) -> Result<Vec<u8>, DemoError> {
        let signers: Vec<PrivateKeyEntry> = signers.iter().map(|entry| (*entry).clone()).collect();
        Ok(sign_detached(content, &signers, &SigningOptions::at(self.now))?)
    }

    fn sealed(&self, entity: &[u8], to: &[&PrivateKeyEntry], outer_from: &str) -> Result<Envelope, DemoError> {
        let certificates: Vec<Certificate> = to.iter().map(|entry| entry.certificate().clone()).collect();
        let cms = encrypt(entity, &certificates, &EncryptionOptions::default())?;
        let mut message = self.outer_fields(outer_from).into_bytes();
        message.extend_from_slice(b"MIME-Version: 1.0\r\n");
        message.extend_from_slice(&enveloped_entity(&cms));
        self.envelope(message)
    }
}

/// Makes all fifteen, each under the name of its case.
pub(super) fn make(cast: &Cast, now: OffsetDateTime) -> Result<Vec<(&'static str, Envelope)>, DemoError> {
    let date = now.format(&Rfc2822).unwrap_or_default();
    let draft = |id, from, to, subject, text| Draft { id, from, to, subject, text, date: date.clone(), now };
    let mut made = accepted(cast, &draft)?;
    made.extend(outgoing(&draft)?);
    made.extend(altered(cast, &draft)?);
    made.extend(wrong_certificates(cast, &draft)?);
    made.sort_by_key(|(id, _)| *id);
    Ok(made)
}

type Made = Vec<(&'static str, Envelope)>;
type Drafting<'a> = dyn Fn(&'static str, &'a str, &'a [&'a str], &'a str, &'a str) -> Draft<'a> + 'a;

fn named(draft: &Draft<'_>, envelope: Result<Envelope, DemoError>) -> Result<(&'static str, Envelope), DemoError> {
    Ok((draft.id, envelope?))
}

fn accepted<'a>(cast: &Cast, draft: &Drafting<'a>) -> Result<Made, DemoError> {
    let good = draft("01-good", ALICE, &[BOB, CAROL], "referral", "Please see the made-up patient J. Doe on Monday.");
    let one = draft(OPENS_ON, OSCAR, &[BOB, CAROL], "lab result", "The made-up result is within the usual range.");
    let two = draft("13-two-signers-one-trusted", ALICE, &[CAROL], "co-signed", "Signed with my old and my new key.");
    let other = draft("15-outer-from-differs", ALICE, &[BOB], "who wrote this?", "Look at both From fields.");
    Ok(vec![
        named(&good, good.secured(&[&cast.alice], &[&cast.bob, &cast.receiving_domain]))?,
        named(&one, one.secured(&[&cast.oscar], &[&cast.bob, &cast.receiving_domain]))?,
        named(&two, two.secured(&[&cast.alice_from_outside, &cast.alice], &[&cast.receiving_domain]))?,
        named(&other, other.sealed(&other.signed(&[&cast.alice])?, &[&cast.bob], "Head Office <office@a.example>"))?,
    ])
}

fn outgoing<'a>(draft: &Drafting<'a>) -> Result<Made, DemoError> {
    let none = draft("03-no-trusted-recipients", ALICE, &[OSCAR], "introduction", "May we exchange records?");
    let no_key = draft("04-sender-has-no-key", OSCAR, &[BOB], "reply", "Sent from a desk that has no key for me.");
    let missing =
        draft("05-recipient-certificate-missing", ALICE, &[BOB, STRANGER], "summary", "The summary, as agreed.");
    Ok(vec![named(&none, none.plain())?, named(&no_key, no_key.plain())?, named(&missing, missing.plain())?])
}

fn altered<'a>(cast: &Cast, draft: &Drafting<'a>) -> Result<Made, DemoError> {
    let text = "Made-up patient J. Doe: take 1 tablet a day.";
    let body = draft("06-tampered-body", ALICE, &[BOB], "prescription", text);
    let signed = String::from_utf8_lossy(&body.signed(&[&cast.alice])?).replace(DOSE.0, DOSE.1);
    let seal = draft("07-tampered-signature", ALICE, &[BOB], "prescription", text);
    let content = seal.wrapped();
    let mut broken = seal.signature(&content, &[&cast.alice])?;
    // The signature's octets come last in a signed-data without unsigned attributes (RFC 5652 §5.3).
    if let Some(last) = broken.last_mut() {
        *last ^= 1;
    }
    let bare = draft("14-unsigned-inside", ALICE, &[BOB], "unsigned", "Nobody can tell who wrote this.");
    Ok(vec![
        named(&body, body.sealed(signed.as_bytes(), &[&cast.bob], ALICE))?,
        named(&seal, seal.sealed(&seal.multipart(&content, &broken), &[&cast.bob], ALICE))?,
        named(&bare, bare.sealed(&bare.wrapped(), &[&cast.bob], ALICE))?,
    ])
}

fn wrong_certificates<'a>(cast: &Cast, draft: &Drafting<'a>) -> Result<Made, DemoError> {
    let key = draft("08-wrong-key", ALICE, &[BOB], "for your former key", "Encrypted for a certificate of last year.");
    let expired = draft("09-expired-signer", ALICE, &[BOB], "expired", "Signed with a certificate that ran out.");
    let early = draft("10-signer-not-yet-valid", ALICE, &[BOB], "early", "Signed with a certificate of the future.");
    let chain = draft("11-missing-intermediate", ALICE, &[BOB], "broken chain", "My CA's certificate is missing.");
    let other = draft("12-signer-not-bound-to-sender", ALICE, &[BOB], "not me", "Signed with somebody else's key.");
    Ok(vec![
        named(&key, key.secured(&[&cast.alice], &[&cast.bob_former]))?,
        named(&expired, expired.secured(&[&cast.alice_expired], &[&cast.bob]))?,
        named(&early, early.secured(&[&cast.alice_early], &[&cast.bob]))?,
        named(&chain, chain.secured(&[&cast.alice_without_chain], &[&cast.bob]))?,
        named(&other, other.secured(&[&cast.bob], &[&cast.bob]))?,
    ])
}
