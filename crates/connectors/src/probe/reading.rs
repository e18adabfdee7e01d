//! What can be found out by reading: the discovery documents, lists and pages.
use std::collections::HashSet;

use purser_domain::object::ObjectKind;
use serde_json::{Value, json};
use uuid::Uuid;

use super::inquiry::{Inquiry, Seen, id_in, member};
use crate::error::{ConnectorError, ErrorKind, Result};
use crate::scim::collection;

/// Most attributes of a schema that are looked at.
const MOST_ATTRIBUTES: usize = 500;

/// Objects that are there already.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) user: Option<Value>,
    pub(super) group: Option<Value>,
    pub(super) has_groups: bool,
    /// There is no user yet, so that the probe's would be alone.
    pub(super) alone: bool,
}

/// What the target says about itself. Nothing of it is proposed unseen, but what must be in a new user is believed.
pub(super) async fn ask_about_itself(inquiry: &mut Inquiry) -> Result<()> {
    let config = inquiry.get("/ServiceProviderConfig".to_owned(), None).await?;
    if config.status == 200 && config.body.is_some() {
        let flag = |name: &str| config.get(name).and_then(|value| member(value, "supported")?.as_bool());
        if flag("patch") == Some(false) {
            inquiry.propose(
                "patch",
                json!(false),
                "The application says that it has no PATCH.",
                &[config.at],
            );
        }
        let most = config.get("filter").and_then(|value| member(value, "maxResults")?.as_u64());
        let most = most.and_then(|most| u32::try_from(most).ok()).filter(|most| *most > 0);
        if let Some(most) = most.filter(|most| *most < inquiry.profile.common.page_size) {
            let why = format!("The application says that it sends at most {most} objects at once.");
            inquiry.propose("page_size", json!(most), why, &[config.at]);
        }
    } else {
        inquiry.remark(
            "The application does not describe itself (no ServiceProviderConfig); everything was tried.",
        );
    }
    let schemas = inquiry.get("/Schemas".to_owned(), None).await?;
    if schemas.status == 200 {
        inquiry.required = required_of(&schemas);
    }
    Ok(())
}

/// Attributes that every user must have, with a value that fits their type.
fn required_of(schemas: &Seen) -> Vec<(String, Value)> {
    let list = schemas.resources().or_else(|| schemas.body.as_ref()?.as_array());
    let mut required = Vec::new();
    for schema in list.into_iter().flatten() {
        let id = member(schema, "id").and_then(Value::as_str).unwrap_or_default();
        let lower = id.to_ascii_lowercase();
        let is_user = lower.ends_with(":user") && lower.starts_with("urn:");
        if !is_user {
            continue;
        }
        let core = lower == "urn:ietf:params:scim:schemas:core:2.0:user";
        let attributes = member(schema, "attributes").and_then(Value::as_array).into_iter().flatten();
        for attribute in attributes.take(MOST_ATTRIBUTES) {
            if member(attribute, "required").and_then(Value::as_bool) != Some(true) {
                continue;
            }
            let Some(name) = member(attribute, "name").and_then(Value::as_str) else { continue };
            if member(attribute, "mutability").and_then(Value::as_str) == Some("readOnly") {
                continue;
            }
            let sample = match name.to_ascii_lowercase().as_str() {
                // What most rules for passwords are content with.
                "password" => json!(format!("Pr0be-{}", Uuid::new_v4())),
                _ => sample_of(attribute, 0),
            };
            let path = if core { name.to_owned() } else { format!("{id}:{name}") };
            required.push((path, sample));
        }
    }
    required
}

/// A value for an attribute. Complex ones get what they require, or all of their simple parts.
fn sample_of(attribute: &Value, depth: u8) -> Value {
    let canonical =
        member(attribute, "canonicalValues").and_then(Value::as_array).and_then(|list| list.first());
    let one = match member(attribute, "type").and_then(Value::as_str).unwrap_or("string") {
        "boolean" => json!(true),
        "integer" => json!(1),
        "decimal" => json!(1.5),
        "dateTime" => json!("2026-01-01T00:00:00Z"),
        "binary" => json!("cHVyc2Vy"),
        "reference" => json!("https://example.invalid/"),
        "complex" if depth < 3 => {
            let parts: Vec<&Value> =
                member(attribute, "subAttributes").and_then(Value::as_array).into_iter().flatten().collect();
            let must = |part: &&&Value| member(part, "required").and_then(Value::as_bool) == Some(true);
            let mut chosen: Vec<&&Value> = parts.iter().filter(must).collect();
            if chosen.is_empty() {
                chosen = parts.iter().filter(|part| member(part, "name") == Some(&json!("value"))).collect();
            }
            let part = |part: &&Value| {
                Some((member(part, "name")?.as_str()?.to_owned(), sample_of(part, depth + 1)))
            };
            Value::Object(chosen.into_iter().filter_map(part).collect())
        }
        _ => canonical.cloned().unwrap_or_else(|| json!("purser-probe")),
    };
    if member(attribute, "multiValued").and_then(Value::as_bool) == Some(true) { json!([one]) } else { one }
}

