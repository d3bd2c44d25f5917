//! NSS, by its programs `cmsutil`, `certutil` and `pk12util`.

use super::keys::{Keys, PASSPHRASE, folder};
use super::peer::{Fault, Limit, Peer, Workbench, first_line, is_installed, makes, no_way, reads};
use super::recipe::{Attributes, Encoding, Identifier, Included, Layout, Sealing, Signing};

/// Carol's key lies in a database of its own, so that what is for Bob only stays closed to her.
const DATABASES: [(&str, &[&str]); 2] = [("db", &["alice-", "bob-"]), ("db-carol", &["carol-"])];

pub(crate) struct Nss {
    bench: Workbench,
}

const LIMITS: &[Limit] = &[
    makes("rsa-md5", "SEC_ERROR_SIGNATURE_ALGORITHM_DISABLED"),
    makes("ed25519", "the corresponding cert for key \"alice-ed25519\" does not exist"),
    makes("ecdh-p256", "cannot create CMS recipientInfo object"),
    makes("mixed-recipients", "cannot create CMS recipientInfo object"),
    reads("aes-128-gcm", "SEC_ERROR_UNRECOGNIZED_OID"),
    reads("aes-192-gcm", "SEC_ERROR_UNRECOGNIZED_OID"),
    reads("aes-256-gcm", "SEC_ERROR_UNRECOGNIZED_OID"),
    reads("oaep-sha1", "SEC_ERROR_UNSUPPORTED_KEYALG"),
    reads("oaep-sha256", "SEC_ERROR_UNSUPPORTED_KEYALG"),
    reads("oaep-sha384", "SEC_ERROR_UNSUPPORTED_KEYALG"),
    reads("oaep-sha512", "SEC_ERROR_UNSUPPORTED_KEYALG"),
    reads("ecdh-p256", "SEC_ERROR_BAD_DER"),
    reads("ecdh-p384", "SEC_ERROR_BAD_DER"),
    reads("ecdh-p521", "SEC_ERROR_BAD_DER"),
    reads("ecdh-gcm", "SEC_ERROR_UNRECOGNIZED_OID"),
    reads("recipient-key-id-ec", "SEC_ERROR_BAD_DER"),
    reads("mixed-recipients", "SEC_ERROR_BAD_DER"),
    reads("ed25519", "status=ProcessingError"),
    reads("x25519", "SEC_ERROR_BAD_DER"),
    makes("x25519", "cannot find certificate for \"bob-x25519\""),
];

impl Nss {
    pub(crate) fn start(keys: &Keys) -> Option<Self> {
        if !["cmsutil", "certutil", "pk12util"].iter().all(|program| is_installed(program)) {
            return None;
        }
        let mut bench = Workbench::new();
        bench.put("root.pem", keys.root.pem().as_bytes());
        for (database, people) in DATABASES {
            std::fs::create_dir(bench.path(database)).unwrap();
            let place = format!("sql:{database}");
            bench.run("certutil", &["-N", "-d", &place, "--empty-password"], "").unwrap();
            bench.run("certutil", &["-A", "-n", "root", "-t", "C,C,C", "-i", "root.pem", "-d", &place], "").unwrap();
            for (name, _) in people.iter().flat_map(|person| keys.of(person)) {
                let file = folder().join(format!("{name}.p12"));
                // Ed25519 and X25519 keys are refused; the cells that need them say so.
                let _ = bench.run("pk12util", &["-i", file.to_str().unwrap(), "-d", &place, "-W", PASSPHRASE], "");
            }
        }
        bench.put("carol.pem", keys.entry("carol-rsa").certificate().pem().as_bytes());
        bench.run("certutil", &["-A", "-n", "carol-rsa", "-t", ",,", "-i", "carol.pem", "-d", "sql:db"], "").unwrap();
        bench.commands();
        Some(Self { bench })
    }

