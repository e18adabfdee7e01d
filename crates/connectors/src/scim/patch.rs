//! PATCH operations (RFC 7644, section 3.5.2) for a set of changes.
//!
//! The difficult part is a value inside an element of a list, such as `emails[type eq "work"].value`: servers
//! refuse a path to an element that is not there, and make a second one when they are given an element that is.
//! So it must be known whether the element exists. The changes tell when one of them replaces a value there; when
//! they don't, the account has to be read first.
#[cfg(test)]
mod tests;

use purser_domain::path::{PathFilter, TargetPath};
use purser_domain::plan::{Change, ChangeKind};
use serde_json::{Map, Value, json};

use super::dialect::{blank, is_roles, legacy_roles, spell, spell_in_patch, spell_path};
use crate::json::find;
use crate::profile::{Clear, Profile, RolesShape};

const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const MEMBERS: &str = "members";
const ROLES: &str = "roles";

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
            _ if change.kind != ChangeKind::Set => add_elements(&mut operations, change, current),
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
                operations.change_roles(change, Some(operation), current);
                return;
            }
            let exists = current.map_or(change.old.is_some(), |there| change.path.find(there).is_some());
            let verb = if exists { Verb::Replace } else { Verb::Add };
            operations.set(verb, &change.path, spell_in_patch(&change.path, value, profile));
        }
        // Removing what is not there is an error on some servers.
        None if current.is_some_and(|current| change.path.find(current).is_none()) => {}
        None => match blank(&change.path, profile) {
            Some(nothing) => operations.set(Verb::Replace, &change.path, nothing),
            None => {
                let path = spell_path(change.path.to_scim(), profile);
                operations.push(Verb::Remove, &path, None);
            }
        },
    }
}

/// Elements of a list that come or go; the others stay.
fn add_elements(operations: &mut Operations<'_>, change: &Change, current: Option<&Value>) {
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
    let there = current.map(|current| change.path.find(current).and_then(Value::as_array));
    let mut unnamed = Vec::new();
    for element in gone {
        match element.get("value") {
            // It is gone already.
            Some(value) if there.is_some_and(|there| !has_value(there, value)) => {}
            // A text in JSON's quotes is a text in a SCIM filter (RFC 7644, section 3.4.2.2).
            Some(value) => operations.push(Verb::Remove, &format!("{path}[value eq {value}]"), None),
            None => unnamed.push(element.clone()),
        }
    }
    if !unnamed.is_empty() {
        operations.push(Verb::Remove, path, Some(&Value::Array(unnamed)));
    }
}

/// Whether a list has an element with this value.
fn has_value(list: Option<&Vec<Value>>, value: &Value) -> bool {
    list.is_some_and(|list| list.iter().any(|element| element.get("value") == Some(value)))
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
        if let Some((change, operation)) = self.legacy_role(operations.profile) {
            operations.change_roles(change, operation, current);
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
                if operations.profile.scim.clear == Clear::Remove
                    && self.changes.iter().any(|change| change.path.sub() == Some("value")) =>
            {
                let path = spell_path(self.path.to_scim_parent(), operations.profile);
                operations.push(Verb::Remove, &path, None);
            }
            (true, _) => self.changes.iter().for_each(|change| add_plain(operations, change, current)),
        }
        Ok(())
    }

    /// The older clients send no more of a role than its value.
    fn legacy_role(&self, profile: &Profile) -> Option<(&Change, Option<Value>)> {
        if profile.scim.roles != RolesShape::Legacy || !is_roles(self.path) {
            return None;
        }
        let value = self.changes.iter().find(|change| change.path.sub() == Some("value"))?;
        match &value.new {
            Some(new) => Some((value, Some(legacy_roles(&value.path, new, profile)?))),
            None => Some((value, None)),
        }
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
}

/// The values of a list's elements, or of one that stands by itself.
fn values_of(list: Option<&Value>) -> Vec<&Value> {
    fn value(element: &Value) -> Option<&Value> {
        match element {
            Value::Object(object) => find(object, "value"),
            other => Some(other),
        }
    }
    match list {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(elements)) => elements.iter().filter_map(value).collect(),
        Some(one) => value(one).into_iter().collect(),
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
        match (self, profile.scim.capitalised_operations) {
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
        if self.profile.scim.pathless_replace && path.filter().is_none() {
            self.pathless.insert(path.as_str().to_owned(), value);
        } else {
            let path = spell_path(path.to_scim(), self.profile);
            self.push(verb, &path, Some(&value));
        }
    }

    fn push(&mut self, verb: Verb, path: &str, value: Option<&Value>) {
        let mut operation = json!({ "op": verb.spell(self.profile), "path": path });
        if let (Some(value), Some(operation)) = (value, operation.as_object_mut()) {
            operation.insert("value".to_owned(), value.clone());
        }
        self.list.push(operation);
    }

    /// Changes roles in the older clients' way. Those only add; what a person must not have any more goes before.
    fn change_roles(&mut self, change: &Change, operation: Option<Value>, current: Option<&Value>) {
        let kept = values_of(change.new.as_ref());
        let there = current.and_then(Value::as_object).map(|current| values_of(find(current, ROLES)));
        let adds = operation.as_ref().is_none_or(|one| one["op"] == "Add");
        for gone in values_of(change.old.as_ref()).into_iter().filter(|_| adds) {
            let is_there = there.as_ref().is_none_or(|there| there.contains(&gone));
            if is_there && !kept.contains(&gone) {
                self.push(Verb::Remove, &format!("{ROLES}[value eq {gone}]"), None);
            }
        }
        self.list.extend(operation);
    }

    fn into_list(mut self) -> Vec<Value> {
        if !self.pathless.is_empty() {
            self.list.push(json!({ "op": Verb::Replace.spell(self.profile), "value": self.pathless }));
        }
        self.list
    }
}
