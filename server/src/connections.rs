//! Who may hold a connection, and for how long.
//!
//! A connection costs a descriptor, and a client that holds all of them has closed the portal. So each wait for the
//! other side has its limit ([`limits`]), and there are never more connections than the process can afford, in
//! all and from one client. When one too many comes, a connection that waits for its client makes room, from
//! the client that holds the most; only where every connection is at work does the new one wait.
//!
//! Invariants:
//! - A connection that Purser works for is never closed by a limit: an answer may take, and last, as long as it
//!   likes, as long as the client takes it.
//! - A half-sent request, a body that does not come on, an idle connection and an answer that is not taken all
//!   end by themselves.
//! - A shutdown closes what waits at once and lets what is at work come to its end.
//!
//! HTTP/1.1 only: browsers speak HTTP/2 with the proxy that speaks TLS. The figures are in decisions 15 and 16.

use std::{net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use purser_service::throttle_key;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

mod activity;
mod limits;
mod register;
mod watched;

use activity::Activity;
pub use limits::ConnectionLimits;
use register::{Place, Register};
use watched::{AnswerBody, RequestBody, WatchedIo};

/// Bytes of a request's head, and of what is read or written ahead for one connection.
const BUFFER: usize = 64 * 1024;
/// How long one look for room lasts when every connection is at work.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Answers requests until the shutdown, and then until the last of them is answered.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    shutdown: CancellationToken,
) {
    let slots = Arc::new(Semaphore::new(limits.total));
    let register = Arc::new(Register::default());
    let conversations = TaskTracker::new();
    loop {
        let admitted = tokio::select! {
            () = shutdown.cancelled() => break,
            admitted = admit(&listener, &slots, &register, &limits) => admitted,
        };
        if let Some((stream, peer, slot, place)) = admitted {
            let conversation = converse(stream, peer, router.clone(), place, limits, shutdown.clone());
            conversations.spawn(async move {
                conversation.await;
                drop(slot);
            });
        }
    }
    // From here on a client is refused at once and does not wait.
    drop(listener);
    conversations.close();
    conversations.wait().await;
}

/// The next connection, with its place; `None` when it could not be taken.
async fn admit(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
    register: &Arc<Register>,
    limits: &ConnectionLimits,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit, Place)> {
    let (stream, peer) = match listener.accept().await {
        Ok(accepted) => accepted,
        Err(error) => {
            tracing::warn!(%error, "a connection could not be taken");
            // Most likely descriptors have run out: one that only waits gives its own back.
            register.make_room(None, Instant::now());
            sleep(LOOK_AGAIN).await;
            return None;
        }
    };
    // Answers are small: waiting to fill a packet only makes them late.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    let client = throttle_key(peer.ip());
    if limits.by_client.is_some_and(|most| register.count(client) >= most)
        && !register.make_room(Some(client), Instant::now())
    {
        tracing::debug!(%client, "a client has as many requests open as it may; one more was not taken");
        return None;
    }
    let slot = find_slot(slots, register).await?;
    Some((stream, peer, slot, register.enter(client, Arc::new(Activity::new(Instant::now())))))
}

async fn find_slot(slots: &Arc<Semaphore>, register: &Register) -> Option<OwnedSemaphorePermit> {
    loop {
        if slots.available_permits() == 0 {
            register.make_room(None, Instant::now());
        }
        // A connection that was told to make room takes a moment to end.
        match timeout(LOOK_AGAIN, Arc::clone(slots).acquire_owned()).await {
            Ok(slot) => return slot.ok(),
            Err(_elapsed) => tracing::debug!("every connection is at work; a new one waits"),
        }
    }
}

/// One connection from its first byte to its last.
async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    place: Place,
    limits: ConnectionLimits,
    shutdown: CancellationToken,
) {
    let activity = place.activity();
    let service = service_fn(|request: Request<Incoming>| {
        let (router, activity) = (router.clone(), Arc::clone(activity));
        let mut request = request.map(|body| Body::new(RequestBody::new(body, Arc::clone(&activity))));
        request.extensions_mut().insert(ConnectInfo(peer));
        async move {
            router.oneshot(request).await.map(|answer| answer.map(|body| AnswerBody::new(body, activity)))
        }
    });
    let io = TokioIo::new(WatchedIo::new(stream, Arc::clone(activity)));
    let mut connection = pin!(http1::Builder::new().max_buf_size(BUFFER).serve_connection(io, service));
    let mut leaving = false;
    loop {
        let now = Instant::now();
        let Some(check_at) = activity.next_check(&limits, now) else {
            tracing::debug!(%peer, "a connection waited too long for its client and was closed");
            return;
        };
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%peer, %error, "a connection broke off");
                }
                return;
            }
            () = place.told_to_leave() => return,
            () = shutdown.cancelled(), if !leaving => {
                if activity.only_waits() {
                    return;
                }
                leaving = true;
                connection.as_mut().graceful_shutdown();
            }
            () = sleep_until(check_at) => {}
        }
    }
}
