//! From what was typed to what is meant: ids, names, page sizes, cursors.
use crate::error::{Checked, Result, invalid, not_found};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::str::FromStr;

/// Rows of a page when the form does not say.
const DEFAULT_SIZE: u32 = 50;
/// Most rows of a page.
const MAX_SIZE: u32 = 200;
/// Longest search text; more only costs the database.
const MAX_SEARCH: usize = 200;

/// An id from a path or form. Text that is no id is the id of nothing, so it is not found.
pub(crate) fn parse_id<I: FromStr>(what: &str, id: &str) -> Result<I> {
    id.trim().parse().map_err(|_| not_found(what, id).into())
}

/// Rows wanted.
pub(crate) fn page_size(size: u32) -> u32 {
    if size == 0 { DEFAULT_SIZE } else { size.min(MAX_SIZE) }
}

/// The search text as the store wants it: trimmed and bounded; empty for all.
pub(crate) fn search_text(search: &str) -> String {
    search.trim().chars().take(MAX_SEARCH).collect()
}

/// The opaque text of a cursor.
pub(crate) fn encode_cursor(key: &impl Serialize) -> Option<String> {
    serde_json::to_vec(key).ok().map(|json| URL_SAFE_NO_PAD.encode(json))
}

/// The cursor in a form; `None` for the first page.
pub(crate) fn decode_cursor<K: DeserializeOwned>(after: &str) -> Result<Option<K>> {
    let after = after.trim();
    if after.is_empty() {
        return Ok(None);
    }
    URL_SAFE_NO_PAD
        .decode(after)
        .ok()
        .and_then(|json| serde_json::from_slice(&json).ok())
        .map(Some)
        .ok_or_else(|| {
            invalid("The link to this page of the list is damaged.")
                .advice("Start from the first page.")
                .into()
        })
}

/// A required text on one line: trimmed, without control characters, not longer than `longest`.
pub(crate) fn required_line(label: &str, field: &str, text: &str, longest: usize) -> Checked<String> {
    optional_line(label, field, text, longest)?
        .ok_or_else(|| invalid(format!("{label} is required.")).field(field))
}

/// A text on one line that may be left empty.
pub(crate) fn optional_line(label: &str, field: &str, text: &str, longest: usize) -> Checked<Option<String>> {
    check_text(label, field, text, longest, |c| c.is_control())
}

/// A text of several lines that may be left empty.
pub(crate) fn optional_text(label: &str, field: &str, text: &str, longest: usize) -> Checked<Option<String>> {
    check_text(label, field, text, longest, |c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// A check box sends its value when it is ticked, and nothing when it is not.
pub(crate) fn is_ticked(value: Option<&str>) -> bool {
    matches!(value, Some("true" | "on" | "1"))
}

/// An e-mail address: only what every address must have, since the rest is the mail server's to judge.
pub(crate) fn email_address(label: &str, field: &str, text: &str) -> Checked<String> {
    let address = required_line(label, field, text, 254)?;
    let shaped = address
        .rsplit_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains(|c: char| c.is_alphanumeric()));
    if shaped && !address.contains(char::is_whitespace) {
        Ok(address)
    } else {
        Err(invalid(format!("{label} must look like name@example.org.")).field(field))
    }
}

fn check_text(
    label: &str,
    field: &str,
    text: &str,
    longest: usize,
    refused: impl Fn(char) -> bool,
) -> Checked<Option<String>> {
    let text = text.trim();
    let length = text.chars().count();
    if length > longest {
        return Err(invalid(format!(
            "{label} can have at most {longest} characters; this one has {length}."
        ))
        .field(field));
    }
    if let Some(found) = text.chars().find(|c| refused(*c)) {
        return Err(invalid(format!(
            "{label} holds a control character (U+{:04X}), which applications refuse. Remove it.",
            u32::from(found)
        ))
        .field(field));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_quotes_markup_right_to_left_text_and_emoji_are_welcome() {
        for name in ["O'Brien \"Bo\"", "<b>Bold</b>", "مريم", "👩🏽‍💻 Zoë"] {
            assert_eq!(required_line("Name", "display_name", name, 256).unwrap(), name);
        }
    }

    #[test]
    fn over_long_and_control_characters_are_refused_with_their_field() {
        let problem = required_line("Name", "display_name", &"x".repeat(257), 256).unwrap_err();
        assert!(problem.message.contains("Name can have at most 256 characters; this one has 257"));
        let problem = required_line("Name", "display_name", "a\u{7}b", 256).unwrap_err();
        assert!(problem.message.contains("U+0007"));
        assert_eq!(problem.field.as_deref(), Some("display_name"));
        assert!(required_line("Name", "display_name", "  ", 256).unwrap_err().message.contains("required"));
        assert!(optional_text("Notes", "notes", "a\nb", 9).is_ok());
        assert!(optional_line("Name", "name", "a\nb", 9).is_err());
    }

    #[test]
    fn cursors_survive_the_round_trip_and_damage_is_a_sentence() {
        let key = ("ann".to_owned(), 7_u32);
        let cursor = encode_cursor(&key).unwrap();
        assert_eq!(decode_cursor::<(String, u32)>(&cursor).unwrap(), Some(key));
        assert_eq!(decode_cursor::<(String, u32)>("").unwrap(), None);
        assert!(decode_cursor::<(String, u32)>("%%%").unwrap_err().problem().message.contains("damaged"));
    }

    #[test]
    fn page_sizes_are_bounded() {
        assert_eq!((page_size(0), page_size(7), page_size(9_999)), (50, 7, 200));
    }

    #[test]
    fn addresses_need_a_name_and_a_host() {
        assert!(email_address("E-mail", "email", "ann@localhost").is_ok());
        for text in ["", "ann", "@x.org", "ann@", "a b@x.org"] {
            assert!(email_address("E-mail", "email", text).is_err(), "{text}");
        }
    }
}
