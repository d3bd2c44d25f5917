//! The `openssl` program.

use sealscope::pki::Certificate;

use super::keys::Keys;
use super::peer::{Fault, Limit, Peer, Workbench, first_line, is_installed, makes, reads};
use super::recipe::{Attributes, Encoding, Identifier, Included, Layout, Sealing, Signing};

pub(crate) struct OpenSsl {
    bench: Workbench,
}

const LIMITS: &[Limit] = &[
    makes("x25519", "operation not supported for this keytype"),
    reads("x25519", "no matching recipient"),
    makes("ed25519", "no default digest"),
    reads("ed25519", "eddsa_digest_signverify_init:invalid digest"),
    makes("compressed", "unsupported compression algorithm"),
];

impl OpenSsl {
    pub(crate) fn start(keys: &Keys) -> Option<Self> {
        is_installed("openssl").then(|| {
            let bench = Workbench::new();
            // Known to the program besides what a message includes; only what signs itself is an anchor.
            let authorities = [keys.root.pem(), keys.intermediate.pem()].concat();
            bench.put("authorities.pem", authorities.as_bytes());
            bench.put("intermediate.pem", keys.intermediate.pem().as_bytes());
            for (name, entry) in keys.of("") {
                bench.put(&format!("{name}.key"), &entry.key().private_key_to_pem_pkcs8().unwrap());
                bench.put(&format!("{name}.crt"), Certificate::pem(entry.certificate()).as_bytes());
            }
            Self { bench }
        })
    }

    fn cms(&mut self, input: &[u8], arguments: &[&str]) -> Result<Vec<u8>, Fault> {
        self.bench.put("in", input);
        self.bench.clear("out");
        self.bench.run("openssl", &[&["cms"], arguments, &["-in", "in", "-out", "out"]].concat(), "")?;
        self.bench.read("out")
    }
}

impl Peer for OpenSsl {
    fn name(&self) -> &'static str {
        "openssl"
    }

    fn version(&self) -> String {
        first_line("openssl", &["version"]).split_whitespace().take(2).collect::<Vec<_>>().join(" ")
    }

    fn packages(&self) -> &'static str {
        "openssl"
    }

    fn limits(&self) -> &'static [Limit] {
        LIMITS
    }

    fn sign(&mut self, content: &[u8], how: &Signing) -> Result<Vec<u8>, Fault> {
        let mut arguments = vec!["-sign", "-binary", "-outform", "DER"];
        // A detached signature that is streamed would carry its content all the same.
        let streams = how.encoding == Encoding::Ber && how.layout == Layout::Opaque;
        arguments.extend(streams.then_some("-stream"));
        arguments.extend((how.identifier == Identifier::KeyId).then_some("-keyid"));
        arguments.extend((how.layout == Layout::Opaque).then_some("-nodetach"));
        arguments.extend((how.attributes == Attributes::None).then_some("-noattr"));
        // Ed25519 with any digest named is refused before the program knows what it is.
        if !how.signers.contains(&"alice-ed25519") {
            arguments.extend(["-md", how.digest]);
        }
        let files: Vec<_> = how.signers.iter().map(|name| (format!("{name}.crt"), format!("{name}.key"))).collect();
        for (certificate, key) in &files {
            arguments.extend(["-signer", certificate, "-inkey", key]);
            if how.is_pss() {
                arguments.extend(["-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:digest"]);
            }
        }
        if how.included == Included::Chain {
            arguments.extend(["-certfile", "intermediate.pem"]);
        }
        self.cms(content, &arguments)
    }

    fn encrypt(&mut self, content: &[u8], how: &Sealing) -> Result<Vec<u8>, Fault> {
        let cipher = match how.cipher {
            Sealing::ANY_CIPHER => "-aes-256-cbc".to_owned(),
            "3des" => "-des3".to_owned(),
            "rc2-128-cbc" => "-rc2-128".to_owned(),
            aes => format!("-{aes}"),
        };
        let mut arguments = vec!["-encrypt", "-binary", "-outform", "DER", &cipher];
        if how.cipher.starts_with("rc2") {
            arguments.extend(["-provider", "legacy", "-provider", "default"]);
        }
        arguments.extend((how.encoding == Encoding::Ber).then_some("-stream"));
        arguments.extend((how.identifier == Identifier::KeyId).then_some("-keyid"));
        let files: Vec<_> = how.recipients.iter().map(|name| format!("{name}.crt")).collect();
        let transport = how.transport.strip_prefix("oaep-").map(|digest| format!("rsa_oaep_md:{digest}"));
        let derivation = format!("ecdh_kdf_md:{}", how.derivation.trim_start_matches("cofactor-"));
        for file in &files {
            arguments.extend(["-recip", file]);
            if file.contains("rsa") {
                if let Some(digest) = &transport {
                    arguments.extend(["-keyopt", "rsa_padding_mode:oaep", "-keyopt", digest]);
                }
            } else if !file.contains("x25519") {
                arguments.extend(["-keyopt", &derivation]);
                if how.derivation.starts_with("cofactor-") {
                    arguments.extend(["-keyopt", "ecdh_cofactor_mode:1"]);
                }
            }
        }
        self.cms(content, &arguments)
    }

    fn verify(&mut self, cms: &[u8], detached: Option<&[u8]>) -> Result<Vec<u8>, Fault> {
        let mut arguments = vec!["-verify", "-binary", "-inform", "DER", "-CAfile", "authorities.pem"];
        if let Some(content) = detached {
            self.bench.put("content", content);
            arguments.extend(["-content", "content"]);
        }
        self.cms(cms, &arguments)
    }

    fn decrypt(&mut self, cms: &[u8], key: &str) -> Result<Vec<u8>, Fault> {
        let (certificate, key) = (format!("{key}.crt"), format!("{key}.key"));
        self.cms(cms, &["-decrypt", "-binary", "-inform", "DER", "-recip", &certificate, "-inkey", &key])
    }

    fn compress(&mut self, content: &[u8]) -> Result<Vec<u8>, Fault> {
        self.cms(content, &["-compress", "-binary", "-outform", "DER"])
    }

    fn uncompress(&mut self, cms: &[u8]) -> Result<Vec<u8>, Fault> {
        self.cms(cms, &["-uncompress", "-binary", "-inform", "DER"])
    }

    fn make_mime(&mut self, entity: &[u8]) -> Result<Vec<u8>, Fault> {
        let signing = ["-sign", "-crlfeol", "-binary", "-signer", "alice-rsa.crt", "-inkey", "alice-rsa.key"];
        let signed = self.cms(entity, &[&signing[..], &["-certfile", "intermediate.pem"]].concat())?;
        let addresses = ["-from", "alice@a.example", "-to", "bob@b.example"];
        let sealing = ["-encrypt", "-binary", "-stream", "-aes-256-cbc", "-recip", "bob-rsa.crt"];
        self.cms(&signed, &[&sealing[..], &addresses].concat())
    }

    fn read_mime(&mut self, message: &[u8]) -> Result<Vec<u8>, Fault> {
        let signed = self.cms(message, &["-decrypt", "-recip", "bob-rsa.crt", "-inkey", "bob-rsa.key"])?;
        self.cms(&signed, &["-verify", "-CAfile", "authorities.pem"])
    }

    fn commands(&mut self) -> Vec<String> {
        self.bench.commands()
    }
}
