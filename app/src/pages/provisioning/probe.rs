//! Capability probe and target profile of an application.

use super::proposals::{evidence, proposals_form};
use crate::api::provisioning::profile::{SaveProfile, StartProbe};
use crate::components::*;
use crate::context::{caller, param, portal};
use crate::islands::ProbeProgress;
use leptos::prelude::*;
use purser_contract::profile::{ProbeView, ProfileView, SettingView};
use purser_contract::provisioning::ProvisioningView;
use purser_domain::job::ProbeState;

/// What a target takes, found out by asking, and what Purser knows about it already.
#[component]
pub fn ProbePage() -> impl IntoView {
    page(async {
        let application = portal()?.load_application(&caller()?, &param("id")).await?;
        let provisioning = portal()?.load_provisioning(&caller()?, &application.id).await?;
        let probe = portal()?.load_probe(&caller()?, &application.id).await?;
        let profile = portal()?.load_profile(&caller()?, &application.id).await?;
        let blade = format!("/applications/{}/provisioning", application.id);
        let here = format!("{blade}/probe");
        let crumbs = vec![Crumb::new("Provisioning", blade.clone())];
        Ok(view! {
            <ApplicationShell
                title="Capability probe"
                id=application.id.clone()
                name=application.display_name.clone()
                current=here.clone()
                crumbs
                commands=view! { <CommandLink href=here.clone() icon=icondata::LuRefreshCw label="Refresh"/> }.into_any()
            >
                <div class="stack stack-wide column">
                    {start(&provisioning, &probe, &blade)}
                    {result(&probe)}
                    {target_profile(&profile, &application.display_name)}
                </div>
            </ApplicationShell>
        }
        .into_any())
    })
}

fn start(provisioning: &ProvisioningView, probe: &ProbeView, blade: &str) -> AnyView {
    let name = provisioning.application_name.clone();
    let what = format!(
        "The probe asks {name} what it takes: how it lists, filters, changes and deletes. From what it sees it proposes \
         settings for the target profile, each with the requests that show it. Nothing is applied until you say so."
    );
    if probe.state == ProbeState::Running {
        return view! { <p>{what}</p> }.into_any();
    }
    if !provisioning.configured {
        return view! {
            <p>{what}</p>
            <InfoBar tone=Tone::Warn>
                <p>
                    "The probe needs working credentials. "
                    <a href=blade.to_owned()>"Complete the Admin Credentials and save"</a>
                </p>
            </InfoBar>
        }
        .into_any();
    }
    let options = vec![
        (
            "full".to_owned(),
            format!(
                "Make a throw-away user in {name} (its name begins with purser-probe-), change it, and delete it again"
            ),
        ),
        ("read".to_owned(), "Only read: finds out less, and changes nothing".to_owned()),
    ];
    view! {
        <p>{what}</p>
        <PostForm<StartProbe> class="stack">
            <HiddenField name="form[application_id]" value=provisioning.application_id.clone()/>
            <RadioField name="form[depth]" label="How far may it go?" value="full" options/>
            <p class="field-hint">
                "Where the application sends mails to new users or counts licences, the throw-away user may cause one."
            </p>
            <div class="button-row">
                <PrimaryButton label=if probe.state == ProbeState::None { "Start probe" } else { "Probe again" }/>
            </div>
        </PostForm<StartProbe>>
    }
    .into_any()
}

fn result(probe: &ProbeView) -> AnyView {
    let body = match probe.state {
        ProbeState::None => return ().into_any(),
        ProbeState::Running => view! {
            <p>"The probe is running. This page shows its result as soon as it is done; without a script, press Refresh."</p>
            <ProbeProgress initial=probe.clone()/>
        }
        .into_any(),
        ProbeState::Failed => view! {
            <InfoBar tone=Tone::Bad>
                <p class="bar-title">"The probe could not be made"</p>
                <p>{probe.failure.clone()}</p>
            </InfoBar>
            <p>{made(probe)}</p>
            {evidence(&probe.evidence)}
        }
        .into_any(),
        ProbeState::Done => finished(probe),
    };
    let depth = if probe.read_only { "only reading" } else { "with a throw-away user" };
    let begun = format!("Begun by {}, {depth}, ", probe.started_by);
    view! {
        <section id="result" class="stack" aria-labelledby="result-title">
            <h2 id="result-title" class="heading">"Result"</h2>
            <p class="quiet">{begun} <TimeStamp at=probe.started_at.clone()/></p>
            {body}
        </section>
    }
    .into_any()
}

