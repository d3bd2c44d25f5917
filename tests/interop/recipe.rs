//! What the cells of the matrix are about: messages from Alice to Bob, each with one thing that is not usual.

/// The form of the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Detached,
    Opaque,
}

/// How signers or recipients are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identifier {
    IssuerSerial,
    KeyId,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// As the program does unless told otherwise.
    Own,
    Der,
    Ber,
}

/// The certificates in the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Included {
    Signer,
    Chain,
}

/// What is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attributes {
    Signed,
    /// The content directly.
    None,
}

/// How the message is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signing {
    /// Names of keys.
    pub(crate) signers: &'static [&'static str],
    pub(crate) digest: &'static str,
    pub(crate) padding: &'static str,
    pub(crate) identifier: Identifier,
    pub(crate) layout: Layout,
    pub(crate) encoding: Encoding,
    pub(crate) included: Included,
    pub(crate) attributes: Attributes,
}

impl Signing {
    pub(crate) const USUAL: Self = Self {
        signers: &["alice-rsa"],
        digest: "sha256",
        padding: "pkcs1",
        identifier: Identifier::IssuerSerial,
        layout: Layout::Detached,
        encoding: Encoding::Own,
        included: Included::Chain,
        attributes: Attributes::Signed,
    };

    pub(crate) fn is_pss(&self) -> bool {
        self.padding == "pss"
    }
}

/// How it is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sealing {
    /// Names of keys.
    pub(crate) recipients: &'static [&'static str],
    pub(crate) cipher: &'static str,
    /// For RSA keys.
    pub(crate) transport: &'static str,
    /// For the others: the digest, after `cofactor-` where that is the scheme.
    pub(crate) derivation: &'static str,
    pub(crate) identifier: Identifier,
    pub(crate) encoding: Encoding,
}

impl Sealing {
    /// AES-CBC with whichever key length the program takes.
    pub(crate) const ANY_CIPHER: &'static str = "aes-cbc";

    pub(crate) const USUAL: Self = Self {
        recipients: &["bob-rsa"],
        cipher: Self::ANY_CIPHER,
        transport: "pkcs1",
        derivation: "sha256",
        identifier: Identifier::IssuerSerial,
        encoding: Encoding::Own,
    };
}

/// Which layers there are, outermost first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Enveloped, signed: what Direct demands. CMS by the peer, MIME by us.
    Direct,
    /// The same, and the MIME is the peer's, too.
    Mime,
    /// Enveloped, compressed, signed.
    Compressed,
    /// Signed, enveloped, signed (RFC 2634 §1.1).
    TripleWrap,
}

/// What we are to answer: under `direct-1.2`, and under `legacy` where that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Accepted,
    /// `direct-1.2` refuses it with that code, `legacy` accepts it.
    LegacyOnly(&'static str),
}

impl Expected {
    pub(crate) fn under(self, profile: &str) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::LegacyOnly(_) if profile == "legacy" => "accepted",
            Self::LegacyOnly(code) => code,
        }
    }
}

/// Whether we make it, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ours {
    Made,
    /// Never; the reason.
    Never(&'static str),
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recipe {
    /// The name of its file.
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) signing: Signing,
    pub(crate) sealing: Sealing,
    pub(crate) shape: Shape,
    pub(crate) expected: Expected,
    pub(crate) ours: Ours,
}

const fn row(name: &'static str, title: &'static str) -> Recipe {
    Recipe {
        name,
        title,
        signing: Signing::USUAL,
        sealing: Sealing::USUAL,
        shape: Shape::Direct,
        expected: Expected::Accepted,
        ours: Ours::Made,
    }
}

const fn signed(name: &'static str, title: &'static str, signing: Signing) -> Recipe {
    Recipe { signing, ..row(name, title) }
}

const fn sealed(name: &'static str, title: &'static str, sealing: Sealing) -> Recipe {
    Recipe { sealing, ..row(name, title) }
}

const fn cipher(name: &'static str, title: &'static str) -> Recipe {
    sealed(name, title, Sealing { cipher: name, ..Sealing::USUAL })
}

