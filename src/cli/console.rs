//! The streams of a command: results to standard output, all else to standard error.
//!
//! Text that came from a message, a certificate or a file name is escaped before it is printed, so that nobody's header
//! can move the cursor, change the title or reverse the reading direction of a verdict.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::common::Common;
use super::error::{CliError, Exit};
use crate::mail::escape_controls;
use crate::pki::Passphrase;
use crate::workspace::keyring::Keyring;

/// Whether colours may be used on standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// A terminal that wants them.
    Use,
    /// A pipe, a file, or `NO_COLOR`.
    Avoid,
}

/// Asks for a passphrase with this prompt; `None` where there is no terminal.
pub(crate) type AskPassphrase<'a> = dyn Fn(&str) -> io::Result<Option<Passphrase>> + 'a;

/// Opens the window with these files and this workspace; the error is a sentence.
pub(crate) type OpenWindow<'a> = dyn Fn(Vec<PathBuf>, Option<PathBuf>) -> Result<(), String> + 'a;

/// What a command gets from the outside world.
pub struct Program<'a> {
    /// Standard input.
    pub stdin: &'a mut dyn Read,
    /// Standard output.
    pub stdout: &'a mut dyn Write,
    /// Standard error.
    pub stderr: &'a mut dyn Write,
    /// Whether standard output takes colours.
    pub colour: Colour,
    /// Whether standard error is a terminal, on which progress is drawn.
    pub progress: bool,
    /// The time of the run.
    pub now: OffsetDateTime,
    /// Randomness for MIME boundaries.
    pub seed: [u8; 16],
    /// The content of `SEALSCOPE_PASSPHRASE`.
    pub passphrase: Option<Passphrase>,
    /// The system's keyring; `None` in a build without.
    pub keyring: Option<&'a dyn Keyring>,
    /// How to ask the person at the terminal.
    pub ask: &'a AskPassphrase<'a>,
    /// How to open the window.
    pub open_window: &'a OpenWindow<'a>,
}

/// How a piece of text is set off on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Bad,
    Dim,
    Good,
    Strong,
    Warning,
}

/// How much is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Detail {
    Verdict,
    Normal,
    Everything,
}

/// The streams, and what the options say about them.
pub(super) struct Console<'p, 'a> {
    pub(super) program: &'p mut Program<'a>,
    pub(super) detail: Detail,
    json: bool,
    // The message itself goes to standard output (`-o -`): the account moves to standard error.
    stdout_taken: bool,
    stdin_read: bool,
}

impl<'p, 'a> Console<'p, 'a> {
    pub(super) const fn new(program: &'p mut Program<'a>, common: &Common) -> Self {
        let detail = match (common.quiet, common.verbose) {
            (true, _) => Detail::Verdict,
            (false, true) => Detail::Everything,
            (false, false) => Detail::Normal,
        };
        Self { program, detail, json: common.json, stdout_taken: false, stdin_read: false }
    }

    pub(super) const fn wants_json(&self) -> bool {
        self.json
    }

    /// Gives standard output to a message.
    pub(super) fn take_stdout(&mut self) -> Result<(), CliError> {
        if self.json {
            return Err(CliError::usage("-o - and --json both want standard output: name a file with -o".to_owned()));
        }
        self.stdout_taken = true;
        Ok(())
    }

    /// Standard input, which can be read once.
    pub(super) fn standard_input(&mut self) -> Result<&mut dyn Read, CliError> {
        if self.stdin_read {
            let sentence = "standard input can be read once: name a file in place of one -";
            return Err(CliError::usage(sentence.to_owned()));
        }
        self.stdin_read = true;
        Ok(self.program.stdin)
    }

    /// Prints one line of the account, escaped.
    pub(super) fn line(&mut self, text: &str) -> Result<(), CliError> {
        let safe = escape_controls(text);
        let line = safe.trim_end();
        if self.stdout_taken {
            writeln!(self.program.stderr, "{line}")?;
        } else if !self.json {
            writeln!(self.program.stdout, "{line}")?;
        }
        Ok(())
    }

