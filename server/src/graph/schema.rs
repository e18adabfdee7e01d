//! `…/jobs/{job}/schema`: which attributes there are and how they map.
//!
//! The stored document is served as it is, with the job's id and the generation as `id` and `version`. Every object has
//! an ETag; a client that sends it back with its change is told (412) when somebody was faster. A document that was
//! exported elsewhere has somebody else's `id`, `version` and ETag, which don't matter here.

use axum::{
    Json,
    extract::State,
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{ETAG, IF_MATCH},
    },
    response::IntoResponse,
    routing::{delete, get, post, put},
};
use purser_contract::{
    problem::{Problem, ProblemKind},
    schema::SchemaView,
};
use purser_service::{Caller, ServiceError};
use serde_json::{Map, Value, json};

use super::{
    Answer, GraphRoute,
    body::{ApiCaller, At, Body},
    done,
    jobs::find_job,
    odata::Query,
    ok,
    profile::shape_proposals,
};
use crate::web::{ServerState, fault::Fault};

pub(super) const ROUTES: &[GraphRoute] = &[
    GraphRoute::new(Method::GET, "/servicePrincipals/{id}/synchronization/jobs/{job}/schema", || {
        get(load_schema)
    }),
    GraphRoute::new(Method::PUT, "/servicePrincipals/{id}/synchronization/jobs/{job}/schema", || {
        put(replace_schema)
    }),
    GraphRoute::new(Method::DELETE, "/servicePrincipals/{id}/synchronization/jobs/{job}/schema", || {
        delete(restore_schema)
    }),
    GraphRoute::new(
        Method::POST,
        "/servicePrincipals/{id}/synchronization/jobs/{job}/schema/directories/{directory}/discover",
        || post(discover),
    ),
];

/// What a document says about where it was read, which is not part of it.
const ANNOTATIONS: [&str; 2] = ["@odata.context", "@odata.etag"];

async fn load_schema(
    State(state): State<ServerState>,
    ApiCaller(caller): ApiCaller,
    At((id, job)): At<(String, String)>,
    query: Query,
) -> Answer {
    query.allow(&[])?;
    let schema = find_schema(&state, &caller, &id, &job).await?;
    let tag = tag_of(&schema);
    let body = query.entity("synchronizationSchema", shape_schema(schema, &tag));
    let mut response = Json(body).into_response();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    Ok(response)
}

async fn replace_schema(
    State(state): State<ServerState>,
    ApiCaller(caller): ApiCaller,
    At((id, job)): At<(String, String)>,
    headers: HeaderMap,
    Body(mut document): Body<Map<String, Value>>,
) -> Answer {
    let stored = find_schema(&state, &caller, &id, &job).await?;
    let seen = document.get("@odata.etag").and_then(Value::as_str).unwrap_or_default().to_owned();
    let generation = match expect_generation(&headers, &stored)? {
        None if is_of_job(&seen, &stored) => expect_tag(&seen, &stored)?,
        generation => generation,
    };
    for annotation in ANNOTATIONS {
        document.shift_remove(annotation);
    }
    let document = Value::Object(document);
    let replaced = state.portal.replace_schema(&caller, &id, &document, generation).await;
    replaced.map_err(|error| refuse(&error, generation))?;
    done()
}

async fn restore_schema(
    State(state): State<ServerState>,
    ApiCaller(caller): ApiCaller,
    At((id, job)): At<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    let stored = find_schema(&state, &caller, &id, &job).await?;
    let generation = expect_generation(&headers, &stored)?;
    let restored = state.portal.restore_default_schema(&caller, &id, generation).await;
    restored.map_err(|error| refuse(&error, generation))?;
    done()
}

