//! `sealscope inspect`: what a message or file is made of, without any key.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::common::Common;
use super::console::{Console, Detail, Tone, shown};
use super::error::{CliError, Exit};
use super::inspect_json::{self, Wanted, layer_json};
use super::store::{self, passphrase, validity};
use super::verdict::finding_lines;
use super::{input, store::items_of};
use super::{inspect_asn1, inspect_cms, session};
use crate::agent::{certificate_json, finding_json, timestamp};
use crate::finding::{Severity, counted};
use crate::limits::Limits;
use crate::mail::{Address, Envelope, EnvelopeOrigin, HeaderSection, ReversePath, bsmtp, decode_text, mbox};
use crate::pki::container::{self, Item, Kind};
use crate::pki::{Certificate, Passphrase};
use crate::smime::inspect::{CmsLayer, Inspection, Layer};
use crate::smime::{self, Dissection};
use crate::span::{Buffer, BufferName};

const SCHEMA: &str = "sealscope.inspect/1";

const AFTER: &str = "\
Needs no key and no network. Where there is a workspace, it is told who in it holds the key of each recipient. Signatures \
that are in the clear are checked against the certificates that the message carries; whether those are to be trusted is \
what `sealscope incoming` says. \
Files, told by their content: messages (.eml, .bsmtp, mbox), CMS (.p7m, .p7s, .p7c, .p7b, .p7z) in BER, DER, base64 or PEM, \
certificates, keys and revocation lists (.pem, .der, .crl, .p12), or - for standard input.

Octets are counted from the first of the CMS, its transfer encoding undone. With --asn1 every value is listed as \
`openssl asn1parse` does: offset, depth, header and content length, type and value, then its name and what it says. With \
--verbose every named field follows the layer that it belongs to.

Examples:
  sealscope inspect message.eml
  sealscope inspect smime.p7m --json
  sealscope inspect smime.p7m --asn1
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
    #[arg(long, value_name = "P", value_parser = passphrase)]
    file_passphrase: Option<Passphrase>,
    /// List every ASN.1 value with its octets, name and meaning
    #[arg(long)]
    asn1: bool,
}

pub(super) fn run(args: &InspectArgs, common: &Common, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let received = input::open(&args.file, console)?;
    if received.len() > Limits::DEFAULT.message_octets {
        return large(args, &received, common, console);
    }
    let octets = received.octets();
    if octets.is_empty() {
        return Err(CliError::Failed(format!("{} is empty: there is nothing to inspect", shown(&args.file))));
    }
    let encoding = container::encoding(octets);
    let is_message = || messages(&args.file, &received);
    // A p7b is a signed-data as well: one without signers is shown as the certificates that it holds.
    if let Some(cms) = encoding.as_ref().filter(|one| smime::content_type(one).is_some()) {
        let parties = session::known_parties(common, console)?;
        return bare_cms(cms, Wanted { parties: parties.as_ref(), asn1: args.asn1 }, console);
    }
    if let Some(messages) = is_message() {
        let parties = session::known_parties(common, console)?;
        return inspect_messages(&messages?, Wanted { parties: parties.as_ref(), asn1: args.asn1 }, console);
    }
    if let (true, Some(encoding)) = (args.asn1, &encoding) {
        // Its values are the secret; those of a keystore are encrypted.
        if Kind::of(encoding) == Some(Kind::Key) {
            let file = shown(&args.file);
            let sentence = format!("{file} is a private key without encryption: its values are listed nowhere");
            return Err(CliError::Failed(sentence));
        }
        return asn1_alone(encoding, console);
    }
    if Kind::of(octets).is_none() {
        return Err(CliError::Failed(format!(
            "{} is nothing that can be inspected: it neither begins with a header field, as a message does, nor holds \
             CMS, certificates or keys; any other ASN.1 can be listed with --asn1",
            shown(&args.file)
        )));
    }
    inspect_items(&items_of(&args.file, octets, args.file_passphrase.as_ref(), console)?, console)
}

