//! A new user, and one to look at or to edit.
use super::attributes::{fields, form_of};
use super::related;
use crate::api::users::{DeleteUser, RestoreUser, SaveUser, SetUserEnabled, name};
use crate::components::{
    CommandButton, CommandDiscard, CommandLink, ConfirmPane, ConflictChoice, Crumb, HiddenField, InfoBar,
    Menu, PostForm, Shell, TimeStamp, Tone, page,
};
use crate::context::{caller, flash, param, portal, query_value, url};
use crate::islands::FormGuard;
use leptos::prelude::*;
use purser_contract::directory::{UserForm, UserView};
use purser_contract::problem::Problem;

const FORM: &str = "user-form";
const MANAGER_HINT: &str = "The manager's user principal name; empty for nobody.";

/// A new user.
#[component]
pub fn NewUserPage() -> impl IntoView {
    page(async {
        let refused = flash().form::<SaveUser, UserForm>().filter(|form| form.id.is_empty());
        let edited = refused.is_some();
        let form = refused
            .unwrap_or_else(|| UserForm { account_enabled: Some("true".to_owned()), ..UserForm::default() });
        let commands = view! {
            <CommandButton form=FORM icon=icondata::LuSave label="Create" save=true/>
            <CommandDiscard href="/users"/>
        };
        let view = view! {
            <Shell
                title="New user"
                menu=Menu::portal("/users")
                crumbs=vec![Crumb::new("Home", "/"), Crumb::new("Users", "/users")]
                commands=commands.into_any()
            >
                <FormGuard form=FORM edited=edited/>
                <PostForm<SaveUser> class="column" id=FORM>
                    {fields(&form, MANAGER_HINT.to_owned(), false)}
                </PostForm<SaveUser>>
            </Shell>
        };
        Ok(view.into_any())
    })
}

/// One user.
#[component]
pub fn UserPage() -> impl IntoView {
    page(async {
        let user = portal()?.load_user(&caller()?, &param("id")).await?;
        let form = edit_form(&user).await?;
        Ok(show(user, form))
    })
}

/// What the fields hold: what was refused, else what is stored; and whether it was refused.
async fn edit_form(user: &UserView) -> Result<(UserForm, bool), Problem> {
    let flash = flash();
    if let Some(mut refused) = flash.form::<SaveUser, UserForm>().filter(|form| form.id == user.id) {
        refused.generation = flash.generation(refused.generation, user.generation);
        return Ok((refused, true));
    }
    let manager = match &user.manager_id {
        Some(id) => {
            let mut manager = portal()?.load_user(&caller()?, id).await?;
            manager.attributes.remove("userPrincipalName").unwrap_or_else(|| id.clone())
        }
        None => String::new(),
    };
    Ok((form_of(user, manager), false))
}

fn show(user: UserView, (form, edited): (UserForm, bool)) -> AnyView {
    let here = format!("/users/{}", user.id);
    let name = name(&user);
    let deleted = user.deleted_at.is_some();
    let manager_hint = match &user.manager_name {
        Some(manager) => format!("{MANAGER_HINT} At present {manager}."),
        None => MANAGER_HINT.to_owned(),
    };
    let pane = (query_value("pane") == "delete" && !deleted).then(|| delete_pane(&user.id, &name, &here));
    let (set_enabled, label, icon) = if user.account_enabled {
        ("false", "Disable", icondata::LuUserX)
    } else {
        ("true", "Enable", icondata::LuUserCheck)
    };
    let commands = if deleted {
        view! { <CommandButton form="restore" icon=icondata::LuUndo2 label="Restore"/> }.into_any()
    } else {
        view! {
            <CommandButton form=FORM icon=icondata::LuSave label="Save" save=true/>
            <CommandDiscard href=here.clone()/>
            <CommandButton form="set-enabled" icon=icon label=label/>
            <CommandLink href=url(&here, &[("pane", "delete")]) icon=icondata::LuTrash2 label="Delete"/>
        }
        .into_any()
    };
    let notice = user.deleted_at.clone().map(|at| {
        view! {
            <InfoBar tone=Tone::Warn>
                <p>"This user was deleted on " <TimeStamp at/> " and can be restored for 30 days."</p>
            </InfoBar>
        }
    });
    let related = related::show(&user);
    let id = user.id.clone();
    view! {
        <Shell
            title=name.clone()
            subtitle="User"
            monogram=name
            menu=Menu::portal("/users")
            crumbs=vec![Crumb::new("Home", "/"), Crumb::new("Users", "/users")]
            commands=commands
            pane=pane
        >
            <FormGuard form=FORM edited=edited/>
            <ConflictChoice form=FORM here=here.clone()/>
            {notice}
            <div class="beside">
                <PostForm<SaveUser> class="column" id=FORM>
                    <HiddenField name="form[id]" value=form.id.clone()/>
                    <HiddenField name="form[generation]" value=form.generation.to_string()/>
                    {fields(&form, manager_hint, deleted)}
                </PostForm<SaveUser>>
                {related}
            </div>
            <PostForm<SetUserEnabled> id="set-enabled">
                <HiddenField name="id" value=user.id.clone()/>
                <HiddenField name="enabled" value=set_enabled/>
            </PostForm<SetUserEnabled>>
            <PostForm<RestoreUser> id="restore">
                <HiddenField name="id" value=id/>
            </PostForm<RestoreUser>>
        </Shell>
    }
    .into_any()
}

fn delete_pane(id: &str, name: &str, close: &str) -> AnyView {
    view! {
        <ConfirmPane<DeleteUser> title="Delete user" label="Delete" id=id close=close>
            <p>"Delete " <strong>{name.to_owned()}</strong> "?"</p>
            <p>
                "Accounts that Purser manages for this user are disabled in the applications now. \
                 The user can be restored for 30 days; after that, user and accounts are deleted for good."
            </p>
        </ConfirmPane<DeleteUser>>
    }
    .into_any()
}
