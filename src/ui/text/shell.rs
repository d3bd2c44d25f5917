//! The frame around the panes: recent files, settings, shortcuts, palette, status bar, and why a command can do
//! nothing now.

use crate::ui::command::UiCommand;
use crate::ui::settings::Layout;

/// The one menu of a narrow window.
pub const MENU: &str = "Menu";
/// Over the list of what was opened before.
pub const RECENT: &str = "Recent";
/// Forgets one of them.
pub const REMOVE: &str = "Remove";
/// What that does.
pub const REMOVE_HINT: &str = "Take it off this list; nothing is deleted";
/// Behind the name of what is gone.
pub const MISSING: &str = "no longer there";
/// Over the three ways to begin.
pub const WANT_TO: &str = "I want to";

/// What the person in front of the first view wants, for each layout.
#[must_use]
pub const fn purpose(layout: Layout) -> &'static str {
    match layout {
        Layout::Investigate => "Investigate a rejected message",
        Layout::Explain => "Show how it works",
        Layout::Test => "Test another HISP",
    }
}

/// What comes of choosing it.
#[must_use]
pub const fn purpose_hint(layout: Layout) -> &'static str {
    match layout {
        Layout::Investigate => "Opens the demo with the verdict, its steps and the Inspector",
        Layout::Explain => "Opens the demo one step at a time, larger, with what was there before and after",
        Layout::Test => "Opens the demo with every check in a table of found, expected and reference",
    }
}

/// `just now`, `5 min ago`, `2 h ago`, `3 days ago`, `2 years ago`.
#[must_use]
pub fn ago(secs: u64) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    const YEAR: u64 = 365 * DAY;
    let several = |number: u64, one: &str, many: &str| format!("{number} {} ago", if number == 1 { one } else { many });
    match secs {
        0..MINUTE => "just now".to_owned(),
        MINUTE..HOUR => format!("{} min ago", secs / MINUTE),
        HOUR..DAY => format!("{} h ago", secs / HOUR),
        DAY..YEAR => several(secs / DAY, "day", "days"),
        _ => several(secs / YEAR, "year", "years"),
    }
}

/// What a workspace holds: `3 addresses, 1 domain, 12 messages`.
#[must_use]
pub fn workspace_contents(addresses: usize, domains: usize, messages: usize) -> String {
    let mut held = vec![super::count(addresses, "address", "addresses")];
    if domains > 0 {
        held.push(super::count(domains, "domain", "domains"));
    }
    held.push(messages_held(messages));
    held.join(", ")
}

/// What a file of messages holds.
#[must_use]
pub fn messages_held(messages: usize) -> String {
    super::count(messages, "message", "messages")
}

/// How many of many messages are done.
#[must_use]
pub fn processing(done: usize, of: usize) -> String {
    format!("Processing {} of {}", super::grouped(done.saturating_add(1).min(of)), super::grouped(of))
}

/// Why `command` can do nothing now and what would change that.
#[must_use]
pub const fn unavailable(command: UiCommand) -> &'static str {
    match command {
        UiCommand::Back => "Nothing was selected before",
        UiCommand::Forward => "Nothing to go forward to",
        UiCommand::Save => "Nothing has been secured or accepted yet",
        UiCommand::NewAddress
        | UiCommand::GenerateKey
        | UiCommand::GenerateAuthority
        | UiCommand::LabDns
        | UiCommand::LabMail => "Open a workspace first",
        UiCommand::UseLabDns => "Start the lab's name server first; it may be in use already",
        UiCommand::DiscoveryCases => "They run already",
        UiCommand::Submit => "Secure or open a message first",
        UiCommand::TrustMap => "Add an address first",
        UiCommand::CopyWhy | UiCommand::SaveReport => "Process a message first",
        UiCommand::Undo => "Nothing was changed yet",
        UiCommand::Redo => "Nothing was undone",
        UiCommand::LockKeys => "No key is unlocked",
        UiCommand::UnlockKeys => "No key is locked",
        UiCommand::NextProblem | UiCommand::PreviousProblem => "There is no problem",
        UiCommand::Cancel => "Nothing runs and nothing is open",
        UiCommand::Welcome => "It is shown already",
        UiCommand::Filter
        | UiCommand::NextPane
        | UiCommand::PreviousPane
        | UiCommand::ToggleList
        | UiCommand::ToggleInspector
        | UiCommand::ToggleDrawer => "Choose a view first",
        _ => "Open a message first",
    }
}

/// The title of the window over a workspace.
#[must_use]
pub fn window_title(workspace: &str) -> String {
    format!("{workspace}, {}", super::NAME)
}

/// The settings.
pub mod settings {
    use crate::ui::settings::ThemeChoice;

