//! Values whose names say that they are secret: `"password": "x"`, `client_secret=x`, and the SCIM operation
//! `{"path": "password", "value": "x"}` in either order.
//!
//! Text, not JSON, is read here: it may be cut off, and need not be valid.
use std::ops::Range;

/// Beyond this depth nothing is told apart any more, and everything is blotted out.
const DEEPEST: usize = 64;

/// Names that end like this, in lower case and without `_`, `-` and blanks, belong to secrets.
const ENDINGS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "authtoken",
    "bearertoken",
    "secrettoken",
    "sessiontoken",
    "apitoken",
    "apikey",
    "privatekey",
    "assertion",
    "authorization",
    "codeverifier",
    "salt",
];

/// Finds them.
pub(super) fn find(text: &[u8], found: &mut Vec<Range<usize>>) {
    find_members(text, found);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    if !matches!(first, Some(b'{' | b'[')) {
        find_parameters(text, found);
    }
}

/// What is known about an object that is being read.
#[derive(Default)]
struct Object {
    /// Where the value of its member `value` begins.
    value: Option<usize>,
    /// Its member `path` names something secret.
    secret: bool,
}

fn find_members(text: &[u8], found: &mut Vec<Range<usize>>) {
    let mut objects = vec![Object::default()];
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'{' | b'[' if objects.len() > DEEPEST => return found.push(at..text.len()),
            b'{' | b'[' => objects.push(Object::default()),
            b'}' | b']' if objects.len() > 1 => drop(objects.pop()),
            b'"' => {
                let name = string(text, at);
                let colon = skip_blanks(text, name.end + 1);
                if text.get(colon) != Some(&b':') {
                    at = name.end + 1;
                    continue;
                }
                let value = skip_blanks(text, colon + 1);
                at = member(text, &text[name], value, objects.last_mut(), found);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
}

/// Reads one member and says where to go on: behind its value, or at it when there may be more inside.
fn member(
    text: &[u8],
    name: &[u8],
    value: usize,
    object: Option<&mut Object>,
    found: &mut Vec<Range<usize>>,
) -> usize {
    if is_secret(name) {
        return blot(text, value, found);
    }
    let Some(object) = object else { return value };
    if name.eq_ignore_ascii_case(b"path") && text.get(value) == Some(&b'"') {
        let path = string(text, value);
        let end = path.end + 1;
        if is_secret(&text[path]) {
            object.secret = true;
            found.extend(object.value.take().map(|value| extent(text, value)));
        }
        return end;
    }
    if name.eq_ignore_ascii_case(b"value") {
        if object.secret {
            return blot(text, value, found);
        }
        object.value = Some(value);
    }
    value
}

/// Takes a value for secret, and says where to go on: behind it, and behind its quote.
fn blot(text: &[u8], value: usize, found: &mut Vec<Range<usize>>) -> usize {
    let range = extent(text, value);
    let behind = range.end + usize::from(text.get(value) == Some(&b'"'));
    found.push(range);
    behind
}

/// What stands between the quotes, of which the first is at `quote`. Without a second one it ends with the text.
fn string(text: &[u8], quote: usize) -> Range<usize> {
    let start = (quote + 1).min(text.len());
    let mut at = start;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            b'"' => return start..at,
            _ => at += 1,
        }
    }
    start..text.len()
}

/// A value from its first byte on; of a string what is between the quotes.
fn extent(text: &[u8], start: usize) -> Range<usize> {
    match text.get(start) {
        Some(b'"') => string(text, start),
        Some(b'{' | b'[') => {
            let (mut at, mut depth) = (start, 0_usize);
            while at < text.len() {
                match text[at] {
                    b'"' => at = string(text, at).end,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => {
                        depth = depth.saturating_sub(1);
                        if depth == 0 {
                            return start..at + 1;
                        }
                    }
                    _ => {}
                }
                at += 1;
            }
            start..text.len()
        }
        _ => {
            let rest = text.get(start..).unwrap_or_default();
            let end = rest.iter().position(|byte| matches!(byte, b',' | b'}' | b']' | b'\n' | b'\r'));
            start.min(text.len())..end.map_or(text.len(), |end| start + end)
        }
    }
}

