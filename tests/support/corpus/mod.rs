//! Messages that are changed on the way, many of them, each the same whenever its number is the same.
//!
//! A mutant is a seed with one to three changes at one place of it. The place may lie deep: what is inside an envelope is
//! changed and encrypted again with the house's keys, and what is signed is changed and signed again, because a message
//! that is only changed from outside seldom gets past the first check.

mod ber;
mod change;
mod house;
mod mail;
mod octets;
mod random;
mod seed;
mod tally;
mod trial;

pub(crate) use tally::Tally;
pub(crate) use trial::{Excess, judge};

use openssl::symm::Cipher;
use sealscope::agent::{Profile, ProfileName};

use crate::support::handmade::{detached, enveloped_data, multipart_signed, opaque, opaque_entity, sealed, wrapped};
use change::{Mutator, change};
use house::House;
use random::Random;
use seed::{Place, Seed};

/// Octets of a mutant. Amplification stops here: larger input is `limits`' and `hostile_growth`'s matter.
const MOST_OCTETS: usize = 256 << 10;

/// Everything that mutants are made of.
pub(crate) struct Corpus {
    pub(crate) houses: Vec<House>,
    pub(crate) seeds: Vec<Seed>,
    /// Certificates of whom it may concern, for signatures that carry too many.
    pub(crate) strangers: Vec<Vec<u8>>,
}

/// One changed message.
pub(crate) struct Mutant {
    /// Which seed it was.
    pub(crate) seed: usize,
    pub(crate) place: Place,
    /// The first of the changes.
    pub(crate) mutator: Mutator,
    pub(crate) profile: Profile,
    pub(crate) message: Vec<u8>,
}

impl Corpus {
    /// What there is in the repository; the demo's keys are made now.
    pub(crate) fn gather() -> Self {
        let mut corpus = Self { houses: Vec::new(), seeds: Vec::new(), strangers: house::strangers() };
        for (house, messages) in house::all() {
            let place = corpus.houses.len();
            corpus.seeds.extend(messages.into_iter().map(|letter| Seed::new(letter, place, &house)));
            corpus.houses.push(house);
        }
        corpus
    }

    pub(crate) fn house(&self, mutant: &Mutant) -> &House {
        &self.houses[self.seeds[mutant.seed].house]
    }

    /// The mutant of that number; the same seeds give the same, but for what signing and encrypting draw by lot.
    pub(crate) fn mutant(&self, run: u64, number: u64) -> Mutant {
        let mut random = Random::new(run, number);
        let index = random.below(self.seeds.len());
        let seed = &self.seeds[index];
        let places = seed.places();
        let place = *random.one_of(&places);
        let mut octets = seed.octets(place).to_vec();
        let mut first = None;
        for _ in 0..=random.below(3) {
            let mutator = Mutator::choose(place, &mut random);
            first.get_or_insert(mutator);
            octets = change(mutator, &octets, place, self, seed.house, &mut random);
            octets.truncate(MOST_OCTETS);
        }
        Mutant {
            seed: index,
            place,
            mutator: first.unwrap_or(Mutator::Flip),
            profile: Profile::named(*random.one_of(&ProfileName::ALL)),
            message: seed.with(place, &octets, &mut random),
        }
    }
}

impl Seed {
    /// A message that has these octets at that place, and everything around them right.
    fn with(&self, place: Place, octets: &[u8], random: &mut Random) -> Vec<u8> {
        let (from, to) = (self.from.as_str(), self.to[0].as_str());
        let seal = |entity: &[u8]| match &self.recipient {
            Some(recipient) => sealed(from, to, &enveloped_data(entity, &[recipient], Cipher::aes_128_cbc())),
            None => [format!("From: {from}\r\nTo: {to}\r\n").as_bytes(), entity].concat(),
        };
        match place {
            Place::Message => octets.to_vec(),
            Place::Envelope => sealed(from, to, octets),
            Place::Entity => seal(octets),
            Place::Signature if self.is_opaque() => seal(&opaque_entity(octets)),
            Place::Signature => seal(&multipart_signed(self.octets(Place::Content), octets)),
            Place::Content => {
                let Some(signer) = &self.signer else { return seal(octets) };
                match random.below(4) {
                    0 => seal(&opaque_entity(&opaque(octets, signer))),
                    1 => {
                        let content = wrapped(octets);
                        seal(&multipart_signed(&content, &detached(&content, signer)))
                    }
                    _ => seal(&multipart_signed(octets, &detached(octets, signer))),
                }
            }
        }
    }
}
