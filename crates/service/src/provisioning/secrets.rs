//! What the API calls synchronization secrets: address, scope, credential method and its fields, by key.
use crate::caller::{Caller, Right};
use crate::error::{Checked, Result, invalid};
use crate::portal::Portal;
use crate::provisioning::credential_fields::parse_tenant_url;
use crate::provisioning::credentials::CredentialsEdit;
use crate::provisioning::expiry::view_expiry;
use crate::provisioning::settings::SettingsEdit;
use crate::provisioning::spec::load_job_of;
use purser_connectors::{CredentialMethod, Template};
use purser_contract::problem::Problem;
use purser_contract::provisioning::{ProvisioningView, TestConnectionForm};
use purser_domain::scope::ScopeMode;
use purser_engine::{ACCESS_TOKEN, REFRESH_TOKEN};
use purser_store::{JobMode, JobSpec};
use std::collections::BTreeMap;

const BASE_ADDRESS: &str = "BaseAddress";
const SYNC_ALL: &str = "SyncAll";
/// The id of the credential method.
const AUTHENTICATION_TYPE: &str = "AuthenticationType";

/// One synchronization secret of the API.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretForm {
    /// `BaseAddress`, `SyncAll`, `AuthenticationType`, or the key of a field.
    pub key: String,
    /// Its value.
    pub value: String,
}

impl std::fmt::Debug for SecretForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretForm").field("key", &self.key).finish_non_exhaustive()
    }
}

/// A synchronization secret that is set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecretView {
    /// Key.
    pub key: String,
    /// Its value; `*` for a secret one.
    pub value: String,
    /// When it ends (RFC 3339), as far as known.
    pub ends_at: Option<String>,
    /// That it ends soon or has ended, as a sentence.
    pub warning: Option<String>,
}

impl Portal {
    /// Sets synchronization secrets, as Graph's `PUT …/synchronization/secrets` does; the mode becomes Automatic.
    pub async fn set_secrets(
        &self,
        caller: &Caller,
        app: &str,
        secrets: &[SecretForm],
    ) -> Result<ProvisioningView> {
        caller.may(Right::Write)?;
        let tx = self.store().begin().await?;
        let (application, spec) = load_job_of(&tx, app).await?;
        let template = self.load_template_of(&application)?;
        let given = Given::read(&template, &spec, secrets)?;
        let credentials =
            CredentialsEdit::parse(&template, &spec, &given.method, &given.fields, &BTreeMap::new())?;
        let edit = SettingsEdit {
            mode: Some(JobMode::Automatic),
            tenant_url: given.base_address.as_deref().map(parse_tenant_url).transpose()?,
            scope: given.sync_all.as_deref().map(parse_sync_all).transpose()?,
            credentials: Some(credentials),
            ..SettingsEdit::default()
        };
        self.edit_settings(&tx, caller, &application, &spec, edit).await?;
        let spec = tx.load_spec(spec.job_id).await?;
        self.commit(tx).await?;
        self.import_roles_later(caller, &application);
        self.view_provisioning(application, spec).await
    }

    /// The synchronization secrets that are set; a secret value is `*`.
    pub async fn list_secrets(&self, caller: &Caller, app: &str) -> Result<Vec<SecretView>> {
        caller.may(Right::Read)?;
        let (application, spec) = load_job_of(self.store(), app).await?;
        let mut secrets = Vec::new();
        let mut push = |key: &str, value: &str| {
            secrets.push(SecretView {
                key: key.to_owned(),
                value: value.to_owned(),
                ..SecretView::default()
            });
        };
        if !spec.tenant_url.is_empty() {
            push(BASE_ADDRESS, &spec.tenant_url);
        }
        push(SYNC_ALL, if spec.scope == ScopeMode::All { "true" } else { "false" });
        let Some((_, method)) = self.find_method(&application, &spec) else { return Ok(secrets) };
        push(AUTHENTICATION_TYPE, &method.id);
        let known = self.store().list_secret_names(application.id).await?;
        let warnings = view_expiry(&application.display_name, &method, &known, self.now());
        for field in method.fields.iter().filter(|field| known.contains_key(&field.key)) {
            let value = if field.secret {
                "*".to_owned()
            } else {
                let value = self.store().read_secret(application.id, &field.key).await?;
                value.map(|value| value.expose().to_owned()).unwrap_or_default()
            };
            let warning = warnings.iter().find(|warning| warning.label == field.label);
            secrets.push(SecretView {
                key: field.key.clone(),
                value,
                ends_at: known.get(&field.key).copied().flatten().map(|at| at.to_string()),
                warning: warning.map(|warning| warning.message.clone()),
            });
        }
        for token in [ACCESS_TOKEN, REFRESH_TOKEN] {
            if let Some(end) = known.get(token) {
                let ends_at = end.map(|at| at.to_string());
                let (key, value) = (token.to_owned(), "*".to_owned());
                secrets.push(SecretView { key, value, ends_at, warning: None });
            }
        }
        Ok(secrets)
    }

