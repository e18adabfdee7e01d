//! No secret gets out, however it is spelled and wherever a text is cut.
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;

use super::*;

const SECRET: &str = "p/s+\"ß word&<1>";

#[test]
fn a_secret_is_blotted_out_in_every_spelling() {
    let redactor = Redactor::new([SECRET]);
    let pair = STANDARD.encode(format!("admin@x:{SECRET}"));
    let all_escaped: String = SECRET.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
    for spelling in [
        SECRET.to_owned(),
        SECRET.to_uppercase().replace("SS", "ß"),
        serde_json::to_string(SECRET).unwrap(),
        serde_json::to_string(SECRET).unwrap().replace('/', "\\/"),
        all_escaped,
        utf8_percent_encode(SECRET, NON_ALPHANUMERIC).to_string(),
        utf8_percent_encode(SECRET, NON_ALPHANUMERIC).to_string().to_lowercase().replace("%20", "+"),
        URL_SAFE.encode(format!("{SECRET}!")),
        pair.clone(),
    ] {
        let blotted = redactor.text(&format!("before {spelling} after"));
        assert!(blotted.contains("***"), "{spelling}: {blotted}");
        assert!(!blotted.contains("word") && !blotted.to_lowercase().contains("%20word"), "{blotted}");
        assert!(blotted.starts_with("before ") && blotted.ends_with(" after"), "{blotted}");
    }
    assert!(!redactor.text(&pair).contains(&pair[12..24]));
}

#[test]
fn two_secrets_that_begin_alike_are_both_blotted_out_to_their_ends() {
    let (one, other) = ("eyJhbGciOiJSUzI1NiJ9.one.one", "eyJhbGciOiJSUzI1NiJ9.other.other");
    let redactor = Redactor::new([one, other]);
    assert_eq!(redactor.text(&format!("{other} {one}")), "*** ***");
    assert_eq!(redactor.text("cut: eyJhbGciOiJSUzI1NiJ9.oth"), "cut: ***", "also when cut off");
}

#[test]
fn control_characters_cannot_hide_a_secret() {
    let redactor = Redactor::new(["s3cret"]);
    assert_eq!(redactor.beginning(b"s3\x01cret", 100), "s3 cret");
}

#[test]
fn bodies_are_cut_with_a_note_and_binary_ones_are_only_counted() {
    let redactor = Redactor::default();
    assert_eq!(redactor.body(b""), None);
    let long = redactor.body("ä".repeat(5_000).as_bytes()).unwrap();
    assert!(long.ends_with("ä… (10000 bytes in all)"), "{}", &long[long.len() - 40..]);
    assert!(long.len() <= KEPT + 40);
    assert_eq!(redactor.body(&[0x1f, 0x8b, 0, 0]).unwrap(), "(4 bytes that are no text)");
    assert_eq!(redactor.body(b"caf\xe9").unwrap(), "caf\u{FFFD}");
}

#[test]
fn values_that_an_administrator_hides_go_in_every_spelling_and_also_when_cut() {
    let mut exchange = Exchange {
        method: "POST",
        path: "/Users?filter=title%20eq%20%22Chief%20of%20Staff%22".to_owned(),
        status: Some(201),
        duration: std::time::Duration::ZERO,
        request_body: Some(r#"{"title":"Chief of Staff","sex":"F","b":"FF","c":"J\u00f6rg Q"}"#.to_owned()),
        response_body: Some("{\"title\":\"Chief of… (9000 bytes in all)".to_owned()),
    };
    exchange.hide(&["Chief of Staff".to_owned(), "F".to_owned(), "Jörg Q".to_owned(), String::new()]);
    assert_eq!(exchange.path, "/Users?filter=title%20eq%20%22***%22");
    assert_eq!(exchange.request_body.as_deref(), Some(r#"{"title":"***","sex":***,"b":"FF","c":"***"}"#));
    assert_eq!(exchange.response_body.as_deref(), Some("{\"title\":\"***… (9000 bytes in all)"));
}

proptest! {
    #[test]
    fn no_secret_is_ever_seen(
        secret in "[!-~äß]{6,60}",
        other in "[A-Za-z0-9._-]{20,400}",
        before in "[ -~]{0,40}",
        filler in 0_usize..5_000,
        kind in 0_u8..7,
    ) {
        let escaped = serde_json::to_string(&secret).unwrap();
        let spelling = match kind {
            0 => secret.clone(),
            1 => escaped[1..escaped.len() - 1].to_owned(),
            2 => utf8_percent_encode(&secret, NON_ALPHANUMERIC).to_string(),
            3 => secret.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect(),
            4 => STANDARD.encode(format!("{before}{secret}")),
            5 => URL_SAFE.encode(&secret),
            _ => format!("{secret}{other}{secret}"),
        };
        let redactor = Redactor::new([secret.as_str(), other.as_str()]);
        let body = format!("{}{before}{spelling}{other}{before}", "x".repeat(filler));
        let seen = redactor.body(body.as_bytes()).unwrap_or_default();
        prop_assert!(!seen.contains(&secret), "{}", seen);
        prop_assert!(!seen.contains(&other), "{}", seen);
        // Without what stands around it anyway, nothing of it is left.
        if !before.contains('\\') && !before.contains('%') {
            let stem = &spelling[..spelling.floor_char_boundary(12)];
            prop_assert!(kind == 4 || !seen.contains(stem) || before.contains(stem), "{}", seen);
        }
    }

    #[test]
    fn any_bytes_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..300), kept in 0_usize..300) {
        let redactor = Redactor::new(["secret", "another one"]);
        let _ = redactor.beginning(&bytes, kept);
        let _ = redactor.body(&bytes);
    }
}
