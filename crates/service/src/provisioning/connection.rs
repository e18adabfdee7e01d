//! Test Connection: a use-case of the blade that calls the target; and the connector that the others use.
use crate::caller::{Caller, Right};
use crate::error::{Result, invalid};
use crate::portal::Portal;
use crate::provisioning::credential_fields::parse_tenant_url;
use crate::provisioning::credentials::{CredentialsEdit, Need, check_secrets_stay, list_missing};
use crate::provisioning::exchange::describe;
use crate::provisioning::spec::load_job_of;
use purser_connectors::{
    Connector, ConnectorError, CredentialMethod, ErrorKind, TargetConfig, Template, connect,
};
use purser_contract::problem::{Problem, ProblemKind};
use purser_contract::provisioning::{TestConnectionForm, TestConnectionView};
use purser_domain::object::ObjectKind;
use purser_domain::secret::Secret;
use purser_engine::{ACCESS_TOKEN, target_of};
use purser_store::{Application, JobSpec};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The original's words for success.
const AUTHORIZED: &str = "The supplied credentials are authorized to enable provisioning.";
/// The original's words for credentials that the target refuses.
const INVALID_CREDENTIALS: &str = "You appear to have entered invalid credentials. Please confirm you are using the correct information for an administrative account.";
/// The original's words, and ours, for every other failure: nothing is known about the credentials then.
const NOT_VALIDATED: &str = "The credentials could not be validated.";

impl Portal {
    /// Asks the target what a cycle would ask, with what the form holds; an empty field means the stored value.
    /// A target that says no is an answer too: [`TestConnectionView::ok`] tells.
    ///
    /// Roles are imported when the target has some to tell and what was tested is what is stored: a test of something
    /// else must leave nothing behind.
    pub async fn test_connection(
        &self,
        caller: &Caller,
        form: TestConnectionForm,
    ) -> Result<TestConnectionView> {
        // A test sends a secret somewhere: a caller who may not change the credentials may not try them out either.
        caller.may(Right::Write)?;
        let (application, spec) = load_job_of(self.store(), &form.application_id).await?;
        let template = self.load_template_of(&application)?;
        let typed_url = parse_tenant_url(&form.tenant_url)?;
        let tried =
            if typed_url.is_empty() && !form.only_entered { spec.tenant_url.clone() } else { typed_url };
        let edit = CredentialsEdit::parse(
            &template,
            &spec,
            &form.credential_method,
            &form.credentials,
            &BTreeMap::new(),
        )?;
        let stored = self.store().read_secrets(application.id).await?;
        let before = template.method(&spec.credential_method).map(|method| method.id.as_str());
        let is_stored = tried == spec.tenant_url
            && before == Some(edit.method.id.as_str())
            && edit.cleared.iter().all(|key| !stored.contains_key(key))
            && edit.values.iter().all(|(key, value)| stored.get(key) == Some(value));
        let secrets = self.merge(&stored, &edit, &form);
        let tried_spec = JobSpec {
            tenant_url: tried.clone(),
            credential_method: if is_stored {
                spec.credential_method.clone()
            } else {
                edit.method.id.clone()
            },
            ..spec.clone()
        };
        let missing = list_missing(&tried_spec, Some(&edit.method), |key| secrets.contains_key(key));
        if let Some(first) = missing.iter().find(|missing| missing.need != Need::Consent) {
            return Err(invalid(format!("Enter {} first.", first.what)).field(first.need.field()).into());
        }
        if !form.only_entered {
            check_secrets_stay(self.store(), &spec, &tried, Some(&edit), Some(&edit.method)).await?;
        }
        let title = format!("Testing connection to {}", application.display_name);
        let mut target = target_of(self.store(), self.clock(), &tried_spec, secrets);
        if !is_stored {
            // Tokens of the stored credentials are nothing to these.
            target.credentials.vault = None;
        }
        let schema = self.store().load_schema(spec.job_id).await?;
        let is_on = |kind| schema.mapping(kind).is_some_and(|mapping| mapping.enabled);
        let kinds =
            ObjectKind::to_check(|kind| is_on(kind) && template.objects().any(|(known, _)| known == kind));
        let connector = connect(&template, &target, &self.deps.kit);
        let checked = match &connector {
            Ok(connector) => connector.check(&kinds).await,
            Err(error) => Err(error.clone()),
        };
        let report = match checked {
            Ok(report) => report,
            Err(error) => return Ok(view_failure(title, &error)),
        };
        let mut detail = report.value.clone();
        for exchange in report.earlier.iter().chain([&report.exchange]) {
            detail.push_str(&format!("\n{}", describe(exchange)));
        }
        if is_stored
            && self.tells_roles(&application)
            && let Ok(connector) = connector
        {
            let imported = self.import_roles_over(caller, &application, connector.as_ref()).await;
            detail.push_str(&match imported {
                Ok(view) => format!("\n{}", view.message),
                Err(error) => format!("\nThe roles could not be read: {}", error.problem()),
            });
        }
        Ok(TestConnectionView {
            ok: true,
            title,
            message: AUTHORIZED.to_owned(),
            advice: String::new(),
            cure: None,
            detail,
        })
    }

