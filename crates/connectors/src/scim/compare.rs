//! Whether an object is the one that was asked for. Targets filter in their own ways, and some not at all, so every
//! hit is compared here.
use purser_domain::path::TargetPath;
use purser_domain::plan::TargetObject;
use purser_domain::target_schema::TargetRule;
use serde_json::Value;

use crate::json::find;

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) path: &'a TargetPath,
    pub(super) value: &'a Value,
    rule: TargetRule,
    /// RFC 7643 calls nearly all texts indifferent to case. An object whose value is written otherwise is the one
    /// looked for unless another has it to the letter, or the attribute is one where case matters.
    loose: Option<TargetRule>,
}

/// What a list of objects holds.
#[derive(Debug, Default)]
pub(super) struct Found {
    exact: Vec<TargetObject>,
    loose: Vec<TargetObject>,
    /// How many objects are no answer to the question.
    pub(super) strangers: u64,
    /// How many of those show no value of the attribute at all.
    pub(super) silent: u64,
}

/// How many matches are kept: one is right, and of more only their number matters.
const MAX_MATCHES: usize = 20;

impl Found {
    /// The matches: those to the letter, or else the others.
    pub(super) fn matches(self) -> Vec<TargetObject> {
        if self.exact.is_empty() { self.loose } else { self.exact }
    }

    pub(super) fn count(&self) -> usize {
        if self.exact.is_empty() { self.loose.len() } else { self.exact.len() }
    }
}

impl<'a> Wanted<'a> {
    /// `exact`: differences in case are differences here, whatever the RFC says.
    pub(super) fn new(path: &'a TargetPath, value: &'a Value, rule: TargetRule, exact: bool) -> Self {
        let loose = (rule.exact_case && !exact).then_some(TargetRule { exact_case: false, ..rule });
        Self { path, value, rule, loose }
    }

    /// Sorts `object` into `found`.
    pub(super) fn sort(&self, object: TargetObject, found: &mut Found) {
        let values = values_at(self.path, &object.body);
        let agrees = |rule: TargetRule| values.iter().any(|value| rule.matches(self.value, value));
        let known = |list: &[TargetObject]| {
            list.len() >= MAX_MATCHES || list.iter().any(|other| other.id == object.id)
        };
        if agrees(self.rule) {
            if !known(&found.exact) {
                found.exact.push(object);
            }
        } else if self.loose.is_some_and(agrees) {
            if !known(&found.loose) {
                found.loose.push(object);
            }
        } else if !self.is_what_plain_filters_mean(&object.body) {
            found.strangers += 1;
            found.silent += u64::from(values.is_empty());
        }
    }

    /// `emails.value eq "x"` also brings those who have the address as another than their work address.
    fn is_what_plain_filters_mean(&self, body: &Value) -> bool {
        let rule = self.loose.unwrap_or(self.rule);
        self.path.filter().is_some()
            && elements_at(self.path, body)
                .iter()
                .filter_map(|element| part(element, self.path.sub()))
                .any(|value| rule.matches(self.value, value))
    }
}

/// All values at this path: of every element that fits.
pub(super) fn values_at<'b>(path: &TargetPath, body: &'b Value) -> Vec<&'b Value> {
    elements_at(path, body)
        .into_iter()
        .filter(|element| path.filter().is_none_or(|filter| filter.fits(element)))
        .filter_map(|element| part(element, path.sub()))
        .filter(|value| !value.is_null())
        .collect()
}

/// The elements of the attribute; a single value is one element.
fn elements_at<'b>(path: &TargetPath, body: &'b Value) -> Vec<&'b Value> {
    let place = match path.extension() {
        Some(extension) => body.as_object().and_then(|body| find(body, extension)),
        None => Some(body),
    };
    match place.and_then(Value::as_object).and_then(|place| find(place, path.attribute())) {
        Some(Value::Array(elements)) => elements.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

fn part<'b>(element: &'b Value, sub: Option<&str>) -> Option<&'b Value> {
    match sub {
        Some(sub) => find(element.as_object()?, sub),
        None => Some(element),
    }
}

/// The texts under which an index keeps a value. Values that agree have one in common; others may, too.
pub(super) fn keys_of(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.trim().to_lowercase()],
        Value::Array(elements) => elements.iter().flat_map(keys_of).collect(),
        Value::Object(object) => find(object, "value").map(keys_of).unwrap_or_default(),
        Value::Null => Vec::new(),
        scalar => vec![scalar.to_string()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(path: &str, value: Value, exact: bool, bodies: &[Value]) -> (Vec<String>, u64, u64) {
        let path = TargetPath::parse(path).unwrap();
        let wanted = Wanted::new(&path, &value, TargetRule::of(&path), exact);
        let mut found = Found::default();
        for (at, body) in bodies.iter().enumerate() {
            wanted.sort(TargetObject { id: at.to_string(), body: body.clone() }, &mut found);
        }
        let (strangers, silent) = (found.strangers, found.silent);
        (found.matches().into_iter().map(|object| object.id).collect(), strangers, silent)
    }

    #[test]
    fn what_agrees_to_the_letter_goes_before_what_agrees_but_for_case() {
        let bodies = [json!({"displayName": "sales"}), json!({"displayName": "Sales"}), json!({})];
        assert_eq!(found("displayName", json!("Sales"), false, &bodies), (vec!["1".into()], 1, 1));
        assert_eq!(found("displayName", json!("SALES"), false, &bodies[..1]), (vec!["0".into()], 0, 0));
        assert_eq!(found("displayName", json!("SALES"), true, &bodies[..1]), (vec![], 1, 0));
    }

    #[test]
    fn every_element_that_fits_is_looked_at() {
        let path = "emails[type eq \"work\"].value";
        let body = json!({"emails": [{"type": "work", "value": "a"}, {"type": "work", "value": "b"}]});
        assert_eq!(found(path, json!("B"), false, &[body]).0, ["0"]);
        // No match, and yet an answer to what plain filters ask.
        let home = json!({"emails": [{"type": "home", "value": "b"}]});
        assert_eq!(found(path, json!("b"), false, &[home]), (vec![], 0, 0));
        assert_eq!(found("emails.value", json!("b"), false, &[json!({"emails": [{"value": "B"}]})]).0, ["0"]);
    }

    #[test]
    fn keys_are_found_in_all_shapes_of_a_value() {
        assert_eq!(keys_of(&json!([{"value": "Kim "}, 7, null, {"x": 1}])), ["kim", "7"]);
    }
}
