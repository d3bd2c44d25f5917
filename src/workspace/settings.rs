//! `workspace.toml`: what an evaluation depends on besides keys and anchors.
//!
//! Keys that this version does not know are kept as they are when the file is written again; comments are not. A value
//! that cannot be used is an error by key and line, never a silent default, because a wrong profile or clock would
//! change verdicts.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::error::path_text;
use super::format::FORMAT;
use super::making::MakingTable;
use crate::agent::{MakingOptions, ProfileName};
use crate::discovery::UnknownMethod;
use crate::discovery::fetch::{Consent, Reach};
use crate::discovery::ldap::{TlsMode, UnknownTlsMode};
use crate::discovery::order::{self, Stage};
use crate::mail::{Domain, escape_controls};

/// Where an evaluation takes its time from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The moment of the run.
    #[default]
    Now,
    /// Always this moment: "as of 2021-03-01".
    Fixed(OffsetDateTime),
}

impl Clock {
    /// The time to evaluate at, given the real one.
    #[must_use]
    pub const fn at(self, now: OffsetDateTime) -> OffsetDateTime {
        match self {
            Self::Now => now,
            Self::Fixed(time) => time,
        }
    }
}

/// Whether evaluations may touch the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// No query leaves the machine.
    #[default]
    Offline,
    /// DNS, and OCSP and revocation lists of chains that end in an anchor; with [`Settings::consent`] also issuers.
    Online,
}

/// The profile of a workspace that names none.
pub const DEFAULT_PROFILE: &str = "direct-1.2";

/// What `workspace.toml` says.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The profile's name.
    pub profile: String,
    /// Local domains; empty means those of the parties that hold keys.
    pub local_domains: Vec<Domain>,
    /// The resolvers, in the order in which they are asked.
    pub resolver_order: Vec<Stage>,
    /// The evaluation time.
    pub clock: Clock,
    /// What helps the owner remember the passphrase. In the demo, the passphrase itself.
    pub passphrase_hint: Option<String>,
    /// Whether evaluations may touch the network.
    pub network: Network,
    /// Of whom URLs are fetched where the network may be used: `fetch_issuers` in the file.
    pub consent: Consent,
    /// How connections to directories are protected: `ldap`, `starttls` or `ldaps` in the file.
    pub ldap: TlsMode,
    /// Whether hosts of the local network may be asked and fetched from: `allow_private` in the file.
    pub reach: Reach,
    /// The DNS server to ask instead of the system's.
    pub dns_server: Option<SocketAddr>,
    /// Whether everything here was made up by `sealscope demo`.
    pub demo: bool,
    /// How messages are signed and encrypted, unless a run says otherwise.
    pub making: MakingOptions,
    /// Keys of other versions, kept.
    pub other: toml::Table,
    /// Keys of other versions in the `[making]` table, kept.
    pub other_making: toml::Table,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            profile: DEFAULT_PROFILE.to_owned(),
            local_domains: Vec::new(),
            resolver_order: order::DEFAULT.to_vec(),
            clock: Clock::Now,
            passphrase_hint: None,
            network: Network::Offline,
            consent: Consent::default(),
            ldap: TlsMode::default(),
            reach: Reach::default(),
            dns_server: None,
            demo: false,
            making: MakingOptions::default(),
            other: toml::Table::new(),
            other_making: toml::Table::new(),
        }
    }
}

/// `workspace.toml` cannot be used; the rest of the workspace can.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not TOML, or a value of the wrong kind.
    #[error("{}{}: {why}; correct it, or move the file away to get the defaults", path_text(.path), place(*.line))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1, where known.
        line: Option<usize>,
        /// What is wrong.
        why: String,
    },
    /// The settings have no form in TOML.
    #[error("The settings cannot be written: {0}")]
    Unwritable(String),
}

fn place(line: Option<usize>) -> String {
    line.map(|line| format!(", line {line}")).unwrap_or_default()
}

/// The file's form: every key may be absent.
#[derive(Serialize, Deserialize)]
struct Document {
    /// What [`super::format`] is about: written anew each time.
    format: Option<u32>,
    written_by: Option<String>,
    profile: Option<String>,
    local_domains: Option<Vec<String>>,
    resolver_order: Option<Vec<String>>,
    clock: Option<String>,
    passphrase_hint: Option<String>,
    network: Option<Network>,
    ldap: Option<String>,
    fetch_issuers: Option<bool>,
    allow_private: Option<bool>,
    dns_server: Option<SocketAddr>,
    demo: Option<bool>,
    making: Option<MakingTable>,
    #[serde(flatten)]
    other: toml::Table,
}

