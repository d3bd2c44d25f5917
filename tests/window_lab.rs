//! The laboratory in the window: a message goes out, over real SMTP and real DNS on loopback, and comes back in, without
//! leaving the window; and servers that die in the middle of an answer.
#![cfg(feature = "gui")]
#![cfg(test)]

#[path = "support/window/mod.rs"]
mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use sealscope::io::dns::DnsClient;
use sealscope::mail::bsmtp;
use sealscope::ui::App;
use sealscope::ui::document::{Document, Source};
use sealscope::ui::icons::Status;
use sealscope::ui::lab::{LabServer, Lines, ServerState};
use sealscope::ui::network::Reachable;
use sealscope::ui::settings::{DrawerTab, View};
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn type_into(window: &mut Window, field: &str, words: &str) {
    window.get_by_role_and_label(Role::TextInput, field).focus();
    settle(window);
    // What stands there is replaced, as by a person who goes there with Tab.
    window.key_press_modifiers(CTRL, Key::A);
    window.step();
    window.get_by_role_and_label(Role::TextInput, field).type_text(words);
    settle(window);
}

fn has(window: &Window, words: &str) -> bool {
    window.query_all_by_label_contains(words).next().is_some()
}

fn text(lines: &Lines) -> String {
    lines.text()
}

#[track_caller]
fn step_until(window: &mut Window, what: &str, condition: impl Fn(&Window) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !condition(window) {
        window.step();
        assert!(Instant::now() < deadline, "waited in vain for {what}: {:?}", window.state());
        thread::yield_now();
    }
}

/// The demo in a window whose runs ask the name server that its settings name.
fn demo(home: &TempDir) -> Window {
    let mut settings = config(home.path());
    settings.network = Arc::new(|settings| {
        let server = settings.dns_server.ok_or("no name server is set")?;
        let client = DnsClient::new(server, Duration::from_secs(5)).map_err(|error| error.to_string())?;
        let mut reachable = Reachable::default();
        reachable.resolvers.push(Arc::new(client));
        Ok(reachable)
    });
    let mut window = support::window(settings, vec2(1280.0, 1400.0), Theme::Dark);
    settle(&mut window);
    press(&mut window, CTRL, Key::P);
    window.get_by_role_and_label(Role::TextInput, "Find command").type_text("explore the demo");
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::Enter);
    window
}

fn address(window: &Window, server: LabServer) -> SocketAddr {
    let state = window.state().state().lab.server(server);
    state.address().unwrap_or_else(|| panic!("{server:?} does not run: {state:?}"))
}

/// Writes a message to bob and secures it.
fn secure(window: &mut Window) {
    press(window, CTRL, Key::Num2);
    type_into(window, "RCPT TO", "bob@b.example");
    type_into(window, "Subject", "Through the lab");
    window.get_by_role_and_label(Role::MultilineTextInput, "Text").type_text(".A line that begins with a dot");
    settle(window);
    press(window, CTRL, Key::Enter);
    assert!(has(window, "Secured for "), "{:?}", window.state().state().notice);
}

fn secured(window: &Window) -> &Document {
    window.state().state().subject().unwrap()
}

#[test]
fn a_message_goes_out_to_the_lab_and_comes_back_in_by_keyboard_alone() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let before = window.state().state().documents.len();

    press(&mut window, CTRL_SHIFT, Key::Y);
    press(&mut window, CTRL_SHIFT, Key::M);
    let (dns, mail) = (address(&window, LabServer::Dns), address(&window, LabServer::Mail));
    assert!(has(&window, &dns.to_string()) && has(&window, &mail.to_string()));
    assert_eq!(window.state().state().settings.drawer_tab, DrawerTab::Lab);
    press(&mut window, CTRL, Key::P);
    window.get_by_role_and_label(Role::TextInput, "Find command").type_text("use the lab's name server");
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert!(has(&window, "This workspace asks it"));
    assert!(window.state().state().workspace.as_ref().unwrap().is_online());

    secure(&mut window);
    let queries = text(&window.state().state().lab.queries);
    assert!(queries.contains("bob.b.example. CERT over UDP") && queries.contains("1 record"), "{queries}");
    let message = secured(&window).ran().unwrap().result.clone().unwrap().message;

    press(&mut window, CTRL_SHIFT, Key::S);
    assert!(has(&window, "The lab's mail server is filled in"));
    press(&mut window, Modifiers::NONE, Key::Enter);
    step_until(&mut window, "the message", |window| window.state().state().documents.len() > before + 1);
    settle(&mut window);

    let state = window.state().state();
    assert_eq!(state.overlay, None);
    let arrived = state.documents.iter().last().unwrap();
    let Source::Workspace(path) = &arrived.source else { panic!("{:?}", arrived.source) };
    assert!(arrived.envelope.message.octets() == message.octets(), "the octets differ");
    let stored = bsmtp::parse(&std::fs::read(path).unwrap(), &sealscope::limits::Limits::DEFAULT).unwrap();
    assert!(stored[0].message.octets() == message.octets(), "the stored octets differ");
    assert_eq!(arrived.status(), Status::Passed, "{:?}", arrived.run);
    assert!(arrived.fact().contains("1/1"), "{}", arrived.fact());
    let submissions = text(&state.lab.submissions);
    for words in ["C: RCPT TO:<bob@b.example>", "S: 354", "[the message, ", "bob@b.example: accepted, 250"] {
        assert!(submissions.contains(words), "no “{words}” in {submissions}");
    }
    let sessions = text(&state.lab.sessions);
    assert!(sessions.contains("[1] C: MAIL FROM:<alice@a.example>") && sessions.contains("Stored as "), "{sessions}");
    assert!(state.log.iter().any(|line| line.message.starts_with("A message from alice@a.example arrived")));

    press(&mut window, CTRL, Key::Num1);
    assert_eq!(window.state().state().settings.view, View::Messages);
    assert!(has(&window, "alice@a.example"));
    for (key, server) in [(Key::Y, LabServer::Dns), (Key::M, LabServer::Mail)] {
        press(&mut window, CTRL_SHIFT, key);
        assert_eq!(*window.state().state().lab.server(server), ServerState::Off);
    }
    assert!(TcpStream::connect(mail).is_err() && TcpStream::connect(dns).is_err(), "a server goes on");
}

