//! Admin Credentials, drawn from what the gallery file of the application says.
//!
//! Of several methods all fields are on the page, and the style sheet shows those of the chosen one, so that choosing
//! needs neither a script nor a save. Their names carry the method then.

use super::edit::Edit;
use crate::api::provisioning::connection::Authorize;
use crate::api::provisioning::forms::TestConnectionInPage;
use crate::components::*;
use crate::islands::TestConnection;
use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use purser_contract::credentials::{CredentialFieldView, CredentialMethodView, CredentialsView, entered};
use purser_contract::provisioning::{ProvisioningForm, ProvisioningView};

/// Methods that the style sheet tells apart.
const MAX_METHODS: usize = 6;

/// The section, with Test Connection.
pub(super) fn admin_credentials(view: &ProvisioningView, edit: &Edit) -> AnyView {
    let name = view.application_name.clone();
    // Closed once it works; the advice of a quarantine most often leads here.
    let troubled = view.status.quarantine.is_some() || needs_attention(&view.credentials);
    let settled = view.enabled && !troubled && !edit.edited;
    let (form, tested) = (edit.form.clone(), edit.tested.clone());
    let choices = view.tenant_url_choices.iter();
    let choices = choices.map(|choice| (choice.url.clone(), choice.label.clone())).collect::<Vec<_>>();
    let mut url_hint = view.tenant_url_help.clone();
    if url_hint.is_empty() {
        url_hint = format!("The address of {name}\u{2019}s endpoint, without /Users at the end.");
    }
    if !choices.is_empty() {
        let all: Vec<String> = choices.iter().map(|(url, label)| format!("{label}: {url}")).collect();
        url_hint = format!("{url_hint} {}.", all.join("; "));
    }
    view! {
        <Section title="Admin Credentials" open=!settled>
            <p>
                {format!("Purser needs the following information to connect to {name}\u{2019}s API and synchronize user data.")}
            </p>
            <TextField
                name="form[tenant_url]"
                field="tenant_url"
                label="Tenant URL"
                value=form.tenant_url.clone()
                kind="url"
                required=true
                placeholder=view.tenant_url_hint.clone()
                hint=url_hint
                choices
            />
            {methods(&view.credentials, &form)}
            {consent(&view.credentials)}
            <TestConnection
                action=TestConnectionInPage::PATH.to_owned()
                application=view.application_id.clone()
                result=tested
            />
            {mail(form)}
        </Section>
    }
    .into_any()
}

/// Who would hear of failures. Nothing sends mail, so nothing can be entered; what is stored stays.
fn mail(form: ProvisioningForm) -> AnyView {
    let address = form.notification_email;
    let stored = (!address.is_empty()).then(|| {
        view! {
            " The stored address is kept for when it is: "
            <bdi>{address.clone()}</bdi>
            "."
        }
    });
    let ticked = form.notify_on_failure.map(|_| {
        view! { <HiddenField name="form[notify_on_failure]" value="true"/> }
    });
    view! {
        <p class="quiet">
            "Notification Email: mail is not set up, so nobody is told when provisioning fails. This page and Home show it."
            {stored}
        </p>
        <HiddenField name="form[notification_email]" value=address/>
        {ticked}
    }
    .into_any()
}

/// Something about the credentials should not wait.
pub(super) fn needs_attention(credentials: &CredentialsView) -> bool {
    !credentials.expiry.is_empty() || credentials.consent.as_ref().is_some_and(|consent| !consent.given)
}

