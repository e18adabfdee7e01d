//! Connections, for every kind of target. Plain hyper: a target must not be what a bench measures, and it has to be
//! able to hang up in the middle.
use std::fmt;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub(crate) type Answer = Response<Full<Bytes>>;

/// Largest request body.
const MAX_BODY: usize = 1024 * 1024;

/// Tells hyper to hang up.
#[derive(Debug)]
pub(crate) struct HangUp;

impl fmt::Display for HangUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the target hangs up, as it was told to")
    }
}

impl std::error::Error for HangUp {}

/// Accepts connections until it is aborted, and then takes them all down with it.
pub(crate) async fn serve<H, F>(listener: TcpListener, respond: H)
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Result<Answer, HangUp>> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        // A connection that cannot be accepted is its client's trouble; the next one may be fine.
        let Ok((stream, _)) = listener.accept().await else { continue };
        // Small answers must not wait for more to come; where that can't be set, they do.
        let _ = stream.set_nodelay(true);
        let respond = respond.clone();
        connections.spawn(async move {
            // Broken connections are what clients and faults make; nobody is there to be told.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service_fn(respond))
                .await;
        });
        while connections.try_join_next().is_some() {}
    }
}

/// What was sent; `None` when it breaks off or is larger than any honest request.
pub(crate) async fn read_body(body: Incoming) -> Option<Bytes> {
    Limited::new(body, MAX_BODY).collect().await.ok().map(|body| body.to_bytes())
}

/// An answer with text.
pub(crate) fn text(content_type: &'static str, body: &'static str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from_static(body.as_bytes())));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}
