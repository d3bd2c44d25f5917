//! `sealscope inspect`: what a message or file is made of, without any key.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::console::{Console, Detail, Tone, shown};
use super::error::{CliError, Exit};
use super::inspect_cms::Cms;
use super::output::counted;
use super::store::{self, validity};
use super::verdict::finding_lines;
use super::{input, store::items_of};
use crate::agent::{certificate_json, finding_json};
use crate::finding::{Ledger, Severity};
use crate::limits::Limits;
use crate::mail::{Address, Envelope, EnvelopeOrigin, ReversePath, bsmtp, decode_text, mbox};
use crate::mime::MimeTree;
use crate::mime::tree::Node;
use crate::pki::Certificate;
use crate::pki::container::Item;
use crate::smime;
use crate::span::{Buffer, BufferName};

const AFTER: &str = "\
Reads the file and nothing else: no workspace, no key, no network. Signatures that are in the clear are checked against
the certificates that the message carries; whether those are to be trusted is what `sealscope incoming` says.
Files: messages (.eml, .bsmtp, mbox), CMS (.p7m, .p7s), certificates and keys (.pem, .der, .p7b, .p12), or - for standard input.

Examples:
  sealscope inspect message.eml
  sealscope inspect smime.p7m --json
  sealscope inspect bob.p12 --file-passphrase secret
  sealscope outgoing letter.eml -o - | sealscope inspect -

Exit status: 0 it could be read, 1 it could not, 2 wrong use.";

/// Show structure, layers, signers and recipients of a message; no key needed
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(super) struct InspectArgs {
    /// The file, or - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The passphrase of a PKCS#12 or an encrypted PEM key
    #[arg(long, value_name = "P")]
    file_passphrase: Option<String>,
}

pub(super) fn run(args: &InspectArgs, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let octets = input::read(&args.file, console)?;
    if octets.is_empty() {
        return Err(CliError::Failed(format!("{} is empty: there is nothing to inspect", shown(&args.file))));
    }
    if smime::content_type(&octets).is_some() {
        // A p7b is a signed-data as well: one without signers is shown as the certificates that it holds.
        return bare_cms(octets, console);
    }
    if let Some(messages) = messages(&octets) {
        return inspect_messages(&messages?, console);
    }
    let passphrase = args.file_passphrase.clone().map(crate::pki::Passphrase::new);
    inspect_items(&items_of(&args.file, &octets, passphrase.as_ref(), console)?, console)
}

type Messages = Vec<(Option<Envelope>, Buffer)>;

// What begins like a header, an envelope or a mailbox is mail; anything else is asked to be a container.
fn messages(octets: &[u8]) -> Option<Result<Messages, CliError>> {
    let received = |octets: &[u8]| Buffer::new(BufferName::Received, octets);
    if bsmtp::looks_like(octets) {
        let parsed = bsmtp::parse(octets, &Limits::DEFAULT).map_err(CliError::failed);
        return Some(parsed.map(|envelopes| {
            envelopes.into_iter().map(|envelope| (Some(envelope.clone()), envelope.message)).collect()
        }));
    }
    if mbox::looks_like(octets) {
        let parts = mbox::split(octets).into_iter().filter_map(|range| octets.get(range));
        return Some(Ok(parts.map(|part| (None, received(part))).collect()));
    }
    begins_with_field(octets).then(|| Ok(vec![(None, received(octets))]))
}

fn begins_with_field(octets: &[u8]) -> bool {
    let name = octets.iter().position(|&octet| !(0x21..=0x7e).contains(&octet) || octet == b':');
    matches!(name, Some(end) if end > 0 && octets.get(end) == Some(&b':'))
}

fn bare_cms(octets: Vec<u8>, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let cms = Cms::read(Buffer::new(BufferName::EncryptedCms, octets), None);
    if console.wants_json() {
        console.object(&json!({ "schema": "sealscope.inspect/1", "cms": cms.json() }))?;
    } else {
        cms.print("", console)?;
    }
    Ok(if cms.is_readable() { Exit::Success } else { Exit::Failed })
}

