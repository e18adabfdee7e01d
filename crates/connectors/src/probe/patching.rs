//! Changes of the user that is thrown away: does each arrive?
use purser_domain::object::ObjectKind::User;
use purser_domain::path::TargetPath;
use reqwest::Method;
use serde_json::{Value, json};

use super::inquiry::{Inquiry, Seen, id_in, member, object_path};
use super::users::ENTERPRISE;
use crate::error::Result;

/// Tries what a cycle does to an account.
pub(super) async fn try_changes(inquiry: &mut Inquiry, user: &Value) -> Result<()> {
    let Some(id) = id_in(user) else { return Ok(()) };
    // Some servers make one of these out of another, or let one be changed and not the other.
    let candidates: Vec<TargetPath> = ["displayName", "title", "name.givenName"]
        .iter()
        .filter_map(|name| TargetPath::parse(name).ok())
        .filter(|path| path.find(user).is_some())
        .collect();
    if candidates.is_empty() {
        inquiry.remark(
            "The application shows none of the attributes that could be changed, so changes were not tried.",
        );
        return Ok(());
    }
    if !inquiry.profile.scim.patch {
        find_put(inquiry, &id, &candidates).await?;
    } else if let Some(attribute) = find_patch(inquiry, &id, &candidates).await? {
        try_boolean(inquiry, &id, user).await?;
        try_clear(inquiry, &id, user).await?;
        try_extension(inquiry, &id, user, attribute).await?;
    }
    Ok(())
}

/// Finds an attribute and a form of PATCH that changes it. `None` when there is none.
async fn find_patch<'a>(
    inquiry: &mut Inquiry,
    id: &str,
    candidates: &'a [TargetPath],
) -> Result<Option<&'a TargetPath>> {
    let mut evidence = Vec::new();
    // Form by form, from the RFC's.
    type Spell = fn(&str, &str) -> Value;
    let forms: [(&str, &str, Spell); 3] = [
        ("", "", |name, value| json!([{ "op": "replace", "path": name, "value": value }])),
        (
            "capitalised_operations",
            "Operations have an effect here only when they are spelled Replace, Add, Remove.",
            |name, value| json!([{ "op": "Replace", "path": name, "value": value }]),
        ),
        (
            "pathless_replace",
            "Values have an effect here only in one operation without a path.",
            |name, value| json!([{ "op": "replace", "value": { name: value } }]),
        ),
    ];
    let mut missing = true;
    for (round, attribute) in candidates.iter().enumerate() {
        for (at, (setting, why, operations)) in forms.into_iter().enumerate() {
            let value = format!("Purser Probe {round}{at}");
            let patched = inquiry.patch(User, id, operations(attribute.as_str(), &value)).await?;
            evidence.push(patched.at);
            if matches!(patched.status, 404 | 405 | 501) {
                // It has no PATCH, or none for this attribute.
                break;
            }
            missing = false;
            let shown = inquiry.look(User, id).await?;
            evidence.push(shown.at);
            if patched.is_success() && holds(&shown, attribute, &value) {
                if !setting.is_empty() {
                    inquiry.propose(setting, json!(true), why, &evidence);
                }
                return Ok(Some(attribute));
            }
        }
    }
    if missing {
        find_put(inquiry, id, candidates).await?;
        let why = "The application has no PATCH: accounts are read, changed and put back.";
        inquiry.propose("patch", json!(false), why, &evidence);
    } else if find_put(inquiry, id, candidates).await? {
        let why = "No form of PATCH had an effect on the account: it is read, changed and put back instead.";
        inquiry.propose("patch", json!(false), why, &evidence);
    }
    Ok(None)
}

/// Whether a new value arrives when an account is put back whole.
async fn find_put(inquiry: &mut Inquiry, id: &str, candidates: &[TargetPath]) -> Result<bool> {
    let mut status = 0;
    for attribute in candidates {
        let read = inquiry.look(User, id).await?;
        let Some(mut body) = read.body.filter(Value::is_object) else { return Ok(false) };
        attribute.write(&mut body, json!("Purser Probe put"));
        if let Some(object) = body.as_object_mut() {
            object
                .retain(|name, _| !name.eq_ignore_ascii_case("meta") && !name.eq_ignore_ascii_case("groups"));
        }
        let put = inquiry.ask(Method::PUT, object_path(User, id), None, Some(&body)).await?;
        let shown = inquiry.look(User, id).await?;
        if holds(&shown, attribute, "Purser Probe put") {
            return Ok(true);
        }
        status = put.status;
    }
    inquiry.remark(format!(
        "Accounts can't be changed in any way that was tried: PUT was answered with {status}, and the value stayed.",
    ));
    Ok(false)
}

fn holds(shown: &Seen, attribute: &TargetPath, value: &str) -> bool {
    let found = shown.body.as_ref().and_then(|body| attribute.find(body));
    found.and_then(Value::as_str) == Some(value)
}

