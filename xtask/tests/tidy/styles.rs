//! Pages and styles know the same classes: one without a rule does nothing, and a rule without a page is dead.

use crate::{files, name, read, root, without_comments};
use std::collections::BTreeSet;

/// The classes that the styles have rules for.
fn ruled() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in files(&root().join("style"), "css") {
        found.extend(selectors(&read(&file)));
    }
    found
}

fn selectors(css: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut rest = css;
    // Comments, and addresses or numbers in values, hold dots that begin no class.
    let mut text = String::new();
    while let Some((before, after)) = rest.split_once("/*") {
        text.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    for selector in text.split('{').map(|part| part.rsplit([';', '}']).next().unwrap_or_default()) {
        if selector.trim_start().starts_with("@import") {
            continue;
        }
        for part in selector.split('.').skip(1) {
            let end = part
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
                .unwrap_or(part.len());
            if part.starts_with(|c: char| c.is_ascii_alphabetic()) {
                found.insert(part[..end].to_owned());
            }
        }
    }
    found
}

/// The texts between quotes.
fn texts(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').skip(1).step_by(2)
}

/// An attribute's value without the attributes behind it: ` role="status"`.
fn before_next_attribute(value: &str) -> &str {
    let ends = |at: usize| {
        let word = value[at..].trim_start();
        let name = word
            .split(|c: char| !(c.is_ascii_lowercase() || c == '-' || c == ':'))
            .next()
            .unwrap_or_default();
        let rest = &word[name.len()..];
        !name.is_empty() && rest.starts_with('=') && !rest.starts_with("==") && !rest.starts_with("=>")
    };
    value.match_indices(' ').find(|(at, _)| ends(*at)).map_or(value, |(at, _)| &value[..at])
}

/// The classes that a line of a page gives to elements; those with a hole in them (`badge-{}`) are left out.
fn classes(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices("class=") {
        let value = &line[at + "class=".len()..];
        if value.starts_with('"') {
            found.extend(texts(value).take(1).flat_map(str::split_whitespace));
        } else if ["if ", "format!", "move ", "{", "match "].iter().any(|begin| value.starts_with(begin)) {
            found.extend(texts(before_next_attribute(value)).flat_map(str::split_whitespace));
        }
    }
    for (at, _) in line.match_indices("class:") {
        let rest = &line[at + "class:".len()..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(rest.len());
        if rest[end..].starts_with('=') {
            found.push(&rest[..end]);
        }
    }
    found.retain(|class| class.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    found
}

#[test]
fn every_class_on_a_page_has_a_rule() {
    let ruled = ruled();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in files(&root().join("app/src"), "rs") {
        for (at, line) in read(&file).lines().enumerate() {
            for class in classes(line) {
                seen += 1;
                if !ruled.contains(class) {
                    wrong.push(format!("{}:{}: no rule for the class {class}", name(&file), at + 1));
                }
            }
        }
    }
    assert!(seen > 300, "only {seen} classes were found; does this test still read the pages?");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_is_for_a_class_that_a_page_can_have() {
    let mut words = BTreeSet::new();
    let mut beginnings = BTreeSet::new();
    // The server has a page of its own, for what went wrong before ours could be made.
    let pages = ["app/src", "server/src"].map(|folder| files(&root().join(folder), "rs"));
    for file in pages.concat() {
        let text = without_comments(&read(&file));
        for text in text.lines().flat_map(texts) {
            for word in text.split(|c: char| c.is_whitespace()) {
                match word.split_once('{') {
                    Some((beginning, _)) if beginning.ends_with('-') => {
                        beginnings.insert(beginning.to_owned())
                    }
                    // In a text within a text the quote is written `\\"`.
                    _ => words.insert(word.trim_end_matches('\\').to_owned()),
                };
            }
        }
        words.extend(text.lines().flat_map(classes).map(str::to_owned));
    }
    let can_be = |class: &String| {
        words.contains(class) || beginnings.iter().any(|beginning| class.starts_with(beginning.as_str()))
    };
    let dead: Vec<String> = ruled().into_iter().filter(|class| !can_be(class)).collect();
    assert!(dead.is_empty(), "rules for classes that no page has: {}", dead.join(", "));
}

#[test]
fn classes_are_read_as_they_are_written() {
    assert_eq!(classes(r#"<p class="bar bar-good" id="x">"#), ["bar", "bar-good"]);
    assert_eq!(
        classes(r#"<p class=if ok { "bar" } else { "step step-done" }>"#),
        ["bar", "step", "step-done"]
    );
    assert_eq!(classes(r#"<p class=format!("badge badge-{}", tone)>"#), ["badge"]);
    assert_eq!(classes(r#"<p class=class type="submit">"#), [""; 0]);
    assert_eq!(classes(r#"<p class=if a { "bar" } else { "c" } role="status">"#), ["bar", "c"]);
    assert_eq!(classes(r#"<p class:open=open>"#), ["open"]);
    let css = "/* .not */ @import \"./a.css\"; .a .b:hover, a.c > .d-e { width: 0.5rem } @media (x) { .f{} }";
    let expected: BTreeSet<String> = ["a", "b", "c", "d-e", "f"].map(str::to_owned).into();
    assert_eq!(selectors(css), expected);
}
