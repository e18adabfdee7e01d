//! What keeps the house in order, and no compiler says: arrows between rooms, circles of files, decisions by words,
//! dependencies that nothing uses, styles without a rule, forms that lead nowhere.
//!
//! Everything here reads the sources and names the place. To add a rule: a module with its test, a line below.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in tests a panic is how one says no")]

mod arrows;
mod circles;
mod decisions;
mod dependencies;
mod forms;
mod raw_elements;
mod styles;

use std::path::{Path, PathBuf};

/// The checkout.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file below a folder with this extension, in order.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|is| is == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A file's name as people say it: from the checkout on.
fn name(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// A Rust text without its line comments, so that a word in a sentence counts for nothing.
fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}
