//! Leptos escapes what it writes, but for a few elements and one attribute: their contents are written as they stand.
//! Each of them may be in one known place only, where the contents are escaped by hand or are no data at all.

use crate::{files, read, root};

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

#[test]
fn what_leptos_does_not_escape_stands_in_known_places_only() {
    let source = root().join("app/src");
    let pages = files(&source, "rs");
    assert!(pages.len() > 50, "only {} files: the walk is broken", pages.len());
    for file in pages {
        let name = file.strip_prefix(&source).unwrap().to_str().unwrap();
        let text = read(&file);
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
