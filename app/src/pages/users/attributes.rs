//! The fields of a user, in sections. The attributes themselves come from the domain's one list.
use crate::components::{CheckField, Section, TextField};
use leptos::prelude::*;
use purser_contract::directory::{UserForm, UserView};
use purser_domain::user::{USER_ATTRIBUTES, UserAttribute};

/// A section of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Identity,
    Job,
    Contact,
    Extension,
}

impl Part {
    /// Where an attribute stands; one that is new to the list stands under Contact until it is placed.
    fn of(attribute: &UserAttribute) -> Self {
        match attribute.name {
            "userPrincipalName" | "displayName" | "givenName" | "surname" | "mailNickname"
            | "usageLocation" | "preferredLanguage" => Self::Identity,
            "jobTitle"
            | "department"
            | "companyName"
            | "employeeId"
            | "employeeType"
            | "physicalDeliveryOfficeName" => Self::Job,
            name if name.starts_with("extensionAttribute") => Self::Extension,
            _ => Self::Contact,
        }
    }
}

/// The form that an edit of this user starts from.
pub(super) fn form_of(user: &UserView, manager: String) -> UserForm {
    UserForm {
        id: user.id.clone(),
        generation: user.generation,
        attributes: user.attributes.clone(),
        account_enabled: user.account_enabled.then(|| "true".to_owned()),
        manager,
    }
}

/// All fields; `locked` shows them without letting them be changed.
pub(super) fn fields(form: &UserForm, manager_hint: String, locked: bool) -> AnyView {
    let of = |part: Part| {
        USER_ATTRIBUTES
            .iter()
            .filter(move |attribute| Part::of(attribute) == part)
            .map(|attribute| field(form, attribute, locked))
            .collect_view()
    };
    let extended = USER_ATTRIBUTES
        .iter()
        .any(|attribute| Part::of(attribute) == Part::Extension && !value(form, attribute).is_empty());
    view! {
        <Section title="Identity" open=true>
            {of(Part::Identity)}
            <CheckField
                name="form[account_enabled]"
                label="Account enabled"
                checked=form.account_enabled.is_some()
                hint="Somebody whose account is not enabled is disabled in the applications, too."
                disabled=locked
            />
        </Section>
        <Section title="Job information" open=true>
            {of(Part::Job)}
            <TextField
                name="form[manager]"
                field="manager"
                label="Manager"
                value=form.manager.clone()
                hint=manager_hint
                disabled=locked
            />
        </Section>
        <Section title="Contact information" open=true>{of(Part::Contact)}</Section>
        <Section title="Extension attributes" open=extended>{of(Part::Extension)}</Section>
    }
    .into_any()
}

fn field(form: &UserForm, attribute: &UserAttribute, locked: bool) -> AnyView {
    let required = matches!(attribute.name, "userPrincipalName" | "displayName");
    let hint = match attribute.name {
        "userPrincipalName" => "The sign-in name, in the shape of an email address. Nobody else may have it.",
        "usageLocation" => "Two-letter country code, for example CH.",
        "preferredLanguage" => "For example en-US.",
        _ => "",
    };
    view! {
        <TextField
            name=format!("form[attributes][{}]", attribute.name)
            field=attribute.name
            label=attribute.label
            value=value(form, attribute)
            hint=hint
            required=required
            disabled=locked
            multiline=attribute.multiline
        />
    }
    .into_any()
}

fn value(form: &UserForm, attribute: &UserAttribute) -> String {
    let stored = form.attributes.get(attribute.name).or_else(|| form.attributes.get(attribute.graph_name));
    stored.cloned().unwrap_or_default()
}
