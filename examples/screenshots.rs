//! Draws every view of the window from a demo workspace into `screenshots/`, without a display.
//!
//! `cargo run --example screenshots [FOLDER [WIDTHxHEIGHT [NAME…]]]`; with names only those pictures are made, though the
//! way to them is walked.

#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a tool for developers")]

#[path = "../tests/support/window/mod.rs"]
mod window;

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sealscope::discovery::Resolver;
use sealscope::discovery::records::MailRoutes;
use sealscope::io::dns::DnsClient;
use sealscope::lab::dns::{LabDns, Query, Zone};
use sealscope::ui::App;
use sealscope::ui::network::{NetworkMaker, Reachable};
use sealscope::workspace::Workspace;
use window::{config, settle};

type Window = Harness<'static, App>;

fn main() {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("screenshots"), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    let size = std::env::args().nth(2).unwrap_or_else(|| "1280x800".to_owned());
    let (width, height) = size.split_once('x').unwrap();
    let size = vec2(width.parse().unwrap(), height.parse().unwrap());
    let home = tempfile::tempdir().unwrap();
    for (theme, suffix) in [(Theme::Dark, ""), (Theme::Light, "-light")] {
        let place = home.path().join(format!("home{suffix}"));
        std::fs::create_dir_all(&place).unwrap();
        // One set of keys for both: making them is what takes long.
        let mut settings = config(&place);
        settings.demo = Some(home.path().join("demo"));
        settings.network = lab_network(home.path().join("demo"));
        let mut window = window::window(settings, size, theme);
        window.set_render_cursor(false);
        Tour { window, folder: folder.clone(), suffix, only: std::env::args().skip(3).collect() }.walk();
    }
}

/// The DNS of the pictures: what the demo's parties publish, served on loopback.
fn lab_network(demo: PathBuf) -> Arc<NetworkMaker> {
    let server: OnceLock<(LabDns, Arc<DnsClient>)> = OnceLock::new();
    Arc::new(move |_| {
        let (_, client) = server.get_or_init(|| {
            let parties = Workspace::open(&demo).unwrap().load(None).parties;
            let server = LabDns::start(Zone::of_parties(&parties).0, 0, Arc::new(|_: &Query| {})).unwrap();
            let client = Arc::new(DnsClient::new(server.address(), Duration::from_secs(5)).unwrap());
            (server, client)
        });
        let resolver: Arc<dyn Resolver> = client.clone();
        let routes: Arc<dyn MailRoutes> = client.clone();
        Ok(Reachable { resolvers: vec![resolver], routes: Some(routes), ..Reachable::default() })
    })
}

type Way = fn(&mut Tour);

