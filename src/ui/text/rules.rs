//! What the rules behind the checks say, in words for somebody who has not read the standards.

use crate::finding::Rule;

/// The rules of a run, in the order of their names.
const SENTENCES: &[(&str, &str)] = &[
    (
        "cms.attributes-signature-valid",
        "The signature is computed over the signed attributes, which hold the digest of the content",
    ),
    ("cms.certificates-readable", "What a signature carries as certificates has to be readable as certificates"),
    ("cms.cipher-fits-type", "A cipher without a tag under a type that promises one is a relabelled message"),
    ("cms.compressed-data", "Compressed content is expanded within limits; compression protects nothing"),
    ("cms.compressed-data-version", "Compressed content is of version 0"),
    ("cms.content-encryption", "The cipher of the content has to be named with parameters that fit it"),
    ("cms.content-is-data", "What is signed or encrypted in mail is plain data, nothing else"),
    ("cms.content-key-derivation", "A key that is derived before use has to be derived as the message says"),
    ("cms.countersignature", "Whoever countersigns vouches for a signature, not for the content"),
    ("cms.ed25519-digest", "An Ed25519 signature over attributes goes with SHA-512"),
    ("cms.encoding", "A cryptographic structure is written in ASN.1, each value within the one that holds it"),
    ("cms.enveloped-data", "An encrypted message is one well-formed structure: recipients, then content"),
    (
        "cms.enveloped-data-version",
        "The version number tells a reader which fields to expect; a wrong one is noticed and tolerated",
    ),
    (
        "cms.kem-recipient-info-version",
        "The version number tells a reader which fields to expect; a wrong one is noticed and tolerated",
    ),
    ("cms.message-digest-equal", "The digest of the content as received has to equal the one that was signed"),
    ("cms.no-trailing-octets", "Nothing may follow the structure: what is not covered could be anything"),
    (
        "cms.originator-certificate",
        "A long-term key of the originator agrees a key with the recipient, and proves nothing",
    ),
    ("cms.recipient-info-version", "The version of a recipient's entry follows from how it names the certificate"),
    ("cms.same-digest-throughout", "Content and attributes are digested with the same algorithm"),
    ("cms.signature-valid", "Digest, attributes and signature all have to hold, for the same signer"),
    ("cms.signed-attribute-once", "What a signer says of their programs can only be said once"),
    (
        "cms.signed-attributes-der",
        "The signature is over the attributes in DER; other programs refuse what comes otherwise",
    ),
    ("cms.signed-attributes-present", "A signature over anything but plain data has signed attributes"),
    ("cms.signed-attributes-valid", "Signed attributes name the content's type and its digest, each once"),
    ("cms.signed-data", "A signature is one well-formed structure: certificates and signers"),
    ("cms.signed-data-version", "The version of a signed structure follows from what it holds"),
    ("cms.signer-info-version", "The version of a signer's entry follows from how it names the certificate"),
    ("cms.signers", "A signature without signers proves nothing"),
    ("cms.wrap-strength", "Content is no better protected than the key that its key is wrapped under"),
    ("envelope.assumed-from-header", "Headers do not route mail: an envelope taken from them is a guess"),
    ("envelope.complete", "Sender and recipients come from the envelope, never from the headers"),
    ("envelope.origin", "Sender and recipients come from the envelope, never from the headers"),
    ("envelope.recipient", "A recipient of the envelope is one address with a domain"),
    ("envelope.recipient-once", "A recipient is named once"),
    ("envelope.sender", "The sender of the envelope is one address with a domain"),
    ("fetch.issuer", "A certificate may say where its issuer's certificate can be fetched"),
    ("fetch.ocsp", "A certificate may name a server that says whether it is revoked"),
    ("fetch.revocation-list", "A certificate may say where its issuer's revocation list can be fetched"),
    ("header.bare-cr", "A carriage return stands before a line feed and nowhere else"),
    ("header.empty-line", "An empty line ends the header"),
    ("header.field-count", "Some header fields may stand in a message once only"),
    ("header.field-name", "A header field has a name of printable characters before its colon"),
    ("header.limit", "No more header is read than the limits allow"),
    ("header.line-length", "A header line has 998 octets at most"),
    ("header.nul", "A header holds no NUL octet"),
    ("header.sender", "A message with several authors names one sender"),
    ("header.utf-8", "Characters outside ASCII are written in UTF-8"),
    ("incoming.anchors", "Each recipient decides whom to trust; the anchors are theirs alone"),
    ("incoming.good-signer", "At least one signer has to pass every check that does not depend on a recipient"),
    ("incoming.headers-agree", "Only the wrapped headers are signed; anybody on the way can change the outer ones"),
    ("incoming.inner-layer", "What is signed can be a layer of S/MIME itself; it is delivered as it is"),
    ("incoming.key-validity", "A key whose certificate has expired still opens old mail, but it no longer signs"),
    ("incoming.local-recipients", "An agent judges mail for its own domains and leaves the rest alone"),
    (
        "incoming.outer-signature",
        "Anybody on the way can sign around an encryption; only a signature inside vouches for the content",
    ),
    ("incoming.plaintext-is-mime", "What decryption gives has to be a MIME entity; with a wrong key it is noise"),
    ("incoming.private-key", "To open a message for somebody, their own private key is needed"),
    ("incoming.recipient-key", "A message opens with the keys of those it was encrypted for, and with no others"),
    ("incoming.trust", "A recipient accepts a signer only if a path leads to one of that recipient's own anchors"),
    ("incoming.wrapped", "Wrapped in message/rfc822, a message keeps its headers under the signature"),
    ("incoming.wrapper-encoding", "A wrapped message that is encoded can be changed by programs that re-encode it"),
    ("message.line-ends", "Lines of mail end in carriage return and line feed"),
    (
        "message.recipients-agree",
        "Recipients of the envelope need not be those of the headers; a difference is worth knowing",
    ),
    ("message.routing", "This profile wants the envelope and the headers to name the same people"),
    ("message.sender-agrees", "The signer vouches for the envelope's sender; a From of somebody else is not covered"),
    ("mime.boundary", "A multipart names the boundary between its parts"),
    ("mime.boundary-closed", "A multipart ends with its closing boundary"),
    (
        "mime.boundary-lookalike",
        "A line that only looks like a boundary is content, though some programs take it for one",
    ),
    ("mime.composite-encoding", "A message or a multipart has no transfer encoding of its own"),
    ("mime.content-type", "The type of a part is written as type/subtype with parameters"),
    ("mime.content-type-once", "A part says its type once"),
    ("mime.delimiter-after-close", "After the closing boundary there are no more parts"),
    ("mime.limit", "No more parts are read than the limits allow"),
    ("mime.multipart-signed", "multipart/signed has two parts: what is signed, and the signature"),
    ("mime.outside-signature", "What stands outside the signed part is not protected by the signature"),
    ("mime.signed-micalg", "micalg announces the digest, and is only a hint"),
    ("mime.signed-parts", "A signed message has two parts: what is signed, and the signature"),
    ("mime.signed-protocol", "protocol names the type of the signature"),
    ("mime.structure", "A message is a tree of parts within the limits"),
    ("mime.transfer-encoding", "A transfer encoding is one of those that mail knows"),
    ("mime.wrapper-content-type", "A wrapped message is of the type message/rfc822"),
    ("mime.wrapper-encoding", "A wrapped message is not encoded as a whole"),
    ("outgoing.bcc-inside", "A blind copy named in the message is seen by everybody who opens it"),
    ("outgoing.canonical-line-ends", "What is signed has line ends of carriage return and line feed"),
    (
        "outgoing.certificate-passed-over",
        "A certificate is used only if it is valid, bound to the recipient and trusted",
    ),
    ("outgoing.dns-method", "The specification demands that the DNS is asked for certificates"),
    ("outgoing.encrypted", "A message leaves encrypted for each recipient"),
    (
        "outgoing.identifier-form",
        "A certificate without a key identifier can be named by issuer and serial number only",
    ),
    ("outgoing.key-size", "A short key can be broken"),
    ("outgoing.lookup", "Without a certificate there is no key to encrypt with"),
    ("outgoing.message-headers", "A message has From and Date, once each"),
    ("outgoing.outer-headers", "Outside stands only what mail needs on its way"),
    ("outgoing.removed-recipient-inside", "The wrapped message is not altered, so it still names who was removed"),
    ("outgoing.sender-bound", "The signer's certificate names the sender or the sender's domain"),
    ("outgoing.sender-key", "A message leaves signed, so its sender needs a private key that may sign"),
    ("outgoing.signature-form", "Direct agents take a signature beside its content, not around it"),
    ("outgoing.signed", "A message leaves signed"),
    ("outgoing.signer-count", "A receiver looks at a limited number of signatures, each key counting once"),
    ("outgoing.transport-safe", "What a transport may alter on its way is better encoded before it is signed"),
    ("outgoing.trust", "A message is encrypted only for recipients whose certificate the sender trusts"),
    ("outgoing.wrapped", "The whole message is wrapped, so that its headers are protected as well"),
    ("path.anchor-validity", "An anchor is a name and a key; its dates do not count"),
    ("path.digest", "A certificate signed over a weak digest can be forged"),
    (
        "path.empty-subject",
        "A certificate without a subject is named by its alternative names alone; a reader must not skip them",
    ),
    ("path.key-identifier", "Key identifiers help to find an issuer; that the issuer's key made the signature decides"),
    ("path.key-size", "A short key can be broken"),
    ("path.lists-in-message", "A signature may carry revocation lists; of several about one issuer the newest counts"),
    ("path.ocsp", "An answer about revocation counts only where the right server signed it and it is fresh"),
    ("path.revocation", "An issuer can withdraw a certificate before it expires"),
    ("path.serial-number", "Issuer and serial number tell certificates apart; a serial number is positive and short"),
    ("run.limits", "Limits protect this program; what passes one is not judged"),
    ("signer.bound-to-sender", "The certificate has to name the sender's address or domain in a subjectAltName"),
    ("signer.certificate-signature", "A certificate counts only with the signature of the issuer that it names"),
    ("signer.digest-algorithm", "With a weak digest another content can be made that fits the same signature"),
    ("signer.extended-key-usage", "A certificate that limits its uses has to allow mail"),
    ("signer.key-size", "A short key can be broken"),
    ("signer.key-usage", "A certificate that limits its key's uses has to allow signing"),
    ("signer.revocation", "An issuer can withdraw a certificate before it expires"),
    ("signer.signature", "The signature has to verify with the key of the signer's own certificate"),
    ("signer.signed-attributes", "Without signed attributes a signature can be moved to other content"),
    ("signer.single-name", "This profile wants a certificate to be bound to one name"),
    ("signer.validity", "A certificate counts from its first to its last day, as of the time of evaluation"),
    ("smime.canonical-line-ends", "What is signed has line ends of carriage return and line feed"),
    ("smime.content-cipher", "Content is secret only under a cipher that is known and strong"),
    ("smime.content-expands", "Compressed content is expanded within limits; what would become too large is not"),
    (
        "smime.detached-content-absent",
        "A detached signature with content of its own leaves open which of the two is signed",
    ),
    ("smime.enveloped-media-type", "An encrypted message announces itself as application/pkcs7-mime"),
    ("smime.enveloped-transfer-encoding", "The encrypted part is encoded in base64, or travels as binary"),
    ("smime.key-encryption", "The key of the content is encrypted by an algorithm that is known and strong"),
    ("smime.layer", "Each layer of protection is announced by its media type"),
    ("smime.layers-within-limit", "No more layers inside one another are read than the limits allow"),
    ("smime.micalg-agrees", "micalg announces the digest, so that a reader can compute it in passing"),
    ("smime.signature-transfer-encoding", "The signature is encoded in base64, or travels as binary"),
    ("smime.signed-form", "Inside the encryption there has to be a signature, beside what it signs"),
    ("smime.signer-certificate-included", "The signer's certificate travels with the signature"),
    ("smime.smime-type-agrees", "smime-type is a hint; what the structure is decides"),
];

