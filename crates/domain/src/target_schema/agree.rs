//! Whether what a target has says the same as what it should have.
//!
//! Servers answer booleans as texts, numbers for texts, a list of one for a value, objects with more in them than was
//! sent; none of that is a difference. Upper and lower case is one only where the attribute says so.
use super::TargetRule;
use super::coerce::read_boolean;
use crate::attribute::AttributeType;
use crate::scim::read_date;
use serde_json::Value as Json;
use std::collections::HashMap;
use std::slice;

/// How many pairs of values two lists may make us compare; beyond it they count as different. It takes thousands of
/// values that are all but the same to get there.
const MAX_COMPARISONS: usize = 1_000_000;

impl TargetRule {
    /// Whether what a target has says the same as what it should have. Lists compare as sets, references and other
    /// objects by what was sent of them.
    #[must_use]
    pub fn agrees(self, desired: &Json, observed: &Json) -> bool {
        if desired == observed {
            return true;
        }
        match (as_list(desired), as_list(observed)) {
            ([desired], [observed]) => self.agrees_one(desired, observed),
            (desired, observed) => self.agrees_as_sets(desired, observed),
        }
    }

    /// Whether an object with this value is the one that was looked for: any of its values will do. Targets filter
    /// without regard to case on some attributes, and some filter wrongly, so each hit is compared again.
    #[must_use]
    pub fn matches(self, wanted: &Json, found: &Json) -> bool {
        match as_list(wanted) {
            [wanted] => as_list(found).iter().any(|found| self.agrees_one(wanted, found)),
            _ => self.agrees(wanted, found),
        }
    }

    /// Every desired value has its counterpart, and nothing else is there.
    fn agrees_as_sets(self, desired: &[Json], observed: &[Json]) -> bool {
        let mut candidates: HashMap<String, Vec<(&Json, bool)>> = HashMap::with_capacity(observed.len());
        for value in observed {
            candidates.entry(self.sort_key(value)).or_default().push((value, false));
        }
        let mut comparisons = 0;
        for value in desired {
            let Some(alike) = candidates.get_mut(&self.sort_key(value)) else { return false };
            comparisons += alike.len();
            if comparisons > MAX_COMPARISONS {
                return false;
            }
            let mut found = false;
            for (candidate, counted) in alike {
                if self.agrees_one(value, candidate) {
                    found = true;
                    *counted = true;
                }
            }
            if !found {
                return false;
            }
        }
        candidates.values().flatten().all(|(_, counted)| *counted)
    }

    /// Values that agree have the same key; values that don't may have it as well.
    fn sort_key(self, value: &Json) -> String {
        let value = match value {
            Json::Object(object) => match get_value(object) {
                Some(inner) => inner,
                None => return String::new(),
            },
            other => other,
        };
        match value {
            Json::String(text) => match (read_date(text.trim()), self.kind) {
                (Some(date), AttributeType::DateTime) => date.to_string(),
                (_, AttributeType::Binary) => text.trim_end_matches('=').to_lowercase(),
                _ => text.trim().to_lowercase(),
            },
            Json::Object(_) | Json::Array(_) => String::new(),
            scalar => scalar.to_string(),
        }
    }

    fn agrees_one(self, desired: &Json, observed: &Json) -> bool {
        match (desired, observed) {
            (Json::Object(desired_object), Json::Object(observed_object)) => {
                if self.kind == AttributeType::Reference
                    && let Some(id) = get_value(desired_object)
                {
                    return get_value(observed_object).is_some_and(|found| self.agrees_scalar(id, found));
                }
                desired_object.iter().all(|(name, desired)| {
                    let found = get(observed_object, name);
                    desired.is_null() && found.is_none()
                        || found.is_some_and(|found| self.agrees_part(name, desired, found))
                })
            }
            // A reference may be answered as the bare id, and a value as an object around it.
            (Json::Object(object), scalar) => {
                object.len() == 1 && get_value(object).is_some_and(|value| self.agrees_scalar(value, scalar))
            }
            (scalar, Json::Object(object)) => {
                get_value(object).is_some_and(|value| self.agrees_scalar(scalar, value))
            }
            _ => self.agrees_scalar(desired, observed),
        }
    }

    /// Of an object, the `value` is what the rule is about; its other parts are labels of any type.
    fn agrees_part(self, name: &str, desired: &Json, observed: &Json) -> bool {
        if name.eq_ignore_ascii_case("value") {
            return self.agrees_scalar(desired, observed);
        }
        Self { kind: AttributeType::String, ..self }.agrees_scalar(desired, observed)
    }

    fn agrees_scalar(self, desired: &Json, observed: &Json) -> bool {
        if desired == observed {
            return true;
        }
        match (desired, observed) {
            (Json::String(desired), Json::String(observed)) => match self.kind {
                AttributeType::Boolean => {
                    read_boolean(desired).is_some_and(|boolean| Some(boolean) == read_boolean(observed))
                }
                AttributeType::DateTime => {
                    let date = read_date(desired.trim());
                    date.is_some() && date == read_date(observed.trim())
                }
                AttributeType::Binary => desired.trim_end_matches('=') == observed.trim_end_matches('='),
                _ => !self.exact_case && desired.to_lowercase() == observed.to_lowercase(),
            },
            (Json::String(text), Json::Number(number)) | (Json::Number(number), Json::String(text)) => {
                text.trim() == number.to_string()
            }
            (Json::String(text), Json::Bool(boolean)) | (Json::Bool(boolean), Json::String(text)) => {
                read_boolean(text) == Some(*boolean)
            }
            _ => false,
        }
    }
}

fn as_list(json: &Json) -> &[Json] {
    match json {
        Json::Array(items) => items,
        one => slice::from_ref(one),
    }
}

fn get_value(object: &serde_json::Map<String, Json>) -> Option<&Json> {
    get(object, "value")
}

fn get<'a>(object: &'a serde_json::Map<String, Json>, name: &str) -> Option<&'a Json> {
    object
        .get(name)
        .or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
        .filter(|value| !value.is_null())
}
