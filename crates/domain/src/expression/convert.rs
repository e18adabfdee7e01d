//! From any value to the one text that a function wants.
//!
//! A list of one value reads as that value, an empty list as none. A list of several is refused: to write them
//! into a target as one text would be wrong without anybody noticing. A reference, such as a manager, reads as
//! its id. The sentences in here never quote a value, so they can be shown of a redacted one too.
use crate::value::Value;
use serde_json::Value as Json;
use std::borrow::Cow;

/// The only value of a list of one; none of an empty list.
///
/// # Errors
/// A sentence without a full stop, when there are several.
pub(super) fn pick_single(value: Cow<'_, Value>) -> Result<Option<Cow<'_, Value>>, String> {
    match value {
        Cow::Borrowed(Value::List(items)) => match items.as_slice() {
            [] => Ok(None),
            [item] => pick_single(Cow::Borrowed(item)),
            several => Err(refuse_several(several.len())),
        },
        Cow::Owned(Value::List(mut items)) => match (items.len(), items.pop()) {
            (_, None) => Ok(None),
            (1, Some(item)) => pick_single(Cow::Owned(item)),
            (count, Some(_)) => Err(refuse_several(count)),
        },
        single => Ok(Some(single)),
    }
}

/// How a single value reads as text.
///
/// # Errors
/// A sentence without a full stop, when it is several values, or an object that refers to nothing.
pub(super) fn read_text(value: Cow<'_, Value>) -> Result<Option<Cow<'_, str>>, String> {
    let Some(value) = pick_single(value)? else { return Ok(None) };
    Ok(Some(match value {
        Cow::Borrowed(Value::Object(object)) => match object.get("value") {
            Some(Json::String(id)) => Cow::Borrowed(id),
            _ => return Err(refuse_object()),
        },
        Cow::Owned(Value::Object(mut object)) => match object.remove("value") {
            Some(Json::String(id)) => Cow::Owned(id),
            _ => return Err(refuse_object()),
        },
        Cow::Borrowed(value) => value.to_display(),
        Cow::Owned(Value::Text(text)) => Cow::Owned(text),
        Cow::Owned(value) => Cow::Owned(value.to_display().into_owned()),
    }))
}

fn refuse_several(count: usize) -> String {
    format!("a single value is needed, but there are {count} values; Item takes one of them, Join joins them")
}

fn refuse_object() -> String {
    "a text is needed, but there is an object without a \"value\"".to_owned()
}
