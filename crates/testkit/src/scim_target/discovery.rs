//! What the server tells about itself: `/ServiceProviderConfig`, `/Schemas`, `/ResourceTypes` (RFC 7644, section 4).
use bytes::Bytes;
use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::answers::{not_allowed, scim};
use super::options::{DiscoveryStyle, FilterStyle, PageStyle, PatchStyle, VersionStyle};
use super::state::State;
use crate::connections::Answer;

const CORE_USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const CORE_GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// `None` for a path that is none of these.
pub(super) fn answer(state: &State, method: &Method, path: &str) -> Option<Answer> {
    let style = state.options.discovery;
    if style == DiscoveryStyle::Absent {
        return None;
    }
    let body = match path {
        "/ServiceProviderConfig" => config(state),
        "/Schemas" => list(style, schemas(state)),
        "/ResourceTypes" => list(style, resource_types(state)),
        path => one(state, path)?,
    };
    if method != Method::GET {
        return Some(not_allowed(method));
    }
    let body = match style {
        DiscoveryStyle::Garbage => Bytes::from_static(b"not yet"),
        DiscoveryStyle::Odd => Bytes::from(with_text_booleans(body).to_string()),
        DiscoveryStyle::Rfc | DiscoveryStyle::Absent => Bytes::from(body.to_string()),
    };
    Some(scim(StatusCode::OK, body))
}

fn one(state: &State, path: &str) -> Option<Value> {
    let (all, id) = match path.split_once('/')?.1.split_once('/')? {
        ("Schemas", id) => (schemas(state), id),
        ("ResourceTypes", id) => (resource_types(state), id),
        _ => return None,
    };
    all.into_iter().find(|entry| entry["id"] == id)
}

fn list(style: DiscoveryStyle, entries: Vec<Value>) -> Value {
    if style == DiscoveryStyle::Odd {
        return Value::Array(entries);
    }
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": entries.len(), "startIndex": 1, "itemsPerPage": entries.len(), "Resources": entries,
    })
}

fn config(state: &State) -> Value {
    let options = &state.options;
    let patch = !matches!(options.patch, PatchStyle::Missing | PatchStyle::NotAllowed | PatchStyle::NotFound);
    let mut config = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": patch},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": options.filter == FilterStyle::Honoured, "maxResults": options.paging.max},
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": options.versions != VersionStyle::None},
        "authenticationSchemes": [{"type": "oauthbearertoken", "name": "Bearer token", "description": "A token."}],
    });
    if options.paging.style == PageStyle::Cursor {
        config["pagination"] = json!({"cursor": true, "index": false, "defaultPaginationMethod": "cursor",
            "defaultPageSize": options.paging.size, "maxPageSize": options.paging.max});
    }
    config
}

fn resource_types(state: &State) -> Vec<Value> {
    let mut extensions = vec![json!({"schema": ENTERPRISE, "required": false})];
    extensions.extend(
        state.options.extra_schemas.iter().map(|schema| json!({"schema": schema["id"], "required": false})),
    );
    let of = |name: &str, endpoint: &str, schema: &str, extensions: Vec<Value>| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": name, "name": name, "endpoint": endpoint, "schema": schema, "schemaExtensions": extensions,
        })
    };
    let mut types = vec![of("User", "/Users", CORE_USER, extensions)];
    if state.options.groups.present {
        types.push(of("Group", "/Groups", CORE_GROUP, Vec::new()));
    }
    types
}

fn schemas(state: &State) -> Vec<Value> {
    let of = |id: &str, name: &str, attributes: Vec<Value>| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": id, "name": name, "description": name, "attributes": attributes,
        })
    };
    let mut user =
        vec![attribute("userName", "string", true, false), attribute("active", "boolean", false, false)];
    user.extend(
        ["displayName", "title", "preferredLanguage"].map(|name| attribute(name, "string", false, false)),
    );
    user.push(complex("name", false, &["formatted", "familyName", "givenName"]));
    user.push(complex("emails", true, &["value", "type", "display"]));
    user.push(complex("phoneNumbers", true, &["value", "type", "display"]));
    user.push(complex("roles", true, &["value", "type", "display"]));
    user.push(complex(
        "addresses",
        true,
        &["type", "formatted", "streetAddress", "locality", "region", "postalCode", "country"],
    ));
    let mut enterprise: Vec<Value> =
        ["employeeNumber", "costCenter", "organization", "division", "department"]
            .map(|name| attribute(name, "string", false, false))
            .into();
    enterprise.push(complex("manager", false, &["value", "displayName"]));
    let mut schemas = vec![of(CORE_USER, "User", user), of(ENTERPRISE, "EnterpriseUser", enterprise)];
    if state.options.groups.present {
        let group = vec![
            attribute("displayName", "string", true, false),
            complex("members", true, &["value", "type"]),
        ];
        schemas.push(of(CORE_GROUP, "Group", group));
    }
    schemas.extend(state.options.extra_schemas.iter().cloned());
    schemas
}

fn attribute(name: &str, kind: &str, required: bool, multi_valued: bool) -> Value {
    json!({
        "name": name, "type": kind, "multiValued": multi_valued, "required": required, "description": name,
        "caseExact": false, "mutability": "readWrite", "returned": "default",
        "uniqueness": if name == "userName" { "server" } else { "none" },
    })
}

fn complex(name: &str, multi_valued: bool, parts: &[&str]) -> Value {
    let mut whole = attribute(name, "complex", false, multi_valued);
    whole["subAttributes"] = parts.iter().map(|part| attribute(part, "string", false, false)).collect();
    whole
}

fn with_text_booleans(value: Value) -> Value {
    match value {
        Value::Bool(boolean) => json!(boolean.to_string()),
        Value::Array(list) => list.into_iter().map(with_text_booleans).collect(),
        Value::Object(object) => {
            object.into_iter().map(|(name, value)| (name, with_text_booleans(value))).collect()
        }
        other => other,
    }
}
