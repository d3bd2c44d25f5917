//! `sealscope outgoing` makes what its options and the workspace's `[making]` table ask for, and says who can read it.
#![cfg(test)]

mod support;

use serde_json::Value;
use support::command::{Done, one_sentence, run};
use support::program::House;
use support::{ALICE, BOB, Circle, message};

struct Sender(House);

impl Sender {
    fn new() -> Self {
        let (house, circle) = (House::new(), Circle::new("Good"));
        house.key(ALICE, &circle.address(ALICE)).trusts(ALICE, circle.root.certificate());
        house.certificate(BOB, circle.address(BOB).certificate());
        house.put("letter.eml", &message(ALICE, &[BOB]));
        Self(house)
    }

    fn prefers(&self, making: &str) -> &Self {
        self.0.put("workspace/workspace.toml", format!("profile = \"direct-1.2\"\n{making}").as_bytes());
        self
    }

    fn sends(&self, options: &[&str]) -> Done {
        let arguments = ["outgoing", "letter.eml", "--via", "local", "-o", "out.eml", "--json"];
        self.0.sealscope(&[&arguments[..], options].concat())
    }

    fn outcome(&self, options: &[&str]) -> Value {
        let done = self.sends(options);
        assert_eq!(done.exit, 0, "{options:?}: {}", done.stderr);
        done.object()
    }
}

fn made(outcome: &Value) -> [String; 5] {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (signer, recipient) = (&outcome["signers"][0], &outcome["recipient_infos"][0]);
    let key_id = |value: &Value| text(&value["identifier"]).split(' ').next().unwrap().to_owned();
    [
        text(&outcome["content_encryption"]),
        text(&recipient["key_encryption"]),
        key_id(recipient),
        text(&signer["signature_algorithm"]),
        key_id(signer),
    ]
}

const USUAL: [&str; 5] = ["AES-256-CBC", "RSA PKCS #1 v1.5", "issuer", "RSA PKCS #1 v1.5", "issuer"];

#[test]
fn options_choose_and_the_workspace_is_what_they_choose_over() {
    let sender = Sender::new();
    assert_eq!(made(&sender.outcome(&[])), USUAL);
    let all = [
        "--cipher",
        "aes-192-gcm",
        "--key-transport",
        "oaep-sha384",
        "--recipient-id",
        "key-id",
        "--rsa-signature",
        "pss",
        "--digest",
        "sha512",
        "--signer-id",
        "key-id",
        "--attributes",
        "none",
        "--encoding",
        "ber",
        "--certificates",
        "signer",
    ];
    let chosen = ["AES-192-GCM", "RSA-OAEP with SHA-384", "key", "RSA-PSS with SHA-512, salt of 64 octets", "key"];
    assert_eq!(made(&sender.outcome(&all)), chosen);
    let header = String::from_utf8_lossy(&sender.0.read("out.eml")).into_owned();
    assert!(header.contains("smime-type=authEnveloped-data"), "{header}");

    sender.prefers("[making]\ncipher = \"aes-128-cbc\"\nkey_transport = \"oaep-sha1\"\nsigner_id = \"key-id\"\n");
    let preferred = ["AES-128-CBC", "RSA-OAEP with SHA-1", "issuer", "RSA PKCS #1 v1.5", "key"];
    assert_eq!(made(&sender.outcome(&[])), preferred);
    let back = ["--cipher", "aes-256-cbc", "--key-transport", "profile", "--signer-id", "issuer-serial"];
    assert_eq!(made(&sender.outcome(&back)), USUAL);
}

#[test]
fn the_profile_chooses_the_key_transport_where_nobody_else_does() {
    let sender = Sender::new();
    assert_eq!(made(&sender.outcome(&["--profile", "direct-1.3"]))[1], "RSA-OAEP with SHA-256");
    assert_eq!(made(&sender.outcome(&["--profile", "direct-1.3", "--key-transport", "pkcs1"]))[1], "RSA PKCS #1 v1.5");
}

#[test]
fn a_choice_that_does_not_exist_is_answered_with_those_that_do() {
    let sender = Sender::new();
    let done = sender.0.sealscope(&["outgoing", "letter.eml", "--cipher", "des"]);
    assert_eq!(done.exit, 2);
    assert!(done.stderr.contains("aes-192-gcm"), "{}", done.stderr);
    sender.prefers("[making]\nlayout = \"sideways\"\n");
    let done = sender.0.sealscope(&["outgoing", "letter.eml"]);
    one_sentence(&done, 1, &["workspace.toml", "making.layout", "sideways", "detached, opaque"]);
}

#[test]
fn help_says_who_can_read_each_choice() {
    let help = run(&["outgoing", "--help"]).text();
    for words in ["not gpgsm 2.2 nor NSS 3.87", "Direct agents refuse it", "Every program reads it", "[making]"] {
        assert!(help.contains(words), "no “{words}” in: {help}");
    }
}
