//! Add Assignment: two rows (who, with which role) and *Assign*.
//!
//! What has been picked so far is in the query string, under the names that the form posts it with:
//! the page works without a script, and going back in the browser takes back the last pick.

use super::picker::{PICKER, PickerForm, picker_pane};
use crate::api::assignments::{
    Assign, GROUPS, ROLE, USERS, load_principal_name, parse_selection, selection_query,
};
use crate::components::*;
use crate::context::{caller, param, portal, query, url};
use leptos::prelude::*;
use purser_contract::assignment::{AppRoleView, AssignForm};
use purser_contract::problem::{Problem, ProblemKind};
use purser_domain::object::ObjectKind;

const FORM: &str = "assign";

/// One picked user or group.
#[derive(Debug, Clone)]
pub(super) struct Picked {
    /// What it is.
    pub(super) kind: ObjectKind,
    /// Id.
    pub(super) id: String,
    /// Name, for people.
    pub(super) name: String,
}

impl Picked {
    /// Form and query name of its id.
    pub(super) fn field(&self) -> &'static str {
        field_of(self.kind)
    }
}

/// Form and query name of the ids of a kind.
pub(super) fn field_of(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::User => USERS,
        ObjectKind::Group => GROUPS,
    }
}

/// The page.
#[component]
pub fn AddAssignmentPage() -> impl IntoView {
    page(async {
        let application = portal()?.load_application(&caller()?, &param("id")).await?;
        let list = format!("/applications/{}/users-and-groups", application.id);
        let here = format!("{list}/add");
        let pairs = query::<Vec<(String, String)>>();
        let picker = PickerForm::parse(&pairs);
        let mut selection = parse_selection(&application.id, &pairs);
        selection.users.retain(|id| *id != picker.remove);
        selection.groups.retain(|id| *id != picker.remove);
        let picked = load_picked(&mut selection).await?;
        let roles = portal()?.list_roles(&caller()?, &application.id).await?;
        if selection.role_id.is_empty() {
            selection.role_id = preferred_role(&roles);
        }
        let gone = roles.iter().filter(|role| role.missing_since.is_some());
        let barred: Vec<String> = gone.map(|role| role.id.clone()).collect();
        let described = descriptions(&roles);
        let options: Vec<(String, String)> =
            roles.into_iter().map(|role| role_option(role, &application.display_name)).collect();
        let pane = if picker.open {
            let found =
                portal()?.list_principals(&caller()?, &application.id, picker.kind, picker.list()).await?;
            let close = url(&here, &selection_query(&selection));
            Some(picker_pane(&here, close, &picker, &selection, &picked, found))
        } else {
            None
        };
        let mut crumbs = Crumb::to_application(&application.id, &application.display_name);
        crumbs.push(Crumb::new("Users and groups", list.clone()));
        Ok(view! {
            <Shell
                title="Add Assignment"
                subtitle=application.display_name.clone()
                menu=Menu::application(&application.id, &list)
                crumbs
                pane
            >
                <PostForm<Assign> id=FORM class="stack column">
                    <HiddenField name="form[application_id]" value=application.id.clone()/>
                    {who(&here, &picked)}
                    <SelectField
                        name=ROLE
                        field="role_id"
                        label="Select a role"
                        value=selection.role_id.clone()
                        options
                        barred
                        hint="People with Default Access are not provisioned."
                    />
                    {described}
                    <div class="button-row">
                        <button class="button button-primary" type="submit" disabled=picked.is_empty()>"Assign"</button>
                        <a class="button" href=list>"Cancel"</a>
                    </div>
                </PostForm<Assign>>
            </Shell>
        }
        .into_any())
    })
}

/// The first row: how many are picked, and the way to the picker. The button sends the form to this
/// page instead of posting it, so that the role chosen meanwhile is not lost.
fn who(here: &str, picked: &[Picked]) -> AnyView {
    let groups = picked.iter().filter(|picked| picked.kind == ObjectKind::Group).count();
    let summary = match (picked.len() - groups, groups) {
        (0, 0) => "None Selected".to_owned(),
        (users, 0) => format!("{users} user{} selected", plural(users)),
        (0, groups) => format!("{groups} group{} selected", plural(groups)),
        (users, groups) => {
            format!("{users} user{}, {groups} group{} selected", plural(users), plural(groups))
        }
    };
    let hidden = picked
        .iter()
        .map(|picked| view! { <HiddenField name=picked.field() value=picked.id.clone()/> })
        .collect_view();
    let names = (!picked.is_empty()).then(|| {
        let items = picked.iter().map(|picked| {
            view! {
                <li class="person">
                    <Monogram name=picked.name.clone() round=picked.kind == ObjectKind::User/>
                    <bdi>{picked.name.clone()}</bdi>
                </li>
            }
        });
        view! { <ul class="plain-list" aria-label="Selected users and groups">{items.collect_view()}</ul> }
    });
    view! {
        <div class="field" role="group" aria-labelledby="who">
            <span id="who" class="field-label">"Users and groups"</span>
            {hidden}
            <button
                class="link"
                type="submit"
                formmethod="get"
                formaction=here.to_owned()
                formnovalidate=true
                name="pane"
                value=PICKER
                aria-describedby="who"
            >
                {summary}
            </button>
            {names}
        </div>
    }
    .into_any()
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn role_option(role: AppRoleView, application: &str) -> (String, String) {
    let label = if role.missing_since.is_some() {
        format!("{} (no longer in {application})", role.display_name)
    } else if role.counts {
        role.display_name
    } else {
        format!("{} (not provisioned)", role.display_name)
    };
    (role.id, label)
}

/// What the application says about its own roles.
fn descriptions(roles: &[AppRoleView]) -> AnyView {
    let told = roles.iter().filter(|role| role.imported && role.missing_since.is_none());
    let told: Vec<&AppRoleView> = told.filter(|role| !role.description.is_empty()).collect();
    (!told.is_empty())
        .then(|| {
            let items = told.iter().map(|role| {
                view! {
                    <li>
                        <strong>{role.display_name.clone()}</strong>
                        {format!(": {}", role.description)}
                    </li>
                }
            });
            view! {
                <details class="inline-details">
                    <summary>"What the roles allow"</summary>
                    <ul class="bullets">{items.collect_view()}</ul>
                </details>
            }
        })
        .into_any()
}

/// A role that gives people an account, if there is one.
fn preferred_role(roles: &[AppRoleView]) -> String {
    roles
        .iter()
        .find(|role| role.counts && role.missing_since.is_none())
        .or(roles.first())
        .map(|role| role.id.clone())
        .unwrap_or_default()
}

/// The names of those picked. Objects that were deleted meanwhile are no longer selected.
async fn load_picked(selection: &mut AssignForm) -> Result<Vec<Picked>, Problem> {
    let mut picked = Vec::with_capacity(selection.users.len() + selection.groups.len());
    for (kind, ids) in [(ObjectKind::User, &mut selection.users), (ObjectKind::Group, &mut selection.groups)]
    {
        let mut present = Vec::with_capacity(ids.len());
        for id in ids.drain(..) {
            match load_principal_name(kind, &id).await {
                Ok(name) => {
                    picked.push(Picked { kind, id: id.clone(), name });
                    present.push(id);
                }
                Err(problem) if problem.kind == ProblemKind::NotFound => {}
                Err(problem) => return Err(problem),
            }
        }
        *ids = present;
    }
    Ok(picked)
}
