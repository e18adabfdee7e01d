//! `/groups`: security groups without mail; Purser has no other kind.

use purser_contract::{directory::GroupForm, page::ListForm};
use purser_domain::group::Group;
use purser_service::GroupPatch;
use purser_store::GroupRow;
use serde_json::{Value, json};

use super::{
    answer::{Answer, created, done, ok},
    body::{At, Body, Call, Object, Properties, reference},
    filter::{Comparison, Filter, Function, Literal, Operator},
    odata::{Plain, Query, unsupported, unsupported_condition},
    route::routes,
    scan::{Verdict, scan},
};
use crate::fault::Fault;

routes! {
    GET "/groups" => list_groups;
    POST "/groups" => create_group;
    GET "/groups/{id}" => load_group;
    PATCH "/groups/{id}" => update_group;
    DELETE "/groups/{id}" => delete_group;
}

/// Members that one request may bind, as in Graph.
const MAX_BOUND: usize = 20;
const UNDERSTOOD: &str = "one of displayName eq, startswith(displayName,'…'), contains(displayName,'…').";

async fn list_groups(Call(portal, caller): Call, query: Query) -> Answer {
    query.allow(&["$filter", "$search", "$orderby"])?;
    query.allow_order("displayName", false)?;
    let (portal, caller) = (&portal, &caller);
    let page = match query.filter.clone() {
        None => portal.query_groups(caller, query.list_form()).await?,
        Some(_) if !query.search.is_empty() => {
            return Err(unsupported("$search and $filter can't be used together on /groups.".to_owned()));
        }
        Some(filter) => {
            let (function, text) = name_condition(filter)?;
            let fetch = |after: String, size: u32| {
                let form = ListForm { search: text.clone(), after, size };
                async move { Ok(portal.query_groups(caller, form).await?) }
            };
            let fits = |name: &str| match function {
                Some(function) => function.holds(name, &text),
                None => name.to_lowercase() == text.to_lowercase(),
            };
            let judge = |row: &GroupRow| Verdict::keep_if(fits(&row.group.display_name));
            scan(&query.after, query.size, fetch, judge).await?
        }
    };
    Ok(query.collection("groups", page, |row| shape_group(&row.group)))
}

async fn load_group(Call(portal, caller): Call, At(id): At<String>, Plain(query): Plain) -> Answer {
    let group = portal.load_group_record(&caller, &id).await?;
    ok(query.entity("groups", shape_group(&group)))
}

async fn create_group(Call(portal, caller): Call, query: Query, Body(body): Object) -> Answer {
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
        portal.load_user_record(&caller, member).await?;
    }
    let view = portal.save_group(&caller, form).await?;
    if !members.is_empty() {
        portal.add_members(&caller, &view.id, &members).await?;
    }
    let group = portal.load_group_record(&caller, &view.id).await?;
    created(&format!("{}/groups/{}", query.base(), group.id), query.entity("groups", shape_group(&group)))
}

async fn update_group(Call(portal, caller): Call, At(id): At<String>, Body(body): Object) -> Answer {
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

/// What a name must hold for this text; be it, where that is none. Case does not count, as in Graph.
fn name_condition(filter: Filter) -> Result<(Option<Function>, String), Fault> {
    match filter {
        Filter::Compare(Comparison { path, operator: Operator::Equal, literal: Literal::Text(text) })
            if path == "displayName" =>
        {
            Ok((None, text))
        }
        Filter::Call { function, path, text } if path == "displayName" => Ok((Some(function), text)),
        other => Err(unsupported_condition(&other, UNDERSTOOD)),
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