/// `name=value`, as in a query and a form.
fn find_parameters(text: &[u8], found: &mut Vec<Range<usize>>) {
    let mut from = 0;
    while let Some(equals) = text[from..].iter().position(|byte| *byte == b'=').map(|at| from + at) {
        from = equals + 1;
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'%');
        let length = text[..equals].iter().rev().take(80).take_while(|byte| is_part(byte)).count();
        if !is_secret(&text[equals - length..equals]) {
            continue;
        }
        let value = match text.get(from) {
            Some(b'"') => string(text, from),
            _ => {
                let ends = |byte: &u8| byte.is_ascii_whitespace() || b"&\"'<>;,#".contains(byte);
                let end = text[from..].iter().position(ends).map_or(text.len(), |at| from + at);
                from..end
            }
        };
        from = value.end.max(from);
        found.push(value);
    }
}

fn skip_blanks(text: &[u8], from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// Whether a name, or the last part of a path, belongs to a secret.
fn is_secret(name: &[u8]) -> bool {
    // Only the end counts, and the longest ending has 13 letters.
    let mut letters = [0_u8; 16];
    let mut from = letters.len();
    for byte in name.iter().rev() {
        match byte {
            b'_' | b'-' | b' ' => {}
            b'.' | b':' => break,
            byte if from > 0 => {
                from -= 1;
                letters[from] = byte.to_ascii_lowercase();
            }
            _ => break,
        }
    }
    let end = &letters[from..];
    end == b"token" || (end.len() > 2 && ENDINGS.iter().any(|ending| end.ends_with(ending.as_bytes())))
}

#[cfg(test)]
mod tests {
    use crate::http::redact::Redactor;

    fn blotted(text: &str) -> String {
        Redactor::new([]).text(text)
    }

    #[test]
    fn members_and_parameters_that_are_called_secret_lose_their_values() {
        for (text, expected) in [
            (r#"{"password":"a\"b","userName":"ann"}"#, r#"{"password":"***","userName":"ann"}"#),
            (r#"{"Client_Secret" : "x", "token":7}"#, r#"{"Client_Secret" : "***", "token":***}"#),
            (r#"{"user":{"password":["a","b]"]},"b":1}"#, r#"{"user":{"password":***},"b":1}"#),
            (r#"{"urn:x:User:password":"a"}"#, r#"{"urn:x:User:password":"***"}"#),
            (r#"{"password":"cut of"#, r#"{"password":"***"#),
            ("grant_type=x&client_secret=a%20b&scope=c", "grant_type=x&client_secret=***&scope=c"),
            ("/Users?access_token=abc&count=1", "/Users?access_token=***&count=1"),
            ("<p>api-key=abc</p>", "<p>api-key=***</p>"),
            (
                r#"{"nextPageToken":"a","tokens":"b","salted":"c"}"#,
                r#"{"nextPageToken":"a","tokens":"b","salted":"c"}"#,
            ),
        ] {
            assert_eq!(blotted(text), expected);
        }
    }

    #[test]
    fn an_operation_on_a_secret_loses_its_value_in_either_order() {
        for (text, expected) in [
            (
                r#"{"Operations":[{"op":"replace","path":"password","value":"x"},{"path":"title","value":"y"}]}"#,
                r#"{"Operations":[{"op":"replace","path":"password","value":"***"},{"path":"title","value":"y"}]}"#,
            ),
            (
                r#"[{"value":{"a":"x"},"path":"urn:x:2.0:User:password"},{"value":"y"}]"#,
                r#"[{"value":***,"path":"urn:x:2.0:User:password"},{"value":"y"}]"#,
            ),
        ] {
            assert_eq!(blotted(text), expected);
        }
    }

    #[test]
    fn odd_and_deep_text_is_read_to_its_end() {
        for text in [
            "\"",
            "\"\\",
            "{\"password\"",
            "{\"password\":",
            "{\"password\":\"",
            "=",
            "token=",
            "\"path\":\"",
        ] {
            blotted(text);
        }
        let deep = format!("{}\"password\":\"x\"", "{\"value\":".repeat(5_000));
        assert!(!blotted(&deep).contains('x'));
    }
}
