//! A group's fields, and a new group.
use crate::api::groups::SaveGroup;
use crate::components::{CommandButton, CommandDiscard, Crumb, Menu, PostForm, Shell, TextField, page};
use crate::context::flash;
use crate::islands::FormGuard;
use leptos::prelude::*;
use purser_contract::directory::GroupForm;

pub(super) const FORM: &str = "group-form";

/// A new group.
#[component]
pub fn NewGroupPage() -> impl IntoView {
    page(async {
        let refused = flash().form::<SaveGroup, GroupForm>().filter(|form| form.id.is_empty());
        let edited = refused.is_some();
        let commands = view! {
            <CommandButton form=FORM icon=icondata::LuSave label="Create" save=true/>
            <CommandDiscard href="/groups"/>
        };
        let view = view! {
            <Shell
                title="New group"
                menu=Menu::portal("/groups")
                crumbs=vec![Crumb::new("Home", "/"), Crumb::new("Groups", "/groups")]
                commands=commands.into_any()
            >
                <FormGuard form=FORM edited=edited/>
                <PostForm<SaveGroup> class="column stack" id=FORM>
                    {fields(refused.unwrap_or_default())}
                </PostForm<SaveGroup>>
            </Shell>
        };
        Ok(view.into_any())
    })
}

/// The fields of a group.
pub(super) fn fields(form: GroupForm) -> AnyView {
    view! {
        <TextField
            name="form[display_name]"
            field="display_name"
            label="Group name"
            required=true
            value=form.display_name
        />
        <TextField
            name="form[description]"
            field="description"
            label="Description"
            multiline=true
            value=form.description
        />
        <TextField
            name="form[mail_nickname]"
            field="mail_nickname"
            label="Mail nickname"
            value=form.mail_nickname
        />
    }
    .into_any()
}
