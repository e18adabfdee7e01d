//! `…/jobs/{job}/probe` and `…/jobs/{job}/profile`: what a target takes, found out and declared. Graph has neither; the
//! style is its own.
//!
//! `POST …/probe` begins a capability probe and answers at once, `GET …/probe` tells how far it is and what it
//! proposes. `PATCH …/profile` sets settings of the application's own; `null` takes one back to the gallery's.

use purser_contract::profile::{ExchangeView, ProbeForm, ProbeView, ProfileForm, ProfileView, ProposalView};
use serde_json::{Value, json};

use super::{
    answer::{Answer, accepted, ok},
    body::{Body, JobOf, Object, OptionalBody, Properties, wrong_type},
    odata::{Plain, Query},
    route::routes,
};

const PROBE: &str = "/servicePrincipals/{id}/synchronization/jobs/{job}/probe";
const PROFILE: &str = "/servicePrincipals/{id}/synchronization/jobs/{job}/profile";

routes! {
    GET PROBE => load_probe;
    POST PROBE => start_probe;
    GET PROFILE => load_profile;
    PATCH PROFILE => update_profile;
}

async fn load_probe(JobOf { portal, caller, application, .. }: JobOf, Plain(query): Plain) -> Answer {
    let view = portal.load_probe(&caller, &application).await?;
    ok(query.entity("synchronizationProbes", shape_probe(&view)))
}

async fn start_probe(
    JobOf { portal, caller, application, job, .. }: JobOf,
    query: Query,
    OptionalBody(body): OptionalBody,
) -> Answer {
    let mut properties = Properties::new("synchronizationProbe", body);
    let read_only = match properties.take("readOnly") {
        // A request that says nothing gets what changes nothing.
        None | Some(Value::Null) => true,
        Some(Value::Bool(read_only)) => read_only,
        Some(_) => return Err(wrong_type("readOnly", "true or false")),
    };
    properties.finish()?;
    let depth = if read_only { "read" } else { "full" }.to_owned();
    let form = ProbeForm { application_id: application.clone(), depth };
    let view = portal.start_probe(&caller, form).await?;
    let location =
        format!("{}/servicePrincipals/{application}/synchronization/jobs/{job}/probe", query.base());
    accepted(&location, query.entity("synchronizationProbes", shape_probe(&view)))
}

async fn load_profile(JobOf { portal, caller, application, .. }: JobOf, Plain(query): Plain) -> Answer {
    let view = portal.load_profile(&caller, &application).await?;
    ok(query.entity("synchronizationProfiles", shape_profile(&view)))
}

async fn update_profile(
    JobOf { portal, caller, application, .. }: JobOf,
    query: Query,
    Body(body): Object,
) -> Answer {
    let mut form = ProfileForm { application_id: application, ..ProfileForm::default() };
    for (name, value) in body {
        if value.is_null() {
            form.take_back.push(name);
        } else {
            form.settings.insert(name, value.to_string());
        }
    }
    let view = portal.save_profile(&caller, form).await?;
    ok(query.entity("synchronizationProfiles", shape_profile(&view)))
}

fn shape_probe(view: &ProbeView) -> Value {
    json!({
        "state": view.state,
        "readOnly": view.read_only,
        "startedBy": view.started_by,
        "startedDateTime": if view.started_at.is_empty() { None } else { Some(&view.started_at) },
        "stepsDone": view.done,
        "stepsInAll": view.total,
        "steps": view.steps,
        "failure": if view.failure.is_empty() { None } else { Some(&view.failure) },
        "proposals": shape_proposals(&view.proposals),
        "remarks": view.remarks,
        "leftBehind": view.left_behind,
        "requests": view.requests,
    })
}

/// Proposed settings in our API's shape.
pub(super) fn shape_proposals(proposals: &[ProposalView]) -> Value {
    proposals
        .iter()
        .map(|proposal| {
            json!({
                "setting": proposal.setting,
                "current": read(&proposal.current),
                "proposed": read(&proposal.value),
                "applied": proposal.applied,
                "reason": proposal.why,
                "evidence": proposal.evidence.iter().map(shape_exchange).collect::<Vec<_>>(),
            })
        })
        .collect()
}

fn shape_exchange(exchange: &ExchangeView) -> Value {
    json!({
        "request": exchange.request,
        "answer": exchange.answer,
        "requestBody": exchange.request_body,
        "answerBody": exchange.response_body,
    })
}

fn shape_profile(view: &ProfileView) -> Value {
    let settings = view.settings.iter().map(|setting| {
        json!({
            "name": setting.name,
            "value": read(&setting.value),
            "description": setting.sentence,
            "origin": if setting.own { "application" } else { "gallery" },
            "galleryValue": setting.gallery_value.as_deref().map(read),
        })
    });
    json!({ "settings": settings.collect::<Vec<_>>(), "problem": view.problem })
}

/// Views carry settings as JSON text.
fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}
