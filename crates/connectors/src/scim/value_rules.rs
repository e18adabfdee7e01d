//! What the profile says values must be like, checked before anything is sent.
use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use purser_domain::plan::{Change, WriteValue};
use serde_json::Value;

use crate::error::{ConnectorError, ErrorKind, Result};
use crate::json::find;
use crate::profile::ValueRule;

/// The rules of one target.
#[derive(Debug, Clone, Copy)]
pub(super) struct ValueRules<'a> {
    pub(super) rules: &'a [ValueRule],
    pub(super) host: &'a str,
}

impl ValueRules<'_> {
    pub(super) fn check_write(self, kind: ObjectKind, values: &[WriteValue]) -> Result<()> {
        values.iter().try_for_each(|value| self.check(kind, &value.path, &value.value))
    }

    pub(super) fn check_changes(self, kind: ObjectKind, changes: &[Change]) -> Result<()> {
        changes
            .iter()
            .filter_map(|change| Some((change, change.new.as_ref()?)))
            .try_for_each(|(change, new)| self.check(kind, &change.path, new))
    }

    fn check(self, kind: ObjectKind, path: &TargetPath, value: &Value) -> Result<()> {
        // Ids of other objects are the target's own.
        if self.rules.is_empty() || ["members", "manager"].iter().any(|name| path.attribute() == *name) {
            return Ok(());
        }
        let rules = || self.rules.iter().filter(|rule| applies(rule, kind, path));
        let mut broken = None;
        each_text(value, &mut |text| {
            broken = broken.take().or_else(|| rules().find_map(|rule| break_of(rule, text)));
        });
        match broken {
            None => Ok(()),
            Some(what) => Err(ConnectorError::new(
                ErrorKind::Rejected { attribute: Some(path.to_string()) },
                format!("The value of {path} {what} {} does not take. Nothing was sent.", self.host),
                "Correct the value in the directory, or let the mapping make one that fits, for example with Mid or Replace.",
            )),
        }
    }
}

fn applies(rule: &ValueRule, kind: ObjectKind, path: &TargetPath) -> bool {
    let named = rule.attribute == "*"
        || rule.attribute.eq_ignore_ascii_case(path.as_str())
        || rule.attribute.eq_ignore_ascii_case(path.attribute())
        || TargetPath::parse(&rule.attribute).is_ok_and(|other| other == *path);
    named && rule.object.is_none_or(|object| object == kind)
}

fn break_of(rule: &ValueRule, text: &str) -> Option<String> {
    if let Some(most) = rule.max_length
        && text.chars().count() > usize::try_from(most).unwrap_or(usize::MAX)
    {
        return Some(format!("has more than {most} characters, which"));
    }
    if let Some(character) = text.chars().find(|c| rule.forbidden.contains(*c)) {
        return Some(format!("contains the character \"{character}\", which"));
    }
    (rule.no_control && text.chars().any(char::is_control))
        .then(|| "contains a control character, such as a line break, which".to_owned())
}

/// Every text in a value; of objects only what a person wrote.
fn each_text(value: &Value, seen: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => seen(text),
        Value::Array(elements) => elements.iter().for_each(|element| each_text(element, seen)),
        Value::Object(object) => {
            for name in ["value", "display", "displayName"] {
                if let Some(Value::String(text)) = find(object, name) {
                    seen(text);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rule(attribute: &str) -> ValueRule {
        ValueRule {
            attribute: attribute.into(),
            object: None,
            max_length: None,
            forbidden: String::new(),
            no_control: false,
        }
    }

    fn check(rules: &[ValueRule], kind: ObjectKind, path: &str, value: Value) -> Option<String> {
        let path = TargetPath::parse(path).unwrap();
        let rules = ValueRules { rules, host: "example.com" };
        rules.check(kind, &path, &value).err().map(|error| error.message().to_owned())
    }

    #[test]
    fn values_that_a_target_does_not_take_are_refused_by_name() {
        let user = ObjectKind::User;
        let long = [ValueRule { max_length: Some(3), ..rule("userName") }];
        assert_eq!(check(&long, user, "userName", json!("äöü")), None);
        assert_eq!(
            check(&long, user, "userName", json!("äöüß")).unwrap(),
            "The value of userName has more than 3 characters, which example.com does not take. Nothing was sent."
        );
        assert_eq!(check(&long, user, "title", json!("long enough")), None);

        let all = [ValueRule {
            forbidden: "<@".into(),
            no_control: true,
            object: Some(ObjectKind::Group),
            ..rule("*")
        }];
        assert!(check(&all, ObjectKind::Group, "displayName", json!("a@b")).unwrap().contains("\"@\""));
        assert!(
            check(&all, ObjectKind::Group, "displayName", json!(["a", "b\n"]))
                .unwrap()
                .contains("line break")
        );
        assert_eq!(check(&all, user, "displayName", json!("a@b")), None);
        assert_eq!(check(&all, ObjectKind::Group, "members", json!([{"value": "a@b"}])), None);
    }
}