    fn cmsutil(&mut self, input: &[u8], arguments: &[&str]) -> Result<(Vec<u8>, String), Fault> {
        self.bench.put("in", input);
        self.bench.clear("out");
        let output = self.bench.run("cmsutil", &[arguments, &["-i", "in", "-o", "out"]].concat(), "")?;
        Ok((self.bench.read("out")?, output))
    }
}

impl Peer for Nss {
    fn name(&self) -> &'static str {
        "nss"
    }

    fn version(&self) -> String {
        let package = first_line("dpkg-query", &["--show", "--showformat=${Version}", "libnss3-tools"]);
        let version = package.split_once(':').map_or(package.as_str(), |(_, version)| version);
        format!("NSS {}", version.split('-').next().unwrap_or_default())
    }

    fn packages(&self) -> &'static str {
        "libnss3-tools"
    }

    fn limits(&self) -> &'static [Limit] {
        LIMITS
    }

    fn sign(&mut self, content: &[u8], how: &Signing) -> Result<Vec<u8>, Fault> {
        no_way(how.signers.len() > 1, "cmsutil signs with one key")?;
        no_way(how.identifier == Identifier::KeyId, "cmsutil has no option for key identifiers")?;
        no_way(how.is_pss(), "cmsutil has no option for RSA-PSS")?;
        no_way(how.encoding == Encoding::Der, "cmsutil always streams")?;
        no_way(how.included == Included::Signer, "cmsutil always includes the chain")?;
        no_way(how.attributes == Attributes::None, "cmsutil always signs attributes")?;
        let digest = how.digest.to_uppercase();
        let mut arguments = vec!["-S", "-d", "sql:db", "-N", how.signers[0], "-H", &digest];
        arguments.extend(["-G", "-P"]);
        arguments.extend((how.layout == Layout::Detached).then_some("-T"));
        self.cmsutil(content, &arguments).map(|(cms, _)| cms)
    }

    fn encrypt(&mut self, content: &[u8], how: &Sealing) -> Result<Vec<u8>, Fault> {
        no_way(how.identifier == Identifier::KeyId, "cmsutil has no option for key identifiers")?;
        no_way(how.transport != "pkcs1", "cmsutil has no option for RSA-OAEP")?;
        no_way(how.encoding == Encoding::Der, "cmsutil always streams")?;
        no_way(how.derivation != "sha256", "cmsutil has no option for the key derivation")?;
        no_way(
            how.cipher != "aes-128-cbc" && how.cipher != Sealing::ANY_CIPHER,
            "cmsutil has no option for the cipher, and takes AES-128-CBC",
        )?;
        let recipients = how.recipients.join(",");
        self.cmsutil(content, &["-E", "-d", "sql:db", "-r", &recipients]).map(|(cms, _)| cms)
    }

    fn verify(&mut self, cms: &[u8], detached: Option<&[u8]>) -> Result<Vec<u8>, Fault> {
        let mut arguments = vec!["-D", "-d", "sql:db"];
        if let Some(content) = detached {
            self.bench.put("content", content);
            arguments.extend(["-c", "content"]);
        }
        // Where a digest is wrong the program says so in its summary, and ends well.
        let (summary, output) = self.cmsutil(cms, &[&arguments[..], &["-n", "-h", "10"]].concat())?;
        let said = format!("{output} {}", String::from_utf8_lossy(&summary));
        let signers = said.matches(".status=").count();
        if signers == 0 || signers != said.matches(".status=GoodSignature").count() {
            return Err(Fault::Failed(said.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
        self.cmsutil(cms, &arguments).map(|(content, _)| content)
    }

    fn decrypt(&mut self, cms: &[u8], key: &str) -> Result<Vec<u8>, Fault> {
        let database = if key.starts_with("carol-") { "sql:db-carol" } else { "sql:db" };
        self.cmsutil(cms, &["-D", "-d", database]).map(|(content, _)| content)
    }

    fn commands(&mut self) -> Vec<String> {
        self.bench.commands()
    }
}