#[test]
fn a_port_that_is_taken_is_told_and_the_next_try_succeeds() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let home = TempDir::new().unwrap();
    let mut settings = config(home.path());
    settings.lab_ports.mail = taken.local_addr().unwrap().port();
    let mut window = support::window(settings, vec2(1280.0, 1400.0), Theme::Dark);
    settle(&mut window);
    press(&mut window, CTRL_SHIFT, Key::M);
    assert_eq!(window.state().state().lab.mail, ServerState::Off, "without a workspace nothing starts");
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    press(&mut window, CTRL_SHIFT, Key::M);
    assert!(has(&window, "cannot listen on 127.0.0.1"));
    assert!(matches!(window.state().state().lab.mail, ServerState::Failed(_)));
    drop(taken);
    press(&mut window, CTRL_SHIFT, Key::M);
    address(&window, LabServer::Mail);
}

#[test]
fn another_workspace_stops_the_servers_of_the_one_before() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    press(&mut window, CTRL_SHIFT, Key::M);
    let mail = address(&window, LabServer::Mail);
    press(&mut window, CTRL, Key::P);
    window.get_by_role_and_label(Role::TextInput, "Find command").type_text("open my workspace");
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(window.state().state().lab.mail, ServerState::Off);
    assert!(TcpStream::connect(mail).is_err());
    assert!(window.state().state().log.iter().any(|line| line.message.contains("lab servers were stopped")));
}

/// A mail server that answers up to RCPT, then says half of an answer and waits to be killed.
fn dying_mail_server() -> (SocketAddr, Sender<()>, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (kill, killed) = channel();
    let (half, half_said) = channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"220 mx.example\r\n").unwrap();
        for line in BufReader::new(stream.try_clone().unwrap()).lines() {
            if line.unwrap().starts_with("RCPT") {
                break;
            }
            stream.write_all(b"250 ok\r\n").unwrap();
        }
        stream.write_all(b"250-he").unwrap();
        half.send(()).unwrap();
        let _ = killed.recv_timeout(Duration::from_secs(60));
        let _ = stream.shutdown(Shutdown::Both);
    });
    (address, kill, half_said)
}

// The window changes views while it waits.
fn is_responsive(window: &mut Window, job: &str) {
    for (key, view) in [(Key::Num1, View::Messages), (Key::Num3, View::Addresses), (Key::Num2, View::Send)] {
        window.key_press_modifiers(CTRL, key);
        window.step();
        window.step();
        assert_eq!(window.state().state().settings.view, view);
        assert!(!window.state().is_idle() && has(window, job), "{:?}", window.state().state().running);
    }
}

fn submit_to(window: &mut Window, server: SocketAddr) {
    press(window, CTRL_SHIFT, Key::S);
    type_into(window, "Server", &server.ip().to_string());
    type_into(window, "Port", &server.port().to_string());
    window.get_by_role_and_label(Role::RadioButton, "None").click();
    settle(window);
    window.get_by_role_and_label(Role::TextInput, "Server").focus();
    window.step();
    window.key_press(Key::Enter);
    step_until(window, "the submission to begin", |window| !window.state().is_idle());
}

