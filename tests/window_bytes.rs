//! Octets in the window: selected, found, gone to, copied and saved.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use egui::accesskit::Role;
use egui::{Event, FontId, Key, Modifiers, PointerButton, Pos2, Theme, pos2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, Node};
use sealscope::pki::Certificate;
use sealscope::span::BufferName;
use sealscope::ui::App;
use sealscope::ui::selection::Item;
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

fn structure(home: &TempDir) -> Window {
    let mut window = support::window(config(home.path()), vec2(1280.0, 1000.0), Theme::Dark);
    settle(&mut window);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    press(&mut window, Modifiers::COMMAND, Key::Num4);
    click(&mut window, Role::TreeItem, "Encrypted CMS");
    window
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn typed(window: &mut Window, words: &str) {
    window.event(Event::Text(words.to_owned()));
    settle(window);
}

fn row<'w>(window: &'w Window, role: Role, begins: &'w str) -> Node<'w> {
    let named = |node: &Node<'_>| node.accesskit_node().label().is_some_and(|name| name.starts_with(begins));
    window.query_all_by_role(role).find(named).unwrap_or_else(|| panic!("no {role:?} begins with {begins}"))
}

fn click(window: &mut Window, role: Role, begins: &str) {
    row(window, role, begins).click();
    settle(window);
}

fn selected(window: &Window) -> Item {
    window.state().state().selection.current().cloned().unwrap()
}

fn selected_octets(window: &Window) -> Vec<u8> {
    let Item::Octets(_, span) = selected(window) else { panic!("{:?}", selected(window)) };
    buffer(window, span.buffer)[span.range()].to_vec()
}

fn buffer(window: &Window, name: BufferName) -> Vec<u8> {
    window.state().state().current().unwrap().buffer(name).unwrap().octets().to_vec()
}

/// Where an octet of the first sixteen stands.
fn place(window: &Window, column: u8) -> Pos2 {
    let rect = row(window, Role::Row, "00000000").rect();
    let glyph = window.ctx.fonts_mut(|fonts| fonts.glyph_width(&FontId::monospace(12.0), '0'));
    let columns = 10.0 + f32::from(column) * 3.0 + f32::from(u8::from(column >= 8)) + 1.0;
    pos2(rect.left() + 4.0 + glyph * columns, rect.center().y)
}

fn button(window: &mut Window, pos: Pos2, pressed: bool, modifiers: Modifiers) {
    window.event(Event::PointerMoved(pos));
    window.event(Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers });
    window.step();
}

fn click_octet(window: &mut Window, column: u8) {
    let pos = place(window, column);
    button(window, pos, true, Modifiers::NONE);
    button(window, pos, false, Modifiers::NONE);
    settle(window);
}

/// What an event puts into the clipboard.
fn copied(window: &mut Window, event: Event) -> String {
    window.input_mut().events.push(event);
    clipboard(window)
}

fn clipboard(window: &mut Window) -> String {
    let copied = (0..6).find_map(|_| {
        window.step();
        window.output().platform_output.commands.iter().find_map(|command| match command {
            egui::OutputCommand::CopyText(copied) => Some(copied.clone()),
            _ => None,
        })
    });
    settle(window);
    copied.expect("something was copied")
}

// UX.md §5, point 26.
#[test]
fn a_click_on_an_octet_selects_the_deepest_field_that_holds_it_in_the_tree() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    // 30 82 xx xx, 06 09 …: the object identifier of the content type.
    click_octet(&mut window, 6);
    let field = row(&window, Role::TreeItem, "contentType id-envelopedData");
    assert_eq!(field.accesskit_node().is_selected(), Some(true));
    let Item::Node(id, index) = selected(&window) else { panic!("{:?}", selected(&window)) };
    let document = window.state().state().document(id).unwrap();
    assert_eq!(document.structure().nodes()[index].span.range(), 4..15);
}

// Point 26: also where the field lies in parts that are closed.
#[test]
fn a_field_in_a_closed_part_is_brought_into_sight() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    let items = |window: &Window| window.query_all_by_role(Role::TreeItem).count();
    let before = items(&window);
    press(&mut window, Modifiers::COMMAND, Key::G);
    typed(&mut window, "0x40");
    press(&mut window, Modifiers::NONE, Key::Enter);
    let octet = row(&window, Role::Row, "00000040").rect().left_center();
    let pos = pos2(place(&window, 2).x, octet.y);
    button(&mut window, pos, true, Modifiers::NONE);
    button(&mut window, pos, false, Modifiers::NONE);
    settle(&mut window);
    assert!(items(&window) > before, "what it lies in was opened");
    let marked =
        window.query_all_by_role(Role::TreeItem).filter(|node| node.accesskit_node().is_selected() == Some(true));
    assert_eq!(marked.count(), 1);
}

// Point 27: hovering an octet selects nothing.
#[test]
fn an_octet_under_the_pointer_selects_nothing() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    let before = selected(&window);
    let pos = place(&window, 6);
    window.event(Event::PointerMoved(pos));
    settle(&mut window);
    assert_eq!(selected(&window), before);
}

