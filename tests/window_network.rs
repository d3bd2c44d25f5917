//! A name server that does not answer, and a window that goes on.
#![cfg(feature = "gui")]
#![cfg(test)]

#[path = "support/window/mod.rs"]
mod support;

use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use sealscope::discovery::{Lookup, LookupAnswer, Method, Resolution, Resolver, Subject};
use sealscope::ui::App;
use sealscope::ui::network::Reachable;
use sealscope::ui::settings::View;
use sealscope::workspace::{Network, Workspace};
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

/// Every question waits until the test lets it run out.
struct Silent(Mutex<Receiver<()>>);

impl Resolver for Silent {
    fn method(&self) -> Method {
        Method::Dns
    }

    fn resolve(&self, subject: &Subject) -> Resolution {
        let _ = self.0.lock().unwrap().recv_timeout(Duration::from_secs(60));
        let lookup = Lookup {
            server: Some("192.0.2.1:53".to_owned()),
            transport: Some("udp"),
            answer: LookupAnswer::TimedOut,
            duration: Duration::from_secs(3),
            ..Lookup::new(Method::Dns, subject, "eve.elsewhere.example. CERT")
        };
        Resolution { found: Vec::new(), tried: vec![lookup] }
    }
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn fill(window: &mut Window, field: &str, words: &str) {
    window.get_by_role_and_label(Role::TextInput, field).focus();
    settle(window);
    window.get_by_role_and_label(Role::TextInput, field).type_text(words);
    settle(window);
}

fn has(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

// UX.md §5, point 46.
#[test]
fn a_name_server_that_is_gone_freezes_nothing_and_the_rest_completes() {
    let home = TempDir::new().unwrap();
    let (give_up, silence) = channel();
    let silent: Arc<dyn Resolver> = Arc::new(Silent(Mutex::new(silence)));
    let mut settings = config(home.path());
    settings.network =
        Arc::new(move |_| Ok(Reachable { resolvers: vec![Arc::clone(&silent)], ..Reachable::default() }));
    let mut window = support::window(settings, vec2(1280.0, 1800.0), Theme::Dark);
    settle(&mut window);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    press(&mut window, Modifiers::COMMAND, Key::Num2);
    fill(&mut window, "RCPT TO", "bob@b.example, eve@elsewhere.example");
    fill(&mut window, "Subject", "Hello");
    window.get_by_label("Use DNS").click();
    settle(&mut window);
    window.get_by_label("Process").click();
    let deadline = Instant::now() + Duration::from_secs(60);
    while window.state().is_idle() {
        window.step();
        assert!(Instant::now() < deadline, "it never began");
    }
    // The lookup waits; the window changes views meanwhile and says what it is at.
    for (key, view) in [(Key::Num1, View::Messages), (Key::Num3, View::Addresses), (Key::Num2, View::Send)] {
        window.key_press_modifiers(Modifiers::COMMAND, key);
        window.step();
        window.step();
        assert_eq!(window.state().state().settings.view, view);
        assert!(!window.state().is_idle() && has(&window, "Securing the message"));
    }
    drop(give_up);
    settle(&mut window);
    assert!(has(&window, "Secured for 1 of 2 recipients"));
    assert!(has(&window, "timed out"));
}

// Every choice is reached by name, wrong ones say why, and what is kept is what the command line reads.
#[test]
fn the_order_of_lookups_and_the_name_server_are_chosen_and_kept_with_the_workspace() {
    let home = TempDir::new().unwrap();
    let mut window = support::window(config(home.path()), vec2(1280.0, 800.0), Theme::Dark);
    settle(&mut window);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::U);
    assert!(has(&window, "Network and lookups"));
    window.get_by_label("Online").click();
    fill(&mut window, "Name server", "nowhere");
    window.get_by_label("Save").click();
    settle(&mut window);
    assert!(has(&window, "A name server is an IP address"));
    window.get_by_role_and_label(Role::TextInput, "Name server").focus();
    settle(&mut window);
    press(&mut window, Modifiers::COMMAND, Key::A);
    window.get_by_role_and_label(Role::TextInput, "Name server").type_text("127.0.0.1:5300");
    settle(&mut window);
    window.get_by_label("Directory (LDAP): its domain").click();
    settle(&mut window);
    window.get_by_label("Earlier: Directory (LDAP): the address").click();
    settle(&mut window);
    window.get_by_label("Save").click();
    settle(&mut window);
    let kept = Workspace::open(home.path().join("demo")).unwrap().settings().unwrap();
    assert_eq!((kept.network, kept.dns_server), (Network::Online, "127.0.0.1:5300".parse().ok()));
    let order: Vec<String> = kept.resolver_order.iter().map(ToString::to_string).collect();
    assert_eq!(order, ["dns-address", "ldap-address", "dns-domain", "local"]);
}
