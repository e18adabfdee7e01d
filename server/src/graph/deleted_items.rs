//! `/directory/deletedItems`: soft-deleted people, restorable for 30 days.

use purser_contract::directory::{UserFilter, UserView};
use purser_service::{Caller, Portal};
use serde_json::json;

use super::{
    answer::{Answer, done, ok},
    body::{At, Call, shown},
    odata::{Plain, Query},
    route::routes,
    users::shape_user_view,
};
use crate::fault::Fault;

routes! {
    GET "/directory/deletedItems/microsoft.graph.user" => list_deleted;
    GET "/directory/deletedItems/{id}" => load_deleted;
    DELETE "/directory/deletedItems/{id}" => purge;
    POST "/directory/deletedItems/{id}/restore" => restore;
}

async fn list_deleted(Call(portal, caller): Call, query: Query) -> Answer {
    query.allow(&["$search", "$orderby"])?;
    query.allow_order("displayName", false)?;
    let page = portal.list_users(&caller, UserFilter::Deleted, query.list_form()).await?;
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
    Err(Fault::not_found(format!("Resource '{}' does not exist among the deleted items.", shown(id))))
}
