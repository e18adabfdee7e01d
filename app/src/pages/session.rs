//! First-run set-up and sign-in: the only pages for which nobody is signed in yet.
use crate::api::session::{SetUp, SignIn};
use crate::components::{BareShell, HiddenField, InfoBar, PostForm, PrimaryButton, TextField, Tone, page};
use crate::context::{flash, portal, query_value};
use leptos::prelude::*;

/// Makes the first administrator; reached through the one-time link only.
#[component]
pub fn SetupPage() -> impl IntoView {
    page(async {
        let view = if portal()?.has_administrator().await? {
            view! {
                <BareShell title="Already set up">
                    <p>"This portal has an administrator, so its set-up link does nothing any more."</p>
                    <p>
                        <a class="button button-primary" href="/sign-in">"Sign in"</a>
                    </p>
                </BareShell>
            }
            .into_any()
        } else {
            set_up_form()
        };
        Ok(view)
    })
}

fn set_up_form() -> AnyView {
    let token = query_value("token");
    let missing = token.is_empty().then(|| {
        view! {
            <InfoBar tone=Tone::Warn>
                <p>
                    "Open this page with the whole link that was printed when Purser started; "
                    "its one-time token is missing."
                </p>
            </InfoBar>
        }
    });
    view! {
        <BareShell title="Set up the portal">
            {missing}
            <p>"Make the first administrator. The set-up link works once."</p>
            <PostForm<SetUp> class="stack">
                <HiddenField name="form[token]" value=token/>
                {entry("email", "Email address", "email", "username")}
                {entry("display_name", "Your name", "text", "name")}
                <TextField
                    name="form[password]"
                    field="password"
                    label="Password"
                    kind="password"
                    autocomplete="new-password"
                    hint="At least 12 characters. A sentence is easier to keep in mind than signs."
                    required=true
                    value=""
                />
                {entry("password_again", "Password again", "password", "new-password")}
                <PrimaryButton label="Set up"/>
            </PostForm<SetUp>>
        </BareShell>
    }
    .into_any()
}

/// Signs in.
#[component]
pub fn SignInPage() -> impl IntoView {
    page(async {
        let set_up = portal()?.has_administrator().await?;
        let signed_out = !query_value("signed-out").is_empty() && flash().problem.is_none();
        let view = view! {
            <BareShell title="Sign in">
                {(!set_up).then(|| view! {
                    <InfoBar tone=Tone::Warn>
                        <p class="bar-title">"This portal has not been set up yet."</p>
                        <p>
                            "Open the set-up link that Purser printed when it started. "
                            "To get a new one, start it again."
                        </p>
                    </InfoBar>
                })}
                {signed_out.then(|| view! { <InfoBar><p>"You are signed out."</p></InfoBar> })}
                <PostForm<SignIn> class="stack">
                    <HiddenField name="form[next]" value=query_value("next")/>
                    {entry("email", "Email address", "email", "username")}
                    {entry("password", "Password", "password", "current-password")}
                    <PrimaryButton label="Sign in"/>
                </PostForm<SignIn>>
            </BareShell>
        };
        Ok(view.into_any())
    })
}

/// A field of either form. What was typed into it is never kept, so it is empty when the form comes back.
fn entry(
    field: &'static str,
    label: &'static str,
    kind: &'static str,
    autocomplete: &'static str,
) -> AnyView {
    let autofocus = field == "email";
    let name = format!("form[{field}]");
    view! { <TextField name field label kind autocomplete required=true autofocus value=""/> }.into_any()
}
