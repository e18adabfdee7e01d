//! How a form post ends.
//!
//! With [`finish`] or [`finish_form`]: a 303 to the next page with a toast, or, when the use-case refused, a 303
//! back to the page it came from with the problem and everything that had been typed (secrets excepted: the caller
//! clears them first). Both travel in the session as a [`Flash`], which the next page takes out. So it is the same
//! with and without JavaScript, a reload never posts twice, and no typed value is lost.
//!
//! A form is known by the server function that it is posted to, as a type: what was typed is kept under its address,
//! and comes back as what it takes. To add a form: the server function, and a `PostForm` of it on a page.
//!
//! A stranger's session keeps an `EntryProblem` and nothing else: what a stranger types is never stored. Of a stranger
//! who has to wait, nothing is: the address of the next page says so.
use super::entry_problem::EntryProblem;
use super::{caller, query_value, redirect, session, url};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use purser_contract::problem::{Problem, ProblemKind};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::any::type_name;
use tower_sessions::Session;

/// Session key of the [`Flash`].
const FLASH: &str = "flash";
/// Session key of a stranger's `EntryProblem`.
const ENTRY_PROBLEM: &str = "entry_problem";
/// Query key that says to a stranger to wait.
const WAIT: &str = "wait";

/// What one request leaves for the page that comes next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// Something went well.
    pub toast: Option<String>,
    /// Something was refused.
    pub problem: Option<Problem>,
    /// What is kept for the page, under the name of what it is.
    kept: Option<(String, serde_json::Value)>,
}

impl Flash {
    /// Something went well.
    pub fn toast(text: impl Into<String>) -> Self {
        Self { toast: Some(text.into()), ..Self::default() }
    }

    /// Something was refused.
    pub fn problem(problem: Problem) -> Self {
        Self { problem: Some(problem), ..Self::default() }
    }

    /// The same with what had been typed into the form of the server function `F`.
    pub fn refused<F: ServerFn + From<K>, K: Serialize>(mut self, form: &K) -> serde_json::Result<Self> {
        self.kept = Some((F::PATH.to_owned(), serde_json::to_value(form)?));
        Ok(self)
    }

    /// Leaves this for the page that comes next.
    pub async fn leave(self, session: &Session) -> Result<(), tower_sessions::session::Error> {
        session.insert(FLASH, self).await
    }

    /// What had been typed into the form of the server function `F` when it was refused.
    pub fn form<F: ServerFn, K: From<F> + DeserializeOwned>(&self) -> Option<K> {
        self.find(F::PATH)
    }

    /// What a form post that went well left here ([`Done::keep`]).
    pub fn kept<K: DeserializeOwned>(&self) -> Option<K> {
        self.find(type_name::<K>())
    }

    fn find<K: DeserializeOwned>(&self, name: &str) -> Option<K> {
        let (kept, value) = self.kept.as_ref()?;
        (kept == name).then(|| serde_json::from_value(value.clone()).ok()).flatten()
    }

    /// The sentence for this form field, when the problem belongs to it.
    pub fn problem_for(&self, field: &str) -> Option<String> {
        let problem = self.problem.as_ref()?;
        (problem.field.as_deref() == Some(field)).then(|| problem.to_string())
    }

    /// Whether the form was refused since another save came first; both versions are on the page then.
    pub fn is_stale(&self) -> bool {
        self.problem.as_ref().is_some_and(|problem| !problem.conflict.is_empty())
    }

    /// The generation that a refused form goes on with. Only after both versions were shown is saving again
    /// meant to win; after any other refusal a save by another person must still be noticed.
    pub fn generation(&self, typed: i64, stored: i64) -> i64 {
        if self.is_stale() { stored } else { typed }
    }
}

/// Where a form post that went well leads.
#[derive(Debug, Clone)]
pub struct Done {
    to: String,
    flash: Flash,
}

impl Done {
    /// Leads to this page.
    pub fn to(url: impl Into<String>) -> Self {
        Self { to: url.into(), flash: Flash::default() }
    }

    /// Says this there.
    #[must_use]
    pub fn toast(mut self, text: impl Into<String>) -> Self {
        self.flash.toast = Some(text.into());
        self
    }

    /// Shows this there; the page asks for it by its type ([`Flash::kept`]).
    #[must_use]
    pub fn keep<K: Serialize>(mut self, value: &K) -> Self {
        match serde_json::to_value(value) {
            Ok(value) => self.flash.kept = Some((type_name::<K>().to_owned(), value)),
            Err(error) => tracing::error!(%error, kept = type_name::<K>(), "an answer could not be kept"),
        }
        self
    }
}

/// Ends a form post of which nothing is kept when it is refused: leads on, or `back` with the problem.
pub async fn finish<T>(
    outcome: Result<T, Problem>,
    done: impl FnOnce(&T) -> Done,
    back: impl Into<String>,
) -> Result<(), ServerFnError> {
    lead_on(outcome, done, back, |problem| Ok(Flash::problem(problem))).await
}

