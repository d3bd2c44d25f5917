//! Every reason code in the window: the message that gets it says why, by whose rule, and what would change the answer.
//!
//! With `SEALSCOPE_PICTURES` set to a folder, the steps and the cause of each are drawn there, to be read by people.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod screen;
mod support;

use std::path::Path;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use screen::settle;
use sealscope::agent::ReasonCode;
use sealscope::mail::bsmtp;
use sealscope::ui::App;
use sealscope::ui::document::Document;
use sealscope::ui::examining::{Examination, Examined, Known};
use support::asked::Asked;
use support::coded::{CASES, Cast};
use support::command::Scratch;

type Window = Harness<'static, App>;

/// The message in a window of its own, judged over its own workspace.
fn open(folder: &Path, asked: &Asked) -> Window {
    let root = folder.join("workspace");
    asked.keep(&root);
    let file = folder.join("message.bsmtp");
    std::fs::write(&file, bsmtp::write(&asked.envelope)).unwrap();
    let mut config = screen::config(folder);
    config.workspace = Some(root);
    config.files = vec![file];
    let mut window = screen::window(config, vec2(1280.0, 800.0), Theme::Dark);
    settle(&mut window);
    if current(&window).operation != asked.operation {
        window.key_press_modifiers(Modifiers::SHIFT, Key::F5);
        settle(&mut window);
    }
    window
}

fn current(window: &Window) -> &Document {
    window.state().state().current().unwrap()
}

fn says(window: &Window, words: &str) -> bool {
    window.query_all_by_role(Role::Label).any(|node| {
        let node = node.accesskit_node();
        node.value().is_some_and(|value| value.contains(words)) || node.label().is_some_and(|name| name.contains(words))
    })
}

fn picture(window: &mut Window, name: &str) {
    let Some(folder) = std::env::var_os("SEALSCOPE_PICTURES") else { return };
    let path = Path::new(&folder).join(format!("{name}.png"));
    window.render().unwrap().save(path).unwrap();
}

#[test]
fn each_code_shows_its_sentence_its_advice_and_its_cause() {
    let mut cast = Cast::new();
    let mut wrong = Vec::new();
    for case in CASES {
        cast.run(case);
        let scratch = Scratch::new();
        let mut window = open(Path::new(&scratch.path("")), &Asked::last());
        let code = ReasonCode::ALL.iter().find(|code| code.as_str() == case.code).unwrap();
        let report = current(&window).report().unwrap_or_else(|| panic!("{} was not judged", case.what));
        let told: Vec<&str> = report
            .judged_recipients()
            .filter_map(|recipient| recipient.reason())
            .chain(&report.rejection)
            .map(|reason| reason.code.as_str())
            .collect();
        if !told.contains(&case.code) {
            wrong.push(format!("{}: {told:?}, not {}", case.what, case.code));
        }
        if !says(&window, case.code) && !says(&window, code.advice()) {
            wrong.push(format!("{}: neither the code nor its advice is shown", case.what));
        }
        picture(&mut window, &format!("{}-steps", case.code));
        window.key_press_modifiers(Modifiers::ALT, Key::Num2);
        settle(&mut window);
        match window.state().state().examinations.of(current(&window), Examination::Cause) {
            Known::Done(Examined::Cause(diagnosis)) if !diagnosis.explanation.is_empty() => {}
            other => wrong.push(format!("{}: {other:?}", case.what)),
        }
        picture(&mut window, &format!("{}-cause", case.code));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
