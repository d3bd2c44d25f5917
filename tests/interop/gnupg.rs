//! GnuPG's `gpgsm`.

use std::ops::{Deref, DerefMut};

use openssl::hash::{MessageDigest, hash};
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use sealscope::pki::{Certificate, PrivateKeyEntry};

use super::keys::{Keys, PASSPHRASE};
use super::peer::{Fault, Limit, Peer, Workbench, first_line, is_installed, makes, no_way, reads};
use super::recipe::{Attributes, Encoding, Identifier, Included, Layout, Sealing, Signing};

pub(crate) struct GnuPg {
    /// Alice and Bob.
    home: Home,
    /// Carol, for whom what is for Bob only stays closed.
    carol: Home,
    fingerprints: Vec<(String, String)>,
    /// The keys that it could import.
    held: Vec<String>,
}

/// What every call begins with. Revocation lists would have to come over the network.
const ALWAYS: [&str; 10] = [
    "--batch",
    "--yes",
    "--no-tty",
    "--disable-dirmngr",
    "--disable-crl-checks",
    "--pinentry-mode",
    "loopback",
    "--passphrase-fd",
    "0",
    "--status-fd=1",
];

const NOT_IMPORTED: &str = "gpgsm cannot import the PKCS#12 file of a key that is not RSA";

const LIMITS: &[Limit] = &[
    makes("ecdh-p256", "certificate is not usable for encryption"),
    makes("ecdh-p384", "certificate is not usable for encryption"),
    makes("ecdh-p521", "certificate is not usable for encryption"),
    makes("ecdh-kdf-sha1", "certificate is not usable for encryption"),
    makes("ecdh-cofactor", "certificate is not usable for encryption"),
    makes("x25519", "certificate is not usable for encryption"),
    makes("mixed-recipients", "certificate is not usable for encryption"),
    reads("aes-128-gcm", "error getting IV"),
    reads("aes-192-gcm", "error getting IV"),
    reads("aes-256-gcm", "error getting IV"),
    reads("oaep-sha1", "error getting encrypted session key"),
    reads("oaep-sha256", "error getting encrypted session key"),
    reads("oaep-sha384", "error getting encrypted session key"),
    reads("oaep-sha512", "error getting encrypted session key"),
    reads("recipient-key-id", "error getting info"),
    reads("signer-key-id", "ksba_cms_parse failed: BER error"),
    reads("ecdsa-p521", "DSA requires the hash length to be a multiple of 8 bits"),
    reads("ed25519", "DSA requires the hash length to be a multiple of 8 bits"),
];

/// A GNUPGHOME; the agent that was started for it ends with it.
struct Home(Workbench);

impl Deref for Home {
    type Target = Workbench;

    fn deref(&self) -> &Workbench {
        &self.0
    }
}

impl DerefMut for Home {
    fn deref_mut(&mut self) -> &mut Workbench {
        &mut self.0
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = self.run("gpgconf", &["--kill", "all"], "");
    }
}

impl GnuPg {
    pub(crate) fn start(keys: &Keys) -> Option<Self> {
        if !["gpgsm", "gpgconf", "gpg-agent"].iter().all(|program| is_installed(program)) {
            return None;
        }
        let mut gnupg = Self { home: home(keys), carol: home(keys), fingerprints: Vec::new(), held: Vec::new() };
        let all: Vec<_> = keys.of("").collect();
        for (name, entry) in &all {
            let certificate = entry.certificate();
            gnupg.fingerprints.push(((*name).to_owned(), sha1(certificate)));
            for bench in [&mut gnupg.home, &mut gnupg.carol] {
                bench.put("import", certificate.pem().as_bytes());
                gpgsm(bench, &["--import", "import"]).unwrap();
            }
        }
        // 2.2 ends with a segmentation fault where the key is not RSA: that is tried where it can do no harm.
        let trial = import(&mut home(keys), "bob-p256", keys.entry("bob-p256"));
        for (name, entry) in all.iter().filter(|(name, _)| name.ends_with("-rsa") || trial.is_ok()) {
            let bench = if name.starts_with("carol-") { &mut gnupg.carol } else { &mut gnupg.home };
            import(bench, name, entry).unwrap();
            gnupg.held.push((*name).to_owned());
        }
        gnupg.commands();
        Some(gnupg)
    }

    fn fingerprint(&self, name: &str) -> String {
        let found = self.fingerprints.iter().find(|(known, _)| known == name);
        found.map(|(_, fingerprint)| fingerprint.clone()).unwrap_or_default()
    }

    fn holds(&self, name: &str) -> bool {
        self.held.iter().any(|held| held == name)
    }

    fn run(&mut self, input: &[u8], arguments: &[&str]) -> Result<Vec<u8>, Fault> {
        run(&mut self.home, input, arguments)
    }
}

/// How often an import is tried, each time with new salts.
const IMPORTS: usize = 5;

/// For some salts 2.2 derives another key than everybody else does: of 4462 files it could not open 75, ever.
fn import(bench: &mut Home, name: &str, entry: &PrivateKeyEntry) -> Result<String, Fault> {
    let mut outcome = Ok(String::new());
    for _ in 0..IMPORTS {
        bench.put("import", &old_pkcs12(name, entry));
        outcome = gpgsm(bench, &["--import", "import"]);
        if !matches!(&outcome, Err(Fault::Failed(words)) if words.contains("error parsing or decrypting the PKCS#12 file"))
        {
            break;
        }
    }
    outcome
}

fn run(bench: &mut Home, input: &[u8], arguments: &[&str]) -> Result<Vec<u8>, Fault> {
    bench.put("in", input);
    bench.clear("out");
    gpgsm(bench, &[&["--output", "out"], arguments, &["in"]].concat())?;
    bench.read("out")
}

