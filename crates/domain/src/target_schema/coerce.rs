//! From the values of expressions to the JSON that a target wants.
use super::TargetRule;
use crate::attribute::AttributeType;
use crate::value::{self, Value};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use purser_dotnet::date_parse::parse_dated;
use serde_json::{Value as Json, json};

/// RFC 4648's common alphabet; whether the end is filled up does not matter.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl TargetRule {
    /// Makes the JSON that the target wants from a value. One value becomes a list of one where the target holds
    /// several, and a list of one becomes its value where it holds one.
    ///
    /// # Errors
    /// The end of a sentence that says why the value does not fit: "must be …, but is …".
    pub fn coerce(self, value: Value) -> Result<Json, String> {
        match value {
            Value::List(items) if self.multivalued || !self.known => {
                items.into_iter().map(|item| self.coerce_one(item)).collect::<Result<_, _>>().map(Json::Array)
            }
            Value::List(items) => {
                let count = items.len();
                let mut items = items.into_iter();
                match (items.next(), items.next()) {
                    (Some(only), None) => self.coerce_one(only),
                    (None, _) => Err("must be one value, but is an empty list".to_owned()),
                    (Some(first), Some(_)) => Err(format!(
                        "must be one value, but is a list of {count} values, the first being \"{}\"; pick one, for \
                         example with Item, or join them with Join",
                        shorten(&first.to_display())
                    )),
                }
            }
            value if self.multivalued => self.coerce_one(value).map(|one| json!([one])),
            value => self.coerce_one(value),
        }
    }

    fn coerce_one(self, value: Value) -> Result<Json, String> {
        match value {
            Value::List(_) => Err("must not be a list inside a list".to_owned()),
            Value::Object(object)
                if self.nested || matches!(self.kind, AttributeType::String | AttributeType::Reference) =>
            {
                Ok(Json::Object(object))
            }
            value if self.nested => match read_object(&value) {
                Some(object) => Ok(object),
                None => Ok(json!({ "value": self.coerce_scalar(value)? })),
            },
            value => self.coerce_scalar(value),
        }
    }

    fn coerce_scalar(self, value: Value) -> Result<Json, String> {
        match (self.kind, value) {
            (AttributeType::String | AttributeType::Reference, Value::Text(text)) => Ok(Json::String(text)),
            (AttributeType::String | AttributeType::Reference, value) => Ok(json!(value.to_display())),
            (AttributeType::Boolean, Value::Boolean(boolean)) => Ok(json!(boolean)),
            (AttributeType::Boolean, value) => {
                let text = value.to_display();
                read_boolean(&text).map(Json::Bool).ok_or_else(|| refuse("True or False", &text))
            }
            (AttributeType::Integer, Value::Integer(number)) => Ok(json!(number)),
            (AttributeType::Integer, value) => {
                let text = value.to_display();
                text.trim()
                    .parse()
                    .map(|number: i64| json!(number))
                    .map_err(|_| refuse("a whole number", &text))
            }
            (AttributeType::DateTime, Value::DateTime(date)) => Ok(json!(format!("{date}Z"))),
            (AttributeType::DateTime, value) => {
                let text = value.to_display();
                parse_dated(text.trim())
                    .map(|date| json!(format!("{date}Z")))
                    .map_err(|_| refuse("a date such as 2026-01-31T08:30:00Z", &text))
            }
            (AttributeType::Binary, value) => {
                let text = value.to_display();
                let trimmed = text.trim();
                match BASE64.decode(trimmed) {
                    Ok(_) => Ok(json!(trimmed)),
                    Err(_) => Err(refuse("base64, as ConvertToBase64 makes it", &text)),
                }
            }
        }
    }
}

/// A text that spells an object out in JSON, as default values of complex attributes do.
fn read_object(value: &Value) -> Option<Json> {
    let Value::Text(text) = value else { return None };
    if !text.trim_start().starts_with('{') {
        return None;
    }
    serde_json::from_str(text).ok().filter(Json::is_object)
}

/// What .NET reads as a boolean: the two words in any case, with space around.
pub(super) fn read_boolean(text: &str) -> Option<bool> {
    value::read_boolean(text.trim())
}

fn refuse(wanted: &str, text: &str) -> String {
    format!("must be {wanted}, but is \"{}\"", shorten(text))
}

fn shorten(text: &str) -> String {
    text.chars().take(60).collect()
}
