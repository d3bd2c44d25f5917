//! Our half: messages put together from what a peer made, and read by the agent and by the library.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealscope::agent::{MakingOptions, Profile, ProfileName, Report};
use sealscope::asn1::oid;
use sealscope::finding::Ledger;
use sealscope::limits::Limits;
use sealscope::mime::{Entity, SignedEntity};
use sealscope::smime::{
    Choice, CompressedData, EnvelopedData, SignedData, SignerCheck, content_type, decrypt, verify_embedded_signers,
    verify_signers,
};
use sealscope::span::{Buffer, BufferName};
use time::OffsetDateTime;
use time::macros::datetime;

use super::keys::Keys;
use super::peer::{Fault, Peer};
use super::recipe::{Encoding, Identifier, Included, Layout, Recipe, Sealing, Shape, Signing};
use crate::support::{ALICE, BOB, CAROL, World, envelope, handmade, message};

/// When the committed messages are read: the keys are valid from 2026-11 to 2048.
pub(crate) const NOW: OffsetDateTime = datetime!(2027-06-01 12:00 UTC);

/// The profiles that the outcomes are told for.
pub(crate) const PROFILES: [ProfileName; 2] = [ProfileName::Direct12, ProfileName::Legacy];

/// The addresses that the message is for.
pub(crate) fn recipients(recipe: &Recipe) -> Vec<&'static str> {
    let keys = recipe.sealing.recipients.iter();
    keys.map(|key| if key.starts_with("carol-") { CAROL } else { BOB }).collect()
}

/// The message that is sent, before anything is done to it.
pub(crate) fn original(recipe: &Recipe) -> Vec<u8> {
    message(ALICE, &recipients(recipe))
}

/// What is signed.
pub(crate) fn content(recipe: &Recipe) -> Vec<u8> {
    handmade::wrapped(&original(recipe))
}

/// A whole message of that shape, every CMS of it by the peer.
pub(crate) fn assembled(peer: &mut dyn Peer, recipe: &Recipe) -> Result<Vec<u8>, Fault> {
    let content = content(recipe);
    if recipe.shape == Shape::Mime {
        return peer.make_mime(&content);
    }
    let mut entity = signed(peer, &content, &recipe.signing)?;
    if recipe.shape == Shape::Compressed {
        entity = cms_entity("compressed-data", &peer.compress(&entity)?);
    }
    let cms = peer.encrypt(&entity, &recipe.sealing)?;
    let gcm = recipe.sealing.cipher.ends_with("gcm");
    entity = cms_entity(if gcm { "authEnveloped-data" } else { "enveloped-data" }, &cms);
    if recipe.shape == Shape::TripleWrap {
        entity = signed(peer, &entity, &recipe.signing)?;
    }
    let header = format!(
        "From: {ALICE}\r\nTo: {}\r\nDate: Mon, 1 Jun 2026 11:59:00 +0000\r\nMessage-ID: <2@a.example>\r\n\
         MIME-Version: 1.0\r\n",
        recipients(recipe).join(", ")
    );
    Ok([header.as_bytes(), &entity].concat())
}

fn signed(peer: &mut dyn Peer, content: &[u8], how: &Signing) -> Result<Vec<u8>, Fault> {
    let cms = peer.sign(content, how)?;
    Ok(match how.layout {
        Layout::Opaque => cms_entity("signed-data", &cms),
        Layout::Detached => {
            let micalg = how.digest.replace("sha", "sha-");
            let head = format!(
                "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n micalg={micalg}; \
                 boundary=\"=_interop\"\r\n\r\n--=_interop\r\n"
            );
            let signature = "\r\n--=_interop\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\
                             Content-Transfer-Encoding: base64\r\n\r\n";
            let parts = [head.as_bytes(), content, signature.as_bytes(), &lines(&cms), b"--=_interop--\r\n"];
            parts.concat()
        }
    })
}

fn cms_entity(smime_type: &str, cms: &[u8]) -> Vec<u8> {
    let name = if smime_type == "compressed-data" { "smime.p7z" } else { "smime.p7m" };
    let header = format!(
        "Content-Type: application/pkcs7-mime; smime-type={smime_type}; name={name}\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n"
    );
    [header.as_bytes(), &lines(cms)].concat()
}

fn lines(octets: &[u8]) -> Vec<u8> {
    let text = STANDARD.encode(octets);
    text.as_bytes().chunks(76).flat_map(|line| [line, b"\r\n"].concat()).collect()
}

