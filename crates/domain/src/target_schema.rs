//! What the values at the well-known target paths look like.
//!
//! Mappings speak text; a SCIM target wants `active` as a boolean and `manager` as an object. To teach a
//! path its type: one line in `KNOWN`. Paths that are not listed hold text.
use crate::path::TargetPath;
use crate::value::Value;
use serde_json::json;

/// The type of a target attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TargetType {
    /// Text.
    Text,
    /// `true` or `false`.
    Boolean,
    /// Another object's id, in an object of its own: `{"value": "…"}`.
    Reference,
}

/// How a path's values are made and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TargetRule {
    /// The type.
    pub kind: TargetType,
    /// Whether upper and lower case differ when an account is matched.
    pub exact_case: bool,
}

const KNOWN: &[(&str, &str, TargetRule)] = &[
    ("", "active", TargetRule { kind: TargetType::Boolean, exact_case: true }),
    ("", "userName", TargetRule { kind: TargetType::Text, exact_case: false }),
    (
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "manager",
        TargetRule { kind: TargetType::Reference, exact_case: true },
    ),
];

impl TargetRule {
    /// The rule for a path.
    #[must_use]
    pub fn of(path: &TargetPath) -> Self {
        let extension = path.extension().unwrap_or_default();
        let fits = |schema: &str, attribute: &str| {
            schema.eq_ignore_ascii_case(extension) && attribute.eq_ignore_ascii_case(path.attribute())
        };
        KNOWN
            .iter()
            .find(|(schema, attribute, _)| path.sub().is_none() && fits(schema, attribute))
            .map_or(Self { kind: TargetType::Text, exact_case: true }, |(_, _, rule)| *rule)
    }

    /// Makes the JSON that the target wants from a value.
    ///
    /// # Errors
    /// A sentence that says why the value does not fit.
    pub fn coerce(self, value: Value) -> Result<serde_json::Value, String> {
        match (self.kind, value) {
            (TargetType::Boolean, Value::Boolean(boolean)) => Ok(json!(boolean)),
            (TargetType::Boolean, value) => {
                let text = value.to_display();
                read_boolean(&text)
                    .map(serde_json::Value::Bool)
                    .ok_or_else(|| format!("must be True or False, but is \"{}\"", shorten(&text)))
            }
            (TargetType::Reference, value @ Value::List(_)) => {
                Err(format!("must be one object, but is a list ({})", shorten(&value.to_display())))
            }
            (TargetType::Reference, value) => Ok(json!({ "value": value.to_display() })),
            (TargetType::Text, Value::Text(text)) => Ok(serde_json::Value::String(text)),
            (TargetType::Text, value @ Value::List(_)) => Ok(value.into()),
            (TargetType::Text, value) => Ok(json!(value.to_display())),
        }
    }

    /// Whether what a target has says the same as what it should have. Servers answer booleans as texts,
    /// numbers for texts, and references with more in them than was sent; none of that is a difference.
    #[must_use]
    pub fn agrees(self, desired: &serde_json::Value, observed: &serde_json::Value) -> bool {
        if desired == observed {
            return true;
        }
        match self.kind {
            TargetType::Boolean => {
                let read = |json: &serde_json::Value| match json {
                    serde_json::Value::String(text) => read_boolean(text),
                    other => other.as_bool(),
                };
                read(desired).is_some() && read(desired) == read(observed)
            }
            TargetType::Reference => {
                let id = |json: &serde_json::Value| match json {
                    serde_json::Value::Object(object) => object.get("value").cloned(),
                    other => Some(other.clone()),
                };
                id(desired).is_some() && id(desired) == id(observed)
            }
            TargetType::Text => match (desired, observed) {
                (serde_json::Value::String(text), serde_json::Value::Number(number)) => {
                    *text == number.to_string()
                }
                (serde_json::Value::String(text), serde_json::Value::Bool(boolean)) => {
                    read_boolean(text) == Some(*boolean)
                }
                _ => false,
            },
        }
    }

    /// Whether an account with this value is the one that was looked for. Targets filter without regard
    /// to case on some attributes, and some filter wrongly, so each hit is compared again.
    #[must_use]
    pub fn matches(self, wanted: &serde_json::Value, found: &serde_json::Value) -> bool {
        match (wanted, found) {
            (serde_json::Value::String(wanted), serde_json::Value::String(found)) if !self.exact_case => {
                wanted.to_lowercase() == found.to_lowercase()
            }
            _ => self.agrees(wanted, found),
        }
    }
}

fn read_boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(path: &str) -> TargetRule {
        TargetRule::of(&TargetPath::parse(path).unwrap())
    }

    const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

    #[test]
    fn values_take_the_shape_that_the_target_wants() {
        assert_eq!(rule("active").coerce(Value::text("True")), Ok(json!(true)));
        assert_eq!(rule("urn:ietf:params:scim:schemas:core:2.0:User:active").kind, TargetType::Boolean);
        assert_eq!(rule(MANAGER).coerce(Value::text("42")), Ok(json!({"value": "42"})));
        assert_eq!(rule(&format!("{MANAGER}.value")).coerce(Value::text("42")), Ok(json!("42")));
        assert_eq!(rule("title").coerce(Value::Boolean(true)), Ok(json!("True")));
        assert_eq!(rule("title").coerce(Value::Integer(5)), Ok(json!("5")));
        let error = rule("active").coerce(Value::text("maybe")).unwrap_err();
        assert!(error.contains("maybe"), "{error}");
    }

    #[test]
    fn answers_that_mean_the_same_agree() {
        assert!(rule("active").agrees(&json!(true), &json!("True")));
        assert!(!rule("active").agrees(&json!(true), &json!("maybe")));
        assert!(rule(MANAGER).agrees(&json!({"value": "42"}), &json!({"value": "42", "displayName": "Kim"})));
        assert!(rule(MANAGER).agrees(&json!({"value": "42"}), &json!("42")));
        assert!(rule("externalId").agrees(&json!("42"), &json!(42)));
        assert!(!rule("userName").agrees(&json!("Kim@x"), &json!("kim@x")));
    }

    #[test]
    fn user_names_match_without_regard_to_case_and_nothing_else_does() {
        assert!(rule("userName").matches(&json!("Kim@x"), &json!("kim@X")));
        assert!(!rule("externalId").matches(&json!("Kim"), &json!("kim")));
    }
}