// Point 25: octets are selected by Shift and the arrows, as one step of the way back.
#[test]
fn shift_and_the_arrows_select_octets_as_one_step() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    click_octet(&mut window, 4);
    let field = selected(&window);
    for _ in 0..3 {
        press(&mut window, Modifiers::SHIFT, Key::ArrowRight);
    }
    assert_eq!(selected_octets(&window), buffer(&window, BufferName::EncryptedCms)[4..8]);
    press(&mut window, Modifiers::SHIFT, Key::ArrowDown);
    assert_eq!(selected_octets(&window).len(), 20);
    press(&mut window, Modifiers::ALT, Key::ArrowLeft);
    assert_eq!(selected(&window), field);
}

// Point 25.
#[test]
fn a_drag_selects_the_octets_that_it_goes_over() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    let (from, to) = (place(&window, 1), place(&window, 9));
    button(&mut window, from, true, Modifiers::NONE);
    for step in 1..=8u8 {
        window.event(Event::PointerMoved(from.lerp(to, f32::from(step) / 8.0)));
        window.step();
    }
    button(&mut window, to, false, Modifiers::NONE);
    settle(&mut window);
    assert_eq!(selected_octets(&window), buffer(&window, BufferName::EncryptedCms)[1..10]);
}

#[test]
fn text_and_octets_are_found_one_after_the_other_and_round_again() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    typed(&mut window, "demo int");
    let octets = buffer(&window, BufferName::EncryptedCms);
    let hits = octets.windows(8).filter(|found| found.eq_ignore_ascii_case(b"demo int")).count();
    assert!(hits > 1, "the demo has several");
    for hit in (1..=hits).chain([1]) {
        press(&mut window, Modifiers::NONE, Key::Enter);
        assert!(window.query_by_label(&format!("{hit} of {hits}")).is_some(), "{hit} of {hits}");
        assert!(selected_octets(&window).eq_ignore_ascii_case(b"demo int"));
    }
    press(&mut window, Modifiers::SHIFT, Key::Enter);
    assert!(window.query_by_label(&format!("{hits} of {hits}")).is_some(), "back round the start");
    press(&mut window, Modifiers::COMMAND, Key::A);
    typed(&mut window, "02 01 00");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(selected_octets(&window), [2, 1, 0]);
    press(&mut window, Modifiers::COMMAND, Key::A);
    typed(&mut window, "nothing like it");
    assert!(window.query_by_label("not found").is_some());
}

#[test]
fn an_offset_is_gone_to_in_either_base_and_from_here_and_one_past_the_end_is_refused() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    let at = |window: &Window| {
        let Item::Octets(_, span) = selected(window) else { panic!("{:?}", selected(window)) };
        span.start
    };
    for (asked, offset) in [("0x100", 256), ("+16", 272), ("-2", 270), ("1,000", 1_000)] {
        press(&mut window, Modifiers::COMMAND, Key::G);
        press(&mut window, Modifiers::COMMAND, Key::A);
        typed(&mut window, asked);
        press(&mut window, Modifiers::NONE, Key::Enter);
        assert_eq!(at(&window), offset, "{asked}");
        let line = format!("{:08x}", offset / 16 * 16);
        assert!(row(&window, Role::Row, &line).rect().top() > 0.0);
    }
    press(&mut window, Modifiers::COMMAND, Key::A);
    typed(&mut window, "9999999");
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(window.query_all_by_label_contains("The buffer ends at").next().is_some());
    assert_eq!(at(&window), 1_000);
}

#[test]
fn find_and_go_to_open_the_drawer_where_no_octets_are_in_sight() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    press(&mut window, Modifiers::COMMAND, Key::Num1);
    assert!(!window.state().state().settings.drawer_open);
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::F);
    assert!(window.state().state().settings.drawer_open);
    let field = window.get_by_role_and_label(Role::TextInput, "Find text or octets");
    assert!(field.accesskit_node().is_focused());
}

// Point 28.
#[test]
fn every_buffer_is_saved_as_the_octets_that_the_engine_has() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    let document = window.state().state().current().unwrap();
    let buffers: Vec<_> = document.buffers().into_iter().cloned().collect();
    assert!(buffers.len() > 4);
    for buffer in buffers {
        let structure = window.state().state().current().unwrap().structure();
        let root = structure.nodes().iter().find(|node| node.depth == 0 && node.span.buffer == buffer.name()).unwrap();
        let title = root.title.clone();
        click(&mut window, Role::TreeItem, &title);
        click(&mut window, Role::Button, "Save part…");
        let path = home.path().join(format!("{}.saved", buffer.name()));
        save_to(&mut window, &path);
        assert_eq!(std::fs::read(&path).unwrap(), buffer.octets(), "{title}");
    }
}

