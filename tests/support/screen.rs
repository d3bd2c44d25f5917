//! A screen of its own for the real program: Xvfb on a display that was free, keys by xdotool, pictures out of its
//! memory.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The programs that this takes.
const PROGRAMS: [&str; 3] = ["Xvfb", "xdotool", "xclip"];

/// Says that nothing can be shown here, or fails where it must be.
pub(crate) fn is_missing() -> bool {
    let there = |program: &&str| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    };
    let missing: Vec<&str> = PROGRAMS.into_iter().filter(|program| !there(program)).collect();
    if missing.is_empty() {
        return false;
    }
    let required = std::env::var_os("SEALSCOPE_REQUIRE_WINDOW").is_some_and(|value| value == "1");
    assert!(!required, "SEALSCOPE_REQUIRE_WINDOW=1, but these are not installed: {missing:?}");
    eprintln!("!! SKIPPED: no real window was opened, since these are not installed: {missing:?}");
    true
}

/// Asks again until there is an answer.
pub(crate) fn wait_for<T>(what: &str, within: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + within;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "{what}: not within {within:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// A screen without a window manager.
pub(crate) struct Screen {
    server: Child,
    display: String,
    memory: TempDir,
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Screen {
    /// Starts it.
    pub(crate) fn start() -> Self {
        // The server chooses the display and writes its number when it is ready.
        let memory = TempDir::new().unwrap();
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset", "-fbdir"])
            .arg(memory.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts");
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Self { server, display: format!(":{}", number.trim()), memory }
    }

    /// A program that sees this screen and nothing of the person who runs the tests.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("DISPLAY", &self.display).env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
    }

    fn answer(&self, program: &str, arguments: &[&str]) -> Option<String> {
        let output = self.command(program).args(arguments).stderr(Stdio::null()).output().unwrap();
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Starts the program with an empty home, which stays where the caller put it.
    pub(crate) fn open(&self, home: &Path, arguments: &[&str]) -> Window<'_> {
        let started = Instant::now();
        let program = self
            .command(env!("CARGO_BIN_EXE_sealscope"))
            .args(arguments)
            .env("HOME", home)
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut window = Window { screen: self, program, id: String::new() };
        let search = ["search", "--onlyvisible", "--name", "Sealscope"];
        window.id = wait_for("the window", Duration::from_secs(60), || {
            self.answer("xdotool", &search)?.lines().next().map(str::to_owned)
        });
        println!("the window was there {} ms after the start", started.elapsed().as_millis());
        wait_for("the first picture", Duration::from_secs(60), || self.is_painted().then_some(()));
        println!("it was painted {} ms after the start", started.elapsed().as_millis());
        self.answer("xdotool", &["windowfocus", "--sync", &window.id]).expect("the window takes the keyboard");
        window
    }

    /// The screen as it is now, in the form of xwd(1): some pixels do for telling two pictures apart.
    fn picture(&self) -> Vec<u8> {
        fs::read(self.memory.path().join("Xvfb_screen0")).unwrap()
    }

    fn is_painted(&self) -> bool {
        let picture = self.picture();
        let pixels = picture.chunks_exact(4).skip(1_000).step_by(7);
        pixels.collect::<HashSet<_>>().len() > 16
    }

    /// Does something and waits until the picture has changed and then stands still.
    fn until_seen(&self, act: impl FnOnce()) {
        let before = self.picture();
        act();
        let mut last = before.clone();
        wait_for("a change of the picture", Duration::from_secs(60), || {
            thread::sleep(Duration::from_millis(60));
            let now = self.picture();
            let stands = now == last && now != before;
            last = now;
            stands.then_some(())
        });
    }

    /// What was copied last.
    pub(crate) fn clipboard(&self) -> Option<String> {
        self.answer("xclip", &["-o", "-selection", "clipboard"]).filter(|text| !text.is_empty())
    }
}

/// The running program.
pub(crate) struct Window<'s> {
    screen: &'s Screen,
    program: Child,
    id: String,
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl Window<'_> {
    /// Its process.
    pub(crate) fn process(&self) -> u32 {
        self.program.id()
    }

    /// Presses keys, one after the other: `ctrl+p`, `Return`.
    pub(crate) fn press(&self, keys: &[&str]) {
        let arguments: Vec<&str> = ["key", "--clearmodifiers"].into_iter().chain(keys.iter().copied()).collect();
        self.screen.answer("xdotool", &arguments).expect("keys are pressed");
    }

    /// Presses keys that change what is shown, and waits for the change.
    pub(crate) fn press_to_see(&self, keys: &[&str]) {
        self.screen.until_seen(|| self.press(keys));
    }

    /// Types words.
    pub(crate) fn write(&self, words: &str) {
        self.screen.answer("xdotool", &["type", "--clearmodifiers", words]).expect("words are typed");
    }

    /// What its title bar says.
    pub(crate) fn title(&self) -> Option<String> {
        self.screen.answer("xdotool", &["getwindowname", &self.id])
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.program.try_wait().unwrap().is_none()
    }
}
