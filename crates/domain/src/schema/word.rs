//! Texts, numbers, booleans and words as documents spell them: leniently read, since systems that export
//! them differ in case and write numbers as texts.
use super::error::shorten;
use super::field::describe;
use crate::UnknownWord;
use serde_json::Value as Json;
use std::str::FromStr;

/// A value that is there and not null.
pub(super) fn present(json: Option<&Json>) -> Option<&Json> {
    json.filter(|json| !json.is_null())
}

/// A text; numbers and booleans count as theirs.
pub(super) fn read_text(json: &Json) -> Result<String, String> {
    match json {
        Json::String(text) => Ok(text.clone()),
        Json::Number(number) => Ok(number.to_string()),
        Json::Bool(boolean) => Ok(boolean.to_string()),
        other => Err(format!("must be a text, but is {}.", describe(other))),
    }
}

/// A text that must be there. It may be empty: whether a name means anything is for validation to say.
pub(super) fn read_name(json: Option<&Json>) -> Result<String, String> {
    present(json).map_or_else(|| Err("is missing.".to_owned()), read_text)
}

/// A text; missing or null it is empty.
pub(super) fn read_optional_name(json: Option<&Json>) -> Result<String, String> {
    present(json).map_or_else(|| Ok(String::new()), read_text)
}

/// A text; missing or null it is none.
pub(super) fn read_optional_text(json: Option<&Json>) -> Result<Option<String>, String> {
    present(json).map(read_text).transpose()
}

/// A boolean, also as a text or as 0 and 1.
pub(super) fn read_boolean(json: Option<&Json>, missing: bool) -> Result<bool, String> {
    let Some(json) = present(json) else { return Ok(missing) };
    let text = match json {
        Json::Bool(boolean) => return Ok(*boolean),
        Json::String(text) => text.trim().to_owned(),
        Json::Number(number) => number.to_string(),
        other => return Err(format!("must be true or false, but is {}.", describe(other))),
    };
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(format!("must be true or false, but is \"{}\".", shorten(&text))),
    }
}

/// A whole number from 0, also as a text; missing, null or an empty text it is 0.
pub(super) fn read_number(json: Option<&Json>) -> Result<u32, String> {
    let Some(json) = present(json) else { return Ok(0) };
    let text = read_text(json).map_err(|_| format!("must be a number, but is {}.", describe(json)))?;
    // Some write whole numbers with a fraction of zero.
    let digits = text.trim().strip_suffix(".0").unwrap_or(text.trim());
    if digits.is_empty() {
        return Ok(0);
    }
    digits
        .parse()
        .map_err(|_| format!("must be a whole number from 0 to {}, but is \"{}\".", u32::MAX, shorten(&text)))
}

/// A word of a vocabulary in any case; missing or null it is the default.
pub(super) fn read_word<T>(json: Option<&Json>, all: &[T], missing: T) -> Result<T, String>
where
    T: Copy + std::fmt::Display + FromStr<Err = UnknownWord>,
{
    let Some(json) = present(json) else { return Ok(missing) };
    let text = read_text(json)?;
    if let Ok(word) = text.parse() {
        return Ok(word);
    }
    let same = |word: &&T| word.to_string().eq_ignore_ascii_case(text.trim());
    all.iter().find(same).copied().ok_or_else(|| refuse_word(&text, all))
}

/// Says that a word is not known, and which are.
pub(super) fn refuse_word<T: std::fmt::Display>(word: &str, known: &[T]) -> String {
    let known: Vec<String> = known.iter().map(T::to_string).collect();
    format!("\"{}\" is not known; it must be one of {}.", shorten(word), known.join(", "))
}
