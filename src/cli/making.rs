//! The options that choose how a message is signed and encrypted.

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::agent::{AS_PROFILE, LineEndPolicy, MakingOptions};
use crate::smime::{
    AttributeSet, Choice, EmbedChain, Encoding, IdentifierForm, KeyTransport, MakingCipher, MakingDigest,
    OptionalAttribute, RsaSignature, SignatureLayout,
};

/// No optional attribute.
const NO_ATTRIBUTE: &str = "none";

#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Making options")]
pub(super) struct MakingArgs {
    /// The cipher of the content [default: the workspace's, else aes-256-cbc]
    #[arg(long, value_name = "CIPHER", value_parser = choice::<MakingCipher>())]
    cipher: Option<MakingCipher>,
    /// How the content key is encrypted for RSA keys [default: the workspace's, else the profile's]
    #[arg(long, value_name = "TRANSPORT", value_parser = key_transport())]
    key_transport: Option<Transport>,
    /// How recipients are named [default: the workspace's, else issuer-serial]
    #[arg(long, value_name = "FORM", value_parser = choice::<IdentifierForm>())]
    recipient_id: Option<IdentifierForm>,
    /// The digest of the signature [default: the workspace's, else sha256]
    #[arg(long, value_name = "DIGEST", value_parser = choice::<MakingDigest>())]
    digest: Option<MakingDigest>,
    /// How RSA keys sign; other keys sign as their kind does [default: the workspace's, else pkcs1]
    #[arg(long, value_name = "PADDING", value_parser = choice::<RsaSignature>())]
    rsa_signature: Option<RsaSignature>,
    /// How signers are named [default: the workspace's, else issuer-serial]
    #[arg(long, value_name = "FORM", value_parser = choice::<IdentifierForm>())]
    signer_id: Option<IdentifierForm>,
    /// The certificates that go with the signature [default: the workspace's, else chain]
    #[arg(long, value_name = "WHICH", value_parser = choice::<EmbedChain>())]
    certificates: Option<EmbedChain>,
    /// The attributes that are signed besides content type and digest, comma-separated [default: the workspace's, else
    /// signing-time,capabilities]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = attribute())]
    attributes: Option<Vec<Attribute>>,
    /// Where the signed content is [default: the workspace's, else detached]
    #[arg(long, value_name = "LAYOUT", value_parser = choice::<SignatureLayout>())]
    layout: Option<SignatureLayout>,
    /// How signature and envelope are encoded [default: the workspace's, else der]
    #[arg(long, value_name = "ENCODING", value_parser = choice::<Encoding>())]
    encoding: Option<Encoding>,
    /// Send the octets as they are, also where a file has bare LF line ends throughout
    #[arg(long)]
    keep_line_ends: bool,
}

/// A key transport, or the profile's.
#[derive(Clone, Copy, Debug)]
struct Transport(Option<KeyTransport>);

/// An attribute, or none.
#[derive(Clone, Copy, Debug)]
struct Attribute(Option<OptionalAttribute>);

impl MakingArgs {
    /// What is chosen here, and for the rest what the workspace says.
    pub(super) fn over(&self, workspace: MakingOptions) -> MakingOptions {
        let attributes = self.attributes.as_ref().map(|named| {
            let named: Vec<OptionalAttribute> = named.iter().filter_map(|attribute| attribute.0).collect();
            AttributeSet::of(&named)
        });
        MakingOptions {
            content: self.cipher.unwrap_or(workspace.content),
            key_transport: self.key_transport.map_or(workspace.key_transport, |transport| transport.0),
            recipient_id: self.recipient_id.unwrap_or(workspace.recipient_id),
            digest: self.digest.unwrap_or(workspace.digest),
            rsa_signature: self.rsa_signature.unwrap_or(workspace.rsa_signature),
            signer_id: self.signer_id.unwrap_or(workspace.signer_id),
            certificates: self.certificates.unwrap_or(workspace.certificates),
            attributes: attributes.unwrap_or(workspace.attributes),
            layout: self.layout.unwrap_or(workspace.layout),
            encoding: self.encoding.unwrap_or(workspace.encoding),
            line_ends: if self.keep_line_ends { LineEndPolicy::Keep } else { workspace.line_ends },
        }
    }
}

fn possible<T: Choice>() -> Vec<PossibleValue> {
    let values = T::CHOICES.iter().map(|choice| choice.described());
    values.map(|words| PossibleValue::new(words.name).help(words.readers)).collect()
}

fn choice<T: Choice + Send + Sync>() -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(possible::<T>()).try_map(|name| T::named(&name))
}

fn key_transport() -> impl TypedValueParser<Value = Transport> {
    let mut values = vec![PossibleValue::new(AS_PROFILE).help("As the profile has it")];
    values.extend(possible::<KeyTransport>());
    PossibleValuesParser::new(values).try_map(|name| match name.as_str() {
        AS_PROFILE => Ok(Transport(None)),
        name => KeyTransport::named(name).map(|transport| Transport(Some(transport))),
    })
}

fn attribute() -> impl TypedValueParser<Value = Attribute> {
    let mut values = possible::<OptionalAttribute>();
    values.push(PossibleValue::new(NO_ATTRIBUTE).help("Only those that must be there"));
    PossibleValuesParser::new(values).try_map(|name| match name.as_str() {
        NO_ATTRIBUTE => Ok(Attribute(None)),
        name => OptionalAttribute::named(name).map(|attribute| Attribute(Some(attribute))),
    })
}
