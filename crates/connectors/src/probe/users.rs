//! The user that is thrown away.
use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use serde_json::{Value, json};

use super::inquiry::{Inquiry, Seen, id_in, member};
use crate::error::{ConnectorError, ErrorKind, Result};

/// The enterprise extension of RFC 7643, section 4.3.
pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const CORE_USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// In the list of what a create can differ in: the user has the core schema's attributes only.
const PLAIN: &str = "(plain)";

/// Makes a second user, for lists that would hold one alone. A target that refuses it is none the worse.
pub(super) async fn make_another(inquiry: &mut Inquiry) -> Result<()> {
    let body = body_of(inquiry, "2");
    let name = address_of(inquiry, "2");
    inquiry.make(ObjectKind::User, &name, &body).await?;
    Ok(())
}

/// Makes the user, and gives it as the target shows it; `None` when it is not shown.
pub(super) async fn make_user(inquiry: &mut Inquiry) -> Result<Option<Value>> {
    let mut refusals = Vec::new();
    // What a create can differ in, from what the RFC says to what it does not.
    for (setting, value, why) in [
        ("", Value::Null, ""),
        (
            "content_type",
            json!("application/json"),
            "The application refuses the content type application/scim+json.",
        ),
        (
            "booleans_as_text",
            json!(true),
            "The application refuses real booleans and takes the texts True and False.",
        ),
        (PLAIN, Value::Null, ""),
    ] {
        let before = inquiry.profile.clone();
        match setting {
            "content_type" => inquiry.profile.scim.content_type = "application/json".to_owned(),
            "booleans_as_text" => inquiry.profile.scim.booleans_as_text = true,
            PLAIN => inquiry.plain = true,
            _ => {}
        }
        if !matches!(setting, "" | PLAIN) && inquiry.profile == before {
            continue;
        }
        let body = body_of(inquiry, "");
        let name = address_of(inquiry, "");
        let created = inquiry.make(ObjectKind::User, &name, &body).await?;
        let seen = created.seen;
        if seen.is_success() {
            let Some(id) = created.id else { return Err(lost(inquiry, &name)) };
            if setting == PLAIN {
                inquiry.remark("The application refuses users with attributes of the enterprise extension: take their rows out of the mapping.");
            } else if !setting.is_empty() {
                let mut evidence = refusals.clone();
                evidence.push(seen.at);
                inquiry.propose(setting, value, why, &evidence);
            }
            match &created.object {
                Some(user) => look_at(inquiry, &seen, user),
                None => inquiry.remark(format!(
                    "An account that was just made (id {id}) can't be read by its id, so nothing was tried on it."
                )),
            }
            return Ok(created.object);
        }
        inquiry.profile = before;
        refusals.push(seen.at);
        // 0: it hung up.
        if !matches!(seen.status, 0 | 400 | 406 | 415 | 422 | 500) {
            return Err(refused(inquiry, &seen));
        }
        if setting == PLAIN {
            return Err(refused(inquiry, &seen));
        }
    }
    Err(ConnectorError::new(
        ErrorKind::Rejected { attribute: None },
        format!("{} took no user in any way that was tried.", inquiry.host()),
        "Look at the requests; the application may need attributes that no standard names. Probe with reading only, and map those attributes.",
    ))
}

fn lost(inquiry: &Inquiry, name: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Misconfigured,
        format!("{} answered that it made the user {name}, and does not show it.", inquiry.host()),
        "Tell the application's support: RFC 7644 demands the new account and its id in the answer. Probe with reading only.",
    )
}

fn refused(inquiry: &Inquiry, seen: &Seen) -> ConnectorError {
    let detail = inquiry.redact(&seen.detail());
    let said = if detail.is_empty() { String::new() } else { format!(": {detail}") };
    ConnectorError::new(
        ErrorKind::Rejected { attribute: None },
        format!("{} refused to make the user of the probe ({}){said}.", inquiry.host(), seen.status),
        "Probe with reading only, or give the credentials the right to make users.",
    )
}

/// Name of the first (`""`) or second (`"2"`) user.
fn address_of(inquiry: &Inquiry, number: &str) -> String {
    format!("{}{number}@example.invalid", inquiry.mark)
}

fn body_of(inquiry: &Inquiry, number: &str) -> Value {
    let mark = format!("{}{number}", inquiry.mark);
    let address = address_of(inquiry, number);
    let mut schemas = vec![json!(CORE_USER)];
    let mut body = json!({
        "userName": address,
        "externalId": mark,
        "displayName": "Purser Probe",
        "title": "Probe",
        "name": {"givenName": "Purser", "familyName": "Probe", "formatted": "Purser Probe"},
        // Another one than userName: some servers look for the one when they are asked for the other.
        "emails": [{"type": "work", "primary": true, "value": format!("mail-{address}")}],
        // Not enabled: no mail, no licence where that makes a difference.
        "active": inquiry.boolean(false),
    });
    if !inquiry.plain {
        body[ENTERPRISE] = json!({ "department": "Probe", "employeeNumber": mark });
        schemas.push(json!(ENTERPRISE));
    }
    for (path, value) in &inquiry.required {
        let Ok(path) = TargetPath::parse(path) else { continue };
        if path.find(&body).is_none() {
            path.write(&mut body, value.clone());
        }
        if let Some(extension) = path.extension()
            && !schemas.iter().any(|schema| schema == extension)
        {
            schemas.push(json!(extension));
        }
    }
    for schema in &inquiry.profile.scim.always_schemas {
        schemas.push(json!(schema));
    }
    body["schemas"] = json!(schemas);
    body
}

/// What the new user tells.
fn look_at(inquiry: &mut Inquiry, created: &Seen, user: &Value) {
    let id = id_in(user).unwrap_or_default();
    let name = member(user, "userName").and_then(Value::as_str).unwrap_or_default();
    if !id.is_empty() && id == name {
        inquiry.propose(
            "id_attribute",
            json!("userName"),
            "The account's id is its userName, so it changes when the name does.",
            &[created.at],
        );
    }
    let wanted = body_of(inquiry, "");
    let missing: Vec<&str> = ["externalId", "displayName", "title", "emails", "name", ENTERPRISE]
        .into_iter()
        .filter(|name| member(user, name).is_none() && member(&wanted, name).is_some())
        .collect();
    if !missing.is_empty() {
        inquiry.remark(format!(
            "The application does not keep these attributes, or does not show them: {}.",
            missing.join(", ")
        ));
    }
    let active = member(user, "active");
    if active.is_some_and(|value| *value == json!(true) || *value == json!("True")) {
        inquiry.remark("The application makes every user enabled, also when it is told otherwise.");
    }
    if !inquiry.required.is_empty() {
        let names: Vec<&str> = inquiry.required.iter().map(|(path, _)| path.as_str()).collect();
        inquiry.remark(format!(
            "Every user must have: {}. See to it that the mapping writes them.",
            names.join(", ")
        ));
    }
}
