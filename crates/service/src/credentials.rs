//! Admin Credentials: what a Tenant URL and a Secret Token must be, and what the API calls synchronization secrets.
//!
//! A stored token is only ever sent to the host that it was entered for: whoever points the Tenant URL to another
//! host must enter the token again, or an administrator's session would be enough to read a secret that no page shows.
use crate::caller::{Caller, Right};
use crate::error::{Result, invalid};
use crate::job::load_job_of;
use crate::portal::Portal;
use crate::provisioning::SettingsEdit;
use purser_contract::problem::Problem;
use purser_contract::provisioning::ProvisioningView;
use purser_domain::scope::ScopeMode;
use purser_domain::secret::Secret;
use purser_store::{JobMode, JobSpec, Reads};
use url::Url;

/// Key of the Secret Token in the store and in the API.
pub(crate) const SECRET_TOKEN: &str = "SecretToken";
const BASE_ADDRESS: &str = "BaseAddress";
const SYNC_ALL: &str = "SyncAll";
/// Longest Tenant URL.
const MAX_URL: usize = 2_048;
/// Longest Secret Token; some targets hand out signed ones of several thousand characters.
const MAX_TOKEN: usize = 16_384;

/// One synchronization secret of the API.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretForm {
    /// `BaseAddress`, `SecretToken` or `SyncAll`.
    pub key: String,
    /// Its value; on the way out, a secret one is `*`.
    pub value: String,
}

impl std::fmt::Debug for SecretForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretForm").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Portal {
    /// Sets synchronization secrets, as Graph's `PUT …/synchronization/secrets` does; the mode becomes Automatic.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the caller may not write, a key is not known, or a value breaks a rule.
    pub async fn set_secrets(
        &self,
        caller: &Caller,
        app: &str,
        secrets: &[SecretForm],
    ) -> Result<ProvisioningView> {
        caller.may(Right::Write)?;
        let mut edit = SettingsEdit { mode: Some(JobMode::Automatic), ..SettingsEdit::default() };
        for SecretForm { key, value } in secrets {
            match key.as_str() {
                BASE_ADDRESS => edit.tenant_url = Some(parse_tenant_url(value)?),
                SECRET_TOKEN => edit.secret_token = parse_secret_token(value)?,
                SYNC_ALL => edit.scope = Some(parse_sync_all(value)?),
                other => {
                    return Err(invalid(format!("This application has no secret \"{other}\"."))
                        .advice("Known keys are BaseAddress, SecretToken and SyncAll.")
                        .field("key")
                        .into());
                }
            }
        }
        let tx = self.store().begin().await?;
        let (application, spec) = load_job_of(&tx, app).await?;
        self.edit_settings(&tx, caller, &application, &spec, edit).await?;
        tx.commit().await?;
        self.wake();
        self.view_provisioning(&application.id.to_string()).await
    }

    /// The synchronization secrets that are set; a secret value is `*`.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the caller may not read, or there is no such application.
    pub async fn list_secrets(&self, caller: &Caller, app: &str) -> Result<Vec<SecretForm>> {
        caller.may(Right::Read)?;
        let (application, spec) = load_job_of(self.store(), app).await?;
        let mut secrets = Vec::new();
        let mut push = |key: &str, value: &str| {
            secrets.push(SecretForm { key: key.to_owned(), value: value.to_owned() })
        };
        if !spec.tenant_url.is_empty() {
            push(BASE_ADDRESS, &spec.tenant_url);
        }
        if self.store().has_secret(application.id, SECRET_TOKEN).await? {
            push(SECRET_TOKEN, "*");
        }
        push(SYNC_ALL, if spec.scope == ScopeMode::All { "true" } else { "false" });
        Ok(secrets)
    }

    /// Whether everything is there that a cycle needs.
    pub(crate) async fn is_configured(&self, spec: &JobSpec) -> Result<bool> {
        Ok(spec.mode == JobMode::Automatic
            && !spec.tenant_url.is_empty()
            && self.store().has_secret(spec.application_id, SECRET_TOKEN).await?)
    }
}