fn finished(probe: &ProbeView) -> AnyView {
    let left = (!probe.left_behind.is_empty()).then(|| {
        view! {
            <InfoBar tone=Tone::Bad>
                <p class="bar-title">"Delete this in the application by hand"</p>
                {list(&probe.left_behind)}
            </InfoBar>
        }
    });
    let made = made(probe);
    let proposals = if probe.proposals.is_empty() {
        view! {
            <InfoBar tone=Tone::Good>
                <p>{format!("The target does what its profile says; there is nothing to change. {made}")}</p>
            </InfoBar>
        }
        .into_any()
    } else {
        view! {
            <p>{made}</p>
            {proposals_form(&probe.application_id, &probe.proposals)}
        }
        .into_any()
    };
    let remarks = (!probe.remarks.is_empty()).then(|| {
        view! {
            <h3 class="heading">"Worth knowing"</h3>
            {list(&probe.remarks)}
        }
    });
    view! {
        {left}
        {proposals}
        {remarks}
    }
    .into_any()
}

fn made(probe: &ProbeView) -> String {
    match probe.requests {
        1 => "1 request was made.".to_owned(),
        count => format!("{} requests were made.", grouped(u64::from(count))),
    }
}

fn list(sentences: &[String]) -> AnyView {
    let items = sentences.iter().map(|sentence| view! { <li>{sentence.clone()}</li> }).collect_view();
    view! { <ul class="bullets">{items}</ul> }.into_any()
}

/// Every setting that is not as the standard says, and the way back from own ones.
fn target_profile(profile: &ProfileView, application: &str) -> AnyView {
    let problem = profile.problem.clone().map(|problem| {
        view! {
            <InfoBar tone=Tone::Bad>
                <p>{problem}</p>
            </InfoBar>
        }
    });
    let own = profile.settings.iter().any(|setting| setting.own);
    let rows = profile.settings.iter().map(row).collect_view();
    let body = if profile.settings.is_empty() {
        view! { <p>{format!("{application} is spoken to exactly as SCIM 2.0 (RFC 7643, RFC 7644) says.")}</p> }.into_any()
    } else {
        view! {
            <p>{format!("Where {application} is spoken to otherwise than SCIM 2.0 (RFC 7643, RFC 7644) says:")}</p>
            <PostForm<SaveProfile> class="stack">
                <HiddenField name="form[application_id]" value=profile.application_id.clone()/>
                <HiddenField name="form[generation]" value=profile.generation.to_string()/>
                <DataTable caption="Target profile" columns=vec!["Setting", "Value", "Set by", "Take back"]>
                    {rows}
                </DataTable>
                {own
                    .then(|| {
                        view! {
                            <div class="button-row">
                                <button class="button" type="submit">"Take back ticked settings"</button>
                            </div>
                        }
                    })}
            </PostForm<SaveProfile>>
        }
        .into_any()
    };
    view! {
        <section id="profile" class="stack" aria-labelledby="profile-title">
            <h2 id="profile-title" class="heading">"Target profile"</h2>
            {problem}
            {body}
        </section>
    }
    .into_any()
}

fn row(setting: &SettingView) -> AnyView {
    let sentence = setting.sentence.clone();
    let sentence = (!sentence.is_empty()).then(|| view! { <span class="cell-sub">{sentence}</span> });
    let by = match (&setting.gallery_value, setting.own) {
        (Some(gallery), true) => view! {
            "This application"
            <span class="cell-sub">"instead of " <code class="break">{gallery.clone()}</code></span>
        }
        .into_any(),
        (None, true) => "This application".into_any(),
        _ => "Gallery".into_any(),
    };
    let tick = setting.own.then(|| {
        let label = format!("Take back {}", setting.name);
        view! { <input type="checkbox" name="form[take_back][]" value=setting.name.clone() aria-label=label/> }
    });
    view! {
        <tr>
            <th scope="row">
                <code>{setting.name.clone()}</code>
                {sentence}
            </th>
            <td><code class="break">{setting.value.clone()}</code></td>
            <td>{by}</td>
            <td class="cell-tick">{tick}</td>
        </tr>
    }
    .into_any()
}
