//! `/users/{id}/manager`

use serde_json::json;

use super::{
    answer::{Answer, done, ok},
    body::{At, Body, Call, Object, Properties, reference, shown},
    odata::Plain,
    route::routes,
    users::shape_user,
};
use crate::fault::Fault;

routes! {
    GET "/users/{id}/manager" => load_manager;
    GET "/users/{id}/manager/$ref" => load_reference;
    PUT "/users/{id}/manager/$ref" => set_manager;
    DELETE "/users/{id}/manager/$ref" => remove_manager;
}

fn no_manager(id: &str) -> Fault {
    Fault::not_found(format!("Resource 'manager' does not exist: {} has no manager.", shown(id)))
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

async fn set_manager(Call(portal, caller): Call, At(id): At<String>, Body(body): Object) -> Answer {
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
