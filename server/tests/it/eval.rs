//! `purser eval`: in process for what it says, and as the binary for how it ends.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use purser_domain::expression::Context;
use purser_server::commands::eval::{Evaluated, evaluate, widen_seed};

const PERSON: &str =
    r#"{"givenName":"Ada","surname":"Lovelace","tags":["a","b"],"size":1.5,"role":{"id":"1"},"none":null}"#;

fn run(expression: &str, as_json: bool) -> Evaluated {
    let context = Context {
        seed: widen_seed(7),
        default_domain: Some("contoso.com"),
        ..Context::at("2026-03-01T08:00:00Z".parse().unwrap())
    };
    evaluate(expression, PERSON, &context, as_json)
}

#[test]
fn a_value_is_printed_alone() {
    for (expression, out) in [
        ("Join(\" \", [givenName], [surname])", "Ada Lovelace\n"),
        ("[tags]", "[\"a\",\"b\"]\n"),
        ("[role]", "{\"id\":\"1\"}\n"),
        ("[size]", "1.5\n"),
        ("IsPresent([givenName])", "True\n"),
        ("DefaultDomain()", "contoso.com\n"),
    ] {
        assert_eq!(
            run(expression, false),
            Evaluated { out: out.to_owned(), ..Evaluated::default() },
            "{expression}"
        );
    }
    assert_eq!(run("Guid()", false), run("Guid()", false), "the same seed gives the same");
}

#[test]
fn where_there_is_no_value_standard_error_says_why() {
    for expression in ["[none]", "[missing]", "IgnoreFlowIfNullOrEmpty([none])"] {
        let evaluated = run(expression, false);
        assert_eq!((evaluated.out.as_str(), evaluated.status), ("", 0), "{expression}");
        assert!(evaluated.err.contains("not exported"), "{}", evaluated.err);
    }
    assert!(run("IgnoreFlowIfNullOrEmpty([none])", false).err.contains("ignored"));
}

#[test]
fn as_json_the_outcome_stands_beside_the_value() {
    assert_eq!(run("[tags]", true).out, "{\"value\":[\"a\",\"b\"],\"outcome\":\"value\"}\n");
    assert_eq!(run("[none]", true).out, "{\"value\":null,\"outcome\":\"null\"}\n");
    assert_eq!(
        run("IgnoreFlowIfNullOrEmpty([none])", true).out,
        "{\"value\":null,\"outcome\":\"ignored\"}\n"
    );
}

#[test]
fn an_error_shows_its_line_with_a_caret_under_the_place() {
    let evaluated = run("Join(\",\",\n\t Swich([mail]))", false);
    assert_eq!((evaluated.out.as_str(), evaluated.status), ("", 1));
    let lines: Vec<&str> = evaluated.err.lines().collect();
    assert!(lines[0].starts_with("line 2, column 3: "), "{}", lines[0]);
    assert_eq!(&lines[1..], ["\t Swich([mail]))", "\t ^"]);
    let evaluated = run("Join(\"\", Left([givenName], [surname]))", false);
    assert_eq!(evaluated.status, 1);
    assert!(evaluated.err.starts_with("line 1, column 28: "), "{}", evaluated.err);
}

#[test]
fn an_object_that_is_none_is_refused() {
    let context = Context::at("2026-03-01T08:00:00Z".parse().unwrap());
    for object in ["", "[]", "{", "7"] {
        let evaluated = evaluate("[a]", object, &context, false);
        assert_eq!((evaluated.out.as_str(), evaluated.status), ("", 2), "{object}");
        assert!(evaluated.err.contains("The object is not"), "{}", evaluated.err);
    }
}

/// The binary, in an empty folder and without any setting.
fn purser(arguments: &[&str], input: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_purser"))
        .arg("eval")
        .args(arguments)
        .current_dir(folder.path())
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The program may end without having read it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "it leaves nothing behind");
    output
}

#[test]
fn the_command_reads_standard_input_and_ends_with_a_status() {
    let done = purser(&["Word([mail], 1, \"@\")", "--object", "-"], "{\"mail\":\"ada@contoso.com\"}");
    assert_eq!((done.status.code(), done.stdout), (Some(0), b"ada\n".to_vec()));
    let now = purser(&["FormatDateTime(Now(), , \"\", \"yyyy\")", "--now", "2031-01-01T00:00:00Z"], "");
    assert!(now.status.code().is_some_and(|code| code < 2), "{now:?}");
    assert_eq!(purser(&["Nothing()"], "").status.code(), Some(1));
    let missing = purser(&["[a]", "--object", "nowhere.json"], "");
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("nowhere.json"));
}
