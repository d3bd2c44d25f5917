//! A few pictures, equal to the eye on every machine: drawn on the CPU, with nothing in them that changes from run to
//! run. `UPDATE_SNAPSHOTS=1 cargo test --test window_pictures` takes them anew; look at them before they are kept.
#![cfg(feature = "gui")]
#![cfg(test)]

#[path = "support/window/mod.rs"]
mod support;

use std::fs::{self, File};
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

use egui::{Event, Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use sealscope::ui::App;
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

fn open(home: &TempDir, theme: Theme) -> Window {
    // So low that the steps of a run, which tell how long they took, lie below the edge.
    let mut window = support::window(config(home.path()), vec2(960.0, 540.0), theme);
    window.set_render_cursor(false);
    settle(&mut window);
    window
}

/// Width, height and three octets for each pixel.
type Picture = (u32, u32, Vec<u8>);

fn read(path: &Path) -> Option<Picture> {
    let mut reader = png::Decoder::new(BufReader::new(File::open(path).ok()?)).read_info().unwrap();
    let mut octets = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut octets).unwrap();
    octets.truncate(frame.buffer_size());
    Some((frame.width, frame.height, octets))
}

fn write(path: &Path, width: u32, height: u32, colours: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut encoder = png::Encoder::new(BufWriter::new(File::create(path).unwrap()), width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    encoder.write_header().unwrap().write_image_data(colours).unwrap();
}

/// How far a channel may be off, of 255. What a job says while it works, and for how long, decides where in the texture
/// of the font a letter comes to lie, and that is rounded.
const ROUNDING: u8 = 2;

fn are_equal(one: &Picture, other: &Picture) -> bool {
    let close = |(one, other): (&u8, &u8)| one.abs_diff(*other) <= ROUNDING;
    (one.0, one.1, one.2.len()) == (other.0, other.1, other.2.len()) && one.2.iter().zip(&other.2).all(close)
}

fn is_as_before(window: &mut Window, name: &str) {
    window.remove_cursor();
    settle(window);
    let image = window.render().unwrap();
    let colours: Vec<u8> = image.pixels().flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(format!("{name}.png"));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        write(&kept, image.width(), image.height(), &colours);
    }
    let now = (image.width(), image.height(), colours);
    let before = read(&kept);
    if !before.as_ref().is_some_and(|before| are_equal(before, &now)) {
        let seen: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        write(&seen, now.0, now.1, &now.2);
        panic!("{name} looks other than {}: see {}", kept.display(), seen.display());
    }
}

// UX.md §5, point 48.
#[test]
fn the_first_view_looks_as_it_did() {
    let home = TempDir::new().unwrap();
    is_as_before(&mut open(&home, Theme::Dark), "welcome");
}

// Point 48: a verdict with its steps, on the light ground.
#[test]
fn a_rejected_message_looks_as_it_did() {
    let home = TempDir::new().unwrap();
    let mut window = open(&home, Theme::Light);
    let letter = "From: alice@a.example\r\nTo: bob@b.example\r\nSubject: Referral\r\n\r\nIn the clear.\r\n";
    window.event(Event::Paste(letter.to_owned()));
    settle(&mut window);
    is_as_before(&mut window, "rejected-light");
}

// Points 40 and 48.
#[test]
fn the_settings_look_as_they_did() {
    let home = TempDir::new().unwrap();
    let mut window = open(&home, Theme::Dark);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Comma);
    settle(&mut window);
    is_as_before(&mut window, "settings");
}
