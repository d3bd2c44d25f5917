//! The answers of the reference agents beside ours: for each demo message what the emulation says, in words and cells.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, OutputCommand, Theme, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sealscope::emulate::{Emulated, EmulatedOutcome};
use sealscope::ui::App;
use sealscope::ui::document::Document;
use sealscope::ui::examining::{Examination, Examined, Known};
use sealscope::ui::selection::{DocumentId, Item};
use sealscope::workspace::demo::CASES;
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

fn demo(home: &TempDir, size: Vec2) -> Window {
    let mut window = support::window(config(home.path()), size, Theme::Dark);
    settle(&mut window);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    press(&mut window, Modifiers::ALT, Key::Num3);
    window
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn current(window: &Window) -> &Document {
    window.state().state().current().unwrap()
}

fn theirs(window: &Window) -> Vec<Emulated> {
    match window.state().state().examinations.of(current(window), Examination::Agents) {
        Known::Done(Examined::Agents(agents)) => agents.clone(),
        other => panic!("{other:?}"),
    }
}

fn show(window: &mut Window, title: &str) {
    let items = window.get_all_by_role(Role::ListItem);
    let mut named = items.filter(|node| node.accesskit_node().label().is_some_and(|name| name.starts_with(title)));
    named.next().unwrap_or_else(|| panic!("{title}")).click();
    drop(named);
    settle(window);
    // What is found out about a message is asked for once it is shown.
    settle(window);
}

fn labels(window: &Window, role: Role) -> Vec<String> {
    window.query_all_by_role(role).filter_map(|node| node.accesskit_node().label()).collect()
}

fn copied(window: &mut Window) -> String {
    let mut copied = || {
        window.step();
        window.output().platform_output.commands.iter().find_map(|command| match command {
            OutputCommand::CopyText(copied) => Some(copied.clone()),
            _ => None,
        })
    };
    (0..24).find_map(|_| copied()).expect("something was copied")
}

const fn word(outcome: EmulatedOutcome, incoming: bool) -> &'static str {
    match (outcome, incoming) {
        (EmulatedOutcome::Accepted, true) => "Delivered",
        (EmulatedOutcome::Accepted, false) => "Kept",
        (EmulatedOutcome::Removed, _) => "Removed",
        (EmulatedOutcome::NotLocal, _) => "Not local",
    }
}

/// What the cells of an emulated agent have to begin with.
fn cells_of(emulated: &Emulated, document: &Document) -> Vec<String> {
    let ours = document.report().unwrap();
    let title = emulated.agent.title();
    let incoming = emulated.operation == sealscope::agent::Operation::Incoming;
    let coded = |code: Option<&str>| code.map(|code| format!(" ({code})")).unwrap_or_default();
    let marked = |differs: bool| if differs { "; differs" } else { "" };
    let verdict = if emulated.is_accepted() { "Accepted" } else { "Rejected" };
    let differs = marked(emulated.is_accepted() != ours.is_accepted());
    let mut cells = vec![format!("{title}, The message as a whole: {verdict}{}{differs}", coded(emulated.code))];
    for (place, one) in emulated.recipients.iter().enumerate() {
        let (word, code) = (word(one.outcome, incoming), coded(one.status));
        let differs = marked(emulated.differs_for(place, ours));
        cells.push(format!("{title}, {}: {word}{code}{differs}", one.address));
    }
    cells
}

// Issue item 5: ours, Java, C#; shape and word, the agent's own code, and what differs.
#[test]
fn each_demo_message_has_the_verdict_of_each_agent_as_the_emulation_gives_it() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home, vec2(1280.0, 1800.0));
    for case in CASES {
        show(&mut window, case.title);
        let theirs = theirs(&window);
        let cells = labels(&window, Role::Cell);
        for expected in theirs.iter().flat_map(|one| cells_of(one, current(&window))) {
            assert!(cells.iter().any(|cell| cell.starts_with(&expected)), "{}: {expected}\n{cells:#?}", case.id);
        }
        let notes = labels(&window, Role::Note);
        let departures: Vec<_> = theirs.iter().flat_map(|one| &one.deviations).collect();
        assert_eq!(notes.len(), departures.len(), "{}: {notes:#?}", case.id);
        for deviation in departures {
            let told = |note: &&String| note.contains(&deviation.what) && note.contains(deviation.reference);
            assert!(notes.iter().any(|note| told(&note)), "{}: {deviation:?}", case.id);
        }
        assert!(window.unnamed_widgets().is_empty(), "{:?}", window.unnamed_widgets());
    }
}

#[test]
fn one_sentence_says_who_would_answer_otherwise() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home, vec2(1280.0, 1800.0));
    for (title, sentence) in [
        ("Good message", "All three accept it, for the same recipients"),
        ("Tampered body", "All three reject it"),
        (
            "One of two recipients untrusted",
            "The C# reference agent would reject this message, which Sealscope accepts",
        ),
        ("Sender has no key", "All three refuse to send it"),
        ("Recipient's certificate missing", "All three send it, for the same recipients"),
    ] {
        show(&mut window, title);
        assert!(window.query_by_label(sentence).is_some(), "{title}: {sentence}");
    }
}

#[test]
fn a_guess_is_called_one() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home, vec2(1280.0, 1800.0));
    show(&mut window, "One of two recipients untrusted");
    let notes = labels(&window, Role::Note);
    assert!(notes.iter().any(|note| note.contains("A guess: concluded from the agent's source")), "{notes:#?}");
}

// UX.md §5, point 41: by keyboard alone, to the recipient's evidence and to the copied text.
#[test]
fn the_comparison_is_read_and_copied_by_keyboard() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home, vec2(1280.0, 1800.0));
    show(&mut window, "Good message");
    let id: DocumentId = current(&window).id;
    let chips = window.query_all_by_role_and_label(Role::Button, "carol@b.example").count();
    assert_eq!(chips, 1);
    window.get_by_role_and_label(Role::Button, "carol@b.example").focus();
    settle(&mut window);
    press(&mut window, Modifiers::NONE, Key::Enter);
    assert_eq!(window.state().state().selection.current(), Some(&Item::Recipient(id, 1)));
    window.get_by_role_and_label(Role::Button, "Copy as text").focus();
    settle(&mut window);
    let (key, modifiers) = (Key::Enter, Modifiers::NONE);
    window.input_mut().events.push(Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers });
    let text = copied(&mut window);
    for words in [
        "All three accept it",
        "Java reference agent 8.1.0: Accepted",
        "carol@b.example",
        "assumed (TrustChainValidator)",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("J. Doe"), "{text}");
}

#[test]
fn a_narrow_centre_stacks_the_columns_and_loses_nothing() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home, vec2(900.0, 2400.0));
    show(&mut window, "One of two recipients untrusted");
    let theirs = theirs(&window);
    let cells = labels(&window, Role::Cell);
    for expected in theirs.iter().flat_map(|one| cells_of(one, current(&window))) {
        assert!(cells.iter().any(|cell| cell.starts_with(&expected)), "{expected}\n{cells:#?}");
    }
}
