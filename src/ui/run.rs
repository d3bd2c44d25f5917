//! Opens the window, or says in one sentence why it cannot.

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use egui::ViewportBuilder;

use super::app::{App, AppConfig};
use super::{fault, text};
use crate::workspace::keyring::SharedKeyring;

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// Neither X11 nor Wayland is there.
    #[error(
        "there is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set); on this machine use the command line, for example: sealscope demo"
    )]
    NoDisplay,
    /// A library that is loaded at run time is missing.
    #[error(
        "the window needs a library that is not installed ({cause}); on Debian install it with: apt-get install {packages}; the command line works without one, for example: sealscope demo"
    )]
    MissingLibrary {
        /// The packages of Debian that hold it.
        packages: &'static str,
        /// What the system said.
        cause: String,
    },
    /// The window was there until a fault closed it.
    #[error("{}", text::fault::window(.0))]
    Fault(PathBuf),
    /// The display or its graphics refused.
    #[error("the window could not be opened: {0}; the command line works without one, for example: sealscope demo")]
    Refused(String),
}

/// Opens the window with these files, this workspace and the system's keyring, if the build has one, and returns when it
/// is closed.
///
/// # Errors
///
/// [`WindowError`] where no window can be shown.
pub fn run(files: Vec<PathBuf>, workspace: Option<PathBuf>, keyring: Option<SharedKeyring>) -> Result<(), WindowError> {
    if !has_display() {
        return Err(WindowError::NoDisplay);
    }
    let indexes = crate::workspace::index::default_folder();
    let config = AppConfig { files, workspace, indexes, keyring, ..AppConfig::default() };
    let options = eframe::NativeOptions {
        renderer: eframe::Renderer::Glow,
        viewport: ViewportBuilder::default()
            .with_app_id("sealscope")
            .with_icon(icon())
            .with_title(text::NAME)
            .with_inner_size([1280.0, 800.0])
            .with_min_inner_size([960.0, 600.0])
            .with_drag_and_drop(true),
        ..eframe::NativeOptions::default()
    };
    // A missing library is a panic in winit; the sentence that it becomes below needs no report.
    fault::report_into(fault::default_folder(), |said| missing_library(said).is_some());
    let shown = catch_unwind(AssertUnwindSafe(|| {
        eframe::run_native(text::NAME, options, Box::new(|cc| Ok(Box::new(App::new(cc, config)))))
    }));
    match shown {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(refused(&error.to_string())),
        Err(payload) => {
            if let Some(report) = fault::take_latest() {
                return Err(WindowError::Fault(report));
            }
            let words = payload.downcast_ref::<String>().map(String::as_str);
            Err(refused(words.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no reason was given")))
        }
    }
}

// X11 takes it from here; Wayland from the desktop file of the name above.
fn icon() -> egui::IconData {
    eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon/sealscope-256.png")).unwrap_or_default()
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
        .into_iter()
        .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

// Libraries that winit and glutin load when the window is opened, by what is said of a missing one.
const LIBRARIES: [(&str, &str); 10] = [
    ("libxkbcommon-x11", "libxkbcommon-x11-0"),
    ("libxkbcommon", "libxkbcommon0"),
    ("xkbcommon", "libxkbcommon-x11-0"),
    ("libwayland-egl", "libwayland-egl1"),
    ("libwayland-client", "libwayland-client0"),
    ("libXcursor", "libxcursor1"),
    ("libXi", "libxi6"),
    ("xlib", "libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0 libegl1 libgl1-mesa-dri"),
    ("libEGL", "libegl1 libgl1-mesa-dri"),
    ("glutin configs", "libegl1 libgl1-mesa-dri"),
];

fn missing_library(cause: &str) -> Option<&'static str> {
    LIBRARIES.iter().find(|(said, _)| cause.contains(said)).map(|(_, packages)| *packages)
}

fn refused(cause: &str) -> WindowError {
    match missing_library(cause) {
        Some(packages) => WindowError::MissingLibrary { packages, cause: essence(cause) },
        None => WindowError::Refused(first_line(cause)),
    }
}

// What went wrong, without where in which crate, and without the template that was asked for.
fn essence(cause: &str) -> String {
    let line = first_line(cause);
    let line = line.rsplit(".rs:").next().unwrap_or_default();
    let line = line.trim_start_matches(|character: char| character.is_ascii_digit() || matches!(character, ':' | ' '));
    line.split(" matching the template").next().unwrap_or_default().to_owned()
}

fn first_line(words: &str) -> String {
    words.lines().next().unwrap_or_default().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icon_of_the_window_can_be_read() {
        assert_eq!((icon().width, icon().height), (256, 256));
    }

    #[test]
    fn a_missing_library_is_named_by_its_package() {
        let error = refused("Library libxkbcommon-x11.so could not be loaded.\nmore");
        assert!(error.to_string().contains("apt-get install libxkbcommon-x11-0"), "{error}");
        let xlib =
            "winit EventLoopError: os error at /src/linux/mod.rs:788: Failed to load one of xlib's shared libraries";
        let error = refused(xlib).to_string();
        assert!(error.contains("(Failed to load one of xlib's") && error.contains("libx11-6"), "{error}");
        let graphics =
            "Found no glutin configs matching the template: ConfigTemplate { alpha_size: 8 }. Error: not found";
        let error = refused(graphics).to_string();
        assert!(error.contains("(Found no glutin configs)") && error.contains("libgl1-mesa-dri"), "{error}");
    }

    #[test]
    fn any_other_refusal_points_to_the_command_line() {
        let error = refused("no suitable framebuffer config").to_string();
        assert!(error.contains("framebuffer") && error.contains("sealscope demo") && !error.contains('\n'), "{error}");
    }
}
