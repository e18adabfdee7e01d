//! Attribute paths of PATCH and filters.
use serde_json::{Map, Value};

/// `[urn:]attribute[[name eq value]][.sub]`
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Path {
    pub(super) schema: Option<String>,
    pub(super) attribute: String,
    /// All of these must hold for an element.
    pub(super) element: Option<Vec<(String, Value)>>,
    pub(super) sub: Option<String>,
}

const CORE: [&str; 2] =
    ["urn:ietf:params:scim:schemas:core:2.0:user", "urn:ietf:params:scim:schemas:core:2.0:group"];

impl Path {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (head, element, tail) = match text.split_once('[') {
            Some((head, rest)) => {
                let end = rest.rfind(']')?;
                (head, Some(conditions(&rest[..end])?), &rest[end + 1..])
            }
            None => (text, None, ""),
        };
        let (schema, name) = match head.rsplit_once(':') {
            Some((schema, name)) => (Some(schema), name),
            None => (None, head),
        };
        let (attribute, inner) = match name.split_once('.') {
            Some((attribute, sub)) => (attribute, Some(sub)),
            None => (name, None),
        };
        let outer = match tail {
            "" => None,
            tail => Some(tail.strip_prefix('.')?),
        };
        let sub = inner.or(outer);
        let is_name = |name: &str| {
            !name.is_empty()
                && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$'))
        };
        if !is_name(attribute)
            || sub.is_some_and(|sub| !is_name(sub))
            || (inner.is_some() && element.is_some())
        {
            return None;
        }
        Some(Self {
            schema: schema
                .filter(|schema| !CORE.iter().any(|core| schema.eq_ignore_ascii_case(core)))
                .map(str::to_owned),
            attribute: attribute.to_owned(),
            element,
            sub: sub.map(str::to_owned),
        })
    }

    /// Every value at this path: several when it leads into a list.
    pub(super) fn values<'a>(&self, body: &'a Value) -> Vec<&'a Value> {
        let place = match &self.schema {
            Some(schema) => body.as_object().and_then(|object| get(object, schema)),
            None => Some(body),
        };
        let Some(found) = place.and_then(Value::as_object).and_then(|object| get(object, &self.attribute))
        else {
            return Vec::new();
        };
        let elements: Vec<&Value> = match found {
            Value::Array(elements) => elements.iter().collect(),
            single => vec![single],
        };
        elements
            .into_iter()
            .filter(|element| self.element.as_ref().is_none_or(|conditions| holds(conditions, element)))
            .filter_map(|element| match &self.sub {
                Some(sub) => get(element.as_object()?, sub),
                None => Some(element),
            })
            .collect()
    }
}

/// `a eq "x" and b eq true`
pub(super) fn conditions(text: &str) -> Option<Vec<(String, Value)>> {
    let (conditions, rest) = conditions_before(text)?;
    rest.is_empty().then_some(conditions)
}

/// The same up to a closing bracket, which is where the rest begins.
pub(super) fn conditions_before(text: &str) -> Option<(Vec<(String, Value)>, &str)> {
    let mut rest = text.trim();
    let mut conditions = Vec::new();
    loop {
        let at = rest.to_ascii_lowercase().find(" eq ")?;
        let name = rest[..at].trim().to_owned();
        // The literal may contain anything, so that JSON has to say where it ends.
        let mut literals = serde_json::Deserializer::from_str(&rest[at + 4..]).into_iter::<Value>();
        let value = literals.next()?.ok()?;
        let end = at + 4 + literals.byte_offset();
        conditions.push((name, value));
        rest = rest[end..].trim_start();
        if rest.is_empty() || rest.starts_with(']') {
            return Some((conditions, rest));
        }
        rest = rest.get(..4).filter(|and| and.eq_ignore_ascii_case("and ")).map(|_| &rest[4..])?;
    }
}

pub(super) fn holds(conditions: &[(String, Value)], element: &Value) -> bool {
    conditions.iter().all(|(name, wanted)| {
        element.as_object().and_then(|object| get(object, name)).is_some_and(|found| equal(wanted, found))
    })
}

/// The same with regard to case where that is asked for.
pub(super) fn same(wanted: &Value, found: &Value, exact: bool) -> bool {
    if exact { wanted == found } else { equal(wanted, found) }
}

/// Texts compare without regard to case: of the attributes that are asked for, only a few are case-exact.
pub(super) fn equal(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::String(wanted), Value::String(found)) => wanted.to_lowercase() == found.to_lowercase(),
        _ => wanted == found,
    }
}

pub(super) fn get<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object
        .get(name)
        .or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// The member with this name, made when absent.
pub(super) fn slot<'a>(object: &'a mut Map<String, Value>, name: &str) -> &'a mut Value {
    let key = object.keys().find(|key| key.eq_ignore_ascii_case(name)).cloned();
    object.entry(key.unwrap_or_else(|| name.to_owned())).or_insert(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_are_taken_apart() {
        let path = Path::parse(r#"emails[type eq "w]o\"rk" and primary eq true].value"#).unwrap();
        assert_eq!(path.attribute, "emails");
        assert_eq!(
            path.element.unwrap(),
            [("type".into(), json!("w]o\"rk")), ("primary".into(), json!(true))]
        );
        assert_eq!(path.sub.as_deref(), Some("value"));
        let path =
            Path::parse("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value").unwrap();
        assert_eq!(
            path.schema.as_deref(),
            Some("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")
        );
        assert_eq!((path.attribute.as_str(), path.sub.as_deref()), ("manager", Some("value")));
    }

    #[test]
    fn nonsense_is_no_path() {
        for text in ["", ".a", "a[", "a[]", "a[b eq", "a[b eq \"x\"]c", "a.b[c eq 1]", "a b", "a.b.c"] {
            assert_eq!(Path::parse(text), None, "{text}");
        }
    }
}
