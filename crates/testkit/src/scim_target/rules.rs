//! What this server takes and what it refuses.
use hyper::StatusCode;
use serde_json::{Map, Value};

use super::options::{ClearStyle, ManagerForm, MembersChange, MembersShown, PatchPaths, ValueLimit};
use super::patch::Refused;
use super::path::{Path, get};
use super::state::State;
use super::store::Kind;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    Create,
    Replace,
    Patch,
}

/// Why an object is refused: status, `scimType` and detail.
pub(super) type Dislike = (StatusCode, &'static str, String);

fn bad(scim_type: &'static str, detail: impl Into<String>) -> Dislike {
    (StatusCode::BAD_REQUEST, scim_type, detail.into())
}

/// What is wrong with an object, apart from its user name. `before` is what is there.
pub(super) fn check(
    state: &State,
    kind: Kind,
    body: &Value,
    before: Option<&Value>,
    doing: Doing,
) -> Result<(), Dislike> {
    if let Some(why) = check_active(&body["active"], state.options.text_booleans) {
        return Err(bad("invalidValue", why));
    }
    check_limits(state, kind, body)?;
    match kind {
        Kind::User => check_user(state, body, before, doing),
        Kind::Group => check_group(state, body, before, doing),
    }
}

pub(super) fn check_active(active: &Value, as_text: bool) -> Option<&'static str> {
    match (active, as_text) {
        (Value::Null, _) | (Value::Bool(_), false) => None,
        (Value::String(text), true) if text == "True" || text == "False" => None,
        (_, false) => Some("active must be a boolean"),
        (_, true) => Some("active must be \"True\" or \"False\""),
    }
}

fn check_user(state: &State, body: &Value, before: Option<&Value>, doing: Doing) -> Result<(), Dislike> {
    let rules = &state.options.values;
    for name in &rules.required {
        let has = Path::parse(name)
            .is_some_and(|path| path.values(body).into_iter().any(|value| !value.is_null() && value != ""));
        if !has {
            return Err(bad("invalidValue", format!("Attribute {name} is required.")));
        }
    }
    if doing == Doing::Create {
        let named = body["schemas"].as_array().map_or(&[][..], Vec::as_slice);
        for schema in &rules.required_schemas {
            if !named.iter().any(|name| name.as_str() == Some(schema)) {
                return Err(bad("invalidValue", format!("The schema {schema} is required.")));
            }
        }
    }
    if let Some(before) = before
        && state.options.immutable_user_name
        && body["userName"] != before["userName"]
    {
        return Err(bad("mutability", "userName can't be changed."));
    }
    check_manager(rules.manager, &body[ENTERPRISE]["manager"])
}

fn check_manager(form: ManagerForm, manager: &Value) -> Result<(), Dislike> {
    let fits = match (form, manager) {
        (_, Value::Null) | (ManagerForm::Text, Value::String(_)) => true,
        (ManagerForm::Object | ManagerForm::Array, Value::Object(manager)) => manager.contains_key("value"),
        _ => false,
    };
    if fits {
        Ok(())
    } else {
        Err(bad("invalidValue", format!("manager must be written otherwise than {manager}")))
    }
}

fn check_group(state: &State, body: &Value, before: Option<&Value>, doing: Doing) -> Result<(), Dislike> {
    let rules = &state.options.groups;
    if body["displayName"].as_str().is_none_or(|name| name.trim().is_empty()) {
        return Err(bad("invalidValue", "displayName is required."));
    }
    let members = body["members"].as_array().map_or(0, Vec::len);
    if doing == Doing::Create && members > 0 && !rules.members_on_create {
        return Err(bad("invalidValue", "members can't be set when a group is created."));
    }
    if doing == Doing::Create {
        check_size(state, members)?;
    }
    if before.is_some_and(|before| before["displayName"] != body["displayName"]) && !rules.rename {
        return Err(bad("mutability", "A group can't be renamed."));
    }
    Ok(())
}

fn check_size(state: &State, changes: usize) -> Result<(), Dislike> {
    let rules = &state.options.groups;
    match rules.max_changes {
        Some(most) if changes > most => {
            let status = StatusCode::from_u16(rules.too_many).unwrap_or(StatusCode::BAD_REQUEST);
            Err((status, "tooMany", format!("More than {most} members in one request.")))
        }
        _ => Ok(()),
    }
}