/// Ends a form post of the server function `F`: leads on, or `back` (the page that the form is on, with its open
/// pane) with the problem and what had been typed. Clear secrets in `form` first: it is kept in the session until
/// that page is shown.
pub async fn finish_form<F: ServerFn + From<K>, K: Serialize, T>(
    outcome: Result<T, Problem>,
    done: impl FnOnce(&T) -> Done,
    back: impl Into<String>,
    form: &K,
) -> Result<(), ServerFnError> {
    lead_on(outcome, done, back, |problem| Flash::problem(problem).refused::<F, K>(form)).await
}

async fn lead_on<T>(
    outcome: Result<T, Problem>,
    done: impl FnOnce(&T) -> Done,
    back: impl Into<String>,
    refused: impl FnOnce(Problem) -> serde_json::Result<Flash>,
) -> Result<(), ServerFnError> {
    let (to, flash) = match outcome {
        Ok(value) => {
            let Done { to, flash } = done(&value);
            (to, flash)
        }
        Err(problem) if caller().is_err() && problem.kind == ProblemKind::TooMany => {
            (url(&back.into(), &[(WAIT, "true")]), Flash::default())
        }
        Err(problem) if caller().is_err() => {
            let kept = open_session()?.insert(ENTRY_PROBLEM, EntryProblem::of(&problem)).await;
            kept.map_err(|error| fault("write the session", &error))?;
            (back.into(), Flash::default())
        }
        Err(problem) => {
            (back.into(), refused(problem).map_err(|error| fault("keep what was typed", &error))?)
        }
    };
    if flash != Flash::default() {
        flash.leave(&open_session()?).await.map_err(|error| fault("write the session", &error))?;
    }
    redirect(&to);
    Ok(())
}

/// What the request before this one left; inside `components::page` only.
pub fn flash() -> Flash {
    use_context::<Flash>().unwrap_or_default()
}

/// Takes the flash out of the session, so that it is shown once.
pub(crate) async fn take_flash() -> Flash {
    if caller().is_err() && query_value(WAIT) == "true" {
        return Flash::problem(EntryProblem::of(&Problem::new(ProblemKind::TooMany, "")).problem());
    }
    let Ok(session) = session() else { return Flash::default() };
    match take::<EntryProblem>(&session, ENTRY_PROBLEM).await {
        Some(kept) => Flash::problem(kept.problem()),
        None => take(&session, FLASH).await.unwrap_or_default(),
    }
}

/// Takes something out of the session; a session without it is not written.
async fn take<T: DeserializeOwned>(session: &Session, key: &str) -> Option<T> {
    let found = match session.get::<T>(key).await {
        Ok(None) => return None,
        Ok(found) => session.remove_value(key).await.map(|_| found),
        Err(error) => Err(error),
    };
    found.unwrap_or_else(|error| {
        tracing::warn!(%error, key, "a notification could not be taken out of its session");
        None
    })
}

fn open_session() -> Result<Session, ServerFnError> {
    session().map_err(|problem| ServerFnError::new(problem.to_string()))
}

fn fault(what: &str, error: &(dyn std::error::Error + 'static)) -> ServerFnError {
    tracing::error!(error, "could not {what}");
    ServerFnError::new(format!("Purser could not {what}. Look at the server's log."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_contract::directory::{GroupForm, UserForm};

    #[server(prefix = "/api", endpoint = "test_save_crew")]
    async fn save_crew(form: GroupForm) -> Result<(), ServerFnError> {
        finish_form::<SaveCrew, _, _>(Ok(()), |()| Done::to("/"), "/", &form).await
    }

    #[server(prefix = "/api", endpoint = "test_save_person")]
    async fn save_person(form: UserForm) -> Result<(), ServerFnError> {
        finish_form::<SavePerson, _, _>(Ok(()), |()| Done::to("/"), "/", &form).await
    }

    #[test]
    fn a_flash_gives_a_refused_form_back_to_its_own_page_only() {
        let typed = GroupForm { display_name: "Crew".to_owned(), ..GroupForm::default() };
        let problem = Problem::new(ProblemKind::Conflict, "Taken.").field("display_name");
        let flash = Flash::problem(problem).refused::<SaveCrew, _>(&typed).unwrap();
        let form: Option<GroupForm> = flash.form::<SaveCrew, _>();
        assert_eq!(form.map(|form| form.display_name), Some("Crew".to_owned()));
        assert!(flash.form::<SavePerson, UserForm>().is_none());
        assert!(flash.kept::<GroupForm>().is_none(), "what was refused is nothing that went well");
        assert_eq!(flash.problem_for("display_name"), Some("Taken.".to_owned()));
        assert_eq!(flash.problem_for("description"), None);
    }
}