// Only mail is ever so large. It is mapped and gone through, never copied.
fn large(
    args: &InspectArgs,
    received: &Buffer,
    common: &Common,
    console: &mut Console<'_, '_>,
) -> Result<Exit, CliError> {
    let head = received.slice(0..Limits::DEFAULT.header_octets);
    if bsmtp::looks_like(head) || !(mbox::looks_like(head) || begins_with_field(head)) {
        return Err(input::too_large(&args.file));
    }
    let Some(messages) = messages(&args.file, received) else { return Err(input::too_large(&args.file)) };
    let parties = session::known_parties(common, console)?;
    let exit = inspect_messages(&messages?, Wanted { parties: parties.as_ref(), asn1: args.asn1 }, console)?;
    if received.is_intact() {
        Ok(exit)
    } else {
        let file = shown(&args.file);
        Err(CliError::Failed(format!("{file} was changed by another program while it was inspected: inspect it again")))
    }
}

// Certificates, lists, keystores and whatever else is BER: the tree needs no passphrase.
fn asn1_alone(encoding: &[u8], console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let dissection = Dissection::of(encoding, &Limits::DEFAULT);
    if console.wants_json() {
        console.object(&json!({ "schema": SCHEMA, "asn1": inspect_json::asn1_json(&dissection) }))?;
    } else {
        inspect_asn1::print(&dissection, console)?;
    }
    Ok(if dissection.error.is_some() { Exit::Failed } else { Exit::Success })
}

type Messages = Vec<(Option<Envelope>, Buffer)>;

// What begins like a header, an envelope or a mailbox is mail; anything else is asked to be a container.
fn messages(file: &Path, received: &Buffer) -> Option<Result<Messages, CliError>> {
    let octets = received.octets();
    if bsmtp::looks_like(octets) {
        let parsed = bsmtp::parse(octets, &Limits::DEFAULT)
            .map_err(|error| CliError::Failed(format!("{} is no readable envelope file: {error}", shown(file))));
        return Some(parsed.map(|envelopes| {
            envelopes.into_iter().map(|envelope| (Some(envelope.clone()), envelope.message)).collect()
        }));
    }
    if mbox::looks_like(octets) {
        let parts = mbox::split(octets).into_iter().map(|range| received.part(BufferName::Received, range));
        return Some(Ok(parts.map(|part| (None, part)).collect()));
    }
    begins_with_field(octets).then(|| Ok(vec![(None, received.clone())]))
}

fn begins_with_field(octets: &[u8]) -> bool {
    let name = octets.iter().position(|&octet| !(0x21..=0x7e).contains(&octet) || octet == b':');
    matches!(name, Some(end) if end > 0 && octets.get(end) == Some(&b':'))
}

fn bare_cms(octets: &[u8], wanted: Wanted<'_>, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let inspection = smime::inspect_cms(octets, &Limits::DEFAULT);
    let layer = inspection.layers.first();
    let cms = layer.and_then(|layer| layer.cms.as_ref());
    let rest = inspection.layers.iter().skip(1);
    if console.wants_json() {
        let rest: Vec<Value> = rest.map(|layer| layer_json(layer, wanted)).collect();
        let cms = layer.map(|layer| inspect_json::cms_json(layer, wanted));
        console.object(&json!({ "schema": SCHEMA, "cms": cms, "inside": rest }))?;
    } else {
        if let Some(layer) = layer {
            cms_lines(layer, wanted, "", console)?;
        }
        for layer in rest {
            layer_lines(layer, wanted, console)?;
        }
    }
    let readable = !matches!(cms, None | Some(CmsLayer::Unreadable(_)));
    Ok(if readable { Exit::Success } else { Exit::Failed })
}

fn cms_lines(layer: &Layer, wanted: Wanted<'_>, indent: &str, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    inspect_cms::print(layer, wanted.parties, indent, console)?;
    match &layer.facts {
        Some(facts) if wanted.asn1 => inspect_asn1::print(&facts.dissection, console),
        _ => Ok(()),
    }
}

