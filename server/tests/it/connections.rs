//! Doors that stay open whatever strangers hold on to, over real sockets on loopback.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use axum::{Router, body::Body, extract::Request, routing::get, routing::post};
use futures::{StreamExt, stream};
use purser_server::{
    connections::{ConnectionLimits, serve},
    descriptors,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use crate::harness::TestPortal;

const HALF: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n";
const HEALTH: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
/// For what must happen at once, on a busy machine.
const SOON: Duration = Duration::from_secs(10);

struct Serving {
    address: SocketAddr,
    shutdown: CancellationToken,
    ended: JoinHandle<()>,
}

impl Serving {
    async fn start(router: Router, limits: ConnectionLimits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shutdown = CancellationToken::new();
        let ended = tokio::spawn(serve(listener, router, limits, shutdown.clone()));
        Self { address, shutdown, ended }
    }

    async fn connect(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }

    /// What `/healthz` answers, and how soon.
    async fn health(&self) -> (String, Duration) {
        let begun = Instant::now();
        let mut stream = self.connect(HEALTH).await;
        let mut answer = String::new();
        let read = tokio::time::timeout(SOON, stream.read_to_string(&mut answer)).await;
        read.unwrap().unwrap();
        (answer, begun.elapsed())
    }
}

/// Short waits, and the bounds of a process with few descriptors.
fn quick() -> ConnectionLimits {
    let wait = Duration::from_millis(300);
    ConnectionLimits {
        head: wait,
        body: wait,
        idle: wait,
        untaken: wait,
        ..ConnectionLimits::for_process(512, false)
    }
}

fn patient() -> ConnectionLimits {
    ConnectionLimits::for_process(512, false)
}

/// Waits until the other side has closed, and says what it sent before.
async fn until_closed(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that is closed before all was read from it may also be reset.
    let _ended = tokio::time::timeout(SOON, stream.read_to_end(&mut bytes)).await.unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn healthy_while_half_sent(count: usize, limits: ConnectionLimits) {
    let portal = TestPortal::start().await;
    let serving = Serving::start(portal.router.clone(), limits).await;
    let mut held = Vec::with_capacity(count);
    for _ in 0..count {
        held.push(serving.connect(HALF).await);
    }
    let (answer, took) = serving.health().await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(took < Duration::from_secs(2), "it took {took:?} beside {count} half-sent requests");
    drop(held);
}

#[tokio::test]
async fn the_health_check_answers_beside_1100_half_sent_requests_from_one_address() {
    descriptors::raise();
    healthy_while_half_sent(1_100, patient()).await;
}

#[tokio::test]
async fn the_health_check_answers_beside_as_many_half_sent_requests_as_this_process_can_hold() {
    let limit = descriptors::raise().unwrap_or(u64::MAX);
    let count = usize::try_from(limit.saturating_sub(1_000)).unwrap_or(usize::MAX).min(5_000);
    healthy_while_half_sent(count, patient()).await;
    // Behind a proxy nobody's address counts, and the bound of all connections has to do.
    healthy_while_half_sent(count, ConnectionLimits { by_client: None, ..patient() }).await;
}

#[tokio::test]
async fn a_half_sent_head_a_stuck_body_and_an_idle_connection_are_closed_after_their_time() {
    let portal = TestPortal::start().await;
    let serving = Serving::start(portal.router.clone(), quick()).await;
    assert_eq!(until_closed(&mut serving.connect(b"").await).await, "", "nothing sent");
    assert_eq!(until_closed(&mut serving.connect(HALF).await).await, "", "half a head");

    let stuck = b"POST /api/sign_in HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 9\r\n\r\nform";
    assert_eq!(until_closed(&mut serving.connect(stuck).await).await, "", "half a body");

    let mut idle = serving.connect(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let answers = until_closed(&mut idle).await;
    assert!(answers.starts_with("HTTP/1.1 200 OK") && answers.ends_with("ok\n"), "{answers}");
}

#[tokio::test]
async fn a_second_head_that_trickles_in_is_closed_too() {
    let portal = TestPortal::start().await;
    let limits = ConnectionLimits { idle: Duration::from_secs(60), ..quick() };
    let serving = Serving::start(portal.router.clone(), limits).await;
    let mut stream = serving.connect(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let mut answer = [0; 16];
    stream.read_exact(&mut answer).await.unwrap();
    let (mut reading, mut writing) = stream.into_split();
    let trickle = tokio::spawn(async move {
        while writing.write_all(b"G").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let mut rest = Vec::new();
    let _ended = tokio::time::timeout(SOON, reading.read_to_end(&mut rest)).await.unwrap();
    trickle.await.unwrap();
}

#[tokio::test]
async fn an_answer_that_takes_long_or_comes_in_pieces_is_not_cut() {
    let pause = Duration::from_millis(700);
    let pieces = async move || {
        let pieces = stream::iter(0..3).then(move |number| async move {
            tokio::time::sleep(pause).await;
            Ok::<_, std::convert::Infallible>(format!("piece {number}\n"))
        });
        Body::from_stream(pieces)
    };
    let router = Router::new().route("/pieces", get(pieces)).route(
        "/slow",
        get(async move || {
            tokio::time::sleep(pause).await;
            "done"
        }),
    );
    let serving = Serving::start(router, quick()).await;
    let mut stream = serving.connect(b"GET /pieces HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    let answer = until_closed(&mut stream).await;
    assert!(answer.contains("piece 0") && answer.contains("piece 2"), "{answer}");
    let mut stream = serving.connect(b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(until_closed(&mut stream).await.ends_with("done"));
}

#[tokio::test]
async fn an_answer_that_nobody_takes_ends_by_itself() {
    let endless = async || {
        Body::from_stream(stream::repeat_with(|| Ok::<_, std::convert::Infallible>(vec![b'x'; 64 * 1024])))
    };
    let serving = Serving::start(Router::new().route("/", get(endless)), quick()).await;
    let stream = serving.connect(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    serving.shutdown.cancel();
    // The shutdown waits for this answer, so its end is the answer's.
    tokio::time::timeout(SOON, serving.ended).await.expect("it was waited for").unwrap();
    drop(stream);
}

#[tokio::test]
async fn a_shutdown_closes_what_waits_and_answers_what_was_asked() {
    let begun = CancellationToken::new();
    let told = begun.clone();
    let slow = async move |_: Request| {
        told.cancel();
        tokio::time::sleep(Duration::from_millis(300)).await;
        "done"
    };
    let serving = Serving::start(Router::new().route("/", post(slow)), patient()).await;
    let mut half = serving.connect(HALF).await;
    let mut idle = serving.connect(b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n").await;
    idle.read_exact(&mut [0; 16]).await.unwrap();
    let mut asked = serving.connect(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").await;
    begun.cancelled().await;
    serving.shutdown.cancel();
    assert_eq!(until_closed(&mut half).await, "");
    until_closed(&mut idle).await;
    assert!(until_closed(&mut asked).await.ends_with("done"));
    tokio::time::timeout(SOON, serving.ended).await.expect("the shutdown hangs").unwrap();
    assert!(TcpStream::connect(serving.address).await.is_err(), "it still listens");
}

#[tokio::test]
async fn a_connection_in_use_is_not_the_one_that_makes_room() {
    let router = Router::new().route("/healthz", get(async || "ok\n")).route(
        "/",
        get(async || {
            tokio::time::sleep(Duration::from_millis(500)).await;
            "done"
        }),
    );
    let limits = ConnectionLimits { total: 4, by_client: Some(3), ..patient() };
    let serving = Serving::start(router, limits).await;
    let mut in_use = serving.connect(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    let mut held = Vec::new();
    for _ in 0..20 {
        held.push(serving.connect(HALF).await);
    }
    assert!(serving.health().await.0.ends_with("ok\n"));
    assert!(until_closed(&mut in_use).await.ends_with("done"));
}
