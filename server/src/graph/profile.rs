//! `…/jobs/{job}/probe` and `…/jobs/{job}/profile`: what a target takes, found out and declared. Graph has neither; the
//! style is its own.
//!
//! `POST …/probe` begins a capability probe and answers at once, `GET …/probe` tells how far it is and what it
//! proposes. `PATCH …/profile` sets settings of the application's own; `null` takes one back to the gallery's.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, Method, StatusCode, header::LOCATION},
    response::IntoResponse,
    routing::{get, patch, post},
};
use purser_contract::profile::{ExchangeView, ProbeForm, ProbeView, ProfileForm, ProfileView, ProposalView};
use serde_json::{Map, Value, json};

use super::{
    Answer, GraphRoute,
    body::{ApiCaller, At, Body, OptionalBody, Properties},
    jobs::find_job,
    odata::Query,
    ok,
};
use crate::web::{ServerState, fault::Fault};

const PROBE: &str = "/servicePrincipals/{id}/synchronization/jobs/{job}/probe";
const PROFILE: &str = "/servicePrincipals/{id}/synchronization/jobs/{job}/profile";

pub(super) const ROUTES: &[GraphRoute] = &[
    GraphRoute::new(Method::GET, PROBE, || get(load_probe)),
    GraphRoute::new(Method::POST, PROBE, || post(start_probe)),
    GraphRoute::new(Method::GET, PROFILE, || get(load_profile)),
    GraphRoute::new(Method::PATCH, PROFILE, || patch(update_profile)),
];

async fn load_probe(
    State(state): State<ServerState>,
    ApiCaller(caller): ApiCaller,
    At((id, job)): At<(String, String)>,
    query: Query,
) -> Answer {
    query.allow(&[])?;
    find_job(&state, &caller, &id, &job).await?;
    let view = state.portal.load_probe(&caller, &id).await?;
    ok(query.entity("synchronizationProbes", shape_probe(&view)))
}

async fn start_probe(
    State(state): State<ServerState>,
    ApiCaller(caller): ApiCaller,
    At((id, job)): At<(String, String)>,
    query: Query,
    OptionalBody(body): OptionalBody,
) -> Answer {
    let mut properties = Properties::new("synchronizationProbe", body);
    let read_only = match properties.take("readOnly") {
        // Whoever says nothing gets what changes nothing.
        None | Some(Value::Null) => true,
        Some(Value::Bool(read_only)) => read_only,
        Some(_) => {
            return Err(Fault::bad_request(
                "Invalid value specified for property 'readOnly': it must be true or false.",
            ));
        }
    };
    properties.finish()?;
    let blade = find_job(&state, &caller, &id, &job).await?;
    let depth = if read_only { "read" } else { "full" }.to_owned();
    let form = ProbeForm { application_id: blade.application_id.clone(), depth };
    let view = state.portal.start_probe(&caller, form).await?;
    let location = format!(
        "{}/servicePrincipals/{}/synchronization/jobs/{}/probe",
        query.base(),
        blade.application_id,
        blade.job_id
    );
    let body = query.entity("synchronizationProbes", shape_probe(&view));
    let mut response = (StatusCode::ACCEPTED, Json(body)).into_response();
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

async fn load_profile(
    State(state): State<ServerState>,
    ApiCaller(caller): ApiCaller,
    At((id, job)): At<(String, String)>,
    query: Query,
) -> Answer {
    query.allow(&[])?;
    find_job(&state, &caller, &id, &job).await?;
    let view = state.portal.load_profile(&caller, &id).await?;
    ok(query.entity("synchronizationProfiles", shape_profile(&view)))
}

async fn update_profile(
    State(state): State<ServerState>,
    ApiCaller(caller): ApiCaller,
    At((id, job)): At<(String, String)>,
    query: Query,
    Body(body): Body<Map<String, Value>>,
) -> Answer {
    find_job(&state, &caller, &id, &job).await?;
    let mut form = ProfileForm { application_id: id, ..ProfileForm::default() };
    for (name, value) in body {
        if value.is_null() {
            form.take_back.push(name);
        } else {
            form.settings.insert(name, value.to_string());
        }
    }
    let view = state.portal.save_profile(&caller, form).await?;
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
