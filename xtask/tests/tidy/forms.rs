//! Every form leads to a server function, and names it by its type: a function that is renamed can't leave a form
//! behind.

use crate::{files, name, read, root, without_comments};
use std::path::{Path, PathBuf};

/// The one place that writes a form's `action` and `method`: it takes them from the server function's type.
const POST_FORM: &str = "app/src/components/post_form.rs";

/// The attributes of each element of a kind in a page's text, up to the `>` that ends its opening tag.
fn elements<'a>(text: &'a str, tag: &str) -> Vec<(usize, &'a str)> {
    let open = format!("<{tag}");
    let mut found = Vec::new();
    for (at, _) in text.match_indices(&open) {
        let rest = &text[at + open.len()..];
        if !rest.starts_with(|c: char| c.is_whitespace() || c == '>') {
            continue;
        }
        // A `>` inside of an expression (`=>`, `->`) ends no tag.
        let mut before = ' ';
        let end = rest.find(|c: char| {
            let ends = c == '>' && before != '=' && before != '-';
            before = c;
            ends
        });
        found.push((text[..at].lines().count(), &rest[..end.unwrap_or(rest.len())]));
    }
    found
}

fn pages() -> Vec<(PathBuf, String)> {
    let all = files(&root().join("app/src"), "rs").into_iter();
    all.map(|file| (file.clone(), without_comments(&read(&file)))).collect()
}

fn is_post_form(file: &Path) -> bool {
    name(file).ends_with(POST_FORM)
}

#[test]
fn a_form_that_writes_takes_its_server_function_by_type() {
    let mut wrong = Vec::new();
    let mut forms = 0;
    for (file, text) in pages().iter().filter(|(file, _)| !is_post_form(file)) {
        for (line, attributes) in elements(text, "form") {
            forms += 1;
            if attributes.contains("post") {
                wrong.push(format!("{}: form {line} posts; write <PostForm<..>> instead", name(file)));
            }
        }
    }
    assert!(forms > 1, "only {forms} forms were found; does this test still read the pages?");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_page_spells_the_address_of_a_server_function() {
    let mut wrong = Vec::new();
    for (file, text) in pages() {
        for (at, line) in text.lines().enumerate() {
            if line.contains("\"/api/") {
                wrong.push(format!("{}: about line {}: {}", name(&file), at + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "an address is the type's: F::PATH\n{}", wrong.join("\n"));
}

#[test]
fn a_form_that_only_looks_leads_to_a_page() {
    let routes = read(&root().join("app/src/routes.rs"));
    let mut wrong = Vec::new();
    for (file, text) in pages() {
        for (_, attributes) in elements(&text, "form") {
            let Some(action) = attributes.split("action=\"").nth(1).and_then(|rest| rest.split('"').next())
            else {
                continue;
            };
            let first = action.trim_start_matches('/').split(['/', '?']).next().unwrap_or_default();
            if !routes.contains(&format!("\"{first}\"")) && !routes.contains(&format!("\"/{first}")) {
                wrong.push(format!("{}: {action} is no page", name(&file)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn elements_end_where_their_tag_ends() {
    let text = "<form method=\"get\" on:submit=move |e| { a => b }>\n<formula>\n<form>";
    let found: Vec<&str> =
        elements(text, "form").into_iter().map(|(_, attributes)| attributes.trim()).collect();
    assert_eq!(found, ["method=\"get\" on:submit=move |e| { a => b }", ""]);
}
