//! BouncyCastle, by `Driver.java`: one process for all jobs.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::keys::{Keys, folder};
use super::peer::{Fault, Limit, Peer, Workbench, is_installed, makes, reads};
use super::recipe::{Attributes, Encoding, Identifier, Included, Layout, Sealing, Signing};

pub(crate) struct BouncyCastle {
    bench: Workbench,
    process: Child,
    jobs: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    version: String,
}

const LIBRARIES: [&str; 6] =
    ["bcmail.jar", "bcpkix.jar", "bcprov.jar", "bcutil.jar", "javax.mail.jar", "javax.activation.jar"];

const LIMITS: &[Limit] =
    &[makes("x25519", "generator not correctly initialized"), reads("x25519", "no such algorithm")];

impl BouncyCastle {
    pub(crate) fn start(_keys: &Keys) -> Option<Self> {
        let libraries: Vec<PathBuf> = LIBRARIES.iter().map(|name| Path::new("/usr/share/java").join(name)).collect();
        if !is_installed("java") || !libraries.iter().all(|library| library.is_file()) {
            return None;
        }
        let bench = Workbench::new();
        let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/Driver.java");
        let mut command = Command::new("java");
        command.arg("-cp").arg(std::env::join_paths(&libraries).unwrap()).arg(driver).arg(folder());
        command.current_dir(bench.path("")).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut process = command.spawn().unwrap();
        let (jobs, mut answers) = (process.stdin.take(), BufReader::new(process.stdout.take().unwrap()));
        let mut version = String::new();
        answers.read_line(&mut version).unwrap();
        assert!(version.starts_with("BouncyCastle"), "Driver.java does not run: {version}");
        Some(Self { bench, process, jobs, answers, version: version.trim().to_owned() })
    }

    fn job(&mut self, input: &[u8], members: &[&str]) -> Result<Vec<u8>, Fault> {
        self.bench.put("in", input);
        self.bench.clear("out");
        let line = [members, &["in=in", "out=out"]].concat().join("\t");
        self.bench.note(line.replace('\t', " "));
        writeln!(self.jobs.as_mut().unwrap(), "{line}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        match answer.trim().strip_prefix("error ") {
            Some(words) => Err(Fault::Failed(words.to_owned())),
            None => {
                assert_eq!(answer.trim(), "ok", "Driver.java answered so to: {line}");
                self.bench.read("out")
            }
        }
    }
}

impl Drop for BouncyCastle {
    fn drop(&mut self) {
        // The driver ends with its input.
        drop(self.jobs.take());
        let _ = self.process.wait();
    }
}

/// As Java names it.
fn algorithm(signer: &str, how: &Signing) -> String {
    let digest = how.digest.to_uppercase();
    match signer.split('-').nth(1).unwrap_or_default() {
        "rsa" if how.is_pss() => format!("{digest}withRSAandMGF1"),
        "rsa" => format!("{digest}withRSA"),
        "ed25519" => "Ed25519".to_owned(),
        _ => format!("{digest}withECDSA"),
    }
}

impl Peer for BouncyCastle {
    fn name(&self) -> &'static str {
        "bouncycastle"
    }

    fn version(&self) -> String {
        self.version.clone()
    }

    fn packages(&self) -> &'static str {
        "libbcmail-java default-jre-headless"
    }

    fn limits(&self) -> &'static [Limit] {
        LIMITS
    }

    fn sign(&mut self, content: &[u8], how: &Signing) -> Result<Vec<u8>, Fault> {
        let signers: Vec<_> = how.signers.iter().map(|name| format!("{name}:{}", algorithm(name, how))).collect();
        let signers = format!("signers={}", signers.join(","));
        let mut members = vec!["sign", &signers];
        members.extend((how.identifier == Identifier::KeyId).then_some("ski=yes"));
        members.extend((how.layout == Layout::Opaque).then_some("opaque=yes"));
        members.extend((how.encoding == Encoding::Ber).then_some("stream=yes"));
        members.extend((how.included == Included::Signer).then_some("signeronly=yes"));
        members.extend((how.attributes == Attributes::None).then_some("noattr=yes"));
        self.job(content, &members)
    }

    fn encrypt(&mut self, content: &[u8], how: &Sealing) -> Result<Vec<u8>, Fault> {
        let cipher = if how.cipher == Sealing::ANY_CIPHER { "aes-256-cbc" } else { how.cipher };
        let texts = [
            format!("recipients={}", how.recipients.join(",")),
            format!("cipher={cipher}"),
            format!("transport={}", how.transport),
            format!("kdf={}", how.derivation),
        ];
        let mut members = vec!["encrypt"];
        members.extend(texts.iter().map(String::as_str));
        members.extend((how.identifier == Identifier::KeyId).then_some("ski=yes"));
        members.extend((how.encoding == Encoding::Ber).then_some("stream=yes"));
        self.job(content, &members)
    }

    fn verify(&mut self, cms: &[u8], detached: Option<&[u8]>) -> Result<Vec<u8>, Fault> {
        let Some(content) = detached else { return self.job(cms, &["verify"]) };
        self.bench.put("content", content);
        self.job(cms, &["verify", "content=content"])
    }

    fn decrypt(&mut self, cms: &[u8], key: &str) -> Result<Vec<u8>, Fault> {
        self.job(cms, &["decrypt", &format!("key={key}")])
    }

    fn compress(&mut self, content: &[u8]) -> Result<Vec<u8>, Fault> {
        self.job(content, &["compress"])
    }

    fn uncompress(&mut self, cms: &[u8]) -> Result<Vec<u8>, Fault> {
        self.job(cms, &["uncompress"])
    }

    fn make_mime(&mut self, entity: &[u8]) -> Result<Vec<u8>, Fault> {
        self.job(entity, &["mime-make"])
    }

    fn read_mime(&mut self, message: &[u8]) -> Result<Vec<u8>, Fault> {
        self.job(message, &["mime-read", "key=bob-rsa"])
    }

    fn commands(&mut self) -> Vec<String> {
        self.bench.commands()
    }
}
