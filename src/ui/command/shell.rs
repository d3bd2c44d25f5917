//! What panes ask for that belongs to no message.

use std::path::PathBuf;

use crate::trust::PartyName;
use crate::ui::network::NetworkChoice;
use crate::ui::settings::{Layout, ThemeChoice};
use crate::workspace::Network;

/// What a pane asks of the frame around it.
#[derive(Debug)]
pub enum ShellCommand {
    /// Say whether lookups for this workspace may leave this computer.
    Allow(Network),
    /// Say what of the network this workspace may ask, and where certificates are looked for.
    KeepNetwork(Box<NetworkChoice>),
    /// Change the colours.
    Colour(ThemeChoice),
    /// Forget a file that was opened before.
    Forget(PathBuf),
    /// Forget every file that was opened before.
    ForgetAll,
    /// Say whether it is kept what large folders hold; what is kept is deleted where it is not.
    RememberFolders(bool),
    /// Open the demo, laid out for a purpose.
    OpenDemoFor(Layout),
    /// Give every pane the size that it had at the first start.
    ResetPanes,
    /// Ask what is published for a party.
    Survey(PartyName),
    /// Unlock the workspace's keys with what the system's keyring keeps for it.
    UnlockWithKeyring,
    /// Have the keyring keep no passphrase of the workspace any longer.
    ForgetInKeyring,
    /// Show everything at this size; 1 is normal.
    Zoom(f32),
}
