//! `workspace.toml`.

use std::path::Path;

use sealscope::workspace::settings::Settings;

use crate::printable;

/// Settings that are read are written and read as the same; what cannot be used is one printable sentence.
pub fn settings(octets: &[u8]) {
    let Ok(text) = std::str::from_utf8(octets) else { return };
    match Settings::parse(text, Path::new("workspace.toml")) {
        Ok(settings) => {
            let written = settings.to_toml().expect("what was read can be written");
            let again = Settings::parse(&written, Path::new("workspace.toml")).expect("what was written can be read");
            // A not-a-number is not equal to itself.
            assert!(again == settings || format!("{again:?}") == format!("{settings:?}"), "{written}");
        }
        Err(error) => printable(&error.to_string()),
    }
}
