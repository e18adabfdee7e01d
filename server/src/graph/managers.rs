//! `/users/{id}/manager`

use axum::{
    extract::State,
    http::Method,
    routing::{delete, get, put},
};
use serde_json::{Map, Value, json};

use super::{
    Answer, GraphRoute,
    body::{ApiCaller, At, Body, Properties, reference},
    done,
    odata::Query,
    ok,
    users::shape_user,
};
use crate::web::{ServerState, fault::Fault};

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

async fn load_manager(
    State(state): State<ServerState>,
    ApiCaller(caller): ApiCaller,
    At(id): At<String>,
    query: Query,
) -> Answer {
    query.allow(&[])?;
    let manager = state.portal.load_manager(&caller, &id).await?.ok_or_else(|| no_manager(&id))?;
    let mut body = query.entity("directoryObjects", shape_user(&manager));
    body["@odata.type"] = json!("#microsoft.graph.user");
    ok(body)
}

async fn load_reference(
    State(state): State<ServerState>,
    ApiCaller(caller): ApiCaller,
    At(id): At<String>,
    query: Query,
) -> Answer {
    query.allow(&[])?;
    let manager = state.portal.load_manager(&caller, &id).await?.ok_or_else(|| no_manager(&id))?;
    ok(json!({
        "@odata.context": format!("{}/$metadata#$ref", query.base()),
        "@odata.id": format!("{}/users/{}", query.base(), manager.id),
    }))
}

async fn set_manager(
    State(state): State<ServerState>,
    ApiCaller(caller): ApiCaller,
    At(id): At<String>,
    Body(body): Body<Map<String, Value>>,
) -> Answer {
    let mut properties = Properties::new("reference", body);
    let manager = reference(&properties.take_required_text("@odata.id")?, &["users"])?;
    properties.finish()?;
    state.portal.set_manager(&caller, &id, Some(&manager)).await?;
    done()
}

async fn remove_manager(
    State(state): State<ServerState>,
    ApiCaller(caller): ApiCaller,
    At(id): At<String>,
) -> Answer {
    state.portal.set_manager(&caller, &id, None).await?;
    done()
}
