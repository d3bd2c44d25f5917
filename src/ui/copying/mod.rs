//! Copying what is selected: what it is as octets, the forms it can take, and the menu of them. The same forms
//! everywhere.

mod chain;
pub(crate) mod forms;
pub(crate) mod menu;

use std::borrow::Cow;

use self::forms::Form;
use super::document::Document;
use super::panes::bytes::span_of;
use super::selection::Item;
use super::state::State;
use super::text;
use crate::pki::Certificate;
use crate::span::{BufferName, Span};

/// What can be copied.
#[derive(Clone, Debug)]
pub(crate) struct Copyable<'a> {
    /// What it is, in words.
    pub(crate) what: String,
    /// Its octets.
    pub(crate) octets: Cow<'a, [u8]>,
    /// What PEM calls it, where it has a name for it.
    pub(crate) pem: Option<&'static str>,
    /// The form in which it is usually wanted.
    pub(crate) usual: Form,
}

impl<'a> Copyable<'a> {
    /// A certificate.
    pub(crate) fn certificate(certificate: &'a Certificate) -> Self {
        Self {
            what: text::plain(&certificate.common_name()),
            octets: certificate.der().into(),
            pem: Some(forms::CERTIFICATE),
            usual: Form::Pem,
        }
    }

    /// Octets of a buffer; of a node, where they are one.
    pub(crate) fn octets(document: &'a Document, span: Span, node: Option<usize>) -> Option<Self> {
        let buffer = document.buffer(span.buffer)?;
        let node = node.and_then(|index| document.structure().nodes().get(index));
        let title = node.map(|node| &*node.title);
        let whole = span == buffer.whole();
        let pem = pem_label(span.buffer, title, whole);
        let readable = node.is_some_and(|node| node.headers.is_some());
        let usual = match pem {
            Some(_) => Form::Pem,
            None if readable || (whole && !is_cms(span.buffer)) => Form::Text,
            None => Form::Hex,
        };
        let what = title.map_or_else(|| text::buffer(span.buffer).to_owned(), text::plain);
        Some(Self { what, octets: buffer.slice(span.range()).into(), pem, usual })
    }

    fn words(what: String, words: String) -> Self {
        Self { what, octets: words.into_bytes().into(), pem: None, usual: Form::Text }
    }

    /// The certificate that it is, if it is one.
    pub(crate) fn as_certificate(&self) -> Option<Certificate> {
        if self.pem != Some(forms::CERTIFICATE) {
            return None;
        }
        Certificate::from_der(&self.octets).ok()
    }
}

/// What copying the selection copies. Of a private key that is its name: keys leave as encrypted files only.
pub(crate) fn selected(state: &State) -> Option<Copyable<'_>> {
    let item = state.selection.current()?;
    match item {
        Item::Certificate(certificate) | Item::PartyCertificate(_, certificate) => {
            Some(Copyable::certificate(certificate))
        }
        Item::Party(name) => Some(Copyable::words(text::plain(&name.to_string()), name.to_string())),
        Item::Key(_, name) => Some(Copyable::words(text::plain(name), name.clone())),
        Item::Anchor(party, _, name) => {
            let party = state.party(party)?;
            let anchors = party.incoming.anchors().iter().map(|anchor| (&anchor.name, &anchor.certificate));
            let outgoing = party.outgoing.anchors().iter().map(|anchor| (&anchor.name, &anchor.certificate));
            let (_, certificate) = anchors.chain(outgoing).find(|(own, _)| *own == name)?;
            Some(Copyable::certificate(certificate))
        }
        _ => of_document(state.document(item.document()?)?, item),
    }
}

fn of_document<'a>(document: &'a Document, item: &Item) -> Option<Copyable<'a>> {
    match item {
        Item::Signer(_, index) => {
            let signer = document.signer(*index)?;
            match &signer.certificate {
                Some(certificate) => Some(Copyable::certificate(certificate)),
                None => Some(Copyable::words(text::plain(&signer.identifier), signer.identifier.clone())),
            }
        }
        Item::Recipient(_, index) => {
            let address = document.recipient(*index)?.address.to_string();
            Some(Copyable::words(text::plain(&address), address))
        }
        Item::Check(_, place) if span_of(document, item).is_none() => {
            let detail = text::plain(&document.check(*place)?.detail);
            Some(Copyable::words(detail.clone(), detail))
        }
        Item::Step(_, name) if span_of(document, item).is_none() => {
            let words = format!("{} {}", name.title(), text::plain(&document.step(*name)?.summary));
            Some(Copyable::words(name.title().to_owned(), words))
        }
        Item::Message(_) => {
            let message = &document.envelope.message;
            Some(Copyable {
                what: text::plain(&document.name),
                octets: message.octets().into(),
                pem: None,
                usual: Form::Text,
            })
        }
        Item::Header(..) => {
            let header = Copyable::octets(document, span_of(document, item)?, None)?;
            Some(Copyable { what: text::octets::HEADER.to_owned(), usual: Form::Text, ..header })
        }
        Item::Node(_, index) => Copyable::octets(document, span_of(document, item)?, Some(*index)),
        Item::Octets(_, span) => {
            let octets = Copyable::octets(document, *span, None)?;
            let what = text::octets::selected(span.len());
            Some(Copyable { what, ..octets })
        }
        _ => Copyable::octets(document, span_of(document, item)?, None),
    }
}

const fn is_cms(buffer: BufferName) -> bool {
    matches!(buffer, BufferName::EncryptedCms | BufferName::SignatureCms | BufferName::CompressedCms)
}

// What the structure calls a certificate.
const CERTIFICATE_TITLE: &str = "Certificate";

// Only what has a name in PEM is copied as PEM (RFC 7468 §5, §6, §9).
fn pem_label(buffer: BufferName, title: Option<&str>, whole: bool) -> Option<&'static str> {
    match title {
        Some(CERTIFICATE_TITLE) if is_cms(buffer) => Some(forms::CERTIFICATE),
        Some("CertificateList") if is_cms(buffer) => Some("X509 CRL"),
        Some("ContentInfo") if is_cms(buffer) => Some("CMS"),
        _ => (is_cms(buffer) && whole).then_some("CMS"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_pem_has_a_name_for_is_offered_as_pem() {
        assert_eq!(pem_label(BufferName::SignatureCms, Some("Certificate"), false), Some("CERTIFICATE"));
        assert_eq!(pem_label(BufferName::SignatureCms, Some("version"), false), None);
        assert_eq!(pem_label(BufferName::EncryptedCms, None, true), Some("CMS"));
        assert_eq!(pem_label(BufferName::Received, None, true), None);
    }
}