/// Asks the target for its attributes; only ever adds. Answers with the directory as it is now.
async fn discover(
    State(state): State<ServerState>,
    ApiCaller(caller): ApiCaller,
    At((id, job, directory)): At<(String, String, String)>,
    query: Query,
) -> Answer {
    query.allow(&[])?;
    let stored = find_schema(&state, &caller, &id, &job).await?;
    let found = find_directory(&stored.document, &directory).ok_or_else(|| {
        let shown: String = directory.chars().take(80).collect();
        Fault::not_found(format!("The schema has no directory '{shown}'."))
    })?;
    if found["readOnly"] == Value::Bool(true) {
        return Err(Fault::bad_request(
            "The attributes of Purser's own directory are known; there is nothing to discover.",
        ));
    }
    let view = state.portal.discover_attributes(&caller, &id).await?;
    let now = state.portal.load_schema(&caller, &id).await?;
    let mut body = find_directory(&now.document, &directory).cloned().unwrap_or_default();
    body["discoverabilities"] = "AttributeNames".into();
    let added =
        view.added.iter().map(|(object, attribute)| json!({ "object": object, "attribute": attribute }));
    body["@purser.added"] = added.collect();
    body["@purser.remarks"] = view.remarks.into();
    body["@purser.proposedSettings"] = shape_proposals(&view.proposals);
    ok(query.entity("directoryDefinitions", body))
}

fn find_directory<'d>(document: &'d Value, id: &str) -> Option<&'d Value> {
    let directories = document["directories"].as_array()?;
    directories.iter().find(|directory| directory["id"] == id)
}

/// The schema of an application, if the job is its.
async fn find_schema(
    state: &ServerState,
    caller: &Caller,
    application: &str,
    job: &str,
) -> Result<SchemaView, Fault> {
    find_job(state, caller, application, job).await?;
    Ok(state.portal.load_schema(caller, application).await?)
}

fn shape_schema(schema: SchemaView, tag: &str) -> Value {
    let mut body = Map::new();
    body.insert("@odata.etag".to_owned(), tag.into());
    body.insert("id".to_owned(), schema.job_id.into());
    body.insert("version".to_owned(), schema.generation.to_string().into());
    if let Value::Object(mut document) = schema.document {
        document.retain(|name, _| !ANNOTATIONS.contains(&name.as_str()));
        body.extend(document);
    }
    Value::Object(body)
}

fn tag_of(schema: &SchemaView) -> String {
    format!("W/\"{}.{}\"", schema.job_id, schema.generation)
}

/// Whether this is an ETag of this job, of whatever generation.
fn is_of_job(tag: &str, stored: &SchemaView) -> bool {
    tag.strip_prefix("W/\"").is_some_and(|tag| tag.starts_with(&format!("{}.", stored.job_id)))
}

/// The generation that an If-Match asks for; `None` when it asks for none.
fn expect_generation(headers: &HeaderMap, stored: &SchemaView) -> Result<Option<i64>, Fault> {
    let mut tags = headers.get_all(IF_MATCH).iter().map(|line| line.to_str().unwrap_or_default()).peekable();
    if tags.peek().is_none() {
        return Ok(None);
    }
    let asked: Vec<&str> = tags.flat_map(|line| line.split(',')).map(str::trim).collect();
    if asked.contains(&"*") {
        return Ok(None);
    }
    let present = tag_of(stored);
    match asked.iter().find(|tag| **tag == present) {
        Some(tag) => expect_tag(tag, stored),
        None => Err(stale()),
    }
}

fn expect_tag(tag: &str, stored: &SchemaView) -> Result<Option<i64>, Fault> {
    if tag == tag_of(stored) { Ok(Some(stored.generation)) } else { Err(stale()) }
}

/// A schema that was changed between our look at it and the write is as stale as one that was changed before.
fn refuse(error: &ServiceError, generation: Option<i64>) -> Fault {
    let problem: Problem = error.problem();
    if generation.is_some() && problem.kind == ProblemKind::Conflict && problem.details.is_empty() {
        return stale();
    }
    problem.into()
}

fn stale() -> Fault {
    Fault::new(
        StatusCode::PRECONDITION_FAILED,
        "Request_ConditionNotMet",
        "The schema was changed since it was read, so nothing was changed.",
    )
    .advice("Read it again, make the change in what you get, and send that with its ETag.")
}