#[test]
fn a_mail_server_that_dies_in_the_middle_of_an_answer_is_a_step_with_its_cause() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let (server, kill, half_said) = dying_mail_server();
    secure(&mut window);
    submit_to(&mut window, server);
    step_until(&mut window, "half an answer", |_| half_said.try_recv().is_ok());
    is_responsive(&mut window, "Submitting");
    kill.send(()).unwrap();
    settle(&mut window);
    let submissions = text(&window.state().state().lab.submissions);
    assert!(
        submissions
            .contains("not submitted, while naming the recipients: The server closed the connection in the middle"),
        "{submissions}"
    );
    assert!(submissions.contains("bob@b.example: nothing was sent for it"), "{submissions}");
    assert!(has(&window, "while naming the recipients"));
}

#[test]
fn a_submission_can_be_cancelled() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let (server, _kill, half_said) = dying_mail_server();
    secure(&mut window);
    submit_to(&mut window, server);
    step_until(&mut window, "half an answer", |_| half_said.try_recv().is_ok());
    let started = Instant::now();
    press(&mut window, Modifiers::NONE, Key::Escape);
    assert!(window.state().is_idle() && started.elapsed() < Duration::from_secs(10));
    step_until(&mut window, "the last line", |window| {
        text(&window.state().state().lab.submissions).contains("It was cancelled")
    });
}

// Truncated over UDP; over TCP the length of an answer and its first octets, then nothing until it is killed.
fn dying_name_server() -> (SocketAddr, Sender<()>) {
    let (tcp, udp) = loop {
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        if let Ok(udp) = UdpSocket::bind(tcp.local_addr().unwrap()) {
            break (tcp, udp);
        }
    };
    let address = tcp.local_addr().unwrap();
    let (kill, killed) = channel::<()>();
    thread::spawn(move || {
        let mut question = [0; 1_500];
        while let Ok((length, client)) = udp.recv_from(&mut question) {
            let mut answer = question[..length].to_vec();
            answer[2] |= 0x82;
            let _ = udp.send_to(&answer, client);
        }
    });
    thread::spawn(move || {
        let mut waits = true;
        for stream in tcp.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut question = [0; 64];
            let _ = stream.read(&mut question);
            let _ = stream.write_all(&[0x10, 0x00, question[2], question[3], 0x84]);
            if std::mem::take(&mut waits) {
                let _ = killed.recv_timeout(Duration::from_secs(60));
            }
            let _ = stream.shutdown(Shutdown::Both);
        }
    });
    (address, kill)
}

#[test]
fn a_name_server_that_dies_in_the_middle_of_an_answer_is_a_lookup_with_its_cause() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let (server, kill) = dying_name_server();
    {
        let root = window.state().state().workspace.as_ref().unwrap().workspace.clone();
        let mut settings = root.settings().unwrap();
        settings.dns_server = Some(server);
        root.writer().unwrap().save_settings(&settings).unwrap();
    }
    press(&mut window, CTRL, Key::P);
    window.get_by_role_and_label(Role::TextInput, "Find command").type_text("explore the demo");
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::Enter);
    press(&mut window, CTRL, Key::Num2);
    type_into(&mut window, "RCPT TO", "eve@elsewhere.example, bob@b.example");
    type_into(&mut window, "Subject", "Hello");
    window.get_by_label("Use DNS").click();
    settle(&mut window);
    window.get_by_label("Process").click();
    step_until(&mut window, "the run to begin", |window| !window.state().is_idle());
    is_responsive(&mut window, "Securing the message");
    kill.send(()).unwrap();
    settle(&mut window);
    assert!(has(&window, "Secured for 1 of 2 recipients"));
    let report = secured(&window).report().unwrap();
    let answers: Vec<String> =
        report.recipients.iter().flat_map(|r| &r.lookups).map(|l| l.answer.to_string()).collect();
    let told = answers.iter().any(|answer| answer.starts_with("failed: ") || answer.contains("timed out"));
    assert!(told, "{answers:?}");
}

#[test]
fn stopping_the_lab_in_the_middle_of_a_message_tells_both_sides_and_freezes_nothing() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    press(&mut window, CTRL_SHIFT, Key::M);
    let mut client = TcpStream::connect(address(&window, LabServer::Mail)).unwrap();
    client.write_all(b"EHLO c.example\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\nhalf").unwrap();
    step_until(&mut window, "the session", |window| text(&window.state().state().lab.sessions).contains("S: 354"));
    let started = Instant::now();
    press(&mut window, CTRL_SHIFT, Key::M);
    assert!(started.elapsed() < Duration::from_secs(10));
    let mut said = String::new();
    client.read_to_string(&mut said).unwrap();
    assert!(said.ends_with("421 4.3.2 the lab server ends: goodbye\r\n"), "{said}");
    step_until(&mut window, "the last line", |window| {
        text(&window.state().state().lab.sessions).contains("The lab server ended in the middle of a message")
    });
    assert_eq!(window.state().state().lab.received, 0);
}