/// The sentence behind a rule, if it has one.
#[must_use]
pub(crate) fn sentence(rule: Rule) -> Option<&'static str> {
    SENTENCES.iter().find(|(id, _)| *id == rule.id).map(|(_, sentence)| *sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_sorted_by_rule_and_have_no_full_stop() {
        assert!(SENTENCES.is_sorted_by_key(|(id, _)| *id));
        assert!(SENTENCES.iter().all(|(_, sentence)| !sentence.ends_with('.')));
    }

    #[test]
    fn every_rule_of_a_run_has_a_sentence() {
        let mut files = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
        let mut without = Vec::new();
        while let Some(path) = files.pop() {
            if path.is_dir() {
                files.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let ids = text.split("Rule::new(\"").skip(1).filter_map(|rest| rest.split('"').next());
            let areas = [
                "cms.",
                "envelope.",
                "fetch.",
                "header.",
                "incoming.",
                "message.",
                "mime.",
                "outgoing.",
                "path.",
                "smime.",
            ];
            let of_a_run = ids.filter(|id| areas.iter().any(|area| id.starts_with(area)));
            without.extend(of_a_run.filter(|id| !SENTENCES.iter().any(|(known, _)| known == id)).map(str::to_owned));
        }
        assert!(without.is_empty(), "{without:?}");
    }
}
