//! Sending: the composer, which keys sign, what is made, and the wrapped message against the original.

/// Over the keys that may sign.
pub const SIGN_WITH: &str = "Sign with";
/// Why the last key stays.
pub const ONE_SIGNS: &str = "A message leaves signed, so one key has to stay";
/// Opens the comparison.
pub const COMPARE: &str = "Compare with original";
/// Closes it.
pub const COMPARED: &str = "Hide the comparison";
/// What it does.
pub const COMPARE_HINT: &str = "Show both line by line, with the octets marked that differ";
/// What was wrapped.
pub const ORIGINAL: &str = "Original";
/// What it is in the wrapper.
pub const WRAPPED: &str = "Wrapped";
/// Both are one.
pub const SAME: &str = "The wrapped message is the original, octet for octet";
/// They differ in line ends alone.
pub const CRLF_FORM: &str = "The wrapped message is the original with its line ends made CRLF";
/// They differ.
pub const DIFFERS: &str = "The wrapped message differs from the original";
/// A line that is on one side only.
pub const NO_LINE: &str = "no such line";
/// Names the table.
pub const TABLE: &str = "Original and wrapped message, line by line";
/// A line end as mail has it.
pub const CRLF: &str = "CRLF";
/// A line end as most files have it.
pub const LF: &str = "LF";
/// A line that ends the file.
pub const NO_LINE_END: &str = "end";

/// The key that signs without a question.
#[must_use]
pub fn signed_with(key: &str, until: &str) -> String {
    format!("Signed with {key}, until {until}")
}

/// A key that may be chosen.
#[must_use]
pub fn key_until(key: &str, until: &str) -> String {
    format!("{key}, until {until}")
}

/// A line that is the same on both sides.
#[must_use]
pub fn equal_line(number: usize, line: &str) -> String {
    format!("Line {number}, equal, {line}")
}

/// A line that is not.
#[must_use]
pub fn differing_line(number: usize, original: &str, wrapped: &str) -> String {
    format!("Line {number}, different, original {original}, wrapped {wrapped}")
}

/// How many lines differ.
#[must_use]
pub fn lines_differ(count: usize, all: usize) -> String {
    match count {
        0 => format!("All {all} lines are equal"),
        1 => format!("1 of {all} lines differs"),
        many => format!("{many} of {all} lines differ"),
    }
}

/// Who the message is from and for.
pub mod envelope {
    /// Over all of it.
    pub const HEADING: &str = "Envelope";
    /// The sender, as SMTP has it.
    pub const FROM: &str = "MAIL FROM";
    /// What a sender looks like.
    pub const FROM_EXAMPLE: &str = "alice@a.example";
    /// Offers the senders that can sign.
    pub const CHOOSE_SENDER: &str = "Choose among the addresses with a key";
    /// The recipients, as SMTP has them.
    pub const TO: &str = "RCPT TO";
    /// In the field, once there is a recipient.
    pub const ANOTHER: &str = "Add another recipient";
    /// Offers those that the workspace knows.
    pub const CHOOSE_RECIPIENT: &str = "Add a known address";
    /// The sender has no key.
    pub const NO_KEY: &str = "No private key is held for it, so nothing can be signed";
    /// There are no recipients.
    pub const NO_RECIPIENT: &str = "RCPT TO: give at least one recipient";

    /// A key that is of no use for signing.
    #[must_use]
    pub fn does_not_sign(key: &str, why: &str) -> String {
        format!("{key} does not sign: {why}")
    }

    /// A key that nobody has unlocked.
    #[must_use]
    pub fn is_locked(key: &str) -> String {
        format!("{key} is locked and cannot sign")
    }

    /// Takes a recipient away.
    #[must_use]
    pub fn remove(recipient: &str) -> String {
        format!("Remove {recipient}")
    }

    /// A sender that is no address.
    #[must_use]
    pub fn bad_sender(why: &str) -> String {
        format!("MAIL FROM: {why}")
    }

    /// A recipient that is no address.
    #[must_use]
    pub fn bad_recipient(typed: &str, why: &str) -> String {
        format!("RCPT TO: {typed}: {why}")
    }
}

/// The message that is to be sent.
pub mod message {
    /// Over all of it.
    pub const HEADING: &str = "Message";
    /// It is typed here.
    pub const WRITE: &str = "Write";
    /// It lies in a file.
    pub const FROM_FILE: &str = "From file";
    /// It is open already.
    pub const FROM_LIST: &str = "From list";
    /// Its subject.
    pub const SUBJECT: &str = "Subject";
    /// What becomes of that.
    pub const SUBJECT_HINT: &str = "It travels encrypted";
    /// What it says.
    pub const BODY: &str = "Text";
    /// Reads the file.
    pub const LOAD: &str = "Load";
    /// Why that is not open.
    pub const NO_PATH: &str = "Type the path of a message first";
    /// Asks for the file.
    pub const CHOOSE: &str = "Choose…";
    /// What a file may be, and what becomes of it.
    pub const FILE_HINT: &str = "An .eml or .bsmtp file; it is sent octet for octet";
    /// While the file is read.
    pub const READING: &str = "Reading";
    /// No message is open.
    pub const EMPTY_LIST: &str = "No message is open: the list of Messages is empty";
    /// None of them is chosen.
    pub const CHOOSE_LISTED: &str = "Choose a message";
    /// Which of them.
    pub const LISTED: &str = "Message of the list";
    /// What becomes of it.
    pub const LISTED_HINT: &str = "It is sent octet for octet, as it was opened";
    /// The system showed no dialog.
    pub const NO_DIALOG: &str = "No file dialog could be shown here: type the path and press Load";
    /// Too early to send it.
    pub const STILL_READING: &str = "The file is still being read";
    /// There is nothing to send.
    pub const NOT_LOADED: &str = "Load the file that is to be sent";
    /// The same.
    pub const NOT_CHOSEN: &str = "Choose the message of the list that is to be sent";

