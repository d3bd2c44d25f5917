//! Copies of a message that are broken in exactly one way, to see what comes of it.
//!
//! Nothing here judges: a copy is a message like any other, and the agent says what is wrong with it. What a run opened
//! is taken from its [`Report`], so only signing in somebody else's name needs a private key. Everything that is not
//! meant to differ stays octet for octet, down to the lines of base64; what was inside the encryption is encrypted again
//! for the same certificates.

mod error;
mod octets;
mod seal;
mod signed;

pub use error::BreakError;

use time::{Duration, OffsetDateTime};

use self::signed::SignedLayer;
use crate::agent::{Operation, Profile, RecipientOutcome, Report, SignerOutcome, StepName, why_not_signing};
use crate::mail::{Address, Envelope};
use crate::pki::binding::{self, SubjectDnNames};
use crate::pki::{Certificate, PrivateKeyEntry};
use crate::span::{Buffer, BufferName};
use crate::trust::{Parties, Party, PartyName};

/// One way to break a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Breakage {
    /// One octet of the signed content is another.
    FlipContent,
    /// One octet of the signature is another.
    FlipSignature,
    /// One octet of the ciphertext is another.
    FlipCiphertext,
    /// The content is encrypted without its signature.
    DropSignature,
    /// The signature carries somebody else's certificate in place of the signer's.
    SwapCertificate,
    /// Somebody else signs the same content.
    SwapSigner,
    /// The message is judged after the signer's certificate has ended.
    Expire,
    /// The message is judged without a recipient's private keys.
    RemoveKey,
}

impl Breakage {
    /// All ways, from the content outwards to the circumstances.
    pub const ALL: [Self; 8] = [
        Self::FlipContent,
        Self::FlipSignature,
        Self::FlipCiphertext,
        Self::DropSignature,
        Self::SwapCertificate,
        Self::SwapSigner,
        Self::Expire,
        Self::RemoveKey,
    ];

    /// The step of an incoming run at which one looks for it.
    #[must_use]
    pub const fn shows_in(self) -> StepName {
        match self {
            Self::FlipContent | Self::FlipSignature | Self::SwapCertificate | Self::SwapSigner | Self::Expire => {
                StepName::VerifySignature
            }
            Self::FlipCiphertext => StepName::Decrypt,
            Self::DropSignature => StepName::ExtractSignedPart,
            Self::RemoveKey => StepName::FindRecipientKeys,
        }
    }
}

/// What differs between the copy and the original.
#[derive(Clone, Debug)]
pub enum Change {
    /// One octet of the content, the signature or the ciphertext, counted from the start of that part.
    Octet {
        /// Its place.
        at: usize,
        /// What it was.
        was: u8,
        /// What it is.
        is: u8,
    },
    /// There is no signature.
    SignatureDropped,
    /// Another certificate is in the place of the signer's.
    CertificateSwapped {
        /// The signer's.
        was: Certificate,
        /// What is there instead.
        is: Certificate,
    },
    /// The owner of this certificate signed.
    SignerSwapped(Certificate),
    /// The time at which it is to be judged.
    Time(OffsetDateTime),
    /// The party whose private keys are to be held for missing.
    Keys(PartyName),
}

/// A copy that is broken in one way.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The copy, to be judged as one that arrives.
    pub envelope: Envelope,
    /// What differs.
    pub change: Change,
    /// Recipients of the encryption whose certificate is not known here: the copy is not encrypted for them.
    pub left_out: usize,
}

/// A message with the record of its run.
#[derive(Clone, Copy, Debug)]
pub struct Specimen<'a> {
    /// The message as it arrives: of an outgoing run, what leaves.
    pub envelope: &'a Envelope,
    /// The run.
    pub report: &'a Report,
    /// Who is known here.
    pub parties: &'a Parties,
}

