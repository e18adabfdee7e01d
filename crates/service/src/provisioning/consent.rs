//! OAuth 2.0 consent: an administrator allows Purser to work in an application, at the application's own provider.
//!
//! [`Portal::begin_consent`] gives the address to go to, [`Portal::finish_consent`] takes what the browser comes back
//! with. Between the two the application keeps what it needs as a secret, under a name that no connector gets.
//!
//! Invariants: what comes back is taken once, within ten minutes, from the administrator who began, and only with the
//! state that the browser's session holds. A new beginning ends what was begun before for the same application.
//!
//! Deliberately absent: the session and the routes (`server`, `app`).
use crate::caller::{Caller, Right};
use crate::error::{Checked, Result, ServiceError, conflict, invalid};
use crate::logs::activity::Activity;
use crate::logs::audit::AuditNote;
use crate::portal::Portal;
use crate::provisioning::connection::refuse_target;
use crate::provisioning::credentials::needs_consent;
use crate::provisioning::spec::load_job_of;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use purser_connectors::auth::oauth::{begin_consent, finish_consent};
use purser_connectors::{CredentialMethod, Tokens};
use purser_contract::credentials::ConsentView;
use purser_contract::problem::{Problem, ProblemKind};
use purser_domain::secret::Secret;
use purser_engine::{ACCESS_TOKEN, REFRESH_TOKEN, target_of};
use purser_store::{Application, JobSpec};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use subtle::ConstantTimeEq;
use url::Url;
use uuid::Uuid;

/// Name of the secret that a begun consent is kept under.
const BEGUN: &str = "Purser.Consent";
/// How long a consent may take.
const MINUTES: i64 = 10;
/// Longest code that a provider may hand out; more is nonsense.
const MAX_CODE: usize = 8_192;
/// Most of a provider's own words that are shown.
const MAX_WORDS: usize = 300;

/// What the browser comes back with.
#[derive(Clone, Default)]
pub struct ConsentAnswer {
    /// The state that it brings.
    pub state: String,
    /// The code, when the consent was given.
    pub code: String,
    /// The provider's code of what went wrong.
    pub error: String,
    /// The provider's words about it.
    pub error_description: String,
}

impl std::fmt::Debug for ConsentAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConsentAnswer").field("error", &self.error).finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize)]
struct Begun {
    state_hash: String,
    verifier: String,
    method: String,
    redirect_uri: String,
    administrator: Option<Uuid>,
    ends_at: Timestamp,
}

impl Portal {
    /// Begins a consent by the stored credentials. `redirect_uri` is where the provider sends the browser back to.
    /// Nothing is sent.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the caller is no administrator, the application's credentials need no consent or
    /// are not complete.
    pub async fn begin_consent(&self, caller: &Caller, app: &str, redirect_uri: &str) -> Result<ConsentView> {
        caller.may(Right::Write)?;
        let Caller::Administrator { id, .. } = caller else { return Err(refuse_program().into()) };
        let (application, spec) = load_job_of(self.store(), app).await?;
        let method = self.load_consenting(&application, &spec)?;
        let secrets = self.store().read_secrets(application.id).await?;
        let credentials = target_of(self.store(), self.clock(), &spec, secrets).credentials;
        let consent =
            begin_consent(&method, &credentials, redirect_uri).map_err(|error| refuse_target(&error))?;
        let now = self.now();
        let begun = Begun {
            state_hash: hash(consent.state.expose()),
            verifier: consent.verifier.expose().to_owned(),
            method: method.id.clone(),
            redirect_uri: redirect_uri.to_owned(),
            administrator: Some(id.as_uuid()),
            ends_at: now + SignedDuration::from_mins(MINUTES),
        };
        let text = serde_json::to_string(&begun)
            .map_err(|error| ServiceError::internal("note that a consent was begun", error))?;
        let tx = self.store().begin().await?;
        tx.write_secret(application.id, BEGUN, &Secret::new(text), now).await?;
        tx.set_secret_expiry(application.id, BEGUN, Some(begun.ends_at)).await?;
        tx.commit().await?;
        let host = Url::parse(&consent.url).ok().and_then(|url| url.host_str().map(str::to_owned));
        Ok(ConsentView {
            application_id: application.id.to_string(),
            url: consent.url,
            host: host.unwrap_or_default(),
            redirect_uri: redirect_uri.to_owned(),
            state: consent.state.expose().to_owned(),
        })
    }

    /// Ends a consent: exchanges the code for tokens and stores them. `expected` is the state that the browser's
    /// session holds. Gives the application's name.
    ///
    /// # Errors
    /// [`crate::ServiceError`] when the answer is none to a consent that this administrator began here within ten
    /// minutes, when the provider refused, or when it gave no tokens.
    pub async fn finish_consent(
        &self,
        caller: &Caller,
        app: &str,
        expected: &str,
        answer: &ConsentAnswer,
    ) -> Result<String> {
        caller.may(Right::Write)?;
        let (application, spec) = load_job_of(self.store(), app).await?;
        let method = self.load_consenting(&application, &spec)?;
        let begun = self.take_begun(&application).await?;
        let Some(begun) = begun.filter(|begun| begun.fits(caller, expected, &answer.state)) else {
            return Err(begin_again(
                "The answer of the consent page belongs to no consent that was begun here.",
            )
            .into());
        };
        if begun.ends_at <= self.now() {
            return Err(begin_again(&format!("The consent took longer than {MINUTES} minutes.")).into());
        }
        if begun.method != method.id {
            return Err(begin_again("The Admin Credentials were changed meanwhile.").into());
        }
        if !answer.error.is_empty() || answer.code.is_empty() || answer.code.len() > MAX_CODE {
            return Err(refuse_answer(&application.display_name, answer).into());
        }
        let secrets: BTreeMap<String, Secret> = self.store().read_secrets(application.id).await?;
        let target = target_of(self.store(), self.clock(), &spec, secrets);
        let tokens = finish_consent(
            &method,
            &target.credentials,
            &self.deps.kit,
            &answer.code,
            &Secret::new(begun.verifier),
            &begun.redirect_uri,
            self.now(),
        )
        .await
        .map_err(|error| refuse_target(&error))?;
        self.store_tokens(caller, &application, &spec, &tokens).await?;
        self.import_roles_later(caller, &application);
        Ok(application.display_name)
    }

