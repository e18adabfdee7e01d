//! API tokens: what the forms post.
//!
//! A new token is shown once. It travels to that page in a cookie of the browser that asked for it,
//! which lives a minute and is readable by neither scripts nor other pages, so that it is never
//! stored on the server in the clear.
use crate::context::{self, Done, caller, finish, finish_form, portal};
use leptos::prelude::*;
use purser_contract::problem::Problem;
use purser_contract::session::TokenView;
use serde::{Deserialize, Serialize};

/// Cookie that carries a new token to the page that shows it.
const NEW_TOKEN: &str = "new_token";

/// A new token's name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenForm {
    /// What it is for.
    pub name: String,
}

/// The token made by the request before, once.
pub fn take_new_token() -> Option<String> {
    let token = context::cookie(NEW_TOKEN).filter(|token| !token.is_empty())?;
    context::set_cookie(&cookie("", 0));
    Some(token)
}

/// *Create* a token.
#[server(prefix = "/api", endpoint = "create_token")]
pub async fn create_token(
    /// What was typed.
    form: TokenForm,
) -> Result<(), ServerFnError> {
    let outcome = async { portal()?.create_token(&caller()?, &form.name).await.map_err(Problem::from) }.await;
    let done = |(token, text): &(TokenView, String)| {
        context::set_cookie(&cookie(text, 60));
        Done::to("/tokens").toast(format!("Token {} was created.", token.name))
    };
    finish_form::<CreateToken, _, _>(outcome, done, "/tokens?pane=new", &form).await
}

/// *Delete* a token: whatever uses it is refused from now on.
#[server(prefix = "/api", endpoint = "delete_token")]
pub async fn delete_token(
    /// Id.
    id: String,
) -> Result<(), ServerFnError> {
    let outcome = async { portal()?.delete_token(&caller()?, &id).await.map_err(Problem::from) }.await;
    let done = |token: &TokenView| Done::to("/tokens").toast(format!("Token {} was deleted.", token.name));
    finish(outcome, done, "/tokens").await
}

fn cookie(value: &str, seconds: u32) -> String {
    format!("{NEW_TOKEN}={value}; Path=/tokens; Max-Age={seconds}; HttpOnly; SameSite=Strict")
}
