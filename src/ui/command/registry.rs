//! Everything that a person can ask for by name: what it is called, where it stands, what it does and by which keys.

use egui::{Key, KeyboardShortcut, Modifiers};

/// What a person can ask for by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UiCommand {
    /// Open files by the system's dialog.
    Open,
    /// Open a file by typing its path.
    OpenByPath,
    /// Examine what the clipboard holds.
    Paste,
    /// Open a workspace by the system's dialog.
    OpenWorkspace,
    /// Open this user's own workspace, or make it.
    OpenOwn,
    /// Make or open the demo workspace.
    OpenDemo,
    /// Write a new message.
    NewMessage,
    /// Save what the current view made.
    Save,
    /// Hand the message to a mail server.
    Submit,
    /// Show the laboratory's servers.
    ViewLab,
    /// Start or stop the lab's name server.
    LabDns,
    /// Start or stop the lab's mail server.
    LabMail,
    /// Let the workspace ask the lab's name server.
    UseLabDns,
    /// Run the discovery cases.
    DiscoveryCases,
    /// Run the agent on the current message.
    Run,
    /// Take the last change to the workspace back.
    Undo,
    /// Do it again.
    Redo,
    /// Stop what runs, or close what is open.
    Cancel,
    /// Copy the verdict as text.
    CopyWhy,
    /// Change the envelope of the current message.
    EditEnvelope,
    /// Judge the current message under other circumstances.
    WhatIf,
    /// Judge everything as of another time.
    EvaluationTime,
    /// Make a copy of the message that is broken in one way.
    BreakIt,
    /// Copy what is selected, in its usual form.
    Copy,
    /// Copy what is selected in a form of one's choice.
    CopyAs,
    /// What can be done with what is selected.
    ContextMenu,
    /// Add an address or a domain.
    NewAddress,
    /// Make a key to try things with.
    GenerateKey,
    /// Make an authority to try things with.
    GenerateAuthority,
    /// Lock all private keys.
    LockKeys,
    /// Ask for the workspace's passphrase.
    UnlockKeys,
    /// Find a command.
    Palette,
    /// The list of shortcuts.
    Shortcuts,
    /// Put the cursor into the filter.
    Filter,
    /// Show the octets at an offset.
    GoToOffset,
    /// Find octets or text in the octets.
    FindOctets,
    /// Select the next problem.
    NextProblem,
    /// Select the previous problem.
    PreviousProblem,
    /// Go back to the previous selection.
    Back,
    /// Undo going back.
    Forward,
    /// Who accepts whose certificate.
    TrustMap,
    /// Move the focus to the next pane.
    NextPane,
    /// Move the focus to the previous pane.
    PreviousPane,
    /// Show the messages.
    ViewMessages,
    /// Show the composer.
    ViewSend,
    /// Show the addresses.
    ViewAddresses,
    /// Show the structure.
    ViewStructure,
    /// The layout for who asks why.
    LayoutInvestigate,
    /// The layout for who shows how it works.
    LayoutExplain,
    /// The layout for who tries two programs on each other.
    LayoutTest,
    /// The answer step by step.
    AnswerSteps,
    /// Why the message was rejected.
    AnswerCause,
    /// What other agents would have answered.
    AnswerAgents,
    /// How the message conforms.
    AnswerConformance,
    /// Show or hide the list.
    ToggleList,
    /// Show or hide the Inspector.
    ToggleInspector,
    /// Show or hide the bytes and the log.
    ToggleDrawer,
    /// Change between dark and light.
    ToggleTheme,
    /// Everything larger.
    ZoomIn,
    /// Everything smaller.
    ZoomOut,
    /// Everything at its normal size.
    ZoomReset,
    /// The preferences.
    Settings,
    /// What of the network may be asked, and where certificates are looked for.
    Network,
    /// Back to the welcome view.
    Welcome,
    /// End the program.
    Quit,
}

/// The menu that a command is found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Menu {
    /// Files and workspaces.
    File,
    /// The message and the keys.
    Message,
    /// What is shown.
    View,
    /// Where to look.
    Go,
    /// How it works.
    Help,
}

impl Menu {
    /// All menus, in order.
    pub const ALL: [Self; 5] = [Self::File, Self::Message, Self::View, Self::Go, Self::Help];

    /// Its title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Message => "Message",
            Self::View => "View",
            Self::Go => "Go",
            Self::Help => "Help",
        }
    }
}

