//! `/groups`: security groups without mail; Purser has no other kind.

use axum::{
    http::Method,
    routing::{delete, get, patch, post},
};
use purser_contract::directory::GroupForm;
use purser_domain::group::Group;
use purser_service::GroupPatch;
use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, created, done, ok},
    body::{At, Body, Call, Properties, reference},
    filter::{Comparison, Filter, Function, Literal, Operator},
    odata::{Plain, Query, unsupported, unsupported_condition},
    route::GraphRoute,
    scan::{Verdict, scan},
};
use crate::fault::Fault;

pub(super) const ROUTES: &[GraphRoute] = &[
    GraphRoute::new(Method::GET, "/groups", || get(list_groups)),
    GraphRoute::new(Method::POST, "/groups", || post(create_group)),
    GraphRoute::new(Method::GET, "/groups/{id}", || get(load_group)),
    GraphRoute::new(Method::PATCH, "/groups/{id}", || patch(update_group)),
    GraphRoute::new(Method::DELETE, "/groups/{id}", || delete(delete_group)),
];

/// Members that one request may bind, as in Graph.
const MAX_BOUND: usize = 20;
const UNDERSTOOD: &str = "one of displayName eq, startswith(displayName,'…'), contains(displayName,'…').";

async fn list_groups(Call(portal, caller): Call, query: Query) -> Answer {
    query.allow(&["$filter", "$search", "$orderby"])?;
    query.allow_order("displayName", false)?;
    let (portal, caller) = (&portal, &caller);
    let page = match query.filter.clone() {
        None => portal.query_groups(caller, &query.search, &query.after, query.size).await?,
        Some(_) if !query.search.is_empty() => {
            return Err(unsupported("$search and $filter can't be used together on /groups.".to_owned()));
        }
        Some(filter) => {
            let (text, fits) = name_condition(&filter)?;
            let fetch = |after: String, size: u32| {
                let text = text.clone();
                async move { Ok(portal.query_groups(caller, &text, &after, size).await?) }
            };
            scan(&query.after, query.size, fetch, |group: &Group| {
                Verdict::keep_if(fits(&group.display_name, &text))
            })
            .await?
        }
    };
    Ok(query.collection("groups", page, |group| shape_group(&group)))
}

async fn load_group(Call(portal, caller): Call, At(id): At<String>, Plain(query): Plain) -> Answer {
    let group = portal.find_group_record(&caller, &id).await?;
    ok(query.entity("groups", shape_group(&group)))
}

async fn create_group(
    Call(portal, caller): Call,
    query: Query,
    Body(body): Body<Map<String, Value>>,
) -> Answer {
    let mut properties = Properties::new("Group", body);
    let form = GroupForm {
        display_name: properties.take_required_text("displayName")?,
        description: properties.take_text("description")?.flatten().unwrap_or_default(),
        mail_nickname: properties.take_text("mailNickname")?.flatten().unwrap_or_default(),
        ..GroupForm::default()
    };
    refuse_other_kinds(&mut properties)?;
    let members = take_members(&mut properties)?;
    properties.finish()?;
    // Looked up first: a group must not be left behind because its third member was misspelt.
    for member in &members {
        portal.find_user_record(&caller, member).await?;
    }
    let view = portal.save_group(&caller, form).await?;
    if !members.is_empty() {
        portal.add_members(&caller, &view.id, &members).await?;
    }
    let group = portal.find_group_record(&caller, &view.id).await?;
    created(&format!("{}/groups/{}", query.base(), group.id), query.entity("groups", shape_group(&group)))
}

async fn update_group(
    Call(portal, caller): Call,
    At(id): At<String>,
    Body(body): Body<Map<String, Value>>,
) -> Answer {
    let mut properties = Properties::new("Group", body);
    let display_name = match properties.take_text("displayName")? {
        Some(None) => {
            return Err(Fault::bad_request(
                "Invalid value specified for property 'displayName': it can't be null.",
            ));
        }
        Some(name) => name,
        None => None,
    };
    let patch = GroupPatch {
        display_name,
        description: properties.take_text("description")?,
        mail_nickname: properties.take_text("mailNickname")?,
    };
    refuse_other_kinds(&mut properties)?;
    let members = take_members(&mut properties)?;
    properties.finish()?;
    if patch != GroupPatch::default() || members.is_empty() {
        portal.patch_group(&caller, &id, patch).await?;
    }
    if !members.is_empty() {
        portal.add_members(&caller, &id, &members).await?;
    }
    done()
}

async fn delete_group(Call(portal, caller): Call, At(id): At<String>) -> Answer {
    portal.delete_group(&caller, &id).await?;
    done()
}

fn take_members(properties: &mut Properties) -> Result<Vec<String>, Fault> {
    let members = properties.take_texts("members@odata.bind")?.unwrap_or_default();
    if members.len() > MAX_BOUND {
        return Err(Fault::bad_request(format!("At most {MAX_BOUND} members can be bound in one request.")));
    }
    members.iter().map(|address| reference(address, &["users"])).collect()
}

/// Graph has mail-enabled, dynamic and Microsoft 365 groups; asking for one must not make another kind.
fn refuse_other_kinds(properties: &mut Properties) -> Result<(), Fault> {
    let refuse = |what: &str| {
        Err(Fault::bad_request(format!("Purser has security groups without mail only: {what}.")))
    };
    if properties.take_boolean("mailEnabled")? == Some(true) {
        return refuse("mailEnabled must be false");
    }
    if properties.take_boolean("securityEnabled")? == Some(false) {
        return refuse("securityEnabled must be true");
    }
    if properties.take_texts("groupTypes")?.is_some_and(|types| !types.is_empty()) {
        return refuse("groupTypes must be empty");
    }
    Ok(())
}

type NameTest = fn(&str, &str) -> bool;

/// The text to search names for, and the test that a found name must pass. Case does not count, as in Graph.
fn name_condition(filter: &Filter) -> Result<(String, NameTest), Fault> {
    match filter {
        Filter::Compare(Comparison { path, operator: Operator::Equal, literal: Literal::Text(text) })
            if path == "displayName" =>
        {
            Ok((text.clone(), |name, text| name.to_lowercase() == text.to_lowercase()))
        }
        Filter::Call { function, path, text } if path == "displayName" => {
            let test: NameTest = match function {
                Function::StartsWith => |name, text| name.to_lowercase().starts_with(&text.to_lowercase()),
                Function::EndsWith => |name, text| name.to_lowercase().ends_with(&text.to_lowercase()),
                Function::Contains => |name, text| name.to_lowercase().contains(&text.to_lowercase()),
            };
            Ok((text.clone(), test))
        }
        other => Err(unsupported_condition(other, UNDERSTOOD)),
    }
}

/// A group in Graph's shape.
fn shape_group(group: &Group) -> Value {
    json!({
        "id": group.id.to_string(),
        "displayName": group.display_name,
        "description": group.description,
        "mailNickname": group.mail_nickname,
        "mail": null,
        "mailEnabled": false,
        "securityEnabled": true,
        "groupTypes": [],
        "createdDateTime": group.created_at.to_string(),
        "deletedDateTime": null,
    })
}