fn check_limits(state: &State, kind: Kind, body: &Value) -> Result<(), Dislike> {
    let limits = &state.options.values.limits;
    let applies = |limit: &&ValueLimit| limit.of_groups.is_none_or(|groups| groups == (kind == Kind::Group));
    for limit in limits.iter().filter(applies) {
        let mut broken = false;
        if limit.attribute == "*" {
            let Some(members) = body.as_object() else { continue };
            for (_, value) in members.iter().filter(|(name, _)| !is_servers_own(name)) {
                each_text(value, &mut |text| broken |= breaks(limit, text));
            }
        } else if let Some(path) = Path::parse(&limit.attribute) {
            for value in path.values(body) {
                each_text(value, &mut |text| broken |= breaks(limit, text));
            }
        }
        if broken {
            return Err(bad("invalidValue", format!("{} has a value that is not allowed.", limit.attribute)));
        }
    }
    Ok(())
}

fn is_servers_own(name: &str) -> bool {
    ["id", "meta", "schemas", "members"].contains(&name)
}

fn breaks(limit: &ValueLimit, text: &str) -> bool {
    limit.max_length.is_some_and(|most| text.chars().count() > most)
        || text.chars().any(|c| limit.forbidden.contains(c))
        || (limit.no_control && text.chars().any(char::is_control))
}

fn each_text(value: &Value, seen: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => seen(text),
        Value::Array(list) => list.iter().for_each(|value| each_text(value, seen)),
        Value::Object(object) => {
            // References are ids, which are the server's own.
            let values = object.iter().filter(|(name, _)| *name != "manager" && *name != "type");
            values.for_each(|(_, value)| each_text(value, seen));
        }
        _ => {}
    }
}

/// Takes a PATCH as this server takes it: refuses what it does not take, and rewrites the rest to what RFC 7644 knows.
pub(super) fn read_patch(state: &State, kind: Kind, request: &Value) -> Result<Value, Dislike> {
    let Some(operations) = request.as_object().and_then(|request| get(request, "Operations")?.as_array())
    else {
        return Err(bad("invalidSyntax", "Operations is missing"));
    };
    let (rules, mut changes, mut taken) = (&state.options.patching, 0, Vec::new());
    for operation in operations {
        let op = operation["op"].as_str().unwrap_or_default();
        let capital = op.starts_with(|c: char| c.is_ascii_uppercase());
        let refuse = |why| if rules.shrugs { Ok(()) } else { Err(why) };
        if rules.capitalised && !capital {
            refuse(bad("invalidSyntax", format!("unknown operation \"{op}\"")))?;
            continue;
        }
        let path = match operation["path"].as_str() {
            Some(text) => {
                Some(Path::parse(text).ok_or_else(|| bad("invalidPath", format!("not a path: {text}")))?)
            }
            None => None,
        };
        let removes = op.eq_ignore_ascii_case("remove");
        let about_members = kind == Kind::Group
            && path.as_ref().is_some_and(|path| path.attribute.eq_ignore_ascii_case("members"));
        if about_members {
            if let Some(operation) = take_members(state, op, operation, path.as_ref(), &mut changes)? {
                taken.extend(operation);
            }
            continue;
        }
        if let Some(path) = &path
            && rules.ignores.iter().any(|name| name.eq_ignore_ascii_case(&path.attribute))
        {
            continue;
        }
        if removes && rules.clear != ClearStyle::Remove {
            refuse(bad("invalidSyntax", "remove is not supported"))?;
            continue;
        }
        if rules.clear == ClearStyle::Null && operation["value"] == "" {
            refuse(bad("invalidValue", "an empty text is no value"))?;
            continue;
        }
        let plain = path.as_ref().is_some_and(|path| path.element.is_none());
        if !removes && plain && rules.paths == PatchPaths::Pathless && !operation["value"].is_array() {
            refuse(bad("invalidPath", "a path without a filter is not supported"))?;
            continue;
        }
        if path.is_none() && rules.paths == PatchPaths::Pathed {
            refuse(bad("noTarget", "an operation without a path is not supported"))?;
            continue;
        }
        taken.push(take_value(state, operation, path.as_ref())?);
    }
    check_size(state, changes)?;
    Ok(serde_json::json!({ "Operations": taken }))
}

/// One operation on a value that is no member of a group.
fn take_value(state: &State, operation: &Value, path: Option<&Path>) -> Result<Value, Dislike> {
    let mut operation = operation.clone();
    let rules = &state.options.values;
    let names = |path: &Path, name: &str| path.attribute.eq_ignore_ascii_case(name) && path.sub.is_none();
    if path.is_some_and(|path| names(path, "manager")) {
        take_manager(rules.manager, &mut operation["value"])?;
    }
    if let (None, Some(members)) = (path, operation["value"].as_object_mut()) {
        members.retain(|name, _| {
            !state.options.patching.ignores.iter().any(|other| other.eq_ignore_ascii_case(name))
        });
        for (name, value) in members.iter_mut() {
            if Path::parse(name).is_some_and(|path| names(&path, "manager")) {
                take_manager(rules.manager, value)?;
            }
        }
    }
    let writes_roles = path.is_some_and(|path| path.attribute.eq_ignore_ascii_case("roles"));
    // Taking a role away needs no value.
    if rules.legacy_roles && writes_roles && !operation["value"].is_null() {
        take_roles(&mut operation["value"])?;
    }
    Ok(operation)
}