    /// Prints one line with a word of it set off, where the terminal can.
    pub(super) fn toned(&mut self, before: &str, tone: Tone, word: &str, after: &str) -> Result<(), CliError> {
        if self.program.colour == Colour::Avoid || self.stdout_taken || self.json {
            return self.line(&format!("{before}{word}{after}"));
        }
        let [before, word, after] = [before, word, after].map(escape_controls);
        writeln!(self.program.stdout, "{before}\x1b[{}m{word}\x1b[0m{}", tone.code(), after.trim_end())?;
        Ok(())
    }

    /// Prints the object that `--json` promises.
    pub(super) fn object(&mut self, value: &Value) -> Result<(), CliError> {
        let mut text = serde_json::to_string_pretty(value).map_err(CliError::failed)?;
        // JSON escapes C0; what else can turn a terminal's text around is escaped the same way.
        text = json_safe(&text);
        writeln!(self.program.stdout, "{text}")?;
        Ok(())
    }

    /// Prints one of many objects on a line of its own (JSON Lines).
    pub(super) fn json_line(&mut self, value: &Value) -> Result<(), CliError> {
        let text = json_safe(&serde_json::to_string(value).map_err(CliError::failed)?);
        writeln!(self.program.stdout, "{text}")?;
        Ok(())
    }

    /// Prints to standard error, escaped, quiet or not.
    pub(super) fn diagnostic(&mut self, text: &str) {
        // Nobody is left to be told when standard error is gone.
        let _ = writeln!(self.program.stderr, "sealscope: {}", escape_controls(text));
    }

    /// Prints a remark to standard error unless `--quiet`.
    pub(super) fn remark(&mut self, text: &str) {
        if self.detail > Detail::Verdict {
            self.diagnostic(text);
        }
    }

    /// Sends out what was printed, for commands that go on.
    pub(super) fn flush(&mut self) -> Result<(), CliError> {
        self.program.stdout.flush()?;
        Ok(())
    }

    /// Writes octets to standard output as they are.
    pub(super) fn octets(&mut self, octets: &[u8]) -> Result<(), CliError> {
        self.program.stdout.write_all(octets)?;
        self.program.stdout.flush()?;
        Ok(())
    }

    /// Reports the error that ended the command.
    pub(super) fn report(&mut self, error: &CliError) -> Exit {
        match error {
            // The reader has gone, as in `| head`: that is no news to anybody.
            CliError::Output(cause) if cause.kind() == io::ErrorKind::BrokenPipe => {}
            CliError::Output(_) => self.diagnostic(&error.to_string()),
            CliError::Usage(_) | CliError::Failed(_) => {
                self.diagnostic(&error.to_string());
                if self.json {
                    let object = json!({ "schema": "sealscope.error/1", "error": error.to_string() });
                    // The sentence is on standard error already.
                    let _ = self.object(&object);
                }
            }
        }
        error.exit()
    }
}

impl Tone {
    const fn code(self) -> &'static str {
        match self {
            Self::Bad => "31",
            Self::Dim => "2",
            Self::Good => "32",
            Self::Strong => "1",
            Self::Warning => "33",
        }
    }
}

/// A path for people.
pub(super) fn shown(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

fn json_safe(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut safe, character| {
        match character {
            '\n' => safe.push('\n'),
            '\u{7f}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                safe.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            other => safe.push(other),
        }
        safe
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_its_meaning_when_characters_are_escaped_for_the_terminal() {
        let value = json!({ "detail": "a\u{202e}b\u{9b}31m\u{1b}é" });
        let safe = json_safe(&serde_json::to_string(&value).unwrap());
        assert!(safe.is_ascii() || !safe.contains(['\u{202e}', '\u{9b}', '\u{1b}']), "{safe}");
        assert_eq!(serde_json::from_str::<Value>(&safe).unwrap(), value);
    }
}
