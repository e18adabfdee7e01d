//! The group that is thrown away, and its members.
use purser_domain::object::ObjectKind::Group;
use reqwest::Method;
use serde_json::{Value, json};

use super::filters;
use super::inquiry::{Inquiry, Seen, id_in, member, object_path};
use crate::error::Result;

const CORE_GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// How it can be seen who is a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sight {
    Returned,
    OnRequest,
    ByFilter,
    Never,
}

/// Makes a group, and finds out how its members are changed and seen.
pub(super) async fn try_group(inquiry: &mut Inquiry, user: &Value) -> Result<()> {
    let Some(user) = id_in(user) else { return Ok(()) };
    let mark = inquiry.mark.clone();
    let body = json!({ "schemas": [CORE_GROUP], "displayName": mark, "externalId": mark });
    let created = inquiry.make(Group, &mark, &body).await?;
    let seen = created.seen;
    let Some(id) = created.id else {
        inquiry.remark(format!(
            "The application refused to make a group ({}{}). Switch the mapping of groups off, or look at its answer.",
            seen.status,
            Some(seen.detail()).filter(|text| !text.is_empty()).map(|text| format!(": {text}")).unwrap_or_default()
        ));
        return Ok(());
    };
    let Some(group) = created.object else {
        inquiry.remark("A group that was just made can't be read by its id, so nothing was tried on it.");
        return Ok(());
    };
    filters::ask_for_somebody(inquiry, Group, &group).await?;

    let added = add_member(inquiry, &id, &user).await?;
    let sight = find_sight(inquiry, &id, &user, added.at).await?;
    let Some(sight) = sight else {
        // No member was added, as far as can be seen. PUT is what is left.
        return try_put(inquiry, &id, &user, added.at).await;
    };
    if sight == Sight::Never {
        inquiry.remark(
            "The application shows nobody's membership, so it can't be seen whether removing a member works.",
        );
        return rely_on_status(inquiry, &id, &user).await;
    }
    remove_member(inquiry, &id, &user, sight).await
}

async fn add_member(inquiry: &mut Inquiry, id: &str, user: &str) -> Result<Seen> {
    let operations =
        json!([{ "op": inquiry.operation("add"), "path": "members", "value": [{ "value": user }] }]);
    inquiry.patch(Group, id, operations).await
}

/// How the member that was added can be seen; `None` when the target says itself that none was.
async fn find_sight(inquiry: &mut Inquiry, id: &str, user: &str, added: usize) -> Result<Option<Sight>> {
    let read = inquiry.look(Group, id).await?;
    if holds(&read, user) {
        return Ok(Some(Sight::Returned));
    }
    let asked = inquiry.get(object_path(Group, id), Some("attributes=members".to_owned())).await?;
    if holds(&asked, user) {
        let why = "Members of a group are shown only when they are asked for.";
        inquiry.propose("members_read", json!("onRequest"), why, &[added, read.at, asked.at]);
        return Ok(Some(Sight::OnRequest));
    }
    let found = inquiry.filter(Group, &format!("id eq {} and members eq {}", json!(id), json!(user))).await?;
    let nobody = inquiry
        .filter(Group, &format!("id eq {} and members eq \"nobody-{}\"", json!(id), inquiry.mark))
        .await?;
    if lists(&found, id) && !lists(&nobody, id) {
        let why = "Groups don't show their members; a filter tells whether somebody is one.";
        inquiry.propose("members_read", json!("byFilter"), why, &[added, read.at, found.at, nobody.at]);
        return Ok(Some(Sight::ByFilter));
    }
    let accepted = inquiry.succeeded(added);
    if accepted && shows_no_members(&read) {
        let why = "The application accepts a member and never shows one.";
        inquiry.propose("members_read", json!("never"), why, &[added, read.at, asked.at, found.at]);
        return Ok(Some(Sight::Never));
    }
    Ok(None)
}

