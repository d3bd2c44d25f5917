//! The words of who learns what: facts, observers, and how much is seen.

/// Something that can be learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// Who sent it.
    Sender,
    /// Whom To and Cc name.
    Recipients,
    /// Who else was meant: blind recipients, and those who were left out.
    OtherRecipients,
    /// What it is about.
    Subject,
    /// The text.
    Body,
    /// The names of attached files.
    AttachmentNames,
    /// When it was written.
    Date,
    /// Its identifier, which ties it to answers and copies.
    MessageId,
    /// How large it is.
    Size,
    /// For how many it is encrypted.
    RecipientCount,
    /// For whose certificates it is encrypted.
    RecipientCertificates,
    /// Whose certificate signed it.
    SignerCertificate,
    /// Which program wrote it.
    Software,
    /// Which machines it came through.
    Hosts,
}

impl Fact {
    /// All of them, from people to machines.
    pub const ALL: [Self; 14] = [
        Self::Sender,
        Self::Recipients,
        Self::OtherRecipients,
        Self::Subject,
        Self::Body,
        Self::AttachmentNames,
        Self::Date,
        Self::MessageId,
        Self::Size,
        Self::RecipientCount,
        Self::RecipientCertificates,
        Self::SignerCertificate,
        Self::Software,
        Self::Hosts,
    ];

    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Recipients => "recipients",
            Self::OtherRecipients => "other-recipients",
            Self::Subject => "subject",
            Self::Body => "body",
            Self::AttachmentNames => "attachment-names",
            Self::Date => "date",
            Self::MessageId => "message-id",
            Self::Size => "size",
            Self::RecipientCount => "recipient-count",
            Self::RecipientCertificates => "recipient-certificates",
            Self::SignerCertificate => "signer-certificate",
            Self::Software => "software",
            Self::Hosts => "hosts",
        }
    }

    /// The name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Sender => "Sender",
            Self::Recipients => "Recipients",
            Self::OtherRecipients => "Who else",
            Self::Subject => "Subject",
            Self::Body => "Text",
            Self::AttachmentNames => "File names",
            Self::Date => "Date",
            Self::MessageId => "Message-ID",
            Self::Size => "Size",
            Self::RecipientCount => "Number of recipients",
            Self::RecipientCertificates => "Recipients' certificates",
            Self::SignerCertificate => "Signer's certificate",
            Self::Software => "Program used",
            Self::Hosts => "Machines on the way",
        }
    }
}

/// Who could learn something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObserverKind {
    /// Any mail system that carries it.
    Relay,
    /// The agent of the recipients, which decrypts.
    Agent,
    /// A recipient whom the message goes to.
    Recipient,
    /// A recipient who was left out.
    Removed,
    /// Name servers that were asked for certificates.
    NameServer,
    /// Directories that were asked for certificates.
    Directory,
    /// Servers that certificates point at: issuers, OCSP, revocation lists.
    Authority,
}

impl ObserverKind {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Relay => "relay",
            Self::Agent => "agent",
            Self::Recipient => "recipient",
            Self::Removed => "removed-recipient",
            Self::NameServer => "name-server",
            Self::Directory => "directory",
            Self::Authority => "authority",
        }
    }

    /// The name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Relay => "Any relay",
            Self::Agent => "Recipients' agent",
            Self::Recipient => "Recipient",
            Self::Removed => "Left out",
            Self::NameServer => "Name servers",
            Self::Directory => "Directories",
            Self::Authority => "Authorities",
        }
    }
}

/// How much of a fact somebody learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sight {
    /// Nothing: it is kept from them.
    Hidden,
    /// There is no such thing in this message.
    Absent,
    /// It lies inside, and nothing here opened it.
    Unknown,
    /// Some of it, or under a condition.
    Partly,
    /// All of it.
    Sees,
}

impl Sight {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::Absent => "absent",
            Self::Unknown => "unknown",
            Self::Partly => "partly",
            Self::Sees => "sees",
        }
    }

    /// The word for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Hidden => "Hidden",
            Self::Absent => "None",
            Self::Unknown => "Not known",
            Self::Partly => "Partly",
            Self::Sees => "Sees",
        }
    }
}