    /// What `validateCredentials` asks to be tested: these secrets, and nothing stored in the place of one that is
    /// missing.
    pub async fn form_of_secrets(
        &self,
        caller: &Caller,
        app: &str,
        secrets: &[SecretForm],
    ) -> Result<TestConnectionForm> {
        caller.may(Right::Read)?;
        let (application, spec) = load_job_of(self.store(), app).await?;
        let template = self.load_template_of(&application)?;
        let given = Given::read(&template, &spec, secrets)?;
        Ok(TestConnectionForm {
            application_id: app.to_owned(),
            tenant_url: given.base_address.unwrap_or_default(),
            credential_method: given.method,
            credentials: given.fields,
            only_entered: true,
        })
    }
}

/// A list of secrets, taken apart.
#[derive(Default)]
struct Given {
    base_address: Option<String>,
    sync_all: Option<String>,
    method: String,
    fields: BTreeMap<String, String>,
}

impl Given {
    fn read(template: &Template, spec: &JobSpec, secrets: &[SecretForm]) -> Checked<Self> {
        let mut given = Self::default();
        for SecretForm { key, value } in secrets {
            match key.as_str() {
                BASE_ADDRESS => given.base_address = Some(value.clone()),
                SYNC_ALL => given.sync_all = Some(value.clone()),
                AUTHENTICATION_TYPE => given.method.clone_from(value),
                _ => drop(given.fields.insert(key.clone(), value.clone())),
            }
        }
        if given.method.trim().is_empty() {
            given.method = find_method_for(template, spec, &given.fields)?.id.clone();
        } else {
            // Another method's fields would be lost without a word.
            let named = template.credential_methods.iter().find(|method| method.id == given.method.trim());
            if let Some(key) = named.and_then(|method| given.fields.keys().find(|key| !takes(method, key))) {
                return Err(refuse_key(template, key));
            }
        }
        Ok(given)
    }
}

fn takes(method: &CredentialMethod, key: &str) -> bool {
    method.fields.iter().any(|field| field.key == key)
}

/// The method that takes all of these keys: the present one, else the first that is offered, else a superseded one.
fn find_method_for<'t>(
    template: &'t Template,
    spec: &JobSpec,
    fields: &BTreeMap<String, String>,
) -> Checked<&'t CredentialMethod> {
    let (superseded, offered): (Vec<_>, Vec<_>) =
        template.credential_methods.iter().partition(|method| method.superseded);
    let mut candidates =
        template.method(&spec.credential_method).into_iter().chain(offered).chain(superseded);
    let all = |method: &&CredentialMethod| fields.keys().all(|key| takes(method, key));
    candidates.find(all).ok_or_else(|| {
        let known = |key: &&String| template.credential_methods.iter().any(|method| takes(method, key));
        let unknown = fields.keys().find(|key| !known(key)).or_else(|| fields.keys().next());
        refuse_key(template, unknown.map(String::as_str).unwrap_or_default())
    })
}

fn refuse_key(template: &Template, key: &str) -> Problem {
    let shown: String = key.chars().take(80).filter(|c| !c.is_control()).collect();
    let methods: Vec<String> = template
        .credential_methods
        .iter()
        .map(|method| {
            let keys: Vec<&str> = method.fields.iter().map(|field| field.key.as_str()).collect();
            if keys.is_empty() { method.id.clone() } else { format!("{} ({})", method.id, keys.join(", ")) }
        })
        .collect();
    invalid(format!("This application has no secret \"{shown}\" beside the others that were given."))
        .advice(format!(
            "Known keys are BaseAddress, SyncAll, AuthenticationType, and the fields of one method: {}.",
            methods.join("; ")
        ))
        .field("key")
}

fn parse_sync_all(value: &str) -> Checked<ScopeMode> {
    match value.trim().to_lowercase().as_str() {
        "true" => Ok(ScopeMode::All),
        "false" => Ok(ScopeMode::Assigned),
        other => Err(invalid(format!("SyncAll is \"true\" or \"false\", not \"{other}\".")).field("SyncAll")),
    }
}