/// Enables the user, and disables it again: the change that matters most.
async fn try_boolean(inquiry: &mut Inquiry, id: &str, user: &Value) -> Result<()> {
    let is = |seen: &Seen, wanted: bool| match seen.get("active") {
        Some(Value::Bool(value)) => *value == wanted,
        Some(Value::String(text)) => text.eq_ignore_ascii_case(if wanted { "true" } else { "false" }),
        _ => false,
    };
    if member(user, "active").is_none() {
        inquiry.remark("The application does not show whether a user is enabled, so it can't be seen whether disabling works.");
        return Ok(());
    }
    let mut evidence = Vec::new();
    for as_text in [inquiry.profile.scim.booleans_as_text, !inquiry.profile.scim.booleans_as_text] {
        let was = std::mem::replace(&mut inquiry.profile.scim.booleans_as_text, as_text);
        let mut worked = true;
        for wanted in [true, false] {
            let value = inquiry.boolean(wanted);
            let patched = inquiry.patch(User, id, replace(inquiry, "active", value)).await?;
            let shown = inquiry.look(User, id).await?;
            evidence.extend([patched.at, shown.at]);
            worked &= patched.is_success() && is(&shown, wanted);
        }
        inquiry.profile.scim.booleans_as_text = was;
        if worked {
            let why = "Enabling and disabling works with booleans in this form only.";
            inquiry.propose("booleans_as_text", json!(as_text), why, &evidence);
            return Ok(());
        }
    }
    inquiry.remark("Disabling had no effect in any form that was tried: leavers must be deleted here, or disabled by hand.");
    Ok(())
}

/// How a value is taken away.
async fn try_clear(inquiry: &mut Inquiry, id: &str, user: &Value) -> Result<()> {
    if member(user, "title").is_none() {
        return Ok(());
    }
    let mut evidence = Vec::new();
    for (word, value) in [("remove", None), ("emptyText", Some(json!(""))), ("null", Some(Value::Null))] {
        // A form that was tried before may have done half of the work.
        let filled = inquiry.patch(User, id, replace(inquiry, "title", json!("Probe"))).await?;
        let operations = match value {
            None => json!([{ "op": inquiry.operation("remove"), "path": "title" }]),
            Some(value) => replace(inquiry, "title", value),
        };
        let patched = inquiry.patch(User, id, operations).await?;
        let shown = inquiry.look(User, id).await?;
        evidence.extend([filled.at, patched.at, shown.at]);
        let gone = shown.get("title").is_none_or(|value| value.is_null() || *value == json!(""));
        if patched.is_success() && shown.status == 200 && gone {
            inquiry.propose(
                "clear",
                json!(word),
                "This is the way in which the application takes a value away.",
                &evidence,
            );
            return Ok(());
        }
    }
    inquiry
        .remark("A value can't be taken away in any form that was tried; clear flows have no effect here.");
    Ok(())
}

/// Whether a value of the enterprise extension changes: its names hold colons and a number with a dot, at which servers
/// split in the wrong places.
async fn try_extension(inquiry: &mut Inquiry, id: &str, user: &Value, attribute: &TargetPath) -> Result<()> {
    let department =
        |value: &Value| Some(member(member(value, ENTERPRISE)?, "department")?.as_str()?.to_owned());
    if department(user).is_none() {
        return Ok(());
    }
    let name = format!("{ENTERPRISE}:department");
    let mut evidence = Vec::new();
    for (at, pathless) in [inquiry.profile.scim.pathless_replace, !inquiry.profile.scim.pathless_replace]
        .into_iter()
        .enumerate()
    {
        let was = std::mem::replace(&mut inquiry.profile.scim.pathless_replace, pathless);
        let (ours, theirs) = (format!("Probe {at}"), format!("Purser Probe again {at}"));
        let patched = inquiry.patch(User, id, replace(inquiry, &name, json!(ours))).await?;
        // The other kind of value must go on changing in this form too.
        let other = inquiry.patch(User, id, replace(inquiry, attribute.as_str(), json!(theirs))).await?;
        let shown = inquiry.look(User, id).await?;
        evidence.extend([patched.at, other.at, shown.at]);
        inquiry.profile.scim.pathless_replace = was;
        let changed = shown.body.as_ref().and_then(department) == Some(ours);
        if changed && holds(&shown, attribute, &theirs) {
            let why = "Values of the enterprise extension change in this form only.";
            inquiry.propose("pathless_replace", json!(pathless), why, &evidence);
            return Ok(());
        }
    }
    let read = inquiry.look(User, id).await?;
    let Some(mut body) = read.body.filter(|body| department(body).is_some()) else { return Ok(()) };
    body[ENTERPRISE]["department"] = json!("Probe put");
    if let Some(object) = body.as_object_mut() {
        object.retain(|name, _| !name.eq_ignore_ascii_case("meta") && !name.eq_ignore_ascii_case("groups"));
    }
    let put = inquiry.ask(Method::PUT, object_path(User, id), None, Some(&body)).await?;
    let shown = inquiry.look(User, id).await?;
    evidence.extend([put.at, shown.at]);
    if shown.body.as_ref().and_then(department).as_deref() == Some("Probe put") {
        let why = "Values of the enterprise extension change only when the account is put back whole.";
        inquiry.propose("patch", json!(false), why, &evidence);
    } else {
        inquiry.remark("Values of the enterprise extension stay as they were created, in every form of change that was tried: take their rows out of the mapping, or let them be written on creation only.");
    }
    Ok(())
}

fn replace(inquiry: &Inquiry, attribute: &str, value: Value) -> Value {
    if inquiry.profile.scim.pathless_replace {
        return json!([{ "op": inquiry.operation("replace"), "value": { attribute: value } }]);
    }
    json!([{ "op": inquiry.operation("replace"), "path": attribute, "value": value }])
}