fn inspect_messages(messages: &Messages, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let inspected: Vec<Inspected<'_>> =
        messages.iter().map(|(envelope, buffer)| Inspected::new(envelope.as_ref(), buffer)).collect();
    if console.wants_json() {
        let list: Vec<Value> = inspected.iter().map(Inspected::json).collect();
        console.object(&json!({ "schema": "sealscope.inspect/1", "messages": list }))?;
        return Ok(Exit::Success);
    }
    for (number, one) in inspected.iter().enumerate() {
        if inspected.len() > 1 {
            console.toned("", Tone::Strong, &format!("Message {} of {}", number + 1, inspected.len()), "")?;
        }
        one.print(console)?;
    }
    Ok(Exit::Success)
}

/// A message taken apart.
struct Inspected<'a> {
    envelope: Option<&'a Envelope>,
    tree: MimeTree,
    ledger: Ledger,
    /// The CMS of each node that holds one.
    layers: Vec<Option<Cms>>,
}

impl<'a> Inspected<'a> {
    fn new(envelope: Option<&'a Envelope>, buffer: &Buffer) -> Self {
        let (tree, ledger) = MimeTree::parse(buffer, &Limits::DEFAULT);
        let layers = tree.nodes().iter().map(|node| layer(node, &tree)).collect();
        Self { envelope: envelope.filter(|one| one.origin == EnvelopeOrigin::Explicit), tree, ledger, layers }
    }

    fn print(&self, console: &mut Console<'_, '_>) -> Result<(), CliError> {
        if let Some(envelope) = self.envelope {
            let to: Vec<String> = envelope.forward_paths.iter().map(Address::to_string).collect();
            console.line(&format!("Envelope    from {}, to {}", sender(envelope), to.join(", ")))?;
        }
        for name in ["From", "To", "Cc", "Subject", "Date"] {
            if let Some(value) = self.tree.root().and_then(|root| root.entity.field_value(name)) {
                console.line(&format!("{name:12}{}", decode_text(value)))?;
            }
        }
        console.toned("", Tone::Strong, "Structure", "")?;
        for (index, (node, layer)) in self.tree.nodes().iter().zip(&self.layers).enumerate() {
            let indent = "  ".repeat(node.depth + 1);
            let label = self.tree.label(index);
            let number = if label.is_empty() { String::new() } else { format!("{label} ") };
            console.line(&format!(
                "{indent}{number}{}{}, {}",
                node.entity.content_type.essence(),
                node.entity.safe_file_name().map(|name| format!(" “{name}”")).unwrap_or_default(),
                counted(node.entity.body.len(), "octet")
            ))?;
            if let Some(cms) = layer {
                cms.print(&format!("{indent}  "), console)?;
            }
        }
        let everything = console.detail == Detail::Everything;
        let shown = self.ledger.findings().iter().filter(|one| everything || one.severity >= Severity::Warning);
        for finding in shown {
            finding_lines(finding, console)?;
        }
        Ok(())
    }

    fn json(&self) -> Value {
        let nodes = self.tree.nodes().iter().zip(&self.layers).enumerate().map(|(index, (node, layer))| {
            json!({
                "part": self.tree.label(index),
                "parent": node.parent,
                "type": node.entity.content_type.essence(),
                "transfer_encoding": node.entity.transfer_encoding.to_string(),
                "start": node.entity.range.start,
                "end": node.entity.range.end,
                "cms": layer.as_ref().map(Cms::json),
            })
        });
        json!({
            "envelope": self.envelope.map(|envelope| json!({
                "from": sender(envelope),
                "to": envelope.forward_paths.iter().map(Address::to_string).collect::<Vec<_>>(),
            })),
            "nodes": nodes.collect::<Vec<_>>(),
            "findings": self.ledger.findings().iter().map(finding_json).collect::<Vec<_>>(),
        })
    }
}

