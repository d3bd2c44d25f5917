//! How long a frame of the window takes while one scrolls through very much: the median and the 99th percentile. And of
//! what is too large to be held, a message of a gigabyte and a folder of a hundred thousand: how soon it is there, how
//! long the longest frame takes meanwhile, and what the process then has in memory for itself.
//!
//! `cargo bench --bench window` (with `-- large` the second part alone, for which it writes 1.5 GB below the system's folder
//! for temporary files) drives the real application through an egui context without a display; what a graphics
//! card does afterwards is not in it. Measured is processor time, which other load on the machine disturbs little. A frame at 60 Hz has 16 ms, of which this should take no more than 4.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a bench stops where it cannot go on")]

mod large;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use eframe::App as _;
use egui::{Context, Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, RawInput, Rect, TouchPhase};
use egui::{pos2, vec2};
use sealscope::ui::settings::{Settings, View};
use sealscope::ui::tasks::FileDialog;
use sealscope::ui::{App, AppConfig};

const MESSAGES: usize = 100_000;
const NODES: usize = 100_000;
/// As large as a message may be.
const OCTETS: usize = 60_000_000;
const FIELDS: &str = "fields.p7s";
const FRAMES: usize = 600;
const SIZE: egui::Vec2 = vec2(1280.0, 800.0);
/// The first row below the filter.
const FIRST_ROW: Pos2 = pos2(150.0, 194.0);
const IN_LIST: Pos2 = pos2(150.0, 500.0);
const IN_CENTRE: Pos2 = pos2(600.0, 600.0);

struct NoDialog;

impl FileDialog for NoDialog {
    fn pick(&self, _title: &str) -> Option<Vec<PathBuf>> {
        None
    }

    fn save(&self, _title: &str, _name: &str) -> Option<PathBuf> {
        None
    }
}

fn main() {
    if !std::env::args().any(|word| word == "large") {
        scrolling();
    }
    println!("\nopened without being held         first content   all there   longest frame   memory of its own");
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("gigabyte.eml");
    large::write_message(&file);
    let parts = |app: &App| app.state().current().is_some_and(|document| !document.structure().nodes().is_empty());
    let mut window = opened(home.path(), "1 GB message", file.clone(), View::Structure, parts);
    window.step(vec![Event::PointerMoved(IN_CENTRE)]);
    report("scrolling through its octets", &mut frames(&mut window));
    drop(window);
    std::fs::remove_file(&file).unwrap();
    let folder = home.path().join("folder");
    large::write_folder(&folder, large::MESSAGES);
    for what in ["100,000 messages, first time", "100,000 messages, again"] {
        let all = |app: &App| app.state().documents.len() == large::MESSAGES;
        let mut window = opened(home.path(), what, folder.clone(), View::Messages, all);
        let started = Instant::now();
        let mut most = Duration::ZERO;
        while started.elapsed() < JUDGED_FOR && !window.app.is_idle() {
            most = most.max(window.paced());
        }
        println!("{:<36} {:>40.1} ms", "  longest frame while they are judged", most.as_secs_f64() * 1e3);
    }
}

const FRAME: Duration = Duration::from_millis(16);
/// How long it is looked on while a hundred thousand messages are judged.
const JUDGED_FOR: Duration = Duration::from_secs(15);

/// Opens something, and says how that went until `all` is there.
fn opened(home: &Path, what: &str, file: PathBuf, view: View, all: impl Fn(&App) -> bool) -> Window {
    let before = large::anonymous("self").unwrap_or_default();
    let mut window = start(home, file, view);
    let started = Instant::now();
    let (mut first, mut most) = (None, Duration::ZERO);
    loop {
        most = most.max(window.paced());
        let state = window.app.state();
        if first.is_none() && !state.documents.is_empty() {
            first = Some(started.elapsed());
        }
        if first.is_some() && all(&window.app) {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(600), "{what}: not opened: {:?}", state.notice);
    }
    let seconds = |time: Duration| time.as_secs_f64();
    println!(
        "{what:<36} {:>7.2} s {:>9.2} s {:>12.1} ms {:>15.1} MB",
        seconds(first.unwrap_or_default()),
        seconds(started.elapsed()),
        most.as_secs_f64() * 1e3,
        large::anonymous("self").unwrap_or_default() - before
    );
    window
}

fn scrolling() {
    let home = tempfile::tempdir().unwrap();
    println!("time of one frame while scrolling        median      99 %");
    scroll(home.path(), "100,000 fields in the tree", FIELDS, &fields(), View::Structure, IN_LIST);
    let mut large = b"From: a@a.example\r\nTo: b@b.example\r\n\r\n".to_vec();
    large.resize(OCTETS, b'x');
    scroll(home.path(), "60 MB of octets", "large.eml", &large, View::Structure, IN_CENTRE);
    let many: Vec<u8> = (0..MESSAGES).flat_map(message).collect();
    scroll(home.path(), "100,000 messages in the list", "many.mbox", &many, View::Messages, IN_LIST);
}

