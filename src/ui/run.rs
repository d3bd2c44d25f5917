//! Opens the window, or says in one sentence why it cannot.

use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use egui::ViewportBuilder;

use super::app::{App, AppConfig};
use super::text;

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
        "the window needs {package}, which is not installed: {cause}; install it, for example: apt-get install {package}"
    )]
    MissingLibrary {
        /// The package of Debian that holds it.
        package: &'static str,
        /// What the system said.
        cause: String,
    },
    /// The display or its graphics refused.
    #[error("the window could not be opened: {0}; the command line works without one, for example: sealscope demo")]
    Refused(String),
}

/// Opens the window with these files and this workspace, and returns when it is closed.
///
/// # Errors
///
/// [`WindowError`] where no window can be shown.
pub fn run(files: Vec<PathBuf>, workspace: Option<PathBuf>) -> Result<(), WindowError> {
    if !has_display() {
        return Err(WindowError::NoDisplay);
    }
    let config = AppConfig { files, workspace, ..AppConfig::default() };
    let options = eframe::NativeOptions {
        renderer: eframe::Renderer::Glow,
        viewport: ViewportBuilder::default()
            .with_app_id("sealscope")
            .with_title(text::NAME)
            .with_inner_size([1280.0, 800.0])
            .with_min_inner_size([960.0, 600.0])
            .with_drag_and_drop(true),
        ..eframe::NativeOptions::default()
    };
    let shown = catch_unwind(AssertUnwindSafe(|| {
        eframe::run_native(text::NAME, options, Box::new(|cc| Ok(Box::new(App::new(cc, config)))))
    }));
    match shown {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(refused(&error.to_string())),
        Err(payload) => {
            let words = payload.downcast_ref::<String>().map(String::as_str);
            Err(refused(words.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no reason was given")))
        }
    }
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
        .into_iter()
        .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

// Libraries that winit and glutin load when the window is opened: a missing one is a panic there, not an error.
fn refused(cause: &str) -> WindowError {
    const PACKAGES: [(&str, &str); 9] = [
        ("libxkbcommon-x11", "libxkbcommon-x11-0"),
        ("libxkbcommon", "libxkbcommon0"),
        ("xkbcommon", "libxkbcommon-x11-0"),
        ("libwayland-egl", "libwayland-egl1"),
        ("libwayland-client", "libwayland-client0"),
        ("libX11-xcb", "libx11-xcb1"),
        ("libXcursor", "libxcursor1"),
        ("libXi", "libxi6"),
        ("libEGL", "libegl1"),
    ];
    let found = PACKAGES.iter().find(|(library, _)| cause.contains(library));
    match found {
        Some((_, package)) => WindowError::MissingLibrary { package, cause: first_line(cause) },
        None => WindowError::Refused(first_line(cause)),
    }
}

fn first_line(words: &str) -> String {
    words.lines().next().unwrap_or_default().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_library_is_named_by_its_package() {
        let error = refused("Library libxkbcommon-x11.so could not be loaded.\nmore");
        assert!(error.to_string().contains("apt-get install libxkbcommon-x11-0"), "{error}");
    }

    #[test]
    fn any_other_refusal_points_to_the_command_line() {
        let error = refused("no suitable framebuffer config").to_string();
        assert!(error.contains("framebuffer") && error.contains("sealscope demo") && !error.contains('\n'), "{error}");
    }
}
