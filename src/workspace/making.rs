//! The `[making]` table of `workspace.toml`: how messages are signed and encrypted unless a run says otherwise.
//!
//! The names are those of the command line. What is not there is the default; what is there and is no name is an error,
//! because a message made another way than was meant may not be readable for whom it is for.

use serde::{Deserialize, Serialize};

use crate::agent::{AS_PROFILE, LineEndPolicy, MakingOptions};
use crate::smime::{AttributeSet, Choice, OptionalAttribute};

/// The table as it stands in the file; every key may be absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct MakingTable {
    #[serde(skip_serializing_if = "Option::is_none")]
    cipher: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_transport: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rsa_signature: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signer_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificates: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layout: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line_ends: Option<String>,
    /// Keys of other versions, kept.
    #[serde(flatten)]
    other: toml::Table,
}

impl MakingTable {
    /// The choices, and the keys of other versions; or a sentence about the first name that is none.
    pub(super) fn read(self) -> Result<(MakingOptions, toml::Table), String> {
        let default = MakingOptions::default();
        let options = MakingOptions {
            content: named("cipher", self.cipher.as_deref())?.unwrap_or(default.content),
            key_transport: named("key_transport", self.key_transport.as_deref().filter(|name| *name != AS_PROFILE))?,
            recipient_id: named("recipient_id", self.recipient_id.as_deref())?.unwrap_or(default.recipient_id),
            digest: named("digest", self.digest.as_deref())?.unwrap_or(default.digest),
            rsa_signature: named("rsa_signature", self.rsa_signature.as_deref())?.unwrap_or(default.rsa_signature),
            signer_id: named("signer_id", self.signer_id.as_deref())?.unwrap_or(default.signer_id),
            certificates: named("certificates", self.certificates.as_deref())?.unwrap_or(default.certificates),
            attributes: attributes(self.attributes.as_deref())?.unwrap_or(default.attributes),
            layout: named("layout", self.layout.as_deref())?.unwrap_or(default.layout),
            encoding: named("encoding", self.encoding.as_deref())?.unwrap_or(default.encoding),
            line_ends: named::<LineEndPolicy>("line_ends", self.line_ends.as_deref())?.unwrap_or(default.line_ends),
        };
        Ok((options, self.other))
    }

    /// The table that says this; `None` where it would say nothing but the defaults.
    pub(super) fn of(options: &MakingOptions, other: &toml::Table) -> Option<Self> {
        let default = MakingOptions::default();
        let table = Self {
            cipher: changed(options.content, default.content),
            key_transport: options.key_transport.map(|transport| transport.described().name.to_owned()),
            recipient_id: changed(options.recipient_id, default.recipient_id),
            digest: changed(options.digest, default.digest),
            rsa_signature: changed(options.rsa_signature, default.rsa_signature),
            signer_id: changed(options.signer_id, default.signer_id),
            certificates: changed(options.certificates, default.certificates),
            attributes: (options.attributes != default.attributes)
                .then(|| options.attributes.iter().map(|attribute| attribute.described().name.to_owned()).collect()),
            layout: changed(options.layout, default.layout),
            encoding: changed(options.encoding, default.encoding),
            line_ends: changed(options.line_ends, default.line_ends),
            other: other.clone(),
        };
        (table != Self::default()).then_some(table)
    }
}

fn named<T: Choice>(key: &str, name: Option<&str>) -> Result<Option<T>, String> {
    name.map(T::named).transpose().map_err(|error| format!("making.{key}: {error}"))
}

fn attributes(names: Option<&[String]>) -> Result<Option<AttributeSet>, String> {
    let Some(names) = names else { return Ok(None) };
    let named = names.iter().map(|name| OptionalAttribute::named(name));
    let named = named.collect::<Result<Vec<_>, _>>().map_err(|error| format!("making.attributes: {error}"))?;
    Ok(Some(AttributeSet::of(&named)))
}

fn changed<T: Choice>(choice: T, default: T) -> Option<String> {
    (choice != default).then(|| choice.described().name.to_owned())
}