/// A Tenant URL, or nothing.
pub(crate) fn parse_tenant_url(text: &str) -> std::result::Result<String, Problem> {
    let text = text.trim();
    let refuse = |message: &str| {
        Err(invalid(message)
            .advice("It is the address of the application's SCIM endpoint, for example https://api.example.com/scim.")
            .field("tenant_url"))
    };
    if text.is_empty() {
        return Ok(String::new());
    }
    if text.len() > MAX_URL {
        return refuse(&format!("The Tenant URL can have at most {MAX_URL} characters."));
    }
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return refuse("The Tenant URL holds a space or a control character.");
    }
    let Ok(url) = Url::parse(text) else {
        return refuse(&format!("\"{text}\" is not a URL."));
    };
    if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none_or(str::is_empty) {
        return refuse("The Tenant URL must begin with https:// (or http://) and name a host.");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse(
            "The Tenant URL holds a user name or password. Put the token into Secret Token instead.",
        );
    }
    Ok(text.to_owned())
}

/// A Secret Token; `None` when nothing was entered.
pub(crate) fn parse_secret_token(text: &str) -> std::result::Result<Option<Secret>, Problem> {
    let mut text = text.trim();
    // Copied out of a header more often than not.
    if let Some((word, rest)) = text.split_once(' ')
        && word.eq_ignore_ascii_case("bearer")
    {
        text = rest.trim();
    }
    if text.len() > MAX_TOKEN {
        return Err(invalid(format!("The Secret Token can have at most {MAX_TOKEN} characters."))
            .field("secret_token"));
    }
    if text.chars().any(|c| !c.is_ascii_graphic()) {
        return Err(invalid(
            "The Secret Token holds a space, a line break or a letter that no HTTP header can carry.",
        )
        .advice("Copy it again from the application, without anything around it.")
        .field("secret_token"));
    }
    Ok((!text.is_empty()).then(|| Secret::new(text)))
}

/// Refuses to send the stored token to another host than the one it was entered for.
pub(crate) async fn check_token_stays(reads: &Reads, spec: &JobSpec, tenant_url: &str) -> Result<()> {
    let elsewhere =
        !tenant_url.is_empty() && !spec.tenant_url.is_empty() && !same_host(tenant_url, &spec.tenant_url);
    if elsewhere && reads.has_secret(spec.application_id, SECRET_TOKEN).await? {
        return Err(invalid(
            "The Tenant URL points to another host, and the stored Secret Token is not sent there.",
        )
        .advice("Enter the Secret Token of the new host as well.")
        .field("secret_token")
        .into());
    }
    Ok(())
}

fn same_host(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one.origin() == other.origin(),
        _ => false,
    }
}

fn parse_sync_all(value: &str) -> std::result::Result<ScopeMode, Problem> {
    match value.trim().to_lowercase().as_str() {
        "true" => Ok(ScopeMode::All),
        "false" => Ok(ScopeMode::Assigned),
        other => Err(invalid(format!("SyncAll is \"true\" or \"false\", not \"{other}\".")).field("SyncAll")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenant_urls_are_kept_as_typed_or_refused_in_words() {
        for good in [
            "https://x.example/scim",
            "http://127.0.0.1:8880/v2/",
            "https://x.example/scim?aadOptscim062020",
            "",
        ] {
            assert_eq!(parse_tenant_url(&format!(" {good} ")).unwrap(), good);
        }
        for bad in [
            "x.example/scim",
            "ftp://x.example",
            "https://",
            "https://ann:pw@x.example/",
            "https://x.example/a b",
        ] {
            let problem = parse_tenant_url(bad).unwrap_err();
            assert_eq!(problem.field.as_deref(), Some("tenant_url"), "{bad}");
        }
        assert!(parse_tenant_url(&format!("https://x.example/{}", "a".repeat(3_000))).is_err());
    }

    #[test]
    fn tokens_lose_the_word_bearer_and_must_fit_a_header() {
        assert_eq!(parse_secret_token(" Bearer abc.def \n").unwrap().unwrap().expose(), "abc.def");
        assert!(parse_secret_token("  ").unwrap().is_none());
        for bad in ["a b", "tökén", "a\u{7}b", &"x".repeat(20_000)] {
            assert!(parse_secret_token(bad).is_err());
        }
    }

    #[test]
    fn hosts_are_compared_with_scheme_and_port() {
        assert!(same_host("https://x.example/a", "https://x.example:443/b"));
        assert!(!same_host("https://x.example/a", "http://x.example/a"));
        assert!(!same_host("https://x.example/a", "https://x.example.evil/a"));
    }
}