fn methods(credentials: &CredentialsView, form: &ProvisioningForm) -> AnyView {
    let chosen = match form.credential_method.as_str() {
        "" => credentials.method.clone(),
        id => id.to_owned(),
    };
    let offered: Vec<&CredentialMethodView> = credentials.methods.iter().take(MAX_METHODS).collect();
    // The superseded method and its one successor: both are shown, and filling in the second replaces the first.
    if let (Some(successor), true) = (&credentials.successor, offered.len() <= 2) {
        return migration(&offered, &credentials.method, successor, form);
    }
    if offered.len() < 2 {
        return offered.into_iter().map(|method| fields(method, form, false)).collect_view().into_any();
    }
    let options = offered.iter().map(|method| (method.id.clone(), method.label.clone())).collect();
    let groups = (1_u32..).zip(&offered).map(|(number, method)| {
        view! {
            <fieldset class=format!("method method-{number}")>
                <legend class="visually-hidden">{method.label.clone()}</legend>
                {fields(method, form, true)}
            </fieldset>
        }
    });
    view! {
        <SelectField
            name="form[credential_method]"
            field="credential_method"
            label="Authentication Method"
            value=chosen
            options
            hint="What is stored for another method is removed when this one is saved."
        />
        {groups.collect_view()}
    }
    .into_any()
}

fn migration(
    offered: &[&CredentialMethodView],
    present: &str,
    successor: &str,
    form: &ProvisioningForm,
) -> AnyView {
    let find = |id: &str| offered.iter().find(|method| method.id == id);
    let old = find(present).map(|method| fields(method, form, true));
    let new = find(successor).map(|method| {
        let text = format!(
            "The credentials above go on working as long as they are valid. Once a {} is entered here and saved, it \
             takes their place.",
            method.label
        );
        view! {
            <InfoBar>
                <p>{text}</p>
            </InfoBar>
            {fields(&CredentialMethodView { fields: optional(&method.fields), ..(*method).clone() }, form, true)}
        }
    });
    view! {
        <HiddenField name="form[credential_method]" value=present.to_owned()/>
        {old}
        {new}
    }
    .into_any()
}

fn optional(fields: &[CredentialFieldView]) -> Vec<CredentialFieldView> {
    fields.iter().map(|field| CredentialFieldView { required: false, ..field.clone() }).collect()
}

fn fields(method: &CredentialMethodView, form: &ProvisioningForm, several: bool) -> AnyView {
    if method.fields.is_empty() {
        return view! { <p class="quiet">"This method needs nothing to be entered."</p> }.into_any();
    }
    let field = |field: &CredentialFieldView| one_field(method, field, form, several);
    method.fields.iter().map(field).collect_view().into_any()
}

fn one_field(
    method: &CredentialMethodView,
    field: &CredentialFieldView,
    form: &ProvisioningForm,
    several: bool,
) -> AnyView {
    let key = if several { format!("{}.{}", method.id, field.key) } else { field.key.clone() };
    let name = format!("form[credentials][{key}]");
    if !field.secret {
        let value = entered(&form.credentials, &method.id, &field.key).map_or(&*field.value, |typed| typed);
        return view! {
            <TextField
                name
                field=field.key.clone()
                label=field.label.clone()
                value=value.to_owned()
                kind=if field.is_url { "url" } else { "text" }
                required=field.required
                hint=field.help.clone()
            />
        }
        .into_any();
    }
    let hint = match (field.stored, field.help.as_str()) {
        (true, "") => "Stored; enter to replace.".to_owned(),
        (true, help) => format!("Stored; enter to replace. {help}"),
        (false, help) => help.to_owned(),
    };
    let ends = entered(&form.expires, &method.id, &field.key).map_or(&*field.expires_on, |typed| typed);
    view! {
        <TextField
            name
            field=field.key.clone()
            label=field.label.clone()
            value=""
            kind="password"
            required=field.required && !field.stored
            placeholder=if field.stored { "\u{2022}".repeat(16) } else { String::new() }
            autocomplete="new-password"
            hint
        />
        <div class="field-short">
            <TextField
                name=format!("form[expires][{key}]")
                field=format!("expires.{}", field.key)
                label="Expires on"
                value=ends.to_owned()
                kind="date"
                hint="Optional. Purser warns 30, 14, 7 and 1 days before. A JSON Web Token tells it by itself."
            />
        </div>
    }
    .into_any()
}