    /// The fields of the tried method: entered ones first, then stored ones.
    fn merge(
        &self,
        stored: &BTreeMap<String, Secret>,
        edit: &CredentialsEdit,
        form: &TestConnectionForm,
    ) -> BTreeMap<String, Secret> {
        let mut secrets = edit.values.clone();
        if form.only_entered {
            return secrets;
        }
        let keys = edit.method.fields.iter().map(|field| field.key.as_str()).chain([ACCESS_TOKEN]);
        for key in keys.filter(|key| !edit.cleared.iter().any(|cleared| cleared == key)) {
            if let Some(value) = stored.get(key) {
                secrets.entry(key.to_owned()).or_insert_with(|| value.clone());
            }
        }
        secrets
    }

    /// What the stored configuration leads to.
    pub(crate) async fn load_target(
        &self,
        application: &Application,
        spec: &JobSpec,
    ) -> Result<(Arc<Template>, TargetConfig)> {
        let template = self.load_template_of(application)?;
        let secrets = self.store().read_secrets(application.id).await?;
        let method: Option<&CredentialMethod> = template.method(&spec.credential_method);
        let missing = list_missing(spec, method, |key| secrets.contains_key(key));
        if let Some(first) = missing.first() {
            return Err(invalid(format!(
                "{} can't be asked yet: {} is needed.",
                application.display_name, first.what
            ))
            .advice("Complete the Admin Credentials on the Provisioning page, test the connection and save.")
            .field(first.need.field())
            .into());
        }
        Ok((template, target_of(self.store(), self.clock(), spec, secrets)))
    }

    /// The connector that speaks with an application by its stored configuration.
    pub(crate) async fn connect_to(
        &self,
        application: &Application,
        spec: &JobSpec,
    ) -> Result<(Arc<Template>, Arc<dyn Connector>)> {
        let (template, target) = self.load_target(application, spec).await?;
        let connector = connect(&template, &target, &self.deps.kit).map_err(|error| refuse_target(&error))?;
        Ok((template, connector))
    }
}

/// What a target or its connector did not do, for the person who asked.
pub(crate) fn refuse_target(error: &ConnectorError) -> Problem {
    let mut message = error.message().to_owned();
    if let Some(exchange) = error.exchange() {
        message.push_str(&format!(" ({})", describe(exchange)));
    }
    Problem::new(ProblemKind::Target, message).advice(error.advice())
}

fn view_failure(title: String, error: &ConnectorError) -> TestConnectionView {
    let words = match error.kind() {
        ErrorKind::Auth | ErrorKind::Consent => INVALID_CREDENTIALS,
        _ => NOT_VALIDATED,
    };
    let mut detail = format!("Error code: {}", error.kind().code());
    if let Some(exchange) = error.exchange() {
        detail.push('\n');
        detail.push_str(&describe(exchange));
    }
    if let Some(excerpt) = error.body_excerpt() {
        detail.push_str("\nAnswer: ");
        detail.push_str(excerpt);
    }
    TestConnectionView {
        ok: false,
        title,
        message: format!("{words} {}", error.message()),
        advice: error.advice().to_owned(),
        cure: error.cure(),
        detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_connectors::Exchange;
    use purser_connectors::Unreachable;
    use std::time::Duration;

    fn exchange(status: Option<u16>) -> Exchange {
        Exchange {
            method: "GET",
            path: "/scim/Users?filter=x".into(),
            status,
            duration: Duration::from_millis(12),
            request_body: None,
            response_body: None,
        }
    }

    #[test]
    fn refused_credentials_are_told_in_the_originals_words_with_the_exact_cause() {
        let error = ConnectorError::new(ErrorKind::Auth, "The target answered 401.", "Make a new token.")
            .with_exchange(exchange(Some(401)))
            .with_body_excerpt("{\"detail\":\"no\"}");
        let view = view_failure("Testing connection to X".into(), &error);
        assert!(view.message.starts_with("You appear to have entered invalid credentials."));
        assert!(view.message.ends_with("The target answered 401."));
        assert_eq!(view.advice, "Make a new token.");
        assert!(view.detail.contains("GET /scim/Users?filter=x, status 401 after 12 ms"));
        assert!(view.detail.contains("Answer: {\"detail\":\"no\"}"));
    }

    #[test]
    fn an_unreachable_target_does_not_blame_the_credentials() {
        let error = ConnectorError::new(
            ErrorKind::Unreachable(Unreachable::Dns),
            "No address for x.example.",
            "Check it.",
        )
        .with_exchange(exchange(None));
        let view = view_failure("Testing connection to X".into(), &error);
        assert!(!view.ok && !view.message.contains("invalid credentials"));
        assert!(view.message.contains("No address for x.example."));
        assert!(view.detail.contains("Error code: TargetNameNotFound") && view.detail.contains("no answer"));
    }
}
