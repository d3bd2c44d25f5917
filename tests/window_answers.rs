//! The views of an answer: reached by keyboard and by name, found out once a run, and forgotten with it.
#![cfg(test)]
#![cfg(feature = "gui")]

#[path = "support/window/mod.rs"]
mod support;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use sealscope::ui::App;
use sealscope::ui::document::Document;
use sealscope::ui::examining::{Examination, Examined, Known};
use sealscope::ui::settings::AnswerView;
use support::{config, settle};
use tempfile::TempDir;

type Window = Harness<'static, App>;

fn demo(home: &TempDir) -> Window {
    let mut window = support::window(config(home.path()), vec2(1280.0, 1400.0), Theme::Dark);
    settle(&mut window);
    window.get_by_label("Explore the demo workspace").click();
    settle(&mut window);
    window
}

fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn current(window: &Window) -> &Document {
    window.state().state().current().unwrap()
}

fn known(window: &Window, what: Examination) -> Known<'_> {
    window.state().state().examinations.of(current(window), what)
}

#[test]
fn each_view_of_an_answer_is_a_tab_and_has_keys() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    let keys = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6];
    for (view, key) in AnswerView::ALL.into_iter().zip(keys) {
        press(&mut window, Modifiers::ALT, key);
        assert_eq!(window.state().state().settings.answer, view);
        assert!(window.query_by_role_and_label(Role::Tab, sealscope::ui::text::examining::title(view)).is_some());
    }
}

#[test]
fn the_cause_is_found_out_once_and_again_after_another_run() {
    let home = TempDir::new().unwrap();
    let mut window = demo(&home);
    assert!(matches!(known(&window, Examination::Cause), Known::Nothing));
    window.get_by_role_and_label(Role::Tab, "Cause").click();
    settle(&mut window);
    assert!(matches!(known(&window, Examination::Cause), Known::Done(Examined::Cause(_))));
    press(&mut window, Modifiers::ALT, Key::Num1);
    press(&mut window, Modifiers::NONE, Key::F5);
    assert!(matches!(known(&window, Examination::Cause), Known::Nothing), "it belongs to the run before");
    press(&mut window, Modifiers::ALT, Key::Num2);
    assert!(matches!(known(&window, Examination::Cause), Known::Done(Examined::Cause(_))));
}