const fn oaep(name: &'static str, title: &'static str) -> Recipe {
    sealed(name, title, Sealing { transport: name, ..Sealing::USUAL })
}

const fn ecdh(
    name: &'static str,
    title: &'static str,
    recipients: &'static [&'static str],
    derivation: &'static str,
) -> Recipe {
    sealed(name, title, Sealing { recipients, derivation, ..Sealing::USUAL })
}

const fn rsa(name: &'static str, title: &'static str, padding: &'static str, digest: &'static str) -> Recipe {
    signed(name, title, Signing { padding, digest, ..Signing::USUAL })
}

const fn elliptic(
    name: &'static str,
    title: &'static str,
    signers: &'static [&'static str],
    digest: &'static str,
) -> Recipe {
    signed(name, title, Signing { signers, digest, ..Signing::USUAL })
}

/// The rows, under their headings.
pub(crate) const RECIPES: &[(&str, &[Recipe])] = &[
    (
        "Content cipher",
        &[
            cipher("aes-128-cbc", "AES-128-CBC"),
            cipher("aes-192-cbc", "AES-192-CBC"),
            cipher("aes-256-cbc", "AES-256-CBC"),
            cipher("aes-128-gcm", "AES-128-GCM"),
            cipher("aes-192-gcm", "AES-192-GCM"),
            cipher("aes-256-gcm", "AES-256-GCM"),
            Recipe {
                expected: Expected::LegacyOnly("weak-algorithm"),
                ours: Ours::Never("Triple DES is never made"),
                ..cipher("3des", "Triple DES")
            },
            Recipe {
                expected: Expected::LegacyOnly("weak-algorithm"),
                ours: Ours::Never("RC2 is never made"),
                ..cipher("rc2-128-cbc", "RC2, 128 bit")
            },
        ],
    ),
    (
        "Key transport and agreement",
        &[
            row("rsa-pkcs1", "RSA PKCS #1 v1.5"),
            oaep("oaep-sha1", "RSA-OAEP, SHA-1"),
            oaep("oaep-sha256", "RSA-OAEP, SHA-256"),
            oaep("oaep-sha384", "RSA-OAEP, SHA-384"),
            oaep("oaep-sha512", "RSA-OAEP, SHA-512"),
            ecdh("ecdh-p256", "ECDH P-256, KDF SHA-256", &["bob-p256"], "sha256"),
            ecdh("ecdh-p384", "ECDH P-384, KDF SHA-384", &["bob-p384"], "sha384"),
            ecdh("ecdh-p521", "ECDH P-521, KDF SHA-512", &["bob-p521"], "sha512"),
            Recipe {
                ours: Ours::Never("the digest of the key derivation is at least SHA-256"),
                ..ecdh("ecdh-kdf-sha1", "ECDH P-256, KDF SHA-1", &["bob-p256"], "sha1")
            },
            Recipe {
                ours: Ours::Never("the standard scheme is taken, which all that read cofactor ECDH read"),
                ..ecdh("ecdh-cofactor", "Cofactor ECDH P-256", &["bob-p256"], "cofactor-sha256")
            },
            sealed(
                "ecdh-gcm",
                "ECDH P-256, AES-256-GCM",
                Sealing { recipients: &["bob-p256"], cipher: "aes-256-gcm", ..Sealing::USUAL },
            ),
            ecdh("x25519", "X25519", &["bob-x25519"], "sha256"),
        ],
    ),
    (
        "Recipients",
        &[
            sealed(
                "recipient-key-id",
                "RSA key by key identifier",
                Sealing { identifier: Identifier::KeyId, ..Sealing::USUAL },
            ),
            sealed(
                "recipient-key-id-ec",
                "EC key by key identifier",
                Sealing { identifier: Identifier::KeyId, recipients: &["bob-p256"], ..Sealing::USUAL },
            ),
            sealed(
                "two-recipients",
                "Two, RSA and RSA",
                Sealing { recipients: &["bob-rsa", "carol-rsa"], ..Sealing::USUAL },
            ),
            sealed(
                "mixed-recipients",
                "Two, EC and RSA",
                Sealing { recipients: &["bob-p256", "carol-rsa"], ..Sealing::USUAL },
            ),
        ],
    ),
    (
        "Signature",
        &[
            rsa("rsa-sha256", "RSA PKCS #1 v1.5, SHA-256", "pkcs1", "sha256"),
            rsa("rsa-sha384", "RSA PKCS #1 v1.5, SHA-384", "pkcs1", "sha384"),
            rsa("rsa-sha512", "RSA PKCS #1 v1.5, SHA-512", "pkcs1", "sha512"),
            Recipe {
                expected: Expected::LegacyOnly("weak-algorithm"),
                ours: Ours::Never("SHA-1 is never made"),
                ..rsa("rsa-sha1", "RSA PKCS #1 v1.5, SHA-1", "pkcs1", "sha1")
            },
            Recipe {
                expected: Expected::LegacyOnly("weak-algorithm"),
                ours: Ours::Never("MD5 is never made"),
                ..rsa("rsa-md5", "RSA PKCS #1 v1.5, MD5", "pkcs1", "md5")
            },
            rsa("pss-sha256", "RSA-PSS, SHA-256", "pss", "sha256"),
            rsa("pss-sha384", "RSA-PSS, SHA-384", "pss", "sha384"),
            rsa("pss-sha512", "RSA-PSS, SHA-512", "pss", "sha512"),
            elliptic("ecdsa-p256", "ECDSA P-256, SHA-256", &["alice-p256"], "sha256"),
            elliptic("ecdsa-p384", "ECDSA P-384, SHA-384", &["alice-p384"], "sha384"),
            elliptic("ecdsa-p521", "ECDSA P-521, SHA-512", &["alice-p521"], "sha512"),
            elliptic("ed25519", "Ed25519", &["alice-ed25519"], "sha512"),
        ],
    ),
    (
        "Form of the signature",
        &[
            signed(
                "signer-key-id",
                "Signer by key identifier",
                Signing { identifier: Identifier::KeyId, ..Signing::USUAL },
            ),
            signed(
                "signer-only",
                "Signer's certificate only",
                Signing { included: Included::Signer, ..Signing::USUAL },
            ),
            signed(
                "two-signers",
                "Two, RSA and EC",
                Signing { signers: &["alice-rsa", "alice-p256"], ..Signing::USUAL },
            ),
            Recipe {
                expected: Expected::LegacyOnly("unsigned"),
                ..signed("opaque", "Opaque", Signing { layout: Layout::Opaque, ..Signing::USUAL })
            },
            Recipe {
                ours: Ours::Never("attributes are always signed"),
                ..signed(
                    "no-attributes",
                    "No signed attributes",
                    Signing { attributes: Attributes::None, ..Signing::USUAL },
                )
            },
        ],
    ),
    (
        "Encoding and layers",
        &[
            Recipe {
                signing: Signing { encoding: Encoding::Der, ..Signing::USUAL },
                ..sealed("der", "DER", Sealing { encoding: Encoding::Der, ..Sealing::USUAL })
            },
            Recipe {
                signing: Signing { encoding: Encoding::Ber, ..Signing::USUAL },
                ..sealed("ber", "BER, streamed", Sealing { encoding: Encoding::Ber, ..Sealing::USUAL })
            },
            Recipe {
                signing: Signing { encoding: Encoding::Ber, layout: Layout::Opaque, ..Signing::USUAL },
                expected: Expected::LegacyOnly("unsigned"),
                ..row("ber-opaque", "BER, streamed, opaque")
            },
            Recipe { shape: Shape::Mime, ..row("mime", "Whole message, its own MIME") },
            Recipe {
                shape: Shape::Compressed,
                ours: Ours::Never("nothing is compressed when making"),
                ..row("compressed", "CompressedData")
            },
            Recipe {
                shape: Shape::TripleWrap,
                ours: Ours::Never("Direct encrypts last"),
                ..row("triple-wrap", "Triple wrap")
            },
        ],
    ),
];

/// Every row.
pub(crate) fn all() -> impl Iterator<Item = &'static Recipe> {
    RECIPES.iter().flat_map(|(_, recipes)| recipes.iter())
}
