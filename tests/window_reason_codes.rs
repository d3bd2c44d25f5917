//! Every reason code in the window: the message that gets it says why, by whose rule, and what would change the answer.
//!
//! With `SEALSCOPE_PICTURES` set to a folder, the steps and the cause of each are drawn there, to be read by people.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/dropped.rs"]
mod dropped;
#[path = "support/window/mod.rs"]
mod screen;
mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dropped::Dropped;
use egui::accesskit::Role;
use egui::{DroppedFileHandle, Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use screen::settle;
use sealscope::agent::ReasonCode;
use sealscope::ui::App;
use sealscope::ui::document::Document;
use sealscope::ui::examining::{Examination, Examined, Known};
use support::asked::Asked;
use support::coded::{CASES, Cast};
use support::command::Scratch;

type Window = Harness<'static, App>;

/// Shows the message, judged over its own workspace.
fn show(window: &mut Window, root: &Path, asked: &Asked) {
    asked.keep(root);
    let handle: DroppedFileHandle = Arc::new(Dropped(root.to_owned()));
    window.input_mut().dropped_files = vec![handle];
    settle(window);
    if current(window).operation != asked.operation {
        window.key_press_modifiers(Modifiers::SHIFT, Key::F5);
        settle(window);
    }
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
    let scratch = Scratch::new();
    let folder = PathBuf::from(scratch.path(""));
    let mut window = screen::window(screen::config(&folder), vec2(1280.0, 800.0), Theme::Dark);
    settle(&mut window);
    let mut cast = Cast::new();
    let mut wrong = Vec::new();
    for case in CASES {
        cast.run(case);
        show(&mut window, &folder.join(case.code), &Asked::last());
        let report = current(&window).report().unwrap_or_else(|| panic!("{} was not judged", case.what));
        let removals = report.judged_recipients().filter_map(|recipient| recipient.reason());
        let told: Vec<ReasonCode> = removals.chain(&report.rejection).map(|reason| reason.code).collect();
        if !told.iter().any(|code| code.as_str() == case.code) {
            wrong.push(format!("{}: {told:?}, not {}", case.what, case.code));
        }
        // Where everybody was removed, the reason of a removal says more than that nobody is left.
        if !told.iter().any(|code| says(&window, code.as_str()) && says(&window, code.advice())) {
            wrong.push(format!("{}: no code with its advice is shown", case.what));
        }
        picture(&mut window, &format!("{}-steps", case.code));
        window.key_press_modifiers(Modifiers::ALT, Key::Num2);
        settle(&mut window);
        match window.state().state().examinations.of(current(&window), Examination::Cause) {
            Known::Done(Examined::Cause(diagnosis)) if !diagnosis.explanation.is_empty() => {}
            other => wrong.push(format!("{}: {other:?}", case.what)),
        }
        picture(&mut window, &format!("{}-cause", case.code));
        window.key_press_modifiers(Modifiers::ALT, Key::Num1);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
