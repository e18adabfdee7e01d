//! Leptos escapes what it writes, but for a few elements and one attribute: their contents are written as they stand.
//! Each of them may be in one known place only, where the contents are escaped by hand or are no data at all.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "in tests a panic is how one says no")]

use std::fs;
use std::path::{Path, PathBuf};

/// What writes its contents as they stand, and the one file that may have it.
const RAW: [(&str, &str); 6] = [
    // `textarea_text` escapes.
    ("<textarea", "components/field.rs"),
    // The icon set's own text.
    ("inner_html", "components/icon.rs"),
    // Only words of ours.
    ("<noscript", "pages/imports.rs"),
    // `escape` escapes.
    ("<Title", "components/shell.rs"),
    ("<script", ""),
    ("<style", ""),
];

fn list_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            list_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn what_leptos_does_not_escape_stands_in_known_places_only() {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is in the repository").join("app/src");
    let mut files = Vec::new();
    list_files(&root, &mut files);
    assert!(files.len() > 50, "only {} files: the walk is broken", files.len());
    for file in files {
        let name = file.strip_prefix(&root).expect("a file of the app").to_str().expect("a plain name");
        let text = fs::read_to_string(&file).expect("the file can be read");
        let views = text.split("#[cfg(test)]").next().unwrap();
        let code = views.lines().filter(|line| !line.trim_start().starts_with("//"));
        for (number, line) in (1..).zip(code) {
            for (raw, known) in RAW {
                let found =
                    line.split(raw).skip(1).any(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()));
                assert!(
                    !found || name == known,
                    "{name}, line {number}: {raw} writes its contents as they stand"
                );
            }
        }
        let mut inside =
            views.split("<noscript>").skip(1).filter_map(|rest| rest.split("</noscript>").next());
        assert!(!inside.any(|words| words.contains('{')), "{name}: <noscript> may hold no data");
    }
}
