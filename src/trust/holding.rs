//! Who here holds the private key that a recipient of a message needs, as far as that can be told without a passphrase.

use super::party::{Parties, Party, PartyName};
use crate::finding::counted;
use crate::pki::Certificate;

/// What the parties know of one key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyHolding {
    /// Parties with the key, and the name it is kept under.
    pub held: Vec<(PartyName, String)>,
    /// Parties for whom the certificate is kept, and whose own keys are locked.
    pub behind_lock: Vec<PartyName>,
    /// Parties for whom the certificate alone is kept.
    pub certificate_only: Vec<PartyName>,
    /// Private keys of any party that are locked: each may be the one.
    pub locked: usize,
}

impl Parties {
    /// Who holds the key of the certificate that `names` knows.
    #[must_use]
    pub fn holding(&self, names: impl Fn(&Certificate) -> bool) -> KeyHolding {
        let mut holding = KeyHolding::default();
        for party in self.all() {
            holding.locked += party.locked.len();
            let keys = party.keys.iter().filter(|key| names(key.entry.certificate()));
            let before = holding.held.len();
            holding.held.extend(keys.map(|key| (party.name.clone(), key.name.clone())));
            if holding.held.len() == before && keeps(party, &names) {
                let kept =
                    if party.locked.is_empty() { &mut holding.certificate_only } else { &mut holding.behind_lock };
                kept.push(party.name.clone());
            }
        }
        holding
    }
}

fn keeps(party: &Party, names: &impl Fn(&Certificate) -> bool) -> bool {
    party.certificates.iter().any(|kept| names(&kept.certificate))
}

impl KeyHolding {
    /// In words, to follow a name.
    #[must_use]
    pub fn words(&self) -> String {
        let list = |parties: &[PartyName]| parties.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        if !self.held.is_empty() {
            let held: Vec<String> = self.held.iter().map(|(party, key)| format!("{party} (“{key}”)")).collect();
            return format!("key held by {}", held.join(", "));
        }
        if !self.behind_lock.is_empty() {
            let parties = list(&self.behind_lock);
            return format!("certificate of {parties}, whose private keys are locked: probably one of them");
        }
        let lock = match self.locked {
            0 => String::new(),
            locked => format!("; not known whether one of {} locked here is it", counted(locked, "private key")),
        };
        match self.certificate_only.as_slice() {
            [] if self.locked > 0 => {
                format!("locked: not known whose key, with {} locked here", counted(self.locked, "private key"))
            }
            [] => "key held by nobody here".to_owned(),
            parties => format!("certificate of {}, without its private key{lock}", list(parties)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::issue::{Authority, CertificateBuilder};
    use crate::pki::{NewKey, PrivateKeyEntry};
    use crate::trust::{LockedKey, NamedCertificate, NamedKey};
    use time::macros::datetime;

    fn entry(address: &str) -> PrivateKeyEntry {
        let (begin, end) = (datetime!(2020-01-01 0:00 UTC), datetime!(2040-01-01 0:00 UTC));
        let root = CertificateBuilder::authority("Lab root", begin, end).key(NewKey::P256);
        let authority = Authority::self_signed(&root).unwrap();
        authority.issue(&CertificateBuilder::for_address(address, begin, end).key(NewKey::P256)).unwrap()
    }

    fn party(address: &str) -> Party {
        Party::new(PartyName::Address(crate::mail::Address::parse(address).unwrap()))
    }

    #[test]
    fn an_open_key_is_named_and_a_locked_one_is_not_taken_for_nobodys() {
        let bob = entry("bob@b.example");
        let wanted = |certificate: &Certificate| certificate == bob.certificate();
        let mut holder = party("bob@b.example");
        holder.keys.push(NamedKey { name: "own".to_owned(), entry: bob.clone() });
        let told = |parties: Vec<Party>| Parties::new(parties).holding(wanted).words();
        assert_eq!(told(vec![holder]), "key held by bob@b.example (“own”)");
        let lock = || LockedKey { name: "own".to_owned(), reason: "Locked".to_owned() };
        let mut locked = party("bob@b.example");
        locked.locked.push(lock());
        assert_eq!(told(vec![locked.clone()]), "locked: not known whose key, with 1 private key locked here");
        locked.certificates.push(NamedCertificate { name: "own".to_owned(), certificate: bob.certificate().clone() });
        assert!(told(vec![locked.clone()]).starts_with("certificate of bob@b.example, whose private keys are locked"));
        locked.locked.clear();
        assert_eq!(told(vec![locked]), "certificate of bob@b.example, without its private key");
        assert_eq!(told(vec![party("carol@c.example")]), "key held by nobody here");
    }
}
