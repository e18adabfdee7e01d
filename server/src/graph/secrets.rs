//! `/servicePrincipals/{id}/synchronization/secrets`: address, credential method and its fields, and (as in Graph) the
//! scope.
//!
//! What is secret goes in and never comes out.

use purser_service::{SecretForm, SecretView};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    answer::{Answer, done, ok},
    body::{At, Body, Call},
    odata::Plain,
    route::routes,
};
use crate::fault::Fault;

routes! {
    GET "/servicePrincipals/{id}/synchronization/secrets" => list_secrets;
    PUT "/servicePrincipals/{id}/synchronization/secrets" => set_secrets;
}

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

async fn list_secrets(Call(portal, caller): Call, At(id): At<String>, Plain(query): Plain) -> Answer {
    let secrets = portal.list_secrets(&caller, &id).await?;
    let value: Vec<_> = secrets.into_iter().map(shape_secret).collect();
    ok(json!({
        "@odata.context": format!("{}/$metadata#Collection(microsoft.graph.synchronizationSecretKeyStringValuePair)", query.base()),
        "value": value,
    }))
}

async fn set_secrets(
    Call(portal, caller): Call,
    At(id): At<String>,
    Body(body): Body<SecretsBody>,
) -> Answer {
    let secrets = read_secrets(body.value)?;
    portal.set_secrets(&caller, &id, &secrets).await?;
    done()
}

/// The list as use-cases take it.
pub(super) fn read_secrets(list: Vec<KeyedValue>) -> Result<Vec<SecretForm>, Fault> {
    if list.is_empty() {
        return Err(Fault::bad_request("The list of secrets is empty."));
    }
    if list.len() > MAX_SECRETS {
        return Err(Fault::bad_request(format!("At most {MAX_SECRETS} secrets can be given at once.")));
    }
    let form = |secret: KeyedValue| SecretForm { key: secret.key, value: secret.value.unwrap_or_default() };
    Ok(list.into_iter().map(form).collect())
}

/// With the end of a secret, which Graph does not have, as annotations.
fn shape_secret(secret: SecretView) -> Value {
    let mut shape = json!({ "key": secret.key, "value": secret.value });
    if let Some(ends_at) = secret.ends_at {
        shape["@purser.expirationDateTime"] = ends_at.into();
    }
    if let Some(warning) = secret.warning {
        shape["@purser.expirationWarning"] = warning.into();
    }
    shape
}
