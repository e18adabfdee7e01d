//! `/servicePrincipals/{id}/synchronization/secrets`: address, token and (as in Graph) the scope.
//!
//! What is secret goes in and never comes out.

use axum::{
    extract::State,
    http::Method,
    routing::{get, put},
};
use purser_service::SecretForm;
use serde::Deserialize;
use serde_json::json;

use super::{
    Answer, GraphRoute,
    body::{ApiCaller, At, Body},
    done,
    odata::Query,
    ok,
};
use crate::web::{ServerState, fault::Fault};

pub(super) const ROUTES: &[GraphRoute] = &[
    GraphRoute::new(Method::GET, "/servicePrincipals/{id}/synchronization/secrets", || get(list_secrets)),
    GraphRoute::new(Method::PUT, "/servicePrincipals/{id}/synchronization/secrets", || put(set_secrets)),
];

/// Most secrets in one request; Graph knows some fifty keys in all.
const MAX_SECRETS: usize = 100;

/// The list of `secrets` and of `validateCredentials`.
#[derive(Deserialize)]
pub(super) struct KeyedValue {
    pub(super) key: String,
    #[serde(default)]
    pub(super) value: Option<String>,
}

#[derive(Deserialize)]
struct SecretsBody {
    value: Vec<KeyedValue>,
}

async fn list_secrets(
    State(state): State<ServerState>,
    ApiCaller(caller): ApiCaller,
    At(id): At<String>,
    query: Query,
) -> Answer {
    query.allow(&[])?;
    let secrets = state.portal.list_secrets(&caller, &id).await?;
    let value: Vec<_> =
        secrets.into_iter().map(|secret| json!({ "key": secret.key, "value": secret.value })).collect();
    ok(json!({
        "@odata.context": format!("{}/$metadata#Collection(microsoft.graph.synchronizationSecretKeyStringValuePair)", query.base()),
        "value": value,
    }))
}

async fn set_secrets(
    State(state): State<ServerState>,
    ApiCaller(caller): ApiCaller,
    At(id): At<String>,
    Body(body): Body<SecretsBody>,
) -> Answer {
    if body.value.is_empty() {
        return Err(Fault::bad_request("The list of secrets in 'value' is empty."));
    }
    if body.value.len() > MAX_SECRETS {
        return Err(Fault::bad_request(format!("At most {MAX_SECRETS} secrets can be given at once.")));
    }
    let secrets: Vec<SecretForm> = body
        .value
        .into_iter()
        .map(|secret| SecretForm { key: secret.key, value: secret.value.unwrap_or_default() })
        .collect();
    state.portal.set_secrets(&caller, &id, &secrets).await?;
    done()
}