/// The peer opens and verifies a message of ours, for the owner of that key; gives what was signed.
pub(crate) fn read_by(peer: &mut dyn Peer, recipe: &Recipe, key: &str, message: &[u8]) -> Result<Vec<u8>, Fault> {
    if recipe.shape == Shape::Mime {
        return peer.read_mime(message);
    }
    let entity = peer.decrypt(&body(message), key)?;
    let Some(boundary) = boundary(&entity) else { return peer.verify(&body(&entity), None) };
    let delimiter = format!("--{boundary}\r\n");
    let parts: Vec<&[u8]> = split(&entity, delimiter.as_bytes());
    let [_, content, signature] = parts.as_slice() else {
        return Err(Fault::Failed(format!("what it decrypted has {} parts", parts.len())));
    };
    // The line break before a delimiter belongs to the delimiter.
    let content = content.strip_suffix(b"\r\n").unwrap_or(content);
    peer.verify(&body(signature), Some(content))
}

/// The octets that the base64 after the header stands for, up to a line that is none.
fn body(entity: &[u8]) -> Vec<u8> {
    let parts = split(entity, b"\r\n\r\n");
    let lines = parts.get(1).unwrap_or(&entity).split(|octet| *octet == b'\n');
    let text: Vec<u8> = lines
        .map(<[u8]>::trim_ascii)
        .take_while(|line| !line.starts_with(b"--"))
        .flat_map(|line| line.iter().copied())
        .collect();
    STANDARD.decode(text).unwrap()
}

fn boundary(entity: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(entity);
    let (_, rest) = text.split_once("\r\n\r\n")?.0.split_once("boundary=\"")?;
    rest.split_once('"').map(|(boundary, _)| boundary.to_owned())
}

fn split<'o>(octets: &'o [u8], separator: &[u8]) -> Vec<&'o [u8]> {
    let mut parts = Vec::new();
    let mut begun = 0;
    let mut place = 0;
    while let Some(window) = octets.get(place..place + separator.len()) {
        if window == separator {
            parts.push(&octets[begun..place]);
            begun = place + separator.len();
            place = begun;
        } else {
            place += 1;
        }
    }
    parts.push(&octets[begun..]);
    parts
}

/// The message as our agent sends it; why it sends nothing.
pub(crate) fn made(keys: &Keys, recipe: &Recipe) -> Result<Vec<u8>, String> {
    let mut world = World::default();
    (world.now, world.making) = (Some(OffsetDateTime::now_utc()), making(recipe));
    world.authorities.push(keys.intermediate.clone());
    for signer in recipe.signing.signers {
        world.key(ALICE, keys.entry(signer));
    }
    world.trusts_certificate(ALICE, &keys.root);
    let addresses = recipients(recipe);
    for (address, key) in addresses.iter().zip(recipe.sealing.recipients) {
        world.certificate(address, keys.entry(key).certificate());
    }
    let sent = world.outgoing(&envelope(ALICE, &addresses, &original(recipe)));
    sent.map(|sent| sent.envelope.message.octets().to_vec()).map_err(|report| told(&report))
}

/// What to ask our agent for, by the names that the command line has.
fn making(recipe: &Recipe) -> MakingOptions {
    let (signing, sealing) = (&recipe.signing, &recipe.sealing);
    let cipher = if sealing.cipher == Sealing::ANY_CIPHER { "aes-256-cbc" } else { sealing.cipher };
    let identifier = |form: Identifier| match form {
        Identifier::IssuerSerial => "issuer-serial",
        Identifier::KeyId => "key-id",
    };
    let streamed = [signing.encoding, sealing.encoding].contains(&Encoding::Ber);
    MakingOptions {
        content: named(cipher),
        key_transport: Some(named(sealing.transport)),
        recipient_id: named(identifier(sealing.identifier)),
        digest: named(signing.digest),
        rsa_signature: named(signing.padding),
        signer_id: named(identifier(signing.identifier)),
        certificates: named(if signing.included == Included::Chain { "chain" } else { "signer" }),
        layout: named(if signing.layout == Layout::Opaque { "opaque" } else { "detached" }),
        encoding: named(if streamed { "ber" } else { "der" }),
        ..MakingOptions::default()
    }
}

fn named<T: Choice>(name: &str) -> T {
    T::named(name).unwrap()
}

/// Whose message it is to judge, under that profile.
pub(crate) fn world(keys: &Keys, profile: ProfileName) -> World {
    let mut world = World::default();
    (world.profile, world.now) = (Profile::named(profile), Some(NOW));
    world.authorities.push(keys.intermediate.clone());
    for (address, person) in [(BOB, "bob-"), (CAROL, "carol-")] {
        for (_, entry) in keys.of(person) {
            world.key(address, entry);
        }
        world.trusts_certificate(address, &keys.root);
    }
    world
}

