//! How much a request may send, and how long it may take to do so.
//!
//! Bodies are read here, after the gate and before anything parses them, so that no handler ever meets
//! more than its bound. What is too much is read to its end (up to a further bound) and thrown away:
//! a browser only shows the answer if its upload was not cut off.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{Method, StatusCode, header::CONTENT_LENGTH},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use purser_service::Caller;

use super::face::is_graph;
use crate::fault::Fault;

const KILOBYTE: usize = 1024;
const MEGABYTE: usize = 1024 * KILOBYTE;
/// Bytes of a form.
pub const FORM_LIMIT: usize = MEGABYTE;
/// Bytes of a stranger's form: signing in and setting up need no more.
pub const ANONYMOUS_LIMIT: usize = 16 * KILOBYTE;
/// Bytes of a Graph request.
pub const GRAPH_LIMIT: usize = 4 * MEGABYTE;
/// Bytes of an uploaded CSV file, with a little for the envelope around it.
pub const UPLOAD_LIMIT: usize = 50 * MEGABYTE + 64 * 1024;
/// Where CSV files are uploaded.
pub const UPLOAD_PATH: &str = "/api/upload_import";
/// Bytes over the bound that are read for nothing, so that the answer is seen.
const DRAIN_LIMIT: usize = 64 * MEGABYTE;
/// A form has to be here after this long; an upload may take longer over a thin line.
const FORM_TIME: Duration = Duration::from_secs(30);
const UPLOAD_TIME: Duration = Duration::from_secs(15 * 60);

/// Reads the body within its bounds.
pub async fn bound_body(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) && !has_body(&request) {
        return next.run(request).await;
    }
    let path = request.uri().path();
    let (limit, time) = match path {
        UPLOAD_PATH => (UPLOAD_LIMIT, UPLOAD_TIME),
        _ if is_graph(path) => (GRAPH_LIMIT, FORM_TIME),
        _ if is_anonymous(&request) => (ANONYMOUS_LIMIT, FORM_TIME),
        _ => (FORM_LIMIT, FORM_TIME),
    };
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(time, read(body, limit)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Ok(Err(Refused::TooLarge)) => too_large(limit).into_response(),
        Ok(Err(Refused::Broken)) => {
            Fault::bad_request("The request broke off before its end, so nothing was changed.")
                .into_response()
        }
        Err(_elapsed) => Fault::new(
            StatusCode::REQUEST_TIMEOUT,
            "Request_Timeout",
            "The request took too long to arrive, so nothing was changed.",
        )
        .into_response(),
    }
}

enum Refused {
    TooLarge,
    Broken,
}

async fn read(body: Body, limit: usize) -> Result<Bytes, Refused> {
    let mut stream = body.into_data_stream();
    let mut kept = Vec::new();
    let mut seen = 0_usize;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Refused::Broken)?;
        seen = seen.saturating_add(chunk.len());
        if seen > limit.saturating_add(DRAIN_LIMIT) {
            break;
        }
        if seen > limit {
            kept = Vec::new();
        } else {
            kept.extend_from_slice(&chunk);
        }
    }
    if seen > limit { Err(Refused::TooLarge) } else { Ok(kept.into()) }
}

fn is_anonymous(request: &Request) -> bool {
    !matches!(request.extensions().get::<Option<Caller>>(), Some(Some(_)))
}

fn has_body(request: &Request) -> bool {
    request.headers().contains_key(CONTENT_LENGTH) || request.headers().contains_key("transfer-encoding")
}

fn too_large(limit: usize) -> Fault {
    let shown = if limit < MEGABYTE {
        format!("{} kB", limit / KILOBYTE)
    } else {
        format!("{} MB", limit / MEGABYTE)
    };
    let fault = Fault::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "Request_EntityTooLarge",
        format!("What was sent is larger than the {shown} that are allowed here, so nothing was changed."),
    );
    if limit == ANONYMOUS_LIMIT {
        return fault.advice("Open the page again and send less.");
    }
    fault.advice("Send less at once; a long list of people goes through Import as a CSV file of up to 50 MB.")
}
