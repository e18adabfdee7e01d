//! PATCH operations (RFC 7644, section 3.5.2) for a set of changes.
//!
//! The difficult part is a value inside an element of a list, such as `emails[type eq "work"].value`: servers
//! refuse a path to an element that is not there, and make a second one when they are given an element that is.
//! So it must be known whether the element exists. The changes tell when one of them replaces a value there; when
//! they don't, the account has to be read first.
use purser_domain::path::{PathFilter, TargetPath};
use purser_domain::plan::{Change, ChangeKind};
use serde_json::{Map, Value, json};

use super::answer::find;
use super::dialect::{blank, is_roles, legacy_roles, spell, spell_in_patch};
use crate::profile::{Clear, Profile, RolesShape};

const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const MEMBERS: &str = "members";

/// Changes that can't be told apart into operations without seeing the account.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MustRead;

/// The body of a PATCH request; `None` when nothing is left to change.
///
/// `current` is the account as the target has it, where that is known.
pub(super) fn body<'c>(
    changes: impl IntoIterator<Item = &'c Change>,
    current: Option<&Value>,
    profile: &Profile,
) -> Result<Option<Value>, MustRead> {
    let mut operations = Operations::new(profile);
    let mut elements: Vec<Element<'_>> = Vec::new();
    for change in changes {
        match change.path.filter() {
            _ if change.kind != ChangeKind::Set => add_elements(&mut operations, change),
            None => add_plain(&mut operations, change, current),
            Some(filter) => match elements.iter_mut().find(|element| element.holds(&change.path)) {
                Some(element) => element.changes.push(change),
                None => elements.push(Element { path: &change.path, filter, changes: vec![change] }),
            },
        }
    }
    for element in &elements {
        element.add_to(&mut operations, current)?;
    }
    let list = operations.into_list();
    Ok((!list.is_empty()).then(|| request(list)))
}

/// A PATCH request with these operations.
fn request(operations: Vec<Value>) -> Value {
    json!({ "schemas": [PATCH_OP], "Operations": operations })
}

/// The request that brings these members to a group.
pub(super) fn add_members(members: &[Value], profile: &Profile) -> Value {
    request(vec![json!({ "op": Verb::Add.spell(profile), "path": MEMBERS, "value": members })])
}

/// The request that takes these members from a group; all in one operation where `as_values`, else each by a path.
pub(super) fn remove_members(members: &[Value], as_values: bool, profile: &Profile) -> Value {
    let op = Verb::Remove.spell(profile);
    let (mut operations, mut unnamed) = (Vec::new(), Vec::new());
    for member in members {
        match member.get("value") {
            // A text in JSON's quotes is a text in a SCIM filter (RFC 7644, section 3.4.2.2).
            Some(id) if !as_values => {
                operations.push(json!({ "op": op, "path": format!("{MEMBERS}[value eq {id}]") }));
            }
            Some(id) => unnamed.push(json!({ "value": id })),
            None => unnamed.push(member.clone()),
        }
    }
    if !unnamed.is_empty() {
        operations.push(json!({ "op": op, "path": MEMBERS, "value": unnamed }));
    }
    request(operations)
}

/// The request that gives a group these members and no others.
pub(super) fn replace_members(members: &[Value], profile: &Profile) -> Value {
    request(vec![json!({ "op": Verb::Replace.spell(profile), "path": MEMBERS, "value": members })])
}

/// The request that takes all its members from a group.
pub(super) fn remove_all_members(profile: &Profile) -> Value {
    request(vec![json!({ "op": Verb::Remove.spell(profile), "path": MEMBERS })])
}

fn add_plain(operations: &mut Operations<'_>, change: &Change, current: Option<&Value>) {
    let profile = operations.profile;
    match &change.new {
        Some(value) => {
            if let Some(operation) = legacy_roles(&change.path, value, profile) {
                operations.list.push(operation);
                return;
            }
            let verb = if change.old.is_some() { Verb::Replace } else { Verb::Add };
            operations.set(verb, &change.path, spell_in_patch(&change.path, value, profile));
        }
        // Removing what is not there is an error on some servers.
        None if current.is_some_and(|current| change.path.find(current).is_none()) => {}
        None => match blank(&change.path, profile) {
            Some(nothing) => operations.set(Verb::Replace, &change.path, nothing),
            None => operations.push(Verb::Remove, change.path.as_str(), None),
        },
    }
}