fn message(number: usize) -> Vec<u8> {
    format!(
        "From a@a.example Mon Mar  2 09:30:00 2026\nFrom: a@a.example\nTo: b@b.example\nSubject: {number}\n\nText\n\n"
    )
    .into_bytes()
}

/// A ContentInfo whose content is a sequence of very many NULLs.
fn fields() -> Vec<u8> {
    let wrapped = |tag: u8, content: Vec<u8>| sealscope::asn1::der::value(tag, &content);
    let nulls = wrapped(0x30, [5, 0].repeat(NODES));
    let kind = sealscope::asn1::der::oid("1.2.840.113549.1.7.2").unwrap();
    wrapped(0x30, [kind, wrapped(0xa0, nulls)].concat())
}

struct Window {
    ctx: Context,
    app: App,
    frame: eframe::Frame,
    time: f64,
}

impl Window {
    /// A frame, and a pause until the next one as a display makes it: what works beside it needs the processor as well.
    fn paced(&mut self) -> Duration {
        let began = Instant::now();
        let took = self.step(Vec::new());
        std::thread::sleep(FRAME.saturating_sub(began.elapsed()));
        took
    }

    fn step(&mut self, events: Vec<Event>) -> Duration {
        self.time += 1.0 / 60.0;
        let screen_rect = Some(Rect::from_min_size(Pos2::ZERO, SIZE));
        let input = RawInput { screen_rect, time: Some(self.time), events, ..RawInput::default() };
        let started = ThreadTime::now();
        let (app, frame) = (&mut self.app, &mut self.frame);
        app.logic(&self.ctx, frame);
        let output = self.ctx.run_ui(input, |ui| app.ui(ui, frame));
        let took = started.elapsed();
        output.drop_without_applying_deltas();
        took
    }
}

/// Opens the group of all messages, which have one cause: chosen by the pointer, opened by the keyboard.
fn open_group(window: &mut Window) {
    let press = |pressed| Event::PointerButton {
        pos: FIRST_ROW,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    let key = |pressed| Event::Key {
        key: Key::ArrowRight,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    for event in [Event::PointerMoved(FIRST_ROW), press(true), press(false), key(true), key(false)] {
        window.step(vec![event]);
        window.step(Vec::new());
    }
}

fn scroll(home: &Path, what: &str, name: &str, octets: &[u8], view: View, place: Pos2) {
    let file = home.join(name);
    std::fs::write(&file, octets).unwrap();
    let mut window = start(home, file, view);
    let started = Instant::now();
    while window.app.state().documents.is_empty() || !window.app.is_idle() {
        window.step(Vec::new());
        assert!(started.elapsed() < Duration::from_secs(600), "{what}: not opened: {:?}", window.app.state().notice);
    }
    if view == View::Structure {
        let key = Key::Num4;
        let modifiers = Modifiers::COMMAND;
        window.step(vec![Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }]);
    }
    if name == FIELDS {
        let document = window.app.state().current().unwrap();
        assert!(document.structure().nodes().len() > NODES, "{}", document.structure().nodes().len());
    }
    if view == View::Messages {
        open_group(&mut window);
    }
    window.step(vec![Event::PointerMoved(place)]);
    for _ in 0..30 {
        window.step(Vec::new());
    }
    report(what, &mut frames(&mut window));
}

/// The window, told to open a file.
fn start(home: &Path, file: PathBuf, view: View) -> Window {
    let settings = home.join("window.toml");
    Settings { view, ..Settings::default() }.save(&settings).unwrap();
    let config = AppConfig {
        files: vec![file],
        workspace: None,
        home: None,
        demo: None,
        settings: Some(settings),
        indexes: Some(home.join("indexes")),
        dialog: Arc::new(NoDialog),
        network: Arc::new(|_| Err("a bench asks no name server".to_owned())),
        ..AppConfig::default()
    };
    let ctx = Context::default();
    let app = App::new(&eframe::CreationContext::_new_kittest(ctx.clone()), config);
    Window { ctx, app, frame: eframe::Frame::_new_kittest(), time: 0.0 }
}

/// How long the frames take while one scrolls.
fn frames(window: &mut Window) -> Vec<Duration> {
    let wheel = || Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, -120.0),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    };
    (0..FRAMES).map(|_| window.step(vec![wheel()])).collect()
}

fn report(what: &str, frames: &mut [Duration]) {
    frames.sort_unstable();
    let millis = |part: usize| frames.get(frames.len() * part / 100).unwrap().as_secs_f64() * 1e3;
    println!("{what:<36} {:>7.2} ms {:>7.2} ms", millis(50), millis(99));
}
