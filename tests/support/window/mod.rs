//! The real application without a display: driven by role and label, drawn on the CPU.

mod rasteriser;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::CreationContext;
use egui::Vec2;
use egui_kittest::Harness;
use sealscope::ui::lab::LabPorts;
use sealscope::ui::tasks::FileDialog;
use sealscope::ui::{App, AppConfig};
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) use rasteriser::Rasteriser;

/// The time in every test.
pub(crate) const NOW: OffsetDateTime = datetime!(2026-03-02 09:30 UTC);

/// A desktop without file dialogs.
pub(crate) struct NoDialog;

impl FileDialog for NoDialog {
    fn pick(&self, _title: &str) -> Option<Vec<PathBuf>> {
        None
    }

    fn save(&self, _title: &str, _name: &str) -> Option<PathBuf> {
        None
    }
}

/// A configuration that keeps everything in `folder` and touches nothing else.
pub(crate) fn config(folder: &Path) -> AppConfig {
    AppConfig {
        files: Vec::new(),
        workspace: None,
        home: Some(folder.join("own")),
        demo: Some(folder.join("demo")),
        settings: Some(folder.join("window.toml")),
        now: Arc::new(|| NOW),
        seed: Arc::new(|| [7; 16]),
        dialog: Arc::new(NoDialog),
        network: Arc::new(|_| Err("a test asks no name server".to_owned())),
        lab_ports: LabPorts { dns: 0, mail: 0 },
        ..AppConfig::default()
    }
}

/// The application in a window of that size.
pub(crate) fn window(config: AppConfig, size: Vec2, theme: egui::Theme) -> Harness<'static, App> {
    Harness::builder()
        .with_size(size)
        .with_theme(theme)
        .with_os(egui::os::OperatingSystem::Nix)
        .renderer(Rasteriser::default())
        .build_eframe(move |cc: &mut CreationContext<'_>| App::new(cc, config))
}

/// Draws frames until no job runs and nothing moves.
pub(crate) fn settle(harness: &mut Harness<'static, App>) {
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        harness.step();
        if harness.state().is_idle() {
            break;
        }
        assert!(Instant::now() < deadline, "a job did not finish: {:?}", harness.state());
        std::thread::yield_now();
    }
    for _ in 0..12 {
        harness.step();
    }
}
