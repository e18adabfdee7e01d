//! The part of a Graph client that seeding needs.
use std::time::Duration;

use anyhow::{Context, Result, bail};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// A portal's Graph API.
pub(crate) struct Graph {
    client: reqwest::Client,
    base: String,
    token: String,
}

impl Graph {
    pub(crate) fn new(portal: &str, token: &str) -> Result<Self> {
        #[expect(clippy::disallowed_methods, reason = "calls the portal itself, not a target")]
        let client = reqwest::Client::builder().timeout(Duration::from_secs(30)).no_proxy().build()?;
        let base = format!("{}/v1.0", portal.trim_end_matches('/'));
        Ok(Self { client, base, token: token.to_owned() })
    }

    /// What names an object in the body of a `$ref` request.
    pub(crate) fn reference(&self, id: &str) -> Value {
        json!({ "@odata.id": format!("{}/directoryObjects/{id}", self.base) })
    }

    /// `None` when there is no such object.
    pub(crate) async fn find(&self, path: &str) -> Result<Option<Value>> {
        let (status, body) = self.send(Method::GET, &format!("{}{path}", self.base), None).await?;
        if status == StatusCode::NOT_FOUND { Ok(None) } else { accept(status, body, path).map(Some) }
    }

    /// All pages.
    pub(crate) async fn list(&self, path: &str) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut next = Some(format!("{}{path}", self.base));
        while let Some(url) = next {
            let (status, body) = self.send(Method::GET, &url, None).await?;
            let mut body = accept(status, body, path)?;
            next = body["@odata.nextLink"].as_str().map(str::to_owned);
            match body["value"].take() {
                Value::Array(page) => items.extend(page),
                other => bail!("GET {path} answered without a list: {other}"),
            }
        }
        Ok(items)
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let (status, answer) = self.send(Method::POST, &format!("{}{path}", self.base), Some(body)).await?;
        accept(status, answer, path)
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Result<()> {
        let (status, answer) = self.send(Method::PUT, &format!("{}{path}", self.base), Some(body)).await?;
        accept(status, answer, path).map(drop)
    }

    async fn send(&self, method: Method, url: &str, body: Option<&Value>) -> Result<(StatusCode, Value)> {
        let mut request = self.client.request(method.clone(), url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.with_context(|| format!("{method} {url} got no answer"))?;
        let status = answer.status();
        let bytes = answer.bytes().await.with_context(|| format!("{method} {url} got half an answer"))?;
        Ok((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
    }
}

fn accept(status: StatusCode, body: Value, path: &str) -> Result<Value> {
    if status.is_success() {
        return Ok(body);
    }
    let said = body["error"]["message"].as_str().unwrap_or("no reason given");
    bail!("{path} answered {status}: {said}")
}
