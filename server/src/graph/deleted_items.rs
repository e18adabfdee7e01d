//! `/directory/deletedItems`: soft-deleted people, restorable for 30 days.

use axum::{
    http::Method,
    routing::{delete, get, post},
};
use purser_contract::{
    directory::{UserFilter, UserView},
    page::ListForm,
};
use purser_service::{Caller, Portal};
use serde_json::json;

use super::{
    answer::{Answer, done, ok},
    body::{At, Call},
    odata::{Plain, Query},
    route::GraphRoute,
    users::shape_user_view,
};
use crate::fault::Fault;

pub(super) const ROUTES: &[GraphRoute] = &[
    GraphRoute::new(Method::GET, "/directory/deletedItems/microsoft.graph.user", || get(list_deleted)),
    GraphRoute::new(Method::GET, "/directory/deletedItems/{id}", || get(load_deleted)),
    GraphRoute::new(Method::DELETE, "/directory/deletedItems/{id}", || delete(purge)),
    GraphRoute::new(Method::POST, "/directory/deletedItems/{id}/restore", || post(restore)),
];

async fn list_deleted(Call(portal, caller): Call, query: Query) -> Answer {
    query.allow(&["$search", "$orderby"])?;
    query.allow_order("displayName", false)?;
    let form = ListForm { search: query.search.clone(), after: query.after.clone(), size: query.size };
    let page = portal.list_users(&caller, UserFilter::Deleted, form).await?;
    Ok(query.collection("users", page, |row| {
        json!({
            "id": row.id,
            "displayName": row.display_name,
            "userPrincipalName": row.user_principal_name,
            "department": if row.department.is_empty() { None } else { Some(row.department) },
            "accountEnabled": row.account_enabled,
            "deletedDateTime": row.deleted_at,
        })
    }))
}

async fn load_deleted(Call(portal, caller): Call, At(id): At<String>, Plain(query): Plain) -> Answer {
    let view = find_deleted(&portal, &caller, &id).await?;
    ok(query.entity("directoryObjects", shape_user_view(&view)))
}

async fn restore(Call(portal, caller): Call, At(id): At<String>, query: Query) -> Answer {
    let view = find_deleted(&portal, &caller, &id).await?;
    let restored = portal.restore_user(&caller, &view.id).await?;
    ok(query.entity("directoryObjects", shape_user_view(&restored)))
}

async fn purge(Call(portal, caller): Call, At(id): At<String>) -> Answer {
    let view = find_deleted(&portal, &caller, &id).await?;
    portal.purge_user(&caller, &view.id).await?;
    done()
}

/// A person who is not deleted is not among the deleted items: a purge by mistake must not hit one.
async fn find_deleted(portal: &Portal, caller: &Caller, id: &str) -> Result<UserView, Fault> {
    let view = portal.load_user(caller, id).await?;
    if view.deleted_at.is_some() {
        return Ok(view);
    }
    let shown: String = id.chars().take(80).collect();
    Err(Fault::not_found(format!("Resource '{shown}' does not exist among the deleted items.")))
}
