//! `…/jobs/{job}/schema`: which attributes there are and how they map.
//!
//! The stored document is served as it is, with the job's id and the generation as `id` and `version`. Every object has
//! an ETag; a client that sends it back with its change is told (412) when another was faster. A document that was
//! exported elsewhere has an `id`, `version` and ETag of its own, which don't matter here.

use axum::{
    Json,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ETAG, IF_MATCH},
    },
    response::IntoResponse,
};
use purser_contract::{
    problem::{Problem, ProblemKind},
    schema::SchemaView,
};
use purser_service::ServiceError;
use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, done, ok},
    body::{At, Body, JobOf, Object, shown},
    odata::Plain,
    profile::shape_proposals,
    route::routes,
};
use crate::fault::Fault;

routes! {
    GET "/servicePrincipals/{id}/synchronization/jobs/{job}/schema" => load_schema;
    PUT "/servicePrincipals/{id}/synchronization/jobs/{job}/schema" => replace_schema;
    DELETE "/servicePrincipals/{id}/synchronization/jobs/{job}/schema" => restore_schema;
    POST "/servicePrincipals/{id}/synchronization/jobs/{job}/schema/directories/{directory}/discover" => discover;
}

/// What a document says about where it was read, which is not part of it.
const ANNOTATIONS: [&str; 2] = ["@odata.context", "@odata.etag"];

async fn load_schema(JobOf { portal, caller, application, .. }: JobOf, Plain(query): Plain) -> Answer {
    let schema = portal.load_schema(&caller, &application).await?;
    let tag = tag_of(&schema.job_id, schema.generation);
    let body = query.entity("synchronizationSchema", shape_schema(schema, &tag));
    let mut response = Json(body).into_response();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    Ok(response)
}

async fn replace_schema(job: JobOf, headers: HeaderMap, Body(mut document): Object) -> Answer {
    let seen = document.get("@odata.etag").and_then(Value::as_str).unwrap_or_default().to_owned();
    let generation = match expect_generation(&headers, &job)? {
        None if is_of_job(&seen, &job) => Some(expect_tag(&seen, &job)?),
        generation => generation,
    };
    for annotation in ANNOTATIONS {
        document.shift_remove(annotation);
    }
    let document = Value::Object(document);
    let replaced = job.portal.replace_schema(&job.caller, &job.application, &document, generation).await;
    replaced.map_err(|error| refuse(&error, generation))?;
    done()
}

async fn restore_schema(job: JobOf, headers: HeaderMap) -> Answer {
    let generation = expect_generation(&headers, &job)?;
    let restored = job.portal.restore_default_schema(&job.caller, &job.application, generation).await;
    restored.map_err(|error| refuse(&error, generation))?;
    done()
}

/// Asks the target for its attributes; only ever adds. Answers with the directory as it is now.
async fn discover(
    JobOf { portal, caller, application, .. }: JobOf,
    At((_, _, directory)): At<(String, String, String)>,
    Plain(query): Plain,
) -> Answer {
    let stored = portal.load_schema(&caller, &application).await?;
    let found = find_directory(&stored.document, &directory)
        .ok_or_else(|| Fault::not_found(format!("The schema has no directory '{}'.", shown(&directory))))?;
    if found["readOnly"] == Value::Bool(true) {
        return Err(Fault::bad_request(
            "The attributes of Purser's own directory are known; there is nothing to discover.",
        ));
    }
    let view = portal.discover_attributes(&caller, &application).await?;
    let now = portal.load_schema(&caller, &application).await?;
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

fn tag_of(job: &str, generation: i64) -> String {
    format!("W/\"{job}.{generation}\"")
}

/// Whether this is an ETag of this job, of whatever generation.
fn is_of_job(tag: &str, job: &JobOf) -> bool {
    tag.strip_prefix("W/\"").is_some_and(|tag| tag.starts_with(&format!("{}.", job.job)))
}

/// The generation that an If-Match asks for; `None` when it asks for none.
fn expect_generation(headers: &HeaderMap, job: &JobOf) -> Result<Option<i64>, Fault> {
    let mut tags = headers.get_all(IF_MATCH).iter().map(|line| line.to_str().unwrap_or_default()).peekable();
    if tags.peek().is_none() {
        return Ok(None);
    }
    let asked: Vec<&str> = tags.flat_map(|line| line.split(',')).map(str::trim).collect();
    if asked.contains(&"*") {
        return Ok(None);
    }
    let present = tag_of(&job.job, job.generation);
    if asked.contains(&present.as_str()) { Ok(Some(job.generation)) } else { Err(stale()) }
}

fn expect_tag(tag: &str, job: &JobOf) -> Result<i64, Fault> {
    if tag == tag_of(&job.job, job.generation) { Ok(job.generation) } else { Err(stale()) }
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
