//! Commands: one registry feeds menus, palette, tooltips and the shortcut sheet, so that they cannot disagree.
//!
//! A [`UiCommand`] is what a person asks for by name; a [`Command`] carries data and is what panes push. Panes never
//! change the model: the application runs the queue at the end of the frame.

mod chord;
mod pressed;
mod registry;
mod shell;

use std::cell::RefCell;
use std::path::PathBuf;

use super::changes::Export;
use super::examining::Examination;
use super::generating::Wanted;
use super::keyring::PassphraseOrigin;
use super::lab::LabCommand;
use super::selection::{DocumentId, Item};
use super::sending::SendOptions;
use super::settings::{KeepKeys, View};
use super::what_if::{KeysFromFile, WhatIf};
use crate::agent::Operation;
use crate::mail::{Address, Envelope};
use crate::pki::{Certificate, Passphrase};
use crate::trust::PartyName;
use crate::workspace::breaking::Breakage;

pub use chord::{chord_text, shortcut_text};
pub use pressed::pressed;
pub use registry::{Entry, Menu, REGISTRY, UiCommand};
pub use shell::ShellCommand;

/// What a pane asks the application to do.
#[derive(Debug)]
pub enum Command {
    /// A command of the registry.
    Ui(UiCommand),
    /// Show a view.
    Show(View),
    /// Select something, and show the message it belongs to.
    Select(Item),
    /// Make a message the current one.
    ShowMessage(DocumentId),
    /// Open files and folders.
    OpenPaths(Vec<PathBuf>),
    /// Open octets that came without a file.
    OpenOctets {
        /// What to call them.
        name: String,
        /// The octets.
        octets: Vec<u8>,
    },
    /// Run the agent on a message.
    Run(DocumentId, Operation),
    /// Replace the envelope of a message, which forgets its outcome.
    SetEnvelope(DocumentId, Envelope),
    /// Judge a message under other circumstances, or as it is.
    Suppose(DocumentId, Option<WhatIf>),
    /// The same, once the keys of a file have been read.
    SupposeKeys(Box<KeysFromFile>),
    /// Judge every message under other circumstances that supposes nothing of its own.
    SupposeAll(WhatIf),
    /// Make a copy of a message that is broken in one way.
    Break(DocumentId, Breakage),
    /// Secure a message that was written or loaded in the Send view.
    Send(Envelope, SendOptions),
    /// Ask for the file of a message to send by the system's dialog.
    ChooseToSend,
    /// Read the file of a message to send.
    LoadToSend(PathBuf),
    /// Take a secured message in again as one of its recipients would.
    ReceiveAs(DocumentId, Address),
    /// Ask where to save a message, and save it in the form of this ending.
    SaveAs(DocumentId, Form),
    /// Take a secured message in again, as its recipients would.
    ReceiveBack(DocumentId),
    /// Save a message to a file; the path's ending chooses the form.
    SaveTo(DocumentId, PathBuf),
    /// Take a waiting file's contents into the workspace.
    Import {
        /// Whose they become; authorities and revocation lists are the workspace's.
        party: Option<PartyName>,
        /// What certificates without a key become.
        role: ImportRole,
        /// For the first key of a workspace: the words that are to lock it.
        passphrase: Option<Passphrase>,
    },
    /// Make a key or an authority; for the first key of a workspace with the words that are to lock it.
    Generate(Box<Wanted>, Option<Passphrase>),
    /// Ask for a file to import by the system's dialog.
    ChooseImport,
    /// Try a passphrase on the file that waits for one.
    FilePassphrase(Passphrase),
    /// Try a passphrase on the workspace.
    WorkspacePassphrase(Passphrase, PassphraseOrigin),
    /// Choose how long private keys stay open.
    KeepKeys(KeepKeys),
    /// Give up what waits to be imported.
    DropImport,
    /// Remove something from the workspace.
    Remove(Item),
    /// Remove several things that are shown as one.
    RemoveAll(Vec<Item>),
    /// Add an address or a domain.
    AddParty(PartyName),
    /// Write a key or a certificate to a file.
    Export(Box<Export>, PathBuf),
    /// Ask where to export to by the system's dialog.
    ChooseExport(String),
    /// Find out who trusts a certificate.
    AskTrust(Certificate),
    /// Find out who accepts whom.
    AskTrustMap,
    /// Close that map.
    CloseTrustMap,
    /// Put text into the clipboard.
    Copy(String),
    /// Close the message line at the top.
    DismissNotice,
    /// Stop the running job.
    CancelJob,
    /// What belongs to no message.
    Shell(ShellCommand),
    /// What the laboratory is asked.
    Lab(LabCommand),
    /// Find something out about the run of a message.
    Examine(DocumentId, Examination),
    /// Close an overlay.
    CloseOverlay,
}

/// The form in which a message is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// The message alone.
    Message,
    /// With its envelope.
    Bsmtp,
}

impl Form {
    /// The ending of its files.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Message => "eml",
            Self::Bsmtp => "bsmtp",
        }
    }
}

/// What imported certificates are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImportRole {
    /// Kept as the party's own or a correspondent's certificate.
    Certificate,
    /// A trust anchor for mail that arrives.
    IncomingAnchor,
    /// A trust anchor for mail that leaves.
    OutgoingAnchor,
    /// A trust anchor for both.
    BothAnchors,
    /// Known to the whole workspace, to complete chains, and trusted by nobody for that.
    Authority,
}

impl ImportRole {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Certificate, Self::IncomingAnchor, Self::OutgoingAnchor, Self::BothAnchors, Self::Authority];

    /// Its words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Certificate => "Certificate, not trusted",
            Self::IncomingAnchor => "Trust anchor for receiving",
            Self::OutgoingAnchor => "Trust anchor for sending",
            Self::BothAnchors => "Trust anchor for both",
            Self::Authority => "Authority, not trusted",
        }
    }
}

/// Where panes put their commands.
#[derive(Debug, Default)]
pub struct Queue {
    commands: RefCell<Vec<Command>>,
}

impl Queue {
    /// Asks for `command`, to be run at the end of the frame.
    pub fn push(&self, command: Command) {
        self.commands.borrow_mut().push(command);
    }

    /// Takes out everything that was asked for.
    pub fn drain(&self) -> Vec<Command> {
        self.commands.take()
    }
}
