//! The first inputs of each corpus: from the demo workspace, from the world, and from the vectors of the tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use openssl::symm::Cipher;
use sealscope::limits::Limits;
use sealscope::mail::{HeaderSection, bsmtp};
use sealscope::mime::MimeTree;
use sealscope::pki::digest::SignatureDigest;
use sealscope::pki::issue::{Authority, CertificateBuilder, CrlBuilder};
use sealscope::pki::{KeyUsage, NewKey, Passphrase, RevocationReason, write_pkcs12};
use sealscope::smime::content_type;
use sealscope::span::{Buffer, BufferName};
use sealscope::workspace::demo;
use time::macros::datetime;

use crate::agent::{Place, good};
use crate::support::handmade::{enveloped_data, joined, without_signers};
use crate::world::{ALICE, BOB, MESSAGE, NOW, WORLD, envelope};

/// Seeds larger than this slow a target down more than they teach it.
const MOST_OCTETS: usize = 64 << 10;

/// Inputs by target.
#[derive(Default)]
pub struct Seeds(BTreeMap<&'static str, Vec<Vec<u8>>>);

impl Seeds {
    /// Everything that can be had; `vectors` is the folder of the tests' vectors.
    pub fn gather(vectors: &Path) -> Self {
        let mut seeds = Self::default();
        seeds.demo();
        seeds.world();
        seeds.keys();
        seeds.words();
        seeds.folder(vectors);
        seeds
    }

    /// Writes each corpus into a folder of its own; a seed's name is its digest, as libFuzzer has it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, corpus: &Path) -> std::io::Result<()> {
        for (target, inputs) in &self.0 {
            let folder = corpus.join(target);
            fs::create_dir_all(&folder)?;
            for input in inputs {
                let name: String = openssl::sha::sha1(input).iter().map(|octet| format!("{octet:02x}")).collect();
                fs::write(folder.join(name), input)?;
            }
            println!("{target}: {} seeds", inputs.len());
        }
        Ok(())
    }

    /// The inputs of one target.
    pub fn of(&self, target: &str) -> &[Vec<u8>] {
        self.0.get(target).map(Vec::as_slice).unwrap_or_default()
    }

    fn add(&mut self, targets: &[&'static str], octets: &[u8]) {
        if octets.len() <= MOST_OCTETS {
            for target in targets {
                self.0.entry(target).or_default().push(octets.to_vec());
            }
        }
    }

    /// The workspace that the program itself makes: its messages, keystores, certificates, lists and settings.
    fn demo(&mut self) {
        let root = std::env::temp_dir().join(format!("sealscope-seeds-{}", std::process::id()));
        demo::create(&root, NOW).expect("the demo workspace can be made");
        self.folder(&root);
        fs::remove_dir_all(&root).expect("the demo workspace can be removed");
    }

    fn folder(&mut self, folder: &Path) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                self.folder(&path);
            } else if let Ok(octets) = fs::read(&path) {
                self.file(path.extension().and_then(|extension| extension.to_str()).unwrap_or_default(), &octets);
            }
        }
    }

    fn file(&mut self, extension: &str, octets: &[u8]) {
        match extension {
            "bsmtp" => {
                self.add(&["envelope_file", "document"], octets);
                for envelope in bsmtp::parse(octets, &Limits::DEFAULT).unwrap_or_default() {
                    self.message(envelope.message.octets());
                }
            }
            "eml" | "msg" | "mbox" => {
                self.add(&["document"], octets);
                self.add(&["mbox"], octets);
                self.add(&["mbox"], &[b"From a@b Mon Jan  1 00:00:00 2024\n".as_slice(), octets].concat());
                self.message(octets);
            }
            "toml" => self.add(&["settings"], octets),
            "p12" | "pfx" | "pem" | "p7b" | "p7c" | "p8" | "key" => {
                self.add(&["container"], octets);
                self.add(&["asn1"], octets);
            }
            "crt" | "cer" => self.certificate(octets),
            "crl" => {
                let der = match openssl::x509::X509Crl::from_pem(octets) {
                    Ok(crl) => crl.to_der().expect("it can be written"),
                    Err(_) => octets.to_vec(),
                };
                self.add(&["crl", "asn1", "container"], &der);
            }
            "der" | "cms" | "p7m" | "p7s" | "ber" => self.cms(octets),
            _ => {}
        }
    }

    fn certificate(&mut self, octets: &[u8]) {
        let der = match openssl::x509::X509::from_pem(octets) {
            Ok(x509) => x509.to_der().expect("it can be written"),
            Err(_) => octets.to_vec(),
        };
        self.add(&["certificate", "asn1", "container"], &der);
        self.add(&["dns_cert"], &[b"\x00\x01".as_slice(), &der].concat());
    }

    /// A message, the values of its fields, and what is in it.
    fn message(&mut self, octets: &[u8]) {
        self.add(&["header", "entities", "inspect", "document", "outgoing", "wrapping"], octets);
        self.add(&["incoming"], &placed(Place::Message, octets));
        let section = HeaderSection::scan(octets, 0..octets.len(), &Limits::DEFAULT);
        for field in &section.fields {
            match field.name(octets).to_ascii_lowercase().as_str() {
                "from" | "to" | "cc" | "reply-to" | "sender" => self.add(&["mailboxes"], field.value(octets)),
                "content-type" | "content-disposition" => self.add(&["content_type"], field.value(octets)),
                _ => self.add(&["text"], field.value(octets)),
            }
        }
        let (tree, _) = MimeTree::parse(&Buffer::new(BufferName::Received, octets), &Limits::DEFAULT);
        for node in tree.nodes() {
            self.add(&["transfer"], node.entity.body_octets());
            let decoded = node.entity.decoded_body().octets;
            if content_type(&decoded).is_some() {
                self.cms(&decoded);
            }
        }
    }

    fn cms(&mut self, octets: &[u8]) {
        self.add(&["asn1", "compressed", "container", "enveloped_data", "open", "signed_data", "verify"], octets);
        self.add(&["incoming"], &placed(Place::Envelope, octets));
        self.add(&["incoming"], &placed(Place::Signature, octets));
    }

    /// Messages of the world, for every place in them, and envelopes for each of Bob's keys.
    fn world(&mut self) {
        for place in Place::ALL {
            let octets = good(place);
            self.add(&["incoming"], &placed(place, &octets));
            match place {
                Place::Message | Place::Entity | Place::Signed => self.message(&octets),
                Place::Envelope | Place::Signature | Place::Opaque => self.cms(&octets),
            }
        }
        self.message(MESSAGE);
        for changed in [MESSAGE.to_vec(), replaced(MESSAGE, b"\r\n", b"\n"), replaced(MESSAGE, b"well", b"ill")] {
            let altered = [WORLD.content.as_slice(), b"\0Content-Type: message/rfc822\r\n\r\n", &changed].concat();
            self.add(&["diagnose", "masking"], &altered);
        }
        self.cms(&without_signers(&WORLD.signature));
        self.cms(&joined(&WORLD.signature, &WORLD.signature));
        for bob in &WORLD.bob {
            for cipher in [Cipher::aes_128_cbc(), Cipher::aes_256_cbc(), Cipher::des_ede3_cbc()] {
                self.cms(&enveloped_data(&WORLD.content, &[bob.certificate()], cipher));
            }
        }
        let sent = WORLD.with_agent(|agent| agent.process_outgoing(&envelope(ALICE, BOB, MESSAGE)));
        self.message(sent.expect("Alice can send").envelope.message.octets());
    }

    /// Keystores, certificates with unusual extensions, lists that revoke.
    fn keys(&mut self) {
        let (begin, end) = (datetime!(2020-01-01 0:00 UTC), datetime!(2049-01-01 0:00 UTC));
        for entry in WORLD.bob.iter().chain([&WORLD.alice]) {
            self.certificate(entry.certificate().der());
            self.add(&["container"], entry.certificate().pem().as_bytes());
            let pkcs12 = write_pkcs12(entry, &Passphrase::new("sesame")).expect("it can be written");
            self.add(&["container", "asn1"], &pkcs12);
            let key = entry.key().private_key_to_pkcs8().expect("it can be written");
            self.add(&["container", "asn1"], &key);
        }
        let root = CertificateBuilder::authority("Seeds", begin, end).key(NewKey::P256).path_len(1);
        let root = Authority::self_signed(&root).expect("an authority can be made");
        let odd = CertificateBuilder::for_domain("b.example", begin, end)
            .key(NewKey::P256)
            .email("\u{fc}ber@b.example")
            .organization("A, B + C=D")
            .subject_email("bob@b.example")
            .extended_key_usage("1.3.6.1.5.5.7.3.4")
            .key_usage(Some(KeyUsage::DIGITAL_SIGNATURE))
            .signature_digest(SignatureDigest::Sha384);
        let odd = root.issue(&odd).expect("a certificate can be made");
        self.certificate(root.certificate().der());
        self.certificate(odd.certificate().der());
        let list =
            CrlBuilder::new(begin, end).number(7).revoke(odd.certificate(), begin, RevocationReason::KeyCompromise);
        let list = root.crl(&list).expect("a list can be made");
        self.file("crl", list.der());
        self.add(&["container"], list.pem().as_bytes());
    }

    /// What the small grammars are made of.
    fn words(&mut self) {
        for text in [
            "alice@a.example",
            "\"a b\\\"\"@[192.0.2.1]",
            "bob+x@\u{4f8b}\u{3048}.example",
            "<@a.example,@b.example:c@d.example>",
            "a@[IPv6:2001:db8::1]",
            "a.b.c@xn--r8jz45g.example",
            "b.example.",
        ] {
            self.add(&["address", "mailboxes"], text.as_bytes());
            self.add(&["dns_cert"], &[b"\x00\x01", text.as_bytes()].concat());
        }
        for text in [
            "A (x (y) z) <a@b.example>, \"B, C\" <b@[192.0.2.1]>;",
            "G: a@b.example, <@r.example:c@d.example>;, e@f.example (E)",
            "=?utf-8?B?SsO8cmdlbg==?= <j@a.example>",
            "undisclosed recipients:;",
        ] {
            self.add(&["mailboxes", "text"], text.as_bytes());
        }
        for text in [
            "multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; boundary=\"=_x\"",
            "text/plain; charset*0*=utf-8''a%20; charset*1=\"b\"; name*=iso-8859-1'en'%A3",
            "a/b; c=\"d\\\"e\" (f (g)); h=i",
        ] {
            self.add(&["content_type"], text.as_bytes());
        }
        for text in ["=?utf-8?Q?J=C3=BCrgen_x?=\r\n =?iso-8859-1?B?/A==?=", "=?utf-7?Q?+AGE-?= =?gb18030?B?gTCBMA==?="]
        {
            self.add(&["text"], text.as_bytes());
        }
        for text in ["QUJD\r\nRA==\r\n", "=41=\r\n=3d b=20\r\n", "A*B\u{e9}C=D==E", "7bit", "Base64 (x)"] {
            self.add(&["transfer"], text.as_bytes());
        }
        for octets in [b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02".as_slice(), b"1.2.840.113549.1.7.2", b"\x88\x37\x01"] {
            self.add(&["oid"], octets);
        }
        self.add(&["asn1"], b"\x30\x80\x24\x80\x04\x01a\x04\x01b\0\0\x17\x0d260101000000Z\x01\x01\xff\x02\x01\x05\0\0");
        for (kind, data) in [(4_u16, "http://a.example/c"), (253, "x:y\0z"), (254, "\u{6}\u{3}*\u{3}\u{4}"), (9, "")] {
            self.add(&["dns_cert"], &[&kind.to_be_bytes(), data.as_bytes()].concat());
        }
        let settings = "profile = \"strict\"\nclock = \"2021-03-01T00:00:00Z\"\nlocal_domains = [\"a.example\"]\n\
            resolver_order = [\"local\", \"dns\"]\nnetwork = \"online\"\ndns_server = \"127.0.0.1:53\"\nx = 1\n[w]\ny = nan\n";
        self.add(&["settings"], settings.as_bytes());
        let mbox = "From a@b Mon Jan  1 00:00:00 2024\nSubject: 1\n\nx\n\nFrom c@d Tue Jan  2 00:00:00 2024\nSubject: 2\n\ny\n";
        self.add(&["document"], mbox.as_bytes());
        self.add(&["mbox"], mbox.as_bytes());
        self.network();
        let session = "EHLO x\nMAIL FROM:<> SIZE=1\nRCPT TO:<a@b.example>\nRSET\nMAIL FROM:<a@b.example>\nRCPT TO:<c@d.example>\n\
            DATA\nSubject: x\n\n..y\n.\nQUIT\n";
        self.add(&["envelope_file", "document"], session.as_bytes());
        self.add(&["smtp"], session.replace('\n', "\r\n").as_bytes());
        for file in [
            "{\"file\":\"a.eml\",\"verdict\":\"rejected\",\"code\":\"digest-mismatch\"}",
            "{\"file\":\"b\",\"code\":null}",
        ] {
            self.add(&["expectations"], file.as_bytes());
        }
    }

    /// What servers and clients say.
    fn network(&mut self) {
        let zone = "$TTL 60\n@ IN CERT PKIX 0 0 MAA=\n_ldap._tcp SRV 0 0 389 d\nd A 192.0.2.1\n";
        self.add(&["zone_file"], zone.as_bytes());
        for false_end in ["\n.\n", "\r.\r", "\n.\r\n", "\r\n.\r\r\n"] {
            let session = format!(
                "MAIL FROM:<a@b.example> BODY=8BITMIME\r\nRCPT TO:<c@d.example>\r\nDATA\r\nx{false_end}RSET\r\n.\r\nQUIT\r\n"
            );
            self.add(&["smtp"], session.as_bytes());
        }
        for line in ["250-lab.example\r\n", "\u{1b}[2J\u{202e}x", "AUTH PLAIN AGFsaWNlAHNlc2FtZQ=="] {
            self.add(&["transcript", "smtp"], line.as_bytes());
        }
        // A search's entry and its end, and a bind's success (RFC 4511 §4.5.2, §4.2.2).
        let entry = b"\x30\x2b\x02\x01\x02\x64\x26\x04\x02cn\x30\x20\x30\x1e\x04\x16userCertificate;binary\x31\x04\x04\x02\x30\x00";
        for message in [
            entry.as_slice(),
            b"\x30\x0c\x02\x01\x02\x65\x07\x0a\x01\x00\x04\x00\x04\x00",
            b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00",
        ] {
            self.add(&["ldap", "asn1"], message);
        }
        // tryLater, and a successful response with nothing in it (RFC 6960 §4.2.1).
        for response in [
            b"\x30\x03\x0a\x01\x03".as_slice(),
            b"\x30\x16\x0a\x01\x00\xa0\x11\x30\x0f\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x01\x04\x02\x30\x00",
        ] {
            self.add(&["ocsp"], response);
        }
    }
}

fn replaced(octets: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let text = octets.split(|octet| *octet == old[0]).collect::<Vec<_>>();
    let rest = |piece: &[u8]| piece.strip_prefix(&old[1..]).map(|rest| [new, rest].concat());
    let mut out = text[0].to_vec();
    for piece in &text[1..] {
        out.extend(rest(piece).unwrap_or_else(|| [&old[..1], *piece].concat()));
    }
    out
}

/// An input of the target `incoming`.
fn placed(place: Place, octets: &[u8]) -> Vec<u8> {
    let choice = Place::ALL.iter().position(|known| *known == place).and_then(|place| u8::try_from(place).ok());
    [&[choice.expect("there are a few places")], octets].concat()
}
