//! First-run set-up and sign-in: the only pages for strangers.
use crate::api::session::{SetUp, SignIn, is_set_up};
use crate::components::{BareShell, HiddenField, InfoBar, PostForm, PrimaryButton, TextField, Tone, page};
use crate::context::{flash, query_value};
use leptos::prelude::*;

/// Makes the first administrator; reached through the one-time link only.
#[component]
pub fn SetupPage() -> impl IntoView {
    page(async {
        let view = if is_set_up().await? {
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
                <TextField
                    name="form[email]"
                    field="email"
                    label="Email address"
                    kind="email"
                    autocomplete="username"
                    required=true
                    autofocus=true
                    value=""
                />
                <TextField
                    name="form[display_name]"
                    field="display_name"
                    label="Your name"
                    autocomplete="name"
                    required=true
                    value=""
                />
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
                <TextField
                    name="form[password_again]"
                    field="password_again"
                    label="Password again"
                    kind="password"
                    autocomplete="new-password"
                    required=true
                    value=""
                />
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
        let set_up = is_set_up().await?;
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
                    <TextField
                        name="form[email]"
                        field="email"
                        label="Email address"
                        kind="email"
                        autocomplete="username"
                        required=true
                        autofocus=true
                        value=""
                    />
                    <TextField
                        name="form[password]"
                        field="password"
                        label="Password"
                        kind="password"
                        autocomplete="current-password"
                        required=true
                        value=""
                    />
                    <PrimaryButton label="Sign in"/>
                </PostForm<SignIn>>
            </BareShell>
        };
        Ok(view.into_any())
    })
}
