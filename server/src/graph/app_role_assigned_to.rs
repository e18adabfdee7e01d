//! `/servicePrincipals/{id}/appRoleAssignedTo`: who is assigned, with which role.

use axum::http::StatusCode;
use purser_contract::{
    application::ApplicationView,
    assignment::{AssignForm, AssignmentView, UnassignForm},
};
use serde_json::{Value, json};

use super::{
    answer::{Answer, created, done},
    body::{At, Body, Call, Object, Properties, shown},
    odata::Query,
    route::routes,
};
use crate::fault::Fault;

routes! {
    GET "/servicePrincipals/{id}/appRoleAssignedTo" => list_assignments;
    POST "/servicePrincipals/{id}/appRoleAssignedTo" => assign;
    DELETE "/servicePrincipals/{id}/appRoleAssignedTo/{assignment}" => unassign;
}

async fn list_assignments(Call(portal, caller): Call, At(id): At<String>, query: Query) -> Answer {
    query.allow(&["$search"])?;
    let application = portal.load_application(&caller, &id).await?;
    let page = portal.list_assignments(&caller, &id, query.list_form()).await?;
    Ok(query.collection("appRoleAssignments", page, |view| shape_assignment(&view, &application)))
}

async fn assign(Call(portal, caller): Call, At(id): At<String>, query: Query, Body(body): Object) -> Answer {
    let mut properties = Properties::new("AppRoleAssignment", body);
    let principal = properties.take_required_text("principalId")?;
    let role_id = properties.take_required_text("appRoleId")?;
    let resource = properties.take_text("resourceId")?.flatten();
    properties.finish()?;
    let application = portal.load_application(&caller, &id).await?;
    if resource.is_some_and(|resource| !resource.eq_ignore_ascii_case(&application.id)) {
        return Err(Fault::bad_request(
            "The resourceId in the body is not the service principal in the address.",
        ));
    }
    // Graph's principal is a user or a group, and the request does not say which.
    let is_user = match portal.load_user_record(&caller, &principal).await {
        Ok(_) => true,
        Err(error) => {
            let fault = Fault::from(error);
            if fault.status() != StatusCode::NOT_FOUND {
                return Err(fault);
            }
            portal
                .load_group_record(&caller, &principal)
                .await
                .map_err(|error| not_found_as(&principal, error.into()))?;
            false
        }
    };
    let (users, groups) = if is_user { (vec![principal], vec![]) } else { (vec![], vec![principal]) };
    let form = AssignForm { application_id: id, role_id, users, groups };
    let assigned = portal.assign(&caller, form).await?;
    let view = assigned.first().ok_or_else(|| Fault::bad_request("Nobody was assigned."))?;
    let location =
        format!("{}/servicePrincipals/{}/appRoleAssignedTo/{}", query.base(), application.id, view.id);
    created(&location, query.entity("appRoleAssignments", shape_assignment(view, &application)))
}

async fn unassign(Call(portal, caller): Call, At((id, assignment)): At<(String, String)>) -> Answer {
    let unknown = format!("There is no assignment '{}' on this service principal.", shown(&assignment));
    let form = UnassignForm { application_id: id, assignments: vec![assignment] };
    if portal.unassign(&caller, form).await? == 0 {
        return Err(Fault::not_found(unknown));
    }
    done()
}

fn not_found_as(principal: &str, fault: Fault) -> Fault {
    if fault.status() != StatusCode::NOT_FOUND {
        return fault;
    }
    Fault::not_found(format!("There is no user and no group '{}'.", shown(principal)))
}

fn shape_assignment(view: &AssignmentView, application: &ApplicationView) -> Value {
    json!({
        "id": view.id,
        "appRoleId": view.role.id,
        "principalId": view.principal_id,
        "principalType": view.principal_type,
        "principalDisplayName": view.display_name,
        "resourceId": application.id,
        "resourceDisplayName": application.display_name,
    })
}
