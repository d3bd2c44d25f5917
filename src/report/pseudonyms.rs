//! Names that stand for people: the same one for the same mailbox, in every part of a report.

use std::cell::RefCell;

use crate::mail::{Address, Domain, Envelope, ReversePath};

/// What a key is called in a workspace is its owner's word; names this short could be anything.
const SHORTEST_KEY_NAME: usize = 2;

/// Characters that stand in a local part without quotation marks (RFC 5322 §3.2.3), besides letters and digits.
/// The backslash stands before what a distinguished name escapes.
const ATEXT: &str = "!#$%&'*+-/=?^_`{|}~.\\";

/// What stands before the address in a distinguished name, with its `=`.
const ATTRIBUTES: &[&str] = &["CN", "E", "UID", "emailAddress", "mail", "rfc822Name"];

#[derive(Debug)]
pub(super) struct Pseudonyms {
    /// Address in lower case, and the local part that stands for its own.
    known: RefCell<Vec<(String, String)>>,
    domains: RefCell<Vec<String>>,
    keys: Vec<String>,
}

impl Pseudonyms {
    /// The senders and recipients of these envelopes by their roles; `keys` are the names of private keys.
    pub(super) fn of<'a>(envelopes: impl IntoIterator<Item = &'a Envelope>, keys: &[&str]) -> Self {
        let mut keys: Vec<String> =
            keys.iter().filter(|name| name.chars().count() >= SHORTEST_KEY_NAME).map(ToString::to_string).collect();
        // One name may begin another; and a key that is called as its owner is has a pseudonym already.
        keys.retain(|name| Address::parse(name).is_err() && (!name.contains('.') || Domain::parse(name).is_err()));
        keys.sort_unstable_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        keys.dedup();
        let pseudonyms = Self { known: RefCell::default(), domains: RefCell::default(), keys };
        for envelope in envelopes {
            if let ReversePath::Mailbox(sender) = &envelope.reverse_path {
                pseudonyms.local_part(sender.as_str(), "sender");
            }
            for recipient in &envelope.forward_paths {
                pseudonyms.local_part(recipient.as_str(), "recipient");
            }
        }
        pseudonyms
    }

    /// `recipient-1@b.example`
    pub(super) fn address(&self, address: &Address) -> String {
        format!("{}@{}", self.local_part(address.as_str(), "person"), address.domain())
    }

    /// `recipient-1@domain-2.invalid` (RFC 2606 §2)
    pub(super) fn nameless(&self, address: &Address) -> String {
        format!("{}@{}", self.local_part(address.as_str(), "person"), self.domain(address.domain().as_str()))
    }

    /// `domain-2.invalid`
    pub(super) fn domain(&self, domain: &str) -> String {
        let key = domain.to_lowercase();
        let mut domains = self.domains.borrow_mut();
        let place = domains.iter().position(|known| *known == key).unwrap_or_else(|| {
            domains.push(key);
            domains.len().saturating_sub(1)
        });
        format!("domain-{}.invalid", place.saturating_add(1))
    }

    /// The text with every address in it replaced, wherever it stands, and the names of private keys.
    pub(super) fn replaced(&self, text: &str) -> String {
        let mut told = text.to_owned();
        for (number, key) in self.keys.iter().enumerate() {
            told = replace_words(&told, key, &format!("#{}", number.saturating_add(1)));
        }
        told = self.without_addresses(&told);
        for (address, name) in self.known.borrow().iter() {
            // An address is asked for in the DNS with a dot in place of the @ (RFC 4398 §3.1).
            if let Some((local, domain)) = address.rsplit_once('@') {
                told = replace_words(&told, &format!("{local}.{domain}"), &format!("{name}.{domain}"));
            }
        }
        told
    }

    fn without_addresses(&self, text: &str) -> String {
        let mut told = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('@') {
            let (before, after) =
                (rest.get(..at).unwrap_or_default(), rest.get(at.saturating_add(1)..).unwrap_or_default());
            let local = local_start(before);
            let domain = domain_end(after);
            if local == before.len() || domain == 0 {
                told.push_str(before);
                told.push('@');
                rest = after;
                continue;
            }
            let (kept, local_part) = before.split_at(local);
            let (domain, following) = after.split_at(domain);
            told.push_str(kept);
            told.push_str(&self.local_part(&format!("{local_part}@{domain}"), "person"));
            told.push('@');
            told.push_str(domain);
            rest = following;
        }
        told.push_str(rest);
        told
    }

    fn local_part(&self, address: &str, role: &str) -> String {
        let key = address.to_lowercase();
        let mut known = self.known.borrow_mut();
        if let Some((_, name)) = known.iter().find(|(one, _)| *one == key) {
            return name.clone();
        }
        let like = known.iter().filter(|(_, name)| name.split('-').next() == Some(role)).count();
        // There is mostly one sender, and a number would ask for the second one.
        let name =
            if role == "sender" && like == 0 { role.to_owned() } else { format!("{role}-{}", like.saturating_add(1)) };
        known.push((key, name.clone()));
        name
    }
}

