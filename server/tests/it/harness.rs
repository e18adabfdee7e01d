//! A portal for one test, a browser and an API client.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use purser_server::{
    assembly::{Assembly, assemble},
    settings::{Layer, Settings},
};
use purser_service::Caller;
use purser_store::{Clock, SystemClock};
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;
use url::form_urlencoded;

pub(crate) const EMAIL: &str = "anna@example.com";
pub(crate) const PASSWORD: &str = "correct horse battery";
const HOST: &str = "purser.test";

/// A portal with a database of its own.
pub(crate) struct TestPortal {
    pub(crate) assembly: Assembly,
    pub(crate) router: Router,
    _folder: TempDir,
}

impl TestPortal {
    pub(crate) async fn start() -> Self {
        Self::start_at(Arc::new(SystemClock)).await
    }

    pub(crate) async fn start_at(clock: Arc<dyn Clock>) -> Self {
        Self::start_with(clock, Layer::default()).await
    }

    pub(crate) async fn start_with(clock: Arc<dyn Clock>, flags: Layer) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let flags = Layer {
            data_dir: Some(folder.path().join("data")),
            egress_allow: Some(vec!["127.0.0.0/8".to_owned()]),
            ..flags
        };
        let settings = Settings::load(None, &flags, &|_| None).unwrap();
        let assembly = assemble(settings, clock).await.unwrap();
        let router = assembly.router();
        Self { assembly, router, _folder: folder }
    }

    /// With an administrator, who is not signed in.
    pub(crate) async fn with_administrator(self) -> Self {
        self.assembly.portal.create_administrator(&Caller::System, EMAIL, "Anna", PASSWORD).await.unwrap();
        self
    }

    /// A browser that nobody is signed in with.
    pub(crate) fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookie: None }
    }

    /// A browser that the administrator is signed in with.
    pub(crate) async fn signed_in(&self) -> Browser {
        let mut browser = self.browser();
        let answer = browser.sign_in(EMAIL, PASSWORD).await;
        assert_eq!(answer.location(), "/", "sign-in failed: {}", answer.text);
        browser
    }

    /// A client with a token of its own.
    pub(crate) async fn client(&self) -> Client {
        let (_, token) = self.assembly.portal.create_token(&Caller::System, "test").await.unwrap();
        Client { router: self.router.clone(), token }
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error} in {} {}", self.status, self.text))
    }

    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}

pub(crate) async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    Answer { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
}

/// Speaks as a present-day browser does.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    pub(crate) cookie: Option<String>,
}

impl Browser {
    pub(crate) fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let builder = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, HOST)
            .header(header::ACCEPT, "text/html,application/xhtml+xml")
            .header("sec-fetch-site", "same-origin");
        match &self.cookie {
            Some(cookie) => builder.header(header::COOKIE, cookie),
            None => builder,
        }
    }

    pub(crate) async fn send(&mut self, request: Request<Body>) -> Answer {
        let answer = send(&self.router, request).await;
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            if let Some(value) = pair.strip_prefix("purser_session=") {
                self.cookie = (!value.is_empty()).then(|| pair.to_owned());
            }
        }
        answer
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let request = self.request(Method::GET, path).body(Body::empty()).unwrap();
        self.send(request).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self
            .request(Method::POST, path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::REFERER, format!("http://{HOST}/"))
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    pub(crate) async fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        let fields = [("form[email]", email), ("form[password]", password), ("form[next]", "")];
        self.post("/api/sign_in", &fields).await
    }
}

/// Speaks the Graph API.
#[derive(Clone)]
pub(crate) struct Client {
    router: Router,
    pub(crate) token: String,
}

impl Client {
    pub(crate) async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let builder = Request::builder()
            .method(method)
            .uri(if path.starts_with("http") { path.to_owned() } else { format!("/v1.0{path}") })
            .header(header::HOST, HOST)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        let request = match body {
            Some(body) => builder
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(serde_json::to_vec(&body).unwrap())),
            None => builder.body(Body::empty()),
        };
        send(&self.router, request.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.call(Method::GET, path, None).await.expect(200).json()
    }

    pub(crate) async fn post(&self, path: &str, body: Value, status: u16) -> Value {
        let answer = self.call(Method::POST, path, Some(body)).await.expect(status);
        if answer.text.is_empty() { Value::Null } else { answer.json() }
    }

    /// Everything of a list, page by page.
    pub(crate) async fn all(&self, path: &str) -> Vec<Value> {
        let (mut found, mut next) = (Vec::new(), path.to_owned());
        loop {
            let page = self.get(&next).await;
            found.extend(page["value"].as_array().unwrap().iter().cloned());
            match page["@odata.nextLink"].as_str() {
                Some(link) => {
                    assert!(link.starts_with(&format!("http://{HOST}/v1.0/")), "{link}");
                    next = link.strip_prefix(&format!("http://{HOST}/v1.0")).unwrap().to_owned();
                }
                None => return found,
            }
        }
    }

    pub(crate) async fn create_user(&self, upn: &str, name: &str) -> String {
        let body =
            serde_json::json!({ "userPrincipalName": upn, "displayName": name, "accountEnabled": true });
        self.post("/users", body, 201).await["id"].as_str().unwrap().to_owned()
    }
}

/// Waits until something is so, looking often; fails after ten seconds.
pub(crate) async fn eventually<F>(what: &str, mut is_so: impl FnMut() -> F)
where
    F: Future<Output = bool>,
{
    let looking = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(10), looking).await.is_ok(), "never came: {what}");
}
