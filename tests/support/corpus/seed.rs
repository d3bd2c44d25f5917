//! A message to begin with, and what lies in it.

use openssl::pkey::Id;
use sealscope::agent::{Operation, Profile, ProfileName};
use sealscope::finding::Ledger;
use sealscope::limits::Limits;
use sealscope::mail::{Address, Envelope, EnvelopeOrigin, ReversePath};
use sealscope::mime::{Entity, SignedEntity};
use sealscope::pki::{Certificate, PrivateKeyEntry};
use sealscope::span::{Buffer, BufferName};

use super::house::{House, Letter};

/// What of a message is changed; what is around it is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// The message as it arrives.
    Message,
    /// The CMS in it.
    Envelope,
    /// The entity that was encrypted; it is encrypted again.
    Entity,
    /// The signature's CMS; the entity is encrypted again.
    Signature,
    /// What is signed; it is signed and encrypted again.
    Content,
}

impl Place {
    pub(crate) const ALL: [Self; 5] = [Self::Message, Self::Envelope, Self::Entity, Self::Signature, Self::Content];
}

pub(crate) struct Seed {
    pub(crate) name: String,
    /// Its house, by number.
    pub(crate) house: usize,
    pub(crate) from: Address,
    pub(crate) to: Vec<Address>,
    pub(crate) message: Vec<u8>,
    /// Whom inner changes are encrypted for; nobody where nobody here has a key.
    pub(crate) recipient: Option<Certificate>,
    /// Who signs again, where the sender's key is here.
    pub(crate) signer: Option<PrivateKeyEntry>,
    envelope: Option<Vec<u8>>,
    entity: Option<Vec<u8>>,
    signature: Option<Vec<u8>>,
    /// What is signed outside of the signature; an opaque signature holds its own.
    content: Option<Vec<u8>>,
}

impl Seed {
    pub(crate) fn new(letter: Letter, number: usize, house: &House) -> Self {
        let profile = Profile::named(ProfileName::Legacy);
        let report = house.with_agent(profile, |agent| agent.account(&letter.envelope, Operation::Incoming)).unwrap();
        let buffer = |name| report.buffer(name).map(|buffer| buffer.octets().to_vec());
        let entity = buffer(BufferName::Decrypted);
        let inner = entity.clone().unwrap_or_else(|| letter.envelope.message.octets().to_vec());
        let (content, detached) = signed_parts(inner).unzip();
        let ReversePath::Mailbox(from) = letter.envelope.reverse_path else { panic!("{}: no sender", letter.name) };
        let keys_of = |address: &Address| house.parties.key_holder(address).map_or(&[][..], |party| &party.keys);
        let to = letter.envelope.forward_paths;
        let recipient = to.iter().flat_map(keys_of).find(|key| is_usable(&key.entry));
        Self {
            name: letter.name,
            house: number,
            recipient: recipient.map(|key| key.entry.certificate().clone()),
            signer: keys_of(&from).iter().find(|key| is_usable(&key.entry)).map(|key| key.entry.clone()),
            from,
            to,
            message: letter.envelope.message.octets().to_vec(),
            envelope: buffer(BufferName::EncryptedCms),
            signature: detached.or_else(|| buffer(BufferName::SignatureCms)),
            content,
            entity,
        }
    }

    /// The places that the message has.
    pub(crate) fn places(&self) -> Vec<Place> {
        let there = |place: &Place| match place {
            Place::Message => true,
            Place::Envelope => self.envelope.is_some(),
            Place::Entity => self.entity.is_some() && self.recipient.is_some(),
            Place::Signature => self.signature.is_some(),
            Place::Content => self.content.is_some() && self.signer.is_some(),
        };
        Place::ALL.into_iter().filter(there).collect()
    }

    /// The octets of a place; none where the message has none there.
    pub(crate) fn octets(&self, place: Place) -> &[u8] {
        let octets = match place {
            Place::Message => return &self.message,
            Place::Envelope => &self.envelope,
            Place::Entity => &self.entity,
            Place::Signature => &self.signature,
            Place::Content => &self.content,
        };
        octets.as_deref().unwrap_or_default()
    }

    /// Whether the signature holds what is signed.
    pub(crate) const fn is_opaque(&self) -> bool {
        self.content.is_none()
    }

    /// What arrives.
    pub(crate) fn letter(&self, message: &[u8]) -> Envelope {
        Envelope {
            reverse_path: ReversePath::Mailbox(self.from.clone()),
            forward_paths: self.to.clone(),
            message: Buffer::new(BufferName::Received, message),
            origin: EnvelopeOrigin::Explicit,
        }
    }
}

/// The content of a `multipart/signed` and its signature's CMS.
fn signed_parts(entity: Vec<u8>) -> Option<(Vec<u8>, Vec<u8>)> {
    let buffer = Buffer::new(BufferName::Decrypted, entity);
    let mut ledger = Ledger::new();
    let entity = Entity::parse_whole(&buffer, &Limits::DEFAULT, &mut ledger).ok()?;
    let signed = SignedEntity::open(entity, &Limits::DEFAULT, &mut ledger).ok()?;
    let content = signed.content();
    Some((content.octets().to_vec(), signed.signature().decoded_body().octets.to_vec()))
}

/// A key that OpenSSL's own CMS signs and encrypts with.
fn is_usable(entry: &PrivateKeyEntry) -> bool {
    matches!(entry.key().id(), Id::EC | Id::RSA)
}