    /// Their title.
    pub const TITLE: &str = "Settings";
    /// What is kept and what is not.
    pub const KEPT: &str = "Kept in one file on this computer, which never holds messages, keys or passphrases";
    /// The colours.
    pub const THEME: &str = "Colours";
    /// The size of everything.
    pub const SIZE: &str = "Size";
    /// What is shown at once.
    pub const LAYOUT: &str = "Layout";
    /// Whether lookups may leave this computer.
    pub const NETWORK: &str = "Network";
    /// Nothing asks the network.
    pub const OFFLINE: &str = "Offline";
    /// Lookups may leave this computer.
    pub const ONLINE: &str = "Online";
    /// What the choice of network is about.
    pub const NETWORK_HINT: &str =
        "Whether servers may be asked for certificates of recipients; kept with the workspace";
    /// Why the network cannot be chosen.
    pub const NO_WORKSPACE: &str = "Open a workspace first: this choice is kept with it";
    /// What is remembered.
    pub const REMEMBERED: &str = "Recent files";
    /// Forgets all of it.
    pub const CLEAR: &str = "Clear the list";
    /// Whether it is kept what large folders hold.
    pub const FOLDERS: &str = "Large folders";
    /// It is.
    pub const REMEMBER_FOLDERS: &str = "Remember what they hold";
    /// It is not.
    pub const READ_FOLDERS: &str = "Read them each time";
    /// What is kept, and where.
    pub const FOLDERS_HINT: &str = "Keeps file names, senders and recipients of folders with many messages in this user's cache, so that they are listed at once";
    /// What becomes of what was kept.
    pub const READ_FOLDERS_HINT: &str = "Deletes what was kept of them";
    /// Puts the edges between panes back.
    pub const PANES: &str = "Pane sizes";
    /// Does it.
    pub const RESET: &str = "Reset";
    /// Closes them.
    pub const CLOSE: &str = "Close";

    /// The word for a choice of colours.
    #[must_use]
    pub const fn theme(choice: ThemeChoice) -> &'static str {
        match choice {
            ThemeChoice::System => "As the system",
            ThemeChoice::Dark => "Dark",
            ThemeChoice::Light => "Light",
        }
    }

    /// How many files are remembered.
    #[must_use]
    pub fn remembered(number: usize) -> String {
        match number {
            0 => "Nothing is remembered".to_owned(),
            number => format!("{} remembered", crate::ui::text::count(number, "file or folder", "files and folders")),
        }
    }
}

/// The sheet of shortcuts.
pub mod shortcuts {
    /// Its title.
    pub const TITLE: &str = "Keyboard shortcuts";
    /// Closes it.
    pub const CLOSE: &str = "Close";
    /// Between two that do the same.
    pub const OR: &str = " or ";
    /// What holds in every list.
    pub const LISTS: &str = "In lists: up, down, Home, End, Page Up, Page Down, or the first letters. In trees also left and right. Tab goes through the controls of a pane.";

    /// A command and its keys, read aloud.
    #[must_use]
    pub fn line(command: &str, keys: &str) -> String {
        format!("{command}: {keys}")
    }
}

/// The list of all commands.
pub mod palette {
    /// The field, and the button that opens it.
    pub const FIND: &str = "Find command";
    /// What is typed there.
    pub const HINT: &str = "Type the name of a command";
    /// Names the list.
    pub const LIST: &str = "Commands";

    /// Nothing left to show.
    #[must_use]
    pub fn no_match(search: &str) -> String {
        format!("No command is called “{search}”")
    }

    /// A command that can do nothing now, read aloud.
    #[must_use]
    pub fn not_now(command: &str, why: &str) -> String {
        format!("{command}, not now: {why}")
    }
}

/// The line of what just happened, and the bar below.
pub mod status {
    use crate::ui::text::count;

    /// Takes the line away.
    pub const DISMISS: &str = "Dismiss";
    /// All is well.
    pub const NO_PROBLEMS: &str = "No problems";
    /// Goes to what is not.
    pub const NEXT_PROBLEM: &str = "Select the next problem";
    /// What it means that the network may be asked.
    pub const ONLINE_HINT: &str = "Servers are asked for certificates, and every query is shown; click to choose which";
    /// What it means that it is not.
    pub const OFFLINE_HINT: &str =
        "Nothing asks the network; certificates come from the workspace alone. Click to change that";
    /// What unlocked keys are.
    pub const UNLOCKED_HINT: &str = "Private keys that are open until they are locked or the window closes";
    /// What a click on locked keys does.
    pub const LOCKED_HINT: &str = "Give the passphrase to unlock them";
    /// What a job's name means.
    pub const WORKING: &str = "Work in progress; the window stays usable";

    /// How many messages have some.
    #[must_use]
    pub fn problems(number: usize) -> String {
        count(number, "problem", "problems")
    }

    /// Keys that are open.
    #[must_use]
    pub fn unlocked(keys: usize) -> String {
        format!("{} unlocked", count(keys, "key", "keys"))
    }

    /// Keys that are not.
    #[must_use]
    pub fn locked(keys: usize) -> String {
        format!("{} locked", count(keys, "key", "keys"))
    }
}

/// The panes, by which the keyboard goes round.
pub mod panes {
    /// The left one.
    pub const LIST: &str = "List pane";
    /// The middle.
    pub const CENTRE: &str = "Main pane";
    /// The right one.
    pub const INSPECTOR: &str = "Inspector pane";
    /// The one below.
    pub const DRAWER: &str = "Drawer pane";
    /// The octets in it.
    pub const BYTES: &str = "Bytes";
    /// The laboratory in it.
    pub const LAB: &str = "Lab";

    /// The log in it.
    #[must_use]
    pub fn log(lines: usize) -> String {
        format!("Log ({lines})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_the_unit_that_people_would_use() {
        let ages =
            [(0, "just now"), (61, "1 min ago"), (7_300, "2 h ago"), (86_400, "1 day ago"), (900_000, "10 days ago")];
        for (secs, words) in ages {
            assert_eq!(ago(secs), words);
        }
        assert_eq!(ago(70_000_000), "2 years ago");
    }

    #[test]
    fn contents_are_counted_in_words() {
        assert_eq!(workspace_contents(1, 0, 12), "1 address, 12 messages");
        assert_eq!(processing(11, 100), "Processing 12 of 100");
        assert_eq!(processing(100, 100), "Processing 100 of 100");
    }
}
