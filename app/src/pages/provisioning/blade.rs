//! The blade.

use super::credentials::admin_credentials;
use super::edit::Edit;
use super::sections::{mappings, set_up_steps, settings, synchronization_details};
use crate::api::provisioning::forms::{RestartProvisioning, SaveProvisioning};
use crate::components::*;
use crate::context::{caller, flash, param, portal, query_value};
use crate::islands::FormGuard;
use crate::pages::banners::banners;
use leptos::prelude::*;
use purser_contract::credentials::ConsentView;
use purser_contract::provisioning::ProvisioningView;
use purser_domain::job::JobMode;

pub(super) const FORM: &str = "provisioning";

/// Provisioning of an application.
#[component]
pub fn ProvisioningPage() -> impl IntoView {
    page(async {
        let application = portal()?.load_application(&caller()?, &param("id")).await?;
        let view = portal()?.load_provisioning(&caller()?, &application.id).await?;
        let edit = Edit::new(&view);
        let here = format!("/applications/{}/provisioning", application.id);
        let pane = match query_value("pane").as_str() {
            "restart" => Some(restart_pane(&view, here.clone())),
            "authorize" => authorize_pane(&view, here.clone()),
            _ => None,
        };
        let restart = view.enabled.then(|| {
            view! {
                <CommandLink
                    href=format!("{here}?pane=restart")
                    icon=icondata::LuRotateCcw
                    label="Restart provisioning"
                />
            }
        });
        Ok(view! {
            <ApplicationShell
                title="Provisioning"
                id=application.id.clone()
                name=application.display_name.clone()
                current=here.clone()
                commands=view! {
                    <CommandButton form=FORM icon=icondata::LuSave label="Save" save=true/>
                    <CommandDiscard href=here.clone()/>
                    {restart}
                    <CommandLink href=here.clone() icon=icondata::LuRefreshCw label="Refresh"/>
                }
                .into_any()
                pane
            >
                <ConflictChoice
                    form=FORM
                    here=here.clone()
                    note="A secret that you had entered has to be entered again: it is never kept."
                />
                // The server explains what is missing, in words; a field in a closed section could not.
                <PostForm<SaveProvisioning> id=FORM class="provisioning column" novalidate=true>
                    <HiddenField name="form[application_id]" value=application.id.clone()/>
                    <HiddenField name="form[generation]" value=edit.form.generation.to_string()/>
                    {banners(&view.credentials)}
                    {mode(&view, &edit)}
                    <div class="automatic-only sections">
                        {set_up_steps(&application.template)}
                        {admin_credentials(&view, &edit)}
                        {mappings(&view)}
                        {settings(&application, &view, &edit)}
                        {synchronization_details(&view)}
                    </div>
                    <FormGuard form=FORM edited=edit.edited/>
                </PostForm<SaveProvisioning>>
            </ApplicationShell>
        }
        .into_any())
    })
}

/// Provisioning Mode and what the chosen one means. Which sentence and whether the four sections show
/// follows the selected option in `style/`, so it works before anything is saved and without a script.
fn mode(view: &ProvisioningView, edit: &Edit) -> AnyView {
    let name = view.application_name.clone();
    let hint = if view.mode_locked {
        "Provisioning was set up, so the mode stays Automatic. To stop it, set the Provisioning Status to Off."
    } else {
        ""
    };
    let modes: Vec<_> = JobMode::ALL.iter().map(|mode| (mode.to_string(), mode.to_string())).collect();
    view! {
        <SelectField
            name="form[mode]"
            field="mode"
            label="Provisioning Mode"
            value=edit.form.mode.clone()
            options=modes
            disabled=view.mode_locked
            hint
        />
        <p class="automatic-only">
            {format!(
                "Use Purser to manage the creation and synchronization of user accounts in {name} based on user and \
                 group assignment."
            )}
        </p>
        <p class="manual-only">
            {format!(
                "The user accounts in {name} are managed outside of Purser. Choose Automatic to have Purser create, \
                 update and disable them."
            )}
        </p>
    }
    .into_any()
}

/// Where to consent, and what the provider must know before. A link: what the browser may not do is follow a form to
/// another site.
fn authorize_pane(view: &ProvisioningView, close: String) -> Option<AnyView> {
    let consent = flash().kept::<ConsentView>()?;
    let (name, host) = (view.application_name.clone(), consent.host.clone());
    let pane = view! {
        <Pane
            title="Authorize Purser"
            close=close.clone()
            footer=view! {
                <a class="button button-primary" href=consent.url rel="noreferrer">{format!("Continue to {host}")}</a>
                <a class="button" href=close>"Cancel"</a>
            }
            .into_any()
        >
            <div class="stack">
                <p>
                    "The settings are saved. Now an administrator of " <strong>{name}</strong>
                    " has to allow Purser to manage its users, on the consent page of " <strong>{host}</strong> "."
                </p>
                <p>"You come back here by yourself. The consent has to be given within ten minutes, in this browser."</p>
                <Properties rows=vec![("Redirect URI", view! { <code class="break">{consent.redirect_uri}</code> }.into_any())]/>
                <p class="quiet">
                    "If the consent page refuses the redirect URI, add the one above to the client\u{2019}s settings in the "
                    "application and press Authorize again."
                </p>
            </div>
        </Pane>
    };
    Some(pane.into_any())
}

fn restart_pane(view: &ProvisioningView, close: String) -> AnyView {
    let (id, name) = (view.application_id.clone(), view.application_name.clone());
    view! {
        <ConfirmPane<RestartProvisioning> title="Restart provisioning" label="Restart" id=id close=close harmless=true>
            <p>
                "A new initial cycle looks at every user and group again and lifts a quarantine. "
                "Which accounts Purser manages is kept, and nothing is reset in "
                {name} "."
            </p>
        </ConfirmPane<RestartProvisioning>>
    }
    .into_any()
}