/// *Authorize*: saves what is typed and leads to the provider. Shows for the methods that need it.
fn consent(credentials: &CredentialsView) -> AnyView {
    let offered = credentials.methods.iter().take(MAX_METHODS);
    let numbers: Vec<String> = (1_u32..)
        .zip(offered)
        .filter(|(_, method)| method.needs_consent)
        .map(|(number, _)| format!("method-{number}"))
        .collect();
    if numbers.is_empty() {
        return ().into_any();
    }
    let several = credentials.methods.len() > 1;
    let class = if several { format!("method {} stack", numbers.join(" ")) } else { "stack".to_owned() };
    let given = credentials.consent.as_ref().is_some_and(|consent| consent.given);
    let ended = credentials.consent.as_ref().is_some_and(|consent| consent.ended);
    let label = if ended { "Authorize again" } else { "Authorize" };
    view! {
        <div class=class>
            <div class="button-row">
                <button class="button" type="submit" formaction=Authorize::PATH formnovalidate=true>{label}</button>
                {given.then(|| view! { <Badge tone=Tone::Good label="Authorized"/> })}
            </div>
            <p class="field-hint">
                "Saves what is entered above, then leads to the application\u{2019}s consent page. "
                "Purser never sees the password that is typed there."
            </p>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Flash;
    use std::collections::BTreeMap;

    fn field(key: &str, secret: bool) -> CredentialFieldView {
        CredentialFieldView {
            key: key.to_owned(),
            label: format!("The {key}"),
            help: String::new(),
            secret,
            required: true,
            is_url: false,
            value: if secret { String::new() } else { "shown".to_owned() },
            stored: true,
            expires_on: String::new(),
        }
    }

    fn method(id: &str, secret: &str) -> CredentialMethodView {
        CredentialMethodView {
            id: id.to_owned(),
            label: id.to_owned(),
            superseded: false,
            needs_consent: false,
            fields: vec![field("Name", false), field(secret, true)],
        }
    }

    fn render(credentials: &CredentialsView, typed: &[(&str, &str)]) -> String {
        let typed = typed.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let form = ProvisioningForm {
            credentials: typed.collect::<BTreeMap<_, _>>(),
            ..ProvisioningForm::default()
        };
        Owner::new().with(|| {
            provide_context(Flash::default());
            methods(credentials, &form).to_html()
        })
    }

    #[test]
    fn one_method_needs_no_choice_and_a_secret_is_never_in_the_page() {
        let view = CredentialsView {
            method: "token".to_owned(),
            methods: vec![method("token", "SecretToken")],
            ..CredentialsView::default()
        };
        let html = render(&view, &[("SecretToken", "typed-secret")]);
        assert!(html.contains(r#"name="form[credentials][SecretToken]""#), "{html}");
        assert!(html.contains("Stored; enter to replace.") && html.contains("shown"), "{html}");
        assert!(!html.contains("<select") && !html.contains("typed-secret"), "{html}");
    }

    #[test]
    fn fields_of_several_methods_carry_their_method_and_show_by_its_place() {
        let view = CredentialsView {
            method: "b".to_owned(),
            methods: vec![method("a", "SecretToken"), method("b", "Password")],
            ..CredentialsView::default()
        };
        let html = render(&view, &[("b.Name", "typed")]);
        assert!(html.contains(r#"name="form[credentials][a.Name]""#), "{html}");
        assert!(html.contains("method-2") && html.contains("typed"), "{html}");
    }

    #[test]
    fn of_a_superseded_method_both_it_and_its_successor_are_shown_without_a_choice() {
        let old = CredentialMethodView { superseded: true, ..method("old", "Password") };
        let view = CredentialsView {
            method: "old".to_owned(),
            methods: vec![method("new", "SecretToken"), old],
            successor: Some("new".to_owned()),
            ..CredentialsView::default()
        };
        let html = render(&view, &[]);
        assert!(html.contains("old.Password") && html.contains("new.SecretToken"), "{html}");
        assert!(!html.contains("<select") && html.contains("takes their place"), "{html}");
    }
}