/// Whether there are lists, of groups too, and something in them.
pub(super) async fn ask_for_lists(inquiry: &mut Inquiry, groups: bool) -> Result<Known> {
    let users =
        inquiry.get(collection(ObjectKind::User).to_owned(), Some("startIndex=1&count=2".to_owned())).await?;
    check_access(inquiry, &users)?;
    if users.resources().is_none() && users.get("totalResults").is_none() && users.status == 200 {
        return Err(ConnectorError::new(
            ErrorKind::Misconfigured,
            format!(
                "{} answers the question for its users with something that is no SCIM list.",
                inquiry.host()
            ),
            "Check that the Tenant URL is the SCIM base address of the application.",
        ));
    }
    if !users.is_success() {
        inquiry.remark(format!("Users can't be listed: the application answered {}.", users.status));
    }
    let first = |seen: &Seen| seen.resources().and_then(|list| list.first()).cloned();
    let alone = users.resources().is_none_or(Vec::is_empty);
    let mut known = Known { user: first(&users), alone, ..Known::default() };
    if groups {
        let listed = inquiry
            .get(collection(ObjectKind::Group).to_owned(), Some("startIndex=1&count=1".to_owned()))
            .await?;
        known.has_groups = listed.is_success();
        known.group = first(&listed);
        if !known.has_groups {
            inquiry.remark(format!(
                "The application has no groups to provision: it answered {} when asked for them. Switch the mapping of groups off.",
                listed.status
            ));
        }
    }
    Ok(known)
}

fn check_access(inquiry: &Inquiry, seen: &Seen) -> Result<()> {
    let host = inquiry.host();
    let (kind, message, advice) = match seen.status {
        401 => (
            ErrorKind::Auth,
            format!("{host} did not accept the credentials (401)."),
            "Enter credentials that are valid, test the connection, and probe again.",
        ),
        403 => (
            ErrorKind::Auth,
            format!("{host} accepts the credentials, and does not let them read users (403)."),
            "Use the credentials of an administrator with the scope for SCIM.",
        ),
        404 => (
            ErrorKind::Misconfigured,
            format!("{host} has no users at this address (404)."),
            "Check the path of the Tenant URL: it must be the SCIM base address, without /Users at its end.",
        ),
        _ => return Ok(()),
    };
    Err(ConnectorError::new(kind, message, advice))
}

/// How the list of users is paged. Asked when there is at least one user, so that a second page can differ.
pub(super) async fn ask_for_pages(inquiry: &mut Inquiry) -> Result<()> {
    let users = || collection(ObjectKind::User).to_owned();
    let first = inquiry.get(users(), Some("startIndex=1&count=1".to_owned())).await?;
    let second = inquiry.get(users(), Some("startIndex=2&count=1".to_owned())).await?;
    let ids =
        |seen: &Seen| -> Vec<String> { seen.resources().into_iter().flatten().filter_map(id_in).collect() };
    let (one, two) = (ids(&first), ids(&second));
    if first.get("totalResults").and_then(Value::as_u64) == Some(1) && one.len() == 1 {
        inquiry.remark("There is one user only, so it was not seen how the application pages its lists.");
        return Ok(());
    }
    if one.len() == 1 && two.first().is_some_and(|id| *id != one[0]) {
        return Ok(());
    }
    let cursor = first.get("nextCursor").or_else(|| second.get("nextCursor")).and_then(Value::as_str);
    let started = match cursor {
        Some(_) => None,
        None => Some(inquiry.get(users(), Some("cursor&count=1".to_owned())).await?),
    };
    let offered = cursor.is_some()
        || started.as_ref().is_some_and(|seen| seen.get("nextCursor").and_then(Value::as_str).is_some());
    if offered {
        let at = started.map_or(first.at, |seen| seen.at);
        inquiry.propose(
            "paging",
            json!("cursor"),
            "The application ignores startIndex and offers a cursor.",
            &[first.at, second.at, at],
        );
        return Ok(());
    }
    let total = first.get("totalResults").and_then(Value::as_u64).unwrap_or(0);
    if one.len() > 1 && one == two {
        let all: HashSet<_> = one.iter().collect();
        if u64::try_from(all.len()).is_ok_and(|count| count >= total) {
            inquiry.propose(
                "paging",
                json!("none"),
                "The application sends all users at once, whatever is asked for.",
                &[first.at, second.at],
            );
        } else {
            inquiry.remark(format!(
                "The application always sends its first {} users: it can't be listed, so accounts must be found with filters.",
                all.len()
            ));
        }
    } else if !one.is_empty() && one == two {
        inquiry.remark(
            "The application sends the same user for the first and the second place of its list: it can't be listed, so accounts must be found with filters.",
        );
    }
    Ok(())
}
