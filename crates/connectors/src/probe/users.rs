//! The user that is thrown away.
use purser_domain::mapping::ObjectKind;
use purser_domain::path::TargetPath;
use reqwest::Method;
use serde_json::{Value, json};

use super::session::{Seen, Session, collection, id_in, member};
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
    let seen = session.ask(Method::POST, collection(ObjectKind::User).to_owned(), None, Some(&body)).await?;
    match seen.body.as_ref().and_then(id_in).filter(|_| seen.is_success()) {
        Some(id) => session.note_made(ObjectKind::User, id),
        None if seen.is_success() => {
            session.remark(format!(
                "A second user {}2@example.invalid was made: delete it in the application.",
                session.mark
            ));
        }
        None => {}
    }
    Ok(())
}

/// Makes the user, and gives it as the target shows it.
pub(super) async fn make_user(session: &mut Session) -> Result<Value> {
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
        let seen =
            session.ask(Method::POST, collection(ObjectKind::User).to_owned(), None, Some(&body)).await?;
        if seen.is_success() {
            let found = made(session, &seen).await?;
            if setting == PLAIN {
                session.remark("The application refuses users with attributes of the enterprise extension: take their rows out of the mapping.");
            } else if !setting.is_empty() {
                let mut evidence = refusals.clone();
                evidence.push(seen.at);
                session.propose(setting, value, why, &evidence);
            }
            look_at(session, &seen, &found);
            return Ok(found);
        }
        session.profile = before;
        refusals.push(seen.at);
        if !matches!(seen.status, 400 | 406 | 415 | 422 | 500) {
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

fn refused(session: &Session, seen: &Seen) -> ConnectorError {
    let detail = seen.detail();
    let said = if detail.is_empty() { String::new() } else { format!(": {detail}") };
    ConnectorError::new(
        ErrorKind::Rejected { attribute: None },
        format!("{} refused to make the user of the probe ({}){said}.", session.host(), seen.status),
        "Probe with reading only, or give the credentials the right to make users.",
    )
}

fn body_of(session: &Session, number: &str) -> Value {
    let mark = format!("{}{number}", session.mark);
    let address = format!("{mark}@example.invalid");
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

/// The user as it is shown by a read, since answers to creates may hold less, or nothing.
async fn made(session: &mut Session, seen: &Seen) -> Result<Value> {
    let address = format!("{}@example.invalid", session.mark);
    let mut id = seen.body.as_ref().and_then(id_in);
    if id.is_none() {
        // It exists, and must be found again before anything else can be done, or undone.
        let found = session.filter(ObjectKind::User, &format!("userName eq {}", json!(address))).await?;
        let is_ours =
            |user: &&Value| member(user, "userName").and_then(Value::as_str) == Some(address.as_str());
        id = found.resources().and_then(|list| id_in(list.iter().find(is_ours)?));
        session.remark("The answer to a create does not hold the new account's id.");
    }
    let Some(id) = id else {
        session.remark(format!(
            "The user {address} was made, and can't be found again: delete it in the application."
        ));
        return Err(ConnectorError::new(
            ErrorKind::Misconfigured,
            format!("{} made a user and did not say which id it has.", session.host()),
            "Tell the application's support: RFC 7644 demands it. Delete the user of the probe in the application.",
        ));
    };
    session.note_made(ObjectKind::User, id.clone());
    let read = session.read(ObjectKind::User, &id).await?;
    match read.body.filter(|body| read.status == 200 && id_in(body).is_some()) {
        Some(body) => Ok(body),
        None => {
            session.remark(format!(
                "An account that was just made can't be read by its id: the answer was {}.",
                read.status
            ));
            Ok(json!({ "id": id, "userName": address }))
        }
    }
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