/// Where the local part starts that ends here.
fn local_start(before: &str) -> usize {
    if before.ends_with('"') {
        let opened = before.get(..before.len().saturating_sub(1)).and_then(|quoted| quoted.rfind('"'));
        return opened.unwrap_or(before.len());
    }
    let inside = |character: char| character.is_alphanumeric() || ATEXT.contains(character);
    let start = before.char_indices().rev().take_while(|(_, character)| inside(*character)).last();
    let start = start.map_or(before.len(), |(place, _)| place);
    let word = before.get(start..).unwrap_or_default();
    match word.split_once('=') {
        Some((attribute, value)) if ATTRIBUTES.contains(&attribute) => before.len().saturating_sub(value.len()),
        _ => start,
    }
}

/// Where the domain ends that starts here.
fn domain_end(after: &str) -> usize {
    if after.starts_with('[') {
        return after.find(']').map_or(0, |end| end.saturating_add(1));
    }
    let inside = |character: char| character.is_alphanumeric() || matches!(character, '-' | '.' | '_');
    let end = after.find(|character: char| !inside(character)).unwrap_or(after.len());
    after.get(..end).unwrap_or_default().trim_end_matches('.').len()
}

/// Replaces `word` where it does not stand in a longer one, whatever its case.
fn replace_words(text: &str, word: &str, by: &str) -> String {
    let lower = text.to_lowercase();
    let wanted = word.to_lowercase();
    if !lower.contains(&wanted) {
        return text.to_owned();
    }
    // A text whose lower case has other lengths is searched as it is.
    let (haystack, needle) = if lower.len() == text.len() { (lower.as_str(), wanted.as_str()) } else { (text, word) };
    let mut told = String::with_capacity(text.len());
    let mut done = 0;
    for (place, found) in haystack.match_indices(needle) {
        let end = place.saturating_add(found.len());
        let part =
            |character: Option<char>| character.is_some_and(|one| one.is_alphanumeric() || matches!(one, '-' | '_'));
        let before = part(haystack.get(..place).and_then(|text| text.chars().next_back()));
        let after = part(haystack.get(end..).and_then(|text| text.chars().next()));
        if !before && !after && place >= done {
            told.push_str(text.get(done..place).unwrap_or_default());
            told.push_str(by);
            done = end;
        }
    }
    told.push_str(text.get(done..).unwrap_or_default());
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::EnvelopeOrigin;
    use crate::span::{Buffer, BufferName};

    fn pseudonyms() -> Pseudonyms {
        let address = |text| Address::parse(text).unwrap();
        let envelope = Envelope {
            reverse_path: ReversePath::Mailbox(address("alice@a.example")),
            forward_paths: vec![address("bob@b.example"), address("Carol.K@b.example")],
            message: Buffer::new(BufferName::Received, b"".as_slice()),
            origin: EnvelopeOrigin::Explicit,
        };
        Pseudonyms::of([&envelope], &["bobs laptop", "x"])
    }

    #[test]
    fn an_address_is_replaced_wherever_it_stands_and_its_domain_stays() {
        let rows = [
            ("No key is held for bob@b.example.", "No key is held for recipient-1@b.example."),
            ("emailAddress=ALICE@a.example, O=A", "emailAddress=sender@a.example, O=A"),
            ("<mallory@m.example>: parties/bob@b.example", "<person-1@m.example>: person-2@b.example"),
            ("\"a b\"@[192.0.2.1] and no@", "person-1@[192.0.2.1] and no@"),
            ("CERT carol.k.b.example", "CERT recipient-2.b.example"),
            ("AES, key bobs laptop, keybobs laptop", "AES, key #1, keybobs laptop"),
            ("müller@b.example", "person-1@b.example"),
        ];
        for (text, told) in rows {
            assert_eq!(pseudonyms().replaced(text), told);
        }
    }

    #[test]
    fn the_same_mailbox_has_the_same_name_every_time() {
        let pseudonyms = pseudonyms();
        let told = pseudonyms.replaced("zoe@z.example, yan@z.example, ZOE@z.example");
        assert_eq!(told, "person-1@z.example, person-2@z.example, person-1@z.example");
        let bob = Address::parse("bob@b.example").unwrap();
        assert_eq!(pseudonyms.address(&bob), "recipient-1@b.example");
        assert_eq!(pseudonyms.nameless(&bob), "recipient-1@domain-1.invalid");
    }
}