/// Elements of a list that come or go; the others stay.
fn add_elements(operations: &mut Operations<'_>, change: &Change) {
    let path = change.path.as_str();
    if change.kind == ChangeKind::Add {
        let legacy = change.new.as_ref().and_then(|new| legacy_roles(&change.path, new, operations.profile));
        match legacy {
            Some(operation) => operations.list.push(operation),
            None => operations.push(Verb::Add, path, change.new.as_ref()),
        }
        return;
    }
    let gone = change.old.as_ref().and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut unnamed = Vec::new();
    for element in gone {
        match element.get("value") {
            // A text in JSON's quotes is a text in a SCIM filter (RFC 7644, section 3.4.2.2).
            Some(value) => operations.push(Verb::Remove, &format!("{path}[value eq {value}]"), None),
            None => unnamed.push(element.clone()),
        }
    }
    if !unnamed.is_empty() {
        operations.push(Verb::Remove, path, Some(&Value::Array(unnamed)));
    }
}

/// Changes inside one element of a list.
struct Element<'a> {
    /// Path of the first change; its attribute and filter are those of all.
    path: &'a TargetPath,
    filter: &'a PathFilter,
    changes: Vec<&'a Change>,
}

impl Element<'_> {
    fn holds(&self, path: &TargetPath) -> bool {
        path.attribute().eq_ignore_ascii_case(self.path.attribute())
            && path.extension() == self.path.extension()
            && path.filter() == Some(self.filter)
    }

    fn add_to(&self, operations: &mut Operations<'_>, current: Option<&Value>) -> Result<(), MustRead> {
        if let Some(operation) = self.legacy_role(operations.profile) {
            operations.list.push(operation);
            return Ok(());
        }
        let exists = match current {
            Some(current) => self.list_in(current).iter().any(|element| self.filter.fits(element)),
            None if self.changes.iter().any(|change| change.old.is_some()) => true,
            None => return Err(MustRead),
        };
        let cleared = self.changes.iter().all(|change| change.new.is_none());
        match (exists, cleared) {
            (false, true) => {}
            (false, false) => self.add_element(operations, current),
            // Without its value an e-mail address or a telephone number is only a label.
            (true, true)
                if operations.profile.clear == Clear::Remove
                    && self.changes.iter().any(|change| change.path.sub() == Some("value")) =>
            {
                operations.push(Verb::Remove, &self.element_path(), None);
            }
            (true, _) => self.changes.iter().for_each(|change| add_plain(operations, change, current)),
        }
        Ok(())
    }

    /// The older clients send no more of a role than its value.
    fn legacy_role(&self, profile: &Profile) -> Option<Value> {
        if profile.roles != RolesShape::Legacy || !is_roles(self.path) {
            return None;
        }
        let value = self.changes.iter().find(|change| change.path.sub() == Some("value"))?;
        legacy_roles(&value.path, value.new.as_ref()?, profile)
    }

    /// Adds the element as a whole, all its values in one.
    fn add_element(&self, operations: &mut Operations<'_>, current: Option<&Value>) {
        let mut whole = match current.map(|current| self.list_in(current)) {
            // The other elements decide whether the new one may be the primary one.
            Some(others) => self.wrap(Value::Array(others.to_vec())),
            None => json!({}),
        };
        for change in &self.changes {
            if let Some(value) = &change.new {
                change.path.write(&mut whole, spell(&change.path, value, operations.profile));
            }
        }
        let added: Vec<Value> =
            self.list_in(&whole).iter().filter(|element| self.filter.fits(element)).cloned().collect();
        operations.push(Verb::Add, &self.list_path(), Some(&Value::Array(added)));
    }

    fn list_in<'v>(&self, body: &'v Value) -> &'v [Value] {
        let place = match self.path.extension() {
            Some(extension) => body.as_object().and_then(|body| find(body, extension)),
            None => Some(body),
        };
        let list = place.and_then(Value::as_object).and_then(|place| find(place, self.path.attribute()));
        list.and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    fn wrap(&self, list: Value) -> Value {
        let mut place = Map::new();
        place.insert(self.path.attribute().to_owned(), list);
        match self.path.extension() {
            Some(extension) => json!({ extension: place }),
            None => Value::Object(place),
        }
    }

    fn list_path(&self) -> String {
        let mut path = self.path.to_scim_parent();
        path.element = None;
        path.to_string()
    }

    fn element_path(&self) -> String {
        self.path.to_scim_parent().to_string()
    }
}

#[derive(Clone, Copy)]
enum Verb {
    Add,
    Replace,
    Remove,
}

impl Verb {
    const fn spell(self, profile: &Profile) -> &'static str {
        match (self, profile.capitalised_operations) {
            (Self::Add, false) => "add",
            (Self::Replace, false) => "replace",
            (Self::Remove, false) => "remove",
            (Self::Add, true) => "Add",
            (Self::Replace, true) => "Replace",
            (Self::Remove, true) => "Remove",
        }
    }
}

