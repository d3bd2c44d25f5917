//! The program: arguments lead to the command line or to the window. The one place that builds real adapters.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;
use sealscope::cli::{self, Cli, Colour, Program};
use sealscope::guard::{Process, guard};
use sealscope::mail::escape_controls;
use sealscope::pki::Passphrase;
use sealscope::workspace::keyring::{Keyring, SharedKeyring};
use time::OffsetDateTime;
use tracing_subscriber::EnvFilter;

#[global_allocator]
static MEMORY: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let arguments = match Cli::try_parse() {
        Ok(arguments) => arguments,
        Err(answer) => return not_run(&answer),
    };
    let guarded = guard(if arguments.opens_window() { Process::Window } else { Process::Command });
    log(&arguments);
    tracing::debug!(?guarded, "process guarded");
    let mut seed = [0; 16];
    if let Err(error) = openssl::rand::rand_bytes(&mut seed) {
        return cannot_start(&format!("no randomness: {error}"));
    }
    let keyring = keyring();
    let mut program = Program {
        stdin: &mut io::stdin().lock(),
        stdout: &mut io::stdout().lock(),
        stderr: &mut io::stderr(),
        colour: colour(),
        progress: io::stderr().is_terminal(),
        now: OffsetDateTime::now_utc(),
        seed,
        passphrase: std::env::var(Passphrase::VARIABLE).ok().map(Passphrase::new),
        keyring: keyring.as_deref().map(|keyring| -> &dyn Keyring { keyring }),
        ask: &ask,
        open_window: &open_window,
    };
    ExitCode::from(cli::run(&arguments, &mut program).code())
}

#[cfg(feature = "keyring")]
fn keyring() -> Option<SharedKeyring> {
    Some(std::sync::Arc::new(sealscope::io::keyring::SystemKeyring))
}

#[cfg(not(feature = "keyring"))]
const fn keyring() -> Option<SharedKeyring> {
    None
}

// The log goes to standard error, and only where it was asked for: by --verbose or by RUST_LOG.
fn log(arguments: &Cli) {
    let asked = std::env::var_os(EnvFilter::DEFAULT_ENV).is_some();
    if asked || arguments.verbose() {
        let filter = EnvFilter::builder().with_default_directive(tracing::Level::INFO.into()).from_env_lossy();
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false).init();
    }
}

fn colour() -> Colour {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    if io::stdout().is_terminal() && !unwanted && !dumb { Colour::Use } else { Colour::Avoid }
}

fn ask(prompt: &str) -> io::Result<Option<Passphrase>> {
    if !io::stdin().is_terminal() {
        return Ok(None);
    }
    match rpassword::prompt_password(prompt) {
        Ok(words) => Ok(Some(Passphrase::new(words))),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(io::Error::other("no passphrase was typed")),
        Err(error) => Err(error),
    }
}

// Help and version go to standard output as they are. Errors repeat arguments, which may be names of files that others
// made: what could steer a terminal is escaped.
fn not_run(answer: &clap::Error) -> ExitCode {
    use std::io::Write;
    // Nobody is left to be told when the stream is gone, as in `--help | head`.
    if answer.use_stderr() {
        let lines: Vec<String> = answer.render().to_string().lines().map(escape_controls).collect();
        let _ = writeln!(io::stderr(), "{}", lines.join("\n"));
        return ExitCode::from(cli::Exit::Usage.code());
    }
    let _ = answer.print();
    ExitCode::SUCCESS
}

fn cannot_start(sentence: &str) -> ExitCode {
    use std::io::Write;
    // Nobody is left to be told when standard error is gone.
    let _ = writeln!(io::stderr(), "sealscope: {sentence}");
    ExitCode::FAILURE
}

#[cfg(feature = "gui")]
fn open_window(files: Vec<PathBuf>, workspace: Option<PathBuf>) -> Result<(), String> {
    sealscope::ui::run(files, workspace, keyring()).map_err(|error| error.to_string())
}

#[cfg(not(feature = "gui"))]
fn open_window(_files: Vec<PathBuf>, _workspace: Option<PathBuf>) -> Result<(), String> {
    Err("this build has no window: `sealscope demo` shows in the terminal what it would, `--help` the commands"
        .to_owned())
}
