//! Lists as sets of elements. An element is known by its `value`, as members and roles are, and otherwise by all of it.
//!
//! Everything goes by hashed keys, so that a group of a hundred thousand members is compared in one go.
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::slice;

/// The elements of a list; a single value is a list of one.
pub(super) fn list(value: Option<&Value>) -> &[Value] {
    match value {
        None => &[],
        Some(Value::Array(elements)) => elements,
        Some(one) => slice::from_ref(one),
    }
}

/// What is in `these` and not in `those`, each once.
pub(super) fn subtract(these: &[Value], those: &[Value], exact_case: bool) -> Vec<Value> {
    let mut seen: HashSet<String> = those.iter().map(|element| key(element, exact_case)).collect();
    these.iter().filter(|element| seen.insert(key(element, exact_case))).cloned().collect()
}

/// What is in both.
pub(super) fn intersect(these: &[Value], those: &[Value], exact_case: bool) -> Vec<Value> {
    let those: HashSet<String> = those.iter().map(|element| key(element, exact_case)).collect();
    these.iter().filter(|element| those.contains(&key(element, exact_case))).cloned().collect()
}

fn key(element: &Value, exact_case: bool) -> String {
    let known_by = element.as_object().and_then(|object| object.get("value")).unwrap_or(element);
    let key = spell(known_by);
    if exact_case { key } else { key.to_lowercase() }
}

/// One text for objects that differ in nothing but the order of their parts.
fn spell(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            let parts: BTreeMap<&String, String> =
                object.iter().map(|(name, part)| (name, spell(part))).collect();
            format!("{parts:?}")
        }
        Value::Array(elements) => format!("{:?}", elements.iter().map(spell).collect::<Vec<_>>()),
        scalar => scalar.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn elements_are_known_by_their_value_or_by_all_of_them() {
        let (kim, kim_named) = (json!({"value": "1"}), json!({"value": "1", "display": "Kim"}));
        assert_eq!(
            subtract(&[kim.clone(), json!({"value": "2"})], &[kim_named], true),
            [json!({"value": "2"})]
        );
        let (left, right) = (json!({"a": 1, "b": [2]}), json!({"b": [2], "a": 1}));
        assert_eq!(subtract(&[left], std::slice::from_ref(&right), true), [] as [Value; 0]);
        assert_eq!(subtract(&[json!({"a": 1})], &[right], true), [json!({"a": 1})]);
        // A text and a number never get the same key.
        assert_eq!(intersect(&[json!("1")], &[json!(1)], true), [] as [Value; 0]);
    }

    #[test]
    fn case_counts_where_the_attribute_says_so_and_doubles_count_once() {
        let (ours, theirs) = ([json!("A"), json!("b"), json!("b")], [json!("a")]);
        assert_eq!(subtract(&ours, &theirs, true), [json!("A"), json!("b")]);
        assert_eq!(subtract(&ours, &theirs, false), [json!("b")]);
        assert_eq!(intersect(&ours, &theirs, false), [json!("A")]);
    }
}