/// Everything there is to say of a command.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The command.
    pub command: UiCommand,
    /// Its menu.
    pub menu: Menu,
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub tooltip: &'static str,
    /// How it is called by keyboard.
    pub shortcuts: &'static [KeyboardShortcut],
}

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);
const NONE: Modifiers = Modifiers::NONE;

const fn keys(modifiers: Modifiers, key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(modifiers, key)
}

const fn entry(
    command: UiCommand,
    menu: Menu,
    name: &'static str,
    tooltip: &'static str,
    shortcuts: &'static [KeyboardShortcut],
) -> Entry {
    Entry { command, menu, name, tooltip, shortcuts }
}

/// The registry, in the order of the menus.
#[rustfmt::skip]
pub const REGISTRY: &[Entry] = &[
    entry(UiCommand::Open, Menu::File, "Open…", "Open messages, certificates or keys", &[keys(CTRL, Key::O)]),
    entry(UiCommand::OpenByPath, Menu::File, "Open by path…", "Type where a file lies; works without a file dialog", &[keys(Modifiers::ALT.plus(Modifiers::COMMAND), Key::O)]),
    entry(UiCommand::Paste, Menu::File, "Examine clipboard", "Open the message or certificate in the clipboard", &[]),
    entry(UiCommand::OpenWorkspace, Menu::File, "Open workspace…", "Open a folder of keys, anchors and messages", &[keys(CTRL_SHIFT, Key::O)]),
    entry(UiCommand::OpenOwn, Menu::File, "Open my workspace", "Your own keys, anchors and messages; made at first use", &[]),
    entry(UiCommand::OpenDemo, Menu::File, "Explore the demo workspace", "15 messages between made-up addresses, each with a different outcome", &[]),
    entry(UiCommand::Save, Menu::File, "Save…", "Save the secured message as .eml or .bsmtp", &[keys(CTRL, Key::S)]),
    entry(UiCommand::Welcome, Menu::File, "Welcome", "Back to the first view", &[]),
    entry(UiCommand::Undo, Menu::File, "Undo", "Take back the last change to keys, certificates or anchors", &[keys(CTRL, Key::Z)]),
    entry(UiCommand::Redo, Menu::File, "Redo", "Do the change again that was taken back", &[keys(CTRL_SHIFT, Key::Z), keys(CTRL, Key::Y)]),
    entry(UiCommand::Settings, Menu::File, "Settings…", "Colours, size, layout and what is remembered", &[keys(CTRL, Key::Comma)]),
    entry(UiCommand::Network, Menu::File, "Network and lookups…", "Whether servers may be asked for certificates, which, and in which order", &[keys(CTRL_SHIFT, Key::U)]),
    entry(UiCommand::Quit, Menu::File, "Quit", "Close the window", &[keys(CTRL, Key::Q)]),
    entry(UiCommand::NewMessage, Menu::Message, "New message", "Write a message and secure it", &[keys(CTRL, Key::N)]),
    entry(UiCommand::Run, Menu::Message, "Run", "Process the current message", &[keys(NONE, Key::F5), keys(CTRL, Key::Enter)]),
    entry(UiCommand::Cancel, Menu::Message, "Cancel", "Stop what runs, or close what is open", &[keys(NONE, Key::Escape)]),
    entry(UiCommand::EditEnvelope, Menu::Message, "Edit envelope", "Change who the message is from and for", &[keys(CTRL, Key::E)]),
    entry(UiCommand::WhatIf, Menu::Message, "What if…", "Judge the message at another time, under another profile or with another anchor; nothing is saved", &[keys(CTRL_SHIFT, Key::I)]),
    entry(UiCommand::EvaluationTime, Menu::Message, "Evaluation time…", "Judge every certificate as of another time; nothing is saved", &[keys(CTRL, Key::T)]),
    entry(UiCommand::BreakIt, Menu::Message, "Break it…", "Make a copy of the message that is broken in one way, and see what comes of it", &[keys(CTRL_SHIFT, Key::B)]),
    entry(UiCommand::Submit, Menu::Message, "Submit…", "Hand the secured or received message to a mail server (SMTP)", &[keys(CTRL_SHIFT, Key::S)]),
    entry(UiCommand::CopyWhy, Menu::Message, "Copy why", "Copy the verdict and its causes as text, without keys or content", &[keys(CTRL_SHIFT, Key::W)]),
    entry(UiCommand::Copy, Menu::Message, "Copy", "Copy what is selected, in its usual form", &[keys(CTRL, Key::C)]),
    entry(UiCommand::CopyAs, Menu::Message, "Copy as…", "Copy what is selected as hexadecimal, base64, PEM, text or an array", &[keys(CTRL_SHIFT, Key::C)]),
    entry(UiCommand::ContextMenu, Menu::Message, "Actions…", "What can be done with what is selected", &[keys(Modifiers::SHIFT, Key::F10)]),
    entry(UiCommand::UnlockKeys, Menu::Message, "Unlock keys…", "Give the passphrase of the workspace's private keys", &[keys(CTRL_SHIFT, Key::L)]),
    entry(UiCommand::LockKeys, Menu::Message, "Lock keys", "Forget the passphrase and every open private key", &[keys(CTRL, Key::L)]),
    entry(UiCommand::NewAddress, Menu::Message, "New address…", "Add an address or a domain to the workspace", &[keys(CTRL_SHIFT, Key::N)]),
    entry(UiCommand::GenerateKey, Menu::Message, "Create test key…", "Make a private key with a certificate, to try things with", &[keys(CTRL, Key::K)]),
    entry(UiCommand::GenerateAuthority, Menu::Message, "Create lab CA…", "Make a certificate authority that can issue test certificates", &[keys(CTRL_SHIFT, Key::K)]),
    entry(UiCommand::ViewMessages, Menu::View, "Messages", "Received messages and why they are accepted or rejected", &[keys(CTRL, Key::Num1)]),
    entry(UiCommand::ViewSend, Menu::View, "Send", "Write or load a message and secure it", &[keys(CTRL, Key::Num2)]),
    entry(UiCommand::ViewAddresses, Menu::View, "Addresses", "Keys, certificates and trust anchors of each address", &[keys(CTRL, Key::Num3)]),
    entry(UiCommand::ViewStructure, Menu::View, "Structure", "The parts that a message is made of", &[keys(CTRL, Key::Num4)]),
    entry(UiCommand::LayoutInvestigate, Menu::View, "Layout: Investigate", "The verdict, its steps and the Inspector", &[keys(NONE, Key::F2)]),
    entry(UiCommand::LayoutExplain, Menu::View, "Layout: Explain", "One step at a time, with what was there before and after it", &[keys(NONE, Key::F3)]),
    entry(UiCommand::LayoutTest, Menu::View, "Layout: Test", "Every check in one table, with found, expected and reference", &[keys(NONE, Key::F4)]),
    entry(UiCommand::AnswerSteps, Menu::View, "Answer: Steps", "The verdict, and each step that led to it", &[keys(Modifiers::ALT, Key::Num1)]),
    entry(UiCommand::AnswerCause, Menu::View, "Answer: Cause", "Why the message was rejected, with proof where there is one", &[keys(Modifiers::ALT, Key::Num2)]),
    entry(UiCommand::AnswerAgents, Menu::View, "Answer: Other agents", "What the Java and C# reference agents would have answered", &[keys(Modifiers::ALT, Key::Num3)]),
    entry(UiCommand::AnswerConformance, Menu::View, "Answer: Conformance", "How the message keeps the rules of the test tools and the specification, row by row", &[keys(Modifiers::ALT, Key::Num4)]),
    entry(UiCommand::ToggleList, Menu::View, "List", "Show or hide the list on the left", &[keys(CTRL, Key::B)]),
    entry(UiCommand::ToggleInspector, Menu::View, "Inspector", "Show or hide the explanation of what is selected", &[keys(CTRL, Key::I)]),
    entry(UiCommand::ToggleDrawer, Menu::View, "Bytes and log", "Show or hide the drawer below", &[keys(CTRL, Key::J)]),
    entry(UiCommand::ViewLab, Menu::View, "Lab", "Servers on this computer to try mail with, and what is said to them", &[keys(CTRL_SHIFT, Key::J)]),
    entry(UiCommand::ToggleTheme, Menu::View, "Dark or light", "Change the colours", &[keys(CTRL_SHIFT, Key::D)]),
    entry(UiCommand::ZoomIn, Menu::View, "Larger", "Make everything larger", &[keys(CTRL, Key::Plus), keys(CTRL, Key::Equals)]),
    entry(UiCommand::ZoomOut, Menu::View, "Smaller", "Make everything smaller", &[keys(CTRL, Key::Minus)]),
    entry(UiCommand::ZoomReset, Menu::View, "Normal size", "Show everything at its normal size", &[keys(CTRL, Key::Num0)]),
    entry(UiCommand::Palette, Menu::Go, "Find command…", "Every command by name", &[keys(CTRL, Key::P)]),
    entry(UiCommand::Filter, Menu::Go, "Filter", "Find in the list", &[keys(CTRL, Key::F)]),
    entry(UiCommand::GoToOffset, Menu::Go, "Go to offset…", "Show the octet at an offset", &[keys(CTRL, Key::G)]),
    entry(UiCommand::FindOctets, Menu::Go, "Find in bytes…", "Find text or octets in the buffer that is shown", &[keys(CTRL_SHIFT, Key::F)]),
    entry(UiCommand::NextProblem, Menu::Go, "Next problem", "Select the next check that failed", &[keys(NONE, Key::F8)]),
    entry(UiCommand::PreviousProblem, Menu::Go, "Previous problem", "Select the previous check that failed", &[keys(Modifiers::SHIFT, Key::F8)]),
    entry(UiCommand::Back, Menu::Go, "Back", "Return to what was selected before", &[keys(Modifiers::ALT, Key::ArrowLeft)]),
    entry(UiCommand::Forward, Menu::Go, "Forward", "Undo going back", &[keys(Modifiers::ALT, Key::ArrowRight)]),
    entry(UiCommand::TrustMap, Menu::Go, "Trust map", "Who accepts whose certificate as a signer, for all addresses at once", &[]),
    entry(UiCommand::LabDns, Menu::Go, "Lab name server", "Start or stop the name server that publishes this workspace's certificates on this computer", &[keys(CTRL_SHIFT, Key::Y)]),
    entry(UiCommand::LabMail, Menu::Go, "Lab mail server", "Start or stop the mail server that keeps what it gets in this workspace", &[keys(CTRL_SHIFT, Key::M)]),
    entry(UiCommand::UseLabDns, Menu::Go, "Use the lab's name server", "Look certificates of recipients up at the lab's name server, and allow the network", &[]),
    entry(UiCommand::DiscoveryCases, Menu::Go, "Run the discovery cases (DCDT)", "Look certificates up in 22 prepared situations, against servers on this computer, and see what comes of each", &[]),
    entry(UiCommand::NextPane, Menu::Go, "Next pane", "Move the keyboard to the next pane", &[keys(NONE, Key::F6)]),
    entry(UiCommand::PreviousPane, Menu::Go, "Previous pane", "Move the keyboard to the previous pane", &[keys(Modifiers::SHIFT, Key::F6)]),
    entry(UiCommand::Shortcuts, Menu::Help, "Keyboard shortcuts", "Every shortcut on one sheet", &[keys(NONE, Key::F1)]),
];