fn save_to(window: &mut Window, path: &Path) {
    window.get_by_role_and_label(Role::TextInput, "Save the octets to").focus();
    settle(window);
    press(window, Modifiers::COMMAND, Key::A);
    typed(window, path.to_str().unwrap());
    window.get_by_role_and_label(Role::Button, "Save").click();
    settle(window);
}

/// Runs openssl on some input; nothing where there is none.
fn openssl(arguments: &[&str], input: &[u8]) -> Option<String> {
    let mut child = match Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
    {
        Ok(child) => child,
        Err(error) => {
            eprintln!("SKIPPED: openssl cannot be run here: {error}");
            return None;
        }
    };
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

fn fingerprint_by_openssl(form: &str, octets: &[u8]) -> Option<String> {
    let arguments = ["x509", "-inform", form, "-noout", "-fingerprint", "-sha256"];
    Some(openssl(&arguments, octets)?.trim().rsplit_once('=').unwrap().1.to_owned())
}

/// Chooses a form in the menu over the window.
fn copied_as(window: &mut Window, form: &str) -> String {
    press(window, Modifiers::COMMAND | Modifiers::SHIFT, Key::C);
    row(window, Role::ListItem, form).click();
    clipboard(window)
}

// Point 52.
#[test]
fn a_certificate_goes_through_openssl_and_back_in_every_form() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    let state = window.state().state();
    let party = state.parties().iter().find(|party| party.name.to_string() == "alice@a.example").unwrap();
    let leaf: Certificate = party.keys[0].entry.certificate().clone();
    let issuer = party.keys[0].entry.chain().first().cloned();
    click(&mut window, Role::ListItem, "alice@a.example, ");
    click(&mut window, Role::Row, "demo-alice@a.example, private key");
    row(&window, Role::Button, "Copy as…").scroll_to_me();
    settle(&mut window);
    click(&mut window, Role::Button, "Copy as…");
    window.get_by_label("PEM").click();
    let pem = clipboard(&mut window);
    let Some(seen) = fingerprint_by_openssl("PEM", pem.as_bytes()) else { return };
    assert_eq!(seen, leaf.fingerprint_colons());
    click(&mut window, Role::Button, "Copy as…");
    window.get_by_label("Chain as PEM").click();
    let chain = clipboard(&mut window);
    assert!(chain.starts_with(&pem));
    assert!(issuer.is_none_or(|issuer| chain.contains(&issuer.pem())), "{chain}");
    let names = openssl(&["storeutl", "-noout", "-text", "-certs", "/dev/stdin"], chain.as_bytes()).unwrap();
    assert_eq!(names.matches("Subject: ").count(), chain.matches("BEGIN CERTIFICATE").count());
}

// Point 52: a certificate inside a message as well, by keyboard, and as DER in a file.
#[test]
fn a_certificate_in_a_signature_is_copied_and_saved_as_one() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    window.get_by_role_and_label(Role::TextInput, "Filter parts").focus();
    settle(&mut window);
    typed(&mut window, "certificate");
    click(&mut window, Role::TreeItem, "Certificate CN=");
    let pem = copied(&mut window, Event::Copy);
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"), "its usual form: {pem}");
    let fingerprint = copied_as(&mut window, "SHA-256 fingerprint");
    let chain = copied_as(&mut window, "Chain as PEM");
    assert!(chain.starts_with(&pem) && chain.matches("BEGIN CERTIFICATE").count() > 1, "{chain}");
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::C);
    press(&mut window, Modifiers::NONE, Key::End);
    press(&mut window, Modifiers::NONE, Key::Enter);
    let path = home.path().join("certificate.der");
    save_to(&mut window, &path);
    let der = std::fs::read(&path).unwrap();
    assert_eq!(Certificate::from_der(&der).unwrap().fingerprint_colons(), fingerprint);
    let Some(seen) = fingerprint_by_openssl("DER", &der) else { return };
    assert_eq!(seen, fingerprint);
    assert_eq!(fingerprint_by_openssl("PEM", pem.as_bytes()), Some(fingerprint));
}

#[test]
fn what_is_selected_is_copied_in_its_usual_form_and_in_any_other() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    click(&mut window, Role::TreeItem, "version 0");
    assert_eq!(copied(&mut window, Event::Copy), "020100");
    assert_eq!(copied_as(&mut window, "Array of bytes"), "[0x02, 0x01, 0x00]");
    assert_eq!(copied_as(&mut window, "Base64"), "AgEA");
    assert_eq!(copied_as(&mut window, "Hex dump"), format!("00000000  {:49} ...\n", "02 01 00"));
}

// A private key leaves in an encrypted file only.
#[test]
fn copying_a_private_key_copies_its_name() {
    let home = TempDir::new().unwrap();
    let mut window = structure(&home);
    press(&mut window, Modifiers::COMMAND, Key::Num3);
    click(&mut window, Role::ListItem, "alice@a.example, ");
    click(&mut window, Role::Row, "demo-alice@a.example, private key");
    let Item::Key(_, key) = selected(&window) else { panic!("{:?}", selected(&window)) };
    assert_eq!(copied(&mut window, Event::Copy), key);
}