impl Specimen<'_> {
    /// Whether a copy can be broken in that way, as far as can be told without making it.
    ///
    /// # Errors
    /// [`BreakError`] says what is missing.
    pub fn check(&self, breakage: Breakage) -> Result<(), BreakError> {
        match breakage {
            Breakage::FlipCiphertext => seal::check(&self.envelope.message),
            Breakage::Expire => self.signing_certificate().map(drop),
            Breakage::RemoveKey => self.key_holder().map(drop),
            Breakage::FlipContent | Breakage::FlipSignature | Breakage::DropSignature => self.signed_entity().map(drop),
            Breakage::SwapCertificate => {
                self.signed_entity()?;
                self.signing_certificate()?;
                self.other_certificate().map(drop)
            }
            Breakage::SwapSigner => self.signed_entity().and_then(|_| self.other_signer().map(drop)),
        }
    }

    /// Makes the copy.
    ///
    /// # Errors
    /// [`BreakError`] where it cannot be made.
    pub fn broken(&self, breakage: Breakage) -> Result<Broken, BreakError> {
        let (message, change, left_out) = match breakage {
            Breakage::FlipCiphertext => {
                let (message, change) = seal::flip_ciphertext(&self.envelope.message)?;
                (message, change, 0)
            }
            Breakage::Expire => {
                let end = self.signing_certificate()?.not_after();
                (self.untouched(), Change::Time(end.saturating_add(Duration::days(1))), 0)
            }
            Breakage::RemoveKey => (self.untouched(), Change::Keys(self.key_holder()?.name.clone()), 0),
            _ => {
                let (entity, change) = self.broken_entity(breakage)?;
                let sealed = seal::again(&self.envelope.message, &entity, &self.certificates())?;
                (sealed.message, change, sealed.left_out)
            }
        };
        let message = Buffer::new(BufferName::Received, message);
        Ok(Broken { envelope: Envelope { message, ..self.envelope.clone() }, change, left_out })
    }

    fn broken_entity(&self, breakage: Breakage) -> Result<(Vec<u8>, Change), BreakError> {
        let layer = SignedLayer::read(self.signed_entity()?)?;
        match breakage {
            Breakage::DropSignature => Ok((layer.content().to_vec(), Change::SignatureDropped)),
            Breakage::FlipSignature => layer.with_signature_flipped(self.signer_place()),
            Breakage::SwapCertificate => {
                let (was, is) = (self.signing_certificate()?, self.other_certificate()?);
                let entity = layer.with_certificate(was, is)?;
                Ok((entity, Change::CertificateSwapped { was: was.clone(), is: is.clone() }))
            }
            Breakage::SwapSigner => {
                let other = self.other_signer()?;
                let entity = layer.signed_by(other, self.report.evaluated_at)?;
                Ok((entity, Change::SignerSwapped(other.certificate().clone())))
            }
            _ => layer.with_content_flipped(),
        }
    }

    fn untouched(&self) -> Vec<u8> {
        self.envelope.message.octets().to_vec()
    }

    /// What is inside the encryption, as the run opened or made it.
    fn signed_entity(&self) -> Result<&Buffer, BreakError> {
        let name = match self.report.operation {
            Operation::Incoming => BufferName::Decrypted,
            Operation::Outgoing => BufferName::Signed,
        };
        let entity = self.report.buffer(name).ok_or(BreakError::NotOpened)?;
        self.report.buffer(BufferName::SignatureCms).map(|_| entity).ok_or(BreakError::Unsigned)
    }

    // With several signers, the one that counts: breaking another would change nothing.
    fn signer(&self) -> Option<(usize, &SignerOutcome)> {
        let signers = || self.report.signers.iter().enumerate();
        let used = signers().find(|(_, signer)| signer.is_used());
        used.or_else(|| signers().find(|(_, signer)| signer.is_good())).or_else(|| signers().next())
    }

    fn signer_place(&self) -> usize {
        self.signer().map_or(0, |(place, _)| place)
    }

    fn signing_certificate(&self) -> Result<&Certificate, BreakError> {
        let (_, signer) = self.signer().ok_or(BreakError::NoSigner)?;
        signer.certificate.as_ref().ok_or(BreakError::NoSignerCertificate)
    }

    fn sender(&self) -> Option<&Address> {
        self.envelope.reverse_path.address()
    }

    // Bound to somebody else: of the sender or the sender's domain it would be as good as the right one.
    fn is_anothers(&self, certificate: &Certificate) -> bool {
        let bound = |sender: &Address| binding::bind(certificate, sender, SubjectDnNames::Accept).is_some();
        !certificate.is_ca() && !self.sender().is_some_and(bound)
    }

    fn other_certificate(&self) -> Result<&Certificate, BreakError> {
        let parties = self.parties.all().iter();
        let mut known = parties.flat_map(|party| own(party).chain(party.certificates.iter().map(|c| &c.certificate)));
        known.find(|certificate| self.is_anothers(certificate)).ok_or(BreakError::NobodyElse)
    }

    fn other_signer(&self) -> Result<&PrivateKeyEntry, BreakError> {
        let profile = Profile::named(self.report.profile);
        let keys = self.parties.all().iter().flat_map(|party| &party.keys);
        let mut entries = keys.map(|key| &key.entry).filter(|entry| self.is_anothers(entry.certificate()));
        let may_sign = |entry: &&PrivateKeyEntry| {
            why_not_signing(entry.certificate(), &profile, self.report.evaluated_at).is_none()
        };
        entries.find(may_sign).ok_or(BreakError::NobodyElseSigns)
    }

    // Of several, one whose recipient no other key serves: an address falls back on the keys of its domain.
    fn key_holder(&self) -> Result<&Party, BreakError> {
        let holds = |party: &&Party| !party.keys.is_empty();
        let falls_back = |party: &Party| {
            let domain = self.parties.named(&PartyName::Domain(party.name.domain().clone()));
            matches!(party.name, PartyName::Address(_)) && domain.as_ref().is_some_and(holds)
        };
        let holder = |recipient: &RecipientOutcome| self.parties.key_holder(&recipient.address).filter(holds);
        let accepted = self.report.recipients.iter().filter(|recipient| recipient.is_accepted());
        let holders: Vec<&Party> = accepted.chain(&self.report.recipients).filter_map(holder).collect();
        let alone = holders.iter().find(|party| !falls_back(party));
        alone.or_else(|| holders.first()).copied().ok_or(BreakError::NoRecipientKey)
    }

    // Every certificate that one could have encrypted for, those of an outgoing run included.
    fn certificates(&self) -> Vec<&Certificate> {
        let parties = self.parties.all().iter();
        let kept = parties.flat_map(|party| own(party).chain(party.certificates.iter().map(|c| &c.certificate)));
        let candidates = self.report.recipients.iter().flat_map(|recipient| &recipient.candidates);
        kept.chain(candidates.map(|candidate| &candidate.certificate)).collect()
    }
}

fn own(party: &Party) -> impl Iterator<Item = &Certificate> {
    party.keys.iter().map(|key| key.entry.certificate())
}

#[cfg(test)]
mod tests;
