//! What these tests share: servers that send bytes, and a connector that asks them for a user.
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use purser_connectors::{
    Connector, ConnectorError, Credentials, EgressPolicy, Exchange, Gallery, HttpKit, Overrides,
    TargetConfig, Template, connect,
};
use purser_domain::object::ObjectKind;
use purser_domain::secret::Secret;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const TOKEN: &str = "t0ken-that-nobody/may+see";

/// A policy that allows this machine and has patience for tests only.
pub(crate) fn policy() -> Result<EgressPolicy> {
    Ok(EgressPolicy {
        allowed_networks: vec!["127.0.0.0/8".parse()?],
        read_timeout: Duration::from_secs(10),
        request_timeout: Duration::from_secs(20),
        ..EgressPolicy::default()
    })
}

pub(crate) fn open(policy: EgressPolicy, url: &str) -> Result<Arc<dyn Connector>> {
    open_with(&HttpKit::new(policy)?, url, |_| {})
}

pub(crate) fn open_with(
    kit: &HttpKit,
    url: &str,
    change: impl Fn(&mut Template),
) -> Result<Arc<dyn Connector>> {
    let gallery = Gallery::load()?;
    let generic = gallery.templates().into_iter().find(|template| template.name == "SCIM application");
    let mut template = Template::clone(&*generic.context("the generic application is missing")?);
    change(&mut template);
    let target = TargetConfig {
        tenant_url: url.to_owned(),
        credentials: Credentials::token(Secret::new(TOKEN)),
        overrides: Overrides::default(),
    };
    Ok(connect(&template, &target, kit)?)
}

/// Reads the user with the id 1, and gives the id that came.
pub(crate) async fn read(connector: &dyn Connector) -> Result<(Option<String>, Exchange), ConnectorError> {
    let reply = connector.read(ObjectKind::User, "1").await?;
    Ok((reply.value.map(|object| object.id), reply.exchange))
}

/// Reads the user with the id 1, which must fail.
pub(crate) async fn fail(policy: EgressPolicy, url: &str) -> Result<ConnectorError> {
    read(open(policy, url)?.as_ref()).await.err().context("this must fail")
}

/// A server that hands each connection's request (its head and body) and socket to `answer`; its address, and the
/// first lines of the requests it got.
pub(crate) async fn serve<F, Fut>(answer: F) -> Result<(String, Arc<Mutex<Vec<String>>>)>
where
    F: Fn(String, TcpStream) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let journal = Arc::clone(&asked);
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let (answer, journal) = (Arc::clone(&answer), Arc::clone(&journal));
            tokio::spawn(async move {
                let request = read_request(&mut socket).await;
                journal
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(request.lines().next().unwrap_or_default().to_owned());
                answer(request, socket).await;
            });
        }
    });
    Ok((address, asked))
}

/// A server that always sends these bytes and hangs up.
pub(crate) async fn serve_bytes(bytes: Vec<u8>) -> Result<(String, Arc<Mutex<Vec<String>>>)> {
    let bytes = Arc::new(bytes);
    serve(move |_, socket| {
        let bytes = Arc::clone(&bytes);
        async move { send(socket, &bytes).await }
    })
    .await
}

/// Sends and hangs up. The other side may have had enough before the end.
pub(crate) async fn send(mut socket: TcpStream, bytes: &[u8]) {
    let _ = socket.write_all(bytes).await;
    let _ = socket.shutdown().await;
}

pub(crate) async fn read_request(socket: &mut (impl AsyncRead + Unpin)) -> String {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") && matches!(socket.read(&mut byte).await, Ok(1)) {
        request.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&request).to_lowercase();
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
    let mut body = vec![0; length.and_then(|length| length.parse().ok()).unwrap_or(0)];
    let _ = socket.read_exact(&mut body).await;
    request.extend(body);
    String::from_utf8_lossy(&request).into_owned()
}

/// An answer with this status, these header lines, and this body.
pub(crate) fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/scim+json\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

pub(crate) const USER: &str =
    r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","userName":"ann"}"#;
