//! Filters: `path eq value`, and `list[a eq x and b eq y]`.
use serde_json::Value;

use super::path::{Path, conditions, equal, holds};

#[derive(Debug, PartialEq)]
pub(super) enum Filter {
    /// Indexed.
    UserName(String),
    /// Everything else is looked for in every account.
    Equals(Path, Value),
    /// An element for which all conditions hold.
    Element(String, Vec<(String, Value)>),
}

impl Filter {
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some((list, inside)) = text.strip_suffix(']').and_then(|text| text.split_once('[')) {
            return Some(Self::Element(list.to_owned(), conditions(inside)?));
        }
        // The last " eq " before the literal: the path may hold another one in brackets.
        let at = text
            .to_ascii_lowercase()
            .match_indices(" eq ")
            .map(|(at, _)| at)
            .find(|at| serde_json::from_str::<Value>(&text[at + 4..]).is_ok())?;
        let value: Value = serde_json::from_str(&text[at + 4..]).ok()?;
        let path = Path::parse(&text[..at])?;
        let plain = path.schema.is_none() && path.sub.is_none() && path.element.is_none();
        match value {
            Value::String(name) if plain && path.attribute.eq_ignore_ascii_case("userName") => {
                Some(Self::UserName(name))
            }
            value => Some(Self::Equals(path, value)),
        }
    }

    pub(super) fn accepts(&self, body: &Value) -> bool {
        match self {
            Self::UserName(name) => {
                body["userName"].as_str().is_some_and(|found| found.to_lowercase() == name.to_lowercase())
            }
            Self::Equals(path, value) => path.values(body).into_iter().any(|found| equal(value, found)),
            Self::Element(list, conditions) => Path::parse(list)
                .is_some_and(|path| path.values(body).into_iter().any(|e| holds(conditions, e))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn filters_find_what_they_name() {
        let body =
            json!({"userName": "Kim", "active": true, "emails": [{"type": "work", "value": "a\"] eq \"b"}]});
        for text in [
            r#"userName eq "kim""#,
            "active eq true",
            r#"emails[type eq "work" and value eq "a\"] eq \"b"]"#,
            r#"emails[type eq "work"].value eq "a\"] eq \"b""#,
            r#"emails.value EQ "a\"] eq \"b""#,
        ] {
            assert!(Filter::parse(text).unwrap().accepts(&body), "{text}");
        }
        assert!(!Filter::parse(r#"emails[type eq "home"].value eq "a""#).unwrap().accepts(&body));
        for text in ["", "userName", "userName eq", "userName co \"x\"", "userName eq x"] {
            assert_eq!(Filter::parse(text), None, "{text}");
        }
    }
}
