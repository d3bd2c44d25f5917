//! Writes the seeds of every corpus: `seeds CORPUS VECTORS`. `seeds --world FOLDER` makes the keys anew.

use std::path::Path;

use sealscope_fuzz::{seeds::Seeds, world};

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--world", folder] => {
            for (name, pem) in world::make() {
                std::fs::write(Path::new(folder).join(name), pem)?;
            }
            Ok(())
        }
        [corpus, vectors] => Seeds::gather(Path::new(vectors)).write(Path::new(corpus)),
        _ => Err(std::io::Error::other("usage: seeds CORPUS VECTORS | seeds --world FOLDER")),
    }
}