fn take_manager(form: ManagerForm, value: &mut Value) -> Result<(), Dislike> {
    if form != ManagerForm::Array {
        return Ok(());
    }
    match value {
        Value::Null => Ok(()),
        Value::Array(list) if list.len() == 1 => {
            *value = list.remove(0);
            Ok(())
        }
        other => Err(bad("invalidValue", format!("manager must be a list of one, and is {other}"))),
    }
}

/// Each role is an object written as a text, or has a `display`.
fn take_roles(value: &mut Value) -> Result<(), Dislike> {
    let Value::Array(roles) = value else { return Err(bad("invalidValue", "roles must be a list")) };
    for role in roles {
        let text = role["value"].as_str().unwrap_or_default();
        match serde_json::from_str::<Map<String, Value>>(text) {
            Ok(read) => *role = serde_json::json!({ "value": read.get("value") }),
            Err(_) if role["display"].is_string() => {}
            Err(_) => return Err(bad("invalidValue", "a role must be an object written as a text")),
        }
    }
    Ok(())
}

/// An operation on the members of a group, as operations of RFC 7644.
fn take_members(
    state: &State,
    op: &str,
    operation: &Value,
    path: Option<&Path>,
    changes: &mut usize,
) -> Result<Option<Vec<Value>>, Dislike> {
    let rules = &state.options.groups;
    let filtered = path.is_some_and(|path| path.element.is_some());
    let listed = operation["value"].as_array().map(Vec::as_slice);
    let op = op.to_ascii_lowercase();
    *changes += if filtered { 1 } else { listed.map_or(1, <[Value]>::len) };
    let refuse = |detail: &str| Err(bad("invalidValue", detail));
    match (rules.change, op.as_str()) {
        (MembersChange::Refused, _) => return refuse("members can't be patched"),
        (MembersChange::Replace, "replace") => {}
        (MembersChange::Replace, _) | (MembersChange::GoneByReplace, "remove") => {
            return refuse("members can only be replaced");
        }
        (MembersChange::FilteredPath | MembersChange::FilteredPathIgnored, "remove") if listed.is_some() => {
            return refuse("remove takes no value");
        }
        (MembersChange::FilteredPathIgnored, "remove") if filtered => return Ok(None),
        (MembersChange::ValueArray, "remove") if filtered => {
            return refuse("remove of members takes a value");
        }
        _ => {}
    }
    // Who does not show members does not let them be replaced unseen either.
    let whole = op == "replace" || (op == "remove" && !filtered && listed.is_none());
    if whole && rules.read == MembersShown::ByFilter {
        return refuse("members can't be replaced as a whole");
    }
    let Some(gone) = listed.filter(|_| op == "remove") else { return Ok(Some(vec![operation.clone()])) };
    let by_path = |member: &Value| {
        let id = member.get("value").unwrap_or(member);
        serde_json::json!({ "op": "remove", "path": format!("members[value eq {id}]") })
    };
    Ok(Some(gone.iter().map(by_path).collect()))
}

/// Why operations on an object failed, as a status.
pub(super) fn refused((scim_type, detail): Refused) -> Dislike {
    bad(scim_type, detail)
}

/// Takes away what was written to clear a value.
pub(super) fn tidy(body: &mut Value, clear: ClearStyle) {
    let Value::Object(object) = body else { return };
    object.retain(|name, value| {
        if name == "schemas" || name == "meta" || name == "members" {
            return true;
        }
        !is_blank(value, clear)
    });
}

/// Whether nothing is left in a value; what is blank inside it is taken away.
fn is_blank(value: &mut Value, clear: ClearStyle) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty() && clear == ClearStyle::EmptyText,
        Value::Object(object) => {
            let had = !object.is_empty();
            object.retain(|_, value| !is_blank(value, clear));
            had && object.is_empty()
        }
        Value::Array(list) => {
            let had = !list.is_empty();
            list.retain_mut(|element| {
                let labelled = element.as_object().is_some_and(|element| !is_label(element));
                let blank = is_blank(element, clear);
                // An element that had more than its label, and has it no more, is none.
                !(blank || labelled && element.as_object().is_some_and(is_label))
            });
            had && list.is_empty()
        }
        _ => false,
    }
}

fn is_label(element: &Map<String, Value>) -> bool {
    element.keys().all(|name| ["type", "primary"].contains(&name.as_str()))
}
