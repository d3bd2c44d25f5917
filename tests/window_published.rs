//! What the window says of certificates that are published for an address, and that saying so asks nobody before a
//! person wants it.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use sealscope::discovery::Resolver;
use sealscope::discovery::records::{MailRoutes, Mx};
use sealscope::io::dns::DnsClient;
use sealscope::lab::dns::{LabDns, Query, Zone};
use sealscope::mail::Address;
use sealscope::pki::issue::{Authority, CertificateBuilder};
use sealscope::ui::App;
use sealscope::ui::app::AppConfig;
use sealscope::ui::network::Reachable;
use sealscope::workspace::{Settings, Workspace, party_name};
use support::{config, settle};
use tempfile::TempDir;
use time::macros::datetime;

fn addresses(configured: AppConfig) -> Harness<'static, App> {
    let mut window = support::window(configured, vec2(1280.0, 1200.0), Theme::Dark);
    settle(&mut window);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Num3);
    settle(&mut window);
    window
}

fn home_with_carol() -> TempDir {
    let home = TempDir::new().unwrap();
    let workspace = Workspace::open_or_create(home.path().join("own")).unwrap();
    let writer = workspace.writer().unwrap();
    let order = vec!["dns".parse().unwrap(), "local".parse().unwrap()];
    writer.save_settings(&Settings { resolver_order: order, ..Settings::default() }).unwrap();
    writer.add_party(&party_name("carol@b.example").unwrap()).unwrap();
    home
}

fn certificate(address: &str, until: time::OffsetDateTime) -> Vec<u8> {
    let builder = CertificateBuilder::for_address(address, datetime!(2020-01-01 0:00 UTC), until);
    Authority::self_signed(&builder).unwrap().certificate().der().to_vec()
}

#[test]
fn looking_at_an_address_asks_nobody_and_says_so() {
    let home = home_with_carol();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let mut configured = config(home.path());
    configured.network = Arc::new(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        Err("this system names no DNS server".to_owned())
    });
    let mut window = addresses(configured);
    assert!(window.query_by_label_contains("Not asked").is_some());
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    window.get_by_label("Look up now").click();
    settle(&mut window);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    assert!(window.query_by_label_contains("this system names no DNS server").is_some());
}

#[test]
fn what_is_published_is_shown_query_by_query_with_what_is_passed_over_and_where_mail_goes() {
    let carol = Address::parse("carol@b.example").unwrap();
    let mut zone = Zone::new();
    for until in [datetime!(2021-01-01 0:00 UTC), datetime!(2049-01-01 0:00 UTC)] {
        zone.publish_address(&carol, &certificate("carol@b.example", until)).unwrap();
    }
    let domain = sealscope::discovery::dns_cert::domain_owner("b.example").unwrap();
    zone.publish_mail_host(&domain, &Mx { preference: 10, exchange: "mx.b.example.".to_owned() }).unwrap();
    let server = LabDns::start(zone, 0, Arc::new(|_: &Query| {})).unwrap();
    let client = Arc::new(DnsClient::new(server.address(), Duration::from_secs(5)).unwrap());
    let home = home_with_carol();
    let mut configured = config(home.path());
    configured.network = Arc::new(move |_| {
        let resolver: Arc<dyn Resolver> = client.clone();
        let routes: Arc<dyn MailRoutes> = client.clone();
        Ok(Reachable { resolvers: vec![resolver], routes: Some(routes), ..Reachable::default() })
    });
    let mut window = addresses(configured);
    window.get_by_label("Look up now").click();
    settle(&mut window);
    for words in [
        "2 certificates found, 1 of them passed over",
        "carol.b.example. CERT",
        "carol@b.example, passed over: it expired on 2021-01-01",
        "carol@b.example, may be used if a sender trusts it",
        "mail goes to mx.b.example (preference 10)",
        "DNSSEC: not signed",
    ] {
        assert!(window.query_all_by_label_contains(words).next().is_some(), "{words}");
    }
    assert!(window.query_by_label("Look up again").is_some());
}