/// Finds the form in which a member goes.
async fn remove_member(inquiry: &mut Inquiry, id: &str, user: &str, sight: Sight) -> Result<()> {
    let remove = inquiry.operation("remove");
    let replace = inquiry.operation("replace");
    let forms = [
        ("filteredPath", json!([{ "op": remove, "path": format!("members[value eq {}]", json!(user)) }])),
        ("valueArray", json!([{ "op": remove, "path": "members", "value": [{ "value": user }] }])),
        ("replace", json!([{ "op": replace, "path": "members", "value": [] }])),
    ];
    let mut evidence = Vec::new();
    for (word, operations) in forms {
        if !is_member(inquiry, id, user, sight).await?.0 {
            let added = add_member(inquiry, id, user).await?;
            evidence.push(added.at);
        }
        let patched = inquiry.patch(Group, id, operations).await?;
        let (still, at) = is_member(inquiry, id, user, sight).await?;
        evidence.extend([patched.at, at]);
        if patched.is_success() && !still {
            let why = "This is the form in which the application takes a member out of a group.";
            inquiry.propose("member_removal", json!(word), why, &evidence);
            return Ok(());
        }
    }
    let at = evidence.last().copied().unwrap_or_default();
    try_put(inquiry, id, user, at).await
}

/// Where members can't be seen, a form counts as understood when it is not refused.
async fn rely_on_status(inquiry: &mut Inquiry, id: &str, user: &str) -> Result<()> {
    let remove = inquiry.operation("remove");
    for (word, operations) in [
        ("filteredPath", json!([{ "op": remove, "path": format!("members[value eq {}]", json!(user)) }])),
        ("valueArray", json!([{ "op": remove, "path": "members", "value": [{ "value": user }] }])),
    ] {
        let patched = inquiry.patch(Group, id, operations).await?;
        if patched.is_success() {
            let why = "The application does not refuse this form of taking a member out of a group.";
            inquiry.propose("member_removal", json!(word), why, &[patched.at]);
            return Ok(());
        }
    }
    Ok(())
}

/// Whether a group that is put back whole has the members it should.
async fn try_put(inquiry: &mut Inquiry, id: &str, user: &str, refused: usize) -> Result<()> {
    let mut evidence = vec![refused];
    for members in [json!([{ "value": user }]), json!([])] {
        let wanted = members.as_array().is_some_and(|list| !list.is_empty());
        let body =
            json!({ "schemas": [CORE_GROUP], "id": id, "displayName": inquiry.mark, "members": members });
        let put = inquiry.ask(Method::PUT, object_path(Group, id), None, Some(&body)).await?;
        let (is, at) = is_member(inquiry, id, user, Sight::Returned).await?;
        evidence.extend([put.at, at]);
        if !put.is_success() || is != wanted {
            inquiry.remark(format!(
                "Members of groups can't be changed in any form that was tried; the last answer was {}. Switch the mapping of groups off, or take its row for members out.",
                put.status
            ));
            return Ok(());
        }
    }
    inquiry.propose(
        "member_removal",
        json!("put"),
        "Members change only when the whole group is put back.",
        &evidence,
    );
    Ok(())
}

async fn is_member(inquiry: &mut Inquiry, id: &str, user: &str, sight: Sight) -> Result<(bool, usize)> {
    Ok(match sight {
        Sight::Returned | Sight::Never => {
            let seen = inquiry.look(Group, id).await?;
            (holds(&seen, user), seen.at)
        }
        Sight::OnRequest => {
            let seen = inquiry.get(object_path(Group, id), Some("attributes=members".to_owned())).await?;
            (holds(&seen, user), seen.at)
        }
        Sight::ByFilter => {
            let filter = format!("id eq {} and members eq {}", json!(id), json!(user));
            let seen = inquiry.filter(Group, &filter).await?;
            (lists(&seen, id), seen.at)
        }
    })
}

fn holds(seen: &Seen, user: &str) -> bool {
    let is_user = |element: &Value| match member(element, "value").unwrap_or(element) {
        Value::String(id) => id == user,
        Value::Number(id) => id.to_string() == user,
        _ => false,
    };
    seen.status == 200
        && seen.get("members").and_then(Value::as_array).is_some_and(|list| list.iter().any(is_user))
}

fn shows_no_members(seen: &Seen) -> bool {
    seen.get("members").and_then(Value::as_array).is_none_or(Vec::is_empty)
}

fn lists(seen: &Seen, id: &str) -> bool {
    seen.status == 200
        && seen.resources().is_some_and(|list| list.iter().any(|group| id_in(group).as_deref() == Some(id)))
}