fn sender(envelope: &Envelope) -> String {
    match &envelope.reverse_path {
        ReversePath::Null => String::new(),
        ReversePath::Mailbox(address) => address.to_string(),
    }
}

// The content of a detached signature is the part before it.
fn layer(node: &Node, tree: &MimeTree) -> Option<Cms> {
    let kind = &node.entity.content_type;
    let enveloping = kind.is("application", "pkcs7-mime") || kind.is("application", "x-pkcs7-mime");
    let detached = kind.is("application", "pkcs7-signature") || kind.is("application", "x-pkcs7-signature");
    if !enveloping && !detached {
        return None;
    }
    let parent = node.parent.and_then(|parent| tree.nodes().get(parent));
    let content = parent
        .filter(|parent| detached && parent.entity.content_type.is("multipart", "signed"))
        .and_then(|parent| parent.children.first())
        .and_then(|first| tree.nodes().get(*first));
    let name = if detached { BufferName::SignatureCms } else { BufferName::EncryptedCms };
    let octets = node.entity.decoded_body().octets;
    Some(Cms::read(Buffer::new(name, octets), content.map(|content| content.entity.octets())))
}

fn inspect_items(items: &[Item], console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    if console.wants_json() {
        let list: Vec<Value> = items.iter().map(item_json).collect();
        console.object(&json!({ "schema": "sealscope.inspect/1", "items": list }))?;
        return Ok(Exit::Success);
    }
    for item in items {
        match item {
            Item::Key(entry) => {
                let chain = counted(entry.chain().len(), "chain certificate");
                console.line(&format!(
                    "Private key, {}, with its certificate and {chain}",
                    entry.certificate().key_algorithm()
                ))?;
                certificate_lines(entry.certificate(), console)?;
            }
            Item::Certificate(certificate) => {
                console.line("Certificate")?;
                certificate_lines(certificate, console)?;
            }
            Item::Crl(crl) => {
                console.line(&format!("Revocation list of {}, {}", crl.issuer(), counted(crl.entries(), "entry")))?;
            }
        }
    }
    Ok(Exit::Success)
}

/// Prints what tells one certificate from another.
pub(super) fn certificate_lines(certificate: &Certificate, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let now = console.program.now;
    let names = crate::pki::binding::names(certificate);
    console.line(&format!("  Subject   {}", certificate.subject()))?;
    console.line(&format!("  Issuer    {}", certificate.issuer()))?;
    console.line(&format!("  Serial    {}", certificate.serial()))?;
    console.line(&format!("  SHA-256   {}", certificate.fingerprint_colons()))?;
    console.line(&format!(
        "  Validity  {} to {}, {}",
        certificate.not_before(),
        certificate.not_after(),
        validity(certificate, now)
    ))?;
    console.line(&format!("  Names     {names}"))?;
    let role = if certificate.is_ca() { ", CA" } else { "" };
    console.line(&format!(
        "  Key       {}, signed with {}{role}",
        certificate.key_algorithm(),
        certificate.signature_algorithm()
    ))
}

fn item_json(item: &Item) -> Value {
    match item {
        Item::Key(entry) => store::with_certificate(
            json!({ "kind": "key", "chain": entry.chain().iter().map(certificate_json).collect::<Vec<_>>() }),
            Some(entry.certificate()),
        ),
        Item::Certificate(certificate) => store::with_certificate(json!({ "kind": "certificate" }), Some(certificate)),
        Item::Crl(crl) => json!({ "kind": "crl", "issuer": crl.issuer(), "revoked": crl.entries() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_with_a_field_is_a_message_and_pem_is_not() {
        assert!(begins_with_field(b"From: a@b\r\n"));
        assert!(begins_with_field(b"X-A:"));
        assert!(!begins_with_field(b"-----BEGIN CERTIFICATE-----\n"));
        assert!(!begins_with_field(b": no name"));
        assert!(!begins_with_field(b"\x30\x82\x01\x00"));
        assert!(!begins_with_field(b"MIIB"));
    }
}