struct Operations<'a> {
    profile: &'a Profile,
    list: Vec<Value>,
    /// What goes into the one operation without a path.
    pathless: Map<String, Value>,
}

impl<'a> Operations<'a> {
    fn new(profile: &'a Profile) -> Self {
        Self { profile, list: Vec::new(), pathless: Map::new() }
    }

    /// Writes a value that is already spelled.
    fn set(&mut self, verb: Verb, path: &TargetPath, value: Value) {
        if self.profile.pathless_replace && path.filter().is_none() {
            self.pathless.insert(path.as_str().to_owned(), value);
        } else {
            self.push(verb, path.as_str(), Some(&value));
        }
    }

    fn push(&mut self, verb: Verb, path: &str, value: Option<&Value>) {
        let mut operation = json!({ "op": verb.spell(self.profile), "path": path });
        if let (Some(value), Some(operation)) = (value, operation.as_object_mut()) {
            operation.insert("value".to_owned(), value.clone());
        }
        self.list.push(operation);
    }

    fn into_list(mut self) -> Vec<Value> {
        if !self.pathless.is_empty() {
            self.list.push(json!({ "op": Verb::Replace.spell(self.profile), "value": self.pathless }));
        }
        self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    const WORK_EMAIL: &str = "emails[type eq \"work\"].value";
    const CITY: &str = "addresses[type eq \"work\"].locality";
    const STREET: &str = "addresses[type eq \"work\"].streetAddress";

    fn change(path: &str, old: Option<&str>, new: Option<&str>) -> Change {
        let path = Arc::new(TargetPath::parse(path).unwrap());
        Change::set(path, old.map(|old| json!(old)), new.map(|new| json!(new)))
    }

    fn operations(changes: &[Change], current: Option<&Value>) -> Value {
        body(changes, current, &Profile::default())
            .unwrap()
            .map_or(json!([]), |body| body["Operations"].clone())
    }

    #[test]
    fn plain_attributes_are_added_replaced_and_removed_in_one_request() {
        let changes = [
            change("title", None, Some("Chef")),
            change("name.givenName", Some("a"), Some("b")),
            change("displayName", Some("x"), None),
        ];
        assert_eq!(
            body(&changes, None, &Profile::default()).unwrap().unwrap(),
            json!({"schemas": [PATCH_OP], "Operations": [
                {"op": "add", "path": "title", "value": "Chef"},
                {"op": "replace", "path": "name.givenName", "value": "b"},
                {"op": "remove", "path": "displayName"},
            ]})
        );
    }

    #[test]
    fn an_element_that_may_or_may_not_exist_has_to_be_read_first() {
        let changes = [change(WORK_EMAIL, None, Some("a@x"))];
        assert_eq!(body(&changes, None, &Profile::default()), Err(MustRead));
    }

    #[test]
    fn an_absent_element_is_added_whole_and_once() {
        let changes = [change(STREET, None, Some("Main 1")), change(CITY, None, Some("Bonn"))];
        assert_eq!(
            operations(&changes, Some(&json!({}))),
            json!([{"op": "add", "path": "addresses",
                "value": [{"type": "work", "streetAddress": "Main 1", "locality": "Bonn"}]}])
        );
    }

    #[test]
    fn an_added_work_address_is_the_primary_one_unless_another_is() {
        let changes = [change(WORK_EMAIL, None, Some("a@x"))];
        let value = |current: Value| operations(&changes, Some(&current))[0]["value"].clone();
        assert_eq!(value(json!({})), json!([{"type": "work", "primary": true, "value": "a@x"}]));
        let home = json!({"emails": [{"type": "home", "value": "b", "primary": true}]});
        assert_eq!(value(home), json!([{"type": "work", "value": "a@x"}]));
    }

    #[test]
    fn values_inside_an_existing_element_are_addressed_by_their_filter() {
        let changes = [change(STREET, Some("Main 1"), Some("Main 2")), change(CITY, None, Some("Bonn"))];
        let expected = json!([
            {"op": "replace", "path": STREET, "value": "Main 2"},
            {"op": "add", "path": CITY, "value": "Bonn"},
        ]);
        assert_eq!(operations(&changes, None), expected);
        let current = json!({"addresses": [{"type": "work", "streetAddress": "Main 1"}]});
        assert_eq!(operations(&changes, Some(&current)), expected);
    }

    #[test]
    fn a_cleared_value_takes_its_element_along_and_a_cleared_city_only_itself() {
        assert_eq!(
            operations(&[change(WORK_EMAIL, Some("a@x"), None)], None),
            json!([{"op": "remove", "path": "emails[type eq \"work\"]"}])
        );
        assert_eq!(
            operations(&[change(CITY, Some("Bonn"), None)], None),
            json!([{"op": "remove", "path": CITY}])
        );
    }

    #[test]
    fn what_is_gone_already_is_not_removed_again() {
        let changes = [
            change(WORK_EMAIL, Some("a@x"), None),
            change(CITY, Some("Bonn"), None),
            change("title", Some("Chef"), None),
        ];
        let current = json!({"addresses": [{"type": "work"}]});
        assert_eq!(body(&changes, Some(&current), &Profile::default()), Ok(None));
    }

    #[test]
    fn elements_of_a_list_come_together_and_go_one_by_one() {
        let list = |kind, old, new| Change {
            kind,
            ..Change::set(Arc::new(TargetPath::parse("members").unwrap()), old, new)
        };
        let changes = [
            list(ChangeKind::Remove, Some(json!([{"value": "a\"b"}, {"value": "c"}])), None),
            list(ChangeKind::Add, None, Some(json!([{"value": "d"}, {"value": "e"}]))),
        ];
        assert_eq!(
            operations(&changes, None),
            json!([
                {"op": "remove", "path": "members[value eq \"a\\\"b\"]"},
                {"op": "remove", "path": "members[value eq \"c\"]"},
                {"op": "add", "path": "members", "value": [{"value": "d"}, {"value": "e"}]},
            ])
        );
        let texts = [list(ChangeKind::Remove, Some(json!(["x"])), None)];
        assert_eq!(operations(&texts, None), json!([{"op": "remove", "path": "members", "value": ["x"]}]));
    }

    #[test]
    fn values_without_a_filter_may_go_into_one_operation_without_a_path() {
        let changes = [
            change("displayName", Some("a"), Some("b")),
            change(WORK_EMAIL, Some("a@x"), Some("b@x")),
            change(
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
                None,
                Some("7"),
            ),
            change("title", Some("Chef"), None),
        ];
        let profile = Profile { pathless_replace: true, ..Profile::default() };
        assert_eq!(
            body(&changes, None, &profile).unwrap().unwrap()["Operations"],
            json!([
                {"op": "remove", "path": "title"},
                {"op": "replace", "path": WORK_EMAIL, "value": "b@x"},
                {"op": "replace", "value": {
                    "displayName": "b",
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber": "7",
                }},
            ])
        );
    }

    #[test]
    fn what_is_cleared_is_removed_emptied_or_nulled() {
        let changes = [change("title", Some("Chef"), None), change(WORK_EMAIL, Some("a@x"), None)];
        for (clear, value) in [(Clear::EmptyText, json!("")), (Clear::Null, json!(null))] {
            let profile = Profile { clear, ..Profile::default() };
            assert_eq!(
                body(&changes, None, &profile).unwrap().unwrap()["Operations"],
                json!([
                    {"op": "replace", "path": "title", "value": value},
                    {"op": "replace", "path": WORK_EMAIL, "value": value},
                ])
            );
        }
    }

    #[test]
    fn members_come_together_and_go_by_path_or_by_value() {
        let members = [json!({"value": "a\"b", "display": "A"}), json!({"value": "c"})];
        let profile = Profile::default();
        assert_eq!(
            remove_members(&members, false, &profile)["Operations"],
            json!([
                {"op": "remove", "path": "members[value eq \"a\\\"b\"]"},
                {"op": "remove", "path": "members[value eq \"c\"]"},
            ])
        );
        assert_eq!(
            remove_members(&members, true, &profile)["Operations"],
            json!([{"op": "remove", "path": "members", "value": [{"value": "a\"b"}, {"value": "c"}]}])
        );
        assert_eq!(
            add_members(&members[1..], &profile)["Operations"],
            json!([{"op": "add", "path": "members", "value": [{"value": "c"}]}])
        );
    }

    #[test]
    fn the_profile_decides_how_operations_and_booleans_are_spelled() {
        let profile = Profile { capitalised_operations: true, booleans_as_text: true, ..Profile::default() };
        let path = Arc::new(TargetPath::parse("active").unwrap());
        let changes = [Change::set(path, Some(json!(true)), Some(json!(false)))];
        assert_eq!(
            body(&changes, None, &profile).unwrap().unwrap()["Operations"],
            json!([{"op": "Replace", "path": "active", "value": "False"}])
        );
    }
}
