//! The private keys that are held, tried on the envelope one RecipientInfo after the other.

use std::collections::{HashMap, HashSet};

use super::super::known::Known;
use super::holding::{Holding, Opens, Relation};
use super::{Addressed, sentences};
use crate::agent::{Agent, Report};
use crate::pki::{Certificate, KeyAlgorithm};
use crate::smime::{
    CertificateIdentifier, ContentError, EnvelopedData, RecipientInfo, RecipientKind, UnwrapError, decrypt_content,
    unwrap_key_of,
};
use crate::trust::{NamedKey, Party, PartyName};

/// Holdings of one kind that are listed for one RecipientInfo.
const MOST: usize = 20;

/// What came of one key on one RecipientInfo.
#[derive(Clone, Debug)]
pub(super) enum Tried {
    /// The content decrypted.
    Opened,
    /// The content key came out, the content did not.
    Content(ContentError),
    /// The content key did not come out.
    Unwrap(UnwrapError),
}

/// The keys of all parties, and the envelope that they are tried on.
pub(super) struct Keyring<'a> {
    pub(super) agent: &'a Agent<'a>,
    pub(super) data: &'a EnvelopedData,
    known: &'a [Known],
    /// The parties whose keys serve a recipient of the message.
    served: HashSet<PartyName>,
    /// Whether keys are tried at all.
    tries: bool,
    /// Private-key operations that may still be made.
    left: usize,
    /// What keys gave that the envelope names.
    named: Vec<(usize, Tried)>,
    /// One private key gives one answer for one RecipientInfo, also where two parties hold it.
    answers: HashMap<(usize, [u8; 32]), Tried>,
}

impl<'a> Keyring<'a> {
    pub(super) fn new(
        agent: &'a Agent<'a>,
        report: &Report,
        known: &'a [Known],
        data: &'a EnvelopedData,
        tries: bool,
    ) -> Self {
        let holders = report.judged_recipients().filter_map(|recipient| agent.parties.key_holder(&recipient.address));
        let served = holders.map(|party| party.name.clone()).collect();
        let left = agent.limits.diagnosis_unwraps;
        Self { agent, data, known, served, tries, left, named: Vec::new(), answers: HashMap::new() }
    }

    /// The certificates of the keys that serve the recipients, newest first.
    pub(super) fn own_certificates(&self) -> Vec<Certificate> {
        let served = keys(self.agent).filter(|(party, _)| self.served.contains(&party.name));
        let mut own: Vec<Certificate> = served.map(|(_, key)| key.entry.certificate().clone()).collect();
        own.sort_by_key(|certificate| std::cmp::Reverse(certificate.not_before()));
        own
    }

    /// How many private keys are locked.
    pub(super) fn locked(&self) -> usize {
        self.agent.parties.all().iter().map(|party| party.locked.len()).sum()
    }

    /// How many private keys are open.
    pub(super) fn open(&self) -> usize {
        self.agent.parties.all().iter().map(|party| party.keys.len()).sum()
    }

    /// Whether keys were left untried for the cap.
    pub(super) const fn is_exhausted(&self) -> bool {
        self.left == 0
    }

    /// Why a key that the envelope names does not open it, where the key as such was refused.
    pub(super) fn unwrap_failure(&self, place: usize) -> Option<&UnwrapError> {
        self.named.iter().find_map(|(named, tried)| match tried {
            Tried::Unwrap(error) if *named == place => Some(error),
            _ => None,
        })
    }

    /// Why the content does not decrypt, where a key that the envelope names gave its key.
    pub(super) fn content_failure(&self) -> Option<ContentError> {
        if self.named.iter().any(|(_, tried)| matches!(tried, Tried::Opened)) {
            return None;
        }
        self.named.iter().find_map(|(_, tried)| match tried {
            Tried::Content(error) => Some(error.clone()),
            _ => None,
        })
    }

