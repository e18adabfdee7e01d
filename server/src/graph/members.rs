//! `/groups/{id}/members`: direct members, who are people.

use axum::{
    http::Method,
    routing::{delete, get, post},
};
use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, done},
    body::{At, Body, Call, Properties, reference},
    odata::Query,
    route::GraphRoute,
    users::shape_user,
};

pub(super) const ROUTES: &[GraphRoute] = &[
    GraphRoute::new(Method::GET, "/groups/{id}/members", || get(list_members)),
    GraphRoute::new(Method::GET, "/groups/{id}/members/microsoft.graph.user", || get(list_members)),
    GraphRoute::new(Method::POST, "/groups/{id}/members/$ref", || post(add_member)),
    GraphRoute::new(Method::DELETE, "/groups/{id}/members/{member}/$ref", || delete(remove_member)),
];

async fn list_members(Call(portal, caller): Call, At(id): At<String>, query: Query) -> Answer {
    query.allow(&["$orderby"])?;
    query.allow_order("displayName", false)?;
    let page = portal.query_members(&caller, &id, &query.after, query.size).await?;
    Ok(query.collection("directoryObjects", page, |user| {
        let mut member = shape_user(&user);
        member["@odata.type"] = json!("#microsoft.graph.user");
        member
    }))
}

async fn add_member(
    Call(portal, caller): Call,
    At(id): At<String>,
    Body(body): Body<Map<String, Value>>,
) -> Answer {
    let mut properties = Properties::new("reference", body);
    let member = reference(&properties.take_required_text("@odata.id")?, &["users"])?;
    properties.finish()?;
    portal.add_members(&caller, &id, &[member]).await?;
    done()
}

async fn remove_member(Call(portal, caller): Call, At((id, member)): At<(String, String)>) -> Answer {
    portal.remove_member(&caller, &id, &member).await?;
    done()
}
