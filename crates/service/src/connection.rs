//! Test Connection: the one use-case of the blade that calls the target.
use crate::caller::{Caller, Right};
use crate::credentials::{SECRET_TOKEN, check_token_stays, parse_secret_token, parse_tenant_url};
use crate::error::{Result, conflict, invalid};
use crate::job::load_job_of;
use crate::portal::Portal;
use purser_connectors::{ConnectorError, ErrorKind, Exchange, Target, connect};
use purser_contract::provisioning::{TestConnectionForm, TestConnectionView};
use purser_engine::target_of;

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
    /// # Errors
    /// [`crate::ServiceError`] when the caller may not write, a field breaks a rule or is missing, or the stored
    /// token would go to another host.
    pub async fn test_connection(
        &self,
        caller: &Caller,
        form: TestConnectionForm,
    ) -> Result<TestConnectionView> {
        // A test sends a secret somewhere: who may not change the credentials may not try them out either.
        caller.may(Right::Write)?;
        let (application, spec) = load_job_of(self.store(), &form.application_id).await?;
        let typed_url = parse_tenant_url(&form.tenant_url)?;
        let tenant_url = if typed_url.is_empty() { spec.tenant_url.clone() } else { typed_url };
        if tenant_url.is_empty() {
            return Err(invalid("Enter the Tenant URL first.").field("tenant_url").into());
        }
        let token = match parse_secret_token(&form.secret_token)? {
            Some(typed) => Some(typed),
            None => {
                check_token_stays(self.store(), &spec, &tenant_url).await?;
                self.store().read_secret(application.id, SECRET_TOKEN).await?
            }
        };
        let secret_token =
            token.ok_or_else(|| invalid("Enter the Secret Token first.").field("secret_token"))?;
        let template = self.find_template(&application.template_id).ok_or_else(|| {
            conflict("The gallery application that this one was added from is not in this version of Purser.")
        })?;
        let title = format!("Testing connection to {}", application.display_name);
        let mut secrets = self.store().read_secrets(application.id).await?;
        secrets.insert(SECRET_TOKEN.to_owned(), secret_token);
        let target = Target { tenant_url, ..target_of(self.store(), &spec, secrets) };
        let kinds: Vec<_> = template.objects().map(|(kind, _)| kind).collect();
        let checked = match connect(&template, &target, &self.deps.kit) {
            Ok(connector) => connector.check(&kinds).await,
            Err(error) => Err(error),
        };
        Ok(match checked {
            Ok(report) => TestConnectionView {
                ok: true,
                title,
                message: AUTHORIZED.to_owned(),
                advice: String::new(),
                detail: format!("{}\n{}", report.message, describe(&report.exchange)),
            },
            Err(error) => view_failure(title, &error),
        })
    }
}

fn view_failure(title: String, error: &ConnectorError) -> TestConnectionView {
    let words = if matches!(error.kind(), ErrorKind::Auth) { INVALID_CREDENTIALS } else { NOT_VALIDATED };
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
        detail,
    }
}

fn describe(exchange: &Exchange) -> String {
    let status = exchange.status.map_or_else(|| "no answer".to_owned(), |status| format!("status {status}"));
    format!(
        "Request: {} {}, {status} after {} ms",
        exchange.method,
        exchange.path,
        exchange.duration.as_millis()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
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