    /// A file that was read.
    #[must_use]
    pub fn loaded(name: &str, octets: usize) -> String {
        format!("{name}, {}, with its envelope", crate::ui::text::size(octets))
    }
}

/// Whether the network is asked.
pub mod network {
    /// Over the choice.
    pub const HEADING: &str = "Network";
    /// What it means not to ask it.
    pub const OFFLINE_HINT: &str = "Certificates come from the workspace alone";
    /// It is asked.
    pub const ONLINE: &str = "Use DNS";
    /// What that means.
    pub const ONLINE_HINT: &str = "Certificates are also looked for as CERT records; every query is shown";
}

/// Before anything is sent.
pub mod preview {
    /// Over all of it.
    pub const HEADING: &str = "Not sent yet";
    /// What happens where some recipients cannot be written to.
    pub const EACH_ALONE: &str = "Each recipient is judged alone. Whoever has no certificate that the sender trusts is removed, and the others still get the message";
    /// Over what anybody can read.
    pub const CLEAR_HEADING: &str = "Leaves in the clear";
    /// What anybody can read.
    pub const CLEAR: [&str; 3] = [
        "From; To and Cc without those removed",
        "Date, Message-ID, what it answers",
        "Content-Type, application/pkcs7-mime",
    ];
    /// Over what only recipients can read.
    pub const SEALED_HEADING: &str = "Is signed and encrypted";
    /// What only recipients can read, of a message that is typed here.
    pub const SEALED_WRITTEN: [&str; 3] = ["The subject and the text", "Every header of the original", "The signature"];
    /// What only recipients can read, of a message that exists.
    pub const SEALED_ORIGINAL: [&str; 3] =
        ["The whole original, octet for octet", "Every header of it", "The signature"];
    /// Over the steps.
    pub const STEPS: &str = "What Process does";
}

/// The button that sends, and while it works.
pub mod actions {
    /// Secures the message.
    pub const PROCESS: &str = "Process";
    /// What that does.
    pub const PROCESS_HINT: &str = "Find certificates, check trust, sign and encrypt";
    /// While it does.
    pub const SECURING: &str = "Securing the message";
    /// Begins anew.
    pub const NEW: &str = "New";
}

/// What came of it.
pub mod outcome {
    use crate::discovery::Lookup;
    use crate::ui::text::{count, plain, took};

    /// Names the list of recipients.
    pub const RECIPIENTS: &str = "Recipients and where their certificates were looked for";
    /// Over the message as it was wrapped.
    pub const WRAPPED: &str = "Wrapped message";
    /// Why nothing can be saved.
    pub const NOTHING_MADE: &str = "Nothing was made: nobody is left to send it to";
    /// Saves the message.
    pub const SAVE_EML: &str = "Save .eml…";
    /// What that saves.
    pub const SAVE_EML_HINT: &str = "The secured message alone";
    /// Saves it with its envelope.
    pub const SAVE_BSMTP: &str = "Save .bsmtp…";
    /// What that saves.
    pub const SAVE_BSMTP_HINT: &str = "The secured message with its envelope";
    /// What it means to receive as the only recipient.
    pub const RECEIVE_HINT: &str = "Take it in as this recipient would";
    /// Offers the recipients.
    pub const RECEIVE_AS: &str = "Receive as…";
    /// What that is for.
    pub const RECEIVE_AS_HINT: &str = "Take it in as one of its recipients would, or as all of them";

    /// For how many it could be sent.
    #[must_use]
    pub fn sent_to(kept: usize, all: usize) -> String {
        format!("Sent to {kept} of {}", count(all, "recipient", "recipients"))
    }

    /// Takes it in as the only recipient.
    #[must_use]
    pub fn receive_as(recipient: &str) -> String {
        format!("Receive as {recipient}")
    }

    /// Takes it in as everybody.
    #[must_use]
    pub fn receive_as_all(recipients: usize) -> String {
        format!("All {recipients} recipients")
    }

    /// A certificate that serves.
    #[must_use]
    pub fn trusted_through(name: &str, anchor: &str) -> String {
        format!("{name}, trusted through {anchor}")
    }

    /// A certificate that does not, for the reason that was given above it.
    #[must_use]
    pub fn not_used(name: &str) -> String {
        format!("{name}, not used")
    }

    /// A certificate that does not.
    #[must_use]
    pub fn not_used_because(name: &str, why: &str) -> String {
        format!("{name}, not used: {why}")
    }

    /// Where a certificate was looked for, and what came of it.
    #[must_use]
    pub fn looked_in(number: usize, lookup: &Lookup) -> String {
        let (query, took) = (plain(&lookup.query), took(lookup.duration));
        format!("{number}. Looked in {} for {query}: {}, {took}", place(lookup), lookup.answer)
    }

    fn place(lookup: &Lookup) -> String {
        match (&lookup.server, lookup.transport) {
            (Some(server), Some(transport)) => format!("{} at {server} over {transport}", lookup.method),
            (Some(server), None) => format!("{} at {server}", lookup.method),
            (None, _) => lookup.method.to_string(),
        }
    }
}
