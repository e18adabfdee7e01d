//! First-run set-up, sign-in, sign-out, and the theme.
use crate::context::{
    self, ADMINISTRATOR, Done, SIGNED_IN_AT, caller, finish, local_path, portal, redirect, remote_address,
    session,
};
use crate::theme;
use leptos::prelude::*;
use purser_contract::problem::{Problem, ProblemKind};
use purser_contract::session::{AdministratorView, SetupForm, SignInForm};
use purser_service::Caller;

/// How long the choice of a theme is kept: a year, in seconds.
const THEME_SECONDS: u32 = 31_536_000;

/// Makes the first administrator and signs them in.
#[server(prefix = "/api", endpoint = "setup")]
pub async fn set_up(
    /// What was typed.
    form: SetupForm,
) -> Result<(), ServerFnError> {
    let outcome = async {
        let administrator = portal()?.complete_setup(form.clone(), &remote_address()).await?;
        begin_session(&administrator).await?;
        Ok(administrator)
    }
    .await;
    let back = context::url("/setup", &[("token", &form.token)]);
    let done = |administrator: &AdministratorView| {
        Done::to("/").toast(format!("Welcome, {}. This portal is yours now.", administrator.display_name))
    };
    finish(outcome, done, back).await
}

/// Signs in and goes to where the person was heading.
#[server(prefix = "/api", endpoint = "sign_in")]
pub async fn sign_in(
    /// What was typed.
    form: SignInForm,
) -> Result<(), ServerFnError> {
    let outcome = async {
        let administrator = portal()?.sign_in(form.clone(), &remote_address()).await?;
        begin_session(&administrator).await
    }
    .await;
    let back = context::url("/sign-in", &[("next", &form.next)]);
    let next = local_path(&form.next).to_owned();
    finish(outcome, |()| Done::to(next), back).await
}

/// Ends the session, on the server too.
#[server(prefix = "/api", endpoint = "sign_out")]
pub async fn sign_out() -> Result<(), ServerFnError> {
    let session = session().map_err(|problem| ServerFnError::new(problem.to_string()))?;
    session
        .flush()
        .await
        .map_err(|error| ServerFnError::new(format!("The session could not be ended: {error}")))?;
    // Whose session has ended already is signed out, too, and there is nobody to write down.
    if let (Ok(portal), Ok(caller)) = (portal(), caller()) {
        let noted = portal.sign_out(&caller, &remote_address()).await.map_err(Problem::from);
        noted.map_err(|problem| ServerFnError::new(problem.to_string()))?;
    }
    redirect("/sign-in?signed-out=true");
    Ok(())
}

/// Switches between light and dark where JavaScript does not.
#[server(prefix = "/api", endpoint = "set_theme")]
pub async fn set_theme(
    /// The page to come back to.
    back: String,
) -> Result<(), ServerFnError> {
    let next = if theme::chosen() == Some("dark") { "light" } else { "dark" };
    context::set_cookie(&format!("{}={next}; Path=/; Max-Age={THEME_SECONDS}; SameSite=Lax", theme::COOKIE));
    redirect(local_path(&back));
    Ok(())
}

/// Begins a session for a person who has just proven who they are, under a new id: one that was
/// known before the sign-in must be worth nothing after it.
async fn begin_session(administrator: &AdministratorView) -> Result<(), Problem> {
    let Some(Caller::Administrator { id, .. }) = Caller::from_view(administrator) else {
        return Err(Problem::new(ProblemKind::Internal, "The administrator's id can't be read."));
    };
    let session = session()?;
    let signed_in_at = portal()?.clock().now();
    let begin = async {
        session.cycle_id().await?;
        session.insert(ADMINISTRATOR, id).await?;
        session.insert(SIGNED_IN_AT, signed_in_at).await
    };
    begin.await.map_err(|error| {
        tracing::error!(%error, "a session could not be begun");
        Problem::new(ProblemKind::Internal, "The session could not be stored.")
            .advice("Look at the server's log.")
    })
}