    /// What is held of the key that the RecipientInfo in that place needs.
    pub(super) fn addressed(&mut self, place: usize) -> Option<Addressed> {
        let info = self.data.recipients.get(place)?;
        let name = |text: Option<String>| text.unwrap_or_else(|| "not named".to_owned());
        let certificate = self.named_certificates(info).next().map(|known| known.certificate.clone());
        let mut holdings =
            info.identifier().map(|identifier| self.holdings(place, info, identifier)).unwrap_or_default();
        holdings.sort_by_key(|holding| (holding.opens != Opens::Yes, holding.relation));
        let mut addressed = Addressed {
            number: place.saturating_add(1),
            span: info.span,
            kind: info.kind_name(),
            identifier: name(info.recipient_name()),
            key_encryption: name(info.algorithm_name()),
            certificate,
            holdings,
            sentence: String::new(),
        };
        addressed.sentence = sentences::addressed(&addressed, info, self);
        Some(addressed)
    }

    fn named_certificates<'s>(&'s self, info: &'s RecipientInfo) -> impl Iterator<Item = &'a Known> + 's {
        let names = |known: &&Known| info.identifier().is_some_and(|identifier| identifier.names(&known.certificate));
        self.known.iter().filter(names)
    }

    fn holdings(&mut self, place: usize, info: &RecipientInfo, identifier: &CertificateIdentifier) -> Vec<Holding> {
        let named: Vec<&Known> = self.named_certificates(info).collect();
        let mut holdings = self.named_keys(place, identifier);
        if holdings.is_empty() {
            holdings = self.other_keys(place, info, identifier, &named);
            holdings.extend(self.certificates_only(identifier));
            holdings.extend(self.locked_keys(&named));
        }
        holdings
    }

    /// The keys whose certificate is named.
    fn named_keys(&mut self, place: usize, identifier: &CertificateIdentifier) -> Vec<Holding> {
        let mut holdings = Vec::new();
        let agent = self.agent;
        for (party, key) in keys(agent).filter(|(_, key)| identifier.names(key.entry.certificate())).take(MOST) {
            let relation = if self.served.contains(&party.name) { Relation::Key } else { Relation::KeyOfAnother };
            let tried = if self.tries { self.attempt(place, key) } else { None };
            let opens = match &tried {
                None => Opens::NotTried,
                Some(Tried::Opened) => Opens::Yes,
                Some(_) => Opens::No,
            };
            if let (Some(tried), Relation::Key) = (tried, relation) {
                self.named.push((place, tried));
            }
            holdings.push(holding(relation, party, key, opens));
        }
        holdings
    }

    /// Keys of other certificates that open the message, or that belong to the same owner.
    fn other_keys(
        &mut self,
        place: usize,
        info: &RecipientInfo,
        identifier: &CertificateIdentifier,
        named: &[&Known],
    ) -> Vec<Holding> {
        let mut holdings = Vec::new();
        let agent = self.agent;
        for (party, key) in keys(agent) {
            if holdings.len() >= MOST {
                break;
            }
            let certificate = key.entry.certificate();
            let twin = named.iter().any(|known| same_key(&known.certificate, certificate));
            let opens = self.tries
                && (twin || fits(info, certificate))
                && matches!(self.attempt(place, key), Some(Tried::Opened));
            if twin || opens {
                let opens = if opens { Opens::Yes } else { Opens::NotTried };
                holdings.push(holding(Relation::Twin, party, key, opens));
            } else if let Some(relation) = self.kinship(party, certificate, identifier, named) {
                holdings.push(holding(relation, party, key, Opens::NotTried));
            }
        }
        holdings
    }

    fn kinship(
        &self,
        party: &Party,
        certificate: &Certificate,
        identifier: &CertificateIdentifier,
        named: &[&Known],
    ) -> Option<Relation> {
        if let Some(known) = named.iter().find(|known| known.is_of_same_name(certificate)) {
            let newer = certificate.not_before() >= known.certificate.not_before();
            return Some(if newer { Relation::Successor } else { Relation::Predecessor });
        }
        let same_issuer = named.is_empty() && self.served.contains(&party.name) && has_issuer(certificate, identifier);
        same_issuer.then_some(Relation::SameIssuer)
    }

    fn certificates_only(&self, identifier: &CertificateIdentifier) -> Vec<Holding> {
        let parties = self.agent.parties.all().iter();
        let kept = parties.flat_map(|party| party.certificates.iter().map(move |kept| (party, kept)));
        let kept = kept.filter(|(_, kept)| identifier.names(&kept.certificate)).take(MOST);
        kept.map(|(party, kept)| Holding {
            relation: Relation::CertificateOnly,
            party: party.name.clone(),
            name: kept.name.clone(),
            certificate: Some(kept.certificate.clone()),
            opens: Opens::NotTried,
        })
        .collect()
    }

    /// The locked keys of those for whom the certificate is kept; where it is kept for nobody, of those who are served.
    fn locked_keys(&self, named: &[&Known]) -> Vec<Holding> {
        let keeps = |party: &&Party| {
            let kept = party.certificates.iter().map(|kept| &kept.certificate);
            kept.into_iter().any(|kept| named.iter().any(|known| known.certificate == *kept))
        };
        let parties = self.agent.parties.all().iter();
        let mut owners: Vec<&Party> = parties.clone().filter(keeps).collect();
        if owners.is_empty() {
            owners = parties.filter(|party| self.served.contains(&party.name)).collect();
        }
        let locked = owners.into_iter().flat_map(|party| party.locked.iter().map(move |key| (party, key)));
        let locked = locked.take(MOST).map(|(party, key)| Holding {
            relation: Relation::Locked,
            party: party.name.clone(),
            name: key.name.clone(),
            certificate: None,
            opens: Opens::NotTried,
        });
        locked.collect()
    }

    /// Tries a key, whatever certificate is named; `None` where the cap is reached.
    fn attempt(&mut self, place: usize, key: &NamedKey) -> Option<Tried> {
        let ticket = (place, *key.entry.certificate().fingerprint());
        if let Some(known) = self.answers.get(&ticket) {
            return Some(known.clone());
        }
        self.left = self.left.checked_sub(1)?;
        let tried = match unwrap_key_of(self.data, place, &key.entry)? {
            Err(error) => Tried::Unwrap(error),
            Ok(content_key) => match decrypt_content(self.data, &content_key) {
                Ok(_) => Tried::Opened,
                Err(error) => Tried::Content(error),
            },
        };
        self.answers.insert(ticket, tried.clone());
        Some(tried)
    }
}

