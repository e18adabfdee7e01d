//! Properties of an application, and the pane that deletes it.

use crate::api::applications::{DeleteApplication, SaveProperties};
use crate::components::*;
use crate::context::{caller, flash, param, portal, query_value};
use crate::islands::FormGuard;
use leptos::prelude::*;
use purser_contract::application::{ApplicationView, PropertiesForm};

const FORM: &str = "properties";

/// Name, ids, notes; Save, Discard, Delete.
#[component]
pub fn PropertiesPage() -> impl IntoView {
    page(async {
        let application = portal()?.load_application(&caller()?, &param("id")).await?;
        let here = format!("/applications/{}/properties", application.id);
        let (form, edited) = form_of(&application);
        let pane = match query_value("pane").as_str() {
            "delete" => Some(delete_pane(&application, here.clone())),
            _ => None,
        };
        let rows = vec![
            ("Application ID", view! { <code>{application.app_id.clone()}</code> }.into_any()),
            ("Object ID", view! { <code>{application.id.clone()}</code> }.into_any()),
            ("Gallery app", application.template.display_name.clone().into_any()),
            ("Publisher", application.template.publisher.clone().into_any()),
            ("Created on", view! { <TimeStamp at=application.created_at.clone()/> }.into_any()),
        ];
        Ok(view! {
            <ApplicationShell
                title="Properties"
                id=application.id.clone()
                name=application.display_name.clone()
                current=here.clone()
                commands=view! {
                    <CommandButton form=FORM icon=icondata::LuSave label="Save" save=true/>
                    <CommandDiscard href=here.clone()/>
                    <CommandLink href=format!("{here}?pane=delete") icon=icondata::LuTrash2 label="Delete"/>
                }
                .into_any()
                pane
            >
                <ConflictChoice form=FORM here=here.clone()/>
                <PostForm<SaveProperties> id=FORM class="stack column">
                    <HiddenField name="form[id]" value=application.id.clone()/>
                    <HiddenField name="form[generation]" value=form.generation.to_string()/>
                    <TextField
                        name="form[display_name]"
                        field="display_name"
                        label="Name"
                        value=form.display_name
                        required=true
                            max_length=256
                    />
                    <Properties rows/>
                    <TextField
                        name="form[notes]"
                        field="notes"
                        label="Notes"
                        value=form.notes
                        multiline=true
                        max_length=1024
                        hint="For the administrators of this portal; at most 1,024 characters."
                    />
                    <FormGuard form=FORM edited/>
                </PostForm<SaveProperties>>
            </ApplicationShell>
        }
        .into_any())
    })
}

/// What the fields show, and whether that differs from what is stored. A refused save shows what was
/// typed; after a stale one the generation is the present one, so that saving again keeps "yours".
fn form_of(application: &ApplicationView) -> (PropertiesForm, bool) {
    let flash = flash();
    match flash.form::<SaveProperties, PropertiesForm>().filter(|form| form.id == application.id) {
        Some(form) => {
            let generation = flash.generation(form.generation, application.generation);
            (PropertiesForm { generation, ..form }, true)
        }
        None => {
            let form = PropertiesForm {
                id: application.id.clone(),
                generation: application.generation,
                display_name: application.display_name.clone(),
                notes: application.notes.clone(),
            };
            (form, false)
        }
    }
}

fn delete_pane(application: &ApplicationView, close: String) -> AnyView {
    let (id, name) = (application.id.clone(), application.display_name.clone());
    view! {
        <ConfirmPane<DeleteApplication> title="Delete application" label="Delete" id=id close=close>
            <p>"Delete " <strong>{name.clone()}</strong> "?"</p>
            <ul class="bullets">
                <li>
                    "Provisioning to it stops at once. Its settings, credentials, assignments and the record of "
                    "which accounts Purser manages are removed. This can\u{2019}t be undone."
                </li>
                <li>
                    "The accounts in " {name} " stay as they are: none is disabled or deleted. "
                    "To remove people\u{2019}s access first, remove their assignments and wait for the next cycle."
                </li>
                <li>"The users and groups of your directory are not touched."</li>
            </ul>
        </ConfirmPane<DeleteApplication>>
    }
    .into_any()
}
