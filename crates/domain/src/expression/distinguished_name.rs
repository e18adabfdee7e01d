//! Distinguished names as directories write them (RFC 4514): `CN=Doe\\, John,OU=Sales,DC=contoso`.

/// The value of a component, counted from 0, without its escapes; `None` when there is no such component, or
/// when it is none because it has no `=`.
pub(super) fn find_component(name: &str, at: usize) -> Option<String> {
    let (_, value) = split(name).into_iter().nth(at)?.split_once('=')?;
    Some(unescape(value))
}

/// The components, still escaped. A semicolon separates as a comma does: older names have it (RFC 1779).
fn split(name: &str) -> Vec<&str> {
    let (mut escaped, mut quoted) = (false, false);
    let is_separator = |character: char| {
        let separates = !escaped && !quoted && matches!(character, ',' | ';');
        quoted ^= !escaped && character == '"';
        escaped = !escaped && character == '\\';
        separates
    };
    name.split(is_separator).collect()
}

/// A value without the space and quotes around it and without escapes: `\,` is a comma, `\C3\B6` bytes in UTF-8.
fn unescape(value: &str) -> String {
    let value = value.trim_start();
    let trimmed = value.trim_end();
    let backslashes = trimmed.bytes().rev().take_while(|byte| *byte == b'\\').count();
    // The space behind a backslash at the end is part of the value.
    let kept = if backslashes % 2 == 1 { value.get(..=trimmed.len()).unwrap_or(trimmed) } else { trimmed };
    let inner = kept.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(kept);
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let (taken, next) = match (byte, after) {
            (b'\\', [escaped, behind @ ..]) => match (read_hexadecimal(after), behind) {
                (Some(byte), [_, behind @ ..]) => (Some(byte), behind),
                _ => (Some(*escaped), behind),
            },
            (b'\\', []) => (None, after),
            _ => (Some(byte), after),
        };
        bytes.extend(taken);
        rest = next;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The byte that the first two digits say.
fn read_hexadecimal(digits: &[u8]) -> Option<u8> {
    let digit = |at: usize| digits.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::find_component;

    #[test]
    fn escapes_and_quotes_keep_what_belongs_to_a_value() {
        for (name, at, expected) in [
            ("CN=Joe, OU = Sales ;DC=x", 1, Some("Sales")),
            ("CN=Joe, OU = Sales ;DC=x", 2, Some("x")),
            (r"CN=a\\,OU=x", 1, Some("x")),
            (r"CN=a\ ,OU=x", 0, Some("a ")),
            (r"CN=a\\ ,OU=x", 0, Some(r"a\")),
            (r#"CN="a;b\"c",OU=x"#, 0, Some("a;b\"c")),
            (r"CN=a\", 0, Some("a")),
            (r"CN=\C3", 0, Some("\u{fffd}")),
            ("CN=", 0, Some("")),
            ("no name", 0, None),
            ("", 0, None),
            ("CN=a", 1, None),
        ] {
            assert_eq!(find_component(name, at).as_deref(), expected, "{name}");
        }
    }
}