fn gpgsm(bench: &mut Home, arguments: &[&str]) -> Result<String, Fault> {
    bench.run("gpgsm", &[&ALWAYS, arguments].concat(), PASSPHRASE)
}

fn home(keys: &Keys) -> Home {
    let mut bench = Home(Workbench::new());
    bench.put("gpg-agent.conf", b"allow-loopback-pinentry\ns2k-count 65536\n");
    bench.put("trustlist.txt", format!("{} S relax\n", sha1(&keys.root)).as_bytes());
    for authority in [&keys.root, &keys.intermediate] {
        bench.put("import", authority.pem().as_bytes());
        gpgsm(&mut bench, &["--import", "import"]).unwrap();
    }
    bench
}

/// How GnuPG names certificates.
fn sha1(certificate: &Certificate) -> String {
    let digest = hash(MessageDigest::sha1(), certificate.der()).unwrap();
    digest.iter().map(|octet| format!("{octet:02X}")).collect()
}

/// gpgsm 2.2 reads the old encryption of PKCS#12 only.
fn old_pkcs12(name: &str, entry: &PrivateKeyEntry) -> Vec<u8> {
    let mut builder = Pkcs12::builder();
    builder.name(name).pkey(entry.key()).cert(entry.certificate().x509());
    builder.key_algorithm(Nid::PBE_WITHSHA1AND3_KEY_TRIPLEDES_CBC);
    builder.cert_algorithm(Nid::PBE_WITHSHA1AND3_KEY_TRIPLEDES_CBC);
    builder.mac_md(MessageDigest::sha1());
    builder.build2(PASSPHRASE).unwrap().to_der().unwrap()
}

impl Peer for GnuPg {
    fn name(&self) -> &'static str {
        "gpgsm"
    }

    fn version(&self) -> String {
        first_line("gpgsm", &["--version"]).replace(" (GnuPG)", "")
    }

    fn packages(&self) -> &'static str {
        "gpgsm gpg-agent"
    }

    fn limits(&self) -> &'static [Limit] {
        LIMITS
    }

    fn sign(&mut self, content: &[u8], how: &Signing) -> Result<Vec<u8>, Fault> {
        no_way(!how.signers.iter().all(|name| self.holds(name)), NOT_IMPORTED)?;
        no_way(how.identifier == Identifier::KeyId, "gpgsm has no option for key identifiers")?;
        no_way(how.digest == "md5", "gpgsm signs with SHA-1 where MD5 is asked for")?;
        no_way(how.is_pss(), "gpgsm has no option for RSA-PSS")?;
        no_way(how.encoding == Encoding::Der, "gpgsm always streams")?;
        no_way(how.attributes == Attributes::None, "gpgsm always signs attributes")?;
        let mut arguments = vec!["--sign", "--digest-algo", how.digest];
        arguments.extend((how.layout == Layout::Detached).then_some("--detach-sign"));
        arguments.extend(["--include-certs", if how.included == Included::Chain { "-2" } else { "1" }]);
        let signers: Vec<_> = how.signers.iter().map(|name| self.fingerprint(name)).collect();
        arguments.extend(signers.iter().flat_map(|signer| ["--local-user", signer]));
        self.run(content, &arguments)
    }

    fn encrypt(&mut self, content: &[u8], how: &Sealing) -> Result<Vec<u8>, Fault> {
        no_way(how.identifier == Identifier::KeyId, "gpgsm has no option for key identifiers")?;
        no_way(how.transport != "pkcs1", "gpgsm has no option for RSA-OAEP")?;
        no_way(how.encoding == Encoding::Der, "gpgsm always streams")?;
        let cipher = match how.cipher {
            "aes-128-cbc" => "AES",
            "aes-192-cbc" => "AES192",
            Sealing::ANY_CIPHER | "aes-256-cbc" => "AES256",
            "3des" => "3DES",
            _ => return Err(Fault::NoWay("gpgsm has no such cipher")),
        };
        let recipients: Vec<_> = how.recipients.iter().map(|name| self.fingerprint(name)).collect();
        let mut arguments = vec!["--encrypt", "--cipher-algo", cipher];
        arguments.extend(recipients.iter().flat_map(|recipient| ["--recipient", recipient]));
        self.run(content, &arguments)
    }

    fn verify(&mut self, cms: &[u8], detached: Option<&[u8]>) -> Result<Vec<u8>, Fault> {
        self.home.put("in", cms);
        self.home.clear("out");
        let status = match detached {
            Some(content) => {
                self.home.put("content", content);
                gpgsm(&mut self.home, &["--verify", "in", "content"])?
            }
            None => gpgsm(&mut self.home, &["--output", "out", "--verify", "in"])?,
        };
        let good = status.matches("] GOODSIG ").count();
        if good == 0 || good != status.matches("] NEWSIG").count() || good != status.matches("] TRUST_FULLY ").count() {
            return Err(Fault::Failed(status));
        }
        detached.map_or_else(|| self.home.read("out"), |content| Ok(content.to_vec()))
    }

    fn decrypt(&mut self, cms: &[u8], key: &str) -> Result<Vec<u8>, Fault> {
        no_way(!self.holds(key), NOT_IMPORTED)?;
        let bench = if key.starts_with("carol-") { &mut self.carol } else { &mut self.home };
        match run(bench, cms, &["--decrypt"]) {
            // It ends badly also where it only lacks the keys of other recipients.
            Err(Fault::Failed(words)) if words.contains("DECRYPTION_OKAY") => bench.read("out"),
            done => done,
        }
    }

    fn commands(&mut self) -> Vec<String> {
        [self.home.commands(), self.carol.commands()].concat()
    }
}