const NOW: &str = "now";

impl Settings {
    /// Reads the text of a `workspace.toml`; `path` is for the sentence.
    ///
    /// # Errors
    /// [`SettingsError::Damaged`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, SettingsError> {
        // Values of the file are quoted in the sentence.
        let damaged =
            |line, why: String| SettingsError::Damaged { path: path.to_owned(), line, why: escape_controls(&why) };
        let document: Document = toml::from_str(text).map_err(|error| {
            let line =
                error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
            damaged(line, first_line(error.message()))
        })?;
        let clock = match document.clock.as_deref() {
            None | Some(NOW) => Clock::Now,
            Some(moment) => OffsetDateTime::parse(moment, &Rfc3339).map(Clock::Fixed).map_err(|_| {
                damaged(None, format!("clock = {moment:?} is neither \"now\" nor a time like 2021-03-01T00:00:00Z"))
            })?,
        };
        let profile = document.profile.unwrap_or_else(|| DEFAULT_PROFILE.to_owned());
        profile.parse::<ProfileName>().map_err(|error| damaged(None, format!("profile: {error}")))?;
        let local_domains = document.local_domains.unwrap_or_default().into_iter().map(|name| Domain::parse(&name));
        let local_domains = local_domains
            .collect::<Result<_, _>>()
            .map_err(|error| damaged(None, format!("local_domains: {error}")))?;
        let resolver_order =
            document.resolver_order.map(|names| names.iter().map(|name| name.parse::<Stage>()).collect());
        let resolver_order: Option<Vec<Stage>> = resolver_order
            .transpose()
            .map_err(|error: UnknownMethod| damaged(None, format!("resolver_order: {error}")))?;
        let ldap = document.ldap.map(|name| name.parse()).transpose();
        let ldap: Option<TlsMode> = ldap.map_err(|error: UnknownTlsMode| damaged(None, format!("ldap: {error}")))?;
        let ldap = ldap.unwrap_or_default();
        let (making, other_making) =
            document.making.unwrap_or_default().read().map_err(|sentence| damaged(None, sentence))?;
        let default = Self::default();
        Ok(Self {
            profile,
            local_domains,
            resolver_order: resolver_order.unwrap_or(default.resolver_order),
            clock,
            passphrase_hint: document.passphrase_hint,
            network: document.network.unwrap_or_default(),
            ldap,
            consent: match document.fetch_issuers {
                Some(true) => Consent::AnyChain,
                Some(false) | None => Consent::ValidatedChains,
            },
            reach: match document.allow_private {
                Some(true) => Reach::Anywhere,
                Some(false) | None => Reach::Public,
            },
            dns_server: document.dns_server,
            demo: document.demo.unwrap_or_default(),
            making,
            other: document.other,
            other_making,
        })
    }

    /// The text of a `workspace.toml` that says this.
    ///
    /// # Errors
    /// [`SettingsError::Unwritable`].
    pub fn to_toml(&self) -> Result<String, SettingsError> {
        let clock = match self.clock {
            Clock::Now => NOW.to_owned(),
            Clock::Fixed(time) => {
                time.format(&Rfc3339).map_err(|error| SettingsError::Unwritable(format!("clock: {error}")))?
            }
        };
        let document = Document {
            format: Some(FORMAT),
            written_by: Some(env!("CARGO_PKG_VERSION").to_owned()),
            profile: Some(self.profile.clone()),
            local_domains: Some(self.local_domains.iter().map(ToString::to_string).collect()),
            resolver_order: Some(self.resolver_order.iter().map(ToString::to_string).collect()),
            clock: Some(clock),
            passphrase_hint: self.passphrase_hint.clone(),
            network: Some(self.network),
            ldap: (self.ldap != TlsMode::default()).then(|| self.ldap.as_str().to_owned()),
            fetch_issuers: (self.consent == Consent::AnyChain).then_some(true),
            allow_private: (self.reach == Reach::Anywhere).then_some(true),
            dns_server: self.dns_server,
            demo: self.demo.then_some(true),
            making: MakingTable::of(&self.making, &self.other_making),
            other: self.other.clone(),
        };
        toml::to_string(&document).map_err(|error| SettingsError::Unwritable(error.to_string()))
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::agent::LineEndPolicy;
    use crate::smime::{
        AttributeSet, EmbedChain, Encoding, IdentifierForm, KeyTransport, MakingCipher, MakingDigest, RsaSignature,
        SignatureLayout,
    };

    fn parse(text: &str) -> Result<Settings, SettingsError> {
        Settings::parse(text, Path::new("w/workspace.toml"))
    }

    #[test]
    fn an_empty_file_gives_the_defaults() {
        assert_eq!(parse("").unwrap(), Settings::default());
    }

    #[test]
    fn what_is_written_is_read_again_with_keys_of_other_versions() {
        let text = "future = 1\nprofile = \"strict\"\nclock = \"2021-03-01T00:00:00Z\"\n[window]\nzoom = 1.25\n";
        let settings = parse(text).unwrap();
        assert_eq!(settings.clock, Clock::Fixed(datetime!(2021-03-01 0:00 UTC)));
        assert_eq!(settings.other.len(), 2);
        assert_eq!(parse(&settings.to_toml().unwrap()).unwrap(), settings);
    }

    #[test]
    fn every_setting_survives_writing() {
        let settings = Settings {
            local_domains: vec![Domain::parse("a.example").unwrap(), Domain::parse("例え.example").unwrap()],
            resolver_order: vec!["local".parse().unwrap(), "dns-domain".parse().unwrap()],
            passphrase_hint: Some("the \"usual\" one\nline 2".into()),
            network: Network::Online,
            ldap: TlsMode::StartTls,
            consent: Consent::AnyChain,
            reach: Reach::Anywhere,
            dns_server: Some("127.0.0.1:5353".parse().unwrap()),
            demo: true,
            making: MakingOptions {
                content: MakingCipher::Aes192Gcm,
                key_transport: Some(KeyTransport::OAEP_SHA256),
                recipient_id: IdentifierForm::SubjectKeyId,
                digest: MakingDigest::Sha512,
                rsa_signature: RsaSignature::Pss,
                signer_id: IdentifierForm::SubjectKeyId,
                certificates: EmbedChain::Nothing,
                attributes: AttributeSet::NONE,
                layout: SignatureLayout::Opaque,
                encoding: Encoding::StreamedBer,
                line_ends: LineEndPolicy::Keep,
            },
            ..Settings::default()
        };
        assert_eq!(parse(&settings.to_toml().unwrap()).unwrap(), settings);
    }

    #[test]
    fn making_is_written_only_where_it_is_not_the_default() {
        assert!(!Settings::default().to_toml().unwrap().contains("making"));
        let text = "[making]\ncipher = \"aes-256-gcm\"\nkey_transport = \"profile\"\nfuture = 3\n";
        let settings = parse(text).unwrap();
        assert_eq!(settings.making, MakingOptions { content: MakingCipher::Aes256Gcm, ..MakingOptions::default() });
        let written = settings.to_toml().unwrap();
        assert!(written.contains("[making]\n") && written.contains("future = 3"), "{written}");
        assert_eq!(parse(&written).unwrap(), settings);
    }

    #[test]
    fn a_damaged_file_is_reported_by_name_and_line() {
        let sentence = parse("profile = \"strict\"\nnetwork = \"sometimes\"\n").unwrap_err().to_string();
        assert!(sentence.starts_with("w/workspace.toml, line 2: "), "{sentence}");
        let sentence = parse("\0\u{1}garbage").unwrap_err().to_string();
        assert!(sentence.starts_with("w/workspace.toml, line 1: ") && !sentence.contains('\n'), "{sentence}");
        let sentence = parse("profile = \"direct-9\"").unwrap_err().to_string();
        assert!(sentence.contains("profile: ") && sentence.contains("direct-1.2"), "{sentence}");
        // Found by the fuzz target `settings`.
        for text in ["profile = \"a\\u001b[2J\\n\"", "profile = \"a\tb\u{202e}\"", "local_domains = [\"\\u0007\"]"] {
            let sentence = parse(text).unwrap_err().to_string();
            assert!(!sentence.contains(|found: char| found.is_control() || found == '\u{202e}'), "{sentence:?}");
        }
        let sentence = parse("local_domains = [\"a..b\"]").unwrap_err().to_string();
        assert!(sentence.contains("local_domains: "), "{sentence}");
        for (key, value) in [("cipher", "\"rot13\""), ("attributes", "[\"signing-time\", \"mood\"]")] {
            let sentence = parse(&format!("[making]\n{key} = {value}")).unwrap_err().to_string();
            assert!(sentence.contains(&format!("making.{key}: ")) && sentence.contains("there are"), "{sentence}");
        }
        let sentence = parse("clock = \"yesterday\"").unwrap_err().to_string();
        assert!(sentence.contains("neither \"now\" nor a time"), "{sentence}");
    }
}