fn keys<'a>(agent: &'a Agent<'a>) -> impl Iterator<Item = (&'a Party, &'a NamedKey)> {
    agent.parties.all().iter().flat_map(|party| party.keys.iter().map(move |key| (party, key)))
}

fn holding(relation: Relation, party: &Party, key: &NamedKey, opens: Opens) -> Holding {
    Holding {
        relation,
        party: party.name.clone(),
        name: key.name.clone(),
        certificate: Some(key.entry.certificate().clone()),
        opens,
    }
}

fn same_key(one: &Certificate, other: &Certificate) -> bool {
    match (one.x509().public_key(), other.x509().public_key()) {
        (Ok(one), Ok(other)) => one.public_eq(&other),
        _ => false,
    }
}

/// Whether the key can be the one by its kind and size: an encrypted key is as long as the modulus (RFC 8017 §7).
fn fits(info: &RecipientInfo, certificate: &Certificate) -> bool {
    match &info.kind {
        RecipientKind::KeyTransport { encrypted_key, .. } => {
            let key = certificate.x509().public_key().ok().filter(|_| certificate.key_algorithm().rsa_bits().is_some());
            key.is_some_and(|key| key.size() == encrypted_key.len())
        }
        RecipientKind::KeyAgreement { .. } => {
            matches!(certificate.key_algorithm(), KeyAlgorithm::Ec { .. } | KeyAlgorithm::X25519)
        }
        _ => false,
    }
}

fn has_issuer(certificate: &Certificate, identifier: &CertificateIdentifier) -> bool {
    let CertificateIdentifier::IssuerSerial { issuer, .. } = identifier else { return false };
    certificate.x509().issuer_name().to_der().is_ok_and(|own| own == *issuer)
}
