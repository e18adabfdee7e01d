//! `/users/{id}/manager`

use axum::{
    http::Method,
    routing::{delete, get, put},
};
use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, done, ok},
    body::{At, Body, Call, Properties, reference},
    odata::Plain,
    route::GraphRoute,
    users::shape_user,
};
use crate::fault::Fault;

pub(super) const ROUTES: &[GraphRoute] = &[
    GraphRoute::new(Method::GET, "/users/{id}/manager", || get(load_manager)),
    GraphRoute::new(Method::GET, "/users/{id}/manager/$ref", || get(load_reference)),
    GraphRoute::new(Method::PUT, "/users/{id}/manager/$ref", || put(set_manager)),
    GraphRoute::new(Method::DELETE, "/users/{id}/manager/$ref", || delete(remove_manager)),
];

fn no_manager(id: &str) -> Fault {
    let id: String = id.chars().take(80).collect();
    Fault::not_found(format!("Resource 'manager' does not exist: {id} has no manager."))
}

async fn load_manager(Call(portal, caller): Call, At(id): At<String>, Plain(query): Plain) -> Answer {
    let manager = portal.load_manager(&caller, &id).await?.ok_or_else(|| no_manager(&id))?;
    let mut body = query.entity("directoryObjects", shape_user(&manager));
    body["@odata.type"] = json!("#microsoft.graph.user");
    ok(body)
}

async fn load_reference(Call(portal, caller): Call, At(id): At<String>, Plain(query): Plain) -> Answer {
    let manager = portal.load_manager(&caller, &id).await?.ok_or_else(|| no_manager(&id))?;
    ok(json!({
        "@odata.context": format!("{}/$metadata#$ref", query.base()),
        "@odata.id": format!("{}/users/{}", query.base(), manager.id),
    }))
}

async fn set_manager(
    Call(portal, caller): Call,
    At(id): At<String>,
    Body(body): Body<Map<String, Value>>,
) -> Answer {
    let mut properties = Properties::new("reference", body);
    let manager = reference(&properties.take_required_text("@odata.id")?, &["users"])?;
    properties.finish()?;
    portal.set_manager(&caller, &id, Some(&manager)).await?;
    done()
}

async fn remove_manager(Call(portal, caller): Call, At(id): At<String>) -> Answer {
    portal.set_manager(&caller, &id, None).await?;
    done()
}
