//! One group: its properties and its members.
use super::edit::{FORM, fields};
use super::members;
use crate::api::groups::{DeleteGroup, SaveGroup};
use crate::components::{
    CommandButton, CommandDiscard, CommandLink, ConfirmPane, ConflictChoice, Crumb, HiddenField, Menu,
    PostForm, Properties, Section, Shell, TimeStamp, page,
};
use crate::context::{caller, flash, param, portal, query, query_value, url};
use crate::islands::FormGuard;
use leptos::prelude::*;
use purser_contract::directory::{GroupForm, GroupView};
use purser_contract::page::ListForm;

/// One group.
#[component]
pub fn GroupPage() -> impl IntoView {
    page(async {
        let group = portal()?.load_group(&caller()?, &param("id")).await?;
        let here = format!("/groups/{}", group.id);
        let form = query::<ListForm>();
        let members = portal()?.list_members(&caller()?, &group.id, form.clone()).await?;
        let pane = match query_value("pane").as_str() {
            "add" => Some(members::add_pane(&group, &here).await?),
            "delete" => Some(delete_pane(&group, &here)),
            _ => None,
        };
        let members = members::list(&group, &here, &form, members);
        Ok(show(&group, &here, members, pane))
    })
}

fn show(group: &GroupView, here: &str, members: AnyView, pane: Option<AnyView>) -> AnyView {
    let flash = flash();
    let refused = flash.form::<SaveGroup, GroupForm>().filter(|form| form.id == group.id);
    let edited = refused.is_some();
    let typed = refused.as_ref().map_or(group.generation, |form| form.generation);
    let generation = flash.generation(typed, group.generation);
    let form = refused.unwrap_or_else(|| GroupForm {
        display_name: group.display_name.clone(),
        description: group.description.clone(),
        mail_nickname: group.mail_nickname.clone(),
        ..GroupForm::default()
    });
    let commands = view! {
        <CommandButton form=FORM icon=icondata::LuSave label="Save" save=true/>
        <CommandDiscard href=here.to_owned()/>
        <CommandLink href=url(here, &[("pane", "add")]) icon=icondata::LuUserPlus label="Add members"/>
        <CommandLink href=url(here, &[("pane", "delete")]) icon=icondata::LuTrash2 label="Delete"/>
    };
    view! {
        <Shell
            title=group.display_name.clone()
            subtitle="Group"
            monogram=group.display_name.clone()
            menu=Menu::portal("/groups")
            crumbs=vec![Crumb::new("Home", "/"), Crumb::new("Groups", "/groups")]
            commands=commands.into_any()
            pane=pane
        >
            <FormGuard form=FORM edited=edited/>
            <ConflictChoice form=FORM here=here.to_owned()/>
            <div class="stack">
                <Section title="Properties" open=edited>
                    <PostForm<SaveGroup> class="stack" id=FORM>
                        <HiddenField name="form[id]" value=group.id.clone()/>
                        <HiddenField name="form[generation]" value=generation.to_string()/>
                        {fields(form)}
                    </PostForm<SaveGroup>>
                    <Properties rows=vec![
                        ("Object ID", view! { <code>{group.id.clone()}</code> }.into_any()),
                        ("Created", view! { <TimeStamp at=group.created_at.clone()/> }.into_any()),
                    ]/>
                </Section>
                {members}
            </div>
        </Shell>
    }
    .into_any()
}

fn delete_pane(group: &GroupView, close: &str) -> AnyView {
    view! {
        <ConfirmPane<DeleteGroup> title="Delete group" label="Delete" id=group.id.clone() close=close>
            <p>"Delete the group " <strong>{group.display_name.clone()}</strong> " for good? Its members stay."</p>
            <p>"Whoever has an account in an application only because of this group loses it with the group."</p>
        </ConfirmPane<DeleteGroup>>
    }
    .into_any()
}