impl UiCommand {
    /// Its entry in the registry.
    #[must_use]
    pub fn entry(self) -> &'static Entry {
        REGISTRY.iter().find(|entry| entry.command == self).unwrap_or(&UNLISTED)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().name
    }
}

// Never shown: a test holds that every command is listed.
const UNLISTED: Entry = entry(UiCommand::Cancel, Menu::Help, "", "", &[]);

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn no_shortcut_calls_two_commands() {
        let mut seen: BTreeMap<String, UiCommand> = BTreeMap::new();
        for entry in REGISTRY {
            for shortcut in entry.shortcuts {
                let before = seen.insert(format!("{shortcut:?}"), entry.command);
                assert!(before.is_none(), "{shortcut:?} calls {before:?} and {:?}", entry.command);
            }
        }
    }

    // On X11 Ctrl+Shift+1 arrives as Ctrl+Shift+! where the keyboard has it so, and on other keyboards as something else.
    #[test]
    fn no_shortcut_needs_shift_and_a_digit() {
        let digits =
            [Key::Num0, Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8];
        let shifted = |shortcut: &&KeyboardShortcut| {
            shortcut.modifiers.shift && (digits.contains(&shortcut.logical_key) || shortcut.logical_key == Key::Num9)
        };
        assert!(REGISTRY.iter().flat_map(|entry| entry.shortcuts).find(shifted).is_none());
    }

    #[test]
    fn no_two_commands_have_one_name_and_all_have_words() {
        let mut names: Vec<&str> = REGISTRY.iter().map(|entry| entry.name).collect();
        names.sort_unstable();
        let total = names.len();
        names.dedup();
        assert_eq!(names.len(), total);
        for entry in REGISTRY {
            assert!(!entry.name.is_empty() && !entry.tooltip.is_empty() && !entry.tooltip.ends_with('.'), "{entry:?}");
            assert_eq!(entry.command.entry().name, entry.name, "listed twice");
        }
    }
}
