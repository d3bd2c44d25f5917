//! What the window says of certificates in the DNS while it shows an address, and that saying so asks no name server.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::kittest::Queryable as _;
use sealscope::discovery::Method;
use sealscope::discovery::order::Stage;
use sealscope::workspace::{Network, Settings, Workspace, party_name};
use support::{config, settle};
use tempfile::TempDir;

#[test]
fn an_address_says_whether_the_dns_is_asked_and_looking_at_it_asks_nothing() {
    let cases = [
        (Network::Offline, vec![Stage::of(Method::Local), Stage::of(Method::Dns)], "Not asked (offline)"),
        (
            Network::Online,
            vec![Stage::of(Method::Local), Stage::of(Method::Dns)],
            "Asked anew for each message that is sent",
        ),
        (Network::Online, vec![Stage::of(Method::Local)], "leaves the DNS out"),
    ];
    for (network, resolver_order, words) in cases {
        let home = TempDir::new().unwrap();
        let workspace = Workspace::open_or_create(home.path().join("own")).unwrap();
        let writer = workspace.writer().unwrap();
        writer.save_settings(&Settings { network, resolver_order, ..Settings::default() }).unwrap();
        writer.add_party(&party_name("carol@b.example").unwrap()).unwrap();
        drop(writer);
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let mut configured = config(home.path());
        configured.network = Arc::new(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
            Err("a test asks no name server".to_owned())
        });
        let mut window = support::window(configured, vec2(1280.0, 800.0), Theme::Dark);
        settle(&mut window);
        window.key_press_modifiers(Modifiers::COMMAND, Key::Num3);
        settle(&mut window);
        assert!(window.query_by_label("Published at DNS").is_some(), "{words}");
        assert!(window.query_by_label_contains(words).is_some(), "{words}");
        assert_eq!(asked.load(Ordering::Relaxed), 0, "{words}");
    }
}