    fn load_consenting(&self, application: &Application, spec: &JobSpec) -> Checked<CredentialMethod> {
        let template = self.load_template_of(application)?;
        let method = template.method(&spec.credential_method).filter(|method| needs_consent(method));
        method.cloned().ok_or_else(|| {
            invalid(format!("The credentials of {} need no consent.", application.display_name))
                .advice("Choose a credential method with consent and save before.")
                .field("credential_method")
        })
    }

    /// What was begun, taken away: whatever comes of it, it can't come twice.
    async fn take_begun(&self, application: &Application) -> Result<Option<Begun>> {
        let tx = self.store().begin().await?;
        let text = tx.read_secret(application.id, BEGUN).await?;
        tx.delete_secret(application.id, BEGUN).await?;
        tx.commit().await?;
        Ok(text.and_then(|text| serde_json::from_str(text.expose()).ok()))
    }

    async fn store_tokens(
        &self,
        caller: &Caller,
        application: &Application,
        seen: &JobSpec,
        tokens: &Tokens,
    ) -> Result<()> {
        let tx = self.store().begin().await?;
        let stored = tx.load_spec(seen.job_id).await?;
        if stored.credential_method != seen.credential_method || stored.tenant_url != seen.tenant_url {
            return Err(begin_again("The Admin Credentials were changed meanwhile.").into());
        }
        let now = self.now();
        tx.write_secret(application.id, ACCESS_TOKEN, &tokens.access, now).await?;
        tx.set_secret_expiry(application.id, ACCESS_TOKEN, tokens.expires_at).await?;
        match &tokens.refresh {
            Some(refresh) => tx.write_secret(application.id, REFRESH_TOKEN, refresh, now).await?,
            None => drop(tx.delete_secret(application.id, REFRESH_TOKEN).await?),
        }
        // A new generation: a job in quarantine is tried again at once.
        let spec = JobSpec { updated_at: now, ..stored.clone() };
        tx.update_spec(&spec, stored.generation).await?;
        let note = AuditNote::on(application.id.as_uuid(), &application.display_name);
        self.audit(&tx, caller, Activity::GiveConsent, note).await?;
        self.commit(tx).await
    }
}

impl Begun {
    fn fits(&self, caller: &Caller, expected: &str, brought: &str) -> bool {
        let hashes = |text: &str| bool::from(hash(text).as_bytes().ct_eq(self.state_hash.as_bytes()));
        caller.id() == self.administrator && hashes(expected) && hashes(brought)
    }
}

fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

fn begin_again(message: &str) -> Problem {
    conflict(message).advice("Open Provisioning of the application, press Authorize and consent again.")
}

fn refuse_program() -> Problem {
    Problem::new(ProblemKind::Forbidden, "A consent needs an administrator in a browser.")
        .advice("Sign in to the portal and press Authorize on the application's Provisioning page.")
}

/// What the provider said instead of a code.
fn refuse_answer(application: &str, answer: &ConsentAnswer) -> Problem {
    let words: String = answer
        .error_description
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MAX_WORDS)
        .collect();
    let code: String = answer.error.chars().filter(|c| c.is_ascii_graphic()).take(60).collect();
    let said = match (code.as_str(), words.trim()) {
        ("", "") => "it sent no code".to_owned(),
        (code, "") => code.to_owned(),
        ("", words) => words.to_owned(),
        (code, words) => format!("{code}: {words}"),
    };
    let (what, advice) = match code.as_str() {
        "access_denied" => (
            "The consent was refused",
            "Press Authorize again and allow what is asked for, with an account that administers the application.",
        ),
        "invalid_scope" => (
            "The provider does not grant what Purser asks for",
            "Give the client the application's permissions for user provisioning, then press Authorize again.",
        ),
        "unauthorized_client" | "unsupported_response_type" => (
            "The provider does not let this client ask for consent",
            "Check the client's settings in the application: it must allow the authorization code flow.",
        ),
        "temporarily_unavailable" | "server_error" => {
            ("The provider could not show its consent page", "Press Authorize again in a few minutes.")
        }
        _ => (
            "The provider gave no consent",
            "Check the client's settings in the application, above all its redirect URI, then press Authorize again.",
        ),
    };
    Problem::new(ProblemKind::Target, format!("{what} for {application} ({said}).")).advice(advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_provider_says_is_told_in_words_and_bounded() {
        let answer = ConsentAnswer {
            error: "access_denied".into(),
            error_description: format!("no\r\n{}", "x".repeat(2_000)),
            ..ConsentAnswer::default()
        };
        let problem = refuse_answer("Wiki", &answer);
        assert!(problem.message.starts_with("The consent was refused for Wiki (access_denied: no"));
        assert!(problem.message.len() < 450 && !problem.message.contains('\n'));
        let nothing = refuse_answer("Wiki", &ConsentAnswer::default());
        assert!(nothing.message.contains("it sent no code"));
    }
}
