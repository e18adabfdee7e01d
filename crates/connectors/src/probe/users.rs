//! The user that is thrown away.
use purser_domain::object::ObjectKind;
use purser_domain::path::TargetPath;
use serde_json::{Value, json};

use super::session::{Seen, Session, id_in, member};
use crate::connector::Result;
use crate::error::{ConnectorError, ErrorKind};

/// The enterprise extension of RFC 7643, section 4.3.
pub(super) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const CORE_USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// In the list of what a create can differ in: the user has the core schema's attributes only.
const PLAIN: &str = "(plain)";

/// Makes a second user, for lists that would hold one alone. A target that refuses it is none the worse.
pub(super) async fn make_another(session: &mut Session) -> Result<()> {
    let body = body_of(session, "2");
    let name = address_of(session, "2");
    session.make(ObjectKind::User, &name, &body).await?;
    Ok(())
}

/// Makes the user, and gives it as the target shows it; `None` when it is not shown.
pub(super) async fn make_user(session: &mut Session) -> Result<Option<Value>> {
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
        let before = session.profile.clone();
        match setting {
            "content_type" => session.profile.content_type = "application/json".to_owned(),
            "booleans_as_text" => session.profile.booleans_as_text = true,
            PLAIN => session.plain = true,
            _ => {}
        }
        if !matches!(setting, "" | PLAIN) && session.profile == before {
            continue;
        }
        let body = body_of(session, "");
        let name = address_of(session, "");
        let created = session.make(ObjectKind::User, &name, &body).await?;
        let seen = created.seen;
        if seen.is_success() {
            let Some(id) = created.id else { return Err(lost(session, &name)) };
            if setting == PLAIN {
                session.remark("The application refuses users with attributes of the enterprise extension: take their rows out of the mapping.");
            } else if !setting.is_empty() {
                let mut evidence = refusals.clone();
                evidence.push(seen.at);
                session.propose(setting, value, why, &evidence);
            }
            match &created.object {
                Some(user) => look_at(session, &seen, user),
                None => session.remark(format!(
                    "An account that was just made (id {id}) can't be read by its id, so nothing was tried on it."
                )),
            }
            return Ok(created.object);
        }
        session.profile = before;
        refusals.push(seen.at);
        // 0: it hung up.
        if !matches!(seen.status, 0 | 400 | 406 | 415 | 422 | 500) {
            return Err(refused(session, &seen));
        }
        if setting == PLAIN {
            return Err(refused(session, &seen));
        }
    }
    Err(ConnectorError::new(
        ErrorKind::Rejected { attribute: None },
        format!("{} took no user in any way that was tried.", session.host()),
        "Look at the requests; the application may need attributes that no standard names. Probe with reading only, and map those attributes.",
    ))
}

fn lost(session: &Session, name: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Misconfigured,
        format!("{} answered that it made the user {name}, and does not show it.", session.host()),
        "Tell the application's support: RFC 7644 demands the new account and its id in the answer. Probe with reading only.",
    )
}

fn refused(session: &Session, seen: &Seen) -> ConnectorError {
    let detail = session.redact(&seen.detail());
    let said = if detail.is_empty() { String::new() } else { format!(": {detail}") };
    ConnectorError::new(
        ErrorKind::Rejected { attribute: None },
        format!("{} refused to make the user of the probe ({}){said}.", session.host(), seen.status),
        "Probe with reading only, or give the credentials the right to make users.",
    )
}

/// Name of the first (`""`) or second (`"2"`) user.
fn address_of(session: &Session, number: &str) -> String {
    format!("{}{number}@example.invalid", session.mark)
}

fn body_of(session: &Session, number: &str) -> Value {
    let mark = format!("{}{number}", session.mark);
    let address = address_of(session, number);
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
        "active": session.boolean(false),
    });
    if !session.plain {
        body[ENTERPRISE] = json!({ "department": "Probe", "employeeNumber": mark });
        schemas.push(json!(ENTERPRISE));
    }
    for (path, value) in &session.required {
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
    for schema in &session.profile.always_schemas {
        schemas.push(json!(schema));
    }
    body["schemas"] = json!(schemas);
    body
}

/// What the new user tells.
fn look_at(session: &mut Session, created: &Seen, user: &Value) {
    let id = id_in(user).unwrap_or_default();
    let name = member(user, "userName").and_then(Value::as_str).unwrap_or_default();
    if !id.is_empty() && id == name {
        session.propose(
            "id_attribute",
            json!("userName"),
            "The account's id is its userName, so it changes when the name does.",
            &[created.at],
        );
    }
    let wanted = body_of(session, "");
    let missing: Vec<&str> = ["externalId", "displayName", "title", "emails", "name", ENTERPRISE]
        .into_iter()
        .filter(|name| member(user, name).is_none() && member(&wanted, name).is_some())
        .collect();
    if !missing.is_empty() {
        session.remark(format!(
            "The application does not keep these attributes, or does not show them: {}.",
            missing.join(", ")
        ));
    }
    let active = member(user, "active");
    if active.is_some_and(|value| *value == json!(true) || *value == json!("True")) {
        session.remark("The application makes every user enabled, also when it is told otherwise.");
    }
    if !session.required.is_empty() {
        let names: Vec<&str> = session.required.iter().map(|(path, _)| path.as_str()).collect();
        session.remark(format!(
            "Every user must have: {}. See to it that the mapping writes them.",
            names.join(", ")
        ));
    }
}
