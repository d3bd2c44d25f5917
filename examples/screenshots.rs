//! Draws every view of the window from a demo workspace into `screenshots/`, without a display.
//!
//! `cargo run --example screenshots [FOLDER]`

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for developers")]

#[path = "../tests/support/window/mod.rs"]
mod window;

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sealscope::ui::App;
use window::{config, settle};

fn main() {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("screenshots"), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    let home = tempfile::tempdir().unwrap();
    for (theme, suffix) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        let place = home.path().join(suffix);
        std::fs::create_dir_all(&place).unwrap();
        // One set of keys for both: making them is what takes long.
        let mut settings = config(&place);
        settings.demo = Some(home.path().join("demo"));
        let mut harness = window::window(settings, vec2(1280.0, 800.0), theme);
        tour(&mut harness, &folder, suffix);
    }
}

fn tour(harness: &mut Harness<'static, App>, folder: &Path, suffix: &str) {
    let shot = |harness: &mut Harness<'static, App>, name: &str| {
        harness.remove_cursor();
        settle(harness);
        save(&harness.render().unwrap(), &folder.join(format!("{name}-{suffix}.png")));
    };
    harness.set_render_cursor(false);
    shot(harness, "welcome");
    harness.get_by_label("Explore the demo workspace").click();
    shot(harness, "messages");
    harness.get_by_label_contains("Removed:").click();
    shot(harness, "recipient");
    let signer = harness.query_all_by_label_contains("Signature valid").next().is_some();
    if signer {
        harness.query_all_by_label_contains("Signature valid").next().unwrap().click();
    }
    shot(harness, "signer");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::J);
    shot(harness, "bytes");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::J);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num4);
    shot(harness, "structure");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num3);
    shot(harness, "addresses");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Num2);
    shot(harness, "send");
    harness.get_by_role_and_label(egui::accesskit::Role::TextInput, "RCPT TO").focus();
    settle(harness);
    harness
        .get_by_role_and_label(egui::accesskit::Role::TextInput, "RCPT TO")
        .type_text("bob@b.example, eve@elsewhere.example");
    settle(harness);
    harness.get_by_role_and_label(egui::accesskit::Role::TextInput, "Subject").focus();
    settle(harness);
    harness.get_by_role_and_label(egui::accesskit::Role::TextInput, "Subject").type_text("Referral for Tuesday");
    settle(harness);
    harness.get_by_label("Process").click();
    shot(harness, "sent");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::P);
    shot(harness, "palette");
    harness.key_press(Key::Escape);
    harness.key_press(Key::F1);
    shot(harness, "shortcuts");
}

fn save(image: &image::RgbaImage, path: &Path) {
    let file = BufWriter::new(File::create(path).unwrap());
    let mut encoder = png::Encoder::new(file, image.width(), image.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.write_header().unwrap().write_image_data(image.as_raw()).unwrap();
    println!("{}", path.display());
}