/// Pictures in the order in which they are taken, each with the way to it from the one before.
const STOPS: &[(&str, Way)] = &[
    ("welcome", |_| {}),
    ("messages", |tour| tour.click("Explore the demo workspace")),
    ("recipient", |tour| tour.click("carol@b.example Removed")),
    ("anchor", |tour| tour.click("DEMO Root CA")),
    ("layout-explain", |tour| tour.press(Modifiers::NONE, Key::F3)),
    ("layout-test", |tour| tour.press(Modifiers::NONE, Key::F4)),
    ("what-if", |tour| {
        tour.press(Modifiers::NONE, Key::F2);
        tour.click("Signer's certificate expired");
        tour.click("Evaluate at");
    }),
    ("dates", |tour| {
        tour.click("Back to the real answer");
        tour.press(Modifiers::ALT, Key::Num5);
    }),
    ("break-it", |tour| {
        tour.press(Modifiers::ALT, Key::Num1);
        tour.click("Good message");
        tour.press(CTRL_SHIFT, Key::B);
    }),
    ("report", |tour| {
        tour.close();
        tour.press(CTRL_SHIFT, Key::R);
    }),
    ("bytes", |tour| {
        tour.close();
        tour.click("Tampered body, rejected");
        tour.click("Show the check");
        tour.press(Modifiers::COMMAND, Key::J);
    }),
    ("cause", |tour| {
        tour.press(Modifiers::COMMAND, Key::J);
        tour.press(Modifiers::ALT, Key::Num2);
    }),
    ("cause-keys", |tour| tour.click("Encrypted for the wrong key, ")),
    ("cause-trust", |tour| tour.click("One of two recipients untrusted, ")),
    ("agents", |tour| {
        tour.press(Modifiers::ALT, Key::Num3);
        tour.click("One of two recipients untrusted, ");
    }),
    ("conformance", |tour| {
        tour.press(Modifiers::ALT, Key::Num4);
        tour.click("Tampered body, rejected");
    }),
    ("conformance-row", |tour| {
        tour.click("Status");
        tour.click("DTS-C1, ");
    }),
    ("exposure", |tour| {
        tour.click("Recipient's certificate missing, ");
        tour.press(Modifiers::ALT, Key::Num6);
    }),
    ("triage", |tour| {
        tour.press(Modifiers::ALT, Key::Num1);
        tour.click("By cause");
        tour.click("digest-mismatch, 1 message");
        tour.press(Modifiers::NONE, Key::ArrowRight);
    }),
    ("structure", |tour| {
        tour.click("By cause");
        tour.click("Tampered body, rejected");
        tour.press(Modifiers::COMMAND, Key::Num4);
        tour.click("Detached signature (CMS)");
    }),
    ("addresses", |tour| {
        tour.press(Modifiers::COMMAND, Key::Num3);
        tour.click("bob@b.example, ");
    }),
    ("published", |tour| tour.click("Look up now")),
    ("trust-map", |tour| tour.click("Trust map")),
    ("create-key", |tour| {
        tour.close();
        tour.press(Modifiers::COMMAND, Key::K);
    }),
    ("authorities", |tour| {
        tour.close();
        tour.click("Authorities and revocation lists");
    }),
    ("send", |tour| {
        tour.press(Modifiers::COMMAND, Key::Num2);
        tour.fill("RCPT TO", "bob@b.example, eve@elsewhere.example");
        tour.fill("Subject", "Referral for Tuesday");
        tour.fill("Text", "Dear Bob, the referral is attached.");
        tour.click("Process");
    }),
    ("palette", |tour| {
        tour.press(Modifiers::COMMAND, Key::Num1);
        tour.press(Modifiers::COMMAND, Key::P);
    }),
    ("shortcuts", |tour| {
        tour.close();
        tour.press(Modifiers::NONE, Key::F1);
    }),
    ("settings", |tour| {
        tour.close();
        tour.press(Modifiers::COMMAND, Key::Comma);
    }),
    ("network", |tour| {
        tour.close();
        tour.press(CTRL_SHIFT, Key::U);
    }),
    ("open-by-path", |tour| {
        tour.close();
        tour.press(Modifiers::COMMAND | Modifiers::ALT, Key::O);
    }),
    ("unlock", |tour| {
        tour.close();
        tour.press(Modifiers::COMMAND, Key::L);
        tour.press(CTRL_SHIFT, Key::L);
    }),
    ("menu", |tour| {
        tour.close();
        tour.click("Message");
    }),
    ("recent", |tour| {
        tour.close();
        tour.press(Modifiers::COMMAND, Key::P);
        tour.fill("Find command", "Welcome");
        tour.press(Modifiers::NONE, Key::Enter);
    }),
    ("lab-dcdt", |tour| {
        tour.press(Modifiers::COMMAND, Key::Num1);
        tour.press(Modifiers::COMMAND, Key::P);
        tour.fill("Find command", "Run the discovery cases");
        tour.press(Modifiers::NONE, Key::Enter);
        tour.close();
        tour.click("D9, Passed");
        (9..17).for_each(|_| tour.press(Modifiers::NONE, Key::ArrowDown));
        tour.click("Passed over: ");
    }),
];

const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

struct Tour {
    window: Window,
    folder: PathBuf,
    suffix: &'static str,
    only: Vec<String>,
}

impl Tour {
    fn walk(mut self) {
        for (name, way) in STOPS {
            way(&mut self);
            if self.only.is_empty() || self.only.iter().any(|only| only == name) {
                self.shot(name);
            }
        }
    }

    fn close(&mut self) {
        self.press(Modifiers::NONE, Key::Escape);
    }

    fn click(&mut self, name: &str) {
        let exact = self.window.query_all_by_label(name).next().is_some();
        if exact {
            self.window.query_all_by_label(name).next().unwrap().click();
        } else {
            self.window.query_all_by_label_contains(name).next().unwrap_or_else(|| panic!("{name}")).click();
        }
        settle(&mut self.window);
    }

    fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.window.key_press_modifiers(modifiers, key);
        settle(&mut self.window);
    }

    fn fill(&mut self, field: &str, words: &str) {
        let by = |window: &mut Window, act: &dyn Fn(&egui_kittest::Node<'_>)| {
            let role = if field == "Text" { Role::MultilineTextInput } else { Role::TextInput };
            act(&window.get_by_role_and_label(role, field));
            settle(window);
        };
        by(&mut self.window, &|node| node.focus());
        by(&mut self.window, &|node| node.type_text(words));
    }

    fn shot(&mut self, name: &str) {
        self.window.remove_cursor();
        settle(&mut self.window);
        save(&self.window.render().unwrap(), &self.folder.join(format!("{name}{}.png", self.suffix)));
    }
}

fn save(image: &image::RgbaImage, path: &Path) {
    let file = BufWriter::new(File::create(path).unwrap());
    let mut encoder = png::Encoder::new(file, image.width(), image.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    // Flat areas and repeated letters: what is there already is the best prediction.
    encoder.set_filter(png::Filter::NoFilter);
    let colours: Vec<u8> = image.pixels().flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    encoder.write_header().unwrap().write_image_data(&colours).unwrap();
    println!("{}", path.display());
}