/// The agent's answer: `accepted`, or the code of the rejection; of a recipient's removal where all were removed.
pub(crate) fn answer(keys: &Keys, profile: ProfileName, recipients: &[&str], message: &[u8]) -> Answer {
    match world(keys, profile).incoming(&envelope(ALICE, recipients, message)) {
        Ok(accepted) => {
            let delivered = accepted.envelope.message.octets().to_vec();
            Answer { code: "accepted", delivered: Some(delivered), report: accepted.report }
        }
        Err(report) => {
            let removal = report.recipients.iter().find_map(|recipient| recipient.reason());
            let rejection = report.rejection.as_ref().map(|reason| reason.code.as_str());
            let code = match (rejection, removal) {
                (Some("no-trusted-recipients"), Some(reason)) => reason.code.as_str(),
                (rejection, _) => rejection.unwrap_or("accepted"),
            };
            Answer { code, delivered: None, report: *report }
        }
    }
}

/// What the agent says, and what it would deliver.
pub(crate) struct Answer {
    pub(crate) code: &'static str,
    pub(crate) delivered: Option<Vec<u8>>,
    pub(crate) report: Report,
}

impl Answer {
    /// What it found wrong, in its words.
    pub(crate) fn told(&self) -> String {
        told(&self.report)
    }
}

fn told(report: &Report) -> String {
    let reasons = report.rejection.iter().map(|reason| format!("{}: {}", reason.code, reason.detail));
    let removals = report.recipients.iter().filter_map(|recipient| recipient.reason());
    reasons.chain(removals.map(|reason| reason.detail.clone())).collect::<Vec<_>>().join("; ")
}

/// What the library finds inside, opened with that key: the innermost content, and how many signers it is by.
///
/// Every layer has to open and every signature to be valid.
pub(crate) fn opened(keys: &Keys, key: &str, message: &[u8]) -> Result<(Vec<u8>, usize), String> {
    let mut entity = Buffer::new(BufferName::Received, message);
    let mut signers = 0;
    for _ in 0..6 {
        let parsed = Entity::parse_whole(&entity, &Limits::DEFAULT, &mut Ledger::new()).map_err(text)?;
        if parsed.content_type.is("message", "rfc822") {
            return Ok((parsed.octets().to_vec(), signers));
        }
        let (next, count) = layer(keys, key, parsed)?;
        signers += count;
        entity = next;
    }
    Err("there are more than six layers".to_owned())
}

fn layer(keys: &Keys, key: &str, entity: Entity) -> Result<(Buffer, usize), String> {
    let limits = &Limits::DEFAULT;
    if entity.content_type.is("multipart", "signed") {
        let signed = SignedEntity::open(entity, limits, &mut Ledger::new()).map_err(text)?;
        let cms = Buffer::new(BufferName::SignatureCms, signed.signature().decoded_body().octets);
        let data = SignedData::read(&cms, limits).map_err(text)?;
        let content = signed.content().octets();
        let count = all_valid(&verify_signers(&data, content, limits))?;
        return Ok((Buffer::new(BufferName::Decrypted, content), count));
    }
    let cms = Buffer::new(BufferName::EncryptedCms, entity.decoded_body().octets);
    match content_type(cms.octets()).ok_or("no CMS")? {
        kind if kind == oid::SIGNED_DATA => {
            let data = SignedData::read(&cms, limits).map_err(text)?;
            let count = all_valid(&verify_embedded_signers(&data, limits))?;
            let content = data.embedded_content().ok_or("no content")?.into_owned();
            Ok((Buffer::new(BufferName::Decrypted, content), count))
        }
        kind if kind == oid::ENVELOPED_DATA || kind == oid::AUTH_ENVELOPED_DATA => {
            let data = EnvelopedData::read(&cms, limits).map_err(text)?;
            decrypt(&data, &[keys.entry(key)]).map(|opened| (opened.plaintext, 0)).map_err(text)
        }
        kind if kind == oid::COMPRESSED_DATA => {
            let data = CompressedData::read(&cms, limits).map_err(text)?;
            data.expand(limits).map(|expanded| (expanded, 0)).map_err(text)
        }
        kind => Err(format!("a layer is {kind}")),
    }
}

fn all_valid(checks: &[SignerCheck]) -> Result<usize, String> {
    for check in checks {
        check.signature.as_ref().map_err(text)?;
    }
    if checks.is_empty() { Err("nobody signs".to_owned()) } else { Ok(checks.len()) }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