fn inspect_messages(messages: &Messages, wanted: Wanted<'_>, console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    let mut list = Vec::new();
    for (number, (envelope, buffer)) in messages.iter().enumerate() {
        let inspection = smime::inspect(buffer, &Limits::DEFAULT);
        let explicit = envelope.as_ref().filter(|one| one.origin == EnvelopeOrigin::Explicit);
        if console.wants_json() {
            list.push(message_json(explicit, &inspection, wanted));
            continue;
        }
        if messages.len() > 1 {
            console.toned("", Tone::Strong, &format!("Message {} of {}", number + 1, messages.len()), "")?;
        }
        print(explicit, buffer, (&inspection, wanted), console)?;
    }
    if console.wants_json() {
        console.object(&json!({ "schema": SCHEMA, "messages": list }))?;
    }
    Ok(Exit::Success)
}

fn print(
    envelope: Option<&Envelope>,
    buffer: &Buffer,
    (inspection, wanted): (&Inspection, Wanted<'_>),
    console: &mut Console<'_, '_>,
) -> Result<(), CliError> {
    if let Some(envelope) = envelope {
        let to: Vec<String> = envelope.forward_paths.iter().map(Address::to_string).collect();
        console.line(&format!("Envelope    from {}, to {}", envelope.reverse_path, to.join(", ")))?;
    }
    let header = HeaderSection::scan(buffer.octets(), 0..buffer.octets().len(), &Limits::DEFAULT);
    for name in ["From", "To", "Cc", "Subject", "Date"] {
        if let Some(field) = header.first(buffer.octets(), name) {
            console.line(&format!("{name:12}{}", decode_text(field.value(buffer.octets()))))?;
        }
    }
    console.toned("", Tone::Strong, "Structure", "")?;
    inspection.layers.iter().try_for_each(|layer| layer_lines(layer, wanted, console))?;
    let everything = console.detail == Detail::Everything;
    let shown = inspection.findings.iter().filter(|one| everything || one.severity >= Severity::Warning);
    shown.into_iter().try_for_each(|finding| finding_lines(finding, console))
}

fn layer_lines(layer: &Layer, wanted: Wanted<'_>, console: &mut Console<'_, '_>) -> Result<(), CliError> {
    let indent = "  ".repeat(layer.depth + 1);
    let number = if layer.label.is_empty() { String::new() } else { format!("{} ", layer.label) };
    let name = layer.file_name.as_ref().map(|name| format!(" “{name}”")).unwrap_or_default();
    let size = counted(layer.span.len(), "octet");
    console.line(&format!("{indent}{number}{}{name}, {size}", layer.media_type))?;
    cms_lines(layer, wanted, &format!("{indent}  "), console)
}

fn message_json(envelope: Option<&Envelope>, inspection: &Inspection, wanted: Wanted<'_>) -> Value {
    json!({
        "envelope": envelope.map(|envelope| json!({
            "from": sender(envelope),
            "to": envelope.forward_paths.iter().map(Address::to_string).collect::<Vec<_>>(),
        })),
        "layers": inspection.layers.iter().map(|layer| layer_json(layer, wanted)).collect::<Vec<_>>(),
        "findings": inspection.findings.iter().map(finding_json).collect::<Vec<_>>(),
    })
}

fn sender(envelope: &Envelope) -> String {
    match &envelope.reverse_path {
        ReversePath::Null => String::new(),
        ReversePath::Mailbox(address) => address.to_string(),
    }
}

fn inspect_items(items: &[Item], console: &mut Console<'_, '_>) -> Result<Exit, CliError> {
    if console.wants_json() {
        let list: Vec<Value> = items.iter().map(item_json).collect();
        console.object(&json!({ "schema": SCHEMA, "items": list }))?;
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
    let (from, to) = (timestamp(certificate.not_before()), timestamp(certificate.not_after()));
    console.line(&format!("  Validity  {from} to {to}, {}", validity(certificate, now)))?;
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
