//! Nothing is decided by words that are meant for people, and no state is told by its word where it has a type: a
//! sentence that is worded better must not change what happens, and a misspelt word must not compile.

use crate::{files, name, read, root};

/// The rooms that decide something.
const ROOMS: &[&str] = &[
    "app",
    "server",
    "crates/service",
    "crates/engine",
    "crates/store",
    "crates/connectors",
    "crates/directory",
];

/// What is meant for people, as fields and variables are called.
const FOR_PEOPLE: &[&str] =
    &["advice", "message", "reason", "sentence", "summary", "title", "description", "label"];

/// Fields that hold a state; each has a type in `domain`.
const STATES: &[&str] = &[
    "action",
    "cycle",
    "link_state",
    "mapping_type",
    "mode",
    "outcome",
    "principal_type",
    "provisioning",
    "quarantine",
    "scope",
    "skip",
    "state",
    "status",
];

/// Files that must look into sentences, each with its reason.
const EXCUSED: &[(&str, &str)] = &[("gallery/wording.rs", "serde's errors have no kind, only a sentence")];

const LOOKS: &[&str] = &[" == \"", " != \"", ".contains(\"", ".starts_with(\"", ".ends_with(\""];

/// The product's part of a file, with a chain of calls on one line.
fn statements(text: &str) -> Vec<String> {
    let mut statements: Vec<String> = Vec::new();
    let product = text.lines().take_while(|line| line.trim() != "#[cfg(test)]").map(str::trim);
    for line in product.filter(|line| !line.starts_with("//")) {
        match statements.last_mut() {
            Some(last) if line.starts_with('.') => last.push_str(line),
            _ => statements.push(line.to_owned()),
        }
    }
    statements
}

/// Whether a statement compares what is called `name` with a text, or looks for one in it.
fn decides_by(statement: &str, name: &str, only_fields: bool) -> bool {
    statement.match_indices(name).any(|(at, _)| {
        let (before, rest) = (&statement[..at], &statement[at + name.len()..]);
        let starts = match before.chars().last() {
            Some('.') => true,
            Some(other) => !only_fields && !other.is_alphanumeric() && other != '_',
            None => !only_fields,
        };
        let rest = rest.strip_prefix("()").unwrap_or(rest);
        let bare = rest.strip_prefix(".as_str()");
        let matched = bare.is_some_and(|rest| rest.starts_with(" {")) && before.contains("match ");
        let rest = bare.unwrap_or(rest);
        starts && (matched || LOOKS.iter().any(|look| rest.starts_with(look)))
    })
}

fn is_wrong(statement: &str) -> bool {
    FOR_PEOPLE.iter().any(|name| decides_by(statement, name, false))
        || STATES.iter().any(|name| decides_by(statement, name, true))
}

#[test]
fn nothing_is_decided_by_words() {
    let mut wrong = Vec::new();
    for file in ROOMS.iter().flat_map(|room| files(&root().join(room).join("src"), "rs")) {
        let place = name(&file);
        let excused = EXCUSED.iter().any(|(excused, _)| place.ends_with(excused));
        if excused || place.contains("/tests/") || place.ends_with("tests.rs") || place.ends_with("_test.rs")
        {
            continue;
        }
        let found = statements(&read(&file)).into_iter().filter(|statement| is_wrong(statement));
        wrong.extend(found.map(|statement| format!("{place}: {statement}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_decision_by_words_is_seen_however_it_is_written() {
    for wrong in [
        "let refused = quarantine.filter(|why| tried && why.advice.contains(\"Press Authorize\"));",
        "details.find(|(label, _)| label == \"SkipReason\")",
        "if error.message().starts_with(\"No\") {",
        "match status.state.as_str() {",
        "if probe.state == \"running\" {",
    ] {
        assert!(is_wrong(wrong), "{wrong}");
    }
    for right in [
        "match view.state {",
        "let status = filter(\"status\", \"Status\", statuses);",
        "match code.as_str() {",
        "if status == 404 {",
        "if labels == \"x\" {",
    ] {
        assert!(!is_wrong(right), "{right}");
    }
    assert_eq!(
        statements("a\n    .advice\n    .contains(\"b\")\n#[cfg(test)]\nno"),
        ["a.advice.contains(\"b\")"]
    );
}
