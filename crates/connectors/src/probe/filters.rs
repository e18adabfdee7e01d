//! By what attributes objects can be looked for.
use purser_domain::object::ObjectKind;
use serde_json::{Value, json};
use uuid::Uuid;

use super::inquiry::{Inquiry, Seen, id_in, member, name_attribute};
use crate::error::Result;

/// Asks for an object that cannot exist: what a cycle asks first about each.
pub(super) async fn ask_for_nobody(inquiry: &mut Inquiry, kind: ObjectKind) -> Result<()> {
    let name = name_attribute(kind);
    let seen = inquiry.filter(kind, &format!("{name} eq \"{}\"", Uuid::new_v4())).await?;
    if seen.status == 404 {
        inquiry.propose(
            "empty_result_is_404",
            json!(true),
            "Asked for somebody who does not exist, the application answers 404 instead of an empty list.",
            &[seen.at],
        );
    }
    let odd = inquiry.filter(kind, &format!("{name} eq {}", json!("a\"b\\c&d"))).await?;
    if seen.status == 200 && odd.status >= 400 && odd.status != 404 {
        inquiry.remark(format!(
            "A quotation mark in a value makes the application answer {}: people whose {name} holds one can't be found.",
            odd.status
        ));
    }
    Ok(())
}

/// Asks for an object that exists, by each attribute that is used for matching, and for a value that none has: only
/// an attribute with which the one is found and the other is not can be relied on.
pub(super) async fn ask_for_somebody(inquiry: &mut Inquiry, kind: ObjectKind, object: &Value) -> Result<()> {
    let Some(id) = id_in(object) else { return Ok(()) };
    let mut good = Vec::new();
    let mut evidence = Vec::new();
    let mut bad = Vec::new();
    for name in [name_attribute(kind), "externalId"] {
        let Some(value) = member(object, name).and_then(Value::as_str).filter(|value| !value.is_empty())
        else {
            continue;
        };
        match is_found_by(inquiry, kind, name, value, &id, &mut evidence).await? {
            true => good.push(name.to_owned()),
            false => bad.push(name),
        }
    }
    if kind == ObjectKind::User
        && let Some(address) = work_address(object)
    {
        let name = "emails[type eq \"work\"].value";
        match ask_for_element(inquiry, &address, &id, &mut evidence).await? {
            true => good.push(name.to_owned()),
            false => bad.push(name),
        }
    }
    let setting = match kind {
        ObjectKind::User => "filterable_users",
        ObjectKind::Group => "filterable_groups",
    };
    let objects = format!("{}s", kind.as_str().to_lowercase());
    if bad.is_empty() && good.len() > 1 {
        return Ok(());
    }
    if good.is_empty() {
        let why = format!(
            "The application does not filter its {objects}: one that exists was not found, or others came with it. They are listed and compared instead, which is slow where there are many."
        );
        inquiry.propose(setting, json!([]), why, &evidence);
    } else if !bad.is_empty() {
        let why = format!("Filters of {objects} work by {} only.", good.join(", "));
        inquiry.propose(setting, json!(good), why, &evidence);
    }
    if kind == ObjectKind::User && good.iter().any(|name| name == "userName") {
        ask_in_capitals(inquiry, object, &id).await?;
    }
    Ok(())
}

async fn is_found_by(
    inquiry: &mut Inquiry,
    kind: ObjectKind,
    name: &str,
    value: &str,
    id: &str,
    evidence: &mut Vec<usize>,
) -> Result<bool> {
    let there = inquiry.filter(kind, &format!("{name} eq {}", json!(value))).await?;
    evidence.push(there.at);
    if !only(&there, id) {
        return Ok(false);
    }
    let nobody = inquiry.filter(kind, &format!("{name} eq \"{}\"", Uuid::new_v4())).await?;
    evidence.push(nobody.at);
    Ok(is_empty(&nobody))
}

/// Which spelling of a filter on one element of a list the target understands. False when none.
async fn ask_for_element(
    inquiry: &mut Inquiry,
    address: &str,
    id: &str,
    evidence: &mut Vec<usize>,
) -> Result<bool> {
    let value = json!(address);
    let nobody = json!(format!("{}@example.invalid", Uuid::new_v4()));
    type Spell = fn(&Value) -> String;
    let spellings: [(&str, Spell); 3] = [
        ("inside", |value| format!("emails[type eq \"work\" and value eq {value}]")),
        ("outside", |value| format!("emails[type eq \"work\"].value eq {value}")),
        ("plain", |value| format!("emails.value eq {value}")),
    ];
    for (word, spell) in spellings {
        let there = inquiry.filter(ObjectKind::User, &spell(&value)).await?;
        evidence.push(there.at);
        if !only(&there, id) {
            continue;
        }
        let none = inquiry.filter(ObjectKind::User, &spell(&nobody)).await?;
        evidence.push(none.at);
        if is_empty(&none) {
            let why = "This is the spelling of filters on e-mail addresses that the application understands.";
            inquiry.propose("element_filter", json!(word), why, &[there.at, none.at]);
            return Ok(true);
        }
    }
    Ok(false)
}

async fn ask_in_capitals(inquiry: &mut Inquiry, object: &Value, id: &str) -> Result<()> {
    let Some(name) = member(object, "userName").and_then(Value::as_str) else { return Ok(()) };
    let capitals = name.to_uppercase();
    if capitals == name {
        return Ok(());
    }
    let seen = inquiry.filter(ObjectKind::User, &format!("userName eq {}", json!(capitals))).await?;
    if !only(&seen, id) {
        inquiry.remark(
            "Filters on userName heed upper and lower case here, against RFC 7643: an account whose name differs in case only is not found.",
        );
    }
    Ok(())
}

/// Exactly this object.
fn only(seen: &Seen, id: &str) -> bool {
    seen.status == 200
        && seen.resources().is_some_and(|list| list.len() == 1 && id_in(&list[0]).as_deref() == Some(id))
}

fn is_empty(seen: &Seen) -> bool {
    seen.status == 404 || (seen.status == 200 && seen.resources().is_none_or(Vec::is_empty))
}

fn work_address(object: &Value) -> Option<String> {
    let addresses = member(object, "emails")?.as_array()?;
    let is_work = |address: &&Value| member(address, "type").and_then(Value::as_str) == Some("work");
    Some(member(addresses.iter().find(is_work)?, "value")?.as_str()?.to_owned())
}
