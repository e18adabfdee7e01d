//! `…/jobs/{job}/schema`: which attributes there are and how they map, read-only in this release.

use axum::{extract::State, http::Method, routing::get};
use purser_contract::provisioning::{AttributeMappingView, ObjectMappingView, ProvisioningView};
use purser_domain::user::USER_ATTRIBUTES;
use serde_json::{Value, json};

use super::{
    Answer, GraphRoute,
    body::{ApiCaller, At},
    jobs::find_job,
    odata::Query,
    ok,
};
use crate::web::ServerState;

pub(super) const ROUTES: &[GraphRoute] =
    &[GraphRoute::new(Method::GET, "/servicePrincipals/{id}/synchronization/jobs/{job}/schema", || {
        get(load_schema)
    })];

/// Name of our own side, as rules and mappings refer to it.
const SOURCE: &str = "Purser";

async fn load_schema(
    State(state): State<ServerState>,
    ApiCaller(caller): ApiCaller,
    At((id, job)): At<(String, String)>,
    query: Query,
) -> Answer {
    query.allow(&[])?;
    let blade = find_job(&state, &caller, &id, &job).await?;
    ok(query.entity("synchronizationSchema", shape_schema(&blade)))
}

fn shape_schema(blade: &ProvisioningView) -> Value {
    let mappings: Vec<Value> = blade.mappings.iter().map(shape_mapping).collect();
    let targets: Vec<Value> =
        blade.mappings.iter().flat_map(|mapping| &mapping.attributes).map(shape_target).collect();
    json!({
        "id": blade.job_id,
        "version": blade.generation.to_string(),
        "directories": [
            { "id": SOURCE, "name": SOURCE, "readOnly": true, "discoverabilities": "None",
              "objects": [{ "name": "User", "metadata": [], "attributes": source_attributes() }] },
            { "id": "target", "name": blade.application_name, "readOnly": false, "discoverabilities": "None",
              "objects": [{ "name": "User", "metadata": [], "attributes": targets }] },
        ],
        "synchronizationRules": [{
            "id": "users",
            "name": "USER_TO_USER",
            "priority": 1,
            "editable": false,
            "sourceDirectoryName": SOURCE,
            "targetDirectoryName": blade.application_name,
            "metadata": [],
            "objectMappings": mappings,
        }],
    })
}

fn source_attributes() -> Vec<Value> {
    let attribute = |name: &str, kind: &str, anchor: bool, required: bool| {
        json!({
            "name": name, "type": kind, "anchor": anchor, "required": required, "multivalued": false,
            "caseExact": false, "mutability": "ReadOnly", "defaultValue": null, "flowNullValues": false,
            "apiExpressions": [], "referencedObjects": [], "metadata": [],
        })
    };
    let mut attributes = vec![
        attribute("objectId", "String", true, true),
        attribute("accountEnabled", "Boolean", false, true),
        attribute("IsSoftDeleted", "Boolean", false, true),
        attribute("manager", "Reference", false, false),
    ];
    attributes.extend(USER_ATTRIBUTES.iter().map(|known| {
        let required = matches!(known.name, "userPrincipalName" | "displayName");
        attribute(known.name, "String", false, required)
    }));
    attributes
}

fn shape_target(mapping: &AttributeMappingView) -> Value {
    let kind = match mapping.target.as_str() {
        "active" => "Boolean",
        target if target.ends_with(":manager") => "Reference",
        _ => "String",
    };
    json!({
        "name": mapping.target, "type": kind, "anchor": false, "required": mapping.matching_precedence.is_some(),
        "multivalued": false, "caseExact": false, "mutability": "ReadWrite", "defaultValue": null,
        "flowNullValues": false, "apiExpressions": [], "referencedObjects": [], "metadata": [],
    })
}

fn shape_mapping(mapping: &ObjectMappingView) -> Value {
    // Graph's word for a ticked Create is Add.
    let flows: Vec<&str> = mapping
        .actions
        .iter()
        .map(|action| if action == "Create" { "Add" } else { action.as_str() })
        .collect();
    json!({
        "name": mapping.name,
        "enabled": mapping.enabled,
        "flowTypes": if flows.is_empty() { "None".to_owned() } else { flows.join(", ") },
        "sourceObjectName": "User",
        "targetObjectName": "User",
        "scope": null,
        "metadata": [],
        "attributeMappings": mapping.attributes.iter().map(shape_attribute).collect::<Vec<_>>(),
    })
}

fn shape_attribute(mapping: &AttributeMappingView) -> Value {
    let (kind, expression) = match mapping.mapping_type.as_str() {
        "Direct" => ("Attribute", format!("[{}]", mapping.source)),
        "Constant" => ("Constant", format!("\"{}\"", mapping.source.replace('"', "\"\""))),
        "Expression" => ("Function", mapping.source.clone()),
        _ => ("None", String::new()),
    };
    // A function's name in Graph is the outermost one's.
    let name = match kind {
        "Function" => mapping.source.split('(').next().unwrap_or_default().trim().to_owned(),
        _ => mapping.source.clone(),
    };
    let source = (kind != "None")
        .then(|| json!({ "name": name, "type": kind, "expression": expression, "parameters": [] }));
    json!({
        "targetAttributeName": mapping.target,
        "source": source,
        "defaultValue": null,
        "flowBehavior": "FlowWhenChanged",
        "flowType": "Always",
        "matchingPriority": mapping.matching_precedence.unwrap_or(0),
        "exportMissingReferences": false,
    })
}
