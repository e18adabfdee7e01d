//! `/groups/{id}/members`: direct members, who are people.

use serde_json::json;

use super::{
    answer::{Answer, done},
    body::{At, Body, Call, Object, Properties, reference},
    odata::Query,
    route::routes,
    users::shape_user,
};

routes! {
    GET "/groups/{id}/members" => list_members;
    GET "/groups/{id}/members/microsoft.graph.user" => list_members;
    POST "/groups/{id}/members/$ref" => add_member;
    DELETE "/groups/{id}/members/{member}/$ref" => remove_member;
}

async fn list_members(Call(portal, caller): Call, At(id): At<String>, query: Query) -> Answer {
    query.allow(&["$orderby"])?;
    query.allow_order("displayName", false)?;
    let page = portal.query_members(&caller, &id, query.list_form()).await?;
    Ok(query.collection("directoryObjects", page, |user| {
        let mut member = shape_user(&user);
        member["@odata.type"] = json!("#microsoft.graph.user");
        member
    }))
}

async fn add_member(Call(portal, caller): Call, At(id): At<String>, Body(body): Object) -> Answer {
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
